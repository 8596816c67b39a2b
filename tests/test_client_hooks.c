/*
 * Who looks on at a client: interceptors, the state hook, the log, counters, the keepalive, and who may not: what is
 * left in memory. One thread and a peer that speaks bytes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "echo.eyelet.h"
#include "io/socket.h"
#include "support/caller.h"
#include "support/faults.h"
#include "support/folder.h"

#define NOW_NS CALLER_NOW_NS
#define MS     EYELET_NS_PER_MS

/* --- interceptors ------------------------------------------------------------------------------------------------- */

/* What interceptors a, b and c were asked and told, in order: "a? b? b:0 a:0". */
static char story[512];
static char refuser; /* the one that refuses */
static bool says_why;
static struct eyelet_call_info last; /* of the last call that was told of; its pointers are not valid any more */
static bool had_peer, had_metadata, had_error;

static void note_asked(const char *name)
{
    size_t len = strlen(story);

    snprintf(story + len, sizeof(story) - len, "%s? ", name);
}

static void note_end(const char *name, enum eyelet_status status)
{
    size_t len = strlen(story);

    snprintf(story + len, sizeof(story) - len, "%s:%d ", name, (int)status);
}

static enum eyelet_status before(const struct eyelet_call_info *info, struct eyelet_error *reterr, void *userdata)
{
    const char *name = userdata;

    live_must(info->status == EYELET_OK && info->call == NULL && reterr != NULL, "before a call something is odd");
    note_asked(name);
    if (*name != refuser)
        return EYELET_OK;
    if (says_why)
        return eyelet_error_fill(reterr, EYELET_PERMISSION_DENIED, "not %s", info->method);
    return EYELET_UNAUTHENTICATED;
}

static void after(const struct eyelet_call_info *info, void *userdata)
{
    note_end(userdata, info->status);
    last = *info;
    had_peer = info->peer != NULL;
    had_metadata = info->metadata != NULL && info->n_metadata == 1;
    had_error = info->error != NULL && info->error->status == info->status;
}

static const struct eyelet_interceptor three[] = {
    { .before = before, .after = after, .userdata = (void *)"a" },
    { .before = NULL, .after = NULL, .userdata = NULL },
    { .before = before, .after = after, .userdata = (void *)"b" },
    { .before = before, .after = after, .userdata = (void *)"c" },
};

static const struct eyelet_client_opts intercepted = { .interceptors = three, .n_interceptors = 4 };

static void open_intercepted(void)
{
    caller_open(&intercepted);
    story[0] = '\0';
    refuser = 0;
    says_why = false;
}

static void interceptors_are_asked_in_order_and_told_backwards(void **state)
{
    static const struct eyelet_metadata metadata[] = { { "k", "v" } };
    const struct eyelet_call_opts opts = { .metadata = metadata, .n_metadata = 1 };
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;

    (void)state;
    open_intercepted();
    faults_fake_clock(NOW_NS);
    caller_say_reply(1, "four");
    request.text = (char *)"hello";
    assert_int_equal(demo_echo_say(caller.client, &opts, &request, &reply, NULL), EYELET_OK);
    demo__say_reply__free_unpacked(reply, NULL);
    assert_string_equal(story, "a? b? c? c:0 b:0 a:0 ");
    assert_true(had_peer && had_metadata && !had_error);
    assert_string_equal(last.service, "demo.Echo");
    assert_string_equal(last.method, "Say");
    assert_int_equal(last.kind, EYELET_UNARY);
    assert_int_equal(last.sent_messages, 1);
    assert_int_equal(last.sent_bytes, 7);
    assert_int_equal(last.received_messages, 1);
    assert_int_equal(last.received_bytes, 6);

    story[0] = '\0';
    assert_int_equal(caller_call(300, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
    assert_string_equal(story, "a? b? c? c:4 b:4 a:4 ");
    assert_true(had_error);
    assert_int_equal(last.received_messages, 0);
    assert_int_equal(last.duration_ns, 300 * MS);
}

static void a_refused_call_is_not_sent(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct demo_echo_chat_stream *chat = NULL;
    struct eyelet_pending *pending = NULL;
    struct eyelet_error error;

    (void)state;
    open_intercepted();
    refuser = 'b';
    says_why = true;
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_PERMISSION_DENIED);
    assert_string_equal(error.text, "not Say");
    assert_false(error.is_remote);
    assert_false(error.may_have_executed);
    assert_string_equal(story, "a? b? a:7 ");
    says_why = false;
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_UNAUTHENTICATED);
    assert_text_has(error.text, "demo.Echo/Say");
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &chat, NULL), EYELET_UNAUTHENTICATED);
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, NULL, NULL, &pending, NULL),
                     EYELET_UNAUTHENTICATED);
    caller_hear_nothing();
    refuser = 0;
    caller_assert_usable(1);
}

static void a_message_that_makes_no_sense_is_not_handed_over(void **state)
{
    struct demo_echo_chat_stream *chat = NULL;
    Demo__SayReply *reply = NULL;
    struct wire wire = { 0 };

    (void)state;
    open_intercepted();
    wire_response(&wire, 1, &(struct wire_response){ .payload = { (const uint8_t *)"\x0a\x7f", 2 } });
    caller_say(&wire);
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_INTERNAL);
    assert_int_equal(last.received_messages, 0);
    assert_int_equal(last.received_bytes, 0);
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &chat, NULL), EYELET_OK);
    caller_put_data(&wire, 3, "good");
    wire_frame(&wire, WIRE_DATA, 0, 3, (struct eyelet_slice){ (const uint8_t *)"\x0a\x7f", 2 });
    caller_say(&wire);
    assert_int_equal(demo_echo_chat_recv(chat, &reply, NULL), EYELET_GOT_MESSAGE);
    demo__say_reply__free_unpacked(reply, NULL);
    assert_int_equal(demo_echo_chat_recv(chat, &reply, NULL), EYELET_GOT_ERROR);
    assert_int_equal(last.received_messages, 1);
    assert_int_equal(last.received_bytes, 2 + strlen("good"));
    demo_echo_chat_close(chat);
}

static void a_stream_is_told_of_when_its_end_is(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct demo_echo_chat_stream *chat = NULL;
    Demo__SayReply *reply = NULL;

    (void)state;
    open_intercepted();
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &chat, NULL), EYELET_OK);
    request.text = (char *)"abc";
    assert_int_equal(demo_echo_chat_send(chat, &request, NULL), EYELET_OK);
    assert_int_equal(demo_echo_chat_send(chat, &request, NULL), EYELET_OK);
    caller_say_data(1, "x");
    caller_say_end(1);
    assert_int_equal(demo_echo_chat_recv(chat, &reply, NULL), EYELET_GOT_MESSAGE);
    demo__say_reply__free_unpacked(reply, NULL);
    assert_string_equal(story, "a? b? c? ");
    assert_int_equal(demo_echo_chat_recv(chat, &reply, NULL), EYELET_GOT_END);
    assert_int_equal(demo_echo_chat_recv(chat, &reply, NULL), EYELET_GOT_END);
    demo_echo_chat_close(chat);
    assert_string_equal(story, "a? b? c? c:0 b:0 a:0 ");
    assert_int_equal(last.sent_messages, 2);
    assert_int_equal(last.sent_bytes, 10);
    assert_int_equal(last.received_messages, 1);
    assert_int_equal(last.received_bytes, 3);

    story[0] = '\0';
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &chat, NULL), EYELET_OK);
    demo_echo_chat_close(chat);
    assert_string_equal(story, "a? b? c? c:1 b:1 a:1 ");
}

static void on_done(enum eyelet_status status, Demo__SayReply *reply, const struct eyelet_error *error, void *userdata)
{
    (void)error;
    (void)userdata;
    note_end("done", status);
    demo__say_reply__free_unpacked(reply, NULL);
}

static void a_started_call_is_told_of_before_its_function(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct eyelet_pending *pending = NULL;
    Demo__SayReply *reply = NULL;

    (void)state;
    open_intercepted();
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, on_done, NULL, NULL, NULL), EYELET_OK);
    caller_say_reply(1, "x");
    assert_int_equal(eyelet_client_process(caller.client, NULL), EYELET_OK);
    assert_string_equal(story, "a? b? c? c:0 b:0 a:0 done:0 ");

    story[0] = '\0';
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, NULL, NULL, &pending, NULL), EYELET_OK);
    caller_say_error(3, EYELET_NOT_FOUND, "none");
    assert_int_equal(demo_echo_say_collect(pending, &reply, NULL), EYELET_NOT_FOUND);
    assert_string_equal(story, "a? b? c? c:5 b:5 a:5 ");
}

static void on_reported(enum eyelet_status status, Demo__SayReply *reply, const struct eyelet_error *error,
                        void *userdata)
{
    (void)status;
    (void)error;
    (void)userdata;
    demo__say_reply__free_unpacked(reply, NULL);
}

/* Reports the end of a call by another call. */
static void report(const struct eyelet_call_info *info, void *userdata)
{
    bool *has_reported = userdata;
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    (void)info;
    if (*has_reported)
        return;
    *has_reported = true;
    request.text = (char *)"a call is over";
    live_must(demo_echo_say_start(caller.client, NULL, &request, on_reported, NULL, NULL, NULL) == EYELET_OK,
              "an interceptor cannot start a call");
}

static void what_an_interceptor_starts_leaves_behind_it(void **state)
{
    bool has_reported = false;
    const struct eyelet_interceptor reporter = { .after = report, .userdata = &has_reported };

    (void)state;
    caller_open(&(struct eyelet_client_opts){ .interceptors = &reporter, .n_interceptors = 1 });
    caller_say_reply(1, "done");
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    assert_true(has_reported);
    caller_hear(WIRE_REQUEST, 0, 1, 10);
    caller_hear(WIRE_REQUEST, 0, 3, 10);
    caller_close();
}

static void interceptors_without_a_list_are_refused(void **state)
{
    struct eyelet_client *none = NULL;
    struct eyelet_error error;
    char address[32];

    (void)state;
    snprintf(address, sizeof(address), "fd://%d", caller.peer);
    assert_int_equal(eyelet_client_open(address, &(struct eyelet_client_opts){ .n_interceptors = 1 }, &none, &error),
                     EYELET_INVALID_ARGUMENT);
    assert_int_equal(eyelet_client_open(address, &(struct eyelet_client_opts){ .calls_max = 65537 }, &none, &error),
                     EYELET_INVALID_ARGUMENT);
    assert_null(none);
}

/* --- state -------------------------------------------------------------------------------------------------------- */

static void close_on_loss(enum eyelet_client_state state, const struct eyelet_error *why, void *userdata)
{
    live_must(state == EYELET_CLIENT_LOST && why != NULL && userdata == NULL, "the state is another");
    caller.client = eyelet_client_close(caller.client);
}

static void h120_the_state_hook_may_close_the_client(void **state)
{
    struct eyelet_error error;

    (void)state;
    caller_open(&(struct eyelet_client_opts){ .on_state = close_on_loss });
    close(caller.peer);
    caller.peer = -1;
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_null(caller.client);
}

static void call_on_loss(enum eyelet_client_state state, const struct eyelet_error *why, void *userdata)
{
    (void)why;
    live_must(state == EYELET_CLIENT_LOST, "the state is another");
    *(enum eyelet_status *)userdata = caller_call(0, "x", NULL, 0, NULL);
}

static void h120_the_state_hook_may_call(void **state)
{
    enum eyelet_status inner = EYELET_OK;

    (void)state;
    caller_open(&(struct eyelet_client_opts){ .on_state = call_on_loss, .on_state_userdata = &inner });
    close(caller.peer);
    caller.peer = -1;
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(inner, EYELET_UNAVAILABLE);
}

/* --- connecting again by hand ------------------------------------------------------------------------------------- */

static int accept_at(struct eyelet_listener *listener)
{
    int fd = accept(listener->fd, NULL, NULL);

    assert_true(fd >= 0);
    return fd;
}

/* A client with a connection to a server of the test's own, that may be lost and made again. */
static void open_at(struct eyelet_listener *listener, const struct eyelet_client_opts *opts)
{
    struct eyelet_address address;
    char text[EYELET_ADDRESS_TEXT_MAX];

    caller_close();
    assert_int_equal(folder_setup(NULL), 0);
    address = folder_address("e.sock");
    assert_int_equal(eyelet_address_format(&address, text, sizeof(text)), 0);
    assert_int_equal(eyelet_address_listen(&address, 0, listener, NULL), 0);
    assert_int_equal(eyelet_client_open(text, opts, &caller.client, NULL), EYELET_OK);
    caller.peer = accept_at(listener);
}

static void close_at(struct eyelet_listener *listener)
{
    faults_reset();
    caller_close();
    eyelet_listener_clear(listener);
    assert_int_equal(folder_teardown(NULL), 0);
}

static void lose_connection(void)
{
    close(caller.peer);
    caller.peer = -1;
    assert_int_equal(eyelet_client_process(caller.client, NULL), EYELET_UNAVAILABLE);
}

/* Its request's place on the old connection means nothing on the new one. */
static void a_call_is_collected_at_once_when_its_connection_was_replaced(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct eyelet_pending *answered = NULL, *lost = NULL;
    struct eyelet_listener listener;
    Demo__SayReply *reply = NULL;

    (void)state;
    open_at(&listener, NULL);
    faults_fake_clock(NOW_NS);
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, NULL, NULL, &answered, NULL), EYELET_OK);
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, NULL, NULL, &lost, NULL), EYELET_OK);
    caller_say_reply(1, "x");
    assert_int_equal(eyelet_client_process(caller.client, NULL), EYELET_OK);
    lose_connection();
    assert_int_equal(eyelet_client_reconnect(caller.client, 0, NULL), EYELET_OK);
    caller.peer = accept_at(&listener);
    assert_int_equal(demo_echo_say_collect(lost, NULL, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(demo_echo_say_collect(answered, &reply, NULL), EYELET_OK);
    assert_string_equal(reply->text, "x");
    demo__say_reply__free_unpacked(reply, NULL);
    assert_int_equal(faults_now_ns(), NOW_NS);
    close_at(&listener);
}

static int timeout_in_hook_ms;

static void reconnect_on_loss(enum eyelet_client_state state, const struct eyelet_error *why, void *userdata)
{
    (void)why;
    (void)userdata;
    if (state != EYELET_CLIENT_LOST)
        return;
    live_must(eyelet_client_reconnect(caller.client, 0, NULL) == EYELET_OK, "the hook cannot connect");
    timeout_in_hook_ms = eyelet_client_timeout_ms(caller.client);
}

/* Another is to be told of next, by the thread that is in the hook: no loop has to hurry for that. */
static void what_the_hook_will_be_told_next_is_no_work_for_a_loop(void **state)
{
    struct eyelet_listener listener;

    (void)state;
    open_at(&listener, &(struct eyelet_client_opts){ .on_state = reconnect_on_loss });
    close(caller.peer);
    caller.peer = -1;
    timeout_in_hook_ms = 0;
    assert_int_equal(eyelet_client_process(caller.client, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(timeout_in_hook_ms, -1);
    caller.peer = accept_at(&listener);
    caller_assert_usable(1);
    close_at(&listener);
}

static void a_blocking_call_ends_at_once_when_the_hook_replaced_its_connection(void **state)
{
    struct eyelet_listener listener;

    (void)state;
    open_at(&listener, &(struct eyelet_client_opts){ .on_state = reconnect_on_loss });
    faults_fake_clock(NOW_NS);
    close(caller.peer);
    caller.peer = -1;
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(faults_now_ns(), NOW_NS);
    caller.peer = accept_at(&listener);
    close_at(&listener);
}

static void a_program_that_only_starts_calls_connects_again_itself(void **state)
{
    struct eyelet_address address;
    struct eyelet_listener listener;
    char text[EYELET_ADDRESS_TEXT_MAX];
    struct eyelet_error error;
    struct eyelet_counters counters;

    (void)state;
    caller_close();
    assert_int_equal(folder_setup(NULL), 0);
    address = folder_address("e.sock");
    assert_int_equal(eyelet_address_format(&address, text, sizeof(text)), 0);
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), 0);
    assert_int_equal(eyelet_client_open(text, NULL, &caller.client, NULL), EYELET_OK);
    close(accept_at(&listener));
    assert_int_equal(eyelet_client_reconnect(caller.client, 0, NULL), EYELET_OK); /* nobody has noticed so far */
    assert_int_equal(eyelet_client_process(caller.client, &error), EYELET_UNAVAILABLE);
    assert_text_has(error.text, "connection lost");
    assert_int_equal(eyelet_client_reconnect(caller.client, 0, &error), EYELET_OK);
    caller.peer = accept_at(&listener);
    caller_assert_usable(1);
    close(caller.peer);
    caller.peer = -1;
    eyelet_listener_clear(&listener);
    assert_int_equal(eyelet_client_process(caller.client, NULL), EYELET_UNAVAILABLE);
    faults_fake_clock(eyelet_now_ns() + EYELET_NS_PER_S);
    assert_int_equal(eyelet_client_reconnect(caller.client, 200, &error), EYELET_UNAVAILABLE);
    assert_int_equal(error.error_number, ENOENT);
    eyelet_client_get_counters(caller.client, &counters);
    assert_int_equal(counters.connections_opened, 2);
    assert_true(counters.connections_refused >= 2);
    assert_int_equal(counters.connections_open, 0);
    faults_reset();
    caller_close();
    assert_int_equal(folder_teardown(NULL), 0);
}

/* --- counters and log --------------------------------------------------------------------------------------------- */

static void counters_say_what_was_done(void **state)
{
    struct eyelet_counters counters;
    struct wire wire = { 0 };
    size_t n_said = 0;

    (void)state;
    caller_put_reply(&wire, 1, "x");
    n_said = wire.len;
    caller_say(&wire);
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    caller_put_reply(&wire, 1, "late");
    wire_frame_head(&wire, 9, 0, 1, 0);
    caller_put_error(&wire, 3, EYELET_ABORTED, "no");
    n_said += wire.len;
    caller_say(&wire);
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_ABORTED);
    eyelet_client_get_counters(caller.client, &counters);
    assert_int_equal(counters.connections_open, 1);
    assert_int_equal(counters.connections_opened, 1);
    assert_int_equal(counters.calls_open, 0);
    assert_int_equal(counters.calls_started, 2);
    assert_int_equal(counters.calls_failed, 1);
    assert_int_equal(counters.frames_received, 4);
    assert_int_equal(counters.late_frames, 1);
    assert_int_equal(counters.protocol_errors, 1);
    assert_int_equal(counters.bytes_received, n_said);
    assert_true(counters.bytes_sent > 50);
    assert_true(live_send(caller.peer, (struct eyelet_slice){ (const uint8_t *)"HTTP", 4 }));
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_UNAVAILABLE);
    eyelet_client_get_counters(caller.client, &counters);
    assert_int_equal(counters.connections_broken, 1);
    assert_int_equal(counters.connections_open, 0);
    assert_int_equal(counters.frames_received, 4);
}

static char lines[2048];
static unsigned n_lines;

static void on_log(enum eyelet_log_level level, const char *text, void *userdata)
{
    size_t len = strlen(lines);

    (void)userdata;
    n_lines++;
    snprintf(lines + len, sizeof(lines) - len, "%d %s\n", (int)level, text);
}

static void a_closed_client_logs_no_more(void **state)
{
    struct demo_echo_chat_stream *chat = NULL;

    (void)state;
    caller_open(&(struct eyelet_client_opts){ .log = on_log });
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &chat, NULL), EYELET_OK);
    caller.client = eyelet_client_close(caller.client);
    n_lines = 0;
    lines[0] = '\0';
    demo_echo_chat_close(chat); /* it failed, and nobody is there to hear of it */
    assert_int_equal(n_lines, 0);
}

static void h110_failures_are_logged_and_not_too_many(void **state)
{
    struct eyelet_counters counters;

    (void)state;
    lines[0] = '\0';
    n_lines = 0;
    faults_fake_clock(NOW_NS);
    caller_open(&(struct eyelet_client_opts){ .log = on_log });
    assert_text_has(lines, "2 fd://");
    assert_text_has(lines, "connected");
    for (uint32_t i = 0; i < 30; i++) {
        caller_say_error(2 * i + 1, EYELET_NOT_FOUND, "line\nbreak");
        assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_NOT_FOUND);
    }
    assert_text_has(lines, "3 demo.Echo/Say");
    assert_text_has(lines, "NOT_FOUND: line\\x0abreak");
    assert_int_equal(n_lines, 5); /* half of the connection's: the rest is for warnings */
    eyelet_client_get_counters(caller.client, &counters);
    assert_int_equal(counters.logs_dropped, 26);
    faults_advance_ns(5000 * MS);
    lines[0] = '\0';
    close(caller.peer);
    caller.peer = -1;
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_UNAVAILABLE);
    assert_text_has(lines, "connection lost");
    assert_text_has(lines, "26 lines left out");
}

/* --- keepalive ---------------------------------------------------------------------------------------------------- */

static void hear_question(uint32_t id)
{
    struct live_frame frame;

    assert_true(live_read_frame(caller.peer, &frame));
    assert_int_equal(frame.id, id);
    assert_int_equal(frame.type, WIRE_REQUEST);
    assert_non_null(memmem(frame.data, frame.len,
                           "grpc.health.v1.Health\x12\x05"
                           "Check",
                           28));
    live_frame_clear(&frame);
}

static void a_silent_peer_is_asked_and_then_given_up(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct eyelet_error error;

    (void)state;
    caller_open(&(struct eyelet_client_opts){ .keepalive_ms = 1000, .calls_max = 1 });
    faults_fake_clock(NOW_NS);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), -1); /* nothing is in flight: nobody is asked */
    story[0] = '\0';
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, on_done, NULL, NULL, NULL), EYELET_OK);
    caller_hear(WIRE_REQUEST, 0, 1, 10);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), 1000);
    faults_advance_ns(1000 * MS);
    assert_int_equal(eyelet_client_process(caller.client, NULL), EYELET_OK);
    hear_question(3);
    faults_advance_ns(999 * MS);
    caller_say_error(3, EYELET_UNIMPLEMENTED, "no such service"); /* any answer will do */
    assert_int_equal(eyelet_client_process(caller.client, NULL), EYELET_OK);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), 1000);
    faults_advance_ns(1000 * MS);
    assert_int_equal(eyelet_client_process(caller.client, NULL), EYELET_OK);
    hear_question(5);
    faults_advance_ns(1000 * MS);
    assert_int_equal(eyelet_client_process(caller.client, &error), EYELET_UNAVAILABLE);
    assert_text_has(error.text, "silent");
    assert_string_equal(story, "done:14 ");
}

static void any_byte_is_a_sign_of_life(void **state)
{
    struct demo_echo_chat_stream *chat = NULL;
    Demo__SayReply *reply = NULL;

    (void)state;
    caller_open(&(struct eyelet_client_opts){ .keepalive_ms = 1000 });
    faults_fake_clock(NOW_NS);
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &chat, NULL), EYELET_OK);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    for (unsigned i = 0; i < 5; i++) {
        faults_advance_ns(900 * MS);
        caller_say_data(1, "x");
        assert_int_equal(demo_echo_chat_recv(chat, &reply, NULL), EYELET_GOT_MESSAGE);
        demo__say_reply__free_unpacked(reply, NULL);
    }
    caller_hear_nothing();
    demo_echo_chat_close(chat);
}

static void a_blocking_call_notices_a_paused_machine(void **state)
{
    struct eyelet_error error;

    (void)state;
    caller_open(&(struct eyelet_client_opts){ .keepalive_ms = 1000 });
    faults_fake_clock(NOW_NS);
    assert_int_equal(caller_call(60000, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_int_equal(faults_now_ns(), NOW_NS + 2000 * MS);
    assert_text_has(error.text, "silent");
    assert_true(error.may_have_executed);
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

#define SECRET "a canary that nobody must find"

static struct wire secret_answers[2]; /* made before anybody looks at what is freed, and freed after it */

static void answer_secretly(unsigned i, uint32_t id, bool as_data)
{
    if (as_data)
        caller_put_data(&secret_answers[i], id, SECRET);
    else
        caller_put_reply(&secret_answers[i], id, SECRET);
}

/* A call, a started one and a stream, with the secret in every message. */
static void whisper(void)
{
    struct demo_echo_chat_stream *chat = NULL;
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct eyelet_pending *pending = NULL;
    Demo__SayReply *reply = NULL;

    request.text = (char *)SECRET;
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, NULL, NULL, &pending, NULL), EYELET_OK);
    assert_true(live_send(caller.peer, wire_slice(&secret_answers[0])));
    assert_int_equal(caller_call(0, SECRET, NULL, 0, NULL), EYELET_OK);
    assert_int_equal(demo_echo_say_collect(pending, &reply, NULL), EYELET_OK);
    demo__say_reply__free_unpacked(reply, NULL);
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &chat, NULL), EYELET_OK);
    assert_int_equal(demo_echo_chat_send(chat, &request, NULL), EYELET_OK);
    assert_true(live_send(caller.peer, wire_slice(&secret_answers[1])));
    assert_int_equal(demo_echo_chat_recv(chat, &reply, NULL), EYELET_GOT_MESSAGE);
    demo__say_reply__free_unpacked(reply, NULL);
    demo_echo_chat_close(chat); /* with a message that was not looked at */
    caller.client = eyelet_client_close(caller.client);
}

static unsigned freed_with_secret(bool wipe)
{
    unsigned n;

    caller_open(&(struct eyelet_client_opts){ .wipe = wipe });
    answer_secretly(0, 1, false);
    answer_secretly(0, 3, false);
    answer_secretly(1, 5, true);
    answer_secretly(1, 5, true);
    faults_watch_free(SECRET, sizeof(SECRET) - 1);
    whisper();
    n = faults_freed_with_needle();
    faults_reset();
    wire_clear(&secret_answers[0]);
    wire_clear(&secret_answers[1]);
    return n;
}

static void h124_nothing_is_left_of_requests_and_replies(void **state)
{
    (void)state;
    assert_int_equal(freed_with_secret(true), 0); /* protobuf-c frees what is the program's, and is not watched */
    assert_true(freed_with_secret(false) > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(interceptors_are_asked_in_order_and_told_backwards),
        TEST(a_refused_call_is_not_sent),
        TEST(a_message_that_makes_no_sense_is_not_handed_over),
        TEST(a_stream_is_told_of_when_its_end_is),
        TEST(a_started_call_is_told_of_before_its_function),
        TEST(what_an_interceptor_starts_leaves_behind_it),
        TEST(interceptors_without_a_list_are_refused),
        TEST(h120_the_state_hook_may_close_the_client),
        TEST(h120_the_state_hook_may_call),
        TEST(a_call_is_collected_at_once_when_its_connection_was_replaced),
        TEST(a_blocking_call_ends_at_once_when_the_hook_replaced_its_connection),
        TEST(what_the_hook_will_be_told_next_is_no_work_for_a_loop),
        TEST(a_closed_client_logs_no_more),
        TEST(a_program_that_only_starts_calls_connects_again_itself),
        TEST(counters_say_what_was_done),
        TEST(h110_failures_are_logged_and_not_too_many),
        TEST(a_silent_peer_is_asked_and_then_given_up),
        TEST(any_byte_is_a_sign_of_life),
        TEST(a_blocking_call_notices_a_paused_machine),
        TEST(h124_nothing_is_left_of_requests_and_replies),
    };

    return cmocka_run_group_tests_name("client_hooks", tests, NULL, NULL);
}
