/*
 * Calls that are started and told of, or collected, and programs that wait by themselves: one thread, a peer that
 * speaks bytes, mostly on the fake clock.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/bytes.h"
#include "echo.eyelet.h"
#include "io/socket.h"
#include "support/caller.h"
#include "support/faults.h"
#include "support/folder.h"

#define NOW_NS CALLER_NOW_NS
#define MS     EYELET_NS_PER_MS

/* What a function was told. */
struct told {
    unsigned n;
    enum eyelet_status status;
    char text[64];
    struct eyelet_error error;
    void (*then)(struct told *told); /* called in the function, after the above is set */
};

static void on_done(enum eyelet_status status, Demo__SayReply *reply, const struct eyelet_error *error, void *userdata)
{
    struct told *told = userdata;

    told->n++;
    told->status = status;
    live_must((status == EYELET_OK) == (reply != NULL), "a reply and a failure, or neither");
    live_must((status == EYELET_OK) == (error == NULL), "an error and no failure, or the other way round");
    if (reply != NULL)
        snprintf(told->text, sizeof(told->text), "%s", reply->text);
    if (error != NULL)
        told->error = *error;
    demo__say_reply__free_unpacked(reply, NULL);
    if (told->then != NULL)
        told->then(told);
}

static enum eyelet_status start_for(uint32_t timeout_ms, struct told *told, struct eyelet_pending **ret,
                                    struct eyelet_error *reterr)
{
    const struct eyelet_call_opts opts = { .timeout_ms = timeout_ms };
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    request.text = (char *)"hello";
    return demo_echo_say_start(caller.client, &opts, &request, told != NULL ? on_done : NULL, told, ret, reterr);
}

/* @told must be there until the end of the call: a test that leaves one in flight closes the client itself. */
static void start(struct told *told)
{
    assert_int_equal(start_for(0, told, NULL, NULL), EYELET_OK);
}

static struct eyelet_pending *start_to_collect(void)
{
    struct eyelet_pending *pending = NULL;

    assert_int_equal(start_for(0, NULL, &pending, NULL), EYELET_OK);
    return pending;
}

static void process(void)
{
    assert_int_equal(eyelet_client_process(caller.client, NULL), EYELET_OK);
}

static enum eyelet_status collect(struct eyelet_pending *pending, char text[64], struct eyelet_error *reterr)
{
    Demo__SayReply *reply = NULL;
    enum eyelet_status status;

    status = demo_echo_say_collect(pending, &reply, reterr);
    assert_int_equal(reply != NULL, status == EYELET_OK);
    if (reply != NULL)
        snprintf(text, 64, "%s", reply->text);
    demo__say_reply__free_unpacked(reply, NULL);
    return status;
}

/* --- told --------------------------------------------------------------------------------------------------------- */

static void a_started_call_is_told_of_its_end_once(void **state)
{
    struct told told = { 0 };

    (void)state;
    start(&told);
    caller_hear(WIRE_REQUEST, 0, 1, 10); /* it left at once */
    process();
    assert_int_equal(told.n, 0);
    caller_say_reply(1, "welcome");
    process();
    assert_int_equal(told.n, 1);
    assert_int_equal(told.status, EYELET_OK);
    assert_string_equal(told.text, "welcome");
    process();
    caller.client = eyelet_client_close(caller.client);
    assert_int_equal(told.n, 1);
    caller_close();
}

static void every_failure_is_told(void **state)
{
    struct told refused = { 0 }, senseless = { 0 }, undecodable = { 0 };
    struct wire wire = { 0 };

    (void)state;
    start(&refused);
    start(&senseless);
    start(&undecodable);
    caller_say_error(1, EYELET_NOT_FOUND, "none");
    wire_frame(&wire, WIRE_RESPONSE, 0, 3, (struct eyelet_slice){ (const uint8_t *)"\x12\x05x", 3 });
    wire_response(&wire, 5, &(struct wire_response){ .payload = { (const uint8_t *)"\x0a\x02\xff\xfe", 4 } });
    caller_say(&wire);
    process();
    assert_int_equal(refused.status, EYELET_NOT_FOUND);
    assert_true(refused.error.is_remote);
    assert_int_equal(senseless.status, EYELET_INTERNAL);
    assert_int_equal(undecodable.status, EYELET_INTERNAL);
    assert_text_has(undecodable.error.text, "demo.SayReply");
    assert_true(undecodable.error.may_have_executed);
    caller_assert_usable(7);
    caller_close();
}

static void hundreds_are_in_flight_from_one_thread(void **state)
{
    static struct told told[500];
    struct wire wire = { 0 };
    char text[16];

    (void)state;
    memset(told, 0, sizeof(told));
    for (uint32_t i = 0; i < 500; i++)
        start(&told[i]);
    for (uint32_t i = 500; i-- > 0;) { /* in another order */
        snprintf(text, sizeof(text), "%u", i);
        caller_put_reply(&wire, 2 * i + 1, text);
    }
    caller_say(&wire);
    process();
    for (uint32_t i = 0; i < 500; i++) {
        snprintf(text, sizeof(text), "%u", i);
        assert_int_equal(told[i].n, 1);
        assert_string_equal(told[i].text, text);
    }
}

static void calls_over_the_limit_are_refused_at_once(void **state)
{
    struct told told[3] = { { 0 } };
    struct eyelet_error error;

    (void)state;
    caller_open(&(struct eyelet_client_opts){ .calls_max = 2 });
    start(&told[0]);
    start(&told[1]);
    assert_int_equal(start_for(0, &told[2], NULL, &error), EYELET_RESOURCE_EXHAUSTED);
    assert_false(error.may_have_executed);
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_RESOURCE_EXHAUSTED);
    caller_say_reply(1, "one");
    process();
    start(&told[2]);
    caller_say_reply(5, "three");
    process();
    assert_int_equal(told[2].n, 1);
    assert_int_equal(told[1].n, 0);
    caller_close();
}

static void a_blocking_call_tells_of_others(void **state)
{
    struct told told = { 0 };

    (void)state;
    start(&told);
    caller_say_reply(1, "of the other");
    caller_assert_usable(3);
    assert_int_equal(told.n, 1);
    assert_string_equal(told.text, "of the other");
    caller_close();
}

/* --- collected ---------------------------------------------------------------------------------------------------- */

static void calls_are_collected_in_any_order(void **state)
{
    struct eyelet_pending *one = start_to_collect(), *two = start_to_collect(), *three = start_to_collect();
    struct eyelet_error error;
    char text[64];

    (void)state;
    assert_false(eyelet_pending_is_done(one));
    caller_say_reply(1, "one");
    caller_say_error(5, EYELET_ABORTED, "three");
    caller_say_reply(3, "two");
    assert_int_equal(collect(three, text, &error), EYELET_ABORTED);
    assert_string_equal(error.text, "three");
    assert_true(eyelet_pending_is_done(one));
    assert_int_equal(collect(one, text, NULL), EYELET_OK);
    assert_string_equal(text, "one");
    assert_int_equal(collect(two, text, NULL), EYELET_OK);
    assert_string_equal(text, "two");
    assert_int_equal(eyelet_client_collect(NULL, NULL, &error), EYELET_FAILED_PRECONDITION);
}

static void h115_replies_that_nobody_collects_are_bounded_together(void **state)
{
    const struct eyelet_client_opts opts = { .frame_max = 4096, .buffer_max = 2 * 4096 };
    static char large[3001];
    struct eyelet_pending *pending[4];
    enum eyelet_status status[4];
    Demo__SayReply *reply = NULL;

    (void)state;
    memset(large, 'x', sizeof(large) - 1);
    for (unsigned round = 0; round < 3; round++) { /* what was taken counts no more */
        caller_close();
        caller_open(&opts);
        for (unsigned i = 0; i < 4; i++)
            pending[i] = start_to_collect();
        for (uint32_t i = 0; i < 4; i++)
            caller_say_reply(2 * i + 1, large);
        process();
        for (unsigned i = 0; i < 4; i++) {
            status[i] = demo_echo_say_collect(pending[i], &reply, NULL);
            if (status[i] == EYELET_OK)
                demo__say_reply__free_unpacked(reply, NULL);
        }
        assert_int_equal(status[0], EYELET_OK);
        assert_int_equal(status[1], EYELET_OK);
        assert_int_equal(status[2], EYELET_RESOURCE_EXHAUSTED);
        assert_int_equal(status[3], EYELET_RESOURCE_EXHAUSTED);
        for (uint32_t id = 9; id < 29; id += 2)
            caller_assert_usable(id);
        pending[0] = start_to_collect();
        caller_say_reply(29, large);
        process();
        assert_int_equal(demo_echo_say_collect(pending[0], &reply, NULL), EYELET_OK);
        demo__say_reply__free_unpacked(reply, NULL);
    }
    caller_close();
}

static void collecting_waits_no_longer_than_the_deadline(void **state)
{
    struct eyelet_pending *pending = NULL;
    struct eyelet_error error;
    char text[64];

    (void)state;
    faults_fake_clock(NOW_NS);
    assert_int_equal(start_for(250, NULL, &pending, NULL), EYELET_OK);
    assert_int_equal(collect(pending, text, &error), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), NOW_NS + 250 * MS);
    assert_true(error.may_have_executed);
    caller_say_reply(1, "late");
    caller_assert_usable(3);
}

/* --- time, cancelling, loss --------------------------------------------------------------------------------------- */

static void a_deadline_is_told_in_process(void **state)
{
    struct told late = { 0 }, later = { 0 };

    (void)state;
    faults_fake_clock(NOW_NS);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), -1);
    assert_int_equal(start_for(300, &later, NULL, NULL), EYELET_OK);
    assert_int_equal(start_for(100, &late, NULL, NULL), EYELET_OK);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), 100);
    faults_advance_ns(99 * MS + 1);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), 1); /* rounded up */
    process();
    assert_int_equal(late.n, 0);
    faults_advance_ns(1 * MS);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), 0);
    process();
    assert_int_equal(late.status, EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(later.n, 0);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), 200);
    caller_say_reply(1, "in time");
    process();
    assert_int_equal(later.status, EYELET_OK);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), -1);
    caller_close();
}

static void a_cancelled_call_is_told_in_process(void **state)
{
    struct eyelet_pending *pending = NULL;
    struct told told = { 0 };

    (void)state;
    assert_int_equal(start_for(0, &told, &pending, NULL), EYELET_OK);
    eyelet_pending_cancel(pending);
    eyelet_pending_cancel(pending);
    assert_int_equal(told.n, 0);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), 0); /* there is something to do */
    process();
    assert_int_equal(told.n, 1);
    assert_int_equal(told.status, EYELET_CANCELLED);
    assert_true(told.error.may_have_executed);
    caller_say_reply(1, "late");
    caller_assert_usable(3);
    caller_close();
}

static void what_is_over_cannot_be_cancelled(void **state)
{
    struct eyelet_pending *over = start_to_collect(), *not_over = start_to_collect();
    char text[64];

    (void)state;
    caller_say_reply(1, "was faster");
    process();
    eyelet_pending_cancel(over);
    eyelet_pending_cancel(not_over);
    assert_int_equal(collect(over, text, NULL), EYELET_OK);
    assert_int_equal(collect(not_over, text, NULL), EYELET_CANCELLED);
}

static void nothing_is_sent_of_a_call_that_is_cancelled_before_it_left(void **state)
{
    struct eyelet_pending *first = NULL, *last = NULL;
    struct told told[2] = { { 0 } };

    (void)state;
    faults_fail_always(FAULT_SENDMSG, EAGAIN);
    assert_int_equal(start_for(0, &told[0], &first, NULL), EYELET_OK);
    assert_int_equal(start_for(0, &told[1], &last, NULL), EYELET_OK);
    assert_int_equal(eyelet_client_events(caller.client), POLLIN | POLLOUT);
    eyelet_pending_cancel(first); /* another is behind it: it goes out */
    eyelet_pending_cancel(last);
    faults_fail_always(FAULT_SENDMSG, 0);
    process();
    assert_true(told[0].error.may_have_executed);
    assert_false(told[1].error.may_have_executed);
    assert_int_equal(eyelet_client_events(caller.client), POLLIN);
    caller_hear(WIRE_REQUEST, 0, 1, 10);
    caller_hear_nothing();
    caller_close();
}

static void a_lost_connection_is_told_to_all(void **state)
{
    struct told replied = { 0 }, sent = { 0 }, unsent = { 0 };
    struct eyelet_error error;

    (void)state;
    start(&replied);
    start(&sent);
    faults_fail_always(FAULT_SENDMSG, EAGAIN);
    start(&unsent);
    caller_say_reply(1, "last words");
    close(caller.peer);
    caller.peer = -1;
    assert_int_equal(eyelet_client_process(caller.client, &error), EYELET_OK); /* what came first */
    assert_int_equal(eyelet_client_process(caller.client, &error), EYELET_UNAVAILABLE);
    assert_int_equal(replied.status, EYELET_OK);
    assert_int_equal(sent.status, EYELET_UNAVAILABLE);
    assert_true(sent.error.may_have_executed);
    assert_int_equal(unsent.status, EYELET_UNAVAILABLE);
    assert_false(unsent.error.may_have_executed);
    assert_int_equal(eyelet_client_fd(caller.client), -1);
    assert_int_equal(eyelet_client_events(caller.client), 0);
    assert_int_equal(start_for(0, &sent, NULL, &error), EYELET_UNAVAILABLE);
    assert_false(error.may_have_executed);
    assert_int_equal(sent.n, 1);
    assert_int_equal(eyelet_client_reconnect(caller.client, 0, &error), EYELET_INVALID_ARGUMENT);
    assert_text_has(error.text, "second time");
    caller_close();
}

static void a_send_that_fails_is_found_by_process(void **state)
{
    struct told told = { 0 };
    struct eyelet_error error;

    (void)state;
    faults_fail(FAULT_SENDMSG, 1, ENOBUFS);
    start(&told);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), 0);
    assert_int_equal(eyelet_client_process(caller.client, &error), EYELET_UNAVAILABLE);
    assert_int_equal(told.status, EYELET_UNAVAILABLE);
    assert_int_equal(told.error.error_number, ENOBUFS);
    assert_false(told.error.may_have_executed);
    caller_close();
}

/* --- functions that use the client -------------------------------------------------------------------------------- */

static struct told inner;

static void start_another(struct told *told)
{
    (void)told;
    live_must(start_for(0, &inner, NULL, NULL) == EYELET_OK, "a function cannot start a call");
}

static void call_and_wait(struct told *told)
{
    (void)told;
    inner.status = caller_call(0, "from inside", inner.text, sizeof(inner.text), NULL);
}

static void call_and_get(struct told *told)
{
    caller_say_reply(7, "inner");
    call_and_wait(told);
}

static void process_inside(struct told *told)
{
    (void)told;
    inner.status = eyelet_client_process(caller.client, NULL);
}

static void close_client(struct told *told)
{
    (void)told;
    caller.client = eyelet_client_close(caller.client);
}

static void h120_a_function_may_start_a_call(void **state)
{
    struct told told = { .then = start_another };

    (void)state;
    inner = (struct told){ 0 };
    start(&told);
    caller_say_reply(1, "outer");
    process();
    assert_int_equal(inner.n, 0);
    caller_say_reply(3, "inner");
    process();
    assert_int_equal(inner.n, 1);
    assert_string_equal(inner.text, "inner");
    caller_close();
}

static struct told followers[20];

static void follow_up(struct told *told)
{
    live_must(start_for(0, &followers[told->status], NULL, NULL) == EYELET_OK, "a function cannot start a call");
}

static void calls_that_functions_start_leave_together(void **state)
{
    struct told told[16] = { { 0 } };
    struct wire wire = { 0 };

    (void)state;
    memset(followers, 0, sizeof(followers));
    for (uint32_t i = 0; i < 16; i++) { /* each with another status, which tells its follower */
        told[i].then = follow_up;
        start(&told[i]);
        caller_put_error(&wire, 2 * i + 1, (int32_t)i + 1, "next");
    }
    caller_say(&wire);
    faults_reset();
    process();
    assert_int_equal(faults_count(FAULT_SENDMSG), 1);
    for (uint32_t i = 16; i < 32; i++)
        caller_put_reply(&wire, 2 * i + 1, "behind");
    caller_say(&wire);
    process();
    for (size_t i = 1; i <= 16; i++)
        assert_string_equal(followers[i].text, "behind");
    caller_close();
}

static void h120_a_function_may_wait_for_a_call(void **state)
{
    struct told told = { .then = call_and_wait }, other = { 0 };

    (void)state;
    inner = (struct told){ .status = EYELET_UNKNOWN };
    faults_fake_clock(NOW_NS);
    start(&told);
    start(&other);
    caller_say_reply(1, "outer");
    process();
    assert_int_equal(told.n, 1);
    assert_int_equal(inner.status, EYELET_DEADLINE_EXCEEDED); /* it did wait */
    assert_int_equal(other.status, EYELET_DEADLINE_EXCEEDED);
    caller_close();
}

static void h120_calls_inside_of_functions_do_not_pile_up(void **state)
{
    struct told told[3] = { { .then = call_and_get }, { .then = process_inside }, { .then = start_another } };

    (void)state;
    inner = (struct told){ .status = EYELET_UNKNOWN };
    for (size_t i = 0; i < 3; i++)
        start(&told[i]);
    caller_say_reply(1, "first");
    caller_say_reply(3, "second");
    caller_say_reply(5, "third");
    process();
    assert_string_equal(inner.text, "inner");
    assert_int_equal(inner.status, EYELET_OK);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(told[i].n, 1);
    caller_close();
}

static void h120_a_function_may_close_the_client(void **state)
{
    struct told told = { .then = close_client }, other = { 0 };
    struct eyelet_pending *pending;
    struct eyelet_error error;
    char text[64];

    (void)state;
    start(&told);
    start(&other);
    pending = start_to_collect();
    caller_say_reply(1, "the last one");
    process();
    assert_null(caller.client);
    assert_int_equal(other.n, 1);
    assert_int_equal(other.status, EYELET_CANCELLED);
    assert_int_equal(collect(pending, text, &error), EYELET_CANCELLED);
    assert_text_has(error.text, "closed");
    caller_close();
}

static void h120_a_function_may_close_the_client_under_a_blocking_call(void **state)
{
    struct told told = { .then = close_client };
    struct eyelet_error error;

    (void)state;
    start(&told);
    caller_say_reply(1, "close it");
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_CANCELLED);
    assert_text_has(error.text, "closed");
    assert_null(caller.client);
    caller_close();
}

static enum eyelet_status start_status;

static void start_after_the_end(struct told *told)
{
    (void)told;
    start_status = start_for(0, &inner, NULL, NULL);
}

static void h119_close_tells_all_that_is_in_flight(void **state)
{
    struct told told[3] = { { .then = start_after_the_end }, { 0 }, { 0 } };
    struct eyelet_pending *pending;
    char text[64];

    (void)state;
    inner = (struct told){ 0 };
    for (size_t i = 0; i < 3; i++)
        start(&told[i]);
    pending = start_to_collect();
    eyelet_client_close(caller.client);
    caller.client = NULL;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(told[i].n, 1);
        assert_int_equal(told[i].status, EYELET_CANCELLED);
        assert_true(told[i].error.may_have_executed);
    }
    assert_int_equal(start_status, EYELET_FAILED_PRECONDITION);
    assert_int_equal(inner.n, 0);
    assert_true(eyelet_pending_is_done(pending));
    assert_int_equal(collect(pending, text, NULL), EYELET_CANCELLED);
    caller_close();
}

/* --- no memory for it --------------------------------------------------------------------------------------------- */

/* It waits for others to leave, and reads meanwhile: what there is no memory for ends it before it has begun. */
static void h111_a_call_that_could_not_begin_leaves_nothing_behind(void **state)
{
    static char large[3u << 20];
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct eyelet_counters counters;
    struct eyelet_error error;
    struct told told = { 0 };

    (void)state;
    memset(large, 'l', sizeof(large) - 1);
    request.text = large;
    for (unsigned i = 0; i < 3; i++) /* more than may wait to be sent */
        assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, on_done, &told, NULL, NULL), EYELET_OK);
    caller_say_error(7, EYELET_ABORTED, "nobody's");
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_RESOURCE_EXHAUSTED);
    assert_false(error.may_have_executed);
    eyelet_client_get_counters(caller.client, &counters);
    assert_int_equal(counters.calls_started, 3);
    assert_int_equal(counters.calls_open, 3);
    caller_close();
    assert_int_equal(told.n, 3);
}

static void h111_a_stream_that_could_not_begin_leaves_nothing_behind(void **state)
{
    static char large[3u << 20];
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct demo_echo_chat_stream *chat = NULL;
    struct eyelet_counters counters;
    struct told told = { 0 };

    (void)state;
    memset(large, 'l', sizeof(large) - 1);
    request.text = large;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, on_done, &told, NULL, NULL), EYELET_OK);
    caller_say_error(7, EYELET_ABORTED, "nobody's");
    faults_fail(FAULT_ALLOC, 2, ENOMEM); /* the first is the stream itself */
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &chat, NULL), EYELET_RESOURCE_EXHAUSTED);
    eyelet_client_get_counters(caller.client, &counters);
    assert_int_equal(counters.calls_started, 3);
    caller_close();
    assert_int_equal(told.n, 3);
}

/* --- foreign loops ------------------------------------------------------------------------------------------------ */

static void a_request_that_does_not_fit_leaves_with_the_loop(void **state)
{
    char *text = malloc((1u << 20) + 1);
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct told told = { 0 };
    unsigned char room[65536];
    size_t n_read = 0;

    (void)state;
    assert_non_null(text);
    memset(text, 't', 1u << 20);
    text[1u << 20] = '\0';
    request.text = text;
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, on_done, &told, NULL, NULL), EYELET_OK);
    while (eyelet_client_events(caller.client) == (POLLIN | POLLOUT)) {
        ssize_t n = recv(caller.peer, room, sizeof(room), MSG_DONTWAIT);

        n_read += n > 0 ? (size_t)n : 0;
        process();
    }
    caller_say_reply(1, "got it");
    process();
    assert_int_equal(told.n, 1);
    assert_true(n_read > (1u << 19));
    free(text);
    caller_close();
}

static void a_loop_with_poll_needs_no_more_than_these_functions(void **state)
{
    struct told told[20] = { { 0 } };
    unsigned n_told = 0;
    struct wire wire = { 0 };

    (void)state;
    for (uint32_t i = 0; i < 20; i++) {
        start(&told[i]);
        caller_put_reply(&wire, 2 * i + 1, "x");
    }
    caller_say(&wire);
    while (n_told < 20) {
        struct pollfd one = { eyelet_client_fd(caller.client), eyelet_client_events(caller.client), 0 };

        assert_true(poll(&one, 1, eyelet_client_timeout_ms(caller.client)) > 0);
        process();
        n_told = 0;
        for (size_t i = 0; i < 20; i++)
            n_told += told[i].n;
    }
    caller_close();
}

static void a_stream_in_a_loop(void **state)
{
    struct demo_echo_chat_stream *chat = NULL;
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct eyelet_stream *base;
    Demo__SayReply *reply = NULL;
    char *text = malloc((1u << 20) + 1);

    (void)state;
    assert_non_null(text);
    memset(text, 't', 1u << 20);
    text[1u << 20] = '\0';
    process(); /* this thread polls by itself */
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &chat, NULL), EYELET_OK);
    base = demo_echo_chat_base(chat);
    assert_false(eyelet_stream_is_readable(base));
    assert_true(eyelet_stream_is_writable(base));
    request.text = text;
    assert_int_equal(demo_echo_chat_send(chat, &request, NULL), EYELET_OK); /* it does not fit, and does not wait */
    assert_int_equal(eyelet_client_events(caller.client), POLLIN | POLLOUT);
    assert_false(eyelet_stream_is_writable(base));
    caller_say_data(1, "here");
    process();
    assert_true(eyelet_stream_is_readable(base));
    assert_int_equal(demo_echo_chat_recv(chat, &reply, NULL), EYELET_GOT_MESSAGE);
    demo__say_reply__free_unpacked(reply, NULL);
    assert_false(eyelet_stream_is_readable(base));
    eyelet_stream_cancel(base);
    assert_true(eyelet_stream_is_readable(base));
    assert_true(eyelet_stream_is_writable(base));
    demo_echo_chat_close(chat);
    free(text);
}

static void h037_a_reply_that_stalls_is_noticed_by_a_loop(void **state)
{
    struct told told = { 0 };

    (void)state;
    faults_fake_clock(NOW_NS);
    start(&told);
    assert_true(live_send(caller.peer, (struct eyelet_slice){ (const uint8_t *)"\0\0\0", 3 }));
    process();
    assert_int_equal(eyelet_client_timeout_ms(caller.client), 5000);
    faults_advance_ns(5000 * MS);
    assert_int_equal(eyelet_client_process(caller.client, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(told.status, EYELET_UNAVAILABLE);
    assert_text_has(told.error.text, "head of a frame");
    caller_close();
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

static void h111_every_allocation_of_a_started_call_may_fail(void **state)
{
    unsigned n_failed = 0;

    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct told told = { 0 };
        enum eyelet_status status;
        bool has_failed;

        caller_open(NULL);
        caller_say_reply(1, "a reply of some length");
        faults_reset();
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        status = start_for(0, &told, NULL, NULL);
        if (status == EYELET_OK)
            eyelet_client_process(caller.client, NULL);
        has_failed = faults_count(FAULT_ALLOC) >= nth;
        faults_reset();
        assert_int_equal(told.n, status == EYELET_OK);
        n_failed += status != EYELET_OK || told.status != EYELET_OK;
        if (!has_failed) {
            assert_int_equal(told.status, EYELET_OK);
            break;
        }
        assert_true(status == EYELET_RESOURCE_EXHAUSTED || told.status == EYELET_RESOURCE_EXHAUSTED ||
                    told.status == EYELET_UNAVAILABLE || told.status == EYELET_OK);
    }
    assert_true(n_failed >= 5); /* the call, its timer, the request, the reply twice */
    caller_close();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_started_call_is_told_of_its_end_once),
        TEST(every_failure_is_told),
        TEST(hundreds_are_in_flight_from_one_thread),
        TEST(calls_over_the_limit_are_refused_at_once),
        TEST(a_blocking_call_tells_of_others),
        TEST(calls_are_collected_in_any_order),
        TEST(h115_replies_that_nobody_collects_are_bounded_together),
        TEST(collecting_waits_no_longer_than_the_deadline),
        TEST(a_deadline_is_told_in_process),
        TEST(a_cancelled_call_is_told_in_process),
        TEST(what_is_over_cannot_be_cancelled),
        TEST(nothing_is_sent_of_a_call_that_is_cancelled_before_it_left),
        TEST(a_lost_connection_is_told_to_all),
        TEST(a_send_that_fails_is_found_by_process),
        TEST(h120_a_function_may_start_a_call),
        TEST(calls_that_functions_start_leave_together),
        TEST(h120_a_function_may_wait_for_a_call),
        TEST(h120_calls_inside_of_functions_do_not_pile_up),
        TEST(h120_a_function_may_close_the_client),
        TEST(h120_a_function_may_close_the_client_under_a_blocking_call),
        TEST(h119_close_tells_all_that_is_in_flight),
        TEST(h111_a_call_that_could_not_begin_leaves_nothing_behind),
        TEST(h111_a_stream_that_could_not_begin_leaves_nothing_behind),
        TEST(a_request_that_does_not_fit_leaves_with_the_loop),
        TEST(a_loop_with_poll_needs_no_more_than_these_functions),
        TEST(a_stream_in_a_loop),
        TEST(h037_a_reply_that_stalls_is_noticed_by_a_loop),
        TEST(h111_every_allocation_of_a_started_call_may_fail),
    };

    return cmocka_run_group_tests_name("async", tests, NULL, NULL);
}
