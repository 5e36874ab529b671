# For scripts that show second factors: case_of, read_picture, totp, sent_code. Source after server.sh.
# shellcheck shell=sh disable=SC2034

case_of() { # TITLE CONDITION...
    title=$1
    shift
    if "$@"; then echo "ok - $title"; else echo "not ok - $title"; fi
}

# The secret in the picture of the last answer; $URI is all of its text.
read_picture() {
    member qrCode | sed 's/^data:image\/png;base64,//' | base64 -d >"$TEST_TMP/qr.png"
    URI=$(zbarimg --quiet --raw "$TEST_TMP/qr.png" 2>/dev/null)
    SECRET=$(printf '%s' "$URI" | sed -n 's/.*[?&]secret=\([A-Z2-7]*\).*/\1/p')
}

totp() { # SECRET [SECONDS-FROM-NOW]
    oathtool --totp --base32 --now "@$(($(date +%s) + ${2:-0}))" "$1"
}

# The code of the next message to that number or address, in the order they were written.
sent_code() { # ADDRESS-OR-NUMBER
    CODE=
    tries=0
    while [ "$tries" -lt 100 ] && [ -z "$CODE" ]; do
        for f in "$DATA"/outbox/*.json; do
            n=${f##*/}
            n=${n%%-*}
            if [ -f "$f" ] && [ "$n" -gt "$SEEN" ] && grep -q "\"to\":\"$1\"" "$f" && grep -q '"code":"[0-9]' "$f"; then
                CODE=$(sed -n 's/.*"code":"\([0-9]*\)".*/\1/p' "$f" | head -n 1)
                SEEN=$n
                break
            fi
        done
        tries=$((tries + 1))
        [ -n "$CODE" ] || sleep 0.1
    done
}
SEEN=0
