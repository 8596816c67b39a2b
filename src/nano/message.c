/*
 * nanopb decodes; before that, one walk over the bytes looks at what it does not: the text of strings, and where it
 * would make more, or less, of the bytes than others do. A message of fixed size cannot contain itself, so the walk is
 * as deep as the .proto file is and no deeper.
 *
 * What was in the struct before must be gone: nanopb follows an extension's pointer and calls a oneof's call-back from
 * there, and leaves arrays of a fixed count as they are.
 */
#include "nano/message.h"

#include <errno.h>
#include <string.h>

#include <pb_common.h>
#include <pb_decode.h>
#include <pb_encode.h>

#include "core/error.h"
#include "core/text.h"
#include "core/wire.h"

int eyelet_message_len(const pb_msgdesc_t *type, const void *message, size_t *ret)
{
    return pb_get_encoded_size(ret, type, message) ? 0 : -EINVAL;
}

const char *eyelet_message_fault(const pb_msgdesc_t *type, const void *message)
{
    pb_ostream_t stream = PB_OSTREAM_SIZING;

    return pb_encode(&stream, type, message) ? "" : PB_GET_ERROR(&stream);
}

void eyelet_message_encode(const pb_msgdesc_t *type, const void *message, uint8_t *room, size_t len)
{
    pb_ostream_t stream = pb_ostream_from_buffer(room, len);
    bool is_encoded = pb_encode(&stream, type, message);

    assert(is_encoded && stream.bytes_written == len); /* measured before */
    (void)is_encoded;
}

/* nanopb would set them all the same, one by one. */
static bool has_defaults(const pb_msgdesc_t *type)
{
    return type->default_value != NULL || type->submsg_info[0] != NULL;
}

void eyelet_message_init(const pb_msgdesc_t *type, void *message, size_t size)
{
    pb_istream_t none = pb_istream_from_buffer(NULL, 0);

    memset(message, 0, size);
    if (has_defaults(type))
        (void)pb_decode(&none, type, message); /* they are set, also where required fields are missing */
}

/*
 * struct walk - over one message
 * @field:   of the message itself, the number of the one that was looked at last; 0 for none
 * @budget:  bytes of messages within it that nanopb may still clear: a peer that changes a oneof's mind with every four
 *           bytes would have it clear the largest member each time (HOSTILE H069)
 */
struct walk {
    uint32_t field;
    size_t budget;
};

#define BUDGET_PER_STRUCT 16 /* a good message is cleared once for each level of it */
#define BUDGET_PER_BYTE   64

static const char *check_message(const pb_msgdesc_t *type, void *message, struct eyelet_slice bytes, struct walk *walk);

static const char *check_string(struct eyelet_slice text)
{
    if (text.len > 0 && memchr(text.data, '\0', text.len) != NULL)
        return "a string with a NUL byte in it";
    return eyelet_utf8_is_valid(text) ? NULL : "a string that is not UTF-8";
}

/* Others read a packed bool as one byte. */
static const char *check_packed_bools(struct eyelet_slice values)
{
    for (size_t i = 0; i < values.len; i++) {
        if (values.data[i] > 1)
            return "a packed bool that is neither 0 nor 1";
    }
    return NULL;
}

static const char *check_inner(const pb_field_iter_t *known, struct eyelet_slice value, struct walk *walk)
{
    uint32_t field = walk->field;
    const char *fault;

    if (known->data_size > walk->budget)
        return "messages within it are begun anew too often";
    walk->budget -= known->data_size;
    fault = check_message(known->submsg_desc, known->pData, value, walk);
    walk->field = field;
    return fault;
}

static const char *check_bytes(const pb_field_iter_t *known, struct eyelet_slice value, struct walk *walk)
{
    switch (PB_LTYPE(known->type)) {
    case PB_LTYPE_STRING:
        return value.len < known->data_size ? check_string(value) : "a string longer than its max_length";
    case PB_LTYPE_BYTES:
        return value.len <= known->data_size - offsetof(pb_bytes_array_t, bytes) ? NULL
                                                                                 : "bytes longer than their max_size";
    case PB_LTYPE_BOOL:
        return check_packed_bools(value);
    case PB_LTYPE_FIXED_LENGTH_BYTES: /* nanopb would make zeros of nothing */
        return value.len == 0 ? "no bytes where there must be a fixed number" : NULL;
    case PB_LTYPE_SUBMESSAGE:
    case PB_LTYPE_SUBMSG_W_CB:
        return check_inner(known, value, walk);
    default:
        return NULL;
    }
}

static const char *check_field(const pb_field_iter_t *known, const struct eyelet_field *field, struct walk *walk)
{
    if (PB_LTYPE(known->type) == PB_LTYPE_EXTENSION)
        return NULL;
    if (PB_ATYPE(known->type) != PB_ATYPE_STATIC)
        return "a field that has no place in its struct";
    return field->wire_type == EYELET_WIRE_BYTES ? check_bytes(known, field->bytes, walk) : NULL;
}

/* Elements that one occurrence of a repeated field brings. */
static size_t count_elements(const pb_field_iter_t *known, const struct eyelet_field *field)
{
    size_t n = 0;

    if (field->wire_type != EYELET_WIRE_BYTES || PB_LTYPE(known->type) > PB_LTYPE_LAST_PACKABLE)
        return 1;
    if (PB_LTYPE(known->type) == PB_LTYPE_FIXED32)
        return field->bytes.len / 4;
    if (PB_LTYPE(known->type) == PB_LTYPE_FIXED64)
        return field->bytes.len / 8;
    for (size_t i = 0; i < field->bytes.len; i++)
        n += field->bytes.data[i] < 0x80;
    return n;
}

/* @bytes are sound. */
static const char *check_count(const pb_field_iter_t *known, struct eyelet_slice bytes)
{
    struct eyelet_field field;
    size_t n = 0;

    while (bytes.len > 0 && eyelet_wire_take_any_field(&bytes, &field) == NULL) {
        if (field.number == known->tag)
            n += count_elements(known, &field);
    }
    return n == known->array_size ? NULL : "an array that has not its fixed number of elements";
}

static bool has_fixed_count(const pb_field_iter_t *known)
{
    return PB_HTYPE(known->type) == PB_HTYPE_REPEATED && known->pSize == &known->array_size;
}

/*
 * nanopb counts only while no other such array comes between, and not at all where none comes. @known goes once round
 * all fields, from whichever it is at.
 */
static const char *check_fixed_counts(pb_field_iter_t *known, struct eyelet_slice bytes)
{
    const char *fault = has_fixed_count(known) ? check_count(known, bytes) : NULL;

    for (pb_size_t i = 1; i < known->descriptor->field_count && fault == NULL; i++) {
        (void)pb_field_iter_next(known);
        if (has_fixed_count(known))
            fault = check_count(known, bytes);
    }
    return fault;
}

/* @message is only there for the fields' places. Return: NULL, or what is wrong, in @walk->field if that is not 0. */
static const char *check_message(const pb_msgdesc_t *type, void *message, struct eyelet_slice bytes, struct walk *walk)
{
    struct eyelet_slice rest = bytes;
    struct eyelet_field field = { 0 };
    const char *fault = NULL;
    pb_field_iter_t known;
    bool has_fields = pb_field_iter_begin(&known, type, message);

    walk->field = 0;
    if (type->required_field_count > PB_MAX_REQUIRED_FIELDS)
        return "a message with more required fields than nanopb looks for";
    while (rest.len > 0 && fault == NULL) {
        field.number = 0;
        fault = eyelet_wire_take_any_field(&rest, &field);
        walk->field = field.number;
        if (fault == NULL && has_fields && pb_field_iter_find(&known, field.number))
            fault = check_field(&known, &field, walk);
    }
    if (fault != NULL)
        return fault;
    walk->field = 0;
    return has_fields ? check_fixed_counts(&known, bytes) : NULL;
}

enum eyelet_status eyelet_message_decode(const pb_msgdesc_t *type, struct eyelet_slice bytes, void *message,
                                         size_t size, struct eyelet_error *reterr)
{
    pb_istream_t stream = pb_istream_from_buffer(bytes.data, bytes.len);
    struct walk walk = { .budget = BUDGET_PER_STRUCT * size + BUDGET_PER_BYTE * bytes.len };
    const char *fault;

    memset(message, 0, size);
    fault = check_message(type, message, bytes, &walk);
    if (fault == NULL && !pb_decode_ex(&stream, type, message, has_defaults(type) ? 0 : PB_DECODE_NOINIT))
        fault = PB_GET_ERROR(&stream);
    if (fault == NULL)
        return EYELET_OK;
    if (walk.field > 0)
        return eyelet_error_set(reterr, EYELET_INTERNAL, "message of %zu bytes cannot be unpacked: field %u: %s",
                                bytes.len, walk.field, fault);
    return eyelet_error_set(reterr, EYELET_INTERNAL, "message of %zu bytes cannot be unpacked: %s", bytes.len, fault);
}
