/*
 * eyelet's server with nanopb: fixed memory, one thread.
 *
 *     nano_server ADDRESS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <eyelet/nano.h>

#include "bench.eyelet.h"
#include "caller.h"
#include "nano.h"

#define CONNECTIONS_MAX (CALLER_THREADS + 1)
#define CALLS_MAX       (CALLER_AT_ONCE + CONNECTIONS_MAX) /* one connection may have all but one for each other */

static enum eyelet_status say(struct eyelet_nano_call *call, const bench_Data *request, bench_Data *reply,
                              void *userdata)
{
    (void)call;
    (void)userdata;
    reply->data.size = request->data.size;
    memcpy(reply->data.bytes, request->data.bytes, request->data.size); /* both have the same room */
    return EYELET_OK;
}

static enum eyelet_status up(struct eyelet_nano_call *call, bench_Order *reply, void *userdata)
{
    const bench_Data *request;
    size_t size = 0;

    (void)userdata;
    while (bench_echo_up_call_recv(call, &request) == EYELET_GOT_MESSAGE) {
        if (reply->count == 0)
            size = request->data.size;
        reply->count += request->data.size == size;
    }
    return EYELET_OK;
}

static enum eyelet_status down(struct eyelet_nano_call *call, const bench_Order *request, void *userdata)
{
    static bench_Data reply = bench_Data_init_zero;
    enum eyelet_status status = EYELET_OK;

    (void)userdata;
    if (request->size > sizeof(reply.data.bytes))
        return eyelet_nano_call_fail(call, EYELET_INVALID_ARGUMENT, "size is over %zu", sizeof(reply.data.bytes));

    reply.data.size = (pb_size_t)request->size;
    for (uint32_t i = 0; status == EYELET_OK && i < request->count; i++)
        status = bench_echo_down_call_send(call, &reply);
    return status;
}

int main(int argc, char **argv)
{
    static uint8_t memory[EYELET_NANO_SERVER_SIZE(CONNECTIONS_MAX, CALLS_MAX, NANO_FRAME_MAX, BENCH_ECHO_MESSAGE_SIZE)];
    static const struct eyelet_nano_server_opts opts = { .connections_max = CONNECTIONS_MAX,
                                                         .calls_max = CALLS_MAX,
                                                         .frame_max = NANO_FRAME_MAX,
                                                         .message_size = BENCH_ECHO_MESSAGE_SIZE };
    static const struct bench_echo_handlers handlers = { .say = say, .up = up, .down = down };
    static struct eyelet_error error;
    struct eyelet_nano_server *server;
    enum eyelet_status status;

    if (argc != 2) {
        fputs("usage: nano_server ADDRESS\n", stderr);
        return 2;
    }
    status = eyelet_nano_server_init(argv[1], &opts, memory, sizeof(memory), &server, &error);
    if (status == EYELET_OK)
        status = bench_echo_add(server, &handlers, NULL, &error);
    if (status == EYELET_OK)
        status = eyelet_nano_server_run(server, &error);
    if (status != EYELET_OK)
        fprintf(stderr, "nano_server: %s\n", error.text);
    return status == EYELET_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
