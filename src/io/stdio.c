/*
 * FILE streams over a socket. The cookie is the descriptor itself, so there is nothing to allocate and nothing to leak.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include <eyelet/vsock.h>

#include "io/socket.h"

static void *to_cookie(int fd)
{
    return (void *)(intptr_t)fd;
}

static int from_cookie(void *cookie)
{
    return (int)(intptr_t)cookie;
}

/* fopencookie(3): bytes read, 0 for the end, -1 for an error. */
static ssize_t read_cookie(void *cookie, char *room, size_t cap)
{
    size_t n;
    int r = eyelet_socket_recv_some(from_cookie(cookie), room, cap, &n);

    if (r == 0)
        return (ssize_t)n;
    errno = -r;
    return -1;
}

/* fopencookie(3): bytes written; fewer than asked for is an error, and a negative number is not allowed. */
static ssize_t write_cookie(void *cookie, const char *data, size_t len)
{
    int r = eyelet_vsock_send(from_cookie(cookie), data, len, SIZE_MAX);

    if (r == 0)
        return (ssize_t)len;
    errno = -r;
    return 0;
}

static int open_stream(int fd, const char *mode, FILE **ret)
{
    /* No close: two streams share the descriptor, which is the pair's. */
    const cookie_io_functions_t functions = { .read = read_cookie, .write = write_cookie };

    *ret = fopencookie(to_cookie(fd), mode, functions);
    return *ret ? 0 : -ENOMEM; /* its only failure with a valid mode */
}

int eyelet_vsock_stdio_init(struct eyelet_vsock_stdio *stdio, int fd)
{
    struct eyelet_vsock_stdio pair = { .fd = fd };
    int type, r;

    r = eyelet_socket_get_option(fd, SO_TYPE, &type);
    if (r < 0)
        return r;
    if (type != SOCK_STREAM)
        return -EPROTOTYPE;
    r = open_stream(fd, "r", &pair.in);
    if (r < 0)
        return r;
    r = open_stream(fd, "w", &pair.out);
    if (r < 0) {
        fclose(pair.in);
        return r;
    }

    *stdio = pair;
    return 0;
}

/* stdio drops what it could not write and forgets why: a failure before this one only shows in ferror(). */
static int flush(FILE *out)
{
    if (fflush(out) != 0)
        return -errno;
    return ferror(out) ? -EIO : 0;
}

int eyelet_vsock_stdio_end_writing(struct eyelet_vsock_stdio *stdio)
{
    int r = flush(stdio->out);

    return r < 0 ? r : eyelet_vsock_shutdown_write(stdio->fd);
}

int eyelet_vsock_stdio_clear(struct eyelet_vsock_stdio *stdio)
{
    int r, closed;

    if (!stdio || stdio->fd < 0 || !stdio->in)
        return 0;

    r = flush(stdio->out);
    fclose(stdio->out);
    fclose(stdio->in);
    closed = eyelet_vsock_close(stdio->fd);
    *stdio = (struct eyelet_vsock_stdio){ .fd = -1 };
    return r < 0 ? r : closed;
}
