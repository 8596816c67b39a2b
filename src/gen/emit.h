/*
 * From model to text: prints what is settled, checks nothing.
 */
#ifndef EYELET_GEN_EMIT_H
#define EYELET_GEN_EMIT_H

#include "model.h"
#include "text.h"

/* stem.eyelet.h: the struct of handlers, the table and the functions of every service. */
void gen_emit_header(struct gen_text *text, const struct gen_file *file);

/* stem.eyelet.c: tables and thin stubs; all work is in the library. */
void gen_emit_source(struct gen_text *text, const struct gen_file *file);

#endif
