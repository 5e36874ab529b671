# What the console does without a terminal: an enrolment's picture (goal C14); sourced by run.sh.
# shellcheck shell=sh

note "an enrolment's picture"
"$BIN/qr" >"$WORK/qr"
while read -r name value; do
    record "$name" "$value"
done <"$WORK/qr"
