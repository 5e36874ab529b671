/* What to do about a failure, by the service's code, by its words, or by the situation. */
#include "base/mem.h"
#include "client/client_priv.h"

static const struct {
    const char *code, *hint;
} by_code[] = {
    {"ER-00004", "the service has no such route: check the URL and the version of the server"},
    {"ER-00008", "the environment has no default application: give frontegg-application-id"},
    {"ER-01008", "assign the tenant to this application, or name another application"},
    {"ER-01009", "assign the user to this application first"},
    {"ER-01011", "ask for a new code; a code works once"},
    {"ER-01017", "ask for a new code; codes expire after minutes"},
    {"ER-01034", "unlock the user"},
    {"ER-01056", "give frontegg-application-id"},
    {"ER-01060", "verify the user's address first"},
    {"ER-01097", "the user has no second factor yet"},
    {"ER-01239", "unlock the tenant first"},
    {"ER-01240", "unlock the tenant first"},
    {"ER-05001", "take roles, permissions or metadata out of the token"},
};

static const struct {
    const char *words, *hint;
} by_words[] = {
    {"Tenant ID is not specified", "choose a tenant: --tenant ID, or :tenant ID in the console"},
    {"Tenant ID is defined", "this is for the whole environment: do not name a tenant"},
    {"Application ID is not specified", "give frontegg-application-id"},
    {"Failed to verify user JWT", "this host wants a user's token: use the host of the API"},
    {"Invalid JSON provided", "check the body; a GET must have none"},
    {"User not found", "check the id and the tenant: users are looked up within one tenant"},
};

static const char *
by_situation(const struct result *r)
{
    switch (r->err.code) {
    case ERR_UNAUTHENTICATED:
        return !r->status
                   ? NULL
                   : "check client id, secret and URL; the credentials may have been revoked";
    case ERR_FORBIDDEN:
        return !r->status ? NULL : "the credentials lack the permission for this";
    case ERR_NETWORK:
        return "check that the server runs and that the URL is right";
    case ERR_TLS:
        return "the certificate must be valid for this host; ca-file names another authority";
    case ERR_RATE:
        return "wait, or make fewer requests at once";
    case ERR_PARSE:
        return "check that the URL leads to the service and not to a web page";
    case ERR_OUTCOME_UNKNOWN:
        return "read it again before you repeat it";
    default:
        return NULL;
    }
}

const char *
hint_for(const struct result *r)
{
    if (!r->err.code)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(by_code); i++) {
        if (strcmp(by_code[i].code, r->error_code) == 0)
            return by_code[i].hint;
    }
    for (size_t i = 0; i < COUNT_OF(by_words); i++) {
        for (size_t k = 0; k < r->n_errors; k++) {
            if (str_find(r->errors[k], str_of(by_words[i].words)) >= 0)
                return by_words[i].hint;
        }
    }
    return by_situation(r);
}
