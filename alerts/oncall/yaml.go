package oncall

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// DecodeScalar decodes a YAML scalar with a parse function.
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

// Describe describes a YAML node, for the "got" part of an error.
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
