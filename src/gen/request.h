/*
 * protoc's request, and the response: bytes to a message and back. What is in it is for model to judge.
 */
#ifndef EYELET_GEN_REQUEST_H
#define EYELET_GEN_REQUEST_H

#include "google/protobuf/compiler/plugin.pb-c.h"
#include "backend.h"
#include "pool.h"
#include "wire.h"

/* Short names for protoc-c's, which are as long as what they mean is old. */
typedef Google__Protobuf__Compiler__CodeGeneratorRequest gen_request;
typedef Google__Protobuf__Compiler__CodeGeneratorResponse gen_response;
typedef Google__Protobuf__Compiler__CodeGeneratorResponse__File gen_response_file;
typedef Google__Protobuf__FileDescriptorProto gen_proto_file;
typedef Google__Protobuf__DescriptorProto gen_proto_message;
typedef Google__Protobuf__EnumDescriptorProto gen_proto_enum;
typedef Google__Protobuf__FieldDescriptorProto gen_proto_field;
typedef Google__Protobuf__ServiceDescriptorProto gen_proto_service;
typedef Google__Protobuf__MethodDescriptorProto gen_proto_method;

#define GEN_MESSAGE_DEPTH_MAX 100 /* messages in messages; protoc itself stops at 32 */

/*
 * gen_request_unpack() - bytes to a request
 *
 * Bytes that nest messages deeper than GEN_MESSAGE_DEPTH_MAX are refused, since protobuf-c would follow them down the
 * stack without end.
 *
 * Return: 0, -EBADMSG for bytes that are no request, -ENOMEM.
 */
int gen_request_unpack(struct gen_bytes in, struct gen_pool *pool, gen_request **ret);

/*
 * gen_request_without_services() - the same request, but no file in it has a service
 *
 * protoc-c writes code of its own for services, which nobody needs beside ours and which does not compile when a method
 * is called Int or Delete.
 */
int gen_request_without_services(struct gen_bytes in, struct gen_pool *pool, struct gen_bytes *ret);

/*
 * gen_response_with_optional() - the same CodeGeneratorResponse, but it says that `optional` of proto3 is known
 *
 * protoc-c before 1.5 can do it and does not say so, and then protoc refuses its files.
 */
int gen_response_with_optional(struct gen_bytes in, struct gen_pool *pool, struct gen_bytes *ret);

/* Any message to bytes in memory of the pool: 0, or -ENOMEM. */
int gen_message_pack(const ProtobufCMessage *message, struct gen_pool *pool, struct gen_bytes *ret);

/* protobuf-c.proto and nanopb.proto: numbers of fields */
#define GEN_PB_C_FILE_NO_GENERATE 1
#define GEN_PB_C_FILE_C_PACKAGE   6
#define GEN_NANOPB_MAX_SIZE       1
#define GEN_NANOPB_MAX_COUNT      2
#define GEN_NANOPB_TYPE           3
#define GEN_NANOPB_TYPE_IGNORE    3 /* a value of it */
#define GEN_NANOPB_MAX_LENGTH     14
#define GEN_NANOPB_MANGLE_NAMES   17
#define GEN_NANOPB_PACKAGE        25

/*
 * struct gen_file_options - those of a backend's options of a file that say what its names are
 * @is_left_out:  (pb_c_file).no_generate: there is no x.pb-c.h
 * @package:      (pb_c_file).c_package, or NULL
 * @renamed_by:   the option of (nanopb_fileopt) that gives types other names, as text; NULL without one
 */
struct gen_file_options {
    bool is_left_out;
    const char *package;
    const char *renamed_by;
};

/* Read those of @backend: 0, -EBADMSG, -ENOMEM. */
int gen_file_options_read(const gen_proto_file *file, const struct gen_backend *backend, struct gen_pool *pool,
                          struct gen_file_options *ret);

/*
 * struct gen_field_options - those of (nanopb) that stand beside a field, and not in an .options file
 * @is_left_out:  FT_IGNORE: there is no such field in C
 * @has_size:     a string or bytes have a largest size
 * @has_count:    so has an array
 */
struct gen_field_options {
    bool is_left_out;
    bool has_size;
    bool has_count;
};

/* 0, -EBADMSG. */
int gen_field_options_read(const gen_proto_field *field, struct gen_field_options *ret);

#endif
