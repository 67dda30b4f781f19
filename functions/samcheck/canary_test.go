package samcheck_test

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// canary deploys to one region first. No run comes from there, so it gets its version of before again; with runs like the others', the
// same command goes on to the rest.
func (d *desk) canary() {
	d.Helper()
	const slots = 15 // that valkyrie canary waits for
	store := "dynamodb://valkyrie?region=" + regions[0]
	d.run("bin/valkyrie", "mute", "order-api", "--for", "2h", "--by", "Ada", "--store", store) // it is silent after these runs
	began := time.Now().UTC().Truncate(time.Minute).Add(-(slots + 2) * time.Minute)
	play := func(regions ...string) {
		for i := range slots + 1 {
			for j, out := range d.invokeAll(regions, "order-api", began.Add(time.Duration(i)*time.Minute)) {
				if !strings.Contains(out, `"outcome":"passed"`) {
					d.Errorf("order-api in %s: %s", regions[j], out)
				}
			}
		}
	}
	try := func() (string, error) {
		d.run("mkdir", "-p", ".aws-sam/canary/us")
		d.write(".aws-sam/canary/us/since", began.Format(time.RFC3339)+"\n") // as if the trial had begun a quarter of an hour ago
		return d.attemptIn([]string{"BUILD=no", "CANARY=us"}, "", "infra/deploy.sh", "up")
	}
	text := d.read("samconfig.toml")
	third := strings.LastIndex(text, "  \"SiteUrl=")
	d.write("samconfig.toml", text[:third]+"  \"LogRetention=30\",\n"+text[third:])

	play(regions[:2]...)
	out, err := try()
	if err == nil || !strings.Contains(out, "us was worse than the other regions, and has its version of before again") || !strings.Contains(out, "missing") {
		d.Errorf("deploy.sh up with CANARY=us and no run from there: expected that it is rolled back, got %v\n%s", err, tail(out, 5000))
	}
	if days := d.logDays(); days != "90" {
		d.Errorf("after the rollback: expected the log lines to be kept for 90 days, got %s", days)
	}
	play(regions[2])
	out, err = try()
	if err != nil || !strings.Contains(out, "us-east-1: good") || !strings.Contains(out, "deployed: home standby us") {
		d.Errorf("deploy.sh up with CANARY=us: expected that it goes on, got %v\n%s", err, tail(out, 5000))
	}
	if days := d.logDays(); days != "30" {
		d.Errorf("after the good trial: expected the log lines to be kept for 30 days, got %s", days)
	}
	d.Log("deploy.sh up with CANARY=us: rolled back without runs, deployed with good ones")
}

// logDays returns how many days the third region keeps log lines.
func (d *desk) logDays() string {
	d.Helper()
	return d.aws(regions[2], "logs", "describe-log-groups", "--log-group-name-prefix", "/aws/lambda/valkyrie-probe", "--query", "logGroups[0].retentionInDays")
}

// sync changes the program of one function with `sam sync`, as a developer does beside the stacks' own updates.
func (d *desk) sync() {
	d.Helper()
	sum := func() string {
		return d.aws(regions[0], "lambda", "get-function", "--function-name", "valkyrie-pager", "--query", "Configuration.CodeSha256")
	}
	before := sum()
	d.write("functions/pager/synced.go", "package main\n\nfunc init() { println(\"the pager is synced\") }\n")
	out := d.run("bash", "-c", "echo y | sam sync --stack-name valkyrie --region "+regions[0]+" --code --resource-id Pager --build-in-source --no-watch") // it asks
	if after := sum(); after == before || !strings.Contains(out, "Finished syncing") {
		d.Errorf("sam sync: expected another program than %s, got %s\n%s", before, after, tail(out, 3000))
	}
	answer, err := lambda.NewFromConfig(d.config(regions[0])).Invoke(d.Context(), &lambda.InvokeInput{FunctionName: aws.String("valkyrie-pager"), Payload: []byte("{}")})
	if err != nil || answer.FunctionError != nil {
		d.Errorf("the pager after sam sync: %v %s\n%s", err, answer.Payload, d.emulatorLog())
	}
	d.Log("sam sync --code: the pager has the changed program")
}
