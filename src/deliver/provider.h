#ifndef DELIVER_PROVIDER_H
#define DELIVER_PROVIDER_H
/*
 * Services that carry messages: what to ask of each, and how to read its answer. Nothing here does
 * I/O; courier.h does. A provider holds its secret in guarded memory and belongs to one thread.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "deliver/letter.h"

enum provider_kind {
    PROVIDER_SMTP,
    PROVIDER_SENDGRID,
    PROVIDER_MAILGUN,
    PROVIDER_SES,
    PROVIDER_SES_ROLE,
    PROVIDER_TWILIO,
    PROVIDER_KINDS
};

/* Views, borrowed while provider_new runs. What a provider does not need is absent. */
struct provider_settings {
    enum provider_kind kind;
    struct str secret;          /* API key, secret access key, role ARN, auth token, password */
    struct str id;              /* access key id, account SID, user of SMTP */
    struct str domain, region;  /* Mailgun; Mailgun, SES */
    struct str service, sender; /* Twilio: messaging service SID; number or name */
    struct str from;            /* sender of letters that name none: "Name <a@b>" */
    struct str url;     /* base address; absent: the service's own. SMTP: smtp://HOST:PORT */
    struct str sts_url; /* base address of STS, for a role */
    struct str aws_id, aws_secret; /* who assumes the role */
    bool plain;                    /* SMTP without TLS */
    const char *ca_file;           /* instead of the system's; NULL: those */
};

struct provider;
/* ERR_INVALID or ERR_CONFIG says what is missing or cannot be. */
enum err_code provider_new(struct provider **out, const struct provider_settings *s,
                           struct err *err) MUST_USE;
void provider_free(struct provider *take); /* NULL is fine */
const char *provider_name(const struct provider *p);
/* How many letters may be under way at once, now. */
size_t provider_window(const struct provider *p, int64_t now);

/* The kind with that name for that channel; false if there is none. */
bool provider_kind_parse(struct str name, enum letter_channel channel, enum provider_kind *out);
/* "https://host[:port][/path]", or http:// to this host only: tests and relays. */
enum err_code provider_check_url(struct str url, struct err *err) MUST_USE;

/* ---- for courier.c ---- */

enum { REQUEST_BODY_MAX = 12 * 1024 * 1024, REQUEST_HEADERS_MAX = 64 * 1024 };

/* All bytes are wiped with it: they hold secrets and codes. */
struct request {
    bool smtp, plain;
    const char *ca_file;
    struct buf url;     /* NUL-terminated, as all bufs are */
    struct buf headers; /* lines, each ended by a NUL */
    struct buf body;
    struct buf user;             /* SMTP */
    const struct secret *secret; /* password of SMTP; NULL: none. Borrowed from the provider */
    struct buf mail_from, mail_to;
    bool preliminary; /* fetches what the real request needs */
};
struct answer {
    int status;
    struct str body;
    struct str header_id; /* of the header X-Message-Id */
    int64_t wait_ms;      /* Retry-After; 0: not said */
};

enum verdict {
    VERDICT_SENT,    /* the provider has it */
    VERDICT_REFUSED, /* it will never take it */
    VERDICT_TROUBLE, /* it may take it later */
    VERDICT_AGAIN    /* what was preliminary is there now: ask again */
};
enum { OUTCOME_REF_MAX = 160, OUTCOME_WHY_MAX = 400 };
struct outcome {
    void *owner;
    enum verdict verdict;
    int status;                /* of HTTP or SMTP; 0: there was no answer */
    int64_t wait_ms;           /* leave it alone so long */
    char ref[OUTCOME_REF_MAX]; /* the provider's name of it */
    char why[OUTCOME_WHY_MAX]; /* for people */
    struct str answer;         /* what came, made safe; only if the courier keeps answers */
};

void request_init(struct request *r);
void request_fini(struct request *r);
/* ERR_INVALID: the letter cannot be sent by this provider. ERR_CONFIG: the provider cannot yet. */
enum err_code provider_write(struct provider *p, const struct letter *letter, int64_t now,
                             struct request *out, struct err *err) MUST_USE;
/* Judges a whole answer. */
void provider_read(struct provider *p, const struct request *r, const struct answer *a, int64_t now,
                   struct outcome *out);
#endif
