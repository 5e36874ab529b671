#!/bin/sh
# From nothing to a session with curl alone, as a login page does it: sign-up, activation, invitation, magic link and
# code, with a cookie jar for what a browser keeps. Links in messages start at the address of the server, whatever
# the request said about it.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"

start_server
trap 'kill -KILL $SERVER_PID 2>/dev/null' EXIT
sign_in
ID=$URL/identity/resources
JSON='Content-Type: application/json'
PASSWORD=plum-Tractor-91-veil

public() { # TITLE STATUS PATH BODY [CURL-ARGUMENT]...: without a token
    title=$1
    status=$2
    path=$3
    body=$4
    shift 4
    expect_status "$title" "$status" --request POST --url "$ID/$path" --header "$JSON" --data "$body" "$@"
}

vendor() { # TITLE STATUS METHOD PATH BODY [CURL-ARGUMENT]...: as the environment
    title=$1
    status=$2
    method=$3
    path=$4
    body=$5
    shift 5
    expect_status "$title" "$status" --request "$method" --url "$URL/$path" \
        --header "Authorization: Bearer $TOKEN" --header "$JSON" --data "$body" "$@"
}

# --- sign-up and activation by link; the request lies about its host ---
public "sign up" 201 users/v1/signUp \
    "{\"provider\":\"local\",\"email\":\"ada@acme.example\",\"companyName\":\"Acme\",\"password\":\"$PASSWORD\"}" \
    --header 'frontegg-vendor-host: https://evil.example' --header 'Host: evil.example' \
    --header 'X-Forwarded-Host: evil.example' --header 'X-Forwarded-Proto: https' \
    --header 'Forwarded: host=evil.example;proto=https'
expect_body "to be activated" '{"shouldActivate":true,"userId":"*","tenantId":"*"}'
USER_ID=$(member userId)
public "not yet" 401 auth/v1/user "{\"email\":\"ada@acme.example\",\"password\":\"$PASSWORD\"}"
message_to ada@acme.example
expect_body "the link starts at the server's own address" "*\"link\":\"$URL/account/activate?*"
case $BODY in *evil.example*) echo "not ok - the request chose the host" ;; *) echo "ok - the request chose nothing" ;; esac
ACTIVATION=$(member token)
public "activate" 200 users/v1/activate "{\"userId\":\"$USER_ID\",\"token\":\"$ACTIVATION\"}"
expect_body "and be signed in" '*"accessToken":"*'
public "once" 400 users/v1/activate "{\"userId\":\"$USER_ID\",\"token\":\"$ACTIVATION\"}"
public "sign in" 200 auth/v1/user "{\"email\":\"ada@acme.example\",\"password\":\"$PASSWORD\"}"

# --- an invitation into another tenant ---
vendor "a tenant" 201 POST tenants/resources/tenants/v1 '{"tenantId":"other","name":"Other"}'
vendor "invite" 201 POST identity/resources/users/v2 '{"email":"ada@acme.example"}' \
    --header 'frontegg-tenant-id: other' --header 'X-Forwarded-Host: evil.example'
message_to ada@acme.example 2
expect_body "a link again" "*\"link\":\"$URL/account/invitation/accept?*"
INVITATION=$(member token)
public "accept" 200 users/v1/invitation/accept "{\"userId\":\"$USER_ID\",\"token\":\"$INVITATION\"}"
public "once" 400 users/v1/invitation/accept "{\"userId\":\"$USER_ID\",\"token\":\"$INVITATION\"}"

# --- magic link; a mail scanner follows it first ---
vendor "links" 201 POST identity/resources/configurations/v1 '{"authStrategy":"MagicLink"}'
public "ask for one" 200 auth/v1/passwordless/magiclink/prelogin '{"email":"ada@acme.example"}' \
    --header 'X-Forwarded-Host: evil.example'
message_to ada@acme.example 3
expect_body "to the application" "*\"link\":\"$URL/account/login/magic-link?*"
LINK=$(member link)
MAGIC=$(member token)
curl -sS -o /dev/null "$LINK"
curl -sS -o /dev/null "$ID/auth/v1/passwordless/magiclink/postlogin?token=$MAGIC"
public "sign in by it" 201 auth/v1/passwordless/magiclink/postlogin "{\"token\":\"$MAGIC\"}"
expect_body "with tokens" '*"accessToken":"*'
public "once" 400 auth/v1/passwordless/magiclink/postlogin "{\"token\":\"$MAGIC\"}"

# --- code by e-mail; the browser holds the other half ---
vendor "codes" 201 POST identity/resources/configurations/v1 '{"authStrategy":"Code"}'
public "ask for one" 201 auth/v1/passwordless/code/prelogin '{"email":"ada@acme.example"}' \
    --cookie-jar "$TEST_TMP/jar"
message_to ada@acme.example 4
CODE=$(member code)
public "without the browser" 400 auth/v1/passwordless/code/postlogin "{\"token\":\"$CODE\"}"
expect_body "says so" '{"errors":\["Unknown device"\],"errorCode":"ER-01016"}'
public "sign in by it" 201 auth/v1/passwordless/code/postlogin "{\"token\":\"$CODE\"}" --cookie "$TEST_TMP/jar"
expect_body "with tokens" '*"accessToken":"*'

# --- an invitation link ---
vendor "make one" 201 POST identity/resources/tenants/invites/v1 '{"tenantId":"other"}'
INVITE=$(member token)
public "check it" 200 tenants/invites/v1/verify "{\"token\":\"$INVITE\"}"
expect_body "for the tenant" '*"tenantId":"other"*"name":"Other"*'
vendor "no sign-ups" 201 POST identity/resources/configurations/v1 '{"allowSignups":false}'
public "but by invitation" 201 users/v1/signUp \
    "{\"provider\":\"local\",\"email\":\"bob@acme.example\",\"companyName\":\"x\",\"invitationToken\":\"$INVITE\"}"
expect_body "into the tenant" '{"shouldActivate":true,"userId":"*","tenantId":"other"}'
vendor "the list shows no token" 200 GET identity/resources/tenants/invites/v1/all ''
case $BODY in *"$INVITE"*) echo "not ok - it does" ;; *) echo "ok - nothing of it" ;; esac
stop_server
trap - EXIT
if grep -q "$ACTIVATION\|$INVITATION\|$MAGIC\|$INVITE\|$PASSWORD" "$TEST_TMP/server.log"; then
    echo "not ok - the log holds a secret"
else
    echo "ok - the log holds no secret"
fi
for secret in "$INVITE" "$INVITATION" "$MAGIC" "$PASSWORD"; do
    if [ -z "${GATEHOUSE_TEST_PG:-}" ] && grep -q "$secret" "$DATA"/gatehouse.db*; then
        echo "not ok - the database holds a secret"
    else
        echo "ok - the database holds it not"
    fi
done
