/*
 * A parent with an event loop of its own: one thread keeps some hundreds of calls in flight on one connection and waits
 * for nothing but poll().
 *
 *     parent_poll_loop vsock://16:5005 100000
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <eyelet/eyelet.h>

#include "echo.eyelet.h"

#define ADDRESS_DEFAULT "unix:///tmp/eyelet-echo.sock"
#define N_CALLS_DEFAULT 10000
#define IN_FLIGHT_MAX   500

struct work {
    struct eyelet_client *client;
    unsigned long n_calls;
    unsigned long n_started;
    unsigned long n_answered;
    unsigned long n_failed;
};

/* The end of one call: called by eyelet_client_process(). */
static void on_end(enum eyelet_status status, Demo__SayReply *reply, const struct eyelet_error *error, void *userdata)
{
    struct work *work = userdata;

    if (status == EYELET_OK) {
        work->n_answered++;
        demo__say_reply__free_unpacked(reply, NULL);
        return;
    }
    if (work->n_failed++ == 0)
        fprintf(stderr, "parent_poll_loop: the first call that failed: %s\n", error->text);
}

static unsigned long n_in_flight(const struct work *work)
{
    return work->n_started - work->n_answered - work->n_failed;
}

static enum eyelet_status start_calls(struct work *work, struct eyelet_error *reterr)
{
    const struct eyelet_call_opts opts = { .timeout_ms = 10000 };
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    char text[] = "hello, enclave";
    enum eyelet_status status;

    request.text = text; /* packed before the start returns */
    while (work->n_started < work->n_calls && n_in_flight(work) < IN_FLIGHT_MAX) {
        status = demo_echo_say_start(work->client, &opts, &request, on_end, work, NULL, reterr);
        if (status != EYELET_OK)
            return status;
        work->n_started++;
    }
    return EYELET_OK;
}

static enum eyelet_status make_calls(struct work *work, struct eyelet_error *reterr)
{
    enum eyelet_status status;
    struct pollfd socket;

    while (work->n_answered + work->n_failed < work->n_calls) {
        status = start_calls(work, reterr);
        if (status != EYELET_OK)
            return status;

        /* A loop of your own has other descriptors and timers beside these. Ask again each time: they change. */
        socket = (struct pollfd){ .fd = eyelet_client_fd(work->client), .events = eyelet_client_events(work->client) };
        if (poll(&socket, 1, eyelet_client_timeout_ms(work->client)) < 0 && errno != EINTR)
            return eyelet_error_fill(reterr, EYELET_INTERNAL, "cannot poll: %s", strerror(errno));

        status = eyelet_client_process(work->client, reterr);
        if (status != EYELET_OK) /* the connection is lost, and every call in flight was told so: begin anew */
            status = eyelet_client_reconnect(work->client, 0, reterr);
        if (status != EYELET_OK)
            return status;
    }
    return EYELET_OK;
}

int main(int argc, char **argv)
{
    const struct eyelet_client_opts opts = { .connect_timeout_ms = 5000 };
    struct work work = { .n_calls = argc > 2 ? strtoul(argv[2], NULL, 10) : N_CALLS_DEFAULT };
    struct eyelet_error error;
    enum eyelet_status status;

    if (argc > 3 || (argc > 1 && argv[1][0] == '-') || work.n_calls == 0) {
        fputs("usage: parent_poll_loop [ADDRESS [N_CALLS]]   (default: " ADDRESS_DEFAULT ")\n", stderr);
        return 2;
    }
    status = eyelet_client_open(argc > 1 ? argv[1] : ADDRESS_DEFAULT, &opts, &work.client, &error);
    if (status == EYELET_OK)
        status = make_calls(&work, &error);
    eyelet_client_close(work.client); /* tells on_end() of every call that is still in flight */

    if (status != EYELET_OK)
        fprintf(stderr, "parent_poll_loop: %s\n", error.text);
    printf("%lu answered, %lu failed\n", work.n_answered, work.n_failed);
    return status == EYELET_OK && work.n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
