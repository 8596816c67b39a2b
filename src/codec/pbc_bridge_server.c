/*
 * A ProtobufCService at a server: a table of its methods, each of which defers its answer until the closure is called.
 */
#include <eyelet/pbc.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <eyelet/table.h>

#include "codec/pbc_server.h"
#include "rpc/server.h"

/**
 * struct bridge - a service and its table, in one block
 * @pbc:      the program's
 * @service:  the table that the server looks into
 * @methods:  sorted by name, unlike those of the descriptor
 */
struct bridge {
    ProtobufCService *pbc;
    struct eyelet_service service;
    struct eyelet_method methods[];
};

/**
 * struct answer - what a closure gets for its data; in the call's memory
 * @call:      to be answered
 * @is_given:  a method that calls its closure twice is to get away with it, as long as there is a call
 */
struct answer {
    struct eyelet_call *call;
    atomic_bool is_given;
};

/* --- one call ----------------------------------------------------------------------------------------------------- */

/* The method has made its reply, which is packed before this returns; NULL when it has none. */
static void complete(const ProtobufCMessage *reply, void *userdata)
{
    struct answer *answer = userdata;
    struct eyelet_call *call = answer->call;
    enum eyelet_status status = EYELET_OK;

    if (atomic_exchange(&answer->is_given, true))
        return;
    if (reply == NULL)
        status = eyelet_call_fail(call, EYELET_INTERNAL, "service gave no %s", call->method->reply_type->name);
    call->codec_reply = (void *)reply; /* only read */
    eyelet_call_complete(call, status);
}

/* Is there a method at all? One that protoc-c's code knows nothing of, until the program has set it, is NULL. */
static bool has_method(const ProtobufCService *pbc, unsigned index)
{
    void (*method)(void);

    if (pbc->invoke != protobuf_c_service_invoke_internal)
        return true; /* the program looks after that itself */
    memcpy(&method, (const char *)(pbc + 1) + index * sizeof(method), sizeof(method)); /* they follow the base */
    return method != NULL;
}

static enum eyelet_status handle(struct eyelet_call *call, const void *handlers, const ProtobufCMessage *request,
                                 ProtobufCMessage *reply, void *userdata)
{
    const struct bridge *bridge = handlers;
    unsigned index = bridge->pbc->descriptor->method_indices_by_name[call->method - bridge->methods];
    struct answer *answer;

    (void)reply;
    (void)userdata;
    if (!has_method(bridge->pbc, index))
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "method '%s' of service '%s' has no handler",
                                call->method->name, bridge->service.name);
    answer = eyelet_call_alloc(call, sizeof(*answer));
    if (answer == NULL)
        return eyelet_call_fail(call, EYELET_RESOURCE_EXHAUSTED, "no memory for the call");
    answer->call = call;
    atomic_init(&answer->is_given, false);

    (void)eyelet_call_defer(call);
    bridge->pbc->invoke(bridge->pbc, index, request, complete, answer);
    return EYELET_OK;
}

/* --- the service -------------------------------------------------------------------------------------------------- */

/* With `option optimize_for = CODE_SIZE` protoc-c leaves names out. */
static bool has_names(const ProtobufCServiceDescriptor *descriptor)
{
    if (descriptor->name == NULL || (descriptor->n_methods > 0 && descriptor->method_indices_by_name == NULL))
        return false;
    for (unsigned i = 0; i < descriptor->n_methods; i++) {
        if (descriptor->methods[i].name == NULL)
            return false;
    }
    return true;
}

static struct bridge *bridge_new(ProtobufCService *pbc)
{
    const ProtobufCServiceDescriptor *descriptor = pbc->descriptor;
    struct bridge *bridge = calloc(1, sizeof(*bridge) + descriptor->n_methods * sizeof(bridge->methods[0]));

    if (bridge == NULL)
        return NULL;
    bridge->pbc = pbc;
    bridge->service = (struct eyelet_service){
        .name = descriptor->name,
        .methods = bridge->methods,
        .n_methods = descriptor->n_methods,
    };
    for (unsigned i = 0; i < descriptor->n_methods; i++) {
        const ProtobufCMethodDescriptor *method = &descriptor->methods[descriptor->method_indices_by_name[i]];

        bridge->methods[i] = (struct eyelet_method){
            .name = method->name,
            .request_type = method->input,
            .reply_type = method->output,
            .kind = EYELET_UNARY,
            .handle = handle,
        };
    }
    return bridge;
}

enum eyelet_status eyelet_server_add_pbc_service(struct eyelet_server *server, ProtobufCService *service)
{
    struct bridge *bridge;
    enum eyelet_status status;

    if (service->invoke == NULL || !has_names(service->descriptor))
        return EYELET_INVALID_ARGUMENT;
    bridge = bridge_new(service);
    if (bridge == NULL)
        return EYELET_RESOURCE_EXHAUSTED;
    status = eyelet_server_add(server, &bridge->service, bridge, NULL, &eyelet_pbc_codec, bridge);
    if (status != EYELET_OK)
        free(bridge);
    return status;
}
