/*
 * Names and meanings of errnos, for the texts of errors.
 */
#ifndef EYELET_CORE_ERRNO_H
#define EYELET_CORE_ERRNO_H

/* "ENOENT", or "?" for a number without a name; static. */
const char *eyelet_errno_name(int number);

/* "No such file or directory", whatever the locale is; "unknown error" for a number without a meaning; static. */
const char *eyelet_errno_meaning(int number);

#endif
