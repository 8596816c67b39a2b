/*
 * nanopb decodes; before that, one walk over the bytes looks at what it does not: the text of strings. A message of
 * fixed size cannot contain itself, so the walk is as deep as the .proto file is and no deeper.
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

void eyelet_message_encode(const pb_msgdesc_t *type, const void *message, uint8_t *room, size_t len)
{
    pb_ostream_t stream = pb_ostream_from_buffer(room, len);
    bool is_encoded = pb_encode(&stream, type, message);

    assert(is_encoded && stream.bytes_written == len); /* measured before */
    (void)is_encoded;
}

void eyelet_message_init(const pb_msgdesc_t *type, void *message)
{
    pb_istream_t none = pb_istream_from_buffer(NULL, 0);

    (void)pb_decode(&none, type, message); /* the defaults are set, also where required fields are missing */
}

static const char *check_message(const pb_msgdesc_t *type, struct eyelet_slice bytes);

static const char *check_string(struct eyelet_slice text)
{
    if (text.len > 0 && memchr(text.data, '\0', text.len) != NULL)
        return "a string with a NUL byte in it";
    return eyelet_utf8_is_valid(text) ? NULL : "a string that is not UTF-8";
}

/* @bytes is the value of field @number. */
static const char *check_field(const pb_msgdesc_t *type, uint32_t number, struct eyelet_slice bytes)
{
    pb_field_iter_t field;

    if (!pb_field_iter_begin_const(&field, type, NULL) || !pb_field_iter_find(&field, number))
        return NULL;
    if (PB_LTYPE(field.type) == PB_LTYPE_STRING)
        return check_string(bytes);
    if (PB_LTYPE_IS_SUBMSG(field.type))
        return check_message(field.submsg_desc, bytes);
    return NULL;
}

/* Return: NULL, or what is wrong. */
static const char *check_message(const pb_msgdesc_t *type, struct eyelet_slice bytes)
{
    struct eyelet_field field;
    const char *fault = NULL;

    while (bytes.len > 0 && fault == NULL) {
        fault = eyelet_wire_take_field(&bytes, &field);
        if (fault == NULL && field.wire_type == EYELET_WIRE_BYTES)
            fault = check_field(type, field.number, field.bytes);
    }
    return fault;
}

enum eyelet_status eyelet_message_decode(const pb_msgdesc_t *type, struct eyelet_slice bytes, void *message,
                                         struct eyelet_error *reterr)
{
    pb_istream_t stream = pb_istream_from_buffer(bytes.data, bytes.len);
    const char *fault = check_message(type, bytes);

    if (fault == NULL && !pb_decode(&stream, type, message))
        fault = PB_GET_ERROR(&stream);
    if (fault == NULL)
        return EYELET_OK;
    return eyelet_error_set(reterr, EYELET_INTERNAL, "message of %zu bytes cannot be unpacked: %s", bytes.len, fault);
}
