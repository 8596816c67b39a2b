/*
 * A protobuf-c message on its way out: what is left out of it for its length, and that the rest is as protobuf-c packs
 * it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec.pb-c.h"
#include "codec/pack.h"
#include "codec2.pb-c.h"
#include "support/faults.h"

#define LARGE (64u << 10)
#define HOLE  0xee

static uint8_t large[LARGE + 1], other[LARGE + 1];

/* Packs it, with the hole filled in, as protobuf-c would. Return: is there a hole, of @bytes? */
static bool leaves_out(const ProtobufCMessage *message, const void *bytes, size_t len)
{
    struct eyelet_outgoing outgoing = eyelet_pack_later(message);
    uint8_t *expected = malloc(outgoing.len + 1), *packed = malloc(outgoing.len + 1);
    size_t at;

    assert_non_null(expected);
    assert_non_null(packed);
    memset(packed, HOLE, outgoing.len + 1);
    assert_int_equal(protobuf_c_message_pack(message, expected), outgoing.len);
    at = outgoing.pack(&outgoing, packed);
    if (at != SIZE_MAX) {
        assert_ptr_equal(outgoing.large.data, bytes);
        assert_int_equal(outgoing.large.len, len);
        assert_true(at <= outgoing.len && len <= outgoing.len - at);
        for (size_t i = 0; i < len; i++)
            assert_int_equal(packed[at + i], HOLE);
        memcpy(packed + at, outgoing.large.data, len);
    }
    assert_memory_equal(packed, expected, outgoing.len);
    assert_int_equal(packed[outgoing.len], HOLE);
    free(packed);
    free(expected);
    return at != SIZE_MAX;
}

static bool leaves_out_data(size_t len, const char *text)
{
    Codec__Everything message = CODEC__EVERYTHING__INIT;

    message.u32 = 7;
    message.text = (char *)text;
    message.data = (ProtobufCBinaryData){ len, large };
    message.far = 9;
    return leaves_out(&message.base, large, len);
}

static int setup(void **state)
{
    memset(large, 'x', LARGE);
    memset(other, 'y', LARGE);
    return faults_setup(state);
}

static void bytes_that_are_most_of_a_message_are_left_out(void **state)
{
    (void)state;
    assert_true(leaves_out_data(LARGE, ""));
    assert_true(leaves_out_data(LARGE, "between others"));
    assert_true(leaves_out_data(16384, "the least that is worth it"));
    assert_false(leaves_out_data(16383, "less"));
    assert_false(leaves_out_data(0, "nothing"));
    assert_false(leaves_out_data(16384, (const char *)large + LARGE - 16383)); /* as much again is copied already */
}

static void a_text_is_left_out_without_its_end(void **state)
{
    Codec__Everything message = CODEC__EVERYTHING__INIT;

    (void)state;
    message.text = (char *)large;
    message.data = (ProtobufCBinaryData){ 3, (uint8_t *)"abc" };
    assert_true(leaves_out(&message.base, large, LARGE));
}

/* The same bytes lie in the message twice: one of them is a hole, the other is not. */
static void a_field_of_the_same_bytes_is_copied(void **state)
{
    Codec__Everything message = CODEC__EVERYTHING__INIT;

    (void)state;
    message.text = (char *)large;
    message.data = (ProtobufCBinaryData){ LARGE, large };
    assert_false(leaves_out(&message.base, large, LARGE)); /* less than half, by a few bytes */
    message.data = (ProtobufCBinaryData){ LARGE - 16, large };
    assert_true(leaves_out(&message.base, large, LARGE));
}

static void of_a_oneof_only_the_chosen_member_is_looked_at(void **state)
{
    Codec__Choice message = CODEC__CHOICE__INIT;

    (void)state;
    message.value_case = CODEC__CHOICE__VALUE_DATA;
    message.data = (ProtobufCBinaryData){ LARGE, large };
    assert_true(leaves_out(&message.base, large, LARGE));
    message.value_case = CODEC__CHOICE__VALUE_TEXT;
    message.text = (char *)large;
    assert_true(leaves_out(&message.base, large, LARGE));
    message.value_case = CODEC__CHOICE__VALUE_NUMBER; /* the rest of the union is as it was */
    message.number = 1;
    assert_false(leaves_out(&message.base, large, LARGE));
    message.value_case = CODEC__CHOICE__VALUE__NOT_SET;
    assert_false(leaves_out(&message.base, large, LARGE));
}

static void lists_and_messages_inside_are_copied(void **state)
{
    Codec__Choices outer = CODEC__CHOICES__INIT;
    Codec__Choice inner = CODEC__CHOICE__INIT;
    Codec__Lists lists = CODEC__LISTS__INIT;
    ProtobufCBinaryData blob = { LARGE, large };

    (void)state;
    inner.value_case = CODEC__CHOICE__VALUE_DATA;
    inner.data = blob;
    outer.choice = &inner;
    assert_false(leaves_out(&outer.base, large, LARGE));
    lists.n_blobs = 1;
    lists.blobs = &blob;
    assert_false(leaves_out(&lists.base, large, LARGE));
}

static void an_optional_field_that_is_not_there_is_not_sent(void **state)
{
    Codec2__Strict message = CODEC2__STRICT__INIT, inner = CODEC2__STRICT__INIT;

    (void)state;
    message.name = inner.name = (char *)"name";
    message.token = (ProtobufCBinaryData){ LARGE, large };
    assert_false(leaves_out(&message.base, large, LARGE));
    inner.greeting = (char *)other; /* and now the message is long, for another reason */
    message.inner = &inner;
    assert_false(leaves_out(&message.base, large, LARGE));
    message.inner = NULL;
    message.has_token = true;
    assert_true(leaves_out(&message.base, large, LARGE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(bytes_that_are_most_of_a_message_are_left_out, setup),
        cmocka_unit_test_setup(a_text_is_left_out_without_its_end, setup),
        cmocka_unit_test_setup(a_field_of_the_same_bytes_is_copied, setup),
        cmocka_unit_test_setup(of_a_oneof_only_the_chosen_member_is_looked_at, setup),
        cmocka_unit_test_setup(lists_and_messages_inside_are_copied, setup),
        cmocka_unit_test_setup(an_optional_field_that_is_not_there_is_not_sent, setup),
    };

    return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
