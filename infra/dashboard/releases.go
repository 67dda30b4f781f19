package dashboard

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"valkyrie/alerts/incident"
)

// maxReleases is the number of releases on a chart, the latest ones: more labels would cover each other.
const maxReleases = 20

// Annotate returns the body with a labelled vertical line at each release on each chart of metrics over time, in place of the lines
// that were there. Charts of log lines cannot have any. The rest of the body remains.
func Annotate(body string, releases []incident.Release) (string, error) {
	var all map[string]any
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		return "", fmt.Errorf("parse the dashboard's body: %w", err)
	}
	sorted := slices.SortedFunc(slices.Values(releases), func(a, b incident.Release) int { return a.At.Compare(b.At) })
	lines := []Annotation{}
	for _, r := range sorted[max(len(sorted)-maxReleases, 0):] {
		label := r.Name
		if len(r.Journeys) > 0 {
			label += " (" + strings.Join(r.Journeys, ", ") + ")"
		}
		lines = append(lines, Annotation{Label: label, Value: r.At.UTC().Truncate(time.Second)})
	}
	widgets, _ := all["widgets"].([]any)
	charts := 0
	for _, w := range widgets {
		widget, _ := w.(map[string]any)
		properties, _ := widget["properties"].(map[string]any)
		if widget["type"] == "metric" && properties["view"] == "timeSeries" {
			properties["annotations"] = map[string]any{"vertical": lines}
			charts++
		}
	}
	if charts == 0 {
		return "", fmt.Errorf("draw releases: the dashboard has no chart of metrics over time")
	}
	out, err := json.Marshal(all)
	return string(out), err
}

// DrawReleases draws the releases on a dashboard in CloudWatch. It needs cloudwatch:GetDashboard and PutDashboard. A deployment that
// changes the dashboard's body removes them until the next call.
func DrawReleases(ctx context.Context, cfg aws.Config, name string, releases []incident.Release) error {
	client := cloudwatch.NewFromConfig(cfg)
	found, err := client.GetDashboard(ctx, &cloudwatch.GetDashboardInput{DashboardName: &name})
	if err != nil {
		return fmt.Errorf("read the dashboard %s in %s: %w", name, cfg.Region, err)
	}
	body, err := Annotate(aws.ToString(found.DashboardBody), releases)
	if err != nil {
		return fmt.Errorf("the dashboard %s: %w", name, err)
	}
	out, err := client.PutDashboard(ctx, &cloudwatch.PutDashboardInput{DashboardName: &name, DashboardBody: &body})
	if err != nil {
		return fmt.Errorf("write the dashboard %s in %s: %w", name, cfg.Region, err)
	}
	for _, m := range out.DashboardValidationMessages {
		return fmt.Errorf("write the dashboard %s: %s: %s", name, aws.ToString(m.DataPath), aws.ToString(m.Message))
	}
	return nil
}
