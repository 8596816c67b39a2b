/*
 * Who watches, who works, who is told to come.
 */
#include "rpc/workers.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/error.h"
#include "io/socket.h"
#include "rpc/served.h"
#include "rpc/trace.h"
#include "rpc/wait.h"

#define CALLS_PER_LOOK 64                        /* as many calls are run before the sockets are looked at again, */
#define LOOK_AGAIN_NS  EYELET_NS_PER_MS          /* or so long */
#define LINGER_NS      (1000 * EYELET_NS_PER_MS) /* who has run a call minds the time for so long */
#define ABSENCE_MIN_NS (1000 * EYELET_NS_PER_MS) /* HOSTILE H101: peers are closed at their timer +-1 s */

/**
 * struct eyelet_look - one look at the sockets
 * @next:        looks that other threads are in
 * @until_ns:    when it is over though nothing happens; EYELET_NO_DEADLINE for never
 * @events:      what was there, @n of them; @n is negative when it failed with @error_number
 * @spin:        how it looked before it slept
 * @wake_ns:     when it was over
 * @absence_ns:  for how long nobody had looked before, and for how long this one was late
 */
struct eyelet_look {
    struct eyelet_look *next;
    uint64_t until_ns;
    struct epoll_event events[EYELET_GUESTS_EVENTS_MAX];
    int n;
    int error_number;
    struct eyelet_spin_look spin;
    uint64_t wake_ns;
    uint64_t absence_ns;
};

static void notice(struct eyelet_serving_env *env, struct eyelet_call *call);
static void leave(struct eyelet_serving_env *env);
static void back(struct eyelet_serving_env *env);

static const struct eyelet_serving_threads answers = { .notice = notice, .leave = leave, .back = back };

/* --- life --------------------------------------------------------------------------------------------------------- */

static int open_descriptors(struct eyelet_workers *workers)
{
    struct eyelet_guests *guests = &workers->guests;
    int r;

    guests->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (guests->epoll_fd < 0)
        return -errno;
    workers->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (workers->stop_fd < 0)
        return -errno;
    workers->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (workers->wake_fd < 0)
        return -errno;
    r = eyelet_guests_watch(guests, workers->stop_fd, EYELET_GUESTS_STOP);
    if (r < 0)
        return r;
    return eyelet_guests_watch(guests, workers->wake_fd, EYELET_GUESTS_WAKE);
}

static void close_descriptors(struct eyelet_workers *workers)
{
    workers->wake_fd = eyelet_socket_close(workers->wake_fd);
    workers->stop_fd = eyelet_socket_close(workers->stop_fd);
    workers->guests.epoll_fd = eyelet_socket_close(workers->guests.epoll_fd);
}

static int init_locks(struct eyelet_workers *workers)
{
    int r = pthread_mutex_init(&workers->lock, NULL);

    if (r != 0)
        return -r;
    r = eyelet_wait_init(&workers->resting);
    if (r < 0)
        pthread_mutex_destroy(&workers->lock);
    return r;
}

int eyelet_workers_init(struct eyelet_workers *workers)
{
    struct eyelet_guests *guests = &workers->guests;
    uint32_t threads = workers->env.opts.threads;
    int r;

    workers->env.threads = &answers;
    workers->wake_fd = workers->stop_fd = guests->epoll_fd = -1;
    guests->env = &workers->env;
    guests->accept_again_ns = EYELET_NO_DEADLINE;
    guests->share = threads > 1 ? threads - 1 : 1; /* HOSTILE H105: one thread is left for others */

    r = init_locks(workers);
    if (r < 0)
        return r;
    r = open_descriptors(workers);
    if (r == 0)
        return 0;
    close_descriptors(workers);
    pthread_cond_destroy(&workers->resting);
    pthread_mutex_destroy(&workers->lock);
    return r;
}

void eyelet_workers_clear(struct eyelet_workers *workers)
{
    struct eyelet_serving_env *env = &workers->env;

    assert(env->n_calls == 0);
    eyelet_guests_clear(&workers->guests);
    close_descriptors(workers);
    while (env->free_calls != NULL) {
        struct eyelet_call *call = env->free_calls;

        env->free_calls = call->queue_next;
        eyelet_call_free(call);
    }
    eyelet_timers_clear(&env->timers);
    eyelet_buffer_pool_clear(&env->pool);
    eyelet_log_clear(&env->log);
    pthread_cond_destroy(&workers->resting);
    pthread_mutex_destroy(&workers->lock);
}

/* --- waking ------------------------------------------------------------------------------------------------------- */

static void ring(int fd)
{
    const uint64_t one = 1;
    ssize_t n = write(fd, &one, sizeof(one));

    (void)n; /* it fails only when the counter is full, and then it was rung often enough */
}

void eyelet_workers_stop(struct eyelet_workers *workers)
{
    int saved = errno; /* in a signal handler */

    workers->is_stop_asked = true;
    ring(workers->stop_fd);
    errno = saved;
}

/* One more thread, if one has nothing to do. */
static void call_one(struct eyelet_workers *workers)
{
    if (workers->is_coming)
        return;
    if (workers->n_watching > 0) {
        workers->is_coming = true;
        ring(workers->wake_fd);
    } else if (workers->n_resting > 0) {
        pthread_cond_signal(&workers->resting);
    }
}

static bool has_work(const struct eyelet_workers *workers)
{
    return eyelet_guests_has_calls(&workers->guests) || eyelet_guests_has_turns(&workers->guests);
}

/* Is there nobody left, and nobody to come? */
static bool is_finished(const struct eyelet_workers *workers)
{
    const struct eyelet_guests *guests = &workers->guests;

    return (guests->is_draining || guests->listener.is_connected) && guests->n == 0 && guests->n_closed == 0 &&
           workers->env.n_calls == 0 && workers->n_telling == 0;
}

/* When time brings something; 0 when that is now. */
static uint64_t next_deadline(const struct eyelet_workers *workers)
{
    const struct eyelet_guests *guests = &workers->guests;
    uint64_t deadline_ns = eyelet_guests_deadline(guests);

    if (workers->is_stop_asked && !guests->is_draining)
        return 0;
    if (guests->is_draining && guests->n > 0 && workers->give_up_ns < deadline_ns)
        deadline_ns = workers->give_up_ns;
    return deadline_ns;
}

static bool is_watched(const struct eyelet_workers *workers)
{
    return workers->n_watching > 0 || workers->watcher != NULL;
}

/* Does somebody wake by then? */
static bool is_minded(const struct eyelet_workers *workers, uint64_t deadline_ns)
{
    const struct eyelet_look *look = workers->looks;

    while (look != NULL && look->until_ns > deadline_ns)
        look = look->next;
    return look != NULL || deadline_ns == EYELET_NO_DEADLINE;
}

/* Somebody watches, but would wake too late. */
static void mind_the_time(struct eyelet_workers *workers)
{
    if (workers->is_coming || !is_watched(workers) || is_minded(workers, next_deadline(workers)))
        return;
    workers->is_coming = true;
    ring(workers->wake_fd);
}

void eyelet_workers_share(struct eyelet_workers *workers)
{
    if (has_work(workers) || is_finished(workers))
        call_one(workers);
    else
        mind_the_time(workers);
}

/* Nobody watches any more: one of those who wait does it from now on. */
static void hand_over_watch(struct eyelet_workers *workers)
{
    if (is_watched(workers))
        return;
    if (workers->n_resting > 0)
        pthread_cond_signal(&workers->resting);
    else if (workers->sleepers != NULL)
        pthread_cond_signal(&workers->sleepers->changed);
}

struct eyelet_workers *eyelet_workers_of(struct eyelet_serving_env *env)
{
    return (struct eyelet_workers *)((char *)env - offsetof(struct eyelet_workers, env));
}

static void notice(struct eyelet_serving_env *env, struct eyelet_call *call)
{
    struct eyelet_workers *workers = eyelet_workers_of(env);

    if (call->is_sleeping)
        pthread_cond_signal(&call->changed);
    else if (workers->watcher == call)
        ring(workers->wake_fd); /* nobody else watches, so it wakes this one */
}

void eyelet_workers_attend(struct eyelet_workers *workers, struct eyelet_serving *serving)
{
    eyelet_guests_attend(&workers->guests, serving);
}

void eyelet_workers_finish(struct eyelet_workers *workers, struct eyelet_call *call)
{
    eyelet_guests_call_is_over(&workers->guests, call);
}

/* --- the lock, and what is told when it is released --------------------------------------------------------------- */

void eyelet_workers_lock(struct eyelet_workers *workers)
{
    pthread_mutex_lock(&workers->lock);
}

/* This thread is going to be away: from now on nobody watches, if nobody else does. */
static void note_unwatched(struct eyelet_workers *workers, uint64_t now_ns)
{
    if (!is_watched(workers) && workers->unwatched_ns == 0)
        workers->unwatched_ns = now_ns;
}

/* Something of the program's is about to run in this thread: others see to the rest. */
static void leave_to_others(struct eyelet_workers *workers, uint64_t now_ns)
{
    eyelet_workers_share(workers);
    note_unwatched(workers, now_ns);
    hand_over_watch(workers);
}

/* Is there something to be told to the program before the lock is released? */
static bool has_news(const struct eyelet_workers *workers)
{
    return workers->env.hooks_due != NULL || workers->env.log.first != NULL;
}

static void tell_hook(struct eyelet_workers *workers, struct eyelet_call *call)
{
    void (*on_cancel)(enum eyelet_status why, void *userdata) = call->on_cancel;
    void *userdata = call->on_cancel_userdata;

    if (on_cancel == NULL)
        return;
    call->on_cancel = NULL;
    call->is_in_hook = true;
    call->hook_thread = pthread_self();
    leave_to_others(workers, eyelet_now_ns());
    pthread_mutex_unlock(&workers->lock);
    on_cancel(call->cancelled, userdata);
    pthread_mutex_lock(&workers->lock);
    call->is_in_hook = false;
    pthread_cond_broadcast(&call->changed);
}

/* Tells one cancelled call's hook, with nothing locked. The call cannot go away meanwhile. */
static void tell_next_hook(struct eyelet_workers *workers)
{
    struct eyelet_call *call = workers->env.hooks_due;

    workers->env.hooks_due = call->queue_next;
    call->queue_next = NULL;
    call->is_hook_due = false;
    tell_hook(workers, call);
    eyelet_workers_finish(workers, call);
}

/* The same for the log. The server cannot go away meanwhile, though this may be a thread that is none of its own. */
static void tell_log(struct eyelet_workers *workers)
{
    struct eyelet_log_line *lines = eyelet_log_take(&workers->env.log);

    workers->n_telling++;
    leave_to_others(workers, eyelet_now_ns());
    pthread_mutex_unlock(&workers->lock);
    eyelet_log_tell(&workers->env.log, lines);
    pthread_mutex_lock(&workers->lock);
    workers->n_telling--;
}

/* Is this thread in a hook or a log function already? Then it goes on telling when it is back there. */
static bool is_telling(const struct eyelet_workers *workers)
{
    const struct eyelet_teller *teller = workers->tellers;

    while (teller != NULL && !pthread_equal(teller->thread, pthread_self()))
        teller = teller->next;
    return teller != NULL;
}

static bool may_tell(const struct eyelet_workers *workers)
{
    return has_news(workers) && !is_telling(workers);
}

/*
 * What came of telling may be work for others, or the end that they wait for. What the program does when it is told may
 * be news in turn, which is told by the same loop: so its functions never pile up on one another.
 */
static void tell_all_news(struct eyelet_workers *workers)
{
    struct eyelet_teller self = { .thread = pthread_self(), .next = workers->tellers }, **link = &workers->tellers;

    workers->tellers = &self;
    while (has_news(workers)) {
        if (workers->env.hooks_due != NULL)
            tell_next_hook(workers);
        else
            tell_log(workers);
        eyelet_workers_share(workers);
    }
    while (*link != &self)
        link = &(*link)->next;
    *link = self.next;
}

static void tell_news(struct eyelet_workers *workers)
{
    if (may_tell(workers))
        tell_all_news(workers);
}

void eyelet_workers_unlock(struct eyelet_workers *workers)
{
    tell_news(workers);
    pthread_mutex_unlock(&workers->lock);
}

void eyelet_workers_leave(struct eyelet_workers *workers, uint64_t now_ns)
{
    tell_news(workers);
    leave_to_others(workers, now_ns);
    pthread_mutex_unlock(&workers->lock);
}

static void leave(struct eyelet_serving_env *env)
{
    eyelet_workers_leave(eyelet_workers_of(env), eyelet_now_ns());
}

static void back(struct eyelet_serving_env *env)
{
    eyelet_workers_lock(eyelet_workers_of(env));
}

/* --- watching ----------------------------------------------------------------------------------------------------- */

/* The process was stopped, or every thread was in a handler: what came meanwhile was not read, and nobody is late by
 * it. */
static void forgive_absence(struct eyelet_workers *workers, uint64_t absence_ns, uint64_t now_ns)
{
    if (absence_ns >= ABSENCE_MIN_NS)
        eyelet_guests_forgive(&workers->guests, absence_ns, now_ns);
}

static void note_events(struct eyelet_workers *workers, const struct epoll_event *events, int n)
{
    struct eyelet_guests *guests = &workers->guests;

    for (int i = 0; i < n; i++) {
        uint64_t who = events[i].data.u64;

        if (who == EYELET_GUESTS_LISTENER)
            eyelet_guests_note_listener(guests);
        else if (who == EYELET_GUESTS_WAKE)
            workers->is_coming = false;
        else if (who != EYELET_GUESTS_STOP)
            eyelet_guests_note(guests, who, events[i].events);
    }
}

/* epoll_wait()'s timeout: rounded up, so that the time is over when it wakes. */
static int timeout_until(uint64_t deadline_ns, uint64_t now_ns)
{
    uint64_t left_ms;

    if (deadline_ns == EYELET_NO_DEADLINE)
        return -1;
    if (deadline_ns <= now_ns)
        return 0;
    left_ms = (deadline_ns - now_ns + EYELET_NS_PER_MS - 1) / EYELET_NS_PER_MS;
    return left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
}

static void start_draining(struct eyelet_workers *workers, uint64_t now_ns)
{
    workers->give_up_ns = eyelet_deadline_after_ms(now_ns, workers->env.opts.grace_ms);
    eyelet_guests_drain(&workers->guests);
}

static void fail(struct eyelet_workers *workers, int error_number)
{
    struct eyelet_error why;

    eyelet_error_errno(&why, error_number, "server cannot go on");
    eyelet_log_add(&workers->env.log, NULL, eyelet_now_ns(), EYELET_LOG_ERROR, "%s", why.text);
    workers->error = error_number;
    workers->is_stop_asked = true;
    workers->guests.is_draining = true;
    workers->give_up_ns = 0; /* no grace */
}

/* What time and a stop bring. */
static void look_around(struct eyelet_workers *workers, uint64_t now_ns)
{
    int r;

    workers->guests.awake_ns = now_ns;
    if (workers->is_stop_asked && !workers->guests.is_draining)
        start_draining(workers, now_ns);
    r = eyelet_guests_look(&workers->guests, now_ns);
    if (r < 0 && workers->error == 0)
        fail(workers, r);
    if (workers->guests.is_draining && now_ns >= workers->give_up_ns && workers->guests.n > 0)
        eyelet_guests_end(&workers->guests);
}

static void begin_look(struct eyelet_workers *workers, struct eyelet_look *look)
{
    look->next = workers->looks;
    workers->looks = look;
}

static void end_look(struct eyelet_workers *workers, const struct eyelet_look *look)
{
    struct eyelet_look **link = &workers->looks;

    while (*link != look)
        link = &(*link)->next;
    *link = look->next;
}

/* All but the events, which the kernel fills in: to clear those takes as long as to note one. */
static void look_init(struct eyelet_look *look, uint64_t until_ns)
{
    look->next = NULL;
    look->until_ns = until_ns;
    look->n = 0;
    look->error_number = 0;
    look->spin = (struct eyelet_spin_look){ 0 };
    look->wake_ns = 0;
    look->absence_ns = 0;
}

/* Whether this thread looks again and again before it sleeps, if it does: one does so for all. */
static void begin_spin(struct eyelet_workers *workers, struct eyelet_look *look, uint64_t now_ns)
{
    struct eyelet_spin *spin = &workers->env.spin;

    if (spin->max_ns == 0 || look->until_ns <= now_ns || workers->is_spinning)
        return;
    eyelet_spin_begin(spin, now_ns, look->until_ns, &look->spin);
    workers->is_spinning = look->spin.until_ns > 0;
}

static void wait_at_epoll(const struct eyelet_workers *workers, struct eyelet_look *look, int timeout_ms)
{
    look->n = epoll_wait(workers->guests.epoll_fd, look->events, EYELET_GUESTS_EVENTS_MAX, timeout_ms);
    look->error_number = errno;
}

/* With nothing locked. */
static void spin_and_sleep(struct eyelet_workers *workers, struct eyelet_look *look)
{
    do {
        wait_at_epoll(workers, look, 0);
    } while (look->n == 0 && eyelet_spin_goes_on(&look->spin, eyelet_now_ns()));
    workers->is_spinning = false;
    if (look->n == 0)
        wait_at_epoll(workers, look, timeout_until(look->until_ns, eyelet_now_ns()));
}

/*
 * Waits at the epoll with the lock released, from @sleep_ns on, until @look->until_ns at most. There must be no news,
 * since nobody would know what came of it.
 */
static void wait_for_events(struct eyelet_workers *workers, struct eyelet_look *look, uint64_t sleep_ns)
{
    uint64_t until_ns;
    int timeout_ms = timeout_until(look->until_ns, sleep_ns);

    assert(!may_tell(workers));
    look->absence_ns = workers->unwatched_ns != 0 ? sleep_ns - workers->unwatched_ns : 0;
    workers->unwatched_ns = 0;
    begin_spin(workers, look, sleep_ns);
    begin_look(workers, look);
    pthread_mutex_unlock(&workers->lock);
    if (look->spin.until_ns == 0)
        wait_at_epoll(workers, look, timeout_ms);
    else
        spin_and_sleep(workers, look);
    pthread_mutex_lock(&workers->lock);
    end_look(workers, look);
    eyelet_spin_end(&workers->env.spin, &look->spin);

    look->wake_ns = eyelet_now_ns();
    if (timeout_ms < 0)
        return;
    until_ns = eyelet_deadline_after_ms(sleep_ns, (uint32_t)timeout_ms);
    if (look->wake_ns > until_ns)
        look->absence_ns += look->wake_ns - until_ns;
}

static void take_look(struct eyelet_workers *workers, const struct eyelet_look *look)
{
    forgive_absence(workers, look->absence_ns, look->wake_ns);
    if (look->n < 0 && look->error_number != EINTR && workers->error == 0)
        fail(workers, -look->error_number);
    note_events(workers, look->events, look->n);
    look_around(workers, look->wake_ns);
}

/*
 * A thread with nothing to do. One of those minds the time; whoever has run a call minds it for a while as well, so
 * that nobody need be woken to do so whenever the next call goes to the one that did. Return: when that was over.
 */
static uint64_t watch(struct eyelet_workers *workers, bool has_run)
{
    uint64_t now_ns = eyelet_now_ns();
    struct eyelet_look look;

    look_init(&look, next_deadline(workers));
    if (is_minded(workers, look.until_ns))
        look.until_ns = EYELET_NO_DEADLINE;
    if (has_run && workers->env.opts.threads > 1 && look.until_ns > now_ns + LINGER_NS)
        look.until_ns = now_ns + LINGER_NS;
    workers->n_watching++;
    wait_for_events(workers, &look, now_ns);
    workers->n_watching--;
    take_look(workers, &look);
    return look.wake_ns;
}

/* A thread with something to do sees what else there is, and lets others have the lock. Return: when that was over. */
static uint64_t glance(struct eyelet_workers *workers)
{
    struct eyelet_look look;

    if (workers->watcher != NULL) {
        pthread_mutex_unlock(&workers->lock);
        pthread_mutex_lock(&workers->lock);
        return eyelet_now_ns();
    }
    look_init(&look, 0);
    workers->n_watching++;
    wait_for_events(workers, &look, eyelet_now_ns());
    workers->n_watching--;
    take_look(workers, &look);
    return look.wake_ns;
}

/* --- waiting inside a handler ------------------------------------------------------------------------------------- */

static void sleep_in(struct eyelet_workers *workers, struct eyelet_call *call)
{
    struct eyelet_call **link = &workers->sleepers;

    call->is_sleeping = true;
    call->sleep_next = workers->sleepers;
    workers->sleepers = call;
    pthread_cond_wait(&call->changed, &workers->lock); /* the call's deadline is the server's timer */
    call->is_sleeping = false;
    while (*link != call)
        link = &(*link)->sleep_next;
    *link = call->sleep_next;
}

/* Its thread does what an idle one would, but for running handlers: those are for other threads. */
static void watch_for(struct eyelet_workers *workers, struct eyelet_call *call, uint64_t until_ns)
{
    struct eyelet_look look;

    look_init(&look, eyelet_guests_has_turns(&workers->guests) ? 0 : until_ns);
    workers->watcher = call;
    wait_for_events(workers, &look, eyelet_now_ns());
    workers->watcher = NULL;
    take_look(workers, &look);
    eyelet_guests_run_round(&workers->guests, look.wake_ns);
    if (eyelet_guests_has_calls(&workers->guests))
        call_one(workers);
}

void eyelet_workers_wait(struct eyelet_workers *workers, struct eyelet_call *call,
                         bool (*is_ready)(const struct eyelet_call *call))
{
    eyelet_workers_share(workers);
    while (!is_ready(call)) {
        if (may_tell(workers))
            tell_news(workers);
        else if (is_watched(workers))
            sleep_in(workers, call);
        else
            watch_for(workers, call, next_deadline(workers));
    }
    hand_over_watch(workers);
    note_unwatched(workers, eyelet_now_ns());
}

void eyelet_workers_look(struct eyelet_workers *workers, struct eyelet_call *call)
{
    uint64_t now_ns;

    if (is_watched(workers))
        return;
    now_ns = eyelet_now_ns();
    note_unwatched(workers, now_ns);
    if (now_ns - workers->unwatched_ns < LOOK_AGAIN_NS)
        return;
    tell_news(workers);
    if (is_watched(workers))
        return;
    watch_for(workers, call, 0);
    hand_over_watch(workers); /* who had nothing to do meanwhile took this thread for one that watches */
    note_unwatched(workers, eyelet_now_ns());
}

/* --- working ------------------------------------------------------------------------------------------------------ */

void eyelet_workers_end(struct eyelet_workers *workers, struct eyelet_call *call, enum eyelet_status status,
                        uint64_t now_ns)
{
    const struct eyelet_trace *trace = workers->env.trace;
    int fd = call->serving->connection.fd;

    if (!call->is_live)
        status = eyelet_call_fail_cancelled(call);
    else if (now_ns >= call->deadline_ns)
        status = eyelet_call_fail(call, EYELET_DEADLINE_EXCEEDED, "deadline was over before the call was done");
    else
        status = eyelet_call_settle(call, status, workers->env.codec);
    status = eyelet_served_answer(call, status, now_ns);
    if (call->n_passed == 0 && trace == NULL)
        return;

    eyelet_workers_attend(workers, call->serving); /* the peer need not wait for interceptors */
    eyelet_workers_leave(workers, now_ns);
    eyelet_call_tell_end(call, status);
    eyelet_trace_call(trace, fd, &call->info);
    eyelet_workers_lock(workers);
}

/* The handler has returned @status. Until the end is told, nobody else may find that the call may be freed. */
static void end_call(struct eyelet_workers *workers, struct eyelet_call *call, enum eyelet_status status,
                     uint64_t now_ns)
{
    call->serving->n_running--;
    if (!call->is_deferred)
        eyelet_workers_end(workers, call, status, now_ns);
    call->is_returned = true;
    eyelet_workers_finish(workers, call);
}

/* Return: when its handler had returned. */
static uint64_t run_call(struct eyelet_workers *workers, struct eyelet_call *call, uint64_t now_ns)
{
    enum eyelet_status status;
    uint64_t end_ns;

    eyelet_workers_leave(workers, now_ns);
    status = eyelet_call_run(call, workers->env.codec, now_ns);
    eyelet_workers_lock(workers);
    end_ns = eyelet_now_ns();
    eyelet_guests_note_run(&workers->guests, call->method, end_ns - now_ns);
    end_call(workers, call, status, end_ns);
    return end_ns;
}

/* Runs calls that wait, for a while; the end of one is the start of the next. Return: were there any? */
static bool run_calls(struct eyelet_workers *workers)
{
    uint64_t start_ns, now_ns;
    struct eyelet_call *call;
    unsigned n = 0;

    if (!eyelet_guests_has_calls(&workers->guests))
        return false;
    start_ns = now_ns = eyelet_now_ns();
    while (n < CALLS_PER_LOOK && (call = eyelet_guests_next_call(&workers->guests, now_ns)) != NULL) {
        now_ns = run_call(workers, call, now_ns);
        n++;
        if (now_ns - start_ns >= LOOK_AGAIN_NS)
            break;
    }
    return n > 0;
}

/* Waits until somebody is needed. */
static void rest(struct eyelet_workers *workers)
{
    mind_the_time(workers);
    workers->n_resting++;
    pthread_cond_wait(&workers->resting, &workers->lock);
    workers->n_resting--;
}

/* Return: when that was over. */
static uint64_t wait_for_work(struct eyelet_workers *workers, bool has_run)
{
    if (may_tell(workers)) {
        tell_all_news(workers);
        return eyelet_now_ns();
    }
    if (has_work(workers))
        return glance(workers);
    if (workers->watcher == NULL && workers->error == 0)
        return watch(workers, has_run);
    rest(workers); /* nothing comes any more after an error */
    return eyelet_now_ns();
}

static void work(struct eyelet_workers *workers)
{
    bool has_run = false;

    while (!is_finished(workers)) {
        eyelet_guests_run_round(&workers->guests, wait_for_work(workers, has_run));
        has_run = run_calls(workers);
    }
    call_one(workers); /* they call each other, until all know that it is over */
    pthread_cond_broadcast(&workers->resting);
}

/* --- threads ------------------------------------------------------------------------------------------------------ */

static void *thread_main(void *userdata)
{
    struct eyelet_workers *workers = userdata;

    eyelet_workers_lock(workers);
    work(workers);
    eyelet_workers_unlock(workers);
    return NULL;
}

/* With all signals blocked: they are the program's. Return: 0 or -errno. */
static int start_thread(struct eyelet_workers *workers, pthread_t *ret)
{
    pthread_attr_t attr;
    sigset_t all, before;
    int r;

    r = pthread_attr_init(&attr);
    if (r != 0)
        return -r;
    r = pthread_attr_setstacksize(&attr, workers->env.opts.thread_stack);
    if (r == 0) {
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        r = pthread_create(ret, &attr, thread_main, workers);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_attr_destroy(&attr);
    return -r;
}

static int start_threads(struct eyelet_workers *workers)
{
    uint32_t n = workers->env.opts.threads - 1;
    int r = 0;

    if (n == 0)
        return 0;
    workers->threads = calloc(n, sizeof(*workers->threads));
    if (workers->threads == NULL)
        return -ENOMEM;
    while (r == 0 && workers->n_started < n) {
        r = start_thread(workers, &workers->threads[workers->n_started]);
        if (r == 0)
            workers->n_started++;
    }
    return r;
}

static void join_threads(struct eyelet_workers *workers)
{
    for (uint32_t i = 0; i < workers->n_started; i++)
        pthread_join(workers->threads[i], NULL);
    free(workers->threads);
    workers->threads = NULL;
    workers->n_started = 0;
}

int eyelet_workers_run(struct eyelet_workers *workers)
{
    int r = 0;

    eyelet_workers_lock(workers);
    if (workers->guests.listener.is_connected)
        r = eyelet_guests_take_connected(&workers->guests);
    else
        eyelet_guests_note_listener(&workers->guests);
    if (r == 0)
        r = start_threads(workers);
    if (r < 0)
        fail(workers, r);
    work(workers);
    eyelet_workers_unlock(workers);
    join_threads(workers);
    eyelet_listener_clear(&workers->guests.listener);
    return workers->error;
}
