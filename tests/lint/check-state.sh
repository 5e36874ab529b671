#!/bin/sh
# mutable file-scope state is only what state.txt lists
set -u
for o in $(find "$OUT/src" "$OUT/ui" -name '*.o' 2>/dev/null | sort); do
    source=${o#"$OUT"/}
    source=${source%.o}.c
    [ -f "$source" ] || continue
    objdump -t "$o" | awk -v file="$source" '
        BEGIN {
            while ((getline line < "tests/lint/state.txt") > 0)
                if (line !~ /^#/ && split(line, f, /[ \t]*\|[ \t]*/) == 3 && f[1] == file) may = may " " f[2] " "
        }
        / O / {
            section = ""
            for (i = 1; i <= NF; i++) if ($i == "O") section = $(i + 1)
            if (section !~ /^\.t?(data|bss)/ || section ~ /^\.data\.rel\.ro/) next
            symbol = $NF
            sub(/\.[0-9]+$/, "", symbol)
            if (index(may, " * ") == 0 && index(may, " " symbol " ") == 0)
                printf "%s:1: %s is mutable state of the whole process\n", file, symbol
        }'
done | { ! grep .; }
