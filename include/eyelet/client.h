/*
 * The parent's side: a connection to a service, over which generated functions make calls.
 */
#ifndef EYELET_CLIENT_H
#define EYELET_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/call.h>
#include <eyelet/export.h>
#include <eyelet/status.h>

EYELET_BEGIN_DECLS

struct eyelet_client;

#define EYELET_TIMEOUT_MS_DEFAULT 30000u /* every call has a deadline: 30 s if nobody says otherwise */
#define EYELET_TIMEOUT_MS_MAX 86400000u  /* one day; a longer time is cut to this */

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
 * @on_state:            told when the connection is lost and when it is there again, in the thread of the call that
 *                       found out, which has the client to itself: it must not use the client. @why is set for
 *                       EYELET_CLIENT_LOST, NULL otherwise. May be NULL
 * @on_state_userdata:   handed to @on_state
 */
struct eyelet_client_opts {
    bool reconnect;
    uint32_t connect_timeout_ms;
    uint32_t call_timeout_ms;
    uint32_t frame_max;
    size_t decode_max;
    void (*on_state)(enum eyelet_client_state state, const struct eyelet_error *why, void *userdata);
    void *on_state_userdata;
};

/**
 * struct eyelet_call_opts - how one call behaves; zero means the client's default
 * @timeout_ms:  from now to the reply, over waiting for other threads, writing and reading; travels to the server,
 *               which may shorten it. 0 is the client's default, not "no time left": do not call when there is none
 * @metadata:    pairs that travel with the request; keys are lower-cased on the way
 * @n_metadata:  number of pairs, at most 64, 16 KiB in all
 */
struct eyelet_call_opts {
    uint32_t timeout_ms;
    const struct eyelet_metadata *metadata;
    size_t n_metadata;
};

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
 * @client:  may be NULL; no other thread may be in a call on it
 *
 * Return: NULL.
 */
EYELET_API struct eyelet_client *eyelet_client_close(struct eyelet_client *client);

/*
 * Calls, which generated functions make. A client may be used from several threads: calls are made one after the
 * other, and the deadline of each covers its wait for the others. A call returns one of
 *
 *   EYELET_OK                  the reply is there
 *   EYELET_DEADLINE_EXCEEDED   time ran out, here or there; the client stays usable and drops the late answer
 *   EYELET_UNAVAILABLE         the connection is lost: this and, without @reconnect, every later call on this client
 *                              ends so; open another. Or the server is stopping and did not take the call
 *   EYELET_RESOURCE_EXHAUSTED  the request, its metadata or the reply is over a limit, the server is too busy, or
 *                              memory ran out; the client stays usable
 *   EYELET_INVALID_ARGUMENT    metadata with a bad key or an incomplete request, nothing was sent; or from the server
 *   EYELET_INTERNAL            the reply makes no sense
 *   any other                  from the server, struct eyelet_error says so in is_remote
 *
 * and error.may_have_executed tells whether the server may have run it. It is exact for what this side found out; for a
 * status that came from the server it is true, because a status does not say how far the call got: what the server
 * itself refused (UNIMPLEMENTED, UNAVAILABLE from one that is stopping) was not run, but a handler may have said the
 * same.
 *
 * UNAVAILABLE with is_remote false means that the connection is gone, with is_remote true that it lives.
 */

EYELET_END_DECLS

#endif
