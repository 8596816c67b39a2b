/*
 * Protobuf fields, read from the bytes where they lie: for the envelope and for the scan of payloads. Which fields a
 * message has, and of which wire type, is for the caller to know. Sources: encoding.md, "Message Structure".
 *
 * Everything here takes from the front of @in and never reads behind its end; after a failure @in is as it was.
 */
#ifndef EYELET_CORE_WIRE_H
#define EYELET_CORE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/slice.h>

#include "core/bytes.h"

#define EYELET_VARINT_LEN_MAX 10 /* encoding.md: 64 bits, 7 in a byte */
#define EYELET_TAG_LEN_MAX    5  /* a tag is an uint32 */
#define EYELET_LENGTH_LEN_MAX 5  /* protobuf-c: scan_length_prefixed_data() reads no more, and neither do others */

#define EYELET_FIELD_NUMBER_SHIFT 3 /* encoding.md, "Message Structure": a tag is the number and the wire type */
#define EYELET_WIRE_TYPE_MASK     7

/* The wire types there are; groups, 3 and 4, are refused. */
enum {
    EYELET_WIRE_VARINT = 0,
    EYELET_WIRE_FIXED64 = 1,
    EYELET_WIRE_BYTES = 2,
    EYELET_WIRE_FIXED32 = 5,
};

/**
 * struct eyelet_field - one field of a message
 * @number:     from 1 to 2^29 - 1
 * @wire_type:  one of those above
 * @varint:     the value, when it is a varint; 0 otherwise
 * @bytes:      the value, when it is length-delimited; empty otherwise
 */
struct eyelet_field {
    uint32_t number;
    uint32_t wire_type;
    uint64_t varint;
    struct eyelet_slice bytes;
};

/* What eyelet_wire_read_varint() does with a varint of more than one byte; it is not for others. */
size_t eyelet_wire_read_long_varint(struct eyelet_slice in, size_t len_max, uint64_t *ret);

/*
 * eyelet_wire_read_varint() - a base-128 number at the front of @in
 * @len_max:  bytes that it may have, EYELET_VARINT_LEN_MAX at most
 *
 * Return: its bytes; 0 when it does not end within @len_max bytes or within @in, or does not fit into 64 bits.
 */
static inline size_t eyelet_wire_read_varint(struct eyelet_slice in, size_t len_max, uint64_t *ret)
{
    if (in.len == 0 || in.data[0] >= 0x80)
        return eyelet_wire_read_long_varint(in, len_max, ret);
    *ret = in.data[0]; /* nearly all are this short, and a peer may send two million of them in one message */
    return 1;
}

/* The same, taken. Return: false when there is none to be had. */
static inline bool eyelet_wire_take_varint(struct eyelet_slice *in, size_t len_max, uint64_t *ret)
{
    size_t len = eyelet_wire_read_varint(*in, len_max, ret);

    eyelet_slice_take(in, len);
    return len > 0;
}

/* What a number takes as a varint. */
static inline size_t eyelet_wire_varint_len(uint64_t number)
{
    size_t len = 1;

    for (; number >= 0x80; number >>= 7)
        len++;
    return len;
}

/* Are there two bytes, and is the first a tag of @wire_type with a number from 1 to 15? */
static inline bool eyelet_wire_is_short(struct eyelet_slice in, uint32_t wire_type)
{
    return in.len >= 2 && (in.data[0] & (0x80 | EYELET_WIRE_TYPE_MASK)) == wire_type &&
           in.data[0] >= 1 << EYELET_FIELD_NUMBER_SHIFT;
}

/* Takes bytes with such a tag and a length of one byte, all of which are there. Return: false when these are none. */
static inline bool eyelet_wire_take_short_bytes(struct eyelet_slice *in, struct eyelet_field *ret)
{
    struct eyelet_slice whole = *in;

    if (!eyelet_wire_is_short(whole, EYELET_WIRE_BYTES) || whole.data[1] >= 0x80 || whole.data[1] > whole.len - 2)
        return false;
    *ret = (struct eyelet_field){
        .number = whole.data[0] >> EYELET_FIELD_NUMBER_SHIFT,
        .wire_type = EYELET_WIRE_BYTES,
        .bytes = { whole.data + 2, whole.data[1] },
    };
    *in = (struct eyelet_slice){ whole.data + 2 + ret->bytes.len, whole.len - 2 - ret->bytes.len };
    return true;
}

/* The same for a varint of any length. */
static inline bool eyelet_wire_take_short_varint(struct eyelet_slice *in, struct eyelet_field *ret)
{
    struct eyelet_slice whole = *in;
    uint64_t varint;
    size_t len;

    if (!eyelet_wire_is_short(whole, EYELET_WIRE_VARINT))
        return false;
    len =
        eyelet_wire_read_varint((struct eyelet_slice){ whole.data + 1, whole.len - 1 }, EYELET_VARINT_LEN_MAX, &varint);
    if (len == 0)
        return false;
    *ret = (struct eyelet_field){ .number = whole.data[0] >> EYELET_FIELD_NUMBER_SHIFT, .varint = varint };
    *in = (struct eyelet_slice){ whole.data + 1 + len, whole.len - 1 - len };
    return true;
}

/* eyelet_wire_take_field() as a call, which is shorter: for what is not on the way of every call. */
const char *eyelet_wire_take_any_field(struct eyelet_slice *in, struct eyelet_field *ret);

/* The same. What is called gets copies: where this is inlined, nothing of the caller's has to lie in memory. */
static inline const char *eyelet_wire_take_other_field(struct eyelet_slice *in, struct eyelet_field *ret)
{
    struct eyelet_slice rest = *in;
    struct eyelet_field field;
    const char *reason = eyelet_wire_take_any_field(&rest, &field);

    *in = rest;
    *ret = field;
    return reason;
}

/*
 * eyelet_wire_take_field() - one field
 * @ret:  on failure only its number is set, to 0 when the bytes do not even have one
 *
 * Return: NULL, or what is wrong with the bytes: a short text, static.
 */
static inline const char *eyelet_wire_take_field(struct eyelet_slice *in, struct eyelet_field *ret)
{
    return eyelet_wire_take_short_bytes(in, ret) ? NULL : eyelet_wire_take_other_field(in, ret);
}

#endif
