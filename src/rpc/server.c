/*
 * Listens, gives every connection its turns, and stops. One thread, one epoll, level-triggered: a short read may be
 * taken for the last one without losing what came behind it (a unix peer that passes descriptors cuts reads short).
 * epoll_ctl() is called only when a peer's queue fills or drains, not for a call.
 */
#include "rpc/server.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <eyelet/vsock.h>

#include "core/bytes.h"
#include "core/error.h"
#include "io/socket.h"
#include "rpc/serving.h"

#define EVENTS_PER_WAIT 64
#define ACCEPTS_PER_WAKE 64
#define ACCEPT_PAUSE_MIN_NS (10 * EYELET_NS_PER_MS)   /* VSOCK: accept, "pauses 10..1000 ms" */
#define ACCEPT_PAUSE_MAX_NS (1000 * EYELET_NS_PER_MS) /* the same */
#define ABSENCE_MIN_NS (1000 * EYELET_NS_PER_MS)      /* HOSTILE H101: peers are closed at their timer +-1 s */
#define FRAME_MAX_ENCLAVE (1u << 20)                  /* HOSTILE limit "frame data", enclave profile */

/**
 * struct guest - one accepted connection
 * @serving:   what it does
 * @timer:     its deadline
 * @events:    what epoll is asked for
 * @previous:  all guests
 * @next:      all guests
 * @turn_next: guests that have something to do, in the order of their turns
 * @has_turn:  is it among those?
 */
struct guest {
    struct eyelet_serving serving;
    struct eyelet_timer timer;
    uint32_t events;
    struct guest *previous;
    struct guest *next;
    struct guest *turn_next;
    bool has_turn;
};

enum server_state {
    SERVER_OPEN,    /* waits for eyelet_server_run() */
    SERVER_RUNNING, /* serves until @stop_fd says so */
    SERVER_OVER,    /* waits for eyelet_server_close() */
};

struct eyelet_server {
    struct eyelet_serving_env env;
    struct eyelet_dispatch_node *services;
    struct eyelet_listener listener;
    char address[EYELET_ADDRESS_TEXT_MAX];
    _Atomic enum server_state state;
    _Atomic bool is_stopping;
    int epoll_fd;
    int stop_fd;
    struct eyelet_timers timers;
    struct guest *guests;
    uint32_t n_guests;
    struct guest *turns_first;
    struct guest *turns_last;
    uint64_t accept_pause_ns; /* how long the last pause was; 0 when there was none since an accept */
    uint64_t accept_again_ns; /* when the pause is over; EYELET_NO_DEADLINE when there is none */
    bool is_draining;
    uint64_t awake_ns;   /* when epoll_wait() came back last; 0 before */
    uint64_t give_up_ns; /* end of the grace */
    uint32_t own_cid;    /* this machine's, or EYELET_VSOCK_CID_ANY when it is not known */
};

/* --- life --------------------------------------------------------------------------------------------------------- */

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
    default_u32(&opts->backlog, 128);
    default_u32(&opts->frame_max, opts->is_enclave ? FRAME_MAX_ENCLAVE : EYELET_FRAME_DATA_MAX_DEFAULT);
    default_u32(&opts->connections_max, 256);
    default_u32(&opts->connections_per_cid_max, 64);
    default_u32(&opts->header_timeout_ms, 5000);
    default_u32(&opts->body_grace_ms, 5000);
    default_u32(&opts->body_rate_min, 64u << 10);
    default_u32(&opts->write_stall_ms, 10000);
    default_u32(&opts->call_timeout_ms, 30000);
    default_u32(&opts->call_timeout_max_ms, 300000);
    default_u32(&opts->grace_ms, 5000);
    default_size(&opts->decode_max, 16u << 20);
    default_size(&opts->buffer_max, 128u << 20);
    default_size(&opts->connection_buffer_max, EYELET_FRAME_HEADER_LEN + (16u << 20));
    if (opts->connection_buffer_max > opts->buffer_max)
        opts->connection_buffer_max = opts->buffer_max;
}

static enum eyelet_status check_opts(const struct eyelet_server_opts *opts, struct eyelet_error *reterr)
{
    size_t frame_len = (size_t)opts->frame_max + EYELET_FRAME_HEADER_LEN;

    if (opts->frame_max < EYELET_SESSION_FRAME_MAX_MIN || opts->frame_max > EYELET_FRAME_DATA_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "frame_max of %u is not within %u and %u",
                                opts->frame_max, EYELET_SESSION_FRAME_MAX_MIN, EYELET_FRAME_DATA_MAX);
    if (opts->backlog > INT32_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "backlog of %u is too large", opts->backlog);
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
    return EYELET_OK;
}

static struct eyelet_session_limits session_limits(const struct eyelet_server_opts *opts)
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

/* A server without any descriptor. */
static enum eyelet_status server_new(const struct eyelet_server_opts *opts, struct eyelet_server **ret,
                                     struct eyelet_error *reterr)
{
    struct eyelet_server *server = calloc(1, sizeof(*server));
    enum eyelet_status status;

    if (server == NULL)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "no memory for a server");

    server->epoll_fd = server->stop_fd = server->listener.fd = -1;
    server->accept_again_ns = EYELET_NO_DEADLINE;
    server->own_cid = EYELET_VSOCK_CID_ANY;
    if (opts != NULL)
        server->env.opts = *opts;
    fill_defaults(&server->env.opts);
    server->env.limits = session_limits(&server->env.opts);
    server->env.pool.held_max = server->env.opts.buffer_max;
    eyelet_arena_init(&server->env.request_memory, NULL, 0);
    eyelet_arena_init(&server->env.reply_memory, NULL, 0);

    status = check_opts(&server->env.opts, reterr);
    if (status != EYELET_OK) {
        eyelet_server_close(server);
        return status;
    }
    *ret = server;
    return EYELET_OK;
}

static int watch(struct eyelet_server *server, int operation, int fd, uint32_t events, void *who)
{
    struct epoll_event event = { .events = events, .data.ptr = who };

    return epoll_ctl(server->epoll_fd, operation, fd, &event) < 0 ? -errno : 0;
}

static int open_descriptors(struct eyelet_server *server)
{
    int r;

    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (server->epoll_fd < 0)
        return -errno;
    server->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (server->stop_fd < 0)
        return -errno;
    r = watch(server, EPOLL_CTL_ADD, server->stop_fd, EPOLLIN, &server->stop_fd);
    if (r < 0)
        return r;
    if (server->listener.is_connected)
        return 0;
    r = eyelet_socket_set_nonblocking(server->listener.fd, true);
    if (r < 0)
        return r;
    return watch(server, EPOLL_CTL_ADD, server->listener.fd, EPOLLIN, &server->listener);
}

enum eyelet_status eyelet_server_open(const char *address, const struct eyelet_server_opts *opts,
                                      struct eyelet_server **ret, struct eyelet_error *reterr)
{
    struct eyelet_server *server = NULL;
    struct eyelet_address parsed;
    enum eyelet_status status;
    int r;

    r = eyelet_address_parse(address, &parsed, reterr);
    if (r < 0)
        return eyelet_status_from_errno(r);
    status = server_new(opts, &server, reterr);
    if (status != EYELET_OK)
        return status;

    r = eyelet_address_listen(&parsed, (int)server->env.opts.backlog, &server->listener, reterr);
    if (r < 0) {
        server->listener.fd = -1;
        eyelet_server_close(server);
        return eyelet_status_from_errno(r);
    }
    eyelet_address_format(&server->listener.address, server->address, sizeof(server->address));

    r = open_descriptors(server);
    if (r < 0) {
        status = eyelet_error_errno(reterr, r, "cannot watch '%s'", server->address);
        eyelet_server_close(server);
        return status;
    }
    if (server->env.opts.is_enclave)
        eyelet_vsock_local_cid(&server->own_cid);
    *ret = server;
    return EYELET_OK;
}

static void free_services(struct eyelet_server *server)
{
    while (server->services != NULL) {
        struct eyelet_dispatch_node *node = server->services;

        server->services = node->next;
        free(node);
    }
}

struct eyelet_server *eyelet_server_close(struct eyelet_server *server)
{
    if (server == NULL)
        return NULL;

    assert(server->state != SERVER_RUNNING);
    eyelet_listener_clear(&server->listener);
    eyelet_socket_close(server->stop_fd);
    eyelet_socket_close(server->epoll_fd);
    eyelet_timers_clear(&server->timers);
    eyelet_buffer_pool_clear(&server->env.pool);
    eyelet_arena_clear(&server->env.request_memory);
    eyelet_arena_clear(&server->env.reply_memory);
    free_services(server);
    free(server);
    return NULL;
}

const char *eyelet_server_address(const struct eyelet_server *server)
{
    return server->address;
}

enum eyelet_status eyelet_server_add(struct eyelet_server *server, const struct eyelet_service *service,
                                     const void *handlers, void *userdata, eyelet_serve_fn serve)
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
        .service = service,
        .handlers = handlers,
        .userdata = userdata,
    };
    server->services = node;
    server->env.services = node;
    server->env.serve = serve;
    return EYELET_OK;
}

void eyelet_server_stop(struct eyelet_server *server)
{
    const uint64_t one = 1;
    int saved = errno; /* in a signal handler */
    ssize_t n;

    server->is_stopping = true;
    n = write(server->stop_fd, &one, sizeof(one));
    (void)n; /* it fails only when the counter is full, and then the event is there already */
    errno = saved;
}

/* --- turns and timers --------------------------------------------------------------------------------------------- */

static void give_turn(struct eyelet_server *server, struct guest *guest)
{
    if (guest->has_turn)
        return;
    guest->has_turn = true;
    guest->turn_next = NULL;
    if (server->turns_first == NULL)
        server->turns_first = guest;
    else
        server->turns_last->turn_next = guest;
    server->turns_last = guest;
}

static struct guest *next_turn(struct eyelet_server *server)
{
    struct guest *guest = server->turns_first;

    if (guest != NULL) {
        server->turns_first = guest->turn_next;
        guest->has_turn = false;
    }
    return guest;
}

/* A guest leaves: only from its own turn, so that nobody else holds a pointer to it. */
static void guest_close(struct eyelet_server *server, struct guest *guest)
{
    watch(server, EPOLL_CTL_DEL, guest->serving.connection.fd, 0, NULL);
    eyelet_timers_set(&server->timers, &guest->timer, EYELET_NO_DEADLINE);
    if (guest->previous != NULL)
        guest->previous->next = guest->next;
    else
        server->guests = guest->next;
    if (guest->next != NULL)
        guest->next->previous = guest->previous;
    server->n_guests--;
    eyelet_serving_clear(&guest->serving);
    free(guest);
}

static int watch_guest(struct eyelet_server *server, struct guest *guest)
{
    uint32_t events = (eyelet_serving_wants_read(&guest->serving) ? (uint32_t)EPOLLIN : 0) |
                      (eyelet_serving_wants_write(&guest->serving) ? (uint32_t)EPOLLOUT : 0);

    if (events == guest->events)
        return 0;
    guest->events = events;
    return watch(server, EPOLL_CTL_MOD, guest->serving.connection.fd, events, guest);
}

/* Who has most memory that waits for the peer; NULL when nobody has any. */
static struct guest *largest_guest(const struct eyelet_server *server)
{
    struct guest *largest = NULL;
    size_t most = 0;

    for (struct guest *guest = server->guests; guest != NULL; guest = guest->next) {
        size_t len = eyelet_serving_stuck(&guest->serving);

        if (len > most) {
            most = len;
            largest = guest;
        }
    }
    return largest;
}

/*
 * When all buffers together are over their limit, whoever has most of it gives it back, not whoever comes next; and
 * before anybody else takes more. A guest that is closed for it goes in its own turn.
 */
static void shed_memory(struct eyelet_server *server)
{
    struct guest *largest;

    while (server->env.pool.held > server->env.pool.held_max && (largest = largest_guest(server)) != NULL) {
        eyelet_serving_shed(&largest->serving, eyelet_now_ns());
        give_turn(server, largest);
    }
}

static void run_turn(struct eyelet_server *server, struct guest *guest)
{
    switch (eyelet_serving_take_turn(&guest->serving, eyelet_now_ns(), server->awake_ns)) {
    case EYELET_SERVING_WAITS:
        eyelet_timers_set(&server->timers, &guest->timer, eyelet_serving_deadline(&guest->serving));
        if (watch_guest(server, guest) < 0)
            guest_close(server, guest);
        break;
    case EYELET_SERVING_AGAIN:
        give_turn(server, guest);
        break;
    case EYELET_SERVING_OVER:
        guest_close(server, guest);
        break;
    }
    shed_memory(server);
}

/* One round: everybody who has something to do now. Those who want more are behind them, in the next round. */
static void run_round(struct eyelet_server *server)
{
    const struct guest *last = server->turns_last;
    struct guest *guest;
    bool is_last = false;

    while (!is_last && (guest = next_turn(server)) != NULL) {
        is_last = guest == last;
        run_turn(server, guest);
    }
}

static struct guest *guest_of_timer(struct eyelet_timer *timer)
{
    return (struct guest *)((char *)timer - offsetof(struct guest, timer));
}

/* Whose time was over at @now_ns has a last turn, in which it may still show that it is not. */
static void expire_timers(struct eyelet_server *server, uint64_t now_ns)
{
    struct eyelet_timer *timer;

    for (timer = eyelet_timers_first(&server->timers); timer != NULL && timer->deadline_ns <= now_ns;
         timer = eyelet_timers_first(&server->timers)) {
        eyelet_timers_set(&server->timers, timer, EYELET_NO_DEADLINE);
        give_turn(server, guest_of_timer(timer));
    }
}

/*
 * The process was stopped, or a handler took its time. What came meanwhile was not read, so no peer is late by it.
 * @slept_ms:  what epoll_wait() was asked to wait at most
 */
static void forgive_absence(struct eyelet_server *server, uint64_t sleep_ns, int slept_ms, uint64_t wake_ns)
{
    uint64_t absence_ns = server->awake_ns == 0 ? 0 : sleep_ns - server->awake_ns;
    uint64_t asked_until_ns = UINT64_MAX;

    if (slept_ms >= 0)
        asked_until_ns = eyelet_deadline_after_ms(sleep_ns, (uint32_t)slept_ms);
    if (wake_ns > asked_until_ns)
        absence_ns += wake_ns - asked_until_ns;
    server->awake_ns = wake_ns;
    if (absence_ns < ABSENCE_MIN_NS)
        return;
    for (struct guest *guest = server->guests; guest != NULL; guest = guest->next) {
        eyelet_serving_forgive(&guest->serving, absence_ns, wake_ns);
        if (guest->timer.position != 0)
            eyelet_timers_set(&server->timers, &guest->timer, eyelet_serving_deadline(&guest->serving));
    }
}

/* --- accepting ---------------------------------------------------------------------------------------------------- */

static uint32_t count_cid(const struct eyelet_server *server, uint32_t cid)
{
    uint32_t n = 0;

    for (const struct guest *guest = server->guests; guest != NULL; guest = guest->next)
        n += guest->serving.peer.family == EYELET_FAMILY_VSOCK && guest->serving.peer.cid == cid;
    return n;
}

static bool is_welcome(const struct eyelet_server *server, const struct eyelet_peer *peer)
{
    const struct eyelet_server_opts *opts = &server->env.opts;
    bool is_vsock = peer->family == EYELET_FAMILY_VSOCK;

    if (server->n_guests >= opts->connections_max)
        return false;
    if (is_vsock && count_cid(server, peer->cid) >= opts->connections_per_cid_max)
        return false;
    if (is_vsock && opts->is_enclave && (peer->cid == EYELET_VSOCK_CID_LOCAL || peer->cid == server->own_cid))
        return false;
    return opts->accept == NULL || opts->accept(peer, opts->accept_userdata);
}

/* Takes a new guest in. Return: 0 or -errno, and then @fd is still the caller's. */
static int guest_open(struct eyelet_server *server, int fd, const struct eyelet_peer *peer)
{
    struct guest *guest;
    int r;

    r = eyelet_timers_reserve(&server->timers, (size_t)server->n_guests + 1);
    if (r < 0)
        return r;
    guest = calloc(1, sizeof(*guest));
    if (guest == NULL)
        return -ENOMEM;
    r = eyelet_serving_init(&guest->serving, fd, peer, &server->env);
    if (r < 0) {
        free(guest);
        return r;
    }
    guest->events = EPOLLIN;
    r = watch(server, EPOLL_CTL_ADD, fd, guest->events, guest);
    if (r < 0) {
        guest->serving.connection.fd = -1;
        eyelet_serving_clear(&guest->serving);
        free(guest);
        return r;
    }

    guest->next = server->guests;
    if (guest->next != NULL)
        guest->next->previous = guest;
    server->guests = guest;
    server->n_guests++;
    give_turn(server, guest);
    return 0;
}

/* Out of descriptors or memory: looks away from the listener for a while instead of spinning on it. */
static void pause_accepting(struct eyelet_server *server, uint64_t now_ns)
{
    uint64_t pause_ns = server->accept_pause_ns == 0 ? ACCEPT_PAUSE_MIN_NS : server->accept_pause_ns * 2;

    if (pause_ns > ACCEPT_PAUSE_MAX_NS)
        pause_ns = ACCEPT_PAUSE_MAX_NS;
    server->accept_pause_ns = pause_ns;
    server->accept_again_ns = now_ns + pause_ns;
    watch(server, EPOLL_CTL_MOD, server->listener.fd, 0, &server->listener);
}

static void resume_accepting(struct eyelet_server *server)
{
    server->accept_again_ns = EYELET_NO_DEADLINE;
    watch(server, EPOLL_CTL_MOD, server->listener.fd, EPOLLIN, &server->listener);
}

/* One accept. Return: 0 to go on, -EAGAIN when that is all for now, otherwise the listener is dead. */
static int accept_one(struct eyelet_server *server, uint64_t now_ns)
{
    struct eyelet_peer peer;
    int fd, r;

    r = eyelet_socket_accept(server->listener.fd, &peer, &fd);
    switch (-r) {
    case 0:
        break;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
        pause_accepting(server, now_ns);
        return -EAGAIN;
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ECONNRESET:
    case ENOTCONN:
        return 0;
    default:
        return r;
    }

    server->accept_pause_ns = 0;
    if (!is_welcome(server, &peer) || guest_open(server, fd, &peer) < 0)
        eyelet_socket_close(fd);
    return 0;
}

static int accept_some(struct eyelet_server *server, uint64_t now_ns)
{
    for (unsigned i = 0; i < ACCEPTS_PER_WAKE; i++) {
        int r = accept_one(server, now_ns);

        if (r < 0)
            return r == -EAGAIN ? 0 : r;
    }
    return 0;
}

/* The only connection that a server on a connected descriptor will ever have. */
static int take_connected(struct eyelet_server *server)
{
    struct eyelet_peer peer;
    int r = eyelet_socket_get_peer(server->listener.fd, &peer);

    if (r < 0)
        return r;
    if (!is_welcome(server, &peer))
        return 0;
    r = guest_open(server, server->listener.fd, &peer);
    if (r == 0)
        server->listener.fd = -1; /* the guest's now */
    return r;
}

/* --- running ------------------------------------------------------------------------------------------------------ */

static void start_draining(struct eyelet_server *server, uint64_t now_ns)
{
    server->is_draining = true;
    server->give_up_ns = eyelet_deadline_after_ms(now_ns, server->env.opts.grace_ms);
    server->accept_again_ns = EYELET_NO_DEADLINE;
    watch(server, EPOLL_CTL_DEL, server->stop_fd, 0, NULL);
    if (server->listener.fd >= 0)
        watch(server, EPOLL_CTL_DEL, server->listener.fd, 0, NULL);
    eyelet_listener_clear(&server->listener);
    for (struct guest *guest = server->guests; guest != NULL; guest = guest->next) {
        eyelet_serving_stop(&guest->serving);
        give_turn(server, guest);
    }
}

/* epoll_wait()'s timeout: until the next timer, rounded up, so that it is over when we wake. */
static int wait_ms(const struct eyelet_server *server, uint64_t now_ns)
{
    const struct eyelet_timer *timer = eyelet_timers_first(&server->timers);
    uint64_t deadline_ns = server->accept_again_ns, left_ms;

    if (server->turns_first != NULL)
        return 0;
    if (timer != NULL && timer->deadline_ns < deadline_ns)
        deadline_ns = timer->deadline_ns;
    if (server->is_draining && server->give_up_ns < deadline_ns)
        deadline_ns = server->give_up_ns;
    if (deadline_ns == EYELET_NO_DEADLINE)
        return -1;
    if (deadline_ns <= now_ns)
        return 0;
    left_ms = (deadline_ns - now_ns + EYELET_NS_PER_MS - 1) / EYELET_NS_PER_MS;
    return left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
}

static void note_event(struct eyelet_server *server, struct guest *guest, uint32_t events)
{
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
        guest->serving.can_read = !guest->serving.has_ended;
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
        guest->serving.can_write = true;
    give_turn(server, guest);
}

/* Waits, and notes who has something to do. Return: 0, or -errno when this server cannot go on. */
static int wait_for_events(struct eyelet_server *server, bool *ret_is_listener_ready)
{
    struct epoll_event events[EVENTS_PER_WAIT];
    uint64_t sleep_ns = eyelet_now_ns();
    int timeout_ms = wait_ms(server, sleep_ns);
    int n;

    *ret_is_listener_ready = false;
    n = epoll_wait(server->epoll_fd, events, EVENTS_PER_WAIT, timeout_ms);
    if (n < 0 && errno != EINTR)
        return -errno;
    forgive_absence(server, sleep_ns, timeout_ms, eyelet_now_ns());
    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr == &server->listener)
            *ret_is_listener_ready = true;
        else if (events[i].data.ptr != &server->stop_fd)
            note_event(server, events[i].data.ptr, events[i].events);
    }
    return 0;
}

/* One trip around the loop. Return: 0, or -errno when this server cannot go on. */
static int serve_once(struct eyelet_server *server)
{
    bool is_listener_ready;
    uint64_t now_ns;
    int r;

    r = wait_for_events(server, &is_listener_ready);
    if (r < 0)
        return r;
    now_ns = eyelet_now_ns();
    if (server->is_stopping && !server->is_draining)
        start_draining(server, now_ns);
    if (server->accept_again_ns <= now_ns)
        resume_accepting(server);
    if (is_listener_ready && !server->is_draining)
        r = accept_some(server, now_ns);
    expire_timers(server, now_ns);
    run_round(server);
    return r;
}

/* Is there nothing to do any more? */
static bool is_over(const struct eyelet_server *server)
{
    if (server->listener.is_connected && server->n_guests == 0)
        return true;
    return server->is_draining && (server->n_guests == 0 || eyelet_now_ns() >= server->give_up_ns);
}

static void close_guests(struct eyelet_server *server)
{
    while (server->guests != NULL)
        guest_close(server, server->guests);
    server->turns_first = NULL;
}

enum eyelet_status eyelet_server_run(struct eyelet_server *server)
{
    enum server_state expected = SERVER_OPEN;
    int r = 0;

    if (!atomic_compare_exchange_strong(&server->state, &expected, SERVER_RUNNING))
        return EYELET_FAILED_PRECONDITION;

    if (server->listener.is_connected)
        r = take_connected(server);
    while (r == 0 && !is_over(server))
        r = serve_once(server);

    close_guests(server);
    eyelet_listener_clear(&server->listener);
    server->state = SERVER_OVER;
    return r == 0 ? EYELET_OK : EYELET_INTERNAL;
}
