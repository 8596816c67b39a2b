/*
 * A whole server in a block of memory, and a peer that says anything: it ends, in bounded time, with every slot free,
 * has answered nothing that was not asked, and has touched nothing beside its block.
 *
 * Input: one byte of how long the pieces are, one byte of how it is run, then what the peer says.
 */
#include "fuzz/nano_pump.h"

#include <eyelet/nano.h>

#include "core/envelope.h"

enum {
    RUN_BY_PROCESS = 1, /* instead of run */
    RUN_LAZY = 2,       /* the peer reads no more than it must */
    RUN_WITHOUT_WIPE = 4,
    RUN_STOPS = 8, /* the first handler stops the server */
};

#define MESSAGE_SIZE (2 * EYELET_NANO_ROUND(sizeof(nano_Leaf)))
#define SIZE         EYELET_NANO_SERVER_SIZE(2, 3, PUMP_FRAME_MAX, MESSAGE_SIZE)

static struct eyelet_nano_server *server;
static unsigned n_handled;
static bool is_inside;
static bool stops;

/* --- the service -------------------------------------------------------------------------------------------------- */

static void look_around(struct eyelet_nano_call *call)
{
    struct eyelet_slice key, value;
    size_t n = 0;

    while (eyelet_nano_call_metadata_at(call, n, &key, &value))
        n++;
    FUZZ_CHECK(n <= EYELET_METADATA_PAIRS_MAX);
    FUZZ_CHECK(!eyelet_nano_call_metadata(call, "no-such-key", n, &value));
    FUZZ_CHECK(eyelet_nano_call_time_left_ms(call) <= 300000);
    FUZZ_CHECK(strcmp(eyelet_nano_call_service(call), "s.S") == 0);
    FUZZ_CHECK(eyelet_nano_call_peer(call)->family == EYELET_FAMILY_UNIX);
}

static enum eyelet_status say(struct eyelet_nano_call *call, const nano_Leaf *request, nano_Leaf *reply)
{
    switch (request->number) {
    case 1:
        eyelet_nano_call_add_detail(call, "type.googleapis.com/s.S", (struct eyelet_slice){ (const uint8_t *)"d", 1 });
        return eyelet_nano_call_fail(call, EYELET_NOT_FOUND, "no '%s', %d of %zu", request->name, request->number,
                                     sizeof(*request));
    case 2:
        return (enum eyelet_status)77;
    case 3:
        reply->few_count = 4; /* of 3 */
        return EYELET_OK;
    case 4:
        for (int i = 0; i < 3; i++)
            (void)eyelet_nano_call_is_cancelled(call);
        break;
    default:
        break;
    }
    *reply = *request;
    return EYELET_OK;
}

static enum eyelet_status count(struct eyelet_nano_call *call, const nano_Leaf *request)
{
    for (int32_t i = 0; i < request->number && i < 200; i++) {
        nano_Leaf reply = { .number = i, .few_count = 3, .few = { 1, 2, 3 } };
        enum eyelet_status status = eyelet_nano_call_send(call, &reply);

        if (status != EYELET_OK)
            return status;
    }
    return EYELET_OK;
}

static enum eyelet_status sum(struct eyelet_nano_call *call, nano_Leaf *reply)
{
    const void *message;
    enum eyelet_got got;

    while ((got = eyelet_nano_call_recv(call, &message)) == EYELET_GOT_MESSAGE) {
        const nano_Leaf *request = message;

        reply->number += (int32_t)request->few_count;
        if (request->number == 1)
            return EYELET_OK; /* before the peer is done */
    }
    return EYELET_OK; /* an error from receiving is the call's, whatever is returned */
}

static enum eyelet_status chat(struct eyelet_nano_call *call)
{
    const void *message;

    while (eyelet_nano_call_recv(call, &message) == EYELET_GOT_MESSAGE) {
        const nano_Leaf *request = message;
        nano_Leaf reply = *request;

        for (int32_t i = 0; i < 1 + request->number % 8; i++) {
            enum eyelet_status status = eyelet_nano_call_send(call, &reply);

            if (status != EYELET_OK)
                return status;
        }
    }
    return EYELET_OK;
}

static enum eyelet_status handle(struct eyelet_nano_call *call, const void *handlers, const void *request, void *reply,
                                 void *userdata)
{
    const char *method = eyelet_nano_call_method(call);
    enum eyelet_status status;

    FUZZ_CHECK(!is_inside && handlers == &n_handled && userdata == &is_inside);
    is_inside = true;
    n_handled++;
    if (stops)
        eyelet_nano_server_stop(server);
    look_around(call);
    if (strcmp(method, "Say") == 0)
        status = say(call, request, reply);
    else if (strcmp(method, "Count") == 0)
        status = count(call, request);
    else if (strcmp(method, "Sum") == 0)
        status = sum(call, reply);
    else
        status = chat(call);
    is_inside = false;
    return status;
}

#define METHOD(method, its_kind)                                                                                       \
    {                                                                                                                  \
        .name = method, .request_type = nano_Leaf_fields, .reply_type = nano_Leaf_fields,                              \
        .request_size = sizeof(nano_Leaf), .reply_size = sizeof(nano_Leaf), .reply_len_max = nano_Leaf_size,           \
        .kind = its_kind, .handle = handle                                                                             \
    }

static const struct eyelet_nano_method methods[] = {
    METHOD("Chat", EYELET_BIDI_STREAM),
    METHOD("Count", EYELET_SERVER_STREAM),
    METHOD("Say", EYELET_UNARY),
    METHOD("Sum", EYELET_CLIENT_STREAM),
};

static const struct eyelet_nano_service service = { .name = "s.S", .methods = methods, .n_methods = 4 };

/* --- running it --------------------------------------------------------------------------------------------------- */

static uint8_t *open_server(int fd, uint8_t way)
{
    const struct eyelet_nano_server_opts opts = {
        .connections_max = 2,
        .calls_max = 3,
        .frame_max = PUMP_FRAME_MAX,
        .message_size = MESSAGE_SIZE,
        .wipe = (way & RUN_WITHOUT_WIPE) == 0,
    };
    uint8_t *memory = pump_block_new(SIZE);
    struct eyelet_error error;
    char address[32];

    snprintf(address, sizeof(address), "fd://%d", fd);
    FUZZ_CHECK(eyelet_nano_server_init(address, &opts, memory, SIZE, &server, &error) == EYELET_OK);
    FUZZ_CHECK(eyelet_nano_server_add_service(server, &service, &n_handled, &is_inside, &error) == EYELET_OK);
    n_handled = 0;
    is_inside = false;
    stops = (way & RUN_STOPS) != 0;
    return memory;
}

/* As a foreign loop does, which looks at the descriptor, too. */
static void process_to_the_end(void)
{
    struct eyelet_error error;

    while (!eyelet_nano_server_is_over(server)) {
        int timeout_ms;

        FUZZ_CHECK(eyelet_nano_server_process(server, &error) == EYELET_OK);
        timeout_ms = eyelet_nano_server_timeout_ms(server);
        if (!eyelet_nano_server_is_over(server) && timeout_ms != 0) {
            struct pollfd watched = { .fd = eyelet_nano_server_fd(server), .events = POLLIN };

            __wrap_poll(&watched, 1, timeout_ms);
        }
    }
}

/* Each answer answers something: a request, or data that nobody had asked for. */
static void check_answers(struct eyelet_slice said)
{
    struct eyelet_slice rest = pump_heard();
    struct eyelet_frame_head head;

    while (pump_take_frame(&rest, &head)) {
        size_t n_asked = pump_count(said, EYELET_FRAME_TYPE_REQUEST, head.stream_id, 0) +
                         pump_count(said, EYELET_FRAME_TYPE_DATA, head.stream_id, 0);
        size_t n_ends =
            pump_count(pump_heard(), EYELET_FRAME_TYPE_RESPONSE, head.stream_id, 0) +
            pump_count(pump_heard(), EYELET_FRAME_TYPE_DATA, head.stream_id, EYELET_FRAME_FLAG_REMOTE_CLOSED);

        FUZZ_CHECK(head.data_len <= PUMP_FRAME_MAX);
        FUZZ_CHECK(head.type == EYELET_FRAME_TYPE_RESPONSE || head.type == EYELET_FRAME_TYPE_DATA);
        FUZZ_CHECK(n_ends <= n_asked);
    }
}

static void check_counters(void)
{
    struct eyelet_counters counters;

    eyelet_nano_server_get_counters(server, &counters);
    FUZZ_CHECK(counters.connections_opened == 1 && counters.connections_open == 0);
    FUZZ_CHECK(counters.calls_open == 0);
    FUZZ_CHECK(counters.calls_failed <= counters.calls_started && n_handled <= counters.calls_started);
    FUZZ_CHECK(counters.bytes_sent >= pump.n_heard);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct eyelet_slice said;
    struct eyelet_error error;
    uint8_t *memory;
    uint8_t way;
    int fd;

    if (len < 2)
        return 0;
    way = data[1];
    said = (struct eyelet_slice){ data + 2, len - 2 };
    fd = pump_begin(said, 1 + (size_t)data[0] * data[0] / 8, (way & RUN_LAZY) != 0);
    memory = open_server(fd, way);
    if ((way & RUN_BY_PROCESS) != 0)
        process_to_the_end();
    else
        FUZZ_CHECK(eyelet_nano_server_run(server, &error) == EYELET_OK);
    while (pump_hear(SIZE_MAX))
        ;
    check_counters();
    check_answers(said);
    eyelet_nano_server_clear(server);
    pump_block_free(memory, SIZE);
    pump_end();
    return 0;
}
