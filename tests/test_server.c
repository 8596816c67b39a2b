/*
 * A server in a thread, on a socket file in a folder of the test's own: its life, its handlers, its failures.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "echo.eyelet.h"
#include "services/trial.eyelet.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/gate.h"
#include "support/live_server.h"

/* What the trial's handler does in this test. Set before the server runs. */
typedef enum eyelet_status (*act_fn)(struct eyelet_call *call, const Trial__ActRequest *request,
                                     Trial__ActReply *reply);

static struct live_server live;
static act_fn act_of_test;
static unsigned fds_before;

static enum eyelet_status act(struct eyelet_call *call, const Trial__ActRequest *request, Trial__ActReply *reply,
                              void *userdata)
{
    live_must(userdata == &live, "the handler got another userdata");
    return act_of_test(call, request, reply);
}

static const struct trial_trial_handlers trial_handlers = { .act = act };

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)call;
    (void)userdata;
    reply->text = request->text;
    return EYELET_OK;
}

static const struct demo_echo_handlers echo_handlers = { .say = say };

static struct eyelet_server *open_server(const char *address, const struct eyelet_server_opts *opts)
{
    struct eyelet_server *server = NULL;
    struct eyelet_error error = { 0 };

    if (eyelet_server_open(address, opts, &server, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    assert_int_equal(demo_echo_add(server, &echo_handlers, NULL), EYELET_OK);
    assert_int_equal(trial_trial_add(server, &trial_handlers, &live), EYELET_OK);
    return server;
}

static void start(const struct eyelet_server_opts *opts)
{
    live_server_start(&live, open_server(folder_address_text("server"), opts));
}

static int setup(void **state)
{
    int r = folder_setup(state);

    act_of_test = NULL;
    live = (struct live_server){ 0 };
    fds_before = faults_open_fds();
    return r;
}

/* Everything must have been closed by the test, and every socket file removed by the server. */
static int teardown(void **state)
{
    unsigned fds = faults_open_fds();
    bool is_clean = live.server == NULL && access(folder_path("server"), F_OK) < 0 && fds == fds_before;

    if (!is_clean)
        print_error("server %p, %u descriptors, before %u\n", (void *)live.server, fds, fds_before);
    return folder_teardown(state) == 0 && is_clean ? 0 : -1;
}

static void stop(void)
{
    assert_int_equal(live_server_stop(&live), EYELET_OK);
}

static struct eyelet_client *open_client(void)
{
    struct eyelet_client *client = NULL;
    struct eyelet_error error = { 0 };

    if (eyelet_client_open(folder_address_text("server"), NULL, &client, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    return client;
}

static enum eyelet_status echo(struct eyelet_client *client, const char *text, struct eyelet_error *reterr)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;
    enum eyelet_status status;

    request.text = (char *)text;
    status = demo_echo_say(client, NULL, &request, &reply, reterr);
    if (status != EYELET_OK)
        return status;
    live_must(strcmp(reply->text, text) == 0, "the echo is not what was said");
    demo__say_reply__free_unpacked(reply, NULL);
    return EYELET_OK;
}

static enum eyelet_status try_act(const struct eyelet_call_opts *opts, uint32_t number, char *room, size_t cap,
                                  struct eyelet_error *reterr)
{
    Trial__ActRequest request = TRIAL__ACT_REQUEST__INIT;
    Trial__ActReply *reply = NULL;
    struct eyelet_client *client = open_client();
    enum eyelet_status status;

    request.number = number;
    status = trial_trial_act(client, opts, &request, &reply, reterr);
    if (status == EYELET_OK) {
        snprintf(room, cap, "%s", reply->text);
        trial__act_reply__free_unpacked(reply, NULL);
    }
    eyelet_client_close(client);
    return status;
}

static void put_say(struct wire *wire, uint32_t id, const char *text)
{
    struct wire payload = { 0 };

    wire_field_text(&payload, 1, text);
    wire_request(wire, id,
                 &(struct wire_request){ .service = "demo.Echo", .method = "Say", .payload = wire_slice(&payload) });
    wire_clear(&payload);
}

static void assert_served(int fd, uint32_t id)
{
    struct wire wire = { 0 };
    struct live_reply reply;

    put_say(&wire, id, "hello");
    live_send_wire(fd, &wire);
    assert_true(live_read_reply(fd, &reply));
    assert_int_equal(reply.id, id);
    assert_int_equal(reply.code, EYELET_OK);
    live_reply_clear(&reply);
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

static void a_generated_client_calls_a_generated_service_10000_times(void **state)
{
    struct eyelet_client *client;

    (void)state;
    start(NULL);
    client = open_client();
    for (unsigned i = 0; i < 10000; i++) {
        char text[32];

        snprintf(text, sizeof(text), "call %u", i);
        assert_int_equal(echo(client, text, NULL), EYELET_OK);
    }
    eyelet_client_close(client);
    stop();
    assert_int_equal(faults_other_clocks(), 0); /* H021: steps of the wall clock cannot matter */
}

static enum eyelet_status act_describe(struct eyelet_call *call, const Trial__ActRequest *request,
                                       Trial__ActReply *reply)
{
    const struct eyelet_peer *who = eyelet_call_peer(call);
    struct eyelet_slice first = { 0 }, second = { 0 }, none = { 0 };
    uint32_t left_ms = eyelet_call_time_left_ms(call);
    uint8_t *zeroed = eyelet_call_alloc(call, 1000);
    bool is_zeroed = zeroed != NULL;

    for (size_t i = 0; i < 1000 && is_zeroed; i++)
        is_zeroed = zeroed[i] == 0;
    if (!is_zeroed || eyelet_call_alloc(call, 0) == NULL)
        return eyelet_call_fail(call, EYELET_INTERNAL, "alloc");
    if (!eyelet_call_metadata(call, "X-KEY", 0, &first) || !eyelet_call_metadata(call, "x-key", 1, &second))
        return eyelet_call_fail(call, EYELET_INTERNAL, "metadata");
    if (eyelet_call_metadata(call, "x-key", 2, &none) || eyelet_call_metadata(call, "x-ke", 0, &none))
        return eyelet_call_fail(call, EYELET_INTERNAL, "metadata that nobody sent");
    if (left_ms == 0 || left_ms > request->number)
        return eyelet_call_fail(call, EYELET_INTERNAL, "%u ms left", left_ms);

    reply->text =
        eyelet_call_printf(call, "%s/%s %d %d %u %.*s,%.*s", eyelet_call_service(call), eyelet_call_method(call),
                           who->family == EYELET_FAMILY_UNIX, who->pid == getpid(), who->uid, (int)first.len,
                           (const char *)first.data, (int)second.len, (const char *)second.data);
    return EYELET_OK;
}

static void a_handler_knows_its_call(void **state)
{
    static const struct eyelet_metadata metadata[] = { { "x-key", "one" }, { "other", "x" }, { "X-Key", "two" } };
    const struct eyelet_call_opts opts = { .timeout_ms = 25000, .metadata = metadata, .n_metadata = 3 };
    struct eyelet_error error = { 0 };
    char text[200], expected[200];

    (void)state;
    act_of_test = act_describe;
    start(NULL);
    snprintf(expected, sizeof(expected), "trial.Trial/Act 1 1 %u one,two", getuid());
    if (try_act(&opts, opts.timeout_ms, text, sizeof(text), &error) != EYELET_OK)
        fail_msg("%s", error.text);
    assert_string_equal(text, expected);
    stop();
}

/* How a handler ends is the request's number. */
static enum eyelet_status act_fail(struct eyelet_call *call, const Trial__ActRequest *request, Trial__ActReply *reply)
{
    switch (request->number) {
    case 0:
        reply->data.len = (4u << 20) + 1;
        reply->data.data = eyelet_call_alloc(call, reply->data.len);
        return reply->data.data != NULL ? EYELET_OK : EYELET_INTERNAL;
    case 1:
        reply->n_notes = 1; /* and none is there */
        return EYELET_OK;
    default:
        while (eyelet_call_time_left_ms(call) > 0)
            continue;
        return EYELET_OK;
    }
}

static void h113_h114_a_reply_that_cannot_be_sent_is_an_error(void **state)
{
    static const struct {
        enum eyelet_status status;
        const char *text;
    } ends[] = {
        { EYELET_RESOURCE_EXHAUSTED, "longer than the server's limit of a frame, 4194304" },
        { EYELET_INTERNAL, "handler left its trial.ActReply incomplete" },
        { EYELET_DEADLINE_EXCEEDED, "deadline" },
    };

    (void)state;
    act_of_test = act_fail;
    start(NULL);
    for (uint32_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct eyelet_call_opts opts = { .timeout_ms = i == 2 ? 50 : 30000 };
        struct eyelet_error error = { 0 };
        char text[100] = "";

        assert_int_equal(try_act(&opts, i, text, sizeof(text), &error), ends[i].status);
        assert_text_has(error.text, ends[i].text);
    }
    stop();
}

/* --- a reply in memory of the handler's own ----------------------------------------------------------------------- */

#define N_SCRAWLED   4u
#define SCRAWLED_LEN (700u << 10) /* more than a socket takes */

static struct gate gate = GATE;

/* Answers with the same memory each time, which belongs to the next call as soon as this one is answered. */
static enum eyelet_status scrawl(struct eyelet_call *call, const Trial__ActRequest *request, Trial__ActReply *reply)
{
    static uint8_t paper[SCRAWLED_LEN];

    (void)call;
    memset(paper, (int)request->number, sizeof(paper));
    gate_pass(&gate);
    reply->data = (ProtobufCBinaryData){ sizeof(paper), paper };
    return EYELET_OK;
}

static void put_act(struct wire *wire, uint32_t id, uint32_t number)
{
    struct wire payload = { 0 };

    wire_field_number(&payload, 1, number);
    wire_request(wire, id,
                 &(struct wire_request){ .service = "trial.Trial", .method = "Act", .payload = wire_slice(&payload) });
    wire_clear(&payload);
}

static void assert_scrawled(int fd, uint32_t id, uint8_t number)
{
    struct live_reply reply;

    assert_true(live_read_reply(fd, &reply));
    assert_int_equal(reply.id, id);
    assert_int_equal(reply.code, EYELET_OK);
    assert_true(reply.payload.len > SCRAWLED_LEN);
    for (size_t i = reply.payload.len - SCRAWLED_LEN; i < reply.payload.len; i++)
        if (reply.payload.data[i] != number)
            fail_msg("byte %zu of reply %u is %u", i, number, reply.payload.data[i]);
    live_reply_clear(&reply);
}

static void memory_of_a_reply_is_the_handlers_again_when_it_has_returned(void **state)
{
    struct wire wire = { 0 };
    int fd;

    (void)state;
    act_of_test = scrawl;
    gate_reset(&gate);
    start(NULL);
    fd = live_connect(folder_path("server"));
    for (uint32_t i = 0; i < N_SCRAWLED; i++)
        put_act(&wire, 2 * i + 1, i + 1);
    live_send_wire(fd, &wire);
    for (unsigned i = 1; i <= N_SCRAWLED; i++) {
        gate_await(&gate, i); /* with one thread, those before are answered, and have not left */
        gate_open(&gate, 1);
    }
    for (uint32_t i = 0; i < N_SCRAWLED; i++)
        assert_scrawled(fd, 2 * i + 1, (uint8_t)(i + 1));
    close(fd);
    stop();
}

static void what_has_no_handler_is_unimplemented(void **state)
{
    Trial__ActRequest request = TRIAL__ACT_REQUEST__INIT;
    Trial__ActReply *reply = NULL;
    struct eyelet_client *client;
    struct eyelet_error error;

    (void)state;
    start(NULL);
    client = open_client();
    assert_int_equal(trial_trial_unset(client, NULL, &request, &reply, &error), EYELET_UNIMPLEMENTED);
    assert_true(eyelet_error_is_unimplemented(&error));
    assert_null(reply);
    eyelet_client_close(client);
    stop();
}

static void h033_a_frame_of_16_mib_less_1_goes_both_ways(void **state)
{
    enum { MAX = EYELET_FRAME_DATA_MAX, OVERHEAD = 60 };
    const struct eyelet_server_opts server_opts = { .frame_max = MAX, .decode_max = 64 << 20 };
    const struct eyelet_client_opts client_opts = { .frame_max = MAX, .decode_max = 64 << 20 };
    struct eyelet_client *client;
    struct eyelet_error error = { 0 };
    char *text = malloc(MAX);

    (void)state;
    assert_non_null(text);
    memset(text, 't', MAX - OVERHEAD);
    text[MAX - OVERHEAD] = '\0';
    start(&server_opts);
    assert_int_equal(eyelet_client_open(folder_address_text("server"), &client_opts, &client, NULL), EYELET_OK);
    if (echo(client, text, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    eyelet_client_close(client);
    stop();
    free(text);
}

/* --- a service that dies ------------------------------------------------------------------------------------------ */

struct caller {
    struct eyelet_client *client;
    atomic_uint *n_done;
    unsigned n_ok;
    unsigned n_lost;
};

static void *call_until_lost(void *argument)
{
    struct caller *caller = argument;
    enum eyelet_status status;

    do {
        status = echo(caller->client, "are you there?", NULL);
        live_must(status == EYELET_OK || status == EYELET_UNAVAILABLE, "a call ended with another status");
        caller->n_ok += status == EYELET_OK;
        caller->n_lost += status == EYELET_UNAVAILABLE;
        atomic_fetch_add(caller->n_done, 1);
    } while (status == EYELET_OK);
    return NULL;
}

static void every_call_ends_when_the_service_is_killed(void **state)
{
    struct caller callers[4];
    atomic_uint n_done = 0;
    pthread_t threads[4];
    int status;
    pid_t pid;

    (void)state;
    pid = fork();
    if (pid == 0) {
        eyelet_server_run(open_server(folder_address_text("server"), NULL));
        _exit(1);
    }
    for (size_t i = 0; i < 4; i++) {
        callers[i] = (struct caller){ .client = open_client(), .n_done = &n_done };
        assert_int_equal(pthread_create(&threads[i], NULL, call_until_lost, &callers[i]), 0);
    }
    while (n_done < 1000)
        sched_yield();
    assert_int_equal(kill(pid, SIGKILL), 0);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(callers[i].n_lost, 1);
        assert_int_equal(echo(callers[i].client, "and now?", NULL), EYELET_UNAVAILABLE);
        eyelet_client_close(callers[i].client);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));

    start(NULL); /* the dead service's socket file is no hindrance */
    assert_int_equal(echo(callers[0].client = open_client(), "welcome back", NULL), EYELET_OK);
    eyelet_client_close(callers[0].client);
    stop();
}

/* --- adding, running, stopping ------------------------------------------------------------------------------------ */

static void a_service_is_added_once_and_before_the_run(void **state)
{
    struct eyelet_client *client;

    (void)state;
    start(NULL);
    client = open_client();
    assert_int_equal(echo(client, "it runs", NULL), EYELET_OK);
    assert_int_equal(demo_echo_add(live.server, &echo_handlers, NULL), EYELET_FAILED_PRECONDITION);
    assert_int_equal(eyelet_server_run(live.server), EYELET_FAILED_PRECONDITION);
    eyelet_client_close(client);
    stop();

    live.server = open_server(folder_address_text("server"), NULL);
    assert_int_equal(demo_echo_add(live.server, NULL, NULL), EYELET_INVALID_ARGUMENT);
    assert_int_equal(demo_echo_add(live.server, &echo_handlers, NULL), EYELET_ALREADY_EXISTS);
    live.server = eyelet_server_close(live.server);
    assert_null(eyelet_server_close(NULL));

    assert_int_equal(eyelet_server_open(folder_address_text("server"), NULL, &live.server, NULL), EYELET_OK);
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_int_equal(demo_echo_add(live.server, &echo_handlers, NULL), EYELET_RESOURCE_EXHAUSTED);
    assert_int_equal(demo_echo_add(live.server, &echo_handlers, NULL), EYELET_OK);
    live.server = eyelet_server_close(live.server);
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static void h112_every_allocation_of_an_opening_may_fail(void **state)
{
    char address[EYELET_ADDRESS_TEXT_MAX];
    unsigned n_failed = 0;

    (void)state;
    strcpy(address, folder_address_text("server"));
    for (unsigned nth = 1;; nth++) {
        struct eyelet_server *server = NULL;
        struct eyelet_error error = { 0 };
        enum eyelet_status status;
        bool has_failed;

        faults_reset();
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        status = eyelet_server_open(address, NULL, &server, &error);
        has_failed = faults_count(FAULT_ALLOC) >= nth;
        faults_reset();
        if (!has_failed) {
            assert_int_equal(status, EYELET_OK);
            eyelet_server_close(server);
            break;
        }
        n_failed++;
        assert_int_equal(status, EYELET_RESOURCE_EXHAUSTED);
        assert_int_equal(error.status, status);
        assert_null(server);
        assert_int_equal(faults_open_fds(), fds_before);
        assert_true(access(folder_path("server"), F_OK) < 0);
    }
    assert_true(n_failed >= 1);
}

static void options_and_addresses_that_make_no_sense_are_refused(void **state)
{
    static const struct {
        const char *address;
        struct eyelet_server_opts opts;
        enum eyelet_status status;
    } bad[] = {
        { "vsock://", { 0 }, EYELET_INVALID_ARGUMENT },
        { "vsock://any:1?to-host", { 0 }, EYELET_INVALID_ARGUMENT },
        { "fd://0", { .frame_max = 4095 }, EYELET_INVALID_ARGUMENT },
        { "fd://0", { .frame_max = 16 << 20 }, EYELET_INVALID_ARGUMENT },
        { "fd://0", { .backlog = UINT32_MAX }, EYELET_INVALID_ARGUMENT },
        { "fd://0", { .buffer_max = 1 }, EYELET_INVALID_ARGUMENT },
        { "fd://0", { .connection_buffer_max = 4 << 20 }, EYELET_INVALID_ARGUMENT },
        { "fd://0", { .decode_max = 4095 }, EYELET_INVALID_ARGUMENT },
        { "fd://0", { .call_timeout_ms = 1001, .call_timeout_max_ms = 1000 }, EYELET_INVALID_ARGUMENT },
        { "unix:///nowhere/at/all", { 0 }, EYELET_UNAVAILABLE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct eyelet_server *none = NULL;
        struct eyelet_error error = { 0 };

        assert_int_equal(eyelet_server_open(bad[i].address, &bad[i].opts, &none, &error), bad[i].status);
        assert_int_equal(error.status, bad[i].status);
        assert_null(none);
    }
}

static void where_somebody_listens_nobody_else_can(void **state)
{
    struct eyelet_server *second = NULL;
    struct eyelet_error error;

    (void)state;
    start(NULL);
    assert_string_equal(eyelet_server_address(live.server), folder_address_text("server"));
    assert_int_equal(eyelet_server_open(folder_address_text("server"), NULL, &second, &error), EYELET_ALREADY_EXISTS);
    assert_null(second);
    stop();
}

/* --- failures of this side ---------------------------------------------------------------------------------------- */

/* One request, and its answer in memory of ours: nothing here allocates. Return: false when the connection ended. */
static bool ask(int fd, struct eyelet_slice request, uint8_t *room, size_t cap)
{
    uint32_t len;

    if (!live_send(fd, request) || !live_read(fd, room, WIRE_HEAD_LEN))
        return false;
    len = (uint32_t)room[1] << 16 | (uint32_t)room[2] << 8 | room[3];
    live_must(room[0] == 0 && len <= cap, "the answer is too long");
    return live_read(fd, room, len);
}

static void h111_every_allocation_of_a_connection_and_its_call_may_fail(void **state)
{
    static uint8_t room[64 << 10];
    static char text[20000]; /* more than a call keeps from one use to the next */
    struct wire request = { 0 };
    unsigned n_closed = 0, n_refused = 0;
    int healthy;

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    put_say(&request, 1, text);
    start(NULL);
    healthy = live_connect(folder_path("server"));
    assert_served(healthy, 1);
    for (unsigned nth = 1;; nth++) {
        bool is_answered, has_failed;
        int fd;

        faults_reset();
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        fd = live_connect(folder_path("server"));
        is_answered = ask(fd, wire_slice(&request), room, sizeof(room));
        has_failed = faults_count(FAULT_ALLOC) >= nth;
        faults_reset();
        close(fd);
        if (!has_failed) {
            assert_true(is_answered);
            break;
        }
        n_closed += !is_answered;
        n_refused += is_answered && room[0] == 0x0a; /* a status: field 1 */
        assert_true(!is_answered || room[0] != 0x0a || room[3] == EYELET_RESOURCE_EXHAUSTED);
        assert_served(healthy, 2 * nth + 1);
    }
    assert_true(n_closed >= 2);
    assert_true(n_refused >= 1);
    close(healthy);
    wire_clear(&request);
    stop();
}

/* --- signals ------------------------------------------------------------------------------------------------------ */

static atomic_uint n_signals;

static void on_signal(int number)
{
    (void)number;
    n_signals++;
}

static void *call_with_signals(void *argument)
{
    struct eyelet_client *client = argument;

    for (unsigned i = 0; i < 200 || n_signals < 20; i++)
        live_must(echo(client, "hello", NULL) == EYELET_OK, "a signal was noticed");
    return NULL;
}

static void h017_signals_throughout_are_not_noticed(void **state)
{
    const struct itimerval often = { .it_interval.tv_usec = 300, .it_value.tv_usec = 300 }, never = { 0 };
    struct sigaction action = { .sa_handler = on_signal }, before;
    struct eyelet_client *client;
    pthread_t thread;

    (void)state;
    start(NULL);
    client = open_client();
    n_signals = 0;
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    assert_int_equal(pthread_create(&thread, NULL, call_with_signals, client), 0);
    while (n_signals < 20)
        pthread_kill(live.thread, SIGALRM); /* the server's thread has its share */
    pthread_join(thread, NULL);
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    eyelet_client_close(client);
    stop();
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#define LARGE_LEN     (1u << 20)
#define LARGE_CALLERS 16
#define LARGE_CALLS   10

static char large_text[LARGE_LEN + 1];

/* Return: NULL, or why one of the calls failed. */
static void *call_with_large_texts(void *userdata)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    request.text = large_text;
    for (unsigned i = 0; i < LARGE_CALLS; i++) {
        struct eyelet_error error = { 0 };
        Demo__SayReply *reply = NULL;

        if (demo_echo_say(userdata, NULL, &request, &reply, &error) != EYELET_OK)
            return strdup(error.text);
        demo__say_reply__free_unpacked(reply, NULL);
    }
    return NULL;
}

/* Twice as much is on its way as may wait for one connection: what there is no room for is left unread. */
static void h104_large_calls_of_a_peer_that_listens_are_all_answered(void **state)
{
    struct eyelet_client *client = NULL;
    pthread_t threads[LARGE_CALLERS];
    void *why;

    (void)state;
    memset(large_text, 'x', LARGE_LEN);
    start(NULL);
    assert_int_equal(eyelet_client_open(folder_address_text("server"), NULL, &client, NULL), EYELET_OK);
    for (unsigned i = 0; i < LARGE_CALLERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_with_large_texts, client), 0);
    for (unsigned i = 0; i < LARGE_CALLERS; i++) {
        assert_int_equal(pthread_join(threads[i], &why), 0);
        if (why != NULL)
            fail_msg("%s", (char *)why);
    }
    eyelet_client_close(client);
    assert_int_equal(live_server_stop(&live), EYELET_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_call_ends_when_the_service_is_killed), /* first: it forks */
        TEST(a_generated_client_calls_a_generated_service_10000_times),
        TEST(a_handler_knows_its_call),
        TEST(h113_h114_a_reply_that_cannot_be_sent_is_an_error),
        TEST(memory_of_a_reply_is_the_handlers_again_when_it_has_returned),
        TEST(what_has_no_handler_is_unimplemented),
        TEST(h033_a_frame_of_16_mib_less_1_goes_both_ways),
        TEST(h104_large_calls_of_a_peer_that_listens_are_all_answered),
        TEST(a_service_is_added_once_and_before_the_run),
        TEST(h112_every_allocation_of_an_opening_may_fail),
        TEST(options_and_addresses_that_make_no_sense_are_refused),
        TEST(where_somebody_listens_nobody_else_can),
        TEST(h111_every_allocation_of_a_connection_and_its_call_may_fail),
        TEST(h017_signals_throughout_are_not_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
