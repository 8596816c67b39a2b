/*
 * The main library, with messages of protobuf-c, and one thread: what it does with more of them is tested elsewhere.
 */
#include "conformance/endpoint.h"

#include <pthread.h>
#include <signal.h>

#include <eyelet/eyelet.h>

#include "echo.eyelet.h"
#include "support/folder.h"
#include "support/live.h"

const struct endpoint_traits endpoint_traits = { .frame_max = 4 << 20 };

static struct {
    struct eyelet_server *server;
    struct endpoint_handlers handlers;
    struct demo_echo_handlers typed;
    void (*on_broken)(const char *why);
    pthread_t thread;
    enum eyelet_status status;
} endpoint;

/* --- handlers ----------------------------------------------------------------------------------------------------- */

static struct endpoint_call *neutral(struct eyelet_call *call)
{
    return (struct endpoint_call *)call;
}

static struct eyelet_call *typed(struct endpoint_call *call)
{
    return (struct eyelet_call *)call;
}

static const struct eyelet_call *typed_const(const struct endpoint_call *call)
{
    return (const struct eyelet_call *)call;
}

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    const char *text = "";
    enum eyelet_status status = endpoint.handlers.say(neutral(call), request->text, &text);

    (void)userdata;
    reply->text = (char *)text;
    return status;
}

static enum eyelet_status count(struct eyelet_call *call, const Demo__CountRequest *request, void *userdata)
{
    (void)userdata;
    return endpoint.handlers.count(neutral(call), request->limit);
}

static enum eyelet_status sum(struct eyelet_call *call, Demo__SumReply *reply, void *userdata)
{
    (void)userdata;
    return endpoint.handlers.sum(neutral(call), &reply->sum, &reply->n_numbers);
}

static enum eyelet_status chat(struct eyelet_call *call, void *userdata)
{
    (void)userdata;
    return endpoint.handlers.chat(neutral(call));
}

static enum eyelet_status check(struct eyelet_call *call, const ProtobufCMessage *request, void *userdata)
{
    (void)userdata;
    if (request->descriptor != &demo__say_request__descriptor)
        return EYELET_OK;
    return endpoint.handlers.check(neutral(call), ((const Demo__SayRequest *)request)->text);
}

enum eyelet_status endpoint_call_fail(struct endpoint_call *call, enum eyelet_status status, const char *text)
{
    return eyelet_call_fail(typed(call), status, "%s", text);
}

bool endpoint_call_add_detail(struct endpoint_call *call, const char *type_url, struct eyelet_slice value)
{
    return eyelet_call_add_detail(typed(call), type_url, value);
}

bool endpoint_call_is_cancelled(struct endpoint_call *call)
{
    return eyelet_call_is_cancelled(typed(call));
}

uint32_t endpoint_call_time_left_ms(const struct endpoint_call *call)
{
    return eyelet_call_time_left_ms(typed_const(call));
}

const struct eyelet_peer *endpoint_call_peer(const struct endpoint_call *call)
{
    return eyelet_call_peer(typed_const(call));
}

const char *endpoint_call_service(const struct endpoint_call *call)
{
    return eyelet_call_service(typed_const(call));
}

const char *endpoint_call_method(const struct endpoint_call *call)
{
    return eyelet_call_method(typed_const(call));
}

bool endpoint_call_metadata(const struct endpoint_call *call, const char *key, size_t index, struct eyelet_slice *ret)
{
    return eyelet_call_metadata(typed_const(call), key, index, ret);
}

bool endpoint_call_metadata_at(const struct endpoint_call *call, size_t index, struct eyelet_slice *ret_key,
                               struct eyelet_slice *ret_value)
{
    return eyelet_call_metadata_at(typed_const(call), index, ret_key, ret_value);
}

enum eyelet_status endpoint_call_send_number(struct endpoint_call *call, int64_t number)
{
    Demo__CountReply reply = DEMO__COUNT_REPLY__INIT;

    reply.number = number;
    return demo_echo_count_call_send(typed(call), &reply);
}

enum eyelet_status endpoint_call_send_text(struct endpoint_call *call, const char *text)
{
    Demo__SayReply reply = DEMO__SAY_REPLY__INIT;

    reply.text = (char *)text;
    return demo_echo_chat_call_send(typed(call), &reply);
}

enum eyelet_got endpoint_call_recv_number(struct endpoint_call *call, int64_t *ret)
{
    const Demo__SumRequest *request;
    enum eyelet_got got = demo_echo_sum_call_recv(typed(call), &request);

    if (got == EYELET_GOT_MESSAGE)
        *ret = request->number;
    return got;
}

enum eyelet_got endpoint_call_recv_text(struct endpoint_call *call, const char **ret)
{
    const Demo__SayRequest *request;
    enum eyelet_got got = demo_echo_chat_call_recv(typed(call), &request);

    if (got == EYELET_GOT_MESSAGE)
        *ret = request->text;
    return got;
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static void on_log(enum eyelet_log_level level, const char *text, void *userdata)
{
    (void)userdata;
    if (level == EYELET_LOG_WARNING)
        endpoint.on_broken(text);
}

static struct eyelet_server_opts opts_of(const struct endpoint_opts *opts)
{
    if (opts == NULL)
        return (struct eyelet_server_opts){ 0 };
    return (struct eyelet_server_opts){
        .is_enclave = opts->is_enclave,
        .wipe = opts->wipe,
        .frame_max = opts->frame_max,
        .connections_max = opts->connections_max,
        .connections_per_cid_max = opts->connections_per_cid_max,
        .calls_max = opts->calls_max,
        .header_timeout_ms = opts->header_timeout_ms,
        .body_grace_ms = opts->body_grace_ms,
        .body_rate_min = opts->body_rate_min,
        .write_stall_ms = opts->write_stall_ms,
        .call_timeout_ms = opts->call_timeout_ms,
        .call_timeout_max_ms = opts->call_timeout_max_ms,
        .grace_ms = opts->grace_ms,
        .accept = opts->accept,
        .accept_userdata = opts->accept_userdata,
        .log = opts->on_broken != NULL ? on_log : NULL,
    };
}

static void set_handlers(const struct endpoint_handlers *handlers)
{
    endpoint.handlers = *handlers;
    endpoint.typed = (struct demo_echo_handlers){
        .say = handlers->say != NULL ? say : NULL,
        .count = handlers->count != NULL ? count : NULL,
        .sum = handlers->sum != NULL ? sum : NULL,
        .chat = handlers->chat != NULL ? chat : NULL,
        .check_request = handlers->check != NULL ? check : NULL,
    };
}

enum eyelet_status endpoint_open(const struct endpoint_opts *opts, const struct endpoint_handlers *handlers,
                                 struct eyelet_error *reterr)
{
    const struct eyelet_server_opts own = opts_of(opts);
    struct eyelet_address address = folder_address("server");
    char text[EYELET_ADDRESS_TEXT_MAX];
    enum eyelet_status status;

    live_must(endpoint.server == NULL, "a server is open already");
    live_must(eyelet_address_format(&address, text, sizeof(text)) == 0, "the folder's name is too long");
    set_handlers(handlers);
    endpoint.on_broken = opts != NULL ? opts->on_broken : NULL;
    status = eyelet_server_open(opts != NULL && opts->address != NULL ? opts->address : text, &own, &endpoint.server,
                                reterr);
    if (status == EYELET_OK)
        live_must(demo_echo_add(endpoint.server, &endpoint.typed, NULL) == EYELET_OK, "the service cannot be added");
    return status;
}

enum eyelet_status endpoint_run(void)
{
    return eyelet_server_run(endpoint.server);
}

static void *run(void *argument)
{
    (void)argument;
    endpoint.status = endpoint_run();
    return NULL;
}

void endpoint_start(const struct endpoint_opts *opts, const struct endpoint_handlers *handlers)
{
    struct eyelet_error error = { 0 };

    live_must(endpoint_open(opts, handlers, &error) == EYELET_OK, error.text);
    live_must(pthread_create(&endpoint.thread, NULL, run, NULL) == 0, "no thread for the server");
}

void endpoint_stop(void)
{
    eyelet_server_stop(endpoint.server);
}

enum eyelet_status endpoint_join(void)
{
    live_must(pthread_join(endpoint.thread, NULL) == 0, "the server's thread is lost");
    endpoint_close();
    return endpoint.status;
}

void endpoint_close(void)
{
    endpoint.server = eyelet_server_close(endpoint.server);
}

void endpoint_kill(int number)
{
    live_must(pthread_kill(endpoint.thread, number) == 0, "the server's thread is lost");
}

struct eyelet_counters endpoint_counters(void)
{
    struct eyelet_counters counters;

    eyelet_server_get_counters(endpoint.server, &counters);
    return counters;
}
