package browser_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"testing"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// addressRows open addresses that are more than a plain path. The page shows what was requested, and its fragment.
var addressRows = map[string]row{
	"a query":                     opens("/search?q=x&q=%26", "/search?q=x&q=%26"),
	"a query alone":               opens("?q=1", "/?q=1"),
	"a question mark in a query":  opens("/a?b?c", "/a?b?c"),
	"a hash route":                opens("/#/orders", "/#/orders"),
	"a hash route with a query":   opens("/?a=1#/orders?b=2", "/?a=1#/orders?b=2"),
	"an anchor":                   opens("/help#printing", "/help#printing"),
	"an anchor without a slash":   opens("help#printing", "/help#printing"),
	"a fragment alone":            opens("#top", "/#top"),
	"an escaped path":             opens("/caf%C3%A9/a%2Fb", "/caf%C3%A9/a%2Fb"),
	"another alphabet":            opens("/café?ä#ö", "/caf%C3%A9?%C3%A4#%C3%B6"),
	"a space":                     opens("/a b?c d#e f", "/a%20b?c%20d#e%20f"),
	"a percent sign":              opens("/100%?5%#1%", "/100%25?5%25#1%25"),
	"two slashes":                 opens("/a//b", "/a//b"),
	"two slashes first":           opens("//a", "//a"),
	"dot segments":                opens("/a/./b/../c", "/a/c"),
	"a colon":                     opens("Talk:Go", "/Talk:Go"),
	"an address in the query":     opens("/in?next=https://x.example/", "/in?next=https://x.example/"),
	"a whole address":             {site: echo(""), do: func(s *fixture) { s.Visit(s.site.String() + "/search?q=x#y"); s.See(browser.Text("/search?q=x#y")) }, want: journey.Passed},
	"a path before all addresses": {site: echo("/shop"), do: func(s *fixture) { s.Visit("/search?q=x#y"); s.See(browser.Text("/shop/search?q=x#y")) }, want: journey.Passed},
	"that path alone":             {site: echo("/shop"), do: func(s *fixture) { s.Visit("?q=1"); s.See(browser.Text("/shop?q=1")) }, want: journey.Passed},
	"a second hash route": {site: echo(""), do: func(s *fixture) {
		s.Visit("/#/orders")
		s.See(browser.Text("/#/orders"))
		s.Visit("/#/cards")
		s.See(browser.Text("/#/cards"))
	}, want: journey.Passed},
}

// opens visits ref, and sees that Chrome requested want.
func opens(ref, want string) row {
	return row{site: echo(""), do: func(s *fixture) { s.Visit(ref); s.See(browser.Text(want)) }, want: journey.Passed}
}

// echo serves a page that shows its own address, below a path of the site.
func echo(path string) func(*testing.T) *url.URL {
	return func(t *testing.T) *url.URL {
		site := serveRaw(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, `<p id=p>%s</p><script>const path = p.textContent; (onhashchange = () => { p.textContent = path + location.hash })()</script>`, html.EscapeString(r.RequestURI))
		}))
		return site.JoinPath(path)
	}
}
