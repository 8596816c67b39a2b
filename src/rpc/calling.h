/*
 * Calls in flight on one client: what a call is between its start and its end, who waits for it, and how its end is
 * told. Who reads the socket for all of them is decided in driving.h; life and connections are client.c's.
 */
#ifndef EYELET_RPC_CALLING_H
#define EYELET_RPC_CALLING_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/address.h>
#include <eyelet/client.h>
#include <eyelet/hooks.h>
#include <eyelet/service.h>

#include "rpc/buffer.h"
#include "rpc/client.h"
#include "rpc/connection.h"
#include "rpc/inbox.h"
#include "rpc/log.h"
#include "rpc/spin.h"

#define EYELET_CLIENT_QUEUE_MAX (8u << 20) /* HOSTILE limit "send queue / connection", in bytes */
#define EYELET_CLIENT_AHEAD_MAX                                                                                        \
    (256u << 10)                       /* so much may wait to be sent before a stream waits with its next message */
#define EYELET_CLIENT_IDLE_MAX   128u  /* places of started calls that are kept for the next ones; */
#define EYELET_CLIENT_IDLE_MS    1000u /* who looks at the client when nothing has come for so long frees them */
#define EYELET_CLIENT_INBOX_HARD (16u << 20) /* HOSTILE limit "bytes buffered / connection": nothing more is read */

enum eyelet_pending_use {
    EYELET_PENDING_BLOCKS,    /* on the stack of a thread that waits for it */
    EYELET_PENDING_STARTED,   /* by eyelet_client_start() */
    EYELET_PENDING_STREAMS,   /* inside of a struct eyelet_stream */
    EYELET_PENDING_KEEPALIVE, /* the client's own question whether the server lives */
};

/* What a call has brought so far, for hooks. */
struct eyelet_traffic {
    uint64_t received_messages;
    uint64_t received_bytes;
    uint64_t sent_messages;
    uint64_t sent_bytes;
};

/**
 * struct eyelet_pending - one call, from its start to its end; protected by the client's lock unless said otherwise
 * @id:                its stream id; 0 while no request of it is queued
 * @status:            how it ended
 * @has_peer:          @peer is set
 * @is_open:           a stream whose side here has not ended
 * @is_over:           @status and @error say how
 * @is_given_up:       it was this side that ended it
 * @was_lost:          it ended with its connection
 * @is_stuffed:        counted in the client's @n_stuffed
 * @is_concluded:      hooks were told of its end
 * @has_direct:        @direct is the reply, in the connection's buffer, which the driver keeps for it
 * @end:               of its request: the connection's position behind it
 * @reply:             of a started call whose reply was unpacked before its end is told
 * @waiters:           threads that sleep for it
 * @done:              of eyelet_client_start()
 * @n_asked:           interceptors that have let it pass
 * @inbox:             what came and was not taken
 * @traffic:           zero at the begin, like all that is in front of it; what follows is set before it is read
 * @client:            whose; counts as a user of the client's memory if it is STARTED or STREAMS
 * @service, @method:  static tables; set once
 * @unpack:            the codec's; set once
 * @use:               set once
 * @timeout_ms, @start_ns, @deadline_ns:  set once
 * @seen_ns:           the time, if nothing was waited for since; otherwise 0
 * @fd:                for the trace: the connection's descriptor
 * @peer:              for interceptors: who it went to
 * @connection_number: which connection its request is on
 * @len:               of that: bytes of the frame
 * @direct:            see @has_direct
 * @next, @previous:   in the client's list while it is in flight; @next also among those that are to be told
 * @tell, @userdata:   with @done
 * @error:             set on failure only
 */
struct eyelet_pending {
    uint32_t id;
    enum eyelet_status status;
    bool has_peer;
    bool is_open;
    bool is_over;
    bool is_given_up;
    bool was_lost;
    bool is_stuffed;
    bool is_concluded;
    bool has_direct;
    uint64_t end;
    ProtobufCMessage *reply;
    struct eyelet_waiter *waiters;
    void (*done)(void);
    size_t n_asked;
    struct eyelet_inbox inbox;
    struct eyelet_traffic traffic;
    struct eyelet_client *client;
    const struct eyelet_service *service;
    const struct eyelet_method *method;
    eyelet_unpack_fn unpack;
    enum eyelet_pending_use use;
    uint32_t timeout_ms;
    uint64_t start_ns;
    uint64_t deadline_ns;
    uint64_t seen_ns;
    int fd;
    struct eyelet_peer peer;
    uint64_t connection_number;
    size_t len;
    struct eyelet_slice direct;
    struct eyelet_pending *next;
    struct eyelet_pending *previous;
    eyelet_tell_fn tell;
    void *userdata;
    struct eyelet_error error;
};

/* What a thread waits for. The end of its call ends every wait, and so does the close of the client. */
enum eyelet_wants {
    EYELET_WANTS_END,        /* of its call */
    EYELET_WANTS_MESSAGE,    /* in its stream's inbox */
    EYELET_WANTS_ROOM,       /* no more than @limit bytes that wait to be sent */
    EYELET_WANTS_SENT,       /* the connection's position @limit is sent; the end of its call does not end this wait */
    EYELET_WANTS_CONNECTION, /* or its turn to make one */
};

/**
 * struct eyelet_waiter - a thread that waits, on its stack
 * @pending:  its call; NULL for a thread that has none
 * @limit:    see above
 * @connection_number:  the connection that was there when the wait began
 * @cond:     it sleeps here; there while it is linked
 * @next, @previous:    among all that sleep, the one that began first in front
 * @next_of_pending:    among those of its call
 */
struct eyelet_waiter {
    struct eyelet_pending *pending;
    enum eyelet_wants wants;
    uint64_t limit;
    uint64_t connection_number;
    pthread_cond_t cond;
    struct eyelet_waiter *next;
    struct eyelet_waiter *previous;
    struct eyelet_waiter *next_of_pending;
};

/* eyelet_waiter_init() - all else of a waiter is set when it sleeps, which most never do */
static inline void eyelet_waiter_init(struct eyelet_waiter *waiter, struct eyelet_pending *pending,
                                      enum eyelet_wants wants, uint64_t limit)
{
    waiter->pending = pending;
    waiter->wants = wants;
    waiter->limit = limit;
}

/* Calls one behind the other, by @next. Zeroed is none. */
struct eyelet_pending_queue {
    struct eyelet_pending *first;
    struct eyelet_pending *last;
};

/* A thread that is in a function of the program's, called from here, on its stack. */
struct eyelet_telling {
    pthread_t thread;
    struct eyelet_telling *next;
};

/**
 * struct eyelet_client - @lock protects all that follows it but what is set once, at the opening: @opts, @where,
 * @address, @trace and @wake_fd. It is held for moments: never in poll(), while connecting or unpacking, nor in a
 * function of the program's. Every thread may wait for it. No other lock is taken inside of it.
 *
 * @n_users:       whoever needs the memory: the program until it closes, threads inside, started calls, streams
 * @n_inside:      threads, counted once for each function they are in
 * @is_closing:    no call may begin
 * @left:          somebody left while the client is closing
 * @is_lost, @lost:  no connection, and why
 * @write_error:   -errno: nothing more can be sent, but what the peer said before is still to be read
 * @has_driver:    a thread reads for all; it alone polls, moves the input buffer, closes and replaces the connection
 * @driver:        what it waits for itself, or NULL
 * @is_polling:    the driver is in poll(), once or again and again, for @poll_events until @poll_until_ns
 * @is_woken:      @wake_fd is readable
 * @spin:          whether the driver looks again and again first
 * @is_cut:        the input buffer has whole frames that no stream had room for
 * @undriven_ns:   since when nobody has the role
 * @heir:          was woken to take the role, and has not run yet: it was not woken for nothing
 * @first_waiter, @last_waiter:  threads that sleep
 * @n_wait_sending: of those, who waits for bytes to leave
 * @first_pending: calls in flight, in no order
 * @n_pending:     number of those
 * @direct:        started calls whose replies the driver will unpack before it does anything else, and what ended
 *                 behind the first of them
 * @ended:         started calls whose end is to be told
 * @first_idle, @n_idle:  memory of started calls that are over, for the next ones
 * @first_telling: threads in functions of the program's
 * @leaves_later:  requests of started calls wait for the function that they were started in to return
 * @n_timed:       of those in flight, started calls and streams: nobody may wait for these until their deadlines
 * @calls_end_ns:  none of those has to be ended before this, by its deadline or for an inbox that is too full
 * @inbox_limits:  of streams
 * @n_held:        bytes that wait in all inboxes, costs included; also of calls that are over, hence atomic
 * @n_stuffed:     streams that may hold no more: nothing is read
 * @heard_ns:      when the peer said something last, or was not asked anything before
 * @asked_ns:      when the keepalive was sent that nothing has come after; 0 for none
 * @has_loop, @loop:  the thread that calls eyelet_client_process() last: it polls by itself
 * @states:        what on_state is to be told, at most two, alternating
 */
struct eyelet_client {
    pthread_mutex_t lock;
    const struct eyelet_trace *trace;
    int wake_fd;
    bool is_closing;
    bool is_lost;
    bool has_driver;
    bool is_polling;
    bool is_woken;
    bool is_cut;
    bool leaves_later;
    size_t n_users;
    size_t n_inside;
    struct eyelet_client_opts opts;

    const struct eyelet_waiter *driver;
    int write_error;
    short poll_events;
    uint64_t poll_until_ns;
    struct eyelet_waiter *heir;
    struct eyelet_waiter *first_waiter;
    struct eyelet_waiter *last_waiter;
    unsigned n_wait_sending;
    unsigned n_stuffed;
    struct eyelet_spin spin;
    uint64_t undriven_ns;
    uint64_t heard_ns;
    uint64_t asked_ns;
    uint64_t connect_pause_ns; /* how far the last two connections were apart; 0 after a reply */
    uint64_t connect_not_before_ns;

    struct eyelet_pending *first_pending;
    size_t n_pending;
    uint64_t calls_end_ns;
    size_t n_timed;
    struct eyelet_pending_queue direct;
    struct eyelet_pending_queue ended;
    struct eyelet_pending *first_idle;
    unsigned n_idle;
    unsigned n_states;
    struct eyelet_telling *first_telling;
    _Atomic size_t n_held;
    struct eyelet_counters counters; /* without those that the connection keeps */
    struct eyelet_log log;

    struct eyelet_connection connection;
    struct eyelet_buffer_pool pool;

    /* What no call needs that goes well lies behind all that it needs: it is long. */
    struct eyelet_inbox_limits inbox_limits;
    struct eyelet_log_rate log_rate;
    bool has_loop;
    pthread_t loop;
    bool is_telling_state;
    enum eyelet_client_state states[2];
    struct eyelet_error why; /* of the EYELET_CLIENT_LOST among them */
    struct eyelet_error lost;
    struct eyelet_peer peer;
    struct eyelet_pending keepalive;
    struct eyelet_address where;
    char address[EYELET_ADDRESS_TEXT_MAX];
    pthread_cond_t left;
};

/* --- in and out --------------------------------------------------------------------------------------------------- */

/* eyelet_client_enter(), eyelet_client_leave() - take the lock and count this thread; the opposite, once all is told */
void eyelet_client_enter(struct eyelet_client *client);
void eyelet_client_leave(struct eyelet_client *client);

/* One user less; the lock is held. The last one to go frees the client as it unlocks it. */
void eyelet_client_drop_and_unlock(struct eyelet_client *client);

/* Threads' functions that this thread is in, called from this client. */
size_t eyelet_client_depth(const struct eyelet_client *client);

/* Is this thread in one? */
bool eyelet_client_is_called_back(const struct eyelet_client *client);

/* Is there a change of state to tell? While one is told, whoever tells goes on to tell the next. */
static inline bool eyelet_client_has_state(const struct eyelet_client *client)
{
    return client->n_states > 0 && !client->is_telling_state;
}

/* What eyelet_client_tell() does when there may be something; it is not for others. */
void eyelet_client_tell_news(struct eyelet_client *client, bool is_last);

/*
 * eyelet_client_tell() - hand over what the program is to be told, with the lock released meanwhile; then what was
 * started there leaves
 * @is_last:  also ends of started calls, in whatever this thread is called from; otherwise only the outermost function
 *            of a thread tells of those, so that functions that make calls do not pile up
 */
static inline void eyelet_client_tell(struct eyelet_client *client, bool is_last)
{
    if (client->ended.first != NULL || client->log.first != NULL || client->n_states > 0 || client->leaves_later)
        eyelet_client_tell_news(client, is_last);
}

/* Is there something that it would tell? */
static inline bool eyelet_client_has_news(const struct eyelet_client *client, bool is_last)
{
    if (eyelet_client_has_state(client))
        return true;
    return (client->log.first != NULL || client->ended.first != NULL) &&
           (is_last || !eyelet_client_is_called_back(client));
}

/* on_state is to be told of @state; @why for EYELET_CLIENT_LOST. */
void eyelet_client_note_state(struct eyelet_client *client, enum eyelet_client_state state,
                              const struct eyelet_error *why);

/* --- one call ----------------------------------------------------------------------------------------------------- */

/*
 * eyelet_pending_new(), eyelet_pending_free() - memory for a started call, NULL when there is none; its end: it is kept
 * for the next one if those are few. The lock is held.
 */
struct eyelet_pending *eyelet_pending_new(struct eyelet_client *client);
void eyelet_pending_free(struct eyelet_pending *pending);

/* Frees what is kept. */
void eyelet_client_free_idle(struct eyelet_client *client);

/* eyelet_pending_init() - a call that has not begun; needs no lock. */
void eyelet_pending_init(struct eyelet_pending *pending, struct eyelet_client *client, enum eyelet_pending_use use,
                         const struct eyelet_calling *what);

/* What eyelet_pending_admit() does when there is something to ask; it is not for others. */
bool eyelet_pending_ask(struct eyelet_pending *pending, const struct eyelet_calling *what);

/*
 * eyelet_pending_admit() - what is asked before a call begins: its metadata, the interceptors, and whether the client
 * is being closed. The lock is held, and released for the interceptors.
 *
 * Return: false when it is over.
 */
static inline bool eyelet_pending_admit(struct eyelet_pending *pending, const struct eyelet_calling *what)
{
    bool has_metadata = what->opts != NULL && what->opts->n_metadata > 0;

    if (!has_metadata && pending->client->opts.n_interceptors == 0 && !pending->client->is_closing)
        return true;
    return eyelet_pending_ask(pending, what);
}

/*
 * eyelet_pending_queue() - queue its request, send what the socket takes, and count it in flight; there is a connection
 *
 * Return: false when it is over.
 */
bool eyelet_pending_queue(struct eyelet_pending *pending, const struct eyelet_calling *what);

/* It is over, by what came; by this side, with a text that says which call, where, and why; by the connection's loss.
 */
void eyelet_pending_finish(struct eyelet_pending *pending, enum eyelet_status status);
void eyelet_pending_fail(struct eyelet_pending *pending, enum eyelet_status status, const char *format, ...)
    EYELET_PRINTF(3, 4);
void eyelet_pending_lose(struct eyelet_pending *pending, const struct eyelet_error *why);

/*
 * eyelet_pending_give_up() - end a call that the server may still be at
 *
 * Nothing of a request that has not begun to leave goes out later, if it is the last thing queued; all else must be
 * finished, to stay in step, and then the server may run it. Our side of a stream is ended. What was not taken from its
 * inbox is dropped.
 */
void eyelet_pending_give_up(struct eyelet_pending *pending, enum eyelet_status status, const char *format, ...)
    EYELET_PRINTF(3, 4);
void eyelet_pending_expire(struct eyelet_pending *pending);

/* The end of this side of a stream, if it is open and memory allows. Return: 0 or -ENOMEM. */
int eyelet_pending_end_sending(struct eyelet_pending *pending);

/* Gives up those started calls and streams whose time is over. */
void eyelet_client_expire(struct eyelet_client *client, uint64_t now_ns);

/* A message for it: copied into its inbox. Return: 0; -ENOBUFS over the client's buffer_max; -ENOMEM. */
int eyelet_pending_put(struct eyelet_pending *pending, struct eyelet_slice message, uint64_t now_ns);

/* What eyelet_pending_clear_inbox() does when something waits; it is not for others. */
void eyelet_pending_drop_messages(struct eyelet_pending *pending);

/* What waits in its inbox is dropped; needs no lock once it is over and nobody else knows it. */
static inline void eyelet_pending_clear_inbox(struct eyelet_pending *pending)
{
    if (pending->inbox.first != NULL)
        eyelet_pending_drop_messages(pending);
}

/* The first message of its inbox, to be freed with eyelet_inbox_free(); NULL for none. */
struct eyelet_inbox_message *eyelet_pending_take(struct eyelet_pending *pending, uint64_t now_ns);

/*
 * eyelet_client_unpack_direct() - unpack what lies in the connection's buffer for started calls; then they are to be
 * told. For the driver; the lock is released meanwhile.
 */
void eyelet_client_unpack_direct(struct eyelet_client *client);

/*
 * eyelet_pending_unpack() - its one reply, that is its direct one or the first of its inbox; needs no lock
 *
 * Return: its status; a reply that makes no sense is its failure.
 */
enum eyelet_status eyelet_pending_unpack(struct eyelet_pending *pending, ProtobufCMessage **ret);

/* What eyelet_pending_conclude() does when there may be something to tell or to count; it is not for others. */
void eyelet_pending_tell_hooks(struct eyelet_pending *pending, const struct eyelet_calling *what);

/*
 * eyelet_pending_conclude() - tell interceptors and the trace of its end, once, and count it
 * @what:  for the metadata; NULL when that may be gone
 *
 * The lock is held, and released meanwhile.
 */
static inline void eyelet_pending_conclude(struct eyelet_pending *pending, const struct eyelet_calling *what)
{
    bool is_good = pending->status == EYELET_OK && pending->n_asked == 0;

    if (!pending->is_concluded && (!is_good || pending->client->trace != NULL))
        eyelet_pending_tell_hooks(pending, what);
    pending->is_concluded = true;
}

#endif
