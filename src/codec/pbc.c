/*
 * protobuf-c messages on both ends of a call: what <eyelet/service.h> promises to generated code.
 */
#include <eyelet/service.h>

#include "codec/unpack.h"
#include "core/error.h"
#include "rpc/client.h"
#include "rpc/server.h"

static void pack(const void *message, uint8_t *room)
{
    protobuf_c_message_pack(message, room);
}

static struct eyelet_outgoing outgoing(const ProtobufCMessage *message)
{
    return (struct eyelet_outgoing){
        .message = message,
        .len = protobuf_c_message_get_packed_size(message),
        .pack = pack,
    };
}

/* --- server ------------------------------------------------------------------------------------------------------- */

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
    call->reply = outgoing(reply);
    return EYELET_OK;
}

enum eyelet_status eyelet_server_add_service(struct eyelet_server *server, const struct eyelet_service *service,
                                             const void *handlers, void *userdata)
{
    return eyelet_server_add(server, service, handlers, userdata, serve);
}

/* --- client ------------------------------------------------------------------------------------------------------- */

/* What a reply's payload is to become. */
struct expected {
    const ProtobufCMessageDescriptor *type;
    size_t decode_max;
    ProtobufCMessage *reply;
};

static enum eyelet_status take_reply(void *userdata, struct eyelet_slice payload, struct eyelet_error *reterr)
{
    struct expected *expected = userdata;

    return eyelet_unpack_status(
        eyelet_unpack_to_heap(expected->type, payload, expected->decode_max, &expected->reply, reterr));
}

enum eyelet_status eyelet_client_call(struct eyelet_client *client, const struct eyelet_service *service,
                                      const struct eyelet_method *method, const struct eyelet_call_opts *opts,
                                      const ProtobufCMessage *request, ProtobufCMessage **ret,
                                      struct eyelet_error *reterr)
{
    struct expected expected = { .type = method->reply_type, .decode_max = eyelet_client_decode_max(client) };
    struct eyelet_outgoing message;
    enum eyelet_status status;

    if (!protobuf_c_message_check(request))
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "%s for %s/%s is incomplete",
                                method->request_type->name, service->name, method->name);
    message = outgoing(request);
    status = eyelet_client_call_with(client, service->name, method->name, opts, &message, take_reply, &expected,
                                     reterr);
    if (status == EYELET_OK)
        *ret = expected.reply;
    return status;
}
