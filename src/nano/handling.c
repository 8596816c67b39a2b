/*
 * What a handler may ask and do. Where it waits for its peer, the server's loop goes round.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "core/bytes.h"
#include "core/error.h"
#include "core/text.h"
#include "io/socket.h"
#include "nano/message.h"
#include "nano/server.h"

/* --- failing ------------------------------------------------------------------------------------------------------ */

enum eyelet_status eyelet_nano_call_fail(struct eyelet_nano_call *call, enum eyelet_status status, const char *format,
                                         ...)
{
    va_list args;

    if (status == EYELET_OK || (unsigned)status > EYELET_STATUS_MAX)
        status = EYELET_UNKNOWN;
    va_start(args, format);
    eyelet_text_vformat(call->failure.text, sizeof(call->failure.text), format, args);
    va_end(args);
    call->failure.status = status; /* details that were added before stay */
    return status;
}

bool eyelet_nano_call_add_detail(struct eyelet_nano_call *call, const char *type_url, struct eyelet_slice value)
{
    struct eyelet_slice url = eyelet_slice_of(type_url);

    /* peers drop a whole Response with text that is not UTF-8 */
    return eyelet_utf8_is_valid(url) && eyelet_error_add_detail(&call->failure, url, value);
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

const struct eyelet_peer *eyelet_nano_call_peer(const struct eyelet_nano_call *call)
{
    return &call->peer;
}

const char *eyelet_nano_call_service(const struct eyelet_nano_call *call)
{
    return call->node->service;
}

const char *eyelet_nano_call_method(const struct eyelet_nano_call *call)
{
    return call->method->name;
}

uint32_t eyelet_nano_call_time_left_ms(const struct eyelet_nano_call *call)
{
    uint64_t now_ns = eyelet_now_ns();

    if (now_ns >= call->deadline_ns)
        return 0;
    return (uint32_t)((call->deadline_ns - now_ns - 1) / EYELET_NS_PER_MS + 1);
}

bool eyelet_nano_call_metadata(const struct eyelet_nano_call *call, const char *key, size_t index,
                               struct eyelet_slice *ret)
{
    return eyelet_request_find_metadata(&call->request, key, index, ret);
}

bool eyelet_nano_call_metadata_at(const struct eyelet_nano_call *call, size_t index, struct eyelet_slice *ret_key,
                                  struct eyelet_slice *ret_value)
{
    return eyelet_request_metadata_at(&call->request, index, ret_key, ret_value);
}

/* --- waiting ------------------------------------------------------------------------------------------------------ */

/* Is the call over, by its deadline or otherwise? @call->failure says how. */
static bool is_over(struct eyelet_nano_call *call)
{
    uint64_t now_ns = call->server->now_ns;

    if (!call->is_over && now_ns >= call->deadline_ns)
        eyelet_nano_call_end(call, EYELET_DEADLINE_EXCEEDED, "deadline is over", now_ns);
    return call->is_over;
}

bool eyelet_nano_call_is_cancelled(struct eyelet_nano_call *call)
{
    eyelet_nano_server_enter(call->server);
    eyelet_nano_server_step(call->server, 0);
    return is_over(call);
}

/* Waits, with nothing held back that is to be sent: answers that were ready before this handler began. */
static void wait_for_more(struct eyelet_nano_server *server)
{
    eyelet_nano_guests_flush(server, server->now_ns);
    eyelet_nano_server_step(server, EYELET_NO_DEADLINE);
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

static bool has_room(const struct eyelet_nano_call *call, size_t len)
{
    return eyelet_nano_calls_room(call->server, call->guest) >= len;
}

/* Waits until a frame of @len bytes has room beside the call's end. Return: false when the call is over. */
static bool wait_for_room(struct eyelet_nano_call *call, size_t len)
{
    struct eyelet_nano_server *server = call->server;

    if (!is_over(call) && !has_room(call, len))
        eyelet_nano_guests_flush(server, server->now_ns);
    while (!is_over(call) && !has_room(call, len))
        wait_for_more(server);
    return !call->is_over;
}

static enum eyelet_status send_message(struct eyelet_nano_call *call, const void *message)
{
    struct eyelet_nano_server *server = call->server;
    const pb_msgdesc_t *type = call->method->reply_type;
    size_t len;

    if (is_over(call))
        return call->failure.status;
    if (eyelet_message_len(type, message, &len) < 0)
        return EYELET_INVALID_ARGUMENT;
    if (eyelet_session_measure_data(&call->guest->line.session, len) < 0)
        return EYELET_RESOURCE_EXHAUSTED;
    if (eyelet_nano_server_should_look(server)) /* a peer that always has room must not hold up all others */
        eyelet_nano_server_step(server, 0);     /* and what waits leaves by this */
    if (!wait_for_room(call, EYELET_FRAME_HEADER_LEN + len))
        return call->failure.status;
    eyelet_line_put_data(&call->guest->line, call->id, type, message, server->now_ns);
    eyelet_nano_guests_flush(server, server->now_ns); /* who knows what the handler does next, and for how long */
    return EYELET_OK;
}

enum eyelet_status eyelet_nano_call_send(struct eyelet_nano_call *call, const void *message)
{
    assert((call->method->kind & EYELET_SERVER_STREAM) != 0);
    eyelet_nano_server_enter(call->server);
    return send_message(call, message);
}

/* --- receiving ---------------------------------------------------------------------------------------------------- */

static bool has_message_or_end(const struct eyelet_nano_call *call)
{
    return call->has_first || call->held.n > 0 || call->has_ended;
}

/* Return: false when there is none and will be none. */
static bool take(struct eyelet_nano_call *call, enum eyelet_status *ret_status)
{
    const struct eyelet_nano_method *method = call->method;
    struct eyelet_slice bytes = call->request.payload;

    if (!call->has_first && !eyelet_queue_peek(&call->held, &bytes))
        return false;
    *ret_status = eyelet_message_decode(method->request_type, bytes, call->server->message, method->request_size,
                                        &call->server->error);
    if (*ret_status != EYELET_OK)
        *ret_status = eyelet_nano_call_fail(call, *ret_status, "stream of %s/%s: %s", call->node->service, method->name,
                                            call->server->error.text);
    if (!call->has_first)
        eyelet_queue_pop(&call->held);
    call->has_first = false;
    call->full_ns = 0;
    call->server->is_stirred = true;
    return true;
}

static enum eyelet_got recv_message(struct eyelet_nano_call *call, const void **ret)
{
    enum eyelet_status status;

    call->server->is_stirred = true; /* what is left lying for want of room may hide what is waited for */
    if (eyelet_nano_server_should_look(call->server)) /* a peer that has sent much must not hold up all others */
        eyelet_nano_server_step(call->server, 0);
    while (!is_over(call) && !has_message_or_end(call))
        wait_for_more(call->server);
    if (call->is_over)
        return EYELET_GOT_ERROR;
    if (!take(call, &status))
        return EYELET_GOT_END;
    if (status != EYELET_OK)
        return EYELET_GOT_ERROR;
    *ret = call->server->message;
    return EYELET_GOT_MESSAGE;
}

enum eyelet_got eyelet_nano_call_recv(struct eyelet_nano_call *call, const void **ret)
{
    assert((call->method->kind & EYELET_CLIENT_STREAM) != 0);
    eyelet_nano_server_enter(call->server);
    return recv_message(call, ret);
}
