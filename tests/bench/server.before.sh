# Server figures that need the databases for themselves, taken before the servers start; sourced by run.sh.
# shellcheck shell=sh

. tests/bench/glewlwyd.sh
if have_glewlwyd; then
    make_glewlwyd 1000
fi

START_PORT=18950
note "starts"
i=0
while [ "$i" -lt "$ROUNDS" ]; do
    i=$((i + 1))
    for n in "$SMALL" "$LARGE"; do
        record "start.$n" "$("$BIN/first200" "$START_PORT" /health -- "$OUT/gatehoused" --data "$DIR/$n" \
            --listen "http://127.0.0.1:$START_PORT" --log-level error)"
    done
    if have_glewlwyd; then
        record start.peer "$("$BIN/first200" "$GLEWLWYD_PORT" /config -- glewlwyd -c "$WORK/glewlwyd.conf")"
    fi
    # shellcheck disable=SC2046 # three numbers
    set -- $("$BIN/auth" "$DIR/$SMALL")
    record auth.again "$1"
    record auth.first "$2"
    record auth.rs256 "$3"
    record auth.plain "$4"
    record auth.shaped "$5"
    # shellcheck disable=SC2046
    set -- $("$BIN/json")
    record json.ours "$1"
    record json.floor "$2"
done
if have_glewlwyd; then
    start_glewlwyd
fi

# Creating users leaves a database larger, so that is done to a copy.
rm -rf "$DIR/write"
mkdir "$DIR/write"
cp "$DIR/$LARGE/gatehouse.db" "$DIR/$LARGE/credentials" "$DIR/$LARGE/storage.key" "$DIR/write/"
clean="$clean $DIR/write"
