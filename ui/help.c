#include "ui/help.h"
#include "ui/textview.h"

static const struct {
    const char *group, *title;
} groups[] = {{"move", "Moving"},  {"panes", "Panes"},        {"find", "Finding"},
              {"mark", "Marking"}, {"change", "Changing"},    {"take", "Taking along"},
              {"view", "Looking"}, {"scope", "Where to work"}};

static void
add_command(const struct app *app, enum command id, struct buf *out)
{
    const struct command_info *info = command_info(id);
    struct buf keys;
    buf_init(&keys, 256);
    keymap_keys(&app->keymap, id, &keys);
    buf_printf(out, "%.*s\t%s  (:%s)\n", STR_ARG(buf_str(&keys)), info->help, info->name);
    buf_fini(&keys);
}

static void
add_panes(struct buf *out)
{
    buf_add_text(out, "\n# Panes\n");
    for (size_t i = 0; resources[i]; i++) {
        if (i < 9)
            buf_printf(out, "%zu :%s\t%s\n", i + 1, resources[i]->id, resources[i]->title);
        else
            buf_printf(out, ":%s\t%s\n", resources[i]->id, resources[i]->title);
    }
}

struct pane *
help_new(struct app *app)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 18);
    const struct pane *view = app_view(app);
    if (view && view->ops->help) {
        buf_printf(&b, "# This pane%s%s\n", view->resource ? ": " : "",
                   view->resource ? view->resource->title : "");
        view->ops->help(view, &b);
        buf_add_char(&b, '\n');
    }
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        buf_printf(&b, "%s# %s\n", g ? "\n" : "", groups[g].title);
        for (int id = COMMAND_NONE + 1; id < COMMAND_COUNT; id++)
            if (!strcmp(command_info((enum command)id)->group, groups[g].group))
                add_command(app, (enum command)id, &b);
    }
    add_panes(&b);
    buf_add_text(&b, "\n# Asking before a change\n"
                     "y\tanswers for what can be taken back (z undoes it)\n"
                     "D\tanswers for what destroys; any other key means no\n"
                     "the name\tis typed out for what cannot be taken back\n");
    struct pane *p = textview_new("Help", buf_str(&b));
    buf_fini(&b);
    return p;
}
