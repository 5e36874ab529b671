#include "net/curl_api.h"

#include "base/library.h"
#include "base/mem.h"

static const struct library_symbol symbols[] = {
#define CURL_FUNCTION(member, symbol) {#symbol, offsetof(struct curl_api, member)},
    CURL_FUNCTIONS
#undef CURL_FUNCTION
};

/*
 * libcurl drags in GnuTLS for a protocol that is switched off here. GnuTLS sets itself up as soon as
 * it is loaded, 1 ms and 900 KiB, unless the program has this function; whoever needs it then asks for it (a
 * libcurl that is built on GnuTLS does). The linker exports it, see the Makefile.
 */
int _gnutls_global_init_skip(void);
int
_gnutls_global_init_skip(void)
{
    return 1;
}

enum err_code
curl_api_load(struct curl_api *out, struct err *err)
{
    static const struct library curl = {"libcurl.so.4", "libcurl4", ERR_NETWORK, symbols,
                                        COUNT_OF(symbols)};
    return library_load(&curl, out, err);
}
