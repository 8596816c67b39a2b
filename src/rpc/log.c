/*
 * Forming lines, counting those that are not, and a list of those that wait.
 */
#include "rpc/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#define NS_PER_S UINT64_C(1000000000)

struct eyelet_log_line {
    struct eyelet_log_line *next;
    enum eyelet_log_level level;
    char text[];
};

/* Takes one line from a rate of @per_second; false when none was left. */
static bool spend(struct eyelet_log_rate *rate, uint64_t now_ns, unsigned per_second, unsigned burst)
{
    uint64_t refill_ns = NS_PER_S / per_second;

    if (rate->full_at_ns < now_ns)
        rate->full_at_ns = now_ns;
    if (rate->full_at_ns - now_ns > (burst - 1) * refill_ns)
        return false;
    rate->full_at_ns += refill_ns;
    return true;
}

/*
 * One connection that is loud is stopped by its own rate first, and leaves the others theirs. What merely informs takes
 * no more than half of either, so that a warning is not lost behind it.
 */
static bool is_due(struct eyelet_log *log, struct eyelet_log_rate *rate, uint64_t now_ns, enum eyelet_log_level level)
{
    unsigned part = level <= EYELET_LOG_WARNING ? 1 : 2;

    if (log->n_waiting >= EYELET_LOG_LINES_WAITING_MAX)
        return false;
    if (rate != NULL && !spend(rate, now_ns, EYELET_LOG_PER_CONNECTION, EYELET_LOG_PER_CONNECTION / part))
        return false;
    return spend(&log->rate, now_ns, EYELET_LOG_PER_SECOND, EYELET_LOG_PER_SECOND / part);
}

/* The line's text and how many were left out before it, which is never cut. Return: its length. */
static size_t EYELET_PRINTF(3, 0)
    form(uint64_t n_untold, char text[EYELET_LOG_LINE_MAX + 1], const char *format, va_list args)
{
    char raw[EYELET_LOG_LINE_MAX + 1];
    char end[48] = ""; /* the longest, with 20 digits, takes 38 */
    size_t len, end_len;
    int n;

    n = vsnprintf(raw, sizeof(raw), format, args);
    if (n < 0)
        n = 0;
    if ((size_t)n >= sizeof(raw))
        n = (int)sizeof(raw) - 1;
    if (n_untold > 0)
        snprintf(end, sizeof(end), " (%" PRIu64 " line%s left out)", n_untold, n_untold > 1 ? "s" : "");
    end_len = strlen(end);

    len = eyelet_text_escape((struct eyelet_slice){ (const uint8_t *)raw, (size_t)n }, text,
                             EYELET_LOG_LINE_MAX + 1 - end_len);
    memcpy(text + len, end, end_len + 1);
    return len + end_len;
}

/* False without memory. */
static bool append(struct eyelet_log *log, enum eyelet_log_level level, const char *text, size_t len)
{
    struct eyelet_log_line *line = malloc(sizeof(*line) + len + 1);

    if (line == NULL)
        return false;
    *line = (struct eyelet_log_line){ .level = level };
    memcpy(line->text, text, len + 1);
    if (log->last != NULL)
        log->last->next = line;
    else
        log->first = line;
    log->last = line;
    log->n_waiting++;
    return true;
}

static void leave_out(struct eyelet_log *log)
{
    log->n_dropped++;
    log->n_untold++;
}

void eyelet_log_add(struct eyelet_log *log, struct eyelet_log_rate *rate, uint64_t now_ns, enum eyelet_log_level level,
                    const char *format, ...)
{
    char text[EYELET_LOG_LINE_MAX + 1];
    size_t len;
    va_list args;

    if (log->fn == NULL)
        return;
    if (!is_due(log, rate, now_ns, level)) {
        leave_out(log);
        return;
    }

    va_start(args, format);
    len = form(log->n_untold, text, format, args);
    va_end(args);
    if (append(log, level, text, len))
        log->n_untold = 0;
    else
        leave_out(log);
}

struct eyelet_log_line *eyelet_log_take(struct eyelet_log *log)
{
    struct eyelet_log_line *lines = log->first;

    log->first = NULL;
    log->last = NULL;
    log->n_waiting = 0;
    return lines;
}

void eyelet_log_tell(const struct eyelet_log *log, struct eyelet_log_line *lines)
{
    while (lines != NULL) {
        struct eyelet_log_line *line = lines;

        lines = line->next;
        log->fn(line->level, line->text, log->userdata);
        free(line);
    }
}

void eyelet_log_clear(struct eyelet_log *log)
{
    struct eyelet_log_line *lines = eyelet_log_take(log);

    while (lines != NULL) {
        struct eyelet_log_line *line = lines;

        lines = line->next;
        free(line);
    }
}

const char *eyelet_log_name(const struct eyelet_peer *peer, struct eyelet_log_name *room)
{
    switch (peer->family) {
    case EYELET_FAMILY_VSOCK:
    case EYELET_FAMILY_HVSOCK:
        snprintf(room->text, sizeof(room->text), "CID %u port %u", peer->cid, peer->port);
        break;
    case EYELET_FAMILY_UNIX:
        snprintf(room->text, sizeof(room->text), "pid %d uid %u", (int)peer->pid, peer->uid);
        break;
    case EYELET_FAMILY_FD:
    case EYELET_FAMILY_SYSTEMD:
        snprintf(room->text, sizeof(room->text), "the peer");
        break;
    }
    return room->text;
}
