/*
 * HOSTILE.md's numbers about what many calls, and calls at their limits, do to a server as a whole, with its client.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "echo.eyelet.h"
#include "services/trial.eyelet.h"
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

static void start(const struct eyelet_server_opts *opts)
{
    struct eyelet_server *server = NULL;

    assert_int_equal(eyelet_server_open(folder_address_text("server"), opts, &server, NULL), EYELET_OK);
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

    live_must(eyelet_client_open(folder_address_text("server"), NULL, &client, NULL) == EYELET_OK, "no connection");
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(h106_expensive_decodes_in_parallel_are_each_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
