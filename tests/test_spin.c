/*
 * Looking again and again before sleeping: when it is done, told by numbers; and that both ends do it and nothing is
 * missed meanwhile, on sockets, while the clock stands still, moves by itself or is moved by the test.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/socket.h"
#include "rpc/calling.h"
#include "rpc/spin.h"
#include "support/caller.h"
#include "support/costs.h"
#include "support/echo.h"
#include "support/faults.h"
#include "support/folder.h"

#define MAX_US    50u
#define MAX_NS    (MAX_US * UINT64_C(1000))
#define LOOK_NS   1000u /* what one look takes */
#define START_NS  UINT64_C(1000000000)
#define N_CALLS   100u
#define N_WARM    10u
#define N_THREADS 4u

/* --- one end, in numbers ------------------------------------------------------------------------------------------ */

/* An end, and how long it has looked. */
struct end {
    struct eyelet_spin spin;
    uint64_t now_ns;
    uint64_t spent_ns;
};

static struct end new_end(void)
{
    struct end end = { .now_ns = START_NS };

    eyelet_spin_init(&end.spin, MAX_US);
    return end;
}

/* Waits until something is there at @there_ns. Return: did it begin with looking? */
static bool look(struct end *end, uint64_t there_ns, uint64_t until_ns)
{
    struct eyelet_spin_look look;
    uint64_t begin_ns = end->now_ns;

    eyelet_spin_begin(&end->spin, end->now_ns, until_ns, &look);
    while (look.until_ns > 0 && end->now_ns < there_ns) {
        end->now_ns += LOOK_NS;
        if (!eyelet_spin_goes_on(&look, end->now_ns))
            break;
    }
    end->spent_ns += end->now_ns - begin_ns;
    eyelet_spin_end(&end->spin, &look);
    if (end->now_ns < there_ns)
        end->now_ns = there_ns; /* asleep */
    return look.until_ns > 0;
}

/* One wait for a message that comes after so long. Return: did it begin with looking? */
static bool await_message(struct end *end, uint64_t after_ns)
{
    bool has_looked = look(end, end->now_ns + after_ns, EYELET_NO_DEADLINE);

    eyelet_spin_found(&end->spin, end->now_ns);
    return has_looked;
}

static void without_the_option_nobody_looks(void **state)
{
    struct end end = new_end();

    (void)state;
    eyelet_spin_init(&end.spin, 0);
    for (unsigned i = 0; i < 1000; i++)
        assert_false(await_message(&end, i));
    end.spin = (struct eyelet_spin){ 0 };
    assert_false(await_message(&end, 1000));
}

static void as_long_as_messages_come_soon_every_wait_begins_with_looking(void **state)
{
    struct end end = new_end();

    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        assert_true(await_message(&end, MAX_NS - 2 * LOOK_NS));
}

static void each_look_in_vain_makes_it_sleep_twice_as_long(void **state)
{
    struct end end = new_end();

    (void)state;
    for (uint64_t pause = 1; pause <= EYELET_SPIN_PAUSE_MAX; pause *= 2) {
        uint64_t begin_ns = end.now_ns;

        assert_true(await_message(&end, MAX_NS));
        while (end.now_ns < begin_ns + MAX_NS + pause * MAX_NS)
            assert_false(await_message(&end, MAX_NS / 2));
    }
    for (unsigned i = 0; i < 3; i++) {
        uint64_t begin_ns = end.now_ns;

        assert_true(await_message(&end, MAX_NS));
        while (end.now_ns < begin_ns + MAX_NS + EYELET_SPIN_PAUSE_MAX * MAX_NS) /* and no longer than that */
            assert_false(await_message(&end, MAX_NS / 2));
    }
}

static void looking_begins_again_with_the_first_that_pays(void **state)
{
    struct end end = new_end();

    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        await_message(&end, 3 * MAX_NS);
    while (!await_message(&end, MAX_NS / 2))
        ;
    for (unsigned i = 0; i < 100; i++)
        assert_true(await_message(&end, MAX_NS / 2));
}

/* Waits that are short when they are slept or over at the first look, as on a CPU that both ends share, prove nothing.
 */
static void only_looking_proves_that_it_pays(void **state)
{
    struct end end = new_end();

    (void)state;
    while (end.now_ns < START_NS + 1000000000) {
        bool is_looking = end.now_ns >= end.spin.resume_ns;

        assert_int_equal(await_message(&end, 0), is_looking);
        assert_int_equal(await_message(&end, is_looking ? 2 * MAX_NS : MAX_NS / 5), is_looking);
    }
    assert_in_range(end.spent_ns, 100 * MAX_NS, 1000000000 / 100); /* it goes on trying, now and then */
}

static void nor_does_one_that_pays_by_chance(void **state)
{
    struct end end = new_end();

    (void)state;
    for (unsigned n = 0; end.now_ns < START_NS + 1000000000;)
        n += await_message(&end, n % 10 == 0 ? MAX_NS / 2 : 2 * MAX_NS);
    assert_in_range(end.spent_ns, 100 * MAX_NS, 1000000000 / 100);
}

static void messages_that_are_further_apart_cost_less_than_a_hundredth(void **state)
{
    (void)state;
    for (uint64_t apart_ns = MAX_NS; apart_ns < 100 * MAX_NS; apart_ns += MAX_NS / 2) {
        struct end end = new_end();

        while (end.now_ns < START_NS + 1000000000)
            await_message(&end, apart_ns);
        assert_in_range(end.spent_ns, 1, 1000000000 / 100);
    }
}

/* Bytes that make no message whole do not end a wait, and none is looked for longer because of them. */
static void h101_bytes_in_a_trickle_are_not_looked_for(void **state)
{
    struct end end = new_end();

    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        look(&end, end.now_ns + MAX_NS / 4, EYELET_NO_DEADLINE);
    assert_int_equal(end.spent_ns, MAX_NS);
}

/* Whatever it does. */
static void a_peer_brings_about_no_more_than_the_option_for_each_message(void **state)
{
    struct end end = new_end();
    uint32_t random = 1;

    (void)state;
    for (unsigned n = 1; n < 100000; n++) {
        random = random * 1103515245 + 12345; /* ISO C, rand() */
        for (unsigned i = random >> 30; i > 0; i--)
            look(&end, end.now_ns + random % (2 * MAX_NS), EYELET_NO_DEADLINE);
        await_message(&end, (random >> 8) % (2 * MAX_NS));
        assert_true(end.spent_ns <= n * (MAX_NS + LOOK_NS)); /* the last look begins in time */
    }
}

static void nobody_looks_for_longer_than_they_would_sleep(void **state)
{
    struct end end = new_end();

    (void)state;
    assert_true(look(&end, UINT64_MAX, START_NS + MAX_NS / 2));
    assert_int_equal(end.spent_ns, MAX_NS / 2);
}

/* --- options ------------------------------------------------------------------------------------------------------ */

static void an_option_over_a_millisecond_is_refused(void **state)
{
    const struct eyelet_client_opts client_opts = { .spin_us = 1001 };
    const struct eyelet_server_opts server_opts = { .spin_us = 1001 };
    struct eyelet_client *client = NULL;
    struct eyelet_server *server = NULL;
    struct eyelet_error error;

    (void)state;
    assert_int_equal(eyelet_client_open("unix:///nowhere", &client_opts, &client, &error), EYELET_INVALID_ARGUMENT);
    assert_string_equal(error.text, "spin_us of 1001 is more than 1000");
    assert_int_equal(eyelet_server_open("unix:///nowhere", &server_opts, &server, &error), EYELET_INVALID_ARGUMENT);
    assert_string_equal(error.text, "spin_us of 1001 is more than 1000");
}

/* --- a server ----------------------------------------------------------------------------------------------------- */

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

/* Waits inside of a handler. */
static enum eyelet_status chat(struct eyelet_call *call, void *userdata)
{
    const Demo__SayRequest *request;
    enum eyelet_status status = EYELET_OK;

    (void)userdata;
    while (status == EYELET_OK && demo_echo_chat_call_recv(call, &request) == EYELET_GOT_MESSAGE) {
        Demo__SayReply reply = DEMO__SAY_REPLY__INIT;

        reply.text = request->text;
        status = demo_echo_chat_call_send(call, &reply);
    }
    return status;
}

static const struct demo_echo_handlers handlers = { .say = say, .chat = chat };

static void start(uint32_t threads)
{
    gate_reset(&gate);
    echo_start(&(struct eyelet_server_opts){ .threads = threads, .spin_us = 1000 }, &handlers, NULL);
}

static struct eyelet_client *open_client(void)
{
    const struct eyelet_client_opts opts = { .spin_us = 1000 };
    struct eyelet_client *client = NULL;

    assert_int_equal(eyelet_client_open(folder_address_text("server"), &opts, &client, NULL), EYELET_OK);
    return client;
}

static void call_often(struct eyelet_client *client, unsigned n)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    request.text = (char *)"quick";
    for (unsigned i = 0; i < n; i++) {
        Demo__SayReply *reply = NULL;

        assert_int_equal(demo_echo_say(client, NULL, &request, &reply, NULL), EYELET_OK);
        assert_string_equal(reply->text, "quick");
        demo__say_reply__free_unpacked(reply, NULL);
    }
}

static void chat_often(struct eyelet_client *client, unsigned n)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct demo_echo_chat_stream *stream;
    Demo__SayReply *reply;

    request.text = (char *)"quick";
    assert_int_equal(demo_echo_chat_open(client, NULL, &stream, NULL), EYELET_OK);
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(demo_echo_chat_send(stream, &request, NULL), EYELET_OK);
        assert_int_equal(demo_echo_chat_recv(stream, &reply, NULL), EYELET_GOT_MESSAGE);
        demo__say_reply__free_unpacked(reply, NULL);
    }
    assert_int_equal(demo_echo_chat_end(stream, NULL), EYELET_OK);
    assert_int_equal(demo_echo_chat_recv(stream, &reply, NULL), EYELET_GOT_END);
    demo_echo_chat_close(stream);
}

/*
 * While time stands still, no look is in vain, and nobody sleeps between messages. Before the first one a server may:
 * if the connection is there when it looks first, that says nothing about how long a message takes.
 */
static void two_ends_that_look_never_sleep(void **state)
{
    struct eyelet_client *client;
    struct costs before, after;
    unsigned n_waits;

    (void)state;
    faults_stop_clock();
    start(1);
    client = open_client();
    call_often(client, N_WARM);
    n_waits = faults_waits();
    before = costs_here();
    call_often(client, N_CALLS);
    after = costs_here();
    chat_often(client, N_CALLS);
    assert_int_equal(after.reads - before.reads, N_CALLS);
    assert_int_equal(after.writes - before.writes, N_CALLS);
    assert_true(after.waits - before.waits >= N_CALLS);
    assert_int_equal(faults_waits(), n_waits);
    eyelet_client_close(client);
    assert_int_equal(echo_stop(), EYELET_OK);
}

/* All but one sleep; that one may, too, if it was woken for something else than a message. */
static void await_others_asleep(void)
{
    while (faults_waiting() < N_THREADS - 1)
        sched_yield();
}

static void one_thread_of_a_server_looks_for_all(void **state)
{
    struct eyelet_client *client;

    (void)state;
    faults_stop_clock();
    start(N_THREADS);
    client = open_client();
    call_often(client, N_CALLS);
    await_others_asleep();
    call_often(client, N_CALLS);
    await_others_asleep();
    eyelet_client_close(client);
    assert_int_equal(echo_stop(), EYELET_OK);
}

static bool has_one(const struct eyelet_counters *counters)
{
    return counters->connections_open == 1;
}

/* On the real clock: it waits without a timeout then, which nothing ends but the next call. */
static void an_idle_server_comes_to_rest(void **state)
{
    struct eyelet_client *client;

    (void)state;
    start(1);
    client = open_client();
    costs_await_asleep_forever(1);
    call_often(client, N_CALLS);
    echo_await(has_one);
    costs_await_asleep_forever(1);
    call_often(client, N_CALLS);
    eyelet_client_close(client);
    assert_int_equal(echo_stop(), EYELET_OK);
}

static uint64_t n_expected;

static bool has_received(const struct eyelet_counters *counters)
{
    return counters->bytes_received == n_expected;
}

/* After a millisecond without a whole request it sleeps, and sleeps again after each byte: one wait, one read. */
static void h101_a_trickle_has_a_server_sleep(void **state)
{
    struct wire wire = { 0 };
    struct costs before, after;
    int fd;

    (void)state;
    faults_stop_clock();
    start(1);
    fd = echo_connect();
    echo_put_text(&wire, 1, "Say", 0, "slowly, byte by byte");
    assert_true(live_send(fd, (struct eyelet_slice){ wire.bytes, 1 }));
    n_expected = 1;
    echo_await(has_received);
    faults_advance_ns(1000000);
    costs_await_asleep(1);
    before = costs_elsewhere();
    while (n_expected + 1 < wire.len) {
        assert_true(live_send(fd, (struct eyelet_slice){ wire.bytes + n_expected, 1 }));
        n_expected++;
        echo_await(has_received);
        costs_await_asleep(1);
    }
    after = costs_elsewhere();
    assert_int_equal(after.waits - before.waits, n_expected - 1);
    assert_int_equal(after.reads - before.reads, n_expected - 1);
    assert_true(live_send(fd, (struct eyelet_slice){ wire.bytes + n_expected, 1 }));
    echo_expect_reply(fd, 1, "slowly, byte by byte");
    wire_clear(&wire);
    close(fd);
    assert_int_equal(echo_stop(), EYELET_OK);
}

/* --- a client, and a peer that is played -------------------------------------------------------------------------- */

static int spinning_setup(void **state)
{
    const struct eyelet_client_opts opts = { .spin_us = 1000 };

    caller_setup(state);
    caller_open(&opts);
    return 0;
}

static void a_call_is_over_at_its_deadline_while_its_thread_looks(void **state)
{
    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    faults_tick_ns(1000);
    assert_int_equal(caller_call(1, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
    assert_in_range(faults_now_ns() - CALLER_NOW_NS, 1000000, 1000000 + 50 * 1000); /* some looks at the clock more */
    assert_int_equal(faults_waits(), 0);
    assert_true(faults_count(FAULT_POLL) > 100);
}

/* It looks once, for a millisecond of the 30 s; the next wait, 29 s later, begins anew. */
static void a_slow_answer_is_slept_for(void **state)
{
    (void)state;
    faults_fake_clock(CALLER_NOW_NS);
    faults_tick_ns(1000);
    assert_int_equal(caller_call(30000, "x", NULL, 0, NULL), EYELET_DEADLINE_EXCEEDED);
    assert_int_equal(faults_waits(), 1);
    assert_int_equal(faults_timeout_ms(), 30000 - 1);
    assert_in_range(faults_count(FAULT_POLL), 500, 1010);
    faults_tick_ns(0);
    caller_assert_usable(3);
}

/* A thread that calls, and looks: the clock stands still. */
struct looking {
    pthread_t thread;
    enum eyelet_status status;
    struct eyelet_pending *pending;
};

static void *call(void *argument)
{
    struct looking *looking = argument;

    looking->status = caller_call(0, "x", NULL, 0, NULL);
    return NULL;
}

static void *collect(void *argument)
{
    struct looking *looking = argument;
    Demo__SayReply *reply = NULL;

    looking->status = demo_echo_say_collect(looking->pending, &reply, NULL);
    demo__say_reply__free_unpacked(reply, NULL);
    return NULL;
}

static void start_looking(struct looking *looking, void *(*run)(void *))
{
    bool is_polling;

    assert_int_equal(pthread_create(&looking->thread, NULL, run, looking), 0);
    do {
        sched_yield();
        pthread_mutex_lock(&caller.client->lock);
        is_polling = caller.client->is_polling;
        pthread_mutex_unlock(&caller.client->lock);
    } while (!is_polling);
}

static enum eyelet_status join(struct looking *looking)
{
    assert_int_equal(pthread_join(looking->thread, NULL), 0);
    assert_int_equal(faults_waits(), 0); /* it never slept */
    return looking->status;
}

static void on_done(enum eyelet_status status, Demo__SayReply *reply, const struct eyelet_error *error, void *userdata)
{
    (void)error;
    live_must(status == EYELET_OK, "a started call fails");
    demo__say_reply__free_unpacked(reply, NULL);
    ++*(atomic_uint *)userdata;
}

static void a_call_is_started_while_another_thread_looks(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct looking looking = { 0 };
    atomic_uint n_done = 0;

    (void)state;
    faults_stop_clock();
    start_looking(&looking, call);
    caller_hear(WIRE_REQUEST, 0, 1, 10);
    request.text = (char *)"y";
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, on_done, &n_done, NULL, NULL), EYELET_OK);
    caller_hear(WIRE_REQUEST, 0, 3, 10);
    caller_say_reply(3, "y");
    while (n_done == 0)
        sched_yield();
    caller_say_reply(1, "x");
    assert_int_equal(join(&looking), EYELET_OK);
}

static void a_call_is_cancelled_while_its_thread_looks(void **state)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct looking looking = { 0 };

    (void)state;
    faults_stop_clock();
    request.text = (char *)"x";
    assert_int_equal(demo_echo_say_start(caller.client, NULL, &request, NULL, NULL, &looking.pending, NULL), EYELET_OK);
    start_looking(&looking, collect);
    eyelet_pending_cancel(looking.pending);
    assert_int_equal(join(&looking), EYELET_CANCELLED);
    caller_assert_usable(3);
}

static void a_client_is_closed_while_a_thread_looks(void **state)
{
    struct looking looking = { 0 };

    (void)state;
    faults_stop_clock();
    start_looking(&looking, call);
    caller.client = eyelet_client_close(caller.client);
    assert_int_equal(join(&looking), EYELET_CANCELLED);
}

static void the_peers_end_is_noticed_by_a_thread_that_looks(void **state)
{
    struct looking looking = { 0 };

    (void)state;
    faults_stop_clock();
    start_looking(&looking, call);
    close(caller.peer);
    caller.peer = -1;
    assert_int_equal(join(&looking), EYELET_UNAVAILABLE);
}

#define SERVER_TEST(function) cmocka_unit_test_setup_teardown(function, folder_setup, folder_teardown)
#define CLIENT_TEST(function) cmocka_unit_test_setup_teardown(function, spinning_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_the_option_nobody_looks),
        cmocka_unit_test(as_long_as_messages_come_soon_every_wait_begins_with_looking),
        cmocka_unit_test(each_look_in_vain_makes_it_sleep_twice_as_long),
        cmocka_unit_test(looking_begins_again_with_the_first_that_pays),
        cmocka_unit_test(only_looking_proves_that_it_pays),
        cmocka_unit_test(nor_does_one_that_pays_by_chance),
        cmocka_unit_test(messages_that_are_further_apart_cost_less_than_a_hundredth),
        cmocka_unit_test(h101_bytes_in_a_trickle_are_not_looked_for),
        cmocka_unit_test(a_peer_brings_about_no_more_than_the_option_for_each_message),
        cmocka_unit_test(nobody_looks_for_longer_than_they_would_sleep),
        SERVER_TEST(an_option_over_a_millisecond_is_refused),
        SERVER_TEST(two_ends_that_look_never_sleep),
        SERVER_TEST(one_thread_of_a_server_looks_for_all),
        SERVER_TEST(an_idle_server_comes_to_rest),
        SERVER_TEST(h101_a_trickle_has_a_server_sleep),
        CLIENT_TEST(a_call_is_over_at_its_deadline_while_its_thread_looks),
        CLIENT_TEST(a_slow_answer_is_slept_for),
        CLIENT_TEST(a_call_is_started_while_another_thread_looks),
        CLIENT_TEST(a_call_is_cancelled_while_its_thread_looks),
        CLIENT_TEST(a_client_is_closed_while_a_thread_looks),
        CLIENT_TEST(the_peers_end_is_noticed_by_a_thread_that_looks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
