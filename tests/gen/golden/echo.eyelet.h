/*
 * Written by protoc-gen-eyelet; do not edit. Made from echo.proto
 */
#ifndef EYELET_GENERATED_echo_H
#define EYELET_GENERATED_echo_H

#include <eyelet/service.h>

#include "echo.pb-c.h"

EYELET_BEGIN_DECLS

/**
 * struct demo_echo_handlers - what answers the calls of demo.Echo
 *
 * A request is only read. What is put into a reply must live until that is sent, as parts of the request do and
 * memory of eyelet_call_alloc(). A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct demo_echo_handlers {
    /*
     * Answers with the text of the request; an empty text is an error.
     */
    enum eyelet_status (*say)(struct eyelet_call *call, const Demo__SayRequest *request,
        Demo__SayReply *reply, void *userdata);

    /*
     * Asked before each handler, for what every request must satisfy. A status other than EYELET_OK refuses the
     * call. May be NULL.
     */
    enum eyelet_status (*check_request)(struct eyelet_call *call, const ProtobufCMessage *request,
        void *userdata);
};

extern const struct eyelet_service demo_echo_service;

/**
 * demo_echo_add() - let a server answer for demo.Echo
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 *
 * Return: see eyelet_server_add_service() in <eyelet/service.h>.
 */
enum eyelet_status demo_echo_add(struct eyelet_server *server,
    const struct demo_echo_handlers *handlers, void *userdata);

/**
 * demo_echo_say() - call Say of demo.Echo
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Answers with the text of the request; an empty text is an error.
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status demo_echo_say(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Demo__SayRequest *request, Demo__SayReply **ret, struct eyelet_error *reterr);

EYELET_END_DECLS

#endif
