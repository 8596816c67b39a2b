/*
 * Connections that a client loses, and what becomes of its calls.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "conformance/callee.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"

static void assert_lost(bool may_have_executed, const char *why)
{
    struct eyelet_error error;

    assert_int_equal(callee_call(0, &error), EYELET_UNAVAILABLE);
    assert_int_equal(error.status, EYELET_UNAVAILABLE);
    assert_false(error.is_remote);
    assert_int_equal(error.may_have_executed, may_have_executed);
    assert_text_has(error.text, "demo.Echo/Say");
    assert_text_has(error.text, why);

    assert_int_equal(callee_call(0, &error), EYELET_UNAVAILABLE); /* and so for ever, without having been sent */
    assert_false(error.may_have_executed);
    assert_text_has(error.text, why);
}

static void h048_h050_a_peer_with_too_many_errors_is_left(void **state)
{
    (void)state;
    faults_fake_clock(CALLEE_NOW_NS);
    for (unsigned i = 0; i < 40; i++)
        callee_say_frame(9, 0, 1, NULL, 0);
    assert_lost(true, "protocol errors");
    assert_int_equal(live_read_to_end(callee) > 0, true);
}

static void h036_h049_what_is_no_frame_ends_the_connection(void **state)
{
    static const char http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";

    (void)state;
    assert_true(live_send(callee, (struct eyelet_slice){ (const uint8_t *)http, sizeof(http) - 1 }));
    assert_lost(true, "0x48");
}

static void an_early_answer_is_kept_when_the_peer_reads_no_more(void **state)
{
    char *text = callee_long_text(CLIENT_TEXT_MAX), got[32];

    (void)state;
    callee_narrow();
    callee_say_reply(1, "early");
    assert_int_equal(shutdown(callee, SHUT_RD), 0);
    faults_fake_clock(CALLEE_NOW_NS);
    assert_int_equal(client_say(NULL, text, got, sizeof(got), NULL), EYELET_OK);
    assert_string_equal(got, "early");
    assert_lost(false, "connection lost");
    assert_int_equal(faults_now_ns(), CALLEE_NOW_NS);
    free(text);
}

static void h009_a_connection_lost_before_the_call_means_not_executed(void **state)
{
    (void)state;
    close(callee);
    callee = -1;
    assert_lost(false, "connection lost");
}

static void h008_an_end_inside_of_a_frame_says_how_far_it_came(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    callee_put_reply(&wire, 1, "0123456789");
    assert_true(live_send(callee, (struct eyelet_slice){ wire.bytes, 13 }));
    assert_int_equal(shutdown(callee, SHUT_WR), 0);
    assert_lost(true, "3 of 14 bytes");
    wire_clear(&wire);

    callee_open(NULL);
    assert_true(live_send(callee, (struct eyelet_slice){ (const uint8_t *)"\0\0", 2 }));
    assert_int_equal(shutdown(callee, SHUT_WR), 0);
    assert_lost(true, "2 of 10 bytes of a head");

    callee_open(&(struct client_opts){ .frame_max = 4096 });
    wire_frame_head(&wire, WIRE_RESPONSE, 0, 7, 5000); /* being skipped */
    wire_fill(&wire, 0, 100);
    callee_say(&wire);
    assert_int_equal(shutdown(callee, SHUT_WR), 0);
    assert_lost(true, "100 of 5000 bytes");
}

static void h010_h018_every_errno_of_a_recv_ends_the_connection_once(void **state)
{
    static const int errors[] = { ECONNRESET, ENOBUFS, ETIMEDOUT, EPROTO, ENOTCONN };

    (void)state;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        struct eyelet_error error;

        callee_open(NULL);
        callee_say_reply(1, "never read");
        faults_reset();
        faults_fail(FAULT_RECV, 1, errors[i]);
        assert_int_equal(callee_call(0, &error), EYELET_UNAVAILABLE);
        assert_int_equal(error.error_number, errors[i]);
        assert_true(error.may_have_executed);
        assert_int_equal(faults_count(FAULT_CLOSE), 1);
        assert_int_equal(callee_call(0, &error), EYELET_UNAVAILABLE);
        assert_int_equal(error.error_number, errors[i]);
        assert_false(error.may_have_executed);
        assert_int_equal(faults_count(FAULT_RECV), 1); /* H011: nothing is tried again */
        assert_int_equal(faults_count(FAULT_CLOSE), 1);
    }
}

static void h010_every_errno_of_a_send_ends_the_connection_at_once(void **state)
{
    static const int errors[] = { EPIPE, ECONNRESET, ENOBUFS, ENOMEM, ETIMEDOUT, EPROTO };

    (void)state;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        struct eyelet_error error;

        callee_open(NULL);
        faults_fake_clock(CALLEE_NOW_NS);
        faults_fail(FAULT_SENDMSG, 1, errors[i]);
        assert_int_equal(callee_call(0, &error), EYELET_UNAVAILABLE);
        assert_int_equal(error.error_number, errors[i]);
        assert_false(error.may_have_executed);
        assert_int_equal(faults_now_ns(), CALLEE_NOW_NS); /* no waiting for an answer that cannot come */
        faults_reset();
    }
}

static void h013_a_peer_that_reads_no_more_ends_the_call_at_once(void **state)
{
    struct eyelet_error error;

    (void)state;
    assert_int_equal(shutdown(callee, SHUT_RD), 0);
    faults_fake_clock(CALLEE_NOW_NS);
    assert_int_equal(callee_call(0, &error), EYELET_UNAVAILABLE);
    assert_int_equal(error.error_number, EPIPE);
    assert_false(error.may_have_executed);
    assert_int_equal(faults_now_ns(), CALLEE_NOW_NS);
}

static void a_peer_that_is_gone_is_an_epipe_and_no_sigpipe(void **state)
{
    struct eyelet_error error;

    (void)state;
    close(callee);
    callee = -1;
    assert_int_equal(callee_call(0, &error), EYELET_UNAVAILABLE);
    assert_int_equal(error.error_number, EPIPE);
}

static void what_came_before_the_loss_is_delivered_first(void **state)
{
    char text[32];

    (void)state;
    callee_say_reply(1, "last words");
    assert_int_equal(shutdown(callee, SHUT_RDWR), 0);
    assert_int_equal(client_say(NULL, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "last words");
    assert_lost(false, "connection lost");
}

static void poll_that_fails_ends_the_connection(void **state)
{
    struct eyelet_error error;

    (void)state;
    faults_fail(FAULT_POLL, 1, ENOMEM);
    assert_int_equal(callee_call(0, &error), EYELET_UNAVAILABLE);
    assert_int_equal(error.error_number, ENOMEM);
    assert_true(error.may_have_executed);
}

static void h037_h038_a_reply_that_stalls_ends_the_connection_before_a_long_deadline(void **state)
{
    struct eyelet_error error;

    (void)state;
    faults_fake_clock(CALLEE_NOW_NS);
    assert_true(live_send(callee, (struct eyelet_slice){ (const uint8_t *)"\0\0\0", 3 }));
    assert_int_equal(client_say(&(struct eyelet_call_opts){ .timeout_ms = 60000 }, "x", NULL, 0, &error),
                     EYELET_UNAVAILABLE);
    assert_int_equal(faults_now_ns(), CALLEE_NOW_NS + 5 * EYELET_NS_PER_S);
    assert_text_has(error.text, "head of a frame");
    assert_true(error.may_have_executed);

    callee_open(NULL);
    faults_fake_clock(CALLEE_NOW_NS);
    assert_true(live_send(callee, (struct eyelet_slice){ (const uint8_t *)"\0\0\x10\0\0\0\0\x01\x02\0abc", 13 }));
    assert_int_equal(client_say(&(struct eyelet_call_opts){ .timeout_ms = 60000 }, "x", NULL, 0, &error),
                     EYELET_UNAVAILABLE);
    assert_text_has(error.text, "3 of 4096 bytes");
}

static void h039_an_announcement_costs_little(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    callee_assert_usable(1); /* what is kept anyway is there from now on */
    faults_reset();
    faults_fake_clock(CALLEE_NOW_NS);
    wire_frame_head(&wire, WIRE_RESPONSE, 0, 3, 16384);
    callee_say(&wire);
    assert_int_equal(callee_call(1000, NULL), EYELET_DEADLINE_EXCEEDED);
    assert_true(faults_count(FAULT_ALLOC) < 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, callee_setup, callee_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h048_h050_a_peer_with_too_many_errors_is_left),
        TEST(h036_h049_what_is_no_frame_ends_the_connection),
        TEST(an_early_answer_is_kept_when_the_peer_reads_no_more),
        TEST(h009_a_connection_lost_before_the_call_means_not_executed),
        TEST(h008_an_end_inside_of_a_frame_says_how_far_it_came),
        TEST(h010_h018_every_errno_of_a_recv_ends_the_connection_once),
        TEST(h010_every_errno_of_a_send_ends_the_connection_at_once),
        TEST(h013_a_peer_that_reads_no_more_ends_the_call_at_once),
        TEST(a_peer_that_is_gone_is_an_epipe_and_no_sigpipe),
        TEST(what_came_before_the_loss_is_delivered_first),
        TEST(poll_that_fails_ends_the_connection),
        TEST(h037_h038_a_reply_that_stalls_ends_the_connection_before_a_long_deadline),
        TEST(h039_an_announcement_costs_little),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
