#!/bin/sh
# mandoc finds nothing in the manual pages
set -u
command -v mandoc >/dev/null || { echo "no mandoc"; exit 77; }
git ls-files -co --exclude-standard 'doc/*.[1578]' | xargs -r mandoc -Tlint -Wwarning
