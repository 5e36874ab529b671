#ifndef UI_MFA_RULES_H
#define UI_MFA_RULES_H
/*
 * Which second factors there are and who must have one, as the environment and a tenant say it, and
 * what holds in the end: nobody can relax what the other demands. UI thread only.
 */
#include "ui/mfa.h"

/* In the order of the service's list. */
enum mfa_factor {
    MFA_FACTOR_APP,
    MFA_FACTOR_PLATFORM,
    MFA_FACTOR_CROSS_PLATFORM,
    MFA_FACTOR_SMS,
    MFA_FACTOR_EMAIL,
    MFA_FACTORS
};

struct mfa_factor_info {
    const char *strategy; /* as the service calls it */
    const char *label;
    const char *member; /* of the configuration of the factors; NULL: it has none */
};
extern const struct mfa_factor_info mfa_factor_info[MFA_FACTORS];

/* One policy; what is not set is what the service takes without one. */
struct mfa_policy {
    bool known, set; /* known false: `failure` says why it cannot be read */
    char enforce[24];
    bool remember;
    int64_t remember_s;
    char failure[280];
};

struct mfa_rules {
    struct pane *pane;                     /* that reads them and holds them */
    unsigned waiting;                      /* answers that are still to come */
    void (*done)(struct pane *p);          /* all of them are there; NULL: nobody asks */
    struct mfa_policy environment, tenant; /* tenant: not set without one */
    bool strategies_known, active[MFA_FACTORS];
    struct json *config; /* of the factors, NULL: unknown; owned */
    char failure[280];   /* strategies or configuration could not be read */
};

/* Reads them for the tenant of the pane ("": the environment alone) and marks the app dirty at each
 * answer. *r lives inside the pane. */
void mfa_rules_read(struct mfa_rules *r, struct pane *p);
void mfa_rules_fini(struct mfa_rules *r);

/* What holds: the stricter of the two. *from, if not NULL, says whose it is ("environment",
 * "tenant", "no policy is set"). */
void mfa_rules_policy(const struct mfa_rules *r, struct mfa_policy *out, const char **from);
/* "nobody must", "everybody must", ... */
const char *mfa_enforce_text(struct str type);
/* False if strategies or configuration switch it off; *by says which, may be NULL. Unknown counts
 * as on: the service has the last word. */
bool mfa_rules_allow(const struct mfa_rules *r, enum mfa_factor f, const char **by);
#endif
