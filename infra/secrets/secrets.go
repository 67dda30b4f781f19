// Package secrets finds the secrets that journeys request by name: on a laptop in the environment or in a file that git
// ignores, on AWS in SSM or Secrets Manager. Neither the code nor the configuration holds one, so both can be published.
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

// DefaultFile is the default path of the secrets file, in the current folder. This repository ignores it.
const DefaultFile = ".valkyrie-secrets"

// Sources lists the sources, in the order of lookup.
type Sources struct {
	Getenv func(string) string // nil: os.Getenv
	File   string              // "name: value" lines, as YAML; empty: DefaultFile. It need not exist
	// Otherwise finds the secrets that are in neither; nil: no further source. It returns false for a secret that it lacks.
	Otherwise func(name string) (string, bool)
}

// Find returns the secret with that name. Its errors state the cure, and never contain a secret.
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

// Variable returns the environment variable that holds the secret: VALKYRIE_SECRET_SHOP_PASSWORD for "shop-password".
func Variable(name string) string {
	return "VALKYRIE_SECRET_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// read reads the file, if it exists, and requires that only its owner can read it.
func read(file string) (map[string]string, error) {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the secrets: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("others than you may read the secrets in %s (mode %04o); run: chmod 600 %s", file, info.Mode().Perm(), file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the secrets: %w", err)
	}
	return parse(file, text)
}

// parse reads names and values. It drops the YAML library's errors, since they quote the text, which may be a secret.
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
			return nil, fmt.Errorf("%s, line %d: %s is defined twice; remove one", file, name.Line, name.Value)
		}
		all[name.Value] = value.Value
	}
	return all, nil
}
