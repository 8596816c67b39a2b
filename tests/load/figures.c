#include "figures.h"

#include <malloc.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "depot.h"
#include "must.h"
#include "process.h"

#define SLEEP_MS       200u
#define SIZE           64u /* bytes of data in a parcel */
#define STREAM_LENGTH  10000u
#define CONSTANT_PEERS 4u

/* Prints a figure. Return: 1 when it is over its limit. */
static uint32_t print_figure(FILE *out, const char *name, double value, double limit)
{
    fprintf(out, "%-48s %10.2f %10.2f%s\n", name, value, limit, value > limit ? "  OVER" : "");
    fflush(out);
    return value > limit ? 1 : 0;
}

static void wait_ms(uint32_t ms)
{
    struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

    nanosleep(&time, NULL);
}

/* A server in a process of its own. */
struct bench {
    struct must_folder folder;
    struct depot *depot;
    pid_t pid;
};

static void open_bench(struct bench *bench, uint32_t threads)
{
    must_make_folder(&bench->folder);
    bench->depot = depot_open(&(struct depot_opts){
        .address = bench->folder.address,
        .server = { .threads = threads, .connections_max = 8192, .backlog = 4096 },
        .is_child = true,
    });
    bench->pid = depot_pid(bench->depot);
}

static void close_bench(struct bench *bench)
{
    must(depot_close(bench->depot), "the server did not end well");
    must_remove_folder(&bench->folder);
}

/* One echo, which must succeed. */
static void echo(struct eyelet_client *client, uint32_t stream)
{
    Load__Parcel request, *reply = NULL;
    uint8_t room[SIZE];

    parcel_fill(&request, stream, 0, room, SIZE);
    must(load_depot_echo(client, NULL, &request, &reply, NULL) == EYELET_OK, "an echo fails");
    must(parcel_is(reply, stream, PARCEL_DOWN, SIZE), "an echo is wrong");
    load__parcel__free_unpacked(reply, NULL);
}

/**
 * struct caller - a thread that calls, one call after the other
 * @client:     whose
 * @until_ns:   when it stops
 * @times_ns:   of its calls
 */
struct caller {
    struct eyelet_client *client;
    uint64_t until_ns;
    pthread_t thread;
    uint32_t *times_ns;
    size_t n;
    size_t cap;
};

static void keep_time(struct caller *caller, uint64_t time_ns)
{
    if (caller->n == caller->cap) {
        caller->cap = caller->cap > 0 ? 2 * caller->cap : 65536;
        caller->times_ns = realloc(caller->times_ns, caller->cap * sizeof(caller->times_ns[0]));
        must(caller->times_ns != NULL, "no memory for times");
    }
    caller->times_ns[caller->n++] = time_ns < UINT32_MAX ? (uint32_t)time_ns : UINT32_MAX;
}

static void *call_and_measure(void *argument)
{
    struct caller *caller = argument;
    uint64_t then = must_now_ns(), now;

    while (then < caller->until_ns) {
        echo(caller->client, 1);
        now = must_now_ns();
        keep_time(caller, now - then);
        then = now;
    }
    return NULL;
}

static int compare(const void *one, const void *other)
{
    uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;

    return a < b ? -1 : a > b;
}

static double percentile_99(struct caller *caller)
{
    qsort(caller->times_ns, caller->n, sizeof(caller->times_ns[0]), compare);
    return caller->n > 0 ? caller->times_ns[caller->n - 1 - caller->n / 100] : 0;
}

/* All callers at once, for so long; what they measured before is forgotten. */
static void measure(struct caller *callers, size_t n_callers, uint32_t round_ms)
{
    for (size_t i = 0; i < n_callers; i++) {
        callers[i].until_ns = must_now_ns() + (uint64_t)round_ms * 1000000;
        callers[i].n = 0;
        callers[i].thread = must_start(call_and_measure, &callers[i]);
    }
    for (size_t i = 0; i < n_callers; i++)
        must_join(callers[i].thread);
}

static int compare_doubles(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;

    return a < b ? -1 : a > b;
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof(values[0]), compare_doubles);
    return values[n / 2];
}

/* Somebody who sleeps in a handler, all the time. */
struct sleeper {
    struct eyelet_client *client;
    atomic_bool is_over;
    pthread_t thread;
};

static void *sleep_all_the_time(void *argument)
{
    struct sleeper *sleeper = argument;
    Load__SleepRequest request = LOAD__SLEEP_REQUEST__INIT;
    Load__SleepReply *reply = NULL;

    request.ms = SLEEP_MS;
    while (!atomic_load(&sleeper->is_over)) {
        must(load_depot_sleep(sleeper->client, NULL, &request, &reply, NULL) == EYELET_OK, "a sleep fails");
        load__sleep_reply__free_unpacked(reply, NULL);
    }
    return NULL;
}

static void start_sleeper(struct sleeper *sleeper, struct eyelet_client *client)
{
    sleeper->client = client;
    atomic_store(&sleeper->is_over, false);
    sleeper->thread = must_start(sleep_all_the_time, sleeper);
}

static void end_sleeper(struct sleeper *sleeper)
{
    atomic_store(&sleeper->is_over, true);
    must_join(sleeper->thread);
}

static uint32_t print_ratio(FILE *out, const char *name, double *before, double *after, uint32_t n)
{
    double base = median(before, n), changed = median(after, n);

    fprintf(out, "# %s: p99 %.1f us without, %.1f us with\n", name, base / 1000, changed / 1000);
    return print_figure(out, name, changed / base, 2.0);
}

uint32_t figures_slow_handler(const struct figures_opts *opts, FILE *out)
{
    double *p99[4]; /* without and with, on the sleeper's connection and on another */
    struct caller callers[2] = { 0 };
    struct sleeper sleeper;
    struct bench bench;
    uint32_t n_over;

    open_bench(&bench, 4);
    for (uint32_t i = 0; i < 4; i++)
        p99[i] = must_alloc(opts->n_rounds, sizeof(double));
    for (uint32_t i = 0; i < 2; i++)
        callers[i].client = must_connect(bench.folder.address, NULL);
    measure(callers, 2, opts->round_ms);
    for (uint32_t round = 0; round < opts->n_rounds; round++) {
        measure(callers, 2, opts->round_ms);
        for (uint32_t i = 0; i < 2; i++)
            p99[i][round] = percentile_99(&callers[i]);
        start_sleeper(&sleeper, callers[0].client);
        measure(callers, 2, opts->round_ms);
        end_sleeper(&sleeper);
        for (uint32_t i = 0; i < 2; i++)
            p99[2 + i][round] = percentile_99(&callers[i]);
    }
    n_over = print_ratio(out, "slow_handler_p99_ratio_own_connection", p99[0], p99[2], opts->n_rounds);
    n_over += print_ratio(out, "slow_handler_p99_ratio_other_connection", p99[1], p99[3], opts->n_rounds);
    for (uint32_t i = 0; i < 4; i++)
        free(p99[i]);
    for (uint32_t i = 0; i < 2; i++) {
        eyelet_client_close(callers[i].client);
        free(callers[i].times_ns);
    }
    close_bench(&bench);
    return n_over;
}

/* A connection of no client of the library's. */
static int connect_raw(const struct bench *bench)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    must(fd >= 0, "no socket");
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", bench->folder.address + strlen("unix://"));
    must(connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0, "the server cannot be reached");
    return fd;
}

static void raise_fd_limit(void)
{
    struct rlimit limit;

    must(getrlimit(RLIMIT_NOFILE, &limit) == 0, "no limit of descriptors");
    limit.rlim_cur = limit.rlim_max;
    must(setrlimit(RLIMIT_NOFILE, &limit) == 0, "the limit of descriptors cannot be raised");
}

/* Waits until the server has accepted them all: that many descriptors more than @before. */
static void wait_for_fds(const struct bench *bench, uint32_t fds)
{
    while (process_fds(bench->pid) < fds)
        wait_ms(10);
}

static uint64_t wakeups_in(const struct bench *bench, uint32_t seconds)
{
    uint64_t before;

    wait_ms(1500); /* what was going on is over, and a thread that ran a call has looked once more after a second */
    before = process_wakeups(bench->pid);
    wait_ms(seconds * 1000);
    return process_wakeups(bench->pid) - before;
}

/* Connections that have never said anything. */
static uint32_t measure_silent(const struct figures_opts *opts, const struct bench *bench, FILE *out)
{
    uint64_t memory = process_memory(bench->pid), wakeups;
    uint32_t n_fds = process_fds(bench->pid), n_over;
    int *fds = must_alloc(opts->n_idle, sizeof(int));

    for (uint32_t i = 0; i < opts->n_idle; i++)
        fds[i] = connect_raw(bench);
    wait_for_fds(bench, n_fds + opts->n_idle);
    wakeups = wakeups_in(bench, opts->idle_s);
    n_over = print_figure(out, "idle_bytes_per_connection_silent",
                          ((double)process_memory(bench->pid) - (double)memory) / opts->n_idle, 8192);
    n_over += print_figure(out, "idle_wakeups_silent", (double)wakeups, 0);
    for (uint32_t i = 0; i < opts->n_idle; i++)
        close(fds[i]);
    free(fds);
    return n_over;
}

/* Connections that were used before. */
static uint32_t measure_used(const struct figures_opts *opts, const struct bench *bench, FILE *out)
{
    struct eyelet_client **clients = must_alloc(opts->n_idle, sizeof(struct eyelet_client *));
    uint64_t memory = process_memory(bench->pid), wakeups;
    uint32_t n_over;

    for (uint32_t i = 0; i < opts->n_idle; i++) {
        clients[i] = must_connect(bench->folder.address, NULL);
        echo(clients[i], i);
    }
    wakeups = wakeups_in(bench, opts->idle_s);
    n_over = print_figure(out, "idle_bytes_per_connection_used",
                          ((double)process_memory(bench->pid) - (double)memory) / opts->n_idle, 8192);
    n_over += print_figure(out, "idle_wakeups_used", (double)wakeups, 0);
    for (uint32_t i = 0; i < opts->n_idle; i++)
        eyelet_client_close(clients[i]);
    free(clients);
    return n_over;
}

/* So that what a first call needs is there. */
static void warm_up(const struct bench *bench)
{
    struct eyelet_client *client = must_connect(bench->folder.address, NULL);

    for (uint32_t i = 0; i < 1000; i++)
        echo(client, i);
    eyelet_client_close(client);
}

uint32_t figures_idle(const struct figures_opts *opts, FILE *out)
{
    struct bench bench;
    uint32_t n_over;

    raise_fd_limit();
    open_bench(&bench, 4);
    warm_up(&bench);
    n_over = measure_silent(opts, &bench, out);
    close_bench(&bench);
    open_bench(&bench, 4);
    warm_up(&bench);
    n_over += measure_used(opts, &bench, out);
    close_bench(&bench);
    return n_over;
}

/**
 * struct trickle - clients that send one byte per second each
 * @bytes:      a frame that none of them comes to the end of in time
 * @fds:        their connections; one that the server closed is opened again
 */
struct trickle {
    const struct bench *bench;
    uint32_t n;
    int *fds;
    uint8_t *sent;
    uint64_t n_reopened;
    atomic_bool is_over;
    pthread_t thread;
};

/* The next byte of a request of 4 KiB. */
static void trickle_one(struct trickle *trickle, uint32_t i)
{
    static const uint8_t head[10] = { 0, 0, 16, 0, 0, 0, 0, 1, 1, 0 };
    uint8_t byte = trickle->sent[i] < sizeof(head) ? head[trickle->sent[i]] : 0;

    if (send(trickle->fds[i], &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1) {
        trickle->sent[i]++;
        return;
    }
    close(trickle->fds[i]);
    trickle->fds[i] = connect_raw(trickle->bench);
    trickle->sent[i] = 0;
    trickle->n_reopened++;
}

/* A twentieth of them at a time, so that they are spread over the second. */
static void *trickle_all(void *argument)
{
    struct trickle *trickle = argument;

    for (uint32_t part = 0; !atomic_load(&trickle->is_over); part++) {
        for (uint32_t i = part % 20; i < trickle->n; i += 20)
            trickle_one(trickle, i);
        wait_ms(50);
    }
    return NULL;
}

static void start_trickle(struct trickle *trickle, const struct bench *bench, uint32_t n)
{
    *trickle = (struct trickle){ .bench = bench, .n = n };
    trickle->fds = must_alloc(n, sizeof(int));
    trickle->sent = must_alloc(n, 1);
    for (uint32_t i = 0; i < n; i++)
        trickle->fds[i] = connect_raw(bench);
    trickle->thread = must_start(trickle_all, trickle);
}

static void end_trickle(struct trickle *trickle)
{
    atomic_store(&trickle->is_over, true);
    must_join(trickle->thread);
    for (uint32_t i = 0; i < trickle->n; i++)
        close(trickle->fds[i]);
    free(trickle->fds);
    free(trickle->sent);
}

uint32_t figures_trickle(const struct figures_opts *opts, FILE *out)
{
    double *before = must_alloc(opts->n_rounds, sizeof(double)), *after = must_alloc(opts->n_rounds, sizeof(double));
    struct caller caller = { 0 };
    struct trickle trickle;
    struct bench bench;
    uint64_t n_reopened = 0;
    uint32_t n_over;

    raise_fd_limit();
    open_bench(&bench, 4);
    caller.client = must_connect(bench.folder.address, NULL);
    measure(&caller, 1, opts->round_ms);
    for (uint32_t round = 0; round < opts->n_rounds; round++) {
        measure(&caller, 1, opts->round_ms);
        before[round] = percentile_99(&caller);
        start_trickle(&trickle, &bench, opts->n_trickling);
        measure(&caller, 1, opts->round_ms + 6000); /* past the timeout of heads */
        after[round] = percentile_99(&caller);
        end_trickle(&trickle);
        n_reopened += trickle.n_reopened;
    }
    fprintf(out, "# trickle: %llu connections were closed by the server\n", (unsigned long long)n_reopened);
    n_over = print_ratio(out, "trickle_p99_ratio", before, after, opts->n_rounds);
    eyelet_client_close(caller.client);
    free(caller.times_ns);
    free(before);
    free(after);
    close_bench(&bench);
    return n_over;
}

/* What must not change. */
struct stock {
    uint64_t memory[2];  /* of the server, and of this process */
    uint64_t trimmed[2]; /* the same, without what malloc() holds of free memory */
    uint32_t fds[2];
    uint32_t threads[2];
};

static struct stock take_stock(const struct bench *bench)
{
    const pid_t pids[2] = { bench->pid, getpid() };
    struct stock stock;

    for (uint32_t i = 0; i < 2; i++) {
        stock.memory[i] = process_memory(pids[i]);
        stock.fds[i] = process_fds(pids[i]);
        stock.threads[i] = process_threads(pids[i]);
    }
    depot_trim(bench->depot);
    malloc_trim(0);
    for (uint32_t i = 0; i < 2; i++)
        stock.trimmed[i] = process_memory(pids[i]);
    return stock;
}

/**
 * struct worker - a thread that makes its share of the calls and stream messages
 * @pause:  where it waits, after a tenth and at the end, until stock is taken
 */
struct worker {
    struct eyelet_client *client;
    uint32_t n;
    uint32_t number;
    pthread_barrier_t *pause;
    void (*work)(struct worker *worker, uint32_t n);
    pthread_t thread;
};

static void make_calls(struct worker *worker, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        echo(worker->client, worker->number << 24 | i);
}

static void receive_pour(struct worker *worker, uint32_t n)
{
    Load__PourRequest request = LOAD__POUR_REQUEST__INIT;
    struct load_depot_pour_stream *stream = NULL;
    Load__Parcel *parcel = NULL;
    uint32_t i = 0;

    request.stream = worker->number;
    request.parcels = n;
    request.size = SIZE;
    must(load_depot_pour_open(worker->client, NULL, &request, &stream, NULL) == EYELET_OK, "no stream");
    for (; load_depot_pour_recv(stream, &parcel, NULL) == EYELET_GOT_MESSAGE; i++) {
        must(parcel_is(parcel, worker->number, PARCEL_DOWN | i, SIZE), "a parcel is wrong");
        load__parcel__free_unpacked(parcel, NULL);
    }
    must(i == n, "parcels are missing");
    load_depot_pour_close(stream);
}

static void send_gather(struct worker *worker, uint32_t n)
{
    struct load_depot_gather_stream *stream = NULL;
    Load__GatherReply *reply = NULL;
    Load__Parcel parcel;
    uint8_t room[SIZE];

    must(load_depot_gather_open(worker->client, NULL, &stream, NULL) == EYELET_OK, "no stream");
    for (uint32_t i = 0; i < n; i++) {
        parcel_fill(&parcel, worker->number, i, room, SIZE);
        must(load_depot_gather_send(stream, &parcel, NULL) == EYELET_OK, "a parcel cannot be sent");
    }
    must(load_depot_gather_end(stream, NULL) == EYELET_OK, "a stream cannot be ended");
    must(load_depot_gather_recv(stream, &reply, NULL) == EYELET_GOT_MESSAGE && reply->parcels == n, "no reply");
    load__gather_reply__free_unpacked(reply, NULL);
    load_depot_gather_close(stream);
}

/* @n messages both ways together. */
static void exchange_chat(struct worker *worker, uint32_t n)
{
    struct load_depot_chat_stream *stream = NULL;
    Load__Parcel request, *reply = NULL;
    uint8_t room[SIZE];

    must(load_depot_chat_open(worker->client, NULL, &stream, NULL) == EYELET_OK, "no stream");
    for (uint32_t i = 0; i < n / 2; i++) {
        parcel_fill(&request, worker->number, i, room, SIZE);
        must(load_depot_chat_send(stream, &request, NULL) == EYELET_OK, "a parcel cannot be sent");
        must(load_depot_chat_recv(stream, &reply, NULL) == EYELET_GOT_MESSAGE, "no parcel comes");
        must(parcel_is(reply, worker->number, PARCEL_DOWN | i, SIZE), "a parcel is wrong");
        load__parcel__free_unpacked(reply, NULL);
    }
    must(load_depot_chat_end(stream, NULL) == EYELET_OK, "a stream cannot be ended");
    must(load_depot_chat_recv(stream, &reply, NULL) == EYELET_GOT_END, "the stream does not end");
    load_depot_chat_close(stream);
}

static void make_streams(struct worker *worker, uint32_t n)
{
    static void (*const ways[])(struct worker * worker, uint32_t n) = { receive_pour, send_gather, exchange_chat };

    for (uint32_t i = 0; n > 0; i++) {
        uint32_t length = n < STREAM_LENGTH ? n : STREAM_LENGTH;

        ways[i % 3](worker, length);
        n -= length;
    }
}

static void *work(void *argument)
{
    struct worker *worker = argument;

    worker->work(worker, worker->n / 10);
    pthread_barrier_wait(worker->pause);
    pthread_barrier_wait(worker->pause);
    worker->work(worker, worker->n - worker->n / 10);
    pthread_barrier_wait(worker->pause);
    pthread_barrier_wait(worker->pause);
    return NULL;
}

/* When all workers wait. */
static struct stock take_stock_in(const struct bench *bench, pthread_barrier_t *pause)
{
    struct stock stock;

    pthread_barrier_wait(pause);
    stock = take_stock(bench);
    pthread_barrier_wait(pause);
    return stock;
}

static uint32_t print_changes(FILE *out, const char *what, const struct stock *then, const struct stock *now)
{
    static const char *const sides[2] = { "server", "client" };
    uint32_t n_over = 0;
    char name[80];

    for (uint32_t i = 0; i < 2; i++) {
        snprintf(name, sizeof(name), "constant_memory_growth_%s_%s", what, sides[i]);
        fprintf(out, "# %s: %lld bytes more before malloc() gave back what was free\n", name,
                (long long)(now->memory[i] - then->memory[i]));
        n_over += print_figure(out, name, (double)now->trimmed[i] - (double)then->trimmed[i], 65536);
        snprintf(name, sizeof(name), "constant_fds_more_%s_%s", what, sides[i]);
        n_over += print_figure(out, name, (double)now->fds[i] - (double)then->fds[i], 0);
        snprintf(name, sizeof(name), "constant_threads_more_%s_%s", what, sides[i]);
        n_over += print_figure(out, name, (double)now->threads[i] - (double)then->threads[i], 0);
    }
    return n_over;
}

/* Two clients, two threads each. */
static uint32_t measure_constant(const struct figures_opts *opts, const struct bench *bench, FILE *out,
                                 const char *what, void (*way)(struct worker *worker, uint32_t n))
{
    struct worker workers[CONSTANT_PEERS];
    struct eyelet_client *clients[2];
    pthread_barrier_t pause;
    struct stock then, now;

    must(pthread_barrier_init(&pause, NULL, CONSTANT_PEERS + 1) == 0, "no barrier");
    for (uint32_t i = 0; i < 2; i++)
        clients[i] = must_connect(bench->folder.address, NULL);
    for (uint32_t i = 0; i < CONSTANT_PEERS; i++) {
        workers[i] = (struct worker){ clients[i % 2], opts->n_calls / CONSTANT_PEERS, i, &pause, way, 0 };
        workers[i].thread = must_start(work, &workers[i]);
    }
    then = take_stock_in(bench, &pause);
    now = take_stock_in(bench, &pause);
    for (uint32_t i = 0; i < CONSTANT_PEERS; i++)
        must_join(workers[i].thread);
    for (uint32_t i = 0; i < 2; i++)
        eyelet_client_close(clients[i]);
    pthread_barrier_destroy(&pause);
    return print_changes(out, what, &then, &now);
}

/*
 * Memory is what is in use: a peak of messages that waited leaves pages behind that are free, but held by malloc(), and
 * come and go with the scheduling. With an arena and a cache for each thread it cannot give all of them back.
 */
uint32_t figures_constant(const struct figures_opts *opts, FILE *out)
{
    struct bench bench;
    uint32_t n_over;

    open_bench(&bench, 4);
    n_over = measure_constant(opts, &bench, out, "unary", make_calls);
    n_over += measure_constant(opts, &bench, out, "streams", make_streams);
    close_bench(&bench);
    return n_over;
}
