/*
 * What the main library costs, in counts that no machine changes: system calls and allocations of calls in steady
 * state, bytes written, copies of a large payload, and who wakes when nothing happens. Figures are what the code
 * reaches, as upper limits; time stands still where other threads are measured.
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

#include "services/trial.eyelet.h"
#include "support/caller.h"
#include "support/copies.h"
#include "support/costs.h"
#include "support/echo.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/live_server.h"

#define N_CALLS     100u
#define N_WARM      10u /* until there is all the memory that such calls need */
#define N_PIPELINED 64u
#define N_THREADS   4u
#define N_IDLE      10u
#define TEXT_LEN    64u

/* --- a server, and a peer that speaks bytes ----------------------------------------------------------------------- */

static struct gate gate = GATE;

/* "wait" waits at the gate. */
static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)call;
    (void)userdata;
    if (strcmp(request->text, "wait") == 0)
        gate_pass(&gate);
    reply->text = request->text;
    return EYELET_OK;
}

static const struct demo_echo_handlers handlers = { .say = say };

static void start(uint32_t threads)
{
    gate_reset(&gate);
    echo_start(&(struct eyelet_server_opts){ .threads = threads }, &handlers, NULL);
}

static void stop(void)
{
    assert_int_equal(echo_stop(), EYELET_OK);
}

static struct eyelet_server *open_server(void)
{
    struct eyelet_server *server = NULL;

    assert_int_equal(eyelet_server_open(folder_address_text("server"), NULL, &server, NULL), EYELET_OK);
    return server;
}

static struct eyelet_client *open_client(void)
{
    struct eyelet_client *client = NULL;

    assert_int_equal(eyelet_client_open(folder_address_text("server"), NULL, &client, NULL), EYELET_OK);
    return client;
}

/* A text of so many bytes; freed by the caller. */
static char *text_of(size_t len)
{
    char *text = malloc(len + 1);

    assert_non_null(text);
    memset(text, 'x', len);
    text[len] = '\0';
    return text;
}

/* Calls of a peer, one after the other. Return: the next id. */
static uint32_t say_often(int fd, uint32_t id, unsigned n)
{
    char *text = text_of(TEXT_LEN);

    for (unsigned i = 0; i < n; i++, id += 2) {
        echo_say(fd, id, text);
        echo_expect_reply(fd, id, text);
    }
    free(text);
    return id;
}

/* What calls one after the other cost a server of @n_threads, when they have been made for a while. */
static struct costs measure_server(unsigned n_threads)
{
    struct costs before, after;
    uint32_t id;
    int fd;

    faults_stop_clock();
    start(n_threads);
    fd = echo_connect();
    id = say_often(fd, 1, N_WARM);
    costs_await_asleep(n_threads);
    before = costs_elsewhere();
    say_often(fd, id, N_CALLS);
    costs_await_asleep(n_threads);
    after = costs_elsewhere();
    close(fd);
    stop();
    return costs_between(&before, &after);
}

static void a_call_costs_a_server_three_system_calls_and_no_allocation(void **state)
{
    struct costs costs = measure_server(1);

    (void)state;
    costs_print("server, 1 thread", &costs, N_CALLS);
    costs_assert_at_most(&costs, N_CALLS, (struct costs){ .waits = 1, .reads = 1, .writes = 1 });
}

/*
 * The same, but one thread may have to be told that it is the one to mind the time now; and each thread may have its
 * first call only now, for which there must be a place, its memory for request and reply, and two buffers.
 */
static void a_call_costs_a_server_of_threads_no_more_but_to_wake_one(void **state)
{
    struct costs costs = measure_server(N_THREADS);

    (void)state;
    costs_print("server, 4 threads", &costs, N_CALLS);
    assert_in_range(costs.allocs, 0, 5 * N_THREADS);
    costs.allocs = 0;
    costs_assert_at_most(&costs, N_CALLS, (struct costs){ .waits = 2, .reads = 1, .writes = 1, .others = 1 });
}

/* --- many calls in one piece -------------------------------------------------------------------------------------- */

static void put_calls(struct wire *wire, uint32_t id, unsigned n, size_t len)
{
    char *text = text_of(len);

    for (unsigned i = 0; i < n; i++)
        echo_put_text(wire, id + 2 * i, "Say", 0, text);
    free(text);
}

static void expect_replies(int fd, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct live_reply reply;

        assert_true(live_read_reply(fd, &reply));
        assert_int_equal(reply.code, EYELET_OK);
        live_reply_clear(&reply);
    }
}

/* Calls that are all there before the first of them is read, since the one thread is in a handler. */
static struct costs measure_pile(int fd, uint32_t id, size_t len)
{
    struct costs before, after;
    struct wire wire = { 0 };

    gate_reset(&gate);
    echo_say(fd, id, "wait");
    gate_await(&gate, 1);
    put_calls(&wire, id + 2, N_PIPELINED, len);
    live_send_wire(fd, &wire);
    before = costs_elsewhere();
    gate_open(&gate, 1);
    expect_replies(fd, 1 + N_PIPELINED);
    costs_await_asleep(1);
    after = costs_elsewhere();
    return costs_between(&before, &after);
}

/* The call before them has a write of its own, and all handlers were quick; after 64 the sockets are looked at. */
static void calls_in_one_piece_are_read_and_answered_together(void **state)
{
    struct costs small = { 0 }, large = { 0 };
    uint32_t id = 1;
    int fd;

    (void)state;
    faults_stop_clock();
    start(1);
    fd = echo_connect();
    for (unsigned i = 0; i < N_WARM; i++, id += 2 * (1 + N_PIPELINED))
        small = measure_pile(fd, id, TEXT_LEN);
    for (unsigned i = 0; i < N_WARM; i++, id += 2 * (1 + N_PIPELINED))
        large = measure_pile(fd, id, 1024);
    close(fd);
    stop();
    costs_print("server, 64 calls of 64 bytes in one piece", &small, 1);
    costs_print("server, 64 calls of 1 KiB in one piece", &large, 1);
    costs_assert_at_most(&small, 1, (struct costs){ .waits = 3, .reads = 1, .writes = 2 });
    costs_assert_at_most(&large, 1, (struct costs){ .waits = 3, .reads = 2, .writes = 2 });
}

/* --- both ends ---------------------------------------------------------------------------------------------------- */

static void call_often(struct eyelet_client *client, unsigned n, size_t len)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    request.text = text_of(len);
    for (unsigned i = 0; i < n; i++) {
        Demo__SayReply *reply = NULL;

        assert_int_equal(demo_echo_say(client, NULL, &request, &reply, NULL), EYELET_OK);
        demo__say_reply__free_unpacked(reply, NULL);
    }
    free(request.text);
}

static void a_call_costs_three_system_calls_here_and_three_there(void **state)
{
    struct costs here, there, before_here, before_there, after;
    struct eyelet_client *client;

    (void)state;
    faults_stop_clock();
    start(1);
    client = open_client();
    call_often(client, N_WARM, TEXT_LEN);
    costs_await_asleep(1);
    before_here = costs_here();
    before_there = costs_elsewhere();
    call_often(client, N_CALLS, TEXT_LEN);
    after = costs_here();
    here = costs_between(&before_here, &after);
    costs_await_asleep(1);
    after = costs_elsewhere();
    there = costs_between(&before_there, &after);
    eyelet_client_close(client);
    stop();
    costs_print("client", &here, N_CALLS);
    costs_print("server", &there, N_CALLS);
    assert_in_range(here.allocs, 0, 2 * N_CALLS + 1); /* a reply and its text; the request's text above */
    here.allocs = 0;
    costs_assert_at_most(&here, N_CALLS, (struct costs){ .waits = 1, .reads = 1, .writes = 1 });
    costs_assert_at_most(&there, N_CALLS, (struct costs){ .waits = 1, .reads = 1, .writes = 1 });
    assert_int_equal(here.bytes_written, there.bytes_read);
    assert_int_equal(there.bytes_written, here.bytes_read);
}

/* --- large payloads ----------------------------------------------------------------------------------------------- */

/* Of calls with @len bytes there and back: @copied by either end, protobuf-c's share included. */
struct large {
    struct costs here;
    struct costs there;
    uint64_t copied_here;
    uint64_t copied_there;
};

static enum eyelet_status give_back(struct eyelet_call *call, const Trial__ActRequest *request, Trial__ActReply *reply,
                                    void *userdata)
{
    (void)call;
    (void)userdata;
    reply->data = request->data;
    return EYELET_OK;
}

static void act_often(struct eyelet_client *client, unsigned n, ProtobufCBinaryData data)
{
    Trial__ActRequest request = TRIAL__ACT_REQUEST__INIT;

    request.data = data;
    for (unsigned i = 0; i < n; i++) {
        Trial__ActReply *reply = NULL;

        assert_int_equal(trial_trial_act(client, NULL, &request, &reply, NULL), EYELET_OK);
        assert_int_equal(reply->data.len, data.len);
        trial__act_reply__free_unpacked(reply, NULL);
    }
}

static struct large large_since_start(void)
{
    uint64_t here = copies_bytes_here();

    costs_await_asleep(1);
    return (struct large){
        .here = costs_here(),
        .there = costs_elsewhere(),
        .copied_here = here,
        .copied_there = copies_bytes() - here,
    };
}

static struct large measure_large(size_t len)
{
    static const struct trial_trial_handlers handlers_of_trial = { .act = give_back };
    const ProtobufCBinaryData data = { len, (uint8_t *)text_of(len) };
    struct eyelet_server *server = open_server();
    struct eyelet_client *client;
    struct live_server live;
    struct large before, after;

    assert_int_equal(trial_trial_add(server, &handlers_of_trial, NULL), EYELET_OK);
    live_server_start(&live, server);
    client = open_client();
    act_often(client, N_WARM, data);
    before = large_since_start();
    act_often(client, N_WARM, data);
    after = large_since_start();
    eyelet_client_close(client);
    assert_int_equal(live_server_stop(&live), EYELET_OK);
    free(data.data);
    return (struct large){
        .here = costs_between(&before.here, &after.here),
        .there = costs_between(&before.there, &after.there),
        .copied_here = after.copied_here - before.copied_here,
        .copied_there = after.copied_there - before.copied_there,
    };
}

static struct large measure_and_print(size_t len)
{
    struct large large;
    char title[64];

    faults_stop_clock();
    large = measure_large(len);
    snprintf(title, sizeof(title), "client, %zu KiB", len >> 10);
    costs_print(title, &large.here, N_WARM);
    snprintf(title, sizeof(title), "server, %zu KiB", len >> 10);
    costs_print(title, &large.there, N_WARM);
    printf("%zu KiB: copied by the client %.2f times, by the server %.2f times\n", len >> 10,
           (double)large.copied_here / (double)(N_WARM * len), (double)large.copied_there / (double)(N_WARM * len));
    return large;
}

/* A reply, the memory of its bytes, which they are copied into; nothing else. */
static void assert_costs_its_reply(const struct large *large, size_t len)
{
    assert_int_equal(large->here.allocs, 2 * N_WARM);
    assert_int_equal(large->there.allocs, 0);
    assert_int_equal(large->copied_here, N_WARM * len);
}

/* The socket takes all of it at once; what reads it may find that it came in two pieces, which Linux made of it. */
static void sixty_four_kib_are_copied_once_and_by_the_client(void **state)
{
    struct large large = measure_and_print(64 << 10);

    (void)state;
    assert_costs_its_reply(&large, 64 << 10);
    assert_int_equal(large.copied_there, 0);
    large.here.allocs = 0;
    costs_assert_at_most(&large.here, N_WARM, (struct costs){ .waits = 2, .reads = 2, .writes = 1 });
    costs_assert_at_most(&large.there, N_WARM, (struct costs){ .waits = 2, .reads = 2, .writes = 1 });
}

/* What the socket does not take of a reply is copied, before its memory is the handler's again. */
static void a_megabyte_is_copied_once_by_the_client_and_less_than_once_by_the_server(void **state)
{
    struct large large = measure_and_print(1 << 20);

    (void)state;
    assert_costs_its_reply(&large, 1 << 20);
    assert_in_range(large.copied_there, 0, N_WARM * (1 << 20) - 1);
}

/* --- a client, and a peer that has answered before ---------------------------------------------------------------- */

static void a_client_allocates_its_reply_alone(void **state)
{
    struct costs costs = { 0 };

    (void)state;
    for (uint32_t i = 0; i < N_WARM; i++) {
        struct costs before, after;

        caller_say_reply(2 * i + 1, "quick");
        before = costs_here();
        assert_int_equal(caller_call(0, "x", NULL, 0, NULL), EYELET_OK);
        after = costs_here();
        costs = costs_between(&before, &after);
        if (i > 0)
            costs_assert_at_most(&costs, 1, (struct costs){ .waits = 1, .reads = 1, .writes = 1, .allocs = 2 });
    }
    costs_print("client, of a peer that was faster", &costs, 1);
}

static void on_done(enum eyelet_status status, Demo__SayReply *reply, const struct eyelet_error *error, void *userdata)
{
    unsigned *n_done = userdata;

    (void)error;
    live_must(status == EYELET_OK, "a started call fails");
    demo__say_reply__free_unpacked(reply, NULL);
    ++*n_done;
}

static void start_calls(unsigned n, unsigned *n_done)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    request.text = (char *)"quick";
    for (unsigned i = 0; i < n; i++)
        assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, on_done, n_done, NULL, NULL), EYELET_OK);
}

static void hear_calls(uint32_t id, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        caller_hear(WIRE_REQUEST, 0, id + 2 * i, 10);
}

static void say_replies(uint32_t id, unsigned n)
{
    struct wire wire = { 0 };

    for (unsigned i = 0; i < n; i++)
        caller_put_reply(&wire, id + 2 * i, "quick");
    caller_say(&wire);
}

/* What one look of an event loop at the client costs. */
static struct costs measure_process(void)
{
    struct costs before = costs_here(), after;

    assert_int_equal(eyelet_client_process(caller.client, NULL), EYELET_OK);
    after = costs_here();
    return costs_between(&before, &after);
}

/* A call allocates nothing but, of its reply, the message and its text. */
static void started_calls_are_answered_by_one_read(void **state)
{
    const struct costs most_at_start = { .writes = N_PIPELINED };
    const struct costs most_at_end = { .reads = 1, .allocs = 2 * N_PIPELINED };
    struct costs starts = { 0 }, ends = { 0 };
    uint32_t id = 1;

    (void)state;
    for (unsigned i = 0; i < N_WARM; i++, id += 2 * N_PIPELINED) {
        struct costs before = costs_here(), after;
        unsigned n_done = 0;

        start_calls(N_PIPELINED, &n_done);
        after = costs_here();
        starts = costs_between(&before, &after);
        hear_calls(id, N_PIPELINED);
        say_replies(id, N_PIPELINED);
        ends = measure_process();
        assert_int_equal(n_done, N_PIPELINED);
    }
    costs_print("client, 64 calls started", &starts, 1);
    costs_print("client, 64 calls answered in one piece", &ends, 1);
    costs_assert_at_most(&starts, 1, most_at_start);
    costs_assert_at_most(&ends, 1, most_at_end);
}

/* Where one call ends the next one begins, @n of them in all. */
struct relay {
    unsigned n;
    unsigned n_done;
    char *text;
};

static void start_relayed(struct relay *relay);

static void on_relayed(enum eyelet_status status, Demo__SayReply *reply, const struct eyelet_error *error,
                       void *userdata)
{
    struct relay *relay = userdata;

    (void)error;
    live_must(status == EYELET_OK, "a started call fails");
    demo__say_reply__free_unpacked(reply, NULL);
    relay->n_done++;
    if (relay->n > 0)
        start_relayed(relay);
}

static void start_relayed(struct relay *relay)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    relay->n--;
    request.text = relay->text;
    live_must(demo_echo_say_start(caller.client, NULL, &request, on_relayed, relay, NULL, NULL) == EYELET_OK,
              "a call cannot be started");
}

/* With the poll() of the program's own loop that is three system calls for 64 calls. */
static void calls_that_are_started_where_others_end_leave_together(void **state)
{
    const struct costs most = { .reads = 1, .writes = 1, .allocs = 2 * N_PIPELINED };
    struct relay relay = { .n = (N_WARM + 1) * N_PIPELINED, .text = (char *)"quick" };
    struct costs costs = { 0 };
    uint32_t id = 1;

    (void)state;
    while (relay.n > N_WARM * N_PIPELINED)
        start_relayed(&relay);
    for (unsigned i = 0; i < N_WARM; i++, id += 2 * N_PIPELINED) {
        hear_calls(id, N_PIPELINED);
        say_replies(id, N_PIPELINED);
        costs = measure_process();
        assert_int_equal(relay.n_done, (i + 1) * N_PIPELINED);
        if (i > 0)
            costs_assert_at_most(&costs, 1, most); /* before, there was one place less than is needed now */
        assert_int_equal(costs.writes, 1);
    }
    costs_print("client, 64 calls ended, 64 started", &costs, 1);
    say_replies(id, N_PIPELINED);
    costs = measure_process();
    assert_int_equal(costs.writes, 0);
    assert_int_equal(relay.n_done, (N_WARM + 1) * N_PIPELINED);
}

/* What is large does not wait for more: of nine requests, four and a little are 64 KiB. */
static void large_calls_that_are_started_where_others_end_leave_soon(void **state)
{
    struct relay relay = { .n = 18, .text = text_of(16u << 10) };
    struct costs costs;

    (void)state;
    while (relay.n > 9)
        start_relayed(&relay);
    hear_calls(1, 9);
    say_replies(1, 9);
    costs = measure_process();
    assert_int_equal(costs.writes, 3);
    hear_calls(19, 9);
    say_replies(19, 9);
    measure_process();
    assert_int_equal(relay.n_done, 18);
    free(relay.text);
}

/* A program that starts no more calls has nothing to wake for; should it look again, it has their memory back. */
static void places_of_started_calls_lie_idle_for_a_second(void **state)
{
    const struct costs none = { 0 };
    struct costs before, after, costs;
    unsigned n_done = 0;
    uint32_t id = 1;

    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    for (unsigned i = 0; i < 2; i++, id += 2 * N_PIPELINED) {
        before = costs_here();
        start_calls(N_PIPELINED, &n_done);
        after = costs_here();
        costs = costs_between(&before, &after);
        hear_calls(id, N_PIPELINED);
        say_replies(id, N_PIPELINED);
        measure_process();
    }
    costs.writes = 0;
    costs_assert_at_most(&costs, 1, none);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), -1);
    faults_advance_ns(UINT64_C(1000000000));
    measure_process();
    before = costs_here();
    start_calls(1, &n_done);
    after = costs_here();
    costs = costs_between(&before, &after);
    assert_int_equal(costs.allocs, 1);
    say_replies(id, 1);
    measure_process();
    assert_int_equal(n_done, 2 * N_PIPELINED + 1);
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
        char *text = text_of(len);
        struct wire wire = { 0 };
        uint64_t before = costs_here().bytes_written;

        put_request(&wire, 2 * len - 1, text);
        caller_say_reply(2 * len - 1, "x");
        faults_short(FAULT_SENDMSG, 16 * (len % 8));
        assert_int_equal(caller_call(0, text, NULL, 0, NULL), EYELET_OK);
        assert_int_equal(costs_here().bytes_written - before, wire.len);
        live_expect_bytes(caller.peer, &wire);
        free(text);
    }
}

static void a_reply_is_written_once_and_nothing_else(void **state)
{
    int fd;

    (void)state;
    faults_stop_clock();
    start(1);
    fd = echo_connect();
    for (uint32_t len = 1; len < 300; len++) {
        char *text = text_of(len);
        struct wire wire = { 0 };
        uint64_t before = costs_elsewhere().bytes_written;
        size_t reply_len;

        caller_put_reply(&wire, 2 * len - 1, text);
        reply_len = wire.len;
        faults_short(FAULT_SENDMSG, 16 * (len % 8));
        echo_say(fd, 2 * len - 1, text);
        live_expect_bytes(fd, &wire);
        costs_await_asleep(1);
        assert_int_equal(costs_elsewhere().bytes_written - before, reply_len);
        free(text);
    }
    close(fd);
    stop();
}

/* --- nothing to do ------------------------------------------------------------------------------------------------ */

static bool has_all(const struct eyelet_counters *counters)
{
    return counters->connections_open == N_IDLE;
}

/* Each thread waits without a timeout, and nothing is there to be told: that is no wake-up in any second. */
static void idle(uint32_t threads, unsigned n_calls)
{
    int fds[N_IDLE];

    start(threads);
    for (unsigned i = 0; i < N_IDLE; i++) {
        fds[i] = echo_connect();
        say_often(fds[i], 1, n_calls);
    }
    echo_await(has_all);
    costs_await_asleep_forever(threads);
    for (unsigned i = 0; i < N_IDLE; i++) {
        say_often(fds[i], 1 + 2 * n_calls, n_calls);
        close(fds[i]);
    }
    stop();
}

static void an_idle_server_never_wakes(void **state)
{
    (void)state;
    faults_stop_clock();
    idle(1, 0);
    idle(1, 3);
    idle(N_THREADS, 0);
    assert_int_equal(faults_timed_out(), 0);
}

/* Whoever has run a call minds the time for a while, on the real clock, and then no more. */
static void idle_threads_of_a_server_come_to_rest(void **state)
{
    (void)state;
    idle(N_THREADS, 3);
}

static void a_server_wakes_for_the_next_deadline_alone(void **state)
{
    int fd;

    (void)state;
    faults_stop_clock();
    start(1);
    fd = echo_connect();
    say_often(fd, 1, 1);
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
    assert_int_equal(eyelet_client_timeout_ms(caller.client), -1);
    caller_assert_usable(1);
    assert_int_equal(eyelet_client_process(caller.client, NULL), EYELET_OK);
    assert_int_equal(eyelet_client_timeout_ms(caller.client), -1);
    assert_int_equal(eyelet_client_events(caller.client), POLLIN);
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
        SERVER_TEST(a_call_costs_a_server_of_threads_no_more_but_to_wake_one),
        SERVER_TEST(calls_in_one_piece_are_read_and_answered_together),
        SERVER_TEST(a_call_costs_three_system_calls_here_and_three_there),
        SERVER_TEST(sixty_four_kib_are_copied_once_and_by_the_client),
        SERVER_TEST(a_megabyte_is_copied_once_by_the_client_and_less_than_once_by_the_server),
        CLIENT_TEST(a_client_allocates_its_reply_alone),
        CLIENT_TEST(started_calls_are_answered_by_one_read),
        CLIENT_TEST(calls_that_are_started_where_others_end_leave_together),
        CLIENT_TEST(large_calls_that_are_started_where_others_end_leave_soon),
        CLIENT_TEST(places_of_started_calls_lie_idle_for_a_second),
        CLIENT_TEST(a_request_is_written_once_and_nothing_else),
        SERVER_TEST(a_reply_is_written_once_and_nothing_else),
        SERVER_TEST(an_idle_server_never_wakes),
        SERVER_TEST(idle_threads_of_a_server_come_to_rest),
        SERVER_TEST(a_server_wakes_for_the_next_deadline_alone),
        CLIENT_TEST(an_idle_client_has_nothing_to_wake_for),
        CLIENT_TEST(a_call_wakes_for_its_deadline_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
