# The peer: glewlwyd on a SQLite database of its own with N users; sourced by server.before.sh.
# shellcheck shell=sh

GLEWLWYD_PORT=18949
GLEWLWYD_SCHEMA=/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3

have_glewlwyd() {
    command -v glewlwyd >/dev/null && [ -f "$GLEWLWYD_SCHEMA" ] && [ -f /etc/glewlwyd/glewlwyd.conf ]
}

# Users with a password and a scope, and the three indexes that the package's schema lacks.
make_glewlwyd() { # N
    db=$WORK/glewlwyd.db
    sqlite3 "$db" <"$GLEWLWYD_SCHEMA"
    sqlite3 "$db" <<SQL
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < $1 - 1)
INSERT INTO g_user (gu_username, gu_name, gu_email)
SELECT printf('user%07d', i), printf('Person %07d Example', i), printf('user%07d@bench.example', i) FROM n;
INSERT INTO g_user_password (gu_id, guw_password)
SELECT gu_id, (SELECT guw_password FROM g_user_password LIMIT 1) FROM g_user WHERE gu_username <> 'admin';
INSERT INTO g_user_scope_user (gu_id, gus_id)
SELECT gu_id, (SELECT gus_id FROM g_user_scope WHERE gus_name = 'g_profile') FROM g_user WHERE gu_username <> 'admin';
CREATE INDEX bench_property ON g_user_property (gu_id);
CREATE INDEX bench_scope ON g_user_scope_user (gu_id);
CREATE INDEX bench_password ON g_user_password (gu_id);
SQL
    sed -e "s|^port=.*|port=$GLEWLWYD_PORT|" -e 's|^log_mode=.*|log_mode="console"|' -e 's|^log_level=.*|log_level="NONE"|' \
        -e "s|^@include.*|database = { type = \"sqlite3\" path = \"$db\" };|" /etc/glewlwyd/glewlwyd.conf >"$WORK/glewlwyd.conf"
}

# Sets PID_peer, URL_peer and COOKIE_peer, for `ours`.
# shellcheck disable=SC2034 # read by their made-up names
start_glewlwyd() {
    glewlwyd -c "$WORK/glewlwyd.conf" >>"$WORK/log" 2>&1 &
    PID_peer=$!
    URL_peer=http://127.0.0.1:$GLEWLWYD_PORT
    pids="$pids $PID_peer"
    until curl -sf "$URL_peer/config" >/dev/null; do sleep 0.05; done
    record memory.peer.idle "$(status_kib "$PID_peer" VmRSS)"
    COOKIE_peer=$(curl -sS -D - -o /dev/null -H 'Content-Type: application/json' \
        -d '{"username":"admin","password":"password"}' "$URL_peer/api/auth/" | sed -n 's/^Set-Cookie: \([^;]*\).*/\1/p')
}
