#include "foreign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

void gen_foreign_init(struct gen_foreign *foreign, struct gen_pool *pool)
{
    *foreign = (struct gen_foreign){ .pool = pool };
}

/* @name may be NULL, for want of memory. */
static int add(struct gen_foreign *foreign, const char *name)
{
    if (foreign->n_names == foreign->names_cap) {
        size_t cap = foreign->names_cap > 0 ? foreign->names_cap * 2 : 256;
        const char **names = gen_pool_array(foreign->pool, cap, sizeof(names[0]));

        if (!names)
            return -ENOMEM;
        if (foreign->n_names > 0)
            memcpy(names, foreign->names, foreign->n_names * sizeof(names[0]));
        foreign->names = names;
        foreign->names_cap = cap;
    }
    if (!name)
        return -ENOMEM;
    foreign->names[foreign->n_names++] = name;
    return 0;
}

static int add_ends(struct gen_foreign *foreign, const char *name, const char *const *ends)
{
    int r = name ? 0 : -ENOMEM;

    for (; r == 0 && *ends; ends++)
        r = add(foreign, gen_pool_printf(foreign->pool, "%s%s", name, *ends));
    return r;
}

int gen_foreign_add_protoc_c(struct gen_foreign *foreign, const char *package, const char *name)
{
    static const char *const ends[] = {
        "__descriptor", "__free_unpacked",  "__get_packed_size", "__init",
        "__pack",       "__pack_to_buffer", "__unpack",          NULL,
    };

    return add_ends(foreign, gen_name_type_lower(foreign->pool, package, name), ends);
}

/*
 * Of nanopb's names those with a macro's ending in upper case are left out: of ours only X_MESSAGE_SIZE and
 * X_FRAME_SIZE have one, and nothing of nanopb's ends so but the name of a type or a value.
 */

/* What is called @name in @scope, with all these endings. */
static int add_nanopb(struct gen_foreign *foreign, const char *scope, const char *name, const char *const *ends)
{
    return name ? add_ends(foreign, gen_name_nanopb(foreign->pool, scope, name), ends) : -EBADMSG;
}

static int add_nanopb_enum(struct gen_foreign *foreign, const char *scope, const gen_proto_enum *proto)
{
    static const char *const ends[] = { "", "_name", NULL }, *const value_ends[] = { "", NULL };
    const char *name;
    int r;

    r = add_nanopb(foreign, scope, proto->name, ends);
    if (r < 0)
        return r;
    name = gen_name_nanopb(foreign->pool, scope, proto->name);
    if (!name)
        return -ENOMEM;
    r = add(foreign, gen_pool_printf(foreign->pool, "_%s", name));
    for (size_t i = 0; r == 0 && i < proto->n_value; i++)
        r = add_nanopb(foreign, name, proto->value[i]->name, value_ends);
    return r;
}

/* What can be in a file and in a message alike. */
static int add_nanopb_scope(struct gen_foreign *foreign, const char *scope, gen_proto_enum *const *enums,
                            size_t n_enums, gen_proto_field *const *extensions, size_t n_extensions)
{
    static const char *const ends[] = { "", "_tag", NULL };
    int r = 0;

    for (size_t i = 0; r == 0 && i < n_enums; i++)
        r = add_nanopb_enum(foreign, scope, enums[i]);
    for (size_t i = 0; r == 0 && i < n_extensions; i++)
        r = add_nanopb(foreign, scope, extensions[i]->name, ends);
    return r;
}

int gen_foreign_add_nanopb(struct gen_foreign *foreign, const char *package, const char *name,
                           const gen_proto_message *message)
{
    static const char *const ends[] = {
        "", "_callback", "_fields", "_init_default", "_init_zero", "_msg", "_size", NULL,
    };
    static const char *const field_ends[] = { "_t", "_tag", NULL };
    const char *scope = gen_name_nanopb(foreign->pool, package, name);
    int r;

    if (!scope)
        return -ENOMEM;
    r = add_ends(foreign, scope, ends);
    if (r == 0)
        r = add(foreign, gen_pool_printf(foreign->pool, "_%s", scope));
    for (size_t i = 0; r == 0 && i < message->n_field; i++)
        r = add_nanopb(foreign, scope, message->field[i]->name, field_ends);
    if (r < 0)
        return r;
    return add_nanopb_scope(foreign, scope, message->enum_type, message->n_enum_type, message->extension,
                            message->n_extension);
}

int gen_foreign_add_nanopb_file(struct gen_foreign *foreign, const char *package, const gen_proto_file *file)
{
    const char *scope = gen_name_nanopb(foreign->pool, package, "");

    if (!scope)
        return -ENOMEM;
    return add_nanopb_scope(foreign, scope, file->enum_type, file->n_enum_type, file->extension, file->n_extension);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void gen_foreign_sort(struct gen_foreign *foreign)
{
    if (foreign->n_names > 0)
        qsort(foreign->names, foreign->n_names, sizeof(foreign->names[0]), compare_names);
}

bool gen_foreign_has(const struct gen_foreign *foreign, const char *name)
{
    return foreign->n_names > 0 &&
           bsearch(&name, foreign->names, foreign->n_names, sizeof(foreign->names[0]), compare_names) != NULL;
}
