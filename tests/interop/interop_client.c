/*
 * eyelet's client against the servers of others.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <eyelet/eyelet.h>

#include "child.h"
#include "echo.eyelet.h"
#include "interop.eyelet.h"
#include "interop.h"

#define N_AT_ONCE 64

static struct child server;

static void start_server(const struct interop_peer *peer)
{
    const char *argv[4] = { peer->server[0], peer->server[1], peer->server[2] };
    size_t n = 0;

    while (argv[n])
        n++;
    argv[n] = interop_path("server");
    child_start(&server, argv);
    child_wait_for(&server, "listening");
}

static void end_server(void)
{
    child_kill(&server);
    remove(interop_path("server"));
}

static struct eyelet_client *new_client(uint32_t frame_max)
{
    const struct eyelet_client_opts opts = { .call_timeout_ms = CALL_TIMEOUT_MS, .frame_max = frame_max };
    struct eyelet_client *client = NULL;
    struct eyelet_error error;
    char address[EYELET_ADDRESS_TEXT_MAX];

    snprintf(address, sizeof(address), "unix://%s", interop_path("server"));
    assert_status(eyelet_client_open(address, &opts, &client, &error), &error, EYELET_OK);
    return client;
}

/* Says @text, and wants it back. */
static void assert_echo(struct eyelet_client *client, char *text)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;
    struct eyelet_error error;

    request.text = text;
    assert_status(demo_echo_say(client, NULL, &request, &reply, &error), &error, EYELET_OK);
    assert_string_equal(reply->text, text);
    demo__say_reply__free_unpacked(reply, NULL);
}

static char *new_text(size_t len)
{
    char *text = malloc(len + 1);

    assert_non_null(text);
    memset(text, 'a', len);
    text[len] = '\0';
    return text;
}

static void echo_text(struct interop_run *run)
{
    struct eyelet_client *client = new_client(0);
    char text[] = "hello from C: \xc3\xa4\xe2\x82\xac";

    (void)run;
    assert_echo(client, text);
    eyelet_client_close(client);
}

static void echo_empty(struct interop_run *run)
{
    struct eyelet_client *client = new_client(0);
    char nothing[] = "";

    (void)run;
    assert_echo(client, nothing);
    eyelet_client_close(client);
}

static void echo_large(struct interop_run *run)
{
    struct eyelet_client *client = new_client(0);
    char *text = new_text(3 * MIB);

    (void)run;
    assert_echo(client, text);
    free(text);
    eyelet_client_close(client);
}

static enum eyelet_status say_5_mib(struct eyelet_client *client, uint32_t timeout_ms, struct eyelet_error *reterr)
{
    const struct eyelet_call_opts opts = { .timeout_ms = timeout_ms };
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;
    enum eyelet_status status;

    request.text = new_text(5 * MIB);
    status = demo_echo_say(client, &opts, &request, &reply, reterr);
    free(request.text);
    assert_null(reply);
    return status;
}

static void request_over_our_limit(struct interop_run *run)
{
    struct eyelet_client *client = new_client(0);
    struct eyelet_error error;

    (void)run;
    assert_status(say_5_mib(client, 0, &error), &error, EYELET_RESOURCE_EXHAUSTED);
    assert_false(error.is_remote);
    assert_false(error.may_have_executed);
    assert_echo(client, (char[]){ "still here" });
    eyelet_client_close(client);
}

/* A peer that neither skips the request nor closes the connection has to be left alone after that. */
static void request_over_their_limit(struct interop_run *run)
{
    const struct interop_peer *peer = run->peer;
    struct eyelet_client *client = new_client(8 * MIB);
    uint32_t timeout_ms = peer->oversize == EYELET_DEADLINE_EXCEEDED ? 10 * SHORT_TIMEOUT_MS : 0;
    struct eyelet_error error;

    assert_status(say_5_mib(client, timeout_ms, &error), &error, peer->oversize);
    assert_int_equal(error.is_remote, peer->oversize_is_remote);
    if (peer->oversize_is_remote)
        assert_echo(client, (char[]){ "still here" });
    run->saw = peer->oversize_word;
    eyelet_client_close(client);
}

static void reply_over_our_limit(struct interop_run *run)
{
    struct eyelet_client *client = new_client(0);
    Interop__BigRequest request = INTEROP__BIG_REQUEST__INIT;
    Interop__BigReply *reply = NULL;
    struct eyelet_error error;

    (void)run;
    request.data_len = 5 * MIB;
    assert_status(interop_trial_big(client, NULL, &request, &reply, &error), &error, EYELET_RESOURCE_EXHAUSTED);
    assert_false(error.is_remote);
    assert_true(error.may_have_executed);
    assert_null(reply);
    assert_echo(client, (char[]){ "still here" });
    eyelet_client_close(client);
}

static void reply_within_a_larger_limit(struct interop_run *run)
{
    struct eyelet_client *client = new_client(8 * MIB);
    Interop__BigRequest request = INTEROP__BIG_REQUEST__INIT;
    Interop__BigReply *reply = NULL;
    struct eyelet_error error;

    (void)run;
    request.data_len = 5 * MIB;
    assert_status(interop_trial_big(client, NULL, &request, &reply, &error), &error, EYELET_OK);
    assert_int_equal(reply->data.len, 5 * MIB);
    interop__big_reply__free_unpacked(reply, NULL);
    eyelet_client_close(client);
}

static void assert_unimplemented(struct interop_run *run, struct eyelet_client *client, enum eyelet_status status,
                                 const struct eyelet_error *error)
{
    assert_status(status, error, run->peer->no_method);
    assert_true(error->is_remote);
    assert_true(eyelet_error_is_unimplemented(error));
    run->saw = eyelet_status_name(status);
    assert_echo(client, (char[]){ "still here" });
}

static void unknown_service(struct interop_run *run)
{
    struct eyelet_client *client = new_client(0);
    Interop__Nothing nothing = INTEROP__NOTHING__INIT;
    Interop__Nothing *reply = NULL;
    struct eyelet_error error;

    assert_unimplemented(run, client, interop_absent_say(client, NULL, &nothing, &reply, &error), &error);
    eyelet_client_close(client);
}

static void unknown_method(struct interop_run *run)
{
    struct eyelet_client *client = new_client(0);
    Interop__Nothing nothing = INTEROP__NOTHING__INIT;
    Interop__Nothing *reply = NULL;
    struct eyelet_error error;

    assert_unimplemented(run, client, interop_trial_absent(client, NULL, &nothing, &reply, &error), &error);
    eyelet_client_close(client);
}

static void assert_slice(const struct eyelet_slice *slice, const void *data, size_t len)
{
    assert_int_equal(slice->len, len);
    assert_memory_equal(slice->data, data, len);
}

static void failure(struct interop_run *run)
{
    static uint8_t value[] = { 0x0a, 0x03, 'w', 'h', 'y', 0x00, 0xff };
    static char url[] = "type.googleapis.com/interop.Reason";
    struct eyelet_client *client = new_client(0);
    Interop__FailRequest request = INTEROP__FAIL_REQUEST__INIT;
    Interop__Nothing *reply = NULL;
    struct eyelet_slice got_url, got_value;
    struct eyelet_error error;
    size_t cursor = 0;

    (void)run;
    request.code = EYELET_FAILED_PRECONDITION;
    request.message = (char[]){ "not today" };
    request.detail_type_url = url;
    request.detail_value = (ProtobufCBinaryData){ .data = value, .len = sizeof(value) };
    assert_status(interop_trial_fail(client, NULL, &request, &reply, &error), &error, EYELET_FAILED_PRECONDITION);
    assert_true(error.is_remote);
    assert_true(error.may_have_executed);
    assert_non_null(strstr(error.text, "not today"));
    assert_false(eyelet_error_is_unimplemented(&error));

    assert_true(eyelet_error_next_detail(&error, &cursor, &got_url, &got_value));
    assert_slice(&got_url, url, strlen(url));
    assert_slice(&got_value, value, sizeof(value));
    assert_false(eyelet_error_next_detail(&error, &cursor, &got_url, &got_value));
    assert_echo(client, (char[]){ "still here" });
    eyelet_client_close(client);
}

static enum eyelet_status sleep_there(struct eyelet_client *client, uint32_t timeout_ms, struct eyelet_error *reterr)
{
    const struct eyelet_call_opts opts = { .timeout_ms = timeout_ms };
    Interop__SleepRequest request = INTEROP__SLEEP_REQUEST__INIT;
    Interop__Nothing *reply = NULL;
    enum eyelet_status status;

    request.time_ms = 60000;
    status = interop_trial_sleep(client, &opts, &request, &reply, reterr);
    assert_true(status != EYELET_OK);
    return status;
}

static void deadline(struct interop_run *run)
{
    struct eyelet_client *client = new_client(0);
    struct eyelet_error error;

    (void)run;
    assert_status(sleep_there(client, SHORT_TIMEOUT_MS, &error), &error, EYELET_DEADLINE_EXCEEDED);
    child_wait_for(&server, "sleeping");
    assert_echo(client, (char[]){ "still here" });
    eyelet_client_close(client);
}

static void deadline_travels(struct interop_run *run)
{
    struct eyelet_client *client = new_client(0);
    Interop__Nothing nothing = INTEROP__NOTHING__INIT;
    Interop__TimeLeftReply *reply = NULL;
    struct eyelet_error error;

    (void)run;
    assert_status(interop_trial_time_left(client, NULL, &nothing, &reply, &error), &error, EYELET_OK);
    assert_true(reply->time_left_ms > 0);
    assert_true(reply->time_left_ms <= CALL_TIMEOUT_MS);
    interop__time_left_reply__free_unpacked(reply, NULL);
    eyelet_client_close(client);
}

static void metadata(struct interop_run *run)
{
    static const struct eyelet_metadata pairs[] = { { "Trace-Id", "first" },
                                                    { "other", "third" },
                                                    { "trace-id", "second" } };
    const struct eyelet_call_opts opts = { .metadata = pairs, .n_metadata = 3 };
    struct eyelet_client *client = new_client(0);
    Interop__MetadataRequest request = INTEROP__METADATA_REQUEST__INIT;
    Interop__MetadataReply *reply = NULL;
    struct eyelet_error error;

    (void)run;
    request.key = (char[]){ "trace-id" };
    assert_status(interop_trial_metadata(client, &opts, &request, &reply, &error), &error, EYELET_OK);
    assert_int_equal(reply->n_values, 2);
    assert_string_equal(reply->values[0], "first");
    assert_string_equal(reply->values[1], "second");
    interop__metadata_reply__free_unpacked(reply, NULL);
    eyelet_client_close(client);
}

struct caller {
    pthread_t thread;
    struct eyelet_client *client;
    char text[64];
    bool is_right;
    enum eyelet_status status;
    struct eyelet_error error;
};

/* In a thread of its own, where no assert may fail. */
static void *say_own_text(void *userdata)
{
    struct caller *caller = userdata;
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;

    request.text = caller->text;
    caller->status = demo_echo_say(caller->client, NULL, &request, &reply, &caller->error);
    caller->is_right = caller->status == EYELET_OK && strcmp(reply->text, caller->text) == 0;
    demo__say_reply__free_unpacked(reply, NULL);
    return NULL;
}

static void at_once(struct interop_run *run)
{
    static struct caller callers[N_AT_ONCE];
    struct eyelet_client *client = new_client(0);

    (void)run;
    for (size_t i = 0; i < N_AT_ONCE; i++) {
        callers[i] = (struct caller){ .client = client };
        snprintf(callers[i].text, sizeof(callers[i].text), "call %zu", i);
        assert_int_equal(pthread_create(&callers[i].thread, NULL, say_own_text, &callers[i]), 0);
    }
    for (size_t i = 0; i < N_AT_ONCE; i++)
        assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
    for (size_t i = 0; i < N_AT_ONCE; i++) {
        assert_status(callers[i].status, &callers[i].error, EYELET_OK);
        assert_true(callers[i].is_right);
    }
    eyelet_client_close(client);
}

static void *sleep_in_thread(void *userdata)
{
    struct caller *caller = userdata;

    caller->status = sleep_there(caller->client, CALL_TIMEOUT_MS, &caller->error);
    return NULL;
}

/* The last case: there is no server afterwards. */
static void server_killed(struct interop_run *run)
{
    static struct caller caller;
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;

    (void)run;
    caller = (struct caller){ .client = new_client(0) };
    assert_int_equal(pthread_create(&caller.thread, NULL, sleep_in_thread, &caller), 0);
    child_wait_for(&server, "sleeping");
    assert_int_equal(child_end(&server, SIGKILL), 128 + SIGKILL);
    assert_int_equal(pthread_join(caller.thread, NULL), 0);
    assert_status(caller.status, &caller.error, EYELET_UNAVAILABLE);
    assert_false(caller.error.is_remote);
    assert_true(caller.error.may_have_executed);

    assert_status(demo_echo_say(caller.client, NULL, &request, &reply, &caller.error), &caller.error,
                  EYELET_UNAVAILABLE);
    assert_false(caller.error.may_have_executed);
    eyelet_client_close(caller.client);
}

static const struct interop_case cases[] = {
    { .name = "echo", .run = echo_text },
    { .name = "empty message", .run = echo_empty },
    { .name = "3 MiB", .run = echo_large },
    { .name = "request over our limit", .run = request_over_our_limit },
    { .name = "request over their limit", .run = request_over_their_limit },
    { .name = "reply over our limit", .run = reply_over_our_limit },
    { .name = "reply within a limit of 8 MiB", .run = reply_within_a_larger_limit },
    { .name = "unknown service", .run = unknown_service },
    { .name = "unknown method", .run = unknown_method },
    { .name = "error with status and details", .run = failure },
    { .name = "deadline", .run = deadline },
    { .name = "deadline travels", .run = deadline_travels },
    { .name = "metadata", .run = metadata },
    { .name = "64 threads, one connection", .run = at_once },
    { .name = "server killed in mid-call", .run = server_killed },
    { 0 },
};

const struct interop_suite interop_client_suite = {
    .title = "our client, their server", .cases = cases, .setup = start_server, .teardown = end_server
};
