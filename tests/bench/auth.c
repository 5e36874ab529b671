/*
 * What the check of an access token costs.
 *   auth FOLDER    a data folder that seed made
 * Prints microseconds of CPU for a token seen before, for one seen for the first time, for OpenSSL's
 * RS256 verification alone, for making a token, and for making one by a template that a rule picked.
 */
#include "server/auth.h"
#include "base/clock.h"
#include "base/mem.h"
#include "crypto/jwt.h"
#include "server/jwt_targets.h"
#include "server/state.h"
#include "tests/support/measure.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>

enum { TOKENS = 500, ROUNDS = 40 };

struct claims {
    struct str vendor;
    int number;
    const struct jwt_targets *targets; /* NULL: a plain token */
};

static const struct str role_keys[] = {{"Admin", 5}, {"ReadOnly", 8}};
static const struct rights rights = {.roles = role_keys,
                                     .role_ids = role_keys,
                                     .permissions = role_keys,
                                     .n_roles = 2,
                                     .n_permissions = 2};
static const struct jwt_facts facts = {.type = {"userToken", 9},
                                       .user_id = {"7f3c1d0a-0000-4000-8000-000000000001", 36},
                                       .email = {"somebody@example.com", 20},
                                       .tenant_id = {"bench", 5},
                                       .rights = &rights};

static void
write_claims(struct jw *w, void *arg)
{
    const struct claims *c = arg;
    jw_ktext(w, "type", "vendor");
    jw_kstr(w, "sub", c->vendor);
    jw_kstr(w, "vendorId", c->vendor);
    jw_ki64(w, "number", c->number);
    if (c->targets)
        jwt_targets_write(w, c->targets, &facts, NULL);
}

/* Three rules, of which the last holds, and a template that names most of what there is. */
static const struct jwt_template template = {
    .key = {"bench", 5},
    .algorithm = {"RS256", 5},
    .claims = {
        "{\"iss\":\"{{iss}}\",\"sub\":\"{{sub}}\",\"aud\":\"{{clientId}}\",\"exp\":1,\"iat\":1,"
        "\"mail\":\"{{user.email}}\",\"roles\":\"{{user.tenant.roles}}\","
        "\"perms\":\"{{user.permissions}}\",\"text\":\"{{user.email}} of {{tenant.id}}\"}",
        198}};
#define RULE(attribute, op, value)                                                                 \
    "{\"conditions\":[{\"attribute\":\"" attribute "\",\"op\":\"" op                               \
    "\",\"value\":{\"list\":[\"" value "\"]},\"negate\":false}],\"treatment\":\"bench\"}"
static const char rules[] = "{\"rules\":[" RULE("userId", "in_list", "x") "," RULE(
    "userEmail", "ends_with", "@x.io") "," RULE("tenantId", "in_list", "bench") "]}";

/* Microseconds for each token; negative if it failed. */
static double
issue(const struct server *s, int64_t now, bool is_shaped)
{
    struct jwt_targets targets = {
        .targeting = {rules, sizeof rules - 1}, .templates = &template, .n = 1};
    struct buf token;
    buf_init(&token, 16 * 1024);
    double start = measure_cpu_us();
    for (int i = 0; i < TOKENS; i++) {
        struct claims claims = {s->vendor, i, is_shaped ? &targets : NULL};
        struct auth_grant grant = {.vendor = s->vendor,
                                   .issuer = STR("bench"),
                                   .template =
                                       is_shaped ? jwt_targets_pick(&targets, &facts) : NULL,
                                   .now = now,
                                   .lifetime_s = 3600,
                                   .claims = write_claims,
                                   .arg = &claims};
        buf_reset(&token);
        if (auth_issue(s->auth, &grant, &token, NULL) != ERR_OK || (is_shaped && !grant.template))
            return -1;
    }
    double us = (measure_cpu_us() - start) / TOKENS;
    buf_fini(&token);
    return us;
}

static bool
make_tokens(const struct server *s, int64_t now, struct buf *tokens)
{
    for (int i = 0; i < TOKENS; i++) {
        struct claims claims = {s->vendor, i, NULL};
        struct auth_grant grant = {.vendor = s->vendor,
                                   .issuer = STR("bench"),
                                   .now = now,
                                   .lifetime_s = 3600,
                                   .claims = write_claims,
                                   .arg = &claims};
        buf_init(&tokens[i], 16 * 1024);
        if (auth_issue(s->auth, &grant, &tokens[i], NULL) != ERR_OK)
            return false;
    }
    return true;
}

/* Microseconds for each check of all tokens; negative if one was refused. */
static double
check_all(const struct server *s, int64_t now, const struct buf *tokens, int rounds)
{
    double start = measure_cpu_us();
    for (int n = 0; n < rounds * TOKENS; n++) {
        struct auth_verdict *v;
        if (auth_check(s->auth, buf_str(&tokens[n % TOKENS]), now, &v, NULL) != ERR_OK)
            return -1;
        auth_release(v);
    }
    return (measure_cpu_us() - start) / (rounds * TOKENS);
}

static double
verify_alone(const struct server *s)
{
    const struct auth_environment *e = auth_environment(s->auth, 0);
    struct arena a;
    struct str pem;
    arena_init(&a, 64 * 1024);
    if (jwt_key_public_pem(e->key, &a, &pem, NULL) != ERR_OK)
        return -1;
    BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    EVP_PKEY *key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    /* A signature of the right size that fails at the last step costs the same arithmetic. */
    unsigned char signature[256] = {0, 1, 2, 3}, text[600] = {0};
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    double start = measure_cpu_us();
    for (int i = 0; i < TOKENS; i++) {
        EVP_MD_CTX_reset(ctx);
        EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key);
        (void)EVP_DigestVerify(ctx, signature, sizeof signature, text, sizeof text);
    }
    double us = (measure_cpu_us() - start) / TOKENS;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    BIO_free(bio);
    arena_fini(&a);
    return us;
}

int
main(int argc, char **argv)
{
    static struct buf tokens[TOKENS];
    struct server *s = NULL;
    struct err err = {.code = ERR_OK};
    if (argc < 2 || server_start(&s, &(struct server_options){.data = argv[1]}, &err) != ERR_OK) {
        fprintf(stderr, "usage: auth FOLDER: %s\n", err.msg);
        return 1;
    }
    int64_t now = clock_now_ms();
    bool ok = make_tokens(s, now, tokens);
    double first = ok ? check_all(s, now, tokens, 1) : -1;
    double again = ok ? check_all(s, now, tokens, ROUNDS) : -1;
    double alone = ok ? verify_alone(s) : -1;
    double plain = issue(s, now, false), shaped = issue(s, now, true);
    for (int i = 0; i < TOKENS; i++)
        buf_fini(&tokens[i]);
    server_stop(s);
    if (first < 0 || again < 0 || alone < 0 || plain < 0 || shaped < 0) {
        fputs("auth: a good token was refused or not made\n", stderr);
        return 1;
    }
    printf("%.2f %.2f %.2f %.2f %.2f\n", again, first, alone, plain, shaped);
    return 0;
}
