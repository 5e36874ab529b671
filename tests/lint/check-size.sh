#!/bin/sh
# files up to 600 lines; functions up to 60 lines and complexity 12 (a switch counts once)
set -u
command -v pmccabe >/dev/null || { echo "no pmccabe"; exit 77; }
files=$(git ls-files -co --exclude-standard 'src/*.[ch]' 'ui/*.[ch]' 'tests/*.[ch]' 'src/*.def' 'ui/*.def')
{
    for f in $files; do
        n=$(wc -l <"$f")
        case $f in
        tests/*) most=640 ;; # tables of cases
        *) most=600 ;;
        esac
        if [ "$n" -gt "$most" ]; then
            echo "$f:1: $n lines, at most $most"
        fi
    done
    # A test may be a long list of one-line cases, and ask of many things whether they hold.
    echo "$files" | grep '\.c$' | xargs pmccabe 2>/dev/null | awk -F '\t' '
        { test = $6 ~ /^tests\// ; most = test ? 20 : 12; longest = 60 }
        $1 > most { printf "%s: complexity %d, at most %d\n", $6, $1, most }
        $5 > longest { printf "%s: %d lines, at most %d\n", $6, $5, longest }'
} | { ! grep .; }
