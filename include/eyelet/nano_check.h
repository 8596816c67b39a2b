/*
 * For generated code alone: what the compiler must find right in a nanopb message before a service may use it.
 *
 * nanopb knows of a bytes field how large its struct is, and structs end at an even address: with an odd max_size it
 * would take one byte more, and whoever copies as many as it says into an array of max_size writes beyond it. So those
 * are refused: make them even.
 */
#ifndef EYELET_NANO_CHECK_H
#define EYELET_NANO_CHECK_H

#include <pb.h>

#if defined(__cplusplus)
#define EYELET_NANO_ASSERT(condition, text) static_assert(condition, text)
#else
#define EYELET_NANO_ASSERT(condition, text) _Static_assert(condition, text)
#endif

/* One for each message: goes through nanopb's list of its fields. */
#define EYELET_NANO_EVEN(message) message##_FIELDLIST(EYELET_NANO_EVEN_FIELD, message)

#define EYELET_NANO_EVEN_FIELD(message, atype, htype, ltype, name, tag)                                               \
    EYELET_NANO_EVEN_##ltype(message, atype, htype, name)

/* Bytes with a place of their own, alone, in an array, or in a oneof, whose name nanopb gives in three parts. */
#define EYELET_NANO_EVEN_BYTES(message, atype, htype, name) EYELET_NANO_EVEN_##atype(message, htype, name)
#define EYELET_NANO_EVEN_STATIC(message, htype, name)       EYELET_NANO_EVEN_##htype(message, name)
#define EYELET_NANO_EVEN_POINTER(message, htype, name)
#define EYELET_NANO_EVEN_CALLBACK(message, htype, name)
#define EYELET_NANO_EVEN_REQUIRED(message, name) EYELET_NANO_EVEN_IS(((message *)0)->name.bytes, #message, #name)
#define EYELET_NANO_EVEN_SINGULAR(message, name) EYELET_NANO_EVEN_IS(((message *)0)->name.bytes, #message, #name)
#define EYELET_NANO_EVEN_OPTIONAL(message, name) EYELET_NANO_EVEN_IS(((message *)0)->name.bytes, #message, #name)
#define EYELET_NANO_EVEN_REPEATED(message, name) EYELET_NANO_EVEN_IS(((message *)0)->name[0].bytes, #message, #name)
#define EYELET_NANO_EVEN_FIXARRAY(message, name) EYELET_NANO_EVEN_IS(((message *)0)->name[0].bytes, #message, #name)
#define EYELET_NANO_EVEN_ONEOF(message, name)    EYELET_NANO_EVEN_MEMBER(message, EYELET_NANO_EVEN_THIRD name)
#define EYELET_NANO_EVEN_MEMBER(message, name)   EYELET_NANO_EVEN_SINGULAR(message, name)
#define EYELET_NANO_EVEN_THIRD(one, two, three)        three
#define EYELET_NANO_EVEN_IS(bytes, message, name)                                                                   \
    EYELET_NANO_ASSERT(sizeof(bytes) % 2 == 0,                                                                         \
                       message "." name ": bytes need an even max_size, nanopb counts in pairs");

/* All other types are as large as they say. */
#define EYELET_NANO_EVEN_BOOL(message, atype, htype, name)
#define EYELET_NANO_EVEN_DOUBLE(message, atype, htype, name)
#define EYELET_NANO_EVEN_ENUM(message, atype, htype, name)
#define EYELET_NANO_EVEN_UENUM(message, atype, htype, name)
#define EYELET_NANO_EVEN_EXTENSION(message, atype, htype, name)
#define EYELET_NANO_EVEN_FIXED32(message, atype, htype, name)
#define EYELET_NANO_EVEN_FIXED64(message, atype, htype, name)
#define EYELET_NANO_EVEN_FIXED_LENGTH_BYTES(message, atype, htype, name)
#define EYELET_NANO_EVEN_FLOAT(message, atype, htype, name)
#define EYELET_NANO_EVEN_INT32(message, atype, htype, name)
#define EYELET_NANO_EVEN_INT64(message, atype, htype, name)
#define EYELET_NANO_EVEN_MESSAGE(message, atype, htype, name)
#define EYELET_NANO_EVEN_MSG_W_CB(message, atype, htype, name)
#define EYELET_NANO_EVEN_SFIXED32(message, atype, htype, name)
#define EYELET_NANO_EVEN_SFIXED64(message, atype, htype, name)
#define EYELET_NANO_EVEN_SINT32(message, atype, htype, name)
#define EYELET_NANO_EVEN_SINT64(message, atype, htype, name)
#define EYELET_NANO_EVEN_STRING(message, atype, htype, name)
#define EYELET_NANO_EVEN_UINT32(message, atype, htype, name)
#define EYELET_NANO_EVEN_UINT64(message, atype, htype, name)

#endif
