// Package doctor examines a laptop or a deployment before anybody trusts it to wake them. Each examination ends in findings:
// what was looked at, what is so, and the cure where something is wrong. Nothing is changed, but for a request to the
// webhook that it must refuse.
package doctor

import "fmt"

// A Verdict is how something is.
type Verdict string

// The verdicts. Only what is Ill keeps somebody from being woken.
const (
	Well Verdict = "well"
	Note Verdict = "note" // works, but is to be known
	Ill  Verdict = "ill"
)

// A Finding is what one examination found.
type Finding struct {
	Verdict Verdict
	What    string // was looked at: "table in eu-west-1"
	Says    string // what is so
	Cure    string // what to do; empty when it is well
}

func well(what, format string, args ...any) Finding {
	return Finding{Verdict: Well, What: what, Says: fmt.Sprintf(format, args...)}
}

func note(what, cure, format string, args ...any) Finding {
	return Finding{Note, what, fmt.Sprintf(format, args...), cure}
}

func ill(what, cure, format string, args ...any) Finding {
	return Finding{Ill, what, fmt.Sprintf(format, args...), cure}
}

// Sick reports whether anything is ill.
func Sick(all []Finding) bool {
	for _, f := range all {
		if f.Verdict == Ill {
			return true
		}
	}
	return false
}
