package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valkyrie/functions/lambdatest"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/probes/demoshop"
)

// TestSecretsFor: the public account is found for a practice shop at any address, but for no other site, and configured
// secrets take precedence.
func TestSecretsFor(t *testing.T) {
	shop, err := demoshop.New(demoshop.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer shop.Close()
	none := filepath.Join(t.TempDir(), "none")
	for name, c := range map[string]struct {
		site   http.Handler
		env    map[string]string
		secret string
		value  string
		err    string
	}{
		"a practice shop":                    {site: shop, secret: "shop-password", value: demoshop.DemoPassword},
		"a practice shop with one's own":     {site: shop, secret: "shop-password", env: map[string]string{"VALKYRIE_SECRET_SHOP_PASSWORD": "mine"}, value: "mine"},
		"a practice shop does not know this": {site: shop, secret: "card-number", err: `set VALKYRIE_SECRET_CARD_NUMBER, or write "card-number: ..." into ` + none},
		"a real site":                        {site: http.NotFoundHandler(), secret: "shop-password", err: "set VALKYRIE_SECRET_SHOP_PASSWORD"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.site)
			defer server.Close()
			site, err := url.Parse(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			p := &program{suite: lambdatest.Practice(), getenv: func(key string) string {
				if key == "VALKYRIE_SECRETS_FILE" {
					return none
				}
				return c.env[key]
			}}
			value, err := p.secretsFor(site)(c.secret)
			if value != c.value || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("got %q, %v", value, err)
			}
		})
	}
}

func TestParseSite(t *testing.T) {
	for raw, want := range map[string]string{
		"https://shop.example/":               "https://shop.example",
		"https://shop.example/app/":           "https://shop.example/app",
		"http://[::1]:8080":                   "http://[::1]:8080",
		"https://shop.example?env=test":       `leave out "?env=test"`,
		"https://shop.example/app?":           `leave out "?"`,
		"https://shop.example/#/orders":       `leave out "#/orders"`,
		"https://shop.example#":               `leave out "#"`,
		"https://ada:sesame@shop.example":     "without a user name or password",
		"https://ada@shop.example":            "without a user name or password",
		"ada:sesame@shop.example":             "without a user name or password",
		"https://ada:sesame@shop.example:x":   "without a user name or password",
		"https://ada:sesame@shop example":     "without a user name or password",
		"shop.example":                        "expected an address such as",
		"ftp://shop.example":                  "expected an address such as",
		"https://":                            "expected an address such as",
		"https://shop.example/%zz":            "expected an address such as",
		"https://shop example":                "expected an address such as",
		"http://shop.example:25/?forwarded=1": "without a query",
	} {
		got, err := parseSite(raw)
		switch {
		case err == nil && got.String() != want, err != nil && !strings.Contains(err.Error(), want), err != nil && strings.Contains(err.Error(), "sesame"):
			t.Errorf("%q: got %v, %v; want %s", raw, got, err, want)
		}
	}
}

// TestNewSite: an address that no site can have is refused before anything is written, and a password in it is not printed.
func TestNewSite(t *testing.T) {
	for site, want := range map[string]string{
		"http://ada:sesame@127.0.0.1:1": "without a user name or password",
		"ada:sesame@127.0.0.1:1":        "without a user name or password",
		"shop.example.com":              `--site "shop.example.com": expected an address such as https://shop.example.com`,
	} {
		const list = "package probes\n\nimport \"valkyrie/probes/journey\"\n\nvar All = []func() journey.Journey{}\n"
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "probes"), 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{
			"go.mod": "module valkyrie\n", "probes/probes.go": list,
			"template.yaml": "Resources:\n  Probe:\n    Properties:\n      Events:\n        # begin schedules\n        # end schedules\n",
		} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		t.Chdir(dir)
		var out bytes.Buffer
		p := &program{suite: lambdatest.Practice(), stdin: strings.NewReader(""), stdout: &out, stderr: &out, getenv: func(string) string { return "" }, timeNow: time.Now}
		code := p.run(t.Context(), []string{"new", "sign-in", "--api", "--site", site})
		if code != cli.ExitUsage || !strings.Contains(out.String(), want) || strings.Contains(out.String(), "sesame") {
			t.Errorf("%s: exit %d, want %d and %q\n%s", site, code, cli.ExitUsage, want, out.String())
		}
		if text, err := os.ReadFile("probes/probes.go"); string(text) != list || err != nil {
			t.Errorf("%s: the list was changed: %v\n%s", site, err, text)
		}
		if all, err := filepath.Glob("probes/*"); len(all) != 1 || err != nil {
			t.Errorf("%s: files in probes/: %q, %v", site, all, err)
		}
	}
}
