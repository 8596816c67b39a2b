/*
 * Lines for the log hook: formed under the owner's lock, held back when there are too many, and handed to the program
 * once nothing is locked.
 */
#ifndef EYELET_RPC_LOG_H
#define EYELET_RPC_LOG_H

#include <stddef.h>
#include <stdint.h>

#include <eyelet/address.h>
#include <eyelet/hooks.h>

#define EYELET_LOG_PER_SECOND        100u /* HOSTILE R12 */
#define EYELET_LOG_PER_CONNECTION    10u  /* the same */
#define EYELET_LOG_LINE_MAX          512u /* bytes of a line, without the NUL; the rest is cut */
#define EYELET_LOG_LINES_WAITING_MAX 32u  /* formed and not handed over yet; more are dropped */

/* A rate: so many lines at once, and so many per second. Zeroed memory is a full one. */
struct eyelet_log_rate {
    uint64_t full_at_ns;
};

struct eyelet_log_line; /* one that waits to be handed over */

/**
 * struct eyelet_log - one of each client and server; zeroed memory with @fn and @userdata filled in
 * @fn:         NULL: nothing is logged, and nothing costs anything
 * @rate:       of all lines
 * @first:      lines that wait, the oldest first
 * @n_waiting:  number of those
 * @n_dropped:  lines left out since it was opened
 * @n_untold:   of those, not yet mentioned in a line
 */
struct eyelet_log {
    eyelet_log_fn fn;
    void *userdata;
    struct eyelet_log_rate rate;
    struct eyelet_log_line *first;
    struct eyelet_log_line *last;
    unsigned n_waiting;
    uint64_t n_dropped;
    uint64_t n_untold;
};

/*
 * eyelet_log_add() - form a line; under the owner's lock
 * @rate:  of the connection that it is about; NULL when it is about none
 *
 * A line that has to be left out, for its rate or for want of memory, is counted. Control bytes and invalid UTF-8
 * become \xNN.
 */
void eyelet_log_add(struct eyelet_log *log, struct eyelet_log_rate *rate, uint64_t now_ns, enum eyelet_log_level level,
                    const char *format, ...) EYELET_PRINTF(5, 6);

/* A peer as it is named in a line: "CID 3 port 1025", "pid 77 uid 0". */
struct eyelet_log_name {
    char text[48];
};

const char *eyelet_log_name(const struct eyelet_peer *peer, struct eyelet_log_name *room);

/* eyelet_log_take() - all lines that wait, to be handed over; under the owner's lock; NULL for none. */
struct eyelet_log_line *eyelet_log_take(struct eyelet_log *log);

/* eyelet_log_tell() - hand lines over, and free them; with nothing locked. */
void eyelet_log_tell(const struct eyelet_log *log, struct eyelet_log_line *lines);

/* Frees lines that nobody was told of. */
void eyelet_log_clear(struct eyelet_log *log);

#endif
