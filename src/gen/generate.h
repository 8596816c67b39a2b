/*
 * The whole program but for reading and writing: protoc's request in, the response out.
 */
#ifndef EYELET_GEN_GENERATE_H
#define EYELET_GEN_GENERATE_H

#include "pool.h"
#include "wire.h"

/*
 * gen_generate() - answer a request of protoc's
 * @in:      an encoded google.protobuf.compiler.CodeGeneratorRequest
 * @pool:    holds everything that is made, @ret as well
 * @ret:     the encoded CodeGeneratorResponse; what is wrong with a .proto file is an error in there, which protoc
 * shows
 * @reterr:  for -EBADMSG: why these bytes are no request of protoc's
 *
 * Return: 0, -EBADMSG, -ENOMEM.
 */
int gen_generate(struct gen_bytes in, struct gen_pool *pool, struct gen_bytes *ret, const char **reterr);

#endif
