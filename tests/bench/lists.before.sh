# Databases in which every list is long (goal S4); sourced by run.sh.
# shellcheck shell=sh

LIST_SIZES=${LIST_SIZES:-1000 100000 1000000}
LIST_SMALL=$(echo "$LIST_SIZES" | awk '{ print $1 }')
LIST_LARGE=$(echo "$LIST_SIZES" | awk '{ print $NF }')
for n in $LIST_SIZES; do
    folder=$DIR/lists$n
    made=$(cat src/db/schema/*.sql tests/bench/seed.c tests/bench/lists.sql tests/bench/sessions.sql | cksum)
    if [ "$(cat "$folder/seeded" 2>/dev/null)" != "$made" ]; then
        note "  $n of everything"
        rm -rf "${folder:?}"
        "$BIN/seed" "$folder" "$n" >/dev/null
        sqlite3 "$folder/gatehouse.db" ".param set :rows $n" ".param set :sessions $n" ".read tests/bench/lists.sql" \
            ".read tests/bench/sessions.sql" "DELETE FROM session_changes" ANALYZE >/dev/null
        echo "$made" >"$folder/seeded"
    fi
    start_ours "lists$n" "$folder"
done

# A line for each list: name, path, and what asks for a page.
lists() {
    sed '/^#/d; /^$/d' tests/bench/lists.txt
}
