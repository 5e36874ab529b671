# Console figures (goals C1 to C15, and C18) of one round; sourced by run.sh.
# shellcheck shell=sh

if [ ! -d "$DIR/repo" ] && command -v tig >/dev/null; then
    note "  making a repository of 1,000 commits for tig"
    git init -q "$DIR/repo"
    for k in $(seq 1000); do
        echo "commit refs/heads/main"
        echo "committer Jane Example <jane@example.com> $((1700000000 + k)) +0000"
        echo "data 55"
        printf 'Change number %4d, with a subject as long as they are\n' "$k"
    done | git -C "$DIR/repo" fast-import --quiet
    git -C "$DIR/repo" symbolic-ref HEAD refs/heads/main
fi

# Moves inside the window, then past its last row so that j scrolls by one, pages, a burst, silence.
STEPS="keys:down:15 skip:down:60 keys:j:40 keys:pgdn:30 burst:down:200 idle:${IDLE_MS:-10000}"
programs() { # SIZE [STEP]...: each program once
    size=$1
    shift
    screen "floor.$size" "$size" 'user000010' "$@" -- "$BIN/floor_curses" 100000
    for n in "$SMALL" "$LARGE"; do
        screen "console.$n.$size" "$size" 'user0000003' "$@" -- "$OUT/gatehouse" --url "$(ours URL "$n")" \
            --client-id "$(ours ID "$n")" --secret-file "$WORK/secret.$n" --tenant bench
    done
    if [ -d "$DIR/repo" ]; then
        screen "tig.$size" "$size" 'number  990' "$@" -- env -C "$DIR/repo" tig
    fi
}

for size in 24x80 50x200; do
    # shellcheck disable=SC2086 # steps are words
    programs "$size" $STEPS
    # A start is short and easily disturbed: a few more of them, for nothing but its figures.
    for _ in 1 2 3 4; do
        FIGURES=start. programs "$size"
    done
done

# An enrolment over a network of 40 ms: what the request for a secret takes on a connection that stands, and the time
# from Enter until its QR code is on the screen, in half blocks and in full size.
id=$(curl -sS -H "Authorization: Bearer $(ours TOKEN "$SMALL")" -H 'frontegg-tenant-id: bench' \
    "$(ours URL "$SMALL")/identity/resources/users/v3?_limit=1" | sed -n 's/.*"items":\[{"sub":"\([^"]*\)".*/\1/p')
: >"$WORK/urls"
for _ in 1 2 3 4 5 6 7 8 9 10 11; do
    printf 'url = "%s/identity/resources/users/v1/mfa/authenticator/enroll"\noutput = /dev/null\n' "$FAR" >>"$WORK/urls"
done
curl -sS -f -X POST -H "Authorization: Bearer $(ours TOKEN "$SMALL")" -H 'frontegg-tenant-id: bench' \
    -H "frontegg-user-id: $id" -w '%{time_total}\n' -K "$WORK/urls" >"$WORK/trips" || note "  enrolling failed"
# The first one has to connect.
sed 1d "$WORK/trips" | while read -r seconds; do
    record enrol.trip "$(awk -v s="$seconds" 'BEGIN { printf "%d", s * 1000000 }')"
done
for size in 24x80 50x200; do
    screen "enrol.$size" "$size" 'user0000003' skip:m:1 'shows:a+enter:1:Secret ' 'shows:esc+a+enter:10:Secret ' -- \
        "$OUT/gatehouse" --url "$FAR" --client-id "$(ours ID "$SMALL")" --secret-file "$WORK/secret.$SMALL" --tenant bench
done

# One change for all users, as the console does it, and as fast as the server takes the same writes from eight at once.
BULK=5000
rm -rf "$DIR/bulk"
"$BIN/seed" "$DIR/bulk" "$BULK" >"$WORK/seed"
start_ours bulk "$DIR/bulk"
screen bulk 24x80 'user0000003' 'skip:*:1' wait:2000 'skip:L:1' wait:500 'shows:y:1:finished' -- "$OUT/gatehouse" --url "$(ours URL bulk)" \
    --client-id "$(ours ID bulk)" --secret-file "$WORK/secret.bulk" --tenant bench
record bulk.console.rps "$(awk -v n="$BULK" '$1 == "shows.latency" { printf "%d", n * 1000000 / $2 }' "$WORK/pty")"
IDS=$WORK/ids
export IDS
sqlite3 "$DIR/bulk/gatehouse.db" 'SELECT id FROM users' >"$IDS"
load bulk.server "$(ours PID bulk)" "$(ours URL bulk)" -c8 -s tests/bench/lock.lua -H "Authorization: Bearer $(ours TOKEN bulk)" \
    -H 'frontegg-tenant-id: bench'
kill "$(ours PID bulk)"
wait "$(ours PID bulk)" || true
rm -rf "$DIR/bulk"
