/*
 * Deadlines of many owners, soonest first: a binary heap. It is told the time and never asks for it.
 */
#ifndef EYELET_RPC_TIMERS_H
#define EYELET_RPC_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct eyelet_timer - one deadline, inside its owner; zeroed memory is one that is off
 * @deadline_ns:  when
 * @position:     where in the heap, counted from 1; 0 when off
 */
struct eyelet_timer {
    uint64_t deadline_ns;
    size_t position;
};

struct eyelet_timers_entry {
    uint64_t deadline_ns;
    struct eyelet_timer *timer;
};

/**
 * struct eyelet_timers - the heap; zeroed memory is an empty one
 * @heap:  timers, the soonest first; with their deadlines, so that nobody looks into owners that are far apart
 * @n:     how many are on
 * @cap:   how many may be on
 */
struct eyelet_timers {
    struct eyelet_timers_entry *heap;
    size_t n;
    size_t cap;
};

/* Is it set, and for no later than that? */
static inline bool eyelet_timer_is_due(const struct eyelet_timer *timer, uint64_t by_ns)
{
    return timer->position != 0 && timer->deadline_ns <= by_ns;
}

void eyelet_timers_clear(struct eyelet_timers *timers);

/* Makes room for @n timers in all, so that setting one never fails. Return: 0 or -ENOMEM. */
int eyelet_timers_reserve(struct eyelet_timers *timers, size_t n);

/* Sets or moves a timer; UINT64_MAX turns it off. */
void eyelet_timers_set(struct eyelet_timers *timers, struct eyelet_timer *timer, uint64_t deadline_ns);

/* The soonest timer, or NULL. */
struct eyelet_timer *eyelet_timers_first(const struct eyelet_timers *timers);

#endif
