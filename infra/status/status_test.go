package status_test

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/infra/sqlite"
	"valkyrie/infra/status"
	"valkyrie/probes/journey"
)

var (
	now     = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	setting = status.Setting{Name: "Bingo <Cards>", StaleAfter: 5 * time.Minute, Journeys: []status.JourneyStatus{
		{Name: "print-card", Title: "print a card"}, {Name: "create-order", Title: "create an order"}, {Name: "job-api", Title: "ask for a job"},
	}}
)

// runs returns a journey's runs, one a minute, between two times.
func runs(name string, from, to time.Time) []journey.Run {
	var all []journey.Run
	for slot := from; slot.Before(to); slot = slot.Add(time.Minute) {
		all = append(all, journey.Run{Journey: name, Region: "home", Slot: slot, EveryMS: 60_000, Outcome: journey.Passed})
	}
	return all
}

func down(from, to time.Time) incident.Record {
	i := incident.Incident{
		ID: "print-card/down/" + from.Format(time.RFC3339), Journey: "print-card", Title: "print a card", Kind: incident.Down, State: incident.Open,
		Step: "secret step", Error: "secret error", Regions: []string{"eu-west-1"}, Since: from, Opened: from, AckedBy: "Ada",
	}
	if !to.IsZero() {
		i.State, i.ResolvedAt = incident.Resolved, to
	}
	return incident.Record{Incident: i}
}

// example returns a page with an example of each element.
func example() status.Page {
	known := status.Coverage{}.Add(runs("print-card", now.AddDate(0, 0, -10), now), now)
	known = known.Add(runs("create-order", now.AddDate(0, 0, -3), now.Add(-time.Hour)), now)
	midnight := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	slow := down(midnight.AddDate(0, 0, -5).Add(8*time.Hour), midnight.AddDate(0, 0, -5).Add(10*time.Hour))
	slow.Kind, slow.ID = incident.Degraded, "print-card/degraded/1"
	creeping := slow
	creeping.Kind, creeping.ID, creeping.State = incident.LatencyTrend, "print-card/creeping/1", incident.Open
	return status.Build(setting, known, []incident.Record{slow, creeping, down(midnight.Add(-6*time.Minute), midnight.Add(6*time.Minute)), down(now.Add(-4*time.Minute), time.Time{})}, now)
}

func TestPage(t *testing.T) {
	p := example()
	var got []string
	for _, j := range p.Journeys {
		days := j.Days[len(j.Days)-12:]
		for _, d := range days {
			got = append(got, string(d.State))
		}
		got = append(got, j.Name, string(j.Now), j.Percent(), days[11].Line())
	}
	rep := func(n int, s string) []string { return slices.Repeat([]string{s}, n) }
	want := slices.Concat(
		rep(1, "no-data"), rep(1, "partly-known"), rep(3, "ok"), rep(1, "degraded"), rep(3, "ok"), rep(3, "down"),
		[]string{"print-card", "down", "99.88 % of the time known", "2026-11-21: did not work for 4 min"},
		rep(8, "no-data"), rep(1, "partly-known"), rep(2, "ok"), rep(1, "partly-known"),
		[]string{"create-order", "no-data", "100.00 % of the time known", "2026-11-21: worked as far as is known, which is 11 h 1 min of 12 h"},
		rep(12, "no-data"), []string{"job-api", "no-data", "no data", "2026-11-21: no data"},
	)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = nil
	for _, i := range p.Incidents {
		got = append(got, i.What+": "+i.Line())
	}
	if diff := cmp.Diff([]string{
		"Customers cannot print a card: 21 November 2026, 11:56 UTC until now, 4 min; seen from eu-west-1",
		"Customers could not print a card: 19 November 2026, 23:54 UTC until 20 November 2026, 00:06 UTC, 12 min; seen from eu-west-1",
		"It was slow to print a card: 15 November 2026, 08:00 UTC until 15 November 2026, 10:00 UTC, 2 h; seen from eu-west-1",
	}, got); diff != "" {
		t.Error(diff)
	}
	partly := status.PublicIncident{Began: time.Unix(0, 0).UTC(), Ended: time.Unix(600, 0).UTC(), DownS: 600, Regions: []string{"eu", "us"}, StillFails: []string{"eu"}}
	if got, want := partly.Line(), "1 January 1970, 00:00 UTC until 1 January 1970, 00:10 UTC, when it still failed from eu, 10 min; seen from eu, us"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	partly.StillFails, partly.Outages = nil, 3
	if got, want := partly.Line(), "1 January 1970, 00:00 UTC until 1 January 1970, 00:10 UTC, 10 min in 3 outages; seen from eu, us"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if p.Now != status.Down || p.Line() != "Something does not work" {
		t.Errorf("now %s: %s", p.Now, p.Line())
	}
}

// TestFiles: the page reveals no internals, states its time of writing and its expiry, needs no external resources, and its
// machine-readable forms parse.
func TestFiles(t *testing.T) {
	files, err := example().Files()
	if err != nil {
		t.Fatal(err)
	}
	text := map[string]string{}
	for _, f := range files {
		text[f.Name] = string(f.Data)
		for _, inside := range []string{"secret", "Ada", "creeping", "<Cards>"} {
			if strings.Contains(string(f.Data), inside) {
				t.Errorf("%s tells of %q", f.Name, inside)
			}
		}
	}
	page := text["index.html"]
	for _, want := range []string{
		`datetime="2026-11-21T12:00:00Z"`, "more than 5 min ago, do not believe it", `Date.parse("2026-11-21T12:00:00Z") >  1000 * 300`, "Bingo &lt;Cards&gt;: status",
		`<div class="sum down">Something does not work`, `title="2026-11-20: did not work for 6 min"`,
		`aria-label="90 days: 6 worked, 1 in part or slow, 3 with an outage, 1 partly known, 79 without data"`,
	} {
		if !strings.Contains(strings.Join(strings.Fields(page), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	if strings.Contains(page, "http:") || strings.Contains(page, "https:") || strings.Contains(page, "src=") {
		t.Error("the page needs something from elsewhere")
	}
	var back status.Page
	if err := json.Unmarshal([]byte(text["status.json"]), &back); err != nil || back.Version != 1 || len(back.Incidents) != 3 || len(back.Journeys[0].Days) != status.Days {
		t.Errorf("status.json: %v, %+v", err, back)
	}
	var feed struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		Updated string   `xml:"updated"`
		Entries []struct {
			ID        string `xml:"id"`
			Title     string `xml:"title"`
			Published string `xml:"published"`
			Updated   string `xml:"updated"`
			Content   string `xml:"content"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal([]byte(text["incidents.atom"]), &feed); err != nil || len(feed.Entries) != 3 || feed.Updated != "2026-11-21T11:56:00Z" {
		t.Errorf("incidents.atom: %v, %+v", err, feed)
	}
	var entries []string
	for _, e := range feed.Entries {
		if e.ID == "" || !strings.HasPrefix(e.ID, "urn:valkyrie:incident:") {
			t.Errorf("the id of an entry is %q", e.ID)
		}
		entries = append(entries, strings.Join([]string{e.Title, e.Published, e.Updated, e.Content}, " | "))
	}
	if diff := cmp.Diff([]string{
		"Customers cannot print a card | 2026-11-21T11:56:00Z | 2026-11-21T11:56:00Z | Customers cannot print a card since 21 November 2026, 11:56 UTC.",
		"Customers could not print a card | 2026-11-19T23:54:00Z | 2026-11-20T00:06:00Z | Customers could not print a card: 19 November 2026, 23:54 UTC until 20 November 2026, 00:06 UTC, 12 min; seen from eu-west-1.",
		"It was slow to print a card | 2026-11-15T08:00:00Z | 2026-11-15T10:00:00Z | It was slow to print a card: 15 November 2026, 08:00 UTC until 15 November 2026, 10:00 UTC, 2 h; seen from eu-west-1.",
	}, entries); diff != "" {
		t.Errorf("entries of the feed (-want +got):\n%s", diff)
	}
	if ids := map[string]bool{feed.Entries[0].ID: true, feed.Entries[1].ID: true, feed.Entries[2].ID: true}; len(ids) != 3 {
		t.Errorf("the entries share ids: %v", ids)
	}
}

// TestUnknownIsNeverGood: for any runs, read in any order and any number of times, a day is shown as good only when nearly
// all of it was measured, and the measured time never exceeds the elapsed time.
func TestUnknownIsNeverGood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []journey.Run
		seen := map[time.Time]bool{} // minutes that a run can cover
		for range rapid.IntRange(0, 20).Draw(t, "stretches") {
			from := now.Add(-time.Duration(rapid.IntRange(0, 4*24*60).Draw(t, "ago")) * time.Minute)
			to := from.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "long")) * time.Minute)
			if to.After(now) {
				to = now
			}
			all = append(all, runs("print-card", from, to)...)
		}
		slices.SortFunc(all, func(a, b journey.Run) int { return a.Slot.Compare(b.Slot) })
		for i := range all {
			if rapid.IntRange(0, 9).Draw(t, "broke") == 0 {
				all[i].Outcome = journey.Broken
				continue
			}
			seen[all[i].Slot], seen[all[i].Slot.Add(time.Minute)] = true, true
		}
		known := status.Coverage{}.Add(all, now)
		if half := len(all) / 2; cmp.Diff(known, status.Coverage{}.Add(all[:half], now).Add(all[max(0, half-15):], now).Add(all, now)) != "" {
			t.Fatal("reading runs again changed the coverage")
		}
		for _, d := range status.Build(setting, known, nil, now).Journeys[0].Days {
			minutes := int64(0)
			for at := range seen {
				if at.Format(time.DateOnly) == d.Date && at.Before(now) {
					minutes++
				}
			}
			if d.Known != minutes*60 || d.State == status.OK && float64(d.Known) < 0.95*float64(d.Elapsed) || d.State == status.Unknown && d.Known > 0 {
				t.Fatalf("%+v, and %d minutes are known", d, minutes)
			}
		}
	})
}

// TestWriter: the page is rebuilt from the store, and the history is read once.
func TestWriter(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "v.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	dir := filepath.Join(t.TempDir(), "public")
	writer := status.Writer{Store: store, Setting: setting, To: status.Folder(dir)}
	read := func(at time.Time) status.Page {
		if err := writer.Write(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, "status.json"))
		if err != nil {
			t.Fatal(err)
		}
		var p status.Page
		if err := json.Unmarshal(data, &p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := read(now); p.Now != status.Unknown || p.Journeys[0].Now != status.Unknown {
		t.Errorf("of an empty store: %s", p.Now)
	}
	for _, r := range runs("print-card", now.Add(-time.Hour), now) {
		r.ID = r.Slot.String()
		if err := store.PutRun(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.PutIncident(t.Context(), down(now.Add(-10*time.Minute), now.Add(-5*time.Minute))); err != nil {
		t.Fatal(err)
	}
	p := read(now)
	if today := p.Journeys[0].Days[status.Days-1]; p.Journeys[0].Now != status.OK || today.Down != 300 || today.Known != 3600 || len(p.Incidents) != 1 {
		t.Errorf("got %s, %+v, %+v", p.Journeys[0].Now, today, p.Incidents)
	}
	if p := read(now.Add(time.Hour)); p.Journeys[0].Now != status.Unknown {
		t.Errorf("an hour after the last run it is %s", p.Journeys[0].Now)
	}
	var names []string
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff([]string{"incidents.atom", "index.html", "status.json"}, names); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// TestFolderRefused: the error names the file that cannot be written.
func TestFolderRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := status.Folder(file).Publish(t.Context(), "index.html", "", nil); err == nil || !strings.Contains(err.Error(), "write "+filepath.Join(file, "index.html")) {
		t.Error(err)
	}
}

// TestImpactOfTitles checks that a title that is no task has a sentence of its own.
func TestImpactOfTitles(t *testing.T) {
	for title, want := range map[string]string{"print a card": "Customers cannot print a card", "Checkout": "This does not work: Checkout", "": "Customers cannot print card", "buy!": "Customers cannot buy"} {
		if got, ok := status.Impact(incident.Down, "print-card", title, false); !ok || got != want {
			t.Errorf("%q: %s", title, got)
		}
	}
	if got, _ := status.Impact(incident.Degraded, "x", "Checkout", true); got != "This was slow: Checkout" {
		t.Error(got)
	}
}
