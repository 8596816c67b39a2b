/*
 * Streams of the client in fixed memory against a peer that speaks bytes, one thread and the fake clock.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "caller.h"
#include <eyelet/stream.h>

#include "nano/client.h"

#define SOON_MS 500

static const struct eyelet_nano_client_opts small = { .streams_max = 4, .frame_max = 4096 };

static struct demo_echo_count_stream *open_count(uint32_t timeout_ms)
{
    const struct eyelet_call_opts opts = { .timeout_ms = timeout_ms };
    const demo_CountRequest request = { .limit = 5 };
    struct demo_echo_count_stream *count = NULL;
    struct eyelet_error error;

    if (demo_echo_count_open(caller.client, &opts, &request, &count, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    return count;
}

/* A text that takes @len bytes as a message. */
static const char *text_of(size_t len)
{
    static char text[1025];

    live_must(len > 3 && len <= 1024 + 3, "no such text");
    memset(text, 't', sizeof(text));
    text[len - 3] = '\0'; /* a tag and two bytes of length */
    return text;
}

/* How many messages of @len bytes one stream of @small holds. */
static unsigned n_that_fit(size_t len)
{
    return (unsigned)((4096 + EYELET_NANO_FRAME_ROOM) / (EYELET_QUEUE_PREFIX_LEN + len));
}

static void put_many(struct wire *wire, uint32_t id, unsigned n, const char *text)
{
    for (unsigned i = 0; i < n; i++)
        caller_put_data(wire, id, text);
}

/* A call that waits in vain for @ms, and reads for others meanwhile. */
static void wait_in_vain(uint32_t ms)
{
    assert_int_equal(caller_call(ms, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
}

/* --- the three kinds ---------------------------------------------------------------------------------------------- */

static void a_stream_of_replies(void **state)
{
    struct demo_echo_count_stream *count = open_count(0);
    demo_CountReply reply;
    struct wire wire = { 0 };

    (void)state;
    caller_hear(WIRE_REQUEST, WIRE_CLOSED, 1, 20);
    for (uint8_t i = 1; i <= 3; i++)
        wire_frame(&wire, WIRE_DATA, 0, 1, (struct eyelet_slice){ (const uint8_t[]){ 0x08, i }, 2 });
    caller_put_end(&wire, 1);
    caller_say(&wire);
    for (int64_t i = 1; i <= 3; i++) {
        assert_int_equal(demo_echo_count_recv(count, &reply, NULL), EYELET_GOT_MESSAGE);
        assert_int_equal(reply.number, i);
    }
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(demo_echo_count_recv(count, &reply, NULL), EYELET_GOT_END);
    assert_null(demo_echo_count_close(count));
    caller_hear_nothing();
    caller_assert_usable(3);
}

static void a_stream_of_requests(void **state)
{
    static const uint8_t payload[] = { 0x08, 9, 0x10, 2 };
    demo_SumRequest request = { .number = 4 };
    struct demo_echo_sum_stream *sum = NULL;
    struct eyelet_error error;
    struct wire wire = { 0 };
    demo_SumReply reply;

    (void)state;
    assert_int_equal(demo_echo_sum_open(caller.client, NULL, &sum, NULL), EYELET_OK);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    assert_int_equal(demo_echo_sum_send(sum, &request, NULL), EYELET_OK);
    caller_hear(WIRE_DATA, 0, 1, 2);
    request.number = 0;
    assert_int_equal(demo_echo_sum_send(sum, &request, NULL), EYELET_OK); /* an empty message is one too */
    caller_hear(WIRE_DATA, 0, 1, 0);
    assert_int_equal(demo_echo_sum_end(sum, NULL), EYELET_OK);
    assert_int_equal(demo_echo_sum_end(sum, NULL), EYELET_OK);
    caller_hear(WIRE_DATA, ENDS, 1, 0);
    caller_hear_nothing();
    assert_int_equal(demo_echo_sum_send(sum, &request, &error), EYELET_FAILED_PRECONDITION);
    assert_text_has(error.text, "its end was sent before");

    wire_response(&wire, 1, &(struct wire_response){ .payload = { payload, sizeof(payload) } });
    caller_say(&wire);
    assert_int_equal(demo_echo_sum_recv(sum, &reply, NULL), EYELET_GOT_MESSAGE);
    assert_int_equal(reply.sum, 9);
    assert_int_equal(reply.n_numbers, 2);
    assert_int_equal(demo_echo_sum_recv(sum, &reply, NULL), EYELET_GOT_END);
    demo_echo_sum_close(sum);
    caller_hear_nothing();
}

static void a_stream_of_both(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);

    (void)state;
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    assert_int_equal(caller_chat_send(chat, "one", NULL), EYELET_OK);
    caller_hear(WIRE_DATA, 0, 1, 5);
    caller_say_data(1, "uno");
    caller_chat_text(chat, "uno");
    caller_say_data(1, "due");
    caller_say_data(1, "tre");
    caller_chat_text(chat, "due");
    assert_int_equal(demo_echo_chat_end(chat, NULL), EYELET_OK);
    caller_hear(WIRE_DATA, ENDS, 1, 0);
    caller_say_data(1, "");
    caller_say_end(1);
    caller_chat_text(chat, "tre");
    caller_chat_text(chat, "");
    caller_chat_end(chat);
    demo_echo_chat_close(chat);
    caller_hear_nothing();
}

static void streams_and_calls_share_a_connection(void **state)
{
    struct demo_echo_chat_stream *a = caller_chat(0), *b = caller_chat(0);

    (void)state;
    caller_say_data(3, "to b");
    caller_say_data(1, "to a");
    caller_assert_usable(5);
    caller_say_data(3, "again to b");
    caller_chat_text(a, "to a");
    caller_chat_text(b, "to b");
    caller_chat_text(b, "again to b");
    demo_echo_chat_close(a);
    caller_say_end(3);
    caller_chat_end(b);
    demo_echo_chat_close(b);
}

static void no_more_than_streams_max_are_open_and_each_place_serves_again(void **state)
{
    struct demo_echo_chat_stream *chats[4], *none = NULL;
    struct eyelet_error error;

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        chats[i] = caller_chat(0);
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &none, &error), EYELET_RESOURCE_EXHAUSTED);
    assert_text_has(error.text, "4 streams are open");
    assert_false(error.may_have_executed);
    assert_null(none);
    caller_say_end(3);
    caller_chat_end(chats[1]);
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &none, NULL), EYELET_RESOURCE_EXHAUSTED);
    for (unsigned i = 0; i < 20; i++) { /* not before it is closed */
        demo_echo_chat_close(chats[1]);
        chats[1] = caller_chat(0);
        caller_say_data(2 * i + 9, "to the new one");
        caller_say_data(2 * i + 9, "not taken");
        caller_chat_text(chats[1], "to the new one");
    }
    for (unsigned i = 0; i < 4; i++)
        demo_echo_chat_close(chats[i]);
    assert_int_equal(caller_counters().calls_open, 0);

    caller_open(&(struct eyelet_nano_client_opts){ 0 });
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &none, &error), EYELET_RESOURCE_EXHAUSTED);
}

static void metadata_travels_with_a_stream(void **state)
{
    static const struct eyelet_metadata pair = { "X-Token", "One" }, bad_pair = { "", "v" };
    const struct eyelet_call_opts opts = { .metadata = &pair, .n_metadata = 1 };
    const struct eyelet_call_opts bad = { .metadata = &bad_pair, .n_metadata = 1 };
    struct demo_echo_chat_stream *chat = NULL, *none = NULL;
    struct live_frame frame;

    (void)state;
    assert_int_equal(demo_echo_chat_open(caller.client, &opts, &chat, NULL), EYELET_OK);
    assert_true(live_read_frame(caller.peer, &frame));
    assert_non_null(memmem(frame.data, frame.len, "x-token\x12\x03One", 12));
    live_frame_clear(&frame);
    demo_echo_chat_close(chat);
    assert_int_equal(demo_echo_chat_open(caller.client, &bad, &none, NULL), EYELET_INVALID_ARGUMENT);
    assert_null(none);
}

/* --- how a server ends a stream ----------------------------------------------------------------------------------- */

static void h087_a_message_may_come_with_the_end(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);

    (void)state;
    caller_say_frame(WIRE_DATA, WIRE_CLOSED, 1, "\x0a\x04last", 6);
    caller_chat_text(chat, "last");
    caller_chat_end(chat);
    demo_echo_chat_close(chat);
}

static void a_response_that_is_ok_ends_a_stream_of_replies_too(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);
    struct wire wire = { 0 };

    (void)state;
    wire_response(&wire, 1, &(struct wire_response){ 0 });
    caller_say(&wire);
    caller_chat_end(chat);
    demo_echo_chat_close(chat);

    chat = caller_chat(0);
    caller_say_reply(3, "with a message");
    caller_chat_text(chat, "with a message");
    caller_chat_end(chat);
    demo_echo_chat_close(chat);
}

static void what_came_before_an_error_is_received_before_it(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);

    (void)state;
    caller_say_data(1, "one");
    caller_say_data(1, "two");
    caller_say_error(1, EYELET_ABORTED, "enough");
    caller_chat_text(chat, "one");
    caller_chat_text(chat, "two");
    caller_chat_failed(chat, EYELET_ABORTED, "enough");
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    demo_echo_chat_close(chat);
    caller_hear_nothing(); /* WIRE, "server ends before the client half-closed" */
    caller_assert_usable(3);
    assert_int_equal(caller_counters().calls_failed, 1);
}

static void h100_an_early_response_stops_the_sender(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);
    struct eyelet_error error;

    (void)state;
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    caller_say_error(1, EYELET_PERMISSION_DENIED, "not you");
    caller_assert_usable(3); /* the client has heard it by now */
    caller_hear(WIRE_REQUEST, 0, 3, 10);
    assert_int_equal(caller_chat_send(chat, "x", &error), EYELET_PERMISSION_DENIED);
    assert_true(error.is_remote);
    assert_string_equal(error.text, "not you");
    assert_int_equal(demo_echo_chat_end(chat, NULL), EYELET_PERMISSION_DENIED);
    caller_hear_nothing();
    demo_echo_chat_close(chat);

    chat = caller_chat(0);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 5, 10);
    caller_say_end(5);
    caller_assert_usable(7);
    caller_hear(WIRE_REQUEST, 0, 7, 10);
    assert_int_equal(caller_chat_send(chat, "x", &error), EYELET_OUT_OF_RANGE);
    assert_text_has(error.text, "the server has ended the stream");
    assert_int_equal(demo_echo_chat_end(chat, &error), EYELET_OUT_OF_RANGE);
    caller_chat_end(chat);
    caller_hear_nothing();
    demo_echo_chat_close(chat);
}

static void h093_what_comes_behind_the_end_is_dropped(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);

    (void)state;
    caller_say_end(1);
    caller_say_data(1, "late");
    caller_say_error(1, EYELET_INVALID_ARGUMENT, "late as well");
    caller_chat_end(chat);
    caller_assert_usable(3);
    caller_chat_end(chat);
    demo_echo_chat_close(chat);
}

static void h093_data_where_one_reply_is_due_ends_the_stream(void **state)
{
    struct demo_echo_sum_stream *sum = NULL;
    struct eyelet_error error;
    demo_SumReply reply;

    (void)state;
    assert_int_equal(demo_echo_sum_open(caller.client, NULL, &sum, NULL), EYELET_OK);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    caller_say_data(1, "no");
    assert_int_equal(demo_echo_sum_recv(sum, &reply, &error), EYELET_GOT_ERROR);
    assert_int_equal(error.status, EYELET_INTERNAL);
    caller_hear(WIRE_DATA, ENDS, 1, 0); /* the server may be at it still */
    demo_echo_sum_close(sum);
    caller_assert_usable(3);
}

static void h035_h065_a_message_that_is_too_long_or_makes_no_sense_ends_its_stream_only(void **state)
{
    struct demo_echo_chat_stream *chat;
    struct wire wire = { 0 };

    (void)state;
    caller_open(&small);
    chat = caller_chat(0);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    caller_say_data(1, "before");
    wire_frame_head(&wire, WIRE_DATA, 0, 1, 4097);
    wire_fill(&wire, 'x', 4097);
    caller_say(&wire);
    caller_chat_text(chat, "before");
    caller_chat_failed(chat, EYELET_RESOURCE_EXHAUSTED, "4097");
    caller_hear(WIRE_DATA, ENDS, 1, 0);
    demo_echo_chat_close(chat);

    chat = caller_chat(0);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 3, 10);
    wire_frame(&wire, WIRE_DATA, 0, 3, (struct eyelet_slice){ (const uint8_t *)"\x0a\x09x", 3 });
    caller_put_data(&wire, 3, "behind");
    caller_say(&wire);
    caller_chat_failed(chat, EYELET_INTERNAL, "demo.Echo/Chat");
    caller_hear(WIRE_DATA, ENDS, 3, 0);
    demo_echo_chat_close(chat);
    caller_assert_usable(5);
}

static void a_message_without_sense_before_a_good_end_is_an_error_all_the_same(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);
    struct wire wire = { 0 };

    (void)state;
    caller_put_data(&wire, 1, "good");
    wire_frame(&wire, WIRE_DATA, 0, 1, (struct eyelet_slice){ (const uint8_t *)"\x0a\x02\xff\xff", 4 });
    caller_put_data(&wire, 1, "behind");
    caller_put_end(&wire, 1);
    caller_say(&wire);
    caller_chat_text(chat, "good");
    caller_chat_failed(chat, EYELET_INTERNAL, "UTF-8");
    demo_echo_chat_close(chat);
}

/* --- how this side ends one --------------------------------------------------------------------------------------- */

static void a_deadline_in_mid_stream_ends_it(void **state)
{
    struct demo_echo_chat_stream *chat;

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    chat = caller_chat(SOON_MS);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    caller_say_data(1, "in time");
    caller_chat_text(chat, "in time");
    caller_chat_failed(chat, EYELET_DEADLINE_EXCEEDED, "500 ms");
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS + SOON_MS * MS);
    caller_hear(WIRE_DATA, ENDS, 1, 0); /* WIRE, "cancel" */
    caller_say_data(1, "late");
    caller_say_end(1);
    caller_assert_usable(3);
    demo_echo_chat_close(chat);
    caller_hear(WIRE_REQUEST, 0, 3, 10);
    caller_hear_nothing();
}

static void a_deadline_ends_a_stream_that_nobody_waits_in(void **state)
{
    struct demo_echo_chat_stream *chat;

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    chat = caller_chat(SOON_MS);
    caller_say_data(1, "never looked at");
    faults_advance_ns(SOON_MS * MS);
    assert_true(eyelet_nano_stream_is_readable(demo_echo_chat_base(chat)));
    assert_true(eyelet_nano_stream_is_writable(demo_echo_chat_base(chat)));
    caller_chat_failed(chat, EYELET_DEADLINE_EXCEEDED, "deadline");
    demo_echo_chat_close(chat);
}

static void h097_an_endless_stream_ends_at_its_deadline(void **state)
{
    struct demo_echo_count_stream *count;
    struct wire wire = { 0 };
    demo_CountReply reply;
    unsigned n = 0;

    (void)state;
    for (unsigned i = 0; i < 2000; i++)
        wire_frame(&wire, WIRE_DATA, 0, 1, (struct eyelet_slice){ (const uint8_t *)"\x08\x01", 2 });
    caller_say(&wire);
    faults_fake_clock(CALLER_NOW_NS);
    count = open_count(SOON_MS);
    faults_tick_ns(MS);
    while (demo_echo_count_recv(count, &reply, NULL) == EYELET_GOT_MESSAGE)
        n++;
    assert_in_range(n, 10, 500);
    faults_tick_ns(0);
    demo_echo_count_close(count);
    caller_assert_usable(3); /* the rest of it is passed over */
}

static void a_cancelled_stream_says_so_and_ends_at_the_server(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);

    (void)state;
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    caller_say_data(1, "received, and not looked at");
    caller_assert_usable(3);
    caller_hear(WIRE_REQUEST, 0, 3, 10);
    demo_echo_chat_cancel(chat);
    caller_hear(WIRE_DATA, ENDS, 1, 0);
    demo_echo_chat_cancel(chat);
    caller_chat_failed(chat, EYELET_CANCELLED, "cancelled");
    assert_int_equal(demo_echo_chat_end(chat, NULL), EYELET_CANCELLED);
    caller_say_data(1, "late");
    caller_assert_usable(5);
    demo_echo_chat_close(chat);
    caller_hear(WIRE_REQUEST, 0, 5, 10);
    caller_hear_nothing();
}

static void a_stream_that_is_over_cannot_be_cancelled(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);

    (void)state;
    caller_say_data(1, "one");
    caller_say_end(1);
    caller_chat_text(chat, "one");
    demo_echo_chat_cancel(chat);
    caller_chat_end(chat);
    demo_echo_chat_close(chat);
}

static void a_stream_that_is_closed_early_ends_at_the_server(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);
    struct demo_echo_count_stream *count = open_count(0);

    (void)state;
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    caller_hear(WIRE_REQUEST, WIRE_CLOSED, 3, 10);
    assert_null(demo_echo_chat_close(chat));
    caller_hear(WIRE_DATA, ENDS, 1, 0);
    assert_null(demo_echo_count_close(count));
    caller_hear_nothing(); /* this side had ended with the request */
    assert_null(demo_echo_chat_close(NULL));
    caller_assert_usable(5);
}

static void a_stream_of_which_nothing_has_left_never_begins_at_the_server(void **state)
{
    struct demo_echo_chat_stream *chat;

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    faults_fail_always(FAULT_SENDMSG, EAGAIN);
    faults_tick_ns(5 * MS); /* the socket looks writable at once, each time */
    chat = caller_chat(SOON_MS);
    caller_chat_failed(chat, EYELET_DEADLINE_EXCEEDED, "deadline");
    demo_echo_chat_close(chat);
    faults_reset();
    caller_assert_usable(3);
    caller_hear(WIRE_REQUEST, 0, 3, 10);
    caller_hear_nothing();
}

/* The connection takes nothing, and all that may be queued is. Return: how many messages that were. */
static unsigned fill(struct demo_echo_chat_stream *chat)
{
    struct eyelet_nano_stream *base = demo_echo_chat_base(chat);
    const char *text = text_of(1000);
    unsigned n = 0;

    faults_fail_always(FAULT_SENDMSG, EAGAIN);
    assert_true(eyelet_nano_stream_is_writable(base));
    for (; eyelet_line_room(&caller.client->line) >= 1000 + EYELET_FRAME_HEADER_LEN; n++)
        assert_int_equal(caller_chat_send(chat, text, NULL), EYELET_OK);
    assert_false(eyelet_nano_stream_is_writable(base));
    return n;
}

static void ends_that_find_no_room_are_sent_before_anything_else(void **state)
{
    struct demo_echo_chat_stream *chats[4], *late = NULL;
    struct eyelet_error error;
    unsigned n;

    (void)state;
    caller_open(&small);
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK); /* a loop sends what is left */
    faults_fake_clock(CALLER_NOW_NS);
    for (uint32_t i = 0; i < 4; i++) {
        chats[i] = caller_chat(0);
        caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 2 * i + 1, 10);
    }
    n = fill(chats[0]);
    assert_int_equal(caller_chat_send(chats[0], text_of(eyelet_line_room(&caller.client->line) - 10 - 3), NULL),
                     EYELET_OK); /* three bytes are left */
    for (unsigned i = 0; i < 4; i++)
        demo_echo_chat_close(chats[i]);
    assert_int_equal(caller.client->n_owed, 4);
    faults_tick_ns(5 * MS);
    assert_int_equal(
        demo_echo_chat_open(caller.client, &(struct eyelet_call_opts){ .timeout_ms = SOON_MS }, &late, &error),
        EYELET_DEADLINE_EXCEEDED);
    assert_false(error.may_have_executed);
    faults_reset();
    late = caller_chat(0);
    assert_int_equal(caller.client->n_owed, 0);
    for (unsigned i = 0; i < n; i++)
        caller_hear(WIRE_DATA, 0, 1, 1000);
    caller_hear(WIRE_DATA, 0, 1, 3);
    for (uint32_t i = 0; i < 4; i++)
        caller_hear(WIRE_DATA, ENDS, 2 * i + 1, 0);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 9, 10);
    demo_echo_chat_close(late);
}

static void ends_that_are_owed_are_forgotten_with_the_connection(void **state)
{
    struct demo_echo_chat_stream *chat;

    (void)state;
    caller_open(&small);
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
    chat = caller_chat(0);
    fill(chat);
    assert_int_equal(caller_chat_send(chat, text_of(eyelet_line_room(&caller.client->line) - 10), NULL), EYELET_OK);
    demo_echo_chat_close(chat);
    assert_int_equal(caller.client->n_owed, 1);
    caller_hang_up();
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(caller.client->n_owed, 0);
}

/* --- limits ------------------------------------------------------------------------------------------------------- */

static void h095_a_stream_that_nobody_reads_ends_after_a_second_and_no_other(void **state)
{
    const unsigned n = n_that_fit(1000);
    struct demo_echo_chat_stream *full, *nearly;
    struct wire wire = { 0 };

    (void)state;
    caller_open(&small);
    faults_fake_clock(CALLER_NOW_NS);
    full = caller_chat(0);
    nearly = caller_chat(0);
    put_many(&wire, 1, n + 1, text_of(1000));
    put_many(&wire, 3, n, text_of(1000));
    caller_say(&wire);
    wait_in_vain(999);
    caller_chat_text(full, text_of(1000)); /* in time: now that it has taken one, the next has room */
    wait_in_vain(3000);
    caller_say_data(1, text_of(1000)); /* one more than it holds */
    caller_say_reply(9, "behind it");
    assert_int_equal(caller_call(1500, "x", NULL, 0, NULL), EYELET_OK);
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS + (999 + 3000 + EYELET_STREAM_FULL_MS) * MS);
    caller_chat_failed(full, EYELET_RESOURCE_EXHAUSTED, "none was received for 1000 ms");
    for (unsigned i = 0; i < n; i++)
        caller_chat_text(nearly, text_of(1000));
    demo_echo_chat_close(full);
    demo_echo_chat_close(nearly);
    caller_assert_usable(11);
}

static void h095_taking_one_a_second_keeps_a_full_stream_alive(void **state)
{
    const unsigned n = n_that_fit(1000);
    struct demo_echo_chat_stream *chat;
    struct wire wire = { 0 };

    (void)state;
    caller_open(&small);
    faults_fake_clock(CALLER_NOW_NS);
    chat = caller_chat(300000);
    put_many(&wire, 1, n + 5, text_of(1000));
    caller_say(&wire);
    for (unsigned i = 0; i < 5; i++) {
        wait_in_vain(900);
        caller_chat_text(chat, text_of(1000));
    }
    wait_in_vain(2000);
    for (unsigned i = 0; i < n; i++)
        caller_chat_text(chat, text_of(1000));
    demo_echo_chat_close(chat);
}

static void h095_a_full_stream_that_is_alone_holds_up_nobody_and_lives(void **state)
{
    const unsigned n = n_that_fit(1000);
    struct demo_echo_chat_stream *chat;
    struct wire wire = { 0 };

    (void)state;
    caller_open(&small);
    faults_fake_clock(CALLER_NOW_NS);
    chat = caller_chat(300000);
    put_many(&wire, 1, n + 3, text_of(1000));
    caller_say(&wire);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
        faults_advance_ns(10000 * MS);
    }
    assert_int_equal(eyelet_nano_client_events(caller.client), 0); /* nothing is read, and an end would not be heard */
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), 250000);
    wait_in_vain(900); /* now somebody waits, and the second begins */
    for (unsigned i = 0; i < n + 3; i++)
        caller_chat_text(chat, text_of(1000));
    assert_int_equal(eyelet_nano_client_events(caller.client), POLLIN);
    demo_echo_chat_close(chat);
}

static void what_a_full_stream_held_up_is_work_as_soon_as_there_is_room(void **state)
{
    const unsigned n = n_that_fit(1000);
    struct demo_echo_chat_stream *a, *b;
    struct wire wire = { 0 };

    (void)state;
    caller_open(&small);
    faults_fake_clock(CALLER_NOW_NS);
    a = caller_chat(0);
    b = caller_chat(0);
    put_many(&wire, 1, n + 1, text_of(1000));
    caller_put_data(&wire, 3, "behind");
    caller_say(&wire);
    while (eyelet_nano_client_events(caller.client) != 0)
        assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
    assert_true(eyelet_nano_stream_is_readable(demo_echo_chat_base(a)));
    assert_false(eyelet_nano_stream_is_readable(demo_echo_chat_base(b)));
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), EYELET_STREAM_FULL_MS);
    caller_chat_text(a, text_of(1000));
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), 0);
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
    caller_chat_text(b, "behind");
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), 30000);
    demo_echo_chat_close(a);
    demo_echo_chat_close(b);
}

static void closing_a_full_stream_lets_the_others_go_on(void **state)
{
    const unsigned n = n_that_fit(1000);
    struct demo_echo_chat_stream *full;
    struct wire wire = { 0 };
    char text[32];

    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        caller_open(&small);
        faults_fake_clock(CALLER_NOW_NS);
        full = caller_chat(round == 2 ? SOON_MS : 0);
        put_many(&wire, 1, n + 2, text_of(1000));
        caller_say(&wire);
        while (eyelet_nano_client_events(caller.client) != 0)
            assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
        if (round == 0)
            demo_echo_chat_cancel(full);
        if (round == 1)
            full = demo_echo_chat_close(full);
        caller_say_reply(3, "at once, or at the deadline of the stream");
        assert_int_equal(caller_call(0, "x", text, sizeof(text), NULL), EYELET_OK);
        assert_int_equal(faults_now_ns(), CALLER_NOW_NS + (round == 2 ? SOON_MS * MS : 0));
        demo_echo_chat_close(full);
    }
}

/* The one reply of a stream of requests always has room; what a stream of replies ends with may have none. */
static void h095_a_response_with_a_message_waits_for_room_too(void **state)
{
    const unsigned n = n_that_fit(1000);
    struct demo_echo_chat_stream *chat;
    struct wire wire = { 0 };

    (void)state;
    caller_open(&small);
    chat = caller_chat(0);
    put_many(&wire, 1, n, text_of(1000));
    caller_put_reply(&wire, 1, text_of(1000));
    caller_say(&wire);
    for (unsigned i = 0; i <= n; i++)
        caller_chat_text(chat, text_of(1000));
    caller_chat_end(chat);
    demo_echo_chat_close(chat);
    caller_assert_usable(3);
}

static void what_waits_for_room_and_ends_its_stream_is_received_before_the_end(void **state)
{
    const unsigned n = n_that_fit(1000);
    struct demo_echo_chat_stream *chat;
    struct wire wire = { 0 }, payload = { 0 };

    (void)state;
    caller_open(&small);
    chat = caller_chat(0);
    put_many(&wire, 1, n, text_of(1000));
    wire_field_text(&payload, 1, text_of(1000));
    wire_frame_of(&wire, WIRE_DATA, WIRE_CLOSED, 1, &payload);
    caller_say(&wire);
    caller_hang_up();
    for (unsigned i = 0; i <= n; i++)
        caller_chat_text(chat, text_of(1000));
    caller_chat_end(chat);
    demo_echo_chat_close(chat);
}

static void messages_of_every_length_pass_through_a_queue_that_wraps(void **state)
{
    struct demo_echo_chat_stream *chat;
    struct wire wire = { 0 };

    (void)state;
    caller_open(&small);
    chat = caller_chat(0);
    caller_say_data(1, text_of(131));
    for (size_t len = 138; len <= 1027; len += 7) { /* one is always left, so that the queue never begins anew */
        put_many(&wire, 1, 1, text_of(len));
        caller_say(&wire);
        assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
        caller_chat_text(chat, text_of(len - 7));
    }
    demo_echo_chat_close(chat);
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

static void a_message_that_cannot_be_encoded_is_not_sent_and_the_stream_goes_on(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);
    struct eyelet_error error;
    demo_SayRequest request;

    (void)state;
    memset(&request, 'x', sizeof(request));
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    assert_int_equal(demo_echo_chat_send(chat, &request, &error), EYELET_INVALID_ARGUMENT);
    assert_text_has(error.text, "demo.Echo/Chat");
    caller_hear_nothing();
    assert_int_equal(caller_chat_send(chat, "short", NULL), EYELET_OK);
    caller_hear(WIRE_DATA, 0, 1, 7);
    demo_echo_chat_close(chat);
}

static void sending_to_a_peer_that_does_not_read_ends_at_the_deadline(void **state)
{
    struct demo_echo_chat_stream *chat;
    struct eyelet_error error;

    (void)state;
    caller_open(&small);
    faults_fake_clock(CALLER_NOW_NS);
    chat = caller_chat(SOON_MS);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    faults_short(FAULT_SENDMSG, 9);
    for (unsigned i = 2; i < 60; i++)
        faults_fail(FAULT_SENDMSG, i, EAGAIN);
    faults_tick_ns(10 * MS);
    assert_int_equal(caller_chat_send(chat, "begun", &error), EYELET_DEADLINE_EXCEEDED);
    assert_true(error.may_have_executed);
    demo_echo_chat_close(chat);
    faults_reset();
    caller_assert_usable(3); /* what was begun comes whole, and then the end */
    caller_hear(WIRE_DATA, 0, 1, 7);
    caller_hear(WIRE_DATA, ENDS, 1, 0);
    caller_hear(WIRE_REQUEST, 0, 3, 10);
}

static void h123_sending_reads_meanwhile(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);

    (void)state;
    caller_say_data(1, "came while this side could not send");
    faults_fail(FAULT_SENDMSG, 1, EAGAIN);
    faults_fail(FAULT_SENDMSG, 2, EAGAIN);
    assert_int_equal(caller_chat_send(chat, "x", NULL), EYELET_OK);
    assert_true(eyelet_nano_stream_is_readable(demo_echo_chat_base(chat)));
    caller_chat_text(chat, "came while this side could not send");
    demo_echo_chat_close(chat);
}

static void with_a_loop_sending_waits_for_room_only(void **state)
{
    struct demo_echo_chat_stream *chat;
    struct eyelet_error error;

    (void)state;
    caller_open(&small);
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
    faults_fake_clock(CALLER_NOW_NS);
    chat = caller_chat(SOON_MS);
    fill(chat);
    assert_int_equal(eyelet_nano_client_events(caller.client), POLLIN | POLLOUT);
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS);
    faults_tick_ns(10 * MS);
    assert_int_equal(caller_chat_send(chat, text_of(1000), &error), EYELET_DEADLINE_EXCEEDED);
    demo_echo_chat_close(chat);
}

static void the_end_waits_for_room_as_well(void **state)
{
    struct demo_echo_chat_stream *chat;
    unsigned n;

    (void)state;
    caller_open(&small);
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
    chat = caller_chat(0);
    n = fill(chat);
    assert_int_equal(caller_chat_send(chat, text_of(eyelet_line_room(&caller.client->line) - 10 - 5), NULL), EYELET_OK);
    faults_reset();
    assert_int_equal(demo_echo_chat_end(chat, NULL), EYELET_OK);
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    for (unsigned i = 0; i <= n; i++)
        caller_hear(WIRE_DATA, 0, 1, 3);
    caller_hear(WIRE_DATA, ENDS, 1, 0);
    demo_echo_chat_close(chat);
    caller_hear_nothing();
}

/* --- lost connections --------------------------------------------------------------------------------------------- */

static void h008_what_came_before_the_loss_is_received_first(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0), *none = NULL;
    struct eyelet_error error;

    (void)state;
    caller_say_data(1, "last words");
    caller_hang_up();
    caller_chat_text(chat, "last words");
    caller_chat_failed(chat, EYELET_UNAVAILABLE, "connection lost");
    demo_echo_chat_cancel(chat);
    caller_chat_failed(chat, EYELET_UNAVAILABLE, "connection lost");
    demo_echo_chat_close(chat);
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &none, &error), EYELET_UNAVAILABLE);
    assert_false(error.may_have_executed);
    assert_null(none);
}

/* A whole conversation. Return: whether all of it went well. */
static bool converse(void)
{
    struct demo_echo_chat_stream *chat = NULL;
    demo_SayReply reply;
    bool is_well;

    if (demo_echo_chat_open(caller.client, NULL, &chat, NULL) != EYELET_OK)
        return false;
    is_well = caller_chat_send(chat, "one", NULL) == EYELET_OK && demo_echo_chat_end(chat, NULL) == EYELET_OK &&
              demo_echo_chat_recv(chat, &reply, NULL) == EYELET_GOT_MESSAGE &&
              demo_echo_chat_recv(chat, &reply, NULL) == EYELET_GOT_END;
    demo_echo_chat_close(chat);
    return is_well;
}

static void every_system_call_of_a_conversation_may_fail(void **state)
{
    static const enum fault_call calls[] = { FAULT_SENDMSG, FAULT_RECV, FAULT_POLL };
    struct wire wire = { 0 };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        for (unsigned nth = 1;; nth++) {
            unsigned n_used;

            caller_open(&small);
            caller_put_data(&wire, 1, "uno");
            caller_put_end(&wire, 1);
            caller_say(&wire);
            faults_reset();
            faults_fail(calls[i], nth, ENOMEM);
            assert_true(converse() || eyelet_nano_client_fd(caller.client) == -1);
            assert_int_equal(caller_counters().calls_open, 0);
            n_used = faults_count(calls[i]);
            faults_reset();
            if (n_used < nth)
                break;
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stream_of_replies),
        TEST(a_stream_of_requests),
        TEST(a_stream_of_both),
        TEST(streams_and_calls_share_a_connection),
        TEST(no_more_than_streams_max_are_open_and_each_place_serves_again),
        TEST(metadata_travels_with_a_stream),
        TEST(h087_a_message_may_come_with_the_end),
        TEST(a_response_that_is_ok_ends_a_stream_of_replies_too),
        TEST(what_came_before_an_error_is_received_before_it),
        TEST(h100_an_early_response_stops_the_sender),
        TEST(h093_what_comes_behind_the_end_is_dropped),
        TEST(h093_data_where_one_reply_is_due_ends_the_stream),
        TEST(h035_h065_a_message_that_is_too_long_or_makes_no_sense_ends_its_stream_only),
        TEST(a_message_without_sense_before_a_good_end_is_an_error_all_the_same),
        TEST(a_deadline_in_mid_stream_ends_it),
        TEST(a_deadline_ends_a_stream_that_nobody_waits_in),
        TEST(h097_an_endless_stream_ends_at_its_deadline),
        TEST(a_cancelled_stream_says_so_and_ends_at_the_server),
        TEST(a_stream_that_is_over_cannot_be_cancelled),
        TEST(a_stream_that_is_closed_early_ends_at_the_server),
        TEST(a_stream_of_which_nothing_has_left_never_begins_at_the_server),
        TEST(ends_that_find_no_room_are_sent_before_anything_else),
        TEST(ends_that_are_owed_are_forgotten_with_the_connection),
        TEST(h095_a_stream_that_nobody_reads_ends_after_a_second_and_no_other),
        TEST(h095_taking_one_a_second_keeps_a_full_stream_alive),
        TEST(h095_a_full_stream_that_is_alone_holds_up_nobody_and_lives),
        TEST(what_a_full_stream_held_up_is_work_as_soon_as_there_is_room),
        TEST(closing_a_full_stream_lets_the_others_go_on),
        TEST(h095_a_response_with_a_message_waits_for_room_too),
        TEST(what_waits_for_room_and_ends_its_stream_is_received_before_the_end),
        TEST(messages_of_every_length_pass_through_a_queue_that_wraps),
        TEST(a_message_that_cannot_be_encoded_is_not_sent_and_the_stream_goes_on),
        TEST(sending_to_a_peer_that_does_not_read_ends_at_the_deadline),
        TEST(h123_sending_reads_meanwhile),
        TEST(with_a_loop_sending_waits_for_room_only),
        TEST(the_end_waits_for_room_as_well),
        TEST(h008_what_came_before_the_loss_is_received_first),
        TEST(every_system_call_of_a_conversation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
