package regions_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"valkyrie/alerts"
	"valkyrie/infra/regions"
	"valkyrie/infra/storetest"
	"valkyrie/probes/journey"
)

var errDown = errors.New("the region is down")

// A line is the way to a table. It can be cut at any request, before it is carried out or only before its answer.
type line struct {
	alerts.Store
	mu   sync.Mutex
	cut  bool
	left int  // requests until it is cut by itself; negative: never
	late bool // the last of these is carried out, and its answer lost
}

func (l *line) pass() (carryOut bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
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
	ok, err := l.pass()
	if ok {
		return errors.Join(l.Store.PutRun(ctx, run), err)
	}
	return err
}

func (l *line) Runs(ctx context.Context, q alerts.RunQuery) ([]journey.Run, error) {
	if _, err := l.pass(); err != nil {
		return nil, err
	}
	return l.Store.Runs(ctx, q)
}

func (l *line) Item(ctx context.Context, key string) (alerts.Item, error) {
	if _, err := l.pass(); err != nil {
		return alerts.Item{}, err
	}
	return l.Store.Item(ctx, key)
}

func (l *line) PutItem(ctx context.Context, item alerts.Item) error {
	ok, lost := l.pass()
	if ok {
		if err := l.Store.PutItem(ctx, item); err != nil {
			return err
		}
	}
	return lost
}

func (l *line) PutIncident(ctx context.Context, r alerts.Record) error {
	ok, err := l.pass()
	if ok {
		return errors.Join(l.Store.PutIncident(ctx, r), err)
	}
	return err
}

// A call is one that somebody's phone rang for.
type call struct {
	page, to string
	from     *line // whose pager placed it
	at       time.Time
	reported bool
}

// A world is two regions with their tables and pagers, probes, a site, a carrier and a person, on one simulated clock.
type world struct {
	ctx           context.Context
	now           time.Time
	home, standby *line
	pagerDown     bool // the home's pager is dead, whether or not its table is
	calls         []*call
	texts         []string // "Ada all-clear"
	deaf          int      // so many calls are not answered; the next one is, and acknowledged
	lost          int      // reports that nobody could take, as the home was down
	posts         []string
	staff         regions.Staff
	trouble       func(string, error)
}

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

func newWorld(ctx context.Context, policy alerts.Policy, onCall alerts.OnCall, trouble func(string, error)) *world {
	w := &world{ctx: ctx, now: noon, trouble: trouble}
	w.home, w.standby = &line{Store: storetest.Memory(), left: -1}, &line{Store: storetest.Memory(), left: -1}
	log := slog.New(slog.DiscardHandler)
	w.staff = regions.Staff{
		Names: []string{"print-card"}, Log: log,
		Desk: func(s alerts.Store) alerts.Desk {
			return alerts.Desk{Store: s, Policy: policy, Titles: map[string]string{"print-card": "print a card"}}
		},
		Pager: func(s alerts.Store) *alerts.Pager {
			return &alerts.Pager{
				Store: s, OnCall: onCall, Phone: phone{w, s.(*line)}, Journeys: []string{"print-card"}, Log: log,
				TimeNow: func() time.Time { return w.now },
			}
		},
	}
	return w
}

// A phone is the carrier, as the pager of one table reaches it.
type phone struct {
	*world
	from *line
}

func (p phone) Send(_ context.Context, d alerts.Dispatch) (string, error) {
	if p.from == p.home && p.home.isCut() {
		return "", fmt.Errorf("%w: %w", alerts.ErrNotSent, errDown) // a process that is gone sends nothing
	}
	if d.Channel == alerts.Text {
		what := "alarm"
		if strings.Contains(d.TextBody, "all clear") {
			what = "all-clear"
		}
		p.texts = append(p.texts, d.To+" "+what)
		return "SM" + d.PageID, nil
	}
	p.calls = append(p.calls, &call{page: d.PageID, to: d.To, from: p.from, at: p.now})
	return "CA" + d.PageID, nil
}

func (p phone) Find(_ context.Context, d alerts.Dispatch, _ time.Time) (string, bool, error) {
	for _, c := range p.calls {
		if c.page == d.PageID {
			return "CA" + d.PageID, true, nil
		}
	}
	return "", false, nil
}

func (w *world) pair() regions.Pair { return regions.Pair{Home: w.home, Standby: w.standby} }

// probe records a run of every region, some of which may be out.
func (w *world) probe(outcome journey.Outcome, from ...string) {
	for _, region := range from {
		run := journey.Run{
			ID: region + w.now.Format("1504"), Journey: "print-card", Region: region, Slot: w.now, EveryMS: 60_000, Outcome: outcome,
		}
		if outcome == journey.Failed {
			run.Error = "no PDF"
		}
		_, _, _, err := w.pair().Record(w.ctx, w.staff.Desk(nil), run)
		w.trouble("a run is lost", err)
	}
}

// answer has people answer the calls that rang for half a minute, and says so to the webhook of whoever placed it.
func (w *world) answer() {
	for _, c := range slices.Clone(w.calls) {
		if c.reported || w.now.Sub(c.at) < 30*time.Second {
			continue
		}
		c.reported = true
		if c.from == w.home && w.home.isCut() {
			w.lost++ // the home's webhook is gone
			continue
		}
		rep := alerts.Report{PageID: c.page, SID: "CA" + c.page, Result: alerts.NoAnswer}
		if w.deaf == 0 {
			rep.Key, rep.Result = alerts.AckKey, alerts.Human
		} else {
			w.deaf--
		}
		_, err := w.staff.Pager(w.pair().Holder(w.ctx, c.page)).Report(w.ctx, rep)
		if err != nil {
			w.lost++
		}
	}
}

// work lets both pagers do a round.
func (w *world) work() {
	if !w.pagerDown && !w.home.isCut() {
		h := regions.Home{Pair: w.pair(), Staff: w.staff}
		err := h.Turn(w.ctx, w.now)
		err = errors.Join(err, w.round(w.home))
		if !w.home.isCut() {
			w.trouble("the home's pager", err)
		}
	}
	s := regions.Standby{Pair: w.pair(), Staff: w.staff}
	post, err := s.Turn(w.ctx, w.now)
	w.trouble("the standby's turn", err)
	if n := len(w.posts); n == 0 || !strings.HasPrefix(w.posts[n-1], string(post.Place)) {
		w.posts = append(w.posts, fmt.Sprintf("%s from %s: %s", post.Place, w.now.Format("15:04:05"), post.Reason))
	}
	if post.Store != nil {
		if err := w.round(post.Store.(*line)); !w.home.isCut() || post.Place == alerts.Here {
			w.trouble("the standby's pager", err)
		}
	}
}

func (w *world) round(s *line) error {
	_, err := w.staff.Desk(s).Watch(w.ctx, w.now)
	return errors.Join(err, w.staff.Pager(s).Tick(w.ctx))
}
