/*
 * Looking on: interceptors before and after each call, a log, and counters. Clients and servers have the same.
 *
 * With EYELET_TRACE=1 in the environment, every client and server that is opened writes one line per frame and per call
 * to stderr: names, lengths, status and time, never contents. A set-user-ID program ignores it.
 */
#ifndef EYELET_HOOKS_H
#define EYELET_HOOKS_H

#include <stddef.h>
#include <stdint.h>

#include <eyelet/address.h>
#include <eyelet/counters.h>
#include <eyelet/export.h>
#include <eyelet/kind.h>
#include <eyelet/metadata.h>
#include <eyelet/status.h>

EYELET_BEGIN_DECLS

struct eyelet_call;

/**
 * struct eyelet_call_info - a call as an interceptor sees it; valid until the interceptor returns
 * @service, @method:    what is called: "demo.Echo" and "Say"
 * @kind:                of the method
 * @peer:                who calls, at a server; who is called, at a client: NULL before there is a connection
 * @call:                at a server: for eyelet_call_metadata(), eyelet_call_fail() and their like; NULL at a client
 * @metadata:            at a client: what travels with the request; NULL at a server, and after a call that was
 *                       started and after a stream, since it may be gone
 * @n_metadata:          number of pairs
 * @status:              after the call: how it ended; EYELET_OK before
 * @error:               after a call that failed; NULL otherwise
 * @received_messages:   messages that came, and were handed to the program
 * @received_bytes:      the same, in encoded bytes without envelopes
 * @sent_messages:       messages that were sent
 * @sent_bytes:          the same, in encoded bytes without envelopes
 * @duration_ns:         after the call: from its start to its end on this side, waiting included
 */
struct eyelet_call_info {
    const char *service;
    const char *method;
    enum eyelet_kind kind;
    const struct eyelet_peer *peer;
    struct eyelet_call *call;
    const struct eyelet_metadata *metadata;
    size_t n_metadata;
    enum eyelet_status status;
    const struct eyelet_error *error;
    uint64_t received_messages;
    uint64_t received_bytes;
    uint64_t sent_messages;
    uint64_t sent_bytes;
    uint64_t duration_ns;
};

/**
 * struct eyelet_interceptor - what is asked before each call, and told after it
 * @before:    anything but EYELET_OK refuses the call with that status; @reterr is never NULL and may be filled by
 *             eyelet_error_fill(). At a server the handler is not run, at a client nothing is sent. May be NULL
 * @after:     told of the end of every call whose @before was EYELET_OK, exactly once. May be NULL
 * @userdata:  handed to both
 *
 * Several are asked in the order of their array until one refuses, and told in the opposite order. They run in the
 * thread of the handler or of the caller, or for a call that was started in the one that tells its end, several at once
 * when there are several threads, and with nothing locked: at a client they may make calls, but not on the same client.
 */
struct eyelet_interceptor {
    enum eyelet_status (*before)(const struct eyelet_call_info *info, struct eyelet_error *reterr, void *userdata);
    void (*after)(const struct eyelet_call_info *info, void *userdata);
    void *userdata;
};

enum eyelet_log_level {
    EYELET_LOG_ERROR,   /* this side cannot do its work: no memory, no descriptors */
    EYELET_LOG_WARNING, /* a peer misbehaves, or is refused */
    EYELET_LOG_INFO,    /* connections come and go */
    EYELET_LOG_DEBUG,   /* each call that fails */
};

/**
 * eyelet_log_fn - told of what happens
 * @text:      one line without a newline, valid UTF-8 without control bytes; names the peer; valid until the return
 * @userdata:  as in the options
 *
 * At most 10 lines per second about one connection and 100 per second in all, of which INFO and DEBUG take no more than
 * half at once; what was left out is counted, and the next line says so. Called with nothing locked, in any thread that
 * is in the library, several at once when there are several: it may do as it likes but close the client or server.
 */
typedef void (*eyelet_log_fn)(enum eyelet_log_level level, const char *text, void *userdata);

/**
 * eyelet_error_fill() - fill an error from an interceptor: `return eyelet_error_fill(reterr, EYELET_NOT_FOUND, "...");`
 *
 * Return: @status; EYELET_OK becomes EYELET_UNKNOWN.
 */
EYELET_API enum eyelet_status eyelet_error_fill(struct eyelet_error *error, enum eyelet_status status,
                                                const char *format, ...) EYELET_PRINTF(3, 4);

EYELET_END_DECLS

#endif
