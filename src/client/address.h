#ifndef CLIENT_ADDRESS_H
#define CLIENT_ADDRESS_H
/* Addresses of services: what --url and `url =` may say. Pure; any thread. */
#include "client/profile.h"

/*
 * Fills url and unix_socket of the profile from "https://HOST[:PORT][/BASE]", "http://..." or
 * "unix:PATH". Clear text is refused unless the host is this machine or profile->allow_http is set.
 */
enum err_code address_parse(struct str text, struct profile *out, struct arena *a,
                            struct err *err) MUST_USE;
/* "host:port" of a URL. */
struct str address_authority(struct str url);
#endif
