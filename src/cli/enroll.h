#ifndef CLI_ENROLL_H
#define CLI_ENROLL_H
/*
 * Enrolling a second factor in a dialogue: an administrator for somebody, a person for themselves,
 * or a person whom sign-in does not let in without one. The steps are the same, only the routes and
 * the authority differ. Nothing is taken for done before the service, asked again, says so. Main
 * thread; everything lives in the run's arena.
 */
#include "cli/dialog.h"
#include "cli/qrdraw.h"

enum enroll_as {
    ENROLL_ADMIN, /* environment credentials, for user_id */
    ENROLL_SELF,  /* the person's own access token */
    ENROLL_LOGIN  /* the mfaToken of a sign-in that demands a factor */
};

struct enroll {
    struct cli *cli;
    struct dialog d;
    struct cli_qr qr;
    enum enroll_as as;
    struct str who;                /* for people: address or id */
    struct str user_id, tenant_id; /* ENROLL_ADMIN */
    struct str access_token;       /* ENROLL_SELF; of ENROLL_LOGIN once it is done */
    struct str mfa_token;          /* ENROLL_LOGIN */
    struct str phone;              /* absent: asked for */
    struct str recovery_code;      /* what the service gave; absent: nothing */
};

/* Dialogue, drawing options. False after saying why not. */
bool enroll_open(struct enroll *e, struct cli *cli, enum cli_exit *status);
/* Wipes what was secret. */
void enroll_close(struct enroll *e);

/* One request as the authority of `e`; the mfaToken is added where the operation takes one. NULL
 * when interrupted. The caller frees the result. */
struct enroll_value {
    const char *name;
    struct str value;
};
struct result *enroll_send(struct enroll *e, enum op_id op, const struct enroll_value *values,
                           size_t n);
/* Takes the tokens of a sign-in's answer into `e`. */
void enroll_take_tokens(struct enroll *e, const struct json *answer);

enum enroll_method { ENROLL_APP, ENROLL_SMS, ENROLL_METHODS };
/* By --method, or asked among those in `allowed` (bits 1 << enum enroll_method). */
bool enroll_pick(struct enroll *e, unsigned allowed, enum enroll_method *out,
                 enum cli_exit *status);

/* Both end with the factor in place, the recovery code handed over, and the result written. */
enum cli_exit enroll_app(struct enroll *e);
enum cli_exit enroll_sms(struct enroll *e);
enum cli_exit enroll_run(struct enroll *e, enum enroll_method method);

/* Says what went wrong with a request of the dialogue; NULL: interrupted. Frees it. */
enum cli_exit enroll_failed(struct enroll *e, struct result *take);
enum cli_exit enroll_gave_up(struct enroll *e, const struct err *err);

/* The answer to a code was lost: what happened is asked, not guessed. Frees the result. */
enum cli_exit enroll_lost(struct enroll *e, struct result *take);
/* A first request was refused: with the way out where the kind of factor is switched off. */
enum cli_exit enroll_refused(struct enroll *e, enum enroll_method method, struct result *take);

/* Whether the service has the factor now; false also when it cannot be told (*known). */
bool enroll_is_there(struct enroll *e, bool *known);
/* Hands the recovery code over and writes the result. */
enum cli_exit enroll_finish(struct enroll *e, enum enroll_method method);
#endif
