/*
 * The health service on a server in a thread: what Check answers, what watchers hear, and how a watch ends.
 */
#include <errno.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <eyelet/health.h>

#include "services/grpc_health.eyelet.h"
#include "services/trial.eyelet.h"
#include "support/faults.h"
#include "support/folder.h"
#include "support/live_server.h"

#define BIG_REPLY_LEN (3u << 20)

static struct live_server live;
static struct eyelet_health *health;
static char path_of_test[512];
static sem_t watch_ended;
static sem_t act_ended;
static _Atomic(void (*)(void)) at_end; /* what an interceptor does when a watch ends */

/* --- the server --------------------------------------------------------------------------------------------------- */

static enum eyelet_status act(struct eyelet_call *call, const Trial__ActRequest *request, Trial__ActReply *reply,
                              void *userdata)
{
    (void)userdata;
    reply->data.len = request->number;
    reply->data.data = eyelet_call_alloc(call, request->number);
    return reply->data.data != NULL ? EYELET_OK : EYELET_RESOURCE_EXHAUSTED;
}

static const struct trial_trial_handlers trial_handlers = { .act = act };

static void after(const struct eyelet_call_info *info, void *userdata)
{
    void (*then)(void) = at_end;

    (void)userdata;
    if (strcmp(info->method, "Act") == 0)
        sem_post(&act_ended);
    if (strcmp(info->method, "Watch") != 0)
        return;
    if (then != NULL)
        then();
    sem_post(&watch_ended);
}

static const struct eyelet_interceptor interceptor = { .after = after };

static struct eyelet_server *open_server(uint32_t threads)
{
    const struct eyelet_server_opts opts = {
        .threads = threads,
        .call_timeout_ms = 300000,
        .grace_ms = 3600000, /* so that a watch which holds up a stop is noticed */
        .interceptors = &interceptor,
        .n_interceptors = 1,
    };
    struct eyelet_server *server = NULL;
    struct eyelet_error error = { 0 };

    if (eyelet_server_open(folder_address_text("server"), &opts, &server, &error) != EYELET_OK)
        fail_msg("%s", error.text);
    assert_int_equal(trial_trial_add(server, &trial_handlers, NULL), EYELET_OK);
    return server;
}

static void start(uint32_t threads)
{
    struct eyelet_server *server = open_server(threads);

    assert_int_equal(eyelet_health_open(server, &health, NULL), EYELET_OK);
    live_server_start(&live, server);
}

static void stop(void)
{
    assert_int_equal(live_server_stop(&live), EYELET_OK);
    health = eyelet_health_close(health);
}

static int setup(void **state)
{
    int r = folder_setup(state);

    at_end = NULL;
    snprintf(path_of_test, sizeof(path_of_test), "%s", folder_path("server"));
    if (sem_init(&watch_ended, 0, 0) < 0 || sem_init(&act_ended, 0, 0) < 0)
        return -1;
    return r;
}

static int teardown(void **state)
{
    sem_destroy(&watch_ended);
    sem_destroy(&act_ended);
    return folder_teardown(state);
}

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) < 0)
        live_must(errno == EINTR, "a semaphore is broken");
}

static void set(const char *name, enum eyelet_health_status status)
{
    live_must(eyelet_health_set(health, name, status) == EYELET_OK, "a status was not set");
}

/* --- peers -------------------------------------------------------------------------------------------------------- */

static int connect_peer(void)
{
    return live_connect(path_of_test);
}

/* A request for @name; NULL sends no payload at all. */
static void put_ask(struct wire *wire, uint32_t id, const char *method, const char *name, int64_t timeout_ns)
{
    struct wire payload = { 0 };

    if (name != NULL)
        wire_field_text(&payload, 1, name);
    wire_request(wire, id,
                 &(struct wire_request){ .service = "grpc.health.v1.Health",
                                         .method = method,
                                         .payload = wire_slice(&payload),
                                         .timeout_ns = timeout_ns });
    wire_clear(&payload);
}

static void ask(int fd, uint32_t id, const char *method, const char *name)
{
    struct wire wire = { 0 };

    put_ask(&wire, id, method, name, 0);
    live_send_wire(fd, &wire);
}

static void ask_act(int fd, uint32_t id, uint32_t number)
{
    struct wire wire = { 0 }, payload = { 0 };

    wire_field_number(&payload, 1, number);
    wire_request(&wire, id,
                 &(struct wire_request){ .service = "trial.Trial", .method = "Act", .payload = wire_slice(&payload) });
    wire_clear(&payload);
    live_send_wire(fd, &wire);
}

/* The status in a HealthCheckResponse: field 1, or nothing for 0. */
static enum eyelet_health_status status_in(struct eyelet_slice message)
{
    if (message.len == 0)
        return EYELET_HEALTH_UNKNOWN;
    live_must(message.len == 2 && message.data[0] == 0x08 && message.data[1] <= EYELET_HEALTH_SERVICE_UNKNOWN,
              "this is no HealthCheckResponse");
    return (enum eyelet_health_status)message.data[1];
}

static void assert_check(int fd, uint32_t id, const char *name, enum eyelet_health_status expected)
{
    struct live_reply reply;

    ask(fd, id, "Check", name);
    assert_true(live_read_reply(fd, &reply));
    assert_int_equal(reply.id, id);
    assert_int_equal(reply.code, EYELET_OK);
    assert_int_equal(status_in(reply.payload), expected);
    live_reply_clear(&reply);
}

static void assert_refused(int fd, uint32_t id, enum eyelet_status code, const char *text)
{
    struct live_reply reply;

    assert_true(live_read_reply(fd, &reply));
    assert_int_equal(reply.id, id);
    assert_int_equal(reply.code, code);
    assert_text_has(reply.text, text);
    live_reply_clear(&reply);
}

static void assert_told(int fd, uint32_t id, enum eyelet_health_status expected)
{
    struct live_frame frame;

    assert_true(live_read_frame(fd, &frame));
    assert_int_equal(frame.id, id);
    assert_int_equal(frame.type, WIRE_DATA);
    assert_int_equal(frame.flags, 0);
    assert_int_equal(status_in((struct eyelet_slice){ frame.data, frame.len }), expected);
    live_frame_clear(&frame);
}

static void assert_ended(int fd, uint32_t id)
{
    struct live_frame frame;

    assert_true(live_read_frame(fd, &frame));
    assert_int_equal(frame.id, id);
    assert_int_equal(frame.type, WIRE_DATA);
    assert_int_equal(frame.flags, WIRE_CLOSED | WIRE_NO_DATA);
    live_frame_clear(&frame);
}

/* The ends of watches with ids below 2 * @n_watches, in any order; before them @n_told of them hear NOT_SERVING. */
static void assert_all_ended(int fd, uint32_t n_watches, unsigned n_told)
{
    bool has_ended[16] = { false };

    assert_true(n_watches <= 8);
    for (unsigned n_left = n_watches + n_told; n_left > 0; n_left--) {
        struct live_frame frame;

        assert_true(live_read_frame(fd, &frame));
        assert_true(frame.id < 2 * n_watches);
        assert_int_equal(frame.type, WIRE_DATA);
        assert_false(has_ended[frame.id]);
        has_ended[frame.id] = (frame.flags & WIRE_CLOSED) != 0;
        if (!has_ended[frame.id]) {
            assert_int_equal(status_in((struct eyelet_slice){ frame.data, frame.len }), EYELET_HEALTH_NOT_SERVING);
            assert_true(n_told-- > 0);
        }
        live_frame_clear(&frame);
    }
}

/* --- setting ------------------------------------------------------------------------------------------------------ */

static void a_check_says_what_was_set_last(void **state)
{
    int fd;

    (void)state;
    start(1);
    fd = connect_peer();
    assert_check(fd, 1, NULL, EYELET_HEALTH_SERVING); /* as a keepalive asks */
    assert_check(fd, 3, "", EYELET_HEALTH_SERVING);
    ask(fd, 5, "Check", "demo.Echo");
    assert_refused(fd, 5, EYELET_NOT_FOUND, "'demo.Echo'");

    set("demo.Echo", EYELET_HEALTH_NOT_SERVING);
    assert_check(fd, 7, "demo.Echo", EYELET_HEALTH_NOT_SERVING);
    assert_check(fd, 9, "", EYELET_HEALTH_SERVING);
    set("demo.Echo", EYELET_HEALTH_UNKNOWN);
    assert_check(fd, 11, "demo.Echo", EYELET_HEALTH_UNKNOWN);
    set("", EYELET_HEALTH_NOT_SERVING);
    assert_check(fd, 13, NULL, EYELET_HEALTH_NOT_SERVING);
    close(fd);
    stop();
}

static void h053_a_name_has_255_bytes_at_most(void **state)
{
    char name[EYELET_HEALTH_NAME_MAX + 2] = { 0 };
    int fd;

    (void)state;
    start(1);
    fd = connect_peer();
    memset(name, 'n', EYELET_HEALTH_NAME_MAX);
    set(name, EYELET_HEALTH_SERVING);
    assert_check(fd, 1, name, EYELET_HEALTH_SERVING);
    ask(fd, 3, "Watch", name);
    assert_told(fd, 3, EYELET_HEALTH_SERVING);

    name[EYELET_HEALTH_NAME_MAX] = 'n';
    assert_int_equal(eyelet_health_set(health, name, EYELET_HEALTH_SERVING), EYELET_INVALID_ARGUMENT);
    ask(fd, 5, "Check", name);
    assert_refused(fd, 5, EYELET_INVALID_ARGUMENT, "longer than 255 bytes");
    ask(fd, 7, "Watch", name);
    assert_refused(fd, 7, EYELET_INVALID_ARGUMENT, "longer than 255 bytes");
    close(fd);
    stop();
}

static void only_what_a_service_can_be_can_be_set(void **state)
{
    int fd;

    (void)state;
    start(1);
    fd = connect_peer();
    assert_int_equal(eyelet_health_set(health, "", EYELET_HEALTH_SERVICE_UNKNOWN), EYELET_INVALID_ARGUMENT);
    assert_int_equal(eyelet_health_set(health, "", (enum eyelet_health_status)4), EYELET_INVALID_ARGUMENT);
    assert_int_equal(eyelet_health_set(health, "", (enum eyelet_health_status) - 1), EYELET_INVALID_ARGUMENT);
    assert_check(fd, 1, "", EYELET_HEALTH_SERVING);
    close(fd);
    stop();
}

static void a_server_has_one_health_service_added_before_it_runs(void **state)
{
    struct eyelet_health *other = NULL;
    struct eyelet_error error = { 0 };
    struct eyelet_server *server;
    int fd;

    (void)state;
    start(1);
    fd = connect_peer();
    assert_check(fd, 1, "", EYELET_HEALTH_SERVING); /* it runs */
    close(fd);
    assert_int_equal(eyelet_health_open(live.server, &other, &error), EYELET_FAILED_PRECONDITION);
    assert_text_has(error.text, "health service");
    stop();

    server = open_server(1);
    assert_int_equal(eyelet_health_open(server, &health, NULL), EYELET_OK);
    assert_int_equal(eyelet_health_open(server, &other, &error), EYELET_ALREADY_EXISTS);
    assert_null(other);
    eyelet_server_close(server);
    health = eyelet_health_close(health);
    assert_null(eyelet_health_close(NULL));
}

/* --- watching ----------------------------------------------------------------------------------------------------- */

static void a_watcher_hears_the_status_at_once_and_every_change(void **state)
{
    int fd;

    (void)state;
    start(1);
    set("demo.Echo", EYELET_HEALTH_SERVING);
    fd = connect_peer();
    ask(fd, 1, "Watch", "demo.Echo");
    assert_told(fd, 1, EYELET_HEALTH_SERVING);

    set("demo.Echo", EYELET_HEALTH_SERVING); /* no change */
    set("", EYELET_HEALTH_NOT_SERVING);      /* of another */
    set("demo.Echo", EYELET_HEALTH_NOT_SERVING);
    assert_told(fd, 1, EYELET_HEALTH_NOT_SERVING);
    set("demo.Echo", EYELET_HEALTH_UNKNOWN);
    assert_told(fd, 1, EYELET_HEALTH_UNKNOWN);
    set("demo.Echo", EYELET_HEALTH_SERVING);
    assert_told(fd, 1, EYELET_HEALTH_SERVING);
    close(fd);
    stop();
}

static void a_watcher_of_what_nobody_set_hears_so_and_of_its_coming(void **state)
{
    int fd;

    (void)state;
    start(1);
    fd = connect_peer();
    ask(fd, 1, "Watch", "demo.Later");
    assert_told(fd, 1, EYELET_HEALTH_SERVICE_UNKNOWN);
    set("demo.Late", EYELET_HEALTH_SERVING);
    set("demo.Later", EYELET_HEALTH_UNKNOWN);
    assert_told(fd, 1, EYELET_HEALTH_UNKNOWN);
    set("demo.Later", EYELET_HEALTH_SERVING);
    assert_told(fd, 1, EYELET_HEALTH_SERVING);
    close(fd);
    stop();
}

static void watchers_hold_no_thread(void **state)
{
    int fd;

    (void)state;
    start(1);
    fd = connect_peer();
    for (uint32_t i = 0; i < 100; i++) {
        ask(fd, 2 * i + 1, "Watch", i % 2 == 0 ? "" : "even");
        assert_told(fd, 2 * i + 1, i % 2 == 0 ? EYELET_HEALTH_SERVING : EYELET_HEALTH_SERVICE_UNKNOWN);
    }
    assert_check(fd, 201, "", EYELET_HEALTH_SERVING);

    set("even", EYELET_HEALTH_SERVING);
    for (uint32_t i = 0; i < 50; i++) {
        struct live_frame frame;

        assert_true(live_read_frame(fd, &frame)); /* in any order */
        assert_int_equal(frame.id % 4, 3);
        live_frame_clear(&frame);
    }
    close(fd);
    for (unsigned i = 0; i < 100; i++)
        wait_for(&watch_ended);
    set("even", EYELET_HEALTH_NOT_SERVING);
    set("", EYELET_HEALTH_NOT_SERVING);
    stop();
}

/* --- how a watch ends --------------------------------------------------------------------------------------------- */

static void h009_a_watcher_whose_connection_is_lost_is_let_go(void **state)
{
    int fd, other;

    (void)state;
    start(1);
    fd = connect_peer();
    other = connect_peer();
    ask(fd, 1, "Watch", "");
    assert_told(fd, 1, EYELET_HEALTH_SERVING);
    ask(other, 1, "Watch", "");
    assert_told(other, 1, EYELET_HEALTH_SERVING);

    close(fd);
    wait_for(&watch_ended);
    set("", EYELET_HEALTH_NOT_SERVING);
    assert_told(other, 1, EYELET_HEALTH_NOT_SERVING);
    close(other);
    stop();
}

static void h096_a_watch_ends_at_its_deadline(void **state)
{
    struct wire wire = { 0 };
    int fd;

    (void)state;
    start(1);
    fd = connect_peer();
    put_ask(&wire, 1, "Watch", "", 1000000000); /* time enough to begin */
    live_send_wire(fd, &wire);
    assert_told(fd, 1, EYELET_HEALTH_SERVING);
    assert_refused(fd, 1, EYELET_DEADLINE_EXCEEDED, "deadline");
    wait_for(&watch_ended);
    set("", EYELET_HEALTH_NOT_SERVING);
    assert_check(fd, 3, "", EYELET_HEALTH_NOT_SERVING); /* and nothing for the watch before it */
    close(fd);
    stop();
}

static void h104_a_watcher_that_lets_too_much_pile_up_is_ended_alone(void **state)
{
    struct live_reply reply;
    int fd, other;

    (void)state;
    start(1);
    fd = connect_peer();
    other = connect_peer();
    ask(fd, 1, "Watch", "");
    assert_told(fd, 1, EYELET_HEALTH_SERVING);
    ask(other, 1, "Watch", "");
    assert_told(other, 1, EYELET_HEALTH_SERVING);

    ask_act(fd, 3, BIG_REPLY_LEN);
    wait_for(&act_ended);
    set("", EYELET_HEALTH_NOT_SERVING); /* much waits, and yet this is nothing beside it */
    for (uint32_t id = 5; id <= 7; id += 2) {
        ask_act(fd, id, BIG_REPLY_LEN);
        wait_for(&act_ended);
    }
    set("", EYELET_HEALTH_SERVING);
    wait_for(&watch_ended);
    assert_told(other, 1, EYELET_HEALTH_NOT_SERVING);
    assert_told(other, 1, EYELET_HEALTH_SERVING);

    assert_true(live_read_reply(fd, &reply));
    live_reply_clear(&reply);
    assert_told(fd, 1, EYELET_HEALTH_NOT_SERVING);
    for (unsigned i = 0; i < 2; i++) {
        assert_true(live_read_reply(fd, &reply));
        live_reply_clear(&reply);
    }
    assert_refused(fd, 1, EYELET_RESOURCE_EXHAUSTED, "too much waits");
    assert_check(fd, 9, "", EYELET_HEALTH_SERVING); /* the connection lives */
    close(fd);
    close(other);
    stop();
}

static void a_stop_of_the_service_says_not_serving_and_ends_watchers(void **state)
{
    int fd;

    (void)state;
    start(1);
    set("demo.Echo", EYELET_HEALTH_SERVING);
    set("demo.Down", EYELET_HEALTH_NOT_SERVING);
    fd = connect_peer();
    ask(fd, 1, "Watch", "demo.Echo");
    assert_told(fd, 1, EYELET_HEALTH_SERVING);
    ask(fd, 3, "Watch", "demo.Down");
    assert_told(fd, 3, EYELET_HEALTH_NOT_SERVING);
    ask(fd, 5, "Watch", "demo.Never");
    assert_told(fd, 5, EYELET_HEALTH_SERVICE_UNKNOWN);

    eyelet_health_stop(health);
    assert_all_ended(fd, 3, 1); /* two of them have heard all */

    set("", EYELET_HEALTH_SERVING);
    set("demo.New", EYELET_HEALTH_SERVING);
    assert_check(fd, 7, "", EYELET_HEALTH_NOT_SERVING);
    assert_check(fd, 9, "demo.New", EYELET_HEALTH_NOT_SERVING);
    ask(fd, 11, "Watch", "");
    assert_told(fd, 11, EYELET_HEALTH_NOT_SERVING);
    assert_ended(fd, 11);
    close(fd);
    stop();
}

static void h117_watchers_do_not_hold_up_the_stop_of_a_server(void **state)
{
    int fds[3];

    (void)state;
    start(2);
    for (unsigned i = 0; i < 3; i++) {
        fds[i] = connect_peer();
        ask(fds[i], 1, "Watch", "");
        assert_told(fds[i], 1, EYELET_HEALTH_SERVING);
    }
    stop(); /* and not after the hour of grace */
    for (unsigned i = 0; i < 3; i++) {
        assert_refused(fds[i], 1, EYELET_UNAVAILABLE, "stopping");
        close(fds[i]);
    }
}

static void set_again(void)
{
    set("", EYELET_HEALTH_UNKNOWN);
    set("another", EYELET_HEALTH_SERVING);
}

/* What the library calls while a watcher is told may use the service again. */
static void h120_the_end_of_a_watch_may_set_a_status(void **state)
{
    int fd;

    (void)state;
    at_end = set_again;
    start(1);
    fd = connect_peer();
    ask(fd, 1, "Watch", "");
    assert_told(fd, 1, EYELET_HEALTH_SERVING);
    ask(fd, 3, "Watch", "");
    assert_told(fd, 3, EYELET_HEALTH_SERVING);
    eyelet_health_stop(health);
    assert_all_ended(fd, 2, 2);
    wait_for(&watch_ended);
    wait_for(&watch_ended);
    assert_check(fd, 5, "another", EYELET_HEALTH_NOT_SERVING);
    close(fd);
    stop();
}

/* --- a program's own client ------------------------------------------------------------------------------------- */

static void assert_received(struct grpc_health_v1_health_watch_stream *watch, int expected)
{
    Grpc__Health__V1__HealthCheckResponse *response = NULL;

    assert_int_equal(grpc_health_v1_health_watch_recv(watch, &response, NULL), EYELET_GOT_MESSAGE);
    assert_int_equal(response->status, expected);
    grpc__health__v1__health_check_response__free_unpacked(response, NULL);
}

static void a_generated_client_of_the_original_checks_and_watches(void **state)
{
    Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
    Grpc__Health__V1__HealthCheckResponse *response = NULL;
    struct grpc_health_v1_health_watch_stream *watch = NULL;
    struct eyelet_client *client = NULL;
    struct eyelet_error error = { 0 };

    (void)state;
    start(2);
    assert_int_equal(eyelet_client_open(folder_address_text("server"), NULL, &client, &error), EYELET_OK);
    assert_int_equal(grpc_health_v1_health_check(client, NULL, &request, &response, &error), EYELET_OK);
    assert_int_equal(response->status, GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING);
    grpc__health__v1__health_check_response__free_unpacked(response, NULL);

    request.service = (char *)"demo.Echo";
    assert_int_equal(grpc_health_v1_health_check(client, NULL, &request, &response, &error), EYELET_NOT_FOUND);
    assert_int_equal(grpc_health_v1_health_watch_open(client, NULL, &request, &watch, &error), EYELET_OK);
    assert_received(watch, GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN);
    set("demo.Echo", EYELET_HEALTH_SERVING);
    assert_received(watch, GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING);
    eyelet_health_stop(health);
    assert_received(watch, GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__NOT_SERVING);
    response = NULL;
    assert_int_equal(grpc_health_v1_health_watch_recv(watch, &response, &error), EYELET_GOT_END);
    assert_null(response);
    grpc_health_v1_health_watch_close(watch);
    eyelet_client_close(client);
    stop();
}

/* --- without memory ----------------------------------------------------------------------------------------------- */

static void h111_a_service_is_added_whole_or_not_at_all(void **state)
{
    struct eyelet_server *server;
    struct eyelet_error error = { 0 };
    enum eyelet_status status;
    unsigned nth = 0;

    (void)state;
    server = open_server(1);
    do {
        faults_reset();
        faults_fail(FAULT_ALLOC, ++nth, ENOMEM);
        status = eyelet_health_open(server, &health, &error);
        assert_int_equal(status, faults_count(FAULT_ALLOC) >= nth ? EYELET_RESOURCE_EXHAUSTED : EYELET_OK);
    } while (status != EYELET_OK);
    assert_int_equal(nth, 4); /* the service, "", and the server's part of it */
    faults_reset();
    live_server_start(&live, server);
    stop();
}

static void h111_a_status_is_set_or_is_as_before(void **state)
{
    int fd;

    (void)state;
    start(1);
    fd = connect_peer();
    ask(fd, 1, "Watch", "demo.Echo");
    assert_told(fd, 1, EYELET_HEALTH_SERVICE_UNKNOWN);
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_int_equal(eyelet_health_set(health, "demo.Echo", EYELET_HEALTH_SERVING), EYELET_RESOURCE_EXHAUSTED);
    ask(fd, 3, "Check", "demo.Echo");
    assert_refused(fd, 3, EYELET_NOT_FOUND, "demo.Echo");
    set("demo.Echo", EYELET_HEALTH_SERVING);
    assert_told(fd, 1, EYELET_HEALTH_SERVING);
    close(fd);
    stop();
}

/* Sends, and reads what comes first without an allocation. Return: false when that is the end. */
static bool trade(int fd, struct eyelet_slice request, uint8_t head[WIRE_HEAD_LEN])
{
    return live_send(fd, request) && live_read(fd, head, WIRE_HEAD_LEN);
}

static void h111_a_watch_begins_or_is_refused_whatever_fails(void **state)
{
    uint8_t head[WIRE_HEAD_LEN];
    struct wire request = { 0 };
    unsigned n_refused = 0, n_closed = 0;
    bool has_failed = true;

    (void)state;
    start(1);
    put_ask(&request, 1, "Watch", "", 0);
    for (unsigned nth = 1; has_failed; nth++) {
        bool is_answered;
        int fd;

        faults_reset();
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        fd = connect_peer();
        is_answered = trade(fd, wire_slice(&request), head);
        has_failed = faults_count(FAULT_ALLOC) >= nth;
        faults_reset();
        live_must(has_failed || is_answered, "a watch ended without a failure");
        live_must(has_failed || head[8] == WIRE_DATA, "a watch was refused without a failure");
        n_refused += is_answered && head[8] == WIRE_RESPONSE;
        n_closed += !is_answered;
        close(fd);
        set("", nth % 2 == 0 ? EYELET_HEALTH_SERVING : EYELET_HEALTH_NOT_SERVING);
    }
    assert_true(n_refused > 0);
    assert_true(n_closed > 0);
    wire_clear(&request);
    stop();
}

/* --- many at once ------------------------------------------------------------------------------------------------- */

#define N_SETTERS  3
#define N_SETS     2000
#define N_WATCHERS 3
#define N_WATCHES  40

static const char *const names[] = { "", "demo.One", "demo.Two" };

static void *set_often(void *userdata)
{
    const unsigned *which = userdata;

    for (unsigned i = 0; i < N_SETS; i++)
        set(names[(i + *which) % 3], (enum eyelet_health_status)(i * 7 / 5 % 3));
    return NULL;
}

/* Reads what three watches are told, @n_frames in all. No watcher is told the same twice in a row. */
static void follow(int fd, unsigned n_frames)
{
    int told[6] = { -1, -1, -1, -1, -1, -1 };

    for (unsigned i = 0; i < n_frames; i++) {
        struct live_frame frame;
        int status;

        live_must(live_read_frame(fd, &frame), "the server has closed a watcher");
        live_must(frame.type == WIRE_DATA && frame.flags == 0 && frame.id <= 5, "a watch has ended");
        status = (int)status_in((struct eyelet_slice){ frame.data, frame.len });
        live_must(told[frame.id] != status, "a watcher was told the same twice");
        told[frame.id] = status;
        live_frame_clear(&frame);
    }
}

static void *watch_often(void *userdata)
{
    const unsigned *which = userdata;

    for (unsigned i = 0; i < N_WATCHES; i++) {
        int fd = connect_peer();

        for (uint32_t k = 0; k < 3; k++)
            ask(fd, 2 * k + 1, "Watch", names[(k + *which) % 3]);
        follow(fd, 3 + (i + *which) % 2); /* a further one comes as long as somebody sets, or from the last setter */
        close(fd);
    }
    return NULL;
}

static void *keep_setting(void *userdata)
{
    atomic_bool *is_over = userdata;

    for (unsigned i = 0; !*is_over; i++) {
        for (unsigned k = 0; k < 3; k++)
            set(names[k], i % 2 == 0 ? EYELET_HEALTH_SERVING : EYELET_HEALTH_NOT_SERVING);
    }
    return NULL;
}

static void run_threads(pthread_t *threads, unsigned *numbers, unsigned n, void *(*run)(void *))
{
    for (unsigned i = 0; i < n; i++) {
        numbers[i] = i;
        live_must(pthread_create(&threads[i], NULL, run, &numbers[i]) == 0, "no thread");
    }
}

static void join_threads(const pthread_t *threads, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        live_must(pthread_join(threads[i], NULL) == 0, "a thread is lost");
}

static void many_set_while_watchers_come_and_go(void **state)
{
    pthread_t setters[N_SETTERS], watchers[N_WATCHERS], keeper;
    unsigned setter_numbers[N_SETTERS], watcher_numbers[N_WATCHERS];
    atomic_bool is_over = false;
    int fd;

    (void)state;
    start(3);
    live_must(pthread_create(&keeper, NULL, keep_setting, &is_over) == 0, "no thread");
    run_threads(setters, setter_numbers, N_SETTERS, set_often);
    run_threads(watchers, watcher_numbers, N_WATCHERS, watch_often);
    join_threads(watchers, N_WATCHERS);
    join_threads(setters, N_SETTERS);
    is_over = true;
    join_threads(&keeper, 1);

    set("demo.One", EYELET_HEALTH_UNKNOWN); /* all is as at the start */
    fd = connect_peer();
    ask(fd, 1, "Watch", "demo.One");
    assert_told(fd, 1, EYELET_HEALTH_UNKNOWN);
    set("demo.One", EYELET_HEALTH_SERVING);
    assert_told(fd, 1, EYELET_HEALTH_SERVING);
    close(fd);
    stop();
}

static void *end_the_service(void *userdata)
{
    (void)userdata;
    eyelet_health_stop(health);
    return NULL;
}

static void *end_the_server(void *userdata)
{
    (void)userdata;
    eyelet_server_stop(live.server);
    return NULL;
}

/* A watch is completed once, whoever of the four is first. */
static void h117_stops_and_ends_may_come_together(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        pthread_t threads[2];
        int fd;

        start(1 + i % 3);
        fd = connect_peer();
        for (uint32_t k = 0; k < 60; k++)
            ask(fd, 2 * k + 1, "Watch", names[k % 3]);
        assert_true(live_read(fd, (uint8_t[WIRE_HEAD_LEN]){ 0 }, WIRE_HEAD_LEN));
        live_must(pthread_create(&threads[0], NULL, end_the_service, NULL) == 0, "no thread");
        live_must(pthread_create(&threads[1], NULL, end_the_server, NULL) == 0, "no thread");
        set("", EYELET_HEALTH_UNKNOWN);
        close(fd);
        join_threads(threads, 2);
        stop();
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_check_says_what_was_set_last),
        TEST(h053_a_name_has_255_bytes_at_most),
        TEST(only_what_a_service_can_be_can_be_set),
        TEST(a_server_has_one_health_service_added_before_it_runs),
        TEST(a_watcher_hears_the_status_at_once_and_every_change),
        TEST(a_watcher_of_what_nobody_set_hears_so_and_of_its_coming),
        TEST(watchers_hold_no_thread),
        TEST(h009_a_watcher_whose_connection_is_lost_is_let_go),
        TEST(h096_a_watch_ends_at_its_deadline),
        TEST(h104_a_watcher_that_lets_too_much_pile_up_is_ended_alone),
        TEST(a_stop_of_the_service_says_not_serving_and_ends_watchers),
        TEST(h117_watchers_do_not_hold_up_the_stop_of_a_server),
        TEST(h120_the_end_of_a_watch_may_set_a_status),
        TEST(a_generated_client_of_the_original_checks_and_watches),
        TEST(h111_a_service_is_added_whole_or_not_at_all),
        TEST(h111_a_status_is_set_or_is_as_before),
        TEST(h111_a_watch_begins_or_is_refused_whatever_fails),
        TEST(many_set_while_watchers_come_and_go),
        TEST(h117_stops_and_ends_may_come_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
