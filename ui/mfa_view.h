#ifndef UI_MFA_VIEW_H
#define UI_MFA_VIEW_H
/*
 * What a person has, shared by reading and drawing (mfa_view.c) and what can be done about it
 * (mfa_change.c). UI thread only.
 */
#include "ui/mfa_rules.h"

enum { MFA_FACTORS_MAX = 24, MFA_FACTOR_TEXT = 96, MFA_REASON = 300 };

struct mfa_device {
    char kind[16]; /* "app", "sms", "key", "email" */
    char id[MFA_ID], text[MFA_FACTOR_TEXT];
};

/* A change that was answered with success and is to be read back. */
enum mfa_pending { MFA_NOTHING, MFA_RESET, MFA_BYPASS, MFA_REMOVE, MFA_REPLACE_APP };

struct mfa_view {
    struct pane pane;
    struct mfa_person who;
    struct mfa_rules rules;
    bool loaded, enrolled, bypass, verified, devices_known;
    unsigned reading; /* answers about person and devices that are still to come */
    char phone[48], note[400], failure[300];
    struct mfa_device devices[MFA_FACTORS_MAX];
    size_t n, cursor;
    enum mfa_pending pending;
    bool answered;      /* `pending` was answered: the next reading is the verdict */
    bool bypass_before; /* MFA_BYPASS */
    char removing
        [MFA_ID]; /* device of MFA_REMOVE and MFA_REPLACE_APP, or to go after a new one works */
    bool removing_phone; /* it is one */
    bool half_replaced;  /* the old app is gone, and no new one works yet */
    char reason[MFA_REASON];
    char otc[512]; /* of a phone that is removed by code */
};

struct mfa_view *mfa_view_of(struct pane *p);
/* Says it in the pane until something else happens. */
void mfa_view_note(struct mfa_view *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Whether the person has a factor of that kind. */
bool mfa_view_has(const struct mfa_view *v, const char *kind);

/* a d x b r: true if the key was one of them. */
bool mfa_change_key(struct mfa_view *v, uint32_t key);
/* Person and devices were read: what came of the change under way? */
void mfa_change_verdict(struct mfa_view *v);
#endif
