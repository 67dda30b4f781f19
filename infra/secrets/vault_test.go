package secrets_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"valkyrie/infra/cloudtest"
	"valkyrie/infra/secrets"
	"valkyrie/probes/journey"
)

// cloud returns a fake AWS account with secrets.
func cloud(t *testing.T) *cloudtest.Cloud {
	t.Helper()
	c := cloudtest.New()
	t.Cleanup(c.Close)
	for name, value := range map[string]string{
		"/valkyrie/journeys/shop-email": "ada@example.com", "/valkyrie/journeys/shop-password": "hunter22", "/valkyrie/journeys/api-key": "k-123456",
		"/valkyrie/twilio-auth-token": "0123456789abcdef",
	} {
		c.Parameter(name, value)
	}
	c.Secret("valkyrie-journeys", `{"shop-email": "ada@example.com", "shop-password": "hunter22", "api-key": "k-123456"}`)
	c.Secret("not-json", "hunter22")
	c.Secret("not-text", `{"shop-password": ["hunter22"]}`)
	return c
}

// opened returns a vault that has read its secrets.
func opened(t *testing.T, c *cloudtest.Cloud, source string) *secrets.Vault {
	t.Helper()
	v, err := secrets.NewVault(c.Config("eu-west-1"), source)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVault(t *testing.T) {
	c := cloud(t)
	for _, source := range []string{"ssm:/valkyrie/journeys/", "secretsmanager:valkyrie-journeys"} {
		v := opened(t, c, source)
		before := c.Requests()
		for name, want := range map[string]string{"shop-email": "ada@example.com", "shop-password": "hunter22", "api-key": "k-123456"} {
			if got, err := v.Find(name); got != want || err != nil {
				t.Errorf("%s: %s is %q, %v", source, name, got, err)
			}
		}
		_, err := v.Find("twilio-auth-token")
		if !errors.Is(err, journey.ErrNoSecret) || !strings.Contains(err.Error(), source) {
			t.Errorf("%s: a missing secret: %v", source, err)
		}
		if after := c.Requests(); len(after) != len(before) || after["ssm GetParametersByPath"] != before["ssm GetParametersByPath"] {
			t.Errorf("%s: finding a secret asks AWS: %v", source, after)
		}
	}
	v := opened(t, c, "ssm:/valkyrie/journeys/shop-password")
	if got, err := v.Find("shop-password"); got != "hunter22" {
		t.Errorf("by its full name: %q, %v", got, err)
	}
}

func TestVaultRefuses(t *testing.T) {
	c := cloud(t)
	for source, want := range map[string]string{
		"":                        "expected ssm:/path/, ssm:/path/name or secretsmanager:name",
		"hunter22":                "expected ssm:",
		"ssm:valkyrie":            "expected ssm:",
		"secretsmanager:":         "expected ssm:",
		"ssm:/valkyrie/none":      "ParameterNotFound",
		"secretsmanager:none":     "ResourceNotFoundException",
		"secretsmanager:not-json": "expected a JSON object of names and values",
		"secretsmanager:not-text": "expected a JSON object of names and values",
	} {
		v, err := secrets.NewVault(c.Config("eu-west-1"), source)
		if err == nil {
			if err = v.Refresh(t.Context()); err == nil {
				t.Errorf("%q was read", source)
			}
			if _, found := v.Find("shop-password"); found == nil || found.Error() != err.Error() {
				t.Errorf("%q: a secret is looked for: %v", source, found)
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) || source != "hunter22" && strings.Contains(err.Error(), "hunter22") {
			t.Errorf("%q: %v; want %q", source, err, want)
		}
	}
}

// TestVaultRefreshes: a changed secret is found after a while, and after a failed read the old one is still found.
func TestVaultRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		value, fails := "old-value", false
		v := secrets.VaultOf(func(context.Context) (map[string]string, error) {
			if fails {
				return nil, errors.New("throttled")
			}
			return map[string]string{"shop-password": value}, nil
		})
		find := func(want string) {
			t.Helper()
			if got, err := v.Find("shop-password"); got != want || err != nil {
				t.Errorf("%q, %v; want %q", got, err, want)
			}
		}
		if err := v.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		value = "new-value"
		if err := v.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		find("old-value")
		time.Sleep(secrets.Fresh)
		if err := v.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		find("new-value")
		time.Sleep(secrets.Fresh)
		fails = true
		if err := v.Refresh(t.Context()); err == nil {
			t.Error("a refresh that failed says nothing")
		}
		find("new-value")
	})
}
