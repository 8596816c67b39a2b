/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/parts.proto
 */
#ifndef EYELET_GENERATED_rich_2fparts_H
#define EYELET_GENERATED_rich_2fparts_H

#include <eyelet/service.h>

#include "rich/parts.pb-c.h"

EYELET_BEGIN_DECLS

/* "multiple definition" of functions of acme.parts.Boxes? Part of this program has them with BACKEND protobuf-c, part with
   the other: only one can be linked. */
extern const char protobuf_c_makes_box_co_v1_boxes;
#if defined(__GNUC__)
static const char *const backend_of_box_co_v1_boxes __attribute__((__used__)) = &protobuf_c_makes_box_co_v1_boxes;
#endif

/**
 * struct box_co_v1_boxes_handlers - what answers the calls of acme.parts.Boxes
 *
 * A request is only read. What is put into a reply must live until that is sent, as parts of the request do and
 * memory of eyelet_call_alloc(). A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct box_co_v1_boxes_handlers {
    enum eyelet_status (*open)(struct eyelet_call *call, const BoxCo__V1__Box *request,
        BoxCo__V1__Box__Part *reply, void *userdata);

    /*
     * Asked before each handler that is handed one request, for what every request must satisfy. A status
     * other than EYELET_OK refuses the call. Where the requests are a stream it is not asked, since the
     * handler has the call before there is a request: it looks at each one itself. May be NULL.
     */
    enum eyelet_status (*check_request)(struct eyelet_call *call, const ProtobufCMessage *request,
        void *userdata);
};

extern const struct eyelet_service box_co_v1_boxes_service;

/**
 * box_co_v1_boxes_add() - let a server answer for acme.parts.Boxes
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 *
 * Return: see eyelet_server_add_service() in <eyelet/service.h>.
 */
enum eyelet_status box_co_v1_boxes_add(struct eyelet_server *server,
    const struct box_co_v1_boxes_handlers *handlers, void *userdata);

/**
 * box_co_v1_boxes_open() - call Open of acme.parts.Boxes
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status box_co_v1_boxes_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const BoxCo__V1__Box *request, BoxCo__V1__Box__Part **ret, struct eyelet_error *reterr);

/**
 * box_co_v1_boxes_open_start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: box_co_v1_boxes_open_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status box_co_v1_boxes_open_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const BoxCo__V1__Box *request,
    void (*done)(enum eyelet_status status, BoxCo__V1__Box__Part *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * box_co_v1_boxes_open_collect() - wait for the end of such a call
 * @pending:  what box_co_v1_boxes_open_start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status box_co_v1_boxes_open_collect(struct eyelet_pending *pending, BoxCo__V1__Box__Part **ret,
    struct eyelet_error *reterr);

EYELET_END_DECLS

#endif
