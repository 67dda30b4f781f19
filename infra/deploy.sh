#!/usr/bin/env bash
# Deploys or destroys the stacks that samconfig.toml names, one after the other: deploy.sh up|down [ENVIRONMENT...]
#
# A stack without changes is left as it is, so running it again after an error continues there. `make deploy` and `make
# destroy` run it.
set -euo pipefail
cd "$(dirname "$0")/.."
config=samconfig.toml

fail() { printf 'deploy: %s\n' "$*" >&2; exit 1; }

# run prints a command, and executes it.
run() { printf '+ %s\n' "$*" >&2; "$@"; }

# environments lists the environments of the file, in its order.
environments() { sed -n 's/^\[\([A-Za-z0-9_-]*\)\.deploy\.parameters\]$/\1/p' "$config"; }

# setting ENVIRONMENT KEY prints a setting of an environment, whose value is one word.
setting() {
  awk -v section="[$1.global.parameters]" -v key="$2" '
    /^\[/ { here = ($0 == section) }
    here && $1 == key && $2 == "=" { gsub(/"/, "", $3); print $3 }' "$config"
}

# shared lists the overrides of an environment that must be the same in all of them.
shared() {
  awk -v section="[$1.deploy.parameters]" '/^\[/ { here = ($0 == section) } here' "$config" |
    grep -oE '"(Name|SiteUrl|Cadence|HomeRegion|StandbyRegion|ProbeRegions|TwilioAccountSid|SecretsIn|SecretsPath|ExistingTable)=[^"]*"' | sort || true
}

# check finds configuration faults before the first stack is changed.
check() {
  for tool in sam aws; do
    command -v "$tool" >/dev/null || fail "$tool is not on the PATH; infra/README.md says how to install it"
  done
  local all env region home
  all=$(environments)
  [ "$(head -n 1 <<<"$all")" = home ] || fail "$config: the first environment must be [home.deploy.parameters]: the others write to its table"
  home=$(shared home)
  for env in $all; do
    region=$(setting "$env" region)
    [ -n "$region" ] || fail "$config: [$env.global.parameters] names no region"
    [ "$(shared "$env")" = "$home" ] || fail "$config: [$env.deploy.parameters] differs from home's:
$(diff <(echo "$home") <(shared "$env") || true)"
    grep -qE "\"ProbeRegions=([^\"]*,)?$region(,[^\"]*)?\"" <<<"$home" || fail "$config: ProbeRegions lacks $region, the region of [$env]"
  done
  grep -qx "\"HomeRegion=$(setting home region)\"" <<<"$home" || fail "$config: HomeRegion is not $(setting home region), the region of [home]"
  for env in "$@"; do
    grep -qx -- "$env" <<<"$all" || fail "$config: there is no environment $env; there are: $(echo $all)"
  done
}

# ask ENVIRONMENT QUERY queries CloudFormation about a stack. Without a stack it prints nothing.
ask() {
  local answer
  if answer=$(aws cloudformation describe-stacks --region "$(setting "$1" region)" --stack-name "$(setting "$1" stack_name)" \
    --query "$2" --output text 2>&1); then
    [ "$answer" = None ] || printf '%s\n' "$answer"
  elif ! grep -q 'does not exist' <<<"$answer"; then
    fail "$1: $answer"
  fi
}

status() { ask "$1" 'Stacks[0].StackStatus'; }

output() { ask "$1" "Stacks[0].Outputs[?OutputKey=='$2'].OutputValue | [0]"; }

up() {
  local env state
  run sam build --build-in-source
  for env in "$@"; do
    printf '== %s: %s\n' "$env" "$(setting "$env" region)" >&2
    state=$(status "$env")
    if [ "$state" = ROLLBACK_COMPLETE ]; then # its creation failed: it is empty, and cannot be updated
      run sam delete --config-env "$env" --no-prompts
    fi
    run sam deploy --config-env "$env" --no-confirm-changeset --no-fail-on-empty-changeset ||
      fail "$env was not deployed; the environments before it stay deployed. Fix the fault above and run this again: it continues there"
  done
  printf 'deployed: %s\nnext: give Twilio %s/twilio/reply for the messages to your number, and run: bin/valkyrie doctor --deployment %s\n' \
    "$*" "$(output home WebhookUrl)" "$(setting home region)" >&2
}

down() {
  local env backwards="" region state bucket page table
  for env in "$@"; do backwards="$env $backwards"; done # home last: probes that still run elsewhere need its table
  for env in $backwards; do
    region=$(setting "$env" region)
    printf '== %s: %s\n' "$env" "$region" >&2
    state=$(status "$env")
    if [ -z "$state" ]; then
      printf 'there is no stack\n' >&2
      continue
    fi
    bucket=$(output "$env" EvidenceBucket)
    page=$(output "$env" StatusBucket)
    table=$(output "$env" TableName)
    run sam delete --config-env "$env" --no-prompts
    if [ "${ERASE:-}" != yes ]; then
      printf 'kept in %s:%s%s%s\n' "$region" "${bucket:+ the evidence in $bucket}" "${page:+ the status page in $page}" "${table:+ the table $table}" >&2
      continue
    fi
    [ -z "$bucket" ] || run aws s3 rb "s3://$bucket" --force --region "$region"
    [ -z "$page" ] || run aws s3 rb "s3://$page" --force --region "$region"
    [ -z "$table" ] || run aws dynamodb delete-table --table-name "$table" --region "$region" --output text
  done
  [ "${ERASE:-}" = yes ] ||
    printf 'to deploy again on a table that was kept, set ExistingTable to its name; to be rid of it: make destroy ERASE=yes, before the stacks are gone\n' >&2
}

what=${1:-}
[ "$what" = up ] || [ "$what" = down ] || fail "usage: deploy.sh up|down [ENVIRONMENT...]"
shift
check "$@"
# shellcheck disable=SC2046 # the names have no spaces
[ $# -gt 0 ] || set -- $(environments)
"$what" "$@"
