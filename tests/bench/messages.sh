# Messages that leave the server (goal S16) in one round; sourced by run.sh.
# shellcheck shell=sh

# A folder of its own for each round: ext4 is slow to give out what was just removed.
if "$BIN/messages" "$DIR/messages/$i" "${MESSAGES:-5000}" >"$WORK/messages"; then
    while read -r name value; do
        record "messages.$name" "$value"
    done <"$WORK/messages"
fi
