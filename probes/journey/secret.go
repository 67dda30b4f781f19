package journey

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"valkyrie/probes/journey/totp"
)

// Secret returns the secret of that name, such as Secret("shop-password"), from the run's Stage; the journey must declare it
// in its Secrets. From then on it is masked in everything that the run leaves behind. Without it the run is Broken.
func (t *T) Secret(name string) string {
	value, err := t.findSecret(name, t.declared, "Secrets")
	if err == nil {
		err = tooShort(name, value)
	}
	if err != nil {
		t.Brokenf("%v", err)
	}
	t.mask.Add(name, value)
	return value
}

// codeLasts is the least time that a one-time code is still valid when a step gets it.
const codeLasts = 3 * time.Second

// TOTP returns the present one-time code of a sign-in with two factors, such as TOTP("shop-2fa"), as an authenticator app shows it. The
// secret of that name is the key in base32, or its otpauth:// address; the journey must declare it in its Secrets. If the code is
// about to expire, TOTP waits for the next one. Key and code are masked. Without a key the run is Broken.
func (t *T) TOTP(name string) string {
	key, err := totp.Parse(t.Secret(name))
	if err != nil {
		t.Brokenf("the secret %q is no key of one-time codes: %v", name, err)
	}
	t.mask.Add(name, key.Secret())
	code, left := key.At(time.Now())
	if left < codeLasts {
		select {
		case <-time.After(left):
		case <-t.ctx.Done():
			t.Brokenf("the step's limit ended while it waited for the next code of %q; allow it %v more", name, codeLasts)
		}
		code, _ = key.At(time.Now())
	}
	t.mask.Add(name+" code", code)
	t.usedCode.Store(true)
	return code
}

// UsedCode reports whether the step has asked for a one-time code, which is right only by a clock that is right.
func (t *T) UsedCode() bool { return t.usedCode.Load() }

// Account returns the name of an account, such as Account("shop-user"), from where the secrets are; the journey must declare it
// in its Accounts. It is not masked. Without it the run is Broken.
func (t *T) Account(name string) string {
	value, err := t.findSecret(name, t.accounts, "Accounts")
	if err != nil {
		t.Brokenf("%v", err)
	}
	return value
}

// SecretNames are the names of all that the journey's steps look up: its secrets, then its accounts.
func (j Journey) SecretNames() []string { return slices.Concat(j.Secrets, j.Accounts) }

// tooShort is an error for a secret that cannot be masked.
func tooShort(name, value string) error {
	if len(value) >= MinSecret {
		return nil
	}
	return fmt.Errorf("the secret %q is shorter than %d characters, so it could not be masked; give it a longer value, or, if it is the name of an account and no secret, declare it in the journey's Accounts and read it with t.Account", name, MinSecret)
}

// checkSecrets looks for declared secrets that are too short, before the run does anything on the site. One that is missing
// breaks the run when a step asks for it.
func (e *execution) checkSecrets() error {
	if e.Stage.Secrets == nil {
		return nil
	}
	for _, name := range e.journey.Secrets {
		if value, err := e.Stage.Secrets(name); err == nil {
			if err := tooShort(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *T) findSecret(name string, declared []string, field string) (string, error) {
	if !nameForm.MatchString(name) {
		return "", fmt.Errorf("a secret's name must be lower-case words joined by hyphens, such as \"shop-password\"; got %q", name)
	}
	if !slices.Contains(declared, name) {
		return "", fmt.Errorf("secret %q is not declared by the journey: add it there, as in %s: []string{%q}", name, field, name)
	}
	if t.secrets == nil {
		return "", fmt.Errorf("there is no secret %q: the runner was given no source of secrets; set Stage.Secrets", name)
	}
	return t.secrets(name)
}

// Mask masks the secrets that the run has used so far.
func (t *T) Mask() *Mask { return t.mask }

// ErrNoSecret is wrapped by a Stage's Secrets for an unknown secret, together with the cure.
var ErrNoSecret = errors.New("no such secret")
