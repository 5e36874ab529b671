#!/bin/sh
# The calls of the public documentation for superuser, active tenant and add-to-tenant, as they are printed there
# but for host and ids, with both ways of sending the token.
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"

start_server
trap 'kill -KILL $SERVER_PID 2>/dev/null' EXIT
sign_in

for tenant in one two three; do
    expect_status "tenant $tenant" 201 --request POST "$URL/tenants/resources/tenants/v1" \
        --header "Authorization: Bearer $TOKEN" --header 'Content-Type: application/json' \
        --data "{\"tenantId\":\"$tenant\",\"name\":\"Tenant $tenant\"}"
done

run() { # HEADER
    expect_status "create user" 201 --request POST "$URL/identity/resources/users/v2" \
        --header "$1" --header 'Content-Type: application/json' --header 'frontegg-tenant-id: one' \
        --data "{\"email\":\"user$2@example.com\",\"name\":\"User $2\",\"skipInviteEmail\":true}"
    USER=$(printf '%s' "$BODY" | sed -n 's/^{"id":"\([^"]*\)".*/\1/p')

    expect_status "superuser on" 200 --request PUT \
        --url "$URL/identity/resources/users/v1/$USER/superuser" \
        --header "$1" --header 'Content-Type: application/json' --data '{"superUser":true}'
    expect_body "superuser is set" '*"superUser":true*'
    expect_status "superuser off" 200 --request PUT \
        --url "$URL/identity/resources/users/v1/$USER/superuser" \
        --header "$1" --header 'Content-Type: application/json' --data '{"superUser":false}'
    expect_body "superuser is cleared" '*"superUser":false*'
    expect_status "superuser wants a boolean" 400 --request PUT \
        --url "$URL/identity/resources/users/v1/$USER/superuser" \
        --header "$1" --header 'Content-Type: application/json' --data '{"superUser":"yes"}'
    expect_body "and says so" '*superUser must be a boolean value*'

    expect_status "add to tenant" 201 --request POST \
        --url "$URL/identity/resources/users/v1/$USER/tenant" \
        --header "$1" --header 'Content-Type: application/json' \
        --data '{"tenantId":"two","validateTenantExist":true,"skipInviteEmail":true}'
    expect_body "both tenants listed" '*"tenantIds":\["one","two"\]*'
    expect_status "add to a tenant that must exist" 404 --request POST \
        --url "$URL/identity/resources/users/v1/$USER/tenant" \
        --header "$1" --header 'Content-Type: application/json' \
        --data '{"tenantId":"nowhere","validateTenantExist":true}'

    expect_status "set active tenant" 200 --request PUT \
        --url "$URL/identity/resources/users/v1/$USER/tenant" \
        --header "$1" --header 'Content-Type: application/json' \
        --data '{"tenantId":"two","validateTenantExist":true}'
    expect_body "it is active" '*"tenantId":"two"*'
    expect_status "an unknown tenant is made" 200 --request PUT \
        --url "$URL/identity/resources/users/v1/$USER/tenant" \
        --header "$1" --header 'Content-Type: application/json' --data "{\"tenantId\":\"made-$2\"}"
    expect_status "it is there" 200 --url "$URL/tenants/resources/tenants/v2/made-$2" --header "$1"

    expect_status "a tenant header is refused there" 403 --request PUT \
        --url "$URL/identity/resources/users/v1/$USER/tenant" --header 'frontegg-tenant-id: one' \
        --header "$1" --header 'Content-Type: application/json' --data '{"tenantId":"two"}'
    expect_body "in the service's words" '*Tenant ID is defined - forbidden route for tenants*'
    expect_status "a user needs a tenant header" 403 --url "$URL/identity/resources/users/v1/$USER" --header "$1"
    expect_body "in the service's words" '*Tenant ID is not specified*'
    expect_status "the trailing slash and prefix do not matter" 200 --header 'frontegg-tenant-id: two' \
        --url "$URL/frontegg/identity/resources/users/v1/$USER/" --header "$1"
}

run "Authorization: Bearer $TOKEN" 1
run "x-access-token: $TOKEN" 2

expect_status "no token" 401 --request PUT --url "$URL/identity/resources/users/v1/x/superuser" \
    --header 'Content-Type: application/json' --data '{"superUser":true}'
expect_status "a wrong secret" 401 --request POST "$URL/auth/vendor/" --header 'Content-Type: application/json' \
    --data "{\"clientId\":\"$(credential client_id)\",\"secret\":\"wrong\"}"

if stop_server; then
    echo "ok - the server ends with 0"
else
    echo "not ok - the server ended with $?"
fi
