/*
 * Written by protoc-gen-eyelet; do not edit. Made from no_package.proto
 */
#include "no_package.eyelet.h"

static enum eyelet_status check_s(struct eyelet_nano_call *call,
    const struct s_handlers *handlers, const pb_msgdesc_t *type, const void *request, void *userdata)
{
    return handlers->check_request ? handlers->check_request(call, type, request, userdata) : EYELET_OK;
}

static enum eyelet_status handle_s_p(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct s_handlers *typed = (const struct s_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->p)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "S has no handler for P");

    status = check_s(call, typed, &Ping_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->p(call, (const Ping *)request, (Ping *)reply, userdata);
}

static const struct eyelet_nano_method methods_of_s[] = {
    { "P", &Ping_msg, &Ping_msg,
        sizeof(Ping), sizeof(Ping), Ping_size,
        EYELET_UNARY, handle_s_p },
};

const struct eyelet_nano_service s_service = { "S", methods_of_s, 1 };
const char nanopb_makes_s = 1;

enum eyelet_status s_add(struct eyelet_nano_server *server,
    const struct s_handlers *handlers, void *userdata, struct eyelet_error *reterr)
{
    return eyelet_nano_server_add_service(server, &s_service, handlers, userdata, reterr);
}

enum eyelet_status s_p(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Ping *request, Ping *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &s_service, &methods_of_s[0], opts,
        request, reply, reterr);
}

static void tell_s_p(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Ping *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Ping *)reply, error, userdata);
}

enum eyelet_status s_p_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Ping *request, Ping *reply,
    void (*done)(enum eyelet_status status, Ping *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &s_service, &methods_of_s[0], opts,
        (const void *)request, reply, tell_s_p, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status s_p_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}

static enum eyelet_status check_second(struct eyelet_nano_call *call,
    const struct second_handlers *handlers, const pb_msgdesc_t *type, const void *request, void *userdata)
{
    return handlers->check_request ? handlers->check_request(call, type, request, userdata) : EYELET_OK;
}

static enum eyelet_status handle_second_p(struct eyelet_nano_call *call, const void *handlers,
    const void *request, void *reply, void *userdata)
{
    const struct second_handlers *typed = (const struct second_handlers *)handlers;
    enum eyelet_status status;

    if (!typed->p)
        return eyelet_nano_call_fail(call, EYELET_UNIMPLEMENTED, "Second has no handler for P");

    status = check_second(call, typed, &Ping_msg, request, userdata);
    if (status != EYELET_OK)
        return status;
    return typed->p(call, (const Ping *)request, (Ping *)reply, userdata);
}

static const struct eyelet_nano_method methods_of_second[] = {
    { "P", &Ping_msg, &Ping_msg,
        sizeof(Ping), sizeof(Ping), Ping_size,
        EYELET_UNARY, handle_second_p },
};

const struct eyelet_nano_service second_service = { "Second", methods_of_second, 1 };
const char nanopb_makes_second = 1;

enum eyelet_status second_add(struct eyelet_nano_server *server,
    const struct second_handlers *handlers, void *userdata, struct eyelet_error *reterr)
{
    return eyelet_nano_server_add_service(server, &second_service, handlers, userdata, reterr);
}

enum eyelet_status second_p(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Ping *request, Ping *reply, struct eyelet_error *reterr)
{
    return eyelet_nano_client_call(client, &second_service, &methods_of_second[0], opts,
        request, reply, reterr);
}

static void tell_second_p(void (*done)(void), enum eyelet_status status, void *reply,
    const struct eyelet_error *error, void *userdata)
{
    typedef void (*typed_fn)(enum eyelet_status status, Ping *reply,
        const struct eyelet_error *error, void *userdata);

    ((typed_fn)done)(status, (Ping *)reply, error, userdata);
}

enum eyelet_status second_p_start(struct eyelet_nano_client *client, const struct eyelet_call_opts *opts,
    const Ping *request, Ping *reply,
    void (*done)(enum eyelet_status status, Ping *reply,
        const struct eyelet_error *error, void *userdata),
    void *userdata, struct eyelet_nano_pending **ret, struct eyelet_error *reterr)
{
    return eyelet_nano_client_start(client, &second_service, &methods_of_second[0], opts,
        (const void *)request, reply, tell_second_p, (void (*)(void))done, userdata, ret, reterr);
}

enum eyelet_status second_p_collect(struct eyelet_nano_pending *pending,
    struct eyelet_error *reterr)
{
    return eyelet_nano_client_collect(pending, reterr);
}
