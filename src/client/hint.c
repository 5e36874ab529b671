/* What to do about a failure, by the service's words, by its code, or by the situation. */
#include "base/mem.h"
#include "client/client_priv.h"

static const struct {
    const char *code, *hint;
} by_code[] = {
#define HINT_CODE(code, hint) {(code), (hint)},
#include "client/hint.def"
#undef HINT_CODE
};

static const struct {
    const char *words, *hint;
} by_words[] = {
#define HINT_WORDS(words, hint) {(words), (hint)},
#include "client/hint.def"
#undef HINT_WORDS
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
    /* Words first: one code of the service can stand for several things that are missing. */
    for (size_t i = 0; i < COUNT_OF(by_words); i++) {
        for (size_t k = 0; k < r->n_errors; k++) {
            if (str_find(r->errors[k], str_of(by_words[i].words)) >= 0)
                return by_words[i].hint;
        }
    }
    for (size_t i = 0; i < COUNT_OF(by_code); i++) {
        if (strcmp(by_code[i].code, r->error_code) == 0)
            return by_code[i].hint;
    }
    return by_situation(r);
}
