#!/bin/sh
# SQL lives in src/store and src/db and nowhere else
set -u
git ls-files -co --exclude-standard 'src/*.[ch]' 'ui/*.[ch]' | grep -v -e '^src/store/' -e '^src/db/' |
    xargs grep -nE '"(SELECT |INSERT INTO|UPDATE [a-z_]+ SET|DELETE FROM|CREATE (TABLE|INDEX)|BEGIN IMMEDIATE|PRAGMA )' | { ! grep .; }
