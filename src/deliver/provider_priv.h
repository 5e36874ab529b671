#ifndef DELIVER_PROVIDER_PRIV_H
#define DELIVER_PROVIDER_PRIV_H
/* Between provider.c and the files of single providers. */
#include "base/arena.h"
#include "base/json.h"
#include "deliver/mailbox.h"
#include "deliver/provider.h"

enum { WINDOW = 16 };

struct provider {
    const struct provider_type *type;
    struct arena arena; /* texts below */
    struct secret *secret;
    struct str id, domain, region, service, sender;
    struct str from, url, sts_url, ca_file, aws_id;
    bool plain;
    struct secret *aws_secret;
    /* ses-role: what STS gave. */
    struct secret *role_secret, *role_token;
    char role_id[160];
    int64_t role_until;
};

/* One letter being written: where it goes, checked. */
struct writing {
    struct provider *p;
    const struct letter *letter;
    struct mailbox from, to; /* e-mail */
    struct str phone;        /* SMS */
    int64_t now;
    struct arena *arena;
};

struct provider_type {
    const char *name;
    enum letter_channel channel;
    enum err_code (*check)(struct provider *p, struct err *err);
    enum err_code (*write)(const struct writing *w, struct request *out, struct err *err);
    /* Reads an answer with status 2xx; false: no answer of this provider. May set out->verdict. */
    bool (*read)(struct provider *p, const struct request *r, const struct answer *a, int64_t now,
                 struct outcome *out);
    /* Of a refusal: may think better of it. NULL: never. */
    void (*refused)(struct provider *p, const struct request *r, const struct answer *a,
                    struct outcome *out);
    size_t (*window)(const struct provider *p, int64_t now); /* NULL: WINDOW */
};
extern const struct provider_type provider_smtp, provider_sendgrid, provider_mailgun, provider_ses,
    provider_ses_role, provider_twilio;

/* Appends a header line. */
void request_header(struct request *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "Name: " and what `write` adds of the secret. */
void request_basic_auth(struct request *r, struct str user, const struct secret *password);
void request_secret_header(struct request *r, const char *before, const struct secret *secret);
/* The base address, or the preset, then the path. */
void request_url(struct request *r, struct str base, const char *preset, const char *path);
/* "host[:port]" of a URL. */
struct str url_authority(struct str url);

/* "localhost" or a loopback address. */
bool is_this_host(struct str host);

/* Copies printable ASCII into a fixed text; false if there was none. */
bool outcome_ref(struct outcome *out, struct str ref);
/* A name that may stand in a path or host: letters, digits and dashes. */
bool is_token_text(struct str s, size_t most);
enum err_code need(struct str value, const char *what, const struct provider *p,
                   struct err *err) MUST_USE;
#endif
