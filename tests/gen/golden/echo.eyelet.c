/*
 * Written by protoc-gen-eyelet; do not edit. Made from echo.proto
 */
#include "echo.eyelet.h"

static enum eyelet_status check_demo_echo(struct eyelet_call *call,
    const struct demo_echo_handlers *handlers, const ProtobufCMessage *request, void *userdata)
{
    return handlers->check_request ? handlers->check_request(call, request, userdata) : EYELET_OK;
}

static enum eyelet_status handle_demo_echo_say(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct demo_echo_handlers *typed = (const struct demo_echo_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->say)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "demo.Echo has no handler for Say");

    status = check_demo_echo(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->say(call, (const Demo__SayRequest *)request, (Demo__SayReply *)reply, userdata);
}

static enum eyelet_status handle_demo_echo_count(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct demo_echo_handlers *typed = (const struct demo_echo_handlers *)handlers;
    enum eyelet_status status;

    (void)reply;
    if (!typed->count)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "demo.Echo has no handler for Count");

    status = check_demo_echo(call, typed, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->count(call, (const Demo__CountRequest *)request, userdata);
}

static enum eyelet_status handle_demo_echo_sum(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct demo_echo_handlers *typed = (const struct demo_echo_handlers *)handlers;

    (void)request;
    if (!typed->sum)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "demo.Echo has no handler for Sum");
    return typed->sum(call, (Demo__SumReply *)reply, userdata);
}

static enum eyelet_status handle_demo_echo_chat(struct eyelet_call *call, const void *handlers,
    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)
{
    const struct demo_echo_handlers *typed = (const struct demo_echo_handlers *)handlers;

    (void)request;
    (void)reply;
    if (!typed->chat)
        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, "demo.Echo has no handler for Chat");
    return typed->chat(call, userdata);
}

static const struct eyelet_method methods_of_demo_echo[] = {
    { "Chat", &demo__say_request__descriptor, &demo__say_reply__descriptor,
        EYELET_BIDI_STREAM, handle_demo_echo_chat },
    { "Count", &demo__count_request__descriptor, &demo__count_reply__descriptor,
        EYELET_SERVER_STREAM, handle_demo_echo_count },
    { "Say", &demo__say_request__descriptor, &demo__say_reply__descriptor,
        EYELET_UNARY, handle_demo_echo_say },
    { "Sum", &demo__sum_request__descriptor, &demo__sum_reply__descriptor,
        EYELET_CLIENT_STREAM, handle_demo_echo_sum },
};

const struct eyelet_service demo_echo_service = { "demo.Echo", methods_of_demo_echo, 4 };
const char protobuf_c_makes_demo_echo = 1;

enum eyelet_status demo_echo_add(struct eyelet_server *server,
    const struct demo_echo_handlers *handlers, void *userdata)
{
    return eyelet_server_add_service(server, &demo_echo_service, handlers, userdata);
}

enum eyelet_status demo_echo_say(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Demo__SayRequest *request, Demo__SayReply **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_call(client, &demo_echo_service, &methods_of_demo_echo[2], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Demo__SayReply *)reply;
    return status;
}

static void tell_demo_echo_say(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Demo__SayReply *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Demo__SayReply *)reply, error, userdata);
}

enum eyelet_status demo_echo_say_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Demo__SayRequest *request,
    void (*done)(enum eyelet_status status, Demo__SayReply *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_client_start(client, &demo_echo_service, &methods_of_demo_echo[2], opts,
        (const ProtobufCMessage *)request, tell_demo_echo_say, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status demo_echo_say_collect(struct eyelet_pending *pending, Demo__SayReply **ret,
    struct eyelet_error *reterr)
{
    ProtobufCMessage *reply = NULL;
    enum eyelet_status status;

    status = eyelet_client_collect(pending, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Demo__SayReply *)reply;
    return status;
}

enum eyelet_status demo_echo_count_call_send(struct eyelet_call *call,
    const Demo__CountReply *message)
{
    return eyelet_call_send_message(call, (const ProtobufCMessage *)message);
}

enum eyelet_status demo_echo_count_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Demo__CountRequest *request, struct demo_echo_count_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_client_open_stream(client, &demo_echo_service, &methods_of_demo_echo[1], opts,
        (const ProtobufCMessage *)request, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct demo_echo_count_stream *)stream;
    return status;
}

enum eyelet_got demo_echo_count_recv(struct demo_echo_count_stream *stream,
    Demo__CountReply **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_stream_recv((struct eyelet_stream *)stream, &message, reterr);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (Demo__CountReply *)message;
    return got;
}

void demo_echo_count_cancel(struct demo_echo_count_stream *stream)
{
    eyelet_stream_cancel((struct eyelet_stream *)stream);
}

struct eyelet_stream *demo_echo_count_base(struct demo_echo_count_stream *stream)
{
    return (struct eyelet_stream *)stream;
}

struct demo_echo_count_stream *demo_echo_count_close(struct demo_echo_count_stream *stream)
{
    return (struct demo_echo_count_stream *)eyelet_stream_close((struct eyelet_stream *)stream);
}

enum eyelet_got demo_echo_sum_call_recv(struct eyelet_call *call,
    const Demo__SumRequest **ret)
{
    const ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_call_recv_message(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const Demo__SumRequest *)message;
    return got;
}

enum eyelet_status demo_echo_sum_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct demo_echo_sum_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_client_open_stream(client, &demo_echo_service, &methods_of_demo_echo[3], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct demo_echo_sum_stream *)stream;
    return status;
}

enum eyelet_status demo_echo_sum_send(struct demo_echo_sum_stream *stream,
    const Demo__SumRequest *message, struct eyelet_error *reterr)
{
    return eyelet_stream_send((struct eyelet_stream *)stream, (const ProtobufCMessage *)message, reterr);
}

enum eyelet_status demo_echo_sum_end(struct demo_echo_sum_stream *stream, struct eyelet_error *reterr)
{
    return eyelet_stream_end((struct eyelet_stream *)stream, reterr);
}

enum eyelet_got demo_echo_sum_recv(struct demo_echo_sum_stream *stream,
    Demo__SumReply **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_stream_recv((struct eyelet_stream *)stream, &message, reterr);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (Demo__SumReply *)message;
    return got;
}

void demo_echo_sum_cancel(struct demo_echo_sum_stream *stream)
{
    eyelet_stream_cancel((struct eyelet_stream *)stream);
}

struct eyelet_stream *demo_echo_sum_base(struct demo_echo_sum_stream *stream)
{
    return (struct eyelet_stream *)stream;
}

struct demo_echo_sum_stream *demo_echo_sum_close(struct demo_echo_sum_stream *stream)
{
    return (struct demo_echo_sum_stream *)eyelet_stream_close((struct eyelet_stream *)stream);
}

enum eyelet_status demo_echo_chat_call_send(struct eyelet_call *call,
    const Demo__SayReply *message)
{
    return eyelet_call_send_message(call, (const ProtobufCMessage *)message);
}

enum eyelet_got demo_echo_chat_call_recv(struct eyelet_call *call,
    const Demo__SayRequest **ret)
{
    const ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_call_recv_message(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const Demo__SayRequest *)message;
    return got;
}

enum eyelet_status demo_echo_chat_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct demo_echo_chat_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_client_open_stream(client, &demo_echo_service, &methods_of_demo_echo[0], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct demo_echo_chat_stream *)stream;
    return status;
}

enum eyelet_status demo_echo_chat_send(struct demo_echo_chat_stream *stream,
    const Demo__SayRequest *message, struct eyelet_error *reterr)
{
    return eyelet_stream_send((struct eyelet_stream *)stream, (const ProtobufCMessage *)message, reterr);
}

enum eyelet_status demo_echo_chat_end(struct demo_echo_chat_stream *stream, struct eyelet_error *reterr)
{
    return eyelet_stream_end((struct eyelet_stream *)stream, reterr);
}

enum eyelet_got demo_echo_chat_recv(struct demo_echo_chat_stream *stream,
    Demo__SayReply **ret, struct eyelet_error *reterr)
{
    ProtobufCMessage *message = NULL;
    enum eyelet_got got;

    got = eyelet_stream_recv((struct eyelet_stream *)stream, &message, reterr);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (Demo__SayReply *)message;
    return got;
}

void demo_echo_chat_cancel(struct demo_echo_chat_stream *stream)
{
    eyelet_stream_cancel((struct eyelet_stream *)stream);
}

struct eyelet_stream *demo_echo_chat_base(struct demo_echo_chat_stream *stream)
{
    return (struct eyelet_stream *)stream;
}

struct demo_echo_chat_stream *demo_echo_chat_close(struct demo_echo_chat_stream *stream)
{
    return (struct demo_echo_chat_stream *)eyelet_stream_close((struct eyelet_stream *)stream);
}
