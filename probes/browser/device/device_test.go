package device

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"valkyrie/probes/journey"
)

const laptop = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/153.0.8010.0 Safari/537.36"

func TestUserAgent(t *testing.T) {
	if got := (Settings{}).UserAgent(laptop); got != laptop {
		t.Errorf("a laptop's is %q", got)
	}
	want := "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/153.0.0.0 Mobile Safari/537.36"
	if got := (Settings{Phone: true}).UserAgent(laptop); got != want {
		t.Errorf("a phone's is %q, want %q", got, want)
	}
}

func TestHints(t *testing.T) {
	own := &emulation.UserAgentMetadata{Platform: "Linux", Architecture: "x86", Bitness: "64"}
	if got := (Settings{}).Hints(own); got != own {
		t.Errorf("a laptop's are %+v", got)
	}
	got := (Settings{Phone: true}).Hints(own)
	if !got.Mobile || got.Platform != "Android" || got.Architecture != "" || own.Mobile || own.Platform != "Linux" {
		t.Errorf("a phone's are %+v, of %+v", got, own)
	}
}

func TestLanguages(t *testing.T) {
	for locale, want := range map[string]string{"": "en-US,en", "en-US": "en-US,en", "en": "en,en-US", "en-GB": "en-GB,en,en-US", "de-DE": "de-DE,de,en-US,en", "fr": "fr,en-US,en", "zh-Hant-TW": "zh-Hant-TW,zh,en-US,en"} {
		if got := (Settings{Locale: locale}).Languages(); got != want {
			t.Errorf("%q: %s, want %s", locale, got, want)
		}
	}
}

func TestHeaders(t *testing.T) {
	if got := (Settings{Locale: "de-DE"}).Headers(); len(got) != 1 || got["accept-language"] != "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7" {
		t.Errorf("a laptop's are %v", got)
	}
	if got := (Settings{Phone: true}).Headers(); got["accept-language"] != "en-US,en;q=0.9" || got["sec-ch-ua-mobile"] != "?1" {
		t.Errorf("a phone's are %v", got)
	}
}

func TestProgram(t *testing.T) {
	base := journey.Program{Env: []string{"A=1"}, Args: []string{"--accept-lang=fr"}}
	got := Settings{TimeZone: "Asia/Tokyo"}.Program(base)
	if strings.Join(got.Args, " ") != "--accept-lang=en-US,en "+mouse+" --accept-lang=fr" || strings.Join(got.Env, " ") != "A=1 TZ=Asia/Tokyo" || len(base.Env) != 1 || len(base.Args) != 1 {
		t.Errorf("%+v of %+v", got, base)
	}
}

func TestCheck(t *testing.T) {
	for want, s := range map[string]Settings{
		`locale "German"`:    {Locale: "German"},
		`locale "de_DE"`:     {Locale: "de_DE"},
		`time zone "Berlin"`: {TimeZone: "Berlin"},
		`location 91, 0`:     {Location: &Location{91, 0}},
		`location 0, -180.5`: {Location: &Location{0, -180.5}},
	} {
		if err := s.Check(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", s, err, want)
		}
	}
	if err := (Settings{Phone: true, Locale: "de-DE", TimeZone: "Europe/Berlin", Location: &Location{52.5, 13.4}}).Check(); err != nil {
		t.Error(err)
	}
}
