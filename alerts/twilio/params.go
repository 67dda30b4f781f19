package twilio

import (
	"net/url"
	"unicode/utf8"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"valkyrie/alerts/paging"
)

const (
	// ringSeconds is short enough that many phones have not yet handed over to their voicemail.
	ringSeconds = 25
	// maxPageID keeps the addresses in a call's TwiML within its limit, even when every byte has to be escaped.
	maxPageID = 100
	// maxText is the longest text that Twilio takes, in characters.
	maxText = 1600
	// retries has Twilio post again when we fail, cannot be reached or are too slow. Without it, it only does so when it
	// cannot connect. It is a fragment, so it is neither sent nor signed.
	// See https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides.
	retries = "#rc=2&rp=ct,rt,5xx"
)

// callback is the address that Twilio posts to about a page, or "" if it cannot post at all. The id is in the path and
// not in a query, because the signature is computed over the exact address.
func (p *Phone) callback(pageID, about string) string {
	if p.cfg.CallbackURL == "" {
		return ""
	}
	return p.cfg.CallbackURL + callbackPath(pageID, about) + retries
}

func callbackPath(pageID, about string) string {
	return "/twilio/" + url.PathEscape(pageID) + "/" + about
}

func (p *Phone) callParams(d paging.Dispatch) *api.CreateCallParams {
	params := new(api.CreateCallParams).
		SetTo(d.To).
		SetFrom(p.cfg.From).
		SetTwiml(callTwiML(script{
			play: d.Play, language: d.Language, speech: d.Speech, prompt: d.Prompt, keyURL: p.callback(d.PageID, "key"),
		})).
		SetTimeout(ringSeconds).
		SetMachineDetection("Enable") // else a voicemail that swallowed the alarm looks like a human who heard it
	if status := p.callback(d.PageID, "status"); status != "" {
		params.SetStatusCallback(status).SetStatusCallbackEvent([]string{"answered", "completed"})
	}
	return params
}

func (p *Phone) textParams(d paging.Dispatch) *api.CreateMessageParams {
	params := new(api.CreateMessageParams).
		SetTo(d.To).
		SetFrom(p.cfg.From).
		SetBody(cutText(d.TextBody))
	if status := p.callback(d.PageID, "status"); status != "" {
		params.SetStatusCallback(status)
	}
	return params
}

// cutText keeps a text within Twilio's limit; a refused text tells nobody anything. The dots are plain ones: an ellipsis
// is outside GSM-7, and would double the number of segments.
func cutText(s string) string {
	const dots = "..."
	if utf8.RuneCountInString(s) <= maxText {
		return s
	}
	return string([]rune(s)[:maxText-len(dots)]) + dots
}
