/*
 * Lengths are read before anything is taken, and the caller's slice is written once: it is a peer who says how often
 * this runs.
 */
#include "core/wire.h"

#include <assert.h>

#define FIELD_NUMBER_SHIFT 3
#define WIRE_TYPE_MASK     7

size_t eyelet_wire_read_long_varint(struct eyelet_slice in, size_t len_max, uint64_t *ret)
{
    size_t max = in.len < len_max ? in.len : len_max;
    uint64_t value = 0;

    assert(len_max <= EYELET_VARINT_LEN_MAX);
    for (size_t i = 0; i < max; i++) {
        uint8_t byte = in.data[i];

        if (i == EYELET_VARINT_LEN_MAX - 1 && byte > 1) /* the tenth byte has room for the highest bit only */
            return 0;
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *ret = value;
            return i + 1;
        }
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
    if (tag > UINT32_MAX || tag >> FIELD_NUMBER_SHIFT == 0)
        return "field number is not between 1 and 536870911";

    ret->number = (uint32_t)tag >> FIELD_NUMBER_SHIFT;
    ret->wire_type = (uint32_t)tag & WIRE_TYPE_MASK;
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

static const char *take_any_field(struct eyelet_slice *in, struct eyelet_field *ret)
{
    struct eyelet_slice rest = *in;
    size_t tag_len = 0, value_len = 0;
    const char *reason = read_tag(rest, ret, &tag_len);

    if (reason != NULL)
        return reason;
    eyelet_slice_take(&rest, tag_len);
    reason = read_value(rest, ret, &value_len);
    if (reason == NULL)
        eyelet_slice_take(in, tag_len + value_len);
    return reason;
}

/* Is it a number below 16, and bytes fewer than 128 that are all there? Most fields of a call are. */
static inline bool is_short_bytes(struct eyelet_slice in)
{
    return in.len >= 2 && (in.data[0] & (0x80 | WIRE_TYPE_MASK)) == EYELET_WIRE_BYTES &&
           in.data[0] >> FIELD_NUMBER_SHIFT != 0 && in.data[1] < 0x80 && in.data[1] <= in.len - 2;
}

const char *eyelet_wire_take_field(struct eyelet_slice *in, struct eyelet_field *ret)
{
    ret->varint = 0;
    if (!is_short_bytes(*in)) {
        ret->number = 0;
        ret->bytes = (struct eyelet_slice){ 0 };
        return take_any_field(in, ret);
    }
    ret->number = in->data[0] >> FIELD_NUMBER_SHIFT;
    ret->wire_type = EYELET_WIRE_BYTES;
    ret->bytes = eyelet_slice_part(*in, 2, in->data[1]);
    eyelet_slice_take(in, 2 + ret->bytes.len);
    return NULL;
}
