/*
 * A protobuf-c message on its way out: measured, then packed where it is to be sent from.
 */
#ifndef EYELET_CODEC_PACK_H
#define EYELET_CODEC_PACK_H

#include <protobuf-c/protobuf-c.h>

#include "rpc/connection.h"

#define EYELET_PACK_LARGE_MIN (16u << 10) /* a shorter field is copied sooner than a part of its own is sent */

/* What eyelet_pack_later() does with @len bytes, which are many, and what packs fewer; they are not for others. */
struct eyelet_outgoing eyelet_pack_large_later(const ProtobufCMessage *message, size_t len);
size_t eyelet_pack_whole(const struct eyelet_outgoing *outgoing, uint8_t *room);

/*
 * eyelet_pack_later() - @message must stay as it is until it is queued, and those bytes of it that are not copied then
 * until eyelet_connection_keep()
 */
static inline struct eyelet_outgoing eyelet_pack_later(const ProtobufCMessage *message)
{
    size_t len = protobuf_c_message_get_packed_size(message);

    if (len >= EYELET_PACK_LARGE_MIN)
        return eyelet_pack_large_later(message, len);
    return (struct eyelet_outgoing){ .message = message, .len = len, .pack = eyelet_pack_whole };
}

#endif
