package proof

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
)

var ctx = context.Background()

// A simulation is one history in progress.
type simulation struct {
	*rapid.T
	setting
	changed time.Time       // the file's last change
	steady  bool            // the clocks of all machines agree within a second, and with the true time
	skew    []time.Duration // how far each machine's clock is ahead of the true time

	begin, now time.Time
	disk       *disk
	provider   providerModel
	slot       map[string]time.Time          // the latest of each journey
	states     map[string]judge.JourneyState // as they are on the disk
	route      paging.NotificationState      // likewise
	doubted    map[string]bool               // pages whose outcome was unknown at some time
	resent     map[string]bool               // pages planned for a resend at some time
	toEnd      bool                          // the history ends with a site that works again
	awake      time.Time                     // since when runs could arrive
	quietUntil map[string]time.Time          // by journey: the last end of a suppression, in good times
	lapsed     map[string]time.Time          // by incident: when its acknowledgement last expired
	switched   map[string]bool               // pages that the first provider did not accept in time
	planned    map[string]time.Time          // by page: when it was
	notifiedAt map[notificationKey]time.Time // when the last accepted alarm was planned
	spared     map[notificationKey]bool      // all-clears held back by a cap
	applied    []applied                     // requests of people
	chatted    map[string]time.Time          // by number: the last answer to a text that is no command

	depth  int  // of nested programs
	calm   bool // no more faults
	long   bool // likewise, and calls reach no person, in several ways
	counts counts
}

// A counts holds statistics of the histories.
type counts struct {
	histories, events, runs, programs, troubles, crashes, conflicts                                         int
	calls, texts, doubtful, callbacks, acks, lapses, hangups, switched, held, incidents, undelivered, skews int
	files, drills, emails, announced, condensed                                                             int
}

func newWorld(t *rapid.T, steady bool) *simulation {
	w := &simulation{
		T: t, steady: steady, disk: newDisk(), slot: map[string]time.Time{},
		states: map[string]judge.JourneyState{}, doubted: map[string]bool{}, resent: map[string]bool{}, quietUntil: map[string]time.Time{},
		lapsed: map[string]time.Time{}, switched: map[string]bool{}, planned: map[string]time.Time{}, notifiedAt: map[notificationKey]time.Time{}, spared: map[notificationKey]bool{}, chatted: map[string]time.Time{},
	}
	w.provider.missed, w.provider.mood, w.provider.failoverMood = map[string]bool{}, "mixed", "mixed"
	w.setting = rapid.SampledFrom(settings).Draw(t, "setting")
	w.begin = w.start
	w.now = w.begin
	for _, name := range journeys {
		w.slot[name] = w.begin
	}
	w.regions = regions[:rapid.IntRange(1, 3).Draw(t, "regions")]
	w.skew = make([]time.Duration, rapid.IntRange(1, 3).Draw(t, "machines"))
	for i := range w.skew {
		w.setClock(i)
	}
	return w
}

// setClock sets a machine's clock: within a second of the true time, or, if not steady, up to two hours wrong.
func (w *simulation) setClock(machine int) {
	wrong := []int{0, 0, -1, 1}
	if !w.steady {
		wrong = append(wrong, -15, 15, -100, 100, -7200, 7200)
	}
	w.skew[machine] = time.Duration(rapid.SampledFrom(wrong).Draw(w.T, "clock ahead by")) * time.Second
}

// anyone returns one of the machines.
func (w *simulation) anyone() int {
	if len(w.skew) == 1 || w.calm {
		return 0
	}
	return rapid.IntRange(0, len(w.skew)-1).Draw(w.T, "machine")
}

// mishap draws the fault of the next program.
func (w *simulation) mishap() mishap {
	const requests = 8
	if w.calm || w.depth > 0 {
		return mishap{}
	}
	m := mishap{what: rapid.SampledFrom(troubles).Draw(w.T, "trouble")}
	if m.what != fine {
		m.at = rapid.IntRange(0, requests-1).Draw(w.T, "at request")
	}
	return m
}

// written checks a program's write to the disk.
func (w *simulation) written(p *program, i incident.Item) {
	defer w.under(p.file)()
	if name, ok := strings.CutPrefix(i.Key, "JOURNEY#"); ok {
		w.judged(p, name, i.Data)
		return
	}
	if i.Key != "ROUTE#default" {
		return
	}
	var next paging.NotificationState
	if err := json.Unmarshal(i.Data, &next); err != nil {
		w.Fatal(err)
	}
	w.roundTrip(next, i.Data)
	w.logStep(p, next)
	w.transitions(p, w.route, next)
	if p.puts { // not a step of a pager, which follows
		w.drills(p, next)
		w.route = next
		return
	}
	w.claims(p, w.route, next)
	w.noneForgotten(p, next)
	w.gathers(p, next)
	w.switches(p, next)
	w.hangsUp(p, w.route, next)
	w.caps(p, w.route, next)
	w.resends(next)
	w.keepsMutes(p, next)
	w.drills(p, next)
	w.announces(p, w.route, next)
	w.emails(w.route, next)
	w.condenses(w.route, next)
	w.route = next
}

// others lets other programs act between two instructions of a program.
func (w *simulation) others() {
	w.depth++
	defer func() { w.depth-- }()
	for range rapid.IntRange(1, 3).Draw(w.T, "others") {
		w.event()
	}
}

// events are the possible events, repeated by likelihood.
var events = []struct {
	name  string
	times int
	do    func(*simulation)
}{
	{"tick", 6, (*simulation).tick},
	{"callback", 7, (*simulation).callback},
	{"slot", 3, func(w *simulation) { w.probe(w.journey(), rapid.SampledFrom(patterns).Draw(w.T, "pattern")) }},
	{"old run", 1, func(w *simulation) { w.again(w.journey()) }},
	{"sleep", 3, func(w *simulation) {
		w.now = w.now.Add(time.Duration(rapid.SampledFrom([]int{1, 5, 19, 21, 46, 130, 310, 1000}).Draw(w.T, "seconds")) * time.Second)
	}},
	{"text", 2, (*simulation).text},
	{"replay", 2, (*simulation).replay},
	{"weather", 2, (*simulation).weather},
	{"start", 1, func(w *simulation) { w.catchUp(); w.watch() }},
	{"file", 2, (*simulation).changeFile},
	{"drill", 1, (*simulation).startDrill},
	{"retention", 1, (*simulation).retain},
	{"clock", 1, func(w *simulation) { w.setClock(w.anyone()) }},
}

var draws = func() (all []string) {
	for _, e := range events {
		for range e.times {
			all = append(all, e.name)
		}
	}
	return all
}()

// event plays one event.
func (w *simulation) event() {
	w.counts.events++
	name := rapid.SampledFrom(draws).Draw(w.T, "event")
	for _, e := range events {
		if e.name == name {
			e.do(w)
		}
	}
	w.wrongs()
}

func (w *simulation) journey() string { return rapid.SampledFrom(w.watched).Draw(w.T, "journey") }

// tick lets a pager do its due work, some seconds later.
func (w *simulation) tick() {
	if !w.calm {
		w.now = w.now.Add(time.Duration(rapid.IntRange(0, 30).Draw(w.T, "later")) * time.Second)
	}
	others := w.counts.events
	completed := w.run(w.anyone(), func(p *program) error { return p.pager().Tick(ctx) })
	if completed && others == w.counts.events {
		w.unwatchedEnd()
	}
}

// weather changes the faults in force.
func (w *simulation) weather() {
	w.disk.outage = rapid.SampledFrom([]outage{none, none, all, writes, history}).Draw(w.T, "outage")
	w.provider.mood = rapid.SampledFrom([]string{"mixed", "mixed", "doubtful", "closed", "fine"}).Draw(w.T, "provider")
	if w.onCall.Failover != nil {
		w.provider.mood = rapid.SampledFrom([]string{w.provider.mood, "gone"}).Draw(w.T, "first provider")
		w.provider.failoverMood = rapid.SampledFrom([]string{"mixed", "closed", "fine", "fine"}).Draw(w.T, "failover channel")
	}
	w.provider.deaf = rapid.Bool().Draw(w.T, "no list")
}

// text sends a person's text to our number.
func (w *simulation) text() {
	words := rapid.SampledFrom([]string{"ack", "ack print-card", "mute 5m", "mute create-order 10m", "mute 1m", "status", "what?", "STOP"}).Draw(w.T, "words")
	from := "+12025550199"
	if i := rapid.IntRange(-1, len(w.onCall.People)-1).Draw(w.T, "who"); i >= 0 {
		from = w.onCall.People[i].Phone
	}
	w.reply(from, words)
}

// wrongs ends the history if the provider recorded a violation.
func (w *simulation) wrongs() {
	if len(w.provider.wrong) > 0 {
		w.Fatal(strings.Join(w.provider.wrong, "\n"))
	}
}
