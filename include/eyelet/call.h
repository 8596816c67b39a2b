/*
 * One call, as a handler sees it: who calls, how much time is left, memory that lives until the reply is sent, and the
 * way to fail.
 *
 * Everything here is for the thread that runs the handler, from its start to its return.
 */
#ifndef EYELET_CALL_H
#define EYELET_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/address.h>
#include <eyelet/export.h>
#include <eyelet/metadata.h>
#include <eyelet/slice.h>
#include <eyelet/status.h>

EYELET_BEGIN_DECLS

struct eyelet_call;

/**
 * eyelet_call_fail() - end this call with an error: `return eyelet_call_fail(call, EYELET_NOT_FOUND, "no key %u", id);`
 * @call:    the call
 * @status:  what the caller gets; EYELET_OK becomes EYELET_UNKNOWN
 * @format:  printf format of the text that the caller gets; cut at EYELET_ERROR_TEXT_MAX bytes
 *
 * Return: @status, to be returned from the handler. A handler that returns a status without having called this gives
 * the caller that status with its name as text; one that has called this and returns EYELET_OK fails all the same.
 */
EYELET_API EYELET_MUST_USE enum eyelet_status eyelet_call_fail(struct eyelet_call *call, enum eyelet_status status,
                                                               const char *format, ...) EYELET_PRINTF(3, 4);

/**
 * eyelet_call_alloc() - memory for a reply
 * @call:  the call
 * @size:  bytes; 0 is allowed
 *
 * Return: zeroed memory, aligned for any type, that is freed by the library once the reply is on its way; NULL when
 * there is none.
 */
EYELET_API void *eyelet_call_alloc(struct eyelet_call *call, size_t size);

/**
 * eyelet_call_printf() - a string for a reply
 *
 * Return: the text in memory of eyelet_call_alloc(); NULL when there is none.
 */
EYELET_API char *eyelet_call_printf(struct eyelet_call *call, const char *format, ...) EYELET_PRINTF(2, 3);

/**
 * eyelet_call_peer() - who is calling
 *
 * Return: the peer of the connection, as at accept; valid until the handler returns.
 */
EYELET_API const struct eyelet_peer *eyelet_call_peer(const struct eyelet_call *call);

/**
 * eyelet_call_service(), eyelet_call_method() - what is called: "demo.Echo" and "Say"; static
 */
EYELET_API const char *eyelet_call_service(const struct eyelet_call *call);
EYELET_API const char *eyelet_call_method(const struct eyelet_call *call);

/**
 * eyelet_call_time_left_ms() - how long the caller will still wait
 *
 * Return: milliseconds until the deadline, rounded up; 0 only when it is over, and then whatever the handler returns is
 * replaced by EYELET_DEADLINE_EXCEEDED. Every call has a deadline.
 */
EYELET_API uint32_t eyelet_call_time_left_ms(const struct eyelet_call *call);

/**
 * eyelet_call_metadata() - look up a metadata value that came with the request
 * @call:   the call
 * @key:    compared without case
 * @index:  0 for the first pair of that key, 1 for the second, in the order of arrival
 * @ret:    the value, borrowed until the handler returns; not NUL-terminated
 *
 * Return: true when there is one.
 */
EYELET_API bool eyelet_call_metadata(const struct eyelet_call *call, const char *key, size_t index,
                                     struct eyelet_slice *ret);

EYELET_END_DECLS

#endif
