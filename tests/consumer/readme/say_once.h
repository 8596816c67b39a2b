/*
 * One call of demo.Echo's Say.
 */
#ifndef SAY_ONCE_H
#define SAY_ONCE_H

#include "both_ends.h"
#include "echo.eyelet.h"

/* Return: its status; the text of the reply is in @said. */
static inline enum eyelet_status say_once(struct eyelet_client *client, const char *text, char said[64])
{
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    Demo__SayReply *reply = NULL;
    enum eyelet_status status;

    request.text = (char *)text;
    status = demo_echo_say(client, NULL, &request, &reply, NULL);
    if (status == EYELET_OK)
        snprintf(said, 64, "%s", reply->text);
    demo__say_reply__free_unpacked(reply, NULL);
    return status;
}

#endif
