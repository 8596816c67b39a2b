/*
 * How names of a .proto file become names of C. protoc-c's rules are followed to the letter, since its types are used;
 * they are in its c_helpers.cc: CamelToLower(), ToCamel(), FullNameToLower(), FullNameToC(). So are nanopb's, which are
 * in its nanopb_generator.py: Names, NamingStyle.
 *
 * Every function returns memory of the pool, or NULL without memory.
 */
#ifndef EYELET_GEN_NAMES_H
#define EYELET_GEN_NAMES_H

#include <stdbool.h>

#include "pool.h"

/* "HTTPServer" to "httpserver", "GetV2Foo" to "get_v2_foo". */
char *gen_name_lower(struct gen_pool *pool, const char *name);

/* The prefix of a service's functions: package "a.bC" and service "Echo" to "a_b_c_echo". */
char *gen_name_prefix(struct gen_pool *pool, const char *package, const char *service);

/* protoc-c's names of a message: package "a.b" and message "Outer.inner_one" to "A__B__Outer__InnerOne" ... */
char *gen_name_type(struct gen_pool *pool, const char *package, const char *message);

/* ... and to "a__b__outer__inner_one", which its functions and its descriptor start with. */
char *gen_name_type_lower(struct gen_pool *pool, const char *package, const char *message);

/* nanopb's name of a message: package "a.b" and message "Outer.inner_one" to "a_b_Outer_inner_one". */
char *gen_name_nanopb(struct gen_pool *pool, const char *package, const char *message);

/* A prefix in macros: "demo_echo" to "DEMO_ECHO". */
char *gen_name_macro(struct gen_pool *pool, const char *prefix);

/* May this be no member of a struct in C, or in C++? The latter is asked of what C takes. */
bool gen_name_is_keyword_of_c(const char *name);
bool gen_name_is_keyword_of_cxx(const char *name);

/* Is this a keyword, a macro of the C library, or a name that generated code has already? */
bool gen_name_is_taken(const char *name);

/* A method's name as member and at the end of functions: lower case, with a '_' behind it when the name is taken. */
char *gen_name_member(struct gen_pool *pool, const char *method);

/* An include guard; different for different stems. */
char *gen_name_guard(struct gen_pool *pool, const char *stem);

/* "dir/x.proto" to "dir/x", as protoc-c's StripProto() does. */
char *gen_name_stem(struct gen_pool *pool, const char *file);

/* May @name stand in C as it is? Dots are allowed between the parts of a name when @is_dotted. */
bool gen_name_is_legal(const char *name, bool is_dotted);

/* May @file be written to, below protoc's output folder, and named in an #include? */
bool gen_name_is_safe_file(const char *file);

#endif
