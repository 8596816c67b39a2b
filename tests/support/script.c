/*
 * Runs scripts through a session. What is held lies in a block of exactly its size that moves whenever more is heard,
 * so that a sanitizer sees a byte read too far and a slice kept too long.
 */
#include "support/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/bytes.h"
#include "core/text.h"

const struct eyelet_session_limits script_limits = {
    .frame_max = SCRIPT_FRAME_MAX,
    .body_rate_min = 64 << 10,
    .header_timeout_ns = 5000000000u,
    .body_grace_ns = 5000000000u,
    .call_timeout_ns = 30000000000u,
    .call_timeout_max_ns = 300000000000u,
};

uint32_t listener_call(struct listener *listener, unsigned n)
{
    return listener_open(listener, n, EYELET_UNARY);
}

uint32_t listener_open(struct listener *listener, unsigned n, enum eyelet_kind kind)
{
    const struct eyelet_outgoing_request request = { .service = eyelet_slice_of("demo.Echo"),
                                                     .method = eyelet_slice_of("Say"),
                                                     .timeout_ns = 1 };
    uint8_t *room;
    size_t len;

    assert_int_equal(eyelet_session_measure_request(&listener->session, &request, &len), 0);
    room = malloc(len);
    assert_non_null(room);
    listener->calls[n] =
        eyelet_session_start_request(&listener->session, &request, kind, &listener->calls[n], room, len);
    free(room);
    return listener->calls[n];
}

static enum eyelet_kind kind_of(struct eyelet_slice method)
{
    if (eyelet_slice_equals(method, "Count"))
        return EYELET_SERVER_STREAM;
    if (eyelet_slice_equals(method, "Sum"))
        return EYELET_CLIENT_STREAM;
    if (eyelet_slice_equals(method, "Chat") || eyelet_slice_equals(method, "Once"))
        return EYELET_BIDI_STREAM;
    return EYELET_UNARY;
}

enum eyelet_status listener_accept(struct listener *listener, const struct eyelet_session_event *event)
{
    uint32_t *owner = &listener->calls[listener->n_accepted++ % SCRIPT_CALLS_MAX];
    struct eyelet_error error;
    enum eyelet_status status;

    *owner = event->id;
    listener->is_once[owner - listener->calls] = eyelet_slice_equals(event->request.method, "Once");
    status = eyelet_session_accept(&listener->session, event, kind_of(event->request.method), owner, &error);
    if (status == EYELET_OK)
        return status;
    assert_int_equal(error.status, status);
    assert_true(eyelet_session_finish(&listener->session, event->id));
    return status;
}

void listener_init(struct listener *listener, enum eyelet_session_role role, const struct eyelet_session_limits *limits,
                   unsigned n_calls)
{
    memset(listener, 0, sizeof(*listener));
    listener->now_ns = SCRIPT_START_NS;
    eyelet_session_init(&listener->session, role, limits != NULL ? limits : &script_limits, listener->slots,
                        SCRIPT_SLOTS);
    for (unsigned n = 0; n < n_calls; n++)
        assert_int_equal(listener_call(listener, n), 2 * n + 1);
}

void listener_clear(struct listener *listener)
{
    wire_clear(&listener->held);
}

/* Forgets what was taken; what is left moves to a new place. */
static void move_rest(struct listener *listener)
{
    struct wire rest = { 0 };

    wire_put(&rest, listener->held.bytes + listener->taken, listener->held.len - listener->taken);
    wire_clear(&listener->held);
    listener->held = rest;
    listener->taken = 0;
}

void listener_hear(struct listener *listener, struct eyelet_slice bytes)
{
    if (listener->held.len > 0)
        move_rest(listener);
    wire_put(&listener->held, bytes.data, bytes.len);
}

enum eyelet_session_event_kind listener_next(struct listener *listener, struct eyelet_session_event *ret)
{
    struct eyelet_slice held = wire_slice(&listener->held);
    struct eyelet_slice in = eyelet_slice_part(held, listener->taken, held.len - listener->taken);
    enum eyelet_session_event_kind kind = eyelet_session_feed(&listener->session, &in, listener->now_ns, ret);

    assert_int_equal(kind, ret->kind);
    assert_true(in.len <= held.len - listener->taken);
    listener->taken = held.len - in.len;
    listener_check(listener);
    return kind;
}

/* --- writing it down ---------------------------------------------------------------------------------------------- */

static void say(struct listener *listener, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct listener *listener, const char *format, ...)
{
    size_t used = strlen(listener->story);
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(listener->story + used, sizeof(listener->story) - used, format, args);
    va_end(args);
    assert_true(len >= 0 && (size_t)len < sizeof(listener->story) - used);
}

static void say_bytes(struct listener *listener, struct eyelet_slice bytes)
{
    char text[256];

    eyelet_text_escape(bytes, text, sizeof(text));
    say(listener, "%s", text);
}

static void say_quoted(struct listener *listener, struct eyelet_slice bytes)
{
    say(listener, " \"");
    say_bytes(listener, bytes);
    say(listener, "\"");
}

static void say_call(struct listener *listener, const struct eyelet_session_event *event)
{
    struct eyelet_slice metadata = event->request.metadata, key, value;
    enum eyelet_status status;

    say(listener, "call %u ", event->id);
    say_bytes(listener, event->request.service);
    say(listener, "/");
    say_bytes(listener, event->request.method);
    if (event->has_message)
        say_quoted(listener, event->request.payload);
    else
        assert_int_equal(event->request.payload.len, 0);
    if (event->flags != 0)
        say(listener, " flags 0x%02x", event->flags);
    while (eyelet_request_next_metadata(&metadata, &key, &value)) {
        say(listener, " ");
        say_bytes(listener, key);
        say(listener, "=");
        say_bytes(listener, value);
    }
    status = listener_accept(listener, event);
    if (status != EYELET_OK)
        say(listener, " not %s", eyelet_status_name(status));
    else if (eyelet_slice_equals(event->request.method, "Now"))
        assert_true(eyelet_session_finish(&listener->session, event->id));
}

static unsigned call_number(const struct listener *listener, const void *owner)
{
    ptrdiff_t n = (const uint32_t *)owner - listener->calls;

    assert_true(n >= 0 && n < SCRIPT_CALLS_MAX);
    return (unsigned)n;
}

static void say_data(struct listener *listener, const struct eyelet_session_event *event)
{
    bool is_server = listener->session.role == EYELET_SESSION_SERVER;

    assert_true(event->has_message || event->is_end);
    assert_int_equal(*(const uint32_t *)event->owner, event->id);
    if (is_server)
        say(listener, "data %u", event->id);
    else
        say(listener, "data #%u", call_number(listener, event->owner));
    if (event->has_message)
        say_quoted(listener, event->message);
    else
        assert_int_equal(event->message.len, 0);
    if (event->is_end)
        say(listener, " end");
    if (is_server && listener->is_once[call_number(listener, event->owner)])
        assert_true(eyelet_session_finish(&listener->session, event->id));
}

static void say_reply(struct listener *listener, const struct eyelet_session_event *event)
{
    say(listener, "reply #%u %d", call_number(listener, event->owner), event->response.code);
    say_quoted(listener, event->response.code == 0 ? event->response.payload : event->response.message);
}

static void say_refusal(struct listener *listener, const struct eyelet_session_event *event)
{
    const char *verb = event->owner != NULL ? "cancel" : "refuse";

    if (event->owner != NULL) {
        assert_int_equal(*(const uint32_t *)event->owner, event->id);
        assert_false(eyelet_session_finish(&listener->session, event->id));
    }
    say(listener, "%s %u %s", verb, event->id, eyelet_status_name(event->error.status));
}

static void say_event(struct listener *listener, const struct eyelet_session_event *event)
{
    const char *status = eyelet_status_name(event->error.status);

    if (listener->story[0] != '\0')
        say(listener, "; ");
    switch (event->kind) {
    case EYELET_SESSION_MORE:
        fail_msg("MORE is no sentence");
        break;
    case EYELET_SESSION_CALL:
        say_call(listener, event);
        break;
    case EYELET_SESSION_DATA:
        say_data(listener, event);
        break;
    case EYELET_SESSION_REFUSE:
        say_refusal(listener, event);
        break;
    case EYELET_SESSION_REPLY:
        say_reply(listener, event);
        break;
    case EYELET_SESSION_FAILED:
        say(listener, "failed #%u %s", call_number(listener, event->owner), status);
        break;
    case EYELET_SESSION_BROKEN:
        say(listener, "broken %s", status);
        break;
    }
}

void listener_note(struct listener *listener, struct eyelet_slice bytes)
{
    struct eyelet_session_event event;

    listener_hear(listener, bytes);
    while (listener_next(listener, &event) != EYELET_SESSION_MORE) {
        say_event(listener, &event);
        if (event.kind == EYELET_SESSION_BROKEN)
            break;
    }
}

void listener_check(const struct listener *listener)
{
    unsigned n_live = 0;

    for (unsigned i = 0; i < SCRIPT_SLOTS; i++) {
        n_live += listener->slots[i].id != 0;
        for (unsigned j = 0; j < i; j++)
            assert_true(listener->slots[i].id == 0 || listener->slots[i].id != listener->slots[j].id);
    }
    assert_int_equal(listener->session.n_live, n_live);
}

/* --- scripts ------------------------------------------------------------------------------------------------------ */

static bool is_end(const struct script_frame *frame)
{
    return frame->type == 0 && frame->id == 0;
}

static void write_script(const struct script *script, struct wire *wire)
{
    for (const struct script_frame *frame = script->frames; !is_end(frame); frame++) {
        wire_frame_head(wire, frame->type, frame->flags, frame->id, (uint32_t)frame->len + frame->fill);
        wire_put(wire, frame->data, frame->len);
        wire_fill(wire, 'x', frame->fill);
    }
    wire_put(wire, script->raw, script->raw_len);
}

static bool is_broken(const struct listener *listener)
{
    return strstr(listener->story, "broken") != NULL;
}

/* At its end a script lies between two frames, or the connection is to be closed. */
static void check_end(const struct script *script, const struct listener *listener)
{
    assert_string_equal(listener->story, script->story);
    assert_int_equal(listener->session.counters.protocol_errors, script->errors);
    assert_int_equal(listener->session.counters.late_frames, script->late);
    assert_int_equal(listener->session.n_live, script->live);
    if (is_broken(listener))
        return;
    assert_int_equal(listener->taken, listener->held.len);
    assert_true(eyelet_session_read_deadline(&listener->session) == EYELET_SESSION_NO_DEADLINE);
}

static void begin(const struct script *script, enum eyelet_session_role role, struct listener *listener)
{
    listener_init(listener, role, NULL, 0);
    for (unsigned n = 0; n < script->n_calls; n++)
        assert_int_equal(listener_open(listener, n, script->kinds[n]), 2 * n + 1);
}

static void run_split(const struct script *script, enum eyelet_session_role role, struct eyelet_slice bytes, size_t cut)
{
    struct listener listener;

    begin(script, role, &listener);
    listener_note(&listener, eyelet_slice_part(bytes, 0, cut));
    if (!is_broken(&listener))
        listener_note(&listener, eyelet_slice_part(bytes, cut, bytes.len - cut));
    check_end(script, &listener);
    listener_clear(&listener);
}

static void run_single_bytes(const struct script *script, enum eyelet_session_role role, struct eyelet_slice bytes)
{
    struct listener listener;

    begin(script, role, &listener);
    for (size_t i = 0; i < bytes.len && !is_broken(&listener); i++)
        listener_note(&listener, eyelet_slice_part(bytes, i, 1));
    check_end(script, &listener);
    listener_clear(&listener);
}

static void run(const struct script *script, enum eyelet_session_role role)
{
    struct wire wire = { 0 };

    write_script(script, &wire);
    for (size_t cut = 0; cut <= wire.len; cut++)
        run_split(script, role, wire_slice(&wire), cut);
    run_single_bytes(script, role, wire_slice(&wire));
    wire_clear(&wire);
}

static void run_for_server(void **state)
{
    run(*state, EYELET_SESSION_SERVER);
}

static void run_for_client(void **state)
{
    run(*state, EYELET_SESSION_CLIENT);
}

void script_tests(const struct script *scripts, size_t n, enum eyelet_session_role role, struct CMUnitTest *ret)
{
    for (size_t i = 0; i < n; i++)
        ret[i] = (struct CMUnitTest){
            .name = scripts[i].name,
            .test_func = role == EYELET_SESSION_SERVER ? run_for_server : run_for_client,
            .initial_state = (void *)&scripts[i], /* only read */
        };
}
