#!/bin/sh
# TLS: only a certificate that is valid, for this host, from a trusted authority is good enough.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"
. "$TEST_TOP/tests/e2e/lib/cli.sh"

if ! command -v openssl >/dev/null; then
    echo "ok - skipped: there is no openssl program to make certificates with"
    exit 0
fi

cd "$TEST_TMP" || exit 1

authority() { # NAME
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout "$1.key" -out "$1.pem" \
        -subj "/CN=$1" -addext basicConstraints=critical,CA:TRUE 2>/dev/null
}

certificate() { # NAME AUTHORITY SUBJECT-ALT-NAME [X509-OPTION]...
    name=$1
    ca=$2
    printf 'subjectAltName=%s\n' "$3" >"$name.ext"
    shift 3
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -out "$name.csr" \
        -subj /CN=gatehouse 2>/dev/null
    openssl x509 -req -in "$name.csr" -CA "$ca.pem" -CAkey "$ca.key" -CAcreateserial -out "$name.pem" \
        -extfile "$name.ext" "$@" 2>/dev/null
    chmod 600 "$name.key"
}

authority good
authority other
certificate right good IP:127.0.0.1,DNS:localhost -days 2
certificate elsewhere good DNS:example.org -days 2
certificate foreign other IP:127.0.0.1 -days 2
certificate ended good IP:127.0.0.1 -days -1
# Newer OpenSSL refuses that and has an option for it instead.
if [ ! -s ended.pem ]; then
    certificate ended good IP:127.0.0.1 -not_before 20200101000000Z -not_after 20200102000000Z
fi

serve() { # CERTIFICATE
    rm -rf ready
    mkfifo ready
    "$GATEHOUSED_BIN" --data "$TEST_TMP/data" --listen https://127.0.0.1:0 --tls-cert "$1.pem" --tls-key "$1.key" \
        >ready 2>server.log &
    SERVER_PID=$!
    DATA=$TEST_TMP/data
    URL=
    read -r word URL <ready
    if [ "$word" != ready ]; then
        echo "not ok - server with certificate $1"
        sed 's/^/# /' server.log
        exit 1
    fi
    use_server
}

SSL_CERT_FILE=$TEST_TMP/good.pem
export SSL_CERT_FILE

serve right
expect "a right certificate" 0 tenants list
unset SSL_CERT_FILE
expect "an authority nobody trusts" 7 tenants list
err_has "is said in words" "secure connection"
SSL_CERT_FILE=$TEST_TMP/good.pem
export SSL_CERT_FILE
mkdir -p "$XDG_CONFIG_HOME/gatehouse"
cat >"$XDG_CONFIG_HOME/gatehouse/config.ini" <<EOF
[profile own]
url = $URL
client-id = $GATEHOUSE_CLIENT_ID
secret-file = $TEST_TMP/secret
ca-file = $TEST_TMP/other.pem
EOF
expect "ca-file replaces the system's authorities" 7 --profile own tenants list
expect "clear text to a TLS port" 7 --url "http${URL#https}" api GET /health
stop_server

for bad in elsewhere foreign ended; do
    serve $bad
    expect "certificate: $bad" 7 tenants list
    err_has "$bad is said in words" "secure connection"
    stop_server
done

# A server that only speaks old TLS.
openssl s_server -accept 0 -cert right.pem -key right.key -tls1_1 -cipher 'ALL:@SECLEVEL=0' -www \
    >old.log 2>&1 </dev/null &
old=$!
tries=0
while ! grep -q ACCEPT old.log && [ $tries -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.05
done
port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' old.log)
if [ -n "$port" ]; then
    expect "TLS 1.1" 7 --url "https://127.0.0.1:$port" api GET /health
    err_has "is refused" "secure connection"
fi
kill $old 2>/dev/null
wait $old 2>/dev/null
exit 0
