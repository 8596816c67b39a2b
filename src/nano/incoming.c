/*
 * What becomes of what a client has read: replies go to where their callers want them, messages into their streams'
 * queues. The session has judged the frames; nothing is read or written here.
 */
#include "io/socket.h"
#include "nano/client.h"
#include "nano/message.h"

/* A reply that is OK goes where its caller wants it. */
static void take_unary_reply(struct eyelet_nano_client *client, struct eyelet_nano_pending *pending)
{
    struct eyelet_error *why = &client->event.error;
    enum eyelet_status status;

    status = eyelet_message_decode(pending->method->reply_type, client->event.response.payload, pending->reply,
                                   pending->method->reply_size, why);
    if (status == EYELET_OK) {
        eyelet_nano_pending_succeed(pending);
        return;
    }
    eyelet_nano_pending_describe(pending, status, why->text);
    pending->error.may_have_executed = true;
    eyelet_nano_pending_finish(pending);
}

/* On a stream of replies it has none (WIRE, "Streams"), but one that has is believed. Return: false without room. */
static bool take_streams_reply(struct eyelet_nano_pending *pending, struct eyelet_slice payload)
{
    bool is_expected = (pending->method->kind & EYELET_SERVER_STREAM) == 0;

    if ((is_expected || payload.len > 0) && !eyelet_queue_push(&eyelet_nano_stream_of(pending)->queue, payload))
        return false;
    pending->is_open = false; /* WIRE: "client stops sending" */
    eyelet_nano_pending_succeed(pending);
    return true;
}

static bool take_reply(struct eyelet_nano_client *client, struct eyelet_nano_pending *pending)
{
    const struct eyelet_response *response = &client->event.response;

    client->connect_pause_ns = 0;
    if (eyelet_response_status(response, &pending->error) != EYELET_OK) {
        pending->is_open = false;
        eyelet_nano_pending_finish(pending);
        return true;
    }
    if (pending->is_stream)
        return take_streams_reply(pending, response->payload);
    take_unary_reply(client, pending);
    return true;
}

static bool take_message(struct eyelet_nano_client *client, struct eyelet_nano_pending *pending)
{
    const struct eyelet_session_event *event = &client->event;

    client->connect_pause_ns = 0;
    if (event->has_message && !eyelet_queue_push(&eyelet_nano_stream_of(pending)->queue, event->message))
        return false;
    if (!event->is_end)
        return true;
    pending->is_open = false;
    eyelet_nano_pending_succeed(pending);
    return true;
}

/* What the server made of it is no use here; it may not have ended the call. */
static void take_failure(struct eyelet_nano_client *client, struct eyelet_nano_pending *pending)
{
    eyelet_nano_pending_describe(pending, client->event.error.status, client->event.error.text);
    pending->error.may_have_executed = true; /* something was answered, and what has not left yet still will */
    eyelet_nano_pending_finish(pending);
    eyelet_nano_pending_end_sending(pending);
}

/* Return: false when its stream has no room for it: it must come again. */
static bool take_event(struct eyelet_nano_client *client)
{
    const struct eyelet_session_event *event = &client->event;

    switch (event->kind) {
    case EYELET_SESSION_REPLY:
        return take_reply(client, event->owner);
    case EYELET_SESSION_DATA:
        return take_message(client, event->owner);
    case EYELET_SESSION_FAILED:
        take_failure(client, event->owner);
        break;
    case EYELET_SESSION_BROKEN:
        client->lost = event->error;
        eyelet_nano_client_break(client);
        break;
    case EYELET_SESSION_MORE:
    case EYELET_SESSION_CALL: /* a server's */
    case EYELET_SESSION_REFUSE:
        break;
    }
    return true;
}

void eyelet_nano_client_hand_out(struct eyelet_nano_client *client)
{
    uint64_t now_ns = eyelet_now_ns();

    if (client->full != NULL && !take_event(client))
        return;
    client->full = NULL;
    client->is_cut = false;
    while (!client->is_lost && eyelet_line_next(&client->line, now_ns, &client->event) != EYELET_SESSION_MORE) {
        if (take_event(client))
            continue;
        client->full = eyelet_nano_stream_of(client->event.owner);
        client->full_ns = now_ns;
        client->is_cut = true;
        break;
    }
}
