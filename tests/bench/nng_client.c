/*
 * NNG's client: a request socket; a context for each thread and for each call in flight.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>

#include "caller.h"

struct connection {
    nng_socket socket;
    size_t size;
    pthread_mutex_t lock; /* protects what follows; waited for by NNG's threads, and nothing is taken inside it */
    pthread_cond_t all_done;
    size_t n_to_start;
    size_t n_to_end;
};

struct flying {
    struct connection *connection;
    nng_ctx context;
    nng_aio *aio;
    bool is_sending;
};

static void check(int result)
{
    if (result != 0)
        caller_fail(nng_strerror(result));
}

static void *open_connection(const char *address, size_t size)
{
    struct connection *connection = calloc(1, sizeof(*connection));
    char url[256];

    if (!connection)
        caller_fail("there is no memory");
    connection->size = size;
    pthread_mutex_init(&connection->lock, NULL);
    pthread_cond_init(&connection->all_done, NULL);
    snprintf(url, sizeof(url), "ipc://%s", caller_path(address));
    check(nng_req0_open(&connection->socket));
    check(nng_socket_set_size(connection->socket, NNG_OPT_RECVMAXSZ, 0)); /* no limit */
    check(nng_dial(connection->socket, url, NULL, 0));
    return connection;
}

static nng_msg *new_message(const struct connection *connection)
{
    nng_msg *message;

    check(nng_msg_alloc(&message, connection->size));
    memset(nng_msg_body(message), 0, connection->size);
    return message;
}

static void take_reply(const struct connection *connection, nng_msg *message)
{
    if (nng_msg_len(message) != connection->size)
        caller_fail("the server answers something else");
    nng_msg_free(message);
}

/* This thread's, since a context makes one call at a time. It ends with its socket, the rest of it with the program. */
static struct flying *own(struct connection *connection)
{
    static _Thread_local struct flying flying;

    if (flying.connection != connection) {
        check(nng_ctx_open(&flying.context, connection->socket));
        check(nng_aio_alloc(&flying.aio, NULL, NULL));
        flying.connection = connection;
    }
    return &flying;
}

static void call(void *userdata)
{
    struct connection *connection = userdata;
    struct flying *flying = own(connection);

    nng_aio_set_msg(flying->aio, new_message(connection));
    nng_ctx_send(flying->context, flying->aio);
    nng_aio_wait(flying->aio);
    check(nng_aio_result(flying->aio));
    nng_ctx_recv(flying->context, flying->aio);
    nng_aio_wait(flying->aio);
    check(nng_aio_result(flying->aio));
    take_reply(connection, nng_aio_get_msg(flying->aio));
}

static void start(struct flying *flying)
{
    flying->is_sending = true;
    nng_aio_set_msg(flying->aio, new_message(flying->connection));
    nng_ctx_send(flying->context, flying->aio);
}

/* Whether another call is to be started in the place of one that is over. */
static bool count_end(struct connection *connection)
{
    bool wants_more;

    pthread_mutex_lock(&connection->lock);
    wants_more = connection->n_to_start > 0;
    if (wants_more)
        connection->n_to_start--;
    if (--connection->n_to_end == 0)
        pthread_cond_signal(&connection->all_done);
    pthread_mutex_unlock(&connection->lock);
    return wants_more;
}

static void go_on(void *userdata)
{
    struct flying *flying = userdata;

    check(nng_aio_result(flying->aio));
    if (flying->is_sending) {
        flying->is_sending = false;
        nng_ctx_recv(flying->context, flying->aio);
        return;
    }
    take_reply(flying->connection, nng_aio_get_msg(flying->aio));
    if (count_end(flying->connection))
        start(flying);
}

static void flight(void *userdata, size_t n_calls)
{
    struct connection *connection = userdata;
    static struct flying flying[CALLER_AT_ONCE];
    const size_t n_flying = n_calls < CALLER_AT_ONCE ? n_calls : CALLER_AT_ONCE;

    connection->n_to_end = n_calls;
    connection->n_to_start = n_calls - n_flying;
    for (size_t i = 0; i < n_flying; i++) {
        flying[i] = (struct flying){ .connection = connection };
        check(nng_aio_alloc(&flying[i].aio, go_on, &flying[i]));
        check(nng_ctx_open(&flying[i].context, connection->socket));
    }
    for (size_t i = 0; i < n_flying; i++)
        start(&flying[i]);
    pthread_mutex_lock(&connection->lock);
    while (connection->n_to_end > 0)
        pthread_cond_wait(&connection->all_done, &connection->lock);
    pthread_mutex_unlock(&connection->lock);
    for (size_t i = 0; i < n_flying; i++) {
        nng_aio_free(flying[i].aio);
        nng_ctx_close(flying[i].context);
    }
}

static void close_connection(void *userdata)
{
    struct connection *connection = userdata;

    nng_close(connection->socket);
    pthread_cond_destroy(&connection->all_done);
    pthread_mutex_destroy(&connection->lock);
    free(connection);
}

int main(int argc, char **argv)
{
    static const struct caller_peer peer = {
        .open = open_connection, .call = call, .flight = flight, .close = close_connection, .has_threads = true
    };

    return caller_main(&peer, argc, argv);
}
