/*
 * A socketpair with a client in fixed memory on one end.
 */
#include "caller.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct caller caller = { .peer = -1 };

/* --- life --------------------------------------------------------------------------------------------------------- */

static uint32_t or_default(uint32_t value, uint32_t fallback)
{
    return value != 0 ? value : fallback;
}

void caller_allocate(const struct eyelet_nano_client_opts *opts)
{
    uint32_t calls = or_default(opts->calls_max, EYELET_NANO_CALLS_DEFAULT);
    uint32_t frame = or_default(opts->frame_max, EYELET_NANO_FRAME_DEFAULT);

    free(caller.memory);
    caller.size = EYELET_NANO_CLIENT_SIZE(calls, opts->streams_max, frame);
    caller.memory = malloc(caller.size + 1);
    live_must(caller.memory != NULL, "no memory for a client");
    memset(caller.memory, 0xa5, caller.size + 1); /* nothing may count on zeroes */
}

enum eyelet_status caller_init(const char *address, const struct eyelet_nano_client_opts *opts,
                               struct eyelet_error *reterr)
{
    caller_close();
    caller_allocate(opts);
    return eyelet_nano_client_init(address, opts, caller.memory + 1, caller.size, &caller.client, reterr);
}

void caller_open(const struct eyelet_nano_client_opts *opts)
{
    struct eyelet_error error;
    char address[32];
    int fds[2];

    caller_close();
    live_pair(fds);
    snprintf(address, sizeof(address), "fd://%d", fds[0]);
    if (caller_init(address, opts, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    close(fds[0]);
    caller.peer = fds[1];
}

void caller_hang_up(void)
{
    if (caller.peer >= 0)
        close(caller.peer);
    caller.peer = -1;
}

void caller_close(void)
{
    eyelet_nano_client_clear(caller.client);
    caller.client = NULL;
    caller_hang_up();
    free(caller.memory);
    caller.memory = NULL;
}

int caller_setup(void **state)
{
    faults_setup(state);
    caller.fds_before = faults_open_fds();
    caller_open(&(struct eyelet_nano_client_opts){ .streams_max = 4 });
    return 0;
}

int caller_teardown(void **state)
{
    (void)state;
    faults_reset();
    caller_close();
    return faults_open_fds() == caller.fds_before ? 0 : -1;
}

/* --- the peer ----------------------------------------------------------------------------------------------------- */

void caller_put_reply(struct wire *wire, uint32_t id, const char *text)
{
    struct wire payload = { 0 };

    wire_field_text(&payload, 1, text);
    wire_response(wire, id, &(struct wire_response){ .payload = wire_slice(&payload) });
    wire_clear(&payload);
}

void caller_put_data(struct wire *wire, uint32_t id, const char *text)
{
    struct wire payload = { 0 };

    wire_field_text(&payload, 1, text);
    wire_frame_of(wire, WIRE_DATA, 0, id, &payload);
}

void caller_put_end(struct wire *wire, uint32_t id)
{
    wire_frame(wire, WIRE_DATA, ENDS, id, (struct eyelet_slice){ 0 });
}

void caller_put_error(struct wire *wire, uint32_t id, int32_t code, const char *text)
{
    wire_response(wire, id, &(struct wire_response){ .code = code, .message = text });
}

void caller_say(struct wire *wire)
{
    live_send_wire(caller.peer, wire);
}

void caller_say_frame(uint8_t type, uint8_t flags, uint32_t id, const void *data, size_t len)
{
    struct wire wire = { 0 };

    wire_frame(&wire, type, flags, id, (struct eyelet_slice){ data, len });
    caller_say(&wire);
}

void caller_say_reply(uint32_t id, const char *text)
{
    struct wire wire = { 0 };

    caller_put_reply(&wire, id, text);
    caller_say(&wire);
}

void caller_say_data(uint32_t id, const char *text)
{
    struct wire wire = { 0 };

    caller_put_data(&wire, id, text);
    caller_say(&wire);
}

void caller_say_end(uint32_t id)
{
    struct wire wire = { 0 };

    caller_put_end(&wire, id);
    caller_say(&wire);
}

void caller_say_error(uint32_t id, int32_t code, const char *text)
{
    struct wire wire = { 0 };

    caller_put_error(&wire, id, code, text);
    caller_say(&wire);
}

void caller_hear(uint8_t type, uint8_t flags, uint32_t id, size_t len_min)
{
    struct live_frame frame;

    assert_true(live_read_frame(caller.peer, &frame));
    assert_int_equal(frame.type, type);
    assert_int_equal(frame.flags, flags);
    assert_int_equal(frame.id, id);
    assert_true(frame.len >= len_min);
    live_frame_clear(&frame);
}

void caller_hear_nothing(void)
{
    uint8_t byte;

    assert_int_equal(recv(caller.peer, &byte, 1, MSG_DONTWAIT), -1);
}

void caller_hear_end(void)
{
    assert_int_equal(live_read_to_end(caller.peer), 0);
}

/* --- the client --------------------------------------------------------------------------------------------------- */

static void set_text(char *room, size_t cap, const char *text)
{
    live_must(strlen(text) < cap, "a text of a test is too long for its message");
    memcpy(room, text, strlen(text) + 1);
}

enum eyelet_status caller_call(uint32_t timeout_ms, const char *text, char *ret_text, size_t cap,
                               struct eyelet_error *reterr)
{
    demo_SayRequest request = demo_SayRequest_init_zero;
    demo_SayReply reply;
    enum eyelet_status status;

    set_text(request.text, sizeof(request.text), text);
    memset(&reply, 0xa5, sizeof(reply));
    status =
        demo_echo_say(caller.client, &(struct eyelet_call_opts){ .timeout_ms = timeout_ms }, &request, &reply, reterr);
    if (status == EYELET_OK && ret_text != NULL)
        snprintf(ret_text, cap, "%s", reply.text);
    return status;
}

void caller_assert_usable(uint32_t id)
{
    char text[32];

    caller_say_reply(id, "still here");
    assert_int_equal(caller_call(0, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "still here");
}

void caller_assert_lost(bool may_have_executed, const char *why)
{
    struct eyelet_error error;

    assert_int_equal(caller_call(0, "hello", NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_int_equal(error.status, EYELET_UNAVAILABLE);
    assert_false(error.is_remote);
    assert_int_equal(error.may_have_executed, may_have_executed);
    assert_text_has(error.text, "demo.Echo/Say at fd://");
    assert_text_has(error.text, why);

    assert_int_equal(caller_call(0, "hello", NULL, 0, &error), EYELET_UNAVAILABLE); /* without having been sent */
    assert_false(error.may_have_executed);
    assert_text_has(error.text, why);
}

struct eyelet_counters caller_counters(void)
{
    struct eyelet_counters counters;

    eyelet_nano_client_get_counters(caller.client, &counters);
    return counters;
}

/* --- streams ------------------------------------------------------------------------------------------------------ */

struct demo_echo_chat_stream *caller_chat(uint32_t timeout_ms)
{
    struct demo_echo_chat_stream *chat = NULL;
    struct eyelet_error error;

    if (demo_echo_chat_open(caller.client, &(struct eyelet_call_opts){ .timeout_ms = timeout_ms }, &chat, &error) !=
        EYELET_OK)
        fail_msg("%s", error.text);
    return chat;
}

enum eyelet_status caller_chat_send(struct demo_echo_chat_stream *chat, const char *text, struct eyelet_error *reterr)
{
    demo_SayRequest request = demo_SayRequest_init_zero;

    set_text(request.text, sizeof(request.text), text);
    return demo_echo_chat_send(chat, &request, reterr);
}

void caller_chat_text(struct demo_echo_chat_stream *chat, const char *text)
{
    struct eyelet_error error;
    demo_SayReply reply;

    switch (demo_echo_chat_recv(chat, &reply, &error)) {
    case EYELET_GOT_MESSAGE:
        assert_string_equal(reply.text, text);
        break;
    case EYELET_GOT_END:
        fail_msg("the end came, and no message \"%s\"", text);
        break;
    case EYELET_GOT_ERROR:
        fail_msg("there is no message \"%s\": %s", text, error.text);
        break;
    }
}

void caller_chat_end(struct demo_echo_chat_stream *chat)
{
    demo_SayReply reply;

    for (unsigned i = 0; i < 2; i++) /* and so for ever */
        assert_int_equal(demo_echo_chat_recv(chat, &reply, NULL), EYELET_GOT_END);
}

void caller_chat_failed(struct demo_echo_chat_stream *chat, enum eyelet_status status, const char *why)
{
    struct eyelet_error error;
    demo_SayReply reply;

    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(demo_echo_chat_recv(chat, &reply, &error), EYELET_GOT_ERROR);
        assert_int_equal(error.status, status);
        assert_text_has(error.text, why);
    }
    assert_int_equal(caller_chat_send(chat, "x", &error), status);
    assert_int_equal(error.status, status);
}
