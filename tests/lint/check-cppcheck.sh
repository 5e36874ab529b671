#!/bin/sh
# cppcheck finds nothing
set -u
command -v cppcheck >/dev/null || { echo "no cppcheck"; exit 77; }
git ls-files -co --exclude-standard 'src/*.c' 'ui/*.c' >"$OUT/cppcheck.files"
[ -s "$OUT/cppcheck.files" ] || exit 0
mkdir -p "$OUT/cppcheck"
cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
    --suppressions-list=tests/lint/cppcheck.txt --cppcheck-build-dir="$OUT/cppcheck" -j "${JOBS:-2}" \
    -D_POSIX_C_SOURCE=200809L -D__linux__ -Isrc -I. -I"$OUT" --template='{file}:{line}: {id}: {message}' \
    --file-list="$OUT/cppcheck.files"
