/*
 * The calls of one connection of a server, from request to answer: who waits for a thread, what is in flight, what
 * their streams hold, how each ends. Protected by the server's lock.
 */
#ifndef EYELET_RPC_SERVED_H
#define EYELET_RPC_SERVED_H

#include "rpc/serving.h"

/* What arrives: a request, a message of a stream, and what the session refuses, which ends @event->owner's call. */
void eyelet_served_take_call(struct eyelet_serving *serving, const struct eyelet_session_event *event, uint64_t now_ns);
void eyelet_served_take_data(struct eyelet_serving *serving, const struct eyelet_session_event *event, uint64_t now_ns);
void eyelet_served_take_refusal(struct eyelet_serving *serving, const struct eyelet_session_event *event);

/*
 * eyelet_served_next() - the call that waited longest, taken out of the queue to be run
 * @share:  handlers that this connection may have running
 *
 * Return: NULL when none may run now. eyelet_served_has_next() only asks.
 */
struct eyelet_call *eyelet_served_next(struct eyelet_serving *serving, uint32_t share);
bool eyelet_served_has_next(const struct eyelet_serving *serving, uint32_t share);

/*
 * eyelet_served_answer() - the end of a live call: a reply, the end of its stream, or its failure, is queued
 * @status:  EYELET_OK, or as in @call->failure
 * @now_ns:  when that was
 *
 * A call that is not live any more gets nothing. Return: the status that it ended with.
 */
enum eyelet_status eyelet_served_answer(struct eyelet_call *call, enum eyelet_status status, uint64_t now_ns);

/* eyelet_served_fail() - a live call cannot go on, for a reason of this side's: it is answered, and cancelled. */
void eyelet_served_fail(struct eyelet_call *call, enum eyelet_status status, const char *why);

/* eyelet_served_expire() - fail the calls whose time is over. */
void eyelet_served_expire(struct eyelet_serving *serving, uint64_t now_ns);

/* eyelet_served_send() - queue a message of a stream. Return: 0, -EMSGSIZE, -EAGAIN when too much waits, -ENOMEM. */
int eyelet_served_send(struct eyelet_call *call, const struct eyelet_outgoing *message);

/* eyelet_served_take_message() - the next message of a stream, the caller's; NULL when there is none now. */
struct eyelet_inbox_message *eyelet_served_take_message(struct eyelet_call *call);

/* eyelet_served_defer() - a call outlives its handler: from now on all its memory counts as its connection's. */
void eyelet_served_defer(struct eyelet_call *call);

/* eyelet_served_release() - nobody has the call any more: it is freed, unless something still holds it. */
void eyelet_served_release(struct eyelet_call *call);

/*
 * The end of many: end_unfinished, streams whose caller has ended without ending them; end_endless, calls without an
 * end of their own, at a stop; cancel_all, each answered with UNAVAILABLE, when the grace is over; lose_all, with their
 * connection, for which @why is static.
 */
void eyelet_served_end_unfinished(struct eyelet_serving *serving);
void eyelet_served_end_endless(struct eyelet_serving *serving);
void eyelet_served_cancel_all(struct eyelet_serving *serving);
void eyelet_served_lose_all(struct eyelet_serving *serving, const char *why);

/*
 * eyelet_served_has_waiting() - does a call wait for a thread, or a message in its stream?
 * eyelet_served_shed_largest() - then the one of them that keeps most is refused
 */
bool eyelet_served_has_waiting(const struct eyelet_serving *serving);
void eyelet_served_shed_largest(struct eyelet_serving *serving);

/*
 * eyelet_served_shed() - refuse calls that wait for a thread or are deferred, and streams that nobody reads
 *
 * eyelet_served_shedable() - bytes got so; those of deferred calls are leaving until they are completed
 */
void eyelet_served_shed(struct eyelet_serving *serving);
size_t eyelet_served_shedable(const struct eyelet_serving *serving);

#endif
