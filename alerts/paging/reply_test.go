package paging_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/alertstest"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/paging"
	"valkyrie/probes/journey"
)

// TestRunCommand checks that a command is applied and recorded in the history, that the people paged get the all-clear,
// and that an unresolved incident calls again.
func TestRunCommand(t *testing.T) {
	t.Parallel()
	o := newTestbed(t, time.Second).open(nil)
	order := func(name, body string) string {
		t.Helper()
		answer, err := paging.RunCommand(t.Context(), o.store, alertstest.OnCall, name, body, o.time())
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	if got := order("Ada", "resolve"); got != "There is nothing to resolve." {
		t.Error(got)
	}
	o.exchange.Default("listen")
	o.down()
	o.mustAdvance(0)
	o.wantCalls("Ada Grace")
	id := o.incident().Short()
	if got, want := order("Grace", "ack "+id), "Thank you, Grace. Yours: print-card down #"+id+"."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	o.wantAcked("Grace")
	o.mustAdvance(time.Hour)
	o.wantCalls("Ada Grace")
	if got, want := order("Grace", "resolve"), "Thank you, Grace. Over: print-card down #"+id+". If it fails again, it is told again."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	o.mustAdvance(time.Minute)
	o.wantTexts("Ada:alarm Ada:all-clear Grace:alarm Grace:all-clear")
	texts := o.exchange.Texts()
	if last := texts[len(texts)-1].Body; !strings.HasPrefix(last, "VALKYRIE: all clear. Grace says that it is over: print a card. It was down from 03:00 UTC to ") {
		t.Error(last)
	}
	if i := o.incident(); i.State != incident.Resolved || i.ResolvedBy != "Grace" || i.Closing != "Grace said that it is over" {
		t.Errorf("%s by %q: %s", i.State, i.ResolvedBy, i.Closing)
	}
	if err := o.recordRun(70, journey.Failed); err != nil {
		t.Fatal(err)
	}
	o.exchange.Default("press 4")
	o.mustAdvance(0)
	o.wantCalls("Ada Grace Ada")
	o.wantAcked("Ada")
	if answer, err := paging.RunCommand(t.Context(), o.store, alertstest.OnCall, "ada", "ack zzz", o.time()); err == nil || !strings.Contains(err.Error(), "is called zzz") {
		t.Errorf("an unknown incident: %q, %v", answer, err)
	}
	if _, err := paging.RunCommand(t.Context(), o.store, alertstest.OnCall, "Bob", "ack", o.time()); err == nil {
		t.Error("accepted Bob, who is not on call")
	}
}

// TestAllClears checks the all-clear of each kind of incident.
func TestAllClears(t *testing.T) {
	for kind, want := range map[incident.Kind]string{
		incident.Down:         "It works again: print a card. It was down from 03:00 UTC to 04:00 UTC (1 h).",
		incident.Flapping:     `It fails no more: print a card. It was down twice since 03:00 UTC, for 5 min, each time at the step "wait".`,
		incident.Silent:       "Runs come again: print a card. None came from 03:00 UTC to 04:00 UTC (1 h).",
		incident.Degraded:     "It is fast again: print a card. It was slow from 03:00 UTC to 04:00 UTC (1 h).",
		incident.LatencyTrend: "It does not get slower any more: print a card. It did so from 03:00 UTC to 04:00 UTC (1 h).",
		incident.Slower:       "It no longer takes several times as long: print a card. It did so from 03:00 UTC to 04:00 UTC (1 h).",
		incident.Counts:       "The numbers fit again: print a card. They did not fit from 03:00 UTC to 04:00 UTC (1 h).",
		incident.Heartbeat:    "The batch is done: print a card. It was in trouble from 03:00 UTC to 04:00 UTC (1 h).",
		incident.Cleanup:      "Test data is removed again: print a card. It was left behind from 03:00 UTC to 04:00 UTC (1 h).",
		incident.ProbeFault:   "Valkyrie can check it again: print a card. It could not from 03:00 UTC to 04:00 UTC (1 h).",
	} {
		i := alertstest.Incident("a", kind, 2, true)
		i.Title = "print a card"
		if kind == incident.Flapping {
			i.Outages = []incident.Outage{
				{Since: alertstest.Start, Until: alertstest.Start.Add(5 * time.Minute), Step: "wait"},
				{Since: alertstest.Start.Add(30 * time.Minute), Until: alertstest.Start.Add(35 * time.Minute), Step: "wait"},
			}
		}
		got := message.Content{About: []incident.Incident{i}, Now: alertstest.Start.Add(time.Hour)}.AllClear()
		if got != "VALKYRIE: all clear. "+want+" #ca97" {
			t.Errorf("%s: got  %s\nwant %s", kind, got, want)
		}
	}
}

// TestClosedIsNotAllClear checks that an incident whose cause may last is not announced as over, but with its ending.
func TestClosedIsNotAllClear(t *testing.T) {
	for ending, want := range map[incident.Ending]string{
		incident.GivenUp:   "VALKYRIE: closed, with its state unknown: print a card. Nothing has tested it. It was down from 03:00 UTC to 04:00 UTC (1 h). #ca97",
		incident.Unwatched: "VALKYRIE: closed, as it is no longer watched: print a card. Nothing has tested it. It was down from 03:00 UTC to 04:00 UTC (1 h). #ca97",
	} {
		i := alertstest.Incident("a", incident.Down, 2, false).End(ending, alertstest.Start.Add(time.Hour), "nothing has tested it")
		i.Title = "print a card"
		if got := (message.Content{About: []incident.Incident{i}, Now: alertstest.Start.Add(time.Hour)}).AllClear(); got != want {
			t.Errorf("%s: got  %s\nwant %s", ending, got, want)
		}
	}
	i := alertstest.Incident("a", incident.Down, 2, true)
	i.Title, i.StillFails = "print a card", []string{"eu-west-1"}
	const want = "VALKYRIE: it works again, but still fails from eu-west-1: print a card. It was down from 03:00 UTC to 04:00 UTC (1 h). #ca97"
	if got := (message.Content{About: []incident.Incident{i}, Now: alertstest.Start.Add(time.Hour)}).AllClear(); got != want {
		t.Errorf("in part: got  %s\nwant %s", got, want)
	}
}

// TestHandleLikeADuration: of an open incident whose handle begins like days, "mute 3d 1h" means that one, for an hour; without one it is
// a duration.
func TestHandleLikeADuration(t *testing.T) {
	const ada = "+12025550143"
	w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
	p := pagerOf(w)
	var inc incident.Incident
	for n := 0; !regexp.MustCompile(`^[1-6]d`).MatchString(inc.Short()); n++ {
		inc = alertstest.Incident(fmt.Sprintf("journey-%d", n), incident.Down, 1, false)
	}
	w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
	w.accept(w.step(paging.IncidentUpdated{Incident: inc}))
	want := "Muted until 05:00 CET: " + inc.Journey + " down #" + inc.Short() + ". If it is still bad then, you are told again."
	if got := p.reply(t, paging.Reply{From: ada, Body: "mute " + inc.Short()[:2] + " 1h"}); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := p.reply(t, paging.Reply{From: ada, Body: "mute 6d 1h"}); !strings.HasPrefix(inc.Short(), "6d") && !strings.HasPrefix(got, "Muted until 27 Nov 05:00 CET: a down #ca97, ") {
		t.Error(got)
	}
	want = "Thank you, Ada. Over: a down #ca97, " + inc.Journey + " down #" + inc.Short() + ". If it fails again, it is told again, but not before 27 Nov 05:00 CET: it is muted."
	if got := p.reply(t, paging.Reply{From: ada, Body: "resolve"}); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestReply checks the effect and the answer of each command by text. Handles: a is #ca97, b is #3e23.
func TestReply(t *testing.T) {
	const ada, stranger = "+12025550143", "+12025550199"
	w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
	p := pagerOf(w)
	for _, c := range []struct{ from, body, want string }{
		{ada, "status", "All is well."},
		{ada, "ack", "There is nothing to acknowledge."},
		{ada, "mute 1h", "Nothing is wrong, so nothing was muted."},
		{ada, "good morning", "Reply ack, ack 3f, resolve 3f, mute 1h, mute 3f 1h or status; 3f is the beginning of a handle such as #3f2a."},
		{"", "+a", ""},
		{"", "+b", ""},
		{stranger, "ack", ""},
		{ada, "Status ", "a down since 04:00 CET, notified #ca97. b down since 04:00 CET, open #3e23."},
		{ada, "ack 3e", "Thank you, Ada. Yours: b down #3e23."},
		{ada, "ack zz", "Nothing that is wrong now is called zz. There is: a down #ca97, b down #3e23. Write ack, or ack ca97."},
		{ada, "mute #CA97 90m", "Muted until 05:30 CET: a down #ca97. If it is still bad then, you are told again."},
		{ada, "status", "a down since 04:00 CET, notified #ca97. b down since 04:00 CET, acknowledged by Ada #3e23. a is muted until 05:30 CET."},
		{ada, "ack", "Thank you, Ada. Yours: a down #ca97, b down #3e23."},
	} {
		if c.from == "" {
			w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident(c.body[1:], incident.Down, 1, false)}))
			continue
		}
		if got := p.reply(t, paging.Reply{From: c.from, Body: c.body}); got != c.want {
			t.Errorf("%s: got  %s\nwant %s", c.body, got, c.want)
		}
	}
	if w.after(2 * time.Hour); len(w.route.Mutes) != 0 {
		t.Errorf("still muted: %v", w.route.Mutes)
	}
}

// TestReplyIsBounded checks that any text is answered in at most two segments, and that an unknown number's changes
// nothing.
func TestReplyIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &simulation{now: alertstest.Start, onCall: sleepers(t, "")}
		w.accept(w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)}))
		body := rapid.OneOf(rapid.String(), rapid.StringMatching(`(ack|mute|resolve|status) ?#?[0-9a-f]{0,5} ?[0-9]{0,12}[hmd]?`)).Draw(t, "body")
		if got := pagerOf(w).reply(t, paging.Reply{From: "+12025550187", Body: body}); got == "" || len(got) > 306 {
			t.Fatalf("%q: %d characters: %s", body, len(got), got)
		}
		state := len(w.route.Mutes)
		if got := pagerOf(w).reply(t, paging.Reply{From: rapid.StringMatching(`\+1202555018[0-68-9]?`).Draw(t, "from"), Body: body}); got != "" || len(w.route.Mutes) != state {
			t.Fatalf("a stranger got %q", got)
		}
	})
}

// A pagerSide answers replies as the pager does.
type pagerSide struct{ *simulation }

func pagerOf(w *simulation) pagerSide { return pagerSide{w} }

func (p pagerSide) reply(t rapid.TB, rep paging.Reply) string {
	t.Helper()
	words := p.route.ReplyFor(rep, *p.onCall, p.now)
	p.step(rep)
	return words
}

// TestRepliesAsPeopleWriteThem checks commands with capitals, punctuation, thanks and signatures.
func TestRepliesAsPeopleWriteThem(t *testing.T) {
	for body, want := range map[string]string{
		"Ack.": "acked", "ack!": "acked", "ack#ca97": "acked", "Ack #CA97 thanks": "acked", "ok": "acked", "OK!": "acked", "ack all": "acked",
		"ack\n--\nAda Lovelace, Site Reliability": "acked", "ack a": "acked", "Acknowledged, thanks": "acked", "ack #ca97.": "acked",
		"mute for 1h": "muted 1h0m0s", "mute 2d": "muted 48h0m0s", "mute all 1h": "muted 1h0m0s", "Mute #ca97 for 90m, please": "muted 1h30m0s", "mute 30d": "muted 168h0m0s",
		"OK 👍": "acked", "\u200back": "acked", "a\u200bck": "acked", "«ack»": "acked", "ack – on my way": "acked", "Ack ca97 - looking": "acked", "ack: ca97": "acked", "thanks, ack": "acked",
		"RE: ack": "acked", "ack\u00a0ca97\r\nAda\r\nExample Ltd": "acked", "ack the letter A": "acked", "ack The Letter A!": "acked", "ack 3e23": "", "everything ok?": "", "ack the letter b": "",
		"mute 1h30m": "muted 1h30m0s", "mute 1h 30m": "muted 1h30m0s", "mute 1.5h": "muted 1h30m0s", "mute 2 hours": "muted 2h0m0s", "mute the letter a 2h": "muted 2h0m0s",
		"mute for half an hour": "muted 30m0s", "mute for an hour please": "muted 1h0m0s", "Mute 1 Day": "muted 24h0m0s", "mute 1w": "muted 168h0m0s", "mute -1h": "", "mute 0m": "",
		"mute #ca97 #3e23 1h": "", "mute a ca97 1h": "muted 1h0m0s", "ack and mute 1h": "", "I am ok": "", "mute 99999999999999999999d": "muted 168h0m0s",
		"mute 1h30": "muted 1h30m0s", "mute 1:30": "muted 1h30m0s", "mute 1,5h": "muted 1h30m0s", "mute two hours": "muted 2h0m0s", "mute for an hour and a half": "muted 1h30m0s",
		"mute .5h": "muted 30m0s", "mute an hour and 20 minutes": "muted 1h20m0s", "Mute a couple of days, thanks a lot!": "muted 48h0m0s", "mute 18:00": "", "mute 1h 30": "", "mute until 6": "",
		"ok?": "", "ack?": "", "Ack? What is it": "", "can I ack?": "", "ack a?": "", "mute 1h?": "", "ok. many thanks": "acked", "ack, cheers": "acked", "ack a, thank you so much": "acked",
		"status.": "", "ack ca97 3e23": "", "ack 3d": "", "what is it?": "", "I am out of office until Monday": "",
	} {
		w := &simulation{now: alertstest.Start}
		down := alertstest.Incident("a", incident.Down, 1, false)
		down.Title = "the letter A"
		w.step(paging.IncidentUpdated{Incident: down})
		w.step(paging.Reply{From: alertstest.AdasNumber, Body: body})
		got := ""
		if w.route.Incidents[0].AckedBy == "Ada" {
			got = "acked"
		}
		if len(w.route.Mutes) > 0 {
			got = "muted " + w.route.Mutes[0].Until.Sub(w.now).String()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}

// TestSeveralHandles checks that a command is for exactly the incidents that it names, and does nothing if it names one that
// there is not.
func TestSeveralHandles(t *testing.T) {
	names := []string{"print", "order", "login"}
	short := func(name string) string {
		i := alertstest.Incident(name, incident.Down, 1, false)
		return i.Short()
	}
	for body, want := range map[string]string{
		"ack print order": "print order", "ack " + short("print") + ", " + short("order"): "print order", "Ack Print": "print", "ack #" + short("order"): "order",
		"ack print zz": "", "ack all": "print order login", "ack": "print order login", "ack order login thanks": "order login",
		"ack #" + short("print") + "#" + short("login"): "print login", "ack print and order": "print order", "ack print & order, thanks": "print order",
		"ack both print and login please": "print login", "ack print and zz": "", "ack print print": "print",
		"ack #" + short("print") + " #" + short("print"): "print",
	} {
		w := &simulation{now: alertstest.Start}
		for _, name := range names {
			w.step(paging.IncidentUpdated{Incident: alertstest.Incident(name, incident.Down, 1, false)})
		}
		w.step(paging.Reply{From: alertstest.AdasNumber, Body: body})
		var got []string
		for _, i := range w.route.Incidents {
			if i.AckedBy == "Ada" {
				got = append(got, i.Journey)
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q acknowledges %q, want %q", body, s, want)
		}
	}
}

// TestUnknownRepliesAreAnswered checks that a text that does nothing is answered with commands that do something.
func TestUnknownRepliesAreAnswered(t *testing.T) {
	for _, body := range []string{"ok?", "why?", "mute 18:00", "mute until 6", "mute a few hours", "ack fix", "resolve it after lunch", "mute ca97 1:75", "fixed it", "call Grace", "4", "👍"} {
		w := &simulation{now: alertstest.Start}
		w.step(paging.IncidentUpdated{Incident: alertstest.Incident("a", incident.Down, 1, false)})
		answer := w.route.ReplyFor(paging.Reply{From: alertstest.AdasNumber, Body: body}, *w.onCall, w.now)
		_, example, ok := strings.Cut(strings.Replace(answer, "Write ", "Reply ", 1), "Reply ")
		if !ok {
			t.Errorf("%q is answered without a cure: %s", body, answer)
			continue
		}
		example, _, _ = strings.Cut(example, ",")
		w.step(paging.Reply{From: alertstest.AdasNumber, Body: example})
		if len(w.route.Mutes) == 0 && w.route.Incidents[0].AckedBy == "" && w.route.Incidents[0].State != incident.Resolved {
			t.Errorf("%q is answered with %q, and %q does nothing", body, answer, example)
		}
	}
}

// TestTitleWithAQuestionMark checks that a title that is a question names its incident, and asks nothing.
func TestTitleWithAQuestionMark(t *testing.T) {
	w := &simulation{now: alertstest.Start}
	i := alertstest.Incident("pay", incident.Down, 1, false)
	i.Title = "Can I pay?"
	w.step(paging.IncidentUpdated{Incident: i})
	w.step(paging.Reply{From: alertstest.AdasNumber, Body: "ack can I pay?"})
	if got := w.route.Incidents[0].AckedBy; got != "Ada" {
		t.Errorf("acknowledged by %q, want by Ada", got)
	}
}

// TestWordsOfRepliesAreReserved checks that no journey can be called as a word that a reply leaves out or begins with.
func TestWordsOfRepliesAreReserved(t *testing.T) {
	words := paging.ReplyWords()
	if len(words) < 50 {
		t.Fatal(words)
	}
	for _, word := range words {
		if !strings.Contains(word, "'") && !journey.ReservedName(word) {
			t.Errorf("journey.ReservedName(%q) is false", word)
		}
	}
}
