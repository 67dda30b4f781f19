package paging_test

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
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/infra/suite"
)

// A play writes down the commands and answers of a notification state, event by event, and at the end a checksum of the whole state, so that
// no field of it can change unnoticed.
type play struct {
	strings.Builder
	state paging.NotificationState
	on    oncall.OnCall
	now   time.Time
	other paging.NotificationState // of the standby's table
	seen  []incident.Page          // commanded to be sent, in order
	again []string                 // commands and words that are written already
}

func (p *play) begin(name string, o oncall.OnCall) {
	fmt.Fprintf(p, "== %s\n", name)
	p.state, p.on, p.now, p.seen, p.again = paging.NotificationState{}, o, alertstest.Start, nil, nil
}

// line adds a line with the time since the start.
func (p *play) line(format string, args ...any) {
	fmt.Fprintf(p, "%7s %s\n", p.now.Sub(alertstest.Start).Truncate(time.Second), fmt.Sprintf(format, args...))
}

// step applies an event and writes the commands.
func (p *play) step(e paging.Event) []incident.Page {
	var commands []paging.Command
	p.state, commands = p.state.Step(e, p.on, p.now)
	var sends []incident.Page
	for _, c := range commands {
		if c.Verb == "send" {
			sends = append(sends, c.Page)
		}
		what := c.Verb + " " + c.Page.ID
		if c.Verb != "send" && slices.Contains(p.again, what) {
			continue
		}
		p.again = append(p.again, what)
		via := map[incident.Provider]string{incident.Failover: " by failover"}[c.Page.Via]
		p.line("  %s: %s %s to %s%s, try %d", what, c.Page.Purpose, c.Page.Channel, c.Page.Person, via, c.Page.Tries)
		if words := strings.Join(strings.Fields(c.Page.Words), " "); c.Verb == "send" && !slices.Contains(p.again, words) {
			p.again = append(p.again, words)
			fmt.Fprintf(p, "          of the slot %s | %s\n", c.Page.Slot.Format("15:04:05"), words)
		}
	}
	p.seen = append(p.seen, sends...)
	return sends
}

func (p *play) do(name string, e paging.Event) {
	p.line("%s", name)
	sends := p.step(e)
	for len(sends) > 0 { // the provider accepts them
		next := p.step(paging.Sent{PageID: sends[0].ID, SID: "S" + sends[0].ID, Via: sends[0].Via})
		sends = append(sends[1:], next...)
	}
}

// wait passes time in ticks of five seconds, in which the provider accepts everything.
func (p *play) wait(d time.Duration) {
	for until := p.now.Add(d); p.now.Before(until); {
		p.now = p.now.Add(5 * time.Second)
		sends := p.step(paging.Tick{})
		for _, page := range p.state.Pages {
			if !page.GivenUpAt.IsZero() && page.HangUpAt.Add(20*time.Second).Before(p.now) {
				sends = append(sends, p.step(paging.CallEnded{PageID: page.ID})...)
			}
		}
		for len(sends) > 0 {
			sends = append(sends[1:], p.step(paging.Sent{PageID: sends[0].ID, SID: "S" + sends[0].ID, Via: sends[0].Via})...)
		}
	}
}

func (p *play) reply(from, body string) {
	rep := paging.Reply{From: from, Body: body, SID: fmt.Sprint("SM", p.Len())}
	p.line("%s texts %q: %q", from, body, p.state.ReplyFor(rep, p.on.With(p.state.Overrides), p.now))
	p.do("  and it counts", rep)
}

func (p *play) key(key string) {
	for _, page := range slices.Backward(p.seen) {
		if page.Channel != incident.Call {
			continue
		}
		rep := paging.Report{PageID: page.ID, SID: "S" + page.ID, Key: key, Result: incident.Human}
		a := p.state.KeyAnswer(rep, p.on.With(p.state.Overrides), p.now)
		p.line("%s presses %s in %s: %q, %q, %q, %s", page.Person, key, page.ID, a.Say, a.Prompt, a.Details, a.Language)
		p.do("  and it counts", rep)
		return
	}
}

// report reports the result of the last call or text.
func (p *play) report(c incident.Channel, result string) {
	for _, page := range slices.Backward(p.seen) {
		if page.Channel == c {
			p.do(fmt.Sprintf("%s is %s", page.ID, result), paging.Report{PageID: page.ID, SID: "S" + page.ID, Result: result, Why: "error 30003"})
			return
		}
	}
}

func (p *play) end() {
	text, err := json.Marshal(p.state)
	fmt.Fprintf(p, "state of %d bytes, %v, sha256 %.12x\n", len(text), err, sha256.Sum256(text))
	for _, i := range p.state.Incidents {
		fmt.Fprintf(p, "%s %s, acknowledged by %q %d times, rev %d\n", i.ID, i.State, i.AckedBy, i.Acks, i.Rev)
	}
	for _, page := range p.state.Pages {
		fmt.Fprintf(p, "%s %s %s to %s about %v: %s %s %s, key %q %q\n", page.ID, page.Purpose, page.Channel, page.Person, page.Incidents, page.State, page.Result, page.Why, page.Key, page.Keys)
	}
	p.WriteString("\n")
}

// goldenIncident returns an incident with a handle of its own.
func goldenIncident(name string, kind incident.Kind, runs int, over bool, at time.Time) incident.Incident {
	i := alertstest.Incident(name, kind, runs, over)
	i.Title, i.Step, i.Error, i.Last, i.EveryMS = "buy "+name, "pay", "no form", at, 60_000
	if over {
		i.ResolvedAt = at
	}
	return i
}

func (p *play) bad(name string, kind incident.Kind, runs int) {
	p.do(fmt.Sprintf("%s is %s", name, kind), paging.IncidentUpdated{Incident: goldenIncident(name, kind, runs, false, p.now), WorkingRegions: []string{"us"}})
}

func (p *play) over(name string, kind incident.Kind, runs int) {
	p.do(name+" is over", paging.IncidentUpdated{Incident: goldenIncident(name, kind, runs, true, p.now)})
}

// goldenTeam is two people with everything that can be configured.
func goldenTeam(change func(*oncall.OnCall)) oncall.OnCall {
	o := alertstest.OnCall
	o.People = []oncall.Person{
		{Name: "Ada", Phone: alertstest.AdasNumber, Email: "ada@example.com", Language: "en-GB"}, {Name: "Grace", Phone: "+12025550187", Awake: oncall.Hours{From: 8 * 60, To: 22 * 60}},
	}
	o.AckExpires, o.Gather = 30*time.Minute, 10*time.Second
	if change != nil {
		change(&o)
	}
	return o
}

// TestGolden compares the pages and answers of plays that a person has read with testdata, word for word.
func TestGolden(t *testing.T) {
	var p play
	p.begin("nobody answers, for two rounds; then Grace has it, lets it expire, and it ends", goldenTeam(nil))
	p.bad("cards", incident.Down, 1)
	p.wait(40 * time.Second)
	for _, result := range []string{incident.NoAnswer, incident.Busy, incident.Machine, incident.FailedCall} {
		p.report(incident.Call, result)
		p.wait(6 * time.Minute)
	}
	p.key("9")
	p.key("4")
	p.wait(31 * time.Minute)
	p.key("6")
	p.wait(2 * time.Minute)
	p.over("cards", incident.Down, 2)
	p.wait(time.Minute)
	p.end()

	p.begin("two at once, acknowledged and muted by text", goldenTeam(nil))
	p.bad("cards", incident.Down, 1)
	p.wait(5 * time.Second)
	p.bad("login", incident.Silent, 1)
	p.bad("slow", incident.Degraded, 1)
	p.wait(time.Minute)
	cards, login := goldenIncident("cards", incident.Down, 1, false, p.now).Short(), goldenIncident("login", incident.Silent, 1, false, p.now).Short()
	for _, body := range []string{"status", "ack " + cards[:2], "ack zz", "ack", "mute " + login + " 2h", "mute 10m", "mute 1h30", "mute", "resolve", "resolve " + cards, "what?", "stop", "status", "STATUS please"} {
		p.reply(alertstest.AdasNumber, body)
		p.wait(20 * time.Second)
	}
	p.reply("+19995550100", "ack")
	p.reply("+12025550187", "status")
	p.over("login", incident.Silent, 2)
	p.wait(3 * time.Hour)
	p.end()

	p.begin("keys that mute, pass on and do nothing", goldenTeam(nil))
	p.bad("cards", incident.Down, 1)
	p.wait(30 * time.Second)
	for _, key := range []string{"5", "9", "1", "7"} {
		p.key(key)
		p.wait(2 * time.Minute)
	}
	p.wait(62 * time.Minute)
	p.end()

	p.begin("texts wait for the waking hours, by severity; a person is told of the end only if paged", goldenTeam(func(o *oncall.OnCall) {
		o.Escalation = []oncall.EscalationStep{{Call: "Grace"}, {Call: "Ada", After: 2 * time.Minute}}
		o.Severities = map[incident.Kind]oncall.Severity{incident.Counts: oncall.Keep, incident.Slower: oncall.Wake}
	}))
	p.bad("slow", incident.Degraded, 1)
	p.bad("counts", incident.Counts, 1)
	p.wait(time.Minute)
	p.over("counts", incident.Counts, 2)
	p.wait(5*time.Hour + time.Minute)
	p.report(incident.Text, incident.Undelivered)
	p.wait(10 * time.Minute)
	p.report(incident.Text, incident.Delivered)
	p.bad("slower", incident.Slower, 1)
	p.wait(5 * time.Minute)
	p.over("slow", incident.Degraded, 2)
	p.wait(time.Minute)
	p.end()

	p.begin("a maintenance window, and an incident that outlasts it", goldenTeam(func(o *oncall.OnCall) {
		o.Maintenance = []oncall.Maintenance{{Journeys: []string{"cards"}, From: oncall.ExactTime(alertstest.Start.Add(-time.Minute)), To: oncall.ExactTime(alertstest.Start.Add(10 * time.Minute))}}
	}))
	p.bad("cards", incident.Down, 1)
	p.bad("login", incident.Down, 1)
	p.wait(time.Minute)
	p.key("4")
	p.wait(12 * time.Minute)
	p.over("cards", incident.Down, 2)
	p.wait(time.Minute)
	p.end()

	p.begin("caps of two calls and two texts an hour", goldenTeam(func(o *oncall.OnCall) {
		o.Caps, o.RepeatAfter = oncall.Caps{CallsPerHour: 2, TextsPerHour: 2, Month: 1, CallPrice: 0.2, TextPrice: 0.1}, time.Minute
	}))
	p.bad("cards", incident.Down, 1)
	for range 8 {
		p.wait(90 * time.Second)
		p.report(incident.Call, incident.NoAnswer)
	}
	p.bad("login", incident.Down, 1)
	p.wait(10 * time.Minute)
	p.end()

	p.begin("an incident comes back after its end, and ends by hand", goldenTeam(nil))
	p.bad("cards", incident.Down, 1)
	p.wait(30 * time.Second)
	p.key("4")
	p.over("cards", incident.Down, 2)
	p.wait(2 * time.Minute)
	p.bad("cards", incident.Down, 3)
	p.wait(30 * time.Second)
	p.reply(alertstest.AdasNumber, "resolve")
	p.wait(time.Minute)
	p.over("cards", incident.Down, 5)
	p.wait(time.Minute)
	p.end()
	suite.Golden(t, "testdata/plays.txt", p.String())
}

// TestGoldenFailover compares what happens with each failure of the first provider, with and without a failover channel.
func TestGoldenFailover(t *testing.T) {
	var p play
	for _, channel := range []*oncall.FailoverChannel{nil, {Region: "eu-west-1", Voice: "+12025550111", Topic: "arn"}, {Region: "eu-west-1"}} {
		for _, failure := range []string{"not sent", "refused", "rejected", "unknown", "silent", "failed later"} {
			p.begin(fmt.Sprintf("%s, failover %+v", failure, channel), goldenTeam(func(o *oncall.OnCall) { o.Failover = channel }))
			events := []paging.Event{paging.IncidentUpdated{Incident: goldenIncident("cards", incident.Down, 1, false, p.now)}}
			for n := range 60 {
				for len(events) > 0 {
					e := events[0]
					events = events[1:]
					for _, page := range p.step(e) {
						if page.Via == incident.Failover {
							events = append(events, paging.Sent{PageID: page.ID, SID: "aws-" + page.ID, Via: page.Via})
							continue
						}
						switch failure {
						case "not sent":
							events = append(events, paging.NotSent{PageID: page.ID, Why: "429", Try: page.Tries, After: time.Duration(n%2) * 20 * time.Second})
						case "refused":
							events = append(events, paging.Refused{PageID: page.ID, Why: "no such number", Try: page.Tries})
						case "rejected":
							events = append(events, paging.ProviderRejected{PageID: page.ID, Why: "401", Try: page.Tries})
						case "unknown":
							events = append(events, paging.SendUnknown{PageID: page.ID, Why: "timeout", Try: page.Tries})
						case "failed later":
							events = append(events, paging.Sent{PageID: page.ID, SID: "S" + page.ID}, paging.Report{PageID: page.ID, SID: "S" + page.ID, Result: map[incident.Channel]string{incident.Call: incident.FailedCall}[page.Channel], Why: "error 13224"})
						}
					}
				}
				p.now = p.now.Add(5 * time.Second)
				events = append(events, paging.Tick{})
				for _, page := range p.state.Pages {
					if page.State == incident.Unknown && n%4 == 0 {
						sid := map[bool]string{true: "S" + page.ID}[n > 40]
						events = append(events, paging.SendResolved{PageID: page.ID, SID: sid, Asked: p.now.Add(-time.Second)})
					}
				}
			}
			p.end()
		}
	}
	suite.Golden(t, "testdata/failures.txt", p.String())
}

// TestGoldenRandom compares drawn plays with testdata, of all events, several incidents at once, and a standby's state that is merged.
func TestGoldenRandom(t *testing.T) {
	var p play
	for seed := range uint64(16) {
		dice := rand.New(rand.NewPCG(seed, 3))
		p.begin(fmt.Sprint("seed ", seed), goldenTeam(func(o *oncall.OnCall) {
			o.RepeatAfter = time.Duration(1+seed%5) * time.Minute
			if seed%2 == 0 {
				o.Failover = &oncall.FailoverChannel{Region: "eu-west-1", Voice: map[bool]string{true: "+12025550111"}[seed%4 == 0], Topic: map[bool]string{true: "arn"}[seed%3 == 0]}
			}
			if seed%5 == 0 {
				o.Caps = oncall.Caps{CallsPerHour: 4, TextsPerHour: 5}
			}
			if seed%7 == 0 {
				o.Journeys = map[string]oncall.JourneyNotes{"cards": {Say: "look at the queue", AckExpires: 3 * time.Minute}}
			}
		}))
		p.other = paging.NotificationState{}
		runs := map[string]int{}
		for range 80 {
			drawEvent(&p, dice, runs)
		}
		p.wait(10 * time.Minute)
		p.end()
	}
	// The words of pages are in the other files.
	var short strings.Builder
	for line := range strings.Lines(p.String()) {
		if !strings.Contains(line, " of the slot ") {
			short.WriteString(line)
		}
	}
	suite.Golden(t, "testdata/random.txt", short.String())
}

// drawEvent plays a drawn event.
func drawEvent(p *play, dice *rand.Rand, runs map[string]int) {
	name := []string{"cards", "login", "stock"}[dice.IntN(3)]
	kind := map[string]incident.Kind{"cards": incident.Down, "login": incident.Flapping, "stock": incident.Degraded}[name]
	page := incident.Page{ID: "none"}
	if n := len(p.seen); n > 0 {
		page = p.seen[max(0, n-1-dice.IntN(4))]
	}
	switch d := dice.IntN(24); {
	case d < 6:
		runs[name]++
		i := goldenIncident(name, kind, runs[name], dice.IntN(4) == 0, p.now)
		i.PagesNow, i.Calmed = runs[name] > 3, runs[name] > 6
		p.line("%s is %s", name, i.State)
		p.step(paging.IncidentUpdated{Incident: i})
	case d < 12:
		p.now = p.now.Add(time.Duration(dice.IntN(100)) * time.Second)
		p.step(paging.Tick{Watched: map[bool][]string{true: {"cards", "login"}}[dice.IntN(30) == 0]})
	case d < 16:
		p.step(paging.Sent{PageID: page.ID, SID: "S" + page.ID, Via: page.Via})
	case d == 16:
		p.step([]paging.Event{paging.NotSent{PageID: page.ID, Why: "429"}, paging.SendUnknown{PageID: page.ID, Why: "timeout"}, paging.Refused{PageID: page.ID, Why: "no"}, paging.ProviderRejected{PageID: page.ID, Why: "401"}}[dice.IntN(4)])
	case d == 17:
		p.step(paging.SendResolved{PageID: page.ID, SID: map[bool]string{true: "S" + page.ID}[dice.IntN(2) == 0], Asked: p.now})
	case d < 20:
		result := []string{incident.Human, incident.Machine, incident.Busy, incident.NoAnswer, incident.FailedCall, incident.Delivered, incident.Undelivered, ""}[dice.IntN(8)]
		p.line("%s is %q", page.ID, result)
		p.step(paging.Report{PageID: page.ID, SID: "S" + page.ID, Result: result, Final: dice.IntN(3) == 0})
	case d == 20:
		key := []string{"4", "6", "9", "1", "5"}[dice.IntN(5)]
		p.line("%s presses %s", page.Person, key)
		p.step(paging.Report{PageID: page.ID, SID: "S" + page.ID, Key: key})
	case d == 21:
		p.reply([]string{alertstest.AdasNumber, "+12025550187"}[dice.IntN(2)], []string{"ack", "status", "mute 10m", "resolve", "ack " + goldenIncident(name, kind, 1, false, p.now).Short()}[dice.IntN(5)])
	case d == 22:
		p.step(paging.Archived{IncidentID: name})
	default:
		p.line("a standby's state of %d incidents is merged", len(p.other.Incidents))
		p.step(paging.StateMerged{Theirs: p.other})
		other := p.state
		other, _ = other.Step(paging.IncidentUpdated{Incident: goldenIncident("stock", incident.Degraded, runs["stock"]+1, false, p.now)}, p.on, p.now)
		p.other, _ = other.Step(paging.Tick{}, p.on, p.now.Add(time.Minute))
	}
}
