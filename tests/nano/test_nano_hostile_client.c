/*
 * HOSTILE.md for the client in fixed memory: what a peer may send, and what becomes of the call, of the others and of
 * the connection. What concerns sockets' shortness is in test_nano_client.c, streams in test_nano_client_stream.c.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "caller.h"
#include "shapes.eyelet.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct eyelet_nano_client_opts small = { .streams_max = 2, .frame_max = 4096 };

static void say_bytes(const void *data, size_t len)
{
    assert_true(live_send(caller.peer, (struct eyelet_slice){ data, len }));
}

/* A call must fail, as @status of this side's, with @why, and possibly have been run; the next one, of @next_id, works.
 */
static void fails_alone(enum eyelet_status status, const char *why, uint32_t next_id)
{
    struct eyelet_error error;

    assert_int_equal(caller_call(0, "x", NULL, 0, &error), status);
    assert_false(error.is_remote);
    assert_true(error.may_have_executed);
    assert_text_has(error.text, why);
    assert_text_has(error.text, "demo.Echo/Say");
    caller_assert_usable(next_id);
}

/* --- the socket --------------------------------------------------------------------------------------------------- */

static void h003_a_paused_machine_is_given_up_in_time(void **state)
{
    const struct eyelet_nano_client_opts opts = { .connect_timeout_ms = 3000 };
    struct eyelet_error error;
    unsigned before;

    (void)state;
    caller_close();
    before = faults_open_fds();
    faults_fake_vsock(true);
    faults_fake_clock(CALLER_NOW_NS);
    faults_vsock_connect_later(FAULTS_SILENCE);
    assert_int_equal(caller_init("vsock://16:5005", &opts, &error), EYELET_DEADLINE_EXCEEDED);
    assert_text_has(error.text, "vsock://16:5005");
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS + 3000 * MS);
    assert_int_equal(faults_open_fds(), before);
}

static void h008_an_end_inside_of_a_frame_says_how_far_it_came(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    caller_put_reply(&wire, 1, "0123456789");
    say_bytes(wire.bytes, 13);
    assert_int_equal(shutdown(caller.peer, SHUT_WR), 0);
    caller_assert_lost(true, "3 of 14 bytes");
    wire_clear(&wire);

    caller_open(&small);
    say_bytes("\0\0", 2);
    assert_int_equal(shutdown(caller.peer, SHUT_WR), 0);
    caller_assert_lost(true, "2 of 10 bytes of a head");

    caller_open(&small);
    wire_frame_head(&wire, WIRE_RESPONSE, 0, 7, 5000); /* being skipped */
    wire_fill(&wire, 0, 100);
    caller_say(&wire);
    assert_int_equal(shutdown(caller.peer, SHUT_WR), 0);
    caller_assert_lost(true, "100 of 5000 bytes");
}

static void h009_h011_an_end_between_frames_is_noticed_once(void **state)
{
    (void)state;
    assert_int_equal(shutdown(caller.peer, SHUT_WR), 0);
    faults_reset();
    caller_assert_lost(true, "the peer closed it");
    assert_true(faults_count(FAULT_POLL) <= 2);
    assert_int_equal(faults_count(FAULT_CLOSE), 1);
    live_read_to_end(caller.peer);

    caller_open(&small);
    caller_hang_up();
    caller_assert_lost(false, "connection lost");
}

static void h010_a_reset_ends_the_connection(void **state)
{
    (void)state;
    caller_say_reply(1, "good");
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    assert_int_equal(caller_call(1, "not read by the peer", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
    caller_hang_up(); /* with bytes unread: ECONNRESET */
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(eyelet_nano_client_fd(caller.client), -1);
}

/*
 * What a peer says to a stream and to two calls that were started: what comes of it must not depend on the pieces.
 * @cut: the first piece; 0 is byte by byte
 */
static void hear_a_story(const struct wire *wire, size_t cut)
{
    struct eyelet_nano_pending *pending[2] = { NULL };
    const demo_SayRequest request = { .text = "x" };
    struct demo_echo_chat_stream *chat;
    struct eyelet_error error;
    demo_SayReply replies[2];

    caller_open(&small);
    chat = caller_chat(0);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, &replies[i], NULL, NULL, &pending[i], NULL),
                         EYELET_OK);
    faults_short(FAULT_RECV, cut == 0 ? 1 : 0);
    say_bytes(wire->bytes, cut);
    for (unsigned i = 0; i < 2; i++) /* one read each, or 16 */
        assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
    say_bytes(wire->bytes + cut, wire->len - cut);
    caller_chat_text(chat, "one");
    caller_chat_text(chat, "");
    caller_chat_end(chat);
    assert_int_equal(demo_echo_say_collect(pending[1], &error), EYELET_RESOURCE_EXHAUSTED);
    assert_int_equal(demo_echo_say_collect(pending[0], &error), EYELET_ABORTED);
    assert_string_equal(error.text, "no");
    demo_echo_chat_close(chat);
    caller_assert_usable(7);
    assert_int_equal(caller_counters().frames_received, 8);
    assert_int_equal(caller_counters().protocol_errors, 2);
    faults_reset();
}

static void h014_h015_every_split_gives_the_same(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    caller_put_data(&wire, 1, "one");
    wire_frame(&wire, 9, 0xff, 1, (struct eyelet_slice){ (const uint8_t *)"future", 6 });
    caller_put_error(&wire, 3, EYELET_ABORTED, "no");
    wire_frame_head(&wire, WIRE_DATA, 0, 1, 0);
    caller_put_reply(&wire, 2, "to nobody");
    caller_put_end(&wire, 1);
    wire_frame_head(&wire, WIRE_RESPONSE, 0, 5, 4097);
    wire_fill(&wire, 'x', 4097);
    for (size_t cut = 0; cut < wire.len - 4080; cut++)
        hear_a_story(&wire, cut);
    hear_a_story(&wire, wire.len - 1);
    hear_a_story(&wire, wire.len);
    wire_clear(&wire);
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

static void h032_a_response_of_length_0_is_an_empty_reply(void **state)
{
    char text[8] = "?";

    (void)state;
    caller_say_frame(WIRE_RESPONSE, 0, 1, NULL, 0);
    assert_int_equal(caller_call(0, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "");
}

static void h033_a_frame_of_exactly_the_limit_is_taken(void **state)
{
    struct wire wire = { 0 }, envelope = { 0 };
    char text[8];

    (void)state;
    caller_open(&small);
    wire_field_bytes(&envelope, 2, "\x0a\x02hi", 4);
    wire_varint(&envelope, 15 << 3 | 2); /* a field of the future fills it up */
    wire_varint(&envelope, 4096 - 6 - 3);
    wire_fill(&envelope, 0, 4096 - 6 - 3);
    assert_int_equal(envelope.len, 4096);
    wire_frame_of(&wire, WIRE_RESPONSE, 0, 1, &envelope);
    caller_say(&wire);
    assert_int_equal(caller_call(0, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "hi");
}

static void h035_a_reply_over_the_limit_fails_that_call_only(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    caller_open(&small);
    wire_frame_head(&wire, WIRE_RESPONSE, 0, 1, 4097);
    wire_fill(&wire, 0x55, 4097);
    caller_say(&wire);
    fails_alone(EYELET_RESOURCE_EXHAUSTED, "4097", 3);
}

static void h036_h049_what_is_no_frame_ends_the_connection_at_its_first_byte(void **state)
{
    static const struct {
        const char *bytes;
        const char *why;
    } cases[] = {
        { "HTTP/1.1 400 Bad Request\r\n\r\n", "0x48" },
        { "\x16\x03\x01\x02", "0x16" },
        { "\x01", "0x01" },
        { "\xff\xff\xff\xff", "0xff" },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(cases); i++) {
        caller_open(&small);
        say_bytes(cases[i].bytes, strlen(cases[i].bytes));
        caller_assert_lost(true, cases[i].why);
        assert_int_equal(caller_counters().connections_broken, 1);
        live_read_to_end(caller.peer);
    }
}

static void h037_a_head_that_stalls_ends_the_connection_after_5_s(void **state)
{
    struct eyelet_error error;

    (void)state;
    for (size_t len = 1; len < WIRE_HEAD_LEN; len++) {
        caller_open(&small);
        faults_fake_clock(CALLER_NOW_NS);
        say_bytes("\0\0\0\x05\0\0\0\x01\x02", len);
        assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
        assert_text_has(error.text, "head of a frame");
        assert_int_equal(faults_now_ns(), CALLER_NOW_NS + 5000 * MS);
        assert_int_equal(caller_counters().connections_broken, 1);
    }
}

static void h038_data_that_stalls_ends_the_connection(void **state)
{
    struct eyelet_error error;
    struct wire wire = { 0 };

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    wire_frame_head(&wire, WIRE_RESPONSE, 0, 1, 10000);
    wire_fill(&wire, 0, 6554); /* 100 ms at 64 KiB/s */
    caller_say(&wire);
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_text_has(error.text, "too slowly (6554 of 10000 bytes)");
    assert_in_range(faults_now_ns(), CALLER_NOW_NS + 5100 * MS, CALLER_NOW_NS + 5101 * MS);
}

static void h038_the_loop_is_told_when_a_frame_must_be_there(void **state)
{
    struct eyelet_error error;

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    say_bytes("\0\0", 2);
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), 5000);
    faults_advance_ns(5000 * MS);
    assert_int_equal(eyelet_nano_client_process(caller.client, &error), EYELET_UNAVAILABLE);
    assert_text_has(error.text, "head of a frame");
}

static void who_was_away_does_not_blame_the_peer(void **state)
{
    struct wire wire = { 0 };
    char text[32];

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    caller_put_reply(&wire, 3, "slow, since nobody read");
    say_bytes(wire.bytes, 5);
    assert_int_equal(caller_call(100, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
    faults_advance_ns(60000 * MS); /* the program does other things */
    assert_int_equal(caller_call(4800, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
    say_bytes(wire.bytes + 5, wire.len - 5);
    caller_say_reply(5, "here");
    assert_int_equal(caller_call(100, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "here");
    wire_clear(&wire);
}

static void h040_h041_h043_frames_of_the_future_and_requests_are_passed_over(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    caller_say_frame(WIRE_REQUEST, 0, 1, "abc", 3);
    caller_say_frame(0, 0, 1, "abc", 3);
    caller_say_frame(4, 0xff, 1, NULL, 0);
    caller_say_frame(255, 0, 7, "abc", 3);
    caller_put_reply(&wire, 1, "x");
    wire.bytes[9] = 0xf8; /* flags that nobody knows */
    caller_say(&wire);
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    caller_assert_usable(3);
    assert_int_equal(caller_counters().protocol_errors, 4);
}

static void h048_h050_a_peer_with_too_many_errors_is_left(void **state)
{
    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    for (unsigned i = 0; i < 40; i++)
        caller_say_frame(9, 0, 1, NULL, 0);
    caller_assert_lost(true, "protocol errors");
    live_read_to_end(caller.peer);
}

static void h050_h097_a_flood_of_late_answers_does_not_outlast_the_deadline(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    caller_say_reply(1, "first");
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    for (unsigned i = 0; i < 500; i++)
        caller_put_reply(&wire, 1, "late");
    caller_put_reply(&wire, 3, "too late as well");
    caller_say(&wire);
    faults_fake_clock(CALLER_NOW_NS);
    faults_tick_ns(MS);
    faults_short(FAULT_RECV, 20); /* so that there is always more to read, and never a moment to look at the clock */
    assert_int_equal(caller_call(100, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
    assert_true(faults_now_ns() < CALLER_NOW_NS + 120 * MS);
}

static void h050_a_flood_of_late_answers_ends_the_connection_and_the_call(void **state)
{
    struct wire wire = { 0 };
    struct eyelet_error error;

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    caller_say_reply(1, "first");
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    for (unsigned i = 0; i < 1024 + 33; i++)
        wire_frame_head(&wire, WIRE_RESPONSE, 0, 1, 0);
    caller_put_reply(&wire, 3, "behind the flood");
    caller_say(&wire);
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_text_has(error.text, "protocol errors");
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS);
}

static void h123_a_peer_that_never_pauses_does_not_keep_a_request_from_leaving(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    caller_say_reply(1, "first");
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    caller_hear(WIRE_REQUEST, 0, 1, 10);
    for (unsigned i = 0; i < 500; i++)
        caller_put_reply(&wire, 1, "late");
    caller_say(&wire);
    faults_fake_clock(CALLER_NOW_NS);
    faults_tick_ns(MS);
    faults_short(FAULT_RECV, 20);
    faults_fail(FAULT_SENDMSG, 1, EAGAIN);
    assert_int_equal(caller_call(100, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
    caller_hear(WIRE_REQUEST, 0, 3, 10);
}

/* --- envelopes ---------------------------------------------------------------------------------------------------- */

static void h051_h052_a_response_that_cannot_be_decoded_fails_that_call_only(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } cases[] = {
        { "\x12\x05xy", 4 },                                            /* shorter than it says */
        { "\x80", 1 },                                                  /* a varint without an end */
        { "\x02", 1 },                                                  /* tag 0 */
        { "\x0b\x0c", 2 },                                              /* a group */
        { "\x10\x01", 2 },                                              /* a payload that is a number */
        { "\x0a\x0c\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 13 }, /* 11 bytes of code */
    };

    (void)state;
    for (uint32_t i = 0; i < N_OF(cases); i++) {
        caller_say_frame(WIRE_RESPONSE, 0, 4 * i + 1, cases[i].bytes, cases[i].len);
        fails_alone(EYELET_INTERNAL, "no ttrpc Response", 4 * i + 3);
    }
}

static void h055_h056_the_last_of_a_field_wins_and_unknown_ones_are_skipped(void **state)
{
    struct wire envelope = { 0 }, wire = { 0 };
    char text[16];

    (void)state;
    wire_field_bytes(&envelope, 2,
                     "\x0a\x05"
                     "first",
                     7);
    for (uint32_t i = 0; i < 1000; i++)
        wire_field_number(&envelope, 100 + i, i);
    wire_field_text(&envelope, 77, "whatever");
    wire_field_bytes(&envelope, 2,
                     "\x0a\x03"
                     "one\x0a\x04last",
                     11);
    wire_frame_of(&wire, WIRE_RESPONSE, 0, 1, &envelope);
    caller_say(&wire);
    assert_int_equal(caller_call(0, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "last");
}

static void h063_a_code_that_is_none_is_unknown_and_0_is_ok(void **state)
{
    static const int32_t codes[] = { -1, 17, INT32_MIN, INT32_MAX };
    struct eyelet_error error;
    char number[16];

    (void)state;
    for (uint32_t i = 0; i < N_OF(codes); i++) {
        caller_say_error(2 * i + 1, codes[i], "odd");
        assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_UNKNOWN);
        snprintf(number, sizeof(number), "%d", (int)codes[i]);
        assert_text_has(error.text, number);
        assert_text_has(error.text, "odd");
    }
    caller_say_error(9, 0, "a text for nothing");
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
}

static void h064_a_long_status_message_is_cut_and_escaped(void **state)
{
    char *message = malloc(15001);
    struct eyelet_error error;

    (void)state;
    assert_non_null(message);
    memset(message, 'm', 15000);
    memcpy(message, "a\x1b[31m\n\xff", 8);
    message[15000] = '\0';
    caller_say_error(1, EYELET_ABORTED, message);
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_ABORTED);
    assert_int_equal(strlen(error.text), EYELET_ERROR_TEXT_MAX);
    assert_int_equal(strncmp(error.text, "a\\x1b[31m\\x0a\\xffmmm", 18), 0);
    free(message);
}

static void h064_details_beyond_the_room_are_dropped_whole(void **state)
{
    struct wire any = { 0 }, status = { 0 }, envelope = { 0 }, wire = { 0 };
    struct eyelet_slice type_url, value;
    struct eyelet_error error;
    size_t cursor = 0, n = 0;

    (void)state;
    wire_field_text(&any, 1, "t");
    wire_varint(&any, 2 << 3 | 2);
    wire_varint(&any, 400);
    wire_fill(&any, 'v', 400);
    wire_field_number(&status, 1, EYELET_ABORTED);
    for (unsigned i = 0; i < 20; i++)
        wire_field_bytes(&status, 3, any.bytes, any.len);
    wire_field_bytes(&envelope, 1, status.bytes, status.len);
    wire_frame_of(&wire, WIRE_RESPONSE, 0, 1, &envelope);
    caller_say(&wire);
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_ABORTED);
    while (eyelet_error_next_detail(&error, &cursor, &type_url, &value))
        n++;
    assert_int_equal(n, 2);
    wire_clear(&any);
    wire_clear(&status);
}

static void h066_a_status_wins_over_a_payload(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    wire_response(&wire, 1,
                  &(struct wire_response){
                      .code = EYELET_NOT_FOUND, .message = "none", .payload = { (const uint8_t *)"\x0a\x02hi", 4 } });
    caller_say(&wire);
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_NOT_FOUND);
    caller_assert_usable(3);
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

/* A call whose reply is these bytes. */
static enum eyelet_status get(uint32_t id, const void *data, size_t len, shapes_Shape *shape,
                              struct eyelet_error *reterr)
{
    const shapes_Ask ask = shapes_Ask_init_zero;
    struct wire wire = { 0 };

    wire_response(&wire, id, &(struct wire_response){ .payload = { data, len } });
    caller_say(&wire);
    memset(shape, 0xa5, sizeof(*shape));
    return shapes_shapes_get(caller.client, NULL, &ask, shape, reterr);
}

/* A message's bytes, as a literal. */
struct vector {
    const char *name;
    const char *bytes;
    size_t len;
};

#define VECTOR(name, literal)                                                                                          \
    {                                                                                                                  \
        (name), (literal), sizeof(literal) - 1                                                                         \
    }

static void h065_h071_to_h079_a_payload_that_makes_no_sense_fails_that_call_only(void **state)
{
    static const struct vector vectors[] = {
        VECTOR("H065 shorter than it says", "\x08\x01\x12\x05xy"),
        VECTOR("H071 a length of 2^31 - 1", "\x08\x01\x12\xff\xff\xff\xff\x07x"),
        VECTOR("H071 a length of 2^32 - 1", "\x08\x01\x12\xff\xff\xff\xff\x0fx"),
        VECTOR("H071 a varint of 11 bytes", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
        VECTOR("H071 a varint that is cut", "\x08\x80"),
        VECTOR("H072 text that is not UTF-8", "\x08\x01\x12\x02\xc3\x28"),
        VECTOR("H072 a NUL in a text", "\x08\x01\x12\x03"
                                       "a\0b"),
        VECTOR("H072 text that is not UTF-8, in an oneof", "\x08\x01\x5a\x01\xff"),
        VECTOR("H072 text that is not UTF-8, in a list", "\x08\x01\x62\x01"
                                                         "a\x62\x01\x80"),
        VECTOR("H075 a required field is missing", "\x12\x02hi"),
        VECTOR("H075 all are", ""),
        VECTOR("H076 a number where text is due", "\x08\x01\x10\x05"),
        VECTOR("H076 text where a number is due", "\x0a\x01"
                                                  "1"),
        VECTOR("H076 8 bytes where a message is due", "\x08\x01\x29"
                                                      "12345678"),
        VECTOR("H077 field number 0", "\x08\x01\x02\x01"
                                      "0"),
        VECTOR("H079 9 bytes of text where 8 have room", "\x08\x01\x12\x09"
                                                         "123456789"),
        VECTOR("H079 5 bytes where 4 have room", "\x08\x01\x1a\x05"
                                                 "12345"),
        VECTOR("H079 4 numbers where 3 have room", "\x08\x01\x22\x04\x01\x02\x03\x04"),
        VECTOR("H079 4 numbers, one by one", "\x08\x01\x20\x01\x20\x02\x20\x03\x20\x04"),
        VECTOR("H079 3 texts where 2 have room", "\x08\x01\x62\x01"
                                                 "a\x62\x01"
                                                 "b\x62\x01"
                                                 "c"),
        VECTOR("H079 a text in a list is too long", "\x08\x01\x62\x05"
                                                    "12345"),
        VECTOR("H079 a text in an oneof is too long", "\x08\x01\x5a\x09"
                                                      "123456789"),
        VECTOR("a group", "\x08\x01\x7b\x7c"),
        VECTOR("a message in it is cut", "\x08\x01\x2a\x02\x08\x80"),
    };

    (void)state;
    for (uint32_t i = 0; i < N_OF(vectors); i++) {
        struct eyelet_error error;
        shapes_Shape shape;

        if (get(4 * i + 1, vectors[i].bytes, vectors[i].len, &shape, &error) != EYELET_INTERNAL)
            fail_msg("%s is not refused", vectors[i].name);
        assert_text_has(error.text, "shapes.Shapes/Get");
        assert_false(error.is_remote);
        assert_true(error.may_have_executed);
        caller_assert_usable(4 * i + 3);
    }
}

static void h073_h074_h077_what_is_odd_but_means_something_is_kept(void **state)
{
    static const char bytes[] = "\x08\x07"
                                "\x30\x63"                             /* a color that has no name */
                                "\x38\x02"                             /* a bool of 2 */
                                "\x41\x00\x00\x00\x00\x00\x00\x00\x80" /* -0.0 */
                                "\x48\x05\x52\x02\x08\x01\x5a\x02hi"   /* three members of an oneof */
                                "\xc2\xa3\x09\x01x"                    /* field 19000 */
                                "\x22\x02\x01\x02\x20\x03"             /* packed, and not */
                                "\x2a\x02\x08\x04\x2a\x02\x10\x05";    /* a message in two parts */
    shapes_Shape shape;

    (void)state;
    assert_int_equal(get(1, bytes, sizeof(bytes) - 1, &shape, NULL), EYELET_OK);
    assert_int_equal(shape.id, 7);
    assert_int_equal((int)shape.color, 0x63);
    assert_true(shape.flag);
    assert_true(shape.real == 0.0 && __builtin_signbit(shape.real));
    assert_int_equal(shape.which_kind, shapes_Shape_label_tag);
    assert_string_equal(shape.kind.label, "hi");
    assert_int_equal(shape.list_count, 3);
    assert_int_equal(shape.list[2], 3);
    assert_int_equal(shape.point.x, 4);
    assert_int_equal(shape.point.y, 5);
    assert_false(shape.has_name || shape.has_raw);
}

static void h079_every_place_may_be_filled_to_its_end(void **state)
{
    static const char bytes[] = "\x08\x01\x12\x08"
                                "12345678\x1a\x04"
                                "abcd\x22\x03\x01\x02\x03\x62\x04"
                                "1234\x62\x04"
                                "5678";
    shapes_Shape shape;

    (void)state;
    assert_int_equal(get(1, bytes, sizeof(bytes) - 1, &shape, NULL), EYELET_OK);
    assert_string_equal(shape.name, "12345678");
    assert_int_equal(shape.raw.size, 4);
    assert_int_equal(shape.list_count, 3);
    assert_string_equal(shape.names[1], "5678");
}

static void h072_a_message_of_a_stream_is_looked_at_as_strictly(void **state)
{
    struct shapes_shapes_watch_stream *watch = NULL;
    const shapes_Ask ask = { .has_what = true, .what = "all" };
    struct eyelet_error error;
    shapes_Shape shape;

    (void)state;
    assert_int_equal(shapes_shapes_watch_open(caller.client, NULL, &ask, &watch, NULL), EYELET_OK);
    caller_say_frame(WIRE_DATA, 0, 1, "\x08\x01", 2);
    caller_say_frame(WIRE_DATA, 0, 1,
                     "\x08\x02\x12\x03"
                     "a\0b",
                     7);
    assert_int_equal(shapes_shapes_watch_recv(watch, &shape, &error), EYELET_GOT_MESSAGE);
    assert_int_equal(shapes_shapes_watch_recv(watch, &shape, &error), EYELET_GOT_ERROR);
    assert_int_equal(error.status, EYELET_INTERNAL);
    shapes_shapes_watch_close(watch);
    caller_assert_usable(3);
}

static void h070_a_reply_of_nothing_but_small_fields_is_decoded_in_its_place(void **state)
{
    uint8_t bytes[16000];
    shapes_Shape shape;

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i += 2) /* the same field, over and over */
        memcpy(bytes + i, "\x08\x05", 2);
    assert_int_equal(get(1, bytes, sizeof(bytes), &shape, NULL), EYELET_OK);
    assert_int_equal(shape.id, 5);
    for (size_t i = 0; i < sizeof(bytes); i += 4) /* a message merged with itself */
        memcpy(bytes + i, i == 0 ? "\x08\x05\x30\x00" : "\x2a\x02\x08\x01", 4);
    assert_int_equal(get(3, bytes, sizeof(bytes), &shape, NULL), EYELET_OK);
    assert_int_equal(shape.point.x, 1);
}

/* --- streams ------------------------------------------------------------------------------------------------------ */

static void h088_bytes_of_a_frame_that_has_no_data_are_ignored(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);

    (void)state;
    caller_say_frame(WIRE_DATA, WIRE_NO_DATA, 1, "\x0a\x01x", 3);
    caller_say_data(1, "real");
    caller_say_frame(WIRE_DATA, ENDS, 1, "\x0a\x01x", 3);
    caller_chat_text(chat, "real");
    caller_chat_end(chat);
    assert_int_equal(caller_counters().protocol_errors, 2);
    demo_echo_chat_close(chat);
}

static void h092_h094_answers_to_nobody_are_dropped(void **state)
{
    (void)state;
    caller_say_reply(1, "first");
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    caller_say_reply(1, "again");
    caller_say_reply(5, "to a call that is not made yet");
    caller_say_reply(2, "to an id that is never ours");
    caller_say_reply(0, "to nobody");
    caller_assert_usable(3);
    caller_assert_usable(5);
}

static void h093_data_on_a_unary_call_fails_it_and_a_second_response_is_dropped(void **state)
{
    (void)state;
    caller_say_frame(WIRE_DATA, 0, 1, "abc", 3);
    caller_say_reply(1, "too late");
    fails_alone(EYELET_INTERNAL, "stream data", 3);
    caller_say_reply(5, "one");
    caller_say_reply(5, "two");
    caller_say_frame(WIRE_DATA, ENDS, 5, NULL, 0);
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    caller_assert_usable(7);
}

static void h095_one_full_stream_does_not_hold_up_a_call_longer_than_a_second(void **state)
{
    struct demo_echo_chat_stream *full;
    struct wire wire = { 0 };
    char long_text[1001] = { 0 }, text[32];

    (void)state;
    caller_open(&small);
    faults_fake_clock(CALLER_NOW_NS);
    full = caller_chat(0);
    memset(long_text, 'l', 1000);
    for (unsigned i = 0; i < 40; i++)
        caller_put_data(&wire, 1, long_text);
    caller_put_reply(&wire, 3, "behind the flood");
    caller_say(&wire);
    assert_int_equal(caller_call(0, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "behind the flood");
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS + 1000 * MS);
    caller_chat_failed(full, EYELET_RESOURCE_EXHAUSTED, "no room for another");
    demo_echo_chat_close(full);
}

static void h115_large_answers_to_every_call_and_to_none_pass_through_one_buffer(void **state)
{
    struct wire wire = { 0 };

    (void)state;
    caller_open(&small);
    caller_say_reply(1, "first");
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    for (uint32_t i = 0; i < 30; i++) {
        wire_frame_head(&wire, WIRE_RESPONSE, 0, 1, 4096); /* late ones, again and again */
        wire_fill(&wire, 0x12, 4096);
    }
    caller_put_reply(&wire, 3, "mine");
    caller_say(&wire);
    faults_reset();
    assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
    assert_int_equal(faults_count(FAULT_ALLOC), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h003_a_paused_machine_is_given_up_in_time),
        TEST(h008_an_end_inside_of_a_frame_says_how_far_it_came),
        TEST(h009_h011_an_end_between_frames_is_noticed_once),
        TEST(h010_a_reset_ends_the_connection),
        TEST(h014_h015_every_split_gives_the_same),
        TEST(h032_a_response_of_length_0_is_an_empty_reply),
        TEST(h033_a_frame_of_exactly_the_limit_is_taken),
        TEST(h035_a_reply_over_the_limit_fails_that_call_only),
        TEST(h036_h049_what_is_no_frame_ends_the_connection_at_its_first_byte),
        TEST(h037_a_head_that_stalls_ends_the_connection_after_5_s),
        TEST(h038_data_that_stalls_ends_the_connection),
        TEST(h038_the_loop_is_told_when_a_frame_must_be_there),
        TEST(who_was_away_does_not_blame_the_peer),
        TEST(h040_h041_h043_frames_of_the_future_and_requests_are_passed_over),
        TEST(h048_h050_a_peer_with_too_many_errors_is_left),
        TEST(h050_h097_a_flood_of_late_answers_does_not_outlast_the_deadline),
        TEST(h050_a_flood_of_late_answers_ends_the_connection_and_the_call),
        TEST(h123_a_peer_that_never_pauses_does_not_keep_a_request_from_leaving),
        TEST(h051_h052_a_response_that_cannot_be_decoded_fails_that_call_only),
        TEST(h055_h056_the_last_of_a_field_wins_and_unknown_ones_are_skipped),
        TEST(h063_a_code_that_is_none_is_unknown_and_0_is_ok),
        TEST(h064_a_long_status_message_is_cut_and_escaped),
        TEST(h064_details_beyond_the_room_are_dropped_whole),
        TEST(h066_a_status_wins_over_a_payload),
        TEST(h065_h071_to_h079_a_payload_that_makes_no_sense_fails_that_call_only),
        TEST(h073_h074_h077_what_is_odd_but_means_something_is_kept),
        TEST(h079_every_place_may_be_filled_to_its_end),
        TEST(h072_a_message_of_a_stream_is_looked_at_as_strictly),
        TEST(h070_a_reply_of_nothing_but_small_fields_is_decoded_in_its_place),
        TEST(h088_bytes_of_a_frame_that_has_no_data_are_ignored),
        TEST(h092_h094_answers_to_nobody_are_dropped),
        TEST(h093_data_on_a_unary_call_fails_it_and_a_second_response_is_dropped),
        TEST(h095_one_full_stream_does_not_hold_up_a_call_longer_than_a_second),
        TEST(h115_large_answers_to_every_call_and_to_none_pass_through_one_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
