# Two servers on one PostgreSQL beside one, in one round; sourced by run.sh.
# shellcheck shell=sh

rm -rf "$DIR/nodes"
GATEHOUSED_BIN=$OUT/gatehoused tests/support/with-pg.sh "$BIN/nodes" "$DIR/nodes" >"$WORK/nodes" 2>>"$WORK/log" ||
    note "  two servers: $(tail -n 1 "$WORK/log")"
rm -rf "$DIR/nodes"
while read -r name value; do
    record "$name" "$value"
done <"$WORK/nodes"
