/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/parts.proto
 */
#ifndef EYELET_GENERATED_rich_2fparts_H
#define EYELET_GENERATED_rich_2fparts_H

#include <eyelet/service.h>

#include "rich/parts.pb-c.h"

EYELET_BEGIN_DECLS

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
     * Asked before each handler, for what every request must satisfy. A status other than EYELET_OK refuses the
     * call. May be NULL.
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

EYELET_END_DECLS

#endif
