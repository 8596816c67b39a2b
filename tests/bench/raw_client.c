/*
 * Calls raw_server: one write and one read for a call; as many calls as the last read brought answers for leave with
 * one write. Threads that share a connection take turns with it.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "caller.h"
#include "raw.h"

struct connection {
    int fd;
    size_t len;          /* of a message with its head */
    uint8_t *messages;   /* CALLER_AT_ONCE of them, all alike */
    pthread_mutex_t one; /* whose call it is; held while that one waits, and nothing is taken inside it */
    struct raw_buffer buffer;
};

static void fill(struct connection *connection, uint32_t kind)
{
    const struct raw_head head = { .kind = kind, .len = (uint32_t)(connection->len - sizeof(head)) };

    for (size_t i = 0; i < CALLER_AT_ONCE; i++)
        memcpy(connection->messages + i * connection->len, &head, sizeof(head));
}

static void *raw_open(const char *address, size_t size)
{
    struct connection *connection = calloc(1, sizeof(*connection));

    if (!connection || size > RAW_LEN_MAX)
        caller_fail("no such connection");
    connection->len = sizeof(struct raw_head) + size;
    connection->messages = calloc(CALLER_AT_ONCE, connection->len);
    connection->fd = raw_socket(address, false);
    if (!connection->messages || connection->fd < 0)
        caller_fail("cannot connect");
    pthread_mutex_init(&connection->one, NULL);
    fill(connection, RAW_ECHO);
    return connection;
}

static void send_some(struct connection *connection, size_t n)
{
    if (!raw_write(connection->fd, connection->messages, n * connection->len))
        caller_fail("the server does not listen");
}

static void check_len(const struct raw_head *head, size_t len)
{
    if (head->len != len - sizeof(*head))
        caller_fail("the server answers something else");
}

/* The next message; where it begins. */
static const uint8_t *receive(struct connection *connection, size_t len)
{
    struct raw_head head;
    const uint8_t *at;

    while (!raw_next(&connection->buffer, &head, &at))
        if (!raw_read(connection->fd, &connection->buffer))
            caller_fail("the server does not answer");
    check_len(&head, len);
    return at;
}

static void raw_call(void *userdata)
{
    struct connection *connection = userdata;

    pthread_mutex_lock(&connection->one);
    send_some(connection, 1);
    receive(connection, connection->len);
    pthread_mutex_unlock(&connection->one);
}

static void raw_flight(void *userdata, size_t n_calls)
{
    struct connection *connection = userdata;
    size_t n_sent = n_calls < CALLER_AT_ONCE ? n_calls : CALLER_AT_ONCE, n_back = 0, n;
    struct raw_head head;

    send_some(connection, n_sent);
    while (n_back < n_calls) {
        receive(connection, connection->len);
        for (n = 1; raw_next(&connection->buffer, &head, NULL); n++)
            check_len(&head, connection->len);
        n_back += n;
        n = n < n_calls - n_sent ? n : n_calls - n_sent;
        if (n > 0)
            send_some(connection, n);
        n_sent += n;
    }
}

static void raw_up(void *userdata, size_t n_messages)
{
    static const struct raw_head end = { .kind = RAW_END };
    struct connection *connection = userdata;
    uint32_t count;

    fill(connection, RAW_UP);
    for (size_t left = n_messages, n; left > 0; left -= n) {
        n = left < CALLER_AT_ONCE ? left : CALLER_AT_ONCE;
        send_some(connection, n);
    }
    if (!raw_write(connection->fd, &end, sizeof(end)))
        caller_fail("the server does not listen");
    memcpy(&count, receive(connection, sizeof(end) + sizeof(count)) + sizeof(end), sizeof(count));
    if (count != (uint32_t)n_messages)
        caller_fail("messages were lost");
}

static void raw_down(void *userdata, size_t n_messages)
{
    struct connection *connection = userdata;
    const struct raw_head head = { .kind = RAW_DOWN, .len = sizeof(struct raw_order) };
    const struct raw_order order = { .count = (uint32_t)n_messages,
                                     .size = (uint32_t)(connection->len - sizeof(struct raw_head)) };
    uint8_t wanted[sizeof(head) + sizeof(order)];

    memcpy(wanted, &head, sizeof(head));
    memcpy(wanted + sizeof(head), &order, sizeof(order));
    if (!raw_write(connection->fd, wanted, sizeof(wanted)))
        caller_fail("the server does not listen");
    for (size_t i = 0; i < n_messages; i++)
        receive(connection, connection->len);
}

static void raw_close(void *userdata)
{
    struct connection *connection = userdata;

    close(connection->fd);
    pthread_mutex_destroy(&connection->one);
    free(connection->messages);
    free(connection->buffer.data);
    free(connection);
}

int main(int argc, char **argv)
{
    static const struct caller_peer peer = { .open = raw_open,
                                             .call = raw_call,
                                             .flight = raw_flight,
                                             .up = raw_up,
                                             .down = raw_down,
                                             .close = raw_close,
                                             .has_threads = true };

    return caller_main(&peer, argc, argv);
}
