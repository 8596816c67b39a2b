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
    gen_text_printf(text, "    enum eyelet_status (*%s)(struct eyelet_call *call,", method->member);
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
                    "enum eyelet_status %s_call_send(struct eyelet_call *call,\n"
                    "    const %s *message)",
                    method->function, method->reply.c_type);
}

static void put_call_recv_head(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text,
                    "enum eyelet_got %s_call_recv(struct eyelet_call *call,\n"
                    "    const %s **ret)",
                    method->function, method->request.c_type);
}

static void declare_call_send(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "/**\n * %s_call_send() - send a reply, in the handler\n", method->function);
    gen_text_printf(text, "%s",
                    " * @call:     the handler's\n"
                    " * @message:  packed before this returns\n"
                    " *\n"
                    " * Return: see eyelet_call_send_message() in <eyelet/service.h>.\n"
                    " */\n");
    put_call_send_head(text, method);
    gen_text_printf(text, ";\n\n");
}

static void declare_call_recv(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "/**\n * %s_call_recv() - wait for the next request, in the handler\n", method->function);
    gen_text_printf(text, "%s",
                    " * @call:  the handler's\n"
                    " * @ret:   set for a message only; valid until the next one is received or the call is over\n"
                    " *\n"
                    " * Return: see eyelet_call_recv_message() in <eyelet/service.h>.\n"
                    " */\n");
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

static void put_check_call(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(text,
                    "\n"
                    "    status = check_%s(call, typed, request, userdata);\n"
                    "    if (status != EYELET_OK)\n"
                    "        return status;\n",
                    service->prefix);
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
                    "\nstatic enum eyelet_status handle_%s(struct eyelet_call *call, const void *handlers,\n"
                    "    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)\n"
                    "{\n"
                    "    const struct %s_handlers *typed = (const struct %s_handlers *)handlers;\n",
                    method->function, service->prefix, service->prefix);
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
                    "        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, \"%s has no handler for %s\");\n",
                    method->member, service->name, method->name);
    if (!method->has_request_stream)
        put_check_call(text, service);
    put_handler_call(text, method);
}

static void define_call_send(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "\n");
    put_call_send_head(text, method);
    gen_text_printf(text, "\n{\n    return eyelet_call_send_message(call, (const ProtobufCMessage *)message);\n}\n");
}

static void define_call_recv(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text, "\n");
    put_call_recv_head(text, method);
    gen_text_printf(text,
                    "\n{\n"
                    "    const ProtobufCMessage *message = NULL;\n"
                    "    enum eyelet_got got;\n\n"
                    "    got = eyelet_call_recv_message(call, &message);\n"
                    "    if (got == EYELET_GOT_MESSAGE)\n"
                    "        *ret = (const %s *)message;\n"
                    "    return got;\n"
                    "}\n",
                    method->request.c_type);
}

void gen_emit_handler_functions(struct gen_text *text, const struct gen_method *method)
{
    if (method->has_reply_stream)
        define_call_send(text, method);
    if (method->has_request_stream)
        define_call_recv(text, method);
}
