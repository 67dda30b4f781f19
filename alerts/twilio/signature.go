package twilio

import (
	"net/url"

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
