/*
 * The server as a program sees it: options, opening, services, and the end. Its work is done in workers.c.
 */
#include "rpc/server.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <eyelet/stream.h>
#include <eyelet/vsock.h>

#include "core/bytes.h"
#include "core/error.h"
#include "io/socket.h"
#include "rpc/serving.h"
#include "rpc/trace.h"
#include "rpc/workers.h"

#define FRAME_MAX_ENCLAVE (1u << 20)   /* HOSTILE limit "frame data", enclave profile */
#define CALLS_MAX_MAX     1024u        /* HOSTILE limit "in-flight streams / connection" */
#define THREADS_MAX       1024u        /* a typing error, more likely than not */
#define THREAD_STACK      (256u << 10) /* HOSTILE limit "worker threads, stack" */
#define THREAD_STACK_MIN  (128u << 10) /* codec/unpack.h, "Stack", and as much for the handler */
#define STREAM_HARD_MAX   (16u << 20)  /* HOSTILE limit "bytes buffered / connection" */

enum server_state {
    SERVER_OPEN,    /* waits for eyelet_server_run() */
    SERVER_RUNNING, /* serves until it is stopped */
    SERVER_OVER,    /* waits for eyelet_server_close() */
};

struct eyelet_server {
    struct eyelet_workers workers;
    struct eyelet_dispatch_node *services;
    char address[EYELET_ADDRESS_TEXT_MAX];
    _Atomic enum server_state state;
};

/* --- options ------------------------------------------------------------------------------------------------------ */

static void default_u32(uint32_t *option, uint32_t value)
{
    if (*option == 0)
        *option = value;
}

static void default_size(size_t *option, size_t value)
{
    if (*option == 0)
        *option = value;
}

/* Every number from HOSTILE, "Limits". */
static void fill_defaults(struct eyelet_server_opts *opts)
{
    default_u32(&opts->threads, 1);
    default_u32(&opts->backlog, EYELET_BACKLOG_DEFAULT);
    default_u32(&opts->frame_max, opts->is_enclave ? FRAME_MAX_ENCLAVE : EYELET_FRAME_DATA_MAX_DEFAULT);
    default_u32(&opts->connections_max, 256);
    default_u32(&opts->connections_per_cid_max, 64);
    default_u32(&opts->calls_max, 128);
    default_u32(&opts->stream_messages_max, EYELET_STREAM_MESSAGES_MAX);
    default_u32(&opts->header_timeout_ms, 5000);
    default_u32(&opts->body_grace_ms, 5000);
    default_u32(&opts->body_rate_min, 64u << 10);
    default_u32(&opts->write_stall_ms, 10000);
    default_u32(&opts->call_timeout_ms, 30000);
    default_u32(&opts->call_timeout_max_ms, 300000);
    default_u32(&opts->grace_ms, 5000);
    default_size(&opts->thread_stack, THREAD_STACK);
    default_size(&opts->stream_bytes_max, EYELET_STREAM_BYTES_MAX);
    default_size(&opts->decode_max, 16u << 20);
    default_size(&opts->buffer_max, 128u << 20);
    default_size(&opts->connection_buffer_max, EYELET_FRAME_HEADER_LEN + (16u << 20));
    if (opts->connection_buffer_max > opts->buffer_max)
        opts->connection_buffer_max = opts->buffer_max;
}

static enum eyelet_status check_numbers(const struct eyelet_server_opts *opts, struct eyelet_error *reterr)
{
    if (opts->backlog > INT32_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "backlog of %u is too large", opts->backlog);
    if (opts->threads > THREADS_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "%u threads are more than %u", opts->threads,
                                THREADS_MAX);
    if (opts->thread_stack < THREAD_STACK_MIN)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "thread_stack of %zu is less than %u",
                                opts->thread_stack, THREAD_STACK_MIN);
    if (opts->calls_max > CALLS_MAX_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "calls_max of %u is more than %u", opts->calls_max,
                                CALLS_MAX_MAX);
    if (opts->spin_us > EYELET_SPIN_US_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "spin_us of %u is more than %u", opts->spin_us,
                                EYELET_SPIN_US_MAX);
    if (opts->n_interceptors > 0 && opts->interceptors == NULL)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "there are %zu interceptors, at NULL",
                                opts->n_interceptors);
    return EYELET_OK;
}

static enum eyelet_status check_opts(const struct eyelet_server_opts *opts, struct eyelet_error *reterr)
{
    size_t frame_len = (size_t)opts->frame_max + EYELET_FRAME_HEADER_LEN;

    if (opts->frame_max < EYELET_SESSION_FRAME_MAX_MIN || opts->frame_max > EYELET_FRAME_DATA_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "frame_max of %u is not within %u and %u",
                                opts->frame_max, EYELET_SESSION_FRAME_MAX_MIN, EYELET_FRAME_DATA_MAX);
    if (opts->connection_buffer_max < frame_len)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT,
                                "connection_buffer_max or buffer_max of %zu bytes holds no frame of frame_max, %zu",
                                opts->connection_buffer_max, frame_len);
    if (opts->decode_max < EYELET_DECODE_MAX_MIN)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "decode_max of %zu is less than %u", opts->decode_max,
                                EYELET_DECODE_MAX_MIN);
    if (opts->call_timeout_ms > opts->call_timeout_max_ms)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT,
                                "call_timeout_ms of %u is over call_timeout_max_ms, %u", opts->call_timeout_ms,
                                opts->call_timeout_max_ms);
    return check_numbers(opts, reterr);
}

static struct eyelet_session_limits session_limits(const struct eyelet_server_opts *opts)
{
    return (struct eyelet_session_limits){
        .frame_max = opts->frame_max,
        .body_rate_min = opts->body_rate_min,
        .calls_max = opts->calls_max,
        .header_timeout_ns = opts->header_timeout_ms * EYELET_NS_PER_MS,
        .body_grace_ns = opts->body_grace_ms * EYELET_NS_PER_MS,
        .call_timeout_ns = opts->call_timeout_ms * EYELET_NS_PER_MS,
        .call_timeout_max_ns = opts->call_timeout_max_ms * EYELET_NS_PER_MS,
    };
}

/* Slots of a session: a power of two. */
static uint32_t slots_for(uint32_t calls_max)
{
    uint32_t n = 1;

    while (n < calls_max)
        n *= 2;
    return n;
}

static void fill_env(struct eyelet_serving_env *env)
{
    const struct eyelet_server_opts *opts = &env->opts;

    env->limits = session_limits(opts);
    env->n_slots = slots_for(opts->calls_max);
    env->queue_max = eyelet_serving_queue_max(opts);
    env->inbox_limits = (struct eyelet_inbox_limits){
        .messages_max = opts->stream_messages_max,
        .bytes_max = opts->stream_bytes_max,
        .hard_bytes_max = opts->stream_bytes_max < STREAM_HARD_MAX ? STREAM_HARD_MAX : opts->stream_bytes_max,
    };
    env->pool.held_max = opts->buffer_max;
    env->pool.wipe = opts->wipe;
    env->pool.n_spares_max = opts->threads <= EYELET_BUFFER_SPARES_MAX / EYELET_BUFFER_SPARES_USED
                                 ? EYELET_BUFFER_SPARES_USED * opts->threads
                                 : EYELET_BUFFER_SPARES_MAX;
    eyelet_spin_init(&env->spin, opts->spin_us);
    env->log.fn = opts->log;
    env->log.userdata = opts->log_userdata;
    env->trace = eyelet_trace_for("server");
}

/* --- life --------------------------------------------------------------------------------------------------------- */

/* A server that listens nowhere yet. */
static enum eyelet_status server_new(const struct eyelet_server_opts *opts, struct eyelet_server **ret,
                                     struct eyelet_error *reterr)
{
    struct eyelet_server *server;
    struct eyelet_server_opts filled = { 0 };
    enum eyelet_status status;
    int r;

    if (opts != NULL)
        filled = *opts;
    fill_defaults(&filled);
    status = check_opts(&filled, reterr);
    if (status != EYELET_OK)
        return status;
    server = calloc(1, sizeof(*server));
    if (server == NULL)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "no memory for a server");

    server->workers.env.opts = filled;
    server->workers.guests.listener.fd = -1;
    server->workers.guests.own_cid = EYELET_VSOCK_CID_ANY;
    fill_env(&server->workers.env);
    r = eyelet_workers_init(&server->workers);
    if (r < 0) {
        free(server);
        return eyelet_error_errno(reterr, r, "cannot make a server");
    }
    *ret = server;
    return EYELET_OK;
}

static int watch_listener(struct eyelet_guests *guests)
{
    int r;

    if (guests->listener.is_connected)
        return 0;
    r = eyelet_socket_set_nonblocking(guests->listener.fd, true);
    if (r < 0)
        return r;
    return eyelet_guests_watch(guests, guests->listener.fd, EYELET_GUESTS_LISTENER);
}

enum eyelet_status eyelet_server_open(const char *address, const struct eyelet_server_opts *opts,
                                      struct eyelet_server **ret, struct eyelet_error *reterr)
{
    struct eyelet_server *server = NULL;
    struct eyelet_guests *guests;
    struct eyelet_address parsed;
    enum eyelet_status status;
    int r;

    r = eyelet_address_parse(address, &parsed, reterr);
    if (r < 0)
        return eyelet_status_from_errno(r);
    status = server_new(opts, &server, reterr);
    if (status != EYELET_OK)
        return status;

    guests = &server->workers.guests;
    r = eyelet_address_listen(&parsed, (int)server->workers.env.opts.backlog, &guests->listener, reterr);
    if (r < 0) {
        guests->listener.fd = -1;
        eyelet_server_close(server);
        return eyelet_status_from_errno(r);
    }
    eyelet_address_format(&guests->listener.address, server->address, sizeof(server->address));

    r = watch_listener(guests);
    if (r < 0) {
        status = eyelet_error_errno(reterr, r, "cannot watch '%s'", server->address);
        eyelet_server_close(server);
        return status;
    }
    if (server->workers.env.opts.is_enclave)
        eyelet_vsock_local_cid(&guests->own_cid);
    *ret = server;
    return EYELET_OK;
}

static void free_services(struct eyelet_server *server)
{
    while (server->services != NULL) {
        struct eyelet_dispatch_node *node = server->services;

        server->services = node->next;
        free(node->owned);
        free(node);
    }
}

struct eyelet_server *eyelet_server_close(struct eyelet_server *server)
{
    if (server == NULL)
        return NULL;

    assert(server->state != SERVER_RUNNING);
    eyelet_workers_clear(&server->workers);
    free_services(server);
    free(server);
    return NULL;
}

const char *eyelet_server_address(const struct eyelet_server *server)
{
    return server->address;
}

enum eyelet_status eyelet_server_add(struct eyelet_server *server, const struct eyelet_service *service,
                                     const void *handlers, void *userdata, const struct eyelet_serving_codec *codec,
                                     void *owned)
{
    struct eyelet_dispatch_node *node;

    if (handlers == NULL)
        return EYELET_INVALID_ARGUMENT;
    if (server->state != SERVER_OPEN)
        return EYELET_FAILED_PRECONDITION;
    if (eyelet_dispatch_find_service(server->services, eyelet_slice_of(service->name)) != NULL)
        return EYELET_ALREADY_EXISTS;
    node = malloc(sizeof(*node));
    if (node == NULL)
        return EYELET_RESOURCE_EXHAUSTED;

    *node = (struct eyelet_dispatch_node){
        .next = server->services,
        .service = service->name,
        .service_len = strlen(service->name),
        .methods = service->methods,
        .n_methods = service->n_methods,
        .method_size = sizeof(service->methods[0]),
        .handlers = handlers,
        .userdata = userdata,
        .owned = owned,
    };
    server->services = node;
    server->workers.env.services = node;
    server->workers.env.codec = codec;
    return EYELET_OK;
}

/* --- running ------------------------------------------------------------------------------------------------------ */

enum eyelet_status eyelet_server_run(struct eyelet_server *server)
{
    enum server_state expected = SERVER_OPEN;
    int r;

    if (!atomic_compare_exchange_strong(&server->state, &expected, SERVER_RUNNING))
        return EYELET_FAILED_PRECONDITION;

    r = eyelet_workers_run(&server->workers);
    server->state = SERVER_OVER;
    switch (-r) {
    case 0:
        return EYELET_OK;
    case EAGAIN: /* of pthread_create() */
    case ENOMEM:
        return EYELET_RESOURCE_EXHAUSTED;
    default:
        return EYELET_INTERNAL;
    }
}

void eyelet_server_stop(struct eyelet_server *server)
{
    eyelet_workers_stop(&server->workers);
}

void eyelet_server_get_counters(const struct eyelet_server *server, struct eyelet_counters *ret)
{
    struct eyelet_workers *workers = (struct eyelet_workers *)&server->workers; /* for its lock alone */

    eyelet_workers_lock(workers);
    eyelet_guests_count(&workers->guests, ret);
    eyelet_workers_unlock(workers);
}
