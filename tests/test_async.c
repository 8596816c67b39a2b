/*
 * Started calls beyond conformance/client_starts.c: bounded replies, functions that close the client, no memory.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "echo.eyelet.h"
#include "io/socket.h"
#include "support/caller.h"
#include "support/faults.h"
#include "support/folder.h"

/* What a function was told. */
struct told {
    unsigned n;
    unsigned turn; /* among all */
    enum eyelet_status status;
    char text[64];
    struct eyelet_error error;
    void (*then)(struct told *told); /* called in the function, after the above is set */
};

static unsigned turns; /* functions that were called */

static void on_done(enum eyelet_status status, Demo__SayReply *reply, const struct eyelet_error *error, void *userdata)
{
    struct told *told = userdata;

    told->n++;
    told->turn = ++turns;
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

/* --- collected ---------------------------------------------------------------------------------------------------- */

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

/* --- told ---------------------------------------------------------------------------------------------------------- */

static void ends_are_told_in_the_order_in_which_they_came(void **state)
{
    struct told told[4] = { 0 };
    struct wire wire = { 0 };

    (void)state;
    turns = 0;
    for (unsigned i = 0; i < 4; i++)
        start(&told[i]);
    caller_put_reply(&wire, 3, "two");
    caller_put_error(&wire, 5, EYELET_NOT_FOUND, "three");
    caller_put_reply(&wire, 1, "one");
    caller_put_error(&wire, 7, EYELET_NOT_FOUND, "four");
    caller_say(&wire);
    process();
    assert_int_equal(told[1].turn, 1);
    assert_int_equal(told[2].turn, 2);
    assert_int_equal(told[0].turn, 3);
    assert_int_equal(told[3].turn, 4);
    assert_string_equal(told[0].text, "one");
    assert_int_equal(told[3].status, EYELET_NOT_FOUND);
}

/* --- time --------------------------------------------------------------------------------------------------------- */

/* A loop may be woken for a call that is over, and is then told the time of the next one that is not. */
static void a_call_that_is_over_leaves_no_deadline_behind(void **state)
{
    struct told quick = { 0 }, slow = { 0 };

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    assert_int_equal(start_for(300, &slow, NULL, NULL), EYELET_OK);
    assert_int_equal(start_for(100, &quick, NULL, NULL), EYELET_OK);
    caller_say_reply(3, "in time");
    process();
    assert_int_equal(quick.status, EYELET_OK);
    faults_advance_ns(100 * EYELET_NS_PER_MS);
    process();
    assert_int_equal(slow.n, 0);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), 200);
    faults_advance_ns(199 * EYELET_NS_PER_MS);
    process();
    assert_int_equal(slow.n, 0);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), 1);
    faults_advance_ns(1 * EYELET_NS_PER_MS);
    process();
    assert_int_equal(slow.status, EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), -1);
    caller_close();
}

/* The time that passed since its start was none of waiting, and counts all the same. */
static void what_is_collected_late_is_waited_for_until_its_deadline_and_no_longer(void **state)
{
    struct eyelet_pending *pending = NULL;
    char text[64];

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    assert_int_equal(start_for(300, NULL, &pending, NULL), EYELET_OK);
    faults_advance_ns(200 * EYELET_NS_PER_MS);
    assert_int_equal(collect(pending, text, NULL), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(eyelet_now_ns(), CALLER_NOW_NS + 300 * EYELET_NS_PER_MS);
    caller_close();
}

/* --- functions that use the client -------------------------------------------------------------------------------- */

static struct told inner;

static void close_client(struct told *told)
{
    (void)told;
    caller.client = eyelet_client_close(caller.client);
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
        TEST(h115_replies_that_nobody_collects_are_bounded_together),
        TEST(ends_are_told_in_the_order_in_which_they_came),
        TEST(a_call_that_is_over_leaves_no_deadline_behind),
        TEST(what_is_collected_late_is_waited_for_until_its_deadline_and_no_longer),
        TEST(h120_a_function_may_close_the_client),
        TEST(h120_a_function_may_close_the_client_under_a_blocking_call),
        TEST(h119_close_tells_all_that_is_in_flight),
        TEST(h111_a_call_that_could_not_begin_leaves_nothing_behind),
        TEST(h111_a_stream_that_could_not_begin_leaves_nothing_behind),
        TEST(h111_every_allocation_of_a_started_call_may_fail),
    };

    return cmocka_run_group_tests_name("async", tests, NULL, NULL);
}
