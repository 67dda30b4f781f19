package main

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/chrome"
	"valkyrie/infra/secrets"
	"valkyrie/probes/demoshop"
	"valkyrie/probes/journey"
)

// practiceSite is the address of `valkyrie shop`, and the default of --site.
const practiceSite = "http://127.0.0.1:8080"

// parseSite parses the address of a site. What no path can be added to, and ports that browsers refuse, are errors.
func parseSite(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(raw, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, cli.Usage("--site %q: expected an address such as https://shop.example.com", raw)
	}
	if u.User != nil {
		return nil, cli.Usage("--site: expected an address without a user name or password, because it is logged; declare them as secrets of the journeys")
	}
	if at := strings.IndexAny(raw, "?#"); at >= 0 {
		return nil, cli.Usage("--site %q: expected an address without a query or fragment, since journeys add their own paths; leave out %q", raw, raw[at:])
	}
	if port, err := strconv.Atoi(u.Port()); err == nil && slices.Contains(badPorts, port) {
		return nil, cli.Usage("--site %q: no browser opens port %d, as it belongs to another protocol; have the site listen on another one, such as 8080", raw, port)
	}
	return u, nil
}

// badPorts are the ports that browsers refuse: https://fetch.spec.whatwg.org/#port-blocking
var badPorts = []int{
	0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117,
	119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989,
	990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
}

// siteFor returns the site to probe. When the default address refuses connections, the practice shop was not started, which
// is a usage error rather than an outage. Any other address is probed as it is.
func (p *program) siteFor(ctx context.Context, raw string) (*url.URL, error) {
	u, err := parseSite(raw)
	if err != nil || raw != practiceSite {
		return u, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, cli.Usage("nothing answers at %s, where the practice shop would be: %w\nstart it with \"valkyrie shop\", or name your own site with --site", practiceSite, err)
	}
	return u, conn.Close()
}

// findChrome finds or fetches the browser. VALKYRIE_CHROME_FLAGS holds further switches, such as "--single-process".
func (p *program) findChrome(ctx context.Context) (journey.Program, error) {
	c, err := chrome.Find(ctx, chrome.Config{Getenv: p.getenv, Progress: p.stderr})
	if err != nil {
		return journey.Program{}, cli.Exit(cli.ExitBroken, err)
	}
	var flags []string
	for _, f := range strings.Fields(p.getenv("VALKYRIE_CHROME_FLAGS")) {
		flags = append(flags, strings.TrimLeft(f, "-"))
	}
	return journey.Program{Path: c.Path, Env: c.Env, Args: flags}, nil
}

// secretsFor returns the lookup of the secrets of journeys on a site: the environment, then the file of secrets. On a practice
// shop it falls back to the shop's public account.
func (p *program) secretsFor(site *url.URL) func(name string) (string, error) {
	practice := sync.OnceValue(func() bool { return isPractice(site) })
	return secrets.Sources{
		Getenv: p.getenv, File: p.getenv("VALKYRIE_SECRETS_FILE"),
		Otherwise: func(name string) (string, bool) {
			value, ok := demoshop.Secret(name)
			return value, ok && practice()
		},
	}.Find
}

// isPractice reports whether the site identifies itself as a practice shop.
func isPractice(site *url.URL) bool {
	client := http.Client{Timeout: 2 * time.Second}
	res, err := client.Get(site.JoinPath("/healthz").String())
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return demoshop.IsShop(res)
}
