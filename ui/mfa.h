#ifndef UI_MFA_H
#define UI_MFA_H
/*
 * Second factors of people: what they have and what is asked of them, guided enrolment, reset,
 * bypass, and the queue of those who have none. Every change is read back before it counts as done,
 * for there are services that answer 200 and do nothing. UI thread only.
 */
#include "ui/app.h"

enum { MFA_ID = 128, MFA_NAME = 160 };

struct mfa_person {
    char id[MFA_ID], tenant[MFA_ID], name[MFA_NAME]; /* name: address, else the id */
};

enum mfa_method { MFA_APP, MFA_SMS };

/* Of a row of users; the tenant of the pane, else the person's own. False: no id in it. */
bool mfa_person_of(struct mfa_person *out, const struct json *row, struct str tenant);

/* `m` on a user: what they have. */
void mfa_open(struct app *app, const struct json *row, struct str tenant);
/* `:mfa`: of the user under the cursor, else the queue of the tenant. */
void mfa_open_here(struct app *app);

void mfa_view_open(struct app *app, const struct mfa_person *who);

enum mfa_outcome { MFA_ENROLLED, MFA_REFUSED };
struct mfa_enrolment {
    struct mfa_person who;
    enum mfa_method method;
    unsigned owner; /* serial of the pane that is told; 0: none */
    /* What came of it, while the enrolment is still open; a refusal (`why`) can be tried again, so
     * there may be more than one. */
    void (*told)(struct pane *owner, enum mfa_outcome outcome, const char *why);
};
/* The guided enrolment, on top of what is there. */
void mfa_enroll_open(struct app *app, const struct mfa_enrolment *what);
/* The members of a tenant who have no second factor, one after the other. */
void mfa_queue_open(struct app *app, struct str tenant);
/* Who must have a factor and which ones there are, of a tenant or ("") the environment. */
void mfa_policy_open(struct app *app, struct str tenant);

/* ---- inside ui/mfa*.c ---- */

struct mfa_value {
    const char *name;
    struct str value;
};
/* One call for the person; the answer goes to `done` with the pane, unless that is closed. */
void mfa_send(struct pane *p, const struct mfa_person *who, enum op_id op,
              const struct mfa_value *values, size_t n, result_fn *done);
/* The same with a whole body. */
void mfa_send_body(struct pane *p, const struct mfa_person *who, enum op_id op, struct json *take,
                   result_fn *done);
/* Writes why something was done into the service's audit; nobody waits for it. */
void mfa_audit(struct pane *p, const struct mfa_person *who, const char *action, struct str reason);
#endif
