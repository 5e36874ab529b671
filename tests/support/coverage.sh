#!/bin/sh
# Prints line coverage per source file, least covered first: coverage.sh OUT SOURCE...
# Reads what the programs of the cov variant left beside their objects.
set -eu

out=$1
shift
for source in "$@"; do
    object=$out/${source%.c}.o
    if [ -f "${object%.o}.gcda" ]; then
        gcov -n -o "$object" "$source" 2>/dev/null | awk -v want="$source" '
            /^File / { file = $2; gsub(/\047/, "", file) }
            /^Lines executed:/ && file == want {
                split($0, part, /[:% ]+/); printf "%6.2f %% of %5d  %s\n", part[3], part[5], want }'
    else
        printf '%6.2f %% of %5s  %s\n' 0 '?' "$source"
    fi
done | sort -n
