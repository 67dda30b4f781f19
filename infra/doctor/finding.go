// Package doctor checks that a laptop or a deployment can alert people, before they rely on it. Each check yields findings: the
// subject, the result, and the cure for a problem. The checks change nothing, except that the pager makes one of its usual rounds, and that
// the webhook gets an unsigned request, which it must reject, and a key press for a call that does not exist.
package doctor

import "fmt"

// A Verdict classifies a finding.
type Verdict string

// The verdicts.
const (
	OK      Verdict = "well"
	Warning Verdict = "note" // works, but with a limitation
	Problem Verdict = "ill"  // could prevent an alert
)

// A Finding is the result of one check.
type Finding struct {
	Verdict Verdict
	What    string // subject of the check: "table in eu-west-1"
	Says    string // the result
	Cure    string // "" if the verdict is OK
}

func passed(what, format string, args ...any) Finding {
	return Finding{Verdict: OK, What: what, Says: fmt.Sprintf(format, args...)}
}

func warning(what, cure, format string, args ...any) Finding {
	return Finding{Warning, what, fmt.Sprintf(format, args...), cure}
}

func problem(what, cure, format string, args ...any) Finding {
	return Finding{Problem, what, fmt.Sprintf(format, args...), cure}
}

// HasProblem reports whether any finding is a Problem.
func HasProblem(all []Finding) bool {
	for _, f := range all {
		if f.Verdict == Problem {
			return true
		}
	}
	return false
}
