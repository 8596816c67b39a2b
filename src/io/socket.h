/*
 * One system call at a time on a stream socket, without its traps: EINTR is retried, SIGPIPE never raised, every
 * descriptor has CLOEXEC, and time is an absolute CLOCK_MONOTONIC deadline. Families and retries live elsewhere.
 */
#ifndef EYELET_IO_SOCKET_H
#define EYELET_IO_SOCKET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include <eyelet/address.h>

#define EYELET_NO_DEADLINE UINT64_MAX
#define EYELET_NS_PER_MS 1000000ull

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t eyelet_now_ns(void);

/* now + timeout, without overflow. */
uint64_t eyelet_deadline_after_ms(uint64_t now_ns, uint32_t timeout_ms);

/*
 * eyelet_socket_send_some() - one sendmsg() with MSG_NOSIGNAL
 *
 * Return: 0 with *ret_n bytes taken, at least 1 unless the iovec is empty; -EAGAIN on a non-blocking socket that is
 * full; otherwise -errno: the connection is over.
 */
int eyelet_socket_send_some(int fd, const struct iovec *iov, size_t n_iov, size_t *ret_n);

/*
 * eyelet_socket_recv_some() - one recv()
 *
 * Return: 0 with *ret_n bytes in @room, 0 bytes meaning that the peer ended; -EAGAIN on a non-blocking socket without
 * bytes; otherwise -errno: the connection is over.
 */
int eyelet_socket_recv_some(int fd, void *room, size_t cap, size_t *ret_n);

/*
 * eyelet_socket_wait_until() - poll() one descriptor until a deadline, over EINTR
 * @events:       POLLIN, POLLOUT or both
 * @deadline_ns:  EYELET_NO_DEADLINE for ever
 * @ret_revents:  what poll() said; may be NULL
 *
 * Return: 0 when something is there; -ETIMEDOUT; -errno. Polls at least once, also when the deadline is over.
 */
int eyelet_socket_wait_until(int fd, short events, uint64_t deadline_ns, short *ret_revents);

/*
 * eyelet_socket_accept() - one accept4() with CLOEXEC and NONBLOCK, and who came
 *
 * Return: 0 with *ret_fd and *ret_peer; -EAGAIN when nobody waits; -ECONNABORTED and the like, as they come: the
 * caller's loop goes on.
 */
int eyelet_socket_accept(int listen_fd, struct eyelet_peer *ret_peer, int *ret_fd);

/* eyelet_socket_set_nonblocking() - Return: 0 or -errno. */
int eyelet_socket_set_nonblocking(int fd, bool is_nonblocking);

/* eyelet_socket_close() - close(), keeping errno; -1 is allowed. Return: -1, to be assigned. */
int eyelet_socket_close(int fd);

#endif
