package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"valkyrie/functions/suite"
	"valkyrie/probes/journey"
)

// TestDoctorSecrets: without --site, the examination names each secret that has no value on this machine, and how to set it.
func TestDoctorSecrets(t *testing.T) {
	dir := t.TempDir()
	readable := filepath.Join(dir, "readable")
	if err := os.WriteFile(readable, []byte("library-card: \"1234\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const set = "    → set "
	for name, c := range map[string]struct {
		declared []string
		env      map[string]string
		want     string
	}{
		"none declared": {want: "✓ secrets: no journey declares any\n"},
		"a fork's": {
			declared: []string{"library-card"},
			want: "! secrets: no value here for library-card; the journeys that read them would be broken\n" +
				set + "VALKYRIE_SECRET_LIBRARY_CARD, or write them into .valkyrie-secrets; then examine your site: --site URL\n",
		},
		"one of two set": {
			declared: []string{"library-card", "library-pin"}, env: map[string]string{"VALKYRIE_SECRET_LIBRARY_CARD": "1234"},
			want: "! secrets: no value here for library-pin; the journeys that read them would be broken\n" +
				set + "VALKYRIE_SECRET_LIBRARY_PIN, or write them into .valkyrie-secrets; then examine your site: --site URL\n",
		},
		"set": {
			declared: []string{"library-card"}, env: map[string]string{"VALKYRIE_SECRET_LIBRARY_CARD": "1234"},
			want: "✓ secrets: library-card is there\n",
		},
		"a file that others may read": {
			declared: []string{"library-card"}, env: map[string]string{"VALKYRIE_SECRETS_FILE": readable},
			want: "✗ secrets: others than you may read the secrets in " + readable + " (mode 0644); run: chmod 600 " + readable + "\n    → every journey that signs in would be broken\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			borrow := func() journey.Journey { return journey.Journey{Name: "borrow-book", Secrets: c.declared} }
			p := &program{suite: suite.Suite{Journeys: []func() journey.Journey{borrow}}, stdout: &out, getenv: func(name string) string { return c.env[name] }}
			e := examination{program: p}
			e.secrets()
			if out.String() != c.want {
				t.Errorf("got\n%swant\n%s", out.String(), c.want)
			}
		})
	}
}

// TestAbsentSecrets: only when the practice shop knows every absent secret does the note say that it needs none.
func TestAbsentSecrets(t *testing.T) {
	for want, names := range map[string][]string{
		"no value here for shop-email, shop-password; a site of your own needs one for each, the practice shop none": {"shop-email", "shop-password"},
		"no value here for shop-email, library-card; the journeys that read them would be broken":                    {"shop-email", "library-card"},
	} {
		if got := absentSecrets(names).Says; got != want {
			t.Errorf("%v: got %q, want %q", names, got, want)
		}
	}
}
