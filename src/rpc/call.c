/*
 * What a handler may ask and do by itself, and the running of one call.
 */
#include "rpc/call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/text.h"
#include "io/socket.h"
#include "rpc/interceptors.h"
#include "rpc/print.h"
#include "rpc/serving.h"
#include "rpc/wait.h"

/* --- life --------------------------------------------------------------------------------------------------------- */

static void init_memory(struct eyelet_arena *arena, void *room, size_t room_len, bool wipe)
{
    eyelet_arena_init(arena, room, room_len);
    arena->wipe = wipe;
}

struct eyelet_call *eyelet_call_new(bool wipe)
{
    struct eyelet_call *call = calloc(1, sizeof(*call));

    if (call == NULL)
        return NULL;
    if (eyelet_wait_init(&call->changed) < 0) {
        free(call);
        return NULL;
    }
    init_memory(&call->request_memory, call->request_room, sizeof(call->request_room), wipe);
    init_memory(&call->reply_memory, call->reply_room, sizeof(call->reply_room), wipe);
    init_memory(&call->message_memory, NULL, 0, wipe);
    return call;
}

/* An error may repeat what was asked. */
static void clear_failure(struct eyelet_call *call)
{
    if (call->request_memory.wipe)
        explicit_bzero(&call->failure, sizeof(call->failure));
    call->failure.status = EYELET_OK;
    call->failure.details_len = 0;
}

void eyelet_call_reset(struct eyelet_call *call)
{
    eyelet_arena_reset(&call->request_memory);
    eyelet_arena_reset(&call->reply_memory);
    eyelet_arena_reset(&call->message_memory);
    if (call->inbox.first != NULL)
        eyelet_inbox_clear(&call->inbox, call->request_memory.wipe);
    call->serving = NULL;
    call->previous = call->next = call->queue_next = NULL;
    call->is_spoiled = false;
    call->codec_reply = NULL;
    call->reply = (struct eyelet_outgoing){ 0 };
    clear_failure(call);
    call->has_message = call->is_queued = call->is_live = call->is_deferred = call->is_returned = false;
    call->ends_at_stop = call->is_completed = call->wants_message = call->wants_room = call->is_inbox_ended = false;
    call->cancelled = EYELET_OK;
    call->why = NULL;
    call->on_cancel = NULL;
    call->kept = 0;
    call->leaving = 0;
    call->n_passed = 0;
}

void eyelet_call_free(struct eyelet_call *call)
{
    if (call == NULL)
        return;
    eyelet_arena_clear(&call->request_memory);
    eyelet_arena_clear(&call->reply_memory);
    eyelet_arena_clear(&call->message_memory);
    eyelet_inbox_clear(&call->inbox, call->request_memory.wipe);
    clear_failure(call);
    pthread_cond_destroy(&call->changed);
    free(call);
}

/* The same place in a copy. */
static struct eyelet_slice moved(struct eyelet_slice part, struct eyelet_slice from, const uint8_t *to)
{
    if (part.len == 0)
        return (struct eyelet_slice){ 0 };
    return (struct eyelet_slice){ to + (part.data - from.data), part.len };
}

int eyelet_call_keep(struct eyelet_call *call, struct eyelet_slice frame, const struct eyelet_request *request)
{
    struct eyelet_slice part = request->metadata.len > 0 ? frame : request->payload; /* metadata lies all over it */
    uint8_t *copy = eyelet_arena_alloc(&call->request_memory, part.len);

    if (copy == NULL)
        return -ENOMEM;
    if (part.len > 0)
        memcpy(copy, part.data, part.len);
    call->request.payload = moved(request->payload, part, copy);
    call->request.metadata = moved(request->metadata, part, copy);
    return 0;
}

/* --- failing ------------------------------------------------------------------------------------------------------ */

enum eyelet_status eyelet_call_fail(struct eyelet_call *call, enum eyelet_status status, const char *format, ...)
{
    struct eyelet_error error;
    va_list args;

    if (status == EYELET_OK || (unsigned)status > EYELET_STATUS_MAX)
        status = EYELET_UNKNOWN;
    va_start(args, format);
    eyelet_error_vprint(&error, status, format, args);
    va_end(args);
    call->failure.status = status; /* details that were added before stay */
    memcpy(call->failure.text, error.text, sizeof(error.text));
    return status;
}

enum eyelet_status eyelet_call_fail_cancelled(struct eyelet_call *call)
{
    return eyelet_call_fail(call, call->cancelled, "%s", call->why);
}

bool eyelet_call_add_detail(struct eyelet_call *call, const char *type_url, struct eyelet_slice value)
{
    struct eyelet_slice url = eyelet_slice_of(type_url);

    /* peers drop a whole Response with text that is not UTF-8 */
    return eyelet_utf8_is_valid(url) && eyelet_error_add_detail(&call->failure, url, value);
}

enum eyelet_status eyelet_call_settle(struct eyelet_call *call, enum eyelet_status status,
                                      const struct eyelet_serving_codec *codec)
{
    if (status == EYELET_OK && call->failure.status == EYELET_OK)
        status = codec->finish(call);
    if ((unsigned)status > EYELET_STATUS_MAX)
        return eyelet_call_fail(call, EYELET_UNKNOWN, "handler returned status %d", (int)status);
    if (status == EYELET_OK)
        return call->failure.status; /* OK, unless the handler said that it failed and returned OK all the same */
    if (call->failure.status == EYELET_OK)
        return eyelet_call_fail(call, status, "%s", eyelet_status_name(status));
    call->failure.status = status; /* the text stays what the handler said */
    return status;
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

void *eyelet_call_alloc(struct eyelet_call *call, size_t size)
{
    void *memory = eyelet_arena_alloc(&call->reply_memory, size);

    if (memory != NULL)
        memset(memory, 0, size);
    return memory;
}

char *eyelet_call_printf(struct eyelet_call *call, const char *format, ...)
{
    va_list args, again;
    char *text = NULL;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    if (len >= 0)
        text = eyelet_arena_alloc(&call->reply_memory, (size_t)len + 1);
    if (text != NULL)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

const struct eyelet_peer *eyelet_call_peer(const struct eyelet_call *call)
{
    return &call->serving->peer;
}

const char *eyelet_call_service(const struct eyelet_call *call)
{
    return call->service->service;
}

const char *eyelet_call_method(const struct eyelet_call *call)
{
    return call->method->name;
}

uint32_t eyelet_call_time_left_ms(const struct eyelet_call *call)
{
    uint64_t now_ns = eyelet_now_ns();

    if (now_ns >= call->deadline_ns)
        return 0;
    return (uint32_t)((call->deadline_ns - now_ns - 1) / EYELET_NS_PER_MS + 1);
}

bool eyelet_call_metadata(const struct eyelet_call *call, const char *key, size_t index, struct eyelet_slice *ret)
{
    return eyelet_request_find_metadata(&call->request, key, index, ret);
}

bool eyelet_call_metadata_at(const struct eyelet_call *call, size_t index, struct eyelet_slice *ret_key,
                             struct eyelet_slice *ret_value)
{
    return eyelet_request_metadata_at(&call->request, index, ret_key, ret_value);
}

/* --- running ------------------------------------------------------------------------------------------------------ */

static enum eyelet_status ask_interceptors(struct eyelet_call *call)
{
    const struct eyelet_server_opts *opts = &call->serving->env->opts;
    struct eyelet_error error;
    enum eyelet_status status;

    status = eyelet_interceptors_ask(opts->interceptors, opts->n_interceptors, &call->info, &call->n_passed, &error);
    if (status == EYELET_OK || call->failure.status != EYELET_OK) /* it may have said why by eyelet_call_fail() */
        return status;
    return eyelet_call_fail(call, status, "%s", error.text);
}

void eyelet_call_tell_end(struct eyelet_call *call, enum eyelet_status status)
{
    call->info.status = status;
    call->info.error = status != EYELET_OK ? &call->failure : NULL;
    call->info.duration_ns = eyelet_now_ns() - call->start_ns;
    eyelet_interceptors_tell(call->serving->env->opts.interceptors, call->n_passed, &call->info);
}

enum eyelet_status eyelet_call_run(struct eyelet_call *call, const struct eyelet_serving_codec *codec, uint64_t now_ns)
{
    enum eyelet_status status;

    if (now_ns >= call->deadline_ns)
        return eyelet_call_fail(call, EYELET_DEADLINE_EXCEEDED, "deadline was over before the call was run");

    if (call->serving->env->opts.n_interceptors > 0) {
        status = ask_interceptors(call);
        if (status != EYELET_OK)
            return status;
    }
    return codec->serve(call);
}
