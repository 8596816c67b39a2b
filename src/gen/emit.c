#include "emit.h"

static void put_title(struct gen_text *text, const struct gen_file *file)
{
    gen_text_printf(text, "/*\n");
    gen_text_comment(text, " * Written by protoc-gen-eyelet; do not edit. Made from ", file->name);
    gen_text_printf(text, " */\n");
}

static void put_comment(struct gen_text *text, const char *indent, const char *comment)
{
    if (!comment)
        return;
    gen_text_comment(text, indent, comment);
    gen_text_printf(text, " *\n");
}

static void put_member(struct gen_text *text, const struct gen_method *method)
{
    if (method->comment) {
        gen_text_printf(text, "    /*\n");
        gen_text_comment(text, "     * ", method->comment);
        gen_text_printf(text, "     */\n");
    }
    gen_text_printf(text, "    enum eyelet_status (*%s)(struct eyelet_call *call, const %s *request,\n", method->member,
                    method->request.c_type);
    gen_text_printf(text, "        %s *reply, void *userdata);\n\n", method->reply.c_type);
}

static void put_handlers(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(text, "/**\n * struct %s_handlers - what answers the calls of %s\n *\n", service->prefix,
                    service->name);
    put_comment(text, " * ", service->comment);
    gen_text_printf(text, "%s",
                    " * A request is only read. What is put into a reply must live until that is sent, as parts of the "
                    "request do and\n"
                    " * memory of eyelet_call_alloc(). A member that is NULL answers EYELET_UNIMPLEMENTED.\n"
                    " */\n");
    gen_text_printf(text, "struct %s_handlers {\n", service->prefix);
    for (size_t i = 0; i < service->n_methods; i++)
        put_member(text, &service->methods[i]);
    gen_text_printf(
        text, "%s",
        "    /*\n"
        "     * Asked before each handler, for what every request must satisfy. A status other than EYELET_OK refuses "
        "the\n"
        "     * call. May be NULL.\n"
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

static void put_call_head(struct gen_text *text, const struct gen_method *method)
{
    gen_text_printf(text,
                    "enum eyelet_status %s(struct eyelet_client *client, const struct eyelet_call_opts *opts,\n"
                    "    const %s *request, %s **ret, struct eyelet_error *reterr)",
                    method->function, method->request.c_type, method->reply.c_type);
}

static void put_call(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    gen_text_printf(text, "/**\n * %s() - call %s of %s\n", method->function, method->name, service->name);
    gen_text_printf(text, "%s",
                    " * @client:   an open client\n"
                    " * @opts:     may be NULL: the client's defaults\n"
                    " * @request:  only read\n"
                    " * @ret:      the reply; the caller's until its free_unpacked; set on success only\n"
                    " * @reterr:   may be NULL; set on failure only\n"
                    " *\n");
    put_comment(text, " * ", method->comment);
    gen_text_printf(text, " * Return: see <eyelet/client.h>.\n */\n");
    put_call_head(text, method);
    gen_text_printf(text, ";\n\n");
}

static void put_service(struct gen_text *text, const struct gen_service *service)
{
    put_handlers(text, service);
    put_add(text, service);
    for (size_t i = 0; i < service->n_methods; i++)
        put_call(text, service, &service->methods[i]);
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

static void put_handle(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    gen_text_printf(text,
                    "\nstatic enum eyelet_status %s(struct eyelet_call *call, const void *handlers,\n"
                    "    const ProtobufCMessage *request, ProtobufCMessage *reply, void *userdata)\n"
                    "{\n",
                    method->handle);
    gen_text_printf(text,
                    "    const struct %s_handlers *typed = (const struct %s_handlers *)handlers;\n"
                    "    enum eyelet_status status;\n\n",
                    service->prefix, service->prefix);
    gen_text_printf(text,
                    "    if (!typed->%s)\n"
                    "        return eyelet_call_fail(call, EYELET_UNIMPLEMENTED, \"%s has no handler for %s\");\n\n",
                    method->member, service->name, method->name);
    gen_text_printf(text,
                    "    status = check_%s(call, typed, request, userdata);\n"
                    "    if (status != EYELET_OK)\n"
                    "        return status;\n"
                    "    return typed->%s(call, (const %s *)request, (%s *)reply, userdata);\n"
                    "}\n",
                    service->prefix, method->member, method->request.c_type, method->reply.c_type);
}

static void put_table(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(text, "\nstatic const struct eyelet_method methods_of_%s[] = {\n", service->prefix);
    for (size_t i = 0; i < service->n_methods; i++) {
        const struct gen_method *method = service->sorted[i];

        gen_text_printf(text, "    { \"%s\", &%s, &%s, %s },\n", method->name, method->request.descriptor,
                        method->reply.descriptor, method->handle);
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

static void put_call_body(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
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
    gen_text_printf(text,
                    "    if (status == EYELET_OK)\n"
                    "        *ret = (%s *)reply;\n"
                    "    return status;\n"
                    "}\n",
                    method->reply.c_type);
}

static void put_service_source(struct gen_text *text, const struct gen_service *service)
{
    if (service->n_methods > 0)
        put_check(text, service);
    for (size_t i = 0; i < service->n_methods; i++)
        put_handle(text, service, &service->methods[i]);
    if (service->n_methods > 0)
        put_table(text, service);
    put_service_definition(text, service);
    put_add_body(text, service);
    for (size_t i = 0; i < service->n_methods; i++)
        put_call_body(text, service, &service->methods[i]);
}

void gen_emit_source(struct gen_text *text, const struct gen_file *file)
{
    put_title(text, file);
    gen_text_printf(text, "#include \"%s.eyelet.h\"\n", file->stem);
    for (size_t i = 0; i < file->n_services; i++)
        put_service_source(text, &file->services[i]);
}
