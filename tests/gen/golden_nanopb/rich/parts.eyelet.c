/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/parts.proto
 */
#include "rich/parts.eyelet.h"

static enum eyelet_status check_acme_parts_boxes(struct eyelet_nano_call *call,
    const struct acme_parts_boxes_handlers *handlers, const pb_msgdesc_t *type, const void *request, void *userdata)
{
    return handlers->check_request ? handlers->check_request(call, type, request, userdata) : EYELET_OK;
}

static enum eyelet_status handle_acme_parts_boxes_open(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_parts_boxes_handlers *typed = (const struct acme_parts_boxes_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->open)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "acme.parts.Boxes has no handler for Open");

    status = check_acme_parts_boxes(call, typed, &acme_parts_Box_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->open(call, (const acme_parts_Box *)request, (acme_parts_Box_Part *)reply, userdata);
}

static const struct eyelet_nano_method methods_of_acme_parts_boxes[] = {
    { "Open", &acme_parts_Box_msg, &acme_parts_Box_Part_msg,
        sizeof(acme_parts_Box), sizeof(acme_parts_Box_Part), acme_parts_Box_Part_size,
        EYELET_UNARY, handle_acme_parts_boxes_open },
};

const struct eyelet_nano_service acme_parts_boxes_service = { "acme.parts.Boxes", methods_of_acme_parts_boxes, 1 };
const char nanopb_makes_acme_parts_boxes = 1;

enum eyelet_status acme_parts_boxes_add(struct eyelet_nano_server *server,
    const struct acme_parts_boxes_handlers *handlers, void *userdata, struct eyelet_error *reterr)
{
    return eyelet_nano_server_add_service(server, &acme_parts_boxes_service, handlers, userdata, reterr);
}

enum eyelet_status acme_parts_boxes_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const acme_parts_Box *request, acme_parts_Box_Part *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_parts_boxes_service, &methods_of_acme_parts_boxes[0], opts,
        request, reply, reterr);
}

static void tell_acme_parts_boxes_open(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, acme_parts_Box_Part *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (acme_parts_Box_Part *)reply, error, userdata);
}

enum eyelet_status acme_parts_boxes_open_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const acme_parts_Box *request, acme_parts_Box_Part *reply,
    void (*done)(enum eyelet_status status, acme_parts_Box_Part *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_parts_boxes_service, &methods_of_acme_parts_boxes[0], opts,
        (const void *)request, reply, tell_acme_parts_boxes_open, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_parts_boxes_open_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}
