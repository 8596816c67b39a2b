/*
 * The tables that generated code consists of: a service, and its methods.
 */
#ifndef EYELET_TABLE_H
#define EYELET_TABLE_H

#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

#include <eyelet/export.h>
#include <eyelet/kind.h>
#include <eyelet/status.h>

EYELET_BEGIN_DECLS

struct eyelet_call;

/**
 * struct eyelet_method - one method of a generated service
 * @name:          the bare name of the .proto file, "Say"
 * @request_type:  descriptor of the request's message
 * @reply_type:    descriptor of the reply's message
 * @kind:          what of it is a stream
 * @handle:        generated: calls the typed handler in @handlers with the messages cast to their types; fails the call
 *                 with EYELET_UNIMPLEMENTED when that member is NULL. @request is NULL when the requests are a stream,
 *                 @reply when the replies are
 */
struct eyelet_method {
    const char *name;
    const ProtobufCMessageDescriptor *request_type;
    const ProtobufCMessageDescriptor *reply_type;
    enum eyelet_kind kind;
    enum eyelet_status (*handle)(struct eyelet_call *call, const void *handlers, const ProtobufCMessage *request,
                                 ProtobufCMessage *reply, void *userdata);
};

/**
 * struct eyelet_service - one generated service; static and constant
 * @name:       full name in the .proto file, "demo.Echo"
 * @methods:    sorted by name, in the order of strcmp()
 * @n_methods:  number of methods
 */
struct eyelet_service {
    const char *name;
    const struct eyelet_method *methods;
    size_t n_methods;
};

EYELET_END_DECLS

#endif
