/*
 * Written by protoc-gen-eyelet; do not edit. Made from rich/parts.proto
 */
#ifndef EYELET_GENERATED_rich_2fparts_H
#define EYELET_GENERATED_rich_2fparts_H

#include <eyelet/nano.h>

#include "rich/parts.pb.h"

#if defined(acme_parts_Box)
#error "acme.parts.Box must keep its name in C: mangle_names and package do not go with eyelet, see rich/parts.options"
#elif !defined(acme_parts_Box_size)
#error "acme.parts.Box has no fixed size; each of these needs one: acme.parts.Box.parts (repeated: max_count) in rich/parts.options, acme.parts.Box.Part.label (string: max_length) in rich/parts.options"
#define acme_parts_Box_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(acme_parts_Box, "acme.parts.Box");

#if defined(acme_parts_Box_Part)
#error "acme.parts.Box.Part must keep its name in C: mangle_names and package do not go with eyelet, see rich/parts.options"
#elif !defined(acme_parts_Box_Part_size)
#error "acme.parts.Box.Part has no fixed size; each of these needs one: acme.parts.Box.Part.label (string: max_length) in rich/parts.options"
#define acme_parts_Box_Part_size 1 /* said once, and no more of it */
#endif
EYELET_NANO_CHECK_MESSAGE(acme_parts_Box_Part, "acme.parts.Box.Part");

EYELET_BEGIN_DECLS

/* "multiple definition" of functions of acme.parts.Boxes? Part of this program has them with BACKEND nanopb, part with
   the other: only one can be linked. */
extern const char nanopb_makes_acme_parts_boxes;
#if defined(__GNUC__)
static const char *const backend_of_acme_parts_boxes __attribute__((__used__)) = &nanopb_makes_acme_parts_boxes;
#endif

/**
 * struct acme_parts_boxes_handlers - what answers the calls of acme.parts.Boxes
 *
 * A request is only read. A reply has its default values until its handler fills it in.
 * A member that is NULL answers EYELET_UNIMPLEMENTED.
 */
struct acme_parts_boxes_handlers {
    enum eyelet_status (*open)(struct eyelet_nano_call *call, const acme_parts_Box *request,
        acme_parts_Box_Part *reply, void *userdata);

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

extern const struct eyelet_nano_service acme_parts_boxes_service;

/**
 * acme_parts_boxes_add() - let a server answer for acme.parts.Boxes
 * @server:    a server that is not running
 * @handlers:  not NULL, though any of its members may be; must outlive @server
 * @userdata:  handed to every handler
 * @reterr:    may be NULL; set on failure only
 *
 * Return: see eyelet_nano_server_add_service() in <eyelet/nano.h>.
 */
enum eyelet_status acme_parts_boxes_add(struct eyelet_nano_server *server,
    const struct acme_parts_boxes_handlers *handlers, void *userdata, struct eyelet_error *reterr);

/* Bytes for one request of acme.parts.Boxes and its reply: message_size of a server's options. */
union acme_parts_boxes_messages {
    unsigned char open[EYELET_NANO_ROUND(sizeof(acme_parts_Box)) +
        EYELET_NANO_ROUND(sizeof(acme_parts_Box_Part))];
};
#define ACME_PARTS_BOXES_MESSAGE_SIZE (sizeof(union acme_parts_boxes_messages))

/*
 * Bytes of the longest frame of acme.parts.Boxes, for frame_max in the options of a server or a client: any request and
 * any reply fit, in their envelopes and with a deadline, but metadata needs more.
 */
union frames_of_acme_parts_boxes {
    unsigned char at_least[EYELET_NANO_FRAME_MIN];
    unsigned char open_request[41 + acme_parts_Box_size];
    unsigned char open_reply[6 + acme_parts_Box_Part_size];
};
#define ACME_PARTS_BOXES_FRAME_SIZE (sizeof(union frames_of_acme_parts_boxes))

/**
 * acme_parts_boxes_open() - call Open of acme.parts.Boxes
 * @client:   an open client
 * @opts:     may be NULL: the client's defaults
 * @request:  only read
 * @reply:    the reply goes there; it means something on success only
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_parts_boxes_open(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const acme_parts_Box *request, acme_parts_Box_Part *reply, struct eyelet_error *reterr);

/**
 * acme_parts_boxes_open_start() - the same call, but it is not waited for
 * @reply:     the reply goes there; must stay until the call is over
 * @done:      told of the end, once: with @reply, or with an error, which is not
 *             valid any more when it has returned. May be NULL: acme_parts_boxes_open_collect() waits then
 * @userdata:  handed to @done
 * @ret:       the call, for eyelet_nano_pending_cancel(); may be NULL when @done is not
 *
 * Return: see eyelet_nano_client_start() in <eyelet/nano.h>.
 */
enum eyelet_status acme_parts_boxes_open_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const acme_parts_Box *request, acme_parts_Box_Part *reply,
    void (*done)(enum eyelet_status status, acme_parts_Box_Part *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr);

/**
 * acme_parts_boxes_open_collect() - wait for the end of such a call
 * @pending:  what acme_parts_boxes_open_start() gave without a function to be told; of no more use after this
 * @reterr:   may be NULL; set on failure only
 *
 * Return: see <eyelet/client.h>.
 */
enum eyelet_status acme_parts_boxes_open_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr);

EYELET_END_DECLS

#endif
