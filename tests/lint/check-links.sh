#!/bin/sh
# relative links of the Markdown pages lead somewhere
set -u
git ls-files -co --exclude-standard '*.md' | while read -r f; do
    grep -noE '\]\([^)#: ]+(#[^)]*)?\)' "$f" | sed 's/^\([0-9]*\):](\([^)#]*\).*/\1 \2/' | while read -r line target; do
        if [ ! -e "$(dirname "$f")/$target" ]; then
            echo "$f:$line: $target does not exist"
        fi
    done
done | { ! grep .; }
