/*
 * Asking a program's interceptors before a call, and telling them after it. Nothing is locked at either.
 */
#ifndef EYELET_RPC_INTERCEPTORS_H
#define EYELET_RPC_INTERCEPTORS_H

#include <stddef.h>

#include <eyelet/hooks.h>

/*
 * eyelet_interceptors_ask() - one after the other, until one refuses
 * @ret_n_asked:  so many, from the first on, have let the call pass: they are to be told of its end; set in any case
 * @reterr:       set on failure only, with a text also when the interceptor gave none
 *
 * Return: EYELET_OK, or the status of the one that refused.
 */
enum eyelet_status eyelet_interceptors_ask(const struct eyelet_interceptor *interceptors, size_t n_interceptors,
                                           const struct eyelet_call_info *info, size_t *ret_n_asked,
                                           struct eyelet_error *reterr);

/* eyelet_interceptors_tell() - the first @n_asked of them, the last one first */
void eyelet_interceptors_tell(const struct eyelet_interceptor *interceptors, size_t n_asked,
                              const struct eyelet_call_info *info);

#endif
