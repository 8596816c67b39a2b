/*
 * printf into an error.
 */
#include "rpc/print.h"

#include <stdio.h>

#include <eyelet/hooks.h>

#include "core/error.h"

enum eyelet_status eyelet_error_vprint(struct eyelet_error *error, enum eyelet_status status, const char *format,
                                       va_list args)
{
    char raw[EYELET_ERROR_TEXT_MAX + 1];
    int len = vsnprintf(raw, sizeof(raw), format, args);

    if (len < 0)
        len = 0;
    if ((size_t)len >= sizeof(raw))
        len = (int)sizeof(raw) - 1;
    return eyelet_error_set_text(error, status, (struct eyelet_slice){ (const uint8_t *)raw, (size_t)len });
}

enum eyelet_status eyelet_error_fill(struct eyelet_error *error, enum eyelet_status status, const char *format, ...)
{
    va_list args;

    if (status == EYELET_OK) /* whoever refuses, refuses */
        status = EYELET_UNKNOWN;
    va_start(args, format);
    eyelet_error_vprint(error, status, format, args);
    va_end(args);
    return status;
}
