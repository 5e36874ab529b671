#!/bin/sh
# Import on a real server: every fault by line and column, the rest in, the same file twice, a broken import that
# goes on, and what export writes read again. IMPORT_ROWS (1000) says how large the large file is.
# shellcheck disable=SC2016 # the inner shell expands
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"
. "$TEST_TOP/tests/e2e/lib/cli.sh"
rows=${IMPORT_ROWS:-1000}
cd "$TEST_TMP" || exit 1

count_users() {
    gh -o json --tenant "$1" call users_list _limit=1
    sed -n 's/.*"totalItems": *\([0-9]*\).*/\1/p' "$OUT_FILE"
}

# -- what is wrong with a file is said before anything is sent --
printf 'email,nam\na@b.io,x\n' >column.csv
expect "an unknown column ends it" 2 --url http://127.0.0.1:9 users import column.csv
err_has "and is named" 'column.csv:1:7: there is no column "nam"'
printf 'email,email\n' >twice.csv
expect "a column that is there twice" 2 --url http://127.0.0.1:9 users import twice.csv
printf 'email,name\na@b.io,"open\n' >open.csv
expect "a quote that never ends" 1 --url http://127.0.0.1:9 users import open.csv
err_has "is found where it begins" 'open.csv: line 2, column 8'
expect "a file that is not there" 3 users import nowhere.csv
expect "no file" 2 users import
expect "an empty file" 2 users import /dev/null
err_has "is said to be empty" "is empty"

start_server
use_server
for t in one two three; do
    gh call tenants_create tenantId=$t name="Tenant $t"
done

# -- ten thousand rows in full size; 37 of them faulty, of all kinds --
awk -v rows="$rows" 'BEGIN {
    print "email,name,phoneNumber,skipInviteEmail"
    for (i = 1; i <= rows; i++) {
        if (i % int(rows / 37) != 0 || i / int(rows / 37) > 37) {
            printf "user%d@example.com,\"User, %d\",,true\n", i, i
            continue
        }
        n++
        if (n % 4 == 0) { print "not an address,Name,,true"; where = 1 }
        if (n % 4 == 1) { printf "user%d@example.com,N,12,true\n", i; where = length("user" i "@example.com") + 4 }
        if (n % 4 == 2) { printf "user%d@example.com,N,,maybe\n", i; where = length("user" i "@example.com") + 5 }
        if (n % 4 == 3) { printf "user1@example.com,N,,true\n"; where = 1 }
        printf "users.csv:%d:%d:\n", i + 1, where >"faults"
    }
}' >users.csv
check "the file has 37 faults" [ "$(wc -l <faults)" = 37 ]
expect "a plan says what would be created, and the faults" 6 --tenant one users import users.csv --plan
err_has "counts" "users: $((rows - 37)) would be created, 0 there already, 37 not valid, 0 refused"
check "and creates nothing" [ "$(count_users one)" = 0 ]
expect "the rest is imported" 6 --tenant one users import users.csv
err_has "counted" "users: $((rows - 37)) created, 0 there already, 37 not valid, 0 refused"
missing=0
while read -r place; do
    grep -qF "gatehouse: $place " "$ERR_FILE" || missing=$((missing + 1))
done <faults
check "every fault is named by line and column" [ "$missing" = 0 ]
check "and nothing else is" [ "$(grep -c '^gatehouse: users.csv:' "$ERR_FILE")" = 37 ]
check "they are there" [ "$(count_users one)" = $((rows - 37)) ]
expect "the same file again" 6 --tenant one users import users.csv
err_has "changes nothing" "users: 0 created, $((rows - 37)) there already, 37 not valid, 0 refused"
expect "a plan knows what is there" 6 --tenant one users import users.csv --plan
err_has "too" "users: 0 would be created, $((rows - 37)) there already, 37 not valid, 0 refused"

# -- broken off, and again --
grep -v 'maybe\|not an\|,12,\|N,,true' users.csv >good.csv
"$GATEHOUSE_BIN" --tenant two users import good.csv >/dev/null 2>&1 &
import=$!
while [ "$(count_users two)" -lt 20 ]; do :; done
kill -TERM $import
wait $import 2>/dev/null
check "an import that was ended says so by its status" [ $? = 143 ]
there=$(count_users two)
check "it was ended in the middle" [ "$there" -lt $((rows - 37)) ]
expect "the same command goes on" 0 --tenant two users import good.csv
check "with what is missing" [ "$(count_users two)" = $((rows - 37)) ]

# -- what was exported can be imported --
printf 'email,name,phoneNumber\n=1+1@example.com,-x,+14155550100\n' >formula.csv
expect "cells that a spreadsheet would execute are text" 0 --tenant three users import formula.csv
expect "export" 0 --tenant three users export --out exported.csv
gh --tenant three users list -o ndjson
gh --tenant three call users_delete userId="$(sed -n 's/.*"id":"\([^"]*\)".*/\1/p' "$OUT_FILE" | head -n 1)"
expect "import of the export" 0 --tenant three users import exported.csv
err_has "says what it leaves out" "left out, since the service sets them"
gh --tenant three users list -o ndjson
out_has "the same name" '"name":"-x"'
out_has "the same phone" '"phoneNumber":"+14155550100"'

# -- JSON and NDJSON --
printf '[{"key":"r1","name":"One","level":3},{"key":"r1","name":"Again","level":3},{"name":"No key","level":1},3]' >roles.json
expect "roles as JSON" 6 roles import roles.json -o ndjson
out_has "what was made" '"key":"r1","result":"created"'
err_has "a key that is there twice" "roles.json:2:1: key is on line 1 already"
err_has "an element that is none" "roles.json:4:1: is not an object"
printf '{"tenantId":"four","name":"Four"}\n\n{"tenantId":"five","name":""}\nnope\n' >tenants.ndjson
expect "tenants as NDJSON" 6 tenants import tenants.ndjson
err_has "an empty name" "tenants.ndjson:3:1: name should not be empty"
err_has "a line that is not JSON" "tenants.ndjson:4:1: JSON"
"$GATEHOUSE_BIN" tenants import - -o ndjson <tenants.ndjson >"$OUT_FILE" 2>"$ERR_FILE"
out_has "standard input is as good" '"tenantId":"four","result":"there already"'
expect "the tenant is there" 0 tenants get four
printf 'email,tenantId\nq@example.com,four\nr@example.com,nowhere\n' >scoped.csv
expect "rows that name their tenant" 6 users import scoped.csv
err_has "one is refused" "scoped.csv:3:1: "
check "one is in" [ "$(count_users four)" = 1 ]

# -- a service that does not take us --
expect "a read-only profile" 5 --read-only --tenant one users import formula.csv
stop_server
