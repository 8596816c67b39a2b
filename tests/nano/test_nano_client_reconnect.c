/*
 * Connecting and connecting again: a client in fixed memory and a socket file, at which this test listens, in one
 * thread.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "caller.h"
#include "nano/client.h"

static const struct eyelet_nano_client_opts again = { .reconnect = true, .connect_timeout_ms = 2000, .streams_max = 1 };
static const struct eyelet_nano_client_opts never = { .connect_timeout_ms = 2000 };

static int listener;
static unsigned fds_before;

static void listen_here(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const char *path = folder_path("server");

    memcpy(address.sun_path, path, strlen(path) + 1);
    unlink(path);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    live_must(bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0, "cannot bind");
    live_must(listen(listener, 10) == 0, "cannot listen");
}

static void stop_listening(void)
{
    close(listener);
    unlink(folder_path("server"));
    listener = -1;
}

static int setup(void **state)
{
    if (folder_setup(state) < 0)
        return -1;
    fds_before = faults_open_fds();
    listen_here();
    return 0;
}

static int teardown(void **state)
{
    unsigned fds_after;

    faults_reset();
    caller_close();
    if (listener >= 0)
        close(listener);
    fds_after = faults_open_fds();
    return folder_teardown(state) == 0 && fds_after == fds_before ? 0 : -1;
}

static const char *address(void)
{
    static char text[600];

    snprintf(text, sizeof(text), "unix://%s", folder_path("server"));
    return text;
}

/* The connection that waits in the backlog is the peer's. */
static void accept_peer(void)
{
    caller_hang_up();
    caller.peer = accept(listener, NULL, NULL);
    assert_true(caller.peer >= 0);
}

static void connect_client(const struct eyelet_nano_client_opts *opts)
{
    struct eyelet_error error;

    if (caller_init(address(), opts, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    accept_peer();
}

/* Someone who answers the first call on the next connection, and whom the test reaps. */
static pid_t answer_next(const char *text)
{
    pid_t pid = fork();
    struct live_frame frame;

    if (pid != 0)
        return pid;
    caller.peer = accept(listener, NULL, NULL);
    live_must(caller.peer >= 0 && live_read_frame(caller.peer, &frame) && frame.id == 1, "no call comes");
    caller_say_reply(1, text);
    _exit(0);
}

static void reap(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* --- the first connection ----------------------------------------------------------------------------------------- */

static void h001_nobody_there_is_tried_until_the_timeout(void **state)
{
    struct eyelet_error error;

    (void)state;
    stop_listening();
    faults_fake_clock(CALLER_NOW_NS);
    assert_int_equal(caller_init(address(), &never, &error), EYELET_UNAVAILABLE);
    assert_int_equal(error.error_number, ENOENT);
    assert_text_has(error.text, address());
    assert_text_has(error.text, "ENOENT");
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS + 2000 * MS);
    assert_true(faults_count(FAULT_CONNECT) > 3 && faults_count(FAULT_CONNECT) < 20);
    assert_int_equal(caller_init(address(), &never, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(caller_init("systemd://x", &never, &error), EYELET_UNIMPLEMENTED);
}

static void what_fails_after_connecting_closes_the_connection(void **state)
{
    unsigned before = faults_open_fds();
    struct eyelet_error error;

    (void)state;
    for (unsigned nth = 1; nth <= 4; nth++) {
        enum eyelet_status status;

        faults_fail(FAULT_FCNTL, nth, EMFILE);
        status = caller_init(address(), &never, &error);
        caller_close();
        assert_int_equal(faults_open_fds(), before);
        assert_true(status == EYELET_OK || status == EYELET_RESOURCE_EXHAUSTED);
        faults_reset();
    }
}

/* --- without the option ------------------------------------------------------------------------------------------- */

static void a_lost_connection_stays_lost_until_it_is_asked_for(void **state)
{
    struct eyelet_error error;

    (void)state;
    connect_client(&never);
    caller_hang_up();
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_text_has(error.text, "connection lost");

    assert_int_equal(eyelet_nano_client_reconnect(caller.client, 0, &error), EYELET_OK);
    accept_peer();
    assert_int_equal(eyelet_nano_client_reconnect(caller.client, 0, &error), EYELET_OK); /* it is not lost */
    caller_assert_usable(1);
    assert_int_equal(caller_counters().connections_opened, 2);
    assert_int_equal(caller_counters().connections_open, 1);
}

static void reconnecting_fails_as_connecting_does(void **state)
{
    struct eyelet_error error;

    (void)state;
    connect_client(&never);
    caller_hang_up();
    stop_listening();
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
    faults_fake_clock(CALLER_NOW_NS);
    assert_int_equal(eyelet_nano_client_reconnect(caller.client, 500, &error), EYELET_UNAVAILABLE);
    assert_int_equal(error.error_number, ENOENT);
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS + 500 * MS);
    assert_int_equal(eyelet_nano_client_reconnect(caller.client, 0, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS + 2500 * MS);
    assert_true(caller_counters().connections_refused > 5);
}

/* --- with it ------------------------------------------------------------------------------------------------------ */

static void the_next_call_opens_a_lost_connection_again(void **state)
{
    char text[32];
    pid_t pid;

    (void)state;
    connect_client(&again);
    caller_hang_up();
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_UNAVAILABLE);
    pid = answer_next("on another connection");
    assert_int_equal(caller_call(0, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "on another connection");
    reap(pid);
}

static void a_call_that_was_not_sent_whole_is_sent_again(void **state)
{
    char text[32];
    pid_t pid;

    (void)state;
    connect_client(&again);
    caller_hang_up(); /* not known until the request is to be sent */
    pid = answer_next("at the second try");
    assert_int_equal(caller_call(0, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "at the second try");
    assert_int_equal(caller_counters().calls_failed, 0);
    assert_int_equal(caller_counters().calls_started, 2);
    assert_int_equal(caller_counters().calls_open, 0);
    reap(pid);
}

static void a_call_that_may_have_been_executed_is_never_sent_again(void **state)
{
    struct eyelet_error error;

    (void)state;
    connect_client(&again);
    shutdown(caller.peer, SHUT_WR); /* it reads, and says no more */
    assert_int_equal(caller_call(0, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_true(error.may_have_executed);
    caller_hear(WIRE_REQUEST, 0, 1, 10);
    assert_int_equal(caller_counters().connections_opened, 1);
}

static void started_calls_and_streams_never_wait_for_a_connection(void **state)
{
    struct demo_echo_chat_stream *chat = NULL;
    struct eyelet_nano_pending *pending = NULL;
    demo_SayRequest request = demo_SayRequest_init_zero;
    struct eyelet_error error;
    demo_SayReply reply;

    (void)state;
    connect_client(&again);
    caller_hang_up();
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, &reply, NULL, NULL, &pending, &error),
                     EYELET_UNAVAILABLE);
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &chat, &error), EYELET_UNAVAILABLE);
    assert_null(pending);
    assert_null(chat);
    assert_int_equal(faults_count(FAULT_CONNECT), 1);
}

static void connecting_again_takes_no_longer_than_the_call(void **state)
{
    struct eyelet_error error;

    (void)state;
    connect_client(&again);
    caller_hang_up();
    stop_listening();
    faults_fake_clock(CALLER_NOW_NS);
    assert_int_equal(caller_call(300, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS + 300 * MS);
    assert_text_has(error.text, "demo.Echo/Say");
    assert_text_has(error.text, "cannot connect");
    assert_int_equal(error.error_number, ENOENT);
    assert_false(error.may_have_executed);
    assert_int_equal(caller_call(60000, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_in_range(faults_now_ns(), CALLER_NOW_NS + 2300 * MS, CALLER_NOW_NS + 2500 * MS); /* connect_timeout_ms */
}

static void h116_a_server_that_closes_each_connection_at_once_is_not_stormed(void **state)
{
    struct eyelet_error error;
    unsigned n_calls = 0;

    (void)state;
    connect_client(&again);
    caller_hang_up();
    faults_fake_clock(CALLER_NOW_NS);
    while (faults_now_ns() < CALLER_NOW_NS + 10000 * MS) {
        int fd;

        if (caller_call(3000, "x", NULL, 0, &error) == EYELET_OK)
            fail_msg("nobody answers, and yet there is an answer");
        n_calls++;
        if (eyelet_nano_client_fd(caller.client) >= 0) {
            fd = accept(listener, NULL, NULL);
            close(fd);
        }
    }
    assert_true(n_calls > 2);
    assert_true(caller_counters().connections_opened <= 1 + 12); /* 0, 100, 300, 700 ms, and then once a second */
}

static void h116_a_call_without_time_for_its_turn_ends_at_once(void **state)
{
    struct eyelet_error error;

    (void)state;
    connect_client(&again);
    faults_fake_clock(CALLER_NOW_NS);
    caller_hang_up();
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(eyelet_nano_client_reconnect(caller.client, 0, NULL), EYELET_OK);
    accept_peer();
    caller_hang_up();
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_UNAVAILABLE);
    assert_int_equal(caller_call(50, "x", NULL, 0, &error), EYELET_UNAVAILABLE);
    assert_text_has(error.text, "connection lost");
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS);
    assert_int_equal(eyelet_nano_client_reconnect(caller.client, 50, &error), EYELET_UNAVAILABLE);
    assert_int_equal(eyelet_nano_client_reconnect(caller.client, 200, NULL), EYELET_OK);
    assert_int_equal(faults_now_ns(), CALLER_NOW_NS + 100 * MS);
    accept_peer();
    caller_assert_usable(1);
}

static void h022_nothing_of_a_connection_survives_it(void **state)
{
    struct demo_echo_chat_stream *chat = NULL;
    struct eyelet_error error;
    struct wire wire = { 0 };
    demo_SayReply reply;

    (void)state;
    connect_client(&again);
    assert_int_equal(demo_echo_chat_open(caller.client, NULL, &chat, NULL), EYELET_OK);
    caller_hear(WIRE_REQUEST, WIRE_OPEN | WIRE_NO_DATA, 1, 10);
    caller_put_data(&wire, 1, "of the first");
    wire_frame_head(&wire, WIRE_DATA, 0, 1, 100); /* and half of another frame */
    caller_say(&wire);
    caller_hang_up();
    caller_chat_text(chat, "of the first");
    caller_chat_failed(chat, EYELET_UNAVAILABLE, "0 of 100 bytes");
    assert_int_equal(eyelet_nano_client_reconnect(caller.client, 0, NULL), EYELET_OK);
    accept_peer();
    caller_say_data(1, "for that id, before it is in use again");
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
    assert_int_equal(demo_echo_chat_recv(chat, &reply, &error), EYELET_GOT_ERROR);
    demo_echo_chat_close(chat);
    caller_assert_usable(1); /* ids begin anew */
    caller_hear(WIRE_REQUEST, 0, 1, 10);
    caller_hear_nothing();
}

static void h047_used_up_ids_are_another_connections(void **state)
{
    char text[32];
    pid_t pid;

    (void)state;
    connect_client(&again);
    caller.client->line.session.last_id = UINT32_MAX;
    pid = answer_next("with new ids");
    assert_int_equal(caller_call(0, "x", text, sizeof(text), NULL), EYELET_OK);
    assert_string_equal(text, "with new ids");
    reap(pid);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h001_nobody_there_is_tried_until_the_timeout),
        TEST(what_fails_after_connecting_closes_the_connection),
        TEST(a_lost_connection_stays_lost_until_it_is_asked_for),
        TEST(reconnecting_fails_as_connecting_does),
        TEST(the_next_call_opens_a_lost_connection_again),
        TEST(a_call_that_was_not_sent_whole_is_sent_again),
        TEST(a_call_that_may_have_been_executed_is_never_sent_again),
        TEST(started_calls_and_streams_never_wait_for_a_connection),
        TEST(connecting_again_takes_no_longer_than_the_call),
        TEST(h116_a_server_that_closes_each_connection_at_once_is_not_stormed),
        TEST(h116_a_call_without_time_for_its_turn_ends_at_once),
        TEST(h022_nothing_of_a_connection_survives_it),
        TEST(h047_used_up_ids_are_another_connections),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
