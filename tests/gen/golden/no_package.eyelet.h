/*
 * Written by protoc-gen-eyelet; do not edit. Made from no_package.proto
 */
#ifndef EYELET_GENERATED_no_5fpackage_H
#define EYELET_GENERATED_no_5fpackage_H

#include <eyelet/service.h>

#include "no_package.pb-c.h"

EYELET_BEGIN_DECLS

/* "multiple definition" of functions of S? Part of this program has them with BACKEND protobuf-c, part with
   the other: only one can be linked. */
extern const char protobuf_c_makes_s;
#if defined(__GNUC__)
static const char *const backend_of_s __attribute__((__used__)) = &protobuf_c_makes_s;
#endif

/**
 * struct s_handlers - what answers the calls of S
 *
 * Two services of one file; this one's name is short.
 *
 * A request is only read. What is put into a reply must live until that is sent, as parts of the request do and
 * memory of eyelet_call_alloc(). A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct s_handlers {
    enum eyelet_status (*p)(struct eyelet_call *call, const Ping *request,
        Ping *reply, void *userdata);

    /*
     * Asked before each handler that is handed one request, for what every request must satisfy. A status
     * other than EYELET_OK refuses the call. Where the requests are a stream it is not asked, since the
     * handler has the call before there is a request: it looks at each one itself. May be NULL.
     */
    enum eyelet_status (*check_request)(struct eyelet_call *call, const ProtobufCMessage *request,
        void *userdata);
};

extern const struct eyelet_service s_service;

/**
 * s_add() - let a server answer for S
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 *
 * Return: see eyelet_server_add_service() in <eyelet/service.h>.
 */
enum eyelet_status s_add(struct eyelet_server *server,
    const struct s_handlers *handlers, void *userdata);

/**
 * s_p() - call P of S
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status s_p(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Ping *request, Ping **ret, struct eyelet_error *reterr);

/**
 * s_p_start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: s_p_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status s_p_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Ping *request,
    void (*done)(enum eyelet_status status, Ping *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * s_p_collect() - wait for the end of such a call
 * @pending:  what s_p_start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status s_p_collect(struct eyelet_pending *pending, Ping **ret,
    struct eyelet_error *reterr);

/* "multiple definition" of functions of Second? Part of this program has them with BACKEND protobuf-c, part with
   the other: only one can be linked. */
extern const char protobuf_c_makes_second;
#if defined(__GNUC__)
static const char *const backend_of_second __attribute__((__used__)) = &protobuf_c_makes_second;
#endif

/**
 * struct second_handlers - what answers the calls of Second
 *
 * A request is only read. What is put into a reply must live until that is sent, as parts of the request do and
 * memory of eyelet_call_alloc(). A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct second_handlers {
    enum eyelet_status (*p)(struct eyelet_call *call, const Ping *request,
        Ping *reply, void *userdata);

    /*
     * Asked before each handler that is handed one request, for what every request must satisfy. A status
     * other than EYELET_OK refuses the call. Where the requests are a stream it is not asked, since the
     * handler has the call before there is a request: it looks at each one itself. May be NULL.
     */
    enum eyelet_status (*check_request)(struct eyelet_call *call, const ProtobufCMessage *request,
        void *userdata);
};

extern const struct eyelet_service second_service;

/**
 * second_add() - let a server answer for Second
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 *
 * Return: see eyelet_server_add_service() in <eyelet/service.h>.
 */
enum eyelet_status second_add(struct eyelet_server *server,
    const struct second_handlers *handlers, void *userdata);

/**
 * second_p() - call P of Second
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status second_p(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Ping *request, Ping **ret, struct eyelet_error *reterr);

/**
 * second_p_start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: second_p_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status second_p_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Ping *request,
    void (*done)(enum eyelet_status status, Ping *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * second_p_collect() - wait for the end of such a call
 * @pending:  what second_p_start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status second_p_collect(struct eyelet_pending *pending, Ping **ret,
    struct eyelet_error *reterr);

EYELET_END_DECLS

#endif
