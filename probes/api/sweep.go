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

// A Sweep asks for everything on the site that links lead to, one after another.
type Sweep struct {
	Start string        // path of the first page
	Most  int           // pages and resources that are asked for; default 200
	Pause time.Duration // between two requests, so that the site does not feel it; default 50ms
	Skip  []string      // paths that are not asked for, with * as in path.Match
}

// A Swept is what a sweep found.
type Swept struct {
	Asked int
	Left  int // that Most left out
	Bad   []BadLink
}

// A BadLink is an address that did not answer as it should.
type BadLink struct {
	Path, On string // On: the page that leads there
	What     string // "404 Not Found", or why there was no answer
}

// Broken says what was wrong; empty when nothing was.
func (s Swept) Broken() string {
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
	return fmt.Sprintf("%d of %d pages and resources are broken: %s%s", len(s.Bad), s.Asked, strings.Join(all, "; "), more)
}

// Sweep asks for the start page, for what it leads to, for what that leads to, and so on. It stays on the site: what
// others serve is not asked for. Only GET requests are made. When the step's time is over it ends with what it has.
func (c *Client) Sweep(s Sweep) Swept {
	if s.Most == 0 {
		s.Most = 200
	}
	if s.Pause == 0 {
		s.Pause = 50 * time.Millisecond
	}
	var swept Swept
	queue := []BadLink{{Path: s.Start, On: "the start"}}
	known := map[string]bool{s.Start: true}
	for len(queue) > 0 && swept.Asked < s.Most {
		if swept.Asked > 0 && !c.rest(s.Pause) {
			break
		}
		link := queue[0]
		queue = queue[1:]
		swept.Asked++
		answer, err := c.look(link.Path)
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
	swept.Left = len(queue)
	return swept
}

// rest pauses, unless the step's time is over. A network that lives on a clock of its own rests on that.
func (c *Client) rest(d time.Duration) bool {
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

// look asks for a path without ending the step if there is no answer.
func (c *Client) look(path string) (Answer, error) {
	request := c.request(http.MethodGet, path, nil)
	request.Header.Set("Accept", "*/*")
	began := c.now()
	answer, err := c.send(request)
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

// leads are the attributes that lead from a page to another address, by element.
var leads = map[string]string{"a": "href", "area": "href", "link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src", "embed": "src"}

// links are the paths on this site that a page leads to, in their order.
func (c *Client) links(page string, a Answer) []string {
	kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if kind != "text/html" {
		return nil
	}
	base, err := url.Parse(c.address(page))
	if err != nil {
		return nil
	}
	var paths []string
	doc := html.NewTokenizer(bytes.NewReader(a.Body))
	for kind := doc.Next(); kind != html.ErrorToken; kind = doc.Next() {
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue // texts are most of a page, and lead nowhere
		}
		name, more := doc.TagName()
		wanted := leads[string(name)]
		for more && wanted != "" {
			var key, link []byte
			if key, link, more = doc.TagAttr(); string(key) != wanted {
				continue
			}
			if path, ok := c.local(base, string(link)); ok {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// local is the path of a link, with its query, if it stays on the site.
func (c *Client) local(base *url.URL, link string) (string, bool) {
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
