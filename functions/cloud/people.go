package cloud

import (
	"context"
	"fmt"
	"strings"

	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/infra/environ"
)

// People holds the phone, and the tokens that authenticate its callbacks.
type People struct {
	Phone  paging.Phone
	Tokens []string // Twilio's auth tokens, which sign its requests: one, or two during a rotation
}

// People refreshes the account's tokens and opens the phone. callbacks is the address that Twilio posts to. It must be
// called for each invocation, so that a rotated token takes effect.
func (s *Services) People(ctx context.Context, callbacks string) (People, error) {
	if err := s.Vault.Refresh(ctx); err != nil {
		s.Log.Error("read the secrets: failed; the secrets read before remain in use", "err", err)
	}
	found, err := s.Vault.Find(environ.TwilioToken)
	if err != nil {
		return People{}, err
	}
	tokens := strings.Fields(found)
	if len(tokens) == 0 || len(tokens) > 2 {
		return People{}, fmt.Errorf("read the secret %s: expected one token, or two with a space between during a rotation, got %d", environ.TwilioToken, len(tokens))
	}
	phone, err := twilio.New(twilio.ClientConfig{
		AccountSID: s.Env.Account, AuthToken: tokens[0], From: s.Alerts.Phone.From, BaseURL: s.Env.PhoneAPI, CallbackURL: callbacks,
	})
	return People{Phone: phone, Tokens: tokens}, err
}
