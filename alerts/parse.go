package alerts

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Parse reads an alerts.yaml. The error lists every fault of it, each with file, line and field, what was expected and
// what is there. journeys are the names that may have a policy of their own.
func Parse(file string, text []byte, journeys []string) (Config, error) {
	c := defaults()
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return Config{}, fmt.Errorf("%s: it is not YAML: %s", file, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	ch := checker{file: file, doc: &doc}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	var wrong *yaml.TypeError
	switch err := decoder.Decode(&c); {
	case errors.As(err, &wrong):
		for _, e := range wrong.Errors {
			ch.undecoded(e)
		}
	case err != nil && !errors.Is(err, io.EOF):
		return Config{}, fmt.Errorf("%s: %w", file, err)
	}
	if more := new(yaml.Node); decoder.Decode(more) == nil {
		ch.faults = append(ch.faults, fmt.Errorf("%s:%d: expected the end of the file, got a second document", file, more.Line))
	}
	ch.judge(c.Judge, journeys)
	ch.onCall(c.OnCall)
	ch.telling(c.OnCall, c.Judge.Names(journeys))
	ch.phone("phone.from", c.Phone.From)
	ch.machines(c.Tell)
	if len(ch.faults) > 0 {
		return Config{}, errors.Join(ch.faults...)
	}
	return c, nil
}

// A checker collects faults.
type checker struct {
	file   string
	doc    *yaml.Node
	faults []error
}

// fault adds one, at the line of the field; path joins keys and indexes with dots.
func (c *checker) fault(path, format string, args ...any) {
	where := c.file
	if line := lineOf(c.doc, strings.Split(path, ".")); line > 0 {
		where += ":" + strconv.Itoa(line)
	}
	c.faults = append(c.faults, fmt.Errorf("%s: %s: %s", where, path, fmt.Sprintf(format, args...)))
}

// lineOf is the line of the field, or of the nearest enclosing one that is there.
func lineOf(n *yaml.Node, path []string) int {
	switch {
	case n.Kind == yaml.DocumentNode && len(n.Content) > 0:
		return lineOf(n.Content[0], path)
	case len(path) == 0:
		return n.Line
	case n.Kind == yaml.SequenceNode:
		if i, err := strconv.Atoi(path[0]); err == nil && i < len(n.Content) {
			return lineOf(n.Content[i], path[1:])
		}
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == path[0] {
				return max(n.Content[i].Line, lineOf(n.Content[i+1], path[1:]))
			}
		}
	}
	return n.Line
}

var (
	unknownField = regexp.MustCompile(`^line (\d+): field (\S+) not found in type (\S+)$`)
	atLine       = regexp.MustCompile(`^line (\d+): (.*)$`)
	known        = map[string]string{
		"alerts.Config":       "judge, on_call, phone, tell",
		"alerts.OnCall":       "people, rotations, overrides, escalation, repeat_after, severity, maintenance, journeys, play, evidence_url",
		"alerts.Person":       "name, phone, email, zone, awake, language",
		"alerts.Rotation":     "name, zone, every, hand_over, start, people, shifts",
		"alerts.Shift":        "who, from, to",
		"alerts.Override":     "rotation, who, from, to",
		"alerts.Maintenance":  "journeys, zone, from, to, every, for",
		"alerts.JourneyNotes": "severity, say, runbook",
		"alerts.Rung":         "call, after",
		"alerts.Caller":       "from",
		"alerts.Tell":         "webhooks, event_bus, topic",
		"alerts.Webhook":      "url, secret",
	}
)

// undecoded rewords what the YAML library says of a value that does not fit.
func (c *checker) undecoded(e string) {
	if m := unknownField.FindStringSubmatch(e); m != nil {
		c.faults = append(c.faults, fmt.Errorf("%s:%s: unknown field %q; known here: %s", c.file, m[1], m[2], cmp.Or(known[m[3]], knownToJudge[m[3]])))
		return
	}
	if m := atLine.FindStringSubmatch(e); m != nil {
		c.faults = append(c.faults, fmt.Errorf("%s:%s: %s", c.file, m[1], m[2]))
		return
	}
	c.faults = append(c.faults, fmt.Errorf("%s: %s", c.file, e))
}

var e164 = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

func (c *checker) phone(path, number string) {
	if !e164.MatchString(number) {
		c.fault(path, "expected a phone number with its country code, such as \"+12025550143\", got %q", number)
	}
}
