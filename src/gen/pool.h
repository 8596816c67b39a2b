/*
 * The memory of one run: everything is taken from a pool and freed together, so nothing in this program is freed by
 * itself and no error path has anything to clean up.
 */
#ifndef EYELET_GEN_POOL_H
#define EYELET_GEN_POOL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

#define GEN_POOL_BLOCK_CAP ((size_t)64 << 10) /* most runs take one to three of these */

struct gen_pool_block;

/*
 * struct gen_pool - memory that is freed together
 * @blocks:      newest first; what is left of the newest one is handed out next
 * @block_cap:   bytes in a block, unless one piece is longer
 * @used:        bytes handed out of the newest block
 * @has_failed:  malloc() returned NULL at least once; tells a lack of memory from bytes that protobuf-c cannot read
 * @allocator:   the same memory for protobuf-c; its free does nothing
 */
struct gen_pool {
    struct gen_pool_block *blocks;
    size_t block_cap;
    size_t used;
    bool has_failed;
    ProtobufCAllocator allocator;
};

/* @block_cap: GEN_POOL_BLOCK_CAP; 0 makes every piece a malloc() of its own, so that each can be made to fail. */
void gen_pool_init(struct gen_pool *pool, size_t block_cap);
void gen_pool_clear(struct gen_pool *pool);

/* Zeroed, aligned for any type, valid until gen_pool_clear(). NULL without memory. @size and @n may be 0. */
void *gen_pool_alloc(struct gen_pool *pool, size_t size);
void *gen_pool_array(struct gen_pool *pool, size_t n, size_t size);

/* @len bytes of @data with a NUL behind them. NULL without memory. */
char *gen_pool_copy(struct gen_pool *pool, const void *data, size_t len);

/* Formatted text. NULL without memory. */
char *gen_pool_printf(struct gen_pool *pool, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *gen_pool_vprintf(struct gen_pool *pool, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

#endif
