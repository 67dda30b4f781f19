package doctor

import (
	"context"
	"slices"
	"strings"

	"valkyrie/alerts/config"
	"valkyrie/alerts/twilio"
)

// An Asker asks the carrier about the account; *twilio.Phone is one.
type Asker interface {
	Account(ctx context.Context) (twilio.Account, error)
}

// Phone examines the account, the number it calls from, and whether it may call these people. Replies are posted to
// callbacks, if that is not empty.
func Phone(ctx context.Context, carrier Asker, cfg config.Config, callbacks string) []Finding {
	a, err := carrier.Account(ctx)
	if err != nil {
		return []Finding{ill("Twilio", "are the account's SID and token right, and of the same account? The console shows both", "%v", err)}
	}
	if a.Status != "active" {
		return []Finding{ill("Twilio", "the console says why, and what to do", "the account is %s: it calls nobody", a.Status)}
	}
	found := []Finding{well("Twilio", "the account is active")}
	if a.Trial {
		found = []Finding{note("Twilio", "upgrade it in the console, before its credit is used up",
			"the account is on trial: it calls verified numbers only, speaks of itself first, and wants a key pressed")}
		for _, p := range cfg.OnCall.People {
			if !slices.Contains(a.Verified, p.Phone) {
				found = append(found, ill("Twilio, "+p.Name, "verify the number in the console (Verified Caller IDs), or upgrade the account",
					"%s is not verified, and a trial account calls nobody else", p.Phone))
			}
		}
	}
	return append(found, number(a.Number, cfg.Phone.From, callbacks)...)
}

func number(n twilio.Number, from, callbacks string) []Finding {
	what := "number " + from
	switch {
	case !n.Found:
		return []Finding{ill(what, "buy one that can call, and write it under phone: from: in alerts.yaml", "is not one of the account's")}
	case !n.Voice:
		return []Finding{ill(what, "take one with the capability Voice", "cannot call")}
	}
	found := []Finding{well(what, "can call")}
	if !n.SMS {
		found = append(found, note(what, "take one with the capability SMS; in the United States it must be registered too (10DLC)", "cannot text: what texts people, and their replies, is lost"))
	}
	want := strings.TrimSuffix(callbacks, "/") + "/twilio/reply"
	if callbacks != "" && n.SMS && n.Messages != want {
		found = append(found, note(what, "in the console, under the number's Messaging, have it post to "+want, "posts its messages to %q, so replies by text do not arrive", n.Messages))
	}
	return found
}

// examples is how the numbers begin that are free for stories: nobody has them.
const examples = "+120255501"

// People examines who is called.
func People(cfg config.Config) []Finding {
	var found []Finding
	for _, p := range cfg.OnCall.People {
		if strings.HasPrefix(p.Phone, examples) {
			found = append(found, ill("on call, "+p.Name, "write the real number into alerts.yaml", "%s is an example, and nobody's phone", p.Phone))
		}
	}
	if strings.HasPrefix(cfg.Phone.From, examples) {
		found = append(found, ill("number "+cfg.Phone.From, "write your Twilio number under phone: from: in alerts.yaml", "is an example, and nobody's"))
	}
	return found
}
