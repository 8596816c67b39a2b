/*
 * The clients of others against eyelet's server. Each case is a run of a client that knows it by name, and judges what
 * it gets.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <eyelet/address.h>

#include "child.h"
#include "interop.h"

static struct child server;

static void start_our_server(struct child *child, const char *name)
{
    char address[EYELET_ADDRESS_TEXT_MAX];
    const char *argv[] = { INTEROP_SERVER, address, NULL };

    snprintf(address, sizeof(address), "unix://%s", interop_path(name));
    child_start(child, argv);
    child_wait_for(child, "listening");
}

static void start_server(const struct interop_peer *peer)
{
    (void)peer;
    start_our_server(&server, "ours");
}

/* Leaks and their like make its sanitizers end it in another way. */
static void end_server(void)
{
    assert_int_equal(child_end(&server, SIGTERM), 0);
}

static void start_client(struct child *child, const struct interop_run *run, const char *name)
{
    const char *argv[5] = { run->peer->client[0], run->peer->client[1], run->peer->client[2] };
    size_t n = 0;

    while (argv[n])
        n++;
    argv[n++] = interop_path(name);
    argv[n] = run->test->arg;
    child_start(child, argv);
}

static void run_client(struct interop_run *run)
{
    struct child client;

    start_client(&client, run, "ours");
    assert_int_equal(child_wait(&client), 0);
}

/* The time of its call ends at the server, too, which then serves the next one. */
static void run_deadline(struct interop_run *run)
{
    run_client(run);
    child_wait_for(&server, "sleeping");
}

static void kill_client(struct interop_run *run)
{
    const struct interop_case next = { .arg = "ok" };
    struct interop_run after = { .test = &next, .peer = run->peer };
    struct child client;

    start_client(&client, run, "ours");
    child_wait_for(&server, "sleeping");
    assert_int_equal(child_end(&client, SIGKILL), 128 + SIGKILL);
    run_client(&after);
}

static void kill_server(struct interop_run *run)
{
    struct child mortal, client;

    start_our_server(&mortal, "mortal");
    start_client(&client, run, "mortal");
    child_wait_for(&mortal, "sleeping");
    assert_int_equal(child_end(&mortal, SIGKILL), 128 + SIGKILL);
    child_tell(&client, "killed");
    assert_int_equal(child_wait(&client), 0);
    remove(interop_path("mortal"));
}

static bool has(const struct interop_peer *peer, const struct interop_case *test)
{
    return peer->can_leave_clock || strcmp(test->arg, "server-deadline") != 0;
}

static const struct interop_case cases[] = {
    { .name = "echo", .run = run_client, .arg = "ok" },
    { .name = "empty message", .run = run_client, .arg = "empty" },
    { .name = "3 MiB", .run = run_client, .arg = "large" },
    { .name = "request over our limit", .run = run_client, .arg = "request-too-large" },
    { .name = "reply over our limit", .run = run_client, .arg = "reply-too-large" },
    { .name = "unknown service", .run = run_client, .arg = "unknown-service" },
    { .name = "unknown method", .run = run_client, .arg = "unknown-method" },
    { .name = "error with status", .run = run_client, .arg = "failure" },
    { .name = "deadline", .run = run_deadline, .arg = "deadline" },
    { .name = "deadline kept by us alone", .run = run_deadline, .arg = "server-deadline" },
    { .name = "deadline travels", .run = run_client, .arg = "deadline-travels" },
    { .name = "metadata", .run = run_client, .arg = "metadata" },
    { .name = "64 calls at once, one connection", .run = run_client, .arg = "at-once" },
    { .name = "client killed in mid-call", .run = kill_client, .arg = "caller-killed" },
    { .name = "server killed in mid-call", .run = kill_server, .arg = "server-killed" },
    { 0 },
};

const struct interop_suite interop_callers_suite = {
    .title = "their client, our server", .cases = cases, .has = has, .setup = start_server, .teardown = end_server
};
