package paging_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/paging"
	"valkyrie/infra/sqlite"
)

func TestBegan(t *testing.T) {
	released := func(name string, ago time.Duration, journeys ...string) incident.Release {
		return incident.Release{Name: name, At: alertstest.PrintCard().Since.Add(-ago), Journeys: journeys}
	}
	for name, c := range map[string]struct {
		releases        []incident.Release
		kind            incident.Kind
		written, spoken string
	}{
		"none":                        {},
		"a release":                   {[]incident.Release{released("v1.2.3", 4*time.Minute)}, incident.Down, "It began 4 min after v1.2.3.", "It began 4 minutes after version 1.2.3."},
		"the latest of two":           {[]incident.Release{released("v1", time.Hour), released("v2", 0)}, incident.Down, "It began 0 s after v2.", "It began 0 seconds after version 2."},
		"of another journey":          {[]incident.Release{released("v1", 90*time.Minute), released("cart-7", time.Minute, "create-order")}, incident.Down, "It began 1 h 30 min after v1.", "It began 1 hour 30 minutes after version 1."},
		"of this one":                 {[]incident.Release{released("deploy_0a1b2c3d4e", time.Minute, "print-card")}, incident.Flapping, "It began 1 min after deploy_0a1b2c3d4e.", ""},
		"of a commit":                 {[]incident.Release{released("shop 0a1b2c3d4e", time.Minute)}, incident.Down, "It began 1 min after shop 0a1b2c3d4e.", "It began 1 minute after shop 0 a 1 b."},
		"of a day":                    {[]incident.Release{released("20261121", time.Minute)}, incident.Down, "It began 1 min after 20261121.", "It began 1 minute after 20261121."},
		"long ago":                    {[]incident.Release{released("v1", 2*time.Hour+time.Second)}, incident.Down, "", ""},
		"later":                       {[]incident.Release{released("v1", -time.Second)}, incident.Down, "", ""},
		"what creeps began with none": {[]incident.Release{released("v1", time.Minute)}, incident.LatencyTrend, "", ""},
	} {
		i := alertstest.PrintCard()
		if c.kind != "" {
			i.Kind = c.kind
		}
		content := message.Content{About: []incident.Incident{i}, Releases: c.releases, Now: alertstest.Start.Add(65 * time.Minute)}
		text, speech := content.SMS(), strings.Join(content.Speech(), " ")
		if c.written == "" && (strings.Contains(text, "began") || strings.Contains(speech, "began")) || !strings.Contains(text, c.written) || !strings.Contains(speech, c.spoken) {
			t.Errorf("%s: want %q and %q in\n%s\n%s", name, c.written, c.spoken, text, speech)
		}
	}
}

// TestReleaseInCall checks that a call names a release recorded before it.
func TestReleaseInCall(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "v.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	i := alertstest.Incident("a", incident.Down, 1, false)
	if err := paging.PutRelease(t.Context(), store, incident.Release{Name: "v1.2.3", At: i.Since.Add(-4 * time.Minute)}); err != nil {
		t.Fatal(err)
	}
	w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
	if w.route, err = paging.LoadState(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	w.step(paging.IncidentUpdated{Incident: i})
	if len(w.sent) != 2 || !strings.Contains(w.sent[0].Words, "It began 4 minutes after version 1.2.3.") || !strings.Contains(w.sent[1].Words, "It began 4 min after v1.2.3.") {
		t.Errorf("sent: %+v", w.sent)
	}
}

func TestReleaseRejected(t *testing.T) {
	for name, m := range map[string]incident.Release{
		"":                      {At: alertstest.Start},
		"two lines":             {Name: "v1\nv2", At: alertstest.Start},
		"spaces around":         {Name: " v1", At: alertstest.Start},
		"too long":              {Name: strings.Repeat("v", incident.MaxReleaseName+1), At: alertstest.Start},
		"no time":               {Name: "v1"},
		"not letters":           {Name: "v\xff", At: alertstest.Start},
		"what turns words over": {Name: "v1\u202e", At: alertstest.Start},
	} {
		if err := paging.PutRelease(t.Context(), nil, m); err == nil || !strings.Contains(err.Error(), "expected") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestReleasesKept checks that the latest releases are kept once each, in order of time, in whatever order they are
// recorded.
func TestReleasesKept(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "v.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	const all, kept = 40, 30
	order := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
		for n := range all {
			if !yield(n) {
				return
			}
		}
	})).Example(1)
	for range 2 { // recording twice has no further effect
		for _, n := range order {
			m := incident.Release{Name: fmt.Sprintf("v%d", n), At: alertstest.Start.Add(time.Duration(n) * time.Minute)}
			if err := paging.PutRelease(t.Context(), store, m); err != nil {
				t.Fatal(err)
			}
		}
	}
	r, err := paging.LoadState(t.Context(), store)
	if err != nil || len(r.Releases) != kept {
		t.Fatalf("%d marks, %v", len(r.Releases), err)
	}
	for i, m := range r.Releases {
		if want := fmt.Sprintf("v%d", all-kept+i); m.Name != want {
			t.Errorf("mark %d is %s, want %s", i, m.Name, want)
		}
	}
}
