package api

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// A Sweep crawls the site: it requests every page and resource that links lead to, sequentially.
type Sweep struct {
	Start string        // path of the first page
	Max   int           // most pages and resources to request; default 200
	Pause time.Duration // between two requests, to spare the site; default 50ms
	Skip  []string      // paths not to request, with * as in path.Match
}

// A SweepResult is the result of a sweep.
type SweepResult struct {
	Visited    int
	NotVisited int // pages and resources beyond Max
	Bad        []BadLink
}

// A BadLink is an address that did not respond as it should.
type BadLink struct {
	Path, On string // On: the page with the link
	What     string // "404 Not Found", or why there was no response
}

// Broken lists the bad links; "": none.
func (s SweepResult) Broken() string {
	if len(s.Bad) == 0 {
		return ""
	}
	var all []string
	for _, b := range s.Bad {
		all = append(all, fmt.Sprintf("%s: %s (on %s)", b.Path, b.What, b.On))
	}
	const named = 10
	more := ""
	if len(all) > named {
		more = fmt.Sprintf("; and %d more", len(all)-named)
		all = all[:named]
	}
	return fmt.Sprintf("%d of %d pages and resources are broken: %s%s", len(s.Bad), s.Visited, strings.Join(all, "; "), more)
}

// Sweep requests the start page, its links, their links, and so on. It stays on the site and makes only GET requests. When
// the step's time is over it returns its results so far.
func (c *Client) Sweep(s Sweep) SweepResult {
	if s.Max == 0 {
		s.Max = 200
	}
	if s.Pause == 0 {
		s.Pause = 50 * time.Millisecond
	}
	var swept SweepResult
	queue := []BadLink{{Path: s.Start, On: "the start"}}
	known := map[string]bool{s.Start: true}
	for len(queue) > 0 && swept.Visited < s.Max {
		if swept.Visited > 0 && !c.pause(s.Pause) {
			break
		}
		link := queue[0]
		queue = queue[1:]
		swept.Visited++
		answer, err := c.fetch(link.Path)
		switch {
		case err != nil:
			link.What = c.reason(err)
			swept.Bad = append(swept.Bad, link)
		case answer.Status >= 400:
			link.What = strings.TrimSpace(fmt.Sprint(answer.Status, " ", http.StatusText(answer.Status)))
			swept.Bad = append(swept.Bad, link)
		}
		for _, next := range c.links(link.Path, answer) {
			if !known[next] && !s.skips(next) {
				known[next] = true
				queue = append(queue, BadLink{Path: next, On: link.Path})
			}
		}
	}
	swept.NotVisited = len(queue)
	return swept
}

// pause waits unless the step's time is over. A network with a clock of its own waits on that.
func (c *Client) pause(d time.Duration) bool {
	if network, ok := c.stage.Network.(interface {
		Rest(ctx context.Context, d time.Duration) error
	}); ok {
		return network.Rest(c.step.Context(), d) == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.step.Context().Done():
		return false
	}
}

// fetch requests a path without failing the step when there is no response.
func (c *Client) fetch(path string) (Answer, error) {
	request := c.request(Request{Method: http.MethodGet, Path: path})
	request.Header.Set("Accept", "*/*")
	began := c.now()
	answer, err := c.follow(request, false)
	c.step.Waited(c.now().Sub(began))
	c.keep(request, answer, began, err)
	return answer, err
}

func (s Sweep) skips(address string) bool {
	bare, _, _ := strings.Cut(address, "?")
	for _, pattern := range s.Skip {
		if ok, err := path.Match(pattern, bare); ok && err == nil {
			return true
		}
	}
	return false
}

// linkAttributes are the attributes that link to another address, by element.
var linkAttributes = map[string]string{"a": "href", "area": "href", "link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src", "embed": "src"}

// links are a page's links to paths on this site, in order.
func (c *Client) links(page string, a Answer) []string {
	kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if kind != "text/html" {
		return nil
	}
	base, err := url.Parse(c.step.URL(page))
	if err != nil {
		return nil
	}
	var paths []string
	doc := html.NewTokenizer(bytes.NewReader(a.Body))
	for kind := doc.Next(); kind != html.ErrorToken; kind = doc.Next() {
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue // text has no links
		}
		name, more := doc.TagName()
		wanted := linkAttributes[string(name)]
		for more && wanted != "" {
			var key, link []byte
			if key, link, more = doc.TagAttr(); string(key) != wanted {
				continue
			}
			if path, ok := c.sitePath(base, string(link)); ok {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// sitePath is a link's path and query, if it stays on the site.
func (c *Client) sitePath(base *url.URL, link string) (string, bool) {
	u, err := base.Parse(strings.TrimSpace(link))
	if err != nil || u.Scheme != c.stage.Site.Scheme || u.Host != c.stage.Site.Host {
		return "", false
	}
	inner, ok := strings.CutPrefix(u.EscapedPath(), c.stage.Site.EscapedPath())
	if !ok {
		return "", false
	}
	if u.RawQuery != "" {
		inner += "?" + u.RawQuery
	}
	return "/" + strings.TrimPrefix(inner, "/"), true
}
