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

// A world is one history as it goes on.
type world struct {
	*rapid.T
	setting
	regions []string
	steady  bool            // the clocks of all machines agree within a second, and with the true time
	skew    []time.Duration // how far each machine's clock is ahead of the true time

	begin, now time.Time
	disk       *disk
	carrier    carrier
	slot       map[string]time.Time          // the latest of each journey
	states     map[string]judge.JourneyState // as they are on the disk
	route      paging.NotificationState      // likewise
	doubted    map[string]bool               // pages whose outcome was unknown at some time
	resent     map[string]bool               // pages that were lost and planned once more at some time
	toEnd      bool                          // the history ends with a site that works again
	awake      time.Time                     // since when runs could come
	quietUntil map[string]time.Time          // by journey: when nobody was to be told last, in good times
	lapsed     map[string]time.Time          // by incident: when an acknowledgement of it expired last
	switched   map[string]bool               // pages that the first carrier did not take in time
	planned    map[string]time.Time          // by page: when it was
	told       map[toldOf]time.Time          // when the last alarm was planned that a carrier took
	spared     map[toldOf]bool               // whom a cap has kept from hearing that it is over

	depth  int  // of programs that run while others do
	calm   bool // nothing goes wrong any more
	counts counts
}

// A counts says how much was played.
type counts struct {
	histories, events, runs, programs, troubles, crashes, conflicts                                    int
	calls, texts, doubtful, callbacks, acks, lapses, hangups, switched, held, incidents, retold, ahead int
}

func newWorld(t *rapid.T, steady bool) *world {
	w := &world{
		T: t, steady: steady, disk: newDisk(), slot: map[string]time.Time{},
		states: map[string]judge.JourneyState{}, doubted: map[string]bool{}, resent: map[string]bool{}, quietUntil: map[string]time.Time{},
		lapsed: map[string]time.Time{}, switched: map[string]bool{}, planned: map[string]time.Time{}, told: map[toldOf]time.Time{}, spared: map[toldOf]bool{},
	}
	w.carrier.missed, w.carrier.mood, w.carrier.second = map[string]bool{}, "mixed", "mixed"
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

// setClock sets a machine's clock: right to a second, or, where they are not steady, by up to two hours wrong.
func (w *world) setClock(machine int) {
	wrong := []int{0, 0, -1, 1}
	if !w.steady {
		wrong = append(wrong, -15, 15, -100, 100, -7200, 7200)
	}
	w.skew[machine] = time.Duration(rapid.SampledFrom(wrong).Draw(w.T, "clock ahead by")) * time.Second
}

// anyone is one of the machines.
func (w *world) anyone() int {
	if len(w.skew) == 1 || w.calm {
		return 0
	}
	return rapid.IntRange(0, len(w.skew)-1).Draw(w.T, "machine")
}

// mishap draws what goes wrong with the next program.
func (w *world) mishap() mishap {
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

// written checks what a program has just written to the disk.
func (w *world) written(p *program, i incident.Item) {
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
	w.tell(p, next)
	w.arrows(p, w.route, next)
	w.claims(p, w.route, next)
	w.nobodyIsForgotten(p, next)
	w.gathers(p, next)
	w.switches(p, next)
	w.hangsUp(p, w.route, next)
	w.caps(p, w.route, next)
	w.retold(next)
	w.route = next
}

// others lets others act while a program is between two of its own instructions.
func (w *world) others() {
	w.depth++
	defer func() { w.depth-- }()
	for range rapid.IntRange(1, 3).Draw(w.T, "others") {
		w.event()
	}
}

// events are what can happen, as often as they are likely.
var events = []struct {
	name  string
	times int
	do    func(*world)
}{
	{"tick", 6, (*world).tick},
	{"callback", 7, (*world).callback},
	{"slot", 3, func(w *world) { w.probe(w.journey(), rapid.SampledFrom(patterns).Draw(w.T, "pattern")) }},
	{"old run", 1, func(w *world) { w.again(w.journey()) }},
	{"sleep", 3, func(w *world) {
		w.now = w.now.Add(time.Duration(rapid.SampledFrom([]int{1, 5, 19, 21, 46, 130, 310, 1000}).Draw(w.T, "seconds")) * time.Second)
	}},
	{"text", 2, (*world).text},
	{"weather", 2, (*world).weather},
	{"start", 1, func(w *world) { w.catchUp(); w.watch() }},
	{"clock", 1, func(w *world) { w.setClock(w.anyone()) }},
}

var draws = func() (all []string) {
	for _, e := range events {
		for range e.times {
			all = append(all, e.name)
		}
	}
	return all
}()

// event is one thing that happens.
func (w *world) event() {
	w.counts.events++
	name := rapid.SampledFrom(draws).Draw(w.T, "event")
	for _, e := range events {
		if e.name == name {
			e.do(w)
		}
	}
	w.wrongs()
}

func (w *world) journey() string { return rapid.SampledFrom(journeys).Draw(w.T, "journey") }

// tick has a pager do what is due, some seconds later.
func (w *world) tick() {
	if !w.calm {
		w.now = w.now.Add(time.Duration(rapid.IntRange(0, 30).Draw(w.T, "later")) * time.Second)
	}
	w.run(w.anyone(), func(p *program) error { return p.pager().Tick(ctx) })
}

// weather changes what works.
func (w *world) weather() {
	w.disk.outage = rapid.SampledFrom([]outage{none, none, all, writes, history}).Draw(w.T, "outage")
	w.carrier.mood = rapid.SampledFrom([]string{"mixed", "mixed", "doubtful", "closed", "fine"}).Draw(w.T, "carrier")
	if w.onCall.Failover != nil {
		w.carrier.mood = rapid.SampledFrom([]string{w.carrier.mood, "gone"}).Draw(w.T, "first carrier")
		w.carrier.second = rapid.SampledFrom([]string{"mixed", "closed", "fine", "fine"}).Draw(w.T, "second carrier")
	}
	w.carrier.deaf = rapid.Bool().Draw(w.T, "no list")
}

// text has somebody send a text to our number.
func (w *world) text() {
	words := rapid.SampledFrom([]string{"ack", "ack print-card", "mute 5m", "mute create-order 10m", "status", "what?"}).Draw(w.T, "words")
	from := "+12025550199"
	if i := rapid.IntRange(-1, len(w.onCall.People)-1).Draw(w.T, "who"); i >= 0 {
		from = w.onCall.People[i].Phone
	}
	w.reply(from, words)
}

// wrongs ends the history if the carrier complains.
func (w *world) wrongs() {
	if len(w.carrier.wrong) > 0 {
		w.Fatal(strings.Join(w.carrier.wrong, "\n"))
	}
}
