/*
 * Messages lie one behind the other, each with its length before it; they are moved down when room is needed at the
 * end.
 */
#include "nano/queue.h"

#include <assert.h>
#include <string.h>

#include "core/bytes.h"

void eyelet_queue_init(struct eyelet_queue *queue, uint8_t *bytes, size_t cap, bool wipe)
{
    *queue = (struct eyelet_queue){ .bytes = bytes, .cap = cap, .wipe = wipe };
}

static void wipe(const struct eyelet_queue *queue, size_t from, size_t to)
{
    if (queue->wipe)
        explicit_bzero(queue->bytes + from, to - from);
}

void eyelet_queue_clear(struct eyelet_queue *queue)
{
    wipe(queue, 0, queue->end);
    eyelet_queue_init(queue, queue->bytes, queue->cap, queue->wipe);
}

bool eyelet_queue_keep(struct eyelet_queue *queue, struct eyelet_slice bytes, struct eyelet_slice *ret)
{
    assert(queue->end == 0);
    if (bytes.len > queue->cap)
        return false;
    if (bytes.len > 0)
        memcpy(queue->bytes, bytes.data, bytes.len);
    queue->kept_len = queue->start = queue->end = bytes.len;
    *ret = (struct eyelet_slice){ queue->bytes, bytes.len };
    return true;
}

static bool is_within(size_t len, size_t room)
{
    return room >= EYELET_QUEUE_PREFIX_LEN && len <= room - EYELET_QUEUE_PREFIX_LEN;
}

bool eyelet_queue_fits(const struct eyelet_queue *queue, size_t len)
{
    return is_within(len, queue->cap - queue->kept_len - (queue->end - queue->start));
}

bool eyelet_queue_ever_fits(const struct eyelet_queue *queue, size_t len)
{
    return is_within(len, queue->cap - queue->kept_len);
}

/* Moves the messages down to what is kept. */
static void compact(struct eyelet_queue *queue)
{
    size_t len = queue->end - queue->start;
    size_t old_end = queue->end;

    if (len > 0)
        memmove(queue->bytes + queue->kept_len, queue->bytes + queue->start, len);
    queue->start = queue->kept_len;
    queue->end = queue->kept_len + len;
    wipe(queue, queue->end, old_end);
}

bool eyelet_queue_push(struct eyelet_queue *queue, struct eyelet_slice message)
{
    if (!eyelet_queue_fits(queue, message.len))
        return false;
    if (!is_within(message.len, queue->cap - queue->end))
        compact(queue);
    eyelet_put_be32(queue->bytes + queue->end, (uint32_t)message.len);
    if (message.len > 0)
        memcpy(queue->bytes + queue->end + EYELET_QUEUE_PREFIX_LEN, message.data, message.len);
    queue->end += EYELET_QUEUE_PREFIX_LEN + message.len;
    queue->n++;
    return true;
}

bool eyelet_queue_peek(const struct eyelet_queue *queue, struct eyelet_slice *ret)
{
    if (queue->n == 0)
        return false;
    *ret = (struct eyelet_slice){ queue->bytes + queue->start + EYELET_QUEUE_PREFIX_LEN,
                                  eyelet_get_be32(queue->bytes + queue->start) };
    return true;
}

void eyelet_queue_pop(struct eyelet_queue *queue)
{
    size_t len;

    assert(queue->n > 0);
    len = EYELET_QUEUE_PREFIX_LEN + eyelet_get_be32(queue->bytes + queue->start);
    wipe(queue, queue->start, queue->start + len);
    queue->start += len;
    queue->n--;
    if (queue->n == 0)
        queue->start = queue->end = queue->kept_len;
}
