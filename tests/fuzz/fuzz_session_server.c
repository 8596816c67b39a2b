/*
 * The server's end of a connection, in one piece and in pieces: the same events come out, whatever the bytes.
 *
 * Input: one byte of how long the pieces are, one byte of which calls are finished at once, then what the peer says.
 */
#include "fuzz/session_story.h"

#include "core/bytes.h"

struct server {
    struct eyelet_session session;
    struct eyelet_slot slots[STORY_SLOTS];
    uint8_t finishes; /* bit n: calls whose id has n in bits 1 to 3 are answered at once */
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

static void refuse(const struct eyelet_session_event *event)
{
    size_t len = eyelet_session_measure_failure(event->error.status, event->error.text);
    uint8_t *room = malloc(len);

    FUZZ_CHECK(room != NULL && len - EYELET_FRAME_HEADER_LEN <= EYELET_SESSION_FRAME_MAX_MIN);
    eyelet_session_put_failure(event->id, event->error.status, event->error.text, room, len);
    FUZZ_CHECK(eyelet_get_be32(room) == len - EYELET_FRAME_HEADER_LEN);
    free(room);
}

static void tell_call(struct server *server, const struct eyelet_session_event *event, struct eyelet_slice taken)
{
    struct eyelet_slice metadata = event->request.metadata, key, value;
    unsigned n_pairs = 0;

    FUZZ_CHECK(event->id % 2 == 1 && event->id > server->highest_id); /* never one that was refused or alive before */
    FUZZ_CHECK(story_is_live(&server->session, event->id));
    FUZZ_CHECK(event->deadline_ns > STORY_START_NS);
    FUZZ_CHECK(event->deadline_ns <= STORY_START_NS + story_limits.call_timeout_max_ns);
    FUZZ_CHECK(event->request.service.len > 0 && event->request.method.len > 0);
    server->highest_id = event->id;

    story_number(&server->story, event->flags);
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

    if ((server->finishes >> (event->id >> 1 & 7) & 1) == 0)
        return;
    FUZZ_CHECK(eyelet_session_finish(&server->session, event->id));
    FUZZ_CHECK(!eyelet_session_finish(&server->session, event->id));
    answer(server, event);
}

static void tell_refusal(struct server *server, const struct eyelet_session_event *event, bool was_live)
{
    const struct eyelet_frame_head *head = &server->session.decoder.head;
    bool is_live = story_is_live(&server->session, event->id) && event->id != 0;

    FUZZ_CHECK(event->id == head->stream_id);
    if (head->type == EYELET_FRAME_TYPE_REQUEST)
        FUZZ_CHECK(is_live == was_live); /* HOSTILE H045: an id used again does not touch its call */
    else
        FUZZ_CHECK(head->type == EYELET_FRAME_TYPE_DATA && !is_live);
    if (head->type == EYELET_FRAME_TYPE_REQUEST && event->id % 2 == 1 && event->id > server->highest_id)
        server->highest_id = event->id;
    story_error(&server->story, &event->error);
    refuse(event);
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

static uint64_t tell_in_pieces(uint8_t finishes, struct eyelet_slice stream, size_t piece_len)
{
    struct server server = { .finishes = finishes, .story = STORY_START };
    size_t seen = 0, taken = 0;
    bool goes_on = true;

    eyelet_session_init(&server.session, EYELET_SESSION_SERVER, &story_limits, server.slots, STORY_SLOTS);
    while (goes_on && seen < stream.len) {
        seen += piece_len < stream.len - seen ? piece_len : stream.len - seen;
        goes_on = feed(&server, eyelet_slice_part(stream, 0, seen), &taken);
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
    whole = tell_in_pieces(head.data[1], stream, SIZE_MAX);
    FUZZ_CHECK(tell_in_pieces(head.data[1], stream, (size_t)head.data[0] + 1) == whole);
    FUZZ_CHECK(tell_in_pieces(head.data[1], stream, 1 + len / 2) == whole);
    return 0;
}
