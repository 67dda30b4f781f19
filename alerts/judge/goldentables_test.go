package judge_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/judge"
	"valkyrie/infra/suite"
)

// TestGoldenBatches compares the decisions about batches with testdata: each stage on time, late, twice and out of order, under each kind
// of schedule.
func TestGoldenBatches(t *testing.T) {
	var r transcript
	at := func(hours float64) time.Time {
		return alertstest.Start.Add(time.Duration(hours * float64(time.Hour)))
	}
	for _, h := range []judge.HeartbeatPolicy{
		{Name: "texts", Title: "send the texts", Every: 24 * time.Hour},
		{Name: "texts", Title: "send the texts", Every: 24 * time.Hour, Grace: 2 * time.Hour, AtLeast: 50},
		{Name: "texts", Title: "send the texts", By: "0 6 * * *"},
		{Name: "texts", Title: "send the texts", By: "0 6 * * mon-fri", Zone: "Europe/Berlin", Grace: time.Hour},
		{Name: "texts", Title: "send the texts", By: "@every 12h"},
	} {
		r.begin(fmt.Sprintf("%+v", h), judge.JourneyPolicy{})
		beat := func(hours float64, stage judge.Stage, done, expected int64, text string) {
			var decisions []judge.Decision
			r.state, decisions = r.state.Beat(h, judge.Beat{Batch: h.Name, Stage: stage, At: at(hours), Done: done, Expected: expected, Error: text})
			r.said = map[string]string{}
			r.note(at(hours), fmt.Sprintf("%s %d/%d", stage, done, expected), decisions)
		}
		look := func(hours float64) {
			var decisions []judge.Decision
			r.state, decisions = r.state.WatchBatch(h, at(hours))
			r.note(at(hours), "watch", decisions)
		}
		look(0)
		beat(1, judge.Starts, 0, 100, "")
		beat(2, judge.Progresses, 40, 100, "")
		beat(3, judge.Finishes, 100, 100, "")
		beat(3, judge.Finishes, 100, 100, "")    // repeated
		beat(2.5, judge.Progresses, 60, 100, "") // late
		for hour := 4.0; hour < 40; hour += 0.25 {
			look(hour)
		}
		beat(40, judge.Starts, 0, 0, "")
		beat(41, judge.Fails, 3, 0, "the pool ran out")
		beat(42, judge.Finishes, 30, 0, "")
		look(43)
		beat(60, judge.Finishes, 60, 100, "")
		look(61)
		beat(62, judge.Finishes, 100, 100, "")
		for day := 3; day < 12; day++ {
			beat(24*float64(day), judge.Starts, 0, 100, "")
			look(24*float64(day) + 1)
			beat(24*float64(day)+2+float64(day%3), judge.Finishes, 100, 100, "")
			look(24*float64(day) + 12)
		}
		beat(300, judge.Fails, 0, 0, "")
		look(900)
		beat(901, judge.Finishes, 100, 100, "")
		look(902)
		r.end()
	}
	suite.Golden(t, "testdata/batches.txt", r.String())
}

// TestGoldenTables compares what two tables make of one history of which each has a part: they are joined, in both orders, and a copy of one
// becomes a standby's state and home's again.
func TestGoldenTables(t *testing.T) {
	r := transcript{brief: true}
	for seed := range uint64(16) {
		dice := rand.New(rand.NewPCG(seed, 5))
		p := alertstest.ShippedPolicy(t)
		r.begin(fmt.Sprint("seed ", seed), p)
		var other judge.JourneyState
		state := slices.Repeat([]byte{'p'}, 3)
		apart := int(20 + seed*5)
		for slot := range 240 {
			for i, region := range goldenRegions {
				if dice.IntN(12) == 0 {
					state[i] = "pppfsb"[dice.IntN(6)]
				}
				run := alertstest.RunEachMinute(slot, region, alertstest.Outcomes[rune(state[i])])
				switch here := dice.IntN(2) == 0 || slot < apart; {
				case slot == apart && i == 0:
					other = r.state.AsCopy()
					fallthrough
				case here:
					r.run(run)
				default:
					other, _ = judge.Judge(p, other, run, "print a card")
				}
			}
			if slot%60 == 59 {
				both, back := r.state.Join(other), other.Join(r.state)
				r.state = both
				text, _ := json.Marshal(back)
				fmt.Fprintf(&r, "joined the other way: %d open, %d closed, %d to hand over, sha256 %.8x\n", len(back.Open), len(back.Closed), len(back.Outbox), sha256.Sum256(text))
				r.watch(alertstest.Start.Add(time.Duration(slot+1)*time.Minute), alertstest.Start)
			}
		}
		r.end()
		r.state = other.AsHome()
		r.end()
	}
	suite.Golden(t, "testdata/tables.txt", r.String())
}
