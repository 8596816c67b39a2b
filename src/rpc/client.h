/*
 * What a codec needs of a client: a call whose messages are bytes.
 */
#ifndef EYELET_RPC_CLIENT_H
#define EYELET_RPC_CLIENT_H

#include <eyelet/client.h>

#include "rpc/call.h"

/*
 * What becomes of a reply's payload. Called at most once per call, while that has the client to itself: it must not
 * use the client.
 *
 * Return: EYELET_OK, or the status of the call, with @reterr (never NULL) filled in.
 */
typedef enum eyelet_status (*eyelet_reply_fn)(void *userdata, struct eyelet_slice payload, struct eyelet_error *reterr);

/* eyelet_client_call_with() - as eyelet_client_call(), for any codec. */
enum eyelet_status eyelet_client_call_with(struct eyelet_client *client, const char *service, const char *method,
                                           const struct eyelet_call_opts *opts, const struct eyelet_outgoing *message,
                                           eyelet_reply_fn take_reply, void *userdata, struct eyelet_error *reterr);

/* The client's option, default filled in. */
size_t eyelet_client_decode_max(const struct eyelet_client *client);

#endif
