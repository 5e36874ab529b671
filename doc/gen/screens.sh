#!/bin/sh
# Writes doc/screens.md: one screen of every pane, out of those that the tests compare with. The list makes itself:
# every resource has to be shown as list and details, every other kind of pane once, or this fails.
set -eu

out=${OUT:-build/release}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/gh-doc.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

"$out/doc/tables" >"$tmp/tables"
# The kinds of panes, by their names in the code.
awk '/const struct pane_ops [a-z_]+ = [{]/ { at = FILENAME }
    at && match($0, /[.]name = "[^"]*"/) { print "kind\t" substr($0, RSTART + 9, RLENGTH - 10); at = "" }
    at && /;/ { print at ": a pane_ops without a .name" > "/dev/stderr"; at = ""; failed = 1 }
    END { exit failed }' ui/*.c >"$tmp/found"
sort "$tmp/found" >"$tmp/kinds"
# Which pane each screen shows.
for f in tests/golden/*-80x24.txt; do
    sed -n "s|^-- pane |golden\t$f\t|p" "$f"
done >"$tmp/goldens"
cat "$tmp/tables" "$tmp/kinds" "$tmp/goldens" | awk -f doc/gen/screens.awk >"$tmp/page"
cmp -s "$tmp/page" doc/screens.md || cp "$tmp/page" doc/screens.md
