/*
 * The face of a server, its loop, and time.
 */
#include "nano/server.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include <eyelet/vsock.h>

#include "core/bytes.h"
#include "core/error.h"
#include "io/socket.h"

#define EVENTS_PER_STEP 16
#define QUICK_MAX_NS    EYELET_NS_PER_MS /* a handler that is quick, with what is around it, also others on its CPU; */
#define SLOW_RUNS       256u             /* after one that is not, so many others may be slow again */
#define LOOK_AGE_MAX_NS 250000u /* so long handlers run one after the other, and their answers wait for each other */

_Static_assert(sizeof(struct eyelet_nano_server) <= EYELET_NANO_SERVER_BASE, "a block holds what its macro says");
_Static_assert(sizeof(struct eyelet_nano_guest) <= EYELET_NANO_CONNECTION_BASE, "a block holds what its macro says");
_Static_assert(sizeof(struct eyelet_nano_call) <= EYELET_NANO_CALL_BASE, "a block holds what its macro says");
_Static_assert(EYELET_NANO_FRAME_MIN >= EYELET_SESSION_FRAME_MAX_MIN, "every error reply fits into a frame");
_Static_assert(EYELET_NANO_FAILURE_MAX >=
                   EYELET_FRAME_HEADER_LEN + EYELET_ERROR_TEXT_MAX + EYELET_ERROR_DETAILS_MAX + 64,
               "every error reply fits into what is kept free for it");
_Static_assert(EYELET_NANO_FRAME_ROOM >= EYELET_NANO_FAILURE_MAX + 64, "and stands behind the longest frame");

/* --- options ------------------------------------------------------------------------------------------------------ */

static void default_u32(uint32_t *option, uint32_t value)
{
    if (*option == 0)
        *option = value;
}

/* Every number that nano.h does not name is from HOSTILE, "Limits". */
static void fill_defaults(struct eyelet_nano_server_opts *opts)
{
    default_u32(&opts->connections_max, EYELET_NANO_CONNECTIONS_DEFAULT);
    default_u32(&opts->connections_per_cid_max, opts->connections_max);
    default_u32(&opts->calls_max, EYELET_NANO_CALLS_DEFAULT);
    default_u32(&opts->frame_max, EYELET_NANO_FRAME_DEFAULT);
    default_u32(&opts->message_size, EYELET_NANO_MESSAGE_DEFAULT);
    default_u32(&opts->backlog, EYELET_BACKLOG_DEFAULT);
    default_u32(&opts->header_timeout_ms, 5000);
    default_u32(&opts->body_grace_ms, 5000);
    default_u32(&opts->body_rate_min, 64u << 10);
    default_u32(&opts->write_stall_ms, 10000);
    default_u32(&opts->call_timeout_ms, 30000);
    default_u32(&opts->call_timeout_max_ms, 300000);
    default_u32(&opts->grace_ms, 5000);
}

static enum eyelet_status check_opts(const struct eyelet_nano_server_opts *opts, size_t size,
                                     struct eyelet_error *reterr)
{
    size_t wanted;

    if (opts->connections_max > EYELET_NANO_CONNECTIONS_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "connections_max of %u is more than %u",
                                opts->connections_max, EYELET_NANO_CONNECTIONS_MAX);
    if (opts->calls_max > EYELET_NANO_CALLS_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "calls_max of %u is more than %u", opts->calls_max,
                                EYELET_NANO_CALLS_MAX);
    if (opts->frame_max < EYELET_NANO_FRAME_MIN || opts->frame_max > EYELET_FRAME_DATA_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "frame_max of %u is not within %u and %u",
                                opts->frame_max, EYELET_NANO_FRAME_MIN, EYELET_FRAME_DATA_MAX);
    if (opts->backlog > INT32_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "backlog of %u is too large", opts->backlog);
    if (opts->call_timeout_ms > opts->call_timeout_max_ms)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT,
                                "call_timeout_ms of %u is over call_timeout_max_ms, %u", opts->call_timeout_ms,
                                opts->call_timeout_max_ms);
    wanted = EYELET_NANO_SERVER_SIZE(opts->connections_max, opts->calls_max, opts->frame_max, opts->message_size);
    if (size < wanted)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT,
                                "%zu bytes of memory are less than the %zu of EYELET_NANO_SERVER_SIZE(%u, %u, %u, %u)",
                                size, wanted, opts->connections_max, opts->calls_max, opts->frame_max,
                                opts->message_size);
    return EYELET_OK;
}

static struct eyelet_session_limits session_limits(const struct eyelet_nano_server_opts *opts)
{
    return (struct eyelet_session_limits){
        .frame_max = opts->frame_max,
        .body_rate_min = opts->body_rate_min,
        .header_timeout_ns = opts->header_timeout_ms * EYELET_NS_PER_MS,
        .body_grace_ns = opts->body_grace_ms * EYELET_NS_PER_MS,
        .call_timeout_ns = opts->call_timeout_ms * EYELET_NS_PER_MS,
        .call_timeout_max_ns = opts->call_timeout_max_ms * EYELET_NS_PER_MS,
    };
}

/* --- life --------------------------------------------------------------------------------------------------------- */

/* A server that listens nowhere yet; @size is enough. */
static struct eyelet_nano_server *server_new(const struct eyelet_nano_server_opts *opts, void *memory, size_t size)
{
    struct eyelet_storage storage = eyelet_storage_of(memory, size);
    struct eyelet_nano_server *server = eyelet_storage_take(&storage, sizeof(*server));

    memset(server, 0, sizeof(*server));
    server->opts = *opts;
    server->limits = session_limits(opts);
    server->epoll_fd = server->wake_fd = server->listener.fd = -1;
    server->own_cid = EYELET_VSOCK_CID_ANY;
    server->accept_again_ns = server->grace_end_ns = EYELET_NO_DEADLINE;
    server->guests = eyelet_storage_take(&storage, opts->connections_max * sizeof(*server->guests));
    server->message = eyelet_storage_take(&storage, opts->message_size);
    assert(server->guests != NULL && server->message != NULL);
    server->storage = storage;
    return server;
}

static int watch(struct eyelet_nano_server *server, int fd, uint64_t who)
{
    struct epoll_event event = { .events = (uint32_t)EPOLLIN | (uint32_t)EPOLLET, .data.u64 = who };

    return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_descriptors(struct eyelet_nano_server *server)
{
    int r;

    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (server->epoll_fd < 0)
        return -errno;
    r = eyelet_wake_open(&server->wake_fd);
    if (r == 0)
        r = watch(server, server->wake_fd, EYELET_NANO_WHO_WAKE);
    if (r < 0 || server->is_single)
        return r;
    r = eyelet_socket_set_nonblocking(server->listener.fd, true);
    return r < 0 ? r : watch(server, server->listener.fd, EYELET_NANO_WHO_LISTENER);
}

enum eyelet_status eyelet_nano_server_init(const char *address, const struct eyelet_nano_server_opts *opts,
                                           void *memory, size_t size, struct eyelet_nano_server **ret,
                                           struct eyelet_error *reterr)
{
    struct eyelet_nano_server_opts filled = { 0 };
    struct eyelet_nano_server *server;
    struct eyelet_address parsed;
    enum eyelet_status status;
    int r;

    r = eyelet_address_parse(address, &parsed, reterr);
    if (r < 0)
        return eyelet_status_from_errno(r);
    if (opts != NULL)
        filled = *opts;
    fill_defaults(&filled);
    status = check_opts(&filled, size, reterr);
    if (status != EYELET_OK)
        return status;

    server = server_new(&filled, memory, size);
    r = eyelet_address_listen(&parsed, (int)filled.backlog, &server->listener, reterr);
    if (r < 0) {
        server->listener.fd = -1;
        return eyelet_status_from_errno(r);
    }
    server->is_single = server->listener.is_connected;
    server->can_accept = !server->is_single;
    eyelet_address_format(&server->listener.address, server->address, sizeof(server->address));
    r = open_descriptors(server);
    if (r < 0) {
        status = eyelet_error_errno(reterr, r, "cannot watch '%s'", server->address);
        eyelet_nano_server_clear(server);
        return status;
    }
    if (filled.is_enclave)
        eyelet_vsock_local_cid(&server->own_cid);
    *ret = server;
    return EYELET_OK;
}

void eyelet_nano_server_clear(struct eyelet_nano_server *server)
{
    if (server == NULL)
        return;
    assert(server->running == NULL);
    eyelet_nano_guests_close_all(server);
    eyelet_listener_clear(&server->listener);
    server->wake_fd = eyelet_socket_close(server->wake_fd);
    server->epoll_fd = eyelet_socket_close(server->epoll_fd);
    server->state = EYELET_NANO_SERVER_OVER;
}

const char *eyelet_nano_server_address(const struct eyelet_nano_server *server)
{
    return server->address;
}

/* --- services ----------------------------------------------------------------------------------------------------- */

/* A method whose messages do not fit into message_size; NULL when all do. */
static const struct eyelet_nano_method *find_too_large(const struct eyelet_nano_service *service, uint32_t message_size)
{
    for (size_t i = 0; i < service->n_methods; i++) {
        const struct eyelet_nano_method *method = &service->methods[i];

        if (EYELET_NANO_ROUND((size_t)method->request_size) + EYELET_NANO_ROUND((size_t)method->reply_size) >
            message_size)
            return method;
    }
    return NULL;
}

enum eyelet_status eyelet_nano_server_add_service(struct eyelet_nano_server *server,
                                                  const struct eyelet_nano_service *service, const void *handlers,
                                                  void *userdata, struct eyelet_error *reterr)
{
    struct eyelet_dispatch_node *node = &server->nodes[server->n_nodes];
    struct eyelet_dispatch_node *last = server->n_nodes > 0 ? node - 1 : NULL;
    const struct eyelet_nano_method *method = find_too_large(service, server->opts.message_size);

    if (handlers == NULL)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "no handlers for '%s'", service->name);
    if (server->running != NULL)
        return eyelet_error_set(reterr, EYELET_FAILED_PRECONDITION, "'%s' is added inside a handler", service->name);
    if (eyelet_dispatch_find_service(last, eyelet_slice_of(service->name)) != NULL)
        return eyelet_error_set(reterr, EYELET_ALREADY_EXISTS, "'%s' was added before", service->name);
    if (server->n_nodes == EYELET_NANO_SERVICES_MAX)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "'%s' is one more service than %u", service->name,
                                EYELET_NANO_SERVICES_MAX);
    if (method != NULL)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED,
                                "message_size of %u is too small for the messages of '%s' of '%s', %u and %u bytes",
                                server->opts.message_size, method->name, service->name, method->request_size,
                                method->reply_size);

    *node = (struct eyelet_dispatch_node){
        .next = last,
        .service = service->name,
        .service_len = strlen(service->name),
        .methods = service->methods,
        .n_methods = service->n_methods,
        .method_size = sizeof(*service->methods),
        .handlers = handlers,
        .userdata = userdata,
    };
    server->n_nodes++;
    return EYELET_OK;
}

/* --- the loop ----------------------------------------------------------------------------------------------------- */

static uint64_t next_deadline(const struct eyelet_nano_server *server)
{
    uint64_t guests_ns = eyelet_nano_guests_deadline(server), calls_ns = eyelet_nano_calls_deadline(server);
    uint64_t deadline_ns = guests_ns < calls_ns ? guests_ns : calls_ns;

    return server->grace_end_ns < deadline_ns ? server->grace_end_ns : deadline_ns;
}

static bool has_work(const struct eyelet_nano_server *server)
{
    if (server->state == EYELET_NANO_SERVER_OPEN || server->state == EYELET_NANO_SERVER_OVER)
        return true;
    if (server->stop_asked && server->state == EYELET_NANO_SERVER_SERVES)
        return true;
    return eyelet_nano_calls_have_next(server) || eyelet_nano_guests_have_work(server);
}

/* Until @deadline_ns, in milliseconds rounded up; -1 for ever. */
static int until(uint64_t deadline_ns)
{
    uint64_t now_ns = eyelet_now_ns(), ms;

    if (deadline_ns == EYELET_NO_DEADLINE)
        return -1;
    if (deadline_ns <= now_ns)
        return 0;
    ms = (deadline_ns - now_ns - 1) / EYELET_NS_PER_MS + 1;
    return ms < INT32_MAX ? (int)ms : INT32_MAX;
}

static void note(struct eyelet_nano_server *server, const struct epoll_event *event)
{
    if (event->data.u64 == EYELET_NANO_WHO_WAKE)
        eyelet_wake_drain(server->wake_fd);
    else if (event->data.u64 == EYELET_NANO_WHO_LISTENER)
        server->can_accept = true;
    else
        eyelet_nano_guests_note(server, event->data.u64, event->events);
}

static void wait_for_events(struct eyelet_nano_server *server, int timeout_ms)
{
    struct epoll_event events[EVENTS_PER_STEP];
    int n = epoll_wait(server->epoll_fd, events, EVENTS_PER_STEP, timeout_ms);

    if (n < 0 && errno != EINTR)
        server->is_broken = true;
    for (int i = 0; i < n; i++)
        note(server, &events[i]);
}

static void begin_draining(struct eyelet_nano_server *server, uint64_t now_ns)
{
    server->state = EYELET_NANO_SERVER_DRAINS;
    server->grace_end_ns = eyelet_deadline_after_ms(now_ns, server->opts.grace_ms);
    server->accept_again_ns = EYELET_NO_DEADLINE;
    eyelet_listener_clear(&server->listener); /* epoll lets go of it by this */
    eyelet_nano_guests_stop(server);
}

static void end_now(struct eyelet_nano_server *server, uint64_t now_ns)
{
    eyelet_nano_calls_cancel_all(server, now_ns);
    eyelet_nano_guests_flush(server, now_ns);
    eyelet_nano_guests_close_all(server);
    server->grace_end_ns = EYELET_NO_DEADLINE;
}

static bool is_all_over(const struct eyelet_nano_server *server)
{
    bool is_last =
        server->state == EYELET_NANO_SERVER_DRAINS || (server->state == EYELET_NANO_SERVER_SERVES && server->is_single);

    return is_last && server->n_guests == 0 && server->running == NULL;
}

/* What is due and what has come, but for handlers. */
static void look(struct eyelet_nano_server *server, uint64_t now_ns)
{
    server->now_ns = server->looked_ns = now_ns;
    if (server->stop_asked && server->state == EYELET_NANO_SERVER_SERVES)
        begin_draining(server, now_ns);
    if (eyelet_nano_guests_accept(server, now_ns) < 0)
        server->is_broken = true;
    eyelet_nano_calls_expire(server, now_ns);
    eyelet_nano_guests_attend(server, now_ns);
    if (now_ns >= server->grace_end_ns || server->is_broken)
        end_now(server, now_ns);
}

static void forgive_absence(struct eyelet_nano_server *server)
{
    if (server->away_ns == 0)
        return;
    eyelet_nano_guests_forgive(server, server->away_ns, server->now_ns);
    eyelet_nano_calls_forgive(server, server->away_ns);
    server->away_ns = 0;
}

void eyelet_nano_server_step(struct eyelet_nano_server *server, uint64_t wait_until_ns)
{
    uint64_t deadline_ns;

    forgive_absence(server);
    deadline_ns = has_work(server) ? 0 : next_deadline(server);
    wait_for_events(server, until(deadline_ns < wait_until_ns ? deadline_ns : wait_until_ns));
    server->is_stirred = false;
    look(server, eyelet_now_ns());
}

bool eyelet_nano_server_should_look(const struct eyelet_nano_server *server)
{
    return server->now_ns - server->looked_ns >= LOOK_AGE_MAX_NS;
}

void eyelet_nano_server_enter(struct eyelet_nano_server *server)
{
    uint64_t now_ns = eyelet_now_ns();

    server->away_ns += now_ns - server->now_ns;
    server->now_ns = now_ns;
}

/* --- running ------------------------------------------------------------------------------------------------------ */

static enum eyelet_status begin(struct eyelet_nano_server *server, struct eyelet_error *reterr)
{
    int r = 0;

    if (server->running != NULL)
        return eyelet_error_set(reterr, EYELET_FAILED_PRECONDITION, "server runs already: this is one of its handlers");
    if (server->state != EYELET_NANO_SERVER_OPEN)
        return EYELET_OK;
    server->state = EYELET_NANO_SERVER_SERVES;
    if (server->is_single)
        r = eyelet_nano_guests_take_connected(server);
    if (r < 0) {
        server->state = EYELET_NANO_SERVER_OVER;
        return eyelet_error_errno(reterr, r, "cannot serve '%s'", server->address);
    }
    return EYELET_OK;
}

/* An answer waits for those behind it, but not where handlers are slow. Return: false when no call may run. */
static bool run_next(struct eyelet_nano_server *server)
{
    uint64_t start_ns = server->now_ns;

    if (!eyelet_nano_calls_run_next(server))
        return false;
    if (server->now_ns - start_ns >= QUICK_MAX_NS)
        server->n_slow = SLOW_RUNS;
    if (server->n_slow == 0)
        return true;
    server->n_slow--;
    eyelet_nano_guests_flush(server, server->now_ns);
    return true;
}

/* Runs what waits, and what was left lying for it, so that the answers leave together. */
static void run_calls(struct eyelet_nano_server *server)
{
    do {
        while (run_next(server)) {
            if (eyelet_nano_server_should_look(server)) /* others may have come, calls may be late, it may be stopped */
                return;
        }
        forgive_absence(server);
        if (eyelet_nano_guests_have_work(server))
            eyelet_nano_guests_attend(server, server->now_ns);
        if (!eyelet_nano_calls_have_next(server))
            eyelet_nano_guests_flush(server, server->now_ns); /* which may be what the next one waits for */
    } while (eyelet_nano_calls_have_next(server));
}

static enum eyelet_status go_round(struct eyelet_nano_server *server, uint64_t wait_until_ns,
                                   struct eyelet_error *reterr)
{
    eyelet_nano_server_step(server, wait_until_ns);
    run_calls(server);
    forgive_absence(server);
    eyelet_nano_guests_flush(server, server->now_ns);
    if (server->is_broken) {
        server->state = EYELET_NANO_SERVER_OVER;
        return eyelet_error_set(reterr, EYELET_INTERNAL, "cannot wait on '%s' any more", server->address);
    }
    if (is_all_over(server))
        server->state = EYELET_NANO_SERVER_OVER;
    return EYELET_OK;
}

enum eyelet_status eyelet_nano_server_run(struct eyelet_nano_server *server, struct eyelet_error *reterr)
{
    enum eyelet_status status;

    if (server->state == EYELET_NANO_SERVER_OVER)
        return eyelet_error_set(reterr, EYELET_FAILED_PRECONDITION, "server is over");
    status = begin(server, reterr);
    while (status == EYELET_OK && server->state != EYELET_NANO_SERVER_OVER)
        status = go_round(server, EYELET_NO_DEADLINE, reterr);
    return status;
}

enum eyelet_status eyelet_nano_server_process(struct eyelet_nano_server *server, struct eyelet_error *reterr)
{
    enum eyelet_status status = begin(server, reterr);

    if (status != EYELET_OK || server->state == EYELET_NANO_SERVER_OVER)
        return status;
    return go_round(server, 0, reterr);
}

void eyelet_nano_server_stop(struct eyelet_nano_server *server)
{
    if (server == NULL || server->wake_fd < 0)
        return;
    server->stop_asked = true;
    eyelet_wake_send(server->wake_fd);
}

bool eyelet_nano_server_is_over(const struct eyelet_nano_server *server)
{
    return server->state == EYELET_NANO_SERVER_OVER;
}

int eyelet_nano_server_fd(const struct eyelet_nano_server *server)
{
    return server->epoll_fd;
}

int eyelet_nano_server_timeout_ms(const struct eyelet_nano_server *server)
{
    return has_work(server) ? 0 : until(next_deadline(server));
}
