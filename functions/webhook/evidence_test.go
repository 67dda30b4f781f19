package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
	"valkyrie/functions/cloud"
	"valkyrie/functions/lambdatest"
	"valkyrie/infra/cloudtest"
	"valkyrie/infra/environ"
	"valkyrie/infra/evidence"
	"valkyrie/probes/journey"
)

// TestEvidence: the built function serves the file that a text of the pager links to, byte for byte, from the bucket of the probe's
// own region, and no other file.
func TestEvidence(t *testing.T) {
	w := lambdatest.NewWorld(t)
	web := httptest.NewServer(lambdatest.New(t, lambdatest.Config{
		Folder: lambdatest.Build(t, environ.FunctionWebhook), Env: w.Env(environ.FunctionWebhook, lambdatest.Home), Timeout: 14 * time.Second, Freeze: true,
	}))
	defer web.Close()

	picture := "\x89PNG\r\n\x1a\n\x00\xff not UTF-8"
	run := journey.Run{ID: "01990a5c-1111-7000-8000-000000000000", Journey: "print-card", Region: lambdatest.Third, Slot: time.Now().UTC().Truncate(time.Minute)}
	bucket := evidence.Bucket{Client: s3.NewFromConfig(w.Cloud.Config(lambdatest.Third)), Name: lambdatest.Bucket, Region: lambdatest.Third}
	saver := bucket.Within(t.Context())
	console, err := saver.Save(run, "screenshot.png", []byte(picture))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := saver.Save(run, "page.html", []byte("<script>alert(1)</script>")); err != nil {
		t.Fatal(err)
	}

	path := linkIn(t, w, console)
	res, err := http.Get(web.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); res.StatusCode != 200 || string(body) != picture || err != nil || res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%s: %s, %q, %v, %v", path, res.Status, body, res.Header, err)
	}
	head, err := http.Head(web.URL + path)
	if err != nil || head.StatusCode != 200 {
		t.Errorf("HEAD: %v, %v", head, err)
	}
	gets := w.Cloud.Requests()[cloudtest.S3+" GET"]
	for name, c := range map[string]struct {
		path   string
		status int
	}{
		"another file": {strings.Replace(path, "screenshot.png", "page.html", 1), 403},
		"a folder up":  {strings.Replace(path, "screenshot.png", "..%2fscreenshot.png", 1), 404},
		"the folder":   {strings.TrimSuffix(path, "screenshot.png"), 404},
		"a list":       {"/e/", 404},
	} {
		res, err := http.Get(web.URL + c.path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != c.status {
			t.Errorf("%s: %s, want %d", name, res.Status, c.status)
		}
	}
	if after := w.Cloud.Requests()[cloudtest.S3+" GET"]; after != gets {
		t.Errorf("%d files were read for refused addresses", after-gets)
	}
	missing := linkIn(t, w, strings.Replace(console, "screenshot.png", "film.jpg", 1))
	if res, err := http.Get(web.URL + missing); err != nil || res.StatusCode != 404 {
		t.Errorf("of a deleted file: %v, %v", res, err)
	}
}

// linkIn returns the path of the address in the text that home's pager sends about an incident with that evidence. It checks that
// the text fits.
func linkIn(t *testing.T, w *lambdatest.World, console string) string {
	t.Helper()
	const public = "https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws"
	for _, line := range w.Env(environ.FunctionPager, lambdatest.Home, environ.CallbackURL+"="+public) {
		name, value, _ := strings.Cut(line, "=")
		t.Setenv(name, value)
	}
	s, err := cloud.Open(t.Context(), environ.FunctionPager, os.Getenv, lambdatest.Practice())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenPhone(t.Context(), public); err != nil {
		t.Fatal(err)
	}
	bad := incident.Incident{
		ID: "print-card/2026", Journey: "print-card", Title: "print a card", Kind: incident.Down, Step: "wait for the PDF", Error: "no PDF within 15s",
		Evidence: []journey.Evidence{{Kind: "screenshot", Path: console}},
	}
	policy := oncall.OnCall{EvidenceLink: s.Alerts.OnCall.EvidenceLink}
	text := message.Content{About: []incident.Incident{bad}, OnCall: policy, Now: time.Now()}.SMS()
	for word := range strings.FieldsSeq(text) {
		if path, ok := strings.CutPrefix(word, public); ok {
			if len(text) > 2*153 {
				t.Errorf("a text of %d characters: %s", len(text), text)
			}
			return path
		}
	}
	t.Fatalf("the text links to no evidence: %s", text)
	return ""
}
