/*
 * Sessions from a service that tells them only person by person. First the people of the tenant,
 * page by page, then each of them in turn, a few at a time and no faster than a person in a hurry;
 * how far that is, is shown. After the first round those in view come first. The client waits out a
 * rate limit by itself.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "ui/live.h"
#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE_PER_PAGE = 200 };

/* ---- people ---- */

static void
add_person(struct live_fan *f, struct str id, struct str email)
{
    if (!id.n || id.n >= LIVE_ID || f->n == LIVE_USERS_MAX)
        return;
    if (f->n == f->size) {
        f->size = f->size ? 2 * f->size : PEOPLE_PER_PAGE;
        f->people = mem_resize(f->people, f->size, sizeof *f->people);
    }
    struct live_person *p = &f->people[f->n++];
    *p = (struct live_person){.read = false};
    snprintf(p->id, sizeof p->id, "%.*s", STR_ARG(id));
    snprintf(p->email, sizeof p->email, "%.*s", STR_ARG(email.n ? email : id));
}

static void
got_people(void *ctx, struct result *r)
{
    struct live *l = ctx;
    struct live_fan *f = &l->fan;
    const struct json *items = json_get(r->json, "items");
    f->listing = false;
    if (r->err.code) {
        live_failed(l, r);
        f->listed = f->n > 0;
    } else {
        for (const struct json *j = json_first(items); j; j = json_next(j))
            add_person(f, json_str(json_get(j, "id")), json_str(json_get(j, "email")));
        (void)json_to_i64(json_get(json_get(r->json, "_metadata"), "totalItems"), &f->total);
        f->page++;
        if (f->total < (int64_t)f->n)
            f->total = (int64_t)f->n;
        f->listed = json_len(items) < PEOPLE_PER_PAGE || f->n == LIVE_USERS_MAX;
    }
    live_fan_turn(l);
    l->pane.app->dirty = true;
    result_free(r);
}

static void
ask_people(struct live *l)
{
    const struct op *op = op_get(OP_users_list);
    struct values *v = values_new(op);
    (void)!values_set(v, STR("_limit"), json_new_i64(PEOPLE_PER_PAGE), NULL);
    (void)!values_set(v, STR("_offset"), json_new_i64(l->fan.page), NULL);
    l->fan.listing = true;
    live_send(l, v, STR_ABSENT, true, got_people, l);
}

void
live_fan_start(struct live *l)
{
    struct live_fan *f = &l->fan;
    *f = (struct live_fan){.people = f->people, .size = f->size, .total = -1};
    l->next[0] = '\0';
    l->loaded = true;
    l->total = -1;
    for (size_t i = 0; i < l->scope.n; i++)
        add_person(f, str_of(l->scope.users[i]),
                   str_of(l->scope.n == 1 ? l->scope.name : l->scope.users[i]));
    f->listed = l->scope.n > 0;
    f->total = l->scope.n ? (int64_t)l->scope.n : -1;
    live_fan_turn(l);
}

/* ---- their sessions ---- */

/* Those that were there and are not in the answer ended. */
static void
compare(struct live *l, const struct live_person *p, const struct json *list)
{
    struct live_row row;
    for (size_t i = 0; i < l->set.n; i++)
        l->set.at[i]->seen = false;
    for (const struct json *j = json_first(list); j; j = json_next(j)) {
        if (!live_row_read_own(&row, j, p->id, p->email) || !live_meant(l, &row))
            continue;
        row.seen = true;
        row.fresh_until = p->read ? clock_mono_ms() + LIVE_FRESH_MS : 0;
        l->came += live_set_put(&l->set, &row) && p->read;
    }
    for (size_t i = 0; i < l->set.n; i++) {
        struct live_row *r = l->set.at[i];
        if (!r->seen && strcmp(r->user_id, p->id) == 0)
            l->went += live_set_end(&l->set, str_of(r->id));
    }
}

static void
got_sessions(void *ctx, struct result *r)
{
    struct live_slot *slot = ctx;
    struct live *l = slot->live;
    struct live_fan *f = &l->fan;
    slot->busy = false;
    if (r->err.code && r->err.code != ERR_NOT_FOUND) {
        f->failed++;
        live_failed(l, r);
    } else if (slot->person < f->n) {
        struct live_person *p = &f->people[slot->person];
        compare(l, p, r->err.code ? NULL : r->json);
        f->read += !p->read;
        p->read = true;
        l->failure[0] = '\0';
        l->read_at = clock_now_ms();
    }
    live_fan_turn(l);
    live_rebuild(l);
    result_free(r);
}

static void
ask_sessions(struct live *l, struct live_slot *slot, size_t person)
{
    *slot = (struct live_slot){l, person, true};
    l->fan.ask_at = clock_mono_ms() + LIVE_PACE_MS;
    live_send(l, values_new(op_get(OP_sessions_list)), str_of(l->fan.people[person].id), true,
              got_sessions, slot);
}

static bool
is_queued(const struct live_fan *f, size_t person)
{
    for (size_t i = 0; i < f->n_queue; i++)
        if (f->queue[i] == person)
            return true;
    return false;
}

static void
queue_person(struct live_fan *f, size_t person)
{
    if (f->n_queue < LIVE_AGAIN && !is_queued(f, person))
        f->queue[f->n_queue++] = person;
}

static size_t
person_by_id(const struct live_fan *f, const char *id)
{
    size_t i = 0;
    while (i < f->n && strcmp(f->people[i].id, id) != 0)
        i++;
    return i;
}

void
live_fan_again(struct live *l)
{
    struct live_fan *f = &l->fan;
    if (!f->n || f->next < f->n || !f->listed || f->n_queue)
        return;
    for (size_t i = l->top; i < live_len(l) && i < l->top + (size_t)l->body_rows; i++) {
        size_t person = l->by == LIVE_ROWS ? person_by_id(f, l->set.at[l->view[i]]->user_id) : f->n;
        if (person < f->n && f->n_queue < LIVE_AGAIN / 2)
            queue_person(f, person);
    }
    for (size_t i = 0; i < LIVE_AGAIN && i < f->n; i++) {
        f->page = (f->page + 1) % (int64_t)f->n; /* of no more use otherwise */
        queue_person(f, (size_t)f->page);
    }
    live_fan_turn(l);
}

static bool
take_next(struct live_fan *f, size_t *person)
{
    if (f->next < f->n)
        *person = f->next++;
    else if (f->n_queue)
        *person = f->queue[--f->n_queue];
    else
        return false;
    return true;
}

void
live_fan_turn(struct live *l)
{
    struct live_fan *f = &l->fan;
    size_t person;
    if (!f->listed && !f->listing)
        ask_people(l);
    for (size_t i = 0; i < LIVE_AT_ONCE; i++)
        if (!f->slots[i].busy && clock_mono_ms() >= f->ask_at && take_next(f, &person))
            ask_sessions(l, &f->slots[i], person);
    if (l->by != LIVE_ROWS)
        live_fan_groups(l);
}

int64_t
live_fan_next_ms(const struct live *l)
{
    const struct live_fan *f = &l->fan;
    bool room = false;
    for (size_t i = 0; i < LIVE_AT_ONCE; i++)
        room |= !f->slots[i].busy;
    if (!room || (f->next >= f->n && !f->n_queue))
        return -1;
    int64_t left = f->ask_at - clock_mono_ms();
    return left > 0 ? left : 0;
}

/* ---- groups, counted here ---- */

static void
count_row(struct live *l, const struct live_row *row)
{
    const char *key = l->by == LIVE_BY_USER ? row->user_id
                      : l->by == LIVE_BY_IP ? row->ip
                                            : row->client;
    size_t i = 0;
    while (i < l->n_groups && strcmp(l->groups[i].key, key) != 0)
        i++;
    if (i == l->n_groups) {
        struct live_group *g = &l->groups[l->n_groups++];
        *g = (struct live_group){.sessions = 0};
        snprintf(g->key, sizeof g->key, "%s", key);
        snprintf(g->name, sizeof g->name, "%s", l->by == LIVE_BY_USER ? row->email : "");
    }
    l->groups[i].sessions++;
}

static int
larger_first(const void *a, const void *b)
{
    const struct live_group *x = a, *y = b;
    if (x->sessions != y->sessions)
        return x->sessions < y->sessions ? 1 : -1;
    return strcmp(x->key, y->key);
}

void
live_fan_groups(struct live *l)
{
    mem_free(l->groups);
    l->groups = mem_new(l->set.n + 1, sizeof *l->groups);
    l->n_groups = 0;
    for (size_t i = 0; i < l->set.n; i++)
        if (!l->set.at[i]->ended_until)
            count_row(l, l->set.at[i]);
    qsort(l->groups, l->n_groups, sizeof *l->groups, larger_first);
}
