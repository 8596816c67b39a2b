/*
 * The server's end of a connection, in one piece and in pieces: the same events come out, whatever the bytes.
 *
 * Input: one byte of how long the pieces are, one byte of which calls are finished at once, then what the peer says.
 */
#include "fuzz/session_story.h"

#include "core/bytes.h"

/* A live call, the owner of its slot; id 0 is a free one. */
struct call {
    uint32_t id;
    bool may_send;
};

struct server {
    struct eyelet_session session;
    struct eyelet_slot slots[STORY_SLOTS];
    struct call calls[STORY_SLOTS];
    uint8_t finishes; /* bit n: calls whose id has n in bits 1 to 3 are answered at once, streams at their first data */
    uint32_t highest_id;
    uint64_t story;
};

/* The answer to @id is written into a block of exactly its size. */
static void answer(struct server *server, const struct eyelet_session_event *event)
{
    size_t payload_len = event->request.payload.len, len;
    uint8_t *room;

    if (eyelet_session_measure_reply(&server->session, payload_len, &len) < 0)
        return;
    room = malloc(len);
    FUZZ_CHECK(room != NULL);
    eyelet_session_put_reply(event->id, payload_len, room, len);
    FUZZ_CHECK(eyelet_get_be32(room) == len - EYELET_FRAME_HEADER_LEN + payload_len);
    FUZZ_CHECK(eyelet_get_be32(room + 4) == event->id);
    free(room);
}

static void refuse(uint32_t id, const struct eyelet_error *error)
{
    size_t len = eyelet_session_measure_failure(error);
    uint8_t *room = malloc(len);

    FUZZ_CHECK(room != NULL && len - EYELET_FRAME_HEADER_LEN <= EYELET_SESSION_FRAME_MAX_MIN);
    eyelet_session_put_failure(id, error, room, len);
    FUZZ_CHECK(eyelet_get_be32(room) == len - EYELET_FRAME_HEADER_LEN);
    free(room);
}

/* A message and the end of this side, each in a block of exactly its size. */
static void answer_stream(const struct server *server, const struct eyelet_session_event *event)
{
    uint8_t *room = malloc(EYELET_FRAME_HEADER_LEN);

    FUZZ_CHECK(room != NULL);
    FUZZ_CHECK(eyelet_session_measure_data(&server->session, event->message.len) == 0);
    eyelet_session_put_data(event->id, event->message.len, room);
    FUZZ_CHECK(eyelet_get_be32(room) == event->message.len && eyelet_get_be32(room + 4) == event->id);
    eyelet_session_put_end(event->id, room);
    FUZZ_CHECK(eyelet_get_be32(room) == 0 && eyelet_get_be32(room + 4) == event->id && room[9] == 5);
    free(room);
}

static enum eyelet_kind kind_of(struct eyelet_slice method)
{
    if (eyelet_slice_equals(method, "Count"))
        return EYELET_SERVER_STREAM;
    if (eyelet_slice_equals(method, "Sum"))
        return EYELET_CLIENT_STREAM;
    return eyelet_slice_equals(method, "Chat") ? EYELET_BIDI_STREAM : EYELET_UNARY;
}

static struct call *free_call(struct server *server)
{
    struct call *call = server->calls;

    while (call->id != 0)
        call++;
    FUZZ_CHECK(call < server->calls + STORY_SLOTS);
    return call;
}

static bool is_finished_early(const struct server *server, uint32_t id)
{
    return (server->finishes >> (id >> 1 & 7) & 1) != 0;
}

static void finish(struct server *server, struct call *call)
{
    FUZZ_CHECK(eyelet_session_finish(&server->session, call->id));
    FUZZ_CHECK(!eyelet_session_finish(&server->session, call->id));
    call->id = 0;
}

/* A call is refused here when it opens a stream that its method does not take. Return: NULL then. */
static struct call *accept(struct server *server, const struct eyelet_session_event *event)
{
    enum eyelet_kind kind = kind_of(event->request.method);
    bool wants_open = (event->flags & EYELET_FRAME_FLAG_REMOTE_OPEN) != 0;
    struct call *call = free_call(server);
    struct eyelet_error error;

    if (eyelet_session_accept(&server->session, event, kind, call, &error) == EYELET_OK) {
        *call = (struct call){ event->id, wants_open };
        FUZZ_CHECK(!wants_open || (kind & EYELET_CLIENT_STREAM) != 0);
        return call;
    }
    FUZZ_CHECK(wants_open && (kind & EYELET_CLIENT_STREAM) == 0);
    story_error(&server->story, &error);
    FUZZ_CHECK(eyelet_session_finish(&server->session, event->id));
    refuse(event->id, &error);
    return NULL;
}

static void tell_call(struct server *server, const struct eyelet_session_event *event, struct eyelet_slice taken)
{
    struct eyelet_slice metadata = event->request.metadata, key, value;
    struct call *call;
    unsigned n_pairs = 0;

    FUZZ_CHECK(event->id % 2 == 1 && event->id > server->highest_id); /* never one that was refused or alive before */
    FUZZ_CHECK(story_is_live(&server->session, event->id));
    FUZZ_CHECK(event->deadline_ns > STORY_START_NS);
    FUZZ_CHECK(event->deadline_ns <= STORY_START_NS + story_limits.call_timeout_max_ns);
    FUZZ_CHECK(event->request.service.len > 0 && event->request.method.len > 0);
    server->highest_id = event->id;

    story_number(&server->story, event->flags);
    story_number(&server->story, event->has_message);
    story_number(&server->story, event->deadline_ns);
    story_part(&server->story, event->request.service, taken);
    story_part(&server->story, event->request.method, taken);
    story_part(&server->story, event->request.payload, taken);
    while (eyelet_request_next_metadata(&metadata, &key, &value)) {
        story_part(&server->story, key, taken);
        story_part(&server->story, value, taken);
        n_pairs++;
    }
    FUZZ_CHECK(n_pairs <= EYELET_METADATA_PAIRS_MAX);

    call = accept(server, event);
    if (call == NULL || call->may_send || !is_finished_early(server, event->id))
        return;
    finish(server, call);
    answer(server, event);
}

static void tell_data(struct server *server, const struct eyelet_session_event *event, struct eyelet_slice taken)
{
    struct call *call = event->owner;

    FUZZ_CHECK(call >= server->calls && call < server->calls + STORY_SLOTS && call->id == event->id);
    FUZZ_CHECK(call->may_send && (event->has_message || event->is_end));
    FUZZ_CHECK(event->has_message || event->message.len == 0);
    call->may_send = !event->is_end;
    story_number(&server->story, event->has_message);
    story_number(&server->story, event->is_end);
    story_part(&server->story, event->message, taken);
    answer_stream(server, event);
    if (is_finished_early(server, event->id))
        finish(server, call);
}

static void tell_refusal(struct server *server, const struct eyelet_session_event *event, bool was_live)
{
    const struct eyelet_frame_head *head = &server->session.decoder.head;
    bool is_live = story_is_live(&server->session, event->id) && event->id != 0;

    FUZZ_CHECK(event->id == head->stream_id);
    story_number(&server->story, event->owner != NULL);
    if (event->owner != NULL) {
        struct call *call = event->owner;

        FUZZ_CHECK(was_live && head->type == EYELET_FRAME_TYPE_DATA && call->id == event->id);
        call->id = 0;
    }
    if (head->type == EYELET_FRAME_TYPE_REQUEST)
        FUZZ_CHECK(is_live == was_live); /* HOSTILE H045: an id used again does not touch its call */
    else
        FUZZ_CHECK(head->type == EYELET_FRAME_TYPE_DATA && !is_live);
    if (head->type == EYELET_FRAME_TYPE_REQUEST && event->id % 2 == 1 && event->id > server->highest_id)
        server->highest_id = event->id;
    story_error(&server->story, &event->error);
    refuse(event->id, &event->error);
}

/* Feeds until bytes are missing or the end; returns false then. @taken is moved on. */
static bool feed(struct server *server, struct eyelet_slice bytes, size_t *taken)
{
    struct eyelet_slice in = eyelet_slice_part(bytes, *taken, bytes.len - *taken);
    struct eyelet_slot before[STORY_SLOTS];
    struct eyelet_session_event event;

    for (;;) {
        struct eyelet_slice was = in;
        bool was_live = false;

        memcpy(before, server->slots, sizeof(before));
        eyelet_session_feed(&server->session, &in, STORY_START_NS, &event);
        FUZZ_CHECK(in.len <= was.len && in.data + in.len == was.data + was.len);
        was.len -= in.len;
        *taken += was.len;
        story_check(&server->session);
        if (event.kind == EYELET_SESSION_MORE) {
            story_check_deadline(&server->session, in.len);
            return true;
        }

        for (unsigned i = 0; i < STORY_SLOTS; i++)
            was_live = was_live || (before[i].id != 0 && before[i].id == event.id);
        story_number(&server->story, event.kind);
        story_number(&server->story, event.kind == EYELET_SESSION_BROKEN ? 0 : event.id);
        switch (event.kind) {
        case EYELET_SESSION_CALL:
            FUZZ_CHECK(!was_live);
            tell_call(server, &event, was);
            break;
        case EYELET_SESSION_DATA:
            FUZZ_CHECK(was_live);
            tell_data(server, &event, was);
            break;
        case EYELET_SESSION_REFUSE:
            tell_refusal(server, &event, was_live);
            break;
        case EYELET_SESSION_BROKEN:
            story_error(&server->story, &event.error);
            return false;
        case EYELET_SESSION_MORE:
        case EYELET_SESSION_REPLY:
        case EYELET_SESSION_FAILED:
            FUZZ_CHECK(false);
        }
    }
}

/* There is no room for the data that is being waited for, or its call is given up: then it passes by. */
static void disturb(struct server *server, bool gives_up)
{
    uint32_t id = server->session.decoder.head.stream_id;
    struct eyelet_session_event event;
    bool was_live = id != 0 && story_is_live(&server->session, id);

    if (server->session.decoder.state != EYELET_FRAME_STATE_DATA)
        return;
    if (gives_up && was_live) {
        FUZZ_CHECK(eyelet_session_finish(&server->session, id));
        for (unsigned i = 0; i < STORY_SLOTS; i++)
            server->calls[i].id = server->calls[i].id == id ? 0 : server->calls[i].id;
        return;
    }
    FUZZ_CHECK(eyelet_session_refuse_data(&server->session, &event) == EYELET_SESSION_REFUSE);
    FUZZ_CHECK((event.owner != NULL) == was_live);
    tell_refusal(server, &event, was_live);
}

/* @is_disturbed: what is half there after a piece does not get through. */
static uint64_t tell_in_pieces(uint8_t finishes, struct eyelet_slice stream, size_t piece_len, bool is_disturbed)
{
    struct server server = { .finishes = finishes, .story = STORY_START };
    size_t seen = 0, taken = 0;
    bool goes_on = true;

    eyelet_session_init(&server.session, EYELET_SESSION_SERVER, &story_limits, server.slots, STORY_SLOTS);
    while (goes_on && seen < stream.len) {
        seen += piece_len < stream.len - seen ? piece_len : stream.len - seen;
        goes_on = feed(&server, eyelet_slice_part(stream, 0, seen), &taken);
        if (is_disturbed && goes_on)
            disturb(&server, (seen & 1) != 0);
        story_check(&server.session);
    }
    story_number(&server.story, goes_on);
    story_number(&server.story, taken);
    story_counters(&server.story, &server.session);
    return server.story;
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
