/*
 * The ten-byte head and the incremental decoder of <eyelet/frame.h>, step by step: head, data, skip. Inline for the
 * session, which does this for each frame of a connection.
 */
#ifndef EYELET_CORE_FRAME_H
#define EYELET_CORE_FRAME_H

#include <assert.h>
#include <stdbool.h>

#include <eyelet/frame.h>

#include "core/bytes.h"

/* eyelet_frame_put_head() - @data_len is not over EYELET_FRAME_DATA_MAX, @room has EYELET_FRAME_HEADER_LEN bytes */
static inline void eyelet_frame_put_head(const struct eyelet_frame_head *head, uint8_t *room)
{
    assert(head->data_len <= EYELET_FRAME_DATA_MAX);
    eyelet_put_be32(room, head->data_len);
    eyelet_put_be32(room + 4, head->stream_id);
    room[8] = head->type;
    room[9] = head->flags;
}

static inline enum eyelet_frame_result eyelet_frame_take_head(struct eyelet_frame_decoder *decoder,
                                                              struct eyelet_slice *in)
{
    struct eyelet_slice head;

    if (in->len > 0 && in->data[0] != 0) /* a length of 16 MiB or more: reserved, so these are no frames */
        return EYELET_FRAME_LOST_SYNC;
    if (in->len < EYELET_FRAME_HEADER_LEN)
        return EYELET_FRAME_WANTS_MORE;

    head = eyelet_slice_take(in, EYELET_FRAME_HEADER_LEN);
    decoder->head = (struct eyelet_frame_head){
        .data_len = eyelet_get_be32(head.data),
        .stream_id = eyelet_get_be32(head.data + 4),
        .type = head.data[8],
        .flags = head.data[9],
    };
    decoder->state = EYELET_FRAME_STATE_DATA;
    if (decoder->head.data_len <= decoder->data_max)
        return EYELET_FRAME_GOT_HEAD;

    eyelet_frame_skip(decoder);
    return EYELET_FRAME_GOT_TOO_BIG;
}

static inline enum eyelet_frame_result eyelet_frame_take_data(struct eyelet_frame_decoder *decoder,
                                                              struct eyelet_slice *in, struct eyelet_slice *ret_data)
{
    if (in->len < decoder->head.data_len)
        return EYELET_FRAME_WANTS_MORE;

    *ret_data = eyelet_slice_take(in, decoder->head.data_len);
    decoder->state = EYELET_FRAME_STATE_HEAD;
    return EYELET_FRAME_GOT_DATA;
}

/* Discards what there is of an unwanted frame; true when all of it has passed by. */
static inline bool eyelet_frame_skip_some(struct eyelet_frame_decoder *decoder, struct eyelet_slice *in)
{
    size_t len = in->len < decoder->skip_left ? in->len : decoder->skip_left;

    eyelet_slice_take(in, len);
    decoder->skip_left -= (uint32_t)len;
    if (decoder->skip_left > 0)
        return false;
    decoder->state = EYELET_FRAME_STATE_HEAD;
    return true;
}

/* eyelet_frame_next() - eyelet_frame_feed(), inline; the steps above are its own. */
static inline enum eyelet_frame_result eyelet_frame_next(struct eyelet_frame_decoder *decoder, struct eyelet_slice *in,
                                                         struct eyelet_slice *ret_data)
{
    if (decoder->state == EYELET_FRAME_STATE_DATA)
        return eyelet_frame_take_data(decoder, in, ret_data);
    if (decoder->state == EYELET_FRAME_STATE_SKIP && !eyelet_frame_skip_some(decoder, in))
        return EYELET_FRAME_WANTS_MORE;
    return eyelet_frame_take_head(decoder, in);
}

#endif
