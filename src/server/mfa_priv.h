#ifndef SERVER_MFA_PRIV_H
#define SERVER_MFA_PRIV_H
/* What the files of the second factor share: rules, devices, the authenticator's picture. Private to
 * src/server/mfa_*.c and ops/mfa_*.c. */
#include "server/document.h"
#include "server/mfa.h"
#include "server/settings.h"
#include "store/factors.h"
#include "store/flows.h"

/* ---- rules (mfa_rules.c) ---- */

extern const struct document mfa_policy_document; /* environment and tenants */

enum {
    MFA_CODE_LIFETIME_MAX = 600, /* seconds, whatever the configuration says */
    MFA_SERVICE_NAME_MAX = 64    /* bytes of the issuer that apps show */
};

struct mfa_rules {
    bool forced;            /* somebody wants a second factor of this person */
    bool may_remember;      /* nobody forbids remembering devices */
    int64_t remember_s;     /* the shortest of all */
    unsigned kinds;         /* MFA_... that are on */
    struct str issuer;      /* name of the service in authenticator apps */
    int64_t sms_s, email_s; /* lifetime of codes */
};
/* All that bears on a person; what is environment-wide alone if user_id is absent. */
enum err_code mfa_rules_load(struct call *c, const struct scope *s, struct str user_id,
                             struct mfa_rules *out, struct err *err) MUST_USE;
/* "AuthenticatorApp" and so on; `kind` is one bit. */
const char *mfa_kind_name(enum mfa_kind kind);
/* The environment's strategies, MFA_... bits, before the configuration of the factors. */
enum err_code mfa_strategies_load(const struct scope *s, unsigned *out, struct err *err) MUST_USE;
enum err_code mfa_strategies_put(const struct scope *s, unsigned kinds, struct err *err) MUST_USE;

/* ---- devices (mfa_devices.c) ---- */

struct mfa_key {
    struct str id, name;
    bool platform; /* built into a device */
};
struct mfa_devices {
    struct factors own;
    const struct mfa_key *keys;
    size_t n_keys;
    struct str email; /* absent: no verified address */
};
enum err_code mfa_devices_load(struct call *c, const struct scope *s, const struct user *u,
                               struct mfa_devices *out, struct err *err) MUST_USE;
/* Devices that were enrolled; the address is not. */
size_t mfa_devices_count(const struct mfa_devices *d);
/* Kinds of which there is a device, or an address. */
unsigned mfa_devices_kinds(const struct mfa_devices *d);
/* {webauthn, phones, authenticators, emails} of these kinds. */
void mfa_devices_write(struct call *c, const struct mfa_devices *d, unsigned kinds);
/* All but the last two digits as stars; the first letter, then stars up to the @. */
struct str mfa_mask_phone(struct arena *a, struct str number);
struct str mfa_mask_email(struct arena *a, struct str email);

/* ---- waiting sign-ins (mfa_token.c) ---- */

enum err_code mfa_token_start(struct call *c, const struct scope *s, const struct mfa_pending *p,
                              struct str *token, struct err *err) MUST_USE;

/* What somebody whose first factor was this may show next. A code by e-mail proves nothing new to
 * whoever came by e-mail. */
unsigned mfa_kinds_after(unsigned methods, unsigned kinds);

/* ---- codes that are sent (mfa_codes.c) ---- */

struct mfa_code {
    enum flow_kind kind;
    const struct user *user;
    struct str phone;     /* where the code goes; absent: to the person's address */
    struct str device_id; /* what it is for; absent: nothing that has an id */
    struct str login;     /* token_hash of the waiting sign-in; absent: of somebody signed in */
    int64_t lifetime_s;
};
/* Sends a new code, which makes older ones of the same kind worthless, and gives its otcToken. */
enum err_code mfa_code_send(struct call *c, const struct scope *s, const struct mfa_code *m,
                            struct str *otc_token, struct err *err) MUST_USE;
/* Takes the code. It must have been sent for the same person, device and sign-in as *m says;
 * m->phone gets the number it was sent to. */
enum err_code mfa_code_redeem(struct call *c, const struct scope *s, struct mfa_code *m,
                              struct str otc_token, struct str code, struct err *err) MUST_USE;

/* ---- authenticator apps (mfa_app.c) ---- */

/* A new seed as base32. */
struct str mfa_seed_new(struct arena *a);
/* The picture of the key URI: "data:image/png;base64,...". */
enum err_code mfa_qr_code(struct call *c, const struct user *u, struct str issuer, struct str seed,
                          struct str *out, struct err *err) MUST_USE;
/* ERR_OK if it is a code of the person's app (device_id absent: of the one there is) that was never
 * used, and now is; ERR_NOT_FOUND if not, or there is no such app. */
enum err_code mfa_app_check(struct call *c, const struct scope *s, struct str user_id,
                            struct str device_id, struct str code, struct err *err) MUST_USE;
/* Makes the seed (base32) the person's app if the code is one of it: 400 else, also if there is an
 * app already. */
enum err_code mfa_app_confirm(struct call *c, const struct scope *s, const struct user *u,
                              struct str seed, struct str code, struct err *err) MUST_USE;
/* A recovery code as somebody typed it, as the hash it is kept under. */
struct str mfa_recovery_hash(struct call *c, struct str code);
#endif
