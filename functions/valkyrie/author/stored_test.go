package author

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/functions/suite"
	"valkyrie/functions/valkyrie/author/tree"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/sqlite"
	"valkyrie/infra/storetest"
	"valkyrie/probes/journey"
)

var lines = regexp.MustCompile(`:\d+`)

// now is when the commands are run.
var now = alertstest.Start.Add(10 * time.Minute)

// A history is a store in which the journey "a" has failed three times: an incident is open, and Ada has been called.
type history struct {
	*testing.T
	store    *sqlite.Store
	recorder judge.Recorder
}

func newHistory(t *testing.T) *history {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "valkyrie.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	h := &history{t, store, judge.Recorder{Store: store, Policy: judge.DefaultPolicy()}}
	for minute := range 3 {
		h.run("a", minute, journey.Failed)
	}
	h.step(paging.Tick{Watched: []string{"a"}, Updates: h.outbox("a")}, alertstest.Start.Add(3*time.Minute))
	for _, p := range h.route().Pages {
		h.step(paging.Sent{PageID: p.ID, SID: "CA1"}, alertstest.Start.Add(3*time.Minute))
	}
	if _, err := paging.PutMute(t.Context(), store, incident.Mute{Journey: "a", Until: now.Add(time.Hour), By: "Ada"}, alertstest.Start.Add(4*time.Minute)); err != nil {
		t.Fatal(err)
	}
	return h
}

// run records a run of a journey.
func (h *history) run(name string, minute int, o journey.Outcome) []judge.Decision {
	h.Helper()
	run := alertstest.Run(minute, "eu", o)
	run.Journey, run.ID = name, name+run.ID
	decisions, err := h.recorder.Record(h.Context(), run)
	if err != nil {
		h.Fatal(err)
	}
	return decisions
}

// outbox returns the incidents that judging has for the pager.
func (h *history) outbox(name string) (updates []paging.IncidentUpdated) {
	h.Helper()
	for _, i := range h.state(name).Outbox {
		updates = append(updates, paging.IncidentUpdated{Incident: i})
	}
	return updates
}

func (h *history) state(name string) (s judge.JourneyState) {
	h.Helper()
	if _, err := incident.LoadItem(h.Context(), h.store, incident.JourneyKey(name), &s); err != nil {
		h.Fatal(err)
	}
	return s
}

func (h *history) route() paging.NotificationState {
	h.Helper()
	route, err := paging.LoadState(h.Context(), h.store)
	if err != nil {
		h.Fatal(err)
	}
	return route
}

// step applies an event to the pager's state, records the incidents, and returns the messages to send.
func (h *history) step(e paging.Event, at time.Time) (commands []paging.Command) {
	h.Helper()
	err := incident.UpdateItem(h.Context(), h.store, incident.NotificationKey, func(r *paging.NotificationState) bool {
		*r, commands = r.Step(e, alertstest.OnCall, at)
		return true
	})
	for _, i := range h.route().Incidents {
		if err == nil {
			err = h.store.PutIncident(h.Context(), h.route().Record(i))
		}
	}
	if err != nil {
		h.Fatal(err)
	}
	return commands
}

func (h *history) config(out *bytes.Buffer) Config {
	return Config{Stdout: out, Stderr: out, Now: func() time.Time { return now }}
}

// TestRenameStored: the runs, the incident and the mute go to the new name; the incident stays open there, and a good run ends it.
func TestRenameStored(t *testing.T) {
	const coverage = `{"seen":"2026-11-01T03:00:00Z","journeys":{"a":{"until":"2026-11-01T03:02:00Z","seconds":{"2026-11-01":120}}}}`
	h := newHistory(t)
	if err := h.store.PutItem(t.Context(), incident.Item{Key: "STATUS#default", Data: []byte(coverage)}); err != nil {
		t.Fatal(err)
	}
	err := incident.UpdateItem(t.Context(), h.store, incident.NotificationKey, func(r *paging.NotificationState) bool {
		r.Windows = []incident.ActiveMaintenance{{Journeys: []string{"c", "a"}, Until: now}}
		r.Releases = []incident.Release{{Name: "v1", Journeys: []string{"a"}}, {Name: "v2"}}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	before := h.route().Incidents[0]
	if err := h.config(&out).renameStored(t.Context(), h.store, "a", "b"); err != nil {
		t.Fatal(err)
	}
	if want := "stored   3 runs and 1 incidents are b's now\nopen     1 incidents go on as b's\n"; out.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", out.String(), want)
	}
	if runs, err := h.store.Runs(t.Context(), incident.RunQuery{}); len(runs) != 3 || err != nil || runs[0].Journey != "b" || runs[2].Journey != "b" {
		t.Errorf("%d runs, %v", len(runs), err)
	}
	if records, err := h.store.Incidents(t.Context(), time.Time{}); len(records) != 1 || err != nil || records[0].Journey != "b" || records[0].ID != before.ID || len(records[0].Pages) == 0 {
		t.Errorf("%+v, %v", records, err)
	}
	if route := h.route(); route.Mutes[0].Journey != "b" || route.Incidents[0].Journey != "b" || route.Incidents[0].State != before.State {
		t.Errorf("%+v %+v", route.Mutes, route.Incidents)
	}
	if route := h.route(); strings.Join(route.Windows[0].Journeys, " ") != "c b" || strings.Join(route.Releases[0].Journeys, " ") != "b" || len(route.Releases[1].Journeys) > 0 {
		t.Errorf("%+v %+v", route.Windows, route.Releases)
	}
	if s := h.state("a"); len(s.Regions)+len(s.Open)+len(s.Outbox) != 0 {
		t.Errorf("the former name has the state %+v", s)
	}
	h.step(paging.Tick{Watched: []string{"b"}}, now)
	if i := h.route().Incidents[0]; i.State == incident.Resolved {
		t.Errorf("the next tick of the pager ended it: %s", i.Closing)
	}
	decisions := h.run("b", 4, journey.Passed)
	if len(decisions) == 0 || decisions[0].Verb != judge.Resolves || decisions[0].Incident.ID != before.ID || decisions[0].Incident.Journey != "b" {
		t.Errorf("a good run under the new name: %+v", decisions)
	}
	if item, err := h.store.Item(t.Context(), "STATUS#default"); string(item.Data) != strings.ReplaceAll(coverage, `"a"`, `"b"`) || err != nil {
		t.Errorf("the status page has %s, %v", item.Data, err)
	}
	item, err := h.store.Item(t.Context(), incident.NotificationKey)
	if err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := h.config(&out).renameStored(t.Context(), h.store, "a", "b"); err != nil || !strings.HasPrefix(out.String(), "stored   0 runs and 0 incidents") {
		t.Errorf("again: %v\n%s", err, out.String())
	}
	if again, err := h.store.Item(t.Context(), incident.NotificationKey); again.Version != item.Version || err != nil {
		t.Errorf("again: the pager's state was written, though nothing changed: %v", err)
	}
}

// TestRenameStoredLate: a journey that has run under the new name keeps its state there, and gets the history of the former one.
func TestRenameStoredLate(t *testing.T) {
	h := newHistory(t)
	h.run("b", 5, journey.Passed)
	var out bytes.Buffer
	if err := h.config(&out).renameStored(t.Context(), h.store, "a", "b"); err != nil {
		t.Fatal(err)
	}
	if want := "b has run already: its runs in a row are counted from there, not from those of a\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("printed\n%s\nwant\n%s", out.String(), want)
	}
	if runs, err := h.store.Runs(t.Context(), incident.RunQuery{Journey: "b"}); len(runs) != 4 || err != nil {
		t.Errorf("%d runs, %v", len(runs), err)
	}
	if s := h.state("b"); s.Regions["eu"].Good != 1 || len(s.Open) > 0 {
		t.Errorf("got the state %+v", s)
	}
}

// TestEndWatch: an open incident of a removed journey ends as no longer watched. Ada, who was called, hears that, and not that it
// works again; no one else is paged, and the mute is gone.
func TestEndWatch(t *testing.T) {
	h := newHistory(t)
	var out bytes.Buffer
	if err := h.config(&out).unwatchStored(t.Context(), h.store, "a"); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out.String(), "ended    #") || !strings.Contains(out.String(), "down since ") {
		t.Errorf("printed\n%s", out.String())
	}
	records, err := h.store.Incidents(t.Context(), time.Time{})
	if err != nil || len(records) != 1 || records[0].State != incident.Resolved || records[0].EndedBy() != incident.Unwatched || records[0].Closing != "a is not among the journeys any more; its state is unknown" {
		t.Errorf("%+v, %v", records, err)
	}
	if mutes := h.route().Mutes; len(mutes) > 0 {
		t.Errorf("muted: %+v", mutes)
	}
	var sent []string
	for minute := range 180 {
		for _, c := range h.step(paging.Tick{Watched: []string{"c"}}, now.Add(time.Duration(minute)*time.Minute)) {
			if c.Verb != "send" {
				continue
			}
			sent = append(sent, string(c.Page.Channel)+" "+c.Page.Person)
			if c.Page.Purpose != incident.AllClear || !strings.Contains(c.Page.Words, "no longer watched") || strings.Contains(c.Page.Words, "works again") {
				t.Errorf("%s: %s", c.Page.Purpose, c.Page.Words)
			}
			h.step(paging.Sent{PageID: c.Page.ID, SID: "SM1"}, now.Add(time.Duration(minute)*time.Minute))
		}
	}
	if len(sent) != 1 || sent[0] != "text Ada" {
		t.Errorf("sent %q, want one text to Ada", sent)
	}
	out.Reset()
	if err := h.config(&out).unwatchStored(t.Context(), h.store, "a"); err != nil || out.Len() > 0 {
		t.Errorf("again: %v, %s", err, out.String())
	}
}

// fixedStore is a store that a command opens by any flags.
type fixedStore struct {
	*sqlite.Store
	inCloud bool
}

func (s fixedStore) OpenExisting(context.Context) (Store, error) { return s, nil }
func (s fixedStore) Missing() bool                               { return s.Store == nil }
func (s fixedStore) InCloud() bool                               { return s.inCloud }
func (fixedStore) Close() error                                  { return nil }

// smallTree makes the current folder a tree with one journey.
func smallTree(t *testing.T, name string) {
	t.Helper()
	dir := t.TempDir()
	for file, text := range map[string]string{
		"go.mod":                    "module valkyrie\n\ngo 1.25\n",
		"probes/journey/journey.go": "// Package journey is as small as can be.\npackage journey\n\ntype Journey struct{ Name string }\n",
		"probes/probes.go": "package probes\n\nimport \"valkyrie/probes/journey\"\n\nvar All = []func() journey.Journey{Mine, other}\n\nfunc Mine() journey.Journey { return journey.Journey{Name: \"" + name + "\"} }\n\n" +
			"func other() journey.Journey { return journey.Journey{Name: \"other\"} }\n",
		"template.yaml": "Resources:\n  Probe:\n    Properties:\n      Events:\n        # begin schedules\n        Other: {}\n        # end schedules\n",
	} {
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

// do runs a command on a store.
func (h *history) do(command func(Config) cli.Command, inCloud bool, flags []string, args ...string) (printed string, err error) {
	h.Helper()
	var out bytes.Buffer
	c := h.config(&out)
	c.Store = func(*flag.FlagSet) Opener { return fixedStore{h.store, inCloud} }
	fs := flag.NewFlagSet("command", flag.ContinueOnError)
	run := command(c).Flags(fs)
	if err := fs.Parse(flags); err != nil {
		h.Fatal(err)
	}
	err = run(h.Context(), args)
	return out.String(), err
}

// names lists the journeys of the tree in the current folder.
func names(t *testing.T) (all []string) {
	t.Helper()
	of, err := tree.Find(".")
	if err != nil {
		t.Fatal(err)
	}
	listed, err := of.Journeys()
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range listed {
		all = append(all, j.Name)
	}
	return all
}

// TestRenameHere: the source and the store of this machine are renamed at once.
func TestRenameHere(t *testing.T) {
	h := newHistory(t)
	smallTree(t, "a")
	const want = "changed  probes/probes.go\nstored   3 runs and 1 incidents are log-in's now\nopen     1 incidents go on as log-in's\n"
	if out, err := h.do(renameCommand, false, nil, "a", "log-in"); err != nil || out != want {
		t.Errorf("%v\n%s", err, out)
	}
	if got := names(t); !slices.Equal(got, []string{"log-in", "other"}) {
		t.Errorf("the tree lists %q", got)
	}
}

// TestRenameTwo: a journey with runs in the slots of another is refused, and changes neither the source nor the store, unless --merge is given.
func TestRenameTwo(t *testing.T) {
	for _, listed := range []string{"a", "b"} { // before the rename of the source, and after it
		h := newHistory(t)
		for _, minute := range []int{1, 2, 7} {
			h.run("b", minute, journey.Passed)
		}
		smallTree(t, listed)
		had := names(t)
		before, err := h.store.Runs(t.Context(), incident.RunQuery{})
		if err != nil {
			t.Fatal(err)
		}
		const want = "a and b both have runs in 2 slots, such as 2026-11-21T03:01:00Z in eu, and a slot has one run; nothing was changed\n" +
			"if they are two journeys, leave the history of a as it is, or use another name; if they are one, --merge drops its runs in these slots"
		if out, err := h.do(renameCommand, false, nil, "a", "b"); err == nil || err.Error() != want || out != "" {
			t.Errorf("got %v, want %s\nprinted %q", err, want, out)
		}
		if got := names(t); !slices.Equal(got, had) {
			t.Errorf("the tree lists %q, want %q", got, had)
		}
		after, err := h.store.Runs(t.Context(), incident.RunQuery{})
		if diff := cmp.Diff(before, after); diff != "" || err != nil || h.route().Incidents[0].Journey != "a" {
			t.Errorf("the store was changed: %v\n%s", err, diff)
		}
		if _, err := h.do(renameCommand, false, []string{"-merge"}, "a", "b"); err != nil {
			t.Errorf("--merge: %v", err)
		}
		if runs, err := h.store.Runs(t.Context(), incident.RunQuery{Journey: "b"}); len(runs) != 4 || err != nil {
			t.Errorf("--merge: %d runs, want 4: the first of a, and three of b; %v", len(runs), err)
		}
	}
}

// TestCheckSlots: only another run in the same slot of the same region is shared, on any store.
func TestCheckSlots(t *testing.T) {
	for name, c := range map[string]struct {
		minute     int
		region, id string
		want       string // "": none
	}{
		"another slot":           {3, "eu", "other", ""},
		"another region":         {1, "us", "other", ""},
		"an interrupted rename":  {1, "eu", "old", ""},
		"another run":            {1, "eu", "other", "both have runs in 1 slots, such as 2026-11-21T03:01:00Z in eu"},
		"a slot before the rest": {-9, "eu", "other", ""},
	} {
		store := storetest.Memory()
		for _, old := range []struct {
			minute int
			region string
		}{{0, "eu"}, {1, "ap"}, {1, "eu"}, {2, "eu"}} {
			run := alertstest.Run(old.minute, old.region, journey.Passed)
			run.Journey = "a"
			if old.minute == 1 && old.region == "eu" {
				run.ID = "old"
			}
			if err := store.PutRun(t.Context(), run); err != nil {
				t.Fatal(err)
			}
		}
		run := alertstest.Run(c.minute, c.region, journey.Passed)
		run.Journey, run.ID = "b", c.id
		if err := store.PutRun(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		if err := checkSlots(t.Context(), store, "a", "b"); (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// TestRenameDeployed: a store in the cloud is left alone until the source has the new name, as the deployed probes have the old one.
func TestRenameDeployed(t *testing.T) {
	h := newHistory(t)
	smallTree(t, "a")
	out, err := h.do(renameCommand, true, nil, "a", "log-in")
	if err != nil || out != "changed  probes/probes.go\nnext: make deploy, then the same command again: what is stored there belongs to the source that is deployed\n" {
		t.Errorf("%v\n%s", err, out)
	}
	if runs, err := h.store.Runs(t.Context(), incident.RunQuery{Journey: "a"}); len(runs) != 3 || err != nil || h.route().Incidents[0].Journey != "a" {
		t.Errorf("the store was changed: %d runs, %v", len(runs), err)
	}
	if out, err := h.do(renameCommand, true, nil, "a", "log-in"); err != nil || !strings.HasPrefix(out, "stored   3 runs") {
		t.Errorf("after the deploy: %v\n%s", err, out)
	}
	if _, err := h.do(renameCommand, true, nil, "x", "y"); err == nil || !strings.Contains(err.Error(), `there is no journey "x"`) {
		t.Errorf("neither name is known: %v", err)
	}
}

// TestRemoveHere: the journey goes from the source, and its incident ends in the store of this machine; that of a deployment is left to
// its pager.
func TestRemoveHere(t *testing.T) {
	for _, inCloud := range []bool{true, false} {
		h := newHistory(t)
		smallTree(t, "a")
		out, err := h.do(removeCommand, inCloud, []string{"-yes"}, "a")
		if err != nil || !strings.HasPrefix(out, "changed  probes/probes.go\n") || strings.Contains(out, "ended    #") == inCloud {
			t.Errorf("in the cloud: %v: %v\n%s", inCloud, err, out)
		}
		if got := names(t); !slices.Equal(got, []string{"other"}) {
			t.Errorf("the tree lists %q", got)
		}
		if i := h.route().Incidents[0]; (i.State == incident.Resolved) == inCloud {
			t.Errorf("in the cloud: %v: the incident is %s", inCloud, i.State)
		}
	}
}

// TestJourneys lists a journey with its interval, region and last verdict, and one that has never run.
func TestJourneys(t *testing.T) {
	h := newHistory(t)
	t.Chdir(t.TempDir())
	var out bytes.Buffer
	c := h.config(&out)
	c.Suite = suite.Suite{Journeys: []func() journey.Journey{listed, byHandOnly}}
	c.Store = func(*flag.FlagSet) Opener { return fixedStore{h.store, false} }
	list := func(args ...string) string {
		t.Helper()
		out.Reset()
		fs := flag.NewFlagSet("journeys", flag.ContinueOnError)
		run := journeysCommand(c).Flags(fs)
		if err := fs.Parse(args); err != nil {
			t.Fatal(err)
		}
		if err := run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	want := "JOURNEY  EVERY    REGIONS  LAST RUN  AGE  FILE\n" +
		"a        5m       eu       failed    8m   functions/valkyrie/author/stored_test.go:LINE\n" +
		"b        by hand  –        –         –    functions/valkyrie/author/stored_test.go:LINE\n"
	if got := lines.ReplaceAllString(list(), ":LINE"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	first, _, _ := strings.Cut(list("-format", "json"), "\n")
	var r map[string]any
	if err := json.Unmarshal([]byte(first), &r); err != nil || r["version"] != 1.0 || r["name"] != "a" || r["every_ms"] != 300_000.0 || r["last"].(map[string]any)["age_ms"] != 480_000.0 {
		t.Errorf("%v\n%s", err, first)
	}
}

func listed() journey.Journey {
	return journey.Journey{Name: "a", Title: "an a", Every: 5 * time.Minute}
}
func byHandOnly() journey.Journey { return journey.Journey{Name: "b", ByHand: true} }
