package paging_test

import (
	"testing"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
)

// TestSeverity checks the severity of each kind: its default, an escalated one, and the configured one.
func TestSeverity(t *testing.T) {
	usual := map[incident.Kind]oncall.Severity{incident.Down: oncall.Wake, incident.Silent: oncall.Wake}
	for _, k := range incident.Kinds() {
		want := oncall.Notify
		if s, ok := usual[k]; ok {
			want = s
		}
		if got := (oncall.OnCall{}).Severity(incident.Incident{Kind: k}); got != want {
			t.Errorf("%s: got %s, want %s", k, got, want)
		}
	}
	loud := incident.Incident{Journey: "print-card", Kind: incident.Flapping, PagesNow: true}
	o := oncall.OnCall{}
	if got := o.Severity(loud); got != oncall.Wake {
		t.Errorf("loud: got %s", got)
	}
	o.Severities = map[incident.Kind]oncall.Severity{incident.Flapping: oncall.Notify}
	if got := o.Severity(loud); got != oncall.Notify {
		t.Errorf("loud, and configured: got %s", got)
	}
	o.Journeys = map[string]oncall.JourneyNotes{"print-card": {Severity: map[incident.Kind]oncall.Severity{incident.Flapping: oncall.Keep}}}
	if got := o.Severity(loud); got != oncall.Keep {
		t.Errorf("loud, and configured for its journey: got %s", got)
	}
}
