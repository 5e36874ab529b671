#!/bin/sh
# A person's whole way with curl and oathtool alone: sign up, activate from the outbox, sign in, enrol an app, sign in with
# it, add a phone, remove it as documented, a code by e-mail, refresh, sessions, sign out. Cookies do what a browser's do.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"
. "$TEST_TOP/tests/contract/lib/factors.sh"

start_server
trap 'kill -KILL $SERVER_PID 2>/dev/null' EXIT
sign_in
ID=$URL/identity/resources
JSON='Content-Type: application/json'
MAIL=ada@acme.example
PASSWORD='a horse, a battery'
JAR=$TEST_TMP/jar

post() { # TITLE STATUS PATH BODY: without a token
    expect_status "$1" "$2" --request POST --url "$ID/$3" --header "$JSON" --data "$4"
}

own() { # TITLE STATUS METHOD PATH [BODY]: with the person's token
    expect_status "$1" "$2" --request "$3" --url "$ID/$4" --header "Authorization: Bearer $ACCESS" \
        --header "$JSON" ${5+--data "$5"}
}

browser() { # TITLE STATUS PATH BODY: with the cookies of one browser
    expect_status "$1" "$2" --request POST --url "$ID/$3" --header "$JSON" --cookie "$JAR" --cookie-jar "$JAR" \
        --data "$4"
}

# curl keeps cookies that are Secure to itself on plain HTTP, except to localhost by name in newer versions; the tests'
# server is on plain HTTP, so the mark is taken off.
plain_jar() {
    awk 'BEGIN { FS = OFS = "\t" } NF == 7 { $4 = "FALSE" } { print }' "$JAR" >"$JAR.new" && mv "$JAR.new" "$JAR"
}

FIRST="{\"email\":\"$MAIL\",\"password\":\"$PASSWORD\"}"

# --- an account ---
post "sign up" 201 users/v1/signUp "{\"provider\":\"local\",\"email\":\"$MAIL\",\"password\":\"$PASSWORD\",\
\"name\":\"Ada\",\"companyName\":\"Acme\"}"
expect_body "which wants to be activated" '*"shouldActivate":true*'
post "not before" 401 auth/v1/user "$FIRST"
message_to "$MAIL"
case_of "the activation mail has a link" [ -n "$(member link)" ]
ACTIVATION=$(member token)
LINK=$(member link)
USER_ID=$(printf '%s' "$LINK" | sed -n 's/.*userId=\([^&]*\).*/\1/p')
post "activate" 200 users/v1/activate "{\"userId\":\"$USER_ID\",\"token\":\"$ACTIVATION\"}"
post "once" 400 users/v1/activate "{\"userId\":\"$USER_ID\",\"token\":\"$ACTIVATION\"}"
browser "sign in" 200 auth/v1/user "$FIRST"
expect_body "without a second factor" '*"mfaRequired":false*'
ACCESS=$(member accessToken)
own "who am I" 200 GET users/v2/me
expect_body "that is me" "*\"email\":\"$MAIL\"*"

# --- an authenticator app ---
own "enrol an app" 200 POST users/v1/mfa/authenticator/enroll
read_picture
own "with its code" 200 POST users/v1/mfa/authenticator/enroll/verify "{\"token\":\"$(totp "$SECRET")\"}"
RECOVERY=$(member recoveryCode)
case_of "a recovery code" [ "${#RECOVERY}" -eq 32 ]
post "the password is not enough now" 200 auth/v1/user "$FIRST"
MFA=$(member mfaToken)
DEVICE=$(printf '%s' "$BODY" | sed -n 's/.*"authenticators":\[{"id":"\([^"]*\)".*/\1/p')
expect_body "it says with what to go on" '*"mfaStrategies":\[*"AuthenticatorApp"*'
post "the code lets in" 201 "auth/v1/user/mfa/authenticator/$DEVICE/verify" \
    "{\"mfaToken\":\"$MFA\",\"value\":\"$(totp "$SECRET" 30)\"}"
ACCESS=$(member accessToken)

# --- a phone, and its removal as documented ---
own "add a phone" 200 POST users/v1/mfa/sms/enroll '{"phoneNumber":"+4915112345678"}'
OTC=$(member otcToken)
sent_code +4915112345678
own "with the code that came" 200 POST users/v1/mfa/sms/enroll/verify "{\"otcToken\":\"$OTC\",\"code\":\"$CODE\"}"
post "sign in" 200 auth/v1/user "$FIRST"
MFA=$(member mfaToken)
PHONE=$(printf '%s' "$BODY" | sed -n 's/.*"phones":\[{"id":"\([^"]*\)".*/\1/p')
post "by SMS" 201 "auth/v1/user/mfa/sms/$PHONE" "{\"mfaToken\":\"$MFA\"}"
OTC=$(member otcToken)
sent_code +4915112345678
post "with that code" 201 "auth/v1/user/mfa/sms/$PHONE/verify" \
    "{\"mfaToken\":\"$MFA\",\"otcToken\":\"$OTC\",\"code\":\"$CODE\"}"
ACCESS=$(member accessToken)
own "other factors are left, so the phone goes at once" 200 POST "users/v1/mfa/sms/$PHONE/disable/verify" '{}'
own "it is gone" 200 GET users/v1/mfa/devices
expect_body "the app stays" "*\"phones\":\[\]*\"authenticators\":\[{*"

# --- a code by e-mail ---
browser "sign in" 200 auth/v1/user "$FIRST"
MFA=$(member mfaToken)
post "by e-mail" 201 auth/v1/user/mfa/emailcode "{\"mfaToken\":\"$MFA\"}"
OTC=$(member otcToken)
sent_code "$MAIL"
browser "with that code" 201 auth/v1/user/mfa/emailcode/verify \
    "{\"mfaToken\":\"$MFA\",\"otcToken\":\"$OTC\",\"code\":\"$CODE\"}"
ACCESS=$(member accessToken)
plain_jar

# --- sessions ---
browser "refresh from the cookie alone" 200 auth/v1/user/token/refresh '{}'
ACCESS=$(member accessToken)
plain_jar
own "my sessions" 200 GET users/sessions/v1/me
SESSIONS=$(printf '%s' "$BODY" | grep -o '"current":' | wc -l)
case_of "several" [ "$SESSIONS" -ge 3 ]
OTHER=$(printf '%s' "$BODY" | tr '{' '\n' | grep '"current":false' | sed -n 's/.*"id":"\([^"]*\)".*/\1/p' | head -n 1)
own "end another one" 200 DELETE "users/sessions/v1/me/$OTHER"
own "once" 404 DELETE "users/sessions/v1/me/$OTHER"
own "one less" 200 GET users/sessions/v1/me
case_of "indeed" [ "$(printf '%s' "$BODY" | grep -o '"current":' | wc -l)" -eq $((SESSIONS - 1)) ]
cp "$JAR" "$TEST_TMP/kept"
browser "sign out" 201 auth/v1/logout '{}'
cp "$TEST_TMP/kept" "$JAR"
browser "the cookie is worth nothing now" 401 auth/v1/user/token/refresh '{}'
expect_body "as is said" '*"Session not found"*'
own "nor is the token" 401 GET users/v2/me

if stop_server; then
    echo "ok - the server ends with 0"
else
    echo "not ok - the server ended with $?"
fi
