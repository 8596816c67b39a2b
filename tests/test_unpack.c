/*
 * From a peer's bytes to a message, both ways: into an arena and onto the heap. The numbers are those of the catalogue
 * of hostile peers. What is left allocated after a failure, the leak sanitizer finds.
 */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <eyelet/frame.h>

#include "codec.pb-c.h"
#include "codec/scan.h"
#include "codec/unpack.h"
#include "codec2.pb-c.h"
#include "support/faults.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text)                                                                                                    \
    {                                                                                                                  \
        (const uint8_t *)(text), sizeof(text) - 1                                                                      \
    }
#define SLICE(text) ((struct eyelet_slice)BYTES(text))
#define FRAME_LEN   (4u << 20) /* what a peer may send by default */

/* ---- both ways at once ---- */

static struct eyelet_slice pack(const ProtobufCMessage *message)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(len > 0 ? len : 1);

    assert_non_null(bytes);
    assert_int_equal(protobuf_c_message_pack(message, bytes), len);
    return (struct eyelet_slice){ bytes, len };
}

static void assert_same(const ProtobufCMessage *first, const ProtobufCMessage *second)
{
    struct eyelet_slice a = pack(first), b = pack(second);

    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    free((void *)a.data);
    free((void *)b.data);
}

static void assert_error(enum eyelet_unpack_result result, const struct eyelet_error *error)
{
    if (result == EYELET_UNPACK_OK)
        return;
    assert_int_equal(error->status, eyelet_unpack_status(result));
    assert_false(error->is_remote);
    assert_non_null(strstr(error->text, "cannot decode "));
}

/*
 * Unpacks into an arena, in place and onto the heap, all must say the same; a message is handed to @judge each time,
 * unless NULL.
 */
static enum eyelet_unpack_result unpack_max(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                            size_t decode_max, void (*judge)(const ProtobufCMessage *message),
                                            struct eyelet_error *reterr)
{
    struct eyelet_error error = { 0 }, place_error = { 0 }, heap_error = { 0 };
    ProtobufCMessage *message = NULL, *place_message = NULL, *heap_message = NULL;
    enum eyelet_unpack_result result, place_result, heap_result;
    struct eyelet_arena arena, place_arena;

    eyelet_arena_init(&arena, NULL, 0);
    eyelet_arena_init(&place_arena, NULL, 0);
    result = eyelet_unpack_into_arena(type, payload, decode_max, &arena, &message, &error);
    place_result = eyelet_unpack_in_place(type, payload, decode_max, &place_arena, &place_message, &place_error);
    heap_result = eyelet_unpack_to_heap(type, payload, decode_max, &heap_message, &heap_error);

    assert_int_equal(result, heap_result);
    assert_int_equal(place_result, result);
    assert_true(arena.used <= eyelet_unpack_budget(decode_max, payload.len));
    assert_true(place_arena.used <= arena.used);
    assert_error(result, &error);
    assert_string_equal(error.text, heap_error.text);
    assert_string_equal(error.text, place_error.text);
    if (result == EYELET_UNPACK_OK) {
        assert_same(message, heap_message);
        assert_same(message, place_message);
        if (judge != NULL) {
            judge(message);
            judge(place_message);
            judge(heap_message);
        }
        protobuf_c_message_free_unpacked(heap_message, NULL);
    } else {
        assert_null(message);
        assert_null(heap_message);
        if (reterr != NULL)
            *reterr = error;
    }
    eyelet_arena_clear(&place_arena);
    eyelet_arena_clear(&arena);
    return result;
}

static enum eyelet_unpack_result unpack(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload)
{
    return unpack_max(type, payload, 0, NULL, NULL);
}

static void assert_judged(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                          void (*judge)(const ProtobufCMessage *message))
{
    assert_int_equal(unpack_max(type, payload, 0, judge, NULL), EYELET_UNPACK_OK);
}

static void assert_refused(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                           enum eyelet_unpack_result expected, const char *text)
{
    struct eyelet_error error = { 0 };

    assert_int_equal(unpack_max(type, payload, 0, NULL, &error), expected);
    if (strstr(error.text, text) == NULL)
        fail_msg("'%s' is not in '%s'", text, error.text);
}

/* ---- making bytes ---- */

static struct eyelet_slice repeat(struct eyelet_slice unit, size_t len)
{
    uint8_t *bytes = malloc(len);
    size_t done = unit.len;

    assert_non_null(bytes);
    len -= len % unit.len;
    memcpy(bytes, unit.data, unit.len);
    while (done < len) {
        size_t n = done < len - done ? done : len - done;

        memcpy(bytes + done, bytes, n);
        done += n;
    }
    return (struct eyelet_slice){ bytes, len };
}

static size_t put_varint(uint8_t *room, uint64_t value)
{
    size_t n = 0;

    for (; value > 0x7f; value >>= 7)
        room[n++] = (uint8_t)(value | 0x80);
    room[n++] = (uint8_t)value;
    return n;
}

/* A field of @len bytes of @fill. */
static struct eyelet_slice filled(uint8_t tag, uint8_t fill, size_t len)
{
    uint8_t *bytes = malloc(len + 6);
    size_t n = 1;

    assert_non_null(bytes);
    bytes[0] = tag;
    n += put_varint(bytes + n, len);
    memset(bytes + n, fill, len);
    return (struct eyelet_slice){ bytes, n + len };
}

/* @levels messages inside of each other; the caller frees *ret_room. */
static struct eyelet_slice nest(size_t levels, uint8_t **ret_room)
{
    size_t cap = levels * 6, at = cap;
    uint8_t *room = malloc(cap);

    assert_non_null(room);
    for (size_t i = 1; i < levels; i++) {
        uint8_t head[6] = { 0x12 };
        size_t n = 1 + put_varint(head + 1, cap - at);

        at -= n;
        memcpy(room + at, head, n);
    }
    *ret_room = room;
    return (struct eyelet_slice){ room + at, cap - at };
}

/* A message with something in each field, packed. */
static struct eyelet_slice pack_everything(void)
{
    Codec__Node leaf = CODEC__NODE__INIT, node = CODEC__NODE__INIT, other = CODEC__NODE__INIT;
    Codec__Node *children[] = { &leaf, &other };
    Codec__Choice choice = CODEC__CHOICE__INIT;
    Codec__Lists lists = CODEC__LISTS__INIT;
    Codec__Empty empty = CODEC__EMPTY__INIT;
    Codec__Everything__CountsEntry count = CODEC__EVERYTHING__COUNTS_ENTRY__INIT;
    Codec__Everything__CountsEntry *counts[] = { &count };
    Codec__Everything everything = CODEC__EVERYTHING__INIT;
    Codec__Empty *empties[] = { &empty, &empty };
    char *texts[] = { (char *)"one", (char *)"", (char *)"\xc3\xa9" };
    ProtobufCBinaryData blobs[] = { { 2, (uint8_t *)"\0\xff" }, { 0, NULL } };
    uint64_t numbers[] = { 0, 127, 128, UINT64_MAX };
    int32_t ints[] = { -1, 0, INT32_MIN, INT32_MAX };
    protobuf_c_boolean bools[] = { 1, 0 };
    uint32_t words[] = { 1, UINT32_MAX };
    double reals[] = { 0.5, -0.0 };
    int64_t zigzags[] = { -1, INT64_MIN, INT64_MAX };
    Codec__Colour colours[] = { CODEC__COLOUR__GREEN, CODEC__COLOUR__RED };

    leaf.name = (char *)"leaf";
    node.numbers = ints;
    node.n_numbers = N_OF(ints);
    node.child = &leaf;
    node.children = children;
    node.n_children = N_OF(children);
    choice.value_case = CODEC__CHOICE__VALUE_NODE;
    choice.node = &leaf;
    lists = (Codec__Lists){ .base = lists.base,
                            .n_empties = N_OF(empties),
                            .empties = empties,
                            .n_texts = N_OF(texts),
                            .texts = texts,
                            .n_blobs = N_OF(blobs),
                            .blobs = blobs,
                            .n_packed = N_OF(numbers),
                            .packed = numbers,
                            .n_unpacked = N_OF(numbers),
                            .unpacked = numbers,
                            .n_bools = N_OF(bools),
                            .bools = bools,
                            .n_words = N_OF(words),
                            .words = words,
                            .n_reals = N_OF(reals),
                            .reals = reals,
                            .n_zigzags = N_OF(zigzags),
                            .zigzags = zigzags,
                            .n_colours = N_OF(colours),
                            .colours = colours };
    count.key = (char *)"key";
    count.value = 7;
    everything = (Codec__Everything){ .base = everything.base,
                                      .i32 = -1,
                                      .i64 = INT64_MIN,
                                      .u32 = UINT32_MAX,
                                      .u64 = UINT64_MAX,
                                      .s32 = INT32_MIN,
                                      .s64 = INT64_MIN,
                                      .f32 = 32,
                                      .f64 = 64,
                                      .sf32 = -32,
                                      .sf64 = -64,
                                      .real32 = 1.5f,
                                      .real64 = -2.5,
                                      .flag = 1,
                                      .colour = CODEC__COLOUR__GREEN,
                                      .text = (char *)"h\xc3\xa9llo",
                                      .data = { 3, (uint8_t *)"\0\x80\xff" },
                                      .node = &node,
                                      .choice = &choice,
                                      .lists = &lists,
                                      .n_counts = 1,
                                      .counts = counts,
                                      .far = 9 };
    return pack(&everything.base);
}

/* ---- what is right ---- */

static struct eyelet_slice expected;

static void judge_packs_as_expected(const ProtobufCMessage *message)
{
    struct eyelet_slice packed = pack(message);

    assert_int_equal(packed.len, expected.len);
    assert_memory_equal(packed.data, expected.data, expected.len);
    free((void *)packed.data);
}

static void a_message_comes_back_as_it_was_packed(void **state)
{
    (void)state;
    expected = pack_everything();
    assert_judged(&codec__everything__descriptor, expected, judge_packs_as_expected);
    free((void *)expected.data);
}

static void no_bytes_are_an_empty_message(void **state)
{
    (void)state;
    expected = (struct eyelet_slice){ NULL, 0 };
    assert_judged(&codec__everything__descriptor, expected, judge_packs_as_expected);
    assert_judged(&codec__empty__descriptor, expected, judge_packs_as_expected);
}

static void nothing_of_a_message_points_into_the_payload(void **state)
{
    struct eyelet_slice original = pack_everything(), copy = repeat(original, original.len);
    ProtobufCMessage *message = NULL, *heap_message = NULL;
    struct eyelet_arena arena;

    (void)state;
    eyelet_arena_init(&arena, NULL, 0);
    assert_int_equal(eyelet_unpack_into_arena(&codec__everything__descriptor, copy, 0, &arena, &message, NULL),
                     EYELET_UNPACK_OK);
    assert_int_equal(eyelet_unpack_to_heap(&codec__everything__descriptor, copy, 0, &heap_message, NULL),
                     EYELET_UNPACK_OK);
    free((void *)copy.data);

    expected = original;
    judge_packs_as_expected(message);
    judge_packs_as_expected(heap_message);
    protobuf_c_message_free_unpacked(heap_message, NULL);
    eyelet_arena_clear(&arena);
    free((void *)original.data);
}

/* ---- in place ---- */

/* Fields one behind the other; the caller frees them. */
static struct eyelet_slice join(const struct eyelet_slice *parts, size_t n)
{
    size_t len = 0;
    uint8_t *bytes;

    for (size_t i = 0; i < n; i++)
        len += parts[i].len;
    bytes = malloc(len);
    assert_non_null(bytes);
    len = 0;
    for (size_t i = 0; i < n; i++) {
        memcpy(bytes + len, parts[i].data, parts[i].len);
        len += parts[i].len;
    }
    return (struct eyelet_slice){ bytes, len };
}

/* Does the bytes field @data of what these parts make point into them? All ways of unpacking agree in any case. */
static bool stays(const ProtobufCMessageDescriptor *type, const struct eyelet_slice *parts, size_t n)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(type, "data");
    struct eyelet_slice payload = join(parts, n);
    ProtobufCMessage *message = NULL;
    struct eyelet_arena arena;
    const uint8_t *data;
    bool is_inside;

    assert_int_equal(unpack(type, payload), EYELET_UNPACK_OK);
    eyelet_arena_init(&arena, NULL, 0);
    assert_int_equal(eyelet_unpack_in_place(type, payload, 0, &arena, &message, NULL), EYELET_UNPACK_OK);
    data = ((const ProtobufCBinaryData *)(const void *)((const char *)message + field->offset))->data;
    is_inside = data > payload.data && data < payload.data + payload.len;
    eyelet_arena_clear(&arena);
    free((void *)payload.data);
    return is_inside;
}

static void a_bytes_field_that_is_most_of_the_payload_stays_in_its_place(void **state)
{
    const struct eyelet_slice tag = SLICE("\x82\x01"), number = SLICE("\x08\x05"),
                              far = SLICE("\xf8\xff\xff\xff\x0f\x09"), text = SLICE("\x7a\x02hi"),
                              small = SLICE("\x82\x01\x01!"), none = SLICE("\x82\x01\x00");
    struct eyelet_slice large = filled(0, 'd', EYELET_SCAN_LARGE_MIN), rest = { large.data + 1, large.len - 1 };
    const struct eyelet_slice less = { (const uint8_t *)"\xff\x1f", 2 }, less_value = { large.data + 3, 4095 };
    const ProtobufCMessageDescriptor *type = &codec__everything__descriptor;

    (void)state;
    assert_true(stays(type, (struct eyelet_slice[]){ tag, rest }, 2));
    assert_true(stays(type, (struct eyelet_slice[]){ number, text, tag, rest }, 4));
    assert_true(stays(type, (struct eyelet_slice[]){ tag, rest, far, text }, 4));
    assert_true(stays(type, (struct eyelet_slice[]){ number, small, tag, rest, number }, 5));
    assert_false(stays(type, (struct eyelet_slice[]){ tag, rest, small }, 3));      /* the last one counts */
    assert_false(stays(type, (struct eyelet_slice[]){ tag, rest, none }, 3));       /* and may be empty */
    assert_false(stays(type, (struct eyelet_slice[]){ tag, rest, tag, rest }, 4));  /* neither is most of it */
    assert_false(stays(type, (struct eyelet_slice[]){ tag, less, less_value }, 3)); /* not worth the while */
    free((void *)large.data);
}

static void h074_a_member_that_stays_in_its_place_may_be_replaced(void **state)
{
    struct eyelet_slice large = filled(0x1a, 'd', EYELET_SCAN_LARGE_MIN), text = filled(0x12, 't', 20);
    const struct eyelet_slice flag = SLICE("\x30\x01"), node = SLICE("\x22\x04\x22\x02hi"), small = SLICE("\x1a\x01!");
    const ProtobufCMessageDescriptor *type = &codec__choice__descriptor;

    (void)state;
    assert_true(stays(type, &large, 1));
    assert_true(stays(type, (struct eyelet_slice[]){ flag, text, node, large }, 4));
    assert_false(stays(type, (struct eyelet_slice[]){ large, flag }, 2));
    assert_false(stays(type, (struct eyelet_slice[]){ large, text }, 2));
    assert_false(stays(type, (struct eyelet_slice[]){ large, node }, 2));
    assert_false(stays(type, (struct eyelet_slice[]){ large, text, small }, 3));
    free((void *)text.data);
    free((void *)large.data);
}

/* Of a message inside, of a list, and a string: protobuf-c makes these. */
static void other_fields_do_not_stay_in_their_place(void **state)
{
    struct eyelet_slice large = filled(0x1a, 'd', EYELET_SCAN_LARGE_MIN), text = filled(0x12, 't', 8192), inner;
    uint8_t head[3] = { 0x0a };
    const struct eyelet_slice opened = { head, 1 + put_varint(head + 1, large.len) };

    (void)state;
    inner = join((struct eyelet_slice[]){ opened, large }, 2);
    assert_int_equal(unpack(&codec__choices__descriptor, inner), EYELET_UNPACK_OK);
    assert_int_equal(unpack(&codec__lists__descriptor, large), EYELET_UNPACK_OK);
    assert_int_equal(unpack(&codec__choice__descriptor, text), EYELET_UNPACK_OK);
    free((void *)inner.data);
    free((void *)text.data);
    free((void *)large.data);
}

static void every_allocation_may_fail_in_place(void **state)
{
    struct eyelet_slice large = filled(0x1a, 'd', 65536);
    enum eyelet_unpack_result result = EYELET_UNPACK_NO_MEMORY;
    ProtobufCMessage *message = NULL;
    struct eyelet_error error;
    struct eyelet_arena arena;
    unsigned nth;

    (void)state;
    for (nth = 1; result == EYELET_UNPACK_NO_MEMORY; nth++) {
        eyelet_arena_init(&arena, NULL, 0);
        faults_reset();
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        result = eyelet_unpack_in_place(&codec__choice__descriptor, large, 0, &arena, &message, &error);
        assert_true(result == EYELET_UNPACK_OK || error.status == EYELET_RESOURCE_EXHAUSTED);
        eyelet_arena_clear(&arena);
    }
    assert_int_equal(result, EYELET_UNPACK_OK);
    assert_true(nth > 2);
    free((void *)large.data);
}

static void every_truncation_ends_in_a_message_or_an_error(void **state)
{
    struct eyelet_slice whole = pack_everything();
    size_t n_refused = 0;

    (void)state;
    for (size_t len = 0; len < whole.len; len++) {
        struct eyelet_slice cut = { malloc(len > 0 ? len : 1), len }; /* the address sanitizer watches over its end */
        enum eyelet_unpack_result result;

        memcpy((void *)cut.data, whole.data, len);
        result = unpack(&codec__everything__descriptor, cut);
        assert_true(result == EYELET_UNPACK_OK || result == EYELET_UNPACK_MALFORMED);
        n_refused += result != EYELET_UNPACK_OK;
        free((void *)cut.data);
    }
    assert_true(n_refused > whole.len / 2);
    free((void *)whole.data);
}

static void every_byte_may_be_wrong(void **state)
{
    struct eyelet_slice whole = pack_everything(), bent = repeat(whole, whole.len);
    static const uint8_t masks[] = { 0x01, 0x02, 0x04, 0x07, 0x08, 0x10, 0x40, 0x80, 0xff };

    (void)state;
    for (size_t at = 0; at < whole.len; at++) {
        for (size_t i = 0; i < N_OF(masks); i++) {
            ((uint8_t *)bent.data)[at] ^= masks[i];
            unpack(&codec__everything__descriptor, bent); /* asserts that both ways agree and that nothing leaks */
            ((uint8_t *)bent.data)[at] ^= masks[i];
        }
    }
    free((void *)bent.data);
    free((void *)whole.data);
}

static void every_allocation_may_fail_in_the_arena(void **state)
{
    struct eyelet_slice payload = filled(0x1a, 'x', 100000);
    enum eyelet_unpack_result result = EYELET_UNPACK_NO_MEMORY;
    struct eyelet_error error;
    unsigned nth;

    (void)state;
    for (nth = 1; result == EYELET_UNPACK_NO_MEMORY; nth++) {
        ProtobufCMessage *message = NULL;
        struct eyelet_arena arena;

        eyelet_arena_init(&arena, NULL, 0);
        faults_reset();
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        result = eyelet_unpack_into_arena(&codec__lists__descriptor, payload, 0, &arena, &message, &error);
        if (result == EYELET_UNPACK_NO_MEMORY)
            assert_int_equal(error.status, EYELET_RESOURCE_EXHAUSTED);
        eyelet_arena_clear(&arena);
    }
    assert_int_equal(result, EYELET_UNPACK_OK);
    assert_true(nth > 3); /* the first chunk, one for the bytes */
    faults_reset();
    free((void *)payload.data);
}

static void every_allocation_may_fail_on_the_heap(void **state)
{
    struct eyelet_slice payload = pack_everything();
    enum eyelet_unpack_result result = EYELET_UNPACK_NO_MEMORY;
    struct eyelet_error error;
    unsigned nth;

    (void)state;
    for (nth = 1; result == EYELET_UNPACK_NO_MEMORY; nth++) {
        ProtobufCMessage *message = NULL;

        faults_reset();
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        result = eyelet_unpack_to_heap(&codec__everything__descriptor, payload, 0, &message, &error);
        if (result == EYELET_UNPACK_NO_MEMORY)
            assert_int_equal(error.status, EYELET_RESOURCE_EXHAUSTED);
        else
            protobuf_c_message_free_unpacked(message, NULL);
    }
    assert_int_equal(result, EYELET_UNPACK_OK);
    assert_true(nth > 30);
    faults_reset();
    free((void *)payload.data);
}

/* Where protobuf-c stops in the middle for want of budget: after each allocation that it makes. */
static void every_allocation_may_be_over_budget(void **state)
{
    struct eyelet_slice payload = pack_everything();
    enum eyelet_unpack_result result = EYELET_UNPACK_OVER_BUDGET;
    size_t n_stops = 0;

    (void)state;
    for (size_t max = 1; result == EYELET_UNPACK_OVER_BUDGET; max += EYELET_ALLOC_UNIT) {
        ProtobufCMessage *message = NULL;

        result = eyelet_unpack_to_heap(&codec__everything__descriptor, payload, max, &message, NULL);
        protobuf_c_message_free_unpacked(message, NULL);
        n_stops++;
    }
    assert_int_equal(result, EYELET_UNPACK_OK);
    assert_true(n_stops > 100);
    free((void *)payload.data);
}

static void an_arena_that_is_reset_unpacks_without_malloc(void **state)
{
    struct eyelet_slice payload = pack_everything();
    struct eyelet_arena arena;
    unsigned warm = 0;

    (void)state;
    eyelet_arena_init(&arena, NULL, 0);
    for (int round = 0; round < 10; round++) {
        ProtobufCMessage *message = NULL;

        if (round == 3)
            warm = faults_count(FAULT_ALLOC);
        assert_int_equal(eyelet_unpack_into_arena(&codec__everything__descriptor, payload, 0, &arena, &message, NULL),
                         EYELET_UNPACK_OK);
        eyelet_arena_reset(&arena);
    }
    assert_int_equal(faults_count(FAULT_ALLOC), warm);
    eyelet_arena_clear(&arena);
    free((void *)payload.data);
}

static void the_budget_grows_with_the_payload_up_to_its_maximum(void **state)
{
    (void)state;
    assert_int_equal(eyelet_unpack_budget(0, 0), 64 << 10);
    assert_int_equal(eyelet_unpack_budget(0, 1000), (64 << 10) + 16000);
    assert_int_equal(eyelet_unpack_budget(0, 1 << 20), 16 << 20);
    assert_int_equal(eyelet_unpack_budget(0, SIZE_MAX), 16 << 20);
    assert_int_equal(eyelet_unpack_budget(1000, 0), 1000);
    assert_int_equal(eyelet_unpack_budget(100000, 1), (64 << 10) + 16);
    assert_int_equal(eyelet_unpack_budget(100000, 100000), 100000);
    assert_int_equal(eyelet_unpack_budget(SIZE_MAX, EYELET_FRAME_DATA_MAX),
                     (64 << 10) + (size_t)EYELET_FRAME_DATA_MAX * 16);
}

static void each_result_has_its_status(void **state)
{
    (void)state;
    assert_int_equal(eyelet_unpack_status(EYELET_UNPACK_OK), EYELET_OK);
    assert_int_equal(eyelet_unpack_status(EYELET_UNPACK_MALFORMED), EYELET_INTERNAL);
    assert_int_equal(eyelet_unpack_status(EYELET_UNPACK_TOO_DEEP), EYELET_RESOURCE_EXHAUSTED);
    assert_int_equal(eyelet_unpack_status(EYELET_UNPACK_OVER_BUDGET), EYELET_RESOURCE_EXHAUSTED);
    assert_int_equal(eyelet_unpack_status(EYELET_UNPACK_NO_MEMORY), EYELET_RESOURCE_EXHAUSTED);
}

static void an_error_names_message_field_and_byte(void **state)
{
    (void)state;
    assert_refused(&codec__everything__descriptor, SLICE("\x08\x01\x7a\x01\xff"), EYELET_UNPACK_MALFORMED,
                   "cannot decode codec.Everything: string is not UTF-8, field 'text' at byte 2");
    assert_refused(&codec__everything__descriptor, SLICE("\x08\x01\x80"), EYELET_UNPACK_MALFORMED,
                   "cannot decode codec.Everything: tag is cut off or has more than 5 bytes, at byte 2");
}

/* ---- the catalogue ---- */

static void h067_a_hundred_levels_are_fine_and_more_are_too_deep(void **state)
{
    static const size_t levels[] = { 1, 2, 100, 101, 100000 };

    (void)state;
    for (size_t i = 0; i < N_OF(levels); i++) {
        uint8_t *room;
        struct eyelet_slice payload = nest(levels[i], &room);

        assert_int_equal(unpack(&codec__node__descriptor, payload),
                         levels[i] <= 100 ? EYELET_UNPACK_OK : EYELET_UNPACK_TOO_DEEP);
        free(room);
    }
}

static void *unpack_deepest(void *payload)
{
    assert_int_equal(unpack(&codec__merge__descriptor, *(struct eyelet_slice *)payload), EYELET_UNPACK_OK);
    return payload;
}

/* The deepest recursion there is: two messages of 100 levels, merged; on the stack of a worker. */
static void h067_the_deepest_message_fits_onto_a_stack_of_256_kib(void **state)
{
    uint8_t *room, both[2048];
    struct eyelet_slice deep = nest(99, &room), payload = { both, 0 };
    pthread_attr_t attr;
    pthread_t thread;
    void *result;

    (void)state;
    for (int i = 0; i < 2; i++) {
        both[payload.len++] = 0x0a;
        payload.len += put_varint(both + payload.len, deep.len);
        memcpy(both + payload.len, deep.data, deep.len);
        payload.len += deep.len;
    }
    assert_int_equal(pthread_attr_init(&attr), 0);
    assert_int_equal(pthread_attr_setstacksize(&attr, 256 << 10), 0);
    assert_int_equal(pthread_create(&thread, &attr, unpack_deepest, &payload), 0);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, &payload);
    pthread_attr_destroy(&attr);
    free(room);
}

static void h068_two_million_empty_things_are_over_budget(void **state)
{
    static const struct {
        const ProtobufCMessageDescriptor *type;
        struct eyelet_slice unit;
    } rows[] = {
        { &codec__lists__descriptor, BYTES("\x0a\x00") }, /* messages */
        { &codec__lists__descriptor, BYTES("\x12\x00") }, /* strings */
        { &codec__lists__descriptor, BYTES("\x1a\x00") }, /* bytes */
        { &codec__lists__descriptor, BYTES("\x28\x00") }, /* numbers, one by one */
        { &codec__lists__descriptor, BYTES("\x7a\x00") }, /* unknown fields */
        { &codec__lists__descriptor, BYTES("\x78\x00") },
        { &codec__everything__descriptor, BYTES("\x7a\x00") },     /* the same string, again and again */
        { &codec__everything__descriptor, BYTES("\x08\x01") },     /* the same number */
        { &codec__everything__descriptor, BYTES("\xa2\x01\x00") }, /* entries of a map */
        { &codec__choice__descriptor, BYTES("\x12\x00\x1a\x00\x22\x00\x08\x01") },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct eyelet_slice payload = repeat(rows[i].unit, FRAME_LEN);

        assert_int_equal(unpack(rows[i].type, payload), EYELET_UNPACK_OVER_BUDGET);
        free((void *)payload.data);
    }
}

/* Each of these gets past what the scan can tell in advance, and protobuf-c has to give up in the middle. */
static void h068_small_messages_of_small_numbers_are_over_budget(void **state)
{
    uint8_t unit[4 + 60] = { 0x1a, 2 + 60, 0x0a, 60 };
    struct eyelet_slice payload;

    (void)state;
    memset(unit + 4, 1, 60);
    payload = repeat((struct eyelet_slice){ unit, sizeof(unit) }, FRAME_LEN);
    assert_refused(&codec__node__descriptor, payload, EYELET_UNPACK_OVER_BUDGET,
                   "bytes of it take more than the 16777216 bytes of memory");
    free((void *)payload.data);
}

/* protobuf-c lists every field before it reads one: the scan knows, so nothing is ever allocated for these. */
static void h068_a_number_sent_a_million_times_is_refused_by_the_scan(void **state)
{
    static const struct eyelet_slice units[] = { BYTES("\x08\x01"), BYTES("\x08\x01\x10\x01\x18\x01\x68\x01") };
    struct eyelet_slice payload;

    (void)state;
    for (size_t i = 0; i < N_OF(units); i++) {
        payload = repeat(units[i], FRAME_LEN);
        assert_refused(&codec__everything__descriptor, payload, EYELET_UNPACK_OVER_BUDGET,
                       "more memory than its length and decode_max allow");
        free((void *)payload.data);
    }
}

static void h069_a_million_merges_are_over_budget(void **state)
{
    static const struct eyelet_slice unit = BYTES("\x0a\x02\x08\x01"), choice_unit = BYTES("\x0a\x03\x12\x01x");
    struct eyelet_slice payload;

    (void)state;
    for (size_t len = 16 << 10; len <= FRAME_LEN; len *= 2) {
        payload = repeat(unit, len);
        assert_int_equal(unpack(&codec__merge__descriptor, payload), EYELET_UNPACK_OVER_BUDGET);
        free((void *)payload.data);
        payload = repeat(choice_unit, len);
        assert_int_equal(unpack(&codec__choices__descriptor, payload), EYELET_UNPACK_OVER_BUDGET);
        free((void *)payload.data);
    }
}

/* Few merges, each of which copies a long list: cheap in messages, dear in copies. */
static void h069_merges_of_a_long_list_are_over_budget(void **state)
{
    struct eyelet_slice list = filled(0x0a, 1, 8192);
    uint8_t bytes[8192 + 16 + 4 * 100];
    struct eyelet_slice payload = { bytes, 1 };

    (void)state;
    bytes[0] = 0x0a;
    payload.len += put_varint(bytes + payload.len, list.len);
    memcpy(bytes + payload.len, list.data, list.len);
    payload.len += list.len;
    for (int i = 0; i < 100; i++, payload.len += 4)
        memcpy(bytes + payload.len, "\x0a\x02\x08\x01", 4);

    assert_refused(&codec__merge__descriptor, payload, EYELET_UNPACK_OVER_BUDGET, "bytes of memory that their length");
    free((void *)list.data);
}

static void judge_merged(const ProtobufCMessage *message)
{
    const Codec__Merge *merge = (const Codec__Merge *)message;

    assert_int_equal(merge->node->n_numbers, 3);
    assert_int_equal(merge->node->numbers[0], 1);
    assert_int_equal(merge->node->numbers[2], 3);
    assert_string_equal(merge->node->name, "q");
    assert_string_equal(merge->node->child->name, "r");
}

static void h069_a_few_merges_are_done(void **state)
{
    (void)state;
    assert_judged(&codec__merge__descriptor,
                  SLICE("\x0a\x05\x08\x01\x22\x01p\x0a\x0c\x0a\x02\x02\x03\x12\x03\x22\x01r\x22\x01q"), judge_merged);
}

static void judge_million_packed(const ProtobufCMessage *message)
{
    const Codec__Lists *lists = (const Codec__Lists *)message;

    assert_int_equal(lists->n_packed, 1000000);
    assert_int_equal(lists->packed[999999], 1);
}

static void h070_packed_varints_fit_or_are_over_budget(void **state)
{
    struct eyelet_slice payload = filled(0x22, 1, FRAME_LEN - 6);

    (void)state;
    assert_int_equal(unpack(&codec__lists__descriptor, payload), EYELET_UNPACK_OVER_BUDGET); /* eight times as much */
    free((void *)payload.data);

    payload = filled(0x22, 1, 1000000);
    assert_judged(&codec__lists__descriptor, payload, judge_million_packed);
    free((void *)payload.data);

    payload = filled(0x32, 1, FRAME_LEN - 6); /* bools: four times, and a little more than the most there is */
    assert_int_equal(unpack(&codec__lists__descriptor, payload), EYELET_UNPACK_OVER_BUDGET);
    free((void *)payload.data);
}

static void h071_lengths_beyond_the_end_are_malformed(void **state)
{
    static const struct eyelet_slice lengths[] = {
        BYTES("\x02"),                                     /* one byte is left */
        BYTES("\xff\xff\xff\xff\x07"),                     /* 2^31 - 1 */
        BYTES("\x80\x80\x80\x80\x08"),                     /* 2^31 */
        BYTES("\xff\xff\xff\xff\x0f"),                     /* 2^32 - 1: with the prefix it wraps in 32 bits */
        BYTES("\xfb\xff\xff\xff\x0f"),                     /* 2^32 - 5 */
        BYTES("\x81\x80\x80\x80\x10"),                     /* 2^32 + 1: as 32 bits it would fit */
        BYTES("\x81\x80\x80\x80\x80\x80\x80\x80\x80\x00"), /* 1, in ten bytes */
        BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), /* 2^64 - 1 */
        BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
    };
    static const uint8_t tags[] = { 0x0a, 0x12, 0x1a, 0x22, 0x7a }; /* message, string, bytes, packed, unknown */

    (void)state;
    for (size_t i = 0; i < N_OF(lengths); i++) {
        for (size_t t = 0; t < N_OF(tags); t++) {
            uint8_t bytes[16] = { tags[t] };

            memcpy(bytes + 1, lengths[i].data, lengths[i].len);
            bytes[1 + lengths[i].len] = 1;
            assert_int_equal(unpack(&codec__lists__descriptor, (struct eyelet_slice){ bytes, lengths[i].len + 2 }),
                             EYELET_UNPACK_MALFORMED);
        }
    }
}

static void h072_strings_are_utf8_without_nul(void **state)
{
    static const struct eyelet_slice texts[] = {
        BYTES("a\0b"),         BYTES("ab\0"),   BYTES("\xffpq"),    BYTES("\xc0\x80p"), /* NUL in two bytes */
        BYTES("\xed\xa0\x80"), BYTES("ab\xc3"), BYTES("\xe2\x82p"),
    };
    static const struct {
        const ProtobufCMessageDescriptor *type;
        struct eyelet_slice before; /* the text of three bytes */
        enum eyelet_unpack_result result;
    } places[] = {
        { &codec__everything__descriptor, BYTES("\x7a\x03"), EYELET_UNPACK_MALFORMED },
        { &codec__everything__descriptor, BYTES("\x8a\x01\x05\x22\x03"), EYELET_UNPACK_MALFORMED },
        { &codec__everything__descriptor, BYTES("\xa2\x01\x05\x0a\x03"), EYELET_UNPACK_MALFORMED }, /* key of a map */
        { &codec__lists__descriptor, BYTES("\x12\x01p\x12\x03"), EYELET_UNPACK_MALFORMED },
        { &codec__choice__descriptor, BYTES("\x12\x03"), EYELET_UNPACK_MALFORMED },
        { &codec2__strict__descriptor, BYTES("\x08\x01\x12\x03"), EYELET_UNPACK_MALFORMED }, /* proto2 too */
        { &codec__choice__descriptor, BYTES("\x1a\x03"), EYELET_UNPACK_OK },                 /* bytes are bytes */
        { &codec__empty__descriptor, BYTES("\x12\x03"), EYELET_UNPACK_OK },                  /* not known to be text */
    };

    (void)state;
    for (size_t p = 0; p < N_OF(places); p++) {
        for (size_t i = 0; i < N_OF(texts); i++) {
            uint8_t bytes[16];
            struct eyelet_slice payload = { bytes, places[p].before.len + 3 };

            memcpy(bytes, places[p].before.data, places[p].before.len);
            memcpy(bytes + places[p].before.len, texts[i].data, 3);
            assert_int_equal(unpack(places[p].type, payload), places[p].result);
        }
    }
}

static void judge_odd_numbers(const ProtobufCMessage *message)
{
    const Codec__Everything *everything = (const Codec__Everything *)message;
    uint32_t nan_bits;

    assert_int_equal(everything->colour, 99);
    assert_int_equal(everything->flag, 1);
    assert_true(signbit(everything->real64));
    assert_true(everything->real64 == 0);
    memcpy(&nan_bits, &everything->real32, sizeof(nan_bits));
    assert_int_equal(nan_bits, 0x7fc01234);
}

static void judge_odd_lists(const ProtobufCMessage *message)
{
    const Codec__Lists *lists = (const Codec__Lists *)message;

    assert_int_equal(lists->n_colours, 2);
    assert_int_equal(lists->colours[0], 99);
    assert_int_equal((int32_t)lists->colours[1], -1);
    assert_int_equal(lists->n_bools, 2);
    assert_int_equal(lists->bools[0], 1);
    assert_int_equal(lists->bools[1], 1);
}

static void h073_enums_are_kept_bools_normalised_and_floats_untouched(void **state)
{
    (void)state;
    assert_judged(&codec__everything__descriptor,
                  SLICE("\x70\x63\x68\x02\x61\x00\x00\x00\x00\x00\x00\x00\x80\x5d\x34\x12\xc0\x7f"), judge_odd_numbers);
    assert_judged(&codec__lists__descriptor,
                  SLICE("\x50\x63\x50\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x30\x02\x30\x80\x80\x01"),
                  judge_odd_lists);
    assert_refused(&codec__lists__descriptor, SLICE("\x32\x01\x02"), EYELET_UNPACK_MALFORMED,
                   "packed bool is neither 0 nor 1, field 'bools'"); /* as protobuf-c has it */
}

static const struct eyelet_slice members[] = {
    BYTES("\x08\x05"),
    BYTES("\x12\x01t"),
    BYTES("\x1a\x02\x01\x02"),
    BYTES("\x22\x03\x22\x01n"),
    BYTES("\x2a\x00"),
    BYTES("\x30\x01"),
    BYTES("\x39\x01\x02\x03\x04\x05\x06\x07\x08"),
    BYTES("\x12\x00"),
    BYTES("\x1a\x00"),
    BYTES("\x22\x00"),
    BYTES("\x08\x00"),
};
static Codec__Choice__ValueCase last_case;

static void judge_choice(const ProtobufCMessage *message)
{
    const Codec__Choice *choice = (const Codec__Choice *)message;

    assert_int_equal(choice->value_case, last_case);
    if (last_case == CODEC__CHOICE__VALUE_TEXT)
        assert_non_null(choice->text);
    if (last_case == CODEC__CHOICE__VALUE_NODE)
        assert_non_null(choice->node);
}

static void judge_choices(const ProtobufCMessage *message)
{
    judge_choice(&((const Codec__Choices *)message)->choice->base);
}

static size_t put_field(uint8_t *room, uint8_t tag, struct eyelet_slice value)
{
    size_t n = 1;

    room[0] = tag;
    n += put_varint(room + n, value.len);
    memcpy(room + n, value.data, value.len);
    return n + value.len;
}

static void h074_the_last_member_of_a_oneof_wins(void **state)
{
    (void)state;
    for (size_t a = 0; a < N_OF(members); a++) {
        for (size_t b = 0; b < N_OF(members); b++) {
            for (size_t c = 0; c < N_OF(members); c++) {
                uint8_t bytes[64];
                size_t n = members[a].len, m = n + members[b].len;

                memcpy(bytes, members[a].data, members[a].len);
                memcpy(bytes + n, members[b].data, members[b].len);
                memcpy(bytes + m, members[c].data, members[c].len);
                last_case = (Codec__Choice__ValueCase)(members[c].data[0] >> 3);
                assert_judged(&codec__choice__descriptor, (struct eyelet_slice){ bytes, m + members[c].len },
                              judge_choice);
            }
        }
    }
}

static void h074_a_message_with_a_oneof_that_comes_twice_is_merged(void **state)
{
    (void)state;
    for (size_t a = 0; a < N_OF(members); a++) {
        for (size_t b = 0; b < N_OF(members); b++) {
            uint8_t bytes[64];
            size_t n = put_field(bytes, 0x0a, members[a]);

            n += put_field(bytes + n, 0x0a, members[b]);
            last_case = (Codec__Choice__ValueCase)(members[b].data[0] >> 3);
            assert_judged(&codec__choices__descriptor, (struct eyelet_slice){ bytes, n }, judge_choices);
        }
    }
}

/* What a member leaves behind when the message comes again without one is protobuf-c's affair; memory is ours. */
static void h074_a_message_that_comes_again_with_an_empty_oneof_leaks_nothing(void **state)
{
    (void)state;
    for (size_t a = 0; a < N_OF(members); a++) {
        uint8_t bytes[64];
        size_t n = put_field(bytes, 0x0a, members[a]);

        memcpy(bytes + n, "\x0a\x00", 2);
        assert_int_equal(unpack(&codec__choices__descriptor, (struct eyelet_slice){ bytes, n + 2 }), EYELET_UNPACK_OK);
        memcpy(bytes + n + 2, "\x0a\x03\x22\x01\x80", 5); /* and then the next one does not decode */
        assert_int_equal(unpack(&codec__choices__descriptor, (struct eyelet_slice){ bytes, n + 7 }),
                         EYELET_UNPACK_MALFORMED);
    }
    assert_refused(&codec__choices__descriptor, SLICE("\x0a\x00\x0a\x00"), EYELET_UNPACK_MALFORMED, "empty oneof");
}

static void h074_a_member_that_cannot_be_allocated_releases_the_earlier_one(void **state)
{
    (void)state;
    for (size_t a = 0; a < N_OF(members); a++) {
        for (size_t b = 0; b < N_OF(members); b++) {
            uint8_t bytes[64];
            size_t n = put_field(bytes, 0x0a, members[a]);

            n += put_field(bytes + n, 0x0a, members[b]);
            for (unsigned nth = 1; nth < 16; nth++) {
                ProtobufCMessage *message = NULL;

                faults_reset();
                faults_fail(FAULT_ALLOC, nth, ENOMEM);
                eyelet_unpack_to_heap(&codec__choices__descriptor, (struct eyelet_slice){ bytes, n }, 0, &message,
                                      NULL);
                protobuf_c_message_free_unpacked(message, NULL);
            }
            faults_reset();
        }
    }
}

static void judge_defaults(const ProtobufCMessage *message)
{
    const Codec2__Strict *strict = (const Codec2__Strict *)message;

    assert_int_equal(strict->id, 1);
    assert_string_equal(strict->name, "n");
    assert_string_equal(strict->greeting, "hello");
    assert_int_equal(strict->token.len, 2);
    assert_int_equal(strict->n_plain, 3); /* one by one, and packed */
}

static void h075_a_missing_required_field_is_malformed(void **state)
{
    static const struct eyelet_slice lacking[] = {
        { NULL, 0 },
        BYTES("\x08\x01"),
        BYTES("\x12\x01n"),
        BYTES("\x1a\x05world\x22\x01\x07\x30\x01"),
        BYTES("\x08\x01\x12\x01n\x2a\x00"),
        BYTES("\x08\x01\x12\x01n\x2a\x02\x08\x01"),
        BYTES("\x08\x01\x12\x01n\x2a\x05\x08\x01\x12\x01n\x2a\x02\x08\x01"),
        BYTES("\x30\x01\x30\x02\x3a\x01x\x1a\x01g"),
    };

    (void)state;
    for (size_t i = 0; i < N_OF(lacking); i++)
        assert_refused(&codec2__strict__descriptor, lacking[i], EYELET_UNPACK_MALFORMED,
                       "cannot decode codec2.Strict: a required field is missing");
    assert_judged(&codec2__strict__descriptor, SLICE("\x08\x01\x12\x01n\x30\x07\x32\x02\x08\x09"), judge_defaults);
}

/* A value for a wire type that would be sound behind any tag. */
static size_t put_sound_value(uint8_t *room, uint32_t wire_type)
{
    memset(room, 0, 8);
    if (wire_type == 1)
        return 8;
    return wire_type == 5 ? 4 : 1; /* a varint or a length */
}

static bool takes_wire_type(const ProtobufCFieldDescriptor *field, uint32_t wire_type)
{
    static const uint8_t of_type[] = { 0, 0, 5, 0, 0, 1, 0, 5, 0, 1, 5, 1, 0, 0, 2, 2, 2 };

    _Static_assert(PROTOBUF_C_TYPE_INT32 == 0 && PROTOBUF_C_TYPE_MESSAGE == 16, "the table follows ProtobufCType");
    return of_type[field->type] == wire_type || (wire_type == 2 && field->label == PROTOBUF_C_LABEL_REPEATED);
}

static void h076_a_wrong_wire_type_is_malformed(void **state)
{
    static const ProtobufCMessageDescriptor *const types[] = { &codec__everything__descriptor,
                                                               &codec__lists__descriptor, &codec__choice__descriptor };

    (void)state;
    for (size_t t = 0; t < N_OF(types); t++) {
        for (unsigned i = 0; i < types[t]->n_fields; i++) {
            const ProtobufCFieldDescriptor *field = &types[t]->fields[i];

            for (uint32_t wire_type = 0; wire_type < 8; wire_type++) {
                uint8_t bytes[16];
                size_t n = put_varint(bytes, field->id << 3 | wire_type);
                enum eyelet_unpack_result result;

                n += put_sound_value(bytes + n, wire_type);
                result = unpack(types[t], (struct eyelet_slice){ bytes, n });
                if (result != (takes_wire_type(field, wire_type) ? EYELET_UNPACK_OK : EYELET_UNPACK_MALFORMED))
                    fail_msg("%s.%s, wire type %u: %d", types[t]->name, field->name, wire_type, result);
            }
        }
    }
}

static void judge_one_unknown(const ProtobufCMessage *message)
{
    assert_int_equal(message->n_unknown_fields, 1);
}

static void h077_field_numbers_have_a_range(void **state)
{
    (void)state;
    assert_refused(&codec__empty__descriptor, SLICE("\x00\x01"), EYELET_UNPACK_MALFORMED, "field number");
    assert_refused(&codec__empty__descriptor, SLICE("\x80\x00\x01"), EYELET_UNPACK_MALFORMED, "field number");
    assert_refused(&codec__empty__descriptor, SLICE("\x80\x80\x80\x80\x10\x01"), EYELET_UNPACK_MALFORMED,
                   "field number"); /* 2^29 */
    for (uint32_t number = 19000; number < 20000; number++) {
        uint8_t bytes[8];
        size_t n = put_varint(bytes, number << 3);

        bytes[n++] = 1;
        assert_judged(&codec__empty__descriptor, (struct eyelet_slice){ bytes, n }, judge_one_unknown);
    }
    assert_judged(&codec__empty__descriptor, SLICE("\xf8\xff\xff\xff\x0f\x01"), judge_one_unknown); /* 2^29 - 1 */
}

/* parse_tag_and_wiretype() shifts these out of an int; none of them must get there. */
static void h081_tags_that_protobuf_c_shifts_too_far_do_not_reach_it(void **state)
{
    (void)state;
    for (unsigned last = 0x10; last <= 0xff; last++) {
        uint8_t bytes[] = { 0xf8, 0xff, 0xff, 0xff, (uint8_t)last, 0x01, 0x01 };

        assert_int_equal(unpack(&codec__empty__descriptor, (struct eyelet_slice){ bytes, sizeof(bytes) }),
                         EYELET_UNPACK_MALFORMED);
        assert_int_equal(unpack(&codec__everything__descriptor, (struct eyelet_slice){ bytes, sizeof(bytes) }),
                         EYELET_UNPACK_MALFORMED);
    }
}

static void judge_empty_lists(const ProtobufCMessage *message)
{
    assert_int_equal(((const Codec__Lists *)message)->n_packed, 0);
    assert_int_equal(((const Codec__Lists *)message)->n_words, 0);
}

/* memcpy(NULL, .., 0) and NULL + 0 inside of protobuf-c: within reach of any peer, and harmless. */
static void h081_empty_packed_fields_and_empty_types_are_fine(void **state)
{
    (void)state;
    assert_judged(&codec__lists__descriptor, SLICE("\x22\x00\x3a\x00\x42\x00\x32\x00"), judge_empty_lists);
    assert_judged(&codec__empty__descriptor, SLICE("\x08\x01"), judge_one_unknown);
}

_Static_assert(EYELET_FRAME_DATA_MAX <= UINT32_MAX / 64, "h082: see unpack.c");

static void h082_no_payload_is_longer_than_a_frame(void **state)
{
    struct eyelet_slice payload = filled(0x1a, 'x', EYELET_FRAME_DATA_MAX - 5);
    const uint8_t byte = 0x08;

    (void)state;
    assert_int_equal(payload.len, EYELET_FRAME_DATA_MAX);
    assert_int_equal(unpack(&codec__lists__descriptor, payload), EYELET_UNPACK_OVER_BUDGET); /* 16 MiB of memory */
    assert_int_equal(unpack_max(&codec__lists__descriptor, payload, 64 << 20, NULL, NULL), EYELET_UNPACK_OK);
    free((void *)payload.data);

    payload = (struct eyelet_slice){ &byte, (size_t)EYELET_FRAME_DATA_MAX + 1 }; /* refused before a byte is read */
    assert_int_equal(unpack_max(&codec__lists__descriptor, payload, SIZE_MAX, NULL, NULL), EYELET_UNPACK_OVER_BUDGET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_message_comes_back_as_it_was_packed, faults_setup),
        cmocka_unit_test_setup(no_bytes_are_an_empty_message, faults_setup),
        cmocka_unit_test_setup(nothing_of_a_message_points_into_the_payload, faults_setup),
        cmocka_unit_test_setup(a_bytes_field_that_is_most_of_the_payload_stays_in_its_place, faults_setup),
        cmocka_unit_test_setup(h074_a_member_that_stays_in_its_place_may_be_replaced, faults_setup),
        cmocka_unit_test_setup(other_fields_do_not_stay_in_their_place, faults_setup),
        cmocka_unit_test_setup(every_allocation_may_fail_in_place, faults_setup),
        cmocka_unit_test_setup(every_truncation_ends_in_a_message_or_an_error, faults_setup),
        cmocka_unit_test_setup(every_byte_may_be_wrong, faults_setup),
        cmocka_unit_test_setup(every_allocation_may_fail_in_the_arena, faults_setup),
        cmocka_unit_test_setup(every_allocation_may_fail_on_the_heap, faults_setup),
        cmocka_unit_test_setup(every_allocation_may_be_over_budget, faults_setup),
        cmocka_unit_test_setup(an_arena_that_is_reset_unpacks_without_malloc, faults_setup),
        cmocka_unit_test_setup(the_budget_grows_with_the_payload_up_to_its_maximum, faults_setup),
        cmocka_unit_test_setup(each_result_has_its_status, faults_setup),
        cmocka_unit_test_setup(an_error_names_message_field_and_byte, faults_setup),
        cmocka_unit_test_setup(h067_a_hundred_levels_are_fine_and_more_are_too_deep, faults_setup),
        cmocka_unit_test_setup(h067_the_deepest_message_fits_onto_a_stack_of_256_kib, faults_setup),
        cmocka_unit_test_setup(h068_two_million_empty_things_are_over_budget, faults_setup),
        cmocka_unit_test_setup(h068_small_messages_of_small_numbers_are_over_budget, faults_setup),
        cmocka_unit_test_setup(h068_a_number_sent_a_million_times_is_refused_by_the_scan, faults_setup),
        cmocka_unit_test_setup(h069_a_million_merges_are_over_budget, faults_setup),
        cmocka_unit_test_setup(h069_merges_of_a_long_list_are_over_budget, faults_setup),
        cmocka_unit_test_setup(h069_a_few_merges_are_done, faults_setup),
        cmocka_unit_test_setup(h070_packed_varints_fit_or_are_over_budget, faults_setup),
        cmocka_unit_test_setup(h071_lengths_beyond_the_end_are_malformed, faults_setup),
        cmocka_unit_test_setup(h072_strings_are_utf8_without_nul, faults_setup),
        cmocka_unit_test_setup(h073_enums_are_kept_bools_normalised_and_floats_untouched, faults_setup),
        cmocka_unit_test_setup(h074_the_last_member_of_a_oneof_wins, faults_setup),
        cmocka_unit_test_setup(h074_a_message_with_a_oneof_that_comes_twice_is_merged, faults_setup),
        cmocka_unit_test_setup(h074_a_message_that_comes_again_with_an_empty_oneof_leaks_nothing, faults_setup),
        cmocka_unit_test_setup(h074_a_member_that_cannot_be_allocated_releases_the_earlier_one, faults_setup),
        cmocka_unit_test_setup(h075_a_missing_required_field_is_malformed, faults_setup),
        cmocka_unit_test_setup(h076_a_wrong_wire_type_is_malformed, faults_setup),
        cmocka_unit_test_setup(h077_field_numbers_have_a_range, faults_setup),
        cmocka_unit_test_setup(h081_tags_that_protobuf_c_shifts_too_far_do_not_reach_it, faults_setup),
        cmocka_unit_test_setup(h081_empty_packed_fields_and_empty_types_are_fine, faults_setup),
        cmocka_unit_test_setup(h082_no_payload_is_longer_than_a_frame, faults_setup),
    };

    return cmocka_run_group_tests_name("unpack", tests, NULL, NULL);
}
