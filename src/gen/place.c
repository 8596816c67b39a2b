#include "place.h"

#include <errno.h>
#include <string.h>

/* NULL where protoc did not say. */
static const Google__Protobuf__SourceCodeInfo__Location *find(const Google__Protobuf__SourceCodeInfo *info,
                                                              const int32_t *path, size_t n_path)
{
    for (size_t i = 0; info && i < info->n_location; i++) {
        const Google__Protobuf__SourceCodeInfo__Location *location = info->location[i];

        if (location->n_path == n_path && location->n_span >= 3 &&
            memcmp(location->path, path, n_path * sizeof(path[0])) == 0)
            return location;
    }
    return NULL;
}

const char *gen_place_text(struct gen_pool *pool, const gen_proto_file *file, const int32_t *path, size_t n_path)
{
    const Google__Protobuf__SourceCodeInfo__Location *location = NULL;

    /* What protoc made up, such as a map's entry, has no place but that of what it is in. */
    for (; !location && n_path > 0; n_path--)
        location = find(file->source_code_info, path, n_path);
    if (!location)
        return file->name;
    return gen_pool_printf(pool, "%s:%lld:%lld", file->name, (long long)location->span[0] + 1,
                           (long long)location->span[1] + 1);
}

int gen_place_refuse(struct gen_pool *pool, const gen_proto_file *file, const int32_t *path, size_t n_path,
                     const char **reterr, const char *format, va_list args)
{
    const char *at = gen_place_text(pool, file, path, n_path);
    const char *text = gen_pool_vprintf(pool, format, args);

    if (!at || !text)
        return -ENOMEM;

    *reterr = gen_pool_printf(pool, "%s: %s", at, text);
    return *reterr ? -EINVAL : -ENOMEM;
}
