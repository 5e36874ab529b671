/* A template in the person's own editor: out to a file, back, checked, reviewed, written. */
#include "base/file.h"
#include "base/mem.h"
#include "base/rand.h"
#include "ui/linediff.h"
#include "ui/template_file.h"
#include "ui/templates.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_SIZE = 1024, NAME_BYTES = 8 };

/* ---- the file ---- */

/* Where only this person looks, in memory if there is such a place. */
static const char *
folder(void)
{
    const char *run = getenv("XDG_RUNTIME_DIR"), *tmp = getenv("TMPDIR");
    if (run && run[0] == '/' && access(run, W_OK | X_OK) == 0)
        return run;
    return tmp && tmp[0] == '/' ? tmp : "/tmp";
}

static enum err_code
edit_file(struct template_view *t, struct err *err)
{
    struct app *app = t->pane.app;
    struct arena a;
    char path[PATH_SIZE];
    if (!app->host->edit)
        return err_set(err, ERR_UNIMPLEMENTED, "there is no editor here");
    struct str back = STR_ABSENT;
    arena_init(&a, 2 * (size_t)TEMPLATE_FILE_MAX);
    struct str unique = rand_hex(&a, NAME_BYTES);
    snprintf(path, sizeof path, "%s/gatehouse-%.*s.%s", folder(), STR_ARG(unique),
             t->sms ? "txt" : "html");
    enum err_code rc = file_write_new(path, buf_str(&t->file), 0600, err);
    if (!rc && !app->host->edit(app->host->ctx, path, err))
        rc = err->code ? err->code : err_set(err, ERR_CANCELLED, "the editor gave up");
    if (!rc)
        rc = file_read(path, TEMPLATE_FILE_MAX, &a, &back, err);
    if (!rc) {
        buf_reset(&t->file);
        buf_add_str(&t->file, back);
    }
    (void)unlink(path);
    arena_fini(&a);
    return rc;
}

/* ---- review ---- */

static void
show_changes(struct template_view *t)
{
    struct buf before, after;
    struct json *edited = template_file_read(t->sms, buf_str(&t->file), NULL);
    buf_init(&before, TEMPLATE_FILE_MAX);
    buf_init(&after, TEMPLATE_FILE_MAX);
    template_file_write(t->sms, NULL, t->base, &before);
    /* What is read back is what is written: without explanations, in our order. */
    struct json *as_read = json_copy(t->base);
    for (const struct json *m = json_first(edited); m; m = json_next(m)) {
        json_set(as_read, json_key(m), json_copy(m));
        if (str_eq(json_key(m), STR("redirectURL")))
            json_set(as_read, STR("redirectURLPattern"), json_copy(m));
        if (str_eq(json_key(m), STR("successRedirectUrl")))
            json_set(as_read, STR("successRedirectUrlPattern"), json_copy(m));
    }
    template_file_write(t->sms, NULL, as_read, &after);
    buf_reset(&t->text);
    linediff(buf_str(&before), buf_str(&after), &t->text);
    t->top = 0;
    json_free(as_read);
    json_free(edited);
    buf_fini(&before);
    buf_fini(&after);
}

static void
checked(void *ctx, struct result *take)
{
    struct template_view *t = ctx;
    t->sending = false;
    if (template_failed(t, take, "The service does not take it; e edits it again"))
        return;
    struct buf names;
    buf_init(&names, 160);
    for (const struct json *u = json_first(json_get(take->json, "unknown")); u; u = json_next(u))
        buf_printf(&names, " {{%.*s}}", STR_ARG(json_str(u)));
    if (names.n)
        template_say(t, ROLE_WARN, "Not variables of this message, so they stay empty:%.*s",
                     STR_ARG(buf_str(&names)));
    else
        template_say(t, ROLE_TITLE, "This will be written:");
    buf_fini(&names);
    result_free(take);
}

/* Variables are checked by the service, with the very template that would be written. */
static void
check(struct template_view *t, const struct json *edited)
{
    struct json *body = json_new_object();
    for (const struct json *m = json_first(edited); m; m = json_next(m))
        if (json_type(m) == JSON_STRING)
            json_set(body, json_key(m), json_copy(m));
    json_set(body, STR("channel"), json_copy(json_get(t->row, "channel")));
    json_set(body, STR("type"), json_copy(json_get(t->row, "type")));
    t->sending = true;
    template_say(t, ROLE_DIM, "checking the variables ...");
    template_send(t, OP_templates_preview, body, checked);
}

static void
review(struct template_view *t)
{
    struct err err = {0};
    struct json *edited = template_file_read(t->sms, buf_str(&t->file), &err);
    json_free(t->changes);
    t->changes = NULL;
    buf_reset(&t->text);
    if (!edited) {
        template_say(t, ROLE_BAD, "%s. Nothing was written; e edits it again.", err.msg);
        return;
    }
    t->changes = template_file_changes(t->sms, t->base, edited);
    if (json_len(t->changes)) {
        show_changes(t);
        check(t, edited);
    } else {
        json_free(t->changes);
        t->changes = NULL;
        template_say(t, ROLE_DIM, "Nothing was changed.");
    }
    json_free(edited);
}

void
template_again(struct template_view *t)
{
    struct err err = {0};
    if (!t->base)
        return;
    if (edit_file(t, &err))
        template_say(t, ROLE_BAD, "Not edited: %s", err.msg);
    else
        review(t);
    app_resumed(t->pane.app);
}

/* ---- writing ---- */

static void
written(void *ctx, struct result *take)
{
    struct template_view *t = ctx;
    struct app *app = t->pane.app;
    t->sending = false;
    if (template_failed(t, take, "The template was not written"))
        return;
    result_free(take);
    app_note(app, TOAST_GOOD, "Edit template: done, %.*s",
             STR_ARG(json_str(json_get(t->row, "type"))));
    app_close(app, &t->pane);
    app_changed(app);
}

void
template_write(struct template_view *t)
{
    struct json *body = json_copy(t->changes);
    if (!t->sms)
        json_set(body, STR("type"), json_copy(json_get(t->row, "type")));
    t->sending = true;
    template_say(t, ROLE_DIM, "writing ...");
    template_send(t, t->sms ? OP_sms_templates_set : OP_mail_templates_set, body, written);
}

/* ---- beginning ---- */

static void
edited_read(void *ctx, struct result *take)
{
    struct template_view *t = ctx;
    if (!template_took(t, take, edited_read))
        return;
    template_file_write(t->sms, t->row, t->base, &t->file);
    template_say(t, ROLE_DIM, "%s", "");
    template_again(t);
}

void
template_edit(struct app *app, const struct json *row, struct str tenant)
{
    (void)tenant;
    struct template_view *t = template_view_new(app, TEMPLATE_EDIT, row);
    template_read(t, edited_read);
}
