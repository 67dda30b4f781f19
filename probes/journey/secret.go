package journey

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Secret returns the secret of that name, such as Secret("shop-password"), from the run's Stage; the journey must declare it
// in its Secrets. From then on it is masked in everything that the run leaves behind. Without it the run is Broken.
func (t *T) Secret(name string) string {
	value, err := t.findSecret(name)
	if err != nil {
		t.Brokenf("%v", err)
	}
	return value
}

func (t *T) findSecret(name string) (string, error) {
	if !nameForm.MatchString(name) {
		return "", fmt.Errorf("a secret's name must be lower-case words joined by hyphens, such as \"shop-password\"; got %q", name)
	}
	if !slices.Contains(t.declared, name) {
		return "", fmt.Errorf("secret %q is not declared by the journey: add it there, as in Secrets: []string{%q}", name, name)
	}
	if t.secrets == nil {
		return "", fmt.Errorf("there is no secret %q: the runner was given no source of secrets; set Stage.Secrets", name)
	}
	value, err := t.secrets(name)
	if err != nil {
		return "", err
	}
	if len(value) < MinSecret {
		return "", fmt.Errorf("the secret %q is shorter than %d characters, so it could not be masked; give it a longer value", name, MinSecret)
	}
	t.mask.Add(name, value)
	return value, nil
}

// Mask masks the secrets that the run has used so far.
func (t *T) Mask() *Mask { return t.mask }

// ErrNoSecret is wrapped by a Stage's Secrets for an unknown secret, together with the cure.
var ErrNoSecret = errors.New("no such secret")

// masked is evidence with the run's secrets masked. Pictures are unchanged: their secrets were covered when taken.
func masked(m *Mask, name string, data []byte) []byte {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg":
		return data
	case ".txt", ".html", ".har", ".json":
		return []byte(m.Text(string(data)))
	}
	return m.Overwrite(data)
}
