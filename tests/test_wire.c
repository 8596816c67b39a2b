/*
 * wire: what is a varint, a tag and a field, and what is none; nothing is read behind the end, and a failure takes
 * nothing.
 */
#include "core/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/wire.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text)                                                                                                    \
    {                                                                                                                  \
        (const uint8_t *)(text), sizeof(text) - 1                                                                      \
    }

#define CUT_TAG       "tag is cut off or has more than 5 bytes"
#define BAD_NUMBER    "field number is not between 1 and 536870911"
#define BAD_TYPE      "group or unknown wire type"
#define CUT_VARINT    "varint is cut off or does not fit into 64 bits"
#define CUT_FIXED     "value is cut off"
#define CUT_LENGTH    "length is cut off or has more than 5 bytes"
#define TOO_LONG      "value is longer than what it is in"
#define MINUS_1       "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
#define HIGHEST_FIELD 536870911

/* A copy that ends where @bytes end, so that the address sanitizer watches over it. */
static struct eyelet_slice guarded(struct eyelet_slice bytes)
{
    uint8_t *copy = malloc(bytes.len > 0 ? bytes.len : 1);

    assert_non_null(copy);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    return (struct eyelet_slice){ copy, bytes.len };
}

static void release(struct eyelet_slice copy)
{
    free((void *)copy.data);
}

static void a_varint_is_read_back_at_every_border(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits <= 64; bits++) {
        uint64_t border = bits < 64 ? (uint64_t)1 << bits : 0;

        for (uint64_t number = border - 1; number != border + 2; number++) {
            struct wire wire = { 0 };
            struct eyelet_slice in;
            uint64_t read = 1 ^ number;

            wire_varint(&wire, number);
            in = wire_slice(&wire);
            assert_true(eyelet_wire_take_varint(&in, EYELET_VARINT_LEN_MAX, &read));
            assert_true(read == number);
            assert_int_equal(in.len, 0);
            assert_ptr_equal(in.data, wire.bytes + wire.len);
            wire_clear(&wire);
        }
    }
}

static void a_varint_cut_anywhere_is_none_and_takes_nothing(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 64; bits++) {
        struct wire wire = { 0 };

        wire_varint(&wire, (uint64_t)1 << bits);
        for (size_t cut = 0; cut < wire.len; cut++) {
            struct eyelet_slice copy = guarded((struct eyelet_slice){ wire.bytes, cut }), in = copy;
            uint64_t read;

            assert_false(eyelet_wire_take_varint(&in, EYELET_VARINT_LEN_MAX, &read));
            assert_ptr_equal(in.data, copy.data);
            assert_int_equal(in.len, cut);
            release(copy);
        }
        wire_clear(&wire);
    }
}

static void a_varint_has_no_more_bytes_than_it_may(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 12; len++) { /* 1, made as long as that */
        uint8_t bytes[12] = { 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80 };

        bytes[len - 1] &= 0x7f;
        for (size_t len_max = 1; len_max <= EYELET_VARINT_LEN_MAX; len_max++) {
            struct eyelet_slice in = { bytes, sizeof(bytes) };
            uint64_t read = 0;

            assert_int_equal(eyelet_wire_take_varint(&in, len_max, &read), len <= len_max);
            assert_int_equal(in.len, len <= len_max ? sizeof(bytes) - len : sizeof(bytes));
            assert_int_equal(read, len <= len_max);
        }
    }
}

static void the_tenth_byte_of_a_varint_has_one_bit(void **state)
{
    (void)state;
    for (unsigned last = 0; last <= 0xff; last++) {
        const uint8_t bytes[11] = { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, (uint8_t)last, 0 };
        struct eyelet_slice in = { bytes, sizeof(bytes) };
        uint64_t read = 0;

        assert_int_equal(eyelet_wire_take_varint(&in, EYELET_VARINT_LEN_MAX, &read), last <= 1);
        assert_int_equal(in.len, last <= 1 ? 1 : sizeof(bytes));
        assert_true(read == (last == 1 ? (uint64_t)1 << 63 : 0));
    }
}

static const struct {
    struct eyelet_slice bytes;
    uint32_t number, wire_type;
    uint64_t varint;
    struct eyelet_slice value;
} good[] = {
    { BYTES("\x08\x00"), 1, EYELET_WIRE_VARINT, 0, { 0 } },
    { BYTES("\x08\x7f"), 1, EYELET_WIRE_VARINT, 127, { 0 } },
    { BYTES("\x78\x80\x01"), 15, EYELET_WIRE_VARINT, 128, { 0 } },
    { BYTES("\x80\x01\x81\x00"), 16, EYELET_WIRE_VARINT, 1, { 0 } },
    { BYTES("\x88\x80\x80\x80\x00\x01"), 1, EYELET_WIRE_VARINT, 1, { 0 } },
    { BYTES("\xf8\xff\xff\xff\x0f" MINUS_1), HIGHEST_FIELD, EYELET_WIRE_VARINT, UINT64_MAX, { 0 } },
    { BYTES("\x09qrstuvwx"), 1, EYELET_WIRE_FIXED64, 0, { 0 } },
    { BYTES("\x0dqrst"), 1, EYELET_WIRE_FIXED32, 0, { 0 } },
    { BYTES("\x0a\x00"), 1, EYELET_WIRE_BYTES, 0, BYTES("") },
    { BYTES("\x12\x03xyz"), 2, EYELET_WIRE_BYTES, 0, BYTES("xyz") },
    { BYTES("\xca\x80\x80\x80\x00\x81\x80\x80\x80\x00x"), 9, EYELET_WIRE_BYTES, 0, BYTES("x") },
};

static void a_field_is_taken_whole_and_what_follows_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(good); i++) {
        struct wire wire = { 0 };
        struct eyelet_slice in;
        struct eyelet_field field;

        wire_put(&wire, good[i].bytes.data, good[i].bytes.len);
        wire_fill(&wire, 0xff, 20);
        in = wire_slice(&wire);
        memset(&field, 0xff, sizeof(field));
        assert_null(eyelet_wire_take_field(&in, &field));
        assert_int_equal(field.number, good[i].number);
        assert_int_equal(field.wire_type, good[i].wire_type);
        assert_true(field.varint == good[i].varint);
        assert_int_equal(field.bytes.len, good[i].value.len);
        if (field.bytes.len > 0)
            assert_memory_equal(field.bytes.data, good[i].value.data, field.bytes.len);
        assert_int_equal(in.len, 20);
        assert_ptr_equal(in.data, wire.bytes + good[i].bytes.len);
        wire_clear(&wire);
    }
}

static void a_field_cut_anywhere_is_none_and_takes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(good); i++) {
        for (size_t cut = 0; cut < good[i].bytes.len; cut++) {
            struct eyelet_slice copy = guarded((struct eyelet_slice){ good[i].bytes.data, cut }), in = copy;
            struct eyelet_field field;

            if (eyelet_wire_take_field(&in, &field) == NULL)
                fail_msg("row %zu cut at %zu", i, cut);
            assert_ptr_equal(in.data, copy.data);
            assert_int_equal(in.len, cut);
            release(copy);
        }
    }
}

static const struct {
    struct eyelet_slice bytes;
    const char *reason;
    bool is_in_value; /* the tag is good */
} bad[] = {
    { { NULL, 0 }, CUT_TAG, false },
    { BYTES("\x80"), CUT_TAG, false },
    { BYTES("\x88\x80\x80\x80\x80\x00\x01"), CUT_TAG, false },
    { BYTES("\x00\x01"), BAD_NUMBER, false },
    { BYTES("\x07\x01"), BAD_NUMBER, false },
    { BYTES("\x80\x80\x80\x80\x00\x01"), BAD_NUMBER, false },
    { BYTES("\x88\x80\x80\x80\x10\x01"), BAD_NUMBER, false },
    { BYTES("\xf8\xff\xff\xff\x1f\x01"), BAD_NUMBER, false },
    { BYTES("\xf8\xff\xff\xff\x7f\x01"), BAD_NUMBER, false },
    { BYTES("\x0b\x0c"), BAD_TYPE, true },
    { BYTES("\x0c"), BAD_TYPE, true },
    { BYTES("\x0e\x00"), BAD_TYPE, true },
    { BYTES("\x0f\x00"), BAD_TYPE, true },
    { BYTES("\x08"), CUT_VARINT, true },
    { BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), CUT_VARINT, true },
    { BYTES("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"), CUT_VARINT, true },
    { BYTES("\x09qrstuvw"), CUT_FIXED, true },
    { BYTES("\x0dqrs"), CUT_FIXED, true },
    { BYTES("\x0a"), CUT_LENGTH, true },
    { BYTES("\x0a\x80"), CUT_LENGTH, true },
    { BYTES("\x0a\x80\x80\x80\x80\x80\x00"), CUT_LENGTH, true },
    { BYTES("\x0a" MINUS_1 "x"), CUT_LENGTH, true },
    { BYTES("\x0a\x01"), TOO_LONG, true },
    { BYTES("\x0a\x05qrst"), TOO_LONG, true },
    { BYTES("\x0a\xff\xff\xff\xff\x07x"), TOO_LONG, true }, /* 2^31 - 1 */
    { BYTES("\x0a\xff\xff\xff\xff\x0fx"), TOO_LONG, true }, /* 2^32 - 1 */
    { BYTES("\x0a\x81\x80\x80\x80\x10x"), TOO_LONG, true }, /* 2^32 + 1 */
    { BYTES("\x0a\xff\xff\xff\xff\x7fx"), TOO_LONG, true }, /* 2^35 - 1 */
};

static void what_is_no_field_is_named_and_takes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(bad); i++) {
        struct eyelet_slice copy = guarded(bad[i].bytes), in = copy;
        struct eyelet_field field;
        const char *reason = eyelet_wire_take_field(&in, &field);

        if (reason == NULL)
            fail_msg("row %zu", i);
        assert_string_equal(reason, bad[i].reason);
        assert_ptr_equal(in.data, copy.data);
        assert_int_equal(in.len, bad[i].bytes.len);
        release(copy);
    }
}

static void a_field_whose_value_is_bad_has_its_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(bad); i++) {
        struct eyelet_slice copy = guarded(bad[i].bytes), in = copy;
        struct eyelet_field field;

        assert_non_null(eyelet_wire_take_field(&in, &field));
        assert_int_equal(field.number != 0, bad[i].is_in_value);
        release(copy);
    }
}

/* @number made @len bytes long. */
static void put_padded(struct wire *wire, uint64_t number, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const uint8_t byte = (uint8_t)((number & 0x7f) | (i + 1 < len ? 0x80 : 0));

        wire_put(wire, &byte, 1);
        number >>= 7;
    }
    assert_true(number == 0);
}

/* Takes the field that is all of @wire, then finds none in it when it is cut anywhere. */
static void check_taken_and_cut(const struct wire *wire, const struct eyelet_field *want)
{
    for (size_t len = 0; len <= wire->len; len++) {
        struct eyelet_slice copy = guarded((struct eyelet_slice){ wire->bytes, len }), in = copy;
        struct eyelet_field field;
        bool is_taken = eyelet_wire_take_field(&in, &field) == NULL;

        assert_int_equal(is_taken, len == wire->len);
        assert_ptr_equal(in.data, is_taken ? copy.data + len : copy.data);
        assert_int_equal(in.len, is_taken ? 0 : len);
        if (is_taken) {
            assert_int_equal(field.number, want->number);
            assert_int_equal(field.wire_type, want->wire_type);
            assert_true(field.varint == want->varint);
            assert_int_equal(field.bytes.len, want->bytes.len);
            if (want->wire_type == EYELET_WIRE_BYTES)
                assert_ptr_equal(field.bytes.data, copy.data + len - want->bytes.len);
        }
        release(copy);
    }
}

/* What is read inline and what is not must be the same: the border lies at number 15 and at length 127. */
static void bytes_are_read_the_same_at_every_length_of_tag_and_length(void **state)
{
    static const size_t lens[] = { 0, 1, 2, 3, 126, 127, 128, 129 };

    (void)state;
    for (uint32_t number = 1; number <= 17; number++) {
        for (size_t i = 0; i < N_OF(lens); i++) {
            const struct eyelet_field want = { number, EYELET_WIRE_BYTES, 0, { NULL, lens[i] } };

            for (size_t tag_len = number < 16 ? 1 : 2; tag_len <= EYELET_TAG_LEN_MAX; tag_len++) {
                for (size_t len_len = lens[i] < 128 ? 1 : 2; len_len <= EYELET_LENGTH_LEN_MAX; len_len++) {
                    struct wire wire = { 0 };

                    put_padded(&wire, number << 3 | EYELET_WIRE_BYTES, tag_len);
                    put_padded(&wire, lens[i], len_len);
                    wire_fill(&wire, 0xff, lens[i]);
                    check_taken_and_cut(&wire, &want);
                    wire_clear(&wire);
                }
            }
        }
    }
}

static void varints_are_read_the_same_at_every_length_of_tag_and_value(void **state)
{
    (void)state;
    for (uint32_t number = 1; number <= 17; number++) {
        for (unsigned bits = 0; bits <= 64; bits++) {
            const struct eyelet_field want = {
                number, EYELET_WIRE_VARINT, bits > 0 ? UINT64_MAX >> (64 - bits) : 0, { 0 }
            };
            size_t least_len = bits > 0 ? (bits + 6) / 7 : 1;

            for (size_t tag_len = number < 16 ? 1 : 2; tag_len <= EYELET_TAG_LEN_MAX; tag_len++) {
                for (size_t len = least_len; len <= EYELET_VARINT_LEN_MAX; len++) {
                    struct wire wire = { 0 };

                    put_padded(&wire, number << 3 | EYELET_WIRE_VARINT, tag_len);
                    put_padded(&wire, want.varint, len);
                    check_taken_and_cut(&wire, &want);
                    wire_clear(&wire);
                }
            }
        }
    }
}

static void a_short_field_of_more_bytes_than_there_are_is_none(void **state)
{
    (void)state;
    for (unsigned len = 1; len < 128; len++) {
        const uint8_t head[] = { 1 << 3 | EYELET_WIRE_BYTES, (uint8_t)len };
        struct wire wire = { 0 };
        struct eyelet_slice copy, in;
        struct eyelet_field field;

        wire_put(&wire, head, sizeof(head));
        wire_fill(&wire, 'x', len - 1);
        copy = in = guarded(wire_slice(&wire));
        assert_string_equal(eyelet_wire_take_field(&in, &field), TOO_LONG);
        assert_int_equal(field.number, 1);
        assert_ptr_equal(in.data, copy.data);
        assert_int_equal(in.len, len + 1);
        release(copy);
        wire_clear(&wire);
    }
}

static void a_varint_is_as_long_as_its_bytes(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits <= 64; bits++) {
        uint64_t number = bits > 0 ? UINT64_MAX >> (64 - bits) : 0;
        struct wire wire = { 0 };

        wire_varint(&wire, number);
        assert_int_equal(eyelet_wire_varint_len(number), wire.len);
        wire_clear(&wire);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_varint_is_read_back_at_every_border),
        cmocka_unit_test(a_varint_cut_anywhere_is_none_and_takes_nothing),
        cmocka_unit_test(a_varint_has_no_more_bytes_than_it_may),
        cmocka_unit_test(the_tenth_byte_of_a_varint_has_one_bit),
        cmocka_unit_test(a_field_is_taken_whole_and_what_follows_stays),
        cmocka_unit_test(a_field_cut_anywhere_is_none_and_takes_nothing),
        cmocka_unit_test(what_is_no_field_is_named_and_takes_nothing),
        cmocka_unit_test(a_field_whose_value_is_bad_has_its_number),
        cmocka_unit_test(bytes_are_read_the_same_at_every_length_of_tag_and_length),
        cmocka_unit_test(varints_are_read_the_same_at_every_length_of_tag_and_value),
        cmocka_unit_test(a_short_field_of_more_bytes_than_there_are_is_none),
        cmocka_unit_test(a_varint_is_as_long_as_its_bytes),
    };

    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
