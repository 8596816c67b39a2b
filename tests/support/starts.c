#include "support/starts.h"

#include <stdio.h>
#include <string.h>

#include "echo.eyelet.h"
#include "support/live.h"

static void on_end(enum eyelet_status status, Demo__SayReply *reply, const struct eyelet_error *error, void *userdata)
{
    struct start *start = userdata;
    struct starts *all = start->all;

    live_must(!start->is_told, "a call was told of its end twice");
    live_must((status == EYELET_OK) == (reply != NULL) && (status == EYELET_OK) == (error == NULL),
              "a call was told of a reply and an error, or of neither");
    live_must(reply == NULL || strcmp(reply->text, start->text) == 0, "a call got the reply of another");
    live_must(error == NULL || error->status == status, "a call was told of two different statuses");

    start->is_told = true;
    start->status = status;
    all->n_told++;
    all->n_of[status]++;
    if (error != NULL)
        all->last = *error;
    demo__say_reply__free_unpacked(reply, NULL);
    if (all->on_end != NULL)
        all->on_end(all, start, all->userdata);
}

enum eyelet_status starts_begin(struct starts *starts, struct eyelet_client *client, const char *word,
                                uint32_t timeout_ms, struct eyelet_error *reterr)
{
    const struct eyelet_call_opts opts = { .timeout_ms = timeout_ms };
    Demo__SayRequest request = DEMO__SAY_REQUEST__INIT;
    struct start *start = &starts->each[starts->n];
    enum eyelet_status status;

    live_must(starts->n++ < STARTS_MAX, "no room for another call");
    *start = (struct start){ .all = starts };
    snprintf(start->text, sizeof(start->text), "%s %u", word, starts->n - 1);
    request.text = start->text;
    status = demo_echo_say_start(client, &opts, &request, on_end, start, &start->pending, reterr);
    if (status == EYELET_OK)
        return EYELET_OK;
    live_must(!start->is_told, "a call that did not start was told of its end");
    live_must(start == &starts->each[--starts->n], "another call was started meanwhile");
    return status;
}

void starts_begin_many(struct starts *starts, struct eyelet_client *client, const char *word, uint32_t timeout_ms,
                       unsigned n)
{
    struct eyelet_error error = { 0 };

    for (unsigned i = 0; i < n; i++)
        live_must(starts_begin(starts, client, word, timeout_ms, &error) == EYELET_OK, error.text);
}

unsigned starts_in_flight(const struct starts *starts)
{
    return starts->n - starts->n_told;
}
