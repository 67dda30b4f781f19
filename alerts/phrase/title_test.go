package phrase_test

import (
	"strings"
	"testing"
	"time"

	"valkyrie/alerts/phrase"
)

// TestTitleForms checks how titles of people and programs are said in a sentence.
func TestTitleForms(t *testing.T) {
	for title, want := range map[string]string{
		"print a card": "print a card", "": "", " pay. ": "pay", "buy... ... now...": "buy now", "what's new?": "what's new", `"print" a card`: "print a card", `print \"a\" card`: "print a card",
		"\x1b[31mprint\x1b[0m a card": "print a card", `\x1b[1mprint a card\x1b[0m`: "print a card", "print\na\tcard": "print a card", "a \\ b": "a b", "customers can print a card": "print a card",
		"a user can log in": "log in", "to pay": "pay", "can print": "print", "can I pay?": "pay", "Can customers pay?": "pay", "may the users pay?": "pay", "is the shop up?": "the shop",
		"Does checkout still work?": "checkout", "does checkout still work": "does checkout still work", "are payments available?": "payments", "can": "can", "🛒 cart": "cart", "🛒": "",
		"👩🏽‍💻 log in 1️⃣": "log in 1", "5 °C": "5 °C", "日本 shop": "日本 shop", "https://shop.example.com/checkout/?session=1#x": "shop.example.com/checkout", "open http://ada:secret@shop.example.com/": "open shop.example.com",
		"“pay”": "pay", "…": "", "'pay'": "pay", "a\x00b": "a b", "a\xffb": "a b", "👍🏿": "", "👍🏻": "", "a\u200db": "a\u200db", "pay️": "pay",
		strings.Repeat("x", 72): strings.Repeat("x", 72), strings.Repeat("x", 73): strings.Repeat("x", 72), strings.Repeat("印", 24): strings.Repeat("印", 24), strings.Repeat("印", 25): strings.Repeat("印", 24),
		strings.Repeat("ɏ", 72): strings.Repeat("ɏ", 72), strings.Repeat("ɐ", 25): strings.Repeat("ɐ", 24), strings.Repeat("。", 80) + "x": "x",
		strings.Repeat("x", 36) + " " + strings.Repeat("y", 40): strings.Repeat("x", 36) + " " + strings.Repeat("y", 35), strings.Repeat("x", 37) + " " + strings.Repeat("y", 40): strings.Repeat("x", 37),
		strings.Repeat("x", 60) + ", " + strings.Repeat("y", 40): strings.Repeat("x", 60),
	} {
		if got := phrase.Title(title); got != want {
			t.Errorf("%q is said as %q, want %q", title, got, want)
		}
	}
	for _, c := range []struct{ title, journey, want string }{{"Pay.", "checkout", "Pay"}, {"…", "print-a-card", "print a card"}, {"", "", ""}} {
		if got := phrase.TitleOr(c.title, c.journey); got != c.want {
			t.Errorf("%q of %q is said as %q, want %q", c.title, c.journey, got, c.want)
		}
	}
	if got := phrase.Uncoded("\x1b[31mno\x1b[0m \\\"button\\\" \\n"); got != `no "button" \n` {
		t.Errorf("without codes: %q", got)
	}
}

// TestIsTask checks which titles complete "customers cannot ...", by each rule.
func TestIsTask(t *testing.T) {
	for title, want := range map[string]bool{
		"print a card": true, "pay": true, "process orders": true, "address a letter": true, "sing along": false, "Checkout": false, "pRint a card": false, "checkout": false, "payment form": false, "DNS": false, "": false,
		"orders arrive": false, "frobnicate": false, "frobnicate it": true, "printing cards": false, "station finder": false, "session cart": false, "kindness first": false, "quality check": false,
		"balance sheet": false, "presence list": false, "friendship book": false, "fixed price": false, "weekly report": false, "final step": false, "famous names": false, "useful things": false, "active users": false,
		"user can pay": false, "email a card": true, "sign in": true, "ship it": true, "wählen eine Karte": false, "2 cards": false, "cannot pay": false, "move": true, "receive mail": true,
	} {
		if got := phrase.IsTask(title); got != want {
			t.Errorf("%q is a task: %t", title, got)
		}
	}
}

// TestIntervals checks durations and intervals at the ends of their units.
func TestIntervals(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Second: "every second", time.Minute: "every minute", time.Hour: "every hour", 24 * time.Hour: "every day", 5 * time.Minute: "every 5 min", 36 * time.Hour: "every 36 h", 2 * time.Second: "every 2 s",
	} {
		if got := phrase.Every(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		72 * time.Hour: "3 d", 72*time.Hour - time.Minute: "71 h 59 min", 73 * time.Hour: "3 d 1 h", 500 * time.Hour: "20 d 20 h", 95*time.Hour + 59*time.Minute: "3 d 23 h",
	} {
		if got := phrase.Duration(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	if got := phrase.Lines("a\nb"); len(got) != 2 || got[1] != "b" {
		t.Errorf("%q", got)
	}
}
