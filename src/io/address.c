/*
 * Addresses as text: parse and print, no system call. What an address leads to is up to the families.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include <eyelet/address.h>
#include <eyelet/vsock.h>

#include "core/error.h"
#include "core/text.h"

#define VSOCK_PORT_MAX 4294967294u /* linux/vm_sockets.h: the one above is VMADDR_PORT_ANY */

static const struct {
    const char *name;
    uint32_t cid;
} cid_names[] = {
    { "any", EYELET_VSOCK_CID_ANY },
    { "local", EYELET_VSOCK_CID_LOCAL },
    { "host", EYELET_VSOCK_CID_HOST },
    { "parent", EYELET_VSOCK_CID_PARENT },
};

/* The rest of @text behind @prefix, or NULL. */
static const char *after(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

/* Digits and nothing else, without leading zeros: one number has one text. */
static bool parse_number(const char *text, size_t len, uint32_t max, uint32_t *ret)
{
    uint64_t value = 0;

    if (len == 0 || (len > 1 && text[0] == '0'))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text[i] - '0');
        if (value > max)
            return false;
    }

    *ret = (uint32_t)value;
    return true;
}

static bool parse_cid(const char *text, size_t len, uint32_t *ret)
{
    for (size_t i = 0; i < sizeof(cid_names) / sizeof(cid_names[0]); i++) {
        if (len == strlen(cid_names[i].name) && memcmp(text, cid_names[i].name, len) == 0) {
            *ret = cid_names[i].cid;
            return true;
        }
    }
    return parse_number(text, len, UINT32_MAX, ret);
}

/* One way to say no: what is wrong with the whole of the text. */
static int refuse(struct eyelet_error *reterr, const char *text, const char *why)
{
    eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "address '%s': %s", text, why);
    if (reterr)
        reterr->error_number = EINVAL;
    return -EINVAL;
}

static int take_path(const char *text, const char *path, size_t len, struct eyelet_address *address,
                     struct eyelet_error *reterr)
{
    if (len == 0)
        return refuse(reterr, text, "the path is empty");
    if (len > EYELET_ADDRESS_PATH_MAX) {
        eyelet_error_errno(reterr, ENAMETOOLONG, "address '%s': the path has %zu bytes, at most %d fit into a socket's",
                           text, len, EYELET_ADDRESS_PATH_MAX);
        return -ENAMETOOLONG;
    }

    memcpy(address->path, path, len);
    address->path[len] = '\0';
    return 0;
}

static int parse_vsock(const char *text, const char *rest, struct eyelet_address *address, struct eyelet_error *reterr)
{
    const char *colon = strchr(rest, ':');
    const char *option = strchr(rest, '?');
    size_t port_len;

    address->family = EYELET_FAMILY_VSOCK;
    if (!colon || (option && option < colon))
        return refuse(reterr, text, "vsock wants CID:PORT");
    if (!parse_cid(rest, (size_t)(colon - rest), &address->cid))
        return refuse(reterr, text, "the CID is no number up to 4294967295, nor any, local, host or parent");
    if (option && strcmp(option, "?to-host") != 0)
        return refuse(reterr, text, "the only option of a vsock address is ?to-host");
    address->is_to_host = option != NULL;
    port_len = option ? (size_t)(option - colon - 1) : strlen(colon + 1);
    if (!parse_number(colon + 1, port_len, VSOCK_PORT_MAX, &address->port))
        return refuse(reterr, text, "the port is no number from 0 to 4294967294");
    return 0;
}

static int parse_hvsock(const char *text, const char *rest, struct eyelet_address *address, struct eyelet_error *reterr)
{
    const char *colon = strrchr(rest, ':'); /* the last one: paths may hold colons */

    address->family = EYELET_FAMILY_HVSOCK;
    if (rest[0] != '/')
        return refuse(reterr, text, "hvsock:// wants an absolute path");
    if (!colon)
        return refuse(reterr, text, "hvsock wants PATH:PORT");
    if (!parse_number(colon + 1, strlen(colon + 1), VSOCK_PORT_MAX, &address->port))
        return refuse(reterr, text, "the port is no number from 0 to 4294967294");
    return take_path(text, rest, (size_t)(colon - rest), address, reterr);
}

static int parse_unix(const char *text, const char *rest, struct eyelet_address *address, struct eyelet_error *reterr)
{
    const char *authority = after(rest, "//");

    address->family = EYELET_FAMILY_UNIX;
    if (!authority)
        return take_path(text, rest, strlen(rest), address, reterr);
    if (authority[0] == '@') {
        address->is_abstract = true;
        return take_path(text, authority + 1, strlen(authority + 1), address, reterr);
    }
    if (authority[0] != '/')
        return refuse(reterr, text, "unix:// wants an absolute path or @name");
    return take_path(text, authority, strlen(authority), address, reterr);
}

static int parse_fd(const char *text, const char *rest, struct eyelet_address *address, struct eyelet_error *reterr)
{
    uint32_t fd;

    address->family = EYELET_FAMILY_FD;
    if (!parse_number(rest, strlen(rest), INT_MAX, &fd))
        return refuse(reterr, text, "the descriptor is no number from 0 to 2147483647");
    address->fd = (int)fd;
    return 0;
}

static int parse_systemd(const char *text, const char *rest, struct eyelet_address *address,
                         struct eyelet_error *reterr)
{
    address->family = EYELET_FAMILY_SYSTEMD;
    if (strchr(rest, ':'))
        return refuse(reterr, text, "a name of LISTEN_FDNAMES holds no colon");
    if (rest[0] == '\0')
        return 0;
    return take_path(text, rest, strlen(rest), address, reterr);
}

int eyelet_address_parse(const char *text, struct eyelet_address *ret, struct eyelet_error *reterr)
{
    static const struct {
        const char *prefix;
        int (*parse)(const char *text, const char *rest, struct eyelet_address *address, struct eyelet_error *reterr);
    } forms[] = {
        { "vsock://", parse_vsock }, { "vsock:", parse_vsock }, { "hvsock://", parse_hvsock },
        { "unix:", parse_unix },     { "fd://", parse_fd },     { "systemd://", parse_systemd },
    };
    struct eyelet_address address = { .fd = -1 };
    int r;

    if (text == NULL) {
        eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "there is no address");
        return -EINVAL;
    }
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const char *rest = after(text, forms[i].prefix);

        if (!rest)
            continue;
        r = forms[i].parse(text, rest, &address, reterr);
        if (r < 0)
            return r;
        *ret = address;
        return 0;
    }
    return refuse(reterr, text, "begins with none of vsock://, hvsock://, unix:, fd:// and systemd://");
}

static void print_vsock(const struct eyelet_address *address, struct eyelet_text *text)
{
    const char *option = address->is_to_host ? "?to-host" : "";

    if (address->cid == EYELET_VSOCK_CID_ANY)
        eyelet_text_add(text, "vsock://any:%u%s", address->port, option);
    else
        eyelet_text_add(text, "vsock://%u:%u%s", address->cid, address->port, option);
}

static void print_unix(const struct eyelet_address *address, struct eyelet_text *text)
{
    const char *before = "";

    if (address->is_abstract)
        before = "//@";
    else if (address->path[0] == '/') /* behind "//" a relative path would read as something else */
        before = "//";
    eyelet_text_add(text, "unix:%s%.*s", before, EYELET_ADDRESS_PATH_MAX, address->path);
}

static void print(const struct eyelet_address *address, struct eyelet_text *text)
{
    switch (address->family) {
    case EYELET_FAMILY_VSOCK:
        print_vsock(address, text);
        return;
    case EYELET_FAMILY_HVSOCK:
        eyelet_text_add(text, "hvsock://%.*s:%u", EYELET_ADDRESS_PATH_MAX, address->path, address->port);
        return;
    case EYELET_FAMILY_UNIX:
        print_unix(address, text);
        return;
    case EYELET_FAMILY_FD:
        eyelet_text_add(text, "fd://%d", address->fd);
        return;
    case EYELET_FAMILY_SYSTEMD:
        eyelet_text_add(text, "systemd://%.*s", EYELET_ADDRESS_PATH_MAX, address->path);
        return;
    }
    eyelet_text_add(text, "family %d", (int)address->family);
}

static int hand_out(const struct eyelet_text *text, char *room, size_t cap)
{
    if (text->is_cut || text->len >= cap)
        return -ENOSPC;
    memcpy(room, text->room, text->len + 1);
    return 0;
}

int eyelet_address_format(const struct eyelet_address *address, char *room, size_t cap)
{
    char bytes[EYELET_ADDRESS_TEXT_MAX];
    struct eyelet_text text;

    eyelet_text_init_plain(&text, bytes, sizeof(bytes));
    print(address, &text);
    return hand_out(&text, room, cap);
}

int eyelet_peer_format(const struct eyelet_peer *peer, char *room, size_t cap)
{
    char bytes[EYELET_ADDRESS_TEXT_MAX];
    struct eyelet_text text;

    eyelet_text_init_plain(&text, bytes, sizeof(bytes));
    if (peer->family == EYELET_FAMILY_VSOCK)
        eyelet_text_add(&text, "vsock://%u:%u", peer->cid, peer->port);
    else if (peer->family == EYELET_FAMILY_UNIX)
        eyelet_text_add(&text, "unix://pid=%d,uid=%u,gid=%u", peer->pid, peer->uid, peer->gid);
    else
        eyelet_text_add(&text, "a socket that is neither vsock nor unix");
    return hand_out(&text, room, cap);
}
