package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/paging"
	"valkyrie/infra/sqlite"
)

func TestMute(t *testing.T) {
	dir := rotaFolder(t)
	muted := func() []incident.Mute {
		store, err := sqlite.Open(context.Background(), filepath.Join(dir, "valkyrie.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		r, err := paging.LoadState(t.Context(), store)
		if err != nil {
			t.Fatal(err)
		}
		return r.Mutes
	}
	for _, c := range []struct{ args, want string }{
		{"print-card --for 2h --by ada", "print-card is muted until "},
		{"create-order --end", "there is no mute of create-order\n"},
		{"all --end", "there is no mute of everything\nprint-card is muted until "},
		{"all", "everything is muted until "},
		{"all --end", "the mute of everything is over\nprint-card is muted until "},
		{"all", "everything is muted until "},
		{"print-card --end", "the mute of print-card is over\nvalkyrie: print-card is muted still, as everything is until "},
		{"print-card --end", "there is no mute of print-card\nvalkyrie: print-card is muted still, as everything is until "},
		{"prnt-card", "valkyrie: there is no journey or batch \"prnt-card\", did you mean \"print-card\"? there are: print-card, create-order, "},
		{"shift-texts --alerts DIR/alerts.yaml --for 2h", "shift-texts is muted until "},
		{"Print a card --for 2h --by Ada", "print-card is muted until "},
		{"print-card --end", "the mute of print-card is over\nvalkyrie: print-card is muted still, as everything is until "},
		{"create-order --for 2d", "create-order is muted until "},
		{"all --for 8d", "valkyrie: --for 8d: expected a duration over 0 and up to 7d, such as 90m"},
		{"a b", "valkyrie: expected one journey or batch to mute, got 2; there are: print-card, create-order, "},
		{"all --alerts DIR/alerts.yaml --by Adda", "valkyrie: there is no person \"Adda\", did you mean \"Ada\"? there are: Ada, Grace\n"},
		{"all --for 0s", "valkyrie: --for 0s: expected a duration over 0 and up to 7d, such as 90m, or a time within 7 days, such as 18:00 or \"monday 09:00\"\n"},
	} {
		out, errs, code := typed(t, dir, append([]string{"mute", "--db", "DIR/valkyrie.db"}, strings.Fields(c.args)...)...)
		if (errs != "") != (code != 0) {
			t.Errorf("mute %s: exit code %d, %q", c.args, code, errs)
		}
		if got := out + errs; !strings.HasPrefix(got, c.want) {
			t.Errorf("mute %s: got %q, want %q", c.args, got, c.want)
		}
	}
	for _, args := range [][]string{{"mute"}, {"oncall", "--alerts", "DIR/alerts.yaml"}} {
		out, errs, _ := typed(t, dir, append(args, "--db", "DIR/valkyrie.db")...)
		if !strings.Contains(out, "everything is muted until ") || !strings.Contains(out, "shift-texts is muted until ") || strings.Contains(out, "print-card is muted") || errs != "" {
			t.Errorf("%v: got %q, %q", args, out, errs)
		}
	}
	m := muted()
	open := slices.DeleteFunc(slices.Clone(m), func(m incident.Mute) bool { return !m.Until.After(time.Now()) })
	if len(open) != 3 || open[0].Journey != "" || open[1].Journey != "shift-texts" || open[2].Journey != "create-order" {
		t.Errorf("muted: %+v", m)
	}
}

func TestVCard(t *testing.T) {
	dir := rotaFolder(t)
	out, errs, code := typed(t, dir, "vcard", "--alerts", "DIR/alerts.yaml")
	if want := message.VCard("+12025550100"); out != want || errs != "" || code != 0 || !strings.Contains(out, "TEL;TYPE=VOICE,CELL:+12025550100\r\n") {
		t.Errorf("got %q %q %d, want %q", out, errs, code, want)
	}
}
