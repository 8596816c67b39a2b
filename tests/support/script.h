/*
 * A session that is told what its peer says, and the sentences that come out of it. One script is run in one piece, in
 * every split and byte by byte: the sentences must be the same (HOSTILE H014).
 *
 *     call 1 demo.Echo/Say "hi"       server: a request; its message if there is one, flags 0x.. when there are any,
 *                                     k=v for each pair of metadata, "not" and a status when it was not accepted
 *     data 1 "hi" end                 server: a message, the end, or both, on the stream of a live call
 *     refuse 3 INVALID_ARGUMENT       server: an error reply is due
 *     cancel 1 INVALID_ARGUMENT       server: the same, and a live call is over by it
 *     data #0 "hi" end                client: the same for call number 0
 *     reply #0 0 "hi"                 client: call number 0 is answered with code 0; the message behind a code
 *     failed #1 INTERNAL              client: call number 1 failed here
 *     broken INTERNAL                 both: the connection is to be closed
 *
 * Sentences are joined by "; ". A server accepts every call, by the name of its method: "Count" is a stream of replies,
 * "Sum" one of requests, "Chat" both; all others are unary. Two names end early: calls of "Now" are finished as soon as
 * they are told, those of "Once", a "Chat", with the first data.
 */
#ifndef EYELET_TESTS_SCRIPT_H
#define EYELET_TESTS_SCRIPT_H

#include <stdbool.h>

#include "core/session.h"
#include "support/wire.h"

#define SCRIPT_SLOTS     8
#define SCRIPT_CALLS_MAX 16
#define SCRIPT_FRAME_MAX 4096u
#define SCRIPT_START_NS  1000000000000u

/* A session, its memory, the bytes it was given and how many of them it took, and what it said. */
struct listener {
    struct eyelet_session session;
    struct eyelet_slot slots[SCRIPT_SLOTS];
    struct wire held;
    size_t taken;
    uint64_t now_ns;
    uint32_t calls[SCRIPT_CALLS_MAX]; /* ids: call number n is owned by &calls[n] */
    bool is_once[SCRIPT_CALLS_MAX];   /* server: call number n is finished with its first data */
    unsigned n_accepted;
    char story[4096];
};

/* Limits of HOSTILE, and a frame limit that makes vectors short. */
extern const struct eyelet_session_limits script_limits;

/* @limits NULL: script_limits. A client begins with @n_calls unary calls, ids 1, 3, 5 ... */
void listener_init(struct listener *listener, enum eyelet_session_role role, const struct eyelet_session_limits *limits,
                   unsigned n_calls);
void listener_clear(struct listener *listener);

/* The next event of what is held; its slices are valid until more is heard. */
enum eyelet_session_event_kind listener_next(struct listener *listener, struct eyelet_session_event *ret);

/* The peer says @bytes: they are held for listener_next(). */
void listener_hear(struct listener *listener, struct eyelet_slice bytes);

/* The peer says @bytes, and the sentences are written down until the session wants more or is broken. */
void listener_note(struct listener *listener, struct eyelet_slice bytes);

/* Starts a client's call number @n of "demo.Echo"/"Say" without a payload; its id comes back. */
uint32_t listener_call(struct listener *listener, unsigned n);
uint32_t listener_open(struct listener *listener, unsigned n, enum eyelet_kind kind); /* the same of any kind */

/* A server's half of a call: accepts it, as the method's name says; a call that cannot be accepted is finished. */
enum eyelet_status listener_accept(struct listener *listener, const struct eyelet_session_event *event);

/* What holds at any time: live calls are counted, findable and each there once. */
void listener_check(const struct listener *listener);

/**
 * struct script_frame - one frame of a script
 * @data, @len:  its data
 * @fill:        bytes of 'x' behind it, counted in its length
 */
struct script_frame {
    uint8_t type;
    uint8_t flags;
    uint32_t id;
    const char *data;
    size_t len;
    uint32_t fill;
};

/* For @data and @len of a frame: the bytes of a literal. */
#define BYTES(literal) (literal), sizeof(literal) - 1

/**
 * struct script - what a peer says, and what must come of it
 * @name:     of the test
 * @frames:   ends with a frame of type 0 and no data; a real frame of type 0 has an id
 * @raw:      bytes behind the frames, or NULL
 * @story:    the sentences
 * @n_calls:  client: calls alive before
 * @kinds:    client: of these calls; unary if nothing is said
 * @errors, @late, @live:  the session's counters after it
 */
struct script {
    const char *name;
    struct script_frame frames[14];
    const char *raw;
    size_t raw_len;
    const char *story;
    unsigned n_calls;
    enum eyelet_kind kinds[SCRIPT_SLOTS];
    unsigned errors;
    unsigned late;
    unsigned live;
};

/* A test for each of @scripts: it is run in one piece, byte by byte and in every split into two. */
struct CMUnitTest;
void script_tests(const struct script *scripts, size_t n, enum eyelet_session_role role, struct CMUnitTest *ret);

#endif
