// Package rdap finds when the registration of a domain ends, by the Registration Data Access Protocol (RFC 9082, RFC 9083),
// which needs no account. Each domain is asked about once a day.
package rdap

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"

	"valkyrie/probes/journey"
)

// Directory lists the RDAP server of each top-level domain (RFC 9224).
const Directory = "https://data.iana.org/rdap/dns.json"

const (
	askEvery   = 24 * time.Hour // of a domain
	retryAfter = 6 * time.Hour  // of a domain without an answer
	largest    = 4 << 20        // bytes of an answer; the directory has 50 kB
	maxDomains = 50             // known at once
)

// A Client asks about domains, and remembers the answers. The zero value is ready. It is safe for concurrent use.
type Client struct {
	HTTP      http.RoundTripper // nil: http.DefaultTransport
	Directory string            // address; "": Directory
	TimeNow   func() time.Time  // nil: time.Now

	mu      sync.Mutex
	servers map[string]string // by top-level domain
	known   map[string]answer
}

// An answer is the registration of a domain; zero if none is known.
type answer struct {
	registration journey.Certificate
	again        time.Time // when to ask next
}

// Complete adds the registrations of the domains to a run whose hosts showed certificates. It waits for new answers until ctx
// ends; a domain without one is left out, and the error says why.
func (c *Client) Complete(ctx context.Context, run *journey.Run) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var failed error
	for _, domain := range domains(run.Certificates) {
		a, seen := c.known[domain]
		if now := c.now(); (!seen && len(c.known) < maxDomains || seen && !now.Before(a.again)) && ctx.Err() == nil {
			registration, err := c.ask(ctx, domain)
			if a.again = now.Add(askEvery); err != nil {
				failed, a.again = cmp.Or(failed, err), now.Add(retryAfter)
			} else {
				a.registration = registration
			}
			if c.known == nil {
				c.known = map[string]answer{}
			}
			c.known[domain] = a
		}
		if !a.registration.Expires.IsZero() {
			run.AddCertificates([]journey.Certificate{a.registration})
		}
	}
	return failed
}

func (c *Client) now() time.Time {
	if c.TimeNow == nil {
		return time.Now()
	}
	return c.TimeNow()
}

// domains returns the registered domains of hosts, sorted. Addresses, local names and public suffixes have none.
func domains(of []journey.Certificate) []string {
	var all []string
	for _, cert := range of {
		host := strings.ToLower(strings.TrimSuffix(cert.Host, "."))
		suffix, public := publicsuffix.PublicSuffix(host)
		if cert.Kind != "" || net.ParseIP(host) != nil || !public || suffix == host {
			continue
		}
		if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
			all = append(all, domain)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ask asks the domain's server. A domain whose server does not say when it ends has no error, and no end.
func (c *Client) ask(ctx context.Context, domain string) (journey.Certificate, error) {
	server, err := c.server(ctx, domain)
	if err != nil || server == "" {
		return journey.Certificate{}, err
	}
	var said struct {
		Events []struct {
			Action string `json:"eventAction"`
			Date   string `json:"eventDate"`
		} `json:"events"`
		Entities []entity `json:"entities"`
	}
	if err := c.get(ctx, strings.TrimSuffix(server, "/")+"/domain/"+url.PathEscape(domain), &said); err != nil {
		return journey.Certificate{}, err
	}
	r := journey.Certificate{Kind: journey.DomainRegistration, Host: domain}
	for _, e := range said.Events {
		at, err := time.Parse(time.RFC3339, e.Date)
		switch {
		case err != nil:
		case e.Action == "expiration":
			r.Expires = at.UTC()
		case e.Action == "registration":
			r.From = at.UTC()
		}
	}
	for _, e := range said.Entities {
		if slices.Contains(e.Roles, "registrar") {
			r.Issuer = e.name()
		}
	}
	return r, nil
}

// An entity is a person or an organization in an answer, with its jCard (RFC 7095).
type entity struct {
	Roles []string          `json:"roles"`
	Card  []json.RawMessage `json:"vcardArray"`
}

// name returns the formatted name; "" if there is none.
func (e entity) name() (name string) {
	var properties [][]any
	if len(e.Card) < 2 || json.Unmarshal(e.Card[1], &properties) != nil {
		return ""
	}
	for _, p := range properties {
		if len(p) > 3 && p[0] == "fn" {
			name, _ = p[3].(string)
		}
	}
	return name
}

// server returns the address of the domain's server; "" if its top-level domain has none.
func (c *Client) server(ctx context.Context, domain string) (string, error) {
	if c.servers == nil {
		var list struct {
			Services [][][]string `json:"services"`
		}
		if err := c.get(ctx, cmp.Or(c.Directory, Directory), &list); err != nil {
			return "", err
		}
		c.servers = map[string]string{}
		for _, s := range list.Services {
			if len(s) < 2 || len(s[1]) == 0 {
				continue
			}
			for _, top := range s[0] {
				c.servers[strings.ToLower(top)] = s[1][0]
			}
		}
	}
	return c.servers[domain[strings.LastIndex(domain, ".")+1:]], nil
}

// get reads a JSON document.
func (c *Client) get(ctx context.Context, address string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", address, err)
	}
	req.Header.Set("Accept", "application/rdap+json, application/json")
	req.Header.Set("User-Agent", journey.Agent())
	client := http.Client{Transport: c.HTTP} // it follows redirects, as RFC 7480 asks
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask for a domain's registration: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("ask %s: expected 200, got %s", address, res.Status)
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, largest)).Decode(into); err != nil {
		return fmt.Errorf("read the answer of %s: %w", address, err)
	}
	return nil
}
