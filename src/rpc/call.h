/*
 * One call between the server that received it and the codec that knows its messages.
 */
#ifndef EYELET_RPC_CALL_H
#define EYELET_RPC_CALL_H

#include <stddef.h>
#include <stdint.h>

#include <eyelet/call.h>
#include <eyelet/table.h>

#include "core/dispatch.h"
#include "core/envelope.h"
#include "rpc/arena.h"

#define EYELET_DECODE_MAX_MIN 4096u /* less is no limit but a mistake: an empty message may take this much */

/**
 * struct eyelet_outgoing - a message to be sent: measured first, then packed straight behind its envelope
 * @message:  what @pack is given
 * @len:      bytes that @pack writes
 * @pack:     writes exactly @len bytes; NULL when @len is 0
 */
struct eyelet_outgoing {
    const void *message;
    size_t len;
    void (*pack)(const void *message, uint8_t *room);
};

/**
 * struct eyelet_call - from request to reply
 * @request:      slices of the connection's buffer
 * @service:      whose method is called
 * @method:       which
 * @peer:         of the connection
 * @deadline_ns:  CLOCK_MONOTONIC
 * @decode_max:   most memory for unpacking the request
 * @request_memory: what the request is unpacked into
 * @reply_memory: what the handler allocates from
 * @reply:        set by the codec when the handler succeeded; lives in the memory above
 * @failure:      set by eyelet_call_fail(); status EYELET_OK before that
 */
struct eyelet_call {
    const struct eyelet_request *request;
    const struct eyelet_dispatch_node *service;
    const struct eyelet_method *method;
    const struct eyelet_peer *peer;
    uint64_t deadline_ns;
    size_t decode_max;
    struct eyelet_arena *request_memory;
    struct eyelet_arena *reply_memory;
    struct eyelet_outgoing reply;
    struct eyelet_error failure;
};

/*
 * What the server calls to unpack a request, run its handler and leave a reply in @call->reply.
 *
 * Return: the call's status; on failure @call->failure has a text, or status EYELET_OK for none.
 */
typedef enum eyelet_status (*eyelet_serve_fn)(struct eyelet_call *call);

/*
 * eyelet_call_run() - from a call to its end: deadline, codec, handler, deadline
 *
 * Return: EYELET_OK with @call->reply, or the status to answer with, with its text in @call->failure.
 */
enum eyelet_status eyelet_call_run(struct eyelet_call *call, eyelet_serve_fn serve);

#endif
