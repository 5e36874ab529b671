#!/bin/sh
# every header compiles alone and has the guard FOLDER_FILE_H
set -u
export CC="${CC:-cc}" CPPFLAGS_ALL="${CPPFLAGS_ALL:--D_POSIX_C_SOURCE=200809L -Isrc -I.}" CFLAGS_ALL="${CFLAGS_ALL:--std=c17 -Wall}"
# shellcheck disable=SC2016 # the inner shell expands
git ls-files -co --exclude-standard 'src/*.h' 'ui/*.h' 'tests/support/*.h' | xargs -P "${JOBS:-2}" -n 1 sh -c '
    h=$1
    guard=$(echo "${h#src/}" | tr a-z/.- A-Z___)
    if ! grep -q "^#ifndef $guard\$" "$h"; then
        echo "$h:1: the guard is not $guard"
    fi
    # shellcheck disable=SC2086 # lists of options
    echo "#include \"$h\"" | eval "$CC $CPPFLAGS_ALL $CFLAGS_ALL -Werror -fsyntax-only -x c -" 2>&1 | head -n 5' - | { ! grep .; }
