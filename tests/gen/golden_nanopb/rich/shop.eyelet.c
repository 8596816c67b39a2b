/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/shop.proto
 */
#include "rich/shop.eyelet.h"

static enum eyelet_status check_acme_shop_v2_http_api_httpserver(struct eyelet_nano_call *call,
    const struct acme_shop_v2_http_api_httpserver_handlers *handlers, const pb_msgdesc_t *type, const void *request, void *userdata)
{
    return handlers->check_request ? handlers->check_request(call, type, request, userdata) : EYELET_OK;
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_int_(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->int_)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for Int");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, &Acme_shopV2_http_api_HTTPRequest_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->int_(call, (const Acme_shopV2_http_api_HTTPRequest *)request, (Acme_shopV2_http_api_HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_delete_(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->delete_)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for Delete");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, &Acme_shopV2_http_api_HTTPRequest_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->delete_(call, (const Acme_shopV2_http_api_HTTPRequest *)request, (Acme_shopV2_http_api_HTTPRequest_in_ner *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_class_(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->class_)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for Class");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, &Acme_shopV2_http_api_HTTPRequest_in_ner_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->class_(call, (const Acme_shopV2_http_api_HTTPRequest_in_ner *)request, (google_protobuf_Empty *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_add_(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->add_)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for Add");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, &google_protobuf_Empty_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->add_(call, (const google_protobuf_Empty *)request, (Acme_shopV2_http_api_HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_check_request_(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->check_request_)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for CheckRequest");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, &google_protobuf_Empty_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->check_request_(call, (const google_protobuf_Empty *)request, (Acme_shopV2_http_api_HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_service_(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->service_)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for Service");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, &google_protobuf_Empty_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->service_(call, (const google_protobuf_Empty *)request, (Acme_shopV2_http_api_HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_handlers_(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->handlers_)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for Handlers");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, &google_protobuf_Empty_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->handlers_(call, (const google_protobuf_Empty *)request, (Acme_shopV2_http_api_HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_get_v2_foo(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->get_v2_foo)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for GetV2Foo");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, &Acme_shopV2_http_api_HTTPRequest_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->get_v2_foo(call, (const Acme_shopV2_http_api_HTTPRequest *)request, (Acme_shopV2_http_api_HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_get_raw(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->get_raw)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for get_raw");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, &Acme_shopV2_http_api_HTTPRequest_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->get_raw(call, (const Acme_shopV2_http_api_HTTPRequest *)request, (Acme_shopV2_http_api_HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver___say2x___http_(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->__say2x___http_)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for _Say2x__HTTP_");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, &Acme_shopV2_http_api_HTTPRequest_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->__say2x___http_(call, (const Acme_shopV2_http_api_HTTPRequest *)request, (Acme_shopV2_http_api_HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_parts(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->parts)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for Parts");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, &acme_parts_Box_Part_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->parts(call, (const acme_parts_Box_Part *)request, (acme_parts_Box *)reply, userdata);
}

static const struct eyelet_nano_method methods_of_acme_shop_v2_http_api_httpserver[] = {
    { "Add", &google_protobuf_Empty_msg, &Acme_shopV2_http_api_HTTPRequest_msg,
        sizeof(google_protobuf_Empty), sizeof(Acme_shopV2_http_api_HTTPRequest), Acme_shopV2_http_api_HTTPRequest_size,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_add_ },
    { "CheckRequest", &google_protobuf_Empty_msg, &Acme_shopV2_http_api_HTTPRequest_msg,
        sizeof(google_protobuf_Empty), sizeof(Acme_shopV2_http_api_HTTPRequest), Acme_shopV2_http_api_HTTPRequest_size,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_check_request_ },
    { "Class", &Acme_shopV2_http_api_HTTPRequest_in_ner_msg, &google_protobuf_Empty_msg,
        sizeof(Acme_shopV2_http_api_HTTPRequest_in_ner), sizeof(google_protobuf_Empty), google_protobuf_Empty_size,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_class_ },
    { "Delete", &Acme_shopV2_http_api_HTTPRequest_msg, &Acme_shopV2_http_api_HTTPRequest_in_ner_msg,
        sizeof(Acme_shopV2_http_api_HTTPRequest), sizeof(Acme_shopV2_http_api_HTTPRequest_in_ner), Acme_shopV2_http_api_HTTPRequest_in_ner_size,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_delete_ },
    { "GetV2Foo", &Acme_shopV2_http_api_HTTPRequest_msg, &Acme_shopV2_http_api_HTTPRequest_msg,
        sizeof(Acme_shopV2_http_api_HTTPRequest), sizeof(Acme_shopV2_http_api_HTTPRequest), Acme_shopV2_http_api_HTTPRequest_size,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_get_v2_foo },
    { "Handlers", &google_protobuf_Empty_msg, &Acme_shopV2_http_api_HTTPRequest_msg,
        sizeof(google_protobuf_Empty), sizeof(Acme_shopV2_http_api_HTTPRequest), Acme_shopV2_http_api_HTTPRequest_size,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_handlers_ },
    { "Int", &Acme_shopV2_http_api_HTTPRequest_msg, &Acme_shopV2_http_api_HTTPRequest_msg,
        sizeof(Acme_shopV2_http_api_HTTPRequest), sizeof(Acme_shopV2_http_api_HTTPRequest), Acme_shopV2_http_api_HTTPRequest_size,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_int_ },
    { "Parts", &acme_parts_Box_Part_msg, &acme_parts_Box_msg,
        sizeof(acme_parts_Box_Part), sizeof(acme_parts_Box), acme_parts_Box_size,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_parts },
    { "Service", &google_protobuf_Empty_msg, &Acme_shopV2_http_api_HTTPRequest_msg,
        sizeof(google_protobuf_Empty), sizeof(Acme_shopV2_http_api_HTTPRequest), Acme_shopV2_http_api_HTTPRequest_size,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_service_ },
    { "_Say2x__HTTP_", &Acme_shopV2_http_api_HTTPRequest_msg, &Acme_shopV2_http_api_HTTPRequest_msg,
        sizeof(Acme_shopV2_http_api_HTTPRequest), sizeof(Acme_shopV2_http_api_HTTPRequest), Acme_shopV2_http_api_HTTPRequest_size,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver___say2x___http_ },
    { "get_raw", &Acme_shopV2_http_api_HTTPRequest_msg, &Acme_shopV2_http_api_HTTPRequest_msg,
        sizeof(Acme_shopV2_http_api_HTTPRequest), sizeof(Acme_shopV2_http_api_HTTPRequest), Acme_shopV2_http_api_HTTPRequest_size,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_get_raw },
};

const struct eyelet_nano_service acme_shop_v2_http_api_httpserver_service = { "Acme.shopV2.http_api.HTTPServer", methods_of_acme_shop_v2_http_api_httpserver, 11 };
const char nanopb_makes_acme_shop_v2_http_api_httpserver = 1;

enum eyelet_status acme_shop_v2_http_api_httpserver_add(struct eyelet_nano_server *server,
    const struct acme_shop_v2_http_api_httpserver_handlers *handlers, void *userdata, struct eyelet_error *reterr)
{
    return eyelet_nano_server_add_service(server, &acme_shop_v2_http_api_httpserver_service, handlers, userdata, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_int_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[6], opts,
        request, reply, reterr);
}

static void tell_acme_shop_v2_http_api_httpserver_int_(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme_shopV2_http_api_HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_int__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[6], opts,
        (const void *)request, reply, tell_acme_shop_v2_http_api_httpserver_int_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_int__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_delete_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest_in_ner *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[3], opts,
        request, reply, reterr);
}

static void tell_acme_shop_v2_http_api_httpserver_delete_(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest_in_ner *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme_shopV2_http_api_HTTPRequest_in_ner *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_delete__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest_in_ner *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest_in_ner *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[3], opts,
        (const void *)request, reply, tell_acme_shop_v2_http_api_httpserver_delete_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_delete__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_class_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest_in_ner *request, google_protobuf_Empty *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[2], opts,
        request, reply, reterr);
}

static void tell_acme_shop_v2_http_api_httpserver_class_(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, google_protobuf_Empty *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (google_protobuf_Empty *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_class__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest_in_ner *request, google_protobuf_Empty *reply,
    void (*done)(enum eyelet_status status, google_protobuf_Empty *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[2], opts,
        (const void *)request, reply, tell_acme_shop_v2_http_api_httpserver_class_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_class__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_add_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[0], opts,
        request, reply, reterr);
}

static void tell_acme_shop_v2_http_api_httpserver_add_(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme_shopV2_http_api_HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_add__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[0], opts,
        (const void *)request, reply, tell_acme_shop_v2_http_api_httpserver_add_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_add__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_check_request_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[1], opts,
        request, reply, reterr);
}

static void tell_acme_shop_v2_http_api_httpserver_check_request_(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme_shopV2_http_api_HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_check_request__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[1], opts,
        (const void *)request, reply, tell_acme_shop_v2_http_api_httpserver_check_request_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_check_request__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_service_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[8], opts,
        request, reply, reterr);
}

static void tell_acme_shop_v2_http_api_httpserver_service_(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme_shopV2_http_api_HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_service__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[8], opts,
        (const void *)request, reply, tell_acme_shop_v2_http_api_httpserver_service_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_service__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_handlers_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[5], opts,
        request, reply, reterr);
}

static void tell_acme_shop_v2_http_api_httpserver_handlers_(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme_shopV2_http_api_HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_handlers__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[5], opts,
        (const void *)request, reply, tell_acme_shop_v2_http_api_httpserver_handlers_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_handlers__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_get_v2_foo(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[4], opts,
        request, reply, reterr);
}

static void tell_acme_shop_v2_http_api_httpserver_get_v2_foo(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme_shopV2_http_api_HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_get_v2_foo_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[4], opts,
        (const void *)request, reply, tell_acme_shop_v2_http_api_httpserver_get_v2_foo, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_get_v2_foo_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_get_raw(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[10], opts,
        request, reply, reterr);
}

static void tell_acme_shop_v2_http_api_httpserver_get_raw(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme_shopV2_http_api_HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_get_raw_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[10], opts,
        (const void *)request, reply, tell_acme_shop_v2_http_api_httpserver_get_raw, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_get_raw_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver___say2x___http_(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[9], opts,
        request, reply, reterr);
}

static void tell_acme_shop_v2_http_api_httpserver___say2x___http_(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme_shopV2_http_api_HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver___say2x___http__start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_shopV2_http_api_HTTPRequest *request, Acme_shopV2_http_api_HTTPRequest *reply,
    void (*done)(enum eyelet_status status, Acme_shopV2_http_api_HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[9], opts,
        (const void *)request, reply, tell_acme_shop_v2_http_api_httpserver___say2x___http_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver___say2x___http__collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_parts(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const acme_parts_Box_Part *request, acme_parts_Box *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[7], opts,
        request, reply, reterr);
}

static void tell_acme_shop_v2_http_api_httpserver_parts(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, acme_parts_Box *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (acme_parts_Box *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_parts_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const acme_parts_Box_Part *request, acme_parts_Box *reply,
    void (*done)(enum eyelet_status status, acme_parts_Box *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[7], opts,
        (const void *)request, reply, tell_acme_shop_v2_http_api_httpserver_parts, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_parts_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

const struct eyelet_nano_service acme_shop_v2_http_api_without_service = { "Acme.shopV2.http_api.Without", NULL, 0 };
const char nanopb_makes_acme_shop_v2_http_api_without = 1;

enum eyelet_status acme_shop_v2_http_api_without_add(struct eyelet_nano_server *server,
    const struct acme_shop_v2_http_api_without_handlers *handlers, void *userdata, struct eyelet_error *reterr)
{
    return eyelet_nano_server_add_service(server, &acme_shop_v2_http_api_without_service, handlers, userdata, reterr);
}
