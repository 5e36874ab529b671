#ifndef UI_MFA_POLICY_H
#define UI_MFA_POLICY_H
/*
 * The pane of policies, shared by what it shows and offers (mfa_policy.c) and the way of a change
 * (mfa_policy_change.c): counted, asked, checked against what is there by then, written, read back.
 * UI thread only.
 */
#include "ui/mfa_rules.h"

enum policy_row {
    ROW_ENFORCE,
    ROW_REMEMBER,
    ROW_DAYS,
    ROW_FACTORS, /* one for each kind of factor */
    ROWS = ROW_FACTORS + MFA_FACTORS
};
enum { MFA_VALUE = 40, MFA_DAY_S = 86400 };

enum policy_stage { AT_REST, COUNTING, ASKING, CHECKING, WRITING, READING_BACK };

struct mfa_policy_pane {
    struct pane pane;
    struct mfa_rules rules;
    size_t cursor;
    enum policy_stage stage;
    size_t row; /* that is changed */
    struct mfa_policy base, wanted;
    bool base_active, wanted_active;
    int counts; /* answers about people still to come */
    int64_t people, without;
    char failure[280];
};

const char *mfa_policy_label(size_t row);
void mfa_policy_text(const struct mfa_policy *p, size_t row, char out[MFA_VALUE]);
/* The one that is changed here: the tenant's, else the environment's. */
struct mfa_policy *mfa_policy_own(struct mfa_policy_pane *p);

/* The new value of `row` is in `wanted`: whom does it touch? Goes on from there by itself. */
void mfa_policy_propose(struct mfa_policy_pane *p);
/* Everything was read again: for mfa_rules.done. */
void mfa_policy_read(struct pane *pane);
#endif
