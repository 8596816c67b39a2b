/*
 * Written by protoc-gen-eyelet; do not edit. Made from echo.proto
 */
#ifndef EYELET_GENERATED_echo_H
#define EYELET_GENERATED_echo_H

#include <eyelet/nano.h>

#include "echo.pb.h"

#if defined(demo_CountReply)
#error "demo.CountReply must keep its name in C: mangle_names and package do not go with eyelet, see echo.options"
#elif !defined(demo_CountReply_size)
#error "demo.CountReply has no fixed size, since a field of it is a callback or a pointer, by the .options files"
#define demo_CountReply_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(demo_CountReply, "demo.CountReply");

#if defined(demo_CountRequest)
#error "demo.CountRequest must keep its name in C: mangle_names and package do not go with eyelet, see echo.options"
#elif !defined(demo_CountRequest_size)
#error "demo.CountRequest has no fixed size, since a field of it is a callback or a pointer, by the .options files"
#define demo_CountRequest_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(demo_CountRequest, "demo.CountRequest");

#if defined(demo_SayReply)
#error "demo.SayReply must keep its name in C: mangle_names and package do not go with eyelet, see echo.options"
#elif !defined(demo_SayReply_size)
#error "demo.SayReply has no fixed size; each of these needs one: demo.SayReply.text (string: max_length) in echo.options"
#define demo_SayReply_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(demo_SayReply, "demo.SayReply");

#if defined(demo_SayRequest)
#error "demo.SayRequest must keep its name in C: mangle_names and package do not go with eyelet, see echo.options"
#elif !defined(demo_SayRequest_size)
#error "demo.SayRequest has no fixed size; each of these needs one: demo.SayRequest.text (string: max_length) in echo.options"
#define demo_SayRequest_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(demo_SayRequest, "demo.SayRequest");

#if defined(demo_SumReply)
#error "demo.SumReply must keep its name in C: mangle_names and package do not go with eyelet, see echo.options"
#elif !defined(demo_SumReply_size)
#error "demo.SumReply has no fixed size, since a field of it is a callback or a pointer, by the .options files"
#define demo_SumReply_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(demo_SumReply, "demo.SumReply");

#if defined(demo_SumRequest)
#error "demo.SumRequest must keep its name in C: mangle_names and package do not go with eyelet, see echo.options"
#elif !defined(demo_SumRequest_size)
#error "demo.SumRequest has no fixed size, since a field of it is a callback or a pointer, by the .options files"
#define demo_SumRequest_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(demo_SumRequest, "demo.SumRequest");

EYELET_BEGIN_DECLS

/* "multiple definition" of functions of demo.Echo? Part of this program has them with BACKEND nanopb, part with
   the other: only one can be linked. */
extern const char nanopb_makes_demo_echo;
#if defined(__GNUC__)
static const char *const backend_of_demo_echo __attribute__((__used__)) = &nanopb_makes_demo_echo;
#endif

/**
 * struct demo_echo_handlers - what answers the calls of demo.Echo
 *
 * A request is only read. A reply has its default values until its handler fills it in.
 * A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct demo_echo_handlers {
    /*
     * Answers with the text of the request; an empty text is an error.
     */
    enum eyelet_status (*say)(struct eyelet_nano_call *call, const demo_SayRequest *request,
        demo_SayReply *reply, void *userdata);

    /*
     * Answers with the numbers from 1 to the limit; a limit below 0 is an error.
     *
     * Sends its replies with demo_echo_count_call_send().
     */
    enum eyelet_status (*count)(struct eyelet_nano_call *call, const demo_CountRequest *request, void *userdata);

    /*
     * Answers with the sum of all numbers and with how many they were.
     *
     * Receives its requests with demo_echo_sum_call_recv().
     */
    enum eyelet_status (*sum)(struct eyelet_nano_call *call, demo_SumReply *reply, void *userdata);

    /*
     * Answers each text with the same text, until the caller has said all.
     *
     * Receives its requests with demo_echo_chat_call_recv().
     * Sends its replies with demo_echo_chat_call_send().
     */
    enum eyelet_status (*chat)(struct eyelet_nano_call *call, void *userdata);

    /*
     * Asked before each handler that is handed one request, for what every request must satisfy. A status
     * other than EYELET_OK refuses the call. Where the requests are a stream it is not asked, since the
     * handler has the call before there is a request: it looks at each one itself. May be NULL.
     *
     * @type says which message it is; nanopb calls it x_fields.
     */
    enum eyelet_status (*check_request)(struct eyelet_nano_call *call, const pb_msgdesc_t *type, const void *request,
        void *userdata);
};

extern const struct eyelet_nano_service demo_echo_service;

/**
 * demo_echo_add() - let a server answer for demo.Echo
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 * @reterr:    may be NULL; set on failure only
 *
 * Return: see eyelet_nano_server_add_service() in <eyelet/nano.h>.
 */
enum eyelet_status demo_echo_add(struct eyelet_nano_server *server,
    const struct demo_echo_handlers *handlers, void *userdata, struct eyelet_error *reterr);

/* Bytes for one request of demo.Echo and its reply: message_size of a server's options. */
union demo_echo_messages {
    unsigned char say[EYELET_NANO_ROUND(sizeof(demo_SayRequest)) +
        EYELET_NANO_ROUND(sizeof(demo_SayReply))];
    unsigned char count[EYELET_NANO_ROUND(sizeof(demo_CountRequest)) +
        EYELET_NANO_ROUND(sizeof(demo_CountReply))];
    unsigned char sum[EYELET_NANO_ROUND(sizeof(demo_SumRequest)) +
        EYELET_NANO_ROUND(sizeof(demo_SumReply))];
    unsigned char chat[EYELET_NANO_ROUND(sizeof(demo_SayRequest)) +
        EYELET_NANO_ROUND(sizeof(demo_SayReply))];
};
#define DEMO_ECHO_MESSAGE_SIZE (sizeof(union demo_echo_messages))

/*
 * Bytes of the longest frame of demo.Echo, for frame_max in the options of a server or a client: any request and
 * any reply fit, in their envelopes and with a deadline, but metadata needs more.
 */
union frames_of_demo_echo {
    unsigned char at_least[EYELET_NANO_FRAME_MIN];
    unsigned char say_request[33 + demo_SayRequest_size];
    unsigned char say_reply[6 + demo_SayReply_size];
    unsigned char count_request[35 + demo_CountRequest_size];
    unsigned char count_reply[6 + demo_CountReply_size];
    unsigned char sum_request[33 + demo_SumRequest_size];
    unsigned char sum_reply[6 + demo_SumReply_size];
    unsigned char chat_request[34 + demo_SayRequest_size];
    unsigned char chat_reply[6 + demo_SayReply_size];
};
#define DEMO_ECHO_FRAME_SIZE (sizeof(union frames_of_demo_echo))

/**
 * demo_echo_say() - call Say of demo.Echo
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Answers with the text of the request; an empty text is an error.
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status demo_echo_say(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const demo_SayRequest *request, demo_SayReply *reply, struct eyelet_error *reterr);

/**
 * demo_echo_say_start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: demo_echo_say_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status demo_echo_say_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const demo_SayRequest *request, demo_SayReply *reply,
    void (*done)(enum eyelet_status status, demo_SayReply *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * demo_echo_say_collect() - wait for the end of such a call
 * @pending:  what demo_echo_say_start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status demo_echo_say_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/**
 * demo_echo_count_call_send() - send a reply, in the handler
 * @call:     the handler's
 * @message:  packed before this returns
 *
 * Return: see eyelet_nano_call_send() in <eyelet/nano.h>.
 */
enum eyelet_status demo_echo_count_call_send(struct eyelet_nano_call *call,
    const demo_CountReply *message);

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
 * Return: see eyelet_nano_client_open_stream() in <eyelet/nano.h>.
 */
enum eyelet_status demo_echo_count_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const demo_CountRequest *request, struct demo_echo_count_stream **ret, struct eyelet_error *reterr);

/* Waits for the next reply, the end or an error: see eyelet_nano_stream_recv(). */
enum eyelet_got demo_echo_count_recv(struct demo_echo_count_stream *stream,
    demo_CountReply *reply, struct eyelet_error *reterr);

/* Gives the stream up: see eyelet_nano_stream_cancel(). */
void demo_echo_count_cancel(struct demo_echo_count_stream *stream);

/* The same stream, for the functions of <eyelet/nano.h>; it stays open. */
struct eyelet_nano_stream *demo_echo_count_base(struct demo_echo_count_stream *stream);

/* Ends the stream, which may be NULL; returns NULL: see eyelet_nano_stream_close(). */
struct demo_echo_count_stream *demo_echo_count_close(struct demo_echo_count_stream *stream);

/**
 * demo_echo_sum_call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_nano_call_recv() in <eyelet/nano.h>.
 */
enum eyelet_got demo_echo_sum_call_recv(struct eyelet_nano_call *call,
    const demo_SumRequest **ret);

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
 * Return: see eyelet_nano_client_open_stream() in <eyelet/nano.h>.
 */
enum eyelet_status demo_echo_sum_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct demo_echo_sum_stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_nano_stream_send(). */
enum eyelet_status demo_echo_sum_send(struct demo_echo_sum_stream *stream,
    const demo_SumRequest *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_nano_stream_end(). */
enum eyelet_status demo_echo_sum_end(struct demo_echo_sum_stream *stream, struct eyelet_error *reterr);

/* Waits for the reply, the end or an error: see eyelet_nano_stream_recv(). */
enum eyelet_got demo_echo_sum_recv(struct demo_echo_sum_stream *stream,
    demo_SumReply *reply, struct eyelet_error *reterr);

/* Gives the stream up: see eyelet_nano_stream_cancel(). */
void demo_echo_sum_cancel(struct demo_echo_sum_stream *stream);

/* The same stream, for the functions of <eyelet/nano.h>; it stays open. */
struct eyelet_nano_stream *demo_echo_sum_base(struct demo_echo_sum_stream *stream);

/* Ends the stream, which may be NULL; returns NULL: see eyelet_nano_stream_close(). */
struct demo_echo_sum_stream *demo_echo_sum_close(struct demo_echo_sum_stream *stream);

/**
 * demo_echo_chat_call_send() - send a reply, in the handler
 * @call:     the handler's
 * @message:  packed before this returns
 *
 * Return: see eyelet_nano_call_send() in <eyelet/nano.h>.
 */
enum eyelet_status demo_echo_chat_call_send(struct eyelet_nano_call *call,
    const demo_SayReply *message);

/**
 * demo_echo_chat_call_recv() - wait for the next request, in the handler
 * @call:  the handler's
 * @ret:   set for a message only; valid until the next one is received or the call is over
 *
 * Return: see eyelet_nano_call_recv() in <eyelet/nano.h>.
 */
enum eyelet_got demo_echo_chat_call_recv(struct eyelet_nano_call *call,
    const demo_SayRequest **ret);

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
 * Return: see eyelet_nano_client_open_stream() in <eyelet/nano.h>.
 */
enum eyelet_status demo_echo_chat_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    struct demo_echo_chat_stream **ret, struct eyelet_error *reterr);

/* Sends a request, which is packed before this returns: see eyelet_nano_stream_send(). */
enum eyelet_status demo_echo_chat_send(struct demo_echo_chat_stream *stream,
    const demo_SayRequest *message, struct eyelet_error *reterr);

/* Says that there are no more requests: see eyelet_nano_stream_end(). */
enum eyelet_status demo_echo_chat_end(struct demo_echo_chat_stream *stream, struct eyelet_error *reterr);

/* Waits for the next reply, the end or an error: see eyelet_nano_stream_recv(). */
enum eyelet_got demo_echo_chat_recv(struct demo_echo_chat_stream *stream,
    demo_SayReply *reply, struct eyelet_error *reterr);

/* Gives the stream up: see eyelet_nano_stream_cancel(). */
void demo_echo_chat_cancel(struct demo_echo_chat_stream *stream);

/* The same stream, for the functions of <eyelet/nano.h>; it stays open. */
struct eyelet_nano_stream *demo_echo_chat_base(struct demo_echo_chat_stream *stream);

/* Ends the stream, which may be NULL; returns NULL: see eyelet_nano_stream_close(). */
struct demo_echo_chat_stream *demo_echo_chat_close(struct demo_echo_chat_stream *stream);

EYELET_END_DECLS

#endif
