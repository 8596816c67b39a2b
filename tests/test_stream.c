/*
 * The raw core's bytes, on socketpairs: whole sends, capped receives, and nothing lost in between whatever fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/vsock.h>

#include "support/faults.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define BIG         100000 /* fits into a socketpair's buffer; more than one step of memory */

static int pair[2];
static char pattern[BIG];

static int setup(void **state)
{
    faults_setup(state);
    for (size_t i = 0; i < BIG; i++)
        pattern[i] = (char)(i * 7 + i / 251);
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
}

static void close_end(int i)
{
    if (pair[i] >= 0)
        eyelet_vsock_close(pair[i]);
    pair[i] = -1;
}

static int teardown(void **state)
{
    (void)state;
    faults_reset();
    close_end(0);
    close_end(1);
    return 0;
}

/* A second socketpair in place of one that a test has used up. */
static void renew(void)
{
    close_end(0);
    close_end(1);
    faults_reset();
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
}

static void assert_received(size_t max_size, size_t chunk_size, const char *bytes, size_t len)
{
    void *data = NULL;
    size_t n = 0;

    assert_int_equal(eyelet_vsock_receive(pair[1], max_size, chunk_size, &data, &n), 0);
    assert_int_equal(n, len);
    assert_memory_equal(data, bytes, len);
    free(data);
}

static void assert_not_received(size_t max_size, size_t chunk_size, int r)
{
    void *data = pattern;
    size_t n = 77;

    assert_int_equal(eyelet_vsock_receive(pair[1], max_size, chunk_size, &data, &n), r);
    assert_ptr_equal(data, pattern);
    assert_int_equal(n, 77);
}

static void assert_end(void)
{
    void *data = pattern;
    size_t n = 77;

    assert_int_equal(eyelet_vsock_receive(pair[1], 10, 10, &data, &n), 0);
    assert_null(data);
    assert_int_equal(n, 0);
}

/* ---- send ---- */

static void send_takes_chunks_of_every_size(void **state)
{
    const size_t chunks[] = { 1, 2, 3, 6, 7, 8, 1000, SIZE_MAX };
    const unsigned uses[] = { 7, 4, 3, 2, 1, 1, 1, 1 };

    (void)state;
    for (size_t i = 0; i < N_OF(chunks); i++) {
        unsigned before = faults_count(FAULT_SENDMSG);

        assert_int_equal(eyelet_vsock_send(pair[0], pattern, 7, chunks[i]), 0);
        assert_int_equal(faults_count(FAULT_SENDMSG) - before, uses[i]);
        assert_received(100, 100, pattern, 7);
    }
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, 7, 0), -EINVAL);
    assert_int_equal(eyelet_vsock_send(pair[0], NULL, 0, 1), 0);
}

static void short_and_interrupted_sends_lose_nothing(void **state)
{
    (void)state;
    for (size_t max = 1; max <= 8; max++) {
        faults_reset();
        faults_short(FAULT_SENDMSG, max);
        for (unsigned i = 1; i <= 15; i += 2)
            faults_fail(FAULT_SENDMSG, i, EINTR);
        assert_int_equal(eyelet_vsock_send(pair[0], pattern, 20, 7), 0);
        assert_received(100, 100, pattern, 20);
    }
}

static void every_errno_of_a_send_ends_it(void **state)
{
    const int errnos[] = { EPIPE, ECONNRESET, ENOBUFS, ENOMEM, ETIMEDOUT, EPROTO, ENOTCONN, EBADF, EAGAIN };

    (void)state;
    for (size_t i = 0; i < N_OF(errnos); i++) {
        for (unsigned nth = 1; nth <= 3; nth++) {
            faults_reset();
            faults_fail(FAULT_SENDMSG, nth, errnos[i]);
            assert_int_equal(eyelet_vsock_send(pair[0], pattern, 30, 10), -errnos[i]);
            assert_int_equal(faults_count(FAULT_SENDMSG), nth);
            if (nth > 1)
                assert_received(100, 100, pattern, (nth - 1) * 10);
        }
    }
}

static void a_gone_peer_is_an_error_and_no_signal(void **state)
{
    int tube[2];

    (void)state;
    close_end(1);
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, 1, 1), -EPIPE);
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, BIG, BIG), -EPIPE);
    assert_int_equal(pipe2(tube, O_CLOEXEC), 0);
    assert_int_equal(eyelet_vsock_send(tube[1], pattern, 1, 1), -ENOTSOCK);
    close(tube[0]);
    assert_int_equal(eyelet_vsock_send(tube[1], pattern, 1, 1), -ENOTSOCK);
    close(tube[1]);
}

static void a_socket_that_takes_nothing_is_an_error_and_no_loop(void **state)
{
    struct timeval soon = { .tv_usec = 1 };

    (void)state;
    assert_int_equal(setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon)), 0);
    for (int i = 0; i < 10; i++)
        if (eyelet_vsock_send(pair[0], pattern, BIG, BIG) == -EAGAIN)
            return; /* the owner's own timeout is not waited over */
    fail_msg("a megabyte went into a socket that nobody reads");
}

static void *read_all(void *userdata)
{
    size_t n_total = *(size_t *)userdata;
    char room[4096];

    for (size_t done = 0; done < n_total;) {
        ssize_t n = recv(pair[1], room, sizeof(room), 0);

        if (n <= 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return NULL;
        for (ssize_t i = 0; i < n; i++)
            if (room[i] != pattern[(done + (size_t)i) % BIG])
                return NULL;
        done += (size_t)n;
    }
    return pattern;
}

static void send_waits_for_a_non_blocking_socket(void **state)
{
    size_t n_total = 20 * BIG;
    pthread_t reader;
    void *ok = NULL;

    (void)state;
    assert_int_equal(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(pthread_create(&reader, NULL, read_all, &n_total), 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(eyelet_vsock_send(pair[0], pattern, BIG, BIG), 0);
    assert_int_equal(pthread_join(reader, &ok), 0);
    assert_non_null(ok);
}

static void a_send_whose_wait_fails_says_so(void **state)
{
    (void)state;
    assert_int_equal(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
    faults_fail(FAULT_SENDMSG, 1, EAGAIN);
    faults_fail(FAULT_POLL, 1, ENOMEM);
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, 10, 10), -ENOMEM);
    faults_fail(FAULT_SENDMSG, 1, EAGAIN);
    faults_fail(FAULT_FCNTL, 1, EBADF);
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, 10, 10), -EBADF);
}

/* ---- receive ---- */

static void receive_refuses_sizes_that_make_no_sense(void **state)
{
    (void)state;
    assert_not_received(10, 0, -EINVAL);
    assert_not_received(0, 0, -EINVAL);
    assert_not_received(9, 10, -EINVAL);
    assert_int_equal(faults_count(FAULT_RECV), 0);
    assert_int_equal(faults_count(FAULT_ALLOC), 0);
}

static void an_exact_multiple_of_the_chunk_does_not_hang(void **state)
{
    (void)state;
    for (size_t chunk = 1; chunk <= 16; chunk++) {
        for (size_t len = 1; len <= 48; len++) {
            assert_int_equal(eyelet_vsock_send(pair[0], pattern, len, len), 0);
            assert_received(100, chunk, pattern, len);
        }
    }
}

static void exactly_the_cap_is_fine_and_one_more_is_not(void **state)
{
    const size_t chunks[] = { 1, 3, 4, 5, 20 };

    (void)state;
    for (size_t i = 0; i < N_OF(chunks); i++) {
        renew();
        assert_int_equal(eyelet_vsock_send(pair[0], pattern, 20, 20), 0);
        assert_received(20, chunks[i], pattern, 20);
        assert_int_equal(eyelet_vsock_send(pair[0], pattern, 21, 21), 0);
        assert_not_received(20, chunks[i], -EMSGSIZE);
    }
}

static void the_cap_at_an_end_is_fine(void **state)
{
    (void)state;
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, 20, 20), 0);
    close_end(0);
    assert_received(20, 20, pattern, 20);
    assert_end();
    assert_end();
}

static void no_cap_at_all_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, BIG, BIG), 0);
    assert_received(SIZE_MAX, SIZE_MAX, pattern, BIG);
}

static void memory_follows_what_arrives(void **state)
{
    const size_t huge = (size_t)1 << 46; /* no machine has it: asking for it at once would be ENOMEM */

    (void)state;
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, 10, 10), 0);
    assert_received(huge, huge, pattern, 10);
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, BIG, BIG), 0);
    assert_received(huge, huge, pattern, BIG);
}

static void small_chunks_ask_for_memory_seldom(void **state)
{
    (void)state;
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, BIG, BIG), 0);
    assert_received(BIG, 16, pattern, BIG);
    assert_in_range(faults_count(FAULT_ALLOC), 2, 16);
    assert_true(faults_count(FAULT_RECV) >= BIG / 16);
}

static void a_non_blocking_socket_without_bytes_says_eagain(void **state)
{
    (void)state;
    assert_int_equal(fcntl(pair[1], F_SETFL, O_NONBLOCK), 0);
    assert_not_received(100, 10, -EAGAIN);
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, 30, 30), 0);
    assert_received(100, 10, pattern, 30);
    assert_not_received(100, 10, -EAGAIN);
}

static void short_and_interrupted_receives_lose_nothing(void **state)
{
    (void)state;
    for (size_t max = 1; max <= 8; max++) {
        faults_reset();
        faults_short(FAULT_RECV, max);
        for (unsigned i = 1; i <= 15; i += 2)
            faults_fail(FAULT_RECV, i, EINTR);
        assert_int_equal(eyelet_vsock_send(pair[0], pattern, 20, 20), 0);
        assert_received(100, 7, pattern, 20);
    }
}

static void every_errno_of_the_first_receive_comes_back(void **state)
{
    const int errnos[] = { EAGAIN, ECONNRESET, ETIMEDOUT, ENOBUFS, ENOMEM, EPROTO, ENOTCONN, EBADF, ENOTSOCK };

    (void)state;
    for (size_t i = 0; i < N_OF(errnos); i++) {
        faults_fail(FAULT_RECV, 1, errnos[i]);
        assert_not_received(100, 10, -errnos[i]);
    }
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, 10, 10), 0);
    assert_received(100, 10, pattern, 10);
}

/* Receive until @len bytes have come, over failures that are allowed to show once; nothing is lost or doubled. */
static unsigned receive_all(size_t chunk_size, size_t len, int allowed)
{
    unsigned n_failures = 0;
    size_t done = 0, n;
    void *data;
    int r;

    while (done < len) {
        r = eyelet_vsock_receive(pair[1], len + 10, chunk_size, &data, &n);
        if (r == 0) {
            assert_true(n > 0 && n <= len - done);
            assert_memory_equal(data, pattern + done, n);
            free(data);
            done += n;
            continue;
        }
        assert_int_equal(r, -allowed);
        assert_int_equal(++n_failures, 1);
    }
    return n_failures;
}

static void whatever_fails_in_turn_the_bytes_before_it_are_handed_out(void **state)
{
    const struct {
        enum fault_call call;
        int error_number;
    } faults[] = { { FAULT_ALLOC, ENOMEM }, { FAULT_POLL, ENOMEM }, { FAULT_POLL, EINTR },
                   { FAULT_RECV, EAGAIN },  { FAULT_RECV, ENOMEM }, { FAULT_RECV, EINTR } };
    unsigned n_failures = 0, n_uses;

    (void)state;
    for (size_t i = 0; i < N_OF(faults); i++) {
        for (unsigned nth = 1;; nth++) {
            faults_reset();
            assert_int_equal(eyelet_vsock_send(pair[0], pattern, BIG, BIG), 0);
            faults_fail(faults[i].call, nth, faults[i].error_number);
            n_failures += receive_all(5000, BIG, faults[i].error_number);
            n_uses = faults_count(faults[i].call);
            if (n_uses < nth)
                break;
        }
    }
    assert_int_equal(n_failures, 3); /* the first memory and the first recv, but for EINTR */
}

static void an_error_behind_the_last_bytes_is_told_by_the_next_call(void **state)
{
    (void)state;
    /* unix(7): closing with our bytes unread resets the connection, behind what was sent before. */
    assert_int_equal(eyelet_vsock_send(pair[1], "unread", 6, 6), 0);
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, 20, 20), 0);
    close_end(0);
    assert_received(100, 5, pattern, 5);
    assert_received(100, 100, pattern + 5, 15);
    assert_not_received(100, 5, -ECONNRESET);
    assert_end();
}

static int send_with_descriptor(int fd, const char *text, size_t len)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { .head = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int)) } };
    struct iovec iov = { (void *)text, len };
    struct msghdr message = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };

    memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
    return (int)sendmsg(fd, &message, MSG_NOSIGNAL);
}

static void h019_descriptors_that_a_peer_passes_are_dropped(void **state)
{
    unsigned n_open = faults_open_fds();
    char room[5];

    (void)state;
    for (int i = 0; i < 50; i++)
        assert_int_equal(send_with_descriptor(pair[0], "hello", 5), 5);
    for (int i = 0; i < 25; i++) {
        assert_int_equal(eyelet_vsock_receive_exact(pair[1], room, 5), 0);
        assert_memory_equal(room, "hello", 5);
        assert_int_equal(faults_open_fds(), n_open);
    }
    for (size_t done = 0; done < 125;) {
        void *data;
        size_t n;

        assert_int_equal(eyelet_vsock_receive(pair[1], 1000, 7, &data, &n), 0);
        done += n;
        free(data);
    }
    assert_int_equal(faults_open_fds(), n_open);
}

/* ---- receive_exact, close, shutdown_write ---- */

static void exact_receives_cross_every_boundary(void **state)
{
    char room[64];

    (void)state;
    for (size_t max = 1; max <= 9; max++) {
        faults_reset();
        faults_short(FAULT_RECV, max);
        for (unsigned i = 1; i <= 9; i += 2)
            faults_fail(FAULT_RECV, i, EINTR);
        assert_int_equal(eyelet_vsock_send(pair[0], pattern, 20, 20), 0);
        assert_int_equal(eyelet_vsock_receive_exact(pair[1], room, 13), 0);
        assert_memory_equal(room, pattern, 13);
        assert_int_equal(eyelet_vsock_receive_exact(pair[1], room, 7), 0);
        assert_memory_equal(room, pattern + 13, 7);
    }
    assert_int_equal(eyelet_vsock_receive_exact(pair[1], NULL, 0), 0);
}

static void an_end_before_all_bytes_is_an_error(void **state)
{
    char room[64];

    (void)state;
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, 5, 5), 0);
    close_end(0);
    assert_int_equal(eyelet_vsock_receive_exact(pair[1], room, 6), -ECONNABORTED);
    assert_int_equal(eyelet_vsock_receive_exact(pair[1], room, 6), -ENODATA);
}

static void every_errno_of_an_exact_receive_ends_it(void **state)
{
    const int errnos[] = { EAGAIN, ECONNRESET, ETIMEDOUT, ENOBUFS, ENOMEM, EPROTO, ENOTCONN, EBADF, ENOTSOCK };
    char room[64];

    (void)state;
    for (size_t i = 0; i < N_OF(errnos); i++) {
        for (unsigned nth = 1; nth <= 3; nth++) {
            renew();
            assert_int_equal(eyelet_vsock_send(pair[0], pattern, 30, 30), 0);
            faults_short(FAULT_RECV, 10);
            faults_fail(FAULT_RECV, nth, errnos[i]);
            assert_int_equal(eyelet_vsock_receive_exact(pair[1], room, 30), -errnos[i]);
        }
    }
}

static void *send_two_parts(void *userdata)
{
    (void)userdata;
    if (eyelet_vsock_send(pair[0], pattern, BIG, 1000) < 0 || eyelet_vsock_send(pair[0], pattern, BIG, 77) < 0)
        return NULL;
    return pattern;
}

static void an_exact_receive_waits_for_a_non_blocking_socket(void **state)
{
    char *room = malloc(2 * BIG);
    pthread_t sender;
    void *ok = NULL;

    (void)state;
    assert_non_null(room);
    assert_int_equal(fcntl(pair[1], F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(pthread_create(&sender, NULL, send_two_parts, NULL), 0);
    assert_int_equal(eyelet_vsock_receive_exact(pair[1], room, 2 * BIG), 0);
    assert_int_equal(pthread_join(sender, &ok), 0);
    assert_non_null(ok);
    assert_memory_equal(room, pattern, BIG);
    assert_memory_equal(room + BIG, pattern, BIG);
    free(room);

    faults_fail(FAULT_POLL, 1, ENOMEM);
    assert_int_equal(eyelet_vsock_receive_exact(pair[1], &ok, 1), -ENOMEM);
}

static void closing_tells_errors_but_for_signals(void **state)
{
    unsigned n_open = faults_open_fds();
    int fd = dup(pair[0]);

    (void)state;
    faults_fail(FAULT_CLOSE, 1, EINTR);
    assert_int_equal(eyelet_vsock_close(fd), 0);
    fd = dup(pair[0]);
    faults_fail(FAULT_CLOSE, 1, EIO);
    assert_int_equal(eyelet_vsock_close(fd), -EIO);
    assert_int_equal(faults_open_fds(), n_open);
    assert_int_equal(eyelet_vsock_close(-1), -EBADF);
}

static void a_shut_down_writer_reads_on(void **state)
{
    char room[5];

    (void)state;
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, 20, 20), 0);
    assert_int_equal(eyelet_vsock_shutdown_write(pair[0]), 0);
    assert_received(100, 7, pattern, 20);
    assert_end();
    assert_int_equal(eyelet_vsock_send(pair[1], pattern, 5, 5), 0);
    assert_int_equal(eyelet_vsock_receive_exact(pair[0], room, 5), 0);
    assert_int_equal(eyelet_vsock_send(pair[0], pattern, 1, 1), -EPIPE);
    faults_fail(FAULT_SHUTDOWN, 1, ENOTCONN);
    assert_int_equal(eyelet_vsock_shutdown_write(pair[0]), -ENOTCONN);
}

/* ---- signals ---- */

static atomic_bool storm_is_over;
static atomic_uint n_signals;

static void count_signal(int signal_number)
{
    (void)signal_number;
    atomic_fetch_add(&n_signals, 1);
}

static void *storm(void *userdata)
{
    pthread_t victim = *(pthread_t *)userdata;

    while (!storm_is_over) {
        pthread_kill(victim, SIGUSR1);
        sched_yield();
    }
    return NULL;
}

static void h017_signals_throughout_have_no_effect(void **state)
{
    struct sigaction action = { .sa_handler = count_signal }, before; /* no SA_RESTART */
    size_t n_total = 30 * BIG;
    pthread_t self = pthread_self(), reader, sender, stormer;
    void *ok = NULL;
    char *room = malloc(2 * BIG);

    (void)state;
    assert_non_null(room);
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    assert_int_equal(pthread_create(&reader, NULL, read_all, &n_total), 0);
    storm_is_over = false;
    n_signals = 0;
    assert_int_equal(pthread_create(&stormer, NULL, storm, &self), 0);
    for (int i = 0; i < 30; i++)
        assert_int_equal(eyelet_vsock_send(pair[0], pattern, BIG, BIG), 0);
    assert_int_equal(pthread_join(reader, &ok), 0);
    assert_non_null(ok);

    for (int i = 0; i < 10; i++) {
        assert_int_equal(pthread_create(&sender, NULL, send_two_parts, NULL), 0);
        assert_int_equal(eyelet_vsock_receive_exact(pair[1], room, 2 * BIG), 0);
        assert_int_equal(pthread_join(sender, &ok), 0);
        assert_non_null(ok);
        assert_memory_equal(room, pattern, BIG);
        assert_memory_equal(room + BIG, pattern, BIG);
    }
    storm_is_over = true;
    assert_int_equal(pthread_join(stormer, NULL), 0);
    assert_true(n_signals > 0);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
    free(room);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(send_takes_chunks_of_every_size),
        TEST(short_and_interrupted_sends_lose_nothing),
        TEST(every_errno_of_a_send_ends_it),
        TEST(a_gone_peer_is_an_error_and_no_signal),
        TEST(a_socket_that_takes_nothing_is_an_error_and_no_loop),
        TEST(send_waits_for_a_non_blocking_socket),
        TEST(a_send_whose_wait_fails_says_so),
        TEST(receive_refuses_sizes_that_make_no_sense),
        TEST(an_exact_multiple_of_the_chunk_does_not_hang),
        TEST(exactly_the_cap_is_fine_and_one_more_is_not),
        TEST(the_cap_at_an_end_is_fine),
        TEST(no_cap_at_all_is_allowed),
        TEST(memory_follows_what_arrives),
        TEST(small_chunks_ask_for_memory_seldom),
        TEST(a_non_blocking_socket_without_bytes_says_eagain),
        TEST(short_and_interrupted_receives_lose_nothing),
        TEST(every_errno_of_the_first_receive_comes_back),
        TEST(whatever_fails_in_turn_the_bytes_before_it_are_handed_out),
        TEST(an_error_behind_the_last_bytes_is_told_by_the_next_call),
        TEST(h019_descriptors_that_a_peer_passes_are_dropped),
        TEST(exact_receives_cross_every_boundary),
        TEST(an_end_before_all_bytes_is_an_error),
        TEST(every_errno_of_an_exact_receive_ends_it),
        TEST(an_exact_receive_waits_for_a_non_blocking_socket),
        TEST(closing_tells_errors_but_for_signals),
        TEST(a_shut_down_writer_reads_on),
        TEST(h017_signals_throughout_have_no_effect),
    };

    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
