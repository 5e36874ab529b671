#!/bin/sh
# Limits per address, on a server that has them on for callers of this host as well.
set -eu
. "$TEST_TOP/tests/contract/lib/server.sh"

start_server --rate-limit on --log-level error
reset=$URL/identity/resources/users/v1/passwords/reset
json='Content-Type: application/json'

i=0
passed=0
while [ "$i" -lt 20 ]; do
    i=$((i + 1))
    status=$(curl -sS -o "$TEST_TMP/body" -D "$TEST_TMP/head" -w '%{http_code}' -H "$json" -d '{"email":7}' "$reset")
    case $status in
    400) passed=$((passed + 1)) ;;
    429) break ;;
    *) echo "not ok - status $status" ;;
    esac
done
case $passed in
1[01]) echo "ok - ten a minute" ;; # an eleventh when it took six seconds
*) echo "not ok - $passed passed, wanted ten" ;;
esac
BODY=$(cat "$TEST_TMP/body")
expect_body "the answer says why" '{"errors":\["Too many requests"\]}'

until=$(tr -d '\r' <"$TEST_TMP/head" | sed -n 's/^X-Rate-Limit-Reset: //p')
case $until in
????-??-??T??:??:??.???Z)
    wait=$(($(date -d "$until" +%s) - $(date +%s)))
    if [ "$wait" -ge 0 ] && [ "$wait" -le 60 ]; then
        echo "ok - and when to come again"
    else
        echo "not ok - the reset is $wait seconds away"
    fi
    ;;
*) echo "not ok - X-Rate-Limit-Reset: $until" ;;
esac
expect_status "other routes have limits of their own" 401 -H "$json" \
    -d '{"clientId":"x","secret":"y"}' "$URL/auth/vendor"
expect_status "a trailing slash does not help" 429 -H "$json" -d '{"email":7}' "$reset/"
expect_status "nor does the prefix" 429 -H "$json" -d '{"email":7}' \
    "$URL/frontegg/identity/resources/users/v1/passwords/reset"
stop_server
echo "ok - the server ended"
