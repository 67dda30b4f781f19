package main

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/config"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/functions/lambdatest"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/cloudtest"
	"valkyrie/infra/webhook"
)

// TestHeartbeatAddress: the address that watch prints records the reports of a batch, and stays the same after a restart.
func TestHeartbeatAddress(t *testing.T) {
	cfg, err := config.Parse("example.yaml", alerts.Example(), nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Judge.Heartbeats = []judge.HeartbeatPolicy{{Name: "shift-texts", Title: "send the shift texts", Every: 24 * time.Hour}}
	db := filepath.Join(t.TempDir(), "valkyrie.db")
	open := func() *services {
		s, err := openServices(t.Context(), db, lambdatest.Practice(), cfg, provider{
			account: standin.DemoAccountSID, token: standin.DemoAuthToken, api: "http://127.0.0.1:1", public: "http://hooks.example.com", listen: "127.0.0.1:0",
		}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	if len(s.heartbeatURLs) != 1 {
		t.Fatal(s.heartbeatURLs)
	}
	path := s.heartbeatURLs[0][len("http://hooks.example.com"):]
	for stage, want := range map[string]int{"/start": 204, "/begin": 400} {
		res, err := http.Post(s.callbacks.url+path+stage, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if res.Body.Close(); res.StatusCode != want {
			t.Errorf("%s: %s", stage, res.Status)
		}
	}
	item, err := s.store.Item(t.Context(), "JOURNEY#shift-texts")
	if err != nil || item.Version != 1 {
		t.Errorf("the start of the batch is not stored: %+v, %v", item, err)
	}
	first := s.heartbeatURLs[0]
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	s = open()
	defer s.close()
	if s.heartbeatURLs[0] != first {
		t.Errorf("after a restart: %s, not %s", s.heartbeatURLs[0], first)
	}
}

// TestHeartbeatsOfADeployment: the printed addresses are the webhook's, derived from the key at AWS or in this machine's
// secrets.
func TestHeartbeatsOfADeployment(t *testing.T) {
	dir, c := rotaFolder(t), cloudtest.New()
	defer c.Close()
	c.Parameter("/valkyrie/beat-key", "a key of a test, long enough")
	for _, line := range append(c.Environ("eu-west-1"), "AWS_CA_BUNDLE=") {
		name, value, _ := strings.Cut(line, "=")
		t.Setenv(name, value)
	}
	const base = "https://abc.lambda-url.eu-west-1.on.aws"
	want := "shift-texts  " + webhook.BeatURL(base, []byte("a key of a test, long enough"), "shift-texts") + "\n"
	for args, printed := range map[string]string{
		"--url " + base + "/ --secrets ssm:/valkyrie/": want,
		"--url " + base + " --secrets ssm:/other/":     `valkyrie: no such secret as "beat-key" in ssm:/other/`,
		"--url " + base + " --secrets vault:/other/":   `valkyrie: --secrets: read the source of secrets "vault:/other/": expected ssm:/path/`,
		"--url " + base: `valkyrie: no such secret as "beat-key"; set VALKYRIE_SECRET_BEAT_KEY`,
		"--url hooks":   `valkyrie: --url "hooks": expected the webhook's address`,
	} {
		out, errs, code := typed(t, dir, append([]string{"heartbeats", "--alerts", "DIR/alerts.yaml"}, strings.Fields(args)...)...)
		if !strings.HasPrefix(out+errs, printed) || (code == 0) != (printed == want) {
			t.Errorf("%s: got %q and %q, %d; want %q", args, out, errs, code, printed)
		}
	}
	if out, errs, code := typed(t, dir, "heartbeats", "--url", base); code != cli.ExitUsage || !strings.Contains(errs, "names no batch: add one to judge.heartbeats") {
		t.Errorf("%q and %q, %d", out, errs, code)
	}
}
