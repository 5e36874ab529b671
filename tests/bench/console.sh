# Console figures (goals C1 to C13) of one round; sourced by run.sh.
# shellcheck shell=sh

if [ ! -d "$DIR/repo" ] && command -v tig >/dev/null; then
    note "  making a repository of 1,000 commits for tig"
    git init -q "$DIR/repo"
    for k in $(seq 1000); do
        echo "commit refs/heads/main"
        echo "committer Jane Example <jane@example.com> $((1700000000 + k)) +0000"
        echo "data 55"
        printf 'Change number %4d, with a subject as long as they are\n' "$k"
    done | git -C "$DIR/repo" fast-import --quiet
    git -C "$DIR/repo" symbolic-ref HEAD refs/heads/main
fi

# Moves inside the window, then past its last row so that j scrolls by one, pages, a burst, silence.
STEPS="keys:down:15 skip:down:60 keys:j:40 keys:pgdn:30 burst:down:200 idle:${IDLE_MS:-10000}"
for size in 24x80 50x200; do
    # shellcheck disable=SC2086 # steps are words
    screen "floor.$size" "$size" 'user000010' $STEPS -- "$BIN/floor_curses" 100000
    for n in "$SMALL" "$LARGE"; do
        # shellcheck disable=SC2086
        screen "console.$n.$size" "$size" 'user0000003' $STEPS -- "$OUT/gatehouse" --url "$(ours URL "$n")" \
            --client-id "$(ours ID "$n")" --secret-file "$WORK/secret.$n" --tenant bench
    done
    if [ -d "$DIR/repo" ]; then
        # shellcheck disable=SC2086
        screen "tig.$size" "$size" 'number  990' $STEPS -- env -C "$DIR/repo" tig
    fi
done
