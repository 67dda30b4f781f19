package secrets_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"valkyrie/infra/secrets"
	"valkyrie/probes/journey"
)

func TestFind(t *testing.T) {
	file := func(text string, mode os.FileMode) string {
		path := filepath.Join(t.TempDir(), "secrets")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct {
		env, file, value, err string
	}{
		"from the environment":            {env: "hunter22", value: "hunter22"},
		"the environment before the file": {env: "hunter22", file: file("shop-password: other\n", 0o600), value: "hunter22"},
		"from the file":                   {file: file("a: b\nshop-password: 0012345\n", 0o600), value: "0012345"},
		"in neither":                      {file: file("", 0o600), err: `no such secret as "shop-password"; set VALKYRIE_SECRET_SHOP_PASSWORD, or write "shop-password: ..." into `},
		"no file at all":                  {file: filepath.Join(t.TempDir(), "none"), err: "set VALKYRIE_SECRET_SHOP_PASSWORD"},
		"a file that others may read":     {file: file("shop-password: hunter22\n", 0o640), err: "(mode 0640); run: chmod 600 "},
		"a file that is not YAML":         {file: file("shop-password: \"hunter22\n", 0o600), err: "is not YAML"},
		"a file that is a list":           {file: file("- hunter22\n", 0o600), err: "does not hold names and values"},
		"a value that is no text":         {file: file("shop-password: [hunter22]\n", 0o600), err: "line 1: the value of shop-password is not plain text"},
		"a duplicate name":                {file: file("shop-password: hunter22\nshop-password: hunter22\n", 0o600), err: "line 2: shop-password is defined twice"},
		"from the last source":            {env: "", file: file("x: y", 0o600), value: "public"},
	} {
		t.Run(name, func(t *testing.T) {
			s := secrets.Sources{File: c.file, Getenv: func(key string) string {
				return map[string]string{"VALKYRIE_SECRET_SHOP_PASSWORD": c.env}[key]
			}}
			if c.value == "public" {
				s.Otherwise = func(string) (string, bool) { return "public", true }
			}
			value, err := s.Find("shop-password")
			if value != c.value || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("got %q, %v; want %q, %s", value, err, c.value, c.err)
			}
			if err != nil && strings.Contains(err.Error(), "hunter22") {
				t.Errorf("the error holds the secret: %v", err)
			}
			if wants := strings.HasPrefix(c.err, "no such"); wants != errors.Is(err, journey.ErrNoSecret) && wants {
				t.Errorf("%v is not ErrNoSecret", err)
			}
		})
	}
}

// TestIgnored: git ignores the secrets file.
func TestIgnored(t *testing.T) {
	text, err := os.ReadFile("../../.gitignore")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(strings.Split(string(text), "\n"), "/"+secrets.DefaultFile) {
		t.Errorf(".gitignore does not name %s", secrets.DefaultFile)
	}
}
