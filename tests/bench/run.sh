#!/bin/sh
# The benchmark table: ours beside floors, peers and limits, measured in one run. Every goal is a ratio inside this
# run; figures are medians of ROUNDS rounds that are interleaved, so that a noisy machine hits all sides alike.
#
#   SIZES  users in the databases        (1000 100000 1000000)
#   ROUNDS rounds of each figure         (5)
#   SECS   seconds of load per figure    (2)
#   DIR    where the databases are kept  (build/bench; delete it to seed anew)
#   PARTS  which figures to take         (console sessions server signin messages import lists); also timing, with SAMPLES (2000), and nodes
#
# The peer of the server is glewlwyd, the only packaged identity server of its kind; where it is not installed its
# rows say so. It is not installed by `make bench`, since its package starts a service.
set -eu

SIZES=${SIZES:-1000 100000 1000000}
ROUNDS=${ROUNDS:-5}
SECS=${SECS:-2}
OUT=${OUT:-build/release}
DIR=${DIR:-build/bench}
PARTS=${PARTS:-console sessions server signin messages import lists}
BIN=$OUT/bench
export LC_ALL=C.UTF-8 TERM=xterm-256color TZ=UTC
SMALL=$(echo "$SIZES" | awk '{print $1}')
LARGE=$(echo "$SIZES" | awk '{print $NF}')

mkdir -p "$DIR"
DIR=$(cd "$DIR" && pwd)
WORK=$(mktemp -d)
RAW=$WORK/raw
: >"$RAW"
pids=
clean=
# shellcheck disable=SC2086 # lists of numbers and of folders
trap 'kill $pids 2>/dev/null || true; rm -rf "$WORK" $clean' EXIT
export XDG_CONFIG_HOME="$WORK/config" XDG_STATE_HOME="$WORK/state" XDG_RUNTIME_DIR="$WORK/run" XDG_DATA_HOME="$WORK/data"
mkdir -p "$XDG_RUNTIME_DIR"
chmod 700 "$XDG_RUNTIME_DIR"

. tests/bench/lib.sh

# The other parts have data of their own.
case " $PARTS " in
*" console "* | *" server "*) ;;
*) SIZES= ;;
esac

note "seeding"
for n in $SIZES; do
    seed "$n"
done
for part in $PARTS; do
    if [ -f "tests/bench/$part.before.sh" ]; then
        # shellcheck source=/dev/null
        . "tests/bench/$part.before.sh"
    fi
done

note "starting servers"
for n in $SIZES; do
    start_ours "$n" "$DIR/$n"
done
if [ -n "$SIZES" ]; then
    start_far 40 "$(ours URL "$SMALL")"
start_floor fixed
    start_floor "$LARGE" "$DIR/$LARGE/floor.db"
fi

i=0
while [ "$i" -lt "$ROUNDS" ]; do
    i=$((i + 1))
    note "round $i of $ROUNDS"
    for part in $PARTS; do
        # shellcheck source=/dev/null
        . "tests/bench/$part.sh"
    done
done

. tests/bench/goals.sh
