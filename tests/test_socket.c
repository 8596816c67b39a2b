/*
 * Single system calls: what each can answer, and what is made of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include <cmocka.h>

#include "io/socket.h"
#include "support/faults.h"

static int pair[2];

static int setup(void **state)
{
    faults_setup(state);
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
}

static int teardown(void **state)
{
    (void)state;
    faults_reset();
    eyelet_socket_close(pair[0]);
    eyelet_socket_close(pair[1]);
    return 0;
}

static void close_end(int *fd)
{
    *fd = eyelet_socket_close(*fd);
}

static void a_deadline_never_overflows(void **state)
{
    (void)state;
    assert_true(eyelet_deadline_after_ms(0, 0) == 0);
    assert_true(eyelet_deadline_after_ms(5, 1) == 1000005);
    assert_true(eyelet_deadline_after_ms(0, UINT32_MAX) == UINT32_MAX * EYELET_NS_PER_MS);
    assert_true(eyelet_deadline_after_ms(UINT64_MAX - 1000000, 1) == EYELET_NO_DEADLINE);
    assert_true(eyelet_deadline_after_ms(UINT64_MAX - 1000001, 1) == UINT64_MAX - 1);
    assert_true(eyelet_deadline_after_ms(UINT64_MAX - 1, UINT32_MAX) == EYELET_NO_DEADLINE);
}

static int send_room(int fd)
{
    int len = 0;

    assert_int_equal(eyelet_socket_get_option(fd, SO_SNDBUF, &len), 0);
    return len;
}

static void a_unix_socket_is_widened_and_never_narrowed(void **state)
{
    const int small = 8192;
    int before, inet;

    (void)state;
    assert_int_equal(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
    before = send_room(pair[0]);
    faults_fail(FAULT_GETSOCKOPT, 1, ENOBUFS);
    eyelet_socket_widen(pair[0], 65536);
    faults_fail(FAULT_GETSOCKOPT, 2, ENOBUFS);
    eyelet_socket_widen(pair[0], 65536);
    faults_fail(FAULT_SETSOCKOPT, 1, EPERM);
    eyelet_socket_widen(pair[0], 65536);
    assert_int_equal(send_room(pair[0]), before);
    eyelet_socket_widen(pair[0], 65536);
    assert_int_equal(send_room(pair[0]), 65536);
    eyelet_socket_widen(pair[0], 32768);
    assert_int_equal(send_room(pair[0]), 65536);

    inet = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    before = send_room(inet);
    eyelet_socket_widen(inet, 2 * before);
    assert_int_equal(send_room(inet), before); /* TCP widens its sockets itself, unless somebody has */
    eyelet_socket_close(inet);
}

static void bytes_go_from_one_end_to_the_other(void **state)
{
    struct iovec iov[] = { { "he", 2 }, { "", 0 }, { "llo", 3 } };
    char room[16];
    size_t n = 99;

    (void)state;
    assert_int_equal(eyelet_socket_send_parts(pair[0], iov, 3, &n), 0);
    assert_int_equal(n, 5);
    assert_int_equal(eyelet_socket_recv_some(pair[1], room, 3, &n), 0);
    assert_int_equal(n, 3);
    assert_int_equal(eyelet_socket_recv_now(pair[1], room + 3, sizeof(room) - 3, &n), 0);
    assert_int_equal(n, 2);
    assert_memory_equal(room, "hello", 5);
    assert_int_equal(eyelet_socket_recv_now(pair[1], room, sizeof(room), &n), -EAGAIN);
    close_end(&pair[0]);
    assert_int_equal(eyelet_socket_recv_some(pair[1], room, sizeof(room), &n), 0);
    assert_int_equal(n, 0);
}

static void an_empty_iovec_is_no_error_and_a_long_one_is_taken_in_parts(void **state)
{
    static struct iovec many[IOV_MAX + 10];
    struct iovec empty[] = { { "", 0 }, { "", 0 } };
    size_t n = 99;

    (void)state;
    assert_int_equal(eyelet_socket_send_parts(pair[0], empty, 2, &n), 0);
    assert_int_equal(n, 0);
    for (size_t i = 0; i < IOV_MAX + 10; i++)
        many[i] = (struct iovec){ "x", 1 };
    assert_int_equal(eyelet_socket_send_parts(pair[0], many, IOV_MAX + 10, &n), 0);
    assert_int_equal(n, IOV_MAX);
    n = 99;
    assert_int_equal(eyelet_socket_send_some(pair[0], "", 0, &n), 0);
    assert_int_equal(n, 0);
}

static void a_gone_peer_is_an_error_without_a_signal(void **state)
{
    struct iovec iov = { "x", 1 };
    size_t n;

    (void)state;
    close_end(&pair[1]);
    assert_int_equal(eyelet_socket_send_some(pair[0], "x", 1, &n), -EPIPE);
    assert_int_equal(eyelet_socket_send_parts(pair[0], &iov, 1, &n), -EPIPE);
}

static void every_errno_of_send_and_recv_comes_back_and_eintr_does_not(void **state)
{
    const int errnos[] = { EAGAIN, EPIPE, ECONNRESET, ENOBUFS, ENOMEM, ETIMEDOUT, EPROTO, ENOTCONN, EBADF, ENOTSOCK };
    struct iovec iov = { "xyz", 3 };
    char room[8];
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++) {
        n = 99;
        faults_fail(FAULT_SENDMSG, 1, errnos[i]);
        assert_int_equal(eyelet_socket_send_some(pair[0], "xyz", 3, &n), -errnos[i]);
        faults_fail(FAULT_SENDMSG, 1, errnos[i]);
        assert_int_equal(eyelet_socket_send_parts(pair[0], &iov, 1, &n), -errnos[i]);
        faults_fail(FAULT_RECV, 1, errnos[i]);
        assert_int_equal(eyelet_socket_recv_some(pair[1], room, sizeof(room), &n), -errnos[i]);
        faults_fail(FAULT_RECV, 1, errnos[i]);
        assert_int_equal(eyelet_socket_recv_now(pair[1], room, sizeof(room), &n), -errnos[i]);
        assert_int_equal(n, 99);
    }
    for (unsigned i = 1; i <= 20; i++) {
        faults_fail(FAULT_SENDMSG, i, EINTR);
        faults_fail(FAULT_RECV, i, EINTR);
    }
    assert_int_equal(eyelet_socket_send_some(pair[0], "xyz", 3, &n), 0);
    for (unsigned i = 1; i <= 20; i++)
        faults_fail(FAULT_SENDMSG, i, EINTR);
    assert_int_equal(eyelet_socket_send_parts(pair[0], &iov, 1, &n), 0);
    assert_int_equal(eyelet_socket_recv_some(pair[1], room, sizeof(room), &n), 0);
    assert_int_equal(n, 6);
}

static void short_counts_are_told_as_they_are(void **state)
{
    struct iovec iov[] = { { "abc", 3 }, { "def", 3 } };
    char room[8];
    size_t n;

    (void)state;
    faults_short(FAULT_SENDMSG, 4);
    faults_short(FAULT_RECV, 1);
    assert_int_equal(eyelet_socket_send_parts(pair[0], iov, 2, &n), 0);
    assert_int_equal(n, 4);
    assert_int_equal(eyelet_socket_send_some(pair[0], "abcdef", 6, &n), 0);
    assert_int_equal(n, 4);
    assert_int_equal(eyelet_socket_recv_some(pair[1], room, sizeof(room), &n), 0);
    assert_int_equal(n, 1);
}

static void a_wait_ends_at_its_deadline_however_often_it_is_interrupted(void **state)
{
    short revents = 77;

    (void)state;
    faults_fake_clock(1000);
    for (unsigned i = 1; i <= 30; i++)
        faults_fail(FAULT_POLL, i, EINTR);
    assert_int_equal(eyelet_socket_wait_until(pair[0], POLLIN, 1000 + 1500000, &revents), -ETIMEDOUT);
    assert_true(faults_now_ns() == 1000 + 2000000); /* rounded up to poll()'s milliseconds */
    assert_int_equal(revents, 77);
    assert_int_equal(faults_count(FAULT_POLL), 32); /* one to wait, one to look a last time */
}

static void a_wait_looks_once_even_when_its_deadline_is_over(void **state)
{
    short revents = 0;

    (void)state;
    faults_fake_clock(5000);
    assert_int_equal(eyelet_socket_wait_until(pair[0], POLLIN, 0, &revents), -ETIMEDOUT);
    assert_int_equal(eyelet_socket_wait_until(pair[0], POLLOUT, 0, &revents), 0);
    assert_int_equal(revents, POLLOUT);
    assert_int_equal(eyelet_socket_wait_until(pair[0], POLLOUT, EYELET_NO_DEADLINE, NULL), 0);
    assert_true(faults_now_ns() == 5000);

    faults_fail(FAULT_POLL, 1, EINTR); /* interrupted when there is no time left to try again */
    assert_int_equal(eyelet_socket_wait_until(pair[0], POLLOUT, 5000, &revents), -ETIMEDOUT);
}

static void a_wait_that_cannot_be_fails(void **state)
{
    const int errnos[] = { EFAULT, EINVAL, ENOMEM };

    (void)state;
    for (size_t i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++) {
        faults_fail(FAULT_POLL, 1, errnos[i]);
        assert_int_equal(eyelet_socket_wait_until(pair[0], POLLIN, 0, NULL), -errnos[i]);
    }
    assert_int_equal(eyelet_socket_wait_until(1023, POLLIN, 0, NULL), -EBADF);
}

static void a_wait_longer_than_poll_can_count_goes_on(void **state)
{
    const uint64_t deadline_ns = ((uint64_t)INT_MAX + 5) * EYELET_NS_PER_MS;

    (void)state;
    faults_fake_clock(0);
    assert_int_equal(eyelet_socket_wait_until(-1, 0, deadline_ns, NULL), -ETIMEDOUT);
    assert_true(faults_now_ns() == deadline_ns);
}

/* A listener without a file: bound by the kernel to a name of its own. */
static int listen_somewhere(struct sockaddr_un *ret, socklen_t *ret_len)
{
    const sa_family_t autobind = AF_UNIX;
    int fd = -1;

    assert_int_equal(eyelet_socket_open(AF_UNIX, &fd), 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&autobind, sizeof(autobind)), 0);
    assert_int_equal(listen(fd, 1), 0);
    *ret_len = sizeof(*ret);
    assert_int_equal(getsockname(fd, (struct sockaddr *)ret, ret_len), 0);
    return fd;
}

static bool has_flag(int fd, int get, int flag)
{
    return fcntl(fd, get) & flag;
}

static void accept_says_who_came_and_closes_on_exec(void **state)
{
    struct sockaddr_un name;
    socklen_t len;
    struct eyelet_peer peer;
    int listen_fd = listen_somewhere(&name, &len);
    int client = -1, server = -1;

    (void)state;
    assert_int_equal(eyelet_socket_accept(listen_fd, &peer, &server), -EAGAIN);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(eyelet_socket_open(AF_UNIX, &client), 0);
        assert_int_equal(eyelet_socket_connect(client, (struct sockaddr *)&name, len, 0), 0);
        assert_false(has_flag(client, F_GETFL, O_NONBLOCK));
        assert_true(has_flag(client, F_GETFD, FD_CLOEXEC));

        faults_fail(FAULT_ACCEPT4, 1, EINTR);
        if (i == 0)
            assert_int_equal(eyelet_socket_accept(listen_fd, &peer, &server), 0);
        else
            assert_int_equal(eyelet_socket_accept_blocking(listen_fd, &peer, &server), 0);
        assert_true(has_flag(server, F_GETFD, FD_CLOEXEC));
        assert_int_equal(has_flag(server, F_GETFL, O_NONBLOCK), i == 0);
        assert_int_equal(peer.family, EYELET_FAMILY_UNIX);
        assert_int_equal(peer.pid, getpid());
        assert_int_equal(peer.uid, getuid());
        assert_int_equal(peer.gid, getgid());
        close(client);
        close(server);
    }
    close(listen_fd);
}

static void a_peer_whose_credentials_are_not_to_be_had_is_a_stranger(void **state)
{
    struct sockaddr_un name;
    socklen_t len;
    struct eyelet_peer peer;
    int listen_fd = listen_somewhere(&name, &len);
    int client = -1, server = -1;

    (void)state;
    assert_int_equal(eyelet_socket_open(AF_UNIX, &client), 0);
    assert_int_equal(eyelet_socket_connect(client, (struct sockaddr *)&name, len, 0), 0);
    faults_fail(FAULT_GETSOCKOPT, 1, ENOPROTOOPT);
    assert_int_equal(eyelet_socket_accept(listen_fd, &peer, &server), 0);
    assert_int_equal(peer.pid, 0);
    assert_true(peer.uid == UINT32_MAX && peer.gid == UINT32_MAX);
    close(client);
    close(server);
    close(listen_fd);
}

static void a_vsock_peer_is_known_by_cid_and_port(void **state)
{
    const struct sockaddr_vm any = { .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = 5005 };
    struct eyelet_peer peer;
    int listen_fd = -1, client = -1, server = -1;

    (void)state;
    faults_fake_vsock(true);
    faults_vsock_peer(16, 900);
    assert_int_equal(eyelet_socket_open(AF_VSOCK, &listen_fd), 0);
    assert_int_equal(bind(listen_fd, (const struct sockaddr *)&any, sizeof(any)), 0);
    assert_int_equal(listen(listen_fd, 1), 0);
    assert_int_equal(eyelet_socket_open(AF_VSOCK, &client), 0);
    assert_int_equal(eyelet_socket_connect(client, (const struct sockaddr *)&any, sizeof(any), 0), 0);
    assert_int_equal(eyelet_socket_accept(listen_fd, &peer, &server), 0);
    assert_int_equal(peer.family, EYELET_FAMILY_VSOCK);
    assert_int_equal(peer.cid, 16);
    assert_int_equal(peer.port, 900);
    close(client);
    close(server);
    close(listen_fd);
}

static void every_errno_of_accept_comes_back_with_nothing_open(void **state)
{
    const int errnos[] = { EAGAIN, ECONNABORTED, EMFILE, ENFILE, ENOMEM, ENOBUFS, EPROTO, EPERM, EINVAL, EBADF };
    struct eyelet_peer peer;
    unsigned n_open = faults_open_fds();
    int fd = 77;

    (void)state;
    for (size_t i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++) {
        faults_fail(FAULT_ACCEPT4, 1, errnos[i]);
        assert_int_equal(eyelet_socket_accept(pair[0], &peer, &fd), -errnos[i]);
        assert_int_equal(fd, 77);
    }
    assert_int_equal(faults_open_fds(), n_open);
}

static void blocking_is_switched_both_ways_and_its_failures_told(void **state)
{
    (void)state;
    assert_int_equal(eyelet_socket_set_nonblocking(pair[0], true), 0);
    assert_true(has_flag(pair[0], F_GETFL, O_NONBLOCK));
    assert_int_equal(eyelet_socket_set_nonblocking(pair[0], false), 0);
    assert_false(has_flag(pair[0], F_GETFL, O_NONBLOCK));
    faults_fail(FAULT_FCNTL, 1, EBADF);
    assert_int_equal(eyelet_socket_set_nonblocking(pair[0], true), -EBADF);
    faults_fail(FAULT_FCNTL, 2, EPERM);
    assert_int_equal(eyelet_socket_set_nonblocking(pair[0], true), -EPERM);
}

static void closing_keeps_errno_and_takes_minus_one(void **state)
{
    unsigned n_open = faults_open_fds();

    (void)state;
    errno = 55;
    assert_int_equal(eyelet_socket_close(-1), -1);
    assert_int_equal(faults_count(FAULT_CLOSE), 0);
    faults_fail(FAULT_CLOSE, 1, EINTR);
    pair[0] = eyelet_socket_close(pair[0]);
    assert_int_equal(errno, 55);
    assert_int_equal(pair[0], -1);
    assert_int_equal(faults_open_fds(), n_open - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_deadline_never_overflows, setup, teardown),
        cmocka_unit_test_setup_teardown(a_unix_socket_is_widened_and_never_narrowed, setup, teardown),
        cmocka_unit_test_setup_teardown(bytes_go_from_one_end_to_the_other, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_iovec_is_no_error_and_a_long_one_is_taken_in_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(a_gone_peer_is_an_error_without_a_signal, setup, teardown),
        cmocka_unit_test_setup_teardown(every_errno_of_send_and_recv_comes_back_and_eintr_does_not, setup, teardown),
        cmocka_unit_test_setup_teardown(short_counts_are_told_as_they_are, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wait_ends_at_its_deadline_however_often_it_is_interrupted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wait_looks_once_even_when_its_deadline_is_over, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wait_that_cannot_be_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wait_longer_than_poll_can_count_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(accept_says_who_came_and_closes_on_exec, setup, teardown),
        cmocka_unit_test_setup_teardown(a_peer_whose_credentials_are_not_to_be_had_is_a_stranger, setup, teardown),
        cmocka_unit_test_setup_teardown(a_vsock_peer_is_known_by_cid_and_port, setup, teardown),
        cmocka_unit_test_setup_teardown(every_errno_of_accept_comes_back_with_nothing_open, setup, teardown),
        cmocka_unit_test_setup_teardown(blocking_is_switched_both_ways_and_its_failures_told, setup, teardown),
        cmocka_unit_test_setup_teardown(closing_keeps_errno_and_takes_minus_one, setup, teardown),
    };

    return cmocka_run_group_tests_name("socket", tests, NULL, NULL);
}
