/*
 * Connecting: which errors are worth another attempt, how long to pause before it, and what to say in the end.
 */
#include "io/connect.h"

#include <errno.h>
#include <unistd.h>

#include <eyelet/vsock.h>

#include "core/error.h"
#include "io/family.h"
#include "io/socket.h"

#define UNTIL_FIRST_DELAY_MS 10
#define UNTIL_DELAY_MAX_MS   1000
#define UNTIL_ATTEMPT_MS     5000 /* a guest under load answers late; a lost packet is noticed this late */

#define RAW_MAX_ATTEMPTS   5
#define RAW_FIRST_DELAY_MS 1000
#define RAW_DELAY_MAX_MS   60000
#define RAW_ATTEMPT_MS     2000 /* af_vsock.c: VSOCK_DEFAULT_CONNECT_TIMEOUT */

static int attempt(const struct eyelet_address *address, uint64_t deadline_ns, int *ret_fd)
{
    switch (address->family) {
    case EYELET_FAMILY_VSOCK:
        return eyelet_vsock_attempt(address, deadline_ns, ret_fd);
    case EYELET_FAMILY_UNIX:
        return eyelet_unix_attempt(address, deadline_ns, ret_fd);
    case EYELET_FAMILY_FD:
        return eyelet_inherit_attempt(address, ret_fd);
    case EYELET_FAMILY_HVSOCK:
        return eyelet_hybrid_attempt(address, deadline_ns, ret_fd);
    case EYELET_FAMILY_SYSTEMD:
        return -EOPNOTSUPP;
    }
    return -EINVAL;
}

static bool is_worth_another(int r)
{
    switch (-r) {
    case ECONNRESET:
    case ECONNREFUSED:
    case ENOENT:
    case EAGAIN:
    case ETIMEDOUT:
    case ENODEV:
    case EHOSTUNREACH:
    case EINTR:
        return true;
    default:
        return false;
    }
}

/* Spread without a generator's state: the clock's low bits, mixed (splitmix64), differ for every client. */
static uint64_t jittered_ns(uint64_t delay_ns)
{
    uint64_t x = eyelet_now_ns() + (uint64_t)getpid() * 0x9e3779b97f4a7c15u;

    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    x ^= x >> 31;
    return delay_ns - delay_ns / 5 + x % (delay_ns / 5 * 2 + 1);
}

/* Pauses, at most until the policy's deadline. Return: 0; -ETIMEDOUT when it has come; -ECANCELED; -errno. */
static int pause_between(const struct eyelet_connect_policy *policy, uint64_t delay_ms)
{
    uint64_t delay_ns = delay_ms * EYELET_NS_PER_MS;
    uint64_t wake_ns;
    int r;

    if (policy->has_jitter)
        delay_ns = jittered_ns(delay_ns);
    wake_ns = eyelet_earlier_ns(eyelet_now_ns() + delay_ns, policy->deadline_ns);

    r = eyelet_socket_wait_or_wake(-1, 0, policy->stop_fd != NULL ? *policy->stop_fd : -1, 0, wake_ns, NULL);
    if (r == 0)
        return -ECANCELED;
    if (r != -ETIMEDOUT)
        return r;
    return eyelet_now_ns() >= policy->deadline_ns ? -ETIMEDOUT : 0;
}

int eyelet_connect_with(const struct eyelet_address *address, const struct eyelet_connect_policy *policy, int *ret_fd,
                        unsigned *ret_n_attempts)
{
    uint64_t delay_ms = policy->first_delay_ms;
    uint64_t attempt_deadline_ns;
    int r, pause;

    for (*ret_n_attempts = 1;; ++*ret_n_attempts) {
        attempt_deadline_ns = eyelet_deadline_after_ms(eyelet_now_ns(), policy->attempt_ms);
        r = attempt(address, eyelet_earlier_ns(attempt_deadline_ns, policy->deadline_ns), ret_fd);
        if (r == 0 || !is_worth_another(r) || *ret_n_attempts == policy->max_attempts)
            return r;

        delay_ms = delay_ms < policy->delay_max_ms ? delay_ms : policy->delay_max_ms;
        pause = pause_between(policy, delay_ms);
        if (pause == -ECANCELED)
            return pause;
        if (pause < 0)
            return r; /* why the last attempt failed says more than why there is no other */
        delay_ms *= 2;
    }
}

static const char *hint(const struct eyelet_address *address, int r)
{
    switch (address->family) {
    case EYELET_FAMILY_VSOCK:
        return eyelet_vsock_hint(-r);
    case EYELET_FAMILY_UNIX:
        return r == -EAGAIN ? "; somebody listens, but its backlog is full" : "";
    case EYELET_FAMILY_FD:
        return r == -ENOTCONN ? "; the descriptor is a socket that listens, or is not connected" : "";
    case EYELET_FAMILY_HVSOCK:
        return eyelet_hybrid_hint(-r);
    case EYELET_FAMILY_SYSTEMD:
        return "; a socket handed over by systemd is to listen on, not to connect to";
    }
    return "";
}

int eyelet_connect_or_stop(const struct eyelet_address *address, uint64_t deadline_ns, const int *stop_fd,
                           unsigned *ret_n_attempts, int *ret_fd, struct eyelet_error *reterr)
{
    const struct eyelet_connect_policy policy = {
        .first_delay_ms = UNTIL_FIRST_DELAY_MS,
        .delay_max_ms = UNTIL_DELAY_MAX_MS,
        .attempt_ms = UNTIL_ATTEMPT_MS,
        .has_jitter = true,
        .deadline_ns = deadline_ns,
        .stop_fd = stop_fd,
    };
    char text[EYELET_ADDRESS_TEXT_MAX] = "?";
    int r;

    r = eyelet_connect_with(address, &policy, ret_fd, ret_n_attempts);
    if (r == 0)
        return 0;

    eyelet_address_format(address, text, sizeof(text));
    eyelet_error_errno(reterr, r, "cannot connect to '%s' (%u attempt%s%s)", text, *ret_n_attempts,
                       *ret_n_attempts == 1 ? "" : "s", hint(address, r));
    return r;
}

int eyelet_connect_until(const struct eyelet_address *address, uint64_t deadline_ns, int *ret_fd,
                         struct eyelet_error *reterr)
{
    unsigned n_attempts;

    return eyelet_connect_or_stop(address, deadline_ns, NULL, &n_attempts, ret_fd, reterr);
}

int eyelet_address_connect(const struct eyelet_address *address, uint32_t timeout_ms, int *ret_fd,
                           struct eyelet_error *reterr)
{
    if (timeout_ms == 0)
        timeout_ms = EYELET_CONNECT_TIMEOUT_MS;
    return eyelet_connect_until(address, eyelet_deadline_after_ms(eyelet_now_ns(), timeout_ms), ret_fd, reterr);
}

static uint32_t or_default(uint32_t value, uint32_t fallback)
{
    return value != 0 ? value : fallback;
}

int eyelet_vsock_connect_with_opts(uint32_t cid, uint32_t port, const struct eyelet_vsock_connect_opts *opts)
{
    const struct eyelet_vsock_connect_opts defaults = { 0 };
    struct eyelet_address address = { .family = EYELET_FAMILY_VSOCK, .cid = cid, .port = port };
    struct eyelet_connect_policy policy;
    unsigned n_attempts;
    int r, fd = -1;

    if (!opts)
        opts = &defaults;
    address.is_to_host = opts->is_to_host;
    policy = (struct eyelet_connect_policy){
        .max_attempts = or_default(opts->max_attempts, RAW_MAX_ATTEMPTS),
        .first_delay_ms = or_default(opts->first_delay_ms, RAW_FIRST_DELAY_MS),
        .delay_max_ms = or_default(opts->delay_max_ms, RAW_DELAY_MAX_MS),
        .attempt_ms = RAW_ATTEMPT_MS,
        .deadline_ns = EYELET_NO_DEADLINE,
    };
    if (opts->timeout_ms != 0)
        policy.deadline_ns = eyelet_deadline_after_ms(eyelet_now_ns(), opts->timeout_ms);

    r = eyelet_connect_with(&address, &policy, &fd, &n_attempts);
    return r < 0 ? r : fd;
}

int eyelet_vsock_connect_with_max_attempts(uint32_t cid, uint32_t port, unsigned max_attempts)
{
    if (max_attempts == 0)
        return -EINVAL;
    return eyelet_vsock_connect_with_opts(cid, port,
                                          &(struct eyelet_vsock_connect_opts){ .max_attempts = max_attempts });
}

int eyelet_vsock_connect(uint32_t cid, uint32_t port)
{
    return eyelet_vsock_connect_with_opts(cid, port, NULL);
}
