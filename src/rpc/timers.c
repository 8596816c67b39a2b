/*
 * A binary heap whose entries know their position, so that moving one costs log n.
 */
#include "rpc/timers.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

void eyelet_timers_clear(struct eyelet_timers *timers)
{
    free(timers->heap);
    *timers = (struct eyelet_timers){ 0 };
}

int eyelet_timers_reserve(struct eyelet_timers *timers, size_t n)
{
    size_t cap = timers->cap > 0 ? timers->cap : 16;
    struct eyelet_timers_entry *heap;

    if (n <= timers->cap)
        return 0;
    while (cap < n)
        cap *= 2;
    heap = realloc(timers->heap, cap * sizeof(*heap));
    if (heap == NULL)
        return -ENOMEM;
    timers->heap = heap;
    timers->cap = cap;
    return 0;
}

static void put(struct eyelet_timers *timers, size_t position, struct eyelet_timers_entry entry)
{
    timers->heap[position - 1] = entry;
    entry.timer->position = position;
}

/* Both make a free position one for @deadline_ns, by moving what is in the way. Return: which position is free now. */
static size_t move_up(struct eyelet_timers *timers, size_t position, uint64_t deadline_ns)
{
    while (position > 1 && timers->heap[position / 2 - 1].deadline_ns > deadline_ns) {
        put(timers, position, timers->heap[position / 2 - 1]);
        position /= 2;
    }
    return position;
}

static size_t move_down(struct eyelet_timers *timers, size_t position, uint64_t deadline_ns)
{
    const struct eyelet_timers_entry *heap = timers->heap;

    while (2 * position <= timers->n) {
        size_t child = 2 * position;

        if (child < timers->n && heap[child].deadline_ns < heap[child - 1].deadline_ns)
            child++;
        if (heap[child - 1].deadline_ns >= deadline_ns)
            break;
        put(timers, position, heap[child - 1]);
        position = child;
    }
    return position;
}

static void settle(struct eyelet_timers *timers, size_t position, struct eyelet_timers_entry entry)
{
    position = move_up(timers, position, entry.deadline_ns);
    position = move_down(timers, position, entry.deadline_ns);
    put(timers, position, entry);
}

static void turn_off(struct eyelet_timers *timers, struct eyelet_timer *timer)
{
    size_t position = timer->position;

    if (position == 0)
        return;
    timers->n--;
    timer->position = 0;
    if (position <= timers->n)
        settle(timers, position, timers->heap[timers->n]);
}

void eyelet_timers_set(struct eyelet_timers *timers, struct eyelet_timer *timer, uint64_t deadline_ns)
{
    if (deadline_ns == UINT64_MAX) {
        turn_off(timers, timer);
        return;
    }
    if (timer->position != 0 && timer->deadline_ns == deadline_ns)
        return;

    timer->deadline_ns = deadline_ns;
    if (timer->position == 0) {
        assert(timers->n < timers->cap);
        timer->position = ++timers->n;
    }
    settle(timers, timer->position, (struct eyelet_timers_entry){ deadline_ns, timer });
}

struct eyelet_timer *eyelet_timers_first(const struct eyelet_timers *timers)
{
    return timers->n > 0 ? timers->heap[0].timer : NULL;
}
