/*
 * What eyelet::nano costs, in counts that no machine changes: system calls of calls in steady state, bytes written,
 * copies of a payload, and who wakes when nothing happens. It allocates nothing at all. Figures are what the code
 * reaches, as upper limits; time stands still where the server, in a thread of its own, is measured.
 */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "caller.h"
#include "support/copies.h"
#include "support/costs.h"
#include "support/gate.h"
#include "support/spoken.h"

#define N_CALLS     100u
#define N_WARM      10u
#define N_PIPELINED 64u
#define N_MESSAGES  100u
#define N_AT_ONCE   8u
#define N_IDLE      10u
#define TEXT_LEN    64u
#define TEXT_LARGE  1000u

static const struct costs most_of_a_call = { .waits = 1, .reads = 1, .writes = 1 };

/* --- a server, and a peer that speaks bytes ----------------------------------------------------------------------- */

static struct {
    struct eyelet_nano_server *server;
    void *memory;
    pthread_t thread;
    enum eyelet_status status;
} served;

static struct gate gate = GATE;

/* "wait" waits at the gate. */
static enum eyelet_status say(struct eyelet_nano_call *call, const demo_SayRequest *request, demo_SayReply *reply,
                              void *userdata)
{
    (void)call;
    (void)userdata;
    if (strcmp(request->text, "wait") == 0)
        gate_pass(&gate);
    strcpy(reply->text, request->text);
    return EYELET_OK;
}

static enum eyelet_status count(struct eyelet_nano_call *call, const demo_CountRequest *request, void *userdata)
{
    enum eyelet_status status = EYELET_OK;

    (void)userdata;
    for (int64_t i = 1; i <= request->limit && status == EYELET_OK; i++)
        status = demo_echo_count_call_send(call, &(demo_CountReply){ .number = i });
    return status;
}

static const struct demo_echo_handlers handlers = { .say = say, .count = count };

static void *run(void *argument)
{
    (void)argument;
    served.status = eyelet_nano_server_run(served.server, NULL);
    return NULL;
}

static void start_with(uint32_t frame_max)
{
    const struct eyelet_nano_server_opts opts = {
        .connections_max = N_IDLE, .calls_max = 8, .frame_max = frame_max, .message_size = DEMO_ECHO_MESSAGE_SIZE
    };
    const size_t size =
        EYELET_NANO_SERVER_SIZE(opts.connections_max, opts.calls_max, opts.frame_max, opts.message_size);
    struct eyelet_address address = folder_address("server");
    char text[EYELET_ADDRESS_TEXT_MAX];

    faults_stop_clock();
    gate_reset(&gate);
    served.memory = malloc(size);
    assert_non_null(served.memory);
    assert_int_equal(eyelet_address_format(&address, text, sizeof(text)), 0);
    assert_int_equal(eyelet_nano_server_init(text, &opts, served.memory, size, &served.server, NULL), EYELET_OK);
    assert_int_equal(demo_echo_add(served.server, &handlers, NULL, NULL), EYELET_OK);
    assert_int_equal(pthread_create(&served.thread, NULL, run, NULL), 0);
}

static void start(void)
{
    start_with(4096);
}

static void stop(void)
{
    eyelet_nano_server_stop(served.server);
    assert_int_equal(pthread_join(served.thread, NULL), 0);
    assert_int_equal(served.status, EYELET_OK);
    eyelet_nano_server_clear(served.server);
    free(served.memory);
}

static const char *text_of(size_t len)
{
    static char text[TEXT_LARGE + 1];

    live_must(len <= TEXT_LARGE, "a text is too long");
    memset(text, 'x', len);
    text[len] = '\0';
    return text;
}

static uint32_t say_often(int fd, uint32_t id, unsigned n, size_t len)
{
    const char *text = text_of(len);

    for (unsigned i = 0; i < n; i++, id += 2) {
        echo_say(fd, id, text);
        echo_expect_reply(fd, id, text);
    }
    return id;
}

static void a_call_costs_a_server_three_system_calls_and_no_allocation(void **state)
{
    struct costs before, after, costs;
    uint32_t id;
    int fd;

    (void)state;
    start();
    fd = live_connect(folder_path("server"));
    id = say_often(fd, 1, N_WARM, TEXT_LEN);
    costs_await_asleep(1);
    before = costs_elsewhere();
    say_often(fd, id, N_CALLS, TEXT_LEN);
    costs_await_asleep(1);
    after = costs_elsewhere();
    costs = costs_between(&before, &after);
    close(fd);
    stop();
    costs_print("nano server", &costs, N_CALLS);
    costs_assert_at_most(&costs, N_CALLS, most_of_a_call);
}

/* Calls that are all there before the first of them is read, since the server is in a handler. */
static struct costs measure_pile(int fd, uint32_t id, size_t len)
{
    struct costs before, after;
    struct wire wire = { 0 };

    gate_reset(&gate);
    echo_say(fd, id, "wait");
    gate_await(&gate, 1);
    for (uint32_t i = 0; i < N_PIPELINED; i++)
        echo_put_text(&wire, id + 2 + 2 * i, "Say", 0, text_of(len));
    live_send_wire(fd, &wire);
    before = costs_elsewhere();
    gate_open(&gate, 1);
    echo_expect_reply(fd, id, "wait");
    for (uint32_t i = 0; i < N_PIPELINED; i++)
        echo_expect_reply(fd, id + 2 + 2 * i, text_of(len));
    costs_await_asleep(1);
    after = costs_elsewhere();
    return costs_between(&before, &after);
}

/* As many at once as its memory holds, of 4 KiB for a frame; what is left over in it is not moved about. */
static void calls_in_one_piece_are_read_and_answered_together(void **state)
{
    struct costs small, large;
    uint64_t copied;
    int fd;

    (void)state;
    start();
    fd = live_connect(folder_path("server"));
    small = measure_pile(fd, 1, TEXT_LEN);
    copied = copies_bytes() - copies_bytes_here();
    large = measure_pile(fd, 1001, TEXT_LARGE);
    copied = copies_bytes() - copies_bytes_here() - copied;
    close(fd);
    stop();
    costs_print("nano server, 64 calls of 64 bytes", &small, 1);
    costs_print("nano server, 64 calls of 1000 bytes", &large, 1);
    costs_assert_at_most(&small, 1, (struct costs){ .waits = 2, .reads = 1, .writes = 3 });
    costs_assert_at_most(&large, 1, (struct costs){ .waits = 2, .reads = 11, .writes = 14 });
    assert_int_equal(copied, 0);
}

/* The first answer is that of the call before them. */
static void answers_that_fit_into_the_room_for_a_frame_leave_in_one_piece(void **state)
{
    struct costs costs;
    int fd;

    (void)state;
    start_with(8192);
    fd = live_connect(folder_path("server"));
    costs = measure_pile(fd, 1, TEXT_LEN);
    close(fd);
    stop();
    costs_assert_at_most(&costs, 1, (struct costs){ .waits = 2, .reads = 1, .writes = 2 });
}

static void put_count(struct wire *wire, uint32_t id, uint64_t limit)
{
    struct wire payload = { 0 };

    wire_field_number(&payload, 1, limit);
    wire_request(wire, id,
                 &(struct wire_request){ .service = "demo.Echo", .method = "Count", .payload = wire_slice(&payload) });
    wire_clear(&payload);
}

static void put_counted(struct wire *wire, uint32_t id, uint64_t limit)
{
    for (uint64_t i = 1; i <= limit; i++) {
        struct wire payload = { 0 };

        wire_field_number(&payload, 1, i);
        wire_frame_of(wire, WIRE_DATA, 0, id, &payload);
    }
    caller_put_end(wire, id);
}

/* Nobody knows what the handler does next; its end leaves with the last of them or by itself. */
static void each_message_of_a_stream_leaves_a_server_at_once(void **state)
{
    struct wire request = { 0 }, stream = { 0 };
    struct costs before, after, costs;
    int fd;

    (void)state;
    start();
    fd = live_connect(folder_path("server"));
    costs_await_asleep(1);
    before = costs_elsewhere();
    put_count(&request, 1, N_MESSAGES);
    live_send_wire(fd, &request);
    put_counted(&stream, 1, N_MESSAGES);
    live_expect_bytes(fd, &stream);
    costs_await_asleep(1);
    after = costs_elsewhere();
    close(fd);
    stop();
    costs = costs_between(&before, &after);
    costs_print("nano server, 100 messages of a stream", &costs, 1);
    assert_in_range(costs.writes, N_MESSAGES, N_MESSAGES + 1);
}

/* --- a client, and a peer that has answered before ---------------------------------------------------------------- */

static void a_call_costs_a_client_three_system_calls_and_no_allocation(void **state)
{
    struct costs costs = { 0 };

    (void)state;
    for (uint32_t i = 0; i < N_CALLS; i++) {
        struct costs before, after;

        caller_say_reply(2 * i + 1, "quick");
        before = costs_here();
        assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
        after = costs_here();
        costs = costs_between(&before, &after);
        costs_assert_at_most(&costs, 1, most_of_a_call);
    }
    costs_print("nano client", &costs, 1);
}

static struct {
    demo_SayReply replies[N_AT_ONCE];
    unsigned n_told;
    unsigned n_again; /* calls that are started by those that end */
} flight;

static void begin_call(demo_SayReply *reply);

static void flight_told(enum eyelet_status status, demo_SayReply *reply, const struct eyelet_error *error,
                        void *userdata)
{
    (void)reply;
    (void)error;
    if (status != EYELET_OK) /* what is in flight when the client is cleared */
        return;
    flight.n_told++;
    if (flight.n_again > 0) {
        flight.n_again--;
        begin_call(userdata);
    }
}

static void begin_call(demo_SayReply *reply)
{
    demo_SayRequest request = { .text = "again" };

    live_must(demo_echo_say_start(caller.client, NULL, &request, reply, flight_told, reply, NULL, NULL) == EYELET_OK,
              "a call cannot be started");
}

static void begin_calls(void)
{
    flight.n_told = 0;
    for (unsigned i = 0; i < N_AT_ONCE; i++)
        begin_call(&flight.replies[i]);
}

static void process(void)
{
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
}

/* Since @before. */
static struct costs costs_since(const struct costs *before)
{
    struct costs now = costs_here();

    return costs_between(before, &now);
}

static void calls_that_are_started_by_the_ends_of_others_leave_together(void **state)
{
    struct wire replies = { 0 };
    struct costs before, costs;

    (void)state;
    begin_calls();
    flight.n_again = N_AT_ONCE;
    for (uint32_t i = 0; i < N_AT_ONCE; i++)
        caller_put_reply(&replies, 1 + 2 * i, "x");
    caller_say(&replies);
    before = costs_here();
    process();
    costs = costs_since(&before);
    costs_print("nano client, 8 calls told and begun anew", &costs, 1);
    assert_int_equal(flight.n_told, N_AT_ONCE);
    assert_int_equal(costs.writes, 1);
    assert_int_equal(costs.reads, 1);
}

/* The first one leaves at once, and the others with the next round of the loop, which comes at once. */
static void what_a_loop_begins_in_a_row_leaves_in_two_pieces(void **state)
{
    struct costs before;

    (void)state;
    faults_stop_clock();
    process();
    before = costs_here();
    flight.n_again = 0;
    begin_calls();
    assert_int_equal(costs_since(&before).writes, 1);
    assert_int_equal(eyelet_nano_client_events(caller.client), POLLIN | POLLOUT);
    process();
    assert_int_equal(costs_since(&before).writes, 2);
    assert_int_equal(eyelet_nano_client_events(caller.client), POLLIN);
}

static void messages_of_a_loop_in_a_row_leave_in_two_pieces(void **state)
{
    struct demo_echo_chat_stream *chat;
    struct costs before;

    (void)state;
    faults_stop_clock();
    process();
    chat = caller_chat(0);
    before = costs_here();
    for (unsigned i = 0; i < N_MESSAGES; i++)
        assert_int_equal(caller_chat_send(chat, "x", NULL), EYELET_OK);
    assert_int_equal(costs_since(&before).writes, 1);
    process();
    assert_int_equal(costs_since(&before).writes, 2);
    demo_echo_chat_close(chat);
}

/* Nobody may come back to send it. */
static void a_message_has_left_when_there_is_no_loop(void **state)
{
    struct demo_echo_chat_stream *chat = caller_chat(0);
    struct costs before;

    (void)state;
    faults_stop_clock();
    before = costs_here();
    for (unsigned i = 1; i <= N_MESSAGES; i++) {
        assert_int_equal(caller_chat_send(chat, "x", NULL), EYELET_OK);
        assert_int_equal(costs_since(&before).writes, i);
    }
    demo_echo_chat_close(chat);
}

/* --- bytes -------------------------------------------------------------------------------------------------------- */

static void put_request(struct wire *wire, uint32_t id, const char *text)
{
    struct wire payload = { 0 };

    wire_field_text(&payload, 1, text);
    wire_request(
        wire, id,
        &(struct wire_request){
            .service = "demo.Echo", .method = "Say", .payload = wire_slice(&payload), .timeout_ns = 30000000000 });
    wire_clear(&payload);
}

/* Of texts whose lengths take one byte or two, in whatever pieces the socket takes them. */
static void a_request_is_written_once_and_nothing_else(void **state)
{
    (void)state;
    faults_stop_clock();
    for (uint32_t len = 1; len < 300; len++) {
        struct wire wire = { 0 };
        uint64_t before = costs_here().bytes_written;

        put_request(&wire, 2 * len - 1, text_of(len));
        caller_say_reply(2 * len - 1, "x");
        faults_short(FAULT_SENDMSG, 16 * (len % 8));
        assert_int_equal(caller_call(0, text_of(len), NULL, 0, NULL), EYELET_OK);
        assert_int_equal(costs_here().bytes_written - before, wire.len);
        live_expect_bytes(caller.peer, &wire);
    }
}

static void a_reply_is_written_once_and_nothing_else(void **state)
{
    int fd;

    (void)state;
    start();
    fd = live_connect(folder_path("server"));
    for (uint32_t len = 1; len < 300; len++) {
        struct wire wire = { 0 };
        uint64_t before = costs_elsewhere().bytes_written;
        size_t reply_len;

        caller_put_reply(&wire, 2 * len - 1, text_of(len));
        reply_len = wire.len;
        faults_short(FAULT_SENDMSG, 16 * (len % 8));
        echo_say(fd, 2 * len - 1, text_of(len));
        live_expect_bytes(fd, &wire);
        costs_await_asleep(1);
        assert_int_equal(costs_elsewhere().bytes_written - before, reply_len);
    }
    close(fd);
    stop();
}

/* --- nothing to do ------------------------------------------------------------------------------------------------ */

/* It waits without a timeout, and nothing is there to be told: that is no wake-up in any second. */
static void an_idle_server_never_wakes(void **state)
{
    int fds[N_IDLE];

    (void)state;
    start();
    for (unsigned i = 0; i < N_IDLE; i++) {
        fds[i] = live_connect(folder_path("server"));
        say_often(fds[i], 1, 3, TEXT_LEN);
    }
    costs_await_asleep_forever(1);
    for (unsigned i = 0; i < N_IDLE; i++) {
        say_often(fds[i], 7, 1, TEXT_LEN);
        close(fds[i]);
    }
    stop();
    assert_int_equal(faults_timed_out(), 0);
}

static void a_server_wakes_for_the_next_deadline_alone(void **state)
{
    int fd;

    (void)state;
    start();
    fd = live_connect(folder_path("server"));
    say_often(fd, 1, 1, TEXT_LEN);
    costs_await_asleep_forever(1);
    assert_true(live_send(fd, (struct eyelet_slice){ (const uint8_t *)"\0\0", 2 }));
    costs_await_timeout(5000); /* the rest of a head is due */
    close(fd);
    costs_await_asleep_forever(1);
    stop();
    assert_int_equal(faults_timed_out(), 0);
}

static void an_idle_client_has_nothing_to_wake_for(void **state)
{
    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), -1);
    caller_assert_usable(1);
    assert_int_equal(eyelet_nano_client_process(caller.client, NULL), EYELET_OK);
    assert_int_equal(eyelet_nano_client_timeout_ms(caller.client), -1);
    assert_int_equal(eyelet_nano_client_events(caller.client), POLLIN);
}

static void a_call_wakes_for_its_deadline_alone(void **state)
{
    struct costs before, after;

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    before = costs_here();
    assert_int_equal(caller_call(30000, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
    after = costs_here();
    assert_in_range(after.waits - before.waits, 1, 2); /* a last look when it is over does not wait */
    assert_int_equal(faults_timeout_ms(), 30000);
    assert_int_equal(faults_timed_out(), 1);
    assert_int_equal(after.reads - before.reads, 0);
}

#define SERVER_TEST(function) cmocka_unit_test_setup_teardown(function, folder_setup, folder_teardown)
#define CLIENT_TEST(function) cmocka_unit_test_setup_teardown(function, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(a_call_costs_a_server_three_system_calls_and_no_allocation),
        SERVER_TEST(calls_in_one_piece_are_read_and_answered_together),
        SERVER_TEST(answers_that_fit_into_the_room_for_a_frame_leave_in_one_piece),
        SERVER_TEST(each_message_of_a_stream_leaves_a_server_at_once),
        CLIENT_TEST(a_call_costs_a_client_three_system_calls_and_no_allocation),
        CLIENT_TEST(calls_that_are_started_by_the_ends_of_others_leave_together),
        CLIENT_TEST(what_a_loop_begins_in_a_row_leaves_in_two_pieces),
        CLIENT_TEST(messages_of_a_loop_in_a_row_leave_in_two_pieces),
        CLIENT_TEST(a_message_has_left_when_there_is_no_loop),
        CLIENT_TEST(a_request_is_written_once_and_nothing_else),
        SERVER_TEST(a_reply_is_written_once_and_nothing_else),
        SERVER_TEST(an_idle_server_never_wakes),
        SERVER_TEST(a_server_wakes_for_the_next_deadline_alone),
        CLIENT_TEST(an_idle_client_has_nothing_to_wake_for),
        CLIENT_TEST(a_call_wakes_for_its_deadline_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
