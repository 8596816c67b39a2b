#include "emit.h"

#include <string.h>

#include "emit_method.h"

static void put_title(struct gen_text *text, const struct gen_file *file)
{
    gen_text_printf(text, "/*\n");
    gen_text_comment(text, " * Written by protoc-gen-eyelet; do not edit. Made from ", file->name);
    gen_text_printf(text, " */\n");
}

static void put_check_member(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(
        text, "%s",
        "    /*\n"
        "     * Asked before each handler that is handed one request, for what every request must satisfy. A status\n"
        "     * other than EYELET_OK refuses the call. Where the requests are a stream it is not asked, since the\n"
        "     * handler has the call before there is a request: it looks at each one itself. May be NULL.\n");
    if (service->backend->is_fixed)
        gen_text_printf(text, "     *\n     * @type says which message it is; nanopb calls it x_fields.\n");
    gen_text_printf(text,
                    "     */\n"
                    "    enum eyelet_status (*check_request)(struct %s_call *call, %s,\n"
                    "        void *userdata);\n",
                    service->backend->library, service->backend->check_parameters);
}

static void put_handlers(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(text, "/**\n * struct %s_handlers - what answers the calls of %s\n *\n", service->prefix,
                    service->name);
    gen_text_comment_above(text, " * ", service->comment);
    if (service->backend->is_fixed)
        gen_text_printf(text, "%s",
                        " * A request is only read. A reply has its default values until its handler fills it in.\n *");
    else
        gen_text_printf(text, "%s",
                        " * A request is only read. What is put into a reply must live until that is sent, as parts of "
                        "the request do and\n"
                        " * memory of eyelet_call_alloc().");
    gen_text_printf(text, " A member that is NULL answers EYELET_UNIMPLEMENTED.\n */\n");
    gen_text_printf(text, "struct %s_handlers {\n", service->prefix);
    for (size_t i = 0; i < service->n_methods; i++)
        gen_emit_member(text, &service->methods[i]);
    put_check_member(text, service);
    gen_text_printf(text, "};\n\n");
}

static void put_add_head(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(text,
                    "enum eyelet_status %s_add(struct %s_server *server,\n"
                    "    const struct %s_handlers *handlers, void *userdata%s)",
                    service->prefix, service->backend->library, service->prefix,
                    service->backend->is_fixed ? ", struct eyelet_error *reterr" : "");
}

static void put_add(struct gen_text *text, const struct gen_service *service)
{
    const char *library = service->backend->library;

    gen_text_printf(text, "extern const struct %s_service %s_service;\n\n", library, service->prefix);
    gen_text_printf(text, "/**\n * %s_add() - let a server answer for %s\n", service->prefix, service->name);
    gen_text_printf(text, "%s",
                    " * @server:    a server that is not running\n"
                    " * @handlers:  not NULL, though any of its members may be; must outlive @server\n"
                    " * @userdata:  handed to every handler\n");
    if (service->backend->is_fixed)
        gen_text_printf(text, " * @reterr:    may be NULL; set on failure only\n");
    gen_text_printf(text, " *\n * Return: see %s_server_add_service() in %s.\n */\n", library,
                    service->backend->manual);
    put_add_head(text, service);
    gen_text_printf(text, ";\n\n");
}

static void put_method(struct gen_text *text, const struct gen_service *service, const struct gen_method *method)
{
    gen_emit_handler_declarations(text, method);
    if (gen_method_is_unary(method))
        gen_emit_unary_declarations(text, service, method);
    else
        gen_emit_stream_declarations(text, service, method);
}

/* As the size of a union, which a compiler works out in linear time; nested ?: would be in square time. */
static void put_message_size(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(text, "/* Bytes for one request of %s and its reply: message_size of a server's options. */\n",
                    service->name);
    if (service->n_methods == 0) {
        gen_text_printf(text, "#define %s_MESSAGE_SIZE ((size_t)1)\n\n", service->macro);
        return;
    }

    gen_text_printf(text, "union %s_messages {\n", service->prefix);
    for (size_t i = 0; i < service->n_methods; i++) {
        const struct gen_method *method = &service->methods[i];

        gen_text_printf(text,
                        "    unsigned char %s[EYELET_NANO_ROUND(sizeof(%s)) +\n"
                        "        EYELET_NANO_ROUND(sizeof(%s))];\n",
                        method->member, method->request.c_type, method->reply.c_type);
    }
    gen_text_printf(text, "};\n#define %s_MESSAGE_SIZE (sizeof(union %s_messages))\n\n", service->macro,
                    service->prefix);
}

#define PAYLOAD_HEAD_LEN 6  /* a tag, and the longest length */
#define TIMEOUT_LEN      11 /* a tag, and the longest varint */

/* Bytes of a string in an envelope. */
static size_t string_field_len(const char *value)
{
    size_t len = strlen(value), field_len = len + 2;

    for (size_t left = len; left > 127; left >>= 7)
        field_len++;
    return field_len;
}

/* Bytes of an envelope around a request; the messages of a stream have none, and then there is room to spare. */
static size_t request_head_len(const struct gen_service *service, const struct gen_method *method)
{
    return string_field_len(service->name) + string_field_len(method->name) + TIMEOUT_LEN + PAYLOAD_HEAD_LEN;
}

static void put_frame_size(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(
        text,
        "/*\n"
        " * Bytes of the longest frame of %s, for frame_max in the options of a server or a client: any request and\n"
        " * any reply fit, in their envelopes and with a deadline, but metadata needs more.\n"
        " */\n"
        "union frames_of_%s {\n"
        "    unsigned char at_least[EYELET_NANO_FRAME_MIN];\n",
        service->name, service->prefix);
    for (size_t i = 0; i < service->n_methods; i++) {
        const struct gen_method *method = &service->methods[i];

        gen_text_printf(text,
                        "    unsigned char %s_request[%zu + %s_size];\n"
                        "    unsigned char %s_reply[%d + %s_size];\n",
                        method->member, request_head_len(service, method), method->request.c_type, method->member,
                        PAYLOAD_HEAD_LEN, method->reply.c_type);
    }
    gen_text_printf(text, "};\n#define %s_FRAME_SIZE (sizeof(union frames_of_%s))\n\n", service->macro,
                    service->prefix);
}

/*
 * Functions are called the same with both backends. From two libraries a linker would take those that it finds first;
 * a reference from here to what only the right source has makes it take both sources, and then it refuses.
 */
static void put_mark(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(
        text,
        "/* \"multiple definition\" of functions of %s? Part of this program has them with BACKEND %s, part with\n"
        "   the other: only one can be linked. */\n"
        "extern const char %s_makes_%s;\n"
        "#if defined(__GNUC__)\n"
        "static const char *const backend_of_%s __attribute__((__used__)) = &%s_makes_%s;\n"
        "#endif\n\n",
        service->name, service->backend->name, service->backend->word, service->prefix, service->prefix,
        service->backend->word, service->prefix);
}

static void put_service(struct gen_text *text, const struct gen_service *service)
{
    put_mark(text, service);
    put_handlers(text, service);
    put_add(text, service);
    if (service->backend->is_fixed) {
        put_message_size(text, service);
        put_frame_size(text, service);
    }
    for (size_t i = 0; i < service->n_methods; i++)
        put_method(text, service, &service->methods[i]);
}

/* Where nanopb gives a message another name, it defines the one that it would have had. */
static void put_size_check(struct gen_text *text, const struct gen_type *type)
{
    gen_text_printf(text,
                    "#if defined(%s)\n"
                    "#error \"%s must keep its name in C: mangle_names and package do not go with eyelet, see "
                    "%s.options\"\n"
                    "#elif !defined(%s_size)\n"
                    "#error \"%s has no fixed size%s\"\n"
                    "#define %s_size 1 /* said once, and no more of it */\n"
                    "#endif\n"
                    "EYELET_NANO_CHECK_MESSAGE(%s, \"%s\");\n\n",
                    type->c_type, type->name, type->stem, type->c_type, type->name, type->explanation, type->c_type,
                    type->c_type, type->name);
}

void gen_emit_header(struct gen_text *text, const struct gen_file *file)
{
    put_title(text, file);
    gen_text_printf(text, "#ifndef %s\n#define %s\n\n", file->guard, file->guard);
    gen_text_printf(text, "#include %s\n\n", file->backend->manual);
    if (file->cxx_word)
        gen_text_printf(
            text,
            "#ifdef __cplusplus\n"
            "#error \"%s is a keyword of C++, so nanopb's header is for C alone: give the field another name, "
            "which changes nothing on the wire\"\n"
            "#endif\n\n",
            file->cxx_word);
    gen_text_printf(text, "#include \"%s%s\"\n\n", file->stem, file->backend->header_end);
    for (size_t i = 0; file->backend->is_fixed && i < file->n_types; i++)
        put_size_check(text, file->types[i]);

    gen_text_printf(text, "EYELET_BEGIN_DECLS\n\n");
    for (size_t i = 0; i < file->n_services; i++)
        put_service(text, &file->services[i]);
    gen_text_printf(text, "EYELET_END_DECLS\n\n#endif\n");
}

static void put_check(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(text,
                    "\nstatic enum eyelet_status check_%s(struct %s_call *call,\n"
                    "    const struct %s_handlers *handlers, %s, void *userdata)\n",
                    service->prefix, service->backend->library, service->prefix, service->backend->check_parameters);
    gen_text_printf(text,
                    "{\n"
                    "    return handlers->check_request ? handlers->check_request(call, %srequest, userdata) : "
                    "EYELET_OK;\n"
                    "}\n",
                    service->backend->is_fixed ? "type, " : "");
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
    gen_text_printf(text, "\nstatic const struct %s_method methods_of_%s[] = {\n", service->backend->library,
                    service->prefix);
    for (size_t i = 0; i < service->n_methods; i++) {
        const struct gen_method *method = service->sorted[i];

        gen_text_printf(text, "    { \"%s\", &%s, &%s,\n", method->name, method->request.descriptor,
                        method->reply.descriptor);
        if (service->backend->is_fixed)
            gen_text_printf(text, "        sizeof(%s), sizeof(%s), %s_size,\n", method->request.c_type,
                            method->reply.c_type, method->reply.c_type);
        gen_text_printf(text, "        %s, handle_%s },\n", kind_of(method), method->function);
    }
    gen_text_printf(text, "};\n");
}

static void put_service_definition(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(text, "\nconst struct %s_service %s_service = { \"%s\", ", service->backend->library,
                    service->prefix, service->name);
    if (service->n_methods > 0)
        gen_text_printf(text, "methods_of_%s, %zu };\n", service->prefix, service->n_methods);
    else
        gen_text_printf(text, "NULL, 0 };\n");
    gen_text_printf(text, "const char %s_makes_%s = 1;\n", service->backend->word, service->prefix);
}

static void put_add_body(struct gen_text *text, const struct gen_service *service)
{
    gen_text_printf(text, "\n");
    put_add_head(text, service);
    gen_text_printf(text, "\n{\n    return %s_server_add_service(server, &%s_service, handlers, userdata%s);\n}\n",
                    service->backend->library, service->prefix, service->backend->is_fixed ? ", reterr" : "");
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

/* nanopb does not know how many bytes of an odd number it may take; what it leaves out has no list of fields. */
static void put_bytes_checks(struct gen_text *text, const struct gen_file *file)
{
    if (file->n_bytes > 0)
        gen_text_printf(text, "\n#include <eyelet/nano_check.h>\n");
    for (size_t i = 0; i < file->n_bytes; i++)
        gen_text_printf(text, "\n#ifdef %s_FIELDLIST\nEYELET_NANO_EVEN(%s)\n#endif\n", file->bytes[i], file->bytes[i]);
}

void gen_emit_source(struct gen_text *text, const struct gen_file *file)
{
    put_title(text, file);
    gen_text_printf(text, "#include \"%s.eyelet.h\"\n", file->stem);
    put_bytes_checks(text, file);
    for (size_t i = 0; i < file->n_services; i++)
        put_service_source(text, &file->services[i]);
}
