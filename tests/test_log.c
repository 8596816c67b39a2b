/*
 * Lines for the log hook: their text, their rates, and that none is lost uncounted.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "rpc/log.h"
#include "support/faults.h"

#define NS_PER_S UINT64_C(1000000000)
#define LONG_AGO (5 * NS_PER_S)

/* What the hook was told. */
struct told {
    unsigned n;
    enum eyelet_log_level level;
    char text[EYELET_LOG_LINE_MAX + 2];
};

static void hear(enum eyelet_log_level level, const char *text, void *userdata)
{
    struct told *told = userdata;

    assert_true(strlen(text) <= EYELET_LOG_LINE_MAX);
    told->n++;
    told->level = level;
    snprintf(told->text, sizeof(told->text), "%s", text);
}

static void tell(struct eyelet_log *log)
{
    eyelet_log_tell(log, eyelet_log_take(log));
}

/* Adds @n lines at once and hands them over one by one. Return: how many there were. */
static unsigned flood(struct eyelet_log *log, struct eyelet_log_rate *rate, uint64_t now_ns, unsigned n)
{
    struct told *told = log->userdata;
    unsigned before = told->n;

    for (unsigned i = 0; i < n; i++) {
        eyelet_log_add(log, rate, now_ns, EYELET_LOG_WARNING, "line %u", i);
        tell(log);
    }
    return told->n - before;
}

static void a_log_without_a_hook_costs_nothing(void **state)
{
    struct eyelet_log log = { 0 };

    (void)state;
    for (int i = 0; i < 1000; i++)
        eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_ERROR, "nobody hears this");
    assert_null(eyelet_log_take(&log));
    assert_int_equal(log.n_dropped, 0);
    assert_int_equal(faults_count(FAULT_ALLOC), 0);
    tell(&log);
    eyelet_log_clear(&log);
}

static void levels_come_out_in_the_order_of_lines(void **state)
{
    struct told told = { 0 };
    struct eyelet_log log = { .fn = hear, .userdata = &told };
    struct eyelet_log_line *lines;

    (void)state;
    eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_ERROR, "cannot accept on '%s'", "unix:///run/echo");
    eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_DEBUG, "second %d", 2);
    assert_int_equal(told.n, 0);
    lines = eyelet_log_take(&log);
    assert_null(eyelet_log_take(&log)); /* another thread finds none */
    eyelet_log_tell(&log, lines);
    assert_int_equal(told.n, 2);
    assert_int_equal(told.level, EYELET_LOG_DEBUG);
    assert_string_equal(told.text, "second 2");

    eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_ERROR, "cannot accept on '%s'", "unix:///run/echo");
    tell(&log);
    assert_int_equal(told.level, EYELET_LOG_ERROR);
    assert_string_equal(told.text, "cannot accept on 'unix:///run/echo'");
}

static void h110_a_peer_cannot_forge_lines(void **state)
{
    struct told told = { 0 };
    struct eyelet_log log = { .fn = hear, .userdata = &told };

    (void)state;
    eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_WARNING, "peer calls '%s'",
                   "x\nok\r\t\x1b[2J\x7f\xc2\x9b\xff\xe2\x82\xac");
    tell(&log);
    assert_string_equal(told.text, "peer calls 'x\\x0aok\\x0d\\x09\\x1b[2J\\x7f\\xc2\\x9b\\xff\xe2\x82\xac'");
}

/* Cut at the end of a character or of a \xNN, wherever the limit falls. */
static void h110_long_lines_are_cut_to_valid_ones(void **state)
{
    static const char *const parts[] = { "a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x90\x99", "\n" };

    (void)state;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        for (int shift = 0; shift < 5; shift++) {
            struct told told = { 0 };
            struct eyelet_log log = { .fn = hear, .userdata = &told, .n_untold = shift % 2 ? UINT64_MAX : 0 };
            char text[4000] = "";
            size_t len;

            for (size_t k = 0; k < 900; k++)
                strcat(text, parts[i]);
            eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_INFO, "%.*s%s", shift, "....", text);
            tell(&log);
            len = strlen(told.text);
            assert_int_equal(told.n, 1);
            assert_true(len > EYELET_LOG_LINE_MAX - 8 && len <= EYELET_LOG_LINE_MAX);
            assert_true(eyelet_utf8_is_valid((struct eyelet_slice){ (const uint8_t *)told.text, len }));
            if (shift % 2)
                assert_string_equal(told.text + len - 38, " (18446744073709551615 lines left out)");
        }
    }
}

static void h110_one_connection_has_ten_lines_per_second(void **state)
{
    struct told told = { 0 };
    struct eyelet_log log = { .fn = hear, .userdata = &told };
    struct eyelet_log_rate loud = { 0 }, other = { 0 };

    (void)state;
    assert_int_equal(flood(&log, &loud, LONG_AGO, 1000), EYELET_LOG_PER_CONNECTION);
    assert_int_equal(flood(&log, &other, LONG_AGO, 1000), EYELET_LOG_PER_CONNECTION); /* it has its own */
    assert_int_equal(log.n_dropped, 2 * (1000 - EYELET_LOG_PER_CONNECTION));
    assert_int_equal(flood(&log, &loud, LONG_AGO + NS_PER_S / 10 - 1, 1), 0);
    assert_int_equal(flood(&log, &loud, LONG_AGO + NS_PER_S / 10, 2), 1);
    assert_int_equal(flood(&log, &loud, LONG_AGO + 100 * NS_PER_S, 1000), EYELET_LOG_PER_CONNECTION);
}

static void h110_all_together_have_a_hundred_lines_per_second(void **state)
{
    struct told told = { 0 };
    struct eyelet_log log = { .fn = hear, .userdata = &told };
    struct eyelet_log_rate rates[200] = { 0 };
    unsigned n = 0;

    (void)state;
    for (size_t i = 0; i < 200; i++)
        n += flood(&log, &rates[i], LONG_AGO, 1);
    assert_int_equal(n, EYELET_LOG_PER_SECOND);
    assert_int_equal(flood(&log, NULL, LONG_AGO, 50), 0); /* what is about no connection has no other way */
    assert_int_equal(flood(&log, NULL, LONG_AGO + NS_PER_S / 100, 50), 1);
    assert_int_equal(flood(&log, NULL, LONG_AGO + NS_PER_S, 500), EYELET_LOG_PER_SECOND - 1);
    assert_int_equal(flood(&log, NULL, LONG_AGO + 9 * NS_PER_S, 500), EYELET_LOG_PER_SECOND);
}

static void h110_the_next_line_says_how_many_were_left_out(void **state)
{
    struct told told = { 0 };
    struct eyelet_log log = { .fn = hear, .userdata = &told };
    struct eyelet_log_rate rate = { 0 };

    (void)state;
    flood(&log, &rate, LONG_AGO, EYELET_LOG_PER_CONNECTION + 1);
    assert_string_equal(told.text, "line 9");
    eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_INFO, "of another");
    tell(&log);
    assert_string_equal(told.text, "of another (1 line left out)");
    flood(&log, &rate, LONG_AGO, 7);
    eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_INFO, "of another");
    tell(&log);
    assert_string_equal(told.text, "of another (7 lines left out)");
    eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_INFO, "of another");
    tell(&log);
    assert_string_equal(told.text, "of another");
    assert_int_equal(log.n_dropped, 8);
}

static void h110_lines_that_nobody_fetches_do_not_pile_up(void **state)
{
    struct told told = { 0 };
    struct eyelet_log log = { .fn = hear, .userdata = &told };

    (void)state;
    for (unsigned i = 0; i < 50; i++)
        eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_INFO, "line %u", i);
    assert_int_equal(log.n_waiting, EYELET_LOG_LINES_WAITING_MAX);
    assert_int_equal(log.n_dropped, 50 - EYELET_LOG_LINES_WAITING_MAX);
    tell(&log);
    assert_int_equal(told.n, EYELET_LOG_LINES_WAITING_MAX);
    assert_string_equal(told.text, "line 31"); /* the first ones are kept: they say how it began */

    eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_INFO, "later");
    tell(&log);
    assert_string_equal(told.text, "later (18 lines left out)");
    eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_INFO, "never told");
    eyelet_log_clear(&log);
    assert_null(eyelet_log_take(&log));
    assert_int_equal(told.n, EYELET_LOG_LINES_WAITING_MAX + 1);
}

static void h111_lines_for_which_there_is_no_memory_are_counted(void **state)
{
    (void)state;
    for (unsigned nth = 1; nth <= 3; nth++) {
        struct told told = { 0 };
        struct eyelet_log log = { .fn = hear, .userdata = &told };

        faults_reset();
        faults_fail(FAULT_ALLOC, nth, ENOMEM);
        for (int i = 0; i < 3; i++)
            eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_ERROR, "no memory");
        assert_int_equal(log.n_waiting, 2);
        assert_int_equal(log.n_dropped, 1);
        tell(&log);
        assert_int_equal(told.n, 2);
        eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_ERROR, "again");
        tell(&log);
        assert_string_equal(told.text, nth == 3 ? "again (1 line left out)" : "again");
    }
}

/* A hook may cause lines while it hears one. */
static void hear_and_add(enum eyelet_log_level level, const char *text, void *userdata)
{
    struct eyelet_log *log = userdata;

    (void)level;
    if (strcmp(text, "first") == 0)
        eyelet_log_add(log, NULL, LONG_AGO, EYELET_LOG_INFO, "second");
}

static void a_hook_may_cause_lines(void **state)
{
    struct eyelet_log log = { .fn = hear_and_add };

    (void)state;
    log.userdata = &log;
    eyelet_log_add(&log, NULL, LONG_AGO, EYELET_LOG_INFO, "first");
    tell(&log);
    assert_int_equal(log.n_waiting, 1);
    tell(&log);
    assert_int_equal(log.n_waiting, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_log_without_a_hook_costs_nothing, faults_setup),
        cmocka_unit_test_setup(levels_come_out_in_the_order_of_lines, faults_setup),
        cmocka_unit_test_setup(h110_a_peer_cannot_forge_lines, faults_setup),
        cmocka_unit_test_setup(h110_long_lines_are_cut_to_valid_ones, faults_setup),
        cmocka_unit_test_setup(h110_one_connection_has_ten_lines_per_second, faults_setup),
        cmocka_unit_test_setup(h110_all_together_have_a_hundred_lines_per_second, faults_setup),
        cmocka_unit_test_setup(h110_the_next_line_says_how_many_were_left_out, faults_setup),
        cmocka_unit_test_setup(h110_lines_that_nobody_fetches_do_not_pile_up, faults_setup),
        cmocka_unit_test_setup(h111_lines_for_which_there_is_no_memory_are_counted, faults_setup),
        cmocka_unit_test_setup(a_hook_may_cause_lines, faults_setup),
    };

    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
