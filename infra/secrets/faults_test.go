package secrets_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"valkyrie/infra/cloudtest"
	"valkyrie/infra/secrets"
)

// pages answers requests for parameters with pages of one each, and refuses the n-th.
type pages struct {
	refused, n int
	asked      []string
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var in struct {
		Path, NextToken string
		WithDecryption  bool
	}
	_ = json.Unmarshal(body, &in)
	p.n++
	p.asked = append(p.asked, in.NextToken)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if p.n == p.refused || !in.WithDecryption {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type": "AccessDeniedException", "message": "not allowed"}`)
		return
	}
	_, _ = io.WriteString(w, map[string]string{
		"":  `{"Parameters": [{"Name": "/v/shop-email", "Value": "ada@example.com"}], "NextToken": "2"}`,
		"2": `{"Parameters": [{"Name": "/v/shop-password", "Value": "hunter22"}], "NextToken": "3"}`,
		"3": `{"Parameters": [{"Name": "/v/api-key", "Value": "k-123456"}]}`,
	}[in.NextToken])
}

// TestPages checks that the parameters of a path are those of all its pages, and that a page that is refused is an error, whichever it is:
// half of the secrets would look like secrets that are missing.
func TestPages(t *testing.T) {
	for refused := range 4 {
		c := cloudtest.New()
		t.Cleanup(c.Close)
		p := &pages{refused: refused}
		c.Serve("eu-west-1", "ssm", p)
		v, err := secrets.NewVault(c.Config("eu-west-1"), "ssm:/v/")
		if err != nil {
			t.Fatal(err)
		}
		err = v.Refresh(t.Context())
		if refused > 0 {
			if err == nil || !strings.HasPrefix(err.Error(), "read the secrets of ssm:/v/: ") || !strings.Contains(err.Error(), "AccessDeniedException") {
				t.Errorf("page %d is refused: %v", refused, err)
			}
			if got, err := v.Find("shop-email"); err == nil {
				t.Errorf("page %d is refused, and a secret is %q", refused, got)
			}
			continue
		}
		for name, want := range map[string]string{"shop-email": "ada@example.com", "shop-password": "hunter22", "api-key": "k-123456"} {
			if got, found := v.Find(name); err != nil || got != want || found != nil {
				t.Errorf("%s is %q, %v, %v", name, got, err, found)
			}
		}
		if !slices.Equal(p.asked, []string{"", "2", "3"}) {
			t.Errorf("the pages %q were asked for", p.asked)
		}
	}
}

// TestUnreadableFile checks that a file that cannot be read is an error, not a secret that is missing.
func TestUnreadableFile(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{"a folder": folder, "a path through a file": "secrets.go/x", "a name that is too long": strings.Repeat("x", 300)} {
		s := secrets.Sources{File: file, Getenv: func(string) string { return "" }, Otherwise: func(string) (string, bool) { return "public", true }}
		if got, err := s.Find("shop-password"); err == nil || !strings.HasPrefix(err.Error(), "read the secrets: ") || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestDefaultSources checks the sources that are left out: the process's environment, then the file in the current folder. A secret that is
// empty in the one is looked for in the next, and what the last source lacks is an error.
func TestDefaultSources(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile(".valkyrie-secrets", []byte("shop-password: in-the-file\nshop-email: \"\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	find := func(s secrets.Sources, name, want string) {
		t.Helper()
		if got, err := s.Find(name); got != want || (err == nil) != (want != "") {
			t.Errorf("%s is %q, %v; want %q", name, got, err, want)
		}
	}
	last := secrets.Sources{Otherwise: func(name string) (string, bool) { return "public", name == "shop-email" }}
	find(secrets.Sources{}, "shop-password", "in-the-file")
	find(secrets.Sources{}, "shop-email", "")
	find(last, "shop-email", "public")
	find(last, "api-key", "")
	t.Setenv("VALKYRIE_SECRET_SHOP_PASSWORD", "in-the-environment")
	find(secrets.Sources{}, "shop-password", "in-the-environment")
	t.Setenv("VALKYRIE_SECRET_SHOP_PASSWORD", "")
	find(secrets.Sources{}, "shop-password", "in-the-file")
	for text, want := range map[string]string{
		"- a\n- b\n": "does not hold names and values", "a: b\na: c\n": "line 2: a is defined twice", "x: y\nshop: {a: b}\n": "line 2: the value of shop is not plain text", "\tx": "is not YAML",
	} {
		if err := os.WriteFile(".valkyrie-secrets", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := (secrets.Sources{}).Find("a"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
}

// TestVaultAge checks when a vault reads again: after five minutes, and at once after a read that failed. A read may take five seconds.
func TestVaultAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reads := 0
		var fault error
		v := secrets.VaultOf(func(ctx context.Context) (map[string]string, error) {
			reads++
			if at, ok := ctx.Deadline(); !ok || time.Until(at) != 5*time.Second {
				t.Errorf("a read may take until %v", at)
			}
			return map[string]string{"a": "b"}, fault
		})
		refresh := func(after time.Duration, want int) {
			t.Helper()
			time.Sleep(after)
			_ = v.Refresh(t.Context())
			if reads != want {
				t.Errorf("%d reads, want %d", reads, want)
			}
		}
		refresh(0, 1)
		refresh(5*time.Minute-1, 1)
		refresh(1, 2)
		refresh(4*time.Minute, 2)
		fault = context.DeadlineExceeded
		refresh(time.Minute, 3)
		refresh(time.Second, 4)
		fault = nil
		refresh(time.Second, 5)
		refresh(time.Second, 5)
		if got, err := v.Find("none"); got != "" || err == nil || err.Error() != `no such secret as "none" in a test; put it there (it is seen within 5m0s)` {
			t.Errorf("%q, %v", got, err)
		}
	})
}

// TestSources checks the forms of a source, each part of which decides.
func TestSources(t *testing.T) {
	c := cloudtest.New()
	t.Cleanup(c.Close)
	for source, good := range map[string]bool{
		"ssm:/a": true, "ssm:/a/": true, "ssm:/": true, "secretsmanager:a": true, "secretsmanager:/a": true,
		"ssm:a/": false, "ssm:": false, "s3:/a": false, "s3:/a/": false, "kms:a": false, "/a/": false,
	} {
		if v, err := secrets.NewVault(c.Config("eu-west-1"), source); (err == nil) != good || (v != nil) != good {
			t.Errorf("%s: %v", source, err)
		}
	}
}
