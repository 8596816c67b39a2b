/*
 * (service, method) to a method table. Services are linked through nodes that their owner keeps.
 */
#ifndef EYELET_CORE_DISPATCH_H
#define EYELET_CORE_DISPATCH_H

#include <eyelet/slice.h>
#include <eyelet/status.h>

struct eyelet_method;
struct eyelet_service;

/**
 * struct eyelet_dispatch_node - one service of a server
 * @next:      the next one, or NULL
 * @service:   its table
 * @handlers:  for the table's methods
 * @userdata:  for the handlers
 * @owned:     memory of @service, freed by whoever frees the node; NULL for a table that is not the node's
 */
struct eyelet_dispatch_node {
    struct eyelet_dispatch_node *next;
    const struct eyelet_service *service;
    const void *handlers;
    void *userdata;
    void *owned;
};

/*
 * eyelet_dispatch_find() - who answers for a request?
 * @first:       first node, or NULL
 * @ret_node:    the service; set on success only, as is @ret_method
 * @reterr:      names what is unknown
 *
 * Return: EYELET_OK or EYELET_UNIMPLEMENTED.
 */
enum eyelet_status eyelet_dispatch_find(const struct eyelet_dispatch_node *first, struct eyelet_slice service,
                                        struct eyelet_slice method, const struct eyelet_dispatch_node **ret_node,
                                        const struct eyelet_method **ret_method, struct eyelet_error *reterr);

/* The node of the service called @name, or NULL. */
const struct eyelet_dispatch_node *eyelet_dispatch_find_service(const struct eyelet_dispatch_node *first,
                                                                struct eyelet_slice name);

#endif
