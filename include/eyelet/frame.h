/*
 * Frames: the length-prefixed layer between raw bytes and RPC, of use by itself. Memory in, memory out: no descriptor,
 * no clock, no malloc, so it fits any event loop. The format is ttrpc's (PROTOCOL.md 1.2, "Message Frame"):
 *
 *     +--------------+--------------+------+-------+---------------
 *     | data length  | stream id    | type | flags | data ...
 *     | u32 BE       | u32 BE       | u8   | u8    |
 *     +--------------+--------------+------+-------+---------------
 */
#ifndef EYELET_FRAME_H
#define EYELET_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/export.h>
#include <eyelet/slice.h>

EYELET_BEGIN_DECLS

#define EYELET_FRAME_HEADER_LEN 10              /* ttrpc: PROTOCOL.md, "Message Frame" */
#define EYELET_FRAME_DATA_MAX_DEFAULT (4u << 20)     /* ttrpc: messageLengthMax, inclusive */
#define EYELET_FRAME_DATA_MAX ((16u << 20) - 1) /* ttrpc: the length's first byte is reserved and 0 */

enum eyelet_frame_type {
    EYELET_FRAME_TYPE_REQUEST = 1,
    EYELET_FRAME_TYPE_RESPONSE = 2,
    EYELET_FRAME_TYPE_DATA = 3,
};

enum eyelet_frame_flag {
    EYELET_FRAME_FLAG_REMOTE_CLOSED = 0x01,
    EYELET_FRAME_FLAG_REMOTE_OPEN = 0x02,
    EYELET_FRAME_FLAG_NO_DATA = 0x04,
};

/**
 * struct eyelet_frame_head - the ten bytes before the data, decoded
 * @data_len:   bytes of data that follow
 * @stream_id:  which stream this belongs to
 * @type:       enum eyelet_frame_type, or a number of the future
 * @flags:      enum eyelet_frame_flag, or bits of the future
 */
struct eyelet_frame_head {
    uint32_t data_len;
    uint32_t stream_id;
    uint8_t type;
    uint8_t flags;
};

enum eyelet_frame_result {
    EYELET_FRAME_WANTS_MORE,  /* bytes are missing: keep what is left of the input, call again with more behind it */
    EYELET_FRAME_GOT_HEAD,    /* a head is decoded, its data is still to come: judge it, skip it if you like, go on */
    EYELET_FRAME_GOT_DATA,    /* the data of the frame is whole */
    EYELET_FRAME_GOT_TOO_BIG, /* instead of GOT_HEAD: a head announced more data than the limit; it is being skipped */
    EYELET_FRAME_LOST_SYNC,   /* these bytes are no frame; there is no way back into step: close */
};

enum eyelet_frame_state {
    EYELET_FRAME_STATE_HEAD, /* waits for ten bytes */
    EYELET_FRAME_STATE_DATA, /* waits for all of the data, which must lie in one piece */
    EYELET_FRAME_STATE_SKIP, /* waits for the data to pass by, in any pieces */
};

/**
 * struct eyelet_frame_decoder - finds frames in a stream of bytes; plain memory, nothing to free
 * @data_max:   the longest data that is accepted, inclusive
 * @skip_left:  bytes of the frame that are still to be skipped
 * @state:      what the decoder waits for
 * @head:       the frame in work; valid from GOT_HEAD or GOT_TOO_BIG to the end of its data
 */
struct eyelet_frame_decoder {
    uint32_t data_max;
    uint32_t skip_left;
    enum eyelet_frame_state state;
    struct eyelet_frame_head head;
};

/**
 * eyelet_frame_encode_head() - write the ten bytes of a head
 * @head:  what to write
 * @room:  EYELET_FRAME_HEADER_LEN bytes
 *
 * Return: true; false, with @room untouched, for data longer than EYELET_FRAME_DATA_MAX, which no head can say.
 */
EYELET_API bool eyelet_frame_encode_head(const struct eyelet_frame_head *head, uint8_t *room);

/**
 * eyelet_frame_decoder_init() - begin at the start of a stream
 * @decoder:   memory of the caller's
 * @data_max:  the longest data to accept, inclusive; 0 means EYELET_FRAME_DATA_MAX_DEFAULT, and nothing above
 *             EYELET_FRAME_DATA_MAX is possible
 */
EYELET_API void eyelet_frame_decoder_init(struct eyelet_frame_decoder *decoder, uint32_t data_max);

/**
 * eyelet_frame_feed() - take bytes until there is something to say
 * @decoder:   decoder to operate on
 * @in:        bytes from the peer; moved forward past what was taken. What is not taken must be there again, in one
 *             piece with what comes behind it, at the next call
 * @ret_data:  set on EYELET_FRAME_GOT_DATA: the data, borrowed from @in
 *
 * Nothing is copied and nothing is stored: a frame's data is handed out where it lies, so a buffer needs room for the
 * head and the longest data that is accepted. A frame of length 0 gives GOT_HEAD and then GOT_DATA. On WANTS_MORE,
 * eyelet_frame_missing() says how many bytes at least are worth waiting for. A loop over received bytes reads
 *
 *     while ((result = eyelet_frame_feed(&decoder, &in, &data)) != EYELET_FRAME_WANTS_MORE) {
 *         if (result == EYELET_FRAME_LOST_SYNC)
 *             return close_connection();
 *         if (result == EYELET_FRAME_GOT_DATA)
 *             handle(&decoder.head, data);
 *     }
 *     keep(in);
 *
 * Return: an enum eyelet_frame_result. After EYELET_FRAME_LOST_SYNC, which the first byte of a head already decides,
 * the decoder must not be fed again.
 */
EYELET_API enum eyelet_frame_result eyelet_frame_feed(struct eyelet_frame_decoder *decoder, struct eyelet_slice *in,
                                                      struct eyelet_slice *ret_data);

/**
 * eyelet_frame_skip() - the data of the frame whose head was just handed out is not wanted
 *
 * It passes by in any pieces, and no GOT_DATA comes for it. Only between GOT_HEAD and GOT_DATA.
 */
EYELET_API void eyelet_frame_skip(struct eyelet_frame_decoder *decoder);

/**
 * eyelet_frame_missing() - how much the decoder waits for
 * @decoder:  decoder to operate on
 * @have:     bytes that the caller holds, not yet taken
 *
 * Return: bytes that are missing beyond @have until the next head or the end of the data; at least 1 when @have is
 * what the last call left over.
 */
EYELET_API size_t eyelet_frame_missing(const struct eyelet_frame_decoder *decoder, size_t have);

/**
 * eyelet_frame_is_between() - is the decoder at the border of two frames, with nothing of the next one taken?
 */
EYELET_API bool eyelet_frame_is_between(const struct eyelet_frame_decoder *decoder);

EYELET_END_DECLS

#endif
