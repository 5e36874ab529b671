#!/bin/sh
# How gatehoused starts, refuses to start, and ends: exit status, one clear line, nothing left behind.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"

OUT_FILE=$TEST_TMP/out
ERR_FILE=$TEST_TMP/err

# Runs gatehoused to its end and compares status and the last line of stderr with a pattern.
expect_end() { # TITLE STATUS PATTERN OPTION...
    title=$1
    want=$2
    pattern=$3
    shift 3
    timeout 20 "$GATEHOUSED_BIN" "$@" >"$OUT_FILE" 2>"$ERR_FILE" </dev/null
    got=$?
    line=$(grep -v '^time=' "$ERR_FILE")
    # shellcheck disable=SC2254 # the pattern is meant to be one
    case $line in
    $pattern) matches=yes ;;
    *) matches=no ;;
    esac
    if [ "$got" = "$want" ] && [ $matches = yes ]; then
        echo "ok - $title"
    else
        echo "not ok - $title: status $got, wanted $want"
        printf '# %s\n' "$line"
    fi
}

check() { # TITLE COMMAND...
    title=$1
    shift
    if "$@"; then echo "ok - $title"; else echo "not ok - $title"; fi
}

anywhere="--listen http://127.0.0.1:0"

# -- words alone --
expect_end "help" 0 "" --help
check "help names the options" grep -q -- --secret-file "$OUT_FILE"
expect_end "version" 0 "" --version
check "the version is one line" [ "$(wc -l <"$OUT_FILE")" = 1 ]
expect_end "coverage" 0 "" --coverage
check "coverage ends in a count" grep -Eq '^[0-9]+ of [0-9]+ bound$' "$OUT_FILE"
expect_end "unknown option" 2 "gatehoused: unknown option '--bogus'*" --bogus
expect_end "secret without id" 2 "*--client-id and --secret-file*" --secret-file "$TEST_TMP/x"
expect_end "address that is none" 2 "*--listen wants*" --data "$TEST_TMP/none" --listen nonsense
check "nothing was made for it" [ ! -e "$TEST_TMP/none" ]
expect_end "a limit that is none" 2 "*--rate-limit must be on, off or public*" --rate-limit sometimes
expect_end "the world without TLS" 2 "*--insecure-listen*" --data "$TEST_TMP/none" --listen http://0.0.0.0:0
expect_end "check without a database" 1 "*there is no database*" --data "$TEST_TMP/none" --check

# -- bad places --
echo text >"$TEST_TMP/file"
# shellcheck disable=SC2086 # two words
expect_end "data folder that is a file" 1 "*cannot make the folder*" --data "$TEST_TMP/file" $anywhere
# shellcheck disable=SC2086
expect_end "PostgreSQL that is down" 1 "*cannot reach PostgreSQL*" --data "$TEST_TMP/pg" \
    --database postgresql://nobody@127.0.0.1:1/x $anywhere
if [ -z "${GATEHOUSE_TEST_PG:-}" ]; then
    mkdir -m 700 "$TEST_TMP/bad"
    echo "this is no database, it is text that somebody put there" >"$TEST_TMP/bad/gatehouse.db"
    # shellcheck disable=SC2086
    expect_end "database that is text" 1 "*is not a gatehouse database*" --data "$TEST_TMP/bad" $anywhere
fi

# -- a life --
start_server
sign_in
check "the first start signs in" [ -n "$TOKEN" ]
check "credentials are private" [ "$(stat -c %a "$DATA/credentials")" = 600 ]
check "the folder is private" [ "$(stat -c %a "$DATA")" = 700 ]
check "the storage key is private" [ "$(stat -c %a "$DATA/storage.key")" = 600 ]
if [ -z "${GATEHOUSE_TEST_PG:-}" ]; then
    # shellcheck disable=SC2086
    expect_end "a second server on the data" 1 "*is in use by another gatehoused*" --data "$DATA" $anywhere
fi
expect_end "an address in use" 1 "*cannot listen on*in use*" --data "$TEST_TMP/other" --listen "$URL"
check "no database was made for it" [ ! -e "$TEST_TMP/other/gatehouse.db" ]
FIRST=$(cat "$DATA/credentials")
stop_server
check "TERM ends with 0" [ $? = 0 ]
start_server
check "later starts keep the credentials" [ "$(cat "$DATA/credentials")" = "$FIRST" ]
sign_in
check "and they still sign in" [ -n "$TOKEN" ]
if [ -z "${GATEHOUSE_TEST_PG:-}" ]; then
    expect_end "check beside the running server" 0 "" --data "$DATA" --check
    expect_end "backup beside the running server" 0 "" --data "$DATA" --backup "$TEST_TMP/live.db"
    expect_end "that copy is sound" 0 "" --data "$DATA" --database "sqlite:$TEST_TMP/live.db" --check
fi
kill -INT "$SERVER_PID"
wait "$SERVER_PID"
check "INT ends with 0" [ $? = 0 ]

if [ -z "${GATEHOUSE_TEST_PG:-}" ]; then
    expect_end "a clean database" 0 "" --data "$DATA" --check
    check "it says so" grep -q "no faults found" "$OUT_FILE"
    expect_end "backup" 0 "" --data "$DATA" --backup "$TEST_TMP/copy.db"
    check "the copy is private" [ "$(stat -c %a "$TEST_TMP/copy.db")" = 600 ]
    expect_end "backup over a file" 1 "*File exists*" --data "$DATA" --backup "$TEST_TMP/copy.db"
    expect_end "the copy is sound" 0 "" --data "$DATA" --database "sqlite:$TEST_TMP/copy.db" --check
fi

# -- given credentials --
DATA=$TEST_TMP/given
printf 'a-secret-of-the-owner\n' >"$TEST_TMP/secret"
chmod 644 "$TEST_TMP/secret"
# shellcheck disable=SC2086
expect_end "a secret that others can read" 1 "*chmod 600*" --data "$DATA" $anywhere --client-id mine \
    --secret-file "$TEST_TMP/secret"
chmod 600 "$TEST_TMP/secret"
printf 'short\n' >"$TEST_TMP/short"
chmod 600 "$TEST_TMP/short"
# shellcheck disable=SC2086
expect_end "a short secret" 1 "*at least 16*" --data "$DATA" $anywhere --client-id mine \
    --secret-file "$TEST_TMP/short"
start_server --client-id mine --secret-file "$TEST_TMP/secret"
expect_status "given credentials sign in" 200 -X POST "$URL/auth/vendor" -H 'Content-Type: application/json' \
    -d '{"clientId":"mine","secret":"a-secret-of-the-owner"}'
expect_status "others do not" 401 -X POST "$URL/auth/vendor" -H 'Content-Type: application/json' \
    -d '{"clientId":"mine","secret":"a-secret-of-another"}'
kill -TERM "$SERVER_PID"
wait "$SERVER_PID"
