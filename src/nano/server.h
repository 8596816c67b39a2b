/*
 * A server in its caller's storage: what its rooms share. server.c is the face, the loop and time; guests.c the
 * connections; calls.c the slots, from a request to its answer; handling.c what a handler may do with its call.
 *
 * One handler runs at a time. Where it waits, the loop goes round below it and starts no other.
 */
#ifndef EYELET_NANO_SERVER_H
#define EYELET_NANO_SERVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/nano.h>

#include "core/dispatch.h"
#include "core/session.h"
#include "nano/line.h"
#include "nano/queue.h"

#define EYELET_NANO_FAILURE_MAX 2200u /* bytes of the longest error reply: text, details, envelope, head */

enum eyelet_nano_call_state {
    EYELET_NANO_CALL_FREE,  /* a slot that nobody has */
    EYELET_NANO_CALL_WAITS, /* for its handler */
    EYELET_NANO_CALL_RUNS,  /* its handler does */
};

/**
 * struct eyelet_nano_call - a slot, and the call in it
 * @next:         behind it in the list that it is in: of the slots that are free, or of its guest's that wait
 * @link:         what points to it, of those that wait
 * @guest:        whose call; NULL when that connection is gone
 * @id:           stream id
 * @peer:         of that connection
 * @deadline_ns:  absolute
 * @reserve:      bytes of the connection's out buffer that are kept free for its answer while it runs
 * @held:         the request's frame, and what a stream's peer sent behind it
 * @request:      decoded: @payload and @metadata, which lie in @held; the rest is not kept
 * @has_first:    client stream: a message came inside the request and was not taken
 * @has_ended:    the peer sends no more messages
 * @is_over:      the peer has its end: nothing is sent any more; @failure says which
 * @full_ns:      since when a message has not fitted into @held; 0 for none
 * @failure:      what the handler said, or why the call is over; status EYELET_OK for nothing
 */
struct eyelet_nano_call {
    struct eyelet_nano_call *next;
    struct eyelet_nano_call **link;
    enum eyelet_nano_call_state state;
    uint32_t id;
    struct eyelet_nano_server *server;
    struct eyelet_nano_guest *guest;
    struct eyelet_peer peer;
    const struct eyelet_dispatch_node *node;
    const struct eyelet_nano_method *method;
    uint64_t deadline_ns;
    uint64_t full_ns;
    size_t reserve;
    bool has_first;
    bool has_ended;
    bool is_over;
    struct eyelet_queue held;
    struct eyelet_request request;
    struct eyelet_error failure;
};

/**
 * struct eyelet_nano_guest - a place for a connection; free while its line is closed
 * @first_waiting: its calls that wait for their handlers, in the order in which they came
 * @last_link:    where the next one is put: the last one's @next
 * @serial:       which connection of this place
 * @n_calls:      slots that it has
 * @has_ended:    the peer sends no more
 * @has_hung_up:  the peer takes no more either
 * @is_over:      to be closed
 * @is_paused:    what came is left lying until there is room for it
 * @has_more:     its share of the last turn was used up
 * @events:       what epoll watches it for
 * @give_up_ns:   it is closed then, whatever is in flight
 */
struct eyelet_nano_guest {
    struct eyelet_nano_call *first_waiting;
    struct eyelet_nano_call **last_link;
    uint32_t serial;
    uint32_t events;
    uint32_t n_calls;
    bool has_ended;
    bool has_hung_up;
    bool is_over;
    bool is_paused;
    bool has_more;
    uint64_t give_up_ns;
    struct eyelet_peer peer;
    struct eyelet_line line;
};

enum eyelet_nano_server_state {
    EYELET_NANO_SERVER_OPEN,   /* waits to be run or processed for the first time */
    EYELET_NANO_SERVER_SERVES, /* until it is stopped, or its only connection has ended */
    EYELET_NANO_SERVER_DRAINS, /* until all calls are over, or the grace is */
    EYELET_NANO_SERVER_OVER,   /* waits to be cleared */
};

/**
 * struct eyelet_nano_server - the beginning of the caller's block; what every call needs is in front, small to address
 * @stop_asked:   set in signal handlers and other threads; @wake_fd wakes the loop then
 * @is_broken:    epoll or the listener is of no more use
 * @is_single:    it serves the one connection that it was given, and ends with it
 * @n_calling:    guests that have a slot or more
 * @n_places:     of @guests, those that have been somebody's; the others are memory that was not touched yet
 * @storage:      what is left of the memory, for places and slots when they are needed for the first time
 * @free_slots:   those that are free again
 * @turn:         place of the guest that is attended first
 * @served:       place of the guest whose handler ran last
 * @n_told:       calls of on_broken since @told_since_ns
 * @is_stirred:   something was taken, sent or ended: who is paused may go on, who is done may go
 * @running:      the call whose handler runs; NULL for none
 * @now_ns:       the clock as it was read last: behind each wait, before a handler, and when it comes back or uses its
 *                call
 * @looked_ns:    when it was looked for what came and what is due, last
 * @n_slow:       so many calls more may be slow, since one was
 * @away_ns:      spent in handlers, and not forgiven yet to the peers that nobody read meanwhile
 * @message:      the running handler's request or last message, and behind it its reply
 * @event:        what a session said last
 * @error:        for texts on their way to somewhere else
 */
struct eyelet_nano_server {
    enum eyelet_nano_server_state state;
    atomic_bool stop_asked;
    bool is_broken;
    bool is_single;
    bool can_accept;
    bool is_stirred;
    int epoll_fd;
    int wake_fd;
    uint32_t own_cid;
    uint32_t n_guests;
    uint32_t n_calls;
    uint32_t n_calling;
    uint32_t n_places;
    uint32_t n_nodes;
    uint32_t turn;
    uint32_t served;
    uint32_t n_told;
    uint64_t told_since_ns;
    uint64_t accept_pause_ns;
    uint64_t accept_again_ns;
    uint64_t grace_end_ns;
    uint64_t now_ns;
    uint64_t looked_ns;
    uint32_t n_slow;
    uint64_t away_ns;
    struct eyelet_storage storage;
    struct eyelet_nano_guest *guests;
    struct eyelet_nano_call *free_slots;
    struct eyelet_nano_call *running;
    uint8_t *message;
    struct eyelet_nano_server_opts opts;
    struct eyelet_session_limits limits;
    struct eyelet_dispatch_node nodes[EYELET_NANO_SERVICES_MAX];
    struct eyelet_counters counters;
    struct eyelet_listener listener;
    char address[EYELET_ADDRESS_TEXT_MAX];
    struct eyelet_error error;
    struct eyelet_session_event event;
};

/* --- server.c ----------------------------------------------------------------------------------------------------- */

#define EYELET_NANO_WHO_LISTENER UINT64_MAX /* of epoll: everybody else is serial << 32 | place */
#define EYELET_NANO_WHO_WAKE     (UINT64_MAX - 1)

/*
 * eyelet_nano_server_step() - wait until something happens or is due, and do it; no handler is started
 * @wait_until_ns:  not longer; 0 does not wait at all
 */
void eyelet_nano_server_step(struct eyelet_nano_server *server, uint64_t wait_until_ns);

/* Has it not looked around for long? Then whoever has much to do should let it, at times. */
bool eyelet_nano_server_should_look(const struct eyelet_nano_server *server);

/* A handler comes back, or uses its call: no peer was late by what was not read since the library was left for it. */
void eyelet_nano_server_enter(struct eyelet_nano_server *server);

/* --- guests.c ----------------------------------------------------------------------------------------------------- */

/* Return: 0 or -errno: the listener is of no more use. */
int eyelet_nano_guests_accept(struct eyelet_nano_server *server, uint64_t now_ns);
int eyelet_nano_guests_take_connected(struct eyelet_nano_server *server);

/* epoll said so of @who. */
void eyelet_nano_guests_note(struct eyelet_nano_server *server, uint64_t who, uint32_t events);

/* Each guest writes, reads and takes its share of what came; those that are over or late are closed. */
void eyelet_nano_guests_attend(struct eyelet_nano_server *server, uint64_t now_ns);

/* Is there work that waits for nothing? Otherwise: when is the first of them late? */
bool eyelet_nano_guests_have_work(const struct eyelet_nano_server *server);
uint64_t eyelet_nano_guests_deadline(const struct eyelet_nano_server *server);

/* Sends what waits. */
void eyelet_nano_guests_flush(struct eyelet_nano_server *server, uint64_t now_ns);

void eyelet_nano_guests_stop(struct eyelet_nano_server *server);
void eyelet_nano_guests_forgive(struct eyelet_nano_server *server, uint64_t absence_ns, uint64_t now_ns);
void eyelet_nano_guests_close_all(struct eyelet_nano_server *server);

/* --- calls.c ------------------------------------------------------------------------------------------------------ */

/* May a request of @guest have a slot? */
bool eyelet_nano_calls_have_slot(const struct eyelet_nano_server *server, const struct eyelet_nano_guest *guest);

/* Does the running handler wait for what @guest may send yet? */
bool eyelet_nano_calls_need(const struct eyelet_nano_server *server, const struct eyelet_nano_guest *guest);

/*
 * eyelet_nano_calls_hold() - is there room for the message of this frame?
 *
 * If its stream is full it is so from now on, until a message is taken or it is over.
 */
bool eyelet_nano_calls_hold(struct eyelet_nano_server *server, const struct eyelet_nano_guest *guest,
                            const struct eyelet_frame_head *head, uint64_t now_ns);

/* @server->event, of @guest: there is room for an error reply in its out buffer. */
void eyelet_nano_calls_take(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, uint64_t now_ns);

/* Runs the handler whose turn it is, and answers. Return: false when there is none that could run. */
bool eyelet_nano_calls_run_next(struct eyelet_nano_server *server);
bool eyelet_nano_calls_have_next(const struct eyelet_nano_server *server);

/* Those whose deadline is over, or whose stream has been full for long. */
void eyelet_nano_calls_expire(struct eyelet_nano_server *server, uint64_t now_ns);
void eyelet_nano_calls_forgive(struct eyelet_nano_server *server, uint64_t absence_ns);
uint64_t eyelet_nano_calls_deadline(const struct eyelet_nano_server *server);

/* The connection is gone: all its calls fail, and nothing is sent. */
void eyelet_nano_calls_lose(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest);

/* The peer sends no more: streams that it had not ended fail. */
void eyelet_nano_calls_end_streams(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, uint64_t now_ns);

/* All calls end, EYELET_UNAVAILABLE. */
void eyelet_nano_calls_cancel_all(struct eyelet_nano_server *server, uint64_t now_ns);

/* The call fails here and now, and its peer is told; the handler is not back yet, if it runs. */
void eyelet_nano_call_end(struct eyelet_nano_call *call, enum eyelet_status status, const char *why, uint64_t now_ns);

/* Bytes of @guest's out buffer that may be used for other things than the answer of the running call. */
size_t eyelet_nano_calls_room(const struct eyelet_nano_server *server, const struct eyelet_nano_guest *guest);

#endif
