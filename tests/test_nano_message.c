/*
 * nanopb's messages: what is taken and what is refused, and that protobuf-c reads the same out of the same bytes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/agreement.h"
#include "support/faults.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text)                                                                                                    \
    {                                                                                                                  \
        (const uint8_t *)(text), sizeof(text) - 1                                                                      \
    }
#define SLICE(text) ((struct eyelet_slice)BYTES(text))

static const struct agreement_type *type_of(const char *name)
{
    for (size_t i = 0; i < AGREEMENT_N_TYPES; i++) {
        if (strcmp(agreement_types[i].name, name) == 0)
            return &agreement_types[i];
    }
    fail_msg("no type %s", name);
    return NULL;
}

/* Bytes in a block of exactly their length, so that the address sanitizer watches over its end. */
static bool is_taken(const char *name, struct eyelet_slice bytes)
{
    uint8_t *copy = malloc(bytes.len > 0 ? bytes.len : 1);
    bool is_taken;
    const char *fault;

    assert_non_null(copy);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    fault = agreement_fault(type_of(name), (struct eyelet_slice){ copy, bytes.len }, &is_taken);
    free(copy);
    if (fault != NULL)
        fail_msg("%s of %zu bytes: %s", name, bytes.len, fault);
    return is_taken;
}

static void assert_taken(const char *name, struct eyelet_slice bytes)
{
    if (!is_taken(name, bytes))
        fail_msg("%s of %zu bytes was refused", name, bytes.len);
}

static void assert_refused(const char *name, struct eyelet_slice bytes, const char *why)
{
    const struct agreement_type *type = type_of(name);
    void *message = malloc(type->size);
    struct eyelet_error error;

    assert_non_null(message);
    if (is_taken(name, bytes))
        fail_msg("%s of %zu bytes was taken: %s", name, bytes.len, why);
    eyelet_message_decode(type->nano, bytes, message, type->size, &error);
    free(message);
    if (strstr(error.text, why) == NULL)
        fail_msg("'%s' instead of '%s'", error.text, why);
}

static void decode(const pb_msgdesc_t *type, struct eyelet_slice bytes, void *message, size_t size)
{
    struct eyelet_error error;

    if (eyelet_message_decode(type, bytes, message, size, &error) != EYELET_OK)
        fail_msg("%s", error.text);
}

static size_t put_varint(uint8_t *room, uint64_t value)
{
    size_t n = 0;

    for (; value > 0x7f; value >>= 7)
        room[n++] = (uint8_t)(value | 0x80);
    room[n++] = (uint8_t)value;
    return n;
}

static size_t put_bytes(uint8_t *room, uint32_t number, struct eyelet_slice value)
{
    size_t n = put_varint(room, (uint64_t)number << 3 | EYELET_WIRE_BYTES);

    n += put_varint(room + n, value.len);
    if (value.len > 0)
        memcpy(room + n, value.data, value.len);
    return n + value.len;
}

/* A field of @len bytes 'x'. */
static struct eyelet_slice put_text(uint8_t *room, uint32_t number, size_t len)
{
    uint8_t text[64];

    assert_true(len <= sizeof(text));
    memset(text, 'x', len);
    return (struct eyelet_slice){ room, put_bytes(room, number, (struct eyelet_slice){ text, len }) };
}

/* --- there and back ----------------------------------------------------------------------------------------------- */

static nano_Everything full_message(void)
{
    return (nano_Everything){
        .i32 = -1,
        .i64 = INT64_MIN,
        .u32 = UINT32_MAX,
        .u64 = UINT64_MAX,
        .s32 = INT32_MIN,
        .s64 = INT64_MIN,
        .f32 = UINT32_MAX,
        .f64 = UINT64_MAX,
        .sf32 = INT32_MIN,
        .sf64 = INT64_MIN,
        .real32 = 1.5f,
        .real64 = -2.25,
        .flag = true,
        .colour = nano_Colour_GREEN,
        .text = "eight\xc3\xa9!",
        .data = { 8, { 0, 1, 2, 3, 4, 5, 6, 0xff } },
        .has_leaf = true,
        .leaf = { .number = 7, .name = "leaf", .few_count = 3, .few = { 1, 300, UINT32_MAX } },
        .has_choice = true,
        .choice = { .which_value = nano_Choice_key_tag, .value.key = { 9, 8, 7, 6 } },
        .has_lists = true,
        .lists = {
            .leaves_count = 2,
            .leaves = { { .number = 1 }, { .name = "two" } },
            .texts_count = 2,
            .texts = { "four", "" },
            .blobs_count = 2,
            .blobs = { { 4, { 0, 0, 0, 0 } }, { 0, { 0 } } },
            .packed_count = 4,
            .packed = { 0, 1, 1u << 31, UINT64_MAX },
            .unpacked_count = 2,
            .unpacked = { 0, UINT64_MAX },
            .bools_count = 4,
            .bools = { true, false, true, true },
            .words_count = 1,
            .words = { 0xdeadbeef },
            .reals_count = 1,
            .reals = { -0.0 },
            .zigzags_count = 2,
            .zigzags = { INT64_MIN, INT64_MAX },
            .colours_count = 2,
            .colours = { nano_Colour_GREEN, nano_Colour_RED },
            .keys_count = 2,
            .keys = { { 1, 2, 3, 4 }, { 0, 0, 0, 0 } },
            .empties_count = 1,
        },
        .counts_count = 2,
        .counts = { { "one", 1 }, { "one", 2 } },
        .sign = nano_Signed_BELOW,
        .has_branch = true,
        .branch = { .has_leaf = true, .leaves_count = 1, .has_choice = true },
        .narrow = 255,
        .far = 5,
    };
}

static void a_message_comes_back_as_it_was_encoded(void **state)
{
    nano_Everything message = full_message(), copy;
    struct eyelet_slice bytes = agreement_encode(nano_Everything_fields, &message), again;

    (void)state;
    assert_taken("nano.Everything", bytes);
    decode(nano_Everything_fields, bytes, &copy, sizeof(copy));
    again = agreement_encode(nano_Everything_fields, &copy);
    assert_int_equal(again.len, bytes.len);
    assert_memory_equal(again.data, bytes.data, bytes.len);
    assert_int_equal(copy.i64, INT64_MIN);
    assert_string_equal(copy.text, "eight\xc3\xa9!");
    assert_memory_equal(&copy.data.bytes, &message.data.bytes, 8);
    assert_int_equal(copy.lists.packed[3], UINT64_MAX);
    assert_memory_equal(copy.choice.value.key, "\x09\x08\x07\x06", 4);
    assert_string_equal(copy.counts[1].key, "one");
    free((void *)bytes.data);
    free((void *)again.data);
}

static void protobuf_c_reads_what_nanopb_writes(void **state)
{
    nano_Everything message = full_message();
    struct eyelet_slice bytes = agreement_encode(nano_Everything_fields, &message);
    ProtobufCMessage *unpacked = NULL;
    Nano__Everything *other;

    (void)state;
    assert_int_equal(eyelet_unpack_to_heap(&nano__everything__descriptor, bytes, 0, &unpacked, NULL), EYELET_UNPACK_OK);
    other = (Nano__Everything *)unpacked;
    assert_int_equal(other->i32, -1);
    assert_int_equal(other->s64, INT64_MIN);
    assert_int_equal(other->sign, NANO__SIGNED__BELOW);
    assert_string_equal(other->text, "eight\xc3\xa9!");
    assert_int_equal(other->choice->value_case, NANO__CHOICE__VALUE_KEY);
    assert_int_equal(other->lists->n_keys, 2);
    assert_int_equal(other->n_counts, 2);
    assert_int_equal(other->far, 5);
    protobuf_c_message_free_unpacked(unpacked, NULL);
    free((void *)bytes.data);
}

static void every_prefix_is_refused_or_read_alike(void **state)
{
    nano_Everything message = full_message();
    struct eyelet_slice bytes = agreement_encode(nano_Everything_fields, &message);
    size_t n_taken = 0;

    (void)state;
    for (size_t len = 0; len <= bytes.len; len++)
        n_taken += is_taken("nano.Everything", (struct eyelet_slice){ bytes.data, len });
    assert_int_equal(n_taken, 26); /* before the first field, and behind each; the two entries are two */
    free((void *)bytes.data);
}

static void every_byte_may_be_wrong(void **state)
{
    static const uint8_t others[] = { 0x00, 0x01, 0x02, 0x7f, 0x80, 0xff, 0x10, 0x18 };
    nano_Everything message = full_message();
    struct eyelet_slice bytes = agreement_encode(nano_Everything_fields, &message);
    uint8_t *wrong = malloc(bytes.len);

    (void)state;
    assert_non_null(wrong);
    for (size_t at = 0; at < bytes.len; at++) {
        for (size_t i = 0; i < N_OF(others) + 8; i++) {
            memcpy(wrong, bytes.data, bytes.len);
            wrong[at] = (uint8_t)(i < 8 ? wrong[at] ^ (1u << i) : others[i - 8]);
            is_taken("nano.Everything", (struct eyelet_slice){ wrong, bytes.len });
        }
    }
    free(wrong);
    free((void *)bytes.data);
}

/* Each type, out of bytes that were good for another one. */
static void bytes_of_any_type_are_refused_or_read_alike(void **state)
{
    nano_Everything message = full_message();
    struct eyelet_slice bytes = agreement_encode(nano_Everything_fields, &message);

    (void)state;
    for (size_t i = 0; i < AGREEMENT_N_TYPES; i++) {
        for (size_t from = 0; from < bytes.len; from++) {
            for (size_t len = 0; len <= 12 && len <= bytes.len - from; len++)
                is_taken(agreement_types[i].name, (struct eyelet_slice){ bytes.data + from, len });
        }
    }
    free((void *)bytes.data);
}

static void no_bytes_are_a_message_of_defaults(void **state)
{
    nano2_Inner inner;
    nano2_Strict strict;

    (void)state;
    assert_taken("nano.Everything", (struct eyelet_slice){ NULL, 0 });
    assert_taken("nano.Empty", (struct eyelet_slice){ NULL, 0 });
    assert_taken("nano2.Open", (struct eyelet_slice){ NULL, 0 });
    memset(&inner, 0xee, sizeof(inner));
    decode(nano2_Inner_fields, SLICE("\x08\x05"), &inner, sizeof(inner));
    assert_false(inner.has_depth);
    assert_int_equal(inner.depth, -7);
    decode(nano2_Strict_fields, SLICE("\x08\x01\x12\x01n\x2a\x02\x08\x02"), &strict, sizeof(strict));
    assert_string_equal(strict.greeting, "hello");
    assert_int_equal(strict.token.size, 2);
    assert_true(strict.has_inner);
    assert_int_equal(strict.inner.depth, -7);
}

static void init_leaves_nothing_but_defaults(void **state)
{
    nano2_Strict one, other;
    nano2_Open open;
    nano2_Told told;

    (void)state;
    memset(&one, 0xff, sizeof(one));
    memset(&other, 0x00, sizeof(other));
    eyelet_message_init(nano2_Strict_fields, &one, sizeof(one)); /* though it has fields that are required */
    eyelet_message_init(nano2_Strict_fields, &other, sizeof(other));
    assert_memory_equal(&one, &other, sizeof(one));
    assert_string_equal(one.greeting, "hello");
    assert_int_equal(one.inner.depth, -7);

    memset(&open, 0xff, sizeof(open));
    eyelet_message_init(nano2_Open_fields, &open, sizeof(open));
    assert_null(open.extensions);
    assert_null(open.shut.extensions);
    memset(&told, 0xff, sizeof(told));
    eyelet_message_init(nano2_Told_fields, &told, sizeof(told));
    assert_true(told.cb_value.funcs.decode == NULL);
}

static void what_is_larger_than_its_place_is_not_encoded(void **state)
{
    nano_Leaf unended, crowded = { .few_count = 4 };
    nano_Everything thick = { .data.size = 9 };
    size_t len = 77;

    (void)state;
    memset(&unended, 0, sizeof(unended));
    memset(unended.name, 'x', sizeof(unended.name));
    assert_int_equal(eyelet_message_len(nano_Leaf_fields, &unended, &len), -EINVAL);
    assert_int_equal(eyelet_message_len(nano_Leaf_fields, &crowded, &len), -EINVAL);
    assert_int_equal(eyelet_message_len(nano_Everything_fields, &thick, &len), -EINVAL);
    crowded.few_count = 3;
    assert_int_equal(eyelet_message_len(nano_Leaf_fields, &crowded, &len), 0);
    assert_int_equal(len, 5);
}

static void an_error_says_how_long_and_what_is_wrong(void **state)
{
    nano_Leaf leaf;
    struct eyelet_error error;

    (void)state;
    assert_int_equal(eyelet_message_decode(nano_Leaf_fields, SLICE("\x12\x01\xff"), &leaf, sizeof(leaf), &error),
                     EYELET_INTERNAL);
    assert_string_equal(error.text, "message of 3 bytes cannot be unpacked: field 2: a string that is not UTF-8");
    assert_int_equal(eyelet_message_decode(nano_Leaf_fields, SLICE("\x12\x01\xff"), &leaf, sizeof(leaf), NULL),
                     EYELET_INTERNAL);
}

/* --- hostile bytes ------------------------------------------------------------------------------------------------ */

/* @levels fields of @tag inside of each other, at the end of @room. */
static struct eyelet_slice nest(uint8_t *room, size_t cap, size_t levels, uint8_t tag)
{
    size_t at = cap;

    for (size_t i = 0; i < levels; i++) {
        uint8_t head[8] = { tag };
        size_t n = 1 + put_varint(head + 1, cap - at);

        assert_true(n <= at);
        at -= n;
        memcpy(room + at, head, n);
    }
    return (struct eyelet_slice){ room + at, cap - at };
}

static void h067_depth_is_the_types_and_not_the_peers(void **state)
{
    static uint8_t room[1 << 20];
    nano2_Loose loose;

    (void)state;
    assert_taken("nano.Empty", nest(room, sizeof(room), 100000, 0x12));   /* unknown: bytes, not messages */
    assert_refused("nano.Branch", nest(room, sizeof(room), 100000, 0x0a), /* a leaf has a number there */
                   "wrong wire type");
    assert_int_equal(
        eyelet_message_decode(nano2_Loose_fields, nest(room, sizeof(room), 100000, 0x12), &loose, sizeof(loose), NULL),
        EYELET_INTERNAL); /* the one type that could contain itself */
}

/* @n times @unit. */
static struct eyelet_slice repeat(const char *unit, size_t unit_len, size_t n)
{
    uint8_t *bytes = malloc(unit_len * n);

    assert_non_null(bytes);
    for (size_t i = 0; i < n; i++)
        memcpy(bytes + i * unit_len, unit, unit_len);
    return (struct eyelet_slice){ bytes, unit_len * n };
}

static void h068_two_million_of_anything_take_no_memory(void **state)
{
    static const struct {
        const char *type, *unit;
        size_t unit_len;
        bool is_taken;
    } rows[] = {
        { "nano.Lists", "\x62\x00", 2, false }, /* empty messages, of which there are two places */
        { "nano.Lists", "\x12\x00", 2, false }, /* empty strings */
        { "nano.Lists", "\x1a\x00", 2, false }, /* empty bytes */
        { "nano.Leaf", "\x7a\x00", 2, true },   /* unknown fields */
        { "nano.Leaf", "\x78\x00", 2, true },   { "nano.Leaf", "\x12\x00", 2, true }, /* the last one wins */
        { "nano.Empty", "\x7a\x00", 2, true },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        const struct agreement_type *type = type_of(rows[i].type);
        struct eyelet_slice bytes = repeat(rows[i].unit, rows[i].unit_len, 2 << 20);
        void *message = malloc(type->size);
        enum eyelet_status status;
        unsigned n;

        assert_non_null(message);
        n = faults_count(FAULT_ALLOC);
        status = eyelet_message_decode(type->nano, bytes, message, type->size, NULL);
        assert_int_equal(faults_count(FAULT_ALLOC), n);
        assert_int_equal(status, rows[i].is_taken ? EYELET_OK : EYELET_INTERNAL);
        free(message);
        free((void *)bytes.data);
    }
}

static void h069_a_million_merges_are_done_in_their_place(void **state)
{
    struct eyelet_slice merges = repeat("\x0a\x02\x08\x01", 4, 1000000), lists = repeat("\x0a\x02\x18\x01", 4, 4);
    nano_Branch branch;

    (void)state;
    decode(nano_Branch_fields, merges, &branch, sizeof(branch));
    assert_int_equal(branch.leaf.number, 1);
    lists.len = 3 * 4;
    decode(nano_Branch_fields, lists, &branch, sizeof(branch)); /* lists of merged messages are joined */
    assert_int_equal(branch.leaf.few_count, 3);
    lists.len = 4 * 4;
    assert_refused("nano.Branch", lists, "array overflow");
    free((void *)merges.data);
    free((void *)lists.data);
}

static void h069_a_oneof_changes_its_mind_so_often_and_no_more(void **state)
{
    struct eyelet_slice changes = repeat("\x0a\x00\x12\x00", 4, 1000);
    struct eyelet_error error;
    static nano_Fickle fickle;

    (void)state;
    assert_int_equal(eyelet_message_decode(nano_Fickle_fields, (struct eyelet_slice){ changes.data, 4 * 4 }, &fickle,
                                           sizeof(fickle), &error),
                     EYELET_OK);
    assert_int_equal(fickle.which_which, nano_Fickle_other_tag);
    assert_int_equal(eyelet_message_decode(nano_Fickle_fields, changes, &fickle, sizeof(fickle), &error),
                     EYELET_INTERNAL);
    assert_non_null(strstr(error.text, "begun anew too often"));
    free((void *)changes.data);
}

static void h070_packed_numbers_fit_or_are_refused(void **state)
{
    uint8_t *bytes = calloc(1, 4 << 20);
    size_t n;

    (void)state;
    assert_non_null(bytes);
    bytes[0] = 0x22;
    n = put_varint(bytes + 1, (4 << 20) - 5);
    assert_int_equal(n, 4);
    assert_refused("nano.Lists", (struct eyelet_slice){ bytes, 4 << 20 }, "array overflow");
    free(bytes);
    assert_taken("nano.Lists", SLICE("\x22\x04\x01\x02\x03\x04"));
    assert_taken("nano.Lists", SLICE("\x22\x02\x01\x02\x20\x03\x22\x01\x04"));
    assert_taken("nano.Lists", SLICE("\x22\x00"));
    assert_refused("nano.Lists", SLICE("\x22\x05\x01\x02\x03\x04\x05"), "array overflow");
    assert_refused("nano.Lists", SLICE("\x22\x02\x01\x02\x20\x03\x22\x02\x04\x05"), "array overflow");
    assert_refused("nano.Lists", SLICE("\x22\x02\x01\x80"), "");
    assert_refused("nano.Lists", SLICE("\x3a\x05\x01\x02\x03\x04\x05"), "");
    assert_refused("nano.Lists", SLICE("\x42\x04\x01\x02\x03\x04"), "");
    assert_refused("nano.Lists", SLICE("\x22\x0b\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "");
}

static void h071_lengths_beyond_the_end_are_refused(void **state)
{
    static const struct eyelet_slice lengths[] = {
        BYTES("\x02x"),
        BYTES("\xff\xff\xff\xff\x07x"),                     /* 2^31 - 1 */
        BYTES("\xff\xff\xff\xff\x0fx"),                     /* 2^32 - 1 */
        BYTES("\x80\x80\x80\x80\x10x"),                     /* 2^32 */
        BYTES("\x81\x80\x80\x80\x10x"),                     /* 2^32 + 1: 1 to who looks at 32 bits */
        BYTES("\xff\xff\xff\xff\x7fx"),                     /* to nanopb 2^32 - 1 */
        BYTES("\x81\x80\x80\x80\x80\x00x"),                 /* 1 in 6 bytes */
        BYTES("\x81\x80\x80\x80\x80\x80\x80\x80\x80\x00x"), /* 1 in 10 bytes */
        BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x"), /* -1 */
        BYTES("\x80"),
    };
    static const uint8_t tags[] = { 0x0a, 0x12, 0x1a, 0x22, 0x32, 0x3a, 0x5a, 0x62, 0x7a }; /* each kind, and unknown */

    (void)state;
    for (size_t i = 0; i < N_OF(lengths); i++) {
        for (size_t t = 0; t < N_OF(tags); t++) {
            uint8_t bytes[16] = { tags[t] };

            memcpy(bytes + 1, lengths[i].data, lengths[i].len);
            assert_refused("nano.Lists", (struct eyelet_slice){ bytes, 1 + lengths[i].len }, "");
        }
    }
}

static void h071_a_varint_is_64_bits_in_10_bytes(void **state)
{
    (void)state;
    assert_taken("nano.Everything", SLICE("\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    assert_refused("nano.Everything", SLICE("\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), "64 bits");
    assert_refused("nano.Everything", SLICE("\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x80\x00"), "64 bits");
    assert_refused("nano.Empty", SLICE("\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x80\x00"), "64 bits");
    assert_refused("nano.Empty", SLICE("\x20\x80"), "64 bits");
}

static const struct eyelet_slice bad_texts[] = {
    BYTES("\xff"),
    BYTES("\x80"),
    BYTES("\xc3"),
    BYTES("\xc0\x80"),         /* NUL, overlong */
    BYTES("\xed\xa0\x80"),     /* a surrogate */
    BYTES("\xf4\x90\x80\x80"), /* over U+10FFFF */
    BYTES("\xe2\x82"),
    BYTES("\0"),
    BYTES("a\0"),
    BYTES("a\0b"),
};

static void h072_strings_are_utf8_without_nul_wherever_they_are(void **state)
{
    static const struct {
        const char *type;
        uint32_t outer, inner; /* the string is field @inner, of the message that is field @outer unless that is 0 */
    } places[] = {
        { "nano.Leaf", 0, 2 },        { "nano.Branch", 1, 2 },      { "nano.Branch", 2, 2 },
        { "nano.Choice", 0, 2 },      { "nano.Choice", 4, 2 },      { "nano.Lists", 0, 2 },
        { "nano.Lists", 1, 2 },       { "nano.Everything", 0, 15 }, { "nano.Everything", 20, 1 },
        { "nano.Everything", 18, 2 }, { "nano.Everything", 19, 2 }, { "nano2.Open", 2, 1 },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(places); i++) {
        for (size_t t = 0; t < N_OF(bad_texts); t++) {
            uint8_t inner[16], outer[32];
            struct eyelet_slice bytes = { inner, put_bytes(inner, places[i].inner, bad_texts[t]) };

            if (places[i].outer != 0)
                bytes = (struct eyelet_slice){ outer, put_bytes(outer, places[i].outer, bytes) };
            assert_refused(places[i].type, bytes, "a string ");
        }
    }
    assert_refused("nano.Lists", SLICE("\x12\x01x\x12\x01\xff"), "UTF-8"); /* behind a good one */
    assert_refused("nano.Choice", SLICE("\x12\x01\xff\x08\x01"), "UTF-8"); /* though another member wins */
    assert_refused("nano.Leaf", SLICE("\x12\x01\xff\x12\x01x"), "UTF-8");  /* though another value wins */
    assert_taken("nano.Everything", SLICE("\x82\x01\x02\xff\x00"));        /* bytes are no text */
    assert_taken("nano.Empty", SLICE("\x12\x01\xff"));                     /* what is unknown may be anything */
}

static void h073_enums_are_kept_bools_normalised_and_floats_untouched(void **state)
{
    nano_Everything message;

    (void)state;
    assert_taken("nano.Everything", SLICE("\x70\x07\x68\x02"));
    decode(nano_Everything_fields, SLICE("\x70\x07\x68\x02"), &message, sizeof(message));
    assert_int_equal(message.colour, 7);
    assert_int_equal(*(uint8_t *)&message.flag, 1);
    decode(nano_Everything_fields, SLICE("\x68\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), &message, sizeof(message));
    assert_true(message.flag);

    decode(nano_Everything_fields, SLICE("\xa8\x01\xf9\xff\xff\xff\xff\xff\xff\xff\xff\x01"), &message,
           sizeof(message));
    assert_int_equal(message.sign, -7);
    assert_refused("nano.Everything", SLICE("\x70\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "integer too large");

    decode(nano_Everything_fields, SLICE("\x5d\x00\x00\x00\x80\x61\x01\x00\x00\x00\x00\x00\xf8\x7f"), &message,
           sizeof(message));
    assert_memory_equal(&message.real32, "\x00\x00\x00\x80", 4);                 /* -0.0 */
    assert_memory_equal(&message.real64, "\x01\x00\x00\x00\x00\x00\xf8\x7f", 8); /* a NaN with a payload */
}

static void h073_packed_bools_are_0_or_1(void **state)
{
    (void)state;
    assert_taken("nano.Lists", SLICE("\x32\x03\x00\x01\x01"));
    assert_taken("nano.Lists", SLICE("\x30\x02"));
    assert_refused("nano.Lists", SLICE("\x32\x02\x01\x02"), "packed bool");
    assert_refused("nano.Lists", SLICE("\x32\x02\x81\x00"), "packed bool"); /* one to nanopb, two to others */
}

static void h073_numbers_over_their_type_are_refused_or_cut_alike(void **state)
{
    (void)state;
    assert_taken("nano.Everything", SLICE("\x08\x80\x80\x80\x80\x10")); /* int32 of 2^32 is 0 to everybody */
    assert_refused("nano.Everything", SLICE("\x18\x80\x80\x80\x80\x10"), "integer too large");
    assert_refused("nano.Everything", SLICE("\x28\x80\x80\x80\x80\x10"), "integer too large");
    assert_refused("nano.Everything", SLICE("\x68\x80\x80\x80\x80\x10"), "varint overflow");
    assert_taken("nano.Everything", SLICE("\xb8\x01\xff\x01"));
    assert_refused("nano.Everything", SLICE("\xb8\x01\x80\x02"), "integer too large"); /* 8 bits are its place */
}

/* Members of the oneof, twice of some kinds. */
static const struct eyelet_slice members[] = {
    BYTES("\x08\x05"),
    BYTES("\x12\x02pq"),
    BYTES("\x1a\x02\xff\x00"),
    BYTES("\x22\x04\x08\x07\x18\x01"),
    BYTES("\x22\x03\x12\x01z"),
    BYTES("\x22\x00"),
    BYTES("\x2a\x00"),
    BYTES("\x30\x01"),
    BYTES("\x39\x00\x00\x00\x00\x00\x00\xf0\x3f"),
    BYTES("\x42\x04\x01\x02\x03\x04"),
};

static void h074_the_last_member_of_a_oneof_wins(void **state)
{
    (void)state;
    for (size_t a = 0; a < N_OF(members); a++) {
        for (size_t b = 0; b < N_OF(members); b++) {
            for (size_t c = 0; c < N_OF(members); c++) {
                uint8_t bytes[64];
                size_t n = members[a].len, m = n + members[b].len;
                nano_Choice choice;

                memcpy(bytes, members[a].data, members[a].len);
                memcpy(bytes + n, members[b].data, members[b].len);
                memcpy(bytes + m, members[c].data, members[c].len);
                assert_taken("nano.Choice", (struct eyelet_slice){ bytes, m + members[c].len });
                decode(nano_Choice_fields, (struct eyelet_slice){ bytes, m + members[c].len }, &choice, sizeof(choice));
                assert_int_equal(choice.which_value, members[c].data[0] >> 3);
            }
        }
    }
}

static void h074_a_member_that_comes_again_is_merged_and_after_another_it_is_new(void **state)
{
    nano_Choice choice;

    (void)state;
    decode(nano_Choice_fields, SLICE("\x22\x04\x08\x07\x18\x01\x22\x05\x12\x01z\x18\x02"), &choice, sizeof(choice));
    assert_int_equal(choice.value.leaf.number, 7);
    assert_string_equal(choice.value.leaf.name, "z");
    assert_int_equal(choice.value.leaf.few_count, 2);
    decode(nano_Choice_fields, SLICE("\x22\x04\x08\x07\x18\x01\x12\x07xxxxxxx\x22\x03\x12\x01z"), &choice,
           sizeof(choice));
    assert_int_equal(choice.value.leaf.number, 0);
    assert_int_equal(choice.value.leaf.few_count, 0);
}

static void h075_a_missing_required_field_is_refused(void **state)
{
    static const struct eyelet_slice lacking[] = {
        { NULL, 0 },
        BYTES("\x08\x01"),
        BYTES("\x12\x01n"),
        BYTES("\x1a\x05world\x22\x01\x07\x30\x01"),
        BYTES("\x08\x01\x12\x01n\x2a\x00"),
        BYTES("\x08\x01\x12\x01n\x2a\x02\x10\x01"),
        BYTES("\x08\x01\x12\x01n\x2a\x02\x08\x01\x2a\x00"), /* each occurrence must have it */
    };

    (void)state;
    for (size_t i = 0; i < N_OF(lacking); i++)
        assert_refused("nano2.Strict", lacking[i], "missing required field");
    assert_taken("nano2.Strict", SLICE("\x08\x01\x12\x01n\x30\x07\x32\x02\x08\x09"));
    assert_taken("nano2.Strict", SLICE("\x12\x00\x08\x00"));
}

/* nanopb has 64 bits to remember what was there, and says nothing of the others. */
static void h075_more_required_fields_than_are_looked_for_are_refused(void **state)
{
    pb_msgdesc_t many = nano2_Inner_msg;
    struct eyelet_error error;
    nano2_Inner inner;

    (void)state;
    many.required_field_count = PB_MAX_REQUIRED_FIELDS + 1;
    assert_int_equal(eyelet_message_decode(&many, SLICE("\x08\x01"), &inner, sizeof(inner), &error), EYELET_INTERNAL);
    assert_non_null(strstr(error.text, "more required fields than nanopb looks for"));
}

static bool takes_wire_type(const ProtobufCFieldDescriptor *field, uint32_t wire_type)
{
    static const uint8_t of_type[] = { 0, 0, 5, 0, 0, 1, 0, 5, 0, 1, 5, 1, 0, 0, 2, 2, 2 };

    _Static_assert(PROTOBUF_C_TYPE_INT32 == 0 && PROTOBUF_C_TYPE_MESSAGE == 16, "the table follows ProtobufCType");
    return of_type[field->type] == wire_type || (wire_type == 2 && field->label == PROTOBUF_C_LABEL_REPEATED);
}

/* Nothing, in any wire type, but for bytes of a fixed number. */
static size_t put_sound_value(uint8_t *room, const ProtobufCFieldDescriptor *field, uint32_t wire_type)
{
    memset(room, 0, 8);
    if (wire_type == EYELET_WIRE_BYTES && strncmp(field->name, "key", 3) == 0) {
        room[0] = 4;
        return 5;
    }
    if (wire_type == EYELET_WIRE_FIXED64)
        return 8;
    return wire_type == EYELET_WIRE_FIXED32 ? 4 : 1;
}

static void h076_a_wrong_wire_type_is_refused(void **state)
{
    static const char *const names[] = { "nano.Everything", "nano.Lists", "nano.Choice", "nano.Leaf", "nano.Branch" };

    (void)state;
    for (size_t t = 0; t < N_OF(names); t++) {
        const ProtobufCMessageDescriptor *type = type_of(names[t])->pbc;

        for (unsigned i = 0; i < type->n_fields; i++) {
            for (uint32_t wire_type = 0; wire_type < 8; wire_type++) {
                uint8_t bytes[16];
                size_t n = put_varint(bytes, type->fields[i].id << 3 | wire_type);
                bool is_right = takes_wire_type(&type->fields[i], wire_type);

                n += put_sound_value(bytes + n, &type->fields[i], wire_type);
                if (is_taken(names[t], (struct eyelet_slice){ bytes, n }) != is_right)
                    fail_msg("%s.%s, wire type %u", names[t], type->fields[i].name, wire_type);
            }
        }
    }
}

static void h076_groups_and_wire_types_that_are_none_are_refused_in_what_is_unknown(void **state)
{
    (void)state;
    for (uint8_t wire_type = 3; wire_type < 8; wire_type++) {
        uint8_t bytes[] = { (uint8_t)(0x78 | wire_type), 0, 0, 0, 0 };

        assert_int_equal(is_taken("nano.Empty", (struct eyelet_slice){ bytes, sizeof(bytes) }), wire_type == 5);
        assert_int_equal(is_taken("nano.Everything", (struct eyelet_slice){ bytes, sizeof(bytes) }), false);
    }
    assert_refused("nano.Empty", SLICE("\x0b\x08\x01\x0c"), "group");
    assert_refused("nano.Branch", SLICE("\x0a\x02\x7b\x7c"), "group");
}

static void h077_field_numbers_have_a_range(void **state)
{
    (void)state;
    assert_refused("nano.Empty", SLICE("\x00\x01"), "field number");
    assert_refused("nano.Empty", SLICE("\x80\x00\x01"), "field number");
    assert_refused("nano.Empty", SLICE("\x08\x01\x00"), "field number"); /* no end of a message to anybody */
    assert_refused("nano.Branch", SLICE("\x0a\x03\x08\x01\x00"), "field number");
    assert_refused("nano.Empty", SLICE("\x80\x80\x80\x80\x10\x01"), "field number"); /* 2^29 */
    assert_refused("nano.Leaf", SLICE("\x88\x80\x80\x80\x10\x01"), "field number");  /* 2^29 + 1: 1 in 32 bits */
    assert_refused("nano.Leaf", SLICE("\x88\x80\x80\x80\x80\x00\x01"), "5 bytes");   /* 1 in 6 bytes */
    assert_taken("nano.Leaf", SLICE("\x88\x80\x80\x80\x00\x01"));                    /* 1 in 5 bytes */
    assert_taken("nano.Empty", SLICE("\xf8\xff\xff\xff\x0f\x01"));                   /* 2^29 - 1 */
    assert_taken("nano.Everything", SLICE("\xf8\xff\xff\xff\x0f\x01"));
    assert_taken("nano.Everything", SLICE("\x88\x80\x20\x01")); /* 65537, which is no field, not 1 in 16 bits */
    for (uint32_t number = 19000; number < 20000; number++) {
        uint8_t bytes[8];
        size_t n = put_varint(bytes, number << 3);

        bytes[n++] = 1;
        assert_taken("nano.Empty", (struct eyelet_slice){ bytes, n });
        assert_taken("nano.Everything", (struct eyelet_slice){ bytes, n });
    }
}

static void h079_each_size_is_taken_up_to_its_place_and_no_further(void **state)
{
    static const struct {
        const char *type;
        uint32_t outer, number;
        size_t max;
    } rows[] = {
        { "nano.Leaf", 0, 2, 8 },        { "nano.Branch", 1, 2, 8 },      { "nano.Branch", 2, 2, 8 },
        { "nano.Choice", 0, 2, 8 },      { "nano.Choice", 0, 3, 8 },      { "nano.Choice", 4, 2, 8 },
        { "nano.Lists", 0, 2, 4 },       { "nano.Lists", 0, 3, 4 },       { "nano.Everything", 0, 15, 8 },
        { "nano.Everything", 0, 16, 8 }, { "nano.Everything", 20, 1, 8 }, { "nano2.Open", 2, 1, 8 },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        for (size_t len = 0; len <= 40; len++) {
            uint8_t inner[64], outer[80];
            struct eyelet_slice bytes = put_text(inner, rows[i].number, len);

            if (rows[i].outer != 0)
                bytes = (struct eyelet_slice){ outer, put_bytes(outer, rows[i].outer, bytes) };
            if (len <= rows[i].max)
                assert_taken(rows[i].type, bytes);
            else
                assert_refused(rows[i].type, bytes, "longer than");
        }
    }
}

static void h079_each_array_is_taken_up_to_its_count_and_no_further(void **state)
{
    static const struct {
        const char *type;
        struct eyelet_slice unit;
        size_t max;
    } rows[] = {
        { "nano.Leaf", BYTES("\x18\x01"), 3 },
        { "nano.Leaf", BYTES("\x1a\x01\x01"), 3 },
        { "nano.Branch", BYTES("\x12\x02\x08\x01"), 2 },
        { "nano.Lists", BYTES("\x0a\x00"), 2 },
        { "nano.Lists", BYTES("\x12\x01x"), 2 },
        { "nano.Lists", BYTES("\x1a\x01x"), 2 },
        { "nano.Lists", BYTES("\x20\x01"), 4 },
        { "nano.Lists", BYTES("\x28\x01"), 4 },
        { "nano.Lists", BYTES("\x2a\x01\x01"), 4 },
        { "nano.Lists", BYTES("\x30\x01"), 4 },
        { "nano.Lists", BYTES("\x3dpqrs"), 4 },
        { "nano.Lists", BYTES("\x41pqrstuvw"), 4 },
        { "nano.Lists", BYTES("\x48\x01"), 4 },
        { "nano.Lists", BYTES("\x50\x01"), 4 },
        { "nano.Lists", BYTES("\x5a\x04pqrs"), 2 },
        { "nano.Lists", BYTES("\x62\x00"), 2 },
        { "nano.Everything", BYTES("\xa2\x01\x03\x0a\x01k"), 2 },
        { "nano2.Strict", BYTES("\x08\x01\x12\x01n\x30\x01"), 3 },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        for (size_t n = 1; n <= 300; n += n < 8 ? 1 : 97) {
            struct eyelet_slice bytes = repeat((const char *)rows[i].unit.data, rows[i].unit.len, n);

            if (n <= rows[i].max)
                assert_taken(rows[i].type, bytes);
            else
                assert_refused(rows[i].type, bytes, "array overflow");
            free((void *)bytes.data);
        }
    }
}

static void h079_bytes_of_a_fixed_number_are_exactly_so_many(void **state)
{
    static const struct {
        const char *type;
        struct eyelet_slice before;
        uint32_t number;
    } rows[] = {
        { "nano.Choice", { NULL, 0 }, 8 },
        { "nano.Lists", { NULL, 0 }, 11 },
        { "nano2.Strict", BYTES("\x08\x01\x12\x01n"), 7 },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        for (size_t len = 0; len <= 16; len++) {
            uint8_t bytes[64];
            size_t n = rows[i].before.len;

            if (n > 0)
                memcpy(bytes, rows[i].before.data, n);
            n += put_text(bytes + n, rows[i].number, len).len;
            if (is_taken(rows[i].type, (struct eyelet_slice){ bytes, n }) != (len == 4))
                fail_msg("%s, %zu bytes", rows[i].type, len);
        }
    }
}

static void h079_arrays_of_a_fixed_count_have_exactly_so_many(void **state)
{
#define TWO   "\x12\x02\x08\x01\x12\x00"
#define WORDS "\x1dpqrs\x1dtuvw"
    static const struct {
        struct eyelet_slice bytes;
        bool is_taken;
    } rows[] = {
        { BYTES("\x0a\x03\x01\x02\x03" TWO WORDS), true },
        { BYTES("\x08\x01\x08\x02\x08\x03" TWO WORDS), true },
        { BYTES("\x08\x01\x0a\x03\x02\x83\x01" TWO WORDS), true },
        { BYTES("\x0a\x03\x01\x02\x03" TWO "\x1a\x08pqrstuvw"), true },
        { BYTES(TWO "\x0a\x03\x01\x02\x03" WORDS "\x78\x01"), true },
        { { NULL, 0 }, false }, /* nanopb would leave what is in the struct */
        { BYTES("\x0a\x03\x01\x02\x03" TWO), false },
        { BYTES("\x0a\x03\x01\x02\x03" WORDS), false },
        { BYTES("\x0a\x02\x01\x02" TWO WORDS), false },
        { BYTES("\x0a\x04\x01\x02\x03\x04" TWO WORDS), false },
        { BYTES("\x0a\x03\x01\x02\x03\x08\x04" TWO WORDS), false },
        { BYTES("\x0a\x03\x01\x02\x03" TWO WORDS "\x0a\x03\x01\x02\x03"), false }, /* nanopb would begin anew */
        { BYTES("\x0a\x03\x01\x02\x03" TWO TWO WORDS), false },
        { BYTES("\x0a\x03\x01\x02\x03\x12\x00" WORDS), false },
        { BYTES("\x0a\x03\x01\x02\x03" TWO "\x1dpqrs"), false },
        { BYTES("\x0a\x03\x01\x02\x03" TWO "\x1a\x07pqrstuv"), false },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        if (is_taken("nano.Exactly", rows[i].bytes) != rows[i].is_taken)
            fail_msg("row %zu", i);
    }
#undef TWO
#undef WORDS
}

/* An extension's pointer, out of a struct that holds a peer's earlier bytes, is where a peer wants it to be. */
static void h080_pointers_and_call_backs_in_old_memory_are_never_followed(void **state)
{
    nano2_Open open;
    nano2_Told told;

    (void)state;
    memset(&open, 0x41, sizeof(open));
    decode(nano2_Open_fields, SLICE("\x08\x05\xa2\x06\x01x\x12\x03\x0a\x01n"), &open, sizeof(open));
    assert_int_equal(open.id, 5);
    assert_string_equal(open.shut.name, "n");
    assert_null(open.extensions);
    memset(&told, 0x41, sizeof(told));
    decode(nano2_Told_fields, SLICE("\x0a\x02\x08\x05"), &told, sizeof(told));
    assert_int_equal(told.value.inner.id, 5);
    memset(&open, 0x41, sizeof(open));
    assert_int_equal(eyelet_message_decode(nano2_Open_fields, SLICE("\x08"), &open, sizeof(open), NULL),
                     EYELET_INTERNAL);
    memset(&told, 0x41, sizeof(told));
    assert_int_equal(eyelet_message_decode(nano2_Told_fields, SLICE("\x10\x01\x0a\x00"), &told, sizeof(told), NULL),
                     EYELET_INTERNAL);
}

/* eyelet generates nothing for such a type; and should one come all the same, nothing is allocated or called. */
static void h080_fields_without_a_place_are_refused(void **state)
{
    static const struct {
        struct eyelet_slice bytes;
        bool is_taken;
    } rows[] = {
        { BYTES("\x18\x01"), true },   /* the one field that has a place */
        { BYTES("\x0a\x01x"), false }, /* a call-back */
        { BYTES("\x12\x00"), false },  /* pointers */
        { BYTES("\x22\x01x"), false }, { BYTES("\x22\x00"), false }, { BYTES("\x08\x01"), false },
    };
    nano2_Loose loose;

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        enum eyelet_status status;

        memset(&loose, 0x41, sizeof(loose));
        status = eyelet_message_decode(nano2_Loose_fields, rows[i].bytes, &loose, sizeof(loose), NULL);
        assert_int_equal(status, rows[i].is_taken ? EYELET_OK : EYELET_INTERNAL);
        assert_null(loose.child);
        assert_null(loose.text);
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223; /* Numerical Recipes: the same bytes in every run */
    return *seed >> 8;
}

static void what_is_taken_is_what_protobuf_c_reads(void **state)
{
    static const uint8_t seed_bytes[] = "\x0a\x00\x12\x02pq\x1a\x02rs\x22\x02\x01\x02\x28\x05\x32\x01\x01\x3a\x04pqrs"
                                        "\x42\x08pqrstuvw\x4a\x02\x80\x01\x50\x07\x7a\x02xy";
    size_t n_taken = 0, n_refused = 0;
    uint32_t seed = 1;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[sizeof(seed_bytes) - 1];
        const char *name = agreement_types[(unsigned)i % AGREEMENT_N_TYPES].name;

        memcpy(bytes, seed_bytes, sizeof(bytes));
        for (uint32_t n = next_random(&seed) % 4; n > 0; n--)
            bytes[next_random(&seed) % sizeof(bytes)] = (uint8_t)next_random(&seed);
        if (is_taken(name, (struct eyelet_slice){ bytes, next_random(&seed) % (sizeof(bytes) + 1) }))
            n_taken++;
        else
            n_refused++;
    }
    assert_true(n_taken > 1000 && n_refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_message_comes_back_as_it_was_encoded, faults_setup),
        cmocka_unit_test_setup(protobuf_c_reads_what_nanopb_writes, faults_setup),
        cmocka_unit_test_setup(every_prefix_is_refused_or_read_alike, faults_setup),
        cmocka_unit_test_setup(every_byte_may_be_wrong, faults_setup),
        cmocka_unit_test_setup(bytes_of_any_type_are_refused_or_read_alike, faults_setup),
        cmocka_unit_test_setup(what_is_taken_is_what_protobuf_c_reads, faults_setup),
        cmocka_unit_test_setup(no_bytes_are_a_message_of_defaults, faults_setup),
        cmocka_unit_test_setup(init_leaves_nothing_but_defaults, faults_setup),
        cmocka_unit_test_setup(what_is_larger_than_its_place_is_not_encoded, faults_setup),
        cmocka_unit_test_setup(an_error_says_how_long_and_what_is_wrong, faults_setup),
        cmocka_unit_test_setup(h067_depth_is_the_types_and_not_the_peers, faults_setup),
        cmocka_unit_test_setup(h068_two_million_of_anything_take_no_memory, faults_setup),
        cmocka_unit_test_setup(h069_a_million_merges_are_done_in_their_place, faults_setup),
        cmocka_unit_test_setup(h069_a_oneof_changes_its_mind_so_often_and_no_more, faults_setup),
        cmocka_unit_test_setup(h070_packed_numbers_fit_or_are_refused, faults_setup),
        cmocka_unit_test_setup(h071_lengths_beyond_the_end_are_refused, faults_setup),
        cmocka_unit_test_setup(h071_a_varint_is_64_bits_in_10_bytes, faults_setup),
        cmocka_unit_test_setup(h072_strings_are_utf8_without_nul_wherever_they_are, faults_setup),
        cmocka_unit_test_setup(h073_enums_are_kept_bools_normalised_and_floats_untouched, faults_setup),
        cmocka_unit_test_setup(h073_packed_bools_are_0_or_1, faults_setup),
        cmocka_unit_test_setup(h073_numbers_over_their_type_are_refused_or_cut_alike, faults_setup),
        cmocka_unit_test_setup(h074_the_last_member_of_a_oneof_wins, faults_setup),
        cmocka_unit_test_setup(h074_a_member_that_comes_again_is_merged_and_after_another_it_is_new, faults_setup),
        cmocka_unit_test_setup(h075_a_missing_required_field_is_refused, faults_setup),
        cmocka_unit_test_setup(h075_more_required_fields_than_are_looked_for_are_refused, faults_setup),
        cmocka_unit_test_setup(h076_a_wrong_wire_type_is_refused, faults_setup),
        cmocka_unit_test_setup(h076_groups_and_wire_types_that_are_none_are_refused_in_what_is_unknown, faults_setup),
        cmocka_unit_test_setup(h077_field_numbers_have_a_range, faults_setup),
        cmocka_unit_test_setup(h079_each_size_is_taken_up_to_its_place_and_no_further, faults_setup),
        cmocka_unit_test_setup(h079_each_array_is_taken_up_to_its_count_and_no_further, faults_setup),
        cmocka_unit_test_setup(h079_bytes_of_a_fixed_number_are_exactly_so_many, faults_setup),
        cmocka_unit_test_setup(h079_arrays_of_a_fixed_count_have_exactly_so_many, faults_setup),
        cmocka_unit_test_setup(h080_pointers_and_call_backs_in_old_memory_are_never_followed, faults_setup),
        cmocka_unit_test_setup(h080_fields_without_a_place_are_refused, faults_setup),
    };

    return cmocka_run_group_tests_name("nano_message", tests, NULL, NULL);
}
