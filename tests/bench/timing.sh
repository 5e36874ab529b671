# Whether times of answers tell accounts apart (goal T1), of one round; sourced by run.sh.
# shellcheck shell=sh

rm -rf "$WORK/timing"
mkdir "$WORK/timing"
if TEST_TMP="$WORK/timing" GATEHOUSED_BIN="$OUT/gatehoused" "$BIN/timing" "${SAMPLES:-2000}" >"$WORK/timing.out" 2>>"$WORK/log"; then
    while read -r name apart rest; do
        note "  $name $rest"
        record "timing.$name" "$apart"
    done <"$WORK/timing.out"
else
    note "  timing: $(tail -n 1 "$WORK/log")"
fi
