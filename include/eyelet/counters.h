/*
 * What clients and servers count.
 */
#ifndef EYELET_COUNTERS_H
#define EYELET_COUNTERS_H

#include <stdint.h>

/**
 * struct eyelet_counters - what a client or server has done since it was opened; but for the first two they only grow
 * @connections_open:     now
 * @calls_open:           now
 * @connections_opened:   accepted and welcome; at a client: established
 * @connections_refused:  accepted and closed at once; at a client: attempts that failed
 * @connections_broken:   closed by this side for what the peer did or failed to do in time
 * @calls_started:        requests that arrived whole, those refused included; at a client: sent
 * @calls_failed:         of those, ended with another status than EYELET_OK
 * @frames_received:      heads of frames
 * @late_frames:          for calls that were over
 * @protocol_errors:      frames that no correct peer sends
 * @bytes_received:       from the kernel
 * @bytes_sent:           to the kernel
 * @logs_dropped:         lines that the rate limit left out
 */
struct eyelet_counters {
    uint64_t connections_open;
    uint64_t calls_open;
    uint64_t connections_opened;
    uint64_t connections_refused;
    uint64_t connections_broken;
    uint64_t calls_started;
    uint64_t calls_failed;
    uint64_t frames_received;
    uint64_t late_frames;
    uint64_t protocol_errors;
    uint64_t bytes_received;
    uint64_t bytes_sent;
    uint64_t logs_dropped;
};

#endif
