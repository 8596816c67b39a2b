/*
 * The protocol of one connection, for either end: which stream ids are alive, what each frame means in which state, and
 * what it gets when it is wrong (WIRE: "Frame", "Envelope", "Streams"). Bytes in, events and bytes out; time is told.
 *
 * The session asks the frame decoder and the envelope, in this order. It holds no buffer: what it hands out lies in
 * the bytes it was fed. It does not know services: the owner of the session looks them up and answers.
 */
#ifndef EYELET_CORE_SESSION_H
#define EYELET_CORE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/frame.h>
#include <eyelet/kind.h>
#include <eyelet/status.h>

#include "core/envelope.h"

#define EYELET_SESSION_ERRORS_BURST    32         /* HOSTILE limit "protocol-error budget" */
#define EYELET_SESSION_ERROR_REFILL_NS 500000000u /* the same: 2 per second */
#define EYELET_SESSION_LATE_BURST      1024       /* frames for streams that are over: so many at once are a race, */
#define EYELET_SESSION_LATE_REFILL_NS  1000000u   /* and 1,000 per second; beyond that each is a protocol error */
#define EYELET_SESSION_LATE_UNDER_WAY  65536u     /* server: excused after an early end: a connection holds so many */
#define EYELET_SESSION_FRAME_MAX_MIN   4096u      /* every error reply of ours fits into this */
#define EYELET_SESSION_NO_DEADLINE     UINT64_MAX

enum eyelet_session_role {
    EYELET_SESSION_CLIENT,
    EYELET_SESSION_SERVER,
};

/**
 * struct eyelet_session_limits - what a peer may do
 * @frame_max:            longest data of a frame, both ways; 0 means 4 MiB
 * @header_timeout_ns:    from the first byte of a head to its last
 * @body_grace_ns:        after a head, data may be slow for so long
 * @body_rate_min:        bytes per second that must have come after that; not 0
 * @call_timeout_ns:      server: deadline of a request that brings none
 * @call_timeout_max_ns:  server: longest deadline that a request may bring
 * @calls_max:            calls alive at once; 0 means as many as there are slots
 */
struct eyelet_session_limits {
    uint32_t frame_max;
    uint32_t body_rate_min;
    uint32_t calls_max;
    uint64_t header_timeout_ns;
    uint64_t body_grace_ns;
    uint64_t call_timeout_ns;
    uint64_t call_timeout_max_ns;
};

enum eyelet_slot_state {
    EYELET_SLOT_OFFERED, /* server: waits for eyelet_session_accept() or eyelet_session_finish() */
    EYELET_SLOT_SINGLE,  /* the peer sends no Data on it */
    EYELET_SLOT_OPEN,    /* the peer may send Data */
    EYELET_SLOT_ENDED,   /* server: the peer has ended its side */
};

/**
 * struct eyelet_slot - a live call
 * @id:     its stream id; 0 is a free slot
 * @state:  what the peer may send on it
 * @owner:  whose it is; the session only keeps it
 */
struct eyelet_slot {
    uint32_t id;
    enum eyelet_slot_state state;
    void *owner;
};

/* What the session read and did not act on; only ever grow. */
struct eyelet_session_counters {
    uint64_t frames;          /* heads that came in, good and bad */
    uint64_t late_frames;     /* for a stream that is over: a race, not a fault, up to a flood */
    uint64_t protocol_errors; /* charged to the budget */
};

enum eyelet_session_reading {
    EYELET_SESSION_READS_NOTHING, /* between two frames */
    EYELET_SESSION_READS_HEAD,    /* waits for the rest of a head */
    EYELET_SESSION_READS_DATA,    /* waits for data, to be used or to be skipped */
};

/* Plain memory, nothing to free; the members are the session's own. */
struct eyelet_session {
    enum eyelet_session_role role;
    struct eyelet_session_limits limits;
    struct eyelet_frame_decoder decoder;
    struct eyelet_slot *slots; /* open addressing: a call lies at its id's place or behind it */
    uint32_t n_slots;
    uint32_t n_live;
    uint32_t n_displaced; /* of those, so many do not lie at their id's own place */
    uint32_t last_id;     /* server: highest id seen. client: last id given out; 0 before the first */
    bool has_refused_data;
    uint32_t refused_data_id; /* server: of the last data for no stream, if there was any */
    bool is_stopping;
    enum eyelet_session_reading reading;
    uint64_t reading_since_ns;
    size_t reading_got; /* bytes of data that are there */
    uint64_t budget_ns; /* when the error budget will be full again */
    uint64_t late_ns;   /* the same for late frames */
    uint32_t n_excused; /* server: late frames that a peer may have sent before it heard that its stream was over */
    uint32_t n_owed;    /* client: calls given up whose last frame has not come; until then late frames are no fault */
    struct eyelet_session_counters counters;
    void (*on_frame)(const struct eyelet_frame_head *head, void *userdata); /* told of every head that came; or NULL */
    void *on_frame_userdata;
};

enum eyelet_session_event_kind {
    EYELET_SESSION_MORE,   /* nothing to do until more bytes come: keep what is left of the input */
    EYELET_SESSION_CALL,   /* server: a request, to be accepted or finished before anything else */
    EYELET_SESSION_DATA,   /* a message on a stream, the end of the peer's side, or both */
    EYELET_SESSION_REFUSE, /* server: answer @id with @error; @owner's call, if there is one, is over by this, and if
                              there is none, a live call of @id goes on */
    EYELET_SESSION_REPLY,  /* client: @response for @owner, whose call is over */
    EYELET_SESSION_FAILED, /* client: @owner's call is over with @error, the connection lives */
    EYELET_SESSION_BROKEN, /* both: close; @error says why */
};

/**
 * struct eyelet_session_event - what came of the bytes
 * @flags:        CALL: flags of the frame
 * @has_message:  CALL, DATA: is there a message? An empty one is one too
 * @is_end:       DATA: the peer sends no more on this stream; at a client its call is over by this
 * @id:           CALL, DATA, REFUSE: stream id
 * @owner:        DATA, REPLY, FAILED: as given at the start of the call; REFUSE: the same, or NULL for no live call
 * @deadline_ns:  CALL: absolute, on the clock of @now_ns
 * @frame:        CALL, DATA, REPLY: the frame's data, which the other slices point into
 * @request:      CALL: slices of the input
 * @message:      DATA: slice of the input
 * @response:     REPLY: slices of the input
 * @error:        REFUSE, FAILED, BROKEN
 *
 * Only the members named for its kind are set.
 */
struct eyelet_session_event {
    enum eyelet_session_event_kind kind;
    uint8_t flags;
    bool has_message;
    bool is_end;
    uint32_t id;
    void *owner;
    uint64_t deadline_ns;
    struct eyelet_slice frame;
    struct eyelet_request request;
    struct eyelet_slice message;
    struct eyelet_response response;
    struct eyelet_error error;
};

/*
 * eyelet_session_init() - begin at the start of a connection
 * @slots:    storage for live calls, the caller's for the session's life; zeroed here
 * @n_slots:  a power of two, at least @limits->calls_max
 */
void eyelet_session_init(struct eyelet_session *session, enum eyelet_session_role role,
                         const struct eyelet_session_limits *limits, struct eyelet_slot *slots, uint32_t n_slots);

/*
 * eyelet_session_feed() - take bytes until there is something to do
 * @in:      moved forward past what was taken; what is left must come again, with more behind it
 * @now_ns:  any steady clock
 * @ret:     the event; what it points to lies in the bytes that were taken
 *
 * Call it until it says MORE or BROKEN. After BROKEN it must not be fed again.
 *
 * Return: @ret->kind.
 */
enum eyelet_session_event_kind eyelet_session_feed(struct eyelet_session *session, struct eyelet_slice *in,
                                                   uint64_t now_ns, struct eyelet_session_event *ret);

/*
 * eyelet_session_accept() - server: take the call of a CALL event
 * @event:   the event, just handed out
 * @kind:    of its method, which decides what the peer may send; the frame's flags only have to agree
 * @owner:   handed out with what comes on this stream; not NULL if it is to hear of its end by REFUSE
 * @reterr:  set on failure only
 *
 * Return: EYELET_OK, and the call is live until eyelet_session_finish(); EYELET_INVALID_ARGUMENT when the peer wants to
 * send a stream and the method takes none: then it is to be answered with @reterr and finished.
 */
enum eyelet_status eyelet_session_accept(struct eyelet_session *session, const struct eyelet_session_event *event,
                                         enum eyelet_kind kind, void *owner, struct eyelet_error *reterr);

/* What eyelet_session_read_deadline() does when something was begun; it is not for others. */
uint64_t eyelet_session_deadline_of_reading(const struct eyelet_session *session);

/* When the peer must have sent more of what it began, or EYELET_SESSION_NO_DEADLINE. */
static inline uint64_t eyelet_session_read_deadline(const struct eyelet_session *session)
{
    if (session->reading == EYELET_SESSION_READS_NOTHING)
        return EYELET_SESSION_NO_DEADLINE;
    return eyelet_session_deadline_of_reading(session);
}

/* The sentence for a peer that missed that deadline. */
void eyelet_session_describe_timeout(const struct eyelet_session *session, struct eyelet_error *ret);

/* The sentence for a connection that ended with @have bytes not taken: "connection lost (n of m bytes)". */
void eyelet_session_describe_end(const struct eyelet_session *session, size_t have, struct eyelet_error *ret);

/* Time during which this side did not read does not count against the peer: it begins anew, or gets so much more. */
void eyelet_session_resume_reading(struct eyelet_session *session, uint64_t now_ns);
void eyelet_session_forgive(struct eyelet_session *session, uint64_t absence_ns, uint64_t now_ns);

/*
 * eyelet_session_refuse_data() - there is no room for the frame whose data is being waited for
 *
 * It is skipped as it comes, and its call gets RESOURCE_EXHAUSTED, as if it had been over the limit.
 *
 * Return: REFUSE or FAILED, to be handled like one from eyelet_session_feed().
 */
enum eyelet_session_event_kind eyelet_session_refuse_data(struct eyelet_session *session,
                                                          struct eyelet_session_event *ret);

/* Server: from now on every new request is refused with UNAVAILABLE. */
void eyelet_session_stop(struct eyelet_session *session);

/*
 * eyelet_session_measure_request() - client: may this request be sent, and how long is what comes before its payload?
 * @ret_head_len:  frame head and envelope, in bytes
 *
 * Return: 0; -EMSGSIZE over the frame limit; -ENOSPC too many calls alive; -EOVERFLOW the ids are used up. Nothing is
 * changed.
 */
int eyelet_session_measure_request(const struct eyelet_session *session, const struct eyelet_outgoing_request *request,
                                   size_t *ret_head_len);

/*
 * eyelet_session_start_request() - client: write what comes before the payload, and remember the call
 * @kind:  of the method; a stream of requests is opened without a payload
 * @room:  @head_len bytes, as measured just before; the payload must follow
 *
 * Return: the stream id.
 */
uint32_t eyelet_session_start_request(struct eyelet_session *session, const struct eyelet_outgoing_request *request,
                                      enum eyelet_kind kind, void *owner, uint8_t *room, size_t head_len);

/*
 * eyelet_session_finish() - the call is over for this side: answered (server), or given up (client)
 *
 * Whatever still comes for @id is dropped.
 *
 * Return: false when it was over before: then a server must not answer.
 */
bool eyelet_session_finish(struct eyelet_session *session, uint32_t id);

/* Client: forget a call of which no byte was sent, nor ever will be: nothing can come for it. */
void eyelet_session_unsend(struct eyelet_session *session, uint32_t id);

/* Server: the same pair for a reply. measure: 0, or -EMSGSIZE over the frame limit. */
int eyelet_session_measure_reply(const struct eyelet_session *session, size_t payload_len, size_t *ret_head_len);
void eyelet_session_put_reply(uint32_t id, size_t payload_len, uint8_t *room, size_t head_len);

/* Both: the same pair for a message on a stream; what comes before it is EYELET_FRAME_HEADER_LEN bytes. */
int eyelet_session_measure_data(const struct eyelet_session *session, size_t payload_len);
void eyelet_session_put_data(uint32_t id, size_t payload_len, uint8_t *room);

/* Both: the end of this side of a stream, EYELET_FRAME_HEADER_LEN bytes. */
void eyelet_session_put_end(uint32_t id, uint8_t *room);

/* Server: the same pair for an error, whose text and details are sent; it always fits. */
size_t eyelet_session_measure_failure(const struct eyelet_error *error);
void eyelet_session_put_failure(uint32_t id, const struct eyelet_error *error, uint8_t *room, size_t len);

#endif
