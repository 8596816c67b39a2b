/*
 * Load, by hand: what is run as a test, but as much of it as one likes, and the figures, which are no test.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "figures.h"
#include "flood.h"
#include "mix.h"
#include "must.h"

#define TUNABLES "GLIBC_TUNABLES" /* of the dynamic linker, for malloc() */

static const char usage_text[] =
    "usage: load mix [NAME=NUMBER...]      calls of all kinds at once; every byte and every end is compared\n"
    "         seed=1 calls=100000 clients=8 threads=4 server-threads=4 cuts=20 swaps=20 restarts=3 strangers=1 "
    "child=1\n"
    "       load figures [NAME=NUMBER...]  lines of a name, a value and its limit\n"
    "         rounds=5 round-ms=1000 idle=2000 idle-s=5 trickling=500 calls=1000000\n"
    "         slow=1 connections=1 trickle=1 constant=1: 0 leaves that group out\n"
    "       load flood                     peers that send and do not read\n";

/* A number that may be given by its name. */
struct setting {
    const char *name;
    uint32_t value;
};

static void fail_usage(void)
{
    fputs(usage_text, stderr);
    exit(2);
}

static void set(struct setting *settings, const char *argument)
{
    const char *sign = strchr(argument, '=');
    unsigned long long value;
    char *end;

    if (!sign)
        fail_usage();
    value = strtoull(sign + 1, &end, 10);
    if (*end != '\0' || end == sign + 1 || value > UINT32_MAX)
        fail_usage();
    for (; settings->name; settings++)
        if (strlen(settings->name) == (size_t)(sign - argument) &&
            strncmp(settings->name, argument, (size_t)(sign - argument)) == 0) {
            settings->value = (uint32_t)value;
            return;
        }
    fail_usage();
}

static int run_mix(int argc, char **argv)
{
    struct setting settings[] = {
        { "seed", 1 },           { "calls", 100000 }, { "clients", 8 },  { "threads", 4 },
        { "cuts", 20 },          { "swaps", 20 },     { "restarts", 3 }, { "strangers", 1 },
        { "server-threads", 4 }, { "child", 1 },      { NULL, 0 },
    };
    struct mix_opts opts;

    for (int i = 0; i < argc; i++)
        set(settings, argv[i]);
    opts = (struct mix_opts){
        .seed = settings[0].value,
        .n_calls = settings[1].value,
        .n_clients = settings[2].value,
        .n_threads = settings[3].value,
        .n_cuts = settings[4].value,
        .n_swaps = settings[5].value,
        .n_restarts = settings[6].value,
        .has_strangers = settings[7].value != 0,
        .server_threads = settings[8].value,
        .is_child = settings[9].value != 0,
    };
    if (opts.n_calls == 0 || opts.n_clients == 0 || opts.n_threads == 0)
        fail_usage();
    return mix_run(&opts, stdout) == 0 ? 0 : 1;
}

/* Once more, in a process in which malloc() keeps nothing for each thread: memory that is free can be given back then.
 */
static uint32_t run_constant(const struct figures_opts *opts)
{
    char calls[32];
    int status;
    pid_t pid;

    snprintf(calls, sizeof(calls), "calls=%" PRIu32, opts->n_calls);
    fflush(stdout);
    pid = fork();
    must(pid >= 0, "no child");
    if (pid == 0) {
        setenv(TUNABLES, "glibc.malloc.arena_max=1:glibc.malloc.tcache_count=0", 1);
        execl("/proc/self/exe", "load", "figures", "slow=0", "connections=0", "trickle=0", calls, (char *)NULL);
        must(false, "the program cannot be run again");
    }
    must(waitpid(pid, &status, 0) == pid && WIFEXITED(status), "the child is lost");
    return WEXITSTATUS(status) == 0 ? 0 : 1;
}

static uint32_t constant(const struct figures_opts *opts, FILE *out)
{
    return getenv(TUNABLES) ? figures_constant(opts, out) : run_constant(opts);
}

static int run_figures(int argc, char **argv)
{
    struct setting settings[] = {
        { "rounds", 5 },      { "round-ms", 1000 }, { "idle", 2000 }, { "idle-s", 5 },
        { "trickling", 500 }, { "calls", 1000000 }, { "slow", 1 },    { "connections", 1 },
        { "trickle", 1 },     { "constant", 1 },    { NULL, 0 },
    };
    static uint32_t (*const groups[])(const struct figures_opts *opts, FILE *out) = {
        figures_slow_handler,
        figures_idle,
        figures_trickle,
        constant,
    };
    struct figures_opts opts;
    uint32_t n_over = 0;

    for (int i = 0; i < argc; i++)
        set(settings, argv[i]);
    opts = (struct figures_opts){ settings[0].value, settings[1].value, settings[2].value,
                                  settings[3].value, settings[4].value, settings[5].value };
    if (opts.n_rounds == 0 || opts.n_idle == 0)
        fail_usage();
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        if (settings[6 + i].value != 0)
            n_over += groups[i](&opts, stdout);
    if (!getenv(TUNABLES))
        printf("%s\n", n_over == 0 ? "every figure is within its limit" : "there are figures over their limits");
    return n_over == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc >= 2 && strcmp(argv[1], "mix") == 0)
        return run_mix(argc - 2, argv + 2);
    if (argc >= 2 && strcmp(argv[1], "figures") == 0)
        return run_figures(argc - 2, argv + 2);
    if (argc == 2 && strcmp(argv[1], "flood") == 0)
        return flood_run(stdout) == 0 ? 0 : 1;
    fail_usage();
    return 2;
}
