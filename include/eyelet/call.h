/*
 * One call, as a handler sees it: who calls, how much time is left, memory that lives until the reply is sent, the way
 * to fail, the way to answer later, and to hear when nobody waits for the answer any more.
 *
 * All of it is for the thread that runs the handler, from its start to its return; after eyelet_call_defer(), for
 * whichever thread has the call, one at a time, until it calls eyelet_call_complete(). Any thread may ask
 * eyelet_call_is_cancelled() meanwhile.
 *
 * Streams: generated functions, demo_echo_chat_call_send() and demo_echo_chat_call_recv(), send and receive messages on
 * a call. They wait when they must, and never past the call's deadline; the server goes on reading meanwhile, also with
 * one thread. A received message is the handler's until the next one is received on the same call.
 *
 * A long field of bytes of a request lies where it was received, so it may be aligned for nothing but bytes.
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
 * eyelet_call_add_detail() - a google.protobuf.Any that travels with the error of this call
 * @type_url:  "type.googleapis.com/demo.Reason"
 * @value:     the encoded message
 *
 * Only a call that fails sends details. For protobuf-c messages see eyelet_call_add_detail_message().
 *
 * Return: true; false when all details would be more than EYELET_ERROR_DETAILS_MAX bytes or @type_url is not UTF-8, and
 * this one is left out.
 */
EYELET_API bool eyelet_call_add_detail(struct eyelet_call *call, const char *type_url, struct eyelet_slice value);

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
 * Return: the peer of the connection, as at accept; valid as long as @call.
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
 * Return: milliseconds until the deadline, rounded up; 0 only when it is over: the caller has its
 * EYELET_DEADLINE_EXCEEDED then, and whatever the handler returns is dropped. Every call has a deadline.
 */
EYELET_API uint32_t eyelet_call_time_left_ms(const struct eyelet_call *call);

/**
 * eyelet_call_metadata() - look up a metadata value that came with the request
 * @call:   the call
 * @key:    compared without case
 * @index:  0 for the first pair of that key, 1 for the second, in the order of arrival
 * @ret:    the value, borrowed as long as @call; not NUL-terminated
 *
 * Return: true when there is one.
 */
EYELET_API bool eyelet_call_metadata(const struct eyelet_call *call, const char *key, size_t index,
                                     struct eyelet_slice *ret);

/**
 * eyelet_call_metadata_at() - walk all metadata that came with the request
 * @index:      0 for the first pair, in the order of arrival
 * @ret_key:    the key, as it came
 * @ret_value:  the value; both are borrowed as long as @call and not NUL-terminated
 *
 * Return: true when there is one.
 */
EYELET_API bool eyelet_call_metadata_at(const struct eyelet_call *call, size_t index, struct eyelet_slice *ret_key,
                                        struct eyelet_slice *ret_value);

/**
 * eyelet_call_is_cancelled() - does nobody wait for the answer any more?
 *
 * Because the deadline is over, the connection is lost, the caller broke the protocol, the server's grace after
 * eyelet_server_stop() is over, or, for a deferred call, its connection took most of more memory than the server may
 * have. A server with one thread finds out while the handler sends, receives or asks this.
 */
EYELET_API bool eyelet_call_is_cancelled(struct eyelet_call *call);

/**
 * eyelet_call_on_cancel() - be told of it
 * @on_cancel:  called at most once, from a thread of the server's or from this one, with @why: DEADLINE_EXCEEDED,
 *              CANCELLED, RESOURCE_EXHAUSTED, UNAVAILABLE and so on; nothing is locked. It must not wait for long.
 *              NULL takes it back: it is not running any more, nor ever called, when this returns
 * @userdata:   handed to @on_cancel
 *
 * A call that is cancelled already calls it at once. A handler whose @userdata ends with it takes @on_cancel back
 * first; otherwise it may be called until the call is completed.
 */
EYELET_API void eyelet_call_on_cancel(struct eyelet_call *call,
                                      void (*on_cancel)(enum eyelet_status why, void *userdata), void *userdata);

/**
 * eyelet_call_defer() - answer later
 *
 * From now on the call, its request, its reply and its memory live until eyelet_call_complete(), and what the handler
 * returns is ignored. It is called before any other thread may have @call.
 *
 * Return: EYELET_OK.
 */
EYELET_API enum eyelet_status eyelet_call_defer(struct eyelet_call *call);

/**
 * eyelet_call_complete() - answer now, from any thread, the handler's too
 * @call:    a deferred call, of no more use after this
 * @status:  EYELET_OK sends the reply as it was filled in, or ends the stream; all else as if the handler had
 *           returned it
 *
 * Every deferred call must be completed once, a cancelled one too: eyelet_server_run() returns after that. Does not
 * wait for the peer.
 */
EYELET_API void eyelet_call_complete(struct eyelet_call *call, enum eyelet_status status);

EYELET_END_DECLS

#endif
