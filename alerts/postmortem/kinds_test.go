package postmortem_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/postmortem"
)

// impact formats the windows of a document, in minutes since start: "eu 2-11".
func impact(a postmortem.Document) string {
	var all []string
	for _, w := range a.Windows {
		minutes := func(t time.Time) string {
			if t.IsZero() {
				return "?"
			}
			return fmt.Sprint(int(t.Sub(start).Minutes()))
		}
		all = append(all, fmt.Sprintf("%s %s-%s (%d)", w.Region, minutes(w.LastGood), minutes(w.FirstGood), w.BadRuns))
	}
	return strings.Join(all, ", ")
}

// TestWindows checks for each kind that a window lasts from the last good run to the first good one after it, in each
// region.
func TestWindows(t *testing.T) {
	const quiet = "pppppppppppppppppppp"
	for _, c := range []struct {
		kind    incident.Kind
		history history
		want    string
	}{
		{incident.Down, history{"eu": "pppffp"}, "eu 2-5 (2)"},
		{incident.Down, history{"eu": "ffp"}, "eu ?-2 (2)"}, // no run is stored before
		{incident.Down, history{"eu": "ppff"}, "eu 1-? (2)"},
		{incident.Down, history{"eu": "pbffbp"}, "eu 0-5 (2)"}, // a broken run is inconclusive
		{incident.Down, history{"eu": "pppfpppffsp"}, "eu 6-9 (2)"},
		{incident.Down, history{"eu": "pppffpppppffppp", "us": "ppppppppppppppp"}, "eu 2-5 (2), eu 9-12 (2)"},
		{incident.Down, history{"eu": "pppffppp", "us": "ppppppfp"}, "eu 2-5 (2)"}, // the lone failure elsewhere came later
		{incident.Down, history{"eu": "pppffffp", "us": "pppppfpp"}, "eu 2-7 (4), us 4-6 (1)"},
		{incident.Flapping, history{"eu": "pfpfpfpfpfp"}, "eu 0-2 (1), eu 2-4 (1), eu 4-6 (1), eu 6-8 (1), eu 8-10 (1)"},
		{incident.Degraded, history{"eu": "ppsssspp"}, "eu 1-6 (4)"},
		{incident.ProbeFault, history{"eu": "ppbbbp"}, "eu 1-5 (3)"},
		{incident.Silent, history{"eu": "ppp.......pp", "us": quiet}, "eu 2-10 (0), eu 11-? (0)"}, // it came back
		{incident.Silent, history{"eu": "ppp", "us": quiet}, "eu 2-? (0)"},
	} {
		if got := impact(postmortem.New(caseOf(t, c.history, c.kind))); got != c.want {
			t.Errorf("%s %v: got %q, want %q", c.kind, c.history, got, c.want)
		}
	}
}

// TestTimelineIsComplete checks that it has every run of the window and every decision about the incident, once.
func TestTimelineIsComplete(t *testing.T) {
	a := postmortem.New(outage(t))
	count := map[string]int{}
	for _, e := range a.Timeline {
		count[string(e.What)+" "+string(e.Verb)]++
	}
	want := map[string]int{"run ": 20, "decision opens": 1, "decision resolves": 1, "decision continues": 12, "decision waits": 2, "page ": 3 + 3 + 3 + 2, "key ": 1}
	for what, n := range want {
		if count[what] != n {
			t.Errorf("%q is there %d times, want %d", what, count[what], n)
		}
	}
	if len(count) != len(want) {
		t.Errorf("%v", count)
	}
}

// TestProvenance checks that the document names the source of its decisions, and never presents others as those of the
// incident.
func TestProvenance(t *testing.T) {
	text := func(c postmortem.Case) string {
		var b bytes.Buffer
		if err := postmortem.New(c).Text(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	changed, swept, unread, batch := outage(t), outage(t), outage(t), outage(t)
	changed.Judged.Decisions = changed.Judged.Decisions[:1]
	swept.Runs, swept.Judged = nil, postmortem.Judged{}
	unread.Judged = postmortem.Judged{}
	batch.Record.Kind = incident.Heartbeat
	for want, c := range map[string]postmortem.Case{
		"and the incident comes out as it was":                     outage(t),
		"which would have it otherwise than it was":                changed,
		"no runs of that time are kept any more":                   swept,
		"they could not be judged again; what was decided then is": unread,
		"what a batch says is not kept":                            batch,
	} {
		got := text(c)
		if !strings.Contains(got, want) {
			t.Errorf("expected %q in\n%s", want, got)
		}
		for _, always := range []string{"= opens: print-card failed twice", "= resolves: print-card passed", "alarm call to Ada: nobody answered"} {
			if !strings.Contains(got, always) {
				t.Errorf("%s: expected %q in\n%s", want, always, got)
			}
		}
	}
	if got := text(swept); !strings.Contains(got, "not known: no runs of that time are kept") || !strings.Contains(got, "the latest bad run, of 2026-11-21 03:10:00 UTC") {
		t.Error(got)
	}
}

// TestStillOpen checks that an unresolved incident is described as such, with its mutes.
func TestStillOpen(t *testing.T) {
	c := caseOf(t, history{"eu": "ppff"}, incident.Down)
	c.Mutes = []incident.Mute{{Journey: "print-card", Until: minute(700), By: "Ada"}, {Journey: "create-order", Until: minute(700)}}
	var b, md bytes.Buffer
	a := postmortem.New(c)
	if err := a.Text(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"print-card is down: open", "not over yet              9 h 59 min 0 s so far", "nobody was told", "print-card is muted by Ada until 2026-11-21 14:40:00 UTC"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("expected %q in\n%s", want, b.String())
		}
	}
	if err := a.Markdown(&md); err != nil || strings.Contains(b.String(), "create-order") || !strings.Contains(md.String(), "- nobody was told\n") {
		t.Error(err, b.String(), md.String())
	}
}

// TestAnyTextIsOneCell checks that arbitrary text from a site stays within its table cell, without Markdown or HTML.
func TestAnyTextIsOneCell(t *testing.T) {
	c := outage(t)
	rapid.Check(t, func(t *rapid.T) {
		awkward := rapid.OneOf(rapid.String(), rapid.StringMatching("[|\\\\`*_<>\\[\\]()#!a \n\r\t-]{0,30}")).Draw(t, "text")
		c := c
		c.Record.Error, c.Record.Reason, c.Record.AckedBy = awkward, awkward, awkward
		c.Runs = append(c.Runs[:0:0], c.Runs...)
		for i := range c.Runs {
			c.Runs[i].Error = awkward
		}
		var b bytes.Buffer
		if err := postmortem.New(c).Markdown(&b); err != nil {
			t.Fatal(err)
		}
		cells := 0
		for _, line := range strings.Split(b.String(), "\n") {
			if !strings.HasPrefix(line, "|") {
				cells = 0
				continue
			}
			n := 0
			for i := 0; i < len(line); i++ {
				switch line[i] {
				case '\\':
					i++
				case '|':
					n++
				case '<', '>', '`', '*', '[':
					t.Fatalf("%q is not escaped in %q", line[i], line)
				}
			}
			if cells != 0 && n != cells {
				t.Fatalf("%d cells, want %d: %q", n, cells, line)
			}
			cells = n
		}
	})
}
