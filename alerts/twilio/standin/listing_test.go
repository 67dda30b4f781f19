package standin

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

func TestLists(t *testing.T) {
	now := time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC)
	b := newBench(t, Options{TimeNow: func() time.Time { return now }})
	b.Behave(alice, Busy)
	first := b.call(t, alice, "<Response/>")
	b.settled(t, 1)
	second := b.call(t, bob, "<Response/>")
	b.settled(t, 2)
	tests := []struct {
		query string
		want  []string
	}{
		{"", []string{second, first}},
		{"To=" + url.QueryEscape(alice), []string{first}},
		{"From=" + url.QueryEscape(us), []string{second, first}},
		{"From=" + url.QueryEscape(alice), nil},
		{"Status=busy", []string{first}},
		{"StartTime=2026-11-21", []string{second, first}},
		{"StartTime=2026-11-20", nil},
		{"StartTime>=2026-11-21T23:59:59Z", []string{second, first}}, // days only
		{"StartTime%3E=2026-11-22", nil},
		{"StartTime<=2026-11-21", []string{second, first}},
		{"StartTime<=2026-11-20", nil},
		{"PageSize=1", []string{second}},
		{"PageSize=1&Page=1", []string{first}},
		{"PageSize=1&Page=2", nil},
	}
	for _, tt := range tests {
		_, answer := b.do("GET", "/Calls.json?"+tt.query, nil)
		var got []string
		for _, c := range answer["calls"].([]any) {
			got = append(got, c.(map[string]any)["sid"].(string))
		}
		if fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: %v: want %v", tt.query, got, tt.want)
		}
	}
}

func TestResourceLooksLikeTwilios(t *testing.T) {
	now := time.Date(2026, 11, 1, 9, 5, 0, 0, time.FixedZone("", 3600))
	b := newBench(t, Options{TimeNow: func() time.Time { return now }, RingTime: time.Hour})
	b.call(t, alice, "<Response/>")
	_, answer := b.do("GET", "/Calls.json", nil)
	c := answer["calls"].([]any)[0].(map[string]any)
	if got := c["date_created"]; got != "Sun, 01 Nov 2026 08:05:00 +0000" {
		t.Errorf("date_created %v", got)
	}
	if sid := c["sid"].(string); len(sid) != 34 || sid[:2] != "CA" || c["answered_by"] != nil || c["direction"] != "outbound-api" {
		t.Errorf("call %v", c)
	}
}

func TestControlFromAnotherProcess(t *testing.T) {
	b := newBench(t, Options{})
	behave := func(query string) int {
		code, _ := b.serve(httptest.NewRequest("POST", "/standin/behave?"+query, nil))
		return code
	}
	if code := behave("to=" + url.QueryEscape(alice) + "&behaviour=" + url.QueryEscape("busy, press 4")); code != 204 {
		t.Errorf("answer %d", code)
	}
	if code := behave("behaviour=voicemail&default=1&callbacks=late"); code != 204 {
		t.Errorf("answer %d", code)
	}
	for _, bad := range []string{"behaviour=dance", "callbacks=never"} {
		if code := behave(bad); code != 400 {
			t.Errorf("%s: answer %d: want 400", bad, code)
		}
	}
	b.call(t, bob, "<Response/>")
	b.settled(t, 1)
	b.call(t, alice, "<Response/>")
	b.settled(t, 2)
	_, journal := b.serve(httptest.NewRequest("GET", "/standin/log", nil))
	calls := journal["calls"].([]any)
	status := func(i int) any { return calls[i].(map[string]any)["status"] }
	if len(calls) != 2 || status(0) != "completed" || status(1) != "busy" || journal["creates"] != 2.0 {
		t.Errorf("journal %v", journal)
	}
}
