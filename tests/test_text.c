/*
 * The small printf means what printf(3) means, for all that it knows; what it writes is printable.
 */
#include "core/text.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include "core/bytes.h"

#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* formats are made up here, and printf is asked what they mean   \
                                                      */

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

/* --- characters --------------------------------------------------------------------------------------------------- */

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

static void pieces_are_characters_and_shown_bytes(void **state)
{
    struct eyelet_slice in = BYTES("a\xc3\xa9\xe2\x82\xac\n\xf0\x9f\x98\x80\xff\xc3");
    static const char *const pieces[] = {
        "a", "\xc3\xa9", "\xe2\x82\xac", "\\x0a", "\xf0\x9f\x98\x80", "\\xff", "\\xc3"
    };
    char shown[EYELET_TEXT_SHOWN_MAX];

    (void)state;
    for (size_t i = 0; i < N_OF(pieces); i++) {
        assert_int_equal(eyelet_text_take_shown(&in, shown), strlen(pieces[i]));
        assert_memory_equal(shown, pieces[i], strlen(pieces[i]));
    }
    assert_int_equal(in.len, 0);
}

/* --- conversions -------------------------------------------------------------------------------------------------- */

#define ROOM 128

/* What a format gives, byte for byte, in a room of @cap bytes; the caller frees it. */
static char *EYELET_PRINTF(3, 4) plain(size_t cap, bool *ret_is_cut, const char *format, ...)
{
    char *room = malloc(cap); /* exactly, so that a sanitizer sees the first byte behind */
    struct eyelet_text text;
    va_list args;

    assert_non_null(room);
    eyelet_text_init_plain(&text, room, cap);
    va_start(args, format);
    eyelet_text_vadd(&text, format, args);
    va_end(args);
    assert_int_equal(eyelet_text_end(&text), strlen(room));
    *ret_is_cut = text.is_cut;
    return room;
}

/* Asks both printfs for the same, in rooms that are large enough and in smaller ones. */
#define CHECK(...)                                                                                                     \
    do {                                                                                                               \
        static const size_t caps[] = { ROOM, 1, 2, 5, 12, 25 };                                                        \
        for (size_t at_ = 0; at_ < N_OF(caps); at_++) {                                                                \
            char want_[ROOM];                                                                                          \
            int len_ = snprintf(want_, caps[at_], __VA_ARGS__);                                                        \
            bool is_cut_;                                                                                              \
            char *got_ = plain(caps[at_], &is_cut_, __VA_ARGS__);                                                      \
            assert_string_equal(got_, want_);                                                                          \
            assert_int_equal(is_cut_, (size_t)len_ >= caps[at_]);                                                      \
            free(got_);                                                                                                \
        }                                                                                                              \
    } while (0)

static const char *const flags[] = { "", "0", "-", "0-", "-0", "00" };
static const char *const lengths[] = { "hh", "h", "", "l", "ll", "z", "t", "j" };
static const char letters[] = { 'd', 'i', 'u', 'x', 'X' };

static const uint64_t values[] = {
    0,
    1,
    7,
    9,
    10,
    99,
    255,
    0x7f,
    0x80,
    0x7fff,
    0x8000,
    0xffff,
    INT_MAX,
    0x80000000u,
    UINT32_MAX,
    0x123456789abcdefu,
    INT64_MAX,
    (uint64_t)INT64_MIN,
    (uint64_t)INT64_MIN + 1,
    UINT64_MAX,
    (uint64_t)INT_MIN,
    (uint64_t)-42,
};

/* @length_at says as which type the argument is given. With @star, it comes behind that width. */
static void check_number(const char *format, size_t length_at, uint64_t value, const int *star)
{
#define CHECK_AS(type)                                                                                                 \
    do {                                                                                                               \
        if (star != NULL)                                                                                              \
            CHECK(format, *star, (type)value);                                                                         \
        else                                                                                                           \
            CHECK(format, (type)value);                                                                                \
    } while (0)
    switch (length_at) {
    case 0:
    case 1:
    case 2:
        CHECK_AS(int);
        break;
    case 3:
        CHECK_AS(long);
        break;
    case 4:
        CHECK_AS(long long);
        break;
    case 5:
        CHECK_AS(ssize_t);
        break;
    case 6:
        CHECK_AS(ptrdiff_t);
        break;
    default:
        CHECK_AS(intmax_t);
    }
#undef CHECK_AS
}

static void numbers_of_every_length_flag_and_width_are_as_printf_writes_them(void **state)
{
    static const char *const widths[] = { "", "1", "3", "8", "20", "21", "40" };
    char format[32];

    (void)state;
    for (size_t flag = 0; flag < N_OF(flags); flag++) {
        for (size_t width = 0; width < N_OF(widths); width++) {
            for (size_t length = 0; length < N_OF(lengths); length++) {
                for (size_t letter = 0; letter < N_OF(letters); letter++) {
                    snprintf(format, sizeof(format), "<%%%s%s%s%c>", flags[flag], widths[width], lengths[length],
                             letters[letter]);
                    for (size_t value = 0; value < N_OF(values); value++)
                        check_number(format, length, values[value], NULL);
                }
            }
        }
    }
}

static void a_width_may_be_an_argument_and_negative(void **state)
{
    static const int stars[] = { 0, 1, 9, 30, -1, -9, -30 };
    char format[32];

    (void)state;
    for (size_t flag = 0; flag < N_OF(flags); flag++) {
        for (size_t star = 0; star < N_OF(stars); star++) {
            for (size_t length = 0; length < N_OF(lengths); length++) {
                for (size_t letter = 0; letter < N_OF(letters); letter++) {
                    snprintf(format, sizeof(format), "<%%%s*%s%c>", flags[flag], lengths[length], letters[letter]);
                    for (size_t value = 0; value < N_OF(values); value++)
                        check_number(format, length, values[value], &stars[star]);
                }
            }
        }
    }
}

static void strings_are_padded_and_cut_as_printf_does(void **state)
{
    static const char *const strings[] = { "", "a", "abc", "abcdefghij", "tab\tand\nline \xff" };
    static const char *const widths[] = { "", "1", "3", "12", "-", "-3", "-12" };
    static const char *const precisions[] = { "", ".", ".0", ".1", ".3", ".30" };
    static const int stars[] = { 0, 1, 3, 12, -1, -12, INT_MIN + 1 };
    char format[32];

    (void)state;
    for (size_t i = 0; i < N_OF(strings); i++) {
        for (size_t width = 0; width < N_OF(widths); width++) {
            for (size_t precision = 0; precision < N_OF(precisions); precision++) {
                snprintf(format, sizeof(format), "<%%%s%ss>", widths[width], precisions[precision]);
                CHECK(format, strings[i]);
            }
        }
        for (size_t star = 0; star < N_OF(stars); star++) {
            CHECK("<%.*s>", stars[star], strings[i]);
            CHECK("<%5.*s>", stars[star], strings[i]);
            if (stars[star] > INT_MIN + 1)
                CHECK("<%*.*s>", stars[star], 2, strings[i]);
        }
    }
}

static void a_string_that_does_not_end_is_read_as_far_as_its_precision_says(void **state)
{
    char *bytes = malloc(3); /* a sanitizer sees the fourth */
    char room[16];

    (void)state;
    assert_non_null(bytes);
    memcpy(bytes, "abc", 3);
    eyelet_text_format(room, sizeof(room), "<%.*s>", 3, bytes);
    assert_string_equal(room, "<abc>");
    eyelet_text_format(room, sizeof(room), "<%.2s>", bytes);
    assert_string_equal(room, "<ab>");
    free(bytes);
}

static void characters_and_percent_signs_are_as_printf_writes_them(void **state)
{
    (void)state;
    for (int c = 1; c <= 0xff; c++) {
        CHECK("<%c>", c);
        CHECK("<%3c>", c);
        CHECK("<%-3c>", c);
    }
    CHECK("%%");
    CHECK("100%%, %d%% of %s%%", 50, "all");
}

static void several_arguments_come_in_their_order(void **state)
{
    (void)state;
    CHECK("%s %d %s %zu/%u %lld %c%c 0x%02x %*d %.*s end", "one", -2, "three", (size_t)4, 5u, -6ll, '7', '8', 9u, 4, 10,
          2, "eleven");
}

static void nobody_is_shown_as_null(void **state)
{
    const char *volatile none = NULL; /* the compiler would warn, rightly */
    char room[16];

    (void)state;
    eyelet_text_format(room, sizeof(room), "<%s>", none);
    assert_string_equal(room, "<(null)>");
}

static void a_width_of_gigabytes_ends_with_the_room(void **state)
{
    const volatile int least = INT_MIN; /* the compiler would warn, rightly */
    char room[16];

    (void)state;
    assert_int_equal(eyelet_text_format(room, sizeof(room), "%*d", INT_MAX, 1), sizeof(room) - 1);
    assert_int_equal(eyelet_text_format(room, sizeof(room), "%*s", least, "a"), sizeof(room) - 1);
    assert_string_equal(room, "a              ");
}

static void what_is_no_conversion_of_these_stays_with_all_that_is_behind_it(void **state)
{
    static const char *const endings[] = {
        "%f",  "%5.2f",    "%p",    "%n",   "%o",    "%a",   "%e",
        "%g",  "%ls",      "%lc",   "%hs",  "%.3d",  "%.d",  "%+d",
        "% d", "%#x",      "%'d",   "%Lf",  "%",     "%5",   "%-",
        "%.",  "%l",       "%ll",   "%h",   "%y",    "%5%",  "%\xc3",
        "%q",  "%f %d %s", "%I64d", "%1$s", "%ll%s", "%0.0", "%.99999999999999999999d",
    };
    char room[64], want[64];

    (void)state;
    for (size_t i = 0; i < N_OF(endings); i++) {
        char format[64];

        snprintf(format, sizeof(format), "%%d %s", endings[i]);
        snprintf(want, sizeof(want), "7 %s", strcmp(endings[i], "%\xc3") == 0 ? "%\\xc3" : endings[i]);
        eyelet_text_format(room, sizeof(room), format, 7);
        assert_string_equal(room, want);
    }
}

/* --- one printable text ------------------------------------------------------------------------------------------- */

/* Whatever its parts are, a text is shown as if it had come in one piece. */
static void check_parts(const char *bytes, size_t len, size_t first, size_t second, size_t cap)
{
    char *got = malloc(cap), *want = malloc(cap);
    struct eyelet_text text;

    assert_non_null(got);
    assert_non_null(want);
    eyelet_text_init(&text, got, cap);
    eyelet_text_add(&text, "%.*s", (int)first, bytes);
    eyelet_text_add(&text, "%.*s%.*s", (int)(second - first), bytes + first, (int)(len - second), bytes + second);
    eyelet_text_end(&text);
    eyelet_text_escape((struct eyelet_slice){ (const uint8_t *)bytes, len }, want, cap);
    assert_string_equal(got, want);
    free(got);
    free(want);
}

static void a_text_in_parts_is_shown_as_one(void **state)
{
    static const char *const texts[] = {
        "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
        "\xf0\x9f\x98",
        "\xe2\xe2\x82\xf0\x9f\xc3\xa9",
        "a\xf4\x90\x80\x80\xed\xa0\x80z",
        "\xc2\x85\xc2\xa0\x7f\x1b",
        "\xf0\xf0\xf0\x9f\x98\x80\xe2",
    };

    (void)state;
    for (size_t i = 0; i < N_OF(texts); i++) {
        size_t len = strlen(texts[i]);

        for (size_t first = 0; first <= len; first++) {
            for (size_t second = first; second <= len; second++) {
                for (size_t cap = 1; cap <= 4 * len + 2; cap++)
                    check_parts(texts[i], len, first, second, cap);
            }
        }
    }
}

static void random_parts_are_shown_as_one(void **state)
{
    uint64_t seed = 0x5eed1;

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        size_t len = 1 + next_random(&seed) % 12;
        size_t second = next_random(&seed) % (len + 1), first = next_random(&seed) % (second + 1);
        char bytes[13] = { 0 };

        for (size_t i = 0; i < len; i++) /* no NUL: these are strings */
            bytes[i] =
                (char)(next_random(&seed) % 2 == 0 ? 0xc0 + next_random(&seed) % 64 : 1 + next_random(&seed) % 255);
        check_parts(bytes, len, first, second, 1 + next_random(&seed) % 60);
    }
}

static void a_character_in_bytes_is_a_character_and_a_nul_is_shown(void **state)
{
    char room[32];

    (void)state;
    eyelet_text_format(room, sizeof(room), "%c%c%c|%c|%3c", 0xe2, 0x82, 0xac, 0, '\n');
    assert_string_equal(room, "\xe2\x82\xac|\\x00|  \\x0a");
    eyelet_text_format(room, sizeof(room), "%c%s", 0xe2, "z");
    assert_string_equal(room, "\\xe2z");
}

static void nothing_follows_what_did_not_fit(void **state)
{
    struct eyelet_text text;
    char room[6];

    (void)state;
    eyelet_text_init(&text, room, sizeof(room));
    eyelet_text_add(&text, "%s", "abc\n");
    assert_true(text.is_cut);
    eyelet_text_add(&text, "d");
    assert_string_equal(room, "abc");
    assert_int_equal(eyelet_text_end(&text), 3);

    eyelet_text_init_plain(&text, room, sizeof(room));
    eyelet_text_add_bytes(&text, (struct eyelet_slice)BYTES("a\n\xff\xc3\xa9"));
    assert_false(text.is_cut);
    assert_string_equal(room, "a\n\xff\xc3\xa9");
    eyelet_text_add_bytes(&text, (struct eyelet_slice)BYTES(""));
    assert_false(text.is_cut);
    eyelet_text_add_bytes(&text, (struct eyelet_slice)BYTES("b"));
    assert_true(text.is_cut);
    assert_string_equal(room, "a\n\xff\xc3\xa9");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_what_rfc_3629_says),
        cmocka_unit_test(every_code_point_but_surrogates_is_a_character_and_no_start_of_one_is),
        cmocka_unit_test(no_pair_of_bytes_but_two_letters_or_one_character_is_valid),
        cmocka_unit_test(what_cannot_be_printed_is_shown_as_hex),
        cmocka_unit_test(a_cut_text_ends_between_two_characters_for_every_room),
        cmocka_unit_test(random_bytes_become_one_printable_line),
        cmocka_unit_test(pieces_are_characters_and_shown_bytes),
        cmocka_unit_test(numbers_of_every_length_flag_and_width_are_as_printf_writes_them),
        cmocka_unit_test(a_width_may_be_an_argument_and_negative),
        cmocka_unit_test(strings_are_padded_and_cut_as_printf_does),
        cmocka_unit_test(a_string_that_does_not_end_is_read_as_far_as_its_precision_says),
        cmocka_unit_test(characters_and_percent_signs_are_as_printf_writes_them),
        cmocka_unit_test(several_arguments_come_in_their_order),
        cmocka_unit_test(nobody_is_shown_as_null),
        cmocka_unit_test(a_width_of_gigabytes_ends_with_the_room),
        cmocka_unit_test(what_is_no_conversion_of_these_stays_with_all_that_is_behind_it),
        cmocka_unit_test(a_text_in_parts_is_shown_as_one),
        cmocka_unit_test(random_parts_are_shown_as_one),
        cmocka_unit_test(a_character_in_bytes_is_a_character_and_a_nul_is_shown),
        cmocka_unit_test(nothing_follows_what_did_not_fit),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
