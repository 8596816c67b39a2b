/*
 * A protobuf-c message on its way out: measured, then packed where it is to be sent from.
 */
#ifndef EYELET_CODEC_PACK_H
#define EYELET_CODEC_PACK_H

#include <protobuf-c/protobuf-c.h>

#include "rpc/connection.h"

/*
 * eyelet_pack_later() - @message must stay as it is until it is queued, and those bytes of it that are not copied then
 * until eyelet_connection_keep()
 */
struct eyelet_outgoing eyelet_pack_later(const ProtobufCMessage *message);

#endif
