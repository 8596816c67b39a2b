/*
 * eyelet::nano, with messages of nanopb, in a block as large as its options say. In its thread it is driven as a
 * foreign loop would; endpoint_run() uses its own.
 */
#include "conformance/endpoint.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <eyelet/nano.h>

#include "echo.eyelet.h"
#include "support/folder.h"
#include "support/live.h"

const struct endpoint_traits endpoint_traits = { .frame_max = EYELET_NANO_FRAME_DEFAULT };

/*
 * A server is for one thread: others ask that for its counters, by @ask_fd, and it answers when no handler runs. The
 * lock protects @n_asked and what is behind it; nothing is called and no other lock taken under it.
 */
static struct {
    struct eyelet_nano_server *server;
    void *memory;
    struct endpoint_handlers handlers;
    struct demo_echo_handlers typed;
    void (*on_broken)(const char *why);
    pthread_t thread;
    enum eyelet_status status;
    int ask_fd;
    pthread_mutex_t lock;
    pthread_cond_t answered;
    uint64_t n_asked;
    uint64_t n_answered;
    struct eyelet_counters counters;
} endpoint = { .ask_fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER, .answered = PTHREAD_COND_INITIALIZER };

/* --- handlers ----------------------------------------------------------------------------------------------------- */

static struct endpoint_call *neutral(struct eyelet_nano_call *call)
{
    return (struct endpoint_call *)call;
}

static struct eyelet_nano_call *typed(struct endpoint_call *call)
{
    return (struct eyelet_nano_call *)call;
}

static const struct eyelet_nano_call *typed_const(const struct endpoint_call *call)
{
    return (const struct eyelet_nano_call *)call;
}

static void copy_text(char *room, size_t cap, const char *text)
{
    live_must(strlen(text) < cap, "a reply is longer than echo.options says");
    strcpy(room, text);
}

static enum eyelet_status say(struct eyelet_nano_call *call, const demo_SayRequest *request, demo_SayReply *reply,
                              void *userdata)
{
    const char *text = "";
    enum eyelet_status status = endpoint.handlers.say(neutral(call), request->text, &text);

    (void)userdata;
    copy_text(reply->text, sizeof(reply->text), text);
    return status;
}

static enum eyelet_status count(struct eyelet_nano_call *call, const demo_CountRequest *request, void *userdata)
{
    (void)userdata;
    return endpoint.handlers.count(neutral(call), request->limit);
}

static enum eyelet_status sum(struct eyelet_nano_call *call, demo_SumReply *reply, void *userdata)
{
    (void)userdata;
    return endpoint.handlers.sum(neutral(call), &reply->sum, &reply->n_numbers);
}

static enum eyelet_status chat(struct eyelet_nano_call *call, void *userdata)
{
    (void)userdata;
    return endpoint.handlers.chat(neutral(call));
}

static enum eyelet_status check(struct eyelet_nano_call *call, const pb_msgdesc_t *type, const void *request,
                                void *userdata)
{
    (void)userdata;
    if (type != demo_SayRequest_fields)
        return EYELET_OK;
    return endpoint.handlers.check(neutral(call), ((const demo_SayRequest *)request)->text);
}

enum eyelet_status endpoint_call_fail(struct endpoint_call *call, enum eyelet_status status, const char *text)
{
    return eyelet_nano_call_fail(typed(call), status, "%s", text);
}

bool endpoint_call_add_detail(struct endpoint_call *call, const char *type_url, struct eyelet_slice value)
{
    return eyelet_nano_call_add_detail(typed(call), type_url, value);
}

bool endpoint_call_is_cancelled(struct endpoint_call *call)
{
    return eyelet_nano_call_is_cancelled(typed(call));
}

uint32_t endpoint_call_time_left_ms(const struct endpoint_call *call)
{
    return eyelet_nano_call_time_left_ms(typed_const(call));
}

const struct eyelet_peer *endpoint_call_peer(const struct endpoint_call *call)
{
    return eyelet_nano_call_peer(typed_const(call));
}

const char *endpoint_call_service(const struct endpoint_call *call)
{
    return eyelet_nano_call_service(typed_const(call));
}

const char *endpoint_call_method(const struct endpoint_call *call)
{
    return eyelet_nano_call_method(typed_const(call));
}

bool endpoint_call_metadata(const struct endpoint_call *call, const char *key, size_t index, struct eyelet_slice *ret)
{
    return eyelet_nano_call_metadata(typed_const(call), key, index, ret);
}

bool endpoint_call_metadata_at(const struct endpoint_call *call, size_t index, struct eyelet_slice *ret_key,
                               struct eyelet_slice *ret_value)
{
    return eyelet_nano_call_metadata_at(typed_const(call), index, ret_key, ret_value);
}

enum eyelet_status endpoint_call_send_number(struct endpoint_call *call, int64_t number)
{
    const demo_CountReply reply = { .number = number };

    return demo_echo_count_call_send(typed(call), &reply);
}

enum eyelet_status endpoint_call_send_text(struct endpoint_call *call, const char *text)
{
    static demo_SayReply reply; /* one handler runs at a time, and this is large */

    copy_text(reply.text, sizeof(reply.text), text);
    return demo_echo_chat_call_send(typed(call), &reply);
}

enum eyelet_got endpoint_call_recv_number(struct endpoint_call *call, int64_t *ret)
{
    const demo_SumRequest *request;
    enum eyelet_got got = demo_echo_sum_call_recv(typed(call), &request);

    if (got == EYELET_GOT_MESSAGE)
        *ret = request->number;
    return got;
}

enum eyelet_got endpoint_call_recv_text(struct endpoint_call *call, const char **ret)
{
    const demo_SayRequest *request;
    enum eyelet_got got = demo_echo_chat_call_recv(typed(call), &request);

    if (got == EYELET_GOT_MESSAGE)
        *ret = request->text;
    return got;
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static void tell_broken(const struct eyelet_peer *peer, const struct eyelet_error *why, void *userdata)
{
    (void)userdata;
    live_must(peer->family == EYELET_FAMILY_UNIX, "another peer is broken");
    endpoint.on_broken(why->text);
}

static struct eyelet_nano_server_opts opts_of(const struct endpoint_opts *opts)
{
    if (opts == NULL)
        return (struct eyelet_nano_server_opts){ .message_size = DEMO_ECHO_MESSAGE_SIZE };
    return (struct eyelet_nano_server_opts){
        .is_enclave = opts->is_enclave,
        .wipe = opts->wipe,
        .frame_max = opts->frame_max,
        .message_size = DEMO_ECHO_MESSAGE_SIZE,
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
        .on_broken = opts->on_broken != NULL ? tell_broken : NULL,
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

/* What the options take, and no byte more. */
static size_t size_of(const struct eyelet_nano_server_opts *opts)
{
    size_t connections = opts->connections_max != 0 ? opts->connections_max : EYELET_NANO_CONNECTIONS_DEFAULT;
    size_t calls = opts->calls_max != 0 ? opts->calls_max : EYELET_NANO_CALLS_DEFAULT;
    size_t frame = opts->frame_max != 0 ? opts->frame_max : EYELET_NANO_FRAME_DEFAULT;

    return EYELET_NANO_SERVER_SIZE(connections, calls, frame, opts->message_size);
}

enum eyelet_status endpoint_open(const struct endpoint_opts *opts, const struct endpoint_handlers *handlers,
                                 struct eyelet_error *reterr)
{
    const struct eyelet_nano_server_opts own = opts_of(opts);
    struct eyelet_address address = folder_address("server");
    char text[EYELET_ADDRESS_TEXT_MAX];
    enum eyelet_status status;

    live_must(endpoint.memory == NULL, "a server is open already");
    live_must(eyelet_address_format(&address, text, sizeof(text)) == 0, "the folder's name is too long");
    set_handlers(handlers);
    endpoint.on_broken = opts != NULL ? opts->on_broken : NULL;
    endpoint.memory = malloc(size_of(&own));
    live_must(endpoint.memory != NULL, "no memory for a server");
    status = eyelet_nano_server_init(opts != NULL && opts->address != NULL ? opts->address : text, &own,
                                     endpoint.memory, size_of(&own), &endpoint.server, reterr);
    if (status == EYELET_OK)
        status = demo_echo_add(endpoint.server, &endpoint.typed, NULL, reterr);
    if (status != EYELET_OK)
        endpoint_close();
    return status;
}

enum eyelet_status endpoint_run(void)
{
    return eyelet_nano_server_run(endpoint.server, NULL);
}

/* Answers all who have asked; the last answer is for all who ever will. */
static void answer(bool is_last)
{
    struct eyelet_counters counters;

    eyelet_nano_server_get_counters(endpoint.server, &counters);
    pthread_mutex_lock(&endpoint.lock);
    endpoint.counters = counters;
    endpoint.n_answered = is_last ? UINT64_MAX : endpoint.n_asked;
    pthread_cond_broadcast(&endpoint.answered);
    pthread_mutex_unlock(&endpoint.lock);
}

static void *run(void *argument)
{
    struct pollfd fds[2] = { { .fd = eyelet_nano_server_fd(endpoint.server), .events = POLLIN },
                             { .fd = endpoint.ask_fd, .events = POLLIN } };
    uint64_t n;

    (void)argument;
    do {
        fds[1].revents = 0;
        live_must(poll(fds, 2, eyelet_nano_server_timeout_ms(endpoint.server)) >= 0 || errno == EINTR, "poll() fails");
        endpoint.status = eyelet_nano_server_process(endpoint.server, NULL);
        if (fds[1].revents != 0 && read(endpoint.ask_fd, &n, sizeof(n)) == sizeof(n))
            answer(false);
    } while (endpoint.status == EYELET_OK && !eyelet_nano_server_is_over(endpoint.server));
    answer(true);
    return NULL;
}

void endpoint_start(const struct endpoint_opts *opts, const struct endpoint_handlers *handlers)
{
    struct eyelet_error error = { 0 };

    live_must(endpoint_open(opts, handlers, &error) == EYELET_OK, error.text);
    endpoint.ask_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    live_must(endpoint.ask_fd >= 0, "no eventfd");
    endpoint.n_asked = endpoint.n_answered = 0;
    live_must(pthread_create(&endpoint.thread, NULL, run, NULL) == 0, "no thread for the server");
}

void endpoint_stop(void)
{
    eyelet_nano_server_stop(endpoint.server);
}

enum eyelet_status endpoint_join(void)
{
    live_must(pthread_join(endpoint.thread, NULL) == 0, "the server's thread is lost");
    endpoint_close();
    return endpoint.status;
}

void endpoint_close(void)
{
    eyelet_nano_server_clear(endpoint.server);
    endpoint.server = NULL;
    free(endpoint.memory);
    endpoint.memory = NULL;
    if (endpoint.ask_fd >= 0)
        close(endpoint.ask_fd);
    endpoint.ask_fd = -1;
}

void endpoint_kill(int number)
{
    live_must(pthread_kill(endpoint.thread, number) == 0, "the server's thread is lost");
}

struct eyelet_counters endpoint_counters(void)
{
    struct eyelet_counters counters;
    uint64_t n;

    pthread_mutex_lock(&endpoint.lock);
    n = ++endpoint.n_asked;
    live_must(eventfd_write(endpoint.ask_fd, 1) == 0, "the server's thread cannot be asked");
    while (endpoint.n_answered < n)
        pthread_cond_wait(&endpoint.answered, &endpoint.lock);
    counters = endpoint.counters;
    pthread_mutex_unlock(&endpoint.lock);
    return counters;
}
