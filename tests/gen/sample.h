/*
 * Requests of protoc's for the tests of the generator, and what it makes of them.
 */
#ifndef EYELET_TEST_GEN_SAMPLE_H
#define EYELET_TEST_GEN_SAMPLE_H

#include "backend.h"
#include "request.h"

/*
 * One file with one service, to be changed by a test before it is packed: "demo.proto" with message M and service Echo,
 * whose method Say takes and gives M.
 */
struct sample {
    gen_request request;
    gen_proto_file file;
    gen_proto_message message;
    gen_proto_service service;
    gen_proto_method method;
    Google__Protobuf__SourceCodeInfo info;
    gen_proto_file *files[1];
    gen_proto_message *messages[1];
    gen_proto_service *services[1];
    gen_proto_method *methods[1];
    char *to_generate[1];
};

void sample_init(struct sample *sample);

/* The generator's response, which is not always a success. */
gen_response *answer(const gen_request *request, struct gen_pool *pool);

/* The response is this error and no file; or there is none, for that reason. */
void assert_refused(const gen_request *request, const char *error);
void assert_malformed(const gen_request *request, const char *problem);

/* What protoc asks for echo.proto, with that backend. */
struct gen_bytes read_request(const struct gen_backend *backend, struct gen_pool *pool);

/* Answers a request in memory of its own size, so that a sanitizer sees a read behind its end: what that returns. */
int generate_copy(struct gen_bytes in);

/* The same while the @nth allocation fails. */
int generate_with_failure(struct gen_bytes in, unsigned nth);

#endif
