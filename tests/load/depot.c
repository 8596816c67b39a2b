#include "depot.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "must.h"

#define COMMAND_RESTART 'r'
#define COMMAND_TRIM    't'

/* An answer that another thread gives. */
struct depot_answer {
    struct eyelet_call *call;
    enum eyelet_status status;
    struct depot_answer *next;
};

/**
 * struct depot - servers, one after the other
 * @lock:       protects @server, @is_ending, @answers and @has_host_ended, and at the parent of a child the use of
 *              @control_fd; held for no call of the library but eyelet_server_stop(), which does not wait
 * @server:     the one that runs; NULL between two
 * @changed:    @answers or @has_host_ended are not what they were
 * @host:       not a child's: the thread that runs the servers
 * @pid:        a child's
 * @control_fd: a child's: commands are written to it, and answered with themselves when done; its end is one, too
 */
struct depot {
    struct depot_opts opts;
    struct eyelet_interceptor interceptor;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct eyelet_server *server;
    struct depot_answer *answers;
    bool is_ending;
    bool has_host_ended;
    bool is_well;
    pthread_t host;
    pid_t pid;
    int control_fd;
};

/* The plan of a call: a plain one without books, or when it is none of theirs. */
static struct plan plan_of(struct depot *depot, struct eyelet_call *call)
{
    struct eyelet_slice value;
    char text[24];

    if (!depot->opts.ledger || !eyelet_call_metadata(call, LEDGER_KEY, 0, &value) || value.len >= sizeof(text))
        return (struct plan){ .fate = PLAN_PLAIN };
    memcpy(text, value.data, value.len);
    text[value.len] = '\0';
    return plan_make(strtoull(text, NULL, 10));
}

/* Never NULL: calls without books are booked where nobody looks. */
static struct ledger_entry *entry_of(struct depot *depot, const struct plan *plan)
{
    static struct ledger_entry nowhere;
    struct ledger_entry *entry = NULL;

    if (depot->opts.ledger)
        entry = ledger_entry(depot->opts.ledger, plan->stream);
    return entry ? entry : &nowhere;
}

/* What a handler begins with. */
static struct plan enter(struct depot *depot, struct eyelet_call *call)
{
    struct plan plan = plan_of(depot, call);

    atomic_fetch_add(&entry_of(depot, &plan)->n_handlers, 1);
    return plan;
}

static enum eyelet_status wrong(struct depot *depot, struct eyelet_call *call)
{
    if (depot->opts.ledger)
        atomic_fetch_add(&depot->opts.ledger->n_wrong, 1);
    return eyelet_call_fail(call, EYELET_DATA_LOSS, "that is not the parcel that was to come");
}

static enum eyelet_status fail_as_planned(struct eyelet_call *call, const struct plan *plan)
{
    return eyelet_call_fail(call, plan->status, "as planned");
}

static void count_received(struct depot *depot, const struct plan *plan, size_t len)
{
    atomic_fetch_add(&entry_of(depot, plan)->up_received, 1);
    if (depot->opts.ledger)
        ledger_count_received(&depot->opts.ledger->server, len);
}

static void count_sent(struct depot *depot, const struct plan *plan, size_t len)
{
    atomic_fetch_add(&entry_of(depot, plan)->down_sent, 1);
    if (depot->opts.ledger)
        ledger_count_sent(&depot->opts.ledger->server, len);
}

/* Is it the parcel that was to come? With books its length is known, too. */
static bool take(struct depot *depot, const struct plan *plan, const Load__Parcel *parcel, uint32_t number)
{
    size_t len = depot->opts.ledger ? parcel_size(parcel->stream, number) : parcel->data.len;

    if (depot->opts.ledger && parcel->stream != plan->stream)
        return false;
    if (!parcel_is(parcel, parcel->stream, number, len))
        return false;
    count_received(depot, plan, len);
    return true;
}

static void defer(struct depot *depot, struct eyelet_call *call)
{
    struct depot_answer *answer = must_alloc(1, sizeof(*answer));

    answer->call = call;
    pthread_mutex_lock(&depot->lock);
    answer->next = depot->answers;
    depot->answers = answer;
    pthread_cond_signal(&depot->changed);
    pthread_mutex_unlock(&depot->lock);
}

static enum eyelet_status echo(struct eyelet_call *call, const Load__Parcel *request, Load__Parcel *reply,
                               void *userdata)
{
    struct depot *depot = userdata;
    struct plan plan = enter(depot, call);
    size_t len = depot->opts.ledger ? parcel_size(request->stream, PARCEL_DOWN) : request->data.len;
    uint8_t *room;

    if (!take(depot, &plan, request, 0))
        return wrong(depot, call);
    if (plan.fate == PLAN_FAIL)
        return fail_as_planned(call, &plan);
    if (plan.fate == PLAN_BIG_REPLY)
        len = PARCEL_TOO_BIG;
    room = eyelet_call_alloc(call, len);
    if (!room)
        return eyelet_call_fail(call, EYELET_RESOURCE_EXHAUSTED, "no memory for a reply of %zu bytes", len);
    parcel_fill(reply, request->stream, PARCEL_DOWN, room, len);
    if (plan.fate != PLAN_BIG_REPLY)
        count_sent(depot, &plan, len);
    if (plan.fate != PLAN_DEFERRED)
        return EYELET_OK;

    eyelet_call_defer(call);
    defer(depot, call); /* from here on it may be over at any time */
    return EYELET_OK;
}

static enum eyelet_status sleep_long(struct eyelet_call *call, const Load__SleepRequest *request,
                                     Load__SleepReply *reply, void *userdata)
{
    struct timespec time = { .tv_sec = request->ms / 1000, .tv_nsec = (long)(request->ms % 1000) * 1000000 };
    struct plan plan = enter(userdata, call);

    (void)reply;
    if (plan.fate == PLAN_FAIL)
        return fail_as_planned(call, &plan);
    nanosleep(&time, NULL);
    return EYELET_OK;
}

/* Sends one parcel; before it one that is too big, if that is the plan. */
static enum eyelet_status send_parcel(struct depot *depot, struct eyelet_call *call, const struct plan *plan,
                                      uint64_t stream, uint32_t i, uint8_t *room, size_t len,
                                      enum eyelet_status (*send)(struct eyelet_call *, const Load__Parcel *))
{
    enum eyelet_status status;
    Load__Parcel parcel;

    if (plan->fate == PLAN_BIG_PARCEL && plan->act == PLAN_POUR && i == plan->turn) {
        parcel_fill(&parcel, stream, PARCEL_DOWN | i, room, PARCEL_ENORMOUS);
        if (send(call, &parcel) == EYELET_OK)
            return wrong(depot, call);
    }
    parcel_fill(&parcel, stream, PARCEL_DOWN | i, room, len);
    status = send(call, &parcel);
    if (status == EYELET_OK)
        count_sent(depot, plan, len);
    return status;
}

static enum eyelet_status pour(struct eyelet_call *call, const Load__PourRequest *request, void *userdata)
{
    struct depot *depot = userdata;
    struct plan plan = enter(depot, call);
    uint8_t *room = eyelet_call_alloc(call, PARCEL_ENORMOUS);
    enum eyelet_status status;

    if (!room)
        return eyelet_call_fail(call, EYELET_RESOURCE_EXHAUSTED, "no memory for parcels");
    for (uint32_t i = 0; i < request->parcels; i++) {
        size_t len = depot->opts.ledger ? parcel_size(request->stream, PARCEL_DOWN | i) : request->size;

        if (plan.fate == PLAN_FAIL && i == plan.turn)
            return fail_as_planned(call, &plan);
        if (len > PARCEL_ENORMOUS)
            return eyelet_call_fail(call, EYELET_INVALID_ARGUMENT, "parcels of %zu bytes", len);
        status = send_parcel(depot, call, &plan, request->stream, i, room, len, load_depot_pour_call_send);
        if (status != EYELET_OK)
            return status;
    }
    return EYELET_OK;
}

static enum eyelet_status gather(struct eyelet_call *call, Load__GatherReply *reply, void *userdata)
{
    struct depot *depot = userdata;
    struct plan plan = enter(depot, call);
    const Load__Parcel *parcel;
    enum eyelet_got got;
    uint32_t i;

    reply->stream = plan.stream;
    for (i = 0; (plan.fate != PLAN_FAIL && plan.fate != PLAN_END_EARLY) || i < plan.turn; i++) {
        got = load_depot_gather_call_recv(call, &parcel);
        if (got == EYELET_GOT_ERROR)
            return EYELET_OK; /* becomes that error */
        if (got == EYELET_GOT_END)
            break;
        if (!take(depot, &plan, parcel, i))
            return wrong(depot, call);
    }
    reply->parcels = i;
    return plan.fate == PLAN_FAIL ? fail_as_planned(call, &plan) : EYELET_OK;
}

static enum eyelet_status chat(struct eyelet_call *call, void *userdata)
{
    struct depot *depot = userdata;
    struct plan plan = enter(depot, call);
    uint8_t *room = eyelet_call_alloc(call, PARCEL_SIZE_MAX);
    enum eyelet_status status;
    const Load__Parcel *parcel;
    enum eyelet_got got;

    if (!room)
        return eyelet_call_fail(call, EYELET_RESOURCE_EXHAUSTED, "no memory for parcels");
    for (uint32_t i = 0; (plan.fate != PLAN_FAIL && plan.fate != PLAN_END_EARLY) || i < plan.turn; i++) {
        size_t len;

        got = load_depot_chat_call_recv(call, &parcel);
        if (got != EYELET_GOT_MESSAGE)
            return EYELET_OK; /* the end, or what receiving failed with */
        if (!take(depot, &plan, parcel, i) || parcel->data.len > PARCEL_SIZE_MAX)
            return wrong(depot, call);
        len = depot->opts.ledger ? parcel_size(parcel->stream, PARCEL_DOWN | i) : parcel->data.len;
        status = send_parcel(depot, call, &plan, parcel->stream, i, room, len, load_depot_chat_call_send);
        if (status != EYELET_OK)
            return status;
    }
    return plan.fate == PLAN_FAIL ? fail_as_planned(call, &plan) : EYELET_OK;
}

static const struct load_depot_handlers handlers = {
    .echo = echo,
    .sleep = sleep_long,
    .pour = pour,
    .gather = gather,
    .chat = chat,
};

static enum eyelet_status book_begin(const struct eyelet_call_info *info, struct eyelet_error *reterr, void *userdata)
{
    struct plan plan = plan_of(userdata, info->call);

    (void)reterr;
    atomic_fetch_add(&entry_of(userdata, &plan)->n_begins, 1);
    return EYELET_OK;
}

static void book_end(const struct eyelet_call_info *info, void *userdata)
{
    struct plan plan = plan_of(userdata, info->call);
    struct ledger_entry *entry = entry_of(userdata, &plan);

    atomic_store(&entry->server_status, info->status);
    atomic_fetch_add(&entry->n_afters, 1);
}

/* The next answer that is due. Return: NULL when there will be none. */
static struct depot_answer *wait_for_answer(struct depot *depot)
{
    struct depot_answer *answer;

    pthread_mutex_lock(&depot->lock);
    while (!depot->answers && !depot->has_host_ended)
        pthread_cond_wait(&depot->changed, &depot->lock);
    answer = depot->answers;
    if (answer)
        depot->answers = answer->next;
    pthread_mutex_unlock(&depot->lock);
    return answer;
}

static void *answer_all(void *argument)
{
    struct depot_answer *answer;

    while ((answer = wait_for_answer(argument))) {
        eyelet_call_complete(answer->call, answer->status);
        free(answer);
    }
    return NULL;
}

/* Lets others stop @server. Return: false when it shall not run any more. */
static bool show(struct depot *depot, struct eyelet_server *server)
{
    bool is_ending;

    pthread_mutex_lock(&depot->lock);
    is_ending = depot->is_ending;
    depot->server = server;
    pthread_mutex_unlock(&depot->lock);
    return !is_ending;
}

static struct eyelet_server *open_server(struct depot *depot)
{
    struct eyelet_server_opts opts = depot->opts.server;
    struct eyelet_server *server = NULL;
    struct eyelet_error error;

    if (depot->opts.ledger) {
        opts.interceptors = &depot->interceptor;
        opts.n_interceptors = 1;
    }
    if (eyelet_server_open(depot->opts.address, &opts, &server, &error) != EYELET_OK)
        must(false, error.text);
    must(load_depot_add(server, &handlers, depot) == EYELET_OK, "no service");
    return server;
}

/* One server, from its opening to its end. Return: false when there shall be no other. */
static bool serve_once(struct depot *depot)
{
    struct eyelet_server *server = open_server(depot);
    struct eyelet_counters counters;
    bool goes_on;

    if (show(depot, server) && eyelet_server_run(server) != EYELET_OK)
        depot->is_well = false;
    goes_on = show(depot, NULL) && strncmp(depot->opts.address, "fd:", 3) != 0;
    eyelet_server_get_counters(server, &counters);
    if (depot->opts.ledger)
        ledger_add(&depot->opts.ledger->server_totals, &counters);
    eyelet_server_close(server);
    return goes_on;
}

static void *serve(void *argument)
{
    struct depot *depot = argument;
    pthread_t answers = must_start(answer_all, depot);

    while (serve_once(depot))
        ;
    pthread_mutex_lock(&depot->lock);
    depot->has_host_ended = true;
    pthread_cond_signal(&depot->changed);
    pthread_mutex_unlock(&depot->lock);
    must_join(answers);
    return NULL;
}

/* Stops the server that runs, for good or not. */
static void stop(struct depot *depot, bool is_end)
{
    pthread_mutex_lock(&depot->lock);
    depot->is_ending = depot->is_ending || is_end;
    if (depot->server)
        eyelet_server_stop(depot->server);
    pthread_mutex_unlock(&depot->lock);
}

/* A child does what it is told; the end of that is the parent's end. */
static void *obey(void *argument)
{
    struct depot *depot = argument;
    char command;

    while (read(depot->control_fd, &command, 1) == 1) {
        if (command == COMMAND_TRIM)
            malloc_trim(0);
        else
            stop(depot, false);
        if (write(depot->control_fd, &command, 1) != 1)
            break; /* the parent is gone */
    }
    stop(depot, true);
    return NULL;
}

static void be_child(struct depot *depot)
{
    pthread_t control = must_start(obey, depot);
    bool is_well;

    serve(depot);
    must_join(control);
    is_well = depot->is_well;
    close(depot->control_fd);
    free(depot);
    exit(is_well ? 0 : 1);
}

static void start_child(struct depot *depot)
{
    int fds[2];

    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0, "no socketpair");
    depot->pid = fork();
    must(depot->pid >= 0, "no child");
    depot->control_fd = depot->pid == 0 ? fds[0] : fds[1];
    close(depot->pid == 0 ? fds[1] : fds[0]);
    if (depot->pid == 0)
        be_child(depot);
}

struct depot *depot_open(const struct depot_opts *opts)
{
    struct depot *depot = must_alloc(1, sizeof(*depot));

    depot->opts = *opts;
    depot->interceptor = (struct eyelet_interceptor){ .before = book_begin, .after = book_end, .userdata = depot };
    depot->is_well = true;
    must(pthread_mutex_init(&depot->lock, NULL) == 0, "no lock");
    must(pthread_cond_init(&depot->changed, NULL) == 0, "no condition");
    if (opts->is_child) {
        start_child(depot);
    } else {
        depot->pid = getpid();
        depot->host = must_start(serve, depot);
    }
    return depot;
}

pid_t depot_pid(const struct depot *depot)
{
    return depot->pid;
}

/* Has the child do it. Any thread may ask. */
static void command(struct depot *depot, char what)
{
    char answer;

    pthread_mutex_lock(&depot->lock);
    must(write(depot->control_fd, &what, 1) == 1 && read(depot->control_fd, &answer, 1) == 1, "the child is gone");
    pthread_mutex_unlock(&depot->lock);
}

void depot_restart(struct depot *depot)
{
    if (depot->opts.is_child)
        command(depot, COMMAND_RESTART);
    else
        stop(depot, false);
}

void depot_trim(struct depot *depot)
{
    command(depot, COMMAND_TRIM);
}

static bool end_child(struct depot *depot)
{
    int status;

    close(depot->control_fd);
    must(waitpid(depot->pid, &status, 0) == depot->pid, "the child is lost");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool end_host(struct depot *depot)
{
    stop(depot, true);
    must_join(depot->host);
    return depot->is_well;
}

bool depot_close(struct depot *depot)
{
    bool is_well;

    if (!depot)
        return true;
    is_well = depot->opts.is_child ? end_child(depot) : end_host(depot);
    pthread_cond_destroy(&depot->changed);
    pthread_mutex_destroy(&depot->lock);
    free(depot);
    return is_well;
}
