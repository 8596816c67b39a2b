/*
 * The parts of emit that print what belongs to one method: its handler in the server, the calls of a client, and the
 * streams of one. Header and source each have a function; what they print together has its names from note_method() in
 * model.c, and a new one must be added there.
 */
#ifndef EYELET_GEN_EMIT_METHOD_H
#define EYELET_GEN_EMIT_METHOD_H

#include <stdbool.h>

#include "model.h"
#include "text.h"

static inline bool gen_method_is_unary(const struct gen_method *method)
{
    return !method->has_request_stream && !method->has_reply_stream;
}

/* Server: the member of the struct of handlers, what a handler sends and receives with, and its place in the table. */
void gen_emit_member(struct gen_text *text, const struct gen_method *method);
void gen_emit_handler_declarations(struct gen_text *text, const struct gen_method *method);
void gen_emit_handle(struct gen_text *text, const struct gen_service *service, const struct gen_method *method);
void gen_emit_handler_functions(struct gen_text *text, const struct gen_method *method);

/* Client, for a method without streams: a call that waits, and one that does not. */
void gen_emit_unary_declarations(struct gen_text *text, const struct gen_service *service,
                                 const struct gen_method *method);
void gen_emit_unary_functions(struct gen_text *text, const struct gen_service *service,
                              const struct gen_method *method);

/* Client, for a method with streams: the handle and what is done with it. */
void gen_emit_stream_declarations(struct gen_text *text, const struct gen_service *service,
                                  const struct gen_method *method);
void gen_emit_stream_functions(struct gen_text *text, const struct gen_service *service,
                               const struct gen_method *method);

#endif
