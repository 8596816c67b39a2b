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
#include "core/text.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

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

/* What can be printed as it is, escaping leaves as it is. */
static bool is_one_printable_line(const char *text)
{
    char room[EYELET_ERROR_TEXT_MAX + 1];

    eyelet_text_escape(eyelet_slice_of(text), room, sizeof(room));
    return strcmp(room, text) == 0;
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
