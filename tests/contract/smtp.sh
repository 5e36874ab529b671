#!/bin/sh
# A mail server that is not ours (aiosmtpd, from the distribution) on loopback with STARTTLS: the activation mail
# arrives and its link works; certificates are checked; killing both in mid-queue loses and doubles nothing.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"

PYTHON=
for p in /usr/bin/python3 python3; do
    if [ -z "$PYTHON" ] && "$p" -c 'import aiosmtpd' 2>/dev/null; then
        PYTHON=$p
    fi
done
if [ -z "$PYTHON" ] || ! command -v openssl >/dev/null; then
    echo "ok - skipped: there is no aiosmtpd or no openssl"
    exit 0
fi

cd "$TEST_TMP" || exit 1
MAILS=$TEST_TMP/mails
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout mail.key -out mail.pem \
    -subj "/CN=127.0.0.1" -addext "subjectAltName=IP:127.0.0.1" 2>/dev/null
MAIL_PID=
SERVER_PID=
trap 'kill -KILL $SERVER_PID $MAIL_PID 2>/dev/null' EXIT

listening() { # PORT
    "$PYTHON" -c "import socket; socket.create_connection(('127.0.0.1', $1), 1)" 2>/dev/null
}

# Any free port the first time, the same one again.
start_mail() { # OPTION...
    tries=0
    while [ "$tries" -lt 20 ]; do
        tries=$((tries + 1))
        PORT=${MAIL_PORT:-$("$PYTHON" -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])")}
        "$PYTHON" -m aiosmtpd -n -l "127.0.0.1:$PORT" "$@" -c aiosmtpd.handlers.Mailbox "$MAILS" 2>>mail.log &
        MAIL_PID=$!
        waited=0
        while [ "$waited" -lt 200 ] && kill -0 "$MAIL_PID" 2>/dev/null; do
            if listening "$PORT"; then
                MAIL_PORT=$PORT
                return
            fi
            waited=$((waited + 1))
            sleep 0.05
        done
        kill -KILL "$MAIL_PID" 2>/dev/null
    done
    echo "not ok - the mail server did not start"
    exit 1
}

stop_mail() {
    kill -KILL "$MAIL_PID" 2>/dev/null
    wait "$MAIL_PID" 2>/dev/null
}

count_mails() { # [PATTERN]
    grep -l "^To: ${1:-}" "$MAILS"/new/* 2>/dev/null | wc -l
}

wait_for_mails() { # COUNT PATTERN
    tries=0
    while [ "$(count_mails "$2")" -lt "$1" ] && [ "$tries" -lt 600 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
}

check() { # TITLE CONDITION...
    title=$1
    shift
    if "$@"; then
        echo "ok - $title"
    else
        echo "not ok - $title"
    fi
}

options() { # SCHEME CA-LINE
    printf '[smtp]\nurl = %s://127.0.0.1:%s\nfrom = The Gate <gate@shop.example>\n%s\n' "$1" "$MAIL_PORT" "$2" >messages.conf
    printf '[delivery]\nfirst-retry = 100ms\nlast-retry = 200ms\nlease = 2s\nattempts = 100\n' >>messages.conf
}

create_user() { # EMAIL
    curl -sS -o /dev/null -X POST "$URL/identity/resources/users/v2" -H "Authorization: Bearer $TOKEN" \
        -H 'frontegg-tenant-id: mail' -H 'Content-Type: application/json' -d "{\"email\":\"$1\",\"name\":\"Ad\\u00e4\"}"
}

# -- a certificate that nobody vouches for --

start_mail --tlscert mail.pem --tlskey mail.key
options smtp ""
start_server --messages messages.conf
sign_in
curl -sS -o /dev/null -X POST "$URL/tenants/resources/tenants/v1" -H "Authorization: Bearer $TOKEN" \
    -H 'Content-Type: application/json' -d '{"tenantId":"mail","name":"Mail"}'
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

options smtp "ca-file = $TEST_TMP/mail.pem"
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
options smtps "ca-file = $TEST_TMP/mail.pem"
start_server --messages messages.conf
sign_in
expect_status "smtps" 200 -X POST "$URL/gatehouse/v1/messages/test" -H "Authorization: Bearer $TOKEN" \
    -H 'Content-Type: application/json' -d '{"to":"eve@example.com"}'
expect_body "takes a message, too" '*"sent":true*"provider":"smtp"*'
wait_for_mails 1 eve@example.com
check "it is there" [ "$(count_mails eve@example.com)" -eq 1 ]
check "the server ends with 0" stop_server
