#include "request.h"

#include <errno.h>

/* Numbers of fields; plugin.proto and descriptor.proto */
#define REQUEST_PROTO_FILE  15
#define FILE_MESSAGE_TYPE   4
#define MESSAGE_NESTED_TYPE 3

/* Level 0 is the request, 1 a file, 2 a message of it; these are the only messages that can be nested without end. */
static bool depth_is_fine(struct gen_bytes in, unsigned level)
{
    const uint32_t number = level == 0 ? REQUEST_PROTO_FILE : level == 1 ? FILE_MESSAGE_TYPE : MESSAGE_NESTED_TYPE;
    struct gen_field field;

    if (level > GEN_MESSAGE_DEPTH_MAX + 1)
        return false;

    while (in.len > 0) {
        if (!gen_wire_take_field(&in, &field))
            return false;
        if (field.number == number && !depth_is_fine(field.bytes, level + 1))
            return false;
    }
    return true;
}

int gen_request_unpack(struct gen_bytes in, struct gen_pool *pool, gen_request **ret)
{
    gen_request *request;

    if (!depth_is_fine(in, 0))
        return -EBADMSG;

    request = google__protobuf__compiler__code_generator_request__unpack(&pool->allocator, in.len, in.data);
    if (!request)
        return pool->has_failed ? -ENOMEM : -EBADMSG;

    *ret = request;
    return 0;
}

int gen_message_pack(const ProtobufCMessage *message, struct gen_pool *pool, struct gen_bytes *ret)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *data = gen_pool_alloc(pool, len);

    if (!data)
        return -ENOMEM;

    *ret = (struct gen_bytes){ data, protobuf_c_message_pack(message, data) };
    return 0;
}

int gen_request_without_services(struct gen_bytes in, struct gen_pool *pool, struct gen_bytes *ret)
{
    gen_request *request;
    int r;

    r = gen_request_unpack(in, pool, &request);
    if (r < 0)
        return r;

    for (size_t i = 0; i < request->n_proto_file; i++)
        request->proto_file[i]->n_service = 0;
    return gen_message_pack(&request->base, pool, ret);
}

int gen_response_with_optional(struct gen_bytes in, struct gen_pool *pool, struct gen_bytes *ret)
{
    gen_response *response;

    response = google__protobuf__compiler__code_generator_response__unpack(&pool->allocator, in.len, in.data);
    if (!response)
        return pool->has_failed ? -ENOMEM : -EBADMSG;

    response->has_supported_features = true;
    response->supported_features |=
        GOOGLE__PROTOBUF__COMPILER__CODE_GENERATOR_RESPONSE__FEATURE__FEATURE_PROTO3_OPTIONAL;
    return gen_message_pack(&response->base, pool, ret);
}

static int read_pb_c_file(struct gen_bytes in, struct gen_pool *pool, struct gen_file_options *ret)
{
    struct gen_field field;

    while (in.len > 0) {
        if (!gen_wire_take_field(&in, &field))
            return -EBADMSG;

        if (field.number == GEN_PB_C_FILE_NO_GENERATE)
            ret->is_left_out = field.value != 0;
        if (field.number != GEN_PB_C_FILE_C_PACKAGE || field.type != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
            continue;
        ret->package = gen_pool_copy(pool, field.bytes.data, field.bytes.len);
        if (!ret->package)
            return -ENOMEM;
    }
    return 0;
}

static int read_nanopb_file(struct gen_bytes in, struct gen_file_options *ret)
{
    struct gen_field field;

    while (in.len > 0) {
        if (!gen_wire_take_field(&in, &field))
            return -EBADMSG;

        if (field.number == GEN_NANOPB_MANGLE_NAMES && field.value != 0)
            ret->renamed_by = "mangle_names";
        if (field.number == GEN_NANOPB_PACKAGE && field.bytes.len > 0)
            ret->renamed_by = "package";
    }
    return 0;
}

/* An option of a message's, as protobuf-c keeps what it does not know: the length is in front of the bytes. */
static bool take_option(const ProtobufCMessageUnknownField *field, struct gen_bytes *ret)
{
    uint64_t len;

    *ret = (struct gen_bytes){ field->data, field->len };
    return field->wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED && gen_wire_take_varint(ret, &len);
}

int gen_file_options_read(const gen_proto_file *file, const struct gen_backend *backend, struct gen_pool *pool,
                          struct gen_file_options *ret)
{
    const ProtobufCMessage *options = file->options ? &file->options->base : NULL;
    struct gen_bytes in;
    int r = 0;

    *ret = (struct gen_file_options){ .is_left_out = false };
    for (unsigned i = 0; options && r == 0 && i < options->n_unknown_fields; i++) {
        const ProtobufCMessageUnknownField *field = &options->unknown_fields[i];

        if (field->tag != (uint32_t)backend->file_option_tag)
            continue;
        if (!take_option(field, &in))
            return -EBADMSG;
        r = backend->is_fixed ? read_nanopb_file(in, ret) : read_pb_c_file(in, pool, ret);
    }
    return r;
}

static int read_nanopb_field(struct gen_bytes in, struct gen_field_options *ret)
{
    struct gen_field field;

    while (in.len > 0) {
        if (!gen_wire_take_field(&in, &field))
            return -EBADMSG;

        if (field.number == GEN_NANOPB_TYPE)
            ret->is_left_out = field.value == GEN_NANOPB_TYPE_IGNORE;
        ret->has_size |= field.number == GEN_NANOPB_MAX_SIZE || field.number == GEN_NANOPB_MAX_LENGTH;
        ret->has_count |= field.number == GEN_NANOPB_MAX_COUNT;
    }
    return 0;
}

int gen_field_options_read(const gen_proto_field *field, struct gen_field_options *ret)
{
    const ProtobufCMessage *options = field->options ? &field->options->base : NULL;
    struct gen_bytes in;
    int r = 0;

    *ret = (struct gen_field_options){ .is_left_out = false };
    for (unsigned i = 0; options && r == 0 && i < options->n_unknown_fields; i++) {
        const ProtobufCMessageUnknownField *option = &options->unknown_fields[i];

        if (option->tag != (uint32_t)gen_backend_nanopb.file_option_tag) /* it has the same number */
            continue;
        r = take_option(option, &in) ? read_nanopb_field(in, ret) : -EBADMSG;
    }
    return r;
}
