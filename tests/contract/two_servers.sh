#!/bin/sh
# Some scenarios of the contract on two servers that share one PostgreSQL: requests go to each in turn, and one is
# killed and started again meanwhile (tests/support/peers.h). All scenarios take minutes; doc/hacking.md has the command.
set -u

if [ -z "${GATEHOUSE_TEST_PG:-}" ]; then
    echo "ok - two servers # SKIP there is one server to an SQLite file"
    exit 0
fi
TEST_SERVERS=2
TEST_KILLS=3
export TEST_SERVERS TEST_KILLS
status=0
for name in tenants roles bulk; do
    "$TEST_TOP/$OUT/tests/unit/contract/test_scenarios_$name" || status=1
done
exit "$status"
