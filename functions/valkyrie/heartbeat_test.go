package main

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/twilio/standin"
)

// TestHeartbeatAddress: a batch that posts to the address which watch prints is heard; and the address is the same after
// a restart.
func TestHeartbeatAddress(t *testing.T) {
	cfg, err := alerts.Parse("shipped", alerts.Shipped(), nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Judge.Heartbeats = []alerts.HeartbeatPolicy{{Name: "shift-texts", Title: "send the shift texts", Every: 24 * time.Hour}}
	db := filepath.Join(t.TempDir(), "valkyrie.db")
	open := func() *station {
		s, err := openStation(t.Context(), db, cfg, carrier{
			account: standin.DemoAccountSID, token: standin.DemoAuthToken, address: "http://127.0.0.1:1", public: "http://hooks.example.com", listen: "127.0.0.1:0",
		}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	if len(s.beats) != 1 {
		t.Fatal(s.beats)
	}
	path := s.beats[0][len("http://hooks.example.com"):]
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
		t.Errorf("the batch has not begun: %+v, %v", item, err)
	}
	first := s.beats[0]
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	s = open()
	defer s.close()
	if s.beats[0] != first {
		t.Errorf("after a restart: %s, not %s", s.beats[0], first)
	}
}
