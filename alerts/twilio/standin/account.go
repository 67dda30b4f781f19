package standin

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// An AccountState is the exchange's account. The zero value is active and paid for, and has every number that it is
// asked for, for calls and texts.
type AccountState struct {
	Status   string // empty: active
	Trial    bool
	Verified []string // numbers that a trial account may call
	Without  []string // capabilities that its numbers lack: "voice", "sms"
	Numbers  []string // its numbers; nil: all
	Fallback string   // where its numbers post messages that the address of Incoming does not take
	Barred   []string // prefixes of countries that it may not call, such as 49
}

func (ex *Exchange) fetchAccount(w http.ResponseWriter, _ *http.Request) {
	kind := "Full"
	if ex.cfg.Account.Trial {
		kind = "Trial"
	}
	ex.writeJSON(w, http.StatusOK, map[string]any{
		"sid": ex.cfg.AccountSID, "owner_account_sid": ex.cfg.AccountSID, "friendly_name": "Valkyrie's stand-in",
		"status": cmp.Or(ex.cfg.Account.Status, "active"), "type": kind, "date_created": stamp(time.Unix(0, 0)), "date_updated": stamp(time.Unix(0, 0)),
		"uri": fmt.Sprintf("/%s/Accounts/%s.json", apiVersion, ex.cfg.AccountSID), "subresource_uris": map[string]any{},
	})
}

func (ex *Exchange) listNumbers(w http.ResponseWriter, r *http.Request) {
	ex.mu.Lock()
	incoming := ex.incoming
	ex.mu.Unlock()
	own, asked := ex.cfg.Account.Numbers, r.URL.Query().Get("PhoneNumber")
	if own == nil && asked != "" {
		own = []string{asked}
	}
	can := func(what string) bool { return !slices.Contains(ex.cfg.Account.Without, what) }
	found := []map[string]any{}
	for _, number := range own {
		if asked == "" || number == asked {
			found = append(found, map[string]any{
				"phone_number": number, "account_sid": ex.cfg.AccountSID, "sms_url": incoming, "sms_method": "POST", "sms_fallback_url": ex.cfg.Account.Fallback, "status": "in-use",
				"capabilities": map[string]bool{"voice": can("voice"), "sms": can("sms"), "mms": false, "fax": false},
			})
		}
	}
	ex.writeList(w, r, "incoming_phone_numbers", found)
}

func (ex *Exchange) listVerified(w http.ResponseWriter, r *http.Request) {
	found := []map[string]any{}
	for _, number := range ex.cfg.Account.Verified {
		found = append(found, map[string]any{"phone_number": number, "friendly_name": number, "account_sid": ex.cfg.AccountSID})
	}
	ex.writeList(w, r, "outgoing_caller_ids", found)
}

// listCountries answers the permissions to call, in the form of Twilio's voice API.
func (ex *Exchange) listCountries(w http.ResponseWriter, _ *http.Request) {
	content := []map[string]any{}
	for _, c := range []struct{ iso, name, prefix string }{{"US", "United States", "1"}, {"CA", "Canada", "1"}, {"DE", "Germany", "49"}, {"GB", "United Kingdom", "44"}} {
		content = append(content, map[string]any{
			"iso_code": c.iso, "name": c.name, "continent": "", "country_codes": []string{c.prefix},
			"low_risk_numbers_enabled": !slices.Contains(ex.cfg.Account.Barred, c.prefix), "high_risk_special_numbers_enabled": false, "high_risk_tollfraud_numbers_enabled": false,
		})
	}
	ex.writeJSON(w, http.StatusOK, map[string]any{"content": content, "meta": map[string]any{"page": 0, "page_size": len(content), "key": "content"}})
}
