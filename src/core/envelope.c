/*
 * ttrpc's Request and Response: read field by field where they lie, and written the same way.
 */
#include "core/envelope.h"

#include <strings.h>

#include "core/bytes.h"
#include "core/error.h"
#include "core/text.h"
#include "core/wire.h"

enum {
    REQUEST_SERVICE = 1,
    REQUEST_METHOD = 2,
    REQUEST_PAYLOAD = 3,
    REQUEST_TIMEOUT_NANO = 4,
    REQUEST_METADATA = 5,

    RESPONSE_STATUS = 1,
    RESPONSE_PAYLOAD = 2,

    STATUS_CODE = 1,
    STATUS_MESSAGE = 2,
    STATUS_DETAILS = 3,

    KEY_VALUE_KEY = 1,
    KEY_VALUE_VALUE = 2,

    ANY_TYPE_URL = 1,
    ANY_VALUE = 2,
};

/* Takes one field from the front of @in. Return: false when there is none to be had. */
static bool take_field(struct eyelet_slice *in, struct eyelet_field *ret)
{
    return eyelet_wire_take_any_field(in, ret) == NULL;
}

static bool store_bytes(const struct eyelet_field *field, struct eyelet_slice *ret)
{
    if (field->wire_type != EYELET_WIRE_BYTES)
        return false;
    *ret = field->bytes;
    return true;
}

static bool store_number(const struct eyelet_field *field, uint64_t *ret)
{
    if (field->wire_type != EYELET_WIRE_VARINT)
        return false;
    *ret = field->varint;
    return true;
}

/* KeyValue and Any have the same shape: two length-delimited fields, numbered 1 and 2. */
static bool pair_decode(struct eyelet_slice in, struct eyelet_slice *ret_first, struct eyelet_slice *ret_second)
{
    struct eyelet_slice first = { 0 }, second = { 0 };
    struct eyelet_field field;
    bool is_good = true;

    while (in.len > 0 && is_good) {
        if (!take_field(&in, &field))
            return false;
        if (field.number == 1)
            is_good = store_bytes(&field, &first);
        else if (field.number == 2)
            is_good = store_bytes(&field, &second);
    }
    if (!is_good)
        return false;
    *ret_first = first;
    *ret_second = second;
    return true;
}

_Static_assert((int)KEY_VALUE_KEY == (int)ANY_TYPE_URL && (int)KEY_VALUE_VALUE == (int)ANY_VALUE,
               "one decoder reads both");

static bool metadata_is_sound(struct eyelet_field field)
{
    struct eyelet_slice key, value;

    return field.wire_type == EYELET_WIRE_BYTES && pair_decode(field.bytes, &key, &value);
}

/* Puts a field where it belongs; metadata stays where it lies. False for a wire type that it does not have. */
static inline bool request_store(const struct eyelet_field *field, struct eyelet_request *request, bool *has_metadata)
{
    uint64_t number;

    switch (field->number) {
    case REQUEST_SERVICE:
        return store_bytes(field, &request->service);
    case REQUEST_METHOD:
        return store_bytes(field, &request->method);
    case REQUEST_PAYLOAD:
        return store_bytes(field, &request->payload);
    case REQUEST_TIMEOUT_NANO:
        if (!store_number(field, &number))
            return false;
        request->timeout_ns = (int64_t)number;
        return true;
    case REQUEST_METADATA:
        *has_metadata = true;
        return metadata_is_sound(*field);
    default:
        return true;
    }
}

/* A Request has bytes, and a timeout. */
static inline bool request_take(struct eyelet_slice *in, struct eyelet_field *ret)
{
    return eyelet_wire_take_short_bytes(in, ret) || eyelet_wire_take_short_varint(in, ret) ||
           eyelet_wire_take_other_field(in, ret) == NULL;
}

bool eyelet_request_decode(struct eyelet_slice in, struct eyelet_request *ret)
{
    struct eyelet_slice whole = in;
    struct eyelet_request request = { 0 };
    struct eyelet_field field;
    bool has_metadata = false;

    while (in.len > 0) {
        if (!request_take(&in, &field) || !request_store(&field, &request, &has_metadata))
            return false;
    }
    if (has_metadata)
        request.metadata = whole;
    *ret = request;
    return true;
}

bool eyelet_request_next_metadata(struct eyelet_slice *metadata, struct eyelet_slice *ret_key,
                                  struct eyelet_slice *ret_value)
{
    struct eyelet_field field;

    while (metadata->len > 0) {
        if (!take_field(metadata, &field))
            return false;
        if (field.number == REQUEST_METADATA)
            return pair_decode(field.bytes, ret_key, ret_value);
    }
    return false;
}

static bool is_key(struct eyelet_slice key, const char *wanted)
{
    size_t len = strlen(wanted);

    return key.len == len && strncasecmp((const char *)key.data, wanted, len) == 0;
}

bool eyelet_request_find_metadata(const struct eyelet_request *request, const char *key, size_t index,
                                  struct eyelet_slice *ret)
{
    struct eyelet_slice rest = request->metadata, found, value;

    while (eyelet_request_next_metadata(&rest, &found, &value)) {
        if (!is_key(found, key))
            continue;
        if (index == 0) {
            *ret = value;
            return true;
        }
        index--;
    }
    return false;
}

bool eyelet_request_metadata_at(const struct eyelet_request *request, size_t index, struct eyelet_slice *ret_key,
                                struct eyelet_slice *ret_value)
{
    struct eyelet_slice rest = request->metadata, key, value;

    while (eyelet_request_next_metadata(&rest, &key, &value)) {
        if (index == 0) {
            *ret_key = key;
            *ret_value = value;
            return true;
        }
        index--;
    }
    return false;
}

static bool status_decode(struct eyelet_slice in, struct eyelet_response *response)
{
    struct eyelet_field field;
    struct eyelet_slice any;
    uint64_t number;
    bool is_good = true;

    response->status = in;
    while (in.len > 0 && is_good) {
        if (!take_field(&in, &field))
            return false;
        if (field.number == STATUS_CODE) {
            is_good = store_number(&field, &number);
            if (is_good)
                response->code = (int32_t)(uint32_t)number;
        } else if (field.number == STATUS_MESSAGE) {
            is_good = store_bytes(&field, &response->message);
        } else if (field.number == STATUS_DETAILS) {
            is_good = store_bytes(&field, &any);
        }
    }
    return is_good;
}

/* A Response with one Status or more, all of whose fields are sound: what a later one has counts. */
static bool failure_decode(struct eyelet_slice in, struct eyelet_slice payload, struct eyelet_response *ret)
{
    struct eyelet_response response = { .payload = payload };
    struct eyelet_field field;

    while (take_field(&in, &field)) {
        if (field.number == RESPONSE_STATUS && !status_decode(field.bytes, &response))
            return false;
    }
    *ret = response;
    return true;
}

bool eyelet_response_decode(struct eyelet_slice in, struct eyelet_response *ret)
{
    struct eyelet_slice whole = in, payload = { 0 };
    struct eyelet_field field;
    bool has_status = false;

    while (in.len > 0) {
        if (eyelet_wire_take_field(&in, &field) != NULL)
            return false;
        if ((field.number == RESPONSE_STATUS || field.number == RESPONSE_PAYLOAD) &&
            field.wire_type != EYELET_WIRE_BYTES)
            return false;
        has_status |= field.number == RESPONSE_STATUS;
        if (field.number == RESPONSE_PAYLOAD)
            payload = field.bytes;
    }
    if (has_status)
        return failure_decode(whole, payload, ret);
    *ret = (struct eyelet_response){ .payload = payload };
    return true;
}

bool eyelet_status_next_detail(struct eyelet_slice *status, struct eyelet_slice *ret_any)
{
    struct eyelet_field field;

    while (status->len > 0) {
        if (!take_field(status, &field))
            return false;
        if (field.number == STATUS_DETAILS)
            return store_bytes(&field, ret_any);
    }
    return false;
}

bool eyelet_any_decode(struct eyelet_slice any, struct eyelet_slice *ret_type_url, struct eyelet_slice *ret_value)
{
    return pair_decode(any, ret_type_url, ret_value);
}

/* What a field takes. Every field of these messages has a number below 16, so its tag takes one byte. */
static size_t number_field_len(uint64_t number)
{
    return 1 + eyelet_wire_varint_len(number);
}

static size_t bytes_field_len(size_t len)
{
    return 1 + eyelet_wire_varint_len(len) + len;
}

/*
 * struct writer - where fields go
 * @len:   bytes of them
 * @cap:   bytes in @room: all that is put into it was measured before, so it cannot fail
 */
struct writer {
    uint8_t *room;
    size_t len;
    size_t cap;
};

static inline void put_raw(struct writer *writer, const void *bytes, size_t len)
{
    assert(len <= writer->cap - writer->len);
    if (len > 0)
        memcpy(writer->room + writer->len, bytes, len);
    writer->len += len;
}

static inline void put_byte(struct writer *writer, uint8_t byte)
{
    assert(writer->len < writer->cap);
    writer->room[writer->len++] = byte;
}

static inline void put_varint(struct writer *writer, uint64_t number)
{
    while (number >= 0x80) {
        put_byte(writer, (uint8_t)(number | 0x80));
        number >>= 7;
    }
    put_byte(writer, (uint8_t)number);
}

static inline void put_tag(struct writer *writer, uint32_t number, uint32_t wire_type)
{
    put_byte(writer, (uint8_t)(number << 3 | wire_type));
}

static inline void put_number(struct writer *writer, uint32_t field, uint64_t number)
{
    put_tag(writer, field, EYELET_WIRE_VARINT);
    put_varint(writer, number);
}

/* The tag and length of a field whose bytes follow. */
static inline void put_head(struct writer *writer, uint32_t field, size_t len)
{
    put_tag(writer, field, EYELET_WIRE_BYTES);
    put_varint(writer, len);
}

static inline void put_bytes(struct writer *writer, uint32_t field, struct eyelet_slice bytes)
{
    put_head(writer, field, bytes.len);
    put_raw(writer, bytes.data, bytes.len);
}

void eyelet_error_keep_details(struct eyelet_error *error, struct eyelet_slice status)
{
    struct eyelet_slice any;

    assert(error->details_len <= EYELET_ERROR_DETAILS_MAX);
    while (eyelet_status_next_detail(&status, &any)) {
        size_t room = EYELET_ERROR_DETAILS_MAX - error->details_len;
        struct writer writer = { .room = error->details + error->details_len, .cap = room };

        if (any.len >= room || bytes_field_len(any.len) > room)
            return;
        put_bytes(&writer, STATUS_DETAILS, any);
        error->details_len += writer.len;
    }
}

bool eyelet_error_add_detail(struct eyelet_error *error, struct eyelet_slice type_url, struct eyelet_slice value)
{
    size_t room = EYELET_ERROR_DETAILS_MAX - error->details_len;
    struct writer writer = { .room = error->details + error->details_len, .cap = room };
    size_t any_len;

    assert(error->details_len <= EYELET_ERROR_DETAILS_MAX);
    if (type_url.len >= room || value.len >= room)
        return false;
    any_len = bytes_field_len(type_url.len) + bytes_field_len(value.len);
    if (bytes_field_len(any_len) > room)
        return false;

    put_head(&writer, STATUS_DETAILS, any_len);
    put_bytes(&writer, ANY_TYPE_URL, type_url);
    put_bytes(&writer, ANY_VALUE, value);
    error->details_len += writer.len;
    return true;
}

/* printf's precision is an int, and the text is cut anyway. */
static int shown_len(struct eyelet_slice text)
{
    return text.len < EYELET_ERROR_TEXT_MAX ? (int)text.len : EYELET_ERROR_TEXT_MAX;
}

enum eyelet_status eyelet_response_status(const struct eyelet_response *response, struct eyelet_error *reterr)
{
    struct eyelet_slice message = response->message;
    enum eyelet_status status = (enum eyelet_status)response->code;

    if (response->code == EYELET_OK)
        return EYELET_OK;

    if (response->code < 0 || response->code > EYELET_STATUS_MAX) {
        status = eyelet_error_set(reterr, EYELET_UNKNOWN, "status %d: %.*s", (int)response->code, shown_len(message),
                                  message.len > 0 ? (const char *)message.data : "");
    } else if (message.len == 0) {
        eyelet_error_set(reterr, status, "%s", eyelet_status_name(status));
    } else {
        eyelet_error_set_text(reterr, status, message);
    }
    reterr->is_remote = true;
    reterr->may_have_executed = true;
    eyelet_error_keep_details(reterr, response->status);
    return status;
}

bool eyelet_error_next_detail(const struct eyelet_error *error, size_t *cursor, struct eyelet_slice *ret_type_url,
                              struct eyelet_slice *ret_value)
{
    struct eyelet_slice rest, any;

    if (*cursor > error->details_len || error->details_len > sizeof(error->details))
        return false;
    rest = (struct eyelet_slice){ error->details + *cursor, error->details_len - *cursor };
    if (!eyelet_status_next_detail(&rest, &any) || !eyelet_any_decode(any, ret_type_url, ret_value))
        return false;
    *cursor = error->details_len - rest.len;
    return true;
}

/* A name as it may be shown in an error: escaped, and cut. */
struct shown {
    char text[128];
};

static const char *show(struct eyelet_slice name, struct shown *room)
{
    eyelet_text_escape(name, room->text, sizeof(room->text));
    return room->text;
}

static enum eyelet_status judge_name(const char *what, struct eyelet_slice name, struct eyelet_error *reterr)
{
    struct shown room;

    if (name.len == 0)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "%s name is empty", what);
    if (name.len > EYELET_NAME_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "%s name of %zu bytes is longer than %d", what,
                                name.len, EYELET_NAME_MAX);
    if (memchr(name.data, '\0', name.len) != NULL || memchr(name.data, '/', name.len) != NULL)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "%s name '%s' has a NUL byte or a slash", what,
                                show(name, &room));
    if (!eyelet_utf8_is_valid(name))
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "%s name '%s' is not UTF-8", what, show(name, &room));
    return EYELET_OK;
}

static bool has_control(struct eyelet_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < 0x20 || text.data[i] == 0x7f)
            return true;
    }
    return false;
}

/* One pair, with @total bytes of metadata before it and @n pairs, both of which it adds to. */
static enum eyelet_status check_pair(struct eyelet_slice key, struct eyelet_slice value, size_t *n, size_t *total,
                                     struct eyelet_error *reterr)
{
    struct shown room;

    if (key.len == 0)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "metadata key is empty");
    if (has_control(key) || !eyelet_utf8_is_valid(key))
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "metadata key '%s' has control bytes or is not UTF-8",
                                show(key, &room));
    if (key.len > EYELET_METADATA_KEY_MAX)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "metadata key of %zu bytes is longer than %d",
                                key.len, EYELET_METADATA_KEY_MAX);
    if (value.len > EYELET_METADATA_VALUE_MAX)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED,
                                "metadata value of %zu bytes for '%s' is longer than %d", value.len, show(key, &room),
                                EYELET_METADATA_VALUE_MAX);

    *n += 1;
    *total += key.len + value.len;
    if (*n > EYELET_METADATA_PAIRS_MAX)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "more than %d pairs of metadata",
                                EYELET_METADATA_PAIRS_MAX);
    if (*total > EYELET_METADATA_LEN_MAX)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "more than %d bytes of metadata",
                                EYELET_METADATA_LEN_MAX);
    return EYELET_OK;
}

static enum eyelet_status check_metadata(struct eyelet_slice metadata, struct eyelet_error *reterr)
{
    struct eyelet_slice key, value;
    enum eyelet_status status = EYELET_OK;
    size_t n = 0, total = 0;

    while (status == EYELET_OK && eyelet_request_next_metadata(&metadata, &key, &value))
        status = check_pair(key, value, &n, &total, reterr);
    return status;
}

enum eyelet_status eyelet_request_judge(const struct eyelet_request *request, struct eyelet_error *reterr)
{
    enum eyelet_status status = judge_name("service", request->service, reterr);

    if (status == EYELET_OK)
        status = judge_name("method", request->method, reterr);
    return status == EYELET_OK ? check_metadata(request->metadata, reterr) : status;
}

/* A pair of ours: Go and Rust refuse the whole request for a value that is not UTF-8, so it does not leave. */
static enum eyelet_status check_own_pair(const struct eyelet_metadata *pair, size_t *n, size_t *total,
                                         struct eyelet_error *reterr)
{
    struct shown room;

    if (pair->key == NULL || pair->value == NULL)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "metadata pair %zu has no %s", *n,
                                pair->key == NULL ? "key" : "value");
    if (!eyelet_utf8_is_valid(eyelet_slice_of(pair->value)))
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "metadata value for '%s' is not UTF-8",
                                show(eyelet_slice_of(pair->key), &room));
    return check_pair(eyelet_slice_of(pair->key), eyelet_slice_of(pair->value), n, total, reterr);
}

enum eyelet_status eyelet_metadata_check(const struct eyelet_metadata *metadata, size_t n_metadata,
                                         struct eyelet_error *reterr)
{
    enum eyelet_status status = EYELET_OK;
    size_t n = 0, total = 0;

    if (metadata == NULL && n_metadata > 0)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "%zu pairs of metadata are said to be at NULL",
                                n_metadata);
    for (size_t i = 0; i < n_metadata && status == EYELET_OK; i++)
        status = check_own_pair(&metadata[i], &n, &total, reterr);
    return status;
}

static size_t pair_len(const struct eyelet_metadata *pair)
{
    return bytes_field_len(strlen(pair->key)) + bytes_field_len(strlen(pair->value));
}

static void put_pair(struct writer *writer, const struct eyelet_metadata *pair)
{
    struct eyelet_slice key = eyelet_slice_of(pair->key), value = eyelet_slice_of(pair->value);
    uint8_t lower[EYELET_METADATA_KEY_MAX];

    assert(key.len <= sizeof(lower));
    for (size_t i = 0; i < key.len; i++)
        lower[i] = (uint8_t)(key.data[i] >= 'A' && key.data[i] <= 'Z' ? key.data[i] + ('a' - 'A') : key.data[i]);
    key.data = lower;

    put_head(writer, REQUEST_METADATA, pair_len(pair));
    put_bytes(writer, KEY_VALUE_KEY, key);
    put_bytes(writer, KEY_VALUE_VALUE, value);
}

/* A writer of its own, so that who has no metadata can keep his in registers. */
static struct writer put_metadata(struct writer writer, const struct eyelet_metadata *metadata, size_t n_metadata)
{
    for (size_t i = 0; i < n_metadata; i++)
        put_pair(&writer, &metadata[i]);
    return writer;
}

size_t eyelet_request_head_len(const struct eyelet_outgoing_request *request)
{
    size_t len = bytes_field_len(request->service.len) + bytes_field_len(request->method.len) +
                 number_field_len((uint64_t)request->timeout_ns) + eyelet_reply_head_len(request->payload_len);

    for (size_t i = 0; i < request->n_metadata; i++)
        len += bytes_field_len(pair_len(&request->metadata[i]));
    return len;
}

void eyelet_request_encode_head(const struct eyelet_outgoing_request *request, uint8_t *room, size_t room_len)
{
    struct writer writer = { .room = room, .cap = room_len };

    put_bytes(&writer, REQUEST_SERVICE, request->service);
    put_bytes(&writer, REQUEST_METHOD, request->method);
    put_number(&writer, REQUEST_TIMEOUT_NANO, (uint64_t)request->timeout_ns);
    if (request->n_metadata > 0)
        writer = put_metadata(writer, request->metadata, request->n_metadata);
    if (request->payload_len > 0)
        put_head(&writer, REQUEST_PAYLOAD, request->payload_len);
    assert(writer.len == room_len);
}

void eyelet_reply_encode_head(size_t payload_len, uint8_t *room, size_t room_len)
{
    struct writer writer = { .room = room, .cap = room_len };

    if (payload_len > 0)
        put_head(&writer, RESPONSE_PAYLOAD, payload_len);
}

/* What of an error's text is sent. Peers drop a whole Response whose message is not UTF-8, so it is made to be. */
static size_t sent_len(struct eyelet_slice text)
{
    char shown[EYELET_TEXT_SHOWN_MAX];
    size_t len, total = 0;

    while (text.len > 0) {
        len = eyelet_text_take_shown(&text, shown);
        if (len > EYELET_ERROR_TEXT_MAX - total)
            break;
        total += len;
    }
    return total;
}

/* Piece by piece, without a copy on the stack; all of it, or as much as was measured. */
static void put_message(struct writer *writer, struct eyelet_slice text, size_t total)
{
    char shown[EYELET_TEXT_SHOWN_MAX];
    size_t len;

    put_head(writer, STATUS_MESSAGE, total);
    while (total > 0) {
        len = eyelet_text_take_shown(&text, shown);
        put_raw(writer, shown, len);
        total -= len;
    }
}

static void put_status(struct writer *writer, const struct eyelet_error *error, struct eyelet_slice text,
                       size_t text_len)
{
    put_number(writer, STATUS_CODE, (uint64_t)error->status);
    if (text_len > 0)
        put_message(writer, text, text_len);
    if (error->details_len > 0)
        put_raw(writer, error->details, error->details_len); /* encoded as fields of a Status already */
}

/* The fields of the Status, in bytes. */
static size_t status_len(const struct eyelet_error *error, size_t text_len)
{
    size_t len = number_field_len((uint64_t)error->status) + error->details_len;

    return text_len > 0 ? len + bytes_field_len(text_len) : len;
}

static struct eyelet_slice text_of(const struct eyelet_error *error)
{
    return (struct eyelet_slice){ (const uint8_t *)error->text, strnlen(error->text, sizeof(error->text)) };
}

size_t eyelet_failure_len(const struct eyelet_error *error)
{
    assert(error->status != EYELET_OK && error->details_len <= EYELET_ERROR_DETAILS_MAX);
    return bytes_field_len(status_len(error, sent_len(text_of(error))));
}

void eyelet_failure_encode(const struct eyelet_error *error, uint8_t *room, size_t room_len)
{
    struct writer writer = { .room = room, .cap = room_len };
    struct eyelet_slice text = text_of(error);
    size_t text_len = sent_len(text);

    put_head(&writer, RESPONSE_STATUS, status_len(error, text_len));
    put_status(&writer, error, text, text_len);
}
