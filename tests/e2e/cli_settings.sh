#!/bin/sh
# Settings as files between two real servers: exported, planned, applied, compared; twice; with files that are wrong;
# nothing secret in any of them.
# shellcheck disable=SC2086 # options are words
set -u
. "$TEST_TOP/tests/contract/lib/server.sh"
. "$TEST_TOP/tests/e2e/lib/cli.sh"
cd "$TEST_TMP" || exit 1
XDG_CONFIG_HOME=$TEST_TMP/config
export XDG_CONFIG_HOME
mkdir -p config/gatehouse

# One more server: folder and profile are called NAME.
second_server() { # NAME OPTION...
    name=$1
    shift
    mkfifo "ready-$name"
    "$GATEHOUSED_BIN" --listen http://127.0.0.1:0 --data "$name" "$@" >"ready-$name" 2>"$name.log" &
    pids="${pids:-} $!"
    read -r word url <"ready-$name"
    check "the server of $name is there" [ "$word" = ready ]
    sed -n 's/^secret = //p' "$name/credentials" >"$name.secret"
    chmod 600 "$name.secret"
    printf '[profile %s]\nurl = %s\nclient-id = %s\nsecret-file = %s\n' "$name" "$url" \
        "$(sed -n 's/^client_id = //p' "$name/credentials")" "$TEST_TMP/$name.secret" >>config/gatehouse/config.ini
}

# -- what is wrong with a file is said before anything is sent --
expect "no file" 2 plan
expect "a file that is not there" 3 plan nowhere.json
wrong() { # TITLE JSON WORDS
    printf '%s' "$2" >wrong.json
    expect "$1" "${4:-2}" --url http://127.0.0.1:9 apply wrong.json
    err_has "$1: it says what is wrong" "$3"
}
wrong "a file that is not JSON" '{' 'wrong.json: JSON' 1
wrong "another form" '{"form":2,"settings":{}}' 'no file of settings of this version'
wrong "no settings" '{"form":1}' 'it holds no "settings"'
wrong "an unknown setting" '{"form":1,"settings":{"nonsense":{}}}' 'there is no setting "nonsense"'
wrong "an unknown member" '{"form":1,"settings":{"lockout":{"maxTries":3}}}' 'lockout: there is no member "maxTries"'
wrong "an unknown inner member" '{"form":1,"settings":{"mfa":{"sms":{"x":1}}}}' 'mfa: there is no member "x"'
wrong "a value that is none" '{"form":1,"settings":{"lockout":{"maxAttempts":0}}}' 'maxAttempts must not be less than 1'
wrong "a secret" '{"form":1,"settings":{"captcha":{"secretKey":"x"}}}' 'a secret does not belong in this file'
wrong "an item without its key" '{"form":1,"settings":{"roles":[{"name":"x"}]}}' 'roles: an item lacks its key'
wrong "an item twice" '{"form":1,"settings":{"roles":[{"key":"a"},{"key":"a"}]}}' 'roles: a is there twice'
wrong "an object for a list" '{"form":1,"settings":{"roles":{}}}' 'roles: a list is wanted here'
expect "an unknown name in --only" 2 --url http://127.0.0.1:9 settings export --only roles,nonsense
err_has "lists those there are" 'there is no setting nonsense; there are core, mfa'
expect "settings are no table" 2 --url http://127.0.0.1:9 settings export -o csv

second_server first --demo
second_server second
a="--profile first"
b="--profile second"

# -- the first environment gets settings of all kinds --
for line in \
    "mfa_policy_set enforceMFAType=Force mfaDeviceExpiration=3600" \
    "lockout_policy_create enabled=true maxAttempts=4" \
    "password_config_set minLength=11" \
    "sessions_config_set sessionIdleTimeoutConfiguration.isActive=true sessionIdleTimeoutConfiguration.timeout=900" \
    "ip_restrictions_create ip=192.0.2.7 strategy=ALLOW isActive=false description=office" \
    "domain_restrictions_create domain=example.org type=BLOCK" \
    "captcha_policy_create enabled=true siteKey=site-key secretKey=captcha-secret-1 minScore=0.5" \
    "sms_templates_set type=Otc template=Code.{{code}} isActive=true"; do
    expect "first: ${line%% *}" 0 $a call $line
done
expect "first: a mail provider" 0 $a call mail_config_set --body \
    '{"payload":{"provider":"mailgun","secret":"mail-secret-2","domain":"mg.example.com","region":"EU"}}'
expect "first: a mail template" 0 $a call mail_templates_set type=ResetPassword subject=Changed \
    htmlTemplate='<p>{{redirectURL}}</p>' senderEmail=a@example.com fromName=A redirectURL=https://x.example/

# -- export --
expect "export" 0 $a settings export --out first.json
check "the file is private" [ "$(stat -c %a first.json)" = 600 ]
check "no secret is in it" [ "$(grep -c 'captcha-secret-1\|mail-secret-2\|secretKey\|"secret"' first.json)" = 0 ]
check "no id is in it" [ "$(grep -c '"id"\|createdAt\|[0-9a-f]\{8\}-[0-9a-f]\{4\}-' first.json)" = 0 ]
expect "not over a file that is there" 8 $a settings export --out first.json
expect "a part" 0 $a settings export --only lockout,roles
out_has "has what was asked for" '"maxAttempts": 4'
check "and no more" [ "$(grep -c '"mfa' "$OUT_FILE")" = 0 ]
cp "$OUT_FILE" part.json

# -- plan --
expect "a plan for where it comes from" 0 $a plan first.json
err_has "has nothing to do" "there is nothing to do"
expect "a plan for the other" 6 $b plan first.json
out_has "says what would change" 'password .*minLength .*6 .*11 .*would change'
out_has "and what would be made" 'roles .*Admin .*would be created'
out_has "and what cannot be done" 'captcha .*cannot be written without its secret'
expect "the same for scripts" 6 $b plan first.json -o ndjson
out_has "one line a field" '"setting":"password","item":"","field":"minLength","before":6,"after":11,"result":"would change"'
expect "a plan changes nothing" 0 $b call password_config_get
out_has "at all" '"minLength": 6'

# -- compare --
expect "two that differ" 8 compare first second
out_has "say where" 'lockout .*maxAttempts .*differs'
out_has "and who has it" 'roles .*Admin .*only in first'
expect "one with itself is a mistake" 2 compare first first

# -- apply --
expect "a read-only profile" 5 --read-only $b apply first.json
cp config/gatehouse/config.ini plain.ini
printf 'production = true\n' >>config/gatehouse/config.ini
expect "production wants --yes" 5 $b apply first.json
err_has "and says so" "repeat with --yes"
cp plain.ini config/gatehouse/config.ini
expect "apply" 6 $b apply first.json
out_has "says what it did" 'password .*minLength .*changed'
out_has "and what it could not" 'email .*provider .*cannot be written'
check "nothing was refused" [ "$(grep -c 'refused\|not taken over' "$OUT_FILE")" = 0 ]
expect "the rest again" 0 $b apply first.json --only lockout,roles,permissions,categories,mfa_policy,password,sessions,email_templates,sms_templates,ip_addresses,domains
err_has "has nothing to do" "there is nothing to do"
expect "what was left out is all that differs" 8 compare first second -o ndjson
check "by name" [ "$(sed -n 's/.*"setting":"\([a-z_]*\)".*/\1/p' "$OUT_FILE" | sort -u | tr '\n' ' ')" = "captcha email " ]
expect "the settings that can be written are the same" 0 compare first second --only core,mfa,mfa_strategies,mfa_policy,lockout,password,sessions,roles,permissions,categories,email_templates,sms_templates,ip_addresses,domains
expect "a role has its permissions there" 0 $b -o ndjson roles get Admin
"$GATEHOUSE_BIN" $a settings export --only roles | "$GATEHOUSE_BIN" $b apply - >"$OUT_FILE" 2>"$ERR_FILE"
check "copying is one line" [ $? = 0 ]
err_has "and there is nothing left to copy" "there is nothing to do"

# -- a part of a setting leaves the rest; lists keep what the file does not have --
printf '{"form":1,"settings":{"password":{"optionalTests":{"requireNumbers":true}},"permissions":[{"key":"new.one","name":"New","categoryId":"Fleet"}],"roles":[{"key":"ReadOnly","level":30,"permissions":["new.one"]}]}}' >some.json
expect "a few members" 0 $b apply some.json
out_has "one of them inside an object" 'password .*optionalTests.requireNumbers .*changed'
out_has "a level" 'roles .*ReadOnly .*level .*20 .*30 .*changed'
err_has "what else there is stays" 'roles: 2 that the file does not have stay: Admin, Billing'
expect "and again" 0 $b apply some.json
err_has "is nothing" "there is nothing to do: 3 as the file says"
expect "the rest of it stayed" 0 $b call password_config_get
out_has "as it was" '"minLength": 11'
printf '{"form":1,"settings":{"roles":[{"key":"ReadOnly","permissions":["no.such"]},{"key":"made","name":"Made","level":5}]}}' >half.json
expect "one item that cannot be" 6 $b apply half.json
out_has "says why" 'refused: there is no "no.such" among the permissions here'
out_has "and the others are done" 'roles .*made .*created'
printf '{"form":1,"settings":{"ip_addresses":[{"ip":"192.0.2.7","strategy":"BLOCK"}]}}' >ip.json
expect "what the service cannot change" 1 $b apply ip.json
out_has "is said" 'cannot be changed: delete it, then apply'

# -- a tenant's own --
expect "a tenant" 0 $a --tenant acme settings export
out_has "has policies" '"password": {'
check "and nothing of the environment" [ "$(grep -c '"core"\|"email_templates"' "$OUT_FILE")" = 0 ]
expect "environment settings are not for a tenant" 1 $a --tenant acme apply first.json --only core
err_has "and that is said" "of the whole environment, not of a tenant"

# -- no service --
kill -TERM $pids
wait $pids
expect "a service that is not there" 7 $a settings export --only lockout
expect "nor for a plan" 7 $a plan first.json
