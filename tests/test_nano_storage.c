/*
 * A block of memory, cut up: nothing is handed out twice, or from beyond its end; and what the macros of
 * <eyelet/nano.h> say is enough.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "nano/line.h"
#include "nano/storage.h"
#include "support/faults.h"

static bool is_aligned(const void *pointer)
{
    return (uintptr_t)pointer % EYELET_NANO_ALIGN == 0;
}

static void memory_of_any_alignment_and_size_is_used_as_far_as_it_goes(void **state)
{
    _Alignas(16) uint8_t memory[64];

    (void)state;
    for (size_t offset = 0; offset < 20; offset++) {
        for (size_t size = 0; size <= sizeof(memory) - offset; size++) {
            struct eyelet_storage storage = eyelet_storage_of(memory + offset, size);
            size_t lost = (16 - offset % 16) % 16, left = size > lost ? size - lost : 0;

            assert_int_equal(storage.left, left);
            if (left > 0) {
                assert_true(is_aligned(storage.next));
                assert_ptr_equal(storage.next, memory + offset + lost);
            }
            assert_null(eyelet_storage_take(&storage, left + 1));
            assert_int_equal(storage.left, left); /* nothing was changed by that */
        }
    }
}

static void what_is_taken_is_aligned_and_lies_behind_what_was_taken_before(void **state)
{
    _Alignas(16) uint8_t memory[256];

    (void)state;
    for (size_t size = 1; size <= 40; size++) {
        struct eyelet_storage storage = eyelet_storage_of(memory, sizeof(memory));
        const uint8_t *end = memory, *taken;
        size_t n = 0;

        while ((taken = eyelet_storage_take(&storage, size)) != NULL) {
            assert_true(is_aligned(taken));
            assert_true(taken >= end && taken + size <= memory + sizeof(memory));
            end = taken + size;
            n++;
        }
        assert_int_equal(n, sizeof(memory) / EYELET_NANO_ROUND(size));
    }
}

/* The last piece may not be aligned at its end, where the block is not: then it is not handed out. */
static void a_piece_that_would_end_beyond_the_block_when_rounded_up_is_not_there(void **state)
{
    _Alignas(16) uint8_t memory[64];

    (void)state;
    for (size_t size = 0; size <= sizeof(memory); size++) {
        for (size_t wanted = 1; wanted <= sizeof(memory) + 1; wanted++) {
            struct eyelet_storage storage = eyelet_storage_of(memory, size);

            assert_int_equal(eyelet_storage_take(&storage, wanted) != NULL, EYELET_NANO_ROUND(wanted) <= size);
        }
    }
}

static void sizes_near_the_end_of_size_t_do_not_wrap(void **state)
{
    _Alignas(16) uint8_t memory[64];
    struct eyelet_storage storage = eyelet_storage_of(memory, sizeof(memory));

    (void)state;
    for (size_t less = 0; less < 64; less++)
        assert_null(eyelet_storage_take(&storage, SIZE_MAX - less));
    assert_null(eyelet_storage_take(&storage, SIZE_MAX / 2));
    assert_int_equal(storage.left, sizeof(memory));
    assert_ptr_equal(storage.next, memory);
}

static void no_memory_is_no_memory(void **state)
{
    struct eyelet_storage storage = eyelet_storage_of(NULL, 0);

    (void)state;
    assert_null(eyelet_storage_take(&storage, 1));
    assert_null(eyelet_storage_take(&storage, SIZE_MAX));
}

static const uint32_t calls_rows[] = { 1,  2,  3,  4,   5,   7,   8,   9,   15,   16,  17,
                                       31, 33, 64, 100, 127, 129, 511, 513, 1023, 1024 };
static const uint32_t frame_rows[] = { 4096, 4097, 4111, 4112, 5000, 16384, 65535, 65536, 1 << 20, (16 << 20) - 1 };

static bool line_fits(void *memory, size_t size, uint32_t calls, uint32_t frame, size_t *ret_left)
{
    struct eyelet_storage storage = eyelet_storage_of(memory, size);
    struct eyelet_line line;
    bool fits = eyelet_line_init(&line, &storage, calls, frame, false);

    *ret_left = storage.left;
    return fits;
}

/* What EYELET_NANO_LINE_SIZE() gives is enough; what is taken is needed, to the last block. */
static void a_line_fits_into_what_its_macro_says_and_into_no_block_less(void **state)
{
    size_t size_max = EYELET_NANO_LINE_SIZE(1024, (16 << 20) - 1);
    uint8_t *memory = aligned_alloc(EYELET_NANO_ALIGN, EYELET_NANO_ROUND(size_max));

    (void)state;
    assert_non_null(memory);
    for (size_t c = 0; c < sizeof(calls_rows) / sizeof(calls_rows[0]); c++) {
        for (size_t f = 0; f < sizeof(frame_rows) / sizeof(frame_rows[0]); f++) {
            uint32_t calls = calls_rows[c], frame = frame_rows[f];
            size_t size = EYELET_NANO_LINE_SIZE(calls, frame) - EYELET_NANO_CONNECTION_BASE, left, used;

            assert_true(line_fits(memory, size, calls, frame, &left)); /* the base is for what has the line */
            used = size - left;
            assert_int_equal(used % EYELET_NANO_ALIGN, 0);
            assert_true(line_fits(memory, used, calls, frame, &left));
            assert_int_equal(left, 0);
            assert_false(line_fits(memory, used - EYELET_NANO_ALIGN, calls, frame, &left));
            assert_false(line_fits(memory, used - 1, calls, frame, &left));
        }
    }
    free(memory);
}

static void the_macros_are_constants_and_grow_with_what_they_are_for(void **state)
{
    static uint8_t memory[EYELET_NANO_SERVER_SIZE(4, 8, 16384, 1024)];
    static uint8_t client_memory[EYELET_NANO_CLIENT_SIZE(8, 2, 16384)];

    (void)state;
    assert_int_equal(sizeof(memory) >> 10, 323); /* as <eyelet/nano.h> says */
    assert_true(sizeof(client_memory) < 128 << 10);
    assert_true(EYELET_NANO_SERVER_SIZE(256, 1024, (16u << 20) - 1, 1u << 20) > (size_t)UINT32_MAX); /* no wrapping */
    assert_true(EYELET_NANO_SERVER_SIZE(5, 8, 16384, 1024) > sizeof(memory));
    assert_true(EYELET_NANO_SERVER_SIZE(4, 9, 16384, 1024) > sizeof(memory));
    assert_true(EYELET_NANO_SERVER_SIZE(4, 8, 16385, 1024) >= sizeof(memory));
    assert_true(EYELET_NANO_SERVER_SIZE(4, 8, 16384, 1025) > sizeof(memory));
    assert_true(EYELET_NANO_CLIENT_SIZE(9, 2, 16384) > sizeof(client_memory));
    assert_true(EYELET_NANO_CLIENT_SIZE(8, 3, 16384) > sizeof(client_memory));
}

/* In a block of exactly its size, so that the address sanitizer watches over its end; and of no alignment at all. */
static enum eyelet_status open_server(const struct eyelet_nano_server_opts *opts, size_t size, size_t offset)
{
    struct eyelet_nano_server *server = NULL;
    uint8_t *memory = malloc(offset + size);
    struct eyelet_error error;
    enum eyelet_status status;
    char address[32];
    int fds[2];

    assert_non_null(memory);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    memset(memory, 0xc5, offset + size);
    snprintf(address, sizeof(address), "fd://%d", fds[0]);
    status = eyelet_nano_server_init(address, opts, memory + offset, size, &server, &error);
    assert_int_equal(status == EYELET_OK, server != NULL);
    if (status == EYELET_OK) {
        assert_int_equal(eyelet_nano_server_process(server, &error), EYELET_OK);
        eyelet_nano_server_clear(server);
    } else {
        for (size_t i = 0; i < offset + size; i++)
            assert_int_equal(memory[i], 0xc5);
        close(fds[0]);
    }
    for (size_t i = 0; i < offset; i++)
        assert_int_equal(memory[i], 0xc5);
    close(fds[1]);
    free(memory);
    return status;
}

static void a_server_fits_into_what_its_macro_says_and_refuses_a_byte_less(void **state)
{
    static const struct eyelet_nano_server_opts rows[] = {
        { .connections_max = 1, .calls_max = 1, .frame_max = 4096, .message_size = 1 },
        { .connections_max = 1, .calls_max = 3, .frame_max = 4097, .message_size = 15 },
        { .connections_max = 2, .calls_max = 2, .frame_max = 4111, .message_size = 16, .wipe = true },
        { .connections_max = 3, .calls_max = 17, .frame_max = 5001, .message_size = 1001 },
        { .connections_max = 4, .calls_max = 8, .frame_max = 16384, .message_size = 1024 },
        { .connections_max = 7, .calls_max = 9, .frame_max = 65536, .message_size = 100000, .wipe = true },
        { .connections_max = 256, .calls_max = 33, .frame_max = 4096, .message_size = 1 },
        { .connections_max = 1, .calls_max = 1024, .frame_max = 4096, .message_size = 1 },
        { .connections_max = 1, .calls_max = 1, .frame_max = (16 << 20) - 1, .message_size = 1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t size = EYELET_NANO_SERVER_SIZE(rows[i].connections_max, rows[i].calls_max, rows[i].frame_max,
                                              rows[i].message_size);

        for (size_t offset = 0; offset < 17; offset += 5)
            assert_int_equal(open_server(&rows[i], size, offset), EYELET_OK);
        assert_int_equal(open_server(&rows[i], size - 1, 0), EYELET_INVALID_ARGUMENT);
    }
    assert_int_equal(open_server(NULL, EYELET_NANO_SERVER_SIZE(4, 8, 16384, 1024), 1), EYELET_OK);
    assert_int_equal(open_server(NULL, EYELET_NANO_SERVER_SIZE(4, 8, 16384, 1024) - 1, 0), EYELET_INVALID_ARGUMENT);
    assert_int_equal(open_server(NULL, 0, 0), EYELET_INVALID_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(memory_of_any_alignment_and_size_is_used_as_far_as_it_goes, faults_setup),
        cmocka_unit_test_setup(what_is_taken_is_aligned_and_lies_behind_what_was_taken_before, faults_setup),
        cmocka_unit_test_setup(a_piece_that_would_end_beyond_the_block_when_rounded_up_is_not_there, faults_setup),
        cmocka_unit_test_setup(sizes_near_the_end_of_size_t_do_not_wrap, faults_setup),
        cmocka_unit_test_setup(no_memory_is_no_memory, faults_setup),
        cmocka_unit_test_setup(a_line_fits_into_what_its_macro_says_and_into_no_block_less, faults_setup),
        cmocka_unit_test_setup(a_server_fits_into_what_its_macro_says_and_refuses_a_byte_less, faults_setup),
        cmocka_unit_test_setup(the_macros_are_constants_and_grow_with_what_they_are_for, faults_setup),
    };

    return cmocka_run_group_tests_name("nano_storage", tests, NULL, NULL);
}
