/*
 * The bump arena and counted malloc.
 */
#include "rpc/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_OWN_MIN    (EYELET_ARENA_CHUNK_MAX / 4) /* from here on a chunk of its own: no long tail stays unused */
#define HEAP_BLOCK_BYTES 16u                          /* glibc: at most this much beside a block, rounding aside */

_Static_assert(EYELET_ALLOC_UNIT % alignof(max_align_t) == 0, "what follows an allocation must be aligned too");

struct eyelet_arena_chunk {
    struct eyelet_arena_chunk *next;
    size_t room_len;
    bool is_borrowed;
    alignas(max_align_t) uint8_t room[];
};

/* @size rounded up for the next allocation to be aligned; 0 when there is no such number. */
static size_t round_up(size_t size)
{
    if (size > SIZE_MAX - EYELET_ALLOC_UNIT)
        return 0;
    if (size == 0)
        return EYELET_ALLOC_UNIT;
    return (size + EYELET_ALLOC_UNIT - 1) / EYELET_ALLOC_UNIT * EYELET_ALLOC_UNIT;
}

static size_t left(const struct eyelet_arena *arena)
{
    return arena->limit - arena->used;
}

static size_t tail_len(const struct eyelet_arena *arena)
{
    return arena->chunk != NULL ? (size_t)(arena->chunk->room + arena->chunk->room_len - arena->next) : 0;
}

/* What may be handed out at once has changed: the chunk is another, or the limit is. */
static void measure(struct eyelet_arena *arena)
{
    size_t len = tail_len(arena), allowed = left(arena);

    arena->at_hand = (len < allowed ? len : allowed) / EYELET_ALLOC_UNIT * EYELET_ALLOC_UNIT;
}

/* Hands out of @chunk from now on, of which @len bytes are gone. */
static void begin_chunk(struct eyelet_arena *arena, struct eyelet_arena_chunk *chunk, size_t len)
{
    arena->chunk = chunk;
    arena->next = chunk != NULL ? chunk->room + len : NULL;
}

static void free_chunks(struct eyelet_arena_chunk *chunk)
{
    while (chunk != NULL) {
        struct eyelet_arena_chunk *next = chunk->next;

        if (!chunk->is_borrowed)
            free(chunk);
        chunk = next;
    }
}

/* Of the current chunk only so much was handed out; of the others all, but for a short tail of each. */
static void wipe_chunks(const struct eyelet_arena *arena)
{
    struct eyelet_arena_chunk *chunk = arena->chunk;

    if (chunk == NULL)
        return;
    explicit_bzero(chunk->room, (size_t)(arena->next - chunk->room));
    for (chunk = chunk->next; chunk != NULL; chunk = chunk->next)
        explicit_bzero(chunk->room, chunk->room_len);
}

static void *refuse(struct eyelet_arena *arena, enum eyelet_alloc_failure failure)
{
    arena->failure = failure;
    return NULL;
}

/* The size of the next chunk, head included, of which @need are wanted at once. */
static size_t next_chunk_size(const struct eyelet_arena *arena, size_t need)
{
    size_t size = EYELET_ARENA_CHUNK_MIN;

    if (arena->chunk != NULL)
        size = 2 * (sizeof(struct eyelet_arena_chunk) + arena->chunk->room_len);
    if (size > EYELET_ARENA_CHUNK_MAX)
        size = EYELET_ARENA_CHUNK_MAX;
    return size > need ? size : need;
}

static struct eyelet_arena_chunk *new_chunk(struct eyelet_arena *arena, size_t size)
{
    struct eyelet_arena_chunk *chunk = malloc(size);

    if (chunk == NULL)
        return refuse(arena, EYELET_ALLOC_FAILURE_MEMORY);
    *chunk = (struct eyelet_arena_chunk){ .room_len = size - sizeof(*chunk) };
    return chunk;
}

/* A big block gets a chunk of its own behind the current one, which goes on being filled. */
static void *alloc_own(struct eyelet_arena *arena, size_t size)
{
    struct eyelet_arena_chunk *chunk;

    if (size > left(arena) || sizeof(*chunk) > left(arena) - size)
        return refuse(arena, EYELET_ALLOC_FAILURE_LIMIT);
    chunk = new_chunk(arena, sizeof(*chunk) + size);
    if (chunk == NULL)
        return NULL;

    if (arena->chunk == NULL) {
        begin_chunk(arena, chunk, size);
    } else {
        chunk->next = arena->chunk->next;
        arena->chunk->next = chunk;
    }
    arena->used += sizeof(*chunk) + size;
    measure(arena);
    return chunk->room;
}

/* The current chunk is full: what is left of it counts as used, or a peer could make us hold more than the limit. */
static void *alloc_in_next(struct eyelet_arena *arena, size_t size)
{
    struct eyelet_arena_chunk *chunk;
    size_t need = sizeof(*chunk) + size;
    size_t tail = tail_len(arena);

    if (tail > left(arena) || need > left(arena) - tail)
        return refuse(arena, EYELET_ALLOC_FAILURE_LIMIT);
    chunk = new_chunk(arena, next_chunk_size(arena, need));
    if (chunk == NULL)
        return NULL;

    chunk->next = arena->chunk;
    begin_chunk(arena, chunk, size);
    arena->used += tail + need;
    measure(arena);
    return chunk->room;
}

void eyelet_arena_init(struct eyelet_arena *arena, void *room, size_t room_len)
{
    struct eyelet_arena_chunk *chunk = room;

    *arena = (struct eyelet_arena){ .limit = SIZE_MAX };
    if (room == NULL || room_len < sizeof(*chunk) + EYELET_ALLOC_UNIT)
        return;

    assert((uintptr_t)room % EYELET_ALLOC_UNIT == 0);
    *chunk = (struct eyelet_arena_chunk){ .room_len = room_len - sizeof(*chunk), .is_borrowed = true };
    begin_chunk(arena, chunk, 0);
    measure(arena);
}

void eyelet_arena_lend(struct eyelet_arena *arena, void *room, size_t room_len)
{
    struct eyelet_arena_chunk *chunk = room;

    assert(arena->used == 0 && arena->lent == NULL);
    if (room_len < sizeof(*chunk) + EYELET_ALLOC_UNIT)
        return;
    assert((uintptr_t)room % EYELET_ALLOC_UNIT == 0);
    *chunk = (struct eyelet_arena_chunk){
        .next = arena->chunk,
        .room_len = room_len - sizeof(*chunk),
        .is_borrowed = true,
    };
    arena->lent = chunk;
    begin_chunk(arena, chunk, 0);
    measure(arena);
}

/* It may lie behind others by now. */
static void give_lent_back(struct eyelet_arena *arena)
{
    struct eyelet_arena_chunk **link = &arena->chunk;

    if (arena->lent == NULL)
        return;
    while (*link != arena->lent)
        link = &(*link)->next;
    *link = arena->lent->next;
    arena->lent = NULL;
}

void eyelet_arena_set_limit(struct eyelet_arena *arena, size_t len)
{
    arena->limit = len < SIZE_MAX - arena->used ? arena->used + len : SIZE_MAX;
    measure(arena);
}

void *eyelet_arena_alloc_more(struct eyelet_arena *arena, size_t size)
{
    size_t rounded = round_up(size);

    if (rounded == 0 || rounded > left(arena))
        return refuse(arena, EYELET_ALLOC_FAILURE_LIMIT);
    if (rounded <= arena->at_hand) /* for no bytes, which have an address too */
        return eyelet_arena_alloc(arena, rounded);
    return rounded >= ARENA_OWN_MIN ? alloc_own(arena, rounded) : alloc_in_next(arena, rounded);
}

/* Frees all chunks behind @chunk, the current one, and that too if it is too big to be kept. Return: what is left. */
static struct eyelet_arena_chunk *prune(struct eyelet_arena_chunk *chunk)
{
    if (!chunk->is_borrowed && chunk->room_len > EYELET_ARENA_CHUNK_MAX) {
        free_chunks(chunk);
        return NULL;
    }
    if (chunk->next != NULL)
        free_chunks(chunk->next);
    chunk->next = NULL;
    return chunk;
}

void eyelet_arena_reset_used(struct eyelet_arena *arena)
{
    if (arena->wipe)
        wipe_chunks(arena);
    if (arena->lent != NULL)
        give_lent_back(arena);
    begin_chunk(arena, arena->chunk != NULL ? prune(arena->chunk) : NULL, 0);
    arena->used = 0;
    arena->limit = SIZE_MAX;
    arena->failure = EYELET_ALLOC_FAILURE_NONE;
    measure(arena);
}

void eyelet_arena_clear(struct eyelet_arena *arena)
{
    if (arena == NULL)
        return;
    if (arena->wipe)
        wipe_chunks(arena);
    give_lent_back(arena);
    free_chunks(arena->chunk);
    *arena = (struct eyelet_arena){ .limit = SIZE_MAX, .wipe = arena->wipe };
}

void *eyelet_heap_alloc(struct eyelet_heap *heap, size_t size)
{
    size_t rounded = round_up(size);
    size_t left_len = heap->limit - heap->used;
    void *block;

    if (rounded == 0 || left_len < HEAP_BLOCK_BYTES || rounded > left_len - HEAP_BLOCK_BYTES) {
        heap->failure = EYELET_ALLOC_FAILURE_LIMIT;
        return NULL;
    }

    block = malloc(size > 0 ? size : 1);
    if (block == NULL) {
        heap->failure = EYELET_ALLOC_FAILURE_MEMORY;
        return NULL;
    }
    heap->used += rounded + HEAP_BLOCK_BYTES;
    return block;
}
