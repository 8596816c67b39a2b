/*
 * A server's life: opening, accepting and refusing, stopping, and what is left when it is over. HOSTILE H005 to H007,
 * H101, H102, H108, H112, H117 to H122.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/vsock.h>

#include "conformance/peers.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/spoken.h"

#define LARGE_CALLS 300

static unsigned fds_before;
static bool is_started; /* and not joined yet */

/* What the test's handler does besides; may be NULL. */
static void (*act_of_test)(const char *text);

/* "wait" waits at the gate, "large" is answered with as much as half a frame may hold, all others with their text. */
static enum eyelet_status say(struct endpoint_call *call, const char *text, const char **ret)
{
    static char large[PEERS_FRAME_MAX / 2 + 1];

    (void)call;
    *ret = text;
    if (strcmp(text, "large") == 0)
        *ret = memset(large, 'l', PEERS_FRAME_MAX / 2);
    if (strcmp(text, "wait") == 0)
        gate_pass(&peers.gate);
    if (act_of_test != NULL)
        act_of_test(text);
    peers.n_served++;
    return EYELET_OK;
}

/* Sends back what comes, until the end. */
static enum eyelet_status chat(struct endpoint_call *call)
{
    enum eyelet_status status = EYELET_OK;
    const char *text;

    while (status == EYELET_OK && endpoint_call_recv_text(call, &text) == EYELET_GOT_MESSAGE)
        status = endpoint_call_send_text(call, text);
    return status;
}

static const struct endpoint_handlers handlers = { .say = say, .chat = chat };

static int setup(void **state)
{
    int r = peers_setup(state);

    act_of_test = NULL;
    fds_before = faults_open_fds();
    return r;
}

/* Everything must have been closed by the test, and every socket file removed by the server. */
static int teardown(void **state)
{
    unsigned fds = faults_open_fds();
    bool is_clean = !is_started && access(folder_path("server"), F_OK) < 0 && fds == fds_before;

    if (!is_clean)
        print_error("is started: %d; %u descriptors, before %u\n", is_started, fds, fds_before);
    return folder_teardown(state) == 0 && is_clean ? 0 : -1;
}

static void start(const struct endpoint_opts *opts)
{
    endpoint_start(opts, &handlers);
    is_started = true;
}

/* It ends by itself. */
static void join(void)
{
    assert_int_equal(endpoint_join(), EYELET_OK);
    is_started = false;
}

static void stop(void)
{
    endpoint_stop();
    join();
}

/* Opens one that is run here. */
static void open_server(const char *address)
{
    const struct endpoint_opts opts = { .address = address };
    struct eyelet_error error;

    if (endpoint_open(&opts, &handlers, &error) != EYELET_OK)
        fail_msg("%s", error.text);
}

/* --- opening and running ------------------------------------------------------------------------------------------ */

static void h112_a_server_opens_whole_or_not_at_all(void **state)
{
    static const enum fault_call calls[] = { FAULT_SOCKET,        FAULT_BIND,    FAULT_LISTEN,    FAULT_FCHMOD,
                                             FAULT_EPOLL_CREATE1, FAULT_EVENTFD, FAULT_EPOLL_CTL, FAULT_FCNTL };
    unsigned n_failed = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        for (unsigned nth = 1;; nth++) {
            struct eyelet_error error = { 0 };
            enum eyelet_status status;
            bool has_failed;

            faults_reset();
            faults_fail(calls[i], nth, ENOMEM);
            status = endpoint_open(NULL, &handlers, &error);
            has_failed = faults_count(calls[i]) >= nth;
            faults_reset();
            if (!has_failed) {
                assert_int_equal(status, EYELET_OK);
                endpoint_close();
                break;
            }
            n_failed++;
            assert_int_equal(status, EYELET_RESOURCE_EXHAUSTED);
            assert_int_equal(error.status, status);
            assert_true(error.text[0] != '\0');
            assert_int_equal(faults_open_fds(), fds_before);
            assert_true(access(folder_path("server"), F_OK) < 0);
        }
    }
    assert_true(n_failed >= 7);
}

static void a_server_runs_once(void **state)
{
    (void)state;
    open_server(NULL);
    endpoint_stop(); /* before the run, and more than once */
    endpoint_stop();
    assert_int_equal(endpoint_run(), EYELET_OK);
    assert_int_equal(endpoint_run(), EYELET_FAILED_PRECONDITION);
    endpoint_stop();
    endpoint_close();
}

static void a_connected_descriptor_is_served_until_its_end(void **state)
{
    char address[32];
    int fds[2];

    (void)state;
    live_pair(fds);
    snprintf(address, sizeof(address), "fd://%d", fds[0]);
    start(&(const struct endpoint_opts){ .address = address });
    peers_assert_served_on(fds[1], 1);
    close(fds[1]);
    join();
}

static void h006_a_dead_listener_or_epoll_ends_the_run(void **state)
{
    int fd;

    (void)state;
    open_server(NULL);
    fd = peers_connect();
    faults_fail(FAULT_ACCEPT4, 1, EINVAL);
    assert_int_equal(endpoint_run(), EYELET_INTERNAL);
    endpoint_close();
    close(fd);

    open_server(NULL);
    faults_fail(FAULT_EPOLL_WAIT, 1, EINTR);
    faults_fail(FAULT_EPOLL_WAIT, 2, EBADF);
    assert_int_equal(endpoint_run(), EYELET_INTERNAL);
    assert_int_equal(faults_count(FAULT_EPOLL_WAIT), 1 + 2);
    endpoint_close();
}

/* --- stopping ----------------------------------------------------------------------------------------------------- */

static void stop_on_signal(int number)
{
    (void)number;
    errno = 4711;
    endpoint_stop();
    live_must(errno == 4711, "stop changes errno in a signal handler");
}

static void act_raise(const char *text)
{
    (void)text;
    raise(SIGUSR1);
}

static void h117_stop_from_a_signal_handler_lets_the_running_call_answer(void **state)
{
    struct sigaction action = { .sa_handler = stop_on_signal }, before;
    int fd;

    (void)state;
    act_of_test = act_raise;
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    start(NULL);
    fd = peers_connect();
    echo_say(fd, 1, "the last one");
    echo_expect_reply(fd, 1, "the last one");
    join(); /* it stops without being asked again */
    close(fd);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
}

/* Calls whose answers, all together, fit into no socket. */
static void put_large_calls(struct wire *wire)
{
    for (uint32_t id = 1; id < 2 * LARGE_CALLS; id += 2)
        peers_put_say(wire, id, "large");
}

static void h117_a_stop_lets_answers_leave_and_refuses_new_requests(void **state)
{
    const struct endpoint_opts opts = { .frame_max = PEERS_FRAME_MAX, .grace_ms = LIVE_PATIENCE_MS };
    struct wire wire = { 0 };
    struct live_reply reply;
    unsigned n_ok = 0, n_refused = 0;
    int fd;

    (void)state;
    start(&opts);
    fd = peers_connect();
    put_large_calls(&wire);
    live_send_wire(fd, &wire);
    live_wait(fd);
    endpoint_stop(); /* it drains while we read */
    while (live_read_reply(fd, &reply)) {
        assert_true(reply.code == EYELET_OK || reply.code == EYELET_UNAVAILABLE);
        n_ok += reply.code == EYELET_OK;
        n_refused += reply.code == EYELET_UNAVAILABLE;
        live_reply_clear(&reply);
    }
    assert_true(n_ok >= 1 && n_ok == peers.n_served); /* whatever was run is answered */
    assert_true(n_ok + n_refused <= LARGE_CALLS);
    assert_true(access(folder_path("server"), F_OK) < 0); /* nobody new comes in */
    join();
    close(fd);
}

static void h117_the_grace_ends_what_a_peer_does_not_take(void **state)
{
    const struct endpoint_opts opts = { .frame_max = PEERS_FRAME_MAX, .grace_ms = 30 };
    struct wire wire = { 0 };
    int fd;

    (void)state;
    start(&opts);
    fd = peers_connect();
    put_large_calls(&wire);
    live_send_wire(fd, &wire);
    live_wait(fd);
    stop(); /* we never read */
    assert_true(live_read_to_end(fd) > 0);
    close(fd);
}

static void h117_stop_while_a_handler_runs_and_while_a_request_is_read(void **state)
{
    struct wire wire = { 0 };
    int a, b, c;

    (void)state;
    start(NULL);
    a = peers_connect();
    b = peers_connect();
    c = peers_connect();
    echo_expect_served(b, 1);
    peers_put_say(&wire, 1, "half of it");
    assert_true(live_send(c, (struct eyelet_slice){ wire.bytes, wire.len / 2 }));
    wire_clear(&wire);
    echo_say(a, 1, "wait");
    gate_await(&peers.gate, 1);
    endpoint_stop();
    gate_open(&peers.gate, 1);
    echo_expect_reply(a, 1, "wait"); /* what is in flight is finished */
    assert_int_equal(live_read_to_end(a), 0);
    assert_int_equal(live_read_to_end(b), 0);
    join();
    close(a);
    close(b);
    close(c);
}

static void h117_after_the_grace_a_stream_that_waits_is_ended(void **state)
{
    const struct endpoint_opts opts = { .grace_ms = 1 };
    struct wire wire = { 0 };
    int fd;

    (void)state;
    start(&opts);
    fd = peers_connect();
    echo_put_open(&wire, 1, "Chat");
    echo_put_data_text(&wire, 1, "here");
    live_send_wire(fd, &wire);
    echo_expect_text(fd, 1, "here");
    endpoint_stop();
    echo_expect_error(fd, 1, EYELET_UNAVAILABLE, "stop");
    assert_int_equal(live_read_to_end(fd), 0);
    join();
    close(fd);
}

static void h118_a_handler_that_returns_late_is_waited_for(void **state)
{
    const struct endpoint_opts opts = { .grace_ms = 1 };
    int fd;

    (void)state;
    start(&opts);
    fd = peers_connect();
    echo_say(fd, 1, "wait");
    gate_await(&peers.gate, 1);
    endpoint_stop();
    assert_int_equal(peers.n_served, 0);
    gate_open(&peers.gate, 1);
    join();
    assert_int_equal(peers.n_served, 1); /* it was not left behind */
    live_read_to_end(fd);
    close(fd);
}

static void a_stop_closes_idle_connections(void **state)
{
    int fd;

    (void)state;
    start(NULL);
    fd = peers_connect();
    peers_assert_served_on(fd, 1);
    stop();
    assert_int_equal(live_read_to_end(fd), 0);
    close(fd);
}

/* --- time -----------------------------------------------------------------------------------------------------------
 */

/* Another peer's frame. While the clock is a fake, the handler is the only one who says more of it, and moves time. */
static struct {
    struct wire frame;
    size_t sent;
    int fd;
} another;

static void say_more(size_t len)
{
    live_must(live_send(another.fd, (struct eyelet_slice){ another.frame.bytes + another.sent, len }), "it is closed");
    another.sent += len;
}

/* Calls "1" to "3" come at once, one in each round; the last is the other peer's. */
static void act_be_away(const char *text)
{
    switch (text[0]) {
    case '1':
        faults_advance_ns(EYELET_NS_PER_MS); /* a turn's time: the next call is in the next round */
        say_more(1);
        break;
    case '2':
        faults_advance_ns(8 * EYELET_NS_PER_S); /* the other's turn is behind this one, with one byte to read */
        break;
    case '3':
        faults_advance_ns(8 * EYELET_NS_PER_S); /* and here it has nothing, and its timer was over long ago */
        say_more(another.frame.len - another.sent);
        break;
    default:
        endpoint_stop();
        break;
    }
}

static void h101_time_in_which_the_server_was_away_makes_no_peer_late(void **state)
{
    struct wire wire = { 0 };
    struct live_reply reply;
    int fd;

    (void)state;
    for (size_t begun = 1; begun <= 20; begun += 19) { /* in the middle of the head, and of the data */
        faults_fake_clock(1000 * EYELET_NS_PER_S);
        act_of_test = act_be_away;
        open_server(NULL);
        another.sent = 0;
        another.fd = peers_connect();
        peers_put_say(&another.frame, 1, "4");
        say_more(begun);
        fd = peers_connect();
        peers_put_say(&wire, 1, "1");
        peers_put_say(&wire, 3, "2");
        peers_put_say(&wire, 5, "3");
        live_send_wire(fd, &wire);

        assert_int_equal(endpoint_run(), EYELET_OK); /* which the other's call stops */
        assert_true(live_read_reply(another.fd, &reply));
        assert_int_equal(reply.code, EYELET_OK);
        live_reply_clear(&reply);
        endpoint_close();
        close(another.fd);
        close(fd);
        wire_clear(&another.frame);
    }
}

/* --- accepting ------------------------------------------------------------------------------------------------------
 */

static void h006_out_of_descriptors_the_server_pauses_and_goes_on(void **state)
{
    int fd;

    (void)state;
    start(NULL);
    fd = peers_connect();
    peers_assert_served_on(fd, 1);
    close(fd);

    faults_reset();
    faults_fail(FAULT_ACCEPT4, 1, EMFILE);
    faults_fail(FAULT_ACCEPT4, 2, ENFILE);
    faults_fail(FAULT_ACCEPT4, 3, ENOBUFS);
    faults_fail(FAULT_ACCEPT4, 4, ENOMEM);
    fd = peers_connect();
    peers_assert_served_on(fd, 1);
    assert_true(faults_count(FAULT_ACCEPT4) >= 5);
    assert_true(faults_count(FAULT_EPOLL_WAIT) < 40); /* four pauses, and no spinning in them */
    close(fd);
    stop();
}

static void h010_what_accept_can_say_of_a_peer_does_not_end_the_server(void **state)
{
    static const int errors[] = { EINTR, ECONNABORTED, EPROTO, EPERM, ECONNRESET, ENOTCONN };
    int fd;

    (void)state;
    start(NULL);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        faults_fail(FAULT_ACCEPT4, (unsigned)i + 1, errors[i]);
    fd = peers_connect();
    peers_assert_served_on(fd, 1);
    assert_true(faults_count(FAULT_ACCEPT4) > sizeof(errors) / sizeof(errors[0]));
    close(fd);
    stop();
}

static void h112_a_connection_that_epoll_does_not_take_is_closed(void **state)
{
    int fd, refused;

    (void)state;
    start(NULL);
    fd = peers_connect();
    peers_assert_served_on(fd, 1);
    faults_reset();
    faults_fail(FAULT_EPOLL_CTL, 1, ENOSPC);
    refused = peers_connect();
    assert_int_equal(live_read_to_end(refused), 0);
    close(refused);
    peers_assert_served_on(fd, 3);
    close(fd);
    stop();
}

static bool accept_second(const struct eyelet_peer *who, void *userdata)
{
    unsigned *n_asked = userdata;

    live_must(who->family == EYELET_FAMILY_UNIX && who->pid == getpid(), "the filter is shown somebody else");
    return ++*n_asked != 1;
}

static void h007_the_filter_refuses_before_a_byte_is_read(void **state)
{
    unsigned n_asked = 0;
    const struct endpoint_opts opts = { .accept = accept_second, .accept_userdata = &n_asked };
    int refused, welcome;

    (void)state;
    start(&opts);
    refused = peers_connect();
    assert_int_equal(live_read_to_end(refused), 0);
    assert_int_equal(faults_count(FAULT_RECV), 0);
    welcome = peers_connect();
    peers_assert_served_on(welcome, 1);
    close(refused);
    close(welcome);
    stop();
    assert_int_equal(n_asked, 2);
}

static int connect_vsock(uint32_t cid, uint32_t port)
{
    int fd = -1;

    faults_vsock_peer(cid, port);
    fd = eyelet_vsock_connect_with_max_attempts(3, 5005, 1);
    assert_true(fd >= 0);
    return fd;
}

static void assert_refused(uint32_t cid)
{
    int fd = connect_vsock(cid, 1025);

    assert_int_equal(live_read_to_end(fd), 0);
    close(fd);
}

static void h007_an_enclave_serves_its_parent_and_nobody_inside(void **state)
{
    const struct endpoint_opts opts = { .address = "vsock://any:5005", .is_enclave = true };
    int fd;

    (void)state;
    faults_fake_vsock(true);
    faults_fail_always(FAULT_IOCTL, EPERM); /* this machine's CID is not known, whatever it is */
    start(&opts);
    assert_refused(EYELET_VSOCK_CID_LOCAL);
    fd = connect_vsock(EYELET_VSOCK_CID_PARENT, 1025);
    peers_assert_served_on(fd, 1);
    close(fd);
    stop();
}

static void h007_an_enclave_does_not_serve_its_own_cid(void **state)
{
    const struct endpoint_opts opts = { .address = "vsock://any:5005", .is_enclave = true };
    uint32_t own_cid;
    int fd;

    (void)state;
    if (eyelet_vsock_local_cid(&own_cid) < 0)
        skip(); /* it is not to be known here, and eyelet lives without */
    faults_fake_vsock(true);
    start(&opts);
    assert_refused(own_cid);
    fd = connect_vsock(own_cid + 1, 1025);
    peers_assert_served_on(fd, 1);
    close(fd);
    stop();
}

static void h007_outside_of_an_enclave_the_local_cid_is_welcome(void **state)
{
    const struct endpoint_opts opts = { .address = "vsock://any:5005" };
    int fd;

    (void)state;
    faults_fake_vsock(true);
    start(&opts);
    fd = connect_vsock(EYELET_VSOCK_CID_LOCAL, 1025);
    peers_assert_served_on(fd, 1);
    close(fd);
    stop();
}

static bool is_nobody_there(const struct eyelet_counters *counters)
{
    return counters->connections_open == 0;
}

static void h022_another_connection_of_a_peer_begins_anew(void **state)
{
    const struct endpoint_opts opts = { .connections_max = 1 };
    struct wire wire = { 0 };
    int fd;

    (void)state;
    start(&opts);
    for (unsigned i = 0; i < 3; i++) {
        fd = peers_connect();
        peers_assert_served_on(fd, UINT32_MAX); /* the last id that there is */
        echo_put_open(&wire, 1, "Chat");
        live_send_wire(fd, &wire);
        echo_expect_error(fd, 1, EYELET_INVALID_ARGUMENT, "not higher");
        close(fd);
        endpoint_await(is_nobody_there);
    }
    stop();
}

static void h102_one_connection_too_many_is_closed_and_the_others_stay(void **state)
{
    const struct endpoint_opts opts = { .connections_max = 3 };
    int fds[3], extra;

    (void)state;
    start(&opts);
    for (int i = 0; i < 3; i++) {
        fds[i] = peers_connect();
        peers_assert_served_on(fds[i], 1);
    }
    extra = peers_connect();
    assert_int_equal(live_read_to_end(extra), 0);
    close(extra);
    for (int i = 0; i < 3; i++) {
        peers_assert_served_on(fds[i], 3);
        close(fds[i]);
    }
    stop();
}

static void h102_h022_a_cid_has_its_share_and_leaves_room_for_others(void **state)
{
    const struct endpoint_opts opts = { .address = "vsock://any:5005",
                                        .connections_max = 4,
                                        .connections_per_cid_max = 2 };
    int first[2], other;

    (void)state;
    faults_fake_vsock(true);
    start(&opts);
    for (int i = 0; i < 2; i++) {
        first[i] = connect_vsock(16, 1025);
        peers_assert_served_on(first[i], 1);
    }
    assert_refused(16);
    other = connect_vsock(17, 1025);
    peers_assert_served_on(other, 1);
    peers_assert_served_on(first[0], 3);

    close(first[1]); /* once one has left there is room again: a new connection, with ids of its own */
    peers_assert_served_on(first[0], 5);
    first[1] = connect_vsock(16, 1025);
    peers_assert_served_on(first[1], 1);
    close(first[0]);
    close(first[1]);
    close(other);
    stop();
}

/* Waits until the server has closed what its peers have left. */
static void await_fds(unsigned n)
{
    const struct timespec moment = { .tv_nsec = 1000000 };

    for (unsigned i = 0; faults_open_fds() != n; i++) {
        if (i > LIVE_PATIENCE_MS)
            fail_msg("%u descriptors are open, not %u", faults_open_fds(), n);
        nanosleep(&moment, NULL);
    }
}

static void h005_h108_peers_that_come_and_go_leave_nothing_behind(void **state)
{
    unsigned fds;
    int healthy;

    (void)state;
    start(NULL);
    healthy = peers_connect();
    peers_assert_served_on(healthy, 1);
    fds = faults_open_fds();
    for (uint32_t i = 0; i < 1000; i++) {
        struct wire wire = { 0 };
        int fd = peers_connect();

        if (i % 3 == 1)
            live_send(fd, (struct eyelet_slice){ (const uint8_t *)"\0\0", 2 });
        if (i % 3 == 2) {
            peers_put_say(&wire, 1, "and gone");
            live_send(fd, wire_slice(&wire));
            wire_clear(&wire);
        }
        close(fd);
        if (i % 50 == 0)
            peers_assert_served_on(healthy, i + 3 + i % 2);
    }
    await_fds(fds);
    close(healthy);
    stop();
}

/* What a hybrid vsock's machine monitor does for its guest: the socket file has the port in its name. */
static void h030_1000_connections_of_a_hybrid_vsock_leave_nothing_behind(void **state)
{
    char address[EYELET_ADDRESS_TEXT_MAX];
    unsigned fds;
    int healthy;

    (void)state;
    snprintf(address, sizeof(address), "hvsock://%s:52", folder_path("server"));
    start(&(const struct endpoint_opts){ .address = address });
    healthy = live_connect(folder_path("server_52"));
    peers_assert_served_on(healthy, 1);
    fds = faults_open_fds();
    for (uint32_t i = 0; i < 1000; i++) {
        int fd = live_connect(folder_path("server_52"));

        close(fd);
        if (i % 50 == 0)
            peers_assert_served_on(healthy, 2 * i + 3);
    }
    await_fds(fds);
    peers_assert_served_on(healthy, 2003);
    close(healthy);
    stop();
}

/* --- signals and forks ----------------------------------------------------------------------------------------------
 */

static atomic_uint n_signals;

static void on_signal(int number)
{
    (void)number;
    n_signals++;
}

static void h017_signals_throughout_are_not_noticed(void **state)
{
    const struct itimerval often = { .it_interval.tv_usec = 300, .it_value.tv_usec = 300 }, never = { 0 };
    struct sigaction action = { .sa_handler = on_signal }, before;
    int fd;

    (void)state;
    start(NULL);
    fd = peers_connect();
    n_signals = 0;
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    for (uint32_t i = 0; i < 200 || n_signals < 20; i++) {
        endpoint_kill(SIGALRM); /* the server's thread has its share */
        peers_assert_served_on(fd, 2 * i + 1);
    }
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    close(fd);
    stop();
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
}

/* Descriptors of this process above @first that an exec would hand on. */
static unsigned count_inheritable(int first)
{
    unsigned n = 0;

    for (int fd = first; fd < 256; fd++) {
        int flags = fcntl(fd, F_GETFD);

        n += flags >= 0 && (flags & FD_CLOEXEC) == 0;
    }
    return n;
}

static void h121_a_fork_with_everything_open_is_harmless(void **state)
{
    unsigned before = count_inheritable(0);
    int wait_status, fd;
    pid_t pid;

    (void)state;
    start(NULL);
    fd = peers_connect();
    peers_assert_served_on(fd, 1);
    assert_int_equal(count_inheritable(0), before);

    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(count_inheritable(0) == before ? 0 : 1); /* touches nothing of it */
    assert_int_equal(waitpid(pid, &wait_status, 0), pid);
    assert_true(WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0);

    peers_assert_served_on(fd, 3);
    close(fd);
    stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h112_a_server_opens_whole_or_not_at_all),
        TEST(a_server_runs_once),
        TEST(a_connected_descriptor_is_served_until_its_end),
        TEST(h006_a_dead_listener_or_epoll_ends_the_run),
        TEST(h117_stop_from_a_signal_handler_lets_the_running_call_answer),
        TEST(h117_a_stop_lets_answers_leave_and_refuses_new_requests),
        TEST(h117_the_grace_ends_what_a_peer_does_not_take),
        TEST(h117_stop_while_a_handler_runs_and_while_a_request_is_read),
        TEST(h117_after_the_grace_a_stream_that_waits_is_ended),
        TEST(h118_a_handler_that_returns_late_is_waited_for),
        TEST(a_stop_closes_idle_connections),
        TEST(h101_time_in_which_the_server_was_away_makes_no_peer_late),
        TEST(h006_out_of_descriptors_the_server_pauses_and_goes_on),
        TEST(h010_what_accept_can_say_of_a_peer_does_not_end_the_server),
        TEST(h112_a_connection_that_epoll_does_not_take_is_closed),
        TEST(h007_the_filter_refuses_before_a_byte_is_read),
        TEST(h007_an_enclave_serves_its_parent_and_nobody_inside),
        TEST(h007_an_enclave_does_not_serve_its_own_cid),
        TEST(h007_outside_of_an_enclave_the_local_cid_is_welcome),
        TEST(h022_another_connection_of_a_peer_begins_anew),
        TEST(h102_one_connection_too_many_is_closed_and_the_others_stay),
        TEST(h102_h022_a_cid_has_its_share_and_leaves_room_for_others),
        TEST(h005_h108_peers_that_come_and_go_leave_nothing_behind),
        TEST(h030_1000_connections_of_a_hybrid_vsock_leave_nothing_behind),
        TEST(h017_signals_throughout_are_not_noticed),
        TEST(h121_a_fork_with_everything_open_is_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
