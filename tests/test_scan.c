/*
 * The scan: which bytes it lets through, and what it says of those it does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec.pb-c.h"
#include "codec/scan.h"
#include "codec2.pb-c.h"
#include "support/faults.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text)                                                                                                    \
    {                                                                                                                  \
        (const uint8_t *)(text), sizeof(text) - 1                                                                      \
    }

static enum eyelet_scan_result scan(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload)
{
    struct eyelet_scan_large large;
    struct eyelet_scan_fault fault;

    return eyelet_scan(type, payload, SIZE_MAX, &large, &fault);
}

static void sound_bytes_pass(void **state)
{
    static const struct {
        const ProtobufCMessageDescriptor *type;
        struct eyelet_slice bytes;
    } rows[] = {
        { &codec__empty__descriptor, { NULL, 0 } },
        { &codec__everything__descriptor, { NULL, 0 } },
        { &codec__everything__descriptor, BYTES("\x08\x01") },
        { &codec__everything__descriptor, BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") }, /* -1 */
        { &codec__everything__descriptor, BYTES("\x88\x80\x80\x80\x00\x01") }, /* tag 8 in 5 bytes */
        { &codec__everything__descriptor, BYTES("\x08\x81\x80\x00") },         /* 1 in 3 bytes */
        { &codec__everything__descriptor, BYTES("\x7a\x00") },
        { &codec__everything__descriptor, BYTES("\x7a\x81\x80\x80\x80\x00p") }, /* length 1 in 5 bytes */
        { &codec__everything__descriptor, BYTES("\x7a\x02\xc3\xa9") },
        { &codec__everything__descriptor, BYTES("\x82\x01\x02\xff\x00") }, /* bytes are no text */
        { &codec__everything__descriptor, BYTES("\x3d\x01\x02\x03\x04") },
        { &codec__everything__descriptor, BYTES("\x41\x01\x02\x03\x04\x05\x06\x07\x08") },
        { &codec__everything__descriptor, BYTES("\xf8\xff\xff\xff\x0f\x01") },      /* field 2^29 - 1 */
        { &codec__everything__descriptor, BYTES("\xa2\x01\x05\x0a\x01k\x10\x01") }, /* an entry of a map */
        { &codec__everything__descriptor, BYTES("\xa2\x01\x00") },                  /* without key and value */
        { &codec__node__descriptor, BYTES("\x0a\x03\x01\x80\x01") },                /* packed */
        { &codec__node__descriptor, BYTES("\x08\x01\x08\x02") },                    /* not packed */
        { &codec__node__descriptor, BYTES("\x0a\x00") },
        { &codec__node__descriptor, BYTES("\x0a\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") },
        { &codec__lists__descriptor, BYTES("\x2a\x02\x01\x02") }, /* packed, though declared otherwise */
        { &codec__lists__descriptor, BYTES("\x32\x02\x00\x01") },
        { &codec__lists__descriptor, BYTES("\x30\x02") }, /* an unpacked bool may be any number */
        { &codec__lists__descriptor, BYTES("\x3a\x08pqrstuvw") },
        { &codec__lists__descriptor, BYTES("\x42\x08pqrstuvw") },
        { &codec__empty__descriptor, BYTES("\x0a\x03\xff\xff\xff\x10\x01\x1dpqrs\x21pqrstuvw") }, /* all unknown */
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        if (scan(rows[i].type, rows[i].bytes) != EYELET_SCAN_OK)
            fail_msg("row %zu was refused", i);
    }
}

static void faults_are_named_with_their_place(void **state)
{
    static const struct {
        const ProtobufCMessageDescriptor *type;
        struct eyelet_slice bytes;
        size_t offset;
        const char *message, *field, *reason;
    } rows[] = {
#define IN(type) &codec__##type##__descriptor
        { IN(empty), BYTES("\x80"), 0, "codec.Empty", NULL, "tag is cut off or has more than 5 bytes" },
        { IN(empty), BYTES("\x88\x80\x80\x80\x80\x00\x01"), 0, "codec.Empty", NULL,
          "tag is cut off or has more than 5 bytes" },
        { IN(empty), BYTES("\x00\x01"), 0, "codec.Empty", NULL, "field number is not between 1 and 536870911" },
        { IN(empty), BYTES("\x07\x01"), 0, "codec.Empty", NULL, "field number is not between 1 and 536870911" },
        { IN(empty), BYTES("\xf8\xff\xff\xff\x1f\x01"), 0, "codec.Empty", NULL,
          "field number is not between 1 and 536870911" },
        { IN(empty), BYTES("\x08\x01\x0b\x0c"), 2, "codec.Empty", NULL, "group or unknown wire type" },
        { IN(empty), BYTES("\x0c"), 0, "codec.Empty", NULL, "group or unknown wire type" },
        { IN(empty), BYTES("\x0e\x00"), 0, "codec.Empty", NULL, "group or unknown wire type" },
        { IN(empty), BYTES("\x0f\x00"), 0, "codec.Empty", NULL, "group or unknown wire type" },
        { IN(empty), BYTES("\x08\xff"), 0, "codec.Empty", NULL, "varint is cut off or does not fit into 64 bits" },
        { IN(empty), BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x80\x00"), 0, "codec.Empty", NULL,
          "varint is cut off or does not fit into 64 bits" },
        { IN(empty), BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), 0, "codec.Empty", NULL,
          "varint is cut off or does not fit into 64 bits" },
        { IN(empty), BYTES("\x0a\x02p"), 0, "codec.Empty", NULL, "value is longer than what it is in" },
        { IN(empty), BYTES("\x0dpqr"), 0, "codec.Empty", NULL, "value is cut off" },
        { IN(empty), BYTES("\x09pqrstuv"), 0, "codec.Empty", NULL, "value is cut off" },
        { IN(everything), BYTES("\x7a\x01\xff"), 0, "codec.Everything", "text", "string is not UTF-8" },
        { IN(everything), BYTES("\x08\x01\x7a\x03p\0b"), 2, "codec.Everything", "text", "NUL byte in a string" },
        { IN(everything), BYTES("\x8a\x01\x03\x22\x01\xff"), 3, "codec.Node", "name", "string is not UTF-8" },
        { IN(everything), BYTES("\xa2\x01\x03\x0a\x01\xff"), 3, "codec.Everything.CountsEntry", "key",
          "string is not UTF-8" },
        { IN(everything), BYTES("\x8a\x01\x02\x22\x02pq"), 3, "codec.Node", "name",
          "value is longer than what it is in" }, /* though the payload has the bytes */
        { IN(everything), BYTES("\x7a\x80\x80\x80\x80\x80\x00"), 0, "codec.Everything", "text",
          "length is cut off or has more than 5 bytes" },
        { IN(everything), BYTES("\x0a\x01\x01"), 0, "codec.Everything", "i32", "wrong wire type" },
        { IN(everything), BYTES("\x6a\x01\x01"), 0, "codec.Everything", "flag", "wrong wire type" },
        { IN(node), BYTES("\x0a\x02\x01\x80"), 0, "codec.Node", "numbers",
          "packed varint is cut off or does not fit into 64 bits" },
        { IN(node), BYTES("\x0a\x0b\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), 0, "codec.Node", "numbers",
          "packed varint is cut off or does not fit into 64 bits" },
        { IN(node), BYTES("\x0a\x0b\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), 0, "codec.Node", "numbers",
          "packed varint is cut off or does not fit into 64 bits" },
        { IN(lists), BYTES("\x3a\x05pqrst"), 0, "codec.Lists", "words", "packed values end inside of a value" },
        { IN(lists),
          BYTES("\x42\x09"
                "abcdefghi"),
          0, "codec.Lists", "reals", "packed values end inside of a value" },
        { IN(lists), BYTES("\x32\x02\x01\x02"), 0, "codec.Lists", "bools", "packed bool is neither 0 nor 1" },
#undef IN
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct eyelet_scan_large large;
        struct eyelet_scan_fault fault;

        if (eyelet_scan(rows[i].type, rows[i].bytes, SIZE_MAX, &large, &fault) != EYELET_SCAN_MALFORMED)
            fail_msg("row %zu was not refused", i);
        assert_string_equal(fault.reason, rows[i].reason);
        assert_string_equal(fault.message->name, rows[i].message);
        assert_int_equal(fault.offset, rows[i].offset);
        if (rows[i].field == NULL)
            assert_null(fault.field);
        else
            assert_string_equal(fault.field->name, rows[i].field);
    }
}

static void bytes_behind_the_payload_are_never_read(void **state)
{
    static const uint8_t whole[] = "\x08\x96\x01\x7a\x03pqr\x3dpqrs\x41pqrstuvw\x8a\x01\x04\x0a\x02\x80\x01";

    (void)state;
    for (size_t len = 0; len < sizeof(whole); len++) {
        uint8_t *copy = malloc(len > 0 ? len : 1); /* so that the address sanitizer watches over its end */

        assert_non_null(copy);
        memcpy(copy, whole, len);
        scan(&codec__everything__descriptor, (struct eyelet_slice){ copy, len });
        scan(&codec__empty__descriptor, (struct eyelet_slice){ copy, len });
        free(copy);
    }
}

/* @levels messages inside of each other, of field @tag; at the end of @room, whose unused part comes first. */
static struct eyelet_slice nest(uint8_t *room, size_t cap, size_t levels, uint8_t tag)
{
    size_t at = cap;

    for (size_t i = 1; i < levels; i++) {
        uint8_t head[6];
        size_t n = 0, len = cap - at;

        head[n++] = tag;
        for (; len > 0x7f; len >>= 7)
            head[n++] = (uint8_t)(len | 0x80);
        head[n++] = (uint8_t)len;
        assert_true(n <= at);
        at -= n;
        memcpy(room + at, head, n);
    }
    return (struct eyelet_slice){ room + at, cap - at };
}

static void a_hundred_levels_pass_and_one_more_does_not(void **state)
{
    static uint8_t room[1 << 10];
    struct eyelet_scan_large large;
    struct eyelet_scan_fault fault;

    (void)state;
    for (uint8_t tag = 0x12; tag <= 0x1a; tag += 8) { /* singular and repeated */
        assert_int_equal(scan(&codec__node__descriptor, nest(room, sizeof(room), 100, tag)), EYELET_SCAN_OK);
        assert_int_equal(
            eyelet_scan(&codec__node__descriptor, nest(room, sizeof(room), 101, tag), SIZE_MAX, &large, &fault),
            EYELET_SCAN_TOO_DEEP);
        assert_string_equal(fault.field->name, tag == 0x12 ? "child" : "children");
    }
}

static void levels_that_are_closed_do_not_count(void **state)
{
    static uint8_t room[1 << 10], twice[1 << 11];
    struct eyelet_slice deep = nest(room, sizeof(room), 100, 0x1a);

    (void)state;
    memcpy(twice, deep.data, deep.len);
    memcpy(twice + deep.len, deep.data, deep.len);
    assert_int_equal(scan(&codec__node__descriptor, (struct eyelet_slice){ twice, 2 * deep.len }), EYELET_SCAN_OK);
}

static void unknown_fields_have_no_depth(void **state)
{
    static uint8_t room[1 << 12];

    (void)state;
    assert_int_equal(scan(&codec__empty__descriptor, nest(room, sizeof(room), 1000, 0x12)), EYELET_SCAN_OK);
}

static void a_payload_that_must_take_too_much_memory_is_stopped_early(void **state)
{
    static const struct eyelet_slice empties = BYTES("\x0a\x00\x0a\x00\x0a\x00\x0a\x00");
    size_t each = (sizeof(Codec__Empty) + 15) / 16 * 16 + sizeof(void *);
    struct eyelet_scan_large large;
    struct eyelet_scan_fault fault;

    (void)state;
    assert_int_equal(eyelet_scan(&codec__lists__descriptor, empties, 4 * each, &large, &fault), EYELET_SCAN_OK);
    assert_int_equal(eyelet_scan(&codec__lists__descriptor, empties, 3 * each, &large, &fault), EYELET_SCAN_TOO_BIG);
    assert_int_equal(fault.offset, 6);
}

static const struct eyelet_slice nothing = { NULL, 0 };

/* What an allocation counts for, at least. */
static size_t block(size_t size)
{
    return (size + 15) / 16 * 16;
}

/* One that refuses nothing for its cost, but counts. */
static void *count_and_alloc(void *sum, size_t size)
{
    *(size_t *)sum += block(size);
    return malloc(size);
}

static void free_counted(void *sum, void *block)
{
    (void)sum;
    free(block);
}

/* What protobuf-c allocates in all to unpack @payload. */
static size_t memory_of(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload)
{
    size_t sum = 0;
    ProtobufCAllocator allocator = { count_and_alloc, free_counted, &sum };
    ProtobufCMessage *message = protobuf_c_message_unpack(type, &allocator, payload.len, payload.data);

    assert_non_null(message);
    protobuf_c_message_free_unpacked(message, &allocator);
    return sum;
}

/* Of a message of singular numbers protobuf-c allocates itself, which the scan leaves out, and its list of fields. */
static void the_list_of_a_messages_fields_is_counted_as_protobuf_c_allocates_it(void **state)
{
    uint8_t bytes[2 * 1200];
    struct eyelet_slice payload = { bytes, 0 };
    struct eyelet_scan_large large;
    struct eyelet_scan_fault fault;

    (void)state;
    for (size_t n = 0; n <= 1200; n++) {
        size_t list;

        payload.len = 2 * n;
        list = memory_of(&codec__everything__descriptor, payload) - memory_of(&codec__everything__descriptor, nothing);
        assert_int_equal(list > 0, n > 16);
        assert_int_equal(eyelet_scan(&codec__everything__descriptor, payload, list, &large, &fault), EYELET_SCAN_OK);
        if (list > 0)
            assert_int_equal(eyelet_scan(&codec__everything__descriptor, payload, list - 1, &large, &fault),
                             EYELET_SCAN_TOO_BIG);
        if (n < 1200)
            memcpy(bytes + 2 * n, n % 2 == 0 ? "\x08\x01" : "\x68\x01", 2);
    }
}

/* Each message has a list of its own, which is as long as its own fields are many: siblings and parents do not add. */
static void sub_messages_of_few_numbers_have_no_list_that_counts(void **state)
{
    static uint8_t unit[2 + 2 * 50] = { 0x12, 0 }, bytes[16 * sizeof(unit)];
    struct eyelet_scan_large large;
    struct eyelet_scan_fault fault;

    (void)state;
    for (uint8_t n = 0; n <= 50; n++) {
        for (size_t n_siblings = 1; n_siblings <= 16; n_siblings++) {
            struct eyelet_slice payload = { bytes, 0 };
            size_t memory;

            unit[1] = (uint8_t)(2 * n);
            for (size_t i = 0; i < n; i++)
                memcpy(unit + 2 + 2 * i, "\x08\x01", 2);
            for (size_t i = 0; i < n_siblings; i++, payload.len += 2 + 2u * n)
                memcpy(bytes + payload.len, unit, 2 + 2u * n);

            memory = memory_of(&codec__choices__descriptor, payload) - memory_of(&codec__choices__descriptor, nothing) -
                     block(n_siblings * sizeof(void *)) + n_siblings * sizeof(void *);
            assert_int_equal(eyelet_scan(&codec__choices__descriptor, payload, memory, &large, &fault), EYELET_SCAN_OK);
            assert_int_equal(eyelet_scan(&codec__choices__descriptor, payload, memory - 1, &large, &fault),
                             EYELET_SCAN_TOO_BIG);
        }
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223; /* Numerical Recipes: the same bytes in every run */
    return *seed >> 8;
}

/*
 * Bytes of which many are sound: what passes the scan must unpack, and must not take less than the scan said at least.
 */
static void what_passes_is_what_protobuf_c_unpacks(void **state)
{
    static const uint8_t seed_bytes[] = "\x0a\x00\x12\x02pq\x1a\x02rs\x22\x02\x01\x02\x28\x05\x32\x01\x01\x3a\x04pqrs"
                                        "\x42\x08pqrstuvw\x4a\x02\x80\x01\x50\x07\x7a\x02xy";
    uint32_t seed = 1;
    size_t n_passed = 0, n_refused = 0;

    (void)state;
    for (int i = 0; i < 50000; i++) {
        uint8_t bytes[sizeof(seed_bytes) - 1];
        struct eyelet_slice payload = { bytes, sizeof(bytes) };
        struct eyelet_scan_large large;
        struct eyelet_scan_fault fault;
        ProtobufCMessage *message;
        size_t sum = 0;
        ProtobufCAllocator allocator = { count_and_alloc, free_counted, &sum };

        memcpy(bytes, seed_bytes, sizeof(bytes));
        for (uint32_t n = next_random(&seed) % 3; n < 3; n++)
            bytes[next_random(&seed) % sizeof(bytes)] = (uint8_t)next_random(&seed);
        if (scan(&codec__lists__descriptor, payload) != EYELET_SCAN_OK) {
            n_refused++;
            continue;
        }
        n_passed++;
        message = protobuf_c_message_unpack(&codec__lists__descriptor, &allocator, payload.len, payload.data);
        assert_non_null(message);
        assert_int_equal(eyelet_scan(&codec__lists__descriptor, payload, sum, &large, &fault), EYELET_SCAN_OK);
        protobuf_c_message_free_unpacked(message, &allocator);
    }
    assert_true(n_passed > 1000);
    assert_true(n_refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sound_bytes_pass, faults_setup),
        cmocka_unit_test_setup(faults_are_named_with_their_place, faults_setup),
        cmocka_unit_test_setup(bytes_behind_the_payload_are_never_read, faults_setup),
        cmocka_unit_test_setup(a_hundred_levels_pass_and_one_more_does_not, faults_setup),
        cmocka_unit_test_setup(levels_that_are_closed_do_not_count, faults_setup),
        cmocka_unit_test_setup(unknown_fields_have_no_depth, faults_setup),
        cmocka_unit_test_setup(a_payload_that_must_take_too_much_memory_is_stopped_early, faults_setup),
        cmocka_unit_test_setup(the_list_of_a_messages_fields_is_counted_as_protobuf_c_allocates_it, faults_setup),
        cmocka_unit_test_setup(sub_messages_of_few_numbers_have_no_list_that_counts, faults_setup),
        cmocka_unit_test_setup(what_passes_is_what_protobuf_c_unpacks, faults_setup),
    };

    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
