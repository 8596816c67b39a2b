/*
 * Lengths are read before anything is taken, and the caller's slice is written once: it is a peer who says how often
 * this runs.
 */
#include "core/wire.h"

#include <assert.h>

#define LAST_SHIFT (7 * (EYELET_VARINT_LEN_MAX - 1)) /* of the tenth byte, which has room for the highest bit only */

size_t eyelet_wire_read_long_varint(struct eyelet_slice in, size_t len_max, uint64_t *ret)
{
    const uint8_t *at = in.data, *end;
    uint64_t value = 0;

    assert(len_max <= EYELET_VARINT_LEN_MAX);
    if (in.len == 0) /* no bytes may lie at NULL */
        return 0;
    end = at + (in.len < len_max ? in.len : len_max);
    for (unsigned shift = 0; at < end; shift += 7) {
        uint64_t byte = *at++;

        value |= (byte & 0x7f) << shift;
        if (byte >= 0x80)
            continue;
        if (shift == LAST_SHIFT && byte > 1)
            return 0;
        *ret = value;
        return (size_t)(at - in.data);
    }
    return 0;
}

/* Field number 0 and what does not fit into 32 bits, where protobuf-c would shift out bits, are refused. */
static inline const char *read_tag(struct eyelet_slice in, struct eyelet_field *ret, size_t *ret_len)
{
    uint64_t tag;
    size_t len = eyelet_wire_read_varint(in, EYELET_TAG_LEN_MAX, &tag);

    if (len == 0)
        return "tag is cut off or has more than 5 bytes";
    if (tag > UINT32_MAX || tag >> EYELET_FIELD_NUMBER_SHIFT == 0)
        return "field number is not between 1 and 536870911";

    ret->number = (uint32_t)tag >> EYELET_FIELD_NUMBER_SHIFT;
    ret->wire_type = (uint32_t)tag & EYELET_WIRE_TYPE_MASK;
    *ret_len = len;
    return NULL;
}

static inline const char *read_varint(struct eyelet_slice in, struct eyelet_field *field, size_t *ret_len)
{
    *ret_len = eyelet_wire_read_varint(in, EYELET_VARINT_LEN_MAX, &field->varint);
    return *ret_len > 0 ? NULL : "varint is cut off or does not fit into 64 bits";
}

static inline const char *read_fixed(struct eyelet_slice in, size_t len, size_t *ret_len)
{
    *ret_len = len;
    return len <= in.len ? NULL : "value is cut off";
}

static inline const char *read_bytes(struct eyelet_slice in, struct eyelet_field *field, size_t *ret_len)
{
    uint64_t len;
    size_t head_len = eyelet_wire_read_varint(in, EYELET_LENGTH_LEN_MAX, &len);

    if (head_len == 0)
        return "length is cut off or has more than 5 bytes";
    if (len > in.len - head_len)
        return "value is longer than what it is in";

    field->bytes = eyelet_slice_part(in, head_len, (size_t)len);
    *ret_len = head_len + (size_t)len;
    return NULL;
}

static inline const char *read_value(struct eyelet_slice in, struct eyelet_field *field, size_t *ret_len)
{
    switch (field->wire_type) {
    case EYELET_WIRE_VARINT:
        return read_varint(in, field, ret_len);
    case EYELET_WIRE_FIXED64:
        return read_fixed(in, 8, ret_len);
    case EYELET_WIRE_BYTES:
        return read_bytes(in, field, ret_len);
    case EYELET_WIRE_FIXED32:
        return read_fixed(in, 4, ret_len);
    default:
        return "group or unknown wire type";
    }
}

const char *eyelet_wire_take_any_field(struct eyelet_slice *in, struct eyelet_field *ret)
{
    size_t tag_len = 0, value_len = 0;
    const char *reason;

    *ret = (struct eyelet_field){ 0 };
    reason = read_tag(*in, ret, &tag_len);
    if (reason == NULL)
        reason = read_value(eyelet_slice_part(*in, tag_len, in->len - tag_len), ret, &value_len);
    if (reason == NULL)
        eyelet_slice_take(in, tag_len + value_len);
    return reason;
}
