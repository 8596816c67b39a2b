/*
 * A server in its caller's storage: what its rooms share. server.c is the face and the loop, guests.c the connections,
 * handling.c the calls and their handlers.
 */
#ifndef EYELET_NANO_SERVER_H
#define EYELET_NANO_SERVER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/nano.h>

#include "core/dispatch.h"
#include "core/session.h"
#include "nano/line.h"
#include "nano/queue.h"

struct eyelet_nano_guest;

enum eyelet_nano_call_state {
    EYELET_NANO_CALL_FREE,    /* a slot */
    EYELET_NANO_CALL_WAITS,   /* for its handler */
    EYELET_NANO_CALL_RUNS,    /* its handler does */
    EYELET_NANO_CALL_FAILING, /* over by @failure, which waits for room to be sent */
};

/**
 * struct eyelet_nano_call - a slot, and what lies in it
 * @next:         behind it in the queue of calls that wait for a handler; NULL at the end
 * @guest:        whose call; NULL when that connection is gone
 * @id:           stream id
 * @node:         handlers of the service
 * @method:       its method
 * @deadline_ns:  absolute
 * @held:         the request's frame, and what a stream's peer sent behind it
 * @request:      the same decoded; its slices lie in @held
 * @has_ended:    the peer sends no more messages
 * @is_over:      no answer is to be sent any more: the reason is in @failure
 * @is_answered:  the peer has got the end of the call, or cannot get it
 * @full_ns:      since when a message has not fitted into @held; 0 for none
 * @failure:      what the handler said, or why the call is over; status EYELET_OK for nothing
 */
struct eyelet_nano_call {
    enum eyelet_nano_call_state state;
    struct eyelet_nano_call *next;
    struct eyelet_nano_server *server;
    struct eyelet_nano_guest *guest;
    uint32_t id;
    const struct eyelet_dispatch_node *node;
    const struct eyelet_nano_method *method;
    uint64_t deadline_ns;
    struct eyelet_queue held;
    struct eyelet_request request;
    bool has_first;
    bool has_ended;
    bool is_over;
    bool is_answered;
    uint64_t full_ns;
    struct eyelet_error failure;
};

#endif
