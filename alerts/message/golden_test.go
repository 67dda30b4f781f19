package message_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
	"valkyrie/infra/suite"
)

// TestGolden compares the whole of every message with testdata: of each kind of incident, for a task and for a title, and of each variation
// of one incident and of two at once. A person has read the files.
func TestGolden(t *testing.T) {
	for name, write := range map[string]func(*strings.Builder){"kinds": writeKinds, "variations": writeVariations, "together": writeTogether, "ends": writeEnds} {
		var b strings.Builder
		write(&b)
		suite.Golden(t, "testdata/"+name+".txt", b.String())
	}
}

var goldenNow = alertstest.Start.Add(100 * time.Minute)

// write adds a page as a call and a text, and as an e-mail where that has more than the text.
func write(b *strings.Builder, name string, c message.Content) {
	if c.Now.IsZero() {
		c.Now = goldenNow
	}
	fmt.Fprintf(b, "== %s\n", name)
	heads, details := c.Spoken()
	fmt.Fprintf(b, "call | %s\n     > %s\ntext | %s\n", strings.Join(heads, "\n     | "), strings.Join(details, "\n     > "), c.SMS())
	if c.Round.Before == 0 && (len(c.About)+len(c.Also) > 1 || c.OneWay || c.OnCall.EvidenceLink != nil || c.OnCall.EvidenceURL != "") || c.Round.Before == 1 {
		fmt.Fprintf(b, "mail | %s\n", strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(c.Email(), "\n", "\n     | "), "| \n", "|\n")))
	}
	b.WriteString("\n")
}

// kindOf returns an incident of a kind, as judge opens it.
func kindOf(kind incident.Kind) incident.Incident {
	i := alertstest.PrintCard()
	i.Kind, i.ID, i.Last, i.EveryMS, i.Streak = kind, "print-card/"+string(kind)+"/1", goldenNow.Add(-time.Minute), 60_000, 3
	return i
}

func writeKinds(b *strings.Builder) {
	for _, kind := range append(incident.Kinds(), incident.Drilled) {
		task, title, only, first := kindOf(kind), kindOf(kind), kindOf(kind), kindOf(kind)
		title.Title, title.Step = "Checkout", ""
		only.Only, only.Regions = true, []string{"eu-west-1"}
		first.Streak, first.Mixed = 1, true
		write(b, string(kind)+", a task", message.Content{About: []incident.Incident{task}})
		write(b, string(kind)+", a title and no step", message.Content{About: []incident.Incident{title}})
		write(b, string(kind)+", from one region only", message.Content{About: []incident.Incident{only}})
		write(b, string(kind)+", once, at different steps", message.Content{About: []incident.Incident{first}})
	}
}

func writeVariations(b *strings.Builder) {
	vary := func(name string, kind incident.Kind, change func(*incident.Incident, *message.Content)) {
		i, c := kindOf(kind), message.Content{}
		change(&i, &c)
		c.About = append(c.About, i)
		write(b, name, c)
	}
	outages := func(ends ...int) (all []incident.Outage) {
		for n, end := range ends {
			o := incident.Outage{Since: goldenNow.Add(time.Duration(10*n-60) * time.Minute), Step: "sign in", Error: "no button"}
			if end > 0 {
				o.Until = o.Since.Add(time.Duration(end) * time.Minute)
			}
			all = append(all, o)
		}
		return all
	}
	vary("it has failed before", incident.Down, func(i *incident.Incident, _ *message.Content) { i.Outages = outages(5, 0) })
	vary("it has failed three times", incident.Flapping, func(i *incident.Incident, _ *message.Content) { i.Outages = outages(5, 1, 2) })
	vary("one slot, where runs are rare", incident.Flapping, func(i *incident.Incident, _ *message.Content) { i.EveryMS, i.Last, i.Mixed = 3_600_000, i.Since, true })
	vary("one slot, without a step", incident.Flapping, func(i *incident.Incident, _ *message.Content) { i.EveryMS, i.Last, i.Step = 3_600_000, i.Since, "" })
	vary("one slot, a title", incident.Flapping, func(i *incident.Incident, _ *message.Content) {
		i.EveryMS, i.Last, i.Title = 3_600_000, i.Since, "Checkout"
	})
	vary("it is slow again and again", incident.Degraded, func(i *incident.Incident, _ *message.Content) {
		i.Bouts = []time.Time{goldenNow.Add(-50 * time.Hour), goldenNow}
	})
	vary("it was slow once", incident.Degraded, func(i *incident.Incident, _ *message.Content) { i.Bouts = []time.Time{goldenNow} })
	vary("its numbers are wrong again", incident.Counts, func(i *incident.Incident, _ *message.Content) {
		i.Bouts = []time.Time{goldenNow.Add(-20 * 24 * time.Hour), goldenNow.Add(-time.Hour), goldenNow}
	})
	vary("the probe breaks now and then", incident.ProbeFault, func(i *incident.Incident, _ *message.Content) { i.Often = true })
	vary("the probe breaks now and then, a title", incident.ProbeFault, func(i *incident.Incident, _ *message.Content) { i.Often, i.Title = true, "Checkout" })
	vary("an acknowledgement has expired", incident.Down, func(i *incident.Incident, _ *message.Content) {
		i.AckedBy, i.AckedAt, i.State, i.Acks = "Grace", goldenNow.Add(-31*time.Minute), incident.Notified, 1
	})
	vary("an acknowledgement of a slow journey has expired", incident.Degraded, func(i *incident.Incident, _ *message.Content) {
		i.AckedBy, i.AckedAt, i.State, i.Acks = "Grace", goldenNow.Add(-90*time.Second), incident.Notified, 1
	})
	for _, release := range []string{"v1.2.3", "web_4f9a21c08d", "20261121120000", "deadbeef"} {
		vary("after the release "+release, incident.Down, func(i *incident.Incident, c *message.Content) {
			c.Releases = []incident.Release{{Name: "old", At: i.Since.Add(-5 * time.Hour)}, {Name: release, At: i.Since.Add(-4 * time.Minute)}}
		})
	}
	vary("it works from other regions", incident.Down, func(i *incident.Incident, c *message.Content) {
		c.WorkingRegions = map[string][]string{i.ID: {"ap-south-1", "us-west-2"}, "another": {"eu-north-1"}}
	})
	vary("notes, a runbook, a region's zone", incident.Down, func(_ *incident.Incident, c *message.Content) {
		zone, _ := oncall.ParseZone("America/New_York")
		c.To = oncall.Person{Name: "Ada", Zone: zone}
		c.OnCall = oncall.OnCall{EvidenceURL: "https://evidence.example.com/", Journeys: map[string]oncall.JourneyNotes{"print-card": {Say: "look at the print queue", Runbook: "https://wiki.example.com/print~card"}}}
	})
	vary("evidence on the web, and a signed address", incident.Down, func(i *incident.Incident, c *message.Content) {
		i.Evidence[1].Path = "https://console.example.com/[1]"
		c.OnCall = oncall.OnCall{EvidenceLink: func(path string, at time.Time) string {
			return fmt.Sprint("https://h.example.com/e/", len(path), at.Minute(), "~")
		}}
	})
	for _, round := range []message.Round{{0, []string{"Ada"}}, {1, nil}, {2, []string{"Ada"}}, {9, []string{"Ada", "Grace"}}, {10, []string{"Ada", "Grace", "Linus", "Radia"}}, {20, []string{"Ada", "Grace", "Linus", "Radia", "Barbara"}}, {22, []string{"Ada"}}, {110, []string{"Ada"}}, {112, []string{"Ada"}}, {120, []string{"Ada"}}} {
		vary(fmt.Sprint("after ", round.Before, " rounds"), incident.Down, func(_ *incident.Incident, c *message.Content) { c.Round = round })
	}
	vary("one-way", incident.Down, func(_ *incident.Incident, c *message.Content) { c.OneWay = true })
	vary("other incidents", incident.Down, func(_ *incident.Incident, c *message.Content) {
		taken, wide := kindOf(incident.Degraded), kindOf(incident.Silent)
		taken.State, taken.AckedBy = incident.Acknowledged, "Grace"
		wide.Title, wide.Journey = "印刷する", "print-ja"
		c.Also = []incident.Incident{taken, wide, kindOf(incident.ProbeFault), kindOf(incident.Counts), kindOf(incident.Slower)}
	})
	vary("only, but from no region", incident.Flapping, func(i *incident.Incident, _ *message.Content) { i.Only, i.Regions = true, nil })
	vary("silent, but from no region", incident.Silent, func(i *incident.Incident, _ *message.Content) { i.Only, i.Regions, i.Title = true, nil, "Checkout" })
	vary("a title in Japanese", incident.Down, func(i *incident.Incident, _ *message.Content) { i.Title = "印刷する" })
	vary("no title and no name", incident.Down, func(i *incident.Incident, _ *message.Content) { i.Title, i.Journey = "", "" })
	vary("a long error", incident.Down, func(i *incident.Incident, _ *message.Content) {
		i.Error = strings.Repeat(`expected to see the button "Pay" within 30s; it is there, but covered by another element, last at 14:05, seen from here, and `, 6)
	})
	vary("an error without any end of a clause", incident.Down, func(i *incident.Incident, _ *message.Content) { i.Error = strings.Repeat("word ", 70) })
	vary("many regions", incident.Silent, func(i *incident.Incident, _ *message.Content) {
		i.Regions = []string{"ap-south-1", "eu-central-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-2"}
	})
	vary("a second ago", incident.Down, func(_ *incident.Incident, c *message.Content) { c.Now = kindOf(incident.Down).Since.Add(time.Second) })
	vary("at once", incident.Down, func(_ *incident.Incident, c *message.Content) { c.Now = kindOf(incident.Down).Since })
	for _, days := range []int{1, 2, 5, 6, 7, 30} {
		vary(fmt.Sprint("since ", days, " days"), incident.Down, func(i *incident.Incident, _ *message.Content) { i.Since = goldenNow.AddDate(0, 0, -days) })
	}
}

func writeTogether(b *strings.Builder) {
	titled := func(n int, kind incident.Kind, title string) incident.Incident {
		i := kindOf(kind)
		i.ID, i.Journey, i.Title = fmt.Sprintf("j%d/%s/1", n, kind), fmt.Sprint("journey-", n), title
		return i
	}
	one := []incident.Incident{titled(1, incident.Down, "print a card"), titled(2, incident.Down, "log in")}
	write(b, "two alike", message.Content{About: one})
	write(b, "two of one title", message.Content{About: []incident.Incident{one[0], titled(2, incident.Down, "print a card")}})
	write(b, "two of two kinds, in a later round", message.Content{About: []incident.Incident{one[0], titled(2, incident.Degraded, "Checkout")}, Round: message.Round{Before: 1, Called: []string{"Ada", "Grace"}}})
	write(b, "two batches, one-way", message.Content{About: []incident.Incident{titled(1, incident.Heartbeat, "send the texts"), titled(2, incident.Heartbeat, "make the backup")}, OneWay: true})
	write(b, "three, one in Japanese", message.Content{About: []incident.Incident{one[0], titled(2, incident.Down, "印刷する"), titled(3, incident.Silent, "Login")}})
	var many []incident.Incident
	for n := range 14 {
		many = append(many, titled(n, incident.Kinds()[n%len(incident.Kinds())], []string{"print a card", "log in", "Checkout", "pay", "DNS"}[n%5]))
	}
	for _, n := range []int{4, 6, 12, 13, 14} {
		write(b, fmt.Sprint(n, " of many kinds, and more beside them"), message.Content{About: many[:n], Also: many[n:], Round: message.Round{Before: 3, Called: []string{"Ada"}}})
	}
	long := titled(1, incident.Down, "log in")
	long.Journey = strings.Repeat("a-long-name-", 6)
	write(b, "names that are long", message.Content{About: append([]incident.Incident{long}, many[:9]...)})
}

func writeEnds(b *strings.Builder) {
	over := func(name string, kind incident.Kind, change func(*incident.Incident)) {
		i := kindOf(kind)
		i.State, i.ResolvedAt, i.Runs = incident.Resolved, goldenNow, 77
		if change != nil {
			change(&i)
		}
		fmt.Fprintf(b, "%s | %s\n", name, message.Content{About: []incident.Incident{i}, Now: goldenNow}.AllClear())
	}
	for _, kind := range incident.Kinds() {
		over(string(kind), kind, nil)
	}
	for _, ending := range []incident.Ending{incident.GivenUp, incident.Unwatched} {
		over(string(ending), incident.Down, func(i *incident.Incident) { i.Ending, i.Closing = ending, "no run came for 24 h" })
	}
	over("by hand", incident.Down, func(i *incident.Incident) { i.Ending, i.ResolvedBy = incident.ByHand, "Ada" })
	over("acknowledged", incident.Down, func(i *incident.Incident) { i.AckedBy = "Grace" })
	over("still fails", incident.Down, func(i *incident.Incident) { i.StillFails = []string{"us-east-1", "us-west-2"} })
	over("still fails from many", incident.Down, func(i *incident.Incident) {
		i.StillFails = []string{"ap-south-1", "us-east-1", "us-west-2"}
	})
	over("several outages", incident.Down, func(i *incident.Incident) {
		i.Outages = []incident.Outage{{Since: i.Since, Until: i.Since.Add(5 * time.Minute), Step: "sign in", Error: "no button"}, {Since: i.Since.Add(40 * time.Minute), Until: goldenNow, Step: "pay", Error: "no form"}}
	})
	over("one outage of two that ended", incident.Flapping, func(i *incident.Incident) {
		i.Outages = []incident.Outage{{Since: i.Since, Until: i.Since.Add(5 * time.Minute), Step: "sign in"}}
	})
	over("failed before and after its outage", incident.Flapping, func(i *incident.Incident) {
		i.FailedMS = (20 * time.Minute).Milliseconds()
		i.Outages = []incident.Outage{{Since: i.Since, Until: i.Since.Add(5 * time.Minute), Step: "sign in"}}
	})
	over("now and then", incident.ProbeFault, func(i *incident.Incident) { i.Often = true })
	over("in Japanese", incident.Down, func(i *incident.Incident) { i.Title = "印刷する" })
	bad := []incident.Incident{kindOf(incident.Down), kindOf(incident.Degraded)}
	var many []incident.Incident
	for n := range 20 {
		i := kindOf(incident.Kinds()[n%11])
		i.ID, i.Journey = fmt.Sprint("j", n, "/x/1"), fmt.Sprint("journey-", n)
		many = append(many, i)
	}
	zone, _ := oncall.ParseZone("Asia/Tokyo")
	who := oncall.Person{Name: "Ada", Zone: zone}
	for _, w := range []incident.ActiveMaintenance{{}, {Journeys: []string{"print-card", "login"}}, {Journeys: []string{strings.Repeat("x", 151)}}, {Journeys: []string{strings.Repeat("x", 150)}}} {
		for _, of := range [][]incident.Incident{bad[:1], bad, many} {
			fmt.Fprintf(b, "maintenance of %d | %s\n", len(w.Journeys), message.MaintenanceEnded(w, who, of, goldenNow))
		}
	}
	for _, of := range [][]incident.Incident{nil, bad[:1], many} {
		fmt.Fprintf(b, "muted | %s\n", message.MuteEnded(incident.Mute{Journey: "print-card"}, who, of, goldenNow))
	}
	for _, ago := range []time.Duration{0, time.Hour, 25 * time.Hour, 6*24*time.Hour - time.Minute, 6 * 24 * time.Hour, -25 * time.Hour} {
		fmt.Fprintf(b, "local time | %s\n", message.LocalTime(who, goldenNow.Add(-ago), goldenNow))
	}
	for _, subject := range []string{"one\nline", "über\tall", strings.Repeat("x", 99), strings.Repeat("x", 100)} {
		fmt.Fprintf(b, "subject | %s\n", message.EmailSubject(subject))
	}
	fmt.Fprintf(b, "contact | %q\n", message.VCard("+12025550100"))
	fmt.Fprintf(b, "aloud | %q\n", message.Aloud([]string{"p95 was 1,200 ms; use browser.ID(\"a\")", strings.Repeat("a clause of five words, ", 9)}))
	for _, text := range []string{"5 € each", strings.Repeat("x", 152) + "€" + strings.Repeat("y", 160), strings.Repeat("x", 151) + "€" + strings.Repeat("y", 160), strings.Repeat("€", 160), strings.Repeat("x", 306), strings.Repeat("x", 307)} {
		fmt.Fprintf(b, "fits | %s\n", message.FitSMS(text, " #1"))
	}
	mark := []incident.Release{{Name: "v1.2.3", At: bad[0].Since.Add(-4 * time.Minute)}}
	fmt.Fprintf(b, "began | %q %q\n", message.Began(bad[0], mark), message.Began(bad[0], nil))
}
