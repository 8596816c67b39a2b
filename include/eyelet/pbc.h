/*
 * Services as protoc-c itself generates them, with --c_out and no other generator: programs written for protobuf-c-rpc
 * keep their handlers and their calls, and change how they are set up. Unary methods only: protobuf-c knows no others.
 */
#ifndef EYELET_PBC_H
#define EYELET_PBC_H

#include <protobuf-c/protobuf-c.h>

#include <eyelet/client.h>
#include <eyelet/export.h>
#include <eyelet/server.h>
#include <eyelet/status.h>

EYELET_BEGIN_DECLS

/**
 * eyelet_server_add_pbc_service() - let a server answer for a ProtobufCService
 * @server:   a server that is not running
 * @service:  initialised as its generated _init() does; must outlive the server; its destroy is not called
 *
 * Its methods may call their closure before they return or later, from any thread, exactly once, also when nobody waits
 * for it any more: eyelet_server_run() returns after that. The message is packed before the closure returns and stays
 * the method's. A closure with NULL, or with a message that is incomplete, fails the call with EYELET_INTERNAL. The
 * request lives until the closure is called and the method has returned. A method that is NULL is
 * EYELET_UNIMPLEMENTED. With several threads, methods run at once.
 *
 * Return: as eyelet_server_add_service(); EYELET_INVALID_ARGUMENT for a service without names, which protoc-c leaves
 * out with `option optimize_for = CODE_SIZE`.
 */
EYELET_API enum eyelet_status eyelet_server_add_pbc_service(struct eyelet_server *server, ProtobufCService *service);

/**
 * eyelet_client_open_pbc_service() - a client as a ProtobufCService
 * @client:      an open client; closed after the service is destroyed
 * @descriptor:  of the service: demo__echo__descriptor
 * @opts:        for every call; its metadata must outlive the service; NULL for the client's defaults
 * @on_error:    told of every call that fails, before its closure is called with NULL; may be NULL
 * @userdata:    handed to @on_error
 * @ret:         ended with protobuf_c_service_destroy(); set on success only
 * @reterr:      may be NULL
 *
 * Its calls wait for their reply and call the closure before they return: with the reply, which is freed behind it, or
 * with NULL. May be used by several threads, as the client.
 *
 * Return: EYELET_OK; EYELET_INVALID_ARGUMENT for a service without names, as above; EYELET_RESOURCE_EXHAUSTED without
 * memory.
 */
EYELET_API enum eyelet_status eyelet_client_open_pbc_service(
    struct eyelet_client *client, const ProtobufCServiceDescriptor *descriptor, const struct eyelet_call_opts *opts,
    void (*on_error)(const ProtobufCMethodDescriptor *method, const struct eyelet_error *error, void *userdata),
    void *userdata, ProtobufCService **ret, struct eyelet_error *reterr);

EYELET_END_DECLS

#endif
