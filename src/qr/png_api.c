#include "qr/png_api.h"

#include "base/library.h"
#include "base/mem.h"

#include <pthread.h>

static const struct library_symbol symbols[] = {
#define PNG_ROW(member, symbol) {#symbol, offsetof(struct png_api, member)},
    PNG_FUNCTIONS
#undef PNG_ROW
};

static struct png_api api;
static struct err failure;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
load(void)
{
    static const struct library lib = {"libpng16.so.16", "libpng16-16", ERR_CONFIG, symbols,
                                       COUNT_OF(symbols)};
    (void)!library_load(&lib, &api, &failure);
}

const struct png_api *
png_api_load(struct err *err)
{
    (void)pthread_once(&once, load);
    if (!failure.code)
        return &api;
    (void)err_set(err, failure.code, "%s", failure.msg);
    return NULL;
}
