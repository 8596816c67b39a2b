/*
 * A protobuf-c message on its way out: measured now, packed where the connection has room for it.
 */
#ifndef EYELET_CODEC_OUTGOING_H
#define EYELET_CODEC_OUTGOING_H

#include <protobuf-c/protobuf-c.h>

#include "rpc/connection.h"

static inline void eyelet_pack(const void *message, uint8_t *room)
{
    protobuf_c_message_pack((const ProtobufCMessage *)message, room);
}

/* @message must be complete, and stay as it is until it is packed. */
static inline struct eyelet_outgoing eyelet_outgoing_of(const ProtobufCMessage *message)
{
    return (struct eyelet_outgoing){
        .message = message,
        .len = protobuf_c_message_get_packed_size(message),
        .pack = eyelet_pack,
    };
}

#endif
