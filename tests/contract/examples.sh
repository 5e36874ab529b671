#!/bin/sh
# Runs the command lines that README, guide and manual page show, against a server with the sample data.
set -u
. tests/contract/lib/server.sh

unset GATEHOUSE_TEST_PG # filling PostgreSQL takes long, and which database it is does not matter here
start_server --demo
sign_in
mkdir -p "$TEST_TMP/bin" "$TEST_TMP/config/gatehouse" "$TEST_TMP/here"
ln -s "$GATEHOUSE_BIN" "$TEST_TMP/bin/gatehouse"
PATH=$TEST_TMP/bin:$PATH
XDG_CONFIG_HOME=$TEST_TMP/config
export PATH XDG_CONFIG_HOME
(umask 077 && credential secret >"$TEST_TMP/secret")
echo 'profile = staging' >"$TEST_TMP/config/gatehouse/config.ini"
for profile in work staging; do
    printf '[profile %s]\nurl = %s\nclient-id = %s\nsecret-file = %s\n' "$profile" "$URL" \
        "$(credential client_id)" "$TEST_TMP/secret"
done >>"$TEST_TMP/config/gatehouse/config.ini"
echo '{"defaultTokenExpiration":3600}' >"$TEST_TMP/here/tokens.json"
user=$(gatehouse users get ada@acme.example -o json | sed -n 's/^  "id": "\(.*\)",$/\1/p')

# Lines of code blocks, and of displays in the manual page, that run a command and end.
{
    awk '/^```/ { code = !code } code && /^gatehouse .* (api|call|doctor|list|get|export|operations)( |$)/' \
        README.md doc/manual.md
    sed -n 's/^\.Dl \$ //p' doc/gatehouse.1 | grep -v -e '--demo$'
} >"$TEST_TMP/lines"
if [ "$(wc -l <"$TEST_TMP/lines")" -lt 12 ]; then
    echo "not ok - the pages show commands"
fi
while read -r line; do
    run=$(echo "$line" | sed "s/userId=\.\.\./userId=$user/")
    if (cd "$TEST_TMP/here" && sh -c "$run") </dev/null >"$TEST_TMP/output" 2>"$TEST_TMP/errors" &&
        { [ -s "$TEST_TMP/output" ] || [ -s "$TEST_TMP/here/users.ndjson" ]; }; then
        echo "ok - $line"
    else
        echo "not ok - $line"
        sed 's/^/# /' "$TEST_TMP/errors"
    fi
done <"$TEST_TMP/lines"

# The displays that take several lines.
sed -n '/^\.Bd -literal/,/^\.Ed/p' doc/gatehouse.1 | sed -e 's/^\$ //' -e 's/\\e/\\/g' \
    -e '/^\.Ed/c echo shown' -e '/^\.Bd/d' >"$TEST_TMP/displays"
if sh -e "$TEST_TMP/displays" >"$TEST_TMP/output" 2>"$TEST_TMP/errors" &&
    grep -q '^initech: 5000$' "$TEST_TMP/output"; then
    echo "ok - the longer examples of the manual page"
else
    echo "not ok - the longer examples of the manual page"
    sed 's/^/# /' "$TEST_TMP/errors"
fi
stop_server
