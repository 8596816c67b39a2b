#include "pool.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gen_pool_block {
    struct gen_pool_block *next;
    size_t cap;
    alignas(max_align_t) unsigned char bytes[];
};

static void *alloc_for_protobuf(void *pool, size_t size)
{
    return gen_pool_alloc(pool, size);
}

static void free_for_protobuf(void *pool, void *data)
{
    (void)pool;
    (void)data;
}

void gen_pool_init(struct gen_pool *pool, size_t block_cap)
{
    *pool = (struct gen_pool){
        .block_cap = block_cap,
        .allocator = { .alloc = alloc_for_protobuf, .free = free_for_protobuf, .allocator_data = pool },
    };
}

void gen_pool_clear(struct gen_pool *pool)
{
    while (pool->blocks) {
        struct gen_pool_block *block = pool->blocks;

        pool->blocks = block->next;
        free(block);
    }
    gen_pool_init(pool, pool->block_cap);
}

static bool add_block(struct gen_pool *pool, size_t size)
{
    size_t cap = size > pool->block_cap ? size : pool->block_cap;
    struct gen_pool_block *block = NULL;

    if (cap <= SIZE_MAX - sizeof(*block))
        block = malloc(sizeof(*block) + cap);
    if (!block) {
        pool->has_failed = true;
        return false;
    }

    block->next = pool->blocks;
    block->cap = cap;
    pool->blocks = block;
    pool->used = 0;
    return true;
}

void *gen_pool_alloc(struct gen_pool *pool, size_t size)
{
    const size_t align = alignof(max_align_t);
    void *room;

    if (size > SIZE_MAX - align) {
        pool->has_failed = true;
        return NULL;
    }
    size = (size + align - 1) / align * align;
    if ((!pool->blocks || size > pool->blocks->cap - pool->used) && !add_block(pool, size))
        return NULL;

    room = pool->blocks->bytes + pool->used;
    pool->used += size;
    return memset(room, 0, size);
}

void *gen_pool_array(struct gen_pool *pool, size_t n, size_t size)
{
    if (size > 0 && n > SIZE_MAX / size) {
        pool->has_failed = true;
        return NULL;
    }
    return gen_pool_alloc(pool, n * size);
}

char *gen_pool_copy(struct gen_pool *pool, const void *data, size_t len)
{
    char *text = len < SIZE_MAX ? gen_pool_alloc(pool, len + 1) : NULL;

    if (text && len > 0)
        memcpy(text, data, len);
    return text;
}

char *gen_pool_vprintf(struct gen_pool *pool, const char *format, va_list args)
{
    va_list again;
    char *text;
    int len;

    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0) {
        pool->has_failed = true;
        return NULL;
    }

    text = gen_pool_alloc(pool, (size_t)len + 1);
    if (text)
        vsnprintf(text, (size_t)len + 1, format, args);
    return text;
}

char *gen_pool_printf(struct gen_pool *pool, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = gen_pool_vprintf(pool, format, args);
    va_end(args);
    return text;
}
