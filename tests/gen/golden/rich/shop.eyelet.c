/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/shop.proto
 */
#include "rich/shop.eyelet.h"

static enum eyelet_status check_acme_shop_v2_http_api_httpserver(struct eyelet_call *call,
    const struct acme_shop_v2_http_api_httpserver_handlers *handlers, const ProtobufCMessage *request, void *userdata)
{
    return handlers->check_request ? handlers->check_request(call, request, userdata) : EYELET_OK;
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_int_(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->int_)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for Int");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->int_(call, (const Acme__ShopV2__HttpApi__HTTPRequest *)request, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_delete_(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->delete_)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for Delete");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->delete_(call, (const Acme__ShopV2__HttpApi__HTTPRequest *)request, (Acme__ShopV2__HttpApi__HTTPRequest__InNer *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_class_(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->class_)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for Class");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->class_(call, (const Acme__ShopV2__HttpApi__HTTPRequest__InNer *)request, (Google__Protobuf__Empty *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_add_(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->add_)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for Add");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->add_(call, (const Google__Protobuf__Empty *)request, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_check_request_(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->check_request_)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for CheckRequest");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->check_request_(call, (const Google__Protobuf__Empty *)request, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_service_(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->service_)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for Service");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->service_(call, (const Google__Protobuf__Empty *)request, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_handlers_(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->handlers_)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for Handlers");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->handlers_(call, (const Google__Protobuf__Empty *)request, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_get_v2_foo(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->get_v2_foo)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for GetV2Foo");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->get_v2_foo(call, (const Acme__ShopV2__HttpApi__HTTPRequest *)request, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_get_raw(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->get_raw)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for get_raw");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->get_raw(call, (const Acme__ShopV2__HttpApi__HTTPRequest *)request, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver___say2x___http_(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->__say2x___http_)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for _Say2x__HTTP_");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->__say2x___http_(call, (const Acme__ShopV2__HttpApi__HTTPRequest *)request, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, userdata);
}

static enum eyelet_status handle_acme_shop_v2_http_api_httpserver_parts(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_shop_v2_http_api_httpserver_handlers *typed = (const struct acme_shop_v2_http_api_httpserver_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->parts)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.shopV2.http_api.HTTPServer has no handler for Parts");

    status = check_acme_shop_v2_http_api_httpserver(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->parts(call, (const BoxCo__V1__Box__Part *)request, (BoxCo__V1__Box *)reply, userdata);
}

static const struct eyelet_method methods_of_acme_shop_v2_http_api_httpserver[] = {
    { "Add", &google__protobuf__empty__descriptor, &acme__shop_v2__http_api__httprequest__descriptor,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_add_ },
    { "CheckRequest", &google__protobuf__empty__descriptor, &acme__shop_v2__http_api__httprequest__descriptor,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_check_request_ },
    { "Class", &acme__shop_v2__http_api__httprequest__in_ner__descriptor, &google__protobuf__empty__descriptor,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_class_ },
    { "Delete", &acme__shop_v2__http_api__httprequest__descriptor, &acme__shop_v2__http_api__httprequest__in_ner__descriptor,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_delete_ },
    { "GetV2Foo", &acme__shop_v2__http_api__httprequest__descriptor, &acme__shop_v2__http_api__httprequest__descriptor,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_get_v2_foo },
    { "Handlers", &google__protobuf__empty__descriptor, &acme__shop_v2__http_api__httprequest__descriptor,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_handlers_ },
    { "Int", &acme__shop_v2__http_api__httprequest__descriptor, &acme__shop_v2__http_api__httprequest__descriptor,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_int_ },
    { "Parts", &box_co__v1__box__part__descriptor, &box_co__v1__box__descriptor,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_parts },
    { "Service", &google__protobuf__empty__descriptor, &acme__shop_v2__http_api__httprequest__descriptor,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_service_ },
    { "_Say2x__HTTP_", &acme__shop_v2__http_api__httprequest__descriptor, &acme__shop_v2__http_api__httprequest__descriptor,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver___say2x___http_ },
    { "get_raw", &acme__shop_v2__http_api__httprequest__descriptor, &acme__shop_v2__http_api__httprequest__descriptor,
        EYELET_UNARY, handle_acme_shop_v2_http_api_httpserver_get_raw },
};

const struct eyelet_service acme_shop_v2_http_api_httpserver_service = { "Acme.shopV2.http_api.HTTPServer", methods_of_acme_shop_v2_http_api_httpserver, 11 };
const char protobuf_c_makes_acme_shop_v2_http_api_httpserver = 1;

enum eyelet_status acme_shop_v2_http_api_httpserver_add(struct eyelet_server *server,
    const struct acme_shop_v2_http_api_httpserver_handlers *handlers, void *userdata)
{
    return eyelet_server_add_service(server, &acme_shop_v2_http_api_httpserver_service, handlers, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_int_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[6], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

static void tell_acme_shop_v2_http_api_httpserver_int_(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_int__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[6], opts,
        (const ProtobufCMessage *)request, tell_acme_shop_v2_http_api_httpserver_int_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_int__collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

enum eyelet_status acme_shop_v2_http_api_httpserver_delete_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request, Acme__ShopV2__HttpApi__HTTPRequest__InNer **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[3], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest__InNer *)reply;
    return status;
}

static void tell_acme_shop_v2_http_api_httpserver_delete_(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest__InNer *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme__ShopV2__HttpApi__HTTPRequest__InNer *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_delete__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest__InNer *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[3], opts,
        (const ProtobufCMessage *)request, tell_acme_shop_v2_http_api_httpserver_delete_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_delete__collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest__InNer **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest__InNer *)reply;
    return status;
}

enum eyelet_status acme_shop_v2_http_api_httpserver_class_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest__InNer *request, Google__Protobuf__Empty **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[2], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Google__Protobuf__Empty *)reply;
    return status;
}

static void tell_acme_shop_v2_http_api_httpserver_class_(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Google__Protobuf__Empty *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Google__Protobuf__Empty *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_class__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest__InNer *request,
    void (*done)(enum eyelet_status status, Google__Protobuf__Empty *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[2], opts,
        (const ProtobufCMessage *)request, tell_acme_shop_v2_http_api_httpserver_class_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_class__collect(struct eyelet_pending *pending, Google__Protobuf__Empty **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Google__Protobuf__Empty *)reply;
    return status;
}

enum eyelet_status acme_shop_v2_http_api_httpserver_add_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[0], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

static void tell_acme_shop_v2_http_api_httpserver_add_(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_add__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[0], opts,
        (const ProtobufCMessage *)request, tell_acme_shop_v2_http_api_httpserver_add_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_add__collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

enum eyelet_status acme_shop_v2_http_api_httpserver_check_request_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[1], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

static void tell_acme_shop_v2_http_api_httpserver_check_request_(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_check_request__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[1], opts,
        (const ProtobufCMessage *)request, tell_acme_shop_v2_http_api_httpserver_check_request_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_check_request__collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

enum eyelet_status acme_shop_v2_http_api_httpserver_service_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[8], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

static void tell_acme_shop_v2_http_api_httpserver_service_(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_service__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[8], opts,
        (const ProtobufCMessage *)request, tell_acme_shop_v2_http_api_httpserver_service_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_service__collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

enum eyelet_status acme_shop_v2_http_api_httpserver_handlers_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[5], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

static void tell_acme_shop_v2_http_api_httpserver_handlers_(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_handlers__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[5], opts,
        (const ProtobufCMessage *)request, tell_acme_shop_v2_http_api_httpserver_handlers_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_handlers__collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

enum eyelet_status acme_shop_v2_http_api_httpserver_get_v2_foo(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[4], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

static void tell_acme_shop_v2_http_api_httpserver_get_v2_foo(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_get_v2_foo_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[4], opts,
        (const ProtobufCMessage *)request, tell_acme_shop_v2_http_api_httpserver_get_v2_foo, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_get_v2_foo_collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

enum eyelet_status acme_shop_v2_http_api_httpserver_get_raw(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[10], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

static void tell_acme_shop_v2_http_api_httpserver_get_raw(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_get_raw_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[10], opts,
        (const ProtobufCMessage *)request, tell_acme_shop_v2_http_api_httpserver_get_raw, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_get_raw_collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

enum eyelet_status acme_shop_v2_http_api_httpserver___say2x___http_(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request, Acme__ShopV2__HttpApi__HTTPRequest **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[9], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

static void tell_acme_shop_v2_http_api_httpserver___say2x___http_(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme__ShopV2__HttpApi__HTTPRequest *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver___say2x___http__start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__ShopV2__HttpApi__HTTPRequest *request,
    void (*done)(enum eyelet_status status, Acme__ShopV2__HttpApi__HTTPRequest *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[9], opts,
        (const ProtobufCMessage *)request, tell_acme_shop_v2_http_api_httpserver___say2x___http_, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver___say2x___http__collect(struct eyelet_pending *pending, Acme__ShopV2__HttpApi__HTTPRequest **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__ShopV2__HttpApi__HTTPRequest *)reply;
    return status;
}

enum eyelet_status acme_shop_v2_http_api_httpserver_parts(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const BoxCo__V1__Box__Part *request, BoxCo__V1__Box **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[7], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (BoxCo__V1__Box *)reply;
    return status;
}

static void tell_acme_shop_v2_http_api_httpserver_parts(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, BoxCo__V1__Box *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (BoxCo__V1__Box *)reply, error, userdata);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_parts_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const BoxCo__V1__Box__Part *request,
    void (*done)(enum eyelet_status status, BoxCo__V1__Box *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &acme_shop_v2_http_api_httpserver_service, &methods_of_acme_shop_v2_http_api_httpserver[7], opts,
        (const ProtobufCMessage *)request, tell_acme_shop_v2_http_api_httpserver_parts, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_shop_v2_http_api_httpserver_parts_collect(struct eyelet_pending *pending, BoxCo__V1__Box **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (BoxCo__V1__Box *)reply;
    return status;
}

const struct eyelet_service acme_shop_v2_http_api_without_service = { "Acme.shopV2.http_api.Without", NULL, 0 };
const char protobuf_c_makes_acme_shop_v2_http_api_without = 1;

enum eyelet_status acme_shop_v2_http_api_without_add(struct eyelet_server *server,
    const struct acme_shop_v2_http_api_without_handlers *handlers, void *userdata)
{
    return eyelet_server_add_service(server, &acme_shop_v2_http_api_without_service, handlers, userdata);
}
