/*
 * What each family of addresses can do: one attempt to connect, and one to listen. Who tries again, and what is told
 * the user about a failed connect, is decided in connect.c; each family's own file knows its traps.
 */
#ifndef EYELET_IO_FAMILY_H
#define EYELET_IO_FAMILY_H

#include <stdint.h>

#include <eyelet/address.h>
#include <eyelet/status.h>

/*
 * One attempt each, on a fresh descriptor. Return: 0 with a connected, blocking descriptor; -errno with nothing left
 * open.
 */
int eyelet_vsock_attempt(const struct eyelet_address *address, uint64_t deadline_ns, int *ret_fd);
int eyelet_unix_attempt(const struct eyelet_address *address, uint64_t deadline_ns, int *ret_fd);
int eyelet_hybrid_attempt(const struct eyelet_address *address, uint64_t deadline_ns, int *ret_fd);
int eyelet_inherit_attempt(const struct eyelet_address *address, int *ret_fd);

/*
 * As eyelet_address_listen(), for addresses of this family; @ret comes with fd -1 and the address filled in, and what a
 * failure leaves in it the caller clears.
 */
int eyelet_vsock_open_listener(const struct eyelet_address *address, int backlog, struct eyelet_listener *ret,
                               struct eyelet_error *reterr);
int eyelet_unix_open_listener(const struct eyelet_address *address, int backlog, struct eyelet_listener *ret,
                              struct eyelet_error *reterr);
int eyelet_hybrid_open_listener(const struct eyelet_address *address, int backlog, struct eyelet_listener *ret,
                                struct eyelet_error *reterr);
int eyelet_inherit_open_listener(const struct eyelet_address *address, struct eyelet_listener *ret,
                                 struct eyelet_error *reterr);

/* Remove the listener's socket file if it is still the one that was created; the socket must still be open. */
void eyelet_unix_remove_own(const struct eyelet_listener *listener);

/* What an errno usually means there: "; ..." to be put behind an error's text, or "". Static. */
const char *eyelet_vsock_hint(int error_number);
const char *eyelet_hybrid_hint(int error_number);

#endif
