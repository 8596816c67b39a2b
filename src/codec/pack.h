/*
 * A protobuf-c message on its way out: measured, then packed where it is to be sent from.
 */
#ifndef EYELET_CODEC_PACK_H
#define EYELET_CODEC_PACK_H

#include <protobuf-c/protobuf-c.h>

#include "rpc/connection.h"

struct eyelet_outgoing eyelet_pack_later(const ProtobufCMessage *message);

#endif
