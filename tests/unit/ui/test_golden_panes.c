/*
 * The panes that test_golden.c has no scene for, and what the roles of all screens look like on a
 * dark and on a light background: the screens are the same, the colours are not.
 */
#include "base/mem.h"
#include "tests/support/unit.h"
#include "tests/unit/ui/fake/golden.h"
#include "ui/theme.h"

enum { COLOURS_BYTES = 1 << 16 };

static void
categories(struct bench *b)
{
    fake_answer(b->client, "categories_list", 200,
                "[{\"id\":\"c1\",\"name\":\"People\",\"permissionIds\":[\"p1\",\"p2\"],"
                "\"feCategory\":true,\"description\":\"Who works here\",\"createdAt\":"
                "\"2026-05-01T10:00:00.000Z\"},{\"id\":\"c2\",\"name\":\"Reports\","
                "\"permissionIds\":[],\"feCategory\":false,\"createdAt\":"
                "\"2026-05-02T10:00:00.000Z\"}]");
}

static void
environment(struct bench *b)
{
    fake_answer(b->client, "delegation_get", 200, "{\"enabled\":true}");
    fake_answer(b->client, "jwt_targeting_get", 200,
                "{\"id\":\"r1\",\"targeting\":{\"rules\":[{\"conditions\":[{\"attribute\":\"type\","
                "\"op\":\"in_list\",\"value\":[\"userApiToken\"]}],\"templateKey\":\"short\"}]},"
                "\"updatedAt\":\"2026-05-28T19:26:40.000Z\"}");
}

static void
own_tokens(struct bench *b)
{
    fake_answer(b->client, "user_api_tokens_list", 200,
                "[{\"clientId\":\"51c0-laptop\",\"description\":\"laptop\",\"createdAt\":"
                "\"2026-05-01T08:00:00.000Z\",\"expires\":\"2026-06-11T19:26:40.000Z\","
                "\"metadata\":{\"host\":\"ada-laptop\"}}]");
}

/* One whose first letter is Cyrillic, beside one who is wholly so. */
static void
look_alike(struct bench *b)
{
    fake_answer(b->client, "users_list", 200,
                "{\"items\":[{\"id\":\"user-0001\",\"name\":\"\\u0410da Okafor\",\"email\":"
                "\"ad\\u0430@acme.example\",\"verified\":true},{\"id\":\"user-0002\",\"name\":"
                "\"\\u0414\\u043c\\u0438\\u0442\\u0440\\u0438\\u0439 Volkov\",\"email\":"
                "\"dmitri@acme.example\",\"verified\":true}],\"_metadata\":{\"totalItems\":2}}");
    fake_answer(b->client, "users_get_vendor", 200,
                "{\"id\":\"user-0001\",\"name\":\"\\u0410da Okafor\",\"email\":"
                "\"ad\\u0430@acme.example\",\"verified\":true}");
}

static const struct golden_scene scenes[] = {
    {.name = "users-look-alike", .script = look_alike, .keys = {"Down"}},
    {.name = "user-look-alike", .script = look_alike, .keys = {"Enter"}},
    {.name = "user-look-alike-remove", .script = look_alike, .keys = {"d"}},
    {.name = "categories-rows", .script = categories, .keys = {"5"}, .sizes = true},
    {.name = "jwt-rules", .script = environment, .keys = {":", "jwt-rules", "Enter"}},
    {.name = "delegation", .script = environment, .keys = {":", "delegation", "Enter"}},
    {.name = "user-tokens-rows", .script = own_tokens, .keys = {"Enter K"}},
    {.name = "user-token-detail", .script = own_tokens, .keys = {"Enter K Enter"}},
};

/* What is marked page by page shows how far it is, and can be stopped. */
static void
reading_on(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){.tenant = "acme"});
    bench_standard(&b);
    bench_users(&b, 5000);
    bench_attach(&b);
    bench_keys(&b, "Down");
    bench_keys_only(&b, "*");
    golden_compare(bench_screen(&b, true), "users-reading-on-80x24");
    bench_close(&b);
}

/* Nothing of what was there is to be seen. */
static void
locked(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &(struct bench_setup){
                       .tenant = "acme", .client_id = "client-1", .secret_file = "/run/secret"});
    bench_standard(&b);
    bench_attach(&b);
    bench_keys(&b, "");
    bench_line(&b, "lock");
    bench_hides(&b, "User 0001");
    golden_compare(bench_screen(&b, true), "users-locked-80x24");
    bench_close(&b);
}

/* --- Colours --- */

static void
add_colour(struct buf *out, struct colour c)
{
    if (c.kind == COLOUR_DEFAULT)
        buf_add_text(out, "default");
    else if (c.kind == COLOUR_INDEX)
        buf_printf(out, "%d", c.index);
    else
        buf_printf(out, "#%02x%02x%02x", c.r, c.g, c.b);
}

/* As a theme file has it, and how much the text stands out. */
static void
add_style(struct buf *out, const struct theme *t, enum role role)
{
    static const char *const attrs[] = {" bold", " dim", " underline", " reverse", " italic"};
    const struct style *s = &t->styles[role];
    size_t from = out->n;
    add_colour(out, s->fg);
    if (s->bg.kind != COLOUR_DEFAULT) {
        buf_add_text(out, " on ");
        add_colour(out, s->bg);
    }
    for (size_t i = 0; i < COUNT_OF(attrs); i++)
        if (s->attrs & 1u << i)
            buf_add_text(out, attrs[i]);
    while (out->n < from + 24)
        buf_add_char(out, ' ');
    buf_printf(out, "%4.1f", theme_contrast(t, s->fg, s->bg));
}

static void
light_and_dark(void **state)
{
    (void)state;
    struct theme dark, light;
    struct buf out;
    struct err err = {0};
    buf_init(&out, COLOURS_BYTES);
    assert_int_equal(theme_load(&dark, STR("dark"), &err), ERR_OK);
    assert_int_equal(theme_load(&light, STR("light"), &err), ERR_OK);
    assert_false(dark.light);
    assert_true(light.light);
    for (int r = 0; r < ROLE_COUNT; r++) {
        const struct role_info *info = role_info((enum role)r);
        buf_printf(&out, "%c  %-18s ", info->letter, info->key);
        add_style(&out, &dark, (enum role)r);
        buf_add_text(&out, "   ");
        add_style(&out, &light, (enum role)r);
        buf_add_char(&out, '\n');
    }
    golden_compare(buf_str(&out), "colours");
    buf_fini(&out);
}

int
main(void)
{
    const struct CMUnitTest more[] = {
        cmocka_unit_test(reading_on),
        cmocka_unit_test(locked),
        cmocka_unit_test(light_and_dark),
    };
    return golden_main(scenes, COUNT_OF(scenes), more, COUNT_OF(more));
}
