/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/streams.proto
 */
#include "rich/streams.eyelet.h"

#include <eyelet/nano_check.h>

#ifdef Acme_streams_Item_FIELDLIST
EYELET_NANO_EVEN(Acme_streams_Item)
#endif

static enum eyelet_status check_acme_streams_hall(struct eyelet_nano_call *call,
    const struct acme_streams_hall_handlers *handlers, const pb_msgdesc_t *type, const void *request, void *userdata)
{
    return handlers->check_request ? handlers->check_request(call, type, request, userdata) : EYELET_OK;
}

static enum eyelet_status handle_acme_streams_hall_new_(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;
    enum eyelet_status status;

    (void)reply;
    if (!typed->new_)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for New");

    status = check_acme_streams_hall(call, typed, &google_protobuf_Empty_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->new_(call, (const google_protobuf_Empty *)request, userdata);
}

static enum eyelet_status handle_acme_streams_hall_delete_(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;

    (void)request;
    if (!typed->delete_)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for Delete");
    return typed->delete_(call, (google_protobuf_Empty *)reply, userdata);
}

static enum eyelet_status handle_acme_streams_hall_union_(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;

    (void)request;
    (void)reply;
    if (!typed->union_)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for Union");
    return typed->union_(call, userdata);
}

static enum eyelet_status handle_acme_streams_hall_get(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->get)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for Get");

    status = check_acme_streams_hall(call, typed, &Acme_streams_Item_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->get(call, (const Acme_streams_Item *)request, (Acme_streams_Item *)reply, userdata);
}

static enum eyelet_status handle_acme_streams_hall_get_stream(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;
    enum eyelet_status status;

    (void)reply;
    if (!typed->get_stream)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for GetStream");

    status = check_acme_streams_hall(call, typed, &Acme_streams_Item_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->get_stream(call, (const Acme_streams_Item *)request, userdata);
}

static enum eyelet_status handle_acme_streams_hall_open(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;

    (void)request;
    (void)reply;
    if (!typed->open)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for Open");
    return typed->open(call, userdata);
}

static enum eyelet_status handle_acme_streams_hall_stream__open(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->stream__open)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for Stream_Open");

    status = check_acme_streams_hall(call, typed, &Acme_streams_Item_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->stream__open(call, (const Acme_streams_Item *)request, (Acme_streams_Item *)reply, userdata);
}

static enum eyelet_status handle_acme_streams_hall_call_send(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;

    (void)request;
    if (!typed->call_send)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for CallSend");
    return typed->call_send(call, (Acme_streams_Item *)reply, userdata);
}

static enum eyelet_status handle_acme_streams_hall_start(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_streams_hall_handlers *typed = (const struct acme_streams_hall_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->start)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Hall has no handler for Start");

    status = check_acme_streams_hall(call, typed, &Acme_streams_Item_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->start(call, (const Acme_streams_Item *)request, (Acme_streams_Item *)reply, userdata);
}

static const struct eyelet_nano_method methods_of_acme_streams_hall[] = {
    { "CallSend", &Acme_streams_Item_msg, &Acme_streams_Item_msg,
        sizeof(Acme_streams_Item), sizeof(Acme_streams_Item), Acme_streams_Item_size,
        EYELET_CLIENT_STREAM, handle_acme_streams_hall_call_send },
    { "Delete", &acme_parts_Box_msg, &google_protobuf_Empty_msg,
        sizeof(acme_parts_Box), sizeof(google_protobuf_Empty), google_protobuf_Empty_size,
        EYELET_CLIENT_STREAM, handle_acme_streams_hall_delete_ },
    { "Get", &Acme_streams_Item_msg, &Acme_streams_Item_msg,
        sizeof(Acme_streams_Item), sizeof(Acme_streams_Item), Acme_streams_Item_size,
        EYELET_UNARY, handle_acme_streams_hall_get },
    { "GetStream", &Acme_streams_Item_msg, &Acme_streams_Item_msg,
        sizeof(Acme_streams_Item), sizeof(Acme_streams_Item), Acme_streams_Item_size,
        EYELET_SERVER_STREAM, handle_acme_streams_hall_get_stream },
    { "New", &google_protobuf_Empty_msg, &acme_parts_Box_Part_msg,
        sizeof(google_protobuf_Empty), sizeof(acme_parts_Box_Part), acme_parts_Box_Part_size,
        EYELET_SERVER_STREAM, handle_acme_streams_hall_new_ },
    { "Open", &Acme_streams_Item_msg, &Acme_streams_Item_msg,
        sizeof(Acme_streams_Item), sizeof(Acme_streams_Item), Acme_streams_Item_size,
        EYELET_BIDI_STREAM, handle_acme_streams_hall_open },
    { "Start", &Acme_streams_Item_msg, &Acme_streams_Item_msg,
        sizeof(Acme_streams_Item), sizeof(Acme_streams_Item), Acme_streams_Item_size,
        EYELET_UNARY, handle_acme_streams_hall_start },
    { "Stream_Open", &Acme_streams_Item_msg, &Acme_streams_Item_msg,
        sizeof(Acme_streams_Item), sizeof(Acme_streams_Item), Acme_streams_Item_size,
        EYELET_UNARY, handle_acme_streams_hall_stream__open },
    { "Union", &acme_parts_Box_Part_msg, &acme_parts_Box_msg,
        sizeof(acme_parts_Box_Part), sizeof(acme_parts_Box), acme_parts_Box_size,
        EYELET_BIDI_STREAM, handle_acme_streams_hall_union_ },
};

const struct eyelet_nano_service acme_streams_hall_service = { "Acme.streams.Hall", methods_of_acme_streams_hall, 9 };
const char nanopb_makes_acme_streams_hall = 1;

enum eyelet_status acme_streams_hall_add(struct eyelet_nano_server *server,
    const struct acme_streams_hall_handlers *handlers, void *userdata, struct eyelet_error *reterr)
{
    return eyelet_nano_server_add_service(server, &acme_streams_hall_service, handlers, userdata, reterr);
}

enum eyelet_status acme_streams_hall_new__call_send(struct eyelet_nano_call *call,
    const acme_parts_Box_Part *message)
{
    return eyelet_nano_call_send(call, (const void *)message);
}

enum eyelet_status acme_streams_hall_new__open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const google_protobuf_Empty *request, struct acme_streams_hall_new__stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_nano_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_nano_client_open_stream(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[4], opts,
        (const void *)request, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_hall_new__stream *)stream;
    return status;
}

enum eyelet_got acme_streams_hall_new__recv(struct acme_streams_hall_new__stream *stream,
    acme_parts_Box_Part *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_recv((struct eyelet_nano_stream *)stream, reply, reterr);
}

void acme_streams_hall_new__cancel(struct acme_streams_hall_new__stream *stream)
{
    eyelet_nano_stream_cancel((struct eyelet_nano_stream *)stream);
}

struct eyelet_nano_stream *acme_streams_hall_new__base(struct acme_streams_hall_new__stream *stream)
{
    return (struct eyelet_nano_stream *)stream;
}

struct acme_streams_hall_new__stream *acme_streams_hall_new__close(struct acme_streams_hall_new__stream *stream)
{
    return (struct acme_streams_hall_new__stream *)eyelet_nano_stream_close((struct eyelet_nano_stream *)stream);
}

enum eyelet_got acme_streams_hall_delete__call_recv(struct eyelet_nano_call *call,
    const acme_parts_Box **ret)
{
    const void *message = NULL;
    enum eyelet_got got;

    got = eyelet_nano_call_recv(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const acme_parts_Box *)message;
    return got;
}

enum eyelet_status acme_streams_hall_delete__open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_delete__stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_nano_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_nano_client_open_stream(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[1], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_hall_delete__stream *)stream;
    return status;
}

enum eyelet_status acme_streams_hall_delete__send(struct acme_streams_hall_delete__stream *stream,
    const acme_parts_Box *message, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_send((struct eyelet_nano_stream *)stream, (const void *)message, reterr);
}

enum eyelet_status acme_streams_hall_delete__end(struct acme_streams_hall_delete__stream *stream, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_end((struct eyelet_nano_stream *)stream, reterr);
}

enum eyelet_got acme_streams_hall_delete__recv(struct acme_streams_hall_delete__stream *stream,
    google_protobuf_Empty *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_recv((struct eyelet_nano_stream *)stream, reply, reterr);
}

void acme_streams_hall_delete__cancel(struct acme_streams_hall_delete__stream *stream)
{
    eyelet_nano_stream_cancel((struct eyelet_nano_stream *)stream);
}

struct eyelet_nano_stream *acme_streams_hall_delete__base(struct acme_streams_hall_delete__stream *stream)
{
    return (struct eyelet_nano_stream *)stream;
}

struct acme_streams_hall_delete__stream *acme_streams_hall_delete__close(struct acme_streams_hall_delete__stream *stream)
{
    return (struct acme_streams_hall_delete__stream *)eyelet_nano_stream_close((struct eyelet_nano_stream *)stream);
}

enum eyelet_status acme_streams_hall_union__call_send(struct eyelet_nano_call *call,
    const acme_parts_Box *message)
{
    return eyelet_nano_call_send(call, (const void *)message);
}

enum eyelet_got acme_streams_hall_union__call_recv(struct eyelet_nano_call *call,
    const acme_parts_Box_Part **ret)
{
    const void *message = NULL;
    enum eyelet_got got;

    got = eyelet_nano_call_recv(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const acme_parts_Box_Part *)message;
    return got;
}

enum eyelet_status acme_streams_hall_union__open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_union__stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_nano_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_nano_client_open_stream(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[8], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_hall_union__stream *)stream;
    return status;
}

enum eyelet_status acme_streams_hall_union__send(struct acme_streams_hall_union__stream *stream,
    const acme_parts_Box_Part *message, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_send((struct eyelet_nano_stream *)stream, (const void *)message, reterr);
}

enum eyelet_status acme_streams_hall_union__end(struct acme_streams_hall_union__stream *stream, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_end((struct eyelet_nano_stream *)stream, reterr);
}

enum eyelet_got acme_streams_hall_union__recv(struct acme_streams_hall_union__stream *stream,
    acme_parts_Box *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_recv((struct eyelet_nano_stream *)stream, reply, reterr);
}

void acme_streams_hall_union__cancel(struct acme_streams_hall_union__stream *stream)
{
    eyelet_nano_stream_cancel((struct eyelet_nano_stream *)stream);
}

struct eyelet_nano_stream *acme_streams_hall_union__base(struct acme_streams_hall_union__stream *stream)
{
    return (struct eyelet_nano_stream *)stream;
}

struct acme_streams_hall_union__stream *acme_streams_hall_union__close(struct acme_streams_hall_union__stream *stream)
{
    return (struct acme_streams_hall_union__stream *)eyelet_nano_stream_close((struct eyelet_nano_stream *)stream);
}

enum eyelet_status acme_streams_hall_get(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_streams_Item *request, Acme_streams_Item *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[2], opts,
        request, reply, reterr);
}

static void tell_acme_streams_hall_get(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme_streams_Item *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme_streams_Item *)reply, error, userdata);
}

enum eyelet_status acme_streams_hall_get_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_streams_Item *request, Acme_streams_Item *reply,
    void (*done)(enum eyelet_status status, Acme_streams_Item *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[2], opts,
        (const void *)request, reply, tell_acme_streams_hall_get, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_streams_hall_get_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

enum eyelet_status acme_streams_hall_get_stream_call_send(struct eyelet_nano_call *call,
    const Acme_streams_Item *message)
{
    return eyelet_nano_call_send(call, (const void *)message);
}

enum eyelet_status acme_streams_hall_get_stream_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_streams_Item *request, struct acme_streams_hall_get_stream_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_nano_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_nano_client_open_stream(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[3], opts,
        (const void *)request, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_hall_get_stream_stream *)stream;
    return status;
}

enum eyelet_got acme_streams_hall_get_stream_recv(struct acme_streams_hall_get_stream_stream *stream,
    Acme_streams_Item *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_recv((struct eyelet_nano_stream *)stream, reply, reterr);
}

void acme_streams_hall_get_stream_cancel(struct acme_streams_hall_get_stream_stream *stream)
{
    eyelet_nano_stream_cancel((struct eyelet_nano_stream *)stream);
}

struct eyelet_nano_stream *acme_streams_hall_get_stream_base(struct acme_streams_hall_get_stream_stream *stream)
{
    return (struct eyelet_nano_stream *)stream;
}

struct acme_streams_hall_get_stream_stream *acme_streams_hall_get_stream_close(struct acme_streams_hall_get_stream_stream *stream)
{
    return (struct acme_streams_hall_get_stream_stream *)eyelet_nano_stream_close((struct eyelet_nano_stream *)stream);
}

enum eyelet_status acme_streams_hall_open_call_send(struct eyelet_nano_call *call,
    const Acme_streams_Item *message)
{
    return eyelet_nano_call_send(call, (const void *)message);
}

enum eyelet_got acme_streams_hall_open_call_recv(struct eyelet_nano_call *call,
    const Acme_streams_Item **ret)
{
    const void *message = NULL;
    enum eyelet_got got;

    got = eyelet_nano_call_recv(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const Acme_streams_Item *)message;
    return got;
}

enum eyelet_status acme_streams_hall_open_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_open_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_nano_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_nano_client_open_stream(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[5], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_hall_open_stream *)stream;
    return status;
}

enum eyelet_status acme_streams_hall_open_send(struct acme_streams_hall_open_stream *stream,
    const Acme_streams_Item *message, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_send((struct eyelet_nano_stream *)stream, (const void *)message, reterr);
}

enum eyelet_status acme_streams_hall_open_end(struct acme_streams_hall_open_stream *stream, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_end((struct eyelet_nano_stream *)stream, reterr);
}

enum eyelet_got acme_streams_hall_open_recv(struct acme_streams_hall_open_stream *stream,
    Acme_streams_Item *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_recv((struct eyelet_nano_stream *)stream, reply, reterr);
}

void acme_streams_hall_open_cancel(struct acme_streams_hall_open_stream *stream)
{
    eyelet_nano_stream_cancel((struct eyelet_nano_stream *)stream);
}

struct eyelet_nano_stream *acme_streams_hall_open_base(struct acme_streams_hall_open_stream *stream)
{
    return (struct eyelet_nano_stream *)stream;
}

struct acme_streams_hall_open_stream *acme_streams_hall_open_close(struct acme_streams_hall_open_stream *stream)
{
    return (struct acme_streams_hall_open_stream *)eyelet_nano_stream_close((struct eyelet_nano_stream *)stream);
}

enum eyelet_status acme_streams_hall_stream__open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_streams_Item *request, Acme_streams_Item *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[7], opts,
        request, reply, reterr);
}

static void tell_acme_streams_hall_stream__open(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme_streams_Item *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme_streams_Item *)reply, error, userdata);
}

enum eyelet_status acme_streams_hall_stream__open_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_streams_Item *request, Acme_streams_Item *reply,
    void (*done)(enum eyelet_status status, Acme_streams_Item *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[7], opts,
        (const void *)request, reply, tell_acme_streams_hall_stream__open, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_streams_hall_stream__open_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

enum eyelet_got acme_streams_hall_call_send_call_recv(struct eyelet_nano_call *call,
    const Acme_streams_Item **ret)
{
    const void *message = NULL;
    enum eyelet_got got;

    got = eyelet_nano_call_recv(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const Acme_streams_Item *)message;
    return got;
}

enum eyelet_status acme_streams_hall_call_send_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_hall_call_send_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_nano_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_nano_client_open_stream(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[0], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_hall_call_send_stream *)stream;
    return status;
}

enum eyelet_status acme_streams_hall_call_send_send(struct acme_streams_hall_call_send_stream *stream,
    const Acme_streams_Item *message, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_send((struct eyelet_nano_stream *)stream, (const void *)message, reterr);
}

enum eyelet_status acme_streams_hall_call_send_end(struct acme_streams_hall_call_send_stream *stream, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_end((struct eyelet_nano_stream *)stream, reterr);
}

enum eyelet_got acme_streams_hall_call_send_recv(struct acme_streams_hall_call_send_stream *stream,
    Acme_streams_Item *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_recv((struct eyelet_nano_stream *)stream, reply, reterr);
}

void acme_streams_hall_call_send_cancel(struct acme_streams_hall_call_send_stream *stream)
{
    eyelet_nano_stream_cancel((struct eyelet_nano_stream *)stream);
}

struct eyelet_nano_stream *acme_streams_hall_call_send_base(struct acme_streams_hall_call_send_stream *stream)
{
    return (struct eyelet_nano_stream *)stream;
}

struct acme_streams_hall_call_send_stream *acme_streams_hall_call_send_close(struct acme_streams_hall_call_send_stream *stream)
{
    return (struct acme_streams_hall_call_send_stream *)eyelet_nano_stream_close((struct eyelet_nano_stream *)stream);
}

enum eyelet_status acme_streams_hall_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_streams_Item *request, Acme_streams_Item *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[6], opts,
        request, reply, reterr);
}

static void tell_acme_streams_hall_start(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Acme_streams_Item *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Acme_streams_Item *)reply, error, userdata);
}

enum eyelet_status acme_streams_hall_start_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Acme_streams_Item *request, Acme_streams_Item *reply,
    void (*done)(enum eyelet_status status, Acme_streams_Item *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &acme_streams_hall_service, &methods_of_acme_streams_hall[6], opts,
        (const void *)request, reply, tell_acme_streams_hall_start, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status acme_streams_hall_start_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

static enum eyelet_status handle_acme_streams_streams_sum(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_streams_streams_handlers *typed = (const struct acme_streams_streams_handlers *)handlers;

    (void)request;
    if (!typed->sum)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Streams has no handler for Sum");
    return typed->sum(call, (Acme_streams_Item *)reply, userdata);
}

static enum eyelet_status handle_acme_streams_streams_chat(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct acme_streams_streams_handlers *typed = (const struct acme_streams_streams_handlers *)handlers;

    (void)request;
    (void)reply;
    if (!typed->chat)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Acme.streams.Streams has no handler for Chat");
    return typed->chat(call, userdata);
}

static const struct eyelet_nano_method methods_of_acme_streams_streams[] = {
    { "Chat", &Acme_streams_Item_msg, &Acme_streams_Item_msg,
        sizeof(Acme_streams_Item), sizeof(Acme_streams_Item), Acme_streams_Item_size,
        EYELET_BIDI_STREAM, handle_acme_streams_streams_chat },
    { "Sum", &Acme_streams_Item_msg, &Acme_streams_Item_msg,
        sizeof(Acme_streams_Item), sizeof(Acme_streams_Item), Acme_streams_Item_size,
        EYELET_CLIENT_STREAM, handle_acme_streams_streams_sum },
};

const struct eyelet_nano_service acme_streams_streams_service = { "Acme.streams.Streams", methods_of_acme_streams_streams, 2 };
const char nanopb_makes_acme_streams_streams = 1;

enum eyelet_status acme_streams_streams_add(struct eyelet_nano_server *server,
    const struct acme_streams_streams_handlers *handlers, void *userdata, struct eyelet_error *reterr)
{
    return eyelet_nano_server_add_service(server, &acme_streams_streams_service, handlers, userdata, reterr);
}

enum eyelet_got acme_streams_streams_sum_call_recv(struct eyelet_nano_call *call,
    const Acme_streams_Item **ret)
{
    const void *message = NULL;
    enum eyelet_got got;

    got = eyelet_nano_call_recv(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const Acme_streams_Item *)message;
    return got;
}

enum eyelet_status acme_streams_streams_sum_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_streams_sum_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_nano_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_nano_client_open_stream(client, &acme_streams_streams_service, &methods_of_acme_streams_streams[1], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_streams_sum_stream *)stream;
    return status;
}

enum eyelet_status acme_streams_streams_sum_send(struct acme_streams_streams_sum_stream *stream,
    const Acme_streams_Item *message, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_send((struct eyelet_nano_stream *)stream, (const void *)message, reterr);
}

enum eyelet_status acme_streams_streams_sum_end(struct acme_streams_streams_sum_stream *stream, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_end((struct eyelet_nano_stream *)stream, reterr);
}

enum eyelet_got acme_streams_streams_sum_recv(struct acme_streams_streams_sum_stream *stream,
    Acme_streams_Item *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_recv((struct eyelet_nano_stream *)stream, reply, reterr);
}

void acme_streams_streams_sum_cancel(struct acme_streams_streams_sum_stream *stream)
{
    eyelet_nano_stream_cancel((struct eyelet_nano_stream *)stream);
}

struct eyelet_nano_stream *acme_streams_streams_sum_base(struct acme_streams_streams_sum_stream *stream)
{
    return (struct eyelet_nano_stream *)stream;
}

struct acme_streams_streams_sum_stream *acme_streams_streams_sum_close(struct acme_streams_streams_sum_stream *stream)
{
    return (struct acme_streams_streams_sum_stream *)eyelet_nano_stream_close((struct eyelet_nano_stream *)stream);
}

enum eyelet_status acme_streams_streams_chat_call_send(struct eyelet_nano_call *call,
    const Acme_streams_Item *message)
{
    return eyelet_nano_call_send(call, (const void *)message);
}

enum eyelet_got acme_streams_streams_chat_call_recv(struct eyelet_nano_call *call,
    const Acme_streams_Item **ret)
{
    const void *message = NULL;
    enum eyelet_got got;

    got = eyelet_nano_call_recv(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const Acme_streams_Item *)message;
    return got;
}

enum eyelet_status acme_streams_streams_chat_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct acme_streams_streams_chat_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_nano_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_nano_client_open_stream(client, &acme_streams_streams_service, &methods_of_acme_streams_streams[0], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct acme_streams_streams_chat_stream *)stream;
    return status;
}

enum eyelet_status acme_streams_streams_chat_send(struct acme_streams_streams_chat_stream *stream,
    const Acme_streams_Item *message, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_send((struct eyelet_nano_stream *)stream, (const void *)message, reterr);
}

enum eyelet_status acme_streams_streams_chat_end(struct acme_streams_streams_chat_stream *stream, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_end((struct eyelet_nano_stream *)stream, reterr);
}

enum eyelet_got acme_streams_streams_chat_recv(struct acme_streams_streams_chat_stream *stream,
    Acme_streams_Item *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_recv((struct eyelet_nano_stream *)stream, reply, reterr);
}

void acme_streams_streams_chat_cancel(struct acme_streams_streams_chat_stream *stream)
{
    eyelet_nano_stream_cancel((struct eyelet_nano_stream *)stream);
}

struct eyelet_nano_stream *acme_streams_streams_chat_base(struct acme_streams_streams_chat_stream *stream)
{
    return (struct eyelet_nano_stream *)stream;
}

struct acme_streams_streams_chat_stream *acme_streams_streams_chat_close(struct acme_streams_streams_chat_stream *stream)
{
    return (struct acme_streams_streams_chat_stream *)eyelet_nano_stream_close((struct eyelet_nano_stream *)stream);
}
