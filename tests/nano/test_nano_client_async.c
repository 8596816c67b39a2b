/*
 * Started calls of the client in fixed memory: collected, cancelled, told; and what a function that is told may do with
 * the client.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "caller.h"

#define CALLS 8 /* calls_max, by default */

/**
 * struct told - what a function of a started call has seen
 * @then:   what it does with the client, if anything
 * @order:  which one of all it was, from 1
 */
struct told {
    demo_SayReply reply;
    struct eyelet_nano_pending *pending;
    unsigned n_times;
    unsigned order;
    enum eyelet_status status;
    struct eyelet_error error;
    bool has_reply;
    char text[64];
    void (*then)(struct told *told);
};

static struct told told[CALLS + 1];
static unsigned n_told;
static bool is_inside; /* a function that is told */

static int setup(void **state)
{
    memset(told, 0, sizeof(told));
    n_told = 0;
    is_inside = false;
    return caller_setup(state);
}

static void done(enum eyelet_status status, demo_SayReply *reply, const struct eyelet_error *error, void *userdata)
{
    struct told *one = userdata;

    live_must(!is_inside, "a function is told while another one is");
    live_must((reply != NULL) == (status == EYELET_OK) && (error == NULL) == (status == EYELET_OK),
              "a reply without success, or an error with it");
    live_must(reply == NULL || reply == &one->reply, "the reply is not where it should be");
    is_inside = true;
    one->n_times++;
    one->order = ++n_told;
    one->status = status;
    one->has_reply = reply != NULL;
    if (error != NULL)
        one->error = *error;
    if (one->then != NULL)
        one->then(one);
    if (error != NULL)
        live_must(memcmp(&one->error, error, sizeof(*error)) == 0, "the error is gone before the return");
    is_inside = false;
}

static enum eyelet_status start(struct told *one, uint32_t timeout_ms, struct eyelet_error *reterr)
{
    demo_SayRequest request = { .text = "started" };

    return demo_echo_say_start(caller.client, &(struct eyelet_call_opts){ .timeout_ms = timeout_ms }, &request,
                               &one->reply, done, one, &one->pending, reterr);
}

static struct eyelet_nano_pending *start_silent(demo_SayReply *reply, uint32_t timeout_ms)
{
    struct eyelet_nano_pending *pending = NULL;
    demo_SayRequest request = { .text = "started" };

    assert_int_equal(demo_echo_say_start(caller.client, &(struct eyelet_call_opts){ .timeout_ms = timeout_ms },
                                         &request, reply, NULL, NULL, &pending, NULL),
                     EYELET_OK);
    return pending;
}

static void process(void)
{
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
}

/* --- told --------------------------------------------------------------------------------------------------------- */

static void a_started_call_is_told_once(void **state)
{
    (void)state;
    assert_int_equal(start(&told[0], 0, NULL), EYELET_OK);
    caller_hear(WIRE_REQUEST, 0, 1, 10);
    process();
    assert_int_equal(told[0].n_times, 0);
    caller_say_reply(1, "there");
    process();
    process();
    assert_int_equal(told[0].n_times, 1);
    assert_int_equal(told[0].status, EYELET_OK);
    assert_string_equal(told[0].reply.text, "there");
}

static void failures_are_told_with_their_error(void **state)
{
    static const char nonsense[] = "\x12\x02\x0a\x09";

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    assert_int_equal(start(&told[0], 0, NULL), EYELET_OK);
    assert_int_equal(start(&told[1], 0, NULL), EYELET_OK);
    assert_int_equal(start(&told[2], 300, NULL), EYELET_OK);
    caller_say_error(1, EYELET_NOT_FOUND, "no");
    caller_say_frame(WIRE_RESPONSE, 0, 3, nonsense, 4);
    process();
    assert_int_equal(told[0].status, EYELET_NOT_FOUND);
    assert_true(told[0].error.is_remote);
    assert_int_equal(told[1].status, EYELET_INTERNAL);
    assert_true(told[1].error.may_have_executed);
    assert_text_has(told[1].error.text, "demo.Echo/Say");
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), 300);
    faults_advance_ns(300 * MS);
    process();
    assert_int_equal(told[2].status, EYELET_DEADLINE_EXCEEDED);
    assert_true(told[2].error.may_have_executed);
    assert_int_equal(caller_counters().calls_failed, 3);
}

static void ends_are_told_in_their_order_and_by_any_function(void **state)
{
    struct demo_echo_chat_stream *chat;

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(start(&told[i], 0, NULL), EYELET_OK);
    caller_say_reply(5, "third");
    caller_say_reply(1, "first");
    caller_say_reply(7, "mine");
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK); /* one that blocks reads for the others */
    assert_int_equal(told[2].order, 1);
    assert_int_equal(told[0].order, 2);
    assert_int_equal(told[1].n_times, 0);
    chat = caller_chat(0);
    caller_say_reply(3, "second");
    caller_say_data(9, "a message");
    caller_chat_text(chat, "a message");
    assert_int_equal(told[1].order, 3);
    demo_echo_chat_close(chat);
}

static void without_a_function_or_a_call_to_collect_nothing_begins(void **state)
{
    demo_SayRequest request = demo_SayRequest_init_zero;
    struct eyelet_error error;
    demo_SayReply reply;

    (void)state;
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, &reply, NULL, NULL, NULL, &error),
                     EYELET_INVALID_ARGUMENT);
    assert_text_has(error.text, "neither told nor collected");
    assert_int_equal(demo_echo_say_collect(NULL, &error), EYELET_FAILED_PRECONDITION);
    caller_hear_nothing();
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, &told[0].reply, done, &told[0], NULL, NULL),
                     EYELET_OK);
    caller_say_reply(1, "told");
    process();
    assert_int_equal(told[0].n_times, 1);
}

static void a_start_that_fails_is_not_told(void **state)
{
    const struct eyelet_metadata bad = { "", "v" };
    const struct eyelet_call_opts opts = { .metadata = &bad, .n_metadata = 1 };
    demo_SayRequest request = demo_SayRequest_init_zero;
    struct eyelet_error error;

    (void)state;
    assert_int_equal(demo_echo_say_start(caller.client, &opts, &request, &told[0].reply, done, &told[0], NULL, &error),
                     EYELET_INVALID_ARGUMENT);
    memset(&request, 'x', sizeof(request));
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, &told[0].reply, done, &told[0], NULL, &error),
                     EYELET_INVALID_ARGUMENT);
    caller_hang_up();
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(start(&told[0], 0, &error), EYELET_UNAVAILABLE);
    assert_false(error.may_have_executed);
    assert_text_has(error.text, "connection lost");
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(told[0].n_times, 0);
}

/* --- collected ---------------------------------------------------------------------------------------------------- */

static void a_call_is_collected_before_and_after_its_end(void **state)
{
    struct eyelet_nano_pending *a, *b;
    demo_SayReply for_a, for_b;
    struct eyelet_error error;

    (void)state;
    a = start_silent(&for_a, 0);
    b = start_silent(&for_b, 0);
    assert_false(eyelet_nano_pending_is_done(a));
    caller_say_reply(3, "b");
    process();
    assert_true(eyelet_nano_pending_is_done(b));
    assert_false(eyelet_nano_pending_is_done(a));
    caller_say_error(1, EYELET_ABORTED, "a");
    assert_int_equal(demo_echo_say_collect(a, &error), EYELET_ABORTED);
    assert_string_equal(error.text, "a");
    assert_int_equal(demo_echo_say_collect(b, &error), EYELET_OK);
    assert_string_equal(for_b.text, "b");
}

static void h004_collecting_ends_at_the_deadline(void **state)
{
    struct eyelet_nano_pending *pending;
    struct eyelet_error error;
    demo_SayReply reply;

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    pending = start_silent(&reply, 400);
    faults_advance_ns(100 * MS);
    assert_int_equal(demo_echo_say_collect(pending, &error), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS + 400 * MS);
    caller_say_reply(1, "late");
    caller_assert_usable(3);
}

static void what_came_in_time_is_collected_after_the_deadline(void **state)
{
    struct eyelet_nano_pending *pending;
    demo_SayReply reply;

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    pending = start_silent(&reply, 400);
    caller_say_reply(1, "in time");
    faults_advance_ns(1000 * MS);
    assert_int_equal(demo_echo_say_collect(pending, NULL), EYELET_OK);
    assert_string_equal(reply.text, "in time");
}

static void h115_no_more_than_calls_max_are_in_flight(void **state)
{
    struct eyelet_nano_pending *pending[CALLS];
    static demo_SayReply replies[CALLS];
    struct eyelet_error error;

    (void)state;
    for (unsigned i = 0; i < CALLS; i++)
        pending[i] = start_silent(&replies[i], 0);
    assert_int_equal(start(&told[0], 0, &error), EYELET_RESOURCE_EXHAUSTED);
    assert_text_has(error.text, "8 calls are in flight");
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_RESOURCE_EXHAUSTED);
    assert_false(error.may_have_executed);
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_RESOURCE_EXHAUSTED);

    caller_say_reply(5, "done, but not collected");
    process();
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_RESOURCE_EXHAUSTED);
    assert_int_equal(demo_echo_say_collect(pending[2], NULL), EYELET_OK);
    caller_assert_usable(2 * CALLS + 1);
    for (unsigned i = 0; i < CALLS; i++)
        if (i != 2) {
            eyelet_nano_pending_cancel(pending[i]);
            assert_int_equal(demo_echo_say_collect(pending[i], NULL), EYELET_CANCELLED);
        }
    assert_int_equal(caller_counters().calls_open, 0);
}

/* --- cancelled ---------------------------------------------------------------------------------------------------- */

static void a_cancelled_call_says_so_and_its_answer_is_dropped(void **state)
{
    struct eyelet_nano_pending *pending;
    struct eyelet_error error;
    demo_SayReply reply;

    (void)state;
    assert_int_equal(start(&told[0], 0, NULL), EYELET_OK);
    pending = start_silent(&reply, 0);
    eyelet_nano_pending_cancel(told[0].pending);
    eyelet_nano_pending_cancel(told[0].pending);
    assert_int_equal(told[0].n_times, 0);
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), 0); /* to be told */
    eyelet_nano_pending_cancel(pending);
    assert_true(eyelet_nano_pending_is_done(pending));
    assert_int_equal(demo_echo_say_collect(pending, &error), EYELET_CANCELLED);
    assert_true(error.may_have_executed);
    assert_false(error.is_remote);
    assert_int_equal(told[0].status, EYELET_CANCELLED);
    caller_say_reply(1, "late");
    caller_say_reply(3, "late");
    caller_assert_usable(5);
    assert_int_equal(told[0].n_times, 1);
}

static void a_call_that_is_over_cannot_be_cancelled(void **state)
{
    struct eyelet_nano_pending *pending;
    demo_SayReply reply;

    (void)state;
    pending = start_silent(&reply, 0);
    caller_say_reply(1, "quick");
    process();
    eyelet_nano_pending_cancel(pending);
    assert_int_equal(demo_echo_say_collect(pending, NULL), EYELET_OK);
    assert_string_equal(reply.text, "quick");
}

static void nothing_of_a_call_goes_out_that_was_cancelled_before_it_left(void **state)
{
    struct eyelet_nano_pending *pending[3];
    demo_SayReply replies[3];
    struct eyelet_error error;

    (void)state;
    faults_fail_always(FAULT_SENDMSG, EAGAIN);
    for (unsigned i = 0; i < 3; i++)
        pending[i] = start_silent(&replies[i], 0);
    eyelet_nano_pending_cancel(pending[0]); /* others are behind it: it goes out */
    eyelet_nano_pending_cancel(pending[2]);
    assert_int_equal(demo_echo_say_collect(pending[2], &error), EYELET_CANCELLED);
    assert_false(error.may_have_executed);
    assert_int_equal(demo_echo_say_collect(pending[0], &error), EYELET_CANCELLED);
    assert_true(error.may_have_executed);
    faults_reset();
    process();
    caller_hear(WIRE_REQUEST, 0, 1, 10);
    caller_hear(WIRE_REQUEST, 0, 3, 10);
    caller_hear_nothing();
    eyelet_nano_pending_cancel(pending[1]);
    assert_int_equal(demo_echo_say_collect(pending[1], NULL), EYELET_CANCELLED);
}

/* --- what a function may do --------------------------------------------------------------------------------------- */

static void call_from_inside(struct told *one)
{
    live_must(caller_call(0, "nested", one->text, sizeof(one->text), NULL) == EYELET_OK, "the nested call fails");
}

static void start_another(struct told *one)
{
    live_must(start(one + 1, 0, NULL) == EYELET_OK, "the next call does not start");
}

static void h120_calls_that_functions_start_leave_together(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        told[2 * i].then = start_another;
        assert_int_equal(start(&told[2 * i], 0, NULL), EYELET_OK);
        caller_say_reply(2 * i + 1, "go on");
    }
    faults_reset();
    process();
    assert_int_equal(faults_count(FAULT_SENDMSG), 1);
    for (uint32_t i = 0; i < 6; i++)
        caller_hear(WIRE_REQUEST, 0, 2 * i + 1, 10);
    for (uint32_t i = 3; i < 6; i++)
        caller_say_reply(2 * i + 1, "end");
    process();
    assert_int_equal(n_told, 6);
}

static void h120_a_function_has_a_place_for_the_next_call_also_when_it_is_the_only_one(void **state)
{
    (void)state;
    caller_open(&(struct eyelet_nano_client_opts){ .calls_max = 1 });
    told[0].then = start_another;
    told[1].then = start_another;
    assert_int_equal(start(&told[0], 0, NULL), EYELET_OK);
    caller_say_error(1, EYELET_ABORTED, "with an error, which stays there meanwhile");
    process();
    caller_say_reply(3, "without");
    process();
    caller_say_reply(5, "last");
    process();
    assert_int_equal(n_told, 3);
    assert_int_equal(told[0].status, EYELET_ABORTED);
    assert_int_equal(told[2].status, EYELET_OK);
}

static void cancel_the_others(struct told *one)
{
    eyelet_nano_pending_cancel(one[1].pending);
    eyelet_nano_pending_cancel(one[2].pending);
    live_must(eyelet_nano_client_process(caller.client, NULL) == EYELET_OK, "process fails inside");
    live_must(one[1].n_times == 0, "told inside of another");
}

static void h120_a_function_may_cancel_and_process(void **state)
{
    (void)state;
    told[0].then = cancel_the_others;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(start(&told[i], 0, NULL), EYELET_OK);
    caller_say_reply(1, "first");
    caller_say_reply(5, "over when it is cancelled");
    process();
    assert_int_equal(told[1].status, EYELET_CANCELLED);
    assert_int_equal(told[2].status, EYELET_OK);
    assert_int_equal(n_told, 3);
}

/* The peer's answer to what a function asks, said once the function is there. */
static void say_and_call(struct told *one)
{
    caller_say_reply(5, "inner");
    call_from_inside(one);
}

static void h120_a_call_inside_of_a_wait_inside_of_a_call(void **state)
{
    char text[64];

    (void)state;
    told[0].then = say_and_call;
    assert_int_equal(start(&told[0], 0, NULL), EYELET_OK);
    caller_say_reply(1, "first");
    caller_say_reply(3, "outer"); /* both calls that block end in the same read */
    assert_int_equal(caller_call(0, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "outer");
    assert_string_equal(told[0].text, "inner");
    assert_int_equal(n_told, 1);
}

static void answer_the_outer_inside(struct told *one)
{
    caller_say_reply(3, "outer");
    caller_say_reply(5, "inner");
    call_from_inside(one);
}

static void h120_a_nested_wait_reads_for_the_outer_one(void **state)
{
    char text[64];

    (void)state;
    told[0].then = answer_the_outer_inside;
    assert_int_equal(start(&told[0], 0, NULL), EYELET_OK);
    caller_say_reply(1, "first");
    assert_int_equal(caller_call(0, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "outer");
    assert_string_equal(told[0].text, "inner");
}

static void collect_the_next(struct told *one)
{
    static demo_SayReply reply;
    struct eyelet_nano_pending *pending = NULL;
    demo_SayRequest request = demo_SayRequest_init_zero;

    live_must(demo_echo_say_start(caller.client, NULL, &request, &reply, NULL, NULL, &pending, NULL) == EYELET_OK,
              "a call does not start");
    caller_say_reply(3, "collected");
    live_must(demo_echo_say_collect(pending, NULL) == EYELET_OK, "it is not collected"); /* and so it has left */
    memcpy(one->text, reply.text, sizeof(one->text));
}

static void h120_a_function_may_collect_what_it_started(void **state)
{
    (void)state;
    told[0].then = collect_the_next;
    assert_int_equal(start(&told[0], 0, NULL), EYELET_OK);
    caller_say_reply(1, "first");
    process();
    assert_string_equal(told[0].text, "collected");
    caller_hear(WIRE_REQUEST, 0, 1, 10);
    caller_hear(WIRE_REQUEST, 0, 3, 10);
}

static void converse(struct told *one)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);
    demo_SayReply reply;

    (void)one;
    caller_say_data(5, "inside");
    live_must(caller_chat_send(chat, "x", NULL) == EYELET_OK, "sending fails");
    live_must(demo_echo_chat_recv(chat, &reply, NULL) == EYELET_GOT_MESSAGE, "no message");
    demo_echo_chat_close(chat);
}

static void h120_a_function_may_use_streams(void **state)
{
    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    told[0].then = converse;
    assert_int_equal(start(&told[0], 0, NULL), EYELET_OK);
    caller_say_reply(1, "first");
    assert_int_equal(demo_echo_say_collect(start_silent(&told[5].reply, 1), NULL), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(told[0].n_times, 1);
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

static void try_everything(struct told *unused)
{
    struct demo_echo_chat_stream *chat = NULL;

    (void)unused;
    live_must(start(&told[CALLS], 0, NULL) == EYELET_FAILED_PRECONDITION, "a call starts while the client ends");
    live_must(caller_call(0, "x", NULL, 0, NULL) == EYELET_FAILED_PRECONDITION, "a call begins");
    live_must(demo_echo_chat_open(caller.client, NULL, &chat, NULL) == EYELET_FAILED_PRECONDITION, "a stream begins");
    live_must(eyelet_nano_client_reconnect(caller.client, 0, NULL) == EYELET_OK, "it is not known to be lost");
}

static void h119_h120_those_in_flight_are_told_at_the_end_and_none_begins(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(start(&told[i], 0, NULL), EYELET_OK);
    told[0].then = try_everything;
    caller_say_reply(3, "came, and was not read");
    eyelet_nano_client_clear(caller.client);
    caller.client = NULL;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(told[i].n_times, 1);
        assert_int_equal(told[i].status, EYELET_CANCELLED);
    }
    assert_int_equal(told[CALLS].n_times, 0);
}

static void h119_what_ended_before_the_end_keeps_its_end(void **state)
{
    (void)state;
    caller_chat(0);
    assert_int_equal(start(&told[0], 0, NULL), EYELET_OK);
    eyelet_nano_pending_cancel(told[0].pending);
    caller_say_data(1, "never taken");
    caller_say_error(3, EYELET_ABORTED, "late");
    eyelet_nano_client_clear(caller.client);
    caller.client = NULL;
    assert_int_equal(told[0].n_times, 1);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    caller_hear(WIRE_REQUEST, 0, 3, 10);
    caller_hear(WIRE_DATA, ENDS, 1, 0); /* the server's handler sees the end */
}

static void h008_h009_what_came_before_the_loss_is_told_as_it_came(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(start(&told[i], 0, NULL), EYELET_OK);
    caller_say_reply(3, "just in time");
    caller_hang_up();
    process(); /* the end is another read */
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(told[1].status, EYELET_OK);
    assert_int_equal(told[1].order, 1);
    assert_int_equal(told[0].status, EYELET_UNAVAILABLE);
    assert_int_equal(told[2].status, EYELET_UNAVAILABLE);
    assert_true(told[0].error.may_have_executed);
    assert_text_has(told[0].error.text, "connection lost");
    assert_int_equal(caller_counters().calls_open, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_started_call_is_told_once),
        TEST(failures_are_told_with_their_error),
        TEST(ends_are_told_in_their_order_and_by_any_function),
        TEST(without_a_function_or_a_call_to_collect_nothing_begins),
        TEST(a_start_that_fails_is_not_told),
        TEST(a_call_is_collected_before_and_after_its_end),
        TEST(h004_collecting_ends_at_the_deadline),
        TEST(what_came_in_time_is_collected_after_the_deadline),
        TEST(h115_no_more_than_calls_max_are_in_flight),
        TEST(a_cancelled_call_says_so_and_its_answer_is_dropped),
        TEST(a_call_that_is_over_cannot_be_cancelled),
        TEST(nothing_of_a_call_goes_out_that_was_cancelled_before_it_left),
        TEST(h120_calls_that_functions_start_leave_together),
        TEST(h120_a_function_has_a_place_for_the_next_call_also_when_it_is_the_only_one),
        TEST(h120_a_function_may_cancel_and_process),
        TEST(h120_a_call_inside_of_a_wait_inside_of_a_call),
        TEST(h120_a_nested_wait_reads_for_the_outer_one),
        TEST(h120_a_function_may_collect_what_it_started),
        TEST(h120_a_function_may_use_streams),
        TEST(h119_h120_those_in_flight_are_told_at_the_end_and_none_begins),
        TEST(h119_what_ended_before_the_end_keeps_its_end),
        TEST(h008_h009_what_came_before_the_loss_is_told_as_it_came),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
