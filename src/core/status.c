/*
 * Codes to names and back, and the filling of struct eyelet_error.
 */
#include "core/error.h"

#include <errno.h>
#include <string.h>

#include "core/errno.h"
#include "core/text.h"

static const char *const status_names[EYELET_STATUS_MAX + 1] = {
    [EYELET_OK] = "OK",
    [EYELET_CANCELLED] = "CANCELLED",
    [EYELET_UNKNOWN] = "UNKNOWN",
    [EYELET_INVALID_ARGUMENT] = "INVALID_ARGUMENT",
    [EYELET_DEADLINE_EXCEEDED] = "DEADLINE_EXCEEDED",
    [EYELET_NOT_FOUND] = "NOT_FOUND",
    [EYELET_ALREADY_EXISTS] = "ALREADY_EXISTS",
    [EYELET_PERMISSION_DENIED] = "PERMISSION_DENIED",
    [EYELET_RESOURCE_EXHAUSTED] = "RESOURCE_EXHAUSTED",
    [EYELET_FAILED_PRECONDITION] = "FAILED_PRECONDITION",
    [EYELET_ABORTED] = "ABORTED",
    [EYELET_OUT_OF_RANGE] = "OUT_OF_RANGE",
    [EYELET_UNIMPLEMENTED] = "UNIMPLEMENTED",
    [EYELET_INTERNAL] = "INTERNAL",
    [EYELET_UNAVAILABLE] = "UNAVAILABLE",
    [EYELET_DATA_LOSS] = "DATA_LOSS",
    [EYELET_UNAUTHENTICATED] = "UNAUTHENTICATED",
};

const char *eyelet_status_name(enum eyelet_status status)
{
    if ((unsigned)status > EYELET_STATUS_MAX)
        return status_names[EYELET_UNKNOWN];
    return status_names[status];
}

bool eyelet_status_from_name(const char *name, enum eyelet_status *ret)
{
    for (unsigned i = 0; i <= EYELET_STATUS_MAX; i++) {
        if (strcmp(name, status_names[i]) == 0) {
            *ret = (enum eyelet_status)i;
            return true;
        }
    }
    return false;
}

enum eyelet_status eyelet_status_from_errno(int error_number)
{
    switch (error_number < 0 ? -error_number : error_number) {
    case 0:
        return EYELET_OK;
    case EINVAL:
    case ENAMETOOLONG:
    case EBADF:
    case ENOTSOCK:
    case EPROTOTYPE:
    case EDESTADDRREQ:
        return EYELET_INVALID_ARGUMENT;
    case ETIMEDOUT:
        return EYELET_DEADLINE_EXCEEDED;
    case ENOMEM:
    case ENOBUFS:
    case EMFILE:
    case ENFILE:
    case ENOSPC:
    case EMSGSIZE:
        return EYELET_RESOURCE_EXHAUSTED;
    case EADDRINUSE:
    case EEXIST:
        return EYELET_ALREADY_EXISTS;
    case EACCES:
        return EYELET_PERMISSION_DENIED;
    case EOPNOTSUPP:
        return EYELET_UNIMPLEMENTED;
    default:
        return EYELET_UNAVAILABLE;
    }
}

/* Overwrites @error; returns with its text begun, which takes @text_cap bytes at most, with the NUL. */
static struct eyelet_text begin(struct eyelet_error *error, enum eyelet_status status, size_t text_cap)
{
    struct eyelet_text text;

    memset(error, 0, sizeof(*error));
    error->status = status;
    eyelet_text_init(&text, error->text, text_cap);
    return text;
}

enum eyelet_status eyelet_error_vset(struct eyelet_error *error, enum eyelet_status status, const char *format,
                                     va_list args)
{
    struct eyelet_text text;

    if (error == NULL)
        return status;
    text = begin(error, status, sizeof(error->text));
    eyelet_text_vadd(&text, format, args);
    eyelet_text_end(&text);
    return status;
}

enum eyelet_status eyelet_error_set(struct eyelet_error *error, enum eyelet_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    eyelet_error_vset(error, status, format, args);
    va_end(args);
    return status;
}

enum eyelet_status eyelet_error_set_text(struct eyelet_error *error, enum eyelet_status status,
                                         struct eyelet_slice words)
{
    struct eyelet_text text;

    if (error == NULL)
        return status;
    text = begin(error, status, sizeof(error->text));
    eyelet_text_add_bytes(&text, words);
    eyelet_text_end(&text);
    return status;
}

enum eyelet_status eyelet_error_errno(struct eyelet_error *error, int error_number, const char *format, ...)
{
    int number = error_number < 0 ? -error_number : error_number;
    enum eyelet_status status = eyelet_status_from_errno(number);
    const char *meaning = eyelet_errno_meaning(number);
    const char *name = eyelet_errno_name(number);
    struct eyelet_text text;
    va_list args;

    if (error == NULL)
        return status;

    text = begin(error, status, sizeof(error->text) - strlen(meaning) - strlen(name) - strlen(":  ()"));
    va_start(args, format);
    eyelet_text_vadd(&text, format, args);
    va_end(args);
    eyelet_text_end(&text);

    text.cap = sizeof(error->text);
    text.is_cut = false;
    eyelet_text_add(&text, ": %s (%s)", meaning, name);
    error->error_number = number;
    return status;
}

/* Does @text read "<word> NAME", with a name without spaces? */
static bool is_word_and_name(const char *text, const char *word)
{
    size_t len = strlen(word);

    return strncmp(text, word, len) == 0 && text[len] == ' ' && text[len + 1] != '\0' &&
           strchr(text + len + 1, ' ') == NULL;
}

/* Does @text read "/SERVICE/METHOD does not exist", with names that have no slash and no space? */
static bool is_path_that_does_not_exist(const char *text)
{
    size_t service_len, method_len;

    if (text[0] != '/')
        return false;
    service_len = strcspn(text + 1, "/ ");
    text += 1 + service_len;
    if (service_len == 0 || text[0] != '/')
        return false;
    method_len = strcspn(text + 1, "/ ");
    return method_len > 0 && strcmp(text + 1 + method_len, " does not exist") == 0;
}

bool eyelet_error_is_unimplemented(const struct eyelet_error *error)
{
    if (!error->is_remote) /* this side made it, from EOPNOTSUPP for example */
        return false;
    if (error->status == EYELET_UNIMPLEMENTED)
        return true;
    if (error->status == EYELET_NOT_FOUND) /* Go ttrpc up to 1.1, services.go, resolve() */
        return is_word_and_name(error->text, "service") || is_word_and_name(error->text, "method");
    if (error->status == EYELET_INVALID_ARGUMENT) /* Rust ttrpc, server.rs */
        return is_path_that_does_not_exist(error->text);
    return false;
}
