#include "flood.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "must.h"
#include "parcel.h"

#define FLOOD_STREAM     77u
#define FLOOD_TIMEOUT_MS 120000u
#define FLOOD_BUFFER     4096

/* A connection, a server on one end of it and a client on the other. */
struct flood {
    const struct flood_opts *opts;
    struct eyelet_server *server;
    struct eyelet_client *client;
    pthread_t thread;
    atomic_uint n_up;
    atomic_uint n_down;
    atomic_uint n_wrong;
};

static void count_wrong(struct flood *flood, const Load__Parcel *parcel, uint32_t number)
{
    if (!parcel_is(parcel, FLOOD_STREAM, number, flood->opts->size))
        atomic_fetch_add(&flood->n_wrong, 1);
}

static enum eyelet_status echo(struct eyelet_call *call, const Load__Parcel *request, Load__Parcel *reply,
                               void *userdata)
{
    struct flood *flood = userdata;
    uint8_t *room = eyelet_call_alloc(call, flood->opts->size);

    if (!room)
        return eyelet_call_fail(call, EYELET_RESOURCE_EXHAUSTED, "no memory for a reply");
    count_wrong(flood, request, request->number);
    atomic_fetch_add(&flood->n_up, 1);
    parcel_fill(reply, FLOOD_STREAM, PARCEL_DOWN | request->number, room, flood->opts->size);
    return EYELET_OK;
}

/* Sends everything before it receives anything. */
static enum eyelet_status send_first(struct eyelet_call *call, void *userdata)
{
    struct flood *flood = userdata;
    uint8_t *room = eyelet_call_alloc(call, flood->opts->size);
    enum eyelet_status status = EYELET_OK;
    const Load__Parcel *received;
    Load__Parcel parcel;

    for (uint32_t i = 0; i < flood->opts->n_parcels && status == EYELET_OK; i++) {
        parcel_fill(&parcel, FLOOD_STREAM, PARCEL_DOWN | i, room, flood->opts->size);
        status = load_depot_chat_call_send(call, &parcel);
    }
    for (uint32_t i = 0; status == EYELET_OK && load_depot_chat_call_recv(call, &received) == EYELET_GOT_MESSAGE; i++) {
        count_wrong(flood, received, i);
        atomic_fetch_add(&flood->n_up, 1);
    }
    return status;
}

/* Answers each parcel. */
static enum eyelet_status answer(struct eyelet_call *call, void *userdata)
{
    struct flood *flood = userdata;
    uint8_t *room = eyelet_call_alloc(call, flood->opts->size);
    enum eyelet_status status = EYELET_OK;
    const Load__Parcel *received;
    Load__Parcel parcel;

    for (uint32_t i = 0; status == EYELET_OK && load_depot_chat_call_recv(call, &received) == EYELET_GOT_MESSAGE; i++) {
        count_wrong(flood, received, i);
        atomic_fetch_add(&flood->n_up, 1);
        parcel_fill(&parcel, FLOOD_STREAM, PARCEL_DOWN | i, room, flood->opts->size);
        status = load_depot_chat_call_send(call, &parcel);
    }
    return status;
}

static const struct load_depot_handlers late_handlers = { .echo = echo, .chat = send_first };
static const struct load_depot_handlers answering_handlers = { .echo = echo, .chat = answer };

static void *serve(void *argument)
{
    must(eyelet_server_run(argument) == EYELET_OK, "the server fails");
    return NULL;
}

static void shrink_buffers(int fd)
{
    const int size = FLOOD_BUFFER;

    must(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) == 0, "SO_SNDBUF cannot be set");
    must(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) == 0, "SO_RCVBUF cannot be set");
}

static void open_server(struct flood *flood, int fd, const struct load_depot_handlers *handlers)
{
    struct eyelet_server_opts opts = { .threads = flood->opts->server_threads, .calls_max = 1024 };
    struct eyelet_error error;
    char address[32];

    snprintf(address, sizeof(address), "fd://%d", fd);
    must(eyelet_server_open(address, &opts, &flood->server, &error) == EYELET_OK, "no server");
    must(load_depot_add(flood->server, handlers, flood) == EYELET_OK, "no service");
    flood->thread = must_start(serve, flood->server);
}

static void open_flood(struct flood *flood, const struct flood_opts *opts, const struct load_depot_handlers *handlers)
{
    int fds[2];
    char address[32];

    *flood = (struct flood){ .opts = opts };
    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0, "no socketpair");
    shrink_buffers(fds[0]);
    shrink_buffers(fds[1]);
    open_server(flood, fds[0], handlers);
    snprintf(address, sizeof(address), "fd://%d", fds[1]);
    flood->client = must_connect(address, &(struct eyelet_client_opts){ .call_timeout_ms = FLOOD_TIMEOUT_MS });
    close(fds[1]); /* the client has its own */
}

/* One more call shows whether the connection has survived. */
static enum eyelet_status call_after(struct flood *flood)
{
    uint8_t *room = must_alloc(1, flood->opts->size);
    Load__Parcel request, *reply = NULL;
    enum eyelet_status status;

    parcel_fill(&request, FLOOD_STREAM, 0, room, flood->opts->size);
    status = load_depot_echo(flood->client, NULL, &request, &reply, NULL);
    if (status == EYELET_OK) {
        count_wrong(flood, reply, PARCEL_DOWN);
        load__parcel__free_unpacked(reply, NULL);
        atomic_fetch_sub(&flood->n_up, 1); /* this one is no part of the flood */
    }
    free(room);
    return status;
}

static struct flood_result close_flood(struct flood *flood, enum eyelet_status status)
{
    struct flood_result result = { .status = status, .after = call_after(flood) };

    eyelet_client_close(flood->client);
    must_join(flood->thread); /* it served this one connection */
    eyelet_server_close(flood->server);
    result.n_up = flood->n_up;
    result.n_down = flood->n_down;
    result.n_wrong = flood->n_wrong;
    return result;
}

/* Sends parcels and the end, as far as it goes. */
static enum eyelet_status send_all(struct flood *flood, struct load_depot_chat_stream *stream, uint32_t n)
{
    uint8_t *room = must_alloc(1, flood->opts->size);
    enum eyelet_status status = EYELET_OK;
    Load__Parcel parcel;

    for (uint32_t i = 0; i < n && status == EYELET_OK; i++) {
        parcel_fill(&parcel, FLOOD_STREAM, i, room, flood->opts->size);
        status = load_depot_chat_send(stream, &parcel, NULL);
    }
    free(room);
    return status == EYELET_OK ? load_depot_chat_end(stream, NULL) : status;
}

/* Receives one parcel, looking at it @n_looks times. */
static enum eyelet_got receive_one(struct flood *flood, struct load_depot_chat_stream *stream, uint32_t number,
                                   uint32_t n_looks, struct eyelet_error *reterr)
{
    Load__Parcel *parcel = NULL;
    enum eyelet_got got = load_depot_chat_recv(stream, &parcel, reterr);

    if (got != EYELET_GOT_MESSAGE)
        return got;
    for (uint32_t i = 0; i < n_looks; i++)
        count_wrong(flood, parcel, PARCEL_DOWN | number);
    load__parcel__free_unpacked(parcel, NULL);
    atomic_fetch_add(&flood->n_down, 1);
    return got;
}

static enum eyelet_status receive_all(struct flood *flood, struct load_depot_chat_stream *stream)
{
    enum eyelet_got got = EYELET_GOT_MESSAGE;
    struct eyelet_error error;

    for (uint32_t i = 0; got == EYELET_GOT_MESSAGE; i++)
        got = receive_one(flood, stream, i, 1, &error);
    return got == EYELET_GOT_END ? EYELET_OK : error.status;
}

struct flood_result flood_both(const struct flood_opts *opts)
{
    struct load_depot_chat_stream *stream = NULL;
    struct flood flood;
    enum eyelet_status status;

    open_flood(&flood, opts, &late_handlers);
    must(load_depot_chat_open(flood.client, NULL, &stream, NULL) == EYELET_OK, "no stream");
    send_all(&flood, stream, opts->n_parcels); /* if it fails, receiving says how the stream ended */
    status = receive_all(&flood, stream);
    load_depot_chat_close(stream);
    return close_flood(&flood, status);
}

/* A thread that only sends. */
struct flood_sender {
    struct flood *flood;
    struct load_depot_chat_stream *stream;
    pthread_t thread;
};

static void *send_half(void *argument)
{
    struct flood_sender *sender = argument;

    send_all(sender->flood, sender->stream, sender->flood->opts->n_parcels / 2);
    return NULL;
}

static void start_sender(struct flood_sender *sender, struct flood *flood)
{
    sender->flood = flood;
    must(load_depot_chat_open(flood->client, NULL, &sender->stream, NULL) == EYELET_OK, "no stream");
    sender->thread = must_start(send_half, sender);
}

/* One parcel of each stream in turn, so that both go on. Return: how they ended, the first failure of both. */
static enum eyelet_status receive_slowly(struct flood *flood, struct flood_sender senders[2])
{
    enum eyelet_got got[2] = { EYELET_GOT_MESSAGE, EYELET_GOT_MESSAGE };
    enum eyelet_status status = EYELET_OK;
    struct eyelet_error error;

    for (uint32_t i = 0; got[0] == EYELET_GOT_MESSAGE || got[1] == EYELET_GOT_MESSAGE; i++)
        for (uint32_t j = 0; j < 2; j++) {
            if (got[j] != EYELET_GOT_MESSAGE)
                continue;
            got[j] = receive_one(flood, senders[j].stream, i, 20, &error);
            if (got[j] == EYELET_GOT_ERROR && status == EYELET_OK)
                status = error.status;
        }
    return status;
}

struct flood_result flood_slow_reader(const struct flood_opts *opts)
{
    struct flood_sender senders[2] = { 0 };
    struct flood flood;
    enum eyelet_status status;

    open_flood(&flood, opts, &answering_handlers);
    for (uint32_t i = 0; i < 2; i++)
        start_sender(&senders[i], &flood);
    status = receive_slowly(&flood, senders);
    for (uint32_t i = 0; i < 2; i++) {
        must_join(senders[i].thread);
        load_depot_chat_close(senders[i].stream);
    }
    return close_flood(&flood, status);
}

/* Collects a call. Return: how it ended. */
static enum eyelet_status collect(struct flood *flood, struct eyelet_pending *pending, uint32_t number)
{
    Load__Parcel *reply = NULL;
    enum eyelet_status status = load_depot_echo_collect(pending, &reply, NULL);

    if (status != EYELET_OK)
        return status;
    count_wrong(flood, reply, PARCEL_DOWN | number);
    load__parcel__free_unpacked(reply, NULL);
    atomic_fetch_add(&flood->n_down, 1);
    return EYELET_OK;
}

static void start_calls(struct flood *flood, struct eyelet_pending **pendings)
{
    uint8_t *room = must_alloc(1, flood->opts->size);
    Load__Parcel request;

    for (uint32_t i = 0; i < flood->opts->n_parcels; i++) {
        parcel_fill(&request, FLOOD_STREAM, i, room, flood->opts->size);
        must(load_depot_echo_start(flood->client, NULL, &request, NULL, NULL, &pendings[i], NULL) == EYELET_OK,
             "a call cannot be started");
    }
    free(room);
}

struct flood_result flood_calls(const struct flood_opts *opts)
{
    struct eyelet_pending **pendings = must_alloc(opts->n_parcels, sizeof(struct eyelet_pending *));
    enum eyelet_status status = EYELET_OK;
    struct flood flood;

    open_flood(&flood, opts, &answering_handlers);
    start_calls(&flood, pendings);
    for (uint32_t i = 0; i < opts->n_parcels; i++) {
        enum eyelet_status one = collect(&flood, pendings[i], i);

        if (one != EYELET_OK)
            status = one;
    }
    free(pendings);
    return close_flood(&flood, status);
}

/* Everything has arrived, or, when @may_exhaust, the stream has ended with the status that says why not. */
static bool is_well(const struct flood_result *result, uint32_t n_parcels, bool may_exhaust)
{
    if (result->n_wrong > 0 || result->after != EYELET_OK)
        return false;
    if (result->status == EYELET_OK)
        return result->n_up == n_parcels && result->n_down == n_parcels;
    return may_exhaust && result->status == EYELET_RESOURCE_EXHAUSTED;
}

uint32_t flood_run(FILE *out)
{
    static const struct {
        const char *name;
        struct flood_result (*run)(const struct flood_opts *opts);
        struct flood_opts opts;
        bool may_exhaust;
    } floods[] = {
        { "both send 60 of 32 KiB", flood_both, { 1, 60, 32768 }, false },
        { "both send 60 of 32 KiB, four threads", flood_both, { 4, 60, 32768 }, false },
        { "both send 5,000 of 4 KiB", flood_both, { 1, 5000, 4096 }, true },
        { "both send 5,000 of 4 KiB, four threads", flood_both, { 4, 5000, 4096 }, true },
        { "two send, a third reads slowly", flood_slow_reader, { 4, 10000, 1024 }, false },
        { "400 calls of 16 KiB, then their replies", flood_calls, { 1, 400, 16384 }, false },
    };
    uint32_t n_bad = 0;

    for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++) {
        struct flood_result result = floods[i].run(&floods[i].opts);
        bool is_good = is_well(&result, floods[i].opts.n_parcels, floods[i].may_exhaust);

        n_bad += is_good ? 0 : 1;
        fprintf(out, "%s: %s, %u of %u up, %u down, %u wrong; then %s: %s\n", floods[i].name,
                eyelet_status_name(result.status), result.n_up, floods[i].opts.n_parcels, result.n_down, result.n_wrong,
                eyelet_status_name(result.after), is_good ? "well" : "NOT WELL");
    }
    return n_bad;
}
