/*
 * What a handler does with its call beyond conformance/server_calls.c: answering later, being told that it is
 * cancelled; and what looks on: interceptors, the log, the trace.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/echo.h"
#include "support/faults.h"
#include "support/folder.h"

#define SHORT_NS 300000000 /* a handler is begun within it, and waits for its end */

static struct gate gate = GATE;      /* for handlers */
static struct gate hook_gate = GATE; /* for hooks */
static struct gate end_gate = GATE;  /* for interceptors */
static int fd;

/* What the test's handler is; it gets the call, the reply is its request. */
static enum eyelet_status (*handle)(struct eyelet_call *call, Demo__SayReply *reply);

static struct eyelet_call *_Atomic deferred;
static Demo__SayReply *_Atomic deferred_reply;
static _Atomic enum eyelet_status told;
static atomic_uint n_told;
static atomic_uint n_after;
static char order[64];

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)userdata;
    reply->text = request->text;
    return strcmp(request->text, "hello") == 0 ? EYELET_OK : handle(call, reply);
}

static enum eyelet_status chat(struct eyelet_call *call, void *userdata)
{
    (void)userdata;
    return handle(call, NULL);
}

static const struct demo_echo_handlers handlers = { .say = say, .chat = chat };

static int setup(void **state)
{
    gate_reset(&gate);
    gate_reset(&hook_gate);
    gate_reset(&end_gate);
    handle = NULL;
    deferred = NULL;
    told = EYELET_OK;
    n_told = n_after = 0;
    memset(order, 0, sizeof(order));
    return folder_setup(state);
}

static void start(const struct eyelet_server_opts *opts)
{
    echo_start(opts, &handlers, NULL);
    fd = echo_connect();
}

static bool is_none_open(const struct eyelet_counters *counters)
{
    return counters->calls_open == 0;
}

static void stop(void)
{
    echo_await(is_none_open);
    close(fd);
    assert_int_equal(echo_stop(), EYELET_OK);
}

static void note_cancel(enum eyelet_status why, void *userdata)
{
    (void)userdata;
    told = why;
    n_told++;
}

/* A request with a deadline. */
static void say_within(uint32_t id, const char *text, int64_t timeout_ns)
{
    struct wire wire = { 0 }, payload = { 0 };

    wire_field_text(&payload, 1, text);
    wire_request(
        &wire, id,
        &(struct wire_request){
            .service = "demo.Echo", .method = "Say", .payload = wire_slice(&payload), .timeout_ns = timeout_ns });
    wire_clear(&payload);
    live_send_wire(fd, &wire);
}

/* --- answering later ---------------------------------------------------------------------------------------------- */

static enum eyelet_status defer(struct eyelet_call *call, Demo__SayReply *reply)
{
    enum eyelet_status status = eyelet_call_defer(call);

    deferred_reply = reply;
    deferred = call;
    gate_pass(&gate);
    return status;
}

/* Waits for a handler to defer its call. Return: the call, ours now. */
static struct eyelet_call *await_deferred(void)
{
    struct eyelet_call *call;

    while ((call = atomic_exchange(&deferred, NULL)) == NULL)
        sched_yield();
    return call;
}

static void a_call_is_answered_later_from_another_thread(void **state)
{
    struct eyelet_call *calls[3];

    (void)state;
    handle = defer;
    start(NULL);
    gate_open(&gate, 3);
    for (uint32_t i = 0; i < 3; i++) {
        echo_say(fd, 2 * i + 1, "later");
        calls[i] = await_deferred();
    }
    echo_expect_served(fd, 7); /* by the only thread, and on the same connection */
    for (uint32_t i = 3; i-- > 0;) {
        assert_string_equal(eyelet_call_method(calls[i]), "Say");
        eyelet_call_complete(calls[i], EYELET_OK);
        echo_expect_reply(fd, 2 * i + 1, "later");
    }
    echo_expect_served(fd, 9);
    stop();
}

static void a_call_may_be_completed_before_its_handler_has_returned(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 2 };

    (void)state;
    handle = defer;
    start(&opts);
    for (uint32_t id = 1; id < 100; id += 2) {
        echo_say(fd, id, "early");
        eyelet_call_complete(await_deferred(), EYELET_OK);
        echo_expect_reply(fd, id, "early");
        gate_open(&gate, 1);
    }
    stop();
}

static enum eyelet_status defer_and_complete(struct eyelet_call *call, Demo__SayReply *reply)
{
    enum eyelet_status status = eyelet_call_defer(call);

    (void)reply;
    eyelet_call_complete(call, eyelet_call_fail(call, EYELET_NOT_FOUND, "at once"));
    return status;
}

static void a_handler_may_complete_its_own_call(void **state)
{
    (void)state;
    handle = defer_and_complete;
    start(NULL);
    echo_say(fd, 1, "now");
    echo_expect_error(fd, 1, EYELET_NOT_FOUND, "at once");
    stop();
}

static void a_deferred_stream_is_used_from_another_thread(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    handle = defer;
    for (uint32_t threads = 1; threads <= 3; threads++) {
        const struct eyelet_server_opts opts = { .threads = threads };
        const Demo__SayRequest *request;
        struct eyelet_call *call;

        start(&opts);
        gate_open(&gate, 1);
        echo_put_open(&wire, 1, "Chat");
        live_send_wire(fd, &wire);
        call = await_deferred();
        for (uint32_t i = 0; i < 50; i++) {
            Demo__SayReply reply = DEMO__SAY_REPLY__INIT;

            echo_put_data_text(&wire, 1, "ping");
            echo_put_text(&wire, 2 * i + 3, "Say", 0, "hello");
            live_send_wire(fd, &wire);
            assert_int_equal(demo_echo_chat_call_recv(call, &request), EYELET_GOT_MESSAGE);
            assert_string_equal(request->text, "ping");
            echo_expect_reply(fd, 2 * i + 3, "hello");
            reply.text = request->text;
            assert_int_equal(demo_echo_chat_call_send(call, &reply), EYELET_OK);
            echo_expect_text(fd, 1, "ping");
        }
        echo_put_end(&wire, 1);
        live_send_wire(fd, &wire);
        assert_int_equal(demo_echo_chat_call_recv(call, &request), EYELET_GOT_END);
        eyelet_call_complete(call, EYELET_OK);
        echo_expect_end(fd, 1);
        stop();
    }
}

static void h103_deferred_calls_count_against_the_limit(void **state)
{
    const struct eyelet_server_opts opts = { .calls_max = 4 };
    struct eyelet_call *calls[4];

    (void)state;
    handle = defer;
    start(&opts);
    gate_open(&gate, 4);
    for (uint32_t i = 0; i < 4; i++) {
        echo_say(fd, 2 * i + 1, "later");
        calls[i] = await_deferred();
    }
    echo_say(fd, 9, "hello");
    echo_expect_error(fd, 9, EYELET_RESOURCE_EXHAUSTED, "4 calls");
    eyelet_call_complete(calls[0], EYELET_OK);
    echo_expect_reply(fd, 1, "later");
    echo_expect_served(fd, 11);
    for (uint32_t i = 1; i < 4; i++) {
        eyelet_call_complete(calls[i], EYELET_OK);
        echo_expect_reply(fd, 2 * i + 1, "later");
    }
    stop();
}

/* --- cancellation ------------------------------------------------------------------------------------------------- */

static enum eyelet_status wait_cancelled(struct eyelet_call *call, Demo__SayReply *reply)
{
    (void)reply;
    eyelet_call_on_cancel(call, note_cancel, NULL);
    gate_pass(&gate);
    while (!eyelet_call_is_cancelled(call))
        sched_yield();
    return EYELET_OK;
}

static enum eyelet_status wait_told(struct eyelet_call *call, Demo__SayReply *reply)
{
    (void)reply;
    eyelet_call_on_cancel(call, note_cancel, NULL);
    while (n_told == 0)
        sched_yield();
    live_must(eyelet_call_is_cancelled(call) && eyelet_call_time_left_ms(call) == 0, "it is told too early");
    return EYELET_OK;
}

static void a_handler_is_told_at_its_deadline(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 2 };

    (void)state;
    handle = wait_told;
    start(&opts);
    say_within(1, "short", SHORT_NS);
    echo_expect_error(fd, 1, EYELET_DEADLINE_EXCEEDED, "deadline");
    echo_expect_served(fd, 3);
    stop();
    assert_int_equal(told, EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(n_told, 1);
}

/* What is known of a connection's deadlines is the soonest, and that may be one of a call that is over already. */
static void each_call_ends_at_its_own_deadline_though_one_before_it_was_answered(void **state)
{
    static const int64_t timeouts_ns[] = { SHORT_NS, 2 * SHORT_NS, 1000 * (int64_t)SHORT_NS };
    struct eyelet_call *calls[3];

    (void)state;
    handle = defer;
    start(NULL);
    gate_open(&gate, 3);
    for (uint32_t i = 0; i < 3; i++) {
        say_within(2 * i + 1, "later", timeouts_ns[i]);
        calls[i] = await_deferred();
    }
    eyelet_call_complete(calls[0], EYELET_OK);
    echo_expect_reply(fd, 1, "later");
    echo_expect_error(fd, 3, EYELET_DEADLINE_EXCEEDED, "deadline");
    assert_false(eyelet_call_is_cancelled(calls[2]));
    eyelet_call_complete(calls[1], EYELET_OK);
    eyelet_call_complete(calls[2], EYELET_OK);
    echo_expect_reply(fd, 5, "later");
    stop();
}

static void a_handler_is_told_of_a_lost_connection(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 2 };

    (void)state;
    handle = wait_cancelled; /* nothing but the loss is over here */
    start(&opts);
    gate_open(&gate, 1);
    echo_say(fd, 1, "lost");
    gate_await(&gate, 1);
    close(fd);
    fd = echo_connect();
    echo_await(is_none_open);
    assert_int_equal(told, EYELET_UNAVAILABLE);
    stop();
    assert_int_equal(n_told, 1);
}

static void a_handler_is_told_when_the_grace_is_over(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 2, .grace_ms = 1 };

    (void)state;
    handle = wait_cancelled;
    start(&opts);
    gate_open(&gate, 1);
    echo_say(fd, 1, "stop");
    gate_await(&gate, 1);
    assert_int_equal(echo_stop(), EYELET_OK);
    echo_expect_error(fd, 1, EYELET_UNAVAILABLE, "stopped");
    assert_int_equal(told, EYELET_UNAVAILABLE);
    assert_int_equal(n_told, 1);
    close(fd);
}

static enum eyelet_status take_back(struct eyelet_call *call, Demo__SayReply *reply)
{
    (void)reply;
    eyelet_call_on_cancel(call, note_cancel, NULL);
    eyelet_call_on_cancel(call, NULL, NULL);
    while (!eyelet_call_is_cancelled(call))
        sched_yield();
    gate_pass(&gate);
    return EYELET_OK;
}

static void a_hook_that_is_taken_back_is_not_told(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 2 };

    (void)state;
    handle = take_back;
    start(&opts);
    say_within(1, "short", SHORT_NS);
    echo_expect_error(fd, 1, EYELET_DEADLINE_EXCEEDED, "deadline");
    gate_open(&gate, 1);
    stop();
    assert_int_equal(n_told, 0);
}

static void note_cancel_slowly(enum eyelet_status why, void *userdata)
{
    gate_pass(&hook_gate);
    note_cancel(why, userdata);
}

static enum eyelet_status take_back_while_told(struct eyelet_call *call, Demo__SayReply *reply)
{
    (void)reply;
    eyelet_call_on_cancel(call, note_cancel_slowly, NULL);
    gate_await(&hook_gate, 1);
    gate_open(&hook_gate, 1);
    eyelet_call_on_cancel(call, NULL, NULL);
    live_must(n_told == 1, "a hook runs that was taken back");
    return EYELET_OK;
}

static void taking_a_hook_back_waits_for_it(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 2 };

    (void)state;
    handle = take_back_while_told;
    start(&opts);
    say_within(1, "short", SHORT_NS);
    echo_expect_error(fd, 1, EYELET_DEADLINE_EXCEEDED, "deadline");
    stop();
    assert_int_equal(n_told, 1);
}

static enum eyelet_status return_while_told(struct eyelet_call *call, Demo__SayReply *reply)
{
    (void)reply;
    eyelet_call_on_cancel(call, note_cancel_slowly, NULL);
    gate_await(&hook_gate, 1);
    return EYELET_OK;
}

static void after_at_gate(const struct eyelet_call_info *info, void *userdata)
{
    (void)userdata;
    gate_pass(&end_gate);
    live_must(info->service != NULL && strcmp(info->service, "demo.Echo") == 0, "the call has gone before its end");
    n_after++;
}

static const struct eyelet_interceptor at_gate = { .after = after_at_gate };

static void a_call_stays_for_its_interceptors_when_its_hook_is_done(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 3, .interceptors = &at_gate, .n_interceptors = 1 };

    (void)state;
    handle = return_while_told;
    start(&opts);
    say_within(1, "short", SHORT_NS);
    echo_expect_error(fd, 1, EYELET_DEADLINE_EXCEEDED, "deadline");
    gate_await(&end_gate, 1); /* the handler has returned, its hook runs */
    gate_open(&hook_gate, 1);
    while (n_told == 0)
        sched_yield();
    echo_say(fd, 3, "hello"); /* whoever told the hook has done with it */
    echo_expect_reply(fd, 3, "hello");
    gate_open(&end_gate, 2);
    stop();
    assert_int_equal(n_after, 2);
}

static void complete_when_told(enum eyelet_status why, void *userdata)
{
    note_cancel(why, NULL);
    eyelet_call_complete(userdata, EYELET_OK);
}

static enum eyelet_status defer_until_cancelled(struct eyelet_call *call, Demo__SayReply *reply)
{
    enum eyelet_status status = eyelet_call_defer(call);

    (void)reply;
    eyelet_call_on_cancel(call, complete_when_told, call);
    gate_pass(&gate);
    return status;
}

static void h117_the_last_call_may_be_completed_by_its_own_hook(void **state)
{
    for (uint32_t threads = 1; threads <= 3; threads++) {
        const struct eyelet_server_opts opts = { .threads = threads, .grace_ms = 1 };

        setup(state);
        handle = defer_until_cancelled;
        start(&opts);
        gate_open(&gate, 1);
        echo_say(fd, 1, "until stop");
        gate_await(&gate, 1);
        echo_expect_served(fd, 3);
        assert_int_equal(echo_stop(), EYELET_OK);
        assert_int_equal(told, EYELET_UNAVAILABLE);
        close(fd);
        folder_teardown(state);
    }
    setup(state);
}

static void h117_run_waits_for_deferred_calls(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 2, .grace_ms = 1 };
    struct eyelet_call *call;

    (void)state;
    handle = defer;
    start(&opts);
    gate_open(&gate, 1);
    echo_say(fd, 1, "later");
    call = await_deferred();
    eyelet_server_stop(echo_server());
    echo_expect_error(fd, 1, EYELET_UNAVAILABLE, "stopped");
    assert_int_equal(live_read_to_end(fd), 0);
    assert_true(eyelet_call_is_cancelled(call));
    assert_int_equal(echo_counters().calls_open, 1);
    eyelet_call_complete(call, EYELET_OK);
    assert_int_equal(echo_stop(), EYELET_OK);
    close(fd);
}

static void *complete(void *userdata)
{
    eyelet_call_complete(userdata, EYELET_OK);
    return NULL;
}

/* The same; NULL when the deadline was over before the handler was run. */
static struct eyelet_call *await_deferred_or_end(void)
{
    struct eyelet_call *call;
    bool is_over;

    do {
        is_over = recv(fd, &(char){ 0 }, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
        call = atomic_exchange(&deferred, NULL);
    } while (call == NULL && !is_over);
    return call;
}

static void completing_races_with_a_lost_connection_and_a_deadline(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 2 };

    (void)state;
    handle = defer;
    start(&opts);
    gate_open(&gate, 200);
    for (unsigned i = 0; i < 200; i++) {
        struct eyelet_call *call;
        pthread_t thread;

        say_within(1, "later", i % 2 == 0 ? 20000000 : 0);
        call = await_deferred_or_end();
        while (call != NULL && i % 2 == 0 && i < 20 && !eyelet_call_is_cancelled(call)) /* just about now */
            sched_yield();
        if (call != NULL)
            assert_int_equal(pthread_create(&thread, NULL, complete, call), 0);
        close(fd);
        fd = echo_connect();
        if (call != NULL)
            assert_int_equal(pthread_join(thread, NULL), 0);
    }
    stop();
}

/* --- looking on --------------------------------------------------------------------------------------------------- */

static enum eyelet_status before_and_note(const struct eyelet_call_info *info, struct eyelet_error *reterr,
                                          void *userdata)
{
    struct eyelet_slice value;

    strcat(order, userdata);
    if (eyelet_call_metadata(info->call, "refuse", 0, &value) && value.data[0] == *(const char *)userdata)
        return eyelet_error_fill(reterr, EYELET_UNAUTHENTICATED, "refused by %s", (const char *)userdata);
    return EYELET_OK;
}

static void after_and_note(const struct eyelet_call_info *info, void *userdata)
{
    char upper[2] = { (char)(*(const char *)userdata - 'a' + 'A'), 0 };

    strcat(order, upper);
    live_must((info->error == NULL) == (info->status == EYELET_OK), "the error is not that of the status");
    live_must(info->duration_ns > 0 && info->peer != NULL, "the end is told without time or peer");
    if (info->status == EYELET_OK)
        live_must(info->received_messages == 1 && info->sent_messages == 1 && info->sent_bytes == 7,
                  "messages are not counted");
    n_after++;
}

static const struct eyelet_interceptor three[] = {
    { .before = before_and_note, .after = after_and_note, .userdata = "a" },
    { .before = before_and_note, .after = after_and_note, .userdata = "b" },
    { .before = before_and_note, .after = after_and_note, .userdata = "c" },
};

static bool are_all_told(const struct eyelet_counters *counters)
{
    (void)counters;
    return n_after == 4;
}

static void interceptors_are_asked_in_order_and_told_in_the_opposite_one(void **state)
{
    const struct eyelet_server_opts opts = { .interceptors = three, .n_interceptors = 3 };
    const struct wire_pair refuse = { "refuse", "b" };
    struct wire wire = { 0 };

    (void)state;
    start(&opts);
    echo_expect_served(fd, 1);
    wire_request(
        &wire, 3,
        &(struct wire_request){ .service = "demo.Echo", .method = "Say", .metadata = &refuse, .n_metadata = 1 });
    live_send_wire(fd, &wire);
    echo_expect_error(fd, 3, EYELET_UNAUTHENTICATED, "refused by b");
    echo_await(are_all_told);
    stop();
    assert_string_equal(order, "abcCBAabA"); /* b refused, and is not told */
}

static struct {
    pthread_mutex_t lock;
    unsigned n;
    unsigned n_levels[EYELET_LOG_DEBUG + 1];
    char text[65536];
} lines = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void note_line(enum eyelet_log_level level, const char *text, void *userdata)
{
    (void)userdata;
    pthread_mutex_lock(&lines.lock);
    live_must(strchr(text, '\n') == NULL, "a line has a newline");
    lines.n++;
    lines.n_levels[level]++;
    if (strlen(lines.text) + strlen(text) + 2 < sizeof(lines.text))
        strcat(strcat(lines.text, text), "\n");
    pthread_mutex_unlock(&lines.lock);
}

static void the_log_is_told_of_connections_faults_and_failed_calls(void **state)
{
    const struct eyelet_server_opts opts = { .log = note_line };
    struct wire wire = { 0 };

    (void)state;
    memset(&lines.n, 0, sizeof(lines) - offsetof(__typeof__(lines), n));
    start(&opts);
    echo_put_text(&wire, 1, "No\x01thing", 0, "");
    live_send_wire(fd, &wire);
    echo_expect_error(fd, 1, EYELET_UNIMPLEMENTED, "");
    assert_true(live_send(fd, (struct eyelet_slice){ (const uint8_t *)"GET /", 5 }));
    assert_int_equal(live_read_to_end(fd), 0);
    stop();
    assert_int_equal(lines.n_levels[EYELET_LOG_INFO], 2);
    assert_int_equal(lines.n_levels[EYELET_LOG_WARNING], 1);
    assert_int_equal(lines.n_levels[EYELET_LOG_DEBUG], 1);
    assert_int_equal(lines.n_levels[EYELET_LOG_ERROR], 0);
    assert_text_has(lines.text, "UNIMPLEMENTED");
    assert_text_has(lines.text, "\\x01");
    assert_text_has(lines.text, "0x47");
}

static void h110_a_connection_that_is_loud_is_told_of_10_times(void **state)
{
    const struct eyelet_server_opts opts = { .log = note_line };
    struct wire wire = { 0 };

    (void)state;
    memset(&lines.n, 0, sizeof(lines) - offsetof(__typeof__(lines), n));
    start(&opts);
    for (uint32_t i = 0; i < 1000; i++)
        echo_put_text(&wire, 2 * i + 1, "Nothing", 0, "");
    live_send_wire(fd, &wire);
    for (uint32_t i = 0; i < 1000; i++)
        echo_expect_error(fd, 2 * i + 1, EYELET_UNIMPLEMENTED, "");
    assert_true(echo_counters().logs_dropped > 0);
    assert_int_equal(echo_counters().calls_failed, 1000);
    stop();
    assert_true(lines.n < 500);
}

static void the_trace_has_a_line_for_each_frame_and_call(void **state)
{
    char text[4096] = "";
    int file = memfd_create("trace", MFD_CLOEXEC), saved = dup(STDERR_FILENO);

    (void)state;
    assert_true(file >= 0 && saved >= 0);
    assert_int_equal(setenv("EYELET_TRACE", "1", 1), 0);
    assert_true(dup2(file, STDERR_FILENO) >= 0);
    start(NULL);
    echo_expect_served(fd, 1);
    stop();
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    assert_int_equal(unsetenv("EYELET_TRACE"), 0);
    assert_true(pread(file, text, sizeof(text) - 1, 0) > 0);
    close(file);
    close(saved);
    assert_text_has(text, "demo.Echo");
    assert_null(strstr(text, "hello"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_call_is_answered_later_from_another_thread),
        TEST(a_call_may_be_completed_before_its_handler_has_returned),
        TEST(a_handler_may_complete_its_own_call),
        TEST(a_deferred_stream_is_used_from_another_thread),
        TEST(h103_deferred_calls_count_against_the_limit),
        TEST(a_handler_is_told_at_its_deadline),
        TEST(each_call_ends_at_its_own_deadline_though_one_before_it_was_answered),
        TEST(a_handler_is_told_of_a_lost_connection),
        TEST(a_handler_is_told_when_the_grace_is_over),
        TEST(a_hook_that_is_taken_back_is_not_told),
        TEST(taking_a_hook_back_waits_for_it),
        TEST(a_call_stays_for_its_interceptors_when_its_hook_is_done),
        TEST(h117_the_last_call_may_be_completed_by_its_own_hook),
        TEST(h117_run_waits_for_deferred_calls),
        TEST(completing_races_with_a_lost_connection_and_a_deadline),
        TEST(interceptors_are_asked_in_order_and_told_in_the_opposite_one),
        TEST(the_log_is_told_of_connections_faults_and_failed_calls),
        TEST(h110_a_connection_that_is_loud_is_told_of_10_times),
        TEST(the_trace_has_a_line_for_each_frame_and_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
