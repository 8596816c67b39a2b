/*
 * A text that grows, for writing files. Without memory it stays as it is and remembers that: the writer writes on and
 * looks once, at the end.
 */
#ifndef EYELET_GEN_TEXT_H
#define EYELET_GEN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "pool.h"

/*
 * struct gen_text - a text in memory of a pool
 * @pool:        where it grows
 * @data:        NUL-terminated once something was put in; NULL before
 * @len:         bytes of text, without the NUL
 * @cap:         bytes in @data
 * @has_failed:  something was left out for want of memory
 */
struct gen_text {
    struct gen_pool *pool;
    char *data;
    size_t len;
    size_t cap;
    bool has_failed;
};

void gen_text_init(struct gen_text *text, struct gen_pool *pool);
void gen_text_put(struct gen_text *text, const char *data, size_t len);
void gen_text_printf(struct gen_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * gen_text_comment() - put @comment so that it can stand inside of a C comment
 * @text:     the text
 * @indent:   put before each line, such as " * "; its trailing spaces are left out on an empty line
 * @comment:  anything at all, as it came out of a .proto file
 *
 * It cannot end the comment around it, nor make a compiler warn: no comment mark, no trigraph, no control byte, no
 * invalid UTF-8 and no character that turns the direction of writing is left in it. Each line ends with a newline.
 */
void gen_text_comment(struct gen_text *text, const char *indent, const char *comment);

/* The same with an empty line of the comment below it; nothing for a @comment that is NULL. */
void gen_text_comment_above(struct gen_text *text, const char *indent, const char *comment);

#endif
