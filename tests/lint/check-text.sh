#!/bin/sh
# no tabs, trailing blanks, CR, merge marks or missing last newline; nothing that exists on one machine only
set -u
list=$(mktemp "${TMPDIR:-/tmp}/gh-text.XXXXXX") || exit 1
trap 'rm -f "$list"' EXIT
git ls-files -co --exclude-standard | grep -v -e '^tests/fuzz/corpus/' -e '^tests/golden/' -e '\.png$' |
    while read -r f; do
        if [ -f "$f" ]; then
            echo "$f"
        fi
    done >"$list"

find_in_all() { # WHAT REGEX
    xargs grep -nIE -- "$2" /dev/null <"$list" | sed "s|^\([^:]*:[0-9]*\):.*|\1: $1|"
}

{
    find_in_all "blanks at the end" '[[:blank:]]$'
    find_in_all "carriage return" "$(printf '\r')"
    find_in_all "tab" "$(printf '\t')" | grep -v '^Makefile:'
    find_in_all "mark of a merge" '^(<<<<<<<|=======|>>>>>>>)( |$)'
    # Written with brackets so that these lines do not find themselves.
    find_in_all "exists on one machine only" '(^|[^a-z])/w[o]rk/|/h[o]me/[a-z][a-z]|/r[o]ot/|\.\./sh[a]red|[^-}]/tm[p]/[a-zA-Z]'
    while read -r f; do
        if [ -s "$f" ] && [ -n "$(tail -c 1 "$f")" ]; then
            echo "$f:1: no newline at the end"
        fi
    done <"$list"
} | { ! grep .; }
