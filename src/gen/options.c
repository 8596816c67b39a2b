#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The value if @option begins with @key and has one, or NULL. */
static const char *value_of(const char *option, const char *key)
{
    size_t len = strlen(key);

    return strncmp(option, key, len) == 0 && option[len] != '\0' ? option + len : NULL;
}

static int refuse(const char *option, struct gen_pool *pool, const char **reterr)
{
    const char *backend = value_of(option, "backend=");

    if (backend)
        *reterr = gen_pool_printf(pool, "unknown backend '%s': there are protobuf-c and nanopb", backend);
    else
        *reterr = gen_pool_printf(
            pool, "unknown parameter '%s': there are backend=NAME, import=FILE and import_dir=DIR", option);
    return *reterr ? -EINVAL : -ENOMEM;
}

static bool take_backend(const char *name, struct gen_options *options)
{
    const struct gen_backend *backend = gen_backend_find(name);

    if (backend)
        options->backend = backend;
    return backend != NULL;
}

static bool take(const char *option, struct gen_options *options)
{
    const char *import = value_of(option, "import="), *dir = value_of(option, "import_dir=");
    const char *backend = value_of(option, "backend=");

    if (backend)
        return take_backend(backend, options);
    if (import)
        options->imports[options->n_imports++] = import;
    if (dir)
        options->import_dirs[options->n_import_dirs++] = dir;
    return import || dir;
}

static size_t count_options(const char *parameter)
{
    size_t n = 1;

    for (; *parameter; parameter++)
        n += *parameter == ',';
    return n;
}

int gen_options_read(const char *parameter, struct gen_pool *pool, struct gen_options *ret, const char **reterr)
{
    struct gen_options options = { .backend = &gen_backend_protobuf_c };
    const char *at = parameter ? parameter : "";
    size_t n = count_options(at);

    options.imports = gen_pool_array(pool, n, sizeof(options.imports[0]));
    options.import_dirs = gen_pool_array(pool, n, sizeof(options.import_dirs[0]));
    if (!options.imports || !options.import_dirs)
        return -ENOMEM;

    while (*at) {
        size_t len = strcspn(at, ",");
        const char *option = gen_pool_copy(pool, at, len);

        if (!option)
            return -ENOMEM;
        if (!take(option, &options))
            return refuse(option, pool, reterr);
        at += len + (at[len] == ',');
    }
    *ret = options;
    return 0;
}

/* Is there such a file, and does it begin as those of @backend's do? */
static bool is_header(const char *path, const struct gen_backend *backend)
{
    FILE *file = fopen(path, "r");
    char line[128];
    bool is_ours;

    if (!file)
        return false;
    is_ours = strstr(fgets(line, sizeof(line), file) ? line : "", backend->header_mark) != NULL;
    fclose(file);
    return is_ours;
}

int gen_options_find_header(const struct gen_options *options, const char *stem, struct gen_pool *pool, bool *ret)
{
    *ret = false;
    for (size_t i = 0; i < options->n_import_dirs && !*ret; i++) {
        const char *path =
            gen_pool_printf(pool, "%s/%s%s", options->import_dirs[i], stem, options->backend->header_end);

        if (!path)
            return -ENOMEM;
        *ret = is_header(path, options->backend);
    }
    return 0;
}
