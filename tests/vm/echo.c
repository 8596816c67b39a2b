/*
 * The handler and the call.
 */
#include "vm/echo.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <eyelet/eyelet.h>

#include "echo.eyelet.h"

static enum eyelet_status hold(struct echo *echo)
{
    const int fd = echo->witness_fd;

    if (fd >= 0 && eyelet_vsock_send(fd, "h", 1, 1) < 0)
        return EYELET_INTERNAL;
    for (;;)
        pause();
}

static enum eyelet_status say_who(struct eyelet_call *call, Demo__SayReply *reply)
{
    char text[EYELET_ADDRESS_TEXT_MAX];

    if (eyelet_peer_format(eyelet_call_peer(call), text, sizeof(text)) < 0)
        return EYELET_INTERNAL;
    reply->text = eyelet_call_printf(call, "%s", text);
    return reply->text ? EYELET_OK : EYELET_RESOURCE_EXHAUSTED;
}

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    if (strcmp(request->text, ECHO_HOLD) == 0)
        return hold(userdata);
    if (strcmp(request->text, ECHO_WHO) == 0)
        return say_who(call, reply);

    reply->text = request->text; /* borrowed: both live until the reply is sent */
    return EYELET_OK;
}

enum eyelet_status echo_add(struct eyelet_server *server, struct echo *echo)
{
    static const struct demo_echo_handlers handlers = { .say = say };

    return demo_echo_add(server, &handlers, echo);
}

enum eyelet_status echo_ask(struct eyelet_client *client, const char *text, uint32_t timeout_ms, char **ret,
                            struct eyelet_error *reterr)
{
    const struct eyelet_call_opts opts = { .timeout_ms = timeout_ms };
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;
    enum eyelet_status status;

    request.text = (char *)text; /* only read */
    status = demo_echo_say(client, &opts, &request, &reply, reterr);
    if (status != EYELET_OK)
        return status;

    *ret = strdup(reply->text);
    demo__say_reply__free_unpacked(reply, NULL);
    return *ret ? EYELET_OK : EYELET_RESOURCE_EXHAUSTED;
}
