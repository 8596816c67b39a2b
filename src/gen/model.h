/*
 * What is to be written, with every name settled: from protoc's request to tables that emit only prints. All checks are
 * here, and nothing is written unless all of them pass.
 */
#ifndef EYELET_GEN_MODEL_H
#define EYELET_GEN_MODEL_H

#include <stdbool.h>

#include "backend.h"
#include "request.h"

/*
 * struct gen_type - a message as C knows it
 * @name:        full, in the .proto file, "demo.SayRequest"
 * @stem:        of the file that it is in
 * @c_type:      "Demo__SayRequest"
 * @descriptor:  "demo__say_request__descriptor"
 * @explanation: nanopb: what is said behind its name when it has no fixed size; NULL for protobuf-c
 */
struct gen_type {
    const char *name;
    const char *stem;
    const char *c_type;
    const char *descriptor;
    const char *explanation;
};

/*
 * struct gen_method - one rpc
 * @backend:             the messages' kind
 * @name:                as on the wire, "Say"
 * @member:              in the struct of handlers, "say"
 * @function:            what the names of its functions are made of, "demo_echo_say"
 * @comment:             of the .proto file; NULL without one
 * @has_request_stream:  there are any number of requests instead of one
 * @has_reply_stream:    there are any number of replies instead of one
 * @table_index:         place in the table, which is sorted by @name
 */
struct gen_method {
    const struct gen_backend *backend;
    const char *name;
    const char *member;
    const char *function;
    const char *comment;
    struct gen_type request;
    struct gen_type reply;
    bool has_request_stream;
    bool has_reply_stream;
    size_t table_index;
};

/*
 * struct gen_service - one service
 * @backend:  the messages' kind
 * @name:     full, as on the wire, "demo.Echo"
 * @prefix:   of everything in C, "demo_echo"
 * @macro:    the same for macros, "DEMO_ECHO"
 * @comment:  of the .proto file; NULL without one
 * @methods:  in the order of the .proto file
 * @sorted:   the same in the order of strcmp()
 */
struct gen_service {
    const struct gen_backend *backend;
    const char *name;
    const char *prefix;
    const char *macro;
    const char *comment;
    struct gen_method *methods;
    const struct gen_method **sorted;
    size_t n_methods;
};

/*
 * struct gen_file - one .proto file that protoc asked for
 * @backend:  the messages' kind
 * @name:     "dir/echo.proto"
 * @stem:     "dir/echo"
 * @guard:    of the header
 * @cxx_word: nanopb: the field "demo.M.class" is called like a keyword of C++; NULL when none is
 * @types:    every message that a method here takes or gives, once, in the order of their C names
 * @n_bytes:  nanopb: messages of this file that have a field of bytes
 * @bytes:    their C names
 */
struct gen_file {
    const struct gen_backend *backend;
    const char *name;
    const char *stem;
    const char *guard;
    const char *cxx_word;
    struct gen_service *services;
    size_t n_services;
    const struct gen_type **types;
    size_t n_types;
    const char **bytes;
    size_t n_bytes;
};

struct gen_model {
    struct gen_file *files;
    size_t n_files;
};

/*
 * gen_model_build() - from request to model; pure, but for a look for the headers of imported files
 * @request:  borrowed by the model
 * @ret:      set on success only
 * @reterr:   for -EINVAL: what in which file, line and column is wrong, for the user. For -EBADMSG: what is missing
 *            in the request, which protoc would not have left out
 *
 * Return: 0, -EINVAL, -EBADMSG, -ENOMEM.
 */
int gen_model_build(const gen_request *request, struct gen_pool *pool, struct gen_model *ret, const char **reterr);

#endif
