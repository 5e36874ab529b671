#include "server/refusals.h"

enum err_code
refuse_sign_in(struct call *c, struct err *err)
{
    return call_refuse(c, err, ERR_UNAUTHENTICATED, "ER-01013", "Invalid authentication");
}

enum err_code
refuse_code(struct call *c, struct err *err)
{
    return call_refuse(c, err, ERR_INVALID, "ER-01011", "Invalid code");
}

enum err_code
refuse_factor(struct call *c, struct err *err)
{
    return call_refuse(c, err, ERR_INVALID, "ER-01052", "Invalid device used for verification.");
}

enum err_code
refuse_session(struct call *c, struct err *err)
{
    return call_refuse(c, err, ERR_UNAUTHENTICATED, NULL, "Session not found");
}

enum err_code
refuse_method(struct call *c, struct err *err)
{
    return call_refuse(c, err, ERR_INVALID, "ER-01012", "Invalid authentication type");
}
