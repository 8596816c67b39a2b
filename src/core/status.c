/*
 * Codes to names and back, and the filling of struct eyelet_error.
 */
#include "core/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <eyelet/hooks.h>

#include "core/bytes.h"

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

/* Length of the UTF-8 character at the start of @text, or 0 when there is none: RFC 3629, section 4. */
static size_t utf8_char_len(struct eyelet_slice text)
{
    const uint8_t *b = text.data;
    uint8_t low = 0x80, high = 0xbf; /* bounds of the second byte */
    size_t len;

    if (b[0] < 0x80)
        return 1;
    if (b[0] >= 0xc2 && b[0] <= 0xdf)
        len = 2;
    else if (b[0] >= 0xe0 && b[0] <= 0xef)
        len = 3;
    else if (b[0] >= 0xf0 && b[0] <= 0xf4)
        len = 4;
    else
        return 0;

    if (b[0] == 0xe0)
        low = 0xa0; /* overlong */
    else if (b[0] == 0xed)
        high = 0x9f; /* surrogates */
    else if (b[0] == 0xf0)
        low = 0x90; /* overlong */
    else if (b[0] == 0xf4)
        high = 0x8f; /* over U+10FFFF */

    if (text.len < len || b[1] < low || b[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++) {
        if ((b[i] & 0xc0) != 0x80)
            return 0;
    }
    return len;
}

/* Bytes at the start of @text that are ASCII, in whole words: text mostly is. */
static size_t ascii_words_len(struct eyelet_slice text)
{
    const uint64_t high_bits = UINT64_C(0x8080808080808080);
    uint64_t word;
    size_t len = 0;

    while (text.len - len >= sizeof(word)) {
        memcpy(&word, text.data + len, sizeof(word));
        if ((word & high_bits) != 0)
            break;
        len += sizeof(word);
    }
    return len;
}

bool eyelet_utf8_is_valid(struct eyelet_slice text)
{
    while (text.len > 0) {
        size_t len = ascii_words_len(text);

        if (len == 0)
            len = utf8_char_len(text);
        if (len == 0)
            return false;
        eyelet_slice_take(&text, len);
    }
    return true;
}

/* C0, DEL, and the C1 controls, which UTF-8 writes as C2 80 .. C2 9F. */
static bool is_control(const uint8_t *character, size_t len)
{
    if (len == 1)
        return character[0] < 0x20 || character[0] == 0x7f;
    return len == 2 && character[0] == 0xc2 && character[1] < 0xa0;
}

size_t eyelet_text_escape(struct eyelet_slice in, char *room, size_t cap)
{
    static const char hex[] = "0123456789abcdef";
    size_t used = 0;

    assert(cap > 0);
    while (in.len > 0) {
        size_t len = utf8_char_len(in);

        if (len > 0 && !is_control(in.data, len)) {
            if (len >= cap - used)
                break;
            memcpy(room + used, in.data, len);
            used += len;
            eyelet_slice_take(&in, len);
            continue;
        }
        if (cap - used <= 4)
            break;
        room[used++] = '\\';
        room[used++] = 'x';
        room[used++] = hex[in.data[0] >> 4];
        room[used++] = hex[in.data[0] & 0x0f];
        eyelet_slice_take(&in, 1);
    }
    room[used] = '\0';
    return used;
}

/* Overwrites @error; its text takes @text_cap bytes at most, with the NUL. Return: length of the text. */
static size_t EYELET_PRINTF(4, 0) fill(struct eyelet_error *error, enum eyelet_status status, size_t text_cap,
                                       const char *format, va_list args)
{
    char raw[EYELET_ERROR_TEXT_MAX + 1];
    int len;

    memset(error, 0, sizeof(*error));
    error->status = status;
    len = vsnprintf(raw, sizeof(raw), format, args);
    if (len < 0)
        len = 0;
    if ((size_t)len >= sizeof(raw))
        len = (int)sizeof(raw) - 1;
    return eyelet_text_escape((struct eyelet_slice){ (const uint8_t *)raw, (size_t)len }, error->text, text_cap);
}

enum eyelet_status eyelet_error_vset(struct eyelet_error *error, enum eyelet_status status, const char *format,
                                     va_list args)
{
    if (error != NULL)
        fill(error, status, sizeof(error->text), format, args);
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

enum eyelet_status eyelet_error_fill(struct eyelet_error *error, enum eyelet_status status, const char *format, ...)
{
    va_list args;

    if (status == EYELET_OK) /* whoever refuses, refuses */
        status = EYELET_UNKNOWN;
    va_start(args, format);
    eyelet_error_vset(error, status, format, args);
    va_end(args);
    return status;
}

enum eyelet_status eyelet_error_errno(struct eyelet_error *error, int error_number, const char *format, ...)
{
    int number = error_number < 0 ? -error_number : error_number;
    enum eyelet_status status = eyelet_status_from_errno(number);
    const char *meaning = strerrordesc_np(number);
    const char *name = strerrorname_np(number);
    char end[128]; /* glibc's longest meaning and name take 60 bytes */
    size_t len, end_len;
    va_list args;

    if (error == NULL)
        return status;

    snprintf(end, sizeof(end), ": %s (%s)", meaning != NULL ? meaning : "unknown error", name != NULL ? name : "?");
    end_len = strlen(end);
    va_start(args, format);
    len = fill(error, status, sizeof(error->text) - end_len, format, args);
    va_end(args);

    memcpy(error->text + len, end, end_len + 1);
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
