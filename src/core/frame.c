/*
 * The ten-byte head and the incremental decoder: head, data, skip. What a frame means is decided elsewhere.
 */
#include <eyelet/frame.h>

#include "core/bytes.h"

bool eyelet_frame_encode_head(const struct eyelet_frame_head *head, uint8_t *room)
{
    if (head->data_len > EYELET_FRAME_DATA_MAX)
        return false;
    eyelet_put_be32(room, head->data_len);
    eyelet_put_be32(room + 4, head->stream_id);
    room[8] = head->type;
    room[9] = head->flags;
    return true;
}

void eyelet_frame_decoder_init(struct eyelet_frame_decoder *decoder, uint32_t data_max)
{
    assert(data_max <= EYELET_FRAME_DATA_MAX);
    *decoder = (struct eyelet_frame_decoder){
        .data_max = data_max > 0 ? data_max : EYELET_FRAME_DATA_MAX_DEFAULT,
        .state = EYELET_FRAME_STATE_HEAD,
    };
}

void eyelet_frame_skip(struct eyelet_frame_decoder *decoder)
{
    assert(decoder->state == EYELET_FRAME_STATE_DATA);
    decoder->skip_left = decoder->head.data_len;
    decoder->state = decoder->skip_left > 0 ? EYELET_FRAME_STATE_SKIP : EYELET_FRAME_STATE_HEAD;
}

static enum eyelet_frame_result feed_head(struct eyelet_frame_decoder *decoder, struct eyelet_slice *in)
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

static enum eyelet_frame_result feed_data(struct eyelet_frame_decoder *decoder, struct eyelet_slice *in,
                                          struct eyelet_slice *ret_data)
{
    if (in->len < decoder->head.data_len)
        return EYELET_FRAME_WANTS_MORE;

    *ret_data = eyelet_slice_take(in, decoder->head.data_len);
    decoder->state = EYELET_FRAME_STATE_HEAD;
    return EYELET_FRAME_GOT_DATA;
}

/* Discards what there is of an unwanted frame; true when all of it has passed by. */
static bool skip_some(struct eyelet_frame_decoder *decoder, struct eyelet_slice *in)
{
    size_t len = in->len < decoder->skip_left ? in->len : decoder->skip_left;

    eyelet_slice_take(in, len);
    decoder->skip_left -= (uint32_t)len;
    if (decoder->skip_left > 0)
        return false;
    decoder->state = EYELET_FRAME_STATE_HEAD;
    return true;
}

enum eyelet_frame_result eyelet_frame_feed(struct eyelet_frame_decoder *decoder, struct eyelet_slice *in,
                                           struct eyelet_slice *ret_data)
{
    if (decoder->state == EYELET_FRAME_STATE_SKIP && !skip_some(decoder, in))
        return EYELET_FRAME_WANTS_MORE;
    if (decoder->state == EYELET_FRAME_STATE_DATA)
        return feed_data(decoder, in, ret_data);
    return feed_head(decoder, in);
}

size_t eyelet_frame_missing(const struct eyelet_frame_decoder *decoder, size_t have)
{
    size_t need = EYELET_FRAME_HEADER_LEN;

    switch (decoder->state) {
    case EYELET_FRAME_STATE_HEAD:
        break;
    case EYELET_FRAME_STATE_DATA:
        need = decoder->head.data_len;
        break;
    case EYELET_FRAME_STATE_SKIP:
        need = decoder->skip_left;
        break;
    }
    return have < need ? need - have : 0;
}

bool eyelet_frame_is_between(const struct eyelet_frame_decoder *decoder)
{
    return decoder->state == EYELET_FRAME_STATE_HEAD;
}
