/*
 * The generator in memory: what it makes of names and comments, of requests that no protoc would send, and of a lack of
 * memory.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "names.h"
#include "sample.h"
#include "support/faults.h"
#include "support/folder.h"
#include "text.h"

typedef Google__Protobuf__SourceCodeInfo__Location gen_location;

#define N_METHODS_MAX 10000
#define LONG_NAME     10000

static const struct gen_backend *const backends[] = { &gen_backend_protobuf_c, &gen_backend_nanopb };
#define N_BACKENDS (sizeof(backends) / sizeof(backends[0]))

static char name_of_file[] = "demo.proto", type_name[] = ".demo.M";

static void names_follow_protoc_c(void **state)
{
    static const struct {
        const char *name, *lower, *type, *type_lower;
    } rows[] = {
        { "Say", "say", "P__X__Say", "p__x__say" },
        { "HTTPServer", "httpserver", "P__X__HTTPServer", "p__x__httpserver" },
        { "GetV2Foo", "get_v2_foo", "P__X__GetV2Foo", "p__x__get_v2_foo" },
        { "_x", "_x", "P__X__X", "p__x___x" },
        { "a__b", "a__b", "P__X__AB", "p__x__a__b" },
        { "in_ner", "in_ner", "P__X__InNer", "p__x__in_ner" },
        { "aB", "a_b", "P__X__AB", "p__x__a_b" },
        { "v2", "v2", "P__X__V2", "p__x__v2" },
    };
    struct gen_pool pool;

    (void)state;
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(gen_name_lower(&pool, rows[i].name), rows[i].lower);
        assert_string_equal(gen_name_type(&pool, "p.X", rows[i].name), rows[i].type);
        assert_string_equal(gen_name_type_lower(&pool, "p.X", rows[i].name), rows[i].type_lower);
    }
    assert_string_equal(gen_name_type(&pool, "", "Outer.Inner"), "Outer__Inner");
    assert_string_equal(gen_name_prefix(&pool, "a.bC", "EchoAll"), "a_b_c_echo_all");
    assert_string_equal(gen_name_prefix(&pool, "", "Echo"), "echo");
    gen_pool_clear(&pool);
}

static void h125_keywords_and_our_own_names_get_an_underscore(void **state)
{
    static const char *const words[] = {
        "add",           "alignas",   "alignof",
        "and",           "and_eq",    "asm",
        "assert",        "auto",      "bitand",
        "bitor",         "bool",      "break",
        "case",          "catch",     "char",
        "char16_t",      "char32_t",  "char8_t",
        "check_request", "class",     "co_await",
        "co_return",     "co_yield",  "compl",
        "concept",       "const",     "const_cast",
        "consteval",     "constexpr", "constinit",
        "continue",      "decltype",  "default",
        "delete",        "do",        "double",
        "dynamic_cast",  "else",      "enum",
        "errno",         "explicit",  "export",
        "extern",        "false",     "float",
        "for",           "friend",    "goto",
        "handlers",      "if",        "inline",
        "int",           "linux",     "long",
        "mutable",       "namespace", "new",
        "noexcept",      "not",       "not_eq",
        "nullptr",       "operator",  "or",
        "or_eq",         "private",   "protected",
        "public",        "register",  "reinterpret_cast",
        "requires",      "restrict",  "return",
        "service",       "short",     "signed",
        "sizeof",        "static",    "static_assert",
        "static_cast",   "stderr",    "stdin",
        "stdout",        "struct",    "switch",
        "template",      "this",      "thread_local",
        "throw",         "true",      "try",
        "typedef",       "typeid",    "typename",
        "typeof",        "union",     "unix",
        "unsigned",      "using",     "virtual",
        "void",          "volatile",  "wchar_t",
        "while",         "xor",       "xor_eq",
    };
    struct gen_pool pool;

    (void)state;
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        assert_string_equal(gen_name_member(&pool, words[i]), gen_pool_printf(&pool, "%s_", words[i]));
    assert_string_equal(gen_name_member(&pool, "Int"), "int_");
    assert_string_equal(gen_name_member(&pool, "CheckRequest"), "check_request_");
    assert_string_equal(gen_name_member(&pool, "Integer"), "integer");
    gen_pool_clear(&pool);
}

static void guards_differ_when_files_do(void **state)
{
    struct gen_pool pool;

    (void)state;
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    assert_string_equal(gen_name_guard(&pool, "a/b-c_d"), "EYELET_GENERATED_a_2fb_2dc_5fd_H");
    assert_string_equal(gen_name_guard(&pool, "\xc3\xa9"), "EYELET_GENERATED__c3_a9_H");
    assert_string_equal(gen_name_stem(&pool, "a/x.proto"), "a/x");
    assert_string_equal(gen_name_stem(&pool, "x.protodevel"), "x");
    assert_string_equal(gen_name_stem(&pool, "x.txt"), "x.txt");
    gen_pool_clear(&pool);
}

static void comments_cannot_end_ours_nor_make_a_compiler_warn(void **state)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        { "", "" },
        { "\n \n\n", "" },
        { " one\n\n  two\n", " * one\n *\n *  two\n" },
        { "a */ b", " * a * / b\n" },
        { "/* a", " * / * a\n" },
        { "**//**", " * ** // **\n" },
        { "*\n/", " * *\n * /\n" },
        { "what?\?/", " * what?\? /\n" },
        { "tab\tbell\a \x7f.", " * tab bell   .\n" },
        { "crlf \r\nnext", " * crlf\n * next\n" },
        { "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", " * \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n" },
        { "\xe2\x80\xae\xe2\x81\xa6", " * ??\n" },
        { "\xc3 \xc0\x80 \xed\xa0\x80 \xf4\x90\x80\x80 \xff", " * ? ?? ??? ???? ?\n" },
        { "cut \xe2\x82", " * cut ??\n" },
    };
    struct gen_pool pool;

    (void)state;
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gen_text text;

        gen_text_init(&text, &pool);
        gen_text_put(&text, "", 0);
        gen_text_comment(&text, " * ", rows[i].in);
        assert_false(text.has_failed);
        assert_string_equal(text.data, rows[i].out);
    }
    gen_pool_clear(&pool);
}

static void two_files_are_written_for_one(void **state)
{
    struct gen_pool pool;
    struct sample sample;
    gen_response *response;

    (void)state;
    sample_init(&sample);
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    response = answer(&sample.request, &pool);
    assert_null(response->error);
    assert_int_equal(response->supported_features, 1);
    assert_int_equal(response->n_file, 2);
    assert_string_equal(response->file[0]->name, "demo.eyelet.h");
    assert_string_equal(response->file[1]->name, "demo.eyelet.c");
    assert_non_null(strstr(response->file[1]->content, "{ \"Say\", &demo__m__descriptor, "));
    gen_pool_clear(&pool);
}

static void set_kind(gen_proto_method *method, unsigned kind)
{
    method->has_client_streaming = method->client_streaming = (kind & 1) != 0;
    method->has_server_streaming = method->server_streaming = (kind & 2) != 0;
}

static void each_kind_of_method_is_in_the_table(void **state)
{
    static const char *const kinds[] = { "EYELET_UNARY", "EYELET_CLIENT_STREAM", "EYELET_SERVER_STREAM",
                                         "EYELET_BIDI_STREAM" };

    (void)state;
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct gen_pool pool;
        struct sample sample;
        const char *source;

        sample_init(&sample);
        set_kind(&sample.method, i);
        gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
        source = answer(&sample.request, &pool)->file[1]->content;
        for (unsigned k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
            assert_int_equal(strstr(source, kinds[k]) != NULL, k == i);
        gen_pool_clear(&pool);
    }
}

/* The next word of C in @text that is "demo_echo_say" and something more, or NULL; *@ret_len is its length. */
static const char *next_name(const char *text, size_t *ret_len)
{
    static const char word_chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    static const char own[] = "demo_echo_say";

    for (text += strcspn(text, word_chars); *text != '\0'; text += strcspn(text, word_chars)) {
        size_t len = strspn(text, word_chars);

        if (len > strlen(own) && strncmp(text, own, strlen(own)) == 0) {
            *ret_len = len;
            return text;
        }
        text += len;
    }
    return NULL;
}

/* Gives a second method the name that C has for @name already, behind the first and in front of it. */
static void assert_taken(struct sample *sample, const char *name, size_t len)
{
    gen_proto_method second = GOOGLE__PROTOBUF__METHOD_DESCRIPTOR_PROTO__INIT;
    gen_proto_method *orders[][2] = { { &sample->method, &second }, { &second, &sample->method } };
    const size_t prefix_len = strlen("demo_echo_");
    char second_name[64], expected[256];

    snprintf(second_name, sizeof(second_name), "%.*s", (int)(len - prefix_len), name + prefix_len);
    second.name = second_name;
    second.input_type = type_name;
    second.output_type = type_name;
    sample->service.n_method = 2;
    for (size_t i = 0; i < 2; i++) {
        snprintf(expected, sizeof(expected),
                 "demo.proto: rpc %s in demo.Echo needs the name %.*s in C, which rpc %s in demo.Echo has already "
                 "(demo.proto)",
                 orders[i][1]->name, (int)len, name, orders[i][0]->name);
        sample->service.method = orders[i];
        assert_refused(&sample->request, expected);
    }
    sample->service.n_method = 1;
    sample->service.method = sample->methods;
}

static unsigned assert_all_taken(struct sample *sample, const char *text)
{
    unsigned count = 0;
    size_t len = 0;

    for (const char *name = next_name(text, &len); name; name = next_name(name + len, &len)) {
        assert_taken(sample, name, len);
        count++;
    }
    return count;
}

static void h125_no_name_that_is_written_is_free_for_another_method(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4 * N_BACKENDS; i++) {
        struct gen_pool pool;
        struct sample sample;
        gen_response *response;

        gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
        sample_init(&sample);
        sample.request.parameter = gen_pool_printf(&pool, "backend=%s", backends[i / 4]->name);
        set_kind(&sample.method, i % 4);
        response = answer(&sample.request, &pool);
        assert_in_range(assert_all_taken(&sample, response->file[0]->content), 2, 100);
        assert_in_range(assert_all_taken(&sample, response->file[1]->content), 2, 100);
        gen_pool_clear(&pool);
    }
}

static void h125_methods_that_only_look_like_functions_of_a_stream_are_fine(void **state)
{
    static const char *const free_names[][4] = {
        { "SayOpen", "SaySend", "SayCallRecv", "SayStream" }, /* beside a unary method */
        { "SayStart", "SayCollect", "SayCallSend", "Say_Recv" },
        { "SayStart", "SaySend", "SayEnd", "SayCallRecv" },
        { "SayStart", "SayCollect", "SaySending", "Say_Open" },
    };
    gen_proto_method second = GOOGLE__PROTOBUF__METHOD_DESCRIPTOR_PROTO__INIT;

    (void)state;
    second.input_type = type_name;
    second.output_type = type_name;
    for (unsigned kind = 0; kind < 4; kind++) {
        for (size_t i = 0; i < 4; i++) {
            gen_proto_method *methods[2];
            struct gen_pool pool;
            struct sample sample;
            char name[32];

            sample_init(&sample);
            set_kind(&sample.method, kind);
            snprintf(name, sizeof(name), "%s", free_names[kind][i]);
            second.name = name;
            methods[0] = &sample.method;
            methods[1] = &second;
            sample.service.method = methods;
            sample.service.n_method = 2;
            gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
            assert_null(answer(&sample.request, &pool)->error);
            gen_pool_clear(&pool);
        }
    }
}

static void an_error_without_a_known_place_names_the_file(void **state)
{
    char digit[] = "1st";
    struct sample sample;

    (void)state;
    sample_init(&sample);
    sample.method.name = digit;
    assert_refused(&sample.request, "demo.proto: rpc '1st' in demo.Echo has no name that C can have");
    sample.file.source_code_info = NULL;
    assert_refused(&sample.request, "demo.proto: rpc '1st' in demo.Echo has no name that C can have");
}

static void unknown_parameters_and_syntaxes_are_refused(void **state)
{
    static const char *const unknown[] = { "import", "import=", "import_dir=", "backend=", "backend", "x" };
    char parameter[] = "streams=no", backend[] = "backend=upb", unknowns[64], expected[128], none[] = "",
         editions[] = "editions", proto2[] = "proto2";
    struct sample sample;
    struct gen_pool pool;

    (void)state;
    sample_init(&sample);
    sample.request.parameter = parameter;
    assert_refused(&sample.request,
                   "unknown parameter 'streams=no': there are backend=NAME, import=FILE and import_dir=DIR");
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        snprintf(unknowns, sizeof(unknowns), "import=a.proto,%s,import_dir=b", unknown[i]);
        snprintf(expected, sizeof(expected),
                 "unknown parameter '%s': there are backend=NAME, import=FILE and import_dir=DIR", unknown[i]);
        sample.request.parameter = unknowns;
        assert_refused(&sample.request, expected);
    }
    sample.request.parameter = backend;
    assert_refused(&sample.request, "unknown backend 'upb': there are protobuf-c and nanopb");
    sample.request.parameter = none;
    sample.file.syntax = editions;
    assert_refused(&sample.request, "demo.proto: syntax \"editions\" is not supported, proto2 and proto3 are");
    sample.file.syntax = proto2;
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    assert_null(answer(&sample.request, &pool)->error);
    gen_pool_clear(&pool);
}

static void h126_no_file_is_named_outside_of_the_output_folder(void **state)
{
    static const char *const names[] = {
        "",           "/",  "/etc/x.proto", "../x.proto", "a/../x.proto", "a/..",        "./x.proto",
        "a//b.proto", "a/", "a\"b.proto",   "a\\b.proto", "a\nb.proto",   "a\x7f.proto", "a?\?/b.proto",
    };
    char name[64], expected[256], fine[] = "with space/x..y.proto";
    struct sample sample;
    struct gen_pool pool;

    (void)state;
    sample_init(&sample);
    sample.file.name = name;
    sample.to_generate[0] = name;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(name, sizeof(name), "%s", names[i]);
        snprintf(expected, sizeof(expected),
                 "'%s' is not the name of a file below the output folder that an #include can name", name);
        assert_refused(&sample.request, expected);
    }

    sample.file.name = fine;
    sample.to_generate[0] = fine;
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    assert_string_equal(answer(&sample.request, &pool)->file[0]->name, "with space/x..y.eyelet.h");
    gen_pool_clear(&pool);
}

static void imported_files_are_listed_or_made_elsewhere(void **state)
{
    char part[] = "part.proto", *dependencies[] = { part }, *both[] = { name_of_file, part };
    char by_name[] = "import=x.proto,import=part.proto", by_dir[128], nowhere[] = "import_dir=/nowhere";
    const char *refusal =
        "demo.proto: part.proto is imported and not listed: list it, too, in eyelet_generate() or "
        "for protoc, or say where its code is made: a library in target_link_libraries() with the same BACKEND, or "
        "--eyelet_opt=import_dir=DIR";
    gen_proto_file imported = GOOGLE__PROTOBUF__FILE_DESCRIPTOR_PROTO__INIT, *files[2];
    struct gen_pool pool;
    struct sample sample;

    (void)state;
    sample_init(&sample);
    sample.file.n_dependency = 1;
    sample.file.dependency = dependencies;
    assert_malformed(&sample.request, "an imported file is not described");

    imported.name = part;
    files[0] = &imported;
    files[1] = &sample.file;
    sample.request.n_proto_file = 2;
    sample.request.proto_file = files;
    assert_refused(&sample.request, refusal);
    sample.request.parameter = nowhere;
    assert_refused(&sample.request, refusal);

    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    sample.request.parameter = by_name;
    assert_null(answer(&sample.request, &pool)->error);

    snprintf(by_dir, sizeof(by_dir), "import_dir=/nowhere,import_dir=%s", folder_path("."));
    sample.request.parameter = by_dir;
    assert_refused(&sample.request, refusal);
    assert_int_equal(mknod(folder_path("part.pb-c.h"), S_IFREG | 0600, 0), 0);
    assert_null(answer(&sample.request, &pool)->error);

    sample.request.parameter = NULL;
    sample.request.n_file_to_generate = 2;
    sample.request.file_to_generate = both;
    assert_null(answer(&sample.request, &pool)->error);
    gen_pool_clear(&pool);
}

static void two_files_cannot_share_their_output_or_their_services(void **state)
{
    char devel[] = "demo.protodevel", other[] = "other.proto", *to_generate[] = { name_of_file, devel };
    struct sample sample, second;
    gen_proto_file *files[] = { &sample.file, &second.file };

    (void)state;
    sample_init(&sample);
    sample_init(&second);
    second.file.name = devel;
    sample.request.n_proto_file = 2;
    sample.request.proto_file = files;
    sample.request.n_file_to_generate = 2;
    sample.request.file_to_generate = to_generate;
    assert_refused(&sample.request, "demo.protodevel: the file needs the name EYELET_GENERATED_demo_H in C, which the "
                                    "file has already (demo.proto)");

    second.file.name = other;
    to_generate[1] = other;
    assert_refused(&sample.request, "other.proto: service demo.Echo needs the name demo_echo_handlers in C, which "
                                    "service demo.Echo has already (demo.proto)");
}

static void h125_names_that_c_cannot_have_are_refused(void **state)
{
    char accent[] = "\xc3\xa9", digit[] = "1st", injection[] = "X\", 0 }; int x; //", empty[] = "", dots[] = "a..b";
    struct sample sample;

    (void)state;
    sample_init(&sample);
    sample.method.name = accent;
    assert_refused(&sample.request, "demo.proto: rpc '\xc3\xa9' in demo.Echo has no name that C can have");
    sample.method.name = injection;
    assert_refused(&sample.request, "demo.proto: rpc 'X\", 0 }; int x; //' in demo.Echo has no name that C can have");
    sample_init(&sample);
    sample.service.name = digit;
    assert_refused(&sample.request, "demo.proto: service '1st' has no name that C can have");
    sample.service.name = empty;
    assert_refused(&sample.request, "demo.proto: service '' has no name that C can have");
    sample_init(&sample);
    sample.file.package = dots;
    assert_refused(&sample.request, "demo.proto: package 'a..b' has no name that C can have");
}

static void h125_a_name_of_ten_thousand_letters_is_a_name(void **state)
{
    static char name[LONG_NAME + 1];
    struct sample sample;
    struct gen_pool pool;
    gen_response *response;

    (void)state;
    memset(name, 'x', LONG_NAME);
    sample_init(&sample);
    sample.method.name = name;
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    response = answer(&sample.request, &pool);
    assert_null(response->error);
    assert_non_null(strstr(response->file[1]->content, gen_pool_printf(&pool, "{ \"%s\", ", name)));
    gen_pool_clear(&pool);
}

static void a_service_cannot_be_called_like_the_library(void **state)
{
    char eyelet[] = "Eyelet", eyelets[] = "Eyelets", none[] = "", plain_type[] = ".M";
    struct sample sample;
    struct gen_pool pool;

    (void)state;
    sample_init(&sample);
    sample.file.package = none;
    sample.method.input_type = plain_type;
    sample.method.output_type = plain_type;
    sample.service.name = eyelet;
    assert_refused(&sample.request, "demo.proto: service Eyelet would be eyelet_... in C, and names that begin with "
                                    "eyelet are the library's own");
    sample.service.name = eyelets;
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    assert_null(answer(&sample.request, &pool)->error);
    gen_pool_clear(&pool);
}

/* With a place for each method, as protoc sends it. */
static unsigned count_allocations(const struct gen_backend *backend, size_t n_methods)
{
    static gen_proto_method methods[N_METHODS_MAX], *list[N_METHODS_MAX];
    static gen_location places[N_METHODS_MAX], *place_list[N_METHODS_MAX];
    static char names[N_METHODS_MAX][32];
    static int32_t paths[N_METHODS_MAX][4], span[] = { 1, 2, 3 };
    static char comment[] = " A comment.";
    char parameter[32];
    struct sample sample;
    struct gen_pool pool;
    gen_response *response;
    unsigned count;

    sample_init(&sample);
    for (size_t i = 0; i < n_methods; i++) {
        google__protobuf__method_descriptor_proto__init(&methods[i]);
        google__protobuf__source_code_info__location__init(&places[i]);
        snprintf(names[i], sizeof(names[i]), "Method%zu", i);
        memcpy(paths[i], (int32_t[]){ 6, 0, 2, (int32_t)i }, sizeof(paths[i]));
        methods[i].name = names[i];
        methods[i].input_type = type_name;
        methods[i].output_type = type_name;
        set_kind(&methods[i], (unsigned)i % 4);
        places[i].path = paths[i];
        places[i].n_path = 4;
        places[i].span = span;
        places[i].n_span = 3;
        places[i].leading_comments = comment;
        list[i] = &methods[i];
        place_list[i] = &places[i];
    }
    snprintf(parameter, sizeof(parameter), "backend=%s", backend->name);
    sample.request.parameter = parameter;
    sample.service.n_method = n_methods;
    sample.service.method = list;
    sample.info.n_location = n_methods;
    sample.info.location = place_list;

    faults_reset();
    gen_pool_init(&pool, 0);
    response = answer(&sample.request, &pool);
    assert_null(response->error);
    assert_non_null(strstr(response->file[1]->content, names[n_methods - 1]));
    count = faults_count(FAULT_ALLOC);
    gen_pool_clear(&pool);
    return count;
}

static void h127_ten_thousand_methods_take_ten_times_what_one_thousand_take(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_BACKENDS; i++)
        assert_in_range(count_allocations(backends[i], N_METHODS_MAX), 1,
                        11 * count_allocations(backends[i], N_METHODS_MAX / 10));
}

static void h128_every_truncation_of_a_request_is_malformed(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_BACKENDS; i++) {
        struct gen_bytes whole;
        struct gen_pool pool;

        gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
        whole = read_request(backends[i], &pool);
        assert_int_equal(generate_copy(whole), 0);
        for (size_t len = 0; len < whole.len; len++)
            assert_int_equal(generate_copy((struct gen_bytes){ whole.data, len }), -EBADMSG);
        gen_pool_clear(&pool);
    }
}

static void assert_survives_changes(struct gen_bytes whole)
{
    uint8_t *data = malloc(whole.len);

    assert_non_null(data);
    memcpy(data, whole.data, whole.len);
    for (size_t i = 0; i < whole.len; i++) {
        const uint8_t bytes[] = { 0x00, 0x7f, 0x80, 0xff, (uint8_t)(whole.data[i] ^ 1), (uint8_t)(whole.data[i] + 8) };

        for (size_t k = 0; k < sizeof(bytes); k++) {
            int r;

            data[i] = bytes[k];
            r = generate_copy((struct gen_bytes){ data, whole.len });
            assert_true(r == 0 || r == -EBADMSG);
        }
        data[i] = whole.data[i];
    }
    free(data);
}

static void h128_no_changed_byte_makes_it_crash(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_BACKENDS; i++) {
        struct gen_pool pool;

        gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
        assert_survives_changes(read_request(backends[i], &pool));
        gen_pool_clear(&pool);
    }
}

static void h128_what_protoc_never_leaves_out_is_missed(void **state)
{
    char other[] = "other.proto", unknown[] = ".demo.N";
    struct sample sample;

    (void)state;
    sample_init(&sample);
    sample.request.n_file_to_generate = 0;
    assert_malformed(&sample.request, "there is no file to generate");
    sample_init(&sample);
    sample.to_generate[0] = other;
    assert_malformed(&sample.request, "a file to generate is not described");
    sample_init(&sample);
    sample.file.name = NULL;
    assert_malformed(&sample.request, "a file has no name");
    sample_init(&sample);
    sample.message.name = NULL;
    assert_malformed(&sample.request, "a message has no name");
    sample_init(&sample);
    sample.service.name = NULL;
    assert_malformed(&sample.request, "a service has no name");
    sample_init(&sample);
    sample.method.name = NULL;
    assert_malformed(&sample.request, "a method has no name");
    sample_init(&sample);
    sample.method.output_type = NULL;
    assert_malformed(&sample.request, "a method has no type");
    sample_init(&sample);
    sample.method.input_type = unknown;
    assert_malformed(&sample.request, "a method's type is not described");
}

static void h128_an_option_of_protoc_c_that_makes_no_sense_is_malformed(void **state)
{
    static const struct {
        ProtobufCWireType type;
        uint8_t data[4];
        size_t len;
    } rows[] = {
        { PROTOBUF_C_WIRE_TYPE_VARINT, { 1 }, 1 },
        { PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, { 2, 0x32, 9 }, 3 }, /* c_package longer than what is there */
        { PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, { 1, 0x0b }, 2 },    /* a group */
    };
    Google__Protobuf__FileOptions options;
    ProtobufCMessageUnknownField field = { .tag = (uint32_t)gen_backend_protobuf_c.file_option_tag };
    struct sample sample;

    (void)state;
    sample_init(&sample);
    google__protobuf__file_options__init(&options);
    sample.file.options = &options;
    options.base.n_unknown_fields = 1;
    options.base.unknown_fields = &field;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t data[4];

        memcpy(data, rows[i].data, sizeof(data));
        field.wire_type = rows[i].type;
        field.data = data;
        field.len = rows[i].len;
        assert_malformed(&sample.request, "a file's option pb_c_file makes no sense");
    }
}

/* @depth messages, each the only one in the one before. */
static struct gen_bytes nest(struct gen_pool *pool, unsigned depth)
{
    const size_t cap = 65536;
    uint8_t *data = gen_pool_alloc(pool, cap);
    size_t at = cap, len = 0;

    assert_non_null(data);
    for (unsigned i = 0; i < depth + 1; i++) { /* from the inside; a tag and a length of three bytes each */
        static const uint8_t tags[] = { 0x7a, 0x22, 0x1a }; /* proto_file, message_type, nested_type */

        at -= 4;
        data[at] = tags[i == depth ? 0 : i == depth - 1 ? 1 : 2];
        data[at + 1] = (uint8_t)(len & 0x7f) | 0x80;
        data[at + 2] = (uint8_t)(len >> 7 & 0x7f) | 0x80;
        data[at + 3] = (uint8_t)(len >> 14);
        len += 4;
    }
    return (struct gen_bytes){ data + at, len };
}

static void h128_messages_nested_without_end_are_not_followed(void **state)
{
    gen_request *request = NULL;
    struct gen_pool pool;

    (void)state;
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    assert_int_equal(gen_request_unpack(nest(&pool, GEN_MESSAGE_DEPTH_MAX), &pool, &request), 0);
    assert_int_equal(request->proto_file[0]->n_message_type, 1);
    assert_int_equal(gen_request_unpack(nest(&pool, GEN_MESSAGE_DEPTH_MAX + 1), &pool, &request), -EBADMSG);
    assert_int_equal(gen_request_unpack(nest(&pool, 16000), &pool, &request), -EBADMSG);
    gen_pool_clear(&pool);
}

static void protoc_c_is_shown_no_services(void **state)
{
    struct gen_bytes whole, out;
    gen_request *request;
    struct gen_pool pool;

    (void)state;
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    whole = read_request(&gen_backend_protobuf_c, &pool);
    assert_int_equal(gen_request_without_services(whole, &pool, &out), 0);
    assert_int_equal(gen_request_unpack(out, &pool, &request), 0);
    assert_int_equal(request->n_proto_file, 1);
    assert_int_equal(request->proto_file[0]->n_service, 0);
    assert_int_equal(request->proto_file[0]->n_message_type, 6);
    assert_int_equal(gen_request_without_services((struct gen_bytes){ whole.data, 20 }, &pool, &out), -EBADMSG);
    gen_pool_clear(&pool);
}

static void protoc_c_is_made_to_say_that_it_knows_optional(void **state)
{
    static const uint8_t features_2_and_edition[] = { 0x10, 0x02, 0x18, 0x07 }, cut[] = { 0x0a, 0x05, 'x' };
    struct gen_bytes out = { NULL, 0 };
    struct gen_pool pool;

    (void)state;
    gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
    assert_int_equal(gen_response_with_optional(out, &pool, &out), 0);
    assert_int_equal(out.len, 2);
    assert_memory_equal(out.data, "\x10\x01", 2);
    assert_int_equal(gen_response_with_optional((struct gen_bytes){ features_2_and_edition, 4 }, &pool, &out), 0);
    assert_int_equal(out.len, 4);
    assert_memory_equal(out.data, "\x10\x03\x18\x07", 4);
    assert_int_equal(gen_response_with_optional((struct gen_bytes){ cut, sizeof(cut) }, &pool, &out), -EBADMSG);
    gen_pool_clear(&pool);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_BACKENDS; i++) {
        struct gen_pool pool;
        struct gen_bytes in;
        unsigned n = 0;
        int r;

        gen_pool_init(&pool, GEN_POOL_BLOCK_CAP);
        in = read_request(backends[i], &pool);
        do {
            r = generate_with_failure(in, ++n);
            if (r != 0)
                assert_int_equal(r, -ENOMEM);
        } while (r != 0);
        assert_in_range(n, 100, 100000);
        gen_pool_clear(&pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_follow_protoc_c),
        cmocka_unit_test(h125_keywords_and_our_own_names_get_an_underscore),
        cmocka_unit_test(guards_differ_when_files_do),
        cmocka_unit_test(comments_cannot_end_ours_nor_make_a_compiler_warn),
        cmocka_unit_test(two_files_are_written_for_one),
        cmocka_unit_test(each_kind_of_method_is_in_the_table),
        cmocka_unit_test(h125_no_name_that_is_written_is_free_for_another_method),
        cmocka_unit_test(h125_methods_that_only_look_like_functions_of_a_stream_are_fine),
        cmocka_unit_test(an_error_without_a_known_place_names_the_file),
        cmocka_unit_test(unknown_parameters_and_syntaxes_are_refused),
        cmocka_unit_test(h126_no_file_is_named_outside_of_the_output_folder),
        cmocka_unit_test_setup_teardown(imported_files_are_listed_or_made_elsewhere, folder_setup, folder_teardown),
        cmocka_unit_test(two_files_cannot_share_their_output_or_their_services),
        cmocka_unit_test(h125_names_that_c_cannot_have_are_refused),
        cmocka_unit_test(h125_a_name_of_ten_thousand_letters_is_a_name),
        cmocka_unit_test(a_service_cannot_be_called_like_the_library),
        cmocka_unit_test(h127_ten_thousand_methods_take_ten_times_what_one_thousand_take),
        cmocka_unit_test(h128_every_truncation_of_a_request_is_malformed),
        cmocka_unit_test(h128_no_changed_byte_makes_it_crash),
        cmocka_unit_test(h128_what_protoc_never_leaves_out_is_missed),
        cmocka_unit_test(h128_an_option_of_protoc_c_that_makes_no_sense_is_malformed),
        cmocka_unit_test(h128_messages_nested_without_end_are_not_followed),
        cmocka_unit_test(protoc_c_is_shown_no_services),
        cmocka_unit_test(protoc_c_is_made_to_say_that_it_knows_optional),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests_name("test_generator", tests, faults_setup, NULL);
}
