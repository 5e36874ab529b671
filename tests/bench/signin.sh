# Signing in, sessions and second factors (goals S7, S8, S10 and S12) in one round; sourced by run.sh.
# shellcheck shell=sh

rm -rf "$DIR/signin"
cp -r "$DIR/people" "$DIR/signin"
record commits "$("$BIN/raw_rows" "$DIR/signin/gatehouse.db")"
rm -rf "$DIR/signin"
cp -r "$DIR/people" "$DIR/signin"
GATEHOUSED_BIN=$OUT/gatehoused "$BIN/signin" "$DIR/signin" "$DIR/sessions" >"$WORK/signin" 2>>"$WORK/log" ||
    note "  signing in: $(tail -n 1 "$WORK/log")"
while read -r name value; do
    record "$name" "$value"
done <"$WORK/signin"
