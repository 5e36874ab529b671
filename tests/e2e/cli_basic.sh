#!/bin/sh
# The command line on a real server: make, change, list, export, remove; formats; exit codes.
# shellcheck disable=SC2016 # the inner shell expands
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"
. "$TEST_TOP/tests/e2e/lib/cli.sh"

# -- without a server --
expect "help" 0 --help
out_has "help names the commands" "users export"
is_empty "help is no error" "$ERR_FILE"
expect "help on a command" 0 call --help
out_has "it names its options" "--body"
expect "version" 0 --version
expect "operations" 0 operations
check "operations are 341 and those in use beside them" [ "$(wc -l <"$OUT_FILE")" -ge 341 ]
expect "one operation" 0 operations users_get
out_has "it shows its path" "/identity/resources/users/v1/{id}"
expect "unknown operation" 3 operations nonsense
expect "unknown command" 2 frobnicate
expect "unknown option" 2 --bogus users list
expect "missing argument" 2 call
expect "unknown operation of call" 2 call nonsense
expect "wrong format" 2 -o yaml operations
for shell in bash zsh fish; do
    expect "completion for $shell" 0 completion $shell
done
gh completion bash
check "bash reads its completion" bash -n "$OUT_FILE"

start_server
use_server

# -- make, assign, list, remove --
expect "make a tenant" 0 call tenants_create tenantId=t1 name="Tenant One"
out_has "the answer is JSON" '"tenantId": "t1"'
for n in 1 2 3; do
    expect "make user $n" 0 --tenant t1 call users_create email="user$n@example.com" name="User $n" \
        skipInviteEmail=true
    eval "user$n=\$(value id)"
done
expect "make a permission category" 0 call categories_create name=Things
category=$(value id)
expect "make a permission" 0 call permissions_create \
    --body "[{\"key\":\"t.read\",\"name\":\"Read\",\"categoryId\":\"$category\"}]"
permission=$(value id)
expect "make a role" 0 call roles_create_v1 --body '[{"key":"reader","name":"Reader","level":5}]'
role=$(value id)
expect "give the role a permission" 0 call roles_permissions_set roleId="$role" permissionIds="$permission"
# shellcheck disable=SC2154 # set by eval above
expect "give a user the role" 0 --tenant t1 call users_roles_add userId="$user1" roleIds="$role"
expect "get the user" 0 --tenant t1 users get "$user1"
out_has "the role is there" "reader"
expect "get the user by address" 0 users get user2@example.com
expect "get the role by key" 0 roles get reader
expect "get the tenant" 0 tenants get t1
expect "list users" 0 --tenant t1 users list
check "three and a head" [ "$(wc -l <"$OUT_FILE")" = 4 ]
expect "list as NDJSON" 0 -o ndjson --tenant t1 users list --sort -name
check "in order" [ "$(head -n 1 "$OUT_FILE" | sed 's/.*"name":"\([^"]*\)".*/\1/')" = "User 3" ]
expect "list as JSON" 0 -o json --tenant t1 users list --limit 2
check "two of them" [ "$(grep -c '"email"' "$OUT_FILE")" = 2 ]
expect "export" 0 --tenant t1 users export --out "$TEST_TMP/users.csv"
is_empty "nothing on standard output" "$OUT_FILE"
check "the file is private" [ "$(stat -c %a "$TEST_TMP/users.csv")" = 600 ]
check "a head and three rows" [ "$(wc -l <"$TEST_TMP/users.csv")" = 4 ]
check "lines end as CSV wants" [ "$(tr -cd '\r' <"$TEST_TMP/users.csv" | wc -c)" = 4 ]
expect "export overwrites nothing" 1 --tenant t1 users export --out "$TEST_TMP/users.csv"
expect "columns by name" 0 -o csv --tenant t1 users list --columns email --limit 1
check "as asked" [ "$(head -n 1 "$OUT_FILE" | tr -d '\r')" = email ]
expect "raw request" 0 api GET /identity/resources/roles/v1
out_has "is answered in JSON" '"key": "reader"'
expect "raw write" 0 api POST /tenants/resources/tenants/v1 --body '{"tenantId":"t2","name":"Two"}'
echo '{"tenantId":"t3","name":"Three"}' >"$TEST_TMP/body.json"
expect "body from a file" 0 api POST /tenants/resources/tenants/v1 --body "@$TEST_TMP/body.json"
expect "health needs no sign-in" 0 api GET /health

# -- exit codes --
expect "no such tenant" 3 tenants get nowhere
expect "no such role" 3 roles get nothing
expect "no such user" 3 users get nobody@example.com
expect "no such path" 3 api GET /identity/resources/nothing
err_has "the trace id is told" "trace id"
expect "the same again is a conflict" 8 call roles_create_v1 --body '[{"key":"reader","name":"Reader","level":5}]'
expect "what the server refuses as invalid" 1 --tenant t1 call users_create email=nonsense
err_has "in its words" "email must be an email"
expect "a value of the wrong kind" 2 call tenants_list _limit=many
expect "an unknown name" 2 call tenants_list colour=red
expect "body that is no JSON" 2 call tenants_create --body '{'
expect "a tenant is needed" 2 call users_get id="$user1"
err_has "and that is said" "tenant"
expect "read-only" 5 --read-only call tenants_create tenantId=t9 name=Nine
expect "read-only for raw requests" 5 --read-only api DELETE /tenants/resources/tenants/v1/t1
expect "reading is fine" 0 --read-only tenants list
expect "a path that is none" 2 api GET nothing
expect "a method that is none" 2 api FETCH /x

# -- a production profile asks --
mkdir -p "$XDG_CONFIG_HOME/gatehouse"
cat >"$XDG_CONFIG_HOME/gatehouse/config.ini" <<EOF
[profile prod]
url = $URL
client-id = $GATEHOUSE_CLIENT_ID
secret-command = cat $TEST_TMP/secret
production = true
EOF
unset GATEHOUSE_URL GATEHOUSE_CLIENT_ID GATEHOUSE_SECRET_FILE
expect "the profile is listed" 0 profiles
out_has "by name" "prod"
expect "doctor is content" 0 doctor
check "and tells no secret" sh -c '! grep -qF "$(cat "$1")" "$2" "$3"' sh "$TEST_TMP/secret" "$OUT_FILE" "$ERR_FILE"
expect "destroying wants --yes" 5 call tenants_delete tenantId=t1
expect "with it, it is done" 0 call tenants_delete tenantId=t1 --yes
expect "and it is gone" 3 tenants get t1
rm "$XDG_CONFIG_HOME/gatehouse/config.ini"
use_server
expect "remove the role" 0 call roles_delete roleId="$role"
expect "remove the rest" 0 call tenants_delete tenantId=t2

# -- names that mean harm --
evil=$(printf 'A\033[2J\033]52;c;eA==\007\r\302\233\342\200\256B')
gh call tenants_create tenantId=evil name="$evil"
if [ "$STATUS" = 0 ]; then
    for format in table json ndjson csv; do
        expect "hostile name as $format" 0 -o $format tenants list
        check "no control byte in $format" sh -c \
            '! tr -d "\n\r" <"$1" | LC_ALL=C grep -q "[[:cntrl:]]"' sh "$OUT_FILE"
        check "no C1 or bidi in $format" sh -c \
            '! LC_ALL=C grep -q "$(printf "\302\233\\|\342\200\256")" "$1"' sh "$OUT_FILE"
    done
    expect "hostile name alone" 0 tenants get evil
    out_has "shown as marks" 'A\\e\[2J'
else
    fail_case "hostile name" "the server refuses it: status $STATUS"
fi
expect "formula" 0 call tenants_create tenantId=formula name='=HYPERLINK("x")'
expect "CSV" 0 tenants export
out_has "is no formula any more" "'=HYPERLINK"
expect "unless asked for" 0 tenants export --raw-csv
check "it is exact" grep -q ',"=HYPERLINK(""x"")"' "$OUT_FILE"

stop_server
