#!/bin/sh
# IP restrictions see the client behind a trusted proxy, and nobody else's claims. curl plays the proxy.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"

rules=/identity/resources/configurations/v1/restrictions/ip
json='Content-Type: application/json'

expect_valid() { # TITLE true|false CURL-ARGUMENT...
    title=$1
    want=$2
    shift 2
    BODY=$(curl -sS -X POST "$URL$rules/verify" -H "Authorization: Bearer $TOKEN" "$@")
    expect_body "$title" "{\"valid\":$want}"
}

set_up() {
    sign_in
    expect_status "a list" 201 "$URL$rules" -H "$json" -H "Authorization: Bearer $TOKEN" \
        -d '{"ip":"203.0.113.0/24","strategy":"ALLOW"}'
    expect_status "switched on" 201 "$URL$rules/config" -H "$json" -H "Authorization: Bearer $TOKEN" \
        -d '{"isActive":true,"strategy":"ALLOW"}'
}

start_server --trusted-proxy 127.0.0.0/8 --trusted-proxy=10.0.0.0/8
set_up
expect_valid "the proxy itself is not on the list" false
expect_valid "the client behind it is" true -H 'X-Forwarded-For: 203.0.113.9'
expect_valid "through two proxies" true -H 'X-Forwarded-For: 203.0.113.9, 10.1.2.3'
expect_valid "another client is not" false -H 'X-Forwarded-For: 198.51.100.1'
expect_valid "what a client claims does not count" false -H 'X-Forwarded-For: 203.0.113.9, 198.51.100.1'
expect_valid "nor in a line of its own" false -H 'X-Forwarded-For: 203.0.113.9' -H 'X-Forwarded-For: 198.51.100.1'
expect_valid "lines are read from the last" true -H 'X-Forwarded-For: 198.51.100.1' -H 'X-Forwarded-For: 203.0.113.9'
expect_valid "IPv4 in IPv6 is the same" true -H 'X-Forwarded-For: ::ffff:203.0.113.9'
for junk in garbage 203.0.113.009 203.0.113.9:80 '203.0.113.9,' 'for=203.0.113.9' unix; do
    expect_valid "junk denies: $junk" false -H "X-Forwarded-For: $junk"
done
expect_valid "other headers are nobody's word" false -H 'Forwarded: for=203.0.113.9' -H 'X-Real-IP: 203.0.113.9' \
    -H 'x-frontegg-forwarded-for: 203.0.113.9'
stop_server

start_server
sign_in
expect_valid "without a trusted proxy the header is ignored" false -H 'X-Forwarded-For: 203.0.113.9'
stop_server
