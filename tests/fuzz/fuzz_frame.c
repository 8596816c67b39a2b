/*
 * A stream of frames in one piece and in pieces: the same frames come out, whatever the bytes.
 *
 * Input: one byte of limit (0 is the default), one byte of how long the pieces are, then the stream.
 */
#include "fuzz/fuzz.h"

#include <stdbool.h>
#include <string.h>

#include <eyelet/frame.h>

#include "core/bytes.h"

/* A running digest (FNV-1a) of what came out, so that two ways through the same bytes can be compared. */
struct story {
    uint64_t digest;
    bool is_desync;
};

static void tell(struct story *story, const void *data, size_t len)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i < len; i++)
        story->digest = (story->digest ^ bytes[i]) * 0x100000001b3u;
}

static void tell_head(struct story *story, enum eyelet_frame_result result, const struct eyelet_frame_head *head)
{
    uint8_t text[1 + EYELET_FRAME_HEADER_LEN] = { (uint8_t)result };

    eyelet_frame_encode_head(head, text + 1);
    tell(story, text, sizeof(text));
}

/* Feeds until bytes are missing; returns how many of @len were taken. */
static size_t feed_all(struct eyelet_frame_decoder *decoder, const uint8_t *data, size_t len, struct story *story)
{
    struct eyelet_slice in = { data, len }, frame = { 0 };

    for (;;) {
        size_t before = in.len;
        enum eyelet_frame_result result = eyelet_frame_feed(decoder, &in, &frame);

        FUZZ_CHECK(in.len <= before && in.data + in.len == data + len);
        switch (result) {
        case EYELET_FRAME_WANTS_MORE:
            FUZZ_CHECK(eyelet_frame_missing(decoder, in.len) >= 1);
            return len - in.len;
        case EYELET_FRAME_GOT_HEAD:
            FUZZ_CHECK(decoder->head.data_len <= decoder->data_max);
            tell_head(story, result, &decoder->head);
            if (decoder->head.type > EYELET_FRAME_TYPE_DATA)
                eyelet_frame_skip(decoder);
            break;
        case EYELET_FRAME_GOT_DATA:
            FUZZ_CHECK(frame.len == decoder->head.data_len && before - in.len == frame.len);
            FUZZ_CHECK(eyelet_frame_is_between(decoder));
            tell(story, frame.data, frame.len);
            break;
        case EYELET_FRAME_GOT_TOO_BIG:
            FUZZ_CHECK(decoder->head.data_len > decoder->data_max);
            tell_head(story, result, &decoder->head);
            break;
        case EYELET_FRAME_LOST_SYNC:
            FUZZ_CHECK(in.len > 0 && in.data[0] != 0);
            story->is_desync = true;
            return len - in.len;
        }
    }
}

static struct story tell_in_pieces(uint32_t data_max, const uint8_t *stream, size_t len, size_t piece_len)
{
    struct story story = { .digest = 0xcbf29ce484222325u };
    struct eyelet_frame_decoder decoder;
    size_t taken = 0, seen = 0;

    eyelet_frame_decoder_init(&decoder, data_max);
    while (seen < len && !story.is_desync) {
        seen += piece_len < len - seen ? piece_len : len - seen;
        taken += feed_all(&decoder, stream + taken, seen - taken, &story);
    }
    tell(&story, &taken, sizeof(taken));
    return story;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct story whole, pieces;

    if (len < 3)
        return 0;
    whole = tell_in_pieces(data[0], data + 2, len - 2, len - 2);
    pieces = tell_in_pieces(data[0], data + 2, len - 2, (size_t)data[1] + 1);
    FUZZ_CHECK(whole.digest == pieces.digest);
    FUZZ_CHECK(whole.is_desync == pieces.is_desync);
    return 0;
}
