/*
 * What the last waits say about the next one.
 */
#include "rpc/spin.h"

#define NS_PER_US 1000u

void eyelet_spin_init(struct eyelet_spin *spin, uint32_t spin_us)
{
    *spin = (struct eyelet_spin){ .max_ns = (uint64_t)spin_us * NS_PER_US };
}

void eyelet_spin_begin(struct eyelet_spin *spin, uint64_t now_ns, uint64_t until_ns, struct eyelet_spin_look *ret)
{
    *ret = (struct eyelet_spin_look){ 0 };
    if (spin->max_ns == 0)
        return;
    if (spin->begin_ns == 0) {
        spin->begin_ns = now_ns;
        spin->is_on = now_ns >= spin->resume_ns;
    }
    if (!spin->is_on || now_ns - spin->begin_ns >= spin->max_ns)
        return;
    ret->until_ns = spin->begin_ns + spin->max_ns;
    if (ret->until_ns > until_ns)
        ret->until_ns = until_ns;
}

bool eyelet_spin_goes_on(struct eyelet_spin_look *look, uint64_t now_ns)
{
    look->n_in_vain++;
    return now_ns < look->until_ns;
}

/* It was in vain: what was looked for came later. */
static void pause_looking(struct eyelet_spin *spin)
{
    uint64_t pause_max_ns = EYELET_SPIN_PAUSE_MAX * spin->max_ns;

    spin->pause_ns = spin->pause_ns > 0 ? 2 * spin->pause_ns : spin->max_ns;
    if (spin->pause_ns > pause_max_ns)
        spin->pause_ns = pause_max_ns;
    spin->resume_ns = spin->begin_ns + spin->max_ns + spin->pause_ns;
}

void eyelet_spin_end_wait(struct eyelet_spin *spin, uint64_t now_ns)
{
    if (spin->is_on && now_ns - spin->begin_ns < spin->max_ns)
        spin->pause_ns = spin->pause_ns > spin->max_ns ? spin->pause_ns / 2 : 0; /* once may be chance */
    else if (spin->is_on)
        pause_looking(spin);
    spin->begin_ns = 0;
}
