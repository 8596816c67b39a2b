/*
 * Lines on stderr, each with one write(), so that those of several threads do not mix.
 */
#include "rpc/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"

#define NAME_MAX_LEN 256u /* bytes of a service's or method's name that are shown */
#define LINE_MAX_LEN 768u /* two names, and 170 bytes of numbers at most */
#define NS_PER_US    1000u

const struct eyelet_trace *eyelet_trace_for(const char *who)
{
    static const struct eyelet_trace client = { .who = "client" };
    static const struct eyelet_trace server = { .who = "server" };
    const char *value = secure_getenv("EYELET_TRACE");

    if (value == NULL || strcmp(value, "1") != 0)
        return NULL;
    return strcmp(who, server.who) == 0 ? &server : &client;
}

/* What becomes of the line is nobody's concern, and errno is left to whoever is at work. */
static void EYELET_PRINTF(1, 2) put_line(const char *format, ...)
{
    int error_number = errno;
    char line[LINE_MAX_LEN];
    ssize_t n_written;
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (len > 0 && (size_t)len < sizeof(line)) {
        line[len] = '\n';
        n_written = write(STDERR_FILENO, line, (size_t)len + 1);
        (void)n_written;
    }
    errno = error_number;
}

/* The type by name, or its number, written into @room. */
static const char *type_name(uint8_t type, char room[4])
{
    switch (type) {
    case EYELET_FRAME_TYPE_REQUEST:
        return "request";
    case EYELET_FRAME_TYPE_RESPONSE:
        return "response";
    case EYELET_FRAME_TYPE_DATA:
        return "data";
    default:
        snprintf(room, 4, "%u", type);
        return room;
    }
}

void eyelet_trace_frame(const struct eyelet_trace *trace, int fd, bool is_outgoing,
                        const struct eyelet_frame_head *head)
{
    char number[4];

    if (trace == NULL)
        return;
    put_line("eyelet %s %d %c %s stream %" PRIu32 " flags 0x%02x len %" PRIu32, trace->who, fd, is_outgoing ? '>' : '<',
             type_name(head->type, number), head->stream_id, head->flags, head->data_len);
}

/* A name may be the peer's. */
static void show_name(const char *name, char room[NAME_MAX_LEN])
{
    eyelet_text_escape((struct eyelet_slice){ (const uint8_t *)name, strlen(name) }, room, NAME_MAX_LEN);
}

void eyelet_trace_call(const struct eyelet_trace *trace, int fd, const struct eyelet_call_info *info)
{
    char service[NAME_MAX_LEN], method[NAME_MAX_LEN];

    if (trace == NULL)
        return;
    show_name(info->service, service);
    show_name(info->method, method);
    put_line("eyelet %s %d call %s/%s %s in %" PRIu64 " out %" PRIu64 " us %" PRIu64, trace->who, fd, service, method,
             eyelet_status_name(info->status), info->received_bytes, info->sent_bytes, info->duration_ns / NS_PER_US);
}
