#include "ledger.h"

#include <stdarg.h>
#include <sys/mman.h>

#define COMPLAINTS_SHOWN 20

static size_t ledger_size(uint32_t n_calls)
{
    return sizeof(struct ledger) + (size_t)n_calls * sizeof(struct ledger_entry);
}

struct ledger *ledger_new(uint32_t seed, uint32_t n_calls)
{
    struct ledger *ledger;

    ledger = mmap(NULL, ledger_size(n_calls), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ledger == MAP_FAILED)
        return NULL;
    ledger->seed = seed;
    ledger->n_calls = n_calls;
    return ledger;
}

void ledger_free(struct ledger *ledger)
{
    if (ledger)
        munmap(ledger, ledger_size(ledger->n_calls));
}

uint64_t ledger_stream(const struct ledger *ledger, uint32_t number)
{
    return (uint64_t)ledger->seed << 32 | number;
}

struct ledger_entry *ledger_entry(struct ledger *ledger, uint64_t stream)
{
    uint32_t number = (uint32_t)stream;

    if (stream >> 32 != ledger->seed || number >= ledger->n_calls)
        return NULL;
    return &ledger->entries[number];
}

bool ledger_take(struct ledger *ledger, uint64_t *ret_stream)
{
    uint32_t number = atomic_load(&ledger->n_taken);

    do {
        if (number == ledger->n_calls)
            return false;
    } while (!atomic_compare_exchange_weak(&ledger->n_taken, &number, number + 1));
    *ret_stream = ledger_stream(ledger, number);
    return true;
}

void ledger_end(struct ledger *ledger, uint64_t stream, enum eyelet_status status, const struct eyelet_error *error)
{
    struct ledger_entry *entry = ledger_entry(ledger, stream);

    atomic_fetch_add(&entry->n_ends, 1);
    atomic_store(&entry->status, status);
    atomic_store(&entry->is_remote, status != EYELET_OK && error->is_remote);
    atomic_store(&entry->may_have_executed, status == EYELET_OK || error->may_have_executed);
}

void ledger_count_sent(struct ledger_traffic *traffic, size_t len)
{
    atomic_fetch_add(&traffic->sent, 1);
    atomic_fetch_add(&traffic->sent_bytes, len);
}

void ledger_count_received(struct ledger_traffic *traffic, size_t len)
{
    atomic_fetch_add(&traffic->received, 1);
    atomic_fetch_add(&traffic->received_bytes, len);
}

void ledger_add(struct eyelet_counters *totals, const struct eyelet_counters *more)
{
    totals->connections_open += more->connections_open;
    totals->calls_open += more->calls_open;
    totals->connections_opened += more->connections_opened;
    totals->connections_refused += more->connections_refused;
    totals->connections_broken += more->connections_broken;
    totals->calls_started += more->calls_started;
    totals->calls_failed += more->calls_failed;
    totals->frames_received += more->frames_received;
    totals->late_frames += more->late_frames;
    totals->protocol_errors += more->protocol_errors;
    totals->bytes_received += more->bytes_received;
    totals->bytes_sent += more->bytes_sent;
    totals->logs_dropped += more->logs_dropped;
}

/* What an audit has found so far. */
struct audit {
    struct ledger *ledger;
    bool is_calm;
    FILE *out;
    uint32_t n;
};

static void complain(struct audit *audit, const char *format, ...) EYELET_PRINTF(2, 3);

static void complain(struct audit *audit, const char *format, ...)
{
    va_list arguments;

    if (++audit->n > COMPLAINTS_SHOWN || !audit->out)
        return;
    va_start(arguments, format);
    vfprintf(audit->out, format, arguments);
    va_end(arguments);
    fputc('\n', audit->out);
}

/* Each call begins and ends once or never, at both sides. */
static void audit_once(struct audit *audit, uint32_t number, struct ledger_entry *entry)
{
    if (entry->n_ends != 1)
        complain(audit, "call %u: ended %u times at the client", number, entry->n_ends);
    if (entry->n_begins > 1)
        complain(audit, "call %u: began %u times at the server", number, entry->n_begins);
    if (entry->n_afters != entry->n_begins)
        complain(audit, "call %u: began %u times at the server and ended %u times", number, entry->n_begins,
                 entry->n_afters);
    if (entry->n_handlers > entry->n_begins)
        complain(audit, "call %u: %u handlers were run in %u calls", number, entry->n_handlers, entry->n_begins);
}

/* What the client was told about the server is what the server did. */
static void audit_truth(struct audit *audit, uint32_t number, struct ledger_entry *entry)
{
    const char *at_client = eyelet_status_name((enum eyelet_status)entry->status);
    const char *at_server = eyelet_status_name((enum eyelet_status)entry->server_status);

    if (entry->status == EYELET_OK && entry->n_handlers != 1)
        complain(audit, "call %u: OK, and %u handlers were run", number, entry->n_handlers);
    if (!entry->may_have_executed && entry->n_begins != 0)
        complain(audit, "call %u: %s, was executed, and the client says it was not", number, at_client);
    if ((entry->status == EYELET_OK || entry->is_remote) && entry->n_afters == 1 &&
        entry->server_status != entry->status)
        complain(audit, "call %u: ended with %s at the server and with %s at the client", number, at_server, at_client);
}

/* Nobody receives what was not sent; after a good end, nothing is missing. */
static void audit_parcels(struct audit *audit, uint32_t number, const struct plan *plan, struct ledger_entry *entry)
{
    bool is_whole = entry->status == EYELET_OK && plan->fate != PLAN_END_EARLY && plan->fate != PLAN_CANCEL;

    if (entry->up_received > entry->up_sent || (is_whole && entry->up_received != entry->up_sent))
        complain(audit, "call %u: %u parcels sent up, %u received", number, entry->up_sent, entry->up_received);
    if (entry->down_received > entry->down_sent ||
        (entry->status == EYELET_OK && plan->fate != PLAN_CANCEL && entry->down_received != entry->down_sent))
        complain(audit, "call %u: %u parcels sent down, %u received", number, entry->down_sent, entry->down_received);
}

static void audit_call(struct audit *audit, uint32_t number)
{
    struct ledger_entry *entry = &audit->ledger->entries[number];
    struct plan plan = plan_make(ledger_stream(audit->ledger, number));

    audit_once(audit, number, entry);
    audit_truth(audit, number, entry);
    audit_parcels(audit, number, &plan, entry);
    if (audit->is_calm && !plan_allows(&plan, (enum eyelet_status)entry->status))
        complain(audit, "call %u: act %d, fate %d, ended with %s", number, (int)plan.act, (int)plan.fate,
                 eyelet_status_name((enum eyelet_status)entry->status));
}

static void audit_equal(struct audit *audit, const char *what, unsigned long long one, unsigned long long other)
{
    if (one != other)
        complain(audit, "%s: %llu and %llu", what, one, other);
}

static void audit_totals(struct audit *audit)
{
    const struct eyelet_counters *client = &audit->ledger->client_totals, *server = &audit->ledger->server_totals;

    audit_equal(audit, "parcels that were wrong, and none", audit->ledger->n_wrong, 0);
    audit_equal(audit, "calls of clients that are not over, and none", client->calls_open, 0);
    audit_equal(audit, "calls of servers that are not over, and none", server->calls_open, 0);
    audit_equal(audit, "connections of servers that are not over, and none", server->connections_open, 0);
    audit_equal(audit, "errors in what servers sent, and none", client->protocol_errors, 0);
    if (!audit->is_calm)
        return;
    audit_equal(audit, "connections that servers broke, and none", server->connections_broken, 0);
    audit_equal(audit, "bytes that clients sent and servers received", client->bytes_sent, server->bytes_received);
    audit_equal(audit, "connections of clients and of servers", client->connections_opened, server->connections_opened);
}

uint32_t ledger_audit(struct ledger *ledger, bool is_calm, FILE *out)
{
    struct audit audit = { .ledger = ledger, .is_calm = is_calm, .out = out };

    for (uint32_t i = 0; i < ledger->n_calls; i++)
        audit_call(&audit, i);
    audit_totals(&audit);
    return audit.n;
}

static void print_traffic(const char *name, struct ledger_traffic *traffic, FILE *out)
{
    fprintf(out, "%s: parcels sent %llu (%llu bytes), received %llu (%llu bytes)\n", name, traffic->sent,
            traffic->sent_bytes, traffic->received, traffic->received_bytes);
}

static void print_counters(const char *name, const struct eyelet_counters *counters, FILE *out)
{
    fprintf(out,
            "%s: connections %llu (broken %llu), calls %llu (failed %llu), frames in %llu (late %llu), errors %llu, "
            "bytes in %llu, out %llu\n",
            name, (unsigned long long)counters->connections_opened, (unsigned long long)counters->connections_broken,
            (unsigned long long)counters->calls_started, (unsigned long long)counters->calls_failed,
            (unsigned long long)counters->frames_received, (unsigned long long)counters->late_frames,
            (unsigned long long)counters->protocol_errors, (unsigned long long)counters->bytes_received,
            (unsigned long long)counters->bytes_sent);
}

void ledger_print(struct ledger *ledger, FILE *out)
{
    uint32_t by_status[EYELET_STATUS_MAX + 1] = { 0 };

    for (uint32_t i = 0; i < ledger->n_calls; i++)
        by_status[ledger->entries[i].status]++;
    fprintf(out, "calls: %u\n", ledger->n_calls);
    for (uint32_t i = 0; i <= EYELET_STATUS_MAX; i++)
        if (by_status[i] > 0)
            fprintf(out, "  %-20s %u\n", eyelet_status_name((enum eyelet_status)i), by_status[i]);
    print_traffic("client", &ledger->client, out);
    print_traffic("server", &ledger->server, out);
    print_counters("client", &ledger->client_totals, out);
    print_counters("server", &ledger->server_totals, out);
}
