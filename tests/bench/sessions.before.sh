# Databases with the sessions of many people (goals C16 and C17); sourced by run.sh.
# shellcheck shell=sh

SESSION_USERS=${SESSION_USERS:-100000}
SESSIONS_SMALL=${SESSIONS_SMALL:-1000}
SESSIONS_LARGE=${SESSIONS_LARGE:-1000000}

for n in "$SESSIONS_SMALL" "$SESSIONS_LARGE"; do
    folder=$DIR/sessions$n
    made=$(echo "$SESSION_USERS" | cat - src/db/schema/*.sql tests/bench/seed.c tests/bench/sessions.sql | cksum)
    if [ "$(cat "$folder/seeded" 2>/dev/null)" != "$made" ]; then
        note "  $n sessions of $SESSION_USERS users"
        rm -rf "${folder:?}"
        "$BIN/seed" "$folder" "$SESSION_USERS" >"$WORK/seed"
        sqlite3 "$folder/gatehouse.db" ".param set :sessions $n" ".read tests/bench/sessions.sql"
        echo "$made" >"$folder/seeded"
    fi
    start_ours "sessions$n" "$folder"
done
