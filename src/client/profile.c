#include "client/profile.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/ini.h"
#include "base/mem.h"
#include "client/address.h"
#include "client/secret_source.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { PROFILES_MAX = 256 };

static const struct {
    const char *region, *url;
} regions[] = {
#define PROFILE_REGION(region, url) {(region), (url)},
#include "client/profile.def"
#undef PROFILE_REGION
};

/* What a [profile] section may say; `url` and `region` are read apart because they depend on
 * others. */
enum setting_kind { SETTING_TEXT, SETTING_PATH, SETTING_BOOL, SETTING_MINUTES };
static const struct setting {
    const char *key;
    enum setting_kind kind;
    size_t offset;
} settings[] = {
#define PROFILE_SETTING(key, kind, member, value, help)                                            \
    {(key), SETTING_##kind, offsetof(struct profile, member)},
#include "client/profile.def"
#undef PROFILE_SETTING
};

/* The configuration file being read. */
struct config {
    struct ini ini;
    struct str path;
    struct arena *arena;
};

struct str
profile_region_url(struct str region)
{
    for (size_t i = 0; i < COUNT_OF(regions); i++) {
        if (str_eq(region, str_of(regions[i].region)))
            return str_of(regions[i].url);
    }
    return STR_ABSENT;
}

struct str
profile_host(const struct profile *p)
{
    if (p->local || p->demo)
        return p->demo ? STR("this machine (demo)") : STR("this machine");
    if (str_given(p->unix_socket))
        return p->unix_socket;
    return address_authority(p->url);
}

struct str
profile_config_path(const struct profile_flags *flags, struct arena *a)
{
    if (str_given(flags->config))
        return arena_str(a, flags->config);
    return arena_printf(a, "%.*s/config.ini", STR_ARG(file_xdg_dir("CONFIG", a)));
}

static enum err_code
fault(const struct config *c, const struct ini_item *item, struct err *err, const char *message)
{
    return err_set(err, ERR_CONFIG, "%.*s:%u:%u: %s", STR_ARG(c->path), item->line, item->column,
                   message);
}

static const struct setting *
find_setting(struct str key)
{
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        if (str_eq(key, str_of(settings[i].key)))
            return &settings[i];
    }
    return NULL;
}

static bool
is_colour_word(struct str value)
{
    return str_eq(value, STR("auto")) || str_eq(value, STR("always")) ||
           str_eq(value, STR("never"));
}

static enum err_code
check_colour(const struct config *c, const struct ini_item *item, struct err *err)
{
    if (is_colour_word(item->value))
        return ERR_OK;
    return fault(c, item, err, "colour is auto, always or never");
}

static enum err_code
check_profile_item(const struct config *c, const struct ini_item *item, struct err *err)
{
    bool flag;
    int minutes;
    if (str_eq(item->key, STR("url")))
        return ERR_OK;
    if (str_eq(item->key, STR("region"))) {
        return str_given(profile_region_url(item->value))
                   ? ERR_OK
                   : fault(c, item, err, "the region is one of eu, us, ca, au");
    }
    const struct setting *s = find_setting(item->key);
    if (!s)
        return fault(c, item, err, "there is no such setting in a profile");
    if (s->kind == SETTING_BOOL && !str_to_bool(item->value, &flag))
        return fault(c, item, err, "the value is either true or false");
    if (s->kind == SETTING_MINUTES && !clock_parse_minutes(item->value, &minutes))
        return fault(c, item, err, "the value is a time such as 10m or 1h, or 0");
    if (str_eq(item->key, STR("colour")))
        return check_colour(c, item, err);
    return ERR_OK;
}

static enum err_code
check_item(const struct config *c, const struct ini_item *item, struct err *err)
{
    if (str_eq(item->section, STR("keys")))
        return ERR_OK;
    if (str_starts(item->section, STR("profile ")))
        return check_profile_item(c, item, err);
    if (item->section.n)
        return fault(c, item, err, "the section is neither [profile NAME] nor [keys]");
    if (str_eq(item->key, STR("colour")))
        return check_colour(c, item, err);
    if (str_eq(item->key, STR("profile")) || str_eq(item->key, STR("theme")))
        return ERR_OK;
    return fault(c, item, err, "before the first section only profile, theme and colour go");
}

/* A file that is not there is an empty one, unless somebody asked for that very file. */
static enum err_code
read_config(const struct profile_flags *flags, struct config *c, struct arena *a, struct err *err)
{
    *c = (struct config){.arena = a, .path = profile_config_path(flags, a)};
    if (!str_given(flags->config) && access(c->path.p, F_OK) && errno == ENOENT)
        return ERR_OK;
    enum err_code code = ini_read(&c->ini, c->path.p, a, err);
    if (code) {
        if (err)
            err->code = ERR_CONFIG;
        return ERR_CONFIG;
    }
    for (size_t i = 0; i < c->ini.n && !code; i++)
        code = check_item(c, &c->ini.items[i], err);
    return code;
}

static size_t
list_names(const struct config *c, struct str *names)
{
    size_t n = 0;
    for (size_t i = 0; i < c->ini.n; i++) {
        struct str section = c->ini.items[i].section;
        if (!str_starts(section, STR("profile ")))
            continue;
        struct str name = str_trim(str_sub(section, 8, section.n));
        bool known = false;
        for (size_t k = 0; k < n; k++)
            known = known || str_eq(names[k], name);
        if (!known && n < PROFILES_MAX)
            names[n++] = name;
    }
    return n;
}

enum err_code
profile_names(const struct profile_flags *flags, struct arena *a, struct str **names, size_t *n,
              struct err *err)
{
    struct config c;
    enum err_code code = read_config(flags, &c, a, err);
    if (code)
        return code;
    *names = ARENA_ARRAY(a, PROFILES_MAX, struct str);
    *n = list_names(&c, *names);
    return ERR_OK;
}

static struct str
environment_value(const char *name)
{
    struct str value = str_of(getenv(name));
    return value.n ? value : STR_ABSENT;
}

static struct str
first_given(struct str a, struct str b)
{
    return str_given(a) ? a : b;
}

/* Paths in the file may start with "~/" and are otherwise relative to the file's own folder. */
static struct str
resolve_path(const struct config *c, struct str value)
{
    struct str home = environment_value("HOME");
    if (str_starts(value, STR("~/")) && str_given(home))
        return arena_printf(c->arena, "%.*s/%.*s", STR_ARG(home),
                            STR_ARG(str_sub(value, 2, value.n)));
    if (!value.n || value.p[0] == '/')
        return value;
    size_t end = c->path.n;
    while (end && c->path.p[end - 1] != '/')
        end--;
    return arena_printf(c->arena, "%.*s%.*s", STR_ARG(str_sub(c->path, 0, end)), STR_ARG(value));
}

static void
apply_setting(const struct config *c, const struct ini_item *item, struct profile *out)
{
    const struct setting *s = find_setting(item->key);
    if (!s)
        return;
    void *member = (char *)out + s->offset;
    struct str *text = member;
    bool *flag = member;
    int *minutes = member;
    switch (s->kind) {
    case SETTING_TEXT:
        *text = item->value;
        break;
    case SETTING_PATH:
        *text = resolve_path(c, item->value);
        break;
    case SETTING_BOOL:
        (void)str_to_bool(item->value, flag);
        break;
    case SETTING_MINUTES:
        (void)clock_parse_minutes(item->value, minutes);
        break;
    }
}

/* The name to use, "" for the local one; *unnamed when only an address was given. */
static enum err_code
choose_name(const struct profile_flags *flags, const struct config *c, struct str *out,
            struct err *err)
{
    if (flags->demo || flags->local) {
        *out = flags->demo ? STR("demo") : STR("local");
        return ERR_OK;
    }
    *out = first_given(flags->profile, environment_value("GATEHOUSE_PROFILE"));
    if (str_given(*out))
        return ERR_OK;
    if (str_given(flags->url) || str_given(environment_value("GATEHOUSE_URL"))) {
        *out = STR("custom");
        return ERR_OK;
    }
    *out = ini_get(&c->ini, STR(""), STR("profile"));
    if (str_given(*out))
        return ERR_OK;
    struct str *names = ARENA_ARRAY(c->arena, PROFILES_MAX, struct str);
    size_t n = list_names(c, names);
    if (n > 1)
        return err_set(err, ERR_CONFIG,
                       "%.*s has %zu profiles; choose one with --profile NAME, or put profile = "
                       "NAME on its first line",
                       STR_ARG(c->path), n);
    *out = n ? names[0] : STR("local");
    return ERR_OK;
}

static enum err_code
apply_section(const struct config *c, struct str name, struct profile *out, struct err *err)
{
    struct str section = arena_printf(c->arena, "profile %.*s", STR_ARG(name));
    bool known = out->local || str_eq(name, STR("custom"));
    for (size_t i = 0; i < c->ini.n; i++) {
        if (!str_eq(c->ini.items[i].section, section))
            continue;
        known = true;
        apply_setting(c, &c->ini.items[i], out);
    }
    if (!known)
        return err_set(err, ERR_CONFIG, "there is no profile %.*s in %.*s", STR_ARG(name),
                       STR_ARG(c->path));
    const struct ini_item *url = ini_find(&c->ini, section, STR("url"));
    const struct ini_item *region = ini_find(&c->ini, section, STR("region"));
    if (url && region)
        return fault(c, url, err, "a profile has either url or region, not both");
    if (region) {
        out->region = region->value;
        out->url = profile_region_url(region->value);
    }
    if (!url || out->local)
        return ERR_OK;
    struct err inner;
    if (address_parse(url->value, out, c->arena, &inner))
        return fault(c, url, err, inner.msg);
    return ERR_OK;
}

static void
override_text(struct str *member, struct str flag, const char *variable)
{
    struct str value = flag;
    if (!str_given(value) && variable)
        value = environment_value(variable);
    if (str_given(value))
        *member = value;
}

static enum err_code
override_all(const struct profile_flags *flags, struct profile *out, struct arena *a,
             struct err *err)
{
    override_text(&out->client_id, flags->client_id, "GATEHOUSE_CLIENT_ID");
    override_text(&out->tenant, flags->tenant, "GATEHOUSE_TENANT");
    override_text(&out->theme, flags->theme, NULL);
    struct str file = flags->secret_file;
    if (!str_given(flags->secret_command))
        file = first_given(file, environment_value("GATEHOUSE_SECRET_FILE"));
    if (str_given(file) || str_given(flags->secret_command)) {
        out->secret_file = file;
        out->secret_command = flags->secret_command;
    }
    if (str_given(out->secret_file) && str_given(out->secret_command))
        return err_set(err, ERR_CONFIG,
                       "the secret comes either from a file or from a command, not both");
    out->read_only_always = flags->read_only;
    out->read_only = out->read_only || flags->read_only;
    struct str url = first_given(flags->url, environment_value("GATEHOUSE_URL"));
    if (!str_given(url) || out->local)
        return ERR_OK;
    out->region = STR_ABSENT;
    return address_parse(url, out, a, err);
}

static void
own_strings(struct profile *p, struct arena *a)
{
    struct str *const all[] = {&p->name,      &p->url,         &p->unix_socket,    &p->region,
                               &p->client_id, &p->secret_file, &p->secret_command, &p->tenant,
                               &p->theme,     &p->colour,      &p->environment,    &p->ca_file,
                               &p->proxy};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        *all[i] = arena_str(a, *all[i]);
}

enum err_code
profile_load(const struct profile_flags *flags, struct arena *a, struct profile *out,
             struct err *err)
{
    struct config c;
    *out = (struct profile){.read_only = false};
    if (flags->local + flags->demo + str_given(flags->url) > 1)
        return err_set(err, ERR_USAGE, "only one of --local, --demo and --url can be given");
    enum err_code code = read_config(flags, &c, a, err);
    if (!code)
        code = choose_name(flags, &c, &out->name, err);
    if (code)
        return code;
    out->demo = str_eq(out->name, STR("demo"));
    out->local = out->demo || str_eq(out->name, STR("local"));
    out->theme = ini_get(&c.ini, STR(""), STR("theme"));
    out->colour = ini_get(&c.ini, STR(""), STR("colour"));
    code = apply_section(&c, out->name, out, err);
    if (!code)
        code = override_all(flags, out, a, err);
    if (code)
        return code;
    if (!out->local && !str_given(out->url))
        return err_set(err, ERR_CONFIG, "profile %.*s has neither url nor region",
                       STR_ARG(out->name));
    if (!str_given(out->ca_file))
        out->ca_file = environment_value("SSL_CERT_FILE");
    own_strings(out, a);
    return ERR_OK;
}

struct secret *
profile_secret(const struct profile *p, struct err *err)
{
    if (p->secret)
        return secret_copy(p->secret);
    struct secret_source source;
    struct secret *secret = NULL;
    enum err_code code = secret_source_start(&source, p, err);
    while (!code && !secret_source_done(&source, &secret, err, &code))
        secret_source_wait(&source);
    return secret;
}
