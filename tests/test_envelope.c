/*
 * envelope: Request and Response against bytes written by hand, and against protobuf-c's opinion of the same messages.
 */
#include "core/envelope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/bytes.h"
#include "core/error.h"
#include "ttrpc.pb-c.h"

#define N_OF(table) (sizeof(table) / sizeof((table)[0]))

/* A string literal's bytes, without its NUL. */
#define BYTES(text)                                                                                                    \
    {                                                                                                                  \
        (const uint8_t *)(text), sizeof(text) - 1                                                                      \
    }

#define MINUS_1 "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" /* as a varint */

static struct eyelet_slice slice_of(const char *text)
{
    return (struct eyelet_slice){ (const uint8_t *)text, strlen(text) };
}

static void assert_slice_equal(struct eyelet_slice slice, struct eyelet_slice want)
{
    assert_int_equal(slice.len, want.len);
    if (want.len > 0)
        assert_memory_equal(slice.data, want.data, want.len);
}

static void assert_slice_text(struct eyelet_slice slice, const char *text)
{
    assert_slice_equal(slice, slice_of(text));
}

/* --- a message put together by hand, with room at the end that a sanitizer watches ---------------------------------
 */

struct message {
    uint8_t *data;
    size_t len;
    size_t cap;
};

static void put(struct message *message, struct eyelet_slice bytes)
{
    if (bytes.len >= message->cap - message->len) {
        message->cap = 2 * message->cap + bytes.len + 1;
        message->data = realloc(message->data, message->cap);
        assert_non_null(message->data);
    }
    if (bytes.len > 0)
        memcpy(message->data + message->len, bytes.data, bytes.len);
    message->len += bytes.len;
}

static void put_varint(struct message *message, uint64_t number)
{
    uint8_t bytes[10];
    size_t len = 0;

    do {
        bytes[len] = (uint8_t)(number & 0x7f);
        number >>= 7;
        if (number > 0)
            bytes[len] |= 0x80;
        len++;
    } while (number > 0);
    put(message, (struct eyelet_slice){ bytes, len });
}

static void put_field(struct message *message, unsigned number, struct eyelet_slice bytes)
{
    put_varint(message, number << 3 | 2);
    put_varint(message, bytes.len);
    put(message, bytes);
}

static void put_pair(struct message *message, struct eyelet_slice key, struct eyelet_slice value)
{
    struct message pair = { 0 };

    put_field(&pair, 1, key);
    put_field(&pair, 2, value);
    put_field(message, 5, (struct eyelet_slice){ pair.data, pair.len });
    free(pair.data);
}

/* @len times the letter @letter. */
static struct message letters(char letter, size_t len)
{
    struct message message = { malloc(len + 1), len, len + 1 };

    assert_non_null(message.data);
    memset(message.data, letter, len);
    message.data[len] = '\0';
    return message;
}

static struct eyelet_slice message_slice(const struct message *message)
{
    return (struct eyelet_slice){ message->data, message->len };
}

static void message_clear(struct message *message)
{
    free(message->data);
    *message = (struct message){ 0 };
}

/* Does it decode? Tried from a block of exactly its size; what is handed out is not looked at. */
static bool is_request(struct eyelet_slice in)
{
    uint8_t *exact = malloc(in.len > 0 ? in.len : 1);
    struct eyelet_request request;
    bool is_good;

    assert_non_null(exact);
    if (in.len > 0)
        memcpy(exact, in.data, in.len);
    is_good = eyelet_request_decode((struct eyelet_slice){ exact, in.len }, &request);
    free(exact);
    return is_good;
}

static bool is_response(struct eyelet_slice in)
{
    uint8_t *exact = malloc(in.len > 0 ? in.len : 1);
    struct eyelet_response response;
    bool is_good;

    assert_non_null(exact);
    if (in.len > 0)
        memcpy(exact, in.data, in.len);
    is_good = eyelet_response_decode((struct eyelet_slice){ exact, in.len }, &response);
    free(exact);
    return is_good;
}

/* --- vectors ------------------------------------------------------------------------------------------------------ */

/* clang-format off */
static const struct eyelet_slice full_request = BYTES(
    "\x0a\x09" "demo.Echo"            /* service: 0..11 */
    "\x12\x03" "Say"                  /* method: ..16 */
    "\x1a\x04" "\x0a\x02hi"           /* payload: ..22 */
    "\x20\x80\xa8\xd6\xb9\x07"        /* timeout_nano: ..28, 2 s */
    "\x2a\x08" "\x0a\x03Key\x12\x01z" /* metadata: ..38 */
    "\x2a\x07" "\x0a\x03key\x12\x00"  /* metadata: ..47 */
);
static const size_t full_request_borders[] = { 0, 11, 16, 22, 28, 38, 47 };

static const struct eyelet_slice full_response = BYTES(
    "\x0a\x25"                                /* status: 0..39 */
        "\x08\x05"                            /* code: NOT_FOUND */
        "\x12\x06" "no key"                   /* message */
        "\x1a\x09" "\x0a\x03x/y\x12\x02xy"    /* details */
        "\x1a\x00"                            /* details, an empty one */
        "\x1a\x0c" "\x0a\x01t\x12\x07tuvwxyz" /* details */
    "\x12\x03" "abc"                          /* payload: ..44 */
);
/* clang-format on */
static const size_t full_response_borders[] = { 0, 39, 44 };

static void a_request_is_read_field_by_field(void **state)
{
    struct eyelet_request request;
    struct eyelet_slice metadata, key, value;

    (void)state;
    assert_true(eyelet_request_decode(full_request, &request));
    assert_slice_text(request.service, "demo.Echo");
    assert_slice_text(request.method, "Say");
    assert_slice_text(request.payload, "\x0a\x02hi");
    assert_int_equal(request.timeout_ns, 2000000000);
    assert_ptr_equal(request.service.data, full_request.data + 2); /* borrowed, not copied */
    assert_int_equal(eyelet_request_check(&request, NULL), EYELET_OK);

    metadata = request.metadata;
    assert_true(eyelet_request_next_metadata(&metadata, &key, &value));
    assert_slice_text(key, "Key");
    assert_slice_text(value, "z");
    assert_true(eyelet_request_next_metadata(&metadata, &key, &value));
    assert_slice_text(key, "key");
    assert_slice_text(value, "");
    assert_false(eyelet_request_next_metadata(&metadata, &key, &value));
    assert_false(eyelet_request_next_metadata(&metadata, &key, &value));
}

static void a_request_of_no_bytes_has_nothing_in_it(void **state)
{
    struct eyelet_request request;
    struct eyelet_slice key, value;

    (void)state;
    memset(&request, 0xff, sizeof(request));
    assert_true(eyelet_request_decode((struct eyelet_slice){ NULL, 0 }, &request));
    assert_int_equal(request.service.len, 0);
    assert_int_equal(request.method.len, 0);
    assert_int_equal(request.payload.len, 0);
    assert_int_equal(request.timeout_ns, 0);
    assert_false(eyelet_request_next_metadata(&request.metadata, &key, &value));
    assert_int_equal(eyelet_request_check(&request, NULL), EYELET_INVALID_ARGUMENT);
}

static void fields_are_read_in_any_order(void **state)
{
    static const struct eyelet_slice backwards = BYTES("\x2a\x04\x12\x00\x0a\x00\x20\x07\x1a\x01p\x12\x01m\x0a\x01s");
    struct eyelet_request request;

    (void)state;
    assert_true(eyelet_request_decode(backwards, &request));
    assert_slice_text(request.service, "s");
    assert_slice_text(request.method, "m");
    assert_slice_text(request.payload, "p");
    assert_int_equal(request.timeout_ns, 7);
}

static void a_response_is_read_field_by_field(void **state)
{
    struct eyelet_response response;
    struct eyelet_slice any, type_url, value;

    (void)state;
    assert_true(eyelet_response_decode(full_response, &response));
    assert_int_equal(response.code, 5);
    assert_slice_text(response.message, "no key");
    assert_slice_text(response.payload, "abc");
    assert_ptr_equal(response.payload.data, full_response.data + full_response.len - 3);

    assert_true(eyelet_status_next_detail(&response.status, &any));
    assert_true(eyelet_any_decode(any, &type_url, &value));
    assert_slice_text(type_url, "x/y");
    assert_slice_text(value, "xy");
    assert_true(eyelet_status_next_detail(&response.status, &any));
    assert_true(eyelet_any_decode(any, &type_url, &value));
    assert_int_equal(type_url.len, 0);
    assert_int_equal(value.len, 0);
    assert_true(eyelet_status_next_detail(&response.status, &any));
    assert_true(eyelet_any_decode(any, &type_url, &value));
    assert_slice_text(type_url, "t");
    assert_slice_text(value, "tuvwxyz");
    assert_false(eyelet_status_next_detail(&response.status, &any));
}

static void h032_a_response_of_no_bytes_is_ok_with_an_empty_payload(void **state)
{
    struct eyelet_response response;

    (void)state;
    memset(&response, 0xff, sizeof(response));
    assert_true(eyelet_response_decode((struct eyelet_slice){ NULL, 0 }, &response));
    assert_int_equal(response.code, 0);
    assert_int_equal(response.message.len, 0);
    assert_int_equal(response.status.len, 0);
    assert_int_equal(response.payload.len, 0);
}

static bool is_border(size_t cut, const size_t *borders, size_t n_borders)
{
    for (size_t i = 0; i < n_borders; i++) {
        if (borders[i] == cut)
            return true;
    }
    return false;
}

static void h051_a_cut_request_is_refused_unless_it_is_cut_between_two_fields(void **state)
{
    (void)state;
    assert_int_equal(full_request_borders[N_OF(full_request_borders) - 1], full_request.len);
    for (size_t cut = 0; cut <= full_request.len; cut++) {
        bool is_whole = is_border(cut, full_request_borders, N_OF(full_request_borders));

        if (is_request((struct eyelet_slice){ full_request.data, cut }) != is_whole)
            fail_msg("cut at %zu", cut);
    }
}

static void h052_a_cut_response_is_refused_unless_it_is_cut_between_two_fields(void **state)
{
    (void)state;
    assert_int_equal(full_response_borders[N_OF(full_response_borders) - 1], full_response.len);
    for (size_t cut = 0; cut <= full_response.len; cut++) {
        bool is_whole = is_border(cut, full_response_borders, N_OF(full_response_borders));

        if (is_response((struct eyelet_slice){ full_response.data, cut }) != is_whole)
            fail_msg("cut at %zu", cut);
    }
}

static void what_lies_before_a_cut_between_two_fields_is_read(void **state)
{
    struct eyelet_request request;
    struct eyelet_slice key, value;

    (void)state;
    for (size_t i = 0; i < N_OF(full_request_borders); i++) {
        struct eyelet_slice in = { full_request.data, full_request_borders[i] };
        size_t n = 0;

        assert_true(eyelet_request_decode(in, &request));
        assert_slice_text(request.service, i >= 1 ? "demo.Echo" : "");
        assert_slice_text(request.method, i >= 2 ? "Say" : "");
        assert_slice_text(request.payload, i >= 3 ? "\x0a\x02hi" : "");
        assert_int_equal(request.timeout_ns, i >= 4 ? 2000000000 : 0);
        while (eyelet_request_next_metadata(&request.metadata, &key, &value))
            n++;
        assert_int_equal(n, i >= 5 ? i - 4 : 0);
    }
}

/* Bytes that are no field of any message. */
static const struct eyelet_slice no_fields[] = {
    BYTES("\x00"),                                             /* tag 0 */
    BYTES("\x00\x00"),                                         /* tag 0, a varint */
    BYTES("\x02\x00"),                                         /* tag 0, bytes */
    BYTES("\x80\x00\x00"),                                     /* tag 0, in two bytes */
    BYTES("\x4b"),                                             /* group begins */
    BYTES("\x4b\x4c"),                                         /* group begins and ends */
    BYTES("\x4c"),                                             /* group ends */
    BYTES("\x4e\x00"),                                         /* wire type 6 */
    BYTES("\x4f\x00"),                                         /* wire type 7 */
    BYTES("\x0b\x0c"),                                         /* the same in known fields */
    BYTES("\x0c"),                                             /* */
    BYTES("\x0e\x00"),                                         /* */
    BYTES("\x0f\x00"),                                         /* */
    BYTES("\x80"),                                             /* tag cut */
    BYTES("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),     /* tag of 11 bytes */
    BYTES("\x80\x80\x80\x80\x80\x01\x00"),                     /* tag over 2^35 */
    BYTES("\x88\x80\x80\x80\x10\x00"),                         /* field 1 + 2^29: no alias of field 1 */
    BYTES("\x48"),                                             /* varint absent */
    BYTES("\x48\x80"),                                         /* varint cut */
    BYTES("\x48\x80\x80\x80\x80\x80\x80\x80\x80\x80"),         /* varint cut behind 9 bytes */
    BYTES("\x48\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"), /* varint of 11 bytes */
    BYTES("\x48\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),     /* varint over 2^64 */
    BYTES("\x48\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),     /* */
    BYTES("\x49qrstuvw"),                                      /* eight bytes cut */
    BYTES("\x4dqrs"),                                          /* four bytes cut */
    BYTES("\x4a"),                                             /* length absent */
    BYTES("\x4a\x80"),                                         /* length cut */
    BYTES("\x4a\x01"),                                         /* bytes absent */
    BYTES("\x4a\x05qrst"),                                     /* bytes cut */
    BYTES("\x4a\xff\xff\xff\xff\x07x"),                        /* length 2^31 - 1 */
    BYTES("\x4a\x80\x80\x80\x80\x08x"),                        /* length 2^31 */
    BYTES("\x4a\xff\xff\xff\xff\x0fx"),                        /* length 2^32 - 1 */
    BYTES("\x4a\x81\x80\x80\x80\x10x"),                        /* length 2^32 + 1 */
    BYTES("\x4a\xff\xff\xff\xff\xff\xff\xff\xff\x7fx"),        /* length 2^63 - 1 */
    BYTES("\x4a" MINUS_1 "x"),                                 /* length 2^64 - 1 */
    BYTES("\x4a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"), /* length of 11 bytes */
};

static void h051_what_is_no_field_is_refused_alone_and_behind_good_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(no_fields); i++) {
        struct message behind = { 0 };

        if (is_request(no_fields[i]) || is_response(no_fields[i]))
            fail_msg("row %zu alone", i);

        put(&behind, full_request);
        put(&behind, no_fields[i]);
        if (is_request(message_slice(&behind)))
            fail_msg("row %zu behind a request", i);
        message_clear(&behind);

        put(&behind, full_response);
        put(&behind, no_fields[i]);
        if (is_response(message_slice(&behind)))
            fail_msg("row %zu behind a response", i);
        message_clear(&behind);
    }
}

static void h051_what_is_no_field_is_refused_inside_of_metadata_status_and_any(void **state)
{
    struct eyelet_slice first, second;

    (void)state;
    for (size_t i = 0; i < N_OF(no_fields); i++) {
        struct message nested = { 0 };

        put(&nested, full_request);
        put_field(&nested, 5, no_fields[i]);
        if (is_request(message_slice(&nested)))
            fail_msg("row %zu in metadata", i);
        message_clear(&nested);

        put_field(&nested, 1, no_fields[i]);
        if (is_response(message_slice(&nested)))
            fail_msg("row %zu in a status", i);
        message_clear(&nested);

        if (eyelet_any_decode(no_fields[i], &first, &second))
            fail_msg("row %zu in a detail", i);
    }
}

static void h051_a_known_field_of_another_wire_type_is_refused(void **state)
{
    static const struct eyelet_slice requests[] = {
        BYTES("\x08\x01"),         BYTES("\x09qrstuvwx"),     BYTES("\x0dqrst"), /* service */
        BYTES("\x10\x01"),         BYTES("\x11qrstuvwx"),     BYTES("\x15qrst"), /* method */
        BYTES("\x18\x01"),         BYTES("\x19qrstuvwx"),     BYTES("\x1dqrst"), /* payload */
        BYTES("\x22\x00"),         BYTES("\x21qrstuvwx"),     BYTES("\x25qrst"), /* timeout_nano */
        BYTES("\x28\x01"),         BYTES("\x29qrstuvwx"),     BYTES("\x2dqrst"), /* metadata */
        BYTES("\x2a\x02\x08\x01"), BYTES("\x2a\x02\x10\x01"),                    /* key, value */
    };
    static const struct eyelet_slice responses[] = {
        BYTES("\x08\x01"),         BYTES("\x09qrstuvwx"),     BYTES("\x0dqrst"), /* status */
        BYTES("\x10\x01"),         BYTES("\x11qrstuvwx"),     BYTES("\x15qrst"), /* payload */
        BYTES("\x0a\x02\x0a\x00"), BYTES("\x0a\x05\x0dqrst"),                    /* code */
        BYTES("\x0a\x02\x10\x01"), BYTES("\x0a\x02\x18\x01"),                    /* message, details */
    };

    (void)state;
    for (size_t i = 0; i < N_OF(requests); i++) {
        if (is_request(requests[i]))
            fail_msg("request row %zu", i);
    }
    for (size_t i = 0; i < N_OF(responses); i++) {
        if (is_response(responses[i]))
            fail_msg("response row %zu", i);
    }
}

static void a_refused_message_leaves_what_was_there(void **state)
{
    struct eyelet_request request, request_before;
    struct eyelet_response response, response_before;
    struct eyelet_slice type_url = BYTES("before"), value = BYTES("too");

    (void)state;
    memset(&request, 0x5a, sizeof(request));
    request_before = request;
    assert_false(eyelet_request_decode((struct eyelet_slice)BYTES("\x0a\x01s\x20"), &request));
    assert_memory_equal(&request, &request_before, sizeof(request));

    memset(&response, 0x5a, sizeof(response));
    response_before = response;
    assert_false(eyelet_response_decode((struct eyelet_slice)BYTES("\x12\x01p\x0a\x02\x08\x80"), &response));
    assert_memory_equal(&response, &response_before, sizeof(response));

    assert_false(eyelet_any_decode((struct eyelet_slice)BYTES("\x0a\x01t\x10\x01"), &type_url, &value));
    assert_slice_text(type_url, "before");
    assert_slice_text(value, "too");
}

/* --- judging a request -------------------------------------------------------------------------------------------- */

static enum eyelet_status check(struct eyelet_slice in, struct eyelet_error *reterr)
{
    struct eyelet_request request;

    assert_true(eyelet_request_decode(in, &request));
    return eyelet_request_check(&request, reterr);
}

static enum eyelet_status check_names(struct eyelet_slice service, struct eyelet_slice method,
                                      struct eyelet_error *reterr)
{
    struct message message = { 0 };
    enum eyelet_status status;

    put_field(&message, 1, service);
    put_field(&message, 2, method);
    status = check(message_slice(&message), reterr);
    message_clear(&message);
    return status;
}

static void h053_a_bad_name_is_an_invalid_argument_that_is_shown_escaped(void **state)
{
    static const struct {
        struct eyelet_slice name;
        const char *text; /* behind "service" or "method" */
    } table[] = {
        { BYTES(""), " name is empty" },
        { BYTES("a\0b"), " name 'a\\x00b' has a NUL byte or a slash" },
        { BYTES("\0"), " name '\\x00' has a NUL byte or a slash" },
        { BYTES("/demo.Echo"), " name '/demo.Echo' has a NUL byte or a slash" },
        { BYTES("demo.Echo/Say"), " name 'demo.Echo/Say' has a NUL byte or a slash" },
        { BYTES("Say/"), " name 'Say/' has a NUL byte or a slash" },
        { BYTES("\xff"), " name '\\xff' is not UTF-8" },
        { BYTES("a\xc0\xaf"), " name 'a\\xc0\\xaf' is not UTF-8" },
        { BYTES("\xed\xa0\x80\n"), " name '\\xed\\xa0\\x80\\x0a' is not UTF-8" },
    };
    static const struct eyelet_slice good = BYTES("Good");

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_error error;
        char want[100];

        assert_int_equal(check_names(table[i].name, good, &error), EYELET_INVALID_ARGUMENT);
        snprintf(want, sizeof(want), "service%s", table[i].text);
        assert_string_equal(error.text, want);
        assert_int_equal(check_names(good, table[i].name, &error), EYELET_INVALID_ARGUMENT);
        snprintf(want, sizeof(want), "method%s", table[i].text);
        assert_string_equal(error.text, want);
        assert_int_equal(error.status, EYELET_INVALID_ARGUMENT);
        assert_int_equal(check_names(good, table[i].name, NULL), EYELET_INVALID_ARGUMENT);
    }
}

static void h053_an_absent_name_is_an_invalid_argument(void **state)
{
    (void)state;
    assert_int_equal(check((struct eyelet_slice)BYTES("\x12\x03"
                                                      "Say"),
                           NULL),
                     EYELET_INVALID_ARGUMENT);
    assert_int_equal(check((struct eyelet_slice)BYTES("\x0a\x01s"), NULL), EYELET_INVALID_ARGUMENT);
}

static void h053_a_name_may_have_255_bytes_and_not_256(void **state)
{
    struct message longest = letters('n', 255), too_long = letters('n', 256);
    struct eyelet_slice good = BYTES("Good");
    struct eyelet_error error;

    (void)state;
    assert_int_equal(check_names(message_slice(&longest), good, NULL), EYELET_OK);
    assert_int_equal(check_names(good, message_slice(&longest), NULL), EYELET_OK);
    assert_int_equal(check_names(message_slice(&too_long), good, &error), EYELET_INVALID_ARGUMENT);
    assert_string_equal(error.text, "service name of 256 bytes is longer than 255");
    assert_int_equal(check_names(good, message_slice(&too_long), &error), EYELET_INVALID_ARGUMENT);
    assert_string_equal(error.text, "method name of 256 bytes is longer than 255");
    message_clear(&longest);
    message_clear(&too_long);
}

/* Names are looked at in words of 8 bytes, the last of which lies over the one before it. */
static void h053_a_bad_byte_is_found_at_every_place_of_a_name_of_any_length(void **state)
{
    static const struct {
        char byte;
        bool is_good;
    } table[] = { { '\0', false }, { '/', false }, { '\x80', false }, { '\xff', false },
                  { '.', true },   { '0', true },  { '\x01', true },  { '\x7f', true } };
    static const struct eyelet_slice good = BYTES("Good");

    (void)state;
    for (size_t len = 1; len <= 35; len++) {
        for (size_t at = 0; at < len; at++) {
            for (size_t i = 0; i < N_OF(table); i++) {
                enum eyelet_status want = table[i].is_good ? EYELET_OK : EYELET_INVALID_ARGUMENT;
                struct message name = letters('n', len);

                name.data[at] = (uint8_t)table[i].byte;
                assert_int_equal(check_names(message_slice(&name), good, NULL), want);
                assert_int_equal(check_names(good, message_slice(&name), NULL), want);
                message_clear(&name);
            }
        }
    }
}

static void h053_the_service_is_judged_before_the_method_and_both_before_the_metadata(void **state)
{
    struct eyelet_error error;

    (void)state;
    assert_int_equal(check((struct eyelet_slice)BYTES("\x0a\x01/\x12\x01/\x2a\x02\x0a\x00"), &error),
                     EYELET_INVALID_ARGUMENT);
    assert_string_equal(error.text, "service name '/' has a NUL byte or a slash");
    assert_int_equal(check((struct eyelet_slice)BYTES("\x0a\x01s\x12\x01/\x2a\x02\x0a\x00"), &error),
                     EYELET_INVALID_ARGUMENT);
    assert_string_equal(error.text, "method name '/' has a NUL byte or a slash");
    assert_int_equal(check((struct eyelet_slice)BYTES("\x0a\x01s\x12\x01m\x2a\x02\x0a\x00"), &error),
                     EYELET_INVALID_ARGUMENT);
    assert_string_equal(error.text, "metadata key is empty");
}

static void names_that_are_only_unusual_pass(void **state)
{
    static const struct eyelet_slice names[] = { BYTES("x"), BYTES("a b"), BYTES("\xc3\xa9"), BYTES("\n"), BYTES(".") };

    (void)state;
    for (size_t i = 0; i < N_OF(names); i++)
        assert_int_equal(check_names(names[i], names[i], NULL), EYELET_OK);
}

static void h055_of_a_singular_field_sent_twice_the_last_one_wins(void **state)
{
    /* clang-format off */
    static const struct eyelet_slice twice_request = BYTES(
        "\x0a\x01s" "\x12\x01m" "\x1a\x01p" "\x20\x01"
        "\x2a\x0c" "\x0a\x01k\x12\x01v" "\x0a\x01K\x12\x01V"
        "\x0a\x01S" "\x12\x01M" "\x1a\x00" "\x20\x02"
    );
    static const struct eyelet_slice twice_response = BYTES(
        "\x0a\x0a" "\x08\x05" "\x08\x06" "\x12\x01m" "\x12\x01M"
        "\x12\x01p" "\x12\x01P"
    );
    /* clang-format on */
    struct eyelet_request request;
    struct eyelet_response response;
    struct eyelet_slice key, value;

    (void)state;
    assert_true(eyelet_request_decode(twice_request, &request));
    assert_slice_text(request.service, "S");
    assert_slice_text(request.method, "M");
    assert_slice_text(request.payload, "");
    assert_int_equal(request.timeout_ns, 2);
    assert_true(eyelet_request_next_metadata(&request.metadata, &key, &value));
    assert_slice_text(key, "K");
    assert_slice_text(value, "V");
    assert_false(eyelet_request_next_metadata(&request.metadata, &key, &value));

    assert_true(eyelet_response_decode(twice_response, &response));
    assert_int_equal(response.code, 6);
    assert_slice_text(response.message, "M");
    assert_slice_text(response.payload, "P");
}

/* Two statuses are one, as protobuf merges messages: an error does not turn into OK by an empty status behind it. */
static void h055_a_second_status_changes_only_what_it_has(void **state)
{
    struct eyelet_response response;

    (void)state;
    assert_true(eyelet_response_decode((struct eyelet_slice)BYTES("\x0a\x05\x08\x05\x12\x01m\x0a\x00"), &response));
    assert_int_equal(response.code, 5);
    assert_slice_text(response.message, "m");
    assert_true(
        eyelet_response_decode((struct eyelet_slice)BYTES("\x0a\x05\x08\x05\x12\x01m\x0a\x02\x08\x07"), &response));
    assert_int_equal(response.code, 7);
    assert_slice_text(response.message, "m");
}

static void h056_thousands_of_unknown_fields_are_skipped_wherever_they_are(void **state)
{
    static const struct eyelet_slice unknown[] = {
        BYTES("\x48\x01"),                  /* field 9, varint */
        BYTES("\x48" MINUS_1),              /* the longest */
        BYTES("\x49qrstuvwx"),              /* eight bytes */
        BYTES("\x4dqrst"),                  /* four bytes */
        BYTES("\x4a\x00"),                  /* bytes, none */
        BYTES("\x4a\x03xyz"),               /* bytes */
        BYTES("\xf8\xff\xff\xff\x0f\x00"),  /* the highest field number */
        BYTES("\xca\x80\x80\x80\x00\x01x"), /* field 9, its tag in five bytes */
    };
    struct message request_bytes = { 0 }, nested = { 0 }, response_bytes = { 0 };
    struct eyelet_request request;
    struct eyelet_response response;
    struct eyelet_slice key, value;

    (void)state;
    put(&response_bytes, full_response);
    for (unsigned i = 0; i < 8000; i++) {
        put(&request_bytes, unknown[i % N_OF(unknown)]);
        put(&nested, unknown[i % N_OF(unknown)]);
        put(&response_bytes, unknown[i % N_OF(unknown)]);
    }
    put_field(&nested, 1, slice_of("k"));
    put(&request_bytes, full_request);
    put_field(&request_bytes, 5, message_slice(&nested));

    assert_true(eyelet_request_decode(message_slice(&request_bytes), &request));
    assert_slice_text(request.service, "demo.Echo");
    assert_slice_text(request.payload, "\x0a\x02hi");
    assert_int_equal(eyelet_request_check(&request, NULL), EYELET_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_true(eyelet_request_next_metadata(&request.metadata, &key, &value));
    assert_slice_text(key, "k");
    assert_false(eyelet_request_next_metadata(&request.metadata, &key, &value));

    assert_true(eyelet_response_decode(message_slice(&response_bytes), &response));
    assert_int_equal(response.code, 5);
    assert_slice_text(response.payload, "abc");
    message_clear(&request_bytes);
    message_clear(&nested);
    message_clear(&response_bytes);
}

/* As many of @field as a frame has room for, beside a full request. */
static struct message two_million(struct eyelet_slice field)
{
    struct message thousand = { 0 }, message = { 0 };

    for (unsigned i = 0; i < 1000; i++)
        put(&thousand, field);
    while (message.len + thousand.len <= (4u << 20) - 100)
        put(&message, message_slice(&thousand));
    message_clear(&thousand);
    return message;
}

static void h055_h056_two_million_small_fields_are_read_like_a_few(void **state)
{
    static const struct eyelet_slice small[] = {
        BYTES("\x48\x01"), BYTES("\x4a\x00"), /* unknown */
        BYTES("\x0a\x00"), BYTES("\x20\x01"), /* service, timeout_nano */
    };

    (void)state;
    for (size_t i = 0; i < N_OF(small); i++) {
        struct message bytes = two_million(small[i]);
        struct eyelet_request request;
        struct eyelet_slice key, value;

        put(&bytes, full_request);
        assert_true(eyelet_request_decode(message_slice(&bytes), &request));
        assert_int_equal(eyelet_request_check(&request, NULL), EYELET_OK);
        assert_slice_text(request.service, "demo.Echo");
        assert_slice_text(request.method, "Say");
        assert_slice_text(request.payload, "\x0a\x02hi");
        assert_int_equal(request.timeout_ns, 2000000000);
        for (int n = 0; n < 2; n++)
            assert_true(eyelet_request_next_metadata(&request.metadata, &key, &value));
        assert_false(eyelet_request_next_metadata(&request.metadata, &key, &value));

        put(&bytes, (struct eyelet_slice)BYTES("\x48")); /* and what is no field is found behind them */
        assert_false(eyelet_request_decode(message_slice(&bytes), &request));
        message_clear(&bytes);
    }
}

static void h056_two_million_fields_in_one_pair_of_metadata_are_read_like_a_few(void **state)
{
    static const struct eyelet_slice small[] = { BYTES("\x48\x01"), BYTES("\x0a\x00"), BYTES("\x12\x00") };

    (void)state;
    for (size_t i = 0; i < N_OF(small); i++) {
        struct message pair = two_million(small[i]), bytes = { 0 };
        struct eyelet_request request;
        struct eyelet_slice key, value;

        put_field(&pair, 1, slice_of("k"));
        put_field(&pair, 2, slice_of("v"));
        put_field(&bytes, 1, slice_of("s"));
        put_field(&bytes, 2, slice_of("m"));
        put_field(&bytes, 5, message_slice(&pair));
        assert_true(eyelet_request_decode(message_slice(&bytes), &request));
        assert_int_equal(eyelet_request_check(&request, NULL), EYELET_OK);
        assert_true(eyelet_request_next_metadata(&request.metadata, &key, &value));
        assert_slice_text(key, "k");
        assert_slice_text(value, "v");
        assert_false(eyelet_request_next_metadata(&request.metadata, &key, &value));
        message_clear(&pair);
        message_clear(&bytes);
    }
}

static void h061_two_million_pairs_of_metadata_are_too_many(void **state)
{
    static const struct {
        struct eyelet_slice pair;
        enum eyelet_status status;
    } rows[] = {
        { BYTES("\x2a\x03\x0a\x01k"), EYELET_RESOURCE_EXHAUSTED },
        { BYTES("\x2a\x00"), EYELET_INVALID_ARGUMENT }, /* its key is empty */
    };

    (void)state;
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct message bytes = two_million(rows[i].pair);
        struct eyelet_request request;

        put(&bytes, full_request);
        assert_true(eyelet_request_decode(message_slice(&bytes), &request));
        assert_int_equal(eyelet_request_check(&request, NULL), rows[i].status);
        message_clear(&bytes);
    }
}

static void h057_an_absent_payload_and_an_empty_one_are_the_same(void **state)
{
    struct eyelet_request request;

    (void)state;
    assert_true(eyelet_request_decode((struct eyelet_slice)BYTES("\x0a\x01s\x12\x01m"), &request));
    assert_int_equal(request.payload.len, 0);
    assert_int_equal(eyelet_request_check(&request, NULL), EYELET_OK);
    assert_true(eyelet_request_decode((struct eyelet_slice)BYTES("\x0a\x01s\x12\x01m\x1a\x00"), &request));
    assert_int_equal(request.payload.len, 0);
    assert_int_equal(eyelet_request_check(&request, NULL), EYELET_OK);
}

static void a_timeout_is_read_as_it_came(void **state)
{
    static const struct {
        struct eyelet_slice bytes;
        int64_t timeout_ns;
    } table[] = {
        { BYTES("\x20\x00"), 0 },
        { BYTES("\x20\x01"), 1 },
        { BYTES("\x20\x7f"), 127 },
        { BYTES("\x20\x80\x01"), 128 },
        { BYTES("\x20\x81\x80\x00"), 1 }, /* longer than it must be */
        { BYTES("\x20\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), INT64_MAX },
        { BYTES("\x20" MINUS_1), -1 },
        { BYTES("\x20\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), INT64_MIN },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_request request;

        assert_true(eyelet_request_decode(table[i].bytes, &request));
        assert_true(request.timeout_ns == table[i].timeout_ns);
    }
}

/* --- metadata ----------------------------------------------------------------------------------------------------- */

/* A good request with @n pairs of these lengths, judged. */
static enum eyelet_status check_pairs(size_t n, size_t key_len, size_t value_len, struct eyelet_error *reterr)
{
    struct message message = { 0 }, key = letters('k', key_len), value = letters('v', value_len);
    enum eyelet_status status;

    put_field(&message, 1, slice_of("s"));
    put_field(&message, 2, slice_of("m"));
    for (size_t i = 0; i < n; i++)
        put_pair(&message, message_slice(&key), message_slice(&value));
    status = check(message_slice(&message), reterr);
    message_clear(&message);
    message_clear(&key);
    message_clear(&value);
    return status;
}

static void h061_each_limit_of_metadata_is_inclusive(void **state)
{
    static const struct {
        size_t n, key_len, value_len;
        const char *text; /* NULL when it passes */
    } table[] = {
        { 0, 1, 0, NULL },
        { 1, 1, 0, NULL },
        { 64, 1, 0, NULL },
        { 65, 1, 0, "more than 64 pairs of metadata" },
        { 10000, 1, 0, "more than 64 pairs of metadata" },
        { 1, 128, 0, NULL },
        { 1, 129, 0, "metadata key of 129 bytes is longer than 128" },
        { 1, 1, 8192, NULL },
        { 1, 1, 8193, "metadata value of 8193 bytes for 'k' is longer than 8192" },
        { 1, 1, 4 << 20, "metadata value of 4194304 bytes for 'k' is longer than 8192" },
        { 64, 128, 128, NULL }, /* 16 KiB */
        { 64, 128, 129, "more than 16384 bytes of metadata" },
        { 2, 1, 8191, NULL }, /* 16 KiB */
        { 2, 1, 8192, "more than 16384 bytes of metadata" },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_error error;
        enum eyelet_status status = check_pairs(table[i].n, table[i].key_len, table[i].value_len, &error);

        assert_int_equal(status, table[i].text == NULL ? EYELET_OK : EYELET_RESOURCE_EXHAUSTED);
        if (table[i].text != NULL)
            assert_string_equal(error.text, table[i].text);
        assert_int_equal(check_pairs(table[i].n, table[i].key_len, table[i].value_len, NULL), status);
    }
}

static void h062_bad_keys_are_refused_and_values_are_opaque(void **state)
{
    static const struct {
        struct eyelet_slice pair;
        enum eyelet_status status;
    } table[] = {
        { BYTES("\x0a\x01k\x12\x01v"), EYELET_OK },
        { BYTES("\x0a\x01K\x12\x01v"), EYELET_OK }, /* WIRE: compared without case */
        { BYTES("\x0a\x03k v"), EYELET_OK },
        { BYTES("\x0a\x02\xc3\xa9"), EYELET_OK },
        { BYTES(""), EYELET_INVALID_ARGUMENT },                  /* no key */
        { BYTES("\x12\x01v"), EYELET_INVALID_ARGUMENT },         /* no key */
        { BYTES("\x0a\x00\x12\x01v"), EYELET_INVALID_ARGUMENT }, /* empty */
        { BYTES("\x0a\x01\x00"), EYELET_INVALID_ARGUMENT },      /* NUL */
        { BYTES("\x0a\x03k\x00v"), EYELET_INVALID_ARGUMENT },
        { BYTES("\x0a\x02k\n"), EYELET_INVALID_ARGUMENT }, /* control bytes */
        { BYTES("\x0a\x02\x1fk"), EYELET_INVALID_ARGUMENT },
        { BYTES("\x0a\x01\x7f"), EYELET_INVALID_ARGUMENT },
        { BYTES("\x0a\x01\xff"), EYELET_INVALID_ARGUMENT }, /* no UTF-8 */
        { BYTES("\x0a\x02\xc0\x80"), EYELET_INVALID_ARGUMENT },
        { BYTES("\x0a\x01k\x12\x04\x00\xff\n\x80"), EYELET_OK }, /* any value */
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct message message = { 0 };

        put(&message, full_request);
        put_field(&message, 5, table[i].pair);
        if (check(message_slice(&message), NULL) != table[i].status)
            fail_msg("row %zu", i);
        message_clear(&message);
    }
}

static void h062_a_bad_key_is_shown_escaped_and_cut(void **state)
{
    struct message message = { 0 }, key = letters('\n', 100000);
    struct eyelet_error error;

    (void)state;
    put(&message, full_request);
    put_pair(&message, message_slice(&key), slice_of(""));
    assert_int_equal(check(message_slice(&message), &error), EYELET_INVALID_ARGUMENT);
    assert_memory_equal(error.text, "metadata key '\\x0a\\x0a", 22);
    assert_true(strlen(error.text) < 250);
    message_clear(&message);
    message_clear(&key);
}

static void h062_duplicates_are_kept_in_their_order(void **state)
{
    static const char *const keys[] = { "a", "b", "a", "A", "a" };
    struct message message = { 0 };
    struct eyelet_slice rest, key, value;
    struct eyelet_request request;

    (void)state;
    put(&message, (struct eyelet_slice)BYTES("\x0a\x01s\x12\x01m"));
    for (size_t i = 0; i < N_OF(keys); i++) {
        char digit[2] = { (char)('0' + i), '\0' };

        put_pair(&message, slice_of(keys[i]), slice_of(digit));
        put(&message, (struct eyelet_slice)BYTES("\x48\x01\x1a\x01p")); /* others in between */
    }
    assert_true(eyelet_request_decode(message_slice(&message), &request));
    assert_int_equal(eyelet_request_check(&request, NULL), EYELET_OK);
    rest = request.metadata;
    for (size_t i = 0; i < N_OF(keys); i++) {
        assert_true(eyelet_request_next_metadata(&rest, &key, &value));
        assert_slice_text(key, keys[i]);
        assert_int_equal(value.data[0], '0' + i);
    }
    assert_false(eyelet_request_next_metadata(&rest, &key, &value));
    message_clear(&message);
}

static void what_we_want_to_send_is_judged_by_the_same_rules(void **state)
{
    struct message long_key = letters('k', 129), long_value = letters('v', 8193), half = letters('v', 8192);
    const struct {
        struct eyelet_metadata pairs[2];
        enum eyelet_status status;
    } table[] = {
        { { { "key", "value" }, { "key", "" } }, EYELET_OK },
        { { { "Key", "\xc3\xa9" }, { "k y", "\n" } }, EYELET_OK },
        { { { "key", "value" }, { "key", "\xff" } }, EYELET_INVALID_ARGUMENT },
        { { { "key", NULL }, { "key", "value" } }, EYELET_INVALID_ARGUMENT },
        { { { "key", "value" }, { NULL, "value" } }, EYELET_INVALID_ARGUMENT },
        { { { "key", "value" }, { "", "value" } }, EYELET_INVALID_ARGUMENT },
        { { { "key\n", "value" }, { "key", "value" } }, EYELET_INVALID_ARGUMENT },
        { { { "\xff", "value" }, { "key", "value" } }, EYELET_INVALID_ARGUMENT },
        { { { "key", "value" }, { (const char *)long_key.data, "" } }, EYELET_RESOURCE_EXHAUSTED },
        { { { "key", (const char *)long_value.data }, { "key", "" } }, EYELET_RESOURCE_EXHAUSTED },
        { { { "k", (const char *)half.data }, { "k", (const char *)half.data } }, EYELET_RESOURCE_EXHAUSTED },
    };
    struct eyelet_metadata many[65];

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        assert_int_equal(eyelet_metadata_check(table[i].pairs, 2, NULL), table[i].status);
    }
    for (size_t i = 0; i < N_OF(many); i++)
        many[i] = (struct eyelet_metadata){ "k", "v" };
    assert_int_equal(eyelet_metadata_check(many, 64, NULL), EYELET_OK);
    assert_int_equal(eyelet_metadata_check(many, 65, NULL), EYELET_RESOURCE_EXHAUSTED);
    assert_int_equal(eyelet_metadata_check(NULL, 0, NULL), EYELET_OK);
    assert_int_equal(eyelet_metadata_check(NULL, 1, NULL), EYELET_INVALID_ARGUMENT);
    message_clear(&long_key);
    message_clear(&long_value);
    message_clear(&half);
}

/* --- a status that came ------------------------------------------------------------------------------------------- */

static void h063_every_code_is_read_as_it_came(void **state)
{
    static const struct {
        struct eyelet_slice bytes;
        int32_t code;
    } table[] = {
        { BYTES("\x0a\x00"), 0 },
        { BYTES("\x0a\x02\x08\x00"), 0 },
        { BYTES("\x0a\x05\x08\x00\x12\x01m"), 0 }, /* OK, with a message */
        { BYTES("\x0a\x02\x08\x10"), 16 },
        { BYTES("\x0a\x02\x08\x11"), 17 },
        { BYTES("\x0a\x0b\x08" MINUS_1), -1 },                                        /* int32, as sent */
        { BYTES("\x0a\x0b\x08\xef\xff\xff\xff\xff\xff\xff\xff\xff\x01"), -17 },       /* */
        { BYTES("\x0a\x0b\x08\x80\x80\x80\x80\xf8\xff\xff\xff\xff\x01"), INT32_MIN }, /* */
        { BYTES("\x0a\x06\x08\xff\xff\xff\xff\x07"), INT32_MAX },                     /* */
        { BYTES("\x0a\x06\x08\xff\xff\xff\xff\x0f"), -1 },                            /* sent as 32 bits */
        { BYTES("\x0a\x06\x08\x85\x80\x80\x80\x10"), 5 },                             /* bits over 32 go */
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_response response;

        assert_true(eyelet_response_decode(table[i].bytes, &response));
        assert_int_equal(response.code, table[i].code);
    }
}

static void h063_a_code_that_is_none_becomes_unknown_and_stands_in_the_text(void **state)
{
    static const struct {
        struct eyelet_slice bytes;
        enum eyelet_status status;
        const char *text;
    } table[] = {
        { BYTES("\x0a\x07\x08\x05\x12\x03tip"), EYELET_NOT_FOUND, "tip" },
        { BYTES("\x0a\x02\x08\x05"), EYELET_NOT_FOUND, "NOT_FOUND" },
        { BYTES("\x0a\x02\x08\x10"), EYELET_UNAUTHENTICATED, "UNAUTHENTICATED" },
        { BYTES("\x0a\x07\x08\x11\x12\x03tip"), EYELET_UNKNOWN, "status 17: tip" },
        { BYTES("\x0a\x10\x08" MINUS_1 "\x12\x03tip"), EYELET_UNKNOWN, "status -1: tip" },
        { BYTES("\x0a\x0b\x08\xff\xff\xff\xff\x07\x12\x03tip"), EYELET_UNKNOWN, "status 2147483647: tip" },
        { BYTES("\x0a\x08\x08\x05\x12\x04t\0\nt"), EYELET_NOT_FOUND, "t\\x00\\x0at" },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_response response;
        struct eyelet_error error;

        memset(&error, 0xff, sizeof(error));
        assert_true(eyelet_response_decode(table[i].bytes, &response));
        assert_int_equal(eyelet_response_status(&response, &error), table[i].status);
        assert_int_equal(error.status, table[i].status);
        assert_string_equal(error.text, table[i].text);
        assert_true(error.is_remote);
        assert_true(error.may_have_executed);
        assert_int_equal(error.error_number, 0);
        assert_int_equal(error.details_len, 0);
    }
}

static void h063_code_0_is_ok_whatever_its_message_and_sets_no_error(void **state)
{
    static const struct eyelet_slice table[] = { BYTES(""), BYTES("\x0a\x00"), BYTES("\x0a\x05\x12\x03tip"),
                                                 BYTES("\x0a\x07\x08\x00\x12\x03tip\x12\x01p") };
    struct eyelet_error error, before;

    (void)state;
    memset(&error, 0x5a, sizeof(error));
    before = error;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_response response;

        assert_true(eyelet_response_decode(table[i], &response));
        assert_int_equal(eyelet_response_status(&response, &error), EYELET_OK);
        assert_memory_equal(&error, &before, sizeof(error));
    }
}

/* A message of 4 MiB of control bytes, for a code that is one and for one that is none. */
static void h064_a_long_message_is_escaped_and_cut_at_1_kib(void **state)
{
    static const struct {
        int32_t code;
        const char *begin;
    } table[] = { { 5, "" }, { 99, "status 99: " } };
    struct message text = letters('\x1b', 4 << 20);

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        struct eyelet_response response = { .code = table[i].code, .message = message_slice(&text) };
        struct eyelet_error error;
        size_t begin_len = strlen(table[i].begin), len;

        eyelet_response_status(&response, &error);
        len = strlen(error.text);
        assert_true(len > EYELET_ERROR_TEXT_MAX - 4 && len <= EYELET_ERROR_TEXT_MAX);
        assert_memory_equal(error.text, table[i].begin, begin_len);
        for (size_t at = begin_len; at < len; at += 4)
            assert_memory_equal(error.text + at, "\\x1b", 4);
    }
    message_clear(&text);
}

static void h064_a_message_of_4_mib_is_handed_out_where_it_lies(void **state)
{
    struct message status = { 0 }, response_bytes = { 0 }, text = letters('\x1b', 4 << 20);
    struct eyelet_response response;

    (void)state;
    put_field(&status, 2, message_slice(&text));
    put_field(&response_bytes, 1, message_slice(&status));
    assert_true(eyelet_response_decode(message_slice(&response_bytes), &response));
    assert_int_equal(response.message.len, 4 << 20);
    assert_ptr_equal(response.message.data, response_bytes.data + response_bytes.len - (4 << 20));
    message_clear(&status);
    message_clear(&response_bytes);
    message_clear(&text);
}

static void h064_details_are_kept_and_walked(void **state)
{
    struct eyelet_response response;
    struct eyelet_error error;
    struct eyelet_slice type_url, value;
    size_t cursor = 0;

    (void)state;
    assert_true(eyelet_response_decode(full_response, &response));
    eyelet_error_set(&error, EYELET_NOT_FOUND, "no key");
    eyelet_error_keep_details(&error, response.status);
    assert_int_equal(error.details_len, 11 + 2 + 14);

    assert_true(eyelet_error_next_detail(&error, &cursor, &type_url, &value));
    assert_slice_text(type_url, "x/y");
    assert_slice_text(value, "xy");
    assert_true(value.data > error.details && value.data < error.details + sizeof(error.details));
    assert_true(eyelet_error_next_detail(&error, &cursor, &type_url, &value));
    assert_slice_text(type_url, "");
    assert_slice_text(value, "");
    assert_true(eyelet_error_next_detail(&error, &cursor, &type_url, &value));
    assert_slice_text(type_url, "t");
    assert_slice_text(value, "tuvwxyz");
    assert_false(eyelet_error_next_detail(&error, &cursor, &type_url, &value));
    assert_false(eyelet_error_next_detail(&error, &cursor, &type_url, &value));
}

static void an_error_without_details_has_none_to_walk(void **state)
{
    struct eyelet_slice type_url, value;
    struct eyelet_error error;
    size_t cursor = 0;

    (void)state;
    eyelet_error_set(&error, EYELET_ABORTED, "here");
    eyelet_error_keep_details(&error, (struct eyelet_slice){ NULL, 0 });
    assert_int_equal(error.details_len, 0);
    assert_false(eyelet_error_next_detail(&error, &cursor, &type_url, &value));
    cursor = 1;
    assert_false(eyelet_error_next_detail(&error, &cursor, &type_url, &value));
    cursor = SIZE_MAX;
    assert_false(eyelet_error_next_detail(&error, &cursor, &type_url, &value));
}

/* Keeps details of these lengths; returns how many bytes are in use then. A detail takes a tag and a length besides. */
static size_t kept_len(const size_t *lens, size_t n_lens)
{
    struct message status = { 0 };
    struct eyelet_error error;

    for (size_t i = 0; i < n_lens; i++) {
        struct message any = letters('a', lens[i]);

        put_field(&status, 3, message_slice(&any));
        message_clear(&any);
    }
    eyelet_error_set(&error, EYELET_UNKNOWN, "details");
    eyelet_error_keep_details(&error, message_slice(&status));
    assert_memory_equal(error.details, status.data, error.details_len); /* as they came */
    message_clear(&status);
    return error.details_len;
}

static void h064_details_are_kept_whole_up_to_1_kib(void **state)
{
    static const struct {
        size_t lens[3];
        size_t n_lens;
        size_t kept;
    } table[] = {
        { { 0 }, 1, 2 },
        { { 127 }, 1, 129 },
        { { 128 }, 1, 131 },
        { { 1020 }, 1, 1023 },
        { { 1021 }, 1, 1024 },
        { { 1022 }, 1, 0 },
        { { 4 << 20 }, 1, 0 },
        { { 500, 518 }, 2, 1024 },
        { { 500, 519 }, 2, 503 },
        { { 500, 519, 1 }, 3, 503 }, /* none is left out in the middle */
        { { 500, 516, 0 }, 3, 1024 },
        { { 500, 517, 0 }, 3, 1023 },
        { { 500, 518, 0 }, 3, 1024 },
    };

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++) {
        if (kept_len(table[i].lens, table[i].n_lens) != table[i].kept)
            fail_msg("row %zu", i);
    }
}

static void h064_a_detail_that_makes_no_sense_ends_the_walk(void **state)
{
    static const struct eyelet_slice status = BYTES("\x1a\x03\x0a\x01t\x1a\x05\x0a\x01u\x10\x01\x1a\x00");
    struct eyelet_slice type_url, value;
    struct eyelet_error error;
    size_t cursor = 0;

    (void)state;
    eyelet_error_set(&error, EYELET_UNKNOWN, "details");
    eyelet_error_keep_details(&error, status);
    assert_int_equal(error.details_len, status.len);
    assert_true(eyelet_error_next_detail(&error, &cursor, &type_url, &value));
    assert_false(eyelet_error_next_detail(&error, &cursor, &type_url, &value));
    assert_slice_text(type_url, "t"); /* as it was */
    assert_int_equal(cursor, 5);
}

static void h066_an_error_and_a_payload_are_both_told(void **state)
{
    struct eyelet_response response;

    (void)state;
    assert_true(eyelet_response_decode((struct eyelet_slice)BYTES("\x12\x01p\x0a\x02\x08\x05"), &response));
    assert_int_equal(response.code, 5);
    assert_slice_text(response.payload, "p");
}

/* --- encoders ----------------------------------------------------------------------------------------------------- */

static void check_request_head(const struct eyelet_outgoing_request *request, struct eyelet_slice want)
{
    size_t len = eyelet_request_head_len(request);
    uint8_t *room = malloc(len); /* exactly, so that a sanitizer sees the first byte behind */

    assert_non_null(room);
    assert_int_equal(len, want.len);
    eyelet_request_encode_head(request, room, len);
    assert_memory_equal(room, want.data, len);
    free(room);
}

static void a_request_is_written_with_its_payload_last(void **state)
{
    static const struct eyelet_metadata pairs[] = { { "Trace-ID", "X1" }, { "x", "" }, { "\xc3\x89Z", "Z" } };
    /* clang-format off */
    static const struct {
        struct eyelet_outgoing_request request;
        struct eyelet_slice bytes;
    } table[] = {
        { { BYTES("demo.Echo"), BYTES("Say"), NULL, 0, 4, 2000000000 }, BYTES(
            "\x0a\x09" "demo.Echo" "\x12\x03Say" "\x20\x80\xa8\xd6\xb9\x07" "\x1a\x04") },
        { { BYTES("s"), BYTES("m"), NULL, 0, 0, 1 }, BYTES(
            "\x0a\x01s" "\x12\x01m" "\x20\x01") },
        { { BYTES("s"), BYTES("m"), NULL, 0, 1, INT64_MAX }, BYTES(
            "\x0a\x01s" "\x12\x01m" "\x20\xff\xff\xff\xff\xff\xff\xff\xff\x7f" "\x1a\x01") },
        { { BYTES("s"), BYTES("m"), pairs, 3, 1, 127 }, BYTES(
            "\x0a\x01s" "\x12\x01m" "\x20\x7f"
            "\x2a\x0e" "\x0a\x08trace-id\x12\x02X1" /* lower case */
            "\x2a\x05" "\x0a\x01x\x12\x00"
            "\x2a\x08" "\x0a\x03\xc3\x89z\x12\x01Z" /* of ASCII only */
            "\x1a\x01") },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < N_OF(table); i++)
        check_request_head(&table[i].request, table[i].bytes);
}

/* Lengths where a varint becomes longer, and its bytes. */
static const struct {
    size_t len;
    struct eyelet_slice varint;
} varint_borders[] = {
    { 1, BYTES("\x01") },
    { 127, BYTES("\x7f") },
    { 128, BYTES("\x80\x01") },
    { 16383, BYTES("\xff\x7f") },
    { 16384, BYTES("\x80\x80\x01") },
    { 2097151, BYTES("\xff\xff\x7f") },
    { 2097152, BYTES("\x80\x80\x80\x01") },
    { (16 << 20) - 1, BYTES("\xff\xff\xff\x07") },
};

static void a_request_head_is_right_at_every_border_of_varints(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(varint_borders); i++) {
        struct message want = { 0 };

        put(&want, (struct eyelet_slice)BYTES("\x0a\x01s\x12\x01m\x20\x80\x01\x1a"));
        put(&want, varint_borders[i].varint);
        check_request_head(
            &(struct eyelet_outgoing_request){ BYTES("s"), BYTES("m"), NULL, 0, varint_borders[i].len, 128 },
            message_slice(&want));
        message_clear(&want);
    }
}

static void metadata_is_written_right_at_every_border_of_varints(void **state)
{
    static const size_t lens[] = { 0, 1, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 8191, 8192 };

    (void)state;
    for (size_t i = 0; i < N_OF(lens); i++) {
        struct message want = { 0 }, value = letters('v', lens[i]);
        struct eyelet_metadata pair = { "k", (const char *)value.data };

        put(&want, (struct eyelet_slice)BYTES("\x0a\x01s\x12\x01m\x20\x01"));
        put_pair(&want, slice_of("k"), message_slice(&value));
        check_request_head(&(struct eyelet_outgoing_request){ BYTES("s"), BYTES("m"), &pair, 1, 0, 1 },
                           message_slice(&want));
        message_clear(&want);
        message_clear(&value);
    }
}

static void the_longest_names_and_keys_are_written_whole(void **state)
{
    struct message name = letters('n', 255), key = letters('K', 128), low = letters('k', 128), want = { 0 };
    struct eyelet_metadata pair = { (const char *)key.data, "" };

    (void)state;
    put_field(&want, 1, message_slice(&name));
    put_field(&want, 2, message_slice(&name));
    put(&want, (struct eyelet_slice)BYTES("\x20\x01"));
    put_pair(&want, message_slice(&low), slice_of(""));
    check_request_head(&(struct eyelet_outgoing_request){ message_slice(&name), message_slice(&name), &pair, 1, 0, 1 },
                       message_slice(&want));
    message_clear(&name);
    message_clear(&key);
    message_clear(&low);
    message_clear(&want);
}

static void an_ok_reply_is_only_its_payload(void **state)
{
    (void)state;
    assert_int_equal(eyelet_reply_head_len(0), 0);
    eyelet_reply_encode_head(0, NULL, 0);
    for (size_t i = 0; i < N_OF(varint_borders); i++) {
        size_t len = eyelet_reply_head_len(varint_borders[i].len);
        uint8_t *room = malloc(len);

        assert_non_null(room);
        assert_int_equal(len, 1 + varint_borders[i].varint.len);
        eyelet_reply_encode_head(varint_borders[i].len, room, len);
        assert_int_equal(room[0], 0x12);
        assert_memory_equal(room + 1, varint_borders[i].varint.data, varint_borders[i].varint.len);
        free(room);
    }
}

/* An error whose text is as much of @text as there is room for, whatever its bytes. */
static struct eyelet_error error_of(enum eyelet_status status, const char *text)
{
    struct eyelet_error error = { .status = status };

    memcpy(error.text, text, strnlen(text, EYELET_ERROR_TEXT_MAX));
    return error;
}

static void check_failure(enum eyelet_status status, const char *text, struct eyelet_slice want)
{
    struct eyelet_error error = error_of(status, text);
    size_t len = eyelet_failure_len(&error);
    uint8_t *room = malloc(len);

    assert_non_null(room);
    assert_int_equal(len, want.len);
    eyelet_failure_encode(&error, room, len);
    assert_memory_equal(room, want.data, len);
    free(room);
}

static void a_failure_is_a_status_without_a_payload(void **state)
{
    (void)state;
    check_failure(EYELET_NOT_FOUND, "no key",
                  (struct eyelet_slice)BYTES("\x0a\x0a\x08\x05\x12\x06"
                                             "no key"));
    check_failure(EYELET_UNKNOWN, "", (struct eyelet_slice)BYTES("\x0a\x02\x08\x02"));
    check_failure(EYELET_UNAUTHENTICATED, "h\xc3\xa9", (struct eyelet_slice)BYTES("\x0a\x07\x08\x10\x12\x03h\xc3\xa9"));
}

/* What a peer gets must be UTF-8: Go and Rust drop a whole Response whose message is not. */
static void a_failure_text_that_is_not_utf8_is_shown_as_hex(void **state)
{
    (void)state;
    check_failure(EYELET_INTERNAL, "q\xff",
                  (struct eyelet_slice)BYTES("\x0a\x09\x08\x0d\x12\x05"
                                             "q\\xff"));
}

static void a_failure_text_is_right_at_every_length_and_cut_at_1_kib(void **state)
{
    static const size_t lens[] = { 1, 122, 123, 124, 125, 126, 127, 128, 129, 1019, 1023, 1024, 1025, 5000, 100000 };

    (void)state;
    for (size_t i = 0; i < N_OF(lens); i++) {
        struct message text = letters('t', lens[i]), status = { 0 }, want = { 0 };
        struct eyelet_slice kept = { text.data, lens[i] < 1024 ? lens[i] : 1024 };

        put(&status, (struct eyelet_slice)BYTES("\x08\x03"));
        put_field(&status, 2, kept);
        put_field(&want, 1, message_slice(&status));
        check_failure(EYELET_INVALID_ARGUMENT, (const char *)text.data, message_slice(&want));
        message_clear(&text);
        message_clear(&status);
        message_clear(&want);
    }
}

static void a_failure_text_is_cut_between_two_characters(void **state)
{
    static const char *const characters[] = { "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };

    (void)state;
    for (size_t i = 0; i < N_OF(characters); i++) {
        size_t len = strlen(characters[i]);

        for (size_t before = 1019; before <= 1024; before++) {
            struct message text = letters('t', before), status = { 0 }, want = { 0 };

            put(&text, slice_of(characters[i]));
            put(&text, (struct eyelet_slice)BYTES("tail\0"));
            put(&status, (struct eyelet_slice)BYTES("\x08\x03"));
            if (before + len <= 1024) { /* and the room behind it is filled */
                size_t tail = 1024 - before - len;

                put_field(&status, 2, (struct eyelet_slice){ text.data, before + len + (tail < 4 ? tail : 4) });
            } else {
                put_field(&status, 2, (struct eyelet_slice){ text.data, before });
            }
            put_field(&want, 1, message_slice(&status));
            check_failure(EYELET_INVALID_ARGUMENT, (const char *)text.data, message_slice(&want));
            message_clear(&text);
            message_clear(&status);
            message_clear(&want);
        }
    }
}

/* --- a second opinion: protobuf-c --------------------------------------------------------------------------------- */

/* xorshift64: the same messages in every run. */
static uint64_t seed = 0x65796c6574;

static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* Lengths of which many are near the borders of varints. */
static size_t random_len(size_t max)
{
    static const size_t likely[] = { 0, 1, 126, 127, 128, 129, 16383, 16384 };
    size_t len = next_random() % 2 == 0 ? likely[next_random() % N_OF(likely)] : next_random() % (max + 1);

    return len <= max ? len : next_random() % (max + 1);
}

/* Lower-case letters, as keys are sent. */
static char *random_text(size_t min, size_t max)
{
    size_t len = min + random_len(max - min);
    char *text = malloc(len + 1);

    assert_non_null(text);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + next_random() % 26);
    text[len] = '\0';
    return text;
}

static ProtobufCBinaryData random_bytes(size_t max)
{
    ProtobufCBinaryData bytes = { random_len(max), NULL };

    bytes.data = malloc(bytes.len + 1);
    assert_non_null(bytes.data);
    for (size_t i = 0; i < bytes.len; i++)
        bytes.data[i] = (uint8_t)next_random();
    return bytes;
}

static struct eyelet_slice binary_slice(ProtobufCBinaryData bytes)
{
    return (struct eyelet_slice){ bytes.data, bytes.len };
}

static Ttrpc__Request *random_request(void)
{
    Ttrpc__Request *request = malloc(sizeof(*request));

    assert_non_null(request);
    ttrpc__request__init(request);
    request->service = random_text(1, 255);
    request->method = random_text(1, 255);
    request->payload = random_bytes(20000);
    request->timeout_nano = (int64_t)(next_random() >> (1 + next_random() % 62)) + 1;
    request->n_metadata = next_random() % 10;
    request->metadata = calloc(request->n_metadata + 1, sizeof(*request->metadata));
    assert_non_null(request->metadata);
    for (size_t i = 0; i < request->n_metadata; i++) {
        request->metadata[i] = malloc(sizeof(*request->metadata[i]));
        assert_non_null(request->metadata[i]);
        ttrpc__key_value__init(request->metadata[i]);
        request->metadata[i]->key = random_text(1, 128);
        request->metadata[i]->value = random_text(0, 1500);
    }
    return request;
}

static void assert_same_request(struct eyelet_slice bytes, const Ttrpc__Request *want)
{
    struct eyelet_slice key, value;
    struct eyelet_request request;

    assert_true(eyelet_request_decode(bytes, &request));
    assert_int_equal(eyelet_request_check(&request, NULL), EYELET_OK);
    assert_slice_text(request.service, want->service);
    assert_slice_text(request.method, want->method);
    assert_slice_equal(request.payload, binary_slice(want->payload));
    assert_true(request.timeout_ns == want->timeout_nano);
    for (size_t i = 0; i < want->n_metadata; i++) {
        assert_true(eyelet_request_next_metadata(&request.metadata, &key, &value));
        assert_slice_text(key, want->metadata[i]->key);
        assert_slice_text(value, want->metadata[i]->value);
    }
    assert_false(eyelet_request_next_metadata(&request.metadata, &key, &value));
}

static void protobuf_c_writes_requests_that_are_read_the_same_here(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 500; round++) {
        Ttrpc__Request *request = random_request();
        size_t len = ttrpc__request__get_packed_size(request);
        uint8_t *bytes = malloc(len);

        assert_non_null(bytes);
        ttrpc__request__pack(request, bytes);
        assert_same_request((struct eyelet_slice){ bytes, len }, request);
        free(bytes);
        ttrpc__request__free_unpacked(request, NULL);
    }
}

/* What this side sends for @request, whole. */
static struct message encode_request(const Ttrpc__Request *request)
{
    struct eyelet_metadata pairs[10];
    struct eyelet_outgoing_request outgoing = {
        .service = eyelet_slice_of(request->service),
        .method = eyelet_slice_of(request->method),
        .metadata = pairs,
        .n_metadata = request->n_metadata,
        .payload_len = request->payload.len,
        .timeout_ns = request->timeout_nano,
    };
    struct message message = { 0 };

    for (size_t i = 0; i < request->n_metadata; i++)
        pairs[i] = (struct eyelet_metadata){ request->metadata[i]->key, request->metadata[i]->value };
    message.len = eyelet_request_head_len(&outgoing);
    message.cap = message.len + 1;
    message.data = malloc(message.cap);
    assert_non_null(message.data);
    eyelet_request_encode_head(&outgoing, message.data, message.len);
    put(&message, binary_slice(request->payload));
    return message;
}

static void requests_written_here_are_read_the_same_by_protobuf_c(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 500; round++) {
        Ttrpc__Request *request = random_request(), *again;
        struct message message = encode_request(request);

        again = ttrpc__request__unpack(NULL, message.len, message.data);
        assert_non_null(again);
        assert_string_equal(again->service, request->service);
        assert_string_equal(again->method, request->method);
        assert_slice_equal(binary_slice(again->payload), binary_slice(request->payload));
        assert_true(again->timeout_nano == request->timeout_nano);
        assert_int_equal(again->n_metadata, request->n_metadata);
        for (size_t i = 0; i < again->n_metadata; i++) {
            assert_string_equal(again->metadata[i]->key, request->metadata[i]->key);
            assert_string_equal(again->metadata[i]->value, request->metadata[i]->value);
        }
        assert_same_request(message_slice(&message), request);
        message_clear(&message);
        ttrpc__request__free_unpacked(again, NULL);
        ttrpc__request__free_unpacked(request, NULL);
    }
}

static Ttrpc__Status *random_status(void)
{
    Ttrpc__Status *status = malloc(sizeof(*status));

    assert_non_null(status);
    ttrpc__status__init(status);
    status->code = next_random() % 2 == 0 ? (int32_t)(next_random() % 17) : (int32_t)next_random();
    status->message = random_text(0, 2000);
    status->n_details = next_random() % 5;
    status->details = calloc(status->n_details + 1, sizeof(*status->details));
    assert_non_null(status->details);
    for (size_t i = 0; i < status->n_details; i++) {
        status->details[i] = malloc(sizeof(*status->details[i]));
        assert_non_null(status->details[i]);
        ttrpc__any__init(status->details[i]);
        status->details[i]->type_url = random_text(0, 200);
        status->details[i]->value = random_bytes(600);
    }
    return status;
}

static Ttrpc__Response *random_response(void)
{
    Ttrpc__Response *response = malloc(sizeof(*response));

    assert_non_null(response);
    ttrpc__response__init(response);
    if (next_random() % 4 > 0)
        response->status = random_status();
    response->payload = random_bytes(20000);
    return response;
}

static void assert_same_details(struct eyelet_slice status, const Ttrpc__Status *want)
{
    struct eyelet_slice any, type_url, value;

    for (size_t i = 0; i < want->n_details; i++) {
        assert_true(eyelet_status_next_detail(&status, &any));
        assert_true(eyelet_any_decode(any, &type_url, &value));
        assert_slice_text(type_url, want->details[i]->type_url);
        assert_slice_equal(value, binary_slice(want->details[i]->value));
    }
    assert_false(eyelet_status_next_detail(&status, &any));
}

static void protobuf_c_writes_responses_that_are_read_the_same_here(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 500; round++) {
        Ttrpc__Response *want = random_response();
        size_t len = ttrpc__response__get_packed_size(want);
        uint8_t *bytes = malloc(len + 1);
        struct eyelet_response response;

        assert_non_null(bytes);
        ttrpc__response__pack(want, bytes);
        assert_true(eyelet_response_decode((struct eyelet_slice){ bytes, len }, &response));
        assert_slice_equal(response.payload, binary_slice(want->payload));
        assert_int_equal(response.code, want->status != NULL ? want->status->code : 0);
        if (want->status != NULL) {
            assert_slice_text(response.message, want->status->message);
            assert_same_details(response.status, want->status);
        }
        free(bytes);
        ttrpc__response__free_unpacked(want, NULL);
    }
}

static void replies_written_here_are_read_the_same_by_protobuf_c(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 500; round++) {
        ProtobufCBinaryData payload = random_bytes(20000);
        size_t head_len = eyelet_reply_head_len(payload.len);
        struct message message = { malloc(head_len + 1), head_len, head_len + 1 };
        Ttrpc__Response *response;

        assert_non_null(message.data);
        eyelet_reply_encode_head(payload.len, message.data, head_len);
        put(&message, binary_slice(payload));
        response = ttrpc__response__unpack(NULL, message.len, message.data);
        assert_non_null(response);
        assert_null(response->status);
        assert_slice_equal(binary_slice(response->payload), binary_slice(payload));
        ttrpc__response__free_unpacked(response, NULL);
        message_clear(&message);
        free(payload.data);
    }
}

static void failures_written_here_are_read_the_same_by_protobuf_c(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 500; round++) {
        enum eyelet_status status = (enum eyelet_status)(1 + next_random() % EYELET_STATUS_MAX);
        char *text = random_text(0, EYELET_ERROR_TEXT_MAX);
        struct eyelet_error error = error_of(status, text);
        size_t len = eyelet_failure_len(&error);
        uint8_t *bytes = malloc(len);
        Ttrpc__Response *response;

        assert_non_null(bytes);
        eyelet_failure_encode(&error, bytes, len);
        response = ttrpc__response__unpack(NULL, len, bytes);
        assert_non_null(response);
        assert_non_null(response->status);
        assert_int_equal(response->status->code, status);
        assert_string_equal(response->status->message, text);
        assert_int_equal(response->status->n_details, 0);
        assert_int_equal(response->payload.len, 0);
        ttrpc__response__free_unpacked(response, NULL);
        free(bytes);
        free(text);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_read_field_by_field),
        cmocka_unit_test(a_request_of_no_bytes_has_nothing_in_it),
        cmocka_unit_test(fields_are_read_in_any_order),
        cmocka_unit_test(a_response_is_read_field_by_field),
        cmocka_unit_test(h032_a_response_of_no_bytes_is_ok_with_an_empty_payload),
        cmocka_unit_test(h051_a_cut_request_is_refused_unless_it_is_cut_between_two_fields),
        cmocka_unit_test(h052_a_cut_response_is_refused_unless_it_is_cut_between_two_fields),
        cmocka_unit_test(what_lies_before_a_cut_between_two_fields_is_read),
        cmocka_unit_test(h051_what_is_no_field_is_refused_alone_and_behind_good_fields),
        cmocka_unit_test(h051_what_is_no_field_is_refused_inside_of_metadata_status_and_any),
        cmocka_unit_test(h051_a_known_field_of_another_wire_type_is_refused),
        cmocka_unit_test(a_refused_message_leaves_what_was_there),
        cmocka_unit_test(h053_a_bad_name_is_an_invalid_argument_that_is_shown_escaped),
        cmocka_unit_test(h053_an_absent_name_is_an_invalid_argument),
        cmocka_unit_test(h053_a_name_may_have_255_bytes_and_not_256),
        cmocka_unit_test(h053_a_bad_byte_is_found_at_every_place_of_a_name_of_any_length),
        cmocka_unit_test(h053_the_service_is_judged_before_the_method_and_both_before_the_metadata),
        cmocka_unit_test(names_that_are_only_unusual_pass),
        cmocka_unit_test(h055_of_a_singular_field_sent_twice_the_last_one_wins),
        cmocka_unit_test(h055_a_second_status_changes_only_what_it_has),
        cmocka_unit_test(h056_thousands_of_unknown_fields_are_skipped_wherever_they_are),
        cmocka_unit_test(h055_h056_two_million_small_fields_are_read_like_a_few),
        cmocka_unit_test(h056_two_million_fields_in_one_pair_of_metadata_are_read_like_a_few),
        cmocka_unit_test(h061_two_million_pairs_of_metadata_are_too_many),
        cmocka_unit_test(h057_an_absent_payload_and_an_empty_one_are_the_same),
        cmocka_unit_test(a_timeout_is_read_as_it_came),
        cmocka_unit_test(h061_each_limit_of_metadata_is_inclusive),
        cmocka_unit_test(h062_bad_keys_are_refused_and_values_are_opaque),
        cmocka_unit_test(h062_a_bad_key_is_shown_escaped_and_cut),
        cmocka_unit_test(h062_duplicates_are_kept_in_their_order),
        cmocka_unit_test(what_we_want_to_send_is_judged_by_the_same_rules),
        cmocka_unit_test(h063_every_code_is_read_as_it_came),
        cmocka_unit_test(h063_a_code_that_is_none_becomes_unknown_and_stands_in_the_text),
        cmocka_unit_test(h063_code_0_is_ok_whatever_its_message_and_sets_no_error),
        cmocka_unit_test(h064_a_long_message_is_escaped_and_cut_at_1_kib),
        cmocka_unit_test(h064_a_message_of_4_mib_is_handed_out_where_it_lies),
        cmocka_unit_test(h064_details_are_kept_and_walked),
        cmocka_unit_test(an_error_without_details_has_none_to_walk),
        cmocka_unit_test(h064_details_are_kept_whole_up_to_1_kib),
        cmocka_unit_test(h064_a_detail_that_makes_no_sense_ends_the_walk),
        cmocka_unit_test(h066_an_error_and_a_payload_are_both_told),
        cmocka_unit_test(a_request_is_written_with_its_payload_last),
        cmocka_unit_test(a_request_head_is_right_at_every_border_of_varints),
        cmocka_unit_test(metadata_is_written_right_at_every_border_of_varints),
        cmocka_unit_test(the_longest_names_and_keys_are_written_whole),
        cmocka_unit_test(an_ok_reply_is_only_its_payload),
        cmocka_unit_test(a_failure_is_a_status_without_a_payload),
        cmocka_unit_test(a_failure_text_that_is_not_utf8_is_shown_as_hex),
        cmocka_unit_test(a_failure_text_is_right_at_every_length_and_cut_at_1_kib),
        cmocka_unit_test(a_failure_text_is_cut_between_two_characters),
        cmocka_unit_test(protobuf_c_writes_requests_that_are_read_the_same_here),
        cmocka_unit_test(requests_written_here_are_read_the_same_by_protobuf_c),
        cmocka_unit_test(protobuf_c_writes_responses_that_are_read_the_same_here),
        cmocka_unit_test(replies_written_here_are_read_the_same_by_protobuf_c),
        cmocka_unit_test(failures_written_here_are_read_the_same_by_protobuf_c),
    };

    return cmocka_run_group_tests_name("envelope", tests, NULL, NULL);
}
