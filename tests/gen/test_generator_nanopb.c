/*
 * The generator in memory with backend=nanopb: what is not as for protobuf-c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "names.h"
#include "sample.h"
#include "support/folder.h"

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

static char nanopb[] = "backend=nanopb", none[] = "", plain_type[] = ".M";

static void nanopb_sample_init(struct sample *sample)
{
    sample_init(sample);
    sample->request.parameter = nanopb;
}

/* Without a package, so that names are as they are. */
static void plain_sample_init(struct sample *sample)
{
    nanopb_sample_init(sample);
    sample->file.package = none;
    sample->method.input_type = plain_type;
    sample->method.output_type = plain_type;
}

static void assert_fine(const gen_request *request)
{
    struct gen_pool pool;

    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    assert_null(answer(request, &pool)->error);
    gen_pool_clear(&pool);
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        n++;
    return n;
}

static void names_follow_nanopb(void **state)
{
    struct gen_pool pool;

    (void)state;
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    assert_string_equal(gen_name_nanopb(&pool, "a.bC", "Outer.in_ner"), "a_bC_Outer_in_ner");
    assert_string_equal(gen_name_nanopb(&pool, "", "HTTPRequest"), "HTTPRequest");
    assert_string_equal(gen_name_nanopb(&pool, "v2", "_x"), "v2__x");
    assert_string_equal(gen_name_macro(&pool, "a_b2_echo"), "A_B2_ECHO");
    gen_pool_clear(&pool);
}

static void types_of_nanopb_are_used(void **state)
{
    struct gen_pool pool;
    struct sample sample;
    gen_response *response;
    const char *header;

    (void)state;
    nanopb_sample_init(&sample);
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    response = answer(&sample.request, &pool);
    assert_null(response->error);
    assert_int_equal(response->n_file, 2);
    assert_string_equal(response->file[0]->name, "demo.eyelet.h");
    assert_string_equal(response->file[1]->name, "demo.eyelet.c");
    header = response->file[0]->content;
    assert_non_null(strstr(header, "#include <eyelet/nano.h>\n"));
    assert_non_null(strstr(header, "#include \"demo.pb.h\"\n"));
    assert_non_null(strstr(response->file[1]->content, "{ \"Say\", &demo_M_msg, &demo_M_msg,"));
    assert_null(strstr(header, "ProtobufC"));
    assert_null(strstr(response->file[1]->content, "ProtobufC"));
    gen_pool_clear(&pool);
}

static void the_size_of_each_message_is_asked_for_once(void **state)
{
    static const char missing[] = "#error \"demo.M has no fixed size: give its strings, bytes and repeated fields (and "
                                  "those of what it contains) max_size, max_length or max_count in demo.options\"";
    struct gen_pool pool;
    struct sample sample;

    (void)state;
    nanopb_sample_init(&sample);
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    assert_int_equal(count(answer(&sample.request, &pool)->file[0]->content, missing), 1);
    sample.service.n_method = 0;
    assert_int_equal(count(answer(&sample.request, &pool)->file[0]->content, missing), 0);
    gen_pool_clear(&pool);
}

/* A package-less file whose method is called so needs a name that nanopb has. */
static void assert_nanopb_has(const struct sample *sample, const char *name)
{
    char expected[256];

    snprintf(expected, sizeof(expected),
             "demo.proto: rpc %s in Echo needs the name %s in C, which nanopb uses for a message", sample->method.name,
             name);
    assert_refused(&sample->request, expected);
}

/* An enum of the file and one of its values; a field of the message; an extension: each on demand. */
struct extras {
    gen_proto_enum kind;
    Google__Protobuf__EnumValueDescriptorProto value;
    gen_proto_field field;
    gen_proto_enum *kinds[1];
    Google__Protobuf__EnumValueDescriptorProto *values[1];
    gen_proto_field *fields[1];
};

static void extras_init(struct extras *extras, struct sample *sample)
{
    google__protobuf__enum_descriptor_proto__init(&extras->kind);
    google__protobuf__enum_value_descriptor_proto__init(&extras->value);
    google__protobuf__field_descriptor_proto__init(&extras->field);
    extras->kinds[0] = &extras->kind;
    extras->values[0] = &extras->value;
    extras->fields[0] = &extras->field;
    extras->kind.value = extras->values;
    sample->file.enum_type = extras->kinds;
    sample->file.extension = extras->fields;
    sample->message.enum_type = extras->kinds;
    sample->message.field = extras->fields;
}

static void h125_functions_do_not_take_names_of_nanopb(void **state)
{
    char echo_say[] = "echo_say", echo[] = "echo", say[] = "say";
    struct extras extras;
    struct sample sample;

    (void)state;
    plain_sample_init(&sample);
    extras_init(&extras, &sample);
    extras.kind.name = echo_say;
    sample.file.n_enum_type = 1;
    assert_nanopb_has(&sample, "echo_say");
    sample.file.n_enum_type = 0;
    sample.message.n_enum_type = 1; /* M_echo_say */
    assert_fine(&sample.request);
    sample.message.n_enum_type = 0;

    extras.kind.name = echo; /* and its value say */
    extras.kind.n_value = 1;
    extras.value.name = say;
    sample.file.n_enum_type = 1;
    assert_nanopb_has(&sample, "echo_say");
    sample.file.n_enum_type = 0;

    extras.field.name = echo_say;
    sample.file.n_extension = 1;
    assert_nanopb_has(&sample, "echo_say");
}

static void h125_functions_do_not_take_macros_of_nanopb(void **state)
{
    char echo[] = "echo", type[] = ".echo", fields[] = "Fields", tag[] = "AgeTag", age[] = "age";
    struct extras extras;
    struct sample sample;

    (void)state;
    plain_sample_init(&sample);
    extras_init(&extras, &sample);
    sample.message.name = echo;
    sample.method.input_type = sample.method.output_type = type;
    sample.method.name = fields;
    assert_nanopb_has(&sample, "echo_fields");

    sample.method.name = tag;
    assert_fine(&sample.request);
    extras.field.name = age;
    sample.message.n_field = 1;
    assert_nanopb_has(&sample, "echo_age_tag");
}

static void h125_members_do_not_take_names_of_nanopb(void **state)
{
    char type[] = ".item", item[] = "item", size[] = "ItemSize", same[] = "Item", other[] = "ItemFoo";
    struct sample sample;

    (void)state;
    plain_sample_init(&sample);
    sample.message.name = item;
    sample.method.input_type = sample.method.output_type = type;
    sample.method.name = size; /* a macro */
    assert_nanopb_has(&sample, "item_size");
    sample.method.name = same; /* a type that the member would hide */
    assert_nanopb_has(&sample, "item");
    sample.method.name = other;
    assert_fine(&sample.request);
}

static void h125_types_that_would_be_a_word_of_ours_are_refused(void **state)
{
    static const char *const words[] = { "call",     "client",   "done",    "error",  "got",     "handlers",
                                         "message",  "opts",     "pending", "reply",  "request", "reterr",
                                         "ret",      "server",   "status",  "stream", "type",    "typed",
                                         "typed_fn", "userdata", "int",     "class",  "eyelet",  "eyelet_nano_call" };
    char name[32], type[32], expected[128];
    struct sample sample;

    (void)state;
    plain_sample_init(&sample);
    sample.message.name = name;
    sample.method.input_type = sample.method.output_type = type;
    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        snprintf(name, sizeof(name), "%s", words[i]);
        snprintf(type, sizeof(type), ".%s", words[i]);
        snprintf(expected, sizeof(expected), "demo.proto: %s has no type in C: nanopb would call it '%s'", words[i],
                 words[i]);
        assert_refused(&sample.request, expected);
    }
    snprintf(name, sizeof(name), "Request");
    snprintf(type, sizeof(type), ".Request");
    assert_fine(&sample.request);
}

static void h125_the_macro_of_a_service_is_its_own(void **state)
{
    char macro[] = "ECHO_MESSAGE_SIZE", messages[] = "Messages";
    struct extras extras;
    struct sample sample;

    (void)state;
    plain_sample_init(&sample);
    extras_init(&extras, &sample);
    extras.kind.name = macro;
    sample.file.n_enum_type = 1;
    assert_refused(&sample.request,
                   "demo.proto: service Echo needs the name ECHO_MESSAGE_SIZE in C, which nanopb uses for a message");
    snprintf(macro, sizeof(macro), "ECHO_FRAME_SIZE");
    assert_refused(&sample.request,
                   "demo.proto: service Echo needs the name ECHO_FRAME_SIZE in C, which nanopb uses for a message");
    sample.file.n_enum_type = 0;
    sample.method.name = messages;
    assert_refused(&sample.request, "demo.proto: rpc Messages in Echo needs the name echo_messages in C, which service "
                                    "Echo has already (demo.proto)");
}

static void write_header(const char *line)
{
    FILE *file = fopen(folder_path("part.pb.h"), "w");

    assert_non_null(file);
    assert_true(fputs(line, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void headers_of_imported_files_are_nanopbs(void **state)
{
    char part[] = "part.proto", *dependencies[] = { part }, parameter[256];
    const char *refusal =
        "demo.proto: part.proto is imported and not listed: list it, too, in eyelet_generate() or "
        "for protoc, or say where its code is made: a library in target_link_libraries() with the same BACKEND, or "
        "--eyelet_opt=import_dir=DIR";
    gen_proto_file imported = GOOGLE__PROTOBUF__FILE_DESCRIPTOR_PROTO__INIT, *files[2];
    struct sample sample;

    (void)state;
    nanopb_sample_init(&sample);
    snprintf(parameter, sizeof(parameter), "import_dir=%s,backend=nanopb", folder_path("."));
    imported.name = part;
    files[0] = &imported;
    files[1] = &sample.file;
    sample.file.n_dependency = 1;
    sample.file.dependency = dependencies;
    sample.request.parameter = parameter;
    sample.request.n_proto_file = 2;
    sample.request.proto_file = files;
    assert_refused(&sample.request, refusal);
    write_header("");
    assert_refused(&sample.request, refusal);
    write_header("// Generated by the protocol buffer compiler.  DO NOT EDIT!\n/* nanopb */\n");
    assert_refused(&sample.request, refusal);
    write_header("/* Automatically generated nanopb header */\n/* Generated by nanopb-0.4.7 */\n");
    assert_fine(&sample.request);
}

static void files_that_only_declare_options_are_not_missed(void **state)
{
    char descriptor[] = "google/protobuf/descriptor.proto", options[] = "nanopb.proto", other[] = "x/nanopb.proto";
    char *names[] = { descriptor, options, other }, *dependencies[1];
    gen_proto_file imported = GOOGLE__PROTOBUF__FILE_DESCRIPTOR_PROTO__INIT, *files[2];

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        struct gen_pool pool;
        struct sample sample;

        nanopb_sample_init(&sample);
        imported.name = dependencies[0] = names[i];
        files[0] = &imported;
        files[1] = &sample.file;
        sample.file.n_dependency = 1;
        sample.file.dependency = dependencies;
        sample.request.n_proto_file = 2;
        sample.request.proto_file = files;
        gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
        assert_int_equal(answer(&sample.request, &pool)->error != NULL, i == 2);
        sample.request.parameter = NULL;
        assert_non_null(answer(&sample.request, &pool)->error);
        gen_pool_clear(&pool);
    }
}

/* An option of the file with that number, which a tool has declared. */
struct file_option {
    Google__Protobuf__FileOptions options;
    ProtobufCMessageUnknownField field;
    uint8_t data[8];
};

static void set_option(struct sample *sample, struct file_option *option, const struct gen_backend *backend,
                       const char *data, size_t len)
{
    google__protobuf__file_options__init(&option->options);
    option->options.base.n_unknown_fields = 1;
    option->options.base.unknown_fields = &option->field;
    memcpy(option->data, data, len);
    option->field = (ProtobufCMessageUnknownField){
        .tag = (uint32_t)backend->file_option_tag,
        .wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED,
        .len = len,
        .data = option->data,
    };
    sample->file.options = &option->options;
}

static void options_that_rename_types_are_refused(void **state)
{
    struct file_option option;
    struct sample sample;

    (void)state;
    nanopb_sample_init(&sample);
    set_option(&sample, &option, &gen_backend_nanopb, "\x03\x88\x01\x02", 4);
    assert_refused(&sample.request,
                   "demo.proto: demo.M must keep its name in C: option mangle_names is set in demo.proto");
    set_option(&sample, &option, &gen_backend_nanopb, "\x04\xca\x01\x01x", 5);
    assert_refused(&sample.request, "demo.proto: demo.M must keep its name in C: option package is set in demo.proto");
    set_option(&sample, &option, &gen_backend_nanopb, "\x06\x88\x01\x00\xca\x01\x00", 7); /* M_NONE and "" */
    assert_fine(&sample.request);
}

static void options_of_protoc_c_say_nothing(void **state)
{
    struct file_option option;
    struct gen_pool pool;
    struct sample sample;

    (void)state;
    nanopb_sample_init(&sample);
    set_option(&sample, &option, &gen_backend_protobuf_c, "\x05\x08\x01\x32\x01x", 6); /* no_generate, c_package */
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    assert_non_null(strstr(answer(&sample.request, &pool)->file[0]->content, "struct demo_echo_handlers {"));
    gen_pool_clear(&pool);
}

static void h128_an_option_of_nanopb_that_makes_no_sense_is_malformed(void **state)
{
    struct file_option option;
    struct sample sample;

    (void)state;
    nanopb_sample_init(&sample);
    set_option(&sample, &option, &gen_backend_nanopb, "\x03\xca\x01\x09", 4); /* longer than what is there */
    assert_malformed(&sample.request, "a file's option nanopb_fileopt makes no sense");
    set_option(&sample, &option, &gen_backend_nanopb, "\x01\x0b", 2); /* a group */
    assert_malformed(&sample.request, "a file's option nanopb_fileopt makes no sense");
}

static void h128_what_protoc_never_leaves_out_is_missed(void **state)
{
    static const char missing[] = "a field, an enum or one of its values has no name";
    char name[] = "E";
    struct extras extras;
    struct sample sample;

    (void)state;
    nanopb_sample_init(&sample);
    extras_init(&extras, &sample);
    sample.message.n_field = 1;
    assert_malformed(&sample.request, missing);
    sample.message.n_field = 0;
    sample.file.n_extension = 1;
    assert_malformed(&sample.request, missing);
    sample.file.n_extension = 0;
    sample.message.n_enum_type = 1;
    assert_malformed(&sample.request, missing);
    extras.kind.name = name;
    assert_fine(&sample.request);
    extras.kind.n_value = 1;
    assert_malformed(&sample.request, missing);
}

static void h126_an_options_file_is_named_only_if_an_include_can(void **state)
{
    char name[] = "a\"b.proto", type[] = ".x.M", package[] = "x", message_name[] = "M", *dependencies[] = { name };
    char parameter[] = "backend=nanopb,import=a\"b.proto";
    gen_proto_message message = GOOGLE__PROTOBUF__DESCRIPTOR_PROTO__INIT, *messages[] = { &message };
    gen_proto_file imported = GOOGLE__PROTOBUF__FILE_DESCRIPTOR_PROTO__INIT, *files[2];
    struct sample sample;

    (void)state;
    nanopb_sample_init(&sample);
    message.name = message_name;
    imported.name = name;
    imported.package = package;
    imported.n_message_type = 1;
    imported.message_type = messages;
    files[0] = &imported;
    files[1] = &sample.file;
    sample.method.input_type = type;
    sample.file.n_dependency = 1;
    sample.file.dependency = dependencies;
    sample.request.parameter = parameter;
    sample.request.n_proto_file = 2;
    sample.request.proto_file = files;
    assert_refused(&sample.request,
                   "demo.proto: x.M is in 'a\"b.proto', which is not the name of a file that an #include can name");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_follow_nanopb),
        cmocka_unit_test(types_of_nanopb_are_used),
        cmocka_unit_test(the_size_of_each_message_is_asked_for_once),
        cmocka_unit_test(h125_functions_do_not_take_names_of_nanopb),
        cmocka_unit_test(h125_functions_do_not_take_macros_of_nanopb),
        cmocka_unit_test(h125_members_do_not_take_names_of_nanopb),
        cmocka_unit_test(h125_types_that_would_be_a_word_of_ours_are_refused),
        cmocka_unit_test(h125_the_macro_of_a_service_is_its_own),
        cmocka_unit_test_setup_teardown(headers_of_imported_files_are_nanopbs, folder_setup, folder_teardown),
        cmocka_unit_test(files_that_only_declare_options_are_not_missed),
        cmocka_unit_test(options_that_rename_types_are_refused),
        cmocka_unit_test(options_of_protoc_c_say_nothing),
        cmocka_unit_test(h128_an_option_of_nanopb_that_makes_no_sense_is_malformed),
        cmocka_unit_test(h128_what_protoc_never_leaves_out_is_missed),
        cmocka_unit_test(h126_an_options_file_is_named_only_if_an_include_can),
    };

    return cmocka_run_group_tests_name("test_generator_nanopb", tests, NULL, NULL);
}
