package twilio

import (
	"context"
	"errors"
	"fmt"

	api "github.com/twilio/twilio-go/rest/api/v2010"
	voice "github.com/twilio/twilio-go/rest/voice/v1"
)

// An Account is Twilio's information about the account and the calling number, for a check before an incident.
type Account struct {
	Status   string   // "active", or a reason why nothing works: "suspended", "closed"
	Trial    bool     // it calls and texts Verified numbers only, and announces the trial first
	Verified []string // E.164; of a trial account only
	Number   Number   // Config.From

	Countries []Country // with the permission to call; none if they cannot be read
	Recent    []Recent  // the latest calls and texts
}

// A Number is a phone number as the account sees it.
type Number struct {
	Found    bool   // it belongs to the account; a verified number of another owner may call too
	Voice    bool   // it can call
	SMS      bool   // it can text
	Messages string // address that its incoming messages are posted to; empty: none
	Fallback string // address for those when Messages does not answer; empty: none
}

// maxNumbers bounds the account's numbers that are read.
const maxNumbers = 1000

// Account reads the account's status, its permissions and its latest deliveries. It changes nothing.
func (p *Client) Account(ctx context.Context) (Account, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	w := p.wire(ctx)
	a, err := p.account(p.service(w))
	if err != nil {
		return a, fmt.Errorf("twilio: account %s: %w", p.cfg.AccountSID, w.describe(err, p.mask))
	}
	a.Countries, a.Recent = countries(voice.NewApiServiceWithClient(p.rest(p.wire(ctx)))), recent(p.service(p.wire(ctx)), p.cfg.From)
	return a, nil
}

func (p *Client) account(t *api.ApiService) (a Account, err error) {
	found, err := t.FetchAccount(p.cfg.AccountSID)
	if err != nil {
		return a, err
	}
	if found.Status == nil || found.Type == nil {
		return a, errors.New("the answer has no status, or no type")
	}
	a.Status, a.Trial = *found.Status, *found.Type == "Trial"
	page, err := t.PageIncomingPhoneNumber(new(api.ListIncomingPhoneNumberParams).SetPhoneNumber(p.cfg.From).SetPageSize(maxNumbers), "", "")
	if err != nil {
		return a, err
	}
	for _, n := range page.IncomingPhoneNumbers {
		if n.PhoneNumber == nil || *n.PhoneNumber != p.cfg.From { // the filter matches parts of numbers too
			continue
		}
		a.Number.Found = true
		if n.Capabilities != nil {
			a.Number.Voice, a.Number.SMS = n.Capabilities.Voice, n.Capabilities.Sms
		}
		if n.SmsUrl != nil {
			a.Number.Messages = *n.SmsUrl
		}
		if n.SmsFallbackUrl != nil {
			a.Number.Fallback = *n.SmsFallbackUrl
		}
	}
	if a.Trial {
		a.Verified, err = verified(t)
	}
	return a, err
}

func verified(t *api.ApiService) ([]string, error) {
	page, err := t.PageOutgoingCallerId(new(api.ListOutgoingCallerIdParams).SetPageSize(maxNumbers), "", "")
	if err != nil {
		return nil, err
	}
	all := []string{}
	for _, id := range page.OutgoingCallerIds {
		if id.PhoneNumber != nil {
			all = append(all, *id.PhoneNumber)
		}
	}
	return all, nil
}
