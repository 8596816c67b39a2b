/*
 * Where something stands in its .proto file, by the paths of SourceCodeInfo, and sentences about it for the user.
 */
#ifndef EYELET_GEN_PLACE_H
#define EYELET_GEN_PLACE_H

#include <stdarg.h>
#include <stdint.h>

#include "request.h"

/* Numbers of fields, as they stand in such paths; descriptor.proto */
#define GEN_FILE_PACKAGE    2
#define GEN_FILE_DEPENDENCY 3
#define GEN_FILE_MESSAGE    4
#define GEN_FILE_SERVICE    6
#define GEN_FILE_OPTIONS    8
#define GEN_FILE_SYNTAX     12
#define GEN_SERVICE_METHOD  2
#define GEN_MESSAGE_FIELD   2
#define GEN_MESSAGE_NESTED  3
#define GEN_MESSAGE_ONEOF   8

/* "echo.proto:12:3", or of what it is in, or less, where protoc did not say; NULL without memory. */
const char *gen_place_text(struct gen_pool *pool, const gen_proto_file *file, const int32_t *path, size_t n_path);

/*
 * gen_place_refuse() - put a sentence about that place into @reterr
 *
 * Return: -EINVAL; -ENOMEM.
 */
int gen_place_refuse(struct gen_pool *pool, const gen_proto_file *file, const int32_t *path, size_t n_path,
                     const char **reterr, const char *format, va_list args) __attribute__((format(printf, 6, 0)));

#endif
