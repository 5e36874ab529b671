# Users imported by the thousand (goal S11) in one round; sourced by run.sh.
# shellcheck shell=sh

fresh() {
    rm -rf "$DIR/import"
    cp -r "$DIR/importers" "$DIR/import"
}
fresh
record import.floor "$("$BIN/raw_rows" "$DIR/import/gatehouse.db" 1000)"
fresh
GATEHOUSED_BIN=$OUT/gatehoused "$BIN/import" "$DIR/import" "${IMPORTED:-20000}" >"$WORK/import" 2>>"$WORK/log" ||
    note "  importing: $(tail -n 1 "$WORK/log")"
while read -r name value; do
    record "$name" "$value"
done <"$WORK/import"
