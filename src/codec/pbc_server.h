/*
 * How protobuf-c messages are served: for whoever makes tables of services at run time.
 */
#ifndef EYELET_CODEC_PBC_SERVER_H
#define EYELET_CODEC_PBC_SERVER_H

#include "rpc/call.h"

/* A call's @codec_reply is what is packed when the call has come to a good end: of that moment, and not before. */
extern const struct eyelet_serving_codec eyelet_pbc_codec;

#endif
