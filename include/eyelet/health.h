/*
 * The standard health service, grpc.health.v1.Health, for servers: Check and Watch.
 *
 *     status = eyelet_health_open(server, &health, &error);
 *     ...
 *     eyelet_health_set(health, "demo.Echo", EYELET_HEALTH_SERVING);
 *     status = eyelet_server_run(server);
 *     eyelet_server_close(server);
 *     eyelet_health_close(health);
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
    EYELET_HEALTH_SERVICE_UNKNOWN = 3, /* only Watch says it, of a name that was never set; cannot be set */
};

/**
 * eyelet_health_open() - add the service to a server
 * @server:  not running; closed before the health is
 * @ret:     set on success only; ended with eyelet_health_close()
 * @reterr:  may be NULL
 *
 * The server as a whole, whose name is "", serves from the start. Check of a name that was never set is answered with
 * EYELET_NOT_FOUND. Watch sends the status at once and on every change: changes that come faster than they can be sent
 * are sent as the last one of them. It holds no thread. It ends at its deadline as every call does, with
 * EYELET_UNAVAILABLE when the server is stopped, without waiting for the grace, and with EYELET_RESOURCE_EXHAUSTED when
 * a change comes while so much waits to be sent to this peer that the server has stopped to read from it.
 *
 * Return: EYELET_OK; EYELET_ALREADY_EXISTS when the server has a service of that name; EYELET_FAILED_PRECONDITION while
 * it runs; EYELET_RESOURCE_EXHAUSTED without memory.
 */
EYELET_API enum eyelet_status eyelet_health_open(struct eyelet_server *server, struct eyelet_health **ret,
                                                 struct eyelet_error *reterr);

/**
 * eyelet_health_set() - say how a service does, from any thread, until @health is closed
 * @service:  "demo.Echo", or "" for the whole server; copied
 *
 * Does not wait for watchers. It may call what the server calls, as all functions of a call may: the log, interceptors
 * and on_cancel hooks. So do not hold a lock that one of those takes.
 *
 * Return: EYELET_OK; EYELET_INVALID_ARGUMENT for a name that is too long or a status that cannot be set;
 * EYELET_RESOURCE_EXHAUSTED without memory for a name that is new: nothing has changed.
 */
EYELET_API enum eyelet_status eyelet_health_set(struct eyelet_health *health, const char *service,
                                                enum eyelet_health_status status);

/**
 * eyelet_health_stop() - every service is NOT_SERVING from now on, whatever is set later
 *
 * Watchers are told so and their calls end well. For programs that want their peers to go elsewhere some time before
 * eyelet_server_stop(), which by itself needs no such call. As for eyelet_health_set(), it may call the program.
 */
EYELET_API void eyelet_health_stop(struct eyelet_health *health);

/**
 * eyelet_health_close() - free it
 * @health:  may be NULL; its server was closed before, and no thread is in a function of it
 *
 * Return: NULL.
 */
EYELET_API struct eyelet_health *eyelet_health_close(struct eyelet_health *health);

EYELET_END_DECLS

#endif
