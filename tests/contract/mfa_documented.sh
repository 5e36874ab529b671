#!/bin/sh
# MFA as the public documentation shows it, with what everybody has: curl sends the calls, zbarimg reads the picture,
# oathtool shows the codes, and codes that are sent are taken from the outbox.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"
. "$TEST_TOP/tests/contract/lib/factors.sh"

start_server
trap 'kill -KILL $SERVER_PID 2>/dev/null' EXIT
sign_in
USERS=$URL/identity/resources/users/v1
LOGIN=$URL/identity/resources/auth/v1/user
JSON='Content-Type: application/json'

vendor() { # TITLE STATUS METHOD URL [BODY]: as the environment, for the person in $USER_ID
    expect_status "$1" "$2" --request "$3" --url "$4" --header "Authorization: Bearer $TOKEN" \
        --header "frontegg-user-id: $USER_ID" --header "$JSON" ${5+--data "$5"}
}

public() { # TITLE STATUS URL BODY: without a token
    expect_status "$1" "$2" --request POST --url "$3" --header "$JSON" --data "$4"
}

USER_ID=
vendor "a tenant" 201 POST "$URL/tenants/resources/tenants/v1" '{"tenantId":"acme","name":"Acme"}'
expect_status "a person" 201 --request POST --url "$URL/identity/resources/users/v2" \
    --header "Authorization: Bearer $TOKEN" --header 'frontegg-tenant-id: acme' --header "$JSON" \
    --data '{"email":"ada@acme.example","name":"Ada","password":"a horse, a battery","skipInviteEmail":true}'
USER_ID=$(member id)
vendor "who is verified" 200 POST "$USERS/$USER_ID/verify"
FIRST='{"email":"ada@acme.example","password":"a horse, a battery"}'

# --- authenticator app ---
vendor "the name in apps" 201 POST "$URL/identity/resources/configurations/v1/mfa" \
    '{"authenticationApp":{"active":true,"serviceName":"Zoë & Söhne 100%"}}'
vendor "enrol an authenticator app" 200 POST "$USERS/mfa/authenticator/enroll"
expect_body "the answer is a picture" '{"qrCode":"data:image/png;base64,*"}'
read_picture
NAME='Zo%C3%AB%20%26%20S%C3%B6hne%20100%25'
case_of "whose text is a key URI" [ "$URI" = "otpauth://totp/$NAME:ada%40acme.example?secret=$SECRET&issuer=$NAME" ]
case_of "with 160 bits" [ "${#SECRET}" -eq 32 ]
vendor "a wrong code" 400 POST "$USERS/mfa/authenticator/enroll/verify" '{"token":"000000"}'
expect_body "is named" '*"Invalid code"*"ER-01011"*'
vendor "a right one" 200 POST "$USERS/mfa/authenticator/enroll/verify" "{\"token\":\"$(totp "$SECRET")\"}"
expect_body "gives the recovery code" '{"recoveryCode":"????????????????????????????????"}'
RECOVERY=$(member recoveryCode)

public "the password is not enough" 200 "$LOGIN" "$FIRST"
expect_body "any more" '*"mfaRequired":true*"mfaEnrolled":true*"mfaToken":"*'
MFA=$(member mfaToken)
public "the code of the app lets in" 201 "$LOGIN/mfa/verify" \
    "{\"mfaToken\":\"$MFA\",\"value\":\"$(totp "$SECRET" 30)\"}"
expect_body "with tokens" '*"accessToken":"*'
public "once" 401 "$LOGIN/mfa/verify" "{\"mfaToken\":\"$MFA\",\"value\":\"$(totp "$SECRET" 30)\"}"

public "the recovery code" 200 "$LOGIN/mfa/recover" \
    "{\"email\":\"ada@acme.example\",\"recoveryCode\":\"$RECOVERY\"}"
public "removes MFA" 200 "$LOGIN" "$FIRST"
expect_body "all of it" '*"mfaRequired":false*"accessToken":"*'

# --- SMS ---
vendor "enrol a phone" 200 POST "$USERS/mfa/sms/enroll" '{"phoneNumber":"+4915112345678"}'
OTC=$(member otcToken)
sent_code +4915112345678
vendor "with the code that was sent" 200 POST "$USERS/mfa/sms/enroll/verify" \
    "{\"otcToken\":\"$OTC\",\"code\":\"$CODE\"}"
vendor "it is a device" 200 GET "$USERS/mfa/devices"
PHONE=$(printf '%s' "$BODY" | sed -n 's/.*"phones":\[{"id":"\([^"]*\)".*/\1/p')
public "sign in" 200 "$LOGIN" "$FIRST"
MFA=$(member mfaToken)
public "ask for a code" 201 "$LOGIN/mfa/sms/$PHONE" "{\"mfaToken\":\"$MFA\"}"
OTC=$(member otcToken)
sent_code +4915112345678
public "show it" 201 "$LOGIN/mfa/sms/$PHONE/verify" \
    "{\"mfaToken\":\"$MFA\",\"otcToken\":\"$OTC\",\"code\":\"$CODE\"}"
ACCESS=$(member accessToken)

public "sign in again" 200 "$LOGIN" "$FIRST"
MFA=$(member mfaToken)
public "ask for a code by e-mail" 201 "$LOGIN/mfa/emailcode" "{\"mfaToken\":\"$MFA\"}"
OTC=$(member otcToken)
sent_code ada@acme.example
public "show that" 201 "$LOGIN/mfa/emailcode/verify" \
    "{\"mfaToken\":\"$MFA\",\"otcToken\":\"$OTC\",\"code\":\"$CODE\"}"

own() { # TITLE STATUS PATH BODY: the person themselves
    expect_status "$1" "$2" --request POST --url "$USERS/mfa/$3" --header "Authorization: Bearer $ACCESS" \
        --header "$JSON" --data "$4"
}
own "the last device is not removed without a code" 400 "sms/$PHONE/disable/verify" '{}'
own "ask for one" 200 "sms/$PHONE/disable" ''
OTC=$(member otcToken)
sent_code +4915112345678
own "show it" 200 "sms/$PHONE/disable/verify" "{\"otcToken\":\"$OTC\",\"code\":\"$CODE\"}"
case_of "with an empty answer" [ -z "$BODY" ]
vendor "the old route, from the environment, with nothing enrolled" 400 POST "$USERS/mfa/disable" '{}'
expect_body "says so" '{"errors":\["MFA is not enrolled"\],"errorCode":"ER-01097"}'

# --- forced ---
vendor "a policy" 201 POST "$URL/identity/resources/configurations/v1/mfa-policy" '{"enforceMFAType":"Force"}'
vendor "there is one" 409 POST "$URL/identity/resources/configurations/v1/mfa-policy" '{"enforceMFAType":"Force"}'
vendor "so change it" 200 PATCH "$URL/identity/resources/configurations/v1/mfa-policy" '{"allowRememberMyDevice":true}'
public "sign in" 200 "$LOGIN" "$FIRST"
expect_body "and enrol" '*"mfaEnrolled":false*"qrCode":"data:image/png;base64,*'
MFA=$(member mfaToken)
public "an authenticator app" 201 "$LOGIN/mfa/authenticator/enroll" "{\"mfaToken\":\"$MFA\"}"
read_picture
expect_status "may the device be remembered?" 200 --get --data-urlencode "mfaToken=$MFA" \
    --url "$URL/identity/resources/configurations/v1/mfa-policy/allow-remember-device"
expect_body "for two weeks" '{"isAllowedToRemember":true,"mfaDeviceExpiration":1209600}'
expect_status "confirm it and remember the device" 201 --request POST --header "$JSON" --cookie-jar "$TEST_TMP/jar" \
    --url "$LOGIN/mfa/authenticator/enroll/verify" \
    --data "{\"mfaToken\":\"$MFA\",\"token\":\"$(totp "$SECRET")\",\"rememberDevice\":true}"
expect_body "recovery code and tokens" '*"accessToken":"*"recoveryCode":"*'
expect_status "this device is not asked again" 200 --request POST --header "$JSON" --cookie "$TEST_TMP/jar" \
    --url "$LOGIN" --data "$FIRST"
expect_body "for a second factor" '*"mfaRequired":false*'
public "others are" 200 "$LOGIN" "$FIRST"
expect_body "as ever" '*"mfaRequired":true*"mfaEnrolled":true*'
vendor "an administrator removes it" 200 POST "$URL/identity/resources/vendor-only/users/v1/$USER_ID/mfa/unenroll"

if stop_server; then
    echo "ok - the server ends with 0"
else
    echo "not ok - the server ended with $?"
fi
