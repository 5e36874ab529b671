# Users imported by the thousand (goal S11) in one round; sourced by run.sh.
# shellcheck shell=sh

fresh() {
    rm -rf "$DIR/import"
    cp -r "$DIR/importers" "$DIR/import"
}
fresh
# shellcheck disable=SC2046 # two numbers
set -- $("$BIN/raw_rows" "$DIR/import/gatehouse.db" 1000)
record import.floor "$1"
record import.floor.cpu "$2"
fresh
GATEHOUSED_BIN=$OUT/gatehoused "$BIN/import" "$DIR/import" "${IMPORTED:-20000}" >"$WORK/import" 2>>"$WORK/log" ||
    note "  importing: $(tail -n 1 "$WORK/log")"
while read -r name value; do
    record "$name" "$value"
done <"$WORK/import"
