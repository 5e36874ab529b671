# The table: one row per goal, from the medians of this run; sourced by run.sh.
# shellcheck shell=sh

div() { # A B
    awk -v a="${1:-}" -v b="${2:-}" 'BEGIN { if (a == "" || b == "" || b == 0) print ""; else printf "%.3f", a / b }'
}

missed=0
# GOAL WHAT OURS PEER RATIO RELATION LIMIT: relation is <= or >=.
goal() {
    verdict=$(awk -v r="$5" -v l="$7" -v op="$6" 'BEGIN {
        if (r == "") print "not measured"
        else if (op == "<=" ? r + 0 <= l + 0 : r + 0 >= l + 0) print "met"
        else print "MISSED" }')
    if [ "$verdict" != met ]; then
        missed=$((missed + 1))
    fi
    printf '%-4s %-52s %12s %12s %9s  %s %-6s %s\n' "$1" "$2" "${3:--}" "${4:--}" "${5:--}" "$6" "$7" "$verdict"
}

# Ratio of two recorded figures against a limit.
ratio() { # GOAL WHAT OURS-NAME PEER-NAME RELATION LIMIT
    a=$(median "$3")
    b=$(median "$4")
    goal "$1" "$2" "$a" "$b" "$(div "$a" "$b")" "$5" "$6"
}

# As ratio, where the peer is a package that need not be there.
peer() { # as ratio
    if have_glewlwyd; then
        ratio "$@"
    else
        printf '%-4s %-52s skipped: glewlwyd is not installed\n' "$1" "$2"
    fi
}

figure() { # GOAL WHAT NAME RELATION LIMIT
    a=$(median "$3")
    goal "$1" "$2" "$a" - "$a" "$4" "$5"
}

console_goals() {
    for size in 24x80 50x200; do
        s=$(echo "$size" | awk -Fx '{ print $2 "x" $1 }')
        c=console.$LARGE.$size
        ratio C1 "$s first frame, us, beside the curses floor" "$c.start.frame" "floor.$size.start.frame" '<=' 2.0
        ratio C1 "$s first complete list, us" "$c.start.row" "floor.$size.start.row" '<=' 5
        ratio C1 "$s first complete list beside tig, 1k commits" "$c.start.row" "tig.$size.start.row" '<=' 0.5
        ratio C2 "$s start at $LARGE users beside $SMALL" "$c.start.row" "console.$SMALL.$size.start.row" '<=' 1.1
        figure C3 "$s peak RSS, $LARGE users, KiB, with supervisor" "$c.rss_kib" '<=' 12288
        ratio C3 "$s the same beside $SMALL users" "$c.rss_kib" "console.$SMALL.$size.rss_kib" '<=' 1.05
        ratio C5 "$s bytes to the first paint" "$c.start.bytes" "floor.$size.start.bytes" '<=' 1.5
        ratio C6 "$s bytes per cursor move" "$c.down.bytes" "floor.$size.down.bytes" '<=' 1.2
        ratio C7 "$s bytes per one-line scroll" "$c.j.bytes" "floor.$size.j.bytes" '<=' 1.2
        ratio C7 "$s bytes per one-line scroll beside tig" "$c.j.bytes" "tig.$size.j.bytes" '<=' 0.15
        ratio C8 "$s bytes per page" "$c.pgdn.bytes" "floor.$size.pgdn.bytes" '<=' 1.2
        ratio C9 "$s key to last byte, us" "$c.down.latency" "floor.$size.down.latency" '<=' 1.5
        ratio C9 "$s the same, p99" "$c.down.p99" "floor.$size.down.p99" '<=' 3
        ratio C10 "$s page key across fetches, us" "$c.pgdn.latency" "floor.$size.pgdn.latency" '<=' 1.5
        ratio C11 "$s CPU per 1000 keys, us" "$c.down.cpu_per_1000" "floor.$size.down.cpu_per_1000" '<=' 2
        ratio C12 "$s bytes for 200 keys at once, beside one page" "$c.burst.down.bytes" "floor.$size.pgdn.bytes" '<=' 1.5
        figure C13 "$s idle: wake-ups" "$c.idle.wakeups" '<=' 0
        figure C13 "$s idle: CPU, us" "$c.idle.cpu_us" '<=' 0
        figure C13 "$s idle: bytes" "$c.idle.bytes" '<=' 0
    done
    figure C14 "an enrolment's picture decoded, encoded, drawn, CPU us" qr.cpu_us '<=' 3000
    ratio C14 "bytes of a QR code in full size beside its cells" qr.bytes qr.cells '<=' 1.5
    ratio C14 "the same in the console, with all around it" enrol.50x200.shows.bytes qr.cells '<=' 1.5
    for size in 24x80 50x200; do
        s=$(echo "$size" | awk -Fx '{ print $2 "x" $1 }')
        ratio C15 "$s Enter to QR code, us, beside the round trip" "enrol.$size.shows.latency" enrol.trip '<=' 1.2
    done
    ratio C18 "$BULK users locked in one go, a second, beside 8 at once" bulk.console.rps bulk.server.rps '>=' 0.7
}

sessions_goals() {
    for size in 24x80 50x200; do
        s=$(echo "$size" | awk -Fx '{ print $2 "x" $1 }')
        c=sessions.$SESSIONS_LARGE.$size
        ratio C16 "$s $SESSIONS_LARGE sessions on screen, us, beside the reply" "$c.enter.latency" "sessions.$SESSIONS_LARGE.reply" '<=' 1.2
        ratio C16 "$s the same beside $SESSIONS_SMALL sessions" "$c.enter.latency" "sessions.$SESSIONS_SMALL.$size.enter.latency" '<=' 1.2
        figure C17 "$s looking every 2 s for ${IDLE_MS:-10000} ms: CPU, us" "$c.idle.cpu_us" '<=' "$((${IDLE_MS:-10000} * 10))"
        figure C17 "$s the same: bytes" "$c.idle.bytes" '<=' 20000
        figure C17 "$s peak RSS, KiB, with supervisor" "$c.rss_kib" '<=' 16384
    done
}

server_goals() {
    p=$LARGE
    ratio S1 "trivial GET, requests/s beside minimal libmicrohttpd" ours.health.rps floor.fixed.rps '>=' 0.85
    ratio S1 "trivial GET, CPU us/request" ours.health.cpu floor.fixed.cpu '<=' 1.18
    peer S1 "trivial GET, CPU us/request beside glewlwyd" ours.health.cpu peer.config.cpu '<=' 0.4
    peer S1 "trivial GET, requests/s beside glewlwyd" ours.health.rps peer.config.rps '>=' 2.5
    ratio S2 "one user of $p, requests/s beside the floor" ours.get.rps floor.get.rps '>=' 0.65
    ratio S2 "one user of $p, CPU us/request" ours.get.cpu floor.get.cpu '<=' 1.5
    peer S2 "one user of $p, requests/s beside glewlwyd of 1000" ours.get.rps peer.get.rps '>=' 30
    ratio S3 "page of 50 of $p, requests/s beside the floor" "ours.page.$p.rps" floor.page.rps '>=' 0.75
    ratio S3 "page of 50 of $p, CPU us/request" "ours.page.$p.cpu" floor.page.cpu '<=' 1.33
    peer S3 "page of 50 of $p, req/s beside glewlwyd of 1000" "ours.page.$p.rps" peer.page.rps '>=' 15
    ratio S4 "page at 90 % beside plain OFFSET, CPU us" "ours.deep.$p.cpu" floor.deep.cpu '<=' 0.35
    ratio S4 "page at 90 % beside page 0, CPU us" "ours.deep.$p.cpu" "ours.page.$p.cpu" '<=' 5
    ratio S5 "search in $p, CPU us beside raw FTS5" "ours.search.$p.cpu" "floor.search.$p" '<=' 2
    ratio S6 "page with total, $p beside $SMALL users, CPU us" "ours.page.$p.cpu" "ours.page.$SMALL.cpu" '<=' 1.5
    figure S9 "token seen before, CPU us" auth.again '<=' 5
    ratio S9 "token seen first, CPU us beside RS256 alone" auth.first auth.rs256 '<=' 1.3
    ratio S9 "tokens made, plain beside by a template" auth.plain auth.shaped '>=' 0.8
    ratio S11 "users created/s beside raw one-row commits" ours.create.rps floor.create.rps '>=' 0.6
    peer S12 "memory after a first 200, KiB, beside glewlwyd" "memory.idle.$p" memory.peer.idle '<=' 0.8
    ratio S12 "private memory under load, KiB, beside the floor" memory.ours.anon memory.floor.anon '<=' 2
    peer S13 "start to first 200 with $p users, us, glewlwyd" "start.$p" start.peer '<=' 0.8
    ratio S13 "start to first 200, $p beside $SMALL users, us" "start.$p" "start.$SMALL" '<=' 1.2
    figure S14 "server idle for 10 s: wake-ups" idle.server '<=' 0
    ratio S15 "JSON list, MB/s beside a hand-written appender" json.ours json.floor '>=' 0.8
}

signin_goals() {
    ratio S7 "password sign-ins/s beside raw Argon2id, all cores" signin.rate argon.rate '>=' 0.9
    ratio S7 "password sign-in, CPU us beside raw Argon2id" signin.cpu argon.cpu '<=' 1.11
    figure S7 "sign-ins wanted in the storm, times what there can be" storm.offered '>=' 5
    ratio S7 "others' GET, p99 us, in the storm beside without it" beside.p99 calm.p99 '<=' 3
    ratio S8 "refreshes/s beside raw RS256, all cores" refresh.rate sign.rate '>=' 0.6
    ratio S8 "raw RS256, CPU us beside a refresh" sign.cpu refresh.cpu '>=' 0.6
    ratio S10 "TOTP checks/s beside raw one-row commits" totp.rate commits '>=' 0.5
    figure S12 "memory with a million sessions in use, KiB" sessions.rss_kib '<=' 262144
    ratio S12 "refresh with a million sessions, CPU us, beside few" sessions.refresh.cpu refresh.cpu '<=' 1.5
}

messages_goals() {
    figure S16 "waiting messages to a mail server here, a second" messages.smtp.drain '>=' 1000
    figure S16 "the same while others are added, ten at a time" messages.smtp.beside '>=' 1000
    figure S16 "waiting messages to the outbox, a second" messages.outbox.drain '>=' 1000
    figure S16 "the same while others are added, ten at a time" messages.outbox.beside '>=' 1000
}

lists_goals() {
    for name in $(lists | awk '{ print $1 }'); do
        for page in first deep; do
            ratio S4 "$name, $page page of 50, $LIST_LARGE rows beside $LIST_SMALL, CPU us" \
                "list.$name.$page.$LIST_LARGE.cpu" "list.$name.$page.$LIST_SMALL.cpu" '<=' 2
        done
    done
}

import_goals() {
    ratio S11 "users imported/s beside raw commits of 1000" import.alone import.floor '>=' 0.7
    ratio S11 "raw commits of 1000, CPU us beside a user imported" import.floor.cpu import.cpu '>=' 0.5
    ratio S11 "users imported/s while others create some" import.rate import.floor '>=' 0.5
    figure S11 "creating a user meanwhile, p99 us" create.beside.p99 '<=' 200000
}

# Where one server, the database and the load keep all processors busy, a second server finds none; then what each read
# costs says how far more processors would go.
nodes_goals() {
    for what in page get; do
        ratio N1 "reads/s of two servers beside one: $what" "nodes.two.$what" "nodes.one.$what" '>=' 1.5
        ratio N1 "CPU us a read of one of two beside one alone: $what" "nodes.two.$what.cpu" "nodes.one.$what.cpu" '<=' 1.2
    done
}

timing_goals() {
    for name in sign-in.wrong sign-in.locked sign-in.unverified reset-mail.known reset-sms.known link.known sms-code.known; do
        figure T1 "$name beside unknown: AUC beyond chance" "timing.$name" '<=' 0
    done
}

printf '%-4s %-52s %12s %12s %9s  %-9s %s\n' goal what ours peer ratio limit ''
for part in $PARTS; do
    "${part}_goals"
done

if [ "$missed" -eq 0 ]; then
    echo "all goals met"
else
    echo "$missed goals missed or not measured"
fi
