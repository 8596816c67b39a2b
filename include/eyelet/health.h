/*
 * The standard health service, grpc.health.v1.Health, for servers: Check and Watch.
 */
#ifndef EYELET_HEALTH_H
#define EYELET_HEALTH_H

#include <eyelet/export.h>
#include <eyelet/server.h>
#include <eyelet/status.h>

EYELET_BEGIN_DECLS

struct eyelet_health;

#define EYELET_HEALTH_NAME_MAX 255 /* bytes of a service's name, as on the wire */

/* grpc/health/v1/health.proto, HealthCheckResponse.ServingStatus; the numbers are on the wire. */
enum eyelet_health_status {
    EYELET_HEALTH_UNKNOWN = 0,
    EYELET_HEALTH_SERVING = 1,
    EYELET_HEALTH_NOT_SERVING = 2,
    EYELET_HEALTH_SERVICE_UNKNOWN = 3, /* only Watch says it, of a name that was never set */
};

/**
 * eyelet_health_open() - add the service to a server
 * @server:  not running; closed before the health is
 * @ret:     set on success only; ended with eyelet_health_close()
 *
 * The server as a whole, whose name is "", serves from the start. Check of a name that was never set is answered with
 * EYELET_NOT_FOUND. Watch sends the status at once and on every change, and holds no thread.
 *
 * Return: EYELET_OK; the failures of eyelet_server_add_service().
 */
EYELET_API enum eyelet_status eyelet_health_open(struct eyelet_server *server, struct eyelet_health **ret,
                                                 struct eyelet_error *reterr);

/**
 * eyelet_health_set() - say how a service does, from any thread
 * @service:  "demo.Echo", or "" for the whole server
 *
 * Does not wait: a watcher that does not read what it asked for is ended with EYELET_RESOURCE_EXHAUSTED.
 *
 * Return: EYELET_OK; EYELET_INVALID_ARGUMENT for a name that is too long or a status that cannot be set;
 * EYELET_RESOURCE_EXHAUSTED without memory.
 */
EYELET_API enum eyelet_status eyelet_health_set(struct eyelet_health *health, const char *service,
                                                enum eyelet_health_status status);

/* eyelet_health_stop() - every service, also those set later, is NOT_SERVING, and watchers are ended: before a stop. */
EYELET_API void eyelet_health_stop(struct eyelet_health *health);

/* eyelet_health_close() - free it, after its server was closed; NULL is allowed. Return: NULL. */
EYELET_API struct eyelet_health *eyelet_health_close(struct eyelet_health *health);

EYELET_END_DECLS

#endif
