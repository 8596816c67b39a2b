/*
 * protobuf-c messages at a client: what <eyelet/service.h> promises to generated code.
 */
#include <eyelet/service.h>

#include "codec/pack.h"
#include "codec/unpack.h"
#include "core/error.h"
#include "rpc/client.h"

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
    message = eyelet_pack_later(request);
    status = eyelet_client_call_with(client, service->name, method->name, opts, &message, take_reply, &expected,
                                     reterr);
    if (status == EYELET_OK)
        *ret = expected.reply;
    return status;
}
