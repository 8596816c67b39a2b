/*
 * One poll loop over the listener and all pairs. Calls that tests make fail or count for the library's sake (sendmsg,
 * recv, poll) are not used here.
 */
#include "support/monitor.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/sockios.h>
#include <linux/vm_sockets.h>

#include "support/live.h"

#define PAIRS_MAX       1024
#define REQUEST_MIN_LEN 10 /* "CONNECT 0\n" */
#define REQUEST_MAX_LEN 32
#define HOST_PORT_FIRST 1073741824u /* what Firecracker gives out first */

enum pair_state {
    PAIR_ASKS,  /* waits for its request */
    PAIR_PIPED, /* waits for bytes of either side */
    PAIR_STUCK, /* waits for the peer's end */
    PAIR_OVER,  /* waits to be swept away */
};

/* A connection, and what it leads to in the guest. */
struct pair {
    enum pair_state state;
    unsigned number; /* 1 for the first that came */
    int host_fd;
    int guest_fd; /* -1 without one */
};

struct pairs {
    struct pair all[PAIRS_MAX];
    unsigned n;
    unsigned n_seen;
};

static void send_all(int fd, const char *text, size_t len)
{
    live_send(fd, (struct eyelet_slice){ (const uint8_t *)text, len });
}

static void end_pair(struct pair *pair)
{
    close(pair->host_fd);
    if (pair->guest_fd >= 0)
        close(pair->guest_fd);
    pair->state = PAIR_OVER;
}

static void refuse(struct monitor *monitor, struct pair *pair)
{
    monitor->n_refused++;
    end_pair(pair);
}

/* All @len bytes, if they are there already. */
static bool read_now(int fd, char *room, size_t len, bool *ret_is_end)
{
    struct pollfd one = { .fd = fd, .events = POLLIN };
    ssize_t n;

    *ret_is_end = false;
    while (len > 0) {
        if (ppoll(&one, 1, &(struct timespec){ 0 }, NULL) != 1)
            return false;
        n = read(fd, room, len);
        *ret_is_end = n <= 0;
        if (n <= 0)
            return false;
        room += n;
        len -= (size_t)n;
    }
    return true;
}

/* Return: true with the whole line, NUL-terminated, in @line. */
static bool read_request(struct monitor *monitor, int fd, char line[static REQUEST_MAX_LEN + 1])
{
    size_t len = REQUEST_MIN_LEN;
    bool is_end, is_read = read_now(fd, line, len, &is_end);

    for (; is_read && line[len - 1] != '\n' && len < REQUEST_MAX_LEN; len++)
        is_read = read_now(fd, line + len, 1, &is_end);
    monitor->n_unfinished += is_end;
    line[len] = '\0';
    return is_read;
}

/* "CONNECT", in any case, and a number that fits. */
static bool parse_request(const char *line, uint32_t *ret_port)
{
    unsigned long long port;
    char word[REQUEST_MAX_LEN + 1], rest[REQUEST_MAX_LEN + 1], *end;

    if (sscanf(line, "%32s %32s", word, rest) != 2 || strcasecmp(word, "connect") != 0)
        return false;
    if (rest[0] < '0' || rest[0] > '9')
        return false;
    port = strtoull(rest, &end, 10);
    *ret_port = (uint32_t)port;
    return *end == '\0' && port <= UINT32_MAX;
}

static int connect_to_guest(const struct monitor *monitor, uint32_t port)
{
    const struct sockaddr_vm guest = { .svm_family = AF_VSOCK, .svm_cid = 3, .svm_port = port };
    int fd;

    if (port != monitor->script.guest_port)
        return -1;
    fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    live_must(fd >= 0, "the guest's vsock is not faked");
    live_must(connect(fd, (const struct sockaddr *)&guest, sizeof(guest)) == 0, "the guest does not listen");
    return fd;
}

static void open_pipe(struct monitor *monitor, struct pair *pair, uint32_t port)
{
    char text[REQUEST_MAX_LEN];
    int len = snprintf(text, sizeof(text), "OK %u\n", HOST_PORT_FIRST + pair->number - 1);

    pair->guest_fd = connect_to_guest(monitor, port);
    if (pair->guest_fd < 0) {
        refuse(monitor, pair);
        return;
    }
    send_all(pair->host_fd, text, (size_t)len);
    pair->state = PAIR_PIPED;
}

/* Byte by byte; the peer must take each before the next is sent. */
static void spell(int fd, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        int waiting = 1;

        if (!live_send(fd, (struct eyelet_slice){ (const uint8_t *)text + i, 1 }))
            return;
        while (waiting > 0 && ioctl(fd, SIOCOUTQ, &waiting) == 0)
            sched_yield();
    }
}

static void answer(struct monitor *monitor, struct pair *pair, uint32_t port)
{
    const struct monitor_script *script = &monitor->script;

    pair->state = PAIR_STUCK;
    switch (script->manner) {
    case MONITOR_PIPES:
        open_pipe(monitor, pair, port);
        break;
    case MONITOR_SAYS:
        send_all(pair->host_fd, script->text, script->text_len);
        break;
    case MONITOR_SPELLS:
        spell(pair->host_fd, script->text, script->text_len);
        break;
    case MONITOR_ENDS:
        send_all(pair->host_fd, script->text, script->text_len);
        refuse(monitor, pair);
        break;
    }
}

static void take_request(struct monitor *monitor, struct pair *pair)
{
    bool is_to_refuse = pair->number <= monitor->script.n_refusals;
    char line[REQUEST_MAX_LEN + 1];
    uint32_t port;

    if (is_to_refuse && monitor->script.resets) {
        refuse(monitor, pair);
        return;
    }
    if (!read_request(monitor, pair->host_fd, line) || !parse_request(line, &port)) {
        refuse(monitor, pair);
        return;
    }
    monitor->n_requests++;
    monitor->last_port = port;
    if (is_to_refuse)
        refuse(monitor, pair);
    else
        answer(monitor, pair, port);
}

/* What is there on one side goes to the other. Any end is the end of both. */
static void pump(struct pair *pair, int from, int to)
{
    char room[16384];
    ssize_t n = read(from, room, sizeof(room));

    if (n <= 0 || !live_send(to, (struct eyelet_slice){ (const uint8_t *)room, (size_t)n }))
        end_pair(pair);
}

/* Silence is for the peer to end: what it says now is not heard. */
static void wait_for_end(struct pair *pair)
{
    char room[4096];

    if (read(pair->host_fd, room, sizeof(room)) <= 0)
        end_pair(pair);
}

static void serve(struct monitor *monitor, struct pair *pair, bool is_host_ready, bool is_guest_ready)
{
    switch (pair->state) {
    case PAIR_ASKS:
        if (is_host_ready)
            take_request(monitor, pair);
        break;
    case PAIR_PIPED:
        if (is_host_ready)
            pump(pair, pair->host_fd, pair->guest_fd);
        if (is_guest_ready && pair->state == PAIR_PIPED)
            pump(pair, pair->guest_fd, pair->host_fd);
        break;
    case PAIR_STUCK:
        if (is_host_ready)
            wait_for_end(pair);
        break;
    case PAIR_OVER:
        break;
    }
}

static void sweep(struct pairs *pairs)
{
    unsigned n = 0;

    for (unsigned i = 0; i < pairs->n; i++)
        if (pairs->all[i].state != PAIR_OVER)
            pairs->all[n++] = pairs->all[i];
    pairs->n = n;
}

static void accept_one(struct monitor *monitor, struct pairs *pairs)
{
    int fd = accept(monitor->listen_fd, NULL, NULL);

    if (fd < 0)
        return; /* it was gone before */
    pairs->n_seen++;
    if (pairs->n == monitor->script.connections_max) {
        monitor->n_refused++;
        close(fd);
        return;
    }
    pairs->all[pairs->n++] = (struct pair){
        .state = PAIR_ASKS,
        .number = pairs->n_seen,
        .host_fd = fd,
        .guest_fd = -1,
    };
}

/*
 * One round. The listener is looked at first and served last: who closes one connection and then opens another finds
 * the first one gone.
 */
static bool run_once(struct monitor *monitor, struct pairs *pairs, struct pollfd *fds)
{
    nfds_t n_fds = 2 + 2 * (nfds_t)pairs->n;

    fds[0] = (struct pollfd){ .fd = monitor->listen_fd, .events = POLLIN };
    fds[1] = (struct pollfd){ .fd = monitor->stop_fds[0], .events = POLLIN };
    for (unsigned i = 0; i < pairs->n; i++) {
        fds[2 + 2 * i] = (struct pollfd){ .fd = pairs->all[i].host_fd, .events = POLLIN };
        fds[3 + 2 * i] = (struct pollfd){ .fd = pairs->all[i].guest_fd, .events = POLLIN };
    }
    if (ppoll(fds, n_fds, NULL, NULL) < 0)
        return errno == EINTR;
    if (fds[1].revents != 0)
        return false;

    for (unsigned i = 0; i < pairs->n; i++)
        serve(monitor, &pairs->all[i], fds[2 + 2 * i].revents != 0, fds[3 + 2 * i].revents != 0);
    sweep(pairs);
    if (fds[0].revents != 0)
        accept_one(monitor, pairs);
    return true;
}

static void *run(void *argument)
{
    static struct pollfd fds[2 + 2 * PAIRS_MAX];
    struct monitor *monitor = argument;
    static struct pairs pairs;

    pairs.n = pairs.n_seen = 0;
    while (run_once(monitor, &pairs, fds))
        ;
    for (unsigned i = 0; i < pairs.n; i++)
        end_pair(&pairs.all[i]);
    return NULL;
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    live_must(fd >= 0 && strlen(path) < sizeof(address.sun_path), "the monitor has no socket");
    memcpy(address.sun_path, path, strlen(path) + 1);
    live_must(bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0, "the monitor cannot bind");
    live_must(listen(fd, 128) == 0, "the monitor cannot listen");
    return fd;
}

void monitor_start(struct monitor *monitor, const char *path, const struct monitor_script *script)
{
    *monitor = (struct monitor){ .script = *script, .listen_fd = listen_at(path) };
    if (monitor->script.connections_max == 0)
        monitor->script.connections_max = MONITOR_CONNECTIONS_MAX;
    live_pair(monitor->stop_fds);
    live_must(pthread_create(&monitor->thread, NULL, run, monitor) == 0, "no thread for the monitor");
}

void monitor_stop(struct monitor *monitor)
{
    close(monitor->stop_fds[1]);
    live_must(pthread_join(monitor->thread, NULL) == 0, "the monitor's thread is lost");
    close(monitor->stop_fds[0]);
    close(monitor->listen_fd);
}

int monitor_dial_out(const char *path, uint32_t port)
{
    char file[512];

    snprintf(file, sizeof(file), "%s_%u", path, port);
    return live_connect(file);
}
