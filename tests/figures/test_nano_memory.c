/*
 * The echo service on eyelet::nano after a thousand calls, and after a million: it has not taken a page more.
 *
 * Its own pages are compared, exactly. Those of its file come and go as the kernel likes, and are printed. The batches
 * here come in one piece and are answered before the next, so that what waits at once, and with it which pages of its
 * stack and memory are used, does not depend on timing; bursts, where it does, must stay within the static memory.
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

#include "echo.eyelet.h"
#include "support/live.h"
#include "support/spoken.h"

#define CALLERS         4u    /* connections_max of nano_echo */
#define CALLS_PER_BATCH 10u   /* of one caller; they fit into its buffers, but not all into slots at once */
#define CALLS_PER_BURST 250u  /* the same; more than its buffers hold */
#define TEXT_MAX        1024u /* of echo.options */
#define MEMORY_SIZE     EYELET_NANO_SERVER_SIZE(4, 8, 16384, DEMO_ECHO_MESSAGE_SIZE) /* nano_echo's */
#define OTHERS_KIB      128u  /* libc's own data, ld.so's, and the stack: 100 KiB */

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

/**
 * struct burst - what is said by one caller in one go, and how much that is answered with
 */
struct burst {
    struct wire wire;
    size_t reply_len;
};

static void burst_add(struct burst *burst, size_t text_len)
{
    struct wire payload = { 0 }, reply = { 0 };
    char text[TEXT_MAX + 1];

    memset(text, 'e', text_len);
    text[text_len] = '\0';
    echo_put_text(&burst->wire, 1, "Say", 0, text);
    wire_field_text(&payload, 1, text);
    wire_response(&reply, 1, &(struct wire_response){ .payload = wire_slice(&payload) });
    burst->reply_len += reply.len;
    wire_clear(&payload);
    wire_clear(&reply);
}

/* Gives its requests, which are made once, the ids that come now. Return: the next one. */
static uint32_t renumber(struct wire *wire, uint32_t id)
{

    for (size_t at = 0; at < wire->len; id += 2) {
        uint8_t *head = wire->bytes + at;

        at += WIRE_HEAD_LEN + ((size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3]);
        head[4] = (uint8_t)(id >> 24);
        head[5] = (uint8_t)(id >> 16);
        head[6] = (uint8_t)(id >> 8);
        head[7] = (uint8_t)id;
    }
    return id;
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

/* One after the other, all callers say the same. Return: the next id. */
static uint32_t exchange_with_all(const int fds[CALLERS], struct burst *burst, uint32_t id)
{
    uint32_t next_id = renumber(&burst->wire, id);

    for (unsigned i = 0; i < CALLERS; i++)
        exchange(fds[i], wire_slice(&burst->wire), burst->reply_len);
    return next_id;
}

static void start_with_callers(struct service *service, int fds[CALLERS])
{
    start(service);
    for (unsigned i = 0; i < CALLERS; i++)
        fds[i] = dial(service);
}

static void stop_with_callers(struct service *service, const int fds[CALLERS])
{
    for (unsigned i = 0; i < CALLERS; i++)
        close(fds[i]);
    assert_int_equal(stop(service), 0);
}

static void a_million_calls_take_no_page_more_than_a_thousand(void **state)
{
    static const size_t text_lens[] = { TEXT_MAX, 1, 32, 500 };
    struct memory thousand = { 0 }, million;
    struct burst batches[4] = { 0 };
    struct service service;
    uint32_t id = 1, n_calls = 0;
    int fds[CALLERS];

    (void)state;
    for (unsigned i = 0; i < 4 * CALLS_PER_BATCH; i++)
        burst_add(&batches[i % 4], text_lens[i % 4]);
    start_with_callers(&service, fds);
    for (unsigned n = 0; n_calls < 1000000; n++) {
        id = exchange_with_all(fds, &batches[n % 4], id);
        n_calls += CALLERS * CALLS_PER_BATCH;
        if (n_calls == 1000)
            thousand = look(service.pid);
    }
    million = look(service.pid);
    for (unsigned i = 0; i < 4; i++)
        wire_clear(&batches[i].wire);
    stop_with_callers(&service, fds);

    print_message("RSS after 10^3 calls: %lu KiB, %lu of them its own; after 10^6: %lu, %lu\n", thousand.rss,
                  thousand.own, million.rss, million.own);
    assert_true(thousand.own > 0);
    assert_int_equal(million.own, thousand.own);
}

static void bursts_take_no_more_than_the_static_memory(void **state)
{
    struct burst burst = { 0 };
    struct service service;
    struct memory memory;
    uint32_t id = 1;
    int fds[CALLERS];

    (void)state;
    for (unsigned i = 0; i < CALLS_PER_BURST; i++)
        burst_add(&burst, 1 + i * (TEXT_MAX - 1) / (CALLS_PER_BURST - 1));
    start_with_callers(&service, fds);
    for (unsigned n = 0; n < 100; n++)
        id = exchange_with_all(fds, &burst, id);
    memory = look(service.pid);
    wire_clear(&burst.wire);
    stop_with_callers(&service, fds);

    print_message("RSS after bursts: %lu KiB, %lu of them its own; its static memory has %zu\n", memory.rss, memory.own,
                  MEMORY_SIZE / 1024);
    assert_in_range(memory.own, 1, MEMORY_SIZE / 1024 + OTHERS_KIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_million_calls_take_no_page_more_than_a_thousand),
        cmocka_unit_test(bursts_take_no_more_than_the_static_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
