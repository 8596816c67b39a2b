#include "emit.h"

#include "emit_method.h"

static void put_title(struct gen_text *text, const struct gen_file *file)
{
    gen_text_printf(text, "/*\n");
    gen_text_comment(text, " * Written by protoc-gen-eyelet; do not edit. Made from ", file->name);
    gen_text_printf(text, " */\n");
}

static void put_handlers(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(text, "/**\n * struct %s_handlers - what answers the calls of %s\n *\n", service->prefix,
                    service->name);
    gen_text_comment_above(text, " * ", service->comment);
    gen_text_printf(text, "%s",
                    " * A request is only read. What is put into a reply must live until that is sent, as parts of the "
                    "request do and\n"
                    " * memory of eyelet_call_alloc(). A member that is NULL answers EYELET_UNIMPLEMENTED.\n"
                    " */\n");
    gen_text_printf(text, "struct %s_handlers {\n", service->prefix);
    for (size_t i = 0; i < service->n_methods; i++)
        gen_emit_member(text, &service->methods[i]);
    gen_text_printf(
        text, "%s",
        "    /*\n"
        "     * Asked before each handler that is handed one request, for what every request must satisfy. A status\n"
        "     * other than EYELET_OK refuses the call. Where the requests are a stream it is not asked, since the\n"
        "     * handler has the call before there is a request: it looks at each one itself. May be NULL.\n"
        "     */\n"
        "    enum eyelet_status (*check_request)(struct eyelet_call *call, const ProtobufCMessage *request,\n"
        "        void *userdata);\n"
        "};\n\n");
}

static void put_add(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(text, "extern const struct eyelet_service %s_service;\n\n", service->prefix);
    gen_text_printf(text, "/**\n * %s_add() - let a server answer for %s\n", service->prefix, service->name);
    gen_text_printf(text, "%s",
                    " * @server:    a server that is not running\n"
                    " * @handlers:  not NULL, though any of its members may be; must outlive @server\n"
                    " * @userdata:  handed to every handler\n"
                    " *\n"
                    " * Return: see eyelet_server_add_service() in <eyelet/service.h>.\n"
                    " */\n");
    gen_text_printf(text,
                    "enum eyelet_status %s_add(struct eyelet_server *server,\n"
                    "    const struct %s_handlers *handlers, void *userdata);\n\n",
                    service->prefix, service->prefix);
}

static void put_method(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    gen_emit_handler_declarations(text, method);
    if (gen_method_is_unary(method))
        gen_emit_unary_declarations(text, service, method);
    else
        gen_emit_stream_declarations(text, service, method);
}

static void put_service(struct gen_text *text, const struct gen_service *service)
{
    put_handlers(text, service);
    put_add(text, service);
    for (size_t i = 0; i < service->n_methods; i++)
        put_method(text, service, &service->methods[i]);
}

void gen_emit_header(struct gen_text *text, const struct gen_file *file)
{
    put_title(text, file);
    gen_text_printf(text, "#ifndef %s\n#define %s\n\n", file->guard, file->guard);
    gen_text_printf(text, "#include <eyelet/service.h>\n\n");
    gen_text_printf(text, "#include \"%s.pb-c.h\"\n\n", file->stem);

    gen_text_printf(text, "EYELET_BEGIN_DECLS\n\n");
    for (size_t i = 0; i < file->n_services; i++)
        put_service(text, &file->services[i]);
    gen_text_printf(text, "EYELET_END_DECLS\n\n#endif\n");
}

static void put_check(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(text,
                    "\nstatic enum eyelet_status check_%s(struct eyelet_call *call,\n"
                    "    const struct %s_handlers *handlers, const ProtobufCMessage *request, void *userdata)\n",
                    service->prefix, service->prefix);
    gen_text_printf(
        text, "%s",
        "{\n"
        "    return handlers->check_request ? handlers->check_request(call, request, userdata) : EYELET_OK;\n"
        "}\n");
}

/* As the library calls it. */
static const char *kind_of(const struct gen_method *method)
{
    if (method->has_request_stream)
        return method->has_reply_stream ? "EYELET_BIDI_STREAM" : "EYELET_CLIENT_STREAM";
    return method->has_reply_stream ? "EYELET_SERVER_STREAM" : "EYELET_UNARY";
}

static void put_table(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(text, "\nstatic const struct eyelet_method methods_of_%s[] = {\n", service->prefix);
    for (size_t i = 0; i < service->n_methods; i++) {
        const struct gen_method *method = service->sorted[i];

        gen_text_printf(text, "    { \"%s\", &%s, &%s,\n        %s, handle_%s },\n", method->name,
                        method->request.descriptor, method->reply.descriptor, kind_of(method), method->function);
    }
    gen_text_printf(text, "};\n");
}

static void put_service_definition(struct gen_text *text, const struct gen_service *service)
{
    if (service->n_methods > 0)
        gen_text_printf(text, "\nconst struct eyelet_service %s_service = { \"%s\", methods_of_%s, %zu };\n",
                        service->prefix, service->name, service->prefix, service->n_methods);
    else
        gen_text_printf(text, "\nconst struct eyelet_service %s_service = { \"%s\", NULL, 0 };\n", service->prefix,
                        service->name);
}

static void put_add_body(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(text,
                    "\nenum eyelet_status %s_add(struct eyelet_server *server,\n"
                    "    const struct %s_handlers *handlers, void *userdata)\n"
                    "{\n",
                    service->prefix, service->prefix);
    gen_text_printf(text, "    return eyelet_server_add_service(server, &%s_service, handlers, userdata);\n}\n",
                    service->prefix);
}

static void put_method_source(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    gen_emit_handler_functions(text, method);
    if (gen_method_is_unary(method))
        gen_emit_unary_functions(text, service, method);
    else
        gen_emit_stream_functions(text, service, method);
}

/* What is static and not used would make a compiler warn. */
static bool has_single_request(const struct gen_service *service)
{
    for (size_t i = 0; i < service->n_methods; i++) {
        if (!service->methods[i].has_request_stream)
            return true;
    }
    return false;
}

static void put_service_source(struct gen_text *text, const struct gen_service *service)
{
    if (has_single_request(service))
        put_check(text, service);
    for (size_t i = 0; i < service->n_methods; i++)
        gen_emit_handle(text, service, &service->methods[i]);
    if (service->n_methods > 0)
        put_table(text, service);
    put_service_definition(text, service);
    put_add_body(text, service);
    for (size_t i = 0; i < service->n_methods; i++)
        put_method_source(text, service, &service->methods[i]);
}

void gen_emit_source(struct gen_text *text, const struct gen_file *file)
{
    put_title(text, file);
    gen_text_printf(text, "#include \"%s.eyelet.h\"\n", file->stem);
    for (size_t i = 0; i < file->n_services; i++)
        put_service_source(text, &file->services[i]);
}
