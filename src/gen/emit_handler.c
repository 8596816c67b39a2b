#include "emit_method.h"

/* A comment that ends in what this kind of method sends and receives with. */
static void put_member_comment(struct gen_text *text, const struct gen_method *method)
{
    const char *function = method->function;

    if (gen_method_is_unary(method) && !method->comment)
        return;

    gen_text_printf(text, "    /*\n");
    if (method->comment)
        gen_text_comment(text, "     * ", method->comment);
    if (method->comment && !gen_method_is_unary(method))
        gen_text_printf(text, "     *\n");
    if (method->has_request_stream)
        gen_text_printf(text, "     * Receives its requests with %s_call_recv().\n", function);
    if (method->has_reply_stream)
        gen_text_printf(text, "     * Sends its replies with %s_call_send().\n", function);
    gen_text_printf(text, "     */\n");
}

void gen_emit_member(struct gen_text *text, const struct gen_method *method)
{
    put_member_comment(text, method);
    gen_text_printf(text, "    enum eyelet_status (*%s)(struct %s_call *call,", method->member,
                    method->backend->library);
    if (!method->has_request_stream)
        gen_text_printf(text, " const %s *request,", method->request.c_type);
    if (gen_method_is_unary(method))
        gen_text_printf(text, "\n       ");
    if (!method->has_reply_stream)
        gen_text_printf(text, " %s *reply,", method->reply.c_type);
    gen_text_printf(text, " void *userdata);\n\n");
}

static void put_call_send_head(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text,
                    "enum eyelet_status %s_call_send(struct %s_call *call,\n"
                    "    const %s *message)",
                    method->function, method->backend->library, method->reply.c_type);
}

static void put_call_recv_head(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text,
                    "enum eyelet_got %s_call_recv(struct %s_call *call,\n"
                    "    const %s **ret)",
                    method->function, method->backend->library, method->request.c_type);
}

static void declare_call_send(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "/**\n * %s_call_send() - send a reply, in the handler\n", method->function);
    gen_text_printf(text,
                    " * @call:     the handler's\n"
                    " * @message:  packed before this returns\n"
                    " *\n"
                    " * Return: see %s_call_send%s() in %s.\n"
                    " */\n",
                    method->backend->library, method->backend->message_end, method->backend->manual);
    put_call_send_head(text, method);
    gen_text_printf(text, ";\n\n");
}

static void declare_call_recv(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "/**\n * %s_call_recv() - wait for the next request, in the handler\n", method->function);
    gen_text_printf(text,
                    " * @call:  the handler's\n"
                    " * @ret:   set for a message only; valid until the next one is received or the call is over\n"
                    " *\n"
                    " * Return: see %s_call_recv%s() in %s.\n"
                    " */\n",
                    method->backend->library, method->backend->message_end, method->backend->manual);
    put_call_recv_head(text, method);
    gen_text_printf(text, ";\n\n");
}

void gen_emit_handler_declarations(struct gen_text *text, const struct gen_method *method)
{
    if (method->has_reply_stream)
        declare_call_send(text, method);
    if (method->has_request_stream)
        declare_call_recv(text, method);
}

static void put_check_call(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    gen_text_printf(text, "\n    status = check_%s(call, typed, ", service->prefix);
    if (service->backend->is_fixed)
        gen_text_printf(text, "&%s, ", method->request.descriptor);
    gen_text_printf(text, "%s",
                    "request, userdata);\n"
                    "    if (status != EYELET_OK)\n"
                    "        return status;\n");
}

static void put_handler_call(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "    return typed->%s(call", method->member);
    if (!method->has_request_stream)
        gen_text_printf(text, ", (const %s *)request", method->request.c_type);
    if (!method->has_reply_stream)
        gen_text_printf(text, ", (%s *)reply", method->reply.c_type);
    gen_text_printf(text, ", userdata);\n}\n");
}

static void put_handle_head(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    gen_text_printf(text,
                    "\nstatic enum eyelet_status handle_%s(struct %s_call *call, const void *handlers,\n"
                    "    const %s *request, %s *reply, void *userdata)\n"
                    "{\n"
                    "    const struct %s_handlers *typed = (const struct %s_handlers *)handlers;\n",
                    method->function, method->backend->library, method->backend->message, method->backend->message,
                    service->prefix, service->prefix);
    if (!method->has_request_stream)
        gen_text_printf(text, "    enum eyelet_status status;\n");
    gen_text_printf(text, "\n");
    if (method->has_request_stream)
        gen_text_printf(text, "    (void)request;\n");
    if (method->has_reply_stream)
        gen_text_printf(text, "    (void)reply;\n");
}

void gen_emit_handle(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    put_handle_head(text, service, method);
    gen_text_printf(text,
                    "    if (!typed->%s)\n"
                    "        return %s_call_fail(call, EYELET_UNIMPLEMENTED, \"%s has no handler for %s\");\n",
                    method->member, method->backend->library, service->name, method->name);
    if (!method->has_request_stream)
        put_check_call(text, service, method);
    put_handler_call(text, method);
}

static void define_call_send(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "\n");
    put_call_send_head(text, method);
    gen_text_printf(text, "\n{\n    return %s_call_send%s(call, (const %s *)message);\n}\n", method->backend->library,
                    method->backend->message_end, method->backend->message);
}

static void define_call_recv(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "\n");
    put_call_recv_head(text, method);
    gen_text_printf(text,
                    "\n{\n"
                    "    const %s *message = NULL;\n"
                    "    enum eyelet_got got;\n\n"
                    "    got = %s_call_recv%s(call, &message);\n"
                    "    if (got == EYELET_GOT_MESSAGE)\n"
                    "        *ret = (const %s *)message;\n"
                    "    return got;\n"
                    "}\n",
                    method->backend->message, method->backend->library, method->backend->message_end,
                    method->request.c_type);
}

void gen_emit_handler_functions(struct gen_text *text, const struct gen_method *method)
{
    if (method->has_reply_stream)
        define_call_send(text, method);
    if (method->has_request_stream)
        define_call_recv(text, method);
}
