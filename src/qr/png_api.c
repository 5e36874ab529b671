#include "qr/png_api.h"

#include "base/mem.h"

#include <dlfcn.h>
#include <pthread.h>

static const struct {
    const char *symbol;
    size_t offset;
} bindings[] = {
#define PNG_FUNCTION_ROW(member, symbol) {#symbol, offsetof(struct png_api, member)},
    PNG_FUNCTIONS
#undef PNG_FUNCTION_ROW
};

static struct png_api api;
static bool loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
load(void)
{
    void *library = dlopen("libpng16.so.16", RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    bool found = library != NULL;
    for (size_t i = 0; i < COUNT_OF(bindings) && found; i++) {
        void *symbol = dlsym(library, bindings[i].symbol);
        found = symbol != NULL;
        memcpy((char *)&api + bindings[i].offset, &symbol, sizeof symbol);
    }
    if (library)
        dlclose(library);
    loaded = found;
}

const struct png_api *
png_api_load(struct err *err)
{
    (void)pthread_once(&once, load);
    if (loaded)
        return &api;
    (void)err_set(err, ERR_CONFIG, "libpng16.so.16 cannot be loaded; install libpng 1.6");
    return NULL;
}
