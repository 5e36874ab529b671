#!/bin/sh
# C is as clang-format 14 puts it (make format)
set -u
command -v clang-format-14 >/dev/null || { echo "no clang-format-14"; exit 77; }
for f in $(git ls-files -co --exclude-standard '*.c' '*.h'); do
    clang-format-14 "$f" | cmp -s "$f" - || echo "$f:1: not formatted"
done | { ! grep .; }
