/*
 * How an RPC call ends: one of the 17 codes of google.rpc.Code, and beside it, on failure, a value that says what was
 * attempted, where it failed and with which value.
 *
 * Functions of the raw core (<eyelet/vsock.h>) and of addresses return 0 or a descriptor, or -errno; everything above
 * them returns enum eyelet_status.
 */
#ifndef EYELET_STATUS_H
#define EYELET_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/export.h>
#include <eyelet/slice.h>

EYELET_BEGIN_DECLS

/* google/rpc/code.proto; the numbers are on the wire and never change. */
enum eyelet_status {
    EYELET_OK = 0,
    EYELET_CANCELLED = 1,
    EYELET_UNKNOWN = 2,
    EYELET_INVALID_ARGUMENT = 3,
    EYELET_DEADLINE_EXCEEDED = 4,
    EYELET_NOT_FOUND = 5,
    EYELET_ALREADY_EXISTS = 6,
    EYELET_PERMISSION_DENIED = 7,
    EYELET_RESOURCE_EXHAUSTED = 8,
    EYELET_FAILED_PRECONDITION = 9,
    EYELET_ABORTED = 10,
    EYELET_OUT_OF_RANGE = 11,
    EYELET_UNIMPLEMENTED = 12,
    EYELET_INTERNAL = 13,
    EYELET_UNAVAILABLE = 14,
    EYELET_DATA_LOSS = 15,
    EYELET_UNAUTHENTICATED = 16,
};

#define EYELET_STATUS_MAX 16 /* google/rpc/code.proto: UNAUTHENTICATED is the last one */

#define EYELET_ERROR_TEXT_MAX 1024    /* bytes of text kept, without the NUL; the rest is cut */
#define EYELET_ERROR_DETAILS_MAX 1024 /* bytes of encoded details kept: whole ones; the rest is dropped */

/**
 * struct eyelet_error - what went wrong
 * @status:             the code that the call returned as well; never EYELET_OK in a filled error
 * @is_remote:          true when the peer sent this status, false when this side made it
 * @may_have_executed:  true when the peer may have run the call: do not send it again unless it is safe to run twice.
 *                      Always true for a status that came from the peer
 * @error_number:       errno of the system call that failed, or 0
 * @details_len:        bytes used in @details
 * @text:               one sentence without a newline that names the act, the address and the value; valid UTF-8
 *                      without control bytes (a peer's are shown as \xNN), so it may be printed or logged as it is
 * @details:            the peer's google.protobuf.Any details as they came, whole ones only; walk them with
 *                      eyelet_error_next_detail()
 *
 * A plain value that owns nothing: copy it, drop it, put it on the stack. Wherever a function takes one as its last
 * argument it may be NULL; it is written on failure only.
 */
struct eyelet_error {
    enum eyelet_status status;
    bool is_remote;
    bool may_have_executed;
    int error_number;
    size_t details_len;
    char text[EYELET_ERROR_TEXT_MAX + 1];
    uint8_t details[EYELET_ERROR_DETAILS_MAX];
};

/**
 * eyelet_status_name() - the name of a code, as in google/rpc/code.proto
 *
 * Return: "OK", "CANCELLED" ... "UNAUTHENTICATED"; "UNKNOWN" for a number that is no code. Static, never NULL.
 */
EYELET_API const char *eyelet_status_name(enum eyelet_status status);

/**
 * eyelet_status_from_name() - the code of a name
 * @name:  "NOT_FOUND" and so on, in upper case
 * @ret:   the code; untouched when there is none of that name
 *
 * Return: true when @name is the name of a code.
 */
EYELET_API bool eyelet_status_from_name(const char *name, enum eyelet_status *ret);

/**
 * eyelet_error_is_unimplemented() - does this error say that the peer has no such service or method?
 *
 * ttrpc servers do not agree on the code: eyelet and current Go answer UNIMPLEMENTED, older Go NOT_FOUND, Rust
 * INVALID_ARGUMENT. This knows all three, by code and by the words of those implementations, and is false for the same
 * codes from a handler.
 */
EYELET_API bool eyelet_error_is_unimplemented(const struct eyelet_error *error);

/**
 * eyelet_error_next_detail() - walk the google.protobuf.Any details of a peer's error
 * @error:         a filled error
 * @cursor:        0 before the first call; moved on by each call
 * @ret_type_url:  the type's URL, borrowed from @error
 * @ret_value:     the encoded message, borrowed from @error
 *
 * Return: true while there is one more; false at the end or where the bytes stop making sense.
 */
EYELET_API bool eyelet_error_next_detail(const struct eyelet_error *error, size_t *cursor,
                                         struct eyelet_slice *ret_type_url, struct eyelet_slice *ret_value);

EYELET_END_DECLS

#endif
