/*
 * eyelet's client with nanopb: fixed memory, one thread for each connection. Messages over 1 KiB are not for it.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include <eyelet/nano.h>

#include "bench.eyelet.h"
#include "caller.h"
#include "nano.h"

#define EXIT_HAS_NONE 3
#define STREAMS_MAX   1

struct connection {
    struct eyelet_nano_client *client;
    size_t n_to_start;
    size_t n_to_end;
    struct slot {
        struct connection *connection;
        bench_Data reply;
    } slots[CALLER_AT_ONCE]; /* the calls in flight */
    bench_Data request;      /* of every call and message */
    uint8_t memory[EYELET_NANO_CLIENT_SIZE(CALLER_AT_ONCE, STREAMS_MAX, NANO_FRAME_MAX)];
};

static _Noreturn void fail(const struct eyelet_error *error)
{
    caller_fail(error->text);
}

static void *nano_open(const char *address, size_t size)
{
    static const struct eyelet_nano_client_opts opts = { .calls_max = CALLER_AT_ONCE,
                                                         .streams_max = STREAMS_MAX,
                                                         .frame_max = NANO_FRAME_MAX };
    struct connection *connection = calloc(1, sizeof(*connection));
    struct eyelet_error error;

    if (!connection)
        caller_fail("there is no memory");
    if (size > sizeof(connection->request.data.bytes))
        exit(EXIT_HAS_NONE);
    connection->request.data.size = (pb_size_t)size;
    if (eyelet_nano_client_init(address, &opts, connection->memory, sizeof(connection->memory), &connection->client,
                                &error) != EYELET_OK)
        fail(&error);
    return connection;
}

static void check_size(const struct connection *connection, const bench_Data *reply)
{
    if (reply->data.size != connection->request.data.size)
        caller_fail("the server answers something else");
}

static void nano_call(void *userdata)
{
    struct connection *connection = userdata;
    bench_Data *reply = &connection->slots[0].reply;
    struct eyelet_error error;

    if (bench_echo_say(connection->client, NULL, &connection->request, reply, &error) != EYELET_OK)
        fail(&error);
    check_size(connection, reply);
}

static void start(struct slot *slot);

static void done(enum eyelet_status status, bench_Data *reply, const struct eyelet_error *error, void *userdata)
{
    struct slot *slot = userdata;

    if (status != EYELET_OK)
        fail(error);
    check_size(slot->connection, reply);
    slot->connection->n_to_end--;
    if (slot->connection->n_to_start > 0)
        start(slot);
}

static void start(struct slot *slot)
{
    struct connection *connection = slot->connection;
    struct eyelet_error error;

    connection->n_to_start--;
    if (bench_echo_say_start(connection->client, NULL, &connection->request, &slot->reply, done, slot, NULL, &error) !=
        EYELET_OK)
        fail(&error);
}

static void nano_flight(void *userdata, size_t n_calls)
{
    struct connection *connection = userdata;
    struct eyelet_nano_client *client = connection->client;
    struct eyelet_error error;
    struct pollfd pollfd;

    connection->n_to_start = connection->n_to_end = n_calls;
    for (size_t i = 0; i < CALLER_AT_ONCE && connection->n_to_start > 0; i++) {
        connection->slots[i].connection = connection;
        start(&connection->slots[i]);
    }
    while (connection->n_to_end > 0) {
        pollfd = (struct pollfd){ .fd = eyelet_nano_client_fd(client), .events = eyelet_nano_client_events(client) };
        poll(&pollfd, 1, eyelet_nano_client_timeout_ms(client));
        if (eyelet_nano_client_process(client, &error) != EYELET_OK)
            fail(&error);
    }
}

static void nano_up(void *userdata, size_t n_messages)
{
    struct connection *connection = userdata;
    struct bench_echo_up_stream *stream;
    struct eyelet_error error;
    enum eyelet_status status;
    bench_Order reply;

    status = eyelet_nano_client_process(connection->client, &error); /* as a loop would: messages leave together */
    if (status == EYELET_OK)
        status = bench_echo_up_open(connection->client, NULL, &stream, &error);
    for (size_t i = 0; status == EYELET_OK && i < n_messages; i++)
        status = bench_echo_up_send(stream, &connection->request, &error);
    if (status == EYELET_OK)
        status = bench_echo_up_end(stream, &error);
    if (status != EYELET_OK || bench_echo_up_recv(stream, &reply, &error) != EYELET_GOT_MESSAGE)
        fail(&error);
    if (reply.count != (uint32_t)n_messages)
        caller_fail("messages were lost");
    bench_echo_up_close(stream);
}

static void nano_down(void *userdata, size_t n_messages)
{
    struct connection *connection = userdata;
    const bench_Order order = { .count = (uint32_t)n_messages, .size = connection->request.data.size };
    bench_Data *reply = &connection->slots[0].reply;
    struct bench_echo_down_stream *stream;
    struct eyelet_error error;
    size_t n = 0;

    if (bench_echo_down_open(connection->client, NULL, &order, &stream, &error) != EYELET_OK)
        fail(&error);
    for (enum eyelet_got got; (got = bench_echo_down_recv(stream, reply, &error)) != EYELET_GOT_END; n++) {
        if (got == EYELET_GOT_ERROR)
            fail(&error);
        check_size(connection, reply);
    }
    if (n != n_messages)
        caller_fail("messages were lost");
    bench_echo_down_close(stream);
}

static void nano_close(void *userdata)
{
    struct connection *connection = userdata;

    eyelet_nano_client_clear(connection->client);
    free(connection);
}

int main(int argc, char **argv)
{
    static const struct caller_peer peer = {
        .open = nano_open,
        .call = nano_call,
        .flight = nano_flight,
        .up = nano_up,
        .down = nano_down,
        .close = nano_close,
    };

    return caller_main(&peer, argc, argv);
}
