/* Sessions by id and in order. Rows that ended stay for a while, so that one sees them go. */
#include "base/agent.h"
#include "base/clock.h"
#include "base/mem.h"
#include "ui/live.h"
#include <stdio.h>

static const char *const mfa_names[] = {"none", "remembered", "email", "sms", "app", "key"};

const char *
live_mfa_name(int mfa)
{
    return mfa >= 0 && mfa < (int)COUNT_OF(mfa_names) ? mfa_names[mfa] : "-";
}

void
live_set_init(struct live_set *s)
{
    *s = (struct live_set){.descending = true};
    map_init(&s->by_id);
}

void
live_set_clear(struct live_set *s)
{
    for (size_t i = 0; i < s->n; i++)
        mem_free(s->at[i]);
    s->n = 0;
    map_fini(&s->by_id);
    map_init(&s->by_id);
}

void
live_set_fini(struct live_set *s)
{
    live_set_clear(s);
    map_fini(&s->by_id);
    mem_free(s->at);
    s->at = NULL;
}

/* ---- order ---- */

static int
compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int
live_set_compare(const struct live_set *s, const struct live_row *a, const struct live_row *b)
{
    int by = 0;
    switch (s->order) {
    case LIVE_IDLE:
        by = compare_numbers(a->used_at, b->used_at);
        break;
    case LIVE_IP:
        by = strcmp(a->ip, b->ip);
        break;
    case LIVE_CLIENT:
        by = strcmp(a->client, b->client);
        break;
    case LIVE_MFA:
        by = a->mfa - b->mfa;
        break;
    case LIVE_AGE:
    case LIVE_ORDERS:
        break;
    }
    if (!by)
        by = compare_numbers(a->created_at, b->created_at);
    if (s->descending)
        by = -by;
    return by ? by : strcmp(a->id, b->id);
}

/* Position of the row, or where it belongs. */
static size_t
place_of(const struct live_set *s, const struct live_row *row)
{
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (live_set_compare(s, s->at[middle], row) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
take_out(struct live_set *s, size_t at)
{
    s->n--;
    memmove(&s->at[at], &s->at[at + 1], (s->n - at) * sizeof(struct live_row *));
}

static void
put_in(struct live_set *s, struct live_row *row)
{
    if (s->n == s->size) {
        s->size = s->size ? 2 * s->size : LIVE_PAGE;
        s->at = mem_resize(s->at, s->size, sizeof(struct live_row *));
    }
    size_t at = place_of(s, row);
    memmove(&s->at[at + 1], &s->at[at], (s->n - at) * sizeof(struct live_row *));
    s->at[at] = row;
    s->n++;
}

/* Shell's gaps: no comparison function with a context is in the C library. */
void
live_set_sort(struct live_set *s, enum live_order order, bool descending)
{
    s->order = order;
    s->descending = descending;
    for (size_t gap = s->n / 2; gap; gap /= 2) {
        for (size_t i = gap; i < s->n; i++) {
            struct live_row *row = s->at[i];
            size_t j = i;
            for (; j >= gap && live_set_compare(s, s->at[j - gap], row) > 0; j -= gap)
                s->at[j] = s->at[j - gap];
            s->at[j] = row;
        }
    }
}

/* ---- coming and going ---- */

struct live_row *
live_set_get(const struct live_set *s, struct str id)
{
    return id.n ? map_get(&s->by_id, id) : NULL;
}

bool
live_set_put(struct live_set *s, const struct live_row *row)
{
    struct live_row *known = live_set_get(s, str_of(row->id));
    if (known && known->ended_until) /* an answer from before it ended */
        return false;
    if (known) {
        int64_t fresh_until = known->fresh_until;
        take_out(s, place_of(s, known));
        *known = *row;
        known->fresh_until = fresh_until;
        put_in(s, known);
        return false;
    }
    if (s->n == LIVE_ROWS_MAX)
        return false;
    known = mem_new(1, sizeof *known);
    *known = *row;
    put_in(s, known);
    map_put(&s->by_id, str_of(known->id), known);
    return true;
}

bool
live_set_end(struct live_set *s, struct str id)
{
    struct live_row *row = live_set_get(s, id);
    if (!row || row->ended_until)
        return false;
    row->ended_until = clock_mono_ms() + LIVE_FRESH_MS;
    row->fresh_until = 0;
    return true;
}

bool
live_set_tick(struct live_set *s)
{
    int64_t now = clock_mono_ms();
    bool changed = false;
    for (size_t i = s->n; i-- > 0;) {
        struct live_row *row = s->at[i];
        if (row->fresh_until && row->fresh_until <= now) {
            row->fresh_until = 0;
            changed = true;
        }
        if (row->ended_until && row->ended_until <= now) {
            map_remove(&s->by_id, str_of(row->id));
            take_out(s, i);
            mem_free(row);
            changed = true;
        }
    }
    return changed;
}

size_t
live_set_living(const struct live_set *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += !s->at[i]->ended_until;
    return n;
}

/* ---- out of answers ---- */

/* False if it does not fit: an id that was cut would be another one. */
static bool
take_text(const struct json *j, const char *name, char *out, size_t size)
{
    struct str s = json_str(json_get(j, name));
    snprintf(out, size, "%.*s", STR_ARG(s));
    return s.n < size;
}

static int64_t
take_time(const struct json *j, const char *name)
{
    int64_t ms = 0;
    return clock_parse(json_str(json_get(j, name)), &ms) ? ms : 0;
}

static int
take_mfa(const struct json *j)
{
    struct str name = json_str(json_get(j, "mfa"));
    for (size_t i = 0; name.n && i < COUNT_OF(mfa_names); i++)
        if (str_eq(name, str_of(mfa_names[i])))
            return (int)i;
    return -1;
}

bool
live_row_read(struct live_row *out, const struct json *j)
{
    *out = (struct live_row){.mfa = take_mfa(j)};
    bool whole = take_text(j, "id", out->id, sizeof out->id) &&
                 take_text(j, "userId", out->user_id, sizeof out->user_id) &&
                 take_text(j, "ip", out->ip, sizeof out->ip) &&
                 take_text(j, "client", out->client, sizeof out->client);
    (void)take_text(j, "email", out->email, sizeof out->email);
    (void)take_text(j, "userAgent", out->agent, sizeof out->agent);
    out->created_at = take_time(j, "createdAt");
    out->used_at = take_time(j, "usedAt");
    (void)json_to_bool(json_get(j, "current"), &out->current);
    (void)json_to_bool(json_get(j, "impersonated"), &out->impersonated);
    return whole && out->id[0];
}

bool
live_row_read_own(struct live_row *out, const struct json *j, const char *user, const char *email)
{
    struct arena a;
    *out = (struct live_row){.mfa = -1, .created_at = take_time(j, "createdAt")};
    bool whole = take_text(j, "id", out->id, sizeof out->id) &&
                 take_text(j, "ipAddress", out->ip, sizeof out->ip);
    (void)take_text(j, "userAgent", out->agent, sizeof out->agent);
    arena_init(&a, 4096);
    snprintf(out->client, sizeof out->client, "%.*s", STR_ARG(agent_name(&a, str_of(out->agent))));
    arena_fini(&a);
    snprintf(out->user_id, sizeof out->user_id, "%s", user);
    snprintf(out->email, sizeof out->email, "%s", email);
    (void)json_to_bool(json_get(j, "current"), &out->current);
    (void)json_to_bool(json_get(j, "impersonated"), &out->impersonated);
    return whole && out->id[0];
}
