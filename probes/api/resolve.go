package api

import (
	"net/url"
	"regexp"
	"strings"

	"valkyrie/probes/journey"
)

var hasScheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)

// resolve is the address of a link on a page, as browsers resolve it (https://url.spec.whatwg.org). ok is false for
// other schemes than those of HTTP, such as mailto:.
func resolve(page *url.URL, link string) (u *url.URL, ok bool) {
	link = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(strings.TrimFunc(link, func(r rune) bool { return r <= ' ' }))
	origin := &url.URL{Scheme: page.Scheme, Host: page.Host}
	scheme, rest, _ := strings.Cut(link, ":")
	switch scheme = strings.ToLower(scheme); {
	case !hasScheme.MatchString(link):
	case scheme != "http" && scheme != "https":
		return nil, false
	case strings.HasPrefix(strings.ReplaceAll(rest, `\`, "/"), "//") || scheme != page.Scheme:
		link = scheme + "://" + strings.TrimLeft(rest, `/\`)
	default:
		link = rest // "http:page" is relative to a page of its own scheme
	}
	path, _, _ := strings.Cut(page.EscapedPath(), "?")
	slashes := strings.ReplaceAll(link[:min(len(link), 2)], `\`, "/")
	switch {
	case hasScheme.MatchString(link):
	case slashes == "//":
		link = page.Scheme + "://" + strings.TrimLeft(link, `/\`)
	case link == "" || link[0] == '#':
		same := *page
		same.Fragment, same.RawFragment = "", ""
		return &same, true
	case link[0] == '?':
		link = path + link
	case slashes[0] != '/':
		link = path[:strings.LastIndexByte(path, '/')+1] + link
	}
	address, err := journey.Address(origin, link)
	if err != nil {
		return nil, false
	}
	if u, err = url.Parse(address); err != nil || u.Host == "" {
		return nil, false
	}
	u.Fragment, u.RawFragment = "", ""
	return u, true
}
