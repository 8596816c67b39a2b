#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

/* The locale must not have a say in what is a letter. */
static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char to_lower(char c)
{
    return is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

static char to_upper(char c)
{
    return is_lower(c) ? (char)(c - 'a' + 'A') : c;
}

static char *finished(const struct gen_text *text)
{
    return text->has_failed ? NULL : text->data;
}

static void put_lower(struct gen_text *text, const char *part, size_t len)
{
    bool was_upper = true; /* no '_' in front */

    for (size_t i = 0; i < len; i++) {
        char lower = to_lower(part[i]);

        if (is_upper(part[i]) && !was_upper)
            gen_text_put(text, "_", 1);
        gen_text_put(text, &lower, 1);
        was_upper = is_upper(part[i]);
    }
}

static void put_camel(struct gen_text *text, const char *part, size_t len)
{
    bool is_first = true;

    for (size_t i = 0; i < len; i++) {
        char c = is_first ? to_upper(part[i]) : part[i];

        is_first = part[i] == '_';
        if (!is_first)
            gen_text_put(text, &c, 1);
    }
}

/* Puts each part of a dotted name, with @separator between them and behind what is there already. */
static void put_parts(struct gen_text *text, const char *name, const char *separator,
                      void (*put)(struct gen_text *text, const char *part, size_t len))
{
    while (*name) {
        size_t len = strcspn(name, ".");

        if (len > 0 && text->len > 0)
            gen_text_put(text, separator, strlen(separator));
        put(text, name, len);
        name += len + (name[len] == '.');
    }
}

static char *join(struct gen_pool *pool, const char *package, const char *name, const char *separator,
                  void (*put)(struct gen_text *text, const char *part, size_t len))
{
    struct gen_text text;

    gen_text_init(&text, pool);
    gen_text_put(&text, "", 0);
    put_parts(&text, package, separator, put);
    put_parts(&text, name, separator, put);
    return finished(&text);
}

char *gen_name_lower(struct gen_pool *pool, const char *name)
{
    return join(pool, "", name, "_", put_lower);
}

char *gen_name_prefix(struct gen_pool *pool, const char *package, const char *service)
{
    return join(pool, package, service, "_", put_lower);
}

char *gen_name_type(struct gen_pool *pool, const char *package, const char *message)
{
    return join(pool, package, message, "__", put_camel);
}

char *gen_name_type_lower(struct gen_pool *pool, const char *package, const char *message)
{
    return join(pool, package, message, "__", put_lower);
}

static void put_as_it_is(struct gen_text *text, const char *part, size_t len)
{
    gen_text_put(text, part, len);
}

char *gen_name_nanopb(struct gen_pool *pool, const char *package, const char *message)
{
    return join(pool, package, message, "_", put_as_it_is);
}

char *gen_name_macro(struct gen_pool *pool, const char *prefix)
{
    char *name = gen_pool_copy(pool, prefix, strlen(prefix));

    for (char *at = name; at && *at; at++)
        *at = to_upper(*at);
    return name;
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(a, *(const char *const *)b);
}

bool gen_name_is_keyword_of_c(const char *name)
{
    /* of C17 and C23, of the compilers' own C, and of <stdbool.h>, in the order of strcmp() */
    static const char *const words[] = {
        "_Alignas",
        "_Alignof",
        "_Atomic",
        "_Bool",
        "_Complex",
        "_Generic",
        "_Imaginary",
        "_Noreturn",
        "_Static_assert",
        "_Thread_local",
        "alignas",
        "alignof",
        "asm",
        "auto",
        "bool",
        "break",
        "case",
        "char",
        "const",
        "constexpr",
        "continue",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extern",
        "false",
        "float",
        "for",
        "goto",
        "if",
        "inline",
        "int",
        "long",
        "nullptr",
        "register",
        "restrict",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "static_assert",
        "struct",
        "switch",
        "thread_local",
        "true",
        "typedef",
        "typeof",
        "typeof_unqual",
        "union",
        "unsigned",
        "void",
        "volatile",
        "while",
    };

    return bsearch(name, words, sizeof(words) / sizeof(words[0]), sizeof(words[0]), compare_words) != NULL;
}

bool gen_name_is_keyword_of_cxx(const char *name)
{
    /* of C++23, in the order of strcmp() */
    static const char *const words[] = {
        "and",       "and_eq",       "bitand",     "bitor",     "catch",     "char16_t",
        "char32_t",  "char8_t",      "class",      "co_await",  "co_return", "co_yield",
        "compl",     "concept",      "const_cast", "consteval", "constinit", "decltype",
        "delete",    "dynamic_cast", "explicit",   "export",    "friend",    "mutable",
        "namespace", "new",          "noexcept",   "not",       "not_eq",    "operator",
        "or",        "or_eq",        "private",    "protected", "public",    "reinterpret_cast",
        "requires",  "static_cast",  "template",   "this",      "throw",     "try",
        "typeid",    "typename",     "using",      "virtual",   "wchar_t",   "xor",
        "xor_eq",
    };

    return bsearch(name, words, sizeof(words) / sizeof(words[0]), sizeof(words[0]), compare_words) != NULL;
}

bool gen_name_is_taken(const char *name)
{
    /* Lower-case words that a member or a function of a service cannot be called, in the order of strcmp(). */
    static const char *const words[] = {
        /* keywords of C17, C23 and C++23, macros that the C library or the compiler defines, and our own names */
        "add",       "alignas",   "alignof",       "and",         "and_eq",        "asm",           "assert",
        "auto",      "bitand",    "bitor",         "bool",        "break",         "case",          "catch",
        "char",      "char16_t",  "char32_t",      "char8_t",     "check_request", "class",         "co_await",
        "co_return", "co_yield",  "compl",         "complex",     "concept",       "const",         "const_cast",
        "consteval", "constexpr", "constinit",     "continue",    "decltype",      "default",       "delete",
        "do",        "double",    "dynamic_cast",  "else",        "enum",          "errno",         "explicit",
        "export",    "extern",    "false",         "float",       "for",           "fortran",       "friend",
        "goto",      "handlers",  "i386",          "if",          "imaginary",     "import",        "inline",
        "int",       "linux",     "long",          "module",      "mutable",       "namespace",     "new",
        "noexcept",  "noreturn",  "not",           "not_eq",      "nullptr",       "offsetof",      "operator",
        "or",        "or_eq",     "private",       "protected",   "public",        "register",      "reinterpret_cast",
        "requires",  "restrict",  "return",        "service",     "setjmp",        "short",         "signed",
        "sizeof",    "static",    "static_assert", "static_cast", "stderr",        "stdin",         "stdout",
        "struct",    "switch",    "template",      "this",        "thread_local",  "throw",         "true",
        "try",       "typedef",   "typeid",        "typename",    "typeof",        "typeof_unqual", "union",
        "unix",      "unsigned",  "using",         "virtual",     "void",          "volatile",      "wchar_t",
        "while",     "xor",       "xor_eq",
    };

    return bsearch(name, words, sizeof(words) / sizeof(words[0]), sizeof(words[0]), compare_words) != NULL;
}

char *gen_name_member(struct gen_pool *pool, const char *method)
{
    char *name = gen_name_lower(pool, method);

    if (!name || !gen_name_is_taken(name))
        return name;
    return gen_pool_printf(pool, "%s_", name);
}

char *gen_name_guard(struct gen_pool *pool, const char *stem)
{
    struct gen_text text;

    gen_text_init(&text, pool);
    gen_text_put(&text, "EYELET_GENERATED_", strlen("EYELET_GENERATED_"));
    for (const char *in = stem; *in; in++) {
        if (is_lower(*in) || is_upper(*in) || is_digit(*in))
            gen_text_put(&text, in, 1);
        else
            gen_text_printf(&text, "_%02x", (unsigned)(unsigned char)*in);
    }
    gen_text_put(&text, "_H", 2);
    return finished(&text);
}

static bool ends_with(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

char *gen_name_stem(struct gen_pool *pool, const char *file)
{
    const char *end = ends_with(file, ".protodevel") ? ".protodevel" : ends_with(file, ".proto") ? ".proto" : "";

    return gen_pool_copy(pool, file, strlen(file) - strlen(end));
}

bool gen_name_is_legal(const char *name, bool is_dotted)
{
    bool is_first = true;

    for (const char *in = name; *in; in++) {
        bool is_dot = is_dotted && *in == '.' && !is_first;

        if (!is_dot && !is_lower(*in) && !is_upper(*in) && *in != '_' && (is_first || !is_digit(*in)))
            return false;
        is_first = is_dot;
    }
    return !is_first;
}

static bool is_safe_part(const char *part, size_t len)
{
    if (len == 0 || (len == 1 && part[0] == '.') || (len == 2 && part[0] == '.' && part[1] == '.'))
        return false;

    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)part[i] < ' ' || part[i] == 0x7f || part[i] == '"' || part[i] == '\\')
            return false;
    }
    return true;
}

bool gen_name_is_safe_file(const char *file)
{
    if (strstr(file, "??")) /* a trigraph may be in there */
        return false;

    for (;;) {
        size_t len = strcspn(file, "/");

        if (!is_safe_part(file, len))
            return false;
        if (file[len] == '\0')
            return true;
        file += len + 1;
    }
}
