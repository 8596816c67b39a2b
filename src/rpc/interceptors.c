/*
 * A list that is walked forwards before a call, and backwards after it.
 */
#include "rpc/interceptors.h"

#include "core/error.h"

/* A refusal is this side's, and has a text; an interceptor may have left its error as it came. */
static enum eyelet_status complete(enum eyelet_status status, const struct eyelet_call_info *info,
                                   struct eyelet_error *error)
{
    if (error->status == EYELET_OK)
        eyelet_error_set(error, status, "call of %s/%s was refused by an interceptor", info->service, info->method);
    error->status = status;
    error->is_remote = false;
    error->may_have_executed = false;
    return status;
}

enum eyelet_status eyelet_interceptors_ask(const struct eyelet_interceptor *interceptors, size_t n_interceptors,
                                           const struct eyelet_call_info *info, size_t *ret_n_asked,
                                           struct eyelet_error *reterr)
{
    for (*ret_n_asked = 0; *ret_n_asked < n_interceptors; ++*ret_n_asked) {
        const struct eyelet_interceptor *one = &interceptors[*ret_n_asked];
        enum eyelet_status status;

        if (one->before == NULL)
            continue;
        reterr->status = EYELET_OK;
        reterr->details_len = 0;
        reterr->error_number = 0;
        status = one->before(info, reterr, one->userdata);
        if (status != EYELET_OK)
            return complete(status, info, reterr);
    }
    return EYELET_OK;
}

void eyelet_interceptors_tell(const struct eyelet_interceptor *interceptors, size_t n_asked,
                              const struct eyelet_call_info *info)
{
    while (n_asked-- > 0) {
        const struct eyelet_interceptor *one = &interceptors[n_asked];

        if (one->after != NULL)
            one->after(info, one->userdata);
    }
}
