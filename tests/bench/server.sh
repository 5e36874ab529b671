# Server figures (goals S1 to S6, S11 to S15) of one round; sourced by run.sh.
# shellcheck shell=sh

tenant="frontegg-tenant-id: bench"
auth="Authorization: Bearer $(ours TOKEN "$LARGE")"
id=$(sqlite3 -readonly "$(database "$LARGE")" 'SELECT id FROM users LIMIT 1 OFFSET 500')
users=identity/resources/users
list="$users/v3?_limit=50&_sortBy=createdAt"

load floor.fixed "$(ours PID floor_fixed)" "$(ours URL floor_fixed)/"
load ours.health "$(ours PID "$LARGE")" "$(ours URL "$LARGE")/health"
load floor.get "$(ours PID "floor_$LARGE")" "$(ours URL "floor_$LARGE")/get?$id"
load ours.get "$(ours PID "$LARGE")" "$(ours URL "$LARGE")/$users/v1/$id" -H "$auth" -H "$tenant"
load floor.page "$(ours PID "floor_$LARGE")" "$(ours URL "floor_$LARGE")/page?0"
load floor.deep "$(ours PID "floor_$LARGE")" "$(ours URL "floor_$LARGE")/page?$((LARGE * 9 / 10))"
if have_glewlwyd; then
    load peer.config "$(ours PID peer)" "$(ours URL peer)/config" -c16
    load peer.get "$(ours PID peer)" "$(ours URL peer)/api/user/user0000500" -c16 -H "Cookie: $(ours COOKIE peer)"
    load peer.page "$(ours PID peer)" "$(ours URL peer)/api/user?limit=50" -c16 -H "Cookie: $(ours COOKIE peer)"
fi

# A hundred users have this text. Both sides find them all; ours counts them and writes the first fifty.
search() { # N
    text=user$(printf %05d $(($1 / 200)))
    url="$(ours URL "$1")/$users/v1?_limit=50&_sortBy=createdAt&_filter=$text"
    # shellcheck disable=SC2046 # three numbers
    set -- "$1" $("$BIN/raw_fts" "$(database "$1")" "$text")
    first=$(sqlite3 -readonly "$(database "$1")" "SELECT id FROM users WHERE seq = $4")
    case $(curl -sS -H "$auth" -H "$tenant" "$url") in
    '{"items":[{"sub":"'"$first"'"'*"\"totalItems\":$3,"*) ;;
    *)
        note "  search in $1: not the users that raw FTS5 finds"
        return ;;
    esac
    record "floor.search.$1" "$2"
    load "ours.search.$1" "$(ours PID "$1")" "$url" -H "$auth" -H "$tenant"
}

for n in $SIZES; do
    auth="Authorization: Bearer $(ours TOKEN "$n")"
    load "ours.page.$n" "$(ours PID "$n")" "$(ours URL "$n")/$list&_offset=0" -H "$auth" -H "$tenant"
    load "ours.deep.$n" "$(ours PID "$n")" "$(ours URL "$n")/$list&_offset=$((n * 9 / 10 / 50))" -H "$auth" -H "$tenant"
    search "$n"
done

record memory.ours.anon "$(status_kib "$(ours PID "$LARGE")" RssAnon)"
record memory.floor.anon "$(status_kib "$(ours PID "floor_$LARGE")" RssAnon)"

# Creating users: raw rows first, then the same copy through the server, each in durable commits of one.
record floor.create.rps "$("$BIN/raw_rows" "$DIR/write/gatehouse.db")"
start_ours write "$DIR/write"
MARK=round${i:-}
export MARK
load ours.create "$(ours PID write)" "$(ours URL write)/$users/v2" -c16 -s tests/bench/create.lua \
    -H "Authorization: Bearer $(ours TOKEN write)" -H "$tenant" -H 'Content-Type: application/json'
kill "$(ours PID write)"
wait "$(ours PID write)" || true

# Idle: voluntary switches of all threads over ten seconds.
wakeups() { # PID
    cat /proc/"$1"/task/*/status | awk '/^voluntary_ctxt_switches/ { n += $2 } END { print n }'
}
if [ "${i:-1}" -eq 1 ]; then
    sleep 1
    before=$(wakeups "$(ours PID "$LARGE")")
    sleep 10
    record idle.server "$(($(wakeups "$(ours PID "$LARGE")") - before))"
fi
