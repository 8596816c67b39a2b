/*
 * The generator in memory with backend=nanopb: what is not as for protobuf-c.
 */
#include <errno.h>
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
    static const char missing[] =
        "#error \"demo.M has no fixed size, since a field of it is a callback or a pointer, by "
        "the .options files\"";
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

/* What is behind `#error "demo.M has no fixed size` in the header. */
static void assert_explained(const gen_request *request, const char *expected)
{
    static const char before[] = "#error \"demo.M has no fixed size";
    struct gen_pool pool;
    const gen_response *response;
    const char *at;

    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    response = answer(request, &pool);
    assert_null(response->error);
    at = strstr(response->file[0]->content, before);
    assert_non_null(at);
    at += strlen(before);
    assert_true(strcspn(at, "\"") == strlen(expected));
    assert_memory_equal(at, expected, strlen(expected));
    gen_pool_clear(&pool);
}

/* Message M with any number of fields, and another file with what they may contain. */
struct contents {
    struct sample sample;
    gen_proto_field fields[12];
    gen_proto_field *all_fields[12];
    gen_proto_field label;
    gen_proto_field *labels[1];
    gen_proto_message part;
    gen_proto_message *parts[1];
    gen_proto_file imported;
    gen_proto_file *files[2];
};

static char part_file[] = "sub/part.proto", part_package[] = "sub", part_name[] = "Part", part_type[] = ".sub.Part",
            part_label[] = "label", own_type[] = ".demo.M", with_part[] = "backend=nanopb,import=sub/part.proto";

static void contents_init(struct contents *contents)
{
    nanopb_sample_init(&contents->sample);
    google__protobuf__field_descriptor_proto__init(&contents->label);
    contents->label.name = part_label;
    contents->label.has_type = true;
    contents->label.type = GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BYTES;
    contents->labels[0] = &contents->label;
    google__protobuf__descriptor_proto__init(&contents->part);
    contents->part.name = part_name;
    contents->part.n_field = 1;
    contents->part.field = contents->labels;
    contents->parts[0] = &contents->part;
    google__protobuf__file_descriptor_proto__init(&contents->imported);
    contents->imported.name = part_file;
    contents->imported.package = part_package;
    contents->imported.n_message_type = 1;
    contents->imported.message_type = contents->parts;
    contents->files[0] = &contents->imported;
    contents->files[1] = &contents->sample.file;
    contents->sample.request.parameter = with_part;
    contents->sample.request.n_proto_file = 2;
    contents->sample.request.proto_file = contents->files;
    contents->sample.message.field = contents->all_fields;
}

static gen_proto_field *add_field(struct contents *contents, char *name,
                                  Google__Protobuf__FieldDescriptorProto__Type type, char *type_name)
{
    size_t n = contents->sample.message.n_field++;
    gen_proto_field *field = &contents->fields[n];

    assert_true(n < N_ELEMENTS(contents->fields));
    google__protobuf__field_descriptor_proto__init(field);
    field->name = name;
    field->has_number = true;
    field->number = (int32_t)n + 1;
    field->has_type = true;
    field->type = type;
    field->type_name = type_name;
    contents->all_fields[n] = field;
    return field;
}

static void repeat(gen_proto_field *field)
{
    field->has_label = true;
    field->label = GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED;
}

#define TYPE_INT32   GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_INT32
#define TYPE_STRING  GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_STRING
#define TYPE_MESSAGE GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_MESSAGE

static void fields_that_need_a_size_are_named_with_their_files(void **state)
{
    char number[] = "number", text[] = "text", words[] = "words", part[] = "part", parts[] = "parts";
    struct contents contents;

    (void)state;
    contents_init(&contents);
    add_field(&contents, number, TYPE_INT32, NULL);
    add_field(&contents, text, TYPE_STRING, NULL);
    add_field(&contents, part, TYPE_MESSAGE, part_type);
    repeat(add_field(&contents, words, TYPE_STRING, NULL));
    repeat(add_field(&contents, parts, TYPE_MESSAGE, part_type));
    assert_explained(&contents.sample.request,
                     "; each of these needs one: demo.M.text (string: max_length) in demo.options, "
                     "demo.M.words (repeated string: max_count and max_length) in demo.options, "
                     "demo.M.parts (repeated: max_count) in demo.options, "
                     "sub.Part.label (bytes: max_size) in sub/part.options");
}

static void a_long_list_ends_with_dots(void **state)
{
    char text[] = "text", part[] = "part";
    struct contents contents;

    (void)state;
    contents_init(&contents);
    for (unsigned i = 0; i < 7; i++)
        add_field(&contents, text, TYPE_STRING, NULL);
    add_field(&contents, part, TYPE_MESSAGE, part_type);
#define ONE   "demo.M.text (string: max_length) in demo.options, "
#define SEVEN "; each of these needs one: " ONE ONE ONE ONE ONE ONE ONE
    assert_explained(&contents.sample.request, SEVEN "sub.Part.label (bytes: max_size) in sub/part.options");
    add_field(&contents, text, TYPE_STRING, NULL);
    assert_explained(&contents.sample.request, SEVEN ONE "...");
}

static void options_of_googles_files_have_a_place(void **state)
{
    char any[] = "any", any_file[] = "google/protobuf/any.proto",
         parameter[] = "backend=nanopb,import="
                       "google/protobuf/any.proto";
    struct contents contents;

    (void)state;
    contents_init(&contents);
    contents.imported.name = any_file;
    contents.sample.request.parameter = parameter;
    add_field(&contents, any, TYPE_MESSAGE, part_type);
    assert_explained(&contents.sample.request,
                     "; each of these needs one: sub.Part.label (bytes: max_size) in google/protobuf/any.options; put "
                     "options of google/protobuf into a folder google/protobuf, in one of IMPORT_DIRS or where "
                     "eyelet_generate() is called");
}

/* (nanopb) of a field, as it stands in a .proto file. */
struct field_option {
    Google__Protobuf__FieldOptions options;
    ProtobufCMessageUnknownField field;
    uint8_t data[8];
};

static void set_field_option(gen_proto_field *field, struct field_option *option, const char *data, size_t len)
{
    google__protobuf__field_options__init(&option->options);
    option->options.base.n_unknown_fields = 1;
    option->options.base.unknown_fields = &option->field;
    memcpy(option->data, data, len);
    option->field = (ProtobufCMessageUnknownField){
        .tag = 1010,
        .wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED,
        .len = len,
        .data = option->data,
    };
    field->options = &option->options;
}

static void sizes_beside_a_field_are_not_asked_for(void **state)
{
    char text[] = "text", words[] = "words", parts[] = "parts", left_out[] = "left_out";
    struct field_option length, count, size, ignore;
    struct contents contents;

    (void)state;
    contents_init(&contents);
    set_field_option(add_field(&contents, text, TYPE_STRING, NULL), &length, "\x02\x70\x07", 3);
    repeat(add_field(&contents, words, TYPE_STRING, NULL));
    set_field_option(&contents.fields[1], &count, "\x02\x10\x07", 3);
    repeat(add_field(&contents, parts, TYPE_MESSAGE, part_type));
    set_field_option(&contents.label, &size, "\x02\x08\x07", 3);
    set_field_option(add_field(&contents, left_out, TYPE_STRING, NULL), &ignore, "\x02\x18\x03", 3);
    assert_explained(&contents.sample.request,
                     "; each of these needs one: demo.M.words (repeated string: max_length) in demo.options, "
                     "demo.M.parts (repeated: max_count) in demo.options");

    set_field_option(&contents.fields[0], &length, "\x01\x70", 2);
    assert_malformed(&contents.sample.request, "a field's option nanopb makes no sense");
}

static void what_is_left_out_may_be_anything(void **state)
{
    char keyword[] = "int", self[] = "self";
    struct field_option ignore;
    struct contents contents;
    gen_proto_field *field;

    (void)state;
    contents_init(&contents);
    field = add_field(&contents, self, TYPE_MESSAGE, own_type);
    assert_refused(
        &contents.sample.request,
        "demo.proto: demo.M contains itself, by field self of demo.M, so it has no fixed size: leave that out "
        "with [(nanopb).type = FT_IGNORE], or put it into bytes");
    field->number = 65536;
    field->name = keyword;
    set_field_option(field, &ignore, "\x02\x18\x03", 3);
    assert_fine(&contents.sample.request);
}

static void only_messages_of_methods_need_a_size(void **state)
{
    char self[] = "self", number[] = "number";
    struct contents contents;

    (void)state;
    contents_init(&contents);
    contents.label.type = TYPE_MESSAGE;
    contents.label.type_name = part_type;
    contents.label.name = self;
    assert_fine(&contents.sample.request);
    contents.label.type = TYPE_INT32;
    contents.label.name = number;
    contents.label.has_number = true;
    contents.label.number = 65536;
    assert_fine(&contents.sample.request);
    add_field(&contents, self, TYPE_MESSAGE, part_type);
    assert_refused(&contents.sample.request,
                   "sub/part.proto: field number of sub.Part has the number 65536, and nanopb knows none above 65535: "
                   "give it another, or leave it out with [(nanopb).type = FT_IGNORE]");
}

static void h125_a_keyword_of_cxx_is_an_error_in_cxx_alone(void **state)
{
    static const char error[] =
        "#ifdef __cplusplus\n#error \"demo.M.class is a keyword of C++, so nanopb's header is for "
        "C alone: give the field another name, which changes nothing on the wire\"\n#endif\n";
    char class_[] = "class", namespace_[] = "namespace";
    struct contents contents;
    struct gen_pool pool;

    (void)state;
    contents_init(&contents);
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    assert_null(strstr(answer(&contents.sample.request, &pool)->file[0]->content, "__cplusplus"));
    add_field(&contents, class_, TYPE_INT32, NULL);
    add_field(&contents, namespace_, TYPE_INT32, NULL);
    assert_non_null(strstr(answer(&contents.sample.request, &pool)->file[0]->content, error));
    gen_pool_clear(&pool);
}

static void h125_fields_are_not_keywords_of_c(void **state)
{
    static const char *const words[] = {
        "int", "default", "register", "bool", "true", "asm", "typeof", "while", "_Bool"
    };
    char name[16], expected[160];
    struct contents contents;

    (void)state;
    contents_init(&contents);
    add_field(&contents, name, TYPE_INT32, NULL);
    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        snprintf(name, sizeof(name), "%s", words[i]);
        snprintf(expected, sizeof(expected),
                 "demo.proto: field %s of demo.M is a keyword of C, and nanopb would call it so: give it another name, "
                 "which changes nothing on the wire",
                 words[i]);
        assert_refused(&contents.sample.request, expected);
    }
    contents.sample.request.parameter = NULL; /* protoc-c has its own way with them */
    contents.sample.request.n_proto_file = 1;
    contents.sample.request.proto_file = contents.sample.files;
    assert_fine(&contents.sample.request);
}

static void h125_what_stands_in_an_error_is_legal(void **state)
{
    char quote[] = "a\"b", text[] = "text", file[] = "a\"b.proto", parameter[] = "backend=nanopb,import=a\"b.proto";
    struct contents contents;

    (void)state;
    contents_init(&contents);
    add_field(&contents, quote, TYPE_STRING, NULL);
    assert_refused(&contents.sample.request, "demo.proto: field 'a\"b' of demo.M has no name that C can have");
    contents.fields[0].name = text;
    contents.fields[0].type = TYPE_MESSAGE;
    contents.fields[0].type_name = part_type;
    contents.label.name = quote;
    assert_refused(&contents.sample.request, "sub/part.proto: field 'a\"b' of sub.Part has no name that C can have");
    contents.label.name = text;
    contents.imported.name = file;
    contents.sample.request.parameter = parameter;
    assert_refused(&contents.sample.request,
                   "sub.Part is in 'a\"b.proto', which is not the name of a file that an #include can name");
}

static void h127_a_long_chain_of_messages_is_walked_without_a_stack(void **state)
{
    enum { N = 20000 };
    struct gen_pool pool;
    struct sample sample;
    gen_proto_message **messages;
    char text[] = "text";

    (void)state;
    nanopb_sample_init(&sample);
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    messages = gen_pool_array(&pool, N, sizeof(messages[0]));
    assert_non_null(messages);
    for (unsigned i = 0; i < N; i++) {
        gen_proto_field *field = gen_pool_alloc(&pool, sizeof(*field)),
                        **fields = gen_pool_alloc(&pool, sizeof(*fields));

        messages[i] = gen_pool_alloc(&pool, sizeof(*messages[i]));
        assert_non_null(messages[i]);
        google__protobuf__descriptor_proto__init(messages[i]);
        google__protobuf__field_descriptor_proto__init(field);
        messages[i]->name = i == 0 ? sample.message.name : gen_pool_printf(&pool, "M%u", i);
        messages[i]->n_field = 1;
        messages[i]->field = fields;
        fields[0] = field;
        field->name = text;
        field->has_type = true;
        field->type = i + 1 < N ? TYPE_MESSAGE : TYPE_STRING;
        field->type_name = i + 1 < N ? gen_pool_printf(&pool, ".demo.M%u", i + 1) : NULL;
    }
    sample.file.n_message_type = N;
    sample.file.message_type = messages;
    assert_explained(&sample.request,
                     "; each of these needs one: demo.M19999.text (string: max_length) in demo.options");
    gen_pool_clear(&pool);
}

static void h128_a_field_whose_type_or_oneof_is_not_there_is_malformed(void **state)
{
    char part[] = "part", nowhere[] = ".nowhere";
    struct contents contents;
    gen_proto_field *field;

    (void)state;
    contents_init(&contents);
    field = add_field(&contents, part, TYPE_MESSAGE, nowhere);
    assert_malformed(&contents.sample.request, "a field's type is not described");
    field->type_name = NULL;
    assert_malformed(&contents.sample.request, "a field's type is not described");
    field->type = TYPE_INT32;
    field->has_oneof_index = true;
    assert_malformed(&contents.sample.request, "a field is in a oneof that is not described");
    field->oneof_index = -1;
    assert_malformed(&contents.sample.request, "a field is in a oneof that is not described");
    field->has_oneof_index = false;
    assert_fine(&contents.sample.request);
}

static void h128_every_allocation_may_fail(void **state)
{
    char parts[] = "parts", class_[] = "class";
    struct contents contents;
    struct gen_pool pool;
    struct gen_bytes in;
    unsigned n = 1;

    (void)state;
    contents_init(&contents);
    repeat(add_field(&contents, parts, TYPE_MESSAGE, part_type));
    add_field(&contents, class_, TYPE_INT32, NULL);
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    assert_int_equal(gen_message_pack(&contents.sample.request.base, &pool, &in), 0);
    while (generate_with_failure(in, n) == -ENOMEM)
        n++;
    assert_in_range(n, 50, 100000);
    assert_int_equal(generate_with_failure(in, n), 0);
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
        cmocka_unit_test(fields_that_need_a_size_are_named_with_their_files),
        cmocka_unit_test(a_long_list_ends_with_dots),
        cmocka_unit_test(options_of_googles_files_have_a_place),
        cmocka_unit_test(sizes_beside_a_field_are_not_asked_for),
        cmocka_unit_test(what_is_left_out_may_be_anything),
        cmocka_unit_test(only_messages_of_methods_need_a_size),
        cmocka_unit_test(h125_a_keyword_of_cxx_is_an_error_in_cxx_alone),
        cmocka_unit_test(h125_fields_are_not_keywords_of_c),
        cmocka_unit_test(h125_what_stands_in_an_error_is_legal),
        cmocka_unit_test(h127_a_long_chain_of_messages_is_walked_without_a_stack),
        cmocka_unit_test(h128_a_field_whose_type_or_oneof_is_not_there_is_malformed),
        cmocka_unit_test(h128_every_allocation_may_fail),
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
