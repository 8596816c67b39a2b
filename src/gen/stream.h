/*
 * The standard streams of a plugin: all of protoc's request in, all of the response out.
 */
#ifndef EYELET_GEN_STREAM_H
#define EYELET_GEN_STREAM_H

#include <stdio.h>

#include "pool.h"
#include "wire.h"

#define GEN_STREAM_MAX ((size_t)1 << 28) /* 256 MiB; large trees of .proto files take some 10 MiB */

/* Everything until the end: 0, -ENOMEM, -EFBIG for more than GEN_STREAM_MAX, -EIO. */
int gen_stream_read(FILE *file, struct gen_pool *pool, struct gen_bytes *ret);

/* All of it, and flushed: 0, -EIO. */
int gen_stream_write(FILE *file, struct gen_bytes out);

#endif
