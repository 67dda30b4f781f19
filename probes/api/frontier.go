package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// follow queues a link of a page, unless it is known, not ours, or not for a sweep.
func (w *crawl) follow(l link, page *url.URL) {
	u, ok := resolve(l.base, l.address)
	if !ok || !w.isOurs(u) {
		return
	}
	switch {
	case w.known[key(u)]:
	case matchesAny(w.skip, w.path(u)):
		w.leaveOut(u, "Skip")
	case l.nofollow:
		w.leaveOut(u, "nofollow")
	case !w.robots.allows(u):
		w.leaveOut(u, "robots.txt")
	case (l.changes || changesSomething(u)) && !matchesAny(w.allow, w.path(u)):
		w.leaveOut(u, "would change something")
	default:
		w.add(u, w.path(page))
	}
}

func (w *crawl) leaveOut(u *url.URL, why string) {
	if len(w.known) < maxKnown {
		w.known[key(u)] = true
	}
	w.result.Skipped[why]++
}

// The number of addresses of one form after which it counts as a trap, such as a calendar with a link to the next month.
const (
	maxQueries  = 25  // that differ in their queries
	maxNumbers  = 100 // that differ in numbers in their paths
	maxSegments = 25
)

// add queues an address that was not known.
func (w *crawl) add(u *url.URL, on string) {
	if w.known[key(u)] {
		return
	}
	if len(w.known) >= maxKnown {
		w.result.NotVisited++
		return
	}
	w.known[key(u)] = true
	w.noteSpelling(u)
	shape, most := w.shape(u)
	if w.shapes[shape]++; w.shapes[shape] > most {
		w.result.NotVisited++
		if !slices.Contains(w.result.Traps, shape) && len(w.result.Traps) < 20 {
			w.result.Traps = append(w.result.Traps, shape)
		}
		return
	}
	w.queue = append(w.queue, found{u, on})
}

var digits = regexp.MustCompile(`\d+`)

// shape is an address without the parts that differ from one page of a calendar, or of a list, to the next; and how many of it there may
// be.
func (w *crawl) shape(u *url.URL) (string, int) {
	path, query, has := strings.Cut(w.path(u), "?")
	segments := strings.Split(path, "/")
	path = digits.ReplaceAllString(path, "#")
	switch {
	case has:
		var keys []string
		for pair := range strings.SplitSeq(query, "&") {
			name, _, _ := strings.Cut(pair, "=")
			keys = append(keys, digits.ReplaceAllString(name, "#")+"=#")
		}
		slices.Sort(keys)
		return path + "?" + strings.Join(slices.Compact(keys), "&"), maxQueries
	case len(segments) > maxSegments || repeats(segments):
		return strings.Join(segments[:min(len(segments), 4)], "/") + "/…", 1
	case strings.Contains(path, "#"):
		return path, maxNumbers
	}
	return path, 1
}

// repeats reports whether a path repeats itself, as relative links without end do: /a/b/a/b/a/b.
func repeats(segments []string) bool {
	seen := map[string]int{}
	for i := range len(segments) - 1 {
		if seen[segments[i]+"/"+segments[i+1]]++; seen[segments[i]+"/"+segments[i+1]] > 3 {
			return true
		}
	}
	return false
}

// isOurs reports whether an address is the site's, under its path, in any of its spellings: with www or without, with the
// scheme's own port, in capitals, by http or https.
func (w *crawl) isOurs(u *url.URL) bool {
	prefix := strings.TrimSuffix(w.client.stage.Site.EscapedPath(), "/")
	return slices.ContainsFunc(w.hosts, func(h *url.URL) bool { return sameSite(h, u) }) && inPath(pathOf(u)+"/", prefix+"/")
}

func sameSite(a, b *url.URL) bool {
	bare := func(u *url.URL) string {
		host := strings.TrimPrefix(strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), "www.")
		port := u.Port()
		if port == "80" || port == "443" {
			port = ""
		}
		return host + ":" + port
	}
	return bare(a) == bare(b)
}

// noteSpelling records how a link spells the site, if otherwise.
func (w *crawl) noteSpelling(u *url.URL) {
	site := w.client.stage.Site
	if u.Scheme == site.Scheme && u.Host == site.Host {
		return
	}
	if spelled := u.Scheme + "://" + u.Host; !slices.Contains(w.result.Spellings, spelled) && len(w.result.Spellings) < 20 {
		w.result.Spellings = append(w.result.Spellings, spelled)
	}
}

// path is the address as the journey would write it: a path of the site, or a whole address of another spelling.
func (w *crawl) path(u *url.URL) string {
	if !sameOrigin(u, w.client.stage.Site) {
		return u.String()
	}
	inner := strings.TrimPrefix(u.EscapedPath(), strings.TrimSuffix(w.client.stage.Site.EscapedPath(), "/"))
	if u.RawQuery != "" {
		inner += "?" + u.RawQuery
	}
	return "/" + strings.TrimPrefix(inner, "/")
}

// key identifies an address in every spelling of its host.
func key(u *url.URL) string {
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + portOf(u) + pathOf(u) + "?" + u.RawQuery
}

// changing matches the parts of addresses that sign out or change something: known from shops and blogs that answer a GET so.
var changing = regexp.MustCompile(`(?i)^(?:(?:log|sign)[-_]?(?:out|off)|delete|remove|destroy|cancel|unsubscribe|vote|buy|purchase|(?:add|remove|move)[-_]?(?:to|from)[-_]?(?:cart|basket|wish-?list)|(?:empty|clear)[-_]?(?:cart|basket))(?:\.\w+)?$`)

func changesSomething(u *url.URL) bool {
	return slices.ContainsFunc(strings.FieldsFunc(u.Path+"?"+u.RawQuery, func(r rune) bool { return strings.ContainsRune("/?&=;", r) }), changing.MatchString)
}

// A pattern is of Skip or Allow.
type pattern = *regexp.Regexp

// pattern compiles text, in which * stands for anything, ? for a character, and [a-z] for one of some.
func (c *Client) pattern(field, text string) pattern {
	var b strings.Builder
	for rest := text; rest != ""; {
		switch r := rest[0]; {
		case r == '*':
			b.WriteString(".*")
		case r == '?':
			b.WriteString(".")
		case r == '[' && strings.IndexByte(rest, ']') > 0:
			end := strings.IndexByte(rest, ']')
			b.WriteString(rest[:end+1])
			rest = rest[end:]
		case r == '[':
			b.WriteByte(r) // does not compile
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
		rest = rest[1:]
	}
	compiled, err := regexp.Compile("^(?:" + b.String() + ")$")
	if err != nil {
		c.step.Brokenf("the sweep's %s: %q is no pattern; write * for anything, [a-z] for one character", field, text)
	}
	return compiled
}

func matchesAny(patterns []pattern, path string) bool {
	bare, _, _ := strings.Cut(path, "?")
	return slices.ContainsFunc(patterns, func(p pattern) bool { return p.MatchString(bare) || p.MatchString(path) })
}

// memory is the file that holds where the last sweep of this site stopped; "": none is kept, as on a simulated network.
func (w *crawl) memory() string {
	dir := w.Memory
	if dir == "" {
		if w.client.stage.Network != nil {
			return ""
		}
		cache, err := os.UserCacheDir()
		if err != nil {
			cache = os.TempDir()
		}
		dir = filepath.Join(cache, "valkyrie", "sweeps")
	}
	sum := sha256.Sum256([]byte(w.client.stage.Site.String() + "\n" + w.Start + "\n" + w.client.step.Step()))
	return filepath.Join(dir, hex.EncodeToString(sum[:8])+".json")
}

// remember keeps the links that were not requested, for the next sweep. Without it the next one begins anew, which is no fault.
func (w *crawl) remember() {
	file := w.memory()
	if file == "" {
		return
	}
	if len(w.queue) == 0 {
		_ = os.Remove(file)
		return
	}
	var left [][2]string
	for _, f := range w.queue[:min(len(w.queue), 10*w.Max)] {
		left = append(left, [2]string{f.url.String(), f.on})
	}
	text, err := json.Marshal(left)
	if err != nil || os.MkdirAll(filepath.Dir(file), 0o700) != nil {
		return
	}
	if scratch := file + ".new"; os.WriteFile(scratch, text, 0o600) == nil {
		_ = os.Rename(scratch, file)
	}
}

// recall returns the links that the last sweep has left.
func (w *crawl) recall() (left []found) {
	file := w.memory()
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(file)
	var kept [][2]string
	if err != nil || json.Unmarshal(text, &kept) != nil {
		return nil
	}
	for _, pair := range kept {
		u, err := url.Parse(pair[0])
		if err == nil && w.isOurs(u) && w.robots.allows(u) && !matchesAny(w.skip, w.path(u)) {
			left = append(left, found{u, pair[1]})
		}
	}
	return left
}
