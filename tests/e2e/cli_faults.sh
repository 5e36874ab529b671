#!/bin/sh
# What the command line says and returns when things go wrong around it.
# shellcheck disable=SC2016 # the inner shell expands
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"
. "$TEST_TOP/tests/e2e/lib/cli.sh"

# -- nobody there --
expect "server down" 7 --url http://127.0.0.1:1 api GET /health
err_has "the address is named" "127.0.0.1:1"
expect "no such host" 7 --url https://no-such-host.invalid api GET /health
expect "no such socket" 7 --url "unix:$TEST_TMP/none.sock" api GET /health
expect "clear text to another host" 2 --url http://example.org api GET /health
err_has "says why" "clear text"
expect "an address that is none" 2 --url example.org api GET /health
expect "sign-in is needed" 4 --url http://127.0.0.1:1 tenants list

# -- configuration --
mkdir -p "$XDG_CONFIG_HOME/gatehouse"
conf=$XDG_CONFIG_HOME/gatehouse/config.ini
printf '[profile a]\nregion = moon\n' >"$conf"
expect "bad line" 2 tenants list
err_has "named by file, line, column" "config.ini:2:10:"
printf '[profile a\n' >"$conf"
expect "broken section" 2 tenants list
err_has "named too" "config.ini:1:"
printf '[profile a]\nregion = eu\n[profile b]\nregion = us\n' >"$conf"
expect "which profile" 2 tenants list
expect "no such profile" 2 --profile c tenants list
rm "$conf"
expect "no such file" 2 --config "$TEST_TMP/none.ini" tenants list
expect "contradicting flags" 2 --local --url http://localhost:1 tenants list

start_server
use_server

# -- credentials --
echo wrong >"$TEST_TMP/wrong"
chmod 600 "$TEST_TMP/wrong"
expect "wrong secret" 4 --secret-file "$TEST_TMP/wrong" tenants list
err_has "in one sentence" "sign-in failed"
chmod 644 "$TEST_TMP/wrong"
expect "a secret others can read" 2 --secret-file "$TEST_TMP/wrong" tenants list
expect "no such secret" 2 --secret-file "$TEST_TMP/none" tenants list
expect "secret from a command" 0 --secret-command "cat '$TEST_TMP/secret'" tenants list
expect "command that fails" 4 --secret-command "exit 7" tenants list
unset GATEHOUSE_SECRET_FILE
expect "no secret at all" 4 tenants list
GATEHOUSE_SECRET_FILE=$TEST_TMP/secret
export GATEHOUSE_SECRET_FILE

# -- output that cannot be written --
if [ -w /dev/full ]; then
    "$GATEHOUSE_BIN" operations >/dev/full 2>"$ERR_FILE"
    STATUS=$?
    check "a full disk is a failure" [ "$STATUS" = 1 ]
    err_has "with its reason" "No space left"
fi
# It starts once the reading end is surely closed.
mkfifo "$TEST_TMP/closed"
{
    read -r _ <"$TEST_TMP/closed"
    "$GATEHOUSE_BIN" operations
    echo $? >"$TEST_TMP/status"
} 2>"$ERR_FILE" | {
    exec <&-
    echo >"$TEST_TMP/closed"
}
check "a closed pipe ends it by SIGPIPE" [ "$(cat "$TEST_TMP/status")" = 141 ]
is_empty "without a word" "$ERR_FILE"

# -- signals --
mkfifo "$TEST_TMP/hold"
for signal in INT TERM HUP; do
    # A secret command that never answers keeps the call waiting. The shell ignores INT for what runs behind it.
    env --default-signal=INT "$GATEHOUSE_BIN" --secret-command "echo started >'$TEST_TMP/started'; cat '$TEST_TMP/hold'" \
        tenants list >"$OUT_FILE" 2>"$ERR_FILE" &
    pid=$!
    tries=0
    while [ ! -e "$TEST_TMP/started" ] && [ $tries -lt 200 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
    rm -f "$TEST_TMP/started"
    kill -$signal $pid
    wait $pid
    got=$?
    case $signal in
    INT) want=130 ;;
    TERM) want=143 ;;
    HUP) want=129 ;;
    esac
    check "$signal ends it by that signal" [ "$got" = "$want" ]
done

# -- nothing secret is told --
gh tenants list
check "the secret is in no output" sh -c 'test -s "$1" && ! grep -qF -e "$(cat "$1")" "$2" "$3"' sh \
    "$TEST_TMP/secret" "$OUT_FILE" "$ERR_FILE"
SSLKEYLOGFILE=$TEST_TMP/keys
export SSLKEYLOGFILE
http_proxy=http://127.0.0.1:1
export http_proxy
expect "proxy variables do not divert" 0 tenants list
check "no key log is written" [ ! -e "$TEST_TMP/keys" ]
unset http_proxy SSLKEYLOGFILE

# -- the server goes away --
stop_server
expect "stopped server" 7 tenants list
