#include "sample.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "generate.h"
#include "support/faults.h"

static char name_of_file[] = "demo.proto", package[] = "demo", message_name[] = "M", service_name[] = "Echo",
            method_name[] = "Say", type_name[] = ".demo.M";

void sample_init(struct sample *sample)
{
    google__protobuf__compiler__code_generator_request__init(&sample->request);
    google__protobuf__file_descriptor_proto__init(&sample->file);
    google__protobuf__descriptor_proto__init(&sample->message);
    google__protobuf__service_descriptor_proto__init(&sample->service);
    google__protobuf__method_descriptor_proto__init(&sample->method);
    google__protobuf__source_code_info__init(&sample->info);

    sample->method.name = method_name;
    sample->method.input_type = type_name;
    sample->method.output_type = type_name;
    sample->methods[0] = &sample->method;
    sample->service.name = service_name;
    sample->service.n_method = 1;
    sample->service.method = sample->methods;
    sample->services[0] = &sample->service;
    sample->message.name = message_name;
    sample->messages[0] = &sample->message;
    sample->file.name = name_of_file;
    sample->file.package = package;
    sample->file.n_message_type = 1;
    sample->file.message_type = sample->messages;
    sample->file.n_service = 1;
    sample->file.service = sample->services;
    sample->file.source_code_info = &sample->info;
    sample->files[0] = &sample->file;
    sample->to_generate[0] = name_of_file;
    sample->request.n_proto_file = 1;
    sample->request.proto_file = sample->files;
    sample->request.n_file_to_generate = 1;
    sample->request.file_to_generate = sample->to_generate;
}

gen_response *answer(const gen_request *request, struct gen_pool *pool)
{
    struct gen_bytes in, out;
    const char *problem = NULL;
    gen_response *response;

    assert_int_equal(gen_message_pack(&request->base, pool, &in), 0);
    assert_int_equal(gen_generate(in, pool, &out, &problem), 0);
    response = google__protobuf__compiler__code_generator_response__unpack(&pool->allocator, out.len, out.data);
    assert_non_null(response);
    return response;
}

void assert_refused(const gen_request *request, const char *error)
{
    struct gen_pool pool;
    gen_response *response;

    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    response = answer(request, &pool);
    assert_non_null(response->error);
    assert_string_equal(response->error, error);
    assert_int_equal(response->n_file, 0);
    gen_pool_clear(&pool);
}

void assert_malformed(const gen_request *request, const char *problem)
{
    const char *got = NULL;
    struct gen_bytes in, out;
    struct gen_pool pool;

    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    assert_int_equal(gen_message_pack(&request->base, &pool, &in), 0);
    assert_int_equal(gen_generate(in, &pool, &out, &got), -EBADMSG);
    assert_string_equal(got, problem);
    gen_pool_clear(&pool);
}

static struct gen_bytes read_file(const char *path, struct gen_pool *pool)
{
    const size_t cap = 65536;
    uint8_t *data = gen_pool_alloc(pool, cap);
    FILE *file = fopen(path, "rb");
    size_t len;

    assert_non_null(data);
    assert_non_null(file);
    len = fread(data, 1, cap, file);
    fclose(file);
    assert_in_range(len, 100, cap - 1);
    return (struct gen_bytes){ data, len };
}

struct gen_bytes read_request(const struct gen_backend *backend, struct gen_pool *pool)
{
    gen_request *request = NULL;
    struct gen_bytes in;

    assert_int_equal(gen_request_unpack(read_file(REQUEST_FILE, pool), pool, &request), 0);
    request->parameter = gen_pool_printf(pool, "backend=%s", backend->name);
    assert_int_equal(gen_message_pack(&request->base, pool, &in), 0);
    return in;
}

/* In memory of its own size, so that a sanitizer sees a read behind its end. */
int generate_copy(struct gen_bytes in)
{
    uint8_t *copy = malloc(in.len > 0 ? in.len : 1);
    const char *problem = NULL;
    struct gen_bytes out;
    struct gen_pool pool;
    int r;

    assert_non_null(copy);
    if (in.len > 0)
        memcpy(copy, in.data, in.len);
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    r = gen_generate((struct gen_bytes){ copy, in.len }, &pool, &out, &problem);
    if (r == -EBADMSG)
        assert_non_null(problem);
    gen_pool_clear(&pool);
    free(copy);
    return r;
}

int generate_with_failure(struct gen_bytes in, unsigned nth)
{
    const char *problem = NULL;
    struct gen_bytes out;
    struct gen_pool pool;
    int r;

    faults_reset();
    faults_fail(FAULT_ALLOC, nth, ENOMEM);
    gen_pool_init(&pool, 0);
    r = gen_generate(in, &pool, &out, &problem);
    gen_pool_clear(&pool);
    faults_reset();
    return r;
}
