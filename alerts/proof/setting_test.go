package proof

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
)

// A setting is a configuration: the people on call, the policy, and what is watched. Those who edit the file may deploy another
// during a history.
type setting struct {
	name    string
	start   time.Time
	onCall  oncall.OnCall
	policy  judge.Policy
	works   func(journey string, at time.Time) bool // whether it is in maintenance
	watched []string                                // the journeys
	regions []string
}

// settings are configurations in YAML.
var settings = []setting{
	set("03:00", "two people", `
  people: [{name: Ada, phone: "+12025550143"}, {name: Grace, phone: "+12025550187"}]
  escalation: [Ada, Grace]`),
	set("12:00", "one person", `
  people: [{name: Ada, phone: "+12025550143"}]
  escalation: [Ada]
  repeat_after: 2m`),
	set("12:00", "one person, who soon takes a nap", `
  people: [{name: Ada, phone: "+12025550143", awake: "12:09-12:04"}]
  escalation: [Ada]
  severity: {down: notify}`),
	set("03:00", "three people, who sleep, one of them called later", `
  people:
    - {name: Ada, phone: "+12025550143", zone: Europe/Berlin, awake: "08:00-22:00"}
    - {name: Grace, phone: "+12025550187", zone: America/New_York, awake: "07:00-23:00"}
    - {name: Linus, phone: "+12025550111", awake: "09:00-17:00"}
  escalation: [Linus, {call: Ada, after: 2m}, Grace]
  severity: {degraded: page, silent: notify}`),
	set("03:00", "a duty that changes hands", `
  people: [{name: Ada, phone: "+12025550143"}, {name: Grace, phone: "+12025550187"}]
  rotations: [{name: primary, every: day, hand_over: "03:10", start: 2026-11-20, people: [Ada, Grace]}]
  escalation: [primary, Grace]`),
	set("03:00", "a maintenance window", `
  people: [{name: Ada, phone: "+12025550143"}, {name: Grace, phone: "+12025550187"}]
  escalation: [Ada, {call: Grace, after: 1m}]
  maintenance: [{from: 2026-11-21 03:05, to: 2026-11-21 03:12, journeys: [print-card]}]
  journeys: {create-order: {severity: {degraded: log, down: notify}}}`),
	set("03:00", "acknowledgements that soon expire", `
  people: [{name: Ada, phone: "+12025550143"}, {name: Grace, phone: "+12025550187"}]
  escalation: [Ada, Grace]
  gather: 0s
  ack_expires: 6m
  journeys: {print-card: {ack_expires: 2m}}`),
	set("03:00", "a failover channel", `
  people: [{name: Ada, phone: "+12025550143"}, {name: Grace, phone: "+12025550187"}]
  escalation: [Ada, Grace]
  second_channel: {region: eu-west-1, voice: "+12025550177"}`),
	set("03:00", "a failover channel that only texts, and caps", `
  people: [{name: Ada, phone: "+12025550143"}, {name: Grace, phone: "+12025550187"}]
  escalation: [Ada, Grace]
  repeat_after: 2m
  caps: {calls_per_hour: 2, texts_per_hour: 2}
  second_channel: {region: eu-west-1}`),
	set("03:00", "caps, and a long gathering", `
  people: [{name: Ada, phone: "+12025550143"}, {name: Grace, phone: "+12025550187"}]
  escalation: [Ada, Grace]
  gather: 45s
  ack_expires: 9m
  caps: {calls_per_hour: 1, texts_per_hour: 1, month: 0.1, call_price: 0.02, text_price: 0.01}`),
	set("03:00", "e-mail, and a drill that is due", `
  people:
    - {name: Ada, phone: "+12025550143", email: ada@example.com}
    - {name: Grace, phone: "+12025550187", email: grace@example.com, awake: "09:00-17:00"}
  escalation: [Ada, Grace]
  drills: {every: third Saturday 03:04}
  severity: {degraded: page}
  second_channel: {region: eu-west-1, voice: "+12025550177", topic: "arn:aws:sns:eu-west-1:123456789012:mail"}`),
	set("03:00", "maintenance of everything, drills", `
  people: [{name: Grace, phone: "+12025550187"}, {name: Ada, phone: "+12025550143"}]
  escalation: [Ada, Grace]
  drills: {every: "7 3,4 21 11 *"}
  severity: {down: notify, degraded: notify}
  maintenance: [{from: 2026-11-21 03:00, to: 2026-11-21 03:08}, {from: 2026-11-21 03:10, to: 2026-11-21 03:14, journeys: [create-order]}]`),
}

// edited are further configurations, to which a file may change: Ada has another name, then another number, and then has left;
// other limits hold.
var edited = []setting{
	set("03:00", "Ada renamed, three failures", `
  people: [{name: Ada Lovelace, phone: "+12025550143", awake: "08:00-20:00"}, {name: Grace, phone: "+12025550187"}]
  escalation: [Grace, Ada Lovelace]
  repeat_after: 1m
judge: {failures_in_a_row: 3, regions: all}`),
	set("03:00", "Ada has another number, one failure", `
  people: [{name: Ada, phone: "+12025550144", email: ada@example.org}, {name: Grace, phone: "+12025550187", awake: "12:00-13:00"}]
  escalation: [Ada, Grace]
  second_channel: {region: eu-west-1, topic: "arn:aws:sns:eu-west-1:123456789012:mail"}
judge: {failures_in_a_row: 1, recover_after: 2, regions: any}`),
	set("03:00", "Ada has left", `
  people: [{name: Linus, phone: "+12025550111", awake: "03:30-04:30"}, {name: Grace, phone: "+12025550187"}]
  escalation: [{call: Grace, after: 0s}, {call: Linus, after: 3m}]
  ack_expires: 3m
  severity: {down: notify, ours: page}`),
}

func set(start, name, onCall string) setting {
	cfg, err := config.Parse("alerts.yaml", []byte(fmt.Sprintf("on_call:%s\nphone: {from: \"+12025550100\"}\n", onCall)), journeys)
	if err != nil {
		panic(fmt.Errorf("%s: %w", name, err))
	}
	begin, err := time.Parse("2006-01-02 15:04", "2026-11-21 "+start)
	if err != nil {
		panic(err)
	}
	s := setting{name: name, start: begin, onCall: cfg.OnCall, policy: cfg.Judge, watched: journeys}
	s.works = func(journey string, at time.Time) bool {
		for _, m := range cfg.OnCall.Maintenance {
			if m.Covers(journey) && !at.Before(m.From.In(time.UTC)) && at.Before(m.To.In(time.UTC)) {
				return true
			}
		}
		return false
	}
	return s
}

// changeFile deploys another configuration. A pager or a probe that is at work goes on with the one that it has read.
func (w *simulation) changeFile() {
	w.counts.files++
	w.setting = rapid.SampledFrom(slices.Concat(settings, edited)).Draw(w.T, "file")
	w.watched = rapid.SampledFrom([][]string{journeys, journeys, journeys[:1], journeys[1:]}).Draw(w.T, "watched")
	w.regions = regions[:rapid.IntRange(1, len(regions)).Draw(w.T, "regions")]
	w.policy.Configured = w.regions
	w.changed = w.now
}

// under applies a check by the configuration of a program, and returns a function that ends this.
func (w *simulation) under(file setting) (end func()) {
	current := w.setting
	w.setting = file
	return func() { w.setting = current }
}

// unwatchedEnd checks that a pager which has completed its work leaves no incident of a journey that is watched no more.
func (w *simulation) unwatchedEnd() {
	for _, i := range w.route.Incidents {
		if i.State != incident.Resolved && i.Kind != incident.Drilled && !slices.Contains(w.watched, i.Journey) {
			w.Fatalf("%s is %s, and %s is not watched any more", i.ID, i.State, i.Journey)
		}
	}
}

// String names the setting in a failed history.
func (s setting) String() string { return s.name }
