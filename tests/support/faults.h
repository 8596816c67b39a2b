/*
 * Failures on demand. The linker puts __wrap_<call> from faults.c in front of every call named in wrapped.txt, for the
 * library and the tests alike; what protobuf-c and libc call inside themselves is not touched.
 *
 * A test names a call by its enum, lets its n-th use fail, cuts its counts short, or asks how often it was used. The
 * clock can be a fake: then nothing sleeps, and time moves only where the code waits or the test says so.
 *
 * The wrappers may be used from any thread and from signal handlers; the functions below are for the test's own thread,
 * faults_reset() while no other thread is in a wrapped call.
 */
#ifndef EYELET_TESTS_FAULTS_H
#define EYELET_TESTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One member per line of wrapped.txt, in upper case. FAULT_ALLOC counts malloc, calloc and realloc together, FAULT_RECV
 * recv and recvmsg, FAULT_SENDMSG sendmsg and sendto; free() is watched only.
 */
enum fault_call {
    FAULT_ALLOC,
    FAULT_SOCKET,
    FAULT_BIND,
    FAULT_LISTEN,
    FAULT_ACCEPT4,
    FAULT_CONNECT,
    FAULT_GETSOCKOPT,
    FAULT_SETSOCKOPT,
    FAULT_GETSOCKNAME,
    FAULT_GETPEERNAME,
    FAULT_SENDMSG,
    FAULT_SEND,
    FAULT_RECV,
    FAULT_READ,
    FAULT_WRITE,
    FAULT_POLL,
    FAULT_EPOLL_CREATE1,
    FAULT_EPOLL_CTL,
    FAULT_EPOLL_WAIT,
    FAULT_EVENTFD,
    FAULT_FCNTL,
    FAULT_SHUTDOWN,
    FAULT_CLOSE,
    FAULT_UNLINK,
    FAULT_LSTAT,
    FAULT_FCHMOD,
    FAULT_DUP,
    FAULT_IOCTL,
    FAULT_FOPENCOOKIE,
    FAULT_PTHREAD_CREATE,
    FAULT_CLOCK_GETTIME,
    N_FAULT_CALLS,
};

/* Forget every fault, count and the fake clock. Every test starts with this (as a cmocka setup: faults_setup). */
void faults_reset(void);
int faults_setup(void **state);

/*
 * The @nth use from now (1 is the next one) fails with @error_number and does nothing; up to 64 may be planned per
 * call. A failing close() does close, as Linux does.
 */
void faults_fail(enum fault_call call, unsigned nth, int error_number);

/* Every use from now fails with @error_number, until faults_reset(); 0 lets them succeed again. */
void faults_fail_always(enum fault_call call, int error_number);

/* SENDMSG, SEND, RECV, READ and WRITE move at most @max bytes per use from now; 0 lifts the limit. */
void faults_short(enum fault_call call, size_t max);

/* Uses since the last reset, failed ones included; those of the calling thread, which a reset of its own forgets. */
unsigned faults_count(enum fault_call call);
unsigned faults_count_here(enum fault_call call);

/* Bytes that SENDMSG or RECV has moved since the last reset; and by the calling thread. */
uint64_t faults_bytes(enum fault_call call);
uint64_t faults_bytes_here(enum fault_call call);

/*
 * Waits in poll() and epoll_wait(), unless told only to look: how many threads are in one now, how many of those have
 * no timeout, the timeout of the wait that began last, how many waits ended since the last reset with nothing there,
 * and how many began; of those on a fake clock only the ones that found nothing.
 */
unsigned faults_waiting(void);
unsigned faults_waiting_forever(void);
int faults_timeout_ms(void);
unsigned faults_timed_out(void);
unsigned faults_waits(void);

/* From now on until faults_reset(), @fn is called in every epoll_wait() that is told only to look, before it looks. */
void faults_on_look(void (*fn)(void));

/*
 * Look for @needle, of 64 bytes at most, in every block that is freed or given to realloc() from now until
 * faults_reset(). faults_freed_with_needle() says in how many blocks it was.
 */
void faults_watch_free(const void *needle, size_t len);
unsigned faults_freed_with_needle(void);

/* Descriptors open in this process: equal before and after, or something leaked. */
unsigned faults_open_fds(void);

/*
 * A fake CLOCK_MONOTONIC that starts at @start_ns. poll() and epoll_wait() then look once without waiting; when nothing
 * is there, time jumps to the end of their timeout and they return 0; one without a timeout fails the test.
 */
void faults_fake_clock(uint64_t start_ns);
void faults_advance_ns(uint64_t ns);
void faults_tick_ns(uint64_t ns); /* every look at the fake clock moves it on by so much */
uint64_t faults_now_ns(void);

/*
 * CLOCK_MONOTONIC stands still from now on. Unlike with a fake clock poll() and epoll_wait() do wait, for events alone:
 * no timeout is ever over, and a wait of a minute ends the program. So how often a thread that serves others wakes does
 * not depend on how long anything takes.
 */
void faults_stop_clock(void);

/* How often a clock other than CLOCK_MONOTONIC was asked since the last reset. */
unsigned faults_other_clocks(void);

/*
 * No test opens AF_VSOCK outside of a virtual machine made for it: socket(AF_VSOCK) fails there with EAFNOSUPPORT, see
 * guest.h, and gives a real one inside. After this call it gives an AF_UNIX socket instead in either place, on which
 * bind, listen and connect record the sockaddr_vm and succeed (or fail as planned by faults_fail()).
 * faults_vsock_last() gives what was recorded last.
 *
 * Such sockets work: a connect to a port on which one of them listens reaches it, whatever the CID. Where nobody
 * listens the connect succeeds as well, and leads nowhere.
 */
void faults_fake_vsock(bool is_on);
bool faults_vsock_last(uint32_t *ret_cid, uint32_t *ret_port, uint8_t *ret_flags);

/* Who accept4() says has come to a fake vsock listener; CID 3 and port 1025 until this is called. */
void faults_vsock_peer(uint32_t cid, uint32_t port);

/* What SO_VM_SOCKETS_CONNECT_TIMEOUT was set to last, in nanoseconds; 0 when it was not. */
uint64_t faults_vsock_connect_timeout_ns(void);

/*
 * Every connect of a fake vsock from now answers EINPROGRESS. @so_error is what SO_ERROR says when poll() has reported
 * the end of it; FAULTS_SILENCE means that poll() never reports one, as with a paused machine; 0 is success.
 */
#define FAULTS_SILENCE (-1)
void faults_vsock_connect_later(int so_error);

#endif
