/*
 * The raw core's bytes in the caller's memory: whole sends and whole receives, on any stream socket. Each loop here
 * ends: by the caller's length, or by the peer.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <eyelet/vsock.h>

#include "io/socket.h"

/*
 * After EAGAIN: wait, if the descriptor is one that does not block. On one that does, EAGAIN is the end of a timeout
 * which its owner has set, and must not be waited over. Return: 0 to try again, or -errno.
 */
static int wait_for(int fd, short events)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0)
        return -errno;
    if (!(flags & O_NONBLOCK))
        return -EAGAIN;
    return eyelet_socket_wait_until(fd, events, EYELET_NO_DEADLINE, NULL);
}

int eyelet_vsock_send(int fd, const void *data, size_t len, size_t chunk_size)
{
    const char *rest = data;
    size_t n;
    int r;

    if (chunk_size == 0)
        return -EINVAL;

    while (len > 0) {
        r = eyelet_socket_send_some(fd, rest, len < chunk_size ? len : chunk_size, &n);
        if (r == -EAGAIN) {
            r = wait_for(fd, POLLOUT);
            n = 0;
        }
        if (r < 0)
            return r;
        rest += n;
        len -= n;
    }
    return 0;
}

int eyelet_vsock_receive_exact(int fd, void *data, size_t len)
{
    size_t n, done = 0;
    int r;

    while (done < len) {
        r = eyelet_socket_recv_some(fd, (char *)data + done, len - done, &n);
        if (r == -EAGAIN) {
            r = wait_for(fd, POLLIN);
            if (r == 0)
                continue;
        }
        if (r < 0)
            return r;
        if (n == 0)
            return done == 0 ? -ENODATA : -ECONNABORTED;
        done += n;
    }
    return 0;
}

int eyelet_vsock_close(int fd)
{
    if (close(fd) == 0 || errno == EINTR)
        return 0;
    return -errno;
}

int eyelet_vsock_shutdown_write(int fd)
{
    return shutdown(fd, SHUT_WR) < 0 ? -errno : 0;
}
