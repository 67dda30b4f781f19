package twilio

import (
	"cmp"
	"net/url"
	"time"
	"unicode/utf8"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"valkyrie/alerts/paging"
)

const (
	// ringSeconds ends the ringing before many phones switch to voicemail.
	ringSeconds = 25
	// defaultCall is the longest duration of a call that is not limited otherwise.
	defaultCall = 5 * time.Minute
	// maxPageID keeps the addresses in a call's TwiML within its limit, even if every byte has to be escaped.
	maxPageID = 100
	// maxText is Twilio's limit for a text, in characters.
	maxText = 1600
	// retries makes Twilio retry a callback when we fail, cannot be reached or are too slow. By default it only does so
	// when it cannot connect. It is a fragment, so it is neither sent nor signed. See
	// https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides.
	retries = "#rc=2&rp=ct,rt,5xx"
)

// callback returns the address for callbacks about a page, or "" without callbacks. The id is in the path and not in a
// query, because the signature is computed over the exact address.
func (p *Client) callback(pageID, about string) string {
	if p.cfg.CallbackURL == "" {
		return ""
	}
	return p.cfg.CallbackURL + callbackPath(pageID, about) + retries
}

func callbackPath(pageID, about string) string {
	return "/twilio/" + url.PathEscape(pageID) + "/" + about
}

// callParams returns a call with its words. They are in the request, and not at an address that is asked at the answer, because a call
// must speak while our own server is down: see infra/decisions/15-words-in-the-request.md.
func (p *Client) callParams(d paging.Dispatch) *api.CreateCallParams {
	params := new(api.CreateCallParams).
		SetTo(d.To).
		SetFrom(p.cfg.From).
		SetTwiml(callTwiML(script{
			play: d.Play, language: d.Language, speech: d.Speech, prompt: d.Prompt, details: d.Details, keyURL: p.callback(d.PageID, aboutKey),
		})).
		SetTimeout(ringSeconds).
		SetTimeLimit(int(cmp.Or(d.ValidFor, defaultCall).Seconds())).
		SetMachineDetection("Enable") // otherwise a voicemail would count as a human
	if status := p.callback(d.PageID, aboutStatus); status != "" {
		params.SetStatusCallback(status).SetStatusCallbackEvent([]string{"answered", "completed"})
		if p.cfg.FallbackURL != "" {
			params.SetFallbackUrl(p.cfg.FallbackURL + callbackPath(d.PageID, aboutAgain) + retries)
		}
	}
	return params
}

func (p *Client) textParams(d paging.Dispatch) *api.CreateMessageParams {
	params := new(api.CreateMessageParams).
		SetTo(d.To).
		SetFrom(p.cfg.From).
		SetBody(cutText(d.TextBody))
	if d.ValidFor > 0 {
		params.SetValidityPeriod(int(d.ValidFor.Seconds()))
	}
	if status := p.callback(d.PageID, aboutStatus); status != "" {
		params.SetStatusCallback(status)
	}
	return params
}

// cutText shortens a text to Twilio's limit, because a rejected text notifies no one. The dots are plain ones: an
// ellipsis is outside GSM-7, and would double the number of segments.
func cutText(s string) string {
	const dots = "..."
	if utf8.RuneCountInString(s) <= maxText {
		return s
	}
	return string([]rune(s)[:maxText-len(dots)]) + dots
}
