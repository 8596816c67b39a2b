#include "emit_method.h"

static void put_open_head(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text,
                    "enum eyelet_status %s_open(struct %s_client *client, const struct eyelet_call_opts *opts,\n"
                    "    ",
                    method->function, method->backend->library);
    if (!method->has_request_stream)
        gen_text_printf(text, "const %s *request, ", method->request.c_type);
    gen_text_printf(text, "struct %s_stream **ret, struct eyelet_error *reterr)", method->function);
}

static void put_send_head(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text,
                    "enum eyelet_status %s_send(struct %s_stream *stream,\n"
                    "    const %s *message, struct eyelet_error *reterr)",
                    method->function, method->function, method->request.c_type);
}

static void put_end_head(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "enum eyelet_status %s_end(struct %s_stream *stream, struct eyelet_error *reterr)",
                    method->function, method->function);
}

static void put_recv_head(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text,
                    "enum eyelet_got %s_recv(struct %s_stream *stream,\n"
                    "    %s %s, struct eyelet_error *reterr)",
                    method->function, method->function, method->reply.c_type,
                    method->backend->is_fixed ? "*reply" : "**ret");
}

static void put_cancel_head(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "void %s_cancel(struct %s_stream *stream)", method->function, method->function);
}

static void put_base_head(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "struct %s_stream *%s_base(struct %s_stream *stream)", method->backend->library,
                    method->function, method->function);
}

static void put_close_head(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "struct %s_stream *%s_close(struct %s_stream *stream)", method->function, method->function,
                    method->function);
}

static const char *describe(const struct gen_method *method)
{
    if (!method->has_reply_stream)
        return "many requests and then one reply";
    return method->has_request_stream ? "many requests and many replies" : "one request and then many replies";
}

static void declare_open(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    gen_text_printf(text, "/**\n * %s_open() - begin a call of %s of %s: %s\n", method->function, method->name,
                    service->name, describe(method));
    gen_text_printf(text, "%s",
                    " * @client:   an open client\n"
                    " * @opts:     may be NULL: the client's defaults\n");
    if (!method->has_request_stream)
        gen_text_printf(text, " * @request:  only read\n");
    gen_text_printf(text,
                    " * @ret:      the stream; ended with %s_close(); set on success only\n"
                    " * @reterr:   may be NULL; set on failure only\n"
                    " *\n",
                    method->function);
    gen_text_comment_above(text, " * ", method->comment);
    gen_text_printf(text, " * Return: see %s_client_open_stream() in %s.\n */\n", method->backend->library,
                    method->backend->manual);
    put_open_head(text, method);
    gen_text_printf(text, ";\n\n");
}

static void declare_send_and_end(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "/* Sends a request, which is packed before this returns: see %s_stream_send(). */\n",
                    method->backend->library);
    put_send_head(text, method);
    gen_text_printf(text, ";\n\n/* Says that there are no more requests: see %s_stream_end(). */\n",
                    method->backend->library);
    put_end_head(text, method);
    gen_text_printf(text, ";\n\n");
}

static void declare_recv(struct gen_text *text, const struct gen_method *method)
{
    const char *what = method->has_reply_stream ? "the next reply" : "the reply";

    if (method->backend->is_fixed)
        gen_text_printf(text, "/* Waits for %s, the end or an error: see %s_stream_recv(). */\n", what,
                        method->backend->library);
    else
        gen_text_printf(text,
                        "/*\n"
                        " * Waits for %s, the end or an error: see %s_stream_recv(). What it gives is the caller's "
                        "until its\n"
                        " * free_unpacked.\n"
                        " */\n",
                        what, method->backend->library);
    put_recv_head(text, method);
    gen_text_printf(text, ";\n\n");
}

static void declare_ends(struct gen_text *text, const struct gen_method *method)
{
    const struct gen_backend *backend = method->backend;

    gen_text_printf(text, "/* Gives the stream up%s: see %s_stream_cancel(). */\n",
                    backend->is_fixed ? "" : ", from any thread", backend->library);
    put_cancel_head(text, method);
    gen_text_printf(text, ";\n\n/* The same stream, for the functions of %s; it stays open. */\n",
                    backend->stream_manual);
    put_base_head(text, method);
    gen_text_printf(text, ";\n\n/* %s the stream, which may be NULL; returns NULL: see %s_stream_close(). */\n",
                    backend->is_fixed ? "Ends" : "Frees", backend->library);
    put_close_head(text, method);
    gen_text_printf(text, ";\n\n");
}

void gen_emit_stream_declarations(struct gen_text *text, const struct gen_service *service,
                                  const struct gen_method *method)
{
    gen_text_printf(text, "struct %s_stream;\n\n", method->function);
    declare_open(text, service, method);
    if (method->has_request_stream)
        declare_send_and_end(text, method);
    declare_recv(text, method);
    declare_ends(text, method);
}

static void define_open(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    gen_text_printf(text, "\n");
    put_open_head(text, method);
    gen_text_printf(text,
                    "\n{\n"
                    "    struct %s_stream *stream = NULL;\n"
                    "    enum eyelet_status status;\n\n"
                    "    status = %s_client_open_stream(client, &%s_service, &methods_of_%s[%zu], opts,\n"
                    "        ",
                    method->backend->library, method->backend->library, service->prefix, service->prefix,
                    method->table_index);
    if (method->has_request_stream)
        gen_text_printf(text, "NULL");
    else
        gen_text_printf(text, "(const %s *)request", method->backend->message);
    gen_text_printf(text, ", &stream, reterr);\n");
    gen_text_printf(text,
                    "    if (status == EYELET_OK)\n"
                    "        *ret = (struct %s_stream *)stream;\n"
                    "    return status;\n"
                    "}\n",
                    method->function);
}

static void define_send_and_end(struct gen_text *text, const struct gen_method *method)
{
    const char *library = method->backend->library;

    gen_text_printf(text, "\n");
    put_send_head(text, method);
    gen_text_printf(text,
                    "\n{\n"
                    "    return %s_stream_send((struct %s_stream *)stream, (const %s *)message, reterr);\n"
                    "}\n\n",
                    library, library, method->backend->message);
    put_end_head(text, method);
    gen_text_printf(text, "\n{\n    return %s_stream_end((struct %s_stream *)stream, reterr);\n}\n", library, library);
}

static void define_fixed_recv(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "\n");
    put_recv_head(text, method);
    gen_text_printf(text, "\n{\n    return %s_stream_recv((struct %s_stream *)stream, reply, reterr);\n}\n",
                    method->backend->library, method->backend->library);
}

static void define_recv(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "\n");
    put_recv_head(text, method);
    gen_text_printf(text,
                    "\n{\n"
                    "    ProtobufCMessage *message = NULL;\n"
                    "    enum eyelet_got got;\n\n"
                    "    got = eyelet_stream_recv((struct eyelet_stream *)stream, &message, reterr);\n"
                    "    if (got == EYELET_GOT_MESSAGE)\n"
                    "        *ret = (%s *)message;\n"
                    "    return got;\n"
                    "}\n",
                    method->reply.c_type);
}

static void define_ends(struct gen_text *text, const struct gen_method *method)
{
    const char *library = method->backend->library;

    gen_text_printf(text, "\n");
    put_cancel_head(text, method);
    gen_text_printf(text, "\n{\n    %s_stream_cancel((struct %s_stream *)stream);\n}\n\n", library, library);
    put_base_head(text, method);
    gen_text_printf(text, "\n{\n    return (struct %s_stream *)stream;\n}\n\n", library);
    put_close_head(text, method);
    gen_text_printf(text, "\n{\n    return (struct %s_stream *)%s_stream_close((struct %s_stream *)stream);\n}\n",
                    method->function, library, library);
}

void gen_emit_stream_functions(struct gen_text *text, const struct gen_service *service,
                               const struct gen_method *method)
{
    define_open(text, service, method);
    if (method->has_request_stream)
        define_send_and_end(text, method);
    if (method->backend->is_fixed)
        define_fixed_recv(text, method);
    else
        define_recv(text, method);
    define_ends(text, method);
}
