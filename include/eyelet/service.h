/*
 * What generated code is made of: a table for each service, and the functions that its stubs call. A program uses
 * the typed functions that protoc-gen-eyelet writes on top of this and never needs this header itself.
 */
#ifndef EYELET_SERVICE_H
#define EYELET_SERVICE_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include <eyelet/call.h>
#include <eyelet/client.h>
#include <eyelet/export.h>
#include <eyelet/server.h>
#include <eyelet/status.h>
#include <eyelet/stream.h>
#include <eyelet/table.h>

EYELET_BEGIN_DECLS

/**
 * eyelet_server_add_service() - let a server answer for a service
 * @server:    a server that is not running
 * @service:   generated table; must outlive the server
 * @handlers:  the generated struct of handlers; must outlive the server
 * @userdata:  handed to every handler
 *
 * Return: EYELET_OK; EYELET_INVALID_ARGUMENT when @handlers is NULL; EYELET_ALREADY_EXISTS when the server has a
 * service of that name; EYELET_FAILED_PRECONDITION while it runs; EYELET_RESOURCE_EXHAUSTED without memory.
 */
EYELET_API enum eyelet_status eyelet_server_add_service(struct eyelet_server *server,
                                                        const struct eyelet_service *service, const void *handlers,
                                                        void *userdata);

/**
 * eyelet_client_call() - one unary call with protobuf-c messages
 * @client:   an open client
 * @service:  generated table
 * @method:   one of its methods
 * @opts:     may be NULL: the client's defaults
 * @request:  only read, and not after the return: what has not been sent by then is kept
 * @ret:      the reply, of @method's reply type; the caller's until protobuf_c_message_free_unpacked(); set on success
 *            only
 * @reterr:   may be NULL
 *
 * Return: the statuses of a call, see <eyelet/client.h>.
 */
EYELET_API enum eyelet_status eyelet_client_call(struct eyelet_client *client, const struct eyelet_service *service,
                                                 const struct eyelet_method *method,
                                                 const struct eyelet_call_opts *opts, const ProtobufCMessage *request,
                                                 ProtobufCMessage **ret, struct eyelet_error *reterr);

/**
 * eyelet_tell_fn - generated, one for each unary method: casts @done back to the method's own type and calls it
 * @done:      the program's function, as eyelet_client_start() got it; never NULL
 * @reply:     of the method's reply type; the receiver's, until protobuf_c_message_free_unpacked(); NULL on failure
 * @error:     on failure; NULL otherwise; valid until the return
 * @userdata:  as eyelet_client_start() got it
 *
 * A program's function has a type of its own for each method, since it takes that method's reply, and calling it as
 * anything else is undefined; so the library never calls @done itself, only this.
 *
 * Called once, by a thread that is in eyelet_client_process(), in a call or another function of the client's or of one
 * of its streams', or in eyelet_client_close(), with nothing locked: it may do anything with the client, closing it
 * included.
 */
typedef void (*eyelet_tell_fn)(void (*done)(void), enum eyelet_status status, ProtobufCMessage *reply,
                               const struct eyelet_error *error, void *userdata);

/**
 * eyelet_client_start() - begin a unary call and do not wait
 * @tell:      told of its end when @done is not NULL; never NULL itself
 * @done:      handed to @tell, and not looked at but for NULL: then the call is collected with eyelet_client_collect()
 * @userdata:  handed to @tell
 * @ret:       the call, for eyelet_pending_cancel(): with @done valid until that is called, without it until
 *             eyelet_client_collect(). May be NULL when @done is not
 *
 * Everything else as for eyelet_client_call(), but that it waits for nothing: without a connection it fails with
 * EYELET_UNAVAILABLE, and with 8 MiB waiting to be sent with EYELET_RESOURCE_EXHAUSTED. It is never sent a second time.
 * Calls that are started in functions that the client calls leave together, behind the last of them or as soon as
 * 64 KiB wait.
 *
 * Return: EYELET_OK, and the end comes later; anything else, and @tell is not called.
 */
EYELET_API enum eyelet_status eyelet_client_start(struct eyelet_client *client, const struct eyelet_service *service,
                                                  const struct eyelet_method *method,
                                                  const struct eyelet_call_opts *opts, const ProtobufCMessage *request,
                                                  eyelet_tell_fn tell, void (*done)(void), void *userdata,
                                                  struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * eyelet_client_collect() - wait for the end of a call that was started without a function to be told
 * @pending:  of no more use after this; NULL gives EYELET_FAILED_PRECONDITION
 *
 * Return: the statuses of a call.
 */
EYELET_API enum eyelet_status eyelet_client_collect(struct eyelet_pending *pending, ProtobufCMessage **ret,
                                                    struct eyelet_error *reterr);

/**
 * eyelet_client_open_stream() - begin a call of a method with a stream
 * @request:  for a method that takes one request; NULL for a stream of them
 * @ret:      the stream; ended with eyelet_stream_close(); set on success only
 *
 * Without a connection it fails with EYELET_UNAVAILABLE, with the option reconnect too: see eyelet_client_reconnect().
 *
 * Return: EYELET_OK as soon as the request has left, or is queued where a loop sends it; also when the stream ended
 * before that, which its first use tells. Otherwise the statuses of a call.
 */
EYELET_API enum eyelet_status eyelet_client_open_stream(struct eyelet_client *client,
                                                        const struct eyelet_service *service,
                                                        const struct eyelet_method *method,
                                                        const struct eyelet_call_opts *opts,
                                                        const ProtobufCMessage *request, struct eyelet_stream **ret,
                                                        struct eyelet_error *reterr);

/**
 * eyelet_stream_send() - send a message
 *
 * The message is packed before this returns. Waits while this connection has much to send already, and until the
 * message has left, reading meanwhile, so that two peers that both send do not wait for each other for ever. In the
 * thread of an event loop, see <eyelet/client.h>, it does not wait for the message to leave.
 *
 * Return: EYELET_OK; EYELET_FAILED_PRECONDITION after eyelet_stream_end(); EYELET_INVALID_ARGUMENT for an incomplete
 * message; EYELET_RESOURCE_EXHAUSTED for one that is longer than frame_max, or that there is no memory for: the stream
 * goes on after these. When the stream is over: EYELET_OUT_OF_RANGE if the server ended it well, which receiving tells
 * about; otherwise what it failed with.
 */
EYELET_API enum eyelet_status eyelet_stream_send(struct eyelet_stream *stream, const ProtobufCMessage *message,
                                                 struct eyelet_error *reterr);

/**
 * eyelet_stream_end() - say that this side sends no more; receiving goes on
 *
 * Return: EYELET_OK, also when it was said before; otherwise as eyelet_stream_send().
 */
EYELET_API enum eyelet_status eyelet_stream_end(struct eyelet_stream *stream, struct eyelet_error *reterr);

/**
 * eyelet_stream_recv() - the next message; for a method with one reply, that reply and then the end
 * @ret:     set for a message: the caller's until protobuf_c_message_free_unpacked()
 * @reterr:  set for an error: the statuses of a call
 */
EYELET_API enum eyelet_got eyelet_stream_recv(struct eyelet_stream *stream, ProtobufCMessage **ret,
                                              struct eyelet_error *reterr);

/**
 * eyelet_stream_close() - free a stream; one that is not over is cancelled
 * @stream:  may be NULL; no other thread may be using it
 *
 * Return: NULL.
 */
EYELET_API struct eyelet_stream *eyelet_stream_close(struct eyelet_stream *stream);

/**
 * eyelet_call_send_message(), eyelet_call_recv_message() - the same for a handler
 * @message:  packed before this returns
 * @ret:      set for a message; valid until the next one is received or the call is over
 *
 * Return of sending: EYELET_OK; EYELET_INVALID_ARGUMENT for an incomplete message and EYELET_RESOURCE_EXHAUSTED for one
 * that is longer than the server's frame_max, after which the call goes on; or why the call is over: the handler should
 * return. After an error from receiving it should, too: returned EYELET_OK becomes that error.
 */
EYELET_API enum eyelet_status eyelet_call_send_message(struct eyelet_call *call, const ProtobufCMessage *message);
EYELET_API enum eyelet_got eyelet_call_recv_message(struct eyelet_call *call, const ProtobufCMessage **ret);

/**
 * eyelet_call_add_detail_message() - eyelet_call_add_detail() for a protobuf-c message: its type's URL is made from its
 * full name
 */
EYELET_API bool eyelet_call_add_detail_message(struct eyelet_call *call, const ProtobufCMessage *message);

EYELET_END_DECLS

#endif
