/*
 * What the load program does, bounded: counts and bytes are compared, times are not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "flood.h"
#include "mix.h"

static void every_call_ends_as_planned_when_nothing_disturbs_it(void **state)
{
    const struct mix_opts opts = {
        .seed = 1,
        .n_calls = 3000,
        .n_clients = 4,
        .n_threads = 4,
        .server_threads = 4,
        .is_child = true,
    };

    (void)state;
    assert_int_equal(mix_run(&opts, stdout), 0);
}

static void one_server_thread_is_enough(void **state)
{
    const struct mix_opts opts = { .seed = 2, .n_calls = 2000, .n_clients = 3, .n_threads = 3, .server_threads = 1 };

    (void)state;
    assert_int_equal(mix_run(&opts, stdout), 0);
}

static void one_connection_carries_many_threads(void **state)
{
    const struct mix_opts opts = { .seed = 3, .n_calls = 2000, .n_clients = 1, .n_threads = 12, .server_threads = 3 };

    (void)state;
    assert_int_equal(mix_run(&opts, stdout), 0);
}

static void every_call_is_completed_once_whatever_disturbs_it(void **state)
{
    const struct mix_opts opts = {
        .seed = 4,
        .n_calls = 4000,
        .n_clients = 4,
        .n_threads = 4,
        .server_threads = 4,
        .n_cuts = 6,
        .n_swaps = 6,
        .n_restarts = 2,
        .has_strangers = true,
    };

    (void)state;
    assert_int_equal(mix_run(&opts, stdout), 0);
}

static void assert_all_arrived(const struct flood_result *result, uint32_t n_parcels)
{
    assert_int_equal(result->status, EYELET_OK);
    assert_int_equal(result->n_up, n_parcels);
    assert_int_equal(result->n_down, n_parcels);
    assert_int_equal(result->n_wrong, 0);
    assert_int_equal(result->after, EYELET_OK);
}

/* As many as may wait in a stream for as long as they like. */
static void peers_that_flood_each_other_never_lock_up(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= 4; threads += 3) {
        const struct flood_opts opts = { .server_threads = threads, .n_parcels = 60, .size = 32768 };
        struct flood_result result = flood_both(&opts);

        assert_all_arrived(&result, opts.n_parcels);
    }
}

/* More than that: both are quick enough, or it is this stream that ends. */
static void h095_a_flood_ends_its_own_stream_at_most(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= 4; threads += 3) {
        const struct flood_opts opts = { .server_threads = threads, .n_parcels = 3000, .size = 4096 };
        struct flood_result result = flood_both(&opts);

        assert_true(result.status == EYELET_OK || result.status == EYELET_RESOURCE_EXHAUSTED);
        if (result.status == EYELET_OK)
            assert_all_arrived(&result, opts.n_parcels);
        assert_int_equal(result.n_wrong, 0);
        assert_int_equal(result.after, EYELET_OK);
    }
}

static void h123_two_threads_send_while_a_third_reads_slowly(void **state)
{
    const struct flood_opts opts = { .server_threads = 4, .n_parcels = 2000, .size = 1024 };
    struct flood_result result = flood_slow_reader(&opts);

    (void)state;
    assert_all_arrived(&result, opts.n_parcels);
}

static void h123_calls_are_started_before_any_reply_is_read(void **state)
{
    const struct flood_opts opts = { .server_threads = 1, .n_parcels = 400, .size = 8192 };
    struct flood_result result = flood_calls(&opts);

    (void)state;
    assert_all_arrived(&result, opts.n_parcels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_ends_as_planned_when_nothing_disturbs_it),
        cmocka_unit_test(one_server_thread_is_enough),
        cmocka_unit_test(one_connection_carries_many_threads),
        cmocka_unit_test(every_call_is_completed_once_whatever_disturbs_it),
        cmocka_unit_test(peers_that_flood_each_other_never_lock_up),
        cmocka_unit_test(h095_a_flood_ends_its_own_stream_at_most),
        cmocka_unit_test(h123_two_threads_send_while_a_third_reads_slowly),
        cmocka_unit_test(h123_calls_are_started_before_any_reply_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
