/*
 * Memory for what a peer sent, with a limit that nothing gives back: a bump arena, freed as a whole, and malloc, for
 * messages that their owner frees piece by piece. Who asks for the memory, and why, is not known here.
 *
 * A limit counts every byte ever handed out, not those in use: so it bounds the time that a decoder spends on
 * allocating, freeing and allocating again just as it bounds memory.
 */
#ifndef EYELET_RPC_ARENA_H
#define EYELET_RPC_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EYELET_ALLOC_UNIT      16u         /* an allocation counts as a multiple of this, at least one */
#define EYELET_ARENA_CHUNK_MIN (4u << 10)  /* the first chunk; each further one is twice as big, up to */
#define EYELET_ARENA_CHUNK_MAX (64u << 10) /* this, which is also all that an arena keeps over a reset */

/* Why the last allocation gave NULL. */
enum eyelet_alloc_failure {
    EYELET_ALLOC_FAILURE_NONE,
    EYELET_ALLOC_FAILURE_LIMIT,  /* it would have passed the limit: the peer's doing */
    EYELET_ALLOC_FAILURE_MEMORY, /* malloc() gave NULL */
};

struct eyelet_arena_chunk;

/*
 * struct eyelet_arena - allocations that end together
 * @chunk:    the chunk that allocations are cut from, in front of all others; NULL before the first
 * @lent:     the one that was lent until the next reset, or NULL
 * @next:     where the current chunk is handed out from; multiples of EYELET_ALLOC_UNIT
 * @at_hand:  bytes from there on that neither the chunk nor the limit ends; the same
 * @used:     bytes that count since the last reset: handed out, rounded up, and what chunks cost beside that
 * @limit:    @used never passes this; SIZE_MAX for none
 * @failure:  why the last allocation failed
 * @wipe:     set by the owner, after eyelet_arena_init(): what was handed out is overwritten as soon as it ends
 *
 * Memory held is at most @limit and EYELET_ARENA_CHUNK_MAX: everything but the end of the current chunk counts.
 */
struct eyelet_arena {
    struct eyelet_arena_chunk *chunk;
    struct eyelet_arena_chunk *lent;
    uint8_t *next;
    size_t at_hand;
    size_t used;
    size_t limit;
    enum eyelet_alloc_failure failure;
    bool wipe;
};

/*
 * eyelet_arena_init() - an empty arena without a limit
 * @arena:     memory of the caller's; ended with eyelet_arena_clear()
 * @room:      memory to hand out before any malloc, aligned for any type, that outlives @arena; may be NULL
 * @room_len:  bytes in @room; too few to be of use are ignored
 */
void eyelet_arena_init(struct eyelet_arena *arena, void *room, size_t room_len);

/*
 * eyelet_arena_lend() - have memory at hand for what is going to be large, in an arena that was just reset
 * @room:      the owner's again after the next reset, which wipes it if that is due; aligned for any type
 * @room_len:  bytes in @room; too few to be of use are ignored
 *
 * What is handed out of it counts as ever.
 */
void eyelet_arena_lend(struct eyelet_arena *arena, void *room, size_t room_len);

/* eyelet_arena_set_limit() - from now on hand out @len more bytes at most, rounding and chunks included. */
void eyelet_arena_set_limit(struct eyelet_arena *arena, size_t len);

/*
 * eyelet_arena_alloc() - memory until the next reset
 * @size:  bytes; 0 gives a pointer too
 *
 * Return: memory aligned for any type, its content unspecified; NULL when @arena->failure says why, @arena being as
 * useful as before.
 */
static inline void *eyelet_arena_alloc(struct eyelet_arena *arena, size_t size);

/* What it does when that is not at hand, or nothing is asked for; it is not for others. */
void *eyelet_arena_alloc_more(struct eyelet_arena *arena, size_t size);

/*
 * eyelet_arena_reset() - end all allocations, lift the limit
 *
 * One chunk of at most EYELET_ARENA_CHUNK_MAX stays, so that small messages, one after the other, cost no malloc.
 */
static inline void eyelet_arena_reset(struct eyelet_arena *arena);

/* What it does when there is something to end; it is not for others. */
void eyelet_arena_reset_used(struct eyelet_arena *arena);

/* eyelet_arena_clear() - free everything; NULL is allowed. */
void eyelet_arena_clear(struct eyelet_arena *arena);

/*
 * struct eyelet_heap - malloc under a limit, for blocks that are freed by free(), also long after this struct is gone
 * @used:     bytes that count: what was ever asked for and what malloc itself takes
 * @limit:    @used never passes this
 * @failure:  why the last allocation failed
 */
struct eyelet_heap {
    size_t used;
    size_t limit;
    enum eyelet_alloc_failure failure;
};

/*
 * eyelet_heap_alloc() - malloc(), counted
 *
 * Return: a block for free(); NULL when @heap->failure says why.
 */
void *eyelet_heap_alloc(struct eyelet_heap *heap, size_t size);

/* --- on the way of every call ------------------------------------------------------------------------------------- */

static inline void *eyelet_arena_alloc(struct eyelet_arena *arena, size_t size)
{
    size_t rounded = (size + EYELET_ALLOC_UNIT - 1) / EYELET_ALLOC_UNIT * EYELET_ALLOC_UNIT;
    void *block = arena->next;

    if (size == 0 || size > arena->at_hand) /* else rounding brings it to @at_hand at most, which is round */
        return eyelet_arena_alloc_more(arena, size);
    arena->next += rounded;
    arena->at_hand -= rounded;
    arena->used += rounded;
    return block;
}

/* Of the memories of a call most were not used. */
static inline void eyelet_arena_reset(struct eyelet_arena *arena)
{
    if (arena->used != 0 || arena->lent != NULL || arena->limit != SIZE_MAX ||
        arena->failure != EYELET_ALLOC_FAILURE_NONE)
        eyelet_arena_reset_used(arena);
}

#endif
