#include "db/pgsql_api.h"
#include "base/mem.h"
#include <dlfcn.h>
#include <string.h>

struct binding {
    const char *symbol;
    size_t offset;
};

static const struct binding bindings[] = {
#define PQ_FUNCTION(member, symbol) {#symbol, offsetof(struct pq_api, member)},
    PQ_FUNCTIONS
#undef PQ_FUNCTION
};

enum err_code
pq_api_load(struct pq_api *out, struct err *err)
{
    /* RTLD_NODELETE: libraries below it leave things behind in each thread. */
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library)
        return err_set(err, ERR_DB, "libpq.so.5 cannot be loaded; install the package libpq5");
    enum err_code code = ERR_OK;
    for (size_t i = 0; i < COUNT_OF(bindings) && !code; i++) {
        void *symbol = dlsym(library, bindings[i].symbol);
        if (!symbol)
            code = err_set(err, ERR_DB, "libpq.so.5 is too old: it has no %s", bindings[i].symbol);
        else
            memcpy((char *)out + bindings[i].offset, &symbol, sizeof symbol);
    }
    dlclose(library);
    return code;
}
