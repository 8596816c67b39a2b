/*
 * The service demo.Echo as the tests in virtual machines have it, and one call of it.
 */
#ifndef EYELET_TESTS_VM_ECHO_H
#define EYELET_TESTS_VM_ECHO_H

#include <stdatomic.h>

#include <eyelet/client.h>
#include <eyelet/server.h>
#include <eyelet/status.h>

#define ECHO_WHO  "who"  /* is answered with who is calling */
#define ECHO_HOLD "hold" /* is never answered: the server's thread stays in the handler for as long as it lives */

/*
 * struct echo - what the handler has besides the request
 * @witness_fd:  gets one byte when a call is being held; -1 when nobody wants to know
 */
struct echo {
    atomic_int witness_fd;
};

/* Lets @server answer demo.Echo; @echo must outlive it. */
enum eyelet_status echo_add(struct eyelet_server *server, struct echo *echo);

/* One call; *@ret is the answer's text, the caller's to free(); set on success only. */
enum eyelet_status echo_ask(struct eyelet_client *client, const char *text, uint32_t timeout_ms, char **ret,
                            struct eyelet_error *reterr);

#endif
