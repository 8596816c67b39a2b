/*
 * One loop over the bytes, with a stack of the messages that are open: protobuf's encoding.md, "Message Structure".
 */
#include "codec/scan.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "core/text.h"
#include "core/wire.h"
#include "rpc/arena.h"

/*
 * protobuf-c lists the fields of a message before it reads their values: the first 16 on its stack, the others in
 * blocks, each twice as long as the one before (FIRST_SCANNED_MEMBER_SLAB_SIZE_LOG2; this is its struct ScannedMember).
 */
#define LISTED_ON_STACK 16

struct listed_field {
    uint32_t tag;
    uint8_t wire_type;
    uint8_t length_prefix_len;
    const ProtobufCFieldDescriptor *field;
    size_t len;
    const uint8_t *data;
};

/*
 * struct level - one open message
 * @type:        its descriptor
 * @last:        the field seen last: repeated fields come in rows
 * @rest:        what is still to be read of it
 * @n_listed:    fields that were read of it
 * @listed_cap:  fields that protobuf-c has room for in its list of them
 */
struct level {
    const ProtobufCMessageDescriptor *type;
    const ProtobufCFieldDescriptor *last;
    struct eyelet_slice rest;
    size_t n_listed;
    size_t listed_cap;
};

struct scan {
    struct eyelet_slice payload;
    size_t memory_left; /* that decoding what is still to come may take */
    struct eyelet_scan_large large;
    struct eyelet_scan_fault *fault;
    struct level *level; /* the innermost open one */
    struct level levels[EYELET_SCAN_LEVELS_MAX];
};

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
    uint64_t ignored;

    while (values.len > 0) {
        if (!eyelet_wire_take_varint(&values, EYELET_VARINT_LEN_MAX, &ignored))
            return "packed varint is cut off or does not fit into 64 bits";
    }
    return NULL;
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

static bool is_message(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_MESSAGE;
}

static const char *judge_value(const ProtobufCFieldDescriptor *known, const struct eyelet_field *field)
{
    if (field->wire_type == EYELET_WIRE_BYTES && !is_message(known))
        return judge_delimited(known, field->bytes);
    return field->wire_type == (uint32_t)wire_type_of(known->type) ? NULL : "wrong wire type";
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

/* What protobuf-c allocates to list one more field of a message: every block counts, it is freed only at the end. */
static size_t list_memory(struct level *level)
{
    size_t block_cap;

    if (level->n_listed++ < level->listed_cap)
        return 0;
    block_cap = level->listed_cap + LISTED_ON_STACK; /* 16 on the stack, then 32, 64, 128.. */
    level->listed_cap += block_cap;
    return block(block_cap * sizeof(struct listed_field));
}

/* What is wrong with the field that begins at @start. */
static enum eyelet_scan_result fail(struct scan *scan, enum eyelet_scan_result result, const char *reason,
                                    const ProtobufCFieldDescriptor *known, const uint8_t *start)
{
    *scan->fault = (struct eyelet_scan_fault){
        .reason = reason,
        .message = scan->level->type,
        .field = known,
        .offset = (size_t)(start - scan->payload.data),
    };
    return result;
}

static inline void open_level(struct level *level, const ProtobufCMessageDescriptor *type, struct eyelet_slice bytes)
{
    *level = (struct level){ .type = type, .rest = bytes, .listed_cap = LISTED_ON_STACK };
}

/* There is at most one of more than half of the payload, and what counts of a field is what came last. */
static void note_large(struct scan *scan, const ProtobufCFieldDescriptor *known, const uint8_t *start,
                       struct eyelet_slice value)
{
    if (value.len < EYELET_SCAN_LARGE_MIN && known != scan->large.field)
        return;
    if (known->type != PROTOBUF_C_TYPE_BYTES || known->label == PROTOBUF_C_LABEL_REPEATED ||
        scan->level != scan->levels)
        return;
    if (value.len >= EYELET_SCAN_LARGE_MIN && value.len > scan->payload.len / 2)
        scan->large = (struct eyelet_scan_large){ .field = known, .start = start, .value = value };
    else if (known == scan->large.field)
        scan->large.field = NULL;
}

/* The next field, and what is known of its number, also when its value is bad. Return: NULL, or what is wrong. */
static const char *take_field(struct level *level, struct eyelet_field *ret, const ProtobufCFieldDescriptor **ret_known)
{
    const char *reason = eyelet_wire_take_field(&level->rest, ret);

    *ret_known = ret->number != 0 ? find_field(level, ret->number) : NULL;
    if (reason == NULL && *ret_known != NULL)
        reason = judge_value(*ret_known, ret);
    return reason;
}

/* Reads one field of the innermost message, which has bytes left; opens it when it is a message itself. */
static inline enum eyelet_scan_result scan_field(struct scan *scan, struct level *level)
{
    const uint8_t *start = level->rest.data;
    const ProtobufCFieldDescriptor *known;
    struct eyelet_field field;
    const char *reason;
    size_t memory;

    reason = take_field(level, &field, &known);
    if (reason != NULL)
        return fail(scan, EYELET_SCAN_MALFORMED, reason, known, start);

    memory = least_memory(known, field.bytes) + list_memory(level);
    if (memory > scan->memory_left)
        return fail(scan, EYELET_SCAN_TOO_BIG, "more memory than its length and decode_max allow", known, start);
    scan->memory_left -= memory;

    if (known == NULL)
        return EYELET_SCAN_OK;
    note_large(scan, known, start, field.bytes);
    if (!is_message(known))
        return EYELET_SCAN_OK;
    if (level == &scan->levels[EYELET_SCAN_LEVELS_MAX - 1])
        return fail(scan, EYELET_SCAN_TOO_DEEP, "messages are nested too deep", known, start);
    scan->level = level + 1;
    open_level(scan->level, known->descriptor, field.bytes);
    return EYELET_SCAN_OK;
}

enum eyelet_scan_result eyelet_scan(const ProtobufCMessageDescriptor *type, struct eyelet_slice payload,
                                    size_t memory_max, struct eyelet_scan_large *ret_large,
                                    struct eyelet_scan_fault *ret_fault)
{
    struct scan scan; /* not zeroed: only open levels are ever read */

    scan.payload = payload;
    scan.memory_left = memory_max;
    scan.fault = ret_fault;
    scan.large.field = NULL;
    scan.level = scan.levels;
    open_level(scan.level, type, payload);

    while (scan.level->rest.len > 0 || scan.level != scan.levels) {
        enum eyelet_scan_result result = EYELET_SCAN_OK;

        if (scan.level->rest.len > 0)
            result = scan_field(&scan, scan.level);
        else
            scan.level--;
        if (result != EYELET_SCAN_OK)
            return result;
    }
    *ret_large = scan.large;
    return EYELET_SCAN_OK;
}
