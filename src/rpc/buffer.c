/*
 * Growable queues of bytes, and the spares that they share.
 */
#include "rpc/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/socket.h"

/* --- the pool ----------------------------------------------------------------------------------------------------- */

/* Takes one out, the order of the others stays. */
static struct eyelet_block take_large(struct eyelet_buffer_pool *pool, unsigned index)
{
    struct eyelet_block block = pool->large[index];

    pool->n_large--;
    pool->large_len -= block.cap;
    memmove(&pool->large[index], &pool->large[index + 1], (pool->n_large - index) * sizeof(block));
    return block;
}

static void free_large(struct eyelet_buffer_pool *pool)
{
    while (pool->n_large > 0)
        free(take_large(pool, pool->n_large - 1).data);
}

void eyelet_buffer_pool_clear(struct eyelet_buffer_pool *pool)
{
    while (pool->n_spares > 0)
        free(pool->spares[--pool->n_spares]);
    free_large(pool);
    pool->held = 0;
}

uint64_t eyelet_buffer_pool_end_ns(const struct eyelet_buffer_pool *pool)
{
    return eyelet_deadline_after_ms(pool->large_ns, EYELET_BUFFER_LARGE_MS);
}

void eyelet_buffer_pool_end(struct eyelet_buffer_pool *pool, uint64_t now_ns)
{
    if (eyelet_buffer_pool_end_ns(pool) <= now_ns)
        free_large(pool);
}

struct eyelet_block eyelet_buffer_pool_take(struct eyelet_buffer_pool *pool, size_t len)
{
    for (unsigned i = pool->n_large; i-- > 0;) {
        size_t cap = pool->large[i].cap;

        if (len <= cap && cap / 2 <= len)
            return take_large(pool, i);
    }
    return (struct eyelet_block){ 0 };
}

/* A spare, or memory of its size; NULL without memory. */
static uint8_t *take_spare(struct eyelet_buffer_pool *pool)
{
    return pool->n_spares > 0 ? pool->spares[--pool->n_spares] : malloc(EYELET_BUFFER_SPARE_CAP);
}

struct eyelet_block eyelet_buffer_pool_need(struct eyelet_buffer_pool *pool, size_t len)
{
    struct eyelet_block block = { 0 };

    if (len > EYELET_BUFFER_SPARE_CAP)
        block = eyelet_buffer_pool_take(pool, len);
    if (block.data != NULL)
        return block;
    block.cap = len > EYELET_BUFFER_SPARE_CAP ? len : EYELET_BUFFER_SPARE_CAP;
    block.data = len > EYELET_BUFFER_SPARE_CAP ? malloc(len) : take_spare(pool);
    return block.data != NULL ? block : (struct eyelet_block){ 0 };
}

/* Those that have lain there longest make room: nobody asks for their size. */
static void keep_large(struct eyelet_buffer_pool *pool, uint8_t *data, size_t cap)
{
    if (cap > EYELET_BUFFER_LARGE_MAX) {
        free(data);
        return;
    }
    while (pool->n_large == EYELET_BUFFER_LARGE_N || pool->large_len > EYELET_BUFFER_LARGE_MAX - cap)
        free(take_large(pool, 0).data);
    pool->large[pool->n_large++] = (struct eyelet_block){ .data = data, .cap = cap };
    pool->large_len += cap;
    pool->large_ns = eyelet_now_ns();
}

static bool wants_spare(const struct eyelet_buffer_pool *pool)
{
    return pool->n_spares == 0 || (pool->n_spares < pool->n_spares_max && pool->n_spares < EYELET_BUFFER_SPARES_MAX);
}

static void put_back_other(struct eyelet_buffer_pool *pool, uint8_t *data, size_t cap)
{
    if (cap > EYELET_BUFFER_SPARE_CAP)
        keep_large(pool, data, cap);
    else
        free(data);
}

/* Memory in which nothing is left that is to be wiped. */
static inline void put_back(struct eyelet_buffer_pool *pool, uint8_t *data, size_t cap)
{
    if (cap == EYELET_BUFFER_SPARE_CAP && wants_spare(pool))
        pool->spares[pool->n_spares++] = data;
    else
        put_back_other(pool, data, cap);
}

void eyelet_buffer_pool_give(struct eyelet_buffer_pool *pool, struct eyelet_block *block)
{
    if (block->data == NULL)
        return;
    if (pool->wipe && block->written > 0)
        explicit_bzero(block->data, block->written);
    put_back(pool, block->data, block->cap);
    *block = (struct eyelet_block){ 0 };
}

/* --- buffers ------------------------------------------------------------------------------------------------------ */

/* What was written from @from to @to is to be gone. */
static void wipe(struct eyelet_buffer *buffer, size_t from, size_t to)
{
    if (from < to)
        explicit_bzero(buffer->data + from, to - from);
}

/* Of the bytes that do not wait nothing is left; those that were wiped before are not wiped again. */
static void wipe_around(struct eyelet_buffer *buffer)
{
    size_t end = buffer->start + buffer->len;

    wipe(buffer, buffer->wiped, buffer->start);
    wipe(buffer, end, buffer->written);
    buffer->wiped = buffer->start;
    buffer->written = end;
}

/* Moves the waiting bytes into @memory, which becomes the buffer's. */
static void move_to(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, uint8_t *memory, size_t cap)
{
    size_t len = buffer->len;

    if (len > 0)
        memcpy(memory, buffer->data + buffer->start, len);
    eyelet_buffer_clear(buffer, pool);
    *buffer = (struct eyelet_buffer){ .data = memory, .len = len, .cap = cap, .written = len };
}

static void move_to_front(struct eyelet_buffer *buffer, const struct eyelet_buffer_pool *pool)
{
    if (buffer->start == 0)
        return;
    memmove(buffer->data, buffer->data + buffer->start, buffer->len);
    buffer->start = 0;
    buffer->wiped = 0;
    if (pool->wipe)
        wipe_around(buffer);
}

/* realloc() would leave a copy behind. */
static int grow_and_wipe(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, size_t cap)
{
    uint8_t *data = malloc(cap);

    if (data == NULL)
        return -ENOMEM;
    move_to(buffer, pool, data, cap);
    return 0;
}

static int grow(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, size_t cap)
{
    uint8_t *data;

    if (pool->wipe)
        return grow_and_wipe(buffer, pool, cap);
    move_to_front(buffer, pool);
    data = realloc(buffer->data, cap);
    if (data == NULL)
        return -ENOMEM;
    buffer->data = data;
    buffer->cap = cap;
    buffer->is_lent = false;
    return 0;
}

int eyelet_buffer_reserve_more(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, size_t len)
{
    size_t need;

    if (len > SIZE_MAX / 4 - buffer->len)
        return -ENOMEM;

    need = buffer->len + len;
    if (need <= buffer->cap) {
        move_to_front(buffer, pool);
        return 0;
    }
    if (need > EYELET_BUFFER_SPARE_CAP) {
        eyelet_buffer_borrow(buffer, pool, need);
        return buffer->cap >= need ? 0 : grow(buffer, pool, need);
    }
    if (pool->n_spares == 0)
        return grow(buffer, pool, EYELET_BUFFER_SPARE_CAP);
    move_to(buffer, pool, pool->spares[--pool->n_spares], EYELET_BUFFER_SPARE_CAP);
    return 0;
}

void eyelet_buffer_borrow(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, size_t cap)
{
    struct eyelet_block block;

    if (cap <= EYELET_BUFFER_SPARE_CAP || cap <= buffer->cap)
        return;
    block = eyelet_buffer_pool_take(pool, cap);
    if (block.data == NULL)
        return;
    move_to(buffer, pool, block.data, block.cap);
    buffer->is_lent = true;
}

bool eyelet_buffer_detach(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, struct eyelet_block *ret)
{
    struct eyelet_buffer old = *buffer, rest = { .len = old.len, .written = old.len };

    if (old.data == NULL || old.len > EYELET_BUFFER_SMALL)
        return false;
    if (old.len > 0) {
        rest.data = take_spare(pool);
        rest.cap = EYELET_BUFFER_SPARE_CAP;
        if (rest.data == NULL)
            return false;
        memcpy(rest.data, old.data + old.start, old.len);
    }
    *buffer = rest;
    *ret = (struct eyelet_block){ .data = old.data, .cap = old.cap, .written = old.written };
    return true;
}

/* Copies a small rest into memory of its size; keeps it where it is when there is no memory for that. */
static void shrink(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool)
{
    size_t cap = buffer->len <= EYELET_BUFFER_SMALL / 16 ? EYELET_BUFFER_SMALL / 16 : EYELET_BUFFER_SMALL;
    uint8_t *memory = malloc(cap);

    if (memory != NULL)
        move_to(buffer, pool, memory, cap);
}

void eyelet_buffer_settle_rest(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool)
{
    if (buffer->len <= EYELET_BUFFER_SMALL && buffer->cap > EYELET_BUFFER_SMALL)
        shrink(buffer, pool);
    if (pool->wipe)
        wipe_around(buffer);
    pool->held += buffer->cap;
}

void eyelet_buffer_clear(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool)
{
    uint8_t *data = buffer->data;
    size_t cap = buffer->cap;

    if (data == NULL)
        return;
    if (pool->wipe)
        wipe(buffer, buffer->wiped, buffer->written);
    *buffer = (struct eyelet_buffer){ 0 };
    put_back(pool, data, cap);
}
