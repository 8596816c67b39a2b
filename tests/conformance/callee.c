#include "conformance/callee.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/faults.h"

int callee = -1;

static unsigned fds_before;

void callee_open(const struct client_opts *opts)
{
    struct eyelet_error error;
    char address[32];
    int fds[2];

    callee_close();
    live_pair(fds);
    snprintf(address, sizeof(address), "fd://%d", fds[0]);
    if (client_open(address, opts, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    close(fds[0]);
    callee = fds[1];
}

void callee_close(void)
{
    client_close();
    if (callee >= 0)
        close(callee);
    callee = -1;
}

int callee_setup(void **state)
{
    faults_setup(state);
    fds_before = faults_open_fds();
    callee_open(NULL);
    return 0;
}

int callee_teardown(void **state)
{
    (void)state;
    faults_reset();
    callee_close();
    return faults_open_fds() == fds_before ? 0 : -1;
}

void callee_narrow(void)
{
    const int least = 1; /* the kernel makes it as much as it must be */

    assert_int_equal(setsockopt(client_fd(), SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)), 0);
}

char *callee_long_text(size_t len)
{
    char *text = malloc(len + 1);

    assert_non_null(text);
    memset(text, 't', len);
    text[len] = '\0';
    return text;
}

/* --- saying ------------------------------------------------------------------------------------------------------- */

void callee_put_reply(struct wire *wire, uint32_t id, const char *text)
{
    struct wire payload = { 0 };

    wire_field_text(&payload, 1, text);
    wire_response(wire, id, &(struct wire_response){ .payload = wire_slice(&payload) });
    wire_clear(&payload);
}

void callee_put_data(struct wire *wire, uint32_t id, const char *text)
{
    struct wire payload = { 0 };

    wire_field_text(&payload, 1, text);
    wire_frame_of(wire, WIRE_DATA, 0, id, &payload);
}

void callee_put_end(struct wire *wire, uint32_t id)
{
    wire_frame_head(wire, WIRE_DATA, CALLEE_ENDS, id, 0);
}

void callee_put_error(struct wire *wire, uint32_t id, int32_t code, const char *text)
{
    wire_response(wire, id, &(struct wire_response){ .code = code, .message = text });
}

void callee_say(struct wire *wire)
{
    live_send_wire(callee, wire);
}

void callee_say_reply(uint32_t id, const char *text)
{
    struct wire wire = { 0 };

    callee_put_reply(&wire, id, text);
    callee_say(&wire);
}

void callee_say_data(uint32_t id, const char *text)
{
    struct wire wire = { 0 };

    callee_put_data(&wire, id, text);
    callee_say(&wire);
}

void callee_say_end(uint32_t id)
{
    struct wire wire = { 0 };

    callee_put_end(&wire, id);
    callee_say(&wire);
}

void callee_say_error(uint32_t id, int32_t code, const char *text)
{
    struct wire wire = { 0 };

    callee_put_error(&wire, id, code, text);
    callee_say(&wire);
}

void callee_say_frame(uint8_t type, uint8_t flags, uint32_t id, const void *data, size_t len)
{
    struct wire wire = { 0 };

    wire_frame(&wire, type, flags, id, (struct eyelet_slice){ data, len });
    callee_say(&wire);
}

/* --- hearing ------------------------------------------------------------------------------------------------------ */

void callee_hear(uint8_t type, uint8_t flags, uint32_t id, size_t len_min)
{
    struct live_frame frame;

    assert_true(live_read_frame(callee, &frame));
    assert_int_equal(frame.type, type);
    assert_int_equal(frame.flags, flags);
    assert_int_equal(frame.id, id);
    assert_true(frame.len >= len_min);
    live_frame_clear(&frame);
}

void callee_hear_nothing(void)
{
    char byte;

    assert_int_equal(recv(callee, &byte, 1, MSG_DONTWAIT | MSG_PEEK), -1);
}

enum eyelet_status callee_call(uint32_t timeout_ms, struct eyelet_error *reterr)
{
    const struct eyelet_call_opts opts = { .timeout_ms = timeout_ms };

    return client_say(timeout_ms != 0 ? &opts : NULL, "hello", NULL, 0, reterr);
}

void callee_assert_usable(uint32_t id)
{
    char text[32];

    callee_say_reply(id, "still here");
    assert_int_equal(client_say(NULL, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "still here");
}
