#!/bin/sh
# Everything that can be wrong when the server starts: each is told in one sentence on stderr, with the right exit
# status, within a few seconds, and loses nothing.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"

# Runs gatehoused with the arguments; it must end with STATUS and say one line that matches PATTERN.
quiet=--log-level=off
refused() { # TITLE STATUS PATTERN ARGUMENT...
    title=$1
    want=$2
    pattern=$3
    shift 3
    timeout 20 "$GATEHOUSED_BIN" "$quiet" "$@" >"$TEST_TMP/out" 2>"$TEST_TMP/err" </dev/null
    got=$?
    lines=$(wc -l <"$TEST_TMP/err")
    # shellcheck disable=SC2254 # the pattern is meant as one
    case $(cat "$TEST_TMP/err") in
    $pattern) said=yes ;;
    *) said=no ;;
    esac
    if [ "$got" = "$want" ] && [ "$lines" = 1 ] && [ "$said" = yes ] && [ ! -s "$TEST_TMP/out" ]; then
        echo "ok - $title"
    else
        echo "not ok - $title: status $got (wanted $want), $lines line(s), as expected: $said"
        sed 's/^/# /' "$TEST_TMP/err" "$TEST_TMP/out"
    fi
}

check() { # TITLE COMMAND...
    title=$1
    shift
    if "$@"; then
        echo "ok - $title"
    else
        echo "not ok - $title"
    fi
}

new=$TEST_TMP/new
free=http://127.0.0.1:0

# ---- usage: 2 ----
refused "unknown option" 2 "gatehoused: unknown option '--nonsense'*--help" --nonsense
refused "stray argument" 2 "gatehoused: unknown option 'serve'*" serve
refused "option without its value" 2 "gatehoused: --data needs DIR*" --data
refused "option given twice" 2 "gatehoused: --data is given twice" --data a --data b
refused "value for a switch" 2 "gatehoused: --demo takes no value" --demo=yes
refused "client id alone" 2 "gatehoused: --client-id and --secret-file go together" --client-id x
refused "certificate alone" 2 "gatehoused: --tls-cert and --tls-key go together" --tls-cert x
refused "log format" 2 "gatehoused: --log-format must be text or json" --log-format xml
refused "trusted proxy" 2 "gatehoused: --trusted-proxy: '10.0.0.0/33' is neither*" --trusted-proxy 10.0.0.0/33
quiet=--log-level=loud
refused "log level" 2 "gatehoused: --log-level must be*" --demo
quiet=--log-level=off
refused "public address" 2 "gatehoused: --public-url must begin with*" --public-url ftp://x
for bad in 127.0.0.1:80 http:// http://127.0.0.1:99999 http://127.0.0.1:x http://no..such..host:1 ftp://127.0.0.1:1 \
    'http://127.0.0.1:1/path'; do
    refused "address $bad" 2 "gatehoused: *$bad*" --data "$new" --listen "$bad"
done
refused "socket without a path" 2 "gatehoused: *socket path*" --data "$new" --listen unix:
refused "an address beyond this host" 2 "gatehoused: *--insecure-listen*" --data "$new" --listen http://0.0.0.0:0
refused "database address" 2 "gatehoused: *oracle*" --data "$new" --listen $free --database oracle://x
check "nothing was made by any of these" test ! -e "$new"

# ---- places: 1 ----
: >"$TEST_TMP/file"
refused "data folder below a file" 1 "gatehoused: *$TEST_TMP/file*" --data "$TEST_TMP/file/data" --listen $free
refused "check without a database" 1 "gatehoused: there is no database in *" --data "$TEST_TMP/none" --check
refused "socket path too long" 2 "gatehoused: *" --data "$new" \
    --listen "unix:$TEST_TMP/$(printf '%0200d' 0)"
if [ "$(id -u)" -ne 0 ]; then
    mkdir -m 0500 "$TEST_TMP/locked"
    refused "data folder that cannot be written" 1 "gatehoused: *$TEST_TMP/locked*" \
        --data "$TEST_TMP/locked/data" --listen $free
fi
refused "database that cannot be reached" 1 "gatehoused: *" --data "$new" --listen $free \
    --database "postgresql://127.0.0.1:1/x?connect_timeout=2"

# ---- secrets ----
printf 'a-secret-of-our-own-choosing\n' >"$TEST_TMP/secret"
chmod 0644 "$TEST_TMP/secret"
refused "secret that others can read" 1 "gatehoused: *$TEST_TMP/secret*" --data "$TEST_TMP/s" --listen $free \
    --client-id 11111111-2222-4333-8444-555555555555 --secret-file "$TEST_TMP/secret"
refused "secret file that is not there" 1 "gatehoused: *$TEST_TMP/nothing*" --data "$TEST_TMP/s" --listen $free \
    --client-id 11111111-2222-4333-8444-555555555555 --secret-file "$TEST_TMP/nothing"
refused "certificate that is not there" 1 "gatehoused: *$TEST_TMP/nothing*" --data "$TEST_TMP/s" --listen $free \
    --tls-cert "$TEST_TMP/nothing" --tls-key "$TEST_TMP/nothing"

# ---- beside a server that runs ----
start_server
trap 'kill -KILL $SERVER_PID 2>/dev/null' EXIT
sign_in
expect_status "the running server works" 201 --request POST "$URL/tenants/resources/tenants/v1" \
    --header "Authorization: Bearer $TOKEN" --header 'Content-Type: application/json' --data '{"tenantId":"kept"}'
mode() { # FILE
    stat -c %a "$1"
}
check "credentials are ours alone" test "$(mode "$DATA/credentials")" = 600
check "the storage key is ours alone" test "$(mode "$DATA/storage.key")" = 600
check "the folder is ours alone" test "$(mode "$DATA")" = 700
refused "port in use" 1 "gatehoused: *$URL*in use*" --data "$TEST_TMP/other" --listen "$URL"
check "and nothing was made for it" test ! -e "$TEST_TMP/other"

if [ -z "${GATEHOUSE_TEST_PG:-}" ]; then
    check "the database is ours alone" test "$(mode "$DATA/gatehouse.db")" = 600
    refused "second server on the same data" 1 "gatehoused: *another*" --data "$DATA" --listen $free
fi
expect_status "the first one is not disturbed" 200 "$URL/tenants/resources/tenants/v2/kept" \
    --header "Authorization: Bearer $TOKEN"
check "it ends well" stop_server

# ---- a database that was there before ----
if [ -z "${GATEHOUSE_TEST_PG:-}" ]; then
    refused "sample data on a database that is not empty" 1 "gatehoused: *empty*" --data "$DATA" --listen $free --demo
    cp -r "$DATA" "$TEST_TMP/moved"
    chmod 0644 "$TEST_TMP/moved/storage.key"
    refused "storage key that others can read" 1 "gatehoused: *storage.key*" --data "$TEST_TMP/moved" --listen $free
    rm "$TEST_TMP/moved/storage.key"
    refused "storage key lost" 1 "gatehoused: *storage key*" --data "$TEST_TMP/moved" --listen $free
    cp -r "$DATA" "$TEST_TMP/torn"
    dd if=/dev/urandom of="$TEST_TMP/torn/gatehouse.db" bs=4096 seek=1 count=20 conv=notrunc 2>/dev/null
    refused "corrupt database" 1 "gatehoused: *gatehouse.db*" --data "$TEST_TMP/torn" --listen $free
    cp -r "$DATA" "$TEST_TMP/text"
    echo "this is no database, but a text of some length" >"$TEST_TMP/text/gatehouse.db"
    refused "file that is no database" 1 "gatehoused: *gatehouse.db*" --data "$TEST_TMP/text" --listen $free
    check "which is left as it is" grep -q "no database" "$TEST_TMP/text/gatehouse.db"
    check "a good database passes --check" "$GATEHOUSED_BIN" --log-level off --data "$DATA" --check >"$TEST_TMP/out"
    check "and says so" grep -q "no faults found" "$TEST_TMP/out"
    "$GATEHOUSED_BIN" --log-level off --data "$TEST_TMP/torn" --check >"$TEST_TMP/out" 2>"$TEST_TMP/err"
    check "a torn one does not" test $? = 1
fi

# ---- and after all that ----
start_server
sign_in
expect_status "what was acknowledged is there" 200 "$URL/tenants/resources/tenants/v2/kept" \
    --header "Authorization: Bearer $TOKEN"
check "and it ends well again" stop_server
