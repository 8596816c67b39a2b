/*
 * eyelet::nano, with messages of nanopb, in a block as large as its options say.
 */
#include "conformance/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <eyelet/nano.h>

#include "echo.eyelet.h"
#include "support/live.h"

#define CALLS   1024
#define STREAMS 8

struct client_pending {
    bool is_used;
    client_done_fn done;
    void *userdata;
    struct eyelet_nano_pending *pending;
    demo_SayReply reply;
};

struct client_stream {
    enum client_method method;
    struct demo_echo_count_stream *count;
    struct demo_echo_sum_stream *sum;
    struct demo_echo_chat_stream *chat;
};

/* Places that are not allocated, so that tests may count allocations and let them fail. */
static struct eyelet_nano_client *client;
static void *memory;
static struct client_pending pendings[CALLS];
static struct client_stream streams[STREAMS];

/* --- life --------------------------------------------------------------------------------------------------------- */

static struct eyelet_nano_client_opts opts_of(const struct client_opts *opts)
{
    struct eyelet_nano_client_opts own = { .calls_max = 16, .streams_max = STREAMS };

    if (opts == NULL)
        return own;
    own.reconnect = opts->reconnect;
    own.wipe = opts->wipe;
    own.connect_timeout_ms = opts->connect_timeout_ms;
    own.call_timeout_ms = opts->call_timeout_ms;
    own.frame_max = opts->frame_max;
    own.calls_max = opts->calls_max != 0 ? opts->calls_max : own.calls_max;
    return own;
}

enum eyelet_status client_open(const char *address, const struct client_opts *opts, struct eyelet_error *reterr)
{
    const struct eyelet_nano_client_opts own = opts_of(opts);
    size_t frame = own.frame_max != 0 ? own.frame_max : EYELET_NANO_FRAME_DEFAULT;
    size_t size = EYELET_NANO_CLIENT_SIZE(own.calls_max, own.streams_max, frame);
    enum eyelet_status status;

    live_must(client == NULL, "a client is open already");
    memory = malloc(size);
    live_must(memory != NULL, "no memory for a client");
    status = eyelet_nano_client_init(address, &own, memory, size, &client, reterr);
    if (status != EYELET_OK)
        client_close();
    return status;
}

void client_close(void)
{
    eyelet_nano_client_clear(client);
    client = NULL;
    free(memory);
    memory = NULL;
    memset(pendings, 0, sizeof(pendings));
    memset(streams, 0, sizeof(streams));
}

enum eyelet_status client_reconnect(uint32_t timeout_ms, struct eyelet_error *reterr)
{
    return eyelet_nano_client_reconnect(client, timeout_ms, reterr);
}

int client_fd(void)
{
    return eyelet_nano_client_fd(client);
}

short client_events(void)
{
    return eyelet_nano_client_events(client);
}

int client_timeout_ms(void)
{
    return eyelet_nano_client_timeout_ms(client);
}

enum eyelet_status client_process(struct eyelet_error *reterr)
{
    return eyelet_nano_client_process(client, reterr);
}

struct eyelet_counters client_counters(void)
{
    struct eyelet_counters counters;

    eyelet_nano_client_get_counters(client, &counters);
    return counters;
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

static void fill(demo_SayRequest *request, const char *text)
{
    live_must(strlen(text) < sizeof(request->text), "a request is longer than echo.options says");
    strcpy(request->text, text);
}

static void hand_over(bool is_there, const demo_SayReply *reply, char *ret_text, size_t cap)
{
    if (is_there && ret_text != NULL)
        snprintf(ret_text, cap, "%s", reply->text);
}

enum eyelet_status client_say(const struct eyelet_call_opts *opts, const char *text, char *ret_text, size_t cap,
                              struct eyelet_error *reterr)
{
    demo_SayRequest request;
    demo_SayReply reply;
    enum eyelet_status status;

    fill(&request, text);
    status = demo_echo_say(client, opts, &request, &reply, reterr);
    hand_over(status == EYELET_OK, &reply, ret_text, cap);
    return status;
}

static void tell(enum eyelet_status status, demo_SayReply *reply, const struct eyelet_error *error, void *userdata)
{
    struct client_pending *pending = userdata;

    live_must(reply == NULL || reply == &pending->reply, "a reply is in somebody else's memory");
    pending->is_used = false;
    pending->done(status, reply != NULL ? reply->text : NULL, error, pending->userdata);
}

static struct client_pending *find_pending(void)
{
    for (size_t i = 0; i < CALLS; i++) {
        if (!pendings[i].is_used)
            return &pendings[i];
    }
    live_must(false, "no place for another started call");
    return NULL;
}

enum eyelet_status client_start(const struct eyelet_call_opts *opts, const char *text, client_done_fn done,
                                void *userdata, struct client_pending **ret, struct eyelet_error *reterr)
{
    struct client_pending *pending = find_pending();
    demo_SayRequest request;
    enum eyelet_status status;

    pending->is_used = true;
    pending->done = done;
    pending->userdata = userdata;
    fill(&request, text);
    status = demo_echo_say_start(client, opts, &request, &pending->reply, done != NULL ? tell : NULL, pending,
                                 &pending->pending, reterr);
    if (status != EYELET_OK)
        pending->is_used = false;
    else if (ret != NULL)
        *ret = pending;
    return status;
}

enum eyelet_status client_collect(struct client_pending *pending, char *ret_text, size_t cap,
                                  struct eyelet_error *reterr)
{
    enum eyelet_status status = demo_echo_say_collect(pending->pending, reterr);

    pending->is_used = false;
    hand_over(status == EYELET_OK, &pending->reply, ret_text, cap);
    return status;
}

void client_cancel(struct client_pending *pending)
{
    eyelet_nano_pending_cancel(pending->pending);
}

bool client_is_done(const struct client_pending *pending)
{
    return eyelet_nano_pending_is_done(pending->pending);
}

/* --- streams ------------------------------------------------------------------------------------------------------ */

static struct client_stream *find_stream(void)
{
    for (size_t i = 0; i < STREAMS; i++) {
        if (streams[i].count == NULL && streams[i].sum == NULL && streams[i].chat == NULL)
            return &streams[i];
    }
    live_must(false, "no place for another stream");
    return NULL;
}

enum eyelet_status client_stream_open(enum client_method method, const struct eyelet_call_opts *opts, int64_t limit,
                                      struct client_stream **ret, struct eyelet_error *reterr)
{
    const demo_CountRequest request = { .limit = limit };
    struct client_stream *stream = find_stream();
    enum eyelet_status status = EYELET_UNKNOWN;

    *stream = (struct client_stream){ .method = method };
    switch (method) {
    case CLIENT_COUNT:
        status = demo_echo_count_open(client, opts, &request, &stream->count, reterr);
        break;
    case CLIENT_SUM:
        status = demo_echo_sum_open(client, opts, &stream->sum, reterr);
        break;
    case CLIENT_CHAT:
        status = demo_echo_chat_open(client, opts, &stream->chat, reterr);
        break;
    }
    if (status == EYELET_OK)
        *ret = stream;
    return status;
}

void client_stream_close(struct client_stream *stream)
{
    if (stream == NULL)
        return;
    live_must(demo_echo_count_close(stream->count) == NULL, "closing gives something");
    live_must(demo_echo_sum_close(stream->sum) == NULL, "closing gives something");
    live_must(demo_echo_chat_close(stream->chat) == NULL, "closing gives something");
    *stream = (struct client_stream){ 0 };
}

static struct eyelet_nano_stream *base(const struct client_stream *stream)
{
    switch (stream->method) {
    case CLIENT_COUNT:
        return demo_echo_count_base(stream->count);
    case CLIENT_SUM:
        return demo_echo_sum_base(stream->sum);
    case CLIENT_CHAT:
        return demo_echo_chat_base(stream->chat);
    }
    return NULL;
}

void client_stream_cancel(struct client_stream *stream)
{
    eyelet_nano_stream_cancel(base(stream));
}

enum eyelet_status client_stream_send_text(struct client_stream *chat, const char *text, struct eyelet_error *reterr)
{
    demo_SayRequest request;

    fill(&request, text);
    return demo_echo_chat_send(chat->chat, &request, reterr);
}

enum eyelet_status client_stream_send_number(struct client_stream *sum, int64_t number, struct eyelet_error *reterr)
{
    const demo_SumRequest request = { .number = number };

    return demo_echo_sum_send(sum->sum, &request, reterr);
}

enum eyelet_status client_stream_end(struct client_stream *stream, struct eyelet_error *reterr)
{
    if (stream->method == CLIENT_SUM)
        return demo_echo_sum_end(stream->sum, reterr);
    return demo_echo_chat_end(stream->chat, reterr);
}

enum eyelet_got client_stream_recv_text(struct client_stream *chat, char *ret_text, size_t cap,
                                        struct eyelet_error *reterr)
{
    demo_SayReply reply;
    enum eyelet_got got = demo_echo_chat_recv(chat->chat, &reply, reterr);

    hand_over(got == EYELET_GOT_MESSAGE, &reply, ret_text, cap);
    return got;
}

enum eyelet_got client_stream_recv_number(struct client_stream *count, int64_t *ret, struct eyelet_error *reterr)
{
    demo_CountReply reply;
    enum eyelet_got got = demo_echo_count_recv(count->count, &reply, reterr);

    if (got == EYELET_GOT_MESSAGE)
        *ret = reply.number;
    return got;
}

enum eyelet_got client_stream_recv_sum(struct client_stream *sum, int64_t *ret_sum, int64_t *ret_n_numbers,
                                       struct eyelet_error *reterr)
{
    demo_SumReply reply;
    enum eyelet_got got = demo_echo_sum_recv(sum->sum, &reply, reterr);

    if (got == EYELET_GOT_MESSAGE) {
        *ret_sum = reply.sum;
        *ret_n_numbers = reply.n_numbers;
    }
    return got;
}

bool client_stream_is_readable(const struct client_stream *stream)
{
    return eyelet_nano_stream_is_readable(base(stream));
}

bool client_stream_is_writable(const struct client_stream *stream)
{
    return eyelet_nano_stream_is_writable(base(stream));
}
