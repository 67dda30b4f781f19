package message_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/phrase"
	"valkyrie/probes/journey"
)

// inBerlin is Ada, in Berlin, where the journey fails at 04:23.
func inBerlin(t rapid.TB) oncall.Person {
	t.Helper()
	zone, err := oncall.ParseZone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return oncall.Person{Name: "Ada", Zone: zone, Language: "en-GB"}
}

func createOrder() incident.Incident {
	return incident.Incident{
		ID: "create-order/degraded/1", Journey: "create-order", Title: "create an order", Kind: incident.Degraded, State: incident.Acknowledged,
		AckedBy: "Grace", Step: "submit", Error: "it took 12 s; the budget is 4.0 s", Regions: []string{"eu-west-1"}, Streak: 3, Since: alertstest.Start.Add(-7 * time.Hour),
	}
}

func TestSaid(t *testing.T) {
	got := message.Content{
		To: inBerlin(t), About: []incident.Incident{alertstest.PrintCard()}, Also: []incident.Incident{createOrder()}, Now: alertstest.Start.Add(65 * time.Minute),
		WorkingRegions: map[string][]string{"print-card/down/1": {"ap-south-1"}},
		OnCall:         oncall.OnCall{Journeys: map[string]oncall.JourneyNotes{"print-card": {Say: "look at the workers first", Runbook: "https://wiki.example.com/print"}}},
	}.Speech()
	want := []string{
		"This is Valkyrie.",
		"Customers cannot print a card.",
		`The step "wait for the PDF" failed twice in a row, since 4:23 in the morning, Berlin time, that is 42 minutes.`,
		"It is seen from eu west 1 and us east 1.",
		"It is fine from ap south 1.",
		`No PDF within 15 seconds (1.2 megabytes read); last job status "queued" at shop.example.com/jobs/7.`,
		"Look at the workers first.",
		"Also: it is slow to create an order, since yesterday, 9 o'clock in the evening, Berlin time; it is with Grace.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestLocatorsAreNotSaid checks that neither a call nor a text has the Go expressions of a browser step's error.
func TestLocatorsAreNotSaid(t *testing.T) {
	card := alertstest.PrintCard()
	for said, want := range map[string]string{
		`there is none; there is a tab "Print"; use browser.Role("tab", "Print")`:                                                     `There is none; there is a tab "Print".`,
		`there are 2 of them; use browser.Button("a;\"b)").Nth(1) or browser.Button("a;\"b)").Nth(2); on the way: GET / answered 500`: `There are 2 of them; on the way: GET / answered 500.`,
		`there are 2 of them; use browser.Button("Pri`:                                                                                `There are 2 of them.`,
	} {
		card.Error = said
		content := message.Content{To: inBerlin(t), About: []incident.Incident{card}, Now: alertstest.Start.Add(65 * time.Minute)}
		if speech := content.Speech(); !slices.Contains(speech, want) {
			t.Errorf("%q is not in the call %q", want, speech)
		}
		if text := content.SMS(); strings.Contains(text, "browser.") {
			t.Errorf("the text has code: %s", text)
		}
	}
}

func TestWritten(t *testing.T) {
	content := message.Content{
		To: inBerlin(t), About: []incident.Incident{alertstest.PrintCard()}, Now: alertstest.Start.Add(65 * time.Minute),
		OnCall: oncall.OnCall{
			EvidenceURL: "https://evidence.example.com",
			Journeys:    map[string]oncall.JourneyNotes{"print-card": {Runbook: "https://wiki.example.com/print"}},
		},
	}
	for name, c := range map[string]struct {
		change func(*message.Content)
		want   string
	}{
		"one": {
			func(*message.Content) {},
			`VALKYRIE: Customers cannot print a card. The step "wait for the PDF" failed twice in a row, since 04:23 CET, that is 42 min, seen from eu-west-1 and us-east-1. No PDF within 15s (1.2 MB read); last job s...` +
				" https://wiki.example.com/print https://evidence.example.com/print-card/1/%7Escreen%20shot.png #8bfe",
		},
		"without addresses": {
			func(t *message.Content) { t.OnCall = oncall.OnCall{} },
			`VALKYRIE: Customers cannot print a card. The step "wait for the PDF" failed twice in a row, since 04:23 CET, that is 42 min, seen from eu-west-1 and us-east-1. ` +
				`No PDF within 15s (1.2 MB read); last job status "queued" at https://shop.example.com/jobs/7?key=1. #8bfe`,
		},
		"evidence that has an address of its own": {
			func(t *message.Content) {
				t.OnCall, t.About[0].Evidence = oncall.OnCall{}, []journey.Evidence{{Kind: "screenshot", Path: "https://console.example.com/s3?prefix=a"}}
			},
			`VALKYRIE: Customers cannot print a card. The step "wait for the PDF" failed twice in a row, since 04:23 CET, that is 42 min, seen from eu-west-1 and us-east-1. ` +
				`No PDF within 15s (1.2 MB read); last job status "queued" at https://shop.example.com/jobs/7?key=1. https://console.example.com/s3?prefix=a #8bfe`,
		},
		"an address that is too long is left out": {
			func(t *message.Content) { t.OnCall.EvidenceURL = "https://" + strings.Repeat("e", 150) + ".com" },
			`VALKYRIE: Customers cannot print a card. The step "wait for the PDF" failed twice in a row, since 04:23 CET, that is 42 min, seen from eu-west-1 and us-east-1. ` +
				`No PDF within 15s (1.2 MB read); last job status "queued" at https://shop.example.com/jobs/7?key=1. https://wiki.example.com/print #8bfe`,
		},
		"two": {
			func(t *message.Content) { t.OnCall, t.About = oncall.OnCall{}, append(t.About, createOrder()) },
			"VALKYRIE: 2 things are wrong. Customers cannot print a card, since 04:23 CET. It is slow to create an order, since Fri 21:00 CET. " +
				`The step "wait for the PDF" failed twice in a row, since 04:23 CET, that is 42 min, seen from eu-west-1 and us-east-1. No PDF within 15s (1.2 MB read); last job... #8bfe #90bc`,
		},
	} {
		changed := content
		changed.About = slices.Clone(content.About)
		c.change(&changed)
		if got := changed.SMS(); got != c.want || len(got) > 306 {
			t.Errorf("%s: %d characters\ngot  %s\nwant %s", name, len(got), got, c.want)
		}
	}
}

// TestEvidenceLink: a text has the address that opens without signing in; if that is too long, the one that does not. An e-mail has
// both.
func TestEvidenceLink(t *testing.T) {
	const console = "https://console.example.com/s3?prefix=a"
	card := alertstest.PrintCard()
	card.Evidence = []journey.Evidence{{Kind: "html", Path: "https://console.example.com/s3?prefix=page"}, {Kind: "screenshot", Path: console}}
	now := alertstest.Start.Add(65 * time.Minute)
	for name, c := range map[string]struct {
		link, want string
	}{
		"an address":             {"https://abc.lambda-url.eu-west-1.on.aws/e/1/" + strings.Repeat("_", 100), "https://abc.lambda-url.eu-west-1.on.aws/e/1/" + strings.Repeat("_", 100)},
		"too long an address":    {"https://abc.lambda-url.eu-west-1.on.aws/e/1/" + strings.Repeat("-", 160), console},
		"nothing that is signed": {"", console},
	} {
		var asked []string
		content := message.Content{To: inBerlin(t), About: []incident.Incident{card}, Now: now, OnCall: oncall.OnCall{
			EvidenceLink: func(path string, at time.Time) string {
				if !at.Equal(now) {
					t.Errorf("%s: signed at %s", name, at)
				}
				asked = append(asked, path)
				return c.link
			},
		}}
		text := content.SMS()
		if !strings.HasSuffix(text, " "+c.want+" #8bfe") || len(text) > 2*153 || strings.Contains(text, "https://console") != (c.want == console) {
			t.Errorf("%s: %d characters: %s", name, len(text), text)
		}
		if !slices.Equal(asked, []string{console}) {
			t.Errorf("%s: signed %v", name, asked)
		}
		if email := content.Email(); !strings.Contains(email, console+"\n") || !strings.Contains(email, c.link) {
			t.Errorf("%s: %s", name, email)
		}
	}
}

// TestTextFits checks that arbitrary words give a text within two segments, with its handle.
func TestTextFits(t *testing.T) {
	to := inBerlin(t)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.OneOf(rapid.String(), rapid.Map(rapid.IntRange(0, 400), func(n int) string { return strings.Repeat("ü€", n) }))
		content := message.Content{To: to, Now: alertstest.Start, OnCall: oncall.OnCall{EvidenceURL: "https://evidence.example.com", Journeys: map[string]oncall.JourneyNotes{}}}
		for range rapid.IntRange(1, 8).Draw(t, "incidents") {
			i := alertstest.PrintCard()
			i.ID, i.Title, i.Step, i.Error, i.Journey = words.Draw(t, "id"), words.Draw(t, "title"), words.Draw(t, "step"), words.Draw(t, "error"), words.Draw(t, "journey")
			i.Regions, i.Evidence[1].Path = []string{words.Draw(t, "region")}, words.Draw(t, "path")
			content.OnCall.Journeys[i.Journey] = oncall.JourneyNotes{Say: words.Draw(t, "say")}
			content.About, content.Also = append(content.About, i), append(content.Also, i)
		}
		content.Speech()
		text := content.SMS()
		if !twoSegments(text) || !strings.Contains(text, " #"+content.About[0].Short()) {
			t.Fatalf("%d characters: %s", len(text), text)
		}
	})
}

// TestLongAgo checks that a weekday is used only while it is unambiguous.
func TestLongAgo(t *testing.T) {
	for ago, want := range map[time.Duration][2]string{
		time.Hour: {"since 02:00 UTC", "since 2 o'clock in the morning"}, 24 * time.Hour: {"since Fri 03:00 UTC", "since yesterday, 3 o'clock"},
		72 * time.Hour: {"since Wed 03:00 UTC", "since Wednesday, 3 o'clock"}, 7 * 24 * time.Hour: {"since 14 Nov 03:00 UTC", "since 14 November, 3 o'clock"},
	} {
		i := alertstest.Incident("print-card", incident.Heartbeat, 1, false)
		i.Since = alertstest.Start.Add(-ago)
		content := message.Content{About: []incident.Incident{i}, Now: alertstest.Start}
		if got := content.SMS(); !strings.Contains(got, want[0]) {
			t.Errorf("got %s, want %s", got, want[0])
		}
		if got := strings.Join(content.Speech(), " "); !strings.Contains(got, want[1]) {
			t.Errorf("got %s, want %s", got, want[1])
		}
	}
}

// TestCauseSurvives checks that the cause of a failure, which an error begins with, is in the text message and in the call
// however long the rest is.
func TestCauseSurvives(t *testing.T) {
	i := alertstest.PrintCard()
	i.Error = `POST /save has had no answer for 10 s; expected to see the text "Saved" within 10s: there is none; the page begins with "` + strings.Repeat("Your order ", 30) + `"`
	page := message.Content{To: inBerlin(t), About: []incident.Incident{i}, Now: alertstest.Start.Add(65 * time.Minute), OnCall: oncall.OnCall{
		EvidenceURL: "https://evidence.example.com", Journeys: map[string]oncall.JourneyNotes{"print-card": {Runbook: "https://wiki.example.com/print"}},
	}}
	if text := page.SMS(); !strings.Contains(text, "POST /save has had no answer for 10 s") {
		t.Errorf("the text: %s", text)
	}
	if call := strings.Join(page.Speech(), " "); !strings.Contains(call, "POST /save has had no answer for 10 seconds.") {
		t.Errorf("the call: %s", call)
	}
	if kept := phrase.Shorten(i.Error); !strings.HasPrefix(kept, "POST /save has had no answer for 10 s") {
		t.Errorf("in a list of outages: %s", kept)
	}
}

// TestTrueFacts: a step failed in a row only if it was the same step each time; "only" stands where the other regions are fine.
func TestTrueFacts(t *testing.T) {
	down := alertstest.Incident("a", incident.Down, 2, false)
	down.Title, down.Step = "print a card", "press Print"
	mixed := down
	mixed.Mixed = true
	only := down
	only.Kind, only.Only, only.Last = incident.Flapping, true, alertstest.Start.Add(time.Minute)
	silent := only
	silent.Kind = incident.Silent
	all := silent
	all.Only = false
	for name, c := range map[string]struct {
		i           incident.Incident
		want, never string
	}{
		"the same step":   {down, `The step "press Print" failed twice in a row, since 03:00 UTC`, "last at"},
		"different steps": {mixed, `It failed twice in a row, last at the step "press Print", since 03:00 UTC`, `"press Print" failed`},
		"one region":      {only, `From eu only, customers cannot print a card. The step "press Print" fails since 03:00 UTC, that is 2 min, last at 03:01 UTC, seen from eu only.`, "now and then"},
		"one is silent":   {silent, "No run comes from eu to see whether customers can print a card.", "Nobody"},
		"all are silent":  {all, "Nobody is watching whether customers can print a card.", "only"},
	} {
		got := message.Content{To: alertstest.OnCall.People[0], About: []incident.Incident{c.i}, Now: alertstest.Start.Add(2 * time.Minute)}.SMS()
		if !strings.Contains(got, c.want) || strings.Contains(got, c.never) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestEvidenceFollows checks that a text which is sent before the evidence was captured names where it will be.
func TestEvidenceFollows(t *testing.T) {
	for path, want := range map[string]string{
		"evidence/print-card/20261121T030000Z_eu_1/":                  " https://evidence.example.com/evidence/print-card/20261121T030000Z_eu_1/ ",
		"https://console.aws.amazon.com/s3/buckets/b?prefix=2026/ab/": " https://console.aws.amazon.com/s3/buckets/b?prefix=2026/ab/ ",
	} {
		i := alertstest.PrintCard()
		i.Evidence = []journey.Evidence{{Kind: "pending", Path: path, Missing: "it follows"}}
		page := message.Content{To: inBerlin(t), About: []incident.Incident{i}, Now: alertstest.Start, OnCall: oncall.OnCall{EvidenceURL: "https://evidence.example.com"}}
		if got := page.SMS(); !strings.Contains(got, want) {
			t.Errorf("the text: %s", got)
		}
	}
}
