#!/usr/bin/env bash
# Reports the known vulnerabilities in the code that programs call: vulnerabilities.sh PROGRAM... `make vulnerabilities` runs it.
#
# The database is a Go module, so that the proxy of modules has it; without it, or without govulncheck, it says so and succeeds.
set -euo pipefail
cd "$(dirname "$0")/.."
checker=golang.org/x/vuln/cmd/govulncheck@v1.9.0
skip() { printf 'vulnerabilities: skipped, %s\n' "$*"; exit 0; }

folder=$(cd / && go mod download -json golang.org/x/vulndb@latest 2>/dev/null | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p') || true
test -d "$folder/data/osv" || skip 'the database golang.org/x/vulndb is not available'
go run "$checker" -version >/dev/null 2>&1 || skip "$checker is not available"
printf 'vulnerabilities: database %s\n' "${folder##*@}"
bad=0
for program in "$@"; do
  printf '%s: ' "$program"
  go run "$checker" -db "file://$folder/data/osv" -mode binary "$program" || bad=1
done
exit "$bad"
