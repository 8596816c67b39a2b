/*
 * What the codec needs of a server: a service is added together with what serves its calls.
 */
#ifndef EYELET_RPC_SERVER_H
#define EYELET_RPC_SERVER_H

#include <eyelet/server.h>

#include "rpc/call.h"

/*
 * eyelet_server_add() - as eyelet_server_add_service(), for any codec; all services of a server share one
 * @owned:  a block from malloc() that @service lies in: on success the server's, freed with it; NULL for none
 */
enum eyelet_status eyelet_server_add(struct eyelet_server *server, const struct eyelet_service *service,
                                     const void *handlers, void *userdata, const struct eyelet_serving_codec *codec,
                                     void *owned);

#endif
