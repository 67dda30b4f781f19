package journey_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"valkyrie/probes/journey"
)

func TestAddress(t *testing.T) {
	for _, c := range []struct{ site, ref, want string }{
		{"https://shop.example", "/sign-in", "https://shop.example/sign-in"},
		{"https://shop.example", "sign-in", "https://shop.example/sign-in"},
		{"https://shop.example", "", "https://shop.example/"},
		{"https://shop.example", "/", "https://shop.example/"},
		{"https://shop.example", "/search?q=x", "https://shop.example/search?q=x"},
		{"https://shop.example", "/search?q=x&q=y+z&r=%2F&s=?", "https://shop.example/search?q=x&q=y+z&r=%2F&s=?"},
		{"https://shop.example", "?q=1", "https://shop.example/?q=1"},
		{"https://shop.example", "/?", "https://shop.example/?"},
		{"https://shop.example", "/#/orders", "https://shop.example/#/orders"},
		{"https://shop.example", "/#/orders?id=7", "https://shop.example/#/orders?id=7"},
		{"https://shop.example", "/?a=1#b?c#d", "https://shop.example/?a=1#b?c#d"},
		{"https://shop.example", "#top", "https://shop.example/#top"},
		{"https://shop.example", "help#printing", "https://shop.example/help#printing"},
		{"https://shop.example", "/caf%C3%A9/a%2Fb", "https://shop.example/caf%C3%A9/a%2Fb"},
		{"https://shop.example", "/café?q=é#é", "https://shop.example/caf%C3%A9?q=%C3%A9#%C3%A9"},
		{"https://shop.example", "/two words?q=two words#two words", "https://shop.example/two%20words?q=two%20words#two%20words"},
		{"https://shop.example", " /pasted\n", "https://shop.example/pasted"},
		{"https://shop.example", "/100%", "https://shop.example/100%25"},
		{"https://shop.example", "/100%zz?q=5%&r=%4#%", "https://shop.example/100%25zz?q=5%25&r=%254#%25"},
		{"https://shop.example", "/a//b", "https://shop.example/a//b"},
		{"https://shop.example", "//a", "https://shop.example//a"},
		{"https://shop.example", "/a/", "https://shop.example/a/"},
		{"https://shop.example", "/a/./b/../c", "https://shop.example/a/c"},
		{"https://shop.example", "/a/b/..", "https://shop.example/a/"},
		{"https://shop.example", "/../../a", "https://shop.example/a"},
		{"https://shop.example", "/a/%2E%2e/b", "https://shop.example/b"},
		{"https://shop.example", `\a\b`, "https://shop.example/a/b"},
		{"https://shop.example", "/wiki/Talk:Go", "https://shop.example/wiki/Talk:Go"},
		{"https://shop.example", "Talk:Go", "https://shop.example/Talk:Go"},
		{"https://shop.example", "/login?next=https://shop.example/a", "https://shop.example/login?next=https://shop.example/a"},
		{"https://shop.example", "/jobs/a:b@c;d,e=f!g$h&i'j(k)*", "https://shop.example/jobs/a:b@c;d,e=f!g$h&i'j(k)*"},
		{"https://shop.example", "/<a>?<a>", "https://shop.example/%3Ca%3E?%3Ca%3E"},
		{"https://shop.example", "https://shop.example/search?q=x#y", "https://shop.example/search?q=x#y"},
		{"https://shop.example", "https://shop.example", "https://shop.example/"},
		{"https://shop.example", "HTTPS://elsewhere.example:8443/a b?100%", "https://elsewhere.example:8443/a%20b?100%25"},
		{"https://shop.example", "https://shop.example?q=1", "https://shop.example/?q=1"},
		{"https://shop.example", "about:blank", "about:blank"},
		{"http://127.0.0.1:8088/shop", "/cards?new#a", "http://127.0.0.1:8088/shop/cards?new#a"},
		{"http://127.0.0.1:8088/shop", "cards", "http://127.0.0.1:8088/shop/cards"},
		{"http://127.0.0.1:8088/shop", "/", "http://127.0.0.1:8088/shop/"},
		{"http://127.0.0.1:8088/shop", "", "http://127.0.0.1:8088/shop"},
		{"http://127.0.0.1:8088/shop", "?q=1", "http://127.0.0.1:8088/shop?q=1"},
		{"http://127.0.0.1:8088/shop/", "/cards", "http://127.0.0.1:8088/shop/cards"},
		{"http://127.0.0.1:8088/a%2Fb", "/c", "http://127.0.0.1:8088/a%2Fb/c"},
		{"http://127.0.0.1:8088/shop", "http://127.0.0.1:8088/shop/cards", "http://127.0.0.1:8088/shop/cards"},
		{"http://[::1]:8088", "/a", "http://[::1]:8088/a"},
	} {
		site, err := url.Parse(c.site)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := journey.Address(site, c.ref); got != c.want || err != nil {
			t.Errorf("Address(%q, %q) is %q, %v; want %q", c.site, c.ref, got, err, c.want)
		}
	}
}

func TestAddressRefuses(t *testing.T) {
	for _, c := range []struct{ site, ref, want string }{
		{"https://shop.example", "https://", `address "https://": it names no host; expected`},
		{"https://shop.example", "https://shop.example:port/", "invalid port"},
		{"https://shop.example", "https://a b/", "invalid character"},
		{"https://shop.example", "https://ada:hunter2@shop.example/", "must not hold a user name or password"},
		{"https://ada:hunter2@shop.example", "/", "must not hold a user name or password"},
		{"", "/", "the run has no site"},
	} {
		site, err := url.Parse(c.site)
		if err != nil {
			t.Fatal(err)
		}
		got, err := journey.Address(site, c.ref)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Address(%q, %q) is %q, %v; want an error with %q", c.site, c.ref, got, err, c.want)
		}
	}
}

// Any text names an address on the site, which stays the same when it is built again, and which net/http requests as built.
func TestAnyAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		site, _ := url.Parse(rapid.SampledFrom([]string{"https://shop.example", "http://127.0.0.1:8088/shop", "http://[::1]/a%20b"}).Draw(t, "site"))
		ref := "/" + rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune(`/.%2eE?#\ é"<a:@&=+|{`)))).Draw(t, "ref")
		address, err := journey.Address(site, ref)
		if err != nil {
			t.Fatalf("%q: %v", ref, err)
		}
		if again, err := journey.Address(site, address); again != address || err != nil {
			t.Errorf("%q is %q, and again %q, %v", ref, address, again, err)
		}
		r, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			t.Fatalf("%q: %v", ref, err)
		}
		requested, _, _ := strings.Cut(address, "#")
		if got := site.Scheme + "://" + r.Host + r.URL.RequestURI(); got != requested || r.URL.Host != site.Host {
			t.Errorf("%q is %q, requested as %q of %s", ref, address, got, r.URL.Host)
		}
	})
}
