# For scripts that drive the gatehouse command line: gh, expect, out_has, err_has. Source after server.sh.
# shellcheck shell=sh disable=SC2034
# Each gh leaves $STATUS and the files $OUT_FILE and $ERR_FILE.

OUT_FILE=$TEST_TMP/out
ERR_FILE=$TEST_TMP/err

# The profile of the server that start_server started, as flags.
use_server() {
    credential secret >"$TEST_TMP/secret"
    chmod 600 "$TEST_TMP/secret"
    GATEHOUSE_URL=$URL
    GATEHOUSE_CLIENT_ID=$(credential client_id)
    GATEHOUSE_SECRET_FILE=$TEST_TMP/secret
    export GATEHOUSE_URL GATEHOUSE_CLIENT_ID GATEHOUSE_SECRET_FILE
}

gh() {
    timeout 60 "$GATEHOUSE_BIN" "$@" >"$OUT_FILE" 2>"$ERR_FILE" </dev/null
    STATUS=$?
}

fail_case() { # TITLE REASON
    echo "not ok - $1: $2"
    sed 's/^/# out: /' "$OUT_FILE" | head -n 5
    sed 's/^/# err: /' "$ERR_FILE" | head -n 5
}

expect() { # TITLE STATUS GATEHOUSE-ARGUMENT...
    title=$1
    want=$2
    shift 2
    gh "$@"
    if [ "$STATUS" = "$want" ]; then
        echo "ok - $title"
    else
        fail_case "$title" "status $STATUS, wanted $want"
    fi
}

out_has() { # TITLE PATTERN (a basic regular expression)
    if grep -q -- "$2" "$OUT_FILE"; then echo "ok - $1"; else fail_case "$1" "no $2 in the output"; fi
}

err_has() {
    if grep -q -- "$2" "$ERR_FILE"; then echo "ok - $1"; else fail_case "$1" "no $2 among the errors"; fi
}

is_empty() { # TITLE FILE
    if [ ! -s "$2" ]; then echo "ok - $1"; else fail_case "$1" "$2 is not empty"; fi
}

check() { # TITLE COMMAND...
    title=$1
    shift
    if "$@"; then echo "ok - $title"; else fail_case "$title" "$*"; fi
}

# Value of the first member of that name in the output.
value() { # NAME
    sed -n "s/^ *\"$1\": *\"\([^\"]*\)\".*/\1/p" "$OUT_FILE" | head -n 1
}
