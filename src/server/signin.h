#ifndef SERVER_SIGNIN_H
#define SERVER_SIGNIN_H
/*
 * From "this person has shown who they are" to an answer with tokens. Every way in (password, link,
 * code, activation, sign-up, second factor) ends here, so that no way can forget a check:
 *
 *     gate (locked, disabled, expired, unverified, address) > second factor due? > session > tokens
 *
 * All of it runs in the call's write transaction; the caller has done slow work (hashing) before.
 */
#include "server/call.h"
#include "store/users.h"

/* How the person proved who they are; goes into amr. Bits. */
enum signin_method {
    SIGNIN_PASSWORD = 1 << 0,
    SIGNIN_LINK = 1 << 1,       /* mailed link: magic link, activation, invitation */
    SIGNIN_EMAIL_CODE = 1 << 2, /* first factor by code */
    SIGNIN_SMS_CODE = 1 << 3,
    SIGNIN_SIGN_UP = 1 << 4,
    SIGNIN_MFA_APP = 1 << 5, /* second factors from here on */
    SIGNIN_MFA_SMS = 1 << 6,
    SIGNIN_MFA_EMAIL = 1 << 7,
    SIGNIN_MFA_WEBAUTHN = 1 << 8,
    SIGNIN_MFA_REMEMBERED = 1 << 9, /* a device that was remembered */
    SIGNIN_SECOND_FACTORS = SIGNIN_MFA_APP | SIGNIN_MFA_SMS | SIGNIN_MFA_EMAIL | SIGNIN_MFA_WEBAUTHN
};

struct signin {
    struct user user;     /* plain columns are enough; read again inside. An absent id: nobody */
    unsigned methods;     /* bits of enum signin_method */
    struct str tenant_id; /* wanted; absent: the active one, else the first */
    struct str recovery_code; /* shown with the tokens after a first enrolment; absent else */
    struct str session_id;    /* of the refresh that turned out to need MFA; it ends; absent else */
    bool remember_device;     /* asked for together with the second factor */
    bool is_breached;         /* the password is on a list of breached ones */
    bool is_wrong; /* the first factor was wrong: all is done as if not, then it is refused */
};

/*
 * May this person come in at all? Every refusal is 401, and those that would tell whether an account
 * exists look like a wrong password. scope: without tenant. For routes that do not sign in but act
 * for a person (passwordless start, recovery) as well.
 */
enum err_code signin_gate(struct call *c, const struct scope *s, const struct user *u,
                          struct err *err) MUST_USE;
/* After the first factor: gate, then either the MFA challenge or the tokens are the answer. */
enum err_code signin_first_factor(struct call *c, const struct signin *in,
                                  struct err *err) MUST_USE;
/* After the second: gate, then the tokens, with the cookies. */
enum err_code signin_second_factor(struct call *c, const struct signin *in,
                                   struct err *err) MUST_USE;

/*
 * The password is too old: it opens nothing but the way to a new one. Answers with a token for
 * passwords/reset/verify in place of those of a session.
 */
enum err_code signin_ask_new_password(struct call *c, const struct scope *s, const struct user *u,
                                      struct err *err) MUST_USE;

/* Ends the person's sessions but the one named (absent: all): password change, MFA reset, removal. */
enum err_code signin_end_sessions(struct call *c, const struct scope *s, struct str user_id,
                                  struct str except_session, struct err *err) MUST_USE;

/*
 * Guesses per account, whatever is guessed and however the account was named: an attempt is counted
 * before it is looked at, in one conditional statement, so that parallel guesses cannot pass the
 * limit. Runs in transactions of its own; the call must have none open.
 */
enum lockout_kind { LOCKOUT_PASSWORD, LOCKOUT_CODE };
/*
 * *allowed false: the limit is reached, do not look at the guess, but take the time of looking. An
 * unknown user (absent id) costs the same and is allowed. When the guess was the last one allowed
 * and the call is refused, the account gets locked: nothing more is to be done about it. A handler
 * that runs again after a lost race has made one guess.
 */
enum err_code lockout_attempt(struct call *c, enum lockout_kind kind, struct str user_id,
                              bool *allowed, struct err *err) MUST_USE;
/* The guess was right: starts over. In the call's transaction. */
enum err_code lockout_clear(struct call *c, const struct scope *s, enum lockout_kind kind,
                            struct str user_id, struct err *err) MUST_USE;
#endif
