#!/bin/sh
# Puts the tables of the programs into the marked sections of the pages, and writes the page of operations.
set -eu

out=${OUT:-build/release}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/gh-doc.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

# A page is written only when it changes.
keep() {
    cmp -s "$1" "$2" || cp "$1" "$2"
}

"$out/doc/tables" >"$tmp/tables"
# Which types of messages the server sends: those that its code names.
grep -rhoE '"[A-Z][A-Za-z]+"' src/server --include='*.c' | sort -u | sed 's/^"\(.*\)"$/named\t\1/' >>"$tmp/tables"
for page in doc/*.[1578] doc/manual.md doc/messages.md; do
    [ -f "$page" ] || continue
    awk -v tables="$tmp/tables" -f doc/gen/sections.awk "$page" >"$tmp/page"
    keep "$tmp/page" "$page"
done
"$out/gatehoused" --coverage --markdown >"$tmp/operations"
keep "$tmp/operations" doc/operations.md
