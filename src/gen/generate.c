#include "generate.h"

#include <errno.h>

#include "emit.h"
#include "model.h"

typedef void (*emit_fn)(struct gen_text *text, const struct gen_file *file);

static int write_file(const struct gen_file *file, const char *end, emit_fn emit, struct gen_pool *pool,
                      gen_response_file **ret)
{
    gen_response_file *written = gen_pool_alloc(pool, sizeof(*written));
    struct gen_text text;

    if (!written)
        return -ENOMEM;

    gen_text_init(&text, pool);
    emit(&text, file);

    google__protobuf__compiler__code_generator_response__file__init(written);
    written->name = gen_pool_printf(pool, "%s%s", file->stem, end);
    written->content = text.data;
    *ret = written;
    return text.has_failed || !written->name ? -ENOMEM : 0;
}

static int write_files(const struct gen_model *model, struct gen_pool *pool, gen_response *response)
{
    int r = 0;

    response->file = gen_pool_array(pool, model->n_files, 2 * sizeof(response->file[0]));
    if (!response->file)
        return -ENOMEM;
    response->n_file = 2 * model->n_files;

    for (size_t i = 0; r == 0 && i < model->n_files; i++) {
        r = write_file(&model->files[i], ".eyelet.h", gen_emit_header, pool, &response->file[2 * i]);
        if (r == 0)
            r = write_file(&model->files[i], ".eyelet.c", gen_emit_source, pool, &response->file[2 * i + 1]);
    }
    return r;
}

int gen_generate(struct gen_bytes in, struct gen_pool *pool, struct gen_bytes *ret, const char **reterr)
{
    gen_response response = GOOGLE__PROTOBUF__COMPILER__CODE_GENERATOR_RESPONSE__INIT;
    struct gen_model model;
    const char *error = NULL;
    gen_request *request;
    int r;

    *reterr = "malformed or truncated";
    r = gen_request_unpack(in, pool, &request);
    if (r < 0)
        return r;

    r = gen_model_build(request, pool, &model, &error);
    if (r == -EBADMSG)
        *reterr = error;
    if (r < 0 && r != -EINVAL)
        return r;

    response.has_supported_features = true;
    response.supported_features = GOOGLE__PROTOBUF__COMPILER__CODE_GENERATOR_RESPONSE__FEATURE__FEATURE_PROTO3_OPTIONAL;
    if (r == -EINVAL)
        response.error = (char *)error; /* protobuf-c's strings are not const; packing only reads */
    else
        r = write_files(&model, pool, &response);
    if (r == -ENOMEM)
        return r;
    return gen_message_pack(&response.base, pool, ret);
}
