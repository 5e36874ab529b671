#!/bin/sh
# no tabs, trailing blanks, CR or missing last newline; nothing that exists on one machine only
set -u
git ls-files -co --exclude-standard | grep -v -e '^tests/fuzz/corpus/' -e '^tests/golden/' -e '\.png$' | while read -r f; do
    [ -f "$f" ] || continue
    grep -nI '[[:blank:]]$' "$f" | sed "s|^\([0-9]*\):.*|$f:\1: blanks at the end|"
    grep -nI "$(printf '\r')" "$f" | sed "s|^\([0-9]*\):.*|$f:\1: carriage return|"
    case $f in
    Makefile) ;;
    *) grep -nI "$(printf '\t')" "$f" | sed "s|^\([0-9]*\):.*|$f:\1: tab|" ;;
    esac
    if [ -s "$f" ] && [ -n "$(tail -c 1 "$f")" ]; then
        echo "$f:1: no newline at the end"
    fi
    # Written with brackets so that this line does not find itself.
    grep -nIE '(^|[^a-z])/w[o]rk/|/h[o]me/[a-z][a-z]|/r[o]ot/|\.\./sh[a]red' "$f" | sed "s|^|$f:|"
    grep -nIE '[^-}]/tm[p]/[a-zA-Z]' "$f" | sed "s|^|$f:|"
done | { ! grep .; }
