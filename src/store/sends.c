#include "store/sends.h"

enum { SWEEP = 8 };
static const int64_t DAY_MS = INT64_C(86400000);

enum err_code
store_send_count(const struct scope *s, struct str subject, int64_t window_ms, int64_t *sent,
                 struct err *err)
{
    enum err_code rc =
        db_exec(s->conn,
                "DELETE FROM send_counts WHERE (env, subject) IN (SELECT env, "
                "subject FROM send_counts WHERE since < $1 AND subject <> $3 ORDER "
                "BY since LIMIT $2)",
                DB_ARGS(DB_I(s->now - DAY_MS), DB_I(SWEEP), DB_T(subject)), NULL, err);
    return rc ? rc
              : db_query_int(
                    s->conn,
                    "INSERT INTO send_counts (env, subject, sent, since) VALUES ($1, $2, "
                    "1, $3) ON CONFLICT (env, subject) DO UPDATE SET sent = CASE WHEN "
                    "send_counts.since <= $4 THEN 1 ELSE send_counts.sent + 1 END, since "
                    "= CASE WHEN send_counts.since <= $4 THEN excluded.since ELSE "
                    "send_counts.since END RETURNING sent",
                    DB_ARGS(DB_I(s->env), DB_T(subject), DB_I(s->now), DB_I(s->now - window_ms)),
                    sent, NULL, err);
}
