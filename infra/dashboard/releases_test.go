package dashboard_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/cloudtest"
	"valkyrie/infra/dashboard"
)

const board = `{"start": "-P1D", "variables": [{"id": "journey"}], "widgets": [
	{"type": "metric", "properties": {"view": "timeSeries", "title": "a", "annotations": {"vertical": [{"label": "old", "value": "2026-01-01T00:00:00Z"}]}}},
	{"type": "metric", "properties": {"view": "singleValue", "title": "b"}},
	{"type": "log", "properties": {"view": "timeSeries", "query": "SOURCE 'x' | limit 1 <&>"}}]}`

func TestAnnotate(t *testing.T) {
	releases := []incident.Release{{Name: "v2", At: start.Add(time.Hour), Journeys: []string{"print-card"}}}
	for i := range 25 {
		releases = append(releases, incident.Release{Name: fmt.Sprintf("v1.%d", i), At: start.Add(time.Duration(i) * time.Second)})
	}
	body, err := dashboard.Annotate(board, releases)
	if err != nil {
		t.Fatal(err)
	}
	d, err := dashboard.Parse(body, map[string]string{"journey": ""})
	if err != nil {
		t.Fatal(err)
	}
	lines := d.Widgets[0].Properties.Annotations.Vertical
	if len(lines) != 20 || lines[0].Label != "v1.6" || lines[19] != (dashboard.Annotation{Label: "v2 (print-card)", Value: start.Add(time.Hour)}) {
		t.Errorf("%d lines: %v", len(lines), lines)
	}
	for _, w := range d.Widgets[1:] {
		if len(w.Properties.Annotations.Vertical) > 0 {
			t.Errorf("%s has annotations", w.Type)
		}
	}
	again, err := dashboard.Annotate(body, releases)
	if again != body || err != nil || strings.Contains(body, `"old"`) || !strings.Contains(body, `"start":"-P1D"`) || d.Widgets[2].Properties.Query != "SOURCE 'x' | limit 1 <&>" {
		t.Errorf("%v\n%s\n%s", err, body, again)
	}
	for _, bad := range []string{`{`, `{"widgets": []}`} {
		if _, err := dashboard.Annotate(bad, releases); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

// TestDrawReleases: the dashboard is read, and written with the releases; a refusal of CloudWatch is an error.
func TestDrawReleases(t *testing.T) {
	cloud, boards := cloudtest.New(), &cloudtest.Dashboards{}
	defer cloud.Close()
	cloud.Serve(here, cloudtest.CloudWatch, boards)
	boards.Put("valkyrie", board)
	cfg, releases := cloud.Config(here), []incident.Release{{Name: "v2", At: start}}
	err := dashboard.DrawReleases(t.Context(), cfg, "valkyrie", releases)
	if want, _ := dashboard.Annotate(board, releases); err != nil || boards.Body("valkyrie") != want {
		t.Errorf("%v: %v", err, boards.Body("valkyrie"))
	}
	if err := dashboard.DrawReleases(t.Context(), cfg, "second", releases); err == nil || !strings.Contains(err.Error(), "read the dashboard second in eu-west-1") {
		t.Errorf("a missing dashboard: %v", err)
	}
	boards.Complaint = "no such property"
	if err := dashboard.DrawReleases(t.Context(), cfg, "valkyrie", releases); err == nil || !strings.Contains(err.Error(), "/widgets/0: no such property") {
		t.Errorf("refused: %v", err)
	}
}
