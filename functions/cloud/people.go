package cloud

import (
	"context"
	"fmt"
	"strings"

	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/infra/environ"
)

// People is what reaches people, and checks what they say.
type People struct {
	Phone  paging.Phone
	Tokens []string // Twilio's auth tokens, which sign what it posts: one, or two while they are rotated
}

// People reads the account's tokens, if it is time to, and readies the phone. callbacks is the address that Twilio posts to.
// It is to be called for each invocation: so a token that was rotated is the new one.
func (s *Services) People(ctx context.Context, callbacks string) (People, error) {
	if err := s.Vault.Refresh(ctx); err != nil {
		s.Log.Error("the secrets could not be read; those that were read before still count", "err", err)
	}
	found, err := s.Vault.Find(environ.TwilioToken)
	if err != nil {
		return People{}, err
	}
	tokens := strings.Fields(found)
	if len(tokens) == 0 || len(tokens) > 2 {
		return People{}, fmt.Errorf("the secret %s holds %d tokens; expected one, or two with a space between while they are rotated", environ.TwilioToken, len(tokens))
	}
	phone, err := twilio.New(twilio.ClientConfig{
		AccountSID: s.Env.Account, AuthToken: tokens[0], From: s.Alerts.Phone.From, BaseURL: s.Env.PhoneAPI, CallbackURL: callbacks,
	})
	return People{Phone: phone, Tokens: tokens}, err
}
