/*
 * Errors from formats that programs give: they have all of printf, where the library's own make do with core/text.h.
 */
#ifndef EYELET_RPC_PRINT_H
#define EYELET_RPC_PRINT_H

#include <stdarg.h>

#include <eyelet/status.h>

/* As eyelet_error_vset(), with every conversion of printf(3). */
enum eyelet_status eyelet_error_vprint(struct eyelet_error *error, enum eyelet_status status, const char *format,
                                       va_list args) EYELET_PRINTF(3, 0);

#endif
