#include "ui/mfa_kept.h"

#include "base/file.h"
#include "base/mem.h"

#include <stdio.h>

enum { FILE_MAX = 8 * 1024 * 1024 };

const struct mfa_state_info mfa_state_info[MFA_STATES] = {
    [MFA_WAITING] = {"waiting", "", ROLE_TEXT},
    [MFA_DONE] = {"done", "enrolled", ROLE_GOOD},
    [MFA_SKIPPED] = {"skipped", "skipped", ROLE_DIM},
    [MFA_LINK_SENT] = {"link", "link sent", ROLE_LINK},
    [MFA_FAILED] = {"failed", "failed", ROLE_BAD},
    [MFA_HALF_REPLACED] = {"replacing", "app is gone", ROLE_BAD},
};

/* Names of servers and tenants may hold anything, so they are encoded. */
static struct str
path_of(struct app *app, struct str tenant, struct arena *a)
{
    struct buf name;
    struct str folder = file_xdg_dir("STATE", a);
    buf_init(&name, 4096);
    buf_add_urlencoded(&name, profile_host(client_profile(app->client)));
    buf_add_char(&name, '_');
    buf_add_urlencoded(&name, tenant);
    struct str path = str_given(folder) ? arena_printf(a, "%.*s/mfa-queue-%.*s.json",
                                                       STR_ARG(folder), STR_ARG(buf_str(&name)))
                                        : STR_ABSENT;
    buf_fini(&name);
    return path;
}

struct json *
mfa_kept_load(struct app *app, struct str tenant)
{
    struct arena a;
    struct str text;
    struct json *all = NULL;
    arena_init(&a, 2 * FILE_MAX);
    struct str path = path_of(app, tenant, &a);
    if (str_given(path) && file_read(path.p, FILE_MAX, &a, &text, NULL) == ERR_OK)
        all = json_parse(text, FILE_MAX, NULL);
    arena_fini(&a);
    if (json_type(all) == JSON_OBJECT)
        return all;
    json_free(all);
    return json_new_object();
}

void
mfa_kept_get(const struct json *all, struct str id, struct mfa_kept *out)
{
    const struct json *j = json_get_str(all, id);
    struct str word = json_str(json_get(j, "state"));
    *out = (struct mfa_kept){.state = MFA_WAITING};
    for (int i = 0; i < MFA_STATES; i++)
        if (str_eq(word, str_of(mfa_state_info[i].word)))
            out->state = (enum mfa_state)i;
    snprintf(out->note, sizeof out->note, "%.*s", STR_ARG(json_str(json_get(j, "note"))));
}

static void
save(struct app *app, struct str tenant, const struct json *all)
{
    struct arena a;
    struct buf text;
    struct err err;
    arena_init(&a, 64 * 1024);
    buf_init(&text, FILE_MAX);
    struct str path = path_of(app, tenant, &a), folder = file_xdg_dir("STATE", &a);
    json_write(all, &text);
    if (str_given(path) && (file_make_dirs(arena_cstr(&a, folder), &err) ||
                            file_write(path.p, buf_str(&text), 0600, &err)))
        app_note(app, TOAST_WARN, "The progress is not kept: %s", err.msg);
    buf_fini(&text);
    arena_fini(&a);
}

void
mfa_kept_set(struct app *app, struct str tenant, struct json *all, struct str id,
             const struct mfa_kept *what)
{
    struct json *j = json_new_object();
    json_set(j, STR("state"), json_new_str(str_of(mfa_state_info[what->state].word)));
    json_set(j, STR("note"), json_new_str(str_of(what->note)));
    json_set(all, id, j);
    save(app, tenant, all);
    app->dirty = true;
}
