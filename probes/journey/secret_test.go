package journey_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"valkyrie/probes/journey"
)

// TestMask checks that a secret is masked in every encoding, and that Overwrite keeps the length.
func TestMask(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[a-zA-Z0-9 &<>"'%/+é-]{4,20}`).Draw(t, "secret")
		if strings.Contains("[secret shop]", secret) {
			t.Skip("it cannot be told from its own mask")
		}
		var m journey.Mask
		m.Add("shop", secret)
		quoted, _ := json.Marshal(secret)
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), string(quoted[1 : len(quoted)-1])} {
			text := "a " + form + " b " + form
			if got := m.Text(text); strings.Contains(got, form) || !strings.Contains(got, "[secret shop]") {
				t.Errorf("%q became %q", text, got)
			}
			if got := m.Overwrite([]byte(text)); len(got) != len(text) || bytes.Contains(got, []byte(form)) {
				t.Errorf("%q became %q", text, got)
			}
		}
	})
}

// TestMaskBasicAuthorization checks that a password is masked in the base64 of "user:password" at every offset.
func TestMaskBasicAuthorization(t *testing.T) {
	var m journey.Mask
	m.Add("shop", "bingo-practice")
	for _, user := range []string{"a", "ab", "abc"} {
		text := base64.StdEncoding.EncodeToString([]byte(user + ":bingo-practice"))
		if got := m.Text(text); !strings.Contains(got, "[secret shop]") {
			t.Errorf("%s became %s", text, got)
		}
	}
}

// TestSecretIsNowhere checks that a secret used by a step is in nothing that the run leaves behind.
func TestSecretIsNowhere(t *testing.T) {
	const secret = "hunter22"
	r := journey.Runner{Region: "eu", Evidence: saver{}, Stage: journey.Stage{
		Site: &url.URL{Scheme: "http", Host: "shop.test"}, Secrets: func(name string) (string, error) { return secret, nil },
	}}
	var told []string
	r.OnStep = func(run journey.Run, s journey.StepResult) { told = append(told, run.Error+s.Error) }
	for name, do := range map[string]func(*journey.T){
		"fails":  func(t *journey.T) { t.Failf("signed in with %s", t.Secret("shop-password")) },
		"breaks": func(t *journey.T) { t.Brokenf("signed in with %s", t.Secret("shop-password")) },
		"panics": func(t *journey.T) { panic(t.Secret("shop-password")) },
	} {
		run := r.Run(t.Context(), journey.Journey{Name: "test", Secrets: []string{"shop-password"}, Steps: []journey.Step{step(name, do)}}, time.Now())
		if got := fmt.Sprint(run, told); strings.Contains(got, secret) || !strings.Contains(got, "[secret shop-password]") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestMissingSecret(t *testing.T) {
	for name, c := range map[string]struct {
		secrets func(string) (string, error)
		ask     string
		err     string
	}{
		"nobody has any":   {nil, "shop-password", "set Stage.Secrets"},
		"it is not there":  {func(string) (string, error) { return "", fmt.Errorf("%w; set X", journey.ErrNoSecret) }, "shop-password", "no such secret; set X"},
		"it is too short":  {func(string) (string, error) { return "abc", nil }, "shop-password", "shorter than 4 characters"},
		"its name is none": {nil, "Shop Password", "lower-case words"},
		"not declared":     {func(string) (string, error) { return "123456", nil }, "card-pin", `secret "card-pin" is not declared by the journey: add it there, as in Secrets: []string{"card-pin"}`},
	} {
		r := journey.Runner{Stage: journey.Stage{Site: &url.URL{Scheme: "http", Host: "shop.test"}, Secrets: c.secrets}}
		run := r.Run(t.Context(), journey.Journey{Name: "test", Secrets: []string{"shop-password"}, Steps: []journey.Step{step("a", func(t *journey.T) { t.Secret(c.ask) })}}, time.Now())
		if run.Outcome != journey.Broken || !strings.Contains(run.Error, c.err) {
			t.Errorf("%s: %s: %s", name, run.Outcome, run.Error)
		}
	}
}

// TestTOTP checks that a step gets a code that is valid for three seconds at least, and that the code and the key are masked.
func TestTOTP(t *testing.T) {
	for name, c := range map[string]struct{ at, want int64 }{ // seconds since 1970
		"just begun":       {1111111080, 1111111080},
		"valid for 3 s":    {1111111107, 1111111107},
		"about to expire":  {1111111108, 1111111110},
		"in its last half": {1111111109, 1111111110},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				<-time.After(time.Until(time.Unix(c.at, 0))) // by the bubble's clock, which begins in 2000
				var code string
				var got time.Time
				run := signIn(t, "otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", func(t *journey.T) {
					code, got = t.TOTP("shop-2fa"), time.Now()
					t.Failf("%s by GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ is refused", code)
				})
				if want := map[int64]string{1111111080: "081804", 1111111107: "081804", 1111111110: "050471"}[c.want]; code != want || got.Unix() != c.want {
					t.Errorf("%s at %d, want %s at %d", code, got.Unix(), want, c.want)
				}
				if want := `[secret shop-2fa code] by [secret shop-2fa] is refused`; !strings.HasSuffix(run.Error, want) {
					t.Errorf("%s, want %s", run.Error, want)
				}
			})
		})
	}
}

// TestTOTPWithoutKey checks that a secret which is no key breaks the run, and is not quoted.
func TestTOTPWithoutKey(t *testing.T) {
	run := signIn(t, "hunter22!", func(t *journey.T) { t.TOTP("shop-2fa") })
	if want := `the secret "shop-2fa" is no key of one-time codes: it is no base32 text`; run.Outcome != journey.Broken || !strings.Contains(run.Error, want) || strings.Contains(run.Error, "hunter") {
		t.Errorf("%s: %s, want %s", run.Outcome, run.Error, want)
	}
}

// signIn runs one step with a secret, shop-2fa.
func signIn(t *testing.T, secret string, do func(*journey.T)) journey.Run {
	r := journey.Runner{Stage: journey.Stage{Site: &url.URL{Scheme: "http", Host: "shop.test"}, Secrets: func(string) (string, error) { return secret, nil }}}
	return r.Run(t.Context(), journey.Journey{Name: "test", Secrets: []string{"shop-2fa"}, Steps: []journey.Step{{Name: "sign in", Limit: 10 * time.Second, Do: do}}}, time.Now())
}

// TestShortSecret checks that a secret which cannot be masked breaks the run before the site is asked for anything, and that the
// name of an account may be short, and is shown.
func TestShortSecret(t *testing.T) {
	acted := false
	do := func(t *journey.T) {
		acted = true
		t.Failf("signed in as %s with %s", t.Account("shop-user"), t.Secret("shop-password"))
	}
	for name, c := range map[string]struct {
		password string
		outcome  journey.Outcome
		err      string
	}{
		"short": {"abc", journey.Broken, `the secret "shop-password" is shorter than 4 characters, so it could not be masked; give it a longer value, or, if it is the name of an account and no secret, declare it in the journey's Accounts`},
		"long":  {"hunter22", journey.Failed, "signed in as bob with [secret shop-password]"},
	} {
		acted = false
		r := journey.Runner{Stage: journey.Stage{Site: &url.URL{Scheme: "http", Host: "shop.test"}, Secrets: func(name string) (string, error) {
			return map[string]string{"shop-user": "bob", "shop-password": c.password}[name], nil
		}}}
		run := r.Run(t.Context(), journey.Journey{
			Name: "test", Secrets: []string{"shop-password"}, Accounts: []string{"shop-user"}, Steps: []journey.Step{step("sign in", do)},
		}, time.Now())
		if run.Outcome != c.outcome || !strings.Contains(run.Error, c.err) || acted == (c.outcome == journey.Broken) {
			t.Errorf("%s: %s: %s (acted: %v)", name, run.Outcome, run.Error, acted)
		}
	}
}
