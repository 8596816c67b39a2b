#include "catalog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"

/* Only while it is filled. */
struct filler {
    struct gen_catalog *catalog;
    const gen_request *request;
    const struct gen_backend *backend;
    struct gen_pool *pool;
    const char *error;
};

/* @what may be NULL, for want of memory. */
static int malformed(struct filler *filler, const char *what)
{
    filler->error = what;
    return what ? -EBADMSG : -ENOMEM;
}

static int compare_sources(const void *a, const void *b)
{
    return strcmp(((const struct gen_source *)a)->proto->name, ((const struct gen_source *)b)->proto->name);
}

static int compare_source_name(const void *name, const void *source)
{
    return strcmp(name, ((const struct gen_source *)source)->proto->name);
}

struct gen_source *gen_catalog_find_source(const struct gen_catalog *catalog, const char *name)
{
    return bsearch(name, catalog->sources, catalog->n_sources, sizeof(catalog->sources[0]), compare_source_name);
}

static int fill_source(struct filler *filler, const gen_proto_file *proto, struct gen_source *ret)
{
    int r;

    if (!proto->name)
        return malformed(filler, "a file has no name");
    r = gen_file_options_read(proto, filler->backend, filler->pool, &ret->options);
    if (r == -EBADMSG)
        return malformed(
            filler, gen_pool_printf(filler->pool, "a file's option %s makes no sense", filler->backend->file_option));
    if (r < 0)
        return r;

    ret->proto = proto;
    ret->package = ret->options.package ? ret->options.package : proto->package ? proto->package : "";
    return 0;
}

static int fill_sources(struct filler *filler)
{
    struct gen_catalog *catalog = filler->catalog;
    int r = 0;

    catalog->n_sources = filler->request->n_proto_file;
    catalog->sources = gen_pool_array(filler->pool, catalog->n_sources, sizeof(catalog->sources[0]));
    if (!catalog->sources)
        return -ENOMEM;

    for (size_t i = 0; r == 0 && i < catalog->n_sources; i++)
        r = fill_source(filler, filler->request->proto_file[i], &catalog->sources[i]);
    if (r == 0)
        qsort(catalog->sources, catalog->n_sources, sizeof(catalog->sources[0]), compare_sources);
    return r;
}

static size_t count_messages(gen_proto_message *const *messages, size_t n)
{
    size_t count = n;

    for (size_t i = 0; i < n; i++)
        count += count_messages(messages[i]->nested_type, messages[i]->n_nested_type);
    return count;
}

/* The path of @outer, or of the file when it is NULL, and behind it that of its message number @index. */
static const int32_t *path_of(struct filler *filler, const struct gen_message *outer, size_t index)
{
    size_t n = outer ? outer->n_path : 0;
    int32_t *path = gen_pool_array(filler->pool, n + 2, sizeof(path[0]));

    if (!path)
        return NULL;
    if (outer)
        memcpy(path, outer->path, n * sizeof(path[0]));
    path[n] = outer ? GEN_MESSAGE_NESTED : GEN_FILE_MESSAGE;
    path[n + 1] = (int32_t)index;
    return path;
}

/* @outer is NULL for those that are in no other. */
static int fill_messages_of(struct filler *filler, const struct gen_source *source, const struct gen_message *outer,
                            gen_proto_message *const *messages, size_t n)
{
    const char *package = source->proto->package ? source->proto->package : "";
    const char *dot = *package ? "." : "";
    size_t package_len = *package ? strlen(package) + 2 : 1; /* with the dots before and behind */
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        struct gen_message *message = &filler->catalog->messages[filler->catalog->n_messages];

        if (!messages[i]->name)
            return malformed(filler, "a message has no name");
        message->full_name = outer ? gen_pool_printf(filler->pool, "%s.%s", outer->full_name, messages[i]->name)
                                   : gen_pool_printf(filler->pool, "%s%s.%s", dot, package, messages[i]->name);
        message->path = path_of(filler, outer, i);
        if (!message->full_name || !message->path)
            return -ENOMEM;
        message->n_path = (outer ? outer->n_path : 0) + 2;
        message->proto = messages[i];
        message->name = message->full_name + package_len;
        message->source = source;
        filler->catalog->n_messages++;
        r = fill_messages_of(filler, source, message, messages[i]->nested_type, messages[i]->n_nested_type);
    }
    return r;
}

static int compare_messages(const void *a, const void *b)
{
    return strcmp(((const struct gen_message *)a)->full_name, ((const struct gen_message *)b)->full_name);
}

static int compare_message_name(const void *name, const void *message)
{
    return strcmp(name, ((const struct gen_message *)message)->full_name);
}

const struct gen_message *gen_catalog_find_message(const struct gen_catalog *catalog, const char *full_name)
{
    return bsearch(full_name, catalog->messages, catalog->n_messages, sizeof(catalog->messages[0]),
                   compare_message_name);
}

static int fill_messages(struct filler *filler)
{
    struct gen_catalog *catalog = filler->catalog;
    size_t n = 0;
    int r = 0;

    for (size_t i = 0; i < catalog->n_sources; i++)
        n += count_messages(catalog->sources[i].proto->message_type, catalog->sources[i].proto->n_message_type);
    catalog->messages = gen_pool_array(filler->pool, n, sizeof(catalog->messages[0]));
    if (!catalog->messages)
        return -ENOMEM;

    for (size_t i = 0; r == 0 && i < catalog->n_sources; i++) {
        const gen_proto_file *proto = catalog->sources[i].proto;

        r = fill_messages_of(filler, &catalog->sources[i], NULL, proto->message_type, proto->n_message_type);
    }
    if (r == 0)
        qsort(catalog->messages, catalog->n_messages, sizeof(catalog->messages[0]), compare_messages);
    return r;
}

int gen_catalog_init(struct gen_catalog *catalog, const gen_request *request, const struct gen_backend *backend,
                     struct gen_pool *pool, const char **reterr)
{
    struct filler filler = { .catalog = catalog, .request = request, .backend = backend, .pool = pool };
    int r;

    *catalog = (struct gen_catalog){ .n_sources = 0 };
    r = fill_sources(&filler);
    if (r == 0)
        r = fill_messages(&filler);
    if (r == -EBADMSG)
        *reterr = filler.error;
    return r;
}
