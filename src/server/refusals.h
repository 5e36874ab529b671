#ifndef SERVER_REFUSALS_H
#define SERVER_REFUSALS_H
/*
 * Refusals that several handlers give in the same bytes, so that nobody can tell by an answer which
 * of them, or which reason, it came from. Return what they return.
 */
#include "server/call.h"

/* 401 ER-01013 "Invalid authentication": every failed first factor. */
enum err_code refuse_sign_in(struct call *c, struct err *err) MUST_USE;
/* 400 ER-01011 "Invalid code": codes that are wrong, used, or one guess too many. */
enum err_code refuse_code(struct call *c, struct err *err) MUST_USE;
/* 400 ER-01052 "Invalid device used for verification.": a second factor that is not theirs. */
enum err_code refuse_factor(struct call *c, struct err *err) MUST_USE;
/* 401 "Session not found": refresh tokens that are unknown, used or over. */
enum err_code refuse_session(struct call *c, struct err *err) MUST_USE;
/* 400 ER-01012 "Invalid authentication type": a way in that the environment does not offer. */
enum err_code refuse_method(struct call *c, struct err *err) MUST_USE;
#endif
