package message_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
)

// words are words that a site, a journey or a person may put into a message: plain, foreign, with controls and markup.
var words = rapid.OneOf(
	rapid.String(),
	rapid.StringN(0, 600, -1),
	rapid.StringMatching(`[a-zA-Z ,.:"'<>&{}\[\]|~^\\€äöüßéñ—–…“”‘’\r\n\t\x00]{0,200}`),
	rapid.SampledFrom([]string{"", " ", ".", "…", "“Print” never came", "über", "expected a PDF within 15s; last job status \"queued\""}),
)

// incidents draws up to most incidents with arbitrary words.
func incidents(t *rapid.T, most int) []incident.Incident {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) incident.Incident {
		since := alertstest.Start.Add(time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "since")))
		return incident.Incident{
			ID: words.Draw(t, "id"), Journey: words.Draw(t, "journey"), Title: words.Draw(t, "title"),
			Kind: rapid.SampledFrom([]incident.Kind{incident.Down, incident.Degraded, incident.ProbeFault}).Draw(t, "kind"),
			Step: words.Draw(t, "step"), Error: words.Draw(t, "error"), Regions: rapid.SliceOfN(words, 0, 5).Draw(t, "regions"),
			Since: since, Streak: rapid.IntRange(0, 1e6).Draw(t, "streak"), AckedBy: words.Draw(t, "acked by"),
			ResolvedAt: since.Add(time.Duration(rapid.Int64Range(-1e12, 1e15).Draw(t, "lasting"))),
		}
	}), 1, most).Draw(t, "incidents")
}

// gsm7 is the basic character set of 3GPP TS 23.038, table 6.2.1, row by row; gsm7Twice are the characters preceded by
// an escape (6.2.1.1).
const (
	gsm7      = "@Δ 0¡P¿p£_!1AQaq$Φ\"2BRbr¥Γ#3CScsèΛ¤4DTdtéΩ%5EUeuùΠ&6FVfvìΨ'7GWgwòΣ(8HXhxÇΘ)9IYiy\nΞ*:JZjzØ+;KÄkäøÆ,<LÖlö\ræ-=MÑmñÅß.>NÜnüåÉ/?O§oà"
	gsm7Twice = "\f^{}\\[~]|€"
)

// twoSegments reports whether a text fits into two segments, computed without shortcuts: each holds 153 septets, or 67
// UTF-16 units if any character is outside GSM; an escaped character is never split.
func twoSegments(text string) bool {
	room, size := 153, func(r rune) int {
		if strings.ContainsRune(gsm7Twice, r) {
			return 2
		}
		return 1
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune(gsm7+gsm7Twice, r) }) {
		room, size = 67, func(r rune) int { return utf16.RuneLen(r) }
	}
	segments, left := 1, room
	for _, r := range text {
		if left < size(r) {
			segments, left = segments+1, room
		}
		left -= size(r)
	}
	return segments <= 2
}

// TestTexts checks that arbitrary words give a readable text within two segments that ends with each incident's handle.
func TestTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		about := incidents(t, 12)
		handles := ""
		for _, i := range about {
			handles += " #" + i.Short()
		}
		for text, end := range map[string]string{
			alarmText(about, alertstest.Start): handles, allClearText(about[0]): " #" + about[0].Short(),
		} {
			if !twoSegments(text) {
				t.Fatalf("more than two segments: %q", text)
			}
			if strings.ContainsFunc(text, unicode.IsControl) || !utf8.ValidString(text) {
				t.Fatalf("not readable: %q", text)
			}
			if !strings.HasPrefix(text, "VALKYRIE: ") || !strings.HasSuffix(text, end) {
				t.Fatalf("want it to begin with who it is from and to end with %q: %q", end, text)
			}
		}
	})
}

// TestSpeech checks that each sentence is not empty, has only whole characters and is one line, because a page stores
// one sentence per line.
func TestSpeech(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, s := range speech(incidents(t, 4), alertstest.Start) {
			if strings.TrimSpace(s) == "" {
				t.Fatal("an empty sentence")
			}
			if strings.Contains(s, "\n") {
				t.Fatalf("a sentence of two lines: %q", s)
			}
			if !utf8.ValidString(s) {
				t.Fatalf("a broken character: %q", s)
			}
		}
	})
}

// A listener receives the request in place of the provider.
type listener struct{ form url.Values }

func (l *listener) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	l.form, err = url.ParseQuery(string(body))
	return &http.Response{
		StatusCode: http.StatusCreated, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"sid":"CA1"}`)),
	}, err
}

// TestCallFitsProvider checks that arbitrary words give a well-formed document of at most 4,000 characters that asks
// for the key twice.
func TestCallFitsProvider(t *testing.T) {
	provider := &listener{}
	phone, err := twilio.New(twilio.ClientConfig{
		AccountSID: "AC00000000000000000000000000000000", AuthToken: "0", From: "+12025550100", Transport: provider,
		CallbackURL: "https://" + strings.Repeat("a", 60) + ".example.com",
	})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		d := paging.Dispatch{
			PageID: "p1-abc", Channel: incident.Call, To: alertstest.AdasNumber, Speech: speech(incidents(t, 20), alertstest.Start), Prompt: paging.Prompt,
		}
		if _, err := phone.Send(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		twiml := provider.form.Get("Twiml")
		if n := utf8.RuneCountInString(twiml); n > 4000 {
			t.Fatalf("%d characters", n)
		}
		var document struct {
			Gather []struct{ Say []string }
		}
		if err := xml.Unmarshal([]byte(twiml), &document); err != nil {
			t.Fatal(err)
		}
		if len(document.Gather) != 2 {
			t.Fatalf("the key is asked for %d times, want 2: %s", len(document.Gather), twiml)
		}
		for _, g := range document.Gather {
			if g.Say[0] != "This is Valkyrie." || g.Say[len(g.Say)-1] != paging.Prompt {
				t.Fatalf("said: %q", g.Say)
			}
		}
	})
}

// printDown is the failed printing of a card.
func printDown() incident.Incident {
	return incident.Incident{
		ID: "print-card/down/2026-11-21T03:00:00Z", Journey: "print-card", Title: "print a card", Kind: incident.Down,
		Step: "wait for the PDF", Error: `no PDF within 15s; last job status "queued"`, Regions: []string{"eu", "us"},
		Since: alertstest.Start, Opened: alertstest.Start.Add(time.Minute), Streak: 2, State: incident.Open,
	}
}

// TestMessageFacts checks that each message contains its facts, whatever the wording.
func TestMessageFacts(t *testing.T) {
	down := printDown()
	slow := down
	slow.Kind, slow.Step, slow.Error, slow.Streak = incident.Degraded, "see the preview", "it took 4.1 s; the budget is 2.0 s", 3
	fault := down
	fault.Kind, fault.Step, fault.Error = incident.ProbeFault, "see that nothing failed", "Chrome did not start"
	earlyFault := fault
	earlyFault.Step = ""
	over := down
	over.State, over.ResolvedAt, over.AckedBy = incident.Resolved, alertstest.Start.Add(65*time.Minute), "Ada"
	nameless := over
	nameless.Title = ""
	foreign := down
	foreign.Error = "“Drucken” nicht gefunden"
	now := alertstest.Start.Add(90 * time.Second)
	say := func(i ...incident.Incident) string { return strings.Join(speech(i, now), "\n") }
	for name, c := range map[string]struct {
		got   string
		parts []string
	}{
		"a call that it is down": {say(down), []string{
			"This is Valkyrie.\n", "annot print a card.", `"wait for the PDF"`, "twice in a row", "3 o'clock in the morning, UTC", "1 minute",
			"eu and us", `No PDF within 15 seconds; last job status "queued".`,
		}},
		"a call about two":        {say(down, slow), []string{"2 things", "annot print a card", "slow", `"see the preview"`}},
		"a foreign first letter":  {say(foreign), []string{"\n“Drucken” nicht gefunden."}},
		"a step is quoted as is":  {say(fault), []string{`"see that nothing failed"`}},
		"broken before any step":  {say(earlyFault), []string{"twice in a row", "Chrome did not start."}},
		"a text that it is down":  {alarmText([]incident.Incident{down}, now), []string{"annot print a card", `"wait for the PDF"`, "twice in a row", "03:00 UTC", "eu and us", "No PDF within 15s", " #" + down.Short()}},
		"a text that it is slow":  {alarmText([]incident.Incident{slow}, now), []string{"slow", "print a card", `"see the preview"`, "3 times", "It took 4.1 s; the budget is 2.0 s"}},
		"a text that it is over":  {allClearText(over), []string{"all clear", "print a card", "03:00 UTC", "04:05 UTC", "1 h 5 min", "Ada", " #" + down.Short()}},
		"over, and without title": {allClearText(nameless), []string{"print card"}},
	} {
		for _, part := range c.parts {
			if !strings.Contains(c.got, part) {
				t.Errorf("%s: want %q in:\n%s", name, part, c.got)
			}
		}
	}
}

// TestClockAhead checks that no duration is negative when another machine's clock is ahead.
func TestClockAhead(t *testing.T) {
	for _, s := range []string{
		strings.Join(speech([]incident.Incident{printDown()}, alertstest.Start.Add(-time.Minute)), " "),
		alarmText([]incident.Incident{printDown()}, alertstest.Start.Add(-time.Minute)),
	} {
		if strings.Contains(s, "-60 s") {
			t.Errorf("a negative time: %s", s)
		}
	}
}

// Messages about incidents to a person in UTC.
func speech(about []incident.Incident, now time.Time) []string {
	return message.Content{About: about, Now: now}.Speech()
}

func alarmText(about []incident.Incident, now time.Time) string {
	return message.Content{About: about, Now: now}.SMS()
}

func allClearText(over incident.Incident) string {
	return message.Content{About: []incident.Incident{over}, Now: over.ResolvedAt}.AllClear()
}
