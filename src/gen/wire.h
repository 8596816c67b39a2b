/*
 * The protobuf wire format, one field at a time: for the few bytes that protobuf-c hands out as they came, and for
 * looking at a request before protobuf-c does.
 */
#ifndef EYELET_GEN_WIRE_H
#define EYELET_GEN_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes. */
struct gen_bytes {
    const uint8_t *data;
    size_t len;
};

/*
 * struct gen_field - one field of a message
 * @number:  its number
 * @type:    its wire type, PROTOBUF_C_WIRE_TYPE_...
 * @value:   a varint's value; 0 for the others
 * @bytes:   what a length-delimited field holds; empty for the others
 */
struct gen_field {
    uint32_t number;
    uint8_t type;
    uint64_t value;
    struct gen_bytes bytes;
};

/* Take one varint, or one field, off the front of @in. False when there is none or it is malformed; groups are. */
bool gen_wire_take_varint(struct gen_bytes *in, uint64_t *ret);
bool gen_wire_take_field(struct gen_bytes *in, struct gen_field *ret);

#endif
