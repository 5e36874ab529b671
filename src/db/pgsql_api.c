#include "db/pgsql_api.h"

#include "base/library.h"
#include "base/mem.h"

static const struct library_symbol symbols[] = {
#define PQ_FUNCTION(member, symbol) {#symbol, offsetof(struct pq_api, member)},
    PQ_FUNCTIONS
#undef PQ_FUNCTION
};

enum err_code
pq_api_load(struct pq_api *out, struct err *err)
{
    static const struct library pq = {"libpq.so.5", "libpq5", ERR_DB, symbols, COUNT_OF(symbols)};
    return library_load(&pq, out, err);
}
