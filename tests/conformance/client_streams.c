/*
 * A client's streams against a peer that speaks bytes, on one thread and the fake clock.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "conformance/callee.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"

#define MS EYELET_NS_PER_MS

static const struct eyelet_call_opts soon = { .timeout_ms = 500 };

static struct client_stream *open_stream(enum client_method method, const struct eyelet_call_opts *opts)
{
    struct client_stream *stream = NULL;
    struct eyelet_error error;

    if (client_stream_open(method, opts, 5, &stream, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    return stream;
}

static struct client_stream *open_chat(const struct eyelet_call_opts *opts)
{
    return open_stream(CLIENT_CHAT, opts);
}

static struct client_stream *open_count(const struct eyelet_call_opts *opts)
{
    return open_stream(CLIENT_COUNT, opts);
}

static void assert_text(struct client_stream *chat, const char *text)
{
    char got[CLIENT_TEXT_MAX + 1];

    if (client_stream_recv_text(chat, got, sizeof(got), NULL) != EYELET_GOT_MESSAGE)
        fail_msg("there is no message \"%s\"", text);
    assert_string_equal(got, text);
}

static void assert_end(struct client_stream *chat)
{
    assert_int_equal(client_stream_recv_text(chat, NULL, 0, NULL), EYELET_GOT_END);
}

static void assert_failed(struct client_stream *chat, enum eyelet_status status, const char *why)
{
    struct eyelet_error error;

    for (unsigned i = 0; i < 2; i++) { /* and so for ever */
        assert_int_equal(client_stream_recv_text(chat, NULL, 0, &error), EYELET_GOT_ERROR);
        assert_int_equal(error.status, status);
        assert_text_has(error.text, why);
    }
    assert_int_equal(client_stream_send_text(chat, "x", &error), status);
    assert_int_equal(error.status, status);
}

/* --- the three kinds ---------------------------------------------------------------------------------------------- */

static void a_stream_of_replies(void **state)
{
    struct client_stream *count = open_count(NULL);
    struct wire wire = { 0 };
    int64_t number = 0;

    (void)state;
    callee_hear(WIRE_REQUEST, WIRE_CLOSED, 1, 20);
    for (uint8_t i = 1; i <= 3; i++) {
        const uint8_t data[] = { 0x08, i };

        wire_frame(&wire, WIRE_DATA, 0, 1, (struct eyelet_slice){ data, 2 });
    }
    callee_put_end(&wire, 1);
    callee_say(&wire);
    for (int64_t i = 1; i <= 3; i++) {
        assert_int_equal(client_stream_recv_number(count, &number, NULL), EYELET_GOT_MESSAGE);
        assert_int_equal(number, i);
    }
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(client_stream_recv_number(count, &number, NULL), EYELET_GOT_END);
    client_stream_close(count);
    callee_hear_nothing();
    callee_assert_usable(3);
}

static void a_stream_of_requests(void **state)
{
    static const uint8_t payload[] = { 0x08, 9, 0x10, 2 };
    struct client_stream *sum = open_stream(CLIENT_SUM, NULL);
    int64_t total = 0, n = 0;
    struct wire wire = { 0 };
    struct eyelet_error error;

    (void)state;
    callee_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    assert_int_equal(client_stream_send_number(sum, 4, NULL), EYELET_OK);
    callee_hear(WIRE_DATA, 0, 1, 2);
    assert_int_equal(client_stream_send_number(sum, 0, NULL), EYELET_OK); /* an empty message is one too */
    callee_hear(WIRE_DATA, 0, 1, 0);
    assert_int_equal(client_stream_end(sum, NULL), EYELET_OK);
    assert_int_equal(client_stream_end(sum, NULL), EYELET_OK);
    callee_hear(WIRE_DATA, CALLEE_ENDS, 1, 0);
    callee_hear_nothing();
    assert_int_equal(client_stream_send_number(sum, 1, &error), EYELET_FAILED_PRECONDITION);

    wire_response(&wire, 1, &(struct wire_response){ .payload = { payload, sizeof(payload) } });
    callee_say(&wire);
    assert_int_equal(client_stream_recv_sum(sum, &total, &n, NULL), EYELET_GOT_MESSAGE);
    assert_int_equal(total, 9);
    assert_int_equal(n, 2);
    assert_int_equal(client_stream_recv_sum(sum, &total, &n, NULL), EYELET_GOT_END);
    client_stream_close(sum);
    callee_hear_nothing();
}

static void reap(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void a_stream_of_both(void **state)
{
    struct client_stream *chat = open_chat(NULL);

    (void)state;
    callee_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    assert_int_equal(client_stream_send_text(chat, "one", NULL), EYELET_OK);
    callee_hear(WIRE_DATA, 0, 1, 5);
    callee_say_data(1, "uno");
    assert_text(chat, "uno");
    callee_say_data(1, "due");
    callee_say_data(1, "tre");
    assert_text(chat, "due");
    assert_int_equal(client_stream_end(chat, NULL), EYELET_OK);
    callee_hear(WIRE_DATA, CALLEE_ENDS, 1, 0);
    callee_say_data(1, "");
    callee_say_end(1);
    assert_text(chat, "tre");
    assert_text(chat, "");
    assert_end(chat);
    assert_end(chat);
    client_stream_close(chat);
}

static void streams_and_calls_share_a_connection(void **state)
{
    struct client_stream *a = open_chat(NULL), *b = open_chat(NULL);

    (void)state;
    callee_say_data(3, "to b");
    callee_say_data(1, "to a");
    callee_assert_usable(5);
    callee_say_data(3, "again to b");
    assert_text(a, "to a");
    assert_text(b, "to b");
    assert_text(b, "again to b");
    client_stream_close(a);
    callee_say_end(3);
    assert_end(b);
    client_stream_close(b);
}

static void metadata_travels_with_a_stream(void **state)
{
    static const struct eyelet_metadata metadata[] = { { "X-Token", "One" } };
    const struct eyelet_call_opts opts = { .metadata = metadata, .n_metadata = 1 };
    const struct eyelet_call_opts bad = { .metadata = &(const struct eyelet_metadata){ "", "v" }, .n_metadata = 1 };
    struct client_stream *chat = open_chat(&opts), *none = NULL;
    struct live_frame frame;

    (void)state;
    assert_true(live_read_frame(callee, &frame));
    assert_non_null(memmem(frame.data, frame.len, "x-token\x12\x03One", 12));
    live_frame_clear(&frame);
    client_stream_close(chat);
    assert_int_equal(client_stream_open(CLIENT_CHAT, &bad, 0, &none, NULL), EYELET_INVALID_ARGUMENT);
    assert_null(none);
}

/* --- how a server ends a stream -------------------------------------------------------------------------------------
 */

static void h087_a_message_may_come_with_the_end(void **state)
{
    struct client_stream *chat = open_chat(NULL);
    struct wire wire = { 0 };

    (void)state;
    wire_frame(&wire, WIRE_DATA, WIRE_CLOSED, 1, (struct eyelet_slice){ (const uint8_t *)"\x0a\x04last", 6 });
    callee_say(&wire);
    assert_text(chat, "last");
    assert_end(chat);
    client_stream_close(chat);
}

static void a_response_that_is_ok_ends_a_stream_of_replies_too(void **state)
{
    struct client_stream *chat = open_chat(NULL);
    struct wire wire = { 0 };

    (void)state;
    wire_response(&wire, 1, &(struct wire_response){ 0 });
    callee_say(&wire);
    assert_end(chat);
    client_stream_close(chat);

    chat = open_chat(NULL);
    callee_say_reply(3, "with a message");
    assert_text(chat, "with a message");
    assert_end(chat);
    client_stream_close(chat);
}

static void what_came_before_an_error_is_received_before_it(void **state)
{
    struct client_stream *chat = open_chat(NULL);

    (void)state;
    callee_say_data(1, "one");
    callee_say_data(1, "two");
    callee_say_error(1, EYELET_ABORTED, "enough");
    assert_text(chat, "one");
    assert_text(chat, "two");
    assert_failed(chat, EYELET_ABORTED, "enough");
    callee_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    client_stream_close(chat);
    callee_hear_nothing(); /* WIRE, "server ends before the client half-closed" */
    callee_assert_usable(3);
}

static void h100_an_early_response_stops_the_sender(void **state)
{
    struct client_stream *chat = open_chat(NULL);
    struct eyelet_error error;

    (void)state;
    callee_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    callee_say_error(1, EYELET_PERMISSION_DENIED, "not you");
    callee_assert_usable(3); /* the client has heard it by now */
    callee_hear(WIRE_REQUEST, 0, 3, 10);
    assert_int_equal(client_stream_send_text(chat, "x", &error), EYELET_PERMISSION_DENIED);
    assert_true(error.is_remote);
    assert_string_equal(error.text, "not you");
    assert_int_equal(client_stream_end(chat, NULL), EYELET_PERMISSION_DENIED);
    callee_hear_nothing();
    client_stream_close(chat);

    chat = open_chat(NULL);
    callee_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 5, 10);
    callee_say_end(5);
    callee_assert_usable(7);
    callee_hear(WIRE_REQUEST, 0, 7, 10);
    assert_int_equal(client_stream_send_text(chat, "x", &error), EYELET_OUT_OF_RANGE);
    assert_int_equal(client_stream_end(chat, &error), EYELET_OUT_OF_RANGE);
    assert_end(chat);
    callee_hear_nothing();
    client_stream_close(chat);
}

static void h093_what_comes_behind_the_end_is_dropped(void **state)
{
    struct client_stream *chat = open_chat(NULL);

    (void)state;
    callee_say_end(1);
    callee_say_data(1, "late");
    callee_say_error(1, EYELET_INVALID_ARGUMENT, "late as well");
    assert_end(chat);
    callee_assert_usable(3);
    assert_end(chat);
    client_stream_close(chat);
}

static void h093_data_where_one_reply_is_due_ends_the_stream(void **state)
{
    struct client_stream *sum = open_stream(CLIENT_SUM, NULL);
    struct eyelet_error error;
    int64_t total, n;

    (void)state;
    callee_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    callee_say_data(1, "no");
    assert_int_equal(client_stream_recv_sum(sum, &total, &n, &error), EYELET_GOT_ERROR);
    assert_int_equal(error.status, EYELET_INTERNAL);
    callee_hear(WIRE_DATA, CALLEE_ENDS, 1, 0); /* the server may be at it still */
    client_stream_close(sum);
    callee_assert_usable(3);
}

static void h035_h065_a_message_that_is_too_long_or_makes_no_sense_ends_its_stream_only(void **state)
{
    struct client_stream *chat;
    struct wire wire = { 0 };

    (void)state;
    callee_open(&(struct client_opts){ .frame_max = 4096 });
    chat = open_chat(NULL);
    callee_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    callee_say_data(1, "before");
    wire_frame_head(&wire, WIRE_DATA, 0, 1, 4097);
    wire_fill(&wire, 'x', 4097);
    callee_say(&wire);
    assert_text(chat, "before");
    assert_failed(chat, EYELET_RESOURCE_EXHAUSTED, "4097");
    callee_hear(WIRE_DATA, CALLEE_ENDS, 1, 0);
    client_stream_close(chat);

    chat = open_chat(NULL);
    callee_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 3, 10);
    wire_frame(&wire, WIRE_DATA, 0, 3, (struct eyelet_slice){ (const uint8_t *)"\x0a\x09x", 3 });
    callee_put_data(&wire, 3, "behind");
    callee_say(&wire);
    assert_failed(chat, EYELET_INTERNAL, "demo.");
    callee_hear(WIRE_DATA, CALLEE_ENDS, 3, 0);
    client_stream_close(chat);
    callee_assert_usable(5);
}

/* --- how this side ends one -----------------------------------------------------------------------------------------
 */

static void a_deadline_in_mid_stream_ends_it(void **state)
{
    struct client_stream *chat;

    (void)state;
    faults_fake_clock(CALLEE_NOW_NS);
    chat = open_chat(&soon);
    callee_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    callee_say_data(1, "in time");
    assert_text(chat, "in time");
    assert_failed(chat, EYELET_DEADLINE_EXCEEDED, "500 ms");
    assert_int_equal(faults_now_ns(), CALLEE_NOW_NS + 500 * MS);
    callee_hear(WIRE_DATA, CALLEE_ENDS, 1, 0); /* WIRE, "cancel" */
    callee_say_data(1, "late");
    callee_say_end(1);
    callee_assert_usable(3);
    client_stream_close(chat);
    callee_hear(WIRE_REQUEST, 0, 3, 10);
    callee_hear_nothing();
}

static void a_deadline_ends_a_stream_that_nobody_waits_in(void **state)
{
    struct client_stream *chat;

    (void)state;
    faults_fake_clock(CALLEE_NOW_NS);
    chat = open_chat(&soon);
    callee_say_data(1, "never looked at");
    faults_advance_ns(500 * MS);
    assert_true(client_stream_is_readable(chat));
    assert_failed(chat, EYELET_DEADLINE_EXCEEDED, "deadline");
    client_stream_close(chat);
}

static void h097_an_endless_stream_ends_at_its_deadline(void **state)
{
    struct client_stream *count;
    struct wire wire = { 0 };
    enum eyelet_got got;
    int64_t number;
    unsigned n = 0;

    (void)state;
    for (unsigned i = 0; i < 2000; i++)
        wire_frame(&wire, WIRE_DATA, 0, 1, (struct eyelet_slice){ (const uint8_t *)"\x08\x01", 2 });
    callee_say(&wire);
    faults_fake_clock(CALLEE_NOW_NS);
    count = open_count(&soon);
    faults_tick_ns(MS);
    while ((got = client_stream_recv_number(count, &number, NULL)) == EYELET_GOT_MESSAGE)
        n++;
    assert_int_equal(got, EYELET_GOT_ERROR);
    assert_true(n >= 10 && n < 500);
    faults_tick_ns(0);
    client_stream_close(count);
    callee_assert_usable(3); /* the rest of it is passed over */
}

static void a_cancelled_stream_says_so_and_ends_at_the_server(void **state)
{
    struct client_stream *chat = open_chat(NULL);

    (void)state;
    callee_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    callee_say_data(1, "received, and not looked at");
    callee_assert_usable(3);
    callee_hear(WIRE_REQUEST, 0, 3, 10);
    client_stream_cancel(chat);
    callee_hear(WIRE_DATA, CALLEE_ENDS, 1, 0);
    client_stream_cancel(chat);
    assert_failed(chat, EYELET_CANCELLED, "cancelled");
    assert_int_equal(client_stream_end(chat, NULL), EYELET_CANCELLED);
    callee_say_data(1, "late");
    callee_assert_usable(5);
    client_stream_close(chat);
    callee_hear(WIRE_REQUEST, 0, 5, 10);
    callee_hear_nothing();
}

static void a_stream_that_is_over_cannot_be_cancelled(void **state)
{
    struct client_stream *chat = open_chat(NULL);

    (void)state;
    callee_say_data(1, "one");
    callee_say_end(1);
    assert_text(chat, "one");
    client_stream_cancel(chat);
    assert_end(chat);
    client_stream_close(chat);
}

static void a_stream_that_is_closed_early_ends_at_the_server(void **state)
{
    struct client_stream *chat = open_chat(NULL);
    struct client_stream *count = open_count(NULL);

    (void)state;
    callee_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    callee_hear(WIRE_REQUEST, WIRE_CLOSED, 3, 10);
    client_stream_close(chat);
    callee_hear(WIRE_DATA, CALLEE_ENDS, 1, 0);
    client_stream_close(count);
    callee_hear_nothing(); /* this side had ended with the request */
    client_stream_close(NULL);
    callee_assert_usable(5);
}

static void nothing_of_a_stream_goes_out_that_ended_before_it_began(void **state)
{
    struct client_stream *chat = NULL;
    struct eyelet_error error;

    (void)state;
    faults_fake_clock(CALLEE_NOW_NS);
    faults_fail_always(FAULT_SENDMSG, EAGAIN);
    faults_tick_ns(5 * MS); /* the socket looks writable at once, each time */
    assert_int_equal(client_stream_open(CLIENT_CHAT, &soon, 0, &chat, &error), EYELET_OK);
    assert_failed(chat, EYELET_DEADLINE_EXCEEDED, "deadline");
    client_stream_close(chat);
    faults_reset();
    callee_assert_usable(3);
    callee_hear(WIRE_REQUEST, 0, 3, 10);
}

/* --- limits ---------------------------------------------------------------------------------------------------------
 */

static void put_many(struct wire *wire, uint32_t id, unsigned n, const char *text)
{
    for (unsigned i = 0; i < n; i++)
        callee_put_data(wire, id, text);
}

/* A call that waits in vain for @ms, and reads for others meanwhile. */
static void wait_in_vain(uint32_t ms)
{
    assert_int_equal(callee_call(ms, NULL), EYELET_DEADLINE_EXCEEDED);
}

/* Messages of 200 bytes: more than any queue holds, and as many as every queue does. */
#define MANY 100
#define FEW  40

static void h095_a_stream_that_nobody_reads_ends_after_a_second_and_no_other(void **state)
{
    char *text = callee_long_text(200);
    struct client_stream *full, *other;
    struct wire wire = { 0 };

    (void)state;
    faults_fake_clock(CALLEE_NOW_NS);
    full = open_chat(NULL);
    other = open_chat(NULL);
    put_many(&wire, 1, MANY, text);
    put_many(&wire, 3, FEW, text);
    callee_say(&wire);
    wait_in_vain(999);
    assert_text(full, text); /* in time, and there is a second again */
    wait_in_vain(999);
    assert_text(full, text);
    wait_in_vain(1500);
    assert_failed(full, EYELET_RESOURCE_EXHAUSTED, "");
    for (unsigned i = 0; i < FEW; i++)
        assert_text(other, text);
    client_stream_close(full);
    client_stream_close(other);
    callee_assert_usable(11);
    free(text);
}

static void h095_taking_one_a_second_keeps_a_full_stream_alive(void **state)
{
    const struct eyelet_call_opts late = { .timeout_ms = 100000 };
    char *text = callee_long_text(200);
    struct client_stream *chat;
    struct wire wire = { 0 };

    (void)state;
    faults_fake_clock(CALLEE_NOW_NS);
    chat = open_chat(&late);
    put_many(&wire, 1, MANY, text);
    callee_say(&wire);
    for (unsigned i = 0; i < MANY - FEW; i++) {
        wait_in_vain(900);
        assert_text(chat, text);
    }
    wait_in_vain(2000);
    for (unsigned i = 0; i < FEW; i++)
        assert_text(chat, text);
    client_stream_close(chat);
    free(text);
}

static void a_message_over_the_limit_is_not_sent_and_the_stream_goes_on(void **state)
{
    struct client_stream *chat;
    struct eyelet_error error;
    char *text = callee_long_text(5000);

    (void)state;
    callee_open(&(struct client_opts){ .frame_max = 4096 });
    chat = open_chat(NULL);
    callee_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    assert_int_equal(client_stream_send_text(chat, text, &error), EYELET_RESOURCE_EXHAUSTED);
    assert_text_has(error.text, "4096");
    callee_hear_nothing();
    assert_int_equal(client_stream_send_text(chat, "short", NULL), EYELET_OK);
    callee_hear(WIRE_DATA, 0, 1, 7);
    client_stream_close(chat);
    free(text);
}

static void sending_to_a_peer_that_does_not_read_ends_at_the_deadline(void **state)
{
    struct client_stream *chat;
    struct eyelet_error error;
    char *text = callee_long_text(CLIENT_TEXT_MAX);
    struct live_frame frame;
    pid_t pid;

    (void)state;
    callee_narrow();
    faults_fake_clock(CALLEE_NOW_NS);
    chat = open_chat(&soon);
    assert_int_equal(client_stream_send_text(chat, text, &error), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), CALLEE_NOW_NS + 500 * MS);
    client_stream_close(chat);

    faults_reset();
    pid = fork();
    if (pid == 0) { /* what was begun comes whole, and then the end */
        live_must(live_read_frame(callee, &frame) && frame.id == 1, "no request");
        live_frame_clear(&frame);
        live_must(live_read_frame(callee, &frame) && frame.len > CLIENT_TEXT_MAX, "the message is not whole");
        live_frame_clear(&frame);
        live_must(live_read_frame(callee, &frame) && frame.flags == CALLEE_ENDS, "no end");
        callee_say_reply(3, "in step");
        _exit(0);
    }
    assert_int_equal(callee_call(0, NULL), EYELET_OK);
    reap(pid);
    free(text);
}

/* --- lost connections -----------------------------------------------------------------------------------------------
 */

static void h008_what_came_before_the_loss_is_received_first(void **state)
{
    struct client_stream *chat = open_chat(NULL), *none = NULL;
    struct eyelet_error error;

    (void)state;
    callee_say_data(1, "last words");
    close(callee);
    callee = -1;
    assert_text(chat, "last words");
    assert_failed(chat, EYELET_UNAVAILABLE, "connection lost");
    client_stream_close(chat);
    assert_int_equal(client_stream_open(CLIENT_CHAT, NULL, 0, &none, &error), EYELET_UNAVAILABLE);
    assert_false(error.may_have_executed);
    assert_null(none);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, callee_setup, callee_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stream_of_replies),
        TEST(a_stream_of_requests),
        TEST(a_stream_of_both),
        TEST(streams_and_calls_share_a_connection),
        TEST(metadata_travels_with_a_stream),
        TEST(h087_a_message_may_come_with_the_end),
        TEST(a_response_that_is_ok_ends_a_stream_of_replies_too),
        TEST(what_came_before_an_error_is_received_before_it),
        TEST(h100_an_early_response_stops_the_sender),
        TEST(h093_what_comes_behind_the_end_is_dropped),
        TEST(h093_data_where_one_reply_is_due_ends_the_stream),
        TEST(h035_h065_a_message_that_is_too_long_or_makes_no_sense_ends_its_stream_only),
        TEST(a_deadline_in_mid_stream_ends_it),
        TEST(a_deadline_ends_a_stream_that_nobody_waits_in),
        TEST(h097_an_endless_stream_ends_at_its_deadline),
        TEST(a_cancelled_stream_says_so_and_ends_at_the_server),
        TEST(a_stream_that_is_over_cannot_be_cancelled),
        TEST(a_stream_that_is_closed_early_ends_at_the_server),
        TEST(nothing_of_a_stream_goes_out_that_ended_before_it_began),
        TEST(h095_a_stream_that_nobody_reads_ends_after_a_second_and_no_other),
        TEST(h095_taking_one_a_second_keeps_a_full_stream_alive),
        TEST(a_message_over_the_limit_is_not_sent_and_the_stream_goes_on),
        TEST(sending_to_a_peer_that_does_not_read_ends_at_the_deadline),
        TEST(h008_what_came_before_the_loss_is_received_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
