/*
 * The raw core, the connect engine and calls over real AF_VSOCK, within one virtual machine: CID 1 by vsock_loopback,
 * and a CID that belongs to a machine which never runs by vhost_vsock. What this kernel does is said in the log.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/vhost.h>
#include <linux/vm_sockets.h>

#include <cmocka.h>

#include <eyelet/eyelet.h>
#include <eyelet/vsock.h>

#include "support/faults.h"
#include "support/folder.h"
#include "support/guest.h"
#include "vm/echo.h"

#define LOCAL           EYELET_VSOCK_CID_LOCAL
#define SILENT_CID      77u
#define WINDOW          262144u /* af_vsock.c: VSOCK_DEFAULT_BUFFER_SIZE */
#define CHUNK_SIZE      4096
#define CALL_TIMEOUT_MS 60000
#define N_CONNECTIONS   1000
#define N_CALLS         100000
#define N_CALLERS       8
#define NS_PER_MS       1000000
#define ADDRESS_CAP     64

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / NS_PER_MS;
}

/* Every test has a port of its own. */
static uint32_t next_port(void)
{
    static uint32_t port = 5000;

    return ++port;
}

static int open_listener(uint32_t port, int backlog)
{
    int fd = eyelet_vsock_bind(port);

    assert_true(fd >= 0);
    assert_int_equal(eyelet_vsock_listen(fd, backlog), 0);
    return fd;
}

/* ---- the raw core ---- */

struct pair {
    int client;
    int server;
    struct eyelet_peer peer;
};

static struct pair open_pair(void)
{
    const uint32_t port = next_port();
    int listen_fd = open_listener(port, 1);
    struct pair pair;

    pair.client = eyelet_vsock_connect(LOCAL, port);
    assert_true(pair.client >= 0);
    pair.server = eyelet_vsock_accept(listen_fd, &pair.peer);
    assert_true(pair.server >= 0);
    assert_int_equal(eyelet_vsock_close(listen_fd), 0);
    return pair;
}

static void close_pair(struct pair *pair)
{
    assert_int_equal(eyelet_vsock_close(pair->client), 0);
    assert_int_equal(eyelet_vsock_close(pair->server), 0);
}

static void this_machine_has_a_cid(void **state)
{
    uint32_t cid = 0;
    int domain = 0;
    socklen_t len = sizeof(domain);
    int fd = eyelet_vsock_bind(next_port());

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len), 0);
    assert_int_equal(domain, AF_VSOCK);
    assert_int_equal(eyelet_vsock_close(fd), 0);
    assert_int_equal(eyelet_vsock_local_cid(&cid), 0);
    print_message("this machine's CID is %u\n", cid);
    assert_int_equal(cid, EYELET_VSOCK_CID_HOST); /* vhost_vsock is loaded: it is a host */
}

static void a_peer_is_known_by_its_cid(void **state)
{
    struct pair pair = open_pair();
    char text[EYELET_ADDRESS_TEXT_MAX];

    (void)state;
    assert_int_equal(eyelet_peer_format(&pair.peer, text, sizeof(text)), 0);
    print_message("accepted %s\n", text);
    assert_int_equal(pair.peer.family, EYELET_FAMILY_VSOCK);
    assert_int_equal(pair.peer.cid, LOCAL);
    assert_true(pair.peer.port >= 1024);
    close_pair(&pair);
}

static void bytes_arrive_until_writing_ends(void **state)
{
    static uint8_t sent[100000], got[sizeof(sent)];
    struct pair pair = open_pair();
    void *data;
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof(sent); i++)
        sent[i] = (uint8_t)(i * 7 + i / 256);
    assert_int_equal(eyelet_vsock_send(pair.client, sent, sizeof(sent), CHUNK_SIZE), 0);
    assert_int_equal(eyelet_vsock_receive_exact(pair.server, got, sizeof(got)), 0);
    assert_memory_equal(got, sent, sizeof(sent));

    assert_int_equal(eyelet_vsock_send(pair.server, "answer", 6, 2), 0);
    assert_int_equal(eyelet_vsock_shutdown_write(pair.server), 0);
    assert_int_equal(eyelet_vsock_receive_exact(pair.client, got, 6), 0);
    assert_memory_equal(got, "answer", 6);
    assert_int_equal(eyelet_vsock_receive(pair.client, 100, 100, &data, &len), 0);
    assert_int_equal(len, 0);

    assert_int_equal(eyelet_vsock_send(pair.client, sent, 10, 10), 0); /* half-close: this way is still open */
    assert_int_equal(eyelet_vsock_receive_exact(pair.server, got, 10), 0);
    close_pair(&pair);
}

static void stdio_works_over_it(void **state)
{
    struct eyelet_vsock_stdio client, server;
    struct pair pair = open_pair();
    char line[64];

    (void)state;
    assert_int_equal(eyelet_vsock_stdio_init(&client, pair.client), 0);
    assert_int_equal(eyelet_vsock_stdio_init(&server, pair.server), 0);
    assert_true(fprintf(client.out, "question %d\n", 1) > 0);
    assert_int_equal(fflush(client.out), 0);
    assert_non_null(fgets(line, sizeof(line), server.in));
    assert_string_equal(line, "question 1\n");
    assert_true(fputs("answer\n", server.out) >= 0);
    assert_int_equal(eyelet_vsock_stdio_end_writing(&server), 0);
    assert_non_null(fgets(line, sizeof(line), client.in));
    assert_string_equal(line, "answer\n");
    assert_null(fgets(line, sizeof(line), client.in));
    assert_true(feof(client.in));
    assert_int_equal(eyelet_vsock_stdio_clear(&client), 0);
    assert_int_equal(eyelet_vsock_stdio_clear(&server), 0);
}

static void a_stalled_peer_takes_a_window_and_no_more(void **state)
{
    static const char chunk[CHUNK_SIZE];
    struct pair pair = open_pair();
    ssize_t sent;
    size_t n = 0;

    (void)state;
    while ((sent = send(pair.client, chunk, sizeof(chunk), MSG_DONTWAIT | MSG_NOSIGNAL)) > 0)
        n += (size_t)sent;
    print_message("a stalled peer takes %zu bytes, then errno %d, %s\n", n, errno, strerror(errno));
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(n, WINDOW);
    close_pair(&pair);
}

/* In a process of its own: connects, says so, and waits to be killed. */
static pid_t fork_peer(uint32_t port)
{
    pid_t pid = fork();
    int fd;

    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    fd = eyelet_vsock_connect(LOCAL, port);
    if (fd < 0 || eyelet_vsock_send(fd, "x", 1, 1) < 0)
        _exit(1);
    for (;;)
        pause();
}

static void a_killed_peer_reads_as_an_end(void **state)
{
    const uint32_t port = next_port();
    int listen_fd = open_listener(port, 1);
    pid_t pid = fork_peer(port);
    int fd = eyelet_vsock_accept(listen_fd, NULL);
    char byte;
    int r;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(eyelet_vsock_receive_exact(fd, &byte, 1), 0);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    r = eyelet_vsock_receive_exact(fd, &byte, 1);
    print_message("peer killed: receive: errno %d, %s\n", -r, strerror(-r));
    assert_int_equal(r, -ENODATA);
    r = eyelet_vsock_send(fd, &byte, 1, 1);
    print_message("peer killed: send: errno %d, %s\n", -r, strerror(-r));
    assert_int_equal(r, -EPIPE); /* and no SIGPIPE */
    eyelet_vsock_close(fd);
    eyelet_vsock_close(listen_fd);
}

/* ---- the connect engine ---- */

static void where_nobody_listens_there_is_a_reset(void **state)
{
    const struct eyelet_address address = { .family = EYELET_FAMILY_VSOCK, .cid = LOCAL, .port = next_port() };
    struct eyelet_error error;
    int fd, r;

    (void)state;
    r = eyelet_vsock_connect_with_max_attempts(LOCAL, address.port, 1);
    print_message("nobody listens: errno %d, %s\n", -r, strerror(-r));
    assert_int_equal(r, -ECONNRESET);
    assert_int_equal(faults_count(FAULT_CONNECT), 1);

    assert_int_equal(eyelet_address_connect(&address, 300, &fd, &error), -ECONNRESET);
    print_message("nobody listens, 300 ms: %s\n", error.text);
    assert_text_has(error.text, "nobody listens");
    assert_true(faults_count(FAULT_CONNECT) > 3);
}

static void *connect_patiently(void *userdata)
{
    const struct eyelet_address *address = userdata;
    int fd;

    return (void *)(intptr_t)(eyelet_address_connect(address, 60000, &fd, NULL) == 0 ? fd : -1);
}

static void whoever_comes_early_gets_through_later(void **state)
{
    struct eyelet_address address = { .family = EYELET_FAMILY_VSOCK, .cid = LOCAL, .port = next_port() };
    int listen_fd, accepted;
    pthread_t thread;
    void *client;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, connect_patiently, &address), 0);
    while (faults_count(FAULT_CONNECT) < 4)
        sched_yield();
    listen_fd = open_listener(address.port, 1);
    pthread_join(thread, &client);
    assert_true((intptr_t)client >= 0);
    accepted = eyelet_vsock_accept(listen_fd, NULL);
    assert_true(accepted >= 0);
    print_message("connected in attempt %u\n", faults_count(FAULT_CONNECT));
    eyelet_vsock_close(accepted);
    eyelet_vsock_close((int)(intptr_t)client);
    eyelet_vsock_close(listen_fd);
}

static void a_full_backlog_is_a_reset_until_somebody_accepts(void **state)
{
    const uint32_t port = next_port();
    int listen_fd = open_listener(port, 3);
    int fds[16], n = 0, last;

    (void)state;
    while (n < 16 && (fds[n] = eyelet_vsock_connect_with_max_attempts(LOCAL, port, 1)) >= 0)
        n++;
    assert_true(n < 16);
    print_message("a backlog of 3 takes %d, then errno %d, %s\n", n, -fds[n], strerror(-fds[n]));
    assert_int_equal(fds[n], -ECONNRESET);
    assert_int_equal(n, 4); /* af_vsock.c, sk_acceptq_is_full(): one more than was asked for */

    assert_int_equal(eyelet_vsock_close(eyelet_vsock_accept(listen_fd, NULL)), 0);
    last = eyelet_vsock_connect_with_max_attempts(LOCAL, port, 1);
    assert_true(last >= 0);
    eyelet_vsock_close(last);
    while (n > 0)
        eyelet_vsock_close(fds[--n]);
    eyelet_vsock_close(listen_fd);
}

/*
 * A virtual machine that has a CID and never runs: packets to it are kept for it, and nobody answers. Return: the
 * descriptor that it lives with.
 */
static int own_silent_machine(void)
{
    const uint64_t cid = SILENT_CID;
    int fd = open("/dev/vhost-vsock", O_RDWR | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(ioctl(fd, VHOST_SET_OWNER, NULL), 0);
    assert_int_equal(ioctl(fd, VHOST_VSOCK_SET_GUEST_CID, &cid), 0);
    return fd;
}

static int plain_connect(int fd, uint32_t cid)
{
    const struct sockaddr_vm address = { .svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = 5005 };

    return connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

/* How long a blocking connect() to the silent machine lasts, with the kernel's own limit set to @limit_ms, or left. */
static int64_t silence_ms(int64_t limit_ms)
{
    const struct timeval limit = { .tv_sec = limit_ms / 1000, .tv_usec = limit_ms % 1000 * 1000 };
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int64_t start_ms, took_ms;
    int r;

    assert_true(fd >= 0);
    if (limit_ms > 0)
        assert_int_equal(setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, &limit, sizeof(limit)), 0);
    start_ms = now_ms();
    r = plain_connect(fd, SILENT_CID);
    took_ms = now_ms() - start_ms;
    print_message("silence, limit %" PRId64 " ms (0: the kernel's): errno %d, %s, after %" PRId64 " ms\n", limit_ms, -r,
                  strerror(-r), took_ms);
    assert_int_equal(r, -ETIMEDOUT);
    close(fd);
    return took_ms;
}

static void without_a_machine_there_is_no_device(void **state)
{
    int r = eyelet_vsock_connect_with_max_attempts(SILENT_CID, next_port(), 1);

    (void)state;
    print_message("no machine has CID %u: errno %d, %s\n", SILENT_CID, -r, strerror(-r));
    assert_int_equal(r, -ENODEV);
}

static void the_kernels_limit_of_two_seconds_can_be_moved_both_ways(void **state)
{
    int machine = own_silent_machine();
    int64_t plain_ms = silence_ms(0);

    (void)state;
    assert_true(plain_ms >= 1900);
    assert_true(silence_ms(300) < plain_ms);
    assert_true(silence_ms(3000) > 2900);
    assert_int_equal(close(machine), 0);
}

/* The engine's one attempt lasts longer than the kernel's two seconds, and shorter when that is what it was given. */
static void the_engines_limit_counts_and_not_the_kernels(void **state)
{
    const struct eyelet_address address = { .family = EYELET_FAMILY_VSOCK, .cid = SILENT_CID, .port = next_port() };
    int machine = own_silent_machine();
    struct eyelet_error error;
    int64_t start_ms = now_ms();
    int fd;

    (void)state;
    assert_int_equal(eyelet_address_connect(&address, 3000, &fd, &error), -ETIMEDOUT);
    print_message("3000 ms: %s, after %" PRId64 " ms\n", error.text, now_ms() - start_ms);
    assert_true(now_ms() - start_ms >= 3000);
    assert_int_equal(faults_count(FAULT_CONNECT), 1);
    assert_text_has(error.text, "booting, paused or stopped");

    start_ms = now_ms();
    assert_int_equal(eyelet_address_connect(&address, 300, &fd, &error), -ETIMEDOUT);
    print_message("300 ms: %s, after %" PRId64 " ms\n", error.text, now_ms() - start_ms);
    assert_int_equal(faults_count(FAULT_CONNECT), 2);
    assert_int_equal(close(machine), 0);
}

static void ignore_signal(int signal_number)
{
    (void)signal_number;
}

static void send_signals_every_ms(unsigned ms)
{
    const struct sigaction action = { .sa_handler = ignore_signal }; /* no SA_RESTART */
    const struct itimerval timer = { .it_interval = { .tv_usec = ms * 1000 }, .it_value = { .tv_usec = ms * 1000 } };

    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static void a_signal_cancels_a_plain_connect(void **state)
{
    struct sockaddr_vm peer;
    socklen_t len = sizeof(peer);
    int machine = own_silent_machine();
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int r;

    (void)state;
    assert_true(fd >= 0);
    send_signals_every_ms(100);
    r = plain_connect(fd, SILENT_CID);
    send_signals_every_ms(0);
    print_message("a signal during connect(): errno %d, %s\n", -r, strerror(-r));
    assert_int_equal(r, -EINTR);
    assert_int_equal(getpeername(fd, (struct sockaddr *)&peer, &len), -1);
    assert_int_equal(errno, ENOTCONN);
    close(fd);
    assert_int_equal(close(machine), 0);
}

static void signals_do_not_disturb_the_engine(void **state)
{
    int machine = own_silent_machine();
    const uint32_t port = next_port();
    int listen_fd = open_listener(port, 128);
    int r;

    (void)state;
    send_signals_every_ms(20);
    r = eyelet_vsock_connect_with_max_attempts(SILENT_CID, port, 1);
    assert_int_equal(faults_count(FAULT_CONNECT), 1);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(eyelet_vsock_close(eyelet_vsock_connect(LOCAL, port)), 0);
    send_signals_every_ms(0);
    print_message("signals during an attempt: errno %d, %s\n", -r, strerror(-r));
    assert_int_equal(r, -ETIMEDOUT);
    eyelet_vsock_close(listen_fd);
    assert_int_equal(close(machine), 0);
}

/* ---- calls ---- */

struct service {
    struct eyelet_server *server;
    struct echo echo;
    pthread_t thread;
    char address[ADDRESS_CAP];
};

static void *run_service(void *userdata)
{
    struct service *service = userdata;

    return (void *)(intptr_t)eyelet_server_run(service->server);
}

static void open_service(struct service *service, const struct eyelet_server_opts *opts)
{
    const uint32_t port = next_port();
    char address[ADDRESS_CAP];
    struct eyelet_error error;

    snprintf(address, sizeof(address), "vsock://any:%u", port);
    snprintf(service->address, sizeof(service->address), "vsock://local:%u", port);
    service->echo.witness_fd = -1;
    if (eyelet_server_open(address, opts, &service->server, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    assert_int_equal(echo_add(service->server, &service->echo), EYELET_OK);
}

static void start_service(struct service *service, const struct eyelet_server_opts *opts)
{
    open_service(service, opts);
    assert_int_equal(pthread_create(&service->thread, NULL, run_service, service), 0);
}

static void end_service(struct service *service)
{
    void *status;

    eyelet_server_stop(service->server);
    pthread_join(service->thread, &status);
    assert_int_equal((intptr_t)status, EYELET_OK);
    eyelet_server_close(service->server);
}

static struct eyelet_client *open_client(const struct service *service)
{
    const struct eyelet_client_opts opts = { .call_timeout_ms = CALL_TIMEOUT_MS };
    struct eyelet_client *client = NULL;
    struct eyelet_error error;

    if (eyelet_client_open(service->address, &opts, &client, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    return client;
}

static void assert_echoes(struct eyelet_client *client, const char *text)
{
    struct eyelet_error error;
    char *answer = NULL;

    if (echo_ask(client, text, 0, &answer, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    assert_string_equal(answer, text);
    free(answer);
}

static void assert_turned_away(const struct service *service, const char *why)
{
    struct eyelet_client *client = open_client(service);
    struct eyelet_error error;
    char *answer = NULL;
    enum eyelet_status status = echo_ask(client, "let me in", 0, &answer, &error);

    print_message("%s: %s: %s\n", why, eyelet_status_name(status), error.text);
    assert_int_equal(status, EYELET_UNAVAILABLE);
    assert_false(error.is_remote);
    eyelet_client_close(client);
}

static void a_handler_sees_who_calls(void **state)
{
    struct service service;
    struct eyelet_client *client;
    struct eyelet_error error;
    char *who = NULL;

    (void)state;
    start_service(&service, NULL);
    client = open_client(&service);
    assert_echoes(client, "hello");
    assert_int_equal(echo_ask(client, ECHO_WHO, 0, &who, &error), EYELET_OK);
    print_message("%s is called by %s\n", service.address, who);
    assert_int_equal(strncmp(who, "vsock://1:", strlen("vsock://1:")), 0);
    free(who);
    eyelet_client_close(client);
    end_service(&service);
}

static void frames_larger_than_the_window_pass(void **state)
{
    const size_t lens[] = { WINDOW - 100, WINDOW, WINDOW + 1, 4 * WINDOW, 3 << 20, (4 << 20) - 100 };
    struct service service;
    struct eyelet_client *client;

    (void)state;
    start_service(&service, NULL);
    client = open_client(&service);
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        char *text = malloc(lens[i] + 1);

        assert_non_null(text);
        for (size_t k = 0; k < lens[i]; k++)
            text[k] = (char)('a' + (k + k / CHUNK_SIZE) % 26);
        text[lens[i]] = '\0';
        assert_echoes(client, text);
        print_message("a text of %zu bytes there and back\n", lens[i]);
        free(text);
    }
    eyelet_client_close(client);
    end_service(&service);
}

static void a_thousand_connections_are_served(void **state)
{
    static struct eyelet_client *clients[N_CONNECTIONS];
    const struct rlimit files = { .rlim_cur = 4096, .rlim_max = 4096 };
    const struct eyelet_server_opts opts = { .connections_max = N_CONNECTIONS,
                                             .connections_per_cid_max = N_CONNECTIONS };
    const int64_t start_ms = now_ms();
    unsigned n_open = faults_open_fds();
    struct service service;

    (void)state;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    start_service(&service, &opts);
    for (unsigned i = 0; i < N_CONNECTIONS; i++) {
        clients[i] = open_client(&service);
        assert_echoes(clients[i], "first");
    }
    for (unsigned i = 0; i < N_CONNECTIONS; i++)
        assert_echoes(clients[i], "second");
    assert_turned_away(&service, "one more than connections_max");
    for (unsigned i = 0; i < N_CONNECTIONS; i++)
        eyelet_client_close(clients[i]);
    end_service(&service);
    print_message("%d connections at once, %" PRId64 " ms\n", N_CONNECTIONS, now_ms() - start_ms);
    assert_int_equal(faults_open_fds(), n_open);
}

static void *make_calls(void *userdata)
{
    struct eyelet_client *client = userdata;
    char text[16], *answer = NULL;

    for (unsigned i = 0; i < N_CALLS / N_CALLERS; i++) {
        snprintf(text, sizeof(text), "%u", i);
        if (echo_ask(client, text, 0, &answer, NULL) != EYELET_OK)
            return "a call failed";
        if (strcmp(answer, text) != 0)
            return "an answer is another one's";
        free(answer);
    }
    return NULL;
}

static void a_hundred_thousand_calls_are_answered(void **state)
{
    struct eyelet_client *clients[N_CALLERS];
    pthread_t threads[N_CALLERS];
    struct service service;
    int64_t start_ms;
    void *why;

    (void)state;
    start_service(&service, NULL);
    start_ms = now_ms();
    for (unsigned i = 0; i < N_CALLERS; i++) {
        clients[i] = open_client(&service);
        assert_int_equal(pthread_create(&threads[i], NULL, make_calls, clients[i]), 0);
    }
    for (unsigned i = 0; i < N_CALLERS; i++) {
        pthread_join(threads[i], &why);
        if (why)
            fail_msg("%s", (const char *)why);
        eyelet_client_close(clients[i]);
    }
    print_message("%d calls over %d connections, %" PRId64 " us each\n", N_CALLS, N_CALLERS,
                  (now_ms() - start_ms) * 1000 / N_CALLS);
    end_service(&service);
}

static void one_cid_has_so_many_connections_and_no_more(void **state)
{
    const struct eyelet_server_opts opts = { .connections_per_cid_max = 2 };
    struct eyelet_client *clients[2];
    struct service service;

    (void)state;
    start_service(&service, &opts);
    for (unsigned i = 0; i < 2; i++) {
        clients[i] = open_client(&service);
        assert_echoes(clients[i], "one of two");
    }
    assert_turned_away(&service, "one more than connections_per_cid_max");
    for (unsigned i = 0; i < 2; i++)
        eyelet_client_close(clients[i]);
    end_service(&service);
}

static bool refuse_all(const struct eyelet_peer *peer, void *userdata)
{
    *(struct eyelet_peer *)userdata = *peer;
    return false;
}

static void the_accept_filter_sees_the_cid_and_refuses_it(void **state)
{
    struct eyelet_peer refused = { 0 };
    const struct eyelet_server_opts opts = { .accept = refuse_all, .accept_userdata = &refused };
    struct service service;

    (void)state;
    start_service(&service, &opts);
    assert_turned_away(&service, "refused by the accept filter");
    end_service(&service);
    assert_int_equal(refused.family, EYELET_FAMILY_VSOCK);
    assert_int_equal(refused.cid, LOCAL);
}

static bool welcome_all(const struct eyelet_peer *peer, void *userdata)
{
    (void)peer;
    ++*(atomic_uint *)userdata;
    return true;
}

/* By its CID as such, 2 here, and by CID 1: with or without an accept filter that would have it. */
static void an_enclave_does_not_serve_its_own_machine(void **state)
{
    atomic_uint n_welcome = 0;
    const struct eyelet_server_opts opts = {
        .is_enclave = true,
        .accept = welcome_all,
        .accept_userdata = &n_welcome,
    };
    struct service service;

    (void)state;
    start_service(&service, &opts);
    assert_turned_away(&service, "an enclave, called from CID 1");
    end_service(&service);
    print_message("the accept filter was asked %u times\n", n_welcome);
}

/* A server in a process of its own, to be killed; its witness is the other end of a socketpair. */
static pid_t fork_service(struct service *service, int *ret_witness)
{
    int fds[2];
    pid_t pid;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    open_service(service, NULL);
    service->echo.witness_fd = fds[1];
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(eyelet_server_run(service->server) == EYELET_OK ? 0 : 1);

    eyelet_server_close(service->server);
    close(fds[1]);
    *ret_witness = fds[0];
    return pid;
}

struct held_call {
    struct eyelet_client *client;
    enum eyelet_status status;
    struct eyelet_error error;
};

static void *make_held_call(void *userdata)
{
    struct held_call *call = userdata;
    char *answer = NULL;

    call->status = echo_ask(call->client, ECHO_HOLD, CALL_TIMEOUT_MS, &answer, &call->error);
    free(answer);
    return NULL;
}

static void a_server_killed_in_mid_call_may_have_executed_it(void **state)
{
    struct service service;
    struct held_call call = { 0 };
    pthread_t thread;
    int witness;
    pid_t pid = fork_service(&service, &witness);
    char byte;

    (void)state;
    call.client = open_client(&service);
    assert_echoes(call.client, "alive");
    assert_int_equal(pthread_create(&thread, NULL, make_held_call, &call), 0);
    assert_int_equal(eyelet_vsock_receive_exact(witness, &byte, 1), 0);
    assert_int_equal(kill(pid, SIGKILL), 0);
    pthread_join(thread, NULL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    print_message("killed in mid-call: %s: %s\n", eyelet_status_name(call.status), call.error.text);
    assert_int_equal(call.status, EYELET_UNAVAILABLE);
    assert_true(call.error.may_have_executed);
    assert_false(call.error.is_remote);
    eyelet_client_close(call.client);
    close(witness);
}

static void a_call_that_is_never_answered_ends_with_its_deadline(void **state)
{
    struct service service;
    struct eyelet_client *client;
    struct eyelet_error error;
    int witness;
    pid_t pid = fork_service(&service, &witness);
    char *answer = NULL;

    (void)state;
    client = open_client(&service);
    assert_int_equal(echo_ask(client, ECHO_HOLD, 300, &answer, &error), EYELET_DEADLINE_EXCEEDED);
    print_message("never answered, 300 ms: %s\n", error.text);
    assert_true(error.may_have_executed);
    eyelet_client_close(client);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    close(witness);
}

#define TEST(name) cmocka_unit_test_setup(name, faults_setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(this_machine_has_a_cid),
        TEST(a_peer_is_known_by_its_cid),
        TEST(bytes_arrive_until_writing_ends),
        TEST(stdio_works_over_it),
        TEST(a_stalled_peer_takes_a_window_and_no_more),
        TEST(a_killed_peer_reads_as_an_end),
        TEST(where_nobody_listens_there_is_a_reset),
        TEST(whoever_comes_early_gets_through_later),
        TEST(a_full_backlog_is_a_reset_until_somebody_accepts),
        TEST(without_a_machine_there_is_no_device),
        TEST(the_kernels_limit_of_two_seconds_can_be_moved_both_ways),
        TEST(the_engines_limit_counts_and_not_the_kernels),
        TEST(a_signal_cancels_a_plain_connect),
        TEST(signals_do_not_disturb_the_engine),
        TEST(a_handler_sees_who_calls),
        TEST(frames_larger_than_the_window_pass),
        TEST(a_thousand_connections_are_served),
        TEST(a_hundred_thousand_calls_are_answered),
        TEST(one_cid_has_so_many_connections_and_no_more),
        TEST(the_accept_filter_sees_the_cid_and_refuses_it),
        TEST(an_enclave_does_not_serve_its_own_machine),
        TEST(a_server_killed_in_mid_call_may_have_executed_it),
        TEST(a_call_that_is_never_answered_ends_with_its_deadline),
    };

    if (!guest_is_here()) {
        fputs("test_loopback: runs in a virtual machine only: tests/run.sh vm\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    return cmocka_run_group_tests_name("loopback", tests, NULL, NULL);
}
