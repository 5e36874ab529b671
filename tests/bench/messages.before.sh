# Where messages are kept while their figures are taken; sourced by run.sh.
# shellcheck shell=sh

rm -rf "$DIR/messages"
mkdir "$DIR/messages"
clean="$clean $DIR/messages"
