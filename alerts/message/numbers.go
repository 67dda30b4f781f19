package message

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"valkyrie/alerts/phrase"
)

// sayDuration returns a duration in words: "1 hour 30 minutes", "10 seconds", "800 milliseconds", "3 days 2 hours".
func sayDuration(d time.Duration) string {
	const day, days = 24 * time.Hour, 72 * time.Hour
	switch {
	case d < 0:
		return "minus " + sayDuration(-d)
	case d > 0 && d < time.Millisecond:
		return amount(float64(d.Microseconds()), "microsecond")
	case d < time.Second && d > 0:
		return amount(float64(d)/float64(time.Millisecond), "millisecond")
	case d >= days:
		return strings.TrimSuffix(amount(float64(d/day), "day")+" "+amount(float64(d%day/time.Hour), "hour"), " 0 hours")
	}
	var parts []string
	if h := int(d.Hours()); h > 0 {
		parts = append(parts, amount(float64(h), "hour"))
	}
	if m := int(d.Minutes()) % 60; m > 0 {
		parts = append(parts, amount(float64(m), "minute"))
	}
	if s := (d % time.Minute).Seconds(); s > 0 || len(parts) == 0 {
		parts = append(parts, amount(s, "second"))
	}
	return strings.Join(parts, " ")
}

// amount returns a number with its unit, once: "1 second", "12.05 seconds". It is rounded to what a listener can keep.
func amount(n float64, unit string) string {
	digits := 100.0
	switch size := math.Abs(n); {
	case size < 0.1:
		digits = 10_000
	case size < 10:
		digits = 1000
	}
	s := strconv.FormatFloat(math.Round(n*digits)/digits, 'f', -1, 64)
	if s == "1" || s == "-1" {
		return s + " " + unit
	}
	return fmt.Sprintf("%s %ss", s, unit)
}

// units are the units that are said in full, in the singular.
var units = map[string]string{
	"µs": "microsecond", "us": "microsecond", "ms": "millisecond", "s": "second", "sec": "second", "min": "minute", "h": "hour", "d": "day",
	"B": "byte", "kB": "kilobyte", "KB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "KiB": "kibibyte", "MiB": "mebibyte",
}

const (
	number  = `\d{1,12}(?:\.\d+)?`
	unitsRE = `µs|us|ms|sec|s|min|h|d|kB|KB|MB|GB|KiB|MiB|B`
)

var (
	thousands  = regexp.MustCompile(`(^|[^\d.,])([1-9]\d{0,2}(?:,\d{3})+)([^\d,]|$)`)
	decimals   = regexp.MustCompile(`(^|[^\d.,])(\d+),(\d{1,2}|0\d{2,})(\s?(?:` + unitsRE + `|%|€|EUR)\b)`)
	clockSpan  = regexp.MustCompile(`\b(\d{1,3}):([0-5]\d) ?min\b`)
	exponent   = regexp.MustCompile(`\b\d+(?:\.\d+)?[eE][+-]?\d{1,2}\b`)
	span       = regexp.MustCompile(`\b(` + number + `) ?[-–] ?(` + number + `)( ?(?:` + unitsRE + `))\b`)
	goDuration = regexp.MustCompile(`(^|[^\w.])(-?)((?:` + number + `(?:ms|µs|us|ns|h|m|s))+)\b`)
	measure    = regexp.MustCompile(`(^|[^\w.:])([-+]?)(` + number + `) ?(` + unitsRE + `)\b`)
	percent    = regexp.MustCompile(`(\d) ?%`)
	percentile = regexp.MustCompile(`\b[pP](\d{2})\b`)
	statusKind = regexp.MustCompile(`\b([1-5])xx\b`)
	timestamp  = regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)`)
	longID     = regexp.MustCompile(`\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b`)
	locators   = regexp.MustCompile(`; use browser\.(?:"(?:\\.|[^"\\])*(?:"|$)|[^";])*`)
	webAddress = regexp.MustCompile(`(?:https?|ftp)://([^\s?#"]+)[^\s"]*`)
	tag        = regexp.MustCompile(`</?([a-zA-Z][a-zA-Z0-9-]*)[^<>]*>`)
	metres     = strings.NewReplacer("m³", " cubic metres", "m²", " square metres")
	signs      = strings.NewReplacer(
		"<=", "at most", ">=", "at least", "!=", "is not", "==", "is", " = ", " is ", " < ", " below ", " > ", " above ", " && ", " and ", " || ", " or ", "->", "to", "→", "to", "_", " ",
	)
)

// speakable rewords a written text for speech: "15s" becomes 15 seconds, "1,001 ms" 1001 milliseconds, "3:05 min" 3 minutes
// 5 seconds, and an address its host and path.
func speakable(s string) string {
	s = phrase.Plain(s)
	s = webAddress.ReplaceAllStringFunc(s, func(m string) string { return strings.TrimRight(webAddress.ReplaceAllString(m, "$1"), "/") })
	s = longID.ReplaceAllString(s, "a long id")
	s = timestamp.ReplaceAllStringFunc(s, sayTimestamp)
	s = tag.ReplaceAllString(s, " $1 ")
	s = thousands.ReplaceAllStringFunc(s, func(m string) string { return m[:1] + strings.ReplaceAll(m[1:], ",", "") })
	s = decimals.ReplaceAllString(s, "$1$2.$3$4")
	s = exponent.ReplaceAllStringFunc(s, sayExponent)
	s = clockSpan.ReplaceAllStringFunc(s, sayClockSpan)
	s = span.ReplaceAllString(s, "$1 to $2$3")
	s = metres.Replace(s)
	s = twice(s, goDuration, sayGoDuration)
	s = twice(s, measure, sayMeasure)
	s = percent.ReplaceAllString(s, "$1 percent")
	s = percentile.ReplaceAllString(s, "${1}th percentile")
	s = statusKind.ReplaceAllString(s, "$1 hundred")
	return strings.Join(strings.Fields(signs.Replace(s)), " ")
}

// twice replaces matches that share the character between them.
func twice(s string, re *regexp.Regexp, say func([]string) string) string {
	for range 2 {
		s = re.ReplaceAllStringFunc(s, func(m string) string { return say(re.FindStringSubmatch(m)) })
	}
	return s
}

func sayTimestamp(m string) string {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, m); err == nil {
			return t.UTC().Format("2 January, 15:04 UTC")
		}
	}
	return m
}

func sayExponent(m string) string {
	n, err := strconv.ParseFloat(m, 64)
	if err != nil || n > 1e9 {
		return m
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

func sayClockSpan(m string) string {
	parts := clockSpan.FindStringSubmatch(m)
	minutes, _ := strconv.Atoi(parts[1])
	seconds, _ := strconv.Atoi(parts[2])
	return sayDuration(time.Duration(minutes)*time.Minute + time.Duration(seconds)*time.Second)
}

// sayGoDuration words a duration as Go writes it. A number with m alone is minutes only as far as Go would write it so: from
// 60 on it is a length, such as 100m.
func sayGoDuration(parts []string) string {
	const hour = 60
	before, sign, text := parts[1], parts[2], parts[3]
	if n, err := strconv.Atoi(strings.TrimSuffix(text, "m")); err == nil && n >= hour {
		return before + sign + text
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return before + sign + text
	}
	if sign == "-" {
		return before + "minus " + sayDuration(d)
	}
	return before + sayDuration(d)
}

func sayMeasure(parts []string) string {
	before, sign, text, unit := parts[1], parts[2], parts[3], parts[4]
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return strings.Join(parts[1:], "")
	}
	return before + map[string]string{"-": "minus ", "+": "plus "}[sign] + amount(n, units[unit])
}
