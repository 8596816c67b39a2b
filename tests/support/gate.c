#include "support/gate.h"

#include <time.h>

#include "support/live.h"

void gate_reset(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->n_came = gate->n_open = 0;
    pthread_mutex_unlock(&gate->lock);
}

void gate_pass(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->n_came++;
    pthread_cond_broadcast(&gate->changed);
    while (gate->n_open == 0)
        pthread_cond_wait(&gate->changed, &gate->lock);
    gate->n_open--;
    pthread_mutex_unlock(&gate->lock);
}

void gate_await(struct gate *gate, unsigned n)
{
    struct timespec until;
    int r = 0;

    until.tv_sec = time(NULL) + LIVE_PATIENCE_MS / 1000;
    until.tv_nsec = 0;
    pthread_mutex_lock(&gate->lock);
    while (gate->n_came < n && r == 0)
        r = pthread_cond_timedwait(&gate->changed, &gate->lock, &until);
    live_must(gate->n_came >= n, "nobody came to the gate: something hangs");
    pthread_mutex_unlock(&gate->lock);
}

void gate_open(struct gate *gate, unsigned n)
{
    pthread_mutex_lock(&gate->lock);
    gate->n_open += n;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}
