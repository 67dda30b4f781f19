package cli

import (
	"fmt"
	"strings"

	"valkyrie/alerts/config"
)

// Suggest returns the question for a mistyped name, such as `, did you mean "print-card"?`, or "" when no known name is close.
func Suggest(name string, known []string) string {
	if nearest := config.Nearest(name, known); nearest != "" {
		return fmt.Sprintf(", did you mean %q?", nearest)
	}
	return ""
}

// UnknownJourney is the usage error for a journey that is not among the known ones. When none is near, it may be one that was
// written but not listed, or after this program was built, so the error names both cures.
func UnknownJourney(name string, known []string) error {
	err := Unknown("journey", name, known)
	if Suggest(name, known) == "" {
		err = Usage("%w; list it in probes/probes.go, and build this program again", err)
	}
	return err
}

// Unknown is the usage error for a name that is not among the known ones: it suggests the nearest and lists them all.
func Unknown(kind, name string, known []string) error {
	hint := Suggest(name, known)
	if hint == "" {
		hint = ";"
	}
	return Usage("there is no %s %q%s there are: %s", kind, name, hint, strings.Join(known, ", "))
}
