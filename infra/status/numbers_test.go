package status_test

import (
	"encoding/xml"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/status"
)

// measured returns a page about print-card, measured each minute for a day, with records.
func measured(records ...incident.Record) status.Page {
	return status.Build(setting, status.Coverage{}.Add(runs("print-card", now.AddDate(0, 0, -1), now), now), records, now)
}

// TestTrueNumbers: downtime and uptime are those of the failures.
func TestTrueNumbers(t *testing.T) {
	single := down(now.Add(-8*time.Hour), now.Add(-8*time.Hour+416*time.Minute))
	single.Kind, single.Last, single.EveryMS, single.FailedMS = incident.Flapping, single.Since.Add(56*time.Minute), 60_000, 15*60_000
	p := measured(single)
	if got := p.Journeys[0]; got.Percent() != "98.95 % of the time known" || p.Incidents[0].DownS != 15*60 || !p.Incidents[0].Ended.Equal(single.Since.Add(57*time.Minute)) {
		t.Errorf("15 single failures in an hour: %s, %+v", got.Percent(), p.Incidents[0])
	}
	gap := down(now.Add(-23*time.Hour), time.Time{})
	gap.Last, gap.EveryMS = gap.Since.Add(9*time.Minute), 60_000
	if p = measured(gap); p.Incidents[0].DownS != 600 {
		t.Errorf("after ten minutes of failures nothing was measured: down for %d s", p.Incidents[0].DownS)
	}
}

// TestDownSinceTheFirstRun: a journey that never worked has an uptime of 0 %, at any second, and the seconds since its latest failure
// are no uptime of one that worked before.
func TestDownSinceTheFirstRun(t *testing.T) {
	for _, worked := range []time.Duration{0, 6 * time.Minute} {
		for seconds := range 120 {
			at := now.Add(time.Duration(seconds) * time.Second)
			r := down(now.Add(-4*time.Minute), time.Time{})
			r.Last, r.EveryMS = now, 60_000
			p := status.Build(setting, status.Coverage{}.Add(runs("print-card", r.Since.Add(-worked), now.Add(time.Second)), at), []incident.Record{r}, at)
			want := "0.00 % of the time known"
			if worked > 0 {
				want = "54.54 % of the time known" // 6 of 11 minutes
			}
			if got := p.Journeys[0].Percent(); seconds >= 60 && got != want || seconds < 60 && worked == 0 && got != want {
				t.Errorf("%v of work and 5 minutes of failures, after %d s: %s", worked, seconds, got)
			}
		}
	}
}

// TestClockAhead: runs of a clock that was ahead never make a journey known, on whichever side it was.
func TestClockAhead(t *testing.T) {
	future := now.Add(26 * time.Hour)
	probe := status.Coverage{}.Add(runs("print-card", future.Add(-time.Hour), future), now)
	ours := status.Coverage{}.Add(runs("print-card", future.Add(-time.Hour), future), future) // corrected since
	for name, known := range map[string]status.Coverage{"a probe's": probe, "ours": ours} {
		if p := status.Build(setting, known, nil, now); p.Journeys[0].Now != status.Unknown {
			t.Errorf("%s clock was ahead: %s", name, p.Journeys[0].Now)
		}
		known = known.Add(runs("print-card", now.Add(-time.Hour), now), now)
		if p := status.Build(setting, known, nil, now); p.Journeys[0].Now != status.OK || known.Seen.After(now) {
			t.Errorf("%s clock was ahead, and an hour is measured since: %s, seen until %v", name, p.Journeys[0].Now, known.Seen)
		}
		if p := status.Build(setting, known, nil, now.Add(time.Hour)); p.Journeys[0].Now != status.Unknown {
			t.Errorf("%s clock was ahead, and an hour is not measured: %s", name, p.Journeys[0].Now)
		}
	}
}

// A feed is the part of an Atom feed that the tests read.
type feed struct {
	ID      string `xml:"id"`
	Updated string `xml:"updated"`
	Links   []struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	} `xml:"link"`
	Entries []struct {
		ID      string `xml:"id"`
		Title   string `xml:"title"`
		Updated string `xml:"updated"`
	} `xml:"entry"`
}

func feedOf(t *testing.T, p status.Page) (f feed) {
	t.Helper()
	files, err := p.Files()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(files, func(f status.File) bool { return f.Name == "incidents.atom" })
	if err := xml.Unmarshal(files[at].Data, &f); err != nil {
		t.Fatalf("%v in %s", err, files[at].Data)
	}
	return f
}

// TestFeedNeverGoesBack: the feed and an incident's entry are updated later with each writing: when it ends, comes back and ends
// again. The ids stay, and are those of status.json.
func TestFeedNeverGoesBack(t *testing.T) {
	began, ended := now.Add(-3*time.Hour), now.Add(-2*time.Hour)
	first, again := incident.Outage{Since: began, Until: ended, Last: ended.Add(-time.Minute)}, incident.Outage{Since: now.Add(-time.Hour)}
	states := []incident.Record{down(began, time.Time{}), down(began, ended), down(began, time.Time{}), down(began, now.Add(-30*time.Minute))}
	for n := range states {
		states[n].EveryMS, states[n].Last = 60_000, ended.Add(-time.Minute)
		if states[n].Outages = []incident.Outage{first}; n > 1 {
			states[n].Outages = append(states[n].Outages, again)
		}
	}
	var before feed
	for n, r := range states {
		at := []time.Time{began.Add(time.Minute), ended, now.Add(-time.Hour), now}[n]
		p := status.Build(setting, status.Coverage{}, []incident.Record{r}, at)
		f := feedOf(t, p)
		if f.Updated < before.Updated || n > 0 && (f.Entries[0].Updated <= before.Entries[0].Updated || f.Entries[0].ID != before.Entries[0].ID || f.ID != before.ID) {
			t.Errorf("state %d: %+v after %+v", n, f, before)
		}
		if id, err := url.PathUnescape(strings.TrimPrefix(f.Entries[0].ID, "urn:valkyrie:incident:")); err != nil || id != p.Incidents[0].ID {
			t.Errorf("the feed's id %q is not that of status.json, %q: %v", f.Entries[0].ID, p.Incidents[0].ID, err)
		}
		if len(f.Links) != 2 || f.Links[0].Rel != "self" || f.Links[0].Href != "incidents.atom" {
			t.Errorf("links %+v", f.Links)
		}
		before = f
	}
	if f := feedOf(t, status.Build(setting, status.Coverage{}, nil, now.AddDate(0, 0, 200))); f.Updated < before.Updated {
		t.Errorf("without incidents it goes back from %s to %s", before.Updated, f.Updated)
	}
	odd := down(began, time.Time{})
	odd.Title = "print \x01\x0b a \ufffe card & <b>"
	if f := feedOf(t, status.Build(setting, status.Coverage{}, []incident.Record{odd}, now)); strings.ContainsAny(f.Entries[0].Title, "\x01\x0b") {
		t.Errorf("title %q", f.Entries[0].Title)
	}
}

// TestImpactWords: whatever the title, the words are a sentence that a customer understands.
func TestImpactWords(t *testing.T) {
	for _, title := range []string{"Checkout", "Größe", "印刷", "", "buy", "see what there is to buy", "iPhone kaufen", "print a card"} {
		for _, kind := range incident.Kinds() {
			for _, over := range []bool{false, true} {
				words, felt := status.Impact(kind, "print-card", title, over)
				if internal := kind == incident.Silent || kind == incident.ProbeFault || kind == incident.Drilled || kind == incident.Cleanup || kind == incident.LatencyTrend; internal == felt && internal {
					t.Errorf("%s is customer-visible: %s", kind, words)
				}
				if felt && (strings.Contains(words, "cannot Checkout") || strings.Contains(words, "%!") || strings.HasSuffix(words, " ") || strings.Contains(words, string(kind))) {
					t.Errorf("%q %s: %q", title, kind, words)
				}
			}
		}
	}
}
