/*
 * Single system calls on stream sockets. Whoever needs more than one in a row is in another room.
 */
#include "io/socket.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

union socket_address {
    struct sockaddr any;
    struct sockaddr_vm vm;
    struct sockaddr_un un;
    struct sockaddr_storage room;
};

uint64_t eyelet_now_ns(void)
{
    struct timespec now = { 0 };
    int r = clock_gettime(CLOCK_MONOTONIC, &now);

    assert(r == 0); /* clock_gettime(2): fails for a clock that does not exist or a bad pointer */
    (void)r;
    return (uint64_t)now.tv_sec * EYELET_NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t eyelet_deadline_after_ms(uint64_t now_ns, uint32_t timeout_ms)
{
    uint64_t timeout_ns = timeout_ms * EYELET_NS_PER_MS;

    if (timeout_ns >= EYELET_NO_DEADLINE - now_ns)
        return EYELET_NO_DEADLINE;
    return now_ns + timeout_ns;
}

/* What came of sending. Return: as eyelet_socket_send_some(). */
static int judge_sent(ssize_t n, bool is_empty, size_t *ret_n)
{
    if (n < 0)
        return -errno;
    if (n == 0 && !is_empty)
        return -EPIPE; /* nothing was taken: trying again would go on for ever */

    *ret_n = (size_t)n;
    return 0;
}

int eyelet_socket_send_some(int fd, const void *data, size_t len, size_t *ret_n)
{
    ssize_t n;

    do {
        n = sendto(fd, data, len, MSG_NOSIGNAL, NULL, 0);
    } while (n < 0 && errno == EINTR);
    return judge_sent(n, len == 0, ret_n);
}

static bool is_empty(const struct iovec *iov, size_t n_iov)
{
    for (size_t i = 0; i < n_iov; i++)
        if (iov[i].iov_len > 0)
            return false;
    return true;
}

int eyelet_socket_send_parts(int fd, const struct iovec *iov, size_t n_iov, size_t *ret_n)
{
    const struct msghdr message = {
        .msg_iov = (struct iovec *)iov, /* sendmsg() only reads it */
        .msg_iovlen = n_iov < IOV_MAX ? n_iov : IOV_MAX,
    };
    ssize_t n;

    do {
        n = sendmsg(fd, &message, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return judge_sent(n, is_empty(iov, message.msg_iovlen), ret_n);
}

static int receive_once(int fd, void *room, size_t cap, int flags, size_t *ret_n)
{
    ssize_t n;

    do {
        n = recv(fd, room, cap, flags);
    } while (n < 0 && errno == EINTR);

    if (n < 0)
        return -errno;

    *ret_n = (size_t)n;
    return 0;
}

int eyelet_socket_recv_some(int fd, void *room, size_t cap, size_t *ret_n)
{
    return receive_once(fd, room, cap, 0, ret_n);
}

int eyelet_socket_recv_edge(int fd, void *room, size_t cap, size_t *ret_n)
{
    struct iovec iov = { .iov_base = room, .iov_len = cap };
    struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
    ssize_t n;

    do {
        n = recvmsg(fd, &message, 0);
    } while (n < 0 && errno == EINTR);

    if (n < 0)
        return -errno;

    *ret_n = (size_t)n;
    return (message.msg_flags & MSG_CTRUNC) != 0 ? EYELET_SOCKET_CUT : 0;
}

int eyelet_socket_recv_now(int fd, void *room, size_t cap, size_t *ret_n)
{
    return receive_once(fd, room, cap, MSG_DONTWAIT, ret_n);
}

/* poll()'s timeout: rounded up, so that a wait never ends before its deadline and then spins. */
static int timeout_until(uint64_t now_ns, uint64_t deadline_ns)
{
    uint64_t left_ms;

    if (deadline_ns == EYELET_NO_DEADLINE)
        return -1;
    if (deadline_ns == 0)
        return 0;
    if (now_ns == 0)
        now_ns = eyelet_now_ns();
    if (now_ns >= deadline_ns)
        return 0;

    left_ms = (deadline_ns - now_ns - 1) / EYELET_NS_PER_MS + 1;
    return left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

int eyelet_socket_wait_or_wake(int fd, short events, int wake_fd, uint64_t now_ns, uint64_t deadline_ns,
                               short *ret_revents)
{
    struct pollfd fds[2] = { { .fd = fd, .events = events }, { .fd = wake_fd, .events = POLLIN } };
    int timeout_ms, n;

    for (;;) {
        timeout_ms = timeout_until(now_ns, deadline_ns);
        n = poll(fds, wake_fd >= 0 ? 2 : 1, timeout_ms);
        if (n > 0)
            break;
        if (n < 0 && errno != EINTR)
            return -errno;
        if (timeout_ms == 0)
            return -ETIMEDOUT;
        now_ns = 0;
    }
    if (fds[0].revents & POLLNVAL)
        return -EBADF;

    if (ret_revents)
        *ret_revents = fds[0].revents;
    return 0;
}

int eyelet_socket_wait_until(int fd, short events, uint64_t deadline_ns, short *ret_revents)
{
    return eyelet_socket_wait_or_wake(fd, events, -1, 0, deadline_ns, ret_revents);
}

int eyelet_wake_open(int *ret_fd)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

void eyelet_wake_send(int fd)
{
    const uint64_t one = 1;
    ssize_t n;

    do {
        n = write(fd, &one, sizeof(one));
    } while (n < 0 && errno == EINTR); /* EAGAIN: it is readable as it is */
}

void eyelet_wake_drain(int fd)
{
    uint64_t n_sent;
    ssize_t n;

    do {
        n = read(fd, &n_sent, sizeof(n_sent));
    } while (n < 0 && errno == EINTR);
}

static struct eyelet_peer peer_of(int fd, const union socket_address *address, socklen_t len)
{
    struct eyelet_peer peer = { .family = EYELET_FAMILY_FD, .uid = UINT32_MAX, .gid = UINT32_MAX };
    struct ucred who;
    socklen_t who_len = sizeof(who);

    if (len >= sizeof(address->vm) && address->any.sa_family == AF_VSOCK) {
        peer.family = EYELET_FAMILY_VSOCK;
        peer.cid = address->vm.svm_cid;
        peer.port = address->vm.svm_port;
        return peer;
    }
    if (len < sizeof(sa_family_t) || address->any.sa_family != AF_UNIX)
        return peer;

    peer.family = EYELET_FAMILY_UNIX;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &who_len) < 0 || who_len != sizeof(who))
        return peer; /* a stranger, which no filter takes for a friend */
    peer.pid = who.pid;
    peer.uid = who.uid;
    peer.gid = who.gid;
    return peer;
}

int eyelet_socket_get_peer(int fd, struct eyelet_peer *ret)
{
    union socket_address address = { 0 };
    socklen_t len = sizeof(address);

    if (getpeername(fd, &address.any, &len) < 0)
        return -errno;
    *ret = peer_of(fd, &address, len);
    return 0;
}

static int accept_once(int listen_fd, int flags, struct eyelet_peer *ret_peer, int *ret_fd)
{
    union socket_address address;
    socklen_t len;
    int fd;

    do {
        len = sizeof(address);
        memset(&address, 0, sizeof(address));
        fd = accept4(listen_fd, &address.any, &len, SOCK_CLOEXEC | flags);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return -errno;

    *ret_peer = peer_of(fd, &address, len);
    *ret_fd = fd;
    return 0;
}

int eyelet_socket_accept(int listen_fd, struct eyelet_peer *ret_peer, int *ret_fd)
{
    return accept_once(listen_fd, SOCK_NONBLOCK, ret_peer, ret_fd);
}

enum eyelet_accept_verdict eyelet_socket_judge_accept(int r)
{
    switch (-r) {
    case EAGAIN:
        return EYELET_ACCEPT_NOBODY;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
        return EYELET_ACCEPT_PAUSE;
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ECONNRESET:
    case ENOTCONN:
        return EYELET_ACCEPT_GONE;
    default:
        return EYELET_ACCEPT_DEAD;
    }
}

int eyelet_socket_accept_blocking(int listen_fd, struct eyelet_peer *ret_peer, int *ret_fd)
{
    return accept_once(listen_fd, 0, ret_peer, ret_fd);
}

int eyelet_socket_open(int domain, int *ret_fd)
{
    int fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

int eyelet_socket_get_option(int fd, int name, int *ret)
{
    socklen_t len = sizeof(*ret);

    return getsockopt(fd, SOL_SOCKET, name, ret, &len) < 0 ? -errno : 0;
}

void eyelet_socket_widen(int fd, int len)
{
    int half = len / 2; /* socket(7), SO_SNDBUF: Linux doubles it */
    int family, now;

    if (eyelet_socket_get_option(fd, SO_DOMAIN, &family) < 0 || family != AF_UNIX)
        return;
    if (eyelet_socket_get_option(fd, SO_SNDBUF, &now) == 0 && now < len)
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &half, sizeof(half));
}

int eyelet_socket_connect(int fd, const struct sockaddr *address, socklen_t len, uint64_t deadline_ns)
{
    int so_error = 0;
    int r;

    if (connect(fd, address, len) == 0)
        return eyelet_socket_set_nonblocking(fd, false);
    if (errno != EINPROGRESS)
        return -errno;

    r = eyelet_socket_wait_until(fd, POLLOUT, deadline_ns, NULL);
    if (r < 0)
        return r;
    r = eyelet_socket_get_option(fd, SO_ERROR, &so_error);
    if (r < 0)
        return r;
    if (so_error != 0)
        return -so_error;
    return eyelet_socket_set_nonblocking(fd, false);
}

int eyelet_socket_set_nonblocking(int fd, bool is_nonblocking)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0)
        return -errno;
    flags = is_nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return fcntl(fd, F_SETFL, flags) < 0 ? -errno : 0;
}

int eyelet_socket_close(int fd)
{
    int saved = errno;

    if (fd >= 0)
        close(fd); /* close(2): Linux has closed it even when it says EINTR */
    errno = saved;
    return -1;
}
