/*
 * What a handler may ask and do, and the running of one call.
 */
#include "rpc/call.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/bytes.h"
#include "core/error.h"
#include "io/socket.h"

enum eyelet_status eyelet_call_fail(struct eyelet_call *call, enum eyelet_status status, const char *format, ...)
{
    va_list args;

    if (status == EYELET_OK || (unsigned)status > EYELET_STATUS_MAX)
        status = EYELET_UNKNOWN;
    va_start(args, format);
    eyelet_error_vset(&call->failure, status, format, args);
    va_end(args);
    return status;
}

void *eyelet_call_alloc(struct eyelet_call *call, size_t size)
{
    void *memory = eyelet_arena_alloc(call->reply_memory, size);

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
        text = eyelet_arena_alloc(call->reply_memory, (size_t)len + 1);
    if (text != NULL)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

const struct eyelet_peer *eyelet_call_peer(const struct eyelet_call *call)
{
    return call->peer;
}

const char *eyelet_call_service(const struct eyelet_call *call)
{
    return call->service->service->name;
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

static bool is_key(struct eyelet_slice key, const char *wanted)
{
    size_t len = strlen(wanted);

    return key.len == len && strncasecmp((const char *)key.data, wanted, len) == 0;
}

bool eyelet_call_metadata(const struct eyelet_call *call, const char *key, size_t index, struct eyelet_slice *ret)
{
    struct eyelet_slice rest = call->request->metadata, found, value;

    while (eyelet_request_next_metadata(&rest, &found, &value)) {
        if (!is_key(found, key))
            continue;
        if (index == 0) {
            *ret = value;
            return true;
        }
        index--;
    }
    return false;
}

/* The one place that makes a handler's answer one of ours: a known code, and a text. */
static enum eyelet_status settle_failure(struct eyelet_call *call, enum eyelet_status status)
{
    if ((unsigned)status > EYELET_STATUS_MAX)
        return eyelet_call_fail(call, EYELET_UNKNOWN, "handler returned status %d", (int)status);
    if (call->failure.status == EYELET_OK)
        return eyelet_call_fail(call, status, "%s", eyelet_status_name(status));
    if (status != EYELET_OK)
        call->failure.status = status; /* the text stays what the handler said */
    return call->failure.status;
}

enum eyelet_status eyelet_call_run(struct eyelet_call *call, eyelet_serve_fn serve)
{
    enum eyelet_status status;

    if (eyelet_now_ns() >= call->deadline_ns)
        return eyelet_call_fail(call, EYELET_DEADLINE_EXCEEDED, "deadline was over before the call was run");

    status = serve(call);
    if (eyelet_now_ns() >= call->deadline_ns)
        return eyelet_call_fail(call, EYELET_DEADLINE_EXCEEDED, "deadline was over before the call was done");
    if (status == EYELET_OK && call->failure.status == EYELET_OK)
        return EYELET_OK;
    return settle_failure(call, status);
}
