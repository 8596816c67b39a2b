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

#include "conformance/callee.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"

#define MS EYELET_NS_PER_MS

/* What a function was told. */
struct told {
    unsigned n;
    enum eyelet_status status;
    char text[64];
    struct eyelet_error error;
    void (*then)(struct told *told); /* called in the function, after the above is set */
};

static void on_done(enum eyelet_status status, const char *text, const struct eyelet_error *error, void *userdata)
{
    struct told *told = userdata;

    told->n++;
    told->status = status;
    live_must((status == EYELET_OK) == (text != NULL), "a reply and a failure, or neither");
    live_must((status == EYELET_OK) == (error == NULL), "an error and no failure, or the other way round");
    if (text != NULL)
        snprintf(told->text, sizeof(told->text), "%s", text);
    if (error != NULL)
        told->error = *error;
    if (told->then != NULL)
        told->then(told);
}

static enum eyelet_status start_for(uint32_t timeout_ms, struct told *told, struct client_pending **ret,
                                    struct eyelet_error *reterr)
{
    const struct eyelet_call_opts opts = { .timeout_ms = timeout_ms };

    return client_start(&opts, "hello", told != NULL ? on_done : NULL, told, ret, reterr);
}

static void process(void)
{
    assert_int_equal(client_process(NULL), EYELET_OK);
}

/* @told must be there until the end of the call: a test that leaves one in flight closes the client itself. */
static void start(struct told *told)
{
    assert_int_equal(start_for(0, told, NULL, NULL), EYELET_OK);
}

static struct client_pending *start_to_collect(void)
{
    struct client_pending *pending = NULL;

    assert_int_equal(start_for(0, NULL, &pending, NULL), EYELET_OK);
    return pending;
}

/* --- told -----------------------------------------------------------------------------------------------------------
 */

static void a_started_call_is_told_of_its_end_once(void **state)
{
    struct told told = { 0 };

    (void)state;
    start(&told);
    callee_hear(WIRE_REQUEST, 0, 1, 10); /* it left at once */
    process();
    assert_int_equal(told.n, 0);
    callee_say_reply(1, "welcome");
    process();
    assert_int_equal(told.n, 1);
    assert_int_equal(told.status, EYELET_OK);
    assert_string_equal(told.text, "welcome");
    process();
    client_close();
    assert_int_equal(told.n, 1);
    callee_close();
}

static void every_failure_is_told(void **state)
{
    struct told refused = { 0 }, senseless = { 0 }, undecodable = { 0 };
    struct wire wire = { 0 };

    (void)state;
    start(&refused);
    start(&senseless);
    start(&undecodable);
    callee_say_error(1, EYELET_NOT_FOUND, "none");
    wire_frame(&wire, WIRE_RESPONSE, 0, 3, (struct eyelet_slice){ (const uint8_t *)"\x12\x05x", 3 });
    wire_response(&wire, 5, &(struct wire_response){ .payload = { (const uint8_t *)"\x0a\x02\xff\xfe", 4 } });
    callee_say(&wire);
    process();
    assert_int_equal(refused.status, EYELET_NOT_FOUND);
    assert_true(refused.error.is_remote);
    assert_int_equal(senseless.status, EYELET_INTERNAL);
    assert_int_equal(undecodable.status, EYELET_INTERNAL);
    assert_text_has(undecodable.error.text, "demo.");
    assert_true(undecodable.error.may_have_executed);
    callee_assert_usable(7);
    callee_close();
}

static void hundreds_are_in_flight_from_one_thread(void **state)
{
    static struct told told[500];
    struct wire wire = { 0 };
    char text[16];

    (void)state;
    memset(told, 0, sizeof(told));
    callee_open(&(struct client_opts){ .calls_max = 500 });
    for (uint32_t i = 0; i < 500; i++)
        start(&told[i]);
    for (uint32_t i = 500; i-- > 0;) { /* in another order */
        snprintf(text, sizeof(text), "%u", i);
        callee_put_reply(&wire, 2 * i + 1, text);
    }
    callee_say(&wire);
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
    callee_open(&(struct client_opts){ .calls_max = 2 });
    start(&told[0]);
    start(&told[1]);
    assert_int_equal(start_for(0, &told[2], NULL, &error), EYELET_RESOURCE_EXHAUSTED);
    assert_false(error.may_have_executed);
    assert_int_equal(callee_call(0, NULL), EYELET_RESOURCE_EXHAUSTED);
    callee_say_reply(1, "one");
    process();
    start(&told[2]);
    callee_say_reply(5, "three");
    process();
    assert_int_equal(told[2].n, 1);
    assert_int_equal(told[1].n, 0);
    callee_close();
}

static void a_blocking_call_tells_of_others(void **state)
{
    struct told told = { 0 };

    (void)state;
    start(&told);
    callee_say_reply(1, "of the other");
    callee_assert_usable(3);
    assert_int_equal(told.n, 1);
    assert_string_equal(told.text, "of the other");
    callee_close();
}

/* --- collected ------------------------------------------------------------------------------------------------------
 */

static void calls_are_collected_in_any_order(void **state)
{
    struct client_pending *one = start_to_collect(), *two = start_to_collect(), *three = start_to_collect();
    struct eyelet_error error;
    char text[64];

    (void)state;
    assert_false(client_is_done(one));
    callee_say_reply(1, "one");
    callee_say_error(5, EYELET_ABORTED, "three");
    callee_say_reply(3, "two");
    assert_int_equal(client_collect(three, text, sizeof(text), &error), EYELET_ABORTED);
    assert_string_equal(error.text, "three");
    assert_true(client_is_done(one));
    assert_int_equal(client_collect(one, text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "one");
    assert_int_equal(client_collect(two, text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "two");
}

static void collecting_waits_no_longer_than_the_deadline(void **state)
{
    struct client_pending *pending = NULL;
    struct eyelet_error error;
    char text[64];

    (void)state;
    faults_fake_clock(CALLEE_NOW_NS);
    assert_int_equal(start_for(250, NULL, &pending, NULL), EYELET_OK);
    assert_int_equal(client_collect(pending, text, sizeof(text), &error), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), CALLEE_NOW_NS + 250 * MS);
    assert_true(error.may_have_executed);
    callee_say_reply(1, "late");
    callee_assert_usable(3);
}

/* --- time, cancelling, loss -----------------------------------------------------------------------------------------
 */

static void a_deadline_is_told_in_process(void **state)
{
    struct told late = { 0 }, later = { 0 };

    (void)state;
    faults_fake_clock(CALLEE_NOW_NS);
    assert_int_equal(client_timeout_ms(), -1);
    assert_int_equal(start_for(300, &later, NULL, NULL), EYELET_OK);
    assert_int_equal(start_for(100, &late, NULL, NULL), EYELET_OK);
    assert_int_equal(client_timeout_ms(), 100);
    faults_advance_ns(99 * MS + 1);
    assert_int_equal(client_timeout_ms(), 1); /* rounded up */
    process();
    assert_int_equal(late.n, 0);
    faults_advance_ns(1 * MS);
    assert_int_equal(client_timeout_ms(), 0);
    process();
    assert_int_equal(late.status, EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(later.n, 0);
    assert_int_equal(client_timeout_ms(), 200);
    callee_say_reply(1, "in time");
    process();
    assert_int_equal(later.status, EYELET_OK);
    assert_int_equal(client_timeout_ms(), -1);
    callee_close();
}

static void a_cancelled_call_is_told_in_process(void **state)
{
    struct client_pending *pending = NULL;
    struct told told = { 0 };

    (void)state;
    assert_int_equal(start_for(0, &told, &pending, NULL), EYELET_OK);
    client_cancel(pending);
    client_cancel(pending);
    assert_int_equal(told.n, 0);
    assert_int_equal(client_timeout_ms(), 0); /* there is something to do */
    process();
    assert_int_equal(told.n, 1);
    assert_int_equal(told.status, EYELET_CANCELLED);
    assert_true(told.error.may_have_executed);
    callee_say_reply(1, "late");
    callee_assert_usable(3);
    callee_close();
}

static void what_is_over_cannot_be_cancelled(void **state)
{
    struct client_pending *over = start_to_collect(), *not_over = start_to_collect();
    char text[64];

    (void)state;
    callee_say_reply(1, "was faster");
    process();
    client_cancel(over);
    client_cancel(not_over);
    assert_int_equal(client_collect(over, text, sizeof(text), NULL), EYELET_OK);
    assert_int_equal(client_collect(not_over, text, sizeof(text), NULL), EYELET_CANCELLED);
}

static void nothing_is_sent_of_a_call_that_is_cancelled_before_it_left(void **state)
{
    struct client_pending *first = NULL, *last = NULL;
    struct told told[2] = { { 0 } };

    (void)state;
    faults_fail_always(FAULT_SENDMSG, EAGAIN);
    assert_int_equal(start_for(0, &told[0], &first, NULL), EYELET_OK);
    assert_int_equal(start_for(0, &told[1], &last, NULL), EYELET_OK);
    assert_int_equal(client_events(), POLLIN | POLLOUT);
    client_cancel(first); /* another is behind it: it goes out */
    client_cancel(last);
    faults_fail_always(FAULT_SENDMSG, 0);
    process();
    assert_true(told[0].error.may_have_executed);
    assert_false(told[1].error.may_have_executed);
    assert_int_equal(client_events(), POLLIN);
    callee_hear(WIRE_REQUEST, 0, 1, 10);
    callee_hear_nothing();
    callee_close();
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
    callee_say_reply(1, "last words");
    close(callee);
    callee = -1;
    assert_int_equal(client_process(&error), EYELET_OK); /* what came first */
    assert_int_equal(client_process(&error), EYELET_UNAVAILABLE);
    assert_int_equal(replied.status, EYELET_OK);
    assert_int_equal(sent.status, EYELET_UNAVAILABLE);
    assert_true(sent.error.may_have_executed);
    assert_int_equal(unsent.status, EYELET_UNAVAILABLE);
    assert_false(unsent.error.may_have_executed);
    assert_int_equal(client_fd(), -1);
    assert_int_equal(client_events(), 0);
    assert_int_equal(start_for(0, &sent, NULL, &error), EYELET_UNAVAILABLE);
    assert_false(error.may_have_executed);
    assert_int_equal(sent.n, 1);
    assert_int_equal(client_reconnect(0, &error), EYELET_INVALID_ARGUMENT);
    assert_text_has(error.text, "second time");
    callee_close();
}

static void a_send_that_fails_is_found_by_process(void **state)
{
    struct told told = { 0 };
    struct eyelet_error error;

    (void)state;
    faults_fail(FAULT_SENDMSG, 1, ENOBUFS);
    start(&told);
    assert_int_equal(client_timeout_ms(), 0);
    assert_int_equal(client_process(&error), EYELET_UNAVAILABLE);
    assert_int_equal(told.status, EYELET_UNAVAILABLE);
    assert_int_equal(told.error.error_number, ENOBUFS);
    assert_false(told.error.may_have_executed);
    callee_close();
}

/* --- functions that use the client ----------------------------------------------------------------------------------
 */

static struct told inner;

static void start_another(struct told *told)
{
    (void)told;
    live_must(start_for(0, &inner, NULL, NULL) == EYELET_OK, "a function cannot start a call");
}

static void call_and_wait(struct told *told)
{
    (void)told;
    inner.status = client_say(NULL, "from inside", inner.text, sizeof(inner.text), NULL);
}

static void call_and_get(struct told *told)
{
    callee_say_reply(7, "inner");
    call_and_wait(told);
}

static void process_inside(struct told *told)
{
    (void)told;
    inner.status = client_process(NULL);
}

static void h120_a_function_may_start_a_call(void **state)
{
    struct told told = { .then = start_another };

    (void)state;
    inner = (struct told){ 0 };
    start(&told);
    callee_say_reply(1, "outer");
    process();
    assert_int_equal(inner.n, 0);
    callee_say_reply(3, "inner");
    process();
    assert_int_equal(inner.n, 1);
    assert_string_equal(inner.text, "inner");
    callee_close();
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
        callee_put_error(&wire, 2 * i + 1, (int32_t)i + 1, "next");
    }
    callee_say(&wire);
    faults_reset();
    process();
    assert_int_equal(faults_count(FAULT_SENDMSG), 1);
    for (uint32_t i = 16; i < 32; i++)
        callee_put_reply(&wire, 2 * i + 1, "behind");
    callee_say(&wire);
    process();
    for (size_t i = 1; i <= 16; i++)
        assert_string_equal(followers[i].text, "behind");
    callee_close();
}

static void h120_a_function_may_wait_for_a_call(void **state)
{
    struct told told = { .then = call_and_wait }, other = { 0 };

    (void)state;
    inner = (struct told){ .status = EYELET_UNKNOWN };
    faults_fake_clock(CALLEE_NOW_NS);
    start(&told);
    start(&other);
    callee_say_reply(1, "outer");
    process();
    assert_int_equal(told.n, 1);
    assert_int_equal(inner.status, EYELET_DEADLINE_EXCEEDED); /* it did wait */
    assert_int_equal(other.status, EYELET_DEADLINE_EXCEEDED);
    callee_close();
}

static void h120_calls_inside_of_functions_do_not_pile_up(void **state)
{
    struct told told[3] = { { .then = call_and_get }, { .then = process_inside }, { .then = start_another } };

    (void)state;
    inner = (struct told){ .status = EYELET_UNKNOWN };
    for (size_t i = 0; i < 3; i++)
        start(&told[i]);
    callee_say_reply(1, "first");
    callee_say_reply(3, "second");
    callee_say_reply(5, "third");
    process();
    assert_string_equal(inner.text, "inner");
    assert_int_equal(inner.status, EYELET_OK);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(told[i].n, 1);
    callee_close();
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

    (void)state;
    inner = (struct told){ 0 };
    start_status = EYELET_OK;
    for (size_t i = 0; i < 3; i++)
        start(&told[i]);
    client_close();
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(told[i].n, 1);
        assert_int_equal(told[i].status, EYELET_CANCELLED);
        assert_true(told[i].error.may_have_executed);
    }
    assert_int_equal(start_status, EYELET_FAILED_PRECONDITION);
    assert_int_equal(inner.n, 0);
}

/* --- foreign loops --------------------------------------------------------------------------------------------------
 */

static void a_loop_with_poll_needs_no_more_than_these_functions(void **state)
{
    struct told told[16] = { { 0 } };
    unsigned n_told = 0;
    struct wire wire = { 0 };

    (void)state;
    for (uint32_t i = 0; i < 16; i++) {
        start(&told[i]);
        callee_put_reply(&wire, 2 * i + 1, "x");
    }
    callee_say(&wire);
    while (n_told < 16) {
        struct pollfd one = { client_fd(), client_events(), 0 };

        assert_true(poll(&one, 1, client_timeout_ms()) > 0);
        process();
        n_told = 0;
        for (size_t i = 0; i < 16; i++)
            n_told += told[i].n;
    }
    callee_close();
}

static void h037_a_reply_that_stalls_is_noticed_by_a_loop(void **state)
{
    struct told told = { 0 };

    (void)state;
    faults_fake_clock(CALLEE_NOW_NS);
    start(&told);
    assert_true(live_send(callee, (struct eyelet_slice){ (const uint8_t *)"\0\0\0", 3 }));
    process();
    assert_int_equal(client_timeout_ms(), 5000);
    faults_advance_ns(5000 * MS);
    assert_int_equal(client_process(NULL), EYELET_UNAVAILABLE);
    assert_int_equal(told.status, EYELET_UNAVAILABLE);
    assert_text_has(told.error.text, "head of a frame");
    callee_close();
}

static void a_request_that_does_not_fit_leaves_with_the_loop(void **state)
{
    char *text = callee_long_text(CLIENT_TEXT_MAX);
    struct told told = { 0 };
    unsigned char room[65536];
    size_t n_read = 0;

    (void)state;
    callee_narrow();
    assert_int_equal(client_start(NULL, text, on_done, &told, NULL, NULL), EYELET_OK);
    assert_int_equal(client_events(), POLLIN | POLLOUT);
    while (client_events() == (POLLIN | POLLOUT)) {
        ssize_t n = recv(callee, room, sizeof(room), MSG_DONTWAIT);

        n_read += n > 0 ? (size_t)n : 0;
        process();
    }
    callee_say_reply(1, "got it");
    process();
    assert_int_equal(told.n, 1);
    assert_true(n_read > CLIENT_TEXT_MAX / 2);
    free(text);
}

static void a_stream_in_a_loop(void **state)
{
    char *text = callee_long_text(CLIENT_TEXT_MAX);
    struct client_stream *chat = NULL;

    (void)state;
    callee_narrow();
    process(); /* this thread polls by itself */
    assert_int_equal(client_stream_open(CLIENT_CHAT, NULL, 0, &chat, NULL), EYELET_OK);
    assert_false(client_stream_is_readable(chat));
    assert_true(client_stream_is_writable(chat));
    assert_int_equal(client_stream_send_text(chat, text, NULL), EYELET_OK); /* it does not fit, and does not wait */
    assert_int_equal(client_events(), POLLIN | POLLOUT);
    callee_say_data(1, "here");
    process();
    assert_true(client_stream_is_readable(chat));
    assert_int_equal(client_stream_recv_text(chat, NULL, 0, NULL), EYELET_GOT_MESSAGE);
    assert_false(client_stream_is_readable(chat));
    client_stream_cancel(chat);
    assert_true(client_stream_is_readable(chat));
    assert_true(client_stream_is_writable(chat));
    client_stream_close(chat);
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, callee_setup, callee_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_started_call_is_told_of_its_end_once),
        TEST(every_failure_is_told),
        TEST(hundreds_are_in_flight_from_one_thread),
        TEST(calls_over_the_limit_are_refused_at_once),
        TEST(a_blocking_call_tells_of_others),
        TEST(calls_are_collected_in_any_order),
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
        TEST(h119_close_tells_all_that_is_in_flight),
        TEST(a_loop_with_poll_needs_no_more_than_these_functions),
        TEST(h037_a_reply_that_stalls_is_noticed_by_a_loop),
        TEST(a_request_that_does_not_fit_leaves_with_the_loop),
        TEST(a_stream_in_a_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
