/*
 * One loop over the bytes, with a stack of the messages that are open: protobuf's encoding.md, "Message Structure".
 */
#include "codec/scan.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "rpc/arena.h"
#include "core/error.h"

#define FIELD_NUMBER_SHIFT 3
#define WIRE_TYPE_MASK     7
#define TAG_LEN_MAX        5  /* a tag is an uint32 */
#define LENGTH_LEN_MAX     5  /* protobuf-c: scan_length_prefixed_data() reads no more, and neither do others */
#define VARINT_LEN_MAX     10 /* encoding.md: 64 bits, 7 in a byte */

/*
 * struct cursor - where the scan is
 * @data:  the payload
 * @at:    the next byte
 * @end:   of the innermost message that is open; at most the payload's length
 */
struct cursor {
    const uint8_t *data;
    size_t at;
    size_t end;
};

/*
 * struct level - one open message
 * @type:  its descriptor
 * @last:  the field seen last: repeated fields come in rows
 * @end:   where it ends in the payload
 */
struct level {
    const ProtobufCMessageDescriptor *type;
    const ProtobufCFieldDescriptor *last;
    size_t end;
};

struct scan {
    struct cursor in;
    size_t memory_left; /* that decoding what is still to come may take */
    size_t n_levels;
    struct eyelet_scan_fault *fault;
    struct level levels[EYELET_SCAN_LEVELS_MAX];
};

static size_t left(const struct cursor *in)
{
    return in->end - in->at;
}

/* Takes a varint of at most @len_max bytes; false when it does not end within them or within the message. */
static bool take_varint(struct cursor *in, size_t len_max, uint64_t *ret)
{
    const uint8_t *bytes = in->data + in->at;
    size_t max = left(in) < len_max ? left(in) : len_max;
    uint64_t value = 0;

    for (size_t i = 0; i < max; i++) {
        value |= (uint64_t)(bytes[i] & 0x7f) << (7 * i);
        if (bytes[i] < 0x80) {
            in->at += i + 1;
            *ret = value;
            return true;
        }
    }
    return false;
}

static const ProtobufCFieldDescriptor *find_field(struct level *level, uint32_t number)
{
    const ProtobufCMessageDescriptor *type = level->type;

    if (level->last != NULL && level->last->id == number)
        return level->last;
    if (number <= type->n_fields && type->fields[number - 1].id == number) /* most messages count from 1 */
        level->last = &type->fields[number - 1];
    else
        level->last = protobuf_c_message_descriptor_get_field(type, number);
    return level->last;
}

static ProtobufCWireType wire_type_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_ENUM:
        return PROTOBUF_C_WIRE_TYPE_VARINT;
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return PROTOBUF_C_WIRE_TYPE_32BIT;
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return PROTOBUF_C_WIRE_TYPE_64BIT;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
    }
    assert(false); /* protoc-c generates no other type */
    return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
}

static const char *judge_string(struct eyelet_slice text)
{
    if (text.len > 0 && memchr(text.data, '\0', text.len) != NULL)
        return "NUL byte in a string";
    if (!eyelet_utf8_is_valid(text))
        return "string is not UTF-8";
    return NULL;
}

static const char *judge_packed_varints(struct eyelet_slice values)
{
    size_t len = 0; /* of the varint that is being read */

    for (size_t i = 0; i < values.len; i++) {
        len++;
        if (len > VARINT_LEN_MAX)
            return "varint of more than 10 bytes";
        if (values.data[i] < 0x80)
            len = 0;
    }
    return len > 0 ? "packed values end inside of a varint" : NULL;
}

static const char *judge_packed_bools(struct eyelet_slice values)
{
    for (size_t i = 0; i < values.len; i++) {
        if (values.data[i] > 1)
            return "packed bool is neither 0 nor 1";
    }
    return NULL;
}

/* Only of numbers: strings, bytes and messages are never packed. */
static const char *judge_packed(ProtobufCType type, struct eyelet_slice values)
{
    ProtobufCWireType wire_type = wire_type_of(type);

    if (type == PROTOBUF_C_TYPE_BOOL)
        return judge_packed_bools(values);
    if (wire_type == PROTOBUF_C_WIRE_TYPE_VARINT)
        return judge_packed_varints(values);
    return values.len % (wire_type == PROTOBUF_C_WIRE_TYPE_32BIT ? 4 : 8) != 0 ? "packed values end inside of a value"
                                                                               : NULL;
}

/* Length-delimited bytes of a known field that is no message. */
static const char *judge_delimited(const ProtobufCFieldDescriptor *field, struct eyelet_slice value)
{
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return judge_string(value);
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return NULL;
    if (field->label != PROTOBUF_C_LABEL_REPEATED)
        return "wrong wire type";
    return judge_packed(field->type, value);
}

static const char *take_fixed(struct cursor *in, size_t len)
{
    if (len > left(in))
        return "value is cut off";
    in->at += len;
    return NULL;
}

static const char *take_delimited(struct cursor *in, struct eyelet_slice *ret)
{
    uint64_t len;

    if (!take_varint(in, LENGTH_LEN_MAX, &len))
        return "length is cut off or has more than 5 bytes";
    if (len > left(in))
        return "value is longer than what it is in";
    *ret = (struct eyelet_slice){ in->data + in->at, (size_t)len };
    in->at += (size_t)len;
    return NULL;
}

/* The value behind a tag; @ret_value is set for length-delimited ones. */
static const char *take_value(struct cursor *in, uint32_t wire_type, struct eyelet_slice *ret_value)
{
    uint64_t ignored;

    switch (wire_type) {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
        return take_varint(in, VARINT_LEN_MAX, &ignored) ? NULL : "varint is cut off or has more than 10 bytes";
    case PROTOBUF_C_WIRE_TYPE_64BIT:
        return take_fixed(in, 8);
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
        return take_delimited(in, ret_value);
    case PROTOBUF_C_WIRE_TYPE_32BIT:
        return take_fixed(in, 4);
    default:
        return "group or unknown wire type";
    }
}

/* A tag: field number 0 and what does not fit into 32 bits, where protobuf-c would shift out bits, are refused. */
static const char *take_tag(struct cursor *in, uint32_t *ret_number, uint32_t *ret_wire_type)
{
    uint64_t tag;

    if (!take_varint(in, TAG_LEN_MAX, &tag))
        return "tag is cut off or has more than 5 bytes";
    if (tag > UINT32_MAX || tag >> FIELD_NUMBER_SHIFT == 0)
        return "field number is not between 1 and 536870911";
    *ret_number = (uint32_t)tag >> FIELD_NUMBER_SHIFT;
    *ret_wire_type = (uint32_t)tag & WIRE_TYPE_MASK;
    return NULL;
}

static bool is_message(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_MESSAGE;
}

static const char *judge_value(const ProtobufCFieldDescriptor *field, uint32_t wire_type, struct eyelet_slice value)
{
    if (wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED && !is_message(field))
        return judge_delimited(field, value);
    return wire_type == wire_type_of(field->type) ? NULL : "wrong wire type";
}

/* What an allocation of @size bytes counts for, at least. */
static size_t block(size_t size)
{
    return (size + EYELET_ALLOC_UNIT - 1) / EYELET_ALLOC_UNIT * EYELET_ALLOC_UNIT;
}

/* The least that protobuf-c allocates for one occurrence of a field. */
static size_t least_memory(const ProtobufCFieldDescriptor *field, struct eyelet_slice value)
{
    const ProtobufCMessageDescriptor *type;
    bool is_repeated;

    if (field == NULL)
        return sizeof(ProtobufCMessageUnknownField) + block(value.len + 1);

    is_repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        type = field->descriptor;
        return block(type->sizeof_message) + (is_repeated ? sizeof(ProtobufCMessage *) : 0);
    case PROTOBUF_C_TYPE_STRING:
        return block(value.len + 1) + (is_repeated ? sizeof(char *) : 0);
    case PROTOBUF_C_TYPE_BYTES:
        return block(value.len) + (is_repeated ? sizeof(ProtobufCBinaryData) : 0);
    default:
        return 0; /* the allocator sees to numbers: it is few steps to their array */
    }
}

static enum eyelet_scan_result fail(struct scan *scan, enum eyelet_scan_result result, const char *reason,
                                    const ProtobufCFieldDescriptor *field, size_t offset)
{
    *scan->fault = (struct eyelet_scan_fault){
        .reason = reason,
        .message = scan->levels[scan->n_levels - 1].type,
        .field = field,
        .offset = offset,
    };
    return result;
}

/* The message whose @len bytes were just taken becomes the innermost one. */
static void open_level(struct scan *scan, const ProtobufCMessageDescriptor *type, size_t len)
{
    scan->levels[scan->n_levels++] = (struct level){ .type = type, .end = scan->in.at };
    scan->in.end = scan->in.at;
    scan->in.at -= len;
}

static void close_level(struct scan *scan)
{
    scan->n_levels--;
    if (scan->n_levels > 0)
        scan->in.end = scan->levels[scan->n_levels - 1].end;
}

/* Reads one field of the innermost message, which has bytes left; opens it when it is a message itself. */
static enum eyelet_scan_result scan_field(struct scan *scan)
{
    const ProtobufCFieldDescriptor *field = NULL;
    struct eyelet_slice value = { 0 };
    size_t offset = scan->in.at;
    uint32_t number, wire_type;
    const char *reason;
    size_t memory;

    reason = take_tag(&scan->in, &number, &wire_type);
    if (reason == NULL) {
        field = find_field(&scan->levels[scan->n_levels - 1], number);
        reason = take_value(&scan->in, wire_type, &value);
    }
    if (reason == NULL && field != NULL)
        reason = judge_value(field, wire_type, value);
    if (reason != NULL)
        return fail(scan, EYELET_SCAN_MALFORMED, reason, field, offset);

    memory = least_memory(field, value);
    if (memory > scan->memory_left)
        return fail(scan, EYELET_SCAN_TOO_BIG, "more memory than its length and decode_max allow", field, offset);
    scan->memory_left -= memory;

    if (field == NULL || !is_message(field))
        return EYELET_SCAN_OK;
    if (scan->n_levels == EYELET_SCAN_LEVELS_MAX)
        return fail(scan, EYELET_SCAN_TOO_DEEP, "messages are nested too deep", field, offset);
    open_level(scan, field->descriptor, value.len);
    return EYELET_SCAN_OK;
}

enum eyelet_scan_result eyelet_scan(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                    size_t memory_max, struct eyelet_scan_fault *ret_fault)
{
    struct scan scan; /* not zeroed: only open levels are ever read */

    scan.in = (struct cursor){ .data = payload.data, .at = payload.len };
    scan.memory_left = memory_max;
    scan.fault = ret_fault;
    scan.n_levels = 0;
    open_level(&scan, type, payload.len);

    while (scan.n_levels > 0) {
        enum eyelet_scan_result result;

        if (left(&scan.in) == 0) {
            close_level(&scan);
            continue;
        }
        result = scan_field(&scan);
        if (result != EYELET_SCAN_OK)
            return result;
    }
    return EYELET_SCAN_OK;
}
