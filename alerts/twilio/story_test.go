package twilio_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio/standin"
)

// TestCallStories follows a call from the request to the reports of its callbacks.
func TestCallStories(t *testing.T) {
	answered := paging.Report{PageID: "page-1"}
	ended := func(result, why string) paging.Report {
		return paging.Report{PageID: "page-1", Result: result, Why: why}
	}
	key := func(k string) paging.Report { return paging.Report{PageID: "page-1", Key: k} }
	tests := []struct {
		behaviour standin.Behaviour
		want      []paging.Report
		status    string
		keys      string
	}{
		{standin.Press("4"), []paging.Report{answered, key("4"), ended(incident.Human, "")}, "completed", "4"},
		{standin.Press("#"), []paging.Report{answered, key("#"), ended(incident.Human, "")}, "completed", "#"},
		{standin.Press("46"), []paging.Report{answered, key("4"), ended(incident.Human, "")}, "completed", "4"},
		{standin.Listen, []paging.Report{answered, ended(incident.Human, "")}, "completed", ""},
		{standin.Voicemail, []paging.Report{answered, ended(incident.Machine, "")}, "completed", ""},
		{standin.Busy, []paging.Report{ended(incident.Busy, "")}, "busy", ""},
		{standin.NoAnswer, []paging.Report{ended(incident.NoAnswer, "")}, "no-answer", ""},
		{standin.FailCall, []paging.Report{ended(incident.FailedCall, "SIP response 404")}, "failed", ""},
		{standin.ForgedKey("4"), []paging.Report{answered, ended(incident.Human, "")}, "completed", ""},
	}
	for _, tt := range tests {
		t.Run(string(tt.behaviour), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.exchange.Behave(theirNumber, tt.behaviour)
			sid, err := r.phone.Send(t.Context(), aCall())
			if err != nil {
				t.Fatal(err)
			}
			call := r.settledCalls(t, 1)[0]
			if call.Status != tt.status || call.Keys != tt.keys || call.SID != sid {
				t.Errorf("call %s %s, keys %q: want %s %s, keys %q", call.SID, call.Status, call.Keys, sid, tt.status, tt.keys)
			}
			for i := range tt.want {
				tt.want[i].SID = sid
			}
			if diff := cmp.Diff(tt.want, r.seen()); diff != "" {
				t.Errorf("reports (-want +got):\n%s\n%+v", diff, call.Posts)
			}
		})
	}
}

func TestWhatThePersonHears(t *testing.T) {
	once := []string{"This is Valkyrie.", "Customers cannot print a card.", "Press 4 to acknowledge."}
	allClear := aCall()
	allClear.Prompt = ""
	tests := []struct {
		behaviour standin.Behaviour
		d         paging.Dispatch
		want      []string
	}{
		{standin.Press("4"), aCall(), append(once[:3:3], "Thank you. <Key> 4 & out.")},
		{standin.Listen, aCall(), append(append(once[:3:3], once...), "Goodbye")},
		{standin.Press("*4"), aCall(), append(once[:3:3], "Once more.", "Press 4 to acknowledge.", "Thank you. <Key> 4 & out.")},
		{standin.Press("**"), aCall(), append(once[:3:3], "Once more.", "Press 4 to acknowledge.", "Once more.", "Press 4 to acknowledge.",
			"Once more.", "Press 4 to acknowledge.", "Goodbye")},
		{standin.Press("4"), allClear, append(once[:2:2], "Goodbye")},
		{standin.Busy, aCall(), nil},
	}
	for _, tt := range tests {
		r := newRig(t)
		r.exchange.Behave("", tt.behaviour)
		if _, err := r.phone.Send(t.Context(), tt.d); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, r.settledCalls(t, 1)[0].Words); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.behaviour, diff)
		}
	}
}

func TestTextStories(t *testing.T) {
	tests := map[standin.Behaviour][]paging.Report{
		standin.Deliver: {{}, {Result: incident.Delivered}},
		standin.Undelivered(30005): {
			{}, {Result: incident.Undelivered, Final: true, Why: "error 30005, Unknown destination handset"},
		},
	}
	for behaviour, want := range tests {
		r := newRig(t)
		r.exchange.Behave(theirNumber, behaviour)
		d := aText()
		sid, err := r.phone.Send(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		if text := r.settledTexts(t, 1)[0]; text.Body != d.TextBody || text.Segments != 1 {
			t.Errorf("text %+v: want %q in one segment", text, d.TextBody)
		}
		for i := range want {
			want[i].SID, want[i].PageID = sid, d.PageID
		}
		if diff := cmp.Diff(want, r.seen()); diff != "" {
			t.Errorf("%s: reports (-want +got):\n%s", behaviour, diff)
		}
	}
}

// TestReplyStories checks that a text to our number is answered, and that one which could not be applied is posted
// again.
func TestReplyStories(t *testing.T) {
	r := newRig(t)
	r.exchange.Behave(theirNumber, standin.ReplyWith("ack 3f"))
	if _, err := r.phone.Send(t.Context(), aText()); err != nil {
		t.Fatal(err)
	}
	if got, want := r.settledTexts(t, 1)[0].Answer, "<"+theirNumber+"> & ack 3f"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	r.fail = 1
	if _, err := r.exchange.SendText(t.Context(), theirNumber, ourNumber, "status"); err == nil {
		t.Error("a rejected text was answered")
	}
	forger := newRig(t, older)
	if _, err := forger.exchange.SendText(t.Context(), theirNumber, ourNumber, "ack"); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("a badly signed text: %v", err)
	}
}

// TestCallbackManners checks callbacks at any time and in any number.
func TestCallbackManners(t *testing.T) {
	results := func(reports []paging.Report) string {
		var all []string
		for _, r := range reports {
			all = append(all, r.Result+r.Key)
		}
		return strings.Join(all, ",")
	}
	tests := []struct {
		manner  standin.Manner
		want    string
		settled string // the last text
	}{
		{standin.Prompt, ",4,human", "Thank you. <Key> 4 & out."},
		{standin.LateCallbacks, "4,human,", "Thank you. <Key> 4 & out."},
		{standin.DoubledCallbacks, ",,4,4,human,human", "Thank you. <Key> 4 & out."},
		{standin.ForgedCallbacks, "", "We are sorry, an application error has occurred. Goodbye."},
		{standin.NoCallbacks, "", "We are sorry, an application error has occurred. Goodbye."},
	}
	for _, tt := range tests {
		r := newRig(t)
		r.exchange.Callbacks(tt.manner)
		if _, err := r.phone.Send(t.Context(), aCall()); err != nil {
			t.Fatal(err)
		}
		call := r.settledCalls(t, 1)[0]
		if got := results(r.seen()); got != tt.want {
			t.Errorf("%s: reports %q: want %q", tt.manner, got, tt.want)
		}
		if got := call.Words[len(call.Words)-1]; got != tt.settled {
			t.Errorf("%s: last words %q: want %q", tt.manner, got, tt.settled)
		}
	}
}

// TestFailedReportsRetried checks that a report which could not be stored is posted again, so that a key press survives
// a database error.
func TestFailedReportsRetried(t *testing.T) {
	r := newRig(t)
	r.fail = 1
	if _, err := r.phone.Send(t.Context(), aCall()); err != nil {
		t.Fatal(err)
	}
	call := r.settledCalls(t, 1)[0]
	var codes []int
	for _, p := range call.Posts {
		codes = append(codes, p.Code)
	}
	if diff := cmp.Diff([]int{500, 204, 200, 204}, codes); diff != "" {
		t.Errorf("answers to the callbacks (-want +got):\n%s", diff)
	}
	if n := len(r.seen()); n != 3 {
		t.Errorf("%d reports: want 3", n)
	}
}

// TestTokenRotation checks that both tokens are valid during rotation, and the old one is not afterwards.
func TestTokenRotation(t *testing.T) {
	tests := []struct {
		accepted []string
		reports  int
	}{
		{[]string{token}, 3},
		{[]string{older, token}, 3},
		{[]string{token, older}, 3},
		{[]string{older}, 0},
		{[]string{""}, 0},
	}
	for _, tt := range tests {
		r := newRig(t, tt.accepted...)
		if _, err := r.phone.Send(t.Context(), aCall()); err != nil {
			t.Fatal(err)
		}
		posts := r.settledCalls(t, 1)[0].Posts
		if n := len(r.seen()); n != tt.reports {
			t.Errorf("tokens %q: %d reports: want %d\n%+v", tt.accepted, n, tt.reports, posts)
		}
		if tt.reports == 0 && posts[0].Code != 403 {
			t.Errorf("tokens %q: answer %d: want 403", tt.accepted, posts[0].Code)
		}
	}
}
