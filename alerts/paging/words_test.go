package paging_test

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// wrongWords are what no message to a person may say.
var wrongWords = regexp.MustCompile(`\b1 (calls|texts|things|times|hours|minutes)\b|[.!?,;:] ?[.;:,]([^.]|$)|\x1b|\\"|%!|cannot (to|can|cannot|customers)\b|these fail: [^,]*\.|no-answer|: human|\b0 min\b|: \.|://shop`)

// TestEveryNotice reads what people get besides the calls and texts about incidents, for odd titles and names: notices about
// refusals, caps, drills, mutes and maintenance, the answers to keys and texts, and pages from memory.
func TestEveryNotice(t *testing.T) {
	read := map[string]int{}
	for _, title := range []string{"print a card", "Checkout", "", `"print" \"a\" card`, "\x1b[31mpay\x1b[0m", "customers can pay", "🛒 buy...", "can I pay?", "https://shop.example.com/pay?x=1", "日本 shop", strings.Repeat("order cards ", 30)} {
		see := func(kind, words string) {
			read[kind]++
			if m := wrongWords.FindString(strings.ReplaceAll(words, "...", "")); m != "" || strings.Contains(words, "....") || words == "" || len([]rune(words)) > 400 {
				t.Errorf("%s, %q: it says %q: %s", kind, title, m, words)
			}
			for _, s := range strings.Split(words, "\n") {
				if n := len(strings.Fields(s)); kind == "from memory, aloud" && (n > 30 || strings.Contains(s, "1m0s")) {
					t.Errorf("%s, %q: it is not as people say it, %d words: %s", kind, title, n, s)
				}
			}
		}
		notices(t, title, see)
		answers(title, see)
		fromMemory(t, title, see)
	}
	for _, kind := range []string{"refusals", "cap", "drill", "mute", "maintenance", "answer to a key", "answer to a text", "from memory", "from memory, aloud"} {
		if read[kind] == 0 {
			t.Errorf("nothing was read of this kind: %s; there are %v", kind, read)
		}
	}
}

// titled returns an incident of a journey with that title.
func titled(title string, runs int, over bool) incident.Incident {
	i := alertstest.Incident("a", incident.Down, runs, over)
	i.Title, i.Step, i.Error = title, `press "Pay"`, "no answer within 30s..."
	return i
}

// notices passes the notices of a history to see.
func notices(t *testing.T, title string, see func(kind, words string)) {
	kinds := map[string]string{"delivers no": "refusals", "the cap": "cap", "the drill": "drill", "muted": "mute", "maintenance": "maintenance"}
	for _, more := range []string{
		"  caps: {calls_per_hour: 1, texts_per_hour: 1}", "  second_channel: {region: eu-west-1}", "  maintenance: [{from: 2026-11-21 02:00, to: 2026-11-21 03:05}]",
		"  drills: {every: \"1 * * * *\"}",
	} {
		w := &simulation{now: alertstest.Start, onCall: sleepers(t, more)}
		w.onCall.People[0].Awake = oncall.Hours{}
		w.step(paging.Tick{}) // the drill's schedule begins
		if !strings.Contains(more, "drills") {
			w.step(paging.IncidentUpdated{Incident: titled(title, 1, false)})
			w.step(paging.Reply{From: w.onCall.People[1].Phone, Body: "mute 2m", SID: "SM"})
		}
		for n := range 15 {
			for at := 0; at < len(w.route.Pages) && at < 200; at++ { // also those that the answers lead to
				p := w.route.Pages[at]
				switch {
				case p.State != incident.Claimed:
				case strings.Contains(more, "caps"):
					w.step(paging.Sent{PageID: p.ID, SID: fmt.Sprint("CA", p.ID, n)})
					w.step(paging.Report{PageID: p.ID, Result: incident.NoAnswer})
				case strings.Contains(more, "drills"):
					w.step(paging.Sent{PageID: p.ID, SID: fmt.Sprint("CA", p.ID, n)})
					w.step(paging.Report{PageID: p.ID, Result: []string{incident.Human, incident.Machine, incident.NoAnswer}[n%3]})
				case p.Via == incident.Primary:
					w.step(paging.Refused{PageID: p.ID, Why: "30034: not registered."})
				default:
					w.step(paging.Sent{PageID: p.ID, SID: fmt.Sprint("SM", p.ID, n), Via: p.Via})
				}
			}
			w.after(time.Minute)
		}
		for _, p := range w.sent {
			if p.Purpose != incident.Notice {
				continue
			}
			for part, kind := range kinds {
				if strings.Contains(p.Words, part) {
					see(kind, p.Words)
				}
			}
		}
	}
}

// answers passes the answers to keys and texts to see.
func answers(title string, see func(kind, words string)) {
	w := &simulation{now: alertstest.Start}
	w.accept(w.step(paging.IncidentUpdated{Incident: titled(title, 1, false)}))
	for _, body := range []string{"status", "mute 1h", "ack", "ack zz", "resolve", "status", "what?", "stop"} {
		rep := paging.Reply{From: alertstest.AdasNumber, Body: body}
		if said := w.route.ReplyFor(rep, *w.onCall, w.now); said != "" { // the second that is no command is not answered
			see("answer to a text", said)
		}
		w.step(rep)
	}
	for _, key := range []string{"4", "6", "9", "7"} {
		for _, said := range w.route.KeyAnswer(paging.Report{PageID: w.sent[0].ID, Key: key}, *w.onCall, w.now).Say {
			see("answer to a key", said)
		}
	}
}

// fromMemory passes the pages of a store that takes nothing to see.
func fromMemory(t *testing.T, title string, see func(kind, words string)) {
	phone := &recordingPhone{now: time.Now}
	e := &paging.Emergency{OnCall: alertstest.OnCall, Phone: phone, Log: slog.New(slog.DiscardHandler)}
	for _, others := range [][]string{nil, {"b", "c", "d", "e"}} {
		e.RunStored()
		for range 4 {
			for _, of := range append([]string{title}, others...) {
				e.RunLost(t.Context(), of, true, errors.New("database or disk is full (13)."))
			}
		}
	}
	e.Stuck(t.Context(), "the file alerts.yaml", errors.New("no end after 1m0s"))
	for _, d := range phone.dispatches {
		if d.Channel == incident.Call {
			see("from memory, aloud", strings.Join(d.Speech, "\n"))
			continue
		}
		see("from memory", d.TextBody)
	}
}
