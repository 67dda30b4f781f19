package cloud

import (
	"context"
	"fmt"
	"strings"

	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/infra/environ"
	"valkyrie/infra/evidence/link"
)

// A PhoneAccess is a phone, with the tokens that authenticate its callbacks.
type PhoneAccess struct {
	Phone    paging.Phone
	Tokens   []string    // Twilio's auth tokens, which sign its requests: one, or two during a rotation
	Evidence link.Signer // signs the addresses of evidence in texts
}

// OpenPhone refreshes the tokens of the Twilio account, and returns its phone. callbacks is the address that Twilio posts to.
// Call it for each invocation, so that a rotated token takes effect. The texts of pagers that are made afterwards link to evidence
// at that address.
func (s *Services) OpenPhone(ctx context.Context, callbacks string) (PhoneAccess, error) {
	if err := s.Vault.Refresh(ctx); err != nil {
		s.Log.Error("read the secrets: failed; the secrets read before remain in use", "err", err)
	}
	found, err := s.Vault.Find(environ.TwilioToken)
	if err != nil {
		return PhoneAccess{}, err
	}
	tokens := strings.Fields(found)
	if len(tokens) == 0 || len(tokens) > 2 {
		return PhoneAccess{}, fmt.Errorf("read the secret %s: expected one token, or two with a space between during a rotation, got %d", environ.TwilioToken, len(tokens))
	}
	phone, err := twilio.New(twilio.ClientConfig{
		AccountSID: s.Env.Account, AuthToken: tokens[0], From: s.Alerts.Phone.From, BaseURL: s.Env.PhoneAPI, CallbackURL: callbacks,
		FallbackURL: s.FallbackURL, Shared: s.Alerts.Phone.Shared, TimeNow: s.Now,
	})
	signer := link.Signer{Base: callbacks, Prefix: s.Env.Evidence, Tokens: tokens}
	s.Alerts.OnCall.EvidenceLink = signer.Sign
	return PhoneAccess{Phone: phone, Tokens: tokens, Evidence: signer}, err
}
