# Folders for the figures of signing in: a few people, and a million sessions; sourced by run.sh.
# shellcheck shell=sh

SESSION_USERS=${SESSION_USERS:-10000}
made=$(cat src/db/schema/*.sql tests/bench/seed.c | cksum)
if [ "$(cat "$DIR/sessions/seeded" 2>/dev/null)" != "$made $SESSION_USERS" ]; then
    note "  $((SESSION_USERS * 100)) sessions"
    rm -rf "$DIR/sessions" "$DIR/people"
    "$BIN/seed" "$DIR/sessions" "$SESSION_USERS" 100 >/dev/null
    "$BIN/seed" "$DIR/people" 2000 >/dev/null
    echo "$made $SESSION_USERS" >"$DIR/sessions/seeded"
fi
clean="$clean $DIR/signin"
