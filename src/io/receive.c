/*
 * The raw core's capped receive, on any stream socket, into memory that grows with what arrives: the one place of io
 * that allocates. Each loop here ends: by the caller's cap, or by the peer.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <eyelet/vsock.h>

#include "io/socket.h"

#define RECEIVE_AHEAD 65536u /* HOSTILE.md, R5: memory follows what arrived, at most 64 KiB ahead */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Bytes that have come so far, and room for more. @limit is one over what may be handed out, to notice what is over. */
struct received {
    char *data;
    size_t len;
    size_t cap;
    size_t limit;
};

/*
 * Room for the next read, of at most @chunk_size bytes. The memory doubles, so that small chunks do not copy everything
 * each time, but stays within what R5 allows. Return: 0 with *ret_room, never 0 bytes; -ENOMEM.
 */
static int make_room(struct received *received, size_t chunk_size, size_t *ret_room)
{
    size_t ahead = received->len > RECEIVE_AHEAD ? received->len : RECEIVE_AHEAD;
    size_t allowed = smaller(ahead, received->limit - received->len);
    size_t room = smaller(chunk_size, allowed);
    size_t cap = smaller(received->cap * 2, received->len + allowed);
    char *data;

    *ret_room = room;
    if (received->cap - received->len >= room)
        return 0;
    if (cap < received->len + room)
        cap = received->len + room;
    data = realloc(received->data, cap);
    if (!data)
        return -ENOMEM;

    received->data = data;
    received->cap = cap;
    return 0;
}

/*
 * Is there more to read at once? An error that is pending is left to the next call: reading it would clear it, and
 * after that the connection would look as if it had ended well.
 */
static bool has_more(int fd)
{
    short revents = 0;

    return eyelet_socket_wait_until(fd, POLLIN, 0, &revents) == 0 && (revents & POLLIN) && !(revents & POLLERR);
}

static int receive_first(int fd, struct received *received, size_t chunk_size)
{
    size_t room, n = 0;
    int r;

    r = make_room(received, chunk_size, &room);
    if (r == 0)
        r = eyelet_socket_recv_some(fd, received->data, room, &n);
    received->len = n;
    return r;
}

/* Return: true when some more came; false when there is no more for now, whatever the reason. */
static bool receive_more(int fd, struct received *received, size_t chunk_size)
{
    size_t room, n;

    if (!has_more(fd))
        return false;
    if (make_room(received, chunk_size, &room) < 0)
        return false;
    if (eyelet_socket_recv_now(fd, received->data + received->len, room, &n) < 0)
        return false;
    received->len += n;
    return n > 0;
}

int eyelet_vsock_receive(int fd, size_t max_size, size_t chunk_size, void **ret_data, size_t *ret_len)
{
    struct received received = { .limit = max_size < SIZE_MAX ? max_size + 1 : SIZE_MAX };
    int r;

    if (chunk_size == 0 || max_size < chunk_size)
        return -EINVAL;

    r = receive_first(fd, &received, chunk_size);
    if (r == 0 && received.len > 0)
        while (received.len < received.limit && receive_more(fd, &received, chunk_size))
            ;
    if (r == 0 && received.len > max_size)
        r = -EMSGSIZE;
    if (r < 0 || received.len == 0) {
        free(received.data);
        received.data = NULL;
    }
    if (r < 0)
        return r;

    *ret_data = received.data;
    *ret_len = received.len;
    return 0;
}
