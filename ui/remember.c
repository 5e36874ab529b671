#include "ui/remember.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/ini.h"
#include "base/mem.h"
#include <stdio.h>

enum { SECTION_SIZE = 192, FILE_CAP = 256 * 1024, ARENA_CAP = 2 << 20 };

struct entry {
    struct list node;
    char section[SECTION_SIZE]; /* "PANE PROFILE" */
    struct remembered what;
};

void
remember_init(struct remember *r)
{
    list_init(&r->panes);
    r->n = 0;
    r->changed = false;
}

void
remember_fini(struct remember *r)
{
    struct list *node;
    while ((node = list_pop_front(&r->panes)))
        mem_free(LIST_ENTRY(node, struct entry, node));
}

static struct entry *
find(const struct remember *r, const char *section)
{
    LIST_EACH (it, &r->panes) {
        struct entry *e = LIST_ENTRY(it, struct entry, node);
        if (strcmp(e->section, section) == 0)
            return e;
    }
    return NULL;
}

static void
name_section(char out[SECTION_SIZE], struct str profile, const char *pane)
{
    snprintf(out, SECTION_SIZE, "%s %.*s", pane, STR_ARG(profile));
}

/* The newest is first. */
static struct entry *
entry_of(struct remember *r, const char *section)
{
    struct entry *e = find(r, section);
    if (e) {
        list_remove(&e->node);
    } else if (r->n == REMEMBER_PANES_MAX) {
        e = LIST_ENTRY(r->panes.prev, struct entry, node);
        list_remove(&e->node);
        e->what = (struct remembered){.descending = false};
    } else {
        e = mem_new(1, sizeof *e);
        r->n++;
    }
    snprintf(e->section, sizeof e->section, "%s", section);
    list_push_front(&r->panes, &e->node);
    return e;
}

const struct remembered *
remember_get(const struct remember *r, struct str profile, const char *pane)
{
    char section[SECTION_SIZE];
    name_section(section, profile, pane);
    const struct entry *e = find(r, section);
    return e ? &e->what : NULL;
}

void
remember_put(struct remember *r, struct str profile, const char *pane,
             const struct remembered *what)
{
    char section[SECTION_SIZE];
    name_section(section, profile, pane);
    entry_of(r, section)->what = *what;
    r->changed = true;
}

static void
take(struct remember *r, const struct ini_item *item)
{
    char section[SECTION_SIZE];
    snprintf(section, sizeof section, "%.*s", STR_ARG(item->section));
    struct remembered *what = &entry_of(r, section)->what;
    if (str_eq(item->key, STR("order")))
        snprintf(what->order, sizeof what->order, "%.*s", STR_ARG(item->value));
    else if (str_eq(item->key, STR("descending")))
        what->descending = str_eq(item->value, STR("true"));
    else if (str_eq(item->key, STR("columns")))
        snprintf(what->columns, sizeof what->columns, "%.*s", STR_ARG(item->value));
}

enum err_code
remember_load(struct remember *r, const char *path, struct err *err)
{
    struct arena a;
    struct ini ini = {.n = 0};
    arena_init(&a, ARENA_CAP);
    enum err_code code = ini_read(&ini, path, &a, err);
    for (size_t i = ini.n; !code && i > 0; i--) /* the last is the oldest */
        take(r, &ini.items[i - 1]);
    arena_fini(&a);
    r->changed = false;
    return code == ERR_NOT_FOUND ? ERR_OK : code;
}

static void
add_value(struct buf *out, const char *key, const char *value)
{
    if (!*value)
        return;
    buf_printf(out, "%s = \"", key);
    for (const char *p = value; *p; p++) {
        if (*p == '"' || *p == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, *p);
    }
    buf_add_text(out, "\"\n");
}

enum err_code
remember_save(struct remember *r, const char *path, struct err *err)
{
    struct buf out;
    if (!r->changed)
        return ERR_OK;
    buf_init(&out, FILE_CAP);
    buf_add_text(&out, "# How lists were left. Written by gatehouse; it may be removed.\n");
    LIST_EACH (it, &r->panes) {
        const struct entry *e = LIST_ENTRY(it, struct entry, node);
        buf_printf(&out, "\n[%s]\n", e->section);
        add_value(&out, "order", e->what.order);
        add_value(&out, "descending", e->what.descending ? "true" : "");
        add_value(&out, "columns", e->what.columns);
    }
    enum err_code code = out.failed ? err_set(err, ERR_LIMIT, "too many lists to remember")
                                    : file_write(path, buf_str(&out), 0600, err);
    buf_fini(&out);
    r->changed = code != ERR_OK;
    return code;
}
