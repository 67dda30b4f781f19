#!/usr/bin/env bash
# Builds, validates and deploys with the real SAM, into an emulator of AWS on this machine: check.sh [tools|short]
#
# `make sam-check` runs all of it. `short`, for CI, deploys home and standby once, uses and destroys them. `tools` only installs.
#
# It installs the pinned tools into virtual environments of its own, in the user's cache. It contacts the package registry and
# addresses of this machine, and uses no credentials. functions/samcheck has the checks.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/valkyrie/sam-check

skip() { printf 'sam-check: skipped, %s\n' "$*" >&2; exit 0; }

# install NAME makes the virtual environment NAME with the packages of NAME.txt, unless it is there.
install() {
  local folder=$cache/$1 list=infra/sam/$1.txt log
  cmp -s "$list" "$folder/installed.txt" && return
  rm -rf "$folder"
  mkdir -p "$cache"
  "$python" -m venv "$folder" || skip "no python3 with venv"
  printf 'sam-check: installing %s\n' "$list" >&2
  if ! log=$("$folder/bin/python" -m pip install --disable-pip-version-check --no-input --quiet --retries 2 --timeout 20 --no-compile --no-deps --require-hashes --only-binary :all: -r "$list" 2>&1); then
    if grep -q 'DO NOT MATCH THE HASHES' <<<"$log"; then
      printf 'sam-check: %s: a package differs from its checksum\n%s\n' "$list" "$log" >&2
      exit 1
    fi
    skip "pip could not install $list: $(tail -n 1 <<<"$log")"
  fi
  cp "$list" "$folder/installed.txt"
}

"$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || skip "no python3 (3.10 or later) with venv"
install sam
install emulator
short=
case ${1:-} in
tools) exit ;;
short) short=-short ;;
"") ;;
*) echo "usage: check.sh [tools|short]" >&2; exit 2 ;;
esac
VALKYRIE_SAM_CHECK=$cache go test -count 1 -vet=off -timeout 40m -v $short ./functions/samcheck
