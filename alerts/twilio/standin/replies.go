package standin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// ReplyWith is a text that arrives, and that the person answers with these words.
func ReplyWith(words string) Behaviour { return Behaviour("reply " + words) }

// Incoming sets the address for texts to our numbers, which is configured at Twilio for a number. Empty: none.
func (ex *Exchange) Incoming(address string) {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	ex.incoming = address
}

// SendText sends a text from a person to one of our numbers, and returns the answer; empty: none. It fails when the
// address set by Incoming does not answer as Twilio requires.
func (ex *Exchange) SendText(ctx context.Context, from, to, body string) (string, error) {
	ex.mu.Lock()
	address, manner := ex.incoming, ex.manner
	form := url.Values{
		"MessageSid": {newSID("SM")}, "AccountSid": {ex.cfg.AccountSID}, "ApiVersion": {apiVersion},
		"From": {from}, "To": {to}, "Body": {body}, "NumMedia": {"0"},
	}
	ex.mu.Unlock()
	if address == "" {
		return "", fmt.Errorf("send text to %s: no address for incoming texts; set one with Incoming", to)
	}
	ex.screen.note(from, "texts: "+body)
	p := ex.postAs(ctx, manner, func(PostedTo) {}, address, form)
	if p.Code == http.StatusNoContent {
		return "", nil
	}
	if p.Code != http.StatusOK || !strings.Contains(p.contentType, "xml") {
		return "", fmt.Errorf("%s answered %d %s %s: want 200 and text/xml", address, p.Code, p.contentType, p.Error)
	}
	verbs, err := parseTwiML(string(p.body))
	if err != nil {
		return "", err
	}
	var answers []string
	for _, v := range verbs {
		if v.XMLName.Local != "Message" {
			return "", fmt.Errorf("no verb <%s> here", v.XMLName.Local)
		}
		answers = append(answers, v.speech())
	}
	answer := strings.Join(answers, "\n")
	if answer != "" {
		ex.screen.text(from, answer, segments(answer), true)
	}
	return answer, nil
}

// replyTo makes the person answer a text that has arrived.
func (ex *Exchange) replyTo(t *text) {
	words := t.behaviour.detail()
	answer, err := ex.SendText(ex.power, t.To, t.From, words)
	if err != nil {
		ex.cfg.Log.Warn("reply rejected by the client", "sid", t.SID, "err", err)
	}
	ex.mu.Lock()
	defer ex.mu.Unlock()
	t.Reply, t.Answer = words, answer
}
