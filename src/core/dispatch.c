/*
 * Looks services up in a list, methods by halving: tables are sorted by name.
 */
#include "core/dispatch.h"

#include <string.h>

#include "core/error.h"

static inline bool is_named(const struct eyelet_dispatch_node *node, struct eyelet_slice name)
{
    return name.len == node->service_len && (name.len == 0 || memcmp(name.data, node->service, name.len) == 0);
}

const struct eyelet_dispatch_node *eyelet_dispatch_find_service(const struct eyelet_dispatch_node *first,
                                                                struct eyelet_slice name)
{
    while (first != NULL && !is_named(first, name))
        first = first->next;
    return first;
}

/* As strcmp(): @name has no NUL byte in it. */
static int compare(struct eyelet_slice name, const char *text)
{
    size_t text_len = strlen(text);
    size_t len = name.len < text_len ? name.len : text_len;
    int order = len > 0 ? memcmp(name.data, text, len) : 0; /* no bytes may lie at NULL */

    if (order != 0)
        return order;
    return (name.len > text_len) - (name.len < text_len);
}

static const void *method_at(const struct eyelet_dispatch_node *node, size_t index)
{
    return (const char *)node->methods + index * node->method_size;
}

/* Every entry begins with its name. */
static const char *name_of(const void *method)
{
    return *(const char *const *)method;
}

static const void *find_method(const struct eyelet_dispatch_node *node, struct eyelet_slice name)
{
    size_t low = 0, high = node->n_methods;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const void *method = method_at(node, middle);
        int order = compare(name, name_of(method));

        if (order == 0)
            return method;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* printf's precision is an int; the names were checked against EYELET_NAME_MAX before. */
#define SHOWN(name) (int)(name).len, (const char *)(name).data

static enum eyelet_status fail(const struct eyelet_dispatch_node *node, struct eyelet_slice service,
                               struct eyelet_slice method, struct eyelet_error *reterr)
{
    if (node == NULL)
        return eyelet_error_set(reterr, EYELET_UNIMPLEMENTED, "unknown service '%.*s'", SHOWN(service));
    return eyelet_error_set(reterr, EYELET_UNIMPLEMENTED, "unknown method '%.*s' of service '%.*s'", SHOWN(method),
                            SHOWN(service));
}

enum eyelet_status eyelet_dispatch_find(const struct eyelet_dispatch_node *first, struct eyelet_slice service,
                                        struct eyelet_slice method, const struct eyelet_dispatch_node **ret_node,
                                        const void **ret_method, struct eyelet_error *reterr)
{
    const struct eyelet_dispatch_node *node = eyelet_dispatch_find_service(first, service);
    const void *found = node != NULL ? find_method(node, method) : NULL;

    if (found == NULL)
        return fail(node, service, method, reterr);
    *ret_node = node;
    *ret_method = found;
    return EYELET_OK;
}
