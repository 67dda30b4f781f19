package paging_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// TestPeopleChangeDuringAnIncident: whoever is added, removed or renamed while an incident is open, exactly the people of the new
// file are called from then on, and an acknowledgement stands until it expires.
func TestPeopleChangeDuringAnIncident(t *testing.T) {
	margaret := oncall.Person{Name: "Margaret", Phone: "+12025550190"}
	for name, c := range map[string]struct {
		key    string // that Ada pressed before
		change func(o *oncall.OnCall)
		want   string // the calls, and who has it
	}{
		"Ada is removed while her phone rings": {"", func(o *oncall.OnCall) { o.People, o.Escalation = o.People[1:], o.Escalation[1:] }, "[Ada Grace Grace] "},
		"Grace is removed":                     {"", func(o *oncall.OnCall) { o.People, o.Escalation = o.People[:1], o.Escalation[:1] }, "[Ada Ada Ada] "},
		"Grace is renamed":                     {"", func(o *oncall.OnCall) { o.People[1].Name, o.Escalation[1].Call = "Grace H.", "Grace H." }, "[Ada Grace H. Ada] "},
		"Margaret is added in front": {"", func(o *oncall.OnCall) {
			o.People, o.Escalation = append(o.People, margaret), append([]oncall.EscalationStep{{Call: "Margaret"}}, o.Escalation...)
		}, "[Ada Ada Grace] "},
		"Ada has it, and is removed": {paging.AckKey, func(o *oncall.OnCall) { o.People, o.Escalation = o.People[1:], o.Escalation[1:] }, "[Ada] Ada"},
	} {
		w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
		w.onCall.RepeatAfter = 5 * time.Minute
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
		if c.key != "" {
			w.step(paging.Report{PageID: w.sent[0].ID, Key: c.key})
		}
		c.change(w.onCall)
		for range 14 {
			w.now = w.now.Add(30 * time.Second)
			w.accept(w.step(paging.Tick{}))
			for _, p := range w.route.Pages {
				if p.State == incident.Accepted && p.Channel == incident.Call {
					w.accept(w.step(paging.Report{PageID: p.ID, SID: p.SID, Result: incident.NoAnswer}))
				}
			}
		}
		var calls []string
		for _, p := range w.sent {
			if p.Channel == incident.Call {
				calls = append(calls, p.Person)
			}
		}
		if got := fmt.Sprint(calls[:min(3, len(calls))], " ", w.route.Incidents[0].AckedBy); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestRenamedJourney: the incident of a journey that is renamed or removed ends as not watched, and sends no further page.
func TestRenamedJourney(t *testing.T) {
	w := &simulation{now: alertstest.Start}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	w.step(paging.Report{PageID: w.sent[0].ID, SID: "CA" + w.sent[0].ID, Result: incident.NoAnswer})
	calls := w.count("alarm call")
	for range 60 {
		w.now = w.now.Add(time.Minute)
		w.accept(w.step(paging.Tick{Watched: []string{"a-renamed"}}))
	}
	if i := w.route.Incidents[0]; i.EndedBy() != incident.Unwatched || w.count("alarm call") != calls || w.count("all-clear text Ada") != 1 {
		t.Errorf("it is %s (%s), with %d calls since, and %d notices", i.State, i.Ending, w.count("alarm call")-calls, w.count("all-clear text Ada"))
	}
}

// TestPlannedPagesFollowTheFile checks that a page which was planned by the earlier file goes out as the new one has it: to the
// present name and number, to nobody who has left, over a channel that still exists, and only if it is still severe enough.
func TestPlannedPagesFollowTheFile(t *testing.T) {
	for name, c := range map[string]struct {
		change func(o *oncall.OnCall)
		want   string
	}{
		"nothing changes": {func(*oncall.OnCall) {}, "[alarm call Ada +12025550143] [alarm text Ada +12025550143]"},
		"another number":  {func(o *oncall.OnCall) { o.People[0].Phone = "+12025550144" }, "[alarm call Ada +12025550144] [alarm text Ada +12025550144]"},
		"another name": {
			func(o *oncall.OnCall) { o.People[0].Name, o.Escalation[0].Call = "Ada L.", "Ada L." },
			"[alarm call Ada L. +12025550143] [alarm text Ada L. +12025550143]",
		},
		"she has left": {
			func(o *oncall.OnCall) { o.People, o.Escalation = o.People[1:], o.Escalation[1:] },
			"[alarm call Grace +12025550187] [alarm text Grace +12025550187]",
		},
		"it only texts now, in the morning": {func(o *oncall.OnCall) { o.Severities = map[incident.Kind]oncall.Severity{incident.Down: oncall.Notify} }, ""},
		"it is kept to itself now":          {func(o *oncall.OnCall) { o.Severities = map[incident.Kind]oncall.Severity{incident.Down: oncall.Keep} }, ""},
	} {
		w := &simulation{now: alertstest.Start, onCall: sleepers(t, "  gather: 10s")}
		w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
		c.change(w.onCall)
		for range 3 {
			w.after(10 * time.Second)
		}
		var got []string
		for _, p := range w.sent {
			got = append(got, fmt.Sprintf("[%s %s %s %s]", p.Purpose, p.Channel, p.Person, p.To))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
	}
}

// TestSecondChannelIsRemoved checks that a page which waits for the second channel goes by the first once the file has no other.
func TestSecondChannelIsRemoved(t *testing.T) {
	w := &simulation{now: alertstest.Start, onCall: sleepers(t, "  second_channel: {region: eu-west-1}")}
	page := w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})[0]
	w.step(paging.ProviderRejected{PageID: page.ID, Why: "the account is closed"})
	w.step(paging.NotSent{PageID: page.ID, Why: "throttled"}) // by the second channel
	w.onCall.Failover = nil
	w.after(time.Minute)
	if p := last(w, incident.Call); p.Via != incident.Primary || p.State != incident.Claimed {
		t.Errorf("%s is %s, by %q", p.ID, p.State, p.Via)
	}
}
