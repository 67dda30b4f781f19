package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Parse reads an alerts.yaml. The error lists all its faults, each with file, line, field, expected and actual value.
// journeys are the names that may have their own policy.
func Parse(file string, text []byte, journeys []string) (Config, error) {
	c := defaults()
	ch := checker{file: file, doc: new(yaml.Node), unreadable: map[string]bool{}, within: map[*yaml.Node]bool{}}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(ch.doc); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, notYAML(file, text, err)
	}
	var more yaml.Node
	switch err := decoder.Decode(&more); {
	case err == nil:
		ch.add(more.Line, "", "expected the end of the file, got a second document")
	case !errors.Is(err, io.EOF):
		return Config{}, notYAML(file, text, err)
	}
	if len(ch.doc.Content) > 0 {
		ch.read(ch.doc.Content[0], reflect.ValueOf(&c).Elem(), "")
	}
	ch.judge(c.Judge, journeys)
	ch.onCall(c.OnCall, c.Phone.From)
	ch.notifications(c.OnCall, c.Judge.Names(journeys))
	ch.phone("phone.from", c.Phone.From)
	ch.subscribers(c.Subscribers)
	if err := ch.faultsInOrder(); err != nil {
		return Config{}, err
	}
	c.OnCall.SharedNumber = c.Phone.Shared
	return c, nil
}

// A checker decodes and checks the file, and collects its faults.
type checker struct {
	file       string
	doc        *yaml.Node
	faults     []fault
	unreadable map[string]bool     // paths of values that could not be decoded; further faults there are suppressed
	within     map[*yaml.Node]bool // mappings being read, to detect cycles
}

// A fault is one error in the file.
type fault struct {
	line int
	error
}

// faultsInOrder joins all faults in the order of the file; nil if there are none.
func (c *checker) faultsInOrder() error {
	slices.SortStableFunc(c.faults, func(a, b fault) int { return a.line - b.line })
	var all []error
	for _, f := range c.faults {
		all = append(all, f.error)
	}
	return errors.Join(all...)
}

// fault adds a fault at the line of the field; path joins keys and indexes with dots.
func (c *checker) fault(path, format string, args ...any) {
	if c.isUnreadable(path) {
		return
	}
	c.add(lineOf(c.doc, strings.Split(path, ".")), path, fmt.Sprintf(format, args...))
}

// refuse adds the error of decoding a node, and marks its path unreadable; nil is ignored.
func (c *checker) refuse(n *yaml.Node, path string, err error) {
	if err == nil {
		return
	}
	c.unreadable[path] = true
	c.add(n.Line, path, err.Error())
}

func (c *checker) add(line int, path, what string) {
	where := c.file
	if line > 0 {
		where += ":" + strconv.Itoa(line)
	}
	if path != "" {
		where += ": " + path
	}
	c.faults = append(c.faults, fault{line, fmt.Errorf("%s: %s", where, what)})
}

// isUnreadable reports whether the value at a path, or a value that contains it, could not be decoded.
func (c *checker) isUnreadable(path string) bool {
	for path != "" && !c.unreadable[path] {
		path = path[:max(0, strings.LastIndexByte(path, '.'))]
	}
	return c.unreadable[path]
}

// anyUnreadable reports whether any of the fields at a path could not be decoded, so that their combination is unknown.
func (c *checker) anyUnreadable(path string, fields ...string) bool {
	return slices.ContainsFunc(fields, func(f string) bool { return c.isUnreadable(join(path, f)) })
}

// unreadableBelow reports whether any part of the value at a path could not be decoded.
func (c *checker) unreadableBelow(path string) bool {
	for p := range c.unreadable {
		if strings.HasPrefix(p, path+".") {
			return true
		}
	}
	return c.isUnreadable(path)
}

func join(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}

// lineOf returns the line of the field, or of the nearest enclosing one that exists.
func lineOf(n *yaml.Node, path []string) int {
	switch {
	case n.Kind == yaml.AliasNode:
		return lineOf(n.Alias, path)
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

var e164 = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

// phone checks a phone number in E.164.
func (c *checker) phone(path, number string) {
	if !e164.MatchString(number) {
		c.fault(path, "expected a phone number with its country code, such as \"+12025550143\", got %q", number)
	}
}
