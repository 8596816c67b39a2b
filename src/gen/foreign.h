/*
 * Names of C that the makers of messages take: all that could be one of ours, so that none of ours is.
 */
#ifndef EYELET_GEN_FOREIGN_H
#define EYELET_GEN_FOREIGN_H

#include <stdbool.h>

#include "request.h"

/*
 * struct gen_foreign - a set of names in memory of a pool
 * @names:  sorted by gen_foreign_sort()
 */
struct gen_foreign {
    struct gen_pool *pool;
    const char **names;
    size_t n_names;
    size_t names_cap;
};

void gen_foreign_init(struct gen_foreign *foreign, struct gen_pool *pool);

/* What protoc-c calls after the message @name, "Outer.Inner", of @package: 0, -ENOMEM. */
int gen_foreign_add_protoc_c(struct gen_foreign *foreign, const char *package, const char *name);

/* What nanopb does, of the message and of what is in it but for other messages: 0, -ENOMEM, -EBADMSG for no name. */
int gen_foreign_add_nanopb(struct gen_foreign *foreign, const char *package, const char *name,
                           const gen_proto_message *message);

/* The same of what is in the file, but for its messages. */
int gen_foreign_add_nanopb_file(struct gen_foreign *foreign, const char *package, const gen_proto_file *file);

/* After the last one was added, and before the first is looked for. */
void gen_foreign_sort(struct gen_foreign *foreign);
bool gen_foreign_has(const struct gen_foreign *foreign, const char *name);

#endif
