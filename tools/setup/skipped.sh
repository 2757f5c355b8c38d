#!/bin/sh
# Says at the end of "make test" which groups of tests were not run because ../shared is absent: go test keeps quiet
# about what it skips. The reasons are those of the tests themselves.
set -eu

[ ! -d ../shared ] || exit 0
echo
echo "NOT RUN, because ../shared is absent:"
grep -rhoE --include='*_test.go' 'Skip\("\.\./shared/[^"]+"' . | sed -e 's/^Skip("/  /' -e 's/"$//' | sort -u
