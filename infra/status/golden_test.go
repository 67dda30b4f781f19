package status_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/infra/sqlite"
	"valkyrie/infra/status"
	"valkyrie/infra/suite"
	"valkyrie/probes/journey"
)

// goldenPages are pages of several states, by name.
func goldenPages() map[string]status.Page {
	short := status.Setting{Name: "Shop", StaleAfter: 90 * time.Second, Journeys: []status.JourneyStatus{{Name: "print-card", Title: "print a card"}, {Name: "job-api", Title: "Job API"}}}
	known := status.Coverage{}.Add(runs("print-card", now.AddDate(0, 0, -2), now), now).Add(runs("job-api", now.AddDate(0, 0, -1), now), now)
	record := func(kind incident.Kind, name string, from, to time.Duration, change func(*incident.Incident)) incident.Record {
		r := down(now.Add(from), time.Time{})
		r.ID, r.Kind, r.Journey, r.Title, r.EveryMS, r.Last = fmt.Sprint(name, "/", kind, "/", from), kind, name, "", 60_000, now.Add(from+time.Minute)
		if to < 0 {
			r.State, r.ResolvedAt, r.Last = incident.Resolved, now.Add(to), now.Add(to-time.Minute)
		}
		if change != nil {
			change(&r.Incident)
		}
		return r
	}
	return map[string]status.Page{
		"everything": example(),
		"empty":      status.Build(status.Setting{Name: "Shop"}, status.Coverage{}, nil, now),
		"well":       status.Build(short, known, nil, now),
		"several at once": status.Build(short, known, []incident.Record{
			record(incident.Down, "print-card", -26*time.Hour, -25*time.Hour, func(i *incident.Incident) { i.StillFails = []string{"us-east-1", "us-west-2"} }),
			record(incident.Degraded, "print-card", -26*time.Hour, -24*time.Hour, nil),
			record(incident.Flapping, "job-api", -5*time.Hour, -time.Hour, func(i *incident.Incident) {
				i.FailedMS = 600_000
				i.Outages = []incident.Outage{{Since: now.Add(-5 * time.Hour), Until: now.Add(-5*time.Hour + 10*time.Minute)}, {Since: now.Add(-3 * time.Hour), Until: now.Add(-3*time.Hour + 20*time.Minute)}}
			}),
			record(incident.Counts, "job-api", -20*time.Minute, 0, func(i *incident.Incident) { i.Regions = nil }),
			record(incident.Heartbeat, "print-card", -3*time.Hour, -2*time.Hour, func(i *incident.Incident) { i.Ending = incident.GivenUp }),
			record(incident.ProbeFault, "print-card", -time.Hour, 0, nil), record(incident.Silent, "job-api", -time.Hour, 0, nil),
		}, now),
		"down now": status.Build(short, known, []incident.Record{
			record(incident.Down, "print-card", -30*time.Minute, 0, func(i *incident.Incident) { i.Last = now.Add(-10 * time.Minute) }),
			record(incident.Flapping, "job-api", -30*time.Minute, 0, func(i *incident.Incident) {
				i.Outages, i.Last = []incident.Outage{{Since: now.Add(-20 * time.Minute)}}, now.Add(-5*time.Minute)
			}),
		}, now),
		"slow now": status.Build(short, known, []incident.Record{record(incident.Degraded, "print-card", -30*time.Minute, 0, nil)}, now),
		"behind":   status.Build(short, known, nil, now.Add(10*time.Minute)),
	}
}

// TestGolden compares whole files with testdata: the page, its data without the days that are alike, and the feed, of several states.
func TestGolden(t *testing.T) {
	for _, name := range []string{"everything", "empty", "well", "several at once", "down now", "slow now", "behind"} {
		p := goldenPages()[name]
		files, err := p.Files()
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, f := range files {
			text := string(f.Data)
			switch {
			case strings.HasSuffix(f.Name, ".json"): // 90 days of each journey
				for i := range p.Journeys {
					p.Journeys[i].Days = p.Journeys[i].Days[len(p.Journeys[i].Days)-4:]
				}
				short, err := json.MarshalIndent(p, "", " ")
				if text = string(short); err != nil {
					t.Fatal(err)
				}
			case strings.HasSuffix(f.Name, ".html") && name != "everything":
				_, text, _ = strings.Cut(text, "<body")
			}
			fmt.Fprintf(&b, "== %s, %s\n%s\n", f.Name, f.ContentType, withoutQuietDays(text))
		}
		fmt.Fprintf(&b, "== in words\n%s; %s\n", p.Line(), p.Stale())
		for _, j := range p.Journeys {
			fmt.Fprintf(&b, "%s: %s, %s, %s\n", j.Name, j.Now.Words(), j.Percent(), j.Summary())
			for _, d := range j.Days {
				fmt.Fprintf(&b, "  %s\n", d.Line())
			}
		}
		for _, i := range p.Incidents {
			fmt.Fprintf(&b, "%s: %s\n", i.What, i.Line())
		}
		suite.Golden(t, "testdata/"+strings.ReplaceAll(name, " ", "-")+".txt", b.String())
	}
}

// withoutQuietDays leaves out the lines of days without data.
func withoutQuietDays(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.Contains(line, ": no data\"") {
			kept = append(kept, strings.TrimRight(line, " \n"))
		}
	}
	return strings.Join(kept, "\n")
}

var errDisk = errors.New("disk full")

// A faultyStore is a store of which the n-th request fails.
type faultyStore struct {
	incident.Store
	n, fail int
}

func (s *faultyStore) next() error {
	if s.n++; s.n == s.fail {
		return errDisk
	}
	return nil
}

func (s *faultyStore) Item(ctx context.Context, key string) (incident.Item, error) {
	if err := s.next(); err != nil {
		return incident.Item{}, err
	}
	return s.Store.Item(ctx, key)
}

func (s *faultyStore) PutItem(ctx context.Context, item incident.Item) error {
	return errors.Join(s.next(), s.Store.PutItem(ctx, item))
}

func (s *faultyStore) Incidents(ctx context.Context, since time.Time) ([]incident.Record, error) {
	if err := s.next(); err != nil {
		return nil, err
	}
	return s.Store.Incidents(ctx, since)
}

func (s *faultyStore) Runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	if err := s.next(); err != nil {
		return nil, err
	}
	return s.Store.Runs(ctx, q)
}

// A faultyPlace is a destination of which the n-th file cannot be written.
type faultyPlace struct {
	n, fail int
	names   []string
}

func (p *faultyPlace) Publish(_ context.Context, name, kind string, data []byte) error {
	if p.n++; p.n == p.fail {
		return errDisk
	}
	p.names = append(p.names, name+" "+kind)
	return nil
}

// TestEachRequestFails checks that a page is not published when a request to the store or one of its files fails, whichever it is, and that
// the failure is reported.
func TestEachRequestFails(t *testing.T) {
	open := func() *sqlite.Store {
		store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "v.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return store
	}
	write := func(s incident.Store, to status.Destination) error {
		return status.Writer{Store: s, Setting: setting, To: to}.Write(t.Context(), now)
	}
	store := open()
	counting, place := &faultyStore{Store: store}, &faultyPlace{}
	if err := write(counting, place); err != nil || strings.Join(place.names, ", ") != "status.json application/json, incidents.atom application/atom+xml, index.html text/html; charset=utf-8" {
		t.Fatalf("%v, %q", err, place.names)
	}
	for _, fail := range []int{1, 2, 3, counting.n / 2, counting.n - 3, counting.n - 2, counting.n - 1, counting.n} { // between them, the days are read
		place := &faultyPlace{}
		if err := write(&faultyStore{Store: open(), fail: fail}, place); !errors.Is(err, errDisk) || len(place.names) > 0 {
			t.Errorf("request %d of %d fails: %v, and %q are published", fail, counting.n, err, place.names)
		}
	}
	for fail := 1; fail <= 3; fail++ {
		place := &faultyPlace{fail: fail}
		if err := write(store, place); !errors.Is(err, errDisk) || len(place.names) != fail-1 {
			t.Errorf("file %d fails: %v, after %q", fail, err, place.names)
		}
	}
	item, err := store.Item(t.Context(), "STATUS#default")
	if err != nil {
		t.Fatal(err)
	}
	item.Data = []byte(`"x"`)
	if err := store.PutItem(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	if err := write(store, place); err == nil || !strings.HasPrefix(err.Error(), "decode the state STATUS#default: ") {
		t.Errorf("a state that is no JSON: %v", err)
	}
}

// TestFolderFiles checks the modes of a published folder, and that no part of a file is left where it cannot be written.
func TestFolderFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "public")
	folder := status.Folder(dir)
	for _, text := range []string{"first", "second"} {
		if err := folder.Publish(t.Context(), "../index.html", "", []byte(text)); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(filepath.Join(dir, "index.html")); string(data) != text || err != nil {
			t.Errorf("%q, %v", data, err)
		}
	}
	for path, mode := range map[string]os.FileMode{dir: 0o755, filepath.Join(dir, "index.html"): 0o644} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s has the mode %v, %v", path, info.Mode(), err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "taken", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := folder.Publish(t.Context(), "taken", "", nil); err == nil || !strings.HasPrefix(err.Error(), "write "+filepath.Join(dir, "taken")+": ") {
		t.Error(err)
	}
	if all, err := os.ReadDir(dir); err != nil || len(all) != 2 {
		t.Errorf("%v, %v", all, err)
	}
}

// TestDurations checks a page's words for durations at the ends of their units.
func TestDurations(t *testing.T) {
	for seconds, want := range map[int64]string{0: "0 s", 59: "59 s", 60: "1 min", 3599: "59 min", 3600: "1 h", 3659: "1 h", 3660: "1 h 1 min", 90061: "25 h 1 min"} {
		if got := (status.Page{StaleAfterS: seconds}).Stale(); got != want {
			t.Errorf("%d s are %q, want %q", seconds, got, want)
		}
	}
}
