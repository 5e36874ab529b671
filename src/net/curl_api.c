#include "net/curl_api.h"

#include "base/library.h"
#include "base/mem.h"
#include <stdlib.h>

static const struct library_symbol symbols[] = {
#define CURL_FUNCTION(member, symbol) {#symbol, offsetof(struct curl_api, member)},
    CURL_FUNCTIONS
#undef CURL_FUNCTION
};

enum err_code
curl_api_load(struct curl_api *out, struct err *err)
{
    static const struct library curl = {"libcurl.so.4", "libcurl4", ERR_NETWORK, symbols,
                                        COUNT_OF(symbols)};
    return library_load(&curl, out, err);
}

void
curl_api_clean_environment(void)
{
    static const char *const names[] = {"SSLKEYLOGFILE",    "OPENSSL_CONF", "OPENSSL_MODULES",
                                        "OPENSSL_ENGINES",  "CURL_HOME",    "CURL_CA_BUNDLE",
                                        "CURL_SSL_BACKEND", "NETRC",        "QLOGDIR"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        unsetenv(names[i]);
}
