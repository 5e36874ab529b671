# A folder of a few people, to import more into; sourced by run.sh.
# shellcheck shell=sh

made=$(cat src/db/schema/*.sql tests/bench/seed.c | cksum)
if [ "$(cat "$DIR/importers/seeded" 2>/dev/null)" != "$made" ]; then
    rm -rf "$DIR/importers"
    "$BIN/seed" "$DIR/importers" 2000 >/dev/null
    echo "$made" >"$DIR/importers/seeded"
fi
clean="$clean $DIR/import"
