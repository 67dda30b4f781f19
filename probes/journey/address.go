package journey

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// wholeAddress matches an address that names its own host, and those that Chrome has itself.
var wholeAddress = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9+.-]*://|about:blank$|data:)`)

// Address is the address that a browser requests for ref on a site: a path with its query and fragment, such as
// "/search?q=x" or "/#/orders", appended to the site's own path, or a whole address. Every address is built here, so that
// the browser, the API client and the sweep never disagree about one.
//
// Escapes stay as they are, and what an address cannot hold is escaped as Chrome does, by the URL standard
// (https://url.spec.whatwg.org): spaces, other alphabets, and a "%" that begins no escape. Dot segments are resolved, and
// double slashes kept. A result can be given to Address again.
func Address(site *url.URL, ref string) (string, error) {
	ref = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(strings.TrimFunc(ref, func(r rune) bool { return r <= ' ' }))
	if wholeAddress.MatchString(ref) {
		return completeAddress(ref)
	}
	switch {
	case site == nil || site.Host == "":
		return "", fmt.Errorf("address %q: the run has no site; start it with --site", ref)
	case site.User != nil:
		return "", errors.New(credentialsInAddress)
	}
	path, query, fragment := splitAddress(ref)
	prefix := strings.TrimSuffix(site.EscapedPath(), "/")
	if path != "" && path[0] != '/' && path[0] != '\\' {
		path = "/" + path
	}
	return site.Scheme + "://" + site.Host + escapePath(prefix+path) + query + fragment, nil
}

// credentialsInAddress is an error: addresses are kept in evidence, logs and messages.
const credentialsInAddress = "an address must not hold a user name or password, because it is logged; declare them as secrets of the journey, and pass them with T.Secret"

// completeAddress is a whole address as Chrome requests it.
func completeAddress(ref string) (string, error) {
	scheme, rest, _ := strings.Cut(ref, "://")
	scheme = strings.ToLower(scheme)
	if scheme != "http" && scheme != "https" {
		return ref, nil
	}
	end := strings.IndexAny(rest, `/\?#`)
	if end < 0 {
		end = len(rest)
	}
	u, err := url.Parse(scheme + "://" + rest[:end])
	if err == nil && u.Host == "" {
		err = errors.New("it names no host")
	}
	if err != nil {
		if inner := (*url.Error)(nil); errors.As(err, &inner) {
			err = inner.Err
		}
		return "", fmt.Errorf("address %q: %w; expected one such as https://shop.example.com/search?q=x", ref, err)
	}
	if u.User != nil {
		return "", errors.New(credentialsInAddress)
	}
	path, query, fragment := splitAddress(rest[end:])
	return scheme + "://" + rest[:end] + escapePath(path) + query + fragment, nil
}

// splitAddress cuts a reference into its path, and its escaped query and fragment with their "?" and "#".
func splitAddress(ref string) (path, query, fragment string) {
	if i := strings.IndexByte(ref, '#'); i >= 0 {
		ref, fragment = ref[:i], "#"+escape(ref[i+1:], "\"<>`")
	}
	if i := strings.IndexByte(ref, '?'); i >= 0 {
		ref, query = ref[:i], "?"+escape(ref[i+1:], `"<>#'`)
	}
	return ref, query, fragment
}

// escapePath escapes an absolute path and resolves its dot segments; an empty path is "/".
func escapePath(path string) string {
	var kept []string
	segments := strings.Split(strings.TrimPrefix(strings.ReplaceAll(path, `\`, "/"), "/"), "/")
	for i, segment := range segments {
		last := i == len(segments)-1
		switch strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") {
		case ".":
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, escape(segment, "\"<>#?^`{|}"))
			continue
		}
		if last {
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/")
}

// escape percent-encodes the bytes of text that are controls, spaces, beyond ASCII or in reserved, and a "%" that begins no
// escape.
func escape(text, reserved string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		isEscape := i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2])
		if c <= ' ' || c >= 0x7f || strings.IndexByte(reserved, c) >= 0 || c == '%' && !isEscape {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
