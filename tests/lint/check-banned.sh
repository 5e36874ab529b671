#!/bin/sh
# no call that banned.txt lists, no TODO, no // comment
set -u
for f in $(git ls-files -co --exclude-standard 'src/*.[ch]' 'ui/*.[ch]' 'tests/*.[ch]'); do
    awk -f tests/lint/strip.awk "$f" | awk -v file="$f" '
        function in_place(list,  parts, n, i, re) {
            n = split(list, parts, " ")
            for (i = 1; i <= n; i++) {
                re = parts[i]; gsub(/\./, "\\.", re); gsub(/\*/, ".*", re)
                if (file ~ "^" re "$") return 1
            }
            return 0
        }
        BEGIN {
            while ((getline line < "tests/lint/banned.txt") > 0)
                if (line !~ /^#/ && split(line, f, /[ \t]*\|[ \t]*/) == 3 && !in_place(f[2])) instead[f[1]] = f[3]
        }
        {
            rest = $0
            while (match(rest, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
                word = substr(rest, RSTART, RLENGTH)
                before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : ""
                sub(/[ \t]*\($/, "", word)
                if (word in instead && before != "." && before != ">")
                    printf "%s:%d: %s: use %s\n", file, FNR, word, instead[word]
                rest = substr(rest, RSTART + RLENGTH)
            }
        }'
    awk -v keep=comments -f tests/lint/strip.awk "$f" |
        grep -nE '(^|[^A-Za-z])(TO[D]O|FIX[M]E|XX[X])([^A-Za-z]|$)' | sed "s|^\([0-9]*\):.*|$f:\1: finish it or write an issue|"
    # A URL in a string is no comment, hence the stripped text decides: what // cuts off is shorter than the line.
    grep -nE '^[[:blank:]]*//' "$f" | sed "s|^\([0-9]*\):.*|$f:\1: comments are /* */|"
done | { ! grep .; }
