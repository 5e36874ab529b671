#ifndef UI_MFA_ENROLL_H
#define UI_MFA_ENROLL_H
/*
 * The guided enrolment, shared by its steps (mfa_enroll.c), what is sent and answered
 * (mfa_enroll_calls.c) and the drawing (mfa_enroll_draw.c). UI thread only.
 */
#include "base/arena.h"
#include "ui/lineedit.h"
#include "ui/mfa.h"
#include "ui/mfa_qr.h"

enum enroll_step {
    ENROLL_PHONE,    /* asks for the number */
    ENROLL_STARTING, /* waits for secret or message */
    ENROLL_CODE,     /* shows the QR, asks for a code */
    ENROLL_CHECKING, /* waits for the verdict */
    ENROLL_RECOVERY, /* shows the recovery code, asks for its end */
    ENROLL_DONE,
    ENROLL_FAILED /* says what to do; Enter tries again */
};

enum {
    ENROLL_IDLE_MS = 120 * 1000,  /* without a key: secrets hide */
    ENROLL_REVEAL_MS = 30 * 1000, /* how long the recovery code stays in sight */
    ENROLL_TEXT_ROWS = 3,
    ENROLL_TEXT_COLS = 32,
    ENROLL_WRONG_MAX = 3,
    ENROLL_LAST = 4, /* characters of the recovery code to type back */
    ENROLL_RECOVERY_MAX = 128
};

struct mfa_enroll {
    struct pane pane;
    struct mfa_enrolment what;
    enum enroll_step step;
    struct arena arena; /* of the ticket; wiped with it */
    struct qr_enrolment ticket;
    struct mfa_qr qr;
    bool text_only, hidden;
    struct lineedit line;
    struct str otc; /* in the arena */
    char phone[32], recovery[ENROLL_RECOVERY_MAX], checked[64];
    char note[300];
    enum role note_role;
    int wrong;
    int64_t key_ms, revealed_ms; /* monotonic */
};

struct mfa_enroll *enroll_of(struct pane *p);
void enroll_note(struct mfa_enroll *e, enum role role, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void enroll_step_to(struct mfa_enroll *e, enum enroll_step step);
void enroll_tell(struct mfa_enroll *e, enum mfa_outcome outcome);
/* Forgets secret, code and recovery code. */
void enroll_wipe(struct mfa_enroll *e);

/* Asks for a new secret, or for a message to the phone. */
void enroll_start(struct mfa_enroll *e);
void enroll_check(struct mfa_enroll *e, struct str code);

void enroll_draw(struct pane *p, struct canvas *cv, struct rect r);
bool enroll_takes_over(struct pane *p, struct rect body, struct rect screen);
#endif
