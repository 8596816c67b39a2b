/*
 * Streams, at both ends of a connection: every row of WIRE's "Streams" and HOSTILE's numbers H083 to H100, as far as
 * the session decides them, as bytes. What follows from a full queue, a deadline or a cancel belongs to the tests of
 * rpc.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
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

#define CLOSED  0x01
#define OPEN    0x02
#define NO_DATA 0x04

/* Envelopes by hand: a tag, a length, the bytes. */
/* clang-format off */
#define SERVICE "\x0a\x09" "demo.Echo"
#define SAY SERVICE "\x12\x03" "Say"
#define COUNT SERVICE "\x12\x05" "Count"
#define SUM SERVICE "\x12\x03" "Sum"
#define CHAT SERVICE "\x12\x04" "Chat"
#define ONCE SERVICE "\x12\x04" "Once"
#define HI "\x1a\x02" "hi"

#define REPLY_HI "\x12\x02" "hi"
#define NOT_FOUND "\x0a\x08\x08\x05\x12\x04" "none"

#define STARTS(number, flags_, envelope) { .type = REQUEST, .flags = (flags_), .id = (number), BYTES(envelope) }
#define OPENS(number, envelope) STARTS(number, OPEN | NO_DATA, envelope)
#define ANSWER(number, envelope) { .type = RESPONSE, .id = (number), BYTES(envelope) }
#define SENDS(number, flags_, text) { .type = DATA, .flags = (flags_), .id = (number), BYTES(text) }
#define MESSAGE(number, text) SENDS(number, 0, text)
#define END(number) { .type = DATA, .flags = CLOSED | NO_DATA, .id = (number) }
#define TOO_BIG(type_, number) { .type = (type_), .id = (number), .fill = SCRIPT_FRAME_MAX + 1 }

/* Of a client's calls 1, 3, 5 and 7. */
#define ALL_KINDS { EYELET_UNARY, EYELET_CLIENT_STREAM, EYELET_SERVER_STREAM, EYELET_BIDI_STREAM }
/* clang-format on */

/* --- server ------------------------------------------------------------------------------------------------------- */

static const struct script at_server[] = {
    { .name = "a_stream_of_replies_is_asked_for_with_one_message_also_an_empty_one",
      .frames = { STARTS(1, CLOSED, COUNT HI), STARTS(3, CLOSED, COUNT) },
      .story = "call 1 demo.Echo/Count \"hi\" flags 0x01; call 3 demo.Echo/Count \"\" flags 0x01",
      .live = 2 },
    { .name = "a_stream_of_requests_is_opened_without_a_message_and_ends_with_a_half_close",
      .frames = { OPENS(1, SUM), MESSAGE(1, "one"), MESSAGE(1, "two"), END(1) },
      .story = "call 1 demo.Echo/Sum flags 0x06; data 1 \"one\"; data 1 \"two\"; data 1 end",
      .live = 1 },
    { .name = "a_stream_of_both_is_opened_without_a_message_and_ends_with_a_half_close",
      .frames = { OPENS(1, CHAT), MESSAGE(1, "one"), END(1) },
      .story = "call 1 demo.Echo/Chat flags 0x06; data 1 \"one\"; data 1 end",
      .live = 1 },
    { .name = "a_stream_may_end_before_its_first_message",
      .frames = { OPENS(1, SUM), END(1) },
      .story = "call 1 demo.Echo/Sum flags 0x06; data 1 end",
      .live = 1 },
    { .name = "go_opens_with_0x02_and_that_makes_up_no_empty_message",
      .frames = { STARTS(1, OPEN, SUM), STARTS(3, OPEN, CHAT), MESSAGE(1, "one"), END(1), END(3) },
      .story = "call 1 demo.Echo/Sum flags 0x02; call 3 demo.Echo/Chat flags 0x02; data 1 \"one\"; data 1 end; "
               "data 3 end",
      .live = 2 },
    { .name = "a_first_message_inside_the_request_is_delivered",
      .frames = { STARTS(1, OPEN, CHAT HI), MESSAGE(1, "two"), END(1) },
      .story = "call 1 demo.Echo/Chat \"hi\" flags 0x02; data 1 \"two\"; data 1 end",
      .live = 1 },
    { .name = "h088_a_first_message_with_no_data_is_ignored_and_counted",
      .frames = { OPENS(1, CHAT HI), MESSAGE(1, "one") },
      .story = "call 1 demo.Echo/Chat flags 0x06; data 1 \"one\"",
      .errors = 1,
      .live = 1 },
    { .name = "h032_data_of_length_0_is_an_empty_message",
      .frames = { OPENS(1, CHAT), MESSAGE(1, ""), MESSAGE(1, ""), END(1) },
      .story = "call 1 demo.Echo/Chat flags 0x06; data 1 \"\"; data 1 \"\"; data 1 end",
      .live = 1 },
    { .name = "metadata_comes_with_a_stream_too",
      .frames = { OPENS(1, CHAT "\x2a\x06\x0a\x01"
                                "k\x12\x01v") },
      .story = "call 1 demo.Echo/Chat flags 0x06 k=v",
      .live = 1 },
    { .name = "streams_and_calls_of_a_connection_mix_in_any_order",
      .frames = { OPENS(1, CHAT), OPENS(3, SUM), MESSAGE(3, "c"), MESSAGE(1, "a"), STARTS(5, 0, SAY HI), END(3),
                  MESSAGE(1, "b"), END(1) },
      .story = "call 1 demo.Echo/Chat flags 0x06; call 3 demo.Echo/Sum flags 0x06; data 3 \"c\"; data 1 \"a\"; "
               "call 5 demo.Echo/Say \"hi\"; data 3 end; data 1 \"b\"; data 1 end",
      .live = 3 },
    { .name = "h083_data_for_an_id_never_opened_does_not_touch_a_stream",
      .frames = { OPENS(1, CHAT), MESSAGE(3, "abc"), MESSAGE(3, "abc"), END(3), MESSAGE(1, "one") },
      .story = "call 1 demo.Echo/Chat flags 0x06; refuse 3 INVALID_ARGUMENT; data 1 \"one\"",
      .errors = 3,
      .live = 1 },
    { .name = "h083_data_before_its_request_is_refused_and_the_stream_opens_all_the_same",
      .frames = { MESSAGE(1, "abc"), OPENS(1, CHAT), MESSAGE(1, "one") },
      .story = "refuse 1 INVALID_ARGUMENT; call 1 demo.Echo/Chat flags 0x06; data 1 \"one\"",
      .errors = 1,
      .live = 1 },
    { .name = "h084_data_for_a_stream_that_the_server_ended_early_is_dropped_as_late",
      .frames = { OPENS(1, ONCE), MESSAGE(1, "one"), MESSAGE(1, "two"), MESSAGE(1, ""), END(1), STARTS(3, 0, SAY HI) },
      .story = "call 1 demo.Echo/Once flags 0x06; data 1 \"one\"; call 3 demo.Echo/Say \"hi\"",
      .late = 3,
      .live = 1 },
    { .name = "h084_a_half_close_may_be_the_first_and_the_last_that_a_server_hears",
      .frames = { OPENS(1, ONCE), END(1), MESSAGE(1, "late") },
      .story = "call 1 demo.Echo/Once flags 0x06; data 1 end",
      .late = 1 },
    { .name = "h084_data_behind_a_refused_stream_is_dropped_as_late",
      .frames = { OPENS(1, "\x0a\x00"), MESSAGE(1, "one"), END(1), STARTS(3, OPEN, SAY), MESSAGE(3, "one"), END(3) },
      .story = "refuse 1 INVALID_ARGUMENT; call 3 demo.Echo/Say flags 0x02 not INVALID_ARGUMENT",
      .errors = 1,
      .late = 4 },
    { .name = "h085_data_on_a_stream_of_replies_cancels_it",
      .frames = { STARTS(1, CLOSED, COUNT HI), STARTS(3, CLOSED, COUNT HI), MESSAGE(1, "abc"), END(1), END(3) },
      .story = "call 1 demo.Echo/Count \"hi\" flags 0x01; call 3 demo.Echo/Count \"hi\" flags 0x01; "
               "cancel 1 INVALID_ARGUMENT; cancel 3 INVALID_ARGUMENT",
      .errors = 2,
      .late = 1 },
    { .name = "h086_data_after_the_half_close_cancels_that_stream_alone",
      .frames = { OPENS(1, CHAT), OPENS(3, CHAT), END(1), MESSAGE(1, "abc"), MESSAGE(1, "abc"), MESSAGE(3, "one") },
      .story = "call 1 demo.Echo/Chat flags 0x06; call 3 demo.Echo/Chat flags 0x06; data 1 end; "
               "cancel 1 INVALID_ARGUMENT; data 3 \"one\"",
      .errors = 1,
      .late = 1,
      .live = 1 },
    { .name = "h086_a_second_half_close_is_data_after_the_first",
      .frames = { OPENS(1, SUM), END(1), END(1) },
      .story = "call 1 demo.Echo/Sum flags 0x06; data 1 end; cancel 1 INVALID_ARGUMENT",
      .errors = 1 },
    { .name = "h086_no_data_at_all_after_the_half_close_is_a_fault_too",
      .frames = { OPENS(1, SUM), END(1), SENDS(1, NO_DATA, "") },
      .story = "call 1 demo.Echo/Sum flags 0x06; data 1 end; cancel 1 INVALID_ARGUMENT",
      .errors = 1 },
    { .name = "h086_data_after_the_half_close_may_be_over_the_limit",
      .frames = { OPENS(1, SUM), END(1), TOO_BIG(DATA, 1), STARTS(3, 0, SAY HI) },
      .story = "call 1 demo.Echo/Sum flags 0x06; data 1 end; cancel 1 INVALID_ARGUMENT; call 3 demo.Echo/Say \"hi\"",
      .errors = 1,
      .live = 1 },
    { .name = "h087_a_message_and_the_half_close_in_one_frame",
      .frames = { OPENS(1, SUM), SENDS(1, CLOSED, "last"), OPENS(3, CHAT), SENDS(3, CLOSED, "") },
      .story = "call 1 demo.Echo/Sum flags 0x06; data 1 \"last\" end; call 3 demo.Echo/Chat flags 0x06; "
               "data 3 \"\" end",
      .live = 2 },
    { .name = "h088_a_half_close_with_bytes_is_a_half_close_and_counted",
      .frames = { OPENS(1, SUM), SENDS(1, CLOSED | NO_DATA, "abc") },
      .story = "call 1 demo.Echo/Sum flags 0x06; data 1 end",
      .errors = 1,
      .live = 1 },
    { .name = "h088_no_data_that_ends_nothing_says_nothing_and_is_counted",
      .frames = { OPENS(1, SUM), SENDS(1, NO_DATA, ""), SENDS(1, NO_DATA, "abc"), MESSAGE(1, "one") },
      .story = "call 1 demo.Echo/Sum flags 0x06; data 1 \"one\"",
      .errors = 2,
      .live = 1 },
    { .name = "h089_remote_open_is_not_accepted_where_one_message_is_due",
      .frames = { OPENS(1, SAY), STARTS(3, OPEN, SAY HI), OPENS(5, COUNT), STARTS(7, OPEN, COUNT HI),
                  STARTS(9, 0, SAY HI) },
      .story = "call 1 demo.Echo/Say flags 0x06 not INVALID_ARGUMENT; "
               "call 3 demo.Echo/Say \"hi\" flags 0x02 not INVALID_ARGUMENT; "
               "call 5 demo.Echo/Count flags 0x06 not INVALID_ARGUMENT; "
               "call 7 demo.Echo/Count \"hi\" flags 0x02 not INVALID_ARGUMENT; call 9 demo.Echo/Say \"hi\"",
      .live = 1 },
    { .name = "h090_open_and_closed_at_once_is_refused_whatever_the_method",
      .frames = { STARTS(1, OPEN | CLOSED, CHAT), STARTS(3, OPEN | CLOSED | NO_DATA, SUM), STARTS(5, 3, COUNT),
                  MESSAGE(1, "abc") },
      .story = "refuse 1 INVALID_ARGUMENT; refuse 3 INVALID_ARGUMENT; refuse 5 INVALID_ARGUMENT",
      .errors = 3,
      .late = 1 },
    { .name = "h091_a_request_without_flags_to_a_stream_is_its_only_message",
      .frames = { STARTS(1, 0, CHAT HI), STARTS(3, 0, SUM), STARTS(5, 0, COUNT HI), STARTS(7, CLOSED, SUM HI) },
      .story = "call 1 demo.Echo/Chat \"hi\"; call 3 demo.Echo/Sum \"\"; call 5 demo.Echo/Count \"hi\"; "
               "call 7 demo.Echo/Sum \"hi\" flags 0x01",
      .live = 4 },
    { .name = "h091_and_the_callers_side_is_closed_by_it",
      .frames = { STARTS(1, 0, CHAT HI), MESSAGE(1, "abc"), STARTS(3, CLOSED, SUM HI), END(3) },
      .story = "call 1 demo.Echo/Chat \"hi\"; cancel 1 INVALID_ARGUMENT; call 3 demo.Echo/Sum \"hi\" flags 0x01; "
               "cancel 3 INVALID_ARGUMENT",
      .errors = 2 },
    { .name = "h091_closed_without_data_is_a_stream_of_no_messages",
      .frames = { STARTS(1, CLOSED | NO_DATA, SUM), STARTS(3, NO_DATA, CHAT) },
      .story = "call 1 demo.Echo/Sum flags 0x05; call 3 demo.Echo/Chat flags 0x04",
      .live = 2 },
    { .name = "h034_a_message_over_the_limit_ends_its_stream_alone",
      .frames = { OPENS(1, CHAT), OPENS(3, CHAT), TOO_BIG(DATA, 1), MESSAGE(1, "late"), END(1), MESSAGE(3, "one") },
      .story = "call 1 demo.Echo/Chat flags 0x06; call 3 demo.Echo/Chat flags 0x06; cancel 1 RESOURCE_EXHAUSTED; "
               "data 3 \"one\"",
      .late = 2,
      .live = 1 },
    { .name = "h041_unknown_flag_bits_of_data_are_ignored",
      .frames = { OPENS(1, CHAT), SENDS(1, 0xf8 | OPEN, "one"), SENDS(1, 0xf8 | CLOSED, "two") },
      .story = "call 1 demo.Echo/Chat flags 0x06; data 1 \"one\"; data 1 \"two\" end",
      .live = 1 },
    { .name = "h045_an_id_used_again_is_refused_and_its_stream_goes_on",
      .frames = { OPENS(1, CHAT), OPENS(1, CHAT), STARTS(1, 0, SAY HI), MESSAGE(1, "one"), END(1), OPENS(1, CHAT),
                  TOO_BIG(REQUEST, 1) },
      .story = "call 1 demo.Echo/Chat flags 0x06; refuse 1 INVALID_ARGUMENT; refuse 1 INVALID_ARGUMENT; "
               "data 1 \"one\"; data 1 end; refuse 1 INVALID_ARGUMENT; refuse 1 INVALID_ARGUMENT",
      .errors = 4,
      .live = 1 },
    { .name = "h040_types_that_no_server_takes_do_not_touch_the_stream_of_their_id",
      .frames = { OPENS(1, CHAT), ANSWER(1, REPLY_HI), { 4, CLOSED, 1, BYTES("abc"), 0 }, MESSAGE(1, "one") },
      .story = "call 1 demo.Echo/Chat flags 0x06; data 1 \"one\"",
      .errors = 2,
      .live = 1 },
    { .name = "h103_streams_count_among_the_calls_in_flight",
      .frames = { OPENS(1, CHAT), OPENS(3, SUM), OPENS(5, CHAT), OPENS(7, CHAT), OPENS(9, CHAT), OPENS(11, CHAT),
                  OPENS(13, CHAT), STARTS(15, CLOSED, COUNT HI), OPENS(17, CHAT), MESSAGE(17, "late"),
                  MESSAGE(3, "x") },
      .story = "call 1 demo.Echo/Chat flags 0x06; call 3 demo.Echo/Sum flags 0x06; call 5 demo.Echo/Chat flags 0x06; "
               "call 7 demo.Echo/Chat flags 0x06; call 9 demo.Echo/Chat flags 0x06; call 11 demo.Echo/Chat flags 0x06; "
               "call 13 demo.Echo/Chat flags 0x06; call 15 demo.Echo/Count \"hi\" flags 0x01; "
               "refuse 17 RESOURCE_EXHAUSTED; data 3 \"x\"",
      .late = 1,
      .live = 8 },
    { .name = "h099_what_is_refused_never_makes_the_count_wrong",
      .frames = { MESSAGE(9, "abc"), STARTS(1, OPEN | CLOSED, CHAT), OPENS(3, SAY), MESSAGE(3, "late"), OPENS(5, ONCE),
                  MESSAGE(5, "one"), END(5), OPENS(7, SUM), END(7), END(7) },
      .story = "refuse 9 INVALID_ARGUMENT; refuse 1 INVALID_ARGUMENT; "
               "call 3 demo.Echo/Say flags 0x06 not INVALID_ARGUMENT; call 5 demo.Echo/Once flags 0x06; "
               "data 5 \"one\"; call 7 demo.Echo/Sum flags 0x06; data 7 end; cancel 7 INVALID_ARGUMENT",
      .errors = 3,
      .late = 2 },
};

/* --- client ------------------------------------------------------------------------------------------------------- */

static const struct script at_client[] = {
    { .name = "a_stream_of_replies_ends_without_a_response",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { MESSAGE(5, "one"), MESSAGE(5, "two"), END(5), MESSAGE(7, "three"), END(7) },
      .story = "data #2 \"one\"; data #2 \"two\"; data #2 end; data #3 \"three\"; data #3 end",
      .live = 2 },
    { .name = "a_stream_of_requests_ends_with_its_reply",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { ANSWER(3, REPLY_HI) },
      .story = "reply #1 0 \"hi\"",
      .live = 3 },
    { .name = "every_kind_ends_with_an_error",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { ANSWER(7, NOT_FOUND), MESSAGE(5, "one"), ANSWER(5, NOT_FOUND), ANSWER(1, NOT_FOUND),
                  ANSWER(3, NOT_FOUND) },
      .story = "reply #3 5 \"none\"; data #2 \"one\"; reply #2 5 \"none\"; reply #0 5 \"none\"; reply #1 5 \"none\"" },
    { .name = "streams_and_calls_of_a_connection_mix_in_any_order",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { MESSAGE(7, "a"), MESSAGE(5, "b"), ANSWER(1, REPLY_HI), MESSAGE(7, "c"), END(5), ANSWER(3, ""),
                  END(7) },
      .story = "data #3 \"a\"; data #2 \"b\"; reply #0 0 \"hi\"; data #3 \"c\"; data #2 end; reply #1 0 \"\"; "
               "data #3 end" },
    { .name = "h032_data_of_length_0_is_an_empty_message",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { MESSAGE(5, ""), MESSAGE(5, ""), END(5) },
      .story = "data #2 \"\"; data #2 \"\"; data #2 end",
      .live = 3 },
    { .name = "h087_a_message_and_the_end_in_one_frame",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { SENDS(5, CLOSED, "last"), SENDS(7, CLOSED, ""), MESSAGE(5, "late") },
      .story = "data #2 \"last\" end; data #3 \"\" end",
      .late = 1,
      .live = 2 },
    { .name = "h088_an_end_with_bytes_is_an_end_and_counted",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { SENDS(5, CLOSED | NO_DATA, "abc") },
      .story = "data #2 end",
      .errors = 1,
      .live = 3 },
    { .name = "h088_no_data_that_ends_nothing_says_nothing_and_is_counted",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { SENDS(5, NO_DATA, ""), SENDS(7, NO_DATA, "abc"), MESSAGE(5, "one") },
      .story = "data #2 \"one\"",
      .errors = 2,
      .live = 4 },
    { .name = "h092_frames_after_the_last_one_of_a_stream_are_dropped",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { END(5), MESSAGE(5, "late"), END(5), ANSWER(5, NOT_FOUND), TOO_BIG(DATA, 5), ANSWER(7, NOT_FOUND),
                  MESSAGE(7, "late"), END(7), ANSWER(7, "\x12") },
      .story = "data #2 end; reply #3 5 \"none\"",
      .late = 7,
      .live = 2 },
    { .name = "h092_data_for_an_id_never_given_out_is_an_error",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { MESSAGE(9, "abc"), END(9), MESSAGE(0, "abc"), MESSAGE(4, "abc"), MESSAGE(5, "one") },
      .story = "data #2 \"one\"",
      .errors = 4,
      .live = 4 },
    { .name = "h093_data_where_one_reply_is_due_fails_the_call",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { MESSAGE(3, "abc"), ANSWER(3, REPLY_HI), END(1), MESSAGE(5, "one") },
      .story = "failed #1 INTERNAL; failed #0 INTERNAL; data #2 \"one\"",
      .late = 1,
      .live = 2 },
    { .name = "h093_no_data_at_all_where_one_reply_is_due_fails_the_call_too",
      .n_calls = 2,
      .frames = { SENDS(1, NO_DATA, ""), TOO_BIG(DATA, 3) },
      .story = "failed #0 INTERNAL; failed #1 INTERNAL" },
    { .name = "h093_a_response_ends_a_stream_also_an_ok_one",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { MESSAGE(5, "one"), ANSWER(5, ""), ANSWER(5, REPLY_HI), MESSAGE(5, "late"), END(5),
                  ANSWER(7, REPLY_HI), END(7) },
      .story = "data #2 \"one\"; reply #2 0 \"\"; reply #3 0 \"hi\"",
      .late = 4,
      .live = 2 },
    { .name = "h052_a_response_on_a_stream_that_is_no_protobuf_fails_it",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { ANSWER(7, "\x12"), MESSAGE(7, "late"), MESSAGE(5, "one") },
      .story = "failed #3 INTERNAL; data #2 \"one\"",
      .late = 1,
      .live = 3 },
    { .name = "h035_a_message_over_the_limit_fails_its_stream_alone",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { MESSAGE(5, "one"), TOO_BIG(DATA, 5), MESSAGE(5, "late"), END(5), MESSAGE(7, "two"),
                  TOO_BIG(RESPONSE, 7), ANSWER(1, REPLY_HI) },
      .story = "data #2 \"one\"; failed #2 RESOURCE_EXHAUSTED; data #3 \"two\"; failed #3 RESOURCE_EXHAUSTED; "
               "reply #0 0 \"hi\"",
      .late = 2,
      .live = 1 },
    { .name = "h041_unknown_flag_bits_of_data_are_ignored",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { SENDS(7, 0xf8 | OPEN, "one"), SENDS(7, 0xf8 | CLOSED, "two") },
      .story = "data #3 \"one\"; data #3 \"two\" end",
      .live = 3 },
    { .name = "h043_requests_and_unknown_types_do_not_touch_the_stream_of_their_id",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { OPENS(7, CHAT), { 4, CLOSED, 7, BYTES("abc"), 0 }, MESSAGE(7, "one") },
      .story = "data #3 \"one\"",
      .errors = 2,
      .live = 4 },
    { .name = "h100_an_early_response_ends_a_stream_that_the_client_still_sends",
      .n_calls = 4,
      .kinds = ALL_KINDS,
      .frames = { ANSWER(3, "\x0a\x02\x08\x08"), MESSAGE(7, "one"), ANSWER(7, "\x0a\x02\x08\x08") },
      .story = "reply #1 8 \"\"; data #3 \"one\"; reply #3 8 \"\"",
      .live = 2 },
};

/* --- every combination of flags, against a model ------------------------------------------------------------------ */

struct model {
    enum eyelet_kind kind;
    bool is_live;
    bool may_send;
    char story[256];
};

static void model_says(struct model *model, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void model_says(struct model *model, const char *format, ...)
{
    size_t used = strlen(model->story);
    va_list args;

    if (used > 0)
        used += (size_t)snprintf(model->story + used, sizeof(model->story) - used, "; ");
    va_start(args, format);
    vsnprintf(model->story + used, sizeof(model->story) - used, format, args);
    va_end(args);
}

static const char *const method_names[] = { "Say", "Sum", "Count", "Chat" }; /* by kind */

static void model_request(struct model *model, uint8_t flags, bool has_payload)
{
    bool is_open = (flags & OPEN) != 0, takes_stream = (model->kind & EYELET_CLIENT_STREAM) != 0;
    bool has_message = (flags & NO_DATA) == 0 && (has_payload || !is_open);
    const char *message = has_message && has_payload ? " \"p\"" : has_message ? " \"\"" : "";
    char shown[16] = "";

    if (is_open && (flags & CLOSED) != 0) {
        model_says(model, "refuse 1 INVALID_ARGUMENT");
        return;
    }
    if (flags != 0)
        snprintf(shown, sizeof(shown), " flags 0x%02x", flags);
    model->is_live = !is_open || takes_stream;
    model->may_send = is_open && takes_stream;
    model_says(model, "call 1 demo.Echo/%s%s%s%s", method_names[model->kind], message, shown,
               model->is_live ? "" : " not INVALID_ARGUMENT");
}

static void model_data(struct model *model, uint8_t flags, bool has_payload)
{
    bool has_message = (flags & NO_DATA) == 0, is_end = (flags & CLOSED) != 0;

    if (!model->is_live)
        return;
    if (!model->may_send) {
        model->is_live = false;
        model_says(model, "cancel 1 INVALID_ARGUMENT");
    } else if (has_message || is_end) {
        model->may_send = !is_end;
        model_says(model, "data 1%s%s", !has_message ? "" : has_payload ? " \"d\"" : " \"\"", is_end ? " end" : "");
    }
}

/* @code: three bits of flags and one of payload for the request and for two Data frames. */
static void check_flags(enum eyelet_kind kind, unsigned code)
{
    struct model model = { .kind = kind };
    struct wire_request request = { .service = "demo.Echo", .method = method_names[kind] };
    struct wire envelope = { 0 }, wire = { 0 };
    struct listener listener;

    if ((code & 8) != 0)
        request.payload = (struct eyelet_slice){ (const uint8_t *)"p", 1 };
    wire_request_envelope(&envelope, &request);
    wire_frame_of(&wire, WIRE_REQUEST, code & 7, 1, &envelope);
    model_request(&model, code & 7, (code & 8) != 0);
    for (unsigned bits = code >> 4, n = 0; n < 2; bits >>= 4, n++) {
        wire_frame(&wire, WIRE_DATA, bits & 7, 1, (struct eyelet_slice){ (const uint8_t *)"d", (bits & 8) != 0 });
        model_data(&model, bits & 7, (bits & 8) != 0);
    }
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    listener_note(&listener, wire_slice(&wire));
    assert_string_equal(listener.story, model.story);
    assert_int_equal(listener.session.n_live, model.is_live);
    listener_clear(&listener);
    wire_clear(&wire);
}

static void every_combination_of_flags_agrees_with_a_model(void **state)
{
    (void)state;
    for (unsigned kind = EYELET_UNARY; kind <= EYELET_BIDI_STREAM; kind++) {
        for (unsigned code = 0; code < 1u << 12; code++)
            check_flags((enum eyelet_kind)kind, code);
    }
}

/* --- what does not fit into a row --------------------------------------------------------------------------------- */

static void hear_frame(struct listener *listener, uint8_t type, uint8_t flags, uint32_t id, const char *text)
{
    struct wire wire = { 0 };

    wire_frame(&wire, type, flags, id, eyelet_slice_of(text));
    listener_note(listener, wire_slice(&wire));
    wire_clear(&wire);
}

static void hear_open(struct listener *listener, uint32_t id, const char *method)
{
    struct wire envelope = { 0 }, wire = { 0 };

    wire_request_envelope(&envelope, &(struct wire_request){ .service = "demo.Echo", .method = method });
    wire_frame_of(&wire, WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, id, &envelope);
    listener_note(listener, wire_slice(&wire));
    wire_clear(&wire);
}

/* Four calls, one of each kind, with ids 1, 3, 5 and 7. */
static void begin_client(struct listener *listener)
{
    static const enum eyelet_kind kinds[] = ALL_KINDS;

    listener_init(listener, EYELET_SESSION_CLIENT, NULL, 0);
    for (unsigned n = 0; n < 4; n++)
        listener_open(listener, n, kinds[n]);
}

/* A server with a "Chat", 1, and a "Sum", 3. */
static void begin_server(struct listener *listener)
{
    listener_init(listener, EYELET_SESSION_SERVER, NULL, 0);
    hear_open(listener, 1, "Chat");
    hear_open(listener, 3, "Sum");
    assert_int_equal(listener->session.n_live, 2);
    listener->story[0] = '\0';
}

static void a_message_is_handed_out_where_it_lies(void **state)
{
    struct eyelet_session_event event;
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    begin_client(&listener);
    wire_frame(&wire, WIRE_DATA, 0, 5, eyelet_slice_of("message"));
    listener_hear(&listener, wire_slice(&wire));
    assert_int_equal(listener_next(&listener, &event), EYELET_SESSION_DATA);
    assert_ptr_equal(event.owner, &listener.calls[2]);
    assert_ptr_equal(event.message.data, listener.held.bytes + WIRE_HEAD_LEN);
    assert_int_equal(event.message.len, 7);
    assert_ptr_equal(event.frame.data, event.message.data);
    assert_int_equal(event.frame.len, 7);
    listener_clear(&listener);
    wire_clear(&wire);
}

static void the_end_of_the_servers_side_is_the_end_of_the_call_at_a_client(void **state)
{
    struct listener listener;

    (void)state;
    begin_client(&listener);
    hear_frame(&listener, WIRE_DATA, WIRE_CLOSED | WIRE_NO_DATA, 7, "");
    assert_false(eyelet_session_finish(&listener.session, 7));
    assert_int_equal(listener.session.n_live, 3);
    assert_true(eyelet_session_finish(&listener.session, 5));
    listener_clear(&listener);
}

static void the_end_of_the_clients_side_is_not_the_end_of_the_call_at_a_server(void **state)
{
    struct listener listener;

    (void)state;
    begin_server(&listener);
    hear_frame(&listener, WIRE_DATA, WIRE_CLOSED | WIRE_NO_DATA, 1, "");
    assert_int_equal(listener.session.n_live, 2);
    assert_true(eyelet_session_finish(&listener.session, 1));
    assert_false(eyelet_session_finish(&listener.session, 1));
    listener_clear(&listener);
}

static void a_stopping_server_refuses_new_streams_and_goes_on_with_the_old_ones(void **state)
{
    struct listener listener;

    (void)state;
    begin_server(&listener);
    eyelet_session_stop(&listener.session);
    hear_open(&listener, 5, "Chat");
    hear_frame(&listener, WIRE_DATA, 0, 5, "late");
    hear_frame(&listener, WIRE_DATA, 0, 1, "one");
    hear_frame(&listener, WIRE_DATA, WIRE_CLOSED | WIRE_NO_DATA, 1, "");
    assert_string_equal(listener.story, "refuse 5 UNAVAILABLE; data 1 \"one\"; data 1 end");
    assert_int_equal(listener.session.counters.late_frames, 1);
    assert_int_equal(listener.session.counters.protocol_errors, 0);
    listener_clear(&listener);
}

static void h103_fewer_calls_than_there_are_places_may_be_the_limit(void **state)
{
    const struct eyelet_outgoing_request request = { .service = eyelet_slice_of("demo.Echo"),
                                                     .method = eyelet_slice_of("Say"),
                                                     .timeout_ns = 1 };
    struct eyelet_session_limits limits = script_limits;
    struct listener server, client;
    size_t len;

    (void)state;
    limits.calls_max = 2;
    listener_init(&server, EYELET_SESSION_SERVER, &limits, 0);
    for (uint32_t id = 1; id <= 5; id += 2)
        hear_open(&server, id, "Chat");
    assert_string_equal(server.story, "call 1 demo.Echo/Chat flags 0x06; call 3 demo.Echo/Chat flags 0x06; "
                                      "refuse 5 RESOURCE_EXHAUSTED");
    listener_init(&client, EYELET_SESSION_CLIENT, &limits, 2);
    assert_int_equal(eyelet_session_measure_request(&client.session, &request, &len), -ENOSPC);
    assert_true(eyelet_session_finish(&client.session, 1));
    assert_int_equal(eyelet_session_measure_request(&client.session, &request, &len), 0);
    listener_clear(&server);
    listener_clear(&client);
}

static void h058_the_timeout_of_a_stream_is_judged_like_that_of_a_call(void **state)
{
    static const struct {
        int64_t timeout_ns;
        enum eyelet_session_event_kind kind;
        uint64_t deadline_ns;
    } table[] = {
        { 1000, EYELET_SESSION_CALL, SCRIPT_START_NS + 1000 },
        { 0, EYELET_SESSION_CALL, SCRIPT_START_NS + 30000000000u },
        { INT64_MAX, EYELET_SESSION_CALL, SCRIPT_START_NS + 300000000000u },
        { -1, EYELET_SESSION_REFUSE, 0 },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        const struct wire_request request = { .service = "S", .method = "Chat", .timeout_ns = table[i].timeout_ns };
        struct wire envelope = { 0 }, wire = { 0 };
        struct eyelet_session_event event;
        struct listener listener;

        wire_request_envelope(&envelope, &request);
        wire_frame_of(&wire, WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, &envelope);
        listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
        listener_hear(&listener, wire_slice(&wire));
        assert_int_equal(listener_next(&listener, &event), table[i].kind);
        if (table[i].kind == EYELET_SESSION_CALL)
            assert_int_equal(event.deadline_ns, table[i].deadline_ns);
        else
            assert_int_equal(event.error.status, EYELET_DEADLINE_EXCEEDED);
        listener_clear(&listener);
        wire_clear(&wire);
    }
}

/* --- half a message ----------------------------------------------------------------------------------------------- */

/* A stream is given up when @cut bytes of its message are there; another one's message follows. */
static void give_up_at(enum eyelet_session_role role, const struct wire *wire, size_t cut, size_t message_len)
{
    bool is_server = role == EYELET_SESSION_SERVER;
    struct listener listener;

    if (is_server)
        begin_server(&listener);
    else
        begin_client(&listener);
    listener_note(&listener, (struct eyelet_slice){ wire->bytes, cut });
    assert_true(eyelet_session_finish(&listener.session, is_server ? 1 : 5));
    listener_note(&listener, (struct eyelet_slice){ wire->bytes + cut, wire->len - cut });
    if (cut < message_len)
        assert_string_equal(listener.story, is_server ? "data 3 \"second\"" : "data #3 \"second\"");
    else
        assert_string_equal(listener.story, is_server ? "data 1 \"first\"; data 3 \"second\""
                                                      : "data #2 \"first\"; data #3 \"second\"");
    assert_int_equal(listener.taken, listener.held.len);
    assert_int_equal(listener.session.counters.late_frames, cut < WIRE_HEAD_LEN);
    assert_int_equal(listener.session.counters.protocol_errors, 0);
    assert_true(eyelet_session_read_deadline(&listener.session) == EYELET_SESSION_NO_DEADLINE);
    listener_clear(&listener);
}

static void a_message_that_is_half_there_when_its_stream_is_given_up_passes_by(void **state)
{
    (void)state;
    for (unsigned role = 0; role < 2; role++) {
        bool is_server = role == EYELET_SESSION_SERVER;
        struct wire wire = { 0 };
        size_t message_len;

        wire_frame(&wire, WIRE_DATA, 0, is_server ? 1 : 5, eyelet_slice_of("first"));
        message_len = wire.len;
        wire_frame(&wire, WIRE_DATA, 0, is_server ? 3 : 7, eyelet_slice_of("second"));
        for (size_t cut = 0; cut < wire.len; cut++)
            give_up_at((enum eyelet_session_role)role, &wire, cut, message_len);
        wire_clear(&wire);
    }
}

static void a_server_without_room_for_a_message_ends_that_stream_and_goes_on(void **state)
{
    struct eyelet_session_event event;
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    begin_server(&listener);
    wire_frame(&wire, WIRE_DATA, 0, 1, eyelet_slice_of("message"));
    listener_note(&listener, (struct eyelet_slice){ wire.bytes, 12 });
    assert_int_equal(eyelet_session_refuse_data(&listener.session, &event), EYELET_SESSION_REFUSE);
    assert_int_equal(event.id, 1);
    assert_ptr_equal(event.owner, &listener.calls[0]);
    assert_int_equal(event.error.status, EYELET_RESOURCE_EXHAUSTED);
    assert_false(eyelet_session_finish(&listener.session, 1));
    listener_check(&listener);

    listener_note(&listener, (struct eyelet_slice){ wire.bytes + 12, wire.len - 12 });
    hear_frame(&listener, WIRE_DATA, 0, 1, "late");
    hear_frame(&listener, WIRE_DATA, 0, 3, "one");
    assert_string_equal(listener.story, "data 3 \"one\"");
    assert_int_equal(listener.session.counters.late_frames, 1);
    listener_clear(&listener);
    wire_clear(&wire);
}

static void a_server_without_room_for_a_request_ends_no_stream(void **state)
{
    struct eyelet_session_event event;
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    begin_server(&listener);
    wire_frame_head(&wire, WIRE_REQUEST, 0, 5, 100);
    listener_note(&listener, wire_slice(&wire));
    assert_int_equal(eyelet_session_refuse_data(&listener.session, &event), EYELET_SESSION_REFUSE);
    assert_int_equal(event.id, 5);
    assert_null(event.owner);
    assert_int_equal(listener.session.n_live, 2);
    listener_clear(&listener);
    wire_clear(&wire);
}

static void a_client_without_room_for_a_message_fails_that_stream_and_goes_on(void **state)
{
    struct eyelet_session_event event;
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    begin_client(&listener);
    wire_frame(&wire, WIRE_DATA, 0, 5, eyelet_slice_of("message"));
    listener_note(&listener, (struct eyelet_slice){ wire.bytes, 12 });
    assert_int_equal(eyelet_session_refuse_data(&listener.session, &event), EYELET_SESSION_FAILED);
    assert_ptr_equal(event.owner, &listener.calls[2]);
    assert_int_equal(event.error.status, EYELET_RESOURCE_EXHAUSTED);
    assert_false(eyelet_session_finish(&listener.session, 5));

    listener_note(&listener, (struct eyelet_slice){ wire.bytes + 12, wire.len - 12 });
    hear_frame(&listener, WIRE_DATA, 0, 5, "late");
    hear_frame(&listener, WIRE_DATA, 0, 7, "one");
    assert_string_equal(listener.story, "data #3 \"one\"");
    assert_int_equal(listener.session.counters.late_frames, 1);
    listener_clear(&listener);
    wire_clear(&wire);
}

/* --- floods ------------------------------------------------------------------------------------------------------- */

#define FLOOD 20000u

static void hear_often(struct listener *listener, uint8_t flags, uint32_t id, unsigned n)
{
    for (unsigned i = 0; i < n && strstr(listener->story, "broken") == NULL; i++)
        hear_frame(listener, WIRE_DATA, flags, id, "");
}

/* There is no cancel frame, so a server that was left goes on to the end of its stream. */
static void h097_a_stream_that_a_client_left_may_go_on_for_long_and_the_connection_lives(void **state)
{
    struct listener listener;

    (void)state;
    begin_client(&listener);
    assert_true(eyelet_session_finish(&listener.session, 5));
    hear_often(&listener, 0, 5, FLOOD);
    hear_frame(&listener, WIRE_DATA, WIRE_CLOSED | WIRE_NO_DATA, 5, "");
    hear_frame(&listener, WIRE_DATA, 0, 7, "one");
    assert_string_equal(listener.story, "data #3 \"one\"");
    assert_int_equal(listener.session.counters.late_frames, FLOOD + 1);
    assert_int_equal(listener.session.counters.protocol_errors, 0);

    hear_often(&listener, 0, 5, FLOOD); /* but it has ended now */
    assert_string_equal(listener.story, "data #3 \"one\"; broken RESOURCE_EXHAUSTED");
    listener_clear(&listener);
}

/* The same for a stream that failed here, and for one whose end was half there when it was left: nothing is owed. */
static void h097_what_is_owed_is_one_last_frame_for_each_call_given_up(void **state)
{
    struct listener listener;

    (void)state;
    begin_client(&listener);
    assert_true(eyelet_session_finish(&listener.session, 5));
    hear_frame(&listener, WIRE_DATA, 0, 3, "where a reply is due");
    assert_int_equal(listener.session.n_owed, 2);
    hear_frame(&listener, WIRE_RESPONSE, 0, 5, "");
    assert_int_equal(listener.session.n_owed, 1);
    hear_frame(&listener, WIRE_RESPONSE, 0, 3, "");
    assert_int_equal(listener.session.n_owed, 0);
    hear_frame(&listener, WIRE_RESPONSE, 0, 3, "");
    assert_int_equal(listener.session.n_owed, 0);

    hear_frame(&listener, WIRE_RESPONSE, 0, 1, "\x12"); /* fails, and was its last */
    assert_int_equal(listener.session.n_owed, 0);
    listener_note(&listener, (struct eyelet_slice){ (const uint8_t *)"\0\0\0\x02\0\0\0\x07\x03\x01x", 11 });
    assert_true(eyelet_session_finish(&listener.session, 7));
    assert_int_equal(listener.session.n_owed, 0);
    listener_clear(&listener);
}

/* A client that streams at full pace has sent much when it hears that the server is done. */
static void h084_what_was_under_way_when_a_stream_ended_early_is_no_fault(void **state)
{
    struct listener listener;

    (void)state;
    begin_server(&listener);
    assert_true(eyelet_session_finish(&listener.session, 1));
    hear_often(&listener, 0, 1, EYELET_SESSION_LATE_UNDER_WAY);
    hear_frame(&listener, WIRE_DATA, 0, 3, "one");
    assert_string_equal(listener.story, "data 3 \"one\"");
    assert_int_equal(listener.session.counters.late_frames, EYELET_SESSION_LATE_UNDER_WAY);
    assert_int_equal(listener.session.counters.protocol_errors, 0);

    hear_often(&listener, 0, 1, FLOOD); /* and no connection holds that much */
    assert_string_equal(listener.story, "data 3 \"one\"; broken RESOURCE_EXHAUSTED");
    listener_clear(&listener);
}

/* Its method is unknown, it takes one message only, the server stops: the client has sent on, too. */
static void h084_messages_behind_a_stream_that_is_refused_are_no_fault(void **state)
{
    static const char *const methods[] = { "Say", "" };

    (void)state;
    for (size_t i = 0; i < N_OF(methods); i++) {
        struct listener listener;

        listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
        hear_open(&listener, 1, methods[i]);
        hear_often(&listener, 0, 1, FLOOD);
        assert_null(strstr(listener.story, "broken"));
        assert_int_equal(listener.session.counters.late_frames, FLOOD);
        listener_clear(&listener);
    }
}

static void h084_messages_behind_one_over_the_limit_are_no_fault(void **state)
{
    struct listener listener;
    struct wire wire = { 0 };

    (void)state;
    begin_server(&listener);
    wire_frame_head(&wire, WIRE_DATA, 0, 1, SCRIPT_FRAME_MAX + 1);
    wire_fill(&wire, 'x', SCRIPT_FRAME_MAX + 1);
    listener_note(&listener, wire_slice(&wire));
    hear_often(&listener, 0, 1, FLOOD);
    assert_string_equal(listener.story, "cancel 1 RESOURCE_EXHAUSTED");
    assert_int_equal(listener.session.counters.late_frames, FLOOD);
    assert_int_equal(listener.session.counters.protocol_errors, 0);
    listener_clear(&listener);
    wire_clear(&wire);
}

static void h086_data_on_a_closed_stream_excuses_none_behind_it(void **state)
{
    struct listener listener;

    (void)state;
    begin_server(&listener);
    hear_frame(&listener, WIRE_DATA, WIRE_CLOSED | WIRE_NO_DATA, 1, "");
    hear_often(&listener, 0, 1, FLOOD);
    assert_string_equal(listener.story, "data 1 end; cancel 1 INVALID_ARGUMENT; broken RESOURCE_EXHAUSTED");
    listener_clear(&listener);
}

static void h050_a_flood_of_data_without_data_breaks(void **state)
{
    struct listener server, client;

    (void)state;
    begin_server(&server);
    hear_often(&server, WIRE_NO_DATA, 1, 33);
    assert_string_equal(server.story, "broken RESOURCE_EXHAUSTED");
    begin_client(&client);
    hear_often(&client, WIRE_NO_DATA, 5, 33);
    assert_string_equal(client.story, "broken RESOURCE_EXHAUSTED");
    listener_clear(&server);
    listener_clear(&client);
}

/* Each stream ends early, and each client half-closes a moment later: that is how it should be, at any pace. */
static void many_short_streams_are_no_flood(void **state)
{
    struct listener listener;

    (void)state;
    listener_init(&listener, EYELET_SESSION_SERVER, NULL, 0);
    for (uint32_t id = 1; id < 10000; id += 2) {
        listener.story[0] = '\0';
        hear_open(&listener, id, "Once");
        hear_frame(&listener, WIRE_DATA, 0, id, "");
        hear_frame(&listener, WIRE_DATA, WIRE_CLOSED | WIRE_NO_DATA, id, "");
    }
    assert_int_equal(listener.session.counters.late_frames, 5000);
    assert_int_equal(listener.session.counters.protocol_errors, 0);
    assert_int_equal(listener.session.n_live, 0);
    listener_clear(&listener);
}

/* --- bytes out ---------------------------------------------------------------------------------------------------- */

static void a_request_says_of_which_kind_it_is(void **state)
{
    static const struct {
        enum eyelet_kind kind;
        uint8_t flags;
    } table[] = {
        { EYELET_UNARY, 0 },
        { EYELET_SERVER_STREAM, WIRE_CLOSED },
        { EYELET_CLIENT_STREAM, WIRE_OPEN | WIRE_NO_DATA },
        { EYELET_BIDI_STREAM, WIRE_OPEN | WIRE_NO_DATA },
    };
    const struct eyelet_outgoing_request request = { .service = eyelet_slice_of("demo.Echo"),
                                                     .method = eyelet_slice_of("Say"),
                                                     .timeout_ns = 7 };
    struct wire_request told = { .service = "demo.Echo", .method = "Say", .timeout_ns = 7 };
    struct listener listener;

    (void)state;
    listener_init(&listener, EYELET_SESSION_CLIENT, NULL, 0);
    for (uint32_t i = 0; i < N_OF(table); i++) {
        struct wire envelope = { 0 }, expected = { 0 };
        uint8_t *room;
        size_t len;

        wire_request_envelope(&envelope, &told);
        wire_frame_of(&expected, WIRE_REQUEST, table[i].flags, 2 * i + 1, &envelope);
        assert_int_equal(eyelet_session_measure_request(&listener.session, &request, &len), 0);
        assert_int_equal(len, expected.len);
        room = malloc(len);
        assert_non_null(room);
        eyelet_session_start_request(&listener.session, &request, table[i].kind, NULL, room, len);
        assert_memory_equal(room, expected.bytes, len);
        free(room);
        wire_clear(&expected);
    }
    listener_clear(&listener);
}

static void a_message_and_an_end_by_hand(void **state)
{
    uint8_t room[EYELET_FRAME_HEADER_LEN];

    (void)state;
    eyelet_session_put_data(0x01020305, 0x040506, room);
    assert_memory_equal(room, "\x00\x04\x05\x06\x01\x02\x03\x05\x03\x00", sizeof(room));
    eyelet_session_put_data(1, 0, room); /* an empty message is one */
    assert_memory_equal(room, "\0\0\0\0\0\0\0\x01\x03\x00", sizeof(room));
    eyelet_session_put_end(0xffffffff, room);
    assert_memory_equal(room, "\0\0\0\0\xff\xff\xff\xff\x03\x05", sizeof(room));
}

static void a_message_of_exactly_the_limit_fits_and_one_byte_more_does_not(void **state)
{
    static const uint32_t limits[] = { 4096, 0, (16u << 20) - 1 };

    (void)state;
    for (size_t i = 0; i < N_OF(limits); i++) {
        uint32_t max = limits[i] > 0 ? limits[i] : 4u << 20;
        struct eyelet_session_limits with_max = script_limits;
        struct listener listener;

        with_max.frame_max = limits[i];
        listener_init(&listener, EYELET_SESSION_CLIENT, &with_max, 0);
        assert_int_equal(eyelet_session_measure_data(&listener.session, 0), 0);
        assert_int_equal(eyelet_session_measure_data(&listener.session, max), 0);
        assert_int_equal(eyelet_session_measure_data(&listener.session, max + 1), -EMSGSIZE);
        assert_int_equal(eyelet_session_measure_data(&listener.session, SIZE_MAX), -EMSGSIZE);
        listener_clear(&listener);
    }
}

/* --- details of a status ------------------------------------------------------------------------------------------ */

static struct eyelet_slice letters(uint8_t *room, uint8_t letter, size_t len)
{
    memset(room, letter, len);
    return (struct eyelet_slice){ room, len };
}

/* @error as a client sees it that gets it as the answer to its first call. */
static struct eyelet_error send_failure(const struct eyelet_error *error)
{
    struct eyelet_session_limits limits = script_limits;
    size_t len = eyelet_session_measure_failure(error);
    struct eyelet_session_event event;
    struct eyelet_error seen;
    struct listener listener;
    uint8_t *room = malloc(len);

    limits.frame_max = EYELET_SESSION_FRAME_MAX_MIN; /* any error fits */
    assert_non_null(room);
    eyelet_session_put_failure(1, error, room, len);
    listener_init(&listener, EYELET_SESSION_CLIENT, &limits, 1);
    listener_hear(&listener, (struct eyelet_slice){ room, len });
    free(room);
    assert_int_equal(listener_next(&listener, &event), EYELET_SESSION_REPLY);
    assert_int_equal(eyelet_response_status(&event.response, &seen), error->status);
    listener_clear(&listener);
    return seen;
}

static void assert_detail(const struct eyelet_error *error, size_t *cursor, const char *type_url, const char *value)
{
    struct eyelet_slice seen_url, seen_value;

    assert_true(eyelet_error_next_detail(error, cursor, &seen_url, &seen_value));
    assert_true(eyelet_slice_equals(seen_url, type_url));
    assert_true(eyelet_slice_equals(seen_value, value));
}

static void details_go_out_and_come_in_as_they_were(void **state)
{
    struct eyelet_slice none = { NULL, 0 };
    struct eyelet_slice type_url, value;
    struct eyelet_error error, seen;
    size_t cursor = 0;

    (void)state;
    eyelet_error_set(&error, EYELET_FAILED_PRECONDITION, "not now");
    assert_true(eyelet_error_add_detail(&error, eyelet_slice_of("demo/First"), eyelet_slice_of("one")));
    assert_true(eyelet_error_add_detail(&error, eyelet_slice_of("demo/Empty"), none));
    assert_true(eyelet_error_add_detail(&error, none, none));
    assert_true(eyelet_error_add_detail(&error, eyelet_slice_of("demo/Last"), eyelet_slice_of("\n\xff")));
    seen = send_failure(&error);
    assert_string_equal(seen.text, "not now");
    assert_true(seen.is_remote);
    assert_detail(&seen, &cursor, "demo/First", "one");
    assert_detail(&seen, &cursor, "demo/Empty", "");
    assert_detail(&seen, &cursor, "", "");
    assert_detail(&seen, &cursor, "demo/Last", "\n\xff");
    assert_false(eyelet_error_next_detail(&seen, &cursor, &type_url, &value));
}

/* The peer's error is handed on as it came, as a server does that asks another one. */
static void details_of_a_peer_go_on_to_the_next_one(void **state)
{
    struct eyelet_error error, once, twice;

    (void)state;
    eyelet_error_set(&error, EYELET_NOT_FOUND, "none");
    assert_true(eyelet_error_add_detail(&error, eyelet_slice_of("a"), eyelet_slice_of("b")));
    once = send_failure(&error);
    twice = send_failure(&once);
    assert_int_equal(twice.details_len, error.details_len);
    assert_memory_equal(twice.details, error.details, error.details_len);
}

/*
 * How long a value may be beside a type URL of @url_len bytes when @used bytes are in use: found by trying. The detail,
 * the URL and the value each take a tag and a length besides. SIZE_MAX: there is no room for an empty one.
 */
static size_t longest_value(size_t url_len, size_t used)
{
    static uint8_t url[EYELET_ERROR_DETAILS_MAX + 2], bytes[EYELET_ERROR_DETAILS_MAX + 2];

    for (size_t len = EYELET_ERROR_DETAILS_MAX + 1;; len--) {
        struct eyelet_error error;

        eyelet_error_set(&error, EYELET_ABORTED, "x");
        error.details_len = used;
        memset(error.details, 0x5a, sizeof(error.details));
        if (eyelet_error_add_detail(&error, letters(url, 'u', url_len), letters(bytes, 'v', len))) {
            assert_true(error.details_len <= EYELET_ERROR_DETAILS_MAX);
            return len;
        }
        assert_int_equal(error.details_len, used); /* as it was */
        assert_true(used == sizeof(error.details) || error.details[used] == 0x5a);
        if (len == 0)
            return SIZE_MAX;
    }
}

static void details_are_1_kib_at_most_and_the_one_too_many_changes_nothing(void **state)
{
    static const struct {
        size_t url_len;
        size_t used;
        size_t longest;
    } table[] = {
        { 0, 0, 1016 },        { 10, 0, 1006 },       { 0, 1017, 1 },        { 0, 1018, 0 },
        { 0, 1019, SIZE_MAX }, { 1, 1017, 0 },        { 1, 1018, SIZE_MAX }, { 0, 1024, SIZE_MAX },
        { 1016, 0, 0 },        { 1017, 0, SIZE_MAX }, { 1024, 0, SIZE_MAX },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        if (longest_value(table[i].url_len, table[i].used) != table[i].longest)
            fail_msg("row %zu: %zu", i, longest_value(table[i].url_len, table[i].used));
    }
}

static void details_whose_lengths_would_wrap_are_too_long(void **state)
{
    struct eyelet_slice wrong = { (const uint8_t *)"x", SIZE_MAX }, none = { NULL, 0 };
    struct eyelet_error error;

    (void)state;
    for (wrong.len = SIZE_MAX; wrong.len > SIZE_MAX - 32; wrong.len--) {
        eyelet_error_set(&error, EYELET_ABORTED, "x");
        assert_false(eyelet_error_add_detail(&error, wrong, none));
        assert_false(eyelet_error_add_detail(&error, none, wrong));
        assert_false(eyelet_error_add_detail(&error, wrong, wrong));
        assert_int_equal(error.details_len, 0);
    }
}

static void the_longest_error_fits_into_the_smallest_frame_limit(void **state)
{
    static uint8_t bytes[EYELET_ERROR_DETAILS_MAX];
    struct eyelet_error error, seen;

    (void)state;
    eyelet_error_set(&error, EYELET_UNAUTHENTICATED, "%01024d", 0);
    assert_true(eyelet_error_add_detail(&error, letters(bytes, 'u', 0), letters(bytes, 'v', 1016)));
    assert_int_equal(error.details_len, EYELET_ERROR_DETAILS_MAX);
    seen = send_failure(&error);
    assert_string_equal(seen.text, error.text);
    assert_int_equal(seen.details_len, EYELET_ERROR_DETAILS_MAX);
    assert_memory_equal(seen.details, error.details, EYELET_ERROR_DETAILS_MAX);

    memset(error.text, 0xff, EYELET_ERROR_TEXT_MAX); /* escaped it would be four times as long */
    seen = send_failure(&error);
    assert_int_equal(strlen(seen.text), EYELET_ERROR_TEXT_MAX);
}

/* --- the trace ---------------------------------------------------------------------------------------------------- */

static void write_down(const struct eyelet_frame_head *head, void *userdata)
{
    char *text = userdata;
    size_t used = strlen(text);

    snprintf(text + used, 256 - used, "%u:%u/%02x/%u ", head->stream_id, head->type, head->flags, head->data_len);
}

static void every_head_is_told_once_whatever_comes_of_it(void **state)
{
    char heads[256] = "";
    struct listener listener;

    (void)state;
    begin_server(&listener);
    listener.session.on_frame = write_down;
    listener.session.on_frame_userdata = heads;
    hear_frame(&listener, WIRE_DATA, 0, 1, "one");
    hear_frame(&listener, WIRE_DATA, 0, 9, "never opened");
    hear_frame(&listener, 77, 0xf0, 2, "");
    hear_frame(&listener, WIRE_DATA, WIRE_CLOSED | WIRE_NO_DATA, 1, "");
    assert_string_equal(heads, "1:3/00/3 9:3/00/12 2:77/f0/0 1:3/05/0 ");
    listener_clear(&listener);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(every_combination_of_flags_agrees_with_a_model),
        cmocka_unit_test(a_message_is_handed_out_where_it_lies),
        cmocka_unit_test(the_end_of_the_servers_side_is_the_end_of_the_call_at_a_client),
        cmocka_unit_test(the_end_of_the_clients_side_is_not_the_end_of_the_call_at_a_server),
        cmocka_unit_test(a_stopping_server_refuses_new_streams_and_goes_on_with_the_old_ones),
        cmocka_unit_test(h103_fewer_calls_than_there_are_places_may_be_the_limit),
        cmocka_unit_test(h058_the_timeout_of_a_stream_is_judged_like_that_of_a_call),
        cmocka_unit_test(a_message_that_is_half_there_when_its_stream_is_given_up_passes_by),
        cmocka_unit_test(a_server_without_room_for_a_message_ends_that_stream_and_goes_on),
        cmocka_unit_test(a_server_without_room_for_a_request_ends_no_stream),
        cmocka_unit_test(a_client_without_room_for_a_message_fails_that_stream_and_goes_on),
        cmocka_unit_test(h097_a_stream_that_a_client_left_may_go_on_for_long_and_the_connection_lives),
        cmocka_unit_test(h097_what_is_owed_is_one_last_frame_for_each_call_given_up),
        cmocka_unit_test(h084_what_was_under_way_when_a_stream_ended_early_is_no_fault),
        cmocka_unit_test(h084_messages_behind_a_stream_that_is_refused_are_no_fault),
        cmocka_unit_test(h084_messages_behind_one_over_the_limit_are_no_fault),
        cmocka_unit_test(h086_data_on_a_closed_stream_excuses_none_behind_it),
        cmocka_unit_test(h050_a_flood_of_data_without_data_breaks),
        cmocka_unit_test(many_short_streams_are_no_flood),
        cmocka_unit_test(a_request_says_of_which_kind_it_is),
        cmocka_unit_test(a_message_and_an_end_by_hand),
        cmocka_unit_test(a_message_of_exactly_the_limit_fits_and_one_byte_more_does_not),
        cmocka_unit_test(details_go_out_and_come_in_as_they_were),
        cmocka_unit_test(details_of_a_peer_go_on_to_the_next_one),
        cmocka_unit_test(details_are_1_kib_at_most_and_the_one_too_many_changes_nothing),
        cmocka_unit_test(details_whose_lengths_would_wrap_are_too_long),
        cmocka_unit_test(the_longest_error_fits_into_the_smallest_frame_limit),
        cmocka_unit_test(every_head_is_told_once_whatever_comes_of_it),
    };
    struct CMUnitTest tests[N_OF(at_server) + N_OF(at_client) + N_OF(others)];

    script_tests(at_server, N_OF(at_server), EYELET_SESSION_SERVER, tests);
    script_tests(at_client, N_OF(at_client), EYELET_SESSION_CLIENT, tests + N_OF(at_server));
    memcpy(tests + N_OF(at_server) + N_OF(at_client), others, sizeof(others));
    return cmocka_run_group_tests_name("session, streams", tests, NULL, NULL);
}
