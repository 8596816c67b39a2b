/*
 * The bump arena and counted malloc: what they hand out, what counts, what stays.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rpc/arena.h"
#include "support/faults.h"

static void allocations_are_aligned_and_do_not_overlap(void **state)
{
    struct eyelet_arena arena;
    uint8_t *blocks[64];

    (void)state;
    eyelet_arena_init(&arena, NULL, 0);
    for (size_t i = 0; i < 64; i++) {
        blocks[i] = eyelet_arena_alloc(&arena, i * 37);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
        if (i > 0)
            memset(blocks[i], (int)i, i * 37);
    }
    for (size_t i = 1; i < 64; i++) {
        assert_int_equal(blocks[i][0], i);
        assert_int_equal(blocks[i][i * 37 - 1], i);
    }
    eyelet_arena_clear(&arena);
}

static void every_allocation_counts_as_whole_units(void **state)
{
    struct eyelet_arena arena;
    alignas(max_align_t) uint8_t room[1024];

    (void)state;
    eyelet_arena_init(&arena, room, sizeof(room));
    assert_int_equal(arena.used, 0);
    assert_non_null(eyelet_arena_alloc(&arena, 0));
    assert_int_equal(arena.used, EYELET_ALLOC_UNIT);
    assert_non_null(eyelet_arena_alloc(&arena, EYELET_ALLOC_UNIT));
    assert_int_equal(arena.used, 2 * EYELET_ALLOC_UNIT);
    assert_non_null(eyelet_arena_alloc(&arena, EYELET_ALLOC_UNIT + 1));
    assert_int_equal(arena.used, 4 * EYELET_ALLOC_UNIT);
    eyelet_arena_clear(&arena);
}

static void the_limit_is_met_to_the_byte(void **state)
{
    struct eyelet_arena arena;
    alignas(max_align_t) uint8_t room[1024];

    (void)state;
    eyelet_arena_init(&arena, room, sizeof(room));
    eyelet_arena_set_limit(&arena, 64);
    assert_null(eyelet_arena_alloc(&arena, 65));
    assert_int_equal(arena.failure, EYELET_ALLOC_FAILURE_LIMIT);
    assert_int_equal(arena.used, 0);
    assert_non_null(eyelet_arena_alloc(&arena, 64));
    assert_null(eyelet_arena_alloc(&arena, 0));

    eyelet_arena_set_limit(&arena, 16); /* from here on */
    assert_non_null(eyelet_arena_alloc(&arena, 1));
    assert_null(eyelet_arena_alloc(&arena, 1));
    eyelet_arena_set_limit(&arena, SIZE_MAX);
    assert_non_null(eyelet_arena_alloc(&arena, 1));
    eyelet_arena_clear(&arena);
}

static void the_limit_holds_for_what_needs_a_chunk(void **state)
{
    static const size_t sizes[] = { 1, 100, 5000, 16 << 10, 100 << 10 };

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct eyelet_arena arena;
        size_t n = 0;

        eyelet_arena_init(&arena, NULL, 0);
        eyelet_arena_set_limit(&arena, 1 << 20);
        while (eyelet_arena_alloc(&arena, sizes[i]) != NULL) {
            assert_true(arena.used <= 1 << 20);
            n++;
        }
        assert_int_equal(arena.failure, EYELET_ALLOC_FAILURE_LIMIT);
        assert_true(n * sizes[i] <= 1 << 20);
        assert_true(arena.used > (1 << 20) - 2 * sizes[i] - EYELET_ARENA_CHUNK_MAX);
        eyelet_arena_clear(&arena);
    }
}

static void what_a_new_chunk_costs_counts_too(void **state)
{
    struct eyelet_arena arena;

    (void)state;
    eyelet_arena_init(&arena, NULL, 0);
    assert_non_null(eyelet_arena_alloc(&arena, 4000)); /* of a chunk of 4096: what is left of it is not enough for 80 */
    eyelet_arena_set_limit(&arena, 100);
    assert_null(eyelet_arena_alloc(&arena, 80));
    eyelet_arena_set_limit(&arena, 100 << 10);
    assert_null(eyelet_arena_alloc(&arena, 100 << 10)); /* would be one of its own, and that has a head */
    assert_int_equal(arena.failure, EYELET_ALLOC_FAILURE_LIMIT);
    assert_int_equal(faults_count(FAULT_ALLOC), 1);
    eyelet_arena_clear(&arena);
}

/* Four of these fit into a chunk and a fifth nearly would: the longest tails that a peer can make. */
static void memory_held_stays_near_the_limit_whatever_is_asked_for(void **state)
{
    struct eyelet_arena arena;
    size_t held;

    (void)state;
    eyelet_arena_init(&arena, NULL, 0);
    eyelet_arena_set_limit(&arena, 4 << 20);
    while (eyelet_arena_alloc(&arena, EYELET_ARENA_CHUNK_MAX / 5) != NULL)
        ;
    held = faults_count(FAULT_ALLOC) * (size_t)EYELET_ARENA_CHUNK_MAX; /* more than they are: the first are smaller */
    assert_true(held <= (4 << 20) + 4 * EYELET_ARENA_CHUNK_MAX);
    eyelet_arena_clear(&arena);
}

static void sizes_that_do_not_exist_are_refused(void **state)
{
    struct eyelet_arena arena;

    (void)state;
    eyelet_arena_init(&arena, NULL, 0);
    assert_null(eyelet_arena_alloc(&arena, SIZE_MAX));
    assert_null(eyelet_arena_alloc(&arena, SIZE_MAX - EYELET_ALLOC_UNIT));
    assert_null(eyelet_arena_alloc(&arena, SIZE_MAX - 2 * EYELET_ALLOC_UNIT));
    assert_int_equal(arena.failure, EYELET_ALLOC_FAILURE_LIMIT);
    assert_int_equal(faults_count(FAULT_ALLOC), 0);
    assert_non_null(eyelet_arena_alloc(&arena, 1));
    eyelet_arena_clear(&arena);
}

static void big_allocations_leave_the_current_chunk_in_use(void **state)
{
    struct eyelet_arena arena;
    uint8_t *before, *after;

    (void)state;
    eyelet_arena_init(&arena, NULL, 0);
    before = eyelet_arena_alloc(&arena, 16);
    assert_non_null(eyelet_arena_alloc(&arena, 1 << 20));
    after = eyelet_arena_alloc(&arena, 16);
    assert_ptr_equal(after, before + 16);
    assert_int_equal(faults_count(FAULT_ALLOC), 2);
    eyelet_arena_clear(&arena);
}

static void small_messages_in_a_row_cost_no_malloc(void **state)
{
    struct eyelet_arena arena;
    unsigned warm;

    (void)state;
    eyelet_arena_init(&arena, NULL, 0);
    for (int round = 0; round < 3; round++) { /* until the chunk that is kept is big enough for a whole round */
        for (int i = 0; i < 100; i++)
            assert_non_null(eyelet_arena_alloc(&arena, 64));
        eyelet_arena_reset(&arena);
    }
    warm = faults_count(FAULT_ALLOC);
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 100; i++)
            assert_non_null(eyelet_arena_alloc(&arena, 64));
        assert_int_equal(arena.used, 6400);
        eyelet_arena_reset(&arena);
    }
    assert_int_equal(faults_count(FAULT_ALLOC), warm);
    eyelet_arena_clear(&arena);
}

static void a_reset_lifts_the_limit_and_keeps_no_big_chunk(void **state)
{
    struct eyelet_arena arena;

    (void)state;
    eyelet_arena_init(&arena, NULL, 0);
    assert_non_null(eyelet_arena_alloc(&arena, 1 << 20)); /* the first chunk, and too big to keep */
    eyelet_arena_set_limit(&arena, 0);
    assert_null(eyelet_arena_alloc(&arena, 1));
    eyelet_arena_reset(&arena);
    assert_int_equal(arena.failure, EYELET_ALLOC_FAILURE_NONE);
    assert_int_equal(arena.used, 0);
    assert_null(arena.chunk);
    assert_non_null(eyelet_arena_alloc(&arena, 1 << 20));
    eyelet_arena_clear(&arena);
}

static void given_room_comes_before_malloc(void **state)
{
    struct eyelet_arena arena;
    alignas(max_align_t) uint8_t room[512];
    uint8_t *block;

    (void)state;
    eyelet_arena_init(&arena, room, sizeof(room));
    for (int round = 0; round < 2; round++) {
        block = eyelet_arena_alloc(&arena, 256);
        assert_true(block > room && block + 256 <= room + sizeof(room));
        eyelet_arena_reset(&arena);
    }
    assert_int_equal(faults_count(FAULT_ALLOC), 0);

    assert_non_null(eyelet_arena_alloc(&arena, 256));
    assert_non_null(eyelet_arena_alloc(&arena, 512));
    assert_int_equal(faults_count(FAULT_ALLOC), 1);
    eyelet_arena_reset(&arena);
    eyelet_arena_clear(&arena);
}

static void room_that_is_too_small_is_ignored(void **state)
{
    struct eyelet_arena arena;
    alignas(max_align_t) uint8_t room[64];

    (void)state;
    for (size_t len = 0; len <= 32; len++) {
        eyelet_arena_init(&arena, room, len);
        assert_non_null(eyelet_arena_alloc(&arena, 16));
        eyelet_arena_clear(&arena);
    }
    assert_int_equal(faults_count(FAULT_ALLOC), 33);
}

static void an_arena_outlives_a_failing_malloc(void **state)
{
    struct eyelet_arena arena;

    (void)state;
    eyelet_arena_init(&arena, NULL, 0);
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_null(eyelet_arena_alloc(&arena, 1));
    assert_int_equal(arena.failure, EYELET_ALLOC_FAILURE_MEMORY);
    assert_int_equal(arena.used, 0);
    assert_non_null(eyelet_arena_alloc(&arena, 1));

    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_null(eyelet_arena_alloc(&arena, 1 << 20));
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_null(eyelet_arena_alloc(&arena, EYELET_ARENA_CHUNK_MIN));
    assert_non_null(eyelet_arena_alloc(&arena, 1));
    assert_non_null(eyelet_arena_alloc(&arena, EYELET_ARENA_CHUNK_MIN));
    eyelet_arena_clear(&arena);
}

static void clearing_is_allowed_twice_and_on_nothing(void **state)
{
    struct eyelet_arena arena;

    (void)state;
    eyelet_arena_clear(NULL);
    eyelet_arena_init(&arena, NULL, 0);
    eyelet_arena_reset(&arena);
    eyelet_arena_clear(&arena);
    assert_non_null(eyelet_arena_alloc(&arena, 1));
    eyelet_arena_clear(&arena);
    eyelet_arena_clear(&arena);
}

static const char canary[] = "canary of a request";

/* Fills @arena with canaries, of sizes that go into every kind of chunk. */
static void fill_with_canaries(struct eyelet_arena *arena)
{
    static const size_t sizes[] = { 32, 100, 4000, 20000, 40, 100 << 10, 5000, 64, 200 };

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char *block = eyelet_arena_alloc(arena, sizes[i]);

        assert_non_null(block);
        memset(block, 'x', sizes[i]);
        memcpy(block + (i % 2 == 0 ? 0 : sizes[i] - sizeof(canary)), canary, sizeof(canary));
    }
}

/* What an arena still holds after a reset is found by freeing it: the scan is the same. */
static void h124_an_arena_that_wipes_leaves_nothing_behind(void **state)
{
    alignas(max_align_t) uint8_t room[1024];
    struct eyelet_arena arena;

    (void)state;
    for (int round = 0; round < 4; round++) {
        eyelet_arena_init(&arena, room, round % 2 == 0 ? 0 : sizeof(room));
        arena.wipe = true;
        faults_watch_free(canary, sizeof(canary));
        fill_with_canaries(&arena);
        if (round >= 2) {
            eyelet_arena_reset(&arena);
            assert_true(arena.wipe);
            assert_non_null(arena.chunk);
            arena.wipe = false; /* what is kept is freed as it is */
        }
        eyelet_arena_clear(&arena);
        assert_int_equal(faults_freed_with_needle(), 0);
        assert_null(memmem(room, sizeof(room), canary, sizeof(canary)));
    }
}

static void an_arena_goes_on_wiping_until_it_is_told_otherwise(void **state)
{
    struct eyelet_arena arena;

    (void)state;
    eyelet_arena_init(&arena, NULL, 0);
    assert_false(arena.wipe);
    arena.wipe = true;
    faults_watch_free(canary, sizeof(canary));
    for (int round = 0; round < 3; round++) {
        fill_with_canaries(&arena);
        eyelet_arena_reset(&arena);
    }
    fill_with_canaries(&arena);
    eyelet_arena_clear(&arena);
    fill_with_canaries(&arena);
    eyelet_arena_clear(&arena);
    assert_int_equal(faults_freed_with_needle(), 0);
    arena.wipe = false;
    fill_with_canaries(&arena);
    eyelet_arena_clear(&arena);
    assert_true(faults_freed_with_needle() > 0); /* the scan finds what is there */
}

static void h124_a_wiping_arena_outlives_a_failing_malloc(void **state)
{
    struct eyelet_arena arena;

    (void)state;
    for (unsigned nth = 1; nth <= 6; nth++) {
        faults_reset();
        faults_watch_free(canary, sizeof(canary));
        eyelet_arena_init(&arena, NULL, 0);
        arena.wipe = true;
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        for (size_t i = 0; i < 6; i++) {
            char *block = eyelet_arena_alloc(&arena, 12000 * (i + 1)); /* a chunk for each */

            assert_true((block == NULL) == (i + 1 == nth));
            if (block != NULL)
                memcpy(block, canary, sizeof(canary));
        }
        eyelet_arena_clear(&arena);
        assert_int_equal(faults_freed_with_needle(), 0);
    }
}

static void freeing_gives_nothing_back_to_the_heap_limit(void **state)
{
    struct eyelet_heap heap = { .limit = 1024 };
    size_t n = 0;
    void *block;

    (void)state;
    while ((block = eyelet_heap_alloc(&heap, 16)) != NULL) {
        free(block);
        n++;
    }
    assert_int_equal(n, 1024 / 32); /* 16 bytes and what malloc adds */
    assert_int_equal(heap.used, 1024);
    assert_int_equal(heap.failure, EYELET_ALLOC_FAILURE_LIMIT);
}

static void the_heap_counts_the_smallest_blocks_too(void **state)
{
    struct eyelet_heap heap = { .limit = 95 };
    void *first = eyelet_heap_alloc(&heap, 0);
    void *second = eyelet_heap_alloc(&heap, 1);

    (void)state;
    assert_non_null(first);
    assert_non_null(second);
    assert_null(eyelet_heap_alloc(&heap, 1));
    assert_int_equal(heap.used, 64);
    free(first);
    free(second);
}

static void the_heap_refuses_sizes_that_do_not_exist(void **state)
{
    struct eyelet_heap heap = { .limit = SIZE_MAX };

    (void)state;
    assert_null(eyelet_heap_alloc(&heap, SIZE_MAX));
    assert_null(eyelet_heap_alloc(&heap, SIZE_MAX - EYELET_ALLOC_UNIT));
    assert_int_equal(heap.failure, EYELET_ALLOC_FAILURE_LIMIT);
    assert_int_equal(faults_count(FAULT_ALLOC), 0);
}

static void the_heap_says_when_malloc_failed(void **state)
{
    struct eyelet_heap heap = { .limit = 1024 };

    (void)state;
    faults_fail(FAULT_ALLOC, 1, ENOMEM);
    assert_null(eyelet_heap_alloc(&heap, 16));
    assert_int_equal(heap.failure, EYELET_ALLOC_FAILURE_MEMORY);
    assert_int_equal(heap.used, 0);
}

static void lent_room_comes_first_and_is_its_owners_after_a_reset(void **state)
{
    static alignas(max_align_t) uint8_t room[20000], nothing[20000 - 64];
    struct eyelet_arena arena;
    uint8_t *block;

    (void)state;
    eyelet_arena_init(&arena, NULL, 0);
    arena.wipe = true;
    assert_non_null(eyelet_arena_alloc(&arena, 100));
    eyelet_arena_reset(&arena);
    eyelet_arena_lend(&arena, room, 16); /* too few to be of use */
    assert_null(arena.lent);
    eyelet_arena_lend(&arena, room, sizeof(room));
    block = eyelet_arena_alloc(&arena, 19000);
    assert_true(block > room && block + 19000 <= room + sizeof(room));
    memset(block, 'x', 19000);
    assert_int_equal(faults_count(FAULT_ALLOC), 1);

    assert_non_null(eyelet_arena_alloc(&arena, 4000)); /* does not fit into it, and goes in front of it */
    eyelet_arena_reset(&arena);
    assert_null(arena.lent);
    assert_memory_equal(room + 64, nothing, sizeof(nothing));
    for (size_t i = 0; i < 100; i++) {
        block = eyelet_arena_alloc(&arena, 1000);
        assert_true(block + 1000 <= room || block >= room + sizeof(room));
    }
    eyelet_arena_reset(&arena);
    eyelet_arena_lend(&arena, room, sizeof(room));
    eyelet_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(allocations_are_aligned_and_do_not_overlap, faults_setup),
        cmocka_unit_test_setup(every_allocation_counts_as_whole_units, faults_setup),
        cmocka_unit_test_setup(the_limit_is_met_to_the_byte, faults_setup),
        cmocka_unit_test_setup(the_limit_holds_for_what_needs_a_chunk, faults_setup),
        cmocka_unit_test_setup(what_a_new_chunk_costs_counts_too, faults_setup),
        cmocka_unit_test_setup(memory_held_stays_near_the_limit_whatever_is_asked_for, faults_setup),
        cmocka_unit_test_setup(sizes_that_do_not_exist_are_refused, faults_setup),
        cmocka_unit_test_setup(big_allocations_leave_the_current_chunk_in_use, faults_setup),
        cmocka_unit_test_setup(small_messages_in_a_row_cost_no_malloc, faults_setup),
        cmocka_unit_test_setup(a_reset_lifts_the_limit_and_keeps_no_big_chunk, faults_setup),
        cmocka_unit_test_setup(given_room_comes_before_malloc, faults_setup),
        cmocka_unit_test_setup(room_that_is_too_small_is_ignored, faults_setup),
        cmocka_unit_test_setup(an_arena_outlives_a_failing_malloc, faults_setup),
        cmocka_unit_test_setup(lent_room_comes_first_and_is_its_owners_after_a_reset, faults_setup),
        cmocka_unit_test_setup(clearing_is_allowed_twice_and_on_nothing, faults_setup),
        cmocka_unit_test_setup(h124_an_arena_that_wipes_leaves_nothing_behind, faults_setup),
        cmocka_unit_test_setup(an_arena_goes_on_wiping_until_it_is_told_otherwise, faults_setup),
        cmocka_unit_test_setup(h124_a_wiping_arena_outlives_a_failing_malloc, faults_setup),
        cmocka_unit_test_setup(freeing_gives_nothing_back_to_the_heap_limit, faults_setup),
        cmocka_unit_test_setup(the_heap_counts_the_smallest_blocks_too, faults_setup),
        cmocka_unit_test_setup(the_heap_refuses_sizes_that_do_not_exist, faults_setup),
        cmocka_unit_test_setup(the_heap_says_when_malloc_failed, faults_setup),
    };

    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
