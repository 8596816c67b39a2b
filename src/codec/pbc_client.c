/*
 * protobuf-c messages at the client's end of a call: what <eyelet/service.h> promises to generated code.
 */
#include <eyelet/service.h>

#include "codec/pack.h"
#include "codec/unpack.h"
#include "core/error.h"
#include "rpc/client.h"

static enum eyelet_status unpack(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload, size_t decode_max,
                                 ProtobufCMessage **ret, struct eyelet_error *reterr)
{
    return eyelet_unpack_status(eyelet_unpack_to_heap(type, payload, decode_max, ret, reterr));
}

/* What a call is made of. @request is NULL for a stream of requests. */
static inline enum eyelet_status prepare(const struct eyelet_service *service, const struct eyelet_method *method,
                                         const struct eyelet_call_opts *opts, const ProtobufCMessage *request,
                                         struct eyelet_calling *ret, struct eyelet_error *reterr)
{
    if (request != NULL && !protobuf_c_message_check(request))
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "%s for %s/%s is incomplete",
                                method->request_type->name, service->name, method->name);
    *ret = (struct eyelet_calling){ .service = service, .method = method, .opts = opts, .unpack = unpack };
    if (request != NULL)
        ret->message = eyelet_pack_later(request);
    return EYELET_OK;
}

enum eyelet_status eyelet_client_call(struct eyelet_client *client, const struct eyelet_service *service,
                                      const struct eyelet_method *method, const struct eyelet_call_opts *opts,
                                      const ProtobufCMessage *request, ProtobufCMessage **ret,
                                      struct eyelet_error *reterr)
{
    struct eyelet_calling what;
    enum eyelet_status status;

    status = prepare(service, method, opts, request, &what, reterr);
    if (status != EYELET_OK)
        return status;
    return eyelet_client_call_with(client, &what, ret, reterr);
}

enum eyelet_status eyelet_client_start(struct eyelet_client *client, const struct eyelet_service *service,
                                       const struct eyelet_method *method, const struct eyelet_call_opts *opts,
                                       const ProtobufCMessage *request, eyelet_tell_fn tell, void (*done)(void),
                                       void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    struct eyelet_calling what;
    enum eyelet_status status;

    status = prepare(service, method, opts, request, &what, reterr);
    if (status != EYELET_OK)
        return status;
    return eyelet_client_start_with(client, &what, tell, done, userdata, ret, reterr);
}

enum eyelet_status eyelet_client_open_stream(struct eyelet_client *client, const struct eyelet_service *service,
                                             const struct eyelet_method *method, const struct eyelet_call_opts *opts,
                                             const ProtobufCMessage *request, struct eyelet_stream **ret,
                                             struct eyelet_error *reterr)
{
    struct eyelet_calling what;
    enum eyelet_status status;

    status = prepare(service, method, opts, request, &what, reterr);
    if (status != EYELET_OK)
        return status;
    return eyelet_stream_open_with(client, &what, ret, reterr);
}

enum eyelet_status eyelet_stream_send(struct eyelet_stream *stream, const ProtobufCMessage *message,
                                      struct eyelet_error *reterr)
{
    const struct eyelet_method *method = eyelet_stream_method(stream);
    struct eyelet_outgoing outgoing;

    if (!protobuf_c_message_check(message))
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "%s for %s/%s is incomplete",
                                method->request_type->name, eyelet_stream_service(stream)->name, method->name);
    outgoing = eyelet_pack_later(message);
    return eyelet_stream_send_packed(stream, &outgoing, reterr);
}
