/*
 * A protobuf-c message on its way out.
 */
#include "codec/pack.h"

#include <string.h>

/* Is this a field of one value that is there? */
static bool has_one(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const void *quantifier = (const uint8_t *)message + field->quantifier_offset;

    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return false;
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
        return *(const uint32_t *)quantifier == field->id;
    return true;
}

static struct eyelet_slice bytes_of(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const void *member = (const uint8_t *)message + field->offset;
    const ProtobufCBinaryData *bytes = member;
    const char *const *text = member;

    switch (field->type) {
    case PROTOBUF_C_TYPE_BYTES:
        return (struct eyelet_slice){ bytes->data, bytes->len };
    case PROTOBUF_C_TYPE_STRING:
        return (struct eyelet_slice){ (const uint8_t *)*text, *text != NULL ? strlen(*text) : 0 };
    default:
        return (struct eyelet_slice){ 0 };
    }
}

/* The bytes of a field that are most of a message of @len bytes, if it has such a one and it is worth the while. */
static struct eyelet_slice find_large(const ProtobufCMessage *message, size_t len)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;

    for (unsigned i = 0; i < type->n_fields; i++) {
        struct eyelet_slice bytes = { 0 };

        if (has_one(message, &type->fields[i]))
            bytes = bytes_of(message, &type->fields[i]);
        if (bytes.len >= EYELET_PACK_LARGE_MIN && bytes.len >= len / 2)
            return bytes;
    }
    return (struct eyelet_slice){ 0 };
}

/**
 * struct gatherer - where protobuf-c puts the pieces of a message, one behind the other
 * @large:     the one that is left out
 * @large_at:  offset of where it belongs; SIZE_MAX before it has come
 */
struct gatherer {
    ProtobufCBuffer base;
    uint8_t *room;
    size_t len;
    struct eyelet_slice large;
    size_t large_at;
};

static void gather(ProtobufCBuffer *base, size_t len, const uint8_t *piece)
{
    struct gatherer *gatherer = (struct gatherer *)base;

    if (gatherer->large_at == SIZE_MAX && piece == gatherer->large.data && len == gatherer->large.len)
        gatherer->large_at = gatherer->len;
    else if (len > 0)
        memcpy(gatherer->room + gatherer->len, piece, len);
    gatherer->len += len;
}

static size_t pack_around(const struct eyelet_outgoing *outgoing, uint8_t *room)
{
    struct gatherer gatherer = {
        .base = { .append = gather },
        .room = room,
        .large = outgoing->large,
        .large_at = SIZE_MAX,
    };

    protobuf_c_message_pack_to_buffer(outgoing->message, &gatherer.base);
    return gatherer.large_at;
}

size_t eyelet_pack_whole(const struct eyelet_outgoing *outgoing, uint8_t *room)
{
    protobuf_c_message_pack(outgoing->message, room);
    return SIZE_MAX;
}

struct eyelet_outgoing eyelet_pack_large_later(const ProtobufCMessage *message, size_t len)
{
    struct eyelet_slice large = find_large(message, len);

    return (struct eyelet_outgoing){
        .message = message,
        .len = len,
        .large = large,
        .pack = large.len > 0 ? pack_around : eyelet_pack_whole,
    };
}
