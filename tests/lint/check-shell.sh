#!/bin/sh
# the scripts pass shellcheck
set -u
command -v shellcheck >/dev/null || { echo "no shellcheck"; exit 77; }
git ls-files -co --exclude-standard | while read -r f; do
    if [ -f "$f" ] && head -n 1 "$f" | grep -qI '^#!.*[/ ]\(sh\|bash\)$'; then
        echo "$f"
    fi
done | xargs shellcheck -x -P . -f gcc
