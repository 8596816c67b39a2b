/*
 * The wrappers behind faults.h: they count, fail as planned, and otherwise pass on to the real call. State is atomic
 * and without locks, so that threads and signal handlers may come through here.
 */
#include "support/faults.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include <cmocka.h>

#include "support/guest.h"

#define PLANS_MAX    64
#define FAKE_FDS_MAX 1024
#define PATIENCE_MS  60000 /* live.h */
#define NS_PER_MS    1000000ull
#define NS_PER_S     1000000000ull

/* One planned failure: of the @at-th use since the reset; 0 is an empty slot. */
struct plan {
    atomic_uint at;
    atomic_int error_number;
};

static struct {
    atomic_uint n_used;
    atomic_int always;
    atomic_size_t count_max;
    struct plan plans[PLANS_MAX];
} calls[N_FAULT_CALLS];

static uint8_t needle[64];
static atomic_size_t needle_len; /* 0: nothing is looked for */
static atomic_uint n_with_needle;

/* Of one thread, written by nobody else. */
static _Thread_local struct {
    unsigned n_used;
    uint64_t n_bytes;
} here[N_FAULT_CALLS];

static atomic_uint_fast64_t n_bytes[N_FAULT_CALLS];
static atomic_uint n_waiting, n_waiting_forever, n_waits, n_timed_out;
static atomic_int last_timeout_ms;
static void (*_Atomic on_look)(void); /* NULL: nothing is called */

static atomic_bool clock_is_fake;
static atomic_bool clock_stands;
static atomic_uint_fast64_t clock_ns;
static atomic_uint_fast64_t clock_tick_ns;
static atomic_uint n_other_clocks;

enum pending {
    PENDING_NOT,
    PENDING_SILENT,
    PENDING_DONE, /* poll() reports it; SO_ERROR is due */
};

/* A fake vsock: an AF_UNIX socket with what the caller believes of it. */
struct fake_vsock {
    atomic_bool is_open;
    atomic_bool is_listening;
    atomic_uint cid;
    atomic_uint port;
    atomic_int pending;
};

static struct fake_vsock fakes[FAKE_FDS_MAX];
static atomic_bool vsock_is_fake;
static atomic_bool vsock_is_recorded;
static atomic_uint vsock_cid, vsock_port, vsock_flags, vsock_peer_cid, vsock_peer_port;
static atomic_uint_fast64_t vsock_timeout_ns;
static atomic_bool vsock_is_later;
static atomic_int vsock_later_error;

/* ---- the face ---- */

void faults_reset(void)
{
    for (size_t i = 0; i < N_FAULT_CALLS; i++) {
        calls[i].n_used = 0;
        calls[i].always = 0;
        calls[i].count_max = 0;
        n_bytes[i] = 0;
        here[i].n_used = 0;
        here[i].n_bytes = 0;
        for (size_t k = 0; k < PLANS_MAX; k++)
            calls[i].plans[k].at = 0;
    }

    on_look = NULL;
    needle_len = 0;
    n_with_needle = 0;
    n_waits = 0;
    n_timed_out = 0;
    clock_is_fake = false;
    clock_stands = false;
    clock_ns = 0;
    clock_tick_ns = 0;
    n_other_clocks = 0;
    vsock_is_fake = false;
    vsock_is_recorded = false;
    vsock_peer_cid = 3;
    vsock_peer_port = 1025;
    vsock_timeout_ns = 0;
    vsock_is_later = false;
}

int faults_setup(void **state)
{
    (void)state;
    faults_reset();
    return 0;
}

void faults_fail(enum fault_call call, unsigned nth, int error_number)
{
    assert(nth > 0 && error_number != 0);

    for (size_t k = 0; k < PLANS_MAX; k++) {
        if (calls[call].plans[k].at == 0) {
            calls[call].plans[k].error_number = error_number;
            calls[call].plans[k].at = calls[call].n_used + nth;
            return;
        }
    }
    fail_msg("more than %d failures planned for one call", PLANS_MAX);
}

void faults_fail_always(enum fault_call call, int error_number)
{
    calls[call].always = error_number;
}

void faults_short(enum fault_call call, size_t max)
{
    calls[call].count_max = max;
}

unsigned faults_count(enum fault_call call)
{
    return calls[call].n_used;
}

unsigned faults_count_here(enum fault_call call)
{
    return here[call].n_used;
}

uint64_t faults_bytes(enum fault_call call)
{
    return n_bytes[call];
}

uint64_t faults_bytes_here(enum fault_call call)
{
    return here[call].n_bytes;
}

unsigned faults_waiting(void)
{
    return n_waiting;
}

unsigned faults_waiting_forever(void)
{
    return n_waiting_forever;
}

int faults_timeout_ms(void)
{
    return last_timeout_ms;
}

unsigned faults_timed_out(void)
{
    return n_timed_out;
}

unsigned faults_waits(void)
{
    return n_waits;
}

void faults_on_look(void (*fn)(void))
{
    on_look = fn;
}

void faults_watch_free(const void *bytes, size_t len)
{
    assert(len > 0 && len <= sizeof(needle));
    needle_len = 0;
    n_with_needle = 0;
    memcpy(needle, bytes, len);
    needle_len = len;
}

unsigned faults_freed_with_needle(void)
{
    return n_with_needle;
}

unsigned faults_open_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned n = 0;

    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 3; /* ".", ".." and the folder's own */
}

void faults_fake_clock(uint64_t start_ns)
{
    clock_ns = start_ns;
    clock_is_fake = true;
}

void faults_stop_clock(void)
{
    struct timespec now;
    int __real_clock_gettime(clockid_t, struct timespec *);

    assert_int_equal(__real_clock_gettime(CLOCK_MONOTONIC, &now), 0);
    clock_ns = (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
    clock_stands = true;
}

void faults_advance_ns(uint64_t ns)
{
    clock_ns += ns;
}

void faults_tick_ns(uint64_t ns)
{
    clock_tick_ns = ns;
}

unsigned faults_other_clocks(void)
{
    return n_other_clocks;
}

uint64_t faults_now_ns(void)
{
    return clock_ns;
}

void faults_fake_vsock(bool is_on)
{
    vsock_is_fake = is_on;
}

bool faults_vsock_last(uint32_t *ret_cid, uint32_t *ret_port, uint8_t *ret_flags)
{
    if (!vsock_is_recorded)
        return false;

    *ret_cid = vsock_cid;
    *ret_port = vsock_port;
    *ret_flags = (uint8_t)vsock_flags;
    return true;
}

void faults_vsock_peer(uint32_t cid, uint32_t port)
{
    vsock_peer_cid = cid;
    vsock_peer_port = port;
}

uint64_t faults_vsock_connect_timeout_ns(void)
{
    return vsock_timeout_ns;
}

void faults_vsock_connect_later(int so_error)
{
    vsock_later_error = so_error;
    vsock_is_later = true;
}

/* ---- counting and failing ---- */

/* Counts one use; true when it is to fail, with errno set. */
static bool is_to_fail(enum fault_call call)
{
    unsigned use = atomic_fetch_add(&calls[call].n_used, 1) + 1;

    here[call].n_used++;
    for (size_t k = 0; k < PLANS_MAX; k++) {
        if (calls[call].plans[k].at == use) {
            errno = calls[call].plans[k].error_number;
            calls[call].plans[k].at = 0;
            return true;
        }
    }
    if (calls[call].always == 0)
        return false;
    errno = calls[call].always;
    return true;
}

static size_t shortened(enum fault_call call, size_t len)
{
    size_t max = calls[call].count_max;

    return max > 0 && len > max ? max : len;
}

/* Counts the bytes of one use that has succeeded. */
static ssize_t moved(enum fault_call call, ssize_t n)
{
    if (n <= 0)
        return n;
    n_bytes[call] += (size_t)n;
    here[call].n_bytes += (size_t)n;
    return n;
}

#define WRAP(type, name, ...)                                                                                          \
    type __real_##name(__VA_ARGS__);                                                                                   \
    type __wrap_##name(__VA_ARGS__);                                                                                   \
    type __wrap_##name(__VA_ARGS__)

/* A call that is only counted and failed. */
#define WRAP_PLAIN(type, name, call, parameters, arguments, failure)                                                   \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        return is_to_fail(call) ? (failure) : __real_##name arguments;                                                 \
    }

WRAP_PLAIN(void *, malloc, FAULT_ALLOC, (size_t size), (size), NULL)
WRAP_PLAIN(void *, calloc, FAULT_ALLOC, (size_t n, size_t size), (n, size), NULL)
WRAP_PLAIN(int, getpeername, FAULT_GETPEERNAME, (int fd, struct sockaddr *address, socklen_t *len), (fd, address, len),
           -1)
WRAP_PLAIN(int, epoll_create1, FAULT_EPOLL_CREATE1, (int flags), (flags), -1)
WRAP_PLAIN(int, epoll_ctl, FAULT_EPOLL_CTL, (int epoll_fd, int op, int fd, struct epoll_event *event),
           (epoll_fd, op, fd, event), -1)
WRAP_PLAIN(int, eventfd, FAULT_EVENTFD, (unsigned start, int flags), (start, flags), -1)
WRAP_PLAIN(int, shutdown, FAULT_SHUTDOWN, (int fd, int how), (fd, how), -1)
WRAP_PLAIN(int, unlink, FAULT_UNLINK, (const char *path), (path), -1)
WRAP_PLAIN(int, lstat, FAULT_LSTAT, (const char *path, struct stat *ret), (path, ret), -1)
WRAP_PLAIN(int, fchmod, FAULT_FCHMOD, (int fd, mode_t mode), (fd, mode), -1)
WRAP_PLAIN(int, dup, FAULT_DUP, (int fd), (fd), -1)
WRAP_PLAIN(FILE *, fopencookie, FAULT_FOPENCOOKIE, (void *cookie, const char *mode, cookie_io_functions_t functions),
           (cookie, mode, functions), NULL)
WRAP_PLAIN(int, pthread_create, FAULT_PTHREAD_CREATE,
           (pthread_t * ret, const pthread_attr_t *attr, void *(*run)(void *), void *userdata),
           (ret, attr, run, userdata), errno)

static void look_through(void *block)
{
    size_t len = needle_len;

    if (block != NULL && len > 0 && memmem(block, malloc_usable_size(block), needle, len) != NULL)
        n_with_needle++;
}

WRAP(void *, realloc, void *old, size_t size)
{
    if (is_to_fail(FAULT_ALLOC))
        return NULL;
    look_through(old); /* it may move, and leave a copy */
    return __real_realloc(old, size);
}

WRAP(void, free, void *block)
{
    look_through(block);
    __real_free(block);
}

/* fcntl() and ioctl() take one more argument or none; passing one along that was not given does no harm. */
WRAP(int, fcntl, int fd, int command, ...)
{
    va_list args;
    void *argument;

    va_start(args, command);
    argument = va_arg(args, void *);
    va_end(args);
    return is_to_fail(FAULT_FCNTL) ? -1 : __real_fcntl(fd, command, argument);
}

WRAP(int, ioctl, int fd, unsigned long request, ...)
{
    va_list args;
    void *argument;

    va_start(args, request);
    argument = va_arg(args, void *);
    va_end(args);
    return is_to_fail(FAULT_IOCTL) ? -1 : __real_ioctl(fd, request, argument);
}

/* ---- bytes ---- */

WRAP(ssize_t, send, int fd, const void *data, size_t len, int flags)
{
    return is_to_fail(FAULT_SEND) ? -1 : __real_send(fd, data, shortened(FAULT_SEND, len), flags);
}

/* A cut short read is told as the kernel tells one: with MSG_CTRUNC, since there is more behind. */
WRAP(ssize_t, recvmsg, int fd, struct msghdr *message, int flags)
{
    struct iovec iov = message->msg_iovlen > 0 ? message->msg_iov[0] : (struct iovec){ 0 };
    struct msghdr cut = *message;
    ssize_t n;

    if (is_to_fail(FAULT_RECV))
        return -1;
    iov.iov_len = shortened(FAULT_RECV, iov.iov_len);
    if (message->msg_iovlen != 1 || iov.iov_len == message->msg_iov[0].iov_len)
        return moved(FAULT_RECV, __real_recvmsg(fd, message, flags));

    cut.msg_iov = &iov;
    n = moved(FAULT_RECV, __real_recvmsg(fd, &cut, flags));
    message->msg_flags = cut.msg_flags | (n > 0 ? MSG_CTRUNC : 0);
    return n;
}

WRAP(ssize_t, recv, int fd, void *room, size_t cap, int flags)
{
    return is_to_fail(FAULT_RECV) ? -1 : moved(FAULT_RECV, __real_recv(fd, room, shortened(FAULT_RECV, cap), flags));
}

WRAP(ssize_t, read, int fd, void *room, size_t cap)
{
    return is_to_fail(FAULT_READ) ? -1 : __real_read(fd, room, shortened(FAULT_READ, cap));
}

WRAP(ssize_t, write, int fd, const void *data, size_t len)
{
    return is_to_fail(FAULT_WRITE) ? -1 : __real_write(fd, data, shortened(FAULT_WRITE, len));
}

WRAP(ssize_t, sendmsg, int fd, const struct msghdr *message, int flags)
{
    struct msghdr part = *message;
    struct iovec iov[16];
    size_t room = calls[FAULT_SENDMSG].count_max;

    if (is_to_fail(FAULT_SENDMSG))
        return -1;
    if (room == 0)
        return moved(FAULT_SENDMSG, __real_sendmsg(fd, message, flags));

    part.msg_iov = iov;
    part.msg_iovlen = 0;
    for (size_t i = 0; i < message->msg_iovlen && i < 16 && room > 0; i++) {
        iov[i] = message->msg_iov[i];
        iov[i].iov_len = iov[i].iov_len < room ? iov[i].iov_len : room;
        room -= iov[i].iov_len;
        part.msg_iovlen++;
    }
    return moved(FAULT_SENDMSG, __real_sendmsg(fd, &part, flags));
}

WRAP(ssize_t, sendto, int fd, const void *data, size_t len, int flags, const struct sockaddr *to, socklen_t to_len)
{
    if (is_to_fail(FAULT_SENDMSG))
        return -1;
    return moved(FAULT_SENDMSG, __real_sendto(fd, data, shortened(FAULT_SENDMSG, len), flags, to, to_len));
}

/* ---- time ---- */

WRAP(int, clock_gettime, clockid_t id, struct timespec *ret)
{
    uint64_t now_ns;

    if (is_to_fail(FAULT_CLOCK_GETTIME))
        return -1;
    n_other_clocks += id != CLOCK_MONOTONIC;
    if ((!clock_is_fake && !clock_stands) || id != CLOCK_MONOTONIC)
        return __real_clock_gettime(id, ret);
    now_ns = clock_ns += clock_tick_ns;

    ret->tv_sec = (time_t)(now_ns / NS_PER_S);
    ret->tv_nsec = (long)(now_ns % NS_PER_S);
    return 0;
}

/* Around a wait, and what its timeout is for the kernel. */
static int begin_wait(int timeout_ms)
{
    if (timeout_ms == 0)
        return 0;
    last_timeout_ms = timeout_ms;
    n_waiting_forever += timeout_ms < 0;
    n_waiting++;
    n_waits++;
    return clock_stands ? PATIENCE_MS : timeout_ms;
}

static int end_wait(int timeout_ms, int n)
{
    int error_number = errno;

    if (timeout_ms == 0)
        return n;
    n_waiting--;
    n_waiting_forever -= timeout_ms < 0;
    n_timed_out += n == 0;
    if (n == 0 && clock_stands) {
        fprintf(stderr, "nothing comes while the clock stands still: something hangs\n");
        abort();
    }
    errno = error_number;
    return n;
}

/* Nothing was there: the fake clock moves to the end of the wait. cmocka's failure may jump on the main thread only. */
static int wait_fake(const char *call, int timeout_ms)
{
    if (timeout_ms < 0 && gettid() == getpid())
        fail_msg("%s without a timeout and with nothing to come: the test would hang", call);
    if (timeout_ms < 0) {
        fprintf(stderr, "%s without a timeout and with nothing to come, on another thread\n", call);
        abort();
    }
    last_timeout_ms = timeout_ms;
    n_waits++;
    n_timed_out++;
    faults_advance_ns((unsigned)timeout_ms * NS_PER_MS);
    return 0;
}

static struct fake_vsock *fake_of(int fd)
{
    return fd >= 0 && fd < FAKE_FDS_MAX && fakes[fd].is_open ? &fakes[fd] : NULL;
}

/* Descriptors whose connect is pending in our books only: the kernel is not asked about them. */
static int poll_fakes(struct pollfd *fds, nfds_t n_fds, bool *is_hidden)
{
    int n = 0;

    for (nfds_t i = 0; i < n_fds; i++) {
        struct fake_vsock *fake = fake_of(fds[i].fd);

        is_hidden[i] = fake && fake->pending != PENDING_NOT;
        if (!is_hidden[i])
            continue;
        fds[i].revents = (short)(fake->pending == PENDING_DONE ? fds[i].events & POLLOUT : 0);
        n += fds[i].revents != 0;
    }
    return n;
}

WRAP(int, poll, struct pollfd *fds, nfds_t n_fds, int timeout_ms)
{
    bool is_hidden[64] = { false };
    struct pollfd shown[64];
    int n_fake = 0;
    int n;

    if (is_to_fail(FAULT_POLL))
        return -1;
    if (n_fds > 64)
        return __real_poll(fds, n_fds, timeout_ms);

    n_fake = poll_fakes(fds, n_fds, is_hidden);
    for (nfds_t i = 0; i < n_fds; i++)
        shown[i] = is_hidden[i] ? (struct pollfd){ .fd = -1 } : fds[i];

    if (clock_is_fake || n_fake > 0)
        n = __real_poll(shown, n_fds, 0);
    else
        n = end_wait(timeout_ms, __real_poll(shown, n_fds, begin_wait(timeout_ms)));
    if (n < 0)
        return -1;
    for (nfds_t i = 0; i < n_fds; i++)
        if (!is_hidden[i])
            fds[i].revents = shown[i].revents;
    if (n + n_fake > 0 || !clock_is_fake || timeout_ms == 0)
        return n + n_fake;
    return wait_fake("poll()", timeout_ms);
}

WRAP(int, epoll_wait, int epoll_fd, struct epoll_event *events, int events_max, int timeout_ms)
{
    void (*fn)(void) = on_look;
    int n;

    if (is_to_fail(FAULT_EPOLL_WAIT))
        return -1;
    if (timeout_ms == 0 && fn != NULL)
        fn();
    if (!clock_is_fake)
        return end_wait(timeout_ms, __real_epoll_wait(epoll_fd, events, events_max, begin_wait(timeout_ms)));

    n = __real_epoll_wait(epoll_fd, events, events_max, 0);
    return n != 0 || timeout_ms == 0 ? n : wait_fake("epoll_wait()", timeout_ms);
}

/* ---- sockets, and the vsock that is none ---- */

WRAP(int, socket, int domain, int type, int protocol)
{
    int fd;

    if (is_to_fail(FAULT_SOCKET))
        return -1;
    if (domain != AF_VSOCK || !vsock_is_fake)
        return guest_socket(domain, type, protocol);

    fd = guest_socket(AF_UNIX, type, 0);
    if (fd < 0)
        return -1;
    assert_true(fd < FAKE_FDS_MAX);
    fakes[fd].is_listening = false;
    fakes[fd].cid = VMADDR_CID_ANY;
    fakes[fd].port = VMADDR_PORT_ANY;
    fakes[fd].pending = PENDING_NOT;
    fakes[fd].is_open = true;
    return fd;
}

WRAP(int, close, int fd)
{
    bool fails = is_to_fail(FAULT_CLOSE);
    int error_number = errno;
    int r;

    if (fake_of(fd))
        fakes[fd].is_open = false;
    r = __real_close(fd);
    if (!fails)
        return r;
    errno = error_number;
    return -1;
}

/* Takes a sockaddr_vm apart; false when it is not one that the kernel would take. */
static bool take_vsock_address(const struct sockaddr *address, socklen_t len, struct sockaddr_vm *ret)
{
    if (len < sizeof(*ret) || address->sa_family != AF_VSOCK)
        return false;

    memcpy(ret, address, sizeof(*ret));
    vsock_cid = ret->svm_cid;
    vsock_port = ret->svm_port;
    vsock_flags = ret->svm_flags;
    vsock_is_recorded = true;
    return true;
}

static int refuse(int error_number)
{
    errno = error_number;
    return -1;
}

WRAP(int, bind, int fd, const struct sockaddr *address, socklen_t len)
{
    static atomic_uint next_port = 50000;
    const sa_family_t autobind = AF_UNIX; /* unix(7): the kernel picks a name in the abstract namespace */
    struct fake_vsock *fake = fake_of(fd);
    struct sockaddr_vm vm;

    if (fake && !take_vsock_address(address, len, &vm))
        return refuse(EINVAL);
    if (is_to_fail(FAULT_BIND))
        return -1;
    if (!fake)
        return __real_bind(fd, address, len);

    fake->cid = vm.svm_cid;
    fake->port = vm.svm_port == VMADDR_PORT_ANY ? atomic_fetch_add(&next_port, 1) : vm.svm_port;
    return __real_bind(fd, (const struct sockaddr *)&autobind, sizeof(autobind));
}

WRAP(int, listen, int fd, int backlog)
{
    struct fake_vsock *fake = fake_of(fd);

    if (is_to_fail(FAULT_LISTEN))
        return -1;
    if (fake)
        fake->is_listening = true;
    return __real_listen(fd, backlog);
}

static int listener_on(unsigned port)
{
    for (int fd = 0; fd < FAKE_FDS_MAX; fd++)
        if (fakes[fd].is_open && fakes[fd].is_listening && fakes[fd].port == port)
            return fd;
    return -1;
}

static int connect_fake(int fd, unsigned port)
{
    struct sockaddr_storage name;
    socklen_t name_len = sizeof(name);
    int listen_fd = listener_on(port);
    int __real_getsockname(int, struct sockaddr *, socklen_t *);
    int __real_connect(int, const struct sockaddr *, socklen_t);

    if (listen_fd < 0)
        return 0;
    if (__real_getsockname(listen_fd, (struct sockaddr *)&name, &name_len) < 0)
        return -1;
    return __real_connect(fd, (struct sockaddr *)&name, name_len);
}

WRAP(int, connect, int fd, const struct sockaddr *address, socklen_t len)
{
    struct fake_vsock *fake = fake_of(fd);
    struct sockaddr_vm vm;

    if (fake && !take_vsock_address(address, len, &vm))
        return refuse(EINVAL);
    if (is_to_fail(FAULT_CONNECT))
        return -1;
    if (!fake)
        return __real_connect(fd, address, len);
    if (!vsock_is_later)
        return connect_fake(fd, vm.svm_port);

    fake->pending = vsock_later_error == FAULTS_SILENCE ? PENDING_SILENT : PENDING_DONE;
    if (vsock_later_error == 0 && connect_fake(fd, vm.svm_port) < 0)
        return -1;
    return refuse(EINPROGRESS);
}

/* Writes a sockaddr_vm as the kernel does: cut to the caller's room, with the length it would have had. */
static void give_vsock_address(unsigned cid, unsigned port, struct sockaddr *room, socklen_t *len)
{
    struct sockaddr_vm vm = { .svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port };

    memcpy(room, &vm, *len < sizeof(vm) ? *len : sizeof(vm));
    *len = sizeof(vm);
}

WRAP(int, accept4, int fd, struct sockaddr *address, socklen_t *len, int flags)
{
    int r;

    if (is_to_fail(FAULT_ACCEPT4))
        return -1;
    if (!fake_of(fd))
        return __real_accept4(fd, address, len, flags);

    r = __real_accept4(fd, NULL, NULL, flags);
    if (r >= 0 && address)
        give_vsock_address(vsock_peer_cid, vsock_peer_port, address, len);
    return r;
}

WRAP(int, getsockname, int fd, struct sockaddr *address, socklen_t *len)
{
    if (is_to_fail(FAULT_GETSOCKNAME))
        return -1;
    if (!fake_of(fd))
        return __real_getsockname(fd, address, len);

    give_vsock_address(fakes[fd].cid, fakes[fd].port, address, len);
    return 0;
}

WRAP(int, getsockopt, int fd, int level, int name, void *room, socklen_t *len)
{
    struct fake_vsock *fake = fake_of(fd);

    if (is_to_fail(FAULT_GETSOCKOPT))
        return -1;
    if (fake && level == SOL_SOCKET && name == SO_DOMAIN && *len >= sizeof(int)) {
        *(int *)room = AF_VSOCK;
        return 0;
    }
    if (fake && fake->pending == PENDING_DONE && level == SOL_SOCKET && name == SO_ERROR && *len >= sizeof(int)) {
        *(int *)room = vsock_later_error;
        fake->pending = PENDING_NOT;
        return 0;
    }
    return __real_getsockopt(fd, level, name, room, len);
}

WRAP(int, setsockopt, int fd, int level, int name, const void *value, socklen_t len)
{
    struct timeval time;

    if (is_to_fail(FAULT_SETSOCKOPT))
        return -1;
    if (!fake_of(fd) || level != AF_VSOCK)
        return __real_setsockopt(fd, level, name, value, len);
    if (name != SO_VM_SOCKETS_CONNECT_TIMEOUT || len != sizeof(time))
        return refuse(ENOPROTOOPT);

    memcpy(&time, value, sizeof(time));
    vsock_timeout_ns = (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_usec * 1000;
    return 0;
}
