/*
 * Messages that wait: their order, what counts, when there are too many, and what is left of them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <eyelet/stream.h>

#include "rpc/inbox.h"
#include "support/faults.h"

#define FULL_NS (EYELET_STREAM_FULL_MS * UINT64_C(1000000))

static const struct eyelet_inbox_limits limits = { .messages_max = 3, .bytes_max = 100, .hard_bytes_max = 1000 };
static const struct eyelet_inbox_limits no_limits = { SIZE_MAX, SIZE_MAX, SIZE_MAX };

static int put(struct eyelet_inbox *inbox, const void *bytes, size_t len, uint64_t now_ns)
{
    return eyelet_inbox_put(inbox, (struct eyelet_slice){ bytes, len }, &limits, now_ns);
}

static void take_one(struct eyelet_inbox *inbox, uint64_t now_ns)
{
    struct eyelet_inbox_message *message = eyelet_inbox_take(inbox, &limits, now_ns);

    assert_non_null(message);
    eyelet_inbox_free(message, false);
}

static void an_empty_inbox_gives_nothing(void **state)
{
    struct eyelet_inbox inbox = { 0 };

    (void)state;
    assert_null(eyelet_inbox_take(&inbox, &limits, 1));
    assert_int_equal(eyelet_inbox_held(&inbox), 0);
    assert_false(eyelet_inbox_is_stuffed(&inbox, &limits));
    assert_true(eyelet_inbox_deadline(&inbox) == UINT64_MAX);
    eyelet_inbox_clear(&inbox, false);
    eyelet_inbox_clear(&inbox, true);
    eyelet_inbox_free(NULL, false);
    eyelet_inbox_free(NULL, true);
    assert_int_equal(faults_count(FAULT_ALLOC), 0);
}

static void messages_come_out_whole_and_in_order(void **state)
{
    struct eyelet_inbox inbox = { 0 };
    size_t next = 0, n_bytes = 0;
    uint8_t bytes[300];

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        size_t len = i * 7 % 300;

        memset(bytes, (int)(i % 251), len);
        assert_int_equal(eyelet_inbox_put(&inbox, (struct eyelet_slice){ bytes, len }, &no_limits, 1), 0);
        n_bytes += len;
        while (i % 5 == 4 && inbox.n_messages > i % 11) { /* down to few, and to none */
            struct eyelet_inbox_message *message = eyelet_inbox_take(&inbox, &no_limits, 1);

            assert_int_equal(message->len, next * 7 % 300);
            memset(bytes, (int)(next % 251), message->len);
            assert_memory_equal(message->data, bytes, message->len);
            n_bytes -= message->len;
            next++;
            eyelet_inbox_free(message, false);
        }
        assert_int_equal(inbox.n_messages, i + 1 - next);
        assert_int_equal(inbox.n_bytes, n_bytes);
    }
    assert_true(next > 900);
    eyelet_inbox_clear(&inbox, false);
    assert_null(eyelet_inbox_take(&inbox, &no_limits, 1));
    assert_int_equal(eyelet_inbox_held(&inbox), 0);
}

static void what_is_taken_belongs_to_the_taker(void **state)
{
    struct eyelet_inbox inbox = { 0 };
    struct eyelet_inbox_message *message;
    char bytes[] = "abc";

    (void)state;
    assert_int_equal(put(&inbox, bytes, 3, 1), 0);
    assert_int_equal(put(&inbox, bytes, 3, 1), 0);
    bytes[0] = 'x';
    message = eyelet_inbox_take(&inbox, &limits, 1);
    assert_null(message->next);
    eyelet_inbox_clear(&inbox, true);
    assert_int_equal(message->len, 3);
    assert_memory_equal(message->data, "abc", 3);
    eyelet_inbox_free(message, false);
}

static void an_empty_message_is_one_too(void **state)
{
    struct eyelet_inbox inbox = { 0 };
    struct eyelet_inbox_message *message;

    (void)state;
    assert_int_equal(put(&inbox, NULL, 0, 1), 0);
    assert_int_equal(eyelet_inbox_held(&inbox), EYELET_INBOX_MESSAGE_COST);
    message = eyelet_inbox_take(&inbox, &limits, 1);
    assert_non_null(message);
    assert_int_equal(message->len, 0);
    eyelet_inbox_free(message, true);
}

static void h095_too_many_messages_may_wait_for_a_second(void **state)
{
    struct eyelet_inbox inbox = { 0 };

    (void)state;
    for (uint64_t now_ns = 10; now_ns < 13; now_ns++) {
        assert_int_equal(put(&inbox, "a", 1, now_ns), 0);
        assert_true(eyelet_inbox_deadline(&inbox) == UINT64_MAX); /* as many as may wait */
    }
    assert_int_equal(put(&inbox, "a", 1, 50), 0);
    assert_true(eyelet_inbox_deadline(&inbox) == 50 + FULL_NS);
    assert_int_equal(put(&inbox, "a", 1, 60), 0); /* more of the same is no delay */
    assert_true(eyelet_inbox_deadline(&inbox) == 50 + FULL_NS);

    take_one(&inbox, 70); /* the reader lives: a second from here on */
    assert_true(eyelet_inbox_deadline(&inbox) == 70 + FULL_NS);
    take_one(&inbox, 80);
    assert_true(eyelet_inbox_deadline(&inbox) == UINT64_MAX);
    assert_int_equal(put(&inbox, "a", 1, 90), 0);
    assert_true(eyelet_inbox_deadline(&inbox) == 90 + FULL_NS);
    eyelet_inbox_clear(&inbox, false);
    assert_true(eyelet_inbox_deadline(&inbox) == UINT64_MAX);
}

static void h095_too_many_bytes_may_wait_for_a_second(void **state)
{
    static const uint8_t bytes[101];
    struct eyelet_inbox inbox = { 0 };

    (void)state;
    assert_int_equal(put(&inbox, bytes, 100, 10), 0);
    assert_true(eyelet_inbox_deadline(&inbox) == UINT64_MAX);
    assert_int_equal(put(&inbox, bytes, 1, 20), 0);
    assert_true(eyelet_inbox_deadline(&inbox) == 20 + FULL_NS);
    take_one(&inbox, 30);
    assert_true(eyelet_inbox_deadline(&inbox) == UINT64_MAX);
    take_one(&inbox, 40);

    assert_int_equal(put(&inbox, bytes, 101, 0), 0); /* a clock that stands at 0 is one as well */
    assert_true(eyelet_inbox_deadline(&inbox) == 1 + FULL_NS);
    eyelet_inbox_clear(&inbox, false);
}

static void h095_nothing_goes_into_a_stuffed_inbox(void **state)
{
    static const uint8_t bytes[900];
    struct eyelet_inbox inbox = { 0 };
    size_t n = 0;

    (void)state;
    assert_int_equal(put(&inbox, bytes, 1000 - 2 * EYELET_INBOX_MESSAGE_COST - 1, 1), 0);
    assert_int_equal(put(&inbox, bytes, 0, 1), 0);
    assert_int_equal(eyelet_inbox_held(&inbox), 999);
    assert_false(eyelet_inbox_is_stuffed(&inbox, &limits));
    assert_int_equal(put(&inbox, bytes, 900, 1), 0); /* one more of any size: it came, and must go somewhere */
    assert_true(eyelet_inbox_is_stuffed(&inbox, &limits));
    assert_int_equal(put(&inbox, bytes, 0, 1), -ENOMEM);
    assert_int_equal(inbox.n_messages, 3);
    take_one(&inbox, 1);
    take_one(&inbox, 1);
    assert_false(eyelet_inbox_is_stuffed(&inbox, &limits));
    assert_int_equal(put(&inbox, bytes, 0, 1), 0);
    eyelet_inbox_clear(&inbox, false);

    assert_int_equal(put(&inbox, bytes, 1000 - 2 * EYELET_INBOX_MESSAGE_COST, 1), 0);
    assert_int_equal(put(&inbox, bytes, 0, 1), 0);
    assert_int_equal(eyelet_inbox_held(&inbox), 1000);
    assert_true(eyelet_inbox_is_stuffed(&inbox, &limits));
    eyelet_inbox_clear(&inbox, false);

    while (put(&inbox, NULL, 0, 1) == 0) /* and no flood of empty ones */
        n++;
    assert_int_equal(n, 1000 / EYELET_INBOX_MESSAGE_COST + 1);
    eyelet_inbox_clear(&inbox, false);
}

static void h111_without_memory_the_inbox_is_as_it_was(void **state)
{
    (void)state;
    for (unsigned nth = 1; nth <= 3; nth++) {
        struct eyelet_inbox inbox = { 0 };

        faults_reset();
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        for (unsigned i = 1; i <= 3; i++) {
            struct eyelet_inbox before = inbox;

            if (i != nth) {
                assert_int_equal(put(&inbox, "abc", 3, i), 0);
                continue;
            }
            assert_int_equal(put(&inbox, "abc", 3, i), -ENOMEM);
            assert_memory_equal(&inbox, &before, sizeof(inbox));
        }
        assert_int_equal(inbox.n_messages, 2);
        take_one(&inbox, 9);
        take_one(&inbox, 9);
        assert_null(eyelet_inbox_take(&inbox, &limits, 9));
    }
}

static void a_length_that_does_not_exist_is_refused(void **state)
{
    struct eyelet_inbox inbox = { 0 };

    (void)state;
    assert_int_equal(put(&inbox, "a", SIZE_MAX, 1), -ENOMEM);
    assert_int_equal(inbox.n_messages, 0);
    assert_int_equal(faults_count(FAULT_ALLOC), 0);
}

static void h124_messages_are_wiped_before_they_are_freed(void **state)
{
    static const char canary[] = "canary of a message";
    struct eyelet_inbox inbox = { 0 };

    (void)state;
    faults_watch_free(canary, sizeof(canary));
    for (int i = 0; i < 3; i++)
        assert_int_equal(put(&inbox, canary, sizeof(canary), 1), 0);
    eyelet_inbox_free(eyelet_inbox_take(&inbox, &limits, 1), true);
    eyelet_inbox_clear(&inbox, true);
    assert_int_equal(faults_freed_with_needle(), 0);

    assert_int_equal(put(&inbox, canary, sizeof(canary), 1), 0);
    eyelet_inbox_clear(&inbox, false);
    assert_int_equal(faults_freed_with_needle(), 1); /* the scan finds what is there */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_inbox_gives_nothing, faults_setup),
        cmocka_unit_test_setup(messages_come_out_whole_and_in_order, faults_setup),
        cmocka_unit_test_setup(what_is_taken_belongs_to_the_taker, faults_setup),
        cmocka_unit_test_setup(an_empty_message_is_one_too, faults_setup),
        cmocka_unit_test_setup(h095_too_many_messages_may_wait_for_a_second, faults_setup),
        cmocka_unit_test_setup(h095_too_many_bytes_may_wait_for_a_second, faults_setup),
        cmocka_unit_test_setup(h095_nothing_goes_into_a_stuffed_inbox, faults_setup),
        cmocka_unit_test_setup(h111_without_memory_the_inbox_is_as_it_was, faults_setup),
        cmocka_unit_test_setup(a_length_that_does_not_exist_is_refused, faults_setup),
        cmocka_unit_test_setup(h124_messages_are_wiped_before_they_are_freed, faults_setup),
    };

    return cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
}
