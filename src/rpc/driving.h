/*
 * Reading and writing for all calls of a client. There is no thread for it: one of those that wait has the role of the
 * driver, polls the socket with nothing locked, reads, hands out what came and wakes those it is for, and nobody else.
 * When its own wait is over it wakes one other, which drives on. A program with an event loop drives by
 * eyelet_client_process().
 *
 * The lock is held at all of these.
 */
#ifndef EYELET_RPC_DRIVING_H
#define EYELET_RPC_DRIVING_H

#include "rpc/calling.h"

/*
 * eyelet_client_wait() - wait, and drive when nobody else does
 * @deadline_ns:  looked at once at least what there is, also when it is over
 *
 * Hands over to the program what there is to tell, so that anything may have happened to the client but its end.
 *
 * A call that blocks may find @pending->has_direct: then this thread still has the role and must unpack, with the lock
 * released, and call eyelet_client_release().
 *
 * Return: false when the deadline came first.
 */
bool eyelet_client_wait(struct eyelet_client *client, struct eyelet_waiter *waiter, uint64_t deadline_ns);

/* Gives the role back, to whoever waits. */
void eyelet_client_release(struct eyelet_client *client);

/* One round without waiting: reads, writes and ends what there is to. Nobody else may have the role. */
void eyelet_client_turn(struct eyelet_client *client);

/* eyelet_client_look() - what time brings, but for what only who has the role may do. */
void eyelet_client_look(struct eyelet_client *client, uint64_t now_ns);

/* What eyelet_client_flush() does when something is queued; it is not for others. */
void eyelet_client_send(struct eyelet_client *client);

/* Sends what the socket takes; what is left is for whoever drives. */
static inline void eyelet_client_flush(struct eyelet_client *client)
{
    if (client->connection.out.len > 0)
        eyelet_client_send(client);
}

/*
 * eyelet_client_rest() - give back the memory of large frames, and overwrite what is to be wiped
 *
 * For who works on the connection last, and while no reply lies in its buffer. What is no larger than a spare stays in
 * the buffers, from one call to the next: the pool is this connection's alone, and would only keep it.
 */
static inline void eyelet_client_rest(struct eyelet_client *client)
{
    struct eyelet_connection *connection = &client->connection;

    if (connection->in.cap <= EYELET_BUFFER_SPARE_CAP && connection->out.cap <= EYELET_BUFFER_SPARE_CAP &&
        !client->pool.wipe)
        return;
    eyelet_connection_settle(connection);
    eyelet_connection_wake(connection);
}

/* Fewer bytes wait to be sent than before: wakes those that waited for just this. */
void eyelet_client_signal_senders(struct eyelet_client *client);

/* The driver shall look anew, if it polls. */
void eyelet_client_wake_driver(struct eyelet_client *client);

/* Wakes who sleeps for this call's end; for its message. */
void eyelet_client_signal(const struct eyelet_pending *pending, bool is_message);
void eyelet_client_signal_all(struct eyelet_client *client);

/* What eyelet_client_pass_on() does when somebody sleeps; it is not for others. */
void eyelet_client_wake_heir(struct eyelet_client *client);

/* Somebody who sleeps shall drive, if nobody does. */
static inline void eyelet_client_pass_on(struct eyelet_client *client)
{
    if (client->first_waiter != NULL)
        eyelet_client_wake_heir(client);
}

/*
 * eyelet_client_lose() - the connection is of no more use: all calls in flight end, and later ones need another
 *
 * For whoever has the role, or while nobody has it.
 */
void eyelet_client_lose(struct eyelet_client *client, const struct eyelet_error *why);

/* When there is something to do although nothing came: a deadline of a call or of the peer; UINT64_MAX for never. */
uint64_t eyelet_client_next_deadline(const struct eyelet_client *client);

/* May something be read, now? Not while a stream holds all that it may. */
static inline bool eyelet_client_reads(const struct eyelet_client *client)
{
    return client->n_stuffed == 0;
}

#endif
