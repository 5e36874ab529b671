# For scripts with a mail server on loopback that is not ours. Source it after server.sh, then set PYTHON, MAILS (a
# Maildir) and run_mail PORT [OPTION]..., which becomes the mail server.
# shellcheck shell=sh disable=SC2034
# Variables it sets: MAIL_PID, MAIL_PORT.

MAIL_PID=
MAIL_PORT=

# Prints the first Python that has a module.
python_with() { # MODULE
    for p in /usr/bin/python3 python3; do
        if "$p" -c "import $1" 2>/dev/null; then
            echo "$p"
            return
        fi
    done
}

make_certificate() { # mail.pem and mail.key in the current folder
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout mail.key -out mail.pem \
        -subj "/CN=127.0.0.1" -addext "subjectAltName=IP:127.0.0.1" 2>/dev/null
}

listening() { # PORT
    "$PYTHON" -c "import socket; socket.create_connection(('127.0.0.1', $1), 1)" 2>/dev/null
}

# Any free port the first time, the same one again.
start_mail() { # OPTION...
    tries=0
    while [ "$tries" -lt 20 ]; do
        tries=$((tries + 1))
        PORT=${MAIL_PORT:-$("$PYTHON" -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])")}
        run_mail "$PORT" "$@" 2>>mail.log &
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
    sed 's/^/# /' mail.log
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

mail_options() { # SCHEME LINE...: messages.conf, with retries that tests can wait for
    scheme=$1
    shift
    {
        printf '[smtp]\nurl = %s://127.0.0.1:%s\nfrom = The Gate <gate@shop.example>\n' "$scheme" "$MAIL_PORT"
        printf '%s\n' "$@"
        printf '[delivery]\nfirst-retry = 100ms\nlast-retry = 200ms\nlease = 2s\nattempts = 100\n'
    } >messages.conf
}

create_mail_tenant() {
    curl -sS -o /dev/null -X POST "$URL/tenants/resources/tenants/v1" -H "Authorization: Bearer $TOKEN" \
        -H 'Content-Type: application/json' -d '{"tenantId":"mail","name":"Mail"}'
}

create_user() { # EMAIL
    curl -sS -o /dev/null -X POST "$URL/identity/resources/users/v2" -H "Authorization: Bearer $TOKEN" \
        -H 'frontegg-tenant-id: mail' -H 'Content-Type: application/json' -d "{\"email\":\"$1\",\"name\":\"Ad\\u00e4\"}"
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
