package api

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// robots are the rules of a robots.txt (RFC 9309) that apply to a sweep.
type robots struct {
	rules []robotsRule
	delay time.Duration // Crawl-delay
}

type robotsRule struct {
	allow  bool
	length int
	path   *regexp.Regexp
}

// readRobots reads the site's robots.txt. Without one everything is allowed.
func (w *crawl) readRobots() {
	if w.IgnoreRobots {
		return
	}
	at := &url.URL{Scheme: w.client.stage.Site.Scheme, Host: w.client.stage.Site.Host, Path: "/robots.txt"}
	limit := min(w.linkLimit, w.left()/4)
	answer, err := w.quietly(at, limit)
	if err != nil || answer.Status != 200 {
		return
	}
	kind := mediaType(answer)
	if kind == "text/html" {
		return // a page that says "not found"
	}
	w.robots = parseRobots(string(answer.Body), "valkyrie")
	w.Pause = max(w.Pause, min(w.robots.delay, maxRetryWait))
}

// quietly requests an address of the sweep's own, which is no part of its result and of no evidence.
func (w *crawl) quietly(u *url.URL, limit time.Duration) (Answer, error) {
	ctx, cancel := context.WithTimeout(w.client.step.Context(), limit)
	defer cancel()
	request := w.client.request(Request{Path: u.String()}).WithContext(withPartialBody(ctx))
	request.Header.Set("Accept", "text/plain, */*")
	return w.client.exchange(request)
}

// parseRobots returns the rules for an agent, or else for all.
func parseRobots(text, agent string) robots {
	groups := map[string]*robots{}
	var current []*robots
	inRules := false
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch name {
		case "user-agent":
			if inRules {
				current, inRules = nil, false
			}
			product := strings.ToLower(value)
			if groups[product] == nil {
				groups[product] = &robots{}
			}
			current = append(current, groups[product])
			continue
		case "allow", "disallow":
			if value == "" {
				break
			}
			for _, g := range current {
				g.rules = append(g.rules, robotsRule{name == "allow", len(value), robotsPattern(value)})
			}
		case "crawl-delay":
			if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 && seconds < 3600 {
				for _, g := range current {
					g.delay = time.Duration(seconds * float64(time.Second))
				}
			}
		default:
			continue
		}
		inRules = true
	}
	for _, product := range []string{agent, "*"} {
		if g := groups[product]; g != nil {
			return *g
		}
	}
	return robots{}
}

// robotsPattern compiles a path in which * is anything and $ the end.
func robotsPattern(value string) *regexp.Regexp {
	value, atEnd := strings.CutSuffix(value, "$")
	p := "^" + strings.ReplaceAll(regexp.QuoteMeta(value), `\*`, ".*")
	if atEnd {
		p += "$"
	}
	return regexp.MustCompile(p)
}

// allows reports whether the longest rule that matches allows the address.
func (r robots) allows(u *url.URL) bool {
	path := pathOf(u)
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	allowed, longest := true, -1
	for _, rule := range r.rules {
		if rule.path.MatchString(path) && (rule.length > longest || rule.length == longest && rule.allow) {
			allowed, longest = rule.allow, rule.length
		}
	}
	return allowed
}
