package standin

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
)

// sign computes X-Twilio-Signature as https://www.twilio.com/docs/usage/security#validating-requests describes: the whole
// address as requested, then every POST parameter sorted by name, name and value with nothing between, HMAC-SHA1 keyed
// with the auth token, in base64.
func sign(token, address string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(address))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			mac.Write([]byte(name + value))
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
