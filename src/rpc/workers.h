/*
 * The threads of a server, and the lock that all its state is under.
 *
 * Whoever has nothing to do waits at one epoll, and an event wakes one thread only. A thread that read requests runs
 * their handlers; if there is more to do than that and another thread waits, it is told to come. A thread that waits
 * inside a handler sleeps as long as somebody else watches the sockets, and watches them itself when nobody does: so a
 * server with one thread reads on while its handler waits for a message.
 */
#ifndef EYELET_RPC_WORKERS_H
#define EYELET_RPC_WORKERS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "rpc/guests.h"

struct eyelet_look; /* one thread's look at the sockets */

/* A thread that tells the program something, on its stack. */
struct eyelet_teller {
    pthread_t thread;
    struct eyelet_teller *next;
};

/**
 * struct eyelet_workers - plain members, protected by @lock unless it says otherwise
 * @lock:            everything of the server: its connections, sessions, buffers, calls, timers and counters. Held for
 *                   moments, by every thread that reads, writes or answers, and never while something of the program
 *                   runs or a thread waits; nothing is locked inside of it
 * @env:             what connections share
 * @guests:          the connections
 * @wake_fd:         an eventfd at the epoll: a write brings one thread; never read
 * @stop_fd:         the same, for eyelet_server_stop()
 * @threads:         those that were started, @n_started of them
 * @n_watching:      threads that are in epoll_wait(), but for that of @watcher
 * @is_spinning:     atomic: one of them looks again and again, and no other does; begun under the lock
 * @looks:           of all threads that are in epoll_wait(): when they wake by themselves
 * @is_coming:       one of them was told to come and has not come yet
 * @watcher:         a call whose thread is in epoll_wait() because nobody else was; NULL for none. Nobody else goes
 *                   there meanwhile, so what is to wake this thread does not wake another
 * @resting:         threads that have nothing to do while @watcher's thread watches
 * @n_resting:       number of those
 * @sleepers:        calls whose threads sleep, linked by @sleep_next
 * @tellers:         threads that are in hooks and log functions of the program's
 * @unwatched_ns:    since when nobody has watched; 0 while somebody does
 * @n_telling:       threads that tell the program what is in the log
 * @is_stop_asked:   atomic: eyelet_server_stop() was called
 * @give_up_ns:      end of the grace, once it has begun
 * @error:           what ended the server, or 0
 */
struct eyelet_workers {
    pthread_mutex_t lock;
    struct eyelet_serving_env env;
    struct eyelet_guests guests;
    int wake_fd;
    int stop_fd;
    pthread_t *threads;
    uint32_t n_started;
    uint32_t n_watching;
    _Atomic bool is_spinning;
    struct eyelet_look *looks;
    bool is_coming;
    struct eyelet_call *watcher;
    pthread_cond_t resting;
    uint32_t n_resting;
    struct eyelet_call *sleepers;
    struct eyelet_teller *tellers;
    uint64_t unwatched_ns;
    uint32_t n_telling;
    _Atomic bool is_stop_asked;
    uint64_t give_up_ns;
    int error;
};

/*
 * eyelet_workers_init() - lock and descriptors; @env.opts must be filled in
 *
 * Return: 0 or -errno, and then there is nothing to clear.
 */
int eyelet_workers_init(struct eyelet_workers *workers);
void eyelet_workers_clear(struct eyelet_workers *workers);

/* eyelet_workers_run() - serve, in this thread and those that it starts. Return: 0, or -errno of what ended it. */
int eyelet_workers_run(struct eyelet_workers *workers);

/* eyelet_workers_stop() - from any thread and from signal handlers, without the lock. */
void eyelet_workers_stop(struct eyelet_workers *workers);

/*
 * The lock. Unlocking tells the program what is due, its log and the hooks of calls that were cancelled, before it
 * unlocks for good. eyelet_workers_leave() unlocks for something of the program's that may take its time: others see to
 * the sockets and to what is to be done meanwhile, @now_ns being when that begins.
 */
void eyelet_workers_lock(struct eyelet_workers *workers);
void eyelet_workers_unlock(struct eyelet_workers *workers);
void eyelet_workers_leave(struct eyelet_workers *workers, uint64_t now_ns);

/* eyelet_workers_of() - whose environment this is. */
struct eyelet_workers *eyelet_workers_of(struct eyelet_serving_env *env);

/*
 * eyelet_workers_wait() - wait inside a handler until @is_ready says so of @call, which a call that is cancelled must
 * be; under the lock, which is released meanwhile
 */
void eyelet_workers_wait(struct eyelet_workers *workers, struct eyelet_call *call,
                         bool (*is_ready)(const struct eyelet_call *call));

/*
 * eyelet_workers_look() - a handler that sends, receives or asks without waiting: if nobody has watched for a while,
 * its thread does, so that time, a stop and others' bytes are noticed; under the lock, which is released meanwhile
 */
void eyelet_workers_look(struct eyelet_workers *workers, struct eyelet_call *call);

/*
 * eyelet_workers_end() - a call has its end: it is answered, if the peer still waits, and interceptors are told; under
 * the lock, which may be released meanwhile
 * @now_ns:  when its handler was done
 */
void eyelet_workers_end(struct eyelet_workers *workers, struct eyelet_call *call, enum eyelet_status status,
                        uint64_t now_ns);

/* eyelet_workers_attend() - after a call was answered by whatever thread: see to its connection; under the lock. */
void eyelet_workers_attend(struct eyelet_workers *workers, struct eyelet_serving *serving);

/* eyelet_workers_share() - is there something to do, or a time to mind, that another thread is needed for? Under the
 * lock. */
void eyelet_workers_share(struct eyelet_workers *workers);

/* eyelet_workers_finish() - nobody has the call any more: it may be freed; under the lock. */
void eyelet_workers_finish(struct eyelet_workers *workers, struct eyelet_call *call);

#endif
