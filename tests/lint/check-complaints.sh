#!/bin/sh
# the thirty complaints of doc/features.md are numbered without a gap, and each names test cases that exist
set -u
awk -F ' *[|] *' '
    function complain(text) { print FILENAME ":" FNR ": " text }
    # A case as it stands in its file: the title of a check, or a function that cmocka runs, or a scene.
    function holds(file, name,  line, found, text) {
        while ((getline line < file) > 0)
            text = text line "\n"
        close(file)
        if (file ~ /[.]c$/)
            found = index(text, "(" name "),") || index(text, ".name = \"" name "\"")
        else
            found = index(text, "\"" name "\"")
        return found
    }
    /^## / { on = /^## Thirty complaints/; next }
    on && $2 ~ /^[0-9]+$/ {
        if ($2 != ++n) complain("number " $2 " comes after " n - 1)
        if ($3 == "" || $4 == "") complain("says too little")
        rest = $5
        cases = 0
        while (match(rest, /"[^"]+" in \[[^]]*\]\([^)]*\)/)) {
            one = substr(rest, RSTART, RLENGTH)
            rest = substr(rest, RSTART + RLENGTH)
            name = one
            sub(/^"/, "", name)
            sub(/" in \[.*/, "", name)
            file = one
            sub(/.*\]\(\.\.\//, "", file)
            sub(/\)$/, "", file)
            if (!holds(file, name)) complain("no case \"" name "\" in " file)
            cases++
        }
        if (!cases) complain("names no case")
    }
    END { if (n != 30) { print FILENAME ":1: " n + 0 " complaints instead of 30"; exit } }
    ' doc/features.md | { ! grep .; }
