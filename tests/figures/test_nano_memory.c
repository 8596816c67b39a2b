/*
 * The echo service on eyelet::nano after a thousand calls, and after a million: it has not taken a page more.
 *
 * Its own pages are compared, exactly. Those of its file come and go as the kernel likes, and are printed.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/live.h"
#include "support/spoken.h"

#define CALLERS         4u   /* connections_max of nano_echo */
#define CALLS_PER_BURST 250u /* of one caller; more than its buffers hold */
#define BURSTS          (1000000u / CALLS_PER_BURST / CALLERS)

/* A process that runs nano_echo, in a folder of its own. */
struct service {
    char folder[32];
    char path[48];
    pid_t pid;
};

static void start(struct service *service)
{
    char address[64];

    strcpy(service->folder, "/tmp/eyelet-figures-XXXXXX");
    live_must(mkdtemp(service->folder) != NULL, "no folder for a socket");
    snprintf(service->path, sizeof(service->path), "%s/echo", service->folder);
    snprintf(address, sizeof(address), "unix://%s", service->path);
    service->pid = fork();
    live_must(service->pid >= 0, "no process");
    if (service->pid == 0) {
        execl(NANO_ECHO, "nano_echo", address, (char *)NULL);
        _exit(127);
    }
}

/* Return: how it ended, as waitpid() says it. */
static int stop(struct service *service)
{
    int status;

    kill(service->pid, SIGTERM);
    live_must(waitpid(service->pid, &status, 0) == service->pid, "the service is lost");
    unlink(service->path);
    rmdir(service->folder);
    return status;
}

/* It may only be about to listen: so it is tried until it does, or has ended. */
static int dial(const struct service *service)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    live_must(fd >= 0, "no socket");
    memcpy(address.sun_path, service->path, strlen(service->path) + 1);
    while (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        live_must(errno == ENOENT || errno == ECONNREFUSED, "the service cannot be reached");
        live_must(waitpid(service->pid, NULL, WNOHANG) == 0, "the service does not start");
        poll(NULL, 0, 1);
    }
    return fd;
}

/* What is said by one caller in one go: texts of every length up to the longest that the service takes. */
static void put_burst(struct wire *wire, uint32_t first_id, size_t *ret_reply_len)
{
    char text[1025];

    *ret_reply_len = 0;
    memset(text, 'e', sizeof(text));
    for (uint32_t i = 0; i < CALLS_PER_BURST; i++) {
        size_t len = 1 + (i * 1023u) / (CALLS_PER_BURST - 1);
        struct wire payload = { 0 }, reply = { 0 };

        text[len] = '\0';
        echo_put_text(wire, first_id + 2 * i, "Say", 0, text);
        wire_field_text(&payload, 1, text);
        wire_response(&reply, 1, &(struct wire_response){ .payload = wire_slice(&payload) });
        *ret_reply_len += reply.len;
        wire_clear(&payload);
        wire_clear(&reply);
        text[len] = 'e';
    }
}

/* Gives the requests of a burst, which are made once, the ids that come now. */
static void renumber(struct wire *wire, uint32_t first_id)
{
    uint32_t id = first_id;

    for (size_t at = 0; at < wire->len; id += 2) {
        uint8_t *head = wire->bytes + at;

        at += WIRE_HEAD_LEN + ((size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3]);
        head[4] = (uint8_t)(id >> 24);
        head[5] = (uint8_t)(id >> 16);
        head[6] = (uint8_t)(id >> 8);
        head[7] = (uint8_t)id;
    }
}

/* Sends all and receives @reply_len bytes, at once: neither end may wait for the other for ever. */
static void exchange(int fd, struct eyelet_slice request, size_t reply_len)
{
    static uint8_t room[1 << 16];

    while (request.len > 0 || reply_len > 0) {
        struct pollfd pollfd = { .fd = fd, .events = (short)(POLLIN | (request.len > 0 ? POLLOUT : 0)) };
        ssize_t n;

        live_must(poll(&pollfd, 1, LIVE_PATIENCE_MS) == 1, "the service is silent");
        if ((pollfd.revents & POLLOUT) != 0) {
            n = send(fd, request.data, request.len, MSG_DONTWAIT | MSG_NOSIGNAL);
            live_must(n > 0 || errno == EAGAIN, "the service takes nothing");
            request.data += n > 0 ? n : 0;
            request.len -= n > 0 ? (size_t)n : 0;
        }
        if ((pollfd.revents & ~POLLOUT) != 0) {
            n = recv(fd, room, sizeof(room), MSG_DONTWAIT);
            live_must(n > 0 && (size_t)n <= reply_len, "the service answers something else");
            reply_len -= (size_t)n;
        }
    }
}

/**
 * struct memory - of a process, from /proc/PID/smaps_rollup, which counts exactly; in KiB
 * @own:   pages that no file is behind
 * @rss:   all that are in use
 */
struct memory {
    unsigned long own;
    unsigned long rss;
};

static struct memory look(pid_t pid)
{
    struct memory memory = { 0 };
    char path[64], line[256];
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
    file = fopen(path, "re");
    live_must(file != NULL, "/proc cannot be read");
    while (fgets(line, sizeof(line), file)) {
        sscanf(line, "Anonymous: %lu", &memory.own);
        sscanf(line, "Rss: %lu", &memory.rss);
    }
    fclose(file);
    return memory;
}

static void a_million_calls_take_no_page_more_than_a_thousand(void **state)
{
    struct memory thousand = { 0 }, million;
    struct wire burst = { 0 };
    struct service service;
    uint32_t id = 1;
    size_t reply_len;
    int fds[CALLERS];

    (void)state;
    start(&service);
    put_burst(&burst, id, &reply_len);
    for (unsigned i = 0; i < CALLERS; i++)
        fds[i] = dial(&service);
    for (unsigned n = 0; n < BURSTS; n++) {
        renumber(&burst, id);
        for (unsigned i = 0; i < CALLERS; i++)
            exchange(fds[i], wire_slice(&burst), reply_len);
        id += 2 * CALLS_PER_BURST;
        if (n == 0)
            thousand = look(service.pid);
    }
    million = look(service.pid);
    wire_clear(&burst);
    for (unsigned i = 0; i < CALLERS; i++)
        close(fds[i]);
    assert_int_equal(stop(&service), 0);

    print_message("RSS after 10^3 calls: %lu KiB, %lu of them its own; after 10^6: %lu, %lu\n", thousand.rss,
                  thousand.own, million.rss, million.own);
    assert_true(thousand.own > 0);
    assert_int_equal(million.own, thousand.own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_million_calls_take_no_page_more_than_a_thousand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
