#!/bin/sh
# deps.sh where there is no apt-get: names the packages as that system calls them and ends with 2.
set -u

try() { # MANAGER EXPECTED-NAME
    bin=$TEST_TMP/bin.$1
    mkdir -p "$bin"
    for tool in sh cat sed sort tr id find head grep env; do
        ln -s "$(command -v "$tool")" "$bin/$tool"
    done
    printf '#!/bin/sh\nexit 99\n' >"$bin/$1"
    chmod +x "$bin/$1"
    PATH=$bin "$bin/sh" "$TEST_TOP/tests/support/deps.sh" build >"$TEST_TMP/out" 2>&1
    status=$?
    if [ "$status" -eq 2 ] && grep -q "names of $1" "$TEST_TMP/out" && grep -qx " *$2" "$TEST_TMP/out"; then
        echo "ok - $1"
    else
        echo "not ok - $1: status $status"
        sed 's/^/# /' "$TEST_TMP/out"
    fi
}

echo 1..6
try dnf libsodium-devel
try apk curl-dev
try pacman libsodium
try zypper sqlite3-devel
try brew cjson
if "$TEST_TOP/tests/support/deps.sh" build test; then
    echo "ok - nothing is missing where the tests run"
else
    echo "not ok - something is missing where the tests run"
fi
