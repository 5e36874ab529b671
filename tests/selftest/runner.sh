#!/bin/sh
# The test runner must not be fooled: tests/run on items that pass, fail, crash, hang, lie and leak.
set -u

dir=$TEST_TMP
unset SELECT RUN_DIR KEEP TIMEOUT AGAIN

item() { # NAME, text on stdin
    cat >"$dir/$1"
}

expect_run() { # TITLE LAST-LINE STATUS ITEM...
    title=$1
    want=$2
    status=$3
    shift 3
    TIMEOUT=2 JOBS=2 OUT=build/none "$TEST_TOP/tests/run" "$@" >"$dir/out" 2>&1
    got=$?
    last=$(tail -n 1 "$dir/out")
    if [ "$last" = "$want" ] && [ "$got" -eq "$status" ]; then
        echo "ok - $title"
    else
        echo "not ok - $title: '$last', status $got"
        sed 's/^/# /' "$dir/out"
    fi
}

item good.sh <<'END'
echo "1..2"; echo "ok 1 - a"; echo "ok 2 - b"
END
item bad.sh <<'END'
echo "ok 1 - a"; echo "not ok 2 - b"; exit 1
END
item crash.sh <<'END'
echo "ok 1 - a"; kill -SEGV $$
END
item short.sh <<'END'
echo "1..3"; echo "ok 1 - a"
END
item hang.sh <<'END'
echo "ok 1 - a"; sleep 60
END
item empty.sh <<'END'
exit 0
END
item leak.sh <<'END'
echo "ok 1 - a"; sleep 300 & exit 0
END
item report.sh <<'END'
echo "ok 1 - a"; echo "race" >"$TEST_TMP/san/tsan.1"
END
item skip.sh <<'END'
echo "ok 1 - a"; echo "ok 2 - b # SKIP no such thing here"
END
item home.sh <<'END'
test "$HOME" = "$TEST_TMP/home" && test "$TZ" = UTC && test -w "$XDG_RUNTIME_DIR" && test -z "${GATEHOUSE_PROFILE:-}" &&
    echo "ok 1 - own home"
END

item last.sh <<'END'
# after all
ls "$RUN_DIR"/*-good.sh.sum && echo "ok 1 - the other has ended"
END

expect_run "all pass" "2 passed, 0 failed" 0 "$dir/good.sh"
expect_run "sums over items" "3 passed, 1 failed" 1 "$dir/good.sh" "$dir/bad.sh"
expect_run "a crash is a failure" "1 passed, 1 failed" 1 "$dir/crash.sh"
expect_run "cases that never ran are a failure" "1 passed, 1 failed" 1 "$dir/short.sh"
expect_run "a time-out is a failure" "1 passed, 1 failed" 1 "$dir/hang.sh"
expect_run "an item without a case is a failure" "0 passed, 1 failed" 1 "$dir/empty.sh"
expect_run "a process left behind is a failure" "1 passed, 1 failed" 1 "$dir/leak.sh"
expect_run "a sanitizer report is a failure" "1 passed, 1 failed" 1 "$dir/report.sh"
expect_run "a skipped case counts as neither" "1 passed, 0 failed" 0 "$dir/skip.sh"
expect_run "no items is a failure" "0 passed, 1 failed" 1
expect_run "what comes after all" "3 passed, 0 failed" 0 "$dir/last.sh" "$dir/good.sh"
expect_run "alone it comes too" "0 passed, 1 failed" 1 "$dir/last.sh"
GATEHOUSE_PROFILE=x
export GATEHOUSE_PROFILE
expect_run "each item has its own home" "1 passed, 0 failed" 0 "$dir/home.sh"

# With AGAIN, what failed is run once more, and that counts.
item once.sh <<'END'
if [ -e "$DIR_OF_ONCE/mark" ]; then echo "ok 1 - a"; else touch "$DIR_OF_ONCE/mark"; echo "not ok 1 - a"; exit 1; fi
END
DIR_OF_ONCE=$dir AGAIN=1
export DIR_OF_ONCE AGAIN
expect_run "run again alone" "1 passed, 0 failed" 0 "$dir/once.sh"
expect_run "what fails alone fails" "1 passed, 1 failed" 1 "$dir/bad.sh"
