/*
 * Streams at a server, frame by frame: WIRE, "Streams", and HOSTILE's numbers for them, H083 to H100.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "conformance/endpoint.h"
#include "core/envelope.h"
#include "support/folder.h"
#include "support/gate.h"
#include "support/spoken.h"

#define MESSAGES 200

static struct gate gate = GATE;
static int fd;
static atomic_uint n_ended; /* handlers of streams that have returned */
static _Atomic enum eyelet_got last_got;
static _Atomic enum eyelet_status last_sent;

/* "work" waits at the gate, and then until nobody wants it any more. */
static enum eyelet_status say(struct endpoint_call *call, const char *text, const char **ret)
{
    if (strcmp(text, "work") == 0)
        gate_pass(&gate);
    while (strcmp(text, "work") == 0 && !endpoint_call_is_cancelled(call))
        continue;
    *ret = text;
    return EYELET_OK;
}

static enum eyelet_status count(struct endpoint_call *call, int64_t limit)
{
    enum eyelet_status status = EYELET_OK;

    if (limit < 0) {
        live_must(endpoint_call_add_detail(call, "type.googleapis.com/demo.Reason",
                                           (struct eyelet_slice){ (const uint8_t *)"why", 3 }),
                  "a detail is not taken");
        return endpoint_call_fail(call, EYELET_OUT_OF_RANGE, "limit below 0");
    }
    for (int64_t i = 1; i <= limit && status == EYELET_OK; i++)
        status = endpoint_call_send_number(call, i);
    last_sent = status;
    n_ended++;
    return status;
}

/* A negative number ends it early. */
static enum eyelet_status sum(struct endpoint_call *call, int64_t *ret_sum, int64_t *ret_n_numbers)
{
    enum eyelet_got got;
    int64_t number;

    while ((got = endpoint_call_recv_number(call, &number)) == EYELET_GOT_MESSAGE) {
        *ret_sum += number;
        *ret_n_numbers += 1;
        if (number < 0)
            break;
    }
    last_got = got;
    n_ended++;
    return EYELET_OK;
}

/* "wait" waits at the gate, "enough" ends the stream, "bad" ends it with an error. */
static enum eyelet_status chat(struct endpoint_call *call)
{
    enum eyelet_status status = EYELET_OK;
    enum eyelet_got got = EYELET_GOT_END;
    const char *text;

    while (status == EYELET_OK && (got = endpoint_call_recv_text(call, &text)) == EYELET_GOT_MESSAGE) {
        if (strcmp(text, "wait") == 0)
            gate_pass(&gate);
        if (strcmp(text, "enough") == 0)
            break;
        if (strcmp(text, "bad") == 0)
            status = endpoint_call_fail(call, EYELET_ABORTED, "that was bad");
        else
            status = endpoint_call_send_text(call, text);
    }
    last_got = got;
    n_ended++;
    return status;
}

static const struct endpoint_handlers handlers = { .say = say, .count = count, .sum = sum, .chat = chat };

static int setup(void **state)
{
    gate_reset(&gate);
    n_ended = 0;
    return folder_setup(state);
}

static void start(const struct endpoint_opts *opts)
{
    endpoint_start(opts, &handlers);
    fd = live_connect(folder_path("server"));
}

static bool is_none_open(const struct eyelet_counters *counters)
{
    return counters->calls_open == 0;
}

/* H098, H099: no call is left, at the server or in a session. */
static void stop(void)
{
    endpoint_await(is_none_open);
    close(fd);
    endpoint_stop();
    assert_int_equal(endpoint_join(), EYELET_OK);
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

/* --- the three kinds ---------------------------------------------------------------------------------------------- */

static void a_server_stream_is_data_and_an_end(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    echo_put_number(&wire, 1, "Count", WIRE_CLOSED, 3);
    send_wire(&wire);
    for (uint64_t i = 1; i <= 3; i++)
        echo_expect_number(fd, 1, i);
    echo_expect_end(fd, 1);
    wire_request(&wire, 3, &(struct wire_request){ .service = "demo.Echo", .method = "Count" });
    wire.bytes[9] = WIRE_CLOSED;
    send_wire(&wire); /* an empty request is one: a limit of 0 */
    echo_expect_end(fd, 3);
    echo_expect_served(fd, 5);
    stop();
}

static void a_client_stream_is_answered_with_one_reply(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    echo_put_open(&wire, 1, "Sum");
    for (uint64_t i = 1; i <= 10; i++)
        echo_put_data_number(&wire, 1, i);
    echo_put_end(&wire, 1);
    echo_put_open(&wire, 3, "Sum");
    echo_put_end(&wire, 3);
    send_wire(&wire);
    expect_sum(1, 55, 10);
    expect_sum(3, 0, 0);
    assert_int_equal(last_got, EYELET_GOT_END);
    echo_expect_served(fd, 5);
    stop();
}

static void both_sides_of_a_stream_go_on_by_themselves(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    echo_put_open(&wire, 1, "Chat");
    send_wire(&wire);
    for (unsigned i = 0; i < 20; i++) {
        echo_put_data_text(&wire, 1, "one");
        echo_put_data_text(&wire, 1, "two");
        send_wire(&wire);
        echo_expect_text(fd, 1, "one");
        echo_expect_text(fd, 1, "two");
    }
    echo_put_end(&wire, 1);
    send_wire(&wire);
    echo_expect_end(fd, 1);
    echo_expect_served(fd, 3);
    stop();
}

static void an_error_ends_a_stream_with_a_response(void **state)
{
    struct wire wire = { 0 }, any = { 0 };
    struct live_frame frame;

    (void)state;
    start(NULL);
    echo_put_number(&wire, 1, "Count", WIRE_CLOSED, UINT64_MAX); /* -1 */
    send_wire(&wire);
    wire_field_text(&any, 1, "type.googleapis.com/demo.Reason");
    wire_field_text(&any, 2, "why");
    assert_true(live_read_frame(fd, &frame));
    assert_int_equal(frame.type, WIRE_RESPONSE);
    assert_non_null(memmem(frame.data, frame.len, any.bytes, any.len)); /* its detail with it */
    assert_non_null(memmem(frame.data, frame.len, "limit below 0", 13));
    live_frame_clear(&frame);
    wire_clear(&any);

    echo_put_open(&wire, 3, "Chat");
    echo_put_data_text(&wire, 3, "good");
    echo_put_data_text(&wire, 3, "bad");
    send_wire(&wire);
    echo_expect_text(fd, 3, "good");
    echo_expect_error(fd, 3, EYELET_ABORTED, "that was bad");
    echo_expect_served(fd, 5);
    stop();
}

static void what_a_request_that_opens_a_stream_carries_is_its_first_message(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    echo_put_text(&wire, 1, "Chat", WIRE_OPEN, "first");
    echo_put_data_text(&wire, 1, "second");
    echo_put_end(&wire, 1);
    send_wire(&wire);
    echo_expect_text(fd, 1, "first");
    echo_expect_text(fd, 1, "second");
    echo_expect_end(fd, 1);
    echo_put_open(&wire, 3, "Chat"); /* Go sends 0x02 and no payload: no message */
    wire.bytes[9] = WIRE_OPEN;
    echo_put_end(&wire, 3);
    send_wire(&wire);
    echo_expect_end(fd, 3);
    echo_put_number(&wire, 5, "Sum", WIRE_OPEN | WIRE_NO_DATA, 7); /* H088: it says that there is none */
    echo_put_end(&wire, 5);
    send_wire(&wire);
    expect_sum(5, 0, 0);
    stop();
}

/* --- HOSTILE ------------------------------------------------------------------------------------------------------ */

static bool are_two_faults(const struct eyelet_counters *counters)
{
    return counters->protocol_errors == 2;
}

static void h083_h084_data_for_no_stream_and_for_one_that_is_over(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    send_frame(0, 9, "who?", 4);
    send_frame(0, 9, "who?", 4);
    echo_expect_error(fd, 9, EYELET_INVALID_ARGUMENT, "never opened");
    echo_put_open(&wire, 11, "Chat");
    echo_put_data_text(&wire, 11, "enough");
    echo_put_data_text(&wire, 11, "late");
    echo_put_end(&wire, 11);
    send_wire(&wire);
    echo_expect_end(fd, 11);
    echo_expect_served(fd, 13);
    endpoint_await(are_two_faults);
    stop();
}

static void h085_data_on_a_unary_call_cancels_it(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    echo_say(fd, 1, "work");
    gate_await(&gate, 1);
    send_frame(0, 1, "more", 4);
    gate_open(&gate, 1);
    echo_expect_error(fd, 1, EYELET_INVALID_ARGUMENT, "takes one message");
    echo_expect_served(fd, 3); /* the late reply is not sent */

    echo_put_text(&wire, 5, "Say", 0, "hello"); /* before it has a handler */
    echo_put_data_text(&wire, 5, "more");
    send_wire(&wire);
    echo_expect_error(fd, 5, EYELET_INVALID_ARGUMENT, "takes one message");
    echo_expect_served(fd, 7);
    stop();
}

static void h086_data_after_the_end_of_its_side(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    echo_put_open(&wire, 1, "Chat");
    echo_put_data_text(&wire, 1, "wait");
    send_wire(&wire);
    gate_await(&gate, 1);
    echo_put_end(&wire, 1);
    echo_put_data_text(&wire, 1, "one more");
    send_wire(&wire);
    gate_open(&gate, 1);
    { /* the handler may have sent its answer before the fault was read */
        struct live_frame frame;

        assert_true(live_read_frame(fd, &frame));
        if (frame.type == WIRE_DATA) {
            live_frame_clear(&frame);
            assert_true(live_read_frame(fd, &frame));
        }
        live_frame_clear(&frame);
    }
    endpoint_await(is_none_open);
    stop();
}

static void h087_the_last_message_may_end_its_side(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    echo_put_open(&wire, 1, "Chat");
    echo_put_data_text(&wire, 1, "last");
    wire.bytes[wire.len - 6 - WIRE_HEAD_LEN + 9] |= WIRE_CLOSED;
    send_wire(&wire);
    echo_expect_text(fd, 1, "last");
    echo_expect_end(fd, 1);
    echo_expect_served(fd, 3);
    stop();
}

static void h088_bytes_that_are_said_not_to_be_there_are_ignored(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    echo_put_open(&wire, 1, "Chat");
    send_wire(&wire);
    send_frame(WIRE_NO_DATA, 1, "nothing", 7);
    send_frame(WIRE_NO_DATA | WIRE_CLOSED, 1, "nothing", 7);
    echo_expect_end(fd, 1);
    endpoint_await(are_two_faults);
    stop();
}

static void h089_h090_flags_that_do_not_agree(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    echo_put_number(&wire, 1, "Count", WIRE_OPEN, 3);
    echo_put_text(&wire, 3, "Say", WIRE_OPEN, "hello");
    send_wire(&wire);
    echo_expect_error(fd, 1, EYELET_INVALID_ARGUMENT, "one message");
    echo_expect_error(fd, 3, EYELET_INVALID_ARGUMENT, "one message");
    echo_put_text(&wire, 5, "Chat", WIRE_OPEN | WIRE_CLOSED, "hello");
    send_wire(&wire);
    echo_expect_error(fd, 5, EYELET_INVALID_ARGUMENT, "0x03");
    echo_expect_served(fd, 7);
    stop();
}

static void h091_a_request_without_flags_opens_a_stream_of_one(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    echo_put_number(&wire, 1, "Sum", 0, 5);
    echo_put_text(&wire, 3, "Chat", 0, "alone");
    echo_put_number(&wire, 5, "Count", 0, 1);
    send_wire(&wire);
    expect_sum(1, 5, 1);
    echo_expect_text(fd, 3, "alone");
    echo_expect_end(fd, 3);
    echo_expect_number(fd, 5, 1);
    echo_expect_end(fd, 5);
    stop();
}

/* A message of one stream and a refusal of another, in whichever order. */
static void expect_data_and_refusal(uint32_t data_id, uint32_t refused_id, enum eyelet_status status)
{
    unsigned n_data = 0, n_refused = 0;

    for (unsigned i = 0; i < 2; i++) {
        struct eyelet_response response = { 0 };
        struct live_frame frame;

        assert_true(live_read_frame(fd, &frame));
        n_data += frame.id == data_id && frame.type == WIRE_DATA;
        if (frame.id == refused_id && frame.type == WIRE_RESPONSE) {
            assert_true(eyelet_response_decode((struct eyelet_slice){ frame.data, frame.len }, &response));
            n_refused += response.code == (int)status;
        }
        live_frame_clear(&frame);
    }
    assert_int_equal(n_data, 1);
    assert_int_equal(n_refused, 1);
}

/* Messages that are too many for any queue, and too long together for the nano server's. */
static void put_messages(struct wire *wire, uint32_t id)
{
    char text[100];

    for (unsigned i = 0; i < MESSAGES; i++) {
        snprintf(text, sizeof(text), "%90u", i);
        echo_put_data_text(wire, id, text);
    }
}

/* With one thread, the second stream waits for its handler until the first has ended. */
static void h095_a_stream_that_nobody_reads_is_the_only_one_to_suffer(void **state)
{
    const struct endpoint_opts opts = { .frame_max = 4096 };
    struct wire wire = { 0 };

    (void)state;
    start(&opts);
    echo_put_open(&wire, 1, "Chat");
    echo_put_open(&wire, 3, "Chat");
    put_messages(&wire, 3);
    echo_put_data_text(&wire, 1, "moves");
    send_wire(&wire);
    expect_data_and_refusal(1, 3, EYELET_RESOURCE_EXHAUSTED);
    echo_put_data_text(&wire, 1, "still");
    echo_put_end(&wire, 1);
    send_wire(&wire);
    echo_expect_text(fd, 1, "still");
    echo_expect_end(fd, 1);
    echo_expect_served(fd, 5);
    stop();
}

static void h095_who_reads_again_in_time_has_every_message_in_order(void **state)
{
    const struct endpoint_opts opts = { .frame_max = 4096 };
    struct wire wire = { 0 };
    char text[100];

    (void)state;
    start(&opts);
    echo_put_open(&wire, 1, "Chat");
    echo_put_data_text(&wire, 1, "wait");
    put_messages(&wire, 1);
    echo_put_end(&wire, 1);
    send_wire(&wire);
    gate_await(&gate, 1);
    gate_open(&gate, 1);
    echo_expect_text(fd, 1, "wait");
    for (unsigned i = 0; i < MESSAGES; i++) {
        snprintf(text, sizeof(text), "%90u", i);
        echo_expect_text(fd, 1, text);
    }
    echo_expect_end(fd, 1);
    stop();
}

static void h096_a_stream_that_says_nothing_ends_at_its_deadline(void **state)
{
    const struct endpoint_opts opts = { .call_timeout_ms = 20 };
    struct wire wire = { 0 };

    (void)state;
    start(&opts);
    echo_put_open(&wire, 1, "Sum");
    send_wire(&wire);
    echo_expect_error(fd, 1, EYELET_DEADLINE_EXCEEDED, "deadline");
    echo_put_open(&wire, 3, "Chat");
    echo_put_data_text(&wire, 3, "in mid-stream");
    send_wire(&wire);
    echo_expect_text(fd, 3, "in mid-stream");
    echo_expect_error(fd, 3, EYELET_DEADLINE_EXCEEDED, "deadline");
    endpoint_await(is_none_open);
    assert_int_equal(last_got, EYELET_GOT_ERROR);
    assert_int_equal(n_ended, 2);
    stop();
}

static bool are_2001_late(const struct eyelet_counters *counters)
{
    return counters->late_frames == 2001;
}

static void h100_a_handler_may_answer_before_the_caller_is_done(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    echo_put_open(&wire, 1, "Sum");
    echo_put_data_number(&wire, 1, UINT64_MAX); /* -1: enough */
    send_wire(&wire);
    expect_sum(1, UINT64_MAX, 1);
    for (unsigned i = 0; i < 2000; i++) /* a client that has not heard of it */
        echo_put_data_number(&wire, 1, 1);
    echo_put_end(&wire, 1);
    send_wire(&wire);
    echo_expect_served(fd, 3);
    endpoint_await(are_2001_late);
    assert_int_equal(endpoint_counters().protocol_errors, 0);
    stop();
}

static void h098_h099_streams_that_end_at_once_and_are_refused_leave_nothing(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    for (uint32_t i = 0; i < 300; i++) {
        echo_put_number(&wire, 4 * i + 1, "Count", WIRE_CLOSED, 0);
        echo_put_number(&wire, 4 * i + 3, "Nothing", WIRE_CLOSED, 0);
        send_wire(&wire);
        expect_data_and_refusal(4 * i + 1, 4 * i + 3, EYELET_UNIMPLEMENTED);
    }
    stop();
}

/* --- ends --------------------------------------------------------------------------------------------------------- */

static void h009_a_lost_connection_ends_what_handlers_wait_for(void **state)
{
    struct wire wire = { 0 };

    for (unsigned way = 0; way < 2; way++) {
        setup(state);
        start(NULL);
        echo_put_open(&wire, 1, "Chat");
        echo_put_data_text(&wire, 1, "here");
        send_wire(&wire);
        echo_expect_text(fd, 1, "here");
        if (way == 0) {
            close(fd);
        } else {
            assert_int_equal(shutdown(fd, SHUT_WR), 0);
            echo_expect_error(fd, 1, EYELET_CANCELLED, "before the stream did");
            close(fd);
        }
        fd = live_connect(folder_path("server"));
        echo_expect_served(fd, 1); /* by the only thread */
        assert_int_equal(n_ended, 1);
        assert_int_equal(last_got, EYELET_GOT_ERROR);
        stop();
        folder_teardown(state);
    }
    setup(state);
}

static void a_handler_that_sends_to_a_peer_that_does_not_read_waits_and_reads_meanwhile(void **state)
{
    struct wire wire = { 0 };
    int other;

    (void)state;
    start(NULL);
    other = live_connect(folder_path("server"));
    echo_put_number(&wire, 1, "Count", WIRE_CLOSED, 100000);
    send_wire(&wire);
    live_wait(fd);
    echo_put_open(&wire, 1, "Nothing"); /* somebody else is read, and refused, by the thread that waits to send */
    live_send_wire(other, &wire);
    echo_expect_error(other, 1, EYELET_UNIMPLEMENTED, "Nothing");
    for (uint64_t i = 1; i <= 100000; i++)
        echo_expect_number(fd, 1, i);
    echo_expect_end(fd, 1);
    close(other);
    stop();
}

/* Reads what Count sends until something else comes: the code of that, or -1 for the end of the connection. */
static int read_through_count(void)
{
    struct eyelet_response response = { .code = -1 };
    struct live_frame frame;
    bool is_count = true;

    while (is_count && live_read_frame(fd, &frame)) {
        is_count = frame.type == WIRE_DATA;
        if (!is_count)
            assert_true(eyelet_response_decode((struct eyelet_slice){ frame.data, frame.len }, &response));
        live_frame_clear(&frame);
    }
    return response.code;
}

static void the_only_thread_notices_a_deadline_though_its_handler_never_waits(void **state)
{
    const struct endpoint_opts opts = { .call_timeout_ms = 30 };
    struct wire wire = { 0 };

    (void)state;
    start(&opts);
    echo_put_number(&wire, 1, "Count", WIRE_CLOSED, UINT32_MAX);
    send_wire(&wire);
    assert_int_equal(read_through_count(), EYELET_DEADLINE_EXCEEDED);
    endpoint_await(is_none_open);
    assert_int_equal(last_sent, EYELET_DEADLINE_EXCEEDED);
    stop();
}

static void the_only_thread_notices_a_stop_though_its_handler_never_waits(void **state)
{
    const struct endpoint_opts opts = { .grace_ms = 30 };
    struct wire wire = { 0 };
    int code;

    (void)state;
    start(&opts);
    echo_put_number(&wire, 1, "Count", WIRE_CLOSED, UINT32_MAX);
    send_wire(&wire);
    echo_expect_number(fd, 1, 1);
    endpoint_stop();
    code = read_through_count();
    assert_true(code == EYELET_UNAVAILABLE || code == -1); /* what waits to be sent may hide it */
    stop();
    assert_int_equal(last_sent, EYELET_UNAVAILABLE);
}

static void a_peer_that_goes_while_a_handler_waits_to_send_ends_it(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    echo_put_number(&wire, 1, "Count", WIRE_CLOSED, 1u << 30);
    send_wire(&wire);
    live_wait(fd);
    close(fd);
    fd = live_connect(folder_path("server"));
    echo_expect_served(fd, 1);
    assert_int_equal(n_ended, 1);
    assert_int_equal(last_sent, EYELET_UNAVAILABLE);
    stop();
}

static void a_message_that_cannot_be_unpacked_ends_its_stream(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    start(NULL);
    echo_put_open(&wire, 1, "Sum");
    send_wire(&wire);
    send_frame(0, 1, "\x0a\x05xy", 4);
    echo_expect_error(fd, 1, EYELET_INTERNAL, "");
    echo_expect_served(fd, 3);
    stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_server_stream_is_data_and_an_end),
        TEST(a_client_stream_is_answered_with_one_reply),
        TEST(both_sides_of_a_stream_go_on_by_themselves),
        TEST(an_error_ends_a_stream_with_a_response),
        TEST(what_a_request_that_opens_a_stream_carries_is_its_first_message),
        TEST(h083_h084_data_for_no_stream_and_for_one_that_is_over),
        TEST(h085_data_on_a_unary_call_cancels_it),
        TEST(h086_data_after_the_end_of_its_side),
        TEST(h087_the_last_message_may_end_its_side),
        TEST(h088_bytes_that_are_said_not_to_be_there_are_ignored),
        TEST(h089_h090_flags_that_do_not_agree),
        TEST(h091_a_request_without_flags_opens_a_stream_of_one),
        TEST(h095_a_stream_that_nobody_reads_is_the_only_one_to_suffer),
        TEST(h095_who_reads_again_in_time_has_every_message_in_order),
        TEST(h096_a_stream_that_says_nothing_ends_at_its_deadline),
        TEST(h100_a_handler_may_answer_before_the_caller_is_done),
        TEST(h098_h099_streams_that_end_at_once_and_are_refused_leave_nothing),
        TEST(h009_a_lost_connection_ends_what_handlers_wait_for),
        TEST(a_handler_that_sends_to_a_peer_that_does_not_read_waits_and_reads_meanwhile),
        TEST(the_only_thread_notices_a_deadline_though_its_handler_never_waits),
        TEST(the_only_thread_notices_a_stop_though_its_handler_never_waits),
        TEST(a_peer_that_goes_while_a_handler_waits_to_send_ends_it),
        TEST(a_message_that_cannot_be_unpacked_ends_its_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
