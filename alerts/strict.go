package alerts

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// strictly decodes a mapping, and refuses the keys that are not known: a decoder inside a decoder forgets to be strict.
func strictly(n *yaml.Node, into any, name string, known ...string) error {
	var wrong yaml.TypeError
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			if key := n.Content[i]; !slices.Contains(known, key.Value) {
				wrong.Errors = append(wrong.Errors, fmt.Sprintf("line %d: field %s not found in type alerts.%s", key.Line, key.Value, name))
			}
		}
	}
	switch err := n.Decode(into).(type) {
	case nil:
	case *yaml.TypeError:
		wrong.Errors = append(wrong.Errors, err.Errors...)
	default:
		return err
	}
	if len(wrong.Errors) > 0 {
		return &wrong
	}
	return nil
}
