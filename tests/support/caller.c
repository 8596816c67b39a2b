/*
 * A socketpair with a client on one end.
 */
#include "support/caller.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "echo.eyelet.h"
#include "support/faults.h"

struct caller caller = { .peer = -1 };

void caller_open(const struct eyelet_client_opts *opts)
{
    struct eyelet_error error;
    char address[32];
    int fds[2];

    caller_close();
    live_pair(fds);
    snprintf(address, sizeof(address), "fd://%d", fds[0]);
    if (eyelet_client_open(address, opts, &caller.client, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    close(fds[0]);
    caller.peer = fds[1];
}

void caller_close(void)
{
    caller.client = eyelet_client_close(caller.client);
    if (caller.peer >= 0)
        close(caller.peer);
    caller.peer = -1;
}

int caller_setup(void **state)
{
    faults_setup(state);
    caller.fds_before = faults_open_fds();
    caller_open(NULL);
    return 0;
}

int caller_teardown(void **state)
{
    (void)state;
    faults_reset();
    caller_close();
    return faults_open_fds() == caller.fds_before ? 0 : -1;
}

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
    wire_frame_head(wire, WIRE_DATA, WIRE_CLOSED | WIRE_NO_DATA, id, 0);
}

void caller_put_error(struct wire *wire, uint32_t id, int32_t code, const char *text)
{
    wire_response(wire, id, &(struct wire_response){ .code = code, .message = text });
}

void caller_say(struct wire *wire)
{
    live_send_wire(caller.peer, wire);
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
    char byte;

    assert_int_equal(recv(caller.peer, &byte, 1, MSG_DONTWAIT | MSG_PEEK), -1);
}

enum eyelet_status caller_call(uint32_t timeout_ms, const char *text, char *ret_text, size_t cap,
                               struct eyelet_error *reterr)
{
    const struct eyelet_call_opts opts = { .timeout_ms = timeout_ms };
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;
    enum eyelet_status status;

    request.text = (char *)text;
    status = demo_echo_say(caller.client, &opts, &request, &reply, reterr);
    live_must((reply != NULL) == (status == EYELET_OK), "a reply without success, or success without a reply");
    if (reply != NULL && ret_text != NULL)
        snprintf(ret_text, cap, "%s", reply->text);
    demo__say_reply__free_unpacked(reply, NULL);
    return status;
}

void caller_assert_usable(uint32_t id)
{
    char text[32];

    caller_say_reply(id, "still here");
    assert_int_equal(caller_call(0, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "still here");
}
