package postmortem_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/postmortem"
	"valkyrie/alerts/replay"
	"valkyrie/infra/suite"
	"valkyrie/probes/journey"
)

var start = time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)

func minute(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }

// history is runs by region, a letter a minute: p passed, s slow, f failed, b broken, . none.
type history map[string]string

func (h history) runs() []journey.Run {
	outcomes := map[rune]journey.Outcome{'p': journey.Passed, 's': journey.Slow, 'f': journey.Failed, 'b': journey.Broken}
	var all []journey.Run
	for region, letters := range h {
		for i, l := range letters {
			o, ok := outcomes[l]
			if !ok {
				continue
			}
			r := journey.Run{
				ID: fmt.Sprint(region, i), Journey: "print-card", Region: region, Slot: minute(i), EveryMS: 60_000,
				Started: minute(i).Add(300 * time.Millisecond), Outcome: o, DurationMS: 1900,
				Steps: []journey.StepResult{{Name: "wait for the PDF", Outcome: o, DurationMS: 1200, SlowMS: 1000, LimitMS: 10_000}},
			}
			switch o {
			case journey.Failed:
				r.DurationMS, r.Steps[0].DurationMS = 10_400, 10_000
				r.Steps[0].Error = `expected to see the link "Download PDF" within 10s: the page says "a | b <i>*now*</i>"`
				r.Error = `step "wait for the PDF": ` + r.Steps[0].Error
				r.Evidence = []journey.Evidence{
					{Kind: "screenshot", Path: fmt.Sprintf("evidence/print-card/%s %d/screenshot.png", region, i)},
					{Kind: "html", Missing: "the page was gone"},
				}
			case journey.Broken:
				r.Error = "Chrome did not start"
			}
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b journey.Run) int {
		if c := a.Slot.Compare(b.Slot); c != 0 {
			return c
		}
		return strings.Compare(a.Region, b.Region)
	})
	return all
}

// policy returns the shipped policy.
func policy(t *testing.T) config.Config {
	t.Helper()
	cfg, err := config.Parse("example.yaml", alerts.Example(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// caseOf judges a history, and returns the case of its first incident of a kind.
func caseOf(t *testing.T, h history, kind incident.Kind) postmortem.Case {
	t.Helper()
	cfg := policy(t)
	c := postmortem.Case{Runs: h.runs(), Judged: postmortem.Judged{Policy: "alerts.yaml"}, Now: minute(600)}
	r := replay.New(cfg.Judge, cfg.OnCall, map[string]string{"print-card": "print a card"})
	r.OnDecision = func(_, region string, at time.Time, d judge.Decision) {
		if d.Verb != judge.NoChange {
			c.Judged.Decisions = append(c.Judged.Decisions, postmortem.Decided{At: at, Region: region, Decision: d})
		}
	}
	for _, run := range c.Runs {
		r.Judge(run)
	}
	for _, v := range r.Verdicts(time.Time{}) {
		if v.Kind == kind {
			c.Record.Incident = v.Incident
			return c
		}
	}
	t.Fatalf("no incident of kind %s: %+v", kind, r.Verdicts(time.Time{}))
	return c
}

// outage returns the case of an outage that involved three people.
func outage(t *testing.T) postmortem.Case {
	c := caseOf(t, history{
		"eu-west-1": "pppffffbfffppp",
		"us-east-1": "ppppfffffffppp",
	}, incident.Down)
	called := minute(5).Add(12 * time.Second)
	c.Record.Pages = []incident.Page{
		{
			ID: "p1", Purpose: incident.Alarm, Channel: incident.Call, Person: "Ada", State: incident.Ended, Result: incident.NoAnswer, Tries: 2,
			PlannedAt: called, AcceptedAt: called.Add(time.Second), EndedAt: called.Add(26 * time.Second),
		},
		{
			ID: "p2", Purpose: incident.Alarm, Channel: incident.Text, Person: "Ada", State: incident.Ended, Result: incident.Delivered, Tries: 1,
			PlannedAt: called, AcceptedAt: called.Add(time.Second), EndedAt: called.Add(3 * time.Second),
		},
		{
			ID: "p3", Purpose: incident.Alarm, Channel: incident.Call, Person: "Grace", State: incident.Ended, Result: incident.Human, Key: "4", Tries: 1,
			PlannedAt: called.Add(26 * time.Second), AcceptedAt: called.Add(27 * time.Second), EndedAt: called.Add(70 * time.Second),
		},
		{
			ID: "p4", Purpose: incident.AllClear, Channel: incident.Text, Person: "Grace", State: incident.Accepted, Tries: 1,
			PlannedAt: minute(11).Add(2 * time.Second), AcceptedAt: minute(11).Add(3 * time.Second),
		},
	}
	c.Record.AckedBy, c.Record.AckedAt = "Grace", called.Add(61*time.Second)
	c.EvidenceURL = "https://evidence.example.com"
	return c
}

// TestForms checks an outage in all three forms.
func TestForms(t *testing.T) {
	a := postmortem.New(outage(t))
	var text, markdown, object bytes.Buffer
	enc := json.NewEncoder(&object)
	enc.SetIndent("", "  ")
	for _, err := range []error{a.Text(&text), a.Markdown(&markdown), enc.Encode(a)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	suite.Golden(t, "testdata/outage.txt", text.String())
	suite.Golden(t, "testdata/outage.md", markdown.String())
	suite.Golden(t, "testdata/outage.json", object.String())
}
