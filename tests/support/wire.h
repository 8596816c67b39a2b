/*
 * Bytes of the wire, written without the library's encoders: what a test sends, and what it expects to be sent. Numbers
 * go out as they are told, so that wrong ones are as easy to write as right ones.
 *
 * A struct wire grows by exactly what is appended, so a sanitizer sees the first byte that is read behind it. It uses
 * realloc(): write the bytes before an allocation is told to fail.
 */
#ifndef EYELET_TESTS_WIRE_H
#define EYELET_TESTS_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include <eyelet/slice.h>

enum {
    WIRE_REQUEST = 1,
    WIRE_RESPONSE = 2,
    WIRE_DATA = 3,
};

enum {
    WIRE_CLOSED = 0x01,
    WIRE_OPEN = 0x02,
    WIRE_NO_DATA = 0x04,
};

#define WIRE_HEAD_LEN 10

/* { 0 } is an empty one. */
struct wire {
    uint8_t *bytes;
    size_t len;
};

/* Frees and empties. */
void wire_clear(struct wire *wire);

/* What was written, in one piece; valid until the next append. */
struct eyelet_slice wire_slice(const struct wire *wire);

/* Building blocks: bytes, the same byte @n times, a base-128 varint, a protobuf field. */
void wire_put(struct wire *wire, const void *data, size_t len);
void wire_fill(struct wire *wire, uint8_t byte, size_t n);
void wire_varint(struct wire *wire, uint64_t value);
void wire_field_number(struct wire *wire, uint32_t field, uint64_t value);
void wire_field_bytes(struct wire *wire, uint32_t field, const void *data, size_t len);
void wire_field_text(struct wire *wire, uint32_t field, const char *text);

/* A frame's ten bytes that announce @data_len, which need not follow; and a whole frame. */
void wire_frame_head(struct wire *wire, uint8_t type, uint8_t flags, uint32_t id, uint32_t data_len);
void wire_frame(struct wire *wire, uint8_t type, uint8_t flags, uint32_t id, struct eyelet_slice data);

/* A frame whose data is what @data holds; @data is cleared. */
void wire_frame_of(struct wire *wire, uint8_t type, uint8_t flags, uint32_t id, struct wire *data);

/**
 * struct wire_pair - one KeyValue of a request
 */
struct wire_pair {
    const char *key;
    const char *value;
};

/**
 * struct wire_request - what a Request is made of
 * @service, @method:  NULL leaves the field out
 * @payload:           data NULL leaves the field out
 * @timeout_ns:        0 leaves the field out
 */
struct wire_request {
    const char *service;
    const char *method;
    struct eyelet_slice payload;
    int64_t timeout_ns;
    const struct wire_pair *metadata;
    size_t n_metadata;
};

/**
 * struct wire_response - what a Response is made of
 * @code, @message:  0 and NULL leave the status out
 * @payload:         data NULL leaves the field out
 */
struct wire_response {
    int32_t code;
    const char *message;
    struct eyelet_slice payload;
};

/* The envelopes alone; the payload comes last, as eyelet sends it. */
void wire_request_envelope(struct wire *wire, const struct wire_request *request);
void wire_response_envelope(struct wire *wire, const struct wire_response *response);

/* A frame of type Request or Response with flags 0 and its envelope. */
void wire_request(struct wire *wire, uint32_t id, const struct wire_request *request);
void wire_response(struct wire *wire, uint32_t id, const struct wire_response *response);

#endif
