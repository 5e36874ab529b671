#ifndef SERVER_ASKING_H
#define SERVER_ASKING_H
/*
 * One exchange with a service that answers with JSON, through server/outward.h: what it is sent is put
 * together, sent, and the answer parsed. In the calling thread, where outward_send may be used.
 */
#include "server/outward.h"

enum { ASKING_HEADERS_MAX = 8, ASKING_ANSWER_MAX = 64 * 1024 };

struct asking {
    struct call *c;
    struct buf body; /* absent if nothing is written */
    struct jw out;   /* writes to it */
    struct outbound_header headers[ASKING_HEADERS_MAX];
    size_t n_headers;
    size_t answer_max;  /* ASKING_ANSWER_MAX, unless changed */
    int64_t timeout_ms; /* 0: OUTBOUND_TIMEOUT_MS */
    int status;
    size_t answer_n;   /* bytes of the answer */
    struct json *json; /* of the answer; NULL if it is none */
};

/* asking_end gives back what it holds; call it in any case. */
void asking_begin(struct asking *a, struct call *c);
void asking_end(struct asking *a);
/* The value is borrowed. */
void asking_header(struct asking *a, const char *name, struct str value);
/* With this token, RFC 6750; copied. */
void asking_bearer(struct asking *a, struct str token);
/* One more pair of an application/x-www-form-urlencoded body. */
void asking_form(struct asking *a, const char *name, struct str value);
/* A GET without a body. A status beyond 499, or 429, is trouble of the service's: ERR_NETWORK. Else
 * the errors of outward_send. */
enum err_code asking_send(struct asking *a, struct str url, struct err *err) MUST_USE;
/* Whether the answer of a token endpoint says that it has no such client, or not for this grant. */
bool asking_denies_client(const struct asking *a);
#endif
