/*
 * What protoc was told with --eyelet_opt: whose messages the code is for, and where that of imported files is made when
 * this call does not make it.
 *
 *     backend=nanopb        or protobuf-c, which it is when nothing is said
 *     import=sub/x.proto    another call makes it
 *     import_dir=DIR        so it does of every file whose x.pb-c.h lies in DIR; nanopb: x.pb.h
 */
#ifndef EYELET_GEN_OPTIONS_H
#define EYELET_GEN_OPTIONS_H

#include "backend.h"
#include "pool.h"

/*
 * struct gen_options - the values in their order, in memory of a pool
 */
struct gen_options {
    const struct gen_backend *backend;
    const char **imports;
    const char **import_dirs;
    size_t n_imports;
    size_t n_import_dirs;
};

/*
 * gen_options_read() - take protoc's parameter apart
 * @parameter:  the options with commas between them; may be NULL
 * @ret:        set on success only
 * @reterr:     for -EINVAL: what is wrong, for the user
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int gen_options_read(const char *parameter, struct gen_pool *pool, struct gen_options *ret, const char **reterr);

/* Whether the header of @stem's messages lies in one of the folders: 0 with @ret set, -ENOMEM. */
int gen_options_find_header(const struct gen_options *options, const char *stem, struct gen_pool *pool, bool *ret);

#endif
