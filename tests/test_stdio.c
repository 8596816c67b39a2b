/*
 * Connections as FILE streams: what stdio makes of bytes, ends, errors and signals.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/vsock.h>

#include "support/faults.h"

static struct eyelet_vsock_stdio stdio;
static int peer;

static int setup(void **state)
{
    int pair[2];

    faults_setup(state);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    peer = pair[1];
    return eyelet_vsock_stdio_init(&stdio, pair[0]);
}

static int teardown(void **state)
{
    (void)state;
    faults_reset();
    eyelet_vsock_stdio_clear(&stdio);
    if (peer >= 0)
        eyelet_vsock_close(peer);
    return 0;
}

static void close_peer(void)
{
    assert_int_equal(eyelet_vsock_close(peer), 0);
    peer = -1;
}

static bool is_readable(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) >= 0;
}

static void lines_go_both_ways(void **state)
{
    char line[64], room[6];

    (void)state;
    fprintf(stdio.out, "he%s", "llo\n");
    assert_false(is_readable(peer)); /* fully buffered */
    assert_int_equal(fflush(stdio.out), 0);
    assert_int_equal(eyelet_vsock_receive_exact(peer, room, 6), 0);
    assert_memory_equal(room, "hello\n", 6);
    assert_int_equal(eyelet_vsock_send(peer, "one\ntwo\n", 8, 3), 0);
    assert_non_null(fgets(line, sizeof(line), stdio.in));
    assert_string_equal(line, "one\n");
    assert_non_null(fgets(line, sizeof(line), stdio.in));
    assert_string_equal(line, "two\n");
}

static void flushing_never_ends_the_writing_side(void **state)
{
    char room[1];

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fputc('x', stdio.out), 'x');
        assert_int_equal(fflush(stdio.out), 0);
        assert_int_equal(eyelet_vsock_receive_exact(peer, room, 1), 0);
        assert_false(is_readable(peer)); /* no byte, and no end either */
    }
    assert_int_equal(faults_count(FAULT_SHUTDOWN), 0);
}

static void the_explicit_call_ends_it_and_reading_goes_on(void **state)
{
    char line[8] = "";
    void *data;
    size_t len;

    (void)state;
    fputs("last", stdio.out);
    assert_int_equal(eyelet_vsock_stdio_end_writing(&stdio), 0);
    assert_int_equal(eyelet_vsock_receive(peer, 100, 10, &data, &len), 0);
    assert_int_equal(len, 4);
    free(data);
    assert_int_equal(eyelet_vsock_receive(peer, 100, 10, &data, &len), 0);
    assert_int_equal(len, 0);

    assert_int_equal(eyelet_vsock_send(peer, "bye\n", 4, 4), 0);
    assert_non_null(fgets(line, sizeof(line), stdio.in));
    assert_string_equal(line, "bye\n");
    fputc('x', stdio.out);
    assert_int_equal(fflush(stdio.out), EOF);
    assert_int_equal(errno, EPIPE);
}

static void a_failed_end_says_why(void **state)
{
    (void)state;
    faults_fail(FAULT_SHUTDOWN, 1, ENOTCONN);
    assert_int_equal(eyelet_vsock_stdio_end_writing(&stdio), -ENOTCONN);
    fputc('x', stdio.out);
    faults_fail(FAULT_SENDMSG, 1, ENOBUFS);
    assert_int_equal(eyelet_vsock_stdio_end_writing(&stdio), -ENOBUFS);
    assert_int_equal(faults_count(FAULT_SHUTDOWN), 1);
}

static void the_peers_end_is_the_end_of_the_file(void **state)
{
    (void)state;
    assert_int_equal(eyelet_vsock_send(peer, "x", 1, 1), 0);
    close_peer();
    assert_int_equal(fgetc(stdio.in), 'x');
    assert_int_equal(fgetc(stdio.in), EOF);
    assert_true(feof(stdio.in));
    assert_false(ferror(stdio.in));
}

static void a_gone_peer_is_a_write_error_and_no_signal(void **state)
{
    (void)state;
    close_peer();
    fputs("nobody hears this", stdio.out);
    assert_int_equal(fflush(stdio.out), EOF);
    assert_int_equal(errno, EPIPE);
    assert_true(ferror(stdio.out));
    assert_int_equal(eyelet_vsock_stdio_end_writing(&stdio), -EIO);
    assert_int_equal(eyelet_vsock_stdio_clear(&stdio), -EIO);
}

static void what_a_clear_cannot_send_it_tells(void **state)
{
    (void)state;
    close_peer();
    fputs("nobody hears this", stdio.out);
    assert_int_equal(eyelet_vsock_stdio_clear(&stdio), -EPIPE);
}

static void a_read_error_is_no_end(void **state)
{
    (void)state;
    faults_fail(FAULT_RECV, 1, ECONNRESET);
    assert_int_equal(fgetc(stdio.in), EOF);
    assert_int_equal(errno, ECONNRESET);
    assert_true(ferror(stdio.in));
    assert_false(feof(stdio.in));
}

static void short_counts_and_signals_do_not_show(void **state)
{
    char text[3000], room[3001];

    (void)state;
    memset(text, 'x', sizeof(text));
    text[2999] = '\n';
    faults_short(FAULT_SENDMSG, 71); /* not less: each piece takes room of its own in the socket */
    faults_short(FAULT_RECV, 11);
    for (unsigned i = 1; i < 60; i += 2) {
        faults_fail(FAULT_SENDMSG, i, EINTR);
        faults_fail(FAULT_RECV, i, EINTR);
    }
    assert_int_equal(fwrite(text, 1, sizeof(text), stdio.out), sizeof(text));
    assert_int_equal(fflush(stdio.out), 0);
    assert_true(faults_count(FAULT_SENDMSG) >= 3000 / 71);
    assert_int_equal(eyelet_vsock_receive_exact(peer, room, sizeof(text)), 0);
    assert_memory_equal(room, text, sizeof(text));

    assert_int_equal(eyelet_vsock_send(peer, text, sizeof(text), 1000), 0);
    assert_non_null(fgets(room, sizeof(room), stdio.in));
    assert_memory_equal(room, text, sizeof(text));
}

static void clearing_flushes_closes_and_can_be_repeated(void **state)
{
    unsigned n_open = faults_open_fds();
    char room[4];

    (void)state;
    fputs("tail", stdio.out);
    assert_int_equal(eyelet_vsock_stdio_clear(&stdio), 0);
    assert_int_equal(faults_open_fds(), n_open - 1);
    assert_int_equal(stdio.fd, -1);
    assert_int_equal(eyelet_vsock_receive_exact(peer, room, 4), 0);
    assert_memory_equal(room, "tail", 4);
    assert_int_equal(eyelet_vsock_receive_exact(peer, room, 1), -ENODATA);
    assert_int_equal(eyelet_vsock_stdio_clear(&stdio), 0);
    assert_int_equal(eyelet_vsock_stdio_clear(NULL), 0);
    assert_int_equal(eyelet_vsock_stdio_clear(&(struct eyelet_vsock_stdio){ 0 }), 0);
}

static void a_failed_close_is_told(void **state)
{
    unsigned n_open = faults_open_fds();

    (void)state;
    faults_fail(FAULT_CLOSE, 1, EIO);
    assert_int_equal(eyelet_vsock_stdio_clear(&stdio), -EIO);
    assert_int_equal(faults_open_fds(), n_open - 1);
}

static void a_failed_init_leaves_the_descriptor_to_its_owner(void **state)
{
    struct eyelet_vsock_stdio other = { .fd = 77 };
    unsigned n_open = faults_open_fds();
    int tube[2], datagram;

    (void)state;
    for (unsigned nth = 1; nth <= 2; nth++) {
        faults_fail(FAULT_FOPENCOOKIE, nth, ENOMEM);
        assert_int_equal(eyelet_vsock_stdio_init(&other, peer), -ENOMEM);
        assert_int_equal(other.fd, 77);
        assert_int_equal(faults_open_fds(), n_open);
    }
    assert_int_equal(pipe(tube), 0);
    assert_int_equal(eyelet_vsock_stdio_init(&other, tube[0]), -ENOTSOCK);
    datagram = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(eyelet_vsock_stdio_init(&other, datagram), -EPROTOTYPE);
    assert_int_equal(eyelet_vsock_stdio_init(&other, -1), -EBADF);
    assert_int_equal(close(tube[0]) + close(tube[1]) + close(datagram), 0);
    assert_int_equal(other.fd, 77);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines_go_both_ways),
        TEST(flushing_never_ends_the_writing_side),
        TEST(the_explicit_call_ends_it_and_reading_goes_on),
        TEST(a_failed_end_says_why),
        TEST(the_peers_end_is_the_end_of_the_file),
        TEST(a_gone_peer_is_a_write_error_and_no_signal),
        TEST(what_a_clear_cannot_send_it_tells),
        TEST(a_read_error_is_no_end),
        TEST(short_counts_and_signals_do_not_show),
        TEST(clearing_flushes_closes_and_can_be_repeated),
        TEST(a_failed_close_is_told),
        TEST(a_failed_init_leaves_the_descriptor_to_its_owner),
    };

    return cmocka_run_group_tests_name("stdio", tests, NULL, NULL);
}
