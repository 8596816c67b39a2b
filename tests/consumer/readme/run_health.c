/* Health: the echo and its health, asked for by somebody who knows the standard service only. */
#include "health.c"
#include "grpc_health.eyelet.h"
#include "say_once.h"

static enum eyelet_status say(struct eyelet_call *call, const Demo__SayRequest *request, Demo__SayReply *reply,
                              void *userdata)
{
    (void)call;
    (void)userdata;
    reply->text = request->text;
    return EYELET_OK;
}

static int check(struct eyelet_client *client, const char *service)
{
    Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
    Grpc__Health__V1__HealthCheckResponse *response = NULL;
    int status;

    request.service = (char *)service;
    must(grpc_health_v1_health_check(client, NULL, &request, &response, NULL) == EYELET_OK, "the check failed");
    status = (int)response->status;
    grpc__health__v1__health_check_response__free_unpacked(response, NULL);
    return status;
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "unix://@eyelet-readme";
    const struct demo_echo_handlers handlers = { .say = say };
    struct eyelet_server *server = open_server(address, NULL);
    struct eyelet_health *health = NULL;
    struct eyelet_client *client;
    struct eyelet_error error;
    pthread_t thread;
    char said[64];

    must(add_all(server, &handlers, &health, &error) == EYELET_OK, "cannot add");
    thread = start(run_server, server);
    client = open_client(address, &ten_seconds);
    must(say_once(client, "healthy", said) == EYELET_OK, "the call failed");
    puts(said);
    must(check(client, "") == EYELET_HEALTH_SERVING, "the server does not serve");
    must(check(client, "demo.Echo") == EYELET_HEALTH_SERVING, "the echo does not serve");
    must(eyelet_health_set(health, "demo.Echo", EYELET_HEALTH_NOT_SERVING) == EYELET_OK, "it cannot be set");
    must(check(client, "demo.Echo") == EYELET_HEALTH_NOT_SERVING, "the echo serves on");
    eyelet_client_close(client);
    stop_server(server, thread);
    eyelet_health_close(health);
    return 0;
}
