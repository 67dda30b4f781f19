package api

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"
)

// cookies keeps cookies as browsers do (RFC 6265bis). net/http's own drops values that browsers keep, such as JSON and other
// alphabets, and does not send a Secure cookie to 127.0.0.1.
type cookies struct {
	mu  sync.Mutex
	all []cookie // the oldest first
}

type cookie struct {
	name, value  string
	domain, path string
	hostOnly     bool
	secure       bool
	expires      time.Time // zero: never
}

// store takes the cookies of a response from u.
func (j *cookies) store(u *url.URL, lines []string, now time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, line := range lines {
		c, ok := parseCookie(u, line, now)
		if !ok {
			continue
		}
		same := func(o cookie) bool { return o.name == c.name && o.domain == c.domain && o.path == c.path }
		gone := !c.expires.IsZero() && !c.expires.After(now)
		switch i := slices.IndexFunc(j.all, same); {
		case i >= 0 && gone:
			j.all = slices.Delete(j.all, i, i+1)
		case i >= 0:
			j.all[i] = c
		case !gone:
			j.all = append(j.all, c)
		}
	}
}

// header is the Cookie header for a request to u: those with longer paths first, then the older ones.
func (j *cookies) header(u *url.URL, now time.Time) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var fit []cookie
	for _, c := range j.all {
		if c.fits(u, now) {
			fit = append(fit, c)
		}
	}
	slices.SortStableFunc(fit, func(a, b cookie) int { return len(b.path) - len(a.path) })
	var pairs []string
	for _, c := range fit {
		pair := c.name + "=" + c.value
		if c.name == "" {
			pair = c.value
		}
		pairs = append(pairs, pair)
	}
	return strings.Join(pairs, "; ")
}

func (c cookie) fits(u *url.URL, now time.Time) bool {
	host := strings.ToLower(u.Hostname())
	switch {
	case !c.expires.IsZero() && !c.expires.After(now):
	case c.secure && !isSecure(u):
	case c.hostOnly && host != c.domain:
	case !c.hostOnly && !inDomain(host, c.domain):
	default:
		return inPath(pathOf(u), c.path)
	}
	return false
}

// isSecure reports whether Secure cookies may go to u: by https, or to this machine.
func isSecure(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Hostname() == "localhost" || strings.HasSuffix(u.Hostname(), ".localhost") || ip != nil && ip.IsLoopback()
}

func inDomain(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain) && net.ParseIP(host) == nil
}

func inPath(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix) && (strings.HasSuffix(prefix, "/") || path[len(prefix)] == '/')
}

func pathOf(u *url.URL) string {
	if path := u.EscapedPath(); path != "" {
		return path
	}
	return "/"
}

// parseCookie reads a Set-Cookie line. ok is false for one that browsers refuse.
func parseCookie(u *url.URL, line string, now time.Time) (c cookie, ok bool) {
	if strings.ContainsAny(line, "\x00\r\n") {
		return c, false
	}
	pair, attributes, _ := strings.Cut(line, ";")
	if name, value, has := strings.Cut(pair, "="); has {
		c.name, c.value = strings.TrimSpace(name), strings.TrimSpace(value)
	} else {
		c.value = strings.TrimSpace(pair)
	}
	if c.name == "" && c.value == "" || len(c.name)+len(c.value) > 4096 {
		return c, false
	}
	host := strings.ToLower(u.Hostname())
	c.domain, c.hostOnly, c.path = host, true, defaultPath(u)
	maxAge := false
	for attribute := range strings.SplitSeq(attributes, ";") {
		name, value, _ := strings.Cut(attribute, "=")
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "domain":
			if domain := strings.ToLower(strings.TrimPrefix(value, ".")); domain != "" {
				c.domain, c.hostOnly = domain, false
			}
		case "path":
			if c.path = defaultPath(u); strings.HasPrefix(value, "/") {
				c.path = value
			}
		case "secure":
			c.secure = true
		case "max-age":
			if seconds, err := strconv.Atoi(value); err == nil {
				maxAge, c.expires = true, now.Add(time.Duration(min(seconds, 400*86400))*time.Second)
			}
		case "expires":
			if at, err := http.ParseTime(strings.ReplaceAll(value, "-", " ")); err == nil && !maxAge {
				c.expires = at
			} else if at, err := http.ParseTime(value); err == nil && !maxAge {
				c.expires = at
			}
		}
	}
	return c, c.allowed(u, host)
}

// allowed reports whether a host may set the cookie.
func (c *cookie) allowed(u *url.URL, host string) bool {
	lower := strings.ToLower(c.name)
	switch {
	case c.secure && !isSecure(u):
		return false
	case strings.HasPrefix(lower, "__secure-") && !c.secure:
		return false
	case strings.HasPrefix(lower, "__host-") && (!c.secure || !c.hostOnly || c.path != "/"):
		return false
	case c.hostOnly:
		return true
	case c.domain == host: // also of an address, or a public suffix
		suffix, _ := publicsuffix.PublicSuffix(c.domain)
		c.hostOnly = net.ParseIP(host) != nil || suffix == host
		return true
	}
	suffix, _ := publicsuffix.PublicSuffix(c.domain)
	return inDomain(host, c.domain) && suffix != c.domain
}

// defaultPath is the folder of a request's path.
func defaultPath(u *url.URL) string {
	path := pathOf(u)
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}
