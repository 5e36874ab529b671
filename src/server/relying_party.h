#ifndef SERVER_RELYING_PARTY_H
#define SERVER_RELYING_PARTY_H
/*
 * Who we are to security keys: relying party id and origin (crypto/webauthn.h). From what the
 * operator configured, never from a request: a key made for one name would work for whoever sends
 * that name in a header. Any thread.
 */
#include "server/call.h"
#include "store/store.h"

struct relying_party {
    struct str id;     /* "login.example.com" */
    struct str origin; /* "https://login.example.com", as browsers write it */
};
/* Of a URL: host in small letters, no standard port, no path. False if it is no http(s) URL. */
bool relying_party_parse(struct arena *a, struct str url, struct relying_party *out);
/* The environment's host, by https, if it has one, else the server's public URL. */
enum err_code relying_party_get(struct call *c, const struct scope *s, struct relying_party *out,
                                struct err *err) MUST_USE;
#endif
