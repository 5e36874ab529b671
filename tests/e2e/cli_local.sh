#!/bin/sh
# The local profile and --demo: started when needed, private, stopped afterwards, nothing left.
# shellcheck disable=SC2016 # the inner shell expands
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"
. "$TEST_TOP/tests/e2e/lib/cli.sh"

run=$XDG_RUNTIME_DIR/gatehouse

expect "local by default" 0 tenants list
check "its data stay" [ -f "$XDG_DATA_HOME/gatehouse/gatehouse.db" ]
check "its folder is private" [ "$(stat -c %a "$run")" = 700 ]
expect "write there" 0 --local call tenants_create tenantId=mine name=Mine
expect "and read it in another run" 0 tenants get mine
expect "doctor" 0 doctor
expect "demo has people in it" 0 --demo users list --limit 5
check "five and a head" [ "$(wc -l <"$OUT_FILE")" = 6 ]
check "nothing of the demo is left" sh -c '! ls -d "$1"/demo-* >/dev/null 2>&1' sh "$run"
expect "demo knows nothing of mine" 3 --demo tenants get mine

# A second program joins the server of the first.
"$GATEHOUSED_BIN" --data "$XDG_DATA_HOME/gatehouse" --listen "unix:$run/local.sock" \
    >"$TEST_TMP/ready" 2>"$TEST_TMP/server.log" &
pid=$!
tries=0
while ! grep -q ready "$TEST_TMP/ready" && [ $tries -lt 200 ]; do
    tries=$((tries + 1))
    sleep 0.05
done
expect "join a server that runs" 0 tenants get mine
check "and leave it running" kill -0 $pid
kill $pid
wait $pid
expect "start one again" 0 tenants get mine

# Somebody else's folder is not trusted.
chmod 755 "$run"
expect "an open run folder" 2 tenants list
err_has "says what to do" "0700"
chmod 700 "$run"
