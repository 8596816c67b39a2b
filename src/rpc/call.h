/*
 * One call at a server, from its request to its end: what a handler may ask without waiting for anybody. What a handler
 * does that involves the connection is in handling.c; the running of calls is in workers.c.
 */
#ifndef EYELET_RPC_CALL_H
#define EYELET_RPC_CALL_H

#include <pthread.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/call.h>
#include <eyelet/hooks.h>
#include <eyelet/stream.h>
#include <eyelet/table.h>

#include "core/dispatch.h"
#include "core/envelope.h"
#include "rpc/arena.h"
#include "rpc/connection.h"
#include "rpc/inbox.h"

#define EYELET_CALL_ROOM 512u /* short messages lie beside their call: many calls at once fit into a cache */

struct eyelet_serving;

/**
 * struct eyelet_call - from request to reply
 * @serving:         whose connection it came over; stays until the call is freed
 * @previous, @next: all calls of that connection
 * @queue_next:      calls that wait for a thread, or whose hook is to be told; or that are free
 * @id:              stream id
 * @kind:            of the method
 * @request:         slices of @frame, or of @request_memory; its names and timeout are not kept
 * @frame:           the memory that a large request came in; of the server's pool
 * @room:            lent to @request_memory; the same
 * @has_message:     is there a request's message, or the first one of a stream?
 * @kept:            bytes that it counts in the memory of its connection
 * @leaving:         bytes that come back when it is over, since nobody waits for it any more
 * @service:         whose method is called
 * @method:          which
 * @start_ns:        when it arrived
 * @deadline_ns:     CLOCK_MONOTONIC
 * @decode_max:      most memory for unpacking one message
 * @request_memory:  what a small request came in, and what every one is unpacked into
 * @reply_memory:    what the handler allocates from
 * @message_memory:  what the stream's last message is unpacked into
 * @is_spoiled:      the codec's: a message of its stream made no sense, and there are no more
 * @codec_reply:     the codec's: what the handler fills in; NULL for none
 * @reply:           set by the codec when the handler succeeded; lives in the memory above
 * @failure:         set by eyelet_call_fail(); status EYELET_OK before that
 * @info:            for interceptors; the numbers grow while it runs
 * @n_passed:        interceptors that let it pass
 *
 * All above is the handler's thread's from the moment it runs. The rest is protected by the server's lock:
 *
 * @changed:         where its thread sleeps until something happened to the call; on CLOCK_MONOTONIC
 * @is_queued:       it waits for a thread
 * @is_live:         the peer waits for an answer: its stream id is alive
 * @is_deferred:     the handler said so
 * @ends_at_stop:    it is cancelled when the server is stopped, and not at the end of the grace
 * @is_returned:     the handler has returned
 * @is_completed:    a deferred call was answered by its owner
 * @is_sleeping:     its thread is in @changed, and the call among the sleepers, linked by @sleep_next
 * @wants_message:   its thread waits for a message
 * @wants_room:      its thread waits for room to send
 * @cancelled:       why nobody waits for the answer; EYELET_OK as long as somebody does
 * @why:             the same as a sentence; static
 * @on_cancel:       to be told of it, with @on_cancel_userdata
 * @is_hook_due:     it waits to be told
 * @is_in_hook:      it is being told
 * @hook_thread:     by whom
 * @inbox:           messages that nobody took
 * @is_inbox_ended:  the peer sends no more
 *
 * @request_room, @reply_room:  where the memories begin. The handler's thread's
 */
struct eyelet_call {
    struct eyelet_serving *serving;
    struct eyelet_call *previous;
    struct eyelet_call *next;
    struct eyelet_call *queue_next;
    uint32_t id;
    enum eyelet_kind kind;
    bool has_message;
    struct eyelet_request request;
    struct eyelet_block frame;
    struct eyelet_block room;
    size_t kept;
    size_t leaving;
    const struct eyelet_dispatch_node *service;
    const struct eyelet_method *method;
    uint64_t start_ns;
    uint64_t deadline_ns;
    size_t decode_max;
    struct eyelet_arena request_memory;
    struct eyelet_arena reply_memory;
    struct eyelet_arena message_memory;
    bool is_spoiled;
    void *codec_reply;
    struct eyelet_outgoing reply;
    struct eyelet_error failure;
    struct eyelet_call_info info;
    size_t n_passed;

    pthread_cond_t changed;
    struct eyelet_call *sleep_next;
    bool is_queued;
    bool is_live;
    bool is_deferred;
    bool ends_at_stop;
    bool is_returned;
    bool is_completed;
    bool is_sleeping;
    bool wants_message;
    bool wants_room;
    enum eyelet_status cancelled;
    const char *why;
    void (*on_cancel)(enum eyelet_status why, void *userdata);
    void *on_cancel_userdata;
    bool is_hook_due;
    bool is_in_hook;
    pthread_t hook_thread;
    struct eyelet_inbox inbox;
    bool is_inbox_ended;

    alignas(EYELET_ALLOC_UNIT) uint8_t request_room[EYELET_CALL_ROOM];
    alignas(EYELET_ALLOC_UNIT) uint8_t reply_room[EYELET_CALL_ROOM];
};

/**
 * struct eyelet_serving_codec - how messages are served; all services of a server share one
 * @serve:   unpacks the request and runs the handler
 * @finish:  when the handler succeeded, be that later: leaves the reply in @call->reply
 *
 * Both return the call's status; on failure @call->failure has a text, or status EYELET_OK for none.
 */
struct eyelet_serving_codec {
    enum eyelet_status (*serve)(struct eyelet_call *call);
    enum eyelet_status (*finish)(struct eyelet_call *call);
};

/* eyelet_call_new() - an empty call. Return: NULL without memory. */
struct eyelet_call *eyelet_call_new(bool wipe);

/* eyelet_call_reset() - empty it for another, but for the blocks of the pool; eyelet_call_free(): NULL is allowed. */
void eyelet_call_reset(struct eyelet_call *call);
void eyelet_call_free(struct eyelet_call *call);

/*
 * eyelet_call_keep() - copy what is needed of a request out of the connection's buffer
 * @frame:    the frame's data, which @request points into
 *
 * Return: 0 or -ENOMEM.
 */
int eyelet_call_keep(struct eyelet_call *call, struct eyelet_slice frame, const struct eyelet_request *request);

/*
 * eyelet_call_run() - deadline, interceptors, codec, handler
 * @now_ns:  when its turn came
 *
 * Return: what the handler did, or why it was not run.
 */
enum eyelet_status eyelet_call_run(struct eyelet_call *call, const struct eyelet_serving_codec *codec, uint64_t now_ns);

/*
 * eyelet_call_settle() - the one place that makes a handler's answer one of ours
 *
 * Return: EYELET_OK with @call->reply, or a known code to answer with, with its text in @call->failure.
 */
enum eyelet_status eyelet_call_settle(struct eyelet_call *call, enum eyelet_status status,
                                      const struct eyelet_serving_codec *codec);

/*
 * eyelet_call_recv_bytes(), eyelet_call_send_bytes() - what eyelet_call_recv_message() and its like are for a codec
 * @ret:  the message, to be freed by eyelet_inbox_free()
 */
enum eyelet_got eyelet_call_recv_bytes(struct eyelet_call *call, struct eyelet_inbox_message **ret);
enum eyelet_status eyelet_call_send_bytes(struct eyelet_call *call, const struct eyelet_outgoing *message);

/* The same without waiting: EYELET_RESOURCE_EXHAUSTED when the connection's queue is full. */
enum eyelet_status eyelet_call_try_send_bytes(struct eyelet_call *call, const struct eyelet_outgoing *message);

/*
 * eyelet_call_end_at_stop() - a call that has no end of its own: it is cancelled with UNAVAILABLE as soon as the server
 * is stopping, since the grace is for calls that come to an end
 */
void eyelet_call_end_at_stop(struct eyelet_call *call);

/* A call that is cancelled fails with that, whatever its handler makes of it. Return: why it is. */
enum eyelet_status eyelet_call_fail_cancelled(struct eyelet_call *call);

/* Which interceptors a call has passed is told the end, in the opposite order; @status is how it ended. */
void eyelet_call_tell_end(struct eyelet_call *call, enum eyelet_status status);

#endif
