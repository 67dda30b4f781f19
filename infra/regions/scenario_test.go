package regions_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/infra/regions"
	"valkyrie/infra/storetest"
	"valkyrie/probes/journey"
)

// A path is an actor's connection to a table. It can be cut or be long, independently of the other actors' paths.
type path struct {
	incident.Store
	mu   sync.Mutex
	cut  bool
	rtt  time.Duration // of each request; the clock is that of a synctest bubble
	n    int           // requests
	puts func(key string) error
	skew *time.Duration // of the actor's clock, which the store's clock shows; nil: none
}

// Ahead implements incident.Clock.
func (l *path) Ahead() time.Duration {
	if l.skew == nil {
		return 0
	}
	return *l.skew
}

func (l *path) pass(ctx context.Context) error {
	l.mu.Lock()
	l.n++
	cut, rtt := l.cut, l.rtt
	l.mu.Unlock()
	if cut {
		return errDown
	}
	if rtt > 0 {
		select {
		case <-time.After(rtt):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

func (l *path) PutRun(ctx context.Context, run journey.Run) error {
	if err := l.pass(ctx); err != nil {
		return err
	}
	return l.Store.PutRun(ctx, run)
}

func (l *path) Runs(ctx context.Context, q incident.RunQuery) ([]journey.Run, error) {
	if err := l.pass(ctx); err != nil {
		return nil, err
	}
	return l.Store.Runs(ctx, q)
}

func (l *path) Item(ctx context.Context, key string) (incident.Item, error) {
	if err := l.pass(ctx); err != nil {
		return incident.Item{}, err
	}
	return l.Store.Item(ctx, key)
}

func (l *path) PutItem(ctx context.Context, item incident.Item) error {
	if err := l.pass(ctx); err != nil {
		return err
	}
	if l.puts != nil {
		if err := l.puts(item.Key); err != nil {
			return err
		}
	}
	return l.Store.PutItem(ctx, item)
}

func (l *path) PutIncident(ctx context.Context, r incident.Record) error {
	if err := l.pass(ctx); err != nil {
		return err
	}
	return l.Store.PutIncident(ctx, r)
}

func (l *path) Incidents(ctx context.Context, since time.Time) ([]incident.Record, error) {
	if err := l.pass(ctx); err != nil {
		return nil, err
	}
	return l.Store.Incidents(ctx, since)
}

// An actor is a function in a region, with its paths to both tables and its clock.
type actor struct {
	name          string
	home, standby *path
	skew          time.Duration
	dead          bool
	noPhone       bool // its secrets cannot be read, so that it sends nothing
	minute        time.Time
	poked         bool
}

// A ring is a call that was placed.
type ring struct {
	page, to, from string
	at             time.Time
	done           bool
	answer         string
	words          string
}

// A scene is a deployment with its actors and the people on call, on one simulated clock.
type scene struct {
	t       *testing.T
	ctx     context.Context
	now     time.Time
	H, S    incident.Store
	hp, sp  *actor // the pagers
	hw, sw  *actor // the webhooks
	probes  map[string]*actor
	cfg     config.Config
	names   []string
	titles  map[string]string
	calls   []*ring
	texts   []string
	answers func(n int, c *ring) string // to the n-th call: "ack" or "noanswer"
	lost    int
	places  []string
	log     *slog.Logger
	lostRun int
	watched map[incident.Store][2]time.Time // by table: the running period, as in functions/pager/running.go
}

func (w *scene) actor(name string) *actor {
	a := &actor{name: name}
	a.home, a.standby = &path{Store: w.H, skew: &a.skew}, &path{Store: w.S, skew: &a.skew}
	return a
}

func newScene(t *testing.T, edit func(*config.Config)) *scene {
	cfg, err := config.Parse("shipped", alerts.Example(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		edit(&cfg)
	}
	w := &scene{
		t: t, ctx: context.Background(), now: noon, H: storetest.Memory(), S: storetest.Memory(), cfg: cfg,
		names: []string{"print-card"}, titles: map[string]string{"print-card": "print a card"},
	}
	w.hp, w.sp, w.hw, w.sw = w.actor("home pager"), w.actor("standby pager"), w.actor("home webhook"), w.actor("standby webhook")
	w.probes = map[string]*actor{}
	for _, r := range []string{"eu-west-1", "eu-central-1", "us-east-1"} {
		w.probes[r] = w.actor(r)
	}
	w.answers = func(int, *ring) string { return "ack" }
	w.log = slog.New(slog.DiscardHandler)
	return w
}

func (w *scene) pairOf(a *actor) regions.Pair {
	return regions.Pair{Home: a.home, Standby: a.standby}
}

func (w *scene) clock(a *actor) time.Time { return w.now.Add(a.skew) }

func (w *scene) deps(a *actor) regions.Deps {
	return regions.Deps{
		Names: w.names, Log: w.log,
		Recorder: func(s incident.Store) judge.Recorder {
			return judge.Recorder{Store: s, Policy: w.cfg.Judge, Titles: w.titles, TimeNow: func() time.Time { return w.clock(a) }}
		},
		Pager: func(s incident.Store) *paging.Pager {
			return &paging.Pager{
				Store: s, OnCall: w.cfg.OnCall, Phone: scenePhone{w, a}, Journeys: w.names, Log: w.log,
				TimeNow: func() time.Time { return w.clock(a) },
			}
		},
	}
}

type scenePhone struct {
	*scene
	a *actor
}

func (p scenePhone) Send(_ context.Context, d paging.Dispatch) (string, error) {
	if p.a.noPhone {
		return "", fmt.Errorf("%w: the secret cannot be read", paging.ErrNotSent)
	}
	if d.Channel == incident.Text {
		p.texts = append(p.texts, fmt.Sprintf("%s %s -> %s: %s", p.now.Format("15:04:05"), p.a.name, d.Person, strings.SplitN(d.TextBody, "\n", 2)[0]))
		return "SM" + d.PageID, nil
	}
	p.calls = append(p.calls, &ring{page: d.PageID, to: d.Person, from: p.a.name, at: p.now, words: strings.Join(d.Speech, " ")})
	return "CA" + d.PageID, nil
}

func (p scenePhone) Find(_ context.Context, d paging.Dispatch, _ time.Time) (string, bool, error) {
	for _, c := range p.calls {
		if c.page == d.PageID {
			return "CA" + d.PageID, true, nil
		}
	}
	return "", false, nil
}

// run records a run of a region, and returns the table that took it; "": it was lost.
func (w *scene) run(region string, outcome journey.Outcome) regions.Place {
	a := w.probes[region]
	if a.dead {
		return ""
	}
	run := journey.Run{ID: region + w.now.Format("150405"), Journey: w.names[0], Region: region, Slot: w.now.Truncate(time.Minute), EveryMS: 60_000, Outcome: outcome}
	if outcome == journey.Failed {
		run.Error = "no PDF"
	}
	at, decisions, _, err := w.pairOf(a).Record(w.ctx, w.deps(a).Recorder(nil), run)
	if err != nil {
		w.lostRun++
		return ""
	}
	for _, d := range decisions {
		if d.Incident.ID != "" {
			if at == regions.AtHome {
				w.hp.poked = true
			} else {
				w.sp.poked = true
			}
		}
	}
	return at
}

// people answers the calls. A call's callback goes to the webhook of the region whose pager placed it.
func (w *scene) people() {
	for i, c := range w.calls {
		if c.done {
			continue
		}
		a := w.answers(i+1, c)
		wait := 20 * time.Second
		if a == "noanswer" {
			wait = 30 * time.Second
		}
		if w.now.Sub(c.at) < wait {
			continue
		}
		hook := w.hw
		if strings.HasPrefix(c.from, "standby") {
			hook = w.sw
		}
		c.done, c.answer = true, a
		if hook.dead {
			w.lost++
			c.answer += " (lost)"
			continue
		}
		rep := paging.Report{PageID: c.page, SID: "CA" + c.page, Result: incident.NoAnswer}
		if a == "ack" {
			rep.Key, rep.Result = paging.AckKey, incident.Human
		}
		said, err := w.deps(hook).PagerOf(w.ctx, w.pairOf(hook), c.page).Report(w.ctx, rep)
		if err != nil {
			w.lost++
			c.answer += " (failed: " + err.Error() + ")"
		} else if len(said.Say) > 0 {
			c.words += " => " + strings.Join(said.Say, " ")
		}
	}
}

func (w *scene) due(a *actor, s incident.Store) bool {
	r, err := paging.LoadState(w.ctx, s)
	if err != nil {
		return false
	}
	d := r.Due()
	return !d.IsZero() && !d.After(w.clock(a))
}

// pager runs a pager's round: each minute at its offset, when it is poked, and while something is due.
func (w *scene) pager(a *actor, offset time.Duration) {
	if a.dead {
		return
	}
	tick := w.now.Sub(w.now.Truncate(time.Minute)) == offset
	s := a.home.Store
	if a == w.sp && len(w.places) > 0 && strings.Contains(w.places[len(w.places)-1], "here") {
		s = a.standby.Store
	}
	if tick {
		a.minute = w.now
	}
	nowhere := a == w.sp && (len(w.places) == 0 || strings.Contains(w.places[len(w.places)-1], "nowhere"))
	if !tick && !a.poked && (nowhere || w.now.Sub(a.minute) > 55*time.Second || !w.due(a, s)) {
		return
	}
	a.poked = false
	var table incident.Store
	if a == w.hp {
		if err := (regions.Home{Pair: w.pairOf(a), Deps: w.deps(a)}).Turn(w.ctx, w.clock(a)); err != nil {
			return
		}
		table = a.home
	} else {
		post, err := regions.Standby{Pair: w.pairOf(a), Deps: w.deps(a)}.Turn(w.ctx, w.clock(a))
		if err != nil {
			w.note("the standby's turn fails: " + err.Error())
		}
		w.note(string(post.Place) + ": " + post.Reason)
		if table = post.Store; table == nil {
			return
		}
	}
	recorder := w.deps(a).Recorder(table)
	recorder.RunningSince = w.runningSince(table.(*path).Store, w.clock(a))
	_, err := recorder.Watch(w.ctx, w.clock(a))
	err = errors.Join(err, w.deps(a).Pager(table).Tick(w.ctx))
	if err != nil {
		w.log.Warn("round", "actor", a.name, "err", err)
	}
}

// runningSince is as in functions/pager/running.go.
func (w *scene) runningSince(s incident.Store, now time.Time) time.Time {
	if w.watched == nil {
		w.watched = map[incident.Store][2]time.Time{}
	}
	x := w.watched[s]
	if now.Sub(x[1]) < 30*time.Second {
		return x[0]
	}
	if now.Sub(x[1]) > 3*time.Minute {
		x[0] = now
	}
	x[1] = now
	w.watched[s] = x
	return x[0]
}

// note records a change of the standby's assignment.
func (w *scene) note(s string) {
	if n := len(w.places); n > 0 && strings.HasPrefix(w.places[n-1][9:], strings.SplitN(s, ":", 2)[0]) {
		return
	}
	w.places = append(w.places, w.now.Format("15:04:05")+" "+s)
}

// play runs the scene until end after noon, in steps of five seconds.
func (w *scene) play(end time.Duration, each func(at time.Duration)) {
	for at := w.now.Sub(noon); at < end; at += 5 * time.Second {
		w.now = noon.Add(at)
		if each != nil {
			each(at)
		}
		w.people()
		w.pager(w.hp, 5*time.Second)
		w.pager(w.sp, 35*time.Second)
	}
}

// history describes what happened, for a failing test.
func (w *scene) history() string {
	var b strings.Builder
	for _, c := range w.calls {
		fmt.Fprintf(&b, "  %s %s calls %s (%s), page %s: %.150s\n", c.at.Format("15:04:05"), c.from, c.to, c.answer, c.page, c.words)
	}
	fmt.Fprintf(&b, "  %d reports lost, %d runs lost\n  texts:\n    %s\n  standby: %s", w.lost, w.lostRun, strings.Join(w.texts, "\n    "), strings.Join(w.places, "\n           "))
	return b.String()
}

func (w *scene) route(s incident.Store) paging.NotificationState {
	r, err := paging.LoadState(w.ctx, s)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func unresolvedIDs(r paging.NotificationState) []string {
	var ids []string
	for _, i := range r.Incidents {
		if i.State != incident.Resolved {
			ids = append(ids, i.ID+" "+string(i.State))
		}
	}
	slices.Sort(ids)
	return ids
}

var probing = []string{"eu-west-1", "eu-central-1", "us-east-1"}

// minutely reports whether the probes record their runs of the minute now.
func minutely(at time.Duration) bool { return at%time.Minute == 20*time.Second }

const min = time.Minute

// all records a run of each region, once a minute.
func (w *scene) all(at time.Duration, outcome journey.Outcome) {
	if minutely(at) {
		for _, r := range probing {
			w.run(r, outcome)
		}
	}
}
