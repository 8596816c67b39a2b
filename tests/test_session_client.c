/*
 * The client's end of a connection: every row of WIRE's tables for unary calls, and HOSTILE's numbers, as bytes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/bytes.h"
#include "support/script.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

#define REQUEST  1
#define RESPONSE 2
#define DATA     3

/* Envelopes by hand: a tag, a length, the bytes. */
/* clang-format off */
#define HI "\x12\x02" "hi"
#define NOT_FOUND "\x0a\x08\x08\x05\x12\x04" "none"

#define ANSWER(number, envelope) { .type = RESPONSE, .id = (number), BYTES(envelope) }
/* clang-format on */

static const struct script scripts[] = {
    /* --- WIRE, "Frame" --- */
    { .name = "h015_replies_come_in_any_order_and_in_one_packet",
      .n_calls = 3,
      .frames = { ANSWER(5, HI), ANSWER(1, NOT_FOUND), ANSWER(3, "") },
      .story = "reply #2 0 \"hi\"; reply #0 5 \"none\"; reply #1 0 \"\"" },
    { .name = "h032_a_response_of_length_0_is_ok_and_empty",
      .n_calls = 2,
      .frames = { ANSWER(1, "") },
      .story = "reply #0 0 \"\"",
      .live = 1 },
    { .name = "h035_a_response_over_the_limit_fails_its_call_alone",
      .n_calls = 2,
      .frames = { { RESPONSE, 0, 1, NULL, 0, SCRIPT_FRAME_MAX + 1 }, ANSWER(3, HI) },
      .story = "failed #0 RESOURCE_EXHAUSTED; reply #1 0 \"hi\"" },
    { .name = "h035_a_late_response_over_the_limit_is_skipped",
      .n_calls = 1,
      .frames = { ANSWER(1, HI), { RESPONSE, 0, 1, NULL, 0, SCRIPT_FRAME_MAX + 1 } },
      .story = "reply #0 0 \"hi\"",
      .late = 1 },
    { .name = "h036_a_first_byte_of_1_is_no_frame",
      .n_calls = 2,
      .frames = { ANSWER(1, HI) },
      .raw = "\x01\0\0\0\0\0\0\x03\x02\0",
      .raw_len = 10,
      .story = "reply #0 0 \"hi\"; broken INTERNAL",
      .live = 1 },
    { .name = "h040_unknown_types_never_fail_a_call",
      .n_calls = 1,
      .frames = { { 0, 0, 1, BYTES("abc"), 0 },
                  { 4, 255, 1, BYTES("abc"), 0 },
                  { 255, 0, 0, NULL, 0, 0 },
                  { 4, 0, 1, NULL, 0, SCRIPT_FRAME_MAX + 1 },
                  ANSWER(1, HI) },
      .story = "reply #0 0 \"hi\"",
      .errors = 4 },
    { .name = "h041_flags_of_a_response_are_ignored",
      .n_calls = 2,
      .frames = { { RESPONSE, 0xf8, 1, BYTES(HI), 0 }, { RESPONSE, 0x03, 3, BYTES(HI), 0 } },
      .story = "reply #0 0 \"hi\"; reply #1 0 \"hi\"" },
    { .name = "h043_a_request_is_counted_and_ignored",
      .n_calls = 1,
      .frames = { { REQUEST, 0, 1, BYTES("abc"), 0 }, { REQUEST, 0, 2, NULL, 0, 0 }, ANSWER(1, HI) },
      .story = "reply #0 0 \"hi\"",
      .errors = 2 },
    { .name = "h044_id_0_and_even_ids_are_dropped_and_counted",
      .n_calls = 1,
      .frames = { ANSWER(0, HI),
                  ANSWER(2, HI),
                  { DATA, 0, 0, NULL, 0, 0 },
                  { DATA, 0, 4, BYTES("abc"), 0 },
                  ANSWER(1, HI) },
      .story = "reply #0 0 \"hi\"",
      .errors = 4 },
    { .name = "h049_an_http_answer_is_no_frame",
      .n_calls = 1,
      .raw = "HTTP/1.1 400 Bad Request\r\n\r\n",
      .raw_len = 28,
      .story = "broken INTERNAL",
      .live = 1 },

    /* --- WIRE, "Envelope" --- */
    { .name = "h052_what_is_no_protobuf_fails_its_call",
      .n_calls = 8,
      .frames = { ANSWER(1, "\x12"),
                  ANSWER(3, "\x12\x03"
                            "hi"),
                  ANSWER(5, "\x00\x01"), ANSWER(7, "\x0b"), ANSWER(9, "\x0a\x02\x08"), ANSWER(11, "\x0a\x02\x12\x05"),
                  ANSWER(13, HI "\x80"), ANSWER(15, HI) },
      .story = "failed #0 INTERNAL; failed #1 INTERNAL; failed #2 INTERNAL; failed #3 INTERNAL; failed #4 INTERNAL; "
               "failed #5 INTERNAL; failed #6 INTERNAL; reply #7 0 \"hi\"" },
    { .name = "h052_a_known_field_of_another_wire_type_fails_its_call",
      .n_calls = 5,
      .frames = { ANSWER(1, "\x08\x01"), ANSWER(3, "\x10\x01"), ANSWER(5, "\x0a\x02\x0a\x00"),
                  ANSWER(7, "\x0a\x02\x10\x01"), ANSWER(9, HI) },
      .story = "failed #0 INTERNAL; failed #1 INTERNAL; failed #2 INTERNAL; failed #3 INTERNAL; reply #4 0 \"hi\"" },
    { .name = "h055_of_a_field_sent_twice_the_last_one_wins",
      .n_calls = 2,
      .frames = { ANSWER(1, "\x12\x01"
                            "x" HI),
                  ANSWER(3, "\x0a\x04\x08\x05\x08\x07") },
      .story = "reply #0 0 \"hi\"; reply #1 7 \"\"" },
    { .name = "h056_unknown_fields_are_skipped",
      .n_calls = 2,
      .frames = { ANSWER(1, "\x18\x07\x21"
                            "8bytes.." HI "\x2a\x02"
                            "zz"
                            "\x35"
                            "4byt"),
                  ANSWER(3, "\x0a\x06\x08\x05\x20\x01\x2a\x00") },
      .story = "reply #0 0 \"hi\"; reply #1 5 \"\"" },
    { .name = "h057_a_payload_absent_or_empty_is_an_empty_message",
      .n_calls = 2,
      .frames = { ANSWER(1, "\x12\x00"), ANSWER(3, "\x0a\x00") },
      .story = "reply #0 0 \"\"; reply #1 0 \"\"" },
    { .name = "h063_a_code_is_handed_out_as_it_came",
      .n_calls = 4,
      .frames = { ANSWER(1, "\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), ANSWER(3, "\x0a\x02\x08\x11"),
                  ANSWER(5, "\x0a\x06\x08\x00\x12\x02"
                            "ok" HI),
                  ANSWER(7, "\x0a\x06\x08\xff\xff\xff\xff\x07") },
      .story = "reply #0 -1 \"\"; reply #1 17 \"\"; reply #2 0 \"hi\"; reply #3 2147483647 \"\"" },
    { .name = "h064_a_message_of_a_status_may_be_any_bytes",
      .n_calls = 1,
      .frames = { ANSWER(1, "\x0a\x08\x08\x02\x12\x04"
                            "\x1b[\xff\0") },
      .story = "reply #0 2 \"\\x1b[\\xff\\x00\"" },
    { .name = "h066_an_error_status_is_told_with_its_payload_unread",
      .n_calls = 2,
      .frames = { ANSWER(1, NOT_FOUND HI), ANSWER(3, HI NOT_FOUND) },
      .story = "reply #0 5 \"none\"; reply #1 5 \"none\"" },

    /* --- WIRE, "Streams" --- */
    { .name = "h088_no_data_with_a_payload_is_an_empty_message",
      .n_calls = 3,
      .frames = { { RESPONSE, 4, 1, BYTES(HI), 0 },
                  { RESPONSE, 4, 3, NULL, 0, 0 },
                  { RESPONSE, 4, 5, BYTES(NOT_FOUND), 0 } },
      .story = "reply #0 0 \"\"; reply #1 0 \"\"; reply #2 5 \"none\"",
      .errors = 1 },
    { .name = "h092_a_response_for_an_id_never_given_out_is_an_error",
      .n_calls = 1,
      .frames = { ANSWER(3, HI), ANSWER(0xffffffff, HI), { DATA, 5, 5, NULL, 0, 0 }, ANSWER(1, HI) },
      .story = "reply #0 0 \"hi\"",
      .errors = 3 },
    { .name = "h093_a_second_response_is_dropped_as_late",
      .n_calls = 2,
      .frames = { ANSWER(1, HI), ANSWER(1, NOT_FOUND), ANSWER(1, "\x12"), { DATA, 0, 1, BYTES("abc"), 0 } },
      .story = "reply #0 0 \"hi\"",
      .late = 3,
      .live = 1 },
    { .name = "h093_data_on_a_unary_call_fails_it",
      .n_calls = 3,
      .frames = { { DATA, 0, 1, BYTES("abc"), 0 }, ANSWER(1, HI), { DATA, 5, 3, NULL, 0, 0 }, ANSWER(5, HI) },
      .story = "failed #0 INTERNAL; failed #1 INTERNAL; reply #2 0 \"hi\"",
      .late = 1 },
    { .name = "h093_data_over_the_limit_on_a_unary_call_fails_it",
      .n_calls = 2,
      .frames = { { DATA, 0, 1, NULL, 0, SCRIPT_FRAME_MAX + 1 }, ANSWER(3, HI) },
      .story = "failed #0 INTERNAL; reply #1 0 \"hi\"" },
    { .name = "h094_a_response_goes_to_the_owner_of_its_id_and_only_once",
      .n_calls = 4,
      .frames = { ANSWER(7, HI), ANSWER(3, HI), ANSWER(7, HI), ANSWER(9, HI) },
      .story = "reply #3 0 \"hi\"; reply #1 0 \"hi\"",
      .errors = 1,
      .late = 1,
      .live = 2 },
};

static void h094_nothing_is_answered_before_the_first_call(void **state)
{
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    listener_init(&listener, EYELET_SESSION_CLIENT, NULL, 0);
    wire_response(&wire, 1, &(struct wire_response){ .payload = { (const uint8_t *)"hi", 2 } });
    listener_note(&listener, wire_slice(&wire));
    assert_string_equal(listener.story, "");
    assert_int_equal(listener.session.counters.protocol_errors, 1);

    assert_int_equal(listener_call(&listener, 0), 1); /* and what came before does not answer it */
    listener_note(&listener, wire_slice(&wire));
    assert_string_equal(listener.story, "reply #0 0 \"hi\"");
    listener_clear(&listener);
    wire_clear(&wire);
}

/* --- calls that are given up -------------------------------------------------------------------------------------- */

static void h092_a_response_after_its_call_is_given_up_is_dropped_as_late(void **state)
{
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    listener_init(&listener, EYELET_SESSION_CLIENT, NULL, 2);
    assert_true(eyelet_session_finish(&listener.session, 1));
    assert_false(eyelet_session_finish(&listener.session, 1));
    wire_response(&wire, 1, &(struct wire_response){ .code = 4, .message = "late" });
    wire_response(&wire, 3, &(struct wire_response){ .payload = { (const uint8_t *)"hi", 2 } });
    listener_note(&listener, wire_slice(&wire));
    assert_string_equal(listener.story, "reply #1 0 \"hi\"");
    assert_int_equal(listener.session.counters.late_frames, 1);
    assert_int_equal(listener.session.counters.protocol_errors, 0);
    listener_clear(&listener);
    wire_clear(&wire);
}

/* A call is given up when @cut bytes of its reply are there; another one's reply follows. */
static void give_up_at(const struct wire *wire, size_t cut, size_t reply_len)
{
    struct listener listener;

    listener_init(&listener, EYELET_SESSION_CLIENT, NULL, 2);
    listener_note(&listener, (struct eyelet_slice){ wire->bytes, cut });
    assert_int_equal(eyelet_session_finish(&listener.session, 1), cut < reply_len);
    if (cut >= WIRE_HEAD_LEN && cut < reply_len)
        assert_true(eyelet_session_read_deadline(&listener.session) != EYELET_SESSION_NO_DEADLINE);
    listener_note(&listener, (struct eyelet_slice){ wire->bytes + cut, wire->len - cut });
    if (cut < reply_len)
        assert_string_equal(listener.story, "reply #1 0 \"second\"");
    else
        assert_string_equal(listener.story, "reply #0 0 \"first\"; reply #1 0 \"second\"");
    assert_int_equal(listener.taken, listener.held.len);
    assert_int_equal(listener.session.n_live, 0);
    assert_true(eyelet_session_read_deadline(&listener.session) == EYELET_SESSION_NO_DEADLINE);
    listener_clear(&listener);
}

static void a_reply_that_is_half_there_when_its_call_is_given_up_passes_by(void **state)
{
    struct wire wire = { 0 };
    size_t reply_len;

    (void)state;
    wire_response(&wire, 1, &(struct wire_response){ .payload = { (const uint8_t *)"first", 5 } });
    reply_len = wire.len;
    wire_response(&wire, 3, &(struct wire_response){ .payload = { (const uint8_t *)"second", 6 } });
    for (size_t cut = 0; cut <= wire.len - 1; cut++)
        give_up_at(&wire, cut, reply_len);
    wire_clear(&wire);
}

static void giving_up_one_call_leaves_the_half_reply_of_another(void **state)
{
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    listener_init(&listener, EYELET_SESSION_CLIENT, NULL, 2);
    wire_response(&wire, 1, &(struct wire_response){ .payload = { (const uint8_t *)"first", 5 } });
    listener_note(&listener, (struct eyelet_slice){ wire.bytes, 12 });
    assert_true(eyelet_session_finish(&listener.session, 3));
    listener_note(&listener, (struct eyelet_slice){ wire.bytes + 12, wire.len - 12 });
    assert_string_equal(listener.story, "reply #0 0 \"first\"");
    listener_clear(&listener);
    wire_clear(&wire);
}

/* --- what a reply means ------------------------------------------------------------------------------------------- */

/* The status of a Response, and its error. */
static enum eyelet_status meaning_of(struct wire *envelope, struct eyelet_error *ret)
{
    struct eyelet_session_event event;
    struct eyelet_session_limits limits = script_limits;
    struct listener listener;
    struct wire wire = { 0 };
    enum eyelet_status status;

    limits.frame_max = 0;
    wire_frame_of(&wire, WIRE_RESPONSE, 0, 1, envelope);
    listener_init(&listener, EYELET_SESSION_CLIENT, &limits, 1);
    listener_hear(&listener, wire_slice(&wire));
    assert_int_equal(listener_next(&listener, &event), EYELET_SESSION_REPLY);
    assert_ptr_equal(event.owner, &listener.calls[0]);
    status = eyelet_response_status(&event.response, ret);
    listener_clear(&listener);
    wire_clear(&wire);
    return status;
}

static void h063_a_code_that_is_none_is_unknown_with_its_number_in_the_text(void **state)
{
    static const int32_t codes[] = { -1, 17, INT32_MIN, INT32_MAX };

    (void)state;
    for (size_t i = 0; i < N_OF(codes); i++) {
        struct wire envelope = { 0 };
        struct eyelet_error error;
        char number[32];

        snprintf(number, sizeof(number), "%d", codes[i]);
        wire_response_envelope(&envelope, &(struct wire_response){ .code = codes[i], .message = "why" });
        assert_int_equal(meaning_of(&envelope, &error), EYELET_UNKNOWN);
        assert_int_equal(error.status, EYELET_UNKNOWN);
        assert_true(error.is_remote);
        assert_non_null(strstr(error.text, number));
        assert_non_null(strstr(error.text, "why"));
    }
}

static void h064_a_message_of_4_mib_is_kept_to_1_kib_and_escaped(void **state)
{
    const uint32_t len = (4u << 20) - 32;
    struct wire envelope = { 0 }, status = { 0 };
    struct eyelet_error error;

    (void)state;
    wire_field_number(&status, 1, 3);
    wire_varint(&status, 2 << 3 | 2);
    wire_varint(&status, len);
    wire_fill(&status, '\n', len);
    wire_field_bytes(&envelope, 1, status.bytes, status.len);
    wire_clear(&status);
    assert_int_equal(meaning_of(&envelope, &error), EYELET_INVALID_ARGUMENT);
    assert_true(strlen(error.text) <= EYELET_ERROR_TEXT_MAX);
    assert_memory_equal(error.text, "\\x0a\\x0a", 8);
    assert_null(strchr(error.text, '\n'));
}

static void h065_a_payload_is_handed_out_undecoded_where_it_lies(void **state)
{
    struct eyelet_session_event event;
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    wire_response(&wire, 1, &(struct wire_response){ .payload = { (const uint8_t *)"\xff\xff\xff", 3 } });
    listener_init(&listener, EYELET_SESSION_CLIENT, NULL, 1);
    listener_hear(&listener, wire_slice(&wire));
    assert_int_equal(listener_next(&listener, &event), EYELET_SESSION_REPLY);
    assert_int_equal(event.response.payload.len, 3);
    assert_ptr_equal(event.response.payload.data, listener.held.bytes + listener.held.len - 3);
    listener_clear(&listener);
    wire_clear(&wire);
}

/* --- bytes out ---------------------------------------------------------------------------------------------------- */

/* Starts @request and compares what is written, the payload apart, with @wire, which is cleared. */
static void check_started(struct listener *listener, const struct eyelet_outgoing_request *request, struct wire *wire)
{
    uint8_t *room;
    size_t len;

    assert_int_equal(eyelet_session_measure_request(&listener->session, request, &len), 0);
    assert_int_equal(len + request->payload_len, wire->len);
    room = malloc(len);
    assert_non_null(room);
    eyelet_session_start_request(&listener->session, request, EYELET_UNARY, &listener->calls[0], room, len);
    assert_memory_equal(room, wire->bytes, len);
    free(room);
    wire_clear(wire);
}

static void a_request_by_hand(void **state)
{
    /* clang-format off */
    static const char expected[] = "\0\0\0\x1c\0\0\0\x01\x01\0"
        "\x0a\x09" "demo.Echo" "\x12\x03" "Say" "\x20\x80\x94\xeb\xdc\x03" "\x1a\x04"; /* 4 bytes are to follow */
    /* clang-format on */
    const struct eyelet_outgoing_request request = { .service = eyelet_slice_of("demo.Echo"),
                                                     .method = eyelet_slice_of("Say"),
                                                     .timeout_ns = 1000000000,
                                                     .payload_len = 4 };
    struct listener listener;
    uint8_t room[sizeof(expected) - 1];
    size_t len;

    (void)state;
    listener_init(&listener, EYELET_SESSION_CLIENT, NULL, 0);
    assert_int_equal(eyelet_session_measure_request(&listener.session, &request, &len), 0);
    assert_int_equal(len, sizeof(room));
    assert_int_equal(eyelet_session_start_request(&listener.session, &request, EYELET_UNARY, NULL, room, len), 1);
    assert_memory_equal(room, expected, sizeof(room));
    listener_clear(&listener);
}

static void a_request_is_as_long_as_measured_at_every_border_of_a_length(void **state)
{
    static const size_t lens[] = { 0, 1, 127, 128, 16383, 16384, 2097151, 2097152, (4u << 20) - 64 };
    struct eyelet_session_limits limits = script_limits;

    (void)state;
    limits.frame_max = 0;
    for (size_t i = 0; i < N_OF(lens); i++) {
        const struct wire_pair pair = { "trace", "Value" };
        const struct eyelet_metadata metadata = { "TRACE", "Value" };
        const struct eyelet_outgoing_request request = { .service = eyelet_slice_of("demo.Echo"),
                                                         .method = eyelet_slice_of("Say"),
                                                         .metadata = &metadata,
                                                         .n_metadata = 1,
                                                         .payload_len = lens[i],
                                                         .timeout_ns = INT64_MAX };
        struct wire_request told = {
            .service = "demo.Echo", .method = "Say", .metadata = &pair, .n_metadata = 1, .timeout_ns = INT64_MAX
        };
        struct listener listener;
        struct wire payload = { 0 }, wire = { 0 };

        wire_fill(&payload, 'p', lens[i]);
        told.payload = wire_slice(&payload); /* absent when it is empty */
        wire_request(&wire, 1, &told);
        listener_init(&listener, EYELET_SESSION_CLIENT, &limits, 0);
        check_started(&listener, &request, &wire);
        listener_clear(&listener);
        wire_clear(&payload);
    }
}

static void a_request_of_exactly_the_limit_fits_and_one_byte_more_uses_no_id(void **state)
{
    static const uint32_t limits[] = { 4096, 0, (16u << 20) - 1 };

    (void)state;
    for (size_t i = 0; i < N_OF(limits); i++) {
        uint32_t max = limits[i] > 0 ? limits[i] : 4u << 20;
        struct eyelet_outgoing_request request = { .service = eyelet_slice_of("demo.Echo"),
                                                   .method = eyelet_slice_of("Say"),
                                                   .timeout_ns = 1 };
        struct eyelet_session_limits with_max = script_limits;
        struct listener listener;
        size_t len = 12345;

        with_max.frame_max = limits[i];
        listener_init(&listener, EYELET_SESSION_CLIENT, &with_max, 0);
        request.payload_len = max - 16 - 2 - 1 - (max < 1u << 14 ? 2 : 4) + 1; /* names, timeout, tag, length */
        assert_int_equal(eyelet_session_measure_request(&listener.session, &request, &len), -EMSGSIZE);
        request.payload_len--;
        assert_int_equal(eyelet_session_measure_request(&listener.session, &request, &len), 0);
        assert_int_equal(len - WIRE_HEAD_LEN + request.payload_len, max);

        request.payload_len = SIZE_MAX;
        assert_int_equal(eyelet_session_measure_request(&listener.session, &request, &len), -EMSGSIZE);
        assert_int_equal(listener.session.n_live, 0);
        assert_int_equal(listener_call(&listener, 0), 1);
        listener_clear(&listener);
    }
}

static void too_many_calls_alive_use_no_id(void **state)
{
    const struct eyelet_outgoing_request request = { .service = eyelet_slice_of("demo.Echo"),
                                                     .method = eyelet_slice_of("Say"),
                                                     .timeout_ns = 1 };
    struct listener listener;
    size_t len = 12345;

    (void)state;
    listener_init(&listener, EYELET_SESSION_CLIENT, NULL, SCRIPT_SLOTS);
    assert_int_equal(eyelet_session_measure_request(&listener.session, &request, &len), -ENOSPC);
    assert_int_equal(len, 12345);
    assert_true(eyelet_session_finish(&listener.session, 7));
    assert_int_equal(listener_call(&listener, 3), 2 * SCRIPT_SLOTS + 1);
    assert_int_equal(eyelet_session_measure_request(&listener.session, &request, &len), -ENOSPC);
    listener_clear(&listener);
}

static void h047_ids_end_before_they_wrap(void **state)
{
    const struct eyelet_outgoing_request request = { .service = eyelet_slice_of("demo.Echo"),
                                                     .method = eyelet_slice_of("Say"),
                                                     .timeout_ns = 1 };
    struct listener listener;
    struct wire wire = { 0 };
    size_t len = 12345;

    (void)state;
    listener_init(&listener, EYELET_SESSION_CLIENT, NULL, 0);
    listener.session.last_id = 0xfffffffb; /* as after 2^31 - 2 calls */
    assert_int_equal(listener_call(&listener, 0), 0xfffffffd);
    assert_int_equal(listener_call(&listener, 1), 0xffffffff);
    assert_int_equal(eyelet_session_measure_request(&listener.session, &request, &len), -EOVERFLOW);
    assert_int_equal(len, 12345);

    wire_response(&wire, 0xffffffff, &(struct wire_response){ .payload = { (const uint8_t *)"hi", 2 } });
    wire_response(&wire, 0xfffffffd, &(struct wire_response){ .code = 5, .message = "none" });
    listener_note(&listener, wire_slice(&wire));
    assert_string_equal(listener.story, "reply #1 0 \"hi\"; reply #0 5 \"none\"");
    assert_int_equal(eyelet_session_measure_request(&listener.session, &request, &len), -EOVERFLOW);
    listener_clear(&listener);
    wire_clear(&wire);
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

static void check_end_at(struct eyelet_slice bytes, size_t cut, const char *expected)
{
    struct listener listener;
    struct eyelet_error error;

    listener_init(&listener, EYELET_SESSION_CLIENT, NULL, 1);
    listener_note(&listener, eyelet_slice_part(bytes, 0, cut));
    eyelet_session_describe_end(&listener.session, listener.held.len - listener.taken, &error);
    assert_int_equal(error.status, EYELET_UNAVAILABLE);
    assert_string_equal(error.text, expected);
    listener_clear(&listener);
}

static void h008_the_end_inside_a_frame_says_how_much_of_it_came(void **state)
{
    struct wire wanted = { 0 }, skipped = { 0 };

    (void)state;
    wire_response(&wanted, 1, &(struct wire_response){ .payload = { (const uint8_t *)"hello", 5 } });
    wire_response(&skipped, 9, &(struct wire_response){ .payload = { (const uint8_t *)"hello", 5 } });
    for (size_t cut = 0; cut <= wanted.len; cut++) {
        char expected[64] = "connection lost (the peer closed it)";

        if (cut > 0 && cut < WIRE_HEAD_LEN)
            snprintf(expected, sizeof(expected), "connection lost (%zu of 10 bytes of a head)", cut);
        else if (cut >= WIRE_HEAD_LEN && cut < wanted.len)
            snprintf(expected, sizeof(expected), "connection lost (%zu of 7 bytes)", cut - WIRE_HEAD_LEN);
        check_end_at(wire_slice(&wanted), cut, expected);
        check_end_at(wire_slice(&skipped), cut, expected);
    }
    wire_clear(&wanted);
    wire_clear(&skipped);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(h094_nothing_is_answered_before_the_first_call),
        cmocka_unit_test(h092_a_response_after_its_call_is_given_up_is_dropped_as_late),
        cmocka_unit_test(a_reply_that_is_half_there_when_its_call_is_given_up_passes_by),
        cmocka_unit_test(giving_up_one_call_leaves_the_half_reply_of_another),
        cmocka_unit_test(h063_a_code_that_is_none_is_unknown_with_its_number_in_the_text),
        cmocka_unit_test(h064_a_message_of_4_mib_is_kept_to_1_kib_and_escaped),
        cmocka_unit_test(h065_a_payload_is_handed_out_undecoded_where_it_lies),
        cmocka_unit_test(a_request_by_hand),
        cmocka_unit_test(a_request_is_as_long_as_measured_at_every_border_of_a_length),
        cmocka_unit_test(a_request_of_exactly_the_limit_fits_and_one_byte_more_uses_no_id),
        cmocka_unit_test(too_many_calls_alive_use_no_id),
        cmocka_unit_test(h047_ids_end_before_they_wrap),
        cmocka_unit_test(h008_the_end_inside_a_frame_says_how_much_of_it_came),
    };
    struct CMUnitTest tests[N_OF(scripts) + N_OF(others)];

    script_tests(scripts, N_OF(scripts), EYELET_SESSION_CLIENT, tests);
    memcpy(tests + N_OF(scripts), others, sizeof(others));
    return cmocka_run_group_tests_name("session, client", tests, NULL, NULL);
}
