/*
 * A peer's payload, decoded both ways. They agree, unless the heap's dearer blocks end a budget first; a message packs
 * and unpacks to the same bytes again.
 *
 * Input: one byte that chooses the message type and, by its highest bit, a tight budget; then the payload.
 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "codec.pb-c.h"
#include "codec/unpack.h"
#include "codec2.pb-c.h"

static const ProtobufCMessageDescriptor *const types[] = {
    &codec__everything__descriptor, &codec__node__descriptor,   &codec__merge__descriptor,   &codec__lists__descriptor,
    &codec__choices__descriptor,    &codec__choice__descriptor, &codec2__strict__descriptor, &codec__empty__descriptor,
};

static struct eyelet_slice pack(const ProtobufCMessage *message)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(len + 1);

    FUZZ_CHECK(bytes != NULL);
    protobuf_c_message_pack(message, bytes);
    return (struct eyelet_slice){ bytes, len };
}

/* Whether its bytes were copied or not makes no difference to who reads a message. */
static void check_same(const ProtobufCMessage *copied, const ProtobufCMessage *in_place)
{
    struct eyelet_slice one = pack(copied), other = pack(in_place);

    FUZZ_CHECK(one.len == other.len);
    FUZZ_CHECK(memcmp(one.data, other.data, one.len) == 0);
    free((void *)one.data);
    free((void *)other.data);
}

static void check_round_trip(const ProtobufCMessage *message)
{
    struct eyelet_slice packed = pack(message), again;
    enum eyelet_unpack_result result;
    ProtobufCMessage *copy = NULL;

    result = eyelet_unpack_to_heap(message->descriptor, packed, 0, &copy, NULL);
    FUZZ_CHECK(result == EYELET_UNPACK_OK || result == EYELET_UNPACK_OVER_BUDGET);
    if (result == EYELET_UNPACK_OK) {
        again = pack(copy);
        FUZZ_CHECK(again.len == packed.len);
        FUZZ_CHECK(memcmp(again.data, packed.data, packed.len) == 0);
        free((void *)again.data);
        protobuf_c_message_free_unpacked(copy, NULL);
    }
    free((void *)packed.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    ProtobufCMessage *message = NULL, *place_message = NULL, *heap_message = NULL;
    const ProtobufCMessageDescriptor *type;
    enum eyelet_unpack_result result, place_result, heap_result;
    struct eyelet_error error;
    struct eyelet_slice payload;
    struct eyelet_arena arena, place_arena;
    size_t decode_max;

    if (len == 0)
        return 0;
    type = types[data[0] % (sizeof(types) / sizeof(types[0]))];
    decode_max = (data[0] & 0x80) != 0 ? 8 * len : 0;
    payload = (struct eyelet_slice){ data + 1, len - 1 };

    eyelet_arena_init(&arena, NULL, 0);
    result = eyelet_unpack_into_arena(type, payload, decode_max, &arena, &message, &error);
    eyelet_arena_init(&place_arena, NULL, 0);
    place_result = eyelet_unpack_in_place(type, payload, decode_max, &place_arena, &place_message, &error);
    heap_result = eyelet_unpack_to_heap(type, payload, decode_max, &heap_message, &error);
    FUZZ_CHECK(arena.used <= eyelet_unpack_budget(decode_max, payload.len));
    FUZZ_CHECK(result == heap_result || heap_result == EYELET_UNPACK_OVER_BUDGET ||
               result == EYELET_UNPACK_OVER_BUDGET);

    FUZZ_CHECK(place_arena.used <= eyelet_unpack_budget(decode_max, payload.len));
    FUZZ_CHECK(result == place_result || result == EYELET_UNPACK_OVER_BUDGET);
    if (result == EYELET_UNPACK_OK)
        check_round_trip(message);
    if (place_result == EYELET_UNPACK_OK)
        check_round_trip(place_message);
    if (result == EYELET_UNPACK_OK)
        check_same(message, place_message);
    protobuf_c_message_free_unpacked(heap_message, NULL);
    eyelet_arena_clear(&place_arena);
    eyelet_arena_clear(&arena);
    return 0;
}
