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

static const struct eyelet_method methods_of_demo_echo[] = {
    { "Say", &demo__say_request__descriptor, &demo__say_reply__descriptor, handle_demo_echo_say },
};

const struct eyelet_service demo_echo_service = { "demo.Echo", methods_of_demo_echo, 1 };

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

    status = eyelet_client_call(client, &demo_echo_service, &methods_of_demo_echo[0], opts,
        (const ProtobufCMessage *)request, &reply, reterr);
    if (status == EYELET_OK)
        *ret = (Demo__SayReply *)reply;
    return status;
}
