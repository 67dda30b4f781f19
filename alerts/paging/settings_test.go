package paging_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/infra/suite"
)

// memory is a store of items of which the n-th request fails.
type memory struct {
	items   map[string]incident.Item
	n, fail int
}

var errDisk = errors.New("disk full")

func (m *memory) next() error {
	if m.n++; m.n == m.fail {
		return errDisk
	}
	return nil
}

func (m *memory) Item(_ context.Context, key string) (incident.Item, error) {
	return m.items[key], m.next()
}

func (m *memory) PutItem(_ context.Context, item incident.Item) error {
	if err := m.next(); err != nil {
		return err
	}
	if m.items[item.Key].Version != item.Version {
		return incident.ErrConflict
	}
	item.Version++
	m.items[item.Key] = item
	return nil
}

func (m *memory) state(t *testing.T) (r paging.NotificationState) {
	t.Helper()
	if err := json.Unmarshal(m.items[incident.NotificationKey].Data, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func newMemory() *memory { return &memory{items: map[string]incident.Item{}} }

// minutes is a time of the fixtures, exact.
func minutes(n int) time.Time       { return alertstest.Start.Add(time.Duration(n) * time.Minute) }
func exactly(n int) oncall.WallTime { return oncall.ExactTime(minutes(n)) }
func rotating() oncall.OnCall {
	o := alertstest.OnCall
	berlin, _ := oncall.ParseZone("Europe/Berlin")
	o.Rotations = []oncall.Rotation{{Name: "day", People: []string{"Ada"}, Zone: berlin}, {Name: "night", People: []string{"Grace"}}}
	o.Overrides = []oncall.Override{{Rotation: "day", Who: "Grace", From: exactly(1000), To: exactly(2000)}}
	return o
}

// TestOverrides checks each way in which an override is refused, the stored one, and that dropping finds the one in force.
func TestOverrides(t *testing.T) {
	const year = 366 * 24 * 60
	wall := func(text string) oncall.WallTime {
		w, err := oncall.ParseWallTime(text)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	for name, c := range map[string]struct {
		v     oncall.Override
		fault string
	}{
		"good":                          {oncall.Override{Rotation: "day", Who: "ada", From: exactly(10), To: exactly(20)}, ""},
		"no rotation":                   {oncall.Override{Rotation: "x", Who: "Ada", From: exactly(10), To: exactly(20)}, `no rotation "x"; see on_call.rotations in alerts.yaml`},
		"no person":                     {oncall.Override{Rotation: "day", Who: "x", From: exactly(10), To: exactly(20)}, `no person "x" on call; see on_call.people in alerts.yaml`},
		"it ends at once":               {oncall.Override{Rotation: "day", Who: "Ada", From: exactly(10), To: exactly(10)}, "override from 2026-11-21T03:10:00Z to 2026-11-21T03:10:00Z: it must end after it begins"},
		"a year":                        {oncall.Override{Rotation: "night", Who: "Ada", From: exactly(10), To: exactly(10 + year)}, ""},
		"longer than a year":            {oncall.Override{Rotation: "night", Who: "Ada", From: exactly(10), To: exactly(11 + year)}, "override from 2026-11-21T03:10:00Z to 2027-11-22T03:11:00Z: expected at most 366 days; change the rotation in alerts.yaml instead"},
		"one of the file":               {oncall.Override{Rotation: "day", Who: "Ada", From: exactly(1999), To: exactly(2001)}, "Grace has day from 2026-11-21T19:40:00Z to 2026-11-22T12:20:00Z already"},
		"after one of the file":         {oncall.Override{Rotation: "day", Who: "Ada", From: exactly(2000), To: exactly(2001)}, ""},
		"one of another rotation":       {oncall.Override{Rotation: "night", Who: "Ada", From: exactly(1500), To: exactly(1600)}, ""},
		"one that was made":             {oncall.Override{Rotation: "day", Who: "Ada", From: exactly(5), To: exactly(11)}, ""},
		"by the clock of the rotation":  {oncall.Override{Rotation: "day", Who: "Ada", From: wall("2026-11-21 05:00"), To: wall("2026-11-21 06:00")}, ""},
		"by it, over one of the file":   {oncall.Override{Rotation: "day", Who: "Ada", From: wall("2026-11-21 20:30"), To: wall("2026-11-21 20:41")}, "Grace has day from 2026-11-21T19:40:00Z to 2026-11-22T12:20:00Z already"},
		"by it, before one of the file": {oncall.Override{Rotation: "day", Who: "Ada", From: wall("2026-11-21 20:30"), To: wall("2026-11-21 20:40")}, ""},
	} {
		m := newMemory()
		err := paging.PutOverride(t.Context(), m, rotating(), c.v, alertstest.Start)
		if got := fmt.Sprint(err); (err == nil) != (c.fault == "") || err != nil && got != c.fault {
			t.Errorf("%s: %v; want %s", name, err, c.fault)
			continue
		}
		if stored := len(m.items); (stored == 1) != (c.fault == "") {
			t.Errorf("%s: %d items are stored", name, stored)
			continue
		}
		if c.fault != "" {
			continue
		}
		if got := m.state(t).Overrides[0]; got.Who != "Ada" {
			t.Errorf("%s: %+v", name, got)
		}
		if err := paging.PutOverride(t.Context(), m, rotating(), c.v, alertstest.Start); err == nil || !strings.HasPrefix(err.Error(), "Ada has "+c.v.Rotation) {
			t.Errorf("%s: twice: %v", name, err)
		}
		for fail := 1; fail <= 2; fail++ {
			if err := paging.PutOverride(t.Context(), &memory{items: map[string]incident.Item{}, fail: fail}, rotating(), c.v, alertstest.Start); !errors.Is(err, errDisk) {
				t.Errorf("%s: request %d fails: %v", name, fail, err)
			}
		}
	}
	m := newMemory()
	put := func(rotation string, from, to int) {
		t.Helper()
		if err := paging.PutOverride(t.Context(), m, rotating(), oncall.Override{Rotation: rotation, Who: "Ada", From: exactly(from), To: exactly(to)}, minutes(from)); err != nil {
			t.Fatal(err)
		}
	}
	put("day", 10, 20)
	put("night", 10, 30)
	for _, c := range []struct {
		rotation string
		minute   int
		found    bool
	}{{"day", 9, false}, {"day", 20, false}, {"x", 15, false}, {"day", 10, true}, {"day", 11, false}, {"night", 29, true}} {
		dropped, found, err := paging.DropOverride(t.Context(), m, rotating(), c.rotation, minutes(c.minute))
		if found != c.found || err != nil || found && dropped.Rotation != c.rotation {
			t.Errorf("%s at %d: %+v, %t, %v", c.rotation, c.minute, dropped, found, err)
		}
	}
	if got := m.state(t).Overrides; len(got) != 0 {
		t.Errorf("%+v are left", got)
	}
	const month = 31 * 24 * 60
	put("day", 10, 20)
	put("day", 20+month, 21+month) // the first ended a month before
	put("day", 21+month, 22+month)
	if got := m.state(t).Overrides; len(got) != 2 {
		t.Errorf("%+v are kept", got)
	}
	if _, _, err := paging.DropOverride(t.Context(), &memory{items: m.items, fail: 1}, rotating(), "day", minutes(21+month)); !errors.Is(err, errDisk) {
		t.Error(err)
	}
}

// TestReleases checks that releases are kept in their order, each once, and at most thirty.
func TestReleases(t *testing.T) {
	m := newMemory()
	put := func(name string, minute int) {
		t.Helper()
		if err := paging.PutRelease(t.Context(), m, incident.Release{Name: name, At: minutes(minute)}); err != nil {
			t.Fatal(err)
		}
	}
	for n, name := range []string{"c", "a", "b", "a", "same"} {
		put(name, []int{30, 10, 20, 40, 20}[n])
	}
	var names []string
	for _, r := range m.state(t).Releases {
		names = append(names, r.Name)
	}
	if want := []string{"b", "same", "c", "a"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	for n := range 30 {
		put(fmt.Sprint("v", n), 100+n)
	}
	if all := m.state(t).Releases; len(all) != 30 || all[0].Name != "v0" || all[29].Name != "v29" {
		t.Errorf("%d, from %s to %s", len(all), all[0].Name, all[len(all)-1].Name)
	}
	if err := paging.PutRelease(t.Context(), m, incident.Release{Name: "x"}); err == nil {
		t.Error("a release without a time is stored")
	}
}

// TestPauses checks the pause of a region: one each, for how long it is in force, and when it is forgotten.
func TestPauses(t *testing.T) {
	m := newMemory()
	put := func(region string, until, now int) {
		t.Helper()
		if err := paging.PutPause(t.Context(), m, incident.Pause{Region: region, Until: minutes(until)}, minutes(now)); err != nil {
			t.Fatal(err)
		}
	}
	const month = 31 * 24 * 60
	put("eu", 10, 0)
	put("us", 20, 0)
	put("eu", 30, 0)
	r := m.state(t)
	if p, ok := r.Paused("eu", minutes(29)); !ok || !p.Until.Equal(minutes(30)) || len(r.Pauses) != 2 {
		t.Errorf("%+v, %t, of %+v", p, ok, r.Pauses)
	}
	for _, c := range []struct {
		region string
		minute int
	}{{"eu", 30}, {"ap", 0}, {"us", 20}} {
		if p, ok := r.Paused(c.region, minutes(c.minute)); ok || p != (incident.Pause{}) {
			t.Errorf("%s is paused at %d: %+v", c.region, c.minute, p)
		}
	}
	put("ap", 50, 20+month)
	if got := m.state(t).Pauses; len(got) != 3 {
		t.Errorf("after a month: %+v", got)
	}
	put("ap", 50, 21+month)
	if got := m.state(t).Pauses; len(got) != 2 || got[0].Region != "eu" {
		t.Errorf("after more than a month: %+v", got)
	}
}

// TestCopyOf checks a standby's copy: its own settings as they were, fields of a later version kept, and nothing handed over.
func TestCopyOf(t *testing.T) {
	home := incident.Item{Key: incident.NotificationKey, Version: 7, Data: []byte(`{"seq":3,"later":{"a":1},"handed_over":{"version":2},"copied":{"version":1},"mutes":[{"journey":"a","until":"2026-11-21T03:00:00Z","by":"Ada"}],"marks":[{"name":"v1","at":"2026-11-21T03:00:00Z"}]}`)}
	data, err := paging.CopyOf(home)
	const want = `{"copied":{"version":7,"mutes":[{"journey":"a","until":"2026-11-21T03:00:00Z","by":"Ada"}],"releases":[{"name":"v1","at":"2026-11-21T03:00:00Z"}]},"later":{"a":1},"marks":[{"name":"v1","at":"2026-11-21T03:00:00Z"}],"mutes":[{"journey":"a","until":"2026-11-21T03:00:00Z","by":"Ada"}],"seq":3}`
	if err != nil || string(data) != want {
		t.Errorf("%s, %v; want %s", data, err, want)
	}
	if _, err := paging.CopyOf(incident.Item{Key: "K", Data: []byte("{")}); err == nil || !strings.HasPrefix(err.Error(), "decode the state K: ") {
		t.Error(err)
	}
}

// TestMergedSettings checks a setting of each kind that was made, ended or left at the other table, since it was copied.
func TestMergedSettings(t *testing.T) {
	mute := func(name string) incident.Mute { return incident.Mute{Journey: name, Until: minutes(500)} }
	over := func(n int) oncall.Override {
		return oncall.Override{Rotation: "day", Who: "Ada", From: exactly(n), To: exactly(n + 1)}
	}
	pause := func(name string) incident.Pause { return incident.Pause{Region: name, Until: minutes(500)} }
	release := func(name string) incident.Release { return incident.Release{Name: name, At: minutes(1)} }
	was := paging.CopiedFrom{
		Version: 4, Mutes: []incident.Mute{mute("kept"), mute("ended there"), mute("ended here")}, Overrides: []oncall.Override{over(1), over(2), over(3)},
		Pauses: []incident.Pause{pause("kept")}, Releases: []incident.Release{release("old")},
	}
	mine := paging.NotificationState{
		Mutes: []incident.Mute{mute("kept"), mute("ended there"), mute("mine")}, Overrides: []oncall.Override{over(1), over(2), over(8), over(9)}, Pauses: []incident.Pause{pause("kept"), pause("mine")}, Releases: []incident.Release{release("old")},
	}
	theirs := paging.NotificationState{
		Copied: &was, Mutes: []incident.Mute{mute("kept"), mute("ended here"), mute("theirs"), {Journey: "over", Until: minutes(-1)}}, Overrides: []oncall.Override{over(1), over(3), over(7), over(8)},
		Pauses: []incident.Pause{pause("kept"), pause("theirs")}, Releases: []incident.Release{release("old"), release("theirs")},
	}
	merged, _ := mine.Step(paging.StateMerged{Theirs: theirs}, rotating(), alertstest.Start)
	show := func(r paging.NotificationState) string {
		var all []string
		for _, m := range r.Mutes {
			all = append(all, "mute "+m.Journey)
		}
		for _, v := range r.Overrides {
			all = append(all, "override "+v.From.String()[14:16])
		}
		for _, p := range r.Pauses {
			all = append(all, "pause "+p.Region)
		}
		for _, m := range r.Releases {
			all = append(all, "release "+m.Name)
		}
		slices.Sort(all)
		return strings.Join(all, ", ")
	}
	const want = "mute kept, mute mine, mute theirs, override 01, override 07, override 08, override 09, pause kept, pause mine, pause theirs, release old, release theirs"
	if got := show(merged); got != want || merged.HandedOver == nil || merged.HandedOver.Version != 4 {
		t.Errorf("%s; want %s", got, want)
	}
	// A setting that was ended here since does not come back when the same copy is merged again.
	merged.Mutes, merged.Overrides = nil, nil
	again, _ := merged.Step(paging.StateMerged{Theirs: theirs}, rotating(), alertstest.Start)
	if got := show(again); strings.Contains(got, "mute") || strings.Contains(got, "override") {
		t.Errorf("merged again: %s", got)
	}
}

// TestRoles compares the standby's role and reason for every view of home with testdata.
func TestRoles(t *testing.T) {
	var b strings.Builder
	now := minutes(100)
	for _, silent := range []time.Duration{0, 89 * time.Second, 90 * time.Second, 3*time.Minute - 1, 3 * time.Minute} {
		for bits := range 32 {
			on := func(n int) bool { return bits&(1<<n) != 0 }
			s := paging.HomeStatus{Beat: now.Add(-silent), Since: now.Add(-time.Hour), Reachable: on(0), HasOwnRuns: on(1), Unwritable: on(2), Why: map[bool]string{true: "; it cannot page"}[on(3)]}
			if on(3) {
				s.Helps = now.Add(time.Second)
			}
			if on(4) {
				s.Waiting, s.Missed = now.Add(-3*time.Minute), now.Add(-90*time.Second)
			}
			role, why := s.Role(now)
			fmt.Fprintf(&b, "%v reachable %t, own runs %t, unwritable %t, helps %t, waits %t: %s, %s\n", silent, s.Reachable, s.HasOwnRuns, s.Unwritable, on(3), on(4), role, why)
		}
	}
	for name, s := range map[string]paging.HomeStatus{"waits less": {Beat: now, Reachable: true, Waiting: now.Add(-3*time.Minute + 1)}, "helped until now": {Beat: now, Reachable: true, Helps: now}, "missed for less": {Beat: now.Add(-100 * time.Second), HasOwnRuns: true, Missed: now.Add(-89 * time.Second)}, "watched since": {Since: now.Add(-time.Minute)}} {
		if role, why := s.Role(now); role != paging.StandbyIdle {
			t.Errorf("%s: %s, %s", name, role, why)
		}
	}
	suite.Golden(t, "testdata/roles.txt", b.String())
}

// TestOverdue checks which pages another pager has let wait, by each of their fields.
func TestOverdue(t *testing.T) {
	now := minutes(10)
	for name, c := range map[string]struct {
		page incident.Page
		want bool
	}{
		"due":              {incident.Page{State: incident.Planned, PlannedAt: now}, true},
		"not before later": {incident.Page{State: incident.Planned, PlannedAt: now, NotBefore: minutes(11)}, false},
		"planned later":    {incident.Page{State: incident.Planned, PlannedAt: minutes(11)}, false},
		"tried":            {incident.Page{State: incident.Planned, PlannedAt: minutes(11), Tries: 1}, true},
		"an all-clear":     {incident.Page{State: incident.Planned, PlannedAt: now, Purpose: incident.AllClear}, false},
		"for waking hours": {incident.Page{State: incident.Planned, PlannedAt: now, Waking: true}, false},
		"being sent":       {incident.Page{State: incident.Claimed, LeaseUntil: minutes(11)}, false},
		"its sender died":  {incident.Page{State: incident.Claimed, LeaseUntil: now}, true},
		"accepted":         {incident.Page{State: incident.Accepted}, false},
	} {
		if c.page.ID = "p"; c.page.Purpose == "" {
			c.page.Purpose = incident.Alarm
		}
		if got := (paging.NotificationState{Pages: []incident.Page{c.page}}).Overdue(now); (len(got) == 1) != c.want {
			t.Errorf("%s: %q", name, got)
		}
		relieved, _ := paging.NotificationState{Pages: []incident.Page{{ID: "p", Purpose: incident.Alarm, State: incident.Planned, Tries: 1, NotBefore: minutes(11)}, {ID: "q", Purpose: incident.Notice, State: incident.Planned, Tries: 1, NotBefore: minutes(11)}, {ID: "r", Purpose: incident.Alarm, State: incident.Planned, NotBefore: minutes(11)}}}.Step(paging.Relieved{}, alertstest.OnCall, now)
		for _, p := range relieved.Pages {
			if p.ID != "p" && !p.NotBefore.Equal(minutes(11)) {
				t.Errorf("%s is due at %v", p.ID, p.NotBefore)
			}
		}
	}
	r := paging.NotificationState{Incidents: []incident.Incident{{ID: "a"}}, Tombstones: []paging.Tombstone{{ID: "b"}}}
	for id, want := range map[string]bool{"a": true, "b": true, "c": false} {
		if r.Knows(incident.Incident{ID: id}) != want {
			t.Errorf("%s is known: %t", id, !want)
		}
	}
}

// TestDrillPlays compares drills with testdata: who is called in which order, with each key and result, and beside an outage.
func TestDrillPlays(t *testing.T) {
	var p play
	team := goldenTeam(func(o *oncall.OnCall) { o.Escalation = []oncall.EscalationStep{{Call: "Ada"}, {Call: "Grace"}} })
	start := func(name, to string) {
		p.begin(name, team)
		m := newMemory()
		id, err := paging.PutDrill(t.Context(), m, team, to, p.now)
		if err != nil {
			t.Fatal(err)
		}
		p.state = m.state(t)
		p.line("%s is put", id)
		if _, err := paging.PutDrill(t.Context(), m, team, "", p.now); !errors.Is(err, paging.ErrNoDrill) || err.Error() != "no drill can start now: one is in progress since 2026-11-21T03:00:00Z" {
			t.Errorf("a second one: %v", err)
		}
		p.wait(10 * time.Second)
	}
	start("nobody acknowledges", "")
	p.report(incident.Call, incident.Machine)
	p.wait(30 * time.Second)
	p.key("5")
	p.report(incident.Call, incident.Human)
	p.wait(6 * time.Hour)
	p.end()
	start("the second, first; passed on, then acknowledged", "grace")
	p.key("9")
	p.report(incident.Call, incident.Human)
	p.wait(30 * time.Second)
	p.key("1")
	p.key("4")
	p.wait(time.Minute)
	p.end()
	start("an outage meanwhile", "")
	p.bad("cards", incident.Down, 1)
	p.wait(time.Minute)
	p.end()
	start("refused", "")
	p.do("the call fails", paging.Report{PageID: p.seen[0].ID, SID: "S" + p.seen[0].ID, Result: incident.FailedCall, Why: "error 13224"})
	p.wait(40 * time.Second)
	p.report(incident.Call, incident.NoAnswer)
	p.wait(time.Minute)
	p.end()
	suite.Golden(t, "testdata/drills.txt", p.String())

	m := newMemory()
	if _, err := paging.PutDrill(t.Context(), m, team, "x", p.now); err == nil || err.Error() != `no person "x" on call; see on_call.people in alerts.yaml` {
		t.Error(err)
	}
	id, err := paging.PutDrill(t.Context(), m, team, "", p.now)
	if err := errors.Join(err, paging.EndDrill(t.Context(), m, "another", "x", p.now)); err != nil || m.state(t).Drill.ID != id {
		t.Errorf("%v, %+v", err, m.state(t).Drill)
	}
	if err := paging.EndDrill(t.Context(), m, id, "enough", p.now); err != nil || m.state(t).Drill.ID != "" || m.state(t).Incidents[0].Closing != "enough" {
		t.Errorf("%v, %+v", err, m.state(t))
	}
}

// TestEmergencyWords checks the words and ways of pages from memory: of one journey that fails, and of several, with and without a failover
// channel, and that they come once until the store works again.
func TestEmergencyWords(t *testing.T) {
	for name, c := range map[string]struct {
		failing []string
		want    string
	}{
		"none":  {nil, "VALKYRIE: Valkyrie cannot write its store, since 03:00 UTC. No run is stored or judged; this is from memory, and comes once. The cause: disk full."},
		"one":   {[]string{"print a card"}, "VALKYRIE: Valkyrie cannot write its store, since 03:00 UTC. No run is stored or judged; this is from memory, and comes once. Meanwhile this fails: print a card. The cause: disk full."},
		"three": {[]string{"pay", "", "log in"}, "VALKYRIE: Valkyrie cannot write its store, since 03:00 UTC. No run is stored or judged; this is from memory, and comes once. Meanwhile these fail: a journey without a title, log in and pay. The cause: disk full."},
		"five":  {[]string{"a", "b", "c", "d", "e"}, "VALKYRIE: Valkyrie cannot write its store, since 03:00 UTC. No run is stored or judged; this is from memory, and comes once. Meanwhile these fail: a, b, c and 2 more. The cause: disk full."},
	} {
		for _, refuses := range []bool{false, true} {
			first, second := &keptPhone{refuses: refuses}, &keptPhone{}
			o := alertstest.OnCall
			o.Failover = &oncall.FailoverChannel{Region: "eu-west-1"}
			e := &paging.Emergency{OnCall: o, Phone: first, Failover: second, Log: slog.New(slog.DiscardHandler), TimeNow: func() time.Time { return alertstest.Start }}
			lose := func(times int) {
				for range times {
					for _, title := range append(c.failing, "well") {
						e.RunLost(t.Context(), title, title != "well", errDisk)
					}
				}
			}
			lose(2)
			if n := len(first.texts) + len(second.texts); n > 0 {
				t.Errorf("%s: %d pages after two lost runs of each", name, n)
			}
			lose(3)
			texts, calls := first.texts, first.calls
			if refuses {
				texts, calls = second.texts, second.calls
			}
			wantCalls := map[bool]int{true: 1}[len(c.failing) > 0 && !refuses] // the failover channel has no voice
			if len(texts) == 0 || texts[len(texts)-1] != "+12025550143 "+c.want || len(calls) != wantCalls {
				t.Errorf("%s, refused %t: texts %q, %d calls; want %q", name, refuses, texts, len(calls), c.want)
			}
			before := len(texts)
			e.RunStored()
			lose(3)
			if texts = first.texts; refuses {
				texts = second.texts
			}
			if len(texts) <= before {
				t.Errorf("%s, refused %t: the next time, no page comes", name, refuses)
			}
		}
	}
}

// keptPhone keeps the texts that it has to send, or refuses it.
type keptPhone struct {
	refuses      bool
	calls, texts []string
}

func (p *keptPhone) Send(_ context.Context, d paging.Dispatch) (string, error) {
	if p.refuses {
		return "", paging.ErrRefused
	}
	if d.Channel == incident.Call {
		p.calls = append(p.calls, d.To+" "+strings.Join(d.Speech, " "))
	} else {
		p.texts = append(p.texts, d.To+" "+d.TextBody)
	}
	return "S1", nil
}

func (p *keptPhone) Find(context.Context, paging.Dispatch, time.Time) (string, bool, error) {
	return "", false, nil
}
