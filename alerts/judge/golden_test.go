package judge_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/infra/suite"
	"valkyrie/probes/journey"
)

// A transcript judges histories and writes down each decision that changes something or has another reason, and at the end the whole of the
// open and closed incidents and a
// checksum of the state, so that no field of it can change unnoticed.
type transcript struct {
	strings.Builder
	policy judge.JourneyPolicy
	state  judge.JourneyState
	said   map[string]string // by region: the latest decision
	brief  bool              // only changes are written, and no incident as a whole
}

func (r *transcript) begin(name string, p judge.JourneyPolicy) {
	fmt.Fprintf(r, "== %s\n", name)
	r.policy, r.state, r.said = p, judge.JourneyState{}, map[string]string{}
}

func (r *transcript) note(at time.Time, who string, decisions []judge.Decision) {
	for n, d := range decisions {
		same, key := string(d.Verb)+string(d.Incident.Kind), fmt.Sprint(who, n)
		switch before := r.said[key]; {
		case r.brief && !d.IsNews():
			continue
		case d.Verb == judge.NoChange && before != "": // all is well, once
			continue
		case d.Verb == judge.Continues && !d.Worse && before == same:
			continue
		}
		r.said[key] = same
		line := fmt.Sprintf("%s %s: %s", d.Verb, d.Incident.Kind, d.Reason)
		if d.Worse {
			line += " (worse)"
		}
		fmt.Fprintf(r, "%s %s %s\n", at.Format("01-02 15:04"), who, line)
	}
}

func (r *transcript) run(run journey.Run) {
	var decisions []judge.Decision
	r.state, decisions = judge.Judge(r.policy, r.state, run, "print a card")
	r.note(run.Slot, run.Region, decisions)
}

func (r *transcript) watch(at time.Time, since time.Time) {
	var decisions []judge.Decision
	r.state, decisions = r.state.Watch(r.policy, "print-card", "print a card", at, since)
	r.note(at, "watch", decisions)
}

func (r *transcript) end() {
	for _, list := range []struct {
		name string
		all  []incident.Incident
	}{{"open", r.state.Open}, {"closed", r.state.Closed}} {
		for _, i := range list.all {
			if r.brief {
				break
			}
			text, err := json.Marshal(i)
			if err != nil {
				text = []byte(err.Error())
			}
			fmt.Fprintf(r, "%s %s\n", list.name, text)
		}
	}
	var handed []string
	for _, i := range r.state.Outbox {
		handed = append(handed, fmt.Sprintf("%s %s after %d runs", i.Kind, i.State, i.Runs))
	}
	fmt.Fprintf(r, "outbox: %s\n", strings.Join(handed, ", "))
	text, err := json.Marshal(r.state)
	fmt.Fprintf(r, "state of %d bytes, %v, sha256 %.12x\n\n", len(text), err, sha256.Sum256(text))
}

var goldenRegions = []string{"eu", "us", "ap"}

// slots judges slots of several regions, with a letter for a region, "." for a missing run: a word is a slot, or several with commas
// between, and "*n" repeats it.
func (r *transcript) slots(every time.Duration, text string, change ...func(*journey.Run)) {
	slot := alertstest.Start
	for _, word := range strings.Fields(text) {
		group, times, _ := strings.Cut(word, "*")
		n := 1
		fmt.Sscan(times, &n)
		for _, letters := range slices.Repeat(strings.Split(group, ","), n) {
			for i, l := range letters {
				if l == '.' {
					continue
				}
				run := alertstest.Run(0, goldenRegions[i], alertstest.Outcomes[l])
				run.ID, run.Slot, run.Started, run.EveryMS = fmt.Sprint(slot.Unix(), i), slot, slot, every.Milliseconds()
				for _, c := range change {
					c(&run)
				}
				r.run(run)
			}
			r.watch(slot.Add(every-time.Second), alertstest.Start)
			slot = slot.Add(every)
		}
	}
}

// TestGolden compares the decisions about many histories with testdata, word for word.
func TestGolden(t *testing.T) {
	shipped := alertstest.ShippedPolicy(t)
	with := func(change func(*judge.JourneyPolicy)) judge.JourneyPolicy {
		p := shipped
		change(&p)
		return p
	}
	var r transcript
	for _, c := range []struct {
		name   string
		policy judge.JourneyPolicy
		every  time.Duration
		slots  string
	}{
		{"two in a row, then again within a day", shipped, time.Minute, "p*3 f p*3 f f f p*20 f f p"},
		{"it recovers after three", with(func(p *judge.JourneyPolicy) { p.RecoverAfter = 3 }), time.Minute, "p f f p p f p p p p"},
		{"a majority of three regions", shipped, time.Minute, "ppp fpp ffp ffp fff pff ppf ppf ppp"},
		{"all of three regions", with(func(p *judge.JourneyPolicy) { p.Regions = "all" }), time.Minute, "ppp ffp ffp fff fff ffp ppp"},
		{"any of three regions", with(func(p *judge.JourneyPolicy) { p.Regions = "1" }), time.Minute, "ppp fpp fpp fpp ffp pfp pfp ppp"},
		{"two regions", shipped, time.Minute, "pp fp fp ff ff pf pp pp"},
		{"one of two regions is missing", shipped, time.Minute, "pp*5 p.*6 pp*3 f.*3 p."},
		{"five of twenty", shipped, time.Minute, "p*20 f p p f p p f p p f p p f p p p f p*400"},
		{"flapping that gets worse", with(func(p *judge.JourneyPolicy) { p.FlappingRingsAfter = 6 * time.Minute }), time.Minute, "p*20 f,p*12 f f f p*5 f,p*4 p*400"},
		{"flapping without calls", with(func(p *judge.JourneyPolicy) { p.FlappingRingsAfter = 0 }), time.Minute, "p*20 f,p*20 p*30"},
		{"three outages in a day", shipped, time.Minute, "p*5 f,f p*30 f,f p*30 f,f p*30 f,f p*400"},
		{"one region of three flaps", shipped, time.Minute, "ppp*20 fpp*3 ppp*2 fpp*2 ppp fpp*2 ppp*3 fpp*4 ppp*400"},
		{"slow three of five", shipped, time.Minute, "p*5 s p s p s s p*2 s p*9 s s s p*5"},
		{"slow from two regions", shipped, time.Minute, "pp*5 sp*3 ss*3 ps*2 pp*9"},
		{"slow, then down, then slow", shipped, time.Minute, "s*4 f*3 s*3 p*9"},
		{"the probe breaks", shipped, time.Minute, "p*3 b p b b b p b b p*5"},
		{"the probe breaks from one of three", shipped, time.Minute, "ppp bpp*4 bbp*3 bbb*2 pbb ppb ppp*2"},
		{"the probe breaks now and then", shipped, time.Minute, "p*20 b,p*14 p*400"},
		{"broken while it is down", shipped, time.Minute, "p f f b b b f p p"},
		{"hourly", shipped, time.Hour, "ppp*30 fff ppp*2 ffp ffp pfp ppp*30"},
		{"hourly from one region", shipped, time.Hour, "p*30 f p*2 f f p*30 f p f p f p*30"},
		{"five-minutely", shipped, 5 * time.Minute, "pp*30 ff fp ff ff pp*3 fp*6 pp*90"},
		{"a day without a failure, then one", shipped, time.Minute, "p*10 f,f p*1450 f,f p"},
		{"each two hours", shipped, 2 * time.Hour, "ppp*20 fpp ppp fpp pfp ppp ffp ffp ppp*6 fff ppp fff ppp*20"},
		{"each two hours from one region", shipped, 2 * time.Hour, "p*20 f p f p p f f p*9 f p*20"},
		{"twice a day", shipped, 12 * time.Hour, "pp*9 fp pp ff pp fp fp pp*9"},
		{"another interval in the policy", with(func(p *judge.JourneyPolicy) { p.Every = 2 * time.Minute }), 2 * time.Minute, "pp*3 p.*9 pp*2"},
		{"no limits", alertstest.Policy, time.Minute, "p f f p s s s p b b p"},
	} {
		r.begin(c.name, c.policy)
		r.slots(c.every, c.slots)
		r.end()
	}
	suite.Golden(t, "testdata/outcomes.txt", r.String())
}

// TestGoldenOthers compares the decisions about everything that is no outcome: counts, cleanup, certificates, silence, late and future
// runs, and days that get slower.
func TestGoldenOthers(t *testing.T) {
	shipped := alertstest.ShippedPolicy(t)
	var r transcript
	counted := shipped
	counted.Counts = []judge.CountRule{{Agree: []string{"cards", "pages"}, Within: 1}, {Ceiling: &judge.Ceiling{Name: "queue", AtMost: 100}}, {Baseline: &judge.Baseline{Name: "orders", AtLeast: 0.5}}}
	r.begin("counts", counted)
	n := 0
	r.slots(time.Hour, "pp*700", func(run *journey.Run) {
		n++
		cards, queue, orders := 5.0, 100.0, 100.0
		switch hour := n / 2; {
		case hour >= 20 && hour < 24:
			cards = 6.5
		case hour >= 60 && hour < 63:
			queue = 100.5
		case hour >= 600 && hour < 605:
			orders = 20
		}
		run.Counts = []journey.Count{{Name: "cards", Value: cards}, {Name: "pages", Value: 5}, {Name: "queue", Value: queue}, {Name: "orders", Value: orders}}
		if hour := n / 2; hour >= 100 && hour < 103 {
			run.Counts = run.Counts[1:]
		}
	})
	r.end()

	r.begin("cleanup", shipped)
	n = 0
	r.slots(time.Minute, "p*30", func(run *journey.Run) {
		n++
		step := journey.StepResult{Name: "cancel the order", Outcome: journey.Passed, Cleanup: true}
		if n > 3 && n < 9 || n == 15 {
			step.Outcome, step.Error = journey.Failed, "no such button"
		}
		run.Steps = append(run.Steps, step)
	})
	r.end()

	r.begin("certificates", shipped)
	r.slots(12*time.Hour, "p*70", func(run *journey.Run) {
		soon, later := alertstest.Start.AddDate(0, 0, 16), alertstest.Start.AddDate(0, 0, 40)
		run.Certificates = []journey.Certificate{{Host: "shop.example.com", Issuer: "an authority", From: soon.AddDate(-1, 0, 0), Expires: soon}, {Host: "cdn.example.com", Issuer: "another", From: later.AddDate(0, 0, -90), Expires: later}}
		if run.Slot.After(alertstest.Start.AddDate(0, 0, 14)) {
			run.Certificates[0].From, run.Certificates[0].Expires = soon, soon.AddDate(1, 0, 0)
		}
	})
	r.end()

	r.begin("silence, late runs and a region that is new", shipped)
	r.slots(time.Minute, "pp*10 ..*8 pp*3 .p*12 pp*2 ppp*4 pp.*8")
	late := alertstest.RunEachMinute(3, "eu", journey.Failed)
	r.run(late)
	r.run(alertstest.RunEachMinute(48, "eu", journey.Failed))
	r.run(alertstest.RunEachMinute(48, "eu", journey.Failed))
	r.end()

	r.begin("a pause of a region", shipped)
	r.policy.Paused = []incident.Pause{{Region: "us", Until: alertstest.Start.Add(20 * time.Minute)}}
	r.slots(time.Minute, "pp*5 p.*30 pp")
	r.end()

	for _, c := range []struct {
		name string
		ms   func(day float64) float64
	}{
		{"slower by 4 % a day", func(day float64) float64 { return 1000 * (1 + 0.04*day) }},
		{"as fast as ever", func(float64) float64 { return 1000 }},
		{"five times as slow at once", func(day float64) float64 { return map[bool]float64{true: 3500, false: 700}[day > 30] }},
		{"slower until a restart each week", func(day float64) float64 { return 600 + 350*float64(int(day)%7) }},
		{"slower each week, until it is repaired", func(day float64) float64 { return 800 + 60*min(day, 35)*map[bool]float64{true: 0, false: 1}[day > 38] }},
	} {
		r.begin(c.name, shipped)
		dice := rand.New(rand.NewPCG(7, 7))
		r.slots(2*time.Hour, "pp*540", func(run *journey.Run) {
			day := run.Slot.Sub(alertstest.Start).Hours() / 24
			run.Steps = []journey.StepResult{{Name: "sign in", Outcome: journey.Passed, DurationMS: 300, SlowMS: 2000, LimitMS: 5000}, {
				Name: "wait for the PDF", Outcome: journey.Passed, DurationMS: int64(c.ms(day) * (1 + 0.02*dice.NormFloat64())), SlowMS: 4000, LimitMS: 8000,
			}}
		})
		r.end()
	}
	suite.Golden(t, "testdata/others.txt", r.String())
}

// TestGoldenRandom compares the changes of drawn histories, of one to three regions and several intervals, in which everything that a run
// can show comes and goes.
func TestGoldenRandom(t *testing.T) {
	r := transcript{brief: true}
	for seed := range uint64(24) {
		dice := rand.New(rand.NewPCG(seed, 1))
		regions := 1 + int(seed%3)
		every := []time.Duration{time.Minute, 5 * time.Minute, time.Hour}[seed/3%3]
		p := alertstest.ShippedPolicy(t)
		r.begin(fmt.Sprintf("%d regions each %v, from seed %d", regions, every, seed), p)
		now := slices.Repeat([]byte{'p'}, regions)
		var words []string
		for range 500 {
			word := make([]byte, regions)
			for i := range word {
				switch d := dice.IntN(400); {
				case d < 3:
					now[i] = "pppfsb."[dice.IntN(7)]
				case d < 40 && now[i] != 'p':
					now[i] = 'p'
				}
				if word[i] = now[i]; dice.IntN(60) == 0 {
					word[i] = 'f'
				}
			}
			words = append(words, string(word))
		}
		r.slots(every, strings.Join(words, " "))
		r.end()
	}
	suite.Golden(t, "testdata/random.txt", r.String())
}
