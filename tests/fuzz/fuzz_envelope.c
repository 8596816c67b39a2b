/*
 * A Request or a Response of any bytes: what is handed out lies inside the input, what was judged good can be sent
 * again and reads the same.
 *
 * Input: one byte, odd for a Response, then the message.
 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "core/bytes.h"
#include "core/envelope.h"
#include "core/error.h"
#include "core/text.h"

static void check_inside(struct eyelet_slice part, struct eyelet_slice whole)
{
    if (part.len == 0)
        return;
    FUZZ_CHECK(part.data >= whole.data && part.data + part.len <= whole.data + whole.len);
}

static void check_same(struct eyelet_slice a, struct eyelet_slice b)
{
    FUZZ_CHECK(a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0));
}

/* Errors are C strings: printable, closed inside their room. */
static void check_error(const struct eyelet_error *error, enum eyelet_status status)
{
    size_t len = strnlen(error->text, sizeof(error->text));

    FUZZ_CHECK(error->status == status);
    FUZZ_CHECK(len > 0 && len <= EYELET_ERROR_TEXT_MAX);
    FUZZ_CHECK(eyelet_utf8_is_valid((struct eyelet_slice){ (const uint8_t *)error->text, len }));
}

static char *text_of(struct eyelet_slice slice)
{
    char *text = strndup(slice.len > 0 ? (const char *)slice.data : "", slice.len);

    FUZZ_CHECK(text != NULL);
    return text;
}

/* Keys are sent in lower case, as ASCII knows it. */
static void lower(char *text)
{
    for (; *text != '\0'; text++) {
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text + ('a' - 'A'));
    }
}

static size_t take_pairs(const struct eyelet_request *request, struct eyelet_metadata *pairs)
{
    struct eyelet_slice metadata = request->metadata, key, value;
    size_t n = 0;

    while (eyelet_request_next_metadata(&metadata, &key, &value)) {
        FUZZ_CHECK(n < EYELET_METADATA_PAIRS_MAX);
        pairs[n++] = (struct eyelet_metadata){ text_of(key), text_of(value) };
    }
    return n;
}

static void check_sent_pairs(const struct eyelet_request *again, const struct eyelet_metadata *pairs, size_t n_pairs)
{
    struct eyelet_slice metadata = again->metadata, key, value;

    for (size_t i = 0; i < n_pairs; i++) {
        char *key_text = text_of(eyelet_slice_of(pairs[i].key));

        lower(key_text);
        FUZZ_CHECK(eyelet_request_next_metadata(&metadata, &key, &value));
        check_same(key, eyelet_slice_of(key_text));
        check_same(value, eyelet_slice_of(pairs[i].value));
        free(key_text);
    }
    FUZZ_CHECK(!eyelet_request_next_metadata(&metadata, &key, &value));
}

static void send_again(const struct eyelet_request *request, const struct eyelet_outgoing_request *outgoing)
{
    size_t head_len = eyelet_request_head_len(outgoing), len = head_len + outgoing->payload_len;
    uint8_t *room = malloc(len);
    struct eyelet_request again;

    FUZZ_CHECK(room != NULL);
    eyelet_request_encode_head(outgoing, room, head_len);
    if (request->payload.len > 0)
        memcpy(room + head_len, request->payload.data, request->payload.len);

    FUZZ_CHECK(eyelet_request_decode((struct eyelet_slice){ room, len }, &again));
    FUZZ_CHECK(eyelet_request_check(&again, NULL) == EYELET_OK);
    check_same(again.service, request->service);
    check_same(again.method, request->method);
    check_same(again.payload, request->payload);
    FUZZ_CHECK(again.timeout_ns == request->timeout_ns);
    check_sent_pairs(&again, outgoing->metadata, outgoing->n_metadata);
    free(room);
}

static void check_good_request(const struct eyelet_request *request)
{
    struct eyelet_metadata pairs[EYELET_METADATA_PAIRS_MAX];
    size_t n_pairs = take_pairs(request, pairs);
    char *service = text_of(request->service), *method = text_of(request->method);
    struct eyelet_outgoing_request outgoing = {
        .service = eyelet_slice_of(service),
        .method = eyelet_slice_of(method),
        .metadata = pairs,
        .n_metadata = n_pairs,
        .payload_len = request->payload.len,
        .timeout_ns = request->timeout_ns,
    };

    for (size_t i = 0; i < n_pairs; i++) { /* what we send is UTF-8 as well; what comes need not be */
        bool is_utf8 = eyelet_utf8_is_valid(eyelet_slice_of(pairs[i].value));

        FUZZ_CHECK((eyelet_metadata_check(&pairs[i], 1, NULL) == EYELET_OK) == is_utf8);
    }
    send_again(request, &outgoing);
    for (size_t i = 0; i < n_pairs; i++) {
        free((char *)(uintptr_t)pairs[i].key);
        free((char *)(uintptr_t)pairs[i].value);
    }
    free(service);
    free(method);
}

static void try_request(struct eyelet_slice in)
{
    struct eyelet_slice metadata, key, value;
    struct eyelet_request request;
    struct eyelet_error error;
    enum eyelet_status status;

    if (!eyelet_request_decode(in, &request))
        return;
    check_inside(request.service, in);
    check_inside(request.method, in);
    check_inside(request.payload, in);
    for (metadata = request.metadata; eyelet_request_next_metadata(&metadata, &key, &value);) {
        check_inside(key, in);
        check_inside(value, in);
    }
    FUZZ_CHECK(metadata.len == 0);

    status = eyelet_request_check(&request, &error);
    if (status == EYELET_OK)
        check_good_request(&request);
    else
        check_error(&error, status);
}

static void walk_kept_details(const struct eyelet_error *error)
{
    struct eyelet_slice whole = { error->details, error->details_len }, type_url, value;
    size_t cursor = 0, before = 0;

    FUZZ_CHECK(error->details_len <= EYELET_ERROR_DETAILS_MAX);
    while (eyelet_error_next_detail(error, &cursor, &type_url, &value)) {
        FUZZ_CHECK(cursor > before);
        before = cursor;
        check_inside(type_url, whole);
        check_inside(value, whole);
    }
}

/* An error that is sent on arrives as it is: it is written into a block of exactly its size, and read again. */
static void send_on(const struct eyelet_error *error)
{
    size_t len = eyelet_failure_len(error);
    uint8_t *room = malloc(len);
    struct eyelet_response response;
    struct eyelet_error seen;

    FUZZ_CHECK(room != NULL);
    eyelet_failure_encode(error, room, len);
    FUZZ_CHECK(eyelet_response_decode((struct eyelet_slice){ room, len }, &response));
    FUZZ_CHECK(eyelet_response_status(&response, &seen) == error->status);
    FUZZ_CHECK(strcmp(seen.text, error->text) == 0);
    FUZZ_CHECK(seen.details_len == error->details_len);
    FUZZ_CHECK(memcmp(seen.details, error->details, error->details_len) == 0);
    free(room);
}

/* Details taken apart and put together again are as many, and never more bytes than there is room for. */
static void add_details(const struct eyelet_error *error)
{
    struct eyelet_slice type_url, value, seen_url, seen_value;
    size_t cursor = 0, seen_cursor = 0;
    struct eyelet_error again;

    eyelet_error_set(&again, EYELET_UNKNOWN, "details");
    while (eyelet_error_next_detail(error, &cursor, &type_url, &value)) {
        size_t before = again.details_len;

        if (!eyelet_error_add_detail(&again, type_url, value)) {
            FUZZ_CHECK(again.details_len == before);
            return;
        }
        FUZZ_CHECK(again.details_len > before && again.details_len <= EYELET_ERROR_DETAILS_MAX);
        FUZZ_CHECK(eyelet_error_next_detail(&again, &seen_cursor, &seen_url, &seen_value));
        FUZZ_CHECK(seen_url.len == type_url.len && seen_value.len == value.len);
        FUZZ_CHECK(seen_url.len == 0 || memcmp(seen_url.data, type_url.data, type_url.len) == 0);
        FUZZ_CHECK(seen_value.len == 0 || memcmp(seen_value.data, value.data, value.len) == 0);
    }
}

static void try_response(struct eyelet_slice in)
{
    struct eyelet_slice status, any;
    struct eyelet_response response;
    enum eyelet_status result;
    struct eyelet_error error;

    if (!eyelet_response_decode(in, &response))
        return;
    check_inside(response.message, in);
    check_inside(response.payload, in);
    check_inside(response.status, in);
    for (status = response.status; eyelet_status_next_detail(&status, &any);)
        check_inside(any, in);
    FUZZ_CHECK(status.len == 0);

    result = eyelet_response_status(&response, &error);
    FUZZ_CHECK((result == EYELET_OK) == (response.code == 0));
    if (result == EYELET_OK)
        return;
    check_error(&error, result);
    walk_kept_details(&error);
    send_on(&error);
    add_details(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0)
        return 0;
    if (data[0] % 2 == 0)
        try_request((struct eyelet_slice){ data + 1, len - 1 });
    else
        try_response((struct eyelet_slice){ data + 1, len - 1 });
    return 0;
}
