package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"valkyrie/infra/evidence/link"
	"valkyrie/infra/webhook"
)

// signer signs the addresses of evidence at base.
var signer = link.Signer{Base: base, Prefix: "valkyrie-evidence-", Tokens: []string{newer, older}}

// signed returns the address of a file.
func signed(t *testing.T, file string) string {
	t.Helper()
	address := signer.Sign("https://console.aws.amazon.com/s3/object/valkyrie-evidence-1a2b3c?region=us-east-1&prefix=2026-11-21/print-card/042300Z-us-east-1-01990a5c-1111/"+file, now)
	if address == "" {
		t.Fatal("the address was not signed")
	}
	return address
}

// A library serves one file, and records its reads.
type library struct {
	*webhook.Handler
	read []link.File
	log  strings.Builder
}

func newLibrary(kind, text string, fault error) *library {
	l := &library{}
	l.Handler = webhook.New(webhook.Config{
		PublicURL: base, Tokens: signer.Tokens, Evidence: signer, TimeNow: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(&l.log, nil)),
		ReadEvidence: func(_ context.Context, f link.File) ([]byte, string, error) {
			l.read = append(l.read, f)
			return []byte(text), kind, fault
		},
	})
	return l
}

func (l *library) do(method, address string) *http.Response {
	w := httptest.NewRecorder()
	l.ServeHTTP(w, httptest.NewRequest(method, address, nil))
	return w.Result()
}

// TestEvidence: a picture and a text are shown, anything else is saved; no answer lets a script run, be cached, or be framed.
func TestEvidence(t *testing.T) {
	for _, c := range []struct{ file, kind, disposition string }{
		{"screenshot.png", "image/png", "inline; filename=screenshot.png"},
		{"console.txt", "text/plain; charset=utf-8", "inline; filename=console.txt"},
		{"page.html", "text/html; charset=utf-8", "attachment; filename=page.html"},
		{"drawing.svg", "application/octet-stream", "attachment; filename=drawing.svg"},
		{"card.pdf", "application/pdf", "attachment; filename=card.pdf"},
		{"run.har", "application/json", "attachment; filename=run.har"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			l := newLibrary(c.kind, "<script>alert(1)</script>", nil)
			res := l.do(method, signed(t, c.file))
			body, _ := io.ReadAll(res.Body)
			wantBody := map[string]string{http.MethodGet: "<script>alert(1)</script>"}[method]
			if res.StatusCode != http.StatusOK || string(body) != wantBody || len(l.read) != 1 || !strings.HasSuffix(l.read[0].Key, "/"+c.file) || l.read[0].Region != "us-east-1" {
				t.Errorf("%s %s: %s, %q, %v", method, c.file, res.Status, body, l.read)
			}
			h := res.Header
			if h.Get("Content-Type") != c.kind || h.Get("Content-Disposition") != c.disposition || h.Get("Content-Length") != "25" || h.Get("X-Content-Type-Options") != "nosniff" ||
				h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cache-Control") != "private, no-store" {
				t.Errorf("%s %s: %v", method, c.file, h)
			}
			policy := h.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "sandbox", "frame-ancestors 'none'"} {
				if !strings.Contains(policy, want) {
					t.Errorf("%s %s: the policy %q lacks %s", method, c.file, policy, want)
				}
			}
			if strings.Contains(policy, "allow-scripts") {
				t.Errorf("the policy allows scripts: %s", policy)
			}
		}
	}
}

// TestEvidenceRefused: nothing is read for an address that is not signed, and no token is in the log.
func TestEvidenceRefused(t *testing.T) {
	right := signed(t, "screenshot.png")
	token := strings.Split(strings.TrimPrefix(right, base), "/")[3]
	for name, c := range map[string]struct {
		method, address string
		status          int
		later           time.Duration
	}{
		"another file":           {"GET", strings.Replace(right, "screenshot.png", "page.html", 1), 403, 0},
		"another region's":       {"GET", strings.Replace(right, "Z-us-east-1", "Z-us-west-2", 1), 403, 0},
		"a changed token":        {"GET", strings.Replace(right, token, strings.Repeat("A", len(token)), 1), 403, 0},
		"a folder up":            {"GET", strings.Replace(right, "screenshot.png", "../../../x.png", 1), 404, 0},
		"an escaped folder up":   {"GET", strings.Replace(right, "screenshot.png", "..%2f..%2fx.png", 1), 404, 0},
		"the folder":             {"GET", strings.TrimSuffix(right, "screenshot.png"), 404, 0},
		"the beginning":          {"GET", base + "/e/", 404, 0},
		"a post":                 {"POST", right, 405, 0},
		"a deletion":             {"DELETE", right, 405, 0},
		"after its time":         {"GET", right, 410, link.Valid},
		"by HEAD after its time": {"HEAD", right, 410, link.Valid},
	} {
		l := newLibrary("image/png", "x", nil)
		before := now
		now = now.Add(c.later)
		res := l.do(c.method, c.address)
		now = before
		body, _ := io.ReadAll(res.Body)
		if res.StatusCode != c.status || len(l.read) != 0 {
			t.Errorf("%s: %s, read %v; want %d", name, res.Status, l.read, c.status)
		}
		if explained := len(body) > 0; explained != (c.status == 410 && c.method == "GET") {
			t.Errorf("%s: the answer %q", name, body)
		}
		if c.status == 405 && res.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: Allow: %s", name, res.Header.Get("Allow"))
		}
		if strings.Contains(l.log.String(), token) {
			t.Errorf("%s: the token is in the log: %s", name, l.log.String())
		}
	}
	for status, fault := range map[int]error{404: fmt.Errorf("AccessDenied: %w", link.ErrNoFile), 502: errors.New("AccessDenied: timeout")} {
		l := newLibrary("", "", fault)
		res := l.do("GET", right)
		if body, _ := io.ReadAll(res.Body); res.StatusCode != status || strings.Contains(string(body), "AccessDenied") || strings.Contains(l.log.String(), token) {
			t.Errorf("%v: %s, %s", fault, res.Status, body)
		}
	}
	if res := newRig(t).post(t, "GET", right, "", ""); res.StatusCode != 404 {
		t.Errorf("without evidence to serve: %s", res.Status)
	}
}
