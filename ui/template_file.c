#include "ui/template_file.h"

struct member {
    const char *name, *from, *label; /* to set it, as it is read, in the file */
};
static const struct member email_members[] = {
    {"subject", "subject", "Subject"},
    {"fromName", "fromName", "From name"},
    {"senderEmail", "senderEmail", "Sender"},
    {"redirectURL", "redirectURLPattern", "Link"},
    {"successRedirectUrl", "successRedirectUrlPattern", "Link after success"},
    {NULL, NULL, NULL}};
static const struct member sms_members[] = {{NULL, NULL, NULL}};

static const struct member *
members_of(bool sms)
{
    return sms ? sms_members : email_members;
}

static const char *
body_name(bool sms)
{
    return sms ? "template" : "htmlTemplate";
}

static const char *
active_name(bool sms)
{
    return sms ? "isActive" : "active";
}

static void
write_help(bool sms, const struct json *row, struct buf *out)
{
    buf_printf(out, "# %.*s, %s: %.*s\n", STR_ARG(json_str(json_get(row, "type"))),
               sms ? "SMS" : "e-mail", STR_ARG(json_str(json_get(row, "when"))));
    buf_add_text(out, "# Variables:");
    for (const struct json *v = json_first(json_get(row, "variables")); v; v = json_next(v))
        buf_printf(out, " {{%.*s}}", STR_ARG(json_str(v)));
    buf_add_text(out, "\n# The message is below the empty line. Lines like this are left out.\n");
}

/* Without what would end the line. */
static void
write_line(struct buf *out, const char *label, struct str value)
{
    buf_printf(out, "%s:%s", label, value.n ? " " : "");
    for (size_t i = 0; i < value.n; i++)
        buf_add_char(out, (unsigned char)value.p[i] < ' ' ? ' ' : value.p[i]);
    buf_add_char(out, '\n');
}

void
template_file_write(bool sms, const struct json *row, const struct json *base, struct buf *out)
{
    bool active = true;
    if (row)
        write_help(sms, row, out);
    for (const struct member *m = members_of(sms); m->name; m++)
        write_line(out, m->label, json_str(json_get(base, m->from)));
    (void)json_to_bool(json_get(base, active_name(sms)), &active);
    write_line(out, "Active", active ? STR("yes") : STR("no"));
    buf_add_char(out, '\n');
    struct str body = json_str(json_get(base, body_name(sms)));
    buf_add_str(out, body);
    if (body.n && body.p[body.n - 1] != '\n')
        buf_add_char(out, '\n');
}

static enum err_code
read_active(bool sms, struct json *out, struct str value, int line, struct err *err)
{
    bool yes = str_eq_nocase(value, STR("yes"));
    if (!yes && !str_eq_nocase(value, STR("no")))
        return err_set(err, ERR_INVALID, "line %d: Active must be yes or no", line);
    json_set(out, str_of(active_name(sms)), json_new_bool(yes));
    return ERR_OK;
}

static enum err_code
read_line(bool sms, struct json *out, struct str text, int line, struct err *err)
{
    ptrdiff_t colon = str_find_char(text, ':');
    if (colon < 0)
        return err_set(err, ERR_INVALID,
                       "line %d: \"Name: value\" is wanted, or an empty line above the message",
                       line);
    struct str label = str_trim(str_sub(text, 0, (size_t)colon));
    struct str value = str_trim(str_sub(text, (size_t)colon + 1, text.n));
    if (str_eq_nocase(label, STR("Active")))
        return read_active(sms, out, value, line, err);
    for (const struct member *m = members_of(sms); m->name; m++) {
        if (!str_eq_nocase(label, str_of(m->label)))
            continue;
        json_set(out, str_of(m->name), json_new_str(value));
        return ERR_OK;
    }
    return err_set(err, ERR_INVALID, "line %d: there is no \"%.*s\"", line,
                   STR_ARG(str_sub(label, 0, 40)));
}

static struct str
without_line_ends(struct str s)
{
    while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
        s.n--;
    return s;
}

struct json *
template_file_read(bool sms, struct str text, struct err *err)
{
    struct json *out = json_new_object();
    struct str rest = text, line;
    enum err_code rc = ERR_OK;
    int number = 0;
    bool body = false;
    while (!rc && !body && str_next(&rest, '\n', &line)) {
        number++;
        body = str_trim(line).n == 0;
        if (!body && line.p[0] != '#')
            rc = read_line(sms, out, line, number, err);
    }
    struct str message = body && str_given(rest) ? without_line_ends(rest) : STR("");
    if (!rc && !str_trim(message).n)
        rc = err_set(err, ERR_INVALID, "there is no message below an empty line");
    if (rc) {
        json_free(out);
        return NULL;
    }
    json_set(out, str_of(body_name(sms)), json_new_str(message));
    return out;
}

struct json *
template_file_changes(bool sms, const struct json *base, const struct json *edited)
{
    struct json *out = json_new_object();
    const struct json *body = json_get(edited, body_name(sms));
    const struct json *active = json_get(edited, active_name(sms));
    for (const struct member *m = members_of(sms); m->name; m++) {
        const struct json *now = json_get(edited, m->name);
        if (now && !str_eq(json_str(now), str_trim(json_str(json_get(base, m->from)))))
            json_set(out, str_of(m->name), json_copy(now));
    }
    if (!str_eq(json_str(body), without_line_ends(json_str(json_get(base, body_name(sms))))))
        json_set(out, str_of(body_name(sms)), json_copy(body));
    if (active && !json_equal(active, json_get(base, active_name(sms))))
        json_set(out, str_of(active_name(sms)), json_copy(active));
    return out;
}
