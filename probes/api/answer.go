package api

import (
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"valkyrie/probes/journey"
)

// An Answer is the site's response to a request.
type Answer struct {
	Status    int
	Header    http.Header
	Body      []byte
	Address   string        // that responded, after redirects
	Redirects []Redirect    // that were followed, in order
	Took      time.Duration // from the request to the end of the body, with redirects
	Times     Times         // where the time of the last request went

	step     *journey.T
	name     string // "GET /api/jobs"
	expected bool   // its redirects are
}

// A Redirect is one that was followed.
type Redirect struct {
	Status       int
	From, To     string
	Sent, Method string // the method that was sent, and the one after it: POST, GET
}

// String formats the redirect for an error.
func (r Redirect) String() string {
	method := ""
	if r.Sent != r.Method {
		method = fmt.Sprintf(", where the %s became a %s without its body", r.Sent, r.Method)
	}
	return fmt.Sprintf("redirect %d from %s to %s%s", r.Status, r.From, r.To, method)
}

// lost is the redirect that dropped a body which the sender did not expect to be dropped. After a POST, 303 is how a site shows
// the result; with 301 and 302 the POST has most likely come to nothing.
func (a Answer) lost() (Redirect, bool) {
	for _, r := range a.Redirects {
		if r.Sent != r.Method && r.Status != http.StatusSeeOther {
			return r, true
		}
	}
	return Redirect{}, false
}

// whole fails the step if a redirect has dropped the request's body, and no Expect of its status came before.
func (a Answer) whole() {
	if r, ok := a.lost(); ok && !a.expected {
		a.step.Failf("%s: expected the site to take the request, got a %s; use the final address, or expect the %d first", a.name, r, r.Status)
	}
}

// Expect fails the step unless the response has this status; the error quotes the response. A status of 3xx is that of the
// first redirect, so that a redirect can be expected, and then the answer at its target: Expect(302).Expect(200).
func (a Answer) Expect(status int) Answer {
	if len(a.Redirects) > 0 && a.Redirects[0].Status == status {
		a.expected = true
		return a
	}
	a.whole()
	if a.Status != status {
		a.step.Failf("%s: expected %d %s, got %d %s%s%s", a.name, status, http.StatusText(status), a.Status, http.StatusText(a.Status), a.path(), a.excerpt())
	}
	return a
}

// ExpectNoRedirect fails the step if the site has redirected.
func (a Answer) ExpectNoRedirect() Answer {
	if len(a.Redirects) > 0 {
		a.step.Failf("%s: expected no redirect, got a %s", a.name, a.Redirects[0])
	}
	return a
}

// ExpectRedirect fails the step unless the site has redirected to an address that contains to, such as "/sign-in".
func (a Answer) ExpectRedirect(to string) Answer {
	for _, r := range a.Redirects {
		if strings.Contains(r.To, to) {
			a.expected = true
			return a
		}
	}
	if isRedirect(a.Status) && strings.Contains(a.Header.Get("Location"), to) {
		return a // it was not followed
	}
	a.step.Failf("%s: expected a redirect to %q, got %d %s%s", a.name, to, a.Status, http.StatusText(a.Status), a.path())
	return a
}

// ExpectHeader fails the step unless the response has a header that contains part; "": has it at all.
func (a Answer) ExpectHeader(name, part string) Answer {
	values := a.Header.Values(name)
	for _, value := range values {
		if strings.Contains(value, part) {
			return a
		}
	}
	got := "none"
	if len(values) > 0 {
		got = fmt.Sprintf("%q", strings.Join(values, ", "))
	}
	a.step.Failf("%s: expected the header %s with %q, got %s", a.name, name, part, got)
	return a
}

// ExpectWithin fails the step if the whole exchange took longer than limit.
func (a Answer) ExpectWithin(limit time.Duration) Answer {
	if a.Took > limit {
		a.step.Failf("%s: expected it within %v, took %v: %s", a.name, limit, a.Took.Round(time.Millisecond), a.Times)
	}
	return a
}

// Times are the parts of a request's time. A kept connection needs neither DNS, Connect nor TLS.
type Times struct{ DNS, Connect, TLS, FirstByte, Download time.Duration }

// String lists the parts that took time.
func (t Times) String() string {
	var all []string
	for _, p := range t.parts() {
		if p.took >= time.Millisecond {
			all = append(all, fmt.Sprintf("%s %v", p.name, p.took.Round(time.Millisecond)))
		}
	}
	return strings.Join(all, ", ")
}

type timePart struct {
	name string
	took time.Duration
}

func (t Times) parts() []timePart {
	return []timePart{{"DNS", t.DNS}, {"connecting", t.Connect}, {"TLS", t.TLS}, {"first byte", t.FirstByte}, {"download", t.Download}}
}

// Budget makes the step slow if a part took longer than its budget; 0: it has none.
func (a Answer) Budget(budget Times) Answer {
	var over []string
	budgets := budget.parts()
	for i, p := range a.Times.parts() {
		if most := budgets[i].took; most > 0 && p.took > most {
			over = append(over, fmt.Sprintf("%s took %v, budget %v", p.name, p.took.Round(time.Millisecond), most))
		}
	}
	if len(over) > 0 {
		a.step.Slowf("%s: %s", a.name, strings.Join(over, "; "))
	}
	return a
}

func timesBetween(before, after journey.Waterfall) Times {
	ms := func(a, b int64) time.Duration { return time.Duration(b-a) * time.Millisecond }
	return Times{
		DNS: ms(before.DNSMS, after.DNSMS), Connect: ms(before.ConnectMS, after.ConnectMS), TLS: ms(before.TLSMS, after.TLSMS),
		FirstByte: ms(before.FirstByteMS, after.FirstByteMS), Download: ms(before.DownloadMS, after.DownloadMS),
	}
}

// path says how the response was reached, if by a redirect.
func (a Answer) path() string {
	if len(a.Redirects) == 0 {
		return ""
	}
	return fmt.Sprintf(" after a %s", a.Redirects[len(a.Redirects)-1])
}

// excerpt is the beginning of the response, for an error: valid text without control characters, which terminals obey.
func (a Answer) excerpt() string {
	const most = 200
	text := strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(a.Body[:min(len(a.Body), 4*most)]), "�"))), " ")
	if text == "" {
		return ""
	}
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return ": " + text
}
