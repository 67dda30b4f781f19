package schedule

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// The marks around the schedules of the journeys in template.yaml. Only lines between them are written.
const (
	beginMark = "# begin schedules"
	endMark   = "# end schedules"
	indent    = "        " // of the marks, and of a schedule's key
)

// A Template is the text of template.yaml, with the parts that concern the schedules of journeys.
type Template struct {
	Entries []Entry       // the probe's schedules, in their order
	Cadence string        // the default interval, such as "1 minute"
	Timeout time.Duration // the default of the probe's time; 0: not found
	lines   []string
	events  int // line of the probe's Events, from 1; 0: not found
}

// ParseTemplate reads the text of template.yaml.
func ParseTemplate(text string) (*Template, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return nil, fmt.Errorf("template.yaml: expected YAML: %w; correct it", err)
	}
	t := &Template{lines: strings.Split(text, "\n")}
	if len(doc.Content) == 0 {
		return t, nil
	}
	parameter := func(name string) string { return value(doc.Content[0], "Parameters", name, "Default") }
	t.Cadence = parameter("Cadence")
	if seconds, err := strconv.Atoi(parameter("ProbeTimeout")); err == nil {
		t.Timeout = time.Duration(seconds) * time.Second
	}
	key, events := find(doc.Content[0], "Resources", "Probe", "Properties", "Events")
	if events == nil {
		return t, nil
	}
	t.events = key.Line
	if events.Kind != yaml.MappingNode {
		return t, nil // none yet
	}
	for pair := range slices.Chunk(events.Content, 2) {
		t.Entries = append(t.Entries, t.entry(pair[0], pair[1]))
	}
	return t, nil
}

// entry reads a schedule from its key and value.
func (t *Template) entry(key, of *yaml.Node) Entry {
	properties := func(name string) string { return value(of, "Properties", name) }
	e := Entry{
		Where: fmt.Sprintf("template.yaml:%d: Probe: Events: %s", key.Line, key.Value), Key: key.Value,
		Type: value(of, "Type"), Name: properties("Name"), Input: properties("Input"),
		Expression: strings.ReplaceAll(properties("ScheduleExpression"), "${Cadence}", t.Cadence), FirstLine: key.Line, LastLine: key.Line,
	}
	if _, all := find(of, "Properties"); all != nil && all.Kind == yaml.MappingNode {
		for pair := range slices.Chunk(all.Content, 2) {
			e.Present = append(e.Present, pair[0].Value)
		}
	}
	for n := key.Line; n < len(t.lines) && (depth(t.lines[n]) < 0 || depth(t.lines[n]) >= key.Column); n++ {
		if depth(t.lines[n]) > 0 {
			e.LastLine = n + 1
		}
	}
	return e
}

// find follows keys through mappings, and returns the last key and its value; nil, nil: there is none.
func find(node *yaml.Node, path ...string) (key, value *yaml.Node) {
	value = node
	for _, name := range path {
		if value == nil || value.Kind != yaml.MappingNode {
			return nil, nil
		}
		mapping := value
		key, value = nil, nil
		for pair := range slices.Chunk(mapping.Content, 2) {
			if pair[0].Value == name {
				key, value = pair[0], pair[1]
			}
		}
	}
	return key, value
}

// value returns the text of a scalar; "": there is none.
func value(node *yaml.Node, path ...string) string {
	if _, v := find(node, path...); v != nil && v.Kind == yaml.ScalarNode {
		return v.Value
	}
	return ""
}

// depth returns the number of blanks before a line's text; -1 for an empty line.
func depth(line string) int {
	rest := strings.TrimLeft(line, " ")
	if rest == "" {
		return -1
	}
	return len(line) - len(rest)
}

// marks returns the indexes of the two marks' lines. Marks that are missing, or not around the schedules, are an error that names the
// lines to add.
func (t *Template) marks() (begin, end int, err error) {
	begin = slices.IndexFunc(t.lines, func(l string) bool { return strings.HasPrefix(strings.TrimSpace(l), beginMark) })
	end = slices.IndexFunc(t.lines, func(l string) bool { return strings.HasPrefix(strings.TrimSpace(l), endMark) })
	first, last := t.events, t.events
	if len(t.Entries) > 0 {
		first, last = t.Entries[0].FirstLine-1, t.Entries[len(t.Entries)-1].LastLine
	}
	where := fmt.Sprintf("template.yaml:%d: Probe: Events", t.events)
	switch {
	case t.events == 0:
		return 0, 0, fmt.Errorf("template.yaml: Resources: Probe: Properties: expected Events with the schedules of the journeys, got none; add these lines there by hand:\n      Events:\n%[1]s%[2]s\n%[1]s%[3]s", indent, beginMark, endMark)
	case begin < 0 || end < 0:
		return 0, 0, fmt.Errorf("%s: expected the schedules between the lines %q and %q, got %s; add by hand, after line %d: %q, and after line %d: %q",
			where, beginMark, endMark, missing(begin, end), first, indent+beginMark, last, indent+endMark)
	case begin >= first && len(t.Entries) > 0 || end < last || begin >= end || begin < t.events:
		return 0, 0, fmt.Errorf("%s: expected the lines %q and %q around the schedules, which are in the lines %d to %d, got them in the lines %d and %d; move them there by hand",
			where, beginMark, endMark, first+1, last, begin+1, end+1)
	}
	return begin, end, nil
}

// missing names the marks that are missing.
func missing(begin, end int) string {
	switch {
	case begin < 0 && end < 0:
		return "neither"
	case begin < 0:
		return "only the last"
	}
	return "only the first"
}

// Text returns the whole text.
func (t *Template) Text() string { return strings.Join(t.lines, "\n") }

// Block returns the text between the marks.
func (t *Template) Block() (string, error) {
	begin, end, err := t.marks()
	if err != nil {
		return "", err
	}
	return strings.Join(append(slices.Clone(t.lines[begin+1:end]), ""), "\n"), nil
}

// SetBlock returns the template with another text between the marks.
func (t *Template) SetBlock(block string) (*Template, error) {
	begin, end, err := t.marks()
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(block, "\n"), "\n")
	if block == "" {
		lines = nil
	}
	return ParseTemplate(strings.Join(slices.Concat(t.lines[:begin+1], lines, t.lines[end:]), "\n"))
}

// Add returns the template with a schedule for a journey after the others. every is the journey's own interval; 0: the default.
func (t *Template) Add(name string, every time.Duration) (*Template, error) {
	block, err := t.Block()
	if err != nil {
		return nil, err
	}
	expression, own := `!Sub "rate(${Cadence})"`, ""
	if every > 0 {
		var taken []string
		for _, e := range t.Entries {
			taken = append(taken, e.Expression)
		}
		if expression, err = Expression(name, every, taken); err != nil {
			return nil, err
		}
		own = fmt.Sprintf(`,"every":%q`, Interval(every))
	}
	return t.SetBlock(block + fmt.Sprintf(entryText, Key(name), name, expression, fmt.Sprintf(`{"journey":%q,"slot":%q%s}`, name, slotKeyword, own)))
}

const entryText = `        %s:
          Type: ScheduleV2
          Properties:
            Name: %s
            GroupName: !Ref Group
            ScheduleExpression: %s
            State: !Ref Schedules
            Input: '%s'
            RoleArn: !GetAtt ScheduleRole.Arn
            RetryPolicy: {MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 3}
            DeadLetterConfig: {Arn: !GetAtt DeadLetters.Arn}
`

// Key returns the key of a journey's schedule, such as PrintCard for "print-card".
func Key(name string) string {
	key := ""
	for word := range strings.SplitSeq(name, "-") {
		if word != "" {
			key += strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return key
}

// Of returns the schedules of a journey.
func (t *Template) Of(name string) (of []Entry) {
	for _, e := range t.Entries {
		if its, _ := e.Journey(t.Cadence); its == name {
			of = append(of, e)
		}
	}
	return of
}

// Remove returns the template without the schedules of a journey, and the comments right above them.
func (t *Template) Remove(name string) (*Template, error) {
	begin, _, err := t.marks()
	if err != nil {
		return nil, err
	}
	lines := slices.Clone(t.lines)
	for _, e := range slices.Backward(t.Of(name)) {
		from := e.FirstLine - 1
		for from-1 > begin && strings.HasPrefix(strings.TrimSpace(lines[from-1]), "#") {
			from--
		}
		lines = slices.Delete(lines, from, e.LastLine)
	}
	return ParseTemplate(strings.Join(lines, "\n"))
}

// Rename returns the template with the schedule of a journey under another name. A key that a person has chosen stays.
func (t *Template) Rename(from, to string) (*Template, error) {
	if _, _, err := t.marks(); err != nil {
		return nil, err
	}
	nameLine := regexp.MustCompile(`^( +Name: *)["']?` + regexp.QuoteMeta(from) + `["']?( *(#.*)?)$`)
	order := regexp.MustCompile(`("journey" *: *)"` + regexp.QuoteMeta(from) + `"`)
	lines := slices.Clone(t.lines)
	for _, e := range t.Of(from) {
		for n := e.FirstLine - 1; n < e.LastLine; n++ {
			lines[n] = nameLine.ReplaceAllString(lines[n], "${1}"+to+"${2}")
			lines[n] = order.ReplaceAllString(lines[n], `${1}"`+to+`"`)
		}
		if e.Key == Key(from) {
			lines[e.FirstLine-1] = strings.Replace(lines[e.FirstLine-1], e.Key, Key(to), 1)
		}
	}
	return ParseTemplate(strings.Join(lines, "\n"))
}
