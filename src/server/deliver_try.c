#include "server/deliver_try.h"

#include "base/clock.h"
#include "server/deliver_priv.h"

enum { ANSWER_SHOWN = 4096, TIMEOUT_MOST_MS = 15000 };

struct choosing {
    struct deliver *d;
    struct str vendor;
    enum letter_channel channel;
    struct arena *arena;
    struct provider *provider;
    bool configured;
    struct err fault; /* of the configuration, not of reading it */
};

static enum err_code
choose(struct db_conn *conn, void *arg, struct err *err)
{
    struct choosing *x = arg;
    struct scope s;
    struct str document;
    provider_free(x->provider);
    x->provider = NULL;
    x->fault = (struct err){.code = ERR_OK};
    enum err_code rc = scope_open(&s, conn, x->arena, x->vendor, STR_ABSENT, err);
    if (rc == ERR_OK)
        rc = deliver_document(&s, x->channel, &document, err);
    if (rc)
        return rc;
    (void)!deliver_provider(&s, x->channel, document, &x->d->config, &x->provider, &x->fault);
    x->configured = x->provider || x->fault.code;
    return ERR_OK;
}

/* Whole characters of it. */
static struct str
cut(struct str text, size_t most)
{
    size_t n = text.n < most ? text.n : most;
    while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--;
    return str_sub(text, 0, n);
}

static void
take_outcome(struct deliver_trial *out, const struct outcome *o, struct arena *a)
{
    out->sent = o->verdict == VERDICT_SENT;
    out->status = o->status;
    out->reference = o->ref[0] ? arena_text(a, o->ref) : STR_ABSENT;
    out->error = out->sent ? STR_ABSENT : arena_text(a, o->why);
    if (o->answer.n)
        out->answer = arena_str(a, cut(o->answer, ANSWER_SHOWN));
}

static enum err_code
carry(struct deliver *d, struct provider *p, const struct letter *letter, struct arena *a,
      struct deliver_trial *out, struct err *err)
{
    struct courier *c = NULL;
    int64_t timeout = d->config.timeout_ms;
    struct courier_options options = {
        .timeout_ms = timeout < TIMEOUT_MOST_MS ? timeout : TIMEOUT_MOST_MS, .keep_answers = true};
    enum err_code rc = courier_new(&c, &options, err);
    if (rc)
        return rc;
    int64_t start = clock_mono_ms(), end = start + 3 * options.timeout_ms;
    struct outcome o;
    bool told = false;
    courier_send(c, p, letter, NULL);
    while (!(told = courier_next(c, &o)) && clock_mono_ms() < end)
        courier_wait(c, end - clock_mono_ms());
    out->took_ms = clock_mono_ms() - start;
    if (told)
        take_outcome(out, &o, a);
    else
        out->error = STR("no full answer in time");
    courier_free(c);
    return ERR_OK;
}

enum err_code
deliver_try(struct deliver *d, struct str vendor, const struct letter *letter, struct arena *a,
            struct deliver_trial *out, struct err *err)
{
    *out = (struct deliver_trial){.configured = false};
    if (atomic_exchange(&d->trying, true))
        return err_set(err, ERR_BUSY, "another test message is under way, try again");
    struct choosing x = {.d = d, .vendor = vendor, .channel = letter->channel, .arena = a};
    enum err_code rc = store_tx(d->store, DB_READ, choose, &x, err);
    if (!rc && x.provider) {
        out->provider = arena_text(a, provider_name(x.provider));
        rc = carry(d, x.provider, letter, a, out, err);
    } else if (!rc && x.configured) {
        out->error = arena_text(a, x.fault.msg);
    }
    out->configured = x.configured;
    provider_free(x.provider);
    atomic_store(&d->trying, false);
    return rc;
}
