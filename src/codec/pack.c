/*
 * A protobuf-c message on its way out.
 */
#include "codec/pack.h"

static void pack(const void *message, uint8_t *room)
{
    protobuf_c_message_pack(message, room);
}

struct eyelet_outgoing eyelet_pack_later(const ProtobufCMessage *message)
{
    return (struct eyelet_outgoing){
        .message = message,
        .len = protobuf_c_message_get_packed_size(message),
        .pack = pack,
    };
}
