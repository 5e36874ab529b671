#!/bin/sh
# variables that the code reads have a place in the manual, and messages that the guide explains are still said
set -u
git ls-files -co --exclude-standard 'src/*.c' 'ui/*.c' |
    xargs grep -ohE '[a-z_]+\("[A-Z][A-Z_]+"|"(GATEHOUSE|XDG)_[A-Z_]+"' |
    sed -nE 's/.*(getenv|env_[a-z]+|environment_value|variable)\("([A-Z_]+)"/\2/p; s/^"([A-Z_]+)"$/\1/p' | sort -u |
    while read -r name; do
        grep -qw "$name" doc/gatehouse.1 doc/gatehoused.8 || echo "doc/gatehouse.1:1: says nothing of $name"
    done | { ! grep .; } || exit 1

# Words in capitals, figures and dots stand for what differs; the pieces between them have to be in the code, where a
# text may be broken into several literals.
code=$(mktemp "${TMPDIR:-/tmp}/gh-lint.XXXXXX") || exit 1
trap 'rm -f "$code"' EXIT
git ls-files -co --exclude-standard 'src/*.c' 'src/*.def' 'ui/*.c' | xargs cat | tr '\n' ' ' | sed 's/"  *"//g' >"$code"
# shellcheck disable=SC2016 # awk expands
awk -F '|' '
    / you see | says .it means/ { table = 1; next }
    !/^\|/ { table = 0 }
    table && $2 ~ /`/ {
        text = $2
        gsub(/^[^`]*`|`[^`]*$/, "", text)
        sub(/: (Connection refused|Address already in use|Invalid authentication)$/, "", text)
        n = split(text, piece, /[.][.][.]|[A-Z][A-Z][A-Z]+|[0-9:]+[0-9]:?|text.html| [0-9]+ /)
        for (i = 1; i <= n; i++) {
            gsub(/^[ :;]+|[ :;]+$/, "", piece[i])
            if (length(piece[i]) > 5) print FILENAME ":" FNR ":" piece[i]
        }
    }' doc/manual.md | while IFS=: read -r file line piece; do
    grep -qF "$piece" "$code" || echo "$file:$line: nobody says \"$piece\""
done | { ! grep .; }
