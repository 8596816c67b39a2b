/*
 * One connection's protocol. Each frame is judged twice: its head when that is complete, so that unwanted data is never
 * kept, and its data when that is whole.
 */
#include "core/session.h"

#include <assert.h>
#include <errno.h>

#include "core/error.h"
#include "core/frame.h"

#define NS_PER_S 1000000000ull

/* --- live calls: a table with a place for each id, probed linearly ------------------------------------------------ */

static uint32_t place_of(const struct eyelet_session *session, uint32_t id)
{
    return (id >> 1) & (session->n_slots - 1); /* ids of one side are odd and grow by 2 */
}

static uint32_t next_place(const struct eyelet_session *session, uint32_t place)
{
    return (place + 1) & (session->n_slots - 1);
}

/* The call of @id that lies behind its own place. */
static struct eyelet_slot *slot_find_displaced(const struct eyelet_session *session, uint32_t id)
{
    uint32_t place = place_of(session, id);

    for (uint32_t n = 1; n < session->n_slots && session->slots[place].id != 0; n++) {
        place = next_place(session, place);
        if (session->slots[place].id == id)
            return &session->slots[place];
    }
    return NULL;
}

/* Ids come in a row, so most calls lie at their own places. */
static inline struct eyelet_slot *slot_find(const struct eyelet_session *session, uint32_t id)
{
    struct eyelet_slot *slot = &session->slots[place_of(session, id)];

    if (id == 0)
        return NULL;
    if (slot->id == id)
        return slot;
    return session->n_displaced > 0 ? slot_find_displaced(session, id) : NULL;
}

static inline void slot_add(struct eyelet_session *session, uint32_t id, enum eyelet_slot_state state, void *owner)
{
    uint32_t home = place_of(session, id), place = home;

    assert(session->n_live < session->n_slots);
    while (session->slots[place].id != 0)
        place = next_place(session, place);
    session->slots[place] = (struct eyelet_slot){ id, state, owner };
    session->n_live++;
    session->n_displaced += place != home;
}

/* Is @place on the way from @from to @hole, in the direction of probing? */
static bool is_between(const struct eyelet_session *session, uint32_t from, uint32_t hole, uint32_t place)
{
    uint32_t mask = session->n_slots - 1;

    return ((hole - from) & mask) <= ((place - from) & mask);
}

/*
 * Moves what lies behind @hole and belongs into it or before it, so that a search may end at the first free slot. When
 * all lie at their own places nothing does.
 */
static uint32_t close_gap(struct eyelet_session *session, uint32_t hole)
{
    uint32_t place = hole;

    for (uint32_t n = 1; n < session->n_slots && session->n_displaced > 0; n++) {
        uint32_t home;

        place = next_place(session, place);
        if (session->slots[place].id == 0)
            break;
        home = place_of(session, session->slots[place].id);
        if (is_between(session, home, hole, place)) {
            session->slots[hole] = session->slots[place];
            session->n_displaced -= hole == home;
            hole = place;
        }
    }
    return hole;
}

static inline void slot_remove(struct eyelet_session *session, struct eyelet_slot *slot)
{
    if (session->n_displaced > 0) {
        uint32_t hole = (uint32_t)(slot - session->slots);

        session->n_displaced -= hole != place_of(session, slot->id);
        slot = &session->slots[close_gap(session, hole)];
    }
    slot->id = 0;
    session->n_live--;
}

/* Client: was the frame in work the last one of its stream? One that is owed less, then. */
static void note_last(struct eyelet_session *session)
{
    const struct eyelet_frame_head *head = &session->decoder.head;
    bool is_last = head->type == EYELET_FRAME_TYPE_RESPONSE || (head->flags & EYELET_FRAME_FLAG_REMOTE_CLOSED) != 0;

    if (is_last && session->n_owed > 0)
        session->n_owed--;
}

static bool asks_for_stream(const struct eyelet_frame_head *head)
{
    return head->type == EYELET_FRAME_TYPE_REQUEST && (head->flags & EYELET_FRAME_FLAG_REMOTE_OPEN) != 0;
}

/*
 * This side ends a call before the peer has. There is no cancel frame: a server hears of nothing and goes on to its own
 * end; a client stops, but not before the answer has reached it.
 */
static void end_early(struct eyelet_session *session, const struct eyelet_slot *slot)
{
    const struct eyelet_frame_head *head = &session->decoder.head; /* the one that is offered, if this one is */

    if (session->role == EYELET_SESSION_CLIENT)
        session->n_owed++;
    else if (slot->state == EYELET_SLOT_OPEN || (slot->state == EYELET_SLOT_OFFERED && asks_for_stream(head)))
        session->n_excused = EYELET_SESSION_LATE_UNDER_WAY;
}

bool eyelet_session_finish(struct eyelet_session *session, uint32_t id)
{
    struct eyelet_slot *slot = slot_find(session, id);

    if (slot == NULL)
        return false;

    end_early(session, slot);
    slot_remove(session, slot);
    if (session->decoder.state == EYELET_FRAME_STATE_DATA && session->decoder.head.stream_id == id) {
        note_last(session);
        eyelet_frame_skip(&session->decoder); /* what is on its way is not wanted any more */
    }
    return true;
}

/* --- verdicts ----------------------------------------------------------------------------------------------------- */

/* What a head or its data comes to: an event for the owner, or none and the session reads on. */
enum verdict {
    VERDICT_TAKE,  /* wait for the data */
    VERDICT_DROP,  /* skip the data, say nothing */
    VERDICT_EVENT, /* skip the data, hand out the event */
};

static enum verdict broken(struct eyelet_session_event *event)
{
    event->kind = EYELET_SESSION_BROKEN;
    return VERDICT_EVENT;
}

/*
 * Takes one from a budget that holds @burst and gets one back every @refill_ns. It is kept as the time at which it will
 * be full again. Return: false when it was empty.
 */
static bool spend(uint64_t *full_at_ns, uint64_t now_ns, uint64_t burst, uint64_t refill_ns)
{
    if (*full_at_ns < now_ns)
        *full_at_ns = now_ns;
    if (*full_at_ns - now_ns > (burst - 1) * refill_ns)
        return false;
    *full_at_ns += refill_ns;
    return true;
}

/* One protocol error of the peer's; false when it had too many of them: @event is BROKEN then. */
static bool charge(struct eyelet_session *session, uint64_t now_ns, struct eyelet_session_event *event)
{
    session->counters.protocol_errors++;
    if (spend(&session->budget_ns, now_ns, EYELET_SESSION_ERRORS_BURST, EYELET_SESSION_ERROR_REFILL_NS))
        return true;

    eyelet_error_set(&event->error, EYELET_RESOURCE_EXHAUSTED, "peer made more than %d protocol errors",
                     EYELET_SESSION_ERRORS_BURST);
    broken(event);
    return false;
}

static enum verdict drop_error(struct eyelet_session *session, uint64_t now_ns, struct eyelet_session_event *event)
{
    return charge(session, now_ns, event) ? VERDICT_DROP : VERDICT_EVENT;
}

/* Is a late frame what a good peer has to send, however many there are? */
static bool is_excused(struct eyelet_session *session)
{
    if (session->role == EYELET_SESSION_CLIENT)
        return session->n_owed > 0;
    if (session->n_excused == 0)
        return false;
    session->n_excused--;
    return true;
}

static enum verdict drop_late(struct eyelet_session *session, uint64_t now_ns, struct eyelet_session_event *event)
{
    session->counters.late_frames++;
    if (is_excused(session))
        return VERDICT_DROP;
    if (spend(&session->late_ns, now_ns, EYELET_SESSION_LATE_BURST, EYELET_SESSION_LATE_REFILL_NS))
        return VERDICT_DROP;
    return drop_error(session, now_ns, event); /* nobody is late so often */
}

/* The frame in work is answered with an error. If it asks for a stream, its first messages are behind it. */
static enum verdict refuse(struct eyelet_session *session, struct eyelet_session_event *event)
{
    const struct eyelet_frame_head *head = &session->decoder.head;

    if (asks_for_stream(head))
        session->n_excused = EYELET_SESSION_LATE_UNDER_WAY;
    event->kind = EYELET_SESSION_REFUSE;
    event->id = head->stream_id;
    event->owner = NULL;
    return VERDICT_EVENT;
}

/* The same for what only a broken or hostile peer does. */
static enum verdict refuse_error(struct eyelet_session *session, uint64_t now_ns, struct eyelet_session_event *event)
{
    if (!charge(session, now_ns, event))
        return VERDICT_EVENT;
    return refuse(session, event);
}

/* The same for a live call, which is over by it. */
static enum verdict refuse_slot(struct eyelet_session *session, struct eyelet_slot *slot,
                                struct eyelet_session_event *event)
{
    refuse(session, event);
    event->owner = slot->owner;
    end_early(session, slot);
    slot_remove(session, slot);
    return VERDICT_EVENT;
}

static enum verdict fail_slot(struct eyelet_session *session, struct eyelet_slot *slot,
                              struct eyelet_session_event *event)
{
    event->kind = EYELET_SESSION_FAILED;
    event->owner = slot->owner;
    end_early(session, slot);
    note_last(session);
    slot_remove(session, slot);
    return VERDICT_EVENT;
}

/* WIRE, "ND with bytes": the payload is ignored and counted. False when it was one error too many. */
static bool judge_payload(struct eyelet_session *session, struct eyelet_slice *payload, uint64_t now_ns,
                          struct eyelet_session_event *event)
{
    if ((session->decoder.head.flags & EYELET_FRAME_FLAG_NO_DATA) == 0 || payload->len == 0)
        return true;
    *payload = (struct eyelet_slice){ 0 };
    return charge(session, now_ns, event);
}

static void describe_too_big(struct eyelet_session *session, const char *what, struct eyelet_error *error)
{
    eyelet_error_set(error, EYELET_RESOURCE_EXHAUSTED, "%s of %u bytes is longer than the limit of %u", what,
                     session->decoder.head.data_len, session->decoder.data_max);
}

/* The head of a Data frame on a stream that takes some. One without data that does not end the stream says nothing. */
static enum verdict judge_message(struct eyelet_session *session, uint64_t now_ns, struct eyelet_session_event *event)
{
    const uint8_t both = EYELET_FRAME_FLAG_NO_DATA | EYELET_FRAME_FLAG_REMOTE_CLOSED;

    if ((session->decoder.head.flags & both) == EYELET_FRAME_FLAG_NO_DATA)
        return drop_error(session, now_ns, event);
    return VERDICT_TAKE;
}

/* A Data frame of a stream that takes some. At a client the end of the server's side is the end of the call. */
static enum verdict take_message(struct eyelet_session *session, struct eyelet_slice data, uint64_t now_ns,
                                 struct eyelet_session_event *event)
{
    const struct eyelet_frame_head *head = &session->decoder.head;
    struct eyelet_slot *slot = slot_find(session, head->stream_id);

    assert(slot != NULL && slot->state == EYELET_SLOT_OPEN); /* the data of what is over is skipped */
    event->frame = data;
    if (!judge_payload(session, &data, now_ns, event))
        return VERDICT_EVENT;

    event->kind = EYELET_SESSION_DATA;
    event->id = slot->id;
    event->owner = slot->owner;
    event->message = data;
    event->has_message = (head->flags & EYELET_FRAME_FLAG_NO_DATA) == 0;
    event->is_end = (head->flags & EYELET_FRAME_FLAG_REMOTE_CLOSED) != 0;
    if (event->is_end && session->role == EYELET_SESSION_SERVER)
        slot->state = EYELET_SLOT_ENDED;
    else if (event->is_end)
        slot_remove(session, slot);
    return VERDICT_EVENT;
}

/* --- server ------------------------------------------------------------------------------------------------------- */

static enum verdict judge_request(struct eyelet_session *session, bool is_too_big, uint64_t now_ns,
                                  struct eyelet_session_event *event)
{
    const struct eyelet_frame_head *head = &session->decoder.head;
    const uint8_t both = EYELET_FRAME_FLAG_REMOTE_OPEN | EYELET_FRAME_FLAG_REMOTE_CLOSED;

    if (head->stream_id % 2 == 0) {
        eyelet_error_set(&event->error, EYELET_INVALID_ARGUMENT, "stream id %u is not odd", head->stream_id);
        return refuse_error(session, now_ns, event);
    }
    if (head->stream_id <= session->last_id) {
        eyelet_error_set(&event->error, EYELET_INVALID_ARGUMENT, "stream id %u is not higher than %u before it",
                         head->stream_id, session->last_id);
        return refuse_error(session, now_ns, event);
    }

    session->last_id = head->stream_id;
    if ((head->flags & both) == both) {
        eyelet_error_set(&event->error, EYELET_INVALID_ARGUMENT, "request with flags 0x%02x is both open and closed",
                         head->flags);
        return refuse_error(session, now_ns, event);
    }
    if (is_too_big) {
        describe_too_big(session, "request", &event->error);
        return refuse(session, event);
    }
    if (session->is_stopping) {
        eyelet_error_set(&event->error, EYELET_UNAVAILABLE, "server is stopping");
        return refuse(session, event);
    }
    if (session->n_live >= session->limits.calls_max) {
        eyelet_error_set(&event->error, EYELET_RESOURCE_EXHAUSTED, "%u calls are in flight on this connection already",
                         session->n_live);
        return refuse(session, event);
    }
    return VERDICT_TAKE;
}

/* Data for a live call: allowed only while the peer's side of a stream is open. */
static enum verdict judge_stream_data(struct eyelet_session *session, struct eyelet_slot *slot, bool is_too_big,
                                      uint64_t now_ns, struct eyelet_session_event *event)
{
    switch (slot->state) {
    case EYELET_SLOT_OPEN:
        if (!is_too_big)
            return judge_message(session, now_ns, event);
        describe_too_big(session, "message", &event->error);
        return refuse_slot(session, slot, event);
    case EYELET_SLOT_OFFERED: /* nothing is fed before it is accepted or finished */
    case EYELET_SLOT_SINGLE:  /* WIRE, "Data on a unary call in flight" */
        eyelet_error_set(&event->error, EYELET_INVALID_ARGUMENT, "data on stream %u, whose method takes one message",
                         slot->id);
        break;
    case EYELET_SLOT_ENDED:
        eyelet_error_set(&event->error, EYELET_INVALID_ARGUMENT, "data on stream %u, which the caller had closed",
                         slot->id);
        break;
    }
    if (!charge(session, now_ns, event))
        return VERDICT_EVENT;
    return refuse_slot(session, slot, event);
}

static enum verdict judge_data_at_server(struct eyelet_session *session, bool is_too_big, uint64_t now_ns,
                                         struct eyelet_session_event *event)
{
    uint32_t id = session->decoder.head.stream_id;
    struct eyelet_slot *slot = slot_find(session, id);

    if (slot != NULL)
        return judge_stream_data(session, slot, is_too_big, now_ns, event);
    if (id % 2 == 1 && id <= session->last_id)
        return drop_late(session, now_ns, event);
    if (session->has_refused_data && id == session->refused_data_id)
        return drop_error(session, now_ns, event);

    session->has_refused_data = true;
    session->refused_data_id = id;
    eyelet_error_set(&event->error, EYELET_INVALID_ARGUMENT, "data on stream %u, which was never opened", id);
    return refuse_error(session, now_ns, event);
}

static enum verdict judge_head_at_server(struct eyelet_session *session, bool is_too_big, uint64_t now_ns,
                                         struct eyelet_session_event *event)
{
    switch (session->decoder.head.type) {
    case EYELET_FRAME_TYPE_REQUEST:
        return judge_request(session, is_too_big, now_ns, event);
    case EYELET_FRAME_TYPE_DATA:
        return judge_data_at_server(session, is_too_big, now_ns, event);
    default: /* a Response, or a type of the future */
        return drop_error(session, now_ns, event);
    }
}

/* Absolute deadline of a request; false when its time is over already. */
static bool call_deadline(const struct eyelet_session *session, int64_t timeout_ns, uint64_t now_ns, uint64_t *ret)
{
    uint64_t timeout = (uint64_t)timeout_ns;

    if (timeout_ns < 0)
        return false;
    if (timeout == 0)
        timeout = session->limits.call_timeout_ns;
    if (timeout > session->limits.call_timeout_max_ns)
        timeout = session->limits.call_timeout_max_ns;
    *ret = timeout < EYELET_SESSION_NO_DEADLINE - now_ns ? now_ns + timeout : EYELET_SESSION_NO_DEADLINE;
    return true;
}

/* WIRE, "first message inside an RO request"; a closed one has its message, also an empty one, unless ND says no. */
static bool has_first_message(uint8_t flags, struct eyelet_slice payload)
{
    if ((flags & EYELET_FRAME_FLAG_NO_DATA) != 0)
        return false;
    return (flags & EYELET_FRAME_FLAG_REMOTE_OPEN) == 0 || payload.len > 0;
}

static enum verdict take_request(struct eyelet_session *session, struct eyelet_slice data, uint64_t now_ns,
                                 struct eyelet_session_event *event)
{
    const struct eyelet_frame_head *head = &session->decoder.head;

    if (!eyelet_request_decode(data, &event->request)) {
        eyelet_error_set(&event->error, EYELET_INVALID_ARGUMENT, "request of %zu bytes is no ttrpc Request", data.len);
        return refuse_error(session, now_ns, event);
    }
    switch (eyelet_request_check(&event->request, &event->error)) {
    case EYELET_OK:
        break;
    case EYELET_RESOURCE_EXHAUSTED: /* too much metadata is clumsy, as too much data is, but no fault */
        return refuse(session, event);
    default:
        return refuse_error(session, now_ns, event);
    }
    if (!judge_payload(session, &event->request.payload, now_ns, event))
        return VERDICT_EVENT;
    if (!call_deadline(session, event->request.timeout_ns, now_ns, &event->deadline_ns)) {
        eyelet_error_set(&event->error, EYELET_DEADLINE_EXCEEDED, "timeout of %lld ns was over when the call came",
                         (long long)event->request.timeout_ns);
        return refuse(session, event);
    }

    slot_add(session, head->stream_id, EYELET_SLOT_OFFERED, NULL);
    event->kind = EYELET_SESSION_CALL;
    event->id = head->stream_id;
    event->flags = head->flags;
    event->has_message = has_first_message(event->flags, event->request.payload);
    event->frame = data;
    return VERDICT_EVENT;
}

enum eyelet_status eyelet_session_accept(struct eyelet_session *session, const struct eyelet_session_event *event,
                                         enum eyelet_kind kind, void *owner, struct eyelet_error *reterr)
{
    struct eyelet_slot *slot = slot_find(session, event->id);
    bool is_open = (event->flags & EYELET_FRAME_FLAG_REMOTE_OPEN) != 0;

    assert(slot != NULL && slot->state == EYELET_SLOT_OFFERED);
    if (is_open && (kind & EYELET_CLIENT_STREAM) == 0)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "method takes one message and no stream");

    slot->owner = owner;
    if (is_open)
        slot->state = EYELET_SLOT_OPEN;
    else
        slot->state = (kind & EYELET_CLIENT_STREAM) != 0 ? EYELET_SLOT_ENDED : EYELET_SLOT_SINGLE;
    return EYELET_OK;
}

static enum verdict take_data_at_server(struct eyelet_session *session, struct eyelet_slice data, uint64_t now_ns,
                                        struct eyelet_session_event *event)
{
    if (session->decoder.head.type == EYELET_FRAME_TYPE_REQUEST)
        return take_request(session, data, now_ns, event);
    return take_message(session, data, now_ns, event);
}

/* --- client ------------------------------------------------------------------------------------------------------- */

/* A frame for no live call: late if the id was ours once, a fault if not. */
static enum verdict drop_unknown(struct eyelet_session *session, uint64_t now_ns, struct eyelet_session_event *event)
{
    uint32_t id = session->decoder.head.stream_id;

    enum verdict verdict;

    if (id % 2 == 0 || id > session->last_id)
        return drop_error(session, now_ns, event);
    verdict = drop_late(session, now_ns, event);
    note_last(session); /* itself excused by what it pays */
    return verdict;
}

static enum verdict judge_head_at_client(struct eyelet_session *session, bool is_too_big, uint64_t now_ns,
                                         struct eyelet_session_event *event)
{
    const struct eyelet_frame_head *head = &session->decoder.head;
    struct eyelet_slot *slot = slot_find(session, head->stream_id);

    if (head->type != EYELET_FRAME_TYPE_RESPONSE && head->type != EYELET_FRAME_TYPE_DATA)
        return drop_error(session, now_ns, event);
    if (slot == NULL)
        return drop_unknown(session, now_ns, event);
    if (head->type == EYELET_FRAME_TYPE_DATA && slot->state != EYELET_SLOT_OPEN) {
        eyelet_error_set(&event->error, EYELET_INTERNAL, "server sent stream data where one reply is due");
        return fail_slot(session, slot, event);
    }
    if (is_too_big) {
        describe_too_big(session, head->type == EYELET_FRAME_TYPE_DATA ? "message" : "reply", &event->error);
        return fail_slot(session, slot, event);
    }
    return head->type == EYELET_FRAME_TYPE_DATA ? judge_message(session, now_ns, event) : VERDICT_TAKE;
}

static enum verdict take_response(struct eyelet_session *session, struct eyelet_slice data, uint64_t now_ns,
                                  struct eyelet_session_event *event)
{
    struct eyelet_slot *slot = slot_find(session, session->decoder.head.stream_id);

    assert(slot != NULL); /* eyelet_session_finish() skips the data of a call that is given up */
    if (!eyelet_response_decode(data, &event->response)) {
        eyelet_error_set(&event->error, EYELET_INTERNAL, "reply of %zu bytes is no ttrpc Response", data.len);
        return fail_slot(session, slot, event);
    }
    if (!judge_payload(session, &event->response.payload, now_ns, event))
        return VERDICT_EVENT;
    event->kind = EYELET_SESSION_REPLY;
    event->frame = data;
    event->owner = slot->owner;
    slot_remove(session, slot);
    return VERDICT_EVENT;
}

static enum verdict take_data_at_client(struct eyelet_session *session, struct eyelet_slice data, uint64_t now_ns,
                                        struct eyelet_session_event *event)
{
    if (session->decoder.head.type == EYELET_FRAME_TYPE_RESPONSE)
        return take_response(session, data, now_ns, event);
    return take_message(session, data, now_ns, event);
}

/* --- both --------------------------------------------------------------------------------------------------------- */

void eyelet_session_init(struct eyelet_session *session, enum eyelet_session_role role,
                         const struct eyelet_session_limits *limits, struct eyelet_slot *slots, uint32_t n_slots)
{
    assert(n_slots > 0 && (n_slots & (n_slots - 1)) == 0);
    assert(limits->calls_max <= n_slots);
    assert(limits->body_rate_min > 0);
    assert(limits->frame_max == 0 || limits->frame_max >= EYELET_SESSION_FRAME_MAX_MIN);

    *session = (struct eyelet_session){
        .role = role,
        .limits = *limits,
        .slots = slots,
        .n_slots = n_slots,
        .reading = EYELET_SESSION_READS_NOTHING,
    };
    memset(slots, 0, n_slots * sizeof(*slots));
    if (limits->calls_max == 0)
        session->limits.calls_max = n_slots;
    eyelet_frame_decoder_init(&session->decoder, limits->frame_max);
}

static enum verdict judge_head(struct eyelet_session *session, bool is_too_big, uint64_t now_ns,
                               struct eyelet_session_event *event)
{
    enum verdict verdict;

    session->counters.frames++;
    if (session->on_frame != NULL)
        session->on_frame(&session->decoder.head, session->on_frame_userdata);
    session->reading = EYELET_SESSION_READS_DATA;
    session->reading_since_ns = now_ns;
    session->reading_got = 0;

    if (session->role == EYELET_SESSION_SERVER)
        verdict = judge_head_at_server(session, is_too_big, now_ns, event);
    else
        verdict = judge_head_at_client(session, is_too_big, now_ns, event);
    if (verdict != VERDICT_TAKE && !is_too_big)
        eyelet_frame_skip(&session->decoder);
    return verdict;
}

static enum verdict take_data(struct eyelet_session *session, struct eyelet_slice data, uint64_t now_ns,
                              struct eyelet_session_event *event)
{
    session->reading = EYELET_SESSION_READS_NOTHING;
    if (session->role == EYELET_SESSION_SERVER)
        return take_data_at_server(session, data, now_ns, event);
    return take_data_at_client(session, data, now_ns, event);
}

/* Notes how far the peer is with what it began; @have bytes lie there untaken. */
static void note_progress(struct eyelet_session *session, size_t have, uint64_t now_ns)
{
    switch (session->decoder.state) {
    case EYELET_FRAME_STATE_HEAD:
        if (have == 0) {
            session->reading = EYELET_SESSION_READS_NOTHING;
        } else if (session->reading != EYELET_SESSION_READS_HEAD) {
            session->reading = EYELET_SESSION_READS_HEAD;
            session->reading_since_ns = now_ns;
        }
        break;
    case EYELET_FRAME_STATE_DATA:
        session->reading_got = have;
        break;
    case EYELET_FRAME_STATE_SKIP:
        session->reading_got = session->decoder.head.data_len - session->decoder.skip_left;
        break;
    }
}

enum eyelet_session_event_kind eyelet_session_feed(struct eyelet_session *session, struct eyelet_slice *in,
                                                   uint64_t now_ns, struct eyelet_session_event *ret)
{
    struct eyelet_slice data = { 0 };
    enum eyelet_frame_result result;
    enum verdict verdict = VERDICT_TAKE;

    do {
        result = eyelet_frame_next(&session->decoder, in, &data);
        switch (result) {
        case EYELET_FRAME_WANTS_MORE:
            note_progress(session, in->len, now_ns);
            ret->kind = EYELET_SESSION_MORE;
            return ret->kind;
        case EYELET_FRAME_GOT_HEAD:
        case EYELET_FRAME_GOT_TOO_BIG:
            verdict = judge_head(session, result == EYELET_FRAME_GOT_TOO_BIG, now_ns, ret);
            break;
        case EYELET_FRAME_GOT_DATA:
            verdict = take_data(session, data, now_ns, ret);
            break;
        case EYELET_FRAME_LOST_SYNC:
            eyelet_error_set(&ret->error, EYELET_INTERNAL, "peer sent byte 0x%02x where a frame begins with 0x00",
                             in->data[0]);
            verdict = broken(ret);
            break;
        }
    } while (verdict != VERDICT_EVENT);
    return ret->kind;
}

uint64_t eyelet_session_deadline_of_reading(const struct eyelet_session *session)
{
    const struct eyelet_session_limits *limits = &session->limits;

    switch (session->reading) {
    case EYELET_SESSION_READS_NOTHING:
        break;
    case EYELET_SESSION_READS_HEAD:
        return session->reading_since_ns + limits->header_timeout_ns;
    case EYELET_SESSION_READS_DATA:
        return session->reading_since_ns + limits->body_grace_ns +
               session->reading_got * NS_PER_S / limits->body_rate_min;
    }
    return EYELET_SESSION_NO_DEADLINE;
}

void eyelet_session_describe_timeout(const struct eyelet_session *session, struct eyelet_error *ret)
{
    if (session->reading == EYELET_SESSION_READS_HEAD)
        eyelet_error_set(ret, EYELET_DEADLINE_EXCEEDED, "peer began the head of a frame and stalled");
    else
        eyelet_error_set(ret, EYELET_DEADLINE_EXCEEDED, "peer sends data too slowly (%zu of %u bytes)",
                         session->reading_got, session->decoder.head.data_len);
}

void eyelet_session_describe_end(const struct eyelet_session *session, size_t have, struct eyelet_error *ret)
{
    const struct eyelet_frame_decoder *decoder = &session->decoder;

    switch (decoder->state) {
    case EYELET_FRAME_STATE_HEAD:
        if (have == 0)
            eyelet_error_set(ret, EYELET_UNAVAILABLE, "connection lost (the peer closed it)");
        else
            eyelet_error_set(ret, EYELET_UNAVAILABLE, "connection lost (%zu of %d bytes of a head)", have,
                             EYELET_FRAME_HEADER_LEN);
        break;
    case EYELET_FRAME_STATE_DATA:
        eyelet_error_set(ret, EYELET_UNAVAILABLE, "connection lost (%zu of %u bytes)", have, decoder->head.data_len);
        break;
    case EYELET_FRAME_STATE_SKIP:
        eyelet_error_set(ret, EYELET_UNAVAILABLE, "connection lost (%u of %u bytes)",
                         decoder->head.data_len - decoder->skip_left, decoder->head.data_len);
        break;
    }
}

void eyelet_session_resume_reading(struct eyelet_session *session, uint64_t now_ns)
{
    session->reading_since_ns = now_ns;
}

void eyelet_session_forgive(struct eyelet_session *session, uint64_t absence_ns, uint64_t now_ns)
{
    session->reading_since_ns += absence_ns;
    if (session->reading_since_ns > now_ns)
        session->reading_since_ns = now_ns; /* it began while this side was away */
}

enum eyelet_session_event_kind eyelet_session_refuse_data(struct eyelet_session *session,
                                                          struct eyelet_session_event *ret)
{
    const struct eyelet_frame_head *head = &session->decoder.head;
    struct eyelet_slot *slot = slot_find(session, head->stream_id);

    assert(session->decoder.state == EYELET_FRAME_STATE_DATA);
    eyelet_error_set(&ret->error, EYELET_RESOURCE_EXHAUSTED, "no room for a frame of %u bytes", head->data_len);
    eyelet_frame_skip(&session->decoder);
    if (session->role == EYELET_SESSION_CLIENT)
        fail_slot(session, slot, ret);
    else if (slot != NULL)
        refuse_slot(session, slot, ret);
    else
        refuse(session, ret);
    return ret->kind;
}

void eyelet_session_stop(struct eyelet_session *session)
{
    session->is_stopping = true;
}

/* --- bytes out ---------------------------------------------------------------------------------------------------- */

static inline void put_frame_head(uint32_t id, enum eyelet_frame_type type, uint8_t flags, size_t data_len,
                                  uint8_t *room)
{
    const struct eyelet_frame_head head = {
        .data_len = (uint32_t)data_len,
        .stream_id = id,
        .type = (uint8_t)type,
        .flags = flags,
    };

    eyelet_frame_put_head(&head, room); /* measured before */
}

/* Do @head_len + @payload_len bytes of data fit into a frame? */
static bool fits(const struct eyelet_session *session, size_t head_len, size_t payload_len)
{
    uint32_t max = session->decoder.data_max;

    return payload_len <= max && head_len <= max - payload_len;
}

int eyelet_session_measure_request(const struct eyelet_session *session, const struct eyelet_outgoing_request *request,
                                   size_t *ret_head_len)
{
    size_t head_len;

    if (session->last_id == UINT32_MAX)
        return -EOVERFLOW;
    if (session->n_live >= session->limits.calls_max)
        return -ENOSPC;
    head_len = eyelet_request_head_len(request);
    if (!fits(session, head_len, request->payload_len))
        return -EMSGSIZE;

    *ret_head_len = EYELET_FRAME_HEADER_LEN + head_len;
    return 0;
}

/* WIRE, "Streams": what the flags of a Request say of each kind. */
static uint8_t request_flags(enum eyelet_kind kind)
{
    switch (kind) {
    case EYELET_UNARY:
        break;
    case EYELET_SERVER_STREAM:
        return EYELET_FRAME_FLAG_REMOTE_CLOSED;
    case EYELET_CLIENT_STREAM:
    case EYELET_BIDI_STREAM:
        return EYELET_FRAME_FLAG_REMOTE_OPEN | EYELET_FRAME_FLAG_NO_DATA;
    }
    return 0;
}

uint32_t eyelet_session_start_request(struct eyelet_session *session, const struct eyelet_outgoing_request *request,
                                      enum eyelet_kind kind, void *owner, uint8_t *room, size_t head_len)
{
    enum eyelet_slot_state state = (kind & EYELET_SERVER_STREAM) != 0 ? EYELET_SLOT_OPEN : EYELET_SLOT_SINGLE;
    size_t envelope_len = head_len - EYELET_FRAME_HEADER_LEN;
    uint32_t id = session->last_id == 0 ? 1 : session->last_id + 2;

    assert((kind & EYELET_CLIENT_STREAM) == 0 || request->payload_len == 0);
    put_frame_head(id, EYELET_FRAME_TYPE_REQUEST, request_flags(kind), envelope_len + request->payload_len, room);
    eyelet_request_encode_head(request, room + EYELET_FRAME_HEADER_LEN, envelope_len);
    slot_add(session, id, state, owner);
    session->last_id = id;
    return id;
}

void eyelet_session_unsend(struct eyelet_session *session, uint32_t id)
{
    struct eyelet_slot *slot = slot_find(session, id);

    if (slot != NULL)
        slot_remove(session, slot);
}

int eyelet_session_measure_reply(const struct eyelet_session *session, size_t payload_len, size_t *ret_head_len)
{
    size_t head_len = eyelet_reply_head_len(payload_len);

    if (!fits(session, head_len, payload_len))
        return -EMSGSIZE;
    *ret_head_len = EYELET_FRAME_HEADER_LEN + head_len;
    return 0;
}

void eyelet_session_put_reply(uint32_t id, size_t payload_len, uint8_t *room, size_t head_len)
{
    size_t envelope_len = head_len - EYELET_FRAME_HEADER_LEN;

    put_frame_head(id, EYELET_FRAME_TYPE_RESPONSE, 0, envelope_len + payload_len, room);
    eyelet_reply_encode_head(payload_len, room + EYELET_FRAME_HEADER_LEN, envelope_len);
}

int eyelet_session_measure_data(const struct eyelet_session *session, size_t payload_len)
{
    return fits(session, 0, payload_len) ? 0 : -EMSGSIZE;
}

void eyelet_session_put_data(uint32_t id, size_t payload_len, uint8_t *room)
{
    put_frame_head(id, EYELET_FRAME_TYPE_DATA, 0, payload_len, room);
}

void eyelet_session_put_end(uint32_t id, uint8_t *room)
{
    put_frame_head(id, EYELET_FRAME_TYPE_DATA, EYELET_FRAME_FLAG_REMOTE_CLOSED | EYELET_FRAME_FLAG_NO_DATA, 0, room);
}

_Static_assert(EYELET_ERROR_TEXT_MAX + EYELET_ERROR_DETAILS_MAX + 64 <= EYELET_SESSION_FRAME_MAX_MIN,
               "an error reply fits into every frame limit: text, details, and what stands before them");

size_t eyelet_session_measure_failure(const struct eyelet_error *error)
{
    return EYELET_FRAME_HEADER_LEN + eyelet_failure_len(error);
}

void eyelet_session_put_failure(uint32_t id, const struct eyelet_error *error, uint8_t *room, size_t len)
{
    size_t envelope_len = len - EYELET_FRAME_HEADER_LEN;

    put_frame_head(id, EYELET_FRAME_TYPE_RESPONSE, 0, envelope_len, room);
    eyelet_failure_encode(error, room + EYELET_FRAME_HEADER_LEN, envelope_len);
}
