#include "crypto/fido_api.h"

#include "base/library.h"
#include "base/mem.h"

static const struct library_symbol symbols[] = {
#define FIDO_FUNCTION(member, symbol) {#symbol, offsetof(struct fido_api, member)},
    FIDO_FUNCTIONS
#undef FIDO_FUNCTION
};

enum err_code
fido_api_load(struct fido_api *out, struct err *err)
{
    static const struct library fido = {"libfido2.so.1", "libfido2-1", ERR_UNIMPLEMENTED, symbols,
                                        COUNT_OF(symbols)};
    return library_load(&fido, out, err);
}
