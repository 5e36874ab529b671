#ifndef STORE_SESSION_ROWS_H
#define STORE_SESSION_ROWS_H
/* How sessions are read from rows, for the files that do. Inside of the store only. */
#include "store/rows.h"
#include "store/sessions.h"

#define SESSION_COLUMNS                                                                            \
    "s.seq, s.user_seq, s.tenant_seq, s.id, u.id, t.tenant_id, u.email, s.family_hash, "           \
    "s.secret_hash, s.rotations, s.rotated_at, s.methods, s.impersonated, s.ip, s.user_agent, "    \
    "s.created_at, s.auth_at, s.used_at, s.expires_at, s.client, s.mfa"
#define SESSION_SELECT                                                                             \
    "SELECT " SESSION_COLUMNS " FROM sessions s JOIN users u ON u.seq = s.user_seq "               \
    "JOIN tenants t ON t.seq = s.tenant_seq"

void session_read(struct db_stmt *st, struct arena *a, struct session *out);
/* Takes at most so many rows that are too old off the log of changes. */
enum err_code session_changes_sweep(const struct scope *s, int64_t most, struct err *err) MUST_USE;
#endif
