#include "store/devices.h"

#include "store/rows.h"

static enum err_code
add(const struct scope *s, int64_t user_seq, struct str device, bool *is_new, struct err *err)
{
    int64_t others = 0, added = 0;
    enum err_code rc =
        db_query_int(s->conn, "SELECT COUNT(*) FROM seen_devices WHERE user_seq = $1",
                     DB_ARGS(DB_I(user_seq)), &others, NULL, err);
    if (rc == ERR_OK) /* of two at the same moment one tells */
        rc = db_exec(s->conn,
                     "INSERT INTO seen_devices (user_seq, device, seen_at) VALUES ($1, $2, $3) "
                     "ON CONFLICT (user_seq, device) DO NOTHING",
                     DB_ARGS(DB_I(user_seq), DB_T(device), DB_I(s->now)), &added, err);
    if (rc == ERR_OK && others >= DEVICES_MAX)
        rc = db_exec(s->conn,
                     "DELETE FROM seen_devices WHERE user_seq = $1 AND device IN (SELECT device "
                     "FROM seen_devices WHERE user_seq = $1 ORDER BY seen_at DESC, device LIMIT $2 "
                     "OFFSET $3)",
                     DB_ARGS(DB_I(user_seq), DB_I(DEVICES_MAX), DB_I(DEVICES_MAX)), NULL, err);
    *is_new = rc == ERR_OK && others > 0 && added > 0;
    return rc;
}

enum err_code
store_device_seen(const struct scope *s, int64_t user_seq, struct str device, bool *is_new,
                  struct err *err)
{
    int64_t known = 0;
    *is_new = false;
    enum err_code rc =
        db_exec(s->conn, "UPDATE seen_devices SET seen_at = $3 WHERE user_seq = $1 AND device = $2",
                DB_ARGS(DB_I(user_seq), DB_T(device), DB_I(s->now)), &known, err);
    return rc != ERR_OK || known > 0 ? rc : add(s, user_seq, device, is_new, err);
}
