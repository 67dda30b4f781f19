package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"valkyrie/alerts/oncall"
)

// readFields decodes a mapping into a struct. An unknown field is a fault.
func (c *checker) readFields(n *yaml.Node, into reflect.Value, path string) {
	fields := map[string]reflect.Value{}
	known := fieldsOf(into, fields)
	if n.Kind != yaml.MappingNode {
		c.refuse(n, path, fmt.Errorf("expected fields (%s), got %s", strings.Join(known, ", "), oncall.Describe(n)))
		return
	}
	var unknown []*yaml.Node
	c.eachField(n, path, func(key, value *yaml.Node) {
		if field, ok := fields[key.Value]; ok {
			delete(fields, key.Value)
			c.read(value, field, join(path, key.Value))
			return
		}
		unknown = append(unknown, key)
	})
	left := slices.Sorted(maps.Keys(fields))
	for _, key := range unknown {
		suggestion := Nearest(key.Value, left)
		if suggestion != "" {
			c.unreadable[join(path, suggestion)] = true // misspelt, so not reported as missing
		}
		c.refuse(key, join(path, key.Value), fmt.Errorf("unknown field;%s known here: %s", didYouMean(suggestion), strings.Join(known, ", ")))
	}
}

// fieldsOf collects a struct's fields by the names in their yaml tags, and returns the names in order.
func fieldsOf(v reflect.Value, fields map[string]reflect.Value) (names []string) {
	for i := range v.NumField() {
		name, option, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		switch {
		case option == "inline":
			names = append(names, fieldsOf(v.Field(i), fields)...)
		case name != "":
			fields[name] = v.Field(i)
			names = append(names, name)
		}
	}
	return names
}

// eachField calls do for each entry of a mapping; entries merged by "<<" come last, and do not replace others.
func (c *checker) eachField(n *yaml.Node, path string, do func(key, value *yaml.Node)) {
	if c.within[n] {
		c.refuse(n, path, fmt.Errorf("it contains itself"))
		return
	}
	c.within[n] = true
	defer delete(c.within, n)
	seen := map[string]int{}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch at, twice := seen[key.Value]; {
		case key.Kind != yaml.ScalarNode:
			c.refuse(key, path, fmt.Errorf("expected a name before the colon, got %s", oncall.Describe(key)))
		case twice:
			c.refuse(key, join(path, key.Value), fmt.Errorf("it is there twice, first in line %d; make one of the two", at))
		case key.ShortTag() == "!!merge":
			merged = append(merged, value)
		default:
			seen[key.Value] = key.Line
			do(key, value)
		}
	}
	for _, m := range merged {
		c.merge(m, path, func(key, value *yaml.Node) {
			if _, there := seen[key.Value]; !there {
				seen[key.Value] = key.Line
				do(key, value)
			}
		})
	}
}

// merge calls do for each entry of the value of "<<": a mapping, or a list of mappings.
func (c *checker) merge(n *yaml.Node, path string, do func(key, value *yaml.Node)) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch n.Kind {
	case yaml.MappingNode:
		c.eachField(n, path, do)
	case yaml.SequenceNode:
		for _, m := range n.Content {
			if m.Kind == yaml.AliasNode {
				m = m.Alias
			}
			c.eachField(m, path, do)
		}
	default:
		c.refuse(n, path, fmt.Errorf("expected fields behind \"<<\", got %s", oncall.Describe(n)))
	}
}
