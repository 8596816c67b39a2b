/*
 * A client as a ProtobufCService: each invocation is one call that is waited for.
 */
#include <eyelet/pbc.h>

#include <stdlib.h>

#include <eyelet/service.h>

#include "core/error.h"

/**
 * struct stub - what protobuf_c_service_destroy() frees; never written after it was made, so any thread may use it
 * @base:      first, so that one is the other
 * @service:   its name; a client looks at nothing else of a table
 * @client:    the program's
 * @opts:      of every call
 * @on_error:  may be NULL
 * @userdata:  handed to @on_error
 */
struct stub {
    ProtobufCService base;
    struct eyelet_service service;
    struct eyelet_client *client;
    struct eyelet_call_opts opts;
    void (*on_error)(const ProtobufCMethodDescriptor *method, const struct eyelet_error *error, void *userdata);
    void *userdata;
};

static void invoke(ProtobufCService *base, unsigned index, const ProtobufCMessage *request, ProtobufCClosure closure,
                   void *closure_data)
{
    const struct stub *stub = (const struct stub *)base;
    const ProtobufCMethodDescriptor *descriptor = &base->descriptor->methods[index];
    const struct eyelet_method method = {
        .name = descriptor->name,
        .request_type = descriptor->input,
        .reply_type = descriptor->output,
        .kind = EYELET_UNARY,
    };
    ProtobufCMessage *reply = NULL;
    struct eyelet_error error;
    enum eyelet_status status;

    status = eyelet_client_call(stub->client, &stub->service, &method, &stub->opts, request, &reply, &error);
    if (status != EYELET_OK && stub->on_error != NULL)
        stub->on_error(descriptor, &error, stub->userdata);
    closure(reply, closure_data);
    protobuf_c_message_free_unpacked(reply, NULL);
}

static void destroy(ProtobufCService *base)
{
    free(base);
}

/* With `option optimize_for = CODE_SIZE` protoc-c leaves names out. */
static bool has_names(const ProtobufCServiceDescriptor *descriptor)
{
    for (unsigned i = 0; i < descriptor->n_methods; i++) {
        if (descriptor->methods[i].name == NULL)
            return false;
    }
    return descriptor->name != NULL;
}

enum eyelet_status eyelet_client_open_pbc_service(
    struct eyelet_client *client, const ProtobufCServiceDescriptor *descriptor, const struct eyelet_call_opts *opts,
    void (*on_error)(const ProtobufCMethodDescriptor *method, const struct eyelet_error *error, void *userdata),
    void *userdata, ProtobufCService **ret, struct eyelet_error *reterr)
{
    struct stub *stub;

    if (!has_names(descriptor))
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT,
                                "service has no names: its .proto file has optimize_for = CODE_SIZE");
    stub = calloc(1, sizeof(*stub));
    if (stub == NULL)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "no memory for a client of '%s'", descriptor->name);

    stub->base = (ProtobufCService){ .descriptor = descriptor, .invoke = invoke, .destroy = destroy };
    stub->service.name = descriptor->name;
    stub->client = client;
    if (opts != NULL)
        stub->opts = *opts;
    stub->on_error = on_error;
    stub->userdata = userdata;
    *ret = &stub->base;
    return EYELET_OK;
}
