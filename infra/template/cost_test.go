package template_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/cost"
	"valkyrie/probes"
	"valkyrie/probes/journey"
)

// TestCost: the bill counts the alarms, dashboards, endpoints, schedules and tables that the template creates.
func TestCost(t *testing.T) {
	d := read(t)
	kinds := map[string]int{}
	for _, region := range []string{home, standby, third} {
		for _, r := range newStack(d, region, parameters()).resources() {
			kinds[text(r["Type"])]++
		}
	}
	var journeys []cost.JourneyCost
	for _, make := range journey.Scheduled(probes.All) {
		journeys = append(journeys, cost.JourneyCost{Journey: make(), Takes: time.Second})
	}
	paid := cost.Plan{Journeys: journeys, Regions: 3, Standby: true, Every: time.Minute, MemoryMB: 1769, Detail: cloudwatch.Journeys}
	if err := paid.Validate(); err != nil {
		t.Fatal(err)
	}
	if got := kinds["AWS::CloudWatch::Alarm"]; got != paid.Alarms() {
		t.Errorf("the template creates %d alarms, the bill has %d", got, paid.Alarms())
	}
	if got := kinds["AWS::CloudWatch::Dashboard"]; got != cost.Dashboards {
		t.Errorf("the template creates %d dashboards, the bill has %d", got, cost.Dashboards)
	}
	body := text(at(newStack(d, home, parameters()).resources()["Dashboard"], "Properties", "DashboardBody"))
	if got, want := shownMetrics(t, body, len(journeys)), paid.DashboardMetrics(); got != want {
		t.Errorf("the dashboard shows %d metrics, the bill has %d", got, want)
	}
	interfaces := 0
	for _, r := range newStack(d, home, everything()).resources() {
		if r["Type"] == "AWS::EC2::VPCEndpoint" && at(r, "Properties", "VpcEndpointType") == "Interface" {
			interfaces++
		}
	}
	if traced := (cost.Plan{Traces: true}).Endpoints(); interfaces != traced {
		t.Errorf("the template creates %d interface endpoints in home, the bill has %d", interfaces, traced)
	}
	if kinds["AWS::DynamoDB::Table"] != 2 || kinds["AWS::S3::Bucket"] != 3 || kinds["AWS::Serverless::Function"] != 3+2+2 {
		t.Errorf("the template creates %v", kinds)
	}
}

// shownMetrics counts the metrics on a dashboard: a search finds those of all journeys, or of the chosen one.
func shownMetrics(t *testing.T, body string, journeys int) (n int) {
	t.Helper()
	var all struct{ Widgets []widget }
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		t.Fatal(err)
	}
	for _, w := range all.Widgets {
		for _, m := range w.Properties.Metrics {
			options, _ := m[0].(map[string]any)
			if found := text(options["expression"]); strings.Contains(found, "SEARCH") && !strings.Contains(found, chosenJourney) {
				n += journeys
			} else {
				n++
			}
		}
	}
	return n
}
