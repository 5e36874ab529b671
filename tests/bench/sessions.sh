# Sessions of a tenant in the console (goals C16 and C17) of one round; sourced by run.sh.
# shellcheck shell=sh

for n in "$SESSIONS_SMALL" "$SESSIONS_LARGE"; do
    for size in 24x80 50x200; do
        # The pane opens, then looks every 2 s while nothing happens.
        screen "sessions.$n.$size" "$size" 'user0000003' "type::sessions" "keys:enter:1" "idle:${IDLE_MS:-10000}" -- \
            "$OUT/gatehouse" --url "$(ours URL "sessions$n")" --client-id "$(ours ID "sessions$n")" \
            --secret-file "$WORK/secret.sessions$n" --tenant bench
    done
    # What the pane waits for: the same call, on a connection that is open. The second of two counts.
    url="$(ours URL "sessions$n")/gatehouse/v1/sessions?_limit=200&_sortBy=createdAt&_order=DESC&total=true"
    record "sessions.$n.reply" "$(curl -sS -H "Authorization: Bearer $(ours TOKEN "sessions$n")" \
        -H 'frontegg-tenant-id: bench' -o /dev/null -o /dev/null -w '%{time_total}\n' "$url" "$url" |
        awk '{ us = $1 * 1000000 } END { printf "%d", us }')"
done
