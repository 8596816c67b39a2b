/*
 * HOSTILE.md's numbers about what many calls, and calls at their limits, do to a server as a whole, with its client.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "echo.eyelet.h"
#include "services/trial.eyelet.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/live_server.h"

#define THREADS 4

static struct live_server live;

/* Handlers that run now, and the most that ever did. */
static atomic_uint n_running, n_most;

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    unsigned n = atomic_fetch_add(&n_running, 1) + 1, most = n_most;

    (void)call;
    (void)userdata;
    while (n > most && !atomic_compare_exchange_weak(&n_most, &most, n))
        ;
    reply->text = request->text;
    n_running--;
    return EYELET_OK;
}

static enum eyelet_status act(struct eyelet_call *call, const Trial__ActRequest *request, Trial__ActReply *reply,
                              void *userdata)
{
    (void)userdata;
    reply->text = eyelet_call_printf(call, "%u", request->number);
    return EYELET_OK;
}

static const struct demo_echo_handlers echo_handlers = { .say = say };
static const struct trial_trial_handlers trial_handlers = { .act = act };

static const char *server_address(void)
{
    static char text[EYELET_ADDRESS_TEXT_MAX];
    struct eyelet_address address = folder_address("server");

    assert_int_equal(eyelet_address_format(&address, text, sizeof(text)), 0);
    return text;
}

static void start(const struct eyelet_server_opts *opts)
{
    struct eyelet_server *server = NULL;

    assert_int_equal(eyelet_server_open(server_address(), opts, &server, NULL), EYELET_OK);
    assert_int_equal(demo_echo_add(server, &echo_handlers, NULL), EYELET_OK);
    assert_int_equal(trial_trial_add(server, &trial_handlers, NULL), EYELET_OK);
    n_running = n_most = 0;
    live_server_start(&live, server);
}

static void stop(void)
{
    assert_int_equal(live_server_stop(&live), EYELET_OK);
}

static struct eyelet_client *open_client(void)
{
    struct eyelet_client *client = NULL;

    live_must(eyelet_client_open(server_address(), NULL, &client, NULL) == EYELET_OK, "no connection");
    return client;
}

static void put_say(struct wire *wire, uint32_t id, struct eyelet_slice payload, int64_t timeout_ns)
{
    const struct wire_request request = {
        .service = "demo.Echo",
        .method = "Say",
        .payload = payload,
        .timeout_ns = timeout_ns,
    };

    wire_request(wire, id, &request);
}

static int code_of_next(int fd)
{
    struct live_reply reply;
    int code;

    assert_true(live_read_reply(fd, &reply));
    code = reply.code;
    live_reply_clear(&reply);
    return code;
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

/* Fields that are no field of the message: each is kept as an unknown one, at 32 times its size. */
static void put_expensive(struct wire *wire, uint32_t id)
{
    static uint8_t fields[40000][2];

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        fields[i][0] = 9 << 3;
        fields[i][1] = 1;
    }
    put_say(wire, id, (struct eyelet_slice){ fields[0], sizeof(fields) }, 0);
}

static void h106_expensive_decodes_in_parallel_are_each_bounded(void **state)
{
    const struct eyelet_server_opts opts = { .threads = THREADS, .decode_max = 256 << 10 };
    int fds[2 * THREADS];
    struct wire wire = { 0 };
    struct eyelet_client *client;

    (void)state;
    start(&opts);
    client = open_client();
    for (unsigned i = 0; i < 2 * THREADS; i++) {
        fds[i] = live_connect(folder_path("server"));
        for (uint32_t id = 1; id < 32; id += 2)
            put_expensive(&wire, id);
        live_send_wire(fds[i], &wire);
    }
    for (unsigned i = 0; i < 2 * THREADS; i++) {
        Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
        Demo__SayReply *reply = NULL;

        request.text = (char *)"meanwhile";
        assert_int_equal(demo_echo_say(client, NULL, &request, &reply, NULL), EYELET_OK);
        demo__say_reply__free_unpacked(reply, NULL);
        for (uint32_t id = 1; id < 32; id += 2)
            assert_int_equal(code_of_next(fds[i]), EYELET_RESOURCE_EXHAUSTED);
        close(fds[i]);
    }
    assert_int_equal(n_most, 1); /* none of them was decoded */
    eyelet_client_close(client);
    stop();
}

/* --- time --------------------------------------------------------------------------------------------------------- */

static void h109_any_deadline_on_any_number_of_calls_leaves_nothing_behind(void **state)
{
    enum { BATCH = 100, BATCHES = 200 };
    const struct eyelet_server_opts opts = { .threads = THREADS };
    struct eyelet_counters counters;
    struct wire wire = { 0 };
    uint32_t id = 1;
    int fd;

    (void)state;
    start(&opts);
    fd = live_connect(folder_path("server"));
    for (unsigned batch = 0; batch < BATCHES; batch++) {
        for (unsigned i = 0; i < BATCH; i++, id += 2) {
            int64_t timeout_ns = i % 4 == 0 ? 1 : (int64_t)(i + 1) * 3000000000; /* from 1 ns to 5 min */

            put_say(&wire, id, (struct eyelet_slice){ 0 }, timeout_ns);
        }
        live_send_wire(fd, &wire);
        for (unsigned i = 0; i < BATCH; i++) {
            int code = code_of_next(fd);

            assert_true(code == EYELET_OK || code == EYELET_DEADLINE_EXCEEDED);
        }
    }
    do { /* a handler may be at a call that was answered at its deadline */
        sched_yield();
        eyelet_server_get_counters(live.server, &counters);
    } while (counters.calls_open > 0);
    assert_int_equal(counters.calls_started, BATCH * BATCHES);
    assert_true(counters.calls_failed >= BATCH * BATCHES / 4);
    close(fd);
    stop();
}

/* --- life --------------------------------------------------------------------------------------------------------- */

/* Descriptors of this process above @first that an exec would hand on. */
static unsigned count_inheritable(int first)
{
    unsigned n = 0;

    for (int fd = first; fd < 256; fd++) {
        int flags = fcntl(fd, F_GETFD);

        n += flags >= 0 && (flags & FD_CLOEXEC) == 0;
    }
    return n;
}

static void h121_a_fork_with_everything_open_is_harmless(void **state)
{
    const struct eyelet_server_opts opts = { .threads = THREADS };
    struct demo_echo_chat_stream *chat = NULL;
    struct eyelet_client *client;
    Trial__ActRequest request = TRIAL__ACT_REQUEST__INIT;
    Trial__ActReply *reply = NULL;
    unsigned before = count_inheritable(0);
    int wait_status;
    pid_t pid;

    (void)state;
    start(&opts);
    client = open_client();
    assert_int_equal(demo_echo_chat_open(client, NULL, &chat, NULL), EYELET_OK);
    assert_int_equal(count_inheritable(0), before);

    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(count_inheritable(0) == before ? 0 : 1); /* touches nothing of it */
    assert_int_equal(waitpid(pid, &wait_status, 0), pid);
    assert_true(WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0);

    request.number = 7;
    assert_int_equal(trial_trial_act(client, NULL, &request, &reply, NULL), EYELET_OK);
    assert_string_equal(reply->text, "7");
    trial__act_reply__free_unpacked(reply, NULL);
    demo_echo_chat_close(chat);
    eyelet_client_close(client);
    stop();
}

static void h122_a_receive_error_closes_the_connection_and_the_peer_sees_it(void **state)
{
    static const int errors[] = { ECONNRESET, ENOMEM, ETIMEDOUT, EPROTO, EBADF };
    const struct eyelet_server_opts opts = { .threads = THREADS };
    struct wire wire = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        int fd;

        start(&opts);
        fd = live_connect(folder_path("server"));
        put_say(&wire, 1, (struct eyelet_slice){ 0 }, 0);
        live_send_wire(fd, &wire);
        assert_int_equal(code_of_next(fd), EYELET_OK);
        faults_fail_always(FAULT_RECV, errors[i]);
        put_say(&wire, 3, (struct eyelet_slice){ 0 }, 0);
        live_send_wire(fd, &wire);
        live_wait(fd);
        faults_fail_always(FAULT_RECV, 0);
        assert_int_equal(live_read_to_end(fd), 0);
        close(fd);
        stop();
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h106_expensive_decodes_in_parallel_are_each_bounded),
        TEST(h109_any_deadline_on_any_number_of_calls_leaves_nothing_behind),
        TEST(h121_a_fork_with_everything_open_is_harmless),
        TEST(h122_a_receive_error_closes_the_connection_and_the_peer_sees_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
