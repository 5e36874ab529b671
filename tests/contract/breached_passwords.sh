#!/bin/sh
# A list of breached passwords that the operator names: its passwords are refused, in both forms of the list, unless the
# environment lets them through; then a sign-in says so. A list that cannot be searched ends the start.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"

# SHA-1 of "velvet-umbrella-31" and of two others, with counts.
cat >"$TEST_TMP/digests" <<EOF
$( (for p in velvet-umbrella-31 copper-lantern-77 amber-staircase-5; do
    printf '%s' "$p" | sha1sum | tr 'a-f' 'A-F' | sed 's/ .*/:12/'
done) | LC_ALL=C sort)
EOF
printf '%s\n' amber-staircase-5 copper-lantern-77 velvet-umbrella-31 >"$TEST_TMP/words"
printf '%s\n' velvet-umbrella-31 amber-staircase-5 >"$TEST_TMP/disorder"

timeout 20 "$GATEHOUSED_BIN" --data "$TEST_TMP/none" --listen http://127.0.0.1:0 \
    --breached-passwords "$TEST_TMP/disorder" >"$TEST_TMP/out" 2>"$TEST_TMP/err"
if [ "$?" = 1 ] && grep -q 'LC_ALL=C sort' "$TEST_TMP/err" && [ ! -s "$TEST_TMP/out" ]; then
    echo "ok - a list that is not sorted ends the start"
else
    echo "not ok - a list that is not sorted ends the start"
    sed 's/^/# /' "$TEST_TMP/err"
fi

auth() {
    set -- "$@" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json'
    expect_status "$@"
}
users=/identity/resources/users/v2
create() { # TITLE STATUS MAIL PASSWORD
    auth "$1" "$2" -X POST "$URL$users" -H 'frontegg-tenant-id: one' \
        -d "{\"email\":\"$3\",\"password\":\"$4\",\"skipInviteEmail\":true}"
}

for form in digests words; do
    rm -rf "$TEST_TMP/data"
    start_server --breached-passwords "$TEST_TMP/$form"
    sign_in
    auth "$form: a tenant" 201 -X POST "$URL/tenants/resources/tenants/v1" -d '{"tenantId":"one","name":"One"}'
    create "$form: a breached password is refused" 400 "a$form@x.example" velvet-umbrella-31
    expect_body "$form: and why" '*"Password has been breached"*'
    create "$form: another one is not" 201 "b$form@x.example" velvet-umbrella-32
    auth "$form: the environment lets them through" 201 -X POST "$URL/identity/resources/configurations/v1/password" \
        -d '{"blockPwnedPasswords":false}'
    create "$form: then it is taken" 201 "c$form@x.example" velvet-umbrella-31
    id=$(member id)
    auth "$form: of a verified person" 200 -X POST "$URL/identity/resources/users/v1/$id/verify"
    auth "$form: who signs in" 200 -X POST "$URL/identity/resources/auth/v1/user" \
        -d "{\"email\":\"c$form@x.example\",\"password\":\"velvet-umbrella-31\"}"
    expect_body "$form: and is told" '*"isBreachedPassword":true*'
    # With the policy on, the owner is told, once, and gets a way to another password.
    auth "$form: the policy is on again" 201 -X POST "$URL/identity/resources/configurations/v1/password" \
        -d '{"blockPwnedPasswords":true}'
    for n in 1 2; do
        auth "$form: a sign-in with the policy on, $n" 200 -X POST "$URL/identity/resources/auth/v1/user" \
            -d "{\"email\":\"c$form@x.example\",\"password\":\"velvet-umbrella-31\"}"
    done
    message_to "c$form@x.example"
    expect_body "$form: the owner is told" '*"template":"PwnedPassword"*'
    token=$(member token)
    auth "$form: and chooses another one" 201 -X POST "$URL/identity/resources/users/v1/passwords/reset/verify" \
        -d "{\"userId\":\"$id\",\"token\":\"$token\",\"password\":\"velvet-umbrella-33\"}"
    message_to "c$form@x.example" 2
    expect_body "$form: the next message is about that" '*"template":"PasswordChanged"*'
    stop_server
    if [ -n "${GATEHOUSE_TEST_PG:-}" ]; then
        break # one database for both would hold the people of the first
    fi
done
