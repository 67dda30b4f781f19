package phrase

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// amounts are the numbers that people write as words before a unit of time; the index is the number.
var amounts = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty")

// tens are the further numbers as words.
var tens = map[string]int{"thirty": 30, "forty": 40, "forty-five": 45, "fifty": 50, "sixty": 60, "ninety": 90}

const unitText = `(m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\b`

// spokenForms are rewritten in this order.
var spokenForms = []struct {
	form *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`(\d)½`), "${1}.5"},
	{regexp.MustCompile(`½`), "0.5"},
	{regexp.MustCompile(`\b(\d+) and a half ` + unitText), "${1}.5 $2"},
	{regexp.MustCompile(`\b(\d+) ` + unitText + ` and a half\b`), "${1}.5 $2"},
	{regexp.MustCompile(`\ban? ` + unitText + ` and a half\b`), "1.5 $1"},
	{regexp.MustCompile(`\bhalf (?:an? |1 )?` + unitText), "0.5 $1"},
	{regexp.MustCompile(`\b(?:a )?quarter of an hour\b`), "15m"},
	{regexp.MustCompile(`\b(?:a )?couple of ` + unitText), "2 $1"},
	{regexp.MustCompile(`\ban? ` + unitText), "1 $1"},
	{regexp.MustCompile(`(^|\s)(\d+),(\d+)( ?)` + unitText), "$1$2.$3$4$5"},
	{regexp.MustCompile(`(^|\s)\.(\d)`), "${1}0.$2"},
	{regexp.MustCompile(`(^|\s)(\d):([0-5]\d)(?: ?(?:h|hrs?|hours?))?([\s.!,]|$)`), "$1${2}h${3}m$4"},
	{regexp.MustCompile(`\b(\d+)(?:h|hrs?)([0-5]?\d)\b`), "${1}h${2}m"},
}

var amountWord = regexp.MustCompile(`\b([a-z]+(?:-five)?)( and a half)?[ -]` + unitText)

// Durations rewrites the durations that a person writes in lower case ("two hours", "an hour and a half", "1,5h", "1:30", "1h30")
// as numbers with units (2 hours, 1.5 hour, 1.5h, 1h30m). It leaves the rest as it is.
func Durations(s string) string {
	s = amountWord.ReplaceAllStringFunc(s, func(match string) string {
		word := amountWord.FindStringSubmatch(match)[1]
		n := slices.Index(amounts, word)
		if n < 0 {
			n = tens[word]
		}
		if n <= 0 {
			return match
		}
		return strconv.Itoa(n) + " " + strings.TrimLeft(match[len(word):], "- ")
	})
	for _, f := range spokenForms {
		s = f.form.ReplaceAllString(s, f.as)
	}
	return s
}
