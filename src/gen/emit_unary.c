#include "emit_method.h"

static void put_call_head(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text,
                    "enum eyelet_status %s(struct %s_client *client, const struct eyelet_call_opts *opts,\n"
                    "    const %s *request, %s %s, struct eyelet_error *reterr)",
                    method->function, method->backend->library, method->request.c_type, method->reply.c_type,
                    method->backend->is_fixed ? "*reply" : "**ret");
}

/* The parameters of the program's function, which is told of the end of a call. */
static void put_done_parameters(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text,
                    "(enum eyelet_status status, %s *reply,\n"
                    "        const struct eyelet_error *error, void *userdata)",
                    method->reply.c_type);
}

static void put_start_head(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text,
                    "enum eyelet_status %s_start(struct %s_client *client, const struct eyelet_call_opts *opts,\n"
                    "    const %s *request,",
                    method->function, method->backend->library, method->request.c_type);
    if (method->backend->is_fixed)
        gen_text_printf(text, " %s *reply,", method->reply.c_type);
    gen_text_printf(text, "\n    void (*done)");
    put_done_parameters(text, method);
    gen_text_printf(text, ",\n    void *userdata, struct %s_pending **ret, struct eyelet_error *reterr)",
                    method->backend->library);
}

static void put_collect_head(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "enum eyelet_status %s_collect(struct %s_pending *pending,", method->function,
                    method->backend->library);
    if (!method->backend->is_fixed)
        gen_text_printf(text, " %s **ret,", method->reply.c_type);
    gen_text_printf(text, "\n    struct eyelet_error *reterr)");
}

/* Where the reply of a call that is waited for goes. */
static void put_reply_parameter(struct gen_text *text, const struct gen_method *method)
{
    if (method->backend->is_fixed)
        gen_text_printf(text, " * @reply:    the reply goes there; it means something on success only\n");
    else
        gen_text_printf(text, " * @ret:      the reply; the caller's until its free_unpacked; set on success only\n");
}

static void declare_call(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    gen_text_printf(text, "/**\n * %s() - call %s of %s\n", method->function, method->name, service->name);
    gen_text_printf(text, "%s",
                    " * @client:   an open client\n"
                    " * @opts:     may be NULL: the client's defaults\n"
                    " * @request:  only read\n");
    put_reply_parameter(text, method);
    gen_text_printf(text, " * @reterr:   may be NULL; set on failure only\n *\n");
    gen_text_comment_above(text, " * ", method->comment);
    gen_text_printf(text, " * Return: see <eyelet/client.h>.\n */\n");
    put_call_head(text, method);
    gen_text_printf(text, ";\n\n");
}

static void declare_start(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "/**\n * %s_start() - the same call, but it is not waited for\n", method->function);
    if (method->backend->is_fixed)
        gen_text_printf(text, " * @reply:     the reply goes there; must stay until the call is over\n");
    gen_text_printf(text,
                    " * @done:      told of the end, once: with %s, or with an error, which is not\n"
                    " *             valid any more when it has returned. May be NULL: %s_collect() waits then\n",
                    method->backend->is_fixed ? "@reply" : "a reply, which it frees", method->function);
    gen_text_printf(text,
                    " * @userdata:  handed to @done\n"
                    " * @ret:       the call, for %s_pending_cancel(); may be NULL when @done is not\n"
                    " *\n"
                    " * Return: see %s_client_start() in %s.\n"
                    " */\n",
                    method->backend->library, method->backend->library, method->backend->manual);
    put_start_head(text, method);
    gen_text_printf(text, ";\n\n");
}

static void declare_collect(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "/**\n * %s_collect() - wait for the end of such a call\n", method->function);
    gen_text_printf(text,
                    " * @pending:  what %s_start() gave without a function to be told; of no more use after this\n",
                    method->function);
    if (!method->backend->is_fixed)
        put_reply_parameter(text, method);
    gen_text_printf(text, "%s",
                    " * @reterr:   may be NULL; set on failure only\n"
                    " *\n"
                    " * Return: see <eyelet/client.h>.\n"
                    " */\n");
    put_collect_head(text, method);
    gen_text_printf(text, ";\n\n");
}

void gen_emit_unary_declarations(struct gen_text *text, const struct gen_service *service,
                                 const struct gen_method *method)
{
    declare_call(text, service, method);
    declare_start(text, method);
    declare_collect(text, method);
}

/* The end of a function whose reply the library has put into a message of any type. */
static void put_hand_over(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text,
                    "    if (status == EYELET_OK)\n"
                    "        *ret = (%s *)reply;\n"
                    "    return status;\n"
                    "}\n",
                    method->reply.c_type);
}

/* Its reply lies where the caller wants it. */
static void define_fixed_call(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    gen_text_printf(text, "\n");
    put_call_head(text, method);
    gen_text_printf(text,
                    "\n{\n"
                    "    return %s_client_call(client, &%s_service, &methods_of_%s[%zu], opts,\n"
                    "        request, reply, reterr);\n"
                    "}\n",
                    method->backend->library, service->prefix, service->prefix, method->table_index);
}

static void define_call(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    gen_text_printf(text, "\n");
    put_call_head(text, method);
    gen_text_printf(text,
                    "\n{\n"
                    "    ProtobufCMessage *reply = NULL;\n"
                    "    enum eyelet_status status;\n\n"
                    "    status = eyelet_client_call(client, &%s_service, &methods_of_%s[%zu], opts,\n"
                    "        (const ProtobufCMessage *)request, &reply, reterr);\n",
                    service->prefix, service->prefix, method->table_index);
    put_hand_over(text, method);
}

static void define_tell(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text,
                    "\nstatic void tell_%s(void (*done)(void), enum eyelet_status status, %s *reply,\n"
                    "    const struct eyelet_error *error, void *userdata)\n"
                    "{\n"
                    "    typedef void (*typed_fn)",
                    method->function, method->backend->message);
    put_done_parameters(text, method);
    gen_text_printf(text, ";\n\n    ((typed_fn)done)(status, (%s *)reply, error, userdata);\n}\n",
                    method->reply.c_type);
}

static void define_start(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    gen_text_printf(text, "\n");
    put_start_head(text, method);
    gen_text_printf(text,
                    "\n{\n"
                    "    return %s_client_start(client, &%s_service, &methods_of_%s[%zu], opts,\n"
                    "        (const %s *)request, %stell_%s, (void (*)(void))done, userdata, ret, "
                    "reterr);\n"
                    "}\n",
                    method->backend->library, service->prefix, service->prefix, method->table_index,
                    method->backend->message, method->backend->is_fixed ? "reply, " : "", method->function);
}

static void define_fixed_collect(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "\n");
    put_collect_head(text, method);
    gen_text_printf(text, "\n{\n    return %s_client_collect(pending, reterr);\n}\n", method->backend->library);
}

static void define_collect(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "\n");
    put_collect_head(text, method);
    gen_text_printf(text, "%s",
                    "\n{\n"
                    "    ProtobufCMessage *reply = NULL;\n"
                    "    enum eyelet_status status;\n\n"
                    "    status = eyelet_client_collect(pending, &reply, reterr);\n");
    put_hand_over(text, method);
}

void gen_emit_unary_functions(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    if (method->backend->is_fixed)
        define_fixed_call(text, service, method);
    else
        define_call(text, service, method);
    define_tell(text, method);
    define_start(text, service, method);
    if (method->backend->is_fixed)
        define_fixed_collect(text, method);
    else
        define_collect(text, method);
}
