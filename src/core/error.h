/*
 * Filling struct eyelet_error: the one place that writes its text, so that every text is one printable line.
 */
#ifndef EYELET_CORE_ERROR_H
#define EYELET_CORE_ERROR_H

#include <stdarg.h>

#include <eyelet/slice.h>
#include <eyelet/status.h>

/*
 * eyelet_error_set() - a failure of this side's: `return eyelet_error_set(reterr, EYELET_INTERNAL, "...");`
 * @error:   may be NULL; overwritten whole
 * @format:  of core/text.h's small printf
 *
 * Control bytes and invalid UTF-8 in the formatted text become \xNN; it is cut at EYELET_ERROR_TEXT_MAX, never inside
 * a character.
 *
 * Return: @status.
 */
enum eyelet_status eyelet_error_set(struct eyelet_error *error, enum eyelet_status status, const char *format, ...)
    EYELET_PRINTF(3, 4);
enum eyelet_status eyelet_error_vset(struct eyelet_error *error, enum eyelet_status status, const char *format,
                                     va_list args) EYELET_PRINTF(3, 0);

/* The same with a text that is there already. */
enum eyelet_status eyelet_error_set_text(struct eyelet_error *error, enum eyelet_status status,
                                         struct eyelet_slice words);

/*
 * eyelet_error_errno() - a failed system call: `return eyelet_error_errno(reterr, r, "cannot bind '%s'", text);`
 * @error_number:  errno, of either sign
 *
 * The errno's name and meaning are put behind the text; the status is eyelet_status_from_errno().
 *
 * Return: that status.
 */
enum eyelet_status eyelet_error_errno(struct eyelet_error *error, int error_number, const char *format, ...)
    EYELET_PRINTF(3, 4);

/* eyelet_status_from_errno() - the one translation from io's -errno (either sign) to a status; 0 is EYELET_OK. */
enum eyelet_status eyelet_status_from_errno(int error_number);

#endif
