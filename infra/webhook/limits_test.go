package webhook_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/infra/evidence/link"
	"valkyrie/infra/webhook"
)

// TestBeatLimits checks each limit of a heartbeat at its value and one beyond: its size, its numbers, and the length of its error.
func TestBeatLimits(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	right := webhook.BeatURL(base, key, "shift-texts")
	padded := func(size int) string { return "done=1&error=" + strings.Repeat("x", size-len("done=1&error=")) }
	for name, c := range map[string]struct {
		path, kind, body string
		status           int
	}{
		"16 KiB":                    {"/progress", form, padded(16 << 10), 204},
		"16 KiB and a byte":         {"/progress", form, padded(16<<10 + 1), 413},
		"the largest number":        {"/progress?done=2147483647&expected=2147483647", form, "", 204},
		"a larger number":           {"/progress?done=2147483648", form, "", 400},
		"a larger expected number":  {"/progress?expected=2147483648", form, "", 400},
		"an expected one below 0":   {"/progress?expected=-1", form, "", 400},
		"nothing done":              {"/progress?done=0&expected=0", form, "", 204},
		"a malformed form":          {"/progress", form, "done=%zz", 400},
		"a number in words":         {"/progress?expected=all", form, "", 400},
		"JSON of another type":      {"/progress", "application/json", `{"done": "many"}`, 400},
		"JSON with nothing":         {"/progress", "application/json", "", 204},
		"JSON's negative number":    {"/progress", "application/json", `{"done": -1}`, 400},
		"a query and JSON together": {"/progress?expected=9", "application/json", `{"done": 3}`, 204},
	} {
		r := newRig(t)
		if res := r.post(t, "POST", right+c.path, c.kind, c.body); res.StatusCode != c.status {
			t.Errorf("%s: %s, want %d", name, res.Status, c.status)
		}
	}
	r := newRig(t)
	r.post(t, "POST", right+"/progress?expected=9", "application/json", `{"done": 3}`)
	if got := r.written(t); !strings.Contains(got, `"done":3,"expected":9`) {
		t.Errorf("a query and JSON together: %s", got)
	}
	var stored judge.Beat
	h := webhook.New(webhook.Config{PublicURL: base, BeatKey: key, Beat: func(_ context.Context, b judge.Beat) ([]judge.Decision, error) {
		stored = b
		return nil, nil
	}})
	for given, want := range map[string]string{
		strings.Repeat("ü", 500): strings.Repeat("ü", 500), strings.Repeat("ü", 499) + "ab": strings.Repeat("ü", 499) + "a", "ab%ff": "ab?",
	} {
		req := httptest.NewRequest("POST", right+"/fail", strings.NewReader("error="+given))
		req.Header.Set("Content-Type", form)
		h.ServeHTTP(httptest.NewRecorder(), req)
		if stored.Error != want || stored.Batch != "shift-texts" || stored.Stage != judge.Fails {
			t.Errorf("the error %q is stored as %+v", given, stored)
		}
	}
}

// TestRefusedBeat checks what the batch and the log get of a refusal.
func TestRefusedBeat(t *testing.T) {
	r := newRig(t)
	res := r.post(t, "GET", webhook.BeatURL(base, key, "shift-texts")+"/start", "", "")
	if got := res.Header.Get("Allow"); got != "POST" {
		t.Errorf("Allow: %q", got)
	}
	r.post(t, "POST", base+"/beat/"+strings.Repeat("j", 101)+"/t/start", "", "")
	want := `msg="heartbeat refused" job=shift-texts status=405`
	long := `msg="heartbeat refused" job=` + strings.Repeat("j", 100) + ` status=403`
	if log := r.log.String(); !strings.Contains(log, want+"\n") || !strings.Contains(log, long+"\n") {
		t.Errorf("the log:\n%s\nlacks\n%s\nor\n%s", log, want, long)
	}
	// A beat without a fault opens no incident, and leaves no line as a warning.
	r = newRig(t)
	r.post(t, "POST", webhook.BeatURL(base, key, "shift-texts")+"/fail", "", "")
	if log := r.log.String(); !strings.Contains(log, `level=INFO msg=heartbeat job=shift-texts stage=fail verb=`) {
		t.Errorf("the decision is not in the log:\n%s", log)
	}
}

// TestBeatNotStored checks that a batch whose heartbeat could not be stored gets an error, so that it can try again, and the log the cause.
func TestBeatNotStored(t *testing.T) {
	var log bytes.Buffer
	h := webhook.New(webhook.Config{
		PublicURL: base, BeatKey: key, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Beat: func(context.Context, judge.Beat) ([]judge.Decision, error) { return nil, errors.New("disk full") },
	})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", webhook.BeatURL(base, key, "backup")+"/finish", nil))
	want := `level=ERROR msg="a heartbeat is lost: it could not be stored" job=backup stage=finish err="disk full"`
	if w.Code != 500 || !strings.Contains(log.String(), want) {
		t.Errorf("%d, %s; want %s", w.Code, log.String(), want)
	}
}

// TestDefaults checks a handler of which everything optional is left out: a decision about an incident wakes no pager, and the time of a
// heartbeat is the machine's.
func TestDefaults(t *testing.T) {
	var at time.Time
	h := webhook.New(webhook.Config{PublicURL: base, BeatKey: key, Beat: func(_ context.Context, b judge.Beat) ([]judge.Decision, error) {
		at = b.At
		return []judge.Decision{{Incident: incident.Incident{ID: "backup/1"}}}, nil
	}})
	w := httptest.NewRecorder()
	before := time.Now()
	h.ServeHTTP(w, httptest.NewRequest("POST", webhook.BeatURL(base, key, "backup")+"/fail", nil))
	if w.Code != 204 || at.Before(before) || at.After(time.Now()) || at.Location() != time.UTC {
		t.Errorf("%d, at %v", w.Code, at)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", signed(t, "page.html"), nil))
	if w.Code != 404 && w.Code != 403 {
		t.Errorf("evidence: %d", w.Code)
	}
	// With addresses that are valid but nothing to read from, there is no such page.
	l := webhook.New(webhook.Config{PublicURL: base, Evidence: signer, TimeNow: func() time.Time { return now }})
	w = httptest.NewRecorder()
	l.ServeHTTP(w, httptest.NewRequest("GET", signed(t, "page.html"), nil))
	if w.Code != 404 || w.Body.Len() > 0 {
		t.Errorf("evidence without a reader: %d, %s", w.Code, w.Body)
	}
}

// TestEvidenceWords checks what a person and the log get when evidence cannot be shown, word for word.
func TestEvidenceWords(t *testing.T) {
	right := signed(t, "screenshot.png")
	for name, c := range map[string]struct {
		fault       error
		later       time.Duration
		status      int
		words, line string
	}{
		"expired":    {nil, 12 * time.Hour, 410, "This address has expired: it is valid for 12 hours. The evidence is in the incident: valkyrie incidents\n", `level=WARN msg="evidence refused" status=410`},
		"deleted":    {fmt.Errorf("S3: %w", link.ErrNoFile), 0, 404, "This file of evidence is no longer there.\n", `level=WARN msg="read evidence: it is not there" bucket=valkyrie-evidence-1a2b3c key=2026-11-21/print-card/042300Z-us-east-1-01990a5c-1111/screenshot.png`},
		"unreadable": {errors.New("S3: timeout"), 0, 502, "This file of evidence could not be read. Try again; the log of the webhook has the reason.\n", `level=ERROR msg="read evidence: failed" bucket=valkyrie-evidence-1a2b3c key=2026-11-21/print-card/042300Z-us-east-1-01990a5c-1111/screenshot.png err="S3: timeout"`},
		"shown":      {nil, 0, 200, "x", `level=INFO msg="evidence opened" key=2026-11-21/print-card/042300Z-us-east-1-01990a5c-1111/screenshot.png method=GET`},
	} {
		l := newLibrary("image/png", "x", c.fault)
		before := now
		now = now.Add(c.later)
		res := l.do("GET", right)
		now = before
		var body bytes.Buffer
		_, _ = body.ReadFrom(res.Body)
		if res.StatusCode != c.status || body.String() != c.words || c.status != 200 && res.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s: %s, %v, %q; want %d, %q", name, res.Status, res.Header, body.String(), c.status, c.words)
		}
		if !strings.Contains(l.log.String(), c.line) {
			t.Errorf("%s: the log is\n%s\nwant %s", name, l.log.String(), c.line)
		}
		h := res.Header
		if h.Get("X-Robots-Tag") != "noindex" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%s: %v", name, h)
		}
	}
}

// TestRefusalLines checks the log of many refusals: ten of a minute, then the first of the next with the number of those left out; an
// error is never left out, and the attributes of a logger stay.
func TestRefusalLines(t *testing.T) {
	var out bytes.Buffer
	log := webhook.LimitRefusals(slog.New(slog.NewTextHandler(&out, nil)).With("region", "home")).With("deployment", "d").WithGroup("g")
	at := now
	warn := func(level slog.Level, text string) {
		t.Helper()
		if err := log.Handler().Handle(t.Context(), slog.NewRecord(at, level, text, 0)); err != nil {
			t.Fatal(err)
		}
	}
	for range 15 {
		warn(slog.LevelWarn, "refused")
	}
	warn(slog.LevelError, "failed")
	at = at.Add(time.Minute)
	warn(slog.LevelWarn, "refused again")
	warn(slog.LevelWarn, "refused again")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 13 {
		t.Fatalf("%d lines:\n%s", len(lines), out.String())
	}
	for n, want := range map[int]string{
		9: `level=WARN msg=refused region=home deployment=d`, 10: `level=ERROR msg=failed region=home deployment=d`,
		11: `level=WARN msg="refused again" region=home deployment=d g.unlogged=5`, 12: `level=WARN msg="refused again" region=home deployment=d`,
	} {
		if !strings.HasSuffix(lines[n], want) {
			t.Errorf("line %d is %q; want %q", n, lines[n], want)
		}
	}
	full := webhook.LimitRefusals(slog.New(slog.NewTextHandler(failing{}, nil)))
	if err := full.Handler().Handle(t.Context(), slog.NewRecord(at, slog.LevelWarn, "refused", 0)); err == nil {
		t.Error("a log that cannot be written reports no error")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// TestOutsideTimes checks the limits of a server that strangers may reach; Twilio's callbacks and its 15 s fit.
func TestOutsideTimes(t *testing.T) {
	var s http.Server
	webhook.Outside(&s)
	want := [4]time.Duration{5 * time.Second, 10 * time.Second, 30 * time.Second, 15 * time.Second}
	if got := [4]time.Duration{s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout}; got != want || s.MaxHeaderBytes != 16384 {
		t.Errorf("got %v and %d bytes; want %v and 16384", got, s.MaxHeaderBytes, want)
	}
}

// TestFewDescriptors checks that connections get an eighth of a process's descriptors, and at least four: with 80 it is ten.
func TestFewDescriptors(t *testing.T) {
	var had syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &had); err != nil {
		t.Fatal(err)
	}
	for files, most := range map[uint64]int{24: 4, 80: 10, 1 << 18: 64} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		few := had
		few.Cur = min(files, had.Max)
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &few); err != nil {
			t.Fatal(err)
		}
		limited := webhook.Limit(ln)
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &had); err != nil {
			t.Fatal(err)
		}
		var open []net.Conn
		for range most { // all of them at a time
			client, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			conn, err := limited.Accept()
			if err != nil {
				t.Fatal(err)
			}
			open = append(open, conn)
		}
		one, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer one.Close()
		more := make(chan net.Conn, 1)
		go func() {
			conn, err := limited.Accept()
			if err == nil {
				more <- conn
			}
			close(more)
		}()
		select {
		case <-more:
			t.Errorf("with %d descriptors, connection %d is served beside the others", files, most+1)
		case <-time.After(50 * time.Millisecond): // it waits for one to end, however slow the machine
			open[0].Close()
			if conn := <-more; conn != nil {
				conn.Close()
			}
		}
		for _, conn := range open {
			conn.Close()
		}
		limited.Close()
	}
}

// items is a store of one item, of which the n-th request fails, or in which another process is faster.
type items struct {
	incident.Items
	faults  map[int]error
	n       int
	item    incident.Item
	quicker []byte
}

func (s *items) Item(context.Context, string) (incident.Item, error) {
	s.n++
	return s.item, s.faults[s.n]
}

func (s *items) PutItem(_ context.Context, item incident.Item) error {
	s.n++
	if s.quicker != nil {
		s.item.Version, s.item.Data, s.quicker = 1, s.quicker, nil
		return fmt.Errorf("put: %w", incident.ErrConflict)
	}
	if err := s.faults[s.n]; err != nil {
		return err
	}
	s.item, s.item.Version = item, 1
	return nil
}

// TestKeyFaults checks that the key is the stored one or an error: for each request that fails, and where another process stores its own
// first.
func TestKeyFaults(t *testing.T) {
	for n, want := range map[int]string{
		1: "read the key for the addresses of batches: disk full", 2: "store the key for the addresses of batches: disk full", 3: "read the key for the addresses of batches: disk full",
	} {
		got, err := webhook.Key(t.Context(), &items{faults: map[int]error{n: errors.New("disk full")}})
		if err == nil || err.Error() != want || got != nil {
			t.Errorf("request %d fails: %q, %v; want %s", n, got, err, want)
		}
	}
	got, err := webhook.Key(t.Context(), &items{quicker: []byte("the other's")})
	if err != nil || string(got) != "the other's" {
		t.Errorf("where another process is quicker: %q, %v", got, err)
	}
}
