package main

import (
	"net/http"
	"net/url"
	"sync"
	"time"

	"valkyrie/infra/secrets"
	"valkyrie/probes/demoshop"
)

// secretsFor finds the secrets for journeys on site: in the environment, or in the file of secrets. A practice shop's
// account is public, so the journeys find it by themselves, wherever the shop is.
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

// isPractice asks the site whether it is a practice shop.
func isPractice(site *url.URL) bool {
	client := http.Client{Timeout: 2 * time.Second}
	res, err := client.Get(site.JoinPath("/healthz").String())
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return demoshop.IsShop(res)
}
