#!/bin/sh
# Sessions on the command line and a real server: list, watch what comes and goes, revoke and look again.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"
. "$TEST_TOP/tests/e2e/lib/cli.sh"

PASSWORD='correct horse battery 9'

expect "revoke says which" 2 sessions revoke
err_has "in words" "say which sessions"
expect "a limit is a number" 2 sessions list --limit none
expect "an interval is a number" 2 sessions watch --interval 0
expect "orders are those of the list" 2 sessions list --sort colour
err_has "it says which there are" "usedAt"

start_server
use_server
expect "make a tenant" 0 call tenants_create tenantId=t1 name=One
for name in ann bob; do
    expect "make $name" 0 --tenant t1 call users_create email=$name@x.io "password=$PASSWORD" skipInviteEmail=true
    expect "verify $name" 0 --tenant t1 call users_verify "userId=$(value id)"
done

login() { # NAME AGENT
    curl -sS -o "$TEST_TMP/login" -w '%{http_code}' -A "$2" -H "frontegg-vendor-host: $URL" \
        -H "frontegg-requested-application-id: x" -H "frontegg-vendor-id: $GATEHOUSE_CLIENT_ID" \
        -H 'Content-Type: application/json' "$URL/identity/resources/auth/v1/user" \
        -d "{\"email\":\"$1@x.io\",\"password\":\"$PASSWORD\"}"
}

expect "nobody yet" 0 -o json --tenant t1 sessions list
check "an empty list" [ "$(cat "$OUT_FILE")" = "[]" ]
check "ann signs in" [ "$(login ann curl/8)" = 200 ]
check "bob signs in" [ "$(login bob tool/1)" = 200 ]
expect "list" 0 --tenant t1 sessions list
check "two and a head" [ "$(wc -l <"$OUT_FILE")" = 3 ]
out_has "who" "ann@x.io"
expect "without a tenant it cannot be" 1 sessions list
err_has "it says so" "Tenant ID is not specified"
expect "of one user everywhere" 0 -o ndjson sessions list --user ann@x.io
check "one" [ "$(wc -l <"$OUT_FILE")" = 1 ]
out_has "the client has a name" '"client":"curl"'
expect "sorted" 0 -o csv --tenant t1 sessions list --sort client --columns client
check "downwards when asked" [ "$(sed -n 2p "$OUT_FILE" | tr -d '\r')" = curl ]
expect "so many" 0 -o ndjson --tenant t1 sessions list --limit 1
check "and no more" [ "$(wc -l <"$OUT_FILE")" = 1 ]
expect "from there" 0 -o json --tenant t1 sessions list --ip 192.0.2.1
check "nobody" [ "$(cat "$OUT_FILE")" = "[]" ]

# -- watching: the watcher ends by itself after three changes --
"$GATEHOUSE_BIN" -o ndjson --tenant t1 sessions watch --interval 1 --limit 3 >"$TEST_TMP/watch" 2>"$TEST_TMP/watch.err" &
watcher=$!
# It has its starting point when the first look at changes is in the server's log of requests.
tries=0
until "$GATEHOUSE_BIN" api GET /metrics 2>/dev/null | grep -q 'live_sessions_changes' || [ $tries -ge 200 ]; do
    tries=$((tries + 1))
    read -r _ <"$TEST_TOP/Makefile"
done
check "bob signs in again" [ "$(login bob tool/2)" = 200 ]
expect "the first of bob's ends" 0 --tenant t1 sessions list --user bob@x.io -o csv --columns id --sort createdAt
first=$(sed -n 2p "$OUT_FILE" | tr -d '\r')
expect "by its id" 0 -o json --tenant t1 sessions revoke "$first"
out_has "one ended" '"ended": 1'
out_has "it was looked at again" '"readBack": true'
out_has "how long tokens stay good" '"tokensUntil": "20'
check "ann signs in again" [ "$(login ann curl/8)" = 200 ]
wait $watcher
check "the watcher ended by itself" [ $? = 0 ]
check "three changes" [ "$(wc -l <"$TEST_TMP/watch")" = 3 ]
check "begun, ended, begun" [ "$(sed 's/.*"event":"\([a-z]*\)".*/\1/' "$TEST_TMP/watch" | tr '\n' ' ')" = \
    "started ended started " ]
check "whose it was is said" grep -q "\"id\":\"$first\",\"event\":\"ended\".*bob@x.io" "$TEST_TMP/watch"

# -- a signal ends watching as signals do --
"$GATEHOUSE_BIN" --tenant t1 sessions watch >"$TEST_TMP/watch2" 2>&1 &
watcher=$!
kill -TERM $watcher
wait $watcher
check "a signal ends it" [ $? = 143 ]

# -- revoking --
expect "it is gone" 3 --tenant t1 sessions revoke "$first"
err_has "it says so" "were not there"
expect "many need a yes" 5 --tenant t1 sessions revoke --user ann@x.io
expect "read-only refuses" 5 --read-only --tenant t1 sessions revoke "$first"
expect "all of ann" 0 -o json --tenant t1 sessions revoke --user ann@x.io --yes
out_has "two" '"ended": 2'
expect "bob stays" 0 -o ndjson --tenant t1 sessions list
check "one is left" [ "$(wc -l <"$OUT_FILE")" = 1 ]
last=$(sed 's/.*{"id":"\([^"]*\)".*/\1/' "$OUT_FILE")
expect "some of them" 6 --tenant t1 sessions revoke "$last" "$first"
expect "all of an empty tenant" 0 -o json --tenant t1 sessions revoke --all --yes
out_has "none" '"ended": 0'

# -- a service without the extension: the same server below /frontegg, where what is ours alone is not --
GATEHOUSE_URL=$URL/frontegg
for n in 1 2; do
    check "ann signs in ($n)" [ "$(login ann "curl/$n")" = 200 ]
    check "bob signs in ($n)" [ "$(login bob "tool/$n")" = 200 ]
done
expect "the extension is not there" 3 api GET /gatehouse/v1/sessions?total=true --header 'frontegg-tenant-id: t1'
expect "person by person" 0 -o ndjson --tenant t1 sessions list
check "four" [ "$(wc -l <"$OUT_FILE")" = 4 ]
out_has "with names" '"email":"bob@x.io".*"client":"tool/2"'
expect "of one user" 0 -o ndjson --tenant t1 sessions list --user bob@x.io
check "two" [ "$(wc -l <"$OUT_FILE")" = 2 ]
"$GATEHOUSE_BIN" -o ndjson --tenant t1 sessions watch --interval 1 --limit 1 >"$TEST_TMP/watch3" 2>&1 &
watcher=$!
login_until_ended() {
    while kill -0 $watcher 2>/dev/null; do
        login ann curl/9 >"$TEST_TMP/code"
    done
}
login_until_ended
wait $watcher
check "watching works as well" grep -q '"event":"started".*ann@x.io' "$TEST_TMP/watch3"
expect "end one client's" 0 -o json --tenant t1 sessions revoke --client tool/1 --yes
out_has "one" '"ended": 1'
out_has "read back" '"readBack": true'
out_has "what is not known is not claimed" '"tokensUntil": "unknown"'
expect "end the rest" 0 -o json --tenant t1 sessions revoke --all --yes
expect "nobody is left" 0 -o json --tenant t1 sessions list
check "an empty list again" [ "$(cat "$OUT_FILE")" = "[]" ]
stop_server
