/*
 * Streams at a server with several threads, with its own limits, and without memory. What every server does with them
 * is in conformance/server_streams.c.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/bytes.h"
#include "support/echo.h"
#include "support/faults.h"
#include "support/folder.h"

static struct gate gate = GATE;
static int fd;
static atomic_uint n_ended; /* handlers of streams that have returned */
static _Atomic enum eyelet_got last_got;
static _Atomic enum eyelet_status last_sent;

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)call;
    (void)userdata;
    if (strcmp(request->text, "wait") == 0)
        gate_pass(&gate);
    reply->text = request->text;
    return EYELET_OK;
}

static enum eyelet_status count(struct eyelet_call *call, const Demo__CountRequest *request, void *userdata)
{
    enum eyelet_status status = EYELET_OK;

    (void)userdata;
    if (request->limit < 0) {
        assert_true(eyelet_call_add_detail(call, "type.googleapis.com/demo.Reason",
                                           (struct eyelet_slice){ (const uint8_t *)"why", 3 }));
        return eyelet_call_fail(call, EYELET_OUT_OF_RANGE, "limit of %d", (int)request->limit);
    }
    for (int64_t i = 1; i <= request->limit && status == EYELET_OK; i++) {
        Demo__CountReply reply = DEMO__COUNT_REPLY__INIT;

        reply.number = i;
        status = demo_echo_count_call_send(call, &reply);
    }
    last_sent = status;
    n_ended++;
    return status;
}

#define GATED 77

/* A negative number ends it early, GATED waits at the gate. */
static enum eyelet_status sum(struct eyelet_call *call, Demo__SumReply *reply, void *userdata)
{
    const Demo__SumRequest *request;
    enum eyelet_got got;

    (void)userdata;
    while ((got = demo_echo_sum_call_recv(call, &request)) == EYELET_GOT_MESSAGE) {
        reply->sum += request->number;
        reply->n_numbers++;
        if (request->number == GATED)
            gate_pass(&gate);
        if (request->number < 0)
            break;
    }
    last_got = got;
    n_ended++;
    return EYELET_OK;
}

/* "wait" waits at the gate, "enough" ends the stream, "bad" ends it with an error. */
static enum eyelet_status chat(struct eyelet_call *call, void *userdata)
{
    const Demo__SayRequest *request;
    enum eyelet_status status = EYELET_OK;
    enum eyelet_got got = EYELET_GOT_END;

    (void)userdata;
    while (status == EYELET_OK && (got = demo_echo_chat_call_recv(call, &request)) == EYELET_GOT_MESSAGE) {
        Demo__SayReply reply = DEMO__SAY_REPLY__INIT;

        if (strcmp(request->text, "wait") == 0)
            gate_pass(&gate);
        if (strcmp(request->text, "enough") == 0)
            break;
        if (strcmp(request->text, "bad") == 0)
            status = eyelet_call_fail(call, EYELET_ABORTED, "that was bad");
        reply.text = request->text;
        if (status == EYELET_OK)
            status = demo_echo_chat_call_send(call, &reply);
    }
    last_got = got;
    n_ended++;
    return status;
}

static const struct demo_echo_handlers handlers = { .say = say, .count = count, .sum = sum, .chat = chat };

static int setup(void **state)
{
    gate_reset(&gate);
    n_ended = 0;
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

/* H098, H099: no call is left, at the server or in a session. */
static void stop(void)
{
    echo_await(is_none_open);
    close(fd);
    assert_int_equal(echo_stop(), EYELET_OK);
}

static void send_wire(struct wire *wire)
{
    live_send_wire(fd, wire);
}

static void send_frame(uint8_t flags, uint32_t id, const void *data, size_t len)
{
    struct wire wire = { 0 };

    wire_frame(&wire, WIRE_DATA, flags, id, (struct eyelet_slice){ data, len });
    send_wire(&wire);
}

static void expect_sum(uint32_t id, uint64_t total, uint64_t n)
{
    struct wire payload = { 0 };
    struct live_reply reply;

    if (total != 0)
        wire_field_number(&payload, 1, total);
    if (n != 0)
        wire_field_number(&payload, 2, n);
    assert_true(live_read_reply(fd, &reply));
    assert_int_equal(reply.id, id);
    assert_int_equal(reply.code, EYELET_OK);
    assert_int_equal(reply.payload.len, payload.len);
    if (payload.len > 0)
        assert_memory_equal(reply.payload.data, payload.bytes, payload.len);
    wire_clear(&payload);
    live_reply_clear(&reply);
}

/* --- HOSTILE ------------------------------------------------------------------------------------------------------ */

static void h085_data_on_a_unary_call_cancels_it(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 2 };

    (void)state;
    start(&opts);
    echo_say(fd, 1, "wait");
    gate_await(&gate, 1);
    send_frame(0, 1, "more", 4);
    echo_expect_error(fd, 1, EYELET_INVALID_ARGUMENT, "takes one message");
    gate_open(&gate, 1);
    echo_expect_served(fd, 3); /* the late reply is not sent */
    stop();
}

/* Texts of 100 KB into a stream whose handler does not take them. */
static void h095_a_stream_that_nobody_reads_is_the_only_one_to_suffer(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 3, .stream_messages_max = 4 };
    struct wire wire = { 0 };

    (void)state;
    start(&opts);
    echo_put_open(&wire, 1, "Chat");
    echo_put_open(&wire, 3, "Chat");
    echo_put_data_text(&wire, 1, "wait");
    for (unsigned i = 0; i < 6; i++)
        echo_put_data_text(&wire, 1, "too many");
    send_wire(&wire);
    for (uint32_t i = 0; i < 50; i++) { /* the other stream, and calls, move */
        echo_put_data_text(&wire, 3, "moves");
        send_wire(&wire);
        echo_expect_text(fd, 3, "moves");
    }
    echo_expect_error(fd, 1, EYELET_RESOURCE_EXHAUSTED, "too many messages");
    echo_put_data_text(&wire, 3, "still");
    send_wire(&wire);
    echo_expect_text(fd, 3, "still");
    gate_open(&gate, 1);
    echo_put_end(&wire, 3);
    send_wire(&wire);
    echo_expect_end(fd, 3);
    stop();
}

static void h095_who_reads_again_in_time_has_every_message_in_order(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 3, .stream_messages_max = 4 };
    struct wire wire = { 0 };
    char text[16];

    (void)state;
    start(&opts);
    echo_put_open(&wire, 1, "Chat");
    echo_put_data_text(&wire, 1, "wait");
    for (unsigned i = 0; i < 100; i++) {
        snprintf(text, sizeof(text), "number %u", i);
        echo_put_data_text(&wire, 1, text);
    }
    send_wire(&wire);
    gate_await(&gate, 1);
    gate_open(&gate, 1);
    echo_expect_text(fd, 1, "wait");
    for (unsigned i = 0; i < 100; i++) {
        snprintf(text, sizeof(text), "number %u", i);
        echo_expect_text(fd, 1, text);
    }
    echo_put_end(&wire, 1);
    send_wire(&wire);
    echo_expect_end(fd, 1);
    stop();
}

static void *send_all(void *userdata)
{
    live_send_wire(fd, userdata);
    return NULL;
}

static bool is_stuffed(const struct eyelet_counters *counters)
{
    return counters->bytes_received > 4 * 4194288;
}

static void h095_more_than_the_hard_limit_is_left_unread_until_some_is_taken(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 3, .stream_bytes_max = 16 << 20 };
    struct wire wire = { 0 }, data = { 0 };
    enum { N = 10, LEN = 4194283 }; /* with 5 before them: four are within 16 MiB, and with their cost over it */
    pthread_t thread;
    int other;

    (void)state;
    start(&opts);
    other = echo_connect();
    echo_put_open(&wire, 1, "Sum");
    echo_put_data_number(&wire, 1, GATED);
    for (unsigned i = 0; i < N; i++) { /* unknown fields: large messages with no cost beyond their bytes */
        wire_varint(&data, 15 << 3 | 2);
        wire_varint(&data, LEN);
        wire_fill(&data, 'x', LEN);
        wire_frame_of(&wire, WIRE_DATA, 0, 1, &data);
    }
    echo_put_end(&wire, 1);
    assert_int_equal(pthread_create(&thread, NULL, send_all, &wire), 0);
    gate_await(&gate, 1);
    echo_await(is_stuffed);
    for (uint32_t id = 1; id < 100; id += 2)
        echo_expect_served(other, id);
    assert_true(echo_counters().bytes_received < 6 * 4194288); /* the fifth may have been begun */
    gate_open(&gate, 1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    expect_sum(1, GATED, N + 1);
    close(other);
    stop();
}

static void h095_what_a_handler_waits_for_comes_through_what_others_leave(void **state)
{
    const struct eyelet_server_opts opts = { .threads = 4, .frame_max = 8192, .connection_buffer_max = 64 << 10 };
    struct wire wire = { 0 }, data = { 0 };

    (void)state;
    start(&opts);
    echo_put_open(&wire, 1, "Sum"); /* receives */
    echo_put_open(&wire, 3, "Sum"); /* does not */
    echo_put_data_number(&wire, 3, GATED);
    send_wire(&wire);
    gate_await(&gate, 1);
    for (unsigned i = 0; i < 40; i++) {
        wire_varint(&data, 15 << 3 | 2);
        wire_varint(&data, 4000);
        wire_fill(&data, 'x', 4000);
        wire_frame_of(&wire, WIRE_DATA, 0, 3, &data);
    }
    echo_put_data_number(&wire, 1, 7);
    echo_put_end(&wire, 1);
    send_wire(&wire);
    echo_expect_error(fd, 3, EYELET_RESOURCE_EXHAUSTED, "too much waits");
    expect_sum(1, 7, 1);
    gate_open(&gate, 1);
    stop();
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

/* The next frame, without an allocation. Return: its length; -1 at the end of the connection. */
static int read_frame(uint8_t head[WIRE_HEAD_LEN], uint8_t room[4096])
{
    uint32_t len;

    if (!live_read(fd, head, WIRE_HEAD_LEN))
        return -1;
    len = eyelet_get_be32(head);
    live_must(len <= 4096, "the frame that came is too long");
    return live_read(fd, room, len) ? (int)len : -1;
}

/* A call and a stream on a new connection, with the n-th allocation failing. Return: was everything answered well? */
static bool serve_with_failing(unsigned nth)
{
    uint8_t head[WIRE_HEAD_LEN], room[4096];
    struct wire wire = { 0 };
    unsigned n_good = 0, n_ends = 0;
    int len;

    echo_put_text(&wire, 1, "Say", 0, "hello");
    echo_put_open(&wire, 3, "Chat");
    echo_put_data_text(&wire, 3, "first");
    echo_put_data_text(&wire, 3, "second");
    echo_put_end(&wire, 3);
    faults_fail(FAULT_ALLOC, nth, ENOMEM);
    fd = echo_connect();
    live_send(fd, wire_slice(&wire));                           /* it may be gone already */
    while (n_ends < 2 && (len = read_frame(head, room)) >= 0) { /* each call has one end, or the connection has */
        n_ends += head[8] == WIRE_RESPONSE || head[9] != 0;
        n_good += head[8] == WIRE_DATA || memmem(room, (size_t)len, "hello", 5) != NULL;
    }
    close(fd);
    wire_clear(&wire);
    return n_good == 4;
}

static bool has_left(const struct eyelet_counters *counters)
{
    return counters->connections_open == 0;
}

static void h111_every_allocation_of_a_call_and_a_stream_may_fail(void **state)
{
    const struct eyelet_server_opts opts = { .wipe = true };
    unsigned n_failed = 0;
    bool is_last = false;

    (void)state;
    for (unsigned nth = 1; !is_last; nth++) {
        bool is_good;

        setup(state);
        echo_start(&opts, &handlers, NULL);
        is_good = serve_with_failing(nth);
        n_failed += !is_good;
        is_last = is_good && faults_count(FAULT_ALLOC) < nth; /* all there are have failed once */
        echo_await(is_none_open);
        echo_await(has_left);
        faults_reset();
        fd = echo_connect();
        echo_expect_served(fd, 1); /* and all is as before */
        close(fd);
        assert_int_equal(echo_stop(), EYELET_OK);
        folder_teardown(state);
    }
    setup(state);
    assert_true(n_failed > 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h085_data_on_a_unary_call_cancels_it),
        TEST(h095_a_stream_that_nobody_reads_is_the_only_one_to_suffer),
        TEST(h095_who_reads_again_in_time_has_every_message_in_order),
        TEST(h095_more_than_the_hard_limit_is_left_unread_until_some_is_taken),
        TEST(h095_what_a_handler_waits_for_comes_through_what_others_leave),
        TEST(h111_every_allocation_of_a_call_and_a_stream_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
