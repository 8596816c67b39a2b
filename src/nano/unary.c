/*
 * The face of unary calls: those that block, and those that are started, and then told, collected or cancelled.
 */
#include "core/error.h"
#include "io/socket.h"
#include "nano/client.h"

/* --- calls that block --------------------------------------------------------------------------------------------- */

/* Return: false when the call is over without a connection. */
static bool connect_for(struct eyelet_nano_pending *pending)
{
    struct eyelet_nano_client *client = pending->client;
    struct eyelet_error *why = &client->event.error; /* of no use without a connection */
    enum eyelet_status status;

    if (!client->is_lost)
        return true;
    if (!client->opts.reconnect) {
        eyelet_nano_pending_lose(pending);
        return false;
    }
    status = eyelet_nano_client_connect(client, pending->deadline_ns, why);
    if (status == EYELET_OK)
        return true;
    eyelet_nano_pending_describe(pending, status, why->text);
    pending->error.error_number = why->error_number;
    eyelet_nano_pending_fail(pending);
    return false;
}

static void wait_for_end(struct eyelet_nano_pending *pending)
{
    if (!eyelet_nano_pending_wait(pending, EYELET_NANO_WANTS_END, 0))
        eyelet_nano_pending_expire(pending);
}

/*
 * A server may answer before the request has left whole. The rest must follow, or the peer takes this side for stalled:
 * nobody would send it before the next call. The call has its answer, so it waits for that no longer than its deadline.
 */
static void finish_writing(struct eyelet_nano_pending *pending)
{
    if (pending->connection_number == pending->client->counters.connections_opened)
        eyelet_nano_pending_wait(pending, EYELET_NANO_WANTS_SENT, pending->end);
}

/* A request that did not leave whole was not run: with another connection it may be tried again. */
static bool may_try_again(const struct eyelet_nano_pending *pending)
{
    return pending->client->opts.reconnect && pending->was_lost && !pending->error.may_have_executed;
}

/* One try, on the connection that is there or on another. */
static void try_call(struct eyelet_nano_pending *pending, const struct eyelet_nano_calling *what)
{
    if (!connect_for(pending) || !eyelet_nano_pending_begin(pending, what, true, eyelet_now_ns()))
        return;
    wait_for_end(pending);
    finish_writing(pending);
}

/* The end of a call that was not told: its slot is free. */
static enum eyelet_status hand_over(struct eyelet_nano_pending *pending, struct eyelet_error *reterr)
{
    struct eyelet_nano_client *client = pending->client;
    enum eyelet_status status = eyelet_nano_pending_report(pending, reterr);

    eyelet_nano_pending_release(pending);
    eyelet_nano_client_tell(client);
    return status;
}

enum eyelet_status eyelet_nano_client_call(struct eyelet_nano_client *client, const struct eyelet_nano_service *service,
                                           const struct eyelet_nano_method *method, const struct eyelet_call_opts *opts,
                                           const void *request, void *reply, struct eyelet_error *reterr)
{
    const struct eyelet_nano_calling what = { service, method, opts, request };
    struct eyelet_nano_pending *pending;
    enum eyelet_status status;

    status = eyelet_nano_client_admit(client, &what, false, eyelet_now_ns(), &pending, reterr);
    if (status != EYELET_OK)
        return status;
    pending->reply = reply;
    try_call(pending, &what);
    while (may_try_again(pending)) {
        eyelet_nano_pending_arm(pending);
        try_call(pending, &what);
    }
    return hand_over(pending, reterr);
}

/* --- calls that are started --------------------------------------------------------------------------------------- */

/* Return: false when the call is over. */
static bool begin_without_waiting(struct eyelet_nano_pending *pending, const struct eyelet_nano_calling *what,
                                  uint64_t now_ns)
{
    eyelet_nano_client_expire(pending->client, now_ns);
    if (!pending->client->is_lost)
        return eyelet_nano_pending_begin(pending, what, false, now_ns);
    eyelet_nano_pending_lose(pending);
    return false;
}

enum eyelet_status eyelet_nano_client_start(struct eyelet_nano_client *client,
                                            const struct eyelet_nano_service *service,
                                            const struct eyelet_nano_method *method,
                                            const struct eyelet_call_opts *opts, const void *request, void *reply,
                                            eyelet_nano_tell_fn tell, void (*done)(void), void *userdata,
                                            struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    const struct eyelet_nano_calling what = { service, method, opts, request };
    struct eyelet_nano_pending *pending;
    uint64_t now_ns = eyelet_now_ns();
    enum eyelet_status status;

    if (done == NULL && ret == NULL)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "a call of %s/%s is neither told nor collected",
                                service->name, method->name);
    status = eyelet_nano_client_admit(client, &what, false, now_ns, &pending, reterr);
    if (status != EYELET_OK)
        return status;
    if (!begin_without_waiting(pending, &what, now_ns))
        return hand_over(pending, reterr);

    pending->reply = reply;
    pending->tell = tell;
    pending->done = done;
    pending->userdata = userdata;
    if (ret != NULL)
        *ret = pending;
    eyelet_nano_client_tell(client);
    return EYELET_OK;
}

enum eyelet_status eyelet_nano_client_collect(struct eyelet_nano_pending *pending, struct eyelet_error *reterr)
{
    if (pending == NULL)
        return eyelet_error_set(reterr, EYELET_FAILED_PRECONDITION, "there is no call to collect");
    wait_for_end(pending);
    finish_writing(pending);
    return hand_over(pending, reterr);
}

void eyelet_nano_pending_cancel(struct eyelet_nano_pending *pending)
{
    if (pending->is_over)
        return;
    eyelet_nano_pending_describe(pending, EYELET_CANCELLED, "the call was cancelled");
    eyelet_nano_pending_give_up(pending);
}

bool eyelet_nano_pending_is_done(const struct eyelet_nano_pending *pending)
{
    return pending->is_over;
}
