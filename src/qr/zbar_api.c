#include "qr/zbar_api.h"

#include "base/library.h"
#include "base/mem.h"

#include <pthread.h>

static const struct library_symbol symbols[] = {
#define ZBAR_ROW(member, symbol) {#symbol, offsetof(struct zbar_api, member)},
    ZBAR_FUNCTIONS
#undef ZBAR_ROW
};

static struct zbar_api api;
static struct err failure;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
load(void)
{
    static const struct library lib = {"libzbar.so.0", "libzbar0", ERR_CONFIG, symbols,
                                       COUNT_OF(symbols)};
    (void)!library_load(&lib, &api, &failure);
}

const struct zbar_api *
zbar_api_load(struct err *err)
{
    (void)pthread_once(&once, load);
    if (!failure.code)
        return &api;
    (void)err_set(err, failure.code, "%s", failure.msg);
    return NULL;
}
