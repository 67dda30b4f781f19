package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"valkyrie/alerts/config"
	"valkyrie/alerts/phrase"
	"valkyrie/alerts/twilio"
)

// An AccountReader reads the state of a Twilio account; *twilio.Phone is one.
type AccountReader interface {
	Account(ctx context.Context) (twilio.Account, error)
}

// Phone checks the account, the number that it calls from, and that it may call the people on call. callbacks is the URL that
// replies are posted to, and fallback that of the standby's webhook; "" skips that check.
func Phone(ctx context.Context, reader AccountReader, cfg config.Config, callbacks, fallback string) []Finding {
	a, err := reader.Account(ctx)
	if err != nil {
		return []Finding{problem("Twilio", "check that SID and token are of the same account; the console shows both", "%v", err)}
	}
	if a.Status != "active" {
		return []Finding{problem("Twilio", "the console shows the reason and the cure", "the account is %s: it cannot call", a.Status)}
	}
	found := []Finding{passed("Twilio", "the account is active")}
	if a.Trial {
		found = []Finding{warning("Twilio", "upgrade it in the console, before its credit is used up",
			"the account is on trial: it calls only verified numbers, after a notice and a key press")}
		for _, p := range cfg.OnCall.People {
			if !slices.Contains(a.Verified, p.Phone) {
				found = append(found, problem("Twilio, "+p.Name, "verify the number in the console (Verified Caller IDs), or upgrade the account",
					"%s is not verified, and a trial account calls verified numbers only", p.Phone))
			}
		}
	}
	found = append(found, number(a.Number, cfg.Phone, callbacks, fallback)...)
	return append(found, deliveries(a, cfg)...)
}

// deliveries checks that the people's countries may be called, and that the latest calls and texts were delivered.
func deliveries(a twilio.Account, cfg config.Config) []Finding {
	const enough = 3 // pages that show a pattern
	var found []Finding
	for _, p := range cfg.OnCall.People {
		if name, barred := a.BarredCountry(p.Phone); barred {
			found = append(found, problem("Twilio, "+p.Name, "enable "+name+" in the console (Voice, Settings, Geo permissions)", "the account may not call %s: %s is not enabled", p.Phone, name))
		}
	}
	for _, r := range a.Recent {
		if r.Ended < enough || r.Failed < r.Ended {
			continue
		}
		says := fmt.Sprintf("the last %d %ss from %s all failed", r.Ended, r.Channel, cfg.Phone.From)
		if len(r.Why) > 0 {
			says += ": " + phrase.List(r.Why)
		}
		found = append(found, problem("Twilio, "+string(r.Channel)+"s", "the console shows the reasons (Monitor, Logs, Errors); then try valkyrie drill", "%s", says))
	}
	return found
}

func number(n twilio.Number, from config.Caller, callbacks, fallback string) []Finding {
	what := "number " + from.From
	switch {
	case !n.Found:
		return []Finding{problem(what, "buy one with the capability Voice, and set it as phone: from: in alerts.yaml", "does not belong to the account")}
	case !n.Voice:
		return []Finding{problem(what, "use one with the capability Voice", "cannot call")}
	}
	found := []Finding{passed(what, "can call")}
	if !n.SMS {
		found = append(found, warning(what, "use one with the capability SMS; in the United States it must also be registered (10DLC)", "cannot text: texts to people, and their replies, are lost"))
	}
	want, second := strings.TrimSuffix(callbacks, "/")+"/twilio/reply", strings.TrimSuffix(fallback, "/")+"/twilio/reply"
	switch {
	case callbacks == "" || !n.SMS:
	case n.Messages != want && from.Shared && n.Messages != "":
		found = append(found, passed(what, "is shared, and posts its messages to another deployment, %s", n.Messages))
	case n.Messages != want:
		found = append(found, warning(what, "in the console, set the number's Messaging webhook to "+want+"; if another deployment has the number too, set phone: shared: true in alerts.yaml instead",
			"posts its messages to %q, so replies by text do not arrive", n.Messages))
	case fallback != "" && n.Fallback != second:
		found = append(found, warning(what, "in the console, under the number's Messaging configuration, set \"Primary handler fails\" to "+second,
			"posts messages that home does not take to %q, so replies by text do not arrive while home is gone", n.Fallback))
	}
	return found
}

// examplePrefix is the prefix of the numbers that are reserved for fiction in the North American plan.
const examplePrefix = "+120255501"

// People checks that the configured numbers are not examples.
func People(cfg config.Config) []Finding {
	var found []Finding
	for _, p := range cfg.OnCall.People {
		if strings.HasPrefix(p.Phone, examplePrefix) {
			found = append(found, problem("on call, "+p.Name, "set the real number in alerts.yaml", "%s is an example number", p.Phone))
		}
	}
	if strings.HasPrefix(cfg.Phone.From, examplePrefix) {
		found = append(found, problem("number "+cfg.Phone.From, "set your Twilio number as phone: from: in alerts.yaml", "is an example number"))
	}
	return found
}
