// Package outages plays the outages that this suite was built for, and checks that the right person is notified, in time
// and in the right words; beside each it plays a harmless event that must wake no one.
//
// The scenario's outcome is not scripted: the practice shop breaks the mechanism that broke in the real outage, the shipped
// probes run against it, and the judge, the store, the pager and the stand-in phone work as deployed, under one policy
// file. Browser scenarios are played live, in Chrome. Scenarios that take weeks are played by the probes without a browser,
// on a simulated clock on which each wait takes as long as the shop made it.
package outages

import (
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/demoshop"
)

// A Scenario is an outage, or a harmless event, from its beginning to its end.
type Scenario struct {
	Row    string // number in the list of outages, such as "I1"
	Name   string // name on the command line: for an outage, its fault
	Line   string // summary in one line
	Decoy  bool   // no call or text may be sent
	Live   bool   // in real Chrome; otherwise on a simulated clock, by the probes without a browser
	Begins time.Time
	Lasts  time.Duration // by its clock
	Every  time.Duration // interval between slots; default 1m
	Faults demoshop.Plan
	Shop   demoshop.Config
	Lost   *Lost
	Batch  []Batch
	Want   Want
}

// Lost is a region whose probes stop.
type Lost struct {
	Region string
	From   time.Duration
	For    time.Duration
}

// A Batch is one mailing of the weekly cards.
type Batch struct {
	At       time.Duration
	Teachers int
}

// ordinaryBatch is the number of teachers who get the weekly cards in an ordinary week.
const ordinaryBatch = 800

// batches returns the scenario's batches, or else the usual one, every Sunday evening.
func (s Scenario) batches() []Batch {
	if s.Batch != nil {
		return s.Batch
	}
	var all []Batch
	for d := time.Duration(0); d < s.Lasts; d += time.Hour {
		if at := s.Begins.Add(d); at.Weekday() == time.Sunday && at.Hour() == 19 {
			all = append(all, Batch{d, ordinaryBatch})
		}
	}
	return all
}

// Want is the expected outcome of a scenario.
type Want struct {
	Kinds    []incident.Kind // any of them
	Journeys []string        // at least one is reported, and there is no call about any other
	Call     bool            // by a call; otherwise by text, without calls
	Words    []string        // that the notification contains
	Within   time.Duration   // of the first impact on customers; 0: unlimited
	Ahead    time.Duration   // this long before it
	Calls    int             // maximum; 0: one. An acknowledged outage that lasts calls again every half hour (ack_expires)
}

// Regions are the regions of the probes in a simulated scenario.
var Regions = []string{"eu-west-1", "us-east-1", "ap-southeast-2"}

// monday is an ordinary morning.
var monday = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

const (
	minute = time.Minute
	hour   = time.Hour
	day    = 24 * time.Hour
)

// Find returns the scenario with that name.
func Find(name string) (Scenario, bool) {
	i := slices.IndexFunc(All(), func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return Scenario{}, false
	}
	return All()[i], true
}

// All lists the scenarios, in the order of the outages.
func All() []Scenario { return append(live(), simulated()...) }

// live returns the scenarios that need a browser. The outage begins a second after a slot: the worst time.
func live() []Scenario {
	fault := func(name string) demoshop.Plan {
		return demoshop.Plan{{Fault: name, From: time.Second, For: 3*minute - time.Second}}
	}
	blip := func(name string) demoshop.Plan { return demoshop.Plan{{Fault: name, From: time.Second, For: minute}} }
	return []Scenario{
		{
			Row: "I1", Name: "workers-down", Line: "the workers that print are dead; Preview works, Print spins for ever",
			Live: true, Begins: monday, Lasts: 5 * minute, Faults: fault("workers-down"),
			Want: Want{Kinds: []incident.Kind{incident.Down}, Journeys: []string{"print-card"}, Call: true, Words: []string{"wait for the PDF", "Download PDF"}, Within: 150 * time.Second},
		},
		{
			Row: "I1", Name: "one-failed-print", Line: "one print fails, between good ones", Decoy: true,
			Live: true, Begins: monday, Lasts: 3 * minute, Faults: blip("workers-down"),
		},
		{
			Row: "I1", Name: "preview-down", Line: "Preview alone is broken; what is printed is right", Decoy: true,
			Live: true, Begins: monday, Lasts: 3 * minute, Faults: fault("preview-down"),
		},
		{
			Row: "I2", Name: "cache-down", Line: "the cache is dead: right answers, slowly",
			Live: true, Begins: monday, Lasts: 5 * minute, Faults: demoshop.Plan{{Fault: "cache-down", From: time.Second}},
			Want: Want{Kinds: []incident.Kind{incident.Degraded}, Journeys: []string{"create-order", "diagnostics"}, Words: []string{"slow"}, Within: 5 * minute},
		},
		{
			Row: "I2", Name: "one-slow-run", Line: "one run is slow", Decoy: true,
			Live: true, Begins: monday, Lasts: 3 * minute, Faults: blip("cache-down"),
		},
		{
			Row: "I3", Name: "broken-page", Line: "a deploy broke the catalogue's page",
			Live: true, Begins: monday, Lasts: 5 * minute, Faults: fault("broken-page"),
			Want: Want{Kinds: []incident.Kind{incident.Down}, Journeys: []string{"create-order"}, Call: true, Words: []string{"open the catalogue", "/catalogue", "500"}, Within: 150 * time.Second},
		},
		{
			Row: "I3", Name: "broken-asset", Line: "a deploy lost the card editor's script",
			Live: true, Begins: monday, Lasts: 5 * minute, Faults: fault("broken-asset"),
			Want: Want{Kinds: []incident.Kind{incident.Down}, Journeys: []string{"print-card"}, Call: true, Words: []string{"press Print", "cards.js"}, Within: 150 * time.Second},
		},
		{
			Row: "I3", Name: "favicon-404", Line: "the site's icon is a 404", Decoy: true,
			Live: true, Begins: monday, Lasts: 3 * minute, Faults: fault("favicon-404"),
		},
		{
			Row: "I3", Name: "analytics-down", Line: "a third party's analytics script fails", Decoy: true,
			Live: true, Begins: monday, Lasts: 3 * minute, Faults: fault("analytics-down"),
		},
		{
			Row: "I6", Name: "ids-exhausted", Line: "one order number is left: placing an order looks for it until it times out; test orders pass",
			Live: true, Begins: monday, Lasts: 5 * minute, Faults: fault("ids-exhausted"),
			Want: Want{Kinds: []incident.Kind{incident.Down}, Journeys: []string{"create-order", "order-api"}, Call: true, Words: []string{"create an order"}, Within: 150 * time.Second, Calls: 2},
		},
	}
}

// simulated returns the scenarios that are too long to play live.
func simulated() []Scenario {
	sunday := monday.AddDate(0, 0, -1).Add(9 * hour) // 18:00
	return []Scenario{
		{
			Row: "I2", Name: "cache-down-at-night", Line: "the cache dies at two in the morning: nobody is called, a text comes after breakfast",
			Begins: monday.Add(-8 * hour), Lasts: 9 * hour, Faults: demoshop.Plan{{Fault: "cache-down", From: hour}},
			Want: Want{Kinds: []incident.Kind{incident.Degraded}, Journeys: []string{"diagnostics"}, Words: []string{"slow"}, Within: 6 * hour},
		},
		{
			Row: "I3", Name: "restart-loop", Line: "the site's process dies and is started again, a dozen times a day",
			Begins: monday, Lasts: 26 * hour, Faults: demoshop.Plan{{Fault: "restart-loop", From: hour, For: 24 * hour}},
			Want: Want{Kinds: []incident.Kind{incident.Down, incident.Flapping}, Journeys: []string{"order-api", "job-api", "diagnostics"}, Call: true, Words: []string{"closed in the middle"}, Within: 150 * time.Second, Calls: 30},
		},
		{
			Row: "I4", Name: "batch-halfway", Line: "a weekly batch five times as large as usual dies part-way, in a service that says nothing",
			Begins: sunday, Lasts: 4 * hour, Faults: demoshop.Plan{{Fault: "batch-halfway"}}, Batch: []Batch{{hour, 4000}},
			Want: Want{Kinds: []incident.Kind{incident.Heartbeat}, Journeys: []string{"weekly-cards"}, Words: []string{"1500", "4000"}},
		},
		{
			Row: "I4", Name: "batch-refused", Line: "the same batch is refused outright: its address is too long",
			Begins: sunday, Lasts: 4 * hour, Faults: demoshop.Plan{{Fault: "long-address"}}, Batch: []Batch{{hour, 4000}},
			Want: Want{Kinds: []incident.Kind{incident.Heartbeat}, Journeys: []string{"weekly-cards"}, Words: []string{"late"}},
		},
		{
			Row: "I4", Name: "batch-in-grace", Line: "the batch is late, but within its grace", Decoy: true,
			Begins: sunday, Lasts: 4 * hour, Batch: []Batch{{2*hour + 15*minute, 900}},
		},
		{
			Row: "I4", Name: "region-silent", Line: "one region's probes stop, and nothing else is wrong",
			Begins: monday, Lasts: 3 * hour, Lost: &Lost{Region: "us-east-1", From: hour, For: hour},
			Want: Want{Kinds: []incident.Kind{incident.Silent}, Journeys: []string{"order-api", "job-api", "diagnostics", "order-rate", "site-sweep"}, Call: true, Words: []string{"us-east-1"}, Within: 10 * minute, Calls: 6},
		},
		{
			Row: "I5", Name: "intermittent", Line: "a report locks the job queue's database for 5 to 10 minutes, hours apart, for two days",
			Begins: monday, Lasts: 50 * hour, Shop: demoshop.Config{Seed: 5}, Faults: demoshop.Plan{{Fault: "intermittent", From: hour, For: 48 * hour}},
			Want: Want{Kinds: []incident.Kind{incident.Down, incident.Flapping}, Journeys: []string{"job-api"}, Call: true, Words: []string{"POST /api/jobs"}, Within: 150 * time.Second, Calls: 30},
		},
		{
			Row: "I5", Name: "one-time-out", Line: "a single request times out", Decoy: true,
			Begins: monday, Lasts: hour, Faults: demoshop.Plan{{Fault: "intermittent", From: 30*minute - time.Second, For: 30 * time.Second}},
		},
		{
			Row: "I6", Name: "creep", Line: "order numbers run out: create order creeps slower for a month, then times out",
			Begins: monday, Lasts: 38 * day, Every: hour,
			Shop: demoshop.Config{Seed: 6, Customers: 1_000, OrdersTaken: 846_000, LookupTime: 40 * time.Millisecond},
			Want: Want{Kinds: []incident.Kind{incident.LatencyTrend}, Journeys: []string{"order-api"}, Call: true, Words: []string{"create an order", "crosses its"}, Ahead: 10 * day, Calls: 200},
		},
		{
			Row: "I6", Name: "slow-day", Line: "one day on which orders take twice as long", Decoy: true,
			Begins: monday, Lasts: 30 * day, Every: 3 * hour, Faults: demoshop.Plan{{Fault: "slow-database", From: 20 * day, For: day}},
		},
		{
			Row: "I6", Name: "slow-but-flat", Line: "orders have always been slow", Decoy: true,
			Begins: monday, Lasts: 30 * day, Every: 3 * hour, Shop: demoshop.Config{OrderTime: 1200 * time.Millisecond},
		},
		{
			Row: "I6", Name: "notifications-lost", Line: "a nightly task should send 400 texts, and 150 go",
			Begins: monday, Lasts: 30 * hour, Every: 5 * minute, Faults: demoshop.Plan{{Fault: "notifications-lost"}},
			Want: Want{Kinds: []incident.Kind{incident.Counts}, Journeys: []string{"diagnostics"}, Words: []string{"400", "150"}},
		},
		{
			Row: "I6", Name: "orders-collapse", Line: "nine of ten customers cannot get in; every probe is green",
			Begins: monday, Lasts: 29*day + 4*hour, Every: 30 * minute, Shop: demoshop.Config{Seed: 8, Customers: 3_000}, Faults: demoshop.Plan{{Fault: "orders-collapse", From: 29 * day}},
			Want: Want{Kinds: []incident.Kind{incident.Counts}, Journeys: []string{"order-rate"}, Words: []string{"orders_15min"}, Within: 90*minute + time.Minute}, // two runs in a row, after one whose number may still be usual, and the pager's next round
		},
		{
			Row: "I6", Name: "quiet-night", Line: "a quiet night with few orders", Decoy: true,
			Begins: monday, Lasts: 25 * day, Every: 30 * minute, Shop: demoshop.Config{Seed: 9, Customers: 300},
		},
	}
}
