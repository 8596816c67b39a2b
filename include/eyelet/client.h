/*
 * The parent's side: a connection to a service, over which generated functions make calls.
 */
#ifndef EYELET_CLIENT_H
#define EYELET_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/call.h>
#include <eyelet/call_opts.h>
#include <eyelet/export.h>
#include <eyelet/hooks.h>
#include <eyelet/status.h>

EYELET_BEGIN_DECLS

struct eyelet_client;
struct eyelet_pending; /* a call that was started and is not over */

enum eyelet_client_state {
    EYELET_CLIENT_CONNECTED, /* again, after it was lost */
    EYELET_CLIENT_LOST,      /* the connection; with what ended it */
};

/**
 * struct eyelet_client_opts - how a client behaves; zero means the default
 * @connect_timeout_ms:  for all attempts to connect together; default 30,000
 * @call_timeout_ms:     for a call that does not say; default 30,000
 * @frame_max:           longest frame data sent and accepted, in bytes; default 4 MiB, at most 16 MiB - 1
 * @decode_max:          most memory that unpacking one reply may take, in bytes; default 16 MiB; a short reply gets
 *                       less: 64 KiB and 16 times its length
 * @reconnect:           open a lost connection again, when the next call needs it: until the call's deadline, and for
 *                       @connect_timeout_ms at most. A call whose request had not left whole when the connection was
 *                       lost is sent again; one that may have been executed never is. New connections are at least
 *                       100 ms apart; while they bring no reply, twice as far each time, up to 1 s; a call that has
 *                       no time to wait for that ends at once, EYELET_UNAVAILABLE. Not for fd:// addresses
 * @calls_max:           calls and streams in flight at once; default 1,024, at most 65,536
 * @stream_messages_max: messages that may wait in a stream for a second, see <eyelet/stream.h>; default 64
 * @stream_bytes_max:    the same in bytes; default 4 MiB
 * @buffer_max:          bytes that may wait for the program to take them, in replies and messages of all calls and
 *                       streams together; what comes beyond that fails its call or stream, RESOURCE_EXHAUSTED. Default
 *                       128 MiB, at least a frame
 * @keepalive_ms:        while calls are in flight and nothing is heard for so long, ask the server's health service
 *                       (grpc.health.v1.Health); any answer will do. Without one for as long again the connection is
 *                       lost: the peer's machine is paused or gone. 0: do not ask
 * @spin_us:             for so long, in microseconds, a thread that waits for the server looks again and again before
 *                       it sleeps, see below; default 0: never; at most 1,000
 * @wipe:                overwrite what was in the library's own memory of requests and replies before it is freed or
 *                       used again
 * @on_state:            told when the connection is lost and when it is there again, by a thread that is in the client,
 *                       one at a time and with nothing locked. @why is set for EYELET_CLIENT_LOST, NULL otherwise. May
 *                       be NULL
 * @on_state_userdata:   handed to @on_state
 * @interceptors:        asked before each call and told after it, see <eyelet/hooks.h>; must outlive the client,
 *                       its streams and its started calls
 * @n_interceptors:      number of them
 * @log:                 told what happens, see <eyelet/hooks.h>; may be NULL
 * @log_userdata:        handed to @log
 */
struct eyelet_client_opts {
    bool reconnect;
    bool wipe;
    uint32_t connect_timeout_ms;
    uint32_t call_timeout_ms;
    uint32_t frame_max;
    uint32_t calls_max;
    uint32_t stream_messages_max;
    uint32_t keepalive_ms;
    uint32_t spin_us;
    size_t stream_bytes_max;
    size_t buffer_max;
    size_t decode_max;
    void (*on_state)(enum eyelet_client_state state, const struct eyelet_error *why, void *userdata);
    void *on_state_userdata;
    const struct eyelet_interceptor *interceptors;
    size_t n_interceptors;
    eyelet_log_fn log;
    void *log_userdata;
};

/*
 * Spinning, @spin_us here and in <eyelet/server.h>, buys time with CPU: where the two ends have CPUs of their own, a
 * thread that sleeps is woken ten times later than one that looks finds its bytes. A sensible value is what a call
 * takes without it, 50 to 200. Each end has its own; one alone saves half.
 *
 * A wait that was not over in time was looked for in vain, and for a while, up to 128 times @spin_us, the next ones are
 * slept at once: who waits for slow handlers, shares its CPU with its peer or has nothing to do spends less than 1 % of
 * a CPU on it, and an idle connection nothing. What a peer can bring about is @spin_us of one thread for each whole
 * message that it sends. Deadlines, cancellation and the end are noticed as ever.
 *
 * In a client it is the thread that reads for all which looks; with eyelet_client_process() it is the program's loop
 * that waits, and nothing here looks. In a server it is one thread at a time: with others asleep beside it, which the
 * kernel wakes for nothing then, half of the gain is lost.
 */

/**
 * eyelet_client_open() - connect to a service
 * @address:  see <eyelet/address.h>
 * @opts:     may be NULL
 * @ret:      the client; ended with eyelet_client_close(); set on success only
 * @reterr:   may be NULL
 *
 * Tries again until the connect timeout is over, so that a parent may start before its enclave.
 *
 * Return: EYELET_OK; EYELET_INVALID_ARGUMENT for an address or option that makes no sense; EYELET_UNAVAILABLE when
 * nobody could be reached; EYELET_DEADLINE_EXCEEDED when the peer's machine never answered; EYELET_UNIMPLEMENTED for
 * an address that cannot be connected to; EYELET_RESOURCE_EXHAUSTED without memory or descriptors.
 */
EYELET_API enum eyelet_status eyelet_client_open(const char *address, const struct eyelet_client_opts *opts,
                                                 struct eyelet_client **ret, struct eyelet_error *reterr);

/**
 * eyelet_client_close() - end the connection and free the client
 * @client:  may be NULL; no call may begin on it after this
 *
 * Calls in flight end with EYELET_CANCELLED, in whichever thread they are, before this returns: it waits for those
 * threads to be out of the client. One that is connecting finishes its attempt, of 5 s at most, and makes no other.
 * Functions of started calls are called, and none is called later, nor is anything logged. Streams and started calls
 * that were not collected fail as well and keep a little memory until they are closed or collected; interceptors are
 * told of them then. May be called from inside a function that the client calls back, but for the log.
 *
 * Return: NULL.
 */
EYELET_API struct eyelet_client *eyelet_client_close(struct eyelet_client *client);

/**
 * eyelet_client_reconnect() - open a lost connection again, now
 * @timeout_ms:  0 is the client's connect_timeout_ms
 *
 * For programs that only start calls and open streams: those never wait for a connection, with @reconnect neither. Also
 * without @reconnect in the options; not for fd:// addresses.
 *
 * Return: EYELET_OK, also when it is not known to be lost; otherwise as eyelet_client_open().
 */
EYELET_API enum eyelet_status eyelet_client_reconnect(struct eyelet_client *client, uint32_t timeout_ms,
                                                      struct eyelet_error *reterr);

/**
 * eyelet_pending_cancel() - give a started call up, from any thread
 *
 * It ends with EYELET_CANCELLED: its function is told so, by a thread that waits in the client or else in the next
 * eyelet_client_process() or call on it, or eyelet_client_collect() says it. One that is over already keeps its end.
 * What has begun to leave, or has something queued behind it, goes out: the server may run it.
 *
 * A foreign loop, see below, watches nothing but the socket, and a cancel from another thread does not wake it: a
 * program whose loop is to tell of it wakes its loop itself.
 */
EYELET_API void eyelet_pending_cancel(struct eyelet_pending *pending);

/*
 * eyelet_pending_is_done() - would eyelet_client_collect() return without waiting? Nothing is read to find out:
 * somebody has to process.
 */
EYELET_API bool eyelet_pending_is_done(const struct eyelet_pending *pending);

/*
 * A foreign event loop: wait until @fd has one of @events (of poll.h: POLLIN, POLLOUT) or the timeout is over, then
 * process; ask for all three again after each process and each use of the client, since they change: the descriptor
 * when a connection is lost or opened again, the events when something waits to be sent, or when a stream holds all
 * that it may and nothing is read.
 *
 * The thread that called eyelet_client_process() last is taken for one with such a loop: opening a stream, sending on
 * it and ending it do not wait there for the rest of what the socket did not take at once, since the loop sends that.
 * Elsewhere they do. Other threads may block in the client meanwhile; while one of them reads, process does not.
 *
 * Calls that are started in functions that process calls leave together, with one write behind the last of them or
 * for each 64 KiB: a program that has many in flight starts the next one where the end of another is told. A call that
 * is started elsewhere leaves at once, since nobody knows when the loop comes by.
 *
 * The loop is woken by the socket and its own timeout alone. What other threads start, send on a stream or cancel may
 * change the events and the timeout: who leaves that to the loop wakes it, by an eventfd of its own or whatever it has.
 */

/* eyelet_client_fd() - Return: the connection's descriptor, still the client's; -1 while it is lost. */
EYELET_API int eyelet_client_fd(const struct eyelet_client *client);

/* eyelet_client_events() - Return: POLLIN, POLLOUT or both; 0 while the connection is lost. */
EYELET_API short eyelet_client_events(const struct eyelet_client *client);

/*
 * eyelet_client_timeout_ms() - Return: until the next deadline at most, rounded up; 0 when there is work to do; -1 when
 * there is none. It may be that of a call that is over: then process does nothing, and the next one is asked for.
 */
EYELET_API int eyelet_client_timeout_ms(const struct eyelet_client *client);

/**
 * eyelet_client_process() - read, write and end what there is to, without waiting
 *
 * Functions of calls that are over are called from here.
 *
 * Return: EYELET_OK; EYELET_UNAVAILABLE while the connection is lost. The calls that ended by it were told.
 */
EYELET_API enum eyelet_status eyelet_client_process(struct eyelet_client *client, struct eyelet_error *reterr);

/* eyelet_client_get_counters() - what it has done so far; from any thread at any time. */
EYELET_API void eyelet_client_get_counters(const struct eyelet_client *client, struct eyelet_counters *ret);

/*
 * Calls, which generated functions make. A client may be used by any number of threads at once: their calls share the
 * connection, and a thread that waits reads for the others too. The library starts no thread for it. A call returns one
 * of
 *
 *   EYELET_OK                  the reply is there
 *   EYELET_DEADLINE_EXCEEDED   time ran out, here or there; the client stays usable and drops the late answer
 *   EYELET_UNAVAILABLE         the connection is lost: this and, without @reconnect, every later call on this client
 *                              ends so until eyelet_client_reconnect(). Or the server is stopping and did not take the
 *                              call
 *   EYELET_RESOURCE_EXHAUSTED  the request, its metadata or the reply is over a limit, too many calls are in flight,
 *                              the server is too busy, or memory ran out; the client stays usable
 *   EYELET_INVALID_ARGUMENT    metadata with a bad key or an incomplete request, nothing was sent; or from the server
 *   EYELET_INTERNAL            the reply makes no sense
 *   EYELET_CANCELLED           another thread gave the call up or closed the client; or from the server
 *   EYELET_FAILED_PRECONDITION the client is being closed
 *   any other                  from the server, struct eyelet_error says so in is_remote
 *
 * and error.may_have_executed tells whether the server may have run it. It is exact for what this side found out; for a
 * status that came from the server it is true, because a status does not say how far the call got: what the server
 * itself refused (UNIMPLEMENTED, UNAVAILABLE from one that is stopping) was not run, but a handler may have said the
 * same.
 *
 * UNAVAILABLE with is_remote false means that the connection is gone, or will be once those in flight are over, having
 * made all the 2^31 calls it can; with is_remote true that it lives.
 */

EYELET_END_DECLS

#endif
