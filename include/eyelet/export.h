/*
 * What every public header of eyelet starts with: visibility, C linkage for C++, and format checks.
 */
#ifndef EYELET_EXPORT_H
#define EYELET_EXPORT_H

#ifdef __cplusplus
#define EYELET_BEGIN_DECLS extern "C" {
#define EYELET_END_DECLS }
#else
#define EYELET_BEGIN_DECLS
#define EYELET_END_DECLS
#endif

#if defined(__GNUC__)
#define EYELET_API __attribute__((__visibility__("default")))
#define EYELET_PRINTF(at, first) __attribute__((__format__(__printf__, at, first)))
#define EYELET_MUST_USE __attribute__((__warn_unused_result__))
#else
#define EYELET_API
#define EYELET_PRINTF(at, first)
#define EYELET_MUST_USE
#endif

#endif
