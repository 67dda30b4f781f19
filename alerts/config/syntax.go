package config

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

var libraryLine = regexp.MustCompile(`^yaml: (line \d+: )?`)

// notYAML returns a syntax error with its line and a cure. The library reports the line at which the current construct began,
// or the one before. So notYAML searches for the first line that makes the text up to it unreadable.
func notYAML(file string, text []byte, err error) error {
	line := 1
	lines := bytes.SplitAfter(text, []byte("\n"))
	for n := len(lines) - 1; n > 0; n-- {
		if readable(bytes.Join(lines[:n], nil)) {
			line = n + 1
			break
		}
	}
	what := libraryLine.ReplaceAllString(err.Error(), "")
	return fmt.Errorf("%s:%d: it is not YAML: %s%s", file, line, what, cureOf(what, string(lines[line-1])))
}

// readable reports whether every document of a text is valid YAML.
func readable(text []byte) bool {
	for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
		if err := d.Decode(new(yaml.Node)); err != nil {
			return err == io.EOF
		}
	}
}

// cureOf returns the cure of the most frequent mistakes, as a suffix; "" for others.
func cureOf(what, line string) string {
	switch {
	case strings.HasPrefix(strings.TrimLeft(line, " "), "\t"):
		return "; indent with spaces, not with tabs"
	case strings.Contains(what, "mapping values are not allowed"):
		return "; a text with a colon in it needs quotes, and fields of one thing the same indentation"
	case strings.Contains(what, "cannot start any token"):
		return "; a text that begins with such a character needs quotes"
	case strings.Contains(what, "did not find expected ',' or"):
		return "; is a bracket, or a comma, missing?"
	case strings.Contains(what, "did not find expected key"), strings.Contains(what, "'-' indicator"):
		return "; fields of one thing need the same indentation"
	}
	return ""
}
