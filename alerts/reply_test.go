package alerts_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts"
)

// TestReply: what a text that somebody sends does, and what comes back. Handles: a is #ca97, b is #3e23.
func TestReply(t *testing.T) {
	const ada, stranger = "+12025550143", "+12025550199"
	w := &world{now: start, onCall: sleepers(t, "")}
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
		{ada, "ack zz", "Nothing that is wrong now is called zz. There is: a down #ca97, b down #3e23."},
		{ada, "mute #CA97 90m", "Muted until 05:30 CET: a down #ca97. If it is still bad then, you are told again."},
		{ada, "status", "a down since 04:00 CET, notified #ca97. b down since 04:00 CET, acknowledged by Ada #3e23. a is muted until 05:30 CET."},
		{ada, "ack", "Thank you, Ada. Yours: a down #ca97, b down #3e23."},
	} {
		if c.from == "" {
			w.accept(w.step(alerts.Taken{Incident: incident(c.body[1:], alerts.Down, 1, false)}))
			continue
		}
		if got := p.reply(t, alerts.Reply{From: c.from, Body: c.body}); got != c.want {
			t.Errorf("%s: got  %s\nwant %s", c.body, got, c.want)
		}
	}
	if w.after(2 * time.Hour); len(w.route.Mutes) != 0 {
		t.Errorf("still muted: %v", w.route.Mutes)
	}
}

// TestReplyIsBounded: any text at all is answered in two segments at most, and a stranger's changes nothing.
func TestReplyIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{now: start, onCall: sleepers(t, "")}
		w.accept(w.step(alerts.Taken{Incident: incident("a", alerts.Down, 1, false)}))
		body := rapid.OneOf(rapid.String(), rapid.StringMatching(`(ack|mute|resolve|status) ?#?[0-9a-f]{0,5} ?[0-9]{0,12}[hmd]?`)).Draw(t, "body")
		if got := pagerOf(w).reply(t, alerts.Reply{From: "+12025550187", Body: body}); got == "" || len(got) > 306 {
			t.Fatalf("%q: %d characters: %s", body, len(got), got)
		}
		state := len(w.route.Mutes)
		if got := pagerOf(w).reply(t, alerts.Reply{From: rapid.StringMatching(`\+1202555018[0-68-9]?`).Draw(t, "from"), Body: body}); got != "" || len(w.route.Mutes) != state {
			t.Fatalf("a stranger got %q", got)
		}
	})
}

// A pagerSide answers as the pager does.
type pagerSide struct{ *world }

func pagerOf(w *world) pagerSide { return pagerSide{w} }

func (p pagerSide) reply(t rapid.TB, rep alerts.Reply) string {
	t.Helper()
	words := p.route.Answered(rep, *p.onCall, p.now)
	p.step(rep)
	return words
}
