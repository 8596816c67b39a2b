/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/parts.proto
 */
#include "rich/parts.eyelet.h"

static enum eyelet_status check_box_co_v1_boxes(struct eyelet_call *call,
    const struct box_co_v1_boxes_handlers *handlers, const ProtobufCMessage *request, void *userdata)
{
    return handlers->check_request ? handlers->check_request(call, request, userdata) : EYELET_OK;
}

static enum eyelet_status handle_box_co_v1_boxes_open(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct box_co_v1_boxes_handlers *typed = (const struct box_co_v1_boxes_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->open)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "acme.parts.Boxes has no handler for Open");

    status = check_box_co_v1_boxes(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->open(call, (const BoxCo__V1__Box *)request, (BoxCo__V1__Box__Part *)reply, userdata);
}

static const struct eyelet_method methods_of_box_co_v1_boxes[] = {
    { "Open", &box_co__v1__box__descriptor, &box_co__v1__box__part__descriptor,
        EYELET_UNARY, handle_box_co_v1_boxes_open },
};

const struct eyelet_service box_co_v1_boxes_service = { "acme.parts.Boxes", methods_of_box_co_v1_boxes, 1 };
const char protobuf_c_makes_box_co_v1_boxes = 1;

enum eyelet_status box_co_v1_boxes_add(struct eyelet_server *server,
    const struct box_co_v1_boxes_handlers *handlers, void *userdata)
{
    return eyelet_server_add_service(server, &box_co_v1_boxes_service, handlers, userdata);
}

enum eyelet_status box_co_v1_boxes_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const BoxCo__V1__Box *request, BoxCo__V1__Box__Part **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &box_co_v1_boxes_service, &methods_of_box_co_v1_boxes[0], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (BoxCo__V1__Box__Part *)reply;
    return status;
}

static void tell_box_co_v1_boxes_open(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, BoxCo__V1__Box__Part *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (BoxCo__V1__Box__Part *)reply, error, userdata);
}

enum eyelet_status box_co_v1_boxes_open_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const BoxCo__V1__Box *request,
    void (*done)(enum eyelet_status status, BoxCo__V1__Box__Part *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &box_co_v1_boxes_service, &methods_of_box_co_v1_boxes[0], opts,
        (const ProtobufCMessage *)request, tell_box_co_v1_boxes_open, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status box_co_v1_boxes_open_collect(struct eyelet_pending *pending, BoxCo__V1__Box__Part **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (BoxCo__V1__Box__Part *)reply;
    return status;
}
