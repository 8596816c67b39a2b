#include "wire.h"

#include <protobuf-c/protobuf-c.h>

bool gen_wire_take_varint(struct gen_bytes *in, uint64_t *ret)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < 10 && i < in->len; i++) { /* encoding.md: a varint has at most ten bytes */
        value |= (uint64_t)(in->data[i] & 0x7f) << (7 * i);
        if (in->data[i] < 0x80) {
            in->data += i + 1;
            in->len -= i + 1;
            *ret = value;
            return true;
        }
    }
    return false;
}

static bool take_bytes(struct gen_bytes *in, uint64_t len, struct gen_bytes *ret)
{
    if (len > in->len)
        return false;

    *ret = (struct gen_bytes){ in->data, (size_t)len };
    in->data += len;
    in->len -= (size_t)len;
    return true;
}

bool gen_wire_take_field(struct gen_bytes *in, struct gen_field *ret)
{
    struct gen_bytes skipped;
    uint64_t tag, len;

    if (!gen_wire_take_varint(in, &tag) || tag > UINT32_MAX)
        return false;
    *ret = (struct gen_field){ .number = (uint32_t)tag >> 3, .type = tag & 7 };

    switch (ret->type) {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
        return gen_wire_take_varint(in, &ret->value);
    case PROTOBUF_C_WIRE_TYPE_64BIT:
        return take_bytes(in, 8, &skipped);
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
        return gen_wire_take_varint(in, &len) && take_bytes(in, len, &ret->bytes);
    case PROTOBUF_C_WIRE_TYPE_32BIT:
        return take_bytes(in, 4, &skipped);
    default:
        return false;
    }
}
