# Server figures (goals S1 to S6, S12 to S15) of one round; sourced by run.sh.
# shellcheck shell=sh

load floor.fixed "$(ours PID floor_fixed)" "$(ours URL floor_fixed)/"
load ours.health "$(ours PID "$LARGE")" "$(ours URL "$LARGE")/health"

id=$(sqlite3 -readonly "$(database "$LARGE")" 'SELECT id FROM users LIMIT 1 OFFSET 500')
auth="Authorization: Bearer $(ours TOKEN "$LARGE")"
tenant="frontegg-tenant-id: bench"
load floor.get "$(ours PID "floor_$LARGE")" "$(ours URL "floor_$LARGE")/get?$id"
load ours.get "$(ours PID "$LARGE")" "$(ours URL "$LARGE")/identity/resources/users/v1/$id" -H "$auth" -H "$tenant"

list="identity/resources/users/v3?_limit=50&_sortBy=createdAt"
load floor.page "$(ours PID "floor_$LARGE")" "$(ours URL "floor_$LARGE")/page?0"
for n in $SIZES; do
    auth="Authorization: Bearer $(ours TOKEN "$n")"
    load "ours.page.$n" "$(ours PID "$n")" "$(ours URL "$n")/$list&_offset=0" -H "$auth" -H "$tenant"
    load "ours.deep.$n" "$(ours PID "$n")" "$(ours URL "$n")/$list&_offset=$((n * 9 / 10 / 50))" -H "$auth" -H "$tenant"
    load "ours.search.$n" "$(ours PID "$n")" \
        "$(ours URL "$n")/identity/resources/users/v1?_limit=50&_filter=son0000$((n / 2000 % 10))" -H "$auth" -H "$tenant"
done
load floor.deep "$(ours PID "floor_$LARGE")" "$(ours URL "floor_$LARGE")/page?$((LARGE * 9 / 10))"

record memory.ours.rss "$(status_kib "$(ours PID "$LARGE")" VmRSS)"
record memory.ours.anon "$(status_kib "$(ours PID "$LARGE")" RssAnon)"
record memory.floor.anon "$(status_kib "$(ours PID "floor_$LARGE")" RssAnon)"

# Idle: voluntary switches of all threads over ten seconds.
wakeups() { # PID
    cat /proc/"$1"/task/*/status | awk '/^voluntary_ctxt_switches/ { n += $2 } END { print n }'
}
sleep 1
before=$(wakeups "$(ours PID "$LARGE")")
sleep 10
record idle.server "$(($(wakeups "$(ours PID "$LARGE")") - before))"
