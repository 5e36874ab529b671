#include "ui/theme.h"

#include "base/file.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct theme t;
static struct err err;

static int
setup(void **state)
{
    (void)state;
    theme_default(&t);
    return 0;
}

static enum err_code
parse(const char *text)
{
    err = (struct err){.code = ERR_OK};
    return theme_parse(&t, str_of(text), "x.theme", &err);
}

static const struct style *
style(enum role role)
{
    return &t.styles[role];
}

static void
styles(void **state)
{
    (void)state;
    assert_int_equal(
        parse("[roles]\nrow.selected = white on blue bold\n"
              "dim = #10ff0A underline italic\nbar = 7 on 200\ntitle = on red\nkey = reverse\n"
              "[mono]\nkey = bold underline\n"),
        ERR_OK);
    const struct style *s = style(ROLE_ROW_SELECTED);
    assert_int_equal(s->fg.index, 7);
    assert_int_equal(s->bg.index, 4);
    assert_int_equal(s->attrs, ATTR_BOLD);
    assert_int_equal(s->mono, ATTR_REVERSE); /* kept from the parent */
    s = style(ROLE_DIM);
    assert_int_equal(s->fg.kind, COLOUR_RGB);
    assert_int_equal(s->fg.g, 255);
    assert_int_equal(s->fg.b, 10);
    assert_int_equal(s->attrs, ATTR_UNDERLINE | ATTR_ITALIC);
    assert_int_equal(style(ROLE_BAR)->bg.index, 200);
    assert_int_equal(style(ROLE_TITLE)->fg.kind, COLOUR_DEFAULT);
    assert_int_equal(style(ROLE_TITLE)->bg.index, 1);
    assert_int_equal(style(ROLE_KEY)->attrs, ATTR_REVERSE);
    assert_int_equal(style(ROLE_KEY)->mono, ATTR_BOLD | ATTR_UNDERLINE);
}

static void
faults_say_where(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"[roles]\nrow.chosen = red\n", "x.theme:2:1: there is no role \"row.chosen\""},
        {"[roles]\ntext = rad\n", "x.theme:2:8: \"rad\" is not a colour or attribute here"},
        {"[roles]\ntext = red on\n", "x.theme:2:8"},
        {"[roles]\ntext = red on bold\n", "\"bold\""},
        {"[roles]\ntext = red green\n", "\"green\""},
        {"[roles]\ntext = bold red\n", "\"red\""},
        {"[roles]\ntext = 256\n", "\"256\""},
        {"[roles]\ntext = #12345g\n", "\"#12345g\""},
        {"[roles]\nqr.light = red\n", "so that it scans"},
        {"[mono]\ntext = red\n", "\"red\" is not an attribute here"},
        {"[colours]\ntext = red\n", "sections theme, roles and mono"},
        {"[theme]\nbackground = blue\n", "background = dark | light"},
        {"roles]\n", "x.theme:1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct theme before = t;
        assert_int_not_equal(parse(cases[i].text), ERR_OK);
        assert_non_null(strstr(err.msg, cases[i].message));
        assert_memory_equal(&before, &t, sizeof t);
    }
}

static void
themes_can_be_read_on_light_and_on_dark(void **state)
{
    (void)state;
    static const char *const names[] = {"default", "dark", "light", "high-contrast", "mono"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct buf b;
        assert_int_equal(theme_load(&t, str_of(names[i]), &err), ERR_OK);
        assert_string_equal(t.name, names[i]);
        buf_init(&b, 65536);
        if (theme_check(&t, &b) > 0)
            fail_msg("%s: %s", names[i], b.p);
        buf_fini(&b);
    }
    assert_false(t.light);
    assert_int_equal(theme_load(&t, STR("light"), &err), ERR_OK);
    assert_true(t.light);
}

/* The whole point of that theme. */
static void
high_contrast_is_high(void **state)
{
    (void)state;
    assert_int_equal(theme_load(&t, STR("high-contrast"), &err), ERR_OK);
    for (int r = 0; r < ROLE_COUNT; r++)
        assert_true(theme_contrast(&t, t.styles[r].fg, t.styles[r].bg) >= 7);
}

static void
contrast(void **state)
{
    (void)state;
    struct colour white = {.kind = COLOUR_RGB, .r = 255, .g = 255, .b = 255};
    struct colour black = {.kind = COLOUR_RGB};
    struct colour grey = {.kind = COLOUR_RGB, .r = 0x77, .g = 0x77, .b = 0x77};
    double most = theme_contrast(&t, white, black), same = theme_contrast(&t, white, white);
    assert_true(most > 20.99 && most < 21.01);
    assert_true(same > 0.999 && same < 1.001);
    /* #777777 on white is the well-known near miss: 4.48. */
    double near = theme_contrast(&t, grey, white);
    assert_true(near > 4.47 && near < 4.49);
    assert_int_equal(parse("[roles]\nbad = #330000 on #000000\nborder = #555555\n"), ERR_OK);
    struct buf b;
    buf_init(&b, 65536);
    assert_int_equal(theme_check(&t, &b), 2);
    assert_non_null(strstr(b.p, "bad: contrast 1.1"));
    buf_fini(&b);
}

static void
nearest_colours(void **state)
{
    (void)state;
    struct colour c = {.kind = COLOUR_RGB, .r = 255, .g = 255, .b = 255};
    assert_int_equal(colour_nearest(c, 256), 231);
    assert_int_equal(colour_nearest(c, 16), 15);
    assert_int_equal(colour_nearest(c, 8), 7);
    assert_int_equal(colour_nearest((struct colour){.kind = COLOUR_RGB}, 256), 16);
    assert_int_equal(colour_nearest((struct colour){.kind = COLOUR_INDEX, .index = 9}, 256), 9);
    assert_int_equal(colour_nearest((struct colour){.kind = COLOUR_INDEX, .index = 9}, 8), 1);
    assert_int_equal(colour_nearest((struct colour){.kind = COLOUR_INDEX, .index = 196}, 16), 9);
    assert_int_equal(colour_nearest((struct colour){.kind = COLOUR_INDEX, .index = 210}, 8), 1);
    assert_int_equal(colour_nearest((struct colour){.kind = COLOUR_INDEX, .index = 244}, 8), 7);
    assert_int_equal(colour_nearest((struct colour){.kind = COLOUR_DEFAULT}, 256), -1);
}

static void
write_theme(const char *folder, const char *name, const char *text)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/gatehouse/themes", folder);
    assert_int_equal(file_make_dirs(path, &err), ERR_OK);
    snprintf(path, sizeof path, "%s/gatehouse/themes/%s.theme", folder, name);
    assert_int_equal(file_write(path, str_of(text), 0600, &err), ERR_OK);
}

static void
own_themes(void **state)
{
    (void)state;
    const char *folder = unit_tmp_path("config");
    setenv("XDG_CONFIG_HOME", folder, 1);
    write_theme(folder, "mine", "[theme]\ninherit = light\n[roles]\ntext = 17\n");
    write_theme(folder, "loop", "[theme]\ninherit = loop\n");
    write_theme(folder, "orphan", "[theme]\ninherit = nobody\n");
    assert_int_equal(theme_load(&t, STR("mine"), &err), ERR_OK);
    assert_true(t.light);
    assert_int_equal(style(ROLE_TEXT)->fg.index, 17);
    assert_int_equal(style(ROLE_BAD)->fg.index, 124);
    struct theme standard;
    theme_default(&standard);
    static const char *const bad[] = {"loop", "orphan", "no-such", "../mine", "a/b", ".."};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(theme_load(&t, str_of(bad[i]), &err), ERR_CONFIG);
        assert_memory_equal(t.styles, standard.styles, sizeof t.styles);
    }
    struct buf b;
    buf_init(&b, 65536);
    theme_list(&b);
    assert_non_null(strstr(b.p, "default\n"));
    assert_non_null(strstr(b.p, "high-contrast\n"));
    assert_non_null(strstr(b.p, "mine\n"));
    buf_fini(&b);
    unsetenv("XDG_CONFIG_HOME");
}

static void
wishes(void **state)
{
    (void)state;
    enum colour_wish w;
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR");
    unsetenv("CLICOLOR_FORCE");
    unsetenv("FORCE_COLOR");
    assert_int_equal(colour_decide(COLOUR_AUTO), COLOUR_AUTO);
    setenv("CLICOLOR", "0", 1);
    assert_int_equal(colour_decide(COLOUR_AUTO), COLOUR_NEVER);
    setenv("FORCE_COLOR", "1", 1);
    assert_int_equal(colour_decide(COLOUR_AUTO), COLOUR_ALWAYS);
    setenv("NO_COLOR", "", 1);
    assert_int_equal(colour_decide(COLOUR_AUTO), COLOUR_ALWAYS);
    setenv("NO_COLOR", "1", 1);
    assert_int_equal(colour_decide(COLOUR_AUTO), COLOUR_NEVER);
    assert_int_equal(colour_decide(COLOUR_ALWAYS), COLOUR_ALWAYS);
    assert_true(colour_wish_parse(STR("never"), &w));
    assert_int_equal(w, COLOUR_NEVER);
    assert_false(colour_wish_parse(STR("perhaps"), &w));
}

#define TEST(fn) cmocka_unit_test_setup(fn, setup)
int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(styles),
        TEST(faults_say_where),
        TEST(themes_can_be_read_on_light_and_on_dark),
        TEST(high_contrast_is_high),
        TEST(contrast),
        TEST(nearest_colours),
        TEST(own_themes),
        TEST(wishes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
