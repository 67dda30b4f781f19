package main

import (
	"context"
	"net"
	"net/url"
	"strings"
	"time"

	"valkyrie/infra/chrome"
	"valkyrie/probes/journey"
)

// practiceSite is where `valkyrie shop` is found, and what is probed when no --site is given.
const practiceSite = "http://127.0.0.1:8080"

// parseSite reads the address of a site.
func parseSite(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(raw, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, usageError("--site %q: expected an address such as https://shop.example.com", raw)
	}
	return u, nil
}

// siteFor is the site to probe. For the default one, nobody answering is a mistake of usage rather than an outage; an
// address that the user has named is probed whatever it does.
func (p *program) siteFor(ctx context.Context, raw string) (*url.URL, error) {
	u, err := parseSite(raw)
	if err != nil || raw != practiceSite {
		return u, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, usageError("nothing answers at %s, where the practice shop would be: %w\nstart it with \"valkyrie shop\", or name your own site with --site", practiceSite, err)
	}
	return u, conn.Close()
}

// findChrome finds or fetches the browser. VALKYRIE_CHROME_FLAGS are switches to add, such as "--single-process".
func (p *program) findChrome(ctx context.Context) (journey.Program, error) {
	c, err := chrome.Find(ctx, chrome.Config{Getenv: p.getenv, Progress: p.stderr})
	if err != nil {
		return journey.Program{}, exitError{exitBroken, err}
	}
	var flags []string
	for _, f := range strings.Fields(p.getenv("VALKYRIE_CHROME_FLAGS")) {
		flags = append(flags, strings.TrimLeft(f, "-"))
	}
	return journey.Program{Path: c.Path, Env: c.Env, Args: flags}, nil
}
