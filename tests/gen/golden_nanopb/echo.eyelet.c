/*
 * Written by protoc-gen-eyelet; do not edit. Made from echo.proto
 */
#include "echo.eyelet.h"

static enum eyelet_status check_demo_echo(struct eyelet_nano_call *call,
    const struct demo_echo_handlers *handlers, const pb_msgdesc_t *type, const void *request, void *userdata)
{
    return handlers->check_request ? handlers->check_request(call, type, request, userdata) : EYELET_OK;
}

static enum eyelet_status handle_demo_echo_say(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct demo_echo_handlers *typed = (const struct demo_echo_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->say)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "demo.Echo has no handler for Say");

    status = check_demo_echo(call, typed, &demo_SayRequest_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->say(call, (const demo_SayRequest *)request, (demo_SayReply *)reply, userdata);
}

static enum eyelet_status handle_demo_echo_count(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct demo_echo_handlers *typed = (const struct demo_echo_handlers *)handlers;
    enum eyelet_status status;

    (void)reply;
    if (!typed->count)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "demo.Echo has no handler for Count");

    status = check_demo_echo(call, typed, &demo_CountRequest_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->count(call, (const demo_CountRequest *)request, userdata);
}

static enum eyelet_status handle_demo_echo_sum(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct demo_echo_handlers *typed = (const struct demo_echo_handlers *)handlers;

    (void)request;
    if (!typed->sum)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "demo.Echo has no handler for Sum");
    return typed->sum(call, (demo_SumReply *)reply, userdata);
}

static enum eyelet_status handle_demo_echo_chat(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct demo_echo_handlers *typed = (const struct demo_echo_handlers *)handlers;

    (void)request;
    (void)reply;
    if (!typed->chat)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "demo.Echo has no handler for Chat");
    return typed->chat(call, userdata);
}

static const struct eyelet_nano_method methods_of_demo_echo[] = {
    { "Chat", &demo_SayRequest_msg, &demo_SayReply_msg,
        sizeof(demo_SayRequest), sizeof(demo_SayReply), demo_SayReply_size,
        EYELET_BIDI_STREAM, handle_demo_echo_chat },
    { "Count", &demo_CountRequest_msg, &demo_CountReply_msg,
        sizeof(demo_CountRequest), sizeof(demo_CountReply), demo_CountReply_size,
        EYELET_SERVER_STREAM, handle_demo_echo_count },
    { "Say", &demo_SayRequest_msg, &demo_SayReply_msg,
        sizeof(demo_SayRequest), sizeof(demo_SayReply), demo_SayReply_size,
        EYELET_UNARY, handle_demo_echo_say },
    { "Sum", &demo_SumRequest_msg, &demo_SumReply_msg,
        sizeof(demo_SumRequest), sizeof(demo_SumReply), demo_SumReply_size,
        EYELET_CLIENT_STREAM, handle_demo_echo_sum },
};

const struct eyelet_nano_service demo_echo_service = { "demo.Echo", methods_of_demo_echo, 4 };
const char nanopb_makes_demo_echo = 1;

enum eyelet_status demo_echo_add(struct eyelet_nano_server *server,
    const struct demo_echo_handlers *handlers, void *userdata, struct eyelet_error *reterr)
{
    return eyelet_nano_server_add_service(server, &demo_echo_service, handlers, userdata, reterr);
}

enum eyelet_status demo_echo_say(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const demo_SayRequest *request, demo_SayReply *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &demo_echo_service, &methods_of_demo_echo[2], opts,
        request, reply, reterr);
}

static void tell_demo_echo_say(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, demo_SayReply *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (demo_SayReply *)reply, error, userdata);
}

enum eyelet_status demo_echo_say_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const demo_SayRequest *request, demo_SayReply *reply,
    void (*done)(enum eyelet_status status, demo_SayReply *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &demo_echo_service, &methods_of_demo_echo[2], opts,
        (const void *)request, reply, tell_demo_echo_say, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status demo_echo_say_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

enum eyelet_status demo_echo_count_call_send(struct eyelet_nano_call *call,
    const demo_CountReply *message)
{
    return eyelet_nano_call_send(call, (const void *)message);
}

enum eyelet_status demo_echo_count_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const demo_CountRequest *request, struct demo_echo_count_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_nano_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_nano_client_open_stream(client, &demo_echo_service, &methods_of_demo_echo[1], opts,
        (const void *)request, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct demo_echo_count_stream *)stream;
    return status;
}

enum eyelet_got demo_echo_count_recv(struct demo_echo_count_stream *stream,
    demo_CountReply *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_recv((struct eyelet_nano_stream *)stream, reply, reterr);
}

void demo_echo_count_cancel(struct demo_echo_count_stream *stream)
{
    eyelet_nano_stream_cancel((struct eyelet_nano_stream *)stream);
}

struct eyelet_nano_stream *demo_echo_count_base(struct demo_echo_count_stream *stream)
{
    return (struct eyelet_nano_stream *)stream;
}

struct demo_echo_count_stream *demo_echo_count_close(struct demo_echo_count_stream *stream)
{
    return (struct demo_echo_count_stream *)eyelet_nano_stream_close((struct eyelet_nano_stream *)stream);
}

enum eyelet_got demo_echo_sum_call_recv(struct eyelet_nano_call *call,
    const demo_SumRequest **ret)
{
    const void *message = NULL;
    enum eyelet_got got;

    got = eyelet_nano_call_recv(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const demo_SumRequest *)message;
    return got;
}

enum eyelet_status demo_echo_sum_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct demo_echo_sum_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_nano_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_nano_client_open_stream(client, &demo_echo_service, &methods_of_demo_echo[3], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct demo_echo_sum_stream *)stream;
    return status;
}

enum eyelet_status demo_echo_sum_send(struct demo_echo_sum_stream *stream,
    const demo_SumRequest *message, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_send((struct eyelet_nano_stream *)stream, (const void *)message, reterr);
}

enum eyelet_status demo_echo_sum_end(struct demo_echo_sum_stream *stream, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_end((struct eyelet_nano_stream *)stream, reterr);
}

enum eyelet_got demo_echo_sum_recv(struct demo_echo_sum_stream *stream,
    demo_SumReply *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_recv((struct eyelet_nano_stream *)stream, reply, reterr);
}

void demo_echo_sum_cancel(struct demo_echo_sum_stream *stream)
{
    eyelet_nano_stream_cancel((struct eyelet_nano_stream *)stream);
}

struct eyelet_nano_stream *demo_echo_sum_base(struct demo_echo_sum_stream *stream)
{
    return (struct eyelet_nano_stream *)stream;
}

struct demo_echo_sum_stream *demo_echo_sum_close(struct demo_echo_sum_stream *stream)
{
    return (struct demo_echo_sum_stream *)eyelet_nano_stream_close((struct eyelet_nano_stream *)stream);
}

enum eyelet_status demo_echo_chat_call_send(struct eyelet_nano_call *call,
    const demo_SayReply *message)
{
    return eyelet_nano_call_send(call, (const void *)message);
}

enum eyelet_got demo_echo_chat_call_recv(struct eyelet_nano_call *call,
    const demo_SayRequest **ret)
{
    const void *message = NULL;
    enum eyelet_got got;

    got = eyelet_nano_call_recv(call, &message);
    if (got == EYELET_GOT_MESSAGE)
        *ret = (const demo_SayRequest *)message;
    return got;
}

enum eyelet_status demo_echo_chat_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct demo_echo_chat_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_nano_stream *stream = NULL;
    enum eyelet_status status;

    status = eyelet_nano_client_open_stream(client, &demo_echo_service, &methods_of_demo_echo[0], opts,
        NULL, &stream, reterr);
    if (status == EYELET_OK)
        *ret = (struct demo_echo_chat_stream *)stream;
    return status;
}

enum eyelet_status demo_echo_chat_send(struct demo_echo_chat_stream *stream,
    const demo_SayRequest *message, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_send((struct eyelet_nano_stream *)stream, (const void *)message, reterr);
}

enum eyelet_status demo_echo_chat_end(struct demo_echo_chat_stream *stream, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_end((struct eyelet_nano_stream *)stream, reterr);
}

enum eyelet_got demo_echo_chat_recv(struct demo_echo_chat_stream *stream,
    demo_SayReply *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_stream_recv((struct eyelet_nano_stream *)stream, reply, reterr);
}

void demo_echo_chat_cancel(struct demo_echo_chat_stream *stream)
{
    eyelet_nano_stream_cancel((struct eyelet_nano_stream *)stream);
}

struct eyelet_nano_stream *demo_echo_chat_base(struct demo_echo_chat_stream *stream)
{
    return (struct eyelet_nano_stream *)stream;
}

struct demo_echo_chat_stream *demo_echo_chat_close(struct demo_echo_chat_stream *stream)
{
    return (struct demo_echo_chat_stream *)eyelet_nano_stream_close((struct eyelet_nano_stream *)stream);
}
