/*
 * protobuf-c messages at the server's end of a call: what <eyelet/service.h> promises to generated code.
 */
#include <eyelet/service.h>

#include "codec/outgoing.h"
#include "codec/unpack.h"
#include "core/error.h"
#include "rpc/server.h"

/* An empty reply for the handler to fill in. */
static ProtobufCMessage *new_reply(struct eyelet_call *call)
{
    const ProtobufCMessageDescriptor *type = call->method->reply_type;
    ProtobufCMessage *reply = eyelet_call_alloc(call, type->sizeof_message);

    if (reply != NULL)
        protobuf_c_message_init(type, reply);
    return reply;
}

static enum eyelet_status serve(struct eyelet_call *call)
{
    ProtobufCMessage *request, *reply;
    enum eyelet_unpack_result result;
    enum eyelet_status status;

    result = eyelet_unpack_into_arena(call->method->request_type, call->request->payload, call->decode_max,
                                      call->request_memory, &request, &call->failure);
    if (result != EYELET_UNPACK_OK)
        return eyelet_unpack_status(result);
    reply = new_reply(call);
    if (reply == NULL)
        return eyelet_call_fail(call, EYELET_RESOURCE_EXHAUSTED, "no memory for the reply");

    status = call->method->handle(call, call->service->handlers, request, reply, call->service->userdata);
    if (status != EYELET_OK)
        return status;
    if (!protobuf_c_message_check(reply))
        return eyelet_call_fail(call, EYELET_INTERNAL, "handler left its %s incomplete",
                                call->method->reply_type->name);
    call->reply = eyelet_outgoing_of(reply);
    return EYELET_OK;
}

enum eyelet_status eyelet_server_add_service(struct eyelet_server *server, const struct eyelet_service *service,
                                             const void *handlers, void *userdata)
{
    return eyelet_server_add(server, service, handlers, userdata, serve);
}
