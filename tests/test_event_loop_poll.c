/*
 * A client that lives in its program's own loop: one thread, poll(), and the client's descriptor, events and timeout.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/vsock.h>

#include "echo.eyelet.h"
#include "io/socket.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/live_server.h"
#include "support/starts.h"

#define NOW_NS   (1000 * EYELET_NS_PER_S)
#define N_CALLS  700u  /* at once: more than a server reads ahead, less than a client's calls_max */
#define N_COUNTS 20000 /* messages of a stream: more than may wait in its queue */

static struct live_server live;
static struct eyelet_client *client;
static struct starts starts;
static struct eyelet_error error;
static unsigned fds_before;

/* --- servers ------------------------------------------------------------------------------------------------------ */

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)call;
    (void)userdata;
    reply->text = request->text;
    return EYELET_OK;
}

static enum eyelet_status count(struct eyelet_call *call, const Demo__CountRequest *request, void *userdata)
{
    Demo__CountReply reply = DEMO__COUNT_REPLY__INIT;
    enum eyelet_status status = EYELET_OK;

    (void)userdata;
    while (status == EYELET_OK && reply.number < request->limit) {
        reply.number++;
        status = demo_echo_count_call_send(call, &reply);
    }
    return status;
}

static enum eyelet_status chat(struct eyelet_call *call, void *userdata)
{
    Demo__SayReply reply = DEMO__SAY_REPLY__INIT;
    enum eyelet_status status = EYELET_OK;
    const Demo__SayRequest *request;

    (void)userdata;
    while (status == EYELET_OK && demo_echo_chat_call_recv(call, &request) == EYELET_GOT_MESSAGE) {
        reply.text = request->text;
        status = demo_echo_chat_call_send(call, &reply);
    }
    return status;
}

static void start_server(unsigned threads)
{
    static const struct demo_echo_handlers handlers = { .say = say, .count = count, .chat = chat };
    const struct eyelet_server_opts opts = { .threads = threads };
    struct eyelet_server *server = NULL;

    if (eyelet_server_open(folder_address_text("server"), &opts, &server, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    assert_int_equal(demo_echo_add(server, &handlers, NULL), EYELET_OK);
    live_server_start(&live, server);
}

/* --- a client, and its loop --------------------------------------------------------------------------------------- */

static void open_client(const char *address)
{
    if (eyelet_client_open(address, NULL, &client, &error) != EYELET_OK)
        fail_msg("%s", error.text);
}

/* Return: our end of the connection. */
static int open_client_on_pair(void)
{
    char address[32];
    int fds[2];

    live_pair(fds);
    snprintf(address, sizeof(address), "fd://%d", fds[0]);
    open_client(address);
    close(fds[0]); /* the client has a duplicate */
    return fds[1];
}

static struct pollfd asked_for(void)
{
    return (struct pollfd){ .fd = eyelet_client_fd(client), .events = eyelet_client_events(client) };
}

/* Waits as the client says, and lets it work. */
static enum eyelet_status turn(void)
{
    struct pollfd socket = asked_for();

    live_must(poll(&socket, 1, eyelet_client_timeout_ms(client)) >= 0, "cannot poll");
    return eyelet_client_process(client, &error);
}

static void turn_until_all_are_told(void)
{
    while (starts_in_flight(&starts) > 0)
        live_must(turn() == EYELET_OK, error.text);
}

static int setup(void **state)
{
    int r = folder_setup(state);

    live = (struct live_server){ 0 };
    memset(&starts, 0, sizeof(starts));
    client = NULL;
    fds_before = faults_open_fds();
    return r;
}

static int teardown(void **state)
{
    bool is_clean;

    client = eyelet_client_close(client);
    if (live.server != NULL)
        live_server_stop(&live);
    is_clean = faults_open_fds() == fds_before;
    return folder_teardown(state) == 0 && is_clean ? 0 : -1;
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

static void several_hundred_calls_are_in_flight_from_one_thread(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        struct eyelet_counters counters;

        start_server(threads);
        open_client(folder_address_text("server"));
        starts_begin_many(&starts, client, "call", 0, N_CALLS);
        eyelet_client_get_counters(client, &counters);
        assert_int_equal(counters.calls_open, N_CALLS);
        turn_until_all_are_told();
        assert_int_equal(starts.n_of[EYELET_OK], N_CALLS);
        assert_int_equal(eyelet_client_timeout_ms(client), -1);

        client = eyelet_client_close(client);
        assert_int_equal(live_server_stop(&live), EYELET_OK);
        memset(&starts, 0, sizeof(starts));
    }
}

static void start_the_next(struct starts *all, struct start *start, void *userdata)
{
    unsigned *n_left = userdata;

    (void)start;
    if (*n_left == 0)
        return;
    --*n_left;
    live_must(starts_begin(all, client, "next", 0, &error) == EYELET_OK, error.text);
}

static void a_function_that_is_told_may_start_the_next_call(void **state)
{
    unsigned n_left = 1000;

    (void)state;
    start_server(1);
    open_client(folder_address_text("server"));
    starts.on_end = start_the_next;
    starts.userdata = &n_left;
    starts_begin_many(&starts, client, "first", 0, 300);
    turn_until_all_are_told();
    assert_int_equal(starts.n_of[EYELET_OK], 1300);
}

static void a_call_may_be_collected_when_the_loop_has_its_end(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct eyelet_pending *pending;
    Demo__SayReply *reply = NULL;

    (void)state;
    start_server(1);
    open_client(folder_address_text("server"));
    request.text = (char *)"collect me";
    assert_int_equal(demo_echo_say_start(client, NULL, &request, NULL, NULL, &pending, NULL), EYELET_OK);
    assert_false(eyelet_pending_is_done(pending));
    while (!eyelet_pending_is_done(pending))
        assert_int_equal(turn(), EYELET_OK);

    assert_int_equal(demo_echo_say_collect(pending, &reply, &error), EYELET_OK);
    assert_string_equal(reply->text, "collect me");
    demo__say_reply__free_unpacked(reply, NULL);
}

/* --- what is asked for -------------------------------------------------------------------------------------------- */

/* What the peer has been sent so far. Return: bytes. */
static size_t drain(int peer)
{
    char room[65536];
    size_t len = 0;
    ssize_t n;

    while ((n = recv(peer, room, sizeof(room), MSG_DONTWAIT)) > 0)
        len += (size_t)n;
    return len;
}

static void writability_is_asked_for_while_bytes_wait_to_be_sent(void **state)
{
    int peer = open_client_on_pair();
    unsigned n = 0;

    (void)state;
    assert_int_equal(eyelet_client_events(client), POLLIN);
    for (; (eyelet_client_events(client) & POLLOUT) == 0; n++) /* nobody reads */
        starts_begin_many(&starts, client, "call", 0, 1);
    assert_int_equal(eyelet_client_events(client), POLLIN | POLLOUT);

    for (n = 0; (eyelet_client_events(client) & POLLOUT) != 0; n++) {
        assert_true(drain(peer) > 0);
        assert_int_equal(turn(), EYELET_OK);
    }
    assert_true(n > 0);
    assert_int_equal(eyelet_client_events(client), POLLIN);
    close(peer);
}

static void the_timeout_is_the_next_deadlines(void **state)
{
    int peer;

    (void)state;
    faults_fake_clock(NOW_NS);
    peer = open_client_on_pair();
    assert_int_equal(eyelet_client_timeout_ms(client), -1);
    starts_begin_many(&starts, client, "late", 500, 300);
    starts_begin_many(&starts, client, "soon", 20, 1);
    assert_int_equal(eyelet_client_timeout_ms(client), 20);
    faults_advance_ns(19 * EYELET_NS_PER_MS);
    assert_int_equal(eyelet_client_timeout_ms(client), 1);
    assert_int_equal(eyelet_client_process(client, NULL), EYELET_OK);
    assert_int_equal(starts.n_told, 0);

    faults_advance_ns(EYELET_NS_PER_MS);
    assert_int_equal(eyelet_client_timeout_ms(client), 0);
    assert_int_equal(eyelet_client_process(client, NULL), EYELET_OK);
    assert_int_equal(starts.n_told, 1);
    assert_int_equal(starts.each[300].status, EYELET_DEADLINE_EXCEEDED);
    assert_false(starts.last.is_remote);
    assert_int_equal(eyelet_client_timeout_ms(client), 480);

    faults_advance_ns(480 * EYELET_NS_PER_MS);
    assert_int_equal(eyelet_client_process(client, NULL), EYELET_OK);
    assert_int_equal(starts.n_of[EYELET_DEADLINE_EXCEEDED], 301);
    assert_int_equal(eyelet_client_timeout_ms(client), -1);
    close(peer);
}

static void a_cancelled_call_is_told_at_the_next_processing(void **state)
{
    int peer = open_client_on_pair();

    (void)state;
    starts_begin_many(&starts, client, "call", 0, 300);
    for (unsigned i = 0; i < 300; i += 2)
        eyelet_pending_cancel(starts.each[i].pending);
    assert_int_equal(starts.n_told, 0);
    assert_int_equal(eyelet_client_timeout_ms(client), 0);
    assert_int_equal(eyelet_client_process(client, NULL), EYELET_OK);
    assert_int_equal(starts.n_of[EYELET_CANCELLED], 150);
    assert_int_equal(starts_in_flight(&starts), 150);
    assert_int_equal(starts.each[0].status, EYELET_CANCELLED);

    client = eyelet_client_close(client);
    assert_int_equal(starts.n_of[EYELET_CANCELLED], 300);
    close(peer);
}

/* --- the connection ----------------------------------------------------------------------------------------------- */

static void every_call_hears_of_a_lost_connection_and_the_next_one_works(void **state)
{
    (void)state;
    start_server(1);
    open_client(folder_address_text("server"));
    starts_begin_many(&starts, client, "before", 0, 300);
    assert_int_equal(live_server_stop(&live), EYELET_OK); /* which answers what it has taken, and refuses the rest */
    while (turn() == EYELET_OK)
        ;
    assert_int_equal(starts.n_told, 300);
    assert_int_equal(starts.n_of[EYELET_OK] + starts.n_of[EYELET_UNAVAILABLE], 300);
    assert_int_equal(eyelet_client_fd(client), -1);
    assert_int_equal(eyelet_client_events(client), 0);
    assert_int_equal(eyelet_client_timeout_ms(client), -1);
    assert_int_equal(eyelet_client_process(client, &error), EYELET_UNAVAILABLE);
    assert_int_equal(starts_begin(&starts, client, "lost", 0, &error), EYELET_UNAVAILABLE);
    assert_false(error.may_have_executed);

    start_server(1);
    assert_int_equal(eyelet_client_reconnect(client, 0, &error), EYELET_OK);
    assert_true(eyelet_client_fd(client) >= 0);
    starts_begin_many(&starts, client, "after", 0, 300);
    turn_until_all_are_told();
    assert_int_equal(starts.n_told, 600);
    assert_true(starts.n_of[EYELET_OK] >= 300);
}

static void replies_before_an_end_are_told_of_before_it(void **state)
{
    int peer = open_client_on_pair();
    struct wire text = { 0 }, wire = { 0 };

    (void)state;
    starts_begin_many(&starts, client, "call", 0, 3);
    wire_field_text(&text, 1, "call 1");
    wire_response(&wire, 3, &(struct wire_response){ .payload = wire_slice(&text) });
    live_send_wire(peer, &wire);
    wire_clear(&text);
    close(peer);

    while (turn() == EYELET_OK)
        ;
    assert_int_equal(starts.n_of[EYELET_UNAVAILABLE], 2);
    assert_int_equal(starts.n_of[EYELET_OK], 1);
    assert_int_equal(starts.each[1].status, EYELET_OK);
    assert_true(starts.last.may_have_executed);
}

/* --- streams ------------------------------------------------------------------------------------------------------ */

/* Takes what is there without waiting. Return: false when the stream is over. */
static bool take_counts(struct demo_echo_count_stream *stream, int64_t *last)
{
    Demo__CountReply *reply = NULL;
    enum eyelet_got got;

    while (eyelet_stream_is_readable(demo_echo_count_base(stream))) {
        got = demo_echo_count_recv(stream, &reply, &error);
        live_must(got != EYELET_GOT_ERROR, error.text);
        if (got == EYELET_GOT_END)
            return false;
        live_must(reply->number == *last + 1, "a number is missing");
        *last = reply->number;
        demo__count_reply__free_unpacked(reply, NULL);
    }
    return true;
}

static void a_stream_is_received_among_calls_without_waiting(void **state)
{
    Demo__CountRequest request = DEMO__COUNT_REQUEST__INIT;
    struct demo_echo_count_stream *stream;
    int64_t last = 0;

    (void)state;
    start_server(2);
    open_client(folder_address_text("server"));
    request.limit = N_COUNTS;
    assert_int_equal(demo_echo_count_open(client, NULL, &request, &stream, &error), EYELET_OK);
    starts_begin_many(&starts, client, "call", 0, 300);
    while (take_counts(stream, &last))
        assert_int_equal(turn(), EYELET_OK);
    assert_int_equal(last, N_COUNTS);
    turn_until_all_are_told();
    assert_int_equal(starts.n_of[EYELET_OK], 300);
    demo_echo_count_close(stream);
}

static void a_stream_is_sent_when_it_is_writable(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct demo_echo_chat_stream *stream;
    unsigned n_sent = 0, n_received = 0;
    Demo__SayReply *reply = NULL;
    enum eyelet_got got = EYELET_GOT_MESSAGE;
    char text[4096];

    (void)state;
    start_server(1);
    open_client(folder_address_text("server"));
    assert_int_equal(demo_echo_chat_open(client, NULL, &stream, &error), EYELET_OK);
    while (got != EYELET_GOT_END) {
        if (n_sent < 1000 && eyelet_stream_is_writable(demo_echo_chat_base(stream))) {
            memset(text, 'a' + (int)(n_sent % 26), sizeof(text) - 1);
            text[sizeof(text) - 1] = '\0';
            request.text = text;
            assert_int_equal(demo_echo_chat_send(stream, &request, &error), EYELET_OK);
            if (++n_sent == 1000)
                assert_int_equal(demo_echo_chat_end(stream, &error), EYELET_OK);
        } else {
            assert_int_equal(turn(), EYELET_OK);
        }
        while (got != EYELET_GOT_END && eyelet_stream_is_readable(demo_echo_chat_base(stream))) {
            got = demo_echo_chat_recv(stream, &reply, &error);
            assert_int_not_equal(got, EYELET_GOT_ERROR);
            if (got == EYELET_GOT_MESSAGE) {
                assert_int_equal(reply->text[sizeof(text) - 2], 'a' + (int)(n_received++ % 26));
                demo__say_reply__free_unpacked(reply, NULL);
            }
        }
    }
    assert_int_equal(n_received, 1000);
    demo_echo_chat_close(stream);
}

int main(void)
{
#define LOOP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        LOOP_TEST(several_hundred_calls_are_in_flight_from_one_thread),
        LOOP_TEST(a_function_that_is_told_may_start_the_next_call),
        LOOP_TEST(a_call_may_be_collected_when_the_loop_has_its_end),
        LOOP_TEST(writability_is_asked_for_while_bytes_wait_to_be_sent),
        LOOP_TEST(the_timeout_is_the_next_deadlines),
        LOOP_TEST(a_cancelled_call_is_told_at_the_next_processing),
        LOOP_TEST(every_call_hears_of_a_lost_connection_and_the_next_one_works),
        LOOP_TEST(replies_before_an_end_are_told_of_before_it),
        LOOP_TEST(a_stream_is_received_among_calls_without_waiting),
        LOOP_TEST(a_stream_is_sent_when_it_is_writable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
