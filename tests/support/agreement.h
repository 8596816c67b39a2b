/*
 * Do nanopb and protobuf-c read the same out of the same bytes? Whatever src/nano/message.c takes, src/codec takes, and
 * what the one encodes of it is to the other what it decoded itself. For tests and for fuzzing.
 */
#ifndef EYELET_TESTS_AGREEMENT_H
#define EYELET_TESTS_AGREEMENT_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "codec/unpack.h"
#include "core/wire.h"
#include "nano.pb-c.h"
#include "nano.pb.h"
#include "nano/message.h"
#include "nano2.pb-c.h"
#include "nano2.pb.h"

#define AGREEMENT_CANARY_LEN 64
#define AGREEMENT_DECODE_MAX (256u << 20)

/* One message of the .proto files, for either library. */
struct agreement_type {
    const char *name;
    const pb_msgdesc_t *nano;
    size_t size;
    const ProtobufCMessageDescriptor *pbc;
};

#define AGREEMENT_TYPE(package, message, lower)                                                                        \
    {                                                                                                                  \
#package "." #message, &package##_##message##_msg, sizeof(package##_##message),                                \
            &package##__##lower##__descriptor                                                                          \
    }

static const struct agreement_type agreement_types[] = {
    AGREEMENT_TYPE(nano, Everything, everything),
    AGREEMENT_TYPE(nano, Leaf, leaf),
    AGREEMENT_TYPE(nano, Branch, branch),
    AGREEMENT_TYPE(nano, Choice, choice),
    AGREEMENT_TYPE(nano, Lists, lists),
    AGREEMENT_TYPE(nano, Exactly, exactly),
    AGREEMENT_TYPE(nano, Empty, empty),
    AGREEMENT_TYPE(nano2, Strict, strict),
    AGREEMENT_TYPE(nano2, Open, open),
    AGREEMENT_TYPE(nano2, Told, told),
    AGREEMENT_TYPE(nano, Big, big),
};

#define AGREEMENT_N_TYPES (sizeof(agreement_types) / sizeof(agreement_types[0]))

/* A struct, in the middle of a block whose other bytes must stay as they are. */
struct agreement_message {
    uint8_t *block;
    void *message;
    size_t size;
};

static inline struct agreement_message agreement_message_new(size_t size, int junk)
{
    struct agreement_message new = { .block = malloc(size + 2 * AGREEMENT_CANARY_LEN), .size = size };

    if (new.block == NULL)
        abort();
    memset(new.block, 0xc5, size + 2 * AGREEMENT_CANARY_LEN);
    new.message = new.block + AGREEMENT_CANARY_LEN;
    memset(new.message, junk, size);
    return new;
}

/* Frees it. Return: were the bytes around it left alone? */
static inline bool agreement_message_clear(struct agreement_message *message)
{
    bool is_untouched = true;

    for (size_t i = 0; i < AGREEMENT_CANARY_LEN; i++) {
        is_untouched &= message->block[i] == 0xc5;
        is_untouched &= message->block[AGREEMENT_CANARY_LEN + message->size + i] == 0xc5;
    }
    free(message->block);
    return is_untouched;
}

/* In a block of exactly its length, to be freed by the caller. */
static inline struct eyelet_slice agreement_encode(const pb_msgdesc_t *type, const void *message)
{
    uint8_t *bytes;
    size_t len;

    if (eyelet_message_len(type, message, &len) < 0)
        abort(); /* what was decoded can be encoded */
    bytes = malloc(len > 0 ? len : 1);
    if (bytes == NULL)
        abort();
    eyelet_message_encode(type, message, bytes, len);
    return (struct eyelet_slice){ bytes, len };
}

/* What nanopb cannot keep is not compared. */
static inline void agreement_drop_unknown(ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;

    message->n_unknown_fields = 0;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        uint8_t *place = (uint8_t *)message + field->offset;
        uint8_t *quantifier = (uint8_t *)message + field->quantifier_offset;

        if (field->type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            for (size_t n = 0; n < *(size_t *)(void *)quantifier; n++)
                agreement_drop_unknown((*(ProtobufCMessage ***)(void *)place)[n]);
        } else if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0 || *(uint32_t *)(void *)quantifier == field->id) {
            if (*(ProtobufCMessage **)(void *)place != NULL)
                agreement_drop_unknown(*(ProtobufCMessage **)(void *)place);
        }
    }
}

/*
 * Does a singular message come twice? Then protobuf-c merges in its own way: what is explicitly zero in the second does
 * not count, and an empty oneof is refused.
 */
static inline bool agreement_merges(const ProtobufCMessageDescriptor *type, struct eyelet_slice bytes)
{
    struct eyelet_field field;
    uint32_t seen = 0;

    while (bytes.len > 0 && eyelet_wire_take_field(&bytes, &field) == NULL) {
        const ProtobufCFieldDescriptor *known = protobuf_c_message_descriptor_get_field(type, field.number);
        uint32_t bit;

        if (known == NULL || known->type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        bit = (uint32_t)1 << (known - type->fields);
        if (known->label != PROTOBUF_C_LABEL_REPEATED && (seen & bit) != 0)
            return true;
        seen |= bit;
        if (agreement_merges(known->descriptor, field.bytes))
            return true;
    }
    return false;
}

/* Are these the same to protobuf-c? Return: NULL, or what is wrong. */
static inline const char *agreement_compare(const ProtobufCMessageDescriptor *type, struct eyelet_slice bytes,
                                            struct eyelet_slice encoded)
{
    ProtobufCMessage *one = NULL, *other = NULL;
    enum eyelet_unpack_result result, encoded_result;
    struct eyelet_arena arena, encoded_arena;
    const char *fault = NULL;

    eyelet_arena_init(&arena, NULL, 0);
    eyelet_arena_init(&encoded_arena, NULL, 0);
    result = eyelet_unpack_into_arena(type, bytes, AGREEMENT_DECODE_MAX, &arena, &one, NULL);
    encoded_result = eyelet_unpack_into_arena(type, encoded, AGREEMENT_DECODE_MAX, &encoded_arena, &other, NULL);

    if (encoded_result != EYELET_UNPACK_OK) {
        fault = "protobuf-c refuses what nanopb encodes";
    } else if (result == EYELET_UNPACK_MALFORMED && !agreement_merges(type, bytes)) {
        fault = "protobuf-c refuses what nanopb takes";
    } else if (result == EYELET_UNPACK_OK && !agreement_merges(type, bytes)) {
        size_t len, encoded_len;
        uint8_t *packed;

        agreement_drop_unknown(one);
        len = protobuf_c_message_get_packed_size(one);
        encoded_len = protobuf_c_message_get_packed_size(other);
        packed = calloc(2, len + 1);
        if (packed == NULL)
            abort();
        if (len == encoded_len) {
            protobuf_c_message_pack(one, packed);
            protobuf_c_message_pack(other, packed + len + 1);
        }
        if (len != encoded_len || memcmp(packed, packed + len + 1, len) != 0)
            fault = "protobuf-c reads something else";
        free(packed);
    }
    eyelet_arena_clear(&arena);
    eyelet_arena_clear(&encoded_arena);
    return fault;
}

/* Does nanopb read its own bytes as what it wrote? Return: NULL, or what is wrong. */
static inline const char *agreement_round_trip(const struct agreement_type *type, struct eyelet_slice encoded)
{
    struct agreement_message copy = agreement_message_new(type->size, 0x5a);
    const char *fault = NULL;

    if (eyelet_message_decode(type->nano, encoded, copy.message, type->size, NULL) != EYELET_OK) {
        fault = "nanopb refuses its own bytes";
    } else {
        struct eyelet_slice again = agreement_encode(type->nano, copy.message);

        if (again.len != encoded.len || memcmp(again.data, encoded.data, encoded.len) != 0)
            fault = "nanopb encodes its own bytes otherwise";
        free((void *)again.data);
    }
    if (!agreement_message_clear(&copy))
        fault = "bytes beside the struct were written";
    return fault;
}

/*
 * agreement_fault() - decode, and compare
 * @ret_is_taken:  did nanopb take the bytes?
 *
 * Return: NULL, or what must not be.
 */
static inline const char *agreement_fault(const struct agreement_type *type, struct eyelet_slice bytes,
                                          bool *ret_is_taken)
{
    struct agreement_message one = agreement_message_new(type->size, 0xff);
    struct agreement_message other = agreement_message_new(type->size, 0x41);
    struct eyelet_error error = { .status = EYELET_OK };
    const char *fault = NULL;
    enum eyelet_status status = eyelet_message_decode(type->nano, bytes, one.message, type->size, &error);

    *ret_is_taken = status == EYELET_OK;
    if (eyelet_message_decode(type->nano, bytes, other.message, type->size, NULL) != status)
        fault = "what was in the struct before decides";
    else if (status != EYELET_OK && (status != EYELET_INTERNAL || error.status != status || error.text[0] == '\0'))
        fault = "a refusal without its status and text";
    else if (memcmp(one.message, other.message, type->size) != 0)
        fault = "what was in the struct before is still there";
    if (fault == NULL && status == EYELET_OK) {
        struct eyelet_slice encoded = agreement_encode(type->nano, one.message);

        fault = agreement_compare(type->pbc, bytes, encoded);
        if (fault == NULL)
            fault = agreement_round_trip(type, encoded);
        free((void *)encoded.data);
    }
    if (!agreement_message_clear(&one) || !agreement_message_clear(&other))
        fault = "bytes beside the struct were written";
    return fault;
}

#endif
