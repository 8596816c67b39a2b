/*
 * One connection at a server: its turns at reading and writing, the limits on what it may take, and the timers on its
 * peer. What becomes of its calls is served.h's, what leaves is writing.h's; which connection has its turn, and which
 * thread runs a call, is decided above.
 *
 * All of it is protected by the server's lock.
 */
#ifndef EYELET_RPC_SERVING_H
#define EYELET_RPC_SERVING_H

#include <stdbool.h>
#include <stdint.h>

#include <eyelet/address.h>
#include <eyelet/server.h>

#include "core/dispatch.h"
#include "rpc/call.h"
#include "rpc/connection.h"
#include "rpc/log.h"
#include "rpc/spin.h"
#include "rpc/timers.h"

struct eyelet_serving_env;

/**
 * struct eyelet_serving_threads - what connections ask of the threads above them, under the server's lock
 * @notice:  something happened to a call that its thread may wait for
 * @leave:   something of the program's is about to run in this thread: the lock is released; @back: it is over
 */
struct eyelet_serving_threads {
    void (*notice)(struct eyelet_serving_env *env, struct eyelet_call *call);
    void (*leave)(struct eyelet_serving_env *env);
    void (*back)(struct eyelet_serving_env *env);
};

/**
 * struct eyelet_serving_env - what all connections of a server share
 * @opts:         every default filled in
 * @limits:       for their sessions
 * @n_slots:      of a session
 * @queue_max:    bytes of answers that may wait on a connection before nothing more of it is read or run
 * @inbox_limits: for streams
 * @services:     who answers
 * @codec:        how; set before anything runs
 * @pool:         their buffers' memory; @held counts what their calls keep as well
 * @leaving:      of what calls keep, the part of those that nobody waits for: it comes back when they are over
 * @timers:       deadlines of connections
 * @spin:         whether a thread that waits for peers looks again and again first
 * @n_calls:      calls that are not freed, over all connections
 * @free_calls:   calls for use again
 * @n_free_calls: number of those
 * @hooks_due:    cancelled calls whose hook is to be told once nothing is locked
 * @log:          for the program
 * @trace:        for the user; or NULL
 * @counters:     of everything that is over; connections add theirs when they end
 * @threads:      who runs the calls
 */
struct eyelet_serving_env {
    struct eyelet_server_opts opts;
    struct eyelet_session_limits limits;
    uint32_t n_slots;
    size_t queue_max;
    struct eyelet_inbox_limits inbox_limits;
    const struct eyelet_dispatch_node *services;
    const struct eyelet_serving_codec *codec;
    struct eyelet_buffer_pool pool;
    size_t leaving;
    struct eyelet_timers timers;
    struct eyelet_spin spin;
    size_t n_calls;
    struct eyelet_call *free_calls;
    size_t n_free_calls;
    struct eyelet_call *hooks_due;
    struct eyelet_log log;
    const struct eyelet_trace *trace;
    struct eyelet_counters counters;
    const struct eyelet_serving_threads *threads;
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
 * @calls:          all its calls
 * @n_calls:        number of those
 * @queue_first:    calls that wait for a thread, in the order of their arrival
 * @queue_last:     the last one of them
 * @n_queued:       number of those
 * @n_running:      handlers that run
 * @n_receiving:    of those, so many wait for a message
 * @n_sending:      and so many for room to send
 * @n_stuffed:      streams that hold so much that nothing more is read
 * @kept:           bytes that its calls keep: requests and messages
 * @kept_deferred:  of those, in calls that are answered later
 * @queued_bytes:   of those, in calls that wait for a thread
 * @calls_end_ns:   none of its calls has to be ended before; EYELET_NO_DEADLINE when there is none
 * @unflushed_ns:   when the oldest answer was queued that nobody tried to send yet; 0 for none
 * @has_input:      what was read may hold another whole frame
 * @can_read:       the socket may have bytes: set by the server on an event, cleared here
 * @can_write:      the socket may take bytes: the same
 * @is_ending:      the end of what the peer sends is there already, behind what is not read yet
 * @has_hung_up:    the peer is gone in both directions, once what it sent is read
 * @has_ended:      the peer sends no more: what is queued may still leave
 * @is_stopping:    the server is stopping: the same, once everything that came is answered
 * @is_full:        too much is queued: nothing is read or run until it has left
 * @is_paused:      its last turn ended before all was read, for that or because enough waits
 * @is_over:        its next turn is its last
 * @progress_ns:    when the peer took a byte last, or when something was queued first
 * @give_up_ns:     when the end comes at the latest, if it has begun
 * @log_rate:       of lines about it
 */
struct eyelet_serving {
    struct eyelet_connection connection;
    struct eyelet_peer peer;
    struct eyelet_serving_env *env;
    struct eyelet_call *calls;
    uint32_t n_calls;
    struct eyelet_call *queue_first;
    struct eyelet_call *queue_last;
    uint32_t n_queued;
    uint32_t n_running;
    uint32_t n_receiving;
    uint32_t n_sending;
    uint32_t n_stuffed;
    size_t kept;
    size_t kept_deferred;
    size_t queued_bytes;
    uint64_t calls_end_ns;
    uint64_t unflushed_ns;
    bool has_input;
    bool can_read;
    bool can_write;
    bool is_ending;
    bool has_hung_up;
    bool has_ended;
    bool is_stopping;
    bool is_full;
    bool is_paused;
    bool is_over;
    uint64_t progress_ns;
    uint64_t give_up_ns;
    struct eyelet_log_rate log_rate;
};

/*
 * eyelet_serving_queue_max() - @queue_max of a server: beside the answers that wait there must be room for one more,
 * and for the request that is coming
 */
size_t eyelet_serving_queue_max(const struct eyelet_server_opts *opts);

/* eyelet_serving_init() - take over an accepted socket; not on failure. Return: 0, -ENOMEM or -errno. */
int eyelet_serving_init(struct eyelet_serving *serving, int fd, const struct eyelet_peer *peer,
                        struct eyelet_serving_env *env);

/*
 * eyelet_serving_end() - the connection is over: its calls are cancelled, its socket is closed, its memory given back
 *
 * The struct itself must stay until @n_calls is 0.
 */
void eyelet_serving_end(struct eyelet_serving *serving, const char *why);

/*
 * eyelet_serving_take_turn() - read what there is, for a fair share (HOSTILE H015), and write what waits
 * @awake_ns:  when the server last looked what its peers did: nobody is late by what took its time since then
 */
enum eyelet_serving_turn eyelet_serving_take_turn(struct eyelet_serving *serving, uint64_t now_ns, uint64_t awake_ns);

/* Is there something to read and take, so that another turn would be of use? */
bool eyelet_serving_wants_turn(const struct eyelet_serving *serving);

/* eyelet_serving_relieve() - send if too much is queued, and have no more calls run unless that helped. */
void eyelet_serving_relieve(struct eyelet_serving *serving);

/* What a waiting connection wants to hear of beside bytes to read: room to write. */
bool eyelet_serving_wants_write(const struct eyelet_serving *serving);

/*
 * When it is to have a turn though nothing happens: to send, to end calls by eyelet_served_expire(), or to be given up;
 * EYELET_NO_DEADLINE for never.
 */
uint64_t eyelet_serving_deadline(const struct eyelet_serving *serving);

/* When answers that wait for others are to be sent for that alone; a part of the above. */
uint64_t eyelet_serving_flush_deadline(const struct eyelet_serving *serving);

/*
 * eyelet_serving_shed() - give back memory: calls that wait for a thread, streams that nobody reads and deferred calls
 * are refused, or an unfinished frame is; if it is answers that wait for a slow peer, the connection is over. It is to
 * have a turn soon. What a deferred call keeps counts as leaving until its owner completes it.
 *
 * eyelet_serving_stuck() - bytes of memory that may be got back so
 */
void eyelet_serving_shed(struct eyelet_serving *serving, uint64_t now_ns);
size_t eyelet_serving_stuck(const struct eyelet_serving *serving);

/* The server was away for so long, until now: what the peer did not do meanwhile is not held against it. */
void eyelet_serving_forgive(struct eyelet_serving *serving, uint64_t absence_ns, uint64_t now_ns);

/* From now on only what is in flight is answered: new requests with UNAVAILABLE. Then its turn ends with OVER. */
void eyelet_serving_stop(struct eyelet_serving *serving);

/* eyelet_serving_count() - add what this connection has done to @counters. */
void eyelet_serving_count(const struct eyelet_serving *serving, struct eyelet_counters *counters);

#endif
