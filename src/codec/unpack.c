/*
 * Scan first, then protobuf-c under a limited allocator.
 *
 * protobuf-c 1.4.1 alone is no match for hostile bytes: it recurses without a limit, merges a repeated sub-message in
 * quadratic time, takes 156 bytes of memory for one of payload and lets any bytes be a string. Depth and strings are
 * the scan's; time and memory are bounded by the limit, which counts all that was ever allocated: each merge, and each
 * of its scraps, takes an allocation.
 *
 * What the undefined-behaviour sanitizer finds inside protobuf-c (upstream pull request 794), and what becomes of it:
 *   - parse_tag_and_wiretype() shifts a tag of 5 bytes out of an int: out of reach, the scan refuses tags over 32 bits;
 *   - scan_length_prefixed_data() shifts and adds lengths in 32 bits: out of reach, lengths end inside of the payload;
 *   - NULL + 0 and memcpy(NULL, .., 0), for a packed field without values or a type without fields: within reach of
 *     any valid peer, and harmless in the packaged binary, which was compiled without use of that undefinedness;
 *   - `unsigned n = *n_ptr` (pull request 800) cuts sizes to 32 bits: out of reach, see the assertions below.
 */
#include "codec/unpack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <eyelet/frame.h>

#include "codec/scan.h"
#include "core/error.h"
#include "core/wire.h"

/*
 * protobuf-c asks for at most 32 bytes at once for each byte of payload: when it doubles its list of fields of 2 bytes
 * or more, in records of 32. So no size of it comes near 2^32, whatever size_t and unsigned are.
 */
_Static_assert(EYELET_FRAME_DATA_MAX <= UINT32_MAX / 64, "sizes inside of protobuf-c must fit into 32 bits");
_Static_assert(EYELET_FRAME_DATA_MAX <= (SIZE_MAX - EYELET_DECODE_BASE) / EYELET_DECODE_FACTOR,
               "a budget must fit into size_t");

/**
 * struct source - some memory for protobuf-c
 * @budget:         what may be allocated of it
 * @failure:        where it says why it had none
 * @keeps_payload:  it lasts no longer than the payload, so that a message in it may point into that
 */
struct source {
    ProtobufCAllocator allocator;
    size_t budget;
    const enum eyelet_alloc_failure *failure;
    bool keeps_payload;
};

static void *alloc_from_arena(void *arena, size_t size)
{
    return eyelet_arena_alloc(arena, size);
}

static void leave_in_arena(void *arena, void *block)
{
    (void)arena;
    (void)block;
}

static void *alloc_from_heap(void *heap, size_t size)
{
    return eyelet_heap_alloc(heap, size);
}

static void free_to_heap(void *heap, void *block)
{
    (void)heap;
    free(block);
}

static enum eyelet_unpack_result result_of_scan(enum eyelet_scan_result scanned)
{
    switch (scanned) {
    case EYELET_SCAN_OK:
        return EYELET_UNPACK_OK;
    case EYELET_SCAN_TOO_DEEP:
        return EYELET_UNPACK_TOO_DEEP;
    case EYELET_SCAN_TOO_BIG:
        return EYELET_UNPACK_OVER_BUDGET;
    case EYELET_SCAN_MALFORMED:
        break;
    }
    return EYELET_UNPACK_MALFORMED;
}

static enum eyelet_unpack_result fail_scan(enum eyelet_scan_result scanned, const struct eyelet_scan_fault *fault,
                                           struct eyelet_error *reterr)
{
    enum eyelet_unpack_result result = result_of_scan(scanned);

    if (fault->field != NULL)
        eyelet_error_set(reterr, eyelet_unpack_status(result), "cannot decode %s: %s, field '%s' at byte %zu",
                         fault->message->name, fault->reason, fault->field->name, fault->offset);
    else
        eyelet_error_set(reterr, eyelet_unpack_status(result), "cannot decode %s: %s, at byte %zu",
                         fault->message->name, fault->reason, fault->offset);
    return result;
}

static enum eyelet_unpack_result fail_unpack(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                             size_t budget, enum eyelet_alloc_failure failure,
                                             struct eyelet_error *reterr)
{
    switch (failure) {
    case EYELET_ALLOC_FAILURE_LIMIT:
        eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED,
                         "cannot decode %s: %zu bytes of it take more than the %zu bytes of memory that their length "
                         "and decode_max allow",
                         type->name, payload.len, budget);
        return EYELET_UNPACK_OVER_BUDGET;
    case EYELET_ALLOC_FAILURE_MEMORY:
        eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "cannot decode %s: no memory for %zu bytes of it",
                         type->name, payload.len);
        return EYELET_UNPACK_NO_MEMORY;
    case EYELET_ALLOC_FAILURE_NONE:
        break;
    }
    eyelet_error_set(reterr, EYELET_INTERNAL,
                     "cannot decode %s: a required field is missing, or a message with an empty oneof came twice",
                     type->name);
    return EYELET_UNPACK_MALFORMED;
}

/* The payload but for the bytes of @large, whose length becomes 0. Return: nothing, without memory for it. */
static struct eyelet_slice cut_out(struct eyelet_slice payload, const struct eyelet_scan_large *large,
                                   ProtobufCAllocator *allocator)
{
    struct eyelet_slice head = { large->start, (size_t)(large->value.data - large->start) };
    uint64_t tag;
    size_t tag_len = eyelet_wire_read_varint(head, EYELET_VARINT_LEN_MAX, &tag);
    size_t before = (size_t)(large->start - payload.data) + tag_len;
    const uint8_t *behind = large->value.data + large->value.len;
    size_t behind_len = payload.len - (size_t)(behind - payload.data);
    uint8_t *rest = allocator->alloc(allocator->allocator_data, before + 1 + behind_len);

    if (rest == NULL)
        return (struct eyelet_slice){ 0 };
    memcpy(rest, payload.data, before);
    rest[before] = 0;
    if (behind_len > 0)
        memcpy(rest + before + 1, behind, behind_len);
    return (struct eyelet_slice){ rest, before + 1 + behind_len };
}

/* The field's bytes are those of the payload, unless another member of its oneof came behind it. */
static void point_to(ProtobufCMessage *message, const struct eyelet_scan_large *large)
{
    const ProtobufCFieldDescriptor *field = large->field;
    ProtobufCBinaryData *bytes = (void *)((uint8_t *)message + field->offset);
    const uint32_t *oneof_case = (const void *)((const uint8_t *)message + field->quantifier_offset);

    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 && *oneof_case != field->id)
        return;
    *bytes = (ProtobufCBinaryData){ .len = large->value.len, .data = (uint8_t *)large->value.data };
}

/* What is most of the payload need not be copied: protobuf-c is given the rest. */
static ProtobufCMessage *unpack_around(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                       const struct eyelet_scan_large *large, struct source *source)
{
    struct eyelet_slice rest = cut_out(payload, large, &source->allocator);
    ProtobufCMessage *message = NULL;

    if (rest.len > 0)
        message = protobuf_c_message_unpack(type, &source->allocator, rest.len, rest.data);
    if (message != NULL)
        point_to(message, large);
    return message;
}

static enum eyelet_unpack_result unpack(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                        struct source *source, ProtobufCMessage **ret, struct eyelet_error *reterr)
{
    struct eyelet_scan_large large;
    struct eyelet_scan_fault fault;
    enum eyelet_scan_result scanned;
    ProtobufCMessage *message;

    if (payload.len > EYELET_FRAME_DATA_MAX)
        return fail_unpack(type, payload, source->budget, EYELET_ALLOC_FAILURE_LIMIT, reterr);

    scanned = eyelet_scan(type, payload, source->budget, &large, &fault);
    if (scanned != EYELET_SCAN_OK)
        return fail_scan(scanned, &fault, reterr);

    if (source->keeps_payload && large.field != NULL)
        message = unpack_around(type, payload, &large, source);
    else
        message = protobuf_c_message_unpack(type, &source->allocator, payload.len, payload.data);
    if (message == NULL)
        return fail_unpack(type, payload, source->budget, *source->failure, reterr);

    *ret = message;
    return EYELET_UNPACK_OK;
}

enum eyelet_status eyelet_unpack_status(enum eyelet_unpack_result result)
{
    switch (result) {
    case EYELET_UNPACK_OK:
        return EYELET_OK;
    case EYELET_UNPACK_MALFORMED:
        return EYELET_INTERNAL;
    case EYELET_UNPACK_TOO_DEEP:
    case EYELET_UNPACK_OVER_BUDGET:
    case EYELET_UNPACK_NO_MEMORY:
        break;
    }
    return EYELET_RESOURCE_EXHAUSTED;
}

size_t eyelet_unpack_budget(size_t decode_max, size_t payload_len)
{
    size_t max = decode_max > 0 ? decode_max : EYELET_DECODE_MAX_DEFAULT;

    if (max <= EYELET_DECODE_BASE || payload_len >= (max - EYELET_DECODE_BASE) / EYELET_DECODE_FACTOR)
        return max;
    return EYELET_DECODE_BASE + payload_len * EYELET_DECODE_FACTOR;
}

static enum eyelet_unpack_result unpack_into(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                             size_t decode_max, struct eyelet_arena *arena, bool keeps_payload,
                                             ProtobufCMessage **ret, struct eyelet_error *reterr)
{
    size_t budget = eyelet_unpack_budget(decode_max, payload.len);
    struct source source = {
        .allocator = { .alloc = alloc_from_arena, .free = leave_in_arena, .allocator_data = arena },
        .budget = budget,
        .failure = &arena->failure,
        .keeps_payload = keeps_payload,
    };

    eyelet_arena_set_limit(arena, budget);
    arena->failure = EYELET_ALLOC_FAILURE_NONE;
    return unpack(type, payload, &source, ret, reterr);
}

enum eyelet_unpack_result eyelet_unpack_into_arena(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                                   size_t decode_max, struct eyelet_arena *arena,
                                                   ProtobufCMessage **ret, struct eyelet_error *reterr)
{
    return unpack_into(type, payload, decode_max, arena, false, ret, reterr);
}

enum eyelet_unpack_result eyelet_unpack_in_place(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                                 size_t decode_max, struct eyelet_arena *arena, ProtobufCMessage **ret,
                                                 struct eyelet_error *reterr)
{
    return unpack_into(type, payload, decode_max, arena, true, ret, reterr);
}

enum eyelet_unpack_result eyelet_unpack_to_heap(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                                size_t decode_max, ProtobufCMessage **ret, struct eyelet_error *reterr)
{
    size_t budget = eyelet_unpack_budget(decode_max, payload.len);
    struct eyelet_heap heap = { .limit = budget };
    struct source source = {
        .allocator = { .alloc = alloc_from_heap, .free = free_to_heap, .allocator_data = &heap },
        .budget = budget,
        .failure = &heap.failure,
    };

    return unpack(type, payload, &source, ret, reterr);
}
