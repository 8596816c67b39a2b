/*
 * The enclave's side: listens, takes requests from many connections, runs handlers, answers.
 */
#ifndef EYELET_SERVER_H
#define EYELET_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/address.h>
#include <eyelet/export.h>
#include <eyelet/hooks.h>
#include <eyelet/status.h>

EYELET_BEGIN_DECLS

struct eyelet_server;

/**
 * struct eyelet_server_opts - how a server behaves; zero means the default
 * @is_enclave:              the profile for an enclave: @frame_max defaults to 1 MiB, and vsock peers with CID 1 or
 *                           this machine's own CID are refused, since nobody but the parent has business here
 * @wipe:                    overwrite what was in the library's own memory of requests and replies before it is freed
 *                           or used again
 * @threads:                 handlers that run at once; default 1, at most 1,024. eyelet_server_run() starts one thread
 *                           less than that and joins them before it returns. With more than one, handlers, interceptors
 *                           and the accept filter must be fit for it; one connection has all but one of them at most
 * @thread_stack:            bytes of stack for each of those threads; default 256 KiB, at least 128 KiB: unpacking a
 *                           message of the deepest nesting takes 100
 * @backlog:                 connections that wait to be accepted; default 128
 * @frame_max:               longest frame data accepted and sent, in bytes; default 4 MiB, at most 16 MiB - 1
 * @connections_max:         default 256; more are accepted and closed at once
 * @connections_per_cid_max: default 64; of those above, how many one vsock CID may hold
 * @calls_max:               calls and streams of one connection in flight at once; default 128, at most 1,024. One more
 *                           is refused; what only waits for a thread is left unread
 * @stream_messages_max:     messages that may wait in a stream for a second, see <eyelet/stream.h>; default 64
 * @stream_bytes_max:        the same in bytes; default 4 MiB
 * @header_timeout_ms:       a frame's head must be complete so long after its first byte; default 5,000
 * @body_grace_ms:           after this, a frame's data must have come at @body_rate_min; default 5,000
 * @body_rate_min:           bytes per second; default 65,536
 * @write_stall_ms:          a peer that takes no byte of what waits for it for so long is closed; default 10,000
 * @call_timeout_ms:         deadline of a request that brings none; default 30,000
 * @call_timeout_max_ms:     longest deadline that a request may bring; default 300,000
 * @decode_max:              most memory that unpacking one request may take, in bytes; default 16 MiB; a short request
 *                           gets less: 64 KiB and 16 times its length
 * @connection_buffer_max:   bytes that may be buffered for one connection; default 16 MiB. Its requests are not read
 *                           while answers wait that leave no room for two frames of frame_max, or 8 MiB of answers;
 *                           but a quarter of it, up to 256 KiB, may always wait. With less than three frames and
 *                           128 KiB, calls may be refused whose answers find no room
 * @buffer_max:              bytes that may be buffered for all connections together; default 128 MiB
 * @grace_ms:                after eyelet_server_stop(), how long calls in flight may take, and answers to leave, before
 *                           they are cancelled; default 5,000
 * @spin_us:                 for so long, in microseconds, one thread that waits for peers looks again and again before
 *                           it sleeps, see "Spinning" in <eyelet/client.h>; default 0: never; at most 1,000
 * @accept:                  asked for every new connection, before a byte is read; false closes it. NULL: all welcome
 * @accept_userdata:         handed to @accept
 * @interceptors:            asked before each handler and told after it, see <eyelet/hooks.h>; must outlive the server
 * @n_interceptors:          number of them
 * @log:                     told what happens, see <eyelet/hooks.h>; may be NULL
 * @log_userdata:            handed to @log
 */
struct eyelet_server_opts {
    bool is_enclave;
    bool wipe;
    uint32_t threads;
    uint32_t backlog;
    uint32_t frame_max;
    uint32_t connections_max;
    uint32_t connections_per_cid_max;
    uint32_t calls_max;
    uint32_t stream_messages_max;
    uint32_t header_timeout_ms;
    uint32_t body_grace_ms;
    uint32_t body_rate_min;
    uint32_t write_stall_ms;
    uint32_t call_timeout_ms;
    uint32_t call_timeout_max_ms;
    uint32_t grace_ms;
    uint32_t spin_us;
    size_t thread_stack;
    size_t stream_bytes_max;
    size_t decode_max;
    size_t connection_buffer_max;
    size_t buffer_max;
    bool (*accept)(const struct eyelet_peer *peer, void *userdata);
    void *accept_userdata;
    const struct eyelet_interceptor *interceptors;
    size_t n_interceptors;
    eyelet_log_fn log;
    void *log_userdata;
};

/**
 * eyelet_server_open() - listen
 * @address:  see <eyelet/address.h>
 * @opts:     may be NULL
 * @ret:      the server; ended with eyelet_server_close(); set on success only
 * @reterr:   may be NULL
 *
 * From here on peers can connect; they are answered once eyelet_server_run() is called.
 *
 * A descriptor of fd:// or systemd:// becomes the server's. When this fails after it was found to be of use, for lack
 * of memory or other descriptors, it is closed; otherwise it is the caller's as before.
 *
 * Return: EYELET_OK; EYELET_INVALID_ARGUMENT for an address or option that makes no sense; EYELET_ALREADY_EXISTS when
 * somebody listens there, or something that is not ours is in the way; EYELET_PERMISSION_DENIED; EYELET_UNAVAILABLE
 * without vsock in this kernel, or when systemd:// finds that no socket was handed over; EYELET_RESOURCE_EXHAUSTED
 * without memory or descriptors.
 */
EYELET_API enum eyelet_status eyelet_server_open(const char *address, const struct eyelet_server_opts *opts,
                                                 struct eyelet_server **ret, struct eyelet_error *reterr);

/**
 * eyelet_server_run() - serve until eyelet_server_stop()
 * @server:  an open server, not running
 *
 * On a descriptor that is connected already (fd:// or systemd://, as a service manager or a parent process hands one
 * over) this serves that one connection and returns when it has ended, or was not welcome.
 *
 * Handlers run in the calling thread and, with @threads in the options, in others as well, which have all signals
 * blocked and are joined before this returns. A peer that is slow, silent or stalled holds up nobody: only handlers do,
 * when every thread is in one. A handler that waits on its stream lets its thread read meanwhile. Answers to calls that
 * came together leave together: one that is there may wait until the handler behind it returns, if that is slow while
 * those before it were quick; with more than one thread for a millisecond, if another has nothing to do.
 *
 * After a stop this returns when every call has been completed: those that are in flight have the grace to finish and
 * are cancelled then. It waits for handlers that do not return, and for deferred calls that nobody completes.
 *
 * Return: EYELET_OK after a stop, or after the only connection; EYELET_FAILED_PRECONDITION when it runs already or has
 * run before; EYELET_RESOURCE_EXHAUSTED when the threads cannot be started, or there is no memory for the only
 * connection; EYELET_INTERNAL when the listening socket or epoll fails.
 */
EYELET_API enum eyelet_status eyelet_server_run(struct eyelet_server *server);

/**
 * eyelet_server_stop() - make eyelet_server_run() return
 * @server:  an open server, running or not
 *
 * May be called from any thread, from a handler and from a signal handler, any number of times. No new connection is
 * accepted, a new request is answered with EYELET_UNAVAILABLE, calls in flight finish within @grace_ms or are
 * cancelled, and run returns.
 */
EYELET_API void eyelet_server_stop(struct eyelet_server *server);

/**
 * eyelet_server_close() - free a server
 * @server:  may be NULL; must not be running
 *
 * Return: NULL.
 */
EYELET_API struct eyelet_server *eyelet_server_close(struct eyelet_server *server);

/**
 * eyelet_server_address() - where it listens, printed; borrowed from @server
 */
EYELET_API const char *eyelet_server_address(const struct eyelet_server *server);

/* eyelet_server_get_counters() - what it has done so far; from any thread at any time until it is closed. */
EYELET_API void eyelet_server_get_counters(const struct eyelet_server *server, struct eyelet_counters *ret);

EYELET_END_DECLS

#endif
