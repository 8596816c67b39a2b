/*
 * Runs all suites with all of their peers, each case as a cmocka test, and writes the matrix of what came of it.
 *
 *     interop [FILE]   FILE gets the matrix, too
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "interop.h"

#define CASES_MAX 32
#define PEERS_MAX 4

static const struct interop_peer peers[] = {
    { .name = "Go",
      .server = { INTEROP_GO "/server" },
      .client = { INTEROP_GO "/client" },
      .oversize = EYELET_RESOURCE_EXHAUSTED,
      .oversize_is_remote = true,
      .oversize_word = "says so",
      .no_method = EYELET_UNIMPLEMENTED,
      .can_leave_clock = true },
    { .name = "Rust sync",
      .server = { INTEROP_RUST "/server", "sync" },
      .client = { INTEROP_RUST "/client", "sync" },
      .oversize = EYELET_DEADLINE_EXCEEDED,
      .oversize_word = "no answer",
      .no_method = EYELET_INVALID_ARGUMENT },
    { .name = "Rust async",
      .server = { INTEROP_RUST "/server", "async" },
      .client = { INTEROP_RUST "/client", "async" },
      .oversize = EYELET_UNAVAILABLE,
      .oversize_word = "closes",
      .no_method = EYELET_INVALID_ARGUMENT,
      .can_leave_clock = true },
    { 0 },
};

static const struct interop_peer containerds[] = {
    { .name = "containerd", .server = { INTEROP_CONTAINERD }, .no_method = EYELET_UNIMPLEMENTED },
    { 0 },
};

/* A suite with its peers: the part of the matrix below one heading. */
static struct part {
    const struct interop_suite *suite;
    const struct interop_peer *peers;
    struct interop_run runs[PEERS_MAX][CASES_MAX];
} parts[] = {
    { .suite = &interop_client_suite, .peers = peers },
    { .suite = &interop_callers_suite, .peers = peers },
    { .suite = &interop_containerd_suite, .peers = containerds },
};

#define N_PARTS (sizeof(parts) / sizeof(parts[0]))

static char folder[] = "/tmp/eyelet.XXXXXX"; /* not below $TMPDIR: a socket's path has 107 bytes at most */

/* What group fixtures, which are handed no state, work on. */
static const struct interop_suite *current_suite;
static const struct interop_peer *current_peer;

const char *interop_path(const char *name)
{
    static char path[sizeof(folder) + 64];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

void assert_status(enum eyelet_status got, const struct eyelet_error *error, enum eyelet_status wanted)
{
    if (got != wanted)
        fail_msg("wanted %s, got %s: %s", eyelet_status_name(wanted), eyelet_status_name(got),
                 got == EYELET_OK ? "-" : error->text);
}

static int set_up(void **state)
{
    (void)state;
    current_suite->setup(current_peer);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    current_suite->teardown();
    return 0;
}

static void run_case(void **state)
{
    struct interop_run *run = *state;

    run->test->run(run);
    run->outcome = INTEROP_PASSED;
}

static int run_with_peer(struct part *part, size_t peer_index)
{
    const struct interop_suite *suite = part->suite;
    const struct interop_peer *peer = &part->peers[peer_index];
    struct CMUnitTest tests[CASES_MAX];
    char names[CASES_MAX][128];
    char group[128];
    size_t n = 0;

    for (size_t i = 0; suite->cases[i].name; i++) {
        struct interop_run *run = &part->runs[peer_index][i];

        *run = (struct interop_run){ .test = &suite->cases[i], .peer = peer };
        if (suite->has && !suite->has(peer, run->test))
            continue;
        run->outcome = INTEROP_FAILED; /* until it has passed */
        snprintf(names[n], sizeof(names[n]), "%s: %s: %s", peer->name, suite->title, run->test->name);
        tests[n] = (struct CMUnitTest){ .name = names[n], .test_func = run_case, .initial_state = run };
        n++;
    }

    current_suite = suite;
    current_peer = peer;
    snprintf(group, sizeof(group), "%s: %s", peer->name, suite->title);
    return _cmocka_run_group_tests(group, tests, n, set_up, tear_down);
}

static const char *cell(const struct interop_run *run)
{
    switch (run->outcome) {
    case INTEROP_NOT_RUN:
        return "-";
    case INTEROP_FAILED:
        return "FAILED";
    case INTEROP_PASSED:
        return run->saw ? run->saw : "ok";
    }
    return NULL;
}

static void print_part(FILE *file, const struct part *part)
{
    fprintf(file, "%-36s", part->suite->title);
    for (size_t p = 0; part->peers[p].name; p++)
        fprintf(file, "%-18s", part->peers[p].name);
    for (size_t i = 0; part->suite->cases[i].name; i++) {
        fprintf(file, "\n  %-34s", part->suite->cases[i].name);
        for (size_t p = 0; part->peers[p].name; p++)
            fprintf(file, "%-18s", cell(&part->runs[p][i]));
    }
    fputs("\n\n", file);
}

static int print_matrix(FILE *file)
{
    if (!file)
        return -1;

    for (size_t i = 0; i < N_PARTS; i++)
        print_part(file, &parts[i]);
    return fflush(file);
}

/* containerd leaves folders of its own making behind. */
static void remove_folder(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        execlp("rm", "rm", "-rf", "--", folder, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "w") : NULL;
    int failed = 0;

    if (!mkdtemp(folder)) {
        perror(folder);
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < N_PARTS; i++)
        for (size_t p = 0; parts[i].peers[p].name; p++)
            failed |= run_with_peer(&parts[i], p);
    remove_folder();

    failed |= print_matrix(stdout);
    if (argc > 1)
        failed |= print_matrix(file);
    if (file)
        fclose(file);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
