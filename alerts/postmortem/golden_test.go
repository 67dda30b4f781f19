package postmortem_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/postmortem"
	"valkyrie/infra/suite"
	"valkyrie/probes/journey"
)

// pagesOf returns a page of each state, result, purpose and provider.
func pagesOf(at time.Time) (all []incident.Page) {
	add := func(p incident.Page) {
		p.ID, p.PlannedAt = fmt.Sprint("p", len(all)+1), at.Add(time.Duration(10*len(all))*time.Second)
		if p.Purpose == "" {
			p.Purpose = incident.Alarm
		}
		if p.Channel == "" {
			p.Channel = incident.Call
		}
		if p.Person == "" {
			p.Person = "Ada"
		}
		if p.State == incident.Ended || p.State == incident.Accepted {
			p.AcceptedAt = p.PlannedAt.Add(2 * time.Second)
		}
		if p.State == incident.Ended || p.State == incident.Cancelled {
			p.EndedAt = p.PlannedAt.Add(40 * time.Second)
		}
		if p.State == incident.Unknown {
			p.ClaimedAt, p.Why = p.PlannedAt.Add(time.Second), "no answer: timeout"
		}
		all = append(all, p)
	}
	for _, result := range []string{incident.Human, incident.Machine, incident.Busy, incident.NoAnswer, incident.FailedCall, incident.HungUp, incident.Held, ""} {
		add(incident.Page{State: incident.Ended, Result: result, Why: map[string]string{incident.FailedCall: "error 13224"}[result]})
	}
	for _, key := range []string{"4", "6", "9", "1", "7"} {
		add(incident.Page{State: incident.Ended, Result: incident.Human, Key: key, Person: "Grace"})
	}
	for _, result := range []string{incident.Delivered, incident.Undelivered} {
		add(incident.Page{State: incident.Ended, Result: result, Channel: incident.Text})
	}
	add(incident.Page{State: incident.Planned, NotBefore: at.Add(5 * time.Hour), Channel: incident.Text})
	add(incident.Page{State: incident.Claimed})
	add(incident.Page{State: incident.Unknown})
	add(incident.Page{State: incident.Accepted, Tries: 3})
	add(incident.Page{State: incident.Cancelled})
	add(incident.Page{State: incident.Accepted, Resent: true, Tries: 2, Channel: incident.Text})
	add(incident.Page{State: incident.Ended, Purpose: incident.AllClear, Channel: incident.Text, Result: incident.Undelivered, Person: "Linus"})
	all[len(all)-1].EndedAt = all[len(all)-1].PlannedAt.Add(5 * time.Second)
	add(incident.Page{State: incident.Ended, Purpose: incident.AllClear, Channel: incident.Text, Result: incident.FailedCall, Person: "Linus"})
	all[len(all)-1].EndedAt = all[len(all)-1].PlannedAt.Add(5 * time.Second)
	add(incident.Page{State: incident.Accepted, Purpose: incident.AllClear, Channel: incident.Text, Person: "Linus", Via: incident.Failover})
	add(incident.Page{State: incident.Accepted, Purpose: incident.AllClear, Channel: incident.Text, Person: "Ada"})
	return all
}

// TestGolden compares whole post-mortems with testdata: of each kind of incident, still open and over, with each state of a page, with runs
// and without.
func TestGolden(t *testing.T) {
	var b strings.Builder
	write := func(name string, c postmortem.Case, forms string) {
		a := postmortem.New(c)
		fmt.Fprintf(&b, "== %s\n", name)
		if strings.Contains(forms, "t") {
			if err := a.Text(&b); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(forms, "m") {
			if err := a.Markdown(&b); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(forms, "j") {
			text, err := json.Marshal(struct {
				Windows   any
				Detection any
				Decisions string
			}{a.Windows, a.Detection, a.Decisions})
			fmt.Fprintf(&b, "%s %v\n", text, err)
		}
		b.WriteString("\n")
	}
	pages := outage(t)
	pages.Record.Pages = pagesOf(minute(5))
	write("every page", pages, "tmj")
	pages.Record.AckedAt, pages.Record.AckedBy = minute(5).Add(20*time.Second), "Linus"
	write("acknowledged by a text, before any key", pages, "j")
	late := outage(t)
	late.Record.AckedAt, late.Record.AckedBy = time.Time{}, ""
	late.Record.Pages = late.Record.Pages[:2]
	for i := range late.Record.Pages {
		late.Record.Pages[i].AcceptedAt = minute(9)
	}
	write("rung late, and nobody answered", late, "tmj")
	for n, ring := range []time.Duration{150 * time.Second, 151 * time.Second} {
		c := outage(t)
		c.Record.Pages = c.Record.Pages[2:3]
		c.Record.Pages[0].AcceptedAt = c.Record.Since.Add(ring)
		c.Record.AckedAt = c.Record.Since.Add(ring + time.Duration(300+n)*time.Second)
		write(fmt.Sprint("rung after ", ring), c, "m")
	}
	reversed := outage(t)
	slices.Reverse(reversed.Record.Pages)
	write("the first page is listed last", reversed, "j")
	for _, before := range []incident.Page{
		{Result: incident.Undelivered},
		{Result: incident.FailedCall},
		{Result: incident.Delivered},
		{Result: incident.Undelivered, Person: "Grace"},
		{Result: incident.Undelivered, Channel: incident.Call},
		{Result: incident.Undelivered, Purpose: incident.Alarm},
		{Result: incident.Undelivered, PlannedAt: minute(8)},
		{Result: incident.Undelivered, State: incident.Claimed},
	} {
		c := outage(t)
		before.Person, before.Channel = cmp.Or(before.Person, "Ada"), cmp.Or(before.Channel, incident.Text)
		before.Purpose, before.State = cmp.Or(before.Purpose, incident.AllClear), cmp.Or(before.State, incident.Ended)
		if before.PlannedAt.IsZero() {
			before.PlannedAt = minute(6)
		}
		if before.ID = "p1"; before.State == incident.Ended {
			before.EndedAt = before.PlannedAt.Add(time.Minute)
		}
		c.Record.Pages = []incident.Page{before, {ID: "p2", Person: "Ada", Channel: incident.Text, Purpose: incident.AllClear, State: incident.Planned, PlannedAt: minute(7)}}
		var texts []string
		for _, e := range postmortem.New(c).Timeline {
			if e.Page == "p2" {
				texts = append(texts, e.Text)
			}
		}
		fmt.Fprintf(&b, "== an all-clear after a page: %s %s %s to %s, planned at %s\n%s\n\n", before.State, before.Result, before.Purpose, before.Person, before.PlannedAt.Format(time.TimeOnly), strings.Join(texts, "\n"))
	}
	for _, kind := range []incident.Kind{incident.Down, incident.Flapping, incident.Degraded, incident.LatencyTrend, incident.Cleanup, incident.Certificate, incident.Counts, incident.Heartbeat, incident.ProbeFault, incident.Silent, "new"} {
		c := outage(t)
		c.Record.Kind, c.Record.Error = kind, "two  spaces,\u00a0one that does not break, \u202eand back\u202c"
		write(fmt.Sprint("a record of kind ", kind), c, "t")
	}
	silent := outage(t)
	silent.Record.Pages, silent.EvidenceURL = nil, ""
	silent.Record.AckedAt = time.Time{}
	write("nobody was told, and no evidence address", silent, "tmj")
	for _, c := range []struct {
		name string
		h    history
		kind incident.Kind
	}{
		{"slow", history{"eu": "ppsssspppppp"}, incident.Degraded},
		{"the probe broke", history{"eu": "ppbbbp"}, incident.ProbeFault},
		{"a region was silent", history{"eu": "ppp.......pp", "us": "pppppppppppppppppppp"}, incident.Silent},
		{"it still fails from a region when it closes", history{"eu": "ppffppp", "us": "ppfffpp", "ap": "ppppppp"}, incident.Down},
		{"slow and failing by turns", history{"eu": "ppffsfsfsfpppp"}, incident.Down},
		{"it came back", history{"eu": "ppffpppffpppp"}, incident.Down},
		{"flapping", history{"eu": "pfpfpfpfpfp"}, incident.Flapping},
		{"it is still down", history{"eu": "ppffff", "us": "ppfff"}, incident.Down},
		{"it was down from the first run on", history{"eu": "ffffpp"}, incident.Down},
	} {
		write(c.name, caseOf(t, c.h, c.kind), "tj")
	}
	for _, kind := range append(incident.Kinds(), incident.Drilled) {
		c := outage(t)
		c.Record.Kind = kind
		write("as if it were "+string(kind), c, "j")
		open := outage(t)
		open.Record.Kind, open.Record.State, open.Record.ResolvedAt, open.Record.Title = kind, incident.Notified, time.Time{}, ""
		open.Runs, open.Record.Pages = nil, nil
		write("without runs, open", open, map[bool]string{true: "t", false: "j"}[kind == incident.Down])
	}
	gone := outage(t)
	gone.Runs = nil
	write("no run of the time is kept", gone, "tmj")
	gone = outage(t)
	gone.Judged.Policy = ""
	write("judging could not be repeated", gone, "j")
	for name, change := range map[string]func(*postmortem.Decided){
		"":                     func(*postmortem.Decided) {},
		"it would have opened": func(d *postmortem.Decided) { d.Incident.ID = "another" },
		"it ends later": func(d *postmortem.Decided) {
			if d.Verb == judge.Resolves {
				d.Incident.ResolvedAt = d.Incident.ResolvedAt.Add(time.Minute)
			}
		},
	} {
		c := outage(t)
		for i := range c.Judged.Decisions {
			change(&c.Judged.Decisions[i])
		}
		agrees := strings.Contains(postmortem.New(c).Decisions, "the incident comes out as it was")
		if agrees != (name == "") {
			t.Errorf("%s: %s", name, postmortem.New(c).Decisions)
		}
	}
	muted := outage(t)
	muted.Mutes = []incident.Mute{{Journey: "print-card", Until: minute(70), By: "Ada"}, {Until: minute(20)}, {Journey: "other", Until: minute(70)}}
	for i := range muted.Runs {
		muted.Runs[i].Started = time.Time{}
		muted.Runs[i].Steps = append(muted.Runs[i].Steps, journey.StepResult{Name: "cancel", Outcome: journey.Failed, Cleanup: true, Error: "no such button"})
	}
	write("muted, and runs of an earlier version", muted, "tj")
	hidden := outage(t)
	hidden.Record.Reason, hidden.Record.Error, hidden.Record.Step = "a\x1b[31m | b www.example.com", "<script> & https://x.example.com", "*bold* _x_ #1 ~"
	write("text of a site", hidden, "m")
	suite.Golden(t, "testdata/cases.txt", b.String())
}
