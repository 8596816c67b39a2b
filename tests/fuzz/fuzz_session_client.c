/*
 * The client's end of a connection, in one piece and in pieces: the same events come out, and every call ends exactly
 * once, whatever the bytes.
 *
 * Input: one byte of how long the pieces are, one byte of how many calls are alive at first (low four bits) and what is
 * done after an event (high four bits), then what the peer says.
 */
#include "fuzz/session_story.h"

#include "core/bytes.h"

#define CALLS_MAX 64

enum {
    STARTS_ANOTHER = 0x10, /* after an event a new call is started */
    GIVES_UP = 0x20,       /* after an event the oldest pending call is given up */
    OPENS_STREAMS = 0x40,  /* calls are of the four kinds in turn, beginning with unary */
};

struct call {
    uint32_t id;
    enum eyelet_kind kind;
    bool has_ended;
};

struct client {
    struct eyelet_session session;
    struct eyelet_slot slots[STORY_SLOTS];
    struct call calls[CALLS_MAX];
    unsigned n_calls;
    unsigned n_pending;
    uint8_t does;
    uint64_t story;
};

static void start(struct client *client)
{
    struct eyelet_outgoing_request request = { .service = eyelet_slice_of("demo.Echo"),
                                               .method = eyelet_slice_of("Say"),
                                               .timeout_ns = 1 };
    struct call *call = &client->calls[client->n_calls];
    uint8_t *room;
    size_t len;

    if (client->n_calls == CALLS_MAX || client->n_pending == STORY_SLOTS)
        return;
    if ((client->does & OPENS_STREAMS) != 0)
        call->kind = (enum eyelet_kind)(client->n_calls % 4);
    if ((call->kind & EYELET_CLIENT_STREAM) == 0)
        request.payload_len = client->n_calls * 40; /* its length takes one byte or two */
    FUZZ_CHECK(eyelet_session_measure_request(&client->session, &request, &len) == 0);
    room = malloc(len);
    FUZZ_CHECK(room != NULL);
    call->id = eyelet_session_start_request(&client->session, &request, call->kind, call, room, len);
    FUZZ_CHECK(call->id == 2 * client->n_calls + 1);
    FUZZ_CHECK(eyelet_get_be32(room) == len - EYELET_FRAME_HEADER_LEN + request.payload_len);
    free(room);
    client->n_calls++;
    client->n_pending++;
}

static void end(struct client *client, struct call *call)
{
    FUZZ_CHECK(call >= client->calls && call < client->calls + client->n_calls);
    FUZZ_CHECK(!call->has_ended);
    FUZZ_CHECK(!eyelet_session_finish(&client->session, call->id));
    call->has_ended = true;
    client->n_pending--;
    story_number(&client->story, call->id);
}

static void give_up_oldest(struct client *client)
{
    for (unsigned i = 0; i < client->n_calls; i++) {
        if (client->calls[i].has_ended)
            continue;
        FUZZ_CHECK(eyelet_session_finish(&client->session, client->calls[i].id));
        end(client, &client->calls[i]);
        return;
    }
}

static void tell_reply(struct client *client, const struct eyelet_session_event *event, struct eyelet_slice taken)
{
    struct eyelet_slice status = event->response.status, any;
    struct eyelet_error error;

    end(client, event->owner);
    story_number(&client->story, (uint64_t)event->response.code);
    story_part(&client->story, event->response.message, taken);
    story_part(&client->story, event->response.payload, taken);
    while (eyelet_status_next_detail(&status, &any))
        story_part(&client->story, any, taken);
    if (eyelet_response_status(&event->response, &error) != EYELET_OK) {
        FUZZ_CHECK(error.is_remote && error.status <= EYELET_STATUS_MAX);
        story_number(&client->story, error.status);
        story_tell(&client->story, error.text, strlen(error.text));
    }
}

static void tell_data(struct client *client, const struct eyelet_session_event *event, struct eyelet_slice taken)
{
    struct call *call = event->owner;

    FUZZ_CHECK(call >= client->calls && call < client->calls + client->n_calls);
    FUZZ_CHECK(!call->has_ended && call->id == event->id && (call->kind & EYELET_SERVER_STREAM) != 0);
    FUZZ_CHECK(event->has_message || (event->is_end && event->message.len == 0));
    story_number(&client->story, call->id);
    story_number(&client->story, event->has_message);
    story_part(&client->story, event->message, taken);
    if (event->is_end)
        end(client, call);
}

static bool tell(struct client *client, const struct eyelet_session_event *event, struct eyelet_slice taken)
{
    story_number(&client->story, event->kind);
    switch (event->kind) {
    case EYELET_SESSION_REPLY:
        tell_reply(client, event, taken);
        break;
    case EYELET_SESSION_DATA:
        tell_data(client, event, taken);
        break;
    case EYELET_SESSION_FAILED:
        end(client, event->owner);
        story_error(&client->story, &event->error);
        break;
    case EYELET_SESSION_BROKEN:
        story_error(&client->story, &event->error);
        return false;
    case EYELET_SESSION_MORE:
    case EYELET_SESSION_CALL:
    case EYELET_SESSION_REFUSE:
        FUZZ_CHECK(false);
    }
    if ((client->does & STARTS_ANOTHER) != 0)
        start(client);
    if ((client->does & GIVES_UP) != 0)
        give_up_oldest(client);
    return true;
}

/* Feeds until bytes are missing or the end; returns false then. @taken is moved on. */
static bool feed(struct client *client, struct eyelet_slice bytes, size_t *taken)
{
    struct eyelet_slice in = eyelet_slice_part(bytes, *taken, bytes.len - *taken);
    struct eyelet_session_event event;

    for (;;) {
        struct eyelet_slice was = in;

        eyelet_session_feed(&client->session, &in, STORY_START_NS, &event);
        FUZZ_CHECK(in.len <= was.len && in.data + in.len == was.data + was.len);
        was.len -= in.len;
        *taken += was.len;
        story_check(&client->session);
        if (event.kind == EYELET_SESSION_MORE) {
            story_check_deadline(&client->session, in.len);
            return true;
        }
        if (!tell(client, &event, was))
            return false;
        FUZZ_CHECK(client->session.n_live == client->n_pending);
    }
}

/* What is pending at the end can be given up, once, and then nothing is alive. */
static void give_up_all(struct client *client)
{
    while (client->n_pending > 0)
        give_up_oldest(client);
    FUZZ_CHECK(client->session.n_live == 0);
    story_check(&client->session);
}

/* @gives_up_between: a call is given up after each piece, too, and one refuses its data where it can. */
static uint64_t tell_in_pieces(uint8_t does, struct eyelet_slice stream, size_t piece_len, bool gives_up_between)
{
    struct client client = { .does = does, .story = STORY_START };
    struct eyelet_session_event event;
    size_t seen = 0, taken = 0;
    bool goes_on = true;

    eyelet_session_init(&client.session, EYELET_SESSION_CLIENT, &story_limits, client.slots, STORY_SLOTS);
    for (unsigned i = 0; i < (does & 0x0f); i++)
        start(&client);
    while (goes_on && seen < stream.len) {
        seen += piece_len < stream.len - seen ? piece_len : stream.len - seen;
        goes_on = feed(&client, eyelet_slice_part(stream, 0, seen), &taken);
        if (!gives_up_between || !goes_on)
            continue;
        if (client.session.decoder.state == EYELET_FRAME_STATE_DATA && (seen & 1) != 0) {
            eyelet_session_refuse_data(&client.session, &event);
            FUZZ_CHECK(event.kind == EYELET_SESSION_FAILED);
            tell(&client, &event, (struct eyelet_slice){ 0 });
        } else {
            give_up_oldest(&client);
        }
        FUZZ_CHECK(client.session.n_live == client.n_pending);
        story_check(&client.session);
    }
    story_number(&client.story, goes_on);
    story_number(&client.story, taken);
    story_counters(&client.story, &client.session);
    give_up_all(&client);
    return client.story;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct eyelet_slice stream = { data, len };
    struct eyelet_slice head;
    uint64_t whole;

    if (len < 2)
        return 0;
    head = eyelet_slice_take(&stream, 2);
    whole = tell_in_pieces(head.data[1], stream, SIZE_MAX, false);
    FUZZ_CHECK(tell_in_pieces(head.data[1], stream, (size_t)head.data[0] + 1, false) == whole);
    FUZZ_CHECK(tell_in_pieces(head.data[1], stream, 1 + len / 2, false) == whole);
    tell_in_pieces(head.data[1], stream, (size_t)head.data[0] + 1, true);
    return 0;
}
