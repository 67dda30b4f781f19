package journey

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of a run's texts, in bytes of JSON, and of its lists. They leave room for whatever a person can read, and hold
// for any output of a site: what is over a store's limit could not be written, and then nobody would be paged.
const (
	MaxError = 2000 // of a run and of a step
	maxName  = 200  // of a step, a count, a region, a product
	maxURL   = 1000
	maxWhat  = 500 // of a problem, of evidence that is missing

	maxSteps    = 200
	maxCounts   = 100
	maxEvidence = 200
	maxVitals   = 100
)

// Clip returns s as valid text of at most n bytes in JSON, in which some characters take six; a cut ends in "…".
func Clip(s string, n int) string {
	const dots = "…"
	size, end := 0, 0 // of s; end is where a cut leaves room for the dots
	for i, r := range s {
		_, width := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '"', r == '\\', r == '\n', r == '\r', r == '\t', r == '\b', r == '\f':
			size += 2
		case r == utf8.RuneError && width == 1, r < ' ', r == '<', r == '>', r == '&', r == '\u2028', r == '\u2029':
			size += len(`\u0000`)
		default:
			size += width
		}
		if size <= n-len(dots) {
			end = i + width
		}
		if size > n {
			return valid(s[:end]) + dots
		}
	}
	return valid(s)
}

// Printable replaces the characters of a text that act on a terminal or a log, or reverse the order of what a person reads: ESC
// becomes ␛, and those without a picture, �. Tabs and line ends stay. A site's text goes through it before it is shown anywhere.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r < ' ':
			return '␀' + r
		case r == 0x7f:
			return '␡'
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029', r >= 0xe0000 && r <= 0xe007f:
			return utf8.RuneError
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}

// clip is Clip of a printable text.
func clip(s string, n int) string {
	if enough := 2*n + utf8.UTFMax; len(s) > enough { // Printable shortens it to no less than half
		s = s[:enough]
	}
	return Clip(Printable(s), n)
}

// valid replaces the bytes that are no text.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// Bounded returns the run with each text and list within its bound. A run that is within all of them is unchanged, and its
// lists are never changed in place.
func (r Run) Bounded() Run {
	r.Error, r.FirstError = clip(r.Error, MaxError), clip(r.FirstError, MaxError)
	r.Site, r.Region, r.Chrome = clip(r.Site, maxURL), clip(r.Region, maxName), clip(r.Chrome, maxName)
	r.Steps = each(r.Steps, maxSteps, func(s *StepResult) {
		s.Name, s.Error, s.Why = clip(s.Name, maxName), clip(s.Error, MaxError), clip(s.Why, maxWhat)
	})
	r.FirstStep.Name, r.FirstStep.Error, r.FirstStep.Why = clip(r.FirstStep.Name, maxName), clip(r.FirstStep.Error, MaxError), clip(r.FirstStep.Why, maxWhat)
	r.Counts = each(slices.DeleteFunc(slices.Clone(r.Counts), func(c Count) bool { return !finite(c.Value) }), maxCounts, func(c *Count) { c.Name = clip(c.Name, maxName) })
	r.Problems = each(r.Problems, MaxProblems, func(p *Problem) {
		p.Step, p.URL, p.What = clip(p.Step, maxName), clip(p.URL, maxURL), clip(p.What, maxWhat)
	})
	if len(r.Certificates) > 0 { // else nil stays nil
		r.Certificates = each(r.Certificates, maxCertificates, func(c *Certificate) {
			c.Host, c.Issuer = clip(c.Host, maxName), clip(c.Issuer, maxName)
		})
	}
	r.Evidence = each(r.Evidence, maxEvidence, func(e *Evidence) {
		e.Kind, e.Path, e.Missing = clip(e.Kind, maxName), clip(e.Path, maxURL), clip(e.Missing, maxWhat)
	})
	r.Vitals = each(r.Vitals, maxVitals, func(v *Vitals) {
		if v.Step, v.URL = clip(v.Step, maxName), clip(v.URL, maxURL); !finite(v.CLS) {
			v.CLS = 0
		}
	})
	return r
}

// finite reports whether JSON can hold a number.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// each returns the first n elements, each of them bounded.
func each[T any](all []T, n int, bound func(*T)) []T {
	all = slices.Clone(all[:min(n, len(all))])
	for i := range all {
		bound(&all[i])
	}
	return all
}
