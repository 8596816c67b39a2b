/*
 * What generated code is made of: a table for each service, and the two functions that its stubs call. A program uses
 * the typed functions that protoc-gen-eyelet writes on top of this and never needs this header itself.
 */
#ifndef EYELET_SERVICE_H
#define EYELET_SERVICE_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include <eyelet/call.h>
#include <eyelet/client.h>
#include <eyelet/export.h>
#include <eyelet/server.h>
#include <eyelet/status.h>
#include <eyelet/table.h>

EYELET_BEGIN_DECLS

/**
 * eyelet_server_add_service() - let a server answer for a service
 * @server:    a server that is not running
 * @service:   generated table; must outlive the server
 * @handlers:  the generated struct of handlers; must outlive the server
 * @userdata:  handed to every handler
 *
 * Return: EYELET_OK; EYELET_INVALID_ARGUMENT when @handlers is NULL; EYELET_ALREADY_EXISTS when the server has a service
 * of that name; EYELET_FAILED_PRECONDITION while it runs; EYELET_RESOURCE_EXHAUSTED without memory.
 */
EYELET_API enum eyelet_status eyelet_server_add_service(struct eyelet_server *server,
                                                        const struct eyelet_service *service, const void *handlers,
                                                        void *userdata);

/**
 * eyelet_client_call() - one unary call with protobuf-c messages
 * @client:   an open client
 * @service:  generated table
 * @method:   one of its methods
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply, of @method's reply type; the caller's until protobuf_c_message_free_unpacked(); set on success
 *            only
 * @reterr:   may be NULL
 *
 * Return: the statuses of a call, see <eyelet/client.h>.
 */
EYELET_API enum eyelet_status eyelet_client_call(struct eyelet_client *client, const struct eyelet_service *service,
                                                 const struct eyelet_method *method,
                                                 const struct eyelet_call_opts *opts, const ProtobufCMessage *request,
                                                 ProtobufCMessage **ret, struct eyelet_error *reterr);

EYELET_END_DECLS

#endif
