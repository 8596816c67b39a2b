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
    struct eyelet_timer **heap;

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

static void put(struct eyelet_timers *timers, size_t position, struct eyelet_timer *timer)
{
    timers->heap[position - 1] = timer;
    timer->position = position;
}

static void move_up(struct eyelet_timers *timers, struct eyelet_timer *timer)
{
    size_t position = timer->position;

    while (position > 1 && timers->heap[position / 2 - 1]->deadline_ns > timer->deadline_ns) {
        put(timers, position, timers->heap[position / 2 - 1]);
        position /= 2;
    }
    put(timers, position, timer);
}

static void move_down(struct eyelet_timers *timers, struct eyelet_timer *timer)
{
    size_t position = timer->position;

    while (2 * position <= timers->n) {
        size_t child = 2 * position;

        if (child < timers->n && timers->heap[child]->deadline_ns < timers->heap[child - 1]->deadline_ns)
            child++;
        if (timers->heap[child - 1]->deadline_ns >= timer->deadline_ns)
            break;
        put(timers, position, timers->heap[child - 1]);
        position = child;
    }
    put(timers, position, timer);
}

static void turn_off(struct eyelet_timers *timers, struct eyelet_timer *timer)
{
    size_t position = timer->position;
    struct eyelet_timer *last;

    if (position == 0)
        return;
    last = timers->heap[timers->n - 1];
    timers->n--;
    timer->position = 0;
    if (last == timer)
        return;
    put(timers, position, last);
    move_up(timers, last);
    move_down(timers, last);
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
        timers->n++;
        put(timers, timers->n, timer);
    }
    move_up(timers, timer);
    move_down(timers, timer);
}

struct eyelet_timer *eyelet_timers_first(const struct eyelet_timers *timers)
{
    return timers->n > 0 ? timers->heap[0] : NULL;
}
