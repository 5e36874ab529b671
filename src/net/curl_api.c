#include "net/curl_api.h"
#include "base/mem.h"
#include <dlfcn.h>

struct binding {
    const char *symbol;
    size_t offset;
};

static const struct binding bindings[] = {
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
    /* RTLD_NODELETE: its helper threads may outlive a worker. */
    void *library = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (!library)
        return err_set(err, ERR_NETWORK,
                       "libcurl.so.4 cannot be loaded; install the package libcurl4");
    enum err_code code = ERR_OK;
    for (size_t i = 0; i < COUNT_OF(bindings) && !code; i++) {
        void *symbol = dlsym(library, bindings[i].symbol);
        if (!symbol)
            code = err_set(err, ERR_NETWORK, "libcurl.so.4 is too old: it has no %s",
                           bindings[i].symbol);
        else
            memcpy((char *)out + bindings[i].offset, &symbol, sizeof symbol);
    }
    dlclose(library);
    return code;
}
