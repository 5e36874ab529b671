#!/bin/sh
# timeout: 300
# Codes in a real xterm, photographed and read: the console in every theme at two sizes, gatehouse qr as other
# terminals, in a plain locale, and with lines that are set apart.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"
. "$TEST_TOP/tests/e2e/lib/cli.sh"

if ! command -v Xvfb >/dev/null || ! command -v xterm >/dev/null || ! command -v xwd >/dev/null; then
    echo "not ok - Xvfb, xterm and xwd are needed"
    exit 1
fi

start_server
use_server
gh call tenants_create tenantId=acme name=Acme
gh --tenant acme call users_create email=ada@acme.example name=Ada skipInviteEmail=true
gh call mfa_config_set 'authenticationApp.active=true' 'authenticationApp.serviceName=Acme'

mkdir -p "$XDG_CONFIG_HOME/gatehouse"
cp -r "$TEST_TOP/themes" "$XDG_CONFIG_HOME/gatehouse/themes"

# -- a screen of our own --
mkfifo "$TEST_TMP/display"
# It must not begin anew when the last window closes: the next one could not connect then.
Xvfb -noreset -displayfd 3 -screen 0 1500x1100x24 -nolisten tcp 3>"$TEST_TMP/display" 2>"$TEST_TMP/xvfb.log" &
XVFB=$!
read -r number <"$TEST_TMP/display"
DISPLAY=:$number
export DISPLAY
unset COLORTERM

# The picture of the screen is taken again and again until it holds a code, for at most some seconds.
photograph() { # PID; the text is then $READ
    READ=
    tries=0
    while [ -z "$READ" ] && [ "$tries" -lt 160 ] && kill -0 "$1" 2>/dev/null; do
        sleep 0.25
        xwd -root -silent >"$TEST_TMP/screen.xwd" 2>/dev/null &&
            READ=$(zbarimg --nodbus -q --raw -Sdisable -Sqrcode.enable "$TEST_TMP/screen.xwd" 2>/dev/null)
        tries=$((tries + 1))
    done
}

reads() { # TITLE PATTERN XTERM-ARGUMENT...
    title=$1
    pattern=$2
    shift 2
    xterm "$@" >>"$TEST_TMP/xterm.log" 2>&1 &
    pid=$!
    photograph "$pid"
    kill "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    # shellcheck disable=SC2254 # the pattern is meant as one
    case $READ in
    $pattern) echo "ok - $title" ;;
    *) echo "not ok - $title: read '$READ' after $tries pictures; $(tail -3 "$TEST_TMP/xterm.log")" ;;
    esac
}

# -- the console, driven by expect inside of the xterm, which sees what the console draws --
cat >"$TEST_TMP/console.exp" <<'TCL'
log_user 1
set timeout 30
spawn -noecho {*}$argv
expect -re {of 1}
send "m"
expect "Factors"
send "a"
expect "Authenticator"
send "\r"
set timeout -1
expect eof
TCL

for theme in dark light high-contrast mono; do
    for size in 80x24 120x50; do
        reads "the console, theme $theme, $size" 'otpauth://totp/Acme:ada%40acme.example?secret=*' \
            -geometry "$size" -fa 'DejaVu Sans Mono' -fs 9 -e expect -f "$TEST_TMP/console.exp" \
            "$GATEHOUSE_BIN" --tenant acme --theme "$theme"
    done
done

# -- the command, as other terminals --
URI='otpauth://totp/Acme:ada%40acme.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Acme'
printf %s "$URI" >"$TEST_TMP/uri"
cat >"$TEST_TMP/draw" <<'SH'
"$GATEHOUSE_BIN" qr - <"$TEST_TMP/uri"
sleep 60
SH

as() { # TITLE SIZE TERM LOCALE [XTERM-ARGUMENT]...
    title=$1
    size=$2
    term=$3
    locale=$4
    shift 4
    reads "$title" "$URI" -geometry "$size" -fa 'DejaVu Sans Mono' -fs 9 "$@" \
        -e env TERM="$term" LC_ALL="$locale" sh "$TEST_TMP/draw"
}
as "half blocks at 80 by 24" 80x24 xterm-256color C.UTF-8
as "full size at 120 by 50" 120x50 xterm-256color C.UTF-8
as "full size with lines a quarter apart" 120x50 xterm-256color C.UTF-8 -xrm 'xterm*scaleHeight: 1.25'
as "sixteen colours" 80x24 xterm C.UTF-8
as "TERM=linux" 120x50 linux C.UTF-8
as "TERM=vt100" 120x50 vt100 C.UTF-8 -bg black -fg white
as "TERM=screen" 80x24 screen C.UTF-8
as "TERM=tmux-256color" 80x24 tmux-256color C.UTF-8
as "locale C" 120x50 xterm-256color C

kill "$XVFB" 2>/dev/null
wait "$XVFB" 2>/dev/null
stop_server
