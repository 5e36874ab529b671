#!/bin/sh
# Signing in to the sample data as doc/manual.md says: one password, and one authenticator for all who have MFA.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"

SECRET=GATEHOUSEDEMOSECRETFORTESTSONLYA
start_server --demo
trap 'kill -KILL $SERVER_PID 2>/dev/null' EXIT
LOGIN=$URL/identity/resources/auth/v1/user

post() { # TITLE STATUS URL BODY
    expect_status "$1" "$2" --request POST --header 'Content-Type: application/json' --url "$3" --data "$4"
}

post "somebody without MFA" 200 "$LOGIN" '{"email":"ben@acme.example","password":"sample-data-only"}'
expect_body "is in" '*"mfaRequired":false*"accessToken":"*'
post "somebody with MFA" 200 "$LOGIN" '{"email":"ada@acme.example","password":"sample-data-only"}'
expect_body "is asked" '*"mfaRequired":true*"mfaEnrolled":true*'
MFA=$(member mfaToken)
post "for a code" 201 "$LOGIN/mfa/verify" \
    "{\"mfaToken\":\"$MFA\",\"value\":\"$(oathtool --totp --base32 "$SECRET")\"}"
expect_body "and is in" '*"accessToken":"*'
post "somebody who is locked" 401 "$LOGIN" '{"email":"dmitri@acme.example","password":"sample-data-only"}'
post "somebody with another password" 401 "$LOGIN" '{"email":"ben@acme.example","password":"sample-data"}'
post "somebody of the crowd, who has none" 401 "$LOGIN" \
    '{"email":"user0001@initech.example","password":"sample-data-only"}'

if stop_server; then
    echo "ok - the server ends with 0"
else
    echo "not ok - the server ended with $?"
fi
