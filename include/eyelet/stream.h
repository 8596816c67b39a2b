/*
 * A stream as a client sees it: messages one after the other, in one direction or both. Generated functions give each
 * method a handle of its own type; what does not depend on the type is here.
 *
 *     status = demo_echo_chat_open(client, NULL, &chat, &error);
 *     status = demo_echo_chat_send(chat, &request, &error);
 *     status = demo_echo_chat_end(chat, &error);
 *     while ((got = demo_echo_chat_recv(chat, &reply, &error)) == EYELET_GOT_MESSAGE)
 *         ...
 *     demo_echo_chat_close(chat);
 *
 * One deadline covers the stream from its opening to its end. A stream may be used by several threads: what is sent by
 * one thread arrives in its order, and one may send while another receives. Messages that arrive while nobody receives
 * wait in a queue of the stream's own. When it holds more than 64 messages or 4 MiB and nobody takes one for a second,
 * the stream ends with EYELET_RESOURCE_EXHAUSTED and the connection lives. At 16 MiB in one queue the connection is not
 * read before one is taken, which slows the peer down, and with it the other calls of that connection: ttrpc has no flow
 * control for each stream.
 *
 * What waits when the server ends a stream, also with an error, is received before that end. What waits when this side
 * ends it, by cancelling, at its deadline or for a full queue, is dropped.
 */
#ifndef EYELET_STREAM_H
#define EYELET_STREAM_H

#include <stdbool.h>

#include <eyelet/export.h>
#include <eyelet/kind.h>
#include <eyelet/status.h>

EYELET_BEGIN_DECLS

struct eyelet_stream;

#define EYELET_STREAM_MESSAGES_MAX 64         /* as many as ttrpc's Go implementation queues */
#define EYELET_STREAM_BYTES_MAX    (4u << 20) /* the longest message of ttrpc: PROTOCOL.md, "Message Frame" */
#define EYELET_STREAM_FULL_MS      1000u      /* as long as ttrpc's Go implementation waits for a reader */

/**
 * eyelet_stream_cancel() - give a stream up, from any thread
 * @stream:  an open stream; the base of a typed handle
 *
 * Whoever waits in it returns with EYELET_CANCELLED, and so does who sends or receives later. The server's handler sees
 * the end of this side, and what it still sends is dropped. A stream that is over stays as it is.
 */
EYELET_API void eyelet_stream_cancel(struct eyelet_stream *stream);

/**
 * eyelet_stream_is_readable(), eyelet_stream_is_writable() - would receiving, or sending, return without waiting?
 *
 * For programs with an event loop, after eyelet_client_process(). True for a stream that is over: what would have been
 * waited for is its end.
 */
EYELET_API bool eyelet_stream_is_readable(struct eyelet_stream *stream);
EYELET_API bool eyelet_stream_is_writable(struct eyelet_stream *stream);

EYELET_END_DECLS

#endif
