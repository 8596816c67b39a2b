/*
 * The queue of one call: everything at the borders of its memory, against a model that is only a list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nano/queue.h"
#include "support/faults.h"

#define CANARY_LEN 16
#define CANARY     0xc5
#define PREFIX     EYELET_QUEUE_PREFIX_LEN
#define CAP_MAX    256

/* A queue in the middle of a block whose other bytes must stay. */
struct fixture {
    struct eyelet_queue queue;
    uint8_t block[CAP_MAX + 2 * CANARY_LEN];
    size_t cap;
};

static void begin(struct fixture *fixture, size_t cap, bool wipe)
{
    assert_true(cap <= CAP_MAX);
    memset(fixture->block, CANARY, sizeof(fixture->block));
    memset(fixture->block + CANARY_LEN, 0, cap);
    fixture->cap = cap;
    eyelet_queue_init(&fixture->queue, fixture->block + CANARY_LEN, cap, wipe);
}

static void check_canaries(const struct fixture *fixture)
{
    for (size_t i = 0; i < sizeof(fixture->block); i++) {
        if (i < CANARY_LEN || i >= CANARY_LEN + fixture->cap)
            assert_int_equal(fixture->block[i], CANARY);
    }
}

/* How many bytes of the queue's memory are not zero? */
static size_t count_traces(const struct fixture *fixture)
{
    size_t n = 0;

    for (size_t i = 0; i < fixture->cap; i++)
        n += fixture->block[CANARY_LEN + i] != 0;
    return n;
}

static struct eyelet_slice filled(uint8_t *room, size_t len, uint8_t byte)
{
    memset(room, byte, len);
    return (struct eyelet_slice){ room, len };
}

static bool push(struct fixture *fixture, size_t len, uint8_t byte)
{
    uint8_t bytes[CAP_MAX];

    return eyelet_queue_push(&fixture->queue, filled(bytes, len, byte));
}

static void assert_first(const struct fixture *fixture, size_t len, uint8_t byte)
{
    struct eyelet_slice first;

    assert_true(eyelet_queue_peek(&fixture->queue, &first));
    assert_int_equal(first.len, len);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(first.data[i], byte);
}

static void messages_come_out_in_their_order(void **state)
{
    struct fixture fixture;
    struct eyelet_slice first;

    (void)state;
    begin(&fixture, 64, false);
    assert_false(eyelet_queue_peek(&fixture.queue, &first));
    assert_true(push(&fixture, 3, 'a'));
    assert_true(push(&fixture, 0, 'b'));
    assert_true(push(&fixture, 5, 'c'));
    assert_int_equal(fixture.queue.n, 3);
    assert_first(&fixture, 3, 'a');
    assert_first(&fixture, 3, 'a');
    eyelet_queue_pop(&fixture.queue);
    assert_first(&fixture, 0, 'b');
    eyelet_queue_pop(&fixture.queue);
    assert_first(&fixture, 5, 'c');
    eyelet_queue_pop(&fixture.queue);
    assert_int_equal(fixture.queue.n, 0);
    assert_false(eyelet_queue_peek(&fixture.queue, &first));
    check_canaries(&fixture);
}

static void each_cap_takes_what_fits_exactly_and_not_a_byte_more(void **state)
{
    struct fixture fixture;

    (void)state;
    for (size_t cap = 0; cap <= 40; cap++) {
        for (size_t len = 0; len <= 41; len++) {
            bool fits = cap >= PREFIX && len <= cap - PREFIX;

            begin(&fixture, cap, false);
            assert_int_equal(eyelet_queue_fits(&fixture.queue, len), fits);
            assert_int_equal(eyelet_queue_ever_fits(&fixture.queue, len), fits);
            assert_int_equal(push(&fixture, len, 'x'), fits);
            assert_int_equal(fixture.queue.n, fits);
            if (fits) {
                assert_first(&fixture, len, 'x');
                assert_true(eyelet_queue_ever_fits(&fixture.queue, len));
                assert_int_equal(eyelet_queue_fits(&fixture.queue, 0), cap - len >= 2 * PREFIX);
            }
            check_canaries(&fixture);
        }
    }
}

static void lengths_near_the_end_of_size_t_do_not_wrap(void **state)
{
    const struct eyelet_slice endless[] = { { NULL, SIZE_MAX },
                                            { NULL, SIZE_MAX - PREFIX + 1 },
                                            { NULL, SIZE_MAX - PREFIX },
                                            { NULL, SIZE_MAX / 2 },
                                            { NULL, (size_t)UINT32_MAX + 1 } };
    struct fixture fixture;
    struct eyelet_slice kept;

    (void)state;
    for (size_t n = 0; n <= 2; n++) {
        for (size_t i = 0; i < sizeof(endless) / sizeof(endless[0]); i++) {
            begin(&fixture, 32, false);
            assert_false(eyelet_queue_keep(&fixture.queue, endless[i], &kept));
            for (size_t m = 0; m < n; m++)
                assert_true(push(&fixture, 3, 'x'));
            assert_false(eyelet_queue_fits(&fixture.queue, endless[i].len));
            assert_false(eyelet_queue_ever_fits(&fixture.queue, endless[i].len));
            assert_false(eyelet_queue_push(&fixture.queue, endless[i]));
            assert_int_equal(fixture.queue.n, n);
        }
    }
}

static void what_is_kept_stays_at_every_length(void **state)
{
    struct fixture fixture;
    struct eyelet_slice kept;
    uint8_t bytes[CAP_MAX];

    (void)state;
    for (size_t len = 0; len <= 33; len++) {
        size_t room = 32 - len;

        begin(&fixture, 32, false);
        assert_int_equal(eyelet_queue_keep(&fixture.queue, filled(bytes, len, 'k'), &kept), len <= 32);
        if (len > 32)
            break;
        assert_int_equal(kept.len, len);
        assert_false(eyelet_queue_ever_fits(&fixture.queue, room)); /* the prefix does not */
        for (size_t round = 0; round < 20 && room >= PREFIX + 1; round++) {
            assert_int_equal(push(&fixture, room - PREFIX, (uint8_t)round), true);
            assert_false(eyelet_queue_fits(&fixture.queue, 0));
            assert_true(eyelet_queue_ever_fits(&fixture.queue, room - PREFIX));
            assert_first(&fixture, room - PREFIX, (uint8_t)round);
            eyelet_queue_pop(&fixture.queue);
        }
        for (size_t i = 0; i < len; i++)
            assert_int_equal(kept.data[i], 'k');
        check_canaries(&fixture);
    }
}

static void nothing_may_be_kept(void **state)
{
    struct fixture fixture;
    struct eyelet_slice kept;

    (void)state;
    begin(&fixture, 8, true);
    assert_true(eyelet_queue_keep(&fixture.queue, (struct eyelet_slice){ NULL, 0 }, &kept));
    assert_int_equal(kept.len, 0);
    assert_true(push(&fixture, 4, 'x'));
    assert_first(&fixture, 4, 'x');
}

static void a_push_that_does_not_fit_changes_nothing(void **state)
{
    struct fixture fixture, before;

    (void)state;
    begin(&fixture, 24, true);
    assert_true(push(&fixture, 6, 'a'));
    assert_true(push(&fixture, 2, 'b'));
    eyelet_queue_pop(&fixture.queue);
    before = fixture;
    assert_false(push(&fixture, 15, 'c'));
    assert_memory_equal(fixture.block, before.block, sizeof(before.block));
    assert_memory_equal(&fixture.queue, &before.queue, sizeof(before.queue));
    assert_true(push(&fixture, 14, 'c')); /* once the others are moved down */
    assert_first(&fixture, 2, 'b');
    eyelet_queue_pop(&fixture.queue);
    assert_first(&fixture, 14, 'c');
}

/* The list that the queue should be. */
struct model {
    size_t kept_len;
    size_t lens[CAP_MAX];
    uint8_t bytes[CAP_MAX];
    size_t n;
};

static size_t model_used(const struct model *model)
{
    size_t used = model->kept_len;

    for (size_t i = 0; i < model->n; i++)
        used += PREFIX + model->lens[i];
    return used;
}

static void check_against(const struct fixture *fixture, const struct model *model)
{
    size_t used = model_used(model), traces = 0;

    assert_int_equal(fixture->queue.n, model->n);
    for (size_t len = 0; len < 8; len++)
        assert_int_equal(eyelet_queue_fits(&fixture->queue, len), fixture->cap - used >= PREFIX + len);
    if (model->n > 0)
        assert_first(fixture, model->lens[0], model->bytes[0]);
    for (size_t i = 0; i < model->kept_len; i++)
        assert_int_equal(fixture->block[CANARY_LEN + i], 'k');
    for (size_t i = 0; i < model->n; i++)
        traces += model->lens[i] + (model->lens[i] > 0); /* a prefix of so short a message has one byte that is not 0 */
    if (fixture->queue.wipe)
        assert_int_equal(count_traces(fixture), model->kept_len + traces);
    check_canaries(fixture);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223; /* Numerical Recipes: the same in every run */
    return *seed >> 8;
}

static void step(struct fixture *fixture, struct model *model, uint32_t *seed)
{
    if (next_random(seed) % 5 < 3) {
        size_t len = next_random(seed) % 20;
        uint8_t byte = (uint8_t)(1 + next_random(seed) % 250);
        bool fits = fixture->cap - model_used(model) >= PREFIX + len;

        assert_int_equal(push(fixture, len, byte), fits);
        if (fits) {
            model->lens[model->n] = len;
            model->bytes[model->n++] = byte;
        }
    } else if (model->n > 0) {
        eyelet_queue_pop(&fixture->queue);
        model->n--;
        memmove(model->lens, model->lens + 1, model->n * sizeof(model->lens[0]));
        memmove(model->bytes, model->bytes + 1, model->n);
    }
}

/*
 * So the messages are moved down from every place to what is kept; and where they were nothing is left, if it is wiped.
 */
static void any_order_of_push_and_pop_is_that_of_a_list(void **state)
{
    uint32_t seed = 7;

    (void)state;
    for (size_t run = 0; run < 200; run++) {
        struct fixture fixture;
        struct model model = { .kept_len = run % 23 };
        struct eyelet_slice kept;
        uint8_t bytes[CAP_MAX];

        begin(&fixture, 30 + run % 47, run % 2 == 0);
        assert_true(eyelet_queue_keep(&fixture.queue, filled(bytes, model.kept_len, 'k'), &kept));
        for (size_t i = 0; i < 200; i++) {
            step(&fixture, &model, &seed);
            check_against(&fixture, &model);
        }
        eyelet_queue_clear(&fixture.queue);
        if (fixture.queue.wipe)
            assert_int_equal(count_traces(&fixture), 0);
        check_canaries(&fixture);
    }
}

static void a_cleared_queue_is_like_new(void **state)
{
    struct fixture fixture;
    struct eyelet_slice kept, none;
    uint8_t bytes[CAP_MAX];

    (void)state;
    for (int wipe = 0; wipe <= 1; wipe++) {
        begin(&fixture, 40, wipe != 0);
        for (size_t round = 0; round < 3; round++) {
            assert_true(eyelet_queue_keep(&fixture.queue, filled(bytes, 10 + round, 'k'), &kept));
            assert_true(push(&fixture, 5, 'x'));
            assert_true(push(&fixture, 5, 'y'));
            eyelet_queue_pop(&fixture.queue);
            eyelet_queue_clear(&fixture.queue);
            assert_int_equal(fixture.queue.n, 0);
            assert_false(eyelet_queue_peek(&fixture.queue, &none));
            assert_true(eyelet_queue_ever_fits(&fixture.queue, 36));
            assert_int_equal(count_traces(&fixture) == 0, wipe != 0);
        }
        assert_int_equal(fixture.queue.wipe, wipe != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(messages_come_out_in_their_order, faults_setup),
        cmocka_unit_test_setup(each_cap_takes_what_fits_exactly_and_not_a_byte_more, faults_setup),
        cmocka_unit_test_setup(lengths_near_the_end_of_size_t_do_not_wrap, faults_setup),
        cmocka_unit_test_setup(what_is_kept_stays_at_every_length, faults_setup),
        cmocka_unit_test_setup(nothing_may_be_kept, faults_setup),
        cmocka_unit_test_setup(a_push_that_does_not_fit_changes_nothing, faults_setup),
        cmocka_unit_test_setup(any_order_of_push_and_pop_is_that_of_a_list, faults_setup),
        cmocka_unit_test_setup(a_cleared_queue_is_like_new, faults_setup),
    };

    return cmocka_run_group_tests_name("nano_queue", tests, NULL, NULL);
}
