/*
 * A server of nothing but the socket: a thread for each connection, one read and one write for as many messages as
 * there are.
 *
 *     raw_server ADDRESS
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "raw.h"

struct connection {
    int fd;
    uint32_t n_up;
    uint32_t up_len; /* of the first of them */
    struct raw_buffer buffer;
};

static bool send_count(struct connection *connection)
{
    const struct raw_head head = { .kind = RAW_END, .len = sizeof(connection->n_up) };
    uint8_t answer[sizeof(head) + sizeof(connection->n_up)];

    memcpy(answer, &head, sizeof(head));
    memcpy(answer + sizeof(head), &connection->n_up, sizeof(connection->n_up));
    connection->n_up = 0;
    return raw_write(connection->fd, answer, sizeof(answer));
}

static bool send_ordered(struct connection *connection, const struct raw_order *order)
{
    const struct raw_head head = { .kind = RAW_UP, .len = order->size };
    const size_t len = sizeof(head) + order->size, n_batch = len < RAW_BATCH ? RAW_BATCH / len : 1;
    uint8_t *batch = calloc(n_batch, len);
    bool ok = batch;

    for (size_t i = 0; ok && i < n_batch; i++)
        memcpy(batch + i * len, &head, sizeof(head));
    for (size_t left = order->count, n; ok && left > 0; left -= n) {
        n = left < n_batch ? left : n_batch;
        ok = raw_write(connection->fd, batch, n * len);
    }
    free(batch);
    return ok;
}

static bool send_down(struct connection *connection, const struct raw_head *head, const uint8_t *at)
{
    struct raw_order order;

    if (head->len != sizeof(order))
        return false;
    memcpy(&order, at + sizeof(*head), sizeof(order));
    return order.size <= RAW_LEN_MAX && send_ordered(connection, &order);
}

static bool take(struct connection *connection, const struct raw_head *head, const uint8_t *at)
{
    switch ((enum raw_kind)head->kind) {
    case RAW_UP:
        if (connection->n_up == 0)
            connection->up_len = head->len;
        connection->n_up += head->len == connection->up_len;
        return true;
    case RAW_END:
        return send_count(connection);
    case RAW_DOWN:
        return send_down(connection, head, at);
    case RAW_ECHO:
        break;
    }
    return false;
}

/* What comes back lies behind each other as it came, and so it goes. */
static bool send_back(struct connection *connection, const uint8_t **from, const uint8_t *to)
{
    const uint8_t *start = *from;

    *from = NULL;
    return !start || raw_write(connection->fd, start, (size_t)(to - start));
}

static bool answer(struct connection *connection)
{
    const uint8_t *back = NULL, *at = NULL;
    struct raw_head head;

    while (raw_next(&connection->buffer, &head, &at)) {
        if (head.kind != RAW_ECHO && (!send_back(connection, &back, at) || !take(connection, &head, at)))
            return false;
        if (head.kind == RAW_ECHO && !back)
            back = at;
    }
    return send_back(connection, &back, connection->buffer.data + connection->buffer.at);
}

static void *serve(void *userdata)
{
    struct connection *connection = userdata;

    while (raw_read(connection->fd, &connection->buffer) && answer(connection))
        ;
    close(connection->fd);
    free(connection->buffer.data);
    free(connection);
    return NULL;
}

static bool start(int fd)
{
    struct connection *connection = calloc(1, sizeof(*connection));
    pthread_t thread;

    if (!connection)
        return false;
    connection->fd = fd;
    if (pthread_create(&thread, NULL, serve, connection) != 0) {
        free(connection);
        return false;
    }
    pthread_detach(thread);
    return true;
}

int main(int argc, char **argv)
{
    int listener = argc == 2 ? raw_socket(argv[1], true) : -1;
    int fd;

    if (listener < 0) {
        fputs("usage: raw_server unix://PATH|vsock://any:PORT\n", stderr);
        return EXIT_FAILURE;
    }
    while ((fd = accept(listener, NULL, NULL)) >= 0)
        if (!start(fd))
            close(fd);
    return EXIT_FAILURE;
}
