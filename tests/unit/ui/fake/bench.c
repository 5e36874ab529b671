#include "tests/unit/ui/fake/bench.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "tests/support/unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCREEN_BYTES = 1 << 20, SETTLE_MAX = 5000 };

static bool
host_copy(void *ctx, struct str text, const char **how, struct err *err)
{
    struct bench *b = ctx;
    (void)err;
    snprintf(b->copied, sizeof b->copied, "%.*s", STR_ARG(text));
    *how = "here";
    return true;
}

static bool
host_theme(void *ctx, struct str name, struct err *err)
{
    struct bench *b = ctx;
    if (!str_eq(name, STR("dark"))) {
        err_set(err, ERR_NOT_FOUND, "no such theme");
        return false;
    }
    snprintf(b->theme, sizeof b->theme, "%.*s", STR_ARG(name));
    return true;
}

static void
host_themes(void *ctx, struct buf *out)
{
    (void)ctx;
    buf_add_text(out, "dark\nlight\n");
}

void
bench_open(struct bench *b, const struct bench_setup *setup)
{
    struct profile profile = {.name = STR("test"),
                              .url = STR("https://api.example.com"),
                              .tenant = str_of(setup->tenant),
                              .read_only = setup->read_only,
                              .production = setup->production,
                              .idle_lock_min = setup->idle_lock_min,
                              .client_id = str_of(setup->client_id),
                              .secret_file = str_of(setup->secret_file)};
    memset(b, 0, sizeof *b);
    setenv("TZ", "UTC", 1);
    clock_pin(INT64_C(1780000000000), 1000000); /* 2026-05-28 20:26:40 UTC */
    b->host = (struct app_host){
        .ctx = b, .copy = host_copy, .theme_set = host_theme, .theme_names = host_themes};
    app_init(&b->app, &b->host);
    b->client = fake_new(&profile);
    canvas_init(&b->canvas);
    buf_init(&b->screen, SCREEN_BYTES);
    int rows = setup->rows ? setup->rows : 24, cols = setup->cols ? setup->cols : 80;
    canvas_resize(&b->canvas, rows, cols);
    app_resize(&b->app, rows, cols);
}

void
bench_close(struct bench *b)
{
    app_fini(&b->app);
    client_free(b->client);
    canvas_fini(&b->canvas);
    buf_fini(&b->screen);
    clock_pin(-1, -1);
}

static void
draw(struct bench *b)
{
    canvas_clear(&b->canvas, ROLE_TEXT);
    app_draw(&b->app, &b->canvas);
}

static void
settle(struct bench *b)
{
    size_t n = 0;
    draw(b);
    while (fake_pending(b->client) && n < SETTLE_MAX) {
        n += fake_settle(b->client, SETTLE_MAX);
        draw(b);
    }
}

void
bench_attach(struct bench *b)
{
    app_attach(&b->app, b->client);
    draw(b);
}

static void
keys(struct bench *b, const char *names, bool answer)
{
    struct str rest = str_of(names), name;
    while (str_next(&rest, ' ', &name)) {
        uint32_t key;
        if (!name.n)
            continue;
        if (!key_parse(name, &key))
            fail_msg("no key is called %.*s", STR_ARG(name));
        app_key(&b->app, key);
        if (answer)
            settle(b);
        else
            draw(b);
    }
}

void
bench_keys(struct bench *b, const char *names)
{
    settle(b);
    keys(b, names, true);
}

void
bench_keys_only(struct bench *b, const char *names)
{
    keys(b, names, false);
}

void
bench_type(struct bench *b, const char *text)
{
    struct str rest = str_of(text);
    while (rest.n) {
        uint32_t cp;
        size_t used = utf8_decode(rest, &cp);
        assert_true(used > 0);
        app_key(&b->app, cp);
        rest = str_sub(rest, used, rest.n);
    }
    settle(b);
}

void
bench_line(struct bench *b, const char *line)
{
    bench_keys(b, ":");
    bench_type(b, line);
    bench_keys(b, "Enter");
}

struct str
bench_screen(struct bench *b, bool roles)
{
    draw(b);
    buf_reset(&b->screen);
    canvas_dump(&b->canvas, roles, &b->screen);
    const struct pane *p = roles ? app_top(&b->app) : NULL;
    if (p)
        buf_printf(&b->screen, "-- pane %s%s%s\n", p->ops->name, p->resource ? " of " : "",
                   p->resource ? p->resource->id : "");
    return buf_str(&b->screen);
}

static void
look(struct bench *b, const char *text, bool wanted)
{
    struct str screen = bench_screen(b, false);
    if ((str_find(screen, str_of(text)) >= 0) != wanted)
        fail_msg("%s \"%s\" on this screen:\n%.*s", wanted ? "there is no" : "there is", text,
                 STR_ARG(screen));
}

void
bench_shows(struct bench *b, const char *text)
{
    look(b, text, true);
}

void
bench_hides(struct bench *b, const char *text)
{
    look(b, text, false);
}

void
bench_sent(struct bench *b, const char *text)
{
    struct str log = fake_log(b->client);
    if (!log.n || str_find(log, str_of(text)) < 0)
        fail_msg("\"%s\" was not sent:\n%.*s", text, STR_ARG(log));
}

void
bench_not_sent(struct bench *b, const char *text)
{
    struct str log = fake_log(b->client);
    if (log.n && str_find(log, str_of(text)) >= 0)
        fail_msg("\"%s\" was sent:\n%.*s", text, STR_ARG(log));
}

int64_t
bench_number(const struct values *values, const char *name, int64_t otherwise)
{
    const struct json *j = json_get(values->query, name);
    int64_t n;
    if (json_to_i64(j, &n) || str_to_i64(json_str(j), &n))
        return n;
    return otherwise;
}

static void
user_json(size_t i, struct buf *out)
{
    buf_printf(out,
               "{\"id\":\"user-%04zu\",\"name\":\"User %04zu\",\"email\":\"user%zu@example.com\","
               "\"verified\":%s,\"isLocked\":%s,\"mfaEnrolled\":%s,\"provider\":\"local\","
               "\"tenantId\":\"acme\",\"tenantIds\":[\"acme\"],\"tenants\":[{\"tenantId\":"
               "\"acme\",\"roles\":[{\"id\":\"r1\",\"key\":\"Admin\"}],\"isDisabled\":false}],"
               "\"createdAt\":\"2026-05-01T10:00:00.000Z\",\"lastLogin\":null}",
               i, i, i, i % 3 ? "true" : "false", i % 5 == 4 ? "true" : "false",
               i % 2 ? "true" : "false");
}

static int
users_page(void *ctx, const struct values *values, struct buf *body)
{
    size_t total = *(size_t *)ctx;
    int64_t limit = bench_number(values, "_limit", 50), page = bench_number(values, "_offset", 0);
    size_t first = (size_t)(limit * page);
    buf_add_text(body, "{\"items\":[");
    for (size_t i = first; i < total && i < first + (size_t)limit; i++) {
        if (i > first)
            buf_add_char(body, ',');
        user_json(i + 1, body);
    }
    buf_printf(body, "],\"_metadata\":{\"totalItems\":%zu,\"totalPages\":%zu}}", total,
               (total + (size_t)limit - 1) / (size_t)limit);
    return 200;
}

void
bench_users(struct bench *b, size_t n)
{
    static size_t total;
    total = n;
    fake_answer_by(b->client, "users_list", users_page, &total);
}

static const char tenants_json[] =
    "{\"items\":[{\"tenantId\":\"acme\",\"name\":\"Acme Robotics\",\"tenantType\":\"customer\","
    "\"isReseller\":false,\"creatorEmail\":\"ada@acme.example\",\"metadata\":\"{}\","
    "\"createdAt\":\"2026-05-01T10:00:00.000Z\",\"updatedAt\":\"2026-05-02T10:00:00.000Z\"},"
    "{\"tenantId\":\"globex\",\"name\":\"Globex\",\"tenantType\":\"headquarter\","
    "\"isReseller\":true,\"metadata\":\"{\\\"plan\\\":\\\"gold\\\"}\","
    "\"createdAt\":\"2026-05-03T10:00:00.000Z\"}],"
    "\"_metadata\":{\"totalItems\":2,\"totalPages\":1}}";

static const char roles_json[] =
    "[{\"id\":\"r1\",\"key\":\"Admin\",\"name\":\"Admin\",\"level\":0,\"isDefault\":false,"
    "\"permissions\":[\"p1\",\"p2\"],\"description\":\"All of it\","
    "\"createdAt\":\"2026-05-01T10:00:00.000Z\",\"updatedAt\":\"2026-05-01T10:00:00.000Z\"},"
    "{\"id\":\"r2\",\"key\":\"Reader\",\"name\":\"Reader\",\"level\":20,\"isDefault\":true,"
    "\"permissions\":[\"p1\"],\"createdAt\":\"2026-05-01T10:00:00.000Z\"}]";

static const char permissions_json[] =
    "[{\"id\":\"p1\",\"key\":\"users.read\",\"name\":\"Read users\",\"roleIds\":[\"r1\",\"r2\"],"
    "\"fePermission\":true,\"assignmentType\":\"ASSIGNABLE\"},"
    "{\"id\":\"p2\",\"key\":\"users.write\",\"name\":\"Change users\",\"roleIds\":[\"r1\"],"
    "\"fePermission\":false,\"assignmentType\":\"ASSIGNABLE\"}]";

static const char user_detail[] =
    "{\"id\":\"user-0001\",\"name\":\"User 0001\",\"email\":\"user1@example.com\","
    "\"verified\":true,\"isLocked\":false,\"mfaEnrolled\":true,\"mfaBypass\":false,"
    "\"phoneNumber\":null,\"provider\":\"local\",\"managedBy\":\"frontegg\",\"tenantId\":\"acme\","
    "\"tenantIds\":[\"acme\"],\"tenants\":[{\"tenantId\":\"acme\",\"roles\":[{\"id\":\"r1\","
    "\"key\":\"Admin\"}],\"isDisabled\":false}],\"roles\":[{\"id\":\"r1\",\"key\":\"Admin\","
    "\"level\":0,\"permissions\":[\"p1\",\"p2\"]}],\"permissions\":[{\"id\":\"p1\",\"key\":"
    "\"users.read\",\"name\":\"Read users\"},{\"id\":\"p2\",\"key\":\"users.write\",\"name\":"
    "\"Change users\"}],\"metadata\":\"{\\\"seat\\\":7}\",\"vendorMetadata\":\"{}\","
    "\"createdAt\":\"2026-05-01T10:00:00.000Z\",\"lastLogin\":\"2026-05-27T10:00:00.000Z\"}";

void
bench_standard(struct bench *b)
{
    bench_users(b, 120);
    fake_answer(b->client, "tenants_list", 200, tenants_json);
    fake_answer(b->client, "roles_list_v1", 200, roles_json);
    fake_answer(b->client, "permissions_list", 200, permissions_json);
    fake_answer(b->client, "users_get_vendor", 200, user_detail);
    fake_answer(b->client, "tenants_get", 200,
                "{\"tenantId\":\"acme\",\"name\":\"Acme Robotics\"}");
    fake_answer(b->client, "users_lock", 200, "");
    fake_answer(b->client, "users_unlock", 200, "");
    fake_answer(b->client, "users_delete", 200, "");
    fake_answer(b->client, "users_update", 200, user_detail);
    fake_answer(b->client, "users_create", 201, user_detail);
    fake_answer(b->client, "users_roles_add", 201, "{}");
    fake_answer(b->client, "users_roles_remove", 200, "{}");
}

void
bench_minutes(struct bench *b, int minutes)
{
    clock_pin(clock_now_ms(), clock_mono_ms() + minutes * INT64_C(60000));
    if (app_next_ms(&b->app) == 0)
        app_tick(&b->app);
}
