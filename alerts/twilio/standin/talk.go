package standin

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// A talk is a call's conversation: TwiML on one side, a person or a machine on the other.
type talk struct {
	ex   *Exchange
	c    *call
	keys string // that the person will still press
	hops int    // documents fetched so far
}

func newTalk(ex *Exchange, c *call) *talk {
	t := &talk{ex: ex, c: c}
	if c.behaviour.word() == "press" {
		t.keys = c.behaviour.detail()
	}
	return t
}

// begin plays the call's own document. Like Twilio, it detects bad TwiML only when the call is answered.
func (t *talk) begin() {
	t.play(t.c.TwiML)
	if t.c.behaviour == Listen && t.c.line.Err() == nil {
		t.ex.screen.note(t.c.To, "hangs up, no key pressed")
	}
}

func (t *talk) play(document string) {
	verbs, err := parseTwiML(document)
	if err != nil {
		t.applicationError(err)
		return
	}
	for _, v := range verbs {
		if over := t.perform(v); over || t.c.line.Err() != nil {
			return
		}
	}
}

// perform plays one verb, and reports whether the rest of its document is skipped.
func (t *talk) perform(v twimlVerb) (over bool) {
	switch v.XMLName.Local {
	case "Say", "Play", "Pause":
		t.sound(v)
	case "Gather":
		return t.gather(v)
	case "Redirect":
		t.follow(v.speech(), t.ex.callForm(t.c))
		return true
	case "Hangup", "Reject":
		return true
	default:
		t.applicationError(fmt.Errorf("no verb <%s> here", v.XMLName.Local))
		return true
	}
	return false
}

// sound plays a verb that a Gather may contain.
func (t *talk) sound(v twimlVerb) {
	switch v.XMLName.Local {
	case "Say":
		t.say(v.speech())
	case "Play":
		t.ex.screen.note(t.c.To, "♪ "+v.speech())
	case "Pause":
		t.ex.screen.note(t.c.To, "a pause")
	}
	pause(t.c.line, t.ex.cfg.SpeakTime)
}

func (t *talk) say(words string) {
	t.ex.mu.Lock()
	t.c.Words = append(t.c.Words, words)
	t.ex.mu.Unlock()
	t.ex.screen.say(t.c.To, words)
}

// gather asks for keys. If some are pressed, the document at its action takes over; if none, the current one continues.
func (t *talk) gather(v twimlVerb) (over bool) {
	for _, inner := range v.Verbs {
		t.sound(inner)
	}
	if t.c.behaviour.word() == "forged-key" {
		t.forge(v.attr("action"))
	}
	keys := t.press(v.digits())
	if keys == "" {
		pause(t.c.line, t.ex.cfg.SpeakTime) // the Gather's timeout, shortened
		return false
	}
	form := t.ex.callForm(t.c)
	form.Set("Digits", keys)
	form.Set("msg", "Gather End")
	form.Set("FinishedOnKey", "")
	t.follow(v.attr("action"), form)
	return true
}

// press takes the next n keys (all, when n is 0) of the person.
func (t *talk) press(n int) string {
	if n == 0 || n > len(t.keys) {
		n = len(t.keys)
	}
	keys := t.keys[:n]
	if t.keys = t.keys[n:]; keys == "" || t.c.line.Err() != nil {
		return ""
	}
	t.ex.mu.Lock()
	t.c.Keys += keys
	t.ex.mu.Unlock()
	t.ex.screen.note(t.c.To, "presses "+keys)
	return keys
}

// forge posts a key press signed without the auth token.
func (t *talk) forge(action string) {
	form := t.ex.callForm(t.c)
	form.Set("Digits", t.c.behaviour.detail())
	p := t.ex.postOnce(t.c.line, action, notTheToken, form)
	t.ex.keep(t.c.note, p.PostedTo)
	t.ex.screen.note(t.c.To, fmt.Sprintf("a stranger posts key %s, badly signed: answer %d", form.Get("Digits"), p.Code))
}

// follow fetches the document at an address, and plays it.
func (t *talk) follow(address string, form url.Values) {
	const most = 20
	if t.hops++; t.hops > most {
		t.applicationError(fmt.Errorf("more than %d documents in one call", most))
		return
	}
	p := t.ex.postAs(t.c.line, t.ex.currentManner(), t.c.note, address, form)
	switch {
	case t.c.line.Err() != nil || p.Code == http.StatusNoContent:
	case (p.Code < 200 || p.Code > 299) && t.c.fallback != "" && address != t.c.fallback:
		t.follow(t.c.fallback, t.fallbackForm(p))
	case p.Code < 200 || p.Code > 299:
		t.applicationError(fmt.Errorf("%s answered %d %s", address, p.Code, p.Error))
	case !strings.Contains(p.contentType, "xml"):
		t.applicationError(fmt.Errorf("%s answered %q: want text/xml", address, p.contentType))
	default:
		t.play(string(p.body))
	}
}

// fallbackForm returns the form of the request to the fallback address, without the key, as Twilio documents only these fields.
func (t *talk) fallbackForm(failed posted) url.Values {
	form := t.ex.callForm(t.c)
	form.Set("ErrorCode", "11200")
	form.Set("ErrorUrl", failed.URL)
	return form
}

// applicationError says Twilio's words for an application error, before it hangs up.
func (t *talk) applicationError(err error) {
	t.ex.cfg.Log.Warn("application error", "sid", t.c.SID, "err", err)
	t.say("We are sorry, an application error has occurred. Goodbye.")
}
