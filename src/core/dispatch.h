/*
 * (service, method) to an entry of a method table. Services are linked through nodes that their owner keeps. What else
 * an entry holds is its owner's: protobuf-c's and nanopb's tables differ.
 */
#ifndef EYELET_CORE_DISPATCH_H
#define EYELET_CORE_DISPATCH_H

#include <stddef.h>

#include <eyelet/slice.h>
#include <eyelet/status.h>

/**
 * struct eyelet_dispatch_node - one service of a server
 * @next:         the next one, or NULL
 * @service:      its full name
 * @service_len:  bytes of it
 * @methods:      array of structs that begin with `const char *name`, sorted by it in the order of strcmp()
 * @n_methods:    number of methods
 * @method_size:  bytes of such a struct
 * @handlers:     for the methods
 * @userdata:     for the handlers
 * @owned:        memory that @methods lies in, freed by whoever frees the node; NULL for a table that is not the node's
 */
struct eyelet_dispatch_node {
    struct eyelet_dispatch_node *next;
    const char *service;
    size_t service_len;
    const void *methods;
    size_t n_methods;
    size_t method_size;
    const void *handlers;
    void *userdata;
    void *owned;
};

/*
 * eyelet_dispatch_find() - who answers for a request?
 * @first:       first node, or NULL
 * @ret_node:    the service; set on success only
 * @ret_method:  the entry of its table; set on success only
 * @reterr:      names what is unknown
 *
 * Return: EYELET_OK or EYELET_UNIMPLEMENTED.
 */
enum eyelet_status eyelet_dispatch_find(const struct eyelet_dispatch_node *first, struct eyelet_slice service,
                                        struct eyelet_slice method, const struct eyelet_dispatch_node **ret_node,
                                        const void **ret_method, struct eyelet_error *reterr);

/* The node of the service called @name, or NULL. */
const struct eyelet_dispatch_node *eyelet_dispatch_find_service(const struct eyelet_dispatch_node *first,
                                                                struct eyelet_slice name);

#endif
