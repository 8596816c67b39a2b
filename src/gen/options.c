#include "options.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The value if @option begins with @key and has one, or NULL. */
static const char *value_of(const char *option, const char *key)
{
    size_t len = strlen(key);

    return strncmp(option, key, len) == 0 && option[len] != '\0' ? option + len : NULL;
}

static int refuse(const char *option, struct gen_pool *pool, const char **reterr)
{
    *reterr = gen_pool_printf(pool, "unknown parameter '%s': there are import=FILE and import_dir=DIR", option);
    return *reterr ? -EINVAL : -ENOMEM;
}

static bool take(const char *option, struct gen_options *options)
{
    const char *import = value_of(option, "import="), *dir = value_of(option, "import_dir=");

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
    struct gen_options options = { .n_imports = 0 };
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

int gen_options_find_header(const struct gen_options *options, const char *stem, struct gen_pool *pool, bool *ret)
{
    *ret = false;
    for (size_t i = 0; i < options->n_import_dirs && !*ret; i++) {
        const char *path = gen_pool_printf(pool, "%s/%s.pb-c.h", options->import_dirs[i], stem);

        if (!path)
            return -ENOMEM;
        *ret = access(path, R_OK) == 0;
    }
    return 0;
}
