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
#define EYELET_API __attribute__((visibility("default")))
#define EYELET_PRINTF(format, first) __attribute__((format(printf, format, first)))
#else
#define EYELET_API
#define EYELET_PRINTF(format, first)
#endif

#endif
