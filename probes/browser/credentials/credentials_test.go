package credentials

import (
	"testing"

	"github.com/chromedp/cdproto/fetch"
)

func TestAnswer(t *testing.T) {
	const site = "https://shop.example"
	challenge := func(id, source, origin string) *fetch.EventAuthRequired {
		return &fetch.EventAuthRequired{RequestID: fetch.RequestID(id), AuthChallenge: &fetch.AuthChallenge{Source: fetch.AuthChallengeSource(source), Origin: origin}}
	}
	var s Store
	if got := s.Answer(challenge("0", "Server", site), site).Response; got != fetch.AuthChallengeResponseResponseDefault || s.Exist() {
		t.Errorf("without credentials: %s", got)
	}
	s.Set("ada", "hunter2")
	for _, c := range []struct {
		id, source, origin string
		want               fetch.AuthChallengeResponseResponse
	}{
		{"1", "Server", site, fetch.AuthChallengeResponseResponseProvideCredentials},
		{"1", "Server", site, fetch.AuthChallengeResponseResponseCancelAuth},
		{"2", "Server", site, fetch.AuthChallengeResponseResponseProvideCredentials},
		{"3", "Server", "https://shop.example:8443", fetch.AuthChallengeResponseResponseDefault},
		{"4", "Server", "http://shop.example", fetch.AuthChallengeResponseResponseDefault},
		{"5", "Proxy", site, fetch.AuthChallengeResponseResponseDefault},
	} {
		got := s.Answer(challenge(c.id, c.source, c.origin), site)
		if got.Response != c.want || (got.Password == "hunter2") != (c.want == fetch.AuthChallengeResponseResponseProvideCredentials) {
			t.Errorf("%s %s %s: %+v, want %s", c.id, c.source, c.origin, got, c.want)
		}
	}
}

func TestCut(t *testing.T) {
	for address, want := range map[string][3]string{
		"https://ada:p%40ss@shop.example/a?b": {"https://shop.example/a?b", "ada", "p@ss"},
		"http://ada@shop.example":             {"http://shop.example", "ada", ""},
		"https://shop.example/@ada":           {"https://shop.example/@ada", "", ""},
		"https://shop.example?mail=a@b":       {"https://shop.example?mail=a@b", "", ""},
		"/mail/a@b":                           {"/mail/a@b", "", ""},
	} {
		bare, user, password, found, err := Cut(address)
		if got := [3]string{bare, user, password}; got != want || found != (user != "") || err != nil {
			t.Errorf("%s: %q, %v", address, got, err)
		}
	}
	if _, _, _, _, err := Cut("https://ada:100%@shop.example/"); err == nil {
		t.Error("a bad escape is accepted")
	}
}
