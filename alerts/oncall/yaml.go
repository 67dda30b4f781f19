package oncall

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// DecodeScalar reads a value of its own kind from YAML.
func DecodeScalar[T any](n *yaml.Node, into *T, read func(string) (T, error)) error {
	if n.Kind != yaml.ScalarNode {
		return fmt.Errorf("expected a single value, got %s", Describe(n))
	}
	value, err := read(n.Value)
	if err != nil {
		return err
	}
	*into = value
	return nil
}

// Describe is what stands where something else was expected.
func Describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.MappingNode:
		return "fields (name: value)"
	case n.ShortTag() == "!!null":
		return "nothing"
	}
	return strconv.Quote(n.Value)
}
