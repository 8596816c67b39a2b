/*
 * status: names of codes, printable text out of any bytes, and filled errors.
 */
#include "core/error.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <eyelet/hooks.h>

#include "core/bytes.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

/* A string literal's bytes, without its NUL. */
#define BYTES(text)                                                                                                    \
    {                                                                                                                  \
        (const uint8_t *)(text), sizeof(text) - 1                                                                      \
    }

/* xorshift64: the same bytes in every run. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* --- codes and names ---------------------------------------------------------------------------------------------- */

static void every_code_has_the_name_that_google_gave_it(void **state)
{
    /* google/rpc/code.proto, in its order */
    static const char *const names[] = {
        "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
        "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
        "DATA_LOSS", "UNAUTHENTICATED"
    };

    (void)state;
    assert_int_equal(N_OF(names), EYELET_STATUS_MAX + 1);
    for (unsigned code = 0; code < N_OF(names); code++) {
        enum eyelet_status status = EYELET_UNKNOWN;

        assert_string_equal(eyelet_status_name((enum eyelet_status)code), names[code]);
        assert_true(eyelet_status_from_name(names[code], &status));
        assert_int_equal(status, code);
    }
}

static void a_number_that_is_no_code_is_unknown(void **state)
{
    static const int numbers[] = { -1, EYELET_STATUS_MAX + 1, 99, INT_MAX, INT_MIN };

    (void)state;
    for (size_t i = 0; i < N_OF(numbers); i++)
        assert_string_equal(eyelet_status_name((enum eyelet_status)numbers[i]), "UNKNOWN");
}

static void a_name_that_is_none_leaves_the_code_alone(void **state)
{
    static const char *const names[] = { "", "ok", "Ok", "OK ", " OK", "NOT FOUND", "NOT_FOUND\n", "CANCELED", "5" };

    (void)state;
    for (size_t i = 0; i < N_OF(names); i++) {
        enum eyelet_status status = EYELET_ABORTED;

        assert_false(eyelet_status_from_name(names[i], &status));
        assert_int_equal(status, EYELET_ABORTED);
    }
}

static void every_errno_becomes_a_status_whatever_its_sign(void **state)
{
    static const struct {
        int error_number;
        enum eyelet_status status;
    } table[] = {
        { 0, EYELET_OK },
        { EINVAL, EYELET_INVALID_ARGUMENT },
        { ENAMETOOLONG, EYELET_INVALID_ARGUMENT },
        { EBADF, EYELET_INVALID_ARGUMENT },
        { ENOTSOCK, EYELET_INVALID_ARGUMENT },
        { EPROTOTYPE, EYELET_INVALID_ARGUMENT },
        { EDESTADDRREQ, EYELET_INVALID_ARGUMENT },
        { ETIMEDOUT, EYELET_DEADLINE_EXCEEDED },
        { ENOMEM, EYELET_RESOURCE_EXHAUSTED },
        { ENOBUFS, EYELET_RESOURCE_EXHAUSTED },
        { EMFILE, EYELET_RESOURCE_EXHAUSTED },
        { ENFILE, EYELET_RESOURCE_EXHAUSTED },
        { ENOSPC, EYELET_RESOURCE_EXHAUSTED },
        { EMSGSIZE, EYELET_RESOURCE_EXHAUSTED },
        { EADDRINUSE, EYELET_ALREADY_EXISTS },
        { EEXIST, EYELET_ALREADY_EXISTS },
        { EACCES, EYELET_PERMISSION_DENIED },
        { EOPNOTSUPP, EYELET_UNIMPLEMENTED },
        { ECONNRESET, EYELET_UNAVAILABLE },   /* H001 */
        { ECONNREFUSED, EYELET_UNAVAILABLE }, /* H001 */
        { ENOENT, EYELET_UNAVAILABLE },       /* H001 */
        { ENODEV, EYELET_UNAVAILABLE },       /* H002 */
        { EAFNOSUPPORT, EYELET_UNAVAILABLE }, /* H002 */
        { EPERM, EYELET_UNAVAILABLE },        /* H002 */
        { EPIPE, EYELET_UNAVAILABLE },        /* H010 */
        { 9999, EYELET_UNAVAILABLE },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        assert_int_equal(eyelet_status_from_errno(table[i].error_number), table[i].status);
        assert_int_equal(eyelet_status_from_errno(-table[i].error_number), table[i].status);
    }
}

/* --- text --------------------------------------------------------------------------------------------------------- */

static void utf8_is_what_rfc_3629_says(void **state)
{
    static const struct {
        struct eyelet_slice text;
        bool is_valid;
    } table[] = {
        { BYTES(""), true },
        { BYTES("plain"), true },
        { BYTES("\0"), true },
        { BYTES("\x7f"), true },
        { BYTES("h\xc3\xa9llo"), true },
        { BYTES("\xc2\x80"), true },
        { BYTES("\xdf\xbf"), true },
        { BYTES("\xe0\xa0\x80"), true },
        { BYTES("\xed\x9f\xbf"), true },
        { BYTES("\xee\x80\x80"), true },
        { BYTES("\xef\xbf\xbf"), true },
        { BYTES("\xf0\x90\x80\x80"), true },
        { BYTES("\xf4\x8f\xbf\xbf"), true },
        { BYTES("\x80"), false },             /* a continuation alone */
        { BYTES("a\xbf"), false },            /* behind a letter */
        { BYTES("\xc3"), false },             /* cut */
        { BYTES("\xe2\x82"), false },         /* cut */
        { BYTES("\xf0\x9f\x98"), false },     /* cut */
        { BYTES("\xc3("), false },            /* no continuation */
        { BYTES("\xe2\x82("), false },        /* no continuation */
        { BYTES("\xf0\x9f\x98("), false },    /* no continuation */
        { BYTES("\xc0\x80"), false },         /* overlong NUL */
        { BYTES("\xc1\xbf"), false },         /* overlong */
        { BYTES("\xe0\x9f\xbf"), false },     /* overlong */
        { BYTES("\xf0\x8f\xbf\xbf"), false }, /* overlong */
        { BYTES("\xed\xa0\x80"), false },     /* first surrogate */
        { BYTES("\xed\xbf\xbf"), false },     /* last surrogate */
        { BYTES("\xf4\x90\x80\x80"), false }, /* U+110000 */
        { BYTES("\xf5\x80\x80\x80"), false },
        { BYTES("\xf8\x88\x80\x80\x80"), false },
        { BYTES("\xfe"), false },
        { BYTES("\xff"), false },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        if (eyelet_utf8_is_valid(table[i].text) != table[i].is_valid)
            fail_msg("row %zu is %svalid", i, table[i].is_valid ? "" : "not ");
    }
}

/* RFC 3629, section 3, by arithmetic. */
static size_t put_character(uint32_t code_point, uint8_t *room)
{
    if (code_point < 0x80) {
        room[0] = (uint8_t)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        room[0] = (uint8_t)(0xc0 | code_point >> 6);
        room[1] = (uint8_t)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        room[0] = (uint8_t)(0xe0 | code_point >> 12);
        room[1] = (uint8_t)(0x80 | (code_point >> 6 & 0x3f));
        room[2] = (uint8_t)(0x80 | (code_point & 0x3f));
        return 3;
    }
    room[0] = (uint8_t)(0xf0 | code_point >> 18);
    room[1] = (uint8_t)(0x80 | (code_point >> 12 & 0x3f));
    room[2] = (uint8_t)(0x80 | (code_point >> 6 & 0x3f));
    room[3] = (uint8_t)(0x80 | (code_point & 0x3f));
    return 4;
}

static void every_code_point_but_surrogates_is_a_character_and_no_start_of_one_is(void **state)
{
    uint8_t bytes[4];

    (void)state;
    for (uint32_t code_point = 0; code_point < 0x1fffff; code_point++) {
        bool is_character = code_point <= 0x10ffff && (code_point < 0xd800 || code_point > 0xdfff);
        size_t len = put_character(code_point, bytes);

        if (eyelet_utf8_is_valid((struct eyelet_slice){ bytes, len }) != is_character)
            fail_msg("U+%04X", code_point);
        if (len > 1 && eyelet_utf8_is_valid((struct eyelet_slice){ bytes, len - 1 }))
            fail_msg("U+%04X without its last byte", code_point);
    }
}

static void no_pair_of_bytes_but_two_letters_or_one_character_is_valid(void **state)
{
    (void)state;
    for (unsigned first = 0; first <= 0xff; first++) {
        for (unsigned second = 0; second <= 0xff; second++) {
            uint8_t bytes[] = { (uint8_t)first, (uint8_t)second };
            bool is_two_letters = first < 0x80 && second < 0x80;
            bool is_character = first >= 0xc2 && first <= 0xdf && (second & 0xc0) == 0x80;

            assert_int_equal(eyelet_utf8_is_valid((struct eyelet_slice){ bytes, 2 }), is_two_letters || is_character);
        }
    }
}

static void what_cannot_be_printed_is_shown_as_hex(void **state)
{
    static const struct {
        struct eyelet_slice in;
        const char *out;
    } table[] = {
        { BYTES(""), "" },
        { { NULL, 0 }, "" },
        { BYTES("plain text ~"), "plain text ~" },
        { BYTES("h\xc3\xa9llo \xe2\x82\xac \xf0\x9f\x98\x80"), "h\xc3\xa9llo \xe2\x82\xac \xf0\x9f\x98\x80" },
        { BYTES("a\0b"), "a\\x00b" },
        { BYTES("\t\r\n"), "\\x09\\x0d\\x0a" },
        { BYTES("\x1b[31mred"), "\\x1b[31mred" },
        { BYTES("\x1f \x7f"), "\\x1f \\x7f" },
        { BYTES("\xc2\x80\xc2\x9f\xc2\xa0"), "\\xc2\\x80\\xc2\\x9f\xc2\xa0" }, /* C1, and the first behind it */
        { BYTES("\x80\xbf\xff"), "\\x80\\xbf\\xff" },
        { BYTES("\xc0\x80"), "\\xc0\\x80" },
        { BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80" },
        { BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" },
        { BYTES("\xe2\x82"), "\\xe2\\x82" },
        { BYTES("\xe2\x82z"), "\\xe2\\x82z" },
        { BYTES("\xe2\xc3\xa9"), "\\xe2\xc3\xa9" },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        char room[64];
        size_t len = eyelet_text_escape(table[i].in, room, sizeof(room));

        assert_string_equal(room, table[i].out);
        assert_int_equal(len, strlen(table[i].out));
    }
}

static void a_cut_text_ends_between_two_characters_for_every_room(void **state)
{
    static const uint8_t in[] = "a\xc3\xa9\xe2\x82\xac\n\xf0\x9f\x98\x80\xff\xc2\x85z";
    static const char out[] = "a\xc3\xa9\xe2\x82\xac\\x0a\xf0\x9f\x98\x80\\xff\\xc2\\x85z";
    static const size_t borders[] = { 0, 1, 3, 6, 10, 14, 18, 22, 26, 27 };

    (void)state;
    assert_int_equal(borders[N_OF(borders) - 1], sizeof(out) - 1);
    for (size_t cap = 1; cap <= sizeof(out) + 2; cap++) {
        char *room = malloc(cap); /* exactly, so that a sanitizer sees the first byte behind */
        size_t want = 0, len;

        assert_non_null(room);
        for (size_t i = 0; i < N_OF(borders); i++) {
            if (borders[i] < cap)
                want = borders[i];
        }
        len = eyelet_text_escape((struct eyelet_slice){ in, sizeof(in) - 1 }, room, cap);
        assert_int_equal(len, want);
        assert_memory_equal(room, out, len);
        assert_int_equal(room[len], '\0');
        free(room);
    }
}

static bool is_one_printable_line(const char *text)
{
    struct eyelet_slice slice = eyelet_slice_of(text);

    for (size_t i = 0; i < slice.len; i++) {
        if (slice.data[i] < 0x20 || slice.data[i] == 0x7f)
            return false;
        if (slice.data[i] == 0xc2 && slice.data[i + 1] < 0xa0)
            return false;
    }
    return eyelet_utf8_is_valid(slice);
}

static void random_bytes_become_one_printable_line(void **state)
{
    uint64_t seed = 0x2545f491;

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        size_t len = next_random(&seed) % 40, cap = 1 + next_random(&seed) % 80;
        uint8_t bytes[40];
        char room[80];

        for (size_t i = 0; i < len; i++) /* half of them where UTF-8 is decided */
            bytes[i] = (uint8_t)(next_random(&seed) % 2 == 0 ? 0xc0 + next_random(&seed) % 64 : next_random(&seed));
        assert_true(eyelet_text_escape((struct eyelet_slice){ bytes, len }, room, cap) < cap);
        assert_true(is_one_printable_line(room));
    }
}

/* --- errors ------------------------------------------------------------------------------------------------------- */

static void an_error_that_nobody_wants_is_only_a_status(void **state)
{
    (void)state;
    assert_int_equal(eyelet_error_set(NULL, EYELET_ABORTED, "%s", "text"), EYELET_ABORTED);
    assert_int_equal(eyelet_error_errno(NULL, -ENOMEM, "%s", "text"), EYELET_RESOURCE_EXHAUSTED);
}

static void a_set_error_has_nothing_left_of_the_one_before(void **state)
{
    struct eyelet_error error;

    (void)state;
    memset(&error, 0xff, sizeof(error));
    assert_int_equal(eyelet_error_set(&error, EYELET_NOT_FOUND, "no key '%s' in %d", "k", 7), EYELET_NOT_FOUND);
    assert_int_equal(error.status, EYELET_NOT_FOUND);
    assert_string_equal(error.text, "no key 'k' in 7");
    assert_false(error.is_remote);
    assert_false(error.may_have_executed);
    assert_int_equal(error.error_number, 0);
    assert_int_equal(error.details_len, 0);
}

static void whoever_refuses_fills_an_error_that_is_one(void **state)
{
    struct eyelet_error error;

    (void)state;
    memset(&error, 0xff, sizeof(error));
    assert_int_equal(eyelet_error_fill(&error, EYELET_UNAUTHENTICATED, "no token of '%s'", "k\n"),
                     EYELET_UNAUTHENTICATED);
    assert_int_equal(error.status, EYELET_UNAUTHENTICATED);
    assert_string_equal(error.text, "no token of 'k\\x0a'");
    assert_int_equal(error.error_number, 0);
    assert_int_equal(error.details_len, 0);
    assert_false(error.is_remote);
    assert_false(error.may_have_executed);

    assert_int_equal(eyelet_error_fill(&error, EYELET_OK, "refused"), EYELET_UNKNOWN);
    assert_int_equal(error.status, EYELET_UNKNOWN);
    assert_string_equal(error.text, "refused");
    assert_int_equal(eyelet_error_fill(NULL, EYELET_ABORTED, "%s", "text"), EYELET_ABORTED);
    assert_int_equal(eyelet_error_fill(NULL, EYELET_OK, "%s", "text"), EYELET_UNKNOWN);
}

static void an_error_text_is_one_line_whatever_was_put_into_it(void **state)
{
    struct eyelet_error error;

    (void)state;
    eyelet_error_set(&error, EYELET_INTERNAL, "peer says '%s'", "a\nb\x1b[0m\xff");
    assert_string_equal(error.text, "peer says 'a\\x0ab\\x1b[0m\\xff'");
}

/* Every position of a character of 1 to 4 bytes across the end of the room. */
static void a_long_error_text_is_cut_between_two_characters(void **state)
{
    static const char *const characters[] = { "x", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };
    char text[EYELET_ERROR_TEXT_MAX + 16];

    (void)state;
    for (size_t i = 0; i < N_OF(characters); i++) {
        size_t len = strlen(characters[i]);

        for (size_t before = EYELET_ERROR_TEXT_MAX - 5; before <= EYELET_ERROR_TEXT_MAX; before++) {
            struct eyelet_error error;
            size_t want = before + len <= EYELET_ERROR_TEXT_MAX ? before + len : before;

            memset(text, 'a', before);
            memcpy(text + before, characters[i], len + 1);
            eyelet_error_set(&error, EYELET_INTERNAL, "%s", text);
            assert_int_equal(strlen(error.text), want);
            assert_memory_equal(error.text, text, want);
        }
    }
}

static void a_text_much_longer_than_the_room_fills_it(void **state)
{
    struct eyelet_error error;
    char text[5000];

    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    eyelet_error_set(&error, EYELET_INTERNAL, "%s", text);
    assert_int_equal(strlen(error.text), EYELET_ERROR_TEXT_MAX);

    memset(text, '\n', sizeof(text) - 1); /* each becomes four bytes */
    eyelet_error_set(&error, EYELET_INTERNAL, "%s", text);
    assert_int_equal(strlen(error.text), EYELET_ERROR_TEXT_MAX);
    assert_memory_equal(error.text + EYELET_ERROR_TEXT_MAX - 4, "\\x0a", 4);
}

static void a_failed_system_call_names_its_errno_and_meaning(void **state)
{
    static const int signs[] = { 1, -1 };
    struct eyelet_error error;

    (void)state;
    for (size_t i = 0; i < N_OF(signs); i++) {
        memset(&error, 0xff, sizeof(error));
        assert_int_equal(eyelet_error_errno(&error, signs[i] * ENOENT, "cannot bind '%s'", "unix:///x"),
                         EYELET_UNAVAILABLE);
        assert_int_equal(error.status, EYELET_UNAVAILABLE);
        assert_int_equal(error.error_number, ENOENT);
        assert_string_equal(error.text, "cannot bind 'unix:///x': No such file or directory (ENOENT)");
        assert_false(error.is_remote);
        assert_int_equal(error.details_len, 0);
    }
    eyelet_error_errno(&error, 9999, "cannot");
    assert_string_equal(error.text, "cannot: unknown error (?)");
    assert_int_equal(error.error_number, 9999);
}

static void a_failed_system_call_keeps_its_errno_behind_any_text(void **state)
{
    static const char end[] = ": Connection refused (ECONNREFUSED)";
    struct eyelet_error error;
    char text[3000];

    (void)state;
    for (size_t len = 900; len < sizeof(text); len += len < 1100 ? 1 : 500) {
        memset(text, '\xff', len); /* each becomes four bytes */
        memset(text, 'a', len % 7);
        text[len] = '\0';
        eyelet_error_errno(&error, ECONNREFUSED, "%s", text);
        assert_true(strlen(error.text) <= EYELET_ERROR_TEXT_MAX);
        assert_true(is_one_printable_line(error.text));
        assert_string_equal(error.text + strlen(error.text) - strlen(end), end);

        memset(text, 'a', len);
        eyelet_error_errno(&error, ECONNREFUSED, "%s", text);
        assert_string_equal(error.text + strlen(error.text) - strlen(end), end);
    }
}

static void unimplemented_is_known_in_the_words_of_every_implementation(void **state)
{
    static const struct {
        enum eyelet_status status;
        bool is_remote;
        const char *text;
        bool is_unimplemented;
    } table[] = {
        { EYELET_UNIMPLEMENTED, true, "unknown method 'Say' of service 'demo.Echo'", true }, /* eyelet */
        { EYELET_UNIMPLEMENTED, true, "service demo.Echo", true },                           /* Go 1.2 */
        { EYELET_UNIMPLEMENTED, true, "", true },
        { EYELET_UNIMPLEMENTED, false, "cannot listen: Operation not supported (EOPNOTSUPP)", false },
        { EYELET_NOT_FOUND, true, "service demo.Echo", true }, /* Go up to 1.1 */
        { EYELET_NOT_FOUND, true, "method Say", true },
        { EYELET_NOT_FOUND, false, "service demo.Echo", false },
        { EYELET_NOT_FOUND, true, "", false },
        { EYELET_NOT_FOUND, true, "no key 7", false },
        { EYELET_NOT_FOUND, true, "service", false },
        { EYELET_NOT_FOUND, true, "service ", false },
        { EYELET_NOT_FOUND, true, "services demo.Echo", false },
        { EYELET_NOT_FOUND, true, "service demo.Echo has no such key", false },
        { EYELET_NOT_FOUND, true, "method of payment", false },
        { EYELET_NOT_FOUND, true, "no service demo.Echo", false },
        { EYELET_NOT_FOUND, true, "/demo.Echo/Say does not exist", false },
        { EYELET_INVALID_ARGUMENT, true, "/demo.Echo/Say does not exist", true }, /* Rust */
        { EYELET_INVALID_ARGUMENT, false, "/demo.Echo/Say does not exist", false },
        { EYELET_INVALID_ARGUMENT, true, "", false },
        { EYELET_INVALID_ARGUMENT, true, "text is empty", false },
        { EYELET_INVALID_ARGUMENT, true, "service demo.Echo", false },
        { EYELET_INVALID_ARGUMENT, true, "key does not exist", false },
        { EYELET_INVALID_ARGUMENT, true, " does not exist", false },
        { EYELET_INVALID_ARGUMENT, true, "/ does not exist", false },
        { EYELET_INVALID_ARGUMENT, true, "// does not exist", false },
        { EYELET_INVALID_ARGUMENT, true, "/tmp does not exist", false },
        { EYELET_INVALID_ARGUMENT, true, "/tmp/ does not exist", false },
        { EYELET_INVALID_ARGUMENT, true, "//tmp does not exist", false },
        { EYELET_INVALID_ARGUMENT, true, "/var/lib/key does not exist", false },
        { EYELET_INVALID_ARGUMENT, true, "/tmp/key of mine does not exist", false },
        { EYELET_INVALID_ARGUMENT, true, "/demo.Echo/Say does not exist here", false },
        { EYELET_INTERNAL, true, "service demo.Echo", false },
        { EYELET_UNAVAILABLE, true, "/demo.Echo/Say does not exist", false },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_error error;

        eyelet_error_set(&error, table[i].status, "%s", table[i].text);
        error.is_remote = table[i].is_remote;
        if (eyelet_error_is_unimplemented(&error) != table[i].is_unimplemented)
            fail_msg("%s '%s'", eyelet_status_name(table[i].status), table[i].text);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_the_name_that_google_gave_it),
        cmocka_unit_test(a_number_that_is_no_code_is_unknown),
        cmocka_unit_test(a_name_that_is_none_leaves_the_code_alone),
        cmocka_unit_test(every_errno_becomes_a_status_whatever_its_sign),
        cmocka_unit_test(utf8_is_what_rfc_3629_says),
        cmocka_unit_test(every_code_point_but_surrogates_is_a_character_and_no_start_of_one_is),
        cmocka_unit_test(no_pair_of_bytes_but_two_letters_or_one_character_is_valid),
        cmocka_unit_test(what_cannot_be_printed_is_shown_as_hex),
        cmocka_unit_test(a_cut_text_ends_between_two_characters_for_every_room),
        cmocka_unit_test(random_bytes_become_one_printable_line),
        cmocka_unit_test(an_error_that_nobody_wants_is_only_a_status),
        cmocka_unit_test(a_set_error_has_nothing_left_of_the_one_before),
        cmocka_unit_test(whoever_refuses_fills_an_error_that_is_one),
        cmocka_unit_test(an_error_text_is_one_line_whatever_was_put_into_it),
        cmocka_unit_test(a_long_error_text_is_cut_between_two_characters),
        cmocka_unit_test(a_text_much_longer_than_the_room_fills_it),
        cmocka_unit_test(a_failed_system_call_names_its_errno_and_meaning),
        cmocka_unit_test(a_failed_system_call_keeps_its_errno_behind_any_text),
        cmocka_unit_test(unimplemented_is_known_in_the_words_of_every_implementation),
    };

    return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
