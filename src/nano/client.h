/*
 * A client in its caller's storage: what its rooms share. client.c is its life and its face to loops, calling.c a call
 * from its start to its end, unary.c and stream.c the faces of calls, driving.c reading, writing and waiting for all of
 * them, incoming.c what becomes of what was read.
 *
 * There is one thread. A function of the program's is called from eyelet_nano_client_tell() alone, where nothing is
 * half-done: it may use the client as if nobody else did, and what it does there nests.
 */
#ifndef EYELET_NANO_CLIENT_H
#define EYELET_NANO_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/nano.h>

#include "core/session.h"
#include "nano/line.h"
#include "nano/queue.h"

/* The words before every text: which call, and where. */
#define EYELET_NANO_TEXT "call of %s/%s at %s: "
#define EYELET_NANO_TEXT_ARGS(pending)                                                                                 \
    (pending)->service->name, (pending)->method->name, (pending)->client->address_text

/* What is called, as generated code says it. @message is NULL for a stream of requests. */
struct eyelet_nano_calling {
    const struct eyelet_nano_service *service;
    const struct eyelet_nano_method *method;
    const struct eyelet_call_opts *opts;
    const void *message;
};

/**
 * struct eyelet_nano_pending - a slot, and the call that is in it
 * @next:              behind it in the list that it is in: free, in flight, or ended and to be told
 * @previous:          before it, in flight
 * @service, @method:  static tables
 * @reply:             a unary call's: the program's struct
 * @tell, @done, @userdata:  of eyelet_nano_client_start()
 * @id:                its stream id; 0 while no request of it is queued
 * @connection_number: which connection that is on, and @len and @end
 * @len, @end:         of its request: bytes of the frame, and the connection's position behind it
 * @is_stream:         it is the base of a struct eyelet_nano_stream
 * @is_open:           a stream whose side here has not ended
 * @is_over:           @error says how
 * @is_given_up:       it was this side that ended it
 * @was_lost:          it ended with its connection
 * @is_concluded:      its end is counted
 * @error:             status EYELET_OK for a good end, and then nothing else of it is set
 */
struct eyelet_nano_pending {
    struct eyelet_nano_client *client;
    struct eyelet_nano_pending *next;
    struct eyelet_nano_pending *previous;
    const struct eyelet_nano_service *service;
    const struct eyelet_nano_method *method;
    void *reply;
    eyelet_nano_tell_fn tell;
    void (*done)(void);
    void *userdata;
    uint64_t deadline_ns;
    uint64_t connection_number;
    uint64_t end;
    size_t len;
    uint32_t timeout_ms;
    uint32_t id;
    bool is_stream;
    bool is_open;
    bool is_over;
    bool is_given_up;
    bool was_lost;
    bool is_concluded;
    struct eyelet_error error;
};

/**
 * struct eyelet_nano_stream - a slot for a call of a method with a stream
 * @pending:       the call
 * @has_said_end:  eyelet_nano_stream_end() was called, or there is nothing to send
 * @queue:         what came and was not taken; its memory stays the slot's
 */
struct eyelet_nano_stream {
    struct eyelet_nano_pending pending;
    bool has_said_end;
    struct eyelet_queue queue;
};

/**
 * struct eyelet_nano_client - at the front of the caller's memory
 * @size:           bytes of it, from here
 * @is_closing:     no call may begin
 * @is_telling:     a function of the program's is being called
 * @has_loop:       eyelet_nano_client_process() was called: the program polls by itself
 * @is_lost, @lost: no connection, and why
 * @write_error:    -errno: nothing more can be sent, but what the peer said before is still to be read
 * @is_cut:         what was read may hold whole frames
 * @full:           a stream without room for the message in @event: nothing is read or fed until there is
 * @full_ns:        since when others have waited for that
 * @put_ns:         when a request or a message was put last that did not have to leave before this side goes on
 * @undriven_ns:    since when nobody has read, in the middle of a frame
 * @owed:           ids of streams that were given up while there was no room for the end of this side. No more than
 *                  there are streams: none is opened before these ends have left
 * @n_unfinished:   calls and streams that have begun and are not over, in flight or about to be
 * @free_calls, @free_streams:  slots that were somebody's
 * @storage:        what is left of the memory, for slots when they are needed for the first time
 * @n_calls, @n_streams:  slots that there are
 * @first_live:     those in flight, in no order
 * @soonest_ns:     none of them has a deadline before that
 * @first_ended, @last_ended:  started calls whose end is to be told
 * @connect_pause_ns:  how far the last two connections were apart; 0 after a reply
 * @event:          the last one of the session; its error is also where a text is put together
 * @told:           the error that a function of the program's is being told
 */
struct eyelet_nano_client {
    bool is_closing;
    bool is_telling;
    bool has_loop;
    bool is_lost;
    bool is_cut;
    int write_error;
    struct eyelet_nano_stream *full;
    uint64_t full_ns;
    uint64_t put_ns;
    uint64_t undriven_ns;
    uint32_t *owed;
    uint32_t n_owed;
    uint32_t n_unfinished;
    struct eyelet_nano_pending *first_live;
    uint64_t soonest_ns;
    struct eyelet_nano_pending *first_ended;
    struct eyelet_nano_pending *last_ended;
    struct eyelet_nano_pending *free_calls;
    struct eyelet_nano_pending *free_streams;
    struct eyelet_storage storage;
    uint32_t n_calls;
    uint32_t n_streams;
    struct eyelet_nano_client_opts opts;
    size_t size;
    uint64_t connect_pause_ns;
    uint64_t connect_not_before_ns;
    struct eyelet_counters counters; /* without those that the line keeps while it is open */
    struct eyelet_line line;
    struct eyelet_address address;
    char address_text[EYELET_ADDRESS_TEXT_MAX];
    struct eyelet_session_event event;
    struct eyelet_error lost;
    struct eyelet_error told;
};

/* What somebody waits for. The end of the call ends every wait, and so does the loss of the connection. */
enum eyelet_nano_wants {
    EYELET_NANO_WANTS_END,     /* of the call */
    EYELET_NANO_WANTS_MESSAGE, /* in the stream's queue */
    EYELET_NANO_WANTS_ROOM,    /* more than @limit bytes have left */
    EYELET_NANO_WANTS_SENT,    /* @limit bytes have left; the end of the call does not end this, giving it up does */
};

/* @connection_number: the connection that was there when the wait began */
struct eyelet_nano_wait {
    struct eyelet_nano_pending *pending;
    enum eyelet_nano_wants wants;
    uint64_t limit;
    uint64_t connection_number;
};

/* --- client.c ----------------------------------------------------------------------------------------------------- */

/*
 * eyelet_nano_client_connect() - open a lost connection again
 * @reterr:  may be NULL
 *
 * Return: EYELET_OK, or why there is none.
 */
enum eyelet_status eyelet_nano_client_connect(struct eyelet_nano_client *client, uint64_t deadline_ns,
                                              struct eyelet_error *reterr);

/* --- calling.c ---------------------------------------------------------------------------------------------------- */

/*
 * eyelet_nano_client_admit() - a slot for a call that has not begun
 * @is_stream:  the slot of a stream
 * @now_ns:     from when on its time runs
 *
 * Return: EYELET_OK; why it may not begin, and there is no slot.
 */
enum eyelet_status eyelet_nano_client_admit(struct eyelet_nano_client *client, const struct eyelet_nano_calling *what,
                                            bool is_stream, uint64_t now_ns, struct eyelet_nano_pending **ret,
                                            struct eyelet_error *reterr);

/* It begins, or begins again after it was over. */
void eyelet_nano_pending_arm(struct eyelet_nano_pending *pending);

/* Its slot is free for another. */
void eyelet_nano_pending_release(struct eyelet_nano_pending *pending);

/*
 * eyelet_nano_pending_begin() - put its request behind what waits to leave, send what the socket takes, and count it in
 * flight
 * @may_wait:  for room, until its deadline; what need not wait may be left to the loop, see below
 * @now_ns:    a look at the clock costs as much as a short request, so the caller may have one for several things
 *
 * Return: false when it is over.
 */
bool eyelet_nano_pending_begin(struct eyelet_nano_pending *pending, const struct eyelet_nano_calling *what,
                               bool may_wait, uint64_t now_ns);

/* It is over by what came; EYELET_OK, or @pending->error is set. */
void eyelet_nano_pending_finish(struct eyelet_nano_pending *pending);
void eyelet_nano_pending_succeed(struct eyelet_nano_pending *pending);

/* eyelet_nano_pending_describe() - set its error: which call, where, and why; then one of the following is due. */
void eyelet_nano_pending_describe(struct eyelet_nano_pending *pending, enum eyelet_status status, const char *why);

/*
 * It is over by @pending->error, whose may_have_executed these set: by this side, before or after it was sent; by the
 * loss of the connection, which is described here.
 */
void eyelet_nano_pending_fail(struct eyelet_nano_pending *pending);
void eyelet_nano_pending_lose(struct eyelet_nano_pending *pending);

/*
 * eyelet_nano_pending_give_up() - the same for a call that the server may still be at
 *
 * Nothing of a request that has not begun to leave goes out later, if it is the last thing that waits; all else must be
 * finished, to stay in step, and then the server may run it. Our side of a stream is ended; what was not taken of it is
 * dropped.
 */
void eyelet_nano_pending_give_up(struct eyelet_nano_pending *pending);
void eyelet_nano_pending_expire(struct eyelet_nano_pending *pending);

/* The end of this side of a stream, if it is open: now, or as soon as there is room. */
void eyelet_nano_pending_end_sending(struct eyelet_nano_pending *pending);

/* Counts its end, once. */
void eyelet_nano_pending_conclude(struct eyelet_nano_pending *pending);

/* eyelet_nano_pending_report() - conclude it, and copy its error if there is one. Return: its status. */
enum eyelet_status eyelet_nano_pending_report(struct eyelet_nano_pending *pending, struct eyelet_error *reterr);

/* Calls the functions of started calls that are over, unless it is one of them that this is called from. */
void eyelet_nano_client_tell(struct eyelet_nano_client *client);

/* --- driving.c ---------------------------------------------------------------------------------------------------- */

/*
 * eyelet_nano_client_wait() - wait, and read and write for all meanwhile
 * @deadline_ns:  looks at least once at what there is, also when it is over
 *
 * Calls functions of the program's, so that anything may have happened to the client but its end.
 *
 * Return: false when the deadline came first.
 */
bool eyelet_nano_client_wait(struct eyelet_nano_client *client, struct eyelet_nano_wait *wait, uint64_t deadline_ns);

/* eyelet_nano_pending_wait() - the same until the call's deadline. */
bool eyelet_nano_pending_wait(struct eyelet_nano_pending *pending, enum eyelet_nano_wants wants, uint64_t limit);

/* One round without waiting: reads, writes and ends what there is to. */
void eyelet_nano_client_turn(struct eyelet_nano_client *client);

/* Sends what the socket takes. */
void eyelet_nano_client_flush(struct eyelet_nano_client *client);

/*
 * The same behind something that was put just now; but where that follows something else within 50 us and the program
 * has a loop, both are left to its next round, which comes at once.
 */
void eyelet_nano_client_flush_put(struct eyelet_nano_client *client);

/* Puts the ends that are owed. Return: false when there are still some, and no room. */
bool eyelet_nano_client_pay(struct eyelet_nano_client *client);

/* The connection's position behind all that waits to leave. */
uint64_t eyelet_nano_client_queued(const struct eyelet_nano_client *client);

/* The connection is of no more use, for the reason in @client->lost: all calls in flight end. */
void eyelet_nano_client_lose(struct eyelet_nano_client *client);

/* The same when it is this side that ends it, for what the peer did or did not do. */
void eyelet_nano_client_break(struct eyelet_nano_client *client);

/* Gives up what has run out of time. */
void eyelet_nano_client_expire(struct eyelet_nano_client *client, uint64_t now_ns);

/* When there is something to do although nothing came; EYELET_NO_DEADLINE for never. Is there something now? */
uint64_t eyelet_nano_client_next_deadline(const struct eyelet_nano_client *client);
bool eyelet_nano_client_has_work(const struct eyelet_nano_client *client);

/* --- incoming.c --------------------------------------------------------------------------------------------------- */

/* Hands out what was read, up to a message that its stream has no room for: that is @client->full then. */
void eyelet_nano_client_hand_out(struct eyelet_nano_client *client);

/* --- stream.c ----------------------------------------------------------------------------------------------------- */

/* The stream that a call is the base of; @pending->is_stream. */
struct eyelet_nano_stream *eyelet_nano_stream_of(struct eyelet_nano_pending *pending);

#endif
