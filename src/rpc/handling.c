/*
 * What a handler does that involves its connection: receiving, sending, answering later, being cancelled.
 */
#include "io/socket.h"
#include "rpc/call.h"
#include "rpc/served.h"
#include "rpc/workers.h"
#include "rpc/writing.h"

static struct eyelet_workers *workers_of(const struct eyelet_call *call)
{
    return eyelet_workers_of(call->serving->env);
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

enum eyelet_status eyelet_call_defer(struct eyelet_call *call)
{
    struct eyelet_workers *workers = workers_of(call);

    eyelet_workers_lock(workers);
    eyelet_served_defer(call);
    eyelet_workers_unlock(workers);
    return EYELET_OK;
}

void eyelet_call_complete(struct eyelet_call *call, enum eyelet_status status)
{
    struct eyelet_workers *workers = workers_of(call);

    eyelet_workers_lock(workers);
    eyelet_workers_end(workers, call, status, eyelet_now_ns());
    call->is_completed = true;
    eyelet_workers_finish(workers, call);
    eyelet_workers_share(workers);
    eyelet_workers_unlock(workers);
}

void eyelet_call_end_at_stop(struct eyelet_call *call)
{
    struct eyelet_workers *workers = workers_of(call);

    eyelet_workers_lock(workers);
    call->ends_at_stop = true;
    if (call->serving->is_stopping)
        eyelet_served_end_endless(call->serving);
    eyelet_workers_unlock(workers);
}

/* --- cancellation ------------------------------------------------------------------------------------------------- */

bool eyelet_call_is_cancelled(struct eyelet_call *call)
{
    struct eyelet_workers *workers = workers_of(call);
    bool is_cancelled;

    eyelet_workers_lock(workers);
    if (!call->is_deferred)
        eyelet_workers_look(workers, call);
    is_cancelled = call->cancelled != EYELET_OK || eyelet_now_ns() >= call->deadline_ns;
    eyelet_workers_unlock(workers);
    return is_cancelled;
}

/* Another thread is in the hook: it must be out of it before the handler's data may end. */
static void wait_for_hook(struct eyelet_workers *workers, struct eyelet_call *call)
{
    while (call->is_in_hook && !pthread_equal(call->hook_thread, pthread_self()))
        pthread_cond_wait(&call->changed, &workers->lock);
}

void eyelet_call_on_cancel(struct eyelet_call *call, void (*on_cancel)(enum eyelet_status why, void *userdata),
                           void *userdata)
{
    struct eyelet_workers *workers = workers_of(call);
    enum eyelet_status cancelled;

    eyelet_workers_lock(workers);
    wait_for_hook(workers, call);
    cancelled = call->cancelled;
    call->on_cancel = cancelled == EYELET_OK ? on_cancel : NULL;
    call->on_cancel_userdata = userdata;
    eyelet_workers_unlock(workers);
    if (cancelled != EYELET_OK && on_cancel != NULL)
        on_cancel(cancelled, userdata);
}

/* --- streams ------------------------------------------------------------------------------------------------------ */

static bool has_message_or_end(const struct eyelet_call *call)
{
    return call->inbox.n_messages > 0 || call->is_inbox_ended || call->cancelled != EYELET_OK;
}

/* Waits, and lets its connection be read meanwhile, whatever else waits on it. */
static void wait_for_message(struct eyelet_workers *workers, struct eyelet_call *call)
{
    if (has_message_or_end(call))
        return;
    call->wants_message = true;
    call->serving->n_receiving++;
    eyelet_workers_attend(workers, call->serving);
    eyelet_workers_wait(workers, call, has_message_or_end);
    call->serving->n_receiving--;
    call->wants_message = false;
}

enum eyelet_got eyelet_call_recv_bytes(struct eyelet_call *call, struct eyelet_inbox_message **ret)
{
    struct eyelet_workers *workers = workers_of(call);
    enum eyelet_got got = EYELET_GOT_END;

    eyelet_workers_lock(workers);
    eyelet_workers_look(workers, call);
    wait_for_message(workers, call);
    if (call->cancelled != EYELET_OK) {
        (void)eyelet_call_fail_cancelled(call);
        got = EYELET_GOT_ERROR;
    } else if ((*ret = eyelet_served_take_message(call)) != NULL) {
        call->info.received_messages++;
        call->info.received_bytes += (*ret)->len;
        eyelet_workers_attend(workers, call->serving); /* reading may go on now */
        eyelet_workers_share(workers);
        got = EYELET_GOT_MESSAGE;
    }
    eyelet_workers_unlock(workers);
    return got;
}

static bool has_room(const struct eyelet_call *call)
{
    return eyelet_writing_has_room(call->serving) || call->cancelled != EYELET_OK;
}

static void wait_for_room(struct eyelet_workers *workers, struct eyelet_call *call)
{
    if (has_room(call))
        return;
    call->wants_room = true;
    call->serving->n_sending++;
    eyelet_workers_wait(workers, call, has_room);
    call->serving->n_sending--;
    call->wants_room = false;
}

/* Under the lock: queues and sends. Return: EYELET_OK or why not. */
static enum eyelet_status send_now(struct eyelet_workers *workers, struct eyelet_call *call,
                                   const struct eyelet_outgoing *message)
{
    int r;

    if (call->cancelled != EYELET_OK)
        return eyelet_call_fail_cancelled(call);
    r = eyelet_served_send(call, message);
    if (r == 0) {
        eyelet_writing_flush_now(call->serving);
        eyelet_workers_attend(workers, call->serving);
        eyelet_workers_share(workers);
    }
    return r == 0 ? EYELET_OK : EYELET_RESOURCE_EXHAUSTED;
}

enum eyelet_status eyelet_call_send_bytes(struct eyelet_call *call, const struct eyelet_outgoing *message)
{
    struct eyelet_workers *workers = workers_of(call);
    enum eyelet_status status;

    eyelet_workers_lock(workers);
    eyelet_workers_look(workers, call);
    wait_for_room(workers, call);
    status = send_now(workers, call, message);
    eyelet_workers_unlock(workers);
    return status;
}

enum eyelet_status eyelet_call_try_send_bytes(struct eyelet_call *call, const struct eyelet_outgoing *message)
{
    struct eyelet_workers *workers = workers_of(call);
    enum eyelet_status status;

    eyelet_workers_lock(workers);
    status = send_now(workers, call, message);
    eyelet_workers_unlock(workers);
    return status;
}
