/*
 * frame: the head byte by byte, and the decoder under every split of every vector.
 */
#include <eyelet/frame.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/bytes.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

/* A string literal's bytes, without its NUL. */
#define BYTES(text)                                                                                                    \
    {                                                                                                                  \
        (const uint8_t *)(text), sizeof(text) - 1                                                                      \
    }

/*
 * A caller as the header wants one: it keeps what the decoder left and puts new bytes behind it. All that it is told
 * goes into @story as text, so that two ways through the same bytes can be compared. Frames of unknown type are skipped
 * at their head.
 */
struct reader {
    struct eyelet_frame_decoder decoder;
    uint8_t *held;
    size_t held_len;
    bool is_desync;
    size_t story_len;
    char story[2048];
};

static void EYELET_PRINTF(2, 3) tell(struct reader *reader, const char *format, ...)
{
    size_t room = sizeof(reader->story) - reader->story_len;
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(reader->story + reader->story_len, room, format, args);
    va_end(args);
    assert_true(len >= 0 && (size_t)len < room);
    reader->story_len += (size_t)len;
}

static void tell_head(struct reader *reader, const char *what)
{
    const struct eyelet_frame_head *head = &reader->decoder.head;

    tell(reader, "%s len=%u id=%u type=%u flags=%u;", what, head->data_len, head->stream_id, head->type, head->flags);
}

static void tell_data(struct reader *reader, struct eyelet_slice data)
{
    tell(reader, "data '");
    for (size_t i = 0; i < data.len; i++)
        tell(reader, "%c", data.data[i]);
    tell(reader, "';");
}

static void reader_init(struct reader *reader, uint32_t data_max)
{
    memset(reader, 0, sizeof(*reader));
    eyelet_frame_decoder_init(&reader->decoder, data_max);
}

/* Feeds all of @in until bytes are missing. */
static void tell_all(struct reader *reader, struct eyelet_slice *in)
{
    struct eyelet_slice data;

    for (;;) {
        size_t before = in->len;

        switch (eyelet_frame_feed(&reader->decoder, in, &data)) {
        case EYELET_FRAME_WANTS_MORE:
            assert_true(eyelet_frame_missing(&reader->decoder, in->len) >= 1);
            return;
        case EYELET_FRAME_GOT_HEAD:
            tell_head(reader, "head");
            if (reader->decoder.head.type > EYELET_FRAME_TYPE_DATA)
                eyelet_frame_skip(&reader->decoder);
            break;
        case EYELET_FRAME_GOT_DATA:
            assert_int_equal(before - in->len, data.len);
            tell_data(reader, data);
            break;
        case EYELET_FRAME_GOT_TOO_BIG:
            tell_head(reader, "too big");
            break;
        case EYELET_FRAME_LOST_SYNC:
            assert_true(in->len > 0 && in->data[0] != 0); /* it is still there */
            tell(reader, "desync;");
            reader->is_desync = true;
            return;
        }
    }
}

/* Each call's bytes lie in a block of exactly their size, so that a sanitizer sees a read behind them. */
static void reader_feed(struct reader *reader, const uint8_t *bytes, size_t len)
{
    size_t whole_len = reader->held_len + len;
    uint8_t *whole = malloc(whole_len > 0 ? whole_len : 1);
    struct eyelet_slice in = { whole, whole_len };

    assert_non_null(whole);
    if (reader->held_len > 0)
        memcpy(whole, reader->held, reader->held_len);
    if (len > 0)
        memcpy(whole + reader->held_len, bytes, len);
    free(reader->held);

    if (!reader->is_desync)
        tell_all(reader, &in);
    reader->held = malloc(in.len > 0 ? in.len : 1);
    assert_non_null(reader->held);
    if (in.len > 0)
        memcpy(reader->held, in.data, in.len);
    reader->held_len = in.len;
    free(whole);
}

static void reader_clear(struct reader *reader)
{
    free(reader->held);
    reader->held = NULL;
}

/* What comes in, with which limit, and what is told; @left bytes are not taken at the end. */
static const struct vector {
    const char *name;
    uint32_t data_max;
    struct eyelet_slice bytes;
    const char *story;
    size_t left;
    bool is_between;
} vectors[] = {
    { "nothing", 0, BYTES(""), "", 0, true },
    { "one frame", 0, BYTES("\0\0\0\3\0\0\0\1\1\0abc"), "head len=3 id=1 type=1 flags=0;data 'abc';", 0, true },
    { "two frames", 0, BYTES("\0\0\0\3\0\0\0\1\1\2abc\0\0\0\1\0\0\0\1\3\1x"),
      "head len=3 id=1 type=1 flags=2;data 'abc';head len=1 id=1 type=3 flags=1;data 'x';", 0, true },
    { "h032: length 0, with data behind it", 0, BYTES("\0\0\0\0\0\0\0\1\3\0\0\0\0\0\0\0\0\3\2\5\0\0\0\1\0\0\0\5\2\0y"),
      "head len=0 id=1 type=3 flags=0;data '';head len=0 id=3 type=2 flags=5;data '';"
      "head len=1 id=5 type=2 flags=0;data 'y';",
      0, true },
    { "h033: as long as the limit", 5,
      BYTES("\0\0\0\5\0\0\0\1\1\0"
            "12345"
            "\0\0\0\4\0\0\0\3\1\0"
            "1234"),
      "head len=5 id=1 type=1 flags=0;data '12345';head len=4 id=3 type=1 flags=0;data '1234';", 0, true },
    { "h034: a request over the limit", 5,
      BYTES("\0\0\0\6\0\0\0\1\1\0"
            "123456"
            "\0\0\0\1\0\0\0\3\1\0z"),
      "too big len=6 id=1 type=1 flags=0;head len=1 id=3 type=1 flags=0;data 'z';", 0, true },
    { "h035: a response over the limit, twice", 1,
      BYTES("\0\0\0\2\0\0\0\1\2\0\1\1\0\0\0\3\0\0\0\3\2\0\1\1\1\0\0\0\0\0\0\0\5\2\0"),
      "too big len=2 id=1 type=2 flags=0;too big len=3 id=3 type=2 flags=0;head len=0 id=5 type=2 flags=0;data '';", 0,
      true },
    { "h036: the first byte is not 0", 0, BYTES("\1\0\0\0\0\0\0\1\1\0abc"), "desync;", 13, true },
    { "h036: after a good frame", 0, BYTES("\0\0\0\1\0\0\0\1\1\0a\x80\0\0\0\0\0\0\1\1\0"),
      "head len=1 id=1 type=1 flags=0;data 'a';desync;", 10, true },
    { "h036: after a skipped frame", 1, BYTES("\0\0\0\2\0\0\0\1\1\0ab\xff"),
      "too big len=2 id=1 type=1 flags=0;desync;", 1, true },
    { "h040: unknown types are skipped by the caller", 0,
      BYTES("\0\0\0\4\0\0\0\1\4\0skip\0\0\0\0\0\0\0\0\xff\0\0\0\0\2\0\0\0\3\1\0ok"),
      "head len=4 id=1 type=4 flags=0;head len=0 id=0 type=255 flags=0;head len=2 id=3 type=1 flags=0;data 'ok';", 0,
      true },
    { "h041: unknown flags, all bits of everything", 0,
      BYTES("\0\0\0\0\xff\xff\xff\xff\3\xff\0\0\0\1\x80\0\0\0\2\x80q"),
      "head len=0 id=4294967295 type=3 flags=255;data '';head len=1 id=2147483648 type=2 flags=128;data 'q';", 0,
      true },
    { "cut in the head", 0, BYTES("\0\0\0\0\0\0\0\1\3\0\0\0\0\1\0\0\0\1\3"), "head len=0 id=1 type=3 flags=0;data '';",
      9, true },
    { "cut in the data", 0, BYTES("\0\0\0\3\0\0\0\1\1\0ab"), "head len=3 id=1 type=1 flags=0;", 2, false },
    { "cut in what is skipped", 2, BYTES("\0\0\0\3\0\0\0\1\1\0ab"), "too big len=3 id=1 type=1 flags=0;", 0, false },
    { "cut behind the head of an empty frame that is skipped", 0, BYTES("\0\0\0\0\0\0\0\1\7\0"),
      "head len=0 id=1 type=7 flags=0;", 0, true },
};

static void check_end(struct reader *reader, const struct vector *vector)
{
    if (strcmp(reader->story, vector->story) != 0)
        fail_msg("%s:\nwant %s\ngot  %s", vector->name, vector->story, reader->story);
    if (reader->held_len != vector->left || eyelet_frame_is_between(&reader->decoder) != vector->is_between)
        fail_msg("%s: %zu bytes left", vector->name, reader->held_len);
    reader_clear(reader);
}

static void every_vector_tells_its_story_in_one_piece(void **state)
{
    struct reader reader;

    (void)state;
    for (size_t i = 0; i < N_OF(vectors); i++) {
        reader_init(&reader, vectors[i].data_max);
        reader_feed(&reader, vectors[i].bytes.data, vectors[i].bytes.len);
        check_end(&reader, &vectors[i]);
    }
}

static void h014_every_split_into_three_tells_the_same_story(void **state)
{
    struct reader reader;

    (void)state;
    for (size_t i = 0; i < N_OF(vectors); i++) {
        struct eyelet_slice bytes = vectors[i].bytes;

        for (size_t first = 0; first <= bytes.len; first++) {
            for (size_t second = first; second <= bytes.len; second++) {
                reader_init(&reader, vectors[i].data_max);
                reader_feed(&reader, bytes.data, first);
                reader_feed(&reader, bytes.data + first, second - first);
                reader_feed(&reader, bytes.data + second, bytes.len - second);
                check_end(&reader, &vectors[i]);
            }
        }
    }
}

static void h014_single_bytes_tell_the_same_story(void **state)
{
    struct reader reader;

    (void)state;
    for (size_t i = 0; i < N_OF(vectors); i++) {
        reader_init(&reader, vectors[i].data_max);
        for (size_t at = 0; at < vectors[i].bytes.len; at++)
            reader_feed(&reader, vectors[i].bytes.data + at, 1);
        check_end(&reader, &vectors[i]);
    }
}

/* The head is all there is to judge a frame by: it is told as soon as its tenth byte is here, not a byte earlier. */
static void a_head_is_told_with_its_tenth_byte(void **state)
{
    static const uint8_t head[] = { 0, 0, 0, 9, 0, 0, 1, 0, 1, 0 };
    struct eyelet_frame_decoder decoder;
    struct eyelet_slice data;

    (void)state;
    for (size_t len = 0; len <= sizeof(head); len++) {
        struct eyelet_slice in = { head, len };
        enum eyelet_frame_result want = len < sizeof(head) ? EYELET_FRAME_WANTS_MORE : EYELET_FRAME_GOT_HEAD;

        eyelet_frame_decoder_init(&decoder, 0);
        assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), want);
        assert_int_equal(in.len, len < sizeof(head) ? len : 0);
        assert_int_equal(eyelet_frame_missing(&decoder, in.len), len < sizeof(head) ? sizeof(head) - len : 9);
    }
}

static void the_limit_is_inclusive_up_to_16_mib_minus_1(void **state)
{
    static const struct {
        uint32_t data_max;
        uint8_t announced[4];
        enum eyelet_frame_result result;
    } table[] = {
        { 0, { 0, 0x40, 0, 0 }, EYELET_FRAME_GOT_HEAD }, /* the default: 4 MiB */
        { 0, { 0, 0x40, 0, 1 }, EYELET_FRAME_GOT_TOO_BIG },
        { 0, { 0, 0xff, 0xff, 0xff }, EYELET_FRAME_GOT_TOO_BIG },
        { 1, { 0, 0, 0, 0 }, EYELET_FRAME_GOT_HEAD },
        { 1, { 0, 0, 0, 1 }, EYELET_FRAME_GOT_HEAD },
        { 1, { 0, 0, 0, 2 }, EYELET_FRAME_GOT_TOO_BIG },
        { 1, { 0, 0, 1, 0 }, EYELET_FRAME_GOT_TOO_BIG },
        { 1 << 20, { 0, 0x10, 0, 0 }, EYELET_FRAME_GOT_HEAD },
        { 1 << 20, { 0, 0x10, 0, 1 }, EYELET_FRAME_GOT_TOO_BIG },
        { EYELET_FRAME_DATA_MAX - 1, { 0, 0xff, 0xff, 0xfe }, EYELET_FRAME_GOT_HEAD },
        { EYELET_FRAME_DATA_MAX - 1, { 0, 0xff, 0xff, 0xff }, EYELET_FRAME_GOT_TOO_BIG },
        { EYELET_FRAME_DATA_MAX, { 0, 0xff, 0xff, 0xff }, EYELET_FRAME_GOT_HEAD },
        { EYELET_FRAME_DATA_MAX, { 1, 0, 0, 0 }, EYELET_FRAME_LOST_SYNC },
        { EYELET_FRAME_DATA_MAX, { 0xff, 0xff, 0xff, 0xff }, EYELET_FRAME_LOST_SYNC },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        uint8_t head[EYELET_FRAME_HEADER_LEN] = { 0, 0, 0, 0, 0, 0, 0, 1, 1, 0 };
        struct eyelet_slice in = { head, sizeof(head) }, data;
        struct eyelet_frame_decoder decoder;

        memcpy(head, table[i].announced, 4);
        eyelet_frame_decoder_init(&decoder, table[i].data_max);
        assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), table[i].result);
        assert_int_equal(in.len, table[i].result == EYELET_FRAME_LOST_SYNC ? sizeof(head) : 0);
        if (table[i].result != EYELET_FRAME_LOST_SYNC)
            assert_int_equal(eyelet_frame_missing(&decoder, 0), eyelet_get_be32(table[i].announced));
    }
}

static void h033_a_frame_of_4_mib_is_handed_out_where_it_lies(void **state)
{
    size_t len = EYELET_FRAME_HEADER_LEN + (4u << 20);
    uint8_t *bytes = calloc(1, len);
    struct eyelet_slice in = { bytes, len }, data;
    struct eyelet_frame_decoder decoder;

    (void)state;
    assert_non_null(bytes);
    memcpy(bytes, "\0\x40\0\0\0\0\0\1\1\0", EYELET_FRAME_HEADER_LEN);
    eyelet_frame_decoder_init(&decoder, 0);
    assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_GOT_HEAD);
    assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_GOT_DATA);
    assert_ptr_equal(data.data, bytes + EYELET_FRAME_HEADER_LEN);
    assert_int_equal(data.len, 4u << 20);
    assert_int_equal(in.len, 0);
    free(bytes);
}

/* The body passes by in any pieces and is never asked to lie in one piece: it costs no memory. */
static void h034_a_body_of_4_mib_and_1_passes_by_and_the_stream_goes_on(void **state)
{
    static const uint8_t piece[64 << 10];
    struct eyelet_slice in = BYTES("\0\x40\0\1\0\0\0\7\1\0"), data;
    struct eyelet_frame_decoder decoder;
    size_t left = (4u << 20) + 1;

    (void)state;
    eyelet_frame_decoder_init(&decoder, 0);
    assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_GOT_TOO_BIG);
    assert_int_equal(decoder.head.stream_id, 7);
    while (left > 0) {
        in = (struct eyelet_slice){ piece, left < sizeof(piece) ? left : sizeof(piece) };
        left -= in.len;
        assert_false(eyelet_frame_is_between(&decoder));
        assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_WANTS_MORE);
        assert_int_equal(in.len, 0);
        assert_int_equal(eyelet_frame_missing(&decoder, 0), left > 0 ? left : EYELET_FRAME_HEADER_LEN);
    }
    assert_true(eyelet_frame_is_between(&decoder));

    in = (struct eyelet_slice)BYTES("\0\0\0\1\0\0\0\t\1\0!");
    assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_GOT_HEAD);
    assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_GOT_DATA);
    assert_int_equal(decoder.head.stream_id, 9);
    assert_memory_equal(data.data, "!", 1);
}

static void h036_the_first_byte_alone_decides_and_nothing_is_consumed(void **state)
{
    (void)state;
    for (unsigned first = 1; first <= 0xff; first++) {
        for (size_t len = 1; len <= 64; len++) {
            uint8_t bytes[64] = { (uint8_t)first };
            struct eyelet_slice in = { bytes, len }, data;
            struct eyelet_frame_decoder decoder;

            eyelet_frame_decoder_init(&decoder, EYELET_FRAME_DATA_MAX);
            assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_LOST_SYNC);
            assert_ptr_equal(in.data, bytes);
            assert_int_equal(in.len, len);
        }
    }
}

static void h049_other_protocols_are_refused_at_their_first_byte(void **state)
{
    static const struct eyelet_slice table[] = {
        BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), /* TLS hello */
        BYTES("GET / HTTP/1.1\r\nHost: enclave\r\n\r\n"),
        BYTES("POST /demo.Echo/Say HTTP/1.1\r\n\r\n"),
        BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), /* gRPC */
        BYTES("SSH-2.0-OpenSSH_9.2\r\n"),
        BYTES("OK 1073741824\n"), /* the answer of a hybrid vsock */
        BYTES("\n"),
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_slice in = table[i], data;
        struct eyelet_frame_decoder decoder;

        eyelet_frame_decoder_init(&decoder, 0);
        assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_LOST_SYNC);
        assert_int_equal(in.len, table[i].len);
    }
}

/* xorshift64: the same bytes in every run. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void h049_random_bytes_lose_at_most_one_head_before_they_are_judged(void **state)
{
    uint64_t seed = 0x65796c6574;

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        struct eyelet_frame_decoder decoder;
        struct eyelet_slice in, data;
        enum eyelet_frame_result result;
        uint8_t bytes[64];

        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = (uint8_t)next_random(&seed);
        if (round % 2 == 0)
            bytes[0] = 0;
        in = (struct eyelet_slice){ bytes, sizeof(bytes) };
        eyelet_frame_decoder_init(&decoder, 0);
        result = eyelet_frame_feed(&decoder, &in, &data);
        if (bytes[0] != 0) {
            assert_int_equal(result, EYELET_FRAME_LOST_SYNC);
            assert_int_equal(in.len, sizeof(bytes));
        } else {
            assert_int_equal(result, bytes[1] < 0x40 ? EYELET_FRAME_GOT_HEAD : EYELET_FRAME_GOT_TOO_BIG);
            assert_int_equal(in.len, sizeof(bytes) - EYELET_FRAME_HEADER_LEN);
        }
    }
}

static void random_streams_tell_the_same_story_in_every_split(void **state)
{
    uint64_t seed = 0x1dea;

    (void)state;
    for (unsigned round = 0; round < 300; round++) {
        struct reader whole, pieces;
        uint8_t bytes[48] = { 0 };
        size_t len = 0;

        while (len + EYELET_FRAME_HEADER_LEN + 7 < sizeof(bytes)) {
            struct eyelet_frame_head head = { (uint32_t)(next_random(&seed) % 8), (uint32_t)next_random(&seed),
                                              (uint8_t)(next_random(&seed) % 5), (uint8_t)next_random(&seed) };

            eyelet_frame_encode_head(&head, bytes + len);
            len += EYELET_FRAME_HEADER_LEN;
            memset(bytes + len, 'd', head.data_len);
            len += head.data_len;
        }
        reader_init(&whole, 5);
        reader_feed(&whole, bytes, len);
        for (size_t cut = 0; cut <= len; cut++) {
            reader_init(&pieces, 5);
            reader_feed(&pieces, bytes, cut);
            reader_feed(&pieces, bytes + cut, len - cut);
            assert_string_equal(pieces.story, whole.story);
            reader_clear(&pieces);
        }
        reader_clear(&whole);
    }
}

static void a_skipped_frame_gives_no_data_in_any_pieces(void **state)
{
    static const uint8_t stream[] = { 0, 0, 0, 4, 0, 0, 0, 1, 3, 0, 'n', 'o', 'n', 'e', 0 };

    (void)state;
    for (size_t cut = 0; cut <= 4; cut++) {
        struct eyelet_slice in = { stream, EYELET_FRAME_HEADER_LEN }, data = { 0 };
        struct eyelet_frame_decoder decoder;

        eyelet_frame_decoder_init(&decoder, 0);
        assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_GOT_HEAD);
        eyelet_frame_skip(&decoder);
        assert_int_equal(eyelet_frame_missing(&decoder, 0), 4);
        assert_int_equal(eyelet_frame_missing(&decoder, 3), 1);

        in = (struct eyelet_slice){ stream + EYELET_FRAME_HEADER_LEN, cut };
        assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_WANTS_MORE);
        assert_int_equal(in.len, 0);
        assert_int_equal(eyelet_frame_missing(&decoder, 0), cut < 4 ? 4 - cut : EYELET_FRAME_HEADER_LEN);

        in = (struct eyelet_slice){ stream + EYELET_FRAME_HEADER_LEN + cut, 5 - cut };
        assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_WANTS_MORE);
        assert_int_equal(in.len, 1); /* the first byte of the next head stays */
        assert_int_equal(eyelet_frame_missing(&decoder, in.len), EYELET_FRAME_HEADER_LEN - 1);
        assert_null(data.data);
    }
}

static void an_empty_frame_that_is_skipped_is_over_at_once(void **state)
{
    struct eyelet_slice in = BYTES("\0\0\0\0\0\0\0\1\7\0"), data;
    struct eyelet_frame_decoder decoder;

    (void)state;
    eyelet_frame_decoder_init(&decoder, 0);
    assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_GOT_HEAD);
    assert_false(eyelet_frame_is_between(&decoder));
    eyelet_frame_skip(&decoder);
    assert_true(eyelet_frame_is_between(&decoder));
    assert_int_equal(eyelet_frame_missing(&decoder, 0), EYELET_FRAME_HEADER_LEN);
}

static void missing_counts_down_to_nothing(void **state)
{
    struct eyelet_slice in = BYTES("\0\0\0\5\0\0\0\1\1\0"), data;
    struct eyelet_frame_decoder decoder;

    (void)state;
    eyelet_frame_decoder_init(&decoder, 0);
    for (size_t have = 0; have <= 20; have++)
        assert_int_equal(eyelet_frame_missing(&decoder, have), have < 10 ? 10 - have : 0);
    assert_true(eyelet_frame_is_between(&decoder));

    assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_GOT_HEAD);
    for (size_t have = 0; have <= 20; have++)
        assert_int_equal(eyelet_frame_missing(&decoder, have), have < 5 ? 5 - have : 0);
    assert_false(eyelet_frame_is_between(&decoder));

    in = (struct eyelet_slice)BYTES("abcd");
    assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_WANTS_MORE);
    assert_int_equal(in.len, 4);
    assert_int_equal(eyelet_frame_missing(&decoder, in.len), 1);
}

static void a_head_is_written_as_ten_bytes(void **state)
{
    static const struct {
        struct eyelet_frame_head head;
        uint8_t bytes[EYELET_FRAME_HEADER_LEN];
    } table[] = {
        { { 0, 0, 0, 0 }, { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
        { { 12, 1, EYELET_FRAME_TYPE_REQUEST, 0 }, { 0, 0, 0, 12, 0, 0, 0, 1, 1, 0 } },
        { { 0, 3, EYELET_FRAME_TYPE_RESPONSE, 0 }, { 0, 0, 0, 0, 0, 0, 0, 3, 2, 0 } },
        { { 0, 5, EYELET_FRAME_TYPE_DATA, EYELET_FRAME_FLAG_REMOTE_CLOSED | EYELET_FRAME_FLAG_NO_DATA },
          { 0, 0, 0, 0, 0, 0, 0, 5, 3, 5 } },
        { { 0, 7, EYELET_FRAME_TYPE_REQUEST, EYELET_FRAME_FLAG_REMOTE_OPEN | EYELET_FRAME_FLAG_NO_DATA },
          { 0, 0, 0, 0, 0, 0, 0, 7, 1, 6 } },
        { { 4u << 20, 0x01020304, 3, 0 }, { 0, 0x40, 0, 0, 1, 2, 3, 4, 3, 0 } },
        { { EYELET_FRAME_DATA_MAX, UINT32_MAX, 255, 255 },
          { 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_slice in = { table[i].bytes, EYELET_FRAME_HEADER_LEN }, data;
        struct eyelet_frame_decoder decoder;
        uint8_t room[12];

        memset(room, 0x55, sizeof(room));
        eyelet_frame_encode_head(&table[i].head, room + 1);
        assert_memory_equal(room + 1, table[i].bytes, EYELET_FRAME_HEADER_LEN);
        assert_int_equal(room[0], 0x55);
        assert_int_equal(room[11], 0x55);

        eyelet_frame_decoder_init(&decoder, EYELET_FRAME_DATA_MAX);
        assert_int_equal(eyelet_frame_feed(&decoder, &in, &data), EYELET_FRAME_GOT_HEAD);
        assert_int_equal(decoder.head.data_len, table[i].head.data_len);
        assert_int_equal(decoder.head.stream_id, table[i].head.stream_id);
        assert_int_equal(decoder.head.type, table[i].head.type);
        assert_int_equal(decoder.head.flags, table[i].head.flags);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_tells_its_story_in_one_piece),
        cmocka_unit_test(h014_every_split_into_three_tells_the_same_story),
        cmocka_unit_test(h014_single_bytes_tell_the_same_story),
        cmocka_unit_test(a_head_is_told_with_its_tenth_byte),
        cmocka_unit_test(the_limit_is_inclusive_up_to_16_mib_minus_1),
        cmocka_unit_test(h033_a_frame_of_4_mib_is_handed_out_where_it_lies),
        cmocka_unit_test(h034_a_body_of_4_mib_and_1_passes_by_and_the_stream_goes_on),
        cmocka_unit_test(h036_the_first_byte_alone_decides_and_nothing_is_consumed),
        cmocka_unit_test(h049_other_protocols_are_refused_at_their_first_byte),
        cmocka_unit_test(h049_random_bytes_lose_at_most_one_head_before_they_are_judged),
        cmocka_unit_test(random_streams_tell_the_same_story_in_every_split),
        cmocka_unit_test(a_skipped_frame_gives_no_data_in_any_pieces),
        cmocka_unit_test(an_empty_frame_that_is_skipped_is_over_at_once),
        cmocka_unit_test(missing_counts_down_to_nothing),
        cmocka_unit_test(a_head_is_written_as_ten_bytes),
    };

    return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
