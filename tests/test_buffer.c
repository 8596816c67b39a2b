/*
 * Queues of bytes against a model that keeps every byte in one large array, and what the pool counts.
 */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rpc/buffer.h"
#include "support/faults.h"

/* xorshift32: Marsaglia, "Xorshift RNGs"; the same numbers in every run. */
static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void append(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, const void *bytes, size_t len)
{
    assert_int_equal(eyelet_buffer_reserve(buffer, pool, len), 0);
    assert_true(eyelet_buffer_room_len(buffer) >= len);
    if (len > 0)
        memcpy(eyelet_buffer_room(buffer), bytes, len);
    eyelet_buffer_add(buffer, len);
}

static void assert_bytes(const struct eyelet_buffer *buffer, const void *bytes, size_t len)
{
    struct eyelet_slice slice = eyelet_buffer_bytes(buffer);

    assert_int_equal(slice.len, len);
    if (len > 0)
        assert_memory_equal(slice.data, bytes, len);
}

static void an_empty_buffer_holds_no_memory(void **state)
{
    struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX };
    struct eyelet_buffer buffer = { 0 };

    (void)state;
    assert_bytes(&buffer, "", 0);
    assert_null(eyelet_buffer_bytes(&buffer).data);
    assert_int_equal(eyelet_buffer_room_len(&buffer), 0);
    eyelet_buffer_settle(&buffer, &pool);
    assert_int_equal(pool.held, 0);
    eyelet_buffer_unsettle(&buffer, &pool);
    eyelet_buffer_clear(&buffer, &pool);
    eyelet_buffer_pool_clear(&pool);
    assert_int_equal(faults_count(FAULT_ALLOC), 0);
}

static void what_is_emptied_goes_back_to_the_pool_and_is_lent_again(void **state)
{
    struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX };
    struct eyelet_buffer buffer = { 0 }, other = { 0 };

    (void)state;
    append(&buffer, &pool, "abc", 3);
    eyelet_buffer_drop(&buffer, 3);
    eyelet_buffer_settle(&buffer, &pool);
    assert_null(buffer.data);
    assert_int_equal(pool.held, 0);
    assert_int_equal(pool.n_spares, 1);

    append(&other, &pool, "def", 3);
    assert_int_equal(faults_count(FAULT_ALLOC), 1);
    assert_int_equal(pool.n_spares, 0);
    eyelet_buffer_clear(&other, &pool);
    eyelet_buffer_pool_clear(&pool);
}

static void a_small_rest_keeps_only_memory_of_its_size(void **state)
{
    static const struct {
        size_t len, cap;
    } rests[] = {
        { 1, 256 }, { 256, 256 }, { 257, EYELET_BUFFER_SMALL }, { EYELET_BUFFER_SMALL, EYELET_BUFFER_SMALL }
    };
    static uint8_t bytes[EYELET_BUFFER_SMALL + 1];
    struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX };
    struct eyelet_buffer buffer = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 7);
    for (size_t i = 0; i < sizeof(rests) / sizeof(rests[0]); i++) {
        append(&buffer, &pool, bytes, rests[i].len);
        eyelet_buffer_settle(&buffer, &pool);
        assert_int_equal(buffer.cap, rests[i].cap);
        assert_int_equal(pool.held, rests[i].cap);
        assert_bytes(&buffer, bytes, rests[i].len);
        eyelet_buffer_unsettle(&buffer, &pool);
        assert_int_equal(pool.held, 0);
        eyelet_buffer_clear(&buffer, &pool);
    }

    append(&buffer, &pool, bytes, sizeof(bytes));
    eyelet_buffer_settle(&buffer, &pool);
    assert_int_equal(pool.held, EYELET_BUFFER_SPARE_CAP);
    eyelet_buffer_unsettle(&buffer, &pool);
    eyelet_buffer_clear(&buffer, &pool);
    eyelet_buffer_pool_clear(&pool);
}

static void without_memory_to_shrink_into_the_bytes_stay_where_they_are(void **state)
{
    struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX };
    struct eyelet_buffer buffer = { 0 };

    (void)state;
    append(&buffer, &pool, "abc", 3);
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    eyelet_buffer_settle(&buffer, &pool);
    assert_bytes(&buffer, "abc", 3);
    assert_int_equal(pool.held, EYELET_BUFFER_SPARE_CAP);
    eyelet_buffer_unsettle(&buffer, &pool);
    eyelet_buffer_clear(&buffer, &pool);
    eyelet_buffer_pool_clear(&pool);
}

static void without_memory_to_grow_the_buffer_is_as_it_was(void **state)
{
    static uint8_t bytes[EYELET_BUFFER_SPARE_CAP];
    struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX };
    struct eyelet_buffer buffer = { 0 };

    (void)state;
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_int_equal(eyelet_buffer_reserve(&buffer, &pool, 1), -ENOMEM);
    assert_int_equal(buffer.cap, 0);

    memset(bytes, 'x', sizeof(bytes));
    append(&buffer, &pool, bytes, sizeof(bytes));
    eyelet_buffer_drop(&buffer, 5);
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_int_equal(eyelet_buffer_reserve(&buffer, &pool, 4096), -ENOMEM);
    assert_bytes(&buffer, bytes, sizeof(bytes) - 5);
    assert_int_equal(eyelet_buffer_reserve(&buffer, &pool, SIZE_MAX), -ENOMEM);
    assert_int_equal(eyelet_buffer_reserve(&buffer, &pool, SIZE_MAX - sizeof(bytes)), -ENOMEM);
    assert_bytes(&buffer, bytes, sizeof(bytes) - 5);
    eyelet_buffer_clear(&buffer, &pool);
    eyelet_buffer_pool_clear(&pool);
}

static void room_that_is_asked_for_is_all_that_is_taken(void **state)
{
    static uint8_t bytes[EYELET_BUFFER_SPARE_CAP];
    struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX };
    struct eyelet_buffer buffer = { 0 };

    (void)state;
    append(&buffer, &pool, bytes, sizeof(bytes));
    assert_int_equal(eyelet_buffer_reserve(&buffer, &pool, 10), 0);
    assert_int_equal(buffer.cap, sizeof(bytes) + 10);
    eyelet_buffer_clear(&buffer, &pool);
    eyelet_buffer_pool_clear(&pool);
}

/* What a buffer should hold: everything ever written, and where the waiting part begins and ends. */
struct model {
    uint8_t *bytes;
    size_t start;
    size_t end;
};

#define MODEL_CAP (8u << 20)

/* For pools that wipe: bytes that are told from any others by their upper half, with a canary in every 64 of them. */
static const uint8_t canary[8] = { 0xc7, 0xc1, 0xcf, 0xc0, 0xc3, 0xcc, 0xc5, 0xce };

static uint8_t marked(size_t position, uint32_t *seed)
{
    uint8_t random = (uint8_t)(0xc0 | (next_random(seed) & 0x0f));

    return position % 64 < sizeof(canary) ? canary[position % 64] : random;
}

static bool has_marked(const uint8_t *bytes, size_t from, size_t to)
{
    size_t n = 0;

    for (size_t i = from; i < to; i++) {
        n = (bytes[i] & 0xf0) == 0xc0 ? n + 1 : 0;
        if (n == sizeof(canary))
            return true;
    }
    return false;
}

static void assert_nothing_is_left(const struct eyelet_buffer *buffer, const struct eyelet_buffer_pool *pool)
{
    assert_false(has_marked(buffer->data, 0, buffer->start));
    assert_false(has_marked(buffer->data, buffer->start + buffer->len, buffer->cap));
    for (unsigned i = 0; i < pool->n_spares; i++)
        assert_false(has_marked(pool->spares[i], 0, EYELET_BUFFER_SPARE_CAP));
}

static void model_append(struct model *model, struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, size_t len,
                         uint32_t *seed)
{
    for (size_t i = model->end; i < model->end + len; i++)
        model->bytes[i] = pool->wipe ? marked(i, seed) : (uint8_t)next_random(seed);
    append(buffer, pool, model->bytes + model->end, len);
    model->end += len;
}

static size_t random_len(uint32_t *seed)
{
    switch (next_random(seed) % 4) {
    case 0:
        return next_random(seed) % 8;
    case 1:
        return next_random(seed) % 300;
    case 2:
        return next_random(seed) % 6000;
    default:
        return next_random(seed) % 80000;
    }
}

static size_t at_most(size_t value, size_t limit)
{
    return value < limit ? value : limit;
}

static void play(struct eyelet_buffer_pool *pool)
{
    struct eyelet_buffer buffers[3] = { 0 };
    struct model models[3] = { 0 };
    bool is_settled[3] = { true, true, true };
    uint32_t seed = 20240229;

    for (size_t i = 0; i < 3; i++) {
        models[i].bytes = malloc(MODEL_CAP);
        assert_non_null(models[i].bytes);
    }
    for (unsigned step = 0; step < 4000; step++) {
        size_t i = next_random(&seed) % 3, held = 0, len = random_len(&seed);
        struct eyelet_buffer *buffer = &buffers[i];
        struct model *model = &models[i];
        size_t have = model->end - model->start;

        if (is_settled[i])
            eyelet_buffer_unsettle(buffer, pool);
        is_settled[i] = false;
        switch (next_random(&seed) % 4) {
        case 0:
            if (len <= MODEL_CAP - model->end && have < 400000)
                model_append(model, buffer, pool, len, &seed);
            break;
        case 1:
            eyelet_buffer_drop(buffer, at_most(len, have));
            model->start += at_most(len, have);
            break;
        case 2:
            eyelet_buffer_cut(buffer, at_most(len / 8, have));
            model->end -= at_most(len / 8, have);
            break;
        default:
            eyelet_buffer_settle(buffer, pool);
            is_settled[i] = true;
            if (pool->wipe)
                assert_nothing_is_left(buffer, pool);
            break;
        }
        assert_bytes(buffer, model->bytes + model->start, model->end - model->start);
        for (size_t k = 0; k < 3; k++)
            held += is_settled[k] ? buffers[k].cap : 0;
        assert_int_equal(pool->held, held);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_true(models[i].end > 100000);
        if (is_settled[i])
            eyelet_buffer_unsettle(&buffers[i], pool);
        eyelet_buffer_clear(&buffers[i], pool);
        free(models[i].bytes);
    }
    assert_int_equal(pool->held, 0);
    eyelet_buffer_pool_clear(pool);
    assert_int_equal(pool->n_spares, 0);
}

static void any_order_of_acts_keeps_every_byte_in_order(void **state)
{
    struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX };

    (void)state;
    play(&pool);
    pool.n_spares_max = 3;
    play(&pool);
}

static void h124_buffers_that_wipe_leave_nothing_behind(void **state)
{
    struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX, .wipe = true };
    struct eyelet_buffer buffer = { 0 };

    (void)state;
    faults_watch_free(canary, sizeof(canary));
    play(&pool);
    pool.n_spares_max = 3;
    play(&pool);
    assert_true(pool.wipe);
    assert_int_equal(faults_freed_with_needle(), 2 * 3); /* the model's own bytes */

    pool.wipe = false;
    append(&buffer, &pool, canary, sizeof(canary));
    eyelet_buffer_clear(&buffer, &pool);
    eyelet_buffer_pool_clear(&pool);
    assert_int_equal(faults_freed_with_needle(), 2 * 3 + 1); /* the scan finds what is there */
}

static void h124_bytes_that_only_moved_are_wiped_too(void **state)
{
    struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX, .wipe = true };
    struct eyelet_buffer buffer = { 0 };

    (void)state;
    faults_watch_free(canary, sizeof(canary));
    append(&buffer, &pool, canary, sizeof(canary));
    eyelet_buffer_settle(&buffer, &pool); /* to small memory */
    eyelet_buffer_unsettle(&buffer, &pool);
    assert_int_equal(eyelet_buffer_reserve(&buffer, &pool, 1000), 0); /* to the spare, into which nothing comes */
    eyelet_buffer_clear(&buffer, &pool);
    eyelet_buffer_pool_clear(&pool);
    assert_int_equal(faults_freed_with_needle(), 0);
}

/* In all states in which memory changes hands, each time with no memory for the n-th change. */
static void h124_buffers_that_wipe_outlive_failing_allocations(void **state)
{
    static uint8_t bytes[3 * EYELET_BUFFER_SPARE_CAP];
    uint32_t seed = 124;

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = marked(i, &seed);
    for (unsigned nth = 1; nth <= 4; nth++) {
        struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX, .wipe = true };
        struct eyelet_buffer buffer = { 0 };
        unsigned n_failed = 0;

        faults_reset();
        faults_watch_free(canary, sizeof(canary));
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        for (size_t len = 1000; len <= sizeof(bytes); len *= 14) {
            while (eyelet_buffer_reserve(&buffer, &pool, len - buffer.len) < 0) {
                assert_bytes(&buffer, bytes, buffer.len);
                n_failed++;
            }
            append(&buffer, &pool, bytes + buffer.len, len - buffer.len);
            assert_bytes(&buffer, bytes, len);
        }
        eyelet_buffer_drop(&buffer, buffer.len - 100);
        eyelet_buffer_settle(&buffer, &pool); /* moves to small memory, or stays */
        assert_int_equal(buffer.len, 100);
        assert_nothing_is_left(&buffer, &pool);
        eyelet_buffer_unsettle(&buffer, &pool);
        eyelet_buffer_clear(&buffer, &pool);
        eyelet_buffer_pool_clear(&pool);
        assert_int_equal(n_failed, nth <= 2 ? 1 : 0);
        assert_int_equal(faults_freed_with_needle(), 0);
    }
}

/* One call after the other on @n connections at once, as client and server use their buffers. */
static void ping_pong(struct eyelet_buffer_pool *pool, struct eyelet_buffer (*pairs)[2], size_t n, unsigned n_rounds)
{
    for (unsigned round = 0; round < n_rounds; round++) {
        for (size_t i = 0; i < n; i++) {
            eyelet_buffer_unsettle(&pairs[i][0], pool);
            eyelet_buffer_unsettle(&pairs[i][1], pool);
            assert_int_equal(eyelet_buffer_reserve(&pairs[i][0], pool, EYELET_BUFFER_SPARE_CAP), 0);
            eyelet_buffer_add(&pairs[i][0], 120);
            append(&pairs[i][1], pool, "reply", 5);
        }
        for (size_t i = 0; i < n; i++) {
            eyelet_buffer_drop(&pairs[i][0], 120);
            eyelet_buffer_drop(&pairs[i][1], 5);
            eyelet_buffer_settle(&pairs[i][0], pool);
            eyelet_buffer_settle(&pairs[i][1], pool);
        }
    }
}

static void calls_one_after_the_other_cost_no_malloc(void **state)
{
    static const unsigned n_spares_max[] = { 2, 4, 8 };

    (void)state;
    for (size_t i = 0; i < sizeof(n_spares_max) / sizeof(n_spares_max[0]); i++) {
        struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX, .n_spares_max = n_spares_max[i] };
        struct eyelet_buffer pairs[4][2] = { 0 };

        faults_reset();
        ping_pong(&pool, pairs, n_spares_max[i] / 2, 1000);
        assert_int_equal(faults_count(FAULT_ALLOC), n_spares_max[i]);
        assert_int_equal(pool.n_spares, n_spares_max[i]);
        assert_int_equal(pool.held, 0);
        eyelet_buffer_pool_clear(&pool);
    }
}

static void no_more_spares_are_kept_than_are_wanted(void **state)
{
    static const struct {
        unsigned max, kept;
    } pools[] = { { 0, 1 }, { 1, 1 }, { 3, 3 }, { EYELET_BUFFER_SPARES_MAX, 8 }, { UINT_MAX, 8 } };

    (void)state;
    for (size_t i = 0; i < sizeof(pools) / sizeof(pools[0]); i++) {
        struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX, .n_spares_max = pools[i].max };
        struct eyelet_buffer pairs[5][2] = { 0 };

        ping_pong(&pool, pairs, 5, 2);
        assert_int_equal(pool.n_spares, pools[i].kept);
        eyelet_buffer_pool_clear(&pool);
        assert_int_equal(pool.n_spares, 0);
        assert_int_equal(pool.n_spares_max, pools[i].max);
    }
}

static struct eyelet_block block_of(struct eyelet_buffer_pool *pool, size_t len)
{
    struct eyelet_block block = eyelet_buffer_pool_need(pool, len);

    assert_non_null(block.data);
    assert_true(block.cap >= len);
    return block;
}

static void large_blocks_lie_idle_and_are_lent_for_their_size(void **state)
{
    enum { LEN = 3 * EYELET_BUFFER_SPARE_CAP };
    struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX };
    struct eyelet_buffer buffer = { 0 };
    struct eyelet_block block = block_of(&pool, LEN);

    (void)state;
    assert_int_equal(block.cap, LEN);
    eyelet_buffer_pool_give(&pool, &block);
    assert_null(block.data);
    assert_int_equal(pool.large_len, LEN);
    assert_null(eyelet_buffer_pool_take(&pool, LEN + 1).data);
    assert_null(eyelet_buffer_pool_take(&pool, LEN / 2 - 1).data);

    append(&buffer, &pool, "abc", 3);
    eyelet_buffer_borrow(&buffer, &pool, LEN / 2);
    assert_int_equal(buffer.cap, LEN);
    assert_true(buffer.is_lent);
    assert_bytes(&buffer, "abc", 3);
    assert_int_equal(pool.n_large, 0);
    eyelet_buffer_borrow(&buffer, &pool, 2 * LEN); /* none of that size: it stays where it is */
    assert_int_equal(buffer.cap, LEN);
    assert_int_equal(eyelet_buffer_reserve(&buffer, &pool, 2 * LEN), 0);
    assert_false(buffer.is_lent);
    eyelet_buffer_clear(&buffer, &pool);
    eyelet_buffer_pool_clear(&pool);
    assert_int_equal(pool.large_len, 0);
}

static void idle_blocks_are_few_and_short_and_not_for_long(void **state)
{
    enum { LEN = EYELET_BUFFER_LARGE_MAX / 2 };
    struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX };
    struct eyelet_block blocks[3] = { block_of(&pool, LEN), block_of(&pool, LEN + 1), block_of(&pool, 100000) };
    struct eyelet_block too_large = block_of(&pool, EYELET_BUFFER_LARGE_MAX + 1), many[EYELET_BUFFER_LARGE_N + 1];

    (void)state;
    assert_int_equal(eyelet_buffer_pool_deadline(&pool), UINT64_MAX);
    eyelet_buffer_pool_give(&pool, &too_large);
    assert_int_equal(pool.n_large, 0);
    for (size_t i = 0; i < 3; i++)
        eyelet_buffer_pool_give(&pool, &blocks[i]);
    assert_int_equal(pool.n_large, 2); /* the first one went when the second came */
    assert_int_equal(pool.large_len, LEN + 1 + 100000);

    eyelet_buffer_pool_look(&pool, eyelet_buffer_pool_deadline(&pool) - 1);
    assert_int_equal(pool.n_large, 2);
    eyelet_buffer_pool_look(&pool, eyelet_buffer_pool_deadline(&pool));
    assert_int_equal(pool.n_large, 0);
    assert_int_equal(pool.large_len, 0);
    assert_int_equal(eyelet_buffer_pool_deadline(&pool), UINT64_MAX);

    for (size_t i = 0; i <= EYELET_BUFFER_LARGE_N; i++)
        many[i] = block_of(&pool, 100000);
    for (size_t i = 0; i <= EYELET_BUFFER_LARGE_N; i++)
        eyelet_buffer_pool_give(&pool, &many[i]);
    assert_int_equal(pool.n_large, EYELET_BUFFER_LARGE_N);
    eyelet_buffer_pool_clear(&pool);
}

static void memory_is_taken_away_with_what_was_dropped_and_a_rest_moves(void **state)
{
    static uint8_t bytes[EYELET_BUFFER_SPARE_CAP];
    struct eyelet_buffer_pool pool = { .held_max = SIZE_MAX, .wipe = true };
    struct eyelet_buffer buffer = { 0 };
    struct eyelet_block block = { 0 };
    const uint8_t *memory;

    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    memcpy(bytes + sizeof(bytes) - 3, "abc", 3);
    assert_false(eyelet_buffer_detach(&buffer, &pool, &block)); /* there is none */
    append(&buffer, &pool, bytes, sizeof(bytes));
    memory = eyelet_buffer_bytes(&buffer).data;
    assert_false(eyelet_buffer_detach(&buffer, &pool, &block)); /* too much of it waits */
    eyelet_buffer_drop(&buffer, sizeof(bytes) - 3);
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_false(eyelet_buffer_detach(&buffer, &pool, &block));
    assert_bytes(&buffer, "abc", 3);

    assert_true(eyelet_buffer_detach(&buffer, &pool, &block));
    assert_ptr_equal(block.data, memory);
    assert_int_equal(block.written, sizeof(bytes));
    assert_memory_equal(block.data, bytes, sizeof(bytes));
    assert_bytes(&buffer, "abc", 3);
    eyelet_buffer_pool_give(&pool, &block);
    assert_ptr_equal(pool.spares[0], memory);
    memset(bytes, 0, sizeof(bytes));
    assert_memory_equal(memory, bytes, sizeof(bytes));

    eyelet_buffer_drop(&buffer, 3);
    assert_true(eyelet_buffer_detach(&buffer, &pool, &block)); /* without a rest there is nothing to move */
    assert_int_equal(buffer.cap, 0);
    assert_int_equal(block.written, 3);
    eyelet_buffer_pool_give(&pool, &block);
    eyelet_buffer_pool_clear(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_buffer_holds_no_memory, faults_setup),
        cmocka_unit_test_setup(what_is_emptied_goes_back_to_the_pool_and_is_lent_again, faults_setup),
        cmocka_unit_test_setup(a_small_rest_keeps_only_memory_of_its_size, faults_setup),
        cmocka_unit_test_setup(without_memory_to_shrink_into_the_bytes_stay_where_they_are, faults_setup),
        cmocka_unit_test_setup(without_memory_to_grow_the_buffer_is_as_it_was, faults_setup),
        cmocka_unit_test_setup(room_that_is_asked_for_is_all_that_is_taken, faults_setup),
        cmocka_unit_test_setup(any_order_of_acts_keeps_every_byte_in_order, faults_setup),
        cmocka_unit_test_setup(h124_buffers_that_wipe_leave_nothing_behind, faults_setup),
        cmocka_unit_test_setup(h124_bytes_that_only_moved_are_wiped_too, faults_setup),
        cmocka_unit_test_setup(h124_buffers_that_wipe_outlive_failing_allocations, faults_setup),
        cmocka_unit_test_setup(calls_one_after_the_other_cost_no_malloc, faults_setup),
        cmocka_unit_test_setup(no_more_spares_are_kept_than_are_wanted, faults_setup),
        cmocka_unit_test_setup(large_blocks_lie_idle_and_are_lent_for_their_size, faults_setup),
        cmocka_unit_test_setup(idle_blocks_are_few_and_short_and_not_for_long, faults_setup),
        cmocka_unit_test_setup(memory_is_taken_away_with_what_was_dropped_and_a_rest_moves, faults_setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
