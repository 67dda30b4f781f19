package incident_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// huge returns an incident of which everything is too long, and small one of which everything is just short enough.
func huge(more int) incident.Incident {
	x := func(n int) string { return strings.Repeat("x", n+more) }
	names := func(n int) (all []string) {
		for i := range n + more {
			all = append(all, fmt.Sprintf("%02d%s", i, strings.Repeat("r", 58+more)))
		}
		return all
	}
	i := incident.Incident{
		ID: x(400), Title: x(200), Step: x(200), Error: x(1000), Reason: x(600), Closing: x(600), Regions: names(12), StillFails: names(12),
	}
	for n := range 40 + more {
		i.Outages = append(i.Outages, incident.Outage{Since: at(n), Step: x(200), Error: x(250), Regions: names(12)})
		i.Evidence = append(i.Evidence, journey.Evidence{Kind: x(60), Path: x(300), Missing: x(300)})
	}
	for n := range 50 + more {
		i.Bouts = append(i.Bouts, at(n))
	}
	return i
}

// sizes lists the length of everything in an incident that has a bound.
func sizes(i incident.Incident) map[string]int {
	longest := func(names []string) int {
		n := 0
		for _, name := range names {
			n = max(n, len(name))
		}
		return n
	}
	s := map[string]int{
		"title": len(i.Title), "step": len(i.Step), "error": len(i.Error), "reason": len(i.Reason), "closing": len(i.Closing), "regions": len(i.Regions), "region": longest(i.Regions),
		"still fails": len(i.StillFails), "still failing region": longest(i.StillFails), "outages": len(i.Outages), "evidence": len(i.Evidence), "bouts": len(i.Bouts), "id": len(i.ID),
	}
	for _, o := range i.Outages {
		s["outage's step"], s["outage's error"], s["outage's regions"] = max(s["outage's step"], len(o.Step)), max(s["outage's error"], len(o.Error)), max(s["outage's regions"], len(o.Regions))
	}
	for _, e := range i.Evidence {
		s["kind"], s["path"], s["missing"] = max(s["kind"], len(e.Kind)), max(s["path"], len(e.Path)), max(s["missing"], len(e.Missing))
	}
	return s
}

// TestBounded checks each bound of an incident, at it and beyond it, and that the given one stays as it is.
func TestBounded(t *testing.T) {
	want := map[string]int{
		"title": 200, "step": 200, "error": 1000, "reason": 600, "closing": 600, "regions": 12, "region": 60, "still fails": 12, "still failing region": 60, "outages": 40,
		"evidence": 40, "bouts": 50, "id": 400, "outage's step": 200, "outage's error": 250, "outage's regions": 12, "kind": 60, "path": 300, "missing": 300,
	}
	fits := huge(0)
	if diff := cmp.Diff(fits, fits.Bounded()); diff != "" {
		t.Errorf("an incident that fits is changed: %s", diff)
	}
	given := huge(3)
	before := sizes(given)
	got := given.Bounded()
	want["id"] += 3
	if diff := cmp.Diff(want, sizes(got)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, sizes(given)); diff != "" || len(given.Outages[0].Step) != 203 {
		t.Errorf("the given incident is changed: %s", diff)
	}
	// The first outage stays, then the latest ones; so do the first bout and the latest.
	if !got.Outages[0].Since.Equal(at(0)) || !got.Outages[1].Since.Equal(at(4)) || !got.Outages[39].Since.Equal(at(42)) {
		t.Errorf("outages since %v, %v and %v", got.Outages[0].Since, got.Outages[1].Since, got.Outages[39].Since)
	}
	if !got.Bouts[0].Equal(at(0)) || !got.Bouts[1].Equal(at(4)) || !got.Bouts[49].Equal(at(52)) {
		t.Errorf("bouts at %v, %v and %v", got.Bouts[0], got.Bouts[1], got.Bouts[49])
	}
	if odd := (incident.Incident{Title: "a\x1b[31mb", Regions: []string{}}).Bounded(); strings.Contains(odd.Title, "\x1b") || odd.Regions == nil || odd.Outages != nil || odd.Evidence != nil {
		t.Errorf("%+v", odd)
	}
}

// TestReduced checks what each degree leaves of an incident, for a state that is too large.
func TestReduced(t *testing.T) {
	for degree, want := range []map[string]int{
		{"error": 500, "reason": 500, "closing": 500, "evidence": 4, "outages": 10, "outage's error": 250},
		{"error": 200, "reason": 200, "closing": 200, "evidence": 1, "outages": 3, "outage's error": 200},
		{"error": 100, "reason": 100, "closing": 100, "evidence": 0, "outages": 1, "outage's error": 100},
	} {
		given := huge(3)
		got := given.Reduced(degree)
		for name, n := range want {
			if s := sizes(got)[name]; s != n {
				t.Errorf("degree %d: %s of %d, want %d", degree, name, s, n)
			}
		}
		if !got.Outages[0].Since.Equal(at(0)) || degree < 2 && !got.Outages[len(got.Outages)-1].Since.Equal(at(42)) || len(given.Outages[42].Error) != 253 {
			t.Errorf("degree %d: outages since %v and %v", degree, got.Outages[0].Since, got.Outages[len(got.Outages)-1].Since)
		}
		small := incident.Incident{Error: "e", Outages: []incident.Outage{{Error: "o"}}}
		if diff := cmp.Diff(small, small.Reduced(degree)); diff != "" {
			t.Errorf("degree %d changes a small one: %s", degree, diff)
		}
	}
	if got := incident.Clip("abcdefgh", 7); got != "abcd…" {
		t.Errorf("a text is cut to %q", got)
	}
}

// TestPage checks what each state, result and time of a page says about it.
func TestPage(t *testing.T) {
	for name, c := range map[string]struct {
		page                      incident.Page
		live, sent, undelivered   bool
		toAccept, toAnswer, toKey time.Duration // 0: unknown
	}{
		"planned":              {page: incident.Page{State: incident.Planned}, live: true},
		"claimed":              {page: incident.Page{State: incident.Claimed}, live: true},
		"unknown":              {page: incident.Page{State: incident.Unknown}, live: true, sent: true},
		"accepted":             {page: incident.Page{State: incident.Accepted, Slot: at(1), AcceptedAt: at(3)}, live: true, sent: true, toAccept: 2 * time.Minute},
		"answered, with a key": {page: incident.Page{State: incident.Ended, SID: "CA1", Slot: at(1), AcceptedAt: at(3), AnsweredAt: at(4), KeyAt: at(6)}, sent: true, toAccept: 2 * time.Minute, toAnswer: 3 * time.Minute, toKey: 3 * time.Minute},
		"without a slot":       {page: incident.Page{State: incident.Ended, SID: "CA1", AcceptedAt: at(3), AnsweredAt: at(4)}, sent: true},
		"a key, not accepted":  {page: incident.Page{State: incident.Ended, Slot: at(1), KeyAt: at(6)}},
		"refused":              {page: incident.Page{State: incident.Ended, Result: incident.FailedCall}, undelivered: true},
		"a text, lost":         {page: incident.Page{State: incident.Ended, SID: "SM1", Result: incident.Undelivered}, sent: true, undelivered: true},
		"busy":                 {page: incident.Page{State: incident.Ended, SID: "CA1", Result: incident.Busy}, sent: true},
		"failed, and planned":  {page: incident.Page{State: incident.Planned, Result: incident.FailedCall}, live: true},
		"cancelled":            {page: incident.Page{State: incident.Cancelled}},
		"cancelled, once sent": {page: incident.Page{State: incident.Cancelled, Resent: true}, sent: true},
	} {
		p := c.page
		if p.Live() != c.live || p.Sent() != c.sent || p.Undeliverable() != c.undelivered {
			t.Errorf("%s: live %t, sent %t, undeliverable %t", name, p.Live(), p.Sent(), p.Undeliverable())
		}
		for what, of := range map[string]struct {
			measure func() (time.Duration, bool)
			want    time.Duration
		}{"accept": {p.TimeToAccept, c.toAccept}, "answer": {p.TimeToAnswer, c.toAnswer}, "key": {p.TimeToKey, c.toKey}} {
			if d, ok := of.measure(); ok != (of.want != 0) || ok && d != of.want {
				t.Errorf("%s: time to %s %v, %t, want %v", name, what, d, ok, of.want)
			}
		}
	}
	for purpose, end := range map[incident.Purpose]bool{incident.Alarm: false, incident.AllClear: true, incident.Notice: true, incident.Drill: false} {
		p := incident.Page{Purpose: purpose, TriedAt: at(0)}
		if p.ReportsAnEnd() != end || p.Stale(at(24*60)) != end || p.Stale(at(24*60-1)) {
			t.Errorf("%s: reports an end %t, stale %t, and a minute before %t", purpose, p.ReportsAnEnd(), p.Stale(at(24*60)), p.Stale(at(24*60-1)))
		}
	}
	for times, want := range map[int]int{0: 1, 1: 1, 2: 2, 7: 7} {
		if got := (incident.Page{Times: times}).Count(); got != want {
			t.Errorf("%d times count as %d", times, got)
		}
	}
	begun := incident.Record{Pages: []incident.Page{{}, {Tries: 1}}}
	if !begun.Begun() || (incident.Record{Pages: []incident.Page{{}}}).Begun() || (incident.Record{}).Begun() {
		t.Error("a page that was tried has not begun, or one that was not has")
	}
}

// TestPress checks which keys of a call count as pressed, of several and of one pressed twice.
func TestPress(t *testing.T) {
	var p incident.Page
	for n, key := range []string{"9", "9", "4", "9", "timeout", "4", "7"} {
		p.Press(key, at(n))
	}
	want := incident.Page{Key: "7", KeyAt: at(6), Keys: "94"}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
	for key, want := range map[string]bool{"7": true, "4": true, "9": true, "5": false, "": false, "94": false, "timeout": false} {
		if got := p.Pressed(key); got != want {
			t.Errorf("%q counts as pressed: %t", key, got)
		}
	}
	var once incident.Page
	once.Press("4", at(1))
	once.Press("4", at(9)) // the provider reports it again
	if !once.KeyAt.Equal(at(1)) {
		t.Errorf("a key that is reported again was pressed at %v", once.KeyAt)
	}
	ids := []string{"a"}
	q := incident.Page{Incidents: ids[:1:1]}
	q.AddIncidents([]string{"b", "a", "b"}, at(5))
	if !slices.Equal(q.Incidents, []string{"a", "b"}) || !q.PlannedAt.Equal(at(5)) {
		t.Errorf("%v at %v", q.Incidents, q.PlannedAt)
	}
}

// TestEnds checks by whom an incident ended, and what the end leaves of it.
func TestEnds(t *testing.T) {
	for want, i := range map[incident.Ending]incident.Incident{"by hand": {ResolvedBy: "Ada", Ending: incident.GivenUp}, "recovered": {}, "given up": {Ending: incident.GivenUp}, "not watched": {Ending: incident.Unwatched}} {
		if got := i.EndedBy(); got != want {
			t.Errorf("%+v: %s, want %s", i, got, want)
		}
	}
	given := incident.Incident{Kind: incident.Flapping, State: incident.Open, Calmed: true, Runs: 3, PagesNow: true}
	want := incident.Incident{Kind: incident.Flapping, State: incident.Resolved, Runs: 4, PagesNow: true, Ending: incident.GivenUp, ResolvedAt: at(9), Closing: "why"}
	if diff := cmp.Diff(want, given.End(incident.GivenUp, at(9), "why")); diff != "" {
		t.Error(diff)
	}
	if got := (incident.Incident{Last: at(3)}).EvidentUntil(); !got.Equal(at(3)) {
		t.Errorf("an incident of an earlier version was evident until %v", got)
	}
	if got := (incident.Incident{Last: at(9), Evident: at(5)}).EvidentUntil(); !got.Equal(at(5)) {
		t.Errorf("it was evident until %v", got)
	}
}

// TestKinds checks which kinds call, reopen and count as a failure.
func TestKinds(t *testing.T) {
	want := map[incident.Kind]string{
		"down": "rings fails reopens", "flapping": "fails reopens", "silent": "rings reopens", "heartbeat": "", "counts": "reopens", "degraded": "reopens",
		"creeping": "reopens", "slower": "", "certificate": "", "cleanup": "", "ours": "reopens",
	}
	if len(incident.Kinds()) != len(want) {
		t.Errorf("the kinds are %v", incident.Kinds())
	}
	for _, k := range append(incident.Kinds(), incident.Drilled) {
		i := incident.Incident{Kind: k, State: incident.Open}
		var is []string
		for name, yes := range map[string]bool{"rings": k.Rings() && i.Rings(), "fails": i.IsFailing(), "reopens": i.MayReopen()} {
			if yes {
				is = append(is, name)
			}
		}
		slices.Sort(is)
		wanted := strings.Fields(want[k])
		slices.Sort(wanted)
		if !slices.Equal(is, wanted) {
			t.Errorf("%s: %q, want %q", k, is, wanted)
		}
		now, calm := i, i
		now.PagesNow, calm.PagesNow, calm.Calmed = true, true, true
		if !now.Rings() || calm.Rings() != k.Rings() {
			t.Errorf("%s: it pages now and rings %t, and calmed %t", k, now.Rings(), calm.Rings())
		}
		for state, unanswered := range map[incident.IncidentState]bool{incident.Open: true, incident.Notified: true, incident.Acknowledged: false, incident.Resolved: false} {
			now.State = state
			if now.Unanswered() != unanswered {
				t.Errorf("%s, %s: unanswered %t", k, state, now.Unanswered())
			}
		}
		if i.State = incident.Open; i.Unanswered() != k.Rings() {
			t.Errorf("%s: unanswered %t", k, i.Unanswered())
		}
		known := incident.Incident{Kind: k, Bouts: []time.Time{at(1), at(5)}}
		for n, next := range map[int]bool{4: false, 5: false, 6: k == incident.Certificate} {
			if (incident.Incident{Kind: k, Bouts: []time.Time{at(1), at(n)}}).HasNextNotice(known) != next {
				t.Errorf("%s: a notice at minute %d after one at 5: %t", k, n, !next)
			}
		}
		if (incident.Incident{Kind: k}).HasNextNotice(incident.Incident{}) || (incident.Incident{Kind: k, Bouts: known.Bouts}).HasNextNotice(incident.Incident{}) != (k == incident.Certificate) {
			t.Errorf("%s: the first notice", k)
		}
	}
	for acks, want := range map[int]time.Duration{0: 1, 1: 1, 2: 2, 3: 4, 10: 512, 11: 512, 99: 512} {
		if got := (incident.Incident{Acks: acks}).AckExpiry(time.Minute); got != want*time.Minute {
			t.Errorf("acknowledgement %d holds %v", acks, got)
		}
	}
}

// TestIsBadAfterAcknowledgement checks when an incident that comes and goes pages again after its acknowledgement.
func TestIsBadAfterAcknowledgement(t *testing.T) {
	for name, c := range map[string]struct {
		i    incident.Incident
		want bool
	}{
		"a silence":                              {incident.Incident{Kind: incident.Silent, Last: at(5), Slow: at(9)}, true},
		"a silence whose runs come again":        {incident.Incident{Kind: incident.Silent, Bouts: []time.Time{at(1), at(4)}, Last: at(5), Slow: at(9)}, false},
		"a silence again, without runs":          {incident.Incident{Kind: incident.Silent, Bouts: []time.Time{at(1), at(4)}, Last: at(9), Slow: at(5)}, true},
		"a slow journey, twice":                  {incident.Incident{Kind: incident.Degraded, Bouts: []time.Time{at(1), at(4)}, Last: at(5), Slow: at(9)}, true},
		"flapping that cost twice as much since": {incident.Incident{Kind: incident.Flapping, Last: at(31), CostMS: 200, AckCostMS: 100}, true},
		"flapping that cost less since":          {incident.Incident{Kind: incident.Flapping, Last: at(31), CostMS: 199, AckCostMS: 100}, false},
		"flapping, evident at the end":           {incident.Incident{Kind: incident.Flapping, Last: at(30)}, true},
		"flapping, evident before the end":       {incident.Incident{Kind: incident.Flapping, Last: at(31), Evident: at(29)}, false},
	} {
		if got := c.i.IsBadAfter(at(30), at(30)); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestMutes checks when two mutes, windows or pauses are the same, by each field.
func TestMutes(t *testing.T) {
	m, w, p := incident.Mute{Journey: "a", Until: at(1), By: "Ada"}, incident.ActiveMaintenance{Journeys: []string{"a", "b"}, Until: at(1)}, incident.Pause{Region: "a", Until: at(1)}
	if !m.Equal(m) || !w.Equal(w) || !p.Equal(p) {
		t.Error("one is not equal to itself")
	}
	for _, o := range []incident.Mute{{Journey: "b", Until: at(1), By: "Ada"}, {Journey: "a", Until: at(2), By: "Ada"}, {Journey: "a", Until: at(1), By: "Bob"}} {
		if m.Equal(o) {
			t.Errorf("%+v equals %+v", m, o)
		}
	}
	for _, o := range []incident.ActiveMaintenance{{Journeys: []string{"a"}, Until: at(1)}, {Journeys: []string{"a", "b"}, Until: at(2)}} {
		if w.Equal(o) {
			t.Errorf("%+v equals %+v", w, o)
		}
	}
	for _, o := range []incident.Pause{{Region: "b", Until: at(1)}, {Region: "a", Until: at(2)}, {Region: "a", Until: at(1), Removed: true}} {
		if p.Equal(o) {
			t.Errorf("%+v equals %+v", p, o)
		}
	}
	if m.Subject() != "a" || (incident.Mute{}).Subject() != "everything" {
		t.Errorf("the subjects are %q and %q", m.Subject(), incident.Mute{}.Subject())
	}
}

// TestSameOutage checks which incidents of two tables are about one outage.
func TestSameOutage(t *testing.T) {
	i := incident.Incident{ID: "1", Journey: "a", Kind: incident.Down, State: incident.Resolved, Since: at(10), Opened: at(11), ResolvedAt: at(20)}
	other := func(change func(*incident.Incident)) incident.Incident {
		o := i
		o.ID = "2"
		change(&o)
		return o
	}
	for name, c := range map[string]struct {
		other incident.Incident
		want  bool
	}{
		"at the same time":               {other(func(*incident.Incident) {}), true},
		"itself":                         {i, false},
		"of another cause":               {other(func(o *incident.Incident) { o.Kind = incident.Degraded }), false},
		"it began when that ended":       {other(func(o *incident.Incident) { o.Since, o.Opened, o.ResolvedAt = at(20), at(21), at(30) }), true},
		"it began after that":            {other(func(o *incident.Incident) { o.Since, o.Opened, o.ResolvedAt = at(21), at(21), at(30) }), false},
		"it ended when that began":       {other(func(o *incident.Incident) { o.Since, o.Opened, o.ResolvedAt = at(1), at(1), at(10) }), true},
		"it ended before that":           {other(func(o *incident.Incident) { o.Since, o.Opened, o.ResolvedAt = at(1), at(1), at(9) }), false},
		"it began before that, and last": {other(func(o *incident.Incident) { o.Since, o.State, o.ResolvedAt = at(1), incident.Open, time.Time{} }), true},
		"it opened before its first run": {other(func(o *incident.Incident) { o.Since, o.Opened, o.ResolvedAt = at(25), at(20), at(30) }), true},
	} {
		if got, back := i.SameOutage(c.other), c.other.SameOutage(i); got != c.want || back != c.want {
			t.Errorf("%s: %t, and the other way %t", name, got, back)
		}
	}
}

// TestUnite checks each field of an incident that two tables know, by which of the two is newer.
func TestUnite(t *testing.T) {
	mine := incident.Incident{
		ID: "1", Journey: "a", Kind: incident.Down, State: incident.Acknowledged, Error: "mine", Since: at(10), Opened: at(12), AckedBy: "Ada", AckedAt: at(15), Acks: 2, AckCostMS: 5,
		Reopened: at(13), Rev: 7, Runs: 3, Streak: 9, FailedMS: 100, CostMS: 30, Outages: []incident.Outage{{Since: at(10), Until: at(14), Regions: []string{"us"}}, {Since: at(30), Until: at(32)}},
	}
	theirs := incident.Incident{
		ID: "2", Journey: "a", Kind: incident.Flapping, PagesNow: true, Calmed: true, State: incident.Open, Error: "theirs", Since: at(9), Opened: at(13), AckedBy: "Bob", Acks: 1, Rev: 70, Runs: 5,
		Streak: 2, FailedMS: 40, CostMS: 90, Outages: []incident.Outage{{Since: at(8), Until: at(11), Regions: []string{"eu", "us"}}, {Since: at(20), Until: at(22)}},
	}
	want := incident.Incident{
		ID: "1", Journey: "a", Kind: incident.Down, State: incident.Acknowledged, Error: "mine", Since: at(8), Opened: at(12), AckedBy: "Ada", AckedAt: at(15), Acks: 2, AckCostMS: 5,
		Reopened: at(13), Rev: 7, Runs: 6, Streak: 9, FailedMS: 100, CostMS: 90,
		Outages: []incident.Outage{{Since: at(8), Until: at(14), Regions: []string{"eu", "us"}}, {Since: at(20), Until: at(22)}, {Since: at(30), Until: at(32)}},
	}
	if diff := cmp.Diff(want, mine.Unite(theirs, false)); diff != "" {
		t.Errorf("mine is newer: %s", diff)
	}
	want.State, want.Error = incident.Open, "theirs"
	want.Outages = []incident.Outage{{Since: at(8), Until: at(11), Regions: []string{"eu", "us"}}, {Since: at(20), Until: at(22)}, {Since: at(30), Until: at(32)}}
	if diff := cmp.Diff(want, mine.Unite(theirs, true)); diff != "" { // it is down, though their table sees it flapping
		t.Errorf("theirs is newer: %s", diff)
	}
	over := theirs
	over.State = incident.Resolved
	if got := mine.Unite(over, true); got.Kind != incident.Flapping || !got.PagesNow || !got.Calmed || got.State != incident.Resolved {
		t.Errorf("theirs is over: %+v", got)
	}
	ended := mine
	ended.State = incident.Resolved
	if got := ended.Unite(theirs, true); got.Kind != incident.Flapping || !got.PagesNow {
		t.Errorf("mine is over: %+v", got)
	}
	long := incident.Incident{ID: "1"}
	for n := range 60 {
		long.Outages = append(long.Outages, incident.Outage{Since: at(2 * n), Until: at(2*n + 1)})
	}
	got := incident.Incident{ID: "2", Outages: long.Outages[:30]}.Unite(incident.Incident{Outages: long.Outages[30:]}, false)
	if len(got.Outages) != 40 || !got.Outages[0].Since.Equal(at(0)) || !got.Outages[1].Since.Equal(at(42)) {
		t.Errorf("%d outages, since %v and %v", len(got.Outages), got.Outages[0].Since, got.Outages[1].Since)
	}
	lasting := incident.Incident{Outages: []incident.Outage{{Since: at(10)}}}.Unite(incident.Incident{Outages: []incident.Outage{{Since: at(12)}, {Since: at(1), Until: at(9)}}}, false)
	if len(lasting.Outages) != 2 || !lasting.Outages[0].Since.Equal(at(1)) || !lasting.Outages[1].Since.Equal(at(10)) {
		t.Errorf("of two that last: %+v", lasting.Outages)
	}
}

// TestNewer checks which of two states of an incident is the newer one.
func TestNewer(t *testing.T) {
	for name, c := range map[string]struct {
		i, other incident.Incident
		want     bool
	}{
		"a later run":                {incident.Incident{Last: at(2)}, incident.Incident{Last: at(1), Runs: 9}, true},
		"a later end":                {incident.Incident{Last: at(1), ResolvedAt: at(3)}, incident.Incident{Last: at(2), Runs: 9}, true},
		"as late, with more runs":    {incident.Incident{Last: at(2), Runs: 2}, incident.Incident{Last: at(2), Runs: 1}, true},
		"as late, with as many runs": {incident.Incident{Last: at(2), Runs: 2}, incident.Incident{Last: at(2), Runs: 2}, false},
		"an earlier run":             {incident.Incident{Last: at(1), Runs: 9}, incident.Incident{Last: at(2)}, false},
	} {
		if got := c.i.IsNewerThan(c.other); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	same := incident.Incident{Last: at(2), Runs: 2}
	if got, changed := same.Merge(same); !changed || got.Runs != 3 {
		t.Errorf("two alike: %d runs, changed %t", got.Runs, changed)
	}
}

// TestBadRuns checks what bad runs add up to: single ones, one after a streak, and late ones; and whose step the incident names.
func TestBadRuns(t *testing.T) {
	run := func(minute int, outcome journey.Outcome, steps ...journey.StepResult) journey.Run {
		return journey.Run{Slot: at(minute), EveryMS: 60_000, Outcome: outcome, Error: "the run's error", Region: "eu", Steps: steps}
	}
	failed := journey.StepResult{Name: "pay", Outcome: journey.Failed, Error: "no form"}
	var i incident.Incident
	i = i.AddBadRun(run(5, journey.Failed, failed), 3)
	if i.FailedMS != 180_000 || i.EveryMS != 60_000 || i.Step != "pay" || i.Error != "no form" || i.Mixed || i.Runs != 1 || i.Streak != 3 {
		t.Errorf("after three: %+v", i)
	}
	i = i.AddBadRun(run(6, journey.Failed, journey.StepResult{Name: "sign in", Outcome: journey.Failed}), 4)
	if i.FailedMS != 240_000 || !i.Mixed || i.Step != "sign in" || !i.Last.Equal(at(6)) {
		t.Errorf("after a fourth: %+v", i)
	}
	i = i.AddBadRun(run(6, journey.Broken), 1)
	if i.FailedMS != 240_000 || i.Step != "" || i.Error != "the run's error" || !i.Mixed || i.Streak != 4 {
		t.Errorf("after another of the same slot: %+v", i)
	}
	i = i.AddBadRun(run(2, journey.Failed, failed), 1)
	if i.FailedMS != 240_000 || !i.Last.Equal(at(6)) {
		t.Errorf("after a late one: %+v", i)
	}
	single := incident.Incident{}.AddBadRun(run(1, journey.Failed, failed), 0).AddBadRun(run(3, journey.Failed, journey.StepResult{Name: "sign in", Outcome: journey.Failed}), 1)
	if single.FailedMS != 120_000 || single.Mixed {
		t.Errorf("two single ones: %+v", single)
	}
	slow := journey.StepResult{Name: "pay", Outcome: journey.Slow, DurationMS: 2500, SlowMS: 2000, Error: "the check says so", Why: "the server"}
	if got := (incident.Incident{}).AddBadRun(run(1, journey.Slow, slow), 1).Error; got != "the check says so" {
		t.Errorf("the error of a check is %q", got)
	}
	slow.Error, slow.Why = "", ""
	if got := (incident.Incident{}).AddBadRun(run(1, journey.Slow, slow), 1).Error; got != "it took 2.5 s; the budget is 2.0 s" {
		t.Errorf("the error of a slow step is %q", got)
	}
	if got := (incident.Incident{}).AddBadRun(run(1, journey.Failed, slow), 1).Error; got != "" {
		t.Errorf("a step that was slow in a run that failed: %q", got)
	}
	unknown := incident.Incident{EveryMS: 5}.AddBadRun(journey.Run{Slot: at(1), Outcome: journey.Failed}, 2)
	if unknown.EveryMS != 5 || unknown.FailedMS != 10 {
		t.Errorf("without an interval: %+v", unknown)
	}
}
