/*
 * One system call at a time on a stream socket, without its traps: EINTR is retried, SIGPIPE never raised, every
 * descriptor has CLOEXEC, and time is an absolute CLOCK_MONOTONIC deadline. Families and retries live elsewhere.
 */
#ifndef EYELET_IO_SOCKET_H
#define EYELET_IO_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <eyelet/address.h>

#define EYELET_NO_DEADLINE     UINT64_MAX
#define EYELET_NS_PER_MS       1000000ull
#define EYELET_NS_PER_S        1000000000ull
#define EYELET_BACKLOG_DEFAULT 128 /* <eyelet/address.h>, eyelet_address_listen() */

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t eyelet_now_ns(void);

/* now + timeout, without overflow. */
uint64_t eyelet_deadline_after_ms(uint64_t now_ns, uint32_t timeout_ms);

/* Which of two deadlines comes first? */
static inline uint64_t eyelet_earlier_ns(uint64_t one_ns, uint64_t other_ns)
{
    return one_ns < other_ns ? one_ns : other_ns;
}

/*
 * eyelet_socket_send_some() - one send(), which never raises SIGPIPE
 *
 * Return: 0 with *ret_n bytes taken, at least 1 unless @len is 0; -EAGAIN on a non-blocking socket that is full;
 * otherwise -errno: the connection is over.
 */
int eyelet_socket_send_some(int fd, const void *data, size_t len, size_t *ret_n);

/*
 * eyelet_socket_send_parts() - the same for bytes that lie apart: one sendmsg(), which costs more
 * @n_iov:  what is over IOV_MAX waits for the next call
 */
int eyelet_socket_send_parts(int fd, const struct iovec *iov, size_t n_iov, size_t *ret_n);

/*
 * eyelet_socket_recv_some() - one recv()
 *
 * Return: 0 with *ret_n bytes in @room, 0 bytes meaning that the peer ended; -EAGAIN on a non-blocking socket without
 * bytes; otherwise -errno: the connection is over.
 */
int eyelet_socket_recv_some(int fd, void *room, size_t cap, size_t *ret_n);

#define EYELET_SOCKET_CUT 1 /* of eyelet_socket_recv_edge() */

/*
 * eyelet_socket_recv_edge() - the same for who waits for edges and takes a short read for the last one
 *
 * Return: the same; or EYELET_SOCKET_CUT, which is 0 but that more bytes may be there already: the kernel stopped at
 * descriptors that a unix peer tried to pass, and that were dropped.
 */
int eyelet_socket_recv_edge(int fd, void *room, size_t cap, size_t *ret_n);

/* eyelet_socket_recv_now() - the same, with -EAGAIN on a blocking socket too. */
int eyelet_socket_recv_now(int fd, void *room, size_t cap, size_t *ret_n);

/*
 * eyelet_socket_wait_until() - poll() one descriptor until a deadline, over EINTR
 * @fd:           -1 waits for nothing but the deadline
 * @events:       POLLIN, POLLOUT or both
 * @deadline_ns:  EYELET_NO_DEADLINE for ever; 0 only looks, and asks no clock
 * @ret_revents:  what poll() said; may be NULL
 *
 * Return: 0 when something is there; -ETIMEDOUT; -errno. Polls at least once, also when the deadline is over.
 */
int eyelet_socket_wait_until(int fd, short events, uint64_t deadline_ns, short *ret_revents);

/*
 * eyelet_socket_wait_or_wake() - the same for a descriptor that another thread may call back from
 * @wake_fd:      of eyelet_wake_open(); not read here. -1 for none
 * @now_ns:       the time, if the caller has just asked for it; 0 to have it asked here
 * @ret_revents:  what poll() said of @fd: 0 when it was only @wake_fd
 */
int eyelet_socket_wait_or_wake(int fd, short events, int wake_fd, uint64_t now_ns, uint64_t deadline_ns,
                               short *ret_revents);

/*
 * eyelet_wake_open(), _send(), _drain() - a descriptor by which one thread ends another's poll(): readable from the
 * first send on until it is drained; closed by eyelet_socket_close()
 *
 * Return of eyelet_wake_open(): 0 or -errno.
 */
int eyelet_wake_open(int *ret_fd);
void eyelet_wake_send(int fd);
void eyelet_wake_drain(int fd);

/*
 * eyelet_socket_accept() - one accept4() with CLOEXEC and NONBLOCK, and who came
 * @listen_fd:  non-blocking, or this waits
 *
 * Return: 0 with *ret_fd and *ret_peer; -EAGAIN when nobody waits; -ECONNABORTED and the like, as they come: the
 * caller's loop goes on.
 */
int eyelet_socket_accept(int listen_fd, struct eyelet_peer *ret_peer, int *ret_fd);

/* What a failed accept means for who goes on accepting. */
enum eyelet_accept_verdict {
    EYELET_ACCEPT_NOBODY, /* nobody waits any more */
    EYELET_ACCEPT_GONE,   /* that one has left already: on to the next */
    EYELET_ACCEPT_PAUSE,  /* out of descriptors or memory: it would fail again at once */
    EYELET_ACCEPT_DEAD,   /* the listener is of no more use */
};

/* @r: of eyelet_socket_accept(), below 0 */
enum eyelet_accept_verdict eyelet_socket_judge_accept(int r);

/* eyelet_socket_accept_blocking() - the same, and the new connection blocks. */
int eyelet_socket_accept_blocking(int listen_fd, struct eyelet_peer *ret_peer, int *ret_fd);

/* eyelet_socket_get_peer() - who a connected socket leads to. Return: 0, -ENOTCONN or -errno. */
int eyelet_socket_get_peer(int fd, struct eyelet_peer *ret);

/* eyelet_socket_open() - a non-blocking stream socket with CLOEXEC. Return: 0 or -errno. */
int eyelet_socket_open(int domain, int *ret_fd);

/*
 * eyelet_socket_connect() - connect once, and leave the socket blocking
 * @fd:  non-blocking; of no more use when this fails, since Linux gives no second try on a vsock
 *
 * Return: 0; -ETIMEDOUT; -errno of connect() or of SO_ERROR after it.
 */
int eyelet_socket_connect(int fd, const struct sockaddr *address, socklen_t len, uint64_t deadline_ns);

/* eyelet_socket_get_option() - an int of SOL_SOCKET's. Return: 0 or -errno. */
int eyelet_socket_get_option(int fd, int name, int *ret);

/*
 * eyelet_socket_widen() - have a unix socket take at least @len bytes at a time, if the system allows it; others manage
 * that by themselves
 */
void eyelet_socket_widen(int fd, int len);

/* eyelet_socket_set_nonblocking() - Return: 0 or -errno. */
int eyelet_socket_set_nonblocking(int fd, bool is_nonblocking);

/* eyelet_socket_close() - close(), keeping errno; -1 is allowed. Return: -1, to be assigned. */
int eyelet_socket_close(int fd);

#endif
