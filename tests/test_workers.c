/*
 * The threads of a server, seen from its sockets: who waits for whom, who is woken, and how it ends.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "rpc/workers.h"
#include "support/echo.h"
#include "support/faults.h"
#include "support/folder.h"

#define LARGE (1u << 20)

static struct gate gate = GATE;
static atomic_uint n_served;
static atomic_uint n_before;
static atomic_uint n_after;

static struct gate late = GATE;
static struct eyelet_workers *_Atomic looked_at;
static atomic_bool has_looked;

/* A handler that asks now and then whether it is cancelled, until that made it look, and then computes for long. */
static void look(struct eyelet_call *call)
{
    looked_at = eyelet_workers_of(call->serving->env);
    while (!has_looked)
        live_must(!eyelet_call_is_cancelled(call), "it is cancelled");
    gate_pass(&late);
}

/* "wait" waits at the gate, "look" looks and is late, "large" is answered with LARGE bytes. */
static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)userdata;
    if (strcmp(request->text, "wait") == 0)
        gate_pass(&gate);
    if (strcmp(request->text, "look") == 0)
        look(call);
    reply->text = request->text;
    if (strcmp(request->text, "large") == 0) {
        reply->text = eyelet_call_alloc(call, LARGE + 1);
        live_must(reply->text != NULL, "no memory for a large reply");
        memset(reply->text, 'l', LARGE);
    }
    n_served++;
    return EYELET_OK;
}

static enum eyelet_status chat(struct eyelet_call *call, void *userdata)
{
    const Demo__SayRequest *request;
    enum eyelet_got got;

    (void)userdata;
    while ((got = demo_echo_chat_call_recv(call, &request)) == EYELET_GOT_MESSAGE) {
        Demo__SayReply reply = DEMO__SAY_REPLY__INIT;

        if (strcmp(request->text, "wait") == 0)
            gate_pass(&gate);
        reply.text = request->text;
        (void)demo_echo_chat_call_send(call, &reply);
    }
    n_served++;
    return EYELET_OK;
}

static enum eyelet_status sum(struct eyelet_call *call, Demo__SumReply *reply, void *userdata)
{
    const Demo__SumRequest *request;

    (void)userdata;
    while (demo_echo_sum_call_recv(call, &request) == EYELET_GOT_MESSAGE) {
        reply->sum += request->number;
        reply->n_numbers++;
    }
    n_served++;
    return EYELET_OK;
}

static const struct demo_echo_handlers handlers = { .say = say, .chat = chat, .sum = sum };

static enum eyelet_status before(const struct eyelet_call_info *info, struct eyelet_error *reterr, void *userdata)
{
    (void)info;
    (void)reterr;
    (void)userdata;
    n_before++;
    return EYELET_OK;
}

static void after(const struct eyelet_call_info *info, void *userdata)
{
    (void)userdata;
    live_must(info->service != NULL && info->duration_ns > 0, "the end of a call is told without the call");
    n_after++;
}

static const struct eyelet_interceptor counting = { .before = before, .after = after };

static int setup(void **state)
{
    gate_reset(&gate);
    gate_reset(&late);
    looked_at = NULL;
    has_looked = false;
    n_served = n_before = n_after = 0;
    return folder_setup(state);
}

static void start_threads(uint32_t n)
{
    const struct eyelet_server_opts opts = { .threads = n, .interceptors = &counting, .n_interceptors = 1 };

    echo_start(&opts, &handlers, NULL);
}

/* Every call that was begun has ended, and once. */
static void stop(void)
{
    assert_int_equal(echo_stop(), EYELET_OK);
    assert_int_equal(n_before, n_after);
}

/* --- who waits for whom ------------------------------------------------------------------------------------------- */

static void h105_one_slow_handler_of_four_delays_nobody(void **state)
{
    int a, b;

    (void)state;
    start_threads(4);
    a = echo_connect();
    b = echo_connect();
    echo_say(a, 1, "wait");
    gate_await(&gate, 1);
    for (uint32_t id = 3; id < 40; id += 2) {
        echo_expect_served(a, id);
        echo_expect_served(b, id);
    }
    gate_open(&gate, 1);
    echo_expect_reply(a, 1, "wait");
    close(a);
    close(b);
    stop();
}

static void h105_one_connection_never_has_all_threads(void **state)
{
    struct live_reply reply;
    struct wire wire = { 0 };
    int a, b;

    (void)state;
    start_threads(4);
    a = echo_connect();
    b = echo_connect();
    for (uint32_t i = 0; i < 10; i++)
        echo_put_text(&wire, 2 * i + 1, "Say", 0, "wait");
    live_send_wire(a, &wire);
    gate_await(&gate, 3);
    for (uint32_t id = 1; id < 20; id += 2)
        echo_expect_served(b, id);
    assert_int_equal(gate.n_came, 3);
    gate_open(&gate, 10);
    for (unsigned i = 0; i < 10; i++) { /* in any order */
        assert_true(live_read_reply(a, &reply));
        assert_int_equal(reply.code, EYELET_OK);
        live_reply_clear(&reply);
    }
    close(a);
    close(b);
    stop();
}

static void calls_of_many_connections_take_turns(void **state)
{
    struct wire wire = { 0 };
    int fds[4];

    (void)state;
    start_threads(1);
    fds[0] = echo_connect();
    echo_say(fds[0], 1, "wait");
    gate_await(&gate, 1);
    for (uint32_t i = 0; i < 60; i++)
        echo_put_text(&wire, 2 * i + 3, "Say", 0, i == 20 ? "wait" : "hello");
    live_send_wire(fds[0], &wire);
    for (unsigned i = 1; i < 4; i++) {
        fds[i] = echo_connect();
        echo_say(fds[i], 1, "hello");
    }
    gate_open(&gate, 1); /* all that is there now is read; long before the 20th call of one, the others have theirs */
    gate_await(&gate, 2);
    for (unsigned i = 1; i < 4; i++)
        echo_expect_reply(fds[i], 1, "hello");
    gate_open(&gate, 1);
    for (unsigned i = 0; i < 4; i++)
        close(fds[i]);
    stop();
}

static void an_answer_does_not_wait_for_a_slow_handler_behind_it(void **state)
{
    struct wire wire = { 0 };
    int fd;

    (void)state;
    start_threads(2);
    fd = echo_connect();
    for (uint32_t id = 1; id < 100; id += 6) {
        echo_put_text(&wire, id, "Say", 0, "fast");
        echo_put_text(&wire, id + 2, "Say", 0, "wait");
        echo_put_text(&wire, id + 4, "Say", 0, "behind");
        live_send_wire(fd, &wire);
        echo_expect_reply(fd, id, "fast");
        gate_open(&gate, 1);
        echo_expect_reply(fd, id + 2, "wait");
        echo_expect_reply(fd, id + 4, "behind");
    }
    close(fd);
    stop();
}

/* Sixty answers in one go: in how many pieces did they leave? The only thread is kept busy until all are asked for. */
static unsigned count_sends_of_sixty(int busy, int fd, uint32_t first_id)
{
    struct wire wire = { 0 };
    unsigned n_sent;

    echo_say(busy, first_id, "wait");
    gate_await(&gate, 1);
    for (uint32_t i = 0; i < 60; i++)
        echo_put_text(&wire, first_id + 2 * i, "Say", 0, "hello");
    live_send_wire(fd, &wire);
    n_sent = faults_count(FAULT_SENDMSG);
    gate_open(&gate, 1);
    for (uint32_t i = 0; i < 60; i++)
        echo_expect_reply(fd, first_id + 2 * i, "hello");
    n_sent = faults_count(FAULT_SENDMSG) - n_sent;
    echo_expect_reply(busy, first_id, "wait");
    return n_sent;
}

static void answers_that_are_ready_together_leave_together(void **state)
{
    bool is_together = false;
    int busy, fd;

    (void)state;
    start_threads(1);
    busy = echo_connect();
    fd = echo_connect();
    for (uint32_t round = 0; round < 100 && !is_together; round++) /* one leaves alone after 250 us: try again then */
        is_together = count_sends_of_sixty(busy, fd, 1 + 120 * round) < 40;
    assert_true(is_together);
    close(busy);
    close(fd);
    stop();
}

/* A hundred calls one after the other: was nobody woken but who served them? */
static bool are_others_asleep(int fd, uint32_t first_id)
{
    unsigned n_waits = faults_count(FAULT_EPOLL_WAIT), n_rings = faults_count(FAULT_WRITE);

    for (uint32_t i = 0; i < 100; i++) {
        echo_expect_served(fd, first_id + 2 * i);
        while (faults_count(FAULT_EPOLL_WAIT) < n_waits + i + 1) /* who served it waits again */
            sched_yield();
    }
    /* one thread minds the time; another does when that one serves a call */
    return faults_count(FAULT_WRITE) - n_rings < 10 && faults_count(FAULT_EPOLL_WAIT) - n_waits < 100 + 20;
}

static void no_thread_is_woken_that_has_nothing_to_do(void **state)
{
    bool are_asleep = false;
    int fd;

    (void)state;
    start_threads(4);
    fd = echo_connect();
    for (uint32_t round = 0; round < 50 && !are_asleep; round++) /* a busy machine changes who minds the time */
        are_asleep = are_others_asleep(fd, 1 + 200 * round);
    assert_true(are_asleep);
    close(fd);
    stop();
}

/* --- handlers that wait ------------------------------------------------------------------------------------------- */

static void a_stream_on_one_thread_goes_on_behind_calls_that_wait(void **state)
{
    struct wire wire = { 0 };
    int fd;

    (void)state;
    start_threads(1);
    fd = echo_connect();
    echo_put_open(&wire, 1, "Chat");
    for (uint32_t i = 0; i < 120; i++)
        echo_put_text(&wire, 2 * i + 3, "Say", 0, "later");
    echo_put_data_text(&wire, 1, "first");
    live_send_wire(fd, &wire);
    echo_expect_text(fd, 1, "first");
    echo_put_data_text(&wire, 1, "second");
    live_send_wire(fd, &wire);
    echo_expect_text(fd, 1, "second");
    echo_put_end(&wire, 1);
    live_send_wire(fd, &wire);
    echo_expect_end(fd, 1);
    for (uint32_t i = 0; i < 120; i++)
        echo_expect_reply(fd, 2 * i + 3, "later");
    close(fd);
    stop();
}

static void streams_on_every_thread_and_more_are_all_served(void **state)
{
    struct wire wire = { 0 };
    int fds[6];

    for (uint32_t threads = 1; threads <= 4; threads++) {
        setup(state);
        start_threads(threads);
        for (unsigned i = 0; i < 6; i++) {
            fds[i] = echo_connect();
            echo_put_open(&wire, 1, "Chat");
            live_send_wire(fds[i], &wire);
        }
        for (unsigned i = 0; i < 6; i++) { /* those that have no thread come on when another ends */
            for (unsigned k = 0; k < 20; k++) {
                echo_put_data_text(&wire, 1, "ping");
                live_send_wire(fds[i], &wire);
                echo_expect_text(fds[i], 1, "ping");
            }
            echo_put_end(&wire, 1);
            live_send_wire(fds[i], &wire);
            echo_expect_end(fds[i], 1);
            close(fds[i]);
        }
        stop();
        assert_int_equal(n_served, 6);
        folder_teardown(state);
    }
    setup(state);
}

static void a_stream_beside_a_flood_of_calls_hears_every_message(void **state)
{
    struct wire wire = { 0 };
    int quiet, loud;

    (void)state;
    start_threads(2);
    quiet = echo_connect();
    loud = echo_connect();
    echo_put_open(&wire, 1, "Chat");
    live_send_wire(quiet, &wire);
    for (uint32_t round = 0; round < 300; round++) {
        for (uint32_t i = 0; i < 20; i++)
            echo_put_text(&wire, 40 * round + 2 * i + 1, "Say", 0, "hello");
        live_send_wire(loud, &wire);
        echo_put_data_text(&wire, 1, "ping");
        live_send_wire(quiet, &wire);
        echo_expect_text(quiet, 1, "ping");
        for (uint32_t i = 0; i < 20; i++)
            echo_expect_reply(loud, 40 * round + 2 * i + 1, "hello");
    }
    close(quiet);
    close(loud);
    stop();
}

static void put_short_wait(struct wire *wire, uint32_t id)
{
    struct wire payload = { 0 };

    wire_field_text(&payload, 1, "wait");
    wire_request(
        wire, id,
        &(struct wire_request){
            .service = "demo.Echo", .method = "Say", .payload = wire_slice(&payload), .timeout_ns = 20000000 });
    wire_clear(&payload);
}

static void time_is_minded_while_every_thread_is_in_a_handler(void **state)
{
    struct wire wire = { 0 };
    struct live_reply reply;
    int streaming, fd;

    (void)state;
    start_threads(2);
    streaming = echo_connect();
    fd = echo_connect();
    echo_put_open(&wire, 1, "Chat");
    echo_put_data_text(&wire, 1, "here");
    live_send_wire(streaming, &wire);
    echo_expect_text(streaming, 1, "here");
    for (uint32_t i = 0; i < 100; i++) /* so many that the last one is read when others of them have run */
        echo_put_text(&wire, 2 * i + 1, "Say", 0, "hello");
    put_short_wait(&wire, 201);
    live_send_wire(fd, &wire);
    for (uint32_t i = 0; i <= 100; i++) { /* on a slow machine the last one is over before it is its turn */
        assert_true(live_read_reply(fd, &reply));
        assert_int_equal(reply.code, reply.id == 201 ? EYELET_DEADLINE_EXCEEDED : EYELET_OK);
        live_reply_clear(&reply);
    }
    gate_open(&gate, 1);
    close(streaming);
    close(fd);
    stop();
}

/* While one thread only looks, from inside of its handler, the other one's handler goes on until it has to wait. */
static void let_the_other_wait(void)
{
    bool is_waiting = false;

    if (looked_at == NULL || has_looked)
        return;
    gate_open(&gate, 1);
    while (!is_waiting) {
        eyelet_workers_lock(looked_at);
        is_waiting = looked_at->n_resting > 0 || looked_at->sleepers != NULL;
        eyelet_workers_unlock(looked_at);
    }
    has_looked = true;
}

static void a_thread_that_rests_while_a_handler_looks_serves_when_that_has_looked(void **state)
{
    int a, b, c;

    (void)state;
    start_threads(2);
    a = echo_connect();
    b = echo_connect();
    c = echo_connect();
    echo_say(a, 1, "wait");
    gate_await(&gate, 1);
    faults_on_look(let_the_other_wait);
    echo_say(b, 1, "look");
    gate_await(&late, 1);
    echo_expect_reply(a, 1, "wait");
    for (uint32_t id = 1; id < 20; id += 2)
        echo_expect_served(c, id);
    gate_open(&late, 1);
    echo_expect_reply(b, 1, "look");
    close(a);
    close(b);
    close(c);
    stop();
}

static void a_stream_that_waits_while_a_handler_looks_hears_when_that_has_looked(void **state)
{
    struct wire wire = { 0 };
    int a, b;

    (void)state;
    start_threads(2);
    a = echo_connect();
    b = echo_connect();
    echo_put_open(&wire, 1, "Chat");
    echo_put_data_text(&wire, 1, "wait");
    live_send_wire(a, &wire);
    gate_await(&gate, 1);
    faults_on_look(let_the_other_wait);
    echo_say(b, 1, "look");
    gate_await(&late, 1);
    echo_expect_text(a, 1, "wait");
    echo_put_data_text(&wire, 1, "hello");
    live_send_wire(a, &wire);
    echo_expect_text(a, 1, "hello");
    gate_open(&late, 1);
    echo_expect_reply(b, 1, "look");
    close(a);
    close(b);
    stop();
}

static void calls_that_end_before_they_run_give_back_what_they_held(void **state)
{
    struct wire wire = { 0 }, payload = { 0 }, data = { 0 };
    int fd;

    (void)state;
    start_threads(2); /* one connection has one of them */
    fd = echo_connect();
    echo_say(fd, 1, "wait");
    gate_await(&gate, 1);
    for (uint32_t round = 0; round < 3; round++) {
        wire_request(&wire, 2 * round + 3,
                     &(struct wire_request){ .service = "demo.Echo", .method = "Sum", .timeout_ns = 20000000 });
        wire.bytes[9] = WIRE_OPEN | WIRE_NO_DATA;
        wire_fill(&data, 0, 150000);
        wire_frame_of(&wire, WIRE_DATA, 0, 2 * round + 3, &data);
        live_send_wire(fd, &wire);
        echo_expect_error(fd, 2 * round + 3, EYELET_DEADLINE_EXCEEDED, "deadline");
    }
    gate_open(&gate, 1);
    echo_expect_reply(fd, 1, "wait");
    echo_expect_served(fd, 9); /* it is read as before */
    wire_clear(&payload);
    close(fd);
    stop();
}

/* --- many --------------------------------------------------------------------------------------------------------- */

struct customer {
    pthread_t thread;
    unsigned n_rounds;
};

static void *call_and_go(void *userdata)
{
    const struct customer *customer = userdata;

    for (unsigned i = 0; i < customer->n_rounds; i++) {
        struct wire wire = { 0 };
        int fd = echo_connect();

        for (uint32_t id = 1; id < 10; id += 2)
            echo_put_text(&wire, id, "Say", 0, "hello");
        echo_put_open(&wire, 11, "Chat");
        live_send_wire(fd, &wire);
        if (i % 4 == 0)
            live_read(fd, &(char){ 0 }, 1);
        close(fd); /* with or without having heard an answer */
    }
    return NULL;
}

static void h108_peers_that_come_and_go_leave_nothing(void **state)
{
    struct customer customers[4];
    unsigned fds = faults_open_fds();
    int fd;

    (void)state;
    start_threads(4);
    for (unsigned i = 0; i < 4; i++) {
        customers[i].n_rounds = 250;
        assert_int_equal(pthread_create(&customers[i].thread, NULL, call_and_go, &customers[i]), 0);
    }
    fd = echo_connect();
    for (uint32_t id = 1; id < 400; id += 2)
        echo_expect_served(fd, id);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(pthread_join(customers[i].thread, NULL), 0);
    close(fd);
    stop();
    assert_int_equal(faults_open_fds(), fds);
}

static void *call_many(void *userdata)
{
    struct wire wire = { 0 };
    bool is_answered[2000] = { false };
    int fd = echo_connect();

    (void)userdata;
    for (uint32_t round = 0; round < 20; round++) {
        for (uint32_t i = 0; i < 50; i++)
            echo_put_text(&wire, 2 * (50 * round + i) + 1, "Say", 0, "hello");
        live_send_wire(fd, &wire);
        for (uint32_t i = 0; i < 50; i++) {
            struct live_reply reply;

            live_must(live_read_reply(fd, &reply) && reply.code == EYELET_OK, "a call has no answer");
            live_must(!is_answered[reply.id / 2], "a call is answered twice");
            is_answered[reply.id / 2] = true;
            live_reply_clear(&reply);
        }
    }
    close(fd);
    return NULL;
}

static void every_call_of_many_is_answered_once(void **state)
{
    pthread_t threads[4];

    (void)state;
    start_threads(3);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_many, NULL), 0);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(n_served, 4000);
    stop();
    assert_int_equal(n_after, 4000);
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

static void *connect_on_and_on(void *userdata)
{
    (void)userdata;
    for (;;) {
        struct wire wire = { 0 };
        bool is_there;
        int fd;

        if (!echo_try_connect(&fd))
            return NULL;
        echo_put_text(&wire, 1, "Say", 0, "last");
        is_there = live_send(fd, wire_slice(&wire)) && live_read(fd, &(char){ 0 }, 1);
        wire_clear(&wire);
        close(fd);
        if (!is_there)
            return NULL;
    }
}

static void h117_stop_while_accepting(void **state)
{
    pthread_t thread;
    int fd;

    (void)state;
    start_threads(2);
    fd = echo_connect(); /* keeps the socket's backlog from being the end of the test */
    assert_int_equal(pthread_create(&thread, NULL, connect_on_and_on, NULL), 0);
    while (n_served < 20)
        sched_yield();
    eyelet_server_stop(echo_server());
    assert_int_equal(live_read_to_end(fd), 0); /* who has nothing in flight is let go */
    close(fd);
    assert_int_equal(pthread_join(thread, NULL), 0);
    stop();
}

static void h117_stop_while_in_handlers_and_while_requests_are_read(void **state)
{
    struct wire wire = { 0 };
    int a, b, c;

    for (uint32_t threads = 1; threads <= 3; threads++) {
        setup(state);
        start_threads(threads);
        a = echo_connect();
        b = echo_connect();
        c = echo_connect();
        echo_expect_served(b, 1);
        echo_put_text(&wire, 1, "Say", 0, "half of it");
        assert_true(live_send(c, (struct eyelet_slice){ wire.bytes, wire.len / 2 }));
        wire_clear(&wire);
        echo_say(a, 1, "wait");
        gate_await(&gate, 1);
        eyelet_server_stop(echo_server());
        if (threads > 1) {
            assert_int_equal(live_read_to_end(b), 0); /* nothing in flight; */
            echo_say(a, 3, "too late");               /* in flight, and more */
            echo_expect_error(a, 3, EYELET_UNAVAILABLE, "stopping");
        }
        gate_open(&gate, 1);
        echo_expect_reply(a, 1, "wait"); /* what is in flight is finished */
        assert_int_equal(live_read_to_end(a), 0);
        close(a);
        close(b);
        close(c);
        stop();
        folder_teardown(state);
    }
    setup(state);
}

static void h117_stop_while_an_answer_cannot_leave(void **state)
{
    const struct eyelet_server_opts opts = {
        .threads = 2, .grace_ms = 30, .interceptors = &counting, .n_interceptors = 1
    };
    int fd;

    (void)state;
    echo_start(&opts, &handlers, NULL);
    fd = echo_connect();
    echo_say(fd, 1, "large");
    live_wait(fd);
    stop(); /* though nobody reads it */
    close(fd);
}

static void h117_after_the_grace_handlers_that_wait_are_told_and_calls_answered(void **state)
{
    const struct eyelet_server_opts opts = {
        .threads = 2, .grace_ms = 1, .interceptors = &counting, .n_interceptors = 1
    };
    struct wire wire = { 0 };
    int a, b;

    (void)state;
    echo_start(&opts, &handlers, NULL);
    a = echo_connect();
    b = echo_connect();
    echo_put_open(&wire, 1, "Chat");
    echo_put_data_text(&wire, 1, "here");
    live_send_wire(a, &wire);
    echo_expect_text(a, 1, "here");
    echo_put_open(&wire, 1, "Sum");
    live_send_wire(b, &wire);
    eyelet_server_stop(echo_server());
    echo_expect_error(a, 1, EYELET_UNAVAILABLE, "stopped");
    live_read_to_end(a);
    live_read_to_end(b);
    stop();
    close(a);
    close(b);
}

static void h118_a_handler_that_returns_late_is_waited_for(void **state)
{
    const struct eyelet_server_opts opts = {
        .threads = 2, .grace_ms = 1, .interceptors = &counting, .n_interceptors = 1
    };
    int fd;

    (void)state;
    echo_start(&opts, &handlers, NULL);
    fd = echo_connect();
    echo_say(fd, 1, "wait");
    gate_await(&gate, 1);
    eyelet_server_stop(echo_server());
    echo_expect_error(fd, 1, EYELET_UNAVAILABLE, "stopped");
    assert_int_equal(live_read_to_end(fd), 0);
    assert_int_equal(n_served, 0);
    assert_int_equal(n_after, 0);
    gate_open(&gate, 1);
    stop();
    assert_int_equal(n_served, 1); /* it was not left behind */
    close(fd);
}

static void stop_before_run_and_twice(void **state)
{
    struct eyelet_address address = folder_address("server");
    const struct eyelet_server_opts opts = { .threads = 3 };
    char text[EYELET_ADDRESS_TEXT_MAX];
    struct eyelet_server *server;

    (void)state;
    assert_int_equal(eyelet_address_format(&address, text, sizeof(text)), 0);
    assert_int_equal(eyelet_server_open(text, &opts, &server, NULL), EYELET_OK);
    eyelet_server_stop(server);
    eyelet_server_stop(server);
    assert_int_equal(eyelet_server_run(server), EYELET_OK);
    assert_int_equal(eyelet_server_run(server), EYELET_FAILED_PRECONDITION);
    eyelet_server_close(server);
}

/* --- what fails --------------------------------------------------------------------------------------------------- */

static void h112_threads_that_cannot_be_started_end_the_run(void **state)
{
    struct eyelet_address address = folder_address("server");
    const struct eyelet_server_opts opts = { .threads = 4 };
    char text[EYELET_ADDRESS_TEXT_MAX];
    struct eyelet_server *server;
    unsigned fds = faults_open_fds();

    (void)state;
    assert_int_equal(eyelet_address_format(&address, text, sizeof(text)), 0);
    for (unsigned nth = 1; nth <= 3; nth++) {
        assert_int_equal(eyelet_server_open(text, &opts, &server, NULL), EYELET_OK);
        faults_fail(FAULT_PTHREAD_CREATE, nth, EAGAIN);
        assert_int_equal(eyelet_server_run(server), EYELET_RESOURCE_EXHAUSTED);
        assert_null(eyelet_server_close(server));
        assert_int_equal(faults_open_fds(), fds);
    }
}

static void h112_descriptors_that_cannot_be_made_leave_no_server(void **state)
{
    static const struct {
        enum fault_call call;
        unsigned n;
    } faults[] = { { FAULT_EPOLL_CREATE1, 1 }, { FAULT_EVENTFD, 2 }, { FAULT_EPOLL_CTL, 3 } };
    struct eyelet_address address = folder_address("server");
    char text[EYELET_ADDRESS_TEXT_MAX];
    struct eyelet_server *server = NULL;
    unsigned fds = faults_open_fds();

    (void)state;
    assert_int_equal(eyelet_address_format(&address, text, sizeof(text)), 0);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        for (unsigned nth = 1; nth <= faults[i].n; nth++) {
            struct eyelet_error error;

            faults_fail(faults[i].call, nth, EMFILE);
            assert_int_equal(eyelet_server_open(text, NULL, &server, &error), EYELET_RESOURCE_EXHAUSTED);
            assert_int_equal(error.error_number, EMFILE);
            assert_null(server);
            assert_int_equal(faults_open_fds(), fds);
        }
    }
}

static void h112_a_connection_that_cannot_be_watched_is_closed_and_the_next_one_served(void **state)
{
    unsigned n_controls;
    int fd;

    (void)state;
    start_threads(2);
    faults_fail(FAULT_EPOLL_CTL, 1, ENOMEM);
    fd = echo_connect();
    assert_int_equal(live_read_to_end(fd), 0);
    close(fd);
    fd = echo_connect();
    echo_expect_served(fd, 1);
    faults_fail(FAULT_EPOLL_CTL, 1, ENOMEM); /* room to write cannot be waited for */
    n_controls = faults_count(FAULT_EPOLL_CTL);
    echo_say(fd, 3, "large");
    while (faults_count(FAULT_EPOLL_CTL) == n_controls)
        sched_yield();
    assert_true(live_read_to_end(fd) < LARGE);
    close(fd);
    fd = echo_connect();
    echo_expect_served(fd, 1);
    close(fd);
    stop();
}

static void h112_an_epoll_that_fails_ends_the_run_once_handlers_have_returned(void **state)
{
    struct wire wire = { 0 };
    int a, b;

    (void)state;
    start_threads(2);
    a = echo_connect();
    b = echo_connect();
    echo_expect_served(b, 1);
    echo_say(a, 1, "wait");
    gate_await(&gate, 1);
    echo_put_text(&wire, 3, "Say", 0, "hello");
    faults_fail(FAULT_EPOLL_WAIT, 1, EBADF);
    live_send(b, wire_slice(&wire)); /* who watches comes back, and the next look fails, if it has not already */
    wire_clear(&wire);
    live_read_to_end(b);
    live_read_to_end(a);
    gate_open(&gate, 1);
    assert_int_equal(echo_stop(), EYELET_INTERNAL);
    assert_int_equal(n_before, n_after);
    close(a);
    close(b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h105_one_slow_handler_of_four_delays_nobody),
        TEST(h105_one_connection_never_has_all_threads),
        TEST(calls_of_many_connections_take_turns),
        TEST(an_answer_does_not_wait_for_a_slow_handler_behind_it),
        TEST(answers_that_are_ready_together_leave_together),
        TEST(no_thread_is_woken_that_has_nothing_to_do),
        TEST(a_stream_on_one_thread_goes_on_behind_calls_that_wait),
        TEST(streams_on_every_thread_and_more_are_all_served),
        TEST(a_stream_beside_a_flood_of_calls_hears_every_message),
        TEST(time_is_minded_while_every_thread_is_in_a_handler),
        TEST(a_thread_that_rests_while_a_handler_looks_serves_when_that_has_looked),
        TEST(a_stream_that_waits_while_a_handler_looks_hears_when_that_has_looked),
        TEST(calls_that_end_before_they_run_give_back_what_they_held),
        TEST(h108_peers_that_come_and_go_leave_nothing),
        TEST(every_call_of_many_is_answered_once),
        TEST(h117_stop_while_accepting),
        TEST(h117_stop_while_in_handlers_and_while_requests_are_read),
        TEST(h117_stop_while_an_answer_cannot_leave),
        TEST(h117_after_the_grace_handlers_that_wait_are_told_and_calls_answered),
        TEST(h118_a_handler_that_returns_late_is_waited_for),
        TEST(stop_before_run_and_twice),
        TEST(h112_threads_that_cannot_be_started_end_the_run),
        TEST(h112_descriptors_that_cannot_be_made_leave_no_server),
        TEST(h112_a_connection_that_cannot_be_watched_is_closed_and_the_next_one_served),
        TEST(h112_an_epoll_that_fails_ends_the_run_once_handlers_have_returned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
