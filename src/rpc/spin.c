/*
 * What the last waits say about the next one.
 */
#include "rpc/spin.h"

#define NS_PER_US 1000u

void eyelet_spin_init(struct eyelet_spin *spin, uint32_t spin_us)
{
    *spin = (struct eyelet_spin){ .max_ns = (uint64_t)spin_us * NS_PER_US };
}

uint64_t eyelet_spin_until(struct eyelet_spin *spin, uint64_t now_ns)
{
    if (spin->max_ns == 0)
        return 0;
    if (spin->begin_ns == 0) {
        spin->begin_ns = now_ns;
        spin->is_on = now_ns >= spin->resume_ns;
    }
    if (!spin->is_on || now_ns - spin->begin_ns >= spin->max_ns)
        return 0;
    return spin->begin_ns + spin->max_ns;
}

void eyelet_spin_forget(struct eyelet_spin *spin)
{
    spin->is_on = false;
}

/* It was in vain: what was looked for came later. */
static void pause(struct eyelet_spin *spin)
{
    uint64_t pause_max_ns = EYELET_SPIN_PAUSE_MAX * spin->max_ns;

    spin->pause_ns = spin->pause_ns > 0 ? 2 * spin->pause_ns : spin->max_ns;
    if (spin->pause_ns > pause_max_ns)
        spin->pause_ns = pause_max_ns;
    spin->resume_ns = spin->begin_ns + spin->max_ns + spin->pause_ns;
}

void eyelet_spin_found(struct eyelet_spin *spin, uint64_t now_ns)
{
    if (spin->begin_ns == 0)
        return;
    if (spin->is_on && now_ns - spin->begin_ns < spin->max_ns)
        spin->pause_ns = 0;
    else if (spin->is_on)
        pause(spin);
    spin->begin_ns = 0;
}
