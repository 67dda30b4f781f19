package config

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"valkyrie/alerts/oncall"
)

// This decoder replaces the library's, whose errors lack the field and name Go types. It walks the file along with the Go
// types that carry the yaml tags. A value of the wrong type is a fault with its field and keeps its default; its path is
// marked unreadable, so that later checks do not report it again.

// A scalarForm is a struct that may be written as a single word.
type scalarForm interface{ Shorthand(word string) }

// read decodes a node of the file into a value.
func (c *checker) read(n *yaml.Node, into reflect.Value, path string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.ShortTag() == "!!null" {
		return // a field without a value counts as omitted
	}
	word := n.Kind == yaml.ScalarNode
	if u, ok := into.Addr().Interface().(yaml.Unmarshaler); ok {
		c.refuse(n, path, u.UnmarshalYAML(n))
		return
	}
	if s, ok := into.Addr().Interface().(scalarForm); ok && word {
		s.Shorthand(n.Value)
		return
	}
	switch {
	case into.Type() == reflect.TypeFor[time.Duration]():
		c.refuse(n, path, oncall.DecodeScalar(n, into.Addr().Interface().(*time.Duration), parseBounded(path)))
	case into.Kind() == reflect.Struct:
		c.readFields(n, into, path)
	case into.Kind() == reflect.Map:
		c.readMap(n, into, path)
	case into.Kind() == reflect.Slice:
		c.readList(n, into, path)
	case into.Kind() == reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		c.read(n, into.Elem(), path)
	default:
		c.refuse(n, path, readScalar(n, into))
	}
}

// readScalar decodes a string, a number or a boolean.
func readScalar(n *yaml.Node, into reflect.Value) error {
	tag, want := n.ShortTag(), ""
	if n.Kind != yaml.ScalarNode {
		tag = ""
	}
	switch into.Kind() {
	case reflect.String:
		if tag != "" {
			into.SetString(n.Value)
			return nil
		}
		want = "a single value"
	case reflect.Int, reflect.Int64:
		want = "a whole number such as 2"
		if i := int64(0); tag == "!!int" && n.Decode(&i) == nil {
			into.SetInt(i)
			return nil
		}
	case reflect.Float64:
		want = "a number such as 0.5"
		if f := 0.0; (tag == "!!int" || tag == "!!float") && n.Decode(&f) == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			into.SetFloat(f)
			return nil
		}
	case reflect.Bool:
		want = "true or false"
		if b := false; tag == "!!bool" && n.Decode(&b) == nil {
			into.SetBool(b)
			return nil
		}
	}
	cure := ""
	if _, err := strconv.ParseFloat(n.Value, 64); err == nil && tag == "!!str" {
		cure = "; write it without quotes"
	}
	return fmt.Errorf("expected %s, got %s%s", want, oncall.Describe(n), cure)
}

func (c *checker) readList(n *yaml.Node, into reflect.Value, path string) {
	if n.Kind != yaml.SequenceNode {
		c.refuse(n, path, fmt.Errorf("expected a list, got %s; write it as [a, b], or each on a line of its own after \"- \"", oncall.Describe(n)))
		return
	}
	list := reflect.MakeSlice(into.Type(), len(n.Content), len(n.Content))
	for i, entry := range n.Content {
		at := join(path, strconv.Itoa(i))
		if entry.ShortTag() == "!!null" {
			c.refuse(entry, at, fmt.Errorf("expected an entry of the list, got nothing"))
			continue
		}
		c.read(entry, list.Index(i), at)
	}
	into.Set(list)
}

func (c *checker) readMap(n *yaml.Node, into reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		c.refuse(n, path, fmt.Errorf("expected names with what belongs to them (name: ...), got %s", oncall.Describe(n)))
		return
	}
	into.Set(reflect.MakeMap(into.Type()))
	c.eachField(n, path, func(key, value *yaml.Node) {
		entry := reflect.New(into.Type().Elem()).Elem()
		c.read(value, entry, join(path, key.Value))
		into.SetMapIndex(reflect.ValueOf(key.Value).Convert(into.Type().Key()), entry)
	})
}
