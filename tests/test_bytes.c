/*
 * bytes: big-endian numbers, and slices that are taken apart but never left.
 */
#include "core/bytes.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const uint8_t digits[] = { '0', '1', '2', '3', '4', '5', '6', '7' };

static void numbers_are_written_with_the_highest_byte_first(void **state)
{
    static const struct {
        uint32_t number;
        uint8_t bytes[4];
    } table[] = {
        { 0, { 0, 0, 0, 0 } },
        { 1, { 0, 0, 0, 1 } },
        { 0xff, { 0, 0, 0, 0xff } },
        { 0x100, { 0, 0, 1, 0 } },
        { 0x01020304, { 1, 2, 3, 4 } },
        { 0x00ffffff, { 0, 0xff, 0xff, 0xff } },
        { 0x80000000, { 0x80, 0, 0, 0 } },
        { 0xfedcba98, { 0xfe, 0xdc, 0xba, 0x98 } },
        { 0xffffffff, { 0xff, 0xff, 0xff, 0xff } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        uint8_t room[6] = { 0x55, 0x55, 0x55, 0x55, 0x55, 0x55 };

        eyelet_put_be32(room + 1, table[i].number);
        assert_memory_equal(room + 1, table[i].bytes, 4);
        assert_int_equal(room[0], 0x55);
        assert_int_equal(room[5], 0x55);
        assert_int_equal(eyelet_get_be32(table[i].bytes), table[i].number);
    }
}

static void what_is_taken_and_what_is_left_make_up_the_whole(void **state)
{
    (void)state;
    for (size_t len = 0; len <= sizeof(digits); len++) {
        struct eyelet_slice rest = { digits, sizeof(digits) };
        struct eyelet_slice taken = eyelet_slice_take(&rest, len);

        assert_ptr_equal(taken.data, digits);
        assert_int_equal(taken.len, len);
        assert_ptr_equal(rest.data, digits + len);
        assert_int_equal(rest.len, sizeof(digits) - len);
    }
}

static void nothing_can_be_taken_from_a_slice_without_memory(void **state)
{
    struct eyelet_slice none = { NULL, 0 };
    struct eyelet_slice taken = eyelet_slice_take(&none, 0);

    (void)state;
    assert_null(taken.data);
    assert_int_equal(taken.len, 0);
    assert_null(none.data);
    assert_int_equal(none.len, 0);

    taken = eyelet_slice_part(none, 0, 0);
    assert_null(taken.data);
    assert_int_equal(taken.len, 0);
}

static void every_part_lies_where_it_was_asked_for(void **state)
{
    struct eyelet_slice whole = { digits, sizeof(digits) };

    (void)state;
    for (size_t offset = 0; offset <= whole.len; offset++) {
        for (size_t len = 0; len <= whole.len - offset; len++) {
            struct eyelet_slice part = eyelet_slice_part(whole, offset, len);

            assert_ptr_equal(part.data, digits + offset);
            assert_int_equal(part.len, len);
        }
    }
}

static void a_text_becomes_a_slice_without_its_nul(void **state)
{
    const char *text = "demo.Echo";
    struct eyelet_slice slice = eyelet_slice_of(text);

    (void)state;
    assert_ptr_equal(slice.data, text);
    assert_int_equal(slice.len, 9);
    assert_int_equal(eyelet_slice_of("").len, 0);
}

static void a_slice_equals_a_text_only_as_a_whole(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *text;
        bool is_equal;
    } table[] = {
        { "Echo", 4, "Echo", true },  { "Echo", 3, "Echo", false },    { "Echo", 4, "Ech", false },
        { "Echo", 4, "echo", false }, { "Echo\0x", 6, "Echo", false }, { "Echo", 0, "", true },
        { NULL, 0, "", true },        { NULL, 0, "Echo", false },      { "\0", 1, "", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct eyelet_slice slice = { (const uint8_t *)table[i].bytes, table[i].len };

        assert_int_equal(eyelet_slice_equals(slice, table[i].text), table[i].is_equal);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_written_with_the_highest_byte_first),
        cmocka_unit_test(what_is_taken_and_what_is_left_make_up_the_whole),
        cmocka_unit_test(nothing_can_be_taken_from_a_slice_without_memory),
        cmocka_unit_test(every_part_lies_where_it_was_asked_for),
        cmocka_unit_test(a_text_becomes_a_slice_without_its_nul),
        cmocka_unit_test(a_slice_equals_a_text_only_as_a_whole),
    };

    return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
