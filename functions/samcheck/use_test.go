package samcheck_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"

	"valkyrie/alerts/twilio/standin"
	"valkyrie/probes/demoshop"
)

// use plays an outage with the deployment: print-card passes, fails twice, and the phone rings; the key press is answered at
// the function's address, and the commands read what happened. IAM is enforced: each request needs its permission.
func (d *desk) use(shop *demoshop.Shop, exchange *standin.Exchange) {
	slot := time.Now().UTC().Truncate(time.Minute).Add(-4 * time.Minute)
	play := func(want ...string) string {
		d.Helper()
		slot = slot.Add(time.Minute)
		outs := d.invokeAll(d.regions, "print-card", slot)
		for i, out := range outs {
			if !slices.ContainsFunc(want, func(w string) bool { return strings.Contains(out, w) }) {
				d.Fatalf("print-card in %s: expected %s, got %s\n%s", d.regions[i], want, out, d.emulatorLog())
			}
		}
		return strings.Join(outs, "")
	}
	const good, slow, bad = `"outcome":"passed"`, `"outcome":"slow"`, `"outcome":"failed"`
	play(good, slow)
	if err := shop.SetFault("workers-down", true); err != nil {
		d.Fatal(err)
	}
	play(bad)
	if out := play(bad); strings.Count(out, "opens: print-card failed twice in a row") != 1 {
		d.Errorf("expected that one region opens the incident, got %s", out)
	}
	d.until("the call is answered with the key 4", func() bool {
		for _, c := range exchange.Calls() {
			words := strings.Join(c.Words, " ")
			if c.Keys == "4" && strings.Contains(words, "Customers cannot print a card.") && strings.Contains(words, "Thank you, Ada.") {
				return true
			}
		}
		return false
	})
	d.Logf("the phone rang, and its key press was answered: %q", exchange.Calls()[0].Words)
	if err := shop.SetFault("workers-down", false); err != nil {
		d.Fatal(err)
	}
	play(good, slow)
	d.until("the all-clear is sent", func() bool {
		for _, text := range exchange.Texts() {
			if strings.Contains(text.Body, "all clear") {
				return true
			}
		}
		return false
	})
	d.history()
	d.evidence()
}

// invokeAll invokes the probes of several regions at the same time, and returns their answers.
func (d *desk) invokeAll(regions []string, journey string, slot time.Time) []string {
	d.Helper()
	outs, errs := make([]string, len(regions)), make([]error, len(regions))
	var wg sync.WaitGroup
	for i, region := range regions {
		wg.Go(func() { outs[i], errs[i] = d.invoke(region, journey, slot) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		d.Fatalf("%v\n%s", err, d.emulatorLog())
	}
	return outs
}

// invoke invokes a region's probe as its schedule does: the schedule's own target and input, with the keyword replaced.
func (d *desk) invoke(region, journey string, slot time.Time) (string, error) {
	cfg := d.config(region)
	s, err := scheduler.NewFromConfig(cfg).GetSchedule(d.Context(), &scheduler.GetScheduleInput{GroupName: aws.String("valkyrie"), Name: &journey})
	if err != nil {
		return "", fmt.Errorf("the schedule of %s in %s: %w", journey, region, err)
	}
	input := strings.Replace(*s.Target.Input, "<aws.scheduler.scheduled-time>", slot.Format(time.RFC3339), 1)
	out, err := lambda.NewFromConfig(cfg).Invoke(d.Context(), &lambda.InvokeInput{FunctionName: s.Target.Arn, Payload: []byte(input)})
	if err != nil {
		return "", fmt.Errorf("invoke %s with %s: %w", *s.Target.Arn, input, err)
	}
	if out.FunctionError != nil {
		return "", fmt.Errorf("invoke %s with %s: %s", *s.Target.Arn, input, out.Payload)
	}
	var answer bytes.Buffer
	if err := json.Compact(&answer, out.Payload); err != nil { // the emulator writes it with spaces
		return "", fmt.Errorf("invoke %s: %w: %s", *s.Target.Arn, err, out.Payload)
	}
	return answer.String(), nil
}

// history has the commands read the deployment's table.
func (d *desk) history() {
	d.Helper()
	store := "dynamodb://valkyrie?region=" + regions[0]
	incidents := d.run("bin/valkyrie", "incidents", "--store", store)
	runs := d.run("bin/valkyrie", "history", "print-card", "--store", store)
	if !strings.Contains(incidents, "print-card") || !strings.Contains(incidents, "Ada") || !strings.Contains(runs, "wait for the PDF") {
		d.Errorf("incidents:\n%s\nhistory:\n%s", incidents, runs)
	}
	d.Logf("valkyrie incidents:\n%s", incidents)
}

// evidence requires a screenshot of the failure in each region's bucket.
func (d *desk) evidence() {
	d.Helper()
	for _, region := range d.regions {
		bucket := d.outputs(region)["EvidenceBucket"]
		out, err := s3.NewFromConfig(d.config(region), func(o *s3.Options) { o.UsePathStyle = true }).ListObjectsV2(d.Context(), &s3.ListObjectsV2Input{Bucket: &bucket})
		if err != nil {
			d.Fatal(err)
		}
		found := false
		for _, o := range out.Contents {
			found = found || strings.Contains(*o.Key, "/print-card/") && strings.HasSuffix(*o.Key, ".png")
		}
		if !found {
			d.Errorf("no screenshot of print-card among %d files in %s", len(out.Contents), bucket)
		}
	}
}

// update deploys a change to one region: the change set names it, and only that stack changes.
func (d *desk) update() {
	text := d.read("samconfig.toml")
	last := strings.LastIndex(text, `"Schedules=DISABLED"`)
	d.write("samconfig.toml", text[:last]+`"Schedules=DISABLED",`+"\n"+`  "MetricDetail=steps"`+text[last+len(`"Schedules=DISABLED"`):])
	out := d.run("infra/deploy.sh", "up", "home", "us")
	if n := strings.Count(out, "No changes to deploy"); n != 1 || !strings.Contains(out, "Modify") {
		d.Errorf("deploy.sh up: expected no change of home and one of us, got %d without\n%s", n, tail(out, 5000))
	}
	got := d.run("aws", "lambda", "get-function-configuration", "--region", regions[2], "--function-name", "valkyrie-probe",
		"--query", "Environment.Variables.VALKYRIE_METRIC_DETAIL", "--output", "text") // the SDK refuses the emulator's numbers among variables
	if strings.TrimSpace(got) != "steps" {
		d.Errorf("the probe in %s: expected the metrics of steps, got %s", regions[2], got)
	}
	d.Log("deploy.sh up: a change of one region changes that stack alone")
}

// destroy destroys the stacks, home last: tables and evidence stay.
func (d *desk) destroy() {
	buckets := map[string]string{}
	for _, region := range d.regions {
		buckets[region] = d.outputs(region)["EvidenceBucket"]
	}
	if out, err := d.attempt("== standby", "infra/deploy.sh", "down"); !errors.Is(err, errInterrupted) {
		d.Errorf("deploy.sh down: expected to interrupt it, got %v\n%s", err, out)
	}
	d.run("infra/deploy.sh", "down")
	for _, region := range d.regions {
		if status := d.status(region); status != "" {
			d.Errorf("the stack in %s is in %s", region, status)
		}
		bucket := buckets[region]
		out, err := s3.NewFromConfig(d.config(region), func(o *s3.Options) { o.UsePathStyle = true }).ListObjectsV2(d.Context(), &s3.ListObjectsV2Input{Bucket: &bucket})
		if err != nil || len(out.Contents) == 0 {
			d.Errorf("the evidence in %s: %v", bucket, err)
		}
	}
	for _, region := range regions[:2] {
		out, err := dynamodb.NewFromConfig(d.config(region)).DescribeTable(d.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("valkyrie")})
		if err != nil || out.Table == nil {
			d.Errorf("the table in %s: %v", region, err)
		}
	}
	d.Logf("deploy.sh down: the stacks are gone, the tables and the evidence stay: %v", buckets)
}
