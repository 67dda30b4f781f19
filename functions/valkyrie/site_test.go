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
		"ftp://ada:sesame@shop.example":       "without a user name or password",
		"https://ada:sesame/2@shop.example":   "without a user name or password",
		"https://ada:sesame%zz@shop.example":  "without a user name or password",
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

// authorTree makes the current folder a tree with one journey of its own, open-shop, and returns the list's text.
func authorTree(t *testing.T) (list string) {
	t.Helper()
	list = "package probes\n\nimport \"valkyrie/probes/journey\"\n\nvar All = []func() journey.Journey{OpenShop, other}\n\n" +
		"func OpenShop() journey.Journey { return journey.Journey{Name: \"open-shop\"} }\n\nfunc other() journey.Journey { return journey.Journey{Name: \"other\"} }\n"
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module valkyrie\n\ngo 1.25\n", "probes/probes.go": list,
		"probes/journey/journey.go": "// Package journey is as small as can be.\npackage journey\n\ntype Journey struct{ Name string }\n",
		"template.yaml":             "Resources:\n  Probe:\n    Properties:\n      Events:\n        # begin schedules\n        # end schedules\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	return list
}

// wantRefused runs a command in a tree, and compares its output and that nothing in probes/ was changed.
func wantRefused(t *testing.T, want string, args ...string) {
	t.Helper()
	list := authorTree(t)
	var out bytes.Buffer
	p := &program{suite: lambdatest.Practice(), stdin: strings.NewReader(""), stdout: &out, stderr: &out, getenv: func(string) string { return "" }, timeNow: time.Now}
	if code := p.run(t.Context(), args); code != cli.ExitUsage || !strings.HasPrefix(out.String(), "valkyrie: "+want) {
		t.Errorf("%q: exit %d, want %d and %q\n%s", args, code, cli.ExitUsage, want, out.String())
	}
	if strings.Contains(out.String(), "sesame") {
		t.Errorf("%q: the password was printed:\n%s", args, out.String())
	}
	if text, err := os.ReadFile("probes/probes.go"); string(text) != list || err != nil {
		t.Errorf("%q: the list was changed: %v\n%s", args, err, text)
	}
	if all, err := filepath.Glob("probes/*.go"); len(all) != 1 || err != nil {
		t.Errorf("%q: files in probes/: %q, %v", args, all, err)
	}
}

// TestNewSite: an address that no site can have is refused before anything is written, and a password in it is not printed.
func TestNewSite(t *testing.T) {
	for site, want := range map[string]string{
		"http://ada:sesame@127.0.0.1:1": "--site: expected an address without a user name or password",
		"ada:sesame@127.0.0.1:1":        "--site: expected an address without a user name or password",
		"shop.example.com":              `--site "shop.example.com": expected an address such as https://shop.example.com`,
	} {
		wantRefused(t, want, "new", "sign-in", "--api", "--site", site)
	}
}

// TestNamedStore: a store that is named must exist, or nothing is changed.
func TestNamedStore(t *testing.T) {
	const want = "there is no Valkyrie database at \"nowhere.db\"; run `valkyrie watch` first, or choose another --db"
	wantRefused(t, want, "rename", "open-shop", "visit-shop", "--db", "nowhere.db")
	wantRefused(t, want, "remove", "open-shop", "--yes", "--db", "nowhere.db")
	wantRefused(t, strings.ReplaceAll(want, "nowhere.db", "valkyrie.db"), "remove", "open-shop", "--yes", "--db", "valkyrie.db")
}
