#ifndef CLIENT_JOURNAL_H
#define CLIENT_JOURNAL_H
/*
 * The journal of changes: one line of JSON for every request that may have changed something, as it
 * was answered: when, who (user id, terminal), profile, host, tenant, operation, path, outcome, trace
 * id; never a body. Each line ends in a code made from the code before it and the line itself with
 * a key of this machine (keyed BLAKE2b, RFC 7693), so a line that was changed, taken out or put in
 * shows, except at the very end. Several programs may write one journal. Owner's thread; a file that
 * another holds is not waited for: lines are kept until the next.
 */
#include "client/client.h"

enum { JOURNAL_CODE_BYTES = 32, JOURNAL_LINE_MAX = 16 * 1024 };

struct journal;

/* In this folder, files `journal` and `journal.key`, made (0600) if they are not there. */
struct journal *journal_open(const char *folder, struct err *err);
/* Writes what was kept, if it can. NULL is fine. */
void journal_close(struct journal *take);

struct journal_entry {
    int64_t at_ms;
    struct str profile, host, tenant, op, method, path, outcome, trace_id;
    int status;
};
/* False if lines are being kept for want of the file. */
bool journal_add(struct journal *j, const struct journal_entry *entry);

/* One line as it stands, when journal_check finds it good; its JSON is gone afterwards. */
typedef void journal_line_fn(void *ctx, const struct json *line);
/*
 * Reads the whole journal of the folder. ERR_CORRUPT names the first line that does not follow from
 * the one before; ERR_NOT_FOUND if there is none. `fn` may be NULL; it gets the good lines.
 */
enum err_code journal_check(const char *folder, journal_line_fn *fn, void *ctx, size_t *lines,
                            struct err *err) MUST_USE;
#endif
