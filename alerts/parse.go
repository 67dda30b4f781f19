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
	"time"

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
	ch.judge(c.Judge, journeys)
	ch.onCall(c.OnCall)
	ch.phone("phone.from", c.Phone.From)
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
		"alerts.Config": "judge, on_call, phone",
		"alerts.OnCall": "people, escalation, repeat_after",
		"alerts.Person": "name, phone",
		"alerts.Caller": "from",
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

func (c *checker) onCall(o OnCall) {
	names := map[string]bool{}
	for i, p := range o.People {
		path := fmt.Sprintf("on_call.people.%d", i)
		switch {
		case p.Name == "":
			c.fault(path+".name", "expected a name")
		case names[p.Name]:
			c.fault(path+".name", "%q is there twice", p.Name)
		}
		names[p.Name] = true
		c.phone(path+".phone", p.Phone)
	}
	if len(o.People) == 0 {
		c.fault("on_call.people", "expected at least one person: otherwise nobody is woken")
	}
	if len(o.Escalation) == 0 {
		c.fault("on_call.escalation", "expected at least one name: otherwise nobody is woken")
	}
	for i, name := range o.Escalation {
		if !names[name] {
			c.fault(fmt.Sprintf("on_call.escalation.%d", i), "%q is not among on_call.people", name)
		}
	}
	if o.RepeatAfter < time.Second {
		c.fault("on_call.repeat_after", "expected a duration of at least 1s, such as 5m, got %v", o.RepeatAfter)
	}
}

var e164 = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

func (c *checker) phone(path, number string) {
	if !e164.MatchString(number) {
		c.fault(path, "expected a phone number with its country code, such as \"+12025550143\", got %q", number)
	}
}
