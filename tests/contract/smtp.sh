#!/bin/sh
# A mail server that is not ours (aiosmtpd, from the distribution) on loopback with STARTTLS: the activation mail
# arrives and its link works; certificates are checked; killing both in mid-queue loses and doubles nothing.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"
. "$TEST_TOP/tests/contract/lib/mail.sh"

PYTHON=$(python_with aiosmtpd)
if [ -z "$PYTHON" ] || ! command -v openssl >/dev/null; then
    echo "ok - mail # SKIP there is no aiosmtpd or no openssl"
    exit 0
fi

cd "$TEST_TMP" || exit 1
MAILS=$TEST_TMP/mails
make_certificate
SERVER_PID=
trap 'kill -KILL $SERVER_PID $MAIL_PID 2>/dev/null' EXIT

run_mail() { # PORT OPTION...
    address=127.0.0.1:$1
    shift
    exec "$PYTHON" -m aiosmtpd -n -l "$address" "$@" -c aiosmtpd.handlers.Mailbox "$MAILS"
}

# -- a certificate that nobody vouches for --

start_mail --tlscert mail.pem --tlskey mail.key
mail_options smtp
start_server --messages messages.conf
sign_in
create_mail_tenant
create_user ada@example.com
tries=0
BODY=
while [ "$tries" -lt 200 ]; do
    BODY=$(curl -sS "$URL/gatehouse/v1/messages?state=queued" -H "Authorization: Bearer $TOKEN")
    case $BODY in *certificate*) break ;; esac
    tries=$((tries + 1))
    sleep 0.05
done
expect_body "an unknown certificate is refused, and the message waits" '*"state":"queued"*"error":"*certificate*'
check "nothing was sent in spite of it" [ "$(count_mails)" -eq 0 ]
expect_status "a test message says the same" 200 -X POST "$URL/gatehouse/v1/messages/test" -H "Authorization: Bearer $TOKEN" \
    -H 'Content-Type: application/json' -d '{"to":"bob@example.com"}'
expect_body "in words" '*"sent":false*"provider":"smtp"*certificate*'
check "the server ends with 0" stop_server

# -- STARTTLS --

mail_options smtp "ca-file = $TEST_TMP/mail.pem"
start_server --messages messages.conf
sign_in
wait_for_mails 1 ada@example.com
check "the message that waited arrives over STARTTLS" [ "$(count_mails ada@example.com)" -eq 1 ]
mail=$(grep -l '^To: ada@example.com' "$MAILS"/new/* | head -n 1)
check "from the configured sender" grep -q 'gate@shop.example>$' "$mail"
check "to the right one" grep -q '^X-RcptTo: ada@example.com' "$mail"
check "with a Message-ID" grep -q '^Message-ID: <[0-9a-f-]*@shop.example>$' "$mail"
check "in two alternatives" grep -q '^Content-Type: text/html; charset=utf-8' "$mail"
# Quoted-printable: soft line breaks out, then =XX.
link=$(sed -e ':a' -e '/=$/{N;s/=\n//;ba' -e '}' "$mail" | sed -e 's/=3D/=/g' -e 's/=2E/./g' |
    grep -o 'http://[^" <]*userId=[^" <]*' | head -n 1)
user=$(printf '%s' "$link" | sed 's/.*userId=\([^&]*\).*/\1/')
token=$(printf '%s' "$link" | sed 's/.*token=\([^&]*\).*/\1/')
expect_status "the link in it activates the account" 200 -X POST "$URL/identity/resources/users/v1/activate" \
    -H 'Content-Type: application/json' -d "{\"userId\":\"$user\",\"token\":\"$token\",\"password\":\"Correct-Horse-7-Battery\"}"
expect_status "the message is marked as sent" 200 "$URL/gatehouse/v1/messages?state=sent" -H "Authorization: Bearer $TOKEN"
expect_body "by the mail server" '*"to":"ada@example.com"*"provider":"smtp"*"status":250*'

# -- both are killed in mid-queue --

n=0
while [ "$n" -lt 24 ]; do
    n=$((n + 1))
    create_user "many$n@example.com"
    case $n in
    8) stop_mail ;;
    16)
        kill -KILL "$SERVER_PID"
        wait "$SERVER_PID" 2>/dev/null
        start_server --messages messages.conf
        sign_in
        ;;
    20) start_mail --tlscert mail.pem --tlskey mail.key ;;
    esac
done
wait_for_mails 24 many
lost=0
for i in $(seq 24); do
    grep -q "^To: many$i@example.com" "$MAILS"/new/* || lost=$((lost + 1))
done
check "none of 24 is lost" [ "$lost" -eq 0 ]
sleep 0.5
check "and none came twice" [ "$(count_mails many)" -eq 24 ]
check "the server ends with 0" stop_server
stop_mail

# -- TLS from the first byte --

MAIL_PORT=
start_mail --smtpscert mail.pem --smtpskey mail.key
mail_options smtps "ca-file = $TEST_TMP/mail.pem"
start_server --messages messages.conf
sign_in
expect_status "smtps" 200 -X POST "$URL/gatehouse/v1/messages/test" -H "Authorization: Bearer $TOKEN" \
    -H 'Content-Type: application/json' -d '{"to":"eve@example.com"}'
expect_body "takes a message, too" '*"sent":true*"provider":"smtp"*'
wait_for_mails 1 eve@example.com
check "it is there" [ "$(count_mails eve@example.com)" -eq 1 ]
check "the server ends with 0" stop_server
