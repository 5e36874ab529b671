#!/bin/sh
# timeout: 240
# Every secret that the catalogue knows is sent once as an operation and once as a raw request: more than two hundred marks.
# None of them may stand in plain text in any file, log or answer afterwards, nor on a command line.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"
. "$TEST_TOP/tests/e2e/lib/cli.sh"

start_server --log-level debug
use_server
gh call tenants_create tenantId=acme name=Acme
gh --tenant acme call users_create email=someone@example.com name=Someone skipInviteEmail=true
user=$(value id)
check "there is somebody to send secrets of" [ -n "$user" ]

# Whatever is written goes here, one request after the other.
said=$TEST_TMP/said
mkdir "$TEST_TMP/sent"
"$TEST_BIN/canaries" Cnry-c acme "$user" >"$TEST_TMP/sent/calls"
"$TEST_BIN/canaries" Cnry-a acme "$user" >"$TEST_TMP/sent/requests"

send() { # GATEHOUSE-ARGUMENT...
    printf '%s' "$body" >"$TEST_TMP/sent/body"
    gh --tenant acme "$@" --body "@$TEST_TMP/sent/body"
    cat "$OUT_FILE" "$ERR_FILE" >>"$said"
    case $STATUS in
    [0-9]) ended=$((ended + 1)) ;;
    *) echo "not ok - $* ended with $STATUS" ;;
    esac
}

ended=0
while IFS='|' read -r op method target params body; do
    # shellcheck disable=SC2086 # a list of parameters
    send call "$op" $params --yes
done <"$TEST_TMP/sent/calls"
while IFS='|' read -r op method target params body; do
    send api "$method" "$target"
done <"$TEST_TMP/sent/requests"
wanted=$(cat "$TEST_TMP/sent/calls" "$TEST_TMP/sent/requests" | wc -l)
check "all of them were sent" [ "$ended" = "$wanted" ]
check "they are more than two hundred" [ "$wanted" -ge 200 ]
gh journal
cat "$OUT_FILE" >>"$said"
stop_server

# Files that hold a mark, other than what was sent. Answers may tell how one begins and ends.
plain() {
    grep -rlaE 'Cnry-[ac]-[0-9]' "$@" | sed "s|^$TEST_TMP/||"
}
check "a mark in a file is found" [ "$(plain "$TEST_TMP/sent" | wc -l)" = 3 ]
rm -r "$TEST_TMP/sent"
check "the server had something to log" [ "$(wc -l <"$TEST_TMP/server.log")" -ge 100 ]
check "the journal has lines" [ -n "$(find "$XDG_STATE_HOME" -name 'journal*' -size +1k)" ]
found=$(plain "$TEST_TMP" "$HOME")
check "no secret stands in plain text anywhere" [ -z "$found" ]
if [ -n "$found" ]; then
    grep -haoE '.{0,60}Cnry-[ac]-[0-9].{0,10}' "$said" "$TEST_TMP/server.log" | head -n 5 | sed 's/^/# /'
fi
if [ -n "${GATEHOUSE_TEST_PG:-}" ]; then
    pg_dump -d "$GATEHOUSE_TEST_PG" >"$TEST_TMP/dump"
    check "nor in the database" [ -z "$(plain "$TEST_TMP/dump")" ]
fi
