/*
 * The other end of a connection of src/nano's, in the same thread: it says a piece of the input whenever the one under
 * test waits, and hears what is sent. Nobody sleeps: where nothing is there, a fake clock jumps to the end of the wait.
 * The linker puts the __wrap_ functions in front of the system calls (tests/fuzz/CMakeLists.txt).
 */
#ifndef EYELET_TESTS_NANO_PUMP_H
#define EYELET_TESTS_NANO_PUMP_H

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/session.h"
#include "fuzz/fuzz.h"
#include "nano.pb.h"

#define PUMP_START_NS   1000000000000u
#define PUMP_FRAME_MAX  4096u
#define PUMP_LAZY_TAKES 300 /* bytes that a peer takes who takes no more than it must */
#define PUMP_HEARD_CAP  (1u << 20)
#define PUMP_CANARY_LEN 256
#define PUMP_CANARY     0xc5

/*
 * @fd:         its end
 * @rest:       what is still to be said
 * @piece_len:  so much at once
 * @is_lazy:    it reads only when nothing else happens
 * @heard:      what was sent to it
 */
struct pump {
    bool is_on;
    int fd;
    struct eyelet_slice rest;
    size_t piece_len;
    bool is_lazy;
    bool has_ended;
    uint64_t now_ns;
    size_t n_waits;
    size_t n_waits_max;
    uint8_t heard[PUMP_HEARD_CAP];
    size_t n_heard;
};

static struct pump pump;

int __real_epoll_wait(int fd, struct epoll_event *events, int events_max, int timeout_ms);
int __wrap_epoll_wait(int fd, struct epoll_event *events, int events_max, int timeout_ms);
int __real_poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms);
int __wrap_poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms);
int __real_clock_gettime(clockid_t id, struct timespec *ret);
int __wrap_clock_gettime(clockid_t id, struct timespec *ret);

int __wrap_socket(int domain, int type, int protocol);

int __wrap_socket(int domain, int type, int protocol)
{
    fprintf(stderr, "socket(%d, %d, %d): there is one connection, and it was there before\n", domain, type, protocol);
    abort();
}

int __wrap_clock_gettime(clockid_t id, struct timespec *ret)
{
    if (!pump.is_on)
        return __real_clock_gettime(id, ret);
    FUZZ_CHECK(id == CLOCK_MONOTONIC); /* HOSTILE H021 */
    ret->tv_sec = (time_t)(pump.now_ns / 1000000000u);
    ret->tv_nsec = (long)(pump.now_ns % 1000000000u);
    return 0;
}

/* Return: did anything come? */
static inline bool pump_hear(size_t max)
{
    size_t room = PUMP_HEARD_CAP - pump.n_heard;
    ssize_t n = recv(pump.fd, pump.heard + pump.n_heard, max < room ? max : room, MSG_DONTWAIT);

    FUZZ_CHECK(room > 0);
    if (n > 0)
        pump.n_heard += (size_t)n;
    return n > 0;
}

/* A piece, and after the last one the end. */
static inline void pump_say(void)
{
    size_t len = pump.piece_len < pump.rest.len ? pump.piece_len : pump.rest.len;
    ssize_t n;

    if (len > 0) {
        n = send(pump.fd, pump.rest.data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0)
            eyelet_slice_take(&pump.rest, (size_t)n);
        else if (errno != EAGAIN)
            pump.rest.len = 0; /* the connection is gone */
    } else if (!pump.has_ended) {
        shutdown(pump.fd, SHUT_WR);
        pump.has_ended = true;
    }
}

static inline void pump_turn(void)
{
    FUZZ_CHECK(++pump.n_waits <= pump.n_waits_max); /* it turns round and round */
    if (!pump.is_lazy)
        while (pump_hear(SIZE_MAX))
            ;
    pump_say();
}

/* Nothing has happened: a lazy peer takes a little, and if there is nothing for it, time passes. */
static inline void pump_pass(int timeout_ms)
{
    if (timeout_ms == 0 || (pump.is_lazy && pump_hear(PUMP_LAZY_TAKES)))
        return;
    FUZZ_CHECK(timeout_ms > 0 || !pump.has_ended); /* it would wait for ever, for nobody */
    if (timeout_ms > 0)
        pump.now_ns += (uint64_t)timeout_ms * 1000000u;
}

int __wrap_epoll_wait(int fd, struct epoll_event *events, int events_max, int timeout_ms)
{
    int n;

    if (!pump.is_on)
        return __real_epoll_wait(fd, events, events_max, timeout_ms);
    pump_turn();
    n = __real_epoll_wait(fd, events, events_max, 0);
    if (n == 0)
        pump_pass(timeout_ms);
    return n;
}

int __wrap_poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms)
{
    int n;

    if (!pump.is_on)
        return __real_poll(fds, n_fds, timeout_ms);
    pump_turn();
    n = __real_poll(fds, n_fds, 0);
    if (n == 0)
        pump_pass(timeout_ms);
    return n;
}

/* @rest in pieces of @piece_len, to whoever has the descriptor that is returned. */
static inline int pump_begin(struct eyelet_slice rest, size_t piece_len, bool is_lazy)
{
    int fds[2], small = 1; /* the least that the kernel gives */

    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    if (is_lazy)
        FUZZ_CHECK(setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)) == 0);
    pump.is_on = true;
    pump.fd = fds[1];
    pump.rest = rest;
    pump.piece_len = piece_len;
    pump.is_lazy = is_lazy;
    pump.has_ended = false;
    pump.now_ns = PUMP_START_NS;
    pump.n_waits = 0;
    pump.n_waits_max = 100000 + 20 * rest.len;
    pump.n_heard = 0;
    return fds[0];
}

static inline void pump_end(void)
{
    close(pump.fd);
    pump.is_on = false;
}

/* --- the block of memory ------------------------------------------------------------------------------------------ */

/* @size bytes of any alignment, between others that must stay. */
static inline uint8_t *pump_block_new(size_t size)
{
    uint8_t *block = malloc(size + 2 * PUMP_CANARY_LEN + 1);

    FUZZ_CHECK(block != NULL);
    memset(block, PUMP_CANARY, size + 2 * PUMP_CANARY_LEN + 1);
    return block + PUMP_CANARY_LEN + 1;
}

static inline void pump_block_free(uint8_t *memory, size_t size)
{
    for (size_t i = 0; i < PUMP_CANARY_LEN; i++)
        FUZZ_CHECK(memory[size + i] == PUMP_CANARY && memory[-1 - (ptrdiff_t)i] == PUMP_CANARY);
    free(memory - PUMP_CANARY_LEN - 1);
}

/* --- what was said on either side --------------------------------------------------------------------------------- */

/* Takes a frame from the front of @in, or what there is of it behind its head. Return: false when there is no head. */
static inline bool pump_take_frame(struct eyelet_slice *in, struct eyelet_frame_head *ret)
{
    size_t len;

    if (in->len < EYELET_FRAME_HEADER_LEN)
        return false;
    *ret = (struct eyelet_frame_head){
        .data_len = eyelet_get_be32(in->data),
        .stream_id = eyelet_get_be32(in->data + 4),
        .type = in->data[8],
        .flags = in->data[9],
    };
    len = EYELET_FRAME_HEADER_LEN + (size_t)ret->data_len;
    eyelet_slice_take(in, len < in->len ? len : in->len);
    return true;
}

/* Frames of @type in @bytes for @id, and those among them that end its stream. */
static inline size_t pump_count(struct eyelet_slice bytes, uint8_t type, uint32_t id, uint8_t flags)
{
    struct eyelet_frame_head head;
    size_t n = 0;

    while (pump_take_frame(&bytes, &head))
        n += head.type == type && head.stream_id == id && (head.flags & flags) == flags;
    return n;
}

static inline struct eyelet_slice pump_heard(void)
{
    return (struct eyelet_slice){ pump.heard, pump.n_heard };
}

#endif
