package regions_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/infra/regions"
	"valkyrie/infra/storetest"
	"valkyrie/probes/journey"
)

var errDown = errors.New("the region is down")

// A line is the connection to a table. It can be cut at any request, before the request is carried out or only before its
// answer.
type line struct {
	incident.Store
	mu   sync.Mutex
	cut  bool
	left int         // requests until the line is cut; negative: unlimited
	late bool        // the last of these is carried out, and its answer is lost
	sum  hash.Hash64 // of all requests so far, to compare two histories
}

func newLine() *line { return &line{Store: storetest.Memory(), left: -1, sum: fnv.New64a()} }

func (l *line) pass(request ...any) (carryOut bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(l.sum, request...)
	if l.cut {
		return false, errDown
	}
	if l.left < 0 {
		return true, nil
	}
	if l.left--; l.left < 0 {
		l.cut = true
		return l.late, errDown
	}
	return true, nil
}

func (l *line) isCut() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cut
}

func (l *line) PutRun(ctx context.Context, run journey.Run) error {
	ok, err := l.pass("run", run)
	if ok {
		return errors.Join(l.Store.PutRun(ctx, run), err)
	}
	return err
}

func (l *line) Runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	if _, err := l.pass("runs", q); err != nil {
		return nil, err
	}
	return l.Store.Runs(ctx, q)
}

func (l *line) Item(ctx context.Context, key string) (incident.Item, error) {
	if _, err := l.pass("item", key); err != nil {
		return incident.Item{}, err
	}
	return l.Store.Item(ctx, key)
}

func (l *line) PutItem(ctx context.Context, item incident.Item) error {
	ok, lost := l.pass("put", item.Key, item.Version, string(item.Data))
	if ok {
		if err := l.Store.PutItem(ctx, item); err != nil {
			return err
		}
	}
	return lost
}

func (l *line) PutIncident(ctx context.Context, r incident.Record) error {
	ok, err := l.pass("incident", r.ID, r.Rev, len(r.Pages))
	if ok {
		return errors.Join(l.Store.PutIncident(ctx, r), err)
	}
	return err
}

// A call is one that was placed.
type call struct {
	page, to string
	from     *line // whose pager placed it
	at       time.Time
	reported bool
}

// A text is one that the provider accepted.
type text struct {
	page, to, what string
	at             time.Time
}

func (x text) String() string { return x.to + " " + x.what }

// A world is two regions with their tables and pagers, probes, a site, a provider and a person, on one simulated clock. The
// same story always produces the same history: no outcome depends on the real clock or on the order of goroutines.
type world struct {
	ctx           context.Context
	now           time.Time
	home, standby *line
	pagerDown     bool       // the home's pager is dead, whatever the state of its table
	sending       sync.Mutex // guards calls and texts: a pager sends several pages at once
	calls         []*call    // by time and page, in whatever order they were sent
	texts         []text
	deaf          int // number of calls left unanswered; the next one is answered and acknowledged
	lost          int // reports that no webhook could take, as the home was down
	assignments   []string
	stir          func() // called before each page is sent; nil: not called
	deps          regions.Deps
	trouble       func(string, error)
}

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

func newWorld(ctx context.Context, policy judge.Policy, onCall oncall.OnCall, trouble func(string, error)) *world {
	w := &world{ctx: ctx, now: noon, trouble: trouble}
	w.home, w.standby = newLine(), newLine()
	log := slog.New(slog.DiscardHandler)
	w.deps = regions.Deps{
		Names: []string{"print-card"}, Log: log,
		Recorder: func(s incident.Store) judge.Recorder {
			return judge.Recorder{Store: s, Policy: policy, Titles: map[string]string{"print-card": "print a card"}}
		},
		Pager: func(s incident.Store) *paging.Pager {
			return &paging.Pager{
				Store: s, OnCall: onCall, Phone: phone{w, s.(*line)}, Journeys: []string{"print-card"}, Log: log,
				TimeNow: func() time.Time { return w.now },
			}
		},
	}
	return w
}

// A phone is the provider, as seen by the pager of one table.
type phone struct {
	*world
	from *line
}

func (p phone) Send(_ context.Context, d paging.Dispatch) (string, error) {
	if p.from == p.home && p.home.isCut() {
		return "", fmt.Errorf("%w: %w", paging.ErrNotSent, errDown) // a dead process sends nothing
	}
	if p.stir != nil {
		p.stir()
	}
	p.sending.Lock()
	defer p.sending.Unlock()
	if d.Channel == incident.Text {
		what := "alarm"
		if strings.Contains(d.TextBody, "all clear") {
			what = "all-clear"
		}
		p.texts = append(p.texts, text{d.PageID, d.To, what, p.now})
		slices.SortStableFunc(p.texts, func(a, b text) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.page, b.page)) })
		return "SM" + d.PageID, nil
	}
	p.calls = append(p.calls, &call{page: d.PageID, to: d.To, from: p.from, at: p.now})
	slices.SortStableFunc(p.calls, func(a, b *call) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.page, b.page)) })
	return "CA" + d.PageID, nil
}

func (p phone) Find(_ context.Context, d paging.Dispatch, _ time.Time) (string, bool, error) {
	p.sending.Lock()
	defer p.sending.Unlock()
	for _, c := range p.calls {
		if c.page == d.PageID {
			return "CA" + d.PageID, true, nil
		}
	}
	return "", false, nil
}

// pair returns the two tables. Only its line cuts a request: a real timeout would depend on the machine's load.
func (w *world) pair() regions.Pair {
	return regions.Pair{Home: w.home, Standby: w.standby, Patience: 24 * time.Hour}
}

// probe records a run from each of the regions; the regions left out send none.
func (w *world) probe(outcome journey.Outcome, from ...string) {
	for _, region := range from {
		run := journey.Run{
			ID: region + w.now.Format("1504"), Journey: "print-card", Region: region, Slot: w.now, EveryMS: 60_000, Outcome: outcome,
		}
		if outcome == journey.Failed {
			run.Error = "no PDF"
		}
		_, _, _, err := w.pair().Record(w.ctx, w.deps.Recorder(nil), run)
		w.trouble("a run is lost", err)
	}
}

// answer answers the calls that rang for half a minute, and reports to the webhook of the pager that placed them.
func (w *world) answer() {
	for _, c := range slices.Clone(w.calls) {
		if c.reported || w.now.Sub(c.at) < 30*time.Second {
			continue
		}
		c.reported = true
		if c.from == w.home && w.home.isCut() {
			w.lost++ // the home's webhook is down
			continue
		}
		rep := paging.Report{PageID: c.page, SID: "CA" + c.page, Result: incident.NoAnswer}
		if w.deaf == 0 {
			rep.Key, rep.Result = paging.AckKey, incident.Human
		} else {
			w.deaf--
		}
		_, err := w.deps.PagerOf(w.ctx, w.pair(), c.page).Report(w.ctx, rep)
		if err != nil {
			w.lost++
		}
	}
}

// work runs one round of both pagers.
func (w *world) work() {
	if !w.pagerDown && !w.home.isCut() {
		h := regions.Home{Pair: w.pair(), Deps: w.deps}
		err := h.Turn(w.ctx, w.now)
		err = errors.Join(err, w.round(w.home))
		if !w.home.isCut() {
			w.trouble("the home's pager", err)
		}
	}
	s := regions.Standby{Pair: w.pair(), Deps: w.deps}
	assigned, err := s.Turn(w.ctx, w.now)
	w.trouble("the standby's turn", err)
	if n := len(w.assignments); n == 0 || !strings.HasPrefix(w.assignments[n-1], string(assigned.Place)) {
		w.assignments = append(w.assignments, fmt.Sprintf("%s from %s: %s", assigned.Place, w.now.Format("15:04:05"), assigned.Reason))
	}
	if assigned.Store != nil {
		if err := w.round(assigned.Store.(*line)); !w.home.isCut() || assigned.Place == paging.StandbyOnOwnTable {
			w.trouble("the standby's pager", err)
		}
	}
}

func (w *world) round(s *line) error {
	_, err := w.deps.Recorder(s).Watch(w.ctx, w.now)
	return errors.Join(err, w.deps.Pager(s).Tick(w.ctx))
}
