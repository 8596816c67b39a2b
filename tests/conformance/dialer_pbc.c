/*
 * The main library, with messages of protobuf-c.
 */
#include "conformance/client.h"

#include <stdio.h>
#include <string.h>

#include <eyelet/eyelet.h>

#include "echo.eyelet.h"
#include "support/live.h"

#define CALLS   1024
#define STREAMS 8

struct client_pending {
    bool is_used;
    client_done_fn done;
    void *userdata;
    struct eyelet_pending *pending;
};

struct client_stream {
    enum client_method method;
    struct demo_echo_count_stream *count;
    struct demo_echo_sum_stream *sum;
    struct demo_echo_chat_stream *chat;
};

/* Places that are not allocated, so that tests may count allocations and let them fail. */
static struct eyelet_client *client;
static struct client_pending pendings[CALLS];
static struct client_stream streams[STREAMS];

/* --- life --------------------------------------------------------------------------------------------------------- */

enum eyelet_status client_open(const char *address, const struct client_opts *opts, struct eyelet_error *reterr)
{
    struct eyelet_client_opts own = { 0 };

    live_must(client == NULL, "a client is open already");
    if (opts != NULL)
        own = (struct eyelet_client_opts){
            .reconnect = opts->reconnect,
            .wipe = opts->wipe,
            .connect_timeout_ms = opts->connect_timeout_ms,
            .call_timeout_ms = opts->call_timeout_ms,
            .frame_max = opts->frame_max,
            .calls_max = opts->calls_max,
        };
    return eyelet_client_open(address, &own, &client, reterr);
}

void client_close(void)
{
    client = eyelet_client_close(client);
    memset(pendings, 0, sizeof(pendings));
}

enum eyelet_status client_reconnect(uint32_t timeout_ms, struct eyelet_error *reterr)
{
    return eyelet_client_reconnect(client, timeout_ms, reterr);
}

int client_fd(void)
{
    return eyelet_client_fd(client);
}

short client_events(void)
{
    return eyelet_client_events(client);
}

int client_timeout_ms(void)
{
    return eyelet_client_timeout_ms(client);
}

enum eyelet_status client_process(struct eyelet_error *reterr)
{
    return eyelet_client_process(client, reterr);
}

struct eyelet_counters client_counters(void)
{
    struct eyelet_counters counters;

    eyelet_client_get_counters(client, &counters);
    return counters;
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

static void hand_over(Demo__SayReply *reply, char *ret_text, size_t cap)
{
    if (reply != NULL && ret_text != NULL)
        snprintf(ret_text, cap, "%s", reply->text);
    demo__say_reply__free_unpacked(reply, NULL);
}

enum eyelet_status client_say(const struct eyelet_call_opts *opts, const char *text, char *ret_text, size_t cap,
                              struct eyelet_error *reterr)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;
    enum eyelet_status status;

    request.text = (char *)text;
    status = demo_echo_say(client, opts, &request, &reply, reterr);
    live_must((reply != NULL) == (status == EYELET_OK), "a reply without success, or success without a reply");
    hand_over(reply, ret_text, cap);
    return status;
}

static void tell(enum eyelet_status status, Demo__SayReply *reply, const struct eyelet_error *error, void *userdata)
{
    struct client_pending *pending = userdata;

    pending->is_used = false;
    pending->done(status, reply != NULL ? reply->text : NULL, error, pending->userdata);
    demo__say_reply__free_unpacked(reply, NULL);
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
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    enum eyelet_status status;

    *pending = (struct client_pending){ .is_used = true, .done = done, .userdata = userdata };
    request.text = (char *)text;
    status =
        demo_echo_say_start(client, opts, &request, done != NULL ? tell : NULL, pending, &pending->pending, reterr);
    if (status != EYELET_OK)
        pending->is_used = false;
    else if (ret != NULL)
        *ret = pending;
    return status;
}

enum eyelet_status client_collect(struct client_pending *pending, char *ret_text, size_t cap,
                                  struct eyelet_error *reterr)
{
    Demo__SayReply *reply = NULL;
    enum eyelet_status status = demo_echo_say_collect(pending->pending, &reply, reterr);

    pending->is_used = false;
    hand_over(reply, ret_text, cap);
    return status;
}

void client_cancel(struct client_pending *pending)
{
    eyelet_pending_cancel(pending->pending);
}

bool client_is_done(const struct client_pending *pending)
{
    return eyelet_pending_is_done(pending->pending);
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
    Demo__CountRequest request = DEMO__COUNT_REQUEST__INIT;
    struct client_stream *stream = find_stream();
    enum eyelet_status status = EYELET_UNKNOWN;

    *stream = (struct client_stream){ .method = method };
    request.limit = limit;
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

static struct eyelet_stream *base(const struct client_stream *stream)
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
    eyelet_stream_cancel(base(stream));
}

enum eyelet_status client_stream_send_text(struct client_stream *chat, const char *text, struct eyelet_error *reterr)
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;

    request.text = (char *)text;
    return demo_echo_chat_send(chat->chat, &request, reterr);
}

enum eyelet_status client_stream_send_number(struct client_stream *sum, int64_t number, struct eyelet_error *reterr)
{
    Demo__SumRequest request = DEMO__SUM_REQUEST__INIT;

    request.number = number;
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
    Demo__SayReply *reply = NULL;
    enum eyelet_got got = demo_echo_chat_recv(chat->chat, &reply, reterr);

    live_must((reply != NULL) == (got == EYELET_GOT_MESSAGE), "a message that is none, or none that is one");
    hand_over(reply, ret_text, cap);
    return got;
}

enum eyelet_got client_stream_recv_number(struct client_stream *count, int64_t *ret, struct eyelet_error *reterr)
{
    Demo__CountReply *reply = NULL;
    enum eyelet_got got = demo_echo_count_recv(count->count, &reply, reterr);

    if (reply != NULL)
        *ret = reply->number;
    demo__count_reply__free_unpacked(reply, NULL);
    return got;
}

enum eyelet_got client_stream_recv_sum(struct client_stream *sum, int64_t *ret_sum, int64_t *ret_n_numbers,
                                       struct eyelet_error *reterr)
{
    Demo__SumReply *reply = NULL;
    enum eyelet_got got = demo_echo_sum_recv(sum->sum, &reply, reterr);

    if (reply != NULL) {
        *ret_sum = reply->sum;
        *ret_n_numbers = reply->n_numbers;
    }
    demo__sum_reply__free_unpacked(reply, NULL);
    return got;
}

bool client_stream_is_readable(const struct client_stream *stream)
{
    return eyelet_stream_is_readable(base(stream));
}

bool client_stream_is_writable(const struct client_stream *stream)
{
    return eyelet_stream_is_writable(base(stream));
}
