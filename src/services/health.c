/*
 * grpc.health.v1.Health: who is told what, and by which thread.
 *
 * A watcher is a call whose answer is deferred for as long as the caller watches, and holds no thread. Whoever changes
 * something marks the watchers that it concerns as due, and then one thread at a time, the first that comes, tells all
 * that are due: so a watcher hears of changes in their order, and one that is slow to be told of hears the latest only.
 *
 * That thread uses the watchers' calls with nothing locked, and in there other functions of the program and of this
 * file may be called, hooks of other watchers for one. They find that somebody is telling already, and leave it at a
 * mark; so nothing recurses, however many watchers go at once.
 */
#include <eyelet/health.h>

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <eyelet/service.h>

#include "codec/pack.h"
#include "core/error.h"
#include "rpc/call.h"
#include "services/health.pb-c.h"

typedef Eyelet__Health__V1__HealthCheckRequest Request;
typedef Eyelet__Health__V1__HealthCheckResponse Response;

_Static_assert((int)EYELET_HEALTH_SERVING == (int)EYELET__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING &&
                   (int)EYELET_HEALTH_NOT_SERVING ==
                       (int)EYELET__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__NOT_SERVING &&
                   (int)EYELET_HEALTH_SERVICE_UNKNOWN ==
                       (int)EYELET__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN,
               "the face's numbers are those on the wire");

/* A name that was set once. */
struct subject {
    struct subject *next;
    enum eyelet_health_status status;
    char name[];
};

/**
 * struct watcher - one call of Watch, in that call's own memory
 * @health:          whose
 * @call:            used by the handler until @is_linked, then by the thread that tells
 * @name:            what it watches; in the request, which lives as long as the call
 * @previous, @next: all watchers
 * @due_next:        those that wait to be told
 * @status:          what the name is now
 * @told:            what it was told last
 * @is_linked:       it is among all watchers
 * @is_due:          it waits to be told, or is being told
 * @is_told:         there is a @told
 * @is_gone:         nobody waits for it any more
 */
struct watcher {
    struct eyelet_health *health;
    struct eyelet_call *call;
    const char *name;
    struct watcher *previous;
    struct watcher *next;
    struct watcher *due_next;
    enum eyelet_health_status status;
    enum eyelet_health_status told;
    bool is_linked;
    bool is_due;
    bool is_told;
    bool is_gone;
};

/**
 * struct eyelet_health - plain members
 * @lock:        protects all of it, and every watcher but for its @call; held for moments, by any thread. No function
 * of a call is used while it is held: those take the server's lock, and call hooks that come back here. So nothing is
 * locked inside of it, and it is taken inside of no other lock of the library's
 * @subjects:    what was set
 * @watchers:    whoever watches
 * @due_first:   of those, who waits to be told, in the order of becoming due
 * @due_last:    the last one of them; of no meaning when there is none
 * @is_telling:  a thread tells those that are due, until there is none
 * @is_stopped:  eyelet_health_stop() was called
 */
struct eyelet_health {
    pthread_mutex_t lock;
    struct subject *subjects;
    struct watcher *watchers;
    struct watcher *due_first;
    struct watcher *due_last;
    bool is_telling;
    bool is_stopped;
};

/* --- what was set ------------------------------------------------------------------------------------------------- */

static struct subject *find_subject(const struct eyelet_health *health, const char *name)
{
    struct subject *subject = health->subjects;

    while (subject != NULL && strcmp(subject->name, name) != 0)
        subject = subject->next;
    return subject;
}

static enum eyelet_health_status status_of(const struct eyelet_health *health, const char *name)
{
    const struct subject *subject = find_subject(health, name);

    return subject != NULL ? subject->status : EYELET_HEALTH_SERVICE_UNKNOWN;
}

/* The subject of that name, made when there was none. Return: NULL without memory. */
static struct subject *get_subject(struct eyelet_health *health, const char *name)
{
    struct subject *subject = find_subject(health, name);
    size_t size = strlen(name) + 1; /* at most EYELET_HEALTH_NAME_MAX + 1 */

    if (subject != NULL)
        return subject;
    subject = malloc(sizeof(*subject) + size);
    if (subject == NULL)
        return NULL;
    memcpy(subject->name, name, size);
    subject->next = health->subjects;
    health->subjects = subject;
    return subject;
}

static bool is_too_long(const char *name)
{
    return strnlen(name, EYELET_HEALTH_NAME_MAX + 1) > EYELET_HEALTH_NAME_MAX;
}

/* --- watchers: lists ---------------------------------------------------------------------------------------------- */

static void link_watcher(struct eyelet_health *health, struct watcher *watcher)
{
    watcher->next = health->watchers;
    if (watcher->next != NULL)
        watcher->next->previous = watcher;
    health->watchers = watcher;
    watcher->is_linked = true;
}

static void unlink_watcher(struct eyelet_health *health, struct watcher *watcher)
{
    if (watcher->previous != NULL)
        watcher->previous->next = watcher->next;
    else
        health->watchers = watcher->next;
    if (watcher->next != NULL)
        watcher->next->previous = watcher->previous;
    watcher->is_linked = false;
}

static bool has_news(const struct watcher *watcher)
{
    return !watcher->is_told || watcher->told != watcher->status;
}

static bool is_ending(const struct watcher *watcher)
{
    return watcher->is_gone || watcher->health->is_stopped;
}

/* Something about it has changed: if it is to be told, it will be, once. */
static void mark(struct watcher *watcher)
{
    struct eyelet_health *health = watcher->health;

    if (!watcher->is_linked || watcher->is_due || (!has_news(watcher) && !is_ending(watcher)))
        return;
    watcher->is_due = true;
    watcher->due_next = NULL;
    if (health->due_first == NULL)
        health->due_first = watcher;
    else
        health->due_last->due_next = watcher;
    health->due_last = watcher;
}

/* --- watchers: telling -------------------------------------------------------------------------------------------- */

static enum eyelet_status send_status(struct eyelet_call *call, enum eyelet_health_status status)
{
    Response response = EYELET__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;
    struct eyelet_outgoing message;

    response.status = (Eyelet__Health__V1__HealthCheckResponse__ServingStatus)status;
    message = eyelet_pack_later(&response.base);
    return eyelet_call_try_send_bytes(call, &message);
}

/* The end of a watch; the watcher's memory goes with its call. Nothing is locked, and no list has it any more. */
static void complete(struct eyelet_call *call, enum eyelet_status status)
{
    eyelet_call_on_cancel(call, NULL, NULL); /* it is in no other thread now, nor will be */
    if (status == EYELET_RESOURCE_EXHAUSTED)
        status = eyelet_call_fail(call, status, "the status has changed, and too much waits to be sent already");
    eyelet_call_complete(call, status);
}

/* Under the lock, which is released meanwhile. */
static void tell(struct eyelet_health *health, struct watcher *watcher)
{
    enum eyelet_status status = EYELET_OK;
    bool has_to_send = has_news(watcher) && !watcher->is_gone;
    bool is_last = is_ending(watcher);

    watcher->told = watcher->status;
    watcher->is_told = true;
    if (has_to_send) {
        pthread_mutex_unlock(&health->lock);
        status = send_status(watcher->call, watcher->told);
        pthread_mutex_lock(&health->lock);
    }
    if (status == EYELET_OK && !is_last) {
        watcher->is_due = false;
        mark(watcher); /* for what came meanwhile */
        return;
    }

    unlink_watcher(health, watcher);
    pthread_mutex_unlock(&health->lock);
    complete(watcher->call, status);
    pthread_mutex_lock(&health->lock);
}

/* Under the lock, which is released meanwhile: tells all that are due, unless another thread does, or this one. */
static void tell_due(struct eyelet_health *health)
{
    struct watcher *watcher;

    if (health->is_telling)
        return;
    health->is_telling = true;
    while ((watcher = health->due_first) != NULL) {
        health->due_first = watcher->due_next;
        tell(health, watcher);
    }
    health->is_telling = false;
}

/* Nobody waits for the call any more. The watcher is there as long as this runs: its end takes this hook back before.
 */
static void on_cancel(enum eyelet_status why, void *userdata)
{
    struct watcher *watcher = userdata;
    struct eyelet_health *health = watcher->health;

    (void)why;
    pthread_mutex_lock(&health->lock);
    watcher->is_gone = true;
    mark(watcher);
    tell_due(health);
    pthread_mutex_unlock(&health->lock);
}

/* --- methods ------------------------------------------------------------------------------------------------------ */

static enum eyelet_status refuse_name(struct eyelet_call *call)
{
    return eyelet_call_fail(call, EYELET_INVALID_ARGUMENT, "name of a service is longer than %u bytes",
                            EYELET_HEALTH_NAME_MAX);
}

static enum eyelet_status check(struct eyelet_call *call, const void *handlers, const ProtobufCMessage *message,
                                ProtobufCMessage *reply, void *userdata)
{
    const Request *request = (const Request *)message;
    struct eyelet_health *health = userdata;
    enum eyelet_health_status status;

    (void)handlers;
    if (is_too_long(request->service))
        return refuse_name(call);
    pthread_mutex_lock(&health->lock);
    status = status_of(health, request->service);
    pthread_mutex_unlock(&health->lock);
    if (status == EYELET_HEALTH_SERVICE_UNKNOWN)
        return eyelet_call_fail(call, EYELET_NOT_FOUND, "the health of '%s' is not known", request->service);
    ((Response *)reply)->status = (Eyelet__Health__V1__HealthCheckResponse__ServingStatus)status;
    return EYELET_OK;
}

static enum eyelet_status watch(struct eyelet_call *call, const void *handlers, const ProtobufCMessage *message,
                                ProtobufCMessage *reply, void *userdata)
{
    const Request *request = (const Request *)message;
    struct eyelet_health *health = userdata;
    struct watcher *watcher;

    (void)handlers;
    (void)reply;
    if (is_too_long(request->service))
        return refuse_name(call);
    watcher = eyelet_call_alloc(call, sizeof(*watcher));
    if (watcher == NULL)
        return eyelet_call_fail(call, EYELET_RESOURCE_EXHAUSTED, "no memory for a watcher");
    *watcher = (struct watcher){ .health = health, .call = call, .name = request->service };

    (void)eyelet_call_defer(call);
    eyelet_call_end_at_stop(call);
    eyelet_call_on_cancel(call, on_cancel, watcher); /* may be called at once, and finds it not linked yet */
    pthread_mutex_lock(&health->lock);
    watcher->status = status_of(health, watcher->name);
    link_watcher(health, watcher);
    mark(watcher);
    tell_due(health); /* and from here on the call may be over */
    pthread_mutex_unlock(&health->lock);
    return EYELET_OK;
}

static const struct eyelet_method methods[] = {
    {
        .name = "Check",
        .request_type = &eyelet__health__v1__health_check_request__descriptor,
        .reply_type = &eyelet__health__v1__health_check_response__descriptor,
        .kind = EYELET_UNARY,
        .handle = check,
    },
    {
        .name = "Watch",
        .request_type = &eyelet__health__v1__health_check_request__descriptor,
        .reply_type = &eyelet__health__v1__health_check_response__descriptor,
        .kind = EYELET_SERVER_STREAM,
        .handle = watch,
    },
};

static const struct eyelet_service service = {
    .name = "grpc.health.v1.Health", /* grpc/health/v1/health.proto */
    .methods = methods,
    .n_methods = sizeof(methods) / sizeof(methods[0]),
};

/* --- life --------------------------------------------------------------------------------------------------------- */

static struct eyelet_health *health_new(void)
{
    struct eyelet_health *health = calloc(1, sizeof(*health));

    if (health == NULL)
        return NULL;
    if (pthread_mutex_init(&health->lock, NULL) != 0) {
        free(health);
        return NULL;
    }
    if (eyelet_health_set(health, "", EYELET_HEALTH_SERVING) != EYELET_OK)
        return eyelet_health_close(health);
    return health;
}

enum eyelet_status eyelet_health_open(struct eyelet_server *server, struct eyelet_health **ret,
                                      struct eyelet_error *reterr)
{
    struct eyelet_health *health = health_new();
    enum eyelet_status status;

    if (health == NULL)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "no memory for a health service");
    status = eyelet_server_add_service(server, &service, health, health);
    if (status != EYELET_OK) {
        eyelet_health_close(health);
        return eyelet_error_set(reterr, status, "cannot add the health service: %s", eyelet_status_name(status));
    }
    *ret = health;
    return EYELET_OK;
}

enum eyelet_status eyelet_health_set(struct eyelet_health *health, const char *name, enum eyelet_health_status status)
{
    struct subject *subject;

    if (is_too_long(name) || (unsigned)status >= EYELET_HEALTH_SERVICE_UNKNOWN)
        return EYELET_INVALID_ARGUMENT;

    pthread_mutex_lock(&health->lock);
    subject = get_subject(health, name);
    if (subject != NULL) {
        subject->status = health->is_stopped ? EYELET_HEALTH_NOT_SERVING : status;
        for (struct watcher *watcher = health->watchers; watcher != NULL; watcher = watcher->next) {
            if (strcmp(watcher->name, name) != 0)
                continue;
            watcher->status = subject->status;
            mark(watcher);
        }
        tell_due(health);
    }
    pthread_mutex_unlock(&health->lock);
    return subject != NULL ? EYELET_OK : EYELET_RESOURCE_EXHAUSTED;
}

void eyelet_health_stop(struct eyelet_health *health)
{
    pthread_mutex_lock(&health->lock);
    health->is_stopped = true;
    for (struct subject *subject = health->subjects; subject != NULL; subject = subject->next)
        subject->status = EYELET_HEALTH_NOT_SERVING;
    for (struct watcher *watcher = health->watchers; watcher != NULL; watcher = watcher->next) {
        watcher->status = status_of(health, watcher->name);
        mark(watcher);
    }
    tell_due(health);
    pthread_mutex_unlock(&health->lock);
}

struct eyelet_health *eyelet_health_close(struct eyelet_health *health)
{
    struct subject *next;

    if (health == NULL)
        return NULL;
    assert(health->watchers == NULL && !health->is_telling);
    for (struct subject *subject = health->subjects; subject != NULL; subject = next) {
        next = subject->next;
        free(subject);
    }
    pthread_mutex_destroy(&health->lock);
    free(health);
    return NULL;
}
