# For scripts that drive a real gatehoused with curl: start_server, sign_in, expect_status. Source it.
# shellcheck shell=sh disable=SC2034
# Variables it sets: URL, TOKEN, SERVER_PID, DATA.

start_server() { # [OPTION]...
    DATA=$TEST_TMP/data
    set -- --data "$DATA" --listen http://127.0.0.1:0 "$@"
    if [ -n "${GATEHOUSE_TEST_PG:-}" ]; then
        set -- "$@" --database "$GATEHOUSE_TEST_PG"
    fi
    mkfifo "$TEST_TMP/ready.$$"
    "$GATEHOUSED_BIN" "$@" >"$TEST_TMP/ready.$$" 2>"$TEST_TMP/server.log" &
    SERVER_PID=$!
    URL=
    read -r word URL <"$TEST_TMP/ready.$$"
    rm -f "$TEST_TMP/ready.$$"
    if [ "$word" != ready ] || [ -z "$URL" ]; then
        echo "not ok - gatehoused did not start"
        sed 's/^/# /' "$TEST_TMP/server.log"
        exit 1
    fi
}

stop_server() {
    kill -TERM "$SERVER_PID"
    wait "$SERVER_PID"
}

credential() { # NAME
    sed -n "s/^$1 = //p" "$DATA/credentials"
}

sign_in() {
    TOKEN=$(curl -sS -X POST "$URL/auth/vendor" -H 'Content-Type: application/json' \
        -d "{\"clientId\":\"$(credential client_id)\",\"secret\":\"$(credential secret)\"}" |
        sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
}

# Runs curl, keeps the body in $BODY and prints one case.
expect_status() { # TITLE STATUS CURL-ARGUMENT...
    title=$1
    want=$2
    shift 2
    got=$(curl -sS -o "$TEST_TMP/body" -w '%{http_code}' "$@")
    BODY=$(cat "$TEST_TMP/body")
    if [ "$got" = "$want" ]; then
        echo "ok - $title"
    else
        echo "not ok - $title: status $got, wanted $want"
        printf '# %s\n' "$BODY"
    fi
}

expect_body() { # TITLE PATTERN (a case pattern)
    # shellcheck disable=SC2254 # the pattern is meant as one
    case $BODY in
    $2) echo "ok - $1" ;;
    *)
        echo "not ok - $1"
        printf '# %s\n' "$BODY"
        ;;
    esac
}

# Waits for the Nth message (from 1; 1 if not given) to an address in the outbox: its text is then $BODY.
message_to() { # ADDRESS [N]
    tries=0
    while [ "$tries" -lt 500 ]; do
        BODY=$(grep -l "\"to\":\"$1\"" "$DATA/outbox"/*.json 2>/dev/null | sed -n "${2:-1}p")
        if [ -n "$BODY" ]; then
            BODY=$(cat "$BODY")
            return 0
        fi
        tries=$((tries + 1))
        sleep 0.02
    done
    echo "not ok - no message to $1"
    return 1
}

# Value of a string member, the first one of that name.
member() { # NAME
    printf '%s' "$BODY" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1
}
