/*
 * Measures: see caller.h. Nothing of a peer is known here.
 */
#include "caller.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_HAS_NONE    3
#define SAMPLES_MAX      ((size_t)1 << 18) /* of one thread: later ones take the places of the first */
#define WARM_UP_PART     4                 /* of the time, before anything is measured */
#define FIRST_TIMEOUT_NS ((uint64_t)30 * 1000 * 1000 * 1000)

enum phase {
    PHASE_WARM_UP,
    PHASE_MEASURED,
    PHASE_OVER,
};

struct bench {
    const struct caller_peer *peer;
    const char *address;
    const char *server; /* its process id or, for "first", its program; NULL when it does not matter */
    size_t size;
    size_t amount;
    void *shared; /* the connection of all workers; NULL when each has its own */
    _Atomic int phase;
    atomic_size_t n_warm; /* workers that have made their first call */
};

struct worker {
    struct bench *bench;
    pthread_t thread;
    uint32_t *samples_ns;
    atomic_size_t n_calls; /* written by its thread alone */
};

/* What was used so far. */
struct use {
    uint64_t time_ns;
    uint64_t client_ns;
    uint64_t server_ns;
};

void caller_fail(const char *what)
{
    fprintf(stderr, "client: %s\n", what);
    exit(EXIT_FAILURE);
}

const char *caller_path(const char *address)
{
    if (strncmp(address, "unix://", strlen("unix://")) != 0)
        caller_fail("the address is no unix://PATH");
    return address + strlen("unix://");
}

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    if (clock_gettime(clock, &now) != 0)
        caller_fail("a clock cannot be read");
    return (uint64_t)now.tv_sec * 1000 * 1000 * 1000 + (uint64_t)now.tv_nsec;
}

static uint64_t server_ns(const char *server)
{
    clockid_t clock;

    if (!server)
        return 0;
    if (clock_getcpuclockid((pid_t)atol(server), &clock) != 0)
        caller_fail("there is no such server");
    return clock_ns(clock);
}

static struct use use_now(const struct bench *bench)
{
    return (struct use){ .time_ns = clock_ns(CLOCK_MONOTONIC),
                         .client_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID),
                         .server_ns = server_ns(bench->server) };
}

static void print_line(size_t n_calls, double p50_us, double p99_us, const struct use *from, const struct use *to)
{
    const double n = n_calls > 0 ? (double)n_calls : 1;
    const double time_ns = (double)(to->time_ns - from->time_ns);

    printf("%zu\t%.3f\t%.3f\t%.1f\t%.3f\t%.3f\n", n_calls, p50_us, p99_us, (double)n_calls * 1e9 / time_ns,
           (double)(to->client_ns - from->client_ns) / 1e3 / n, (double)(to->server_ns - from->server_ns) / 1e3 / n);
}

static void sleep_ns(uint64_t time_ns)
{
    const struct timespec time = { .tv_sec = (time_t)(time_ns / 1000000000), .tv_nsec = (long)(time_ns % 1000000000) };

    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

/* --- calls of one or more threads --------------------------------------------------------------------------------- */

static void call_on(struct worker *worker, void *connection)
{
    struct bench *bench = worker->bench;
    uint64_t before_ns = clock_ns(CLOCK_MONOTONIC), now_ns;
    size_t n_calls = 0;
    int phase;

    while ((phase = atomic_load_explicit(&bench->phase, memory_order_relaxed)) != PHASE_OVER) {
        bench->peer->call(connection);
        now_ns = clock_ns(CLOCK_MONOTONIC);
        if (phase == PHASE_MEASURED) {
            worker->samples_ns[n_calls++ % SAMPLES_MAX] = (uint32_t)(now_ns - before_ns);
            atomic_store_explicit(&worker->n_calls, n_calls, memory_order_relaxed);
        }
        before_ns = now_ns;
    }
}

static void *work(void *userdata)
{
    struct worker *worker = userdata;
    struct bench *bench = worker->bench;
    void *connection = bench->shared ? bench->shared : bench->peer->open(bench->address, bench->size);

    bench->peer->call(connection);
    atomic_fetch_add(&bench->n_warm, 1);
    call_on(worker, connection);
    if (!bench->shared)
        bench->peer->close(connection);
    return NULL;
}

static void start_worker(struct worker *worker, struct bench *bench)
{
    *worker = (struct worker){ .bench = bench, .samples_ns = calloc(SAMPLES_MAX, sizeof(uint32_t)) };
    if (!worker->samples_ns || pthread_create(&worker->thread, NULL, work, worker) != 0)
        caller_fail("there is no thread to be had");
}

static size_t count_calls(const struct worker *workers, size_t n_workers)
{
    size_t n_calls = 0;

    for (size_t i = 0; i < n_workers; i++)
        n_calls += atomic_load_explicit(&workers[i].n_calls, memory_order_relaxed);
    return n_calls;
}

static int compare_ns(const void *left, const void *right)
{
    const uint32_t left_ns = *(const uint32_t *)left, right_ns = *(const uint32_t *)right;

    return (left_ns > right_ns) - (left_ns < right_ns);
}

static void print_samples(const struct worker *workers, size_t n_workers, const struct use *from, const struct use *to)
{
    uint32_t *all_ns = malloc(n_workers * SAMPLES_MAX * sizeof(*all_ns));
    size_t n = 0;

    if (!all_ns)
        caller_fail("there is no memory");
    for (size_t i = 0; i < n_workers; i++) {
        size_t n_calls = count_calls(&workers[i], 1), n_kept = n_calls < SAMPLES_MAX ? n_calls : SAMPLES_MAX;

        memcpy(all_ns + n, workers[i].samples_ns, n_kept * sizeof(*all_ns));
        n += n_kept;
    }
    qsort(all_ns, n, sizeof(*all_ns), compare_ns);
    print_line(count_calls(workers, n_workers), all_ns[n / 2] / 1e3, all_ns[n - 1 - n / 100] / 1e3, from, to);
    free(all_ns);
}

static void run_workers(struct bench *bench, size_t n_workers)
{
    static struct worker workers[CALLER_THREADS];
    const uint64_t time_ns = (uint64_t)bench->amount * 1000 * 1000;
    struct use from, to;

    for (size_t i = 0; i < n_workers; i++)
        start_worker(&workers[i], bench);
    while (atomic_load(&bench->n_warm) < n_workers)
        sleep_ns(1000 * 1000);
    sleep_ns(time_ns / WARM_UP_PART);
    from = use_now(bench);
    atomic_store(&bench->phase, PHASE_MEASURED);
    do {
        sleep_ns(time_ns); /* longer where not one call is over by then */
    } while (count_calls(workers, n_workers) == 0);
    atomic_store(&bench->phase, PHASE_OVER);
    to = use_now(bench);
    for (size_t i = 0; i < n_workers; i++)
        pthread_join(workers[i].thread, NULL);
    print_samples(workers, n_workers, &from, &to);
    for (size_t i = 0; i < n_workers; i++)
        free(workers[i].samples_ns);
}

static int run_calls(struct bench *bench)
{
    run_workers(bench, 1);
    return EXIT_SUCCESS;
}

static int run_threads(struct bench *bench)
{
    run_workers(bench, CALLER_THREADS);
    return EXIT_SUCCESS;
}

static int run_shared(struct bench *bench)
{
    if (!bench->peer->has_threads)
        return EXIT_HAS_NONE;
    bench->shared = bench->peer->open(bench->address, bench->size);
    run_workers(bench, CALLER_THREADS);
    bench->peer->close(bench->shared);
    return EXIT_SUCCESS;
}

/* --- many at once ------------------------------------------------------------------------------------------------- */

/* How many take @bench's time: found while warming up. */
static size_t count_for(struct bench *bench, void (*run)(void *connection, size_t n), void *connection)
{
    const uint64_t time_ns = (uint64_t)bench->amount * 1000 * 1000;
    uint64_t before_ns, took_ns;
    size_t n = CALLER_AT_ONCE;

    for (;;) {
        before_ns = clock_ns(CLOCK_MONOTONIC);
        run(connection, n);
        took_ns = clock_ns(CLOCK_MONOTONIC) - before_ns;
        if (took_ns >= time_ns / WARM_UP_PART / 2 || n >= (size_t)1 << 28)
            break;
        n *= 2;
    }
    return (size_t)((double)n * (double)time_ns / (double)(took_ns + 1)) + 1;
}

static int run_bulk(struct bench *bench, void (*run)(void *connection, size_t n))
{
    struct use from, to;
    void *connection;
    size_t n;

    if (!run)
        return EXIT_HAS_NONE;
    connection = bench->peer->open(bench->address, bench->size);
    n = count_for(bench, run, connection);
    from = use_now(bench);
    run(connection, n);
    to = use_now(bench);
    bench->peer->close(connection);
    print_line(n, 0, 0, &from, &to);
    return EXIT_SUCCESS;
}

static int run_flight(struct bench *bench)
{
    return run_bulk(bench, bench->peer->flight);
}

static int run_up(struct bench *bench)
{
    return run_bulk(bench, bench->peer->up);
}

static int run_down(struct bench *bench)
{
    return run_bulk(bench, bench->peer->down);
}

/* --- counted and single calls ------------------------------------------------------------------------------------- */

static int run_exact(struct bench *bench)
{
    struct use from = use_now(bench), to;
    void *connection = bench->peer->open(bench->address, bench->size);

    for (size_t i = 0; i < bench->amount; i++)
        bench->peer->call(connection);
    bench->peer->close(connection);
    to = use_now(bench);
    print_line(bench->amount, 0, 0, &from, &to);
    return EXIT_SUCCESS;
}

/* Without connecting: not every server bears a peer that says nothing. */
static bool listens(const char *path)
{
    FILE *file = fopen("/proc/net/unix", "re");
    char line[512];
    bool is_there = false;

    if (!file)
        caller_fail("/proc/net/unix cannot be read");
    while (!is_there && fgets(line, sizeof(line), file))
        is_there = strstr(line, " 00010000 ") && strstr(line, path);
    fclose(file);
    return is_there;
}

static pid_t start_server(const struct bench *bench)
{
    pid_t pid = fork();

    if (pid < 0)
        caller_fail("the server cannot be started");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever ends this program */
        execl(bench->server, bench->server, bench->address, (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* Somebody listens before the peer's own client is asked, whose pauses between attempts would be measured otherwise. */
static int run_first(struct bench *bench)
{
    struct use from = { .time_ns = clock_ns(CLOCK_MONOTONIC) }, to = { 0 };
    const char *path = caller_path(bench->address);
    const char *program = bench->server;
    pid_t pid;
    void *connection;

    if (!program)
        caller_fail("first needs the server's program");
    pid = start_server(bench);
    while (!listens(path) && clock_ns(CLOCK_MONOTONIC) - from.time_ns < FIRST_TIMEOUT_NS)
        sleep_ns(50 * 1000);
    connection = bench->peer->open(bench->address, bench->size);
    bench->peer->call(connection);
    to.time_ns = clock_ns(CLOCK_MONOTONIC);
    bench->peer->close(connection);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    print_line(1, (double)(to.time_ns - from.time_ns) / 1e3, 0, &from, &to);
    return EXIT_SUCCESS;
}

int caller_main(const struct caller_peer *peer, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct bench *bench);
    } cells[] = {
        { "calls", run_calls }, { "flight", run_flight }, { "threads", run_threads }, { "shared", run_shared },
        { "up", run_up },       { "down", run_down },     { "exact", run_exact },     { "first", run_first },
    };
    static struct bench bench;

    if (argc != 5 && argc != 6)
        caller_fail("usage: client ADDRESS CELL SIZE AMOUNT [SERVER]");
    bench.peer = peer;
    bench.address = argv[1];
    bench.size = strtoul(argv[3], NULL, 10);
    bench.amount = strtoul(argv[4], NULL, 10);
    bench.server = argc == 6 ? argv[5] : NULL;
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
        if (strcmp(argv[2], cells[i].name) == 0)
            return cells[i].run(&bench);
    caller_fail("there is no such cell");
}
