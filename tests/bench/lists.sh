# First pages and pages further on of every list (goal S4) in one round; sourced by run.sh.
# shellcheck shell=sh

# A page is a page only if there are rows on it.
page() { # NAME N PATH
    url="$(ours URL "lists$2")$3"
    auth="Authorization: Bearer $(ours TOKEN "lists$2")"
    case $(curl -sS -H "$auth" -H 'frontegg-tenant-id: bench' "$url") in
    *'":[{'*) load "$1.$2" "$(ours PID "lists$2")" "$url" -c8 -H "$auth" -H 'frontegg-tenant-id: bench' ;;
    *) note "  $1 of $2: no rows" ;;
    esac
}

for n in $LIST_SIZES; do
    row=$((n * 9 / 10))
    place=$(sqlite3 -readonly "$DIR/lists$n/gatehouse.db" \
        "SELECT created_at || '.' || created_at || '.' || seq || '.' FROM sessions ORDER BY seq LIMIT 1 OFFSET $row")
    lists | while read -r list path further; do
        page "list.$list.first" "$n" "$path$(echo "$further" | sed 's/{page}/0/; s/{row}/0/; s/{place}/0.0.0./')"
        page "list.$list.deep" "$n" "$path$(echo "$further" | sed "s/{page}/$((row / 50))/; s/{row}/$row/; s/{place}/$place/")"
    done
done
