package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/infra/sqlite"
	"valkyrie/infra/webhook"
)

const (
	base  = "https://hooks.example.com/valkyrie"
	newer = "0123456789abcdef0123456789abcdef"
	older = "fedcba9876543210fedcba9876543210"
)

var (
	key = []byte("a key of a test, long enough")
	now = time.Date(2026, 11, 21, 4, 23, 0, 0, time.UTC)
)

// A rig is a handler with a real store.
type rig struct {
	*webhook.Handler
	store   *sqlite.Store
	log     strings.Builder
	changed int
}

func newRig(t *testing.T) *rig {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &rig{store: store}
	log := slog.New(slog.NewTextHandler(&r.log, nil))
	policy := judge.Policy{Heartbeats: []judge.HeartbeatPolicy{{Name: "shift-texts", Title: "send the shift texts", Every: 24 * time.Hour}}}
	person := oncall.OnCall{People: []oncall.Person{{Name: "Ada", Phone: "+12025550143"}}}
	r.Handler = webhook.New(webhook.Config{
		PublicURL: base, Tokens: []string{newer, older}, BeatKey: key, Log: log, TimeNow: func() time.Time { return now },
		Pager: func(context.Context, string) *paging.Pager {
			return &paging.Pager{Store: store, OnCall: person, Log: log, TimeNow: func() time.Time { return now }}
		},
		Beat:    judge.Recorder{Store: store, Policy: policy}.Beat,
		Changed: func(context.Context) { r.changed++ },
	})
	return r
}

// post sends a request and returns the answer.
func (r *rig) post(t *testing.T, method, address, kind, body string, header ...string) *http.Response {
	t.Helper()
	req := httptest.NewRequest(method, address, strings.NewReader(body))
	req.Header.Set("Content-Type", kind)
	for pair := range slices.Chunk(header, 2) {
		req.Header.Set(pair[0], pair[1])
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	if w.Body.Len() > 0 && w.Code >= 400 {
		t.Errorf("%s: the answer has a body: %s", address, w.Body)
	}
	return w.Result()
}

// written returns the states in the store.
func (r *rig) written(t *testing.T) string {
	t.Helper()
	all := ""
	for _, name := range []string{"JOURNEY#shift-texts", "ROUTE#default"} {
		item, err := r.store.Item(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		all += fmt.Sprintf("%s %d %s\n", name, item.Version, item.Data)
	}
	return all
}

func TestBeats(t *testing.T) {
	r := newRig(t)
	address := webhook.BeatURL(base, key, "shift-texts")
	for _, c := range []struct{ stage, kind, body, want string }{
		{"/start", "", "", `"running":true,"done":0,"expected":0`},
		{"/progress?done=150&expected=400", "", "", `"running":true,"done":150,"expected":400`},
		{"/progress?expected=400", "application/x-www-form-urlencoded", "done=200", `"running":true,"done":200,"expected":400`},
		{"/finish", "application/json; charset=utf-8", `{"done": 400, "expected": 400}`, `"running":false,"done":400,"expected":400`},
	} {
		now = now.Add(time.Minute)
		if res := r.post(t, "POST", address+c.stage, c.kind, c.body); res.StatusCode != http.StatusNoContent {
			t.Errorf("%s: %s", c.stage, res.Status)
		}
		if got := r.written(t); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s; want %s", c.stage, got, c.want)
		}
	}
	if r.changed != 0 {
		t.Error("a heartbeat without a fault woke the pager")
	}
	now = now.Add(time.Minute)
	r.post(t, "POST", address+"/fail", "application/json", `{"done": 3, "error": "the pool ran out"}`)
	if got := r.written(t); !strings.Contains(got, "shift-texts failed: the pool ran out; 3 done") || r.changed != 1 {
		t.Errorf("after a failure, %d changes: %s", r.changed, got)
	}
}

// TestRefusals: malformed or unauthorized requests are refused, write nothing, and leak no token into the answer or the
// log.
func TestRefusals(t *testing.T) {
	right := webhook.BeatURL(base, key, "shift-texts")
	other := webhook.BeatURL(base, []byte("another key"), "shift-texts")
	form := "application/x-www-form-urlencoded"
	const page = base + "/twilio/p1-x/status"
	for name, c := range map[string]struct {
		method, address, kind, body string
		status                      int
	}{
		"an unknown path":              {"POST", base + "/admin", "", "", 404},
		"the front page":               {"GET", base + "/", "", "", 404},
		"a beat without a stage":       {"POST", right, "", "", 404},
		"a beat of too many parts":     {"POST", right + "/start/now", "", "", 404},
		"a beat by GET":                {"GET", right + "/start", "", "", 405},
		"another key's token":          {"POST", other + "/start", "", "", 403},
		"another job's token":          {"POST", strings.Replace(right, "shift-texts", "backup", 1) + "/start", "", "", 403},
		"an empty token":               {"POST", base + "/beat/shift-texts//start", "", "", 403},
		"no such job":                  {"POST", webhook.BeatURL(base, key, "backup") + "/start", "", "", 404},
		"no such stage":                {"POST", right + "/begin", "", "", 400},
		"a malformed number":           {"POST", right + "/progress?done=many", "", "", 400},
		"a number below zero":          {"POST", right + "/progress?done=-1", "", "", 400},
		"a number out of range":        {"POST", right + "/progress?done=99999999999", "", "", 400},
		"an unknown name":              {"POST", right + "/progress?dnoe=1", "", "", 400},
		"a duplicate name":             {"POST", right + "/progress?done=1", form, "done=2", 400},
		"a malformed query":            {"POST", right + "/progress?done=%zz", "", "", 400},
		"malformed JSON":               {"POST", right + "/progress", "application/json", `{"done":`, 400},
		"JSON with unknown fields":     {"POST", right + "/progress", "application/json", `{"dnoe": 1}`, 400},
		"JSON with more text after it": {"POST", right + "/progress", "application/json", `{"done": 1} {"done": 2}`, 400},
		"a beat of 1 MB":               {"POST", right + "/fail", form, strings.Repeat("x", 1<<20), 413},
		"a callback of 1 MB":           {"POST", page, form, strings.Repeat("x", 1<<20), 413},
		"a callback, not signed":       {"POST", page, form, "CallSid=CA1", 403},
		"a callback by GET":            {"GET", page, "", "", 405},
	} {
		r := newRig(t)
		before := r.written(t)
		if res := r.post(t, c.method, c.address, c.kind, c.body); res.StatusCode != c.status {
			t.Errorf("%s: %s, want %d", name, res.Status, c.status)
		}
		if after := r.written(t); after != before || r.changed != 0 {
			t.Errorf("%s: the refused request was stored:\n%s", name, after)
		}
		token := right[strings.LastIndex(right, "/")+1:]
		if log := r.log.String(); strings.Contains(log, token) || strings.Contains(log, other[strings.LastIndex(other, "/")+1:]) {
			t.Errorf("%s: a token is in the log: %s", name, log)
		}
	}
}

// TestNoKey: without a key every token is refused.
func TestNoKey(t *testing.T) {
	h := webhook.New(webhook.Config{PublicURL: base})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", webhook.BeatURL(base, nil, "shift-texts")+"/start", nil))
	if w.Code != http.StatusForbidden {
		t.Error(w.Code)
	}
}

// sign signs a form as Twilio does: https://www.twilio.com/docs/usage/security#validating-requests.
func sign(token, address string, form url.Values) string {
	m := hmac.New(sha1.New, []byte(token))
	m.Write([]byte(address))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		m.Write([]byte(name + form.Get(name)))
	}
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// TestReplies: a text is answered if it is signed with either of the two tokens.
func TestReplies(t *testing.T) {
	form := url.Values{"From": {"+12025550143"}, "MessageSid": {"SM1"}, "Body": {"status"}}
	const address = base + "/twilio/reply"
	for token, status := range map[string]int{newer: 200, older: 200, "x" + newer: 403} {
		r := newRig(t)
		res := r.post(t, "POST", address, "application/x-www-form-urlencoded", form.Encode(), "X-Twilio-Signature", sign(token, address, form))
		if res.StatusCode != status || (r.changed == 1) != (status == 200) {
			t.Errorf("%s: %s, %d changes", token, res.Status, r.changed)
		}
	}
}

// TestChanged: whatever Twilio reports about a call or a text wakes the pager, as it may make the next call due; a report that could not
// be stored, and a refused one, do not.
func TestChanged(t *testing.T) {
	const page = base + "/twilio/p1-x"
	call := func(more url.Values) url.Values {
		form := url.Values{"CallSid": {"CA1"}, "AccountSid": {"AC1"}, "To": {"+12025550143"}}
		maps.Copy(form, more)
		return form
	}
	for name, c := range map[string]struct {
		address string
		form    url.Values
		token   string
		want    int
	}{
		"busy":               {page + "/status", call(url.Values{"CallStatus": {"busy"}}), newer, 1},
		"no answer":          {page + "/status", call(url.Values{"CallStatus": {"no-answer"}}), newer, 1},
		"completed":          {page + "/status", call(url.Values{"CallStatus": {"completed"}, "AnsweredBy": {"human"}}), newer, 1},
		"a key":              {page + "/key", call(url.Values{"CallStatus": {"in-progress"}, "Digits": {"9"}}), newer, 1},
		"a text that failed": {page + "/status", url.Values{"MessageSid": {"SM1"}, "MessageStatus": {"undelivered"}, "ErrorCode": {"30003"}}, newer, 1},
		"signed by another":  {page + "/status", call(url.Values{"CallStatus": {"busy"}}), older + "0", 0},
	} {
		r := newRig(t)
		r.post(t, "POST", c.address, "application/x-www-form-urlencoded", c.form.Encode(), "X-Twilio-Signature", sign(c.token, c.address, c.form))
		if r.changed != c.want {
			t.Errorf("%s: the pager was woken %d times, want %d", name, r.changed, c.want)
		}
	}
	r := newRig(t)
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	form := call(url.Values{"CallStatus": {"busy"}})
	if res := r.post(t, "POST", page+"/status", "application/x-www-form-urlencoded", form.Encode(), "X-Twilio-Signature", sign(newer, page+"/status", form)); res.StatusCode != 500 || r.changed != 0 {
		t.Errorf("without a store: %s, woken %d times", res.Status, r.changed)
	}
}

// TestBeatURL: the address of a batch, which is in its configuration, stays the same. The token was computed with openssl.
func TestBeatURL(t *testing.T) {
	const want = "https://hooks.example.com/valkyrie/beat/shift-texts/36668261f815325271fea7ab6135042c"
	if got := webhook.BeatURL(base+"/", key, "shift-texts"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestKey: the key is created once and stays the same.
func TestKey(t *testing.T) {
	r := newRig(t)
	first, err := webhook.Key(t.Context(), r.store)
	if err != nil || len(first) < 16 {
		t.Fatalf("%q, %v", first, err)
	}
	if again, err := webhook.Key(t.Context(), r.store); string(again) != string(first) || err != nil {
		t.Errorf("%q, %v; want %q", again, err, first)
	}
	if a, b := webhook.BeatURL(base, first, "a"), webhook.BeatURL(base, first, "b"); a[len(a)-32:] == b[len(b)-32:] {
		t.Error("two jobs have the same token")
	}
}
