/*
 * The connect engine: what is tried again, when, how often, until when, and what is said in the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include <cmocka.h>

#include <eyelet/vsock.h>

#include "io/connect.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"

#define START_NS 1000000000ull
#define MS       1000000ull

static const struct eyelet_address enclave = { .family = EYELET_FAMILY_VSOCK, .cid = 16, .port = 5005 };

static const int worth_another[] = { ECONNRESET, ECONNREFUSED, ENOENT, EAGAIN, ETIMEDOUT, ENODEV, EHOSTUNREACH, EINTR };
static const int final[] = { EAFNOSUPPORT, EPERM,         EACCES,          EMFILE,      ENFILE, ENOMEM, ENOBUFS,
                             EINVAL,       EADDRNOTAVAIL, EPROTONOSUPPORT, ENETUNREACH, EBADF,  EFAULT, EIO };

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static int setup(void **state)
{
    int r = folder_setup(state);

    faults_fake_clock(START_NS);
    faults_fake_vsock(true);
    return r;
}

static uint64_t elapsed_ns(void)
{
    return faults_now_ns() - START_NS;
}

static void h001_nobody_there_yet_is_tried_again_until_the_deadline(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(worth_another); i++) {
        struct eyelet_error error = { 0 };
        unsigned n_open = faults_open_fds();
        char attempts[32];
        int fd = 77;

        setup(NULL);
        faults_fail_always(FAULT_CONNECT, worth_another[i]);
        assert_int_equal(eyelet_address_connect(&enclave, 5000, &fd, &error), -worth_another[i]);
        assert_true(elapsed_ns() >= 5000 * MS && elapsed_ns() <= 5001 * MS);
        /* 10 + 20 + ... + 640 ms are 1.27 s, then one attempt per second: 11 without jitter */
        assert_in_range(faults_count(FAULT_CONNECT), 9, 14);
        assert_int_equal(faults_count(FAULT_SOCKET), faults_count(FAULT_CONNECT));
        assert_int_equal(faults_count(FAULT_CLOSE), faults_count(FAULT_CONNECT));
        assert_int_equal(faults_open_fds(), n_open);
        assert_int_equal(fd, 77);

        assert_int_equal(error.error_number, worth_another[i]);
        assert_int_equal(error.status, worth_another[i] == ETIMEDOUT ? EYELET_DEADLINE_EXCEEDED : EYELET_UNAVAILABLE);
        assert_text_has(error.text, "vsock://16:5005");
        assert_text_has(error.text, strerrorname_np(worth_another[i]));
        snprintf(attempts, sizeof(attempts), "%u attempts", faults_count(FAULT_CONNECT));
        assert_text_has(error.text, attempts);
        folder_teardown(NULL);
    }
}

static void the_same_over_a_unix_socket(void **state)
{
    struct eyelet_address nobody = folder_address("nobody");
    struct eyelet_error error;
    int fd;

    (void)state;
    assert_int_equal(eyelet_address_connect(&nobody, 100, &fd, &error), -ENOENT);
    assert_int_equal(error.status, EYELET_UNAVAILABLE);
    assert_text_has(error.text, "ENOENT");
    assert_text_has(error.text, nobody.path);
    assert_true(elapsed_ns() >= 100 * MS);
    assert_in_range(faults_count(FAULT_CONNECT), 3, 6);
}

static void a_full_backlog_is_waited_for_and_named(void **state)
{
    struct eyelet_address address = folder_address("full");
    struct eyelet_listener listener;
    struct eyelet_error error;
    int fds[8], n = 0;

    (void)state;
    assert_int_equal(eyelet_address_listen(&address, 1, &listener, &error), 0);
    while (n < 8 && eyelet_connect_until(&address, 0, &fds[n], &error) == 0)
        n++;
    assert_in_range(n, 1, 7);
    assert_int_equal(error.error_number, EAGAIN);
    assert_int_equal(error.status, EYELET_UNAVAILABLE);
    assert_text_has(error.text, "1 attempt;");
    assert_text_has(error.text, "backlog is full");
    while (n > 0)
        close(fds[--n]);
    eyelet_listener_clear(&listener);
}

static void what_no_other_attempt_can_mend_comes_back_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(final); i++) {
        struct eyelet_error error = { 0 };
        unsigned n_open = faults_open_fds();
        int fd = 77;

        faults_reset();
        faults_fake_clock(START_NS);
        faults_fake_vsock(true);
        faults_fail(FAULT_CONNECT, 1, final[i]);
        assert_int_equal(eyelet_address_connect(&enclave, 0, &fd, &error), -final[i]);
        assert_int_equal(faults_count(FAULT_CONNECT), 1);
        assert_int_equal(elapsed_ns(), 0);
        assert_int_equal(faults_open_fds(), n_open);
        assert_text_has(error.text, "1 attempt");
        assert_text_has(error.text, strerrorname_np(final[i]));
    }
}

static void h002_a_machine_without_vsock_is_told_why(void **state)
{
    const struct {
        enum fault_call call;
        int error_number;
        unsigned n_attempts_min;
        const char *part;
    } table[] = {
        { FAULT_SOCKET, EAFNOSUPPORT, 1, "module" },          { FAULT_SOCKET, EPERM, 1, "seccomp" },
        { FAULT_CONNECT, ENODEV, 2, "'?to-host'" },           { FAULT_CONNECT, ECONNRESET, 2, "nobody listens" },
        { FAULT_CONNECT, EACCES, 1, "CAP_NET_BIND_SERVICE" }, { FAULT_CONNECT, EADDRNOTAVAIL, 1, "'any'" },
        { FAULT_CONNECT, ETIMEDOUT, 2, "booting, paused or stopped" },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_error error = { 0 };
        int fd;

        faults_reset();
        faults_fake_clock(START_NS);
        faults_fake_vsock(true);
        faults_fail_always(table[i].call, table[i].error_number);
        assert_int_equal(eyelet_address_connect(&enclave, 100, &fd, &error), -table[i].error_number);
        assert_text_has(error.text, table[i].part);
        if (table[i].n_attempts_min == 1)
            assert_int_equal(faults_count(table[i].call), 1);
        else
            assert_true(faults_count(table[i].call) >= table[i].n_attempts_min);
        if (table[i].error_number == ETIMEDOUT)
            assert_int_equal(error.status, EYELET_DEADLINE_EXCEEDED);
        else if (table[i].error_number != EACCES)
            assert_int_equal(error.status, EYELET_UNAVAILABLE);
    }
}

static void h003_a_paused_machine_takes_the_deadline_and_no_longer(void **state)
{
    struct eyelet_error error = { 0 };
    unsigned n_open = faults_open_fds();
    int fd;

    (void)state;
    faults_vsock_connect_later(FAULTS_SILENCE);
    assert_int_equal(eyelet_address_connect(&enclave, 1500, &fd, &error), -ETIMEDOUT);
    assert_true(elapsed_ns() == 1500 * MS);
    assert_int_equal(faults_count(FAULT_CONNECT), 1);
    assert_true(faults_vsock_connect_timeout_ns() >= 2500 * MS); /* the kernel's own limit is behind ours */
    assert_int_equal(error.status, EYELET_DEADLINE_EXCEEDED);
    assert_text_has(error.text, "paused");
    assert_int_equal(faults_open_fds(), n_open);
}

static void a_long_silence_is_asked_again_with_a_fresh_socket(void **state)
{
    struct eyelet_error error = { 0 };
    int fd;

    (void)state;
    faults_vsock_connect_later(FAULTS_SILENCE);
    assert_int_equal(eyelet_address_connect(&enclave, 12000, &fd, &error), -ETIMEDOUT);
    assert_true(elapsed_ns() >= 12000 * MS && elapsed_ns() <= 12001 * MS);
    assert_int_equal(faults_count(FAULT_SOCKET), 3);
    assert_int_equal(faults_count(FAULT_CLOSE), 3);
}

static void an_answer_that_comes_later_is_waited_for(void **state)
{
    int fd = -1;

    (void)state;
    faults_vsock_connect_later(0);
    assert_int_equal(eyelet_address_connect(&enclave, 1000, &fd, NULL), 0);
    assert_false(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);

    faults_vsock_connect_later(ECONNRESET);
    assert_int_equal(eyelet_address_connect(&enclave, 100, &fd, NULL), -ECONNRESET);
}

static void a_guest_that_boots_is_reached_in_the_end(void **state)
{
    uint32_t cid = 0, port = 0;
    uint8_t flags = 99;
    int fd = -1;

    (void)state;
    faults_fail(FAULT_CONNECT, 1, ENODEV);
    faults_fail(FAULT_CONNECT, 2, ENODEV);
    faults_fail(FAULT_CONNECT, 3, ETIMEDOUT);
    faults_fail(FAULT_CONNECT, 4, ECONNRESET);
    assert_int_equal(eyelet_address_connect(&enclave, 0, &fd, NULL), 0);
    assert_int_equal(faults_count(FAULT_CONNECT), 5);
    assert_true(elapsed_ns() >= 120 * MS && elapsed_ns() <= 184 * MS); /* 10 + 20 + 40 + 80, 20 % more or less */
    assert_true(faults_vsock_last(&cid, &port, &flags));
    assert_int_equal(cid, 16);
    assert_int_equal(port, 5005);
    assert_int_equal(flags, 0);
    close(fd);
}

static void to_host_goes_into_the_flags_and_into_nothing_else(void **state)
{
    static const struct {
        const char *text;
        uint8_t flags;
    } table[] = { { "vsock://16:5005?to-host", VMADDR_FLAG_TO_HOST }, { "vsock:16:5005", 0 } };
    const struct eyelet_vsock_connect_opts raw = { .is_to_host = true };
    uint32_t cid, port;
    uint8_t flags;
    int fd;

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_address address;

        assert_int_equal(eyelet_address_parse(table[i].text, &address, NULL), 0);
        assert_int_equal(eyelet_address_connect(&address, 0, &fd, NULL), 0);
        close(fd);
        assert_true(faults_vsock_last(&cid, &port, &flags));
        assert_int_equal(flags, table[i].flags);
        assert_int_equal(cid, 16);
        assert_int_equal(port, 5005);
    }
    fd = eyelet_vsock_connect_with_opts(16, 5005, &raw);
    assert_true(fd >= 0);
    close(fd);
    assert_true(faults_vsock_last(&cid, &port, &flags));
    assert_int_equal(flags, VMADDR_FLAG_TO_HOST);
}

/* One more attempt takes one more pause: 10 ms at first, twice as long each time, never over 1 s. */
static void pauses_double_from_10_ms_to_1_s(void **state)
{
    uint64_t before_ns = 0, pause_ms = 10;
    unsigned n_attempts;
    int fd;

    (void)state;
    faults_fail_always(FAULT_CONNECT, ECONNRESET);
    for (unsigned n = 2; n <= 12; n++) {
        const struct eyelet_connect_policy policy = {
            .max_attempts = n,
            .first_delay_ms = 10,
            .delay_max_ms = 1000,
            .attempt_ms = 5000,
            .deadline_ns = EYELET_NO_DEADLINE,
        };

        faults_fake_clock(START_NS);
        assert_int_equal(eyelet_connect_with(&enclave, &policy, &fd, &n_attempts), -ECONNRESET);
        assert_int_equal(n_attempts, n);
        assert_int_equal(elapsed_ns() - before_ns, pause_ms * MS);
        before_ns = elapsed_ns();
        pause_ms = pause_ms * 2 < 1000 ? pause_ms * 2 : 1000;
    }
}

static void one_attempt_is_made_even_when_the_deadline_is_over(void **state)
{
    int fd = -1;

    (void)state;
    assert_int_equal(eyelet_connect_until(&enclave, 0, &fd, NULL), 0);
    close(fd);
    faults_fail_always(FAULT_CONNECT, ECONNREFUSED);
    assert_int_equal(eyelet_connect_until(&enclave, START_NS, &fd, NULL), -ECONNREFUSED);
    assert_int_equal(faults_count(FAULT_CONNECT), 2);
}

static void no_timeout_means_thirty_seconds(void **state)
{
    int fd;

    (void)state;
    faults_fail_always(FAULT_CONNECT, ECONNREFUSED);
    assert_int_equal(eyelet_address_connect(&enclave, 0, &fd, NULL), -ECONNREFUSED);
    assert_true(elapsed_ns() >= 30000 * MS && elapsed_ns() <= 30001 * MS);
}

static void pauses_differ_by_at_most_a_fifth_and_do_differ(void **state)
{
    const struct eyelet_connect_policy policy = {
        .max_attempts = 2,
        .first_delay_ms = 1000,
        .delay_max_ms = 1000,
        .attempt_ms = 1000,
        .has_jitter = true,
        .deadline_ns = EYELET_NO_DEADLINE,
    };
    uint64_t least_ns = UINT64_MAX, most_ns = 0;
    unsigned n_attempts;
    int fd;

    (void)state;
    faults_fail_always(FAULT_CONNECT, ECONNREFUSED);
    for (int i = 0; i < 200; i++) {
        uint64_t start_ns = faults_now_ns(), pause_ns;

        assert_int_equal(eyelet_connect_with(&enclave, &policy, &fd, &n_attempts), -ECONNREFUSED);
        assert_int_equal(n_attempts, 2);
        pause_ns = faults_now_ns() - start_ns;
        least_ns = pause_ns < least_ns ? pause_ns : least_ns;
        most_ns = pause_ns > most_ns ? pause_ns : most_ns;
    }
    assert_true(least_ns >= 800 * MS && least_ns < 850 * MS);
    assert_true(most_ns <= 1201 * MS && most_ns > 1150 * MS);
}

static void a_pause_that_fails_ends_it_with_the_attempts_error(void **state)
{
    int fd;

    (void)state;
    faults_fail_always(FAULT_CONNECT, ECONNREFUSED);
    faults_fail(FAULT_POLL, 3, ENOMEM); /* the first pause takes two: to wait, and to look a last time */
    assert_int_equal(eyelet_address_connect(&enclave, 1000, &fd, NULL), -ECONNREFUSED);
    assert_int_equal(faults_count(FAULT_CONNECT), 2);
}

/* One call fails once; what is worth another attempt is mended by it, what is not comes back. Nothing stays open. */
static void check_one_failure(enum fault_call call, unsigned nth, int error_number, bool is_mended)
{
    unsigned n_open;
    int r, fd = -1;

    faults_reset();
    faults_fake_clock(START_NS);
    faults_fake_vsock(true);
    faults_vsock_connect_later(0);
    n_open = faults_open_fds();
    faults_fail(call, nth, error_number);
    r = eyelet_address_connect(&enclave, 10000, &fd, NULL);
    if (r != (is_mended ? 0 : -error_number))
        fail_msg("call %d, use %u, %s: %d", (int)call, nth, strerrorname_np(error_number), r);
    assert_true(faults_count(call) >= nth);
    if (r == 0)
        close(fd);
    assert_int_equal(faults_open_fds(), n_open);
}

static void every_system_call_of_a_connect_fails_in_turn_with_every_errno(void **state)
{
    const struct {
        enum fault_call call;
        unsigned n_uses;
    } calls[] = {
        { FAULT_SOCKET, 1 }, { FAULT_CONNECT, 1 }, { FAULT_POLL, 1 }, { FAULT_GETSOCKOPT, 1 }, { FAULT_FCNTL, 2 }
    };

    (void)state;
    for (size_t i = 0; i < N_OF(calls); i++) {
        for (unsigned nth = 1; nth <= calls[i].n_uses; nth++) {
            for (size_t k = 0; k < N_OF(worth_another); k++)
                check_one_failure(calls[i].call, nth, worth_another[k], true);
            for (size_t k = 0; k < N_OF(final); k++)
                check_one_failure(calls[i].call, nth, final[k], false);
        }
    }
    for (size_t k = 0; k < N_OF(final); k++) /* the option that puts the kernel's limit off is a help, no need */
        check_one_failure(FAULT_SETSOCKOPT, 1, final[k], true);
}

static void a_descriptor_is_duplicated(void **state)
{
    struct eyelet_address address = { .family = EYELET_FAMILY_FD };
    int pair[2], fd = -1;
    char byte = 'x';

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    address.fd = pair[0];
    assert_int_equal(eyelet_address_connect(&address, 0, &fd, NULL), 0);
    assert_int_not_equal(fd, pair[0]);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_false(fcntl(fd, F_GETFL) & O_NONBLOCK);
    close(pair[0]);
    assert_int_equal(send(fd, &byte, 1, 0), 1);
    assert_int_equal(recv(pair[1], &byte, 1, 0), 1);
    close(fd);
    close(pair[1]);
}

static void what_cannot_be_connected_to_is_said_clearly(void **state)
{
    const struct {
        const char *text;
        int r;
        enum eyelet_status status;
        const char *part;
    } table[] = {
        { "vsock://any:5005", -EINVAL, EYELET_INVALID_ARGUMENT, "to listen on" },
        { "systemd://", -EOPNOTSUPP, EYELET_UNIMPLEMENTED, "systemd" },
        { "fd://1023", -EBADF, EYELET_INVALID_ARGUMENT, "EBADF" },
    };
    struct eyelet_address address;
    struct eyelet_error error;
    int fd;

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        assert_int_equal(eyelet_address_parse(table[i].text, &address, NULL), 0);
        assert_int_equal(eyelet_address_connect(&address, 0, &fd, &error), table[i].r);
        assert_int_equal(error.status, table[i].status);
        assert_text_has(error.text, table[i].text);
        assert_text_has(error.text, table[i].part);
    }
    address.family = (enum eyelet_family)99;
    assert_int_equal(eyelet_address_connect(&address, 0, &fd, &error), -EINVAL);
    assert_int_equal(faults_count(FAULT_CONNECT), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(h001_nobody_there_yet_is_tried_again_until_the_deadline, faults_setup),
        TEST(the_same_over_a_unix_socket),
        TEST(a_full_backlog_is_waited_for_and_named),
        TEST(what_no_other_attempt_can_mend_comes_back_at_once),
        TEST(h002_a_machine_without_vsock_is_told_why),
        TEST(h003_a_paused_machine_takes_the_deadline_and_no_longer),
        TEST(a_long_silence_is_asked_again_with_a_fresh_socket),
        TEST(an_answer_that_comes_later_is_waited_for),
        TEST(a_guest_that_boots_is_reached_in_the_end),
        TEST(to_host_goes_into_the_flags_and_into_nothing_else),
        TEST(pauses_double_from_10_ms_to_1_s),
        TEST(one_attempt_is_made_even_when_the_deadline_is_over),
        TEST(no_timeout_means_thirty_seconds),
        TEST(pauses_differ_by_at_most_a_fifth_and_do_differ),
        TEST(a_pause_that_fails_ends_it_with_the_attempts_error),
        TEST(every_system_call_of_a_connect_fails_in_turn_with_every_errno),
        TEST(a_descriptor_is_duplicated),
        TEST(what_cannot_be_connected_to_is_said_clearly),
    };

    return cmocka_run_group_tests_name("connect", tests, NULL, NULL);
}
