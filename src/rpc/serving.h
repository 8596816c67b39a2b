/*
 * One connection at a server: its turns at reading, running calls and writing, and the timers on its peer. Which
 * connection has its turn, and when, is the server's.
 */
#ifndef EYELET_RPC_SERVING_H
#define EYELET_RPC_SERVING_H

#include <stdbool.h>
#include <stdint.h>

#include <eyelet/address.h>
#include <eyelet/server.h>

#include "core/dispatch.h"
#include "rpc/arena.h"
#include "rpc/call.h"
#include "rpc/connection.h"
#include "rpc/timers.h"

/**
 * struct eyelet_serving_env - what all connections of a server share
 * @opts:            every default filled in
 * @limits:          for their sessions
 * @services:        who answers
 * @serve:           how
 * @pool:            their buffers' memory
 * @request_memory:  for the call that runs
 * @reply_memory:    the same, for its handler
 */
struct eyelet_serving_env {
    struct eyelet_server_opts opts;
    struct eyelet_session_limits limits;
    const struct eyelet_dispatch_node *services;
    eyelet_serve_fn serve;
    struct eyelet_buffer_pool pool;
    struct eyelet_arena request_memory;
    struct eyelet_arena reply_memory;
};

/* What a turn ended with. */
enum eyelet_serving_turn {
    EYELET_SERVING_WAITS, /* until the socket says something, or @deadline_ns */
    EYELET_SERVING_AGAIN, /* its share of this round is used up, there is more to do */
    EYELET_SERVING_OVER,  /* close it */
};

/**
 * struct eyelet_serving - one connection
 * @connection:     its session and bytes
 * @peer:           as at accept
 * @env:            the server's
 * @can_read:       the socket may have bytes: set by the server on an event, cleared here
 * @can_write:      the socket may take bytes: the same
 * @has_ended:      the peer sends no more: what is queued may still leave
 * @is_stopping:    the server is stopping: the same, once everything that came is answered
 * @is_full:        too much is queued: nothing is read until it has left
 * @must_shed:      the server needs its memory back
 * @progress_ns:    when the peer took a byte last, or when something was queued first
 * @give_up_ns:     when the end comes at the latest, if it has begun
 */
struct eyelet_serving {
    struct eyelet_connection connection;
    struct eyelet_peer peer;
    struct eyelet_serving_env *env;
    bool can_read;
    bool can_write;
    bool has_ended;
    bool is_stopping;
    bool is_full;
    bool must_shed;
    uint64_t progress_ns;
    uint64_t give_up_ns;
};

/* eyelet_serving_init() - take over an accepted socket; not on failure. Return: 0, -ENOMEM or -errno. */
int eyelet_serving_init(struct eyelet_serving *serving, int fd, const struct eyelet_peer *peer,
                        struct eyelet_serving_env *env);
void eyelet_serving_clear(struct eyelet_serving *serving);

/* eyelet_serving_take_turn() - do what there is to do, for a fair share: HOSTILE H015. */
enum eyelet_serving_turn eyelet_serving_take_turn(struct eyelet_serving *serving, uint64_t now_ns);

/* What a waiting connection wants to hear of: bytes to read, room to write. */
bool eyelet_serving_wants_read(const struct eyelet_serving *serving);
bool eyelet_serving_wants_write(const struct eyelet_serving *serving);

/* When the peer is given up if nothing happens; EYELET_NO_DEADLINE if it may rest for ever. */
uint64_t eyelet_serving_deadline(const struct eyelet_serving *serving);

/*
 * eyelet_serving_shed() - in its next turn it gives back its memory: an unfinished frame is refused; if it is answers
 * that wait for a slow peer, the connection is over
 */
void eyelet_serving_shed(struct eyelet_serving *serving);

/* The server was away for so long: what the peer did not do meanwhile is not held against it. */
void eyelet_serving_forgive(struct eyelet_serving *serving, uint64_t absence_ns);

/* From now on only what is there is answered: new requests with UNAVAILABLE. Then its turn ends with OVER. */
void eyelet_serving_stop(struct eyelet_serving *serving);

#endif
