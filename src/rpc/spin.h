/*
 * Whether it pays to look again and again before sleeping: to wake a thread, and the CPU that has gone to sleep with
 * it, may take ten times as long as the answer it waits for. Told the time, and never asks for it. Who looks, and at
 * what, is its owner's business, and so is the lock.
 *
 * A wait lasts until a message came that there is something to do about, whatever else wakes the thread in between. If
 * one that began with looking was over in time, so begins the next. If not, the thread looked in vain, and for a while
 * it sleeps at once: for @max_ns after the first time, then twice as long each time, up to EYELET_SPIN_PAUSE_MAX times
 * as long; and half as long again for each that was not in vain.
 *
 * Only looking shows whether it pays, and only one that was not over with its first look: on a CPU that both ends
 * share, waits are short when they are slept or over when they begin, and long when this end looks.
 *
 * So a peer has a thread look for @max_ns at most for each whole message; and who sends none, bytes in a trickle, or
 * messages that are further apart, has it look for less than 1 % of the time.
 */
#ifndef EYELET_RPC_SPIN_H
#define EYELET_RPC_SPIN_H

#include <stdbool.h>
#include <stdint.h>

#define EYELET_SPIN_PAUSE_MAX 128u  /* in units of @max_ns */
#define EYELET_SPIN_US_MAX    1000u /* <eyelet/client.h>, <eyelet/server.h>: to sleep and to wake costs less */

/**
 * struct eyelet_spin - plain members; zeroed memory never spins
 * @max_ns:     how long, from the begin of a wait; 0 for never
 * @begin_ns:   when the wait began that is going on; 0 for none
 * @is_on:      it began with looking
 * @pause_ns:   for how long waits were to be slept after the last look in vain; halved since by each that paid
 * @resume_ns:  when that is over
 */
struct eyelet_spin {
    uint64_t max_ns;
    uint64_t begin_ns;
    bool is_on;
    uint64_t pause_ns;
    uint64_t resume_ns;
};

/**
 * struct eyelet_spin_look - one thread's looking, on its stack
 * @until_ns:   when it is over; 0 to sleep at once
 * @n_in_vain:  times that nothing was there
 */
struct eyelet_spin_look {
    uint64_t until_ns;
    uint32_t n_in_vain;
};

void eyelet_spin_init(struct eyelet_spin *spin, uint32_t spin_us);

/*
 * eyelet_spin_begin() - a wait begins or, without a message in between, goes on
 * @until_ns:  when the thread would wake by itself: it looks no longer than that
 */
void eyelet_spin_begin(struct eyelet_spin *spin, uint64_t now_ns, uint64_t until_ns, struct eyelet_spin_look *ret);

/* eyelet_spin_goes_on() - nothing was there: look again, or sleep? Needs no lock, unlike all else here. */
bool eyelet_spin_goes_on(struct eyelet_spin_look *look, uint64_t now_ns);

/* eyelet_spin_end() - the thread is awake again, whatever for. */
static inline void eyelet_spin_end(struct eyelet_spin *spin, const struct eyelet_spin_look *look)
{
    if (look->until_ns > 0 && look->n_in_vain == 0)
        spin->is_on = false; /* it was there: this wait says nothing */
}

/* What eyelet_spin_found() does at the end of a wait; it is not for others. */
void eyelet_spin_end_wait(struct eyelet_spin *spin, uint64_t now_ns);

/* eyelet_spin_found() - a message came: the end of the wait, if there was one. */
static inline void eyelet_spin_found(struct eyelet_spin *spin, uint64_t now_ns)
{
    if (spin->begin_ns != 0)
        eyelet_spin_end_wait(spin, now_ns);
}

#endif
