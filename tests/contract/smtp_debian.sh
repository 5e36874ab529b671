#!/bin/sh
# Debian's mail server (exim4) with a configuration, a spool and a Maildir of its own on loopback, with STARTTLS and a
# password: what arrives is a whole mail, and whatever is killed while mails are on their way, none is lost and none is
# sent anew under another Message-ID.
# shellcheck disable=SC2119 # start_mail has options for other servers
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"
. "$TEST_TOP/tests/contract/lib/mail.sh"

EXIM=/usr/sbin/exim
PYTHON=$(python_with email)
if ! [ -x "$EXIM" ] || [ -z "$PYTHON" ] || ! command -v openssl >/dev/null; then
    echo "ok - mail # SKIP there is no exim, no python3 or no openssl"
    exit 0
fi

cd "$TEST_TMP" || exit 1
MAILS=$TEST_TMP/exim/mails
SERVER_PID=
make_certificate

# Exim never delivers as root: there it becomes nobody, which has to be able to reach its folder.
mkdir exim exim/spool
if [ "$(id -u)" -eq 0 ]; then
    mail_user=nobody
    mail_group=$(id -gn nobody)
    chmod 711 .
    cp mail.pem mail.key exim
    chown -R nobody exim
else
    mail_user=$(id -un)
    mail_group=$(id -gn)
    cp mail.pem mail.key exim
fi
cat >exim.conf <<CONF
exim_user = $mail_user
exim_group = $mail_group
primary_hostname = mail.example
spool_directory = $TEST_TMP/exim/spool
log_file_path = $TEST_TMP/exim/spool/%slog
pid_file_path = $TEST_TMP/exim/spool/pid
log_selector = +smtp_confirmation
keep_environment = TEST_TMP
deliver_drop_privilege
smtp_accept_max = 50
smtp_accept_max_per_connection = 1000
tls_advertise_hosts = *
tls_certificate = $TEST_TMP/exim/mail.pem
tls_privatekey = $TEST_TMP/exim/mail.key
auth_advertise_hosts = *
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data
begin acl
check_rcpt:
  accept authenticated = *
         encrypted = *
  deny message = sign in first
check_data:
  deny !verify = header_syntax
       message = the headers are not well-formed
  accept
begin routers
all:
  driver = accept
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = $MAILS
  maildir_format
  create_directory
  envelope_to_add
  return_path_add
  user = $mail_user
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and{{eq{\$auth2}{gate}}{eq{\$auth3}{a secret}}}}
  server_set_id = \$auth2
CONF
printf 'a secret\n' >password
chmod 600 password

# Takes up what is in the spool every second, as a system's own does every half hour.
run_mail() { # PORT
    exec "$EXIM" -C "$TEST_TMP/exim.conf" -bdf -q1s -oX "127.0.0.1:$1"
}

# All of it at once: the one that listens, those with a connection, those that deliver.
kill_mail() {
    # shellcheck disable=SC2009 # its arguments are what tells it from other mail servers
    for pid in $(ps -eo pid=,args= | grep -F "$TEST_TMP/exim.conf" | sed -n '/grep/!s/^ *\([0-9]*\) .*/\1/p'); do
        kill -KILL "$pid" 2>/dev/null
    done
    wait "$MAIL_PID" 2>/dev/null
}
trap 'kill -KILL $SERVER_PID 2>/dev/null; kill_mail' EXIT

# -- one mail, whole --

start_mail
mail_options smtp "ca-file = $TEST_TMP/mail.pem" 'user = gate' "password-file = $TEST_TMP/password"
start_server --messages messages.conf
sign_in
create_mail_tenant
create_user ada@example.com
wait_for_mails 1 ada@example.com
check "the activation mail is in the mailbox" [ "$(count_mails ada@example.com)" -eq 1 ]
mail=$(grep -l '^To: ada@example.com' "$MAILS"/new/* | head -n 1)
"$PYTHON" - "$mail" link <<'PYTHON' || echo "not ok - the mail could not be read"
import email, email.policy, email.utils, html, re, sys, time
with open(sys.argv[1], "rb") as f:
    m = email.message_from_binary_file(f, policy=email.policy.default)
def check(title, good, found=""):
    print(f"{'ok' if good else 'not ok'} - {title}" + ("" if good else f": {found!r}"))
parts = list(m.walk())
check("a reader of mail finds no defect in it", not any(p.defects for p in parts), [p.defects for p in parts])
for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"):
    check(f"one {name}", len(m.get_all(name, [])) == 1, m.get_all(name))
check("from the configured sender", m["From"].addresses[0].addr_spec == "gate@shop.example", m["From"])
check("the envelope says the same", m["Return-path"] == "<gate@shop.example>", m["Return-path"])
check("to the user", m["Envelope-to"] == "ada@example.com", m["Envelope-to"])
check("of now", abs(m["Date"].datetime.timestamp() - time.time()) < 600, m["Date"])
check("by STARTTLS and with the password", "with esmtpsa" in m["Received"], m["Received"])
check("two alternatives", [p.get_content_type() for p in parts] == ["multipart/alternative", "text/plain", "text/html"],
      [p.get_content_type() for p in parts])
text, page = (p.get_content() for p in parts[1:])
check("the user's name is whole in both", "Adä" in text and "Adä" in html.unescape(page), (text, page))
links = re.findall(r"http://\S*userId=\S*", text)
check("a link in the text", len(links) == 1, links)
check("the same one in the page", links and html.escape(links[0]) in page or links[0] in page, page)
open(sys.argv[2], "w").write(links[0])
PYTHON
user=$(sed 's/.*userId=\([^&]*\).*/\1/' link)
token=$(sed 's/.*token=\([^&]*\).*/\1/' link)
expect_status "the link activates the account" 200 -X POST "$URL/identity/resources/users/v1/activate" \
    -H 'Content-Type: application/json' -d "{\"userId\":\"$user\",\"token\":\"$token\",\"password\":\"Correct-Horse-7-Battery\"}"
check "the server ends with 0" stop_server

# -- a wrong password --

printf 'another\n' >password
start_server --messages messages.conf
sign_in
expect_status "with a wrong password" 200 -X POST "$URL/gatehouse/v1/messages/test" -H "Authorization: Bearer $TOKEN" \
    -H 'Content-Type: application/json' -d '{"to":"bob@example.com"}'
expect_body "nothing is sent, and it is said why" '*"sent":false*"provider":"smtp"*'
check "the server ends with 0" stop_server
check "nothing arrived" [ "$(count_mails bob@example.com)" -eq 0 ]

# -- both are killed, while mails are on their way and while they wait --

printf 'a secret\n' >password
start_server --messages messages.conf
sign_in
kill_server() {
    kill -KILL "$SERVER_PID"
    wait "$SERVER_PID" 2>/dev/null
}
restart_server() {
    start_server --messages messages.conf
    sign_in
}
n=0
while [ "$n" -lt 60 ]; do
    n=$((n + 1))
    create_user "many$n@example.com"
    case $n in
    10) kill_mail ;;
    20) kill_server; restart_server ;;
    25) start_mail ;;
    35) kill_server; kill_mail; start_mail; restart_server ;;
    45) kill_server; restart_server ;;
    50) kill_mail; start_mail ;;
    esac
done
wait_for_mails 60 many
for i in $(seq 60); do
    grep -l "^To: many$i@example.com" "$MAILS"/new/* >/dev/null || echo "many$i@example.com"
done >lost
check "none of 60 is lost" [ ! -s lost ]
tries=0
state() { curl -sS "$URL/gatehouse/v1/messages?state=queued" -H "Authorization: Bearer $TOKEN"; }
while ! state | grep -q '"totalItems":0' && [ "$tries" -lt 400 ]; do
    tries=$((tries + 1))
    sleep 0.05
done
expect_status "the queue can be read" 200 "$URL/gatehouse/v1/messages?state=queued" -H "Authorization: Bearer $TOKEN"
expect_body "and is empty" '*"totalItems":0*'
tries=0
while [ -n "$("$EXIM" -C "$TEST_TMP/exim.conf" -bp)" ] && [ "$tries" -lt 400 ]; do
    tries=$((tries + 1))
    sleep 0.05
done
check "so is the mail server's" [ -z "$("$EXIM" -C "$TEST_TMP/exim.conf" -bp)" ]
# What dies between a 250 and its record goes out again, as the same mail: receivers tell by its Message-ID.
# shellcheck disable=SC2046 # names without spaces
grep -h '^Message-ID: ' $(grep -l '^To: many' "$MAILS"/new/*) | sort -u >ids
check "each is one mail, by its Message-ID" [ "$(wc -l <ids)" -eq 60 ]
doubled=$(($(count_mails many) - 60))
echo "# $doubled came twice, since they were on their way when something died"
check "the server ends with 0" stop_server

# -- nothing dies in between --

restart_server
before=$(count_mails)
kill_mail
for i in 1 2 3 4 5 6 7 8; do
    create_user "calm$i@example.com"
done
kill_server
restart_server
start_mail
wait_for_mails 8 calm
check "the server ends with 0" stop_server
check "what waited arrives once" [ "$(count_mails calm)" -eq 8 ]
check "and nothing else does" [ "$(count_mails)" -eq $((before + 8)) ]
