# Functions of the benchmark; sourced by run.sh.
# shellcheck shell=sh

note() {
    printf '%s\n' "$*" >&2
}

record() { # NAME VALUE
    echo "$1 $2" >>"$RAW"
}

median() { # NAME; prints the median, or nothing
    awk -v n="$1" '$1 == n { print $2 }' "$RAW" | sort -g | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'
}

database() { # N
    echo "$DIR/$1/gatehouse.db"
}

# Makes the database of N users, unless there is one of this schema and these rows.
seed() { # N
    made=$(cat src/db/schema/*.sql tests/bench/seed.c tests/bench/floor.sql | cksum)
    if [ "$(cat "$DIR/$1/seeded" 2>/dev/null)" != "$made" ]; then
        note "  $1 users"
        rm -rf "${DIR:?}/$1"
        "$BIN/seed" "$DIR/$1" "$1" | awk '{ print $2 }' >"$WORK/seed"
        mv "$WORK/seed" "$DIR/$1/rows_per_s"
        sqlite3 "$DIR/$1/floor.db" "ATTACH '$(database "$1")' AS src" ".read tests/bench/floor.sql" >/dev/null
        echo "$made" >"$DIR/$1/seeded"
    fi
    record "seed.$1" "$(cat "$DIR/$1/rows_per_s")"
}

now_us() {
    awk '{ printf "%d\n", $1 * 1000000 }' /proc/uptime
}

# CPU of a process in clock ticks.
ticks() { # PID
    sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'
}

status_kib() { # PID KEY
    awk -v k="$2:" '$1 == k { print $2 }' "/proc/$1/status"
}

# Starts our server on a data folder; sets PID_NAME and URL_NAME, TOKEN_NAME, ID_NAME.
start_ours() { # NAME FOLDER
    mkfifo "$WORK/ready"
    "$OUT/gatehoused" --data "$2" --listen http://127.0.0.1:0 --log-level error >"$WORK/ready" 2>>"$WORK/log" &
    pid=$!
    read -r _ url <"$WORK/ready"
    rm "$WORK/ready"
    pids="$pids $pid"
    curl -sS -o /dev/null "$url/health"
    record "memory.idle.$1" "$(status_kib "$pid" VmRSS)"
    id=$(sed -n 's/^client_id = //p' "$2/credentials")
    sed -n 's/^secret = //p' "$2/credentials" >"$WORK/secret.$1"
    chmod 600 "$WORK/secret.$1"
    token=$(curl -sS -H 'Content-Type: application/json' -d "{\"clientId\":\"$id\",\"secret\":\"$(cat "$WORK/secret.$1")\"}" \
        "$url/auth/vendor" | sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
    eval "PID_$1=$pid URL_$1=$url TOKEN_$1=$token ID_$1=$id"
}

ours() { # WHAT N: value of PID, URL, TOKEN or ID
    eval "echo \"\$$1_$2\""
}

# A proxy that lets every answer wait for so long, as a network would; sets FAR to its URL.
start_far() { # MS URL
    mkfifo "$WORK/far"
    expect -f tests/e2e/lib/proxy.tcl "$2" <"$WORK/far" >"$WORK/far.out" 2>>"$WORK/log" &
    pid=$!
    pids="$pids $pid"
    exec 8>"$WORK/far"
    echo "rule -1 * late $1" >&8
    until [ "$(wc -l <"$WORK/far.out")" -ge 2 ]; do
        kill -0 "$pid"
        sleep 0.05
    done
    FAR=$(head -1 "$WORK/far.out")
}

FLOOR_PORT=$((18000 + $$ % 2000)) # not that of another bench on this machine
start_floor() { # NAME [DATABASE]
    FLOOR_PORT=$((FLOOR_PORT + 1))
    "$BIN/floor_mhd" "$FLOOR_PORT" ${2:+"$2"} >"$WORK/floor.$1" &
    pid=$!
    pids="$pids $pid"
    until [ -s "$WORK/floor.$1" ]; do
        kill -0 "$pid"
        sleep 0.05
    done
    eval "PID_floor_$1=$pid URL_floor_$1=http://127.0.0.1:$FLOOR_PORT"
}

# Load on one URL: records NAME.rps and NAME.cpu (microseconds of server CPU per request).
load() { # NAME PID URL [WRK-OPTION]...
    name=$1
    pid=$2
    url=$3
    shift 3
    before=$(ticks "$pid")
    wrk -t2 -c64 -d"${SECS}s" --latency "$@" "$url" >"$WORK/wrk" 2>&1 || true
    after=$(ticks "$pid")
    requests=$(awk '/requests in/ { print $1 }' "$WORK/wrk")
    bad=$(awk '/Non-2xx/ { print $NF }' "$WORK/wrk")
    if [ -n "$bad" ] || [ "${requests:-0}" -eq 0 ]; then
        note "  $name: ${bad:-no} answers were not 2xx"
        record "$name.bad" "${bad:-1}"
        return
    fi
    record "$name.rps" "$(awk '/Requests\/sec/ { print $2 }' "$WORK/wrk")"
    record "$name.cpu" "$(awk -v t="$((after - before))" -v n="$requests" -v hz="$(getconf CLK_TCK)" \
        'BEGIN { print t * 1000000 / hz / n }')"
    record "$name.p99" "$(awk '/99%/ { print $2 }' "$WORK/wrk" | awk '/us$/ { print $1 + 0; next } /ms$/ { print $1 * 1000; next } { print $1 * 1000000 }')"
}

# A program on a pseudo-terminal: every figure of ptyperf as NAME.figure, or those that begin with $FIGURES.
screen() { # NAME SIZE REGEX STEPS -- PROGRAM...
    name=$1
    shift
    if "$BIN/ptyperf" "$@" >"$WORK/pty" 2>>"$WORK/log"; then
        while read -r key value; do
            case $key in
            "${FIGURES:-}"*) record "$name.$key" "$value" ;;
            esac
        done <"$WORK/pty"
    else
        note "  $name: did not show its list"
        record "$name.bad" 1
    fi
}
