/*
 * A client that opens a lost connection again: when, how often, what is said about it, and which requests are sent a
 * second time. Most of it is one thread and the fake clock: the hook that hears of a new connection plays the server,
 * which has accepted it by then, and what the server was sent is looked at in the end.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/vsock.h>

#include "core/bytes.h"
#include "echo.eyelet.h"
#include "io/socket.h"
#include "rpc/calling.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/live_server.h"

#define NOW_NS      (1000 * EYELET_NS_PER_S)
#define MS          EYELET_NS_PER_MS
#define PEERS_MAX   64
#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* --- a server in the hook ----------------------------------------------------------------------------------------- */

/* What a connection gets before the client has sent anything on it. */
enum manner {
    REPLIES,      /* the answer to its first call */
    IS_SILENT,    /* nothing */
    ENDS_READING, /* an end, while it still takes what is sent */
    LEAVES,       /* closed at once */
};

static struct {
    struct eyelet_listener listener;
    char address[EYELET_ADDRESS_TEXT_MAX];
    enum manner manners[PEERS_MAX]; /* of connection 0, 1 ...; REPLIES unless a test says otherwise */
    int peers[PEERS_MAX];           /* -1 when closed */
    unsigned n_peers;
    struct wire reply; /* made before any allocation may fail */
} server;

/* What the hook was told. */
static struct {
    enum eyelet_client_state state;
    uint64_t at_ns;
    bool has_why;
    struct eyelet_error why;
} events[2 * PEERS_MAX];
static unsigned n_events;

static struct eyelet_client *client;
static unsigned fds_before;

static void close_peer(unsigned i)
{
    close(server.peers[i]);
    server.peers[i] = -1;
}

/* The newest connection; older ones are those that the client gave up before it used them. Return: -1 without one. */
static int accept_newest(void)
{
    int fd, newest = -1;

    while ((fd = accept(server.listener.fd, NULL, NULL)) >= 0) {
        if (newest >= 0)
            close(newest);
        newest = fd;
    }
    return newest;
}

/* Takes the connection that has just been made. */
static void take_connection(void)
{
    unsigned i = server.n_peers++;
    int fd = accept_newest();

    live_must(i < PEERS_MAX && fd >= 0, "there is no connection to take");
    server.peers[i] = fd;
    switch (server.manners[i]) {
    case REPLIES:
        live_must(live_send(fd, wire_slice(&server.reply)), "the client is gone");
        break;
    case IS_SILENT:
        break;
    case ENDS_READING:
        shutdown(fd, SHUT_WR);
        break;
    case LEAVES:
        close_peer(i);
        break;
    }
}

static void on_state(enum eyelet_client_state state, const struct eyelet_error *why, void *userdata)
{
    live_must(userdata == &server, "the hook is called with something else");
    live_must(n_events < N_OF(events), "the hook is called too often");
    events[n_events].state = state;
    events[n_events].at_ns = eyelet_now_ns();
    events[n_events].has_why = why != NULL;
    if (why != NULL)
        events[n_events].why = *why;
    n_events++;
    if (state == EYELET_CLIENT_CONNECTED)
        take_connection();
}

static void open_client(const struct eyelet_client_opts *opts)
{
    struct eyelet_client_opts filled = *opts;
    struct eyelet_error error;

    filled.on_state = on_state;
    filled.on_state_userdata = &server;
    if (eyelet_client_open(server.address, &filled, &client, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    assert_int_equal(n_events, 0); /* the first connection is no event */
    take_connection();
}

static void close_all(void)
{
    client = eyelet_client_close(client);
    for (unsigned i = 0; i < server.n_peers; i++)
        if (server.peers[i] >= 0)
            close_peer(i);
    server.n_peers = 0;
    n_events = 0;
}

static int listen_again(void)
{
    struct eyelet_address address = folder_address("e.sock");
    int r = eyelet_address_listen(&address, 0, &server.listener, NULL);

    return r < 0 ? r : eyelet_socket_set_nonblocking(server.listener.fd, true);
}

static int setup(void **state)
{
    static const uint8_t payload[] = { 0x0a, 4, 'h', 'e', 'r', 'e' };
    struct eyelet_address address;

    if (folder_setup(state) < 0)
        return -1;
    fds_before = faults_open_fds();
    memset(&server, 0, sizeof(server));
    wire_response(&server.reply, 1, &(struct wire_response){ .payload = { payload, sizeof(payload) } });
    address = folder_address("e.sock");
    eyelet_address_format(&address, server.address, sizeof(server.address));
    faults_fake_clock(NOW_NS);
    return listen_again();
}

static int teardown(void **state)
{
    unsigned fds_after;

    faults_reset();
    close_all();
    eyelet_listener_clear(&server.listener);
    wire_clear(&server.reply);
    fds_after = faults_open_fds();
    return folder_teardown(state) == 0 && fds_after == fds_before ? 0 : -1;
}

/* --- calls, and what came of them --------------------------------------------------------------------------------- */

static const struct eyelet_client_opts reconnecting = { .reconnect = true };

static enum eyelet_status call_for(uint32_t timeout_ms, const char *text, struct eyelet_error *reterr)
{
    const struct eyelet_call_opts opts = { .timeout_ms = timeout_ms };
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;
    enum eyelet_status status;

    request.text = (char *)text;
    status = demo_echo_say(client, &opts, &request, &reply, reterr);
    demo__say_reply__free_unpacked(reply, NULL);
    return status;
}

static enum eyelet_status call(const char *text, struct eyelet_error *reterr)
{
    return call_for(0, text, reterr);
}

/* Whole requests with @text that connection @i was sent so far; a part of one counts for nothing. */
static unsigned count_requests(unsigned i, const char *text)
{
    static uint8_t room[64 << 10];
    ssize_t got = recv(server.peers[i], room, sizeof(room), MSG_DONTWAIT | MSG_PEEK);
    struct eyelet_slice rest = { room, got > 0 ? (size_t)got : 0 };
    unsigned n = 0;

    while (rest.len >= WIRE_HEAD_LEN && rest.len - WIRE_HEAD_LEN >= eyelet_get_be32(rest.data)) {
        size_t data_len = eyelet_get_be32(rest.data);

        n += memmem(rest.data + WIRE_HEAD_LEN, data_len, text, strlen(text)) != NULL;
        eyelet_slice_take(&rest, WIRE_HEAD_LEN + data_len);
    }
    return n;
}

/* Over all connections that are still open at the server. */
static unsigned count_all_requests(const char *text)
{
    unsigned n = 0;

    for (unsigned i = 0; i < server.n_peers; i++)
        if (server.peers[i] >= 0)
            n += count_requests(i, text);
    return n;
}

static void assert_lost_event(unsigned i)
{
    assert_true(n_events > i);
    assert_int_equal(events[i].state, EYELET_CLIENT_LOST);
    assert_true(events[i].has_why);
    assert_int_equal(events[i].why.status, EYELET_UNAVAILABLE);
    assert_text_has(events[i].why.text, "connection lost");
}

static void assert_connected_event(unsigned i)
{
    assert_true(n_events > i);
    assert_int_equal(events[i].state, EYELET_CLIENT_CONNECTED);
    assert_false(events[i].has_why);
}

/* --- lost and found ----------------------------------------------------------------------------------------------- */

static void a_peer_that_died_between_two_calls_is_not_noticed(void **state)
{
    (void)state;
    open_client(&reconnecting);
    assert_int_equal(call("one", NULL), EYELET_OK);
    assert_int_equal(n_events, 0);
    close_peer(0);
    assert_int_equal(call("two", NULL), EYELET_OK);
    assert_int_equal(n_events, 2);
    assert_lost_event(0);
    assert_int_equal(events[0].why.error_number, ECONNRESET); /* the server had not read "one" */
    assert_connected_event(1);
    assert_int_equal(count_requests(1, "two"), 1);
    assert_int_equal(count_requests(1, "one"), 0);

    close_peer(1);
    assert_int_equal(call("three", NULL), EYELET_OK);
    assert_int_equal(n_events, 4);
    assert_lost_event(2);
    assert_connected_event(3);
    assert_int_equal(count_all_requests("three"), 1);
}

static void h018_every_errno_of_a_send_leads_to_another_connection(void **state)
{
    static const int errors[] = { EPIPE, ECONNRESET, ENOBUFS, ENOMEM, ETIMEDOUT, EPROTO, ENOTCONN };

    (void)state;
    server.manners[0] = IS_SILENT;
    for (size_t i = 0; i < N_OF(errors); i++) {
        open_client(&reconnecting);
        faults_fail(FAULT_SENDMSG, 1, errors[i]);
        assert_int_equal(call("again", NULL), EYELET_OK);
        assert_int_equal(n_events, 2);
        assert_lost_event(0);
        assert_int_equal(events[0].why.error_number, errors[i]);
        assert_connected_event(1);
        assert_int_equal(count_requests(0, "again"), 0);
        assert_int_equal(count_requests(1, "again"), 1);
        close_all();
    }
}

/* All ids of a connection are used up: the next call makes another one, once those in flight are over. */
static void h047_a_connection_without_ids_is_replaced_when_its_calls_are_over(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct eyelet_pending *pending = NULL;
    struct eyelet_error error;

    (void)state;
    server.manners[0] = IS_SILENT;
    open_client(&reconnecting);
    assert_int_equal(demo_echo_say_start(client, NULL, &request, NULL, NULL, &pending, NULL), EYELET_OK);
    client->connection.session.last_id = UINT32_MAX;
    faults_tick_ns(MS); /* whoever tries again and again comes to its deadline */
    assert_int_equal(call("hello", &error), EYELET_UNAVAILABLE);
    assert_false(error.is_remote);
    assert_false(error.may_have_executed);
    eyelet_pending_cancel(pending);
    assert_int_equal(demo_echo_say_collect(pending, NULL, NULL), EYELET_CANCELLED);
    assert_int_equal(call("hello", &error), EYELET_OK);
    assert_int_equal(server.n_peers, 2);
}

static void without_the_option_a_lost_client_stays_lost_but_says_so(void **state)
{
    static const struct eyelet_client_opts none = { 0 };
    struct eyelet_error error;

    (void)state;
    open_client(&none);
    close_peer(0);
    assert_int_equal(call("one", NULL), EYELET_OK); /* the answer had come */
    assert_int_equal(call("two", &error), EYELET_UNAVAILABLE);
    assert_false(error.may_have_executed);
    assert_int_equal(call("three", &error), EYELET_UNAVAILABLE);
    assert_int_equal(n_events, 1); /* once */
    assert_lost_event(0);
    assert_int_equal(faults_count(FAULT_CONNECT), 1);
}

static void a_call_that_ended_with_an_earlier_connection_is_collected_without_waiting(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct eyelet_pending *pending = NULL;
    Demo__SayReply *reply = NULL;
    char text[1024] = "";

    (void)state;
    memset(text, 'x', sizeof(text) - 1); /* longer than anything that the next connection sends */
    request.text = text;
    open_client(&reconnecting);
    assert_int_equal(demo_echo_say_start(client, NULL, &request, NULL, NULL, &pending, NULL), EYELET_OK);
    assert_int_equal(eyelet_client_process(client, NULL), EYELET_OK);
    assert_true(eyelet_pending_is_done(pending));
    close_peer(0);
    assert_int_equal(call("two", NULL), EYELET_OK);
    assert_connected_event(1);
    faults_fake_clock(NOW_NS);
    assert_int_equal(demo_echo_say_collect(pending, &reply, NULL), EYELET_OK);
    assert_int_equal(eyelet_now_ns(), NOW_NS);
    assert_string_equal(reply->text, "here");
    demo__say_reply__free_unpacked(reply, NULL);
}

/* --- which requests are sent again -------------------------------------------------------------------------------- */

/* How many pieces of 7 bytes a call of @text takes. */
static unsigned count_pieces(const char *text)
{
    unsigned n;

    open_client(&reconnecting);
    faults_short(FAULT_SENDMSG, 7);
    n = faults_count(FAULT_SENDMSG);
    assert_int_equal(call(text, NULL), EYELET_OK);
    n = faults_count(FAULT_SENDMSG) - n;
    assert_int_equal(count_requests(0, text), 1);
    close_all();
    return n;
}

static void a_request_that_was_not_sent_whole_is_sent_again_wherever_it_was_cut(void **state)
{
    unsigned n_pieces = count_pieces("a request of some length");

    (void)state;
    assert_true(n_pieces > 5);
    server.manners[0] = IS_SILENT;
    for (unsigned nth = 1; nth <= n_pieces; nth++) {
        open_client(&reconnecting);
        faults_fail(FAULT_SENDMSG, nth, ECONNRESET);
        assert_int_equal(call("a request of some length", NULL), EYELET_OK);
        assert_int_equal(n_events, 2);
        assert_int_equal(count_requests(0, ""), 0);
        assert_int_equal(count_requests(1, "a request of some length"), 1);
        close_all();
    }
}

static void a_request_is_sent_again_as_often_as_it_takes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++)
        server.manners[i] = LEAVES;
    open_client(&reconnecting);
    assert_int_equal(call("stubborn", NULL), EYELET_OK);
    assert_int_equal(server.n_peers, 6);
    assert_int_equal(n_events, 10);
    for (unsigned i = 0; i < n_events; i++)
        assert_int_equal(events[i].state, i % 2 == 0 ? EYELET_CLIENT_LOST : EYELET_CLIENT_CONNECTED);
    assert_int_equal(count_requests(5, "stubborn"), 1);
}

/* The call must end without an answer, once sent, and never come again. */
static void assert_sent_once(const char *text)
{
    struct eyelet_error error;

    assert_int_equal(call(text, &error), EYELET_UNAVAILABLE);
    assert_true(error.may_have_executed);
    assert_false(error.is_remote);
    assert_int_equal(server.n_peers, 1); /* nor is a connection made for nothing */
    assert_int_equal(n_events, 1);
    assert_lost_event(0);

    assert_int_equal(call("the next one", NULL), EYELET_OK);
    assert_int_equal(n_events, 2);
    assert_connected_event(1);
    assert_int_equal(count_requests(0, text), 1);
    assert_int_equal(count_requests(1, text), 0);
    assert_int_equal(count_requests(1, "the next one"), 1);
}

static void a_request_that_may_have_been_executed_is_never_sent_again(void **state)
{
    static const int errors[] = { ECONNRESET, ENOBUFS, ETIMEDOUT, EPROTO };

    (void)state;
    server.manners[0] = ENDS_READING;
    open_client(&reconnecting);
    assert_sent_once("once only");
    close_all();

    server.manners[0] = REPLIES; /* there is an answer, which is lost */
    for (size_t i = 0; i < N_OF(errors); i++) {
        open_client(&reconnecting);
        faults_fail(FAULT_RECV, 1, errors[i]);
        assert_sent_once("once only");
        close_all();
    }
}

static void what_the_server_says_is_no_lost_connection(void **state)
{
    struct eyelet_error error;

    (void)state;
    wire_clear(&server.reply);
    wire_response(&server.reply, 1, &(struct wire_response){ .code = EYELET_UNAVAILABLE, .message = "stopping" });
    open_client(&reconnecting);
    assert_int_equal(call("one", &error), EYELET_UNAVAILABLE);
    assert_true(error.is_remote);
    assert_int_equal(n_events, 0);
    assert_int_equal(count_requests(0, "one"), 1);
    assert_int_equal(server.n_peers, 1);
}

/* A send that takes @n_taken pieces and then none, until the deadline is over. */
static void stall_sending(unsigned n_taken)
{
    faults_short(FAULT_SENDMSG, 7);
    for (unsigned nth = n_taken + 1; nth <= n_taken + 50; nth++)
        faults_fail(FAULT_SENDMSG, nth, EAGAIN);
    faults_tick_ns(5 * MS); /* the socket looks writable at once, each time */
}

static void what_is_left_of_a_request_whose_time_is_over_dies_with_its_connection(void **state)
{
    (void)state;
    for (unsigned n_taken = 0; n_taken <= 2; n_taken++) {
        struct eyelet_error error;

        server.manners[0] = IS_SILENT;
        open_client(&reconnecting);
        stall_sending(n_taken);
        assert_int_equal(call_for(100, "too slow", &error), EYELET_DEADLINE_EXCEEDED);
        assert_int_equal(error.may_have_executed, n_taken > 0); /* what was begun may be finished by the next call */
        assert_int_equal(n_events, 0);

        faults_reset();
        faults_fake_clock(NOW_NS);
        close_peer(0);
        assert_int_equal(call("in time", NULL), EYELET_OK);
        assert_int_equal(count_requests(1, "too slow"), 0);
        assert_int_equal(count_requests(1, "in time"), 1);
        close_all();
    }
}

/* --- time --------------------------------------------------------------------------------------------------------- */

static void h116_a_server_that_closes_each_connection_is_asked_ever_more_rarely(void **state)
{
    static const uint64_t expected_ms[] = { 0, 100, 300, 700, 1500, 2500, 3500, 4500 };
    struct eyelet_error error;

    (void)state;
    for (unsigned i = 0; i < PEERS_MAX; i++)
        server.manners[i] = LEAVES;
    open_client(&reconnecting);
    assert_int_equal(call_for(30000, "anybody?", &error), EYELET_UNAVAILABLE);
    assert_false(error.may_have_executed);
    assert_text_has(error.text, "connection lost");
    for (unsigned i = 0; i < N_OF(expected_ms); i++) {
        assert_connected_event(2 * i + 1);
        assert_int_equal(events[2 * i + 1].at_ns, NOW_NS + expected_ms[i] * MS);
    }
    assert_in_range(faults_now_ns(), NOW_NS + 29000 * MS, NOW_NS + 30000 * MS);
    assert_int_equal(faults_count(FAULT_CONNECT), 1 + 33); /* the first, 5 up to 1.5 s, and one per second */
}

static void h116_nor_is_one_that_answers_once_asked_more_than_ten_times_a_second(void **state)
{
    (void)state;
    open_client(&reconnecting);
    for (unsigned i = 0; i < 40; i++) {
        assert_int_equal(call("short-lived", NULL), EYELET_OK);
        close_peer(i);
        if (i >= 2)
            assert_int_equal(events[2 * i - 1].at_ns - events[2 * i - 3].at_ns, 100 * MS);
    }
    assert_int_equal(faults_now_ns(), NOW_NS + 38 * 100 * MS); /* the first connection, and the second at once */
}

static void h116_the_pauses_are_short_again_after_an_answer(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++)
        server.manners[i] = LEAVES;
    open_client(&reconnecting);
    assert_int_equal(call("one", NULL), EYELET_OK); /* at 0, 100, 300, 700 and 1500 ms */
    assert_int_equal(faults_now_ns(), NOW_NS + 1500 * MS);
    faults_advance_ns(10000 * MS);
    close_peer(5);
    server.manners[6] = LEAVES;
    assert_int_equal(call("two", NULL), EYELET_OK);
    assert_int_equal(faults_now_ns(), NOW_NS + 11600 * MS);
}

static void a_deadline_covers_the_pauses(void **state)
{
    struct eyelet_error error;

    (void)state;
    for (unsigned i = 0; i < PEERS_MAX; i++)
        server.manners[i] = LEAVES;
    open_client(&reconnecting);
    assert_int_equal(call_for(250, "one", &error), EYELET_UNAVAILABLE);
    assert_int_equal(faults_now_ns(), NOW_NS + 100 * MS); /* the next turn is at 300 ms: no use in waiting */
    assert_int_equal(server.n_peers, 3);
    assert_int_equal(call_for(200, "two", &error), EYELET_UNAVAILABLE);
    assert_int_equal(faults_now_ns(), NOW_NS + 100 * MS);
    assert_int_equal(server.n_peers, 3);
    assert_int_equal(n_events, 5); /* lost is told once, not per call */
    server.manners[3] = REPLIES;
    assert_int_equal(call_for(201, "three", &error), EYELET_OK);
    assert_int_equal(faults_now_ns(), NOW_NS + 300 * MS);
}

static void a_deadline_covers_the_connecting(void **state)
{
    struct eyelet_error error;

    (void)state;
    open_client(&reconnecting);
    eyelet_listener_clear(&server.listener);
    assert_int_equal(call("one", NULL), EYELET_OK);
    close_peer(0);
    assert_int_equal(call_for(1500, "two", &error), EYELET_UNAVAILABLE);
    assert_in_range(faults_now_ns(), NOW_NS + 1500 * MS, NOW_NS + 1501 * MS);
    assert_false(error.may_have_executed);
    assert_int_equal(error.error_number, ENOENT);
    assert_text_has(error.text, "demo.Echo/Say");
    assert_text_has(error.text, "cannot connect to");
    assert_text_has(error.text, "attempts");
    assert_int_equal(n_events, 1);

    assert_int_equal(listen_again(), 0);
    assert_int_equal(call("three", &error), EYELET_OK);
    assert_int_equal(n_events, 2);
    assert_connected_event(1);
    assert_int_equal(count_all_requests("two"), 0);
}

static void connecting_takes_no_longer_than_its_own_timeout(void **state)
{
    static const struct eyelet_client_opts opts = { .reconnect = true, .connect_timeout_ms = 300 };
    struct eyelet_error error;

    (void)state;
    open_client(&opts);
    assert_int_equal(call("one", NULL), EYELET_OK);
    close_peer(0);
    faults_fail_always(FAULT_CONNECT, ECONNREFUSED);
    assert_int_equal(call_for(60000, "two", &error), EYELET_UNAVAILABLE);
    assert_in_range(faults_now_ns(), NOW_NS + 300 * MS, NOW_NS + 301 * MS);
    assert_int_equal(error.error_number, ECONNREFUSED);
}

static void a_connection_that_comes_too_late_for_a_call_serves_the_next(void **state)
{
    struct eyelet_error error;

    (void)state;
    open_client(&reconnecting);
    assert_int_equal(call("one", NULL), EYELET_OK);
    close_peer(0);
    server.manners[1] = IS_SILENT;
    assert_int_equal(call_for(1000, "two", &error), EYELET_DEADLINE_EXCEEDED);
    assert_true(error.may_have_executed);
    assert_int_equal(n_events, 2);
    live_must(live_send(server.peers[1], wire_slice(&server.reply)), "the client is gone"); /* too late */
    assert_int_equal(call_for(1000, "three", &error), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(n_events, 2);
    assert_int_equal(count_requests(1, "two"), 1);
    assert_int_equal(count_requests(1, "three"), 1);
}

/* --- failures of this side ---------------------------------------------------------------------------------------- */

/* A call that must connect again, with one failure in it. Return: false when there is no such use of @call. */
static bool check_one_failure(enum fault_call failing, unsigned nth, int error_number)
{
    enum eyelet_status status;
    struct eyelet_error error;
    bool has_failed;

    open_client(&reconnecting);
    assert_int_equal(call("one", NULL), EYELET_OK);
    close_peer(0);
    faults_reset();
    faults_fake_clock(NOW_NS);
    faults_fail(failing, nth, error_number);
    status = call("two", &error);
    has_failed = faults_count(failing) >= nth;
    if (status != EYELET_OK) {
        assert_true(has_failed);
        assert_int_equal(status, EYELET_RESOURCE_EXHAUSTED);
    }
    assert_int_equal(count_all_requests("two"), status == EYELET_OK || error.may_have_executed);
    faults_reset();
    faults_fake_clock(NOW_NS + 10000 * MS);
    for (unsigned i = 0; i < server.n_peers; i++) /* one that the client gave up has no answer for it any more */
        if (server.peers[i] >= 0)
            close_peer(i);
    assert_int_equal(call("three", &error), EYELET_OK);
    assert_int_equal(count_all_requests("three"), 1);
    close_all();
    assert_int_equal(faults_open_fds(), fds_before + 1);
    return has_failed;
}

static void h111_a_failure_during_a_reconnect_leaves_a_client_that_can_try_again(void **state)
{
    static const struct {
        enum fault_call call;
        int error_number;
        unsigned n_uses_min;
    } table[] = {
        { FAULT_ALLOC, ENOMEM, 3 },
        { FAULT_SOCKET, EMFILE, 1 },
        { FAULT_CONNECT, ENOBUFS, 1 },
        { FAULT_FCNTL, ENOMEM, 4 },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        unsigned nth = 1;

        while (check_one_failure(table[i].call, nth, table[i].error_number))
            nth++;
        assert_true(nth > table[i].n_uses_min);
    }
}

static void a_descriptor_cannot_be_connected_to_twice(void **state)
{
    struct eyelet_client *none = NULL;
    struct eyelet_error error;
    char address[32];
    int pair[2];

    (void)state;
    live_pair(pair);
    snprintf(address, sizeof(address), "fd://%d", pair[0]);
    assert_int_equal(eyelet_client_open(address, &reconnecting, &none, &error), EYELET_INVALID_ARGUMENT);
    assert_text_has(error.text, address);
    assert_text_has(error.text, "second time");
    assert_null(none);
    close(pair[0]);
    close(pair[1]);
}

/* --- real servers and threads ------------------------------------------------------------------------------------- */

static atomic_uint n_executed;

static enum eyelet_status say(struct eyelet_call *request_call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)request_call;
    (void)userdata;
    n_executed++;
    reply->text = request->text;
    return EYELET_OK;
}

static void start_server(struct live_server *live)
{
    static const struct demo_echo_handlers handlers = { .say = say };
    struct eyelet_server *one = NULL;
    struct eyelet_error error;

    if (eyelet_server_open(server.address, NULL, &one, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    assert_int_equal(demo_echo_add(one, &handlers, NULL), EYELET_OK);
    live_server_start(live, one);
}

struct caller {
    pthread_t thread;
    unsigned n_ok;
    unsigned n_unknown; /* lost with the request sent */
};

static void *call_many_times(void *argument)
{
    struct caller *caller = argument;
    struct eyelet_error error;

    for (unsigned i = 0; i < 200; i++) {
        if (call_for(LIVE_PATIENCE_MS, "hello", &error) == EYELET_OK)
            caller->n_ok++;
        else if (error.status == EYELET_UNAVAILABLE && error.may_have_executed)
            caller->n_unknown++;
        else
            live_must(error.status == EYELET_UNAVAILABLE && error.is_remote, error.text); /* the server is stopping */
    }
    return NULL;
}

static void threads_share_a_client_while_its_server_is_restarted(void **state)
{
    struct caller callers[4] = { { 0 } };
    struct live_server live;
    unsigned n_ok = 0, n_unknown = 0;

    (void)state;
    faults_reset(); /* the clock is real here */
    n_executed = 0;
    eyelet_listener_clear(&server.listener);
    start_server(&live);
    assert_int_equal(eyelet_client_open(server.address, &reconnecting, &client, NULL), EYELET_OK);
    for (size_t i = 0; i < N_OF(callers); i++)
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call_many_times, &callers[i]), 0);
    for (unsigned i = 1; i <= 5; i++) {
        while (n_executed < i * 50)
            sched_yield();
        assert_int_equal(live_server_stop(&live), EYELET_OK);
        start_server(&live);
    }
    for (size_t i = 0; i < N_OF(callers); i++) {
        pthread_join(callers[i].thread, NULL);
        n_ok += callers[i].n_ok;
        n_unknown += callers[i].n_unknown;
    }
    client = eyelet_client_close(client);
    assert_int_equal(live_server_stop(&live), EYELET_OK);
    assert_in_range(n_executed, n_ok, n_ok + n_unknown); /* none was executed twice */
    assert_true(n_ok > 700);
    assert_int_equal(listen_again(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_peer_that_died_between_two_calls_is_not_noticed),
        TEST(h018_every_errno_of_a_send_leads_to_another_connection),
        TEST(h047_a_connection_without_ids_is_replaced_when_its_calls_are_over),
        TEST(without_the_option_a_lost_client_stays_lost_but_says_so),
        TEST(a_call_that_ended_with_an_earlier_connection_is_collected_without_waiting),
        TEST(a_request_that_was_not_sent_whole_is_sent_again_wherever_it_was_cut),
        TEST(a_request_is_sent_again_as_often_as_it_takes),
        TEST(a_request_that_may_have_been_executed_is_never_sent_again),
        TEST(what_the_server_says_is_no_lost_connection),
        TEST(what_is_left_of_a_request_whose_time_is_over_dies_with_its_connection),
        TEST(h116_a_server_that_closes_each_connection_is_asked_ever_more_rarely),
        TEST(h116_nor_is_one_that_answers_once_asked_more_than_ten_times_a_second),
        TEST(h116_the_pauses_are_short_again_after_an_answer),
        TEST(a_deadline_covers_the_pauses),
        TEST(a_deadline_covers_the_connecting),
        TEST(connecting_takes_no_longer_than_its_own_timeout),
        TEST(a_connection_that_comes_too_late_for_a_call_serves_the_next),
        TEST(h111_a_failure_during_a_reconnect_leaves_a_client_that_can_try_again),
        TEST(a_descriptor_cannot_be_connected_to_twice),
        TEST(threads_share_a_client_while_its_server_is_restarted),
    };

    return cmocka_run_group_tests_name("reconnect", tests, NULL, NULL);
}
