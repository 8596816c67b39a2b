/*
 * What nanopb cannot make a struct of, or none of a fixed size. Sizes stand in .options files, which nanopb alone
 * reads: only the compiler knows which are missing, and here is put together what it shall say then.
 */
#ifndef EYELET_GEN_FIXED_H
#define EYELET_GEN_FIXED_H

#include "catalog.h"

#define GEN_FIXED_NUMBER_MAX 65535 /* nanopb: pb_size_t, without PB_FIELD_32BIT */
#define GEN_FIXED_SHOWN_MAX  8     /* fields that are listed */

/*
 * struct gen_fixed - a look at the messages of a catalog
 * @states:  what is known of each of them
 * @steps:   of the walk that is under way; as many as there are messages
 * @n_lists: put together so far
 * @error:   where a failure is told
 */
struct gen_fixed {
    struct gen_pool *pool;
    const struct gen_catalog *catalog;
    struct gen_fixed_state *states;
    struct gen_fixed_step *steps;
    size_t n_lists;
    const char **error;
};

/* 0, -ENOMEM. */
int gen_fixed_init(struct gen_fixed *fixed, const struct gen_catalog *catalog, struct gen_pool *pool,
                   const char **error);

/*
 * gen_fixed_check_file() - may fields be called as they are in the header that nanopb makes of @source?
 * @ret:  the first one that is a keyword of C++, so that the header is for C alone, "demo.M.class"; NULL without one
 *
 * Return: 0; -EINVAL for a keyword of C, -EBADMSG, -ENOMEM.
 */
int gen_fixed_check_file(struct gen_fixed *fixed, const struct gen_source *source, const char **ret);

/*
 * gen_fixed_check_message() - can there be a struct of @message, with all that it contains?
 *
 * Return: 0; -EINVAL for one that contains itself and for fields with numbers that nanopb does not know; -EBADMSG,
 * -ENOMEM.
 */
int gen_fixed_check_message(struct gen_fixed *fixed, const struct gen_message *message);

/*
 * gen_fixed_explain() - what is to be said when @message turns out to have no fixed size: its fields that need one
 * @message:  has been checked
 * @ret:      behind its name, with what can stand in a string of C
 *
 * Return: 0, -ENOMEM.
 */
int gen_fixed_explain(struct gen_fixed *fixed, const struct gen_message *message, const char **ret);

#endif
