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
#include <eyelet/status.h>

EYELET_BEGIN_DECLS

struct eyelet_server;

/**
 * struct eyelet_server_opts - how a server behaves; zero means the default
 * @is_enclave:              the profile for an enclave: @frame_max defaults to 1 MiB, and vsock peers with CID 1 or
 *                           this machine's own CID are refused, since nobody but the parent has business here
 * @backlog:                 connections that wait to be accepted; default 128
 * @frame_max:               longest frame data accepted and sent, in bytes; default 4 MiB, at most 16 MiB - 1
 * @connections_max:         default 256; more are accepted and closed at once
 * @connections_per_cid_max: default 64; of those above, how many one vsock CID may hold
 * @header_timeout_ms:       a frame's head must be complete so long after its first byte; default 5,000
 * @body_grace_ms:           after this, a frame's data must have come at @body_rate_min; default 5,000
 * @body_rate_min:           bytes per second; default 65,536
 * @write_stall_ms:          a peer that takes no byte of what waits for it for so long is closed; default 10,000
 * @call_timeout_ms:         deadline of a request that brings none; default 30,000
 * @call_timeout_max_ms:     longest deadline that a request may bring; default 300,000
 * @decode_max:              most memory that unpacking one request may take, in bytes; default 16 MiB; a short request
 *                           gets less: 64 KiB and 16 times its length
 * @connection_buffer_max:   bytes that may be buffered for one connection; default 16 MiB
 * @buffer_max:              bytes that may be buffered for all connections together; default 128 MiB
 * @grace_ms:                after eyelet_server_stop(), how long answers may take to leave; default 5,000
 * @accept:                  asked for every new connection, before a byte is read; false closes it. NULL: all welcome
 * @accept_userdata:         handed to @accept
 */
struct eyelet_server_opts {
    bool is_enclave;
    uint32_t backlog;
    uint32_t frame_max;
    uint32_t connections_max;
    uint32_t connections_per_cid_max;
    uint32_t header_timeout_ms;
    uint32_t body_grace_ms;
    uint32_t body_rate_min;
    uint32_t write_stall_ms;
    uint32_t call_timeout_ms;
    uint32_t call_timeout_max_ms;
    uint32_t grace_ms;
    size_t decode_max;
    size_t connection_buffer_max;
    size_t buffer_max;
    bool (*accept)(const struct eyelet_peer *peer, void *userdata);
    void *accept_userdata;
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
 * Handlers run in the calling thread, one at a time. A peer that is slow, silent or stalled holds up nobody: only a
 * handler does, for as long as it runs.
 *
 * Return: EYELET_OK after a stop, or after the only connection; EYELET_FAILED_PRECONDITION when it runs already or has
 * run before; EYELET_INTERNAL when the listening socket or epoll fails, or there is no memory for the only connection.
 */
EYELET_API enum eyelet_status eyelet_server_run(struct eyelet_server *server);

/**
 * eyelet_server_stop() - make eyelet_server_run() return
 * @server:  an open server, running or not
 *
 * May be called from any thread and from a signal handler, any number of times. No new connection is accepted, a new
 * request is answered with EYELET_UNAVAILABLE, what is answered already leaves within @grace_ms, and run returns.
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

EYELET_END_DECLS

#endif
