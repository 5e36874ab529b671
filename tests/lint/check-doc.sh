#!/bin/sh
# the generated pages are what `make doc` makes of the code now
set -u
[ -n "$(ls doc/gen/*.sh 2>/dev/null)" ] || exit 0
sums() {
    git ls-files -co --exclude-standard doc README.md | xargs sha256sum
}
before=$(sums)
make -s doc >/dev/null || { echo "make doc failed"; exit 1; }
after=$(sums)
if [ "$before" != "$after" ]; then
    printf '%s\n%s\n' "$before" "$after" | sort | uniq -u | sed 's/^[0-9a-f]* *\(.*\)/\1:1: was stale, made anew/' | sort -u
    exit 1
fi
