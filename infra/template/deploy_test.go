package template_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fakeSAM and fakeAWS simulate an account: its stacks are files named after their environment or region, in $ACCOUNT, each
// holding a status. They record their calls. An environment named in $ACCOUNT/fails fails to deploy.
const (
	fakeSAM = `#!/bin/sh
echo "sam $*" >>"$ACCOUNT/calls"
case "$1" in
deploy)
  if grep -qx "$3" "$ACCOUNT/fails" 2>/dev/null; then echo "ROLLBACK_COMPLETE" >"$ACCOUNT/$3"; echo "no such thing" >&2; exit 1; fi
  grep -qs COMPLETE "$ACCOUNT/$3" && echo "No changes to deploy. Stack valkyrie is up to date"
  echo CREATE_COMPLETE >"$ACCOUNT/$3" ;;
delete) rm "$ACCOUNT/$3" ;;
esac
`
	fakeAWS = `#!/bin/sh
case "$*" in
*eu-west-1*) env=home ;; *eu-central-1*) env=standby ;; *us-east-1*) env=us ;;
esac
case "$*" in
*describe-stacks*)
  [ -e "$ACCOUNT/denied" ] && { echo "AccessDenied: you may not look" >&2; exit 254; }
  [ -e "$ACCOUNT/$env" ] || { echo "Stack with id valkyrie does not exist" >&2; exit 254; }
  case "$*" in
  *StackStatus*)
    cat "$ACCOUNT/$env"
    if grep -q CREATE_IN_PROGRESS "$ACCOUNT/$env"; then echo CREATE_COMPLETE >"$ACCOUNT/$env"; fi ;;
  *EvidenceBucket*) echo "evidence-$env" ;;
  *StatusBucket*) [ $env = home ] && echo status-home || echo None ;;
  *TableName*) [ $env = us ] && echo None || echo valkyrie ;;
  *ParameterKey*) printf "Name\tvalkyrie\nCadence\t1 minute\nChromeFlags\t--lang='de'\nKeyId\t\n" ;;
  *WebhookUrl*) echo "https://hook.example.com" ;;
  esac ;;
*get-template*) echo "the template of $env" ;;
*list-change-sets*) cat "$ACCOUNT/$env.pending" 2>/dev/null ;;
*) echo "aws $*" >>"$ACCOUNT/calls" ;;
esac
`
)

// A simulation is a copy of the repository with a simulated account to deploy to.
type simulation struct {
	t    *testing.T
	dir  string // of the repository's copy
	fake string // folder of the account
}

// simulateAccount copies the files that make needs, so that samconfig.toml can be changed.
func simulateAccount(t *testing.T) simulation {
	t.Helper()
	a := simulation{t, t.TempDir(), t.TempDir()}
	for name, from := range map[string]string{"Makefile": "../../Makefile", "samconfig.toml": "testdata/samconfig.toml", "infra/deploy.sh": "../deploy.sh"} {
		body, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		a.put(filepath.Join(a.dir, name), string(body))
	}
	a.put(filepath.Join(a.fake, "bin/sam"), fakeSAM)
	a.put(filepath.Join(a.fake, "bin/aws"), fakeAWS)
	a.put(filepath.Join(a.fake, "bin/go"), fakeGo)
	return a
}

// fakeGo stands for `valkyrie check`, as the copy has no journeys: there is a finding while the account has the file "finding".
const fakeGo = `#!/bin/sh
[ "$*" = "run ./functions/valkyrie check" ] || { echo "go $*: unexpected"; exit 1; }
if [ -e "$ACCOUNT/finding" ]; then echo "probes/sign_in.go:12: a finding"; exit 2; fi
`

func (a simulation) put(path, body string) {
	a.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		a.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o755); err != nil {
		a.t.Fatal(err)
	}
}

// make runs make, and returns its output and whether it succeeded.
func (a simulation) make(args ...string) (said string, ok bool) {
	a.t.Helper()
	return a.run("make", append([]string{"--no-print-directory"}, args...)...)
}

// run runs a command, and returns its output and whether it succeeded.
func (a simulation) run(name string, args ...string) (said string, ok bool) {
	a.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = a.dir
	cmd.Env = append(os.Environ(), "ACCOUNT="+a.fake, "PATH="+filepath.Join(a.fake, "bin")+":"+os.Getenv("PATH"), "MAKEFLAGS=")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err == nil
}

// calls returns the calls of sam and aws since the last time.
func (a simulation) calls() []string {
	a.t.Helper()
	path := filepath.Join(a.fake, "calls")
	body, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	if err := os.Remove(path); err != nil {
		a.t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(body)), "\n")
}

const gently = " --no-confirm-changeset --no-fail-on-empty-changeset"

var everywhere = []string{
	"sam build --build-in-source",
	"sam deploy --config-env home" + gently, "sam deploy --config-env standby" + gently, "sam deploy --config-env us" + gently,
}

// TestDeploy: home is deployed first, then the others; a second run repeats that and changes nothing; and the output names
// the next step.
func TestDeploy(t *testing.T) {
	a := simulateAccount(t)
	for range 2 {
		said, ok := a.make("deploy")
		if diff := cmp.Diff(everywhere, a.calls()); !ok || diff != "" {
			t.Errorf("succeeded: %v; (-want +got):\n%s%s", ok, diff, said)
		}
		if !strings.Contains(said, "https://hook.example.com/twilio/reply") || !strings.Contains(said, "doctor --deployment eu-west-1") {
			t.Errorf("said\n%s", said)
		}
	}
	if said, ok := a.make("deploy", "ENVS=us"); !ok || !slices.Equal(a.calls(), []string{everywhere[0], everywhere[3]}) {
		t.Errorf("with ENVS=us:\n%s", said)
	}
}

// TestDeployChecks: with a finding of valkyrie check no stack is touched.
func TestDeployChecks(t *testing.T) {
	a := simulateAccount(t)
	a.put(filepath.Join(a.fake, "finding"), "")
	if said, ok := a.make("deploy"); ok || !strings.Contains(said, "probes/sign_in.go:12: a finding") || a.calls() != nil {
		t.Errorf("succeeded: %v; said\n%s", ok, said)
	}
	if err := os.Remove(filepath.Join(a.fake, "finding")); err != nil {
		t.Fatal(err)
	}
	if said, ok := a.make("deploy"); !ok || !slices.Equal(a.calls(), everywhere) {
		t.Errorf("without a finding: succeeded: %v; said\n%s", ok, said)
	}
}

// TestDeployContinues: a failed environment ends the run, with the cure; the next run continues there, after deleting the
// stack that cannot be updated.
func TestDeployContinues(t *testing.T) {
	a := simulateAccount(t)
	a.put(filepath.Join(a.fake, "fails"), "standby\n")
	said, ok := a.make("deploy")
	if got := a.calls(); ok || !slices.Equal(got, everywhere[:3]) || !strings.Contains(said, "standby was not deployed") || !strings.Contains(said, "run this again: it continues there") {
		t.Errorf("succeeded: %v; called %v; said\n%s", ok, got, said)
	}
	if err := os.Remove(filepath.Join(a.fake, "fails")); err != nil {
		t.Fatal(err)
	}
	want := slices.Insert(slices.Clone(everywhere), 2, "sam delete --config-env standby --no-prompts")
	if said, ok := a.make("deploy"); !ok {
		t.Errorf("failed:\n%s", said)
	}
	if diff := cmp.Diff(want, a.calls()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDeployAfterInterruption: what an interrupted run began is waited for, and a stack that cannot go on ends the run with
// the way out.
func TestDeployAfterInterruption(t *testing.T) {
	t.Setenv("POLL", "0")
	a := simulateAccount(t)
	a.put(filepath.Join(a.fake, "standby"), "CREATE_IN_PROGRESS\n")
	said, ok := a.make("deploy")
	if !ok || !strings.Contains(said, "standby is in CREATE_IN_PROGRESS: waiting") || !slices.Equal(a.calls(), everywhere) {
		t.Errorf("succeeded: %v; said\n%s", ok, said)
	}
	for state, want := range map[string]string{
		"UPDATE_ROLLBACK_FAILED": "aws cloudformation continue-update-rollback --region eu-central-1 --stack-name valkyrie",
		"DELETE_FAILED":          "make destroy ENVS=standby",
	} {
		a.put(filepath.Join(a.fake, "standby"), state+"\n")
		if said, ok := a.make("deploy"); ok || !strings.Contains(said, want) || !slices.Equal(a.calls(), everywhere[:2]) {
			t.Errorf("%s: succeeded: %v; said\n%s\nwant %s", state, ok, said, want)
		}
	}
}

// TestDeployAsks: on a terminal SAM asks before each change, unless YES=yes; a change that is not confirmed ends the run.
func TestDeployAsks(t *testing.T) {
	if _, err := exec.LookPath("script"); err != nil || runtime.GOOS != "linux" {
		t.Skip("script of util-linux, which makes a terminal, is not installed")
	}
	a := simulateAccount(t)
	asking := strings.ReplaceAll(strings.Join(everywhere, "\n"), "--no-confirm-changeset", "--confirm-changeset")
	onTerminal := func(command string) (string, bool) { return a.run("script", "-qec", command, "/dev/null") }
	if said, ok := onTerminal("make deploy"); !ok || strings.Join(a.calls(), "\n") != asking {
		t.Errorf("succeeded: %v; said\n%s", ok, said)
	}
	if said, ok := onTerminal("make deploy YES=yes"); !ok || !slices.Equal(a.calls(), everywhere) {
		t.Errorf("with YES=yes: succeeded: %v; said\n%s", ok, said)
	}
	a.put(filepath.Join(a.fake, "home.pending"), "samcli-deploy1\n")
	said, ok := onTerminal("make deploy")
	want := []string{"sam build --build-in-source", strings.Split(asking, "\n")[1], "aws cloudformation delete-change-set --region eu-west-1 --stack-name valkyrie --change-set-name samcli-deploy1"}
	if diff := cmp.Diff(want, a.calls()); ok || diff != "" || !strings.Contains(said, "home was not changed") {
		t.Errorf("not confirmed: succeeded: %v; (-want +got):\n%s%s", ok, diff, said)
	}
}

// fakeCanary is the command that judges a region: its exit code is in $ACCOUNT/verdict.
const fakeCanary = `#!/bin/sh
echo "valkyrie $1 $2 $3 TIME $5 $6" >>"$ACCOUNT/calls"
echo "$4" >>"$ACCOUNT/since"
exit "$(cat "$ACCOUNT/verdict")"
`

// TestCanary: one environment is deployed first and judged; the others follow, or it goes back to its template of before. An undecided
// trial goes on with the template of before the first deployment, or back.
func TestCanary(t *testing.T) {
	a := simulateAccount(t)
	a.put(filepath.Join(a.dir, "bin/valkyrie"), fakeCanary)
	const earlier = "2026-11-30T20:00:00Z"
	before := filepath.Join(a.dir, ".aws-sam/canary/us/before.yaml")
	judged := `valkyrie canary us-east-1 --since TIME --store dynamodb://valkyrie?region=eu-west-1`
	back := "sam deploy --config-env us --config-file " + filepath.Join(a.dir, "samconfig.toml") + " --template-file .aws-sam/canary/us/before.yaml --parameter-overrides file://" +
		filepath.Join(a.dir, ".aws-sam/canary/us/parameters.yaml") + gently
	home, standby, us := everywhere[1], everywhere[2], everywhere[3]
	if said, ok := a.make("deploy", "CANARY=us"); ok || !strings.Contains(said, "CANARY=us: it is not deployed yet") {
		t.Errorf("nothing is deployed: succeeded: %v; said\n%s", ok, said)
	}
	a.make("deploy")
	a.calls()
	for _, c := range []struct {
		args, verdict string
		ok            bool
		want          []string
		says          string
		kept          bool // the template of before
	}{
		{"CANARY=us", "0", true, []string{everywhere[0], us, judged, home, standby}, "deployed: home standby us", false},
		{"CANARY=us", "1", false, []string{everywhere[0], us, judged, back}, "us was worse than the other regions, and has its version of before again", false},
		{"CANARY=us", "3", false, []string{everywhere[0], us, judged}, "it cannot be told yet", true},
		{"CANARY=us", "3", false, []string{everywhere[0], us, judged}, "Run this again to go on judging", true},
		{"CANARY=us ROLLBACK=yes", "", true, []string{back}, "us has its version of before again", false},
		{"CANARY=us ROLLBACK=yes", "", false, nil, "there is no undecided trial of us", false},
		{"CANARY=us", "3", false, []string{everywhere[0], us, judged}, "it cannot be told yet", true},
		{"", "", true, everywhere, "deployed: home standby us", false}, // without a trial: its version of before is out of date
		{"CANARY=us ENVS=us", "0", true, []string{everywhere[0], us, judged}, "deployed: us", false},
		{"CANARY=home", "0", false, everywhere[:1], "CANARY=home: home has the table and the pager", false},
		{"CANARY=mars", "0", false, nil, "there is no such environment; there are: home standby us", false},
	} {
		a.put(filepath.Join(a.fake, "verdict"), c.verdict+"\n")
		began := filepath.Join(filepath.Dir(before), "since")
		if _, err := os.Stat(began); err == nil {
			a.put(began, earlier+"\n")
		}
		said, ok := a.make(append([]string{"deploy"}, strings.Fields(c.args)...)...)
		if diff := cmp.Diff(c.want, a.calls()); ok != c.ok || diff != "" || !strings.Contains(said, c.says) {
			t.Errorf("%s, verdict %s: succeeded: %v; (-want +got):\n%s%s", c.args, c.verdict, ok, diff, said)
		}
		const parameters = "Name: 'valkyrie'\nCadence: '1 minute'\nChromeFlags: '--lang=''de'''\nKeyId: ''\n"
		if kept := filepath.Join(filepath.Dir(before), "parameters.yaml"); c.kept && slurp(t, kept) != parameters {
			t.Errorf("%s, verdict %s: the parameters of before: %s", c.args, c.verdict, slurp(t, kept))
		}
		if kept, err := os.ReadFile(before); (err == nil) != c.kept || c.kept && string(kept) != "the template of us\n" {
			t.Errorf("%s, verdict %s: the template of before: %q, %v; want it kept: %v", c.args, c.verdict, kept, err, c.kept)
		}
	}
	since := strings.Fields(slurp(t, filepath.Join(a.fake, "since")))
	for _, at := range since {
		if _, err := time.Parse(time.RFC3339, at); err != nil {
			t.Error(err)
		}
	}
	if len(since) != 6 || slices.Index(since, earlier) != 3 || slices.Contains(since[4:], earlier) {
		t.Errorf("judged since %v; want that the second try of the undecided trial, and only that, is judged since the first deployment", since)
	}
}

// TestDestroy: home is destroyed last; the table and the evidence stay unless ERASE=yes; a missing stack is no error.
func TestDestroy(t *testing.T) {
	a := simulateAccount(t)
	a.make("deploy")
	a.calls()
	want := []string{"sam delete --config-env us --no-prompts", "sam delete --config-env standby --no-prompts", "sam delete --config-env home --no-prompts"}
	said, ok := a.make("destroy")
	if diff := cmp.Diff(want, a.calls()); !ok || diff != "" || !strings.Contains(said, "kept in eu-west-1: the evidence in evidence-home the status page in status-home the table valkyrie") {
		t.Errorf("succeeded: %v; (-want +got):\n%s%s", ok, diff, said)
	}
	if said, ok := a.make("destroy"); !ok || a.calls() != nil || !strings.Contains(said, "there is no stack") {
		t.Errorf("succeeded: %v; said\n%s", ok, said)
	}
	a.make("deploy", "ENVS=home us")
	a.calls()
	if said, ok := a.make("destroy", "ERASE=yes"); !ok {
		t.Errorf("failed:\n%s", said)
	}
	want = []string{
		"sam delete --config-env us --no-prompts", "aws s3 rb s3://evidence-us --force --region us-east-1",
		"sam delete --config-env home --no-prompts", "aws s3 rb s3://evidence-home --force --region eu-west-1",
		"aws s3 rb s3://status-home --force --region eu-west-1",
		"aws dynamodb delete-table --table-name valkyrie --region eu-west-1 --output text",
	}
	if diff := cmp.Diff(want, a.calls()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDestroyWithoutPermission: if CloudFormation refuses to list the stacks, nothing is deleted.
func TestDestroyWithoutPermission(t *testing.T) {
	a := simulateAccount(t)
	a.put(filepath.Join(a.fake, "denied"), "")
	if said, ok := a.make("destroy", "ERASE=yes"); ok || a.calls() != nil || !strings.Contains(said, "you may not look") {
		t.Errorf("succeeded: %v; said\n%s", ok, said)
	}
}

// TestSamconfig: configuration faults are refused before any change.
func TestSamconfig(t *testing.T) {
	for name, c := range map[string]struct{ old, planted, want string }{
		"another site":            {`(?s)(\[us.deploy.*?SiteUrl=https://)shop`, "${1}staging", "[us.deploy.parameters] differs from home's"},
		"a status page in one":    {`(?s)(\[standby.deploy.*?overrides = \[)`, "${1}\n  \"StatusPage=ENABLED\",", "[standby.deploy.parameters] differs from home's"},
		"another stack's name":    {`(?s)(\[us.global.*?stack_name = ")valkyrie`, "${1}other", "[us.global.parameters]: stack_name must be that of home"},
		"a stack in capitals":     {`stack_name = "valkyrie"`, `stack_name = "Valkyrie"`, "stack_name is \"Valkyrie\": expected at most 38 lower-case letters"},
		"a stack's long name":     {`stack_name = "valkyrie"`, `stack_name = "valkyrie-of-the-shop-for-its-customers-worldwide"`, "expected at most 38 lower-case letters"},
		"one region twice":        {`(?s)(\[us.global.*?region = )"us-east-1"`, `${1}"eu-west-1"`, "[us.global.parameters]: another environment has the region eu-west-1 too"},
		"a region without stack":  {`,us-east-1"`, `,us-east-1,us-west-2"`, "names us-west-2, which no environment deploys to"},
		"a standby without stack": {`StandbyRegion=eu-central-1`, "StandbyRegion=eu-south-1", "names eu-south-1, which no environment deploys to"},
		"overrides in one line":   {`(?s)(\[us.deploy.*?overrides = )\[.*?\]`, `${1}"SiteUrl=https://shop.example.com HomeRegion=eu-west-1"`, "[us.deploy.parameters]"},
		"home is not first":       {`(?s)\[home.deploy.parameters\]`, "[base.deploy.parameters]", "the first environment must be [home.deploy.parameters]"},
		"home is another region":  {`region = "eu-west-1"`, `region = "eu-west-2"`, "ProbeRegions lacks eu-west-2"},
		"a region that is not in": {`,us-east-1"`, `"`, "ProbeRegions lacks us-east-1, the region of [us]"},
		"a key of one region":     {`overrides = \[`, "overrides = [\n  \"KeyId=01234567-89ab-cdef-0123-456789abcdef\",", "KeyId is a key of one region, and home standby us share one id"},
		"no region":               {`(?s)(\[us.global.*?)region = "us-east-1"`, "${1}", "[us.global.parameters] names no region"},
	} {
		a := simulateAccount(t)
		path := filepath.Join(a.dir, "samconfig.toml")
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := regexp.MustCompile(c.old).ReplaceAllString(string(body), c.planted)
		if changed == string(body) {
			t.Fatalf("%s: samconfig.toml has no %s", name, c.old)
		}
		a.put(path, changed)
		if said, ok := a.make("deploy"); ok || a.calls() != nil || !strings.Contains(said, c.want) {
			t.Errorf("%s: succeeded: %v; said\n%s\nwant %s", name, ok, said, c.want)
		}
	}
	a := simulateAccount(t)
	path := filepath.Join(a.dir, "samconfig.toml")
	a.put(path, strings.ReplaceAll(readSamconfig(t, path), "overrides = [", "overrides = [\n  \"KeyId="+multiRegionKey+"\","))
	if said, ok := a.make("deploy", "ENVS=home"); !ok || len(a.calls()) == 0 {
		t.Errorf("a multi-Region key: succeeded: %v; said\n%s", ok, said)
	}
	if said, ok := a.make("deploy", "ENVS=mars"); ok || a.calls() != nil || !strings.Contains(said, "there is no environment mars; there are: home standby us") {
		t.Errorf("succeeded: %v; said\n%s", ok, said)
	}
}

// TestRegionalParameters: a parameter of deploy.sh's list may differ between regions, and each is one of the template.
func TestRegionalParameters(t *testing.T) {
	script, err := os.ReadFile("../deploy.sh")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`(?m)^regional='(.*)'$`).FindSubmatch(script)
	if list == nil {
		t.Fatal("deploy.sh has no list of regional parameters")
	}
	known := read(t).section("Parameters")
	for name := range strings.SplitSeq(string(list[1]), "|") {
		if known[name] == nil {
			t.Errorf("deploy.sh lists %s, which is no parameter of template.yaml", name)
		}
	}
	a := simulateAccount(t)
	path := filepath.Join(a.dir, "samconfig.toml")
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a.put(path, strings.Replace(string(body), "parameter_overrides = [", "parameter_overrides = [\n  \"Schedules=DISABLED\",", 1))
	if said, ok := a.make("deploy"); !ok {
		t.Errorf("home alone is paused: refused\n%s", said)
	}
}

// TestTargets: each resource that SAM builds by makefile has a target.
func TestTargets(t *testing.T) {
	for id, r := range read(t).section("Resources") {
		if at(r, "Metadata", "BuildMethod") != "makefile" {
			continue
		}
		cmd := exec.Command("make", "-n", "build-"+id, "ARTIFACTS_DIR=/tmp/artifacts")
		cmd.Dir = "../.."
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "/tmp/artifacts") {
			t.Errorf("make build-%s: %v\n%s", id, err, out)
		}
	}
	if said, err := exec.Command("make", "-C", "../..", "-n", "deploy").CombinedOutput(); err != nil || !strings.Contains(string(said), "infra/deploy.sh up") {
		t.Errorf("make -n deploy: %v\n%s", err, said)
	}
}
