package report

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// TestIncidentText: the text has the reason with its release, the error, each page with its times, the end and the evidence.
func TestIncidentText(t *testing.T) {
	at := func(second int) time.Time { return time.Date(2026, 11, 21, 3, 0, second, 0, time.UTC) }
	r := incident.Record{
		Incident: incident.Incident{
			ID: "print-card/down/1", Journey: "print-card", Kind: incident.Down, State: incident.Resolved, Since: at(0), Opened: at(10),
			Reason: "print-card failed twice in a row", Step: "print", Error: "no PDF", AckedAt: at(40), AckedBy: "Ada", ResolvedAt: at(50), Closing: "it passed again",
			Evidence: []journey.Evidence{{Kind: "screenshot", Path: "a.png"}, {Kind: "har", Missing: "too large"}},
		},
		Pages: []incident.Page{
			{Purpose: incident.Alarm, Channel: incident.Call, Person: "Ada", State: incident.Ended, Result: "human", Key: "4", Slot: at(5), PlannedAt: at(11), AcceptedAt: at(17), Via: incident.Failover},
			{Purpose: incident.Alarm, Channel: incident.Text, Person: "Ada", State: incident.Ended, Times: 3, PlannedAt: at(12), EndedAt: at(30)},
			{Purpose: incident.Alarm, Channel: incident.Call, Person: "Grace", State: incident.Ended, Result: incident.FailedCall, Why: "answer 400, error 21215: geo permission", PlannedAt: at(31)},
		},
	}
	var out strings.Builder
	WriteIncident(&out, r, nil)
	want := "2026-11-21 03:00:10  #" + r.Short() + `  print-card is down: resolved
  print-card failed twice in a row
  step "print": no PDF
  03:00:11  alarm call to Ada: ended, human, pressed 4; 12s after the slot; by the second channel
  03:00:12  alarm text to Ada: ended; 3 like it until 21 Nov 03:00:30
  03:00:31  alarm call to Grace: ended, failed; answer 400, error 21215: geo permission
  03:00:40  acknowledged by Ada
  03:00:50  recovered: it passed again
  screenshot  a.png
  har         missing: too large
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
