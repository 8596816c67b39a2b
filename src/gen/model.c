#include "model.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "fixed.h"
#include "foreign.h"
#include "names.h"
#include "options.h"
#include "place.h"

/* Where something stands in its file: a path of SourceCodeInfo. */
struct place {
    int32_t path[4];
    size_t n_path;
};

/*
 * struct c_name - a name of ours that ends up in C, to find two things that would share one
 * @order:    of being noted
 * @what:     what it is made for, "rpc Say in demo.Echo"
 * @file:     where that stands
 * @place:    see @file
 */
struct c_name {
    const char *name;
    size_t order;
    const char *what;
    const gen_proto_file *file;
    struct place place;
};

struct builder {
    struct gen_pool *pool;
    const gen_request *request;
    struct gen_options options;
    struct gen_catalog catalog;
    struct gen_fixed fixed;
    struct gen_foreign foreign;
    struct c_name *names;
    size_t n_names;
    size_t names_cap;
    const char *error;
};

static struct place file_place(int32_t field)
{
    return (struct place){ { field }, 1 };
}

static struct place import_place(size_t import)
{
    return (struct place){ { GEN_FILE_DEPENDENCY, (int32_t)import }, 2 };
}

/* An option of protoc-c's. */
static struct place pb_c_place(int32_t option)
{
    return (struct place){ { GEN_FILE_OPTIONS, gen_backend_protobuf_c.file_option_tag, option }, 3 };
}

static struct place service_place(size_t service)
{
    return (struct place){ { GEN_FILE_SERVICE, (int32_t)service }, 2 };
}

static struct place method_place(size_t service, size_t method)
{
    return (struct place){ { GEN_FILE_SERVICE, (int32_t)service, GEN_SERVICE_METHOD, (int32_t)method }, 4 };
}

static const char *where(struct builder *builder, const gen_proto_file *file, struct place place)
{
    return gen_place_text(builder->pool, file, place.path, place.n_path);
}

static int __attribute__((format(printf, 4, 5)))
refuse(struct builder *builder, const gen_proto_file *file, struct place place, const char *format, ...)
{
    va_list args;
    int r;

    va_start(args, format);
    r = gen_place_refuse(builder->pool, file, place.path, place.n_path, &builder->error, format, args);
    va_end(args);
    return r;
}

static int malformed(struct builder *builder, const char *what)
{
    builder->error = what;
    return what ? -EBADMSG : -ENOMEM;
}

static int mark_made_files(struct builder *builder)
{
    for (size_t i = 0; i < builder->request->n_file_to_generate; i++) {
        struct gen_source *source = gen_catalog_find_source(&builder->catalog, builder->request->file_to_generate[i]);

        if (!source)
            return malformed(builder, "a file to generate is not described");
        source->is_made = true;
    }
    for (size_t i = 0; i < builder->options.n_imports; i++) {
        struct gen_source *source = gen_catalog_find_source(&builder->catalog, builder->options.imports[i]);

        if (source) /* not every file imports all that another call makes */
            source->is_made = true;
    }
    return 0;
}

/* Names of C: all are noted down, sorted once at the end, and then two that are alike stand side by side. */

static int note_name(struct builder *builder, const char *name, const char *what, const gen_proto_file *file,
                     struct place place)
{
    if (builder->n_names == builder->names_cap) {
        size_t cap = builder->names_cap > 0 ? builder->names_cap * 2 : 256;
        struct c_name *names = gen_pool_array(builder->pool, cap, sizeof(names[0]));

        if (!names)
            return -ENOMEM;
        if (builder->n_names > 0)
            memcpy(names, builder->names, builder->n_names * sizeof(names[0]));
        builder->names = names;
        builder->names_cap = cap;
    }
    if (!name)
        return -ENOMEM;

    builder->names[builder->n_names] = (struct c_name){ name, builder->n_names, what, file, place };
    builder->n_names++;
    return 0;
}

/* Those of all messages, since any of their headers may be included. */
static int note_foreign_names(struct builder *builder)
{
    bool is_nanopb = builder->options.backend->is_fixed;
    struct gen_foreign *foreign = &builder->foreign;
    int r = 0;

    gen_foreign_init(foreign, builder->pool);
    for (size_t i = 0; r == 0 && is_nanopb && i < builder->catalog.n_sources; i++)
        r = gen_foreign_add_nanopb_file(foreign, builder->catalog.sources[i].package,
                                        builder->catalog.sources[i].proto);
    for (size_t i = 0; r == 0 && i < builder->catalog.n_messages; i++) {
        const struct gen_message *type = &builder->catalog.messages[i];

        if (is_nanopb)
            r = gen_foreign_add_nanopb(foreign, type->source->package, type->name, type->proto);
        else
            r = gen_foreign_add_protoc_c(foreign, type->source->package, type->name);
    }
    if (r == -EBADMSG)
        return malformed(builder, "a field, an enum or one of its values has no name");
    gen_foreign_sort(foreign);
    return r;
}

static int refuse_foreign(struct builder *builder, const gen_proto_file *file, struct place place, const char *what,
                          const char *name)
{
    return refuse(builder, file, place, "%s needs the name %s in C, which %s uses for a message", what, name,
                  builder->options.backend->tool);
}

static int compare_c_names(const void *a, const void *b)
{
    const struct c_name *left = a, *right = b;
    int order = strcmp(left->name, right->name);

    return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

static int check_names(struct builder *builder)
{
    const struct c_name *first = NULL, *second = NULL;
    const char *at;

    qsort(builder->names, builder->n_names, sizeof(builder->names[0]), compare_c_names);
    for (size_t i = 0; i < builder->n_names; i++) {
        const struct c_name *name = &builder->names[i];
        bool is_second = i > 0 && strcmp(name->name, name[-1].name) == 0;

        if ((is_second || gen_foreign_has(&builder->foreign, name->name)) && (!second || name->order < second->order)) {
            first = is_second ? name - 1 : NULL;
            second = name;
        }
    }
    if (!second)
        return 0;

    if (!first)
        return refuse_foreign(builder, second->file, second->place, second->what, second->name);
    at = where(builder, first->file, first->place);
    if (!at)
        return -ENOMEM;
    return refuse(builder, second->file, second->place, "%s needs the name %s in C, which %s has already (%s)",
                  second->what, second->name, first->what, at);
}

/* Services */

static int name_type(struct builder *builder, const struct gen_message *type, struct gen_type *ret)
{
    struct gen_pool *pool = builder->pool;
    const char *package = type->source->package;
    bool is_nanopb = builder->options.backend->is_fixed;

    ret->name = type->full_name + 1;
    ret->stem = gen_name_stem(pool, type->source->proto->name);
    ret->c_type = is_nanopb ? gen_name_nanopb(pool, package, type->name) : gen_name_type(pool, package, type->name);
    ret->descriptor = is_nanopb ? ret->c_type : gen_name_type_lower(pool, package, type->name);
    if (!ret->stem || !ret->c_type || !ret->descriptor)
        return -ENOMEM;

    ret->descriptor = gen_pool_printf(pool, "%s%s", ret->descriptor, is_nanopb ? "_msg" : "__descriptor");
    return ret->descriptor ? 0 : -ENOMEM;
}

/* Everything of the library begins so; a service that does, too, would redefine it. */
static bool is_library_name(const char *prefix)
{
    return strncmp(prefix, "eyelet", 6) == 0 && (prefix[6] == '\0' || prefix[6] == '_');
}

/* nanopb takes names as they are: without a package, one could be that of a parameter or a variable of emit's. */
static bool is_name_of_emit(const char *name)
{
    static const char *const names[] = { "call",   "client",  "done",  "error",   "got",      "handlers", "message",
                                         "opts",   "pending", "reply", "request", "reterr",   "ret",      "server",
                                         "status", "stream",  "type",  "typed",   "typed_fn", "userdata" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

static bool is_usable_type(const char *name)
{
    return gen_name_is_legal(name, false) && !gen_name_is_taken(name) && !is_library_name(name) &&
           !is_name_of_emit(name);
}

static int check_type(struct builder *builder, const gen_proto_file *file, struct place place,
                      const struct gen_message *type, const struct gen_type *ret)
{
    const struct gen_source *source = type->source;
    const char *tool = builder->options.backend->tool;

    if (source->options.is_left_out)
        return refuse(builder, file, place, "%s has no type in C: option no_generate is set in %s", ret->name,
                      source->proto->name);
    if (source->options.renamed_by)
        return refuse(builder, file, place, "%s must keep its name in C: option %s is set in %s", ret->name,
                      source->options.renamed_by, source->proto->name);
    if (!gen_name_is_safe_file(source->proto->name))
        return refuse(builder, file, place, "%s is in '%s', which is not the name of a file that an #include can name",
                      ret->name, source->proto->name);
    if (!is_usable_type(ret->c_type) || !gen_name_is_legal(ret->descriptor, false))
        return refuse(builder, file, place, "%s has no type in C: %s would call it '%s'", ret->name, tool, ret->c_type);
    return 0;
}

static int find_type(struct builder *builder, const gen_proto_file *file, struct place place, const char *full_name,
                     struct gen_type *ret)
{
    const struct gen_message *type;
    int r;

    if (!full_name)
        return malformed(builder, "a method has no type");
    type = gen_catalog_find_message(&builder->catalog, full_name);
    if (!type)
        return malformed(builder, "a method's type is not described");

    r = name_type(builder, type, ret);
    if (r == 0)
        r = check_type(builder, file, place, type, ret);
    if (r == 0 && builder->options.backend->is_fixed)
        r = gen_fixed_check_message(&builder->fixed, type);
    if (r == 0 && builder->options.backend->is_fixed)
        r = gen_fixed_explain(&builder->fixed, type, &ret->explanation);
    return r;
}

/* Which methods need a name. */
enum need {
    NEED_UNARY = 1,
    NEED_REQUESTS = 2, /* the requests are a stream */
    NEED_REPLIES = 4,  /* the replies are */
    NEED_STREAM = NEED_REQUESTS | NEED_REPLIES,
    NEED_ALL = NEED_UNARY | NEED_STREAM,
};

static unsigned needs_of(const struct gen_method *method)
{
    unsigned needs = (method->has_request_stream ? NEED_REQUESTS : 0u) | (method->has_reply_stream ? NEED_REPLIES : 0u);

    return needs != 0 ? needs : NEED_UNARY;
}

/* All that emit writes for a method. The type of a stream would not be in the way of a function, but of a reader. */
static int note_method(struct builder *builder, const gen_proto_file *file, struct place place,
                       const struct gen_service *service, const struct gen_method *method)
{
    static const struct {
        const char *before, *behind;
        enum need need;
    } rows[] = {
        { "", "", NEED_UNARY },        { "handle_", "", NEED_ALL },        { "tell_", "", NEED_UNARY },
        { "", "_start", NEED_UNARY },  { "", "_collect", NEED_UNARY },     { "", "_stream", NEED_STREAM },
        { "", "_open", NEED_STREAM },  { "", "_send", NEED_REQUESTS },     { "", "_end", NEED_REQUESTS },
        { "", "_recv", NEED_STREAM },  { "", "_cancel", NEED_STREAM },     { "", "_base", NEED_STREAM },
        { "", "_close", NEED_STREAM }, { "", "_call_send", NEED_REPLIES }, { "", "_call_recv", NEED_REQUESTS },
    };
    const char *what = gen_pool_printf(builder->pool, "rpc %s in %s", method->name, service->name);
    int r = what ? 0 : -ENOMEM;

    if (r < 0)
        return r;
    /* nanopb's would be a macro, or a type that the member hides */
    if (method->backend->is_fixed && gen_foreign_has(&builder->foreign, method->member))
        return refuse_foreign(builder, file, place, what, method->member);

    for (size_t i = 0; r == 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((rows[i].need & needs_of(method)) != 0)
            r = note_name(builder,
                          gen_pool_printf(builder->pool, "%s%s%s", rows[i].before, method->function, rows[i].behind),
                          what, file, place);
    }
    return r;
}

static int build_method(struct builder *builder, const gen_proto_file *file, const gen_proto_method *proto,
                        struct place place, const struct gen_service *service, struct gen_method *ret)
{
    int r;

    if (!proto->name)
        return malformed(builder, "a method has no name");
    if (!gen_name_is_legal(proto->name, false))
        return refuse(builder, file, place, "rpc '%s' in %s has no name that C can have", proto->name, service->name);

    ret->backend = builder->options.backend;
    ret->name = proto->name;
    ret->has_request_stream = proto->client_streaming;
    ret->has_reply_stream = proto->server_streaming;
    ret->member = gen_name_member(builder->pool, proto->name);
    if (!ret->member)
        return -ENOMEM;
    ret->function = gen_pool_printf(builder->pool, "%s_%s", service->prefix, ret->member);
    if (!ret->function)
        return -ENOMEM;

    r = find_type(builder, file, place, proto->input_type, &ret->request);
    if (r == 0)
        r = find_type(builder, file, place, proto->output_type, &ret->reply);
    if (r < 0)
        return r;
    return note_method(builder, file, place, service, ret);
}

static int compare_methods(const void *a, const void *b)
{
    return strcmp((*(const struct gen_method *const *)a)->name, (*(const struct gen_method *const *)b)->name);
}

static void sort_methods(struct gen_service *service)
{
    for (size_t i = 0; i < service->n_methods; i++)
        service->sorted[i] = &service->methods[i];
    qsort(service->sorted, service->n_methods, sizeof(service->sorted[0]), compare_methods);
    for (size_t i = 0; i < service->n_methods; i++)
        service->methods[service->sorted[i] - service->methods].table_index = i;
}

static int build_methods(struct builder *builder, const gen_proto_file *file, size_t service_index,
                         struct gen_service *service)
{
    const gen_proto_service *proto = file->service[service_index];
    int r = 0;

    service->n_methods = proto->n_method;
    service->methods = gen_pool_array(builder->pool, proto->n_method, sizeof(service->methods[0]));
    service->sorted = gen_pool_array(builder->pool, proto->n_method, sizeof(service->sorted[0]));
    if (!service->methods || !service->sorted)
        return -ENOMEM;

    for (size_t i = 0; r == 0 && i < proto->n_method; i++)
        r = build_method(builder, file, proto->method[i], method_place(service_index, i), service,
                         &service->methods[i]);
    if (r == 0)
        sort_methods(service);
    return r;
}

static int note_service(struct builder *builder, const gen_proto_file *file, struct place place,
                        const struct gen_service *service)
{
    const struct {
        const char *before, *name, *behind;
        bool is_of_fixed; /* and not of the other backend */
    } rows[] = {
        { "", service->prefix, "_handlers", false },   { "", service->prefix, "_service", false },
        { "", service->prefix, "_add", false },        { "check_", service->prefix, "", false },
        { "methods_of_", service->prefix, "", false }, { "backend_of_", service->prefix, "", false },
        { "", service->prefix, "_messages", true },    { "frames_of_", service->prefix, "", true },
        { "", service->macro, "_MESSAGE_SIZE", true }, { "", service->macro, "_FRAME_SIZE", true },
    };
    const char *what = gen_pool_printf(builder->pool, "service %s", service->name);
    int r = what ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (service->backend->is_fixed || !rows[i].is_of_fixed)
            r = note_name(builder,
                          gen_pool_printf(builder->pool, "%s%s%s", rows[i].before, rows[i].name, rows[i].behind), what,
                          file, place);
    }
    if (r < 0)
        return r;
    return note_name(builder, gen_pool_printf(builder->pool, "%s_makes_%s", service->backend->word, service->prefix),
                     what, file, place);
}

static int build_service(struct builder *builder, const struct gen_source *source, size_t index,
                         struct gen_service *ret)
{
    const gen_proto_file *file = source->proto;
    const char *name = file->service[index]->name;
    struct place place = service_place(index);
    int r;

    if (!name)
        return malformed(builder, "a service has no name");
    if (!gen_name_is_legal(name, false))
        return refuse(builder, file, place, "service '%s' has no name that C can have", name);

    ret->backend = builder->options.backend;
    ret->name = file->package && *file->package ? gen_pool_printf(builder->pool, "%s.%s", file->package, name) : name;
    ret->prefix = gen_name_prefix(builder->pool, source->package, name);
    ret->macro = ret->prefix ? gen_name_macro(builder->pool, ret->prefix) : NULL;
    if (!ret->name || !ret->macro)
        return -ENOMEM;
    if (is_library_name(ret->prefix))
        return refuse(builder, file, place,
                      "service %s would be %s_... in C, and names that begin with eyelet are the "
                      "library's own",
                      ret->name, ret->prefix);

    r = note_service(builder, file, place, ret);
    if (r < 0)
        return r;
    return build_methods(builder, file, index, ret);
}

/* Files */

static int compare_c_types(const void *a, const void *b)
{
    return strcmp((*(const struct gen_type *const *)a)->c_type, (*(const struct gen_type *const *)b)->c_type);
}

static int collect_types(struct builder *builder, struct gen_file *file)
{
    size_t n = 0;

    for (size_t i = 0; i < file->n_services; i++)
        n += 2 * file->services[i].n_methods;
    file->types = gen_pool_array(builder->pool, n, sizeof(file->types[0]));
    if (!file->types)
        return -ENOMEM;

    n = 0;
    for (size_t i = 0; i < file->n_services; i++) {
        for (size_t k = 0; k < file->services[i].n_methods; k++) {
            file->types[n++] = &file->services[i].methods[k].request;
            file->types[n++] = &file->services[i].methods[k].reply;
        }
    }
    qsort(file->types, n, sizeof(file->types[0]), compare_c_types);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || compare_c_types(&file->types[i], &file->types[i - 1]) != 0)
            file->types[file->n_types++] = file->types[i];
    }
    return 0;
}

static bool has_bytes(const gen_proto_message *message)
{
    for (size_t i = 0; i < message->n_field; i++) {
        if (message->field[i]->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BYTES)
            return true;
    }
    return false;
}

/* Those that cannot be named cannot be compiled either. */
static int collect_bytes(struct builder *builder, const struct gen_source *source, struct gen_file *file)
{
    const struct gen_catalog *catalog = &builder->catalog;
    int r = 0;

    file->bytes = gen_pool_array(builder->pool, catalog->n_messages, sizeof(file->bytes[0]));
    if (!file->bytes)
        return -ENOMEM;
    for (size_t i = 0; r == 0 && i < catalog->n_messages; i++) {
        const struct gen_message *message = &catalog->messages[i];
        struct gen_type type = { 0 };

        if (message->source != source || !has_bytes(message->proto))
            continue;
        r = name_type(builder, message, &type);
        if (r == 0 && gen_name_is_legal(type.c_type, false))
            file->bytes[file->n_bytes++] = type.c_type;
    }
    return r;
}

static const char *comment_of(const Google__Protobuf__SourceCodeInfo__Location *location)
{
    return location->leading_comments ? location->leading_comments : location->trailing_comments;
}

/* One pass over all places of the file, since there are several for each method. */
static void attach_comments(const gen_proto_file *proto, struct gen_file *file)
{
    const Google__Protobuf__SourceCodeInfo *info = proto->source_code_info;

    for (size_t i = 0; info && i < info->n_location; i++) {
        const Google__Protobuf__SourceCodeInfo__Location *location = info->location[i];
        const int32_t *path = location->path;
        struct gen_service *service;

        if (location->n_path < 2 || path[0] != GEN_FILE_SERVICE || path[1] < 0 || (size_t)path[1] >= file->n_services)
            continue;
        service = &file->services[path[1]];
        if (location->n_path == 2)
            service->comment = comment_of(location);
        if (location->n_path == 4 && path[2] == GEN_SERVICE_METHOD && path[3] >= 0 &&
            (size_t)path[3] < service->n_methods)
            service->methods[path[3]].comment = comment_of(location);
    }
}

/* nanopb's header does not include what comes of these: they only say what options there are. */
static bool is_never_included(const struct gen_backend *backend, const char *name)
{
    return backend->is_fixed &&
           (strcmp(name, "nanopb.proto") == 0 || strcmp(name, "google/protobuf/descriptor.proto") == 0);
}

/* The header of the messages includes what its maker makes of @source. */
static int check_import(struct builder *builder, const gen_proto_file *proto, struct place place,
                        const struct gen_source *source)
{
    const char *name = source->proto->name, *stem;
    bool is_made = source->is_made || source->options.is_left_out || is_never_included(builder->options.backend, name);
    int r;

    if (is_made)
        return 0;

    stem = gen_name_stem(builder->pool, name);
    r = stem ? gen_options_find_header(&builder->options, stem, builder->pool, &is_made) : -ENOMEM;
    if (r < 0 || is_made)
        return r;
    return refuse(
        builder, proto, place,
        "%s is imported and not listed: list it, too, in eyelet_generate() or for protoc, or say where its "
        "code is made: a library in target_link_libraries() with the same BACKEND, or --eyelet_opt=import_dir=DIR",
        name);
}

static int check_imports(struct builder *builder, const gen_proto_file *proto)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < proto->n_dependency; i++) {
        const struct gen_source *source = gen_catalog_find_source(&builder->catalog, proto->dependency[i]);

        if (!source)
            return malformed(builder, "an imported file is not described");
        r = check_import(builder, proto, import_place(i), source);
    }
    return r;
}

static int check_file(struct builder *builder, const struct gen_source *source)
{
    const gen_proto_file *proto = source->proto;
    const char *syntax = proto->syntax ? proto->syntax : "";

    if (!gen_name_is_safe_file(proto->name)) {
        builder->error = gen_pool_printf(builder->pool,
                                         "'%s' is not the name of a file below the output folder that an "
                                         "#include can name",
                                         proto->name);
        return builder->error ? -EINVAL : -ENOMEM;
    }
    if (*syntax && strcmp(syntax, "proto2") != 0 && strcmp(syntax, "proto3") != 0)
        return refuse(builder, proto, file_place(GEN_FILE_SYNTAX),
                      "syntax \"%s\" is not supported, proto2 and proto3 are", syntax);
    if (source->options.is_left_out)
        return refuse(builder, proto, pb_c_place(GEN_PB_C_FILE_NO_GENERATE),
                      "option no_generate leaves this file without messages "
                      "in C");
    if (proto->package && *proto->package && !gen_name_is_legal(proto->package, true))
        return refuse(builder, proto, file_place(GEN_FILE_PACKAGE), "package '%s' has no name that C can have",
                      proto->package);
    if (*source->package && !gen_name_is_legal(source->package, true))
        return refuse(builder, proto, pb_c_place(GEN_PB_C_FILE_C_PACKAGE), "c_package '%s' is no name that C can have",
                      source->package);
    return 0;
}

static int build_file(struct builder *builder, const struct gen_source *source, struct gen_file *ret)
{
    const gen_proto_file *proto = source->proto;
    int r;

    r = check_file(builder, source);
    if (r < 0)
        return r;

    ret->backend = builder->options.backend;
    ret->name = proto->name;
    ret->stem = gen_name_stem(builder->pool, proto->name);
    if (!ret->stem)
        return -ENOMEM;
    ret->guard = gen_name_guard(builder->pool, ret->stem);
    r = note_name(builder, ret->guard, "the file", proto, file_place(GEN_FILE_SYNTAX));
    if (r == 0)
        r = check_imports(builder, proto);
    if (r == 0 && ret->backend->is_fixed)
        r = gen_fixed_check_file(&builder->fixed, source, &ret->cxx_word);
    if (r < 0)
        return r;

    ret->n_services = proto->n_service;
    ret->services = gen_pool_array(builder->pool, proto->n_service, sizeof(ret->services[0]));
    if (!ret->services)
        return -ENOMEM;
    for (size_t i = 0; r == 0 && i < proto->n_service; i++)
        r = build_service(builder, source, i, &ret->services[i]);
    if (r == 0)
        r = collect_types(builder, ret);
    if (r == 0 && ret->backend->is_fixed)
        r = collect_bytes(builder, source, ret);
    if (r == 0)
        attach_comments(proto, ret);
    return r;
}

static int build_files(struct builder *builder, struct gen_model *model)
{
    const gen_request *request = builder->request;
    int r = 0;

    model->n_files = request->n_file_to_generate;
    model->files = gen_pool_array(builder->pool, model->n_files, sizeof(model->files[0]));
    if (!model->files)
        return -ENOMEM;

    for (size_t i = 0; r == 0 && i < model->n_files; i++) {
        r = build_file(builder, gen_catalog_find_source(&builder->catalog, request->file_to_generate[i]),
                       &model->files[i]);
    }
    return r;
}

int gen_model_build(const gen_request *request, struct gen_pool *pool, struct gen_model *ret, const char **reterr)
{
    struct builder builder = { .pool = pool, .request = request };
    struct gen_model model = { .n_files = 0 };
    int r;

    if (request->n_file_to_generate == 0) {
        *reterr = "there is no file to generate";
        return -EBADMSG;
    }

    r = gen_options_read(request->parameter, pool, &builder.options, &builder.error);
    if (r == 0)
        r = gen_catalog_init(&builder.catalog, request, builder.options.backend, pool, &builder.error);
    if (r == 0)
        r = mark_made_files(&builder);
    if (r == 0)
        r = gen_fixed_init(&builder.fixed, &builder.catalog, pool, &builder.error);
    if (r == 0)
        r = note_foreign_names(&builder);
    if (r == 0)
        r = build_files(&builder, &model);
    if (r == 0)
        r = check_names(&builder);
    if (r < 0) {
        *reterr = builder.error;
        return r;
    }

    *ret = model;
    return 0;
}
