#!/bin/sh
# Runs a command with a PostgreSQL of its own: with-pg.sh COMMAND...
#
# The cluster lives in a temporary folder, listens on a Unix socket there and nowhere else, belongs to an
# unprivileged user when we are root (initdb refuses root) and is gone afterwards. GATEHOUSE_TEST_PG holds its URL;
# tests/run makes one empty database per test program below it. Durability is off: it is tested elsewhere.
set -eu

find_bin() {
    for d in /usr/lib/postgresql/*/bin /usr/local/bin /usr/bin; do
        if [ -x "$d/initdb" ] && [ -x "$d/pg_ctl" ]; then
            echo "$d"
            return
        fi
    done
    echo "with-pg: no initdb found; install the PostgreSQL server" >&2
    exit 2
}

as_owner() {
    if [ "$(id -u)" -ne 0 ]; then
        "$@"
    else
        runuser -u "$owner" -- "$@"
    fi
}

stop() {
    status=$?
    trap - EXIT INT TERM HUP
    as_owner "$bin/pg_ctl" -D "$dir/data" -m immediate -s stop >/dev/null 2>&1 || true
    rm -rf "$dir"
    exit "$status"
}

bin=$(find_bin)
owner=postgres
id "$owner" >/dev/null 2>&1 || owner=nobody
dir=$(mktemp -d "${TMPDIR:-/tmp}/gh-pg.XXXXXX")
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
if [ "$(id -u)" -eq 0 ]; then
    chown "$owner" "$dir"
fi
chmod 755 "$dir"

cd "$dir"
as_owner "$bin/initdb" -D "$dir/data" -U gatehouse -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 || {
    cat "$dir/initdb.log" >&2
    exit 1
}
cat >>"$dir/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
max_connections = 200
shared_buffers = 64MB
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum = off
CONF
as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -s -w start || {
    cat "$dir/log" >&2
    exit 1
}
cd "$OLDPWD"
GATEHOUSE_TEST_PG="postgresql://gatehouse@/postgres?host=$dir"
export GATEHOUSE_TEST_PG
"$@"
