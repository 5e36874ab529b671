#!/bin/sh
# Changes from the command line are journalled, questions and secrets are not, and meddling shows.
# shellcheck disable=SC2016 # the inner shell expands
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"
. "$TEST_TOP/tests/e2e/lib/cli.sh"
XDG_STATE_HOME=$TEST_TMP/state
export XDG_STATE_HOME
journal=$XDG_STATE_HOME/gatehouse/journal

expect "nothing was changed yet" 0 journal
err_has "and it says so" "no change has been made from here yet"
start_server
use_server
expect "a tenant" 0 call tenants_create tenantId=one name=One
expect "a user with a password" 0 --tenant one call users_create email=a@example.com name=Ann \
    password=correct-horse-8-battery skipInviteEmail=true
user=$(value id)
expect "a refused change" 8 --tenant one call users_create email=a@example.com skipInviteEmail=true
expect "a question" 0 --tenant one users list
expect "a change by path" 0 --tenant one api DELETE "/identity/resources/users/v1/$user"
expect "the journal" 0 journal -o ndjson
check "has four lines" [ "$(wc -l <"$OUT_FILE")" = 4 ]
out_has "with the operation" '"operation":"users_create"'
out_has "the tenant" '"tenant":"one"'
out_has "what became of it" '"status":409'
out_has "and the path" "\"path\":\"/identity/resources/users/v1/$user\""
check "no secret is in it" sh -c '! grep -q "horse\|$(cat "$1")" "$2"' - "$TEST_TMP/secret" "$journal"
check "it is private" [ "$(stat -c %a "$journal" "$journal.key" | sort -u)" = 600 ]
expect "as a table" 0 journal
out_has "with its columns" "^at  *who"
sed -i 's/"status":409/"status":201/' "$journal"
expect "a changed line" 1 journal
err_has "is found" "line 3 of the journal does not follow"
stop_server
