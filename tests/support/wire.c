/*
 * The bytes of ttrpc by hand: PROTOCOL.md 1.2 and the protobuf encoding, and nothing of the library.
 */
#include "support/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VARINT = 0, /* protobuf wire types */
    BYTES = 2,
};

void wire_clear(struct wire *wire)
{
    free(wire->bytes);
    *wire = (struct wire){ 0 };
}

struct eyelet_slice wire_slice(const struct wire *wire)
{
    return (struct eyelet_slice){ wire->bytes, wire->len };
}

/* Room for @len more bytes, which count as written. */
static uint8_t *grow(struct wire *wire, size_t len)
{
    uint8_t *bytes = realloc(wire->bytes, wire->len + len);

    if (bytes == NULL) {
        fprintf(stderr, "wire: no memory for %zu bytes of a test\n", wire->len + len);
        abort();
    }
    wire->bytes = bytes;
    wire->len += len;
    return bytes + wire->len - len;
}

void wire_put(struct wire *wire, const void *data, size_t len)
{
    if (len > 0)
        memcpy(grow(wire, len), data, len);
}

void wire_fill(struct wire *wire, uint8_t byte, size_t n)
{
    if (n > 0)
        memset(grow(wire, n), byte, n);
}

void wire_varint(struct wire *wire, uint64_t value)
{
    uint8_t bytes[10];
    size_t len = 0;

    for (; value >= 0x80; value >>= 7)
        bytes[len++] = (uint8_t)(value | 0x80);
    bytes[len++] = (uint8_t)value;
    wire_put(wire, bytes, len);
}

void wire_field_number(struct wire *wire, uint32_t field, uint64_t value)
{
    wire_varint(wire, (uint64_t)field << 3 | VARINT);
    wire_varint(wire, value);
}

void wire_field_bytes(struct wire *wire, uint32_t field, const void *data, size_t len)
{
    wire_varint(wire, (uint64_t)field << 3 | BYTES);
    wire_varint(wire, len);
    wire_put(wire, data, len);
}

void wire_field_text(struct wire *wire, uint32_t field, const char *text)
{
    wire_field_bytes(wire, field, text, strlen(text));
}

static void put_be32(uint8_t *room, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        room[i] = (uint8_t)(value >> (24 - 8 * i));
}

void wire_frame_head(struct wire *wire, uint8_t type, uint8_t flags, uint32_t id, uint32_t data_len)
{
    uint8_t *head = grow(wire, WIRE_HEAD_LEN);

    put_be32(head, data_len);
    put_be32(head + 4, id);
    head[8] = type;
    head[9] = flags;
}

void wire_frame(struct wire *wire, uint8_t type, uint8_t flags, uint32_t id, struct eyelet_slice data)
{
    wire_frame_head(wire, type, flags, id, (uint32_t)data.len);
    wire_put(wire, data.data, data.len);
}

void wire_frame_of(struct wire *wire, uint8_t type, uint8_t flags, uint32_t id, struct wire *data)
{
    wire_frame(wire, type, flags, id, wire_slice(data));
    wire_clear(data);
}

static void put_pair(struct wire *wire, const struct wire_pair *pair)
{
    struct wire inner = { 0 };

    wire_field_text(&inner, 1, pair->key);
    wire_field_text(&inner, 2, pair->value);
    wire_field_bytes(wire, 5, inner.bytes, inner.len);
    wire_clear(&inner);
}

void wire_request_envelope(struct wire *wire, const struct wire_request *request)
{
    if (request->service != NULL)
        wire_field_text(wire, 1, request->service);
    if (request->method != NULL)
        wire_field_text(wire, 2, request->method);
    if (request->timeout_ns != 0)
        wire_field_number(wire, 4, (uint64_t)request->timeout_ns);
    for (size_t i = 0; i < request->n_metadata; i++)
        put_pair(wire, &request->metadata[i]);
    if (request->payload.data != NULL)
        wire_field_bytes(wire, 3, request->payload.data, request->payload.len);
}

void wire_response_envelope(struct wire *wire, const struct wire_response *response)
{
    struct wire status = { 0 };

    if (response->code != 0)
        wire_field_number(&status, 1, (uint64_t)(int64_t)response->code);
    if (response->message != NULL)
        wire_field_text(&status, 2, response->message);
    if (status.len > 0)
        wire_field_bytes(wire, 1, status.bytes, status.len);
    if (response->payload.data != NULL)
        wire_field_bytes(wire, 2, response->payload.data, response->payload.len);
    wire_clear(&status);
}

void wire_request(struct wire *wire, uint32_t id, const struct wire_request *request)
{
    struct wire envelope = { 0 };

    wire_request_envelope(&envelope, request);
    wire_frame_of(wire, WIRE_REQUEST, 0, id, &envelope);
}

void wire_response(struct wire *wire, uint32_t id, const struct wire_response *response)
{
    struct wire envelope = { 0 };

    wire_response_envelope(&envelope, response);
    wire_frame_of(wire, WIRE_RESPONSE, 0, id, &envelope);
}
