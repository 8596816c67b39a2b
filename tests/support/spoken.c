/*
 * What must not happen here ends the program with a sentence, so that it may be used from any thread.
 */
#include "support/spoken.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- saying ------------------------------------------------------------------------------------------------------- */

static void put_request(struct wire *wire, uint32_t id, const char *method, uint8_t flags, struct wire *payload)
{
    size_t at = wire->len;

    wire_request(wire, id,
                 &(struct wire_request){ .service = "demo.Echo", .method = method, .payload = wire_slice(payload) });
    wire->bytes[at + 9] = flags;
    wire_clear(payload);
}

void echo_put_text(struct wire *wire, uint32_t id, const char *method, uint8_t flags, const char *text)
{
    struct wire payload = { 0 };

    wire_field_text(&payload, 1, text);
    put_request(wire, id, method, flags, &payload);
}

void echo_put_number(struct wire *wire, uint32_t id, const char *method, uint8_t flags, uint64_t number)
{
    struct wire payload = { 0 };

    wire_field_number(&payload, 1, number);
    put_request(wire, id, method, flags, &payload);
}

void echo_put_open(struct wire *wire, uint32_t id, const char *method)
{
    struct wire payload = { 0 };

    put_request(wire, id, method, WIRE_OPEN | WIRE_NO_DATA, &payload);
}

void echo_put_data_text(struct wire *wire, uint32_t id, const char *text)
{
    struct wire data = { 0 };

    wire_field_text(&data, 1, text);
    wire_frame_of(wire, WIRE_DATA, 0, id, &data);
}

void echo_put_data_number(struct wire *wire, uint32_t id, uint64_t number)
{
    struct wire data = { 0 };

    wire_field_number(&data, 1, number);
    wire_frame_of(wire, WIRE_DATA, 0, id, &data);
}

void echo_put_end(struct wire *wire, uint32_t id)
{
    wire_frame(wire, WIRE_DATA, WIRE_CLOSED | WIRE_NO_DATA, id, (struct eyelet_slice){ 0 });
}

void echo_say(int fd, uint32_t id, const char *text)
{
    struct wire wire = { 0 };

    echo_put_text(&wire, id, "Say", 0, text);
    live_send_wire(fd, &wire);
}

/* --- hearing ------------------------------------------------------------------------------------------------------ */

static void must_be(const struct live_frame *frame, const char *what, uint32_t id, uint8_t type, uint8_t flags,
                    struct eyelet_slice data)
{
    if (frame->id == id && frame->type == type && frame->flags == flags && frame->len == data.len &&
        (data.len == 0 || memcmp(frame->data, data.data, data.len) == 0))
        return;
    fprintf(stderr, "not %s on %u: type %u, flags %u, id %u, %zu bytes: %.*s\n", what, id, frame->type, frame->flags,
            frame->id, frame->len, (int)frame->len, (const char *)frame->data);
    live_must(false, "another frame came than was expected");
}

static void expect_frame(int fd, const char *what, uint32_t id, uint8_t type, uint8_t flags, struct wire *data)
{
    struct live_frame frame;

    live_must(live_read_frame(fd, &frame), "the connection has ended where a frame was expected");
    must_be(&frame, what, id, type, flags, wire_slice(data));
    live_frame_clear(&frame);
    wire_clear(data);
}

void echo_expect_reply(int fd, uint32_t id, const char *text)
{
    struct wire payload = { 0 }, envelope = { 0 };

    wire_field_text(&payload, 1, text);
    wire_response_envelope(&envelope, &(struct wire_response){ .payload = wire_slice(&payload) });
    expect_frame(fd, text, id, WIRE_RESPONSE, 0, &envelope);
    wire_clear(&payload);
}

void echo_expect_error(int fd, uint32_t id, enum eyelet_status status, const char *text_part)
{
    struct live_reply reply;

    live_must(live_read_reply(fd, &reply), "the connection has ended where an error was expected");
    if (reply.id != id || reply.code != (int)status || strstr(reply.text, text_part) == NULL) {
        fprintf(stderr, "not %s (%s) on %u: code %d (%s) on %u\n", eyelet_status_name(status), text_part, id,
                reply.code, reply.text, reply.id);
        live_must(false, "another reply came than was expected");
    }
    live_reply_clear(&reply);
}

void echo_expect_text(int fd, uint32_t id, const char *text)
{
    struct wire data = { 0 };

    wire_field_text(&data, 1, text);
    expect_frame(fd, text, id, WIRE_DATA, 0, &data);
}

void echo_expect_number(int fd, uint32_t id, uint64_t number)
{
    struct wire data = { 0 };
    char what[24];

    snprintf(what, sizeof(what), "%" PRIu64, number);
    wire_field_number(&data, 1, number);
    expect_frame(fd, what, id, WIRE_DATA, 0, &data);
}

void echo_expect_end(int fd, uint32_t id)
{
    struct wire nothing = { 0 };

    expect_frame(fd, "the end", id, WIRE_DATA, WIRE_CLOSED | WIRE_NO_DATA, &nothing);
}

void echo_expect_served(int fd, uint32_t id)
{
    echo_say(fd, id, "hello");
    echo_expect_reply(fd, id, "hello");
}
