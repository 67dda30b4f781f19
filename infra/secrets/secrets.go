// Package secrets finds the secrets that journeys ask for by name, on a machine of one's own: in the environment, or in
// a file that git ignores. They are in neither the code nor the configuration, so that both can be shown to anybody.
package secrets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"valkyrie/probes/journey"
)

// DefaultFile is where secrets are looked for, in the folder where the program is started. This repository ignores it.
const DefaultFile = ".valkyrie-secrets"

// Sources says where to look, in this order.
type Sources struct {
	Getenv func(string) string // nil: os.Getenv
	File   string              // "name: value" lines, as YAML; empty: DefaultFile. It need not exist
	// Otherwise is asked for what is in neither; nil: nobody is. It returns false for what it does not have either.
	Otherwise func(name string) (string, bool)
}

// Find returns the secret of that name. Its errors name the cure, and never hold a secret.
func (s Sources) Find(name string) (string, error) {
	getenv, file := s.Getenv, s.File
	if getenv == nil {
		getenv = os.Getenv
	}
	if file == "" {
		file = DefaultFile
	}
	if value := getenv(Variable(name)); value != "" {
		return value, nil
	}
	all, err := read(file)
	if err != nil {
		return "", err
	}
	if value := all[name]; value != "" {
		return value, nil
	}
	if s.Otherwise != nil {
		if value, ok := s.Otherwise(name); ok {
			return value, nil
		}
	}
	return "", fmt.Errorf("%w as %q; set %s, or write \"%s: ...\" into %s (readable by you alone: chmod 600 %s)",
		journey.ErrNoSecret, name, Variable(name), name, file, file)
}

// Variable is the environment variable that holds the secret: VALKYRIE_SECRET_SHOP_PASSWORD for "shop-password".
func Variable(name string) string {
	return "VALKYRIE_SECRET_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// read reads the file, if there is one and nobody else can.
func read(file string) (map[string]string, error) {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the secrets cannot be read: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("others than you may read the secrets in %s (mode %04o); run: chmod 600 %s", file, info.Mode().Perm(), file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the secrets cannot be read: %w", err)
	}
	return parse(file, text)
}

// parse reads names and values. The YAML library quotes what it does not understand, which may be a secret; so its
// errors are not passed on.
func parse(file string, text []byte) (map[string]string, error) {
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil {
		return nil, fmt.Errorf("%s is not YAML; write a line for each secret, such as: shop-password: \"...\"", file)
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	pairs := doc.Content[0]
	if pairs.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s does not hold names and values; write a line for each secret, such as: shop-password: \"...\"", file)
	}
	all := map[string]string{}
	for pair := range slices.Chunk(pairs.Content, 2) {
		name, value := pair[0], pair[1]
		if value.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("%s, line %d: the value of %s is not plain text; put it in quotes", file, value.Line, name.Value)
		}
		if _, twice := all[name.Value]; twice {
			return nil, fmt.Errorf("%s, line %d: %s is there twice", file, name.Line, name.Value)
		}
		all[name.Value] = value.Value
	}
	return all, nil
}
