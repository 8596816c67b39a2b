/*
 * The raw core's AF_VSOCK calls, on sockets that only look like vsock: what is asked of the kernel, how often, and
 * what comes back.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/vsock.h>

#include "support/faults.h"

#define S        1000000000ull
#define START_NS (100 * S)

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static int setup(void **state)
{
    faults_setup(state);
    faults_fake_clock(START_NS);
    faults_fake_vsock(true);
    return 0;
}

static uint64_t elapsed_ns(void)
{
    return faults_now_ns() - START_NS;
}

static void assert_last(uint32_t cid, uint32_t port)
{
    uint32_t last_cid = 0, last_port = 0;
    uint8_t flags = 99;

    assert_true(faults_vsock_last(&last_cid, &last_port, &flags));
    assert_true(last_cid == cid);
    assert_true(last_port == port);
    assert_int_equal(flags, 0);
}

static void bind_takes_any_cid_unless_told_otherwise(void **state)
{
    int fd = eyelet_vsock_bind(5005);

    (void)state;
    assert_true(fd >= 0);
    assert_last(EYELET_VSOCK_CID_ANY, 5005);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_false(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_int_equal(eyelet_vsock_close(fd), 0);

    fd = eyelet_vsock_bind_cid(EYELET_VSOCK_CID_LOCAL, 4294967294u);
    assert_true(fd >= 0);
    assert_last(1, 4294967294u);
    assert_int_equal(eyelet_vsock_close(fd), 0);
}

static void the_port_that_means_any_is_refused_before_any_system_call(void **state)
{
    (void)state;
    assert_int_equal(eyelet_vsock_bind(4294967295u), -EINVAL);
    assert_int_equal(eyelet_vsock_bind_cid(3, 4294967295u), -EINVAL);
    assert_int_equal(eyelet_vsock_connect(3, 4294967295u), -EINVAL);
    assert_int_equal(eyelet_vsock_connect(EYELET_VSOCK_CID_ANY, 5005), -EINVAL);
    assert_int_equal(faults_count(FAULT_SOCKET), 0);
}

static void every_system_call_of_bind_fails_in_turn(void **state)
{
    const enum fault_call calls[] = { FAULT_SOCKET, FAULT_BIND, FAULT_FCNTL };
    const int errnos[] = { EAFNOSUPPORT, EPERM,  EMFILE, ENFILE,        ENOMEM,
                           EACCES,       EINVAL, ENODEV, EADDRNOTAVAIL, EADDRINUSE };
    unsigned n_open = faults_open_fds();

    (void)state;
    for (size_t i = 0; i < N_OF(calls); i++) {
        for (size_t k = 0; k < N_OF(errnos); k++) {
            faults_fail(calls[i], 1, errnos[k]);
            assert_int_equal(eyelet_vsock_bind(5005), -errnos[k]);
            assert_int_equal(faults_open_fds(), n_open);
        }
    }
}

static void listen_and_accept_give_a_connection_and_its_peer(void **state)
{
    struct eyelet_peer peer = { 0 };
    int listen_fd = eyelet_vsock_bind(5005);
    int client, server;
    char room[6] = "";

    (void)state;
    assert_int_equal(eyelet_vsock_listen(listen_fd, -1), -EINVAL);
    assert_int_equal(eyelet_vsock_listen(listen_fd, 0), 0);
    faults_vsock_peer(16, 1023);
    client = eyelet_vsock_connect(EYELET_VSOCK_CID_PARENT, 5005);
    assert_true(client >= 0);
    assert_last(3, 5005);
    server = eyelet_vsock_accept(listen_fd, &peer);
    assert_true(server >= 0);
    assert_int_equal(peer.family, EYELET_FAMILY_VSOCK);
    assert_int_equal(peer.cid, 16);
    assert_int_equal(peer.port, 1023);
    assert_true(fcntl(server, F_GETFD) & FD_CLOEXEC);
    assert_false(fcntl(server, F_GETFL) & O_NONBLOCK);
    assert_int_equal(eyelet_vsock_send(client, "hello", 5, 2), 0);
    assert_int_equal(eyelet_vsock_receive_exact(server, room, 5), 0);
    assert_string_equal(room, "hello");
    assert_int_equal(eyelet_vsock_close(client), 0);
    assert_int_equal(eyelet_vsock_close(server), 0);

    client = eyelet_vsock_connect(EYELET_VSOCK_CID_PARENT, 5005);
    server = eyelet_vsock_accept(listen_fd, NULL);
    assert_true(server >= 0);
    assert_int_equal(eyelet_vsock_close(client), 0);
    assert_int_equal(eyelet_vsock_close(server), 0);
    assert_int_equal(eyelet_vsock_close(listen_fd), 0);
}

static void accept_passes_over_signals_and_peers_that_are_gone(void **state)
{
    const int errnos[] = { EMFILE, ENFILE, ENOMEM, ENOBUFS, EPROTO, EPERM, EINVAL, EBADF, EAGAIN };
    struct eyelet_peer peer = { .cid = 77 };
    int listen_fd = eyelet_vsock_bind(5005);
    int client, server;

    (void)state;
    assert_int_equal(eyelet_vsock_listen(listen_fd, 1), 0);
    client = eyelet_vsock_connect(3, 5005);
    for (unsigned i = 1; i <= 20; i++)
        faults_fail(FAULT_ACCEPT4, i, i % 2 ? EINTR : ECONNABORTED);
    server = eyelet_vsock_accept(listen_fd, NULL);
    assert_true(server >= 0);
    assert_int_equal(faults_count(FAULT_ACCEPT4), 21);
    assert_int_equal(eyelet_vsock_close(server), 0);

    for (size_t i = 0; i < N_OF(errnos); i++) {
        faults_fail(FAULT_ACCEPT4, 1, errnos[i]);
        assert_int_equal(eyelet_vsock_accept(listen_fd, &peer), -errnos[i]);
        assert_int_equal(peer.cid, 77);
    }
    assert_int_equal(fcntl(listen_fd, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(eyelet_vsock_accept(listen_fd, &peer), -EAGAIN);
    assert_int_equal(eyelet_vsock_close(client), 0);
    assert_int_equal(eyelet_vsock_close(listen_fd), 0);
}

static void listen_fails_as_the_kernel_says(void **state)
{
    int fd = eyelet_vsock_bind(5005);

    (void)state;
    faults_fail(FAULT_LISTEN, 1, EADDRINUSE);
    assert_int_equal(eyelet_vsock_listen(fd, 0), -EADDRINUSE);
    assert_int_equal(eyelet_vsock_close(fd), 0);
    assert_int_equal(eyelet_vsock_listen(fd, 0), -EBADF);
}

static void connect_makes_five_attempts_with_doubling_pauses(void **state)
{
    const int errnos[] = { ECONNRESET, ECONNREFUSED, ENOENT, EAGAIN, ETIMEDOUT, ENODEV, EHOSTUNREACH, EINTR };

    (void)state;
    for (size_t i = 0; i < N_OF(errnos); i++) {
        unsigned n_open = faults_open_fds();

        setup(NULL);
        faults_fail_always(FAULT_CONNECT, errnos[i]);
        assert_int_equal(eyelet_vsock_connect(16, 5005), -errnos[i]);
        assert_int_equal(faults_count(FAULT_CONNECT), 5);
        assert_int_equal(faults_count(FAULT_SOCKET), 5);
        assert_int_equal(faults_count(FAULT_CLOSE), 5);
        assert_true(elapsed_ns() == (1 + 2 + 4 + 8) * S); /* and none after the last */
        assert_int_equal(faults_open_fds(), n_open);
    }
}

static void the_last_attempts_errno_comes_back(void **state)
{
    const int errnos[] = { ENODEV, ENODEV, ETIMEDOUT, ECONNREFUSED, ECONNRESET };

    (void)state;
    for (unsigned i = 0; i < N_OF(errnos); i++)
        faults_fail(FAULT_CONNECT, i + 1, errnos[i]);
    assert_int_equal(eyelet_vsock_connect(16, 5005), -ECONNRESET);
}

static void what_no_other_attempt_can_mend_comes_back_at_once(void **state)
{
    const int errnos[] = { EAFNOSUPPORT, EPERM, EACCES, EMFILE, ENOMEM, EADDRNOTAVAIL, EBADF };

    (void)state;
    for (size_t i = 0; i < N_OF(errnos); i++) {
        setup(NULL);
        faults_fail(FAULT_CONNECT, 1, ECONNRESET);
        faults_fail(FAULT_CONNECT, 2, errnos[i]);
        assert_int_equal(eyelet_vsock_connect(16, 5005), -errnos[i]);
        assert_true(elapsed_ns() == 1 * S);
    }
}

static void each_number_of_attempts_fails_and_succeeds_at_its_last(void **state)
{
    const uint64_t pauses_s[] = { 0, 0, 1, 3, 7, 15, 31, 63 };
    unsigned n_open = faults_open_fds();
    int fd;

    (void)state;
    assert_int_equal(eyelet_vsock_connect_with_max_attempts(16, 5005, 0), -EINVAL);
    for (unsigned n = 1; n <= 7; n++) {
        setup(NULL);
        faults_fail_always(FAULT_CONNECT, ECONNRESET);
        assert_int_equal(eyelet_vsock_connect_with_max_attempts(16, 5005, n), -ECONNRESET);
        assert_int_equal(faults_count(FAULT_CONNECT), n);
        assert_true(elapsed_ns() == pauses_s[n] * S);

        setup(NULL);
        for (unsigned i = 1; i < n; i++)
            faults_fail(FAULT_CONNECT, i, ECONNRESET);
        fd = eyelet_vsock_connect_with_max_attempts(16, 5005, n);
        assert_true(fd >= 0);
        assert_true(elapsed_ns() == pauses_s[n] * S);
        assert_int_equal(faults_open_fds(), n_open + 1);
        assert_int_equal(eyelet_vsock_close(fd), 0);
    }
}

static void a_silent_machine_takes_two_seconds_per_attempt(void **state)
{
    (void)state;
    faults_vsock_connect_later(FAULTS_SILENCE);
    assert_int_equal(eyelet_vsock_connect(16, 5005), -ETIMEDOUT);
    assert_int_equal(faults_count(FAULT_SOCKET), 5);
    assert_true(elapsed_ns() == (5 * 2 + 15) * S);
    assert_true(faults_vsock_connect_timeout_ns() > 2 * S);
}

static void delays_caps_and_deadlines_are_kept(void **state)
{
    const struct {
        struct eyelet_vsock_connect_opts opts;
        unsigned n_attempts;
        uint64_t elapsed_ms;
    } table[] = {
        { { 0 }, 5, 15000 },
        { { .max_attempts = 3 }, 3, 3000 },
        { { .first_delay_ms = 10 }, 5, 150 },
        { { .max_attempts = 6, .first_delay_ms = 100, .delay_max_ms = 250 }, 6, 100 + 200 + 250 * 3 },
        { { .max_attempts = 9 }, 9, 183000 }, /* 1 + 2 + ... + 32 s, then twice the cap of 60 s */
        { { .max_attempts = 2, .first_delay_ms = 500, .delay_max_ms = 100 }, 2, 100 },
        { { .timeout_ms = 5000 }, 3, 5000 }, /* after 0, 1 and 3 s; the pause of 4 s is cut */
        { { .timeout_ms = 1 }, 1, 1 },
        { { .timeout_ms = 60000 }, 5, 15000 },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        setup(NULL);
        faults_fail_always(FAULT_CONNECT, ECONNRESET);
        assert_int_equal(eyelet_vsock_connect_with_opts(16, 5005, &table[i].opts), -ECONNRESET);
        if (faults_count(FAULT_CONNECT) != table[i].n_attempts || elapsed_ns() != table[i].elapsed_ms * (S / 1000))
            fail_msg("case %zu: %u attempts in %llu ns", i, faults_count(FAULT_CONNECT),
                     (unsigned long long)elapsed_ns());
    }

    setup(NULL);
    faults_vsock_connect_later(FAULTS_SILENCE);
    assert_int_equal(eyelet_vsock_connect_with_opts(16, 5005, &(struct eyelet_vsock_connect_opts){ .timeout_ms = 700 }),
                     -ETIMEDOUT);
    assert_true(elapsed_ns() == 700 * (S / 1000));
}

static void the_local_cid_is_read_or_not_but_nothing_stays_open(void **state)
{
    unsigned n_open = faults_open_fds();
    uint32_t cid = 77;

    (void)state;
    faults_fail(FAULT_IOCTL, 1, EPERM);
    assert_true(eyelet_vsock_local_cid(&cid) < 0);
    assert_int_equal(cid, 77);
    if (eyelet_vsock_local_cid(&cid) < 0)
        assert_int_equal(cid, 77);
    assert_int_equal(faults_open_fds(), n_open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(bind_takes_any_cid_unless_told_otherwise, setup),
        cmocka_unit_test_setup(the_port_that_means_any_is_refused_before_any_system_call, setup),
        cmocka_unit_test_setup(every_system_call_of_bind_fails_in_turn, setup),
        cmocka_unit_test_setup(listen_and_accept_give_a_connection_and_its_peer, setup),
        cmocka_unit_test_setup(accept_passes_over_signals_and_peers_that_are_gone, setup),
        cmocka_unit_test_setup(listen_fails_as_the_kernel_says, setup),
        cmocka_unit_test_setup(connect_makes_five_attempts_with_doubling_pauses, setup),
        cmocka_unit_test_setup(the_last_attempts_errno_comes_back, setup),
        cmocka_unit_test_setup(what_no_other_attempt_can_mend_comes_back_at_once, setup),
        cmocka_unit_test_setup(each_number_of_attempts_fails_and_succeeds_at_its_last, setup),
        cmocka_unit_test_setup(a_silent_machine_takes_two_seconds_per_attempt, setup),
        cmocka_unit_test_setup(delays_caps_and_deadlines_are_kept, setup),
        cmocka_unit_test_setup(the_local_cid_is_read_or_not_but_nothing_stays_open, setup),
    };

    return cmocka_run_group_tests_name("vsock", tests, NULL, NULL);
}
