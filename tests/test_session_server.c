/*
 * The server's end of a connection: every row of WIRE's tables for unary calls, and HOSTILE's numbers, as bytes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/bytes.h"
#include "core/error.h"
#include "support/script.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

#define REQUEST  1
#define RESPONSE 2
#define DATA     3

/* Envelopes by hand: a tag, a length, the bytes. */
/* clang-format off */
#define SERVICE "\x0a\x09" "demo.Echo"
#define SAY SERVICE "\x12\x03" "Say"
#define NOW SERVICE "\x12\x03" "Now"
#define SAY_HI SAY "\x1a\x02" "hi"

/* A request whose timeout_nano is the ten bytes of -1. */
#define SAY_LATE SAY "\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"

#define GOOD(number) { .type = REQUEST, .id = (number), BYTES(SAY_HI) }
#define GOOD_AT_ONCE(number) { .type = REQUEST, .id = (number), BYTES(NOW) }
#define BAD(number, envelope) { .type = REQUEST, .id = (number), BYTES(envelope) }
/* clang-format on */

static const struct script scripts[] = {
    /* --- WIRE, "Frame" --- */
    { .name = "a_request_is_a_call", .frames = { GOOD(1) }, .story = "call 1 demo.Echo/Say \"hi\"", .live = 1 },
    { .name = "ids_may_leave_gaps",
      .frames = { GOOD(3), GOOD(1001) },
      .story = "call 3 demo.Echo/Say \"hi\"; call 1001 demo.Echo/Say \"hi\"",
      .live = 2 },
    { .name = "h015_frames_of_one_packet_are_all_processed_in_order",
      .frames = { GOOD(1),
                  { 9, 0, 3, BYTES("?"), 0 },
                  GOOD(3),
                  GOOD_AT_ONCE(5),
                  { DATA, 4, 5, NULL, 0, 0 },
                  BAD(7, ""),
                  GOOD(9) },
      .story = "call 1 demo.Echo/Say \"hi\"; call 3 demo.Echo/Say \"hi\"; call 5 demo.Echo/Now \"\"; "
               "refuse 7 INVALID_ARGUMENT; call 9 demo.Echo/Say \"hi\"",
      .errors = 2,
      .late = 1,
      .live = 3 },
    { .name = "h032_a_request_of_length_0_is_a_frame_without_names",
      .frames = { BAD(1, ""), GOOD(3) },
      .story = "refuse 1 INVALID_ARGUMENT; call 3 demo.Echo/Say \"hi\"",
      .errors = 1,
      .live = 1 },
    { .name = "h034_a_request_over_the_limit_is_skipped_and_refused",
      .frames = { { REQUEST, 0, 1, BYTES(SAY_HI), SCRIPT_FRAME_MAX + 1 - sizeof(SAY_HI) + 1 }, GOOD(3) },
      .story = "refuse 1 RESOURCE_EXHAUSTED; call 3 demo.Echo/Say \"hi\"",
      .live = 1 },
    { .name = "h034_a_bad_id_counts_more_than_a_bad_length",
      .frames = { { REQUEST, 0, 2, NULL, 0, SCRIPT_FRAME_MAX + 1 }, GOOD(3) },
      .story = "refuse 2 INVALID_ARGUMENT; call 3 demo.Echo/Say \"hi\"",
      .errors = 1,
      .live = 1 },
    { .name = "h034_an_unknown_type_over_the_limit_is_skipped_in_silence",
      .frames = { { 200, 0, 1, NULL, 0, SCRIPT_FRAME_MAX + 1 }, GOOD(1) },
      .story = "call 1 demo.Echo/Say \"hi\"",
      .errors = 1,
      .live = 1 },
    { .name = "h034_data_over_the_limit_cancels_its_unary_call_with_3",
      .frames = { GOOD(1), { DATA, 0, 1, NULL, 0, SCRIPT_FRAME_MAX + 1 }, GOOD(3) },
      .story = "call 1 demo.Echo/Say \"hi\"; cancel 1 INVALID_ARGUMENT; call 3 demo.Echo/Say \"hi\"",
      .errors = 1,
      .live = 1 },
    { .name = "h036_a_first_byte_of_1_is_no_frame",
      .frames = { GOOD(1) },
      .raw = "\x01\0\0\0\0\0\0\x03\x01\0",
      .raw_len = 10,
      .story = "call 1 demo.Echo/Say \"hi\"; broken INTERNAL",
      .live = 1 },
    { .name = "h036_a_length_of_32_bits_is_no_frame",
      .raw = "\xff\xff\xff\xff\0\0\0\x01\x01\0",
      .raw_len = 10,
      .story = "broken INTERNAL" },
    { .name = "h040_unknown_types_are_skipped_and_counted",
      .frames = { { 0, 0, 1, BYTES("abc"), 0 },
                  { 4, 0, 1, BYTES("abc"), 0 },
                  { 255, 255, 0, BYTES("abc"), 0 },
                  { 77, 0, 1, NULL, 0, 0 },
                  GOOD(1) },
      .story = "call 1 demo.Echo/Say \"hi\"",
      .errors = 4,
      .live = 1 },
    { .name = "h040_an_unknown_type_does_not_touch_the_live_call_of_its_id",
      .frames = { GOOD(1), { 4, 1, 1, BYTES("abc"), 0 } },
      .story = "call 1 demo.Echo/Say \"hi\"",
      .errors = 1,
      .live = 1 },
    { .name = "h041_unknown_flag_bits_are_ignored",
      .frames = { { REQUEST, 0xf8, 1, BYTES(SAY_HI), 0 } },
      .story = "call 1 demo.Echo/Say \"hi\" flags 0xf8",
      .live = 1 },
    { .name = "h042_a_response_is_counted_and_ignored",
      .frames = { GOOD(1),
                  { RESPONSE, 0, 1,
                    BYTES("\x12\x01"
                          "x"),
                    0 },
                  { RESPONSE, 0, 9, NULL, 0, 0 } },
      .story = "call 1 demo.Echo/Say \"hi\"",
      .errors = 2,
      .live = 1 },
    { .name = "h044_id_0_and_even_ids_are_refused_on_that_id",
      .frames = { BAD(0, SAY_HI), BAD(2, SAY_HI), BAD(0xfffffffe, SAY_HI), GOOD(1) },
      .story = "refuse 0 INVALID_ARGUMENT; refuse 2 INVALID_ARGUMENT; refuse 4294967294 INVALID_ARGUMENT; "
               "call 1 demo.Echo/Say \"hi\"",
      .errors = 3,
      .live = 1 },
    { .name = "h045_an_id_used_again_is_refused_and_its_live_call_untouched",
      .frames = { GOOD(5), GOOD(5), GOOD(3), GOOD(7) },
      .story = "call 5 demo.Echo/Say \"hi\"; refuse 5 INVALID_ARGUMENT; refuse 3 INVALID_ARGUMENT; "
               "call 7 demo.Echo/Say \"hi\"",
      .errors = 2,
      .live = 2 },
    { .name = "h045_an_id_of_a_finished_call_is_not_used_again",
      .frames = { GOOD_AT_ONCE(1), GOOD(1) },
      .story = "call 1 demo.Echo/Now \"\"; refuse 1 INVALID_ARGUMENT",
      .errors = 1 },
    { .name = "h045_an_id_that_was_refused_is_used_up",
      .frames = { BAD(1, ""), GOOD(1), { REQUEST, 0, 3, NULL, 0, SCRIPT_FRAME_MAX + 1 }, GOOD(3), GOOD(5) },
      .story = "refuse 1 INVALID_ARGUMENT; refuse 1 INVALID_ARGUMENT; refuse 3 RESOURCE_EXHAUSTED; "
               "refuse 3 INVALID_ARGUMENT; call 5 demo.Echo/Say \"hi\"",
      .errors = 3,
      .live = 1 },
    { .name = "h046_the_last_id_is_accepted_once_and_nothing_after_it",
      .frames = { GOOD(0xffffffff), GOOD(0xffffffff), GOOD(1), BAD(0, SAY_HI) },
      .story = "call 4294967295 demo.Echo/Say \"hi\"; refuse 4294967295 INVALID_ARGUMENT; "
               "refuse 1 INVALID_ARGUMENT; refuse 0 INVALID_ARGUMENT",
      .errors = 3,
      .live = 1 },
    { .name = "h049_a_tls_hello_is_no_frame",
      .raw = "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
      .raw_len = 11,
      .story = "broken INTERNAL" },
    { .name = "h049_an_http_request_is_no_frame",
      .raw = "GET / HTTP/1.1\r\n\r\n",
      .raw_len = 18,
      .story = "broken INTERNAL" },

    /* --- WIRE, "Envelope" --- */
    { .name = "h051_what_is_no_protobuf_is_refused",
      .frames = { BAD(1, "\x0a"),
                  BAD(3, "\x0a\x02"
                         "x"),
                  BAD(5, "\x00\x01"), BAD(7, "\x33"), BAD(9, "\x34"), BAD(11, SAY "\x36"), BAD(13, SAY "\x37"),
                  BAD(15, SAY "\x80"), BAD(17, SAY "\x20\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), GOOD(19) },
      .story = "refuse 1 INVALID_ARGUMENT; refuse 3 INVALID_ARGUMENT; refuse 5 INVALID_ARGUMENT; "
               "refuse 7 INVALID_ARGUMENT; refuse 9 INVALID_ARGUMENT; refuse 11 INVALID_ARGUMENT; "
               "refuse 13 INVALID_ARGUMENT; refuse 15 INVALID_ARGUMENT; refuse 17 INVALID_ARGUMENT; "
               "call 19 demo.Echo/Say \"hi\"",
      .errors = 9,
      .live = 1 },
    { .name = "h051_a_known_field_of_another_wire_type_is_refused",
      .frames = { BAD(1, "\x08\x01"), BAD(3, SAY "\x18\x01"), BAD(5, SAY "\x22\x01\x01"), BAD(7, SAY "\x28\x01"),
                  BAD(9, SAY "\x2a\x02\x08\x01"), GOOD(11) },
      .story = "refuse 1 INVALID_ARGUMENT; refuse 3 INVALID_ARGUMENT; refuse 5 INVALID_ARGUMENT; "
               "refuse 7 INVALID_ARGUMENT; refuse 9 INVALID_ARGUMENT; call 11 demo.Echo/Say \"hi\"",
      .errors = 5,
      .live = 1 },
    { .name = "h053_a_name_that_is_missing_or_empty_is_refused",
      .frames = { BAD(1, "\x12\x03"
                         "Say"),
                  BAD(3, SERVICE),
                  BAD(5, "\x0a\x00\x12\x03"
                         "Say"),
                  BAD(7, SERVICE "\x12\x00"), GOOD(9) },
      .story = "refuse 1 INVALID_ARGUMENT; refuse 3 INVALID_ARGUMENT; refuse 5 INVALID_ARGUMENT; "
               "refuse 7 INVALID_ARGUMENT; call 9 demo.Echo/Say \"hi\"",
      .errors = 4,
      .live = 1 },
    { .name = "h053_a_name_with_nul_slash_or_broken_utf8_is_refused",
      .frames = { BAD(1, "\x0a\x03"
                         "a\0b"
                         "\x12\x03"
                         "Say"),
                  BAD(3, "\x0a\x03"
                         "a/b"
                         "\x12\x03"
                         "Say"),
                  BAD(5, "\x0a\x01\xff\x12\x03"
                         "Say"),
                  BAD(7, SERVICE "\x12\x04"
                                 "Say\0"),
                  BAD(9, SERVICE "\x12\x04"
                                 "/Say"),
                  BAD(11, SERVICE "\x12\x02\xc0\x80"), GOOD(13) },
      .story = "refuse 1 INVALID_ARGUMENT; refuse 3 INVALID_ARGUMENT; refuse 5 INVALID_ARGUMENT; "
               "refuse 7 INVALID_ARGUMENT; refuse 9 INVALID_ARGUMENT; refuse 11 INVALID_ARGUMENT; "
               "call 13 demo.Echo/Say \"hi\"",
      .errors = 6,
      .live = 1 },
    { .name = "h055_of_a_field_sent_twice_the_last_one_wins",
      .frames = { BAD(1, "\x0a\x01"
                         "x"
                         "\x12\x01"
                         "y"
                         "\x1a\x01"
                         "z" SAY_HI) },
      .story = "call 1 demo.Echo/Say \"hi\"",
      .live = 1 },
    { .name = "h056_unknown_fields_of_every_wire_type_are_skipped",
      .frames = { BAD(1, "\x30\x07"
                         "\x39"
                         "8bytes.." SAY_HI "\xfa\x7f\x02"
                         "zz"
                         "\x45"
                         "4byt"
                         "\xf8\xff\xff\xff\x0f\x01") },
      .story = "call 1 demo.Echo/Say \"hi\"",
      .live = 1 },
    { .name = "h057_a_payload_absent_or_empty_is_an_empty_message",
      .frames = { BAD(1, SAY), BAD(3, SAY "\x1a\x00") },
      .story = "call 1 demo.Echo/Say \"\"; call 3 demo.Echo/Say \"\"",
      .live = 2 },
    { .name = "h058_a_negative_timeout_is_over_at_once",
      .frames = { BAD(1, SAY_LATE), BAD(3, SAY "\x20\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), GOOD(5) },
      .story = "refuse 1 DEADLINE_EXCEEDED; refuse 3 DEADLINE_EXCEEDED; call 5 demo.Echo/Say \"hi\"",
      .live = 1 },
    { .name = "h062_metadata_keeps_its_order_and_duplicates_and_opaque_values",
      .frames = { BAD(1, "\x2a\x06\x0a\x01"
                         "b"
                         "\x12\x01"
                         "1" SAY "\x2a\x06\x0a\x01"
                         "a"
                         "\x12\x01"
                         "2"
                         "\x2a\x07\x0a\x01"
                         "b"
                         "\x12\x02\xff\x0a"
                         "\x2a\x03\x0a\x01"
                         "b"
                         "\x2a\x03\x0a\x01"
                         "K") },
      .story = "call 1 demo.Echo/Say \"\" b=1 a=2 b=\\xff\\x0a b= K=",
      .live = 1 },
    { .name = "h062_a_bad_metadata_key_is_refused",
      .frames = { BAD(1, SAY "\x2a\x05\x0a\x00\x12\x01"
                             "v"),
                  BAD(3, SAY "\x2a\x00"),
                  BAD(5, SAY "\x2a\x05\x0a\x03"
                             "a\0b"),
                  BAD(7, SAY "\x2a\x03\x0a\x01\x1f"), BAD(9, SAY "\x2a\x03\x0a\x01\x7f"),
                  BAD(11, SAY "\x2a\x03\x0a\x01\xff"), GOOD(13) },
      .story = "refuse 1 INVALID_ARGUMENT; refuse 3 INVALID_ARGUMENT; refuse 5 INVALID_ARGUMENT; "
               "refuse 7 INVALID_ARGUMENT; refuse 9 INVALID_ARGUMENT; refuse 11 INVALID_ARGUMENT; "
               "call 13 demo.Echo/Say \"hi\"",
      .errors = 6,
      .live = 1 },

    /* --- WIRE, "Streams" --- */
    { .name = "h083_data_for_an_id_never_opened_is_refused_once",
      .frames = { { DATA, 0, 5, BYTES("abc"), 0 },
                  { DATA, 0, 5, BYTES("abc"), 0 },
                  { DATA, 5, 5, NULL, 0, 0 },
                  GOOD(5) },
      .story = "refuse 5 INVALID_ARGUMENT; call 5 demo.Echo/Say \"hi\"",
      .errors = 3,
      .live = 1 },
    { .name = "h083_data_for_id_0_is_refused_once",
      .frames = { { DATA, 0, 0, NULL, 0, 0 }, { DATA, 0, 0, BYTES("abc"), 0 }, { DATA, 4, 2, NULL, 0, 0 }, GOOD(1) },
      .story = "refuse 0 INVALID_ARGUMENT; refuse 2 INVALID_ARGUMENT; call 1 demo.Echo/Say \"hi\"",
      .errors = 3,
      .live = 1 },
    { .name = "h084_data_for_a_finished_id_is_dropped_as_late",
      .frames = { GOOD_AT_ONCE(1), { DATA, 0, 1, BYTES("abc"), 0 }, { DATA, 5, 1, NULL, 0, 0 }, GOOD(3) },
      .story = "call 1 demo.Echo/Now \"\"; call 3 demo.Echo/Say \"hi\"",
      .late = 2,
      .live = 1 },
    { .name = "h084_data_for_a_refused_id_is_dropped_as_late",
      .frames = { { REQUEST, 0, 1, NULL, 0, SCRIPT_FRAME_MAX + 1 }, { DATA, 0, 1, BYTES("abc"), 0 }, GOOD(3) },
      .story = "refuse 1 RESOURCE_EXHAUSTED; call 3 demo.Echo/Say \"hi\"",
      .late = 1,
      .live = 1 },
    { .name = "h085_data_on_a_unary_call_cancels_it",
      .frames = { GOOD(1), { DATA, 0, 1, BYTES("abc"), 0 }, { DATA, 5, 1, NULL, 0, 0 }, GOOD(3) },
      .story = "call 1 demo.Echo/Say \"hi\"; cancel 1 INVALID_ARGUMENT; call 3 demo.Echo/Say \"hi\"",
      .errors = 1,
      .late = 1,
      .live = 1 },
    { .name = "h085_an_empty_half_close_cancels_a_unary_call_too",
      .frames = { GOOD(1), { DATA, 5, 1, NULL, 0, 0 } },
      .story = "call 1 demo.Echo/Say \"hi\"; cancel 1 INVALID_ARGUMENT",
      .errors = 1 },
    { .name = "h088_no_data_with_a_payload_is_an_empty_message",
      .frames = { { REQUEST, 4, 1, BYTES(SAY_HI), 0 }, { REQUEST, 4, 3, BYTES(SAY), 0 } },
      .story = "call 1 demo.Echo/Say flags 0x04; call 3 demo.Echo/Say flags 0x04",
      .errors = 1,
      .live = 2 },
    { .name = "h089_remote_open_is_not_accepted_for_a_unary_method",
      .frames = { { REQUEST, 2, 1, BYTES(SAY_HI), 0 },
                  { REQUEST, 6, 3, BYTES(SAY), 0 },
                  { REQUEST, 1, 5, BYTES(SAY_HI), 0 } },
      .story = "call 1 demo.Echo/Say \"hi\" flags 0x02 not INVALID_ARGUMENT; "
               "call 3 demo.Echo/Say flags 0x06 not INVALID_ARGUMENT; call 5 demo.Echo/Say \"hi\" flags 0x01",
      .live = 1 },
    { .name = "h090_open_and_closed_at_once_is_refused",
      .frames = { { REQUEST, 3, 1, BYTES(SAY_HI), 0 }, { REQUEST, 7, 3, BYTES(SAY), 0 }, GOOD(1), GOOD(5) },
      .story = "refuse 1 INVALID_ARGUMENT; refuse 3 INVALID_ARGUMENT; refuse 1 INVALID_ARGUMENT; "
               "call 5 demo.Echo/Say \"hi\"",
      .errors = 3,
      .live = 1 },
    { .name = "h099_an_error_for_a_stream_never_counted_leaves_the_count_at_0",
      .frames = { BAD(0, ""),
                  { DATA, 0, 7, NULL, 0, 0 },
                  BAD(1, "\x0a"),
                  { REQUEST, 3, 3, NULL, 0, 0 },
                  GOOD_AT_ONCE(5),
                  { DATA, 0, 5, NULL, 0, 0 } },
      .story = "refuse 0 INVALID_ARGUMENT; refuse 7 INVALID_ARGUMENT; refuse 1 INVALID_ARGUMENT; "
               "refuse 3 INVALID_ARGUMENT; call 5 demo.Echo/Now \"\"",
      .errors = 4,
      .late = 1 },
};

/* --- what does not fit into a row --------------------------------------------------------------------------------- */

/* The first event of one request, under limits that let long ones through. */
static void one_request(const struct wire_request *request, struct listener *listener, struct eyelet_session_event *ret)
{
    struct eyelet_session_limits limits = script_limits;
    struct wire wire = { 0 };

    limits.frame_max = 0;
    wire_request(&wire, 1, request);
    listener_init(listener, EYELET_SESSION_SERVER, &limits, 0);
    listener_hear(listener, wire_slice(&wire));
    wire_clear(&wire);
    assert_int_not_equal(listener_next(listener, ret), EYELET_SESSION_MORE);
}

/* What such a request gets: OK for a call. */
static enum eyelet_status status_of(const struct wire_request *request)
{
    struct eyelet_session_event event;
    struct listener listener;
    enum eyelet_status status;

    one_request(request, &listener, &event);
    status = event.kind == EYELET_SESSION_CALL ? EYELET_OK : event.error.status;
    if (status != EYELET_OK)
        assert_int_equal(event.kind, EYELET_SESSION_REFUSE);
    assert_int_equal(listener.session.n_live, status == EYELET_OK);
    listener_clear(&listener);
    return status;
}

/* @len times @byte as a string; the caller frees it. */
static char *text_of(char byte, size_t len)
{
    char *text = malloc(len + 1);

    assert_non_null(text);
    memset(text, byte, len);
    text[len] = '\0';
    return text;
}

static void h033_a_request_of_exactly_the_limit_is_accepted(void **state)
{
    static const uint32_t limits[] = { 4096, 0, (16u << 20) - 1 };

    (void)state;
    for (size_t i = 0; i < N_OF(limits); i++) {
        uint32_t max = limits[i] > 0 ? limits[i] : 4u << 20;
        uint32_t payload_len = max - (uint32_t)sizeof(SAY) - (max < 1u << 14 ? 2 : 4); /* bytes of its own length */
        struct eyelet_session_limits with_max = script_limits;
        struct wire data = { 0 }, wire = { 0 };
        struct eyelet_session_event event;
        struct listener listener;

        wire_put(&data, BYTES(SAY "\x1a"));
        wire_varint(&data, payload_len);
        wire_fill(&data, 'p', payload_len);
        assert_int_equal(data.len, max);
        wire_frame_of(&wire, WIRE_REQUEST, 0, 1, &data);

        with_max.frame_max = limits[i];
        listener_init(&listener, EYELET_SESSION_SERVER, &with_max, 0);
        listener_hear(&listener, wire_slice(&wire));
        assert_int_equal(listener_next(&listener, &event), EYELET_SESSION_CALL);
        assert_int_equal(event.request.payload.len, payload_len);
        assert_int_equal(event.request.payload.data[payload_len - 1], 'p');
        listener_clear(&listener);
        wire_clear(&wire);
    }
}

static void h034_16_mib_minus_1_pass_by_and_nothing_of_them_is_kept(void **state)
{
    static const uint8_t piece[65521]; /* a prime, so that pieces end anywhere */
    size_t left = (16u << 20) - 1;
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    wire_frame_head(&wire, WIRE_REQUEST, 0, 1, (uint32_t)left);
    listener_note(&listener, wire_slice(&wire));
    assert_string_equal(listener.story, "refuse 1 RESOURCE_EXHAUSTED");

    while (left > 0) {
        size_t len = left < sizeof(piece) ? left : sizeof(piece);

        listener_note(&listener, (struct eyelet_slice){ piece, len });
        assert_int_equal(listener.taken, listener.held.len);
        left -= len;
    }
    wire_clear(&wire);
    wire_request(&wire, 3, &(struct wire_request){ .service = "demo.Echo", .method = "Say" });
    listener_note(&listener, wire_slice(&wire));
    assert_string_equal(listener.story, "refuse 1 RESOURCE_EXHAUSTED; call 3 demo.Echo/Say \"\"");
    listener_clear(&listener);
    wire_clear(&wire);
}

static void h036_a_bad_first_byte_is_judged_alone_and_not_consumed(void **state)
{
    (void)state;
    for (unsigned byte = 1; byte < 256; byte++) {
        struct eyelet_session_event event;
        struct listener listener;
        uint8_t first = (uint8_t)byte;

        listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
        listener_hear(&listener, (struct eyelet_slice){ &first, 1 });
        assert_int_equal(listener_next(&listener, &event), EYELET_SESSION_BROKEN);
        assert_int_equal(listener.taken, 0);
        assert_int_equal(listener.session.counters.frames, 0);
        listener_clear(&listener);
    }
}

static void h053_a_name_of_255_bytes_is_the_longest(void **state)
{
    char *longest = text_of('s', 255), *longer = text_of('s', 256);

    (void)state;
    assert_int_equal(status_of(&(struct wire_request){ .service = longest, .method = longest }), EYELET_OK);
    assert_int_equal(status_of(&(struct wire_request){ .service = longer, .method = "Say" }), EYELET_INVALID_ARGUMENT);
    assert_int_equal(status_of(&(struct wire_request){ .service = "S", .method = longer }), EYELET_INVALID_ARGUMENT);
    free(longest);
    free(longer);
}

static void h053_the_refusal_names_the_value_escaped(void **state)
{
    const struct wire_request request = { .service = "demo/\x1b[31m\xff", .method = "Say" };
    struct eyelet_session_event event;
    struct listener listener;

    (void)state;
    one_request(&request, &listener, &event);
    assert_non_null(strstr(event.error.text, "demo/\\x1b[31m\\xff"));
    assert_false(event.error.is_remote);
    listener_clear(&listener);
}

static void h061_metadata_may_be_64_pairs(void **state)
{
    struct wire_pair pairs[65];
    struct wire_request request = { .service = "demo.Echo", .method = "Say", .metadata = pairs };

    (void)state;
    for (size_t i = 0; i < N_OF(pairs); i++)
        pairs[i] = (struct wire_pair){ "key", "value" };
    request.n_metadata = 64;
    assert_int_equal(status_of(&request), EYELET_OK);
    request.n_metadata = 65;
    assert_int_equal(status_of(&request), EYELET_RESOURCE_EXHAUSTED);
}

static void h061_keys_values_and_their_sum_have_limits(void **state)
{
    char *key = text_of('k', 128), *value = text_of('v', 8192), *half = text_of('v', 8064);
    char *long_key = text_of('k', 129), *long_value = text_of('v', 8193);
    struct wire_pair pairs[2] = { { key, "" }, { "k", value } };
    struct wire_request request = { .service = "demo.Echo", .method = "Say", .metadata = pairs, .n_metadata = 2 };

    (void)state;
    assert_int_equal(status_of(&request), EYELET_OK);
    pairs[0].key = long_key;
    assert_int_equal(status_of(&request), EYELET_RESOURCE_EXHAUSTED);
    pairs[0].key = key;
    pairs[1].value = long_value;
    assert_int_equal(status_of(&request), EYELET_RESOURCE_EXHAUSTED);

    pairs[0] = pairs[1] = (struct wire_pair){ key, half }; /* 2 * (128 + 8064) = 16 KiB */
    assert_int_equal(status_of(&request), EYELET_OK);
    pairs[1].value = value;
    assert_int_equal(status_of(&request), EYELET_RESOURCE_EXHAUSTED);
    free(key);
    free(value);
    free(half);
    free(long_key);
    free(long_value);
}

static bool lies_in(struct eyelet_slice part, const struct wire *whole)
{
    return part.data >= whole->bytes && part.len <= whole->len &&
           (size_t)(part.data - whole->bytes) <= whole->len - part.len;
}

static void a_call_is_handed_out_where_it_lies(void **state)
{
    const struct wire_pair pair = { "key", "value" };
    struct eyelet_session_event event;
    struct listener listener;

    (void)state;
    one_request(&(struct wire_request){ .service = "demo.Echo",
                                        .method = "Say",
                                        .payload = { (uint8_t *)"hi", 2 },
                                        .metadata = &pair,
                                        .n_metadata = 1 },
                &listener, &event);
    assert_true(lies_in(event.request.service, &listener.held));
    assert_true(lies_in(event.request.method, &listener.held));
    assert_true(lies_in(event.request.payload, &listener.held));
    assert_true(lies_in(event.request.metadata, &listener.held));
    listener_clear(&listener);
}

static void a_call_is_finished_once(void **state)
{
    struct eyelet_session_event event;
    struct listener listener;

    (void)state;
    one_request(&(struct wire_request){ .service = "demo.Echo", .method = "Say" }, &listener, &event);
    assert_int_equal(listener_accept(&listener, &event), EYELET_OK);
    assert_false(eyelet_session_finish(&listener.session, 0));
    assert_false(eyelet_session_finish(&listener.session, 3));
    assert_true(eyelet_session_finish(&listener.session, 1));
    assert_false(eyelet_session_finish(&listener.session, 1));
    assert_int_equal(listener.session.n_live, 0);
    listener_clear(&listener);
}

static void h085_the_late_answer_of_a_cancelled_call_is_suppressed(void **state)
{
    struct eyelet_session_event event;
    struct wire wire = { 0 };
    struct listener listener;

    (void)state;
    one_request(&(struct wire_request){ .service = "demo.Echo", .method = "Say" }, &listener, &event);
    assert_int_equal(listener_accept(&listener, &event), EYELET_OK);
    wire_frame(&wire, WIRE_DATA, 0, 1, (struct eyelet_slice){ (uint8_t *)"abc", 3 });
    listener_note(&listener, wire_slice(&wire));
    assert_string_equal(listener.story, "cancel 1 INVALID_ARGUMENT");
    assert_false(eyelet_session_finish(&listener.session, 1));
    listener_clear(&listener);
    wire_clear(&wire);
}

static void a_stopping_server_refuses_new_requests_and_keeps_the_old_ones(void **state)
{
    const struct wire_request request = { .service = "demo.Echo", .method = "Say" };
    struct wire first = { 0 }, second = { 0 }, third = { 0 };
    struct listener listener;

    (void)state;
    wire_request(&first, 1, &request);
    wire_request(&second, 3, &request);
    wire_request(&third, 5, &request);
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    listener_note(&listener, wire_slice(&first));
    listener_note(&listener, (struct eyelet_slice){ second.bytes, 12 }); /* its head came before the stop */
    eyelet_session_stop(&listener.session);
    listener_note(&listener, (struct eyelet_slice){ second.bytes + 12, second.len - 12 });
    listener_note(&listener, wire_slice(&third));
    assert_string_equal(listener.story, "call 1 demo.Echo/Say \"\"; call 3 demo.Echo/Say \"\"; refuse 5 UNAVAILABLE");
    assert_true(eyelet_session_finish(&listener.session, 1));
    assert_true(eyelet_session_finish(&listener.session, 3));
    assert_int_equal(listener.session.counters.protocol_errors, 0);
    listener_clear(&listener);
    wire_clear(&first);
    wire_clear(&second);
    wire_clear(&third);
}

/* --- bytes out ---------------------------------------------------------------------------------------------------- */

static void a_reply_is_head_and_tag_and_length_before_its_payload(void **state)
{
    static const size_t lens[] = { 0, 1, 127, 128, 16383, 16384, 2097151, 2097152, (4u << 20) - 5 };
    struct eyelet_session_limits limits = script_limits;
    struct listener listener;

    (void)state;
    limits.frame_max = 0;
    listener_init(&listener, EYELET_SESSION_SERVER, &limits, 0);
    for (size_t i = 0; i < N_OF(lens); i++) {
        struct wire envelope = { 0 }, expected = { 0 };
        uint8_t *room;
        size_t len;

        if (lens[i] > 0) {
            wire_put(&envelope, BYTES("\x12"));
            wire_varint(&envelope, lens[i]);
        }
        wire_frame_head(&expected, WIRE_RESPONSE, 0, 77, (uint32_t)(envelope.len + lens[i]));
        wire_put(&expected, envelope.bytes, envelope.len);

        assert_int_equal(eyelet_session_measure_reply(&listener.session, lens[i], &len), 0);
        assert_int_equal(len, expected.len);
        room = malloc(len);
        assert_non_null(room);
        eyelet_session_put_reply(77, lens[i], room, len);
        assert_memory_equal(room, expected.bytes, len);
        free(room);
        wire_clear(&envelope);
        wire_clear(&expected);
    }
    listener_clear(&listener);
}

static void a_reply_of_exactly_the_limit_fits_and_one_byte_more_does_not(void **state)
{
    static const struct {
        uint32_t frame_max;
        size_t payload_len;
    } table[] = {
        { 4096, 4096 - 3 },
        { 0, (4u << 20) - 5 },
        { (16u << 20) - 1, (16u << 20) - 1 - 5 },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_session_limits limits = script_limits;
        struct listener listener;
        size_t len = 12345;

        limits.frame_max = table[i].frame_max;
        listener_init(&listener, EYELET_SESSION_SERVER, &limits, 0);
        assert_int_equal(eyelet_session_measure_reply(&listener.session, table[i].payload_len + 1, &len), -EMSGSIZE);
        assert_int_equal(eyelet_session_measure_reply(&listener.session, SIZE_MAX, &len), -EMSGSIZE);
        assert_int_equal(len, 12345);
        assert_int_equal(eyelet_session_measure_reply(&listener.session, table[i].payload_len, &len), 0);
        assert_int_equal(len - WIRE_HEAD_LEN + table[i].payload_len,
                         limits.frame_max > 0 ? limits.frame_max : 4u << 20);
        listener_clear(&listener);
    }
}

static struct eyelet_error error_of(enum eyelet_status status, const char *text)
{
    struct eyelet_error error;

    eyelet_error_set(&error, status, "%s", text);
    return error;
}

static void an_error_reply_is_a_status_without_a_payload(void **state)
{
    static const size_t lens[] = { 0, 1, 122, 123, 124, 125, 127, 128, 1023, 1024 };

    (void)state;
    for (size_t i = 0; i < N_OF(lens); i++) {
        char *kept = text_of('t', lens[i]);
        struct eyelet_error error = error_of(EYELET_UNAVAILABLE, kept);
        size_t len = eyelet_session_measure_failure(&error);
        struct wire expected = { 0 };
        uint8_t *room = malloc(len);

        wire_response(&expected, 0xffffffff, &(struct wire_response){ 14, lens[i] > 0 ? kept : NULL, { 0 } });
        assert_non_null(room);
        assert_int_equal(len, expected.len);
        assert_true(len - WIRE_HEAD_LEN <= EYELET_SESSION_FRAME_MAX_MIN);
        eyelet_session_put_failure(0xffffffff, &error, room, len);
        assert_memory_equal(room, expected.bytes, len);
        free(kept);
        free(room);
        wire_clear(&expected);
    }
}

static void an_error_reply_by_hand(void **state)
{
    static const uint8_t expected[] = { 0, 0, 0, 8, 0, 0, 0, 5, 2, 0, 0x0a, 6, 0x08, 12, 0x12, 2, 'n', 'o' };
    struct eyelet_error error = error_of(EYELET_UNIMPLEMENTED, "no");
    uint8_t room[sizeof(expected)];

    (void)state;
    assert_int_equal(eyelet_session_measure_failure(&error), sizeof(expected));
    eyelet_session_put_failure(5, &error, room, sizeof(room));
    assert_memory_equal(room, expected, sizeof(expected));
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(h033_a_request_of_exactly_the_limit_is_accepted),
        cmocka_unit_test(h034_16_mib_minus_1_pass_by_and_nothing_of_them_is_kept),
        cmocka_unit_test(h036_a_bad_first_byte_is_judged_alone_and_not_consumed),
        cmocka_unit_test(h053_a_name_of_255_bytes_is_the_longest),
        cmocka_unit_test(h053_the_refusal_names_the_value_escaped),
        cmocka_unit_test(h061_metadata_may_be_64_pairs),
        cmocka_unit_test(h061_keys_values_and_their_sum_have_limits),
        cmocka_unit_test(a_call_is_handed_out_where_it_lies),
        cmocka_unit_test(a_call_is_finished_once),
        cmocka_unit_test(h085_the_late_answer_of_a_cancelled_call_is_suppressed),
        cmocka_unit_test(a_stopping_server_refuses_new_requests_and_keeps_the_old_ones),
        cmocka_unit_test(a_reply_is_head_and_tag_and_length_before_its_payload),
        cmocka_unit_test(a_reply_of_exactly_the_limit_fits_and_one_byte_more_does_not),
        cmocka_unit_test(an_error_reply_is_a_status_without_a_payload),
        cmocka_unit_test(an_error_reply_by_hand),
    };
    struct CMUnitTest tests[N_OF(scripts) + N_OF(others)];

    script_tests(scripts, N_OF(scripts), EYELET_SESSION_SERVER, tests);
    memcpy(tests + N_OF(scripts), others, sizeof(others));
    return cmocka_run_group_tests_name("session, server", tests, NULL, NULL);
}
