/*
 * The heap of deadlines against a model that looks through a plain list.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rpc/timers.h"
#include "support/faults.h"

#define N_TIMERS 200
#define OFF      UINT64_MAX

static uint32_t next_random(uint32_t *seed) /* xorshift32 */
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static uint64_t soonest(const uint64_t *deadlines)
{
    uint64_t first = OFF;

    for (size_t i = 0; i < N_TIMERS; i++)
        first = deadlines[i] < first ? deadlines[i] : first;
    return first;
}

static void assert_first(const struct eyelet_timers *timers, const uint64_t *deadlines)
{
    struct eyelet_timer *first = eyelet_timers_first(timers);

    if (first == NULL)
        assert_int_equal(soonest(deadlines), OFF);
    else
        assert_int_equal(first->deadline_ns, soonest(deadlines));
}

static void the_first_is_the_soonest_whatever_is_set_moved_and_turned_off(void **state)
{
    struct eyelet_timers timers = { 0 };
    struct eyelet_timer timer[N_TIMERS] = { 0 };
    uint64_t deadlines[N_TIMERS];
    uint32_t seed = 88172645;

    (void)state;
    for (size_t i = 0; i < N_TIMERS; i++)
        deadlines[i] = OFF;
    assert_int_equal(eyelet_timers_reserve(&timers, N_TIMERS), 0);
    for (unsigned step = 0; step < 20000; step++) {
        size_t i = next_random(&seed) % N_TIMERS;

        /* few different times, so that equal ones are common; in phases that fill and that empty the heap */
        deadlines[i] = next_random(&seed) % 8 < (step / 2000 % 2 == 0 ? 2 : 6) ? OFF : next_random(&seed) % 500;
        eyelet_timers_set(&timers, &timer[i], deadlines[i]);
        assert_first(&timers, deadlines);
    }
    eyelet_timers_clear(&timers);
}

static void taking_the_first_away_again_and_again_sorts(void **state)
{
    struct eyelet_timers timers = { 0 };
    struct eyelet_timer timer[N_TIMERS] = { 0 };
    uint32_t seed = 5489;
    uint64_t last = 0;
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < N_TIMERS; i++) {
        assert_int_equal(eyelet_timers_reserve(&timers, i + 1), 0);
        eyelet_timers_set(&timers, &timer[i], next_random(&seed));
    }
    for (struct eyelet_timer *first; (first = eyelet_timers_first(&timers)) != NULL; n++) {
        assert_true(first->deadline_ns >= last);
        last = first->deadline_ns;
        eyelet_timers_set(&timers, first, OFF);
        assert_int_equal(first->position, 0);
    }
    assert_int_equal(n, N_TIMERS);
    eyelet_timers_clear(&timers);
}

static void turning_off_what_is_off_changes_nothing(void **state)
{
    struct eyelet_timers timers = { 0 };
    struct eyelet_timer one = { 0 }, other = { 0 };

    (void)state;
    assert_null(eyelet_timers_first(&timers));
    assert_int_equal(eyelet_timers_reserve(&timers, 2), 0);
    eyelet_timers_set(&timers, &one, OFF);
    assert_null(eyelet_timers_first(&timers));
    eyelet_timers_set(&timers, &one, 5);
    eyelet_timers_set(&timers, &other, OFF);
    eyelet_timers_set(&timers, &one, 5);
    assert_ptr_equal(eyelet_timers_first(&timers), &one);
    assert_int_equal(timers.n, 1);
    eyelet_timers_clear(&timers);
}

static void a_failed_reserve_leaves_the_timers_as_they_were(void **state)
{
    struct eyelet_timers timers = { 0 };
    struct eyelet_timer one = { 0 };

    (void)state;
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_int_equal(eyelet_timers_reserve(&timers, 1), -ENOMEM);
    assert_int_equal(eyelet_timers_reserve(&timers, 1), 0);
    eyelet_timers_set(&timers, &one, 7);
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_int_equal(eyelet_timers_reserve(&timers, 1000), -ENOMEM);
    assert_ptr_equal(eyelet_timers_first(&timers), &one);
    assert_int_equal(eyelet_timers_reserve(&timers, timers.cap), 0);
    assert_int_equal(faults_count(FAULT_ALLOC), 3);
    eyelet_timers_clear(&timers);
    assert_null(eyelet_timers_first(&timers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_first_is_the_soonest_whatever_is_set_moved_and_turned_off, faults_setup),
        cmocka_unit_test_setup(taking_the_first_away_again_and_again_sorts, faults_setup),
        cmocka_unit_test_setup(turning_off_what_is_off_changes_nothing, faults_setup),
        cmocka_unit_test_setup(a_failed_reserve_leaves_the_timers_as_they_were, faults_setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
