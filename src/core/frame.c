/*
 * The ten-byte head and the incremental decoder for others than the session, which has the same inline: core/frame.h.
 * What a frame means is decided elsewhere.
 */
#include "core/frame.h"

bool eyelet_frame_encode_head(const struct eyelet_frame_head *head, uint8_t *room)
{
    if (head->data_len > EYELET_FRAME_DATA_MAX)
        return false;
    eyelet_frame_put_head(head, room);
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

enum eyelet_frame_result eyelet_frame_feed(struct eyelet_frame_decoder *decoder, struct eyelet_slice *in,
                                           struct eyelet_slice *ret_data)
{
    return eyelet_frame_next(decoder, in, ret_data);
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
