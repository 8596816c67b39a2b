/*
 * eyelet's client with protobuf-c. Calls in flight are started, and the next one where the last one's end is told, by
 * an event loop of one descriptor.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include <eyelet/eyelet.h>

#include "bench.eyelet.h"
#include "caller.h"

#ifndef SPIN_US
#define SPIN_US 0
#endif

struct connection {
    struct eyelet_client *client;
    size_t size;
    Bench__Data request; /* of every call and message */
    size_t n_to_start;
    size_t n_to_end;
};

static _Noreturn void fail(const struct eyelet_error *error)
{
    caller_fail(error->text);
}

static void *pbc_open(const char *address, size_t size)
{
    static const struct eyelet_client_opts opts = { .spin_us = SPIN_US };
    struct connection *connection = calloc(1, sizeof(*connection));
    struct eyelet_error error;

    if (!connection)
        caller_fail("there is no memory");
    connection->size = size;
    bench__data__init(&connection->request);
    connection->request.data.data = calloc(1, size + 1);
    connection->request.data.len = size;
    if (!connection->request.data.data)
        caller_fail("there is no memory");
    if (eyelet_client_open(address, &opts, &connection->client, &error) != EYELET_OK)
        fail(&error);
    return connection;
}

static void check_size(const struct connection *connection, const Bench__Data *reply)
{
    if (reply->data.len != connection->size)
        caller_fail("the server answers something else");
}

static void pbc_call(void *userdata)
{
    struct connection *connection = userdata;
    struct eyelet_error error;
    Bench__Data *reply;

    if (bench_echo_say(connection->client, NULL, &connection->request, &reply, &error) != EYELET_OK)
        fail(&error);
    check_size(connection, reply);
    bench__data__free_unpacked(reply, NULL);
}

static void start(struct connection *connection);

static void done(enum eyelet_status status, Bench__Data *reply, const struct eyelet_error *error, void *userdata)
{
    struct connection *connection = userdata;

    if (status != EYELET_OK)
        fail(error);
    check_size(connection, reply);
    bench__data__free_unpacked(reply, NULL);
    connection->n_to_end--;
    if (connection->n_to_start > 0)
        start(connection);
}

static void start(struct connection *connection)
{
    struct eyelet_error error;

    connection->n_to_start--;
    if (bench_echo_say_start(connection->client, NULL, &connection->request, done, connection, NULL, &error) !=
        EYELET_OK)
        fail(&error);
}

static void pbc_flight(void *userdata, size_t n_calls)
{
    struct connection *connection = userdata;
    struct eyelet_client *client = connection->client;
    struct eyelet_error error;
    struct pollfd pollfd;

    connection->n_to_start = connection->n_to_end = n_calls;
    for (size_t i = 0; i < CALLER_AT_ONCE && connection->n_to_start > 0; i++)
        start(connection);
    while (connection->n_to_end > 0) {
        pollfd = (struct pollfd){ .fd = eyelet_client_fd(client), .events = eyelet_client_events(client) };
        poll(&pollfd, 1, eyelet_client_timeout_ms(client));
        if (eyelet_client_process(client, &error) != EYELET_OK)
            fail(&error);
    }
}

static void pbc_up(void *userdata, size_t n_messages)
{
    struct connection *connection = userdata;
    struct bench_echo_up_stream *stream;
    struct eyelet_error error;
    enum eyelet_status status;
    Bench__Order *reply;

    status = bench_echo_up_open(connection->client, NULL, &stream, &error);
    for (size_t i = 0; status == EYELET_OK && i < n_messages; i++)
        status = bench_echo_up_send(stream, &connection->request, &error);
    if (status == EYELET_OK)
        status = bench_echo_up_end(stream, &error);
    if (status != EYELET_OK || bench_echo_up_recv(stream, &reply, &error) != EYELET_GOT_MESSAGE)
        fail(&error);
    if (reply->count != (uint32_t)n_messages)
        caller_fail("messages were lost");
    bench__order__free_unpacked(reply, NULL);
    bench_echo_up_close(stream);
}

static void pbc_down(void *userdata, size_t n_messages)
{
    struct connection *connection = userdata;
    Bench__Order order = BENCH__ORDER__INIT;
    struct bench_echo_down_stream *stream;
    struct eyelet_error error;
    Bench__Data *reply;
    size_t n = 0;

    order.count = (uint32_t)n_messages;
    order.size = (uint32_t)connection->size;
    if (bench_echo_down_open(connection->client, NULL, &order, &stream, &error) != EYELET_OK)
        fail(&error);
    for (enum eyelet_got got; (got = bench_echo_down_recv(stream, &reply, &error)) != EYELET_GOT_END; n++) {
        if (got == EYELET_GOT_ERROR)
            fail(&error);
        check_size(connection, reply);
        bench__data__free_unpacked(reply, NULL);
    }
    if (n != n_messages)
        caller_fail("messages were lost");
    bench_echo_down_close(stream);
}

static void pbc_close(void *userdata)
{
    struct connection *connection = userdata;

    eyelet_client_close(connection->client);
    free(connection->request.data.data);
    free(connection);
}

int main(int argc, char **argv)
{
    static const struct caller_peer peer = { .open = pbc_open,
                                             .call = pbc_call,
                                             .flight = pbc_flight,
                                             .up = pbc_up,
                                             .down = pbc_down,
                                             .close = pbc_close,
                                             .has_threads = true };

    return caller_main(&peer, argc, argv);
}
