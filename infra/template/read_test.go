// Package template_test reads ../../template.yaml as CloudFormation does, and compares it with the code: metrics, log
// fields, environment variables, tables and journeys.
package template_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"valkyrie/probes/practice"
)

const file = "../../template.yaml"

// A document is the template: its text, since comments count, and its content with short tags expanded, so that !Ref x is
// {"Ref": "x"}.
type document struct {
	lines []string
	root  *yaml.Node
	all   map[string]any
}

func parse(text string) (document, error) {
	d := document{lines: strings.Split(text, "\n")}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return d, err
	}
	d.root = doc.Content[0]
	all, err := plain(d.root)
	if err != nil {
		return d, err
	}
	d.all = all.(map[string]any)
	return d, nil
}

// original returns the template's own text.
func original(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// practiceTemplate returns the template's text with the practice shop's schedules in place of this deployment's, so that
// faults can be planted in it in every fork.
func practiceTemplate(t *testing.T) string {
	t.Helper()
	lines := strings.Split(original(t), "\n")
	probe := slices.Index(lines, "  Probe:")
	from := probe + 1 + slices.IndexFunc(lines[probe+1:], func(l string) bool { return strings.HasPrefix(l, "      Events:") })
	if probe < 0 || from <= probe {
		t.Fatal("template.yaml: Resources.Probe.Properties.Events: expected the schedules of the journeys there, got none")
	}
	to := from + 1
	for to < len(lines) && (strings.TrimSpace(lines[to]) == "" || strings.HasPrefix(lines[to], "       ")) {
		to++
	}
	return strings.Join(slices.Concat(lines[:from], []string{"      Events:\n" + practice.Schedules}, lines[to:]), "\n")
}

func read(t *testing.T) document {
	t.Helper()
	d, err := parse(original(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// plain converts a node to maps, lists, strings, numbers and booleans. A duplicate key is an error.
func plain(n *yaml.Node) (any, error) {
	value, err := untagged(n)
	if err != nil || !strings.HasPrefix(n.Tag, "!") || strings.HasPrefix(n.Tag, "!!") {
		return value, err
	}
	switch name := n.Tag[1:]; name {
	case "Ref", "Condition":
		return map[string]any{name: value}, nil
	case "GetAtt":
		id, attribute, _ := strings.Cut(fmt.Sprint(value), ".")
		return map[string]any{"Fn::GetAtt": []any{id, attribute}}, nil
	default:
		return map[string]any{"Fn::" + name: value}, nil
	}
}

func untagged(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for pair := range slices.Chunk(n.Content, 2) {
			key := pair[0].Value
			if _, twice := m[key]; twice {
				return nil, fmt.Errorf("line %d: %s is a duplicate key", pair[0].Line, key)
			}
			value, err := plain(pair[1])
			if err != nil {
				return nil, err
			}
			m[key] = value
		}
		return m, nil
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			value, err := plain(c)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	}
	var value any
	bare := *n
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		bare.Tag = "!!str" // the operand of a short tag is text
	}
	err := bare.Decode(&value)
	return value, err
}

// walk calls do for v and everything in it.
func walk(v any, do func(v any)) {
	do(v)
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			walk(inner, do)
		}
	case []any:
		for _, inner := range v {
			walk(inner, do)
		}
	}
}

// section returns one of the template's sections, by name.
func (d document) section(name string) map[string]any {
	m, _ := d.all[name].(map[string]any)
	return m
}

// at descends into maps by their keys; nil if a key is missing.
func at(v any, keys ...string) any {
	for _, key := range keys {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// list returns v as a list: a single value is a list of one, and nil is an empty list.
func list(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}
