/*
 * A client's streams against a peer that speaks bytes, one thread and the fake clock.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "echo.eyelet.h"
#include "io/socket.h"
#include "support/caller.h"
#include "support/faults.h"
#include "support/folder.h"

#define NOW_NS CALLER_NOW_NS
#define MS     EYELET_NS_PER_MS
#define MIB    (1u << 20)
#define ENDS   (WIRE_CLOSED | WIRE_NO_DATA)

static const struct eyelet_call_opts soon = { .timeout_ms = 500 };

static struct demo_echo_chat_stream *open_chat(const struct eyelet_call_opts *opts)
{
    struct demo_echo_chat_stream *chat = NULL;
    struct eyelet_error error;

    if (demo_echo_chat_open(caller.client, opts, &chat, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    return chat;
}

static struct demo_echo_count_stream *open_count(const struct eyelet_call_opts *opts)
{
    Demo__CountRequest request = DEMO__COUNT_REQUEST__INIT;
    struct demo_echo_count_stream *count = NULL;
    struct eyelet_error error;

    request.limit = 5;
    if (demo_echo_count_open(caller.client, opts, &request, &count, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    return count;
}

static enum eyelet_status send_text(struct demo_echo_chat_stream *chat, const char *text, struct eyelet_error *reterr)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    request.text = (char *)text;
    return demo_echo_chat_send(chat, &request, reterr);
}

static void assert_text(struct demo_echo_chat_stream *chat, const char *text)
{
    Demo__SayReply *reply = NULL;
    struct eyelet_error error;

    if (demo_echo_chat_recv(chat, &reply, &error) != EYELET_GOT_MESSAGE)
        fail_msg("there is no message \"%s\"", text);
    assert_string_equal(reply->text, text);
    demo__say_reply__free_unpacked(reply, NULL);
}

static void assert_end(struct demo_echo_chat_stream *chat)
{
    Demo__SayReply *reply = NULL;

    assert_int_equal(demo_echo_chat_recv(chat, &reply, NULL), EYELET_GOT_END);
    assert_null(reply);
}

static void assert_failed(struct demo_echo_chat_stream *chat, enum eyelet_status status, const char *why)
{
    Demo__SayReply *reply = NULL;
    struct eyelet_error error;

    for (unsigned i = 0; i < 2; i++) { /* and so for ever */
        assert_int_equal(demo_echo_chat_recv(chat, &reply, &error), EYELET_GOT_ERROR);
        assert_null(reply);
        assert_int_equal(error.status, status);
        assert_text_has(error.text, why);
    }
    assert_int_equal(send_text(chat, "x", &error), status);
    assert_int_equal(error.status, status);
}

static char *large_text(size_t len)
{
    char *text = malloc(len + 1);

    assert_non_null(text);
    memset(text, 't', len);
    text[len] = '\0';
    return text;
}

static void reap(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* --- the three kinds ---------------------------------------------------------------------------------------------- */

static void a_stream_of_replies(void **state)
{
    struct demo_echo_count_stream *count = open_count(NULL);
    Demo__CountReply *reply = NULL;
    struct wire wire = { 0 };

    (void)state;
    caller_hear(WIRE_REQUEST, WIRE_CLOSED, 1, 20);
    for (uint8_t i = 1; i <= 3; i++) {
        const uint8_t data[] = { 0x08, i };

        wire_frame(&wire, WIRE_DATA, 0, 1, (struct eyelet_slice){ data, 2 });
    }
    caller_put_end(&wire, 1);
    caller_say(&wire);
    for (int64_t i = 1; i <= 3; i++) {
        assert_int_equal(demo_echo_count_recv(count, &reply, NULL), EYELET_GOT_MESSAGE);
        assert_int_equal(reply->number, i);
        demo__count_reply__free_unpacked(reply, NULL);
    }
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(demo_echo_count_recv(count, &reply, NULL), EYELET_GOT_END);
    demo_echo_count_close(count);
    caller_hear_nothing();
    caller_assert_usable(3);
}

static void a_stream_of_requests(void **state)
{
    static const uint8_t payload[] = { 0x08, 9, 0x10, 2 };
    Demo__SumRequest request = DEMO__SUM_REQUEST__INIT;
    struct demo_echo_sum_stream *sum = NULL;
    struct wire wire = { 0 };
    Demo__SumReply *reply = NULL;
    struct eyelet_error error;

    (void)state;
    assert_int_equal(demo_echo_sum_open(caller.client, NULL, &sum, NULL), EYELET_OK);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    request.number = 4;
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

    wire_response(&wire, 1, &(struct wire_response){ .payload = { payload, sizeof(payload) } });
    caller_say(&wire);
    assert_int_equal(demo_echo_sum_recv(sum, &reply, NULL), EYELET_GOT_MESSAGE);
    assert_int_equal(reply->sum, 9);
    demo__sum_reply__free_unpacked(reply, NULL);
    assert_int_equal(demo_echo_sum_recv(sum, &reply, NULL), EYELET_GOT_END);
    demo_echo_sum_close(sum);
    caller_hear_nothing();
}

static void a_stream_of_both(void **state)
{
    struct demo_echo_chat_stream *chat = open_chat(NULL);

    (void)state;
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    assert_int_equal(send_text(chat, "one", NULL), EYELET_OK);
    caller_hear(WIRE_DATA, 0, 1, 5);
    caller_say_data(1, "uno");
    assert_text(chat, "uno");
    caller_say_data(1, "due");
    caller_say_data(1, "tre");
    assert_text(chat, "due");
    assert_int_equal(demo_echo_chat_end(chat, NULL), EYELET_OK);
    caller_hear(WIRE_DATA, ENDS, 1, 0);
    caller_say_data(1, "");
    caller_say_end(1);
    assert_text(chat, "tre");
    assert_text(chat, "");
    assert_end(chat);
    assert_end(chat);
    demo_echo_chat_close(chat);
}

static void streams_and_calls_share_a_connection(void **state)
{
    struct demo_echo_chat_stream *a = open_chat(NULL), *b = open_chat(NULL);

    (void)state;
    caller_say_data(3, "to b");
    caller_say_data(1, "to a");
    caller_assert_usable(5);
    caller_say_data(3, "again to b");
    assert_text(a, "to a");
    assert_text(b, "to b");
    assert_text(b, "again to b");
    demo_echo_chat_close(a);
    caller_say_end(3);
    assert_end(b);
    demo_echo_chat_close(b);
}

static void metadata_travels_with_a_stream(void **state)
{
    static const struct eyelet_metadata metadata[] = { { "X-Token", "One" } };
    const struct eyelet_call_opts opts = { .metadata = metadata, .n_metadata = 1 };
    const struct eyelet_call_opts bad = { .metadata = &(const struct eyelet_metadata){ "", "v" }, .n_metadata = 1 };
    struct demo_echo_chat_stream *chat = open_chat(&opts), *none = NULL;
    struct live_frame frame;

    (void)state;
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
    struct demo_echo_chat_stream *chat = open_chat(NULL);
    struct wire wire = { 0 };

    (void)state;
    wire_frame(&wire, WIRE_DATA, WIRE_CLOSED, 1, (struct eyelet_slice){ (const uint8_t *)"\x0a\x04last", 6 });
    caller_say(&wire);
    assert_text(chat, "last");
    assert_end(chat);
    demo_echo_chat_close(chat);
}

static void a_response_that_is_ok_ends_a_stream_of_replies_too(void **state)
{
    struct demo_echo_chat_stream *chat = open_chat(NULL);
    struct wire wire = { 0 };

    (void)state;
    wire_response(&wire, 1, &(struct wire_response){ 0 });
    caller_say(&wire);
    assert_end(chat);
    demo_echo_chat_close(chat);

    chat = open_chat(NULL);
    caller_say_reply(3, "with a message");
    assert_text(chat, "with a message");
    assert_end(chat);
    demo_echo_chat_close(chat);
}

static void what_came_before_an_error_is_received_before_it(void **state)
{
    struct demo_echo_chat_stream *chat = open_chat(NULL);

    (void)state;
    caller_say_data(1, "one");
    caller_say_data(1, "two");
    caller_say_error(1, EYELET_ABORTED, "enough");
    assert_text(chat, "one");
    assert_text(chat, "two");
    assert_failed(chat, EYELET_ABORTED, "enough");
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    demo_echo_chat_close(chat);
    caller_hear_nothing(); /* WIRE, "server ends before the client half-closed" */
    caller_assert_usable(3);
}

static void h100_an_early_response_stops_the_sender(void **state)
{
    struct demo_echo_chat_stream *chat = open_chat(NULL);
    struct eyelet_error error;

    (void)state;
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    caller_say_error(1, EYELET_PERMISSION_DENIED, "not you");
    caller_assert_usable(3); /* the client has heard it by now */
    caller_hear(WIRE_REQUEST, 0, 3, 10);
    assert_int_equal(send_text(chat, "x", &error), EYELET_PERMISSION_DENIED);
    assert_true(error.is_remote);
    assert_string_equal(error.text, "not you");
    assert_int_equal(demo_echo_chat_end(chat, NULL), EYELET_PERMISSION_DENIED);
    caller_hear_nothing();
    demo_echo_chat_close(chat);

    chat = open_chat(NULL);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 5, 10);
    caller_say_end(5);
    caller_assert_usable(7);
    caller_hear(WIRE_REQUEST, 0, 7, 10);
    assert_int_equal(send_text(chat, "x", &error), EYELET_OUT_OF_RANGE);
    assert_int_equal(demo_echo_chat_end(chat, &error), EYELET_OUT_OF_RANGE);
    assert_end(chat);
    caller_hear_nothing();
    demo_echo_chat_close(chat);
}

static void h093_what_comes_behind_the_end_is_dropped(void **state)
{
    struct demo_echo_chat_stream *chat = open_chat(NULL);

    (void)state;
    caller_say_end(1);
    caller_say_data(1, "late");
    caller_say_error(1, EYELET_INVALID_ARGUMENT, "late as well");
    assert_end(chat);
    caller_assert_usable(3);
    assert_end(chat);
    demo_echo_chat_close(chat);
}

static void h093_data_where_one_reply_is_due_ends_the_stream(void **state)
{
    struct demo_echo_sum_stream *sum = NULL;
    Demo__SumReply *reply = NULL;
    struct eyelet_error error;

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
    caller_open(&(struct eyelet_client_opts){ .frame_max = 4096 });
    chat = open_chat(NULL);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    caller_say_data(1, "before");
    wire_frame_head(&wire, WIRE_DATA, 0, 1, 4097);
    wire_fill(&wire, 'x', 4097);
    caller_say(&wire);
    assert_text(chat, "before");
    assert_failed(chat, EYELET_RESOURCE_EXHAUSTED, "4097");
    caller_hear(WIRE_DATA, ENDS, 1, 0);
    demo_echo_chat_close(chat);

    chat = open_chat(NULL);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 3, 10);
    wire_frame(&wire, WIRE_DATA, 0, 3, (struct eyelet_slice){ (const uint8_t *)"\x0a\x09x", 3 });
    caller_put_data(&wire, 3, "behind");
    caller_say(&wire);
    assert_failed(chat, EYELET_INTERNAL, "demo.SayReply");
    caller_hear(WIRE_DATA, ENDS, 3, 0);
    demo_echo_chat_close(chat);
    caller_assert_usable(5);
}

/* --- how this side ends one --------------------------------------------------------------------------------------- */

static void a_deadline_in_mid_stream_ends_it(void **state)
{
    struct demo_echo_chat_stream *chat;

    (void)state;
    faults_fake_clock(NOW_NS);
    chat = open_chat(&soon);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    caller_say_data(1, "in time");
    assert_text(chat, "in time");
    assert_failed(chat, EYELET_DEADLINE_EXCEEDED, "500 ms");
    assert_int_equal(faults_now_ns(), NOW_NS + 500 * MS);
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
    faults_fake_clock(NOW_NS);
    chat = open_chat(&soon);
    caller_say_data(1, "never looked at");
    faults_advance_ns(500 * MS);
    assert_true(eyelet_stream_is_readable(demo_echo_chat_base(chat)));
    assert_failed(chat, EYELET_DEADLINE_EXCEEDED, "deadline");
    demo_echo_chat_close(chat);
}

static void h097_an_endless_stream_ends_at_its_deadline(void **state)
{
    struct demo_echo_count_stream *count;
    Demo__CountReply *reply = NULL;
    struct wire wire = { 0 };
    unsigned n = 0;
    enum eyelet_got got;

    (void)state;
    for (unsigned i = 0; i < 2000; i++)
        wire_frame(&wire, WIRE_DATA, 0, 1, (struct eyelet_slice){ (const uint8_t *)"\x08\x01", 2 });
    caller_say(&wire);
    faults_fake_clock(NOW_NS);
    count = open_count(&soon);
    faults_tick_ns(MS);
    while ((got = demo_echo_count_recv(count, &reply, NULL)) == EYELET_GOT_MESSAGE) {
        demo__count_reply__free_unpacked(reply, NULL);
        n++;
    }
    assert_int_equal(got, EYELET_GOT_ERROR);
    assert_true(n >= 10 && n < 500);
    faults_tick_ns(0);
    demo_echo_count_close(count);
    caller_assert_usable(3); /* the rest of it is passed over */
}

static void a_cancelled_stream_says_so_and_ends_at_the_server(void **state)
{
    struct demo_echo_chat_stream *chat = open_chat(NULL);

    (void)state;
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    caller_say_data(1, "received, and not looked at");
    caller_assert_usable(3);
    caller_hear(WIRE_REQUEST, 0, 3, 10);
    demo_echo_chat_cancel(chat);
    caller_hear(WIRE_DATA, ENDS, 1, 0);
    demo_echo_chat_cancel(chat);
    assert_failed(chat, EYELET_CANCELLED, "cancelled");
    assert_int_equal(demo_echo_chat_end(chat, NULL), EYELET_CANCELLED);
    caller_say_data(1, "late");
    caller_assert_usable(5);
    demo_echo_chat_close(chat);
    caller_hear(WIRE_REQUEST, 0, 5, 10);
    caller_hear_nothing();
}

static void a_stream_that_is_over_cannot_be_cancelled(void **state)
{
    struct demo_echo_chat_stream *chat = open_chat(NULL);

    (void)state;
    caller_say_data(1, "one");
    caller_say_end(1);
    assert_text(chat, "one");
    demo_echo_chat_cancel(chat);
    assert_end(chat);
    demo_echo_chat_close(chat);
}

static void a_stream_that_is_closed_early_ends_at_the_server(void **state)
{
    struct demo_echo_chat_stream *chat = open_chat(NULL);
    struct demo_echo_count_stream *count = open_count(NULL);

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

static void nothing_of_a_stream_goes_out_that_ended_before_it_began(void **state)
{
    struct demo_echo_chat_stream *chat = NULL;
    struct eyelet_error error;

    (void)state;
    faults_fake_clock(NOW_NS);
    faults_fail_always(FAULT_SENDMSG, EAGAIN);
    faults_tick_ns(5 * MS); /* the socket looks writable at once, each time */
    assert_int_equal(demo_echo_chat_open(caller.client, &soon, &chat, &error), EYELET_OK);
    assert_failed(chat, EYELET_DEADLINE_EXCEEDED, "deadline");
    demo_echo_chat_close(chat);
    faults_reset();
    caller_assert_usable(3);
    caller_hear(WIRE_REQUEST, 0, 3, 10);
}

/* --- limits ------------------------------------------------------------------------------------------------------- */

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

static void h095_a_stream_that_nobody_reads_ends_after_a_second_and_no_other(void **state)
{
    struct demo_echo_chat_stream *full, *nearly;
    struct wire wire = { 0 };

    (void)state;
    faults_fake_clock(NOW_NS);
    full = open_chat(NULL);
    nearly = open_chat(NULL);
    put_many(&wire, 1, EYELET_STREAM_MESSAGES_MAX + 1, "a");
    put_many(&wire, 3, EYELET_STREAM_MESSAGES_MAX, "b");
    caller_say(&wire);
    wait_in_vain(999);
    assert_text(full, "a"); /* in time, and there is a second again for what is over the limit still: nothing */
    caller_say_data(1, "one more than it may");
    wait_in_vain(1500);
    assert_failed(full, EYELET_RESOURCE_EXHAUSTED, "65 messages");
    for (unsigned i = 0; i < EYELET_STREAM_MESSAGES_MAX; i++)
        assert_text(nearly, "b");
    demo_echo_chat_close(full);
    demo_echo_chat_close(nearly);
    caller_assert_usable(9);
}

static void h095_taking_one_a_second_keeps_a_full_stream_alive(void **state)
{
    struct demo_echo_chat_stream *chat;
    struct wire wire = { 0 };

    (void)state;
    faults_fake_clock(NOW_NS);
    chat = open_chat(NULL);
    put_many(&wire, 1, EYELET_STREAM_MESSAGES_MAX + 10, "a");
    caller_say(&wire);
    for (unsigned i = 0; i < 10; i++) {
        wait_in_vain(900);
        assert_text(chat, "a");
    }
    wait_in_vain(2000);
    for (unsigned i = 0; i < EYELET_STREAM_MESSAGES_MAX; i++)
        assert_text(chat, "a");
    demo_echo_chat_close(chat);
}

static void h095_limits_are_the_clients_options(void **state)
{
    const struct eyelet_client_opts opts = { .stream_messages_max = 2, .stream_bytes_max = 10 };
    struct demo_echo_chat_stream *by_number, *by_length;

    (void)state;
    caller_open(&opts);
    faults_fake_clock(NOW_NS);
    by_number = open_chat(NULL);
    by_length = open_chat(NULL);
    caller_say_data(1, "");
    caller_say_data(1, "");
    caller_say_data(3, "nine bytes");
    wait_in_vain(2000);
    assert_text(by_number, "");
    assert_failed(by_length, EYELET_RESOURCE_EXHAUSTED, "12 bytes");
    demo_echo_chat_close(by_number);
    demo_echo_chat_close(by_length);
}

static void h095_a_flood_is_not_read_on_until_its_stream_is_over(void **state)
{
    char *text = large_text(MIB), got[32];
    struct demo_echo_chat_stream *chat;
    struct eyelet_counters counters;
    struct wire wire = { 0 };
    pid_t pid;

    (void)state;
    put_many(&wire, 1, 40, text);
    caller_put_reply(&wire, 3, "behind the flood");
    chat = open_chat(NULL);
    pid = fork();
    if (pid == 0) {
        live_send(caller.peer, wire_slice(&wire));
        _exit(0);
    }
    assert_int_equal(caller_call(0, "x", got, sizeof(got), NULL), EYELET_OK);
    assert_string_equal(got, "behind the flood");
    assert_failed(chat, EYELET_RESOURCE_EXHAUSTED, "messages");
    eyelet_client_get_counters(caller.client, &counters);
    assert_true(counters.late_frames > 20); /* what came after 16 MiB was not kept */
    reap(pid);
    demo_echo_chat_close(chat);
    wire_clear(&wire);
    free(text);
}

static void a_message_over_the_limit_is_not_sent_and_the_stream_goes_on(void **state)
{
    struct demo_echo_chat_stream *chat;
    struct eyelet_error error;
    char *text = large_text(5000);

    (void)state;
    caller_open(&(struct eyelet_client_opts){ .frame_max = 4096 });
    chat = open_chat(NULL);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    assert_int_equal(send_text(chat, text, &error), EYELET_RESOURCE_EXHAUSTED);
    assert_text_has(error.text, "4096");
    caller_hear_nothing();
    assert_int_equal(send_text(chat, "short", NULL), EYELET_OK);
    caller_hear(WIRE_DATA, 0, 1, 7);
    demo_echo_chat_close(chat);
    free(text);
}

static void sending_to_a_peer_that_does_not_read_ends_at_the_deadline(void **state)
{
    struct demo_echo_chat_stream *chat;
    struct eyelet_error error;
    char *text = large_text(MIB);
    struct live_frame frame;
    pid_t pid;

    (void)state;
    faults_fake_clock(NOW_NS);
    chat = open_chat(&soon);
    assert_int_equal(send_text(chat, text, &error), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_now_ns(), NOW_NS + 500 * MS);
    demo_echo_chat_close(chat);

    faults_reset();
    pid = fork();
    if (pid == 0) { /* what was begun comes whole, and then the end */
        live_must(live_read_frame(caller.peer, &frame) && frame.id == 1, "no request");
        live_frame_clear(&frame);
        live_must(live_read_frame(caller.peer, &frame) && frame.len > MIB, "the message is not whole");
        live_frame_clear(&frame);
        live_must(live_read_frame(caller.peer, &frame) && frame.flags == ENDS, "no end");
        caller_say_reply(3, "in step");
        _exit(0);
    }
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    reap(pid);
    free(text);
}

/* --- lost connections --------------------------------------------------------------------------------------------- */

static void h008_what_came_before_the_loss_is_received_first(void **state)
{
    struct demo_echo_chat_stream *chat = open_chat(NULL), *none = NULL;
    struct eyelet_error error;

    (void)state;
    caller_say_data(1, "last words");
    close(caller.peer);
    caller.peer = -1;
    assert_text(chat, "last words");
    assert_failed(chat, EYELET_UNAVAILABLE, "connection lost");
    demo_echo_chat_close(chat);
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &none, &error), EYELET_UNAVAILABLE);
    assert_false(error.may_have_executed);
    assert_null(none);
}

static void h119_a_stream_outlives_its_client_and_fails(void **state)
{
    struct demo_echo_chat_stream *chat = open_chat(NULL);
    struct demo_echo_count_stream *count = open_count(NULL);

    (void)state;
    caller_say_data(1, "not looked at");
    caller.client = eyelet_client_close(caller.client);
    assert_failed(chat, EYELET_CANCELLED, "closed");
    demo_echo_chat_cancel(chat);
    demo_echo_chat_close(chat);
    demo_echo_count_close(count);
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

/* A whole conversation. Return: whether all of it went well. */
static bool converse(void)
{
    struct demo_echo_chat_stream *chat = NULL;
    Demo__SayReply *reply = NULL;
    bool is_well;

    if (demo_echo_chat_open(caller.client, NULL, &chat, NULL) != EYELET_OK)
        return false;
    is_well = send_text(chat, "hello", NULL) == EYELET_OK && demo_echo_chat_end(chat, NULL) == EYELET_OK;
    while (is_well && demo_echo_chat_recv(chat, &reply, NULL) == EYELET_GOT_MESSAGE)
        demo__say_reply__free_unpacked(reply, NULL);
    is_well = is_well && demo_echo_chat_recv(chat, &reply, NULL) == EYELET_GOT_END;
    demo_echo_chat_close(chat);
    return is_well;
}

static void h111_every_allocation_of_a_stream_may_fail(void **state)
{
    unsigned n_failed = 0;

    (void)state;
    for (unsigned nth = 1;; nth++) {
        bool is_well, has_failed;

        caller_open(NULL);
        caller_say_data(1, "one");
        caller_say_data(1, "two");
        caller_say_end(1);
        faults_reset();
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        is_well = converse();
        has_failed = faults_count(FAULT_ALLOC) >= nth;
        faults_reset();
        if (!has_failed) {
            assert_true(is_well);
            break;
        }
        n_failed += !is_well;
    }
    assert_true(n_failed >= 4); /* the stream, its timer, room to write, messages */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

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
        TEST(h095_limits_are_the_clients_options),
        TEST(h095_a_flood_is_not_read_on_until_its_stream_is_over),
        TEST(a_message_over_the_limit_is_not_sent_and_the_stream_goes_on),
        TEST(sending_to_a_peer_that_does_not_read_ends_at_the_deadline),
        TEST(h008_what_came_before_the_loss_is_received_first),
        TEST(h119_a_stream_outlives_its_client_and_fails),
        TEST(h111_every_allocation_of_a_stream_may_fail),
    };

    return cmocka_run_group_tests_name("client_stream", tests, NULL, NULL);
}
