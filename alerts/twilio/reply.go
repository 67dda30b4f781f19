package twilio

import (
	"encoding/xml"
	"net/http"
	"net/url"

	"valkyrie/alerts/paging"
)

// aboutReply is the last part of the address for texts to our number. It is configured at Twilio, for the number. See
// https://www.twilio.com/docs/messaging/guides/webhook-request.
const aboutReply = "reply"

// handleText applies a text and answers it.
func (c *Callbacks) handleText(w http.ResponseWriter, r *http.Request, form url.Values) {
	in := paging.Reply{From: form.Get("From"), SID: form.Get("MessageSid"), Body: form.Get("Body")}
	out, err := c.cfg.Reply(r.Context(), in)
	if err != nil {
		c.cfg.Log.Error("text not handled", "sid", in.SID, "err", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	c.write(w, messageTwiML(out))
}

// A messageVerb is the TwiML verb that sends a text.
type messageVerb struct {
	XMLName xml.Name `xml:"Message"`
	Body    string   `xml:",chardata"`
}

// messageTwiML returns the document that answers a text; with an empty body, none is sent.
func messageTwiML(body string) string {
	if body = spoken(body); body == "" {
		return write(nil)
	}
	for n := maxText; ; n /= 2 { // escaping makes it longer
		document := write([]any{messageVerb{Body: cut(body, n)}})
		if len(document) <= maxTwiML {
			return document
		}
	}
}
