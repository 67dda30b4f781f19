package proof

import (
	"fmt"
	"time"

	"valkyrie/alerts/config"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
)

// A setting is the constant part of a history: the on-call configuration and the policy.
type setting struct {
	name   string
	start  time.Time
	onCall oncall.OnCall
	policy judge.Policy
	works  func(journey string, at time.Time) bool // whether it is in maintenance
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
	s := setting{name: name, start: begin, onCall: cfg.OnCall, policy: cfg.Judge}
	s.works = func(journey string, at time.Time) bool {
		for _, m := range cfg.OnCall.Maintenance {
			if m.Journeys[0] == journey && !at.Before(m.From.In(time.UTC)) && at.Before(m.To.In(time.UTC)) {
				return true
			}
		}
		return false
	}
	return s
}

// String names the setting in a failed history.
func (s setting) String() string { return s.name }
