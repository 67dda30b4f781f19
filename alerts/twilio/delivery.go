package twilio

import (
	"fmt"
	"slices"
	"strings"

	api "github.com/twilio/twilio-go/rest/api/v2010"
	voice "github.com/twilio/twilio-go/rest/voice/v1"

	"valkyrie/alerts/incident"
)

// recentPages bounds the latest calls, and texts, that are examined for failures.
const recentPages = 20

// A Country is a country's permission to be called (the console: Voice, Settings, Geo permissions).
type Country struct {
	Name     string
	Prefixes []string // such as +49
	Enabled  bool
}

// A Recent counts the latest calls or texts from our number that have ended, and those of them that failed.
type Recent struct {
	Channel incident.Channel
	Ended   int
	Failed  int
	Why     []string // the provider's reasons, each once
}

// countries lists the permissions to call. An account whose token may not read them has none to show.
func countries(t *voice.ApiService) []Country {
	const most = 400 // more than there are countries
	page, err := t.PageDialingPermissionsCountry(new(voice.ListDialingPermissionsCountryParams).SetPageSize(most), "", "")
	if err != nil {
		return nil
	}
	var all []Country
	for _, c := range page.Content {
		if c.Name == nil || c.CountryCodes == nil || c.LowRiskNumbersEnabled == nil {
			continue
		}
		one := Country{Name: *c.Name, Enabled: *c.LowRiskNumbersEnabled}
		for _, code := range *c.CountryCodes {
			one.Prefixes = append(one.Prefixes, "+"+strings.TrimPrefix(code, "+"))
		}
		all = append(all, one)
	}
	return all
}

// BarredCountry returns the name of the country of a number if the account may not call it. Of countries that share a
// prefix, such as those of +1, one that is enabled suffices.
func (a Account) BarredCountry(number string) (string, bool) {
	longest, name, enabled := 0, "", false
	for _, c := range a.Countries {
		for _, prefix := range c.Prefixes {
			switch {
			case !strings.HasPrefix(number, prefix) || len(prefix) < longest:
			case len(prefix) > longest:
				longest, name, enabled = len(prefix), c.Name, c.Enabled
			default:
				enabled = enabled || c.Enabled
			}
		}
	}
	return name, longest > 0 && !enabled
}

// recent counts the failures of the latest calls and texts from a number. A list that cannot be read shows none.
func recent(t *api.ApiService, from string) []Recent {
	calls, texts := Recent{Channel: incident.Call}, Recent{Channel: incident.Text}
	if page, err := t.PageCall(new(api.ListCallParams).SetFrom(from).SetPageSize(recentPages), "", ""); err == nil {
		for _, c := range page.Calls {
			if c.Status != nil {
				calls.add(callResult(*c.Status, ""), "")
			}
		}
	}
	if page, err := t.PageMessage(new(api.ListMessageParams).SetFrom(from).SetPageSize(recentPages), "", ""); err == nil {
		for _, m := range page.Messages {
			why := ""
			if m.ErrorCode != nil && *m.ErrorCode != 0 {
				why = fmt.Sprintf("error %d", *m.ErrorCode)
			}
			if m.Status != nil {
				texts.add(textResult(*m.Status), why)
			}
		}
	}
	return []Recent{calls, texts}
}

// add counts a result; an empty one has not ended.
func (r *Recent) add(result, why string) {
	if result == "" {
		return
	}
	r.Ended++
	if result != incident.FailedCall && result != incident.Undelivered {
		return
	}
	if r.Failed++; why != "" && !slices.Contains(r.Why, why) {
		r.Why = append(r.Why, why)
	}
}
