/*
 * protobuf-c messages at a server: what <eyelet/service.h> promises to generated handlers.
 */
#include <eyelet/service.h>

#include <string.h>

#include "codec/pack.h"
#include "codec/pbc_server.h"
#include "codec/unpack.h"
#include "core/bytes.h"
#include "core/error.h"
#include "rpc/server.h"

/* --- one call ----------------------------------------------------------------------------------------------------- */

/* The request, of a method that takes one. */
static enum eyelet_status take_request(struct eyelet_call *call, ProtobufCMessage **ret)
{
    enum eyelet_unpack_result result;

    if ((call->kind & EYELET_CLIENT_STREAM) != 0)
        return EYELET_OK;
    result = eyelet_unpack_in_place(call->method->request_type, call->request.payload, call->decode_max,
                                    &call->request_memory, ret, &call->failure);
    call->info.received_messages++;
    call->info.received_bytes += call->request.payload.len;
    return eyelet_unpack_status(result);
}

/* An empty reply for the handler to fill in, of a method that gives one. */
static enum eyelet_status make_reply(struct eyelet_call *call, ProtobufCMessage **ret)
{
    const ProtobufCMessageDescriptor *type = call->method->reply_type;

    if ((call->kind & EYELET_SERVER_STREAM) != 0)
        return EYELET_OK;
    *ret = eyelet_call_alloc(call, type->sizeof_message);
    if (*ret == NULL)
        return eyelet_call_fail(call, EYELET_RESOURCE_EXHAUSTED, "no memory for the reply");
    protobuf_c_message_init(type, *ret);
    call->codec_reply = *ret;
    return EYELET_OK;
}

static enum eyelet_status serve(struct eyelet_call *call)
{
    ProtobufCMessage *request = NULL, *reply = NULL;
    enum eyelet_status status;

    status = take_request(call, &request);
    if (status == EYELET_OK)
        status = make_reply(call, &reply);
    if (status != EYELET_OK)
        return status;
    return call->method->handle(call, call->service->handlers, request, reply, call->service->userdata);
}

/* What the handler made of its reply is measured once it says that it is done. */
static enum eyelet_status finish(struct eyelet_call *call)
{
    const ProtobufCMessage *reply = call->codec_reply;

    if (reply == NULL)
        return EYELET_OK;
    if (!protobuf_c_message_check(reply))
        return eyelet_call_fail(call, EYELET_INTERNAL, "handler left its %s incomplete",
                                call->method->reply_type->name);
    call->reply = eyelet_pack_later(reply);
    return EYELET_OK;
}

const struct eyelet_serving_codec eyelet_pbc_codec = { .serve = serve, .finish = finish };

enum eyelet_status eyelet_server_add_service(struct eyelet_server *server, const struct eyelet_service *service,
                                             const void *handlers, void *userdata)
{
    return eyelet_server_add(server, service, handlers, userdata, &eyelet_pbc_codec, NULL);
}

/* --- streams ------------------------------------------------------------------------------------------------------ */

enum eyelet_status eyelet_call_send_message(struct eyelet_call *call, const ProtobufCMessage *message)
{
    struct eyelet_outgoing outgoing;

    if (!protobuf_c_message_check(message))
        return EYELET_INVALID_ARGUMENT;
    outgoing = eyelet_pack_later(message);
    return eyelet_call_send_bytes(call, &outgoing);
}

enum eyelet_got eyelet_call_recv_message(struct eyelet_call *call, const ProtobufCMessage **ret)
{
    struct eyelet_inbox_message *bytes;
    struct eyelet_slice payload;
    ProtobufCMessage *message;
    enum eyelet_unpack_result result;
    enum eyelet_got got;

    if (call->is_spoiled) /* by a message before it; call->failure says how */
        return EYELET_GOT_ERROR;
    got = eyelet_call_recv_bytes(call, &bytes);
    if (got != EYELET_GOT_MESSAGE)
        return got;

    payload = (struct eyelet_slice){ bytes->data, bytes->len };
    eyelet_arena_reset(&call->message_memory);
    result = eyelet_unpack_into_arena(call->method->request_type, payload, call->decode_max, &call->message_memory,
                                      &message, &call->failure);
    eyelet_inbox_free(bytes, call->message_memory.wipe);
    call->is_spoiled = result != EYELET_UNPACK_OK;
    if (call->is_spoiled)
        return EYELET_GOT_ERROR;
    *ret = message;
    return EYELET_GOT_MESSAGE;
}

/* --- details ------------------------------------------------------------------------------------------------------ */

#define TYPE_URL_PREFIX "type.googleapis.com/" /* google/protobuf/any.proto */

bool eyelet_call_add_detail_message(struct eyelet_call *call, const ProtobufCMessage *message)
{
    char type_url[EYELET_ERROR_DETAILS_MAX];
    uint8_t packed[EYELET_ERROR_DETAILS_MAX];
    size_t len;

    if (!protobuf_c_message_check(message) ||
        strlen(message->descriptor->name) + sizeof(TYPE_URL_PREFIX) > sizeof(type_url))
        return false;
    len = protobuf_c_message_get_packed_size(message);
    if (len > sizeof(packed))
        return false;

    strcpy(stpcpy(type_url, TYPE_URL_PREFIX), message->descriptor->name);
    protobuf_c_message_pack(message, packed);
    return eyelet_call_add_detail(call, type_url, (struct eyelet_slice){ packed, len });
}
