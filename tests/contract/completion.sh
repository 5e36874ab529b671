#!/bin/bash
# What bash offers after a beginning, by the script that `gatehouse completion bash` prints.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0"
set -u

mkdir "$TEST_TMP/bin"
ln -s "$GATEHOUSE_BIN" "$TEST_TMP/bin/gatehouse"
PATH=$TEST_TMP/bin:$PATH
eval "$(gatehouse completion bash)"
compopt() { :; } # works only while a person types

offers() { # TITLE "CANDIDATES" WORD...
    title=$1
    want=$2
    shift 2
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _gatehouse
    if [ "${COMPREPLY[*]}" = "$want" ]; then
        echo "ok - $title"
    else
        echo "not ok - $title"
        echo "# ${COMPREPLY[*]}"
    fi
}

offers "a command" "users" gatehouse us
offers "its second word, after options" "list get export import" gatehouse --profile work users ""
offers "an option with = is one" "roles" gatehouse --url = unix:x ro
offers "nothing after the last word" "" gatehouse users list ""
offers "options of the command" "--filter" gatehouse users list --f
offers "no options of other commands" "" gatehouse users get --f
offers "general options everywhere" "--read-only" gatehouse users get --re
offers "formats" "csv" gatehouse users list -o c
offers "formats after =" "json" gatehouse --output = j
offers "operations" "tenants_create" gatehouse call tenants_cr
offers "methods" "PATCH" gatehouse api PA
offers "nothing for a value nobody knows" "" gatehouse --tenant ""
touch "$TEST_TMP/some.ini"
offers "files" "$TEST_TMP/some.ini" gatehouse --config "$TEST_TMP/so"

for shell in bash zsh fish; do
    gatehouse completion "$shell" >"$TEST_TMP/$shell"
    if [ -s "$TEST_TMP/$shell" ] && grep -q 'sessions' "$TEST_TMP/$shell"; then
        echo "ok - $shell has a script with the commands there are"
    else
        echo "not ok - $shell has a script with the commands there are"
    fi
done
gatehouse completion csh 2>"$TEST_TMP/err"
if [ $? -eq 2 ] && grep -q 'bash, zsh and fish' "$TEST_TMP/err"; then
    echo "ok - another shell is wrong usage"
else
    echo "not ok - another shell is wrong usage"
fi
