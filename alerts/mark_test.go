package alerts_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts"
	"valkyrie/infra/sqlite"
)

func TestBegan(t *testing.T) {
	released := func(name string, ago time.Duration, journeys ...string) alerts.Mark {
		return alerts.Mark{Name: name, At: printCard().Since.Add(-ago), Journeys: journeys}
	}
	for name, c := range map[string]struct {
		marks           []alerts.Mark
		kind            alerts.Kind
		written, spoken string
	}{
		"none":                        {},
		"a release":                   {[]alerts.Mark{released("v1.2.3", 4*time.Minute)}, alerts.Down, "It began 4 min after v1.2.3.", "It began 4 minutes after version 1.2.3."},
		"the latest of two":           {[]alerts.Mark{released("v1", time.Hour), released("v2", 0)}, alerts.Down, "It began 0 s after v2.", "It began 0 seconds after version 2."},
		"of another journey":          {[]alerts.Mark{released("v1", 90*time.Minute), released("cart-7", time.Minute, "create-order")}, alerts.Down, "It began 1 h 30 min after v1.", "It began 1 hour 30 minutes after version 1."},
		"of this one":                 {[]alerts.Mark{released("deploy_0a1b2c3d4e", time.Minute, "print-card")}, alerts.Flapping, "It began 1 min after deploy_0a1b2c3d4e.", ""},
		"of a commit":                 {[]alerts.Mark{released("shop 0a1b2c3d4e", time.Minute)}, alerts.Down, "It began 1 min after shop 0a1b2c3d4e.", "It began 1 minute after shop 0 a 1 b."},
		"of a day":                    {[]alerts.Mark{released("20261121", time.Minute)}, alerts.Down, "It began 1 min after 20261121.", "It began 1 minute after 20261121."},
		"long ago":                    {[]alerts.Mark{released("v1", 2*time.Hour+time.Second)}, alerts.Down, "", ""},
		"later":                       {[]alerts.Mark{released("v1", -time.Second)}, alerts.Down, "", ""},
		"what creeps began with none": {[]alerts.Mark{released("v1", time.Minute)}, alerts.Creeping, "", ""},
	} {
		i := printCard()
		if c.kind != "" {
			i.Kind = c.kind
		}
		told := alerts.Telling{About: []alerts.Incident{i}, Marks: c.marks, Now: start.Add(65 * time.Minute)}
		text, speech := told.Text(), strings.Join(told.Speech(), " ")
		if c.written == "" && (strings.Contains(text, "began") || strings.Contains(speech, "began")) || !strings.Contains(text, c.written) || !strings.Contains(speech, c.spoken) {
			t.Errorf("%s: want %q and %q in\n%s\n%s", name, c.written, c.spoken, text, speech)
		}
	}
}

// TestMarkedCall: what was marked before somebody is called is in what they hear.
func TestMarkedCall(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "v.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	i := incident("a", alerts.Down, 1, false)
	if err := alerts.PutMark(t.Context(), store, alerts.Mark{Name: "v1.2.3", At: i.Since.Add(-4 * time.Minute)}); err != nil {
		t.Fatal(err)
	}
	w := &world{now: start, onCall: sleepers(t, "")}
	if w.route, err = alerts.LoadRoute(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	w.step(alerts.Taken{Incident: i})
	if len(w.sent) != 2 || !strings.Contains(w.sent[0].Words, "It began 4 minutes after version 1.2.3.") || !strings.Contains(w.sent[1].Words, "It began 4 min after v1.2.3.") {
		t.Errorf("sent: %+v", w.sent)
	}
}

func TestMarkRefused(t *testing.T) {
	for name, m := range map[string]alerts.Mark{
		"":                      {At: start},
		"two lines":             {Name: "v1\nv2", At: start},
		"spaces around":         {Name: " v1", At: start},
		"too long":              {Name: strings.Repeat("v", alerts.MaxMark+1), At: start},
		"no time":               {Name: "v1"},
		"not letters":           {Name: "v\xff", At: start},
		"what turns words over": {Name: "v1\u202e", At: start},
	} {
		if err := alerts.PutMark(t.Context(), nil, m); err == nil || !strings.Contains(err.Error(), "expected") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMarksKept: in whatever order marks come, the latest are kept, each once, in the order of their times.
func TestMarksKept(t *testing.T) {
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
	for range 2 { // again is once
		for _, n := range order {
			m := alerts.Mark{Name: fmt.Sprintf("v%d", n), At: start.Add(time.Duration(n) * time.Minute)}
			if err := alerts.PutMark(t.Context(), store, m); err != nil {
				t.Fatal(err)
			}
		}
	}
	r, err := alerts.LoadRoute(t.Context(), store)
	if err != nil || len(r.Marks) != kept {
		t.Fatalf("%d marks, %v", len(r.Marks), err)
	}
	for i, m := range r.Marks {
		if want := fmt.Sprintf("v%d", all-kept+i); m.Name != want {
			t.Errorf("mark %d is %s, want %s", i, m.Name, want)
		}
	}
}
