/*
 * A whole client in a block of memory, whose server says anything: every call ends, once and in bounded time, with a
 * status; nothing beside the block is touched.
 *
 * Input: one byte of how long the pieces are, one byte of how it is run, one byte of how many things the program does,
 * one byte for each of these, then what the server says.
 */
#include "fuzz/nano_pump.h"

#include <eyelet/nano.h>

enum {
    RUN_LAZY = 1, /* the server reads no more than it must */
    RUN_WITHOUT_WIPE = 2,
};

#define CALLS_MAX   3
#define STREAMS_MAX 2
#define STARTS_MAX  64
#define SIZE        EYELET_NANO_CLIENT_SIZE(CALLS_MAX, STREAMS_MAX, PUMP_FRAME_MAX)

/* A call that was started, and whether it is over. */
struct started {
    struct eyelet_nano_pending *pending; /* NULL for one that is told */
    nano_Leaf reply;
    unsigned n_told;
    bool is_begun;
    bool is_told;
};

struct program {
    struct eyelet_nano_client *client;
    struct started started[STARTS_MAX];
    size_t n_started;
    struct eyelet_nano_stream *streams[STREAMS_MAX];
    bool may_send[STREAMS_MAX];
    size_t n_streams;
};

static enum eyelet_status no_handler(struct eyelet_nano_call *call, const void *handlers, const void *request,
                                     void *reply, void *userdata)
{
    (void)call, (void)handlers, (void)request, (void)reply, (void)userdata;
    abort(); /* a client handles nothing */
}

#define METHOD(method, its_kind)                                                                                       \
    {                                                                                                                  \
        .name = method, .request_type = nano_Leaf_fields, .reply_type = nano_Leaf_fields,                              \
        .request_size = sizeof(nano_Leaf), .reply_size = sizeof(nano_Leaf), .reply_len_max = nano_Leaf_size,           \
        .kind = its_kind, .handle = no_handler                                                                         \
    }

enum { CHAT, COUNT, SAY, SUM };

static const struct eyelet_nano_method methods[] = {
    METHOD("Chat", EYELET_BIDI_STREAM),
    METHOD("Count", EYELET_SERVER_STREAM),
    METHOD("Say", EYELET_UNARY),
    METHOD("Sum", EYELET_CLIENT_STREAM),
};

static const struct eyelet_nano_service service = { .name = "s.S", .methods = methods, .n_methods = 4 };
static const nano_Leaf request = { .number = 5, .name = "request", .few_count = 3, .few = { 1, 2, 3 } };

static void check_status(enum eyelet_status status, const struct eyelet_error *error)
{
    FUZZ_CHECK((unsigned)status <= EYELET_STATUS_MAX);
    if (status == EYELET_OK)
        return;
    FUZZ_CHECK(error->status == status && memchr(error->text, '\0', sizeof(error->text)) != NULL);
    FUZZ_CHECK(error->details_len <= EYELET_ERROR_DETAILS_MAX);
}

static void check_leaf(const nano_Leaf *leaf)
{
    FUZZ_CHECK(memchr(leaf->name, '\0', sizeof(leaf->name)) != NULL && leaf->few_count <= 3);
}

static void call(struct program *program)
{
    struct eyelet_error error;
    enum eyelet_status status;
    nano_Leaf reply;

    memset(&reply, PUMP_CANARY, sizeof(reply));
    status = eyelet_nano_client_call(program->client, &service, &methods[SAY], NULL, &request, &reply, &error);
    check_status(status, &error);
    if (status == EYELET_OK)
        check_leaf(&reply);
}

static void be_told(void (*done)(void), enum eyelet_status status, void *reply, const struct eyelet_error *error,
                    void *userdata)
{
    struct started *started = userdata;

    FUZZ_CHECK(done == abort && started->n_told == 0 && started->is_begun);
    started->n_told++;
    FUZZ_CHECK((status == EYELET_OK) == (reply != NULL) && (status == EYELET_OK) == (error == NULL));
    if (status == EYELET_OK)
        check_leaf(reply);
    else
        check_status(status, error);
}

static void start(struct program *program, bool is_told)
{
    struct started *started = &program->started[program->n_started];
    struct eyelet_error error;
    enum eyelet_status status;

    if (program->n_started == STARTS_MAX)
        return;
    program->n_started++;
    started->is_begun = true;
    started->is_told = is_told;
    status =
        eyelet_nano_client_start(program->client, &service, &methods[SAY], NULL, &request, &started->reply, be_told,
                                 is_told ? abort : NULL, started, is_told ? NULL : &started->pending, &error);
    check_status(status, &error);
    started->is_begun = status == EYELET_OK;
    if (status != EYELET_OK)
        started->pending = NULL;
}

static void collect(struct started *started)
{
    struct eyelet_error error;
    enum eyelet_status status;

    status = eyelet_nano_client_collect(started->pending, &error);
    check_status(status, &error);
    if (status == EYELET_OK)
        check_leaf(&started->reply);
    started->pending = NULL;
}

static void open_stream(struct program *program, const struct eyelet_nano_method *method)
{
    bool takes_one = (method->kind & EYELET_CLIENT_STREAM) == 0;
    struct eyelet_nano_stream *stream = NULL;
    struct eyelet_error error;
    enum eyelet_status status;

    status = eyelet_nano_client_open_stream(program->client, &service, method, NULL, takes_one ? &request : NULL,
                                            &stream, &error);
    check_status(status, &error);
    FUZZ_CHECK((status == EYELET_OK) == (stream != NULL));
    if (status != EYELET_OK)
        return;
    FUZZ_CHECK(program->n_streams < STREAMS_MAX);
    program->may_send[program->n_streams] = !takes_one;
    program->streams[program->n_streams++] = stream;
}

static void receive(struct eyelet_nano_stream *stream)
{
    struct eyelet_error error = { .status = EYELET_OK };
    nano_Leaf reply;

    switch (eyelet_nano_stream_recv(stream, &reply, &error)) {
    case EYELET_GOT_MESSAGE:
        check_leaf(&reply);
        break;
    case EYELET_GOT_END:
        break;
    case EYELET_GOT_ERROR:
        FUZZ_CHECK(error.status != EYELET_OK);
        check_status(error.status, &error);
        break;
    }
}

static void send_some(struct program *program, size_t i, bool ends)
{
    struct eyelet_error error;
    enum eyelet_status status;

    if (!program->may_send[i])
        return;
    status = ends ? eyelet_nano_stream_end(program->streams[i], &error)
                  : eyelet_nano_stream_send(program->streams[i], &request, &error);
    check_status(status, &error);
    program->may_send[i] = status == EYELET_OK && !ends;
}

static void close_stream(struct program *program)
{
    if (program->n_streams > 0)
        FUZZ_CHECK(eyelet_nano_stream_close(program->streams[--program->n_streams]) == NULL);
}

static void process(struct program *program)
{
    short events = eyelet_nano_client_events(program->client);
    struct pollfd watched = { .fd = eyelet_nano_client_fd(program->client), .events = events };
    struct eyelet_error error;

    FUZZ_CHECK((watched.fd < 0) <= (events == 0));
    FUZZ_CHECK(eyelet_nano_client_timeout_ms(program->client) >= -1);
    if (watched.fd >= 0)
        __wrap_poll(&watched, 1, 0);
    check_status(eyelet_nano_client_process(program->client, &error), &error);
}

static void cancel(struct program *program, size_t n)
{
    struct started *started = &program->started[n % STARTS_MAX];

    if (started->pending != NULL)
        eyelet_nano_pending_cancel(started->pending);
    if (program->n_streams > 0)
        eyelet_nano_stream_cancel(program->streams[n % program->n_streams]);
}

static void act(struct program *program, uint8_t what)
{
    size_t n = what >> 4;

    switch (what & 0x0f) {
    case 0:
        call(program);
        break;
    case 1:
        start(program, true);
        break;
    case 2:
        start(program, false);
        break;
    case 3:
        open_stream(program, &methods[COUNT]);
        break;
    case 4:
        open_stream(program, &methods[CHAT]);
        break;
    case 5:
    case 6:
        if (program->n_streams > 0)
            receive(program->streams[n % program->n_streams]);
        break;
    case 7:
        open_stream(program, &methods[SUM]);
        break;
    case 8:
    case 9:
        for (size_t i = 0; i < 1 + n * n && program->n_streams > 0; i++)
            send_some(program, n % program->n_streams, false);
        break;
    case 10:
        if (program->n_streams > 0)
            send_some(program, n % program->n_streams, true);
        break;
    case 11:
        close_stream(program);
        break;
    case 12:
        cancel(program, n);
        break;
    case 13:
        for (size_t i = 0; i < program->n_started; i++)
            if (program->started[i].pending != NULL && eyelet_nano_pending_is_done(program->started[i].pending))
                collect(&program->started[i]);
        break;
    default:
        process(program);
        break;
    }
}

static void open_client(struct program *program, int fd, uint8_t way, uint8_t *memory)
{
    const struct eyelet_nano_client_opts opts = {
        .calls_max = CALLS_MAX,
        .streams_max = STREAMS_MAX,
        .frame_max = PUMP_FRAME_MAX,
        .wipe = (way & RUN_WITHOUT_WIPE) == 0,
    };
    struct eyelet_error error;
    char address[32];

    snprintf(address, sizeof(address), "fd://%d", fd);
    FUZZ_CHECK(eyelet_nano_client_init(address, &opts, memory, SIZE, &program->client, &error) == EYELET_OK);
    close(fd); /* the client has a duplicate */
}

/* Everything that was begun is over: the last calls by clear. */
static void finish(struct program *program)
{
    struct eyelet_counters counters;

    while (program->n_streams > 0)
        close_stream(program);
    for (size_t i = 0; i < program->n_started; i++) {
        if (program->started[i].pending != NULL)
            collect(&program->started[i]);
    }
    eyelet_nano_client_get_counters(program->client, &counters);
    FUZZ_CHECK(counters.calls_failed <= counters.calls_started && counters.connections_open <= 1);
    eyelet_nano_client_clear(program->client);
    for (size_t i = 0; i < program->n_started; i++)
        FUZZ_CHECK(program->started[i].n_told == (program->started[i].is_told && program->started[i].is_begun));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct program program = { 0 };
    struct eyelet_slice said;
    uint8_t *memory;
    size_t n;
    int fd;

    if (len < 3 || data[2] > len - 3)
        return 0;
    n = data[2];
    said = (struct eyelet_slice){ data + 3 + n, len - 3 - n };
    fd = pump_begin(said, 1 + (size_t)data[0] * data[0] / 8, (data[1] & RUN_LAZY) != 0);
    memory = pump_block_new(SIZE);
    open_client(&program, fd, data[1], memory);
    for (size_t i = 0; i < n; i++)
        act(&program, data[3 + i]);
    finish(&program);
    pump_block_free(memory, SIZE);
    pump_end();
    return 0;
}
