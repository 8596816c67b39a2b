/*
 * Gates at which handlers wait, in whatever thread, until the test lets them go on.
 */
#ifndef EYELET_TESTS_GATE_H
#define EYELET_TESTS_GATE_H

#include <pthread.h>

/**
 * struct gate - where handlers wait until the test lets them go on; initialized with GATE
 * @n_came:  how many came
 * @n_open:  how many more may pass
 */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned n_came;
    unsigned n_open;
};

#define GATE                                                                                                           \
    {                                                                                                                  \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0                                                      \
    }

/* Nobody came, nobody may pass. */
void gate_reset(struct gate *gate);

/* A handler: comes, and waits until it may pass. */
void gate_pass(struct gate *gate);

/* The test: waits until @n have come since the reset; lets @n pass. */
void gate_await(struct gate *gate, unsigned n);
void gate_open(struct gate *gate, unsigned n);

#endif
