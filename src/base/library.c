#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

enum err_code
library_load(const struct library *l, void *record, struct err *err)
{
    /* RTLD_NODELETE: threads that a library started, and what it keeps per thread, may outlive us. */
    void *handle = dlopen(l->file, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle)
        return err_set(err, l->failure, "%s cannot be loaded; install the package %s", l->file,
                       l->package);
    enum err_code rc = ERR_OK;
    for (size_t i = 0; i < l->n && !rc; i++) {
        void *symbol = dlsym(handle, l->symbols[i].name);
        if (!symbol)
            rc = err_set(err, l->failure, "%s is too old: it has no %s", l->file,
                         l->symbols[i].name);
        else
            memcpy((char *)record + l->symbols[i].offset, &symbol, sizeof symbol);
    }
    (void)dlclose(handle);
    return rc;
}
