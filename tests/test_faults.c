/*
 * The support that every other test stands on: it fails what it is told to fail, and nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include <cmocka.h>

#include "support/faults.h"

static void the_nth_use_fails_and_no_other(void **state)
{
    int fds[2];
    char byte = 'x';

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    faults_fail(FAULT_SEND, 2, ENOBUFS);
    faults_fail(FAULT_SEND, 3, EINTR);

    assert_int_equal(send(fds[0], &byte, 1, 0), 1);
    assert_int_equal(send(fds[0], &byte, 1, 0), -1);
    assert_int_equal(errno, ENOBUFS);
    assert_int_equal(send(fds[0], &byte, 1, 0), -1);
    assert_int_equal(errno, EINTR);
    assert_int_equal(send(fds[0], &byte, 1, 0), 1);
    assert_int_equal(faults_count(FAULT_SEND), 4);
    assert_int_equal(faults_count(FAULT_RECV), 0);
    close(fds[0]);
    close(fds[1]);
}

static void always_lasts_until_it_is_lifted(void **state)
{
    void *memory;

    (void)state;
    faults_fail_always(FAULT_ALLOC, ENOMEM);
    assert_null(malloc(1));
    assert_null(calloc(1, 1));
    assert_null(realloc(NULL, 1));
    faults_fail_always(FAULT_ALLOC, 0);
    memory = malloc(1);
    assert_non_null(memory);
    assert_int_equal(faults_count(FAULT_ALLOC), 4);
    free(memory);
}

static void counts_are_cut_short(void **state)
{
    int fds[2];
    char room[8] = "abcdefg";
    struct iovec iov[2] = { { room, 2 }, { room + 2, 5 } };
    struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    faults_short(FAULT_SENDMSG, 3);
    faults_short(FAULT_RECV, 2);
    assert_int_equal(sendmsg(fds[0], &message, 0), 3);
    assert_int_equal(recv(fds[1], room, sizeof(room), 0), 2);
    assert_int_equal(recv(fds[1], room, sizeof(room), 0), 1);
    close(fds[0]);
    close(fds[1]);
}

static void the_fake_clock_moves_by_waiting_only(void **state)
{
    struct timespec now;
    struct pollfd nothing = { .fd = -1 };
    struct epoll_event event;
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);

    (void)state;
    faults_fake_clock(5000000000ull);
    assert_int_equal(poll(&nothing, 1, 60000), 0);
    assert_int_equal(epoll_wait(epoll_fd, &event, 1, 1), 0);
    faults_advance_ns(7);
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    assert_int_equal(now.tv_sec, 65);
    assert_int_equal(now.tv_nsec, 1000007);
    close(epoll_fd);
}

static void a_vsock_is_never_opened(void **state)
{
    (void)state;
    assert_int_equal(socket(AF_VSOCK, SOCK_STREAM, 0), -1);
    assert_int_equal(errno, EAFNOSUPPORT);
}

static void a_fake_vsock_carries_bytes_and_names_its_peer(void **state)
{
    struct sockaddr_vm vm = { .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = 5005 };
    socklen_t len = sizeof(vm);
    int listen_fd, client, server;
    char byte = 'x';

    (void)state;
    faults_fake_vsock(true);
    faults_vsock_peer(16, 2000);
    listen_fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    client = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listen_fd, (struct sockaddr *)&vm, sizeof(vm)), 0);
    assert_int_equal(listen(listen_fd, 1), 0);
    vm.svm_cid = 3;
    assert_int_equal(connect(client, (struct sockaddr *)&vm, sizeof(vm)), 0);
    server = accept4(listen_fd, (struct sockaddr *)&vm, &len, SOCK_CLOEXEC);
    assert_true(server >= 0);
    assert_int_equal(vm.svm_family, AF_VSOCK);
    assert_int_equal(vm.svm_cid, 16);
    assert_int_equal(vm.svm_port, 2000);
    assert_int_equal(send(client, &byte, 1, 0), 1);
    assert_int_equal(recv(server, &byte, 1, 0), 1);
    close(listen_fd);
    close(client);
    close(server);
}

static void a_silent_vsock_is_waited_for_in_vain(void **state)
{
    struct sockaddr_vm vm = { .svm_family = AF_VSOCK, .svm_cid = 3, .svm_port = 5005 };
    struct pollfd poll_fd = { .events = POLLOUT };
    socklen_t len = sizeof(int);
    int so_error;

    (void)state;
    faults_fake_clock(0);
    faults_fake_vsock(true);
    poll_fd.fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    faults_vsock_connect_later(FAULTS_SILENCE);
    assert_int_equal(connect(poll_fd.fd, (struct sockaddr *)&vm, sizeof(vm)), -1);
    assert_int_equal(errno, EINPROGRESS);
    assert_int_equal(poll(&poll_fd, 1, 2000), 0);
    assert_int_equal(faults_now_ns(), 2000000000);

    faults_vsock_connect_later(ECONNRESET);
    assert_int_equal(connect(poll_fd.fd, (struct sockaddr *)&vm, sizeof(vm)), -1);
    assert_int_equal(poll(&poll_fd, 1, 2000), 1);
    assert_int_equal(getsockopt(poll_fd.fd, SOL_SOCKET, SO_ERROR, &so_error, &len), 0);
    assert_int_equal(so_error, ECONNRESET);
    close(poll_fd.fd);
}

static void what_is_freed_is_looked_through(void **state)
{
    char *blocks[4];

    (void)state;
    faults_watch_free("needle", 6);
    for (size_t i = 0; i < 4; i++) {
        blocks[i] = malloc(100);
        assert_non_null(blocks[i]);
        memset(blocks[i], 'x', 100);
    }
    memcpy(blocks[1] + 94, "needle", 6);
    memcpy(blocks[2], "needle", 6);
    memcpy(blocks[3], "needl", 5);
    free(NULL);
    free(blocks[0]);
    assert_int_equal(faults_freed_with_needle(), 0);
    free(blocks[1]);
    assert_int_equal(faults_freed_with_needle(), 1);
    blocks[2] = realloc(blocks[2], 200); /* one of before, and one of after */
    assert_non_null(blocks[2]);
    assert_int_equal(faults_freed_with_needle(), 2);
    free(blocks[2]);
    assert_int_equal(faults_freed_with_needle(), 3);
    free(blocks[3]);
    assert_int_equal(faults_freed_with_needle(), 3);
}

static void *read_once(void *fd)
{
    char byte;
    ssize_t n = recv(*(int *)fd, &byte, 1, 0);

    return n == 1 ? fd : NULL;
}

static void each_thread_has_counts_of_its_own(void **state)
{
    struct iovec iov = { .iov_base = "xy", .iov_len = 2 };
    const struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
    pthread_t thread;
    void *ret;
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    assert_int_equal(sendmsg(fds[0], &message, 0), 2);
    assert_int_equal(pthread_create(&thread, NULL, read_once, &fds[1]), 0);
    assert_int_equal(pthread_join(thread, &ret), 0);
    assert_non_null(ret);
    assert_int_equal(faults_count(FAULT_RECV), 1);
    assert_int_equal(faults_count_here(FAULT_RECV), 0);
    assert_int_equal(faults_bytes(FAULT_RECV), 1);
    assert_int_equal(faults_bytes_here(FAULT_RECV), 0);
    assert_int_equal(faults_count_here(FAULT_SENDMSG), 1);
    assert_int_equal(faults_bytes_here(FAULT_SENDMSG), 2);
    faults_reset();
    assert_int_equal(faults_count_here(FAULT_SENDMSG), 0);
    assert_int_equal(faults_bytes(FAULT_SENDMSG), 0);
    close(fds[0]);
    close(fds[1]);
}

static void *wait_for_byte(void *fd)
{
    struct pollfd one = { .fd = *(int *)fd, .events = POLLIN };

    return poll(&one, 1, 1) == 1 ? fd : NULL;
}

/* The wait of 1 ms ends with the byte, however late that comes. */
static void a_clock_that_stands_ends_no_wait(void **state)
{
    struct timespec before, after;
    pthread_t thread;
    void *ret;
    int fds[2];

    (void)state;
    faults_stop_clock();
    clock_gettime(CLOCK_MONOTONIC, &before);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    assert_int_equal(pthread_create(&thread, NULL, wait_for_byte, &fds[1]), 0);
    while (faults_waiting() == 0)
        sched_yield();
    assert_int_equal(faults_timeout_ms(), 1);
    assert_int_equal(faults_waiting_forever(), 0);
    for (unsigned i = 0; i < 10000; i++)
        sched_yield();
    assert_int_equal(send(fds[0], "x", 1, 0), 1);
    assert_int_equal(pthread_join(thread, &ret), 0);
    assert_non_null(ret);
    assert_int_equal(faults_waiting(), 0);
    assert_int_equal(faults_timed_out(), 0);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_memory_equal(&before, &after, sizeof(before));
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_nth_use_fails_and_no_other, faults_setup),
        cmocka_unit_test_setup(always_lasts_until_it_is_lifted, faults_setup),
        cmocka_unit_test_setup(what_is_freed_is_looked_through, faults_setup),
        cmocka_unit_test_setup(counts_are_cut_short, faults_setup),
        cmocka_unit_test_setup(the_fake_clock_moves_by_waiting_only, faults_setup),
        cmocka_unit_test_setup(a_vsock_is_never_opened, faults_setup),
        cmocka_unit_test_setup(a_fake_vsock_carries_bytes_and_names_its_peer, faults_setup),
        cmocka_unit_test_setup(a_silent_vsock_is_waited_for_in_vain, faults_setup),
        cmocka_unit_test_setup(each_thread_has_counts_of_its_own, faults_setup),
        cmocka_unit_test_setup(a_clock_that_stands_ends_no_wait, faults_setup),
    };

    return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
