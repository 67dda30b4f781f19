package alerts_test

import (
	"testing"

	"valkyrie/alerts"
)

// TestSeverity: each kind has its usual one; what has got loud calls, unless the file says how loudly that kind is told.
func TestSeverity(t *testing.T) {
	usual := map[alerts.Kind]alerts.Severity{alerts.Down: alerts.Wake, alerts.Silent: alerts.Wake}
	for _, k := range alerts.Kinds() {
		want := alerts.Notify
		if s, ok := usual[k]; ok {
			want = s
		}
		if got := (alerts.OnCall{}).Severity(alerts.Incident{Kind: k}); got != want {
			t.Errorf("%s: got %s, want %s", k, got, want)
		}
	}
	loud := alerts.Incident{Journey: "print-card", Kind: alerts.Flapping, Loud: true}
	o := alerts.OnCall{}
	if got := o.Severity(loud); got != alerts.Wake {
		t.Errorf("loud: got %s", got)
	}
	o.Severities = map[alerts.Kind]alerts.Severity{alerts.Flapping: alerts.Notify}
	if got := o.Severity(loud); got != alerts.Notify {
		t.Errorf("loud, and configured: got %s", got)
	}
	o.Journeys = map[string]alerts.JourneyNotes{"print-card": {Severity: map[alerts.Kind]alerts.Severity{alerts.Flapping: alerts.Keep}}}
	if got := o.Severity(loud); got != alerts.Keep {
		t.Errorf("loud, and configured for its journey: got %s", got)
	}
}
