/*
 * Written by protoc-gen-eyelet; do not edit. Made from no_package.proto
 */
#ifndef EYELET_GENERATED_no_5fpackage_H
#define EYELET_GENERATED_no_5fpackage_H

#include <eyelet/nano.h>

#include "no_package.pb.h"

#if defined(Ping)
#error "Ping must keep its name in C: mangle_names and package do not go with eyelet, see no_package.options"
#elif !defined(Ping_size)
#error "Ping has no fixed size, since a field of it is a callback or a pointer, by the .options files"
#define Ping_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(Ping, "Ping");

EYELET_BEGIN_DECLS

/* "multiple definition" of functions of S? Part of this program has them with BACKEND nanopb, part with
   the other: only one can be linked. */
extern const char nanopb_makes_s;
#if defined(__GNUC__)
static const char *const backend_of_s __attribute__((__used__)) = &nanopb_makes_s;
#endif

/**
 * struct s_handlers - what answers the calls of S
 *
 * Two services of one file; this one's name is short.
 *
 * A request is only read. A reply has its default values until its handler fills it in.
 * A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct s_handlers {
    enum eyelet_status (*p)(struct eyelet_nano_call *call, const Ping *request,
        Ping *reply, void *userdata);

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

extern const struct eyelet_nano_service s_service;

/**
 * s_add() - let a server answer for S
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 * @reterr:    may be NULL; set on failure only
 *
 * Return: see eyelet_nano_server_add_service() in <eyelet/nano.h>.
 */
enum eyelet_status s_add(struct eyelet_nano_server *server,
    const struct s_handlers *handlers, void *userdata, struct eyelet_error *reterr);

/* Bytes for one request of S and its reply: message_size of a server's options. */
union s_messages {
    unsigned char p[EYELET_NANO_ROUND(sizeof(Ping)) +
        EYELET_NANO_ROUND(sizeof(Ping))];
};
#define S_MESSAGE_SIZE (sizeof(union s_messages))

/*
 * Bytes of the longest frame of S, for frame_max in the options of a server or a client: any request and
 * any reply fit, in their envelopes and with a deadline, but metadata needs more.
 */
union frames_of_s {
    unsigned char at_least[EYELET_NANO_FRAME_MIN];
    unsigned char p_request[23 + Ping_size];
    unsigned char p_reply[6 + Ping_size];
};
#define S_FRAME_SIZE (sizeof(union frames_of_s))

/**
 * s_p() - call P of S
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status s_p(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Ping *request, Ping *reply, struct eyelet_error *reterr);

/**
 * s_p_start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: s_p_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status s_p_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Ping *request, Ping *reply,
    void (*done)(enum eyelet_status status, Ping *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * s_p_collect() - wait for the end of such a call
 * @pending:  what s_p_start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status s_p_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

/* "multiple definition" of functions of Second? Part of this program has them with BACKEND nanopb, part with
   the other: only one can be linked. */
extern const char nanopb_makes_second;
#if defined(__GNUC__)
static const char *const backend_of_second __attribute__((__used__)) = &nanopb_makes_second;
#endif

/**
 * struct second_handlers - what answers the calls of Second
 *
 * A request is only read. A reply has its default values until its handler fills it in.
 * A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct second_handlers {
    enum eyelet_status (*p)(struct eyelet_nano_call *call, const Ping *request,
        Ping *reply, void *userdata);

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

extern const struct eyelet_nano_service second_service;

/**
 * second_add() - let a server answer for Second
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 * @reterr:    may be NULL; set on failure only
 *
 * Return: see eyelet_nano_server_add_service() in <eyelet/nano.h>.
 */
enum eyelet_status second_add(struct eyelet_nano_server *server,
    const struct second_handlers *handlers, void *userdata, struct eyelet_error *reterr);

/* Bytes for one request of Second and its reply: message_size of a server's options. */
union second_messages {
    unsigned char p[EYELET_NANO_ROUND(sizeof(Ping)) +
        EYELET_NANO_ROUND(sizeof(Ping))];
};
#define SECOND_MESSAGE_SIZE (sizeof(union second_messages))

/*
 * Bytes of the longest frame of Second, for frame_max in the options of a server or a client: any request and
 * any reply fit, in their envelopes and with a deadline, but metadata needs more.
 */
union frames_of_second {
    unsigned char at_least[EYELET_NANO_FRAME_MIN];
    unsigned char p_request[28 + Ping_size];
    unsigned char p_reply[6 + Ping_size];
};
#define SECOND_FRAME_SIZE (sizeof(union frames_of_second))

/**
 * second_p() - call P of Second
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status second_p(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Ping *request, Ping *reply, struct eyelet_error *reterr);

/**
 * second_p_start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: second_p_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status second_p_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Ping *request, Ping *reply,
    void (*done)(enum eyelet_status status, Ping *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * second_p_collect() - wait for the end of such a call
 * @pending:  what second_p_start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status second_p_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

EYELET_END_DECLS

#endif
