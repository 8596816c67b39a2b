/*
 * Files and messages of a request, so that each can be found by its name in logarithmic time.
 */
#ifndef EYELET_GEN_CATALOG_H
#define EYELET_GEN_CATALOG_H

#include <stdbool.h>

#include "request.h"

/*
 * struct gen_source - a file of the request and what was found out about it
 * @package:  what the backend takes for its package
 * @is_made:  its code is made, by this call of protoc or, as the options say, by another
 */
struct gen_source {
    const gen_proto_file *proto;
    struct gen_file_options options;
    const char *package;
    bool is_made;
};

/*
 * struct gen_message - a message of the request
 * @full_name:  ".demo.Outer.Inner"
 * @name:       the same without the package, "Outer.Inner"
 * @path:       where it stands in its file, see place
 */
struct gen_message {
    const gen_proto_message *proto;
    const char *full_name;
    const char *name;
    const struct gen_source *source;
    const int32_t *path;
    size_t n_path;
};

/*
 * struct gen_catalog - all of them
 * @sources:   sorted by name
 * @messages:  sorted by full name
 */
struct gen_catalog {
    struct gen_source *sources;
    size_t n_sources;
    struct gen_message *messages;
    size_t n_messages;
};

/*
 * gen_catalog_init() - of a request, which it borrows
 * @reterr:  for -EBADMSG: what is missing, which protoc would not have left out
 *
 * Return: 0, -EBADMSG, -ENOMEM.
 */
int gen_catalog_init(struct gen_catalog *catalog, const gen_request *request, const struct gen_backend *backend,
                     struct gen_pool *pool, const char **reterr);

/* By its name; NULL for any other. */
struct gen_source *gen_catalog_find_source(const struct gen_catalog *catalog, const char *name);
const struct gen_message *gen_catalog_find_message(const struct gen_catalog *catalog, const char *full_name);

#endif
