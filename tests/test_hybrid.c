/*
 * Hybrid vsock against a monitor that follows Firecracker's rules: the handshake into the guest, whatever it answers,
 * whole calls through it, and the way out of the guest.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/vsock.h>

#include "echo.eyelet.h"
#include "io/connect.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/live_server.h"
#include "support/monitor.h"

#define START_NS    1000000000ull
#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct monitor monitor;
static struct eyelet_address into_guest; /* the monitor's socket file, port 52 */
static unsigned fds_before;

static int setup(void **state)
{
    int r = folder_setup(state);

    into_guest = folder_address("v.sock");
    into_guest.family = EYELET_FAMILY_HVSOCK;
    into_guest.port = 52;
    fds_before = faults_open_fds();
    return r;
}

static int teardown(void **state)
{
    unsigned fds_after = faults_open_fds();

    return folder_teardown(state) == 0 && fds_after == fds_before ? 0 : -1;
}

static void start(const struct monitor_script *script)
{
    monitor_start(&monitor, into_guest.path, script);
}

/* At most @max_attempts, each with all the time it wants. Return: as eyelet_connect_with(). */
static int connect_at_most(unsigned max_attempts, int *ret_fd, unsigned *ret_n_attempts)
{
    const struct eyelet_connect_policy policy = {
        .max_attempts = max_attempts,
        .first_delay_ms = 1,
        .delay_max_ms = 1,
        .attempt_ms = LIVE_PATIENCE_MS,
        .deadline_ns = EYELET_NO_DEADLINE,
    };

    return eyelet_connect_with(&into_guest, &policy, ret_fd, ret_n_attempts);
}

/* --- what a monitor may answer ------------------------------------------------------------------------------------ */

#define X16 "xxxxxxxxxxxxxxxx"

/* -EPROTO is final: what answers is no monitor. -ECONNRESET is a refusal, which may be over at the next attempt. */
static const struct {
    const char *text;
    size_t len;
    bool ends; /* behind the text */
    int r;
} answers[] = {
    { MONITOR_TEXT("OK 0\n"), false, 0 },
    { MONITOR_TEXT("OK 1\n"), false, 0 },
    { MONITOR_TEXT("OK 52\n"), false, 0 },
    { MONITOR_TEXT("OK 1073741824\n"), false, 0 },
    { MONITOR_TEXT("OK 4294967294\n"), false, 0 },
    { MONITOR_TEXT("OK 4294967295\n"), false, 0 },
    { MONITOR_TEXT("OK 4294967295\n"), true, 0 }, /* that the guest has left already is the next one's to find out */

    { MONITOR_TEXT("OK\n"), false, -EPROTO },
    { MONITOR_TEXT("OK \n"), false, -EPROTO },
    { MONITOR_TEXT("OK -1\n"), false, -EPROTO },
    { MONITOR_TEXT("OK -0\n"), false, -EPROTO },
    { MONITOR_TEXT("OK +1\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 4294967296\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 9999999999\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 42949672950\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 18446744073709551617\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 1x\n"), false, -EPROTO },
    { MONITOR_TEXT("OK x1\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 0x10\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 1.0\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 1 2\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 00\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 01\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 0000000001\n"), false, -EPROTO },
    { MONITOR_TEXT("ok 1\n"), false, -EPROTO },
    { MONITOR_TEXT("Ok 1\n"), false, -EPROTO },
    { MONITOR_TEXT("oK 1\n"), false, -EPROTO },
    { MONITOR_TEXT(" OK 1\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 1 \n"), false, -EPROTO },
    { MONITOR_TEXT("OK  1\n"), false, -EPROTO },
    { MONITOR_TEXT("OK\t1\n"), false, -EPROTO },
    { MONITOR_TEXT("OK1\n"), false, -EPROTO },
    { MONITOR_TEXT("O 1\n"), false, -EPROTO },
    { MONITOR_TEXT("KO 1\n"), false, -EPROTO },
    { MONITOR_TEXT("OKAY 1\n"), false, -EPROTO },
    { MONITOR_TEXT("OK: 1\n"), false, -EPROTO },
    { MONITOR_TEXT("ERR 1\n"), false, -EPROTO },
    { MONITOR_TEXT("CONNECT 52\n"), false, -EPROTO }, /* an echo server */
    { MONITOR_TEXT("HTTP/1.1 400 Bad Request\r\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 1\r\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 1\r"
                   "OK 1\n"),
      false, -EPROTO },
    { MONITOR_TEXT("\n"), false, -EPROTO },
    { MONITOR_TEXT("\r\n"), false, -EPROTO },
    { MONITOR_TEXT("\nOK 1\n"), false, -EPROTO },
    { MONITOR_TEXT("\0\n"), false, -EPROTO },
    { MONITOR_TEXT("\0OK 1\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 1\0\n"), false, -EPROTO },
    { MONITOR_TEXT("OK \0001\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 1\v\n"), false, -EPROTO },
    { MONITOR_TEXT("\xff\xfe\x00\x01\x80\n"), false, -EPROTO },
    { MONITOR_TEXT("OK \xd9\xa1\n"), false, -EPROTO }, /* an arabic one */
    { MONITOR_TEXT(X16 X16), false, -EPROTO },
    { MONITOR_TEXT(X16 X16), true, -EPROTO },
    { MONITOR_TEXT(X16 X16 "\n"), false, -EPROTO },
    { MONITOR_TEXT(X16 "xxxxxxxxxxxxxxx\n"), false, -EPROTO },
    { MONITOR_TEXT(X16 X16 X16 X16 X16 X16 "\n"), false, -EPROTO },
    { MONITOR_TEXT("OK 11111111111111111111111111111"), false, -EPROTO },
    { MONITOR_TEXT("OK 00000000000000000000000000001\n"), false, -EPROTO },

    { MONITOR_TEXT(""), true, -ECONNRESET },
    { MONITOR_TEXT("O"), true, -ECONNRESET },
    { MONITOR_TEXT("OK "), true, -ECONNRESET },
    { MONITOR_TEXT("OK 1073741824"), true, -ECONNRESET },
    { MONITOR_TEXT(X16 "xxxxxxxxxxxxxxx"), true, -ECONNRESET },
};

static void check_answer(size_t i, enum monitor_manner manner)
{
    const unsigned max_attempts = 3;
    struct monitor_script script = { .manner = manner, .text = answers[i].text, .text_len = answers[i].len };
    unsigned n_attempts, n_expected = answers[i].r == -ECONNRESET ? max_attempts : 1;
    int r, fd = -1;

    start(&script);
    r = connect_at_most(max_attempts, &fd, &n_attempts);
    if (r != answers[i].r || n_attempts != n_expected)
        fail_msg("answer %zu, '%s': %d after %u attempts", i, answers[i].text, r, n_attempts);
    if (r == 0) {
        assert_false(fcntl(fd, F_GETFL) & O_NONBLOCK);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        close(fd);
    } else {
        assert_int_equal(fd, -1);
    }
    monitor_stop(&monitor);
    unlink(into_guest.path);
    assert_int_equal(monitor.n_requests, n_attempts);
    assert_int_equal(monitor.n_unfinished, 0);
    assert_int_equal(faults_open_fds(), fds_before);
}

static void h027_h028_only_a_whole_ok_with_a_number_is_an_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(answers); i++)
        check_answer(i, answers[i].ends ? MONITOR_ENDS : MONITOR_SAYS);
}

static void h026_an_answer_may_come_one_byte_at_a_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(answers); i++)
        if (!answers[i].ends)
            check_answer(i, MONITOR_SPELLS);
}

static void h027_a_bad_handshake_is_named_and_at_most_32_bytes_of_it_are_read(void **state)
{
    static const struct monitor_script chatterbox = { .manner = MONITOR_SAYS, MONITOR_TEXT(X16 X16 X16 X16) };
    struct eyelet_error error = { 0 };
    int fd = 77;

    (void)state;
    start(&chatterbox);
    assert_int_equal(eyelet_address_connect(&into_guest, LIVE_PATIENCE_MS, &fd, &error), -EPROTO);
    assert_int_equal(fd, 77);
    assert_int_equal(faults_count(FAULT_RECV), 32);
    assert_int_equal(error.status, EYELET_UNAVAILABLE);
    assert_int_equal(error.error_number, EPROTO);
    assert_text_has(error.text, "bad handshake");
    assert_text_has(error.text, "(1 attempt;");
    assert_text_has(error.text, into_guest.path);
    assert_text_has(error.text, ":52'");
    monitor_stop(&monitor);
}

static void h025_what_comes_right_behind_the_answer_is_the_guests(void **state)
{
    static const struct monitor_script scripts[] = {
        { .manner = MONITOR_SAYS, MONITOR_TEXT("OK 1073741824\nhello") },
        { .manner = MONITOR_SPELLS, MONITOR_TEXT("OK 0\nhello") },
        { .manner = MONITOR_ENDS, MONITOR_TEXT("OK 4294967295\nhello") },
        { .manner = MONITOR_SAYS, MONITOR_TEXT("OK 1\nhello, this goes on beyond the thirty-two bytes of an answer") },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(scripts); i++) {
        char room[6] = "";
        int fd = -1;

        start(&scripts[i]);
        assert_int_equal(eyelet_address_connect(&into_guest, LIVE_PATIENCE_MS, &fd, NULL), 0);
        assert_int_equal(eyelet_vsock_receive_exact(fd, room, 5), 0);
        assert_string_equal(room, "hello");
        close(fd);
        monitor_stop(&monitor);
        unlink(into_guest.path);
    }
}

/* --- refusals and silence ----------------------------------------------------------------------------------------- */

static void h023_a_refusal_may_be_over_at_the_next_attempt(void **state)
{
    (void)state;
    for (int resets = 0; resets <= 1; resets++) {
        const struct monitor_script script = {
            .manner = MONITOR_SAYS,
            MONITOR_TEXT("OK 5\n"),
            .n_refusals = 3,
            .resets = resets,
        };
        int fd = -1;

        start(&script);
        assert_int_equal(eyelet_address_connect(&into_guest, LIVE_PATIENCE_MS, &fd, NULL), 0);
        close(fd);
        monitor_stop(&monitor);
        unlink(into_guest.path);
        assert_int_equal(monitor.n_refused, 3);
        assert_int_equal(monitor.last_port, 52);
        assert_int_equal(monitor.n_unfinished, 0);
    }
}

static void h023_an_end_and_a_reset_are_the_same_refusal(void **state)
{
    (void)state;
    for (int resets = 0; resets <= 1; resets++) {
        const struct monitor_script script = { .n_refusals = MONITOR_FOR_EVER, .resets = resets };
        unsigned n_attempts;
        int fd;

        start(&script);
        assert_int_equal(connect_at_most(4, &fd, &n_attempts), -ECONNRESET);
        assert_int_equal(n_attempts, 4);
        monitor_stop(&monitor);
        unlink(into_guest.path);
        assert_int_equal(monitor.n_refused, 4);
    }
}

/* Nobody looks at the connections, and the request cannot be sent: time passes in pauses only. */
static void h023_refusals_until_the_deadline_are_unavailable(void **state)
{
    struct eyelet_address file = folder_address("v.sock");
    struct eyelet_listener listener;
    struct eyelet_error error = { 0 };
    int fd;

    (void)state;
    assert_int_equal(eyelet_address_listen(&file, 0, &listener, NULL), 0);
    faults_fake_clock(START_NS);
    faults_fail_always(FAULT_SENDMSG, EPIPE);
    assert_int_equal(eyelet_address_connect(&into_guest, 5000, &fd, &error), -ECONNRESET);
    assert_in_range(faults_now_ns() - START_NS, 5000 * EYELET_NS_PER_MS, 5001 * EYELET_NS_PER_MS);
    assert_in_range(faults_count(FAULT_SENDMSG), 9, 14);
    assert_int_equal(error.status, EYELET_UNAVAILABLE);
    assert_text_has(error.text, "the monitor refused");
    assert_text_has(error.text, "ECONNRESET");
    eyelet_listener_clear(&listener);
}

static void h024_silence_takes_the_deadline_and_no_longer(void **state)
{
    struct eyelet_address file = folder_address("v.sock");
    struct eyelet_listener listener;
    struct eyelet_error error = { 0 };
    char room[12] = "";
    int fd = 77, peer;

    (void)state;
    assert_int_equal(eyelet_address_listen(&file, 0, &listener, NULL), 0);
    faults_fake_clock(START_NS);
    assert_int_equal(eyelet_address_connect(&into_guest, 1500, &fd, &error), -ETIMEDOUT);
    assert_int_equal(faults_now_ns() - START_NS, 1500 * EYELET_NS_PER_MS);
    assert_int_equal(faults_count(FAULT_CONNECT), 1);
    assert_int_equal(fd, 77);
    assert_int_equal(error.status, EYELET_DEADLINE_EXCEEDED);
    assert_text_has(error.text, "booting, or paused");

    peer = eyelet_vsock_accept(listener.fd, NULL); /* it had asked, and then it left */
    assert_true(live_read(peer, room, 11));
    assert_string_equal(room, "CONNECT 52\n");
    assert_int_equal(live_read_to_end(peer), 0);
    close(peer);
    eyelet_listener_clear(&listener);
}

static void h024_a_long_silence_is_asked_again_on_a_fresh_connection(void **state)
{
    struct eyelet_address file = folder_address("v.sock");
    struct eyelet_listener listener;
    int fd;

    (void)state;
    assert_int_equal(eyelet_address_listen(&file, 0, &listener, NULL), 0);
    faults_fake_clock(START_NS);
    assert_int_equal(eyelet_address_connect(&into_guest, 12000, &fd, NULL), -ETIMEDOUT);
    assert_in_range(faults_now_ns() - START_NS, 12000 * EYELET_NS_PER_MS, 12001 * EYELET_NS_PER_MS);
    assert_int_equal(faults_count(FAULT_CONNECT), 3);
    eyelet_listener_clear(&listener);
}

/* An answer that stops in the middle is silence too: the bytes that came do not put the deadline off. */
static void h024_half_an_answer_takes_the_deadline(void **state)
{
    static const struct monitor_script script = { .manner = MONITOR_SAYS, MONITOR_TEXT("OK 107") };
    struct eyelet_error error = { 0 };
    int fd;

    (void)state;
    start(&script);
    assert_int_equal(eyelet_address_connect(&into_guest, 50, &fd, &error), -ETIMEDOUT);
    assert_int_equal(error.status, EYELET_DEADLINE_EXCEEDED);
    monitor_stop(&monitor);
}

static void h031_a_monitor_at_its_limit_refuses_until_a_connection_ends(void **state)
{
    static const struct monitor_script script = {
        .manner = MONITOR_SAYS,
        MONITOR_TEXT("OK 5\n"),
        .connections_max = 8,
    };
    unsigned n_attempts;
    int fds[8], fd;

    (void)state;
    start(&script);
    for (size_t i = 0; i < N_OF(fds); i++)
        assert_int_equal(eyelet_address_connect(&into_guest, LIVE_PATIENCE_MS, &fds[i], NULL), 0);
    assert_int_equal(connect_at_most(3, &fd, &n_attempts), -ECONNRESET);
    assert_int_equal(n_attempts, 3);
    assert_int_equal(monitor.n_refused, 3);

    close(fds[3]);
    assert_int_equal(eyelet_address_connect(&into_guest, LIVE_PATIENCE_MS, &fds[3], NULL), 0);
    for (size_t i = 0; i < N_OF(fds); i++)
        close(fds[i]);
    monitor_stop(&monitor);
}

static void what_is_wrong_with_the_socket_file_is_named(void **state)
{
    static const struct {
        int error_number;
        const char *part;
    } table[] = {
        { ENOENT, "no monitor is there" },
        { ECONNREFUSED, "no monitor is there" },
        { EAGAIN, "backlog is full" },
        { EACCES, "another user" },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_error error = { 0 };
        int fd;

        faults_reset();
        faults_fake_clock(START_NS);
        faults_fail_always(FAULT_CONNECT, table[i].error_number);
        assert_int_equal(eyelet_address_connect(&into_guest, 100, &fd, &error), -table[i].error_number);
        assert_text_has(error.text, table[i].part);
    }
}

/* --- the request -------------------------------------------------------------------------------------------------- */

static void the_request_is_one_write_and_nothing_is_ever_half_closed(void **state)
{
    static const uint32_t ports[] = { 0, 1, 52, 1023, 65536, 4294967294u };
    static const struct monitor_script script = { .manner = MONITOR_SAYS, MONITOR_TEXT("OK 5\n") };

    (void)state;
    start(&script);
    for (size_t i = 0; i < N_OF(ports); i++) {
        int fd = -1;

        into_guest.port = ports[i];
        assert_int_equal(eyelet_address_connect(&into_guest, LIVE_PATIENCE_MS, &fd, NULL), 0);
        assert_int_equal(monitor.last_port, ports[i]);
        assert_int_equal(faults_count(FAULT_SENDMSG), i + 1);
        close(fd);
    }
    monitor_stop(&monitor);
    assert_int_equal(monitor.n_requests, N_OF(ports));
    assert_int_equal(monitor.n_unfinished, 0);
    assert_int_equal(faults_count(FAULT_SHUTDOWN), 0);
}

static void the_stub_knows_what_a_monitor_does_not_take(void **state)
{
    static const char *const bad[] = {
        "CONNECT",         "CONNECT 52",
        "CONNECT 1234567", "connekt 52\n",
        "CONNECT x2\n",    "CONNECT 4294967296\n",
        "CONNECT 52x\n",   "CONNECT   \n",
        "HELO enclave\n",  "\n\n\n\n\n\n\n\n\n\n\n",
    };
    static const struct monitor_script script = { .manner = MONITOR_SAYS, MONITOR_TEXT("OK 5\n") };
    int fd;

    (void)state;
    start(&script);
    for (size_t i = 0; i < N_OF(bad); i++) {
        fd = live_connect(into_guest.path);
        assert_true(live_send(fd, (struct eyelet_slice){ (const uint8_t *)bad[i], strlen(bad[i]) }));
        assert_int_equal(live_read_to_end(fd), 0);
        close(fd);
    }
    fd = live_connect(into_guest.path);
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    assert_int_equal(live_read_to_end(fd), 0);
    close(fd);
    monitor_stop(&monitor);
    assert_int_equal(monitor.n_requests, 0);
    assert_int_equal(monitor.n_refused, N_OF(bad) + 1);
    assert_int_equal(monitor.n_unfinished, 1);
}

/* One call fails once; what is worth another attempt is mended by it, what is not comes back. Nothing stays open. */
static void every_system_call_of_a_handshake_fails_in_turn(void **state)
{
    static const struct monitor_script script = { .manner = MONITOR_SAYS, MONITOR_TEXT("OK 12\n") };
    static const struct {
        enum fault_call call;
        unsigned n_uses;
    } calls[] = { { FAULT_SOCKET, 1 },  { FAULT_CONNECT, 1 }, { FAULT_FCNTL, 2 },
                  { FAULT_SENDMSG, 1 }, { FAULT_RECV, 6 },    { FAULT_POLL, 7 } };
    static const struct {
        int error_number;
        bool is_mended;
    } errors[] = { { ECONNRESET, true }, { ENODEV, true }, { EINTR, true }, { ENOMEM, false }, { EMFILE, false } };
    unsigned fds_open;

    (void)state;
    start(&script);
    fds_open = faults_open_fds();
    for (size_t i = 0; i < N_OF(calls); i++) {
        for (unsigned nth = 1; nth <= calls[i].n_uses; nth++) {
            for (size_t k = 0; k < N_OF(errors); k++) {
                int r, fd = -1;

                faults_reset();
                faults_fail(calls[i].call, nth, errors[k].error_number);
                r = eyelet_address_connect(&into_guest, LIVE_PATIENCE_MS, &fd, NULL);
                if (r != (errors[k].is_mended ? 0 : -errors[k].error_number))
                    fail_msg("call %d, use %u, %s: %d", (int)calls[i].call, nth,
                             strerrorname_np(errors[k].error_number), r);
                assert_true(faults_count(calls[i].call) >= nth);
                if (r == 0)
                    close(fd);
            }
        }
    }
    faults_reset();
    faults_fail(FAULT_SENDMSG, 1, EPIPE); /* the monitor had dropped it already */
    assert_int_equal(connect_at_most(1, &(int){ -1 }, &(unsigned){ 0 }), -ECONNRESET);
    monitor_stop(&monitor);
    assert_true(fds_open > faults_open_fds()); /* the monitor's own were the only ones */
}

/* --- addresses ---------------------------------------------------------------------------------------------------- */

static void h029_a_path_or_suffix_too_long_is_an_error_before_any_system_call(void **state)
{
    struct eyelet_address address = { .family = EYELET_FAMILY_HVSOCK, .port = 4294967294u };
    struct eyelet_listener listener = { .fd = 77 };
    struct eyelet_error error;
    char text[200] = "hvsock:///";
    int fd = 77;

    (void)state;
    memset(text + 10, 'x', 107);
    strcpy(text + 10 + 107, ":52"); /* a path of 108 */
    assert_int_equal(eyelet_address_parse(text, &address, &error), -ENAMETOOLONG);
    assert_int_equal(error.status, EYELET_INVALID_ARGUMENT);

    for (size_t len = EYELET_ADDRESS_PATH_MAX - strlen("_4294967294") + 1; len <= EYELET_ADDRESS_PATH_MAX + 1; len++) {
        memset(address.path, 0, sizeof(address.path));
        memset(address.path, 'x', len);
        address.path[0] = '/';
        assert_int_equal(eyelet_address_listen(&address, 0, &listener, &error), -ENAMETOOLONG);
        assert_int_equal(error.status, EYELET_INVALID_ARGUMENT);
        assert_text_has(error.text, "/xxx");
        assert_text_has(error.text, "_4294967294");
        assert_text_has(error.text, "107");
        assert_int_equal(listener.fd, 77);
    }
    assert_int_equal(eyelet_address_connect(&address, 100, &fd, &error), -ENAMETOOLONG); /* no NUL: filled in by hand */
    assert_int_equal(fd, 77);
    assert_int_equal(faults_count(FAULT_SOCKET), 0);
}

static void h029_the_longest_path_that_fits_is_listened_on(void **state)
{
    struct eyelet_address address = { .family = EYELET_FAMILY_HVSOCK, .port = 4294967294u };
    size_t len = EYELET_ADDRESS_PATH_MAX - strlen("_4294967294");
    struct eyelet_listener listener;
    struct stat file;

    (void)state;
    memset(address.path, 'x', len);
    memcpy(address.path, folder_path(""), strlen(folder_path("")));
    assert_int_equal(eyelet_address_listen(&address, 0, &listener, NULL), 0);
    assert_int_equal(strlen(listener.file), EYELET_ADDRESS_PATH_MAX);
    assert_int_equal(lstat(listener.file, &file), 0);
    eyelet_listener_clear(&listener);
}

static void an_address_filled_in_wrongly_is_an_error_before_any_system_call(void **state)
{
    struct eyelet_address no_path = { .family = EYELET_FAMILY_HVSOCK, .port = 52 };
    struct eyelet_address no_port = into_guest;
    struct eyelet_listener listener;
    struct eyelet_error error;
    int fd;

    (void)state;
    no_port.port = EYELET_VSOCK_PORT_ANY;
    assert_int_equal(eyelet_address_listen(&no_path, 0, &listener, &error), -EINVAL);
    assert_int_equal(eyelet_address_listen(&no_port, 0, &listener, &error), -EINVAL);
    assert_text_has(error.text, "below 4294967295");
    assert_int_equal(eyelet_address_connect(&no_path, 0, &fd, &error), -EINVAL);
    assert_int_equal(eyelet_address_connect(&no_port, 0, &fd, &error), -EINVAL);
    assert_int_equal(faults_count(FAULT_SOCKET), 0);
}

/* --- whole calls -------------------------------------------------------------------------------------------------- */

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)call;
    (void)userdata;
    reply->text = request->text;
    return EYELET_OK;
}

static void start_server(struct live_server *live, const char *address)
{
    static const struct demo_echo_handlers handlers = { .say = say };
    struct eyelet_server *server = NULL;
    struct eyelet_error error;

    if (eyelet_server_open(address, NULL, &server, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    assert_string_equal(eyelet_server_address(server), address);
    assert_int_equal(demo_echo_add(server, &handlers, NULL), EYELET_OK);
    live_server_start(live, server);
}

static struct eyelet_client *open_client(const struct eyelet_address *address)
{
    struct eyelet_client *client = NULL;
    struct eyelet_error error;
    char text[EYELET_ADDRESS_TEXT_MAX];

    assert_int_equal(eyelet_address_format(address, text, sizeof(text)), 0);
    if (eyelet_client_open(text, NULL, &client, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    return client;
}

static void assert_echo(struct eyelet_client *client, const char *text)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;
    struct eyelet_error error;

    request.text = (char *)text;
    if (demo_echo_say(client, NULL, &request, &reply, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    assert_string_equal(reply->text, text);
    demo__say_reply__free_unpacked(reply, NULL);
}

static void calls_go_into_the_guest_and_nothing_is_half_closed(void **state)
{
    static const struct monitor_script script = { .manner = MONITOR_PIPES, .guest_port = 52 };
    struct eyelet_client *client, *second;
    struct live_server guest;
    char *text = malloc((1 << 20) + 1);

    (void)state;
    assert_non_null(text);
    memset(text, 't', 1 << 20);
    text[1 << 20] = '\0';
    faults_fake_vsock(true);
    faults_vsock_peer(EYELET_VSOCK_CID_HOST, 1073741824);
    start_server(&guest, "vsock://any:52");
    start(&script);

    client = open_client(&into_guest);
    second = open_client(&into_guest);
    assert_echo(client, "hello, guest");
    assert_echo(second, "and from me");
    assert_echo(client, text);
    eyelet_client_close(client);
    eyelet_client_close(second);
    monitor_stop(&monitor);
    assert_int_equal(live_server_stop(&guest), EYELET_OK);
    assert_int_equal(monitor.n_requests, 2);
    assert_int_equal(monitor.n_unfinished, 0);
    assert_int_equal(faults_count(FAULT_SHUTDOWN), 0);
    free(text);
}

static void a_port_that_nobody_listens_on_in_the_guest_is_unavailable(void **state)
{
    static const struct monitor_script script = { .manner = MONITOR_PIPES, .guest_port = 52 };
    unsigned n_attempts;
    int fd;

    (void)state;
    start(&script);
    into_guest.port = 53;
    assert_int_equal(connect_at_most(2, &fd, &n_attempts), -ECONNRESET);
    assert_int_equal(n_attempts, 2);
    assert_int_equal(monitor.last_port, 53);
    monitor_stop(&monitor);
}

/* A client of the socket file that the monitor connects to for its guest. */
static struct eyelet_client *open_guest_client(void)
{
    return open_client(&(struct eyelet_address[]){ folder_address("v.sock_52") }[0]);
}

static void calls_come_out_of_the_guest(void **state)
{
    struct eyelet_client *client;
    struct live_server host;
    char text[EYELET_ADDRESS_TEXT_MAX];
    struct stat file;

    (void)state;
    assert_int_equal(eyelet_address_format(&into_guest, text, sizeof(text)), 0);
    start_server(&host, text);
    assert_int_equal(lstat(folder_path("v.sock"), &file), -1); /* that one is the monitor's */
    assert_int_equal(lstat(folder_path("v.sock_52"), &file), 0);
    assert_int_equal(file.st_mode & 07777, 0600);

    client = open_guest_client();
    assert_echo(client, "hello, host");
    eyelet_client_close(client);
    assert_int_equal(live_server_stop(&host), EYELET_OK);
    assert_int_equal(lstat(folder_path("v.sock_52"), &file), -1);
}

/* Dials one of a thousand. Return: a connection that was taken in, or -1 for one that was closed politely. */
static int dial_and_look(bool is_expected)
{
    int fd = monitor_dial_out(into_guest.path, 52);

    if (is_expected)
        return fd;
    assert_int_equal(live_read_to_end(fd), 0);
    close(fd);
    return -1;
}

static void h030_a_thousand_connections_out_of_the_guest_are_bounded(void **state)
{
    struct eyelet_client *client, *second;
    char text[EYELET_ADDRESS_TEXT_MAX];
    struct live_server host;
    int fds[255]; /* the client has the first of 256 */

    (void)state;
    assert_int_equal(eyelet_address_format(&into_guest, text, sizeof(text)), 0);
    start_server(&host, text);
    client = open_guest_client();
    assert_echo(client, "first");
    for (size_t i = 0; i < 1000; i++) {
        int fd = dial_and_look(i < N_OF(fds));

        if (i < N_OF(fds))
            fds[i] = fd;
    }
    assert_echo(client, "still here");

    for (size_t i = 0; i < N_OF(fds); i++) {
        assert_int_equal(shutdown(fds[i], SHUT_WR), 0);
        assert_int_equal(live_read_to_end(fds[i]), 0); /* the server has let go of it */
        close(fds[i]);
    }
    second = open_guest_client();
    assert_echo(second, "welcome again");
    eyelet_client_close(second);
    eyelet_client_close(client);
    assert_int_equal(live_server_stop(&host), EYELET_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h027_h028_only_a_whole_ok_with_a_number_is_an_answer),
        TEST(h026_an_answer_may_come_one_byte_at_a_time),
        TEST(h027_a_bad_handshake_is_named_and_at_most_32_bytes_of_it_are_read),
        TEST(h025_what_comes_right_behind_the_answer_is_the_guests),
        TEST(h023_a_refusal_may_be_over_at_the_next_attempt),
        TEST(h023_an_end_and_a_reset_are_the_same_refusal),
        TEST(h023_refusals_until_the_deadline_are_unavailable),
        TEST(h024_silence_takes_the_deadline_and_no_longer),
        TEST(h024_a_long_silence_is_asked_again_on_a_fresh_connection),
        TEST(h024_half_an_answer_takes_the_deadline),
        TEST(h031_a_monitor_at_its_limit_refuses_until_a_connection_ends),
        TEST(what_is_wrong_with_the_socket_file_is_named),
        TEST(the_request_is_one_write_and_nothing_is_ever_half_closed),
        TEST(the_stub_knows_what_a_monitor_does_not_take),
        TEST(every_system_call_of_a_handshake_fails_in_turn),
        TEST(h029_a_path_or_suffix_too_long_is_an_error_before_any_system_call),
        TEST(h029_the_longest_path_that_fits_is_listened_on),
        TEST(an_address_filled_in_wrongly_is_an_error_before_any_system_call),
        TEST(calls_go_into_the_guest_and_nothing_is_half_closed),
        TEST(a_port_that_nobody_listens_on_in_the_guest_is_unavailable),
        TEST(calls_come_out_of_the_guest),
        TEST(h030_a_thousand_connections_out_of_the_guest_are_bounded),
    };

    return cmocka_run_group_tests_name("hybrid", tests, NULL, NULL);
}
