#!/bin/sh
# clang-tidy 14 finds nothing (.clang-tidy lists the checks)
# A file is looked at again only when its preprocessed text or the list of checks has changed.
set -u
command -v clang-tidy-14 >/dev/null || { echo "no clang-tidy-14"; exit 77; }
mkdir -p "$OUT/tidy"
export OUT CPPFLAGS_ALL="${CPPFLAGS_ALL:--D_POSIX_C_SOURCE=200809L -Isrc -I. -I$OUT}"
# shellcheck disable=SC2016 # the inner shell expands
git ls-files -co --exclude-standard 'src/*.c' 'ui/*.c' | xargs -P "${JOBS:-2}" -n 1 sh -c '
    f=$1
    mark=$OUT/tidy/$(echo "$f" | tr / -)
    sum=$({ cat .clang-tidy; eval "cc -std=c17 $CPPFLAGS_ALL -E $f"; } 2>/dev/null | sha256sum)
    if [ "$(cat "$mark" 2>/dev/null)" = "$sum" ]; then
        exit 0
    fi
    found=$(eval "clang-tidy-14 --quiet $f -- -std=c17 $CPPFLAGS_ALL" 2>/dev/null | grep -e "warning:" -e "error:" | sed "s|^$PWD/||" | sort -u)
    if [ -z "$found" ]; then
        echo "$sum" >"$mark"
    else
        echo "$found"
    fi' - | { ! grep .; }
