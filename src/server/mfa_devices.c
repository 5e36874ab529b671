/* What a person has enrolled, and how it is shown. */
#include "server/mfa_priv.h"
#include "store/webauthn.h"

static enum err_code
load_keys(const struct scope *s, struct str user_id, struct mfa_devices *out, struct err *err)
{
    struct webauthn_list list;
    enum err_code rc = store_webauthn_list(s, user_id, &list, err);
    if (rc || list.n == 0)
        return rc;
    struct mfa_key *keys = ARENA_ARRAY(s->arena, list.n, struct mfa_key);
    for (size_t i = 0; i < list.n; i++)
        keys[i] = (struct mfa_key){list.items[i].id, list.items[i].name, list.items[i].platform};
    out->keys = keys;
    out->n_keys = list.n;
    return ERR_OK;
}

enum err_code
mfa_devices_load(struct call *c, const struct scope *s, const struct user *u,
                 struct mfa_devices *out, struct err *err)
{
    (void)c;
    *out = (struct mfa_devices){.n_keys = 0};
    if (u->verified && u->email.n)
        out->email = u->email;
    enum err_code rc = store_factors_list(s, u->id, &out->own, err);
    return rc ? rc : load_keys(s, u->id, out, err);
}

size_t
mfa_devices_count(const struct mfa_devices *d)
{
    return d->own.n_authenticators + d->own.n_phones + d->n_keys;
}

unsigned
mfa_devices_kinds(const struct mfa_devices *d)
{
    unsigned kinds = 0;
    if (d->own.n_authenticators)
        kinds |= MFA_APP;
    if (d->own.n_phones)
        kinds |= MFA_SMS;
    if (d->email.n)
        kinds |= MFA_EMAIL;
    for (size_t i = 0; i < d->n_keys; i++)
        kinds |= d->keys[i].platform ? MFA_PLATFORM : MFA_CROSS_PLATFORM;
    return kinds;
}

/* ---- masks ---- */

struct str
mfa_mask_phone(struct arena *a, struct str number)
{
    struct str copy = arena_str(a, number);
    char *p = ARENA_ARRAY(a, copy.n + 1, char);
    for (size_t i = 0; i < copy.n; i++) {
        bool kept = i + 2 >= copy.n || (i == 0 && copy.p[0] == '+');
        p[i] = kept ? copy.p[i] : '*';
    }
    return (struct str){p, copy.n};
}

struct str
mfa_mask_email(struct arena *a, struct str email)
{
    ptrdiff_t at = str_find_char(email, '@');
    if (at < 1)
        return STR("***");
    /* All of the first character, which may have several bytes. */
    size_t first = 1;
    while (first < (size_t)at && ((unsigned char)email.p[first] & 0xc0) == 0x80)
        first++;
    return arena_printf(a, "%.*s***%.*s", STR_ARG(str_sub(email, 0, first)),
                        STR_ARG(str_sub(email, (size_t)at, email.n)));
}

/* ---- on the wire ---- */

static void
write_keys(struct call *c, const struct mfa_devices *d, unsigned kinds)
{
    struct jw *w = &c->out;
    jw_key(w, "webauthn");
    jw_open(w, '[');
    for (size_t i = 0; i < d->n_keys; i++) {
        const struct mfa_key *k = &d->keys[i];
        if (!(kinds & (k->platform ? MFA_PLATFORM : MFA_CROSS_PLATFORM)))
            continue;
        jw_open(w, '{');
        jw_kstr(w, "id", k->id);
        jw_ktext(w, "deviceType", k->platform ? "Platform" : "CrossPlatform");
        jw_kstr(w, "name", k->name);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void
write_phones(struct call *c, const struct mfa_devices *d, unsigned kinds)
{
    struct jw *w = &c->out;
    jw_key(w, "phones");
    jw_open(w, '[');
    for (size_t i = 0; kinds & MFA_SMS && i < d->own.n_phones; i++) {
        jw_open(w, '{');
        jw_kstr(w, "id", d->own.phones[i].id);
        jw_kstr(w, "phoneNumber", mfa_mask_phone(c->arena, d->own.phones[i].phone_number));
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void
write_authenticators(struct call *c, const struct mfa_devices *d, unsigned kinds)
{
    struct jw *w = &c->out;
    jw_key(w, "authenticators");
    jw_open(w, '[');
    for (size_t i = 0; kinds & MFA_APP && i < d->own.n_authenticators; i++) {
        jw_open(w, '{');
        jw_kstr(w, "id", d->own.authenticators[i].id);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

void
mfa_devices_write(struct call *c, const struct mfa_devices *d, unsigned kinds)
{
    struct jw *w = &c->out;
    jw_open(w, '{');
    write_keys(c, d, kinds);
    write_phones(c, d, kinds);
    write_authenticators(c, d, kinds);
    jw_key(w, "emails");
    jw_open(w, '[');
    if (kinds & MFA_EMAIL && d->email.n) {
        jw_open(w, '{');
        jw_kstr(w, "email", mfa_mask_email(c->arena, d->email));
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
}

enum err_code
mfa_write_devices(struct call *c, const struct scope *s, const struct user *u, struct err *err)
{
    struct mfa_devices d;
    struct mfa_rules rules;
    enum err_code rc = mfa_rules_load(c, s, STR_ABSENT, &rules, err);
    if (!rc)
        rc = mfa_devices_load(c, s, u, &d, err);
    /* The address is a device only where codes are sent to it. */
    if (!rc)
        mfa_devices_write(c, &d, ~0u & ~(rules.kinds & MFA_EMAIL ? 0 : (unsigned)MFA_EMAIL));
    return rc;
}

enum err_code
mfa_update_enrolled(struct call *c, const struct scope *s, struct str user_id, struct err *err)
{
    struct user u;
    struct mfa_devices d;
    enum err_code rc = store_user_get(s, USER_BY_ID, user_id, &u, err);
    if (!rc)
        rc = mfa_devices_load(c, s, &u, &d, err);
    if (rc || u.mfa_enrolled == (mfa_devices_count(&d) > 0))
        return rc;
    u.mfa_enrolled = !u.mfa_enrolled;
    return store_user_update(s, &u, USER_F(mfa_enrolled), err);
}
