/*
 * Each thread takes one call after the other from the books, makes it as its plan says, and books how it ended. What
 * disturbs them is spread over the run by the numbers of the calls, so that a run is bounded by its count alone.
 */
#include "mix.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "depot.h"
#include "must.h"

#define PENDING_MAX 16 /* started calls of one thread that nobody has collected */
#define TOLD_MAX    16 /* the same for those that are told of their end */

struct mix {
    const struct mix_opts *opts;
    struct must_folder folder;
    struct ledger *ledger;
    struct depot *depot;
};

/**
 * struct mix_slot - a place for a client, which several threads use
 * @lock:        protects all below; held for no call of the library but eyelet_stream_cancel()
 * @changed:     @n_entering or @is_swapping are not what they were
 * @client:      the one that is there now
 * @n_entering:  threads that are about to use @client and are not yet, or not any more, inside the library
 * @is_swapping: nobody may begin: a thread waits for the others to be inside, to close @client there
 * @victim:      a stream that a stranger may cancel; or NULL
 */
struct mix_slot {
    struct mix *mix;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct eyelet_client *client;
    struct eyelet_client_opts opts;
    struct eyelet_interceptor interceptor;
    uint32_t n_entering;
    bool is_swapping;
    struct eyelet_stream *victim;
};

/* A started call that is to be collected. */
struct mix_pending {
    struct eyelet_pending *pending;
    uint64_t stream;
};

/**
 * struct mix_caller - a thread
 * @pendings:  to be collected
 * @n_told:    calls in flight that are told of their end
 * @told_fd:   an eventfd that is written to when one was told
 * @room:      for the data of a parcel
 */
struct mix_caller {
    struct mix_slot *slot;
    pthread_t thread;
    struct mix_pending pendings[PENDING_MAX];
    size_t n_pendings;
    atomic_uint n_told;
    int told_fd;
    uint8_t room[PARCEL_ENORMOUS];
};

/* What a call that is told of its end is told with. */
struct mix_told {
    struct mix_caller *caller;
    uint64_t stream;
};

/* A call's metadata and options; used where it was made. */
struct mix_ticket {
    char text[24];
    struct eyelet_metadata metadata;
    struct eyelet_call_opts opts;
};

static void make_ticket(struct mix_ticket *ret, const struct plan *plan)
{
    *ret = (struct mix_ticket){ 0 };
    snprintf(ret->text, sizeof(ret->text), "%llu", (unsigned long long)plan->stream);
    ret->metadata = (struct eyelet_metadata){ .key = LEDGER_KEY, .value = ret->text };
    ret->opts.metadata = &ret->metadata;
    ret->opts.n_metadata = 1;
    ret->opts.timeout_ms = plan->fate == PLAN_HURRY ? 1 : 120000;
}

/* The slot whose client this thread is about to use; the library's interceptor says that it is inside. */
static _Thread_local struct mix_slot *entering;

static void leave_slot(struct mix_slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    slot->n_entering--;
    pthread_cond_broadcast(&slot->changed);
    pthread_mutex_unlock(&slot->lock);
}

/* The client of the slot, which is not closed until end_use(), or until the interceptor hears of a call. */
static struct eyelet_client *begin_use(struct mix_slot *slot, bool until_inside)
{
    struct eyelet_client *client;

    pthread_mutex_lock(&slot->lock);
    while (slot->is_swapping)
        pthread_cond_wait(&slot->changed, &slot->lock);
    slot->n_entering++;
    client = slot->client;
    pthread_mutex_unlock(&slot->lock);
    entering = until_inside ? slot : NULL;
    return client;
}

/* After a call: when it never came to the interceptor, this thread was outside all the time. */
static void end_call(void)
{
    if (entering)
        leave_slot(entering);
    entering = NULL;
}

static void end_use(struct mix_slot *slot)
{
    leave_slot(slot);
}

static enum eyelet_status is_inside(const struct eyelet_call_info *info, struct eyelet_error *reterr, void *userdata)
{
    (void)info;
    (void)reterr;
    (void)userdata;
    end_call();
    return EYELET_OK;
}

static void book_wrong(struct mix_caller *caller)
{
    atomic_fetch_add(&caller->slot->mix->ledger->n_wrong, 1);
}

static void book_end(struct mix_caller *caller, uint64_t stream, enum eyelet_status status,
                     const struct eyelet_error *error)
{
    ledger_end(caller->slot->mix->ledger, stream, status, error);
}

static void book_sent(struct mix_caller *caller, uint64_t stream, size_t len)
{
    struct ledger *ledger = caller->slot->mix->ledger;

    atomic_fetch_add(&ledger_entry(ledger, stream)->up_sent, 1);
    ledger_count_sent(&ledger->client, len);
}

/* Books a parcel that came, and frees it. */
static void take_parcel(struct mix_caller *caller, uint64_t stream, uint32_t number, Load__Parcel *parcel)
{
    struct ledger *ledger = caller->slot->mix->ledger;
    size_t len = parcel_size(stream, number);

    if (!parcel_is(parcel, stream, number, len))
        book_wrong(caller);
    atomic_fetch_add(&ledger_entry(ledger, stream)->down_received, 1);
    ledger_count_received(&ledger->client, len);
    load__parcel__free_unpacked(parcel, NULL);
}

static void end_echo(struct mix_caller *caller, uint64_t stream, enum eyelet_status status, Load__Parcel *reply,
                     const struct eyelet_error *error)
{
    if (status == EYELET_OK)
        take_parcel(caller, stream, PARCEL_DOWN, reply);
    book_end(caller, stream, status, error);
}

static void make_request(struct mix_caller *caller, const struct plan *plan, Load__Parcel *ret)
{
    size_t len = plan->fate == PLAN_BIG_REQUEST ? PARCEL_TOO_BIG : parcel_size(plan->stream, 0);

    parcel_fill(ret, plan->stream, 0, caller->room, len);
    book_sent(caller, plan->stream, len);
}

static void echo_and_wait(struct mix_caller *caller, const struct plan *plan)
{
    struct mix_ticket ticket;
    struct eyelet_error error;
    Load__Parcel request, *reply = NULL;
    enum eyelet_status status;

    make_ticket(&ticket, plan);
    make_request(caller, plan, &request);
    status = load_depot_echo(begin_use(caller->slot, true), &ticket.opts, &request, &reply, &error);
    end_call();
    end_echo(caller, plan->stream, status, reply, &error);
}

static void tell(enum eyelet_status status, Load__Parcel *reply, const struct eyelet_error *error, void *userdata)
{
    struct mix_told *told = userdata;
    struct mix_caller *caller = told->caller;
    const uint64_t one = 1;

    end_echo(caller, told->stream, status, reply, error);
    free(told);
    atomic_fetch_sub(&caller->n_told, 1);
    must(write(caller->told_fd, &one, sizeof(one)) == sizeof(one), "an eventfd takes nothing");
}

/* Reads and writes for this thread's calls until one was told, or another thread does. */
static void process(struct mix_caller *caller, struct eyelet_client *client)
{
    struct pollfd fds[2] = { { .fd = caller->told_fd, .events = POLLIN } };
    uint64_t count;

    fds[1].fd = eyelet_client_fd(client);
    fds[1].events = eyelet_client_events(client);
    must(poll(fds, 2, eyelet_client_timeout_ms(client)) >= 0, "poll() fails");
    eyelet_client_process(client, NULL);
    if (read(caller->told_fd, &count, sizeof(count)) != sizeof(count))
        return; /* nobody was told: it does not block */
}

static void wait_until_told(struct mix_caller *caller)
{
    while (atomic_load(&caller->n_told) > 0) {
        struct eyelet_client *client = begin_use(caller->slot, false);

        if (atomic_load(&caller->n_told) > 0)
            process(caller, client);
        end_use(caller->slot);
    }
}

static void collect_one(struct mix_caller *caller, struct mix_pending *pending)
{
    struct eyelet_error error;
    Load__Parcel *reply = NULL;
    enum eyelet_status status;

    status = load_depot_echo_collect(pending->pending, &reply, &error);
    end_echo(caller, pending->stream, status, reply, &error);
}

/* From the newest to the oldest, since in the other order nothing ever waits. */
static void collect_all(struct mix_caller *caller)
{
    while (caller->n_pendings > 0)
        collect_one(caller, &caller->pendings[--caller->n_pendings]);
}

static void start_told(struct mix_caller *caller, const struct plan *plan, const Load__Parcel *request,
                       const struct eyelet_call_opts *opts)
{
    struct mix_told *told = must_alloc(1, sizeof(*told));
    struct eyelet_error error;
    enum eyelet_status status;

    *told = (struct mix_told){ .caller = caller, .stream = plan->stream };
    atomic_fetch_add(&caller->n_told, 1);
    status = load_depot_echo_start(begin_use(caller->slot, false), opts, request, tell, told, NULL, &error);
    if (status != EYELET_OK) {
        free(told);
        atomic_fetch_sub(&caller->n_told, 1);
        book_end(caller, plan->stream, status, &error);
    }
    end_use(caller->slot);
}

static void start_pending(struct mix_caller *caller, const struct plan *plan, const Load__Parcel *request,
                          const struct eyelet_call_opts *opts)
{
    struct mix_pending *pending = &caller->pendings[caller->n_pendings];
    struct eyelet_error error;
    enum eyelet_status status;

    pending->stream = plan->stream;
    status = load_depot_echo_start(begin_use(caller->slot, true), opts, request, NULL, NULL, &pending->pending, &error);
    end_call();
    if (status != EYELET_OK) {
        book_end(caller, plan->stream, status, &error);
        return;
    }
    caller->n_pendings++;
    if (plan->fate == PLAN_CANCEL)
        eyelet_pending_cancel(pending->pending);
}

static void start_echo(struct mix_caller *caller, const struct plan *plan)
{
    struct mix_ticket ticket;
    Load__Parcel request;

    if (caller->n_pendings == PENDING_MAX)
        collect_all(caller);
    if (atomic_load(&caller->n_told) >= TOLD_MAX)
        wait_until_told(caller);
    make_ticket(&ticket, plan);
    make_request(caller, plan, &request);
    if (plan->is_told && plan->fate != PLAN_CANCEL) /* a told one may be gone before it can be cancelled */
        start_told(caller, plan, &request, &ticket.opts);
    else
        start_pending(caller, plan, &request, &ticket.opts);
}

static void call_sleep(struct mix_caller *caller, const struct plan *plan)
{
    struct mix_ticket ticket;
    struct eyelet_error error;
    Load__SleepRequest request = LOAD__SLEEP_REQUEST__INIT;
    Load__SleepReply *reply = NULL;
    enum eyelet_status status;

    make_ticket(&ticket, plan);
    request.ms = plan->fate == PLAN_HURRY ? 20 : 1;
    status = load_depot_sleep(begin_use(caller->slot, true), &ticket.opts, &request, &reply, &error);
    end_call();
    if (status == EYELET_OK)
        load__sleep_reply__free_unpacked(reply, NULL);
    book_end(caller, plan->stream, status, &error);
}

/* A stream that others may cancel, until hide_victim(). */
static void show_victim(struct mix_slot *slot, struct eyelet_stream *stream)
{
    pthread_mutex_lock(&slot->lock);
    if (!slot->victim && slot->mix->opts->has_strangers)
        slot->victim = stream;
    pthread_mutex_unlock(&slot->lock);
}

static void hide_victim(struct mix_slot *slot, struct eyelet_stream *stream)
{
    pthread_mutex_lock(&slot->lock);
    if (slot->victim == stream)
        slot->victim = NULL;
    pthread_mutex_unlock(&slot->lock);
}

static void cancel_victim(struct mix_slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    if (slot->victim)
        eyelet_stream_cancel(slot->victim);
    slot->victim = NULL;
    pthread_mutex_unlock(&slot->lock);
}

/* Does the caller do something to the stream now? Return: true when it shall be closed as it is. */
static bool disturb(const struct plan *plan, uint32_t turn, struct eyelet_stream *stream)
{
    if (turn != plan->turn)
        return false;
    if (plan->fate == PLAN_CANCEL)
        eyelet_stream_cancel(stream);
    return plan->fate == PLAN_CLOSE;
}

static const struct eyelet_error closed = { .status = EYELET_CANCELLED, .may_have_executed = true };

/* Receives all of a pour. Return: how it ended; @reterr is filled unless that is well. */
static enum eyelet_status receive_pour(struct mix_caller *caller, const struct plan *plan,
                                       struct load_depot_pour_stream *stream, struct eyelet_error *reterr)
{
    Load__Parcel *parcel = NULL;
    enum eyelet_got got;

    for (uint32_t i = 0;; i++) {
        if (disturb(plan, i, load_depot_pour_base(stream))) {
            *reterr = closed;
            return closed.status;
        }
        got = load_depot_pour_recv(stream, &parcel, reterr);
        if (got != EYELET_GOT_MESSAGE)
            return got == EYELET_GOT_END ? EYELET_OK : reterr->status;
        take_parcel(caller, plan->stream, PARCEL_DOWN | i, parcel);
    }
}

static void call_pour(struct mix_caller *caller, const struct plan *plan)
{
    struct mix_ticket ticket;
    struct eyelet_error error;
    Load__PourRequest request = LOAD__POUR_REQUEST__INIT;
    struct load_depot_pour_stream *stream = NULL;
    enum eyelet_status status;

    make_ticket(&ticket, plan);
    request.stream = plan->stream;
    request.parcels = plan->parcels;
    status = load_depot_pour_open(begin_use(caller->slot, true), &ticket.opts, &request, &stream, &error);
    end_call();
    if (status == EYELET_OK) {
        show_victim(caller->slot, load_depot_pour_base(stream));
        status = receive_pour(caller, plan, stream, &error);
        hide_victim(caller->slot, load_depot_pour_base(stream));
        load_depot_pour_close(stream);
    }
    book_end(caller, plan->stream, status, &error);
}

/* Sends one parcel up, before it one that is too big, if that is the plan. It is booked first, since it may be there
 * before this side knows. */
static enum eyelet_status send_gather(struct mix_caller *caller, const struct plan *plan, uint32_t i,
                                      struct load_depot_gather_stream *stream)
{
    struct eyelet_error error;
    Load__Parcel parcel;
    size_t len = parcel_size(plan->stream, i);

    if (plan->fate == PLAN_BIG_PARCEL && i == plan->turn) {
        parcel_fill(&parcel, plan->stream, i, caller->room, PARCEL_ENORMOUS);
        if (load_depot_gather_send(stream, &parcel, &error) == EYELET_OK)
            book_wrong(caller);
    }
    parcel_fill(&parcel, plan->stream, i, caller->room, len);
    book_sent(caller, plan->stream, len);
    return load_depot_gather_send(stream, &parcel, &error);
}

/* The reply and the end. Return: how it ended. */
static enum eyelet_status receive_gather(struct mix_caller *caller, const struct plan *plan,
                                         struct load_depot_gather_stream *stream, struct eyelet_error *reterr)
{
    uint32_t expected = plan->fate == PLAN_END_EARLY ? plan->turn : plan->parcels;
    Load__GatherReply *reply = NULL;

    if (load_depot_gather_recv(stream, &reply, reterr) != EYELET_GOT_MESSAGE)
        return reterr->status;
    if (reply->stream != plan->stream || reply->parcels != expected)
        book_wrong(caller);
    load__gather_reply__free_unpacked(reply, NULL);
    reply = NULL;
    if (load_depot_gather_recv(stream, &reply, reterr) != EYELET_GOT_END)
        book_wrong(caller);
    return EYELET_OK;
}

static enum eyelet_status gather(struct mix_caller *caller, const struct plan *plan,
                                 struct load_depot_gather_stream *stream, struct eyelet_error *reterr)
{
    enum eyelet_status status = EYELET_OK;

    for (uint32_t i = 0; i < plan->parcels && status == EYELET_OK; i++) {
        if (disturb(plan, i, load_depot_gather_base(stream))) {
            *reterr = closed;
            return closed.status;
        }
        status = send_gather(caller, plan, i, stream);
    }
    if (status == EYELET_OK)
        load_depot_gather_end(stream, reterr); /* what is wrong, receiving says too */
    return receive_gather(caller, plan, stream, reterr);
}

static void call_gather(struct mix_caller *caller, const struct plan *plan)
{
    struct mix_ticket ticket;
    struct eyelet_error error = { .status = EYELET_UNKNOWN };
    struct load_depot_gather_stream *stream = NULL;
    enum eyelet_status status;

    make_ticket(&ticket, plan);
    status = load_depot_gather_open(begin_use(caller->slot, true), &ticket.opts, &stream, &error);
    end_call();
    if (status == EYELET_OK) {
        show_victim(caller->slot, load_depot_gather_base(stream));
        status = gather(caller, plan, stream, &error);
        hide_victim(caller->slot, load_depot_gather_base(stream));
        load_depot_gather_close(stream);
    }
    book_end(caller, plan->stream, status, &error);
}

static enum eyelet_status send_chat(struct mix_caller *caller, const struct plan *plan, uint32_t i,
                                    struct load_depot_chat_stream *stream)
{
    struct eyelet_error error;
    Load__Parcel parcel;
    size_t len = parcel_size(plan->stream, i);

    if (plan->fate == PLAN_BIG_PARCEL && i == plan->turn) {
        parcel_fill(&parcel, plan->stream, i, caller->room, PARCEL_ENORMOUS);
        if (load_depot_chat_send(stream, &parcel, &error) == EYELET_OK)
            book_wrong(caller);
    }
    parcel_fill(&parcel, plan->stream, i, caller->room, len);
    book_sent(caller, plan->stream, len);
    return load_depot_chat_send(stream, &parcel, &error);
}

/* How far a chat has come. */
struct mix_chat {
    struct load_depot_chat_stream *stream;
    uint32_t n_sent;
    uint32_t n_received;
    bool is_closed; /* as planned */
};

/* Sends a window of parcels, and the end behind the last one. Return: false when receiving will say why not. */
static bool send_window(struct mix_caller *caller, const struct plan *plan, struct mix_chat *chat)
{
    uint32_t end = chat->n_sent + plan->window < plan->parcels ? chat->n_sent + plan->window : plan->parcels;

    for (; chat->n_sent < end; chat->n_sent++) {
        chat->is_closed = disturb(plan, chat->n_sent, load_depot_chat_base(chat->stream));
        if (chat->is_closed || send_chat(caller, plan, chat->n_sent, chat->stream) != EYELET_OK)
            return false;
    }
    if (end == plan->parcels)
        load_depot_chat_end(chat->stream, NULL);
    return true;
}

/* Receives what was sent, or until the end. Return: what came last. */
static enum eyelet_got receive_window(struct mix_caller *caller, const struct plan *plan, struct mix_chat *chat,
                                      bool is_to_the_end, struct eyelet_error *reterr)
{
    enum eyelet_got got = EYELET_GOT_MESSAGE;
    Load__Parcel *parcel = NULL;

    while (got == EYELET_GOT_MESSAGE && (is_to_the_end || chat->n_received < chat->n_sent)) {
        got = load_depot_chat_recv(chat->stream, &parcel, reterr);
        if (got == EYELET_GOT_MESSAGE)
            take_parcel(caller, plan->stream, PARCEL_DOWN | chat->n_received++, parcel);
    }
    return got;
}

static enum eyelet_status chat(struct mix_caller *caller, const struct plan *plan,
                               struct load_depot_chat_stream *stream, struct eyelet_error *reterr)
{
    struct mix_chat chat = { .stream = stream };
    enum eyelet_got got = EYELET_GOT_MESSAGE;

    while (got == EYELET_GOT_MESSAGE) {
        bool is_going = send_window(caller, plan, &chat);

        if (chat.is_closed) {
            *reterr = closed;
            return closed.status;
        }
        got = receive_window(caller, plan, &chat, !is_going || chat.n_sent == plan->parcels, reterr);
    }
    return got == EYELET_GOT_END ? EYELET_OK : reterr->status;
}

static void call_chat(struct mix_caller *caller, const struct plan *plan)
{
    struct mix_ticket ticket;
    struct eyelet_error error = { .status = EYELET_UNKNOWN };
    struct load_depot_chat_stream *stream = NULL;
    enum eyelet_status status;

    make_ticket(&ticket, plan);
    status = load_depot_chat_open(begin_use(caller->slot, true), &ticket.opts, &stream, &error);
    end_call();
    if (status == EYELET_OK) {
        show_victim(caller->slot, load_depot_chat_base(stream));
        status = chat(caller, plan, stream, &error);
        hide_victim(caller->slot, load_depot_chat_base(stream));
        load_depot_chat_close(stream);
    }
    book_end(caller, plan->stream, status, &error);
}

static void make_call(struct mix_caller *caller, const struct plan *plan)
{
    switch (plan->act) {
    case PLAN_ECHO:
        if (plan->is_started)
            start_echo(caller, plan);
        else
            echo_and_wait(caller, plan);
        return;
    case PLAN_SLEEP:
        call_sleep(caller, plan);
        return;
    case PLAN_POUR:
        call_pour(caller, plan);
        return;
    case PLAN_GATHER:
        call_gather(caller, plan);
        return;
    case PLAN_CHAT:
        call_chat(caller, plan);
        return;
    }
}

/* Is @fd the client's end of a connection to the depot, and not what another thread has opened in its place? */
static bool leads_to_depot(const struct mix *mix, int fd)
{
    struct sockaddr_un peer = { 0 };
    socklen_t len = sizeof(peer);

    return getpeername(fd, (struct sockaddr *)&peer, &len) == 0 && peer.sun_family == AF_UNIX &&
           strncmp(peer.sun_path, mix->folder.path, strlen(mix->folder.path)) == 0;
}

/*
 * Cuts the connection off, as a peer's death would. Another thread may be closing it just now and opening something
 * else in its place: then it is a duplicate of that, which leads elsewhere, or a connection to be cut as well as any
 * other.
 */
static void cut(struct mix_slot *slot)
{
    struct eyelet_client *client = begin_use(slot, false);
    int fd = fcntl(eyelet_client_fd(client), F_DUPFD_CLOEXEC, 0);

    end_use(slot);
    if (fd < 0)
        return; /* it is lost already */
    if (leads_to_depot(slot->mix, fd))
        shutdown(fd, SHUT_RDWR);
    close(fd);
}

static void open_client(struct mix_slot *slot)
{
    slot->client = must_connect(slot->mix->folder.address, &slot->opts);
}

static void close_client(struct mix_slot *slot, struct eyelet_client *client)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* protects the totals */
    struct eyelet_counters counters;

    eyelet_client_get_counters(client, &counters);
    counters.calls_open = 0; /* those in flight end by the closing */
    eyelet_client_close(client);
    pthread_mutex_lock(&lock);
    ledger_add(&slot->mix->ledger->client_totals, &counters);
    pthread_mutex_unlock(&lock);
}

/* Keeps all other threads from beginning. Return: the client, which they are inside of or done with. */
static struct eyelet_client *begin_swap(struct mix_slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    while (slot->is_swapping)
        pthread_cond_wait(&slot->changed, &slot->lock);
    slot->is_swapping = true;
    while (slot->n_entering > 0)
        pthread_cond_wait(&slot->changed, &slot->lock);
    pthread_mutex_unlock(&slot->lock);
    return slot->client;
}

static void end_swap(struct mix_slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    slot->is_swapping = false;
    pthread_cond_broadcast(&slot->changed);
    pthread_mutex_unlock(&slot->lock);
}

/* Closes the client under everybody's calls and opens another. */
static void swap(struct mix_slot *slot)
{
    close_client(slot, begin_swap(slot));
    open_client(slot);
    end_swap(slot);
}

/* Is this call one of @n that lie as far from each other as they can, the first one @offset of 8 parts after the start?
 */
static bool is_turn(const struct mix *mix, uint64_t stream, uint32_t n, uint32_t offset)
{
    uint32_t between = n > 0 ? mix->opts->n_calls / n : 0;

    return between > 0 && (uint32_t)stream % between == between * offset / 8 && (uint32_t)stream / between < n;
}

static void disturb_all(struct mix_slot *slot, uint64_t stream)
{
    struct mix *mix = slot->mix;

    if (is_turn(mix, stream, mix->opts->n_cuts, 2))
        cut(slot);
    if (is_turn(mix, stream, mix->opts->n_swaps, 4))
        swap(slot);
    if (is_turn(mix, stream, mix->opts->n_restarts, 6))
        depot_restart(mix->depot);
    if (mix->opts->has_strangers && (uint32_t)stream % 64 == 7)
        cancel_victim(slot);
}

static void *call_all(void *argument)
{
    struct mix_caller *caller = argument;
    uint64_t stream;

    while (ledger_take(caller->slot->mix->ledger, &stream)) {
        struct plan plan = plan_make(stream);

        disturb_all(caller->slot, stream);
        make_call(caller, &plan);
    }
    collect_all(caller);
    wait_until_told(caller);
    return NULL;
}

static void open_slot(struct mix_slot *slot, struct mix *mix, uint32_t number)
{
    slot->mix = mix;
    must(pthread_mutex_init(&slot->lock, NULL) == 0, "no lock");
    must(pthread_cond_init(&slot->changed, NULL) == 0, "no condition");
    slot->interceptor.before = is_inside;
    slot->opts = (struct eyelet_client_opts){
        .reconnect = true,
        .frame_max = number % 2 == 0 ? PLAN_FRAME_MAX : 2 * PLAN_FRAME_MAX,
        .interceptors = &slot->interceptor,
        .n_interceptors = 1,
    };
    open_client(slot);
}

static void close_slot(struct mix_slot *slot)
{
    struct eyelet_counters counters;

    eyelet_client_get_counters(slot->client, &counters);
    slot->mix->ledger->client_totals.calls_open += counters.calls_open; /* everybody is done: there is none */
    close_client(slot, slot->client);
    pthread_cond_destroy(&slot->changed);
    pthread_mutex_destroy(&slot->lock);
}

static void start_caller(struct mix_caller *caller, struct mix_slot *slot)
{
    caller->slot = slot;
    caller->told_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    must(caller->told_fd >= 0, "no eventfd");
    caller->thread = must_start(call_all, caller);
}

static void run_clients(struct mix *mix)
{
    uint32_t n_callers = mix->opts->n_clients * mix->opts->n_threads;
    struct mix_slot *slots = must_alloc(mix->opts->n_clients, sizeof(*slots));
    struct mix_caller *callers = must_alloc(n_callers, sizeof(*callers));

    for (uint32_t i = 0; i < mix->opts->n_clients; i++)
        open_slot(&slots[i], mix, i);
    for (uint32_t i = 0; i < n_callers; i++)
        start_caller(&callers[i], &slots[i % mix->opts->n_clients]);
    for (uint32_t i = 0; i < n_callers; i++)
        must_join(callers[i].thread);
    for (uint32_t i = 0; i < n_callers; i++)
        close(callers[i].told_fd); /* which any of them may have written to */
    for (uint32_t i = 0; i < mix->opts->n_clients; i++)
        close_slot(&slots[i]);
    free(callers);
    free(slots);
}

static struct depot *open_depot(struct mix *mix)
{
    return depot_open(&(struct depot_opts){
        .address = mix->folder.address,
        .server = {
            .threads = mix->opts->server_threads,
            .frame_max = PLAN_FRAME_MAX,
            .calls_max = 1024,
            .connections_max = 4096,
            .grace_ms = 100,
        },
        .ledger = mix->ledger,
        .is_child = mix->opts->is_child,
    });
}

uint32_t mix_run(const struct mix_opts *opts, FILE *out)
{
    bool is_calm = opts->n_cuts == 0 && opts->n_swaps == 0 && opts->n_restarts == 0 && !opts->has_strangers;
    struct mix mix = { .opts = opts, .ledger = ledger_new(opts->seed, opts->n_calls) };
    uint32_t n_complaints;

    must(mix.ledger != NULL, "no memory for the books");
    must_make_folder(&mix.folder);
    mix.depot = open_depot(&mix);
    run_clients(&mix);
    must(depot_close(mix.depot), "a server did not end well");
    must_remove_folder(&mix.folder);
    n_complaints = ledger_audit(mix.ledger, is_calm, out);
    ledger_print(mix.ledger, out);
    ledger_free(mix.ledger);
    return n_complaints;
}
