package phrase_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"valkyrie/alerts/phrase"
)

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Minute: "0 s", 0: "0 s", 59*time.Second + 999*time.Millisecond: "59 s", time.Minute: "1 min", time.Hour - 1: "59 min",
		time.Hour: "1 h", 3*time.Hour + 5*time.Minute + 59*time.Second: "3 h 5 min", 49 * time.Hour: "49 h",
	} {
		if got := phrase.Duration(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}

func TestSeconds(t *testing.T) {
	for ms, want := range map[int64]string{0: "0.0 s", 849: "0.8 s", 9_940: "9.9 s", 10_000: "10 s", 12_999: "12 s"} {
		if got := phrase.Seconds(ms); got != want {
			t.Errorf("%d: got %q, want %q", ms, got, want)
		}
	}
}

func TestTimes(t *testing.T) {
	for n, want := range map[int]string{0: "0 times", 1: "once", 2: "twice", 3: "3 times"} {
		if got := phrase.Times(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

func TestList(t *testing.T) {
	for want, names := range map[string][]string{"": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b and c": {"a", "b", "c"}} {
		if got := phrase.List(names); got != want {
			t.Errorf("%v: got %q, want %q", names, got, want)
		}
	}
}

// TestClock: times are in UTC, with their date if they are more than half a day from the other time.
func TestClock(t *testing.T) {
	at := time.Date(2026, 11, 21, 4, 2, 59, 0, time.FixedZone("CET", 3600))
	for _, c := range []struct {
		other time.Duration
		want  string
	}{
		{0, "03:02 UTC"},
		{12 * time.Hour, "03:02 UTC"},
		{-12 * time.Hour, "03:02 UTC"},
		{12*time.Hour + 1, "21 November 03:02 UTC"},
		{-12*time.Hour - 1, "21 November 03:02 UTC"},
	} {
		if got := phrase.ClockWithDate(at, at.Add(c.other)); got != c.want {
			t.Errorf("%v: got %q, want %q", c.other, got, c.want)
		}
	}
}

// TestShorten: a long error ends in "…" and stays valid UTF-8, wherever it is cut.
func TestShorten(t *testing.T) {
	if s := strings.Repeat("x", 160); phrase.Shorten(s) != s {
		t.Error("160 bytes were shortened")
	}
	for lead := range 3 {
		got := phrase.Shorten(strings.Repeat("x", lead) + strings.Repeat("ü", 200))
		if len(got) > 160+len("…") || len(got) < 158 || !utf8.ValidString(got) || !strings.HasSuffix(got, "ü…") {
			t.Errorf("got %d bytes: %q", len(got), got)
		}
	}
}

// TestTitle checks titles as people write them.
func TestTitle(t *testing.T) {
	for title, want := range map[string]string{
		"customers can print a card": "print a card", "can I pay?": "pay", "Can our customers pay.": "pay", "is the shop up?": "the shop", "Does checkout still work?": "checkout",
		"is it Friday?": "is it Friday", "what's new?": "what's new", "🛒 cart": "cart", "👩🏽‍💻 log in 1️⃣": "log in 1", "🛒": "", "...": "", "5 °C": "5 °C",
		"https://shop.example.com/checkout?session=1#x": "shop.example.com/checkout", "open http://ada:secret@shop.example.com/": "open shop.example.com",
		strings.Repeat("order cards ", 30): "order cards order cards order cards order cards order cards order cards",
		"می\u200cخواهم":                    "می\u200cخواهم",
	} {
		if got := phrase.Title(title); got != want {
			t.Errorf("%q: got %q, want %q", title, got, want)
		}
	}
}
