/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/streams.proto
 */
#include "rich/streams.eyelet.h"

static enum eyelet_status check_acme_streams_hall(struct eyelet_call *call,
    const struct acme_streams_hall_handlers *handlers, const ProtobufCMessage *request, void *userdata)
{
    return handlers->check_request ? handlers->check_request(call, request, userdata) : EYELET_OK;
}

static enum eyelet_status handle_acme_streams_hall_new_(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;
    enum eyelet_status status;

    (void)reply;
    if (!typed->new_)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for New");

    status = check_acme_streams_hall(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->new_(call, (const Google__Protobuf__Empty *)request, userdata);
}

static enum eyelet_status handle_acme_streams_hall_delete_(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;

    (void)request;
    if (!typed->delete_)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for Delete");
    return typed->delete_(call, (Google__Protobuf__Empty *)reply, userdata);
}

static enum eyelet_status handle_acme_streams_hall_union_(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;

    (void)request;
    (void)reply;
    if (!typed->union_)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for Union");
    return typed->union_(call, userdata);
}

static enum eyelet_status handle_acme_streams_hall_get(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->get)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for Get");

    status = check_acme_streams_hall(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->get(call, (const Acme__Streams__Item *)request, (Acme__Streams__Item *)reply, userdata);
}

static enum eyelet_status handle_acme_streams_hall_get_stream(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;
    enum eyelet_status status;

    (void)reply;
    if (!typed->get_stream)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for GetStream");

    status = check_acme_streams_hall(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->get_stream(call, (const Acme__Streams__Item *)request, userdata);
}

static enum eyelet_status handle_acme_streams_hall_open(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;

    (void)request;
    (void)reply;
    if (!typed->open)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for Open");
    return typed->open(call, userdata);
}

static enum eyelet_status handle_acme_streams_hall_stream__open(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->stream__open)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for Stream_Open");

    status = check_acme_streams_hall(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->stream__open(call, (const Acme__Streams__Item *)request, (Acme__Streams__Item *)reply, userdata);
}

static enum eyelet_status handle_acme_streams_hall_call_send(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;

    (void)request;
    if (!typed->call_send)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for CallSend");
    return typed->call_send(call, (Acme__Streams__Item *)reply, userdata);
}

static enum eyelet_status handle_acme_streams_hall_start(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->start)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for Start");

    status = check_acme_streams_hall(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->start(call, (const Acme__Streams__Item *)request, (Acme__Streams__Item *)reply, userdata);
}

static const struct eyelet_method methods_of_acme_streams_hall[] = {
    { "CallSend", &acme__streams__item__descriptor, &acme__streams__item__descriptor,
        EYELET_CLIENT_STREAM, handle_acme_streams_hall_call_send },
    { "Delete", &box_co__v1__box__descriptor, &google__protobuf__empty__descriptor,
        EYELET_CLIENT_STREAM, handle_acme_streams_hall_delete_ },
    { "Get", &acme__streams__item__descriptor, &acme__streams__item__descriptor,
        EYELET_UNARY, handle_acme_streams_hall_get },
    { "GetStream", &acme__streams__item__descriptor, &acme__streams__item__descriptor,
        EYELET_SERVER_STREAM, handle_acme_streams_hall_get_stream },
    { "New", &google__protobuf__empty__descriptor, &box_co__v1__box__part__descriptor,
        EYELET_SERVER_STREAM, handle_acme_streams_hall_new_ },
    { "Open", &acme__streams__item__descriptor, &acme__streams__item__descriptor,
        EYELET_BIDI_STREAM, handle_acme_streams_hall_open },
    { "Start", &acme__streams__item__descriptor, &acme__streams__item__descriptor,
        EYELET_UNARY, handle_acme_streams_hall_start },
    { "Stream_Open", &acme__streams__item__descriptor, &acme__streams__item__descriptor,
        EYELET_UNARY, handle_acme_streams_hall_stream__open },
    { "Union", &box_co__v1__box__part__descriptor, &box_co__v1__box__descriptor,
        EYELET_BIDI_STREAM, handle_acme_streams_hall_union_ },
};

const struct eyelet_service acme_streams_hall_service = { "Acme.streams.Hall", methods_of_acme_streams_hall, 9 };
const char protobuf_c_makes_acme_streams_hall = 1;

enum eyelet_status acme_streams_hall_add(struct eyelet_server *server,
    const struct acme_streams_hall_handlers *handlers, void *userdata)
{
    return eyelet_server_add_service(server, &acme_streams_hall_service, handlers, userdata);
}

enum eyelet_status acme_streams_hall_new__call_send(struct eyelet_call *call,
    const BoxCo__V1__Box__Part *message)
{
    return eyelet_call_send_message(call, (const ProtobufCMessage *)message);
}

enum eyelet_status acme_streams_hall_new__open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Google__Protobuf__Empty *request, struct acme_streams_hall_new__stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_client_open_stream(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[4], opts,
        (const ProtobufCMessage *)request, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_hall_new__stream *)stream;
    return status;
}

enum eyelet_got acme_streams_hall_new__recv(struct acme_streams_hall_new__stream *stream,
    BoxCo__V1__Box__Part **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_stream_recv((struct eyelet_stream *)stream, &message, reterr);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (BoxCo__V1__Box__Part *)message;
    return got;
}

void acme_streams_hall_new__cancel(struct acme_streams_hall_new__stream *stream)
{
    eyelet_stream_cancel((struct eyelet_stream *)stream);
}

struct eyelet_stream *acme_streams_hall_new__base(struct acme_streams_hall_new__stream *stream)
{
    return (struct eyelet_stream *)stream;
}

struct acme_streams_hall_new__stream *acme_streams_hall_new__close(struct acme_streams_hall_new__stream *stream)
{
    return (struct acme_streams_hall_new__stream *)eyelet_stream_close((struct eyelet_stream *)stream);
}

enum eyelet_got acme_streams_hall_delete__call_recv(struct eyelet_call *call,
    const BoxCo__V1__Box **ret)
{
    const ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_call_recv_message(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const BoxCo__V1__Box *)message;
    return got;
}

enum eyelet_status acme_streams_hall_delete__open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_delete__stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_client_open_stream(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[1], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_hall_delete__stream *)stream;
    return status;
}

enum eyelet_status acme_streams_hall_delete__send(struct acme_streams_hall_delete__stream *stream,
    const BoxCo__V1__Box *message, struct eyelet_error *reterr)
{
    return eyelet_stream_send((struct eyelet_stream *)stream, (const ProtobufCMessage *)message, reterr);
}

enum eyelet_status acme_streams_hall_delete__end(struct acme_streams_hall_delete__stream *stream, struct eyelet_error *reterr)
{
    return eyelet_stream_end((struct eyelet_stream *)stream, reterr);
}

enum eyelet_got acme_streams_hall_delete__recv(struct acme_streams_hall_delete__stream *stream,
    Google__Protobuf__Empty **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_stream_recv((struct eyelet_stream *)stream, &message, reterr);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (Google__Protobuf__Empty *)message;
    return got;
}

void acme_streams_hall_delete__cancel(struct acme_streams_hall_delete__stream *stream)
{
    eyelet_stream_cancel((struct eyelet_stream *)stream);
}

struct eyelet_stream *acme_streams_hall_delete__base(struct acme_streams_hall_delete__stream *stream)
{
    return (struct eyelet_stream *)stream;
}

struct acme_streams_hall_delete__stream *acme_streams_hall_delete__close(struct acme_streams_hall_delete__stream *stream)
{
    return (struct acme_streams_hall_delete__stream *)eyelet_stream_close((struct eyelet_stream *)stream);
}

enum eyelet_status acme_streams_hall_union__call_send(struct eyelet_call *call,
    const BoxCo__V1__Box *message)
{
    return eyelet_call_send_message(call, (const ProtobufCMessage *)message);
}

enum eyelet_got acme_streams_hall_union__call_recv(struct eyelet_call *call,
    const BoxCo__V1__Box__Part **ret)
{
    const ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_call_recv_message(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const BoxCo__V1__Box__Part *)message;
    return got;
}

enum eyelet_status acme_streams_hall_union__open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_union__stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_client_open_stream(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[8], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_hall_union__stream *)stream;
    return status;
}

enum eyelet_status acme_streams_hall_union__send(struct acme_streams_hall_union__stream *stream,
    const BoxCo__V1__Box__Part *message, struct eyelet_error *reterr)
{
    return eyelet_stream_send((struct eyelet_stream *)stream, (const ProtobufCMessage *)message, reterr);
}

enum eyelet_status acme_streams_hall_union__end(struct acme_streams_hall_union__stream *stream, struct eyelet_error *reterr)
{
    return eyelet_stream_end((struct eyelet_stream *)stream, reterr);
}

enum eyelet_got acme_streams_hall_union__recv(struct acme_streams_hall_union__stream *stream,
    BoxCo__V1__Box **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_stream_recv((struct eyelet_stream *)stream, &message, reterr);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (BoxCo__V1__Box *)message;
    return got;
}

void acme_streams_hall_union__cancel(struct acme_streams_hall_union__stream *stream)
{
    eyelet_stream_cancel((struct eyelet_stream *)stream);
}

struct eyelet_stream *acme_streams_hall_union__base(struct acme_streams_hall_union__stream *stream)
{
    return (struct eyelet_stream *)stream;
}

struct acme_streams_hall_union__stream *acme_streams_hall_union__close(struct acme_streams_hall_union__stream *stream)
{
    return (struct acme_streams_hall_union__stream *)eyelet_stream_close((struct eyelet_stream *)stream);
}

enum eyelet_status acme_streams_hall_get(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__Streams__Item *request, Acme__Streams__Item **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[2], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__Streams__Item *)reply;
    return status;
}

static void tell_acme_streams_hall_get(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme__Streams__Item *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme__Streams__Item *)reply, error, userdata);
}

enum eyelet_status acme_streams_hall_get_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__Streams__Item *request,
    void (*done)(enum eyelet_status status, Acme__Streams__Item *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[2], opts,
        (const ProtobufCMessage *)request, tell_acme_streams_hall_get, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_streams_hall_get_collect(struct eyelet_pending *pending, Acme__Streams__Item **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__Streams__Item *)reply;
    return status;
}

enum eyelet_status acme_streams_hall_get_stream_call_send(struct eyelet_call *call,
    const Acme__Streams__Item *message)
{
    return eyelet_call_send_message(call, (const ProtobufCMessage *)message);
}

enum eyelet_status acme_streams_hall_get_stream_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__Streams__Item *request, struct acme_streams_hall_get_stream_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_client_open_stream(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[3], opts,
        (const ProtobufCMessage *)request, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_hall_get_stream_stream *)stream;
    return status;
}

enum eyelet_got acme_streams_hall_get_stream_recv(struct acme_streams_hall_get_stream_stream *stream,
    Acme__Streams__Item **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_stream_recv((struct eyelet_stream *)stream, &message, reterr);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (Acme__Streams__Item *)message;
    return got;
}

void acme_streams_hall_get_stream_cancel(struct acme_streams_hall_get_stream_stream *stream)
{
    eyelet_stream_cancel((struct eyelet_stream *)stream);
}

struct eyelet_stream *acme_streams_hall_get_stream_base(struct acme_streams_hall_get_stream_stream *stream)
{
    return (struct eyelet_stream *)stream;
}

struct acme_streams_hall_get_stream_stream *acme_streams_hall_get_stream_close(struct acme_streams_hall_get_stream_stream *stream)
{
    return (struct acme_streams_hall_get_stream_stream *)eyelet_stream_close((struct eyelet_stream *)stream);
}

enum eyelet_status acme_streams_hall_open_call_send(struct eyelet_call *call,
    const Acme__Streams__Item *message)
{
    return eyelet_call_send_message(call, (const ProtobufCMessage *)message);
}

enum eyelet_got acme_streams_hall_open_call_recv(struct eyelet_call *call,
    const Acme__Streams__Item **ret)
{
    const ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_call_recv_message(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const Acme__Streams__Item *)message;
    return got;
}

enum eyelet_status acme_streams_hall_open_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_open_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_client_open_stream(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[5], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_hall_open_stream *)stream;
    return status;
}

enum eyelet_status acme_streams_hall_open_send(struct acme_streams_hall_open_stream *stream,
    const Acme__Streams__Item *message, struct eyelet_error *reterr)
{
    return eyelet_stream_send((struct eyelet_stream *)stream, (const ProtobufCMessage *)message, reterr);
}

enum eyelet_status acme_streams_hall_open_end(struct acme_streams_hall_open_stream *stream, struct eyelet_error *reterr)
{
    return eyelet_stream_end((struct eyelet_stream *)stream, reterr);
}

enum eyelet_got acme_streams_hall_open_recv(struct acme_streams_hall_open_stream *stream,
    Acme__Streams__Item **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_stream_recv((struct eyelet_stream *)stream, &message, reterr);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (Acme__Streams__Item *)message;
    return got;
}

void acme_streams_hall_open_cancel(struct acme_streams_hall_open_stream *stream)
{
    eyelet_stream_cancel((struct eyelet_stream *)stream);
}

struct eyelet_stream *acme_streams_hall_open_base(struct acme_streams_hall_open_stream *stream)
{
    return (struct eyelet_stream *)stream;
}

struct acme_streams_hall_open_stream *acme_streams_hall_open_close(struct acme_streams_hall_open_stream *stream)
{
    return (struct acme_streams_hall_open_stream *)eyelet_stream_close((struct eyelet_stream *)stream);
}

enum eyelet_status acme_streams_hall_stream__open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__Streams__Item *request, Acme__Streams__Item **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[7], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__Streams__Item *)reply;
    return status;
}

static void tell_acme_streams_hall_stream__open(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme__Streams__Item *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme__Streams__Item *)reply, error, userdata);
}

enum eyelet_status acme_streams_hall_stream__open_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__Streams__Item *request,
    void (*done)(enum eyelet_status status, Acme__Streams__Item *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[7], opts,
        (const ProtobufCMessage *)request, tell_acme_streams_hall_stream__open, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_streams_hall_stream__open_collect(struct eyelet_pending *pending, Acme__Streams__Item **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__Streams__Item *)reply;
    return status;
}

enum eyelet_got acme_streams_hall_call_send_call_recv(struct eyelet_call *call,
    const Acme__Streams__Item **ret)
{
    const ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_call_recv_message(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const Acme__Streams__Item *)message;
    return got;
}

enum eyelet_status acme_streams_hall_call_send_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_call_send_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_client_open_stream(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[0], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_hall_call_send_stream *)stream;
    return status;
}

enum eyelet_status acme_streams_hall_call_send_send(struct acme_streams_hall_call_send_stream *stream,
    const Acme__Streams__Item *message, struct eyelet_error *reterr)
{
    return eyelet_stream_send((struct eyelet_stream *)stream, (const ProtobufCMessage *)message, reterr);
}

enum eyelet_status acme_streams_hall_call_send_end(struct acme_streams_hall_call_send_stream *stream, struct eyelet_error *reterr)
{
    return eyelet_stream_end((struct eyelet_stream *)stream, reterr);
}

enum eyelet_got acme_streams_hall_call_send_recv(struct acme_streams_hall_call_send_stream *stream,
    Acme__Streams__Item **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_stream_recv((struct eyelet_stream *)stream, &message, reterr);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (Acme__Streams__Item *)message;
    return got;
}

void acme_streams_hall_call_send_cancel(struct acme_streams_hall_call_send_stream *stream)
{
    eyelet_stream_cancel((struct eyelet_stream *)stream);
}

struct eyelet_stream *acme_streams_hall_call_send_base(struct acme_streams_hall_call_send_stream *stream)
{
    return (struct eyelet_stream *)stream;
}

struct acme_streams_hall_call_send_stream *acme_streams_hall_call_send_close(struct acme_streams_hall_call_send_stream *stream)
{
    return (struct acme_streams_hall_call_send_stream *)eyelet_stream_close((struct eyelet_stream *)stream);
}

enum eyelet_status acme_streams_hall_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__Streams__Item *request, Acme__Streams__Item **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[6], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__Streams__Item *)reply;
    return status;
}

static void tell_acme_streams_hall_start(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme__Streams__Item *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme__Streams__Item *)reply, error, userdata);
}

enum eyelet_status acme_streams_hall_start_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Acme__Streams__Item *request,
    void (*done)(enum eyelet_status status, Acme__Streams__Item *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[6], opts,
        (const ProtobufCMessage *)request, tell_acme_streams_hall_start, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_streams_hall_start_collect(struct eyelet_pending *pending, Acme__Streams__Item **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Acme__Streams__Item *)reply;
    return status;
}

static enum eyelet_status handle_acme_streams_streams_sum(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_streams_streams_handlers *typed = (const struct acme_streams_streams_handlers *)handlers;

    (void)request;
    if (!typed->sum)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Streams has no handler for Sum");
    return typed->sum(call, (Acme__Streams__Item *)reply, userdata);
}

static enum eyelet_status handle_acme_streams_streams_chat(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct acme_streams_streams_handlers *typed = (const struct acme_streams_streams_handlers *)handlers;

    (void)request;
    (void)reply;
    if (!typed->chat)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Streams has no handler for Chat");
    return typed->chat(call, userdata);
}

static const struct eyelet_method methods_of_acme_streams_streams[] = {
    { "Chat", &acme__streams__item__descriptor, &acme__streams__item__descriptor,
        EYELET_BIDI_STREAM, handle_acme_streams_streams_chat },
    { "Sum", &acme__streams__item__descriptor, &acme__streams__item__descriptor,
        EYELET_CLIENT_STREAM, handle_acme_streams_streams_sum },
};

const struct eyelet_service acme_streams_streams_service = { "Acme.streams.Streams", methods_of_acme_streams_streams, 2 };
const char protobuf_c_makes_acme_streams_streams = 1;

enum eyelet_status acme_streams_streams_add(struct eyelet_server *server,
    const struct acme_streams_streams_handlers *handlers, void *userdata)
{
    return eyelet_server_add_service(server, &acme_streams_streams_service, handlers, userdata);
}

enum eyelet_got acme_streams_streams_sum_call_recv(struct eyelet_call *call,
    const Acme__Streams__Item **ret)
{
    const ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_call_recv_message(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const Acme__Streams__Item *)message;
    return got;
}

enum eyelet_status acme_streams_streams_sum_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_streams_sum_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_client_open_stream(client, &acme_streams_streams_service, &methods_of_acme_streams_streams[1], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_streams_sum_stream *)stream;
    return status;
}

enum eyelet_status acme_streams_streams_sum_send(struct acme_streams_streams_sum_stream *stream,
    const Acme__Streams__Item *message, struct eyelet_error *reterr)
{
    return eyelet_stream_send((struct eyelet_stream *)stream, (const ProtobufCMessage *)message, reterr);
}

enum eyelet_status acme_streams_streams_sum_end(struct acme_streams_streams_sum_stream *stream, struct eyelet_error *reterr)
{
    return eyelet_stream_end((struct eyelet_stream *)stream, reterr);
}

enum eyelet_got acme_streams_streams_sum_recv(struct acme_streams_streams_sum_stream *stream,
    Acme__Streams__Item **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_stream_recv((struct eyelet_stream *)stream, &message, reterr);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (Acme__Streams__Item *)message;
    return got;
}

void acme_streams_streams_sum_cancel(struct acme_streams_streams_sum_stream *stream)
{
    eyelet_stream_cancel((struct eyelet_stream *)stream);
}

struct eyelet_stream *acme_streams_streams_sum_base(struct acme_streams_streams_sum_stream *stream)
{
    return (struct eyelet_stream *)stream;
}

struct acme_streams_streams_sum_stream *acme_streams_streams_sum_close(struct acme_streams_streams_sum_stream *stream)
{
    return (struct acme_streams_streams_sum_stream *)eyelet_stream_close((struct eyelet_stream *)stream);
}

enum eyelet_status acme_streams_streams_chat_call_send(struct eyelet_call *call,
    const Acme__Streams__Item *message)
{
    return eyelet_call_send_message(call, (const ProtobufCMessage *)message);
}

enum eyelet_got acme_streams_streams_chat_call_recv(struct eyelet_call *call,
    const Acme__Streams__Item **ret)
{
    const ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_call_recv_message(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const Acme__Streams__Item *)message;
    return got;
}

enum eyelet_status acme_streams_streams_chat_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_streams_chat_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_client_open_stream(client, &acme_streams_streams_service, &methods_of_acme_streams_streams[0], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_streams_chat_stream *)stream;
    return status;
}

enum eyelet_status acme_streams_streams_chat_send(struct acme_streams_streams_chat_stream *stream,
    const Acme__Streams__Item *message, struct eyelet_error *reterr)
{
    return eyelet_stream_send((struct eyelet_stream *)stream, (const ProtobufCMessage *)message, reterr);
}

enum eyelet_status acme_streams_streams_chat_end(struct acme_streams_streams_chat_stream *stream, struct eyelet_error *reterr)
{
    return eyelet_stream_end((struct eyelet_stream *)stream, reterr);
}

enum eyelet_got acme_streams_streams_chat_recv(struct acme_streams_streams_chat_stream *stream,
    Acme__Streams__Item **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_stream_recv((struct eyelet_stream *)stream, &message, reterr);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (Acme__Streams__Item *)message;
    return got;
}

void acme_streams_streams_chat_cancel(struct acme_streams_streams_chat_stream *stream)
{
    eyelet_stream_cancel((struct eyelet_stream *)stream);
}

struct eyelet_stream *acme_streams_streams_chat_base(struct acme_streams_streams_chat_stream *stream)
{
    return (struct eyelet_stream *)stream;
}

struct acme_streams_streams_chat_stream *acme_streams_streams_chat_close(struct acme_streams_streams_chat_stream *stream)
{
    return (struct acme_streams_streams_chat_stream *)eyelet_stream_close((struct eyelet_stream *)stream);
}
