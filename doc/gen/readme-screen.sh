#!/bin/sh
# Puts a real screen of `gatehouse --demo` between the marks in README.md. The time on it stands still, at
# 2026-06-05 09:41, and how long the last answer took is left out.
set -eu

out=${OUT:-build/release}
dir=$(mktemp -d "${TMPDIR:-/tmp}/gh-doc.XXXXXX")
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/home" "$dir/run"
chmod 700 "$dir/run"
env -i PATH="$PATH" LC_ALL=C.UTF-8 TZ=UTC TEST_TMP="$dir" HOME="$dir/home" XDG_RUNTIME_DIR="$dir/run" \
    OUT="$out" GATEHOUSE_BIN="$PWD/$out/gatehouse" STILL="$PWD/$out/doc/still.so" \
    GATEHOUSE_DOC_TIME=1780652460 \
    expect -f doc/gen/readme-screen.exp "$dir/screen"
awk -v screen="$dir/screen" '
    /<!-- screen:end/ { inside = 0 }
    !inside { print }
    /<!-- screen:begin/ {
        inside = 1
        print "```"
        while ((getline line < screen) > 0) {
            sub(/ +[0-9]+ ms$/, "", line)
            sub(/ +$/, "", line)
            print line
        }
        print "```"
    }' README.md >"$dir/README.md"
cmp -s "$dir/README.md" README.md || cp "$dir/README.md" README.md
