/*
 * What a codec needs of a client: calls whose messages are packed by it, and unpacked by it.
 */
#ifndef EYELET_RPC_CLIENT_H
#define EYELET_RPC_CLIENT_H

#include <stddef.h>

#include <eyelet/client.h>
#include <eyelet/service.h>

#include "rpc/connection.h"

/*
 * What becomes of a payload, with nothing locked.
 *
 * Return: EYELET_OK with *ret, or the status of the call, with @reterr (never NULL) filled in.
 */
typedef enum eyelet_status (*eyelet_unpack_fn)(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                               size_t decode_max, ProtobufCMessage **ret, struct eyelet_error *reterr);

/**
 * struct eyelet_calling - what a call is made of
 * @service, @method:  outlive the call
 * @opts:              may be NULL
 * @message:           the request; one of length 0 for a stream of them
 * @unpack:            for each reply
 */
struct eyelet_calling {
    const struct eyelet_service *service;
    const struct eyelet_method *method;
    const struct eyelet_call_opts *opts;
    struct eyelet_outgoing message;
    eyelet_unpack_fn unpack;
};

/* As eyelet_client_call(), eyelet_client_start() and eyelet_client_open_stream(), for any codec. */
enum eyelet_status eyelet_client_call_with(struct eyelet_client *client, const struct eyelet_calling *what,
                                           ProtobufCMessage **ret, struct eyelet_error *reterr);
enum eyelet_status eyelet_client_start_with(struct eyelet_client *client, const struct eyelet_calling *what,
                                            eyelet_tell_fn tell, void (*done)(void), void *userdata,
                                            struct eyelet_pending **ret, struct eyelet_error *reterr);
enum eyelet_status eyelet_stream_open_with(struct eyelet_client *client, const struct eyelet_calling *what,
                                           struct eyelet_stream **ret, struct eyelet_error *reterr);

/* eyelet_stream_send_packed() - as eyelet_stream_send(), of a complete message. */
enum eyelet_status eyelet_stream_send_packed(struct eyelet_stream *stream, const struct eyelet_outgoing *message,
                                             struct eyelet_error *reterr);

/* Of which method a stream is. */
const struct eyelet_method *eyelet_stream_method(const struct eyelet_stream *stream);
const struct eyelet_service *eyelet_stream_service(const struct eyelet_stream *stream);

#endif
