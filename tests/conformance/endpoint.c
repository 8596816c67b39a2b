#include "conformance/endpoint.h"

#include <sched.h>
#include <time.h>

#include "support/live.h"

void endpoint_await(bool (*is_so)(const struct eyelet_counters *counters))
{
    time_t until = time(NULL) + LIVE_PATIENCE_MS / 1000;

    for (;;) {
        struct eyelet_counters counters = endpoint_counters();

        if (is_so(&counters))
            return;
        live_must(time(NULL) < until, "what was awaited does not come about: something hangs");
        sched_yield();
    }
}
