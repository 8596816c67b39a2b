/*
 * EYELET_TRACE=1: one line per frame and per call on stderr, with lengths and never contents.
 */
#ifndef EYELET_RPC_TRACE_H
#define EYELET_RPC_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include <eyelet/frame.h>
#include <eyelet/hooks.h>

/**
 * struct eyelet_trace - where lines go; one for each client and server
 * @who:  "client" or "server"
 */
struct eyelet_trace {
    const char *who;
};

/*
 * eyelet_trace_for() - is this process traced? The environment is looked at once, by this, at the door.
 *
 * Return: the trace of "client"s or of "server"s, static; NULL when EYELET_TRACE is not "1", or in a set-user-ID
 * program.
 */
const struct eyelet_trace *eyelet_trace_for(const char *who);

/* One frame: "eyelet server 7 < request stream 3 flags 0x00 len 35"; '<' came, '>' is queued to go. NULL is allowed. */
void eyelet_trace_frame(const struct eyelet_trace *trace, int fd, bool is_outgoing,
                        const struct eyelet_frame_head *head);

/* The end of one call: "eyelet server 7 call demo.Echo/Say OK in 35 out 12 us 40". NULL is allowed. */
void eyelet_trace_call(const struct eyelet_trace *trace, int fd, const struct eyelet_call_info *info);

#endif
