package api

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// A link is an address on a page, as it is written there.
type link struct {
	base     *url.URL // the address that relative ones start from
	address  string
	nofollow bool
	changes  bool // it is sent by another method than GET
}

// mediaType is the type of a response; sniffed as browsers do when the site names none.
func mediaType(a Answer) string {
	header := a.Header.Get("Content-Type")
	if header == "" {
		header = http.DetectContentType(a.Body)
	}
	kind, _, err := mime.ParseMediaType(header)
	if err != nil { // such as a charset that is given twice
		kind, _, _ = strings.Cut(header, ";")
	}
	return strings.ToLower(strings.TrimSpace(kind))
}

// linksOf lists the links of a page, a sitemap or a style sheet. blind says why none could be read, if so.
func linksOf(page *url.URL, a Answer) (links []link, blind string) {
	kind := mediaType(a)
	switch {
	case kind == "text/html" || kind == "application/xhtml+xml":
		return pageLinks(page, a)
	case kind == "text/css":
		return cssLinks(page, string(a.Body)), ""
	case strings.HasSuffix(kind, "/xml") || strings.HasSuffix(kind, "+xml") || strings.Contains(kind, "gzip") && strings.Contains(page.Path, ".xml"):
		if links = sitemapLinks(page, a.Body); len(links) == 0 {
			return nil, "no link could be read on it: it is XML and no sitemap"
		}
		return links, ""
	}
	return nil, "no link could be read on it: it is " + kind + ", not a page"
}

// pageLinks lists the links of an HTML page in the order of the document. Templates are not shown, and noscript is for others.
func pageLinks(page *url.URL, a Answer) (links []link, blind string) {
	text, err := charset.NewReader(bytes.NewReader(a.Body), a.Header.Get("Content-Type"))
	if err != nil {
		text = bytes.NewReader(a.Body)
	}
	doc, err := html.Parse(text)
	if err != nil {
		return nil, "no link could be read on it: " + err.Error()
	}
	p := pageReader{base: page}
	p.findBase(doc, page)
	p.read(doc)
	if !p.anchors && p.scripts && !p.text {
		return p.links, "no link could be read on it: scripts make the page; give a sitemap.xml as Start"
	}
	return p.links, ""
}

// A pageReader collects the links of a page.
type pageReader struct {
	base                   *url.URL
	links                  []link
	nofollow               bool // of the whole page
	anchors, scripts, text bool // whether the page has any
}

func (p *pageReader) findBase(n *html.Node, page *url.URL) bool {
	if n.Type == html.ElementNode && n.Data == "base" {
		if href, ok := attribute(n, "href"); ok {
			if u, ok := resolve(page, href); ok {
				p.base = u
			}
			return true
		}
	}
	if n.Type == html.ElementNode && n.Data == "meta" && strings.EqualFold(value(n, "name"), "robots") && strings.Contains(strings.ToLower(value(n, "content")), "nofollow") {
		p.nofollow = true
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if p.findBase(c, page) {
			return true
		}
	}
	return false
}

func (p *pageReader) read(n *html.Node) {
	switch {
	case n.Type == html.ElementNode && (n.Data == "template" || n.Data == "noscript"):
		return
	case n.Type == html.ElementNode && n.Data == "style" && n.FirstChild != nil:
		p.links = append(p.links, cssLinks(p.base, n.FirstChild.Data)...)
		return
	case n.Type == html.ElementNode:
		p.element(n)
		if n.Data == "script" {
			return
		}
	case n.Type == html.TextNode && strings.TrimSpace(n.Data) != "":
		p.text = true
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.read(c)
	}
}

// linkAttributes are the attributes that link to another address, by element.
var linkAttributes = map[string][]string{
	"a": {"href"}, "area": {"href"}, "link": {"href"}, "script": {"src"}, "img": {"src"}, "iframe": {"src"}, "frame": {"src"}, "source": {"src"},
	"video": {"src", "poster"}, "audio": {"src"}, "track": {"src"}, "embed": {"src"}, "object": {"data"}, "body": {"background"},
	"image": {"href", "xlink:href"}, "use": {"href", "xlink:href"},
}

// unrequested are the relations of link elements that no browser requests by GET.
var unrequested = regexp.MustCompile(`(?i)(^|\s)(pingback|preconnect|dns-prefetch|edituri|wlwmanifest|profile|webmention|openid\S*|expect)(\s|$)`)

func (p *pageReader) element(n *html.Node) {
	nofollow := p.nofollow || strings.Contains(strings.ToLower(value(n, "rel")), "nofollow")
	method := strings.ToLower(value(n, "data-method") + value(n, "data-turbo-method"))
	add := func(address string) {
		p.links = append(p.links, link{base: p.base, address: address, nofollow: nofollow, changes: method != "" && method != "get"})
	}
	if n.Data == "link" && unrequested.MatchString(value(n, "rel")) {
		return
	}
	for _, name := range linkAttributes[n.Data] {
		if address, ok := attribute(n, name); ok && strings.TrimSpace(address) != "" {
			add(address)
		}
	}
	p.anchors = p.anchors || n.Data == "a" || n.Data == "area"
	switch n.Data {
	case "script":
		p.scripts = p.scripts || value(n, "src") != ""
	case "img", "source":
		for _, address := range srcset(value(n, "srcset")) {
			add(address)
		}
	case "link":
		for _, address := range srcset(value(n, "imagesrcset")) {
			add(address)
		}
	case "input":
		if strings.EqualFold(value(n, "type"), "image") && value(n, "src") != "" {
			add(value(n, "src"))
		}
	case "meta":
		if address, ok := refresh(n); ok {
			add(address)
		}
	}
	if style := value(n, "style"); style != "" {
		p.links = append(p.links, cssLinks(p.base, style)...)
	}
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name || a.Namespace != "" && a.Namespace+":"+a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func value(n *html.Node, name string) string {
	v, _ := attribute(n, name)
	return v
}

// srcset lists the addresses of a srcset: each ends at white space, or at a comma that white space follows.
func srcset(text string) (addresses []string) {
	for text = strings.TrimLeft(text, " \t\n\r\f,"); text != ""; text = strings.TrimLeft(text, " \t\n\r\f,") {
		end := strings.IndexAny(text, " \t\n\r\f")
		if end < 0 {
			end = len(text)
		}
		address := strings.TrimRight(text[:end], ",")
		addresses = append(addresses, address)
		if len(address) < end {
			text = text[end:]
			continue
		}
		if _, after, ok := strings.Cut(text[end:], ","); ok {
			text = after
			continue
		}
		break
	}
	return addresses
}

var refreshTo = regexp.MustCompile(`(?i)^[\s\d.]*[;,\s]\s*(?:url\s*=\s*)?["']?([^"']+)`)

// refresh is the address of a meta refresh.
func refresh(n *html.Node) (string, bool) {
	if !strings.EqualFold(value(n, "http-equiv"), "refresh") {
		return "", false
	}
	m := refreshTo.FindStringSubmatch(value(n, "content"))
	if m == nil {
		return "", false
	}
	return m[1], true
}

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssURL     = regexp.MustCompile(`(?i)url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"'\s]+))\s*\)|@import\s+(?:"([^"]*)"|'([^']*)')`)
)

// cssLinks lists the addresses in a style sheet.
func cssLinks(base *url.URL, text string) (links []link) {
	for _, m := range cssURL.FindAllStringSubmatch(cssComment.ReplaceAllString(text, ""), -1) {
		if address := strings.Join(m[1:], ""); address != "" && address[0] != '#' {
			links = append(links, link{base: base, address: address})
		}
	}
	return links
}

// sitemapLinks lists the addresses of a sitemap, or of an index of sitemaps, compressed or not.
func sitemapLinks(base *url.URL, body []byte) (links []link) {
	var text io.Reader = bytes.NewReader(body)
	if bytes.HasPrefix(body, []byte("\x1f\x8b")) {
		if z, err := gzip.NewReader(text); err == nil {
			text = io.LimitReader(z, 50<<20)
		}
	}
	decoder := xml.NewDecoder(text)
	decoder.CharsetReader = charset.NewReaderLabel
	decoder.Strict = false
	for inLoc := false; ; {
		token, err := decoder.Token()
		if err != nil {
			return links
		}
		switch t := token.(type) {
		case xml.StartElement:
			inLoc = t.Name.Local == "loc"
		case xml.EndElement:
			inLoc = false
		case xml.CharData:
			if address := strings.TrimSpace(string(t)); inLoc && address != "" {
				links = append(links, link{base: base, address: address})
			}
		}
	}
}
