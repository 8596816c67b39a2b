/*
 * Written by protoc-gen-eyelet; do not edit. Made from echo.proto
 */
#ifndef EYELET_GENERATED_echo_H
#define EYELET_GENERATED_echo_H

#include <eyelet/service.h>

#include "echo.pb-c.h"

EYELET_BEGIN_DECLS

/* "multiple definition" of functions of demo.Echo? Part of this program has them with BACKEND protobuf-c, part with
   the other: only one can be linked. */
extern const char protobuf_c_makes_demo_echo;
#if defined(__GNUC__)
static const char *const backend_of_demo_echo __attribute__((__used__)) = &protobuf_c_makes_demo_echo;
#endif

/**
 * struct demo_echo_handlers - what answers the calls of demo.Echo
 *
 * A request is only read. What is put into a reply must live until that is sent, as parts of the request do and
 * memory of eyelet_call_alloc(). A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct demo_echo_handlers {
    /*
     * Answers with the text of the request; an empty text is an error.
     */
    enum eyelet_status (*say)(struct eyelet_call *call, const Demo__SayRequest *request,
        Demo__SayReply *reply, void *userdata);

    /*
     * Answers with the numbers from 1 to the limit; a limit below 0 is an error.
     *
     * Sends its replies with demo_echo_count_call_send().
     */
    enum eyelet_status (*count)(struct eyelet_call *call, const Demo__CountRequest *request, void *userdata);

    /*
     * Answers with the sum of all numbers and with how many they were.
     *
     * Receives its requests with demo_echo_sum_call_recv().
     */
    enum eyelet_status (*sum)(struct eyelet_call *call, Demo__SumReply *reply, void *userdata);

    /*
     * Answers each text with the same text, until the caller has said all.
     *
     * Receives its requests with demo_echo_chat_call_recv().
     * Sends its replies with demo_echo_chat_call_send().
     */
    enum eyelet_status (*chat)(struct eyelet_call *call, void *userdata);

    /*
     * Asked before each handler that is handed one request, for what every request must satisfy. A status
     * other than EYELET_OK refuses the call. Where the requests are a stream it is not asked, since the
     * handler has the call before there is a request: it looks at each one itself. May be NULL.
     */
    enum eyelet_status (*check_request)(struct eyelet_call *call, const ProtobufCMessage *request,
        void *userdata);
};

extern const struct eyelet_service demo_echo_service;

/**
 * demo_echo_add() - let a server answer for demo.Echo
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 *
 * Return: see eyelet_server_add_service() in <eyelet/service.h>.
 */
enum eyelet_status demo_echo_add(struct eyelet_server *server,
    const struct demo_echo_handlers *handlers, void *userdata);

/**
 * demo_echo_say() - call Say of demo.Echo
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Answers with the text of the request; an empty text is an error.
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status demo_echo_say(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Demo__SayRequest *request, Demo__SayReply **ret, struct eyelet_error *reterr);

/**
 * demo_echo_say_start() - the same call, but it is not waited for
 * @done:      told of the end, once: with a reply, which it frees, or with an error, which is not
 *             valid any more when it has returned. May be NULL: demo_echo_say_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_client_start() in <eyelet/service.h>.
 */
enum eyelet_status demo_echo_say_start(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Demo__SayRequest *request,
    void (*done)(enum eyelet_status status, Demo__SayReply *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_pending **ret, struct eyelet_error *reterr);

/**
 * demo_echo_say_collect() - wait for the end of such a call
 * @pending:  what demo_echo_say_start() gave without a function to be told; of no more use after this
 * @ret:      the reply; the caller's until its free_unpacked; set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status demo_echo_say_collect(struct eyelet_pending *pending, Demo__SayReply **ret,
    struct eyelet_error *reterr);

/**
 * demo_echo_count_call_send() - send a reply, in the handler
 * @call:     the handler's
 * @message:  packed before this returns
 *
 * Return: see eyelet_call_send_message() in <eyelet/service.h>.
 */
enum eyelet_status demo_echo_count_call_send(struct eyelet_call *call,
    const Demo__CountReply *message);

struct demo_echo_count_stream;

/**
 * demo_echo_count_open() - begin a call of Count of demo.Echo: one request and then many replies
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @ret:      the stream; ended with demo_echo_count_close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Answers with the numbers from 1 to the limit; a limit below 0 is an error.
 *
 * Return: see eyelet_client_open_stream() in <eyelet/service.h>.
 */
enum eyelet_status demo_echo_count_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    const Demo__CountRequest *request, struct demo_echo_count_stream **ret, struct eyelet_error *reterr);

/*
 * Waits for the next reply, the end or an error: see eyelet_stream_recv(). What it gives is the caller's until its
 * free_unpacked.
 */
enum eyelet_got demo_echo_count_recv(struct demo_echo_count_stream *stream,
    Demo__CountReply **ret, struct eyelet_error *reterr);

/* Gives the stream up, from any thread: see eyelet_stream_cancel(). */
void demo_echo_count_cancel(struct demo_echo_count_stream *stream);

/* The same stream, for the functions of <eyelet/stream.h>; it stays open. */
struct eyelet_stream *demo_echo_count_base(struct demo_echo_count_stream *stream);

/* Frees the stream, which may be NULL; returns NULL: see eyelet_stream_close(). */
struct demo_echo_count_stream *demo_echo_count_close(struct demo_echo_count_stream *stream);

/**
 * demo_echo_sum_call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_call_recv_message() in <eyelet/service.h>.
 */
enum eyelet_got demo_echo_sum_call_recv(struct eyelet_call *call,
    const Demo__SumRequest **ret);

struct demo_echo_sum_stream;

/**
 * demo_echo_sum_open() - begin a call of Sum of demo.Echo: many requests and then one reply
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @ret:      the stream; ended with demo_echo_sum_close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Answers with the sum of all numbers and with how many they were.
 *
 * Return: see eyelet_client_open_stream() in <eyelet/service.h>.
 */
enum eyelet_status demo_echo_sum_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct demo_echo_sum_stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_stream_send(). */
enum eyelet_status demo_echo_sum_send(struct demo_echo_sum_stream *stream,
    const Demo__SumRequest *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_stream_end(). */
enum eyelet_status demo_echo_sum_end(struct demo_echo_sum_stream *stream, struct eyelet_error *reterr);

/*
 * Waits for the reply, the end or an error: see eyelet_stream_recv(). What it gives is the caller's until its
 * free_unpacked.
 */
enum eyelet_got demo_echo_sum_recv(struct demo_echo_sum_stream *stream,
    Demo__SumReply **ret, struct eyelet_error *reterr);

/* Gives the stream up, from any thread: see eyelet_stream_cancel(). */
void demo_echo_sum_cancel(struct demo_echo_sum_stream *stream);

/* The same stream, for the functions of <eyelet/stream.h>; it stays open. */
struct eyelet_stream *demo_echo_sum_base(struct demo_echo_sum_stream *stream);

/* Frees the stream, which may be NULL; returns NULL: see eyelet_stream_close(). */
struct demo_echo_sum_stream *demo_echo_sum_close(struct demo_echo_sum_stream *stream);

/**
 * demo_echo_chat_call_send() - send a reply, in the handler
 * @call:     the handler's
 * @message:  packed before this returns
 *
 * Return: see eyelet_call_send_message() in <eyelet/service.h>.
 */
enum eyelet_status demo_echo_chat_call_send(struct eyelet_call *call,
    const Demo__SayReply *message);

/**
 * demo_echo_chat_call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_call_recv_message() in <eyelet/service.h>.
 */
enum eyelet_got demo_echo_chat_call_recv(struct eyelet_call *call,
    const Demo__SayRequest **ret);

struct demo_echo_chat_stream;

/**
 * demo_echo_chat_open() - begin a call of Chat of demo.Echo: many requests and many replies
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @ret:      the stream; ended with demo_echo_chat_close(); set on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Answers each text with the same text, until the caller has said all.
 *
 * Return: see eyelet_client_open_stream() in <eyelet/service.h>.
 */
enum eyelet_status demo_echo_chat_open(struct eyelet_client *client, const struct eyelet_call_opts *opts,
    struct demo_echo_chat_stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_stream_send(). */
enum eyelet_status demo_echo_chat_send(struct demo_echo_chat_stream *stream,
    const Demo__SayRequest *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_stream_end(). */
enum eyelet_status demo_echo_chat_end(struct demo_echo_chat_stream *stream, struct eyelet_error *reterr);

/*
 * Waits for the next reply, the end or an error: see eyelet_stream_recv(). What it gives is the caller's until its
 * free_unpacked.
 */
enum eyelet_got demo_echo_chat_recv(struct demo_echo_chat_stream *stream,
    Demo__SayReply **ret, struct eyelet_error *reterr);

/* Gives the stream up, from any thread: see eyelet_stream_cancel(). */
void demo_echo_chat_cancel(struct demo_echo_chat_stream *stream);

/* The same stream, for the functions of <eyelet/stream.h>; it stays open. */
struct eyelet_stream *demo_echo_chat_base(struct demo_echo_chat_stream *stream);

/* Frees the stream, which may be NULL; returns NULL: see eyelet_stream_close(). */
struct demo_echo_chat_stream *demo_echo_chat_close(struct demo_echo_chat_stream *stream);

EYELET_END_DECLS

#endif
