/*
 * Descriptors that a process has already: by number, or handed over by a service manager through the environment
 * (sd_listen_fds(3)), listening or connected, and everything that may be wrong with them.
 *
 * What is handed over lies at 3 and above, so each of those cases runs in a child, where these numbers are free. The
 * child tells its story in its exit status, or on stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/vsock.h>

#include "echo.eyelet.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/live_server.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static unsigned fds_before;

static int setup(void **state)
{
    int r = folder_setup(state);

    fds_before = faults_open_fds();
    return r;
}

static int teardown(void **state)
{
    unsigned fds_after = faults_open_fds();

    return folder_teardown(state) == 0 && fds_after == fds_before ? 0 : -1;
}

/* --- descriptors of every kind ------------------------------------------------------------------------------------ */

enum kind {
    NOTHING = 0, /* a number that is closed */
    UNIX_LISTENING,
    UNIX_CONNECTED,
    UNIX_IDLE,
    UNIX_DATAGRAM,
    VSOCK_LISTENING,
    VSOCK_CONNECTED,
    TCP_LISTENING,
    PIPE,
    A_FILE,
};

static int open_listening(int domain)
{
    const sa_family_t any_name = AF_UNIX;
    const struct sockaddr_in any_port = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(domain, SOCK_STREAM | SOCK_NONBLOCK, 0);

    if (domain == AF_INET)
        live_must(bind(fd, (const struct sockaddr *)&any_port, sizeof(any_port)) == 0, "no port");
    else
        live_must(bind(fd, (const struct sockaddr *)&any_name, sizeof(any_name)) == 0, "no name");
    live_must(listen(fd, 5) == 0, "cannot listen");
    return fd;
}

/* The lower end of a pair; the other one moves out of the way. */
static int keep_lower(const int fds[2], int *ret_other)
{
    *ret_other = fcntl(fds[1], F_DUPFD_CLOEXEC, 100);
    close(fds[1]);
    return fds[0];
}

static int open_pair(bool is_pipe, int *ret_other)
{
    int fds[2];

    live_must((is_pipe ? pipe(fds) : socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds)) == 0, "no pair");
    return keep_lower(fds, ret_other);
}

/* A fake vsock keeps its number, so the one it connects to must not be in its place. */
static int open_vsock_connected(int *ret_other)
{
    int fd, place = dup(0);

    *ret_other = eyelet_vsock_bind(52);
    live_must(*ret_other >= 0 && eyelet_vsock_listen(*ret_other, 1) == 0, "no vsock");
    close(place);
    fd = eyelet_vsock_connect(EYELET_VSOCK_CID_PARENT, 52);
    live_must(fd == place, "a number is not where it should be");
    return fd;
}

/* Opens one of that kind, with the lowest number that is free and without CLOEXEC. */
static void open_kind(enum kind kind, int *ret_other)
{
    int fd = -1;

    switch (kind) {
    case NOTHING:
        return;
    case UNIX_LISTENING:
        fd = open_listening(AF_UNIX);
        break;
    case UNIX_CONNECTED:
        fd = open_pair(false, ret_other);
        break;
    case UNIX_IDLE:
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
        break;
    case UNIX_DATAGRAM:
        fd = socket(AF_UNIX, SOCK_DGRAM, 0);
        break;
    case VSOCK_LISTENING:
        fd = eyelet_vsock_bind(52);
        live_must(eyelet_vsock_listen(fd, 1) == 0, "no vsock");
        break;
    case VSOCK_CONNECTED:
        fd = open_vsock_connected(ret_other);
        break;
    case TCP_LISTENING:
        fd = open_listening(AF_INET);
        break;
    case PIPE:
        fd = open_pair(true, ret_other);
        break;
    case A_FILE:
        fd = open("/dev/null", O_RDWR);
        break;
    }
    live_must(fd >= 0 && fcntl(fd, F_SETFD, 0) == 0, "a descriptor cannot be opened");
}

/* --- what the environment says ------------------------------------------------------------------------------------ */

#define MY_PID "my own"
#define ONE    { UNIX_LISTENING }
#define THREE  { UNIX_LISTENING, UNIX_LISTENING, UNIX_LISTENING }

/**
 * struct handover - one start by a service manager
 * @pid, @fds, @names:  LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES; NULL is not set
 * @kinds:              what is at 3, 4 and 5
 * @r:                  of eyelet_address_listen()
 * @fd:                 which it took
 * @part:               of the error's text
 */
struct handover {
    const char *address;
    const char *pid, *fds, *names;
    enum kind kinds[3];
    int r;
    int fd;
    const char *part;
    enum eyelet_status status;
    bool is_connected;
};

#define NOT_HANDED -ENOENT, 0, "no service manager", EYELET_UNAVAILABLE
#define NOT_NAMED  -ENOENT, 0, "has that name", EYELET_UNAVAILABLE
#define INVALID    EYELET_INVALID_ARGUMENT

static const struct handover handovers[] = {
    /* one, with and without a name */
    { "systemd://", MY_PID, "1", NULL, ONE, 0, 3, NULL, EYELET_OK, false },
    { "systemd://", MY_PID, "1", "echo", ONE, 0, 3, NULL, EYELET_OK, false },
    { "systemd://", MY_PID, "1", "", ONE, 0, 3, NULL, EYELET_OK, false },
    { "systemd://echo", MY_PID, "1", "echo", ONE, 0, 3, NULL, EYELET_OK, false },
    { "systemd://e", MY_PID, "1", "e:surplus", ONE, 0, 3, NULL, EYELET_OK, false },
    { "systemd://", MY_PID, "1", NULL, { VSOCK_LISTENING }, 0, 3, NULL, EYELET_OK, false },
    { "systemd://", MY_PID, "1", NULL, { UNIX_CONNECTED }, 0, 3, NULL, EYELET_OK, true },
    { "systemd://", MY_PID, "1", NULL, { VSOCK_CONNECTED }, 0, 3, NULL, EYELET_OK, true },

    /* one of several */
    { "systemd://a", MY_PID, "3", "a:b:c", THREE, 0, 3, NULL, EYELET_OK, false },
    { "systemd://b", MY_PID, "3", "a:b:c", THREE, 0, 4, NULL, EYELET_OK, false },
    { "systemd://c", MY_PID, "3", "a:b:c", THREE, 0, 5, NULL, EYELET_OK, false },
    { "systemd://c", MY_PID, "3", "a::c", THREE, 0, 5, NULL, EYELET_OK, false },
    { "systemd://c", MY_PID, "3", "::c", THREE, 0, 5, NULL, EYELET_OK, false },
    { "systemd://b", MY_PID, "3", "b:b:b", THREE, 0, 3, NULL, EYELET_OK, false },
    { "systemd://ab", MY_PID, "3", "a:ab:abc", THREE, 0, 4, NULL, EYELET_OK, false },
    { "systemd://b", MY_PID, "3", "a:b", THREE, 0, 4, NULL, EYELET_OK, false },
    { "systemd://b", MY_PID, "3", "a:b:c", { PIPE, UNIX_CONNECTED, A_FILE }, 0, 4, NULL, EYELET_OK, true },

    /* none of that name */
    { "systemd://d", MY_PID, "3", "a:b:c", THREE, NOT_NAMED, false },
    { "systemd://A", MY_PID, "3", "a:b:c", THREE, NOT_NAMED, false },
    { "systemd://c", MY_PID, "3", "a:b", THREE, NOT_NAMED, false },
    { "systemd://b", MY_PID, "1", "a:b", ONE, NOT_NAMED, false },
    { "systemd://echo", MY_PID, "1", NULL, ONE, NOT_NAMED, false },
    { "systemd://echo", MY_PID, "1", "", ONE, NOT_NAMED, false },
    { "systemd://echo", MY_PID, "1", "echo ", ONE, NOT_NAMED, false },
    { "systemd://echo", MY_PID, "1", "echos", ONE, NOT_NAMED, false },
    { "systemd://echo", MY_PID, "1", "ech", ONE, NOT_NAMED, false },

    /* several, and no word which */
    { "systemd://", MY_PID, "3", "a:b:c", THREE, -EINVAL, 0, "several", INVALID, false },
    { "systemd://", MY_PID, "2", NULL, THREE, -EINVAL, 0, "several", INVALID, false },
    { "systemd://", MY_PID, "3", "a::c", THREE, -EINVAL, 0, "several", INVALID, false },
    { "systemd://", MY_PID, "65536", NULL, ONE, -EINVAL, 0, "several", INVALID, false },

    /* not for this process, or for nobody */
    { "systemd://", NULL, "1", NULL, ONE, NOT_HANDED, false },
    { "systemd://", "1", "1", NULL, ONE, NOT_HANDED, false },
    { "systemd://", "", "1", NULL, ONE, NOT_HANDED, false },
    { "systemd://", "0", "1", NULL, ONE, NOT_HANDED, false },
    { "systemd://", "-1", "1", NULL, ONE, NOT_HANDED, false },
    { "systemd://", "self", "1", NULL, ONE, NOT_HANDED, false },
    { "systemd://", "2147483648", "1", NULL, ONE, NOT_HANDED, false },
    { "systemd://", "99999999999999999999999", "1", NULL, ONE, NOT_HANDED, false },
    { "systemd://", MY_PID, NULL, NULL, ONE, NOT_HANDED, false },
    { "systemd://", MY_PID, "", NULL, ONE, NOT_HANDED, false },
    { "systemd://", MY_PID, "0", NULL, ONE, NOT_HANDED, false },
    { "systemd://", MY_PID, "-1", NULL, ONE, NOT_HANDED, false },
    { "systemd://", MY_PID, "+1", NULL, ONE, NOT_HANDED, false },
    { "systemd://", MY_PID, " 1", NULL, ONE, NOT_HANDED, false },
    { "systemd://", MY_PID, "1 ", NULL, ONE, NOT_HANDED, false },
    { "systemd://", MY_PID, "1x", NULL, ONE, NOT_HANDED, false },
    { "systemd://", MY_PID, "0x1", NULL, ONE, NOT_HANDED, false },
    { "systemd://", MY_PID, "one", NULL, ONE, NOT_HANDED, false },
    { "systemd://", MY_PID, "65537", NULL, ONE, NOT_HANDED, false },
    { "systemd://", MY_PID, "4294967297", NULL, ONE, NOT_HANDED, false },
    { "systemd://", MY_PID, "18446744073709551617", NULL, ONE, NOT_HANDED, false },
    { "systemd://echo", NULL, NULL, "echo", ONE, NOT_HANDED, false },
    { "systemd://", NULL, NULL, NULL, ONE, NOT_HANDED, false },

    /* there, but of the wrong kind */
    { "systemd://", MY_PID, "1", NULL, { TCP_LISTENING }, -EPROTOTYPE, 0, "neither vsock nor unix", INVALID, false },
    { "systemd://", MY_PID, "1", NULL, { UNIX_DATAGRAM }, -EPROTOTYPE, 0, "no stream", INVALID, false },
    { "systemd://", MY_PID, "1", NULL, { UNIX_IDLE }, -ENOTCONN, 0, "neither listens nor", EYELET_UNAVAILABLE, false },
    { "systemd://", MY_PID, "1", NULL, { PIPE }, -ENOTSOCK, 0, "ENOTSOCK", INVALID, false },
    { "systemd://", MY_PID, "1", NULL, { A_FILE }, -ENOTSOCK, 0, "ENOTSOCK", INVALID, false },
    { "systemd://", MY_PID, "1", NULL, { NOTHING }, -EBADF, 0, "EBADF", INVALID, false },
    { "systemd://b", MY_PID, "2", "a:b", { UNIX_LISTENING, NOTHING }, -EBADF, 0, "EBADF", INVALID, false },
    { "systemd://b", MY_PID, "2", "a:b", { A_FILE, TCP_LISTENING }, -EPROTOTYPE, 0, "vsock nor", INVALID, false },
};

static void set_env(const char *name, const char *value)
{
    if (value != NULL)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

/* The numbers 3, 4 and 5 are what the case says; nothing else is open above stderr, but what they lead to. */
static void enter_handover(const struct handover *handover, int others[3])
{
    char pid[16];

    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    set_env("LISTEN_PID", handover->pid != NULL && strcmp(handover->pid, MY_PID) == 0 ? pid : handover->pid);
    set_env("LISTEN_FDS", handover->fds);
    set_env("LISTEN_FDNAMES", handover->names);
    for (int fd = 3; fd < 200; fd++)
        close(fd);
    faults_fake_vsock(true);
    for (size_t i = 0; i < 3 && handover->kinds[i] != NOTHING; i++)
        open_kind(handover->kinds[i], &others[i]);
}

/* Return: NULL, or what is wrong. */
static const char *look_at_listener(const struct handover *handover, struct eyelet_listener *listener)
{
    int flags;

    if (listener->fd != handover->fd || listener->is_connected != handover->is_connected)
        return "it took another one, or for something else";
    if (!(fcntl(listener->fd, F_GETFD) & FD_CLOEXEC))
        return "it would be inherited";
    flags = fcntl(listener->fd, F_GETFL);
    if (flags < 0 || (flags & O_NONBLOCK))
        return "it does not block";
    if (listener->file[0] != '\0' || listener->address.family != EYELET_FAMILY_SYSTEMD)
        return "it says something else of itself";
    eyelet_listener_clear(listener);
    return fcntl(handover->fd, F_GETFD) == -1 ? NULL : "it was not closed";
}

static const char *look_at_failure(const struct handover *handover, const struct eyelet_listener *listener,
                                   const struct eyelet_error *error)
{
    if (listener->fd != 77)
        return "the listener was touched";
    if (error->status != handover->status || error->error_number != -handover->r)
        return error->text;
    if (strstr(error->text, handover->part) == NULL || strstr(error->text, handover->address) == NULL)
        return error->text;
    if (handover->kinds[0] != NOTHING && fcntl(3, F_GETFD) != 0)
        return "what was handed over was touched";
    return NULL;
}

static const char *run_handover(const struct handover *handover)
{
    struct eyelet_listener listener = { .fd = 77 };
    static struct eyelet_error error;
    struct eyelet_address address;
    int r, others[3];

    enter_handover(handover, others);
    if (eyelet_address_parse(handover->address, &address, &error) < 0)
        return error.text;
    r = eyelet_address_listen(&address, 0, &listener, &error);
    if (r != handover->r)
        return r < 0 ? error.text : "it took what it should refuse";
    return r == 0 ? look_at_listener(handover, &listener) : look_at_failure(handover, &listener, &error);
}

static void check_handover(size_t i)
{
    const char *complaint;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        complaint = run_handover(&handovers[i]);
        if (complaint != NULL)
            fprintf(stderr, "handover %zu: %s\n", i, complaint);
        _exit(complaint != NULL);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("handover %zu (%s, LISTEN_PID %s, LISTEN_FDS %s, LISTEN_FDNAMES %s)", i, handovers[i].address,
                 handovers[i].pid, handovers[i].fds, handovers[i].names);
}

static void what_is_handed_over_is_found_and_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(handovers); i++)
        check_handover(i);
}

/* --- servers on what they were given ------------------------------------------------------------------------------ */

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    if (userdata != NULL)
        *(struct eyelet_peer *)userdata = *eyelet_call_peer(call);
    reply->text = request->text;
    return EYELET_OK;
}

static struct eyelet_server *open_server(const char *address, const struct eyelet_server_opts *opts, void *userdata)
{
    static const struct demo_echo_handlers handlers = { .say = say };
    struct eyelet_server *server = NULL;
    struct eyelet_error error;

    if (eyelet_server_open(address, opts, &server, &error) != EYELET_OK) {
        fprintf(stderr, "%s\n", error.text);
        return NULL;
    }
    live_must(demo_echo_add(server, &handlers, userdata) == EYELET_OK, "no service");
    return server;
}

static struct eyelet_client *open_client(const char *address)
{
    struct eyelet_client *client = NULL;
    struct eyelet_error error;

    if (eyelet_client_open(address, NULL, &client, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    return client;
}

static enum eyelet_status echo(struct eyelet_client *client, const char *text)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;
    enum eyelet_status status;

    request.text = (char *)text;
    status = demo_echo_say(client, NULL, &request, &reply, NULL);
    if (status == EYELET_OK)
        assert_string_equal(reply->text, text);
    demo__say_reply__free_unpacked(reply, NULL);
    return status;
}

static const char *fd_address(int fd)
{
    static char text[32];

    snprintf(text, sizeof(text), "fd://%d", fd);
    return text;
}

/* A client on the other end of a pair; its own duplicate is the only one left. */
static struct eyelet_client *open_client_on(int fd)
{
    struct eyelet_client *client = open_client(fd_address(fd));

    close(fd);
    return client;
}

static void a_server_on_a_connected_descriptor_serves_one_peer_and_returns(void **state)
{
    struct eyelet_peer peer = { .pid = -1 };
    struct eyelet_client *client;
    struct live_server live;
    int pair[2];

    (void)state;
    live_pair(pair);
    assert_int_equal(fcntl(pair[0], F_SETFD, 0), 0);
    live.server = open_server(fd_address(pair[0]), NULL, &peer);
    assert_non_null(live.server);
    assert_true(fcntl(pair[0], F_GETFD) & FD_CLOEXEC);
    live_server_start(&live, live.server);
    client = open_client_on(pair[1]);
    assert_int_equal(echo(client, "one"), EYELET_OK);
    assert_int_equal(echo(client, "two"), EYELET_OK);
    assert_int_equal(peer.family, EYELET_FAMILY_UNIX);
    assert_int_equal(peer.pid, getpid());
    eyelet_client_close(client);

    assert_int_equal(pthread_join(live.thread, NULL), 0); /* nobody has stopped it */
    assert_int_equal(live.status, EYELET_OK);
    assert_int_equal(eyelet_server_run(live.server), EYELET_FAILED_PRECONDITION);
    eyelet_server_close(live.server);
}

static void a_server_on_a_connected_descriptor_can_be_stopped(void **state)
{
    struct eyelet_client *client;
    struct live_server live;
    int pair[2];

    (void)state;
    live_pair(pair);
    live.server = open_server(fd_address(pair[0]), NULL, NULL);
    assert_non_null(live.server);
    live_server_start(&live, live.server);
    client = open_client_on(pair[1]);
    assert_int_equal(echo(client, "one"), EYELET_OK);
    assert_int_equal(live_server_stop(&live), EYELET_OK);
    assert_int_equal(echo(client, "two"), EYELET_UNAVAILABLE);
    eyelet_client_close(client);
}

static void a_peer_that_has_left_before_is_the_end_at_once(void **state)
{
    struct eyelet_server *server;
    int pair[2];

    (void)state;
    live_pair(pair);
    server = open_server(fd_address(pair[0]), NULL, NULL);
    assert_non_null(server);
    close(pair[1]);
    assert_int_equal(eyelet_server_run(server), EYELET_OK);
    eyelet_server_close(server);
}

static bool welcome_nobody(const struct eyelet_peer *peer, void *userdata)
{
    (void)peer;
    ++*(unsigned *)userdata;
    return false;
}

static void h007_the_accept_filter_is_asked_for_the_only_peer_too(void **state)
{
    unsigned n_asked = 0;
    const struct eyelet_server_opts opts = { .accept = welcome_nobody, .accept_userdata = &n_asked };
    struct eyelet_server *server;
    int pair[2];

    (void)state;
    live_pair(pair);
    server = open_server(fd_address(pair[0]), &opts, NULL);
    assert_non_null(server);
    assert_int_equal(eyelet_server_run(server), EYELET_OK);
    assert_int_equal(n_asked, 1);
    assert_int_equal(live_read_to_end(pair[1]), 0);
    eyelet_server_close(server);
    close(pair[1]);
}

static void a_server_that_is_never_run_closes_its_connected_descriptor(void **state)
{
    struct eyelet_server *server;
    int pair[2];

    (void)state;
    live_pair(pair);
    server = open_server(fd_address(pair[0]), NULL, NULL);
    assert_non_null(server);
    eyelet_server_close(server);
    assert_int_equal(live_read_to_end(pair[1]), 0);
    close(pair[1]);
}

static void the_only_connection_cannot_be_served_without_memory(void **state)
{
    static const enum fault_call calls[] = { FAULT_ALLOC, FAULT_GETPEERNAME, FAULT_FCNTL, FAULT_EPOLL_CTL };
    unsigned n_failed = 0;

    (void)state;
    for (size_t i = 0; i < N_OF(calls); i++) {
        for (unsigned nth = 1; nth <= 2; nth++) {
            struct eyelet_server *server;
            enum eyelet_status status;
            int pair[2];

            live_pair(pair);
            server = open_server(fd_address(pair[0]), NULL, NULL);
            assert_non_null(server);
            faults_reset();
            faults_fail(calls[i], nth, ENOMEM);
            close(pair[1]);
            status = eyelet_server_run(server);
            n_failed += status == EYELET_RESOURCE_EXHAUSTED;
            assert_true(status == EYELET_RESOURCE_EXHAUSTED || status == EYELET_OK);
            eyelet_server_close(server);
            faults_reset();
            assert_int_equal(faults_open_fds(), fds_before);
        }
    }
    assert_true(n_failed >= N_OF(calls));
}

static void a_server_takes_over_a_listening_descriptor(void **state)
{
    struct eyelet_address path = folder_address("e.sock");
    struct eyelet_listener original;
    struct eyelet_client *client;
    struct live_server live;
    char text[EYELET_ADDRESS_TEXT_MAX];

    (void)state;
    assert_int_equal(eyelet_address_format(&path, text, sizeof(text)), 0);
    assert_int_equal(eyelet_address_listen(&path, 0, &original, NULL), 0);
    live.server = open_server(fd_address(original.fd), NULL, NULL);
    assert_non_null(live.server);
    live_server_start(&live, live.server);
    for (unsigned i = 0; i < 3; i++) { /* it goes on after the first */
        client = open_client(text);
        assert_int_equal(echo(client, "hello"), EYELET_OK);
        eyelet_client_close(client);
    }
    assert_int_equal(live_server_stop(&live), EYELET_OK);
}

/* A process that a service manager has started: its socket is at 3. Exits with run's status. */
static void serve_as_a_unit(int fd)
{
    const struct handover unit = { "systemd://", MY_PID, "1", "echo", { NOTHING }, 0, 3, NULL, EYELET_OK, false };
    int others[3];
    struct eyelet_server *server;
    enum eyelet_status status;

    fd = fcntl(fd, F_DUPFD, 200);
    enter_handover(&unit, others);
    live_must(dup2(fd, 3) == 3, "no descriptor 3");
    close(fd);
    server = open_server("systemd://echo", NULL, NULL);
    live_must(server != NULL && strcmp(eyelet_server_address(server), "systemd://echo") == 0, "no server");
    status = eyelet_server_run(server);
    eyelet_server_close(server);
    _exit((int)status);
}

static void a_unit_with_a_connected_socket_serves_it_and_ends(void **state)
{
    struct eyelet_client *client;
    int pair[2], status;
    pid_t pid;

    (void)state;
    live_pair(pair);
    pid = fork();
    if (pid == 0)
        serve_as_a_unit(pair[0]);
    close(pair[0]);
    client = open_client_on(pair[1]);
    assert_int_equal(echo(client, "hello, unit"), EYELET_OK);
    eyelet_client_close(client);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EYELET_OK);
}

static void a_unit_with_a_listening_socket_serves_whoever_comes(void **state)
{
    struct eyelet_address path = folder_address("e.sock");
    struct eyelet_listener listener;
    char text[EYELET_ADDRESS_TEXT_MAX];
    int status;
    pid_t pid;

    (void)state;
    assert_int_equal(eyelet_address_format(&path, text, sizeof(text)), 0);
    assert_int_equal(eyelet_address_listen(&path, 0, &listener, NULL), 0);
    pid = fork();
    if (pid == 0)
        serve_as_a_unit(listener.fd);
    for (unsigned i = 0; i < 3; i++) {
        struct eyelet_client *client = open_client(text);

        assert_int_equal(echo(client, "hello, unit"), EYELET_OK);
        eyelet_client_close(client);
    }
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    eyelet_listener_clear(&listener);
}

/* --- fd:// -------------------------------------------------------------------------------------------------------- */

static void a_descriptor_by_number_is_checked_and_left_open_when_it_is_wrong(void **state)
{
    static const struct {
        enum kind kind;
        int listen_r;
        int connect_r;
    } table[] = {
        { UNIX_LISTENING, 0, -ENOTCONN },           { UNIX_CONNECTED, 0, 0 },
        { UNIX_IDLE, -ENOTCONN, -ENOTCONN },        { UNIX_DATAGRAM, -EPROTOTYPE, -EPROTOTYPE },
        { VSOCK_LISTENING, 0, -ENOTCONN },          { VSOCK_CONNECTED, 0, 0 },
        { TCP_LISTENING, 0, -ENOTCONN },            { PIPE, -ENOTSOCK, -ENOTSOCK },
        { A_FILE, -ENOTSOCK, -ENOTSOCK },           { NOTHING, -EBADF, -EBADF },
    };

    (void)state;
    faults_fake_vsock(true);
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_address address = { .family = EYELET_FAMILY_FD, .fd = dup(0) };
        struct eyelet_listener listener = { .fd = 77 };
        struct eyelet_error error;
        int r, fd = 77, other = -1;

        close(address.fd); /* the number that is next */
        open_kind(table[i].kind, &other);
        r = eyelet_address_connect(&address, 0, &fd, &error);
        if (r != table[i].connect_r)
            fail_msg("connecting to kind %zu: %d", i, r);
        if (r == 0) {
            assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
            close(fd);
        } else {
            assert_text_has(error.text, "fd://");
            assert_int_equal(fd, 77);
        }
        r = eyelet_address_listen(&address, 0, &listener, &error);
        if (r != table[i].listen_r)
            fail_msg("listening on kind %zu: %d", i, r);
        if (r == 0)
            eyelet_listener_clear(&listener);
        else
            assert_int_equal(listener.fd, 77);
        if (r < 0 && table[i].kind != NOTHING)
            assert_int_equal(close(address.fd), 0); /* ours still */
        if (other >= 0)
            close(other);
        assert_int_equal(faults_open_fds(), fds_before);
    }
}

static void every_system_call_of_a_takeover_fails_in_turn(void **state)
{
    static const struct {
        enum fault_call call;
        unsigned n_uses;
    } calls[] = { { FAULT_GETSOCKOPT, 2 }, { FAULT_GETPEERNAME, 1 }, { FAULT_FCNTL, 3 } };
    struct eyelet_address address = { .family = EYELET_FAMILY_FD };
    struct eyelet_listener listener = { .fd = 77 };
    struct eyelet_error error;
    int pair[2], fd;

    (void)state;
    live_pair(pair);
    address.fd = pair[0];
    for (size_t i = 0; i < N_OF(calls); i++) {
        for (unsigned nth = 1; nth <= calls[i].n_uses; nth++) {
            faults_fail(calls[i].call, nth, ENOMEM);
            assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -ENOMEM);
            assert_int_equal(listener.fd, 77);
            faults_reset();
            faults_fail(calls[i].call, nth, ENOMEM);
            assert_int_equal(eyelet_address_connect(&address, 0, &fd, &error), -ENOMEM);
            faults_reset();
            assert_int_equal(faults_open_fds(), fds_before + 2);
        }
    }
    close(pair[0]);
    close(pair[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_handed_over_is_found_and_checked),
        TEST(a_server_on_a_connected_descriptor_serves_one_peer_and_returns),
        TEST(a_server_on_a_connected_descriptor_can_be_stopped),
        TEST(a_peer_that_has_left_before_is_the_end_at_once),
        TEST(h007_the_accept_filter_is_asked_for_the_only_peer_too),
        TEST(a_server_that_is_never_run_closes_its_connected_descriptor),
        TEST(the_only_connection_cannot_be_served_without_memory),
        TEST(a_server_takes_over_a_listening_descriptor),
        TEST(a_unit_with_a_connected_socket_serves_it_and_ends),
        TEST(a_unit_with_a_listening_socket_serves_whoever_comes),
        TEST(a_descriptor_by_number_is_checked_and_left_open_when_it_is_wrong),
        TEST(every_system_call_of_a_takeover_fails_in_turn),
    };

    return cmocka_run_group_tests_name("inherit", tests, NULL, NULL);
}
