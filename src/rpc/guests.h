/*
 * All connections of a server: accepting them, watching their sockets, giving each its turn, and limiting what they
 * take together. Protected by the server's lock.
 *
 * One epoll, edge-triggered: it is told of a socket once, when it is accepted, and again only when a queue fills or
 * drains; an event wakes one of the threads that wait, and no other.
 */
#ifndef EYELET_RPC_GUESTS_H
#define EYELET_RPC_GUESTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include <eyelet/address.h>

#include "rpc/serving.h"

#define EYELET_GUESTS_EVENTS_MAX 64

/* Who an event is about, as epoll is told: one of these, or a guest's number, which is larger. */
#define EYELET_GUESTS_LISTENER 0u
#define EYELET_GUESTS_WAKE     1u
#define EYELET_GUESTS_STOP     2u

/**
 * struct eyelet_guest - one accepted connection
 * @serving:   what it does
 * @timer:     its deadline
 * @place:     its own among the places
 * @events:    what epoll is asked for
 * @previous:  all guests
 * @next:      all guests
 * @turn_next: guests that have something to read or write, in the order of their turns
 * @has_turn:  is it among those?
 * @call_next: guests that have calls to be run, in the order of their turns
 * @has_calls: is it among those?
 * @is_closed: its connection is over, and it stays for the calls that still run
 */
struct eyelet_guest {
    struct eyelet_serving serving;
    struct eyelet_timer timer;
    uint32_t place;
    uint32_t events;
    struct eyelet_guest *previous;
    struct eyelet_guest *next;
    struct eyelet_guest *turn_next;
    bool has_turn;
    struct eyelet_guest *call_next;
    bool has_calls;
    bool is_closed;
};

/**
 * struct eyelet_place - whose events come with its number
 * @guest:      who has it; NULL when it is free
 * @serial:     of that guest, or of the last one. An event may come after its guest has left, since a thread that
 *              epoll told of it waits for the lock; then it is about an older serial, and about nobody
 * @next_free:  the next one that is free, counted from 1; 0 for none
 */
struct eyelet_place {
    struct eyelet_guest *guest;
    uint32_t serial;
    uint32_t next_free;
};

/* Guests in the order of their turns. */
struct eyelet_guest_ring {
    struct eyelet_guest *first;
    struct eyelet_guest *last;
};

#define EYELET_GUESTS_PACES 32u

/* How often in a row a method's handler was quick. */
struct eyelet_pace {
    const struct eyelet_method *method;
    unsigned n_quick;
};

/**
 * struct eyelet_guests - all of them
 * @env:             what they share
 * @listener:        where they come from
 * @epoll_fd:        what tells of them
 * @first:           all that are not closed
 * @n:               number of those
 * @n_closed:        guests that stay for their calls
 * @places:          numbers for epoll, one for each guest that is not closed
 * @n_places:        number of those, free ones included
 * @free_place:      the first one that is free, counted from 1; 0 for none
 * @turns:           those with something to read or write
 * @callers:         those with calls to be run
 * @share:           handlers that one of them may have running
 * @own_cid:         this machine's, or EYELET_VSOCK_CID_ANY when it is not known
 * @can_accept:      somebody may wait at the listener
 * @accept_pause_ns: how long the last pause was; 0 when there was none since an accept
 * @accept_again_ns: when the pause is over; EYELET_NO_DEADLINE when there is none
 * @awake_ns:        when the sockets were last looked at
 * @paces:           of methods that were run, each at a place that its address gives; two may share one
 * @is_draining:     nobody is accepted, and who has nothing in flight leaves
 */
struct eyelet_guests {
    struct eyelet_serving_env *env;
    struct eyelet_listener listener;
    int epoll_fd;
    struct eyelet_guest *first;
    uint32_t n;
    uint32_t n_closed;
    struct eyelet_place *places;
    uint32_t n_places;
    uint32_t free_place;
    struct eyelet_guest_ring turns;
    struct eyelet_guest_ring callers;
    uint32_t share;
    uint32_t own_cid;
    bool can_accept;
    uint64_t accept_pause_ns;
    uint64_t accept_again_ns;
    uint64_t awake_ns;
    struct eyelet_pace paces[EYELET_GUESTS_PACES];
    bool is_draining;
};

/* eyelet_guests_clear() - free what is left when all guests have gone. */
void eyelet_guests_clear(struct eyelet_guests *guests);

/* eyelet_guests_watch() - have epoll tell of a descriptor that is no guest's. Return: 0 or -errno. */
int eyelet_guests_watch(struct eyelet_guests *guests, int fd, uint64_t who);

/* eyelet_guests_take_connected() - the only guest that a server on a connected descriptor has. Return: 0 or -errno. */
int eyelet_guests_take_connected(struct eyelet_guests *guests);

/* eyelet_guests_note() - what epoll_wait() said of a guest, which may have left meanwhile; of the listener. */
void eyelet_guests_note(struct eyelet_guests *guests, uint64_t who, uint32_t events);
void eyelet_guests_note_listener(struct eyelet_guests *guests);

/*
 * eyelet_guests_look() - what time brings: timers, and who waits at the listener
 *
 * Return: 0, or -errno when the listener is dead.
 */
int eyelet_guests_look(struct eyelet_guests *guests, uint64_t now_ns);

/* eyelet_guests_deadline() - when to look at the latest. */
uint64_t eyelet_guests_deadline(const struct eyelet_guests *guests);

/* eyelet_guests_has_turns(), eyelet_guests_has_calls() - is there anything to read or write, is there a call to run? */
bool eyelet_guests_has_turns(const struct eyelet_guests *guests);
bool eyelet_guests_has_calls(const struct eyelet_guests *guests);

/* eyelet_guests_run_round() - a turn for each guest that has something to read or write now, at @now_ns. */
void eyelet_guests_run_round(struct eyelet_guests *guests, uint64_t now_ns);

/* eyelet_guests_next_call() - a call to be run, of each guest in turn; NULL when there is none. */
struct eyelet_call *eyelet_guests_next_call(struct eyelet_guests *guests, uint64_t now_ns);

/* eyelet_guests_note_run() - a handler of @method has run for so long. */
void eyelet_guests_note_run(struct eyelet_guests *guests, const struct eyelet_method *method, uint64_t run_ns);

/*
 * eyelet_guests_attend() - after calls of a connection were run, answered or given up: send what is due, watch for what
 * it waits for now, and let it go if it is over
 */
void eyelet_guests_attend(struct eyelet_guests *guests, struct eyelet_serving *serving);

/* eyelet_guests_call_is_over() - a running call's handler returned, and the call may be freed. */
void eyelet_guests_call_is_over(struct eyelet_guests *guests, struct eyelet_call *call);

/* eyelet_guests_forgive() - nobody looked at the sockets for so long, until now. */
void eyelet_guests_forgive(struct eyelet_guests *guests, uint64_t absence_ns, uint64_t now_ns);

/* eyelet_guests_drain() - accept nobody any more, and let everyone go who has nothing in flight. */
void eyelet_guests_drain(struct eyelet_guests *guests);

/* eyelet_guests_end() - the grace is over: every call is cancelled, everyone is let go. */
void eyelet_guests_end(struct eyelet_guests *guests);

/* eyelet_guests_count() - what they have done so far. */
void eyelet_guests_count(const struct eyelet_guests *guests, struct eyelet_counters *ret);

#endif
