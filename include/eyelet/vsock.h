/*
 * The raw core: AF_VSOCK, thin over system calls, without their traps. Descriptors in and out, 0 or a descriptor or
 * -errno back; no memory is kept and no thread started. It is of use by itself, to programs with a wire of their own.
 *
 * What moves bytes works on every stream socket: vsock, unix, a socketpair, TCP. On a descriptor that is no socket it
 * fails with -ENOTSOCK, because only sockets can be told to raise no SIGPIPE. Signals are not noticed: a call that one
 * interrupts goes on.
 *
 * A stream has no messages. What one eyelet_vsock_send() sent may come out of several eyelet_vsock_receive(), and the
 * other way round; <eyelet/frame.h> is for those who need them.
 */
#ifndef EYELET_VSOCK_H
#define EYELET_VSOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <eyelet/address.h>
#include <eyelet/export.h>

EYELET_BEGIN_DECLS

#define EYELET_VSOCK_CID_ANY        0xffffffffu /* linux/vm_sockets.h: VMADDR_CID_ANY */
#define EYELET_VSOCK_CID_HYPERVISOR 0u          /* linux/vm_sockets.h: VMADDR_CID_HYPERVISOR, reserved */
#define EYELET_VSOCK_CID_LOCAL      1u /* linux/vm_sockets.h: VMADDR_CID_LOCAL, with the module vsock_loopback */
#define EYELET_VSOCK_CID_HOST       2u /* linux/vm_sockets.h: VMADDR_CID_HOST */
#define EYELET_VSOCK_CID_PARENT     3u /* what an AWS Nitro enclave calls its parent instance */

#define EYELET_VSOCK_PORT_ANY                                                                                          \
    0xffffffffu /* linux/vm_sockets.h: VMADDR_PORT_ANY; refused wherever a port is asked for */

/**
 * eyelet_vsock_bind() - a stream socket bound to a port, on any CID of this machine
 * @port:  below 1024 needs CAP_NET_BIND_SERVICE
 *
 * Return: a blocking descriptor with CLOEXEC; -EINVAL for port 4294967295, by which the kernel would understand a port
 * of its own choice; -EAFNOSUPPORT without the module vsock; -EPERM under a seccomp filter; -errno.
 */
EYELET_API int eyelet_vsock_bind(uint32_t port);

/**
 * eyelet_vsock_bind_cid() - the same, on one CID
 *
 * A machine's CID may change when it is restored from a snapshot: prefer EYELET_VSOCK_CID_ANY.
 */
EYELET_API int eyelet_vsock_bind_cid(uint32_t cid, uint32_t port);

/**
 * eyelet_vsock_listen() - let peers connect
 * @fd:       a bound socket
 * @backlog:  connections that may wait to be accepted; 0 means 128
 *
 * Return: 0, -EINVAL for a negative @backlog, or -errno.
 */
EYELET_API int eyelet_vsock_listen(int fd, int backlog);

/**
 * eyelet_vsock_accept() - the next connection; waits for it
 * @fd:        a listening socket
 * @ret_peer:  who came; may be NULL. Keep it: getpeername() does not say it any more once a connection is shut down
 *
 * Peers that were gone before they were accepted (ECONNABORTED) are passed over.
 *
 * Return: a blocking descriptor with CLOEXEC; -EAGAIN on a non-blocking @fd where nobody waits; -errno.
 */
EYELET_API int eyelet_vsock_accept(int fd, struct eyelet_peer *ret_peer);

/**
 * struct eyelet_vsock_connect_opts - how long to try; zero means the default
 * @max_attempts:    default 5
 * @first_delay_ms:  pause after the first attempt; doubles after each; default 1,000
 * @delay_max_ms:    and grows no further than this; default 60,000
 * @timeout_ms:      for everything together; default: none, the attempts are the limit
 * @is_to_host:      see struct eyelet_address
 */
struct eyelet_vsock_connect_opts {
    unsigned max_attempts;
    uint32_t first_delay_ms;
    uint32_t delay_max_ms;
    uint32_t timeout_ms;
    bool is_to_host;
};

/**
 * eyelet_vsock_connect() - connect, at most 5 attempts, with pauses of 1, 2, 4 and 8 seconds between them
 * @cid:   the machine
 * @port:  the port there
 *
 * Every attempt has a fresh socket and is given up after 2 seconds, the kernel's own limit. Tried again after
 * ECONNRESET (nobody listens, or the backlog is full), ENODEV (no such machine, or not yet), ETIMEDOUT (it is booting,
 * paused or stopped), ECONNREFUSED, EHOSTUNREACH, ENOENT, EAGAIN and EINTR; everything else comes back at once.
 *
 * Success means that the peer's kernel answered: nobody may have accepted yet.
 *
 * Return: a connected, blocking descriptor with CLOEXEC; -EINVAL for CID or port 4294967295; the last attempt's -errno.
 */
EYELET_API int eyelet_vsock_connect(uint32_t cid, uint32_t port);

/**
 * eyelet_vsock_connect_with_max_attempts() - the same with a number of attempts
 * @max_attempts:  0 is -EINVAL
 */
EYELET_API int eyelet_vsock_connect_with_max_attempts(uint32_t cid, uint32_t port, unsigned max_attempts);

/**
 * eyelet_vsock_connect_with_opts() - the same with everything said
 * @opts:  may be NULL
 *
 * At least one attempt is made. When @timeout_ms cuts a pause short no other attempt follows.
 */
EYELET_API int eyelet_vsock_connect_with_opts(uint32_t cid, uint32_t port,
                                              const struct eyelet_vsock_connect_opts *opts);

/**
 * eyelet_vsock_local_cid() - this machine's own CID
 * @ret:  set on success only
 *
 * Reads /dev/vsock, which many systems do not let everybody read: live without.
 *
 * Return: 0 or -errno.
 */
EYELET_API int eyelet_vsock_local_cid(uint32_t *ret);

/**
 * eyelet_vsock_send() - send all of it
 * @fd:          a connected stream socket; a non-blocking one is waited for
 * @data:        may be NULL when @len is 0
 * @len:         bytes in @data; 0 does nothing, and says nothing of the peer
 * @chunk_size:  most bytes per system call
 *
 * Success means that the kernel has taken all of it, not that the peer has read it.
 *
 * Return: 0; -EINVAL for @chunk_size 0; -EPIPE or -ECONNRESET when the peer is gone, without a SIGPIPE; -EAGAIN when
 * the socket's own SO_SNDTIMEO ran out; -errno. After a failure a part may have been sent: close the connection.
 */
EYELET_API int eyelet_vsock_send(int fd, const void *data, size_t len, size_t chunk_size);

/**
 * eyelet_vsock_receive() - receive what is there, with a hard cap
 * @fd:          a connected stream socket
 * @max_size:    most bytes to hand out; at least @chunk_size
 * @chunk_size:  most bytes per system call; at least 1
 * @ret_data:    the bytes, the caller's to free(); NULL when the peer has ended; set on success only
 * @ret_len:     how many; 0 when the peer has ended, and only then; set on success only
 *
 * Waits for the first byte, if @fd blocks. Goes on for as long as more is there at once, and never waits for more when
 * it has some. Memory grows with what arrives: 64 KiB ahead of it at first, later at most as much again.
 *
 * When the connection ends or fails, or memory runs out, after some bytes, these are handed out; the next call reports
 * it.
 *
 * This is for answers of a limited size, one at a time. A peer that sends without a pause may have more than @max_size
 * there at once however large that is: a stream is read with eyelet_vsock_receive_exact().
 *
 * Return: 0; -EINVAL for @chunk_size 0 or over @max_size; -EMSGSIZE when more than @max_size was there at once: what
 * was read is lost, close the connection; -EAGAIN on a non-blocking @fd with nothing there; -ENOMEM; -errno.
 */
EYELET_API int eyelet_vsock_receive(int fd, size_t max_size, size_t chunk_size, void **ret_data, size_t *ret_len);

/**
 * eyelet_vsock_receive_exact() - receive so many bytes, however long it takes
 * @fd:    a connected stream socket; a non-blocking one is waited for
 * @data:  receives @len bytes; after a failure its contents mean nothing
 *
 * Return: 0; -ENODATA when the peer ended before the first byte; -ECONNABORTED when it ended after some of them;
 * -EAGAIN when the socket's own SO_RCVTIMEO ran out; -errno.
 */
EYELET_API int eyelet_vsock_receive_exact(int fd, void *data, size_t len);

/**
 * eyelet_vsock_close() - close a descriptor; closed it is in any case
 *
 * Return: 0, or -errno; being interrupted by a signal counts as success, since Linux has closed it then.
 */
EYELET_API int eyelet_vsock_close(int fd);

/**
 * eyelet_vsock_shutdown_write() - send no more; the peer reads an end after all that was sent
 *
 * This works between Linux kernels over virtio and vhost, and on unix sockets. Firecracker and other monitors that put
 * vsock on a unix socket turn it into a full close, with the answer lost, and after an end the peer cannot tell this
 * from a crash. So it may be a courtesy at the end of a conversation, never a part of a protocol.
 *
 * Return: 0 or -errno.
 */
EYELET_API int eyelet_vsock_shutdown_write(int fd);

/**
 * struct eyelet_vsock_stdio - a connection as a pair of streams
 * @in:   reads from the peer
 * @out:  writes to the peer, fully buffered: fflush() before waiting for an answer
 * @fd:   the socket under both
 *
 * The peer gone is a write error with EPIPE in errno, not a SIGPIPE. Do not fclose() the streams: clear the pair.
 */
struct eyelet_vsock_stdio {
    FILE *in;
    FILE *out;
    int fd;
};

/**
 * eyelet_vsock_stdio_init() - put a pair of streams over a socket
 * @stdio:  memory of the caller's; untouched on failure
 * @fd:     a connected, blocking stream socket; the pair's from then on, the caller's still on failure
 *
 * Return: 0, -ENOTSOCK, -EPROTOTYPE for a socket that is no stream, -ENOMEM or -errno.
 */
EYELET_API int eyelet_vsock_stdio_init(struct eyelet_vsock_stdio *stdio, int fd);

/**
 * eyelet_vsock_stdio_end_writing() - flush, then eyelet_vsock_shutdown_write(), with its warnings
 *
 * Nothing else ends the writing side while the pair lives; fflush() sends, and no more than that. What is written
 * afterwards fails with EPIPE.
 *
 * Return: 0; -EIO when a write before this one had failed; -errno of the flush, or of the shutdown.
 */
EYELET_API int eyelet_vsock_stdio_end_writing(struct eyelet_vsock_stdio *stdio);

/**
 * eyelet_vsock_stdio_clear() - flush, close the streams and the socket
 * @stdio:  may be NULL or cleared already
 *
 * Return: 0; -EIO when a write before this one had failed, -errno of the flush or the close: then bytes may not have
 * been sent. It is cleared in any case.
 */
EYELET_API int eyelet_vsock_stdio_clear(struct eyelet_vsock_stdio *stdio);

EYELET_END_DECLS

#endif
