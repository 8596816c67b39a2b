/*
 * glibc knows all errnos and their meanings without a locale. Elsewhere, as with musl, the names are of those that
 * sockets, files and this library give, and the meanings are what strerror() says.
 */
#include "core/errno.h"

#include <errno.h>
#include <string.h>

#ifdef __GLIBC__

const char *eyelet_errno_name(int number)
{
    const char *name = strerrorname_np(number);

    return name != NULL ? name : "?";
}

const char *eyelet_errno_meaning(int number)
{
    const char *meaning = strerrordesc_np(number);

    return meaning != NULL ? meaning : "unknown error";
}

#else

#define NAME(number)                                                                                                   \
    {                                                                                                                  \
        number, #number                                                                                                \
    }

static const struct {
    int number;
    char name[16];
} names[] = {
    NAME(EACCES),       NAME(EADDRINUSE), NAME(EADDRNOTAVAIL), NAME(EAFNOSUPPORT), NAME(EAGAIN),
    NAME(EBADF),        NAME(ECANCELED),  NAME(ECONNABORTED),  NAME(ECONNREFUSED), NAME(ECONNRESET),
    NAME(EDESTADDRREQ), NAME(EEXIST),     NAME(EFAULT),        NAME(EHOSTUNREACH), NAME(EINPROGRESS),
    NAME(EINTR),        NAME(EINVAL),     NAME(EIO),           NAME(EISCONN),      NAME(EISDIR),
    NAME(ELOOP),        NAME(EMFILE),     NAME(EMSGSIZE),      NAME(ENAMETOOLONG), NAME(ENETDOWN),
    NAME(ENETUNREACH),  NAME(ENFILE),     NAME(ENOBUFS),       NAME(ENODATA),      NAME(ENODEV),
    NAME(ENOENT),       NAME(ENOMEM),     NAME(ENOPROTOOPT),   NAME(ENOSPC),       NAME(ENOSYS),
    NAME(ENOTCONN),     NAME(ENOTDIR),    NAME(ENOTSOCK),      NAME(ENXIO),        NAME(EOPNOTSUPP),
    NAME(EOVERFLOW),    NAME(EPERM),      NAME(EPIPE),         NAME(EPROTO),       NAME(EPROTONOSUPPORT),
    NAME(EPROTOTYPE),   NAME(EROFS),      NAME(ESHUTDOWN),     NAME(ETIMEDOUT),
};

const char *eyelet_errno_name(int number)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].number == number)
            return names[i].name;
    }
    return "?";
}

const char *eyelet_errno_meaning(int number)
{
    return strerror(number);
}

#endif
