#!/bin/sh
# Puts a real screen of `gatehouse --demo` between the marks in README.md.
set -eu

dir=$(mktemp -d "${TMPDIR:-/tmp}/gh-doc.XXXXXX")
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/home" "$dir/run"
chmod 700 "$dir/run"
env -i PATH="$PATH" LC_ALL=C.UTF-8 TZ=UTC TEST_TMP="$dir" HOME="$dir/home" XDG_RUNTIME_DIR="$dir/run" \
    OUT="${OUT:-build/release}" GATEHOUSE_BIN="$PWD/${OUT:-build/release}/gatehouse" \
    expect -f doc/gen/readme-screen.exp "$dir/screen"
awk -v screen="$dir/screen" '
    /<!-- screen:end/ { inside = 0 }
    !inside { print }
    /<!-- screen:begin/ {
        inside = 1
        print "```"
        while ((getline line < screen) > 0) {
            sub(/ +$/, "", line)
            print line
        }
        print "```"
    }' README.md >"$dir/README.md"
cmp -s "$dir/README.md" README.md || cp "$dir/README.md" README.md
