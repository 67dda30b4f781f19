#!/usr/bin/env bash
# Deploys or destroys the stacks that samconfig.toml names, one after the other: deploy.sh up|down [ENVIRONMENT...]
#
# A stack without changes is left as it is, so running it again after an error or an interruption continues there. SAM prints
# each change set before it acts. On a terminal each stack is confirmed, unless YES=yes. With BUILD=no the last build is
# deployed. `make deploy` and `make destroy` run it.
#
# With CANARY=ENVIRONMENT that one is deployed first, and its runs are compared with those of the other regions, which still have the old
# version. If they are worse, the environment gets back the version it had, and nothing else is deployed.
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

# regional are the parameters that may differ from region to region. All others must be the same: the regions judge together, and
# home and standby page in turn.
regional='SubnetIds|SecurityGroupIds|VpcId|RouteTableIds|PrivateEndpoints|Schedules|Tries|ProbeMemory|ProbeTimeout|ProbeConcurrency|WebhookConcurrency|MetricDetail|LogRetention|EvidenceRetention|AlarmEmail|PingUrl|StatusReader|EventBusArn|ChromeFlags'

# shared lists the overrides of an environment that must be the same in all of them.
shared() {
  awk -v section="[$1.deploy.parameters]" '/^\[/ { here = ($0 == section) } here && !/^ *#/' "$config" |
    grep -oE '"[A-Za-z]+=[^"]*"' | grep -vE "^\"($regional)=" | sort || true
}

# check finds configuration faults before the first stack is changed.
check() {
  for tool in sam aws; do
    command -v "$tool" >/dev/null || fail "$tool is not on the PATH; infra/README.md says how to install it"
  done
  local all env region home stack regions=""
  all=$(environments)
  [ "$(head -n 1 <<<"$all")" = home ] || fail "$config: the first environment must be [home.deploy.parameters]: the others write to its table"
  home=$(shared home)
  stack=$(setting home stack_name)
  [[ $stack =~ ^[a-z][a-z0-9-]{0,37}$ ]] ||
    fail "$config: [home.global.parameters]: stack_name is \"$stack\": expected at most 38 lower-case letters, digits and hyphens; the buckets of evidence are named after it, and links find them by it"
  for env in $all; do
    region=$(setting "$env" region)
    [ -n "$region" ] || fail "$config: [$env.global.parameters] names no region"
    ! grep -qx -- "$region" <<<"$regions" || fail "$config: [$env.global.parameters]: another environment has the region $region too, and the same stack"
    regions="$regions$region"$'\n'
    [ "$(setting "$env" stack_name)" = "$stack" ] || fail "$config: [$env.global.parameters]: stack_name must be that of home"
    [ -n "$(shared "$env")" ] || fail "$config: [$env.deploy.parameters]: expected parameter_overrides = [\"SiteUrl=https://...\", ...], one parameter a line"
    [ "$(shared "$env")" = "$home" ] || fail "$config: [$env.deploy.parameters] differs from home's:
$(diff <(echo "$home") <(shared "$env") || true)"
    grep -qE "\"ProbeRegions=([^\"]*,)?$region(,[^\"]*)?\"" <<<"$home" || fail "$config: ProbeRegions lacks $region, the region of [$env]"
  done
  grep -qx "\"HomeRegion=$(setting home region)\"" <<<"$home" || fail "$config: HomeRegion is not $(setting home region), the region of [home]"
  for region in $(grep -oE '"(ProbeRegions|StandbyRegion)=[^"]*' <<<"$home" | cut -d = -f 2 | tr , ' '); do
    grep -qx -- "$region" <<<"$regions" || fail "$config: ProbeRegions or StandbyRegion names $region, which no environment deploys to: its runs would be missed"
  done
  if [ "$(wc -w <<<"$all")" -gt 1 ] && grep -q '^"KeyId=[0-9a-f]' <<<"$home"; then
    fail "$config: KeyId is a key of one region, and $(echo $all) share one id: make a multi-Region key, whose id begins with mrk-, with a replica in each"
  fi
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

# settled ENVIRONMENT prints a stack's status, once CloudFormation has finished the work that an interrupted run began.
settled() {
  local state
  state=$(status "$1") || exit
  while [[ $state == *_IN_PROGRESS && $state != REVIEW_IN_PROGRESS ]]; do
    printf '%s is in %s: waiting\n' "$1" "$state" >&2
    sleep "${POLL:-10}"
    state=$(status "$1") || exit
  done
  printf '%s\n' "$state"
}

# asks reports whether to have each change confirmed.
asks() { [ -t 0 ] && [ "${YES:-}" != yes ]; }

# declined ENVIRONMENT reports whether a change set of SAM's was not confirmed; if so, it deletes it.
declined() {
  local region stack pending
  region=$(setting "$1" region) stack=$(setting "$1" stack_name)
  pending=$(aws cloudformation list-change-sets --region "$region" --stack-name "$stack" \
    --query "Summaries[?ExecutionStatus=='AVAILABLE' && starts_with(ChangeSetName, 'samcli-deploy')].ChangeSetName" --output text)
  [ -n "$pending" ] && [ "$pending" != None ] || return 1
  for pending in $pending; do
    aws cloudformation delete-change-set --region "$region" --stack-name "$stack" --change-set-name "$pending"
  done
}

output() { ask "$1" "Stacks[0].Outputs[?OutputKey=='$2'].OutputValue | [0]"; }

# deploy ENVIRONMENT creates or updates a stack.
deploy() {
  local env=$1 state confirm=--no-confirm-changeset
  ! asks || confirm=--confirm-changeset
  printf '== %s: %s\n' "$env" "$(setting "$env" region)" >&2
  state=$(settled "$env")
  case $state in
  ROLLBACK_COMPLETE | ROLLBACK_FAILED | CREATE_FAILED) # its creation failed: it is empty, and cannot be updated
    run sam delete --config-env "$env" --no-prompts ;;
  DELETE_FAILED)
    fail "$env is half deleted: see its events in the console, and finish with: make destroy ENVS=$env" ;;
  UPDATE_ROLLBACK_FAILED)
    fail "$env cannot be updated: its last update failed, and so did undoing it. See its events in the console, then: aws cloudformation continue-update-rollback --region $(setting "$env" region) --stack-name $(setting "$env" stack_name)" ;;
  esac
  run sam deploy --config-env "$env" "$confirm" --no-fail-on-empty-changeset ||
    fail "$env was not deployed; the environments before it stay deployed. Fix the fault above and run this again: it continues there"
  if asks && declined "$env"; then
    fail "$env was not changed, as you wish; the environments before it stay deployed"
  fi
}

# trial ENVIRONMENT names the folder of its undecided trial: the template and the parameters that it had before, and the time since which
# it has the new ones.
trial() { printf '.aws-sam/canary/%s\n' "$1"; }

# back ENVIRONMENT gives it the template and the parameters that it had before; the program of that is still in SAM's bucket.
back() {
  run sam deploy --config-env "$1" --config-file "$PWD/$config" --template-file "$(trial "$1")/before.yaml" --parameter-overrides "file://$PWD/$(trial "$1")/parameters.yaml" --no-confirm-changeset --no-fail-on-empty-changeset &&
    rm -r "$(trial "$1")"
}

# try ENVIRONMENT deploys it, and has it judged by its runs. What it had before is kept until that is decided, so that an interrupted trial
# goes on, and can still be undone.
try() {
  local env=$1 region stack folder code=0
  folder=$(trial "$env")
  region=$(setting "$env" region) stack=$(setting "$env" stack_name)
  [ "$env" != home ] || fail "CANARY=home: home has the table and the pager of all regions; name another environment"
  [ -n "$(settled "$env")" ] || fail "CANARY=$env: it is not deployed yet, so there is nothing to go back to; deploy without CANARY"
  mkdir -p "$folder"
  if [ ! -s "$folder/before.yaml" ]; then
    aws cloudformation get-template --region "$region" --stack-name "$stack" --template-stage Original --query TemplateBody --output text >"$folder/new.yaml" ||
      fail "CANARY=$env: its present template cannot be read, so there would be nothing to go back to"
    ask "$env" 'Stacks[0].Parameters[].[ParameterKey,ParameterValue]' |
      awk -F '\t' -v q="'" '{ gsub(q, q q, $2); print $1 ": " q $2 q }' >"$folder/parameters.yaml"
    mv "$folder/new.yaml" "$folder/before.yaml"
  fi
  deploy "$env"
  [ -s "$folder/since" ] || date -u +%Y-%m-%dT%H:%M:%SZ >"$folder/since"
  [ -x bin/valkyrie ] || run make --no-print-directory command
  run bin/valkyrie canary "$region" --since "$(cat "$folder/since")" --store "dynamodb://$(output home TableName)?region=$(setting home region)" || code=$?
  case $code in
  0) rm -r "$folder" ;;
  1)
    back "$env" || fail "$env is worse than the other regions, and was not rolled back. Run this again with ROLLBACK=yes"
    fail "$env was worse than the other regions, and has its version of before again; nothing else was deployed" ;;
  *) fail "$env has the new version, and it cannot be told yet whether that is worse; nothing else was deployed. Run this again to go on judging, or with ROLLBACK=yes to go back" ;;
  esac
}

# undo ENVIRONMENT gives an environment back the version that it had before an undecided trial.
undo() {
  [ -s "$(trial "$1")/before.yaml" ] || fail "ROLLBACK=yes: there is no undecided trial of $1 on this machine"
  back "$1" || fail "$1 was not rolled back; fix the fault above and run this again"
  printf '%s has its version of before again\n' "$1" >&2
}

up() {
  local env
  if [ -n "${CANARY:-}" ]; then
    grep -qx -- "$CANARY" <<<"$(environments)" || fail "CANARY=$CANARY: there is no such environment; there are: $(echo $(environments))"
    if [ "${ROLLBACK:-}" = yes ]; then
      undo "$CANARY"
      return
    fi
  fi
  [ "${BUILD:-}" = no ] || run sam build --build-in-source
  [ -z "${CANARY:-}" ] || try "$CANARY"
  for env in "$@"; do
    [ "$env" != "${CANARY:-}" ] || continue
    deploy "$env"
    rm -rf "$(trial "$env")" # a trial that this has overtaken
  done
  printf 'deployed: %s\nnext: give Twilio %s/twilio/reply for the messages to your number, and run: bin/valkyrie doctor --deployment %s\n' \
    "$*" "$(output home WebhookUrl)" "$(setting home region)" >&2
}

down() {
  local env backwards="" region state bucket page table prompts=--no-prompts
  ! asks || prompts=
  for env in "$@"; do backwards="$env $backwards"; done # home last: probes that still run elsewhere need its table
  for env in $backwards; do
    region=$(setting "$env" region)
    printf '== %s: %s\n' "$env" "$region" >&2
    state=$(settled "$env")
    if [ -z "$state" ]; then
      printf 'there is no stack\n' >&2
      continue
    fi
    bucket=$(output "$env" EvidenceBucket)
    page=$(output "$env" StatusBucket)
    table=$(output "$env" TableName)
    # shellcheck disable=SC2086 # empty on a terminal, where SAM asks
    run sam delete --config-env "$env" $prompts
    state=$(status "$env")
    [ -z "$state" ] || fail "$env was not deleted, as you wish, or since CloudFormation refused; the environments before it are gone"
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
