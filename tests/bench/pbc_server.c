/*
 * eyelet's server with protobuf-c, as it comes: no option is set, but in the program that spins.
 *
 *     pbc_server ADDRESS
 */
#include <stdio.h>
#include <stdlib.h>

#include <eyelet/eyelet.h>

#include "bench.eyelet.h"

#ifndef SPIN_US
#define SPIN_US 0
#endif

static enum eyelet_status say(struct eyelet_call *call, const Bench__Data *request, Bench__Data *reply, void *userdata)
{
    (void)call;
    (void)userdata;
    reply->data = request->data; /* borrowed */
    return EYELET_OK;
}

static enum eyelet_status up(struct eyelet_call *call, Bench__Order *reply, void *userdata)
{
    const Bench__Data *request;
    size_t size = 0;

    (void)userdata;
    while (bench_echo_up_call_recv(call, &request) == EYELET_GOT_MESSAGE) {
        if (reply->count == 0)
            size = request->data.len;
        reply->count += request->data.len == size;
    }
    return EYELET_OK;
}

static enum eyelet_status down(struct eyelet_call *call, const Bench__Order *request, void *userdata)
{
    enum eyelet_status status = EYELET_OK;
    Bench__Data reply = BENCH__DATA__INIT;

    (void)userdata;
    reply.data.data = eyelet_call_alloc(call, request->size + 1);
    if (!reply.data.data)
        return EYELET_RESOURCE_EXHAUSTED;

    reply.data.len = request->size;
    for (uint32_t i = 0; status == EYELET_OK && i < request->count; i++)
        status = bench_echo_down_call_send(call, &reply);
    return status;
}

int main(int argc, char **argv)
{
    static const struct bench_echo_handlers handlers = { .say = say, .up = up, .down = down };
    static const struct eyelet_server_opts opts = { .spin_us = SPIN_US };
    struct eyelet_server *server = NULL;
    struct eyelet_error error;
    enum eyelet_status status;

    if (argc != 2) {
        fputs("usage: pbc_server ADDRESS\n", stderr);
        return 2;
    }
    status = eyelet_server_open(argv[1], &opts, &server, &error);
    if (status != EYELET_OK) {
        fprintf(stderr, "pbc_server: %s\n", error.text);
        return EXIT_FAILURE;
    }
    status = bench_echo_add(server, &handlers, NULL);
    if (status == EYELET_OK)
        status = eyelet_server_run(server);
    eyelet_server_close(server);
    return status == EYELET_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
