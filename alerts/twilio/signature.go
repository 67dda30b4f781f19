package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"net/url"
	"slices"

	"github.com/twilio/twilio-go/client"
)

// signed reports whether one of the tokens signed this form for this address. An empty token never counts, because
// anyone could sign with it.
func signed(tokens []string, address string, form url.Values, signature string) bool {
	params := make(map[string]string, len(form))
	for name, values := range form {
		if len(values) != 1 {
			return false // Twilio sends each once; a second would not be covered by the signature
		}
		params[name] = values[0]
	}
	ok := false
	for _, token := range tokens {
		v := client.NewRequestValidator(token)
		if v.Validate(address, params, signature) && token != "" {
			ok = true
		}
	}
	return ok
}

// SignatureHeader is the header of a request that Twilio has signed.
const SignatureHeader = "X-Twilio-Signature"

// Sign computes the value of SignatureHeader as https://www.twilio.com/docs/usage/security#validating-requests describes: the whole
// address as requested, then every POST parameter sorted by name, name and value with nothing between, HMAC-SHA1 keyed
// with the auth token, in base64.
func Sign(token, address string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(address))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			mac.Write([]byte(name + value))
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
